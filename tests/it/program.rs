//! The program itself: what it says to whoever starts it, right or wrong, and how it ends.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::process::Stdio;

use sea_orm::{ConnectionTrait as _, Database};
use serde_json::{Value, json};

use crate::harness::program::{Started, asked, run, yeollam};
use crate::harness::{Data, Server, Socket, on_both};

/// What the program says, with its exit code; the folder's path left out.
fn said(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)).replace(folder.to_str().unwrap(), "FOLDER");
    let line = arguments.join(" ").replace(folder.to_str().unwrap(), "FOLDER").replace("secret", "…");
    format!("$ yeollam {line}\n{}\n[{}]\n\n", text.trim_end(), output.status.code().unwrap())
}

#[test]
fn help_is_worth_reading() {
    let folder = tempfile::tempdir().unwrap();
    insta::assert_snapshot!("help", said(folder.path(), &["--help"]));
    for command in ["serve", "migrate", "import", "journal", "generate", "index", "backup", "restore", "doctor", "token", "audit", "schema"] {
        let told = said(folder.path(), &[command, "--help"]);
        assert!(told.contains(&format!("Usage: yeollam {command}")) && told.ends_with("[0]\n\n"), "{told}");
    }
    assert_eq!(fs_entries(folder.path()), 0, "help makes no folder");
}

/// Documents that an operator trusts, of every kind; one that the schema does not know keeps the server from starting, and is named.
#[test]
fn trusted_documents_fit_the_schema_at_start() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["--listen", "127.0.0.1:0", "--trusted-documents", "documents"];
    let documents = folder.path().join("documents");
    std::fs::create_dir(&documents).unwrap();
    std::fs::write(documents.join("feed.graphql"), "subscription Feed { changes { sequence } }").unwrap();
    std::fs::write(documents.join("desk.graphql"), "mutation Cancel($id: ID!) { applicationCancel(id: $id, expectedVersion: 1) { userErrors { code } } }")
        .unwrap();
    drop(Started::new(folder.path(), &arguments));
    std::fs::write(documents.join("wrong.graphql"), "subscription Wrong { changes { nothing } }").unwrap();
    let told = said(folder.path(), &arguments);
    assert!(told.contains("Wrong") && told.contains("nothing") && !told.contains("Feed") && told.ends_with("[1]\n\n"), "{told}");
}

#[test]
fn tokens_are_given_out_listed_and_revoked() {
    let folder = tempfile::tempdir().unwrap();
    let token = |arguments: &[&str]| said(folder.path(), &[&["token"], arguments].concat());
    assert!(run(folder.path(), &["migrate", "up"]).status.success());
    assert!(token(&["list"]).contains("There is no token"));
    for (arguments, told) in [
        (&["create", "--role", "agency", "--name", "가"][..], "names the agency"),
        (&["create", "--role", "agency", "--agency", "0000000", "--name", "가"], "0000000"),
        (&["create", "--role", "admin", "--name", "가", "--expires", "2020-01-01"], "expired already"),
        (&["create", "--role", "admin", "--name", "가", "--expires", "soon"], "--expires"),
        (&["create", "--role", "king", "--name", "가"], "king"),
        (&["revoke", "00000000-0000-0000-0000-000000000000"], "there is no token"),
    ] {
        let answer = token(arguments);
        assert!(answer.contains(told) && !answer.ends_with("[0]\n\n"), "{answer}");
    }
    let made = token(&["create", "--role", "regulator", "--name", "위원회", "--expires", "2999-12-31"]);
    let secret = made.lines().find(|line| line.starts_with("ylm_")).unwrap().to_owned();
    assert!(secret.len() == 47 && made.contains(&format!("Authorization: Bearer {secret}")), "{made}");
    let id = made.lines().find_map(|line| line.trim().strip_prefix("yeollam token revoke ")).unwrap().to_owned();
    let listed = token(&["list"]);
    assert!(listed.contains(&id) && listed.contains("REGULATOR") && listed.contains("2999-12-31T15:00Z") && !listed.contains(&secret[4..]), "{listed}");
    assert!(token(&["revoke", &id]).contains("Revoked"));
    // The audit log tells it, and is proved.
    let audit = |arguments: &[&str]| said(folder.path(), &[&["audit"], arguments].concat());
    let log = audit(&["list"]);
    let told = |what: &str| log.lines().any(|line| line.contains(what) && line.contains(&id) && line.contains("(command line)") && line.contains("위원회"));
    assert!(told("TOKEN_CREATED") && told("TOKEN_REVOKED"), "{log}");
    assert!(!audit(&["list", "--after", "1"]).contains("TOKEN_CREATED"));
    assert!(audit(&["verify"]).contains("whole: 2 entries"), "{}", audit(&["verify"]));
    let row = token(&["list"]).lines().find(|line| line.starts_with(&id)).unwrap().to_owned();
    assert_eq!(row.matches("T").count(), 3 + row.matches("REGULATOR").count(), "created, expires, revoked: {row}");
}

