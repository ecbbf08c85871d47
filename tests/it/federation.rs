//! The register as a subgraph of Apollo Federation: what a gateway composes, what it asks, and what it gets for representations of every kind. `./check` installs composition and gateway.

use std::path::Path;
use std::process::Stdio;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use yeollam::access::Role;
use yeollam::graphql::admission::limits::Limits;
use yeollam::graphql::{sdl, subgraph_sdl};

use crate::harness::introspection::Schema;
use crate::harness::{Data, Server, on_both};
use crate::statements::alike;

/// A gateway over a register and the subgraph of `tests/federation`. It ends when it is dropped.
struct Gateway {
    _process: Child,
    address: String,
    client: reqwest::Client,
}

impl Gateway {
    /// Composes both, which must leave nothing to say, and starts the gateway.
    async fn over(register: &Server) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/federation");
        assert!(folder.join("node_modules").exists(), "the gateway is not installed: npm ci --prefix tests/federation");
        let mut command = Command::new("node");
        command.args(["gateway.mjs", register.address()]).current_dir(folder).stdout(Stdio::piped()).kill_on_drop(true);
        let mut process = command.spawn().expect("node runs");
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let told: Value = serde_json::from_str(&lines.next_line().await.unwrap().expect("it says where it listens")).unwrap();
        assert_eq!((&told["errors"], &told["hints"]), (&json!([]), &json!([])), "{told:#}");
        Self { _process: process, address: told["address"].as_str().unwrap().to_owned(), client: reqwest::Client::builder().no_proxy().build().unwrap() }
    }

    /// Whatever the gateway answers to the bearer of a token.
    async fn answer(&self, token: &str, document: &str, variables: Value) -> Value {
        let request = self.client.post(&self.address).header("authorization", format!("Bearer {token}"));
        let response = request.body(json!({"query": document, "variables": variables}).to_string()).send().await.unwrap();
        serde_json::from_str(&response.text().await.unwrap()).unwrap()
    }

    /// `data` of the answer to anybody; there must be no errors.
    async fn query(&self, document: &str, variables: Value) -> Value {
        let response = self.client.post(&self.address).body(json!({"query": document, "variables": variables}).to_string()).send().await.unwrap();
        let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }
}

