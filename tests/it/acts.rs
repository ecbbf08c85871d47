//! What agencies and the regulator record themselves: recommendations with their answers, impact assessments, revisions of privacy policies.

use std::io::{BufRead, BufReader, Cursor};

use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

/// A city with an office and another city; each has a data file.
const CITIES: &str = r"
format: yeollam/1
sources: [{key: policy, title: 처리방침, publisher: 가람시, readAt: 2026-11-01T00:00:00Z}]
agencies:
  - {code: T000001, name: 가람시, type: BASIC_GOVERNMENT}
  - {code: T000002, name: 나루시, type: BASIC_GOVERNMENT}
  - {code: T000004, name: 가람시 보건소, type: LOCAL_AFFILIATE, parent: T000001}
dataFiles:
  - {agency: T000001, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 수강생 명부}]}
  - {agency: T000002, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 회원 명부}]}
  - {agency: T000004, status: REGISTERED, registrations: [{validFrom: 2020-01-01, name: 접종 명부}]}
  - {agency: T000001, status: DESTROYED, registrations: [{validFrom: 2020-01-01, name: 옛 명부}, {validFrom: 2021-01-01, name: 옛 명부, changeKind: DESTRUCTION}]}
impactAssessments:
  - {agency: T000001, year: 2023, dataFiles: [{registrationNumber: T000001-1}], outcome: 적정, sources: [{document: policy, span: 제9조}]}
";

struct Register {
    server: Server,
    officer: String,
    regulator: String,
    agency: Value,
    file: Value,
}

impl Register {
    async fn with_cities(server: Server) -> Self {
        server.import("cities.yaml", CITIES).await.unwrap_or_else(|failure| panic!("{failure}"));
        let officer = server.token(Role::Agency, Some("T000001"), "가람시 담당자").await;
        let regulator = server.token(Role::Regulator, None, "위원회 담당자").await;
        let ids = server.query("{ agency(code: \"T000001\") { id } dataFile(registrationNumber: \"T000001-1\") { id } }", json!({})).await;
        Self { server, officer, regulator, agency: ids["agency"]["id"].clone(), file: ids["dataFile"]["id"].clone() }
    }

    async fn file_id(&self, number: &str) -> Value {
        self.server.query("query ($number: String!) { dataFile(registrationNumber: $number) { id } }", json!({"number": number})).await["dataFile"]["id"]
            .clone()
    }

    async fn agency_id(&self, code: &str) -> Value {
        self.server.query("query ($code: String!) { agency(code: $code) { id } }", json!({"code": code})).await["agency"]["id"].clone()
    }

    /// The payload of a mutation with an id and an input.
    async fn send(&self, token: &str, mutation: &str, argument: &str, of: &str, selection: &str, variables: Value) -> Value {
        let document = format!(
            "mutation ($id: ID!, $input: {of}!) {{ {mutation}({argument}: $id, input: $input) {{ {selection} userErrors {{ field code message }} }} }}"
        );
        self.server.query_as(token, &document, variables).await[mutation].take()
    }

    async fn issue(&self, file: &Value, input: Value) -> Value {
        let selection = "recommendation { id number ground issuedOn reply answeredOn outcome agency { code } dataFile { registrationNumber } }";
        self.send(&self.regulator, "recommendationIssue", "dataFileId", "RecommendationInput", selection, json!({"id": file, "input": input})).await
    }

    async fn answer(&self, token: &str, id: &Value, input: Value) -> Value {
        let selection = "recommendation { id reply answeredOn outcome }";
        self.send(token, "recommendationAnswer", "id", "RecommendationAnswerInput", selection, json!({"id": id, "input": input})).await
    }

    async fn assess(&self, agency: &Value, input: Value) -> Value {
        let selection =
            "impactAssessment { id year assessor { name } outcome namesAsWritten assessedItems dataFiles { nodes { registrationNumber } } sources { span } }";
        self.send(&self.officer, "impactAssessmentRecord", "agencyId", "ImpactAssessmentInput", selection, json!({"id": agency, "input": input})).await
    }

