use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::BoxStream;
use futures_util::{FutureExt as _, StreamExt as _};
use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::*;
use crate::error::code;
use crate::graphql::request::{Ending, GraphqlRequest, Outcome, RequestContext, Transport};
use crate::graphql::sample;

fn app() -> App {
    let ids = AtomicUsize::new(0);
    App::new(
        Arc::new(sample::engine().0),
        Arc::new(|| Box::pin(async { Err("the database does not answer".to_owned()) })),
        Arc::new(move || format!("id-{}", ids.fetch_add(1, Ordering::SeqCst))),
        portal::sample(),
        Settings { deadline: Duration::from_millis(400), drain: Duration::from_millis(200), head: Duration::from_millis(300), ..Settings::default() },
    )
}

/// Address of a server with the sample schema. It ends with the test's runtime.
async fn start() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(serve(listener, app(), std::future::pending()));
    address
}

fn post(base: &str) -> RequestBuilder {
    Client::new().post(format!("{base}/graphql")).header("content-type", "application/json")
}

fn header(response: &Response, name: &str) -> String {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

/// Status, code of the first error, and the answer.
async fn outcome(request: RequestBuilder) -> (u16, String, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let answer: Value = response.json().await.unwrap();
    (status, answer["errors"][0]["extensions"]["code"].as_str().unwrap_or_default().to_owned(), answer)
}

const NEW: &str = "application/graphql-response+json";

#[tokio::test]
async fn attacks_are_refused_and_the_server_lives() {
    let base = start().await;
    let binary = (0..18).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }} ", n + 1, n + 1)).collect::<String>();
    let aliases = (0..200).map(|n| format!("a{n}: count ")).collect::<String>();
    let bomb = (0..5).fold("id".to_owned(), |below, _| format!("children(first: 100) {{ nodes {{ {below} }} }}"));
    let lists = (0..100).fold(json!("x"), |below, _| json!([below]));
    for (query, variables, expected) in [
        (format!("{{ count(of: {}", "[".repeat(5000)), json!({}), code::DEPTH_LIMIT_EXCEEDED),
        ("{a".repeat(10_000), json!({}), code::DEPTH_LIMIT_EXCEEDED),
        (format!("query($x: {}Int) {{ count }}", "[".repeat(3000)), json!({}), code::DEPTH_LIMIT_EXCEEDED),
        (format!("{{ ...f0 }} {binary} fragment f18 on Query {{ count }}"), json!({}), code::FIELD_LIMIT_EXCEEDED),
        ("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }".to_owned(), json!({}), code::GRAPHQL_VALIDATION_FAILED),
        (format!("{} {{ id }} {}", "{ node(id: 1) ".repeat(25), "}".repeat(25)), json!({}), code::DEPTH_LIMIT_EXCEEDED),
        (format!("{{ {aliases} }}"), json!({}), code::ALIAS_LIMIT_EXCEEDED),
        (format!("{{ {} }}", "count ".repeat(5000)), json!({}), code::TOKEN_LIMIT_EXCEEDED),
        (format!("{{ count }} #{}", "x".repeat(40_000)), json!({}), code::DOCUMENT_TOO_LARGE),
        (format!("{{ top {{ {bomb} }} }}"), json!({}), code::COST_LIMIT_EXCEEDED),
        ("query($x: [String]) { count }".to_owned(), json!({"x": lists}), code::DEPTH_LIMIT_EXCEEDED),
        (format!("{{ count(of: {}1{}) }}", "[".repeat(62), "]".repeat(62)), json!({}), code::GRAPHQL_VALIDATION_FAILED),
        (format!("{{ count(of: {}1{}) }}", "{a: ".repeat(62), "}".repeat(62)), json!({}), code::GRAPHQL_VALIDATION_FAILED),
        ("\u{0}\u{feff}{".to_owned(), json!({}), code::GRAPHQL_PARSE_FAILED),
    ] {
        let body = json!({"query": query, "variables": variables});
        let (status, code, answer) = outcome(post(&base).header("accept", NEW).json(&body)).await;
        let message = answer["errors"][0]["message"].as_str().unwrap();
        assert_eq!((status, code.as_str()), (400, expected), "{message}: {}", &query[..query.len().min(60)]);
        assert!(answer.get("data").is_none());
        assert!(message.ends_with('.') && message.len() < 400 && !message.contains("-->"), "{message}");
    }
    assert_eq!(outcome(post(&base).json(&json!({"query": "{ count }"}))).await.2, json!({"data": {"count": 7}}));
}

