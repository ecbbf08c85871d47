// GraphQL ESLint over the schema and the documents of the repository: what it recommends, and its rules for Relay. Run from the root of the repository (npm run lint).
import graphql from '@graphql-eslint/eslint-plugin';

const schema = 'schema.graphql';
// Two clients: names must be unique among the documents of each.
const questions = { schema, documents: 'tests/queries/*.graphql' };
const portal = { schema, documents: 'portal/documents/*.graphql' };

const recommended = (name) => graphql.configs[`flat/${name}`].rules;

export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: { parser: graphql.parser, parserOptions: { graphQLConfig: { projects: { questions, portal } } } },
  },
  {
    files: [schema],
    rules: {
      ...recommended('schema-recommended'),
      ...recommended('schema-relay'),
      // Every Node has an id. A page, an answer of a mutation, a period of retention is a value: it has no identity, and an id would promise one.
      '@graphql-eslint/strict-id-in-types': 'off',
      // The rule is stricter than Relay's specification in two ways: `nodes`, and lists that are short by nature, go without edges; and a message of an import is a value, of which
      // there may be thousands.
      '@graphql-eslint/relay-edge-types': ['error', { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false }],
      // Relay's specification asks for one direction; the feed of changes is read forwards alone.
      '@graphql-eslint/relay-arguments': ['error', { includeBoth: false }],
    },
  },
  {
    files: [questions.documents, portal.documents],
    rules: {
      ...recommended('operations-recommended'),
      // For clients whose cache is keyed by ids. Whoever reads an answer from its top to its end needs none, and Relay adds them by itself.
      '@graphql-eslint/require-selections': 'off',
      // As deep as the server goes (--depth-limit).
      '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 20 }],
    },
  },
];
