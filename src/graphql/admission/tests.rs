use serde_json::json;

use super::*;
use crate::graphql::sample;

fn request(query: &str, variables: serde_json::Value) -> GraphqlRequest {
    GraphqlRequest { query: query.to_owned(), variables: variables.as_object().cloned().unwrap_or_default(), ..GraphqlRequest::default() }
}

fn check(query: &str, variables: serde_json::Value) -> Result<Admitted, Rejected> {
    sample::engine().0.admit(&request(query, variables), Transport::Post)
}

/// Code and message of the first refusal, or nothing.
fn refused(query: &str, variables: serde_json::Value) -> Option<(&'static str, String)> {
    check(query, variables).err().map(|rejected| (rejected.refusals[0].code, rejected.refusals[0].message.clone()))
}

#[test]
fn ordinary_requests_are_admitted() {
    for (query, variables) in [
        ("{ __typename }", json!({})),
        ("{ agencies(first: 0) { totalCount } }", json!({})),
        ("query($n: Int) { agencies(first: $n) { totalCount } }", json!({})),
        ("query($n: Int) { agencies(first: $n) { totalCount } }", json!({"n": null, "unused": 1})),
        ("query($n: Int = 30, $f: AgencyFilter) { agencies(last: $n, filter: $f) { totalCount } }", json!({"f": {"type": "SCHOOL", "name": {"in": "a"}}})),
        ("{ agencies(filter: {and: [{type: SCHOOL}, {not: {since: \"2024-02-29\"}}]}) { totalCount } }", json!({})),
        ("{ nodes(ids: [\"a\", 5]) { id } }", json!({})),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({"ids": "a"})),
        ("query($k: Key!) { key(key: $k) range(range: {from: 1}) }", json!({"k": {"number": 1}})),
        ("{ count(of: 9007199254740991, on: \"2024-01-25\", share: 1, exact: true) }", json!({})),
        ("mutation($n: [String!]!) { rename(names: $n) }", json!({"n": vec!["x"; 1000]})),
        ("query Q { agencies(first: 1) @skip(if: true) { totalCount } count }", json!({})),
    ] {
        assert_eq!(refused(query, variables), None, "{query}");
    }
}

