// What is asked: variables drawn from the register, and what counts as the same answer, whatever shape a server gives it.
import { readFileSync } from "node:fs";

const MOST = 100_000;
const by = (key) => (a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0);
const sorted = (list) => [...list].sort(by(JSON.stringify));
const number = (value) => (value === null || value === undefined ? null : Number(value));
const strings = async (db, sql, ...values) => (await db.query({ text: sql, values, rowMode: "array" })).rows.map(([value]) => value);

/** Rows of the greatest counts: of the last count some may be left out for others, so that those are left out here. */
const ranked = (rows, most, count) => {
  const list = [...rows].sort((a, b) => count(b) - count(a)).slice(0, most);
  const least = list.length === most ? count(list.at(-1)) : 0;
  return sorted(list.filter((row) => count(row) > least));
};

/** Draws from a list, the same each time; one may come again, as it does among the requests of many people. */
function drawn(list, most) {
  let state = 1;
  const next = () => (state = (state * 48_271) % 2_147_483_647);
  return Array.from({ length: most }, () => list[next() % list.length]);
}

/** Pieces of names and the type of the agency that has such a file. A search does not heed spaces, where LIKE does: pieces that also stand across a space somewhere are left out. */
async function words(db, lengths, most) {
  const { rows } = await db.query("SELECT f.name_folded AS name, a.agency_type AS type FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id WHERE f.status IN ('REGISTERED', 'DISCLOSED') ORDER BY md5(f.id::text)");
  const across = new Set();
  const longest = Math.max(...lengths);
  for (const { name } of rows) {
    const parts = name.match(/[\p{L}\p{N}]+/gu) ?? [];
    let end = 0;
    const letters = parts.join("");
    for (const part of parts.slice(0, -1)) {
      end += part.length;
      for (let start = Math.max(0, end - longest + 1); start < end; start++) {
        for (const length of lengths) if (start + length > end) across.add(letters.slice(start, start + length));
      }
    }
  }
  const found = new Set();
  for (const [place, { name, type }] of rows.entries()) {
    const pieces = (name.match(/[\p{L}\p{N}]+/gu) ?? []).flatMap((part) => lengths.flatMap((length) =>
      Array.from({ length: Math.max(0, part.length - length + 1) }, (_, start) => part.slice(start, start + length))));
    const word = pieces[(place * 7) % (pieces.length || 1)];
    if (word && !across.has(word)) found.add(JSON.stringify({ word, type }));
    if (found.size >= most) break;
  }
  return [...found].map((text) => JSON.parse(text));
}

/** Every file that lists show, as Q2 asks for one. */
const everyFile = async (db) =>
  (await strings(db, "SELECT registration_number FROM data_file WHERE status IN ('REGISTERED', 'DISCLOSED') ORDER BY id")).map((number) => ({ number }));

/** Every agency that has files, as Q3 asks for one. */
const everyAgency = async (db) => (await strings(db, "SELECT code FROM agency WHERE id IN (SELECT agency_id FROM data_file) ORDER BY id")).map((code) => ({ code }));

const days = async (db) =>
  (await strings(db, `SELECT day::text FROM (SELECT DISTINCT registered_on AS day FROM data_file
     WHERE registered_on <= (SELECT percentile_disc(0.25) WITHIN GROUP (ORDER BY registered_on) FROM data_file)) AS d ORDER BY md5(day::text)`)).map((since) => ({ since }));

const page = (total, files, registeredOn) => ({
  total: number(total),
  files: files.map((file) => [file.registrationNumber ?? file.number, file.name, file[registeredOn], file.agency.code, file.agency.name]),
});
const Q1 = {
  parameters: ({ word, type }) => [word, type],
  compared: 60,
  facts: {
    yeollam: ({ search }) => page(search.totalCount, search.nodes, "registeredOn"),
    postgraphile: ({ dataFiles }) => page(dataFiles.totalCount, dataFiles.nodes, "registeredOn"),
    mercurius: ({ filesNamed }) => page(filesNamed.total, filesNamed.files, "registered_on"),
    limit: (answer) => page(answer.total, answer.files, "registeredOn"),
  },
};

