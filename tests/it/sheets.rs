//! Sheets: what rows state is registered, the same again changes nothing, an edited sheet amends, and what cannot be recorded is told by its row.

use std::sync::Arc;

use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::import::run::{Counts, Options, Outcome, Runner};
use yeollam::import::{AgencyScope, ImportPolicy, ImportStatus, Incoming, Mapping};

use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

/// The official portal's export for an agency of the bundled data.
const PORTAL: &str = "개인정보파일 목록,,,,,,,,,,,
,,,,,,,,,,,
기관명,부서명,담당자,개인정보파일의 명칭,개인정보파일의 운영 근거,\"개인정보파일 운영목적 \",개인정보파일에 기록되는 개인정보의 항목,개인정보의 처리방법,개인정보의 보유기간,보유수량 (정보주체 수),\"개인정보를 통상적 또는 반복적으로 제공하는 경우 그 제공받는 자\",열람요구 접수·처리 부서
김포시,총무과,비공개,시험 회원 명부,정보주체 동의,회원 관리,\"필수: 성명, 연락처, 선택: 주소\",전산자료,회원 탈퇴 시,\"1,234\",없음,총무과
김포시,세정과,비공개,시험 납세자 명부,지방세기본법 제10조,세금 부과,\"성명, 주민등록번호\",전산자료 및 문서자료,5년,-,\"국세청, 경찰서\",세정과
";

#[derive(Clone, Copy)]
struct Wanted<'w> {
    policy: ImportPolicy,
    is_dry_run: bool,
    is_whole: bool,
    agency: Option<&'w str>,
    map: &'w [&'w str],
}

const ALL: Wanted<'static> = Wanted { policy: ImportPolicy::RejectAll, is_dry_run: false, is_whole: true, agency: None, map: &[] };

/// Imports documents as the command line does; the key of the run with what it came to.
async fn run(server: &Server, documents: &[(&str, &[u8])], wanted: &Wanted<'_>) -> (uuid::Uuid, Outcome) {
    let folder = tempfile::tempdir().unwrap();
    let documents: Vec<Incoming> = documents
        .iter()
        .map(|(name, bytes)| {
            let path = folder.path().join(name);
            std::fs::write(&path, bytes).unwrap();
            Incoming::open(name, &path).unwrap()
        })
        .collect();
    let scope = AgencyScope::of(&server.store, None, wanted.agency).await.unwrap();
    let mapping = Mapping::of(&wanted.map.iter().map(|&map| map.to_owned()).collect::<Vec<_>>()).unwrap();
    let options = Options { policy: wanted.policy, is_dry_run: wanted.is_dry_run, is_whole: wanted.is_whole, scope, mapping };
    let (clock, progress) = (Arc::new(now), Arc::new(|_, _| {}));
    let runner = Runner { store: server.store.clone(), clock, salts: server.salts(), viewer: None, stop: Arc::default(), progress };
    let id = runner.begin(&documents, &options).await.unwrap();
    (id, runner.run(Some(id), &documents, &options).await)
}

fn counted(new: u64, amended: u64, unchanged: u64, rejected: u64) -> Counts {
    Counts { new, amended, unchanged, rejected }
}

fn texts(outcome: &Outcome) -> Vec<String> {
    outcome.messages.iter().map(ToString::to_string).collect()
}

async fn a_sheet_is_registered_once(server: Server) {
    let (_, outcome) = run(&server, &[("목록.csv", PORTAL.as_bytes())], &ALL).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(2, 0, 0, 0)), "{:#?}", texts(&outcome));
    let document = "{ agency(code: \"4090000\") { dataFiles(first: 100, filter: {name: {contains: \"시험 \"}}) { nodes {
        registrationNumber name status registration {
          changeKind validFrom completeness purpose processingMethod processingMethodText dataSubjectCount retention { text class } processingDepartment { name } accessDesk { department }
          legalBases { citation isConsent statute { name } article } collectedItems { name requirement uniqueIdentifier }
          provisions(statedFor: [DATA_FILE]) { nodes { recipient { name kind } } }
          sources(path: \"\") { document span note }
        } } } } }";
    let answer = server.query(document, json!({})).await;
    insta::allow_duplicates! { insta::assert_json_snapshot!("portal_sheet", answer) };
    let sequence = server.sequence().await;
    // The same again, in another encoding, and the next day.
    let cp949 = encoding_rs::EUC_KR.encode(PORTAL).0.into_owned();
    for bytes in [PORTAL.as_bytes(), &cp949] {
        for is_whole in [true, false] {
            let (_, outcome) = run(&server, &[("목록.csv", bytes)], &Wanted { is_whole, ..ALL }).await;
            assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(0, 0, 2, 0)), "{:#?}", texts(&outcome));
        }
    }
    assert_eq!(server.sequence().await, sequence, "nothing changed");
}

