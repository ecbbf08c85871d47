//! Codes of errors, as clients see them under `extensions.code`. A code is part of the public contract: it never changes its meaning.

/// The codes.
pub mod code {
    /// The document is not GraphQL.
    pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The document is GraphQL, but not for this schema.
    pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    /// Which operation of the document is meant cannot be told, or it cannot run over this transport.
    pub const OPERATION_RESOLUTION_FAILURE: &str = "OPERATION_RESOLUTION_FAILURE";
    /// A value given by the client cannot be used: wrong type, out of range, malformed.
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// The HTTP request is not a GraphQL request: no JSON, no query, a batch.
    pub const BAD_REQUEST: &str = "BAD_REQUEST";
    /// A mutation came by GET, or the path does not know the method.
    pub const METHOD_NOT_ALLOWED: &str = "METHOD_NOT_ALLOWED";
    /// There is nothing at this path.
    pub const NOT_FOUND: &str = "NOT_FOUND";
    /// No media type that the client accepts can be answered.
    pub const NOT_ACCEPTABLE: &str = "NOT_ACCEPTABLE";
    /// The request body is not `application/json`.
    pub const UNSUPPORTED_MEDIA_TYPE: &str = "UNSUPPORTED_MEDIA_TYPE";
    /// The request body is longer than allowed.
    pub const BODY_TOO_LARGE: &str = "BODY_TOO_LARGE";
    /// The document is longer than allowed.
    pub const DOCUMENT_TOO_LARGE: &str = "DOCUMENT_TOO_LARGE";
    /// The document has more tokens than allowed.
    pub const TOKEN_LIMIT_EXCEEDED: &str = "TOKEN_LIMIT_EXCEEDED";
    /// Brackets, selections or variables nest deeper than allowed.
    pub const DEPTH_LIMIT_EXCEEDED: &str = "DEPTH_LIMIT_EXCEEDED";
    /// The document has more aliases than allowed.
    pub const ALIAS_LIMIT_EXCEEDED: &str = "ALIAS_LIMIT_EXCEEDED";
    /// The operation has more root fields than allowed.
    pub const ROOT_FIELD_LIMIT_EXCEEDED: &str = "ROOT_FIELD_LIMIT_EXCEEDED";
    /// The document has more directives than allowed.
    pub const DIRECTIVE_LIMIT_EXCEEDED: &str = "DIRECTIVE_LIMIT_EXCEEDED";
    /// The document defines more fragments than allowed.
    pub const FRAGMENT_LIMIT_EXCEEDED: &str = "FRAGMENT_LIMIT_EXCEEDED";
    /// With its fragments spread, the document selects more fields than allowed.
    pub const FIELD_LIMIT_EXCEEDED: &str = "FIELD_LIMIT_EXCEEDED";
    /// What the operation may fetch is more than allowed.
    pub const COST_LIMIT_EXCEEDED: &str = "COST_LIMIT_EXCEEDED";
    /// The answer took longer than allowed.
    pub const TIMEOUT: &str = "TIMEOUT";
    /// The server's own fault. The message carries the request id and nothing else.
    pub const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
}
