//! Applications: who may take which step, the whole table of steps, two officers at once, what an accepted one leaves in the register.

use std::collections::BTreeSet;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::future::join_all;
use serde_json::{Value, json};
use yeollam::access::{IdempotentAnswer, Role, Secret};
use yeollam::application::{ApplicationAction, ApplicationStatus, TRANSITIONS};
use yeollam::graphql::admission::limits::Limits;
use yeollam::vocabulary::Vocabulary as _;

use crate::harness::server::{Answer, now, salts};
use crate::harness::{Data, Server, on_both};

const FIELDS: &str = "application { id version status kind returnReason submittedAt decidedAt agency { code } dataFile { registrationNumber } registration { id number changeKind } } userErrors { message field code }";

/// Officers of the register, and the agencies that they act for.
struct Officers {
    agency: String,
    regulator: String,
    agency_id: Value,
}

async fn officers(server: &Server) -> Officers {
    Officers {
        agency: server.token(Role::Agency, Some("4090000"), "김포시 담당자").await,
        regulator: server.token(Role::Regulator, None, "위원회 담당자").await,
        agency_id: agency_id(server, "4090000").await,
    }
}

async fn agency_id(server: &Server, code: &str) -> Value {
    server.query("query ($code: String!) { agency(code: $code) { id } }", json!({"code": code})).await["agency"]["id"].clone()
}

/// Payload of a mutation that must be carried out, or answer user errors.
async fn send(server: &Server, token: &str, mutation: &str, arguments: &str, variables: Value) -> Value {
    let types = [("agency", "ID!"), ("file", "ID"), ("id", "ID!"), ("version", "Int!"), ("input", "RegistrationInput!")];
    let defined: Vec<String> = types.iter().filter(|(name, _)| variables.get(name).is_some()).map(|(name, of)| format!("${name}: {of}")).collect();
    let document = format!("mutation ({}) {{ {mutation}({arguments}) {{ {FIELDS} }} }}", defined.join(", "));
    server.query_as(token, &document, variables).await[mutation].take()
}

async fn create(server: &Server, officers: &Officers, kind: &str, file: Value, input: Value) -> Value {
    let arguments = format!("agencyId: $agency, kind: {kind}, dataFileId: $file, input: $input");
    let payload = send(server, &officers.agency, "applicationCreate", &arguments, json!({"agency": officers.agency_id, "file": file, "input": input})).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    payload["application"].clone()
}

async fn step(server: &Server, token: &str, mutation: &str, application: &Value, more: &str) -> Value {
    let arguments = format!("id: $id, expectedVersion: $version{more}");
    send(server, token, mutation, &arguments, json!({"id": application["id"], "version": application["version"]})).await
}

/// An application that takes its steps without an error.
async fn stepped(server: &Server, token: &str, mutation: &str, application: &Value) -> Value {
    let more = if mutation == "applicationReturn" { ", reason: \"근거 보완\"" } else { "" };
    let payload = step(server, token, mutation, application, more).await;
    assert_eq!(payload["userErrors"], json!([]), "{mutation}: {payload:#}");
    payload["application"].clone()
}

async fn accepted(server: &Server, officers: &Officers, kind: &str, file: Value, input: Value) -> Value {
    let draft = create(server, officers, kind, file, input).await;
    let submitted = stepped(server, &officers.agency, "applicationSubmit", &draft).await;
    stepped(server, &officers.regulator, "applicationAccept", &submitted).await
}

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

