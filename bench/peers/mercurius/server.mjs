// Mercurius over the tables as they are, with a schema, statements and loaders written by hand: node server.mjs DATABASE_URL. Prints the address that it listens on.
import { readFileSync } from "node:fs";
import Fastify from "fastify";
import mercurius from "mercurius";
import pg from "pg";

const { Pool, types } = pg;
types.setTypeParser(types.builtins.DATE, (text) => text);
types.setTypeParser(types.builtins.INT8, Number);
const pool = new Pool({ connectionString: process.argv[2], max: 16 });

// Each statement is prepared once for each connection.
const names = new Map();
async function rows(text, ...values) {
  if (!names.has(text)) names.set(text, `s${names.size}`);
  return (await pool.query({ name: names.get(text), text, values })).rows;
}

const LISTED = "status IN ('REGISTERED', 'DISCLOSED')";
const FILE = "f.id, f.registration_number AS number, f.name, f.status, f.registered_on, f.agency_id, f.registration_id";

const NAMED = `FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id WHERE f.name_folded LIKE '%' || $1 || '%' AND a.agency_type = $2 AND f.${LISTED}`;

const resolvers = {
  Files: {
    total: ({ word, type }) => rows(`SELECT count(*) AS total ${NAMED}`, word, type).then(([row]) => row.total),
    files: ({ word, type, first }) => rows(`SELECT ${FILE} ${NAMED} ORDER BY f.registered_on DESC NULLS LAST, f.id DESC LIMIT $3`, word, type, first),
  },
  Query: {
    filesNamed: (_, asked) => asked,
    async file(_, { number }) {
      const [file] = await rows(`SELECT ${FILE} FROM data_file AS f WHERE f.registration_number = $1`, number);
      return file;
    },
    async agency(_, { code }) {
      const [agency] = await rows("SELECT * FROM agency WHERE code = $1", code);
      return agency;
    },
    filesByCategory: (_, { since, first }) => rows(
      `WITH RECURSIVE broader (code, counted) AS (
         SELECT code, code FROM item_category
         UNION ALL SELECT b.code, c.parent_code FROM broader AS b JOIN item_category AS c ON c.code = b.counted WHERE c.parent_code IS NOT NULL
       )
       SELECT a.agency_type AS type, b.counted AS category, count(DISTINCT f.id) AS files
       FROM data_file AS f JOIN agency AS a ON a.id = f.agency_id JOIN collected_item AS i ON i.registration_id = f.registration_id
       JOIN broader AS b ON b.code = i.category_code
       WHERE f.${LISTED} AND f.registered_on >= $1 GROUP BY 1, 2 ORDER BY files DESC LIMIT $2`,
      since, first),
    topRecipients: (_, { since, first }) => rows(
      `WITH revisions AS (
         SELECT DISTINCT ON (privacy_policy_id) id FROM policy_revision WHERE coalesce(effective_from, '0001-01-01') <= (now() AT TIME ZONE 'Asia/Seoul')::date
         ORDER BY privacy_policy_id, coalesce(effective_from, '0001-01-01') DESC, number DESC
       ), files AS (
         SELECT id, registration_id FROM data_file AS f WHERE f.${LISTED} AND f.registered_on >= $1
       ), received AS (
         SELECT p.recipient_id, f.id FROM files AS f JOIN provision AS p ON p.registration_id = f.registration_id
         UNION ALL
         SELECT p.recipient_id, f.id FROM files AS f JOIN policy_revision_data_file AS l ON l.data_file_id = f.id
         JOIN revisions AS v ON v.id = l.policy_revision_id JOIN provision AS p ON p.policy_revision_id = v.id
       ), counted AS (
         SELECT coalesce(o.merged_into_id, o.id) AS id, count(DISTINCT r.id) AS files FROM received AS r JOIN organization AS o ON o.id = r.recipient_id
         GROUP BY 1 ORDER BY files DESC LIMIT $2
       )
       SELECT o.name, c.files FROM counted AS c JOIN organization AS o ON o.id = c.id ORDER BY c.files DESC`,
      since, first),
    unassessed: (_, { item, atLeast, first }) => rows(
      `SELECT ${FILE} FROM data_file AS f
       WHERE coalesce(f.data_subject_count, -1) >= $2 AND f.${LISTED}
         AND EXISTS (SELECT 1 FROM collected_item AS i WHERE i.registration_id = f.registration_id AND i.name_folded = $1)
         AND NOT EXISTS (SELECT 1 FROM impact_assessment_data_file AS l WHERE l.data_file_id = f.id)
       ORDER BY coalesce(f.data_subject_count, -1) DESC, f.id DESC LIMIT $3`,
      item, atLeast, first),
  },
};

