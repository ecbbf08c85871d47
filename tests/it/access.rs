//! Who may: tokens from their making to their end, what each bearer is told of itself, the private log, idempotency keys.

use std::time::Duration;

use chrono::TimeDelta;
use reqwest::Method;
use serde_json::json;
use yeollam::access::Role;

use crate::harness::server::{now, salts};
use crate::harness::{Data, Server, Socket, on_both};

const VIEWER: &str = "{ viewer { name role agency { code name } } }";

async fn the_viewer_is_who_bears_the_token(server: Server) {
    assert_eq!(server.query(VIEWER, json!({})).await, json!({"viewer": null}));
    let agency = server.token(Role::Agency, Some("4090000"), "김포시 담당자").await;
    let viewer = server.query_as(&agency, VIEWER, json!({})).await;
    assert_eq!(viewer, json!({"viewer": {"name": "김포시 담당자", "role": "AGENCY", "agency": {"code": "4090000", "name": "김포시"}}}));
    for (role, word) in [(Role::Regulator, "REGULATOR"), (Role::Admin, "ADMIN")] {
        let token = server.token(role, None, word).await;
        assert_eq!(server.query_as(&token, VIEWER, json!({})).await, json!({"viewer": {"name": word, "role": word, "agency": null}}));
        // What is public is public for them too, and a query's key says nothing.
        let files = server.sent_as(&token, Some("k"), "{ dataFiles(first: 1) { nodes { name } } }", json!({})).await;
        assert_eq!(files.body["data"]["dataFiles"]["nodes"].as_array().map(Vec::len), Some(1), "{files}");
    }
}

