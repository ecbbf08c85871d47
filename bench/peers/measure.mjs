// Starts the servers over a register in PostgreSQL, compares their answers, asks them in turn, prints the table. bench/peers/run starts it; bench/README.md says how to read it.
import { execFile } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { join } from "node:path";
import { parseArgs, promisify } from "node:util";
import pg from "pg";
import { Database, Server, memory, processorTime } from "./servers.mjs";
import { REPEATED, known, request, workloads } from "./workloads.mjs";

const { values: given } = parseArgs({
  options: {
    "database-url": { type: "string" }, folder: { type: "string" }, yeollam: { type: "string" }, limit: { type: "string" },
    seconds: { type: "string", default: "3" }, rounds: { type: "string", default: "5" }, "heavy-rounds": { type: "string", default: "1" }, crawl: { type: "string", default: "3600" },
    only: { type: "string", default: "" }, servers: { type: "string", default: "" }, "check-only": { type: "boolean", default: false },
  },
});
const [seconds, rounds, heavyRounds, crawl] = ["seconds", "rounds", "heavy-rounds", "crawl"].map((name) => Number(given[name]));
const listed = (text) => text.split(",").map((part) => part.trim()).filter(Boolean);
const wanted = listed(given.only);
const chosen = workloads.filter(({ name }) => !wanted.length || wanted.includes(name));
const run = promisify(execFile);
const median = (list) => { const all = [...list].sort((a, b) => a - b); const half = all.length >> 1; return all.length % 2 ? all[half] : (all[half - 1] + all[half]) / 2; };
const say = (text) => console.log(text);

const db = new pg.Client({ connectionString: given["database-url"] });
await db.connect();
const backend = (await db.query("SELECT pg_backend_pid() AS pid")).rows[0].pid;
const database = new Database(backend);
const { rows: [{ files, server_version: version }] } = await db.query("SELECT (SELECT count(*) FROM data_file) AS files, current_setting('server_version') AS server_version");
const requests = join(given.folder, "requests");
mkdirSync(requests, { recursive: true });

const node = process.execPath;
const here = (path) => new URL(path, import.meta.url).pathname;
const yeollam = (...flags) => [given.yeollam, "--data-dir", join(given.folder, "yeollam"), "--database-url", given["database-url"], "--listen", "127.0.0.1:0", ...flags, "serve"];
const production = { NODE_ENV: "production", GRAPHILE_ENV: "production" };
const flags = (await run(given.yeollam, ["serve", "--help"])).stdout;
const without = (...caches) => caches.flatMap((cache) => (flags.includes(`--${cache}-cache`) ? [`--${cache}-cache`, "0"] : []));
const quiet = { RUST_LOG: "warn" };
// One of them has the search index, which only one process can have: the others are asked for nothing that needs it.
// "yeollam" keeps no answers: each is made anew. "rows read" keeps no rows either. "answers kept" is the server as it is.
const kinds = [
  { name: "yeollam", kind: "yeollam", command: yeollam(...without("answer")), environment: quiet, ready: "/readyz" },
  ...(flags.includes("--row-cache") ? [{ name: "· rows read", kind: "yeollam", command: yeollam(...without("answer", "row")), environment: quiet, ready: "/healthz", workloads: ["Q2", "Q3", "Q5"] }] : []),
  { name: "postgraphile", kind: "postgraphile", command: [node, here("postgraphile/server.mjs"), given["database-url"]], environment: production },
  { name: "mercurius", kind: "mercurius", command: [node, here("mercurius/server.mjs"), given["database-url"]], environment: production },
  { name: "limit", kind: "limit", command: [given.limit, "statements", given["database-url"]] },
].filter(({ name, kind }) => !given.servers || name === "limit" || listed(given.servers).includes(kind));
const repeats = flags.includes("--answer-cache") && (!wanted.length || wanted.includes("Repeated"));

const servers = [];

/** Writes what is asked of a server where the load generator reads it. */
function prepare(server, name, { head, before, after, variables }, list) {
  const path = join(requests, `${server.name}-${name}`);
  writeFileSync(path, [head, before.replaceAll("\n", " "), after, ...list.map(variables)].join("\n"));
  return { path, next: 0 };
}

/** The servers that can be asked a workload. */
const answering = (workload) => servers.filter(({ kind, only }) => (!workload.only || workload.only.includes(kind)) && (!only || only.includes(workload.name)));

