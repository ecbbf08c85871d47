//! Data flows: on the bundled documents as a reader counts them, whatever is written those that a plain sum over provisions and entrustments gives, and the ways that data take over several bodies.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::generate::{Request, generate};

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, on_both};

/// Every row of a list of the register.
async fn all(server: &Server, list: &str, selection: &str) -> Vec<Value> {
    let (mut rows, mut after) = (Vec::new(), Value::Null);
    loop {
        let document =
            format!("query ($after: String) {{ list: {list}(first: 50, after: $after) {{ pageInfo {{ hasNextPage endCursor }} nodes {{ {selection} }} }} }}");
        let answer = server.query(&document, json!({"after": after})).await["list"].take();
        rows.extend(answer["nodes"].as_array().unwrap().iter().cloned());
        after = answer["pageInfo"]["endCursor"].clone();
        if answer["pageInfo"]["hasNextPage"] != true {
            return rows;
        }
    }
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

/// Agency, organization, kind: files, people, categories.
type Flows = BTreeMap<(String, String, &'static str), (BTreeSet<String>, BTreeSet<String>)>;

/// Flows as the register tells them, in words.
pub async fn told(server: &Server) -> Vec<String> {
    let rows = all(server, "dataFlows", "from { code } to { id } kind dataFileCount declaredSubjectCount categories { code }").await;
    let line = |row: Value| {
        let categories: BTreeSet<String> = row["categories"].as_array().unwrap().iter().map(|category| text(&category["code"])).collect();
        format!(
            "{} {} {} {} {} {categories:?}",
            text(&row["from"]["code"]),
            text(&row["to"]["id"]),
            text(&row["kind"]),
            row["dataFileCount"],
            row["declaredSubjectCount"]
        )
    };
    let mut lines: Vec<String> = rows.into_iter().map(line).collect();
    lines.sort();
    lines
}

/// The same, by a plain sum over the lists of provisions and entrustments in force.
pub async fn summed(server: &Server) -> Vec<String> {
    let file = "status id registration { dataSubjectCount collectedItems { category { code } } }";
    let by = format!("agency {{ code }} registration {{ dataFile {{ {file} }} }} policyRevision {{ id }}");
    let mut covered: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for policy in all(
        server,
        "privacyPolicies",
        "current { id dataFiles(first: 100) { pageInfo { hasNextPage } nodes { id status registration { dataSubjectCount } } } }",
    )
    .await
    {
        assert_ne!(policy["current"]["dataFiles"]["pageInfo"]["hasNextPage"], true, "a policy of more than a hundred files: page here");
        covered.insert(text(&policy["current"]["id"]), policy["current"]["dataFiles"]["nodes"].as_array().cloned().unwrap_or_default());
    }
    let (mut flows, mut people) = (Flows::new(), BTreeMap::new());
    for (list, kind, party, items) in
        [("provisions", "PROVISION", "recipient", "items { category { code } }"), ("entrustments", "ENTRUSTMENT", "entrustee", "startsOn")]
    {
        for row in all(server, list, &format!("{by} {party} {{ id }} {items}")).await {
            let (files, categories) = flows.entry((text(&row["agency"]["code"]), text(&row[party]["id"]), kind)).or_default();
            let of_file = row["registration"]["dataFile"].clone();
            let of_row = if of_file.is_null() { covered.get(&text(&row["policyRevision"]["id"])).cloned().unwrap_or_default() } else { vec![of_file.clone()] };
            for file in of_row.iter().filter(|file| file["status"] == "REGISTERED" || file["status"] == "DISCLOSED") {
                files.insert(text(&file["id"]));
                people.insert(text(&file["id"]), file["registration"]["dataSubjectCount"].as_i64().unwrap_or_default());
            }
            let items = if kind == "PROVISION" { row["items"].clone() } else { of_file["registration"]["collectedItems"].clone() };
            let codes = items.as_array().cloned().unwrap_or_default();
            categories.extend(codes.iter().filter_map(|item| item["category"]["code"].as_str()).map(str::to_owned));
        }
    }
    let mut lines = Vec::new();
    for ((from, to, kind), (files, categories)) in flows {
        let subjects: i64 = files.iter().map(|file| people[file]).sum();
        lines.push(format!("{from} {to} {kind} {} {subjects} {categories:?}", files.len()));
    }
    lines.sort();
    lines
}

async fn the_seeds_flow_as_a_reader_counts(server: Server) {
    // Every recipient of the city's policy, each once, for the one file that names them or for those that the policy covers.
    let document = "{ provided: dataFlows(filter: {from: {code: {eq: \"4090000\"}}, kind: {eq: PROVISION}}, first: 100) { totalCount nodes { to { name } dataFileCount provisions { totalCount } entrustments { totalCount } } } \
                    provisions(filter: {agency: {code: {eq: \"4090000\"}}}, first: 100) { totalCount nodes { recipient { name } } } }";
    let answer = server.query(document, json!({})).await;
    let recipients: BTreeSet<String> = answer["provisions"]["nodes"].as_array().unwrap().iter().map(|row| text(&row["recipient"]["name"])).collect();
    let flows = answer["provided"]["nodes"].as_array().unwrap();
    assert_eq!(flows.len(), recipients.len());
    let made: i64 = flows.iter().map(|flow| flow["provisions"]["totalCount"].as_i64().unwrap()).sum();
    assert_eq!(made, answer["provisions"]["totalCount"].as_i64().unwrap(), "each provision makes one flow");
    assert!(flows.iter().all(|flow| flow["entrustments"]["totalCount"] == 0), "{answer}");
    assert_eq!(told(&server).await, summed(&server).await);
}

async fn flows_are_filtered_and_ordered(server: Server) {
    let count = async |filter: Value| {
        let answer = server.query("query ($filter: DataFlowFilter) { dataFlows(filter: $filter) { totalCount } }", json!({"filter": filter})).await;
        answer["dataFlows"]["totalCount"].as_i64().unwrap()
    };
    let all_of_them = count(json!({})).await;
    assert!(all_of_them > 20, "{all_of_them}");
    assert_eq!(count(json!({"kind": {"eq": "PROVISION"}})).await + count(json!({"kind": {"eq": "ENTRUSTMENT"}})).await, all_of_them);
    // Who receives resident registration numbers, by any agency of a type; the wider category has them too.
    let numbers = count(json!({"category": "RESIDENT_REGISTRATION_NUMBER"})).await;
    let identifiers = count(json!({"category": "UNIQUE_IDENTIFIER"})).await;
    assert!(numbers > 0 && identifiers >= numbers, "{numbers} {identifiers}");
    assert!(count(json!({"category": "RESIDENT_REGISTRATION_NUMBER", "from": {"type": {"eq": "BASIC_GOVERNMENT"}}})).await <= numbers);
    assert_eq!(count(json!({"or": []})).await, 0);
    assert_eq!(count(json!({"not": [{"kind": {"eq": "PROVISION"}}]})).await, count(json!({"kind": {"eq": "ENTRUSTMENT"}})).await);
    let to_one = json!({"filter": {"to": {"name": {"eq": "경찰청"}}}});
    let answer = server.query("query ($filter: DataFlowFilter) { dataFlows(filter: $filter) { nodes { to { name } } } }", to_one).await;
    assert!(answer["dataFlows"]["nodes"].as_array().unwrap().iter().all(|flow| flow["to"]["name"] == "경찰청"), "{answer}");
    let counts: Vec<i64> = all(&server, "dataFlows", "dataFileCount").await.iter().map(|flow| flow["dataFileCount"].as_i64().unwrap()).collect();
    assert!(counts.is_sorted_by(|one, next| one >= next), "{counts:?}");
    for (document, message) in [
        ("{ dataFlows(filter: {category: \"X\"}) { totalCount } }", "is not the code of an item category"),
        (
            "{ agency(code: \"4090000\") { id } dataFlowPaths(fromAgencyId: \"Agency_AAAAAAAAAAAAAAAAAAAAAA\", maxHops: 9) { categories { code } } }",
            "`maxHops` is 9; it can be 1 to 4",
        ),
        ("{ dataFlowPaths(fromAgencyId: \"Agency_AAAAAAAAAAAAAAAAAAAAAA\", category: \"X\") { categories { code } } }", "is not the code of an item category"),
        ("{ dataFlowPaths(fromAgencyId: \"Organization_AAAAAAAAAAAAAAAAAAAAAA\") { categories { code } } }", "Agency"),
    ] {
        let errors = server.errors(document, json!({})).await;
        assert!(errors[0]["message"].as_str().unwrap().contains(message), "{errors}");
    }
    let nobody = server.query("{ dataFlowPaths(fromAgencyId: \"Agency_AAAAAAAAAAAAAAAAAAAAAA\") { categories { code } } }", json!({})).await;
    assert_eq!(nobody["dataFlowPaths"], json!([]), "an agency that the register lacks passes nothing on");
}

/// Three agencies that pass data on in a row and back, one that is destroyed later, a policy that announces a revision.
const ACTS: &str = "
format: yeollam/1
agencies:
  - {code: T000001, name: 시험기관, type: CENTRAL}
  - {code: T000002, name: 시험공단, type: PUBLIC_CORPORATION}
  - {code: T000003, name: 시험센터, type: OTHER_PUBLIC}
organizations: [{name: 시험기관, agency: T000001}, {name: 시험센터, agency: T000003}]
dataFiles:
  - registrationNumber: T000001-1
    agency: T000001
    status: REGISTERED
    registrations:
      - validFrom: 2024-01-01
        name: 수급자 명부
        dataSubjectCount: 1000
        collectedItems: [{name: 성명}, {name: 주민등록번호}]
        provisions: [{recipient: 시험공단, items: [{name: 주민등록번호}, {name: 성명}]}, {recipient: (주)가나다}]
        entrustments: [{entrustee: ㈜가나다, task: 유지보수}]
  - registrationNumber: T000001-2
    agency: T000001
    status: REGISTERED
    registrations: [{validFrom: 2024-01-01, name: 신청자 명부, dataSubjectCount: 50, provisions: [{recipient: 시험 공단, items: [{name: 성명}]}]}]
  - registrationNumber: T000002-1
    agency: T000002
    status: REGISTERED
    registrations: [{validFrom: 2024-01-01, name: 가입자 명부, provisions: [{recipient: 시험센터, items: [{name: 주민등록번호}]}, {recipient: 시험기관, items: [{name: 성명}]}]}]
  - registrationNumber: T000003-1
    agency: T000003
    status: DISCLOSED
    registrations: [{validFrom: 2024-01-01, name: 이용자 명부, provisions: [{recipient: 주식회사 라마바, items: [{name: 성명}]}]}]
policies:
  - agency: T000001
    title: 개인정보 처리방침
    revisions:
      - {effectiveFrom: 2024-02-01, dataFiles: [T000001-1, T000001-2], entrustments: [{entrustee: 가나다 주식회사, task: 발송}]}
      - {effectiveFrom: 2026-12-01, dataFiles: [T000001-1], entrustments: [{entrustee: 새로운 주식회사, task: 발송}]}
";
const LATER: &str = "
format: yeollam/1
dataFiles:
  - {registrationNumber: T000001-2, agency: T000001, status: DESTROYED, registrations: [{validFrom: 2025-02-01, name: 신청자 명부, changeKind: DESTRUCTION}]}
  - {registrationNumber: T000002-1, agency: T000002, status: REGISTERED, registrations: [{validFrom: 2025-01-01, name: 가입자 명부, dataSubjectCount: 7, provisions: [{recipient: 시험센터}]}]}
";

async fn flows_are_those_of_a_plain_sum(server: Server) {
    generate(&server.store, Request { files: 600, seed: 5, adds: false }, now(), salts(), |_| ()).await.unwrap();
    assert_eq!(told(&server).await, summed(&server).await, "generated");
    for (name, document) in [("acts.yaml", ACTS), ("later.yaml", LATER)] {
        server.import(name, document).await.unwrap();
        let written = told(&server).await;
        assert_eq!(written, summed(&server).await, "after {name}");
        server.store.recompute_findings(now(), salts(), |_, _| ()).await.unwrap();
        assert_eq!(written, told(&server).await, "computed anew after {name}");
    }
    // A revision that is announced counts from its day on, without a write.
    let then = server.another_at("2026-12-02T00:00:00Z".parse().unwrap()).await;
    let (before, after) = (told(&server).await, told(&then).await);
    assert_ne!(before, after);
    assert_eq!(after, summed(&then).await);
}

async fn organizations_are_unified_by_hand(server: Server) {
    server.import("acts.yaml", ACTS).await.unwrap();
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let organization = async |name: &str| {
        server.query("query ($name: String!) { organization(name: $name) { id } }", json!({"name": name})).await["organization"]["id"].clone()
    };
    let (one, other) = (organization("(주)라마바").await, organization("(주)가나다").await);
    let before = told(&server).await;
    let merge = "mutation ($id: ID!, $into: ID!) { organizationMerge(id: $id, intoId: $into) { userErrors { message } } }";
    server.query_as(&token, merge, json!({"id": one, "into": other})).await;
    let merged = told(&server).await;
    assert_ne!(before, merged);
    assert_eq!(merged, summed(&server).await);
    server.query_as(&token, "mutation ($id: ID!) { organizationSeparate(id: $id) { userErrors { message } } }", json!({"id": one})).await;
    assert_eq!(told(&server).await, before);
}

/// Ways from an agency, as `파일 수 > 받는 자 …: categories`.
async fn ways(server: &Server, code: &str, arguments: &str) -> Vec<String> {
    let agency = server.query("query ($code: String!) { agency(code: $code) { id } }", json!({"code": code})).await["agency"]["id"].clone();
    let document = format!(
        "query ($agency: ID!) {{ dataFlowPaths(fromAgencyId: $agency{arguments}) {{ categories {{ code }} hops {{ kind dataFileCount from {{ name }} to {{ name }} }} }} }}"
    );
    let answer = server.query(&document, json!({"agency": agency})).await;
    let line = |way: &Value| {
        let hops: Vec<String> = way["hops"]
            .as_array()
            .unwrap()
            .iter()
            .map(|hop| format!("{}→{} ({})", text(&hop["from"]["name"]), text(&hop["to"]["name"]), hop["dataFileCount"]))
            .collect();
        let categories: Vec<String> = way["categories"].as_array().unwrap().iter().map(|category| text(&category["code"])).collect();
        format!("{}: {}", hops.join(" "), categories.join(", "))
    };
    answer["dataFlowPaths"].as_array().unwrap().iter().map(line).collect()
}

async fn ways_lead_over_several_bodies(server: Server) {
    server.import("acts.yaml", ACTS).await.unwrap();
    let mut told = String::new();
    for arguments in ["", ", maxHops: 1", ", maxHops: 3", ", maxHops: 3, category: \"RESIDENT_REGISTRATION_NUMBER\"", ", first: 1"] {
        let ways = ways(&server, "T000001", arguments).await.join("\n");
        told.push_str(&format!("T000001{arguments}\n{ways}\n\n"));
    }
    insta::assert_snapshot!("ways_over_several_bodies", told);
}

on_both!(Data::Bundled =>
    the_seeds_flow_as_a_reader_counts,
    flows_are_filtered_and_ordered,
);

on_both!(Data::Empty =>
    flows_are_those_of_a_plain_sum,
    organizations_are_unified_by_hand,
    ways_lead_over_several_bodies,
);
