//! The server is told to stop while it is busy.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::json;
use yeollam::access::Role;

use super::{Client, Holder, Seen, until};
use crate::harness::program::{Started, must_be_proved};
use crate::harness::{Data, Server, on_both};

/// Time that supervisors are told to wait (docs/operating.md).
const PROMISED: Duration = Duration::from_secs(45);

/// A server under load that is told to stop while writers wait within it; then what became of each writer, and of the server. `settle` lets them go on, or does not.
async fn stopped_while_writers_wait(server: &Server, arguments: &[&str], settle: impl AsyncFnOnce(Holder) -> Option<Holder>) -> (Vec<(String, Seen)>, String) {
    let folder = tempfile::tempdir().unwrap();
    let token = server.token(Role::Admin, None, "관리자").await;
    let started = Started::new(folder.path(), &[&["--database-url", server.database_url(), "--listen", "127.0.0.1:0"], arguments, &["serve"]].concat());
    started.ready().await;
    let client = Client::new(&started.address, &token);
    let holder = Holder::of(server.database_url()).await;
    // More than there are connections to the database: those who read are answered all the same.
    let writers = (0..24).map(|number| {
        let client = client.clone();
        tokio::spawn(async move { (format!("장애 {number}"), client.registers(&format!("장애 {number}")).await.expect("an answer")) })
    });
    let writers: Vec<_> = writers.collect();
    // Readers ask without a pause, each time over a new connection. One that was not taken is no loss; an answer that has begun comes whole.
    let readers = (0..4).map(|_| {
        let address = started.address.clone();
        tokio::spawn(async move {
            let mut answered = 0;
            loop {
                let client = Client::new(&address, "");
                let Some(seen) = client.seen(client.asking("{ register { sequence } }", json!({})).header("cache-control", "no-store")).await else {
                    return answered;
                };
                assert!(seen.is_whole(), "{seen:?}");
                answered += 1;
            }
        })
    });
    let readers: Vec<_> = readers.collect();
    // Long enough that the writers are inside.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let told = Instant::now();
    started.stop();
    let address = started.address.clone();
    let ended = tokio::task::spawn_blocking(move || started.ended());
    until("no connection is taken any more", async || reqwest::Client::builder().no_proxy().build().unwrap().get(&address).send().await.is_err()).await;
    let held = settle(holder).await;
    let mut outcomes = Vec::new();
    for writer in writers {
        outcomes.push(writer.await.unwrap());
    }
    for reader in readers {
        assert!(reader.await.unwrap() > 0, "the readers were answered");
    }
    let (code, log) = ended.await.unwrap();
    assert_eq!(code, Some(0), "{log}");
    assert!(told.elapsed() < PROMISED, "{:?}\n{log}", told.elapsed());
    if let Some(held) = held {
        held.lets_go().await;
    }
    must_be_proved(folder.path(), server.database_url());
    (outcomes, log)
}

async fn what_was_accepted_is_answered(server: Server) {
    let (outcomes, log) = stopped_while_writers_wait(&server, &["--database-wait", "60"], async |holder: Holder| {
        holder.lets_go().await;
        None
    })
    .await;
    let acknowledged: BTreeSet<String> = outcomes.iter().map(|(name, _)| name.clone()).collect();
    assert!(outcomes.iter().all(|(_, seen)| seen.is_whole()), "{outcomes:?}");
    assert!(!log.contains("given up") && log.contains("stopped"), "{log}");
    assert_eq!(Client::new(server.address(), "").registered().await, acknowledged);
}

async fn a_database_that_hangs_does_not_keep_the_server(server: Server) {
    let (outcomes, _) = stopped_while_writers_wait(&server, &["--request-deadline", "5", "--database-wait", "60"], async |holder: Holder| Some(holder)).await;
    for (_, seen) in &outcomes {
        assert!(seen.is_unavailable() || (seen.status, seen.code()) == (504, "TIMEOUT"), "{seen:?}");
    }
    assert_eq!(Client::new(server.address(), "").registered().await, BTreeSet::new());
}

on_both!(Data::Bundled => what_was_accepted_is_answered, a_database_that_hangs_does_not_keep_the_server);
