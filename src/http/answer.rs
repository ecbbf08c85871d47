//! Answers: GraphQL responses with the status that their media type asks for, and errors before there is a GraphQL request in the same shape.

use std::any::Any;
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use async_graphql::{Response as GraphqlResponse, ServerError, Value};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::future::BoxFuture;
use serde::Serialize;

use super::SEQUENCE;
use super::access_log::{Note, Operation};
use super::gate::Gate;
use super::media_type::MediaType;
use crate::error::code;
use crate::graphql::admission::document::short;
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::budget::{self, Balance};
use crate::graphql::request::{Ending, Outcome};

/// An answer without `data`.
#[derive(Serialize)]
struct Failure<'a> {
    errors: &'a [ServerError],
    #[serde(skip_serializing_if = "std::collections::BTreeMap::is_empty")]
    extensions: &'a std::collections::BTreeMap<String, Value>,
}

/// The answer to a GraphQL request.
pub fn from_outcome(outcome: Outcome, media_type: MediaType) -> Response {
    let Outcome { response, ending, operation_name, operation, cost, balance } = outcome;
    let status = match (ending, media_type) {
        (Ending::MutationByGet, _) => StatusCode::METHOD_NOT_ALLOWED,
        (Ending::Unauthenticated, _) => StatusCode::UNAUTHORIZED,
        (Ending::Broken, _) => StatusCode::INTERNAL_SERVER_ERROR,
        (Ending::Unavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (Ending::OverBudget, _) => StatusCode::TOO_MANY_REQUESTS,
        (Ending::RequestError, MediaType::GraphqlResponse) => StatusCode::BAD_REQUEST,
        (Ending::RequestError, MediaType::Json) | (Ending::Executed, _) => StatusCode::OK,
    };
    let body = match ending {
        Ending::Executed => serde_json::to_vec(&response),
        _ => serde_json::to_vec(&Failure { errors: &response.errors, extensions: &response.extensions }),
    };
    let mut answer = match body {
        Ok(body) => json(status, media_type, body),
        Err(error) => {
            tracing::error!(error = %error, "an answer could not be written as JSON");
            failure(StatusCode::INTERNAL_SERVER_ERROR, media_type, Refusal::new(code::INTERNAL_SERVER_ERROR, "Internal error."))
        }
    };
    if ending == Ending::MutationByGet {
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("POST"));
    }
    if ending == Ending::Unauthenticated {
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"yeollam\", error=\"invalid_token\""));
    }
    if let Some(balance) = balance {
        tell_balance(answer.headers_mut(), balance);
    }
    if let Some(sequence) = sequence(&response) {
        answer.headers_mut().insert(SEQUENCE, sequence.into());
    }
    answer.extensions_mut().insert(note(operation, operation_name.as_deref(), cost, &response));
    answer
}

/// What a client may still ask for, in cost (draft-ietf-httpapi-ratelimit-headers).
pub fn tell_balance(headers: &mut HeaderMap, balance: Balance) {
    let Balance { limit, left, full_in, wait } = balance;
    let mut tell = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    };
    tell("ratelimit-policy", format!("\"cost\";q={limit};w={};qu=\"cost\"", budget::WINDOW.as_secs()));
    tell("ratelimit", format!("\"cost\";r={left};t={full_in}"));
    if wait > 0 {
        tell("retry-after", wait.to_string());
    }
}

/// The entry of the journal that a response is of, or newer, as it states itself.
pub fn sequence(response: &GraphqlResponse) -> Option<i64> {
    match response.extensions.get("sequence")? {
        Value::Number(sequence) => sequence.as_i64(),
        _ => None,
    }
}

/// What the log and the metrics are told of an answer.
pub fn note(operation: Option<OperationType>, name: Option<&str>, cost: Option<u64>, response: &GraphqlResponse) -> Note {
    Note { kind: operation, name: name.map(short), cost, error: response.errors.first().and_then(code_of) }
}

/// Why an answer was given up.
pub fn given_up(deadline: Duration) -> Refusal {
    let seconds = deadline.as_secs_f32();
    Refusal::new(code::TIMEOUT, format!("The answer took longer than {seconds} seconds and was given up. Ask for less, or try again later."))
}

/// The next of several answers to one request, as JSON: within the deadline, or the error that says so. `Err` where there is no `data` and no further answer: the errors alone, as a response without `data`, and
/// as a list. What is answered is noted for the log.
pub async fn next(answer: BoxFuture<'static, Outcome>, gate: &Gate, deadline: Duration, log: &mut Operation) -> Result<String, Unanswered> {
    let answer = async {
        let _place = gate.enter_in_any_case().await;
        let _timed = log.timed();
        super::traced(log.span(), answer).await
    };
    let outcome = super::within(deadline, answer).await.unwrap_or_else(|| Outcome::refused(given_up(deadline), Ending::Broken));
    log.answered(note(outcome.operation, outcome.operation_name.as_deref(), outcome.cost, &outcome.response));
    let written = match outcome.ending {
        Ending::Executed => return serde_json::to_string(&outcome.response).map_err(unwritable),
        _ => serde_json::to_string(&Failure { errors: &outcome.response.errors, extensions: &outcome.response.extensions })
            .and_then(|response| Ok(Unanswered { response, errors: serde_json::to_string(&outcome.response.errors)? })),
    };
    Err(written.unwrap_or_else(unwritable))
}

/// The end of several answers to one request, where there is nothing to answer.
pub struct Unanswered {
    /// A response without `data`.
    pub response: String,
    /// Its errors.
    pub errors: String,
}

fn unwritable(error: serde_json::Error) -> Unanswered {
    tracing::error!(error = %error, "an answer could not be written as JSON");
    let errors = r#"[{"message":"Internal error.","extensions":{"code":"INTERNAL_SERVER_ERROR"}}]"#.to_owned();
    Unanswered { response: format!("{{\"errors\":{errors}}}"), errors }
}

/// An answer that says why there is no other.
pub fn failure(status: StatusCode, media_type: MediaType, refusal: Refusal) -> Response {
    let code = refusal.code.to_owned();
    let errors = [ServerError::from(refusal)];
    let body = serde_json::to_vec(&Failure { errors: &errors, extensions: &std::collections::BTreeMap::new() });
    // Texts and numbers always can be written.
    let mut answer = json(status, media_type, body.unwrap_or_default());
    answer.extensions_mut().insert(Note { error: Some(code), ..Note::default() });
    answer
}

fn json(status: StatusCode, media_type: MediaType, body: Vec<u8>) -> Response {
    let headers = [(header::CONTENT_TYPE, media_type.as_str()), (header::VARY, "Accept"), (header::CACHE_CONTROL, "no-store")];
    let mut answer = (status, headers, Body::from(body)).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    }
    answer
}

/// The code of an error.
pub fn code_of(error: &ServerError) -> Option<String> {
    match error.extensions.as_ref()?.get("code")? {
        Value::String(code) => Some(code.clone()),
        _ => None,
    }
}

/// The answer when a handler panicked. What it panicked with is for the log only.
pub fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let what = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
    tracing::error!(panic = what.unwrap_or("not a text"), "a handler panicked");
    let message = "Internal error. The request id is in the header X-Request-Id; please name it when you report this.";
    failure(StatusCode::INTERNAL_SERVER_ERROR, MediaType::Json, Refusal::new(code::INTERNAL_SERVER_ERROR, message))
}
