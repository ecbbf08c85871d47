//! GraphQL over HTTP (draft of graphql.github.io/graphql-over-http), and the few other paths: what this is, its schema, whether it is up.

mod access_log;
mod answer;
mod answers;
mod body;
mod client_address;
mod desk;
mod encoding;
mod event_stream;
mod export;
mod gate;
mod graphql;
mod import;
mod media_type;
mod metrics;
mod pages;
mod parameters;
mod patience;
mod persisted;
mod portal;
mod query_string;
mod serve;
mod slow_query;
mod stop;
mod websocket;

use std::sync::Arc;
use std::time::Duration;

use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware;
use axum::routing::{get, post};
use axum::{Extension, Router};
use futures_util::future::BoxFuture;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate, SizeAbove};
use tower_http::cors::{AllowOrigin, CorsLayer};
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use self::answers::CACHE_STATUS;
pub use self::answers::{Answers, Hold};
pub use self::client_address::Network;
pub use self::gate::{Gate, GateFigures};
pub use self::metrics::{Figure, Metrics};
pub use self::persisted::Persisted;
pub use self::portal::Portal;
pub use self::serve::{Listeners, serve};
use self::slow_query::{SlowQuery, document_hash};
use self::stop::Stop;
use crate::error::{code, unavailable};
use crate::export::Exporter;
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::request::{Answer, Ending, GraphqlRequest, Outcome, RequestContext, Transport};
use crate::graphql::trusted::TrustedDocuments;
use crate::import::intake::Intake;
use crate::store::RequestScope;

/// Whether the server can answer; the error says what it lacks.
pub type Ready = dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync;

/// Figures of what lies below the application, read at the moment.
pub type Watched = dyn Fn() -> Vec<Figure> + Send + Sync;

/// What the routes need.
#[derive(Clone)]
pub struct App {
    /// Answers GraphQL requests.
    pub engine: Arc<dyn Answer>,
    /// Whether the server can answer.
    pub ready: Arc<Ready>,
    /// A new request id at each call.
    pub new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
    /// Gives the register out as open data; `None` where it is not.
    pub exporter: Option<Arc<Exporter>>,
    /// Takes documents to be imported; `None` where none are taken.
    pub intake: Option<Arc<Intake>>,
    /// What the pages for people need.
    pub portal: Arc<Portal>,
    /// Documents that are named by an id.
    pub persisted: Arc<Persisted>,
    /// Whole answers that are kept.
    pub answers: Arc<Answers>,
    /// How many requests are executed at a time.
    pub gate: Arc<Gate>,
    /// What was counted, for those who watch the server.
    pub metrics: Arc<Metrics>,
    /// Figures of the register below.
    pub watched: Arc<Watched>,
    /// Limits of the transport.
    pub settings: Settings,
}

impl App {
    /// An application over an engine, with what its settings say. It exports nothing, takes no imports, and watches nothing below it.
    #[must_use]
    pub fn new(
        engine: Arc<dyn Answer>,
        ready: Arc<Ready>,
        new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
        portal: Arc<Portal>,
        settings: Settings,
    ) -> Self {
        let edition = [env!("CARGO_PKG_VERSION"), engine.sdl(), &portal.public_url];
        Self {
            answers: Arc::new(Answers::new(settings.answer_cache, &edition, settings.shared_max_age)),
            persisted: Arc::new(Persisted::new(settings.persisted, settings.trusted.clone(), settings.is_only_trusted)),
            gate: Arc::new(Gate::new(settings.concurrency, settings.queue)),
            metrics: Arc::new(Metrics::new(settings.trusted.as_deref())),
            watched: Arc::new(Vec::new),
            engine,
            ready,
            new_request_id,
            exporter: None,
            intake: None,
            portal,
            settings,
        }
    }

    /// The request with its document in it, whether that came as a text or by its id.
    fn settle(&self, request: GraphqlRequest, transport: Transport) -> Result<GraphqlRequest, Refusal> {
        self.persisted.settle(request, |request| self.engine.admits(request, transport))
    }

