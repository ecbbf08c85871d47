//! Open data out: what an export holds is what the register holds, it comes back without a change, and what is asked wrongly is told.

use std::cell::Cell;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use yeollam::access::Role;
use yeollam::ask::{Question, Remote, Shown, ask};
use yeollam::generate::{self, Request};
use yeollam::import::run::{Counts, Options, Outcome, Runner};
use yeollam::import::{AgencyScope, ImportPolicy, ImportStatus, Incoming, Mapping};

use crate::harness::program::run;
use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

/// The answer at a path: status, headers, bytes.
async fn got(server: &Server, path: &str) -> (StatusCode, reqwest::header::HeaderMap, Vec<u8>) {
    let response = server.request(Method::GET, path).send().await.unwrap();
    let (status, headers) = (response.status(), response.headers().clone());
    (status, headers, response.bytes().await.unwrap().to_vec())
}

async fn bytes(server: &Server, path: &str) -> Vec<u8> {
    let (status, _, bytes) = got(server, path).await;
    assert_eq!(status, StatusCode::OK, "{path}: {}", String::from_utf8_lossy(&bytes));
    bytes
}

pub async fn text(server: &Server, path: &str) -> String {
    String::from_utf8(bytes(server, path).await).unwrap()
}

/// The message of a refusal.
async fn refused(server: &Server, path: &str, expected: StatusCode) -> String {
    let (status, _, bytes) = got(server, path).await;
    let body: Value = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{path}: {status} {}", String::from_utf8_lossy(&bytes)));
    assert_eq!(status, expected, "{path}: {body}");
    body["errors"][0]["message"].as_str().unwrap().to_owned()
}

