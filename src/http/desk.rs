//! The desk of the portal: pages for whoever has a token, kept in a cookie that only the desk is sent, and forms that no other site can send.

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use http_body_util::BodyExt as _;
use portal::address::Address;
use portal::desk::{self, Next};
use portal::view::{Language, View};
use portal::{Ask, Unshown};
use serde_json::Value;
use subtle::ConstantTimeEq as _;

use super::portal::{asked, context, labels, shown};
use super::{App, answer, body, import, pages};
use crate::graphql::request::{Ending, Outcome, RequestContext};

/// The cookie, which holds the token.
const COOKIE: &str = "yeollam-desk";
/// Seconds after which a browser forgets the token: a working day.
const LIFE: u32 = 10 * 3600;
/// Letters of a token at most: an identity provider's are a few kilobytes.
const TOKEN: usize = 8 * 1024;

/// A page of the desk, or the page that asks for a token.
pub async fn page(State(app): State<App>, request: Request) -> Response {
    let here = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let Some(token) = token(request.headers()) else { return asks_for_token(&app, &here, false).await };
    let Some(page) = desk::page(&here) else { return pages::not_found(request).await };
    let context = context(&request);
    drop(request);
    let outcome = match put(&app, &here, context, &token, page.ask()).await {
        Ok(outcome) => outcome,
        Err(failed) => return failed,
    };
    if outcome.ending == Ending::Unauthenticated {
        return asks_for_token(&app, &here, true).await;
    }
    told(&app, &here, &token, outcome, |view, data| page.show(view, data).map(Next::Show)).await
}

