//! What scanners of GraphQL servers try (the classes of graphql-cop): each is refused before a statement, or harmless. And a client that asks for more than its share.

use reqwest::{Method, Response};
use serde_json::{Value, json};
use yeollam::access::Role;
use yeollam::graphql::admission::limits::Limits;
use yeollam::http::Settings;

use crate::harness::{Backend, Data, Server};

async fn bundled() -> Server {
    Server::start(Backend::Sqlite, Data::Bundled).await
}

async fn post(server: &Server, content_type: &str, body: String) -> (u16, Value) {
    let response = server.request(Method::POST, "/graphql").header("content-type", content_type).body(body).send().await.unwrap();
    let status = response.status().as_u16();
    (status, serde_json::from_str(&response.text().await.unwrap()).unwrap())
}

fn code(answer: &Value) -> &str {
    answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn overloads_are_refused_before_a_statement() {
    let server = bundled().await;
    server.statements();
    let many = |count: usize, each: &dyn Fn(usize) -> String| (0..count).map(each).collect::<String>();
    for (attack, document, expected) in [
        ("alias overload", format!("{{ {} }}", many(101, &|n| format!("alias{n}: __typename "))), "ALIAS_LIMIT_EXCEEDED"),
        ("directive overload", format!("{{ __typename {} }}", "@aa".repeat(101)), "DIRECTIVE_LIMIT_EXCEEDED"),
        ("an unknown directive", "{ register @aa { sequence } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("a directive of the schema", "{ search(text: \"x\") @cost(weight: \"0\") { totalCount } }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("circular fragment", "query { ...A } fragment A on Query { __typename ...B } fragment B on Query { ...A }".to_owned(), "GRAPHQL_VALIDATION_FAILED"),
        ("field duplication", format!("{{ {} }}", "__typename ".repeat(500)), "ROOT_FIELD_LIMIT_EXCEEDED"),
        ("deep field duplication", format!("{{ register {{ {} }} }}", "x ".repeat(5_000)), "TOKEN_LIMIT_EXCEEDED"),
        (
            "circular introspection",
            "{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }".to_owned(),
            "COST_LIMIT_EXCEEDED",
        ),
    ] {
        let (status, answer) = post(&server, "application/json", json!({ "query": document }).to_string()).await;
        assert_eq!((status, code(&answer)), (400, expected), "{attack}: {answer}");
    }
    assert_eq!(server.statements(), Vec::<String>::new());
}

#[tokio::test]
async fn requests_of_other_sites_change_nothing() {
    let server = bundled().await;
    let array = json!([{"query": "{ __typename }"}, {"query": "{ __typename }"}]).to_string();
    assert_eq!(code(&post(&server, "application/json", array).await.1), "BAD_REQUEST", "array batching");
    let mutation = "mutation { applicationCancel(id: \"x\", expectedVersion: 1) { userErrors { code } } }";
    let response = server.request(Method::GET, "/graphql").query(&[("query", mutation)]).send().await.unwrap();
    assert_eq!((response.status().as_u16(), response.headers()["allow"].to_str().unwrap()), (405, "POST"), "a mutation by GET");
    // What a form or a page can send without asking first.
    let body = json!({ "query": mutation }).to_string();
    for content_type in ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x", "text/plain; application/json"] {
        assert_eq!(post(&server, content_type, body.clone()).await.0, 415, "{content_type}");
    }
    assert_eq!(post(&server, "application/x-www-form-urlencoded", "query=%7B__typename%7D".to_owned()).await.0, 415);
}

#[tokio::test]
async fn nothing_is_told_of_the_inside() {
    let server = bundled().await;
    for (query, extensions) in [("{ __typename }", json!({"tracing": true, "debug": true})), ("{ nothing }", json!({"tracing": true})), ("{", json!({}))] {
        for path in ["/graphql", "/graphql?debug=1&trace=1"] {
            let body = json!({"query": query, "extensions": extensions}).to_string();
            let request = server.request(Method::POST, path).header("content-type", "application/json").header("apollo-federation-include-trace", "ftv1");
            let answer = request.body(body).send().await.unwrap().text().await.unwrap();
            for word in ["tracing", "ftv1", "stacktrace", "exception", "src/", ".rs", "SELECT"] {
                assert!(!answer.contains(word), "{word}: {answer}");
            }
        }
    }
    for path in ["/graphiql", "/playground", "/altair", "/console", "/graphql/../.env"] {
        let response = server.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 404, "{path}");
    }
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_client_has_its_share() {
    let server = bundled().await;
    let settings = Settings { trusted_proxies: vec!["127.0.0.1".parse().unwrap()], answer_cache: 0, ..Settings::default() };
    let server = server.with(Limits { budget: 100, ..Limits::default() }, settings).await;
    let asked = async |from: &str, token: &str| {
        let body = json!({"query": "{ dataFiles(first: 50) { nodes { id } } }", "extensions": {"cost": true}}).to_string();
        let mut request = server.request(Method::POST, "/graphql").header("content-type", "application/json").header("x-forwarded-for", from).body(body);
        if !token.is_empty() {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        request.send().await.unwrap()
    };
    let first = asked("203.0.113.7", "").await;
    assert_eq!(header(&first, "ratelimit-policy"), "\"cost\";q=100;w=60;qu=\"cost\"");
    assert_eq!(header(&first, "ratelimit"), "\"cost\";r=44;t=34", "56 of 100");
    let answer: Value = serde_json::from_str(&first.text().await.unwrap()).unwrap();
    assert_eq!(answer["extensions"]["cost"], json!({"requested": 56, "limit": 50_000}));
    server.statements();
    let second = asked("203.0.113.7", "").await;
    assert_eq!(second.status(), 429);
    assert!((1..=60).contains(&header(&second, "retry-after").parse::<u64>().unwrap()));
    let answer: Value = serde_json::from_str(&second.text().await.unwrap()).unwrap();
    let facts = &answer["errors"][0]["extensions"];
    assert_eq!((&facts["code"], &facts["cost"], &facts["limit"]), (&json!("RATE_LIMITED"), &json!(56), &json!(100)));
    assert!(answer.get("data").is_none() && server.statements().is_empty());
    // What the client writes into the header itself is no other client, a neighbour is, and a token has an account of its own.
    assert_eq!(asked("198.51.100.9, 203.0.113.7", "").await.status(), 429);
    assert_eq!(asked("198.51.100.9", "").await.status(), 200);
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    assert_eq!(asked("203.0.113.7", &token).await.status(), 200);
    assert_eq!(asked("198.51.100.10", &token).await.status(), 429);
    assert_eq!(asked("203.0.113.7", "nobody").await.status(), 401);
}
