//! Values that should never have been published: erased from every record that repeats them, from what is searched, from exports and mirrors; and the journal still proves the rest.

use std::io::{BufRead, BufReader, Cursor};
use std::path::PathBuf;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use yeollam::access::{Role, Viewer};
use yeollam::graphql::mutation::Act as _;
use yeollam::identity::{GlobalId, NodeType};
use yeollam::journal::store::Mirrored;
use yeollam::redaction::{MARK, Redacting, erased_with, pattern, place_of, record_of, texts, value_at};
use yeollam::store::{PoolSettings, Store};
use yeollam::vocabulary::Vocabulary as _;

use crate::harness::server::{now, salts};
use crate::harness::{Backend, Data, Server, on_both};

/// What must go.
const SECRET: &str = "지워야할내용";

/// A register in which each kind of text stands somewhere, and the secret in several places.
const REGISTER: &str = r"
format: yeollam/1
sources: [{key: policy, title: 처리방침, publisher: 가람시, readAt: 2026-11-01T00:00:00Z}]
agencies: [{code: T000001, name: 가람시, type: BASIC_GOVERNMENT}]
dataFiles:
  - agency: T000001
    status: REGISTERED
    registrations:
      - {validFrom: 2020-01-01, name: 수강생 명부, purpose: 지워야할내용, collectedItems: [{name: 성명}, {name: 지워야할내용}]}
      - validFrom: 2024-01-01
        reason: 항목 추가
        name: 수강생 명부
        purpose: 지워야할내용
        processingMethodText: 전산 처리
        collectionMethod: 누리집
        retention: {text: '수료 후 3년. 다만, 재수강하는 경우 회원 탈퇴 시'}
        processingDepartment: {name: 교육과, phones: ['1', '2']}
        accessDesk: {department: 민원과, phones: ['3', '4'], email: a@city.example, fax: '5', address: 가람로 1}
        informationSystem: 학습관리시스템
        legalBases: [{citation: 평생교육법 제16조제1항제2호}]
        collectedItems: [{name: 성명, subject: 수강생, marker: 일반정보}, {name: 지워야할내용}, {name: 연락처, subject: 보호자}]
        accessRestrictions: [{scope: 평가 기록, text: 시험 중}]
        provisions: [{recipient: 국세청, material: 명단, purpose: 과세, itemsText: '성명, 연락처', items: [{name: 성명, subject: 수강생}, {name: 연락처}], retention: {text: 5년}, legalBases: [{citation: 국세기본법 제81조의13}], frequency: 매년, method: 전산, note: 비고}]
        entrustments: [{entrustee: (주)전산, task: 운영, itemsText: 성명, periodText: 계약 종료 시까지, subEntrustees: [(주)하청]}]
        sources: [{path: purpose, document: policy, span: 제3조, note: 지워야할내용}]
