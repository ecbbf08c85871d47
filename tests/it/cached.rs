//! No answer from memory survives a change that it should reflect: random writes and reads, each answer compared with one that was made anew; and readers beside a writer.

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use reqwest::Method;
use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::graphql::admission::limits::Limits;
use yeollam::http::Settings;

use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

/// What is asked over and over: by key, in lists, along relations, over history, by search, by counting.
const QUESTIONS: &[(&str, bool)] = &[
    (
        "query A($code: String!) { agency(code: $code) { name type dataFileCount: dataFiles { totalCount } dataFiles(first: 5) { nodes { name status } } } }",
        true,
    ),
    (
        "query F($number: String!) { dataFile(registrationNumber: $number) { name registration { purpose number collectedItems { name } } registrations { totalCount nodes { purpose validFrom } } } }",
        true,
    ),
    ("query L($text: String!) { dataFiles(filter: {name: {contains: $text}}) { totalCount nodes { name registrationNumber } } }", true),
    ("query S($text: String!) { search(text: $text, first: 5) { totalCount nodes { name registration { purpose } } } }", true),
    ("{ statistics(by: [STATUS]) { dataFileCount rows { dataFileCount } } }", false),
    ("{ register { sequence indexedThrough } changes(first: 3) { nodes { kind sequence } } }", false),
    ("{ agencies(first: 10) { totalCount nodes { code name dataFiles { totalCount } } } }", false),
    ("{ findings(first: 5) { totalCount nodes { since until } } }", false),
    ("{ registrations(first: 10) { totalCount nodes { purpose validFrom validUntil } } }", false),
    ("{ __typename enumLabels(language: EN, type: \"DataFileStatus\") { value label } }", false),
    (
        "query E($code: String!, $number: String!) { _entities(representations: [{__typename: \"Agency\", code: $code}, {__typename: \"DataFile\", registrationNumber: $number}]) { ... on Agency { name } ... on DataFile { name registration { purpose } } } }",
        true,
    ),
];

/// Erases the purpose of a registration.
const REDACT: &str = "mutation ($id: ID!) { redact(nodeId: $id, path: \"purpose\", reason: \"잘못 공개됨\") { userErrors { code } } }";

#[derive(Clone, Debug)]
enum Op {
    /// Asks a question of an agency, file or word by number, twice.
    Ask { question: usize, which: u8, by_get: bool },
    /// States an agency, under one of few names.
    Agency { which: u8, name: u8 },
    /// States a registration of a file: with another purpose or another day it is a new one.
    File { which: u8, purpose: u8, day: u8 },
    /// Erases the purpose of a registration in force.
    Redact { which: u8 },
    /// Hours go by; perhaps a day ends.
    Wait { hours: u8 },
}

fn operations() -> impl Strategy<Value = Vec<Op>> {
    let ask = (0..QUESTIONS.len(), 0..3_u8, any::<bool>()).prop_map(|(question, which, by_get)| Op::Ask { question, which, by_get });
    let op = prop_oneof![
        12 => ask,
        2 => (0..3_u8, 0..3_u8).prop_map(|(which, name)| Op::Agency { which, name }),
        4 => (0..3_u8, 0..4_u8, 1..28_u8).prop_map(|(which, purpose, day)| Op::File { which, purpose, day }),
        1 => (0..3_u8).prop_map(|which| Op::Redact { which }),
        1 => (1..20_u8).prop_map(|hours| Op::Wait { hours }),
    ];
    proptest::collection::vec(op, 150)
}

/// What a question is asked with.
fn variables(takes: bool, which: u8) -> Value {
    let words = ["명부", "회원", "수강"];
    if takes {
        json!({"code": format!("T00000{which}"), "number": format!("T00000{which}-1"), "text": words[usize::from(which) % words.len()]})
    } else {
        json!({})
    }
}

