//! What is neither GraphQL nor a page of the portal: the schema, health, and what is not there.

use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::answer;
use super::media_type::MediaType;
use crate::error::code;
use crate::graphql::admission::document::short;
use crate::graphql::admission::refusal::Refusal;

/// The schema in the schema definition language.
pub async fn schema(State(app): State<App>, request: Request) -> Response {
    if !app.settings.tells_schema {
        return not_found(request).await;
    }
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], app.engine.sdl().to_owned()).into_response()
}

/// The process is up.
pub async fn healthz() -> Response {
    plain(StatusCode::OK, "ok\n".to_owned())
}

/// The server can answer.
pub async fn readyz(State(app): State<App>) -> Response {
    let seconds = app.settings.deadline.as_secs_f32();
    let ready = super::within(app.settings.deadline, (app.ready)()).await;
    match ready.unwrap_or_else(|| Err(format!("no answer within {seconds} seconds"))) {
        Ok(()) => plain(StatusCode::OK, "ready\n".to_owned()),
        Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {why}\n")),
    }
}

fn plain(status: StatusCode, text: String) -> Response {
    (status, [(header::CONTENT_TYPE, "text/plain; charset=utf-8"), (header::CACHE_CONTROL, "no-store")], text).into_response()
}

/// There is nothing at this path.
pub async fn not_found(request: Request) -> Response {
    let message =
        format!("There is nothing at `{}`. GraphQL is at `/graphql`, the schema at `/schema.graphql`, open data at `/export`.", short(request.uri().path()));
    answer::failure(StatusCode::NOT_FOUND, MediaType::Json, Refusal::new(code::NOT_FOUND, message))
}

/// The path does not know the method.
pub async fn method_not_allowed(request: Request) -> Response {
    let allowed = match request.uri().path() {
        "/graphql" => "GET, POST",
        "/import" | "/desk/login" | "/desk/logout" => "POST",
        "/desk/draft" | "/desk/destruction" | "/desk/import" => "GET, POST",
        path if path.starts_with("/desk/applications/") => "GET, POST",
        _ => "GET",
    };
    let message = format!("`{}` does not know the method {}; it knows {allowed}.", short(request.uri().path()), short(request.method().as_str()));
    let mut response = answer::failure(StatusCode::METHOD_NOT_ALLOWED, MediaType::Json, Refusal::new(code::METHOD_NOT_ALLOWED, message));
    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allowed));
    response
}