/// Rows of a comma-separated text, header first.
fn rows(text: &str) -> Vec<Vec<String>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let (mut rows, mut row, mut cell, mut is_quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '"' if is_quoted && characters.peek() == Some(&'"') => cell.extend(characters.next()),
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !is_quoted => {}
            '\n' if !is_quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// The cells of a column.
fn column(rows: &[Vec<String>], header: &str) -> Vec<String> {
    let place = rows[0].iter().position(|cell| cell == header).unwrap_or_else(|| panic!("{header} is no column of {:?}", rows[0]));
    rows[1..].iter().map(|row| row[place].clone()).collect()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Imports a document as the command line does.
pub async fn imported(server: &Server, name: &str, bytes: &[u8]) -> Outcome {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let scope = AgencyScope::of(&server.store, None, None).await.unwrap();
    let options = Options { policy: ImportPolicy::RejectAll, is_dry_run: false, is_whole: true, scope, mapping: Mapping::default() };
    let (clock, progress) = (Arc::new(now), Arc::new(|_, _| {}));
    let runner = Runner { store: server.store.clone(), clock, salts: server.salts(), viewer: None, stop: Arc::default(), progress };
    let documents = vec![Incoming::open(name, &path).unwrap()];
    let id = runner.begin(&documents, &options).await.unwrap();
    runner.run(Some(id), &documents, &options).await
}

pub fn told(outcome: &Outcome) -> String {
    format!("{:?} {:?} {:#?}", outcome.status, outcome.counts, outcome.messages.iter().map(ToString::to_string).collect::<Vec<_>>())
}

async fn sheets_say_what_the_register_holds(server: Server) {
    let csv = text(&server, "/export/csv").await;
    assert!(csv.starts_with('\u{feff}'), "so that spreadsheet programs read it as UTF-8");
    let rows = rows(&csv);
    let mut numbers = column(&rows, "등록번호");
    let data = server.query("{ dataFiles(first: 100) { totalCount nodes { registrationNumber } } }", json!({})).await;
    let mut listed: Vec<String> =
        data["dataFiles"]["nodes"].as_array().unwrap().iter().map(|file| file["registrationNumber"].as_str().unwrap().to_owned()).collect();
    numbers.sort();
    listed.sort();
    assert_eq!(numbers, listed, "what lists show");
    insta::allow_duplicates! {
        insta::assert_snapshot!("sheet", rows[..4].iter().map(|row| row.join(" | ")).collect::<Vec<_>>().join("\n"));
    }
    let english = self::rows(&text(&server, "/export/csv?headers=en").await);
    assert_eq!((english[0][2].as_str(), &english[1..]), ("Data file", &rows[1..]));

    let linked: Value = serde_json::from_slice(&bytes(&server, "/export/jsonld").await).unwrap();
    let sets = linked["dcat:dataset"].as_array().unwrap();
    assert_eq!(sets.len(), numbers.len());
    let number = "Y000001-2";
    let set = sets.iter().find(|set| set["dct:identifier"] == number).unwrap();
    insta::allow_duplicates! {
        insta::assert_json_snapshot!("linked", set);
    }
}

async fn tables_have_every_row(server: Server) {
    let manifest: Value = serde_json::from_slice(&bytes(&server, "/export/manifest?format=parquet").await).unwrap();
    let rows = |name: &str| manifest["files"].as_array().unwrap().iter().find(|file| file["name"] == name).unwrap()["rows"].as_u64().unwrap();
    let data = server
        .query(
            "{ agencies { totalCount } organizations { totalCount } statutes { totalCount } dataFiles { totalCount } registrations { totalCount }
               destroyed: dataFiles(filter: {status: {eq: DESTROYED}}) { totalCount } impactAssessments { totalCount } findings(includesEnded: true) { totalCount } }",
            json!({}),
        )
        .await;
    let total = |name: &str| data[name]["totalCount"].as_u64().unwrap();
    assert_eq!(
        ["agencies", "organizations", "statutes", "registrations", "impact_assessments", "findings"].map(|name| rows(&format!("{name}.parquet"))),
        [total("agencies"), total("organizations"), total("statutes"), total("registrations"), total("impactAssessments"), total("findings")]
    );
    assert_eq!(rows("data_files.parquet"), total("dataFiles") + total("destroyed"));
    let table = bytes(&server, "/export/parquet/registrations.parquet").await;
    assert!(table.starts_with(b"PAR1") && table.ends_with(b"PAR1"));
    let known = manifest["files"].as_array().unwrap().iter().find(|file| file["name"] == "registrations.parquet").unwrap();
    let digest: String = Sha256::digest(&table).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((known["sha256"].as_str(), known["bytes"].as_u64()), (Some(digest.as_str()), Some(table.len() as u64)), "the same request gives the same bytes");

    // As comma-separated text, each list within rows is a table of its own.
    let manifest: Value = serde_json::from_slice(&bytes(&server, "/export/manifest?format=csv-tables&headers=en").await).unwrap();
    let items = manifest["files"].as_array().unwrap().iter().find(|file| file["name"] == "registrations.collected_items.csv").unwrap();
    let mut listed = 0;
    let mut after = Value::Null;
    loop {
        let query =
            "query ($after: String) { registrations(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { collectedItems { name } } } }";
        let page = server.query(query, json!({"after": after})).await["registrations"].clone();
        listed += page["nodes"].as_array().unwrap().iter().map(|node| node["collectedItems"].as_array().unwrap().len() as u64).sum::<u64>();
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
    }
    assert_eq!(items["rows"].as_u64(), Some(listed));
    assert!(bytes(&server, "/export/parquet").await.starts_with(b"PK"), "all of them in an archive");
}

async fn whole_files_come_back_byte_for_byte(server: Server) {
    let lines = bytes(&server, "/export/ndjson").await;
    let copy = Server::start(server.backend, Data::Empty).await;
    let outcome = imported(&copy, "files.ndjson", &lines).await;
    assert_eq!(outcome.status, ImportStatus::Completed, "{}", told(&outcome));
    let again = bytes(&copy, "/export/ndjson").await;
    let differs = String::from_utf8_lossy(&lines)
        .lines()
        .zip(String::from_utf8_lossy(&again).lines())
        .find(|(one, other)| one != other)
        .map(|(one, other)| format!("{one}\n{other}"));
    assert!(lines == again, "{differs:?}");
    assert!(!copy.store.lacks_indexes().await.unwrap(), "indexes that a load left out are there again");
    // The same again changes nothing, there or here.
    for server in [&copy, &server] {
        let before = server.sequence().await;
        let outcome = imported(server, "files.ndjson", &lines).await;
        assert_eq!(
            (outcome.status, outcome.counts.new, outcome.counts.amended, outcome.counts.rejected),
            (ImportStatus::Completed, 0, 0, 0),
            "{}",
            told(&outcome)
        );
        assert_eq!(server.sequence().await, before, "the journal has nothing to tell");
    }
}

/// What the regulator adds to a register: names that are one body, and recommendations.
async fn merges_and_recommendations_come_back(server: Server) {
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let known =
        server.query("{ organizations(first: 4, filter: {kind: {eq: COMPANY}}) { nodes { id } } dataFiles(first: 2) { nodes { id } } }", json!({})).await;
    let bodies: Vec<&Value> = known["organizations"]["nodes"].as_array().unwrap().iter().map(|node| &node["id"]).collect();
    let merge = "mutation ($id: ID!, $into: ID!) { organizationMerge(id: $id, intoId: $into) { userErrors { message } } }";
    // Into one that is merged itself afterwards: both then stand for the last.
    for (id, into) in [(0, 1), (1, 2)] {
        let merged = server.query_as(&token, merge, json!({"id": bodies[id], "into": bodies[into]})).await;
        assert_eq!(merged["organizationMerge"]["userErrors"], json!([]));
    }
    let issue = "mutation ($id: ID!, $ground: String!) { recommendationIssue(dataFileId: $id, input: {ground: $ground}) { recommendation { id } userErrors { message } } }";
    let answer = "mutation ($id: ID!) { recommendationAnswer(id: $id, input: {reply: \"고쳤다\", outcome: IMPLEMENTED}) { userErrors { message } } }";
    let admin = server.token(Role::Admin, None, "관리자").await;
    for (file, ground) in [(0, "보유기간이 없다"), (0, "항목이 없다"), (1, "근거가 없다")] {
        let issued = server.query_as(&token, issue, json!({"id": known["dataFiles"]["nodes"][file]["id"], "ground": ground})).await;
        if ground == "항목이 없다" {
            let answered = server.query_as(&admin, answer, json!({"id": issued["recommendationIssue"]["recommendation"]["id"]})).await;
            assert_eq!(answered["recommendationAnswer"]["userErrors"], json!([]), "{issued}");
        }
    }
    let lines = text(&server, "/export/ndjson").await;
    assert_eq!(
        (lines.matches("\"mergedInto\":{").count(), lines.matches("\n{\"recommendation\":").count(), lines.matches("\"reply\":\"고쳤다\"").count()),
        (2, 3, 1)
    );
    let said = "{ organizations(first: 100) { totalCount nodes { id namesAsWritten } } dataFiles(first: 2) { nodes { recommendations { nodes { number ground reply outcome } } } } }";
    let before = server.query(said, json!({})).await;
    let copy = Server::start(server.backend, Data::Empty).await;
    imported(&copy, "files.ndjson", lines.as_bytes()).await;
    assert_eq!(copy.query(said, json!({})).await, before);
    Box::pin(whole_files_come_back_byte_for_byte(server)).await;
}

async fn a_generated_register_comes_back_byte_for_byte(server: Server) {
    generate::generate(&server.store, Request { files: 300, seed: 7, adds: false }, now(), salts(), |_| {})
        .await
        .unwrap_or_else(|error| panic!("{}", error.chain()));
    Box::pin(whole_files_come_back_byte_for_byte(server)).await;
}

async fn sheets_come_back_without_a_change(server: Server) {
    let before = server.sequence().await;
    for path in ["/export/csv", "/export/csv?headers=en", "/export/xlsx"] {
        let sheet = bytes(&server, path).await;
        let name = if path.ends_with("xlsx") { "files.xlsx" } else { "files.csv" };
        let outcome = imported(&server, name, &sheet).await;
        let files = rows(&text(&server, "/export/csv").await).len() as u64 - 1;
        assert_eq!(outcome.counts, Counts { unchanged: files, ..Counts::default() }, "{path}: {}", told(&outcome));
        let warnings: Vec<String> = outcome.messages.iter().map(ToString::to_string).filter(|text| !text.contains("담당자")).collect();
        assert_eq!(warnings, Vec::<String>::new(), "{path}");
    }
    assert_eq!(server.sequence().await, before, "the journal has nothing to tell");
}

async fn a_generated_register_comes_back_from_sheets(server: Server) {
    generate::generate(&server.store, Request { files: 300, seed: 8, adds: false }, now(), salts(), |_| {})
        .await
        .unwrap_or_else(|error| panic!("{}", error.chain()));
    Box::pin(sheets_come_back_without_a_change(server)).await;
}

/// Only what somebody changed in a sheet is amended, however little of the other cells could be read back.
async fn an_edited_cell_is_all_that_changes(server: Server) {
    let csv = text(&server, "/export/csv").await;
    let edited = csv.replacen("신청인 신원 확인", "신청인의 신원 확인", 1);
    assert_ne!(csv, edited);
    let outcome = imported(&server, "files.csv", edited.as_bytes()).await;
    assert_eq!((outcome.counts.amended, outcome.counts.rejected), (1, 0), "{}", told(&outcome));
    let paths: Vec<&Value> = outcome.changes[0]["differences"].as_array().unwrap().iter().map(|difference| &difference["path"]).collect();
    assert_eq!(paths, ["purpose"], "{}", outcome.changes[0]);
    let file = server
        .query(
            "{ dataFile(registrationNumber: \"Y000001-2\") { registration { purpose legalBases { citation article } retention { terms { event } } } } }",
            json!({}),
        )
        .await;
    let registration = &file["dataFile"]["registration"];
    assert!(registration["purpose"].as_str().unwrap().starts_with("신청인의"), "{registration}");
    assert!(registration["legalBases"].as_array().unwrap().len() > 3 && registration["retention"]["terms"][0]["event"].is_string(), "{registration}");
}

/// Rows as comma-separated text.
fn sheet(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| format!("\"{}\"", cell.replace('"', "\"\""));
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",") + "\r\n").collect()
}

