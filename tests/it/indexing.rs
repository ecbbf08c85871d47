//! The search index follows the register: what is written is found when the write returns, in the same server at once and in another one soon.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::harness::introspection::text;
use crate::harness::{Backend, Data, Server, on_both};

fn instant(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Registration numbers of what a search finds.
async fn found(server: &Server, words: &str, filter: Value) -> Vec<String> {
    let document = "query ($text: String, $filter: SearchFilter) { search(text: $text, filter: $filter, first: 100, orderBy: {field: NAME, direction: ASC}) { nodes { registrationNumber } } }";
    let data = server.query(document, json!({"text": words, "filter": filter})).await;
    data["search"]["nodes"].as_array().unwrap().iter().map(|node| text(&node["registrationNumber"]).to_owned()).collect()
}

async fn import(server: &Server, parts: Value) {
    let mut document = parts;
    document["format"] = json!("yeollam/1");
    server.import("test.yaml", &document.to_string()).await.unwrap_or_else(|error| panic!("{error}\n{document:#}"));
    // Whoever wrote finds it: nothing is waited for.
    let data = server.query("{ register { sequence indexedThrough } }", json!({})).await;
    assert_eq!(data["register"]["sequence"], data["register"]["indexedThrough"]);
    // And what is found is what an index built from nothing finds.
    let fresh = server.another_at(instant("2026-11-22T00:00:00Z")).await;
    assert_eq!(everything(server).await, everything(&fresh).await, "{document:#}");
}

/// All that a search of a small register can answer.
async fn everything(server: &Server) -> Value {
    let document = "{ search(first: 100, filter: {status: {in: [REGISTERED, DISCLOSED, DESTROYED, EXEMPT]}}) { edges { cursor score node { registrationNumber } }
        facets(by: [AGENCY_TYPE, REGION, AGENCY, ITEM_CATEGORY, UNIQUE_IDENTIFIER, SENSITIVE_KIND, STATUTE, RETENTION_CLASS, RECIPIENT, ENTRUSTEE, REGISTERED_YEAR, STATUS, ASSESSED], first: 1000)
          { dimension missingCount values { key label count } } }
        statistics(by: [AGENCY, STATUS], first: 1000) { rows { keys { key label } dataFileCount declaredSubjectCount agencyCount } }
        agencies: suggest(prefix: \"ㅅㅎ\", first: 50) { kind text dataFileCount } }";
    server.query(document, json!({})).await
}

fn agency(code: &str, name: &str, parent: Option<&str>) -> Value {
    json!({"code": code, "name": name, "type": "BASIC_GOVERNMENT", "parent": parent, "region": "11"})
}

fn file(number: &str, registration: Value) -> Value {
    let mut registration = registration;
    if registration["validFrom"].is_null() {
        registration["validFrom"] = json!("2026-01-01");
    }
    json!({"registrationNumber": number, "agency": "T000001", "status": "REGISTERED", "registrations": [registration]})
}

/// Two agencies and two files.
fn register() -> Value {
    json!({
        "agencies": [agency("T000001", "시험하늘구청", None), agency("T000002", "시험바다도청", None)],
        "dataFiles": [
            file("T000001-1", json!({"name": "시험 무지개 명부", "purpose": "구름 관리", "legalBases": [{"citation": "구름관리법 제3조"}], "collectedItems": [{"name": "주민등록번호"}], "dataSubjectCount": 10})),
            file("T000001-2", json!({"name": "시험 소나기 명부", "provisions": [{"recipient": "이슬상사(주)", "items": [{"name": "성명"}]}]})),
        ],
    })
}

async fn a_new_file_is_found_when_its_import_returns(server: Server) {
    assert_eq!(found(&server, "", json!({})).await, [""; 0]);
    import(&server, register()).await;
    for words in ["무지개", "무지개명부", "구름 관리", "구름관리법", "주민등록번호", "하늘구청 무지개"] {
        assert_eq!(found(&server, words, json!({})).await, ["T000001-1"], "{words}");
    }
    assert_eq!(found(&server, "이슬상사", json!({})).await, ["T000001-2"]);
    let suggested = server.query("{ suggest(prefix: \"ㅁㅈㄱ\") { text } }", json!({})).await;
    assert_eq!(suggested["suggest"], json!([{"text": "시험 무지개 명부"}]));
}

async fn an_amended_or_destroyed_file_is_found_as_it_is_now(server: Server) {
    import(&server, register()).await;
    import(&server, json!({"dataFiles": [file("T000001-1", json!({"validFrom": "2026-02-01", "name": "시험 서리 명부", "dataSubjectCount": 70_000}))]})).await;
    assert_eq!(found(&server, "무지개", json!({})).await, [""; 0]);
    assert_eq!(found(&server, "서리", json!({"dataSubjectCount": {"gte": 70_000}})).await, ["T000001-1"]);
    assert_eq!(found(&server, "주민등록번호", json!({})).await, [""; 0]);
    // What is learnt later of an earlier time changes nothing that is in force.
    import(&server, json!({"dataFiles": [file("T000001-1", json!({"validFrom": "2025-02-01", "name": "시험 우박 명부"}))]})).await;
    assert_eq!((found(&server, "서리", json!({})).await.len(), found(&server, "우박", json!({})).await.len()), (1, 0));
    import(&server, json!({"dataFiles": [file("T000001-1", json!({"validFrom": "2026-03-01", "changeKind": "DESTRUCTION", "name": "시험 서리 명부"}))]})).await;
    assert_eq!(found(&server, "서리", json!({})).await, [""; 0]);
    assert_eq!(found(&server, "서리", json!({"status": {"eq": "DESTROYED"}})).await, ["T000001-1"]);
    assert_eq!(found(&server, "", json!({})).await, ["T000001-2"]);
}

async fn an_agency_is_found_by_its_names_and_place_of_now(server: Server) {
    import(&server, register()).await;
    let below = json!({"agencyName": "바다도청"});
    assert_eq!(found(&server, "하늘구청", json!({})).await.len(), 2);
    assert_eq!(found(&server, "", below.clone()).await, [""; 0]);
    // Under another agency: its names and conditions on it count.
    import(&server, json!({"agencies": [agency("T000001", "시험하늘구청", Some("T000002"))]})).await;
    assert_eq!((found(&server, "바다도청", json!({})).await.len(), found(&server, "", below.clone()).await.len()), (2, 2));
    let id = server.query("{ agency(code: \"T000002\") { id } }", json!({})).await["agency"]["id"].take();
    assert_eq!(found(&server, "", json!({"subordinateTo": {"eq": id}})).await.len(), 2);
    // Renamed.
    import(&server, json!({"agencies": [agency("T000001", "시험들판구청", Some("T000002"))]})).await;
    assert_eq!((found(&server, "하늘구청", json!({})).await.len(), found(&server, "들판구청", json!({})).await.len()), (0, 2));
    // Of another type and region, with an alias.
    let mut moved = agency("T000001", "시험들판구청", None);
    moved["type"] = json!("SCHOOL");
    moved["region"] = json!("26");
    moved["aliases"] = json!(["옛들녘학교"]);
    import(&server, json!({"agencies": [moved]})).await;
    assert_eq!(found(&server, "들녘학교", json!({"agencyType": {"eq": "SCHOOL"}, "region": {"eq": "26"}})).await.len(), 2);
    assert_eq!(found(&server, "", below).await, [""; 0]);
}

/// Spellings and aliases come without a change of any file that bears them.
async fn bodies_and_statutes_are_found_by_new_names(server: Server) {
    import(&server, register()).await;
    assert_eq!(found(&server, "이슬상사주식회사", json!({})).await, [""; 0]);
    import(&server, json!({"dataFiles": [file("T000001-3", json!({"name": "시험 안개 명부", "provisions": [{"recipient": "이슬상사 주식회사"}]}))]})).await;
    assert_eq!(found(&server, "이슬상사주식회사", json!({})).await, ["T000001-2", "T000001-3"], "one body, by either spelling");
    import(&server, json!({"statutes": [{"name": "구름관리법", "kind": "ACT", "aliases": ["뭉게구름법"]}]})).await;
    assert_eq!(found(&server, "뭉게구름법", json!({})).await, ["T000001-1"]);
    let told =
        server.query("{ changes(first: 100, filter: {kind: {eq: STATUTE_AMENDED}}) { nodes { kind node { ... on Statute { name } } } } }", json!({})).await;
    assert_eq!(told["changes"]["nodes"], json!([{"kind": "STATUTE_AMENDED", "node": {"name": "구름관리법"}}]));
    // The same once more is nothing new.
    let sequence = server.sequence().await;
    import(&server, json!({"statutes": [{"name": "구름관리법", "kind": "ACT", "aliases": ["뭉게구름법"]}]})).await;
    assert_eq!(server.sequence().await, sequence);
}

async fn assessments_count_for_the_files_that_they_cover(server: Server) {
    import(&server, register()).await;
    let assessment = |number: &str, outcome: &str| json!({"impactAssessments": [{"agency": "T000001", "dataFiles": [{"registrationNumber": number}], "year": 2025, "outcome": outcome}]});
    let assessed = async || found(&server, "", json!({"isAssessed": true})).await;
    assert_eq!(assessed().await, [""; 0]);
    import(&server, assessment("T000001-1", "적정")).await;
    assert_eq!(assessed().await, ["T000001-1"]);
    import(&server, assessment("T000001-1", "개선")).await;
    import(&server, assessment("T000001-2", "적정")).await;
    assert!(assessed().await.contains(&"T000001-2".to_owned()));
    assert_eq!(found(&server, "", json!({"isAssessed": false})).await.len() + assessed().await.len(), 2);
}

fn policy(revisions: &[(&str, &[&str], &str)]) -> Value {
    let revision = |(from, files, recipient): &(&str, &[&str], &str)| {
        json!({"effectiveFrom": from, "dataFiles": files, "sections": [], "provisions": [{"recipient": recipient, "items": [{"name": "여권번호"}]}],
               "entrustments": [{"entrustee": format!("{recipient}용역"), "task": "운영"}]})
    };
    json!({"policies": [{"agency": "T000001", "title": "시험 처리방침", "revisions": revisions.iter().map(revision).collect::<Vec<_>>()}]})
}

async fn a_policy_counts_from_its_day_on(server: Server) {
    import(&server, register()).await;
    import(&server, policy(&[("2026-01-01", &["T000001-1", "T000001-2"], "노을은행")])).await;
    assert_eq!(found(&server, "노을은행", json!({})).await, ["T000001-1", "T000001-2"]);
    assert_eq!(found(&server, "", json!({"provision": {"uniqueIdentifier": "PASSPORT_NUMBER"}})).await.len(), 2);
    // A later revision covers one of them, and names another body.
    import(&server, policy(&[("2026-06-01", &["T000001-1"], "새벽은행")])).await;
    assert_eq!(found(&server, "노을은행", json!({})).await, [""; 0]);
    assert_eq!(found(&server, "새벽은행용역", json!({})).await, ["T000001-1"]);
    // One that takes effect later counts from that day on: the day of Korea.
    import(&server, policy(&[("2026-12-01", &["T000001-2"], "한낮은행")])).await;
    assert_eq!(found(&server, "한낮은행", json!({})).await, [""; 0]);
    assert_eq!(found(&server, "새벽은행", json!({})).await, ["T000001-1"]);
    server.set_clock(instant("2026-11-30T14:59:59Z"));
    server.import("other.yaml", "format: yeollam/1\nagencies: [{code: T000003, name: 시험나무청, type: CENTRAL}]\n").await.unwrap();
    assert_eq!(found(&server, "새벽은행", json!({})).await, ["T000001-1"]);
    server.set_clock(instant("2026-11-30T15:00:00Z"));
    server.import("other.yaml", "format: yeollam/1\nagencies: [{code: T000004, name: 시험풀잎청, type: CENTRAL}]\n").await.unwrap();
    assert_eq!(found(&server, "새벽은행", json!({})).await, [""; 0]);
    assert_eq!(found(&server, "한낮은행", json!({"provision": {}})).await, ["T000001-2"]);
    // Built on that day it is the same.
    let fresh = server.another_at(instant("2026-11-30T15:00:00Z")).await;
    assert_eq!(everything(&server).await, everything(&fresh).await);
}

async fn a_write_through_one_server_is_found_through_another(server: Server) {
    let other = server.another_at(instant("2026-11-22T00:00:00Z")).await;
    let patience = if server.backend == Backend::Postgres { Duration::from_secs(2) } else { Duration::from_secs(4) };
    for round in 0..4 {
        let (writer, reader) = if round % 2 == 0 { (&server, &other) } else { (&other, &server) };
        let (code, word) = (format!("T00000{round}"), format!("{}명부", ["무지개", "소나기", "눈보라", "아지랑이"][round]));
        let document = json!({
            "format": "yeollam/1", "agencies": [agency(&code, "시험하늘구청", None)],
            "dataFiles": [{"registrationNumber": format!("{code}-1"), "agency": code, "status": "REGISTERED", "registrations": [{"validFrom": "2026-01-01", "name": word}]}],
        });
        writer.import("test.yaml", &document.to_string()).await.unwrap_or_else(|error| panic!("{error}"));
        let written = Instant::now();
        let expected = [format!("{code}-1")];
        assert_eq!(found(writer, &word, json!({})).await, expected);
        while found(reader, &word, json!({})).await != expected {
            assert!(written.elapsed() < patience, "not found after {:?}", written.elapsed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
    let through = async |server: &Server| server.query("{ register { sequence indexedThrough } }", json!({})).await;
    assert_eq!(through(&server).await, through(&other).await);
}

on_both!(
    Data::Empty => a_new_file_is_found_when_its_import_returns, an_amended_or_destroyed_file_is_found_as_it_is_now, an_agency_is_found_by_its_names_and_place_of_now,
    bodies_and_statutes_are_found_by_new_names, assessments_count_for_the_files_that_they_cover, a_policy_counts_from_its_day_on,
    a_write_through_one_server_is_found_through_another,
);