#[tokio::test]
async fn media_types_and_statuses() {
    let base = start().await;
    for (accept, query, status, content_type) in [
        ("", "{ count }", 200, "application/json; charset=utf-8"),
        ("*/*", "{ count }", 200, "application/json; charset=utf-8"),
        (NEW, "{ count }", 200, "application/graphql-response+json; charset=utf-8"),
        (NEW, "{ fails }", 200, "application/graphql-response+json; charset=utf-8"),
        (NEW, "{", 400, "application/graphql-response+json; charset=utf-8"),
        (NEW, "{ nothing }", 400, "application/graphql-response+json; charset=utf-8"),
        (NEW, "query A { count } query B { count }", 400, "application/graphql-response+json; charset=utf-8"),
        (NEW, "query($x: Int!) { agencies(first: $x) { totalCount } }", 400, "application/graphql-response+json; charset=utf-8"),
        (NEW, "{ panics }", 500, "application/graphql-response+json; charset=utf-8"),
        (NEW, "{ slow }", 504, "application/graphql-response+json; charset=utf-8"),
        ("application/json", "{", 200, "application/json; charset=utf-8"),
        ("application/json", "{ nothing }", 200, "application/json; charset=utf-8"),
        ("application/json", "{ panics }", 500, "application/json; charset=utf-8"),
        ("text/html", "{ count }", 406, "application/json; charset=utf-8"),
    ] {
        let mut request = post(&base).json(&json!({"query": query}));
        if !accept.is_empty() {
            request = request.header("accept", accept);
        }
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), status, "{accept} {query}");
        assert_eq!(header(&response, "content-type"), content_type, "{accept} {query}");
        assert!(header(&response, "vary").to_lowercase().contains("accept"));
        assert_eq!(header(&response, "cache-control"), "no-store");
        assert_eq!(header(&response, "x-content-type-options"), "nosniff");
        let answer: Value = response.json().await.unwrap();
        let has_data = answer.get("data").is_some();
        assert_eq!(has_data, ["{ count }", "{ fails }"].contains(&query) && status == 200, "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_request_is_refused() {
    let base = start().await;
    let url = format!("{base}/graphql");
    let query = r#"{"query": "{ count }"}"#;
    let typed = |content_type: &str, body: &[u8]| Client::new().post(&url).header("content-type", content_type).body(body.to_vec());
    for (request, status, expected) in [
        (typed("text/plain", query.as_bytes()), 415, code::UNSUPPORTED_MEDIA_TYPE),
        (typed("application/x-www-form-urlencoded", b"query=%7Bcount%7D"), 415, code::UNSUPPORTED_MEDIA_TYPE),
        (
            typed("multipart/form-data; boundary=x", b"--x\r\ncontent-disposition: form-data; name=\"operations\"\r\n\r\n{}\r\n--x--"),
            415,
            code::UNSUPPORTED_MEDIA_TYPE,
        ),
        (typed("application/json; charset=euc-kr", query.as_bytes()), 415, code::UNSUPPORTED_MEDIA_TYPE),
        (Client::new().post(&url).body(query), 415, code::UNSUPPORTED_MEDIA_TYPE),
        (typed("application/json", query.as_bytes()).header("content-encoding", "gzip"), 415, code::UNSUPPORTED_MEDIA_TYPE),
        (typed("application/json", b""), 400, code::BAD_REQUEST),
        (typed("application/json", b"{"), 400, code::BAD_REQUEST),
        (typed("application/json", b"{\"query\": \"\xff\"}"), 400, code::BAD_REQUEST),
        (typed("application/json", format!("[{query}]").as_bytes()), 400, code::BAD_REQUEST),
        (typed("application/json", "[".repeat(100_000).as_bytes()), 400, code::BAD_REQUEST),
        (typed("application/json", format!("{{\"variables\": {}", "[".repeat(100_000)).as_bytes()), 400, code::BAD_REQUEST),
        (typed("application/json", &vec![b' '; 200_000]), 413, code::BODY_TOO_LARGE),
        (Client::new().get(&url), 400, code::BAD_REQUEST),
        (Client::new().get(format!("{url}?query=a&query=b")), 400, code::BAD_REQUEST),
        (Client::new().get(format!("{url}?query=%ff")), 400, code::BAD_REQUEST),
        (Client::new().get(format!("{url}?query=%7Bcount%7D&variables=[]")), 400, code::BAD_REQUEST),
        (Client::new().put(&url).body(query), 405, code::METHOD_NOT_ALLOWED),
        (Client::new().delete(format!("{base}/healthz")), 405, code::METHOD_NOT_ALLOWED),
        (Client::new().get(format!("{base}/nothing")), 404, code::NOT_FOUND),
    ] {
        let shown = format!("{request:?}");
        let (got, code, answer) = outcome(request).await;
        assert_eq!((got, code.as_str()), (status, expected), "{shown} {answer}");
        assert!(answer.get("data").is_none());
    }
    // A body of unannounced length is cut off as well.
    let response = raw(
        &base,
        &format!(
            "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n30000\r\n{}\r\n0\r\n\r\n",
            " ".repeat(0x30000)
        ),
    )
    .await;
    assert!(response.starts_with("HTTP/1.1 413"), "{response}");
}

