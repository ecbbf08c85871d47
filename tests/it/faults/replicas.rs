//! A replica that answers what anybody asks: it lags, it goes and comes back, it is none.

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, Database, DbBackend, Statement};

use super::{Client, Seen, token, until};
use crate::harness::postgres::OwnPostgres;
use crate::harness::program::{Started, must_be_proved, run};

const PRIMARY_AND_METRICS: [&str; 5] = ["--metrics-listen", "127.0.0.1:0", "--listen", "127.0.0.1:0", "serve"];

const AGENCIES: &str = "{ agencies(first: 5) { nodes { name } } }";

/// What a server with a replica tells of it: whether it is in use, entries that it lacks, operations that it was asked for.
async fn told(server: &Started) -> (bool, u64, u64) {
    let address = server.introduction.split_whitespace().find(|word| word.ends_with("/metrics")).expect("it says where");
    let text = reqwest::Client::builder().no_proxy().build().unwrap().get(address).send().await.unwrap().text().await.unwrap();
    let value = |name: &str| -> u64 {
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')).unwrap_or_else(|| panic!("{text}"));
        value.trim_end_matches(".0").parse().unwrap()
    };
    (value("yeollam_replica_in_use") == 1, value("yeollam_replica_lag_entries"), value("yeollam_replica_queries_total"))
}

async fn in_use(server: &Started) {
    until("the replica is in use", async || matches!(told(server).await, (true, 0, _))).await;
}

async fn it_answers(server: &Started, client: &Client) {
    let before = told(server).await.2;
    until("the replica answers", async || client.asks(AGENCIES).await.is_whole() && told(server).await.2 > before).await;
}

async fn out_of_use(server: &Started) {
    until("the replica is not in use", async || !told(server).await.0).await;
}

/// Asks a database directly.
async fn direct(url: &str, sql: &str) -> i64 {
    let connection = Database::connect(url).await.unwrap();
    let row = connection.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await.unwrap().unwrap();
    connection.close().await.unwrap();
    row.try_get_by_index(0).unwrap_or_default()
}

