#!/usr/bin/env node
// A server under full load, with writes, for as long as one likes; then whether anything is left behind. bench/README.md tells how it is read.
//
//   node bench/stress/soak.mjs [--minutes 30] [--program target/release/yeollam] [--files 5000] [--database-url postgres://…] [--clients 8]
//
// Ends with 0 if memory stays flat, files, threads and connections to the database go back, no answer was a fault of the server's, and the journal and the audit log are proved afterwards.
import { createHash } from 'node:crypto';
import http from 'node:http';
import { Program, options, pause, send } from './program.mjs';
import { ask, questions } from './questions.mjs';

const given = options({ minutes: 30, program: 'target/release/yeollam', files: 5_000, 'database-url': '', clients: 8 });
const SAMPLE_SECONDS = given.minutes < 5 ? 2 : 10;
/** Most that memory may grow in an hour, in parts of what it is. */
const GROWTH = 0.2;
/** Files that a connection to the database holds: an embedded one has its log and its index beside it. */
const FILES_EACH = given['database-url'] ? 1 : 3;
/** Threads that a connection has: an embedded database runs in one of its own. */
const THREADS_EACH = given['database-url'] ? 0 : 1;
/** What `--database-connections` allows for requests, as much for the rest, and two of the journal's followers. */
const MOST_CONNECTIONS = 34;
/** Quiet time after the load, in which everything must have gone back. */
const QUIET_SECONDS = 60;

const program = new Program(given, 'soak');
const token = program.token();
// Small memories for rows and answers: they are full early, and what grows after that is something else.
await program.serve('--row-cache', String(16 << 20), '--answer-cache', String(8 << 20));
const asked = await questions(program.url);
const agency = JSON.parse((await ask(program.url, { query: '{ agencies(first: 1) { nodes { code } } }' })).text).data.agencies.nodes[0].code;
const run = Date.now().toString(36).toUpperCase();
const start = program.figures();
const until = performance.now() + given.minutes * 60_000;
const isOver = () => performance.now() >= until;
const answers = new Map();
const faults = new Map();
const note = (what, status, text) => {
  answers.set(`${what} ${status}`, (answers.get(`${what} ${status}`) ?? 0) + 1);
  if (status >= 400 || /"errors":/.test(text)) faults.set(`${what}: ${status} ${text.slice(0, 200)}`, (faults.get(`${what}: ${status} ${text.slice(0, 200)}`) ?? 0) + 1);
};

/** Does something again and again until the time is over. */
async function again(what, seconds, act) {
  for (let turn = 0; !isOver(); turn += 1) {
    try {
      await act(turn);
    } catch (error) {
      note(what, 599, error.message);
    }
    await pause(seconds * 1000);
  }
}

/** Questions of every kind over one connection; some by their hash, as clients that register documents send them. */
function reader(number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const kinds = Object.keys(asked);
  return again('question', 0, async (turn) => {
    const kind = kinds[(turn + number) % kinds.length];
    const request = asked[kind]();
    if (turn % 3 > 0) {
      const answer = await ask(program.url, request, { agent });
      return note(kind, answer.status, answer.text);
    }
    const persisted = { ...request, extensions: { persistedQuery: { version: 1, sha256Hash: createHash('sha256').update(request.query).digest('hex') } } };
    let answer = await ask(program.url, { ...persisted, query: undefined }, { agent });
    if (answer.text.includes('PERSISTED_QUERY_NOT_FOUND')) answer = await ask(program.url, persisted, { agent });
    return note(`${kind} by hash`, answer.status, answer.text);
  }).finally(() => agent.destroy());
}

const get = async (what, path) => {
  const answer = await send(`${program.url}${path}`);
  note(what, answer.status, what === 'export' ? '' : answer.text);
};

const FOLLOW = { query: 'subscription { changes { sequence kind } }' };

/** Follows the journal by Server-Sent Events for a while, and goes without a word. */
function eventStream() {
  return again('event stream', 0.2, async () => {
    const body = JSON.stringify(FOLLOW);
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    const onResponse = (response, request) => {
      note('event stream', response.statusCode, '');
      setTimeout(() => request.destroy(), 500 + Math.random() * 4_000);
    };
    await send(`${program.url}/graphql`, { method: 'POST', headers, body, onResponse }).catch(() => {});
  });
}

