//! Agencies that are registered, renamed, merged, split, or hand functions over, and what becomes of their data files.

use futures_util::future::join_all;
use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::{Data, Server, on_both};

/// Three cities below a province; the first has two data files and an office with one, the second one file.
const CITIES: &str = r"
format: yeollam/1
agencies:
  - {code: '6410000', name: 한빛도, type: METROPOLITAN_GOVERNMENT}
  - {code: T000001, name: 가람시, shortName: 가람, type: BASIC_GOVERNMENT, parent: '6410000', aliases: [가람군]}
  - {code: T000002, name: 나루시, type: BASIC_GOVERNMENT, parent: '6410000'}
  - {code: T000003, name: 다솜시, type: BASIC_GOVERNMENT, parent: '6410000'}
  - {code: T000004, name: 가람시 보건소, type: LOCAL_AFFILIATE, parent: T000001}
dataFiles:
  - {agency: T000001, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 수강생 명부, purpose: 수강 관리, dataSubjectCount: 10, collectedItems: [{name: 성명}], retention: {text: 3년}, legalBases: [{citation: 평생교육법 제16조}], provisions: [{recipient: 나루시}]}]}
  - {agency: T000001, status: DISCLOSED, registrations: [{validFrom: 2026-08-01, name: 방문자 명부}]}
  - {agency: T000001, status: DESTROYED, registrations: [{validFrom: 2020-01-01, name: 옛 명부}, {validFrom: 2021-01-01, name: 옛 명부, changeKind: DESTRUCTION}]}
  - {agency: T000002, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 수강생 명부}]}
  - {agency: T000004, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 접종 명부}]}
";

struct Register {
    server: Server,
    token: String,
}

impl Register {
    async fn with_cities(server: Server) -> Self {
        server.import("cities.yaml", CITIES).await.unwrap_or_else(|failure| panic!("{failure}"));
        let token = server.token(Role::Regulator, None, "위원회 담당자").await;
        Self { server, token }
    }

    async fn id(&self, code: &str) -> Value {
        self.server.query("query ($code: String!) { agency(code: $code) { id } }", json!({"code": code})).await["agency"]["id"].clone()
    }

    async fn file(&self, number: &str) -> Value {
        let document = "query ($number: String!) { dataFile(registrationNumber: $number) { id status agency { code } registration { agency { code } changeKind reason validFrom name purpose dataSubjectCount
            collectedItems { name } retention { text } legalBases { citation } provisions { nodes { recipientName } } differences { path } } } }";
        self.server.query(document, json!({"number": number})).await["dataFile"].clone()
    }

    async fn send(&self, mutation: &str, arguments: &str, selection: &str, variables: Value) -> Value {
        let types = [
            ("id", "ID!"),
            (
                "input",
                if mutation == "agencyRename" {
                    "AgencyRenameInput!"
                } else if mutation == "agencySucceed" {
                    "AgencySuccessionInput!"
                } else {
                    "AgencyInput!"
                },
            ),
        ];
        let defined: Vec<String> = types.iter().filter(|(name, _)| variables.get(name).is_some()).map(|(name, of)| format!("${name}: {of}")).collect();
        let document = format!("mutation ({}) {{ {mutation}({arguments}) {{ {selection} userErrors {{ field code message }} }} }}", defined.join(", "));
        self.server.query_as(&self.token, &document, variables).await[mutation].take()
    }

    async fn succeed(&self, input: Value) -> Value {
        let selection = "reorganisation { dataFileCount predecessors { code status successors { on kind agency { code } } } successors { code predecessors { agency { code } } } }";
        self.send("agencySucceed", "input: $input", selection, json!({"input": input})).await
    }

    async fn register(&self, input: Value) -> Value {
        self.send(
            "agencyRegister",
            "input: $input",
            "agency { id code name shortName status type parent { code } region { code } homepage aliases }",
            json!({"input": input}),
        )
        .await
    }

    async fn rename(&self, id: &Value, input: Value) -> Value {
        self.send("agencyRename", "id: $id, input: $input", "agency { code name shortName aliases status }", json!({"id": id, "input": input})).await
    }
}

