//! Whole answers to anybody, kept for whoever asks the same again (docs/adr/0025), and asked for once however many ask at the same time.
//!
//! An answer depends on what is asked and on [`Version`]: how far the journal goes and the search index follows it, and which day it is in Korea. The version is noted before anything is read, and
//! is part of the key, so that nothing is answered from memory that is older than what was acknowledged to anybody before.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_graphql::parser::types::OperationType;
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use tokio::sync::watch;

use super::access_log::Note;
use super::encoding::{Encoded, Encoding};
use super::media_type::MediaType;
use super::{App, SEQUENCE, answer};
use crate::cache::{Cache, CacheFigures};
use crate::graphql::budget::Balance;
use crate::graphql::request::{Ending, GraphqlRequest, Outcome, RequestContext, Transport, Version};

/// Header that tells what became of a request in the cache (RFC 9211).
pub const CACHE_STATUS: HeaderName = HeaderName::from_static("cache-status");

/// Bytes that an answer takes beside its body.
const OVERHEAD: usize = 512;

/// What an answer depends on, hashed.
type Key = [u8; 32];

/// Answers that are kept, and those underway.
pub struct Answers {
    kept: Cache<Key, Arc<Kept>>,
    underway: Mutex<HashMap<Key, watch::Receiver<Option<Arc<Kept>>>>>,
    /// The version of the last request: what is of another one is not asked for again.
    last: Mutex<Option<Version>>,
    holds: AtomicUsize,
    shared: AtomicU64,
    edition: Key,
    shared_max_age: Duration,
}

/// An answer as it is kept.
#[derive(Debug)]
pub struct Kept {
    body: Encoded,
    /// Entity tag, without what tells the coding.
    tag: String,
    sequence: Option<i64>,
    note: Note,
}

/// What the headers of a request say about answers from memory.
#[derive(Debug, Default)]
pub struct Wishes {
    encoding: Option<Encoding>,
    /// Entity tags that the client has, without quotes.
    known: Vec<String>,
    /// `no-cache`: not from memory.
    is_fresh: bool,
    /// `no-store`: not into memory either.
    is_unstored: bool,
}

impl Wishes {
    /// Reads them.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Self {
        let list = |name: HeaderName| headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).map(str::trim);
        let directive = |wanted: &str| list(header::CACHE_CONTROL).any(|directive| directive.eq_ignore_ascii_case(wanted));
        Self {
            encoding: Encoding::negotiate(headers),
            known: list(header::IF_NONE_MATCH).map(|tag| tag.trim_start_matches("W/").trim_matches('"').to_owned()).collect(),
            is_fresh: directive("no-cache") || directive("no-store"),
            is_unstored: directive("no-store"),
        }
    }
}

/// While it is held, nothing is kept and nothing answered from memory.
pub struct Hold(Arc<Answers>);

impl Drop for Hold {
    fn drop(&mut self) {
        self.0.kept.clear();
        self.0.holds.fetch_sub(1, Ordering::SeqCst);
    }
}

/// What there is to a key.
enum Found<'a> {
    Kept(Arc<Kept>),
    Underway(watch::Receiver<Option<Arc<Kept>>>),
    Nothing(Lead<'a>),
}

/// Whoever makes an answer that others wait for. When it is dropped they no longer wait.
struct Lead<'a> {
    answers: &'a Answers,
    key: Key,
    made: watch::Sender<Option<Arc<Kept>>>,
}

