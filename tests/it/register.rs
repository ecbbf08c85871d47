//! The register as a whole: that it starts, answers, and answers alike on both databases.

use serde_json::json;

use crate::harness::{Data, Server, on_both};

async fn the_smallest_query_is_answered(server: Server) {
    assert_eq!(server.query("{ __typename }", json!({})).await, json!({"__typename": "Query"}));
}

async fn an_unknown_field_is_refused(server: Server) {
    let errors = server.errors("{ noSuchField }", json!({})).await;
    assert!(errors[0]["message"].as_str().unwrap().contains("noSuchField"), "{errors}");
}

on_both!(Data::Empty => the_smallest_query_is_answered);
on_both!(Data::Bundled => an_unknown_field_is_refused);
