//! Open data over HTTP: `GET /export/FORMAT`, streamed as it is read (docs/exporting.md).

use std::io;

use axum::body::{Body, Bytes};
use axum::extract::{Path, Request as HttpRequest, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream::{self, Stream};
use serde_json::Value as Json;

use super::media_type::MediaType;
use super::{App, SEQUENCE, answer, query_string};
use crate::error::{Error, code};
use crate::export::{Archived, Export, Format, Headers, Piece, Request, Selection, Tally};
use crate::graphql::admission::refusal::Refusal;
use crate::identity::abbreviated;

/// Parameters of an export.
const PARAMETERS: &str = "text, filter, asOf, since, after, sequence and headers";

type Failed = Box<Response>;

/// What there is to be had.
pub async fn index() -> Response {
    let formats: Vec<String> = Format::ALL.iter().map(|format| format!("  /export/{}\n", format.name())).collect();
    let text = format!(
        "Open data of this register:\n{}  /export/parquet/registrations   (a single table)\n  /export/manifest?format=csv     (counts and digests)\n\nParameters: {PARAMETERS}.\n",
        formats.concat()
    );
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}

/// The register in a format, or the manifest of one.
pub async fn whole(State(app): State<App>, Path(format): Path<String>, asked: HttpRequest) -> Response {
    answered(&app, &format, None, asked.into_parts().0).await.unwrap_or_else(|failed| *failed)
}

/// One table in a format.
pub async fn table(State(app): State<App>, Path((format, table)): Path<(String, String)>, asked: HttpRequest) -> Response {
    let table = table.strip_suffix(&format!(".{format}")).unwrap_or(&table).to_owned();
    answered(&app, &format, Some(table), asked.into_parts().0).await.unwrap_or_else(|failed| *failed)
}

async fn answered(app: &App, name: &str, table: Option<String>, http: Parts) -> Result<Response, Failed> {
    let Some(exporter) = &app.exporter else { return Err(refused(StatusCode::NOT_FOUND, code::NOT_FOUND, "This server gives no open data out.".to_owned())) };
    let is_manifest = name == "manifest" && table.is_none();
    let asked = asked(http.uri.query().unwrap_or_default(), if is_manifest { None } else { Some(name) }, table).map_err(bad_request)?;
    exporter.check(&asked.request).map_err(told)?;
    let waited = app.settings.deadline;
    let sequence = exporter.sequence().await.map_err(told)?;
    let tag = tag(&asked.request, sequence, is_manifest);
    if asked.is_behind(sequence) {
        return Err(moved_on(sequence));
    }
    if let Some(tag) = tag.as_ref().filter(|tag| is_known(&http.headers, tag)) {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, tag.clone())]).into_response());
    }
    let headers = headers(&asked.request, is_manifest);
    if http.method == Method::HEAD {
        let mut response = (headers, Body::from_stream(stream::empty::<io::Result<Bytes>>())).into_response();
        mark(&mut response, &asked.request, sequence, is_manifest);
        return Ok(response);
    }
    let Ok(begun) = tokio::time::timeout(waited, exporter.begin(&asked.request, Some(app.settings.export))).await else {
        let mut busy = refused(StatusCode::SERVICE_UNAVAILABLE, code::UNAVAILABLE, "Other exports are being made. Ask again in a minute.".to_owned());
        busy.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("60"));
        return Err(busy);
    };
    let export = begun.map_err(told)?;
    if asked.is_behind(export.sequence) {
        return Err(moved_on(export.sequence));
    }
    let sequence = export.sequence;
    let body = if is_manifest { manifest(export, &asked.request).await.map_err(told)? } else { Body::from_stream(bytes(export, asked.request.clone())) };
    let mut response = (headers, body).into_response();
    mark(&mut response, &asked.request, sequence, is_manifest);
    Ok(response)
}

/// What a query string asks for.
struct Asked {
    request: Request,
    /// The entry that the journal must end with.
    sequence: Option<i64>,
}

impl Asked {
    fn is_behind(&self, sequence: i64) -> bool {
        self.sequence.is_some_and(|wanted| wanted != sequence)
    }
}

fn asked(query: &str, format: Option<&str>, table: Option<String>) -> Result<Asked, String> {
    let (mut format, is_said) = (format.map(str::to_owned), format.is_some());
    let (mut selection, mut headers, mut sequence) = (Selection::default(), Headers::Korean, None);
    for (name, value) in query_string::parse(query)? {
        let entry = || value.parse::<i64>().ok().filter(|entry| *entry >= 0).ok_or_else(|| format!("`{name}` is the number of an entry of the journal."));
        match (name.as_str(), value.as_str()) {
            // A form sends what was left empty too.
            ("text" | "filter" | "asOf" | "since" | "sequence" | "after" | "headers", "") => {}
            ("text", _) => selection.text = Some(value),
            ("filter", _) => {
                let filter: Json =
                    serde_json::from_str(&value).map_err(|error| format!("`filter` is no JSON: {error}. It is a SearchFilter of the schema."))?;
                selection.filter = Some(filter);
            }
            ("asOf", _) => selection.as_of = Some(value.parse().map_err(|_| "`asOf` is a day of the calendar, 2024-01-25 say.".to_owned())?),
            ("since", _) => selection.since = Some(entry()?),
            ("sequence", _) => sequence = Some(entry()?),
            ("after", _) => selection.after = Some(value),
            ("headers", "ko") => headers = Headers::Korean,
            ("headers", "en") => headers = Headers::English,
            ("headers", _) => return Err("`headers` is ko or en.".to_owned()),
            ("format", _) if !is_said => format = Some(value),
            _ => return Err(format!("There is no parameter `{}`; there are {PARAMETERS}.", abbreviated(&name))),
        }
    }
    let names = || Format::ALL.map(Format::name).join(", ");
    let name = format.ok_or_else(|| format!("Say of which format: `/export/manifest?format=csv`; there are {}.", names()))?;
    let format = Format::named(&name).ok_or_else(|| format!("There is no format `{}`; there are {}.", abbreviated(&name), names()))?;
    Ok(Asked { request: Request { format, table, selection, headers }, sequence })
}

