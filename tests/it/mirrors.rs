//! The journal proved and copied: tampering shows, and a mirror answers as its origin does.

use std::fs;
use std::io::{BufRead, BufReader, Cursor};
use std::path::Path;

use sea_orm::ConnectionTrait as _;
use serde_json::{Value, json};
use yeollam::journal::store::{Mirrored, Refused};

use crate::harness::server::{now, salts};
use crate::harness::{Backend, Data, Server, on_both};

/// The journal after an entry, as `journal export` writes it.
async fn exported(server: &Server, after: i64) -> String {
    let mut out = Vec::new();
    server.store.export_journal(after, &mut out).await.unwrap_or_else(|error| panic!("{}", error.chain()));
    String::from_utf8(out).unwrap()
}

/// Makes the register a mirror by these lines.
async fn mirrored(server: &Server, lines: &str) -> Result<Mirrored, Refused> {
    let lines = || -> std::io::Result<Box<dyn BufRead + Send>> { Ok(Box::new(BufReader::new(Cursor::new(lines.to_owned().into_bytes())))) };
    server.store.mirror(&lines, now(), salts()).await
}

/// Every question under `tests/queries`, and every list of the register page by page with all that is below: the whole answers.
async fn answers(server: &Server) -> Vec<(String, Value)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/queries");
    let mut names: Vec<String> = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    let mut answers = Vec::new();
    for name in names.iter().filter_map(|name| name.strip_suffix(".graphql")) {
        let document = fs::read_to_string(folder.join(format!("{name}.graphql"))).unwrap();
        let variables = fs::read_to_string(folder.join(format!("{name}.variables.json"))).unwrap_or_else(|_| "{}".to_owned());
        let answer = server.answer(&document, serde_json::from_str(&variables).unwrap()).await;
        answers.push((name.to_owned(), answer.body));
    }
    for (list, selection) in [
        ("changes", "id cursor sequence recordedAt kind nodeId hash node { id } registration { id }"),
        (
            "agencies",
            "id code name shortName type status region { code } homepage parent { code } ancestors { code } predecessors { on kind agency { code } } successors { on kind agency { code } }
             organization { id } dataFileCount dataFiles(includeSubordinate: true, first: 3) { totalCount }",
        ),
        ("organizations", "id name kind namesAsWritten agency { code } receives(first: 5) { totalCount nodes { id } }"),
        ("statutes", "id name kind aliases parent { id } articles { article dataFileCount }"),
        (
            "registrations",
            "id number changeKind reason validFrom validUntil recordedAt completeness name purpose legalBases { citation article statute { id } } collectedItems { name requirement category { code } uniqueIdentifier }
             retention { text class terms { text minMonths event } } dataSubjectCount accessDesk { department phones } differences { path } sources { path document readAt span confidence note }",
        ),
        ("provisions", "id recipientName recipient { id } purpose material statedFor items { name uniqueIdentifier } retention { text terms { class } } legalBases { citation }"),
        ("entrustments", "id entrusteeName entrustee { id } task startsOn endsOn subEntrustees { id name }"),
        ("impactAssessments", "id year agency { code } assessor { id } assessedItems outcome dataFiles(first: 20) { nodes { id } } sources { path document }"),
    ] {
        let mut after = Value::Null;
        loop {
            let page = format!("query ($after: String) {{ {list}(first: 20, after: $after) {{ totalCount pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }} }} }}");
            let answer = server.answer(&page, json!({"after": after})).await.body;
            let info = answer["data"][list]["pageInfo"].clone();
            answers.push((list.to_owned(), answer));
            if info["hasNextPage"] != true {
                break;
            }
            after = info["endCursor"].clone();
        }
    }
    let mut after = Value::Null;
    loop {
        let revision = "id number effectiveFrom recordedAt sections { kind state heading } collectedItems { name } officers { role name phones } rights { right methods } remedies { name phones } safeguards { measure }
                        videoDevices { kind location retention { text } legalBases { citation } } provisions(first: 20) { nodes { id } } entrustments(first: 20) { nodes { id } } sources { path document note }";
        let page = format!(
            "query ($after: String) {{ privacyPolicies(first: 5, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ id title revisions(first: 5) {{ nodes {{ {revision} }} }} }} }} }}"
        );
        let answer = server.answer(&page, json!({"after": after})).await.body;
        let info = answer["data"]["privacyPolicies"]["pageInfo"].clone();
        answers.push(("privacyPolicies".to_owned(), answer));
        if info["hasNextPage"] != true {
            break;
        }
        after = info["endCursor"].clone();
    }
    answers
}

