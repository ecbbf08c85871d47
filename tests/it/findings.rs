//! Findings of the law's rules: right by hand-count on the bundled documents, and whatever is written, those that a computation from nothing gives.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::generate::{Request, generate};

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

/// Findings, in words: rule, certainty, days, agency, file, the values that show it.
pub async fn found(server: &Server, arguments: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut after = Value::Null;
    loop {
        let document = format!(
            "query ($after: String) {{ findings({arguments}, first: 100, after: $after) {{ pageInfo {{ hasNextPage endCursor }} \
             nodes {{ id rule {{ code }} certainty since until agency {{ name }} dataFile {{ name }} evidence }} }} }}"
        );
        let answer = server.query(&document, json!({"after": after})).await;
        for node in answer["findings"]["nodes"].as_array().unwrap() {
            let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
            let evidence: Vec<String> = node["evidence"].as_array().unwrap().iter().map(text).collect();
            let (since, until) = (text(&node["since"]), text(&node["until"]));
            lines.push(format!(
                "{} {} {since}..{until} {} | {} | {}",
                text(&node["rule"]["code"]),
                text(&node["certainty"]),
                text(&node["agency"]["name"]),
                text(&node["dataFile"]["name"]),
                evidence.join("; ")
            ));
        }
        after = answer["findings"]["pageInfo"]["endCursor"].clone();
        if answer["findings"]["pageInfo"]["hasNextPage"] != true {
            lines.sort();
            return lines;
        }
    }
}

async fn of_agency(server: &Server, rule: &str, agency: &str) -> Vec<String> {
    found(server, &format!("filter: {{rule: {{eq: {rule}}}, agency: {{name: {{eq: \"{agency}\"}}}}}}")).await
}

async fn the_seeds_have_the_findings_that_a_reader_counts(server: Server) {
    // Three contracts of 2024 have ended: one in March, two at the end of the year.
    let unit = "출산에서 육아까지 몽땅정보 만능키";
    let ended = of_agency(&server, "R11", unit).await;
    assert_eq!(ended.len(), 3, "{ended:#?}");
    assert!(ended[0].contains("2024-04-01..-") && ended[0].contains("entrustments.2.endsOn: 2024-03-31"), "{ended:#?}");
    assert!(ended[1..].iter().all(|line| line.contains("2025-01-01..-")), "{ended:#?}");
    // Of its two files an assessment is named, and no result.
    assert_eq!(of_agency(&server, "R18", unit).await.len(), 2);
    // The city's policy names the bodies that it provides data to, and their purpose, and no basis: eight rows.
    let city = of_agency(&server, "R12", "김포시").await;
    assert_eq!(city.len(), 8, "{city:#?}");
    assert!(city.iter().all(|line| line.contains("SUSPECTED") && line.ends_with("legalBases: (not stated)")), "{city:#?}");
    // Members of its homepage are kept until they leave; one of its files holds resident registration numbers on no act.
    assert_eq!(of_agency(&server, "R10", "김포시").await.len(), 1);
    assert_eq!(of_agency(&server, "R04", "김포시").await.len(), 1);
    assert_eq!(of_agency(&server, "R11", "김포시").await, [""; 0], "its contracts state no day");
}

async fn a_finding_holds_from_a_day_to_a_day(server: Server) {
    let ended = |day: &str| format!("filter: {{rule: {{eq: R11}}, agency: {{name: {{eq: \"출산에서 육아까지 몽땅정보 만능키\"}}}}}}, asOf: \"{day}\"");
    for (day, count) in [("2024-03-31", 0), ("2024-04-01", 1), ("2024-12-31", 1), ("2025-01-01", 3)] {
        assert_eq!(found(&server, &ended(day)).await.len(), count, "{day}");
    }
    // A server whose clock has not come so far says what held then, of the same rows.
    let then = server.another_at("2024-12-31T00:00:00Z".parse().unwrap()).await;
    assert_eq!(
        found(&then, "filter: {rule: {eq: R11}, agency: {code: {startsWith: \"Y\"}}}").await.len(),
        found(&server, "filter: {rule: {eq: R11}, agency: {code: {startsWith: \"Y\"}}}, asOf: \"2024-12-31\"").await.len()
    );
}

