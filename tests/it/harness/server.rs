//! The server under test: in this process, on a free port, at a fixed instant, spoken to over HTTP.

use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use uuid::Uuid;
use yeollam::access::{NewToken, Oidc, Role};
use yeollam::graphql::admission::limits::Limits;
use yeollam::http::Settings;
use yeollam::import::{Failure, Report, import};
use yeollam::search::Search;
use yeollam::store::{PoolSettings, Salts, Store};

use super::database::{Backend, TestDatabase};
use super::generated;

/// The instant at which every test takes place.
const NOW: &str = "2026-11-22T00:00:00Z";

/// Where permanent links of the tests point: the same in every run.
const PUBLIC_URL: &str = "https://register.example";

/// What a test finds in its database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Data {
    /// The tables with the reference data, and nothing that an institution registered.
    Empty,
    /// The bundled institutions.
    Bundled,
    /// The register of [`generated`]: more than thirty of everything.
    Generated,
}

/// What a server is started with.
struct Setup {
    instant: DateTime<Utc>,
    oidc: Option<Oidc>,
    limits: Limits,
    settings: Settings,
}

impl Default for Setup {
    fn default() -> Self {
        Self { instant: now(), oidc: None, limits: Limits::default(), settings: Settings { import_bytes: 512 << 10, ..Settings::default() } }
    }
}

/// A server with a database of its own. It stops, and its database goes, when it is dropped.
pub struct Server {
    /// The database system under it.
    pub backend: Backend,
    /// The store that it reads, for what a test does to the register.
    pub store: Store,
    address: String,
    client: reqwest::Client,
    statements: Arc<Mutex<Vec<String>>>,
    /// Chance of the tests' tokens: one source for a server, or two tokens would be one.
    secrets: Salts,
    clock: Arc<Mutex<DateTime<Utc>>>,
    stop: Option<oneshot::Sender<()>>,
    serving: JoinHandle<()>,
    beside: Mutex<Vec<(oneshot::Sender<()>, tempfile::TempDir)>>,
    _index_folder: tempfile::TempDir,
    // Last, so that nobody uses it any more when it goes.
    database: Arc<TestDatabase>,
}

impl Server {
    /// Starts a server on a fresh database.
    pub async fn start(backend: Backend, data: Data) -> Self {
        let database = TestDatabase::create(backend, &format!("{data:?}"), async |url: &str| fill(url, data).await).await;
        Self::on(backend, Arc::new(database), Setup::default()).await
    }

    /// Another server on the same database, whose clock shows another instant. Its index is built from nothing.
    pub async fn another_at(&self, instant: DateTime<Utc>) -> Self {
        Self::on(self.backend, Arc::clone(&self.database), Setup { instant, ..Setup::default() }).await
    }

    /// Another server on the same database, which takes the tokens of an identity provider too.
    pub async fn with_oidc(&self, oidc: Oidc) -> Self {
        Self::on(self.backend, Arc::clone(&self.database), Setup { oidc: Some(oidc), ..Setup::default() }).await
    }

    /// Another server on the same database, as a subgraph of Apollo Federation.
    pub async fn as_subgraph(&self, limits: Limits) -> Self {
        self.with(Limits { federates: true, ..limits }, Settings::default()).await
    }

    /// Another server on the same database, with limits and settings of its own.
    pub async fn with(&self, limits: Limits, settings: Settings) -> Self {
        Self::on(self.backend, Arc::clone(&self.database), Setup { limits, settings, ..Setup::default() }).await
    }