async fn an_edited_sheet_amends(server: Server) {
    run(&server, &[("목록.csv", PORTAL.as_bytes())], &ALL).await;
    let sequence = server.sequence().await;
    let edited = PORTAL.replace("5년", "10년").replace("국세청, 경찰서", "국세청")
        + "김포시,민원과,,시험 민원인 명부,민원 처리에 관한 법률 제8조,민원 처리,성명,전산자료,3년,\"5,000명\",없음,민원과\n";
    let (_, tried) = run(&server, &[("목록.csv", edited.as_bytes())], &Wanted { is_dry_run: true, ..ALL }).await;
    assert_eq!((tried.status, tried.counts), (ImportStatus::Completed, counted(1, 1, 1, 0)), "{:#?}", texts(&tried));
    assert_eq!(server.sequence().await, sequence, "a dry run records nothing");
    let told = texts(&tried).join("\n");
    assert!(
        told.contains("목록.csv: line 5: \"시험 납세자 명부\" would be amended")
            && told.contains("retention RETENTION_LENGTHENED: 5년 → 10년")
            && told.contains("WOULD_ADD"),
        "{told}"
    );
    assert_eq!(tried.changes.len(), 2);
    let (_, outcome) = run(&server, &[("목록.csv", edited.as_bytes())], &ALL).await;
    assert_eq!(outcome.counts, tried.counts, "{:#?}", texts(&outcome));
    // What the sheet says nothing of stays: a list with fewer columns takes nothing away.
    let short = "개인정보파일의 명칭,보유기간\n시험 납세자 명부,3년\n";
    let (_, outcome) = run(&server, &[("a.csv", short.as_bytes())], &Wanted { agency: Some("4090000"), ..ALL }).await;
    assert_eq!(outcome.counts, counted(0, 1, 0, 0), "{:#?}", texts(&outcome));
    let document = "{ dataFiles(filter: {name: {eq: \"시험 납세자 명부\"}}) { nodes { registrations { nodes { number changeKind purpose retention { text } } } registration { retention { text } purpose collectedItems { name } } } } }";
    let answer = server.query(document, json!({})).await;
    let file = &answer["dataFiles"]["nodes"][0];
    assert_eq!(
        file["registration"],
        json!({"retention": {"text": "3년"}, "purpose": "세금 부과", "collectedItems": [{"name": "성명"}, {"name": "주민등록번호"}]})
    );
    assert_eq!(file["registrations"]["nodes"].as_array().unwrap().len(), 3, "{file:#}");
}