/// Whatever is written meanwhile, in one transaction for all files at a time: an export holds all of it or nothing, as of the entry that it states.
async fn an_export_holds_one_moment(server: Server) {
    const PATHS: [&str; 3] = ["/export/csv", "/export/ndjson", "/export/parquet/registrations"];
    let mut quiet: HashMap<(&str, String), Vec<u8>> = HashMap::new();
    let taken = async |path| {
        let (status, headers, bytes) = got(&server, path).await;
        assert_eq!(status, StatusCode::OK, "{path}");
        ((path, headers["yeollam-sequence"].to_str().unwrap().to_owned()), bytes)
    };
    for path in PATHS {
        quiet.extend([taken(path).await]);
    }
    let is_written = Cell::new(false);
    let reading = async {
        let mut exports = Vec::new();
        while !is_written.get() {
            for path in PATHS {
                exports.push(taken(path).await);
            }
        }
        exports
    };
    let writing = async {
        let mut table = rows(&text(&server, "/export/csv").await);
        let purpose = table[0].iter().position(|header| header.contains("목적")).unwrap();
        for round in 1..=5 {
            for row in &mut table[1..] {
                row[purpose] += &format!(" {round}");
            }
            let outcome = imported(&server, "files.csv", sheet(&table).as_bytes()).await;
            assert_eq!((outcome.status, outcome.counts.amended), (ImportStatus::Completed, table.len() as u64 - 1), "{}", told(&outcome));
            for path in PATHS {
                quiet.extend([taken(path).await]);
            }
        }
        is_written.set(true);
    };
    let (exports, ()) = tokio::join!(reading, writing);
    for (asked, bytes) in &exports {
        assert!(quiet.get(asked) == Some(bytes), "{asked:?} is not as it was at that entry");
    }
    let moments: HashSet<&String> = exports.iter().map(|((_, sequence), _)| sequence).collect();
    assert!(moments.len() > 1, "{} exports, all of one moment", exports.len());
}

