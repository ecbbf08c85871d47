#!/usr/bin/env node
// Good clients alone and beside hostile ones, in turn: what the hostile ones cost the good ones. bench/README.md tells how it is read.
//
//   node bench/stress/mixed.mjs [--program target/release/yeollam] [--files 20000] [--database-url postgres://…] [--rounds 6] [--seconds 10] [--clients 4] [--hostile 1] [--limit 2]
//
// Ends with 1 where a good client got no answer, or the ratio of p99 is above the limit.
import http from 'node:http';
import { Worker } from 'node:worker_threads';
import { Program, options, pause } from './program.mjs';
import { ask, questions } from './questions.mjs';

/** Milliseconds between two questions of a good client. */
const THINKS = 20;

const given = options({ program: 'target/release/yeollam', files: 20_000, 'database-url': '', rounds: 6, seconds: 10, clients: 4, hostile: 1, limit: 2 });
const program = new Program(given, 'mixed');
// Every address has a budget: a good client stays far below it.
await program.serve('--trusted-proxies', '127.0.0.1', '--budget', '300000', '--answer-cache', '0');
const asked = await questions(program.url);
const KINDS = ['detail page', 'search', 'list'];
const failures = new Map();

/** Milliseconds that the answers to good clients took, by kind. */
async function goodClients(seconds) {
  const times = Object.fromEntries(KINDS.map((kind) => [kind, []]));
  const until = performance.now() + seconds * 1000;
  const client = async (number) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    for (let turn = number; performance.now() < until; turn += 1) {
      const kind = KINDS[turn % KINDS.length];
      // From another address now and then, as people come and go.
      const headers = { 'x-forwarded-for': `203.0.113.${((number * 50 + Math.floor(turn / 50)) % 250) + 1}` };
      const began = performance.now();
      try {
        const answer = await ask(program.url, asked[kind](), { headers, agent });
        const isGood = answer.status === 200 && !answer.text.includes('"errors"');
        if (isGood) times[kind].push(performance.now() - began);
        else failures.set(answer.text.slice(0, 200), (failures.get(answer.text.slice(0, 200)) ?? 0) + 1);
      } catch (error) {
        failures.set(error.message, (failures.get(error.message) ?? 0) + 1);
      }
      await pause(THINKS);
    }
    agent.destroy();
  };
  await Promise.all(Array.from({ length: given.clients }, (_, number) => client(number)));
  return times;
}

const at = (times, part) => times.toSorted((one, other) => one - other)[Math.min(times.length - 1, Math.floor(times.length * part))] ?? NaN;
const rounds = [];
const refused = {};
for (let round = 0; round < given.rounds; round += 1) {
  const quiet = await goodClients(given.seconds);
  const worker = new Worker(new URL('hostile.mjs', import.meta.url), { workerData: { url: program.url, connections: given.hostile } });
  const told = new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  await pause(1_000);
  const mixed = await goodClients(given.seconds);
  worker.postMessage('end');
  for (const [what, count] of Object.entries(await told)) refused[what] = (refused[what] ?? 0) + count;
  rounds.push({ quiet, mixed });
  const [one, other] = [quiet, mixed].map((times) => at(Object.values(times).flat(), 0.99));
  console.log(`round ${round + 1}: p99 ${one.toFixed(1)} ms alone, ${other.toFixed(1)} ms beside hostile clients`);
  // What is left over of the hostile ones is none of the quiet phase.
  await pause(1_000);
}

console.log(`\n${'milliseconds'.padEnd(14)}${['alone p50', 'p99', 'beside p50', 'p99', 'ratio p50', 'p99', 'questions'].map((head) => head.padStart(12)).join('')}`);
let ratio = 0;
for (const kind of [...KINDS, 'all']) {
  const times = (phase) => rounds.flatMap((round) => (kind === 'all' ? Object.values(round[phase]).flat() : round[phase][kind]));
  const [quiet, mixed] = [times('quiet'), times('mixed')];
  const cells = [at(quiet, 0.5), at(quiet, 0.99), at(mixed, 0.5), at(mixed, 0.99), at(mixed, 0.5) / at(quiet, 0.5), at(mixed, 0.99) / at(quiet, 0.99)];
  if (kind === 'all') ratio = cells[5];
  console.log(`${kind.padEnd(14)}${cells.map((cell) => cell.toFixed(2).padStart(12)).join('')}${String(quiet.length + mixed.length).padStart(12)}`);
}
console.log('\nwhat the hostile clients were answered:');
for (const [what, count] of Object.entries(refused).sort()) console.log(`  ${String(count).padStart(8)}  ${what}`);
for (const [what, count] of failures) console.log(`a good client was not answered, ${count} times: ${what}`);
const faults = Object.keys(refused).filter((what) => / 5\d\d$/.test(what) && !what.endsWith(' 503'));
for (const what of faults) console.log(`a fault of the server: ${what}`);
const code = await program.stop();
const isGood = failures.size === 0 && faults.length === 0 && ratio < given.limit && code === 0;
console.log(`\np99 beside hostile clients is ${ratio.toFixed(2)} times that of before (at most ${given.limit}); the server ended with ${code}: ${isGood ? 'good' : 'NOT GOOD'}`);
process.exit(isGood ? 0 : 1);
