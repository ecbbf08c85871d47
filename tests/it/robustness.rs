//! The search index is derived: whatever happens to its folder or to the process, a server comes back to the answers of an index that was built from nothing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::introspection::text;
use crate::harness::program::{Started, any_time_within, asked, run, yeollam};
use crate::harness::{Data, Server, on_both};

const ANY_PORT: [&str; 2] = ["--listen", "127.0.0.1:0"];

fn serve(folder: &Path, data: &str, database: &str) -> Started {
    Started::new(folder, &[&["--data-dir", data, "--database-url", database], &ANY_PORT[..], &["serve"]].concat())
}

/// All that a search answers: every file in every order, every facet, statistics and suggestions.
async fn everything(address: &str) -> Vec<Value> {
    let statuses = "filter: {status: {in: [REGISTERED, DISCLOSED, DESTROYED, EXEMPT]}}";
    let mut answers = Vec::new();
    for (text, field, direction) in [
        ("", "RELEVANCE", "DESC"),
        ("정보", "RELEVANCE", "DESC"),
        ("", "NAME", "ASC"),
        ("", "DATA_SUBJECT_COUNT", "DESC"),
        ("", "REGISTERED_ON", "ASC"),
        ("", "RECORDED_AT", "DESC"),
    ] {
        let mut after = String::new();
        loop {
            let document = format!(
                "{{ search(text: \"{text}\", {statuses}, orderBy: {{field: {field}, direction: {direction}}}, first: 100{after}) {{ totalCount pageInfo {{ hasNextPage endCursor }} edges {{ cursor score }} }} }}"
            );
            let answer = asked(address, &document).await;
            let end = &answer["data"]["search"]["pageInfo"];
            assert!(answer.get("errors").is_none(), "{answer}");
            after = format!(", after: {}", end["endCursor"]);
            let has_more = end["hasNextPage"] == json!(true);
            answers.push(answer);
            if !has_more {
                break;
            }
        }
    }
    let rest = format!(
        "{{ search({statuses}) {{ facets(by: [AGENCY_TYPE, REGION, AGENCY, ITEM_CATEGORY, UNIQUE_IDENTIFIER, SENSITIVE_KIND, STATUTE, RETENTION_CLASS, RECIPIENT, ENTRUSTEE, REGISTERED_YEAR, STATUS, ASSESSED], first: 1000)
            {{ dimension otherCount missingCount values {{ key label count }} }} }}
          statistics(by: [AGENCY_TYPE, RETENTION_CLASS, REGISTERED_YEAR], first: 1000) {{ rows {{ keys {{ key }} dataFileCount declaredSubjectCount agencyCount }} }}
          suggest(prefix: \"정\", first: 50) {{ kind text dataFileCount }} register {{ sequence indexedThrough }} }}"
    );
    let answer = asked(address, &rest).await;
    assert!(answer.get("errors").is_none() && answer["data"]["register"]["sequence"] == answer["data"]["register"]["indexedThrough"], "{answer}");
    answers.push(answer);
    answers
}

fn must_be_equal(one: &[Value], other: &[Value], when: &str) {
    assert_eq!(one.len(), other.len(), "{when}");
    for (one, other) in one.iter().zip(other) {
        assert_eq!(one, other, "{when}");
    }
}