impl Drop for Lead<'_> {
    fn drop(&mut self) {
        self.answers.underway.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

impl Answers {
    /// Keeps answers of up to so many bytes together; none, if 0. `edition` names everything that answers depend on beside the register: program, schema, settings. Caches that many clients share
    /// may give out an answer for `shared_max_age` without asking.
    #[must_use]
    pub fn new(bytes: usize, edition: &[&str], shared_max_age: Duration) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in edition {
            hasher.update(&part.len().to_le_bytes()).update(part.as_bytes());
        }
        Self {
            kept: Cache::new(bytes),
            underway: Mutex::default(),
            last: Mutex::default(),
            holds: AtomicUsize::new(0),
            shared: AtomicU64::new(0),
            edition: *hasher.finalize().as_bytes(),
            shared_max_age,
        }
    }

    /// Keeps nothing until the hold is dropped: for work that changes what is derived from the register without an entry of the journal.
    #[must_use]
    pub fn hold(self: &Arc<Self>) -> Hold {
        self.holds.fetch_add(1, Ordering::SeqCst);
        Hold(Arc::clone(self))
    }

    /// What it did, and what it holds.
    #[must_use]
    pub fn figures(&self) -> CacheFigures {
        self.kept.figures()
    }

    /// Requests that were answered by what another one asked at the same time.
    #[must_use]
    pub fn shared(&self) -> u64 {
        self.shared.load(Ordering::Relaxed)
    }

    fn is_held(&self) -> bool {
        self.holds.load(Ordering::SeqCst) > 0
    }

    /// Key of a request, apart from the version.
    fn key(&self, request: &GraphqlRequest) -> Key {
        let mut hasher = blake3::Hasher::new();
        let mut add = |bytes: &[u8]| {
            hasher.update(&bytes.len().to_le_bytes()).update(bytes);
        };
        add(&self.edition);
        add(request.query.as_bytes());
        add(request.operation_name.as_deref().unwrap_or_default().as_bytes());
        add(&[u8::from(request.wants_cost())]);
        let mut variables = Vec::new();
        // Names of JSON objects stand in their own order here, whichever the client wrote them in.
        write_canonical(&Value::Object(request.variables.clone()), &mut variables);
        add(&variables);
        *hasher.finalize().as_bytes()
    }

    fn look(&self, version: Version, key: Key, is_fresh: bool) -> Found<'_> {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.replace(version).is_some_and(|last| last != version) {
                self.kept.clear();
            }
        }
        if let Some(kept) = if is_fresh { None } else { self.kept.get(&key) } {
            return Found::Kept(kept);
        }
        let (made, waits) = watch::channel(None);
        let mut underway = self.underway.lock().unwrap_or_else(PoisonError::into_inner);
        match underway.get(&key) {
            Some(waits) if !is_fresh => Found::Underway(waits.clone()),
            _ => {
                underway.insert(key, waits);
                Found::Nothing(Lead { answers: self, key, made })
            }
        }
    }

    /// Seconds for which shared caches may keep an answer: no longer than the day lasts in Korea.
    fn cache_control(&self, app: &App) -> HeaderValue {
        let seconds = self.shared_max_age.as_secs().min(app.portal.seconds_left_today());
        HeaderValue::from_str(&format!("public, max-age=0, s-maxage={seconds}, must-revalidate")).unwrap_or(HeaderValue::from_static("no-store"))
    }
}

/// A key that belongs to one version.
fn versioned(key: &Key, version: Version) -> Key {
    let Version { sequence, head, index, day } = version;
    let mut hasher = blake3::Hasher::new();
    hasher.update(key).update(&sequence.to_le_bytes()).update(&head.to_le_bytes()).update(&index.to_le_bytes()).update(day.to_string().as_bytes());
    *hasher.finalize().as_bytes()
}

/// Beginning of the tags of all answers to a request at a version, the same on every server.
fn tag_of(key: &Key, version: Version) -> String {
    let Version { sequence, head, index: _, day } = version;
    format!("{sequence}.{head}.{}.{}", day.format("%Y%m%d"), hex(key))
}

fn hex(hash: &Key) -> String {
    hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

fn write_canonical(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Object(fields) => {
            let mut names: Vec<&String> = fields.keys().collect();
            names.sort_unstable();
            out.push(b'{');
            for name in names {
                write_canonical(&Value::String(name.clone()), out);
                out.push(b':');
                write_canonical(&fields[name], out);
                out.push(b',');
            }
            out.push(b'}');
        }
        Value::Array(items) => {
            out.push(b'[');
            for item in items {
                write_canonical(item, out);
                out.push(b',');
            }
            out.push(b']');
        }
        plain => out.extend_from_slice(plain.to_string().as_bytes()),
    }
}

impl Kept {
    /// The answer, if it is one that may be kept: whole, and of a query.
    fn of(outcome: &Outcome, tag: &str) -> Option<Self> {
        let Outcome { response, ending, operation_name, operation, cost, balance: _ } = outcome;
        if *ending != Ending::Executed || *operation != Some(OperationType::Query) || !response.errors.is_empty() {
            return None;
        }
        let body = serde_json::to_vec(response).ok()?;
        let tag = format!("{tag}-{}", hex(blake3::hash(&body).as_bytes()));
        let note = answer::note(*operation, operation_name.as_deref(), *cost, response);
        Some(Self { body: Encoded::new(body), tag, sequence: answer::sequence(response), note })
    }

