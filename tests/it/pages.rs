//! Pages: every list of the schema can be walked from both ends, in one order on both databases, and a filter admits what it says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::{Just, Strategy, prop_oneof};
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::generated::{self, File};
use crate::harness::introspection::{Schema, arguments, named, text};
use crate::harness::{Backend, Data, Server, on_both};

/// Node of each type that has many of everything, or of the list named, as the selection that leads to it. Types without lists are left out.
const MANY: &[(&str, &str)] = &[
    ("Agency", r#"agency(code: "G000000")"#),
    ("DataFile", r#"dataFile(registrationNumber: "G000000-1")"#),
    ("Registration", r#"dataFile(registrationNumber: "G000000-1") { registration"#),
    ("ItemCategory", r#"itemCategory(code: "NAME")"#),
    ("Statute", r#"statute(name: "가람한도법")"#),
    ("Organization", r#"organization(name: "가온정보(주)")"#),
    ("ImpactAssessment", "impactAssessments(filter: {year: {eq: 2025}}) { nodes"),
    // A flow is made of the ones or of the others.
    (
        "DataFlow.provisions",
        r#"dataFlows(first: 1, filter: {from: {code: {eq: "G000000"}}, to: {name: {eq: "두루 받는 기관"}}, kind: {eq: PROVISION}}) { nodes"#,
    ),
    (
        "DataFlow.entrustments",
        r#"dataFlows(first: 1, filter: {from: {code: {eq: "G000000"}}, to: {name: {eq: "가온정보(주)"}}, kind: {eq: ENTRUSTMENT}}) { nodes"#,
    ),
    ("PrivacyPolicy", r#"privacyPolicies(filter: {title: {eq: "가람특별시 처리방침"}}) { nodes"#),
    ("PolicyRevision", r#"privacyPolicies(filter: {title: {eq: "가람특별시 처리방침"}}) { nodes { current"#),
];

/// A list of the schema.
struct List {
    /// `Query.dataFiles`, `Agency.children`, with its order.
    name: String,
    /// What leads to its parent; nothing for a list of the register.
    parent: Option<&'static str>,
    field: String,
    order: Option<String>,
    /// Whether it can be walked from its end.
    is_two_way: bool,
}

impl List {
    /// Every list of the schema in every order.
    fn all(schema: &Schema) -> Vec<Self> {
        let parents = std::iter::once(("Query", None)).chain(MANY.iter().map(|(name, path)| (*name, Some(*path))));
        let known: BTreeSet<&str> = MANY.iter().map(|(name, _)| name.split('.').next().unwrap_or_default()).collect();
        for node_type in schema.node_types() {
            let has_lists = schema.fields(node_type).iter().any(|field| named(&field["type"]).ends_with("Connection"));
            // An import is shown to whoever brought it: tests/it/sheets.rs walks its messages.
            assert!(!has_lists || known.contains(node_type) || node_type == "Import", "tell in this test which {node_type} has many of everything");
        }
        let mut lists = Vec::new();
        for (name, parent) in parents {
            let (type_name, only) = name.split_once('.').map_or((name, None), |(type_name, only)| (type_name, Some(only)));
            // What needs a token is no list of the public.
            let is_list = |field: &&Value| {
                named(&field["type"]).ends_with("Connection") && field["name"] != "applications" && only.is_none_or(|only| field["name"] == only)
            };
            for field in schema.fields(type_name).into_iter().filter(is_list) {
                let names: Vec<&str> = arguments(field).iter().map(|argument| text(&argument["name"])).collect();
                let mut orders = vec![None];
                if let Some(order) = arguments(field).iter().find(|argument| argument["name"] == "orderBy") {
                    let inputs = schema.types[named(&order["type"])]["inputFields"].as_array().unwrap();
                    let by = named(&inputs.iter().find(|input| input["name"] == "field").unwrap()["type"]);
                    orders.extend(schema.values(by).iter().flat_map(|by| ["ASC", "DESC"].map(|way| Some(format!("{{field: {by}, direction: {way}}}")))));
                }
                lists.extend(orders.into_iter().map(|order| Self {
                    name: format!("{type_name}.{} {}", text(&field["name"]), order.as_deref().unwrap_or_default()),
                    parent,
                    field: text(&field["name"]).to_owned(),
                    order,
                    is_two_way: names.contains(&"last"),
                }));
            }
        }
        lists
    }

    fn document(&self) -> String {
        let order = self.order.as_ref().map(|order| format!(", orderBy: {order}")).unwrap_or_default();
        let (defined, given) = if self.is_two_way { (", $last: Int, $before: String", ", last: $last, before: $before") } else { ("", "") };
        let list = format!(
            "list: {}(first: $first, after: $after{given}{order}) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ id }} }} nodes {{ id }} }}",
            self.field
        );
        let selection = self.parent.map_or_else(|| list.clone(), |path| format!("{path} {{ {list} {}", "}".repeat(path.matches(" { ").count() + 1)));
        format!("query ($first: Int, $after: String{defined}) {{ {selection} }}")
    }

    /// A page: rows as cursor and id, whether rows precede and follow, the total.
    async fn page(&self, server: &Server, arguments: Value) -> Page {
        let data = server.query(&self.document(), arguments).await;
        let list = found(&data).unwrap_or_else(|| panic!("{}: no list in {data}", self.name));
        let rows: Vec<(String, String)> =
            list["edges"].as_array().unwrap().iter().map(|edge| (text(&edge["cursor"]).to_owned(), text(&edge["node"]["id"]).to_owned())).collect();
        let nodes: Vec<&str> = list["nodes"].as_array().unwrap().iter().map(|node| text(&node["id"])).collect();
        assert_eq!(nodes, rows.iter().map(|(_, id)| id.as_str()).collect::<Vec<_>>(), "{}: nodes and edges", self.name);
        let info = &list["pageInfo"];
        assert_eq!(info["startCursor"], rows.first().map_or(Value::Null, |(cursor, _)| json!(cursor)), "{}", self.name);
        assert_eq!(info["endCursor"], rows.last().map_or(Value::Null, |(cursor, _)| json!(cursor)), "{}", self.name);
        Page {
            rows,
            has_next: info["hasNextPage"].as_bool().unwrap(),
            has_previous: info["hasPreviousPage"].as_bool().unwrap(),
            total: list["totalCount"].as_u64().unwrap(),
        }
    }
}

struct Page {
    rows: Vec<(String, String)>,
    has_next: bool,
    has_previous: bool,
    total: u64,
}

/// The object under the alias `list`, wherever it stands.
fn found(value: &Value) -> Option<&Value> {
    match value {
        Value::Object(fields) => fields.get("list").or_else(|| fields.values().find_map(found)),
        Value::Array(values) => values.iter().find_map(found),
        _ => None,
    }
}

/// Walks a list from its start by seven, and answers its rows.
async fn walked(server: &Server, list: &List) -> Vec<(String, String)> {
    let mut rows: Vec<(String, String)> = Vec::new();
    loop {
        let page = list.page(server, json!({"first": 7, "after": rows.last().map(|(cursor, _)| cursor)})).await;
        assert_eq!(page.rows.len() == 7, page.has_next || rows.len() as u64 + 7 == page.total, "{}: a page is full unless it is the last", list.name);
        rows.extend(page.rows);
        assert!(rows.len() as u64 <= page.total, "{}: {} rows of {}", list.name, rows.len(), page.total);
        if !page.has_next {
            assert_eq!(rows.len() as u64, page.total, "{}: the total", list.name);
            break;
        }
    }
    let distinct: BTreeSet<&String> = rows.iter().map(|(_, id)| id).collect();
    assert_eq!(distinct.len(), rows.len(), "{}: a row stands twice", list.name);
    rows
}

/// Nine recommendations about a data file: no document states any.
async fn recommend(server: &Server) {
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let file = server.query(r#"{ dataFile(registrationNumber: "G000000-1") { id } }"#, json!({})).await["dataFile"]["id"].take();
    for ground in 1..=9 {
        let issue = "mutation ($file: ID!, $ground: String!) { recommendationIssue(dataFileId: $file, input: {ground: $ground}) { userErrors { message } } }";
        let issued = server.query_as(&token, issue, json!({"file": file, "ground": format!("보완할 것 {ground}")})).await;
        assert_eq!(issued["recommendationIssue"]["userErrors"], json!([]));
    }
}

async fn every_list_is_walked_from_both_ends(server: Server) {
    let schema = Schema::of(&server).await;
    recommend(&server).await;
    let lists = List::all(&schema);
    assert!(lists.len() > 40, "{} lists", lists.len());
    for list in &lists {
        let all = walked(&server, list).await;
        assert!(all.len() > 7, "{}: only {} rows, too few to page through", list.name, all.len());
        assert_eq!(list.page(&server, json!({"first": 100})).await.rows, all[..all.len().min(100)], "{}: one large page", list.name);
        let nothing = list.page(&server, json!({"first": 0})).await;
        assert!(nothing.rows.is_empty() && nothing.has_next && nothing.total == all.len() as u64, "{}: a page of nothing", list.name);
        if !list.is_two_way {
            continue;
        }
        let mut backward: Vec<(String, String)> = Vec::new();
        loop {
            let page = list.page(&server, json!({"last": 7, "before": backward.first().map(|(cursor, _)| cursor)})).await;
            backward.splice(0..0, page.rows);
            if !page.has_previous {
                break;
            }
        }
        assert_eq!(backward, all, "{}: backward", list.name);
        let between = |arguments: Value| list.page(&server, arguments);
        assert_eq!(between(json!({"first": 100, "after": all[1].0, "before": all[5].0})).await.rows, all[2..5], "{}: between", list.name);
        assert_eq!(between(json!({"first": 2, "after": all[1].0, "before": all[6].0})).await.rows, all[2..4], "{}: the first between", list.name);
        assert_eq!(between(json!({"last": 2, "after": all[1].0, "before": all[6].0})).await.rows, all[4..6], "{}: the last between", list.name);
        assert_eq!(between(json!({"first": 3, "before": all[2].0})).await.rows, all[..2], "{}: before", list.name);
        let last = &all[all.len() - 1].0;
        assert!(between(json!({"first": 3, "after": last})).await.rows.is_empty(), "{}: after the end", list.name);
    }
    // The other direction is the same order backward, ties among them.
    for descending in lists.iter().filter(|list| list.name.ends_with("DESC}")) {
        let ascending = lists.iter().find(|list| list.name == descending.name.replace("DESC}", "ASC}")).unwrap();
        let mut ids: Vec<String> = walked(&server, descending).await.into_iter().map(|(_, id)| id).collect();
        ids.reverse();
        assert_eq!(ids, walked(&server, ascending).await.into_iter().map(|(_, id)| id).collect::<Vec<_>>(), "{}", descending.name);
    }
}

/// Not the rows alone: cursors too, so that a follower may go from one server to another.
#[tokio::test]
async fn lists_are_the_same_on_both_databases() {
    let (sqlite, postgres) = (Server::start(Backend::Sqlite, Data::Generated).await, Server::start(Backend::Postgres, Data::Generated).await);
    for list in List::all(&Schema::of(&sqlite).await) {
        let all = |server| list.page(server, json!({"first": 100}));
        assert_eq!(all(&sqlite).await.rows, all(&postgres).await.rows, "{}", list.name);
    }
}

async fn names_stand_in_dictionary_order(server: Server) {
    let document =
        "{ agency(code: \"G000000\") { dataFiles(first: 100, filter: {status: {in: [REGISTERED, DISCLOSED, EXEMPT, DESTROYED]}}) { nodes { name } } } }";
    let data = server.query(document, json!({})).await;
    let names: Vec<&str> = data["agency"]["dataFiles"]["nodes"].as_array().unwrap().iter().map(|node| text(&node["name"])).collect();
    // Of two names that are read alike, the id decides.
    let names: Vec<&str> = names.into_iter().filter(|name| *name != "ＡＢＣ 명부").collect();
    assert_eq!(
        names,
        [
            "(구)회원 명부",
            "119 신고대장",
            "2024년 수강생",
            "[임시] 명부",
            "abc 명부",
            "cctv 보관대장",
            "CCTV 열람대장",
            "住民 명부",
            "가 명부",
            "가나 명부",
            "가나다 명부",
            "각종 신청서",
            "까치 명부",
            "민원 접수대장",
            "하늘 명부",
            "한글 명부",
            "회원정보"
        ]
    );
}

async fn what_is_not_stated_stands_lowest(server: Server) {
    for (field, value) in [("DATA_SUBJECT_COUNT", "registration { dataSubjectCount }"), ("REGISTERED_ON", "registeredOn")] {
        let document = format!("{{ dataFiles(first: 100, orderBy: {{field: {field}, direction: ASC}}) {{ nodes {{ {value} }} }} }}");
        let data = server.query(&document, json!({})).await;
        let values: Vec<Option<String>> = data["dataFiles"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|node| if field == "REGISTERED_ON" { &node["registeredOn"] } else { &node["registration"]["dataSubjectCount"] })
            .map(|value| value.as_u64().map(|count| format!("{count:020}")).or_else(|| value.as_str().map(str::to_owned)))
            .collect();
        assert!(values.iter().any(Option::is_none) && values.iter().any(Option::is_some), "{values:?}");
        assert!(values.is_sorted(), "{field}: {values:?}");
    }
}

async fn cursors_of_elsewhere_are_refused(server: Server) {
    let data = server
        .query(
            "{ dataFiles(first: 1) { pageInfo { endCursor } } agencies(first: 1) { pageInfo { endCursor } }
               bySize: dataFiles(first: 1, orderBy: {field: DATA_SUBJECT_COUNT, direction: DESC}) { pageInfo { endCursor } } changes(first: 1) { nodes { id } } }",
            json!({}),
        )
        .await;
    let document = "query ($after: String) { dataFiles(after: $after) { nodes { id } } }";
    for list in ["agencies", "bySize"] {
        let errors = server.errors(document, json!({"after": data[list]["pageInfo"]["endCursor"]})).await;
        assert_eq!(errors[0]["extensions"]["code"], "BAD_USER_INPUT", "{list}: {errors}");
        assert!(text(&errors[0]["message"]).contains("belongs to another list or order"), "{errors}");
    }
    use base64::Engine as _;
    let encoded = |parts: Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(parts.to_string());
    let id = "00000000000000000000000000000000";
    let cases = [
        ("x".to_owned(), true),
        (String::new(), true),
        ("가".to_owned(), true),
        ("x".repeat(20_000), true),
        (text(&data["changes"]["nodes"][0]["id"]).to_owned(), true),
        (encoded(json!({})), true),
        (encoded(json!(["dataFiles.name"])), true),
        (encoded(json!(["dataFiles.name", "a", "no id"])), true),
        // Such as a client could make that knows how cursors are made.
        (encoded(json!(["dataFiles.name", 5, id])), false),
        (encoded(json!(["dataFiles.name", ["2024-01-01"], id])), false),
        (encoded(json!(["dataFiles.name", {"id": id}, id])), false),
        (encoded(json!(["dataFiles.name", "a\u{0}b", id])), false),
        (encoded(json!(["dataFiles.name", "a", "b", id])), false),
        (encoded(json!(["dataFiles.name'; DROP TABLE agency; --", "a", id])), false),
    ];
    for (cursor, is_before_execution) in cases {
        let answer = server.answer(document, json!({"after": cursor})).await;
        let error = &answer.body["errors"][0];
        assert_eq!(error["extensions"]["code"], "BAD_USER_INPUT", "{cursor}: {answer}");
        assert!(!is_before_execution || (answer.status == 400 && answer.body.get("data").is_none()), "{cursor}: {answer}");
        assert!(text(&error["message"]).len() < 400, "{answer}");
    }
}

async fn pages_out_of_range_are_refused_before_execution(server: Server) {
    for (arguments, told) in [
        ("first: -1", "from 0 to 100"),
        ("first: 101", "from 0 to 100"),
        ("last: 101", "from 0 to 100"),
        ("first: 3, last: 3", "together with"),
        ("first: 2147483648", "first"),
        ("first: 1.5", "first"),
    ] {
        for list in ["dataFiles", "agencies", "provisions", "registrations"] {
            let answer = server.answer(&format!("{{ {list}({arguments}) {{ nodes {{ id }} }} }}"), json!({})).await;
            assert!(answer.status == 400 && answer.body.get("data").is_none(), "{list}({arguments}): {answer}");
            assert!(text(&answer.body["errors"][0]["message"]).contains(told), "{answer}");
        }
    }
}

async fn ids_are_checked(server: Server) {
    let data = server.query("{ dataFiles(first: 1) { nodes { id } } agencies(first: 1) { nodes { id } } }", json!({})).await;
    let file = text(&data["dataFiles"]["nodes"][0]["id"]);
    assert_eq!(server.query("query ($id: ID!) { node(id: $id) { id } }", json!({"id": file})).await, json!({"node": {"id": file}}));
    assert_eq!(
        server.query("{ node(id: \"DataFile_AAAAAAAAAAAAAAAAAAAAAA\") { id } nodes(ids: []) { id } }", json!({})).await,
        json!({"node": null, "nodes": []})
    );
    for id in
        ["", "x", "DataFile_", "DataFile_x", "File_AAAAAAAAAAAAAAAAAAAAAA", "datafile_AAAAAAAAAAAAAAAAAAAAAA", "DataFile_AAAAAAAAAAAAAAAAAAAAAA=", "1", "\u{0}"]
    {
        for document in [
            "query ($id: ID!) { node(id: $id) { id } }",
            "query ($id: ID!) { nodes(ids: [$id]) { id } }",
            "query ($id: ID!) { dataFiles(filter: {id: {eq: $id}}) { totalCount } }",
        ] {
            let answer = server.answer(document, json!({"id": id})).await;
            assert_eq!(answer.body["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{id:?} in {document}: {answer}");
        }
    }
    // The id of an agency where that of a file belongs.
    let agency = &data["agencies"]["nodes"][0]["id"];
    let errors = server.errors("query ($id: ID!) { dataFiles(filter: {id: {eq: $id}}) { totalCount } }", json!({"id": agency})).await;
    assert!(errors[0]["extensions"]["code"] == "BAD_USER_INPUT" && text(&errors[0]["message"]).contains("DataFile"), "{errors}");
    let answer = server.answer("query ($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": vec![file; 101]})).await;
    assert!(answer.status == 400 && text(&answer.body["errors"][0]["message"]).contains("100"), "{answer}");
}

/// No text that a client can send breaks a statement on either database.
async fn any_text_can_be_asked_for(server: Server) {
    for value in ["\u{0}", "a\u{0}b", "%", "_", "\\", "'", "\"; DROP TABLE agency; --", "\u{ffff}", "\u{1F600}", "\u{202e}"] {
        let document = "query ($t: String!) {
            agency(code: $t) { code } dataFile(registrationNumber: $t) { id } statute(name: $t) { id } organization(name: $t) { id } itemCategory(code: $t) { id }
            dataFiles(filter: {or: [{name: {contains: $t}}, {name: {eq: $t}}, {name: {in: [$t]}}, {registrationNumber: {startsWith: $t}}]}) { nodes { id } }
            agencies(filter: {or: [{code: {eq: $t}}, {code: {contains: $t}}, {region: {eq: $t}}]}) { nodes { id } }
            provisions(filter: {material: {contains: $t}}) { nodes { id } }
            statutes(filter: {name: {contains: $t}}) { nodes { id } }
            items: dataFiles(filter: {collectedItems: {some: {subject: {eq: $t}}}, legalBases: {none: {article: {eq: $t}}}}) { nodes { id } }
            registrations(filter: {purpose: {contains: $t}}) { nodes { id } } }";
        let answer = server.answer(document, json!({"t": value})).await;
        let codes: BTreeSet<String> = answer.body["errors"].as_array().into_iter().flatten().map(|error| error["extensions"]["code"].to_string()).collect();
        assert!(!codes.contains("\"INTERNAL_SERVER_ERROR\"") && !codes.contains("\"UNAVAILABLE\""), "{value:?}: {answer}");
    }
    // What LIKE finds special is a letter here.
    let found = server.query("{ dataFiles(filter: {name: {contains: \"%\"}}) { totalCount } }", json!({})).await;
    assert_eq!(found["dataFiles"]["totalCount"], 0);
}

/// A filter as people nest them.
#[derive(Clone, Debug)]
enum Filter {
    Name(&'static str),
    Status(Vec<&'static str>),
    Identifier(&'static str),
    NoItem(&'static str),
    AtLeast(i64),
    AtMost(i64),
    Stated(bool),
    And(Vec<Filter>),
    Or(Vec<Filter>),
    Not(Vec<Filter>),
}

impl Filter {
    fn input(&self) -> Value {
        let all = |filters: &[Filter]| filters.iter().map(Filter::input).collect::<Vec<_>>();
        match self {
            Self::Name(part) => json!({"name": {"contains": part}}),
            Self::Status(words) => json!({"status": {"in": words}}),
            Self::Identifier(word) => json!({"collectedItems": {"some": {"uniqueIdentifier": {"eq": word}}}}),
            Self::NoItem(part) => json!({"collectedItems": {"none": {"name": {"contains": part}}}}),
            Self::AtLeast(count) => json!({"dataSubjectCount": {"gte": count}}),
            Self::AtMost(count) => json!({"dataSubjectCount": {"lte": count}}),
            Self::Stated(is_stated) => json!({"dataSubjectCount": {"isNull": !is_stated}}),
            Self::And(filters) => json!({"and": all(filters)}),
            Self::Or(filters) => json!({"or": all(filters)}),
            Self::Not(filters) => json!({"not": all(filters)}),
        }
    }

    /// What the documentation of the schema promises, on the file as its document states it.
    fn admits(&self, file: &File) -> bool {
        match self {
            Self::Name(part) => yeollam::hangul::folded(&file.name).contains(&yeollam::hangul::folded(part)),
            Self::Status(words) => words.contains(&file.status),
            Self::Identifier(word) => {
                let name = if *word == "PASSPORT_NUMBER" { "여권번호" } else { "주민등록번호" };
                file.items.contains(&name)
            }
            Self::NoItem(part) => !file.items.iter().any(|item| item.contains(part)),
            Self::AtLeast(count) => file.subjects.is_some_and(|subjects| subjects >= *count),
            Self::AtMost(count) => file.subjects.is_some_and(|subjects| subjects <= *count),
            Self::Stated(is_stated) => file.subjects.is_some() == *is_stated,
            Self::And(filters) => filters.iter().all(|filter| filter.admits(file)),
            Self::Or(filters) => filters.iter().any(|filter| filter.admits(file)),
            Self::Not(filters) => !filters.iter().any(|filter| filter.admits(file)),
        }
    }

    fn asks_for_status(&self) -> bool {
        match self {
            Self::Status(_) => true,
            Self::And(filters) | Self::Or(filters) | Self::Not(filters) => filters.iter().any(Self::asks_for_status),
            _ => false,
        }
    }
}

fn filters() -> impl Strategy<Value = Filter> {
    let leaf = prop_oneof![
        select(vec!["회원", "명부", "CCTV", "ａｂｃ", " 명부 ", "시험 신청자", "住", "0", "(", "\u{1112}\u{1161}\u{11ab}"]).prop_map(Filter::Name),
        subsequence(vec!["REGISTERED", "DISCLOSED", "EXEMPT", "DESTROYED"], 0..=4).prop_map(Filter::Status),
        select(vec!["RESIDENT_REGISTRATION_NUMBER", "PASSPORT_NUMBER"]).prop_map(Filter::Identifier),
        select(vec!["번호", "성명", "건강"]).prop_map(Filter::NoItem),
        select(vec![0, 1, 1020, 70_000, 5_000_000_000]).prop_map(Filter::AtLeast),
        select(vec![0, 1, 1020, 70_000, 5_000_000_000]).prop_map(Filter::AtMost),
        prop_oneof![Just(true), Just(false)].prop_map(Filter::Stated),
    ];
    leaf.prop_recursive(4, 24, 3, |inner| {
        let some = proptest::collection::vec(inner, 0..=3);
        prop_oneof![some.clone().prop_map(Filter::And), some.clone().prop_map(Filter::Or), some.prop_map(Filter::Not)]
    })
}

async fn filters_admit_what_they_say(server: Server) {
    let files = generated::files();
    let mut runner = TestRunner::default();
    let (mut distinct, cases) = (BTreeMap::new(), runner.config().cases.min(1000));
    for _ in 0..cases {
        let filter = filters().new_tree(&mut runner).unwrap().current();
        let data = server
            .query(
                "query ($filter: DataFileFilter) { dataFiles(first: 100, filter: $filter) { totalCount nodes { registrationNumber } } }",
                json!({"filter": filter.input()}),
            )
            .await;
        let answered: BTreeSet<&str> = data["dataFiles"]["nodes"].as_array().unwrap().iter().map(|node| text(&node["registrationNumber"])).collect();
        let is_listed = |file: &&File| filter.asks_for_status() || ["REGISTERED", "DISCLOSED"].contains(&file.status);
        let expected: BTreeSet<&str> = files.iter().filter(is_listed).filter(|file| filter.admits(file)).map(|file| file.number.as_str()).collect();
        assert_eq!(answered, expected, "{}", filter.input());
        assert_eq!(data["dataFiles"]["totalCount"], expected.len());
        *distinct.entry(expected.len()).or_insert(0) += 1;
    }
    assert!(distinct.len() > 5, "filters that all say the same test nothing: {distinct:?}");
}

on_both!(
    Data::Generated => every_list_is_walked_from_both_ends, names_stand_in_dictionary_order, what_is_not_stated_stands_lowest, cursors_of_elsewhere_are_refused,
    pages_out_of_range_are_refused_before_execution, ids_are_checked, any_text_can_be_asked_for, filters_admit_what_they_say,
);
