//! What goes wrong around a server: what a client sees of it, and that nothing is lost or there by half.

mod clients;
mod clock;
mod databases;
mod disks;
mod ends;
mod replicas;

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;
use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder};
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend};
use serde_json::{Value, json};

use crate::harness::program::run;

/// Longest wait for anything that must happen: long, since machines that test are busy.
const WAIT: Duration = Duration::from_secs(120);

/// What a client sees.
#[derive(Debug)]
struct Seen {
    status: u16,
    retry_after: Option<u64>,
    body: Value,
    took: Duration,
}

impl Seen {
    fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
    }

    fn is_whole(&self) -> bool {
        self.status == 200 && self.body.get("errors").is_none() && self.body["data"].is_object()
    }

    /// The answer of a register that cannot answer now: it says so, when to come again, and nothing else.
    fn is_unavailable(&self) -> bool {
        let tells_nothing =
            !["sql", "postgres", "sqlite", "pool", "connection", "disk", "/"].iter().any(|word| self.body.to_string().to_lowercase().contains(word));
        self.status == 503 && self.code() == "UNAVAILABLE" && self.retry_after.is_some() && self.body.get("data").is_none() && tells_nothing
    }
}

/// Somebody who asks a server, and registers agencies as the bearer of a token.
#[derive(Clone)]
struct Client {
    http: reqwest::Client,
    address: String,
    token: String,
}

impl Client {
    fn new(address: &str, token: &str) -> Self {
        Self { http: reqwest::Client::builder().no_proxy().build().unwrap(), address: address.to_owned(), token: token.to_owned() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.address))
    }

    /// What it sees of an answer; `None` where the connection ends without one.
    async fn seen(&self, request: RequestBuilder) -> Option<Seen> {
        let began = Instant::now();
        let response = request.send().await.ok()?;
        let status = response.status().as_u16();
        let retry_after = response.headers().get("retry-after").map(|seconds| seconds.to_str().unwrap().parse().unwrap());
        let text = response.text().await.expect("an answer that has begun comes whole");
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Some(Seen { status, retry_after, body, took: began.elapsed() })
    }

    /// What it sees of a path.
    async fn looks(&self, path: &str) -> Seen {
        self.seen(self.request(Method::GET, path)).await.unwrap_or_else(|| panic!("no answer to {path}"))
    }

    fn asking(&self, document: &str, variables: Value) -> RequestBuilder {
        let body = json!({"query": document, "variables": variables}).to_string();
        self.request(Method::POST, "/graphql").header("content-type", "application/json").body(body)
    }

    /// What it sees of a question that is answered anew: not from memory.
    async fn asks(&self, document: &str) -> Seen {
        self.seen(self.asking(document, json!({})).header("cache-control", "no-store")).await.unwrap_or_else(|| panic!("no answer to {document}"))
    }

    fn registering(&self, name: &str) -> RequestBuilder {
        let document = "mutation ($input: AgencyInput!) { agencyRegister(input: $input) { agency { name } userErrors { message } } }";
        // Enough to need room on a disk.
        let aliases: Vec<String> = (0..50).map(|number| format!("{name} {number} {}", "별칭".repeat(60))).collect();
        let input = json!({"code": code_of(name), "name": name, "type": "BASIC_GOVERNMENT", "aliases": aliases});
        self.asking(document, json!({"input": input})).bearer_auth(&self.token)
    }

    /// Registers an agency of that name: an entry of the journal. `None` where the connection ends without an answer.
    async fn registers(&self, name: &str) -> Option<Seen> {
        self.seen(self.registering(name)).await
    }

    /// Registers an agency, which must be recorded.
    async fn must_register(&self, name: &str) {
        let seen = self.registers(name).await.unwrap_or_else(|| panic!("{name}: no answer"));
        assert!(seen.is_whole() && seen.body["data"]["agencyRegister"]["agency"]["name"] == name, "{name}: {seen:?}");
    }

    /// Names of the agencies that were registered by clients of these tests.
    async fn registered(&self) -> BTreeSet<String> {
        let document = "query ($after: String) { agencies(first: 100, after: $after, filter: {name: {startsWith: \"장애\"}}) { pageInfo { hasNextPage endCursor } nodes { name } } }";
        let (mut after, mut names) = (Value::Null, BTreeSet::new());
        loop {
            let seen = self.seen(self.asking(document, json!({"after": after}))).await.expect("an answer");
            let page = &seen.body["data"]["agencies"];
            for agency in page["nodes"].as_array().unwrap_or_else(|| panic!("{seen:?}")) {
                assert!(names.insert(agency["name"].as_str().unwrap().to_owned()), "twice: {agency}");
            }
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == json!(false) {
                return names;
            }
        }
    }
}

/// A code for an agency of that name.
fn code_of(name: &str) -> String {
    let mut hasher = DefaultHasher::new();
    name.hash(&mut hasher);
    let digit = |place: u32| char::from_digit(u32::try_from(hasher.finish() / 36_u64.pow(place) % 36).unwrap(), 36).unwrap().to_ascii_uppercase();
    (0..7).map(digit).collect()
}

/// Waits until something is so.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    let deadline = Instant::now() + WAIT;
    while !is_so().await {
        assert!(Instant::now() < deadline, "not so in time: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A token of an administrator, made as operators make one.
fn token(folder: &Path, database: &str) -> String {
    let made = run(folder, &["--database-url", database, "token", "create", "--role", "admin", "--name", "장애 시험"]);
    assert!(made.status.success(), "{made:?}");
    String::from_utf8(made.stdout).unwrap().lines().find(|line| line.starts_with("ylm_")).unwrap().to_owned()
}

/// Somebody else who keeps every writer of the register waiting.
struct Holder(DatabaseConnection);

impl Holder {
    async fn of(database: &str) -> Self {
        let mut options = ConnectOptions::new(database);
        options.max_connections(1).sqlx_logging(false);
        let connection = Database::connect(options).await.unwrap();
        let hold = match connection.get_database_backend() {
            // For which writers queue.
            DbBackend::Postgres => "SELECT pg_advisory_lock(7367011122)",
            _ => "BEGIN IMMEDIATE",
        };
        connection.execute_unprepared(hold).await.unwrap();
        Self(connection)
    }

    async fn lets_go(self) {
        self.0.close().await.unwrap();
    }
}