/// What the server answers to these bytes, as far as it comes at once.
async fn raw(base: &str, request: &str) -> String {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let mut stream = tokio::net::TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    // The server may stop reading before all is sent.
    let _ = stream.write_all(request.as_bytes()).await;
    let mut buffer = vec![0; 4096];
    let read = stream.read(&mut buffer).await.unwrap_or_default();
    String::from_utf8_lossy(&buffer[..read]).into_owned()
}

#[tokio::test]
async fn get_runs_queries_and_nothing_else() {
    let base = start().await;
    let get = |query: &[(&str, &str)]| Client::new().get(format!("{base}/graphql")).query(query);
    let query = "query A($n: Int) { agencies(first: $n) { totalCount } } query B { count }";
    assert_eq!(outcome(get(&[("query", query), ("operationName", "B")])).await.2, json!({"data": {"count": 7}}));
    let answer = outcome(get(&[("query", query), ("operationName", "A"), ("variables", r#"{"n": 1}"#), ("extensions", r#"{"cost": true}"#)])).await.2;
    assert_eq!(answer, json!({"data": {"agencies": {"totalCount": 30}}, "extensions": {"cost": {"requested": 6, "limit": 50000}}}));
    for accept in [NEW, "application/json"] {
        let response = get(&[("query", "mutation { rename(names: []) }")]).header("accept", accept).send().await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "allow").as_str()), (405, "POST"));
        assert!(response.json::<Value>().await.unwrap().get("data").is_none());
    }
    assert_eq!(outcome(post(&base).json(&json!({"query": "mutation { rename(names: [\"a\"]) }"}))).await.2, json!({"data": {"rename": 1}}));
    let page = Client::new().get(format!("{base}/graphql")).header("accept", "text/html,*/*;q=0.8").send().await.unwrap();
    assert!(page.url().path() == "/explorer" && header(&page, "content-type").starts_with("text/html"), "browsers are led to the explorer: {page:?}");
}

#[tokio::test]
async fn secrets_stay_inside() {
    let base = start().await;
    for query in ["{ fails }", "{ panics }"] {
        let (_, code, answer) = outcome(post(&base).header("x-request-id", "abc-1").json(&json!({"query": query}))).await;
        assert_eq!(code, code::INTERNAL_SERVER_ERROR);
        assert!(!answer.to_string().contains("secret") && answer.to_string().contains("abc-1"), "{answer}");
    }
    let (status, code, _) = outcome(post(&base).json(&json!({"query": "{ slow }"}))).await;
    assert_eq!((status, code.as_str()), (504, code::TIMEOUT));
}

#[tokio::test]
async fn request_ids_are_taken_if_sane() {
    let base = start().await;
    for (sent, expected) in [("", "id-"), ("abc-1", "abc-1"), ("a b", "id-"), (&"x".repeat(200), "id-")] {
        let mut request = post(&base).json(&json!({"query": "{ count }"}));
        if !sent.is_empty() {
            request = request.header("x-request-id", sent);
        }
        let response = request.send().await.unwrap();
        assert!(header(&response, "x-request-id").starts_with(expected), "{sent}");
    }
}

#[tokio::test]
async fn other_sites_may_read() {
    let base = start().await;
    let preflight = Client::new()
        .request(Method::OPTIONS, format!("{base}/graphql"))
        .header("origin", "https://portal.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", "content-type");
    let response = preflight.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
    assert!(header(&response, "access-control-allow-headers").contains("content-type"));
    assert_eq!(header(&response, "access-control-allow-credentials"), "");
    let response = post(&base).header("origin", "https://portal.example").json(&json!({"query": "{ count }"})).send().await.unwrap();
    assert_eq!(header(&response, "access-control-allow-origin"), "*");
}

#[tokio::test]
async fn the_other_paths() {
    let base = start().await;
    for (path, status, content_type, text) in [
        ("/schema.graphql", 200, "text/plain; charset=utf-8", "type Query"),
        ("/healthz", 200, "text/plain; charset=utf-8", "ok"),
        ("/readyz", 503, "text/plain; charset=utf-8", "the database does not answer"),
    ] {
        let response = reqwest::get(format!("{base}{path}")).await.unwrap();
        assert_eq!((response.status().as_u16(), header(&response, "content-type").as_str()), (status, content_type));
        assert!(response.text().await.unwrap().contains(text), "{path}");
    }
    let zipped = Client::new().get(format!("{base}/schema.graphql")).header("accept-encoding", "gzip").send().await.unwrap();
    assert_eq!(header(&zipped, "content-encoding"), "gzip");
}

#[tokio::test]
async fn shutdown_waits_for_requests_and_not_for_ever() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let mut app = app();
    app.settings.deadline = Duration::from_secs(60);
    let server = tokio::spawn(serve(listener, app, async move { drop(stopped.await) }));
    let slow = tokio::spawn(post(&base).json(&json!({"query": "{ slow }"})).send());
    tokio::time::sleep(Duration::from_millis(100)).await;
    stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(3), server).await.expect("ends after the drain time").unwrap().unwrap();
    assert!(Client::new().get(format!("{base}/healthz")).send().await.is_err());
    slow.abort();
}

