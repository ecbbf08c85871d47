use std::sync::atomic::Ordering;

use super::*;
use crate::graphql::sample;

async fn run(query: &str) -> serde_json::Value {
    let (engine, _) = sample::engine();
    let context = RequestContext { request_id: "r-1".to_owned(), ..RequestContext::default() };
    let request = GraphqlRequest { query: query.to_owned(), ..GraphqlRequest::default() };
    let outcome = engine.execute(request, Transport::Post, context).await;
    serde_json::json!({"ending": format!("{:?}", outcome.ending), "data": outcome.response.data, "errors": outcome.response.errors})
}

#[tokio::test]
async fn validation_by_the_library_is_a_request_error() {
    for query in
        ["{ nothing }", "{ agencies }", "{ count { x } }", "query($x: Int) { count }", "{ ...F }", "{ node { id } }", "{ range(x: 1) }", "{ count @nothing }"]
    {
        let outcome = run(query).await;
        assert_eq!(outcome["ending"], "RequestError", "{outcome}");
        assert_eq!(outcome["errors"][0]["extensions"]["code"], code::GRAPHQL_VALIDATION_FAILED, "{outcome}");
    }
}

#[tokio::test]
async fn errors_of_resolvers_tell_what_the_client_may_know() {
    let outcome = run("{ fails }").await;
    assert_eq!(outcome["ending"], "Executed");
    assert_eq!(outcome["errors"][0]["extensions"]["code"], code::INTERNAL_SERVER_ERROR);
    assert_eq!(outcome["errors"][0]["path"][0], "fails");
    assert_eq!(outcome["errors"][0]["message"], "Internal error. The request id is r-1; please name it when you report this.");
    let outcome = run("{ misses }").await;
    assert_eq!((&outcome["ending"], &outcome["data"]), (&"Executed".into(), &serde_json::Value::Null));
    assert_eq!(outcome["errors"][0]["message"], "There is none.");
    for (query, code, message, ending) in [
        ("{ defect }", code::INTERNAL_SERVER_ERROR, "Internal error. The request id is r-1; please name it when you report this.", "Executed"),
        ("{ gone }", code::UNAVAILABLE, "The register cannot answer at the moment. Try again later. The request id is r-1.", "Unavailable"),
        ("{ refuses }", code::BAD_USER_INPUT, "The id is none of this register.", "Executed"),
    ] {
        let outcome = run(query).await;
        assert_eq!((&outcome["errors"][0]["extensions"]["code"], &outcome["errors"][0]["message"]), (&code.into(), &message.into()));
        assert_eq!(outcome["ending"], ending, "{query}");
        assert!(!outcome.to_string().contains("secret"));
    }
    let outcome = run("{ panics }").await;
    assert_eq!(outcome["ending"], "Broken");
    assert!(!outcome.to_string().contains("secret"));
}

#[tokio::test]
async fn introspection_passes() {
    let outcome = run(include_str!("../admission/cost/introspection.graphql")).await;
    assert_eq!(outcome["errors"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_level_is_loaded_at_once() {
    for _ in 0..200 {
        let (engine, calls) = sample::engine();
        let query = "{ agencies(first: 40) { nodes { parent { id parent { id } } } top: edges { node { parent { id } } } } top(first: 50) { parent { parent { id } } } }";
        let request = GraphqlRequest { query: query.to_owned(), ..GraphqlRequest::default() };
        let outcome = engine.execute(request, Transport::Post, RequestContext::default()).await;
        assert!(outcome.response.is_ok(), "{:?}", outcome.response.errors);
        assert_eq!(calls.load(Ordering::SeqCst), 2);
    }
}

/// Selections of an agency, as clients write them.
const SELECTIONS: [&str; 14] = [
    "id",
    "x: id",
    "area",
    "id: area",
    "parent { id }",
    "parent { area __typename }",
    "y: parent { parent { id } }",
    "__typename",
    "...F",
    "... on Agency { area x: id }",
    "... on Node { id }",
    "... { parent { id } }",
    "... @include(if: true) { area }",
    "id @skip(if: false)",
];

proptest::proptest! {
    #[test]
    fn eager_objects_answer_as_others_do(selections in proptest::collection::vec(proptest::sample::select(&SELECTIONS[..]), 1..7)) {
        let selections = selections.join(" ");
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let [others, eager] = ["top", "eagerTop"].map(|field| {
            let query = format!("{{ agencies: {field:>8} {{ {selections} }} }} fragment F on Agency {{ parent {{ area }} id }}");
            let mut outcome = runtime.block_on(run(&query));
            // Errors stand in no order of meaning.
            outcome["errors"].as_array_mut().unwrap().sort_by_key(ToString::to_string);
            outcome
        });
        proptest::prop_assert_eq!(others, eager);
    }
}