    /// Bytes that it takes with its compressed forms, which together are shorter than the body.
    fn weight(&self) -> usize {
        self.body.len() * 2 + OVERHEAD
    }
}

/// Answers a request: from memory, together with others, or by executing it.
pub async fn answer(app: &App, context: &RequestContext, request: GraphqlRequest, transport: Transport, media_type: MediaType, wishes: &Wishes) -> Response {
    let answers = &app.answers;
    let version = app.engine.version().filter(|version| {
        let is_anybody = context.authorization.is_none();
        is_anybody && !answers.is_held() && context.at_least.is_none_or(|sequence| sequence <= version.head)
    });
    let Some(version) = version else {
        let outcome = app.ask(request, transport, context).await;
        return with_status(answer::from_outcome(outcome, media_type), "fwd=bypass");
    };
    let request_key = answers.key(&request);
    let tag = tag_of(&request_key, version);
    let is_get = transport.is_get();
    if is_get && let Some(known) = wishes.known.iter().find(|known| known.strip_prefix(&tag).is_some_and(|rest| rest.starts_with('-'))) {
        return with_status(unchanged(app, known), "hit");
    }
    let respond = async |kept: &Kept, status: &str| with_status(respond(app, kept, is_get, media_type, wishes).await, status);
    let key = versioned(&request_key, version);
    let is_kept = answers.kept.is_on() && !wishes.is_unstored;
    if !is_kept {
        let outcome = app.ask(request, transport, context).await;
        return match Kept::of(&outcome, &tag).filter(|_| is_get) {
            Some(kept) => with_balance(respond(&kept, "fwd=bypass").await, outcome.balance),
            None => with_status(answer::from_outcome(outcome, media_type), "fwd=bypass"),
        };
    }
    let reason = if wishes.is_fresh { "request" } else { "miss" };
    let lead = match answers.look(version, key, wishes.is_fresh) {
        Found::Kept(kept) => return respond(&kept, "hit").await,
        Found::Nothing(lead) => Some(lead),
        Found::Underway(mut made) => {
            // Whoever makes it may fail or be given up: then each asks for itself.
            let shared = made.wait_for(Option::is_some).await.ok().and_then(|made| made.clone());
            if let Some(kept) = shared {
                answers.shared.fetch_add(1, Ordering::Relaxed);
                return respond(&kept, "fwd=miss; collapsed").await;
            }
            None
        }
    };
    let outcome = app.ask(request, transport, context).await;
    let Some(kept) = Kept::of(&outcome, &tag).map(Arc::new) else {
        return with_status(answer::from_outcome(outcome, media_type), &format!("fwd={reason}"));
    };
    let mut is_stored = false;
    if !answers.is_held() {
        is_stored = answers.kept.admits(kept.weight());
        answers.kept.put(key, Arc::clone(&kept), kept.weight());
    }
    if let Some(lead) = lead {
        lead.made.send_replace(Some(Arc::clone(&kept)));
    }
    let response = respond(&kept, &format!("fwd={reason}{}", if is_stored { "; stored" } else { "" })).await;
    with_balance(response, outcome.balance)
}

/// The answer with its headers.
async fn respond(app: &App, kept: &Kept, is_get: bool, media_type: MediaType, wishes: &Wishes) -> Response {
    let (encoding, body) = kept.body.form(wishes.encoding).await;
    let tag = match encoding {
        Some(encoding) => format!("{}-{}", kept.tag, encoding.as_str()),
        None => kept.tag.clone(),
    };
    if is_get && wishes.known.iter().any(|known| known.starts_with(&kept.tag)) {
        return unchanged(app, &tag);
    }
    let mut response = (StatusCode::OK, [(header::CONTENT_TYPE, media_type.as_str())], Body::from(body)).into_response();
    let headers = response.headers_mut();
    if let Some(encoding) = encoding {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding.as_str()));
    }
    if let Some(sequence) = kept.sequence {
        headers.insert(SEQUENCE, sequence.into());
    }
    if is_get {
        tagged(headers, &tag, app);
    } else {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
    }
    response.extensions_mut().insert(kept.note.clone());
    response
}

/// The client has it already.
fn unchanged(app: &App, tag: &str) -> Response {
    let mut response = StatusCode::NOT_MODIFIED.into_response();
    tagged(response.headers_mut(), tag, app);
    response
}