#[tokio::test]
async fn a_head_that_never_ends_is_given_up() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let base = start().await;
    let mut stream = tokio::net::TcpStream::connect(base.trim_start_matches("http://")).await.unwrap();
    stream.write_all(b"POST /graphql HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let mut answer = Vec::new();
    tokio::time::timeout(Duration::from_secs(3), stream.read_to_end(&mut answer)).await.expect("the server hangs up").unwrap();
}

#[tokio::test]
async fn a_body_that_never_ends_is_given_up() {
    let base = start().await;
    let response = raw(&base, "POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{\"query\"").await;
    assert!(response.starts_with("HTTP/1.1 504") && response.contains(code::TIMEOUT), "{response}");
}

/// The public audit suite; `./check` installs it and sets `CI`. Where it is not installed the test says so and passes, unless `CI` is set.
#[tokio::test(flavor = "multi_thread")]
async fn the_public_audit_passes() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/audit");
    if !std::path::Path::new(folder).join("node_modules").exists() {
        assert!(option_env!("CI").is_none(), "the audit is not installed: run `npm ci` in tests/audit");
        eprintln!("not run: `npm ci` in tests/audit first");
        return;
    }
    let base = start().await;
    let run =
        tokio::task::spawn_blocking(move || std::process::Command::new("node").arg("audit.mjs").arg(format!("{base}/graphql")).current_dir(folder).output());
    let output = run.await.unwrap().expect("node runs");
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}

/// A WebSocket to a server whose settings are these.
async fn websocket(settings: Settings) -> tokio_tungstenite::WebSocketStream<tokio_tungstenite::MaybeTlsStream<tokio::net::TcpStream>> {
    use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut request = format!("ws://{}/graphql", listener.local_addr().unwrap()).into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    tokio::spawn(serve(listener, App { settings, ..app() }, std::future::pending()));
    tokio_tungstenite::connect_async(request).await.unwrap().0
}

#[tokio::test]
async fn a_websocket_must_introduce_itself_in_time() {
    use futures_util::StreamExt as _;
    use tokio_tungstenite::tungstenite::Message;
    let mut socket = websocket(Settings { init: Duration::from_millis(200), ..Settings::default() }).await;
    let Some(Ok(Message::Close(Some(frame)))) = socket.next().await else { panic!("the server closes") };
    assert_eq!((u16::from(frame.code), frame.reason.as_str()), (4408, "Connection initialisation timeout"));
}

