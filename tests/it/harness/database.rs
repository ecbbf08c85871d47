//! A database of its own for each test, copied from a template that is migrated and loaded once.
//!
//! Every test is a process of its own (cargo nextest), so that they agree through locks: on SQLite of a file beside the template, on PostgreSQL within the
//! server. A template is named by a hash of everything that shapes it, and so is made anew when sources or data change.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use super::postgres::OwnPostgres;

/// Kind of database that a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Sqlite,
    Postgres,
}

/// A database that one test has for itself; gone when dropped.
pub struct TestDatabase {
    /// Where the server under test connects to.
    pub url: String,
    /// Held for its removal only.
    _removal: Removal,
}

enum Removal {
    Folder { _folder: tempfile::TempDir },
    Database { name: String },
}

impl TestDatabase {
    /// A copy of the template `name`. `fill` makes the template of an empty database at a URL, and closes what it opened.
    pub async fn create(backend: Backend, name: &str, fill: impl AsyncFnOnce(&str)) -> Self {
        let template = format!("yeollam_template_{}_{}", fingerprint(), name.to_lowercase());
        match backend {
            Backend::Sqlite => Self::of_sqlite(&template, fill).await,
            Backend::Postgres => Self::of_postgres(&template, fill).await,
        }
    }

    async fn of_sqlite(template: &str, fill: impl AsyncFnOnce(&str)) -> Self {
        let templates = Path::new(env!("CARGO_TARGET_TMPDIR"));
        fs::create_dir_all(templates).unwrap();
        let lock = File::create(templates.join("templates.lock")).unwrap();
        lock.lock().unwrap();
        let path = templates.join(format!("{template}.sqlite"));
        if !path.exists() {
            remove_other_templates(templates);
            let unfinished = tempfile::tempdir_in(templates).unwrap();
            let file = unfinished.path().join("register.sqlite");
            fill(&sqlite_url(&file)).await;
            assert!(!unfinished.path().join("register.sqlite-wal").exists(), "the template was filled, and its connections left open: close the store");
            fs::rename(&file, &path).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("register.sqlite");
        fs::copy(&path, &file).unwrap();
        lock.unlock().unwrap();
        Self { url: sqlite_url(&file), _removal: Removal::Folder { _folder: folder } }
    }

    async fn of_postgres(template: &str, fill: impl AsyncFnOnce(&str)) -> Self {
        static COUNTER: AtomicU32 = AtomicU32::new(0);

        let server = connect(&postgres_url("postgres")).await;
        // One process makes the template, the others wait. The lock goes with the connection, should this process die.
        query(&server, "SELECT pg_advisory_lock(4090000)").await;
        if query(&server, &format!("SELECT datname FROM pg_database WHERE datname = '{template}'")).await == 0 {
            let unfinished = "yeollam_template_unfinished";
            execute(&server, &format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
            execute(&server, &format!("CREATE DATABASE {unfinished}")).await;
            fill(&postgres_url(unfinished)).await;
            execute(&server, &format!("ALTER DATABASE {unfinished} RENAME TO {template}")).await;
        }
        query(&server, "SELECT pg_advisory_unlock(4090000)").await;

        let name = format!("yeollam_test_{}_{}", std::process::id(), COUNTER.fetch_add(1, Ordering::Relaxed));
        execute(&server, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        execute(&server, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        server.close().await.unwrap();
        Self { url: postgres_url(&name), _removal: Removal::Database { name } }
    }
}

impl Drop for Removal {
    fn drop(&mut self) {
        if let Self::Database { name } = self {
            let drop_it = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            // The runtime of the test cannot be waited for from within it.
            let removed = std::thread::spawn(move || {
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
                    let server = connect(&postgres_url("postgres")).await;
                    execute(&server, &drop_it).await;
                    server.close().await.unwrap();
                });
            });
            assert!(removed.join().is_ok() || std::thread::panicking(), "the test's database was not removed");
        }
    }
}

fn sqlite_url(path: &Path) -> String {
    format!("sqlite://{}?mode=rwc", path.display())
}

/// Templates of sources that are no longer these.
fn remove_other_templates(templates: &Path) {
    let current = fingerprint();
    for entry in fs::read_dir(templates).unwrap().flatten() {
        let name = entry.file_name().into_string().unwrap_or_default();
        if name.starts_with("yeollam_template_") && !name.contains(current) {
            fs::remove_file(entry.path()).unwrap();
        }
    }
}

/// Hash of all that shapes a template: migrations, data, generated data, and the code that loads them.
fn fingerprint() -> &'static str {
    static FINGERPRINT: OnceLock<String> = OnceLock::new();
    FINGERPRINT.get_or_init(|| {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut hasher = blake3::Hasher::new();
        let mut paths: Vec<PathBuf> = ["data", "entity/src", "migration/src", "src", "tests/it/harness"].map(|folder| root.join(folder)).to_vec();
        let mut at = 0;
        while let Some(path) = paths.get(at).cloned() {
            at += 1;
            if path.is_dir() {
                let mut entries: Vec<PathBuf> = fs::read_dir(&path).unwrap().map(|entry| entry.unwrap().path()).collect();
                entries.sort();
                paths.append(&mut entries);
            } else if path.is_file() {
                hasher.update(path.strip_prefix(root).unwrap().as_os_str().as_encoded_bytes()).update(&[0]);
                let bytes = fs::read(&path).unwrap();
                hasher.update(&bytes.len().to_le_bytes()).update(&bytes);
            }
        }
        hasher.finalize().to_hex()[..16].to_owned()
    })
}

async fn connect(url: &str) -> DatabaseConnection {
    // One connection: the advisory lock belongs to it.
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap_or_else(|error| panic!("PostgreSQL for the tests, {url}, cannot be reached: {error}"))
}

async fn execute(server: &DatabaseConnection, sql: &str) {
    server.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

/// Number of rows that a query answers.
async fn query(server: &DatabaseConnection, sql: &str) -> usize {
    let statement = Statement::from_string(DbBackend::Postgres, sql);
    server.query_all_raw(statement).await.unwrap_or_else(|error| panic!("{sql}: {error}")).len()
}

/// URL of a database of the PostgreSQL for tests: the one that `YEOLLAM_TEST_POSTGRES` names, or one of this process alone.
fn postgres_url(database: &str) -> String {
    static SERVER: OnceLock<(String, Option<OwnPostgres>)> = OnceLock::new();
    let (server, _) = SERVER.get_or_init(|| {
        #[expect(clippy::disallowed_methods, reason = "the only setting of the tests")]
        match std::env::var("YEOLLAM_TEST_POSTGRES") {
            Ok(url) => (url, None),
            Err(_) => {
                let server = OwnPostgres::start(&[]);
                (server.url.clone(), Some(server))
            }
        }
    });
    let (server, _) = server.rsplit_once('/').expect("YEOLLAM_TEST_POSTGRES is postgres://user@host:port/postgres");
    format!("{server}/{database}")
}

/// Two copies of one template share nothing, and the template is filled once.
async fn databases_are_apart(backend: Backend) {
    let fill = async |url: &str| {
        let database = connect(url).await;
        execute(&database, "CREATE TABLE visit (who TEXT)").await;
        execute(&database, "INSERT INTO visit VALUES ('template')").await;
        database.close().await.unwrap();
    };
    let one = TestDatabase::create(backend, "apart", fill).await;
    let other = TestDatabase::create(backend, "apart", async |_: &str| panic!("the template is there already")).await;
    let (one_connection, other_connection) = (connect(&one.url).await, connect(&other.url).await);
    execute(&one_connection, "INSERT INTO visit VALUES ('one')").await;
    for (connection, rows) in [(one_connection, 2), (other_connection, 1)] {
        let statement = Statement::from_string(connection.get_database_backend(), "SELECT who FROM visit");
        assert_eq!(connection.query_all_raw(statement).await.unwrap().len(), rows);
        connection.close().await.unwrap();
    }
}

#[tokio::test]
async fn databases_are_apart_on_sqlite() {
    databases_are_apart(Backend::Sqlite).await;
}

#[tokio::test]
async fn databases_are_apart_on_postgres() {
    databases_are_apart(Backend::Postgres).await;
}