async fn tokens_that_are_not_taken(server: Server) {
    let earlier = now() - TimeDelta::days(10);
    let (_, expired) = server.token_until(Role::Admin, None, "지난해", earlier, Some(now())).await;
    let (_, valid) = server.token_until(Role::Admin, None, "올해", earlier, Some(now() + TimeDelta::seconds(1))).await;
    let (id, revoked) = server.token_until(Role::Admin, None, "퇴직", earlier, None).await;
    assert_eq!(server.query_as(&revoked, VIEWER, json!({})).await["viewer"]["name"], "퇴직");
    for _ in 0..2 {
        let mut write = server.store.write(now(), salts()).await.unwrap();
        write.revoke_token(id).await.unwrap();
        write.commit().await.unwrap();
    }
    assert_eq!(server.query_as(&valid, VIEWER, json!({})).await["viewer"]["name"], "올해");
    let forged = format!("{}____{}", &valid[..10], &valid[14..]);
    for (token, told) in [
        (expired.as_str(), "expired at 2026-11-22T00:00:00Z"),
        (&revoked, "revoked"),
        (&forged, "none of this register"),
        ("ylm_", "none of"),
        ("x", "none of"),
    ] {
        for document in [VIEWER, "{ register { sequence } }"] {
            let answer = server.answer_as(token, document, json!({})).await;
            let error = &answer.body["errors"][0];
            assert_eq!((answer.status.as_u16(), error["extensions"]["code"].as_str()), (401, Some("UNAUTHENTICATED")), "{answer}");
            assert!(error["message"].as_str().unwrap().contains(told) && answer.body.get("data").is_none(), "{answer}");
            assert!(!answer.body.to_string().contains(&token[token.len().min(4)..]) || token.len() < 5, "{answer}");
        }
    }
    let response = server
        .request(Method::POST, "/graphql")
        .header("content-type", "application/json")
        .header("authorization", "Basic dTpw")
        .body(r#"{"query": "{ viewer { name } }"}"#);
    let response = response.send().await.unwrap();
    assert_eq!(response.status(), 401);
    assert!(response.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    // A request that would be refused anyway is refused before anybody asks whose it is.
    assert_eq!(server.answer_as("x", "{ nothing", json!({})).await.body["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
}

/// What is followed is answered to whoever the token says, as long as it is taken.
async fn tokens_are_taken_where_answers_come_as_they_happen(server: Server) {
    let (id, token) = server.token_until(Role::Regulator, None, "위원회 담당자", now(), None).await;
    let follow = "subscription { changes { sequence } }";
    let viewer = json!({"viewer": {"name": "위원회 담당자", "role": "REGULATOR", "agency": null}});
    let mut by_header = Socket::connect_as(&token, server.address(), "graphql-transport-ws").await.unwrap();
    by_header.say(json!({"type": "connection_init"})).await;
    // Pages in browsers have no header to say it in.
    let mut by_message = Socket::connect(server.address(), "graphql-transport-ws").await.unwrap();
    by_message.say(json!({"type": "connection_init", "payload": {"authorization": format!("Bearer {token}")}})).await;
    for socket in [&mut by_header, &mut by_message] {
        assert_eq!(socket.hear().await, json!({"type": "connection_ack"}));
        socket.subscribe("1", VIEWER, json!({})).await;
        assert_eq!(socket.hear().await, json!({"id": "1", "type": "next", "payload": {"data": viewer}}));
        assert_eq!(socket.hear().await["type"], "complete");
        socket.subscribe("2", follow, json!({})).await;
        socket.say(json!({"type": "ping"})).await;
        assert_eq!(socket.hear().await["type"], "pong");
    }
    let over_http = |query: &'static str| {
        let mut request = server.request(Method::POST, "/graphql").bearer_auth(&token).json(&json!({"query": query})).build().unwrap();
        request.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
        async { reqwest::Client::new().execute(request).await.unwrap() }
    };
    let answered = over_http(VIEWER).await.text().await.unwrap();
    assert!(answered.contains("\"name\":\"위원회 담당자\",\"role\":\"REGULATOR\""), "{answered}");
    let following = over_http(follow).await;
    // The followers hear of it as long as the token is taken, and then that it no longer is.
    let agency = |code: &str| json!({"format": "yeollam/1", "agencies": [{"code": code, "name": code, "type": "BASIC_GOVERNMENT"}]}).to_string();
    server.import("first.json", &agency("F000001")).await.unwrap();
    for socket in [&mut by_header, &mut by_message] {
        socket.sequence().await;
    }
    let mut write = server.store.write(now(), salts()).await.unwrap();
    write.revoke_token(id).await.unwrap();
    write.commit().await.unwrap();
    server.import("second.json", &agency("F000002")).await.unwrap();
    for socket in [&mut by_header, &mut by_message] {
        for (operation, document) in [("2", ""), ("3", VIEWER), ("4", follow)] {
            if !document.is_empty() {
                socket.subscribe(operation, document, json!({})).await;
            }
            let refused = socket.hear().await;
            assert_eq!((&refused["id"], &refused["type"]), (&json!(operation), &json!("error")), "{refused}");
            assert_eq!(refused["payload"][0]["extensions"]["code"], "UNAUTHENTICATED");
        }
    }
    let told = following.text().await.unwrap();
    assert_eq!((told.matches("event: next").count(), told.matches("UNAUTHENTICATED").count(), told.matches("event: complete").count()), (2, 1, 1), "{told}");
    let refused = over_http(follow).await.text().await.unwrap();
    assert!(refused.contains("UNAUTHENTICATED") && !refused.contains("\"data\":"), "{refused}");
}

async fn a_page_elsewhere_may_send_a_token(server: Server) {
    let preflight = server.request(Method::OPTIONS, "/graphql").header("origin", "https://portal.example").header("access-control-request-method", "POST");
    let headers = preflight.header("access-control-request-headers", "authorization,idempotency-key").send().await.unwrap().headers().clone();
    let allowed = headers["access-control-allow-headers"].to_str().unwrap().to_lowercase();
    assert!(allowed.contains("authorization") && allowed.contains("idempotency-key"), "{allowed}");
}

async fn tokens_are_listed_with_their_last_use(server: Server) {
    let token = server.token(Role::Agency, Some("4090000"), "담당자").await;
    let listed = server.store.tokens().await.unwrap();
    assert_eq!((listed.len(), listed[0].agency.as_deref(), listed[0].last_used_at), (1, Some("4090000"), None));
    assert!(!format!("{listed:?}").contains(&token[4..]));
    let used = async |expected| {
        // It is noted beside the answer.
        for _ in 0..200 {
            if server.store.tokens().await.unwrap()[0].last_used_at == expected {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{:?}", server.store.tokens().await.unwrap());
    };
    server.query_as(&token, VIEWER, json!({})).await;
    used(Some(now())).await;
    let (_, statements) = server.observed("{ viewer { name } }", json!({})).await;
    assert!(statements.is_empty(), "{statements:#?}");
    // Within the minute nothing is written.
    let secret = yeollam::access::bearer(&format!("Bearer {token}")).unwrap();
    server.store.viewer(&secret, now() + TimeDelta::seconds(59)).await.unwrap().unwrap();
    server.store.viewer(&secret, now() + TimeDelta::seconds(61)).await.unwrap().unwrap();
    used(Some(now() + TimeDelta::seconds(61))).await;
}

async fn tokens_that_cannot_be_made(server: Server) {
    use yeollam::access::NewToken;
    let new = |name: &str, role, agency: Option<&str>| NewToken { name: name.to_owned(), role, agency: agency.map(str::to_owned), expires_at: None };
    for (token, told) in [
        (new(" ", Role::Admin, None), "whom it is given to"),
        (new(&"가".repeat(101), Role::Admin, None), "1 to 100"),
        (new("a", Role::Agency, None), "names the agency"),
        (new("a", Role::Agency, Some("0000000")), "0000000"),
        (new("a", Role::Admin, Some("4090000")), "only a token of the role AGENCY"),
        (new("a", Role::Anonymous, None), "without a token"),
        (NewToken { expires_at: Some(now()), ..new("a", Role::Admin, None) }, "expired already"),
    ] {
        let mut write = server.store.write(now(), salts()).await.unwrap();
        let message = write.new_token(&token).await.err().unwrap().to_string();
        assert!(message.contains(told), "{message}");
    }
    let mut write = server.store.write(now(), salts()).await.unwrap();
    assert!(write.revoke_token(uuid::Uuid::nil()).await.is_err());
    assert_eq!(server.store.tokens().await.unwrap(), []);
}

async fn the_audit_log_is_chained(server: Server) {
    use sea_orm::ConnectionTrait as _;
    let (id, _) = server.token_until(Role::Admin, None, "하나", now(), None).await;
    server.token(Role::Regulator, None, "둘").await;
    let mut write = server.store.write(now(), salts()).await.unwrap();
    write.revoke_token(id).await.unwrap();
    write.commit().await.unwrap();
    let (log, broken) = server.store.audit_log().await.unwrap();
    assert_eq!(log.iter().map(|entry| entry.action.as_str()).collect::<Vec<_>>(), ["TOKEN_CREATED", "TOKEN_CREATED", "TOKEN_REVOKED"]);
    assert_eq!((log[2].subject_id, broken), (id, None));
    for change in [
        r#"UPDATE audit_entry SET detail = '{"name": "셋"}' WHERE sequence = 2"#,
        "UPDATE audit_entry SET change_sequence = 7 WHERE sequence = 1",
        "DELETE FROM audit_entry WHERE sequence = 1",
    ] {
        server.store.db().execute_unprepared(change).await.unwrap();
        let first = if change.contains("= 2") { 2 } else { 1 };
        assert_eq!(server.store.audit_log().await.unwrap().1, Some(first), "{change}");
    }
}

on_both!(
    Data::Bundled => the_viewer_is_who_bears_the_token, tokens_are_taken_where_answers_come_as_they_happen, tokens_are_listed_with_their_last_use, tokens_that_cannot_be_made, the_audit_log_is_chained,
);
// Nothing is recorded there yet: a write is never before the last entry of the journal, and these tokens are made days before the others.
on_both!(Data::Empty => a_page_elsewhere_may_send_a_token, tokens_that_are_not_taken);