const HOSTILE: &str = r#"
format: yeollam/1
agencies: [{code: "1000000", name: "=시험청", type: CENTRAL}, {code: "1000001", name: "=시험청", type: CENTRAL}]
dataFiles:
  - agency: "1000000"
    status: REGISTERED
    registrations:
      - {validFrom: 2024-01-01, name: "=HYPERLINK(\"https://example.org\")", purpose: "@SUM(1,2), \"인용\"", collectedItems: [{name: "-주소"}, {name: "성명, 이름"}, {name: "'=따옴표", subject: "+회원"}], retention: {text: "없음"}}
  - agency: "1000001"
    status: DISCLOSED
    registrations:
      - {validFrom: 2024-01-01, name: "＝전각", purpose: "해당 없음", processingMethodText: "_x0041_ 전산", legalBases: [{citation: "'''-법 제3조"}], provisions: [{recipient: "국세청, 경찰서"}]}
"#;

async fn formulas_are_written_as_texts_and_come_back(server: Server) {
    server.import("hostile.yaml", HOSTILE).await.unwrap_or_else(|error| panic!("{error}"));
    let csv = text(&server, "/export/csv").await;
    let rows = rows(&csv);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '＝', '\t', '\r']), "a spreadsheet program takes it for a formula: {cell}");
    }
    assert!(column(&rows, "개인정보파일의 명칭").contains(&"'=HYPERLINK(\"https://example.org\")".to_owned()), "{rows:?}");
    Box::pin(sheets_come_back_without_a_change(server)).await;
}