/** Asks for some seconds. */
async function load(server, plan, connections, duration) {
  const before = { server: processorTime(server.child.pid), database: database.processorTime() };
  const { stdout } = await run(given.limit, ["load", server.address, plan.path, connections, duration, plan.next].map(String), { maxBuffer: 1 << 26 });
  const seen = JSON.parse(stdout);
  plan.next = seen.next;
  return {
    requests: seen.requests, rate: seen.requests / seen.seconds, p50: seen.p50, p99: seen.p99, bytes: seen.bytes,
    server: ((processorTime(server.child.pid) - before.server) * 1000) / seen.requests,
    database: ((database.processorTime() - before.database) * 1000) / seen.requests,
  };
}

/** Compares what servers say with what the statement by hand says, for variables from all over the list. */
async function compare(workload, servers, list, about) {
  const limit = servers.find(({ kind }) => kind === "limit");
  const number = Math.min(workload.compared, list.length);
  const sample = Array.from({ length: number }, (_, place) => list[Math.floor((place * list.length) / number)]);
  const lines = [];
  for (const server of answering(workload).filter((server) => server !== limit)) {
    const asked = request(server.kind, workload);
    const byHand = request("limit", workload, workload.limitOf?.[server.kind]);
    const places = sample.entries();
    await Promise.all(Array.from({ length: 8 }, async () => {
      for (const [, variables] of places) {
        let expected = workload.facts.limit((await limit.ask(byHand, variables)).data);
        const facts = workload.facts[server.kind]((await server.ask(asked, variables)).data, { ...about, expected });
        expected = workload.expected?.[server.kind]?.(expected, about) ?? expected;
        if (JSON.stringify(facts) !== JSON.stringify(expected)) {
          throw new Error(`${workload.name} ${JSON.stringify(variables)}: ${server.name} says\n${JSON.stringify(facts)}\nand the statement by hand\n${JSON.stringify(expected)}`);
        }
      }
    }));
    lines.push(server.name);
  }
  return `${workload.name}: ${number} of ${list.length} sets of variables asked of ${lines.join(", ")} and of the statement by hand: the same facts`;
}

/** Files whose answers are kept, beside the same answers from memory without anything that makes them: two servers for one workload. */
async function repeated(db) {
  const q2 = workloads.find(({ name }) => name === "Q2");
  const asked = request("yeollam", q2);
  const list = (await q2.variables(db)).slice(0, REPEATED);
  const ours = await Server.start({ name: "yeollam", kind: "yeollam", command: yeollam(), environment: quiet, ready: "/healthz" });
  servers.push(Object.assign(ours, { only: ["Repeated"] }));
  const answers = [];
  for (const variables of list) answers.push((await ours.ask(asked, variables)).text);
  const path = join(requests, "answers");
  writeFileSync(path, answers.join("\n"));
  const fixed = await Server.start({ name: "static", kind: "static", command: [given.limit, "answers", path] });
  servers.push(Object.assign(fixed, { only: ["Repeated"] }));
  for (const [place, answer] of answers.entries()) {
    const again = [(await ours.ask(asked, list[place])).text, await (await fetch(`http://${fixed.address}/${place}`)).text()];
    if (again.some((text) => text !== answer)) throw new Error(`Repeated ${place}: not the same bytes again`);
  }
  say(`Repeated: ${list.length} answers asked for again, and of the ready ones: the same bytes`);
  const workload = { name: "Repeated", title: `Q2 of ${list.length} files over and over, answers kept` };
  const plans = new Map([
    [ours, prepare(ours, workload.name, asked, list)],
    [fixed, prepare(fixed, workload.name, { head: "GET /", before: "", after: "", variables: String }, list.map((_, place) => place))],
  ]);
  return { workload, plans, results: new Map([[ours.name, []], [fixed.name, []]]) };
}

const cell = (value, width, digits = 0) => (value === undefined ? "–" : value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: digits, useGrouping: true })).padStart(width);
const precise = (value) => (value >= 100 ? 0 : value >= 10 ? 1 : 2);

/** How often as many requests a second ours are as those of another server: the median of the rounds. */
const times = (results, name) => {
  const ours = results.get("yeollam");
  return ours && results.has(name) ? median(results.get(name).map((one, round) => ours[Math.min(round, ours.length - 1)].rate / one.rate)) : undefined;
};

