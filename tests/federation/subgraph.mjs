// A subgraph beside the register: how often people asked to see what a data file holds of them (열람 요구). It keeps nothing; what it tells follows from the key.
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';

export const sdl = `
extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires"])

type Query {
  requestsFor(registrationNumbers: [String!]!): RequestsPage!
  desk(agencyCode: String!): Desk!
  auditOf(statuteName: String!, organizationId: ID!): Audit!
}

type RequestsPage {
  nodes: [Requests!]!
  pageInfo: PageInfo!
}

type Requests {
  dataFile: DataFile
  received: Int!
}

type Desk {
  agency: Agency
}

type Audit {
  statute: Statute
  organization: Organization
  on: Date!
}

type DataFile @key(fields: "registrationNumber") {
  registrationNumber: String!
  requests: Requests!
}

type Agency @key(fields: "code") {
  code: String!
  name: String! @external
  deskName: String! @requires(fields: "name")
}

type Statute @key(fields: "name", resolvable: false) {
  name: String!
}

type Organization @key(fields: "id") {
  id: ID!
  audits: Int!
}

type PageInfo @shareable {
  hasNextPage: Boolean!
  hasPreviousPage: Boolean!
  startCursor: String
  endCursor: String
}

scalar Date
`;

const received = (registrationNumber) => Number.parseInt(registrationNumber.slice(1, 7), 10);
const requests = (registrationNumber) => ({ dataFile: { registrationNumber }, received: received(registrationNumber) });

export const schema = buildSubgraphSchema({
  typeDefs: parse(sdl),
  resolvers: {
    Query: {
      requestsFor: (_, { registrationNumbers }) => ({
        nodes: registrationNumbers.map(requests),
        pageInfo: { hasNextPage: false, hasPreviousPage: false },
      }),
      desk: (_, { agencyCode }) => ({ agency: { code: agencyCode } }),
      auditOf: (_, { statuteName, organizationId }) => ({ statute: { name: statuteName }, organization: { id: organizationId }, on: '2026-11-22' }),
    },
    DataFile: { requests: ({ registrationNumber }) => requests(registrationNumber) },
    Agency: { deskName: ({ name }) => `${name} 열람창구` },
    Organization: { audits: () => 2 },
  },
});
