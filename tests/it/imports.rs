//! Imports: the same again changes nothing, other content amends, and what is wrong is told with its place while nothing of the run is kept.

use serde_json::{Value, json};

use crate::harness::{Data, Server, on_both};

/// A document without fault. Cases below replace a part of it.
const SOUND: &str = "format: yeollam/1
sources:
  - {key: policy, title: 시험 처리방침, publisher: 시험청, readAt: 2026-01-01T00:00:00Z}
agencies:
  - {code: T000001, name: 시험청, type: CENTRAL}
dataFiles:
  - registrationNumber: T000001-1
    agency: T000001
    status: REGISTERED
    registrations:
      - validFrom: 2024-01-25
        name: 시험 명부
        purpose: 시험
        dataSubjectCount: 10
        collectedItems:
          - {name: 성명, requirement: REQUIRED}
";

/// What is broken, the part that is replaced, by what, and the whole message.
const BROKEN: &[(&str, &str, &str, &str)] = &[
    (
        "unknown key",
        "purpose: 시험",
        "porpose: 시험",
        "test.yaml:13:9: there is no key `porpose` here; the keys are changeKind, reason, validFrom, registeredOn, completeness, agency, name, purpose, legalBases, collectedItems, processingMethod, processingMethodText, collectionMethod, retention, provisions, entrustments, dataSubjectCount, countedOn, processingDepartment, accessDesk, accessRestrictions, informationSystem, includesChildrenUnder14, operationStartedOn, sources",
    ),
    (
        "unknown word of an enumeration",
        "requirement: REQUIRED",
        "requirement: 필수",
        "test.yaml:16:37: \"필수\" is none of the words that can stand here: REQUIRED, OPTIONAL, AUTOMATIC, UNSPECIFIED",
    ),
    (
        "unknown type of agency",
        "type: CENTRAL",
        "type: MINISTRY",
        "test.yaml:5:38: \"MINISTRY\" is none of the words that can stand here: CENTRAL, CENTRAL_AFFILIATE, METROPOLITAN_GOVERNMENT, BASIC_GOVERNMENT, LOCAL_AFFILIATE, EDUCATION_OFFICE, SCHOOL, UNIVERSITY, PUBLIC_CORPORATION, QUASI_GOVERNMENTAL, OTHER_PUBLIC, LOCAL_PUBLIC_ENTERPRISE, LOCAL_FUNDED, SPECIAL_CORPORATION, CONSTITUTIONAL, INDEPENDENT, OPERATING_UNIT",
    ),
    (
        "unknown status",
        "status: REGISTERED",
        "status: ACTIVE",
        "test.yaml:9:13: \"ACTIVE\" is none of the words that can stand here: REGISTERED, DISCLOSED, DESTROYED, EXEMPT",
    ),
    (
        "destroyed without a destruction",
        "status: REGISTERED",
        "status: DESTROYED",
        "test.yaml: dataFiles.0.status: a file is DESTROYED by a registration that says when: state it last, with `changeKind: DESTRUCTION` (CONFLICT)",
    ),
    (
        "no day of the calendar",
        "2024-01-25",
        "2023-02-30",
        "test.yaml:11:20: \"2023-02-30\" is no date: write a day of the calendar as 2024-01-25, an instant as 2026-11-22T00:00:00Z",
    ),
    (
        "no date at all",
        "2024-01-25",
        "soon",
        "test.yaml:11:20: \"soon\" is no date: write a day of the calendar as 2024-01-25, an instant as 2026-11-22T00:00:00Z",
    ),
    (
        "a date in another form",
        "2024-01-25",
        "2024. 1. 25.",
        "test.yaml:11:20: \"2024. 1. 25.\" is no date: write a day of the calendar as 2024-01-25, an instant as 2026-11-22T00:00:00Z",
    ),
    (
        "no first day",
        "      - validFrom: 2024-01-25\n        name",
        "      - name",
        "test.yaml:14:9: the key `validFrom` is missing in the entry around this line; state it",
    ),
    ("no name", "        name: 시험 명부\n", "", "test.yaml:14:9: the key `name` is missing in the entry around this line; state it"),
    ("an empty name", "name: 시험 명부", "name: '  '", "test.yaml: dataFiles.0.registrations.0.name: is empty; state it (REQUIRED)"),
    ("no format", "format: yeollam/1\n", "", "test.yaml:5:1: the key `format` is missing in the entry around this line; state it"),
    ("another format", "yeollam/1", "yeollam/2", "test.yaml: `format` is \"yeollam/2\"; this program reads \"yeollam/1\""),
    (
        "no instant",
        "2026-01-01T00:00:00Z",
        "2026-01-01",
        "test.yaml:3:59: \"2026-01-01\" is no date: write a day of the calendar as 2024-01-25, an instant as 2026-11-22T00:00:00Z",
    ),
    (
        "a map where a list belongs",
        "        collectedItems:\n          - {name: 성명, requirement: REQUIRED}\n",
        "        collectedItems: {name: 성명}\n",
        "test.yaml:15:25: a list belongs here, not this: [one, another], or a line with a dash for each",
    ),
    (
        "a text where a number belongs",
        "dataSubjectCount: 10",
        "dataSubjectCount: 십만",
        "test.yaml:14:27: \"십만\" is not a whole number, or too large for one",
    ),
    (
        "a number where a list belongs",
        "        collectedItems:\n          - {name: 성명, requirement: REQUIRED}\n",
        "        collectedItems: 3\n",
        "test.yaml:15:25: a list belongs here, not \"3\": [one, another], or a line with a dash for each",
    ),
    ("no YAML", "agencies:\n", "agencies: [\n", "test.yaml:5:3: \"-\" is only valid inside a block"),
    ("a tab", "  - {code", "\t- {code", "test.yaml:5:2: tabs disallowed within this context (block indentation)"),
    ("an unclosed quote", "name: 시험 명부", "name: \"시험 명부", "test.yaml:13:9: invalid indentation in multiline quoted scalar"),
    ("a key twice", "purpose: 시험", "name: 다른 명부", "test.yaml:13:9: the key `name` stands twice; leave one of the two out"),
    (
        "a code that is none",
        "{code: T000001",
        "{code: t1",
        "test.yaml: agencies.0.code: \"t1\" is not an agency code: 7 characters, digits and capital letters (INVALID)",
    ),
    (
        "an unknown agency",
        "agency: T000001",
        "agency: T000002",
        "test.yaml: dataFiles.0.agency: the register has no agency with the code \"T000002\"; state it under `agencies` (NOT_FOUND)",
    ),
    (
        "an unknown superior",
        "type: CENTRAL}",
        "type: CENTRAL, parent: T000009}",
        "test.yaml: agencies.0: the register has no agency with the code \"T000009\"; state it under `agencies` (NOT_FOUND)",
    ),
    ("its own superior", "type: CENTRAL}", "type: CENTRAL, parent: T000001}", "test.yaml: agencies.0.parent: an agency cannot be its own superior (CONFLICT)"),
    (
        "an operating unit without an institution",
        "type: CENTRAL}",
        "type: OPERATING_UNIT}",
        "test.yaml: agencies.0.parent: an operating unit needs the institution that runs it (REQUIRED)",
    ),
    (
        "a circle of superiors",
        "type: CENTRAL}",
        "type: CENTRAL, parent: T000002}\n  - {code: T000002, name: 다른청, type: CENTRAL, parent: T000001}",
        "test.yaml: agencies.0.parent: agency T000001 stands in a circle of superiors (CONFLICT)",
    ),
    (
        "a code twice",
        "type: CENTRAL}",
        "type: CENTRAL}\n  - {code: T000001, name: 다른청, type: CENTRAL}",
        "test.yaml: agencies.1.code: agency T000001 stands more than once in what is imported (CONFLICT)",
    ),
    (
        "an unknown region",
        "type: CENTRAL}",
        "type: CENTRAL, region: \"99\"}",
        "test.yaml: agencies.0: agency T000001: \"99\" is not a region code: 2 digits for a 시도, 5 for a 시군구 (NOT_FOUND)",
    ),
    (
        "an unknown predecessor",
        "type: CENTRAL}",
        "type: CENTRAL, predecessors: [{code: T000009, on: 2024-01-01, kind: RENAME}]}",
        "test.yaml: agencies.0.predecessors.0.code: the register has no agency with the code \"T000009\"; state it under `agencies` (NOT_FOUND)",
    ),
    (
        "a future first day",
        "validFrom: 2024-01-25",
        "validFrom: 2026-11-23",
        "test.yaml: dataFiles.0.registrations.0.validFrom: 2026-11-23 lies in the future; today is 2026-11-22 (INVALID)",
    ),
    (
        "a negative count",
        "dataSubjectCount: 10",
        "dataSubjectCount: -1",
        "test.yaml: dataFiles.0.registrations.0.dataSubjectCount: -1 is out of range: 0 to 9007199254740991 (INVALID)",
    ),
    (
        "a count beyond mankind",
        "dataSubjectCount: 10",
        "dataSubjectCount: 9007199254740992",
        "test.yaml: dataFiles.0.registrations.0.dataSubjectCount: 9007199254740992 is out of range: 0 to 9007199254740991 (INVALID)",
    ),
    (
        "a count beyond 64 bits",
        "dataSubjectCount: 10",
        "dataSubjectCount: 90000000000000000000",
        "test.yaml:14:27: \"90000000000000000000\" is not a whole number, or too large for one",
    ),
    ("half a person", "dataSubjectCount: 10", "dataSubjectCount: 1.5", "test.yaml:14:27: \"1.5\" is not a whole number, or too large for one"),
    (
        "a registration number that is none",
        "registrationNumber: T000001-1",
        "registrationNumber: T000001-01",
        "test.yaml: dataFiles.0.registrationNumber: \"T000001-01\" is not a registration number: agency code, dash, running number, 6110000-12 say (INVALID)",
    ),
    (
        "a file twice",
        "dataFiles:\n",
        "dataFiles:\n  - {registrationNumber: T000001-1, agency: T000001, status: REGISTERED, registrations: [{validFrom: 2023-01-01, name: 다른 명부}]}\n",
        "test.yaml: dataFiles.1.registrationNumber: T000001-1 stands more than once in this document; state the registrations of a file in one place (CONFLICT)",
    ),
    (
        "no registrations",
        "    registrations:\n      - validFrom: 2024-01-25\n        name: 시험 명부\n        purpose: 시험\n        dataSubjectCount: 10\n        collectedItems:\n          - {name: 성명, requirement: REQUIRED}\n",
        "    registrations: []\n",
        "test.yaml: dataFiles.0.registrations: is empty; a file is known by at least one registration (REQUIRED)",
    ),
    (
        "an amendment first",
        "      - validFrom",
        "      - changeKind: AMENDMENT\n        validFrom",
        "test.yaml: dataFiles.0.registrations.0.changeKind: the first registration of a file is NEW (CONFLICT)",
    ),
    (
        "a source of no document",
        "        purpose: 시험",
        "        sources: [{document: polcy}]",
        "test.yaml: dataFiles.0.registrations.0.sources.0.document: \"polcy\" is not a key among the `sources` of this document (NOT_FOUND)",
    ),
    (
        "a confidence beyond certainty",
        "        purpose: 시험",
        "        sources: [{document: policy, confidence: 2}]",
        "test.yaml: dataFiles.0.registrations.0.sources.0.confidence: is out of range: 0 to 1 (INVALID)",
    ),
    (
        "an entrustment that ends before it starts",
        "        purpose: 시험",
        "        entrustments: [{entrustee: (주)가온, task: 운영, startsOn: 2024-02-01, endsOn: 2024-01-01}]",
        "test.yaml: dataFiles.0.registrations.0.entrustments.0.endsOn: 2024-01-01 lies before startsOn, 2024-02-01; leave both out and keep `periodText` where the document has them reversed (CONFLICT)",
    ),
    (
        "several at once",
        "      - validFrom: 2024-01-25\n        name: 시험 명부\n        purpose: 시험\n        dataSubjectCount: 10",
        "      - validFrom: 2030-01-01\n        name: ' '\n        countedOn: 2030-01-01\n        dataSubjectCount: -5\n        accessRestrictions: [{scope: ''}]\n        provisions: [{recipient: ''}]",
        "test.yaml: dataFiles.0.registrations.0.validFrom: 2030-01-01 lies in the future; today is 2026-11-22 (INVALID)\ntest.yaml: dataFiles.0.registrations.0.countedOn: 2030-01-01 lies in the future; today is 2026-11-22 (INVALID)\ntest.yaml: dataFiles.0.registrations.0.dataSubjectCount: -5 is out of range: 0 to 9007199254740991 (INVALID)\ntest.yaml: dataFiles.0.registrations.0.name: is empty; state it (REQUIRED)\ntest.yaml: dataFiles.0.registrations.0.provisions.0.recipient: is empty; state it (REQUIRED)\ntest.yaml: dataFiles.0.registrations.0.accessRestrictions.0.scope: is empty; state it (REQUIRED)",
    ),
    (
        "a policy of no agency",
        "dataFiles:",
        "policies:\n  - {agency: T000009, title: 처리방침, revisions: [{effectiveFrom: 2024-01-01}]}\ndataFiles:",
        "test.yaml: policies.0: the register has no agency with the code \"T000009\"; state it under `agencies` (NOT_FOUND)",
    ),
    (
        "a policy without a period",
        "dataFiles:",
        "policies:\n  - {agency: T000001, title: 처리방침, revisions: [{}]}\ndataFiles:",
        "test.yaml: policies.0.revisions.0.effectiveFrom: state effectiveFrom or effectiveUntil: a revision is known by its period (REQUIRED)",
    ),
    (
        "a policy over a file that is not there",
        "dataFiles:",
        "policies:\n  - {agency: T000001, title: 처리방침, revisions: [{effectiveFrom: 2024-01-01, dataFiles: [T000001-9]}]}\ndataFiles:",
        "test.yaml: policies.0: the register has no data file with the registration number \"T000001-9\" (NOT_FOUND)",
    ),
    (
        "a name that is not published",
        "dataFiles:",
        "policies:\n  - {agency: T000001, title: 처리방침, revisions: [{effectiveFrom: 2024-01-01, officers: [{role: HANDLER, name: 아무개}]}]}\ndataFiles:",
        "test.yaml: policies.0.revisions.0.officers.0.name: only the name of the privacy officer (PRIVACY_OFFICER) is kept; leave it out and set `isNameWithheld: true` (INVALID)",
    ),
    (
        "an assessment of a file that is not there",
        "dataFiles:",
        "impactAssessments:\n  - {agency: T000001, year: 2023, dataFiles: [{registrationNumber: T000001-9}]}\ndataFiles:",
        "test.yaml: impactAssessments.0: the register has no data file with the registration number \"T000001-9\" (NOT_FOUND)",
    ),
];

