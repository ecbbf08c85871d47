//! `/graphql`: requests by POST, queries also by GET, answers as they happen over Server-Sent Events and WebSockets, and the explorer for browsers.

use axum::Extension;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::access_log::RequestId;
use super::answers::{self, Wishes};
use super::body::{self, BodyError};
use super::media_type::{self, MediaType};
use super::stop::Stop;
use super::{App, IDEMPOTENCY_KEY, SEQUENCE, answer, client_address, event_stream, parameters, websocket};
use crate::error::code;
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::request::{Ending, GraphqlRequest, Outcome, RequestContext, Transport};

/// POST.
pub async fn post(State(app): State<App>, Extension(stop): Extension<Stop>, request: Request) -> Response {
    if media_type::wants_events(request.headers()) {
        return match super::within(app.settings.deadline, read(&app, request, MediaType::Json)).await {
            Some(Ok((context, graphql))) => event_stream::answer(&app, stop, context, graphql, Transport::Stream),
            Some(Err(failure)) => *failure,
            None => too_slow(app.settings.deadline, MediaType::Json),
        };
    }
    let Some(media_type) = MediaType::negotiate(request.headers()) else { return not_acceptable() };
    let (deadline, wishes) = (app.settings.deadline, Wishes::of(request.headers()));
    within(deadline, media_type, read_and_answer(&app, request, media_type, &wishes)).await
}

/// GET: a WebSocket for whoever asks for one, and the way to the explorer for browsers that bring no query.
pub async fn get(State(app): State<App>, Extension(stop): Extension<Stop>, request: Request) -> Response {
    if request.headers().get(header::UPGRADE).is_some_and(|protocol| protocol.as_bytes().eq_ignore_ascii_case(b"websocket")) {
        let context = context(&app, &request);
        return websocket::upgrade(app, stop, context, request).await;
    }
    let query = request.uri().query().unwrap_or_default().to_owned();
    let has_query = query.split('&').any(|part| matches!(part.split('=').next(), Some("query" | "documentId" | "extensions")));
    if !has_query && media_type::wants_html(request.headers()) {
        return Redirect::to("/explorer").into_response();
    }
    let wants_events = media_type::wants_events(request.headers());
    let negotiated = if wants_events { Some(MediaType::Json) } else { MediaType::negotiate(request.headers()) };
    let Some(media_type) = negotiated else { return not_acceptable() };
    if query.len() > app.settings.body_bytes {
        return too_large(&app, media_type);
    }
    match parameters::from_query_string(&query) {
        Err(message) => bad_request(media_type, message),
        Ok(graphql) if wants_events => event_stream::answer(&app, stop, context(&app, &request), graphql, Transport::StreamByGet),
        Ok(graphql) => {
            let wishes = Wishes::of(request.headers());
            within(app.settings.deadline, media_type, execute(&app, &context(&app, &request), graphql, Transport::Get, media_type, &wishes)).await
        }
    }
}

async fn read_and_answer(app: &App, request: Request, media_type: MediaType, wishes: &Wishes) -> Response {
    match read(app, request, media_type).await {
        Ok((context, graphql)) => execute(app, &context, graphql, Transport::Post, media_type, wishes).await,
        Err(failure) => *failure,
    }
}

/// The GraphQL request in the body, or the answer that says why there is none.
async fn read(app: &App, request: Request, media_type: MediaType) -> Result<(RequestContext, GraphqlRequest), Box<Response>> {
    if !media_type::is_json(request.headers()) {
        let message = "The body's type must be `application/json`, in UTF-8. Forms, plain text and uploads are not accepted.";
        return Err(Box::new(answer::failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, media_type, Refusal::new(code::UNSUPPORTED_MEDIA_TYPE, message))));
    }
    if request.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let message = "Compressed bodies are not accepted. Send it as it is.";
        return Err(Box::new(answer::failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, media_type, Refusal::new(code::UNSUPPORTED_MEDIA_TYPE, message))));
    }
    let context = context(app, &request);
    let (parts, body) = request.into_parts();
    let body = match body::read(&parts.headers, body, app.settings.body_bytes).await {
        Ok(body) => body,
        Err(BodyError::TooLarge) => return Err(Box::new(too_large(app, media_type))),
        Err(BodyError::Broken) => return Err(Box::new(bad_request(media_type, "The body could not be read to its end.".to_owned()))),
    };
    parameters::from_body(&body).map(|graphql| (context, graphql)).map_err(|message| Box::new(bad_request(media_type, message)))
}

async fn execute(app: &App, context: &RequestContext, request: GraphqlRequest, transport: Transport, media_type: MediaType, wishes: &Wishes) -> Response {
    match app.settle(request, transport) {
        Ok(request) => answers::answer(app, context, request, transport, media_type, wishes).await,
        Err(refusal) => answer::from_outcome(Outcome::refused(refusal, Ending::RequestError), media_type),
    }
}

/// The answer, or one that says that it took too long.
async fn within(deadline: std::time::Duration, media_type: MediaType, answer: impl Future<Output = Response>) -> Response {
    super::within(deadline, answer).await.unwrap_or_else(|| too_slow(deadline, media_type))
}

fn too_slow(deadline: std::time::Duration, media_type: MediaType) -> Response {
    answer::failure(StatusCode::GATEWAY_TIMEOUT, media_type, answer::given_up(deadline))
}

fn context(app: &App, request: &Request) -> RequestContext {
    let header = |headers: &HeaderMap, name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    RequestContext {
        request_id: request.extensions().get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        authorization: header(request.headers(), header::AUTHORIZATION),
        idempotency_key: header(request.headers(), IDEMPOTENCY_KEY),
        at_least: header(request.headers(), SEQUENCE).and_then(|sequence| sequence.parse().ok()),
        address: client_address::of(request, &app.settings.trusted_proxies),
        deadline: app.settings.deadline,
        ..RequestContext::default()
    }
}

fn bad_request(media_type: MediaType, message: String) -> Response {
    answer::failure(StatusCode::BAD_REQUEST, media_type, Refusal::new(code::BAD_REQUEST, message))
}

fn too_large(app: &App, media_type: MediaType) -> Response {
    let limit = app.settings.body_bytes as u64;
    let refusal = Refusal::new(code::BODY_TOO_LARGE, format!("The request is too large; at most {limit} bytes are accepted.")).fact("limit", limit);
    answer::failure(StatusCode::PAYLOAD_TOO_LARGE, media_type, refusal)
}

fn not_acceptable() -> Response {
    let message = "None of the accepted media types can be answered. Accept `application/graphql-response+json`, `application/json` or `text/event-stream`.";
    answer::failure(StatusCode::NOT_ACCEPTABLE, MediaType::Json, Refusal::new(code::NOT_ACCEPTABLE, message))
}
