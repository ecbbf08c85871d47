//! Whatever a stranger sends, the server answers it: in JSON as GraphQL over HTTP has it, in bounded time, with an error of a known code, and never by a fault of its own.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream;
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use reqwest::header::HeaderValue;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::graphql::admission::limits::Limits;

use crate::harness::{Backend, Data, Server};

/// Longest time that an answer may take: the deadline of a request.
const LONGEST: Duration = Duration::from_secs(30);

/// Requests that are underway at a time.
const AT_ONCE: usize = 8;

/// Codes of errors that are no fault of the client, though nobody disturbs the server.
const FAULTS: [&str; 4] = ["INTERNAL_SERVER_ERROR", "UNAVAILABLE", "TIMEOUT", "SEARCH_NOT_READY"];

/// Sends as many requests of the kind as properties have cases, each of which must be answered as it should.
async fn each_is_answered<T: std::fmt::Debug>(kind: impl Strategy<Value = T>, request: impl Fn(&T) -> RequestBuilder) {
    let mut runner = TestRunner::default();
    let cases = runner.config().cases;
    let drawn = (0..cases).map(|_| kind.new_tree(&mut runner).unwrap().current());
    stream::iter(drawn).map(|case| must_be_answered(request(&case), case)).buffer_unordered(AT_ONCE).collect::<()>().await;
}

async fn must_be_answered(request: RequestBuilder, case: impl std::fmt::Debug) {
    let answered = async {
        let response = request.send().await.unwrap_or_else(|error| panic!("no answer ({error}) to {case:?}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        (status, headers, response.bytes().await.unwrap_or_else(|error| panic!("half an answer ({error}) to {case:?}")))
    };
    let (status, headers, body) = tokio::time::timeout(LONGEST, answered).await.unwrap_or_else(|_| panic!("no answer in time to {case:?}"));
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert!(matches!(status, 200 | 304 | 400..500), "{status} to {case:?}");
    assert!(!header("x-request-id").is_empty(), "no id of {case:?}");
    // What is compressed, it asked for itself.
    if status == 304 || !header("content-encoding").is_empty() {
        return;
    }
    let body: Value = serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{status}, and no JSON, to {case:?}"));
    let errors = body.get("errors").map(|errors| errors.as_array().filter(|errors| !errors.is_empty()).unwrap_or_else(|| panic!("{body} to {case:?}")));
    assert!(header("content-type").contains("json") && (errors.is_some() || body["data"].is_object()), "{status} {body} to {case:?}");
    if header("content-type").starts_with("application/graphql-response+json") {
        assert_eq!(status == 200, body.get("data").is_some(), "{status} {body} to {case:?}");
    }
    for error in errors.into_iter().flatten() {
        let code = error["extensions"]["code"].as_str().unwrap_or_default();
        let message = error["message"].as_str().unwrap_or_default();
        assert!(!code.is_empty() && !FAULTS.contains(&code), "{body} to {case:?}");
        assert!((1..2_000).contains(&message.len()) && !["panicked", ".rs:", "src/"].iter().any(|inside| message.contains(inside)), "{body} to {case:?}");
    }
}

/// Questions that people ask, with their variables.
fn questions() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.extension().is_some_and(|ending| ending == "graphql"));
    let variables = |path: &Path| fs::read_to_string(path.with_extension("variables.json")).unwrap_or_else(|_| "{}".to_owned());
    let mut questions: Vec<(String, String)> = paths.map(|path| (fs::read_to_string(&path).unwrap(), variables(&path))).collect();
    questions.sort();
    assert!(questions.len() > 20);
    questions
}

/// Pieces that documents and JSON are made of: words, numbers, texts, marks.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let is_word = |letter: char| letter.is_alphanumeric() || matches!(letter, '_' | '-' | '.');
        let length = if is_word(first) {
            rest.find(|letter| !is_word(letter)).unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else {
            first.len_utf8()
        };
        let (piece, after) = rest.split_at(length);
        pieces.push(piece);
        rest = after;
    }
    pieces
}

/// What stands for anything in documents.
const MARKS: &[&str] = &[
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "=",
    "!",
    "|",
    "&",
    "$",
    "@",
    "...",
    ",",
    "#",
    "\"",
    "\"\"\"",
    "\\",
    "\n",
    "\r",
    "\u{feff}",
    "\u{0}",
    "한글",
    "-",
    "1e999",
    "0x1",
    "-0",
    "2147483648",
    "99999999999999999999",
    "null",
    "true",
    "\"\\ud800\"",
    "\"\\u{110000}\"",
    "query",
    "mutation",
    "subscription",
    "fragment",
    "on",
    "...F",
    "fragment F on Query { ...F }",
    "@skip(if: true)",
    "@include(if: $x)",
    "@defer",
    "__typename",
    "__schema { types { name } }",
    "__type(name: \"Query\") { name }",
    "extend",
    "type",
    "$x: Int! = 3",
];