/// Statements over agencies that servers of the register sent to a database.
async fn statements(url: &str) -> i64 {
    direct(url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'yeollam' AND query LIKE '%FROM \"agency\"%'").await
}

#[tokio::test]
async fn a_replica_answers_as_long_as_it_lacks_nothing() {
    let mut postgres = OwnPostgres::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let replica = postgres.make_replica();
    let database = ["--database-url", &postgres.url, "--read-database-url", &replica];
    assert!(run(folder.path(), &["--database-url", &postgres.url, "migrate", "up"]).status.success());
    let token = token(folder.path(), &postgres.url);
    let started = Started::new(folder.path(), &[&database[..], &PRIMARY_AND_METRICS].concat());
    started.ready().await;
    in_use(&started).await;
    let client = Client::new(&started.address, &token);

    // What anybody asks comes from it, and nothing else.
    assert_eq!(statements(&replica).await, 0);
    it_answers(&started, &client).await;
    assert!(statements(&replica).await > 0);
    let before = told(&started).await.2;
    let by_token = client.seen(client.asking(AGENCIES, serde_json::json!({})).bearer_auth(&token)).await.unwrap();
    assert!(by_token.is_whole(), "{by_token:?}");
    let newer = client.asking(AGENCIES, serde_json::json!({})).header("yeollam-sequence", "1000");
    assert!(client.seen(newer).await.as_ref().is_some_and(Seen::is_whole));
    client.must_register("장애 처음").await;
    assert_eq!(told(&started).await.2, before);

    // A write is in the next answer, whoever gives it.
    for number in 0..30 {
        let name = format!("장애 {number}");
        client.must_register(&name).await;
        assert!(client.registered().await.contains(&name), "{name}");
    }
    in_use(&started).await;
    let seen = client.asks("{ register { sequence } }").await;
    assert_eq!(seen.body["data"]["register"]["sequence"], seen.body["extensions"]["sequence"]);

    // It stands still: it is not asked until it goes on.
    direct(&replica, "SELECT 1::bigint FROM pg_wal_replay_pause()").await;
    client.must_register("장애 정지").await;
    let before = told(&started).await.2;
    assert!(client.registered().await.contains("장애 정지"));
    out_of_use(&started).await;
    assert!(client.asks(AGENCIES).await.is_whole());
    assert_eq!(told(&started).await.2, before);
    direct(&replica, "SELECT 1::bigint FROM pg_wal_replay_resume()").await;
    in_use(&started).await;

    // It goes while it is asked: everything is answered.
    let kinds: Vec<String> = (0..40).map(|number| format!("{{ agencies(filter: {{name: {{startsWith: \"장애 {number}\"}}}}) {{ totalCount }} }}")).collect();
    let asked = tokio::spawn({
        let client = client.clone();
        async move { join_all(kinds.iter().map(|document| client.asks(document))).await }
    });
    postgres.kill_replica();
    let answers = asked.await.unwrap();
    assert!(answers.iter().all(Seen::is_whole), "{answers:?}");
    assert!(client.asks(AGENCIES).await.is_whole());
    out_of_use(&started).await;
    client.must_register("장애 없이").await;
    assert!(client.registered().await.contains("장애 없이"));

    // And comes back.
    postgres.start_replica();
    it_answers(&started, &client).await;
    let (code, log) = started.stopped();
    assert_eq!(code, Some(0));
    let (used, left) = (log.matches("the replica answers what anybody asks").count(), log.matches("the replica is not asked").count());
    assert!(used >= 3 && left.abs_diff(used) <= 1, "{log}");
    must_be_proved(folder.path(), &postgres.url);
}

#[tokio::test]
async fn a_replica_answers_anybody_while_the_primary_is_away() {
    let mut postgres = OwnPostgres::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let replica = postgres.make_replica();
    let database = ["--database-url", &postgres.url, "--read-database-url", &replica, "--database-wait", "2"];
    assert!(run(folder.path(), &["--database-url", &postgres.url, "migrate", "up"]).status.success());
    let token = token(folder.path(), &postgres.url);
    let started = Started::new(folder.path(), &[&database[..], &PRIMARY_AND_METRICS].concat());
    started.ready().await;
    let client = Client::new(&started.address, &token);
    client.must_register("장애 이전").await;
    in_use(&started).await;

    postgres.kill();
    let by_token = async || client.seen(client.asking(AGENCIES, serde_json::json!({})).bearer_auth(&token)).await.unwrap();
    until("whoever has a token is told at once", async || {
        let seen = by_token().await;
        seen.is_unavailable() && seen.took.as_millis() < 500
    })
    .await;
    for round in 0..20 {
        let seen = client.asks(&format!("{{ register {{ sequence }} agencies(first: {}) {{ nodes {{ name }} }} }}", round + 1)).await;
        assert!(seen.is_whole() && seen.body["data"]["register"]["sequence"] == seen.body["extensions"]["sequence"], "{seen:?}");
    }
    assert!(client.registered().await.contains("장애 이전"));
    assert_eq!(client.looks("/readyz").await.status, 200);
    // What it does not have, and what is not its to do, nobody can answer.
    let newer = client.asking(AGENCIES, serde_json::json!({})).header("yeollam-sequence", "1000");
    assert!(client.seen(newer).await.as_ref().is_some_and(Seen::is_unavailable));
    assert!(client.registers("장애 없음").await.as_ref().is_some_and(Seen::is_unavailable));
    // Without it, nothing is answered; it is not trusted again before it could be compared with the primary.
    postgres.kill_replica();
    until("nothing is answered", async || client.asks(AGENCIES).await.is_unavailable() && client.looks("/readyz").await.status == 503).await;
    postgres.start_replica();
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert!(client.asks(AGENCIES).await.is_unavailable());

    postgres.start_again();
    until("the primary answers", async || by_token().await.is_whole()).await;
    client.must_register("장애 이후").await;
    let names = client.registered().await;
    assert!(names.contains("장애 이전") && names.contains("장애 이후") && !names.contains("장애 없음"), "{names:?}");
    in_use(&started).await;
    it_answers(&started, &client).await;
    assert_eq!(started.stopped().0, Some(0));
    must_be_proved(folder.path(), &postgres.url);
}

#[tokio::test]
async fn another_register_is_no_replica() {
    let postgres = OwnPostgres::start(&[]);
    let folder = tempfile::tempdir().unwrap();
    let connection = Database::connect(&postgres.url).await.unwrap();
    connection.execute_unprepared("CREATE DATABASE other").await.unwrap();
    connection.close().await.unwrap();
    let other = postgres.url.replace("/postgres", "/other");
    for (url, seed) in [(&postgres.url, "1"), (&other, "2")] {
        assert!(run(folder.path(), &["--database-url", url, "generate", "--files", "1", "--seed", seed]).status.success());
    }
    let started = Started::new(folder.path(), &[&["--database-url", &postgres.url, "--read-database-url", &other][..], &PRIMARY_AND_METRICS].concat());
    started.ready().await;
    let client = Client::new(&started.address, "");
    // Long enough for it to be looked at.
    for _ in 0..5 {
        assert!(client.asks(AGENCIES).await.is_whole());
        assert!(matches!(told(&started).await, (false, _, 0)));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    }
    let (_, log) = started.stopped();
    assert!(log.contains("is not that of the database it should be a replica of"), "{log}");
}
