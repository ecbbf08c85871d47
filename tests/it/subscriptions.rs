//! The feed: what a follower of the journal gets, over WebSockets and Server-Sent Events, and how the protocols answer to mistakes.

use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

use crate::harness::websocket::{WAIT, take_sequence};
use crate::harness::{Data, Server, Socket, on_both};

const FOLLOW: &str = "subscription Follow($after: String, $filter: ChangeFilter) { changes(after: $after, filter: $filter) { sequence cursor } }";

/// A document with so many agencies, numbered from `first` on: an entry of the journal each.
fn agencies(first: usize, count: usize, name: &str) -> String {
    let agencies: Vec<Value> =
        (first..first + count).map(|number| json!({"code": format!("F{number:06}"), "name": format!("{name} {number}"), "type": "BASIC_GOVERNMENT"})).collect();
    json!({"format": "yeollam/1", "agencies": agencies}).to_string()
}

async fn record(server: &Server, first: usize, count: usize) {
    let report = server.import("agencies.json", &agencies(first, count, "구청")).await.unwrap();
    assert_eq!(report.changes, count);
}

/// What is wrong with a conversation, and the code with which it ends.
async fn mistakes_close_the_connection(server: Server) {
    let init = json!({"type": "connection_init"}).to_string();
    let subscribe = json!({"type": "subscribe", "id": "1", "payload": {"query": "subscription { changes { sequence } }"}}).to_string();
    for (said, code) in [
        (vec!["no JSON"], 4400),
        (vec!["[]"], 4400),
        (vec![r#"{"type": "start"}"#], 4400),
        (vec![&init, r#"{"type": "subscribe", "id": "1"}"#], 4400),
        (vec![&init, r#"{"type": "subscribe", "id": "1", "payload": {"query": 1}}"#], 4400),
        (vec![&init, r#"{"type": "next", "id": "1", "payload": {}}"#], 4400),
        (vec![&subscribe], 4401),
        (vec![&init, &init], 4429),
        (vec![&init, &subscribe, &subscribe], 4409),
        (vec![&init, &" ".repeat(200_000)], 1009),
    ] {
        let mut socket = Socket::connect(server.address(), "graphql-transport-ws").await.unwrap();
        for text in &said {
            socket.say_text(*text).await;
        }
        assert_eq!(socket.closed().await, code, "{:?}", said.iter().map(|text| &text[..text.len().min(80)]).collect::<Vec<_>>());
    }
    let mut socket = Socket::open(server.address()).await;
    futures_util::SinkExt::send(&mut socket.0, tokio_tungstenite::tungstenite::Message::binary(init.into_bytes())).await.unwrap();
    assert_eq!(socket.closed().await, 4400);
    for protocols in ["", "graphql-ws", "mqtt, wamp"] {
        assert_eq!(Socket::connect(server.address(), protocols).await.err(), Some(400), "{protocols}");
    }
    assert!(Socket::connect(server.address(), "graphql-ws, graphql-transport-ws").await.is_ok());
}

async fn a_connection_carries_any_operation(server: Server) {
    let mut socket = Socket::open(server.address()).await;
    socket.say(json!({"type": "ping", "payload": {"since": 3}})).await;
    assert_eq!(socket.hear().await, json!({"type": "pong", "payload": {"since": 3}}));
    socket.subscribe("q", "query ($n: Int) { dataFiles(first: $n) { nodes { name } } register { dataFileCount } }", json!({"n": 1})).await;
    let answer = server.query("{ dataFiles(first: 1) { nodes { name } } register { dataFileCount } }", json!({})).await;
    assert_eq!(socket.hear().await, json!({"id": "q", "type": "next", "payload": {"data": answer}}));
    assert_eq!(socket.hear().await, json!({"id": "q", "type": "complete"}));
    for (query, code) in [
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ dataFiles(first: 1000) { totalCount } }", "BAD_USER_INPUT"),
        ("subscription { changes { sequence } register { sequence } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { ...F } fragment F on Subscription { a: changes { sequence } b: changes { sequence } }", "ROOT_FIELD_LIMIT_EXCEEDED"),
        ("subscription { __typename }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes @skip(if: true) { sequence } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes { nothing } }", "GRAPHQL_VALIDATION_FAILED"),
        ("subscription { changes(after: \"x\") { sequence } }", "BAD_USER_INPUT"),
        ("subscription { changes(filter: {node: {eq: \"x\"}}) { sequence } }", "BAD_USER_INPUT"),
        (
            "subscription { changes { node { ... on Agency { dataFiles(first: 100) { nodes { registrations(first: 100) { nodes { id provisions(first: 100) { nodes { id } } } } } } } } } }",
            "COST_LIMIT_EXCEEDED",
        ),
        ("mutation { forget }", "GRAPHQL_VALIDATION_FAILED"),
        ("{", "GRAPHQL_PARSE_FAILED"),
    ] {
        socket.subscribe("e", query, json!({})).await;
        let message = socket.hear().await;
        assert_eq!(
            (&message["type"], &message["id"], &message["payload"][0]["extensions"]["code"]),
            (&json!("error"), &json!("e"), &json!(code)),
            "{query}: {message}"
        );
    }
    // A cursor of another list.
    let other = server.query("{ dataFiles(first: 1) { edges { cursor } } }", json!({})).await["dataFiles"]["edges"][0]["cursor"].clone();
    socket.subscribe("e", FOLLOW, json!({"after": other})).await;
    let message = socket.hear().await;
    assert_eq!((&message["type"], &message["payload"][0]["extensions"]["code"]), (&json!("error"), &json!("BAD_USER_INPUT")), "{message}");
    assert!(message["payload"][0]["message"].as_str().unwrap().contains("another list"), "{message}");
    // Several at once, of which one ends by wish, whose id is free then.
    let after = server.query("{ changes(first: 1) { edges { cursor } } }", json!({})).await["changes"]["edges"][0]["cursor"].clone();
    socket.subscribe("live", "subscription { ...F } fragment F on Subscription { changes { kind } }", json!({})).await;
    socket.subscribe("replay", FOLLOW, json!({"after": after})).await;
    let first = socket.hear().await;
    assert_eq!((&first["id"], &first["payload"]["data"]["changes"]["sequence"]), (&json!("replay"), &json!(2)));
    socket.say(json!({"type": "complete", "id": "replay"})).await;
    socket.say(json!({"type": "ping"})).await;
    while socket.hear().await["type"] != "pong" {}
    assert!(socket.is_silent().await);
    record(&server, 0, 1).await;
    assert_eq!(socket.hear().await, json!({"id": "live", "type": "next", "payload": {"data": {"changes": {"kind": "AGENCY_REGISTERED"}}}}));
    socket.subscribe("replay", "{ __typename }", json!({})).await;
    assert_eq!(socket.hear().await["payload"]["data"]["__typename"], "Query");
    assert_eq!(socket.hear().await, json!({"id": "replay", "type": "complete"}));
    assert!(socket.is_silent().await);
}

async fn too_many_operations_are_refused_one_by_one(server: Server) {
    let mut socket = Socket::open(server.address()).await;
    for id in 0..=100 {
        socket.subscribe(&id.to_string(), FOLLOW, json!({})).await;
    }
    let message = socket.hear().await;
    assert_eq!(
        (&message["id"], &message["type"], &message["payload"][0]["extensions"]["code"]),
        (&json!("100"), &json!("error"), &json!("OPERATION_LIMIT_EXCEEDED"))
    );
    socket.say(json!({"type": "complete", "id": "5"})).await;
    socket.subscribe("101", FOLLOW, json!({})).await;
    assert!(socket.is_silent().await);
}

/// A follower that is cut off every now and then, while entries are written, misses none and gets none twice.
async fn a_follower_misses_nothing(server: Server) {
    let start = server.sequence().await;
    let beside = server.beside().await;
    let writing = async {
        for round in 0..30 {
            record(&server, round * 10, 10).await;
        }
    };
    let following = async {
        let (mut seen, mut after, mut connections) = (start, server.query("{ register { cursor } }", json!({})).await["register"]["cursor"].clone(), 0);
        while seen < start + 300 {
            // In turn from both servers.
            let mut socket = Socket::open(if connections % 2 == 0 { server.address() } else { &beside }).await;
            connections += 1;
            socket.subscribe("1", FOLLOW, json!({"after": after})).await;
            for _ in 0..(7 * connections).min(300) {
                let change = socket.hear().await["payload"]["data"]["changes"].clone();
                assert_eq!(change["sequence"], seen + 1, "connection {connections}");
                (seen, after) = (seen + 1, change["cursor"].clone());
                if seen == start + 300 {
                    break;
                }
            }
        }
        assert!(connections > 5);
    };
    tokio::join!(writing, following);
}

/// What one server writes, a follower of the other hears of.
async fn two_servers_tell_the_same(server: Server) {
    let beside = server.beside().await;
    let mut followers = [Socket::open(server.address()).await, Socket::open(&beside).await];
    let start = server.sequence().await;
    for follower in &mut followers {
        follower.subscribe("1", "subscription { changes { sequence recordedAt hash } }", json!({})).await;
        // Whoever asks for what is to come must have been heard before it comes.
        follower.say(json!({"type": "ping"})).await;
        assert_eq!(follower.hear().await["type"], "pong");
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    for round in 0..5 {
        record(&server, round * 20, 20).await;
        for place in 0..20 {
            let [here, there] = &mut followers;
            let (here, there) = (here.hear().await["payload"].clone(), there.hear().await["payload"].clone());
            assert_eq!(here, there);
            assert_eq!(here["data"]["changes"]["sequence"], start + 20 * i64::try_from(round).unwrap() + place + 1);
        }
    }
}

/// Each event is read anew: what was true of the event before is not remembered, and no statement serves more than its own.
async fn each_event_is_read_for_itself(server: Server) {
    let mut socket = Socket::open(server.address()).await;
    socket.subscribe("1", "subscription { changes { kind node { ... on Agency { name parent { name } } ... on DataFile { name } } registration { name collectedItems { name } } } }", json!({})).await;
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await["type"], "pong");
    tokio::time::sleep(Duration::from_millis(200)).await;
    for name in ["처음", "다음"] {
        server.import("agency.json", &agencies(1, 1, name)).await.unwrap();
        assert_eq!(socket.hear().await["payload"]["data"]["changes"]["node"], json!({"name": format!("{name} 1"), "parent": null}));
    }
    // What there is already, in one go.
    let mut socket = Socket::open(server.address()).await;
    let after = server.query("{ changes(first: 1) { edges { cursor } } }", json!({})).await["changes"]["edges"][0]["cursor"].clone();
    let filter = "filter: {kind: {eq: REGISTRATION_RECORDED}}";
    let count = server.query(&format!("{{ changes({filter}) {{ totalCount }} }}"), json!({})).await["changes"]["totalCount"].as_u64().unwrap();
    server.statements();
    let selection = "node { ... on DataFile { name } } registration { name collectedItems { name } }";
    let query = format!("subscription ($after: String) {{ changes(after: $after, {filter}) {{ {selection} }} }}");
    socket.subscribe("1", &query, json!({"after": after})).await;
    for _ in 0..count {
        let change = socket.hear().await["payload"]["data"]["changes"].clone();
        assert!(change["registration"]["collectedItems"].is_array(), "{change}");
    }
    assert!(socket.is_silent().await);
    let statements = server.statements();
    let pages = statements.iter().filter(|sql| sql.contains("FROM \"change\"")).count();
    // A file, a registration and its items for each event; the head of the journal is asked for every now and then.
    assert!(statements.len() - pages == 3 * usize::try_from(count).unwrap() && pages <= 8, "{pages} pages, {} statements: {statements:#?}", statements.len());
}

async fn filters_leave_out(server: Server) {
    let all = server.query("{ changes(first: 100) { nodes { sequence kind nodeId } edges { cursor } } }", json!({})).await;
    let nodes = all["changes"]["nodes"].as_array().unwrap();
    let node = &nodes[5]["nodeId"];
    let mut socket = Socket::open(server.address()).await;
    for (filter, is_admitted) in [
        (
            json!({"kind": {"in": ["AGENCY_REGISTERED", "STATUTE_ADDED"]}}),
            Box::new(|change: &Value| ["AGENCY_REGISTERED", "STATUTE_ADDED"].contains(&change["kind"].as_str().unwrap())) as Box<dyn Fn(&Value) -> bool>,
        ),
        (json!({"node": {"eq": node}}), Box::new(|change: &Value| change["nodeId"] == *node)),
        (json!({"recordedAt": {"gte": "2026-11-22T00:00:00Z"}}), Box::new(|_| true)),
    ] {
        socket
            .subscribe(
                "1",
                "subscription ($after: String, $filter: ChangeFilter) { changes(after: $after, filter: $filter) { sequence kind nodeId } }",
                json!({"after": all["changes"]["edges"][0]["cursor"], "filter": filter}),
            )
            .await;
        for expected in nodes[1..].iter().filter(|change| is_admitted(change)) {
            assert_eq!(socket.hear().await["payload"]["data"]["changes"], *expected, "{filter}");
        }
        socket.say(json!({"type": "complete", "id": "1"})).await;
        socket.say(json!({"type": "ping"})).await;
        while socket.hear().await["type"] != "pong" {}
    }
    // Far behind the head, the database leaves out.
    let mut socket = Socket::open(server.address()).await;
    record(&server, 0, 1200).await;
    for round in 0..2 {
        socket
            .subscribe(
                "1",
                "subscription ($after: String, $filter: ChangeFilter) { changes(after: $after, filter: $filter) { sequence kind nodeId } }",
                json!({"after": all["changes"]["edges"][0]["cursor"], "filter": {"node": {"in": [node]}}}),
            )
            .await;
        for expected in nodes[1..].iter().filter(|change| change["nodeId"] == *node) {
            assert_eq!(socket.hear().await["payload"]["data"]["changes"], *expected, "{round}");
        }
        socket.say(json!({"type": "complete", "id": "1"})).await;
        socket.say(json!({"type": "ping"})).await;
        while socket.hear().await["type"] != "pong" {}
    }
}

/// Events of an event stream as they come: name and data.
async fn events(response: reqwest::Response, wanted: usize) -> Vec<(String, Value)> {
    assert_eq!((response.status().as_u16(), response.headers()["content-type"].to_str().unwrap()), (200, "text/event-stream"));
    let (mut body, mut text, mut found) = (response.bytes_stream(), String::new(), Vec::new());
    while found.len() < wanted {
        let Some(chunk) = timeout(WAIT, body.next()).await.expect("events come in time") else { break };
        text.push_str(std::str::from_utf8(&chunk.unwrap()).unwrap());
        while let Some((event, rest)) = text.split_once("\n\n") {
            if !event.starts_with(':') {
                let (name, data) = event.split_once('\n').unwrap();
                let data = data.strip_prefix("data:").unwrap().trim();
                let mut data: Value = serde_json::from_str(data).unwrap_or_default();
                if data["data"].is_object() {
                    take_sequence(&mut data);
                }
                found.push((name.strip_prefix("event:").unwrap().trim().to_owned(), data));
            }
            text = rest.to_owned();
        }
    }
    found
}

async fn events_come_over_http(server: Server) {
    let post = async |query: &str, variables: Value| {
        let body = json!({"query": query, "variables": variables}).to_string();
        server.request(Method::POST, "/graphql").header("accept", "text/event-stream").header("content-type", "application/json").body(body)
    };
    let clean = |request: reqwest::RequestBuilder| {
        let mut request = request.build().unwrap();
        request.headers_mut().insert("accept", "text/event-stream".parse().unwrap());
        async { reqwest::Client::new().execute(request).await.unwrap() }
    };
    let answer = server.query("{ register { sequence } }", json!({})).await;
    let found = events(clean(post("{ register { sequence } }", json!({})).await).await, 9).await;
    assert_eq!(found, [("next".to_owned(), json!({"data": answer})), ("complete".to_owned(), Value::Null)]);
    for query in ["{ nothing }", "{", "subscription { changes { nothing } }", "subscription { changes(after: \"x\") { id } }"] {
        let found = events(clean(post(query, json!({})).await).await, 9).await;
        assert_eq!(found.len(), 2, "{query}: {found:?}");
        assert!(found[0].1["errors"][0]["extensions"]["code"].is_string() && found[0].1.get("data").is_none(), "{found:?}");
        assert_eq!(found[1], ("complete".to_owned(), Value::Null));
    }
    let start = server.sequence().await;
    let by_post = clean(post(FOLLOW, json!({})).await).await;
    let by_get = clean(server.request(Method::GET, "/graphql").query(&[("query", "subscription { changes { sequence } }")])).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    record(&server, 0, 3).await;
    for response in [by_post, by_get] {
        let sequences: Vec<Value> = events(response, 3).await.into_iter().map(|(_, data)| data["data"]["changes"]["sequence"].clone()).collect();
        assert_eq!(sequences, [json!(start + 1), json!(start + 2), json!(start + 3)]);
    }
    // What is no GraphQL request at all is answered as such.
    for (request, status) in [
        (server.request(Method::POST, "/graphql").body("{}"), 415),
        (server.request(Method::POST, "/graphql").header("content-type", "application/json").body("{"), 400),
        (server.request(Method::GET, "/graphql"), 400),
    ] {
        assert_eq!(clean(request).await.status().as_u16(), status);
    }
    let mutation = events(clean(server.request(Method::GET, "/graphql").query(&[("query", "mutation { forget }")])).await, 9).await;
    assert_eq!(mutation[0].1["errors"][0]["extensions"]["code"], "METHOD_NOT_ALLOWED");
}

async fn a_server_that_stops_says_so(mut server: Server) {
    let mut socket = Socket::open(server.address()).await;
    socket.subscribe("1", FOLLOW, json!({})).await;
    let body = json!({"query": "subscription { changes { sequence } }"}).to_string();
    let stream = reqwest::Client::new()
        .post(format!("{}/graphql", server.address()))
        .header("accept", "text/event-stream")
        .header("content-type", "application/json")
        .body(body)
        .send();
    let stream = tokio::spawn(events(stream.await.unwrap(), 1));
    socket.say(json!({"type": "ping"})).await;
    assert_eq!(socket.hear().await["type"], "pong");
    let closed = tokio::spawn(async move { socket.closed().await });
    timeout(Duration::from_secs(5), server.stop()).await.expect("nobody is waited for to the end of the drain time");
    assert_eq!(closed.await.unwrap(), 1001);
    assert!(stream.await.unwrap().is_empty(), "a stream that is cut off is not complete");
}

/// A thousand followers get a thousand changes each: built for release. A debug build, which takes twenty times as long, has fewer of both.
///
/// `tests/with-postgres cargo nextest run --release -E 'test(many_followers)'` runs it whole.
async fn many_followers_get_everything(server: Server) {
    let (followers, changes) = if cfg!(debug_assertions) { (100, 100) } else { (1_000, 1_000) };
    let start = server.sequence().await;
    let after = server.query("{ changes(first: 1, filter: {kind: {eq: AGENCY_REGISTERED}}) { edges { cursor } } register { cursor } }", json!({})).await;
    let after = &after["register"]["cursor"];
    let following = join_all((0..followers).map(|number| {
        let address = server.address().to_owned();
        async move {
            let mut socket = Socket::open(&address).await;
            socket.subscribe("1", FOLLOW, json!({"after": after})).await;
            for expected in start + 1..=start + changes {
                assert_eq!(socket.sequence().await, expected, "follower {number}");
            }
        }
    }));
    let writing = async {
        for round in 0..usize::try_from(changes).unwrap() / 20 {
            record(&server, round * 20, 20).await;
            // Some are written one soon after the other.
            if round % 3 == 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    };
    tokio::join!(following, writing);
    // Nobody reads the journal alone: followers that are near the head share what was read.
    let reads = server.statements().iter().filter(|sql| sql.contains("\"change\"") && sql.contains("LIMIT")).count();
    assert!(reads < 20 * usize::try_from(changes).unwrap(), "{reads} statements for {changes} changes and {followers} followers");
}

on_both!(
    Data::Bundled => mistakes_close_the_connection, a_connection_carries_any_operation, a_follower_misses_nothing, each_event_is_read_for_itself, filters_leave_out,
    events_come_over_http, many_followers_get_everything,
);
on_both!(Data::Empty => too_many_operations_are_refused_one_by_one, a_server_that_stops_says_so, two_servers_tell_the_same);