async fn findings_are_filtered_and_counted(server: Server) {
    let answer = server.query("{ findingRules { code title(language: EN) article count } all: findings { totalCount } }", json!({})).await;
    let rules = answer["findingRules"].as_array().unwrap();
    assert_eq!(rules.len(), 18);
    let mut total = 0;
    for rule in rules {
        let filter = json!({"rule": {"eq": rule["code"]}});
        let one = server.query("query ($filter: FindingFilter) { findings(filter: $filter) { totalCount } }", json!({"filter": filter})).await;
        assert_eq!(one["findings"]["totalCount"], rule["count"], "{rule}");
        total += rule["count"].as_i64().unwrap();
        assert!(!rule["article"].as_str().unwrap().ends_with('.') && !rule["title"].as_str().unwrap().is_empty(), "{rule}");
    }
    assert_eq!(answer["all"]["totalCount"], total);
    let certain = found(&server, "filter: {certainty: {eq: CERTAIN}}").await.len();
    let suspected = found(&server, "filter: {not: [{certainty: {eq: CERTAIN}}]}").await.len();
    assert_eq!(i64::try_from(certain + suspected).unwrap(), total);
    // The city, with the unit below it, and what its node says of itself.
    let document = "{ agency(code: \"6110000\") { id own: findings { totalCount } all: findings(includeSubordinate: true, first: 100) { totalCount nodes { subject { id } } } } }";
    let seoul = server.query(document, json!({})).await["agency"].clone();
    assert!(seoul["own"]["totalCount"].as_i64() < seoul["all"]["totalCount"].as_i64(), "{seoul}");
    let below = json!({"filter": {"agency": {"subordinateTo": {"eq": seoul["id"]}}}});
    let filtered = server.query("query ($filter: FindingFilter) { findings(filter: $filter) { totalCount } }", below).await;
    assert_eq!(filtered["findings"]["totalCount"], seoul["all"]["totalCount"]);
    let subject = seoul["all"]["nodes"][0]["subject"]["id"].clone();
    let about = server.query("query ($id: ID!) { findings(filter: {subjectId: {eq: $id}}) { nodes { subject { id } } } }", json!({"id": subject})).await;
    let nodes = about["findings"]["nodes"].as_array().unwrap();
    assert!(!nodes.is_empty() && nodes.iter().all(|node| node["subject"]["id"] == subject), "{about}");
    for (arguments, message) in [
        ("filter: {subjectId: {eq: \"Organization_AAAAAAAAAAAAAAAAAAAAAA\"}}", "an id of a Organization is none of these"),
        ("asOf: \"2024-01-01\", includesEnded: true", "leave one of them out"),
    ] {
        let errors = server.errors(&format!("{{ findings({arguments}) {{ totalCount }} }}"), json!({})).await;
        assert!(errors[0]["message"].as_str().unwrap().contains(message), "{errors}");
    }
    assert!(found(&server, "filter: {subjectId: {in: []}}").await.is_empty());
}

/// What is written after the register was generated: a twin of a file, a destruction, a change that ends findings, a contract that ends, an agency that is no more.
const ACTS: &str = "
format: yeollam/1
agencies:
  - {code: T000001, name: 시험기관, type: OTHER_PUBLIC}
  - {code: T000002, name: 시험후신, type: OTHER_PUBLIC, predecessors: [{code: T000003, on: 2025-07-01, kind: MERGER}]}
  - {code: T000003, name: 시험전신, type: OTHER_PUBLIC, status: ABOLISHED}
dataFiles:
  - {registrationNumber: T000001-1, agency: T000001, status: REGISTERED, registrations: [{validFrom: 2024-01-01, completeness: FULL_REGISTRATION, name: 수강생 명부, dataSubjectCount: 1500000}]}
  - {registrationNumber: T000001-2, agency: T000001, status: REGISTERED, registrations: [{validFrom: 2024-01-01, name: 폐기될 파일}]}
  - {registrationNumber: T000001-3, agency: T000001, status: DISCLOSED, registrations: [{validFrom: 2024-01-01, name: 홈페이지 회원, retention: {text: 영구}}]}
  - {registrationNumber: T000003-1, agency: T000003, status: REGISTERED, registrations: [{validFrom: 2024-01-01, name: 남은 파일}]}
policies:
  - agency: T000001
    title: 개인정보 처리방침
    revisions:
      - effectiveFrom: 2024-02-01
        sections: [{kind: FILE_REGISTER, state: STATED}]
        dataFiles: [T000001-3]
        entrustments: [{entrustee: (주)가나다, task: 유지보수, endsOn: 2024-12-31}]
";
const LATER: &str = "
format: yeollam/1
dataFiles:
  - {registrationNumber: T000001-1, agency: T000001, status: REGISTERED, registrations: [{validFrom: 2025-01-01, completeness: FULL_REGISTRATION, name: 수강생 명부, dataSubjectCount: 900}]}
  - {registrationNumber: T000001-2, agency: T000001, status: DESTROYED, registrations: [{validFrom: 2025-02-01, name: 폐기될 파일, changeKind: DESTRUCTION}]}
  - {registrationNumber: T000001-4, agency: T000001, status: REGISTERED, registrations: [{validFrom: 2025-03-01, name: 수강생 관리(2025)}]}
impactAssessments:
  - {agency: T000001, year: 2025, dataFiles: [{registrationNumber: T000001-4}]}
policies:
  - agency: T000001
    title: 개인정보 처리방침
    revisions:
      - effectiveFrom: 2025-04-01
        sections: [{kind: FILE_REGISTER, state: STATED}]
        dataFiles: [T000001-1, T000001-3]