#[tokio::test]
async fn connections_are_kept_alive_and_the_dead_are_dropped() {
    use futures_util::StreamExt as _;
    use tokio_tungstenite::tungstenite::Message;
    let settings = Settings { keep_alive: Duration::from_millis(100), init: Duration::from_secs(60), ..Settings::default() };
    let mut socket = websocket(settings.clone()).await;
    for _ in 0..6 {
        assert!(matches!(socket.next().await, Some(Ok(Message::Ping(_)))), "and the pongs, which the client gives by itself, keep the connection open");
    }
    // Who reads nothing answers no ping.
    let mut socket = websocket(settings).await;
    tokio::time::sleep(Duration::from_millis(800)).await;
    let ended = async { while let Some(Ok(_)) = socket.next().await {} };
    tokio::time::timeout(Duration::from_secs(5), ended).await.expect("the server has given the connection up");
}

#[tokio::test]
async fn an_operation_that_fails_does_not_end_the_others() {
    use futures_util::{SinkExt as _, StreamExt as _};
    use tokio_tungstenite::tungstenite::Message;
    // An operation that takes too long ends with an error, and the connection stays.
    let mut socket = websocket(Settings { deadline: Duration::from_millis(200), ..Settings::default() }).await;
    socket.send(Message::text(r#"{"type": "connection_init"}"#)).await.unwrap();
    socket.send(Message::text(r#"{"type": "subscribe", "id": "1", "payload": {"query": "{ slow }"}}"#)).await.unwrap();
    socket.send(Message::text(r#"{"type": "subscribe", "id": "2", "payload": {"query": "{ panics }"}}"#)).await.unwrap();
    socket.send(Message::text(r#"{"type": "subscribe", "id": "3", "payload": {"query": "{ count }"}}"#)).await.unwrap();
    let mut heard = String::new();
    for _ in 0..5 {
        heard.push_str(socket.next().await.unwrap().unwrap().to_text().unwrap());
    }
    assert!(heard.contains(code::TIMEOUT) && heard.contains(code::INTERNAL_SERVER_ERROR) && !heard.contains("secret"), "{heard}");
    assert!(heard.contains(r#"{"id":"3","type":"next","payload":{"data":{"count":7}}}"#), "{heard}");
}

/// Answers without end, as long as somebody reads them.
struct Endless(Arc<()>);

impl Answer for Endless {
    fn answer(&self, _: GraphqlRequest, _: Transport, _: RequestContext) -> BoxFuture<'_, Outcome> {
        panic!("only events are asked for")
    }

    fn answers(self: Arc<Self>, _: GraphqlRequest, _: Transport, _: RequestContext) -> BoxStream<'static, BoxFuture<'static, Outcome>> {
        let held = Arc::clone(&self.0);
        let text = async_graphql::Value::from("x".repeat(100_000));
        let outcome = move || {
            let _ = &held;
            let response = async_graphql::Response::new(text.clone());
            let outcome = Outcome { response, ending: Ending::Executed, operation_name: None, operation: None, cost: None, balance: None };
            std::future::ready(outcome).boxed()
        };
        futures_util::stream::repeat_with(outcome).boxed()
    }

    fn admits(&self, _: &GraphqlRequest, _: Transport) -> bool {
        true
    }

    fn faults(&self, _: Arc<str>) -> BoxFuture<'_, Vec<String>> {
        std::future::ready(Vec::new()).boxed()
    }

    fn sdl(&self) -> &'static str {
        ""
    }
}

#[tokio::test]
async fn whoever_asks_for_events_and_does_not_read_them_is_let_go() {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let held = Arc::new(());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let settings = Settings { stall: Duration::from_millis(300), ..Settings::default() };
    tokio::spawn(serve(listener, App { engine: Arc::new(Endless(Arc::clone(&held))), settings, ..app() }, std::future::pending()));
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    let body = "{\"query\": \"subscription { x }\"}";
    let head = "POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\n";
    client.write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()).await.unwrap();
    // It reads for longer than the stall in all, and is served all the while.
    let mut chunk = vec![0; 1 << 20];
    let began = std::time::Instant::now();
    while began.elapsed() < Duration::from_millis(600) {
        assert!(client.read(&mut chunk).await.unwrap() > 0);
    }
    assert!(Arc::strong_count(&held) > 2, "the events are being made");
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if Arc::strong_count(&held) == 2 {
            return;
        }
    }
    panic!("what makes the events is held for a client that does not read them");
}