async fn exports_hold_what_is_asked_for(server: Server) {
    let numbers = async |path: &str| {
        let mut numbers = column(&rows(&text(&server, path).await), "등록번호");
        numbers.sort();
        numbers
    };
    // As a search finds it.
    let filter = json!({"agencyName": "김포", "status": {"in": ["REGISTERED", "DISCLOSED"]}});
    let found = server
        .query(
            "query ($filter: SearchFilter) { search(text: \"회원\", filter: $filter, first: 100) { nodes { registrationNumber } } }",
            json!({"filter": filter}),
        )
        .await;
    let mut expected: Vec<&str> = found["search"]["nodes"].as_array().unwrap().iter().map(|file| file["registrationNumber"].as_str().unwrap()).collect();
    expected.sort_unstable();
    assert!(!expected.is_empty());
    assert_eq!(numbers(&format!("/export/csv?text={}&filter={}", encoded("회원"), encoded(&filter.to_string()))).await, expected);
    assert_eq!(numbers("/export/csv?text=&filter=&asOf=").await.len(), 25, "a form that was left empty asks nothing");

    // As it stood on a day.
    let stood = server.query("{ registrations(asOf: \"2015-01-01\", first: 100) { nodes { dataFile { registrationNumber } } } }", json!({})).await;
    let mut expected: Vec<&str> =
        stood["registrations"]["nodes"].as_array().unwrap().iter().map(|node| node["dataFile"]["registrationNumber"].as_str().unwrap()).collect();
    expected.sort_unstable();
    assert_eq!(numbers("/export/csv?asOf=2015-01-01").await, expected);
    let manifest: Value = serde_json::from_slice(&bytes(&server, "/export/manifest?format=parquet&asOf=2015-01-01").await).unwrap();
    let rows_of = |name: &str| manifest["files"].as_array().unwrap().iter().find(|file| file["name"] == name).unwrap()["rows"].clone();
    assert_eq!([rows_of("registrations.parquet"), rows_of("data_files.parquet")], [json!(expected.len()), json!(expected.len())]);

    // What changed since, destroyed files among it.
    let before = server.sequence().await;
    assert_eq!(numbers(&format!("/export/csv?since={before}")).await, Vec::<String>::new());
    let file = "format: yeollam/1\ndataFiles: [{registrationNumber: Y000001-2, agency: Y000001, status: DESTROYED, registrations: [{changeKind: DESTRUCTION, validFrom: 2026-11-01, name: 파기된 파일}]}]";
    server.import("destroyed.yaml", file).await.unwrap_or_else(|error| panic!("{error}"));
    let changed = rows(&text(&server, &format!("/export/csv?since={before}")).await);
    assert_eq!((column(&changed, "등록번호"), column(&changed, "상태")), (vec!["Y000001-2".to_owned()], vec!["파기".to_owned()]));
    let lines = text(&server, &format!("/export/ndjson?since={before}")).await;
    assert_eq!(lines.lines().filter(|line| line.starts_with("{\"dataFile\"")).count(), 1);
    // With what it refers to, it can be taken into another register.
    let other = Server::start(server.backend, Data::Empty).await;
    let outcome = imported(&other, "files.ndjson", lines.as_bytes()).await;
    assert_eq!((outcome.status, outcome.counts.new), (ImportStatus::Completed, 1), "{}", told(&outcome));
}

