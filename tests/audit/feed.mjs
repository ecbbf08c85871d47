// The feed by the public clients graphql-ws and graphql-sse: each replays the journal from `after`, then follows it, over a connection that is cut off half way.
// usage: node feed.mjs http://127.0.0.1:8000 AFTER COUNT
// Prints "following" when both have what was there, then waits until each has COUNT changes, and prints their sequences as JSON.
import { createClient as createSse } from 'graphql-sse';
import { createClient as createWs } from 'graphql-ws';
import WebSocket from 'ws';

const [, , address, after, wanted] = process.argv;
if (!wanted) {
  console.error('usage: node feed.mjs URL AFTER COUNT');
  process.exit(2);
}
const count = Number(wanted);
const query = 'subscription Follow($after: String) { changes(after: $after) { sequence cursor } }';

// As many changes as asked for, after a cursor; the connection is then given up.
async function follow(client, after, count) {
  const sequences = [];
  let cursor = after;
  for await (const { data, errors } of client.iterate({ query, variables: { after } })) {
    if (errors) throw new Error(JSON.stringify(errors));
    sequences.push(data.changes.sequence);
    cursor = data.changes.cursor;
    if (sequences.length === count) break;
  }
  client.dispose();
  return { sequences, cursor };
}

let ready = 0;
const half = Math.floor(count / 2);
async function inTwo(connect) {
  const first = await follow(connect(), after, half);
  if (++ready === 2) console.log('following');
  const second = await follow(connect(), first.cursor, count - half);
  return [...first.sequences, ...second.sequences];
}

const ws = () => createWs({ url: `${address.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket, keepAlive: 1000 });
const sse = () => createSse({ url: `${address}/graphql` });
const [byWs, bySse] = await Promise.all([inTwo(ws), inTwo(sse)]);
// Queries, and errors, over both.
for (const client of [ws(), sse()]) {
  for await (const { data } of client.iterate({ query: '{ register { sequence } }' })) {
    if (!(data.register.sequence >= count)) throw new Error(JSON.stringify(data));
  }
  client.dispose();
}
console.log(JSON.stringify({ ws: byWs, sse: bySse }));
