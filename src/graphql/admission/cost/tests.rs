use super::*;
use crate::graphql::sample;
use crate::graphql::{admission::Rejected, request::GraphqlRequest, request::Transport};

fn cost_of(query: &str, variables: serde_json::Value) -> u64 {
    let request = GraphqlRequest { query: query.to_owned(), variables: variables.as_object().cloned().unwrap_or_default(), ..GraphqlRequest::default() };
    match sample::engine().0.admit(&request, Transport::Post) {
        Ok(admitted) => admitted.cost,
        Err(Rejected { cost: Some(cost), .. }) => cost,
        Err(rejected) => panic!("{:?}", rejected.refusals),
    }
}

#[test]
fn pages_multiply() {
    for (query, variables, expected) in [
        ("{ __typename }", "{}", 1),
        ("{ agencies { pageInfo { hasNextPage } } }", "{}", 3),
        ("{ agencies { totalCount } }", "{}", 6),
        // One connection, and 20 objects with two values each, ten values being one.
        ("{ agencies { nodes { id __typename } } }", "{}", 1 + 20 + 4),
        ("{ agencies(first: 5) { nodes { id __typename } } }", "{}", 1 + 5 + 1),
        ("query($n: Int = 5) { agencies(first: $n) { nodes { id __typename } } }", "{}", 1 + 5 + 1),
        ("query($n: Int = 5) { agencies(last: $n) { nodes { id __typename } } }", r#"{"n": 10}"#, 1 + 10 + 2),
        ("{ agencies(first: 10) { edges { node { id } } } }", "{}", 1 + 10 * 2 + 1),
        ("{ agencies(first: 0) { edges { node { id } } } }", "{}", 1),
        ("{ agencies(first: 10) { nodes { children(first: 10) { nodes { id } } } } }", "{}", 1 + 10 * (1 + 1 + 10 + 1)),
        ("{ agencies(first: 10) { nodes { items { name } } } }", "{}", 1 + 10 * (1 + 10 + 1)),
        ("{ top { id } }", "{}", 4),
        ("{ top(first: 10) { id } }", "{}", 11),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", r#"{"ids": ["a", "b"]}"#, 3),
        ("{ agencies(filter: {name: {eq: \"a\", in: [\"a\", \"b\"]}}) { pageInfo { hasNextPage } } }", "{}", 5),
        // A node is an agency or a statute, never both: the dearer one counts.
        ("{ node(id: 1) { ... on Agency { items { name } } ... on Statute { items { name } } } }", "{}", 1 + 11),
        ("{ node(id: 1) { ... on Agency { items { name } } ...A } } fragment A on Agency { parent { id } }", "{}", 1 + 11 + 2),
        ("query($x: Boolean = true) { agencies @skip(if: $x) { nodes { id } } count }", "{}", 1),
        ("{ agencies @include(if: false) { nodes { id } } count }", "{}", 1),
    ] {
        assert_eq!(cost_of(query, serde_json::from_str(variables).unwrap()), expected, "{query}");
    }
}

#[test]
fn introspection_is_cheap_and_bounded() {
    let usual = include_str!("introspection.graphql");
    let limit = Limits::default().cost;
    // The register has ten times as many types as the sample.
    assert!(cost_of(usual, serde_json::json!({})) * 10 < limit, "{}", cost_of(usual, serde_json::json!({})));
    let nested = "{ __schema { types { fields { type { fields { type { fields { type { fields { type { fields { name } } } } } } } } } } } }";
    assert!(cost_of(nested, serde_json::json!({})) > limit);
}

#[test]
fn costs_do_not_overflow() {
    let mut query = "id".to_owned();
    for _ in 0..9 {
        query = format!("children(first: 100) {{ nodes {{ {query} }} }}");
    }
    assert_eq!(cost_of(&format!("{{ top {{ {query} }} }}"), serde_json::json!({})), u64::MAX.div_ceil(100));
}