async fn what_cannot_be_recorded_is_told_by_its_row(server: Server) {
    let long = "가".repeat(400);
    let sheet = format!(
        "기관명,개인정보파일의 명칭,운영근거,보유수량,관리번호\n김포시,시험 하나,동의,많음,1\n없는청,시험 둘,동의,,2\n김포시,{long},동의,,3\n,시험 셋,동의,,4\n김포시,시험 하나,조례,,5\n"
    );
    let sequence = server.sequence().await;
    let (id, outcome) = run(&server, &[("목록.csv", sheet.as_bytes())], &ALL).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Rejected, counted(0, 0, 0, 3)), "{:#?}", texts(&outcome));
    assert_eq!(server.sequence().await, sequence);
    insta::allow_duplicates! { insta::assert_snapshot!("rows_that_cannot_be_recorded", texts(&outcome).join("\n")) };
    let admin = server.token(Role::Admin, None, "관리자").await;
    let global = yeollam::identity::GlobalId::new(yeollam::identity::NodeType::Import, id).to_string();
    let document = "query ($id: ID!) { import(id: $id) { id status policy isDryRun startedAt finishedAt newCount rejectedCount sources { name sha256 bytes } messages(first: 2) { totalCount pageInfo { hasNextPage } nodes { document place phase severity code text } } } node(id: $id) { id } }";
    let seen = server.query_as(&admin, document, json!({"id": global})).await;
    assert_eq!(seen["import"]["messages"]["totalCount"], json!(texts(&outcome).len()), "{seen:#}");
    assert_eq!((&seen["import"]["status"], &seen["node"]["id"], &seen["import"]["rejectedCount"]), (&json!("REJECTED"), &json!(global), &json!(3)));
    let mut walked = Vec::new();
    let mut after = Value::Null;
    loop {
        let page =
            "query ($id: ID!, $after: String) { import(id: $id) { messages(first: 2, after: $after) { pageInfo { hasNextPage endCursor } nodes { text } } } }";
        let page = server.query_as(&admin, page, json!({"id": global, "after": after})).await["import"]["messages"].take();
        walked.extend(page["nodes"].as_array().unwrap().iter().map(|message| message["text"].as_str().unwrap().to_owned()));
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!(walked, outcome.messages.iter().map(|message| message.text.clone()).collect::<Vec<_>>());
    // Of the command line: neither the public nor an agency sees it.
    let agency = server.token(Role::Agency, Some("4090000"), "담당자").await;
    let hidden = json!({"import": null, "node": null});
    assert_eq!(server.query(document, json!({"id": global})).await, hidden);
    assert_eq!(server.query_as(&agency, document, json!({"id": global})).await, hidden);
    // By rows, the good ones are recorded; the same again goes on from there.
    let by_rows = Wanted { policy: ImportPolicy::RejectRows, ..ALL };
    for expected in [counted(2, 0, 0, 3), counted(0, 0, 2, 3)] {
        let (_, outcome) = run(&server, &[("목록.csv", sheet.as_bytes())], &by_rows).await;
        assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, expected), "{:#?}", texts(&outcome));
    }
}

const SHORT: &str = "개인정보파일명,영향평가 수행연도,평가결과\n시험 셋,2024,적합\n";

