//! Whole files as lines, imported: what was erased stays erased, and what cannot be is refused.

use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::import::ImportStatus;

use crate::exports::{imported, text, told};
use crate::harness::{Data, Server, on_both};

async fn erased_recommendations_stay_erased(server: Server) {
    const SECRET: &str = "가나다의 항목이 없다";
    let admin = server.token(Role::Admin, None, "관리자").await;
    let known = server.query("{ dataFiles(first: 1) { nodes { id } } }", json!({})).await;
    let issue = "mutation ($id: ID!, $ground: String!) { recommendationIssue(dataFileId: $id, input: {ground: $ground}) { recommendation { id } userErrors { message } } }";
    let issued = server.query_as(&admin, issue, json!({"id": known["dataFiles"]["nodes"][0]["id"], "ground": SECRET})).await;
    let before = text(&server, "/export/ndjson").await;
    let redact = "mutation ($id: ID!) { redact(nodeId: $id, path: \"ground\", reason: \"개인정보 노출\") { userErrors { message } } }";
    let redacted = server.query_as(&admin, redact, json!({"id": issued["recommendationIssue"]["recommendation"]["id"]})).await;
    assert_eq!(redacted["redact"]["userErrors"], json!([]), "{issued}");
    let lines = text(&server, "/export/ndjson").await;
    assert!(before.contains(SECRET) && !lines.contains(SECRET));
    let copy = Server::start(server.backend, Data::Empty).await;
    let outcome = imported(&copy, "files.ndjson", lines.as_bytes()).await;
    assert_eq!(outcome.status, ImportStatus::Completed, "{}", told(&outcome));
    assert_eq!(text(&copy, "/export/ndjson").await, lines);
    // Lines that still have it bring nothing back.
    let sequence = server.sequence().await;
    let outcome = imported(&server, "before.ndjson", before.as_bytes()).await;
    assert_eq!((outcome.status, server.sequence().await), (ImportStatus::Completed, sequence), "{}", told(&outcome));
    assert_eq!(text(&server, "/export/ndjson").await, lines);
}

async fn names_of_different_bodies_are_not_merged(server: Server) {
    let body = |name: &str, kind: &str, into: Value| json!({"organization": {"name": name, "kind": kind, "mergedInto": into}});
    let of = |name: &str, kind: &str| json!({"name": name, "kind": kind});
    let both = [body("시험업체", "COMPANY", Value::Null), body("시험모임", "GROUP", Value::Null)];
    for (merged, part) in [
        (body("시험업체", "COMPANY", of("시험모임", "GROUP")), "시험모임"),
        (body("시험업체", "COMPANY", of("시험업체", "COMPANY")), "시험업체 cannot be merged into itself; leave `mergedInto` out"),
    ] {
        let lines = [&json!({"format": "yeollam-lines/1"}), &both[0], &both[1], &merged].map(ToString::to_string).join("\n");
        let outcome = imported(&server, "merges.ndjson", lines.as_bytes()).await;
        assert_eq!(outcome.status, ImportStatus::Rejected, "{}", told(&outcome));
        assert!(told(&outcome).contains(part) && told(&outcome).contains("merges.ndjson"), "{}", told(&outcome));
        assert_eq!(server.sequence().await, 0, "nothing of them is kept");
    }
}

on_both!(Data::Bundled => erased_recommendations_stay_erased);
on_both!(Data::Empty => names_of_different_bodies_are_not_merged);