async fn an_application_is_never_public(server: Server) {
    let server = server.as_subgraph(Limits::default()).await;
    let officers = officers(&server).await;
    let draft = create(&server, &officers, "NEW", Value::Null, json!({"name": "비공개 신청 명부"})).await;
    let document = "query ($id: ID!) { application(id: $id) { version } node(id: $id) { id } nodes(ids: [$id]) { id } _entities(representations: [{__typename: \"Application\", id: $id}]) { __typename } applications { totalCount nodes { id } } }";
    let nothing = json!({"application": null, "node": null, "nodes": [null], "_entities": [null], "applications": null});
    assert_eq!(server.query(document, json!({"id": draft["id"]})).await, nothing);
    let stranger = server.token(Role::Agency, Some("6110000"), "다른 기관 담당자").await;
    let hidden = json!({"application": null, "node": null, "nodes": [null], "_entities": [null], "applications": {"totalCount": 0, "nodes": []}});
    assert_eq!(server.query_as(&stranger, document, json!({"id": draft["id"]})).await, hidden);
    let above = server.token(Role::Agency, Some("6410000"), "경기도 담당자").await;
    for token in [&officers.agency, &officers.regulator, &above] {
        let seen = server.query_as(token, document, json!({"id": draft["id"]})).await;
        assert_eq!(seen["applications"], json!({"totalCount": 1, "nodes": [{"id": draft["id"]}]}), "{seen}");
        assert_eq!((&seen["application"]["version"], &seen["node"]["id"]), (&json!(1), &draft["id"]));
        assert_eq!(seen["_entities"], json!([{"__typename": "Application"}]));
    }
    let public = server.query("{ search(text: \"비공개 신청\") { totalCount } dataFiles(filter: {name: {contains: \"비공개 신청\"}}) { totalCount } changes(first: 100) { nodes { nodeId } } }", json!({})).await;
    assert_eq!((&public["search"]["totalCount"], &public["dataFiles"]["totalCount"]), (&json!(0), &json!(0)));
    assert!(!public.to_string().contains("Application_"));
    let listed = server.query_as(&officers.agency, "{ applications(filter: {status: {eq: SUBMITTED}}) { totalCount } }", json!({})).await;
    assert_eq!(listed["applications"]["totalCount"], 0);
}

/// What is accepted is in the journal, and proved and mirrored like everything else there; applications and tokens stay where they are.
async fn a_mirror_has_registrations_and_no_applications(server: Server) {
    let officers = officers(&server).await;
    let (number, id) = registered(&server, &officers, "미러에 있을 명부").await;
    accepted(&server, &officers, "AMENDMENT", id.clone(), json!({"purpose": "바뀐 목적", "reason": "변경", "validFrom": "2026-11-10"})).await;
    create(&server, &officers, "NEW", Value::Null, json!({"name": "비공개 신청 명부"})).await;
    server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    let mut lines = Vec::new();
    server.store.export_journal(0, &mut lines).await.unwrap();
    let text = String::from_utf8(lines.clone()).unwrap();
    assert!(text.contains("미러에 있을 명부") && text.contains("바뀐 목적"));
    for private in ["비공개 신청", "김포시 담당자", "위원회 담당자", "ylm_", "api_token", "\"application", "audit_entry", "idempotency_key"] {
        assert!(!text.contains(private), "{private}");
    }
    let mirror = Server::start(server.backend, Data::Empty).await;
    let reader = || -> std::io::Result<Box<dyn std::io::BufRead + Send>> { Ok(Box::new(std::io::Cursor::new(lines.clone()))) };
    mirror.store.mirror(&reader, now(), salts()).await.unwrap_or_else(|refused| panic!("{refused}"));
    mirror.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    let [there, here] = join_all([&server, &mirror].map(|server| server.query(CONTENT, json!({"number": number})))).await.try_into().unwrap();
    assert_eq!(there, here);
    assert!(mirror.store.tokens().await.unwrap().is_empty());
    let admin = mirror.token(Role::Admin, None, "관리자").await;
    let none = mirror.query_as(&admin, "{ applications { totalCount } }", json!({})).await;
    assert_eq!(none["applications"]["totalCount"], 0);
}

async fn only_the_steps_of_the_table_are_taken(server: Server) {
    let officers = officers(&server).await;
    let admin = server.token(Role::Admin, None, "관리자").await;
    let mutations = [
        (ApplicationAction::Update, "applicationUpdate", ", input: {purpose: \"목적\"}"),
        (ApplicationAction::Submit, "applicationSubmit", ""),
        (ApplicationAction::Return, "applicationReturn", ", reason: \"보완\""),
        (ApplicationAction::Accept, "applicationAccept", ""),
        (ApplicationAction::Cancel, "applicationCancel", ""),
    ];
    let mut taken = Vec::new();
    for status in ApplicationStatus::WORDS {
        for (action, mutation, more) in mutations {
            let name = format!("{} {}", status.value, action.as_str());
            let mut application = create(&server, &officers, "NEW", Value::Null, json!({"name": name})).await;
            let way: &[&str] = match status.is {
                ApplicationStatus::Draft => &[],
                ApplicationStatus::Submitted => &["applicationSubmit"],
                ApplicationStatus::Returned => &["applicationSubmit", "applicationReturn"],
                ApplicationStatus::Accepted => &["applicationSubmit", "applicationAccept"],
                ApplicationStatus::Cancelled => &["applicationCancel"],
            };
            for mutation in way {
                application = stepped(&server, &admin, mutation, &application).await;
            }
            assert_eq!(application["status"], status.value);
            let payload = step(&server, &admin, mutation, &application, more).await;
            let is_taken = payload["userErrors"] == json!([]);
            if is_taken {
                let after = ApplicationStatus::from_word(payload["application"]["status"].as_str().unwrap()).unwrap();
                taken.push((status.is, action, after));
                assert_eq!(payload["application"]["version"].as_i64(), application["version"].as_i64().map(|version| version + 1));
            } else {
                assert_eq!(payload["userErrors"][0]["code"], "STATUS_CONFLICT", "{name}: {payload}");
                assert_eq!(payload["application"]["version"], application["version"]);
            }
        }
    }
    assert_eq!(taken, TRANSITIONS.map(|transition| (transition.from, transition.action, transition.to)));
    let (log, broken) = server.store.audit_log().await.unwrap();
    assert!(log.len() > 60 && broken.is_none(), "{} entries, broken at {broken:?}", log.len());
}