    /// Executes a request, when its turn has come.
    async fn ask(&self, request: GraphqlRequest, transport: Transport, context: &RequestContext) -> Outcome {
        if !self.engine.is_available(context) {
            return Outcome::refused(Refusal::new(code::UNAVAILABLE, unavailable(&context.request_id)), Ending::Unavailable);
        }
        match self.gate.enter().await {
            Some(_place) => {
                let context = RequestContext { admitted: Arc::default(), ..context.clone() };
                let _timed = SlowQuery::of(self.settings.slow_query, &request, &context).map(SlowQuery::timed);
                traced(span_of_answer(&request.query), self.engine.answer(request, transport, context)).await
            }
            None => Outcome::refused(Refusal::new(code::OVERLOADED, "Too many requests are being answered. Try again in a second."), Ending::Unavailable),
        }
    }

    /// What is wrong with the trusted documents, each with the beginning of its text.
    pub async fn faults_of_trusted_documents(&self) -> Vec<String> {
        let mut faults = Vec::new();
        for document in self.persisted.trusted().into_iter().flat_map(TrustedDocuments::iter) {
            let found = self.engine.faults(Arc::clone(document)).await;
            faults.extend(found.into_iter().map(|fault| format!("{}: {fault}", crate::graphql::admission::document::short(document))));
        }
        faults
    }
}

/// A span of one answer to a document, for traces.
fn span_of_answer(document: &str) -> Span {
    tracing::trace_span!(
        target: "otel", "graphql", graphql.operation.name = Empty, graphql.operation.type = Empty, graphql.document.hash = document_hash(document)
    )
}

/// Answers within the span, and says there what was asked for.
async fn traced(span: Span, answer: impl Future<Output = Outcome>) -> Outcome {
    let outcome = answer.instrument(span.clone()).await;
    if let Some(kind) = outcome.operation {
        span.record("graphql.operation.type", kind.to_string());
        span.record("graphql.operation.name", outcome.operation_name.as_deref());
    }
    outcome
}

/// Limits of the transport.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// Bytes of a request's body, and of a query string.
    pub body_bytes: usize,
    /// Bytes of a document that is sent to be imported.
    pub import_bytes: u64,
    /// Time in which an export must be taken to its end.
    pub export: Duration,
    /// Time until a request is given up; of a document that is sent, time for which nothing may come.
    pub deadline: Duration,
    /// Time from which on a request is logged as slow; 0 for none.
    pub slow_query: Duration,
    /// Time that the head of a request may take to arrive.
    pub head: Duration,
    /// Time that requests underway have left when the server is told to stop: the deadline, and some.
    pub drain: Duration,
    /// Time that a WebSocket connection has to introduce itself with `connection_init`.
    pub init: Duration,
    /// Time between signs of life on a connection that carries events.
    pub keep_alive: Duration,
    /// Time for which a client may leave so much unread that nothing more can be sent to it; then its connection is cut.
    pub stall: Duration,
    /// Operations that may run on one WebSocket connection at a time.
    pub operations: usize,
    /// Requests that are executed at a time.
    pub concurrency: usize,
    /// Requests that may wait beside them; more are turned away.
    pub queue: usize,
    /// Bytes of whole answers that are kept for whoever asks the same again; 0 keeps none.
    pub answer_cache: usize,
    /// Time for which caches that many clients share may give out an answer without asking.
    pub shared_max_age: Duration,
    /// Bytes of documents that clients register by their hash; 0 registers none.
    pub persisted: usize,
    /// Documents that the operator trusts.
    pub trusted: Option<Arc<TrustedDocuments>>,
    /// Whether they alone are executed.
    pub is_only_trusted: bool,
    /// Whether the schema is told at `/schema.graphql`.
    pub tells_schema: bool,
    /// Proxies whose word is taken on where a request comes from.
    pub trusted_proxies: Vec<Network>,
    /// Origins whose pages may ask; `*` for all.
    pub origins: Vec<String>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_bytes: 128 * 1024,
            import_bytes: 256 << 20,
            export: Duration::from_secs(600),
            deadline: Duration::from_secs(30),
            slow_query: Duration::ZERO,
            head: Duration::from_secs(15),
            drain: Duration::from_secs(32),
            init: Duration::from_secs(10),
            keep_alive: Duration::from_secs(12),
            stall: Duration::from_secs(60),
            operations: 100,
            concurrency: 64,
            queue: 256,
            answer_cache: 64 << 20,
            shared_max_age: Duration::ZERO,
            persisted: 8 << 20,
            trusted: None,
            tells_schema: true,
            trusted_proxies: Vec::new(),
            is_only_trusted: false,
            origins: vec!["*".to_owned()],
        }
    }
}