async fn a_download_goes_on_where_it_broke_off(server: Server) {
    let sequence = server.sequence().await;
    for format in ["csv", "ndjson"] {
        let whole = text(&server, &format!("/export/{format}")).await;
        let marks = if format == "csv" { whole.split("\r\n").collect::<Vec<_>>() } else { whole.split('\n').collect() };
        // Broken off within a file's line: what is whole of it ends before.
        let is_file = |line: &&&str| if format == "csv" { line.contains(",Y0") || line.contains("-") } else { line.starts_with("{\"dataFile\"") };
        let last = marks.iter().filter(is_file).nth(5).unwrap();
        let number = match format {
            "ndjson" => serde_json::from_str::<Value>(last).unwrap()["dataFile"]["registrationNumber"].as_str().unwrap().to_owned(),
            _ => column(&rows(&whole), "등록번호")[5].clone(),
        };
        let end = match format {
            "ndjson" => whole.find(last).unwrap() + last.len() + 1,
            _ => whole.find(&format!(",{number},")).map(|at| at + whole[at..].find("\r\n").unwrap() + 2).unwrap(),
        };
        let rest = text(&server, &format!("/export/{format}?after={number}&sequence={sequence}")).await;
        assert_eq!(whole[..end].to_owned() + &rest, whole, "{format}");
    }
    let message = refused(&server, "/export/csv?after=Y000001-2&sequence=1", StatusCode::PRECONDITION_FAILED).await;
    assert!(message.contains(&format!("entry {sequence}")), "{message}");
}

async fn what_is_known_is_not_sent_again(server: Server) {
    let (_, headers, _) = got(&server, "/export/csv").await;
    assert_eq!(headers["yeollam-sequence"], server.sequence().await.to_string());
    assert!(headers["content-disposition"].to_str().unwrap().ends_with(".csv\""));
    let known = server.request(Method::GET, "/export/csv").header("if-none-match", &headers["etag"]).send().await.unwrap();
    assert_eq!(known.status(), StatusCode::NOT_MODIFIED);
    let (_, other, _) = got(&server, "/export/csv?headers=en").await;
    assert_ne!(headers["etag"], other["etag"]);
    let head = server.request(Method::HEAD, "/export/xlsx").send().await.unwrap();
    assert!(head.status() == StatusCode::OK && head.headers().get("content-length").is_none_or(|length| length != "0"), "{head:?}");
    let plain = text(&server, "/export/ndjson").await;
    let compressed = server.request(Method::GET, "/export/ndjson").header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(compressed.headers()["content-encoding"], "gzip");
    assert!(compressed.bytes().await.unwrap().len() * 3 < plain.len());
}

async fn what_cannot_be_exported_is_told(server: Server) {
    for (path, part) in [
        ("/export/csw", "csv, csv-tables, xlsx, ndjson, parquet, jsonld, sdl"),
        ("/export/manifest", "format=csv"),
        ("/export/csv?filter=%7B", "`filter` is no JSON"),
        ("/export/csv?filter=%7B%22agencyNam%22%3A%22x%22%7D", "did you mean `agencyName`"),
        ("/export/csv?filter=%7B%22region%22%3A%7B%22eq%22%3A%2299%22%7D%7D", "\"99\" is not the code of a region"),
        ("/export/csv?filter=%5B%5D", "`filter`"),
        ("/export/csv?asOf=2024-02-30", "`asOf`"),
        ("/export/csv?asOf=2024-02-01&text=x", "leave one of them out"),
        ("/export/ndjson?asOf=2024-02-01", "leave asOf out"),
        ("/export/csv?since=-1", "`since`"),
        ("/export/csv?since=99999", "there is no entry 99999"),
        ("/export/csv?after=x", "registration number"),
        ("/export/xlsx?after=Y000001-2", "csv and ndjson can"),
        ("/export/csv?headers=fr", "ko or en"),
        ("/export/csv?colour=red", "There is no parameter `colour`"),
        ("/export/csv?text=x&text=y", "twice"),
        ("/export/parquet/people", "there is no table \"people\""),
        ("/export/csv/agencies", "no single tables"),
        ("/export/sdl?text=x", "leave text"),
    ] {
        let message = refused(&server, path, StatusCode::BAD_REQUEST).await;
        assert!(message.contains(part), "{path}: {message}");
    }
    let deep = encoded(&format!("{}{}", "{\"and\":[".repeat(5_000), "]}".repeat(5_000)));
    let (status, _, _) = got(&server, &format!("/export/csv?filter={}", &deep[..60_000])).await;
    assert!(status.is_client_error(), "{status}");
    let (status, _, _) = got(&server, "/export").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(text(&server, "/export/sdl").await, text(&server, "/schema.graphql").await);
}