/// The message of a failed import, with the number of the journal's last entry after it.
async fn refused(server: &Server, document: &str) -> (String, i64) {
    let message = match server.import("test.yaml", document).await {
        Ok(report) => format!("imported:\n{report}"),
        Err(failure) => failure.to_string(),
    };
    (message, server.sequence().await)
}

async fn what_is_wrong_is_told_and_leaves_nothing(server: Server) {
    let mut findings = String::new();
    for (what, part, broken, expected) in BROKEN {
        assert!(SOUND.contains(part), "{what}: {part}");
        let (message, sequence) = refused(&server, &SOUND.replacen(part, broken, 1)).await;
        let message = message.strip_suffix("\nNothing was recorded.").unwrap_or(&message);
        if message != *expected || sequence != 0 {
            findings.push_str(&format!("@@{what}@@{message}@@{sequence}\n"));
        }
    }
    assert!(findings.is_empty(), "\n{findings}");
}

/// Documents that are no case of a replacement: too large, too deep, no text at all.
async fn what_is_too_much_is_refused(server: Server) {
    let with = |part: &str, by: &str| SOUND.replacen(part, by, 1);
    let laughs: String = (1..9).fold("format: yeollam/1\na0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha]\n".to_owned(), |text, depth| {
        text + &format!("a{depth}: &a{depth} [{}]\n", vec![format!("*a{}", depth - 1); 9].join(", "))
    });
    let sound_laughs = SOUND.replace(
        "        collectedItems:\n          - {name: 성명, requirement: REQUIRED}\n",
        &format!("        collectedItems:\n          - &item {{name: 성명}}\n{}", "          - *item\n".repeat(1000)),
    );
    let cases = [
        ("1,001 items", with("          - {name: 성명, requirement: REQUIRED}\n", &"          - {name: 성명}\n".repeat(1001))),
        ("1,001 items by one anchor", sound_laughs),
        ("a name of 301 characters", with("시험 명부", &"가".repeat(301))),
        ("a value of 5 MB", with("purpose: 시험", &format!("purpose: {}", "가".repeat(1_700_000)))),
        ("nested 2,000 deep", with("purpose: 시험", &format!("purpose: {}{}", "[".repeat(2000), "]".repeat(2000)))),
        ("nested 100,000 deep, and not closed", "[".repeat(100_000)),
        ("a billion laughs", laughs),
        ("nothing", String::new()),
        ("only a comment", "# later\n".to_owned()),
        ("two documents", format!("{SOUND}---\n{SOUND}")),
        ("a list of documents", format!("- {}", SOUND.replace('\n', "\n  "))),
        ("a spreadsheet", "기관명,파일명\n시험청,시험 명부\n".to_owned()),
        ("a control character", with("시험 명부", "\"시험\\u0000명부\"")),
    ];
    let mut told = String::new();
    for (what, document) in cases {
        let (message, sequence) = refused(&server, &document).await;
        assert!(message.len() < 1500, "{what}: {} bytes of message", message.len());
        assert!(sequence == 0 || what == "a control character", "{what}: {message}");
        told.push_str(&format!("{what}\n    {}\n", message.replace('\n', "\n    ")));
    }
    insta::assert_snapshot!("what_is_too_much", told);
}

