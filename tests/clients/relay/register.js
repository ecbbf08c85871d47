// What an application in Relay asks of the register: the compiler reads these documents and writes generated/relay, from which reading.mjs takes them.
import { graphql } from 'relay-runtime';

// A page of one agency: the fragment below pages through its files, and asks for more of them by the agency's id (`node`).
export const agency = graphql`
  query registerAgencyQuery($code: String!) {
    agency(code: $code) {
      name
      ...register_files
    }
  }
`;

export const files = graphql`
  fragment register_files on Agency
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "registerFilesPageQuery") {
    dataFiles(first: $count, after: $cursor, includeSubordinate: true) @connection(key: "register_dataFiles") {
      totalCount
      edges {
        node {
          registrationNumber
          ...register_file
        }
      }
    }
  }
`;

export const file = graphql`
  fragment register_file on DataFile @refetchable(queryName: "registerFileQuery") {
    name
    status
    registration {
      validFrom
      collectedItems {
        name
        category {
          ...register_category @relay(mask: false)
        }
      }
    }
  }
`;

export const category = graphql`
  fragment register_category on ItemCategory {
    code
    label
  }
`;

// A list of the root, read from its end.
export const newest = graphql`
  query registerNewestQuery($count: Int!, $cursor: String) {
    ...register_newest @arguments(count: $count, cursor: $cursor)
  }
`;

export const newestFiles = graphql`
  fragment register_newest on Query
  @argumentDefinitions(count: { type: "Int", defaultValue: 2 }, cursor: { type: "String" })
  @refetchable(queryName: "registerNewestPageQuery") {
    registrations(last: $count, before: $cursor) @connection(key: "register_registrations") {
      edges {
        node {
          validFrom
        }
      }
    }
  }
`;

// A search with its facets, page by page.
export const search = graphql`
  query registerSearchQuery($text: String!, $count: Int!, $cursor: String) {
    search(text: $text, first: $count, after: $cursor) @connection(key: "register_search", filters: ["text"]) {
      totalCount
      edges {
        node {
          name
        }
      }
    }
  }
`;

// The same object, whichever way it is reached.
export const node = graphql`
  query registerNodeQuery($id: ID!) {
    node(id: $id) {
      __typename
      ...register_file @alias(as: "dataFile")
      ...register_files @alias(as: "agency")
    }
  }
`;

// A step of the desk, after which the list has the application at its head.
export const create = graphql`
  mutation registerCreateMutation($agency: ID!, $input: RegistrationInput!, $connections: [ID!]!) {
    applicationCreate(agencyId: $agency, kind: NEW, input: $input) {
      application @prependNode(connections: $connections, edgeTypeName: "ApplicationEdge") {
        id
        version
      }
      userErrors {
        code
        field
        message
      }
    }
  }
`;

export const changes = graphql`
  subscription registerChangesSubscription($after: String) {
    changes(after: $after) {
      sequence
      cursor
    }
  }
`;
