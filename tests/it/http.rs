//! HTTP in front of the real register: health, request ids, errors as JSON, the public audit. What the adapter does with each kind of request is tested beside it.

use std::path::Path;
use std::process::Stdio;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};

use crate::harness::{Data, Server, on_both};

async fn health_and_readiness(server: Server) {
    let get = async |path: &str| {
        let response = server.request(Method::GET, path).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap().trim().to_owned())
    };
    assert_eq!(get("/healthz").await, (200, "ok".to_owned()));
    assert_eq!(get("/readyz").await, (200, "ready".to_owned()));
    let migrations = u32::try_from(server.store.migration_status().await.unwrap().len()).unwrap();
    server.store.migrate_down(migrations).await.unwrap();
    let (status, told) = get("/readyz").await;
    assert!(status == 503 && told.contains("is not applied: run `yeollam migrate up`"), "{status} {told}");
    assert_eq!(get("/healthz").await.0, 200, "the process is alive, whatever the database");
    // Whoever asks all the same gets an error that can be told apart, and nothing of the inside.
    let answer = server.answer("{ dataFiles { totalCount } }", json!({})).await;
    let error = &answer.body["errors"][0];
    assert!(!error.to_string().contains("data_file") && !error.to_string().to_lowercase().contains("sql"), "{answer}");
    assert!(error["message"].as_str().unwrap().contains("request-"), "{answer}");
    server.store.migrate().await.unwrap();
    assert_eq!(get("/readyz").await.0, 200);
}

async fn the_request_id_comes_back(server: Server) {
    let body = json!({"query": "{ register { sequence } }"}).to_string();
    let post = || server.request(Method::POST, "/graphql").header("content-type", "application/json").body(body.clone());
    let given = post().header("x-request-id", "portal-17").send().await.unwrap();
    assert_eq!(given.headers()["x-request-id"], "portal-17");
    let own = post().send().await.unwrap();
    assert!(own.headers()["x-request-id"].to_str().unwrap().starts_with("request-"));
}