async fn a_gateway_answers_from_both_subgraphs(server: Server) {
    let register = server.as_subgraph(Limits::default()).await;
    let gateway = Gateway::over(&register).await;

    // From the register to the other, which asks for a name of the register on its way.
    let document = "{
        dataFiles(first: 30, filter: {name: {startsWith: \"시험 신청자 명부\"}}) { nodes { registrationNumber requests { received } } pageInfo { hasNextPage } }
        agency(code: \"G000001\") { deskName }
    }";
    let there = gateway.query(document, json!({})).await;
    assert_eq!(there["agency"], json!({"deskName": "가람구청 01 열람창구"}));
    assert_eq!(there["dataFiles"]["pageInfo"], json!({"hasNextPage": true}));
    let files = there["dataFiles"]["nodes"].as_array().unwrap();
    let numbers: Vec<&str> = files.iter().map(|file| file["registrationNumber"].as_str().unwrap()).collect();
    let received: Vec<i64> = files.iter().map(|file| file["requests"]["received"].as_i64().unwrap()).collect();
    assert_eq!(received, numbers.iter().map(|number| number[1..7].parse().unwrap()).collect::<Vec<i64>>());
    assert_eq!(numbers.len(), 30);

    // From the other to the register, as it was on a day, and on to the other again: however many files, the register reads them at once.
    let document = "query ($numbers: [String!]!) { requestsFor(registrationNumbers: $numbers) {
        nodes { received dataFile { id name registration(asOf: \"2020-06-01\") { purpose } agency { code deskName } } } pageInfo { hasNextPage }
    } }";
    let observed = async |numbers: &[&str]| {
        register.store.forget_rows();
        register.statements();
        let found = gateway.query(document, json!({ "numbers": numbers })).await["requestsFor"].take();
        (found, register.statements())
    };
    let (few, statements_of_few) = observed(&numbers[..3]).await;
    let (many, statements_of_many) = observed(&numbers).await;
    assert_eq!(few["nodes"].as_array().unwrap()[..], many["nodes"].as_array().unwrap()[..3]);
    assert_eq!(statements_of_few.len(), statements_of_many.len(), "{statements_of_few:#?}\n{statements_of_many:#?}");
    for (number, found) in numbers.iter().zip(many["nodes"].as_array().unwrap()) {
        let own = "query ($number: String!) { dataFile(registrationNumber: $number) { id name registration(asOf: \"2020-06-01\") { purpose } agency { code name } } }";
        let mut own = server.query(own, json!({ "number": number })).await["dataFile"].take();
        let name = own["agency"].as_object_mut().unwrap().remove("name").unwrap();
        own["agency"]["deskName"] = format!("{} 열람창구", name.as_str().unwrap()).into();
        assert_eq!(found["dataFile"], own);
    }

    // By the other keys, and what the register does not have.
    let organization = server.query("{ organization(name: \"가람구청 01\") { id } }", json!({})).await["organization"]["id"].take();
    let document = "query ($statute: String!, $organization: ID!) {
        auditOf(statuteName: $statute, organizationId: $organization) { statute { name } organization { name audits } on }
        desk(agencyCode: \"nothing\") { agency { name } }
    }";
    let found = gateway.query(document, json!({"statute": "개인정보 보호법", "organization": organization})).await;
    let audit = json!({"statute": {"name": "개인정보 보호법"}, "organization": {"name": "가람구청 01", "audits": 2}, "on": "2026-11-22"});
    assert_eq!(found, json!({"auditOf": audit, "desk": {"agency": null}}));
    let known = gateway.query("{ auditOf(statuteName: \"개인정보보호법\", organizationId: \"\") { statute { id url } } }", json!({})).await;
    let own = server.query("{ statute(name: \"개인정보 보호법\") { id url } }", json!({})).await;
    assert_eq!(known["auditOf"], own);

    // Who asks is told to the register, and what it refuses comes back with its code.
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    assert_eq!(gateway.answer(&token, "{ viewer { role } }", json!({})).await["data"], json!({"viewer": {"role": "REGULATOR"}}));
    for (document, code) in [
        ("{ agencies(first: 1000) { totalCount } }", "BAD_USER_INPUT"),
        ("{ agencies(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { totalCount } } } } } }", "COST_LIMIT_EXCEEDED"),
        ("{ auditOf(statuteName: \"\", organizationId: \"nobody\") { organization { name } } }", "BAD_USER_INPUT"),
    ] {
        let refused = gateway.answer(&token, document, json!({})).await;
        assert!(refused["errors"][0].to_string().contains(&format!("\"code\":\"{code}\"")), "{refused:#}");
    }
}

/// `_entities` with what is selected of each of its types.
fn entities(selection: &str) -> String {
    format!("query ($representations: [_Any!]!) {{ _entities(representations: $representations) {{ {selection} }} }}")
}

async fn thirty_entities_cost_as_many_statements_as_three(server: Server) {
    let register = server.as_subgraph(Limits::default()).await;
    let schema = Schema::of(&register).await;
    let own_keys = [("Agency", "code"), ("DataFile", "registrationNumber"), ("ItemCategory", "code"), ("Statute", "name")];
    for node_type in schema.node_types().into_iter().filter(|name| !["Application", "Import"].contains(name)) {
        let ids = alike(&register, node_type).await;
        let own_key = own_keys.iter().find(|(of, _)| *of == node_type).map(|(_, key)| *key);
        let keys = ["id"].into_iter().chain(own_key);
        let selection = format!("__typename ... on {node_type} {{ {} }}", keys.clone().collect::<Vec<_>>().join(" "));
        let nodes = server.query(&format!("query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ {selection} }} }}"), json!({ "ids": ids })).await["nodes"].take();
        for key in keys {
            let representations: Vec<Value> = nodes.as_array().unwrap().iter().map(|node| json!({"__typename": node_type, key: node[key]})).collect();
            let document = entities(&selection);
            let (found, many) = register.observed(&document, json!({ "representations": representations })).await;
            assert_eq!(found["_entities"], nodes, "{node_type} by {key}");
            let (_, few) = register.observed(&document, json!({"representations": representations[..3]})).await;
            assert_eq!((few.len(), many.len()), if node_type == "ItemCategory" { (0, 0) } else { (1, 1) }, "{node_type} by {key}: {many:#?}");
        }
    }
}

async fn representations_are_judged_one_by_one(server: Server) {
    let register = server.as_subgraph(Limits::default()).await;
    let agency = server.query("{ agency(code: \"6110000\") { id } }", json!({})).await["agency"]["id"].take();
    let number =
        server.query("{ dataFiles(first: 1) { nodes { registrationNumber } } }", json!({})).await["dataFiles"]["nodes"][0]["registrationNumber"].take();
    let representations = json!([
        {"__typename": "Agency", "code": "6110000"},
        {"__typename": "Agency", "id": agency, "code": "whatever"},
        {"__typename": "Agency", "id": null, "code": "6110000", "name": "another", "more": {"deep": [[{"x": 1}], null]}},
        {"__typename": "DataFile", "registrationNumber": number},
        {"__typename": "Statute", "name": "개인정보보호법"},
        {"__typename": "Agency", "code": "nothing"},
        {"__typename": "Agency", "code": ""},
        {"__typename": "Agency"},
        {"__typename": "Agency", "registrationNumber": number},
        {"__typename": "Finding", "code": "6110000"},
        {"__typename": "Region", "code": "11"},
        {"__typename": "x".repeat(5000), "code": "11"},
        {"__typename": "", "code": "11"},
        {"__typename": ["Agency"], "code": "6110000"},
        {"code": "6110000"},
        {},
        7,
        "Agency",
        [],
        false,
        {"__typename": "Agency", "code": 6_110_000},
        {"__typename": "Agency", "code": {"eq": "6110000"}},
        {"__typename": "Agency", "code": "6110000\0"},
        {"__typename": "Agency", "id": "6110000"},
        {"__typename": "DataFile", "id": agency},
        {"__typename": "Agency", "id": "Agency_AAAAAAAAAAAAAAAAAAAAAA"},
    ]);
    let document = entities("__typename ... on Agency { code } ... on DataFile { registrationNumber } ... on Statute { name }");
    let answer = register.answer(&document, json!({ "representations": representations })).await;
    assert_eq!(answer.status, StatusCode::OK);
    let errors = answer.body["errors"].as_array().unwrap();
    let told =
        representations.as_array().unwrap().iter().zip(answer.body["data"]["_entities"].as_array().unwrap()).enumerate().map(|(index, (given, found))| {
            let given: String = given.to_string().chars().take(100).collect();
            let error = errors.iter().find(|error| error["path"] == json!(["_entities", index]));
            let error = error.map(|error| format!("\n    {} {}", error["extensions"]["code"].as_str().unwrap(), error["message"].as_str().unwrap()));
            format!("{given}\n    {found}{}", error.unwrap_or_default())
        });
    let told = told.collect::<Vec<_>>().join("\n").replace(number.as_str().unwrap(), "[number]").replace(agency.as_str().unwrap(), "[agency]");
    insta::assert_snapshot!("representations", told);

    // As literals of a document, and with variables in them.
    let document = "query ($code: String!, $absent: String) { _entities(representations: [
        {__typename: \"Agency\", code: $code}, {__typename: Agency, code: $code}, {__typename: \"Agency\", code: $absent}, 1.5
    ]) { ... on Agency { code } } }";
    let answer = register.answer(document, json!({"code": "6110000"})).await;
    assert_eq!(answer.body["data"], json!({"_entities": [{"code": "6110000"}, null, null, null]}), "{answer}");
    let codes: Vec<&Value> = answer.body["errors"].as_array().unwrap().iter().map(|error| &error["extensions"]["code"]).collect();
    assert_eq!(codes, [&json!("BAD_USER_INPUT"); 3], "{answer}");
}

async fn what_gateways_ask_has_its_limits(server: Server) {
    let register = server.as_subgraph(Limits { tells_schema: false, ..Limits::default() }).await;
    let agencies = |count: usize| json!({"representations": vec![json!({"__typename": "Agency", "code": "6110000"}); count]});
    let small = entities("... on Agency { code }");
    assert_eq!(register.query(&small, agencies(1_000)).await["_entities"].as_array().unwrap().len(), 1_000);
    register.statements();
    for (what, document, variables, code) in [
        ("too many", small.clone(), agencies(1_001), "BAD_USER_INPUT"),
        ("too dear", entities("... on Agency { dataFiles(first: 100) { nodes { id } } }"), agencies(500), "COST_LIMIT_EXCEEDED"),
        ("null", small.clone(), json!({"representations": [null]}), "BAD_USER_INPUT"),
        ("no list", small.clone(), json!({"representations": null}), "BAD_USER_INPUT"),
        ("nothing", small, json!({}), "BAD_USER_INPUT"),
        ("a type that is no entity", entities("... on Region { name }"), agencies(1), "GRAPHQL_VALIDATION_FAILED"),
        ("the schema, where it is not told", "{ _service { sdl } }".to_owned(), json!({}), "INTROSPECTION_DISABLED"),
    ] {
        let answer = register.answer(&document, variables).await;
        assert_eq!((answer.status.as_u16(), answer.body["errors"][0]["extensions"]["code"].as_str()), (400, Some(code)), "{what}: {answer}");
        assert!(answer.body.get("data").is_none(), "{what}: {answer}");
    }
    assert_eq!(register.statements(), Vec::<String>::new());
}

async fn without_the_flag_there_is_no_subgraph(server: Server) {
    for document in ["{ _service { sdl } }", "{ _entities(representations: []) { __typename } }"] {
        assert_eq!(server.errors(document, json!({})).await[0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
    }
    let ordinary = Schema::of(&server).await.types;
    let mut federated = Schema::of(&server.as_subgraph(Limits::default()).await).await.types;
    // Nothing else is different.
    for own in ["_Any", "_Entity", "_Service"] {
        assert!(federated.remove(own).unwrap()["description"].as_str().is_some_and(|text| text.len() > 20), "{own}");
    }
    let fields = federated.get_mut("Query").unwrap()["fields"].as_array_mut().unwrap();
    let of_gateways: Vec<Value> = fields.extract_if(.., |field| field["name"].as_str().unwrap().starts_with('_')).collect();
    assert_eq!(of_gateways.len(), 2);
    let is_described =
        |field: &Value| field["description"].is_string() && field["args"].as_array().unwrap().iter().all(|argument| argument["description"].is_string());
    assert!(of_gateways.iter().all(is_described), "{of_gateways:#?}");
    assert_eq!(ordinary, federated);
}

async fn the_schema_that_is_composed_is_told(server: Server) {
    let register = server.as_subgraph(Limits::default()).await;
    let told = register.query("{ _service { sdl } }", json!({})).await;
    assert_eq!(told, json!({"_service": {"sdl": subgraph_sdl()}}));
    let published = register.request(Method::GET, "/schema.graphql").send().await.unwrap().text().await.unwrap();
    assert_eq!(published, subgraph_sdl());
}

/// The schema that a gateway composes says what the ordinary one says, and what Apollo's directives say beside it.
#[test]
fn the_subgraph_has_the_schema_of_the_register() {
    let is_of_federation = |line: &&str| ["@link", "@key", "@shareable"].iter().any(|directive| line.contains(directive));
    insta::assert_snapshot!("subgraph", subgraph_sdl().lines().filter(is_of_federation).collect::<Vec<_>>().join("\n"));
    let mut plain = subgraph_sdl().split_once("\n\n").unwrap().1.replace(" @shareable", "");
    while let Some((before, after)) = plain.split_once(" @key(") {
        plain = format!("{before}{}", after.split_once(')').unwrap().1);
    }
    let (mut ordinary, mut rest) = (String::new(), sdl());
    // A weight is a whole number there, and a text here.
    while let Some((before, after)) = rest.split_once("@cost(weight: \"") {
        let (weight, after) = after.split_once('"').unwrap();
        ordinary.push_str(&format!("{before}@cost(weight: {weight}"));
        rest = after.to_owned();
    }
    ordinary.push_str(&rest);
    for name in ["cost", "listSize"] {
        let start = ordinary.find(&format!("directive @{name}(")).unwrap();
        let described = ordinary[..start].trim_end_matches("\"\"\"\n").rfind("\"\"\"\n").unwrap();
        let end = start + ordinary[start..].find('\n').unwrap() + 1;
        ordinary.replace_range(described..end, "");
    }
    assert!(plain == ordinary, "line {}", plain.lines().zip(ordinary.lines()).take_while(|(one, other)| one == other).count() + 1);
}

on_both!(Data::Generated => a_gateway_answers_from_both_subgraphs, thirty_entities_cost_as_many_statements_as_three);
on_both!(Data::Bundled => representations_are_judged_one_by_one, what_gateways_ask_has_its_limits);
on_both!(Data::Empty => without_the_flag_there_is_no_subgraph, the_schema_that_is_composed_is_told);
