//! Who may: every mutation of the schema, tried by nobody and in every role.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::introspection::Schema;
use crate::harness::server::Answer;
use crate::harness::{Data, Server, on_both};

const REGULATOR: &[Role] = &[Role::Regulator, Role::Admin];
const ADMIN: &[Role] = &[Role::Admin];
const AGENCY: &[Role] = &[Role::Agency, Role::Admin];

/// What an officer of another agency is told.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stranger {
    /// The role may, and the agency is not the officer's: `FORBIDDEN`.
    Forbidden,
    /// Hidden and missing are the same: a user error.
    NotFound,
    /// `FORBIDDEN` for what is there, which is public; a user error for what is not.
    ForbiddenWhereItIs,
}

/// Every mutation: its arguments, where words in capitals stand for ids, an object of its payload, the roles that may send it, and what an officer of another agency is told.
const MUTATIONS: &[(&str, &str, &str, &[Role], Stranger)] = &[
    ("applicationCreate", "agencyId: AGENCY, kind: NEW", "application { id }", AGENCY, Stranger::Forbidden),
    ("applicationUpdate", "id: APPLICATION, expectedVersion: 1, input: {purpose: \"시험\"}", "application { id }", AGENCY, Stranger::NotFound),
    ("applicationSubmit", "id: APPLICATION, expectedVersion: 1", "application { id }", AGENCY, Stranger::NotFound),
    ("applicationReturn", "id: APPLICATION, expectedVersion: 1, reason: \"보완\"", "application { id }", REGULATOR, Stranger::Forbidden),
    ("applicationAccept", "id: APPLICATION, expectedVersion: 1", "application { id }", REGULATOR, Stranger::Forbidden),
    ("applicationCancel", "id: APPLICATION, expectedVersion: 1", "application { id }", AGENCY, Stranger::NotFound),
    ("agencyRegister", "input: {code: \"Z999999\", name: \"새 기관\", type: LOCAL_AFFILIATE}", "agency { code }", REGULATOR, Stranger::Forbidden),
    ("agencyRename", "id: AGENCY, input: {name: \"새 이름\"}", "agency { code }", REGULATOR, Stranger::Forbidden),
    ("recommendationIssue", "dataFileId: FILE, input: {ground: \"보완\"}", "recommendation { id }", REGULATOR, Stranger::Forbidden),
    (
        "recommendationAnswer",
        "id: RECOMMENDATION, input: {reply: \"고침\", outcome: IMPLEMENTED}",
        "recommendation { id }",
        AGENCY,
        Stranger::ForbiddenWhereItIs,
    ),
    ("organizationMerge", "id: ORGANIZATION, intoId: OTHER", "organization { id }", REGULATOR, Stranger::Forbidden),
    ("redact", "nodeId: REVISION, path: \"officers.0.department\", reason: \"시험\"", "node { id }", ADMIN, Stranger::Forbidden),
    ("organizationSeparate", "id: ORGANIZATION", "organization { id }", REGULATOR, Stranger::Forbidden),
    (
        "impactAssessmentRecord",
        "agencyId: AGENCY, input: {year: 2026, dataFiles: [{dataFileId: FILE}]}",
        "impactAssessment { id }",
        AGENCY,
        Stranger::Forbidden,
    ),
    (
        "privacyPolicyPublish",
        "agencyId: AGENCY, input: {title: \"시험 방침\", effectiveFrom: \"2026-01-01\"}",
        "policyRevision { id }",
        AGENCY,
        Stranger::Forbidden,
    ),
    (
        "agencySucceed",
        "input: {kind: TRANSFER, on: \"2026-01-01\", predecessorIds: [AGENCY], successors: []}",
        "reorganisation { dataFileCount }",
        REGULATOR,
        Stranger::Forbidden,
    ),
];