/// Body of the answer, and what became of it in the cache.
async fn ask(server: &Server, question: usize, which: u8, by_get: bool, is_anew: bool) -> (String, String) {
    let (document, takes) = QUESTIONS[question];
    let variables = variables(takes, which);
    let mut request = if by_get {
        server.request(Method::GET, "/graphql").query(&[("query", document), ("variables", &variables.to_string())])
    } else {
        let body = json!({"query": document, "variables": variables}).to_string();
        server.request(Method::POST, "/graphql").header("content-type", "application/json").body(body)
    };
    if is_anew {
        request = request.header("cache-control", "no-store");
    }
    let response = request.send().await.unwrap();
    let status = response.headers()["cache-status"].to_str().unwrap().to_owned();
    (response.text().await.unwrap(), status)
}

fn document(op: &Op) -> Option<Value> {
    let names = ["가람시", "나루시", "다솜시"];
    let purposes = ["회원 관리", "수강 신청", "민원 처리", "회원 관리와 수강"];
    let agency = |which: u8, name: u8| json!({"code": format!("T00000{which}"), "name": names[usize::from(name)], "type": "BASIC_GOVERNMENT"});
    match op {
        Op::Agency { which, name } => Some(json!({"format": "yeollam/1", "agencies": [agency(*which, *name)]})),
        Op::File { which, purpose, day } => {
            let registration = json!({"name": format!("회원 명부 {which}"), "purpose": purposes[usize::from(*purpose)], "validFrom": format!("2026-10-{day:02}"), "collectedItems": [{"name": "성명"}], "reason": "정기 점검"});
            let file = json!({"agency": format!("T00000{which}"), "registrationNumber": format!("T00000{which}-1"), "status": "REGISTERED", "registrations": [registration]});
            Some(json!({"format": "yeollam/1", "dataFiles": [file]}))
        }
        Op::Ask { .. } | Op::Redact { .. } | Op::Wait { .. } => None,
    }
}

async fn no_answer_from_memory_survives_a_change(server: Server) {
    let server = server.as_subgraph(Limits::default()).await;
    for which in 0..3 {
        server.import("agency.json", &document(&Op::Agency { which, name: which }).unwrap().to_string()).await.unwrap();
    }
    let admin = server.token(Role::Admin, None, "관리자").await;
    let mut runner = TestRunner::new_with_rng(Config::default(), TestRng::from_seed(RngAlgorithm::ChaCha, &[7; 32]));
    let (mut hits, mut writes, mut refused, mut clock) = (0, 0, 0, now());
    for _ in 0..3 {
        for op in operations().new_tree(&mut runner).unwrap().current() {
            match &op {
                Op::Ask { question, which, by_get } => {
                    for _ in 0..2 {
                        let (told, status) = ask(&server, *question, *which, *by_get, false).await;
                        let (anew, _) = ask(&server, *question, *which, !*by_get, true).await;
                        assert_eq!(told, anew, "{status} {op:?}");
                        assert!(!told.contains("\"errors\""), "{told}");
                        hits += usize::from(status == "yeollam; hit");
                    }
                }
                Op::Redact { which } => {
                    let of = server
                        .query(
                            "query ($number: String!) { dataFile(registrationNumber: $number) { registration { id } } }",
                            json!({"number": format!("T00000{which}-1")}),
                        )
                        .await;
                    let Some(id) = of["dataFile"]["registration"]["id"].as_str() else { continue };
                    let answer = server.answer_as(&admin, REDACT, json!({"id": id})).await;
                    assert!(answer.body.get("errors").is_none(), "{answer}");
                    writes += 1;
                }
                Op::Wait { hours } => {
                    clock += chrono::TimeDelta::hours((*hours).into());
                    server.set_clock(clock);
                }
                Op::Agency { .. } | Op::File { .. } => match server.import_at("random.json", &document(&op).unwrap().to_string(), clock).await {
                    Ok(_) => writes += 1,
                    // A registration before the one that is there, say: nothing changed, and so nothing may.
                    Err(_) => refused += 1,
                },
            }
        }
    }
    assert!(hits > 200 && writes > 30, "{hits} hits, {writes} writes, {refused} refused: the test tests little");
    // Another server that keeps nothing, with an index of its own, tells the same.
    let other = server.with(Limits { federates: true, ..Limits::default() }, Settings { answer_cache: 0, ..Settings::default() }).await;
    other.set_clock(clock);
    for (question, (_, takes)) in QUESTIONS.iter().enumerate() {
        for which in 0..if *takes { 3 } else { 1 } {
            let ((told, here), (anew, there)) = (ask(&server, question, which, false, false).await, ask(&other, question, which, false, false).await);
            assert_eq!(told, anew, "{here} {there}");
        }
    }
}

