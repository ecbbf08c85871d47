//! The database goes and comes back; every connection to it is taken.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use sea_orm::{ConnectionTrait as _, Database};
use serde_json::json;
use yeollam::access::Role;

use super::{Client, Holder, Seen, token, until};
use crate::harness::postgres::OwnPostgres;
use crate::harness::program::{Started, must_be_proved, run};
use crate::harness::{Backend, Data, Server, Socket, on_both};

const FOLLOW: &str = "subscription ($after: String) { changes(after: $after) { sequence node { ... on Agency { name } } } }";

/// Asks what nobody asked before, so that no memory has it.
async fn counts(client: &Client, number: usize) -> Seen {
    client.asks(&format!("{{ agencies(filter: {{name: {{startsWith: \"없는 {number}\"}}}}) {{ totalCount }} }}")).await
}

#[tokio::test]
async fn a_mutation_that_is_given_up_frees_its_key() {
    let server = Server::start(Backend::Postgres, Data::Empty).await;
    let folder = tempfile::tempdir().unwrap();
    let token = token(folder.path(), server.database_url());
    let arguments = ["--database-url", server.database_url(), "--listen", "127.0.0.1:0", "--request-deadline", "3", "serve"];
    let started = Started::new(folder.path(), &arguments);
    started.ready().await;
    let client = Client::new(&started.address, &token);
    let sends = async || client.seen(client.registering("장애 열쇠").header("idempotency-key", "key-1")).await.unwrap();
    let holder = Holder::of(server.database_url()).await;
    let given_up = sends().await;
    assert_eq!((given_up.status, given_up.code()), (504, "TIMEOUT"), "{given_up:?}");
    holder.lets_go().await;
    let began = Instant::now();
    until("it is carried out under the same key", async || sends().await.body["data"]["agencyRegister"]["agency"]["name"] == "장애 열쇠").await;
    // After a minute without an answer anybody may take the key over.
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
}

#[tokio::test]
async fn a_database_that_is_killed_is_waited_for() {
    let mut postgres = OwnPostgres::start(&[]);
    let direct = Database::connect(&postgres.url).await.unwrap();
    // What is acknowledged is to survive here, as it does by default.
    direct.execute_unprepared("ALTER DATABASE postgres SET synchronous_commit = on").await.unwrap();
    direct.close().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let database = ["--database-url", &postgres.url];
    assert!(run(folder.path(), &[&database[..], &["migrate", "up"]].concat()).status.success());
    let token = token(folder.path(), &postgres.url);
    let started =
        Started::new(folder.path(), &[&database[..], &["--listen", "127.0.0.1:0", "--database-wait", "2", "--request-deadline", "120", "serve"]].concat());
    started.ready().await;
    let client = Client::new(&started.address, &token);
    client.must_register("장애 처음").await;
    let cursor = client.asks("{ register { cursor } }").await.body["data"]["register"]["cursor"].clone();
    let mut follower = Socket::open(&started.address).await;
    follower.subscribe("1", FOLLOW, json!({"after": cursor})).await;

    // Writers are at work when it goes.
    let writers = (0..4).map(|writer| {
        let client = client.clone();
        tokio::spawn(async move {
            let (mut acknowledged, mut unclear) = (BTreeSet::new(), BTreeSet::new());
            for number in 0.. {
                let name = format!("장애 {writer} {number}");
                let seen = client.registers(&name).await.expect("an answer, whatever becomes of the database");
                if seen.is_whole() {
                    acknowledged.insert(name);
                    continue;
                }
                assert!(seen.is_unavailable(), "{seen:?}");
                unclear.insert(name);
                break;
            }
            (acknowledged, unclear)
        })
    });
    let writers: Vec<_> = writers.collect();
    until("something is written", async || client.registered().await.len() > 20).await;
    postgres.kill();

    let (mut acknowledged, mut possible) = (BTreeSet::from(["장애 처음".to_owned()]), BTreeSet::new());
    for writer in writers {
        let (known, unclear) = writer.await.unwrap();
        acknowledged.extend(known);
        possible.extend(unclear);
    }
    // While it is away each is told so, in bounded time, and the process lives.
    let began = Instant::now();
    let refused = join_all((0..100).map(|number| counts(&client, number))).await;
    assert!(refused.iter().all(Seen::is_unavailable), "{refused:?}");
    let slowest = refused.iter().map(|seen| seen.took).max().unwrap();
    assert!(slowest < Duration::from_secs(30), "{slowest:?}");
    until("it is known to be away", async || client.looks("/readyz").await.body == "not ready: the database is not available\n").await;
    assert!(began.elapsed() < Duration::from_secs(60));
    for (path, status) in [("/healthz", 200), ("/readyz", 503), ("/export/csv", 503), ("/agencies/4090000", 503), ("/schema.graphql", 200)] {
        assert_eq!(client.looks(path).await.status, status, "{path}");
    }
    let seen = client.registers("장애 멀리").await.unwrap();
    assert!(seen.is_unavailable(), "{seen:?}");

    postgres.start_again();
    // By itself: it is the same process, which answers, writes, and has followed.
    started.ready().await;
    client.must_register("장애 다시").await;
    acknowledged.insert("장애 다시".to_owned());
    let recorded = client.registered().await;
    assert!(recorded.is_superset(&acknowledged), "lost: {:?}", acknowledged.difference(&recorded));
    possible.extend(acknowledged);
    assert!(recorded.is_subset(&possible), "recorded though refused: {:?}", recorded.difference(&possible));
    // The subscription went on over all that: every entry once, in order, and whole.
    let last = client.asks("{ register { sequence } }").await.body["data"]["register"]["sequence"].as_i64().unwrap();
    let mut names = BTreeSet::from(["장애 처음".to_owned()]);
    for sequence in 2..=last {
        let message = follower.hear().await;
        let change = &message["payload"]["data"]["changes"];
        assert_eq!(change["sequence"], sequence, "{message}");
        names.insert(change["node"]["name"].as_str().unwrap_or_else(|| panic!("{message}")).to_owned());
    }
    assert_eq!(names, recorded);
    until("the search index has followed", async || {
        let seen = client.asks("{ register { sequence indexedThrough } }").await;
        seen.body["data"]["register"]["sequence"] == seen.body["data"]["register"]["indexedThrough"]
    })
    .await;
    let (code, log) = started.stopped();
    assert!(code == Some(0) && log.contains("the database is there again"), "{log}");
    must_be_proved(folder.path(), &postgres.url);
}