    async fn publish(&self, input: Value) -> Value {
        let selection = "policyRevision { id number effectiveFrom policy { id title } }";
        self.send(&self.officer, "privacyPolicyPublish", "agencyId", "PolicyRevisionInput", selection, json!({"id": self.agency, "input": input})).await
    }

    /// The register proved, and the same again in a mirror.
    async fn proved_and_mirrored(&self, document: &str) {
        self.server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
        assert_eq!(self.server.store.audit_log().await.unwrap().1, None);
        let mirror = Server::start(self.server.backend, Data::Empty).await;
        let mut lines = Vec::new();
        self.server.store.export_journal(0, &mut lines).await.unwrap();
        let lines = || -> std::io::Result<Box<dyn BufRead + Send>> { Ok(Box::new(BufReader::new(Cursor::new(lines.clone())))) };
        mirror.store.mirror(&lines, now(), salts()).await.unwrap_or_else(|refused| panic!("{refused}"));
        assert_eq!(mirror.query(document, json!({})).await, self.server.query(document, json!({})).await);
    }
}

fn refused(payload: &Value, field: &str, code: &str) {
    let errors: Vec<(String, &str)> = payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let field: Vec<&str> = error["field"].as_array().into_iter().flatten().map(|part| part.as_str().unwrap()).collect();
            (field.join("."), error["code"].as_str().unwrap())
        })
        .collect();
    assert_eq!(errors, [(field.to_owned(), code)], "{payload:#}");
}

