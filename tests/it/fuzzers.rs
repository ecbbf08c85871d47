//! Public fuzzers against the real server: schemathesis, which derives requests from the schema, and graphqler, which follows objects from one request to the next. `./check` installs them.
//! `YEOLLAM_FUZZING` says how much longer than usual they try: that many times.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::process::Command;
use yeollam::access::Role;

use crate::harness::program::Started;
use crate::harness::{Backend, Data, Server, on_both};

#[expect(clippy::disallowed_methods, reason = "what ./check says to the tests")]
fn said(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// The Python into which `./check` installs, where the fuzzers are configured; what they leave goes into a scratch folder.
fn python(scratch: &Path) -> Command {
    let cache = said("XDG_CACHE_HOME").map_or_else(|| PathBuf::from(said("HOME").unwrap()).join(".cache"), PathBuf::from);
    let folder = cache.join("yeollam-tools/bin");
    assert!(folder.join("schemathesis").exists(), "the fuzzers are not installed: ./check does it, into {}", folder.display());
    let mut command = Command::new(folder.join("python"));
    command.current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clients/fuzzing")).kill_on_drop(true);
    command.env("PYTHONDONTWRITEBYTECODE", "1").env("HYPOTHESIS_STORAGE_DIRECTORY", scratch);
    command
}

fn times(usual: u64) -> u64 {
    said("YEOLLAM_FUZZING").map_or(usual, |longer| usual * longer.parse::<u64>().expect("YEOLLAM_FUZZING is a number"))
}

/// A few ids of every kind of node, one a line.
async fn ids(server: &Server) -> String {
    let few = "(first: 4) { nodes { id } }";
    let document = format!(
        "{{ agencies{few} dataFiles(first: 4) {{ nodes {{ id registration {{ id }} agency {{ id }} }} }} provisions{few} entrustments{few} organizations{few} statutes{few} \
         privacyPolicies(first: 4) {{ nodes {{ id current {{ id }} }} }} findings{few} impactAssessments{few} changes(first: 2) {{ nodes {{ id }} }} itemCategories {{ id }} }}"
    );
    let mut ids = Vec::new();
    let mut values = vec![server.query(&document, json!({})).await];
    while let Some(value) = values.pop() {
        match value {
            Value::String(id) => ids.push(id),
            Value::Array(items) => values.extend(items),
            Value::Object(fields) => values.extend(fields.into_iter().map(|(_, value)| value)),
            _ => {}
        }
    }
    ids.join("\n")
}

/// Anonymous queries, then every mutation by an administrator, who may do everything: right requests and wrong ones.
async fn schemathesis_finds_nothing(server: Server) {
    let scratch = tempfile::tempdir().unwrap();
    let (url, examples) = (format!("{}/graphql", server.address()), times(5).to_string());
    let known = scratch.path().join("ids");
    fs::write(&known, ids(&server).await).unwrap();
    let authorization = format!("Authorization:Bearer {}", server.token(Role::Admin, None, "시험").await);
    for arguments in [&["--include-name-regex", "^Query"][..], &["--include-name-regex", "^Mutation", "--header", &authorization]] {
        let mut run = python(scratch.path());
        run.args(["-m", "schemathesis.cli", "run", &url, "--no-color", "--max-examples", &examples, "--header", "Accept:application/graphql-response+json"])
            .args(arguments);
        let output = run.env("YEOLLAM_IDS", &known).output().await.unwrap();
        let told = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success() && told.contains(" passed"), "{told}");
    }
}

/// A page whose size is out of range is refused before execution, wherever it stands: under what does not exist, and under what a variable leaves out.
async fn page_sizes_are_checked_before_a_statement(server: Server) {
    server.statements();
    for first in ["-1", "101", "-2147483648", "2147483647", "2147483648", "-99999999999999999999", "1.5", "\"1\"", "true", "[1, 2]"] {
        for document in [
            format!("{{ agencies(first: {first}) {{ totalCount }} }}"),
            format!("{{ agency(code: \"0000000\") {{ dataFiles(first: {first}) {{ totalCount }} }} }}"),
            format!("{{ agency(code: \"0000000\") {{ children(last: {first}) {{ nodes {{ dataFiles(first: 1) {{ totalCount }} }} }} }} }}"),
            format!("{{ node(id: \"Agency_AAAAAAAAAAAAAAAAAAAAAA\") {{ ... on Agency {{ findings(first: {first}) {{ totalCount }} }} }} }}"),
            format!("query ($no: Boolean = false) {{ agencies(first: {first}) @include(if: $no) {{ totalCount }} }}"),
            format!("query ($size: Int = {first}) {{ agency(code: \"0000000\") {{ dataFiles(first: $size) {{ totalCount }} }} }}"),
        ] {
            let answer = server.answer(&document, json!({})).await;
            let error = &answer.body["errors"][0];
            assert!(answer.status == 400 && answer.body.get("data").is_none(), "{document}: {answer}");
            assert!(matches!(error["extensions"]["code"].as_str(), Some("BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED")), "{document}: {answer}");
            assert!(["must be", "whole number"].iter().any(|told| error["message"].as_str().unwrap().contains(told)), "{document}: {answer}");
        }
    }
    assert_eq!(server.statements(), Vec::<String>::new());
}

