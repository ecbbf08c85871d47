// An application in Relay against a running server that executes the compiled documents alone, by their ids: pages by cursor, by the id of an object (`node`) and from the end of a list,
// and what Relay's store makes of them.
// usage: node relay/reading.mjs http://127.0.0.1:8000/graphql CODE, that of an agency
import assert from 'node:assert/strict';
import { Environment, Network, RecordSource, Store, fetchQuery, getSingularSelector } from 'relay-runtime';

const [, , url, code] = process.argv;
if (!code) {
  console.error('usage: node relay/reading.mjs URL CODE');
  process.exit(2);
}

async function ask({ id, text }, variables) {
  const body = JSON.stringify(text ? { query: text, variables } : { documentId: `sha256:${id}`, variables });
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' }, body });
  return response.json();
}
const environment = new Environment({ network: Network.create(ask), store: new Store(new RecordSource()) });

const artifact = async (name) => (await import(`../generated/relay/${name}.graphql.js`)).default;
const asked = async (name, variables) => fetchQuery(environment, await artifact(name), variables, { fetchPolicy: 'network-only' }).toPromise();
const fragment = async (name, reference) => environment.lookup(getSingularSelector(await artifact(name), reference)).data;

// Files of the agency and those below it, two at a time: the store joins the pages to one list.
const { agency } = await asked('registerAgencyQuery', { code });
let { dataFiles, id } = await fragment('register_files', agency);
let pages = 1;
while (dataFiles.pageInfo.hasNextPage && pages < 100) {
  await asked('registerFilesPageQuery', { id, count: 2, cursor: dataFiles.pageInfo.endCursor });
  ({ dataFiles } = await fragment('register_files', agency));
  pages += 1;
}
const numbers = dataFiles.edges.map(({ node }) => node.registrationNumber);
assert.equal(numbers.length, dataFiles.totalCount);
assert.equal(new Set(numbers).size, numbers.length);

// One file again, by its id alone.
const first = dataFiles.edges[0].node;
const { node } = await asked('registerNodeQuery', { id: first.__id });
assert.equal(node.__typename, 'DataFile');
assert.equal((await fragment('register_file', node.dataFile)).name, (await fragment('register_file', first)).name);

// From the end of a list of the root.
const root = await asked('registerNewestQuery', { count: 3 });
let { registrations } = await fragment('register_newest', root);
await asked('registerNewestPageQuery', { count: 4, cursor: registrations.pageInfo.startCursor });
({ registrations } = await fragment('register_newest', root));

// A search, and a document that nobody trusts.
const { search } = await asked('registerSearchQuery', { text: '회원', count: 2 });
const refused = await ask({ text: '{ __typename }' }, {});
console.log(
  JSON.stringify({
    agency: agency.name,
    files: numbers.length,
    pages,
    fromTheEnd: registrations.edges.length,
    found: search.edges.length,
    refused: refused.errors[0].extensions.code,
  }),
);