/// What a form of the desk does.
pub async fn act(State(app): State<App>, request: Request) -> Response {
    let here = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    if is_foreign(request.headers()) {
        return forbidden(&app, &here).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = body::read(&parts.headers, body, app.settings.body_bytes).await else {
        return explained(&app, &here, StatusCode::PAYLOAD_TOO_LARGE, "BAD_USER_INPUT", &[]).await;
    };
    let filled = Address::parse("", &String::from_utf8_lossy(&body));
    let request = Request::from_parts(parts, Body::empty());
    let (context, token) = (context(&request), token(request.headers()));
    if here.path() == "/desk/login" {
        return enter(&app, &here, context, &filled).await;
    }
    let Some(token) = token else { return asks_for_token(&app, &here, false).await };
    if !is_own(&token, filled.get("csrf")) {
        return forbidden(&app, &here).await;
    }
    if here.path() == "/desk/logout" {
        return with_cookie(leads_to("/desk", &here), &format!("{COOKIE}=; Path=/desk; HttpOnly; SameSite=Strict; Max-Age=0"));
    }
    let Some(act) = desk::act(&here, &filled) else { return pages::not_found(request).await };
    let outcome = match put(&app, &here, context, &token, act.ask()).await {
        Ok(outcome) => outcome,
        Err(failed) => return failed,
    };
    if outcome.ending == Ending::Unauthenticated {
        return asks_for_token(&app, &here, true).await;
    }
    told(&app, &here, &token, outcome, |view, data| act.next(view, data)).await
}

/// A document that is sent to be imported: `POST /import` with the token of the cookie, whose answer leads to the report.
pub async fn import(State(app): State<App>, mut request: Request) -> Response {
    let here = Address::parse(request.uri().path(), request.uri().query().unwrap_or_default());
    let Some(token) = token(request.headers()) else { return asks_for_token(&app, &here, false).await };
    if is_foreign(request.headers()) || !is_own(&token, here.get("csrf")) {
        return forbidden(&app, &here).await;
    }
    let is_dry_run = here.get("dryRun") != Some("false");
    let target = if is_dry_run { "/import?dryRun=true" } else { "/import?dryRun=false" };
    *request.uri_mut() = Uri::from_static(target);
    request.headers_mut().remove(header::COOKIE);
    match HeaderValue::from_str(&format!("Bearer {token}")) {
        Ok(value) => request.headers_mut().insert(header::AUTHORIZATION, value),
        Err(_) => return asks_for_token(&app, &here, true).await,
    };
    let response = import::post(State(app.clone()), request).await;
    let status = response.status();
    let body = response.into_body().collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let answer: Value = serde_json::from_slice(&body).unwrap_or_default();
    match answer["id"].as_str() {
        Some(id) => leads_to(&format!("/desk/imports/{id}"), &here),
        None => {
            let message = answer["errors"][0]["message"].as_str().unwrap_or_default().to_owned();
            explained(&app, &here, status, "BAD_USER_INPUT", &[message]).await
        }
    }
}

/// Takes a token that is one, and keeps it for the desk alone.
async fn enter(app: &App, here: &Address, context: RequestContext, filled: &Address) -> Response {
    let token = filled.get("token").unwrap_or_default();
    if !is_token(token) {
        return asks_for_token(app, here, true).await;
    }
    match put(app, here, context, token, desk::viewer()).await {
        Err(failed) => failed,
        Ok(outcome) if outcome.ending != Ending::Executed || !outcome.response.errors.is_empty() => asks_for_token(app, here, true).await,
        Ok(_) => {
            let secure = if app.portal.public_url.starts_with("https:") { "; Secure" } else { "" };
            with_cookie(leads_to("/desk", here), &format!("{COOKIE}={token}; Path=/desk; HttpOnly; SameSite=Strict; Max-Age={LIFE}{secure}"))
        }
    }
}

/// The outcome of what is asked with a token; a page where it took too long.
async fn put(app: &App, here: &Address, context: RequestContext, token: &str, ask: Ask) -> Result<Outcome, Response> {
    let context = RequestContext { authorization: Some(format!("Bearer {token}")), ..context };
    match asked(app, &context, ask).await {
        Ok(outcome) => Ok(outcome),
        Err(refused) => Err(explained(app, here, StatusCode::GATEWAY_TIMEOUT, "", &[refused]).await),
    }
}

/// What an outcome leads to.
async fn told(app: &App, here: &Address, token: &str, outcome: Outcome, next: impl FnOnce(&View<'_>, Value) -> Result<Next, Unshown>) -> Response {
    let labels = labels(app, Language::of(here)).await;
    let view = View::new(here, &labels, &app.portal.public_url).with_secret(secret(token));
    let note = answer::note(outcome.operation, outcome.operation_name.as_deref(), outcome.cost, &outcome.response);
    let mut response = if let Some(error) = outcome.response.errors.first() {
        let code = answer::code_of(error).unwrap_or_default();
        let messages: Vec<String> = outcome.response.errors.iter().map(|error| error.message.clone()).collect();
        let status = if code == "FORBIDDEN" { StatusCode::FORBIDDEN } else { StatusCode::BAD_REQUEST };
        shown(status, portal::failed(&view, &code, &messages), None)
    } else {
        match next(&view, outcome.response.data.into_json().unwrap_or(Value::Null)) {
            Ok(Next::Show(page)) => shown(StatusCode::OK, Ok(page), None),
            Ok(Next::To(address)) => redirected(&address),
            Err(Unshown::Nothing) => shown(StatusCode::NOT_FOUND, portal::not_found(&view), None),
            Err(Unshown::Broken(why)) => {
                tracing::error!(why, path = view.path(), "a page of the desk could not be shown");
                shown(StatusCode::INTERNAL_SERVER_ERROR, portal::failed(&view, "", &[]), None)
            }
        }
    };
    response.extensions_mut().insert(note);
    response
}

async fn asks_for_token(app: &App, here: &Address, is_refused: bool) -> Response {
    let here = Address::of("/desk").with("lang", here.get("lang").unwrap_or_default());
    let labels = labels(app, Language::of(&here)).await;
    let view = View::new(&here, &labels, &app.portal.public_url);
    shown(if is_refused { StatusCode::UNAUTHORIZED } else { StatusCode::OK }, desk::login(&view, is_refused), None)
}

async fn forbidden(app: &App, here: &Address) -> Response {
    let message = "The form was not sent from a page of this desk. Open the desk again, and send it from there.".to_owned();
    explained(app, here, StatusCode::FORBIDDEN, "BAD_USER_INPUT", &[message]).await
}

async fn explained(app: &App, here: &Address, status: StatusCode, code: &str, messages: &[String]) -> Response {
    let labels = labels(app, Language::of(here)).await;
    shown(status, portal::failed(&View::new(here, &labels, &app.portal.public_url), code, messages), None)
}

/// Another page, in the same language.
fn leads_to(path: &str, here: &Address) -> Response {
    redirected(&Address::of(path).with("lang", here.get("lang").unwrap_or_default()).to_string())
}

fn redirected(address: &str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, address), (header::CACHE_CONTROL, "no-store")]).into_response()
}

fn with_cookie(mut response: Response, cookie: &str) -> Response {
    if let Ok(cookie) = HeaderValue::from_str(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    response
}

/// The token of the cookie.
fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(';'));
    let token = cookies.filter_map(|cookie| cookie.trim().split_once('=')).find(|(name, _)| *name == COOKIE).map(|(_, token)| token)?;
    is_token(token).then(|| token.to_owned())
}

/// Whether a text may be a token: what cannot be one is never put into a header.
fn is_token(text: &str) -> bool {
    (1..=TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~+/=".contains(&byte))
}

/// What the forms carry: derived from the token, so that no server keeps it, and whoever has not the token cannot make it.
fn secret(token: &str) -> String {
    blake3::Hash::from_bytes(blake3::derive_key("yeollam 2026-11-22 forms of the desk", token.as_bytes())).to_hex().to_string()
}

fn is_own(token: &str, sent: Option<&str>) -> bool {
    secret(token).as_bytes().ct_eq(sent.unwrap_or_default().as_bytes()).into()
}

/// Whether the browser says that another site sent the form.
fn is_foreign(headers: &HeaderMap) -> bool {
    headers.get("sec-fetch-site").is_some_and(|site| site != "same-origin" && site != "none")
}