async fn the_second_officer_is_told_what_changed(server: Server) {
    let officers = officers(&server).await;
    let other = server.token(Role::Agency, Some("4090000"), "김포시 팀장").await;
    let draft = create(&server, &officers, "NEW", Value::Null, json!({"name": "수강생 명부"})).await;
    let edited = step(&server, &other, "applicationUpdate", &draft, ", input: {purpose: \"교육 운영\", retention: {text: \"5년\"}}").await;
    assert_eq!(edited["application"]["version"], 2);
    let late = step(&server, &officers.agency, "applicationUpdate", &draft, ", input: {purpose: \"다른 목적\"}").await;
    let error = &late["userErrors"][0];
    assert_eq!((&error["code"], &error["field"]), (&json!("VERSION_CONFLICT"), &json!(["expectedVersion"])));
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("김포시 팀장 edited it as version 2, changing purpose, retention"), "{message}");
    assert_eq!(late["application"]["version"], 2, "and sees it as it is");
    for mutation in ["applicationSubmit", "applicationCancel"] {
        assert_eq!(step(&server, &officers.agency, mutation, &draft, "").await["userErrors"][0]["code"], "VERSION_CONFLICT");
    }
}

async fn what_is_accepted_is_registered_at_once(server: Server) {
    let officers = officers(&server).await;
    let before = server.sequence().await;
    let input = json!({
        "name": "평생학습관 수강생 명부", "purpose": "수강 신청과 수료 관리", "retention": {"text": "수료 후 3년"}, "dataSubjectCount": 1200,
        "legalBases": [{"citation": "평생교육법 제16조"}], "collectedItems": [{"name": "성명", "requirement": "REQUIRED"}, {"name": "생년월일"}],
        "provisions": [{"recipient": "국가평생교육진흥원", "items": [{"name": "성명"}]}], "processingDepartment": {"name": "평생교육과", "phones": ["031-980-0000"]},
    });
    let application = accepted(&server, &officers, "NEW", Value::Null, input).await;
    assert_eq!((&application["status"], &application["registration"]["changeKind"]), (&json!("ACCEPTED"), &json!("NEW")));
    let number = application["dataFile"]["registrationNumber"].clone();
    let data = server
        .query(
            "query ($number: String!, $since: Count!) {
              dataFile(registrationNumber: $number) { status registeredOn registration { number completeness validFrom purpose retention { class } provisions { nodes { recipient { name } } } legalBases { statute { name } } } }
              registrations(filter: {name: {eq: \"평생학습관 수강생 명부\"}}) { nodes { id } }
              search(text: \"평생학습관 수강생\") { nodes { registrationNumber } }
              changes(sinceSequence: $since, first: 100) { nodes { kind registration { id } } } }",
            json!({"number": number, "since": before}),
        )
        .await;
    let registration = &data["dataFile"]["registration"];
    assert_eq!((&data["dataFile"]["status"], &data["dataFile"]["registeredOn"]), (&json!("REGISTERED"), &json!("2026-11-22")));
    assert_eq!((&registration["completeness"], &registration["validFrom"]), (&json!("FULL_REGISTRATION"), &json!("2026-11-22")));
    assert_eq!(registration["provisions"]["nodes"][0]["recipient"]["name"], "국가평생교육진흥원");
    assert_eq!(registration["legalBases"][0]["statute"]["name"], "평생교육법");
    assert_eq!(data["registrations"]["nodes"], json!([{"id": application["registration"]["id"]}]));
    assert_eq!(data["search"]["nodes"], json!([{"registrationNumber": number}]));
    let recorded: Vec<&Value> = data["changes"]["nodes"].as_array().unwrap().iter().filter(|change| change["kind"] == "REGISTRATION_RECORDED").collect();
    assert_eq!(recorded, [&json!({"kind": "REGISTRATION_RECORDED", "registration": {"id": application["registration"]["id"]}})]);
    // Of the same name there is no second one.
    let again = create(&server, &officers, "NEW", Value::Null, json!({"name": "평생학습관  수강생 명부"})).await;
    let refused = step(&server, &officers.agency, "applicationSubmit", &again, "").await;
    assert_eq!((&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]), (&json!("CONFLICT"), &json!(["input", "name"])), "{refused}");
    let nameless =
        create(&server, &officers, "NEW", Value::Null, json!({"purpose": "이름이 없다", "collectedItems": [{"name": ""}], "validFrom": "2030-01-01"})).await;
    let refused = step(&server, &officers.agency, "applicationSubmit", &nameless, "").await;
    let told: Vec<(&Value, &Value)> = refused["userErrors"].as_array().unwrap().iter().map(|error| (&error["field"], &error["code"])).collect();
    assert!(
        told.contains(&(&json!(["input", "name"]), &json!("REQUIRED")))
            && told.contains(&(&json!(["input", "collectedItems", "0", "name"]), &json!("REQUIRED"))),
        "{refused:#}"
    );
    assert!(told.contains(&(&json!(["input", "validFrom"]), &json!("INVALID"))), "{refused:#}");
}

/// A file of the agency, registered by an application.
async fn registered(server: &Server, officers: &Officers, name: &str) -> (Value, Value) {
    let input = json!({"name": name, "validFrom": "2026-11-01", "purpose": "목적", "dataSubjectCount": 10, "informationSystem": "시스템", "collectedItems": [{"name": "성명"}], "retention": {"text": "3년"}});
    let number = accepted(server, officers, "NEW", Value::Null, input).await["dataFile"]["registrationNumber"].clone();
    let id =
        server.query("query ($number: String!) { dataFile(registrationNumber: $number) { id } }", json!({"number": number})).await["dataFile"]["id"].clone();
    (number, id)
}

const CONTENT: &str = "query ($number: String!) { dataFile(registrationNumber: $number) { status registeredOn name registration { number changeKind reason validFrom name purpose dataSubjectCount informationSystem
    collectedItems { name } retention { text } differences { path kind } } } }";