/// Names of the schema, and marks.
fn words() -> Vec<String> {
    let schema = include_str!("../../schema.graphql");
    let names: BTreeSet<&str> = schema.split(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).filter(|name| name.len() > 2).collect();
    names.into_iter().chain(MARKS.iter().copied().cycle().take(MARKS.len() * 20)).map(str::to_owned).collect()
}

/// What somebody does to a text: where, and what.
#[derive(Clone, Debug)]
enum Change {
    Leave,
    Remove(usize),
    Repeat(usize, usize),
    Swap(usize, usize),
    Put(usize, String),
    Replace(usize, String),
    Cut(usize),
}

fn changes(words: Vec<String>) -> impl Strategy<Value = Vec<Change>> {
    let place = || any::<usize>();
    let word = select(words);
    let change = prop_oneof![
        1 => Just(Change::Leave),
        3 => place().prop_map(Change::Remove),
        1 => (place(), 2..300_usize).prop_map(|(at, times)| Change::Repeat(at, times)),
        2 => (place(), place()).prop_map(|(one, other)| Change::Swap(one, other)),
        4 => (place(), word.clone()).prop_map(|(at, word)| Change::Put(at, word)),
        4 => (place(), word).prop_map(|(at, word)| Change::Replace(at, word)),
        1 => place().prop_map(Change::Cut),
    ];
    vec(change, 1..6)
}

fn changed(text: &str, changes: &[Change]) -> String {
    let mut pieces: Vec<String> = pieces(text).into_iter().map(str::to_owned).collect();
    for change in changes {
        let places = pieces.len().max(1);
        if pieces.is_empty() {
            pieces.push(String::new());
        }
        match change {
            Change::Leave => {}
            Change::Remove(at) => drop(pieces.remove(at % places)),
            Change::Repeat(at, times) => pieces[at % places] = format!("{} ", pieces[at % places]).repeat(*times),
            Change::Swap(one, other) => pieces.swap(one % places, other % places),
            Change::Put(at, word) => pieces.insert(at % places, word.clone()),
            Change::Replace(at, word) => pieces[at % places].clone_from(word),
            Change::Cut(at) => pieces.truncate(at % places),
        }
    }
    pieces.concat()
}

async fn bundled() -> Server {
    Server::start(Backend::Sqlite, Data::Bundled).await
}

fn post(server: &Server, body: String) -> RequestBuilder {
    server.request(Method::POST, "/graphql").header("content-type", "application/json").body(body)
}

#[tokio::test]
async fn documents_of_any_kind_are_answered() {
    let server = bundled().await;
    let soup = vec(select(words()), 0..80).prop_map(|words| (words.join(" "), "{}".to_owned()));
    let mutated = (select(questions()), changes(words())).prop_map(|((document, variables), changes)| (changed(&document, &changes), variables));
    each_is_answered(prop_oneof![1 => soup, 3 => mutated], |(document, variables)| {
        let variables: Value = serde_json::from_str(variables).unwrap();
        post(&server, json!({"query": document, "variables": variables}).to_string())
    })
    .await;
}

/// JSON of any kind, also such as no program of ours could write.
fn odd_json() -> impl Strategy<Value = String> {
    let deep = |open: &'static str, close: &'static str| (1..3_000_usize).prop_map(move |depth| format!("{}1{}", open.repeat(depth), close.repeat(depth)));
    prop_oneof![
        select(
            &[
                "null",
                "true",
                "0",
                "-0",
                "-1",
                "1e400",
                "-1e-400",
                "1.5",
                "9223372036854775808",
                "123456789012345678901234567890",
                "2147483648",
                "NaN",
                "\"\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "\"\\u0000\"",
                "\"\u{feff}\"",
                "[]",
                "{}",
                "{\"\": 1}",
                "{\"eq\": null}",
                "{\"in\": []}",
                "{\"__proto__\": {}}",
                "{\"a\": 1, \"a\": 2}",
                "[[]]",
                "'x'",
                "",
            ][..]
        )
        .prop_map(str::to_owned),
        "\\PC{0,40}".prop_map(|text| Value::String(text).to_string()),
        (1..60_000_usize).prop_map(|length| Value::String("가".repeat(length)).to_string()),
        (1..3_000_usize).prop_map(|length| Value::from(vec!["AGENCY"; length]).to_string()),
        (1..3_000_usize).prop_map(|length| Value::Object((0..length).map(|number| (format!("v{number}"), json!(number))).collect()).to_string()),
        deep("[", "]"),
        deep("{\"not\":", "}"),
        deep("{\"and\":[", "]}"),
    ]
}

