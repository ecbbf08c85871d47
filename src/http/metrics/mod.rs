//! What whoever watches a server reads at `/metrics` (OpenMetrics 1.0, as Prometheus reads it): what was counted since the start, and figures that are read when they are asked for.
//!
//! The number of series is bounded whatever clients send: routes, kinds and codes are the program's own, names of operations are [`OperationNames`].

mod figure;
mod operation_names;
mod process;

use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::{encode_eof, encode_registry};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

pub use self::figure::Figure;
use self::figure::Figures;
use self::operation_names::OperationNames;
use super::access_log::Note;
use super::{App, pages};
use crate::cache::CacheFigures;
use crate::graphql::trusted::TrustedDocuments;

/// Upper bounds of the buckets of durations, in seconds: from an answer out of memory to the longest deadlines.
const SECONDS: [f64; 14] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// Upper bounds of the buckets of costs.
const COSTS: [f64; 9] = [10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0, 10_000.0, 30_000.0, 100_000.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct RouteStatus {
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Operation {
    operation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OperationOutcome {
    operation: String,
    kind: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Code {
    code: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Transport {
    transport: &'static str,
}

/// What was counted since the server started.
pub struct Metrics {
    registry: Registry,
    names: OperationNames,
    requests: Family<RouteStatus, Counter>,
    request_durations: Family<Route, Histogram>,
    operations: Family<OperationOutcome, Counter>,
    operation_durations: Family<Operation, Histogram>,
    costs: Histogram,
    errors: Family<Code, Counter>,
    streams: Family<Transport, Gauge>,
    websockets: Gauge,
}

/// Something that is open until this is dropped.
pub struct Open(Gauge);

impl Open {
    fn counted(gauge: &Gauge) -> Self {
        gauge.inc();
        Self(gauge.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}

impl Metrics {
    /// Nothing yet. Operations are told apart by name where the name is that of a trusted document, or one of the first that clients use where none are trusted.
    #[must_use]
    pub fn new(trusted: Option<&TrustedDocuments>) -> Self {
        let durations: fn() -> Histogram = || Histogram::new(SECONDS);
        let this = Self {
            registry: Registry::default(),
            names: OperationNames::new(trusted),
            requests: Family::default(),
            request_durations: Family::new_with_constructor(durations),
            operations: Family::default(),
            operation_durations: Family::new_with_constructor(durations),
            costs: Histogram::new(COSTS),
            errors: Family::default(),
            streams: Family::default(),
            websockets: Gauge::default(),
        };
        let mut registry = Registry::with_prefix("yeollam");
        registry.register("build", "The program that runs", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("http_requests", "Requests answered, by route and status", this.requests.clone());
        let help = "Time from the head of a request to the head of its answer";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, this.request_durations.clone());
        registry.register("graphql_operations", "Operations answered, by name and kind; error: with an error or refused", this.operations.clone());
        let help = "Time to answer an operation that has one answer, by name; from memory too";
        registry.register_with_unit("graphql_operation_duration", help, Unit::Seconds, this.operation_durations.clone());
        registry.register("graphql_operation_cost", "Static cost of operations, executed or refused", this.costs.clone());
        registry.register("errors", "Answers with errors, by the code of the first", this.errors.clone());
        registry.register("streams_open", "Operations open that have any number of answers, by transport", this.streams.clone());
        registry.register("websockets_open", "WebSocket connections open", this.websockets.clone());
        Self { registry, ..this }
    }

    /// A request was answered. `route` is the pattern that its path fits.
    pub fn answered(&self, route: Option<&str>, status: u16, note: &Note, took: Duration) {
        let route = route.unwrap_or("none").to_owned();
        self.request_durations.get_or_create(&Route { route: route.clone() }).observe(took.as_secs_f64());
        self.requests.get_or_create(&RouteStatus { route, status }).inc();
        self.note(note, Some(took));
    }

    /// An operation with any number of answers began.
    #[must_use]
    pub fn stream(&self, transport: &'static str) -> Open {
        Open::counted(&self.streams.get_or_create(&Transport { transport }))
    }

    /// A WebSocket was opened.
    #[must_use]
    pub fn websocket(&self) -> Open {
        Open::counted(&self.websockets)
    }

    /// An operation was answered: in that time, where it has one answer.
    pub fn note(&self, note: &Note, took: Option<Duration>) {
        if let Some(code) = &note.error {
            self.errors.get_or_create(&Code { code: code.clone() }).inc();
        }
        #[expect(clippy::cast_precision_loss, reason = "it falls into a bucket")]
        if let Some(cost) = note.cost {
            self.costs.observe(cost as f64);
        }
        let Some(kind) = note.kind else { return };
        let operation = self.names.label(note.name.as_deref());
        if let Some(took) = took {
            self.operation_durations.get_or_create(&Operation { operation: operation.clone() }).observe(took.as_secs_f64());
        }
        let outcome = if note.error.is_some() { "error" } else { "ok" };
        self.operations.get_or_create(&OperationOutcome { operation, kind: kind.to_string(), outcome }).inc();
    }

    fn text(&self, figures: Vec<Figure>) -> Result<String, std::fmt::Error> {
        let mut text = String::new();
        encode_registry(&mut text, &self.registry)?;
        let mut read_now = Registry::default();
        read_now.register_collector(Box::new(Figures(figures)));
        encode_registry(&mut text, &read_now)?;
        encode_eof(&mut text)?;
        Ok(text)
    }
}

/// The one route of the listener for whoever watches.
pub fn router(app: App) -> Router {
    Router::new().route("/metrics", get(page)).fallback(pages::not_found).with_state(app)
}

async fn page(State(app): State<App>) -> Response {
    let mut figures = figures_of(&app);
    figures.extend((app.watched)());
    figures.extend(process::figures());
    match app.metrics.text(figures) {
        Ok(text) => ([(header::CONTENT_TYPE, "application/openmetrics-text; version=1.0.0; charset=utf-8")], text).into_response(),
        Err(error) => {
            tracing::error!(%error, "the metrics could not be written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// What the application counts and holds.
fn figures_of(app: &App) -> Vec<Figure> {
    let engine = app.engine.figures();
    let caches = [("documents", engine.documents), ("answers", app.answers.figures()), ("persisted", app.persisted.figures())];
    let of_caches = |read: fn(&CacheFigures) -> u64| caches.iter().map(|(name, figures)| (*name, read(figures))).collect::<Vec<_>>();
    let gate = app.gate.figures();
    vec![
        Figure::counter("yeollam_cache_hits", "Times that what was asked for was kept").by("cache", of_caches(|cache| cache.hits)),
        Figure::counter("yeollam_cache_misses", "Times that it was not").by("cache", of_caches(|cache| cache.misses)),
        Figure::counter("yeollam_cache_evictions", "Things that had to go to make room").by("cache", of_caches(|cache| cache.evictions)),
        Figure::gauge("yeollam_cache_entries", "Things kept").by("cache", of_caches(|cache| cache.entries)),
        Figure::gauge("yeollam_cache_bytes", "Bytes that they take, estimated").by("cache", of_caches(|cache| cache.bytes)),
        Figure::gauge("yeollam_cache_limit_bytes", "Bytes that they may take").by("cache", of_caches(|cache| cache.limit)),
        Figure::counter("yeollam_answers_shared", "Requests answered by what another one asked at the same time").is(app.answers.shared()),
        Figure::gauge("yeollam_gate_inside", "Requests being executed").is(gate.inside),
        Figure::gauge("yeollam_gate_waiting", "Requests that wait to be executed").is(gate.waiting),
        Figure::gauge("yeollam_gate_places", "Requests that are executed at a time at most").is(gate.places),
        Figure::counter("yeollam_gate_turned_away", "Requests turned away with 503, since too many waited").is(gate.turned_away),
        Figure::counter("yeollam_budget_refused", "Operations refused since their client had spent its budget").is(engine.over_budget),
    ]
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::types::OperationType;

    use super::*;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new(None);
        let note = Note { kind: Some(OperationType::Query), name: Some("Files".to_owned()), cost: Some(42), error: None };
        metrics.answered(Some("/graphql"), 200, &note, Duration::from_millis(3));
        metrics.answered(None, 404, &Note { error: Some("NOT_FOUND".to_owned()), ..Note::default() }, Duration::ZERO);
        let _open = metrics.stream("websocket");
        drop(metrics.websocket());
        let text = metrics.text(vec![Figure::gauge("yeollam_gate_inside", "Requests being executed").is(3)]).unwrap();
        for line in [
            "# TYPE yeollam_http_requests counter",
            r#"yeollam_http_requests_total{route="/graphql",status="200"} 1"#,
            r#"yeollam_http_requests_total{route="none",status="404"} 1"#,
            r#"yeollam_http_request_duration_seconds_bucket{le="0.005",route="/graphql"} 1"#,
            r#"yeollam_graphql_operations_total{operation="Files",kind="query",outcome="ok"} 1"#,
            "yeollam_graphql_operation_cost_sum 42.0",
            r#"yeollam_errors_total{code="NOT_FOUND"} 1"#,
            r#"yeollam_streams_open{transport="websocket"} 1"#,
            "yeollam_websockets_open 0",
            "yeollam_gate_inside 3.0",
        ] {
            assert!(text.lines().any(|told| told == line), "{line} is missing:\n{text}");
        }
        assert!(text.ends_with("# EOF\n"));
    }
}