    async fn on(backend: Backend, database: Arc<TestDatabase>, setup: Setup) -> Self {
        let mut store = connect(&database.url).await;
        let statements = Arc::new(Mutex::new(Vec::new()));
        let observed = Arc::clone(&statements);
        store.observe_statements(move |sql, _| {
            // The server asks how far the journal goes, its index what is new in it, on their own account.
            let follows = [
                r#"MAX("change"."sequence") AS "last""#,
                r#"FROM "redaction" ORDER BY "redaction"."sequence" DESC"#,
                // Whether the findings were computed anew, which the index asks from time to time.
                r#"SELECT "setting"."name", "setting"."value" FROM "setting""#,
                // Whether runs of imports are still underway somewhere.
                r#"SELECT COUNT(*) AS num_items FROM (SELECT "import"."id""#,
                r#"SELECT "change"."sequence", "change"."hash", "change"."node_type", "change"."node_id", "change"."kind" FROM"#,
            ];
            if !follows.iter().any(|own| sql.contains(own)) {
                observed.lock().unwrap().push(sql.to_owned());
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let index_folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(Mutex::new(setup.instant));
        let serving = start_server(listener, store.clone(), index_folder.path().to_owned(), Arc::clone(&clock), stopped, setup).await;
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let secrets = salts();
        let beside = Mutex::default();
        Self { backend, store, address, client, statements, secrets, clock, stop: Some(stop), serving, beside, _index_folder: index_folder, database }
    }

    /// Salts that no other write of this test had.
    pub fn salts(&self) -> Salts {
        self.secrets.clone()
    }

    /// Sets the clock of the server.
    pub fn set_clock(&self, instant: DateTime<Utc>) {
        *self.clock.lock().unwrap() = instant;
    }

    /// Where the server listens, `http://127.0.0.1:…`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// URL of its database.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Imports one document at the instant of the tests.
    pub async fn import(&self, name: &str, text: &str) -> Result<Report, Failure> {
        self.import_at(name, text, now()).await
    }

    /// Imports one document at another instant.
    pub async fn import_at(&self, name: &str, text: &str, instant: DateTime<Utc>) -> Result<Report, Failure> {
        import(&self.store, &[(name.to_owned(), text.to_owned())], instant, salts()).await
    }

    /// Number of the last entry of the journal.
    pub async fn sequence(&self) -> i64 {
        self.query("{ register { sequence } }", json!({})).await["register"]["sequence"].as_i64().unwrap()
    }

    /// Another server on the same database: its address. It stops with the test.
    pub async fn beside(&self) -> String {
        let store = connect(&self.database.url).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel();
        let index_folder = tempfile::tempdir().unwrap();
        start_server(listener, store, index_folder.path().to_owned(), Arc::clone(&self.clock), stopped, Setup::default()).await;
        self.beside.lock().unwrap().push((stop, index_folder));
        address
    }

    /// Tells the server to stop, and waits until it has.
    pub async fn stop(&mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        (&mut self.serving).await.unwrap();
    }

    /// The statements that the database was asked since the last call.
    pub fn statements(&self) -> Vec<String> {
        std::mem::take(&mut self.statements.lock().unwrap())
    }

    /// `data` of the answer to a document, with the statements that the database was asked for it: not from memory.
    pub async fn observed(&self, document: &str, variables: Value) -> (Value, Vec<String>) {
        self.store.forget_rows();
        self.statements.lock().unwrap().clear();
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = self.request(reqwest::Method::POST, "/graphql").header("content-type", "application/json").header("cache-control", "no-store").body(body);
        let answer = answered(request).await;
        assert!(answer.status == StatusCode::OK && answer.body.get("errors").is_none(), "the query failed: {answer}\n{document}");
        let data = answer.body["data"].clone();
        (data, std::mem::take(&mut self.statements.lock().unwrap()))
    }

    /// `data` of the answer to a document that must have no errors.
    pub async fn query(&self, document: &str, variables: Value) -> Value {
        let answer = self.answer(document, variables).await;
        assert!(answer.status == StatusCode::OK && answer.body.get("errors").is_none(), "the query failed: {answer}\n{document}");
        answer.body["data"].clone()
    }

    /// `errors` of the answer to a document that must be refused or fail.
    pub async fn errors(&self, document: &str, variables: Value) -> Value {
        let answer = self.answer(document, variables).await;
        assert!(answer.body.get("errors").is_some(), "no error: {answer}\n{document}");
        answer.body["errors"].clone()
    }

    /// Whatever the server answers to a document.
    pub async fn answer(&self, document: &str, variables: Value) -> Answer {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = self.request(reqwest::Method::POST, "/graphql").header("content-type", "application/json").body(body);
        answered(request).await
    }

    /// A token that takes part from the instant of the tests on, for good.
    pub async fn token(&self, role: Role, agency: Option<&str>, name: &str) -> String {
        self.token_until(role, agency, name, now(), None).await.1
    }

    /// A token made at one instant and valid until another, with its key.
    pub async fn token_until(&self, role: Role, agency: Option<&str>, name: &str, from: DateTime<Utc>, until: Option<DateTime<Utc>>) -> (Uuid, String) {
        let mut write = self.store.write(from, self.secrets.clone()).await.unwrap();
        let new = NewToken { name: name.to_owned(), role, agency: agency.map(str::to_owned), expires_at: until };
        let (id, secret) = write.new_token(&new).await.unwrap();
        write.commit().await.unwrap();
        (id, secret.text())
    }

    /// Whatever the server answers to the bearer of a token.
    pub async fn answer_as(&self, token: &str, document: &str, variables: Value) -> Answer {
        self.sent_as(token, None, document, variables).await
    }

    /// Whatever the server answers to the bearer of a token, under an idempotency key.
    pub async fn sent_as(&self, token: &str, key: Option<&str>, document: &str, variables: Value) -> Answer {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let mut request = self.request(reqwest::Method::POST, "/graphql").header("content-type", "application/json").body(body);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        answered(request).await
    }

    /// `data` of the answer to the bearer of a token; there must be no errors.
    pub async fn query_as(&self, token: &str, document: &str, variables: Value) -> Value {
        let answer = self.answer_as(token, document, variables).await;
        assert!(answer.status == StatusCode::OK && answer.body.get("errors").is_none(), "the request failed: {answer}\n{document}");
        answer.body["data"].clone()
    }

    /// A request to a path of the server, for tests of HTTP itself.
    pub fn request(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address)).header("accept", "application/graphql-response+json")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        self.serving.abort();
    }
}

/// Status and body of an answer.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub body: Value,
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:#}", self.status, self.body)
    }
}