/// One document written in every way that an editor leaves behind says one thing.
async fn how_a_document_is_written_does_not_matter(server: Server) {
    let sequence = {
        server.import("test.yaml", SOUND).await.unwrap();
        server.sequence().await
    };
    let json = r#"{"format": "yeollam/1", "agencies": [{"code": "T000001", "name": "시험청", "type": "CENTRAL"}],
        "sources": [{"key": "policy", "title": "시험 처리방침", "publisher": "시험청", "readAt": "2026-01-01T00:00:00Z"}],
        "dataFiles": [{"agency": "T000001", "status": "REGISTERED", "registrationNumber": "T000001-1", "registrations": [
            {"validFrom": "2024-01-25", "name": "시험 명부", "purpose": "시험", "dataSubjectCount": 10, "collectedItems": [{"name": "성명", "requirement": "REQUIRED"}]}]}]}"#;
    for (what, document) in [
        ("a byte-order mark", format!("\u{feff}{SOUND}")),
        ("CRLF", SOUND.replace('\n', "\r\n")),
        ("decomposed syllables", SOUND.replace("시험 명부", "\u{1109}\u{1175}\u{1112}\u{1165}\u{11b7} \u{1106}\u{1167}\u{11bc}\u{1107}\u{116e}")),
        ("spaces", SOUND.replace("name: 시험 명부", "name: \"  시험\u{a0}\u{3000}명부 \"")),
        ("a text over two lines", SOUND.replace("name: 시험 명부", "name: >-\n          시험\n          명부")),
        ("JSON", json.to_owned()),
        ("without the number", SOUND.replace("  - registrationNumber: T000001-1\n    agency", "  - agency")),
    ] {
        let report = server.import("test.yaml", &document).await.unwrap_or_else(|failure| panic!("{what}: {failure}"));
        assert_eq!((report.data_files.unchanged, report.agencies.unchanged, report.changes), (1, 1, 0), "{what}");
    }
    assert_eq!(server.sequence().await, sequence);
    let found = server
        .query(
            "query ($name: String!) { dataFiles(filter: {name: {eq: $name}}) { nodes { name } } }",
            json!({"name": "\u{1109}\u{1175}\u{1112}\u{1165}\u{11b7} 명부"}),
        )
        .await;
    assert_eq!(found, json!({"dataFiles": {"nodes": [{"name": "시험 명부"}]}}));
}

