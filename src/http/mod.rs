//! GraphQL over HTTP (draft of graphql.github.io/graphql-over-http), and the few other paths: what this is, its schema, whether it is up.

mod access_log;
mod answer;
mod body;
mod desk;
mod event_stream;
mod export;
mod graphql;
mod import;
mod media_type;
mod pages;
mod parameters;
mod patience;
mod portal;
mod query_string;
mod serve;
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
use tower_http::cors::{Any, CorsLayer};

pub use self::portal::Portal;
pub use self::serve::serve;
use self::stop::Stop;
use crate::export::Exporter;
use crate::graphql::request::Answer;
use crate::import::intake::Intake;

/// Whether the server can answer; the error says what it lacks.
pub type Ready = dyn Fn() -> BoxFuture<'static, Result<(), String>> + Send + Sync;

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
    /// Limits of the transport.
    pub settings: Settings,
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
    /// Time that the head of a request may take to arrive.
    pub head: Duration,
    /// Time that requests underway have left when the server is told to stop.
    pub drain: Duration,
    /// Time that a WebSocket connection has to introduce itself with `connection_init`.
    pub init: Duration,
    /// Time between signs of life on a connection that carries events.
    pub keep_alive: Duration,
    /// Time for which a client may leave so much unread that nothing more can be sent to it; then its connection is cut.
    pub stall: Duration,
    /// Operations that may run on one WebSocket connection at a time.
    pub operations: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            body_bytes: 128 * 1024,
            import_bytes: 256 << 20,
            export: Duration::from_secs(600),
            deadline: Duration::from_secs(30),
            head: Duration::from_secs(15),
            drain: Duration::from_secs(10),
            init: Duration::from_secs(10),
            keep_alive: Duration::from_secs(12),
            stall: Duration::from_secs(60),
            operations: 100,
        }
    }
}

/// Header that names a request in the answer and in the log.
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Header that tells the last entry of the journal that an answer holds.
pub(crate) const SEQUENCE: HeaderName = HeaderName::from_static("yeollam-sequence");

/// Header under whose value a mutation is carried out once.
pub(crate) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// All routes. Connections that carry events end when `stop` is told.
pub fn router(app: App, stop: Stop) -> Router {
    // Any page may ask: what is answered without a token is public, and a token is sent by whoever holds it, never by the browser itself.
    let cors = CorsLayer::new()
        .allow_origin(Any)
        .allow_methods([Method::GET, Method::POST])
        .allow_headers([header::ACCEPT, header::AUTHORIZATION, header::CONTENT_TYPE, IDEMPOTENCY_KEY, REQUEST_ID])
        .expose_headers([REQUEST_ID, SEQUENCE, header::ETAG, header::CONTENT_DISPOSITION])
        .max_age(Duration::from_secs(86_400));
    // What is compressed already gains nothing by it.
    let compressible = DefaultPredicate::new()
        .and(SizeAbove::new(1024))
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
