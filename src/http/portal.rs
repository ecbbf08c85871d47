//! The pages of the portal: an address becomes a question to the engine, asked as an anonymous client would ask it, and the answer a page.

use std::time::Duration;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use portal::address::Address;
use portal::view::{Labels, Language, View};
use portal::{Ask, Page, Unshown};
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use super::access_log::RequestId;
use super::media_type::{self, MediaType};
use super::{App, answer, pages};
use crate::error::code;
use crate::graphql::day_in_korea;
use crate::graphql::request::{GraphqlRequest, Outcome, RequestContext, Transport};
use crate::server::Clock;

/// Scripts, styles and pictures come from here alone; nothing is framed, and forms go nowhere else.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What the pages need besides the engine.
pub struct Portal {
    /// The clock that tells which day it is.
    pub clock: Clock,
    /// Where the server is reached, without a slash at the end.
    pub public_url: String,
    /// Labels in Korean and in English, asked for once.
    labels: [OnceCell<Labels>; 2],
}

impl Portal {
    /// A portal that has shown nothing yet.
    #[must_use]
    pub fn new(clock: Clock, public_url: String) -> Self {
        Self { clock, public_url, labels: Default::default() }
    }

    /// Seconds until it is tomorrow in Korea.
    pub fn seconds_left_today(&self) -> u64 {
        const DAY: i64 = 24 * 3600;
        let now = (self.clock)().timestamp().saturating_add(9 * 3600);
        u64::try_from(DAY - now.rem_euclid(DAY)).unwrap_or_default()
    }

    /// Today in Korea.
    pub fn today(&self) -> String {
        day_in_korea((self.clock)()).to_string()
    }
}

/// A page of the portal.
pub async fn page(State(app): State<App>, request: Request) -> Response {
    let here = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let today = app.portal.today();
    let Some(page) = portal::page(&here, &today) else { return nothing(&app, &here, request).await };
    let headers = request.headers();
    let tag = app.engine.version().map(|version| tag(version.sequence.min(version.head), &today));
    if let Some(tag) = &tag
        && is_known(headers, tag)
    {
        return kept(StatusCode::NOT_MODIFIED.into_response(), Some(tag));
    }
    let is_for_programs = !media_type::wants_html(headers) && here.path() != "/" && page.media_type().starts_with("text/html");
    let context = context(&request);
    let outcome = match asked(&app, &context, page.ask()).await {
        Ok(outcome) => outcome,
        Err(refused) => return shown(StatusCode::GATEWAY_TIMEOUT, portal_failure(&app, &here, code::TIMEOUT, &[refused]).await, None),
    };
    if is_for_programs {
        return answer::from_outcome(outcome, MediaType::Json);
    }
    let labels = labels(&app, Language::of(&here)).await;
    let view = View::new(&here, &labels, &app.portal.public_url);
    let note = answer::note(outcome.operation, outcome.operation_name.as_deref(), outcome.cost, &outcome.response);
    let mut response = answered(page.as_ref(), &view, outcome, tag.as_deref());
    response.extensions_mut().insert(note);
    response
}

/// What the outcome says, as a page.
fn answered(page: &dyn Page, view: &View<'_>, outcome: Outcome, tag: Option<&str>) -> Response {
    if let Some(error) = outcome.response.errors.first().filter(|_| !page.shows_errors()) {
        let code = answer::code_of(error).unwrap_or_default();
        let messages: Vec<String> = outcome.response.errors.iter().map(|error| error.message.clone()).collect();
        let status = match code.as_str() {
            code::SEARCH_NOT_READY | code::UNAVAILABLE | code::OVERLOADED => StatusCode::SERVICE_UNAVAILABLE,
            "INTERNAL_SERVER_ERROR" => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        };
        return shown(status, portal::failed(view, &code, &messages), None);
    }
    let told = if page.shows_errors() { serde_json::to_value(&outcome.response) } else { outcome.response.data.into_json() };
    let data = told.unwrap_or(Value::Null);
    match page.show(view, data) {
        Ok(text) => {
            let mut response = shown(StatusCode::OK, Ok(text), tag);
            response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(page.media_type()));
            response
        }
        Err(Unshown::Nothing) => shown(StatusCode::NOT_FOUND, portal::not_found(view), None),
        Err(Unshown::Broken(why)) => {
            tracing::error!(why, path = view.path(), "a page could not be shown");
            shown(StatusCode::INTERNAL_SERVER_ERROR, portal::failed(view, "", &[]), None)
        }
    }
}