policies:
  - agency: T000001
    title: 개인정보 처리방침
    revisions:
      - {effectiveFrom: 2024-01-01, sections: [], officers: [{role: PRIVACY_OFFICER, name: 지워야할내용, position: 국장}, {role: DEPARTMENT, department: 정보과}]}
      - effectiveFrom: 2025-01-01
        periodText: 2025년부터
        publishedUrl: https://city.example/privacy
        sections: [{kind: PURPOSE, heading: 처리 목적, state: STATED}, {kind: OFFICER, heading: 책임자, state: STATED}]
        dataFiles: [T000001-1]
        labels: [{kind: PURPOSE, text: 수강 관리}]
        collectedItems: [{name: 접속기록, subject: 방문자, activity: 누리집 이용}]
        provisions: [{recipient: 국세청, material: 명단, purpose: 과세, itemsText: 성명, items: [{name: 성명, subject: 수강생}], retention: {text: 5년}, legalBases: [{citation: 국세기본법 제81조의13}], frequency: 매년, method: 전산, note: 비고}]
        entrustments: [{entrustee: (주)전산, task: 운영, itemsText: 성명, periodText: 1년}]
        officers: [{role: DEPARTMENT, department: 정보과, phones: ['6', '7']}, {role: PRIVACY_OFFICER, roleText: 총괄 책임자, name: 지워야할내용, position: 국장, grade: 3급, email: b@city.example, fax: '8'}]
        accessDesk: {department: 민원과, phones: ['9'], email: c@city.example, fax: '10', address: 가람로 1}
        rights: [{right: ACCESS, methods: [서면, 전자우편], byAgent: 위임장, form: 별지 제8호, limits: 제35조④}]
        remedies: [{name: 침해신고센터, operator: 한국인터넷진흥원, task: 상담, url: https://help.example, phones: ['118'], address: 나루로 2}, {name: 분쟁조정위원회}]
        appeals: [{name: 중앙행정심판위원회, operator: 국민권익위원회, task: 심판, url: https://appeal.example, phones: ['110'], address: 다솜로 3}]
        safeguards: [{kind: TECHNICAL, measure: 암호화}]
        disposal: {procedure: 책임자의 승인, methods: [{medium: PAPER, method: 파쇄}]}
        autoCollection: [{name: 쿠키, purpose: 편의, refusal: 설정에서 거부}]
        impactAssessmentText: 해당 없음
        videoDevices: [{kind: FIXED, location: 로비, purpose: 시설 안전, legalBases: [{citation: 개인정보 보호법 제25조제1항제4호}], hours: 24시간, retention: {text: 30일}, storagePlace: 관리실, managedBy: 시설과, viewingPlace: 민원실, note: 안내판 있음}]
        entrustedBy: [{entruster: 교육부, task: 자격 관리}]
        sources: [{path: officers, document: policy, span: 제7조, note: 표}]
impactAssessments:
  - {agency: T000001, year: 2024, dataFiles: [{registrationNumber: T000001-1, nameAsWritten: 수강생 DB}], assessor: (주)평가, assessedItems: [성명, 연락처], outcome: 적정, summary: 요약, summaryUrl: https://city.example/summary, sources: [{document: policy, span: 제9조}]}
";

struct Register {
    server: Server,
    admin: String,
}

impl Register {
    async fn start(server: Server) -> Self {
        server.import("register.yaml", REGISTER).await.unwrap_or_else(|failure| panic!("{failure}"));
        let admin = server.token(Role::Admin, None, "관리자").await;
        Self { server, admin }
    }

    async fn redact(&self, id: &Value, path: &str, reason: &str) -> Value {
        let document = "mutation ($id: ID!, $path: String!, $reason: String!) { redact(nodeId: $id, path: $path, reason: $reason) { node { id } userErrors { field code message } } }";
        self.server.query_as(&self.admin, document, json!({"id": id, "path": path, "reason": reason})).await["redact"].take()
    }

    /// Ids of the second registration, the second revision and the assessment.
    async fn ids(&self) -> [Value; 3] {
        let document = "{ dataFile(registrationNumber: \"T000001-1\") { registration { id } } privacyPolicies { nodes { current { id } } } impactAssessments { nodes { id } } }";
        let data = self.server.query(document, json!({})).await;
        [&data["dataFile"]["registration"]["id"], &data["privacyPolicies"]["nodes"][0]["current"]["id"], &data["impactAssessments"]["nodes"][0]["id"]]
            .map(Clone::clone)
    }
}

async fn record(server: &Server, id: &Value) -> (NodeType, Value) {
    let id = GlobalId::parse(id.as_str().unwrap()).unwrap();
    (id.node_type, record_of(server.store.db(), id.node_type, id.key).await.unwrap().unwrap())
}

/// Whether the secret is anywhere in the database: on SQLite in any byte of its files, on PostgreSQL in any value of any table.
async fn is_stored(server: &Server) -> bool {
    match server.backend {
        Backend::Sqlite => {
            server.store.let_go().await.unwrap();
            let path = server.database_url().trim_start_matches("sqlite:").split('?').next().unwrap().to_owned();
            let holds = |path: &str| {
                let bytes = std::fs::read(PathBuf::from(path)).unwrap_or_default();
                bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
            };
            holds(&path) || holds(&format!("{path}-wal"))
        }
        Backend::Postgres => {
            let db = server.store.db();
            let text = |sql: String| async move {
                let rows = db.query_all_raw(sea_orm::Statement::from_string(sea_orm::DatabaseBackend::Postgres, sql)).await.unwrap();
                rows.into_iter().map(|row| row.try_get_by_index::<Option<String>>(0).unwrap().unwrap_or_default()).collect::<Vec<_>>()
            };
            for table in text("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'".to_owned()).await {
                if text(format!("SELECT string_agg(row::text, ' ') FROM \"{table}\" row")).await.concat().contains(SECRET) {
                    return true;
                }
            }
            false
        }
    }
}

async fn exported(server: &Server, after: i64) -> String {
    let mut out = Vec::new();
    server.store.export_journal(after, &mut out).await.unwrap();
    String::from_utf8(out).unwrap()
}

async fn mirrored(server: &Server, lines: &str) -> Mirrored {
    let lines = || -> std::io::Result<Box<dyn BufRead + Send>> { Ok(Box::new(BufReader::new(Cursor::new(lines.to_owned().into_bytes())))) };
    server.store.mirror(&lines, now(), salts()).await.unwrap_or_else(|refused| panic!("{refused}"))
}

const EVERYTHING: &str = "{ registrations { nodes { id number purpose collectedItems { name } sources { span note } } } privacyPolicies(first: 2) { nodes { revisions(first: 5) { nodes { id officers { name position } } } } }
    changes(first: 100) { nodes { kind hash nodeId registration { id } redaction { path reason } } } }";

async fn what_is_erased_is_gone_everywhere(server: Server) {
    let register = Register::start(server).await;
    let server = &register.server;
    let early = Server::start(server.backend, Data::Empty).await;
    mirrored(&early, &exported(server, 0).await).await;
    let sequence = server.sequence().await;
    let [registration, revision, _] = register.ids().await;
    // Somebody has applied with it, and the answer is kept.
    let officer = server.token(Role::Agency, Some("T000001"), "가람시 담당자").await;
    let data = server.query("{ agency(code: \"T000001\") { id } dataFile(registrationNumber: \"T000001-1\") { id } }", json!({})).await;
    let apply = "mutation ($agency: ID!, $file: ID!, $purpose: String!) { applicationCreate(agencyId: $agency, kind: AMENDMENT, dataFileId: $file, input: {purpose: $purpose, informationSystem: \"새 시스템\"}) {
        application { id check { registration { purpose } } } } }";
    let variables = json!({"agency": data["agency"]["id"], "file": data["dataFile"]["id"], "purpose": SECRET});
    let applied = server.sent_as(&officer, Some("k"), apply, variables.clone()).await;
    assert!(applied.body.to_string().contains(SECRET), "{applied}");
    assert!(is_stored(server).await && is_stored(&early).await);
    let found = "query ($text: String!) { search(text: $text) { totalCount } }";
    assert_eq!(server.query(found, json!({"text": SECRET})).await["search"]["totalCount"], 1);

    for (id, path) in [(&registration, "purpose"), (&registration, "collectedItems.1.name"), (&registration, "sources.0.note"), (&revision, "officers.1.name")]
    {
        let payload = register.redact(id, path, "개인정보 노출").await;
        assert_eq!(payload, json!({"node": {"id": id}, "userErrors": []}), "{path}");
    }
    assert!(!is_stored(server).await, "nothing of it is left in the database");
    for server in [server, &server.another_at(now()).await] {
        assert_eq!(server.query(found, json!({"text": SECRET})).await["search"]["totalCount"], 0);
        assert_eq!(server.query(found, json!({"text": "수강생"})).await["search"]["totalCount"], 1, "the data file itself is found as before");
    }
    let data = server.query(EVERYTHING, json!({})).await;
    for number in [0, 1] {
        assert_eq!(
            (&data["registrations"]["nodes"][number]["purpose"], &data["registrations"]["nodes"][number]["collectedItems"][1]["name"]),
            (&json!(MARK), &json!(MARK))
        );
    }
    assert_eq!(data["registrations"]["nodes"][1]["sources"], json!([{"span": "제3조", "note": MARK}]));
    let revisions = &data["privacyPolicies"]["nodes"][0]["revisions"]["nodes"];
    assert_eq!(
        (&revisions[0]["officers"][0], &revisions[1]["officers"][1]["name"]),
        (&json!({"name": MARK, "position": "국장"}), &json!(MARK)),
        "in each revision that repeats it"
    );
    // The journal tells, proves what is left, and says nothing of what is gone.
    let told = server.query("query ($since: Count!) { changes(sinceSequence: $since, first: 100) { nodes { kind redaction { path reason } registration { number } node { id } } } }", json!({"since": sequence})).await;
    let told: Vec<&Value> = told["changes"]["nodes"].as_array().unwrap().iter().collect();
    assert_eq!(told.len(), 7, "{told:#?}");
    assert!(told.iter().all(|change| change["kind"] == "VALUE_REDACTED" && change["redaction"]["reason"] == "개인정보 노출"));
    assert_eq!((&told[0]["redaction"]["path"], &told[0]["registration"]["number"]), (&json!("purpose"), &json!(1)));
    let proof = server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    assert_eq!(proof.unsalted, 4 + 3, "the four records' own entries, and those redactions that others followed");
    assert!(!exported(server, 0).await.contains(SECRET) && !data.to_string().contains(SECRET));
    // Sent again the application is answered as before, but for it.
    let again = server.sent_as(&officer, Some("k"), apply, variables).await;
    assert_eq!(again.body.to_string(), applied.body.to_string().replace(SECRET, MARK));
    // A mirror that had it erases it too; a new one never has it.
    assert!(is_stored(&early).await);
    mirrored(&early, &exported(server, sequence).await).await;
    let anew = Server::start(server.backend, Data::Empty).await;
    mirrored(&anew, &exported(server, 0).await).await;
    for mirror in [&early, &anew] {
        assert!(!is_stored(mirror).await);
        assert_eq!(mirror.query(EVERYTHING, json!({})).await, data);
        assert_eq!(mirror.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}")), proof);
    }
    // The document that brought it brings it no more; nor does an amendment of the rest.
    let head = server.sequence().await;
    let report = server.import("register.yaml", REGISTER).await.unwrap_or_else(|failure| panic!("{failure}"));
    assert_eq!((report.registrations, report.changes, server.sequence().await), (0, 0, head));
    assert_eq!(register.redact(&registration, "purpose", "다시").await["userErrors"], json!([]));
    assert_eq!(server.sequence().await, head, "what is erased cannot be erased again");
    let amendment = "mutation ($agency: ID!, $file: ID!) { applicationCreate(agencyId: $agency, kind: AMENDMENT, dataFileId: $file, input: {informationSystem: \"다른 시스템\"}) { application { check { registration { purpose } } } } }";
    let ids = server.query("{ agency(code: \"T000001\") { id } dataFile(registrationNumber: \"T000001-1\") { id } }", json!({})).await;
    let carried = server.query_as(&officer, amendment, json!({"agency": ids["agency"]["id"], "file": ids["dataFile"]["id"]})).await;
    assert_eq!(carried["applicationCreate"]["application"]["check"]["registration"]["purpose"], MARK);
    assert!(!is_stored(server).await);
    assert_eq!(server.store.audit_log().await.unwrap().1, None);
}

async fn what_cannot_be_erased_is_told(server: Server) {
    let register = Register::start(server).await;
    let [registration, revision, assessment] = register.ids().await;
    let ids = register.server.query("{ dataFile(registrationNumber: \"T000001-1\") { id } agency(code: \"T000001\") { id } }", json!({})).await;
    let sequence = register.server.sequence().await;
    let missing = json!("Registration_AAAAAAAAAAAAAAAAAAAAAA");
    for (id, path, reason, field, code) in [
        (&ids["dataFile"]["id"], "name", "사유", "nodeId", "INVALID"),
        (&ids["agency"]["id"], "name", "사유", "nodeId", "INVALID"),
        (&missing, "name", "사유", "nodeId", "NOT_FOUND"),
        (&registration, "purposes", "사유", "path", "NOT_FOUND"),
        (&registration, "", "사유", "path", "NOT_FOUND"),
        (&registration, "collectedItems.9.name", "사유", "path", "NOT_FOUND"),
        (&registration, "collectedItems.99999999999999999999.name", "사유", "path", "NOT_FOUND"),
        (&registration, "collectedItems", "사유", "path", "INVALID"),
        (&registration, "changeKind", "사유", "path", "INVALID"),
        (&registration, "validFrom", "사유", "path", "INVALID"),
        (&registration, "provisions.0.recipient.name", "사유", "path", "INVALID"),
        (&assessment, "year", "사유", "path", "INVALID"),
        (&revision, "officers.1.name", " ", "reason", "REQUIRED"),
        (&revision, "officers.1.name", "지워야할내용의 노출", "reason", "INVALID"),
    ] {
        let payload = register.redact(id, path, reason).await;
        assert_eq!(
            (&payload["node"], &payload["userErrors"][0]["field"], &payload["userErrors"][0]["code"]),
            (&Value::Null, &json!([field]), &json!(code)),
            "{path}: {payload}"
        );
    }
    // A record that was tampered with is not told anew.
    register.server.store.db().execute_unprepared("UPDATE privacy_officer SET grade = '1급' WHERE grade = '3급'").await.unwrap();
    let payload = register.redact(&revision, "officers.1.name", "사유").await;
    assert_eq!((&payload["userErrors"][0]["code"], &payload["userErrors"][0]["field"]), (&json!("CONFLICT"), &json!(["nodeId"])), "{payload}");
    assert_eq!(register.server.sequence().await, sequence);
}

/// Words of closed sets, days, keys and names of bodies: what is no text that could be erased.
const NO_TEXTS: &[&str] = &[
    "agency",
    "changeKind",
    "validFrom",
    "registeredOn",
    "countedOn",
    "operationStartedOn",
    "completeness",
    "processingMethod",
    "requirement",
    "class",
    "kind",
    "lawfulGround",
    "ground",
    "statute.name",
    "recipient.name",
    "entrustee.name",
    "subEntrustees.#.name",
    "entruster.name",
    "assessor.name",
    "startsOn",
    "endsOn",
    "effectiveFrom",
    "effectiveUntil",
    "announcedOn",
    "state",
    "role",
    "right",
    "medium",
    "dataFiles.#",
    "dataFiles.#.registrationNumber",
    "trigger",
    "assessedFrom",
    "assessedUntil",
    "sources.#.path",
    "sources.#.document",
];

async fn every_text_of_a_record_can_be_erased(server: Server) {
    let mut records = Vec::new();
    for (list, below) in [("registrations", "id"), ("impactAssessments", "id"), ("privacyPolicies", "revisions(first: 100) { nodes { id } }")] {
        let mut after = Value::Null;
        loop {
            let document =
                format!("query ($after: String) {{ {list}(first: 100, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {below} }} }} }}");
            let page = server.query(&document, json!({"after": after})).await[list].take();
            for node in page["nodes"].as_array().unwrap() {
                records.extend(
                    node["revisions"]["nodes"]
                        .as_array()
                        .map_or_else(|| vec![node["id"].clone()], |revisions| revisions.iter().map(|revision| revision["id"].clone()).collect()),
                );
            }
            if page["pageInfo"]["hasNextPage"] != true {
                break;
            }
            after = page["pageInfo"]["endCursor"].clone();
        }
    }
    assert!(records.len() > 30, "{}", records.len());
    for id in records {
        let (of, record) = record(&server, &id).await;
        for (path, text) in texts(&record) {
            let pattern = pattern(&path).0;
            let is_none = NO_TEXTS.iter().any(|end| pattern == *end || pattern.ends_with(&format!(".{end}")));
            assert!(
                place_of(of, &path).is_some() != is_none,
                "{path} of a {}, \"{text}\": give it a line in src/redaction/place.rs, or say here that it is no text",
                of.as_str()
            );
        }
    }
}

/// Through a store that no search index follows: what is written is waited for by nobody, a hundred times over.
async fn each_text_is_erased_and_nothing_else(server: Server) {
    let register = Register::start(server).await;
    let store = Store::connect(register.server.database_url(), &PoolSettings::default()).await.unwrap();
    let (token, _) = register.server.token_until(Role::Admin, None, "관리자", now(), None).await;
    let viewer = Viewer { token, name: "관리자".to_owned(), role: Role::Admin, agency: None };
    let salts = salts();
    let mut erased = 0;
    for id in register.ids().await {
        let (of, before) = record(&register.server, &id).await;
        let paths: Vec<String> = texts(&before).into_iter().map(|(path, _)| path).filter(|path| place_of(of, path).is_some()).collect();
        let mut expected = before;
        for path in paths {
            let Some(value) = value_at(&expected, &path).and_then(Value::as_str).filter(|value| *value != MARK).map(str::to_owned) else { continue };
            let act = Redacting { record: GlobalId::parse(id.as_str().unwrap()).unwrap(), path: path.clone(), reason: "시험 삼아".to_owned() };
            let mut write = store.write(now(), salts.clone()).await.unwrap();
            let (_, problems) = act.carry_out(&mut write, &viewer).await.unwrap_or_else(|error| panic!("{path}: {}", error.chain()));
            assert!(problems.is_empty(), "{path}: {problems:?}");
            write.commit().await.unwrap();
            for path in erased_with(&expected, &pattern(&path).0, &value) {
                let pointer = format!("/{}", path.replace('.', "/"));
                *expected.pointer_mut(&pointer).unwrap() = json!(MARK);
            }
            assert_eq!(record(&register.server, &id).await.1, expected, "{path}");
            erased += 1;
        }
    }
    assert!(erased > 100, "{erased}");
    register.server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    let mirror = Server::start(register.server.backend, Data::Empty).await;
    mirrored(&mirror, &exported(&register.server, 0).await).await;
}

on_both!(Data::Empty => what_is_erased_is_gone_everywhere, what_cannot_be_erased_is_told, each_text_is_erased_and_nothing_else);
on_both!(Data::Bundled => every_text_of_a_record_can_be_erased);
