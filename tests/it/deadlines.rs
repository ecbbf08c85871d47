//! Requests that take long: on PostgreSQL what they ask ends with them, and the log tells which they were.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::harness::program::{Started, asked, asked_with};
use crate::harness::{Backend, Data, Server, on_both};

/// A question of which a variable must not be told.
const FILES: &str = "query Files($name: String) { dataFiles(first: 1, filter: {not: [{name: {contains: $name}}]}) { nodes { name } } }";

/// Statements about data files that PostgreSQL is executing.
async fn underway(server: &Server) -> usize {
    let sql =
        "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() AND query LIKE '%data_file%'";
    let db = server.store.db();
    db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap().len()
}

/// Waits for what must come to be, a minute at most.
async fn becomes(what: &str, is_so: impl AsyncFn() -> bool) {
    let started = Instant::now();
    while !is_so().await {
        assert!(started.elapsed() < Duration::from_secs(60), "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn started(folder: &tempfile::TempDir, server: &Server, settings: &[&str]) -> Started {
    Started::new(folder.path(), &[&["--database-url", server.database_url(), "--listen", "127.0.0.1:0", "--log-format", "json"], settings, &["serve"]].concat())
}

/// What a log tells of slow requests for the document.
fn slow(log: &str, document: &str) -> Vec<Value> {
    let hash: String = Sha256::digest(document).iter().map(|byte| format!("{byte:02x}")).collect();
    let lines = log.lines().filter(|line| line.contains(r#""target":"slow_query""#)).map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines.filter(|line| line["fields"]["sha256"] == hash.as_str()).collect()
}

#[tokio::test]
async fn what_a_request_asks_of_postgres_ends_soon_after_it() {
    let server = Server::start(Backend::Postgres, Data::Bundled).await;
    let folder = tempfile::tempdir().unwrap();
    let program = started(&folder, &server, &["--request-deadline", "3", "--database-connections", "3", "--slow-query", "2s"]);
    program.ready().await;
    let change = async |statement: &str| server.store.db().execute_unprepared(statement).await.map(|_| ()).unwrap();
    // Every question about data files takes hours.
    change("ALTER TABLE data_file RENAME TO kept").await;
    change("CREATE VIEW data_file AS SELECT kept.* FROM kept, LATERAL (SELECT pg_sleep(7200)::text AS slept) AS s WHERE s.slept IS NOT NULL").await;
    let names: Vec<String> = (0..4).map(|number| format!("홍길동{number}")).collect();
    let given_up = join_all(names.iter().map(|name| asked_with(&program.address, FILES, json!({"name": name}))));
    for answer in tokio::join!(given_up, becomes("the statements are underway", async || underway(&server).await > 0)).0 {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    }
    becomes("the statements have ended", async || underway(&server).await == 0).await;
    // More were given up than there are connections: they are free again.
    becomes("a connection is free", async || asked(&program.address, "{ agencies(first: 1) { nodes { code } } }").await["errors"].is_null()).await;
    change("DROP VIEW data_file").await;
    change("ALTER TABLE kept RENAME TO data_file").await;
    becomes("files are answered again", async || asked(&program.address, "{ dataFiles(first: 1) { nodes { name } } }").await["errors"].is_null()).await;

    let (code, log) = program.stopped();
    assert_eq!(code, Some(0), "{log}");
    let told = slow(&log, FILES);
    assert_eq!(told.len(), 4, "also what was given up: {log}");
    for line in &told {
        let fields = &line["fields"];
        assert_eq!((&line["level"], &fields["operation"]), (&json!("WARN"), &json!("Files")), "{line}");
        assert!(fields["cost"].as_u64().unwrap() > 0 && fields["micros"].as_str().unwrap().parse::<u64>().unwrap() >= 2_000_000, "{line}");
        assert!(fields["request_id"].as_str().is_some_and(|id| !id.is_empty()), "{line}");
    }
    assert!(!log.contains("홍길동"), "variables are never told: {log}");
}

async fn nothing_is_slow_unless_the_operator_says_when(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let many = "query Many { dataFiles(first: 50) { nodes { name agency { name } } } }";
    for (threshold, is_told) in [("1ms", true), ("0", false)] {
        let program = started(&folder, &server, &["--slow-query", threshold]);
        program.ready().await;
        let answer = asked(&program.address, many).await;
        assert!(answer["errors"].is_null(), "{answer}");
        let (_, log) = program.stopped();
        let told = slow(&log, many);
        assert_eq!(told.len(), usize::from(is_told), "{log}");
        for line in told {
            assert!(line["fields"]["statements"].as_u64().unwrap() >= 2 && line["fields"]["operation"] == "Many", "{line}");
        }
    }
}

on_both!(Data::Bundled => nothing_is_slow_unless_the_operator_says_when);
