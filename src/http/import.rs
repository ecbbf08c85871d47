//! `POST /import`: a document of whoever has a token, streamed into a file and imported in the background.

use std::io::Write as _;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest as _, Multipart, Request as HttpRequest, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::StreamExt as _;
use serde_json::json;

use super::media_type::MediaType;
use super::{App, answer, query_string};
use crate::access::Viewer;
use crate::error::{Error, code};
use crate::graphql::admission::refusal::Refusal;
use crate::identity::{GlobalId, NodeType};
use crate::import::intake::{Intake, Request, Taken};
use crate::import::{AgencyScope, Mapping};

/// What the query string can hold.
const PARAMETERS: &str = "`filename`, `agency`, `dryRun`, `policy`, `map`";

/// POST.
pub async fn post(State(app): State<App>, request: HttpRequest) -> Response {
    let Some(intake) = app.intake.clone() else {
        return failure(StatusCode::NOT_FOUND, Refusal::new(code::NOT_FOUND, "This server takes no documents."));
    };
    taken(&app, &intake, request).await.unwrap_or_else(|failure| *failure)
}

type Failed = Box<Response>;

async fn taken(app: &App, intake: &Intake, http: HttpRequest) -> Result<Response, Failed> {
    let authorization = http.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let viewer = match intake.viewer(authorization.as_deref()).await.map_err(told)? {
        Ok(viewer) => viewer,
        Err(refused) => return Err(Box::new(unauthenticated(refused.message()))),
    };
    if http.headers().get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        let message = "Compressed bodies are not accepted. Send the document as it is.";
        return Err(Box::new(failure(StatusCode::UNSUPPORTED_MEDIA_TYPE, Refusal::new(code::UNSUPPORTED_MEDIA_TYPE, message))));
    }
    let announced = http.headers().get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > app.settings.import_bytes) {
        return Err(Box::new(too_large(app)));
    }
    let mut request = asked(http.uri().query().unwrap_or_default()).map_err(bad_request)?;
    let scope = intake.scope(&viewer, &request).await.map_err(told)?;
    let kept = if is_form(&http) { from_form(app, http, &mut request).await? } else { from_body(app, http, &request).await? };
    begun(intake, viewer, request, scope, kept).await
}

async fn begun(intake: &Intake, viewer: Viewer, request: Request, scope: AgencyScope, kept: tempfile::TempPath) -> Result<Response, Failed> {
    match intake.take(viewer, request, scope, kept).await.map_err(told)? {
        Taken::Begun(id) => {
            let id = GlobalId::new(NodeType::Import, id).to_string();
            let headers = [(header::CONTENT_TYPE, "application/json; charset=utf-8"), (header::CACHE_CONTROL, "no-store")];
            Ok((StatusCode::ACCEPTED, headers, json!({"id": id}).to_string()).into_response())
        }
        Taken::Full => {
            let message = "Other documents are being imported, and as many as can wait do. Send it again in a minute.";
            let mut response = failure(StatusCode::SERVICE_UNAVAILABLE, Refusal::new(code::UNAVAILABLE, message));
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
            Err(Box::new(response))
        }
    }
}

fn is_form(request: &HttpRequest) -> bool {
    let content_type = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    content_type.trim_start().to_ascii_lowercase().starts_with("multipart/form-data")
}

/// What the query string asks for.
fn asked(query: &str) -> Result<Request, String> {
    let mut request = Request::default();
    for (name, value) in query_string::parse(query)? {
        match (name.as_str(), value.as_str()) {
            ("filename", _) => request.filename = value,
            ("agency", _) => request.agency = Some(value),
            ("dryRun", "true") => request.is_dry_run = true,
            ("dryRun", "false") => request.is_dry_run = false,
            ("policy", "REJECT_ALL") => request.rejects_rows = false,
            ("policy", "REJECT_ROWS") => request.rejects_rows = true,
            ("dryRun", _) => return Err("`dryRun` is true or false.".to_owned()),
            ("policy", _) => return Err("`policy` is REJECT_ALL or REJECT_ROWS.".to_owned()),
            ("map", _) => {
                let mappings: Vec<String> = value.split(';').map(str::to_owned).filter(|mapping| !mapping.trim().is_empty()).collect();
                request.mapping = Mapping::of(&mappings).map_err(|message| format!("`map`: {message}; several are divided by semicolons."))?;
            }
            _ => return Err(format!("There is no parameter `{}`; there are {PARAMETERS}.", crate::identity::abbreviated(&name))),
        }
    }
    Ok(request)
}

/// The document as the body itself.
async fn from_body(app: &App, http: HttpRequest, request: &Request) -> Result<tempfile::TempPath, Failed> {
    check_name(&request.filename)?;
    let mut kept = Kept::new(app)?;
    let mut chunks = http.into_body().into_data_stream();
    while let Some(chunk) = next(app, chunks.next()).await? {
        kept.write(&chunk.map_err(|_| bad_request("The body could not be read to its end.".to_owned()))?)?;
    }
    kept.done()
}