fn fs_entries(folder: &Path) -> usize {
    std::fs::read_dir(folder).unwrap().count()
}

#[test]
fn a_journal_is_proved_and_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("sound.yaml"), "format: yeollam/1\nagencies: [{code: T000001, name: 시험청, type: CENTRAL}]\n").unwrap();
    for arguments in [["--data-dir", "origin", "migrate", "up"], ["--data-dir", "mirror", "migrate", "up"], ["--data-dir", "origin", "import", "sound.yaml"]] {
        assert!(run(path, &arguments).status.success());
    }
    let export = run(path, &["--data-dir", "origin", "journal", "export"]);
    assert!(
        export.status.success() && export.stdout.ends_with(b"\n") && !export.stdout.trim_ascii_end().contains(&b'\n'),
        "a line for the only entry: {export:?}"
    );
    std::fs::write(path.join("mirror.ndjson"), &export.stdout).unwrap();
    std::fs::write(path.join("half.ndjson"), &export.stdout[..100]).unwrap();
    let half = said(path, &["--data-dir", "mirror", "import", "half.ndjson"]);
    assert!(half.contains("yeollam: half.ndjson: line 1: it ends without a line break") && half.ends_with("Nothing was recorded.\n[1]\n\n"), "{half}");
    let whole = said(path, &["--data-dir", "mirror", "import", "mirror.ndjson"]);
    assert!(whole.contains("entries             1 new, 0 there already") && whole.ends_with("[0]\n\n"), "{whole}");
    let [there, here] = ["origin", "mirror"].map(|register| run(path, &["--data-dir", register, "journal", "verify"]));
    assert!(there.status.success() && String::from_utf8_lossy(&there.stdout).starts_with("The chain of 1 entries holds."), "{there:?}");
    assert_eq!(there.stdout, here.stdout);
    assert!(run(path, &["--data-dir", "origin", "journal", "export", "--after", "1"]).stdout.is_empty());
    let beyond = said(path, &["--data-dir", "origin", "journal", "export", "--after", "2"]);
    assert!(beyond.contains("there is no entry 2 to go on after: the journal goes to 1") && beyond.ends_with("[1]\n\n"), "{beyond}");
}

#[test]
fn the_schema_is_printed() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(folder.path(), &["schema"]);
    let committed = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("schema.graphql")).unwrap();
    assert!(output.status.success() && output.stderr.is_empty());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), committed);
    assert_eq!(fs_entries(folder.path()), 0, "printing the schema needs no database");
}

#[test]
fn wrong_command_lines_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let lines: &[&[&str]] = &[
        &["fly"],
        &["--lisen", "127.0.0.1:1"],
        &["--listen", "here"],
        &["--database-url", "mysql://localhost/x", "serve"],
        &["--public-url", "yeollam.kr", "serve"],
        &["--database-connections", "0", "serve"],
        &["--cost-limit", "1", "serve"],
        &["--log-format", "xml", "serve"],
        &["import"],
        &["migrate", "down", "--steps", "0"],
    ];
    let told: String = lines.iter().map(|arguments| said(folder.path(), arguments)).collect();
    insta::assert_snapshot!("wrong_command_lines", told);
    let by_environment = yeollam(folder.path(), &["serve"]).env("YEOLLAM_LISTEN", "somewhere").output().unwrap();
    assert!(String::from_utf8_lossy(&by_environment.stderr).contains("--listen"), "{by_environment:?}");
    assert_eq!(fs_entries(folder.path()), 0);
}