/// Text decomposed is stored composed, and found either way.
async fn decomposed_text_is_stored_composed(server: Server) {
    let decomposed = "\u{1109}\u{1175}\u{1112}\u{1165}\u{11b7} \u{1106}\u{1167}\u{11bc}\u{1107}\u{116e}";
    server.import("test.yaml", &SOUND.replace("시험 명부", decomposed)).await.unwrap();
    for name in [decomposed, "시험 명부", "시험  명부"] {
        let found = server
            .query("query ($name: String!) { dataFiles(filter: {name: {contains: $name}}) { nodes { name registration { name } } } }", json!({"name": name}))
            .await;
        assert_eq!(found["dataFiles"]["nodes"][0], json!({"name": "시험 명부", "registration": {"name": "시험 명부"}}));
    }
}

async fn the_bundled_register_again_changes_nothing(server: Server) {
    let before = server.query("{ register { sequence cursor lastChangedAt dataFileCount agencyCount } }", json!({})).await;
    let later = "2026-12-24T00:00:00Z".parse().unwrap();
    let report = yeollam::import::load_bundled(&server.store, later, crate::harness::server::salts()).await.unwrap();
    assert_eq!((report.changes, report.registrations), (0, 0), "{report}");
    for tally in [report.agencies, report.data_files, report.policy_revisions, report.impact_assessments] {
        assert!(tally.new == 0 && tally.amended == 0 && tally.unchanged > 0, "{report}");
    }
    assert_eq!(server.query("{ register { sequence cursor lastChangedAt dataFileCount agencyCount } }", json!({})).await, before);
}