/// The document as the first file of a form.
async fn from_form(app: &App, http: HttpRequest, request: &mut Request) -> Result<tempfile::TempPath, Failed> {
    let unread = |_| bad_request("The form could not be read: it is cut short, or no multipart/form-data.".to_owned());
    let (parts, body) = http.into_parts();
    let mut form = Multipart::from_request(HttpRequest::from_parts(parts, Body::from_stream(body.into_data_stream())), &())
        .await
        .map_err(|_| bad_request("The form has no boundary.".to_owned()))?;
    while let Some(mut field) = next(app, form.next_field()).await?.map_err(unread)? {
        let Some(name) = field.file_name().map(str::to_owned) else { continue };
        if request.filename.is_empty() {
            request.filename = name;
        }
        check_name(&request.filename)?;
        let mut kept = Kept::new(app)?;
        while let Some(chunk) = next(app, field.chunk()).await?.map_err(unread)? {
            kept.write(&chunk)?;
        }
        return kept.done();
    }
    Err(bad_request("The form holds no file.".to_owned()))
}

/// What comes next, unless nothing comes for as long as an answer may take.
async fn next<T>(app: &App, coming: impl Future<Output = T>) -> Result<T, Failed> {
    tokio::time::timeout(app.settings.deadline, coming).await.map_err(|_| {
        let seconds = app.settings.deadline.as_secs_f32();
        let message = format!("Nothing of the document came for {seconds} seconds.");
        Box::new(failure(StatusCode::REQUEST_TIMEOUT, Refusal::new(code::TIMEOUT, message)))
    })
}

fn check_name(name: &str) -> Result<(), Failed> {
    if name.trim().is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        let message = "Name the document, in 1 to 200 characters: `/import?filename=list.csv`. Its ending tells what it is.";
        return Err(bad_request(message.to_owned()));
    }
    Ok(())
}

/// A document as it comes in.
struct Kept {
    file: tempfile::NamedTempFile,
    left: u64,
    most: u64,
}

impl Kept {
    fn new(app: &App) -> Result<Self, Failed> {
        let file = tempfile::Builder::new().prefix("yeollam-import-").tempfile().map_err(|error| not_kept(&error))?;
        Ok(Self { file, left: app.settings.import_bytes, most: app.settings.import_bytes })
    }

    fn write(&mut self, chunk: &Bytes) -> Result<(), Failed> {
        self.left = self.left.checked_sub(chunk.len() as u64).ok_or_else(|| Box::new(too_large_for(self.most)))?;
        // A chunk of some kilobytes, into the cache of the operating system.
        self.file.write_all(chunk).map_err(|error| not_kept(&error))
    }

    fn done(mut self) -> Result<tempfile::TempPath, Failed> {
        if self.left == self.most {
            return Err(bad_request("The document is empty.".to_owned()));
        }
        self.file.flush().map_err(|error| not_kept(&error))?;
        Ok(self.file.into_temp_path())
    }
}

fn not_kept(error: &std::io::Error) -> Failed {
    tracing::error!(error = %error, "a document that was sent cannot be kept");
    let message = "The register cannot take the document at the moment. Try again later.";
    Box::new(failure(StatusCode::SERVICE_UNAVAILABLE, Refusal::new(code::UNAVAILABLE, message)))
}

fn too_large(app: &App) -> Response {
    too_large_for(app.settings.import_bytes)
}

fn too_large_for(limit: u64) -> Response {
    let refusal = Refusal::new(code::BODY_TOO_LARGE, format!("The document is too large; at most {limit} bytes are accepted.")).fact("limit", limit);
    failure(StatusCode::PAYLOAD_TOO_LARGE, refusal)
}

fn bad_request(message: String) -> Failed {
    Box::new(failure(StatusCode::BAD_REQUEST, Refusal::new(code::BAD_REQUEST, message)))
}

fn unauthenticated(message: String) -> Response {
    let mut response = failure(StatusCode::UNAUTHORIZED, Refusal::new(code::UNAUTHENTICATED, message));
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"yeollam\""));
    response
}

/// An error of the register's own.
fn told(error: Error) -> Failed {
    let status = match &error {
        Error::Unauthenticated => return Box::new(unauthenticated("Documents are taken with a token: send it as `Authorization: Bearer ylm_…`.".to_owned())),
        Error::Forbidden => StatusCode::FORBIDDEN,
        Error::Input(_) => StatusCode::BAD_REQUEST,
        Error::Unavailable(_) | Error::Contended(_) | Error::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
        Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let message = match &error {
        Error::Forbidden => "The role of this token does not allow it, or the agency is none that it acts for.".to_owned(),
        Error::Input(message) => message.clone(),
        _ => {
            tracing::error!(error = error.chain(), "a document was not taken");
            "The register cannot take the document at the moment. Try again later.".to_owned()
        }
    };
    Box::new(failure(status, Refusal::new(error.code(), message)))
}

fn failure(status: StatusCode, refusal: Refusal) -> Response {
    answer::failure(status, MediaType::Json, refusal)
}
