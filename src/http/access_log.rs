//! One line in the log for each request, and the request's id.

use std::time::Instant;

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;

use super::{App, REQUEST_ID};
use crate::graphql::admission::document::short;

/// Id of a request, kept among its extensions.
#[derive(Clone)]
pub struct RequestId(pub String);

/// What the GraphQL handler tells the log, kept among the answer's extensions.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Kind and name of the operation.
    pub operation: Option<String>,
    /// Cost of the operation.
    pub cost: Option<u64>,
    /// Code of the first error.
    pub error: Option<String>,
}

/// An operation with many answers, over a WebSocket or as events: one line when it is over, however it ends.
pub struct Operation {
    request_id: String,
    transport: &'static str,
    started: Instant,
    note: Note,
    answers: u64,
}

impl Operation {
    /// An operation that begins now.
    #[must_use]
    pub fn begun(request_id: String, transport: &'static str) -> Self {
        Self { request_id, transport, started: Instant::now(), note: Note::default(), answers: 0 }
    }

    /// Notes one more answer.
    pub fn answered(&mut self, note: Note) {
        let Note { operation, cost, error } = note;
        self.answers += 1;
        self.note.operation = operation.or_else(|| self.note.operation.take());
        self.note.cost = cost.or(self.note.cost);
        self.note.error = error.or_else(|| self.note.error.take());
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let Self { request_id, transport, started, note: Note { operation, cost, error }, answers } = self;
        let micros = started.elapsed().as_micros();
        tracing::info!(target: "access", request_id, transport, operation = operation.as_deref(), cost, error = error.as_deref(), answers, micros, "ended");
    }
}

/// Names the request, runs it within a span of that name, and logs what became of it.
pub async fn log(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
    let id = sent.map_or_else(|| (app.new_request_id)(), str::to_owned);
    let (method, path) = (request.method().clone(), short(request.uri().path()));
    request.extensions_mut().insert(RequestId(id.clone()));

    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span).await;

    let note = response.extensions_mut().remove::<Note>().unwrap_or_default();
    let (status, micros) = (response.status().as_u16(), started.elapsed().as_micros());
    let Note { operation, cost, error } = note;
    // Asked every few seconds by whatever watches the server.
    if matches!(path.as_str(), "/healthz" | "/readyz") && status < 400 {
        tracing::debug!(target: "access", request_id = id, %method, path, status, micros, "answered");
    } else {
        tracing::info!(target: "access", request_id = id, %method, path, status, operation, cost, error, micros, "answered");
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// Whether an id that a client sent may stand in headers and logs.
fn is_sane(id: &str) -> bool {
    (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}