async fn other_content_is_an_amendment(server: Server) {
    server.import("test.yaml", SOUND).await.unwrap();
    let amended = SOUND
        .replace("2024-01-25", "2025-03-01")
        .replace("purpose: 시험", "purpose: 시험 운영\n        retention: {text: 3년}")
        .replace("          - {name: 성명, requirement: REQUIRED}\n", "          - {name: 성명, requirement: OPTIONAL}\n          - {name: 주민등록번호}\n");
    let report = server.import("test.yaml", &amended).await.unwrap();
    assert_eq!((report.data_files.amended, report.registrations, report.changes), (1, 1, 1), "{report}");
    let longer = amended.replace("2025-03-01", "2026-01-01").replace("3년", "5년");
    server.import("test.yaml", &longer).await.unwrap();
    let data = server
        .query(
            "{ dataFile(registrationNumber: \"T000001-1\") { registration { number } registrations { nodes { number changeKind validFrom validUntil differences { path kind before after } } } } }",
            json!({}),
        )
        .await;
    insta::assert_json_snapshot!("differences_of_an_amendment", data);
    let changed = server.query("{ registrations(filter: {retentionChange: {eq: LENGTHENED}}) { nodes { number } } }", json!({})).await;
    assert_eq!(changed, json!({"registrations": {"nodes": [{"number": 3}]}}));
}

