//! History: what was in force on a day, what was known at an instant, what became of a file or an agency, and the journal that tells it all.

use chrono::{DateTime, Utc};
use sea_orm::{EntityTrait as _, QueryOrder as _};
use serde_json::{Value, json};

use crate::harness::introspection::text;
use crate::harness::{Data, Server, on_both};

/// A file with the registrations given, under an agency of its own.
fn document(registrations: &[Value]) -> String {
    json!({
        "format": "yeollam/1",
        "agencies": [{"code": "T000001", "name": "시험청", "type": "CENTRAL"}],
        "dataFiles": [{"registrationNumber": "T000001-1", "agency": "T000001", "status": "REGISTERED", "registrations": registrations}],
    })
    .to_string()
}

fn registration(from: &str, purpose: &str) -> Value {
    json!({"validFrom": from, "name": "시험 명부", "purpose": purpose})
}

/// Number of the registration of the file in force on a day.
async fn in_force(server: &Server, number: &str, day: &str) -> Option<u64> {
    let document = "query ($number: String!, $day: Date) { dataFile(registrationNumber: $number) { registration(asOf: $day) { number } }
        registrations(asOf: $day, first: 100) { nodes { number dataFile { registrationNumber } } } }";
    let data = server.query(document, json!({"number": number, "day": day})).await;
    let of_file = data["dataFile"]["registration"]["number"].as_u64();
    // The list of what was in force agrees with the file.
    let listed: Vec<u64> = data["registrations"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|node| node["dataFile"]["registrationNumber"] == number)
        .map(|node| node["number"].as_u64().unwrap())
        .collect();
    assert_eq!(listed, of_file.into_iter().collect::<Vec<_>>(), "{number} on {day}");
    of_file
}

async fn each_boundary_day(server: Server) {
    let registrations = [registration("2020-01-01", "하나"), registration("2021-06-15", "둘"), registration("2024-02-29", "셋")];
    server.import("test.yaml", &document(&registrations)).await.unwrap();
    for (day, number) in [
        ("0001-01-01", None),
        ("2019-12-31", None),
        ("2020-01-01", Some(1)),
        ("2021-06-14", Some(1)),
        ("2021-06-15", Some(2)),
        ("2024-02-28", Some(2)),
        ("2024-02-29", Some(3)),
        ("2026-11-22", Some(3)),
        ("9999-12-31", Some(3)),
    ] {
        assert_eq!(in_force(&server, "T000001-1", day).await, number, "{day}");
    }
    let data = server.query("{ dataFile(registrationNumber: \"T000001-1\") { registrations { nodes { number validFrom validUntil } } } }", json!({})).await;
    let stretches: Vec<(&str, Option<&str>)> =
        data["dataFile"]["registrations"]["nodes"].as_array().unwrap().iter().map(|node| (text(&node["validFrom"]), node["validUntil"].as_str())).collect();
    // Where one ends the next begins: the end is exclusive.
    assert_eq!(stretches, [("2020-01-01", Some("2021-06-15")), ("2021-06-15", Some("2024-02-29")), ("2024-02-29", None)]);
}

async fn of_two_on_one_day_the_higher_number_holds(server: Server) {
    server.import("test.yaml", &document(&[registration("2020-01-01", "하나"), registration("2022-01-01", "둘")])).await.unwrap();
    // The same day said otherwise is a correction, and holds from that day on.
    server.import("test.yaml", &document(&[registration("2022-01-01", "둘, 고침")])).await.unwrap();
    assert_eq!(in_force(&server, "T000001-1", "2021-12-31").await, Some(1));
    assert_eq!(in_force(&server, "T000001-1", "2022-01-01").await, Some(3));
    let data = server
        .query("{ dataFile(registrationNumber: \"T000001-1\") { registration { number purpose changeKind } registrations { nodes { number validUntil differences { path before after } } } } }", json!({}))
        .await;
    assert_eq!(data["dataFile"]["registration"], json!({"number": 3, "purpose": "둘, 고침", "changeKind": "CORRECTION"}));
    assert_eq!(data["dataFile"]["registrations"]["nodes"][1]["validUntil"], "2022-01-01", "what was corrected was in force on no day");
    assert_eq!(data["dataFile"]["registrations"]["nodes"][2]["differences"], json!([{"path": "purpose", "before": "둘", "after": "둘, 고침"}]));
    // What is learnt later of an earlier time takes its place between the others.
    server.import("test.yaml", &document(&[registration("2021-01-01", "하나 반")])).await.unwrap();
    for (day, number) in [("2020-12-31", 1), ("2021-01-01", 4), ("2021-12-31", 4), ("2022-01-01", 3), ("2026-11-22", 3)] {
        assert_eq!(in_force(&server, "T000001-1", day).await, Some(number), "{day}");
    }
}