async fn a_recommendation_is_issued_and_answered(server: Server) {
    let register = Register::with_cities(server).await;
    let sequence = register.server.sequence().await;
    let input = json!({"ground": "보유기간이 처리방침과 다르다", "issuedOn": "2026-11-20"});
    let issued = register.issue(&register.file, input.clone()).await;
    assert_eq!(issued["userErrors"], json!([]), "{issued:#}");
    let recommendation = &issued["recommendation"];
    assert_eq!(
        recommendation,
        &json!({"id": recommendation["id"], "number": 1, "ground": "보유기간이 처리방침과 다르다", "issuedOn": "2026-11-20", "reply": null, "answeredOn": null, "outcome": null,
            "agency": {"code": "T000001"}, "dataFile": {"registrationNumber": "T000001-1"}})
    );
    assert_eq!(register.issue(&register.file, input).await, issued, "sent again it is the same one");
    let second = register.issue(&register.file, json!({"ground": "수집 항목이 빠졌다"})).await;
    assert_eq!((&second["recommendation"]["number"], &second["recommendation"]["issuedOn"]), (&json!(2), &json!("2026-11-22")));
    let answer = json!({"reply": "보유기간을 3년으로 고친다", "outcome": "PLANNED", "answeredOn": "2026-11-21"});
    let answered = register.answer(&register.officer, &recommendation["id"], answer.clone()).await;
    assert_eq!(
        answered,
        json!({"recommendation": {"id": recommendation["id"], "reply": "보유기간을 3년으로 고친다", "answeredOn": "2026-11-21", "outcome": "PLANNED"}, "userErrors": []})
    );
    assert_eq!(register.answer(&register.officer, &recommendation["id"], answer).await, answered);
    // Later the agency tells that it is done.
    let done = register.answer(&register.officer, &recommendation["id"], json!({"reply": "고쳤다", "outcome": "IMPLEMENTED"})).await;
    assert_eq!(done["recommendation"]["outcome"], "IMPLEMENTED");
    let document = "{ dataFile(registrationNumber: \"T000001-1\") { recommendations { totalCount nodes { id number ground reply outcome answeredOn } } }
        agency(code: \"T000001\") { recommendations(first: 1) { totalCount nodes { number } pageInfo { hasNextPage } } } agencies { nodes { recommendations(includeSubordinate: true) { totalCount } } } }";
    let data = register.server.query(document, json!({})).await;
    assert_eq!(data["dataFile"]["recommendations"]["nodes"][0]["number"], 2, "the latest first");
    assert_eq!(data["agency"]["recommendations"], json!({"totalCount": 2, "nodes": [{"number": 2}], "pageInfo": {"hasNextPage": true}}));
    let public = register
        .server
        .query(
            "query ($id: ID!, $since: Count!) { node(id: $id) { ... on Recommendation { reply } } changes(sinceSequence: $since) { nodes { kind nodeId node { id } } } }",
            json!({"id": recommendation["id"], "since": sequence}),
        )
        .await;
    assert_eq!(public["node"]["reply"], "고쳤다");
    let kinds: Vec<&Value> = public["changes"]["nodes"].as_array().unwrap().iter().map(|change| &change["kind"]).collect();
    assert_eq!(kinds, ["RECOMMENDATION_ISSUED", "RECOMMENDATION_ISSUED", "RECOMMENDATION_ANSWERED", "RECOMMENDATION_ANSWERED"]);
    register.proved_and_mirrored(document).await;
    // What cannot be.
    for (input, field, code) in [
        (json!({"ground": " "}), "input.ground", "REQUIRED"),
        (json!({"ground": "가".repeat(2001)}), "input.ground", "TOO_LONG"),
        (json!({"ground": "가", "issuedOn": "2026-11-23"}), "input.issuedOn", "INVALID"),
    ] {
        refused(&register.issue(&register.file, input).await, field, code);
    }
    refused(&register.issue(&json!("DataFile_AAAAAAAAAAAAAAAAAAAAAA"), json!({"ground": "가"})).await, "dataFileId", "NOT_FOUND");
    refused(&register.issue(&register.file_id("T000001-2").await, json!({"ground": "가"})).await, "dataFileId", "CONFLICT");
    for (input, field, code) in [
        (json!({"reply": "", "outcome": "DECLINED"}), "input.reply", "REQUIRED"),
        (json!({"reply": "가", "outcome": "DECLINED", "answeredOn": "2026-11-19"}), "input.answeredOn", "CONFLICT"),
        (json!({"reply": "가", "outcome": "DECLINED", "answeredOn": "2026-11-23"}), "input.answeredOn", "INVALID"),
    ] {
        refused(&register.answer(&register.officer, &recommendation["id"], input).await, field, code);
    }
    let missing = json!("Recommendation_AAAAAAAAAAAAAAAAAAAAAA");
    refused(&register.answer(&register.officer, &missing, json!({"reply": "가", "outcome": "DECLINED"})).await, "id", "NOT_FOUND");
}

async fn whoever_operates_the_file_answers(server: Server) {
    let register = Register::with_cities(server).await;
    let issued = register.issue(&register.file, json!({"ground": "고칠 것"})).await["recommendation"]["id"].clone();
    let other = register.server.token(Role::Agency, Some("T000002"), "나루시 담당자").await;
    let office = register.server.token(Role::Agency, Some("T000004"), "보건소 담당자").await;
    let document = "mutation ($id: ID!) { recommendationAnswer(id: $id, input: {reply: \"고쳤다\", outcome: IMPLEMENTED}) { recommendation { outcome } userErrors { code } } }";
    for token in [&other, &office] {
        let answer = register.server.answer_as(token, document, json!({"id": issued})).await;
        assert_eq!(answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    }
    let transfer = "mutation ($on: Date!, $from: ID!, $to: ID!, $file: ID!) { agencySucceed(input: {kind: TRANSFER, on: $on, predecessorIds: [$from], successors: [{agencyId: $to, dataFileIds: [$file]}]}) { userErrors { message } } }";
    let variables = json!({"on": "2026-11-01", "from": register.agency, "to": register.agency_id("T000002").await, "file": register.file});
    assert_eq!(register.server.query_as(&register.regulator, transfer, variables).await["agencySucceed"]["userErrors"], json!([]));
    let answer = register.server.answer_as(&register.officer, document, json!({"id": issued})).await;
    assert_eq!(answer.body["errors"][0]["extensions"]["code"], "FORBIDDEN", "{answer}");
    let answered = register.server.query_as(&other, document, json!({"id": issued})).await;
    assert_eq!(answered["recommendationAnswer"]["recommendation"]["outcome"], "IMPLEMENTED");
    // It was issued to the other one.
    let data = register.server.query("{ agency(code: \"T000001\") { recommendations { totalCount } } }", json!({})).await;
    assert_eq!(data["agency"]["recommendations"]["totalCount"], 1);
}

async fn an_assessment_is_recorded_and_amended(server: Server) {
    let register = Register::with_cities(server).await;
    let office = register.file_id("T000004-1").await;
    let files = json!([{"dataFileId": register.file, "nameAsWritten": "수강생 DB"}, {"dataFileId": office}]);
    let input = json!({"dataFiles": files, "assessedFrom": "2026-03-01", "assessedUntil": "2026-05-31", "trigger": "SUBJECTS_1M", "assessor": "(주)평가", "assessedItems": ["성명", "연락처"],
        "outcome": "개선 필요", "summary": "요약", "summaryUrl": "https://city.example/summary"});
    let payload = register.assess(&register.agency, input.clone()).await;
    let assessment = &payload["impactAssessment"];
    assert_eq!(
        payload,
        json!({"impactAssessment": {"id": assessment["id"], "year": 2026, "assessor": {"name": "(주)평가"}, "outcome": "개선 필요", "namesAsWritten": ["수강생 DB"], "assessedItems": ["성명", "연락처"],
            "dataFiles": {"nodes": [{"registrationNumber": "T000001-1"}, {"registrationNumber": "T000004-1"}]}, "sources": []}, "userErrors": []})
    );
    let sequence = register.server.sequence().await;
    assert_eq!(register.assess(&register.agency, input.clone()).await, payload);
    assert_eq!(register.server.sequence().await, sequence);
    let mut amended = input.clone();
    amended["outcome"] = json!("개선 완료");
    let payload = register.assess(&register.agency, amended).await;
    assert_eq!((&payload["impactAssessment"]["outcome"], &payload["impactAssessment"]["id"]), (&json!("개선 완료"), &assessment["id"]));
    assert_eq!(register.server.sequence().await, sequence + 1);
    // What was imported keeps its sources where nothing changes.
    let imported = json!({"dataFiles": [{"dataFileId": register.file}], "year": 2023, "outcome": "적정"});
    assert_eq!(register.assess(&register.agency, imported).await["impactAssessment"]["sources"], json!([{"span": "제9조"}]));
    let found = register
        .server
        .query(
            "{ search(filter: {isAssessed: true}) { totalCount } dataFile(registrationNumber: \"T000001-1\") { impactAssessments { totalCount } } }",
            json!({}),
        )
        .await;
    assert_eq!(found, json!({"search": {"totalCount": 2}, "dataFile": {"impactAssessments": {"totalCount": 2}}}));
    let with = |name: &str, value: Value| {
        let mut input = input.clone();
        input[name] = value;
        input
    };
    let elsewhere = register.file_id("T000002-1").await;
    for (input, field, code) in [
        (with("dataFiles", json!([])), "input.dataFiles", "REQUIRED"),
        (with("dataFiles", json!([{"dataFileId": register.file}, {"dataFileId": register.file}])), "input.dataFiles.1.dataFileId", "CONFLICT"),
        (with("dataFiles", json!([{"dataFileId": elsewhere}])), "input.dataFiles.0.dataFileId", "NOT_FOUND"),
        (with("assessedUntil", json!("2026-02-01")), "input.assessedUntil", "CONFLICT"),
        (with("year", json!(2020)), "input.year", "CONFLICT"),
        (with("outcome", json!("가".repeat(501))), "input.outcome", "TOO_LONG"),
        (with("assessor", json!("")), "input.assessor", "REQUIRED"),
    ] {
        refused(&register.assess(&register.agency, input).await, field, code);
    }
    refused(&register.assess(&json!("Agency_AAAAAAAAAAAAAAAAAAAAAA"), input).await, "agencyId", "NOT_FOUND");
    register.proved_and_mirrored("{ impactAssessments { nodes { id year outcome assessor { id } assessedItems namesAsWritten sources { span } } } }").await;
}

async fn a_policy_is_published_and_compared(server: Server) {
    let register = Register::with_cities(server).await;
    refused(&register.publish(json!({"effectiveFrom": "2026-01-01"})).await, "input.title", "REQUIRED");
    let first = json!({
        "title": "가람시 개인정보 처리방침", "effectiveFrom": "2026-01-01", "announcedOn": "2025-12-20", "publishedUrl": "https://city.example/privacy", "dataFileIds": [register.file],
        "sections": [{"kind": "PURPOSE", "heading": "처리 목적", "state": "STATED"}, {"kind": "OFFICER", "state": "STATED"}],
        "labels": [{"kind": "PURPOSE", "text": "수강 관리"}], "collectedItems": [{"name": "IP주소", "requirement": "AUTOMATIC", "activity": "누리집 이용"}],
        "provisions": [{"recipient": "국세청", "purpose": "과세", "items": [{"name": "성명"}], "legalBases": [{"citation": "국세기본법 제81조의13"}]}],
        "entrustments": [{"entrustee": "(주)전산", "task": "시스템 운영", "startsOn": "2026-01-01", "subEntrustees": ["(주)하청"]}],
        "officers": [{"role": "PRIVACY_OFFICER", "position": "부시장", "phones": ["031-000-0000"]}, {"role": "PRIVACY_MANAGER", "department": "정보과", "isNameWithheld": true}],
        "accessDesk": {"department": "정보과", "phones": ["031-000-0001"]}, "rights": [{"right": "ACCESS", "methods": ["서면", "전자우편"]}],
        "remedies": [{"name": "개인정보 침해신고센터", "phones": ["118"]}], "appeals": [{"name": "중앙행정심판위원회"}],
        "safeguards": [{"kind": "TECHNICAL", "measure": "암호화"}], "disposal": {"procedure": "책임자의 승인", "methods": [{"medium": "PAPER", "method": "파쇄"}]},
        "autoCollection": [{"name": "쿠키", "refusal": "브라우저 설정"}], "impactAssessmentText": "해당 없음", "videoNoticeCount": 3,
        "videoDevices": [{"kind": "FIXED", "count": 4, "location": "로비", "legalBases": [{"citation": "개인정보 보호법 제25조"}], "retention": {"text": "30일"}, "managedBy": "시설과"}],
        "entrustedBy": [{"entruster": "교육부", "task": "자격 관리"}],
    });
    let payload = register.publish(first.clone()).await;
    assert_eq!(payload["userErrors"], json!([]), "{payload:#}");
    let published = &payload["policyRevision"];
    assert_eq!((&published["number"], &published["policy"]["title"]), (&json!(1), &json!("가람시 개인정보 처리방침")));
    let sequence = register.server.sequence().await;
    assert_eq!(register.publish(first.clone()).await, payload);
    assert_eq!(register.server.sequence().await, sequence, "the same again is no further revision");
    // The next one, of the agency's only policy; it applies from next year on.
    let mut second = first.clone();
    second.as_object_mut().unwrap().remove("title");
    second["effectiveFrom"] = json!("2027-01-01");
    second["safeguards"] = json!([{"kind": "TECHNICAL", "measure": "암호화"}, {"kind": "PHYSICAL", "measure": "출입 통제"}]);
    second["videoDevices"][0]["retention"]["text"] = json!("60일");
    second["provisions"] = json!([]);
    second["officers"][0]["position"] = json!("기획국장");
    let next = register.publish(second).await["policyRevision"].clone();
    assert_eq!((&next["number"], &next["policy"]), (&json!(2), &published["policy"]));
    let document = "query ($policy: ID!, $from: ID!, $to: ID!) { node(id: $policy) { ... on PrivacyPolicy { current { number } revisions { nodes { number differences { path kind } } } compare(fromId: $from, toId: $to) { path kind before after } } } }";
    let compared = register.server.query(document, json!({"policy": next["policy"]["id"], "from": published["id"], "to": next["id"]})).await;
    assert_eq!(compared["node"]["current"]["number"], 1);
    let mut differences: Vec<String> = compared["node"]["compare"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{} {} {} {}", one["path"], one["kind"], one["before"], one["after"]).replace('"', ""))
        .collect();
    differences.sort();
    assert_eq!(
        differences,
        [
            "officers.0.position CHANGED 부시장 기획국장",
            "provisions.0 REMOVED 국세청 null",
            "safeguards.1 ADDED null 출입 통제",
            "videoDevices.0.retention RETENTION_LENGTHENED 30일 60일",
        ]
    );
    let data = register.server.query("{ agency(code: \"T000001\") { provisions { nodes { recipientName purpose items { name } legalBases { statute { name } } } } entrustments { nodes { subEntrustees { name } } } }
        search(text: \"국세청\") { totalCount } }", json!({})).await;
    assert_eq!(
        data["agency"]["provisions"]["nodes"],
        json!([{"recipientName": "국세청", "purpose": "과세", "items": [{"name": "성명"}], "legalBases": [{"statute": {"name": "국세기본법"}}]}])
    );
    assert_eq!((&data["agency"]["entrustments"]["nodes"][0]["subEntrustees"][0]["name"], &data["search"]["totalCount"]), (&json!("(주)하청"), &json!(1)));
    let elsewhere = register.file_id("T000002-1").await;
    let with = |name: &str, value: Value| {
        let mut input = json!({"title": "가람시 개인정보 처리방침", "effectiveFrom": "2026-05-01"});
        input[name] = value;
        input
    };
    for (input, field, code) in [
        (json!({"title": "새 방침"}), "input.effectiveFrom", "REQUIRED"),
        (with("title", json!(" ")), "input.title", "REQUIRED"),
        (with("dataFileIds", json!([elsewhere])), "input.dataFileIds.0", "NOT_FOUND"),
        (with("dataFileIds", json!([register.file, register.file])), "input.dataFileIds.1", "CONFLICT"),
        (with("effectiveUntil", json!("2026-04-01")), "input.effectiveUntil", "CONFLICT"),
        (with("officers", json!([{"role": "PRIVACY_MANAGER", "name": "아무개"}])), "input.officers.0.name", "INVALID"),
        (with("sections", json!([{"kind": "PURPOSE", "state": "STATED"}, {"kind": "PURPOSE", "state": "EMPTY"}])), "input.sections.1.kind", "CONFLICT"),
        (with("safeguards", json!([{"kind": "TECHNICAL", "measure": ""}])), "input.safeguards.0.measure", "REQUIRED"),
    ] {
        refused(&register.publish(input).await, field, code);
    }
    register
        .proved_and_mirrored(
            "{ privacyPolicies(first: 2) { nodes { id title revisions(first: 5) { nodes { id number officers { role position department phones isNameWithheld } safeguards { measure } rights { methods } remedies { name phones } appeals { name }
               videoDevices { location retention { text } legalBases { citation } } entrustedBy { name task } disposal { method } disposalProcedure accessDesk { department } labels { text } collectedItems { name } } } } } }",
        )
        .await;
}

on_both!(
    Data::Empty => a_recommendation_is_issued_and_answered, whoever_operates_the_file_answers, an_assessment_is_recorded_and_amended, a_policy_is_published_and_compared,
);