/// All documents of a run or none: one that is sound beside one that is not leaves nothing.
async fn a_run_is_all_or_nothing(server: Server) {
    let other = SOUND.replace("T000001", "T000002").replace("시험청", "다른청");
    let documents = [("sound.yaml".to_owned(), SOUND.to_owned()), ("broken.yaml".to_owned(), other.replace("agency: T000002", "agency: T000003"))];
    let failure = yeollam::import::import(&server.store, &documents, crate::harness::server::now(), crate::harness::server::salts()).await.unwrap_err();
    assert!(failure.to_string().starts_with("broken.yaml: dataFiles.0.agency: "), "{failure}");
    assert!(!failure.to_string().contains("sound.yaml"), "{failure}");
    let data = server.query("{ register { sequence agencyCount dataFileCount } agency(code: \"T000001\") { name } }", json!({})).await;
    assert_eq!(data, json!({"register": {"sequence": 0, "agencyCount": 0, "dataFileCount": 0}, "agency": null}));
    // An agency of one document may stand above one of another.
    let documents = [("child.yaml".to_owned(), other.replace("type: CENTRAL", "type: CENTRAL, parent: T000001")), ("parent.yaml".to_owned(), SOUND.to_owned())];
    yeollam::import::import(&server.store, &documents, crate::harness::server::now(), crate::harness::server::salts()).await.unwrap();
    let data: Value = server.query("{ agency(code: \"T000002\") { parent { code } } }", json!({})).await;
    assert_eq!(data["agency"]["parent"]["code"], "T000001");
}

on_both!(
    Data::Empty => what_is_wrong_is_told_and_leaves_nothing, what_is_too_much_is_refused, how_a_document_is_written_does_not_matter,
    decomposed_text_is_stored_composed, other_content_is_an_amendment, a_run_is_all_or_nothing,
);
on_both!(Data::Bundled => the_bundled_register_again_changes_nothing);
