//! One line in the log for each request, and the request's id.

use std::sync::Arc;
use std::time::Instant;

use async_graphql::parser::types::OperationType;
use axum::extract::{MatchedPath, Request, State};
use axum::http::HeaderValue;
use axum::middleware::Next;
use axum::response::Response;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::metrics::{Metrics, Open};
use super::slow_query::{SlowQuery, Timed};
use super::{App, REQUEST_ID};
use crate::graphql::admission::document::short;
use crate::graphql::request::{GraphqlRequest, RequestContext};

/// Id of a request, kept among its extensions.
#[derive(Clone)]
pub struct RequestId(pub String);

/// What the GraphQL handler tells the log and the metrics, kept among the answer's extensions.
#[derive(Clone, Debug, Default)]
pub struct Note {
    /// Kind of the operation.
    pub kind: Option<OperationType>,
    /// Its name, short enough for the log.
    pub name: Option<String>,
    /// Cost of the operation.
    pub cost: Option<u64>,
    /// Code of the first error.
    pub error: Option<String>,
}

impl Note {
    /// Kind and name of the operation.
    #[must_use]
    pub fn operation(&self) -> Option<String> {
        let kind = self.kind?;
        Some(self.name.as_ref().map_or_else(|| kind.to_string(), |name| format!("{kind} {name}")))
    }
}

/// An operation with many answers, over a WebSocket or as events: one line when it is over, however it ends.
pub struct Operation {
    request_id: String,
    transport: &'static str,
    started: Instant,
    note: Note,
    answers: u64,
    document: String,
    metrics: Arc<Metrics>,
    _open: Open,
    slow_query: Option<SlowQuery>,
}

impl Operation {
    /// An operation that begins now.
    #[must_use]
    pub fn begun(app: &App, request: &GraphqlRequest, context: &RequestContext, transport: &'static str) -> Self {
        Self {
            request_id: context.request_id.clone(),
            transport,
            started: Instant::now(),
            note: Note::default(),
            answers: 0,
            document: request.query.clone(),
            _open: app.metrics.stream(transport),
            metrics: Arc::clone(&app.metrics),
            slow_query: SlowQuery::of(app.settings.slow_query, request, context),
        }
    }

    /// A span of the next answer, for traces.
    pub fn span(&self) -> Span {
        super::span_of_answer(&self.document)
    }

    /// The next answer is being made, until this is dropped.
    pub fn timed(&self) -> Option<Timed> {
        self.slow_query.clone().map(SlowQuery::timed)
    }

    /// Notes one more answer.
    pub fn answered(&mut self, note: Note) {
        let Note { kind, name, cost, error } = note;
        self.answers += 1;
        self.note.kind = kind.or(self.note.kind);
        self.note.name = name.or_else(|| self.note.name.take());
        self.note.cost = cost.or(self.note.cost);
        self.note.error = error.or_else(|| self.note.error.take());
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let Self { request_id, transport, started, note, answers, metrics, .. } = self;
        metrics.note(note, None);
        let (micros, operation) = (started.elapsed().as_micros(), note.operation());
        tracing::info!(target: "access", request_id, transport, operation, cost = note.cost, error = note.error.as_deref(), answers, micros, "ended");
    }
}

/// Names the request, runs it within a span of that name, and logs what became of it.
pub async fn log(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let sent = request.headers().get(REQUEST_ID).and_then(|value| value.to_str().ok()).filter(|id| is_sane(id));
    let id = sent.map_or_else(|| (app.new_request_id)(), str::to_owned);
    let (method, path) = (request.method().clone(), short(request.uri().path()));
    let route = request.extensions().get::<MatchedPath>().cloned();
    request.extensions_mut().insert(RequestId(id.clone()));

    let trace = tracing::trace_span!(
        target: "otel", "request", otel.name = format!("{method} {}", route.as_ref().map_or("other", MatchedPath::as_str)), otel.kind = "server",
        otel.status_code = Empty, http.request.method = %method, http.route = route.as_ref().map(MatchedPath::as_str), url.path = path,
        http.response.status_code = Empty
    );
    #[cfg(feature = "otel")]
    crate::traces::adopt(&trace, request.headers());
    let span = tracing::info_span!("request", id);
    let mut response = next.run(request).instrument(span).instrument(trace.clone()).await;

    let note = response.extensions_mut().remove::<Note>().unwrap_or_default();
    let (status, took) = (response.status().as_u16(), started.elapsed());
    trace.record("http.response.status_code", status);
    if status >= 500 {
        trace.record("otel.status_code", "ERROR");
    }
    app.metrics.answered(route.as_ref().map(MatchedPath::as_str), status, &note, took);
    let (micros, operation) = (took.as_micros(), note.operation());
    // Asked every few seconds by whatever watches the server.
    if matches!(path.as_str(), "/healthz" | "/readyz") && status < 400 {
        tracing::debug!(target: "access", request_id = id, %method, path, status, micros, "answered");
    } else {
        tracing::info!(target: "access", request_id = id, %method, path, status, operation, cost = note.cost, error = note.error, micros, "answered");
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