#[tokio::test]
async fn databases_that_cannot_be_used_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::write(path.join("text"), "no database").unwrap();
    std::fs::write(path.join("sound.yaml"), "format: yeollam/1\nagencies: [{code: T000001, name: 시험청, type: CENTRAL}]\n").unwrap();
    assert!(run(path, &["--data-dir", "register", "migrate", "up"]).status.success());
    let mut told = String::new();
    for arguments in [
        vec!["--data-dir", "new", "serve"],
        vec!["--data-dir", "new", "import", "sound.yaml"],
        vec!["--data-dir", "text/below", "serve"],
        vec!["--database-url", "sqlite:text", "serve"],
        vec!["--database-url", "sqlite:nowhere/register.sqlite?mode=rwc", "serve"],
        vec!["--database-url", "sqlite:register/register.sqlite?mode=ro", "import", "sound.yaml"],
        vec!["--database-url", "sqlite:register/register.sqlite?mode=ro", "migrate", "down"],
        // Nobody listens there: the port is taken and given back.
        vec!["--database-url", "postgres://user:secret@127.0.0.1:1/register", "--database-wait", "1", "serve"],
    ] {
        told.push_str(&said(path, &arguments));
    }
    // A writer that does not end: the lock is waited for, then it is told.
    let file = path.join("register/register.sqlite");
    let other = Database::connect(format!("sqlite:{}", file.display())).await.unwrap();
    other.execute_unprepared("BEGIN IMMEDIATE").await.unwrap();
    told.push_str(&said(path, &["--data-dir", "register", "--database-wait", "1", "import", "sound.yaml"]));
    other.execute_unprepared("ROLLBACK").await.unwrap();
    told.push_str(&said(path, &["--data-dir", "register", "import", "sound.yaml"]));
    assert!(!told.contains("secret"), "a password is shown: {told}");
    insta::assert_snapshot!("databases_that_cannot_be_used", told);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let agencies: Vec<Value> =
        (0..2_000).map(|number| json!({"code": format!("T{number:06}"), "name": format!("{number}시험청"), "type": "CENTRAL"})).collect();
    std::fs::write(folder.path().join("many.json"), json!({"format": "yeollam/1", "agencies": agencies}).to_string()).unwrap();
    assert!(run(folder.path(), &["migrate", "up"]).status.success());
    assert!(run(folder.path(), &["import", "many.json"]).status.success());
    let mut export = yeollam(folder.path(), &["journal", "export"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(export.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let ended = export.wait_with_output().unwrap();
    assert!(first.contains("AGENCY_REGISTERED"), "{first}");
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn imports_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path();
    std::fs::create_dir(path.join("empty")).unwrap();
    std::fs::create_dir(path.join("many")).unwrap();
    let agency = |number: u8| format!("format: yeollam/1\nagencies: [{{code: T00000{number}, name: 시험청, type: CENTRAL}}]\n");
    std::fs::write(path.join("many/1.yaml"), agency(1)).unwrap();
    std::fs::write(path.join("many/2.YML"), agency(2)).unwrap();
    std::fs::write(path.join("many/notes.txt"), "no document").unwrap();
    std::fs::write(path.join("korean.yaml"), [b"name: ".as_slice(), &[0xBF, 0xAD, 0xB6, 0xF7]].concat()).unwrap();
    std::fs::write(path.join("broken.yaml"), "format: yeollam/1\nagencies: [{code: T000001}]\n").unwrap();
    let mut told = String::new();
    for arguments in [
        vec!["migrate", "status"],
        vec!["import", "many"],
        vec!["migrate", "up"],
        vec!["migrate", "up"],
        vec!["import", "missing.yaml"],
        vec!["import", "empty"],
        vec!["import", "korean.yaml"],
        vec!["import", "many", "broken.yaml"],
        vec!["import", "many"],
        vec!["import", "many"],
        vec!["migrate", "down"],
        vec!["migrate", "status"],
    ] {
        told.push_str(&said(path, &arguments));
    }
    insta::assert_snapshot!("imports", told);
}

#[tokio::test]
async fn the_first_start_shows_the_register_and_the_second_keeps_it() {
    let folder = tempfile::tempdir().unwrap();
    // A name that a URL or a shell would take apart.
    let arguments = ["--data-dir", "데이터 폴더 100%", "--listen", "127.0.0.1:0"];
    let first = Started::new(folder.path(), &arguments);
    assert!(
        first.introduction.contains("Loaded the bundled register of ten institutions") && first.introduction.contains("journal entries"),
        "{}",
        first.introduction
    );
    let query = "{ register { sequence cursor } dataFiles { totalCount } dataFile(registrationNumber: \"Y000001-1\") { url } }";
    let answer = asked(&first.address, query).await;
    assert!(answer["data"]["dataFiles"]["totalCount"].as_u64().unwrap() > 20, "{answer}");
    assert_eq!(answer["data"]["dataFile"]["url"], format!("{}/data-files/Y000001-1", first.address));
    // The query to try is one that works.
    let tried = first.introduction.split("'{\"query\":\"").nth(1).and_then(|rest| rest.split("\"}'").next()).unwrap().to_owned();
    assert!(asked(&first.address, &tried).await.get("errors").is_none(), "{tried}");
    let (code, log) = first.stopped();
    assert!(code == Some(0) && log.contains("stopped"), "{code:?} {log}");
    assert!(!folder.path().join("데이터 폴더 100%/register.sqlite-wal").exists(), "what was written is in the file itself");

    let second = Started::new(folder.path(), &arguments);
    assert!(second.introduction.contains("holds data already; nothing was loaded"), "{}", second.introduction);
    let again = asked(&second.address, query).await;
    assert_eq!(again["data"]["register"], answer["data"]["register"]);
    // A second server on the same port is told which flag to use.
    let taken = second.address.trim_start_matches("http://").to_owned();
    let output = run(folder.path(), &["--data-dir", "데이터 폴더 100%", "--listen", &taken, "serve"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && told.contains(&format!("cannot listen on {taken}")) && told.contains("--listen"), "{told}");
    assert_eq!(second.stopped().0, Some(0));
}

#[tokio::test]
async fn a_port_that_is_taken_is_told_whoever_has_it() {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), &["migrate", "up"]).status.success());
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let output = run(folder.path(), &["--listen", &taken.local_addr().unwrap().to_string(), "serve"]);
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && told.contains("is another server running there?"), "{told}");
}