async fn answered(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let status = response.status();
    let text = response.text().await.unwrap();
    Answer { status, body: serde_json::from_str(&text).unwrap_or_else(|error| panic!("{status}, and no JSON ({error}): {text}")) }
}

/// The instant of the tests.
pub fn now() -> DateTime<Utc> {
    NOW.parse().unwrap()
}

/// Salts that are the same in every run.
pub fn salts() -> Salts {
    let counter = AtomicU64::new(0);
    Arc::new(move || {
        let mut salt = [0; 32];
        salt[..8].copy_from_slice(&counter.fetch_add(1, Ordering::Relaxed).to_be_bytes());
        salt
    })
}

// What follows is all that the harness knows of how a server is put together.

async fn connect(url: &str) -> Store {
    let pool = PoolSettings { max_connections: 4, row_cache: 1 << 20, request_limit: Some(Duration::from_secs(600)), ..PoolSettings::default() };
    Store::connect(url, &pool).await.unwrap_or_else(|error| panic!("{url}: {}", error.chain()))
}

/// Makes a template of the empty database at `url`.
async fn fill(url: &str, data: Data) {
    let store = connect(url).await;
    store.migrate().await.unwrap_or_else(|error| panic!("migrate: {}", error.chain()));
    match data {
        Data::Empty => {}
        Data::Bundled => {
            yeollam::import::load_bundled(&store, now(), salts()).await.unwrap_or_else(|error| panic!("the bundled data: {error}"));
        }
        Data::Generated => {
            let document = ("generated.yaml".to_owned(), generated::document());
            import(&store, &[document], now(), salts()).await.unwrap_or_else(|error| panic!("the generated data: {error}"));
        }
    }
    store.close().await.unwrap();
}

/// Serves `store` on `listener` until `stopped`.
async fn start_server(
    listener: TcpListener,
    store: Store,
    index_folder: PathBuf,
    clock: Arc<Mutex<DateTime<Utc>>>,
    stopped: oneshot::Receiver<()>,
    setup: Setup,
) -> JoinHandle<()> {
    let Setup { instant: _, oidc, limits, settings } = setup;
    let requests = AtomicU64::new(0);
    let request_id = Arc::new(move || format!("request-{}", requests.fetch_add(1, Ordering::Relaxed)));
    let search = Search::default();
    let clock: yeollam::server::Clock = Arc::new(move || *clock.lock().unwrap());
    let followers = yeollam::server::follow(&store, &search, index_folder, Arc::clone(&clock));
    let app = yeollam::server::app(&store, &search, clock, salts(), request_id, PUBLIC_URL, limits, settings, oidc)
        .unwrap_or_else(|error| panic!("{}", error.chain()));
    // A test begins with everything found.
    while let Err(error) = search.snapshot() {
        assert_eq!(error.code(), "SEARCH_NOT_READY");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::spawn(async move {
        let _followers = followers;
        let stopped = async {
            let _ = stopped.await;
        };
        let intake = app.intake.clone();
        yeollam::http::serve(listener, app, stopped).await.expect("the server runs until it is stopped");
        if let Some(intake) = intake {
            intake.stop().await;
        }
    })
}