#[test]
fn bad_arguments_are_refused_before_execution() {
    use code::{BAD_USER_INPUT, COST_LIMIT_EXCEEDED, DEPTH_LIMIT_EXCEEDED, GRAPHQL_VALIDATION_FAILED};
    let conditions = |n: usize| json!({"f": {"and": vec![json!({"name": {"eq": "x"}}); n]}});
    let nots = |n: usize| (0..n).fold(json!({"type": "SCHOOL"}), |inner, _| json!({"not": inner}));
    let deep = (0..40).fold(json!(1), |inner, _| json!([inner]));
    let with_filter = "query($f: AgencyFilter) { agencies(filter: $f) { totalCount } }";
    let cases = [
        (
            "{ agencies(first: 101) { totalCount } }",
            json!({}),
            BAD_USER_INPUT,
            "The argument `agencies.first` must be from 0 to 100, and is 101; page through the rest with `after`.",
        ),
        (
            "{ x: agencies(last: -1) { totalCount } }",
            json!({}),
            BAD_USER_INPUT,
            "The argument `x.last` must be from 0 to 100, and is -1; page through the rest with `after`.",
        ),
        (
            "query($n: Int) { top(first: $n) { id } }",
            json!({"n": 500}),
            BAD_USER_INPUT,
            "The argument `top.first` must be from 0 to 100, and is 500; page through the rest with `after`.",
        ),
        (
            "{ agencies { nodes { children(first: 1, last: 1) { totalCount } } } }",
            json!({}),
            BAD_USER_INPUT,
            "The argument `agencies.nodes.children.last` must not be given together with `first`; give one of the two.",
        ),
        ("{ agencies(after: \"a b\") { totalCount } }", json!({}), BAD_USER_INPUT, "The argument `agencies.after` is no cursor of this list."),
        (
            "query($c: String) { agencies(before: $c) { totalCount } }",
            json!({"c": "a b"}),
            BAD_USER_INPUT,
            "The argument `agencies.before` is no cursor of this list.",
        ),
        ("{ node(id: \"a b\") { id } }", json!({}), BAD_USER_INPUT, "The argument `node.id` is no id of this register."),
        ("query($id: ID!) { node(id: $id) { id } }", json!({"id": "a b"}), BAD_USER_INPUT, "The variable `$id` is no id of this register."),
        ("query($id: ID!) { node(id: $id) { id } }", json!({}), BAD_USER_INPUT, "The variable `$id` of type `ID!` must be given in `variables`."),
        ("query($id: ID!) { node(id: $id) { id } }", json!({"id": null}), BAD_USER_INPUT, "The variable `$id` must not be null; its type is `ID!`."),
        (
            "query($id: ID!) { node(id: $id) { id } }",
            json!({"id": 1.5}),
            BAD_USER_INPUT,
            "The variable `$id` must be an `ID` (a text in quotes), not a number.",
        ),
        (
            "query($ids: [ID!]!) { nodes(ids: $ids) { id } }",
            json!({"ids": vec!["x"; 101]}),
            BAD_USER_INPUT,
            "The variable `$ids` has 101 items; at most 100 are accepted. Ask in several requests.",
        ),
        (
            with_filter,
            json!({"f": {"typ": "SCHOOL"}}),
            BAD_USER_INPUT,
            "The variable `$f` has a field `typ`, which `AgencyFilter` does not know; did you mean `type`?",
        ),
        (
            with_filter,
            json!({"f": {"type": "SCHOL"}}),
            BAD_USER_INPUT,
            "The variable `$f.type` is `SCHOL`, which is no word of `AgencyType`; did you mean `SCHOOL`?",
        ),
        (
            with_filter,
            json!({"f": {"type": "한글"}}),
            BAD_USER_INPUT,
            "The variable `$f.type` is `한글`, which is no word of `AgencyType`; `AgencyType` has `CENTRAL`, `LOCAL_GOVERNMENT`, `SCHOOL`.",
        ),
        (with_filter, json!({"f": 3}), BAD_USER_INPUT, "The variable `$f` must be an input object of type `AgencyFilter`."),
        (
            with_filter,
            json!({"f": {"since": "2024-02-30"}}),
            BAD_USER_INPUT,
            "The variable `$f.since` is \"2024-02-30\", which is no day; a `Date` is written YYYY-MM-DD, as in \"2024-01-25\".",
        ),
        (with_filter, json!({"f": {"name": {"in": [1]}}}), BAD_USER_INPUT, "The variable `$f.name.in.0` must be a `String` (a text in quotes), not a number."),
        (with_filter, conditions(101), BAD_USER_INPUT, "The variable `$f.and` has 101 items; at most 100 are accepted. Ask in several requests."),
        (with_filter, conditions(90), BAD_USER_INPUT, "The argument `agencies.filter` has more than 100 conditions; use `in`, or ask in several requests."),
        (with_filter, json!({"f": nots(6)}), BAD_USER_INPUT, "The argument `agencies.filter` nests `and`, `or` and `not` more than 5 deep; nest less."),
        (
            with_filter,
            json!({"f": nots(20)}),
            DEPTH_LIMIT_EXCEEDED,
            "The variable `$f.not.not.not.not.not.not.not.not.not.not.not.not.not.not.n…` nests input objects more than 16 deep. Nest less.",
        ),
        (with_filter, json!({"f": deep}), DEPTH_LIMIT_EXCEEDED, "`variables` nests 40 deep; at most 32 is accepted. Nest less."),
        (
            "{ agencies(filter: {type: \"SCHOOL\"}) { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The argument `agencies.filter.type` must be written without quotes: `SCHOOL`.",
        ),
        ("{ agencies(filter: {name: {eq: 서울}}) { totalCount } }", json!({}), code::GRAPHQL_PARSE_FAILED, "Syntax error: `서울` where a value should be."),
        (
            "{ agencies(filter: {name: {eq: Seoul}}) { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The argument `agencies.filter.name.eq` must be a text in quotes: \"Seoul\".",
        ),
        (
            "{ agencies(filter: {name: {eq: \"a\", eq: \"b\"}}) { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The field `eq` is given twice in one input object. Keep one of the two.",
        ),
        (
            "{ agencies(first: \"5\") { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The argument `agencies.first` must be an `Int` (a whole number), not a text.",
        ),
        (
            "{ agencies(first: 3000000000) { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The argument `agencies.first` is 3000000000; an `Int` is a whole number from -2147483648 to 2147483647.",
        ),
        ("{ range(range: {until: 1}) }", json!({}), GRAPHQL_VALIDATION_FAILED, "The argument `range.range` lacks the field `from` of type `Int!`."),
        (
            "query($k: Key!) { key(key: $k) }",
            json!({"k": {"number": 1, "code": "a"}}),
            BAD_USER_INPUT,
            "The variable `$k` must have exactly one field of `Key`, and not null.",
        ),
        ("{ count(of: -1) }", json!({}), GRAPHQL_VALIDATION_FAILED, "The argument `count.of` is -1; a `Count` is a whole number from 0 to 9007199254740991."),
        (
            "query($n: Int = \"x\") { agencies(first: $n) { totalCount } }",
            json!({}),
            GRAPHQL_VALIDATION_FAILED,
            "The variable `$n` must be an `Int` (a whole number), not a text.",
        ),
        (
            "{ agencies(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { children(first: 100) { nodes { id } } } } } } } } } } }",
            json!({}),
            COST_LIMIT_EXCEEDED,
            "The operation could fetch too much: it costs up to 11202020201; at most 50000 is accepted. Ask for smaller pages, or nest fewer lists.",
        ),
    ];
    for (query, variables, code, message) in cases {
        assert_eq!(refused(query, variables), Some((code, message.to_owned())), "{query}");
    }
}