async fn what_an_amendment_leaves_out_stays_and_null_clears(server: Server) {
    let officers = officers(&server).await;
    let (number, id) = registered(&server, &officers, "변경될 명부").await;
    let input = json!({"purpose": null, "retention": {"text": "5년"}, "reason": "보유기간 연장"});
    let check = server
        .query(
            "query ($agency: ID!, $file: ID, $input: RegistrationInput!) { registrationCheck(agencyId: $agency, dataFileId: $file, input: $input) { userErrors { code } differences { path kind }
               registration { name purpose collectedItems { name } retention { text } dataFile { registrationNumber } } } }",
            json!({"agency": officers.agency_id, "file": id, "input": input}),
        )
        .await["registrationCheck"]
        .clone();
    let differences = json!([{"path": "purpose", "kind": "REMOVED"}, {"path": "retention", "kind": "RETENTION_LENGTHENED"}]);
    assert_eq!(
        check,
        json!({
            "userErrors": [], "differences": differences,
            "registration": {"name": "변경될 명부", "purpose": null, "collectedItems": [{"name": "성명"}], "retention": {"text": "5년"}, "dataFile": {"registrationNumber": number}},
        })
    );
    let sequence = server.sequence().await;
    accepted(&server, &officers, "AMENDMENT", id.clone(), input).await;
    assert_eq!(server.sequence().await, sequence + 1, "the dry run wrote nothing");
    let file = server.query(CONTENT, json!({"number": number})).await["dataFile"].clone();
    assert_eq!(
        file,
        json!({"status": "REGISTERED", "registeredOn": "2026-11-22", "name": "변경될 명부", "registration": {
            "number": 2, "changeKind": "AMENDMENT", "reason": "보유기간 연장", "validFrom": "2026-11-22", "name": "변경될 명부", "purpose": null, "dataSubjectCount": 10, "informationSystem": "시스템",
            "collectedItems": [{"name": "성명"}], "retention": {"text": "5년"}, "differences": differences,
        }})
    );
    // A correction speaks of the day of what it corrects.
    accepted(&server, &officers, "CORRECTION", id.clone(), json!({"dataSubjectCount": 11})).await;
    let corrected = server.query(CONTENT, json!({"number": number})).await["dataFile"]["registration"].clone();
    assert_eq!(
        (&corrected["changeKind"], &corrected["validFrom"], &corrected["dataSubjectCount"], &corrected["retention"]["text"]),
        (&json!("CORRECTION"), &json!("2026-11-22"), &json!(11), &json!("5년"))
    );
    let cleared = create(&server, &officers, "AMENDMENT", id.clone(), json!({"name": null})).await;
    let refused = step(&server, &officers.agency, "applicationSubmit", &cleared, "").await;
    assert_eq!((&refused["userErrors"][0]["field"], &refused["userErrors"][0]["code"]), (&json!(["input", "name"]), &json!("REQUIRED")), "{refused}");
    let early = create(&server, &officers, "AMENDMENT", id, json!({"validFrom": "2026-11-05"})).await;
    let refused = step(&server, &officers.agency, "applicationSubmit", &early, "").await;
    assert_eq!((&refused["userErrors"][0]["field"], &refused["userErrors"][0]["code"]), (&json!(["input", "validFrom"]), &json!("CONFLICT")), "{refused}");
}

