//! A server that is killed (`kill -9`) while clients write: what it acknowledged is there, nothing is there by half, and both chains are whole.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::introspection::text;
use crate::harness::program::{Started, any_time_within, must_be_proved, run};
use crate::harness::{Data, Server, on_both};

/// Clients that write at a time.
const CLIENTS: usize = 3;

/// Kills where `YEOLLAM_KILLS` does not say how many.
const USUAL: usize = 12;

fn kills() -> usize {
    #[expect(clippy::disallowed_methods, reason = "how long to try is up to whoever runs the tests")]
    std::env::var("YEOLLAM_KILLS").map_or(USUAL, |kills| kills.parse().expect("YEOLLAM_KILLS is a number"))
}

/// What a client was told: the state of an application after a step, and the registration that it led to.
#[derive(Clone, Debug)]
struct Acknowledged {
    id: String,
    version: i64,
    registration: Option<String>,
}

/// A client that draws up, submits and has accepted one application after the other until the server is gone.
struct Client {
    address: String,
    token: String,
    agency: String,
    told: Arc<Mutex<Vec<Acknowledged>>>,
}

impl Client {
    /// The payload of a mutation; `None` where no answer came.
    async fn sent(&self, http: &reqwest::Client, document: &str, variables: Value) -> Option<Value> {
        let body = json!({"query": document, "variables": variables}).to_string();
        let request = http.post(format!("{}/graphql", self.address)).header("content-type", "application/json").bearer_auth(&self.token).body(body);
        let answer: Value = serde_json::from_str(&request.send().await.ok()?.text().await.ok()?).ok()?;
        let payload = &answer["data"]["taken"];
        assert!(answer.get("errors").is_none() && payload["userErrors"] == json!([]), "{answer}");
        Some(payload["application"].clone())
    }

    fn note(&self, application: &Value) -> (String, i64) {
        let (id, version) = (text(&application["id"]).to_owned(), application["version"].as_i64().unwrap());
        let registration = application["registration"]["id"].as_str().map(str::to_owned);
        self.told.lock().unwrap().push(Acknowledged { id: id.clone(), version, registration });
        (id, version)
    }

    async fn write(&self, first: usize) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let fields = "{ application { id version registration { id } } userErrors { message } }";
        let create =
            format!("mutation ($agency: ID!, $input: RegistrationInput!) {{ taken: applicationCreate(agencyId: $agency, kind: NEW, input: $input) {fields} }}");
        for number in first.. {
            let input = json!({
                "name": format!("명부 {number}"), "purpose": "회원 관리", "retention": {"text": "3년"}, "collectedItems": [{"name": "성명"}, {"name": "주민등록번호"}],
                "legalBases": [{"citation": "시험법 제3조"}], "provisions": [{"recipient": format!("받는 기관 {}", number % 7)}],
            });
            let Some(made) = self.sent(&http, &create, json!({"agency": self.agency, "input": input})).await else { return };
            let (id, mut version) = self.note(&made);
            for step in ["applicationSubmit", "applicationAccept"] {
                let document = format!("mutation ($id: ID!, $version: Int!) {{ taken: {step}(id: $id, expectedVersion: $version) {fields} }}");
                let Some(taken) = self.sent(&http, &document, json!({"id": id, "version": version})).await else { return };
                version = self.note(&taken).1;
            }
        }
    }
}

/// Every page of the applications, as the program tells them.
async fn applications(address: &str, token: &str) -> Vec<Value> {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let document = "query ($after: String) { applications(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { id version status registration {
        id number collectedItems { name } legalBases { citation } provisions(first: 5) { totalCount } retention { terms { class } } dataFile { registrations { totalCount } } } } } }";
    let (mut after, mut found) = (Value::Null, Vec::new());
    loop {
        let body = json!({"query": document, "variables": {"after": after}}).to_string();
        let request = http.post(format!("{address}/graphql")).header("content-type", "application/json").bearer_auth(token).body(body);
        let answer: Value = serde_json::from_str(&request.send().await.unwrap().text().await.unwrap()).unwrap();
        assert!(answer.get("errors").is_none(), "{answer}");
        let page = &answer["data"]["applications"];
        found.extend(page["nodes"].as_array().unwrap().iter().cloned());
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            return found;
        }
    }
}