/// Impact assessments of files that the same document, or the register, has.
async fn assessments_are_recorded_for_their_files(server: Server) {
    let list = "기관명,개인정보파일의 명칭,운영근거,보유기간,개인정보처리시스템명\n김포시,시험 하나,정보주체 동의,2년,시험시스템\n김포시,시험 둘,정보주체 동의,2년,시험시스템\n김포시,시험 셋,정보주체 동의,2년,\n";
    let assessed = "기관명,개인정보처리시스템명,개인정보파일명,평가기관,평가기간,평가결과,점수,수행 사유,요약본 URL\n김포시,시험시스템,시험 하나,시험평가(주),2023.5.1. ~ 2023.6.30.,적합,92점,5만명 이상,https://example.go.kr/1\n김포시,시험시스템,시험 둘,시험평가(주),2023.5.1. ~ 2023.6.30.,적합,92점,5만명 이상,https://example.go.kr/1\n김포시,,시험 셋,,2024,,,,\n";
    let both = format!("{list}\n{assessed}");
    // What the run itself brings is known to a dry run too.
    let (_, tried) = run(&server, &[("목록.csv", both.as_bytes())], &Wanted { is_dry_run: true, ..ALL }).await;
    assert_eq!((tried.status, tried.counts), (ImportStatus::Completed, counted(5, 0, 0, 0)), "{:#?}", texts(&tried));
    // The assessments come first by name, and are recorded after the files all the same.
    let documents = [("가.csv", assessed.as_bytes()), ("나.csv", list.as_bytes())];
    let (_, outcome) = run(&server, &documents, &ALL).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(5, 0, 0, 0)), "{:#?}", texts(&outcome));
    let document = "{ dataFiles(filter: {name: {contains: \"시험 \"}}) { nodes { name impactAssessments { nodes {
        year assessedFrom assessedUntil trigger assessor { name } outcome summaryUrl dataFiles { nodes { name } } sources(path: \"\") { document span } } } } } }";
    let answer = server.query(document, json!({})).await;
    let of = |name: &str| {
        let files = answer["dataFiles"]["nodes"].as_array().unwrap();
        files.iter().find(|file| file["name"] == name).unwrap()["impactAssessments"]["nodes"].clone()
    };
    let whole = json!([{
        "year": 2023, "assessedFrom": "2023-05-01", "assessedUntil": "2023-06-30", "trigger": "SENSITIVE_50K", "assessor": {"name": "시험평가(주)"}, "outcome": "적합, 92점",
        "summaryUrl": "https://example.go.kr/1", "dataFiles": {"nodes": [{"name": "시험 둘"}, {"name": "시험 하나"}]}, "sources": [{"document": "가.csv", "span": "줄 2-3"}],
    }]);
    assert_eq!((of("시험 하나"), of("시험 둘")), (whole.clone(), whole));
    assert_eq!((&of("시험 셋")[0]["year"], &of("시험 셋")[0]["assessedFrom"]), (&json!(2024), &Value::Null));
    let sequence = server.sequence().await;
    let (_, again) = run(&server, &documents, &ALL).await;
    assert_eq!((again.status, again.counts), (ImportStatus::Completed, counted(0, 0, 5, 0)), "{:#?}", texts(&again));
    // A table with fewer columns takes nothing away.
    let short = async |is_dry_run| run(&server, &[("다.csv", SHORT.as_bytes())], &Wanted { agency: Some("4090000"), is_dry_run, ..ALL }).await;
    let (_, tried) = short(true).await;
    let would = "line 2: \"시험 셋, assessed in 2024\" would be amended: outcome ADDED: - → 적합 (WOULD_AMEND)";
    assert!(texts(&tried).join("\n").contains(would), "{:#?}", texts(&tried));
    assert_eq!((tried.counts, server.sequence().await), (counted(0, 1, 0, 0), sequence));
    assert_eq!((short(false).await.1.counts, short(false).await.1.counts), (counted(0, 1, 0, 0), counted(0, 0, 1, 0)));
    // Both documents are its sources; neither takes the other's place when it comes again.
    let sources = || async {
        let document =
            "{ dataFiles(filter: {name: {eq: \"시험 셋\"}}) { nodes { impactAssessments { nodes { outcome sources(path: \"\") { document span } } } } } }";
        server.query(document, json!({})).await["dataFiles"]["nodes"][0]["impactAssessments"]["nodes"].clone()
    };
    let both = json!([{"outcome": "적합", "sources": [{"document": "가.csv", "span": "줄 4"}, {"document": "다.csv", "span": "줄 2"}]}]);
    assert_eq!(sources().await, both);
    let sequence = server.sequence().await;
    let (_, again) = run(&server, &documents, &ALL).await;
    assert_eq!((again.counts, server.sequence().await, sources().await), (counted(0, 0, 5, 0), sequence, both));
    // Systems name their files; what the register lacks, and what is no year, is told by its row.
    let wrong = "개인정보처리시스템명,평가연도,평가기관,수행 사유\n시험시스템,작년,시험평가(주),기타\n없는시스템,2024,,\n";
    let (_, outcome) = run(&server, &[("라.csv", wrong.as_bytes())], &Wanted { agency: Some("4090000"), policy: ImportPolicy::RejectRows, ..ALL }).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(1, 0, 0, 1)), "{:#?}", texts(&outcome));
    let told = texts(&outcome).join("\n");
    for part in [
        "라.csv: line 2: \"작년\" is neither the year nor the days of an assessment: write 2024, or 2024-05-01 ~ 2024-06-30 (NOT_UNDERSTOOD)",
        "line 2: \"기타\" is none of the grounds of Decree 제35조",
        "line 3: 김포시 (4090000) has no file \"없는시스템\": import the list of its files first",
    ] {
        assert!(told.contains(part), "{part}\n{told}");
    }
}