/// Does work for a request within the time that it has; `None` where that was too short.
async fn within<T>(time: Duration, work: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time, RequestScope::run(work)).await.ok()
}

/// Header that names a request in the answer and in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Header that tells the last entry of the journal that an answer holds.
pub(crate) const SEQUENCE: HeaderName = HeaderName::from_static("yeollam-sequence");

/// Header under whose value a mutation is carried out once.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// All routes. Connections that carry events end when `stop` is told.
pub fn router(app: App, stop: Stop) -> Router {
    // Any page may ask unless it is said which: what is answered without a token is public, and a token is sent by whoever holds it, never by the browser itself.
    let origins = match &app.settings.origins {
        any if any.iter().any(|origin| origin == "*") => AllowOrigin::any(),
        some => AllowOrigin::list(some.iter().filter_map(|origin| HeaderValue::from_str(origin).ok())),
    };
    let cors = CorsLayer::new()
        .allow_origin(origins)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([
            header::ACCEPT,
            header::AUTHORIZATION,
            header::CONTENT_TYPE,
            header::CACHE_CONTROL,
            header::IF_NONE_MATCH,
            IDEMPOTENCY_KEY,
            REQUEST_ID,
            SEQUENCE,
        ])
        .expose_headers([
            REQUEST_ID,
            SEQUENCE,
            CACHE_STATUS,
            HeaderName::from_static("ratelimit"),
            HeaderName::from_static("ratelimit-policy"),
            header::ETAG,
            header::RETRY_AFTER,
            header::CONTENT_DISPOSITION,
        ])
        .max_age(Duration::from_secs(86_400));
    // What is compressed already gains nothing by it.
    let compressible = DefaultPredicate::new()
        .and(SizeAbove::new(encoding::WORTH_IT))
        .and(NotForContentType::const_new("application/zip"))
        .and(NotForContentType::const_new("application/vnd."));
    Router::new()
        .route("/", get(portal::page))
        .route("/{page}", get(portal::page))
        .route("/assets/{name}", get(portal::asset))
        .route("/graphql", get(graphql::get).post(graphql::post))
        .route("/import", post(import::post).layer(DefaultBodyLimit::disable()))
        .route("/export", get(export::index))
        .route("/export/{format}", get(export::whole))
        .route("/export/{format}/{table}", get(export::table))
        .route("/schema.graphql", get(pages::schema))
        .route("/{things}/{key}", get(portal::page))
        .route("/desk", get(desk::page))
        .route("/desk/login", post(desk::act))
        .route("/desk/logout", post(desk::act))
        .route("/desk/draft", get(desk::page).post(desk::act))
        .route("/desk/destruction", get(desk::page).post(desk::act))
        .route("/desk/import", get(desk::page).post(desk::import).layer(DefaultBodyLimit::disable()))
        .route("/desk/imports/{id}", get(desk::page))
        .route("/desk/applications/{id}", get(desk::page).post(desk::act))
        .route("/healthz", get(pages::healthz))
        .route("/readyz", get(pages::readyz))
        .method_not_allowed_fallback(pages::method_not_allowed)
        .fallback(pages::not_found)
        .layer(Extension(stop))
        .layer(DefaultBodyLimit::max(app.settings.body_bytes))
        .layer(CompressionLayer::new().compress_when(compressible))
        .layer(middleware::from_fn(encoding::settle))
        .layer(cors)
        .layer(CatchPanicLayer::custom(answer::panicked))
        .layer(middleware::map_response(no_sniff))
        .layer(middleware::from_fn_with_state(app.clone(), access_log::log))
        .with_state(app)
}

async fn no_sniff(mut response: axum::response::Response) -> axum::response::Response {
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

#[cfg(test)]
mod tests;