/// `serve` on a database that the test made: it loads nothing by itself, and logs a line of JSON for each request.
async fn serve_serves_what_is_there(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let started = Started::new(folder.path(), &["--database-url", server.database_url(), "--listen", "127.0.0.1:0", "--log-format", "json", "serve"]);
    assert!(!started.introduction.contains("Loaded"), "{}", started.introduction);
    let answer = asked(&started.address, "{ register { dataFileCount sequence } }").await;
    assert_eq!(answer["data"]["register"], json!({"dataFileCount": 0, "sequence": 0}));
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let body = json!({"query": "query Stream { register { sequence } }"}).to_string();
    let stream =
        client.post(format!("{}/graphql", started.address)).header("accept", "text/event-stream").header("content-type", "application/json").body(body);
    assert!(stream.send().await.unwrap().text().await.unwrap().contains("event: complete"));
    let mut socket = Socket::open(&started.address).await;
    socket.subscribe("1", "query Socket { nothing }", json!({})).await;
    assert_eq!(socket.hear().await["type"], "error");
    drop(socket);
    let (code, log) = started.stopped();
    assert_eq!(code, Some(0), "{log}");
    let entries: Vec<Value> = log.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|_| panic!("no JSON in the log: {line}"))).collect();
    assert!(entries.iter().any(|entry| entry.to_string().contains("\"request_id\"")), "{log}");
    assert!(!log.contains("dataFileCount"), "what was asked is nobody's business: {log}");
    // Operations with answers of their own have a line of their own, when they are over.
    for (transport, operation, error) in [("event stream", "query Stream", Value::Null), ("websocket", "query Socket", json!("GRAPHQL_VALIDATION_FAILED"))] {
        let ended = entries.iter().find(|entry| entry["fields"]["transport"] == transport).unwrap_or_else(|| panic!("{transport}: {log}"));
        let fields = &ended["fields"];
        assert!(ended["target"] == "access" && fields["operation"] == operation && fields["answers"] == 1 && !fields["micros"].is_null(), "{ended}");
        assert_eq!(fields["error"], error, "{ended}");
    }
    let made: Vec<_> = std::fs::read_dir(folder.path().join("yeollam-data")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!((fs_entries(folder.path()), made), (1, vec!["search".into()]), "with a database of its own it keeps nothing but its index");
}

on_both!(Data::Empty => serve_serves_what_is_there);