/** A file in full, in the order in which the facts are named here. */
const full = (file, agency, registration, items, bases, recipients, entrustees, assessments) => ({
  file, agency, registration,
  items: items.map((item) => [item.name, item.requirement, item.category?.code ?? item.category_code ?? item.categoryCode ?? item.category ?? null, item.uniqueIdentifier ?? item.unique_identifier ?? null]),
  bases: bases.map((basis) => [basis.citation, basis.article, basis.statute?.name ?? basis.statute]),
  recipients: recipients.map((provision) => [(provision.recipient ?? provision).name, (provision.recipient ?? provision).kind, provision.purpose]),
  entrustees: entrustees.map((entrustment) => [(entrustment.entrustee ?? entrustment).name, (entrustment.entrustee ?? entrustment).kind, entrustment.task]),
  assessments: sorted(assessments.map((assessment) => [assessment.year, assessment.outcome])),
});

const first20 = (agency, type, files, items) => ({
  agency: [agency.code, agency.name, agency[type]],
  files: files.map((file) => [file.registrationNumber ?? file.number, file.name,
    items(file).map((item) => [item.name, item.category?.code ?? item.category_code ?? item.categoryCode ?? item.category ?? null])]),
});

const top100 = (files) => files.map((file) => [file.registrationNumber ?? file.number, file.name, file.agency.code, file.agency.name, file.agency.parent?.code ?? null, file.agency.parent?.name ?? null]);

/** Answers that are given again and again: of so many files. */
export const REPEATED = 200;