async fn a_destroyed_file_leaves_its_history(server: Server) {
    let number = "Y000002-2";
    let document = "query ($filter: DataFileFilter) { dataFiles(first: 100, filter: $filter) { nodes { registrationNumber } } }";
    let listed = async |filter: Value| {
        let data = server.query(document, json!({"filter": filter})).await;
        data["dataFiles"]["nodes"].as_array().unwrap().iter().any(|node| node["registrationNumber"] == number)
    };
    assert!(!listed(json!({})).await && !listed(json!({"name": {"contains": "명예감시원"}})).await, "not listed unless asked for");
    assert!(listed(json!({"status": {"eq": "DESTROYED"}})).await && listed(json!({"or": [{"status": {"in": ["DESTROYED"]}}]})).await);
    for (day, registration) in [("2022-04-21", None), ("2022-04-22", Some(1)), ("2022-07-18", Some(1)), ("2022-07-19", None), ("2026-11-22", None)] {
        assert_eq!(in_force(&server, number, day).await, registration, "{day}");
    }
    let data = server
        .query(
            "{ dataFile(registrationNumber: \"Y000002-2\") { status name agency { dataFiles { nodes { registrationNumber } } dataFileCount } registrations { nodes { number changeKind validFrom validUntil } } }
               changes(first: 100, filter: {kind: {eq: DATA_FILE_DESTROYED}}) { nodes { node { ... on DataFile { registrationNumber status } } registration { number changeKind } } } }",
            json!({}),
        )
        .await;
    assert_eq!(data["dataFile"]["status"], "DESTROYED");
    assert_eq!(data["dataFile"]["agency"], json!({"dataFileCount": 1, "dataFiles": {"nodes": [{"registrationNumber": "Y000002-1"}]}}));
    assert_eq!(
        data["dataFile"]["registrations"]["nodes"],
        json!([
            {"number": 1, "changeKind": "NEW", "validFrom": "2022-04-22", "validUntil": "2022-07-19"},
            {"number": 2, "changeKind": "DESTRUCTION", "validFrom": "2022-07-19", "validUntil": null}
        ])
    );
    assert_eq!(
        data["changes"]["nodes"],
        json!([{"node": {"registrationNumber": number, "status": "DESTROYED"}, "registration": {"number": 2, "changeKind": "DESTRUCTION"}}])
    );
}

async fn what_was_known_when(server: Server) {
    let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    server.import_at("test.yaml", &document(&[registration("2020-01-01", "하나")]), at("2025-01-01T00:00:00Z")).await.unwrap();
    server
        .import_at("test.yaml", &document(&[registration("2020-01-01", "하나"), registration("2022-01-01", "둘")]), at("2026-01-01T00:00:00.000001Z"))
        .await
        .unwrap();
    let document = "query ($day: Date, $known: DateTime) { registrations(asOf: $day, recordedBefore: $known) { totalCount nodes { number } } }";
    for (day, known, numbers) in [
        (Some("2023-01-01"), None, json!([{"number": 2}])),
        (Some("2023-01-01"), Some("2026-01-01T00:00:00.000002Z"), json!([{"number": 2}])),
        // Before the second was recorded, the first was thought to be in force.
        (Some("2023-01-01"), Some("2026-01-01T00:00:00.000001Z"), json!([{"number": 1}])),
        (Some("2023-01-01"), Some("2025-06-01T09:00:00+09:00"), json!([{"number": 1}])),
        (Some("2023-01-01"), Some("2025-01-01T00:00:00Z"), json!([])),
        (Some("2021-01-01"), Some("2027-01-01T00:00:00Z"), json!([{"number": 1}])),
        (None, Some("2026-01-01T00:00:00Z"), json!([{"number": 1}])),
        (None, None, json!([{"number": 1}, {"number": 2}])),
    ] {
        let data = server.query(document, json!({"day": day, "known": known})).await;
        assert_eq!(data["registrations"]["nodes"], numbers, "{day:?} {known:?}");
        assert_eq!(data["registrations"]["totalCount"], numbers.as_array().unwrap().len());
    }
}