/// What was acknowledged is there, and everything that is there is whole.
async fn must_be_whole(address: &str, token: &str, told: &[Acknowledged]) {
    let there = applications(address, token).await;
    for acknowledged in told {
        let application = there.iter().find(|application| application["id"] == json!(acknowledged.id)).unwrap_or_else(|| panic!("lost: {acknowledged:?}"));
        assert!(application["version"].as_i64().unwrap() >= acknowledged.version, "{acknowledged:?} went back to {application}");
        if let Some(registration) = &acknowledged.registration {
            assert_eq!(application["registration"]["id"], json!(registration), "{application}");
        }
    }
    for application in &there {
        let registration = &application["registration"];
        assert_eq!(application["status"] == "ACCEPTED", registration.is_object(), "{application}");
        if registration.is_object() {
            let whole = json!({
                "id": registration["id"], "number": 1, "collectedItems": [{"name": "성명"}, {"name": "주민등록번호"}], "legalBases": [{"citation": "시험법 제3조"}],
                "provisions": {"totalCount": 1}, "retention": {"terms": [{"class": "YEARS_3"}]}, "dataFile": {"registrations": {"totalCount": 1}},
            });
            assert_eq!(*registration, whole);
        }
    }
}

async fn nothing_acknowledged_is_lost(mut server: Server) {
    server.import("agency.yaml", "format: yeollam/1\nagencies: [{code: T000001, name: 시험청, type: CENTRAL}]\n").await.unwrap();
    let token = server.token(Role::Admin, None, "관리자").await;
    let agency = server.query("{ agency(code: \"T000001\") { id } }", json!({})).await["agency"]["id"].clone();
    let agency = text(&agency).to_owned();
    // From here on the program alone has the database: nobody else keeps it open over a kill.
    server.stop().await;
    server.store.clone().close().await.unwrap();
    let (folder, database) = (tempfile::tempdir().unwrap(), server.database_url().to_owned());
    let arguments = ["--data-dir", "register", "--database-url", &database, "--listen", "127.0.0.1:0", "serve"];
    let told = Arc::new(Mutex::new(Vec::new()));
    let mut decided = 0;
    for round in 0..kills() {
        let started = Started::new(folder.path(), &arguments);
        started.ready().await;
        let acknowledged = told.lock().unwrap().clone();
        must_be_whole(&started.address, &token, &acknowledged).await;
        let clients = (0..CLIENTS).map(|client| {
            let client = (client, Client { address: started.address.clone(), token: token.clone(), agency: agency.clone(), told: Arc::clone(&told) });
            tokio::spawn(async move { client.1.write((round * CLIENTS + client.0) * 10_000).await })
        });
        let clients: Vec<_> = clients.collect();
        let before = told.lock().unwrap().len();
        // At any time, but not before something was written; every other time, not before something was accepted.
        let is_enough = |told: &[Acknowledged]| told.iter().any(|one| round % 2 == 0 || one.registration.is_some());
        while !is_enough(&told.lock().unwrap()[before..]) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(any_time_within(Duration::from_millis(400))).await;
        started.killed();
        join_all(clients).await.into_iter().for_each(|ended| ended.unwrap());
        decided += told.lock().unwrap()[before..].iter().filter(|one| one.registration.is_some()).count();
    }
    assert!(decided > 0, "something was accepted");
    let last = Started::new(folder.path(), &arguments);
    last.ready().await;
    let acknowledged = told.lock().unwrap().clone();
    must_be_whole(&last.address, &token, &acknowledged).await;
    let accepted = applications(&last.address, &token).await.iter().filter(|application| application["status"] == "ACCEPTED").count();
    assert_eq!(last.stopped().0, Some(0));
    must_be_proved(folder.path(), &database);
    must_tell_all(folder.path(), &database, accepted);
}

/// The journal has an entry for each registration.
fn must_tell_all(folder: &Path, database: &str, accepted: usize) {
    let export = run(folder, &["--database-url", database, "journal", "export"]);
    let recorded = String::from_utf8(export.stdout).unwrap().lines().filter(|line| line.contains("\"REGISTRATION_RECORDED\"")).count();
    assert_eq!(recorded, accepted, "as many entries as registrations");
}

on_both!(Data::Empty => nothing_acknowledged_is_lost);