fn files_of(index: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(index).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for file in files_of(from) {
        fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

/// Changes what the last commit of an index says of itself.
fn noted(index: &Path, change: impl Fn(&mut Value)) {
    let path = index.join("meta.json");
    let mut meta: Value = serde_json::from_slice(&fs::read(&path).unwrap()).unwrap();
    let mut note: Value = serde_json::from_str(text(&meta["payload"])).unwrap();
    change(&mut note);
    meta["payload"] = json!(note.to_string());
    fs::write(&path, meta.to_string()).unwrap();
}

type Damage = (&'static str, fn(&Path), &'static str);

const DAMAGES: &[Damage] = &[
    ("removed", |index| fs::remove_dir_all(index).unwrap(), "the search index is built from the tables"),
    ("without files", |index| files_of(index).iter().for_each(|file| fs::remove_file(file).unwrap()), "the search index is built from the tables"),
    (
        "a file instead of a folder",
        |index| {
            fs::remove_dir_all(index).unwrap();
            fs::write(index, "what is this").unwrap();
        },
        "the search index is built from the tables",
    ),
    ("every file empty", |index| files_of(index).iter().for_each(|file| fs::write(file, "").unwrap()), "it cannot be read"),
    (
        "every file cut in half",
        |index| {
            for file in files_of(index) {
                let bytes = fs::read(&file).unwrap();
                fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
            }
        },
        "it cannot be read",
    ),
    (
        "the segments cut in half",
        |index| {
            for file in files_of(index).iter().filter(|file| file.extension().is_none_or(|ending| ending != "json")) {
                let bytes = fs::read(file).unwrap();
                fs::write(file, &bytes[..bytes.len() / 2]).unwrap();
            }
        },
        "it cannot be read",
    ),
    (
        "one byte of a segment another one",
        |index| {
            let file = files_of(index).into_iter().find(|file| file.extension().is_some_and(|ending| ending == "fast")).unwrap();
            let mut bytes = fs::read(&file).unwrap();
            bytes[20] ^= 0x40;
            fs::write(&file, bytes).unwrap();
        },
        "is damaged",
    ),
    (
        "garbage",
        |index| files_of(index).iter().for_each(|file| fs::write(file, (0..4096_u32).map(|at| (at * at % 251) as u8).collect::<Vec<_>>()).unwrap()),
        "it cannot be read",
    ),
    (
        "a segment missing",
        |index| {
            let store = files_of(index).into_iter().find(|file| file.extension().is_some_and(|ending| ending == "term")).unwrap();
            fs::remove_file(store).unwrap();
        },
        "it cannot be read",
    ),
    ("of another layout", |index| noted(index, |note| note["layout"] = json!("0000000000000000")), "it was made by another version of yeollam"),
    ("of another register", |index| noted(index, |note| note["hash"] = json!("00")), "it is of another register"),
    ("of a register that was further", |index| noted(index, |note| note["sequence"] = json!(1_000_000)), "it is of another register"),
    ("with a note that says nothing", |index| noted(index, |note| *note = json!({})), "it cannot be read"),
];

#[tokio::test]
async fn a_folder_that_cannot_be_used_is_built_anew() {
    let folder = tempfile::tempdir().unwrap();
    let index = folder.path().join("register/search/index");
    let whole = folder.path().join("whole");
    let arguments = ["--data-dir", "register", ANY_PORT[0], ANY_PORT[1]];
    let first = Started::new(folder.path(), &arguments);
    first.ready().await;
    let expected = everything(&first.address).await;
    let (_, log) = first.stopped();
    assert!(log.contains("the search index is built from the tables") && !log.contains("reason"), "{log}");
    copied(&index, &whole);
    for (what, damage, message) in DAMAGES {
        let _ = fs::remove_dir_all(&index).or_else(|_| fs::remove_file(&index));
        copied(&whole, &index);
        damage(&index);
        let status = run(folder.path(), &["--data-dir", "register", "index", "status"]);
        assert!(status.status.success(), "{what}: {status:?}");
        let server = Started::new(folder.path(), &arguments);
        server.ready().await;
        must_be_equal(&everything(&server.address).await, &expected, what);
        let (code, log) = server.stopped();
        assert!(code == Some(0) && log.contains(message) && log.contains("built from the tables"), "{what}: {log}");
    }
    // What is sound is used as it is, and nothing is left behind.
    let server = Started::new(folder.path(), &arguments);
    server.ready().await;
    must_be_equal(&everything(&server.address).await, &expected, "sound");
    let (_, log) = server.stopped();
    assert!(!log.contains("built from the tables"), "{log}");
    let mut left: Vec<_> = fs::read_dir(folder.path().join("register/search")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["index", "lock"]);
}

#[tokio::test]
async fn the_index_is_seen_to_by_commands() {
    let folder = tempfile::tempdir().unwrap();
    let told = |arguments: &[&str]| {
        let output = run(folder.path(), &[&["--data-dir", "register"], arguments].concat());
        (output.status.code().unwrap(), format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr)))
    };
    assert_eq!(told(&["migrate", "up"]).0, 0);
    let (code, status) = told(&["index", "status"]);
    assert!(code == 0 && status.contains("is not usable: there is none yet"), "{status}");
    fs::write(folder.path().join("one.yaml"), "format: yeollam/1\nagencies: [{code: T000001, name: 시험청, type: CENTRAL}]\ndataFiles: [{agency: T000001, status: REGISTERED, registrations: [{validFrom: 2026-01-01, name: 시험 명부}]}]\n").unwrap();
    let path = folder.path().join("one.yaml");
    assert_eq!(told(&["import", path.to_str().unwrap()]).0, 0);
    let (code, built) = told(&["index", "rebuild"]);
    assert!(code == 0 && built.contains("files      1 in 1 segments") && built.contains("through entry 2 of 2"), "{built}");
    assert_eq!(told(&["index", "status"]).1, built);
    // A server on the folder has it; it is asked for as it is.
    let server = Started::new(folder.path(), &["--data-dir", "register", ANY_PORT[0], ANY_PORT[1], "serve"]);
    server.ready().await;
    let (code, refused) = told(&["index", "rebuild"]);
    assert!(code == 1 && refused.contains("the search index is used by another process") && !refused.contains("database"), "{refused}");
    assert_eq!(told(&["index", "status"]), (0, built));
    assert_eq!(asked(&server.address, "{ search(text: \"명부\") { totalCount } }").await["data"]["search"]["totalCount"], 1);
}