async fn broken_requests_are_answered_in_json(server: Server) {
    for (what, content_type, body, status, code) in [
        ("no JSON", "application/json", "{", 400, "BAD_REQUEST"),
        ("an array", "application/json", r#"[{"query": "{ __typename }"}]"#, 400, "BAD_REQUEST"),
        ("no query", "application/json", "{}", 400, "BAD_REQUEST"),
        ("a form", "application/x-www-form-urlencoded", "query=%7B__typename%7D", 415, "UNSUPPORTED_MEDIA_TYPE"),
        ("no GraphQL", "application/json", r#"{"query": "SELECT 1"}"#, 400, "GRAPHQL_PARSE_FAILED"),
        ("an unknown field", "application/json", r#"{"query": "{ personalDataFiles { name } }"}"#, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("an unknown argument", "application/json", r#"{"query": "{ dataFiles(limit: 3) { totalCount } }"}"#, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("no selection", "application/json", r#"{"query": "{ dataFiles }"}"#, 400, "GRAPHQL_VALIDATION_FAILED"),
        ("an unknown word", "application/json", r#"{"query": "{ dataFiles(filter: {status: {eq: LOST}}) { totalCount } }"}"#, 400, ""),
        ("no date", "application/json", r#"{"query": "{ registrations(asOf: \"2023-02-30\") { totalCount } }"}"#, 400, ""),
        ("a missing variable", "application/json", r#"{"query": "query ($code: String!) { agency(code: $code) { name } }"}"#, 400, ""),
        ("a mutation", "application/json", r#"{"query": "mutation { dataFileRegister { id } }"}"#, 400, ""),
        ("a subscription", "application/json", r#"{"query": "subscription { changes { id } }"}"#, 400, ""),
        ("two operations and no name", "application/json", r#"{"query": "query A { __typename } query B { __typename }"}"#, 400, ""),
        (
            "too much",
            "application/json",
            r#"{"query": "{ agencies(first: 100) { nodes { dataFiles(first: 100) { nodes { registrations(first: 100) { nodes { id } } } } } } }"}"#,
            400,
            "COST_LIMIT_EXCEEDED",
        ),
    ] {
        let response = server.request(Method::POST, "/graphql").header("content-type", content_type).body(body).send().await.unwrap();
        assert_eq!(response.status(), status, "{what}");
        assert!(response.headers()["content-type"].to_str().unwrap().contains("json"), "{what}");
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(answer.get("data").is_none(), "{what}: {answer}");
        let error = &answer["errors"][0];
        assert!(!error["extensions"]["code"].as_str().unwrap().is_empty() && (code.is_empty() || error["extensions"]["code"] == code), "{what}: {answer}");
        let message = error["message"].as_str().unwrap();
        assert!(message.len() < 400 && !message.contains("::") && !message.contains("panicked"), "{what}: {message}");
    }
}

/// Against the schema of the register, over the real server; `./check` installs the suite.
async fn the_public_audit_passes(server: Server) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit");
    assert!(folder.join("node_modules").exists(), "the audit suite is not installed: npm ci --prefix tests/audit");
    let url = format!("{}/graphql", server.address());
    let run = tokio::process::Command::new("node").arg("audit.mjs").arg(url).current_dir(folder).output().await.expect("node runs");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("61 of 61 audits are ok"), "{told}{}", String::from_utf8_lossy(&run.stderr));
}

/// The clients that people use follow the journal, over a connection that is cut off half way.
async fn public_clients_follow_the_feed(server: Server) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/audit");
    assert!(folder.join("node_modules/graphql-sse").exists(), "the clients are not installed: npm ci --prefix tests/audit");
    let first = server.query("{ changes(first: 1) { edges { cursor } } }", json!({})).await["changes"]["edges"][0]["cursor"].clone();
    let start = server.sequence().await;
    let mut run = tokio::process::Command::new("node");
    run.args(["feed.mjs", server.address(), first.as_str().unwrap(), &(start + 19).to_string()]).current_dir(folder);
    let mut run = run.stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().expect("node runs");
    let mut told = BufReader::new(run.stdout.take().unwrap()).lines();
    assert_eq!(told.next_line().await.unwrap().as_deref(), Some("following"));
    let agencies: Vec<Value> = (0..20).map(|number| json!({"code": format!("F{number:06}"), "name": "구청", "type": "BASIC_GOVERNMENT"})).collect();
    server.import("agencies.json", &json!({"format": "yeollam/1", "agencies": agencies}).to_string()).await.unwrap();
    let sequences: Value = serde_json::from_str(&told.next_line().await.unwrap().unwrap()).unwrap();
    let all: Vec<i64> = (2..=start + 20).collect();
    assert_eq!(sequences, json!({"ws": all, "sse": all}));
    assert!(run.wait().await.unwrap().success());
}

/// An answer states the entry of the journal that it is of, or newer: never a later one than what it tells, and none before what was acknowledged.
async fn each_answer_states_its_sequence(server: Server) {
    let sequence = |answer: &crate::harness::server::Answer| answer.body["extensions"]["sequence"].as_i64().unwrap_or_else(|| panic!("no sequence: {answer}"));
    let document = "{ register { sequence indexedThrough } dataFiles { totalCount } statistics(by: [STATUS]) { dataFileCount } }";
    let reading = async {
        for _ in 0..40 {
            let answer = server.answer(document, json!({})).await;
            let register = &answer.body["data"]["register"];
            for told in [&register["sequence"], &register["indexedThrough"]] {
                assert!(sequence(&answer) <= told.as_i64().unwrap(), "{answer}");
            }
        }
    };
    let writing = async {
        for number in 0..15 {
            let agency = json!({"code": format!("F{number:06}"), "name": format!("{number}구청"), "type": "BASIC_GOVERNMENT"});
            server.import("agency.json", &json!({"format": "yeollam/1", "agencies": [agency]}).to_string()).await.unwrap();
            let acknowledged = server.sequence().await;
            assert!(sequence(&server.answer("{ __typename }", json!({})).await) >= acknowledged);
        }
    };
    tokio::join!(reading, writing);
    // What is not executed is of no sequence.
    let refused = server.answer("{ nothing }", json!({})).await;
    assert!(refused.body.get("extensions").is_none(), "{refused}");
}

on_both!(Data::Bundled => public_clients_follow_the_feed);
on_both!(Data::Bundled => health_and_readiness, the_request_id_comes_back, each_answer_states_its_sequence, broken_requests_are_answered_in_json);
on_both!(Data::Empty => the_public_audit_passes);
