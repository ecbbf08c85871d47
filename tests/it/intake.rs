//! Documents over HTTP: who may send them, how the run is told of, what is refused, and what becomes of runs when the server stops.

use std::time::{Duration, Instant};

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::identity::{GlobalId, NodeType};

use crate::harness::{Data, Server, on_both};

const SHEET: &str = "기관명,개인정보파일의 명칭,운영근거,보유기간\n김포시,시험 명부,정보주체 동의,2년\n김포시,시험 대장,정보주체 동의,3년\n";

/// Status and body of what is answered to a document.
async fn sent(server: &Server, token: &str, query: &str, body: impl Into<reqwest::Body>) -> (StatusCode, Value) {
    let mut request = server.request(Method::POST, &format!("/import?{query}")).header("content-type", "text/csv").body(body);
    if !token.is_empty() {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    let response = request.send().await.unwrap();
    let status = response.status();
    (status, response.json().await.unwrap())
}

/// The import with that id, once it has ended.
async fn ended(server: &Server, token: &str, id: &Value) -> Value {
    let document = "query ($id: ID!) { import(id: $id) { status isDryRun policy newCount amendedCount unchangedCount rejectedCount finishedAt sources { name bytes } messages(first: 100) { nodes { place severity code text } } } }";
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        let import = server.query_as(token, document, json!({"id": id})).await["import"].take();
        if import["status"] != "RUNNING" {
            return import;
        }
        assert!(Instant::now() < deadline, "{import:#}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn counts(import: &Value) -> [i64; 4] {
    ["newCount", "amendedCount", "unchangedCount", "rejectedCount"].map(|count| import[count].as_i64().unwrap())
}

async fn documents_are_taken_by_role(server: Server) {
    let agency = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let above = server.token(Role::Agency, Some("6410000"), "경기도 담당자").await;
    let stranger = server.token(Role::Agency, Some("6110000"), "다른 기관 담당자").await;
    let regulator = server.token(Role::Regulator, None, "위원회 담당자").await;
    let admin = server.token(Role::Admin, None, "관리자").await;
    for (token, status, code) in [("", 401, "UNAUTHENTICATED"), ("ylm_x", 401, "UNAUTHENTICATED")] {
        let (answered, body) = sent(&server, token, "filename=a.csv", SHEET).await;
        assert_eq!((answered.as_u16(), &body["errors"][0]["extensions"]["code"]), (status, &json!(code)), "{body}");
    }
    let (status, body) = sent(&server, &stranger, "filename=a.csv&agency=4090000", SHEET).await;
    assert_eq!((status.as_u16(), &body["errors"][0]["extensions"]["code"]), (403, &json!("FORBIDDEN")), "{body}");
    // By the names in its rows it is told row by row, and nothing is recorded.
    let sequence = server.sequence().await;
    let (status, body) = sent(&server, &stranger, "filename=a.csv", SHEET).await;
    assert_eq!(status.as_u16(), 202, "{body}");
    let import = ended(&server, &stranger, &body["id"]).await;
    assert_eq!((&import["status"], counts(&import)), (&json!("REJECTED"), [0, 0, 0, 2]), "{import:#}");
    assert_eq!(import["messages"]["nodes"][0]["code"], json!("AGENCY_FORBIDDEN"));
    assert_eq!(server.sequence().await, sequence);
    let mut expected = [2, 0, 0, 0];
    for token in [&agency, &above, &regulator, &admin] {
        let (status, body) = sent(&server, token, "filename=a.csv", SHEET).await;
        assert_eq!(status.as_u16(), 202, "{body}");
        let import = ended(&server, token, &body["id"]).await;
        assert_eq!((&import["status"], counts(&import)), (&json!("COMPLETED"), expected), "{import:#}");
        expected = [0, 0, 2, 0];
        // Its own agency and those above see it; the regulator's is none of theirs.
        for (viewer, is_seen) in [(&admin, true), (&stranger, false), (&above, token == &agency || token == &above), (&agency, token == &agency)] {
            let seen = server.query_as(viewer, "query ($id: ID!) { import(id: $id) { status } }", json!({"id": body["id"]})).await;
            assert_eq!(!seen["import"].is_null(), is_seen, "{seen}");
        }
        assert_eq!(
            server.query("query ($id: ID!) { import(id: $id) { status } node(id: $id) { id } }", json!({"id": body["id"]})).await,
            json!({"import": null, "node": null})
        );
    }
    let feed = server
        .query(
            "query ($since: Count!) { changes(first: 100, sinceSequence: $since) { nodes { kind node { ... on DataFile { name } } } } }",
            json!({"since": sequence}),
        )
        .await;
    let names: Vec<&str> = feed["changes"]["nodes"].as_array().unwrap().iter().filter_map(|change| change["node"]["name"].as_str()).collect();
    assert_eq!(names, ["시험 명부", "시험 대장"], "{feed:#}");
    let (log, broken) = server.store.audit_log().await.unwrap();
    assert_eq!(broken, None);
    let imports: Vec<&str> = log.iter().map(|entry| entry.action.as_str()).filter(|action| action.starts_with("IMPORT")).collect();
    assert_eq!(imports.len(), 10, "five runs began and ended: {imports:?}");
    // A native document may state anything.
    let native = "format: yeollam/1\nagencies:\n  - {code: T000001, name: 시험청, type: CENTRAL}\n";
    let (status, body) = sent(&server, &agency, "filename=a.yaml", native).await;
    assert_eq!(status.as_u16(), 400, "{body}");
    let (_, body) = sent(&server, &regulator, "filename=a.yaml", native).await;
    assert_eq!(ended(&server, &regulator, &body["id"]).await["status"], json!("COMPLETED"));
    assert_eq!(server.query("{ agency(code: \"T000001\") { name } }", json!({})).await["agency"]["name"], json!("시험청"));
}

async fn what_is_asked_is_done(server: Server) {
    let token = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let (_, body) = sent(&server, &token, "filename=a.csv&dryRun=true", SHEET).await;
    let import = ended(&server, &token, &body["id"]).await;
    assert_eq!((&import["status"], &import["isDryRun"], counts(&import)), (&json!("COMPLETED"), &json!(true), [2, 0, 0, 0]), "{import:#}");
    let mixed = format!("{SHEET}김포시,{},조례,1년\n없는청,시험 하나,조례,1년\n", "가".repeat(301));
    let (_, body) = sent(&server, &token, "filename=a.csv", mixed.clone()).await;
    let import = ended(&server, &token, &body["id"]).await;
    assert_eq!((&import["status"], counts(&import)), (&json!("REJECTED"), [0, 0, 0, 2]), "{import:#}");
    let (_, body) = sent(&server, &token, "filename=a.csv&policy=REJECT_ROWS", mixed).await;
    let import = ended(&server, &token, &body["id"]).await;
    assert_eq!((&import["status"], &import["policy"], counts(&import)), (&json!("COMPLETED"), &json!("REJECT_ROWS"), [2, 0, 0, 2]), "{import:#}");
    let headless = "시험 셋,목적\n";
    let (_, body) = sent(&server, &token, "filename=a.csv&agency=4090000&map=A=name;B=purpose", headless).await;
    assert_eq!(counts(&ended(&server, &token, &body["id"]).await), [1, 0, 0, 0]);
    // As a form of a browser, with the name of the file.
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--x\r\ncontent-disposition: form-data; name=\"document\"; filename=\"목록.csv\"\r\ncontent-type: text/csv\r\n\r\n{SHEET}\r\n--x--\r\n"
    );
    let request =
        server.request(Method::POST, "/import").header("content-type", "multipart/form-data; boundary=x").header("authorization", format!("Bearer {token}"));
    let response = request.body(form).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 202);
    let body: Value = response.json().await.unwrap();
    let import = ended(&server, &token, &body["id"]).await;
    assert_eq!((&import["sources"][0]["name"], counts(&import)), (&json!("목록.csv"), [0, 0, 2, 0]), "{import:#}");
}