#[tokio::test]
async fn variables_of_any_kind_are_answered() {
    let server = bundled().await;
    // In the place of a value, and in that of all of them.
    let replaced = (select(questions()), any::<usize>(), odd_json()).prop_map(|((document, variables), at, odd)| {
        let mut pieces = pieces(&variables);
        let is_value = |at: &usize| !pieces[*at].trim().is_empty() && pieces[..*at].iter().rev().find(|piece| !piece.trim().is_empty()) == Some(&":");
        let values: Vec<usize> = (1..pieces.len()).filter(is_value).collect();
        if !values.is_empty() {
            pieces[values[at % values.len()]] = &odd;
        }
        (document, pieces.concat())
    });
    let mutated = (select(questions()), changes(words())).prop_map(|((document, variables), changes)| (document, changed(&variables, &changes)));
    let whole = (select(questions()), odd_json()).prop_map(|((document, _), odd)| (document, odd));
    let filter = odd_json().prop_map(|odd| {
        let document = "query ($filter: DataFileFilter, $first: Int, $text: String) { dataFiles(filter: $filter, first: $first) { totalCount } search(text: $text) { totalCount } }";
        (document.to_owned(), format!("{{\"filter\": {odd}, \"first\": {odd}, \"text\": {odd}}}"))
    });
    each_is_answered(prop_oneof![replaced, mutated, whole, filter], |(document, variables)| {
        post(&server, format!("{{\"query\": {}, \"variables\": {variables}}}", Value::String(document.clone())))
    })
    .await;
}

/// A text that is nearly another one.
fn nearly(texts: Vec<String>) -> impl Strategy<Value = String> {
    let letters = prop_oneof!["[A-Za-z0-9+/=_.~-]", "\\PC", "[\\x00-\\x1f]"];
    let touched = (select(texts), vec((any::<usize>(), 0..4_u8, letters), 0..4)).prop_map(|(text, touches)| {
        let mut letters: Vec<String> = text.chars().map(String::from).collect();
        for (at, how, letter) in touches {
            let place = at % letters.len().max(1);
            match how {
                0 if !letters.is_empty() => drop(letters.remove(place)),
                1 => letters.insert(place, letter),
                2 => letters.truncate(place),
                _ if letters.is_empty() => letters.push(letter),
                _ => letters[place] = letter,
            }
        }
        letters.concat()
    });
    prop_oneof![4 => touched, 1 => "\\PC{0,60}", 1 => "[A-Za-z0-9_-]{0,120}", 1 => (1..8_000_usize).prop_map(|length| "A".repeat(length))]
}

#[tokio::test]
async fn ids_and_cursors_of_any_kind_are_answered() {
    let server = bundled().await;
    let listed = "{ agencies(first: 5) { edges { cursor node { id } } } dataFiles(first: 5, orderBy: {field: REGISTERED_ON, direction: DESC}) { edges { cursor node { id } } }
        search(first: 5) { edges { cursor node { id } } } changes(first: 5) { edges { cursor node { id } } } organizations(first: 5) { edges { cursor node { id } } } }";
    let data = server.query(listed, json!({})).await;
    let edges = data.as_object().unwrap().values().flat_map(|list| list["edges"].as_array().unwrap());
    let texts: Vec<String> = edges.flat_map(|edge| [&edge["cursor"], &edge["node"]["id"]].map(|text| text.as_str().unwrap().to_owned())).collect();
    assert!(texts.len() >= 40);
    const QUESTIONS: [&str; 7] = [
        "query ($text: ID!) { node(id: $text) { id __typename } }",
        "query ($text: ID!) { nodes(ids: [$text, $text]) { id } }",
        "query ($text: String!) { agencies(first: 2, after: $text) { totalCount nodes { id } } }",
        "query ($text: String!) { dataFiles(last: 2, before: $text) { nodes { id } } }",
        "query ($text: String!) { search(first: 2, after: $text) { nodes { id } } }",
        "query ($text: String!) { changes(first: 2, after: $text) { nodes { id } } }",
        "query ($text: ID!) { dataFlowPaths(fromAgencyId: $text, first: 1) { hops { to { name } } } }",
    ];
    each_is_answered((select(&QUESTIONS[..]), nearly(texts)), |(question, text)| {
        post(&server, json!({"query": question, "variables": {"text": text}}).to_string())
    })
    .await;
}