fn tagged(headers: &mut HeaderMap, tag: &str, app: &App) {
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{tag}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers.insert(header::CACHE_CONTROL, app.answers.cache_control(app));
    headers.insert(header::VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization"));
}

fn with_balance(mut response: Response, balance: Option<Balance>) -> Response {
    if let Some(balance) = balance {
        answer::tell_balance(response.headers_mut(), balance);
    }
    response
}

fn with_status(mut response: Response, status: &str) -> Response {
    if let Ok(value) = HeaderValue::from_str(&format!("yeollam; {status}")) {
        response.headers_mut().insert(CACHE_STATUS, value);
    }
    response
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn answers(bytes: usize) -> Answers {
        Answers::new(bytes, &["1"], Duration::ZERO)
    }

    fn request(query: &str, variables: Value) -> GraphqlRequest {
        GraphqlRequest { query: query.to_owned(), variables: variables.as_object().cloned().unwrap_or_default(), ..GraphqlRequest::default() }
    }

    #[test]
    fn keys_differ_where_answers_may() {
        let answers = answers(1 << 20);
        let one = request("query($a: Int, $b: In) { a }", json!({"a": 1, "b": {"x": [1, 2], "y": "1"}}));
        let same: GraphqlRequest = request(&one.query, serde_json::from_str(r#"{"b": {"y": "1", "x": [1, 2]}, "a": 1}"#).unwrap());
        assert_eq!(answers.key(&one), answers.key(&same));
        let others = [
            request("query($a: Int, $b: In) { a } ", Value::Object(one.variables.clone())),
            request(&one.query, json!({"a": 1, "b": {"x": [2, 1], "y": "1"}})),
            request(&one.query, json!({"a": 1, "b": {"x": [1, 2], "y": 1}})),
            request(&one.query, json!({"a": 1, "b": {"x": [[1], 2], "y": "1"}})),
            request(&one.query, json!({"a": null, "b": {"x": [1, 2], "y": "1"}})),
            GraphqlRequest { operation_name: Some("A".to_owned()), ..one.clone() },
            GraphqlRequest { extensions: json!({"cost": true}).as_object().cloned().unwrap(), ..one.clone() },
        ];
        for other in &others {
            assert_ne!(answers.key(&one), answers.key(other), "{other:?}");
        }
        assert_ne!(answers.key(&one), Answers::new(1, &["2"], Duration::ZERO).key(&one));
        let version = Version { sequence: 7, head: 7, index: 1, day: chrono::NaiveDate::default() };
        let key = answers.key(&one);
        for other in [Version { sequence: 8, ..version }, Version { head: 8, ..version }, Version { index: 2, ..version }] {
            assert_ne!(versioned(&key, version), versioned(&key, other));
        }
        // Another server has built its index at another time, and answers the same.
        assert_eq!(tag_of(&key, version), tag_of(&key, Version { index: 2, ..version }));
    }

    #[tokio::test]
    async fn whoever_comes_second_waits_and_is_let_go() {
        let answers = answers(1 << 20);
        let version = Version { sequence: 7, head: 7, index: 1, day: chrono::NaiveDate::default() };
        let Found::Nothing(lead) = answers.look(version, [1; 32], false) else { panic!("there is nothing yet") };
        let Found::Underway(mut waits) = answers.look(version, [1; 32], false) else { panic!("it is underway") };
        let kept = Arc::new(Kept { body: Encoded::new(vec![1]), tag: "t".to_owned(), sequence: None, note: Note::default() });
        lead.made.send_replace(Some(Arc::clone(&kept)));
        answers.kept.put([1; 32], kept, 10);
        drop(lead);
        assert!(waits.wait_for(Option::is_some).await.is_ok());
        assert!(matches!(answers.look(version, [1; 32], false), Found::Kept(_)));
        // One that is given up.
        let Found::Nothing(lead) = answers.look(version, [2; 32], false) else { panic!("there is nothing yet") };
        let Found::Underway(mut waits) = answers.look(version, [2; 32], false) else { panic!("it is underway") };
        drop(lead);
        assert!(waits.wait_for(Option::is_some).await.is_err());
        assert!(matches!(answers.look(version, [2; 32], false), Found::Nothing(_)));
        // A new version forgets what was before.
        drop(answers.look(Version { head: 8, ..version }, [1; 32], false));
        assert_eq!(answers.figures().entries, 0);
    }
}
