//! The clock of a server is set ahead, and back.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use yeollam::access::Role;

use super::Client;
use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

/// Sequence and instant of the entries after one.
async fn entries_after(server: &Server, sequence: i64) -> Vec<(i64, DateTime<Utc>)> {
    let document = "query ($after: Count!) { changes(first: 100, sinceSequence: $after) { nodes { sequence recordedAt } } }";
    let data = server.query(document, json!({"after": sequence})).await;
    let entries = data["changes"]["nodes"].as_array().unwrap().iter();
    entries.map(|entry| (entry["sequence"].as_i64().unwrap(), entry["recordedAt"].as_str().unwrap().parse().unwrap())).collect()
}

async fn the_journal_never_goes_back(server: Server) {
    let start = server.sequence().await;
    let token = server.token(Role::Admin, None, "관리자").await;
    let client = Client::new(server.address(), &token);
    let (hour, year) = (TimeDelta::hours(1), TimeDelta::days(365));
    let mut expected = Vec::new();
    let mut latest = now();
    for (number, at) in [now(), now() + hour, now(), now() - year, now() + hour * 2, now() - hour].into_iter().enumerate() {
        server.set_clock(at);
        client.must_register(&format!("장애 {number}")).await;
        latest = latest.max(at);
        expected.push((start + 1 + i64::try_from(number).unwrap(), latest));
    }
    assert_eq!(entries_after(&server, start).await, expected);
    server.store.verify_journal().await.unwrap();
    assert_eq!(server.store.audit_log().await.unwrap().1, None, "the audit log is whole");
}

async fn tokens_are_valid_by_the_clock(server: Server) {
    let minutes = TimeDelta::minutes;
    let (_, token) = server.token_until(Role::Admin, None, "관리자", now(), Some(now() + minutes(30))).await;
    for (at, status) in [(minutes(0), 200), (minutes(31), 401), (minutes(-10), 200), (minutes(30), 401), (minutes(29), 200)] {
        server.set_clock(now() + at);
        let seen = server.answer_as(&token, "{ viewer { role } }", json!({})).await;
        assert_eq!(seen.status, status, "{at}: {seen}");
    }
}

/// What holds on a day is answered by the day, also from memory.
async fn answers_are_those_of_the_day(server: Server) {
    let document = json!({
        "format": "yeollam/1", "agencies": [{"code": "T000001", "name": "시험청", "type": "CENTRAL"}],
        "policies": [{"agency": "T000001", "title": "처리방침", "revisions": [
            {"effectiveFrom": "2026-11-24", "sections": [], "provisions": [{"recipient": "노을은행", "items": [{"name": "성명"}]}]},
        ]}],
    });
    server.import("policy.json", &document.to_string()).await.unwrap();
    let question = "{ agency(code: \"T000001\") { provisions { totalCount } } }";
    let count = |number: u8| -> Value { json!({"agency": {"provisions": {"totalCount": number}}}) };
    // The day is that of Korea, nine hours ahead.
    for (at, expected) in
        [("2026-11-22T00:00:00Z", 0), ("2026-11-23T14:59:59Z", 0), ("2026-11-23T15:00:00Z", 1), ("2026-11-22T00:00:00Z", 0), ("2027-11-22T00:00:00Z", 1)]
    {
        server.set_clock(at.parse().unwrap());
        for _ in 0..3 {
            assert_eq!(server.query(question, json!({})).await, count(expected), "{at}");
        }
    }
}

on_both!(Data::Bundled => the_journal_never_goes_back, tokens_are_valid_by_the_clock, answers_are_those_of_the_day);