";

async fn findings_are_those_of_a_computation_from_nothing(server: Server) {
    generate(&server.store, Request { files: 800, seed: 3, adds: false }, now(), salts(), |_| ()).await.unwrap();
    let mut all = Vec::new();
    for (name, document) in [("acts.yaml", ACTS), ("later.yaml", LATER)] {
        server.import(name, document).await.unwrap();
        let written = found(&server, "includesEnded: true").await;
        server.store.recompute_findings(now(), salts(), |_, _| ()).await.unwrap();
        assert_eq!(written, found(&server, "includesEnded: true").await, "after {name}");
        the_search_knows_them(&server, name).await;
        assert!(server.store.findings_are_current().await.unwrap());
        all = written;
    }
    let of_test: Vec<&str> = all.iter().filter(|line| line.contains(" 시험")).map(String::as_str).collect();
    insta::assert_snapshot!("findings_of_acts", of_test.join("\n"));
    // The rules meet a register of national shape: most of them find something, and not everything.
    let files = server.query("{ register { dataFileCount } findingRules { code count } }", json!({})).await;
    let rules = files["findingRules"].as_array().unwrap();
    let finding = rules.iter().filter(|rule| rule["count"].as_i64() > Some(0)).count();
    assert!(finding >= 12, "{rules:#?}");
}

/// What the search counts by rules is what the findings say of the files that it finds, also of those whose findings others caused.
pub async fn the_search_knows_them(server: &Server, when: &str) {
    let mut files: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut after = Value::Null;
    loop {
        let document = "query ($after: String) { findings(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { rule { code } dataFile { id status } } } }";
        let page = server.query(document, json!({"after": after})).await["findings"].take();
        for node in page["nodes"].as_array().unwrap() {
            let file = &node["dataFile"];
            if file["status"] == "REGISTERED" || file["status"] == "DISCLOSED" {
                files.entry(node["rule"]["code"].as_str().unwrap().to_owned()).or_default().insert(file["id"].as_str().unwrap().to_owned());
            }
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] != true {
            break;
        }
    }
    let answer = server.query("{ search { facets(by: [FINDING_RULE], first: 100) { values { key count } } } }", json!({})).await;
    let facet: BTreeMap<String, usize> = answer["search"]["facets"][0]["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|value| (value["key"].as_str().unwrap().to_owned(), usize::try_from(value["count"].as_u64().unwrap()).unwrap()))
        .collect();
    let expected: BTreeMap<String, usize> = files.iter().map(|(rule, files)| (rule.clone(), files.len())).collect();
    assert_eq!(facet, expected, "{when}: {answer}");
    for (rule, files) in files.iter().take(5) {
        let filter = json!({"findingRule": {"eq": rule}});
        let answer =
            server.query("query ($filter: SearchFilter) { search(filter: $filter, first: 100) { totalCount nodes { id } } }", json!({"filter": filter})).await;
        let found: BTreeSet<String> = answer["search"]["nodes"].as_array().unwrap().iter().map(|node| node["id"].as_str().unwrap().to_owned()).collect();
        assert_eq!(answer["search"]["totalCount"], files.len(), "{when} {rule}");
        assert!(found.is_subset(files), "{when} {rule}");
    }
}

async fn a_dry_run_tells_what_would_be_found(server: Server) {
    let token = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let agency = server.query("{ agency(code: \"4090000\") { id } }", json!({})).await["agency"]["id"].clone();
    let document = "query ($agency: ID!, $input: RegistrationInput!) { registrationCheck(agencyId: $agency, input: $input) \
                    { findings { rule { code } certainty subject { id } message(language: EN) } registration { id } userErrors { message } } }";
    let input = json!({"name": "평생학습관 수강생", "collectedItems": [{"name": "주민등록번호"}], "retention": {"text": "영구"}});
    let answer = server.query_as(&token, document, json!({"agency": agency, "input": input})).await;
    let check = &answer["registrationCheck"];
    let rules: Vec<&str> = check["findings"].as_array().unwrap().iter().map(|finding| finding["rule"]["code"].as_str().unwrap()).collect();
    assert!(["R04", "R06", "R08", "R09", "R15"].iter().all(|rule| rules.contains(rule)), "{answer:#}");
    assert!(check["findings"].as_array().unwrap().iter().all(|finding| finding["subject"]["id"] == check["registration"]["id"]), "{answer:#}");
    let before = found(&server, "includesEnded: true").await;
    assert!(!before.iter().any(|line| line.contains("평생학습관")), "a dry run stores nothing");
}

on_both!(Data::Bundled =>
    the_seeds_have_the_findings_that_a_reader_counts,
    a_finding_holds_from_a_day_to_a_day,
    findings_are_filtered_and_counted,
    a_dry_run_tells_what_would_be_found,
);

on_both!(Data::Empty => findings_are_those_of_a_computation_from_nothing);
