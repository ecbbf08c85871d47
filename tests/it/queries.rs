//! Questions that people ask of the register: each is one document under `tests/queries/`, with its variables and its whole answer on the bundled data, the same on both databases.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use yeollam::access::Role;

use crate::harness::{Data, Server, on_both};

/// Numbers of the questions that the register answers today.
const ANSWERED: [&str; 33] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "13", "14", "14", "15", "16", "17", "18", "19", "20", "21", "21", "22", "23",
    "24", "25", "26", "27", "28", "29", "30",
];

/// What a document says that is asked over `further.yaml` beside the bundled data, which tell of nothing of the kind.
const FURTHER: &str = "Asked over further data: further.yaml.";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries")
}

/// Names of the questions, in order.
fn questions() -> Vec<String> {
    let files = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names: BTreeSet<String> = files.filter_map(|name| name.strip_suffix(".graphql").map(str::to_owned)).collect();
    names.into_iter().collect()
}

/// The token with which a question is asked, where its comment says that it needs one: that of an agency which has applications.
async fn token_for(server: &Server, document: &str) -> String {
    if !document.contains("# Needs a token of the role AGENCY.") {
        return String::new();
    }
    if document.contains(FURTHER) {
        return server.token(Role::Agency, Some("T000001"), "시험환경부 담당자").await;
    }
    let token = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let regulator = server.token(Role::Regulator, None, "위원회 담당자").await;
    let agency = server.query("{ agency(code: \"4090000\") { id } }", json!({})).await["agency"]["id"].clone();
    let create =
        "mutation ($agency: ID!) { applicationCreate(agencyId: $agency, kind: NEW, input: {name: \"평생학습관 수강생 명부\"}) { application { id } } }";
    let created = server.query_as(&token, create, json!({"agency": agency})).await;
    let id = created["applicationCreate"]["application"]["id"].clone();
    let submit = "mutation ($id: ID!) { applicationSubmit(id: $id, expectedVersion: 1) { userErrors { message } } }";
    server.query_as(&token, submit, json!({"id": id})).await;
    let back =
        "mutation ($id: ID!) { applicationReturn(id: $id, expectedVersion: 2, reason: \"수집 항목과 보유기간을 적어 주십시오.\") { userErrors { message } } }";
    server.query_as(&regulator, back, json!({"id": id})).await;
    token
}

async fn every_question_has_its_answer(server: Server) {
    let questions = questions();
    assert_eq!(questions.iter().map(|name| &name[..2]).collect::<Vec<_>>(), ANSWERED, "questions under tests/queries");
    must_be_answered(&server, false).await;
}

async fn questions_over_further_data_have_their_answers(server: Server) {
    server.import("further.yaml", &fs::read_to_string(folder().join("further.yaml")).unwrap()).await.unwrap();
    must_be_answered(&server, true).await;
}

/// Asks the questions that are asked over further data, or all others.
async fn must_be_answered(server: &Server, over_further_data: bool) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path(folder().join("snapshots"));
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    for question in questions() {
        let document = fs::read_to_string(folder().join(format!("{question}.graphql"))).unwrap();
        if document.contains(FURTHER) != over_further_data {
            continue;
        }
        let variables = fs::read_to_string(folder().join(format!("{question}.variables.json"))).unwrap_or_else(|_| "{}".to_owned());
        let token = token_for(server, &document).await;
        let answer = server.query_as(&token, &document, serde_json::from_str::<Value>(&variables).unwrap()).await;
        let answer = without_layout(answer);
        settings.bind(|| insta::assert_json_snapshot!(question.as_str(), answer));
    }
}

/// The answer without what names the layout of the search index: cursors change with it, and nothing else does.
fn without_layout(answer: Value) -> Value {
    let is_of_search = |text: &str| URL_SAFE_NO_PAD.decode(text).is_ok_and(|bytes| bytes.starts_with(b"[\"search."));
    match answer {
        Value::String(text) if is_of_search(&text) => json!("[cursor of the search]"),
        Value::Array(values) => values.into_iter().map(without_layout).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, without_layout(value))).collect(),
        other => other,
    }
}

/// A question is a document to copy: it has a name, variables rather than values in the text, and says in its first line who asks.
#[test]
fn questions_can_be_copied() {
    for question in questions() {
        let document = fs::read_to_string(folder().join(format!("{question}.graphql"))).unwrap();
        assert!(document.starts_with("# ") && document.contains("\nquery "), "{question}: a comment, then a named query");
        let is_asked =
            ["Portal", "Aggregator", "Analyst", "Journalist", "Agency officer", "Regulator", "Citizen"].iter().any(|who| document[2..].starts_with(who));
        assert!(is_asked, "{question}: the comment says who asks");
    }
}

/// The costs of all questions, so that limits are not drawn closer than what people ask.
async fn every_question_is_affordable(server: Server) {
    for question in questions() {
        let document = fs::read_to_string(folder().join(format!("{question}.graphql"))).unwrap();
        let variables = fs::read_to_string(folder().join(format!("{question}.variables.json"))).unwrap_or_else(|_| "{}".to_owned());
        let body = json!({"query": document, "variables": serde_json::from_str::<Value>(&variables).unwrap(), "extensions": {"cost": true}}).to_string();
        let request = server.request(reqwest::Method::POST, "/graphql").header("content-type", "application/json").body(body);
        let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        let cost = &answer["extensions"]["cost"];
        assert!(cost["requested"].as_u64().unwrap() * 2 < cost["limit"].as_u64().unwrap(), "{question} costs {cost}");
    }
}

on_both!(Data::Bundled => every_question_has_its_answer, questions_over_further_data_have_their_answers, every_question_is_affordable);
