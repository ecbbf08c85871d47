//! Statements: how many a selection costs does not depend on how many rows there are.
//!
//! Every field of every type that is a node is asked of 3 and of 30 of them with everything below it, and every list of the register for pages of 3 and of 30. Fields that
//! are added later are asked too. The snapshot tells what each costs.

use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::introspection::{Schema, arguments, named, text};
use crate::harness::{Data, Server, on_both};

/// Levels of objects below those of a field: one, or as many as the cost of an operation allows.
const LEVELS: usize = 1;

/// Thirty ids of nodes of a type that are alike.
pub async fn alike(server: &Server, node_type: &str) -> Vec<String> {
    if node_type == "Recommendation" {
        return recommended(server).await;
    }
    // A list of the register, a filter that leaves only those that are alike, and what leads from its rows to the nodes.
    let (list, path): (&str, &[&str]) = match node_type {
        "Agency" => (r#"agencies(first: 30, filter: {code: {startsWith: "G0000"}, parent: {code: {eq: "G000000"}}})"#, &[]),
        "DataFile" => (FILES, &[]),
        "Registration" => (r#"registrations(first: 30, filter: {name: {startsWith: "시험 신청자 명부"}, changeKind: {eq: AMENDMENT}})"#, &[]),
        "ItemCategory" => ("itemCategories", &[]),
        "Statute" => (r#"statutes(first: 30, filter: {name: {startsWith: "가람시험"}})"#, &[]),
        "Organization" => (r#"organizations(first: 30, filter: {name: {startsWith: "가람구청"}})"#, &[]),
        "Provision" => (r#"provisions(first: 30, filter: {statedFor: {eq: DATA_FILE}, agency: {parent: {code: {eq: "G000000"}}}})"#, &[]),
        "Entrustment" => (r#"entrustments(first: 30, filter: {statedFor: {eq: DATA_FILE}, agency: {parent: {code: {eq: "G000000"}}}})"#, &[]),
        "ImpactAssessment" => (r#"impactAssessments(first: 30, filter: {agency: {parent: {code: {eq: "G000000"}}}})"#, &[]),
        "PrivacyPolicy" => (r#"privacyPolicies(first: 30, filter: {title: {startsWith: "시험 처리방침"}})"#, &[]),
        "PolicyRevision" => (r#"privacyPolicies(first: 30, filter: {title: {startsWith: "시험 처리방침"}})"#, &["current"]),
        "Finding" => (r#"findings(first: 30, orderBy: {field: RULE, direction: ASC}, filter: {dataFile: {name: {startsWith: "시험 신청자 명부"}}})"#, &[]),
        "DataFlow" => {
            (r#"dataFlows(first: 30, filter: {from: {parent: {code: {eq: "G000000"}}}, kind: {eq: PROVISION}, to: {name: {startsWith: "가람구청"}}})"#, &[])
        }
        "Change" => ("changes(first: 30, filter: {kind: {eq: REGISTRATION_RECORDED}})", &[]),
        other => panic!("{other} is a new type of node: tell here how to find thirty of them"),
    };
    let nodes = if list == "itemCategories" { "id" } else { "nodes" };
    let inner = path.iter().rev().fold("id".to_owned(), |below, step| format!("{step} {{ {below} }}"));
    let selection = if nodes == "id" { inner } else { format!("nodes {{ {inner} }}") };
    let data = server.query(&format!("{{ {list} {{ {selection} }} }}"), json!({})).await;
    let found = data.as_object().unwrap().values().next().unwrap();
    let rows = if nodes == "id" { found } else { &found["nodes"] };
    let ids = rows.as_array().unwrap().iter().map(|row| path.iter().fold(row, |row, step| &row[*step])["id"].as_str().unwrap().to_owned());
    ids.take(30).collect()
}

/// A recommendation about each of thirty data files that are alike.
async fn recommended(server: &Server) -> Vec<String> {
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let files = server.query(&format!("{{ {FILES} {{ nodes {{ id }} }} }}"), json!({})).await["dataFiles"]["nodes"].take();
    let mut ids = Vec::new();
    for file in files.as_array().unwrap() {
        let issue = "mutation ($file: ID!) { recommendationIssue(dataFileId: $file, input: {ground: \"보완할 것\"}) { recommendation { id } } }";
        let issued = server.query_as(&token, issue, json!({"file": file["id"]})).await;
        ids.push(issued["recommendationIssue"]["recommendation"]["id"].as_str().unwrap().to_owned());
    }
    ids
}

const FILES: &str = r#"dataFiles(first: 30, filter: {name: {startsWith: "시험 신청자 명부"}})"#;

/// Statements that a document costs, or `None` if it is refused as too expensive.
async fn statements(server: &Server, document: &str, variables: &Value) -> Option<Vec<String>> {
    let answer = server.answer(document, variables.clone()).await;
    if answer.body["errors"][0]["extensions"]["code"] == "COST_LIMIT_EXCEEDED" {
        return None;
    }
    Some(server.observed(document, variables.clone()).await.1)
}

/// Statements for 3 and for 30 rows of what `document` makes of a number of levels; as deep as is admitted.
async fn for_three_and_thirty(server: &Server, document: impl Fn(usize) -> String, three: Value, thirty: Value) -> (Vec<String>, Vec<String>) {
    for levels in (0..=LEVELS).rev() {
        let document = document(levels);
        if let Some(many) = statements(server, &document, &thirty).await {
            let few = statements(server, &document, &three).await.unwrap();
            return (few, many);
        }
    }
    panic!("too expensive at every depth: {}", document(0));
}

/// What depends on the number of rows, with the statements that there are too many of.
fn compared(place: &str, few: &[String], many: &[String], findings: &mut Vec<String>, costs: &mut String) {
    if few.len() < many.len() {
        let mut surplus = many.to_vec();
        for statement in few {
            if let Some(same) = surplus.iter().position(|other| other.split('(').next() == statement.split('(').next()) {
                surplus.swap_remove(same);
            }
        }
        let surplus: Vec<String> = surplus.iter().take(2).map(|sql| sql.chars().take(240).collect()).collect();
        findings.push(format!("{place}: {} statements for 3 rows, {} for 30\n    {}", few.len(), many.len(), surplus.join("\n    ")));
    }
    costs.push_str(&format!("{place} {}\n", few.len()));
}

async fn a_field_costs_the_same_for_three_and_for_thirty(server: Server) {
    let schema = Schema::of(&server).await;
    let (mut findings, mut costs) = (Vec::new(), String::new());
    // An application or an import is asked for one by one: each is looked at for whether the viewer may see it, and `check` tries it out.
    for node_type in schema.node_types().into_iter().filter(|name| !["Application", "Import"].contains(name)) {
        let ids = alike(&server, node_type).await;
        assert!(ids.len() == 30 || node_type == "ItemCategory" && ids.len() > 3, "{} of {node_type}", ids.len());
        for field in schema.fields(node_type) {
            // Files like a file are like one another: below them the same ones come again, some of them read already, so that more levels tell nothing of rows.
            // Below the file of a finding is what a file is asked for, which is counted there.
            let deepest = if field["name"] == "similar" || (node_type == "Finding" && field["name"] == "dataFile") { 0 } else { LEVELS };
            let document = |levels: usize| {
                let selection = schema.selected(field, levels.min(deepest) + 1)?;
                Some(format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {node_type} {{ {selection} }} }} }}"))
            };
            if document(0).is_none() {
                continue;
            }
            let (few, many) = for_three_and_thirty(&server, |levels| document(levels).unwrap(), json!({"ids": ids[..3]}), json!({"ids": ids})).await;
            compared(&format!("{node_type}.{}", text(&field["name"])), &few, &many, &mut findings, &mut costs);
        }
    }
    assert!(findings.is_empty(), "\n\n{}\n\nRead the relation of all rows by one statement: a key of a loader.\n", findings.join("\n"));
    insta::assert_snapshot!("statements_of_fields", costs);
}

async fn a_list_of_the_register_costs_the_same_for_three_and_for_thirty(server: Server) {
    let schema = Schema::of(&server).await;
    let (mut findings, mut costs) = (Vec::new(), String::new());
    for field in schema.fields("Query") {
        let (name, of) = (text(&field["name"]), named(&field["type"]));
        // A search counts without a statement, and has a test of its own; so do applications, which need a token.
        let Some(node) = of.strip_suffix("Connection").filter(|node| !["Search", "Application"].contains(node)) else { continue };
        // The rows that are alike come first or last in each of these lists; without nested lists all rows cost the same.
        let document = |_| {
            format!(
                "query ($n: Int!) {{ {name}(first: $n) {{ pageInfo {{ hasNextPage }} edges {{ cursor node {{ __typename }} }} nodes {{ {} }} }} }}",
                leaves(&schema, node)
            )
        };
        let (few, many) = for_three_and_thirty(&server, document, json!({"n": 3}), json!({"n": 30})).await;
        compared(name, &few, &many, &mut findings, &mut costs);
        assert!(few.iter().chain(&many).all(|sql| !sql.contains("COUNT(")), "{name} counts although totalCount is not selected: {few:#?}");
        let counted = server.observed(&format!("{{ {name}(first: 3) {{ totalCount nodes {{ __typename }} }} }}"), json!({})).await.1;
        assert_eq!(counted.iter().filter(|sql| sql.contains("COUNT(")).count(), 1, "{name}: {counted:#?}");
        assert_eq!(counted.len(), 2, "{name}: {counted:#?}");
    }
    assert!(findings.is_empty(), "\n\n{}\n", findings.join("\n"));
    insta::assert_snapshot!("statements_of_lists", costs);
}

/// Scalars of a type.
fn leaves(schema: &Schema, type_name: &str) -> String {
    let is_leaf = |field: &&Value| ["SCALAR", "ENUM"].contains(&text(&schema.types[named(&field["type"])]["kind"])) && arguments(field).is_empty();
    schema.fields(type_name).into_iter().filter(is_leaf).map(|field| text(&field["name"])).collect::<Vec<_>>().join(" ")
}

/// Lists within lists: the page of every parent comes by one statement, and is cut there.
async fn lists_within_lists_are_cut_by_the_database(server: Server) {
    let document = "query ($n: Int!) { agencies(first: $n, filter: {parent: {code: {eq: \"G000000\"}}, code: {startsWith: \"G0000\"}}) { nodes {
        dataFiles(first: 2) { nodes { registrations(first: 1) { nodes { provisions(first: 1) { nodes { recipient { name receives(first: 1) { nodes { id } } } } } } } } } } } }";
    let (few, many) = (server.observed(document, json!({"n": 3})).await.1, server.observed(document, json!({"n": 30})).await.1);
    assert_eq!(few.len(), many.len(), "{few:#?}\n{many:#?}");
    assert_eq!(many.len(), 6, "one for each level: {many:#?}");
    assert_eq!(many.iter().filter(|sql| sql.contains("ROW_NUMBER")).count(), 4, "{many:#?}");
}

/// Rows that never change, and those that many others name, stay in memory until the journal goes on.
async fn what_was_read_is_not_read_again(server: Server) {
    let document = |name: &str| {
        format!(
            "query {name} {{ {FILES} {{ nodes {{ id agency {{ name parent {{ name }} }} registration {{ purpose collectedItems {{ name }} legalBases {{ citation statute {{ name }} }} }} }} }} }}"
        )
    };
    let (first, read) = server.observed(&document("first"), json!({})).await;
    server.statements();
    let second = server.query(&document("second"), json!({})).await;
    let kept = server.statements();
    assert_eq!(second, first);
    assert_eq!(kept.len(), 1, "the list alone: {kept:#?}");
    assert!(read.len() >= 6, "{read:#?}");
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let issue = "mutation ($file: ID!) { recommendationIssue(dataFileId: $file, input: {ground: \"보완할 것\"}) { recommendation { id } } }";
    server.query_as(&token, issue, json!({"file": first["dataFiles"]["nodes"][0]["id"]})).await;
    server.statements();
    assert_eq!(server.query(&document("third"), json!({})).await, first);
    let again = server.statements();
    let is_of_registrations =
        |sql: &&String| [r#"FROM "registration" "#, r#"FROM "collected_item" "#, r#"FROM "legal_basis" "#].iter().any(|from| sql.contains(from));
    assert_eq!(read.iter().filter(is_of_registrations).count(), 3, "{read:#?}");
    assert_eq!(again.iter().filter(is_of_registrations).count(), 0, "no entry changes a registration: {again:#?}");
    assert_eq!(again.len(), read.len() - 3, "an entry of the journal makes all else strange: {again:#?}");
}

on_both!(
    Data::Generated => a_field_costs_the_same_for_three_and_for_thirty, a_list_of_the_register_costs_the_same_for_three_and_for_thirty,
    lists_within_lists_are_cut_by_the_database, what_was_read_is_not_read_again,
);