async fn assert_identical(origin: &Server, mirror: &Server) {
    let (there, here) = (answers(origin).await, answers(mirror).await);
    assert_eq!(there.len(), here.len());
    for ((name, there), (_, here)) in there.iter().zip(&here) {
        assert!(there.get("errors").is_none(), "{name}: {there}");
        assert_eq!(there, here, "{name}");
    }
    let [there, here] = [origin, mirror].map(|server| server.store.verify_journal());
    assert_eq!(there.await.unwrap(), here.await.unwrap());
}

/// What the mirror must have as well: an agency under another superior that is newer, a name anew, another spelling, other sources, a destroyed file.
const LATER: &str = r"
format: yeollam/1
sources: [{key: later, title: 나중에 읽은 문서, publisher: 시험, readAt: 2026-11-01T00:00:00.123456Z}]
agencies:
  - {code: Z000001, name: 새 상급기관, type: METROPOLITAN_GOVERNMENT, sources: [{document: later, confidence: 0.1}]}
  - {code: '6110000', name: 서울특별시, type: METROPOLITAN_GOVERNMENT, parent: Z000001, aliases: [나, 가], predecessors: [{code: Z000001, on: 2020-01-01, kind: MERGER}]}
organizations: [{name: 한국 인터넷 진흥원, kind: PUBLIC}]
statutes: [{name: 개인정보 보호법, aliases: [개보법, 개인정보법]}]
dataFiles:
  - {registrationNumber: Y000001-2, agency: Y000001, status: DESTROYED, registrations: [{validFrom: 2025-01-01, name: 몽땅정보, changeKind: DESTRUCTION}]}
";

async fn a_mirror_is_identical(origin: Server) {
    let other = if origin.backend == Backend::Sqlite { Backend::Postgres } else { Backend::Sqlite };
    let mirror = Server::start(other, Data::Empty).await;
    let first = origin.sequence().await;
    let outcome = mirrored(&mirror, &exported(&origin, 0).await).await.unwrap_or_else(|refused| panic!("{refused}"));
    assert_eq!((outcome.known, outcome.new, outcome.sequence), (0, first, first));
    assert_identical(&origin, &mirror).await;
    // What came later, and once more the whole.
    let later = if LATER.contains("6110000") && origin.answer("{ agency(code: \"6110000\") { name } }", json!({})).await.body["data"]["agency"].is_null() {
        LATER.replace("6110000", "G000001").replace("Y000001-2", "G000001-1").replace("Y000001", "G000001")
    } else {
        LATER.to_owned()
    };
    origin.import("later.yaml", &later).await.unwrap_or_else(|failure| panic!("{failure}"));
    let (whole, part) = (exported(&origin, 0).await, exported(&origin, first).await);
    assert!(!part.is_empty() && whole.len() > part.len());
    let outcome = mirrored(&mirror, &part).await.unwrap_or_else(|refused| panic!("{refused}"));
    let second = origin.sequence().await;
    assert_eq!((outcome.known, outcome.new, outcome.sequence), (0, second - first, second));
    assert_identical(&origin, &mirror).await;
    assert_eq!(exported(&mirror, 0).await, whole, "a mirror can be mirrored");
    let outcome = mirrored(&mirror, &whole).await.unwrap();
    assert_eq!((outcome.known, outcome.new, outcome.sequence), (second, 0, second));
    assert_eq!(mirrored(&mirror, "").await.unwrap().new, 0);
    let anew = Server::start(other, Data::Empty).await;
    mirrored(&anew, &whole).await.unwrap_or_else(|refused| panic!("{refused}"));
    assert_identical(&origin, &anew).await;
}

