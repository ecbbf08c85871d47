//! A disk without room: of the database, of the search index. And an index that somebody removes while it is searched.

use std::collections::BTreeSet;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Client, token, until};
use crate::harness::postgres::OwnPostgres;
use crate::harness::program::{Started, must_be_proved, run, yeollam};

/// Attempts to write until a full disk must have been met: what was written before is overwritten for a while.
const ATTEMPTS: usize = 2_000;

/// A disk that fills up and is emptied at a word: `full_disk.c` says how.
struct Disk {
    folder: TempDir,
    library: PathBuf,
}

impl Disk {
    fn new() -> Self {
        // PostgreSQL may run as another user.
        let folder = tempfile::Builder::new().permissions(Permissions::from_mode(0o755)).tempdir().unwrap();
        let library = folder.path().join("full_disk.so");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/faults/full_disk.c");
        let made = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).arg("-ldl").output().expect("there is a C compiler");
        assert!(made.status.success(), "{made:?}");
        Self { folder, library }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Variables by which a program keeps what lies in `folder` on this disk.
    fn environment<'a>(&'a self, folder: &'a Path) -> [(&'static str, &'a Path); 2] {
        [("LD_PRELOAD", &self.library), ("FULL_DISK", folder)]
    }

    fn fill(&self, folder: &Path) {
        File::create(folder.join("full")).unwrap();
    }

    fn empty(&self, folder: &Path) {
        fs::remove_file(folder.join("full")).unwrap();
    }
}

/// Writes until the disk is full, reads all the same, and writes again when there is room. Answers what was acknowledged.
async fn fill_and_empty(client: &Client, disk: &Disk, folder: &Path) -> BTreeSet<String> {
    let mut acknowledged = BTreeSet::new();
    for number in 0..5 {
        let name = format!("장애 전 {number}");
        client.must_register(&name).await;
        acknowledged.insert(name);
    }
    disk.fill(folder);
    let mut refused = Vec::new();
    for number in 0..ATTEMPTS {
        let name = format!("장애 {number}");
        let seen = client.registers(&name).await.unwrap();
        if seen.is_whole() {
            acknowledged.insert(name);
            continue;
        }
        assert!(seen.is_unavailable(), "{seen:?}");
        refused.push(name);
        if refused.len() == 3 {
            break;
        }
    }
    assert_eq!(refused.len(), 3, "the disk never was full");
    // Reads go on, and see nothing of what was refused.
    assert_eq!(client.registered().await, acknowledged);
    for path in ["/healthz", "/readyz", "/export/csv", "/statutes"] {
        assert_eq!(client.looks(path).await.status, 200, "{path}");
    }
    disk.empty(folder);
    // The same as was refused is recorded now: nothing of it was there by half.
    for name in &refused {
        client.must_register(name).await;
        acknowledged.insert(name.clone());
    }
    assert_eq!(client.registered().await, acknowledged);
    acknowledged
}

fn serve(disk: &Disk, on_disk: &Path, database: &str) -> Started {
    let arguments = ["--data-dir", "data", "--database-url", database, "--listen", "127.0.0.1:0", "serve"];
    Started::of(yeollam(disk.path(), &arguments).envs(disk.environment(on_disk)))
}

#[tokio::test]
async fn a_full_disk_refuses_writes() {
    let disk = Disk::new();
    let data = disk.path().join("data");
    fs::create_dir(&data).unwrap();
    let database = format!("sqlite:{}?mode=rwc", data.join("register.sqlite").display());
    assert!(run(disk.path(), &["--data-dir", "data", "migrate", "up"]).status.success());
    let token = token(disk.path(), &database);
    let started = serve(&disk, &data, &database);
    started.ready().await;
    let acknowledged = fill_and_empty(&Client::new(&started.address, &token), &disk, &data).await;
    // Neither does a crash right after lose any of it.
    started.killed();
    must_be_proved(disk.path(), &database);
    let again = serve(&disk, &data, &database);
    assert_eq!(Client::new(&again.address, &token).registered().await, acknowledged);
    assert_eq!(again.stopped().0, Some(0));
}

#[tokio::test]
async fn a_full_disk_of_postgresql_refuses_writes() {
    let disk = Disk::new();
    let cluster = disk.path().join("postgres");
    fs::create_dir(&cluster).unwrap();
    fs::set_permissions(&cluster, Permissions::from_mode(0o777)).unwrap();
    let environment = [&disk.environment(&cluster)[..], &[("TMPDIR", cluster.as_path())]].concat();
    let postgres = OwnPostgres::start(&environment);
    assert!(run(disk.path(), &["--database-url", &postgres.url, "migrate", "up"]).status.success());
    let token = token(disk.path(), &postgres.url);
    // The disk is the database's, not the server's.
    let started = Started::new(disk.path(), &["--database-url", &postgres.url, "--listen", "127.0.0.1:0", "serve"]);
    started.ready().await;
    fill_and_empty(&Client::new(&started.address, &token), &disk, &cluster).await;
    assert_eq!(started.stopped().0, Some(0));
    must_be_proved(disk.path(), &postgres.url);
}

async fn found(client: &Client, name: &str) -> Value {
    let document = format!("{{ search(text: \"{name}\") {{ totalCount }} }}");
    client.asks(&document).await.body["data"]["search"]["totalCount"].clone()
}