async fn what_is_no_document_is_refused(server: Server) {
    let token = server.token(Role::Admin, None, "관리자").await;
    for (query, body, status, told) in [
        ("", SHEET, 400, "Name the document"),
        ("filename=%20", SHEET, 400, "Name the document"),
        ("filename=a.csv", "", 400, "The document is empty"),
        ("filename=a.csv&sort=1", SHEET, 400, "There is no parameter `sort`"),
        ("filename=a.csv&dryRun=yes", SHEET, 400, "`dryRun` is true or false"),
        ("filename=a.csv&policy=SOME", SHEET, 400, "REJECT_ALL or REJECT_ROWS"),
        ("filename=a.csv&map=x", SHEET, 400, "is no mapping"),
        ("filename=a.csv&agency=T999999", SHEET, 400, "no agency with the code"),
    ] {
        let (answered, answer) = sent(&server, &token, query, body).await;
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert_eq!(answered.as_u16(), status, "{answer}");
        assert!(message.contains(told), "{query}: {message}");
    }
    let with = |name: &str, value: &str| {
        server.request(Method::POST, "/import?filename=a.csv").header("authorization", format!("Bearer {token}")).header(name.to_owned(), value.to_owned())
    };
    assert_eq!(with("content-encoding", "gzip").body(SHEET).send().await.unwrap().status().as_u16(), 415);
    assert_eq!(with("content-type", "multipart/form-data").body(SHEET).send().await.unwrap().status().as_u16(), 400);
    assert_eq!(with("content-type", "multipart/form-data; boundary=x").body("--x\r\n\r\n").send().await.unwrap().status().as_u16(), 400);
    assert_eq!(server.request(Method::GET, "/import").send().await.unwrap().status().as_u16(), 405);
    // More than is taken: by what is announced, and by what comes.
    let large = vec![b'x'; 300 << 10];
    let chunks = futures_util::stream::iter((0..3).map(move |_| Ok::<_, std::io::Error>(large.clone())));
    let (status, answer) = sent(&server, &token, "filename=a.csv", reqwest::Body::wrap_stream(chunks)).await;
    assert_eq!((status.as_u16(), &answer["errors"][0]["extensions"]["limit"]), (413, &json!(512 << 10)), "{answer}");
    assert_eq!(sent(&server, &token, "filename=a.csv", vec![b'x'; 600 << 10]).await.0.as_u16(), 413);
    // What is taken and cannot be read is told by the run, with what to do about it.
    let compound = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        [&b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"[..], &[0; 600], &name].concat()
    };
    let before = server.sequence().await;
    for (name, bytes, code, told) in [
        ("a.xlsx", b"PK\x03\x04 and nothing else".to_vec(), "UNREADABLE", "is a damaged workbook"),
        ("a.xlsx", compound("EncryptedPackage"), "UNREADABLE", "is protected by a password"),
        ("a.hwp", compound("HwpSummaryInformation"), "UNREADABLE", "is a document of a word processor, which is not read; copy its table"),
        ("a.doc", compound("WordDocument"), "UNREADABLE", "is a document of a word processor, which is not read; copy its table"),
        ("a.csv", vec![0; 900], "UNREADABLE", "holds NUL characters"),
        ("a.txt", vec![0; 900], "UNREADABLE", "holds NUL characters"),
        ("a.txt", "오늘 날씨가 좋습니다.".into(), "NO_SECTIONS", "no heading of a privacy policy"),
        ("a.html", "<html><body><p>안내</p></body></html>".into(), "NO_SECTIONS", "no heading of a privacy policy"),
        ("a.csv", "\n \n".into(), "NO_TABLE", "a header is needed that names the file"),
        ("a.pdf", b"%PDF-1.7 ...".to_vec(), "UNREADABLE", "is a PDF"),
    ] {
        let (_, body) = sent(&server, &token, &format!("filename={name}&agency=4090000"), bytes).await;
        let import = ended(&server, &token, &body["id"]).await;
        let message = &import["messages"]["nodes"][0];
        assert_eq!((&import["status"], &message["code"]), (&json!("REJECTED"), &json!(code)), "{name}: {import:#}");
        assert!(message["text"].as_str().unwrap().contains(told), "{name}: {message}");
    }
    assert_eq!(server.sequence().await, before, "nothing was recorded");
}

