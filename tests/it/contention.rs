//! Writes that come between one another: what a database breaks off is tried again, what it holds up is waited for, and nothing is lost or done twice.

use std::time::Duration;

use futures_util::future::join_all;
use sea_orm::{ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};
use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::introspection::text;
use crate::harness::{Backend, Data, Server, on_both};

/// The lock for which writers on PostgreSQL queue.
const QUEUE: &str = "SELECT pg_advisory_xact_lock(7367011122)";

const ACCEPT: &str = "mutation ($id: ID!) { applicationAccept(id: $id, expectedVersion: 2) { application { status version registration { number } } userErrors { code message } } }";

struct Officer {
    token: String,
    agency: Value,
}

impl Officer {
    async fn of(server: &Server) -> Self {
        let token = server.token(Role::Admin, None, "관리자").await;
        let agency = server.query("{ agency(code: \"4090000\") { id } }", json!({})).await["agency"]["id"].clone();
        Self { token, agency }
    }

    /// An application that only waits to be accepted.
    async fn submitted(&self, server: &Server, name: &str) -> String {
        let create = "mutation ($agency: ID!, $name: String!) { applicationCreate(agencyId: $agency, kind: NEW, input: {name: $name}) { application { id } } }";
        let made = server.query_as(&self.token, create, json!({"agency": self.agency, "name": name})).await;
        let id = text(&made["applicationCreate"]["application"]["id"]).to_owned();
        let submit = "mutation ($id: ID!) { applicationSubmit(id: $id, expectedVersion: 1) { userErrors { message } } }";
        let submitted = server.query_as(&self.token, submit, json!({"id": id})).await;
        assert_eq!(submitted["applicationSubmit"]["userErrors"], json!([]));
        id
    }
}

/// A connection of somebody else's, of one session.
async fn somebody_else(server: &Server) -> DatabaseConnection {
    let mut options = ConnectOptions::new(server.database_url());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.unwrap()
}