/** A text frame as a client sends it. */
function frame(message) {
  const text = Buffer.from(JSON.stringify(message));
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), text]);
}

/** Follows the journal over a WebSocket for a while; every other time it says goodbye. */
function webSocket() {
  return again('websocket', 0.2, async (turn) => {
    await new Promise((resolve) => {
      const headers = {
        connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': Buffer.from(`stress-${turn}`.padEnd(16).slice(0, 16)).toString('base64'),
        'sec-websocket-protocol': 'graphql-transport-ws',
      };
      const request = http.request(`${program.url}/graphql`, { headers });
      request.on('upgrade', (response, socket) => {
        note('websocket', response.statusCode === 101 ? 200 : response.statusCode, '');
        socket.on('error', () => {});
        socket.on('close', resolve);
        socket.resume();
        socket.write(frame({ type: 'connection_init' }));
        socket.write(frame({ type: 'subscribe', id: '1', payload: FOLLOW }));
        setTimeout(() => (turn % 2 === 0 ? socket.destroy() : socket.end(Buffer.from([0x88, 0x82, 0, 0, 0, 0, 0x03, 0xe8]))), 500 + Math.random() * 4_000);
      });
      request.on('response', (response) => {
        note('websocket', response.statusCode, 'no upgrade');
        response.resume();
        resolve();
      });
      request.on('error', (error) => {
        note('websocket', 599, error.message);
        resolve();
      });
      request.end();
    });
  });
}

const bearer = { authorization: `Bearer ${token}` };
const REGISTER = 'mutation($input: AgencyInput!) { agencyRegister(input: $input) { agency { id } userErrors { message } } }';
const RENAME = 'mutation($id: ID!, $input: AgencyRenameInput!) { agencyRename(id: $id, input: $input) { agency { name } userErrors { message } } }';

/** Registers one agency, and gives it a few names in turn: entries of the journal, and no more agencies. */
async function writer(number) {
  const name = (turn) => `부하 ${run} ${number} ${turn}`;
  const registered = JSON.parse((await ask(program.url, { query: REGISTER, variables: { input: { code: `Z${number}${run.slice(-5)}`, name: name('처음'), type: 'BASIC_GOVERNMENT' } } }, { headers: bearer })).text);
  const id = registered.data?.agencyRegister.agency?.id;
  if (!id) throw new Error(`no agency was registered: ${JSON.stringify(registered)}`);
  await again('mutation', 0.3, async (turn) => {
    const headers = { ...bearer, 'idempotency-key': `${run}-${number}-${turn}` };
    const answer = await ask(program.url, { query: RENAME, variables: { id, input: { name: name(turn % 5) } } }, { headers });
    note('mutation', answer.status, answer.text);
    const problems = JSON.parse(answer.text).data?.agencyRename.userErrors ?? [];
    if (problems.length > 0) throw new Error(problems[0].message);
  });
}

/** A document with a few files, of which half are there already and change. */
function importer() {
  return again('import', 5, async (turn) => {
    const file = (at) => ({
      registrationNumber: `${agency}-9${parseInt(run.slice(-4), 36)}${at}`, agency, status: 'REGISTERED',
      registrations: [{ validFrom: '2026-01-01', name: `부하 명부 ${at}`, purpose: `회원 관리 ${turn}`, retention: { text: `${1 + (turn % 9)}년` }, collectedItems: [{ name: '성명' }], provisions: [{ recipient: `받는 기관 ${at}` }] }],
    });
    const document = { format: 'yeollam/1', dataFiles: [file(turn), file(turn + 1)] };
    const answer = await send(`${program.url}/import?filename=soak.json&policy=REJECT_ROWS`, { method: 'POST', headers: bearer, body: JSON.stringify(document) });
    note('import', answer.status, answer.text);
  });
}