/// A statement reads a page of a table with all that is below its rows: their number follows from the pages, never from the rows.
async fn an_export_takes_few_statements(server: Server) {
    server.statements();
    let files = rows(&text(&server, "/export/csv").await).len();
    let statements = server.statements();
    assert!(files > 25 && statements.len() <= 12, "{} statements for {files} files: {statements:#?}", statements.len());
}

async fn lines_that_are_wrong_are_named(server: Server) {
    let lines = text(&server, "/export/ndjson").await;
    let copy = Server::start(server.backend, Data::Empty).await;
    // Cut off, as a download that broke.
    let cut: String = lines.chars().take(lines.chars().count() * 9 / 10).collect();
    let outcome = imported(&copy, "files.ndjson", cut.as_bytes()).await;
    assert_eq!(outcome.status, ImportStatus::Rejected);
    assert!(told(&outcome).contains("the file was cut off"), "{}", told(&outcome));
    // A value that cannot be recorded is told by its line and path, and nothing is recorded.
    let wrong = lines.replacen("\"validFrom\":\"2024-01-25\"", "\"validFrom\":\"2094-01-25\"", 1);
    let line = wrong.lines().position(|line| line.contains("2094-01-25")).unwrap() + 1;
    let outcome = imported(&copy, "files.ndjson", wrong.as_bytes()).await;
    assert_eq!(outcome.status, ImportStatus::Rejected);
    assert!(told(&outcome).contains(&format!("files.ndjson: line {line}: registrations.")), "{line} {}", told(&outcome));
    assert_eq!(copy.sequence().await, 0);
    for (document, part) in [("{\"format\":\"yeollam-lines/2\"}", "this program reads"), ("{\"dataFile\":{\"agency\":1}}", "line 1"), ("\u{0}", "no JSON")] {
        let outcome = imported(&copy, "files.ndjson", document.as_bytes()).await;
        assert!(outcome.status == ImportStatus::Rejected && told(&outcome).contains(part), "{document}: {}", told(&outcome));
    }
}

on_both!(Data::Bundled =>
    sheets_say_what_the_register_holds,
    tables_have_every_row,
    whole_files_come_back_byte_for_byte, merges_and_recommendations_come_back,
    sheets_come_back_without_a_change,
    an_edited_cell_is_all_that_changes,
    an_export_holds_one_moment,
    exports_hold_what_is_asked_for,
    a_download_goes_on_where_it_broke_off,
    what_is_known_is_not_sent_again,
    what_cannot_be_exported_is_told,
    lines_that_are_wrong_are_named,
);
on_both!(Data::Empty =>
    a_generated_register_comes_back_byte_for_byte,
    a_generated_register_comes_back_from_sheets,
    formulas_are_written_as_texts_and_come_back,
);
on_both!(Data::Generated => an_export_takes_few_statements);