#[test]
fn everything_wrong_is_told_at_once_and_once() {
    let query = "query($f: AgencyFilter) { ...A ...A } fragment A on Query { a: agencies(first: 200, filter: $f) { totalCount } b: agencies(last: 200) { totalCount } }";
    let rejected = check(query, json!({"f": {"type": "X", "since": 1}})).unwrap_err();
    assert_eq!(rejected.refusals.len(), 4, "{:?}", rejected.refusals);
    assert_eq!(rejected.refusals[2].locations.len(), 1);
}

#[test]
fn operations_that_cannot_run_are_refused() {
    let by_get = |query: &str| sample::engine().0.admit(&request(query, json!({})), Transport::Get);
    assert!(by_get("{ count }").is_ok());
    assert!(by_get("mutation { rename(names: []) }").unwrap_err().is_mutation_by_get);
    assert_eq!(refused("subscription { a b }", json!({})).map(|(code, _)| code), Some(code::GRAPHQL_VALIDATION_FAILED));
    assert_eq!(refused("subscription { a }", json!({})).map(|(code, _)| code), Some(code::OPERATION_RESOLUTION_FAILURE));
}

#[test]
fn texts_that_no_database_should_meet_are_refused() {
    let named = |text: &str| refused("query Q($name: String!) { agencies(first: 1, filter: {name: {eq: $name}}) { totalCount } }", json!({ "name": text }));
    assert_eq!(named(&"가".repeat(2_730)), None, "8,190 bytes");
    let (code, message) = named(&"가".repeat(2_731)).unwrap();
    assert_eq!(code, code::BAD_USER_INPUT);
    assert!(message.contains("8193 bytes") && message.contains("8192"), "{message}");
    let (code, message) = named("가\0나").unwrap();
    assert_eq!(code, code::BAD_USER_INPUT);
    assert!(message.contains("U+0000"), "{message}");
}

proptest::proptest! {
    /// Whatever is sent, it is admitted or refused; nothing panics, and a refusal says something.
    #[test]
    fn any_soup_of_tokens_is_survived(soup in proptest::collection::vec(proptest::sample::select(TOKENS), 0..60)) {
        let query = soup.join(" ");
        let closed = format!("{{ agencies(first: 1, filter: {{name: {{eq: \"x\"}}}}) {{ nodes {{ {query} }} }} }}");
        for query in [query, closed] {
            if let Err(rejected) = check(&query, json!({"x": 1})) {
                proptest::prop_assert!(rejected.refusals.iter().all(|refusal| refusal.message.len() > 10));
            }
        }
    }

    #[test]
    fn any_text_is_survived(text in "\\PC{0,80}|[{}()\\[\\]\"#:$@!.=\\\\\n\r a-c0-9\u{feff}한]{0,80}") {
        drop(check(&text, json!({})));
    }
}

const TOKENS: &[&str] = &[
    "{",
    "}",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    ":",
    "$",
    "$x",
    "@skip(if: true)",
    "...",
    "...F",
    "... on Agency",
    "fragment F on Agency",
    "query",
    "query Q($x: Int = 3)",
    "mutation",
    "subscription",
    "on",
    "agencies",
    "nodes",
    "id",
    "children",
    "first:",
    "last:",
    "filter:",
    "and:",
    "1",
    "-1",
    "1e9",
    "99999999999999999999",
    "\"a\"",
    "\"\"\"b\"\"\"",
    "\"",
    "null",
    "true",
    "SCHOOL",
    "!",
    "=",
    "#\n",
    "\n",
    "한",
];
