// GraphQL over HTTP: runs the public audit suite of graphql-http against a running server.
// usage: node audit.mjs http://127.0.0.1:8000/graphql
import { auditServer } from 'graphql-http';

const EXPECTED = 61;

const url = process.argv[2];
if (!url) {
  console.error('usage: node audit.mjs URL');
  process.exit(2);
}

const results = await auditServer({ url });
const failed = results.filter((result) => result.status !== 'ok');
for (const { id, name, status, reason, response } of failed) {
  console.error(`${status} ${id} ${name}: ${reason} (HTTP ${response?.status}, ${response?.headers.get('content-type')})`);
}
console.log(`${results.length - failed.length} of ${results.length} audits are ok`);
if (failed.length > 0 || results.length !== EXPECTED) {
  if (results.length !== EXPECTED) console.error(`expected ${EXPECTED} audits`);
  process.exit(1);
}