async fn a_destruction_leaves_a_tombstone(server: Server) {
    let officers = officers(&server).await;
    let (number, id) = registered(&server, &officers, "파기될 명부").await;
    let wrong = create(&server, &officers, "DESTRUCTION", id.clone(), json!({"purpose": "다른 목적"})).await;
    assert_eq!(step(&server, &officers.agency, "applicationSubmit", &wrong, "").await["userErrors"][0]["field"], json!(["input", "purpose"]));
    let sequence = server.sequence().await;
    accepted(&server, &officers, "DESTRUCTION", id.clone(), json!({"reason": "보유기간 경과"})).await;
    let document = "query ($number: String!, $since: Count!) { dataFile(registrationNumber: $number) { status registration(asOf: \"2026-11-10\") { purpose } gone: registration(asOf: \"2026-11-22\") { id }
        registrations { nodes { changeKind reason purpose } } } changes(sinceSequence: $since) { nodes { kind } } search(text: \"파기될\") { totalCount } }";
    let data = server.query(document, json!({"number": number, "since": sequence})).await;
    assert_eq!(
        (&data["dataFile"]["status"], &data["dataFile"]["gone"], &data["dataFile"]["registration"]["purpose"]),
        (&json!("DESTROYED"), &Value::Null, &json!("목적"))
    );
    assert_eq!(data["dataFile"]["registrations"]["nodes"][1], json!({"changeKind": "DESTRUCTION", "reason": "보유기간 경과", "purpose": "목적"}));
    assert_eq!((&data["changes"]["nodes"], &data["search"]["totalCount"]), (&json!([{"kind": "DATA_FILE_DESTROYED"}]), &json!(0)));
    // Nothing more is recorded of it; a new file of the name is another one.
    let refused = send(
        &server,
        &officers.agency,
        "applicationCreate",
        "agencyId: $agency, kind: AMENDMENT, dataFileId: $file",
        json!({"agency": officers.agency_id, "file": id}),
    )
    .await;
    assert_eq!(refused["userErrors"][0]["code"], "CONFLICT");
    assert_ne!(registered(&server, &officers, "파기될 명부").await.0, number);
}