fn errors(payload: &Value) -> Vec<(String, String)> {
    let error = |error: &Value| {
        let field: Vec<&str> = error["field"].as_array().into_iter().flatten().map(|part| part.as_str().unwrap()).collect();
        (field.join("."), error["code"].as_str().unwrap().to_owned())
    };
    payload["userErrors"].as_array().unwrap().iter().map(error).collect()
}

fn refused(payload: &Value, field: &str, code: &str) {
    assert_eq!(errors(payload), [(field.to_owned(), code.to_owned())], "{payload:#}");
}

async fn what_is_registered_is_there_at_once(server: Server) {
    let register = Register::with_cities(server).await;
    let parent = register.id("T000001").await;
    let sequence = register.server.sequence().await;
    let input = json!({"code": "T000009", "name": " 가람시  도서관 ", "shortName": "가람도서관", "type": "LOCAL_AFFILIATE", "parentId": parent, "region": "41", "homepage": "https://library.example", "aliases": ["시립도서관"]});
    let payload = register.register(input.clone()).await;
    let agency = json!({"code": "T000009", "name": "가람시 도서관", "shortName": "가람도서관", "status": "ACTIVE", "type": "LOCAL_AFFILIATE", "parent": {"code": "T000001"}, "region": {"code": "41"},
        "homepage": "https://library.example", "aliases": ["가람도서관", "시립도서관"], "id": payload["agency"]["id"]});
    assert_eq!(payload, json!({"agency": agency, "userErrors": []}));
    // Sent again it is there, and nothing is recorded.
    assert_eq!(register.register(input.clone()).await, payload);
    assert_eq!(register.server.sequence().await, sequence + 1);
    let below = register
        .server
        .query(
            "query ($id: ID!) { agencies(filter: {subordinateTo: {eq: $id}}) { nodes { code } } suggest(prefix: \"ㄱㄹㄷㅅㄱ\", kinds: [AGENCY]) { text } }",
            json!({"id": parent}),
        )
        .await;
    assert_eq!(below["agencies"]["nodes"].as_array().unwrap().len(), 3, "{below}");
    assert_eq!(below["suggest"][0]["text"], "가람시 도서관", "{below}");
    // An operating unit has a code from here.
    for code in ["Y000001", "Y000002"] {
        let unit = register.register(json!({"name": format!("알림 서비스 {code}"), "type": "OPERATING_UNIT", "parentId": parent})).await;
        assert_eq!(unit["agency"]["code"], code, "{unit}");
    }
    let with = |name: &str, value: Value| {
        let mut input = input.clone();
        input["code"] = json!("T000010");
        input[name] = value;
        input
    };
    for (input, field, code) in [
        (with("code", json!("T000002")), "input.code", "CONFLICT"),
        (with("code", json!("t1")), "input.code", "INVALID"),
        (with("code", Value::Null), "input.code", "REQUIRED"),
        (with("name", json!(" ")), "input.name", "REQUIRED"),
        (with("name", json!("가".repeat(201))), "input.name", "TOO_LONG"),
        (with("region", json!("99")), "input.region", "NOT_FOUND"),
        (with("parentId", json!("Agency_AAAAAAAAAAAAAAAAAAAAAA")), "input.parentId", "NOT_FOUND"),
        (json!({"code": "T000010", "name": "단위", "type": "OPERATING_UNIT"}), "input.parentId", "REQUIRED"),
    ] {
        refused(&register.register(input).await, field, code);
    }
    let log = register.server.store.audit_log().await.unwrap();
    assert_eq!((log.0.iter().filter(|entry| entry.action == "AGENCY_REGISTERED").count(), log.1), (3, None));
}

