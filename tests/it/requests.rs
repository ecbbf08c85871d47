//! What becomes of a request before it reaches the register: documents known by an id, answers by GET that caches may keep, compression, who may ask from a browser.

use std::sync::Arc;

use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use yeollam::access::Role;
use yeollam::graphql::admission::limits::Limits;
use yeollam::graphql::trusted::TrustedDocuments;
use yeollam::http::Settings;

use crate::harness::{Data, Server, Socket, on_both};

/// A question of a portal.
const FILES: &str = "query Files($first: Int = 5) { dataFiles(first: $first) { totalCount nodes { name agency { name } } } }";

fn sha(text: &str) -> String {
    Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn persisted(hash: &str) -> Value {
    json!({"persistedQuery": {"version": 1, "sha256Hash": hash}})
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// A request by GET with these parameters and headers.
async fn get(server: &Server, parameters: &[(&str, &str)], headers: &[(&str, &str)]) -> Response {
    let mut request = server.request(Method::GET, "/graphql").query(parameters);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

async fn post(server: &Server, body: &Value, headers: &[(&str, &str)]) -> Response {
    let mut request = server.request(Method::POST, "/graphql").header("content-type", "application/json").body(body.to_string());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

/// Status, code of the first error, and the answer.
async fn told(response: Response) -> (u16, String, Value) {
    let status = response.status().as_u16();
    let answer: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
    (status, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned(), answer)
}

async fn a_document_is_sent_once(server: Server) {
    let (hash, variables) = (sha(FILES), json!({"first": 2}));
    let by_hash = json!({"extensions": persisted(&hash), "variables": variables});
    let with_text = json!({"query": FILES, "extensions": persisted(&hash), "variables": variables});
    let (status, code, answer) = told(post(&server, &by_hash, &[]).await).await;
    assert_eq!((status, code.as_str(), &answer["errors"][0]["message"]), (400, "PERSISTED_QUERY_NOT_FOUND", &json!("PersistedQueryNotFound")));
    // An answer from memory registers the document all the same.
    let plain = told(post(&server, &json!({"query": FILES, "variables": variables}), &[]).await).await.2;
    assert_eq!(told(post(&server, &with_text, &[]).await).await.2, plain);
    assert_eq!(told(post(&server, &by_hash, &[]).await).await.2, plain);
    let extensions = persisted(&hash).to_string();
    assert_eq!(told(get(&server, &[("extensions", &extensions), ("variables", r#"{"first":2}"#)], &[]).await).await.2, plain);
    assert_eq!(told(get(&server, &[("documentId", &format!("sha256:{hash}")), ("variables", r#"{"first":2}"#)], &[]).await).await.2, plain);
    // What is not admitted is not registered, and a wrong hash is no key to anything.
    for (document, code) in [("{ dataFiles(first: 1000) { totalCount } }", "BAD_USER_INPUT"), ("{", "GRAPHQL_PARSE_FAILED")] {
        let hash = sha(document);
        assert_eq!(told(post(&server, &json!({"query": document, "extensions": persisted(&hash)}), &[]).await).await.1, code);
        assert_eq!(told(post(&server, &json!({"extensions": persisted(&hash)}), &[]).await).await.1, "PERSISTED_QUERY_NOT_FOUND");
    }
    let wrong = json!({"query": "{ __typename }", "extensions": persisted(&hash)});
    assert_eq!(told(post(&server, &wrong, &[]).await).await.1, "PERSISTED_QUERY_HASH_MISMATCH");
    assert_eq!(told(post(&server, &json!({"extensions": {"persistedQuery": {"version": 2}}}), &[]).await).await.1, "BAD_REQUEST");
    // Over a stream of events as well.
    let events = server.request(Method::POST, "/graphql").header("accept", "text/event-stream").header("content-type", "application/json");
    let events = events.header("accept", "text/event-stream").body(by_hash.to_string()).send().await.unwrap();
    assert_eq!(events.status(), StatusCode::OK);
}

/// As Apollo's clients do it, over graphql-transport-ws: the hash, the hash with the text, and from then on the hash, on every connection.
async fn a_document_is_sent_once_over_a_websocket(server: Server) {
    const DOCUMENT: &str = "query Names($first: Int) { dataFiles(first: $first) { nodes { name } } }";
    let by_hash = json!({"extensions": persisted(&sha(DOCUMENT)), "variables": {"first": 1}});
    let with_text = json!({"query": DOCUMENT, "extensions": persisted(&sha(DOCUMENT)), "variables": {"first": 1}});
    let refused_as = |message: &Value| (message["type"].clone(), message["payload"][0]["message"].clone(), message["payload"][0]["extensions"]["code"].clone());
    let mut socket = Socket::open(server.address()).await;
    let say = async |socket: &mut Socket, payload: &Value| {
        socket.say(json!({"type": "subscribe", "id": "1", "payload": payload})).await;
        socket.hear().await
    };
    assert_eq!(refused_as(&say(&mut socket, &by_hash).await), (json!("error"), json!("PersistedQueryNotFound"), json!("PERSISTED_QUERY_NOT_FOUND")));
    let answer = say(&mut socket, &with_text).await;
    assert!(answer["payload"]["data"]["dataFiles"]["nodes"][0]["name"].is_string(), "{answer}");
    assert_eq!(socket.hear().await["type"], "complete");
    assert_eq!(say(&mut socket, &by_hash).await, answer);
    assert_eq!(say(&mut Socket::open(server.address()).await, &by_hash).await, answer);
    // What it registers is known by POST, and the other way about.
    assert_eq!(told(post(&server, &by_hash, &[]).await).await.2["data"], answer["payload"]["data"]);
    // A text that is not that of the hash, and a subscription, whose id is as good.
    let mut socket = Socket::open(server.address()).await;
    let wrong = json!({"query": "{ __typename }", "extensions": persisted(&sha(DOCUMENT))});
    assert_eq!(say(&mut socket, &wrong).await["payload"][0]["extensions"]["code"], "PERSISTED_QUERY_HASH_MISMATCH");
    let feed = "subscription ($after: String) { changes(after: $after) { sequence } }";
    let start = server.query("{ changes(first: 1) { edges { cursor } } }", json!({})).await["changes"]["edges"][0]["cursor"].clone();
    for payload in [
        json!({"query": feed, "extensions": persisted(&sha(feed)), "variables": {"after": start}}),
        json!({"documentId": format!("sha256:{}", sha(feed)), "variables": {"after": start}}),
    ] {
        let mut socket = Socket::open(server.address()).await;
        assert_eq!(say(&mut socket, &payload).await["payload"]["data"]["changes"]["sequence"], 2);
    }
}

async fn trusted_documents_alone_are_executed(server: Server) {
    let mut trusted = TrustedDocuments::default();
    trusted.add(Some("files"), FILES).unwrap();
    trusted.add(Some("feed"), "subscription Feed { changes { sequence } }").unwrap();
    trusted.add(None, "query Wrong { nothing }").unwrap();
    let settings = Settings { trusted: Some(Arc::new(trusted)), is_only_trusted: true, ..Settings::default() };
    let server = server.with(Limits::default(), settings).await;
    for taken in [
        json!({"documentId": "files"}),
        json!({"documentId": format!("sha256:{}", sha(FILES))}),
        json!({"query": FILES}),
        json!({"extensions": persisted(&sha(FILES))}),
    ] {
        let (status, _, answer) = told(post(&server, &taken, &[]).await).await;
        assert!(status == 200 && answer["data"]["dataFiles"]["nodes"].as_array().unwrap().len() == 5, "{answer}");
    }
    assert_eq!(get(&server, &[("documentId", "files")], &[]).await.status(), 200);
    let other = "{ __typename }";
    for (refused, code) in [
        (json!({"query": other}), "DOCUMENT_NOT_TRUSTED"),
        (json!({"query": other, "extensions": persisted(&sha(other))}), "DOCUMENT_NOT_TRUSTED"),
        (json!({"extensions": persisted(&sha(other))}), "PERSISTED_QUERY_NOT_FOUND"),
        (json!({"documentId": "others"}), "PERSISTED_QUERY_NOT_FOUND"),
        (json!({"query": FILES, "documentId": 3}), "BAD_REQUEST"),
    ] {
        let (status, told, answer) = told(post(&server, &refused, &[]).await).await;
        assert_eq!((status, told.as_str()), (400, code), "{refused} {answer}");
    }
    // The pages of the portal ask what is their own.
    let page = server.request(Method::GET, "/").header("accept", "text/html").send().await.unwrap();
    assert_eq!(page.status(), 200);
}

async fn answers_by_get_may_be_kept_until_the_register_changes(server: Server) {
    let parameters = [("query", FILES), ("variables", r#"{"first":20}"#)];
    let first = get(&server, &parameters, &[]).await;
    let tag = header(&first, "etag");
    assert!(tag.starts_with('"') && tag.ends_with('"'), "a strong tag: {tag}");
    assert_eq!(header(&first, "cache-control"), "public, max-age=0, s-maxage=0, must-revalidate");
    let vary = first.headers().get_all("vary").iter().map(|value| value.to_str().unwrap().to_lowercase()).collect::<Vec<_>>().join(", ");
    assert!(["accept", "accept-encoding", "authorization"].iter().all(|name| vary.split(", ").any(|varies| varies == *name)), "{vary}");
    let sequence = header(&first, "yeollam-sequence");
    let body = told(first).await.2;
    assert_eq!(sequence, body["extensions"]["sequence"].to_string());

    let same = get(&server, &parameters, &[("if-none-match", &format!("\"other\", W/{tag}"))]).await;
    assert_eq!((same.status().as_u16(), header(&same, "etag")), (304, tag.clone()));
    assert!(same.text().await.unwrap().is_empty());
    // Asked for otherwise, it is another answer; so it is in another coding.
    for other in [vec![("query", FILES)], vec![("query", FILES), ("variables", r#"{"first":3}"#)]] {
        assert_eq!(get(&server, &other, &[("if-none-match", &tag)]).await.status(), 200);
    }
    let packed = get(&server, &parameters, &[("accept-encoding", "gzip")]).await;
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    let packed = header(&packed, "etag");
    assert_ne!(packed, tag);
    assert_eq!(get(&server, &parameters, &[("accept-encoding", "gzip"), ("if-none-match", &packed)]).await.status(), 304);

    // Nothing else may be kept.
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let bearer = format!("Bearer {token}");
    for response in [
        get(&server, &parameters, &[("authorization", &bearer), ("if-none-match", &tag)]).await,
        get(&server, &parameters, &[("authorization", "Bearer nobody")]).await,
        get(&server, &[("query", "{ nothing }")], &[("if-none-match", &tag)]).await,
        get(&server, &[("query", "{ node(id: \"QWdlbmN5OnplcnpleQ\") { id } }")], &[]).await,
        get(&server, &[("query", "mutation { applicationCancel(id: \"x\", expectedVersion: 1) { userErrors { code } } }")], &[("if-none-match", &tag)]).await,
        post(&server, &json!({"query": FILES}), &[("if-none-match", &tag)]).await,
    ] {
        assert!(header(&response, "etag").is_empty() && response.status() != 304, "{response:?}");
        assert_eq!(header(&response, "cache-control"), "no-store", "{response:?}");
    }

    // The day and the journal decide.
    let agency = json!({"format": "yeollam/1", "agencies": [{"code": "F000001", "name": "새구청", "type": "BASIC_GOVERNMENT"}]});
    server.import("agency.json", &agency.to_string()).await.unwrap();
    let changed = get(&server, &parameters, &[("if-none-match", &tag)]).await;
    assert_eq!(changed.status(), 200);
    let next = header(&changed, "etag");
    assert!(header(&changed, "yeollam-sequence").parse::<i64>().unwrap() > sequence.parse().unwrap());
    assert_eq!(get(&server, &parameters, &[("if-none-match", &next)]).await.status(), 304);
    server.set_clock("2026-11-22T15:00:00Z".parse().unwrap());
    assert_eq!(get(&server, &parameters, &[("if-none-match", &next)]).await.status(), 200, "it is tomorrow in Korea");
}

async fn a_cdn_keeps_no_answer_beyond_the_day(server: Server) {
    let settings = Settings { shared_max_age: std::time::Duration::from_secs(3600), answer_cache: 0, ..Settings::default() };
    let server = server.with(Limits::default(), settings).await;
    let parameters = [("query", FILES)];
    let kept = get(&server, &parameters, &[]).await;
    assert_eq!(header(&kept, "cache-control"), "public, max-age=0, s-maxage=3600, must-revalidate");
    // Without a cache of its own, a server gives tags all the same.
    let tag = header(&kept, "etag");
    assert_eq!(header(&kept, "cache-status"), "yeollam; fwd=bypass");
    assert_eq!(get(&server, &parameters, &[("if-none-match", &tag)]).await.status(), 304);
    server.set_clock("2026-11-22T14:59:30Z".parse().unwrap());
    assert_eq!(header(&get(&server, &parameters, &[]).await, "cache-control"), "public, max-age=0, s-maxage=30, must-revalidate");
}

async fn answers_are_compressed(server: Server) {
    let long = json!({"query": FILES, "variables": {"first": 50}});
    let plain = post(&server, &long, &[]).await;
    assert_eq!(header(&plain, "content-encoding"), "");
    let plain = plain.bytes().await.unwrap();
    let token = server.token(Role::Regulator, None, "위원회 담당자").await;
    let bearer = format!("Bearer {token}");
    // From memory, anew, and for a token, whose answers are not kept.
    for headers in [vec![], vec![("cache-control", "no-store")], vec![("authorization", bearer.as_str())]] {
        for (accept, expected) in [("gzip", "gzip"), ("br, gzip", "br"), ("zstd", "zstd"), ("br;q=0.1, zstd", "zstd"), ("identity", ""), ("gzip;q=0", "")] {
            let mut headers = headers.clone();
            headers.push(("accept-encoding", accept));
            let packed = post(&server, &long, &headers).await;
            assert_eq!((header(&packed, "content-encoding"), packed.status().as_u16()), (expected.to_owned(), 200), "{accept} {headers:?}");
            assert!(header(&packed, "vary").to_lowercase().contains("accept"), "{headers:?}");
            let bytes = packed.bytes().await.unwrap();
            match expected {
                "" => assert_eq!(bytes.len(), plain.len()),
                _ => assert!(bytes.len() < plain.len() / 2, "{} of {}", bytes.len(), plain.len()),
            }
        }
    }
    let short = post(&server, &json!({"query": "{ __typename }"}), &[("accept-encoding", "br")]).await;
    assert_eq!(header(&short, "content-encoding"), "", "not worth it");
    for accept in ["identity;q=0", "*;q=0", "gzip;q=1e9, identity;q=0"] {
        let refused = post(&server, &long, &[("accept-encoding", accept)]).await;
        assert_eq!((refused.status().as_u16(), header(&refused, "content-encoding")), (406, String::new()), "{accept}");
        let body: Value = refused.json().await.unwrap();
        assert_eq!(body["errors"][0]["extensions"]["code"], "NOT_ACCEPTABLE", "{accept}: {body}");
        assert!(body.get("data").is_none(), "{accept}: {body}");
    }
}

async fn a_header_tells_what_became_of_a_request(server: Server) {
    let status = async |headers: &[(&str, &str)]| header(&post(&server, &json!({"query": FILES}), headers).await, "cache-status");
    assert_eq!(status(&[]).await, "yeollam; fwd=miss; stored");
    assert_eq!(status(&[]).await, "yeollam; hit");
    assert_eq!(status(&[("cache-control", "no-cache")]).await, "yeollam; fwd=request; stored");
    assert_eq!(status(&[("cache-control", "no-store")]).await, "yeollam; fwd=bypass");
    assert_eq!(status(&[("authorization", "Bearer nobody")]).await, "yeollam; fwd=bypass");
    // Whoever knows of a newer entry of the journal than this server is not answered from memory.
    assert_eq!(status(&[("yeollam-sequence", "999999")]).await, "yeollam; fwd=bypass");
    assert_eq!(status(&[("yeollam-sequence", "1")]).await, "yeollam; hit");
    // Neither errors nor parts are kept.
    for document in ["{ nothing }", "{ application(id: \"QXBwbGljYXRpb246eA\") { id } }"] {
        for _ in 0..2 {
            let response = post(&server, &json!({"query": document}), &[]).await;
            assert_eq!(header(&response, "cache-status"), "yeollam; fwd=miss", "{document}");
        }
    }
    // Nor what would fill the cache by itself.
    let small = server.with(Limits::default(), Settings { answer_cache: 8 << 10, ..Settings::default() }).await;
    for _ in 0..2 {
        let large = post(&small, &json!({"query": FILES, "variables": {"first": 50}}), &[]).await;
        assert_eq!(header(&large, "cache-status"), "yeollam; fwd=miss");
        assert_eq!(large.status(), 200);
    }
}

async fn equal_requests_at_the_same_time_are_one(server: Server) {
    server.statements();
    let body = json!({"query": "{ dataFiles(first: 50) { totalCount nodes { name registration { collectedItems { name } } } } }"});
    let responses = futures_util::future::join_all((0..30).map(|_| post(&server, &body, &[]))).await;
    let statements = server.statements().len();
    let mut bodies = Vec::new();
    for response in responses {
        bodies.push(response.text().await.unwrap());
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
    assert!(statements <= 8, "{statements} statements for thirty equal requests");
}

async fn the_schema_is_told_only_where_it_should_be(server: Server) {
    let schema = server.request(Method::GET, "/schema.graphql").send().await.unwrap();
    assert_eq!(schema.status(), 200);
    let limits = Limits { tells_schema: false, ..Limits::default() };
    let closed = server.with(limits, Settings { tells_schema: false, ..Settings::default() }).await;
    assert_eq!(closed.request(Method::GET, "/schema.graphql").send().await.unwrap().status(), 404);
    for document in ["{ __schema { types { name } } }", "{ ...F } fragment F on Query { __type(name: \"Agency\") { name } }"] {
        assert_eq!(told(post(&closed, &json!({"query": document}), &[]).await).await.1, "INTROSPECTION_DISABLED");
        assert_eq!(told(post(&server, &json!({"query": document}), &[]).await).await.0, 200);
    }
    for document in [
        "{ dataFile { id } }",
        "{ dataFilez { id } }",
        "{ dataFiles(filter: {status: {eq: REGISTRED}}) { totalCount } }",
        "{ dataFiles(filter: {stats: 1}) { totalCount } }",
    ] {
        let [open, closed] =
            [told(post(&server, &json!({"query": document}), &[]).await).await.2, told(post(&closed, &json!({"query": document}), &[]).await).await.2];
        let message = |answer: &Value| answer["errors"][0]["message"].as_str().unwrap().to_lowercase();
        assert!(!message(&closed).contains("did you mean") && !message(&closed).contains("registered"), "{closed}");
        assert!(message(&open).len() >= message(&closed).len(), "{open} {closed}");
    }
    assert_eq!(told(post(&closed, &json!({"query": FILES}), &[]).await).await.0, 200);
}

async fn pages_of_other_origins_ask_as_configured(server: Server) {
    let allowed = async |server: &Server, origin: &str| {
        let response = post(server, &json!({"query": "{ __typename }"}), &[("origin", origin)]).await;
        header(&response, "access-control-allow-origin")
    };
    assert_eq!(allowed(&server, "https://anybody.example").await, "*");
    let some = server.with(Limits::default(), Settings { origins: vec!["https://portal.example.kr".to_owned()], ..Settings::default() }).await;
    assert_eq!(allowed(&some, "https://portal.example.kr").await, "https://portal.example.kr");
    assert_eq!(allowed(&some, "https://anybody.example").await, "");
    let none = server.with(Limits::default(), Settings { origins: Vec::new(), ..Settings::default() }).await;
    assert_eq!(allowed(&none, "https://portal.example.kr").await, "");
}

async fn more_than_can_be_answered_is_turned_away(server: Server) {
    let server = server.with(Limits::default(), Settings { concurrency: 1, queue: 1, ..Settings::default() }).await;
    // Unlike each other, so that none is answered by another.
    let asked = (0..60).map(|number| {
        let document = format!("{{ n{number}: dataFiles(first: 50) {{ totalCount nodes {{ name registration {{ collectedItems {{ name }} }} }} }} }}");
        let server = &server;
        async move { post(server, &json!({"query": document}), &[]).await }
    });
    let responses = futures_util::future::join_all(asked).await;
    let (mut answered, mut turned_away) = (0, 0);
    for response in responses {
        match response.status().as_u16() {
            200 => answered += 1,
            503 => {
                assert_eq!(header(&response, "retry-after"), "1");
                assert_eq!(told(response).await.1, "OVERLOADED");
                turned_away += 1;
            }
            other => panic!("{other}"),
        }
    }
    assert!(answered >= 1 && answered + turned_away == 60, "{answered} {turned_away}");
    assert_eq!(post(&server, &json!({"query": "{ __typename }"}), &[]).await.status(), 200, "it has recovered");
}

on_both!(Data::Bundled => answers_by_get_may_be_kept_until_the_register_changes, equal_requests_at_the_same_time_are_one, a_header_tells_what_became_of_a_request);

mod on_sqlite {
    use super::*;
    use crate::harness::Backend;

    /// What no database has to do with.
    macro_rules! tests {
        ($($test:ident),+ $(,)?) => {$(
            #[tokio::test]
            async fn $test() {
                super::$test(Server::start(Backend::Sqlite, Data::Bundled).await).await;
            }
        )+};
    }

    tests! {
        a_document_is_sent_once, a_document_is_sent_once_over_a_websocket, trusted_documents_alone_are_executed, a_cdn_keeps_no_answer_beyond_the_day, answers_are_compressed,
        the_schema_is_told_only_where_it_should_be, pages_of_other_origins_ask_as_configured, more_than_can_be_answered_is_turned_away,
    }
}