async fn what_cannot_be_mirrored_is_told(origin: Server) {
    let whole = exported(&origin, 0).await;
    let lines: Vec<&str> = whole.lines().collect();
    let mirror = Server::start(origin.backend, Data::Empty).await;
    let refused = async |lines: String| {
        let told = mirrored(&mirror, &lines).await.expect_err("it is refused").to_string();
        assert!(told.ends_with("\nNothing was recorded."), "{told}");
        told
    };
    let edit = |line: usize, from: &str, to: &str| {
        assert!(lines[line].contains(from), "{}", lines[line]);
        let edited = lines[line].replacen(from, to, 1);
        lines.iter().enumerate().map(|(number, line_here)| format!("{}\n", if number == line { &edited } else { *line_here })).collect::<String>()
    };
    let of_kind = |kind: &str| lines.iter().position(|line| line.contains(&format!("\"kind\":\"{kind}\""))).unwrap();
    let hash = |line: usize| serde_json::from_str::<Value>(lines[line]).unwrap()["hash"].as_str().unwrap().to_owned();
    let registration = of_kind("REGISTRATION_RECORDED");
    let statute = lines.iter().position(|line| line.contains("\"nodeType\":\"Statute\"") && line.contains("\"kind\":\"ACT\"")).unwrap();
    for (lines, expected) in [
        (whole[..whole.len() / 2].to_owned(), "the file was cut off"),
        (format!("{}\n", lines[..10].join("\n")), "it is entry 10, and the export goes through"),
        (
            lines[3..].iter().map(|line| format!("{line}\n")).collect(),
            "it is entry 4, and this register goes to 0: there is a gap. Export again with `--after 0`",
        ),
        (
            lines.iter().enumerate().filter(|(number, _)| *number != 7).map(|(_, line)| format!("{line}\n")).collect(),
            "line 8: it is entry 9, and 8 should follow",
        ),
        (edit(4, &hash(4), &hash(5)), "the journal is broken at entry 5: its hash is"),
        (edit(4, &hash(3), &hash(5)), "line 5: it does not follow the line before"),
        (edit(4, "\"recordedAt\":\"2026", "\"recordedAt\":\"2025"), "the journal is broken at entry 5"),
        (edit(4, "\"through\":", "\"through\":9"), "line 5: it is of an export through"),
        (edit(4, "yeollam-journal/1", "yeollam-journal/9"), "line 5: its format is not `yeollam-journal/1`"),
        (edit(4, "{", "["), "line 5: it is no JSON"),
        (edit(4, "\"digest\":\"", "\"digest\":\"x"), "line 5: its digest, hash or salt is not hexadecimal"),
        (edit(4, "\"kind\"", "\"sort\""), "line 5: it is no entry"),
        (edit(registration, "\"valid_from\":\"2", "\"valid_from\":\"1"), &format!("the journal is broken at entry {}", registration + 1)),
        (edit(registration, "\"collected_item\"", "\"collected_thing\""), "it has rows of `collected_thing`"),
        (edit(statute, "\"kind\":\"ACT\"", "\"kind\":\"DECREE\""), "the journal is broken at entry"),
    ] {
        let told = mirrored(&mirror, &lines).await.expect_err(expected).to_string();
        assert!(told.ends_with("\nNothing was recorded."), "{told}");
        assert!(told.contains(expected), "{expected}: {told}");
        assert_eq!(mirror.sequence().await, 0);
        assert_eq!(
            mirror.query("{ agencies { totalCount } organizations { totalCount } register { dataFileCount } }", json!({})).await["agencies"]["totalCount"],
            0
        );
    }
    // A register of its own, which began otherwise.
    mirror.import("own.yaml", "{format: yeollam/1, agencies: [{code: Z000009, name: 남의 기관, type: BASIC_GOVERNMENT}]}").await.unwrap();
    assert!(refused(whole.clone()).await.contains("line 1: entry 1 has the hash"));
    assert!(refused(exported(&origin, 1).await).await.contains("it is the journal of another register"));
    assert!(refused(exported(&origin, 5).await).await.contains("Export again with `--after 1`"));
    let beyond = origin.store.export_journal(1_000_000, &mut Vec::new()).await.unwrap_err();
    assert!(beyond.to_string().contains("there is no entry 1000000"), "{beyond}");
}