#[tokio::test]
async fn representations_of_any_kind_are_answered() {
    let server = bundled().await.as_subgraph(Limits::default()).await;
    let key = || prop_oneof![3 => nearly(["6410000", "Y000001-2", "개인정보 보호법", "Agency"].map(str::to_owned).to_vec()).prop_map(|text| Value::String(text).to_string()), 1 => odd_json()];
    let types = select(vec!["\"Agency\"", "\"DataFile\"", "\"Statute\"", "\"ItemCategory\"", "\"Organization\"", "\"Region\"", "7", "null"]);
    let representation = prop_oneof![
        4 => (types, select(vec!["id", "code", "registrationNumber", "name"]), key(), key())
            .prop_map(|(of, named, one, other)| format!("{{\"__typename\": {of}, \"{named}\": {one}, \"id\": {other}}}")),
        1 => odd_json(),
    ];
    each_is_answered(vec(representation, 0..4), |representations| {
        let document = "query ($representations: [_Any!]!) { _entities(representations: $representations) { __typename ... on DataFile { name } } }";
        post(
            &server,
            format!("{{\"query\": {}, \"variables\": {{\"representations\": [{}]}}}}", Value::String(document.to_owned()), representations.join(", ")),
        )
    })
    .await;
}

/// Any text as the value of a header, as far as one can be sent.
fn header(text: &str) -> HeaderValue {
    let sendable: Vec<u8> = text.bytes().filter(|byte| *byte >= 0x20 && *byte != 0x7f).collect();
    HeaderValue::from_bytes(&sendable).unwrap()
}

#[tokio::test]
async fn tokens_of_any_kind_open_nothing() {
    let server = bundled().await;
    let token = server.token(Role::Admin, None, "관리자").await;
    let tokens = vec![
        format!("Bearer {token}"),
        format!("bearer {token} "),
        "Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZG1pbiIsInJvbGVzIjpbImFkbWluIl19.".to_owned(),
        "Basic YWRtaW46YWRtaW4=".to_owned(),
    ];
    let question = json!({"query": "{ viewer { role } applications(first: 1) { totalCount } }"}).to_string();
    let mutation = json!({"query": "mutation { agencyRegister(input: {name: \"없는 기관\", type: SCHOOL}) { agency { id } } }"}).to_string();
    let start = server.sequence().await;
    let case = nearly(tokens).prop_filter("another token", |text| !text.contains(&token));
    each_is_answered((case, any::<bool>()), |(text, writes)| {
        post(&server, if *writes { mutation.clone() } else { question.clone() }).header("authorization", header(text))
    })
    .await;
    assert_eq!(server.sequence().await, start, "nobody wrote");
}

#[tokio::test]
async fn parameters_and_headers_of_any_kind_are_answered() {
    let server = bundled().await;
    let hash = "bf82b2d5a2e6fc1d7ffff3b9e9ea9d1a31e1c7b8c4f0b29b3f6c24a4a45f2a9d".to_owned();
    let texts = vec![
        hash.clone(),
        format!("sha256:{hash}"),
        "1".to_owned(),
        "9223372036854775808".to_owned(),
        "-1".to_owned(),
        "*".to_owned(),
        "W/\"1.1.20261122.00-00\", \"x\"".to_owned(),
        "application/json;q=0.5, */*;q=2".to_owned(),
        "gzip;q=1e9, br, zstd, identity;q=0".to_owned(),
        "203.0.113.7, ::1".to_owned(),
        "no-cache, max-age=0".to_owned(),
        json!({"persistedQuery": {"version": 1, "sha256Hash": hash}}).to_string(),
        "{\"persistedQuery\": 1}".to_owned(),
        "{\"cost\": \"yes\"}".to_owned(),
    ];
    let text = move || nearly(texts.clone());
    let case = (0..10_u8, text(), text(), text());
    each_is_answered(case, |(shape, a, b, c)| {
        let get = |parameters: &[(&str, &str)]| server.request(Method::GET, "/graphql").query(parameters);
        let question = "{ register { sequence } }";
        let persisted = |hash: &str| json!({"persistedQuery": {"version": 1, "sha256Hash": hash}});
        let asked = get(&[("query", question)]);
        match shape {
            0 => get(&[("query", question), ("variables", a), ("extensions", b), ("operationName", c)]),
            1 => get(&[("documentId", a), ("variables", b)]),
            2 => get(&[("extensions", a), ("query", b)]),
            3 => post(&server, json!({"query": question, "extensions": persisted(a)}).to_string()),
            4 => post(&server, json!({"extensions": persisted(a), "documentId": b}).to_string()),
            5 => post(&server, format!("{{\"query\": \"{question}\", \"extensions\": {a}}}")),
            6 => asked.header("if-none-match", header(a)).header("cache-control", header(b)).header("if-modified-since", header(c)),
            7 => asked.header("yeollam-sequence", header(a)).header("x-forwarded-for", header(b)).header("x-request-id", header(c)),
            8 => asked.header("accept-encoding", header(a)).header("origin", header(b)).header("idempotency-key", header(c)),
            _ => {
                let asked = server.request(Method::POST, "/graphql").body(json!({"query": question}).to_string());
                asked.header("content-type", header(a)).header("content-encoding", header(b))
            }
        }
    })
    .await;
}
