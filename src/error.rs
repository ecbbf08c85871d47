//! What can go wrong, free of transport: what the caller can mend, and what only the operator can.
//!
//! A public message never holds internal context. `Display` of an internal error does not repeat its source: the chain is logged once, at the edge.

use std::sync::Arc;

/// Stable codes of `extensions.code` and of problems in reports. Clients switch on them: a code is never renamed.
pub mod code {
    /// An argument, id, cursor or filter that the caller can mend.
    pub const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
    /// Failure within the server; the log tells more under the request id.
    pub const INTERNAL_SERVER_ERROR: &str = "INTERNAL_SERVER_ERROR";
    /// The database is unreachable, locked or read-only at the moment, or its disk is full. Where nothing can be answered for it, status 503.
    pub const UNAVAILABLE: &str = "UNAVAILABLE";
    /// The search index is being prepared; lists and objects are answered meanwhile.
    pub const SEARCH_NOT_READY: &str = "SEARCH_NOT_READY";
    /// The document is not GraphQL.
    pub const GRAPHQL_PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
    /// The document is GraphQL, but not for this schema.
    pub const GRAPHQL_VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";
    /// Which operation of the document is meant cannot be told, or it cannot run over this transport.
    pub const OPERATION_RESOLUTION_FAILURE: &str = "OPERATION_RESOLUTION_FAILURE";
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
    /// What is asked needs a token, or the one that was sent is not taken.
    pub const UNAUTHENTICATED: &str = "UNAUTHENTICATED";
    /// The role of the token does not allow what is asked.
    pub const FORBIDDEN: &str = "FORBIDDEN";
    /// The mutation with this idempotency key is being carried out.
    pub const IDEMPOTENCY_KEY_IN_USE: &str = "IDEMPOTENCY_KEY_IN_USE";
    /// The idempotency key was used for another mutation.
    pub const IDEMPOTENCY_KEY_REUSED: &str = "IDEMPOTENCY_KEY_REUSED";
    /// As many operations as allowed run on the connection already.
    pub const OPERATION_LIMIT_EXCEEDED: &str = "OPERATION_LIMIT_EXCEEDED";
    /// No document is known by the hash or id; send it once with its text.
    pub const PERSISTED_QUERY_NOT_FOUND: &str = "PERSISTED_QUERY_NOT_FOUND";
    /// This server keeps no documents that clients register.
    pub const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
    /// The hash or id is that of another document.
    pub const PERSISTED_QUERY_HASH_MISMATCH: &str = "PERSISTED_QUERY_HASH_MISMATCH";
    /// This server executes the documents of its manifest and no other.
    pub const DOCUMENT_NOT_TRUSTED: &str = "DOCUMENT_NOT_TRUSTED";
    /// The schema is not told by introspection here.
    pub const INTROSPECTION_DISABLED: &str = "INTROSPECTION_DISABLED";
    /// As many requests as allowed are being executed and wait already.
    pub const OVERLOADED: &str = "OVERLOADED";
    /// The client has asked for as much as it may in a minute.
    pub const RATE_LIMITED: &str = "RATE_LIMITED";
    /// The answer took longer than allowed.
    pub const TIMEOUT: &str = "TIMEOUT";
}

/// An expected failure or an unexpected one.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Error {
    /// The caller's input; the message names what, where and how to mend it.
    #[error("{0}")]
    Input(String),
    /// The database cannot serve now: gone, locked, read-only, disk full.
    #[error("the database is not available")]
    Unavailable(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// What is asked is being prepared, or held by somebody else; the message says how far it is, or what to do.
    #[error("{0}")]
    NotReady(String),
    /// What is asked needs a token.
    #[error("this needs a token: send it as `Authorization: Bearer ylm_…`")]
    Unauthenticated,
    /// The role of the token does not allow it.
    #[error("the role of this token does not allow it; `viewer {{ role }}` tells which one it has")]
    Forbidden,
    /// Another transaction came between; the same again may succeed.
    #[error("another write came between")]
    Contended(#[source] Arc<dyn std::error::Error + Send + Sync>),
    /// A defect or a damaged database; never the caller's fault.
    #[error("internal error")]
    Internal(#[source] Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// The caller's mistake, with a message for the caller.
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into())
    }

    /// A state that the code rules out, with what was found.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::Internal(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(message.into())))
    }

    /// Stable code for `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Input(_) => code::BAD_USER_INPUT,
            Self::Unavailable(_) | Self::Contended(_) => code::UNAVAILABLE,
            Self::Unauthenticated => code::UNAUTHENTICATED,
            Self::Forbidden => code::FORBIDDEN,
            Self::NotReady(_) => code::SEARCH_NOT_READY,
            Self::Internal(_) => code::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error and its sources on one line, for the log.
    #[must_use]
    pub fn chain(&self) -> String {
        let mut text = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(error) = source {
            // Some errors say what their source says.
            let told = error.to_string();
            if !text.ends_with(&told) {
                text.push_str(": ");
                text.push_str(&told);
            }
            source = error.source();
        }
        text
    }
}

/// What a client is told while the database is away. The log has more under the request's id.
#[must_use]
pub fn unavailable(request_id: &str) -> String {
    format!("The register cannot answer at the moment. Try again later. The request id is {request_id}.")
}

/// Result with the register's error.
pub type Result<T, E = Error> = std::result::Result<T, E>;
