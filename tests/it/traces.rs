//! Traces that a collector is sent (feature `otel`).

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::routing::post;
use serde_json::{Value, json};

use crate::harness::program::{Started, yeollam};
use crate::harness::websocket::Socket;
use crate::harness::{Data, Server, on_both};

/// Spans that a collector got.
type Spans = Arc<Mutex<Vec<Value>>>;

/// A collector of OTLP over HTTP, in JSON: its address, and what it gets.
async fn collector() -> (String, Spans) {
    async fn take(State(spans): State<Spans>, body: String) -> &'static str {
        let body: Value = serde_json::from_str(&body).unwrap();
        for resource in body["resourceSpans"].as_array().unwrap() {
            let of = attribute(&resource["resource"], "service.name");
            for span in resource["scopeSpans"].as_array().unwrap().iter().flat_map(|scope| scope["spans"].as_array().unwrap()) {
                let mut span = span.clone();
                span["service"] = of.clone();
                spans.lock().unwrap().push(span);
            }
        }
        "{}"
    }
    let spans = Spans::default();
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/v1/traces", post(take)).with_state(Arc::clone(&spans));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (address, spans)
}

fn attribute(of: &Value, name: &str) -> Value {
    let found = of["attributes"].as_array().and_then(|attributes| attributes.iter().find(|attribute| attribute["key"] == name));
    found.map(|attribute| attribute["value"].as_object().unwrap().values().next().unwrap().clone()).unwrap_or_default()
}

async fn a_request_is_traced_down_to_its_statements(server: Server) {
    let (collector, spans) = collector().await;
    let folder = tempfile::tempdir().unwrap();
    let url = server.database_url();
    let (system, has_replica) = if url.starts_with("postgres") { ("postgresql", true) } else { ("sqlite", false) };
    // A database lacks nothing of itself.
    let replica: &[&str] = if has_replica { &["--read-database-url", url] } else { &[] };
    let settings = ["--database-url", url, "--listen", "127.0.0.1:0", "--metrics-listen", "127.0.0.1:0"];
    let mut program = yeollam(folder.path(), &[&settings, replica, &["serve"]].concat());
    program.envs([("OTEL_EXPORTER_OTLP_ENDPOINT", collector.as_str()), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/json"), ("OTEL_BSP_SCHEDULE_DELAY", "200")]);
    let program = Started::of(&mut program);
    program.ready().await;
    let metrics = program.introduction.split_whitespace().find(|word| word.ends_with("/metrics")).expect("it says where").to_owned();
    let tells = async |figure: &str| -> bool {
        let text = reqwest::Client::builder().no_proxy().build().unwrap().get(&metrics).send().await.unwrap().text().await.unwrap();
        text.lines().any(|line| line.strip_prefix(figure).is_some_and(|value| value.trim().parse::<f64>().is_ok_and(|value| value >= 1.0)))
    };
    let deadline = Instant::now() + Duration::from_secs(60);
    while has_replica && !tells("yeollam_replica_in_use ").await {
        assert!(Instant::now() < deadline, "the replica is not in use");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let document = "query Agencies { agencies(first: 2) { nodes { name } } }";
    let trace = "0af7651916cd43dd8448eb211c80319c";
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    let request = client.post(format!("{}/graphql", program.address)).header("content-type", "application/json");
    let request = request.header("traceparent", format!("00-{trace}-b7ad6b7169203331-01")).body(json!({"query": document}).to_string());
    assert_eq!(request.send().await.unwrap().status(), 200);
    assert_eq!(tells("yeollam_replica_queries_total ").await, has_replica, "the statements are those of the replica, where there is one");
    // The collector lives in this thread, which must not wait for the program alone. A request is the last of its spans to end.
    let of_trace = || spans.lock().unwrap().iter().filter(|span| span["traceId"] == trace).cloned().collect::<Vec<_>>();
    while !of_trace().iter().any(|span| span["name"] == "POST /graphql") {
        assert!(Instant::now() < deadline, "no trace: {:#?}", spans.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let mut socket = Socket::open(&program.address).await;
    socket.subscribe("1", "query Over { agencies(first: 1) { nodes { name } } }", json!({})).await;
    let over = || spans.lock().unwrap().iter().find(|span| attribute(span, "graphql.operation.name") == "Over").cloned();
    while over().is_none() {
        assert!(Instant::now() < deadline, "no trace of what was asked over a WebSocket: {:#?}", spans.lock().unwrap());
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    drop(socket);
    assert_eq!([attribute(&over().unwrap(), "graphql.operation.type"), over().unwrap()["name"].clone()], ["query", "graphql"]);
    let spans = of_trace();
    let (code, log) = tokio::task::spawn_blocking(|| program.stopped()).await.unwrap();
    assert_eq!(code, Some(0), "{log}");

    let named = |name: &str| spans.iter().find(|span| span["name"] == name).unwrap_or_else(|| panic!("no {name}: {spans:#?}"));
    let (request, graphql, execution, statement) = (named("POST /graphql"), named("graphql"), named("execute"), named("SELECT"));
    assert_eq!((&request["parentSpanId"], &request["service"]), (&json!("b7ad6b7169203331"), &json!("yeollam")));
    assert_eq!([attribute(request, "http.route"), attribute(request, "url.path")], ["/graphql", "/graphql"]);
    assert_eq!(attribute(request, "http.response.status_code").to_string().trim_matches('"'), "200");
    for (child, parent) in [(graphql, request), (named("admit"), graphql), (execution, graphql), (statement, execution)] {
        assert_eq!(child["parentSpanId"], parent["spanId"], "{child:#?}\n{parent:#?}");
    }
    assert_eq!([attribute(graphql, "graphql.operation.name"), attribute(graphql, "graphql.operation.type")], ["Agencies", "query"]);
    assert_eq!(attribute(graphql, "graphql.document.hash").as_str().unwrap().len(), 64);
    assert!(attribute(statement, "db.query.text").as_str().unwrap().contains("agency"));
    assert_eq!(attribute(statement, "db.system.name"), system);
    // What nobody asked for is in no trace.
    assert!(!log.contains("graphql.document"), "{log}");
}

on_both!(Data::Bundled => a_request_is_traced_down_to_its_statements);
