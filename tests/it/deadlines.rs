//! Requests that take long: what they ask of the database ends with them, and the log tells which they were.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, Statement};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use yeollam::store::{PoolSettings, Store};

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

/// A statement that takes days.
fn endless(backend: Backend) -> &'static str {
    match backend {
        Backend::Postgres => "SELECT pg_sleep(172800)::text AS slept",
        Backend::Sqlite => {
            "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers) SELECT count(*) AS slept FROM (SELECT n FROM numbers LIMIT 1000000000000)"
        }
    }
}

async fn what_a_request_asks_of_the_database_ends_soon_after_it(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let program = started(&folder, &server, &["--request-deadline", "3", "--database-connections", "3", "--slow-query", "2s"]);
    program.ready().await;
    let change = async |statement: &str| server.store.db().execute_unprepared(statement).await.map(|_| ()).unwrap();
    // Every question about data files takes days.
    change("ALTER TABLE data_file RENAME TO kept").await;
    let lateral = if server.backend == Backend::Postgres { "LATERAL" } else { "" };
    change(&format!("CREATE VIEW data_file AS SELECT kept.* FROM kept, {lateral} ({}) AS s WHERE s.slept IS NOT NULL", endless(server.backend))).await;
    let names: Vec<String> = (0..4).map(|number| format!("홍길동{number}")).collect();
    let given_up = join_all(names.iter().map(|name| asked_with(&program.address, FILES, json!({"name": name}))));
    let are_underway = async || server.backend == Backend::Sqlite || underway(&server).await > 0;
    for answer in tokio::join!(given_up, becomes("the statements are underway", are_underway)).0 {
        assert_eq!(answer["errors"][0]["extensions"]["code"], "TIMEOUT", "{answer}");
    }
    // More were given up than there are connections: they are free again.
    becomes("a connection is free", async || asked(&program.address, "{ agencies(first: 1) { nodes { code } } }").await["errors"].is_null()).await;
    match server.backend {
        Backend::Postgres => becomes("the statements have ended", async || underway(&server).await == 0).await,
        // Nothing executes any more: the program does not even use its processor.
        Backend::Sqlite => becomes("the statements have ended", async || is_at_rest(&program).await).await,
    }
    // On one connection: another of SQLite still knows the view.
    change("DROP VIEW data_file; ALTER TABLE kept RENAME TO data_file").await;
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

/// Whether a program used less than a tenth of one processor for a while.
async fn is_at_rest(program: &Started) -> bool {
    let used = || {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", program.process())).unwrap();
        let after_its_name: Vec<&str> = stat.rsplit_once(") ").unwrap().1.split(' ').collect();
        // In hundredths of a second, of itself and of the system for it.
        after_its_name[11].parse::<u64>().unwrap() + after_its_name[12].parse::<u64>().unwrap()
    };
    let before = used();
    tokio::time::sleep(Duration::from_secs(1)).await;
    used() - before < 10
}

/// The store as a server has it for requests, over so many connections.
async fn for_requests(server: &Server, max_connections: u32) -> Store {
    let limit = Duration::from_secs(5);
    let pool = PoolSettings { max_connections, acquire_timeout: limit * 3, request_limit: Some(limit), ..PoolSettings::default() };
    Store::connect(server.database_url(), &pool).await.unwrap().for_requests()
}

async fn answered(store: &Store, sql: &str) -> Result<i64, sea_orm::DbErr> {
    let db = store.db();
    db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await?.unwrap().try_get_by(0)
}

async fn a_statement_that_is_given_up_frees_its_connection_and_harms_no_other(server: Server) {
    let store = for_requests(&server, 1).await;
    let given_up = tokio::time::timeout(Duration::from_millis(100), answered(&store, endless(server.backend))).await;
    assert!(given_up.is_err());
    assert_eq!(answered(&store, "SELECT CAST(7 AS BIGINT)").await.unwrap(), 7, "the only connection is free again");
    store.close().await.unwrap();

    let store = for_requests(&server, 3).await;
    // Long enough for all that is given up beside it, and short enough for the limit.
    let counted = match server.backend {
        Backend::Postgres => "SELECT count(*) FROM generate_series(1, 300000), pg_sleep(1)",
        Backend::Sqlite => "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 300000) SELECT count(*) FROM n",
    };
    let rounds = if server.backend == Backend::Postgres { 1 } else { 20 };
    let beside = {
        let store = store.clone();
        tokio::spawn(async move {
            for _ in 0..rounds {
                assert_eq!(answered(&store, counted).await.unwrap(), 300_000, "what somebody waits for is not interrupted");
            }
        })
    };
    // Given up before it has a connection, while it waits for one, while it runs, when it has just ended.
    let short = "SELECT count(*) FROM data_file";
    for micros in (0..200_u64).map(|number| number * 7_919 % 3_000) {
        let _ = tokio::time::timeout(Duration::from_micros(micros), answered(&store, short)).await;
        if server.backend == Backend::Sqlite {
            let _ = tokio::time::timeout(Duration::from_micros(micros), answered(&store, endless(server.backend))).await;
        }
    }
    beside.await.unwrap();
    let files = answered(&server.store, short).await.unwrap();
    for _ in 0..20 {
        let all = join_all((0..6).map(|_| answered(&store, short))).await;
        assert!(all.into_iter().all(|answer| answer.unwrap() == files));
    }
    let figures = store.figures();
    let requests = figures.pools.iter().find(|pool| pool.name == "requests").unwrap();
    assert!(requests.limit == 3 && (1..=3).contains(&requests.connections), "{requests:?}");
    store.close().await.unwrap();
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

on_both!(
    Data::Bundled =>
    what_a_request_asks_of_the_database_ends_soon_after_it,
    a_statement_that_is_given_up_frees_its_connection_and_harms_no_other,
    nothing_is_slow_unless_the_operator_says_when
);