async fn a_renamed_agency_is_found_by_both_names(server: Server) {
    let register = Register::with_cities(server).await;
    let id = register.id("T000001").await;
    let payload = register.rename(&id, json!({"name": "큰가람시"})).await;
    assert_eq!(
        payload["agency"],
        json!({"code": "T000001", "name": "큰가람시", "shortName": "가람", "aliases": ["가람", "가람군", "가람시"], "status": "ACTIVE"})
    );
    let sequence = register.server.sequence().await;
    assert_eq!(register.rename(&id, json!({"name": "큰가람시"})).await, payload);
    assert_eq!(register.server.sequence().await, sequence, "the same name again is no change");
    for word in ["가람시", "큰가람시"] {
        let found = register.server.query("query ($word: String) { search(text: $word) { totalCount } }", json!({"word": word})).await;
        assert_eq!(found["search"]["totalCount"], 3, "{word}");
    }
    assert_eq!(register.rename(&id, json!({"name": "큰가람시", "shortName": null})).await["agency"]["shortName"], Value::Null);
    refused(&register.rename(&id, json!({"name": ""})).await, "input.name", "REQUIRED");
    refused(&register.rename(&id, json!({"name": "새이름", "reason": "개편"})).await, "input", "INVALID");
    refused(&register.rename(&json!("Agency_AAAAAAAAAAAAAAAAAAAAAA"), json!({"name": "새이름"})).await, "id", "NOT_FOUND");
    refused(&register.rename(&id, json!({"name": "새이름", "code": "T000002"})).await, "input.code", "CONFLICT");
    refused(&register.rename(&id, json!({"name": "새이름", "code": "T00000"})).await, "input.code", "INVALID");
    refused(&register.rename(&id, json!({"name": "새이름", "code": "T000011", "on": "2026-11-23"})).await, "input.on", "INVALID");
    // With a code of its own it is another agency, which takes everything over.
    let input = json!({"name": "가람특별시", "code": "T000011", "on": "2026-07-01", "reason": "특별시 승격"});
    let payload = register.rename(&id, input.clone()).await;
    assert_eq!(
        (&payload["agency"]["code"], &payload["agency"]["name"], &payload["userErrors"]),
        (&json!("T000011"), &json!("가람특별시"), &json!([])),
        "{payload:#}"
    );
    let sequence = register.server.sequence().await;
    assert_eq!(register.rename(&id, input).await["agency"]["code"], "T000011");
    assert_eq!(register.server.sequence().await, sequence, "sent again nothing is recorded");
    let data = register
        .server
        .query("{ agency(code: \"T000001\") { name status dataFiles { totalCount } successors { on kind agency { code parent { code } dataFiles { totalCount } children { nodes { code } } } } } }", json!({}))
        .await;
    assert_eq!(
        data["agency"],
        json!({"name": "큰가람시", "status": "ABOLISHED", "dataFiles": {"totalCount": 0}, "successors": [{"on": "2026-07-01", "kind": "RENAME", "agency": {
            "code": "T000011", "parent": {"code": "6410000"}, "dataFiles": {"totalCount": 2}, "children": {"nodes": [{"code": "T000004"}]}}}]})
    );
    refused(&register.rename(&id, json!({"name": "다시"})).await, "id", "CONFLICT");
}