async fn documents_of_several_kinds_are_one_run(server: Server) {
    let native = "format: yeollam/1\nagencies:\n  - {code: T000001, name: 시험청, type: CENTRAL}\n";
    let sheet = "파일명,근거\n명부,동의\n";
    let broken = "파일명,근거\n,동의\n";
    let wanted = Wanted { agency: Some("4090000"), ..ALL };
    let (_, outcome) = run(&server, &[("a.yaml", native.as_bytes()), ("b.csv", broken.as_bytes())], &wanted).await;
    assert_eq!(outcome.status, ImportStatus::Rejected, "{:#?}", texts(&outcome));
    assert_eq!(server.query("{ agency(code: \"T000001\") { name } }", json!({})).await, json!({"agency": null}), "nothing of the run is kept");
    let (_, outcome) = run(&server, &[("a.yaml", native.as_bytes()), ("b.csv", sheet.as_bytes())], &wanted).await;
    assert_eq!((outcome.status, outcome.counts.new), (ImportStatus::Completed, 1), "{:#?}", texts(&outcome));
    assert_eq!(server.query("{ agency(code: \"T000001\") { name } }", json!({})).await, json!({"agency": {"name": "시험청"}}));
    let (_, outcome) = run(&server, &[("a.yaml", b"format: yeollam/2"), ("b.pdf", b"%PDF-1.7"), ("c.csv", sheet.as_bytes())], &wanted).await;
    assert_eq!((outcome.status, outcome.messages.len()), (ImportStatus::Rejected, 2), "{:#?}", texts(&outcome));
}

async fn a_policy_is_registered_once(server: Server) {
    let policy = include_str!("../../reading/tests/policies/pipes.txt");
    let wanted = Wanted { agency: Some("4090000"), ..ALL };
    let (_, outcome) = run(&server, &[("처리방침.txt", policy.as_bytes())], &Wanted { is_dry_run: true, ..wanted }).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(3, 0, 0, 0)), "{:#?}", texts(&outcome));
    let sequence = server.sequence().await;
    let (_, outcome) = run(&server, &[("처리방침.txt", policy.as_bytes())], &wanted).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(3, 0, 0, 0)), "two files and a revision: {:#?}", texts(&outcome));
    let recorded = server.sequence().await;
    assert!(recorded > sequence);
    let (_, outcome) = run(&server, &[("처리방침.txt", policy.as_bytes())], &wanted).await;
    assert_eq!((outcome.status, outcome.counts), (ImportStatus::Completed, counted(0, 0, 3, 0)), "{:#?}", texts(&outcome));
    assert_eq!(server.sequence().await, recorded, "nothing changed");
    let document = "{ dataFiles(filter: {name: {eq: \"대출회원 명부\"}}) { nodes { agency { code } status registration { validFrom retention { text } } } } }";
    let answer = server.query(document, json!({})).await;
    assert_eq!(answer["dataFiles"]["nodes"][0]["registration"], json!({"validFrom": "2021-01-01", "retention": {"text": "탈퇴 시 또는 3년"}}), "{answer:#}");
    // Without an agency it is that of the name in the policy, which the register does not know.
    let (_, outcome) = run(&server, &[("처리방침.txt", policy.as_bytes())], &ALL).await;
    assert_eq!((outcome.status, outcome.messages[0].code.as_str()), (ImportStatus::Rejected, "AGENCY_NOT_FOUND"), "{:#?}", texts(&outcome));
}

async fn a_run_that_is_gone_is_interrupted(server: Server) {
    let mut write = server.store.write(now(), server.salts()).await.unwrap();
    let id = write.import_begun(None, ImportPolicy::RejectRows, false, &[]).await.unwrap();
    write.commit().await.unwrap();
    let later = |seconds| now() + chrono::TimeDelta::seconds(seconds);
    assert_eq!(server.store.interrupt_lost_imports(later(50)).await.unwrap(), 0);
    server.store.import_alive(id, later(50)).await.unwrap();
    assert_eq!(server.store.interrupt_lost_imports(later(100)).await.unwrap(), 0, "it was seen at work");
    assert_eq!(server.store.interrupt_lost_imports(later(111)).await.unwrap(), 1);
    let admin = server.token(Role::Admin, None, "관리자").await;
    let global = yeollam::identity::GlobalId::new(yeollam::identity::NodeType::Import, id).to_string();
    let seen = server.query_as(&admin, "query ($id: ID!) { import(id: $id) { status finishedAt } }", json!({"id": global})).await;
    assert_eq!(seen["import"]["status"], json!("INTERRUPTED"), "{seen}");
    let stopped = Value::Null;
    assert_ne!(seen["import"]["finishedAt"], stopped);
}

on_both!(Data::Bundled => a_sheet_is_registered_once, an_edited_sheet_amends, what_cannot_be_recorded_is_told_by_its_row, documents_of_several_kinds_are_one_run, a_policy_is_registered_once, assessments_are_recorded_for_their_files, a_run_that_is_gone_is_interrupted);