async fn a_server_that_stops_leaves_no_run_running(mut server: Server) {
    let token = server.token(Role::Admin, None, "관리자").await;
    let rows: String = (0..1_300).map(|number| format!("김포시,시험 명부 {number},정보주체 동의,2년\n")).collect();
    let sheet = format!("기관명,파일명,근거,보유기간\n{rows}");
    let (status, body) = sent(&server, &token, "filename=a.csv&policy=REJECT_ROWS", sheet.clone()).await;
    assert_eq!(status.as_u16(), 202);
    // Others write meanwhile, and wait no longer than for a batch.
    let started = Instant::now();
    server.token(Role::Admin, None, "다른 관리자").await;
    assert!(started.elapsed() < Duration::from_secs(30));
    server.stop().await;
    let id = GlobalId::parse_as(body["id"].as_str().unwrap(), NodeType::Import).unwrap();
    let viewer = yeollam::access::Viewer { token: id, name: String::new(), role: Role::Admin, agency: None };
    let import = server.store.import_for(&viewer, id).await.unwrap().unwrap();
    assert!(["INTERRUPTED", "COMPLETED"].contains(&import.status.as_str()), "{import:?}");
    assert!(import.finished_at.is_some());
    assert!(import.status == "COMPLETED" || import.new_count < 1_300, "{import:?}");
    assert_eq!(import.new_count % 100, 0, "whole batches are kept: {import:?}");
}

on_both!(Data::Bundled => documents_are_taken_by_role, what_is_asked_is_done, what_is_no_document_is_refused, a_server_that_stops_leaves_no_run_running);