async fn number(database: &DatabaseConnection, sql: &str) -> i64 {
    let statement = Statement::from_string(database.get_database_backend(), sql);
    database.query_one_raw(statement).await.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Waits until a session of the server waits for a row that somebody else holds.
async fn until_it_waits(database: &DatabaseConnection) {
    let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'transactionid'";
    for _ in 0..2_000 {
        if number(database, sql).await > 0 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("the server does not wait");
}

/// Somebody else holds the application, and then waits for what the server holds: the database breaks one of the two off, which is the one that waited first.
async fn a_deadlock_never_reaches_the_client(server: Server) {
    if server.backend == Backend::Sqlite {
        return a_busy_database_is_waited_for(server).await;
    }
    let officer = Officer::of(&server).await;
    let (other, watch) = (somebody_else(&server).await, somebody_else(&server).await);
    // The server is to be the one that finds the deadlock, and so the one that is broken off.
    other.execute_unprepared("SET deadlock_timeout = '30s'").await.unwrap();
    for (round, deadlocks) in [1, 4].into_iter().enumerate() {
        let id = officer.submitted(&server, &format!("교착 명부 {round}")).await;
        server.statements();
        other.execute_unprepared("BEGIN").await.unwrap();
        other.execute_unprepared("UPDATE application SET version = version").await.unwrap();
        let accepting = server.answer_as(&officer.token, ACCEPT, json!({"id": id}));
        let breaking = async {
            for _ in 0..deadlocks {
                until_it_waits(&watch).await;
                // What is taken after the savepoint goes with it; the row stays held.
                for sql in ["SAVEPOINT held", QUEUE, "ROLLBACK TO held"] {
                    other.execute_unprepared(sql).await.unwrap();
                }
            }
            until_it_waits(&watch).await;
            other.execute_unprepared("ROLLBACK").await.unwrap();
        };
        let (answer, ()) = tokio::join!(accepting, breaking);
        let payload = &answer.body["data"]["applicationAccept"];
        assert_eq!(payload["application"], json!({"status": "ACCEPTED", "version": 3, "registration": {"number": 1}}), "{answer}");
        let tries = server.statements().iter().filter(|sql| sql.starts_with("UPDATE \"application\"")).count();
        assert!(tries >= 1, "{tries}");
    }
    // What is broken off again and again is given up: the client is told to come again, and nothing was recorded.
    let id = officer.submitted(&server, "포기한 명부").await;
    let before = server.sequence().await;
    other.execute_unprepared("BEGIN").await.unwrap();
    other.execute_unprepared("UPDATE application SET version = version").await.unwrap();
    let accepting = server.answer_as(&officer.token, ACCEPT, json!({"id": id}));
    let breaking = async {
        for _ in 0..5 {
            until_it_waits(&watch).await;
            for sql in ["SAVEPOINT held", QUEUE, "ROLLBACK TO held"] {
                other.execute_unprepared(sql).await.unwrap();
            }
        }
    };
    let (answer, ()) = tokio::join!(accepting, breaking);
    other.execute_unprepared("ROLLBACK").await.unwrap();
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "UNAVAILABLE", "{answer}");
    assert_eq!(server.sequence().await, before);
    let again = server.query_as(&officer.token, ACCEPT, json!({"id": id})).await;
    assert_eq!(again["applicationAccept"]["application"]["status"], "ACCEPTED");
    must_be_whole(&server).await;
}

/// An embedded database that somebody else writes in: a write waits for its turn.
async fn a_busy_database_is_waited_for(server: Server) {
    let officer = Officer::of(&server).await;
    let other = somebody_else(&server).await;
    assert_eq!(other.get_database_backend(), DbBackend::Sqlite);
    for round in 0..3 {
        let id = officer.submitted(&server, &format!("대기 명부 {round}")).await;
        other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
        let accepting = server.answer_as(&officer.token, ACCEPT, json!({"id": id}));
        let releasing = async {
            tokio::time::sleep(Duration::from_millis(700)).await;
            // Reads go on meanwhile.
            assert!(server.sequence().await > 0);
            other.execute_unprepared("ROLLBACK").await.unwrap();
        };
        let (answer, ()) = tokio::join!(accepting, releasing);
        assert_eq!(answer.body["data"]["applicationAccept"]["application"]["status"], "ACCEPTED", "{answer}");
    }
    must_be_whole(&server).await;
}

/// Two servers on one database are told to accept the same applications at once.
async fn parallel_accepts_neither_lose_nor_double(server: Server) {
    let officer = Officer::of(&server).await;
    let beside = server.another_at(crate::harness::server::now()).await;
    let mut ids = Vec::new();
    for number in 0..12 {
        ids.push(officer.submitted(&server, &format!("동시 명부 {number}")).await);
    }
    let before = server.sequence().await;
    let sent = ids.iter().flat_map(|id| [&server, &beside, &server].map(|server| server.answer_as(&officer.token, ACCEPT, json!({"id": id}))));
    let answers = join_all(sent).await;
    for (id, answers) in ids.iter().zip(answers.chunks(3)) {
        let payloads: Vec<&Value> = answers.iter().map(|answer| &answer.body["data"]["applicationAccept"]).collect();
        let taken = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count();
        assert_eq!(taken, 1, "{id}: {payloads:#?}");
        // The others are told that somebody was faster, and how it stands now.
        let late =
            payloads.iter().filter(|payload| payload["userErrors"][0]["code"] == "VERSION_CONFLICT" && payload["application"]["status"] == "ACCEPTED").count();
        assert_eq!(late, 2, "{id}: {payloads:#?}");
    }
    let told = server
        .query(
            "query ($before: Count!) { changes(first: 100, sinceSequence: $before) { nodes { sequence kind } } dataFiles(filter: {name: {startsWith: \"동시 명부\"}}) { totalCount } }",
            json!({"before": before}),
        )
        .await;
    let entries: Vec<(i64, &str)> =
        told["changes"]["nodes"].as_array().unwrap().iter().map(|node| (node["sequence"].as_i64().unwrap(), text(&node["kind"]))).collect();
    assert_eq!(entries, (before + 1..=before + 12).map(|sequence| (sequence, "REGISTRATION_RECORDED")).collect::<Vec<_>>());
    assert_eq!(told["dataFiles"]["totalCount"], 12);
    must_be_whole(&server).await;
}

async fn must_be_whole(server: &Server) {
    server.store.verify_journal().await.unwrap();
    assert_eq!(server.store.audit_log().await.unwrap().1, None, "the audit log is whole");
}

on_both!(Data::Bundled => a_deadlock_never_reaches_the_client, parallel_accepts_neither_lose_nor_double);