async fn tampering_shows(server: Server) {
    let proof = server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    assert_eq!(proof.entries, server.sequence().await);
    assert_eq!((proof.matching + proof.superseded, proof.unsalted), (u64::try_from(proof.entries).unwrap(), 0));
    let entry_of = async |kind: &str| {
        let query = format!("{{ changes(first: 1, filter: {{kind: {{eq: {kind}}}}}) {{ nodes {{ sequence }} }} }}");
        server.query(&query, json!({})).await["changes"]["nodes"][0]["sequence"].as_i64()
    };
    let recorded = entry_of("REGISTRATION_RECORDED").await.unwrap();
    let revision = entry_of("POLICY_REVISION_PUBLISHED").await.unwrap();
    let statute = entry_of("STATUTE_ADDED").await.unwrap();
    let assessment = entry_of("IMPACT_ASSESSMENT_RECORDED").await.unwrap();
    let with = |table: &str, id: &str, sequence: i64| {
        format!(
            "{table} SET {{}} WHERE {id} = (SELECT {} FROM change WHERE sequence = {sequence})",
            if id.contains("registration") || table == "registration" { "registration_id" } else { "node_id" }
        )
    };
    let set = |table: &str, id: &str, sequence: i64, what: &str| format!("UPDATE {}", with(table, id, sequence).replace("{}", what));
    let last = proof.entries;
    for (tampering, at, why) in [
        (format!("UPDATE change SET kind = 'AGENCY_AMENDED' WHERE sequence = {recorded}"), recorded, "its hash is"),
        (format!("UPDATE change SET recorded_at = '2020-01-01 00:00:00+00:00' WHERE sequence = {last}"), last, "its hash is"),
        ("DELETE FROM change WHERE sequence = 3".to_owned(), 3, "it is missing"),
        (set("registration", "id", recorded, "purpose = '다른 목적'"), recorded, "the DataFile that is stored is not what it told"),
        (set("collected_item", "registration_id", recorded, "name = '지문'"), recorded, "is not what it told"),
        (set("policy_revision", "id", revision, "period_text = '언제나'"), revision, "the PolicyRevision that is stored is not what it told"),
        (set("statute", "id", statute, "name = '다른 법'"), 0, "is not what it told"),
        (set("impact_assessment", "id", assessment, "outcome = '완벽'"), assessment, "is not what it told"),
        (
            "UPDATE agency SET homepage = 'https://elsewhere.example' WHERE id = (SELECT node_id FROM change WHERE sequence = 1)".to_owned(),
            1,
            "is not what it told",
        ),
    ] {
        // In a copy, so that each is alone.
        let copy = Server::start(server.backend, Data::Empty).await;
        mirrored(&copy, &exported(&server, 0).await).await.unwrap_or_else(|refused| panic!("{refused}"));
        copy.store.db().execute_unprepared(&tampering).await.unwrap();
        let told = copy.store.verify_journal().await.expect_err(&tampering).to_string();
        assert!(told.contains(why) && (at == 0 || told.contains(&format!("broken at entry {at}:"))), "{tampering}: {told}");
    }
    // A salt that is gone takes nothing from the chain.
    server.store.db().execute_unprepared(&format!("UPDATE change SET salt = NULL WHERE sequence = {recorded}")).await.unwrap();
    let proof = server.store.verify_journal().await.unwrap_or_else(|unproven| panic!("{unproven}"));
    assert_eq!(proof.unsalted, 1);
    let copy = Server::start(server.backend, Data::Empty).await;
    mirrored(&copy, &exported(&server, 0).await).await.unwrap_or_else(|refused| panic!("{refused}"));
    assert_identical(&server, &copy).await;
}

on_both!(Data::Bundled => a_mirror_is_identical, what_cannot_be_mirrored_is_told, tampering_shows);

/// More of everything than the bundled institutions have.
async fn a_large_mirror_is_identical(origin: Server) {
    Box::pin(a_mirror_is_identical(origin)).await;
}

on_both!(Data::Generated => a_large_mirror_is_identical);