/// What schemathesis found: a field that fails is null where it may be, and else what it stands in; async-graphql leaves it out.
async fn fields_that_fail_are_null_where_null_may_be(server: Server) {
    let answer = server.answer("{ peerGroups { farBelow(part: -2) { rank } spreads { measure } } register { version } }", json!({})).await;
    assert_eq!((answer.status.as_u16(), &answer.body["data"]), (200, &Value::Null), "{answer}");
    let answer = server.answer("{ none: organization { name } agency(code: \"6410000\") { name } }", json!({})).await;
    assert_eq!(answer.body["data"], json!({"none": null, "agency": {"name": "경기도"}}), "{answer}");
    assert_eq!(answer.body["errors"][0]["path"], json!(["none"]), "{answer}");
}

on_both!(Data::Bundled => fields_that_fail_are_null_where_null_may_be, schemathesis_finds_nothing, page_sizes_are_checked_before_a_statement);

/// Memory that the server may take.
const MEMORY: u64 = 512 << 20;

/// The server lives within its memory, whatever graphqler sends; and what it refused, it refused before any statement.
#[tokio::test]
async fn graphqler_does_not_bring_a_small_server_down() {
    let scratch = tempfile::tempdir().unwrap();
    let (record, output, configuration) = (scratch.path().join("record"), scratch.path().join("output"), scratch.path().join("graphqler.toml"));
    let started = Started::within(MEMORY, scratch.path(), &["--listen", "127.0.0.1:0"]);
    started.ready().await;
    let written = format!(
        "SKIP_DOS_ATTACKS = false\nNO_DATA_COUNT_AS_SUCCESS = true\nMAX_FUZZING_ITERATIONS = 1\nMAX_TIME = {}\nREQUEST_TIMEOUT = 60\nCUSTOM_HEADERS = {{ Accept = \
         \"application/graphql-response+json\" }}\n",
        times(25)
    );
    fs::write(&configuration, written).unwrap();
    let mut run = python(scratch.path());
    run.args(["run_graphqler.py", "--mode", "run", "--url", &format!("{}/graphql", started.address)]);
    let told = run.arg("--path").arg(&output).arg("--config").arg(&configuration).env("YEOLLAM_RECORD", &record).output().await.unwrap();
    assert!(told.status.success(), "{}{}", String::from_utf8_lossy(&told.stdout), String::from_utf8_lossy(&told.stderr));

    // One over the budget is among them, however few there were time for.
    let much = json!({"query": "{ agencies(first: 100) { nodes { dataFiles(first: 100) { nodes { registrations(first: 100) { nodes { id } } } } } } }"});
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request =
        client.post(format!("{}/graphql", started.address)).header("content-type", "application/json").header("accept", "application/graphql-response+json");
    let refusal = request.body(much.to_string()).send().await.unwrap();
    let line = json!({"sent": much, "status": refusal.status().as_u16(), "answer": refusal.text().await.unwrap()});
    let recorded = format!("{}{line}\n", fs::read_to_string(&record).unwrap());
    let healthy = client.get(format!("{}/healthz", started.address)).send().await.unwrap();
    assert_eq!(healthy.status(), 200);
    let peak = started.peak_memory();
    assert!(peak < MEMORY, "the server took {peak} bytes");
    drop(started);

    // The same requests to a server whose statements are seen.
    let server = Server::start(Backend::Sqlite, Data::Bundled).await;
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut sent, mut answered) = (0, 0);
    for line in recorded.lines() {
        let request: Value = serde_json::from_str(line).unwrap();
        let answer: Value = serde_json::from_str(request["answer"].as_str().unwrap()).unwrap();
        sent += 1;
        if request["status"] == 200 {
            answered += 1;
            continue;
        }
        let code = answer["errors"][0]["extensions"]["code"].as_str().unwrap();
        assert!(answer.get("data").is_none(), "{request}");
        assert_eq!(request["status"], if code == "BODY_TOO_LARGE" { 413 } else { 400 }, "{request}");
        *refused.entry(code.to_owned()).or_default() += 1;
        server.statements();
        let again = server.request(Method::POST, "/graphql").header("content-type", "application/json").body(request["sent"].to_string());
        assert_eq!(again.send().await.unwrap().status().as_u16(), request["status"], "{code}: {request}");
        assert_eq!(server.statements(), Vec::<String>::new(), "{code}: {request}");
    }
    println!("{sent} requests, {answered} answered, {peak} bytes at most; refused: {refused:?}");
    // How many there are in the time is a matter of the machine.
    assert!(answered > 0 && refused["COST_LIMIT_EXCEEDED"] > 0, "{sent} requests, {answered} answered, refused: {refused:?}");
}