async fn an_abolished_agency_points_on(server: Server) {
    let before = json!({
        "format": "yeollam/1",
        "agencies": [{"code": "T000001", "name": "옛청", "type": "CENTRAL"}],
        "dataFiles": [{"registrationNumber": "T000001-1", "agency": "T000001", "status": "REGISTERED", "registrations": [registration("2020-01-01", "하나")]}],
    });
    server.import("before.yaml", &before.to_string()).await.unwrap();
    let mut taken_over = registration("2024-07-01", "하나");
    taken_over["changeKind"] = json!("SUCCESSION");
    taken_over["agency"] = json!("T000002");
    let after = json!({
        "format": "yeollam/1",
        "agencies": [
            {"code": "T000001", "name": "옛청", "type": "CENTRAL", "status": "ABOLISHED"},
            {"code": "T000002", "name": "새청", "type": "CENTRAL", "predecessors": [{"code": "T000001", "on": "2024-07-01", "kind": "RENAME"}]},
        ],
        "dataFiles": [{"registrationNumber": "T000001-1", "agency": "T000001", "status": "REGISTERED", "registrations": [registration("2020-01-01", "하나"), taken_over]}],
    });
    server.import("after.yaml", &after.to_string()).await.unwrap();
    let data = server
        .query(
            "{ old: agency(code: \"T000001\") { status successors { on kind agency { code } } dataFiles { totalCount } }
               new: agency(code: \"T000002\") { predecessors { on kind agency { code status } } dataFiles { nodes { registrationNumber agency { code } } } }
               dataFile(registrationNumber: \"T000001-1\") { agency { code } then: registration(asOf: \"2024-06-30\") { agency { code } } now: registration { number changeKind agency { code } differences { path before after } } } }",
            json!({}),
        )
        .await;
    assert_eq!(
        data["old"],
        json!({"status": "ABOLISHED", "successors": [{"on": "2024-07-01", "kind": "RENAME", "agency": {"code": "T000002"}}], "dataFiles": {"totalCount": 0}})
    );
    assert_eq!(
        data["new"],
        json!({"predecessors": [{"on": "2024-07-01", "kind": "RENAME", "agency": {"code": "T000001", "status": "ABOLISHED"}}],
               "dataFiles": {"nodes": [{"registrationNumber": "T000001-1", "agency": {"code": "T000002"}}]}})
    );
    assert_eq!(
        data["dataFile"],
        json!({"agency": {"code": "T000002"}, "then": {"agency": {"code": "T000001"}},
               "now": {"number": 2, "changeKind": "SUCCESSION", "agency": {"code": "T000002"}, "differences": [{"path": "agency", "before": "T000001", "after": "T000002"}]}})
    );
}

/// The chain as docs and code tell it, made again from what the table holds by another hand.
async fn the_journal_is_a_chain(server: Server) {
    let entries = entity::change::Entity::find().order_by_asc(entity::change::Column::Sequence).all(server.store.db()).await.unwrap();
    assert!(entries.len() > 200, "{}", entries.len());
    let mut before = vec![0_u8; 32];
    for (place, entry) in entries.iter().enumerate() {
        assert_eq!(entry.sequence, i64::try_from(place).unwrap() + 1, "a gap");
        let mut bytes = before.clone();
        bytes.extend(entry.sequence.to_be_bytes());
        bytes.extend(entry.recorded_at.timestamp_micros().to_be_bytes());
        for part in [entry.kind.as_bytes(), entry.node_type.as_bytes(), entry.node_id.as_bytes(), entry.registration_id.unwrap_or_default().as_bytes()] {
            bytes.extend((part.len() as u64).to_be_bytes());
            bytes.extend(part);
        }
        bytes.extend(&entry.digest);
        let hash = blake3::derive_key("yeollam 2026-11-22 journal entry", &bytes);
        assert_eq!(entry.hash, hash, "entry {}", entry.sequence);
        before = entry.hash.clone();
    }
    let mut salts: Vec<&Vec<u8>> = entries.iter().map(|entry| entry.salt.as_ref().unwrap()).collect();
    salts.sort();
    salts.dedup();
    assert_eq!(salts.len(), entries.len(), "a salt is used twice");
    // What the table holds is what the public reads.
    let data = server.query("{ register { sequence } changes(first: 2) { nodes { sequence hash } } }", json!({})).await;
    assert_eq!(data["register"]["sequence"], entries.len());
    for (node, entry) in data["changes"]["nodes"].as_array().unwrap().iter().zip(&entries) {
        assert_eq!(node["hash"], entry.hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    }
}

async fn the_feed_can_be_followed(server: Server) {
    let page = "query ($after: String, $since: Count) { register { cursor } changes(first: 50, after: $after, sinceSequence: $since) { totalCount pageInfo { hasNextPage endCursor } nodes { sequence cursor } } }";
    let (mut after, mut sequences): (Option<String>, Vec<u64>) = (None, Vec::new());
    loop {
        let data = server.query(page, json!({"after": after, "since": 20})).await;
        let changes = &data["changes"];
        sequences.extend(changes["nodes"].as_array().unwrap().iter().map(|node| node["sequence"].as_u64().unwrap()));
        assert_eq!(changes["nodes"].as_array().unwrap().last().unwrap()["cursor"], changes["pageInfo"]["endCursor"]);
        after = Some(text(&changes["pageInfo"]["endCursor"]).to_owned());
        if changes["pageInfo"]["hasNextPage"] == false {
            assert_eq!(changes["totalCount"], sequences.len());
            assert_eq!(data["register"]["cursor"], json!(after), "the register's cursor is the end of the feed");
            break;
        }
    }
    assert_eq!(sequences, (21..=sequences.last().copied().unwrap()).collect::<Vec<_>>(), "without gaps, from the sequence asked for");
    // Nothing is new until something changes; then exactly that.
    let nothing = server.query(page, json!({"after": after})).await;
    assert_eq!(nothing["changes"]["nodes"], json!([]));
    server.import("test.yaml", &document(&[registration("2020-01-01", "하나")])).await.unwrap();
    let document = "query ($after: String) { changes(after: $after) { nodes { kind node { __typename ... on DataFile { registrationNumber } ... on Agency { code } } registration { number } } } }";
    let news = server.query(document, json!({"after": after})).await;
    assert_eq!(
        news["changes"]["nodes"],
        json!([
            {"kind": "AGENCY_REGISTERED", "node": {"__typename": "Agency", "code": "T000001"}, "registration": null},
            {"kind": "REGISTRATION_RECORDED", "node": {"__typename": "DataFile", "registrationNumber": "T000001-1"}, "registration": {"number": 1}}
        ])
    );
}

async fn changes_are_filtered(server: Server) {
    let data = server.query("{ dataFile(registrationNumber: \"Y000002-1\") { id registrations { totalCount } } }", json!({})).await;
    let document = "query ($filter: ChangeFilter) { changes(first: 100, filter: $filter) { totalCount nodes { kind nodeId } } }";
    let of_file = server.query(document, json!({"filter": {"node": {"eq": data["dataFile"]["id"]}}})).await;
    assert_eq!(of_file["changes"]["totalCount"], data["dataFile"]["registrations"]["totalCount"]);
    assert!(of_file["changes"]["nodes"].as_array().unwrap().iter().all(|node| node["nodeId"] == data["dataFile"]["id"]));
    for (filter, total) in [
        (json!({"recordedAt": {"lte": "2026-11-21T23:59:59Z"}}), 0),
        (json!({"recordedAt": {"gte": "2026-11-22T00:00:01Z"}}), 0),
        (json!({"kind": {"in": []}}), 0),
        (json!({"kind": {"eq": "DATA_FILE_DESTROYED"}, "recordedAt": {"gte": "2026-11-22T00:00:00Z", "lte": "2026-11-22T00:00:00Z"}}), 1),
    ] {
        assert_eq!(server.query(document, json!({"filter": filter})).await["changes"]["totalCount"], total, "{filter}");
    }
}

on_both!(
    Data::Empty => each_boundary_day, of_two_on_one_day_the_higher_number_holds, what_was_known_when, an_abolished_agency_points_on,
);
on_both!(Data::Bundled => a_destroyed_file_leaves_its_history, the_journal_is_a_chain, the_feed_can_be_followed, changes_are_filtered);
