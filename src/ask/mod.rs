//! A query and its whole answer as a table: a document is asked page by page, and the rows of one connection are written.

mod rows;
mod shape;

use std::io::Write;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use hyper::{Request, Uri};
use serde_json::{Map, Value as Json, json};

pub use self::rows::Shown;
use self::rows::{Written, flat};
use self::shape::Shape;
use crate::graphql::request::{Answer, GraphqlRequest, RequestContext, Transport};
use crate::remote;

/// Most bytes of an answer.
const LONGEST: usize = 256 << 20;

/// What is asked.
#[derive(Clone, Debug)]
pub struct Question {
    /// The document.
    pub document: String,
    /// Values of its variables.
    pub variables: Map<String, Json>,
    /// Path of the connection whose rows are wanted, with dots between names: `dataFile.registrations`. The first one of the document if left out.
    pub connection: Option<String>,
    /// How its rows are shown.
    pub shown: Shown,
}

/// Whoever answers: another server, or this program.
pub trait Answers: Sync {
    /// Answers a document with variables: an object with `data`, `errors` or both.
    fn ask<'a>(&'a self, document: &'a str, variables: &'a Map<String, Json>) -> BoxFuture<'a, Result<Json, String>>;
}

/// How far an answer is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Rows so far.
    pub rows: u64,
    /// Rows in all, where the document selects `totalCount`.
    pub total: Option<u64>,
}

/// What came of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Rows written.
    pub rows: u64,
    /// What whoever asked should know.
    pub remark: Option<String>,
}

/// Asks a question page by page and writes its rows as they come.
///
/// # Errors
/// What is wrong with the document, what the server answers, what cannot be written.
pub async fn ask(question: &Question, server: &dyn Answers, out: &mut (dyn Write + Send), progress: &(dyn Fn(Progress) + Sync)) -> Result<Asked, String> {
    let shape = Shape::of(&question.document, question.connection.as_deref())?;
    let mut variables = question.variables.clone();
    let mut written = Written::new(question.shown, shape.columns.clone());
    let mut asked = Asked::default();
    loop {
        let answer = server.ask(&question.document, &variables).await?;
        let data = data(&answer)?;
        let Some(path) = &shape.connection else {
            written.page(&[flat(data, &shape.columns)], std::slice::from_ref(data), out)?;
            asked.rows = 1;
            break;
        };
        let Some(connection) = path.iter().try_fold(data, |value, name| value.get(name)).filter(|value| !value.is_null()) else {
            asked.remark = Some(format!("`{}` is null: there is no such thing, and nothing below it", path.join(".")));
            break;
        };
        let nodes = nodes(connection);
        let rows: Vec<Vec<String>> = nodes.iter().map(|node| flat(node, &shape.columns)).collect();
        written.page(&rows, &nodes, out)?;
        asked.rows += rows.len() as u64;
        progress(Progress { rows: asked.rows, total: connection.get("totalCount").and_then(Json::as_u64) });
        let info = connection.get("pageInfo");
        let has_next = info.and_then(|info| info.get("hasNextPage")).and_then(Json::as_bool);
        let cursor = info.and_then(|info| info.get("endCursor")).cloned();
        match (&shape.after, has_next, cursor) {
            (_, Some(false), _) => break,
            (Some(after), Some(true), Some(cursor)) if variables.get(after) != Some(&cursor) => {
                variables.insert(after.clone(), cursor);
            }
            _ if nodes.is_empty() => break,
            _ => {
                let path = path.join(".");
                asked.remark = Some(format!(
                    "only the first page is shown; for all of them give `{path}` the argument `after: $after`, declare `$after: String`, and select `pageInfo {{ hasNextPage endCursor }}`"
                ));
                break;
            }
        }
    }
    written.end(out)?;
    Ok(asked)
}

/// The data of an answer without errors.
fn data(answer: &Json) -> Result<&Json, String> {
    let errors: Vec<String> = answer.get("errors").and_then(Json::as_array).into_iter().flatten().map(told).collect();
    if !errors.is_empty() {
        return Err(errors.join("\n"));
    }
    answer.get("data").filter(|data| data.is_object()).ok_or_else(|| "the answer has no `data`: is it a GraphQL server?".to_owned())
}