// The row that belongs to each object, by a key of the object.
const one = (text, key) => async (queries) => {
  const found = new Map((await rows(text, [...new Set(queries.map(({ obj }) => obj[key]).filter(Boolean))])).map((row) => [row.id, row]));
  return queries.map(({ obj }) => found.get(obj[key]) ?? null);
};
// The rows that belong to each object: those whose "of" is its key.
const many = (text, key) => async (queries) => {
  const found = new Map();
  for (const row of await rows(text, queries.map(({ obj }) => obj[key]))) {
    const list = found.get(row.of);
    if (list) list.push(row);
    else found.set(row.of, [row]);
  }
  return queries.map(({ obj }) => found.get(obj[key]) ?? []);
};

const agency = "SELECT * FROM agency WHERE id = ANY($1)";
const organization = "SELECT id, name, kind FROM organization WHERE id = ANY($1)";
const loaders = {
  DataFile: {
    agency: one(agency, "agency_id"),
    registration: one("SELECT id, purpose, valid_from, data_subject_count FROM registration WHERE id = ANY($1)", "registration_id"),
    assessments: many(
      `SELECT l.data_file_id AS of, m.year, m.outcome FROM impact_assessment_data_file AS l JOIN impact_assessment AS m ON m.id = l.impact_assessment_id
       WHERE l.data_file_id = ANY($1)`, "id"),
  },
  Agency: {
    parent: one(agency, "parent_id"),
    files: async (queries) => many(
      `SELECT a.id AS of, f.* FROM unnest($1::uuid[]) AS a (id)
       CROSS JOIN LATERAL (SELECT ${FILE} FROM data_file AS f WHERE f.agency_id = a.id AND f.${LISTED} ORDER BY f.name_folded, f.id LIMIT ${Number(queries[0].params.first)}) AS f`, "id")(queries),
  },
  Registration: {
    items: many(
      `SELECT registration_id AS of, name, requirement, category_code, unique_identifier FROM collected_item
       WHERE registration_id = ANY($1) ORDER BY registration_id, position`, "id"),
    bases: many("SELECT registration_id AS of, citation, article, statute_id FROM legal_basis WHERE registration_id = ANY($1) ORDER BY position", "id"),
    provisions: many("SELECT registration_id AS of, purpose, recipient_id FROM provision WHERE registration_id = ANY($1) ORDER BY position", "id"),
    entrustments: many("SELECT registration_id AS of, task, entrustee_id FROM entrustment WHERE registration_id = ANY($1) ORDER BY position", "id"),
  },
  LegalBasis: { statute: one("SELECT id, name FROM statute WHERE id = ANY($1)", "statute_id") },
  Provision: { recipient: one(organization, "recipient_id") },
  Entrustment: { entrustee: one(organization, "entrustee_id") },
};

const app = Fastify({ logger: false, keepAliveTimeout: 600_000 });
app.register(mercurius, { schema: readFileSync(new URL("schema.graphql", import.meta.url), "utf8"), resolvers, loaders, jit: 1, path: "/graphql" });
console.log(`listening on ${(await app.listen({ port: 0, host: "127.0.0.1" })).replace("http://", "")}`);
