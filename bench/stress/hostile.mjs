// Hostile clients, on a thread of their own so that they hold up nobody's clock: sends whatever a server should refuse, as fast as it is refused, until it is told to end.
import http from 'node:http';
import net from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { pause, send } from './program.mjs';
import { ask } from './questions.mjs';

const { url, connections } = workerData;
const { hostname, port } = new URL(url);
const figures = { answers: {}, sockets: 0 };
let isOver = false;
parentPort.once('message', () => {
  isOver = true;
});

const deep = (depth) => `{ agencies(first: 1) { nodes { ${'parent { '.repeat(depth)} name ${'} '.repeat(depth)} } } }`;
const request = {
  'over-deep': () => ({ query: deep(60) }),
  'over-cost': () => ({ query: '{ agencies(first: 100) { nodes { dataFiles(first: 100) { nodes { registrations(first: 100) { nodes { id } } } } } } }' }),
  aliases: () => ({ query: `{ ${Array.from({ length: 400 }, (_, at) => `a${at}: __typename`).join(' ')} }` }),
  circular: () => ({ query: 'query { ...A } fragment A on Query { ...B } fragment B on Query { ...A }' }),
  invalid: () => ({ query: `{ nothing${Math.random().toString(36).slice(2)} { at all } }` }),
  'no graphql': () => ({ query: '{{{{((((' }),
  'huge list': () => ({ query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }', variables: { ids: Array.from({ length: 4_000 }, () => 'QWdlbmN5') } }),
  'deep variables': () => ({ query: '{ __typename }', variables: { a: JSON.parse(`${'['.repeat(500)}${']'.repeat(500)}`) } }),
  // Dear, and allowed: until the budget of their address is spent.
  'budget eater': () => ({ query: `query($text: String) { search(text: $text, first: 100) { totalCount nodes { name agency { name } registration { collectedItems { name } } } } }`, variables: { text: '정보' } }),
};

const count = (what) => {
  figures.answers[what] = (figures.answers[what] ?? 0) + 1;
};

async function asking(kind, number) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const headers = { 'x-forwarded-for': `198.51.100.${(number % 250) + 1}`, 'cache-control': 'no-store', accept: 'application/graphql-response+json' };
  while (!isOver) {
    try {
      count(`${kind} ${(await ask(url, request[kind](), { headers, agent })).status}`);
    } catch (error) {
      count(`${kind} ${error.code ?? error.message}`);
      await pause(50);
    }
  }
  agent.destroy();
}

/** More than a body may be. */
async function oversized() {
  while (!isOver) {
    try {
      count(`oversized ${(await send(`${url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: 'a'.repeat(1 << 20) })).status}`);
    } catch (error) {
      count(`oversized ${error.code ?? error.message}`);
    }
    await pause(20);
  }
}

/** Opens a connection, sends half a request or none, and another one comes in its place. */
async function churning() {
  while (!isOver) {
    await new Promise((resolve) => {
      const socket = net.connect(port, hostname, () => {
        socket.write('POST /graphql HTTP/1.1\r\nhost: x\r\n');
        socket.destroy();
      });
      socket.on('close', resolve);
      socket.on('error', resolve);
    });
    count('churned');
    await pause(5);
  }
}

/** A head of which a letter comes every second. */
async function slow() {
  while (!isOver) {
    await new Promise((resolve) => {
      const socket = net.connect(port, hostname, () => socket.write('GET / HTTP/1.1\r\nx-slow: '));
      const writing = setInterval(() => (isOver ? socket.destroy() : socket.write('a')), 1_000);
      socket.on('error', () => {});
      socket.on('close', () => {
        clearInterval(writing);
        resolve();
      });
    });
    count('slow heads let go');
  }
}

const underway = [
  ...Object.keys(request).flatMap((kind, at) => Array.from({ length: connections }, (_, number) => asking(kind, at * connections + number))),
  oversized(),
  churning(),
  ...Array.from({ length: 200 }, slow),
];
await Promise.all(underway);
parentPort.postMessage(figures.answers);