fn told(error: &Json) -> String {
    let message = error.get("message").and_then(Json::as_str).unwrap_or("an error without a message");
    let place = |location: &Json| Some(format!("{}:{}: ", location.get("line")?, location.get("column")?));
    let place = error.get("locations").and_then(|locations| locations.get(0)).and_then(place).unwrap_or_default();
    let part = |part: &Json| part.as_str().map_or_else(|| part.to_string(), str::to_owned);
    let path: Vec<String> = error.get("path").and_then(Json::as_array).into_iter().flatten().map(part).collect();
    let path = if path.is_empty() { String::new() } else { format!("{}: ", path.join(".")) };
    let code = error.get("extensions").and_then(|extensions| extensions.get("code")).and_then(Json::as_str);
    format!("{place}{path}{message}{}", code.map(|code| format!(" ({code})")).unwrap_or_default())
}

/// The rows of a connection, by its nodes or its edges.
fn nodes(connection: &Json) -> Vec<Json> {
    let list = |name: &str| connection.get(name).and_then(Json::as_array);
    list("nodes").or_else(|| list("edges")).cloned().unwrap_or_default()
}

/// Another server.
#[derive(Clone, Debug)]
pub struct Remote {
    uri: Uri,
    token: Option<String>,
}

impl Remote {
    /// The server at an address: that of its GraphQL, or of itself.
    ///
    /// # Errors
    /// What is wrong with the address.
    pub fn at(address: &str, token: Option<String>) -> Result<Self, String> {
        let whole = match address.split_once("://").map(|(_, rest)| rest.trim_end_matches('/')) {
            Some(rest) if !rest.contains('/') => format!("{}/graphql", address.trim_end_matches('/')),
            _ => address.to_owned(),
        };
        let uri: Uri = whole.parse().map_err(|error| format!("\"{address}\" is no address: {error}"))?;
        if !matches!(uri.scheme_str(), Some("http" | "https")) || uri.host().is_none() {
            return Err(format!("\"{address}\" is no address of a server: http://127.0.0.1:8000 say"));
        }
        Ok(Self { uri, token })
    }
}

impl Answers for Remote {
    fn ask<'a>(&'a self, document: &'a str, variables: &'a Map<String, Json>) -> BoxFuture<'a, Result<Json, String>> {
        Box::pin(async move {
            let body = json!({"query": document, "variables": variables}).to_string();
            let mut request = Request::post(self.uri.clone()).header(CONTENT_TYPE, "application/json").header(ACCEPT, "application/json");
            if let Some(token) = &self.token {
                request = request.header(AUTHORIZATION, format!("Bearer {token}"));
            }
            let request = request.body(Full::new(Bytes::from(body))).map_err(|error| error.to_string())?;
            let (status, body) = remote::exchange(request, None, LONGEST).await.map_err(|error| format!("{}: {error}", self.uri))?;
            serde_json::from_slice(&body).map_err(|_| format!("{}: the answer is {status}, and no JSON: is it a GraphQL server?", self.uri))
        })
    }
}

/// This program, over its own register.
pub struct Local {
    engine: Arc<dyn Answer>,
}

impl Local {
    /// What an engine answers.
    #[must_use]
    pub fn new(engine: Arc<dyn Answer>) -> Self {
        Self { engine }
    }
}

impl Answers for Local {
    fn ask<'a>(&'a self, document: &'a str, variables: &'a Map<String, Json>) -> BoxFuture<'a, Result<Json, String>> {
        Box::pin(async move {
            let request = GraphqlRequest { query: document.to_owned(), variables: variables.clone(), ..GraphqlRequest::default() };
            let outcome = self.engine.answer(request, Transport::Post, RequestContext::default()).await;
            serde_json::to_value(&outcome.response).map_err(|error| error.to_string())
        })
    }
}

#[cfg(test)]
mod tests;