/// Every connection but that of the listener is held by a writer, whom somebody keeps waiting.
async fn taken_connections_are_waited_for_and_not_for_ever(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let token = server.token(Role::Admin, None, "관리자").await;
    let connections = if server.backend == Backend::Sqlite { "1" } else { "2" };
    let few = ["--database-connections", connections, "--database-wait", "2", "--request-deadline", "6"];
    let started = Started::new(folder.path(), &[&["--database-url", server.database_url(), "--listen", "127.0.0.1:0"], &few[..], &["serve"]].concat());
    started.ready().await;
    let client = Client::new(&started.address, &token);
    client.must_register("장애 전").await;
    let holder = Holder::of(server.database_url()).await;
    let writing = (0..4).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { (format!("장애 {number}"), client.registers(&format!("장애 {number}")).await.unwrap()) })
    });
    let writing: Vec<_> = writing.collect();
    tokio::time::sleep(Duration::from_millis(500)).await;
    let (reads, health) = tokio::join!(join_all((0..20).map(|number| counts(&client, number))), client.looks("/healthz"));
    assert_eq!(health.status, 200);
    for seen in &reads {
        assert!(seen.is_whole() || seen.is_unavailable(), "{seen:?}");
        assert!(seen.took < Duration::from_secs(30), "{seen:?}");
    }
    let mut possible = BTreeSet::from(["장애 전".to_owned()]);
    let mut acknowledged = possible.clone();
    for write in writing {
        let (name, seen) = write.await.unwrap();
        // Who waits for other writers is told at the deadline at the latest.
        assert!(seen.is_unavailable() || (seen.status, seen.code()) == (504, "TIMEOUT"), "{seen:?}");
        if seen.status == 504 {
            possible.insert(name);
        }
    }
    holder.lets_go().await;
    until("it writes again", async || client.registers("장애 후").await.unwrap().is_whole()).await;
    started.ready().await;
    acknowledged.insert("장애 후".to_owned());
    possible.insert("장애 후".to_owned());
    assert!(counts(&client, 100).await.is_whole());
    let recorded = client.registered().await;
    assert!(recorded.is_superset(&acknowledged) && recorded.is_subset(&possible), "{recorded:?}");
    assert_eq!(started.stopped().0, Some(0));
    must_be_proved(folder.path(), server.database_url());
}

on_both!(Data::Bundled => taken_connections_are_waited_for_and_not_for_ever);