async fn a_mutation_that_is_sent_again_is_answered_again(server: Server) {
    let officers = officers(&server).await;
    let document = "mutation ($agency: ID!, $name: String) { applicationCreate(agencyId: $agency, kind: NEW, input: {name: $name}) { application { id version } userErrors { code } } }";
    let variables = json!({"agency": officers.agency_id, "name": "한 번만"});
    let sent = async |token: &str, key: &str, variables: &Value| server.sent_as(token, Some(key), document, variables.clone()).await;
    let first = sent(&officers.agency, "k1", &variables).await;
    let again = sent(&officers.agency, "k1", &variables).await;
    assert!(first.body["data"]["applicationCreate"]["application"]["id"].is_string(), "{first}");
    assert_eq!(first.body, again.body);
    let other = sent(&officers.agency, "k1", &json!({"agency": officers.agency_id, "name": "다른 것"})).await;
    assert_eq!((other.status.as_u16(), code(&other)), (400, "IDEMPOTENCY_KEY_REUSED"), "{other}");
    let colleague = server.token(Role::Agency, Some("4090000"), "동료").await;
    assert_ne!(sent(&colleague, "k1", &variables).await.body, first.body, "a key is its token's own");
    assert_ne!(sent(&officers.agency, "k2", &variables).await.body, first.body);
    assert_eq!(code(&sent(&officers.agency, &"k".repeat(256), &variables).await), "BAD_REQUEST");
    let at_once = join_all((0..6).map(|_| sent(&officers.agency, "k3", &variables))).await;
    let ids: BTreeSet<String> = at_once
        .iter()
        .filter(|answer| code(answer) != "IDEMPOTENCY_KEY_IN_USE")
        .map(|answer| answer.body["data"]["applicationCreate"]["application"]["id"].to_string())
        .collect();
    assert_eq!(ids.len(), 1, "{ids:?}");
    let total = server.query_as(&officers.agency, "{ applications { totalCount } }", json!({})).await["applications"]["totalCount"].clone();
    assert_eq!(total, 4);
}

async fn a_key_is_taken_over_when_its_server_must_be_gone(server: Server) {
    let officers = officers(&server).await;
    let begins = now();
    let token = server.store.viewer(&Secret::parse(&officers.agency).unwrap(), begins).await.unwrap().unwrap().token;
    let begun = async |deadline: u64, after: i64| {
        server.store.begin_idempotent(token, "taken over", [7; 32], Duration::from_secs(deadline), begins + TimeDelta::seconds(after)).await.unwrap()
    };
    assert_eq!(begun(30, 0).await, IdempotentAnswer::New);
    assert_eq!(begun(30, 59).await, IdempotentAnswer::Underway);
    // A server that gives a request two minutes may be at it still.
    assert_eq!(begun(120, 239).await, IdempotentAnswer::Underway);
    assert_eq!(begun(120, 240).await, IdempotentAnswer::New);
    assert_eq!(begun(30, 299).await, IdempotentAnswer::Underway);
    assert_eq!(begun(30, 300).await, IdempotentAnswer::New);
}

async fn parallel_accepts_lose_and_double_nothing(server: Server) {
    let officers = officers(&server).await;
    let mut submitted = Vec::new();
    for index in 0..8 {
        // Two of each name: one of them can be recorded.
        let draft = create(&server, &officers, "NEW", Value::Null, json!({"name": format!("동시 신청 {}", index / 2)})).await;
        submitted.push(stepped(&server, &officers.agency, "applicationSubmit", &draft).await);
    }
    let sequence = server.sequence().await;
    // Each is accepted by two at once.
    let (server, officers) = (&server, &officers);
    let payloads =
        join_all(submitted.iter().chain(&submitted).map(|application| step(server, &officers.regulator, "applicationAccept", application, ""))).await;
    let done = payloads.iter().filter(|payload| payload["userErrors"] == json!([])).count();
    assert_eq!(done, 4, "{payloads:#?}");
    for payload in payloads.iter().filter(|payload| payload["userErrors"] != json!([])) {
        assert!(["VERSION_CONFLICT", "CONFLICT"].contains(&payload["userErrors"][0]["code"].as_str().unwrap()), "{payload}");
    }
    let numbers: BTreeSet<String> =
        payloads.iter().filter_map(|payload| payload["application"]["dataFile"]["registrationNumber"].as_str().map(str::to_owned)).collect();
    assert_eq!(numbers.len(), 4, "{numbers:?}");
    let data = server.query("query ($since: Count!) { dataFiles(filter: {name: {startsWith: \"동시 신청\"}}) { totalCount } changes(sinceSequence: $since) { nodes { kind sequence } } }", json!({"since": sequence})).await;
    assert_eq!((data["dataFiles"]["totalCount"].as_i64(), data["changes"]["nodes"].as_array().map(Vec::len)), (Some(4), Some(4)), "{data}");
    assert_eq!(server.store.audit_log().await.unwrap().1, None);
}

on_both!(
    Data::Bundled => an_application_is_never_public, a_mirror_has_registrations_and_no_applications, only_the_steps_of_the_table_are_taken, the_second_officer_is_told_what_changed,
    what_is_accepted_is_registered_at_once, what_an_amendment_leaves_out_stays_and_null_clears, a_destruction_leaves_a_tombstone, a_mutation_that_is_sent_again_is_answered_again,
    a_key_is_taken_over_when_its_server_must_be_gone, parallel_accepts_lose_and_double_nothing,
);