/** What the targets are about: the best of the peers, and the limit. */
function summary(all) {
  say("\n              best peer        yeollam ÷ best peer   yeollam ÷ limit");
  for (const [{ name }, results] of all) {
    const peers = ["postgraphile", "mercurius"].filter((peer) => results.has(peer)).sort((a, b) => times(results, a) - times(results, b));
    const ratio = (of) => { const value = of && times(results, of); return cell(value, 19, value >= 10 ? 0 : 2); };
    say(`${name.padEnd(13)} ${(peers[0] ?? "–").padEnd(14)} ${ratio(peers[0])} ${ratio(results.has("limit") ? "limit" : results.has("static") ? "static" : undefined)}`);
  }
}

function table(workload, results) {
  say(`\n${workload.name}: ${workload.title}; ${workload.connections ?? 16} connections`);
  say("server                req/s     p50 ms     p99 ms   server ms/req   database ms/req   yeollam ÷ it");
  for (const [name, seen] of results) {
    const of = (key) => median(seen.map((one) => one[key]));
    const ratio = name === "yeollam" ? undefined : times(results, name);
    say(`${name.padEnd(14)} ${cell(of("rate"), 12, precise(of("rate")))} ${cell(of("p50"), 10, precise(of("p50")))} ${cell(of("p99"), 10, precise(of("p99")))} ${cell(of("server"), 15, 2)} ${cell(of("database"), 17, 2)} ${cell(ratio, 14, ratio >= 10 ? 0 : 2)}`);
  }
}

try {
  for (const kind of kinds) servers.push(Object.assign(await Server.start(kind), { only: kind.workloads }));
  say(`${Number(files).toLocaleString("en")} files in PostgreSQL ${version}; ${cpus().length} processors (${cpus()[0].model.trim()}), ${Math.round(totalmem() / 2 ** 30)} GiB; Node ${process.version}`);
  const about = await known(db);
  const lists = new Map();
  for (const workload of chosen) {
    lists.set(workload, await workload.variables(db));
    say(await compare(workload, servers, lists.get(workload), about));
  }
  if (!given["check-only"]) await measure(lists, repeats ? await repeated(db) : undefined);
} finally {
  await Promise.all(servers.map((server) => server.stop()));
  await db.end();
}

/** Has a server answer each file in full and each agency with its first files once, as crawlers do that follow every page, or as many as it can in the time for that: what it keeps is then what a steady crawl leaves. */
async function crawled(server, workload) {
  const all = await workload.crawled(db);
  const plan = prepare(server, `crawl-${workload.name}`, request(server.kind, workload), all);
  const end = Date.now() + crawl * 1000;
  let asked = 0;
  while (asked < all.length && Date.now() < end) asked += (await load(server, plan, 16, Math.min(2, crawl))).requests;
  say(`crawl: ${workload.name} asked ${Math.min(asked, all.length).toLocaleString("en")} times, of ${all.length.toLocaleString("en")}`);
}

async function measure(lists, again) {
  const plans = new Map();
  const results = new Map();
  for (const workload of chosen) {
    results.set(workload, new Map());
    for (const server of answering(workload)) {
      plans.set(`${workload.name} ${server.name}`, prepare(server, workload.name, request(server.kind, workload), lists.get(workload)));
      results.get(workload).set(server.name, []);
    }
  }
  // Compilers, connections and caches as a server has them that has run for a while.
  for (const workload of chosen.filter(({ heavy }) => !heavy)) {
    for (const server of answering(workload)) await load(server, plans.get(`${workload.name} ${server.name}`), 16, 1);
  }
  for (const workload of chosen.filter(({ crawled }) => crawled)) await crawled(servers.find(({ name }) => name === "yeollam"), workload);
  for (let round = 0; round < rounds; round++) {
    for (const workload of chosen) {
      if (workload.heavy && round >= heavyRounds) continue;
      const all = answering(workload);
      // Each round begins with another server.
      for (let place = 0; place < all.length; place++) {
        const server = all[(place + round) % all.length];
        results.get(workload).get(server.name).push(await load(server, plans.get(`${workload.name} ${server.name}`), workload.connections ?? 16, seconds));
      }
    }
    for (const [server, plan] of again?.plans ?? []) again.results.get(server.name).push(await load(server, plan, 16, seconds));
  }
  for (const workload of chosen) table(workload, results.get(workload));
  if (again) {
    table(again.workload, again.results);
    results.set(again.workload, again.results);
  }
  summary(results);
  say(`\nmemory, MiB: ${servers.map((server) => { const { resident, most, mapped } = memory(server.child.pid); return `${server.name} ${resident} (of it mapped files ${mapped}; most ever ${most})`; }).join(" · ")}`);
}