/// Sends a document with a file of that name, and waits until it is recorded.
async fn import_file(client: &Client, number: usize, name: &str) {
    let document = json!({
        "format": "yeollam/1", "agencies": [{"code": "T000001", "name": "시험청", "type": "CENTRAL"}],
        "dataFiles": [{"registrationNumber": format!("T000001-{number}"), "agency": "T000001", "status": "REGISTERED", "registrations": [{"validFrom": "2026-01-01", "name": name}]}],
    });
    let request = client.request(reqwest::Method::POST, "/import?filename=file.json").bearer_auth(&client.token).body(document.to_string());
    let taken = client.seen(request).await.unwrap();
    assert_eq!(taken.status, 202, "{taken:?}");
    let listed = format!("{{ dataFile(registrationNumber: \"T000001-{number}\") {{ name }} }}");
    until("the file is recorded", async || client.asks(&listed).await.body["data"]["dataFile"]["name"] == name).await;
}

async fn has_followed(client: &Client) -> bool {
    let register = client.asks("{ register { sequence indexedThrough } }").await.body["data"]["register"].clone();
    register["sequence"] == register["indexedThrough"]
}

/// A disk with a register and its index, the folder of the index, the database, and a token.
fn with_index_apart() -> (Disk, PathBuf, String, String) {
    let disk = Disk::new();
    let index = disk.path().join("data/search");
    fs::create_dir_all(&index).unwrap();
    let database = format!("sqlite:{}?mode=rwc", disk.path().join("register.sqlite").display());
    assert!(run(disk.path(), &["--database-url", &database, "migrate", "up"]).status.success());
    let token = token(disk.path(), &database);
    (disk, index, database, token)
}

#[tokio::test]
async fn an_index_without_room_is_searched_as_it_was() {
    let (disk, index, database, token) = with_index_apart();
    let started = serve(&disk, &index, &database);
    started.ready().await;
    let client = Client::new(&started.address, &token);
    import_file(&client, 1, "무지개 명부").await;
    until("it is found", async || found(&client, "무지개").await == 1).await;
    disk.fill(&index);
    // What is written is there, and what was found before is found; only what is new is not found yet.
    import_file(&client, 2, "소나기 명부").await;
    client.must_register("장애 시험").await;
    assert_eq!((found(&client, "무지개").await, found(&client, "소나기").await), (json!(1), json!(0)));
    assert!(!has_followed(&client).await, "it tells how far it is behind");
    disk.empty(&index);
    until("it is found", async || found(&client, "소나기").await == 1 && has_followed(&client).await).await;
    let (code, log) = started.stopped();
    assert!(code == Some(0) && log.contains("the search index cannot follow the register"), "{log}");
    must_be_proved(disk.path(), &database);
}

#[tokio::test]
async fn an_index_that_cannot_be_built_is_built_when_there_is_room() {
    let (disk, index, database, token) = with_index_apart();
    disk.fill(&index);
    let started = serve(&disk, &index, &database);
    let client = Client::new(&started.address, &token);
    // All but finding goes on; it says that it is not there, and not that nothing is found.
    import_file(&client, 1, "무지개 명부").await;
    client.must_register("장애 시험").await;
    let seen = client.asks("{ search(text: \"무지개\") { totalCount } }").await;
    assert_eq!((seen.code(), client.looks("/readyz").await.status), ("SEARCH_NOT_READY", 503), "{seen:?}");
    disk.empty(&index);
    until("it is found", async || found(&client, "무지개").await == 1 && has_followed(&client).await).await;
    started.ready().await;
    // Removed where there is no room either: what was found is found, until it can be made again.
    disk.fill(&index);
    fs::remove_dir_all(index.join("index")).unwrap();
    import_file(&client, 2, "소나기 명부").await;
    assert_eq!(found(&client, "무지개").await, 1);
    disk.empty(&index);
    until("it is found", async || found(&client, "소나기").await == 1 && found(&client, "무지개").await == 1 && has_followed(&client).await).await;
    assert_eq!(started.stopped().0, Some(0));
    must_be_proved(disk.path(), &database);
}

#[tokio::test]
async fn an_index_that_is_removed_is_made_again() {
    let folder = tempfile::tempdir().unwrap();
    let database = format!("sqlite:{}?mode=rwc", folder.path().join("data/register.sqlite").display());
    assert!(run(folder.path(), &["--data-dir", "data", "migrate", "up"]).status.success());
    let token = token(folder.path(), &database);
    let started = Started::new(folder.path(), &["--data-dir", "data", "--listen", "127.0.0.1:0", "serve"]);
    started.ready().await;
    let client = Client::new(&started.address, &token);
    import_file(&client, 1, "무지개 명부").await;
    until("it is found", async || found(&client, "무지개").await == 1).await;
    for (number, removed) in [(2, "data/search"), (3, "data/search/index")] {
        fs::remove_dir_all(folder.path().join(removed)).unwrap();
        assert_eq!(found(&client, "무지개").await, 1, "searches go on");
        let name = format!("소나기{number} 명부");
        import_file(&client, number, &name).await;
        assert_eq!(found(&client, "무지개").await, 1, "searches go on");
        until("what is new is found", async || found(&client, &format!("소나기{number}")).await == 1).await;
        assert!(folder.path().join("data/search/index/meta.json").exists(), "{removed}");
    }
    assert_eq!(started.stopped().0, Some(0));
    let status = run(folder.path(), &["--data-dir", "data", "index", "status"]);
    assert!(String::from_utf8_lossy(&status.stdout).contains("files      3"), "{status:?}");
}