async fn in_a_merger_everything_goes_over(server: Server) {
    let register = Register::with_cities(server).await;
    let [first, second, third] = [register.id("T000001").await, register.id("T000002").await, register.id("T000003").await];
    let input =
        json!({"kind": "MERGER", "on": "2026-07-01", "predecessorIds": [first, second], "successors": [{"agencyId": third}], "reason": "행정구역 통합"});
    let sequence = register.server.sequence().await;
    // Two clients at once: one of them finds it done.
    let at_once = join_all((0..2).map(|_| register.succeed(input.clone()))).await;
    for payload in &at_once {
        assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
        assert_eq!(
            payload["reorganisation"]["predecessors"],
            json!([
                {"code": "T000001", "status": "ABOLISHED", "successors": [{"on": "2026-07-01", "kind": "MERGER", "agency": {"code": "T000003"}}]},
                {"code": "T000002", "status": "ABOLISHED", "successors": [{"on": "2026-07-01", "kind": "MERGER", "agency": {"code": "T000003"}}]},
            ])
        );
    }
    let mut moved: Vec<i64> = at_once.iter().map(|payload| payload["reorganisation"]["dataFileCount"].as_i64().unwrap()).collect();
    moved.sort_unstable();
    assert_eq!(moved, [0, 3]);
    let kinds =
        register.server.query("query ($since: Count!) { changes(sinceSequence: $since, first: 100) { nodes { kind } } }", json!({"since": sequence})).await;
    let count = |kind: &str| kinds["changes"]["nodes"].as_array().unwrap().iter().filter(|change| change["kind"] == kind).count();
    assert_eq!((count("REGISTRATION_RECORDED"), count("AGENCY_SUCCEEDED"), count("AGENCY_AMENDED")), (3, 2, 3), "{kinds}");
    let file = register.file("T000001-1").await;
    assert_eq!(
        file["registration"],
        json!({"agency": {"code": "T000003"}, "changeKind": "SUCCESSION", "reason": "행정구역 통합", "validFrom": "2026-07-01", "name": "수강생 명부", "purpose": "수강 관리", "dataSubjectCount": 10,
            "collectedItems": [{"name": "성명"}], "retention": {"text": "3년"}, "legalBases": [{"citation": "평생교육법 제16조"}], "provisions": {"nodes": [{"recipientName": "나루시"}]},
            "differences": [{"path": "agency"}]})
    );
    assert_eq!((&file["status"], &file["agency"]["code"]), (&json!("REGISTERED"), &json!("T000003")));
    // Amended after the merger: it goes over from then.
    let later = register.file("T000001-2").await;
    assert_eq!(
        (&later["registration"]["validFrom"], &later["status"], &later["agency"]["code"]),
        (&json!("2026-08-01"), &json!("DISCLOSED"), &json!("T000003"))
    );
    // What was destroyed stays what it was.
    assert_eq!(register.file("T000001-3").await["agency"]["code"], "T000001");
    let data = register
        .server
        .query(
            "query ($third: ID!) { dataFile(registrationNumber: \"T000001-1\") { registration(asOf: \"2026-06-30\") { agency { code } } }
               agency(code: \"T000003\") { dataFileCount(includeSubordinate: true) children { nodes { code } } predecessors { agency { code name } } }
               search(filter: {agency: {in: [$third]}}) { totalCount } registrations(asOf: \"2026-06-30\", filter: {agency: {code: {eq: \"T000001\"}}}) { totalCount } }",
            json!({"third": third}),
        )
        .await;
    assert_eq!(data["dataFile"]["registration"]["agency"]["code"], "T000001");
    assert_eq!(
        data["agency"],
        json!({"dataFileCount": 4, "children": {"nodes": [{"code": "T000004"}]}, "predecessors": [{"agency": {"code": "T000001", "name": "가람시"}}, {"agency": {"code": "T000002", "name": "나루시"}}]})
    );
    assert_eq!((&data["search"]["totalCount"], &data["registrations"]["totalCount"]), (&json!(3), &json!(1)), "{data}");
    register.server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    assert_eq!(register.server.store.audit_log().await.unwrap().1, None);
    // Another merger of what has ended is refused.
    let again = json!({"kind": "MERGER", "on": "2026-08-01", "predecessorIds": [first], "successors": [{"agencyId": third}]});
    refused(&register.succeed(again).await, "input.predecessorIds.0", "CONFLICT");
    refused(
        &register.succeed(json!({"kind": "MERGER", "on": "2026-08-01", "predecessorIds": [third], "successors": [{"agencyId": first}]})).await,
        "input.successors.0.agencyId",
        "CONFLICT",
    );
}

async fn in_a_transfer_named_files_go_over(server: Server) {
    let register = Register::with_cities(server).await;
    let [first, second, office] = [register.id("T000001").await, register.id("T000002").await, register.id("T000004").await];
    let [file, other, elsewhere, gone] = [
        register.file("T000001-1").await["id"].clone(),
        register.file("T000001-2").await["id"].clone(),
        register.file("T000002-1").await["id"].clone(),
        register.file("T000001-3").await["id"].clone(),
    ];
    let transfer = |to: &Value, files: Value| json!({"kind": "TRANSFER", "on": "2026-03-01", "predecessorIds": [first], "successors": [{"agencyId": to, "dataFileIds": files}]});
    let payload = register.succeed(transfer(&second, json!([file]))).await;
    assert_eq!(payload["reorganisation"]["dataFileCount"], 1, "{payload:#}");
    assert_eq!(
        (&register.file("T000001-1").await["agency"]["code"], &register.file("T000001-2").await["agency"]["code"]),
        (&json!("T000002"), &json!("T000001"))
    );
    assert_eq!(payload["reorganisation"]["predecessors"][0]["status"], "ACTIVE");
    let sequence = register.server.sequence().await;
    assert_eq!(register.succeed(transfer(&second, json!([file]))).await["reorganisation"]["dataFileCount"], 0);
    assert_eq!(register.server.sequence().await, sequence);
    // To an agency below it as well.
    assert_eq!(register.succeed(transfer(&office, json!([other]))).await["userErrors"], json!([]));
    for files in [json!([elsewhere]), json!([gone])] {
        refused(&register.succeed(transfer(&second, files)).await, "input.successors.0.dataFileIds.0", "NOT_FOUND");
    }
    refused(&register.succeed(transfer(&second, json!([]))).await, "input.successors.0.dataFileIds", "REQUIRED");
    refused(&register.succeed(transfer(&first, json!([elsewhere]))).await, "input.successors.0.agencyId", "CONFLICT");
    let future = json!({"kind": "TRANSFER", "on": "2026-11-23", "predecessorIds": [second], "successors": [{"agencyId": first, "dataFileIds": [elsewhere]}]});
    refused(&register.succeed(future).await, "input.on", "INVALID");
    refused(
        &register.succeed(json!({"kind": "RENAME", "on": "2026-01-01", "predecessorIds": [first], "successors": [{"agencyId": second}]})).await,
        "input.kind",
        "INVALID",
    );
    // The same id for another type is a request error, as everywhere.
    let wrong = json!({"input": {"kind": "MERGER", "on": "2026-01-01", "predecessorIds": [file], "successors": [{"agencyId": second}]}});
    let answer = register
        .server
        .answer_as(&register.token, "mutation ($input: AgencySuccessionInput!) { agencySucceed(input: $input) { userErrors { code } } }", wrong)
        .await;
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{answer}");
}

async fn a_split_leaves_nothing_behind(server: Server) {
    let register = Register::with_cities(server).await;
    let [first, second, third, office] =
        [register.id("T000001").await, register.id("T000002").await, register.id("T000003").await, register.id("T000004").await];
    let [file, other] = [register.file("T000001-1").await["id"].clone(), register.file("T000001-2").await["id"].clone()];
    let split = |successors: Value| json!({"kind": "SPLIT", "on": "2026-09-01", "predecessorIds": [first], "successors": successors});
    refused(
        &register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": third, "dataFileIds": []}]))).await,
        "input.successors",
        "REQUIRED",
    );
    refused(
        &register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": third, "dataFileIds": [other]}]))).await,
        "input.successors",
        "REQUIRED",
    );
    refused(&register.succeed(split(json!([{"agencyId": second}, {"agencyId": third}]))).await, "input.successors", "INVALID");
    refused(&register.succeed(split(json!([{"agencyId": second}]))).await, "input.successors", "INVALID");
    refused(
        &register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": second}]))).await,
        "input.successors.1.agencyId",
        "CONFLICT",
    );
    refused(
        &register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": office}]))).await,
        "input.successors.1.agencyId",
        "CONFLICT",
    );
    refused(
        &register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": third, "dataFileIds": [file, other]}]))).await,
        "input.successors.1.dataFileIds.0",
        "CONFLICT",
    );
    assert_eq!(register.file("T000001-1").await["agency"]["code"], "T000001", "what is refused leaves nothing");
    let payload = register.succeed(split(json!([{"agencyId": second, "dataFileIds": [file]}, {"agencyId": third}]))).await;
    assert_eq!(payload["reorganisation"]["dataFileCount"], 2, "{payload:#}");
    assert_eq!(
        (&register.file("T000001-1").await["agency"]["code"], &register.file("T000001-2").await["agency"]["code"]),
        (&json!("T000002"), &json!("T000003"))
    );
    let data = register
        .server
        .query("{ agency(code: \"T000004\") { parent { code } } old: agency(code: \"T000001\") { status successors { kind agency { code } } } }", json!({}))
        .await;
    let mut successors: Vec<&Value> = data["old"]["successors"].as_array().unwrap().iter().map(|one| &one["agency"]["code"]).collect();
    successors.sort_by_key(ToString::to_string);
    assert_eq!(successors, ["T000002", "T000003"], "{data}");
    assert_eq!(
        (&data["agency"]["parent"]["code"], &data["old"]["status"], &data["old"]["successors"][0]["kind"]),
        (&json!("T000003"), &json!("ABOLISHED"), &json!("SPLIT"))
    );
    register.server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
}

on_both!(
    Data::Empty => what_is_registered_is_there_at_once, a_renamed_agency_is_found_by_both_names, in_a_merger_everything_goes_over, in_a_transfer_named_files_go_over, a_split_leaves_nothing_behind,
);