fn code(answer: &Answer) -> &str {
    answer.body["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

async fn every_mutation_is_for_some_roles_only(server: Server) {
    let schema = Schema::of(&server).await;
    let of_schema: BTreeSet<&str> = schema.fields("Mutation").iter().map(|field| field["name"].as_str().unwrap()).collect();
    assert_eq!(of_schema, MUTATIONS.iter().map(|(name, ..)| *name).collect(), "each mutation stands in the table of this test with the roles that may send it");
    let ids = server
        .query(
            "{ agency(code: \"4090000\") { id dataFiles(first: 1) { nodes { id } } } organizations(first: 2) { nodes { id } } privacyPolicies(first: 1) { nodes { current { id } } } }",
            json!({}),
        )
        .await;
    let officer = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let stranger = server.token(Role::Agency, Some("6110000"), "다른 기관 담당자").await;
    let regulator = server.token(Role::Regulator, None, "위원회 담당자").await;
    let admin = server.token(Role::Admin, None, "관리자").await;
    let issue = "mutation ($file: ID!) { recommendationIssue(dataFileId: $file, input: {ground: \"보완할 것\"}) { recommendation { id } } }";
    let recommendation = server.query_as(&regulator, issue, json!({"file": ids["agency"]["dataFiles"]["nodes"][0]["id"]})).await;
    for (mutation, arguments, object, roles, hidden) in MUTATIONS {
        let create = "mutation ($agency: ID!, $name: String!) { applicationCreate(agencyId: $agency, kind: NEW, input: {name: $name}) { application { id } } }";
        let draft = server.query_as(&officer, create, json!({"agency": ids["agency"]["id"], "name": mutation})).await;
        let missing = |of: &str| Value::from(format!("{of}_AAAAAAAAAAAAAAAAAAAAAA"));
        for is_there in [true, false] {
            let id = |there: &Value, of: &str| if is_there { there.to_string() } else { missing(of).to_string() };
            let arguments = arguments
                .replace("APPLICATION", &id(&draft["applicationCreate"]["application"]["id"], "Application"))
                .replace("RECOMMENDATION", &id(&recommendation["recommendationIssue"]["recommendation"]["id"], "Recommendation"))
                .replace("ORGANIZATION", &id(&ids["organizations"]["nodes"][0]["id"], "Organization"))
                .replace("REVISION", &id(&ids["privacyPolicies"]["nodes"][0]["current"]["id"], "PolicyRevision"))
                .replace("OTHER", &ids["organizations"]["nodes"][1]["id"].to_string())
                .replace("AGENCY", &ids["agency"]["id"].to_string())
                .replace("FILE", &ids["agency"]["dataFiles"]["nodes"][0]["id"].to_string());
            let document = format!("mutation {{ {mutation}({arguments}) {{ {object} userErrors {{ code }} }} }}");
            let nobody = server.answer(&document, json!({})).await;
            assert_eq!(code(&nobody), "UNAUTHENTICATED", "{mutation}: {nobody}");
            // Hidden and missing are the same to somebody else's officer.
            let answer = server.answer_as(&stranger, &document, json!({})).await;
            if *hidden == Stranger::Forbidden || *hidden == Stranger::ForbiddenWhereItIs && is_there {
                assert_eq!(code(&answer), "FORBIDDEN", "{mutation}: {answer}");
            } else {
                let object = object.split(' ').next().unwrap();
                assert_eq!(answer.body["data"][mutation], json!({object: null, "userErrors": [{"code": "NOT_FOUND"}]}), "{mutation}: {answer}");
            }
            for (role, token) in [(Role::Regulator, &regulator), (Role::Admin, &admin), (Role::Agency, &officer)] {
                let answer = server.answer_as(token, &document, json!({})).await;
                assert_eq!(answer.status, 200);
                assert_eq!(code(&answer), if roles.contains(&role) { "" } else { "FORBIDDEN" }, "{mutation} as {role:?}: {answer}");
            }
        }
    }
    // Whoever was refused did nothing, and what was done is told by the private log.
    assert_eq!(server.store.audit_log().await.unwrap().1, None);
}

on_both!(Data::Bundled => every_mutation_is_for_some_roles_only);