/// While one writes, others read: no answer is of an entry before what was acknowledged when it was asked for, and none tells less than it states.
async fn readers_beside_a_writer_never_see_the_past(server: Server) {
    let acknowledged = std::sync::atomic::AtomicI64::new(0);
    let (load, store) =
        (|| acknowledged.load(std::sync::atomic::Ordering::SeqCst), |sequence| acknowledged.store(sequence, std::sync::atomic::Ordering::SeqCst));
    let writing = async {
        for number in 0..20_u8 {
            let op = Op::Agency { which: number % 3, name: (number / 3) % 3 };
            server.import("agency.json", &document(&op).unwrap().to_string()).await.unwrap();
            let (told, _) = ask(&server, 5, 0, false, true).await;
            store(serde_json::from_str::<Value>(&told).unwrap()["data"]["register"]["sequence"].as_i64().unwrap());
        }
    };
    let reading = async |by_get: bool| {
        for _ in 0..60 {
            let before = load();
            let (told, status) = ask(&server, 5, 0, by_get, false).await;
            let told: Value = serde_json::from_str(&told).unwrap();
            let stated = told["extensions"]["sequence"].as_i64().unwrap();
            let of = |field: &str| told["data"]["register"][field].as_i64().unwrap();
            assert!(stated >= before && of("sequence") >= stated && of("indexedThrough") >= stated, "{before} {status} {told}");
        }
    };
    tokio::join!(writing, reading(false), reading(true), reading(false));
}

async fn what_another_process_erased_is_not_told_from_memory(server: Server) {
    for op in [Op::Agency { which: 0, name: 0 }, Op::File { which: 0, purpose: 0, day: 1 }] {
        server.import("register.json", &document(&op).unwrap().to_string()).await.unwrap();
    }
    let file = |fields: &str| format!("{{ dataFile(registrationNumber: \"T000000-1\") {{ registration {{ {fields} }} }} }}");
    let other = server.with(Limits::default(), Settings { answer_cache: 0, ..Settings::default() }).await;
    let purpose = async |server: &Server| server.query(&file("purpose"), json!({})).await["dataFile"]["registration"]["purpose"].clone();
    assert_eq!([purpose(&server).await, purpose(&other).await], ["회원 관리", "회원 관리"]);
    let of = server.query(&file("id"), json!({})).await;
    let admin = server.token(Role::Admin, None, "관리자").await;
    let answer = server.query_as(&admin, REDACT, json!({"id": of["dataFile"]["registration"]["id"]})).await;
    assert_eq!(answer["redact"]["userErrors"], json!([]));
    assert_eq!(purpose(&server).await, "[redacted]");
    // The other one hears of it before long; what it tells from then on is without it.
    let through = server.store.head().sequence();
    while other.store.head().sequence() < through {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert_eq!(purpose(&other).await, "[redacted]");
    // And one that is started later knows of it from the beginning.
    assert_eq!(purpose(&server.with(Limits::default(), Settings::default()).await).await, "[redacted]");
}

on_both!(
    Data::Bundled =>
    no_answer_from_memory_survives_a_change, readers_beside_a_writer_never_see_the_past, what_another_process_erased_is_not_told_from_memory,
);