fn headers(request: &Request, is_manifest: bool) -> [(header::HeaderName, HeaderValue); 3] {
    let media_type = match (is_manifest, &request.table) {
        (true, _) => "application/json; charset=utf-8",
        (false, Some(_)) => "application/vnd.apache.parquet",
        (false, None) => request.format.media_type(),
    };
    [
        (header::CONTENT_TYPE, HeaderValue::from_static(media_type)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
        (header::VARY, HeaderValue::from_static("Accept-Encoding")),
    ]
}

/// Says of which state of the register an answer is, and under which name it is to be kept.
fn mark(response: &mut Response, request: &Request, sequence: i64, is_manifest: bool) {
    let name = match &request.table {
        _ if is_manifest => format!("yeollam-{sequence}-manifest.json"),
        Some(table) => format!("{table}.parquet"),
        None => format!("yeollam-{sequence}.{}", request.format.ending()),
    };
    let headers = response.headers_mut();
    headers.insert(SEQUENCE, HeaderValue::from(sequence));
    if let Ok(name) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, name);
    }
    if let Some(tag) = tag(request, sequence, is_manifest) {
        headers.insert(header::ETAG, tag);
    }
}

/// The tag of an answer: the same register, asked the same by the same program, answers the same. What a search finds may change with the day, and has none.
fn tag(request: &Request, sequence: i64, is_manifest: bool) -> Option<HeaderValue> {
    if request.selection.text.is_some() || request.selection.filter.is_some() {
        return None;
    }
    let asked = format!("{} {request:?} {is_manifest}", env!("CARGO_PKG_VERSION"));
    let digest = blake3::hash(asked.as_bytes()).to_hex();
    // Weak: it may be sent compressed.
    HeaderValue::from_str(&format!("W/\"{sequence}-{}\"", &digest[..16])).ok()
}

fn is_known(headers: &HeaderMap, tag: &HeaderValue) -> bool {
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    known.split(',').any(|known| known.trim() == "*" || known.trim().as_bytes() == tag.as_bytes())
}

/// The bytes of an export, several files as one archive. What goes wrong breaks the connection, so that nobody takes what there is for the whole.
fn bytes(export: Export, request: Request) -> impl Stream<Item = io::Result<Bytes>> + Send {
    let archive = (request.format.has_tables() && request.table.is_none()).then(Archived::default);
    let broken = |error: Error| {
        tracing::error!(error = error.chain(), "an export broke off");
        io::Error::other("the export broke off")
    };
    stream::try_unfold((export, archive, false), move |(mut export, mut archive, is_over)| {
        let request = request.clone();
        async move {
            if is_over {
                return Ok(None);
            }
            loop {
                let bytes = match (export.pieces.recv().await.transpose().map_err(broken)?, archive.take()) {
                    (Some(piece), Some(mut into)) => {
                        let bytes = into.put(&piece).map_err(broken)?;
                        archive = Some(into);
                        bytes
                    }
                    (Some(Piece::Bytes(bytes)), None) => bytes,
                    (Some(_), None) => continue,
                    (None, Some(into)) => {
                        let bytes = into.finish(&request, export.sequence).map_err(broken)?;
                        return Ok(Some((Bytes::from(bytes), (export, None, true))));
                    }
                    (None, None) => return Ok(None),
                };
                if !bytes.is_empty() {
                    return Ok(Some((Bytes::from(bytes), (export, archive, false))));
                }
            }
        }
    })
}

/// The manifest of what the same request is answered with: it is made, and not sent.
async fn manifest(export: Export, request: &Request) -> Result<Body, Error> {
    let Export { sequence, mut pieces } = export;
    let mut tally = Tally::default();
    while let Some(piece) = pieces.recv().await {
        tally.take(&piece?);
    }
    Ok(Body::from(tally.manifest(request, sequence).text()?))
}

fn moved_on(sequence: i64) -> Failed {
    let message = format!(
        "The register has moved on: its journal ends with entry {sequence} now. Begin anew; or go on without `sequence`, and then ask for what changed meanwhile with `since`."
    );
    refused(StatusCode::PRECONDITION_FAILED, code::BAD_USER_INPUT, message)
}

fn bad_request(message: String) -> Failed {
    refused(StatusCode::BAD_REQUEST, code::BAD_REQUEST, message)
}

fn told(error: Error) -> Failed {
    let status = match &error {
        Error::Input(_) => StatusCode::BAD_REQUEST,
        Error::Unavailable(_) | Error::Contended(_) | Error::NotReady(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::INTERNAL_SERVER_ERROR,
    };
    let message = match &error {
        Error::Input(message) | Error::NotReady(message) => message.clone(),
        _ => {
            tracing::error!(error = error.chain(), "an export was not made");
            "The register cannot be exported at the moment. Try again later.".to_owned()
        }
    };
    refused(status, error.code(), message)
}

fn refused(status: StatusCode, code: &'static str, message: String) -> Failed {
    Box::new(answer::failure(status, MediaType::Json, Refusal::new(code, message)))
}