export const workloads = [
  { ...Q1, name: "Q1", title: "files whose name contains a word of 3 to 5 syllables, of a type of agency, newest first, 20, total", variables: (db) => words(db, [3, 4, 5], MOST / 5) },
  { ...Q1, name: "Q1s", document: "Q1", limit: "Q1", title: "the same with words of two syllables", variables: (db) => words(db, [2], MOST / 5) },
  { ...Q1, name: "Q1f", title: "as Q1, with five facets", variables: (db) => words(db, [3, 4, 5], MOST / 5), only: ["yeollam"], limit: "Q1" },
  {
    name: "Q2", title: "a file in full: agency, items, bases, recipients, entrustees, assessments", compared: 1000,
    crawled: everyFile, variables: async (db) => drawn(await everyFile(db), 2 * MOST),
    parameters: ({ number }) => [number],
    facts: {
      yeollam: ({ dataFile: f }) => full([f.registrationNumber, f.name, f.status, f.registeredOn], [f.agency.code, f.agency.name, f.agency.type],
        [f.registration.purpose, f.registration.validFrom, number(f.registration.dataSubjectCount)],
        f.registration.collectedItems, f.registration.legalBases.map((b) => ({ ...b, statute: b.statute?.name ?? null })), f.registration.provisions.nodes, f.registration.entrustments.nodes, f.impactAssessments.nodes),
      postgraphile: ({ dataFileByRegistrationNumber: f }) => full([f.registrationNumber, f.name, f.status, f.registeredOn], [f.agency.code, f.agency.name, f.agency.agencyType],
        [f.inForce.purpose, f.inForce.validFrom, number(f.inForce.dataSubjectCount)],
        f.inForce.collectedItems.nodes, f.inForce.legalBases.nodes, f.inForce.provisions.nodes, f.inForce.entrustments.nodes, f.impactAssessmentDataFiles.nodes.map((link) => link.impactAssessment)),
      mercurius: ({ file: f }) => full([f.number, f.name, f.status, f.registered_on], [f.agency.code, f.agency.name, f.agency.agency_type],
        [f.registration.purpose, f.registration.valid_from, f.registration.data_subject_count],
        f.registration.items, f.registration.bases, f.registration.provisions, f.registration.entrustments, f.assessments),
      limit: (f) => full([f.number, f.name, f.status, f.registeredOn], [f.agency.code, f.agency.name, f.agency.type], [f.purpose, f.validFrom, f.subjects],
        f.items, f.bases, f.recipients, f.entrustees, f.assessments),
    },
  },
  {
    name: "Q3", title: "an agency with its first 20 files and their items", compared: 500,
    crawled: everyAgency, variables: async (db) => drawn(await everyAgency(db), MOST),
    parameters: ({ code }) => [code],
    facts: {
      yeollam: ({ agency }) => first20(agency, "type", agency.dataFiles.nodes, (file) => file.registration.collectedItems),
      postgraphile: ({ agencyByCode: agency }) => first20(agency, "agencyType", agency.dataFiles.nodes, (file) => file.inForce.collectedItems.nodes),
      mercurius: ({ agency }) => first20(agency, "agency_type", agency.files, (file) => file.registration.items),
      limit: (agency) => first20(agency, "type", agency.files, (file) => file.items),
    },
  },
  {
    // A peer's answer takes seconds: two requests at once keep both processors busy, and more would only wait.
    name: "Q4a", title: "files by type of agency and category of item, of those registered since a day; the 1,000 greatest counts", compared: 2, connections: 2, heavy: true,
    variables: days, parameters: ({ since }) => [since],
    facts: {
      yeollam: ({ statistics }) => ranked(statistics.rows.map((row) => [...row.keys.map(({ key }) => key), row.dataFileCount]), 1000, ([, , files]) => files),
      // As recorded, without what is narrower: equal for categories that have nothing narrower, as far as the others count them.
      postgraphile: (data, { leaves, expected }) => {
        const least = Math.min(...expected.map(([, , files]) => files));
        const cells = Object.entries(data).flatMap(([type, { groupedAggregates }]) => groupedAggregates.map(({ keys: [category], distinctCount }) => [type, category, Number(distinctCount.registrationId)]));
        return sorted(cells.filter(([, category, files]) => leaves.has(category) && files >= least));
      },
      mercurius: ({ filesByCategory }) => ranked(filesByCategory.map((cell) => [cell.type, cell.category, cell.files]), 1000, ([, , files]) => files),
      limit: (cells) => ranked(cells.map((cell) => [cell.type, cell.category, cell.files]), 1000, ([, , files]) => files),
    },
    expected: { postgraphile: (expected, { leaves }) => expected.filter(([, category]) => leaves.has(category)) },
  },
  {
    name: "Q4b", title: "the 20 recipients of most files, of those registered since a day", compared: 5, heavy: true,
    variables: days, parameters: ({ since }) => [since],
    facts: {
      yeollam: ({ statistics }) => ranked(statistics.rows.map((row) => [row.keys[0].label, row.dataFileCount]), 20, ([, files]) => files),
      postgraphile: ({ provisions }, { organizations }) =>
        ranked(provisions.groupedAggregates.map(({ keys: [id], distinctCount }) => [organizations.get(id), Number(distinctCount.registrationId)]), 20, ([, files]) => files),
      mercurius: ({ topRecipients }) => ranked(topRecipients.map((row) => [row.name, row.files]), 20, ([, files]) => files),
      limit: (rows) => ranked(rows.map((row) => [row.name, row.files]), 20, ([, files]) => files),
    },
    // PostGraphile counts what registrations state alone, and is compared with the statement that does so too.
    limitOf: { postgraphile: "Q4b-stated" },
  },
  {
    name: "Q5", title: "files that hold an item of a name, without an assessment, of at least so many people, the greatest 100, with agency and its parent", compared: 100,
    variables: async () => Array.from({ length: 5000 }, (_, place) => ({ item: "주민등록번호", atLeast: 50_001 + 13 * ((place * 1777) % 5000) })),
    parameters: ({ item, atLeast }) => [item, atLeast],
    facts: {
      yeollam: ({ dataFiles }) => top100(dataFiles.nodes),
      postgraphile: ({ dataFiles }) => top100(dataFiles.nodes),
      mercurius: ({ unassessed }) => top100(unassessed),
      limit: top100,
    },
  },
];

/** What the comparison needs to know of the register. */
export async function known(db) {
  const leaves = await strings(db, "SELECT code FROM item_category WHERE code NOT IN (SELECT parent_code FROM item_category WHERE parent_code IS NOT NULL)");
  const organizations = (await db.query("SELECT id, name FROM organization")).rows.map(({ id, name }) => [id, name]);
  return { leaves: new Set(leaves), organizations: new Map(organizations) };
}

/** How a kind of server is asked a workload: the parts of its requests. */
export function request(kind, workload, name = workload.name) {
  if (kind === "limit") return { head: `POST /${workload.limit ?? name}`, before: "", after: "", variables: (variables) => JSON.stringify(workload.parameters(variables)) };
  const document = readFileSync(new URL(`${kind}/${workload.document ?? name}.graphql`, import.meta.url), "utf8");
  return { head: "POST /graphql", before: `{"query":${JSON.stringify(document)},"variables":`, after: "}", variables: JSON.stringify };
}
