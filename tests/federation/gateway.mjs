// The register and another subgraph, composed and served by a gateway.
// usage: node gateway.mjs http://127.0.0.1:8000
// Prints what composition has to say and where the gateway listens, as JSON, and serves until it is ended.
import { createServer } from 'node:http';
import { createHash } from 'node:crypto';
import { composeServices } from '@apollo/composition';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { graphql, parse } from 'graphql';
import * as other from './subgraph.mjs';

// Without it the gateway reports to its makers.
process.env.APOLLO_TELEMETRY_DISABLED = 'true';

const [, , register] = process.argv;
if (!register) {
  console.error('usage: node gateway.mjs URL');
  process.exit(2);
}

// Serves what `answer` makes of a request and its headers: its address.
async function serve(answer) {
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const result = await answer(JSON.parse(body), request.headers).catch((error) => ({ errors: [{ message: String(error) }] }));
    response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
  });
  await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
  return `http://127.0.0.1:${server.address().port}`;
}

const asked = await fetch(`${register}/graphql`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ query: '{ _service { sdl } }' }),
});
const { data } = await asked.json();
const beside = await serve(({ query, variables }) => graphql({ schema: other.schema, source: query, variableValues: variables }));

const { supergraphSdl, errors, hints } = composeServices([
  { name: 'register', url: `${register}/graphql`, typeDefs: parse(data._service.sdl) },
  { name: 'requests', url: beside, typeDefs: parse(other.sdl) },
]);
const told = { errors: (errors ?? []).map(String), hints: (hints ?? []).map(String) };
if (errors) {
  console.log(JSON.stringify(told));
  process.exit(1);
}

// Whose token a request brings, the register must know.
class Forwarding extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    if (context?.authorization) request.http.headers.set('authorization', context.authorization);
  }
}

const gateway = new ApolloGateway({ supergraphSdl, buildService: ({ name, url }) => new Forwarding({ url, apq: name === 'register' }) });
const { executor, schema } = await gateway.load();
const silent = { debug() {}, info() {}, warn() {}, error() {} };
const address = await serve(({ query, variables }, headers) =>
  executor({
    schema,
    logger: silent,
    request: { query, variables },
    document: parse(query),
    queryHash: createHash('sha256').update(query).digest('hex'),
    context: { authorization: headers.authorization },
    metrics: {},
    cache: undefined,
  }),
);
console.log(JSON.stringify({ ...told, address }));