/// The commands, on a register of their own.
#[test]
fn the_commands_give_out_what_they_say() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let ran = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let failed = |arguments: &[&str]| {
        let output = run(folder.path(), arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8(output.stderr).unwrap()
    };
    ran(&["migrate", "up"]);
    ran(&["import", concat!(env!("CARGO_MANIFEST_DIR"), "/data/institutions")]);
    ran(&["export", "ndjson", "--out", &path("files.ndjson")]);
    let manifest: Value = serde_json::from_str(&std::fs::read_to_string(path("files.ndjson.manifest.json")).unwrap()).unwrap();
    let digest: String = Sha256::digest(std::fs::read(path("files.ndjson")).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((&manifest["files"][0]["sha256"], &manifest["files"][0]["rows"]), (&json!(digest), &json!(26)));
    assert!(ran(&["import", &path("files.ndjson")]).contains("0 new, 0 amended, 26 unchanged"), "lines are told from a journal");
    ran(&["export", "parquet", "--out", &path("tables")]);
    ran(&["export", "csv-tables", "--out", &path("tables.zip")]);
    assert!(std::fs::read(path("tables/registrations.parquet")).unwrap().starts_with(b"PAR1") && std::fs::read(path("tables.zip")).unwrap().starts_with(b"PK"));
    assert!(!folder.path().join("tables/registrations.parquet.part").exists());
    let found = ran(&["export", "csv", "--text", "회원", "--filter", "{\"agencyName\": \"김포\"}"]);
    assert_eq!(column(&rows(&found), "기관명"), ["김포시"]);
    for (arguments, part) in [
        (["export", "parquet", "--headers", "ko"], "--out"),
        (["export", "csv", "--filter", "{\"agencyNam\": 1}"], "did you mean `agencyName`"),
        (["export", "csv", "--out", "/nowhere/files.csv"], "cannot write /nowhere/files.csv.part"),
        (["export", "csv", "--since", "99999"], "there is no entry 99999"),
    ] {
        let told = failed(&arguments);
        assert!(told.contains(part), "{arguments:?}: {told}");
    }

    let query = "query ($after: String, $first: Int = 7) { dataFiles(first: $first, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { registrationNumber agency { name } } } }";
    std::fs::write(path("files.graphql"), query).unwrap();
    let all = rows(&ran(&["query", &path("files.graphql"), "--format", "csv"]));
    assert_eq!((all[0].as_slice(), all.len()), (["registrationNumber".to_owned(), "agency.name".to_owned()].as_slice(), 26));
    let some: Value = serde_json::from_str(&ran(&["query", &path("files.graphql"), "--format", "json", "--variables", "{\"first\": 25}"])).unwrap();
    assert_eq!(some.as_array().map(Vec::len), Some(25));
    std::fs::write(path("search.graphql"), "{ search(text: \"회원\", first: 2) { nodes { name } } }").unwrap();
    let output = run(folder.path(), &["query", &path("search.graphql")]);
    assert!(output.status.success() && String::from_utf8_lossy(&output.stderr).contains("only the first page is shown"), "{output:?}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4, "header, rule, two rows");
    std::fs::write(path("wrong.graphql"), "{ dataFiles { nodes { nam } } }").unwrap();
    let told = failed(&["query", &path("wrong.graphql")]);
    assert!(told.contains("wrong.graphql: 1:23: ") && told.contains("(GRAPHQL_VALIDATION_FAILED)"), "{told}");
    assert!(failed(&["query", &path("missing.graphql")]).contains("cannot read"));
    assert!(failed(&["query", &path("files.graphql"), "--url", "http://127.0.0.1:1"]).contains("http://127.0.0.1:1/graphql"));
}

/// All pages of a query, asked of a server.
async fn a_query_is_asked_of_a_server(server: Server) {
    let query = "query ($after: String) { dataFiles(first: 10, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { registrationNumber } } }";
    let question = Question { document: query.to_owned(), variables: serde_json::Map::new(), connection: None, shown: Shown::Csv };
    let mut out = Vec::new();
    let pages = std::sync::Mutex::new(Vec::new());
    let remote = Remote::at(server.address(), None).unwrap();
    let asked = ask(&question, &remote, &mut out, &|progress| pages.lock().unwrap().push((progress.rows, progress.total))).await.unwrap();
    assert_eq!((asked.rows, asked.remark), (25, None));
    assert_eq!(*pages.lock().unwrap(), [(10, Some(25)), (20, Some(25)), (25, Some(25))]);
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 26);
}

on_both!(Data::Bundled => a_query_is_asked_of_a_server);