/// A second server on a folder serves lists, says what is the matter, and takes over when the first one ends.
async fn a_second_server_on_a_folder_waits_for_it(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let first = serve(folder.path(), "register", server.database_url());
    first.ready().await;
    let expected = everything(&first.address).await;
    let second = serve(folder.path(), "register", server.database_url());
    let in_use = "the search index is used by another process";
    let deadline = Instant::now() + Duration::from_secs(20);
    let refused = loop {
        let answer = asked(&second.address, "{ search { totalCount } }").await;
        assert_eq!(answer["errors"][0]["extensions"]["code"], "SEARCH_NOT_READY", "{answer}");
        if text(&answer["errors"][0]["message"]).contains(in_use) {
            break answer;
        }
        assert!(Instant::now() < deadline, "{answer}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    assert!(text(&refused["errors"][0]["message"]).contains("--data-dir"), "{refused}");
    for document in [
        "{ suggest(prefix: \"가\") { text } }",
        "{ statistics(by: [STATUS]) { dataFileCount } }",
        "{ dataFile(registrationNumber: \"Y000001-1\") { similar { name } } }",
    ] {
        assert_eq!(asked(&second.address, document).await["errors"][0]["extensions"]["code"], "SEARCH_NOT_READY", "{document}");
    }
    let listed = asked(&second.address, "{ dataFiles { totalCount } register { sequence indexedThrough } }").await;
    assert!(listed["data"]["dataFiles"]["totalCount"].as_u64().unwrap() > 20 && listed["data"]["register"]["indexedThrough"] == 0, "{listed}");
    let response = reqwest::Client::builder().no_proxy().build().unwrap().get(format!("{}/readyz", second.address)).send().await.unwrap();
    assert_eq!(response.status(), 503);
    assert!(response.text().await.unwrap().contains(in_use));
    first.stopped();
    second.ready().await;
    must_be_equal(&everything(&second.address).await, &expected, "after the first one ended");
    let (_, log) = second.stopped();
    assert!(log.contains(in_use) && !log.contains("built from the tables"), "{log}");
}

/// Some files of an agency that is new in each round, with a policy that covers them.
fn document(round: usize) -> String {
    const NAMES: [&str; 7] = ["회원 정보", "민원 접수대장", "교육생 명부", "상담 이력 정보", "CCTV 열람대장", "시설 이용자 명단", "장학생 정보"];
    const ITEMS: [&str; 5] = ["성명", "주민등록번호", "휴대전화번호", "건강상태", "여권번호"];
    let code = format!("T{round:06}");
    let numbers: Vec<String> = (1..=12).map(|number| format!("{code}-{number}")).collect();
    let file = |(at, number): (usize, &String)| {
        let (name, item) = (NAMES[(round + at) % NAMES.len()], ITEMS[(round * 3 + at) % ITEMS.len()]);
        json!({"registrationNumber": number, "agency": code, "status": "REGISTERED", "registrations": [{
            "validFrom": "2026-01-01", "registeredOn": format!("20{:02}-03-01", 10 + at), "name": format!("{name} {at}"), "collectedItems": [{"name": "성명"}, {"name": item}],
            "legalBases": [{"citation": format!("시험{}법 제{}조", round % 5, at + 1)}], "retention": {"text": (["3년", "영구", "5년"][at % 3])}, "dataSubjectCount": round * 100 + at,
            "provisions": [{"recipient": format!("받는 기관 {}", (round + at) % 9)}],
        }]})
    };
    json!({
        "format": "yeollam/1",
        "agencies": [{"code": code, "name": format!("정다운{round}구청"), "type": "BASIC_GOVERNMENT", "region": "11"}],
        "dataFiles": numbers.iter().enumerate().map(file).collect::<Vec<_>>(),
        "policies": [{"agency": code, "title": "처리방침", "revisions": [{
            "effectiveFrom": "2026-01-01", "dataFiles": numbers, "sections": [], "entrustments": [{"entrustee": format!("맡는 회사 {}", round % 4), "task": "운영"}],
        }]}],
    })
    .to_string()
}

async fn indexed_through(address: &str) -> i64 {
    asked(address, "{ register { indexedThrough } }").await["data"]["register"]["indexedThrough"].as_i64().unwrap()
}

/// Answers of a server that has followed, been ended and started again, and of one that begins with nothing.
async fn must_equal_a_fresh_index(folder: &Path, database: &str, when: &str) {
    let server = serve(folder, "followed", database);
    server.ready().await;
    let _ = fs::remove_dir_all(folder.join("fresh"));
    let fresh = serve(folder, "fresh", database);
    fresh.ready().await;
    must_be_equal(&everything(&server.address).await, &everything(&fresh.address).await, when);
    assert_eq!(server.stopped().0, Some(0), "{when}");
}

async fn a_server_that_is_killed_during_writes_comes_back(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let database = server.database_url();
    let mut next = 0;
    for round in 0..4 {
        let following = serve(folder.path(), "followed", database);
        following.ready().await;
        let before = indexed_through(&following.address).await;
        let writing = async {
            // It is written on until the server is gone, and a little longer.
            loop {
                server.import("test.yaml", &document(next)).await.unwrap_or_else(|error| panic!("{error}"));
                next += 1;
                tokio::task::yield_now().await;
            }
        };
        let later = any_time_within(Duration::from_millis(800));
        let killing = async {
            let deadline = Instant::now() + Duration::from_secs(60);
            while indexed_through(&following.address).await == before {
                assert!(Instant::now() < deadline, "nothing is followed");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            tokio::time::sleep(later).await;
        };
        tokio::select! {
            () = writing => {}
            () = killing => {}
        }
        following.killed();
        // Whatever of the last one was stored: it is there now.
        server.import("test.yaml", &document(next)).await.unwrap_or_else(|error| panic!("{error}"));
        must_equal_a_fresh_index(folder.path(), database, &format!("round {round}, killed {later:?} after")).await;
    }
}

async fn a_rebuild_that_is_killed_leaves_what_can_be_used(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let database = server.database_url();
    assert!(run(folder.path(), &["--database-url", database, "generate", "--files", "1200"]).status.success());
    let rebuild = ["--database-url", database, "--data-dir", "followed", "index", "rebuild"];
    let started = Instant::now();
    assert!(run(folder.path(), &rebuild).status.success());
    let whole = started.elapsed();
    for round in 0..6 {
        let after = any_time_within(whole);
        let mut building = yeollam(folder.path(), &rebuild).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        tokio::time::sleep(after).await;
        building.kill().unwrap();
        building.wait().unwrap();
        // The index that was there is still there, unless the new one was being put in its place.
        let status = run(folder.path(), &["--database-url", database, "--data-dir", "followed", "index", "status"]);
        assert!(status.status.success(), "{status:?}");
        if round % 3 == 2 {
            must_equal_a_fresh_index(folder.path(), database, &format!("rebuild killed after {after:?} of {whole:?}")).await;
        }
    }
    // A server that builds its first index, told how far it is, killed, and started again.
    let _ = fs::remove_dir_all(folder.path().join("followed"));
    let building = serve(folder.path(), "followed", database);
    let deadline = Instant::now() + Duration::from_secs(60);
    let message = loop {
        let answer = asked(&building.address, "{ search { totalCount } }").await;
        let message = answer["errors"][0]["message"].as_str().unwrap_or_else(|| panic!("it was ready before it said how far it is: {answer}")).to_owned();
        assert_eq!(answer["errors"][0]["extensions"]["code"], "SEARCH_NOT_READY");
        if message.contains(" of ") || Instant::now() > deadline {
            break message;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    };
    assert!(message.contains(" of 1200 files are read") && message.contains("/readyz"), "{message}");
    building.killed();
    let again = serve(folder.path(), "followed", database);
    let told = again.ready().await;
    assert!(
        told.iter().any(|text| text.starts_with("not ready: the search index is being prepared: ") && text.contains(" of 1200 files are read")),
        "{told:?}"
    );
    again.stopped();
    must_equal_a_fresh_index(folder.path(), database, "first build killed").await;
}

on_both!(Data::Bundled => a_second_server_on_a_folder_waits_for_it);
on_both!(Data::Empty => a_server_that_is_killed_during_writes_comes_back, a_rebuild_that_is_killed_leaves_what_can_be_used);