/// Where the portal has no page: a page that says so for people, and an error for programs.
async fn nothing(app: &App, here: &Address, request: Request) -> Response {
    if !media_type::wants_html(request.headers()) {
        return pages::not_found(request).await;
    }
    let labels = labels(app, Language::of(here)).await;
    shown(StatusCode::NOT_FOUND, portal::not_found(&View::new(here, &labels, &app.portal.public_url)), None)
}

/// The style sheet or the script. Its name changes with its content.
pub async fn asset(Path(name): Path<String>, request: Request) -> Response {
    let Some(asset) = portal::view::assets().find(|asset| asset.name == name) else { return pages::not_found(request).await };
    ([(header::CONTENT_TYPE, asset.media_type), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")], asset.content).into_response()
}

/// The outcome of what a page asks; the refusal where it took too long.
pub async fn asked(app: &App, context: &RequestContext, ask: Ask) -> Result<Outcome, String> {
    let request = GraphqlRequest { query: ask.document.into_owned(), variables: ask.variables, ..GraphqlRequest::default() };
    let deadline: Duration = app.settings.deadline;
    super::within(deadline, app.ask(request, Transport::Post, context)).await.ok_or_else(|| answer::given_up(deadline).message)
}

/// Labels in a language; none, where they cannot be had at the moment.
pub async fn labels(app: &App, language: Language) -> Labels {
    let cell = match language {
        Language::Ko => &app.portal.labels[0],
        Language::En => &app.portal.labels[1],
    };
    let read = cell.get_or_try_init(async || {
        let variables = json!({"language": language.word()}).as_object().cloned().unwrap_or_default();
        let outcome = asked(app, &RequestContext::default(), Ask { document: Labels::DOCUMENT.into(), variables }).await.map_err(drop)?;
        outcome.response.data.into_json().map_err(drop).and_then(|data| Labels::read(data).map_err(drop))
    });
    read.await.cloned().unwrap_or_default()
}

async fn portal_failure(app: &App, here: &Address, code: &str, messages: &[String]) -> Result<String, Unshown> {
    let labels = labels(app, Language::of(here)).await;
    portal::failed(&View::new(here, &labels, &app.portal.public_url), code, messages)
}

/// A page with its headers.
pub fn shown(status: StatusCode, page: Result<String, Unshown>, tag: Option<&str>) -> Response {
    let page = page.unwrap_or_else(|error| {
        tracing::error!(?error, "a page could not be written");
        String::new()
    });
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::VARY, "Accept"),
    ];
    kept((status, headers, page).into_response(), tag)
}

/// What may be kept must be asked about again each time: whether the journal went on.
fn kept(mut response: Response, tag: Option<&str>) -> Response {
    let headers = response.headers_mut();
    match tag.and_then(|tag| HeaderValue::from_str(tag).ok()) {
        Some(tag) => {
            headers.insert(header::ETAG, tag);
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
            headers.insert(header::VARY, HeaderValue::from_static("Accept"));
        }
        None => {
            headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
    response
}

/// What a page at one address depends on: the journal, the day, and the pages themselves.
fn tag(head: i64, today: &str) -> String {
    let edition: String = portal::view::assets().filter_map(|asset| asset.name.get(..6)).collect();
    format!("W/\"{head}-{today}-{}-{edition}\"", env!("CARGO_PKG_VERSION"))
}

fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let weak = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok()).any(|list| list.split(',').any(|known| weak(known) == weak(tag)))
}

/// A visitor has no token: whatever the browser sends, the pages ask as anybody.
pub fn context(request: &Request) -> RequestContext {
    RequestContext { request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(), ..RequestContext::default() }
}

/// A portal for tests, on one day.
#[cfg(test)]
pub fn sample() -> std::sync::Arc<Portal> {
    std::sync::Arc::new(Portal::new(std::sync::Arc::new(|| chrono::DateTime::UNIX_EPOCH), "http://127.0.0.1".to_owned()))
}