const samples = [];
async function sampling() {
  console.log(`${'minutes'.padStart(8)}${['resident', 'own', 'files', 'threads', 'database'].map((head) => head.padStart(10)).join('')}`);
  while (!isOver()) {
    await pause(SAMPLE_SECONDS * 1000);
    const sample = { minutes: given.minutes - (until - performance.now()) / 60_000, ...program.figures() };
    samples.push(sample);
    const { minutes, resident, own, files, threads, connections } = sample;
    console.log(`${minutes.toFixed(2).padStart(8)}${[resident.toFixed(1), own.toFixed(1), files, threads, connections].map((cell) => String(cell).padStart(10)).join('')}`);
  }
}

// Whatever happens, it ends.
setTimeout(() => {
  console.error('the soak does not end by itself');
  process.exit(1);
}, (given.minutes + 5) * 60_000).unref();
const pages = ['/', '/?text=%ED%9A%8C%EC%9B%90', '/statutes', '/explorer', `/agencies/${agency}`];
await Promise.all([
  sampling(),
  ...Array.from({ length: given.clients }, (_, number) => reader(number)),
  again('page', 0.05, (turn) => get('page', pages[turn % pages.length])),
  again('export', 3, (turn) => get('export', `/export/${['csv', 'ndjson', 'parquet', 'xlsx'][turn % 4]}`)),
  ...Array.from({ length: 4 }, eventStream),
  ...Array.from({ length: 4 }, webSocket),
  writer(0),
  writer(1),
  importer(),
]);

/** How much a figure grows in an hour, by least squares over the samples of the last two thirds: what comes first fills caches. */
function growth(name) {
  const late = samples.slice(Math.floor(samples.length / 3));
  const mean = (of) => late.reduce((sum, sample) => sum + of(sample), 0) / late.length;
  const [minutes, value] = [mean((sample) => sample.minutes), mean((sample) => sample[name])];
  const spread = late.reduce((sum, sample) => sum + (sample.minutes - minutes) ** 2, 0);
  const slope = late.reduce((sum, sample) => sum + (sample.minutes - minutes) * (sample[name] - value), 0) / spread;
  return { perHour: slope * 60, value };
}

console.log('\nanswers:');
for (const [what, count] of [...answers].sort()) console.log(`  ${String(count).padStart(8)}  ${what}`);
const problems = [...faults].map(([what, count]) => `${count} × ${what}`);
// A minute tells nothing of an hour: there it is printed, and not judged.
for (const name of ['own', 'resident']) {
  const { perHour, value } = growth(name);
  console.log(`memory (${name}): ${value.toFixed(1)} MiB, ${perHour >= 0 ? '+' : ''}${perHour.toFixed(1)} MiB an hour`);
  if (name === 'own' && given.minutes >= 10 && perHour > value * GROWTH) problems.push(`memory grows by ${perHour.toFixed(1)} MiB an hour`);
}
const isBack = (now) => now.files <= start.files + FILES_EACH * (now.connections - start.connections) + 6 && now.connections <= MOST_CONNECTIONS && now.threads <= start.threads + THREADS_EACH * (now.connections - start.connections) + 8;
let end = program.figures();
for (let second = 0; second < QUIET_SECONDS && !isBack(end); second += 1) {
  await pause(1_000);
  end = program.figures();
}
const told = ({ own, files, threads, connections }) => `${own.toFixed(1)} MiB of its own, ${files} files, ${threads} threads, ${connections} connections to the database`;
console.log(`at the start: ${told(start)}\nin the end:   ${told(end)}`);
if (!isBack(end)) problems.push('files, threads or connections are left');
const code = await program.stop();
if (code !== 0) problems.push(`the server ended with ${code}`);
for (const command of [['journal', 'verify'], ['audit', 'verify'], ['doctor', '--quick']]) {
  try {
    console.log(`yeollam ${command.join(' ')}: ${program.run(...command).trim().split('\n').at(-1)}`);
  } catch (error) {
    problems.push(error.message);
  }
}
problems.forEach((problem) => console.log(`NOT GOOD: ${problem}`));
console.log(problems.length === 0 ? 'good' : `${problems.length} problems`);
process.exit(problems.length === 0 ? 0 : 1);
