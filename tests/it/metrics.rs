//! What whoever watches a server reads at `/metrics`: read by a strict parser of OpenMetrics, from the program itself.

#![expect(clippy::float_cmp, reason = "counts, which f64 holds exactly")]

use std::collections::{BTreeMap, HashSet};

use serde_json::json;

use crate::harness::program::{Started, asked};
use crate::harness::{Data, Server, on_both};

/// Values of all series, by name and labels as they are written.
type Series = BTreeMap<String, f64>;

/// What a program that listens for metrics tells, and a text of it.
async fn scraped(server: &Started) -> Series {
    let address = server.introduction.split_whitespace().find(|word| word.ends_with("/metrics")).expect("it says where").to_owned();
    let response = reqwest::Client::builder().no_proxy().build().unwrap().get(address).send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    parsed(&response.text().await.unwrap()).unwrap_or_else(|error| panic!("{error}"))
}

/// Reads a text of OpenMetrics 1.0, or tells the first line that is not as it must be.
fn parsed(text: &str) -> Result<Series, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("it does not end with # EOF")?;
    let mut series = Series::new();
    let mut families = HashSet::new();
    // Name, kind, and whether it was described, of the family that the lines belong to.
    let (mut name, mut kind, mut is_described) = (String::new(), String::new(), false);
    for line in body.lines() {
        let wrong = |what: &str| format!("{what}: {line}");
        if let Some(said) = line.strip_prefix("# ") {
            let mut words = said.splitn(3, ' ');
            let (said, of, rest) = (words.next().unwrap_or_default(), words.next().unwrap_or_default(), words.next().unwrap_or_default());
            if of != name {
                if !families.insert(of.to_owned()) {
                    return Err(wrong("a family is told twice"));
                }
                (name, kind, is_described) = (of.to_owned(), String::new(), false);
            }
            match said {
                "HELP" if rest.ends_with('.') && rest.len() > 5 => is_described = true,
                "TYPE" if matches!(rest, "counter" | "gauge" | "histogram" | "info") => kind = rest.to_owned(),
                "UNIT" if name.ends_with(&format!("_{rest}")) => {}
                _ => return Err(wrong("no metadata")),
            }
            continue;
        }
        let (labelled, value) = line.rsplit_once(' ').ok_or_else(|| wrong("no value"))?;
        let value: f64 = value.parse().map_err(|_| wrong("no number"))?;
        let (sample, labels) = labelled.split_once('{').map_or((labelled, ""), |(sample, labels)| (sample, labels));
        let suffixes: &[&str] = match kind.as_str() {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            _ => return Err(wrong("no kind")),
        };
        if !is_described || !suffixes.iter().any(|suffix| sample == format!("{name}{suffix}")) {
            return Err(wrong("not of the family before it"));
        }
        let is_named = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
        if !is_named || !value.is_finite() || value < 0.0 {
            return Err(wrong("no name, or a value that cannot be"));
        }
        for label in labels.strip_suffix('}').unwrap_or_default().split(',').filter(|label| !label.is_empty()) {
            let (label, value) = label.split_once('=').ok_or_else(|| wrong("no label"))?;
            let quoted = value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).ok_or_else(|| wrong("no quotes"))?;
            if label.is_empty() || !label.bytes().all(|byte| byte.is_ascii_lowercase()) || quoted.contains(['"', '\\', '\n']) {
                return Err(wrong("no label"));
            }
        }
        if series.insert(labelled.to_owned(), value).is_some() {
            return Err(wrong("a series is told twice"));
        }
    }
    Ok(series)
}

#[test]
fn the_parser_is_strict() {
    let sound = "# HELP a_b What it is.\n# TYPE a_b counter\na_b_total{c=\"d\"} 3\n# EOF\n";
    assert_eq!(parsed(sound).unwrap(), Series::from([("a_b_total{c=\"d\"}".to_owned(), 3.0)]));
    for broken in [
        sound.replace("# EOF\n", ""),
        sound.replace("_total", ""),
        sound.replace(" 3", " three"),
        sound.replace("\"d\"", "d"),
        sound.replace("# TYPE a_b counter\n", ""),
        sound.replace("# HELP a_b What it is.\n", ""),
        sound.replace("# EOF", "a_b_total{c=\"d\"} 4\n# EOF"),
        sound.replace("# EOF", "# HELP c Another.\n# TYPE c gauge\nc 1\n# HELP a_b Again.\n# EOF"),
    ] {
        assert!(parsed(&broken).is_err(), "{broken}");
    }
}

fn value(series: &Series, name: &str) -> f64 {
    *series.get(name).unwrap_or_else(|| panic!("there is no {name} among {:#?}", series.keys()))
}

async fn what_happens_is_counted(server: Server) {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "--database-url",
        server.database_url(),
        "--listen",
        "127.0.0.1:0",
        "--metrics-listen",
        "127.0.0.1:0",
        "--cost-limit",
        "1000",
        "--concurrency",
        "7",
        "serve",
    ];
    let program = Started::new(folder.path(), &arguments);
    program.ready().await;
    let before = scraped(&program).await;
    for series in ["yeollam_build_info{version=\"0.1.0\"}", "yeollam_search_ready"] {
        assert_eq!(value(&before, series), 1.0);
    }
    let sequence = server.sequence().await;
    for series in ["yeollam_journal_sequence", "yeollam_search_sequence"] {
        assert_eq!(value(&before, series), sequence as f64);
    }
    let files = server.query("{ dataFiles { totalCount } }", json!({})).await["dataFiles"]["totalCount"].as_i64().unwrap();
    assert!(value(&before, "yeollam_search_files") >= files as f64);
    assert_eq!(value(&before, "yeollam_search_lag_entries"), 0.0);

    const FILES: &str = "query Files { dataFiles(first: 2) { nodes { name agency { name } } } }";
    let first = asked(&program.address, FILES).await;
    assert_eq!(asked(&program.address, FILES).await, first);
    assert!(
        asked(&program.address, "query Dear { dataFiles(first: 100) { nodes { agency { dataFiles(first: 100) { nodes { name } } } } } }").await["errors"]
            .is_array()
    );
    assert!(asked(&program.address, "{").await["errors"].is_array());
    let after = scraped(&program).await;
    let grown = |name: &str| value(&after, name) - before.get(name).copied().unwrap_or_default();
    for (series, by) in [
        (r#"yeollam_graphql_operations_total{operation="Files",kind="query",outcome="ok"}"#, 2.0),
        (r#"yeollam_graphql_operations_total{operation="Dear",kind="query",outcome="error"}"#, 1.0),
        (r#"yeollam_graphql_operation_duration_seconds_count{operation="Files"}"#, 2.0),
        (r#"yeollam_errors_total{code="COST_LIMIT_EXCEEDED"}"#, 1.0),
        (r#"yeollam_errors_total{code="GRAPHQL_PARSE_FAILED"}"#, 1.0),
        ("yeollam_graphql_operation_cost_count", 3.0),
        (r#"yeollam_cache_hits_total{cache="answers"}"#, 1.0),
        (r#"yeollam_cache_entries{cache="answers"}"#, 1.0),
    ] {
        assert_eq!(grown(series), by, "{series}");
    }
    let requests: f64 = after.iter().filter(|(name, _)| name.starts_with(r#"yeollam_http_requests_total{route="/graphql""#)).map(|(_, value)| value).sum();
    assert_eq!(requests, 4.0);
    assert!(grown("yeollam_database_statements_total") >= 2.0 && grown("yeollam_database_statement_seconds_total") > 0.0);
    for pool in ["requests", "rest"] {
        let of_pool = |name: &str| value(&after, &format!("yeollam_database_connections{name}{{pool=\"{pool}\"}}"));
        assert!(of_pool("") >= 1.0 && of_pool("_limit") == 16.0 && of_pool("_idle") + of_pool("_in_use") == of_pool(""), "{pool}");
    }
    assert_eq!((value(&after, "yeollam_gate_places"), value(&after, "yeollam_gate_inside")), (7.0, 0.0));
    assert!(value(&after, "process_resident_memory_bytes") > 1e6 && value(&after, "process_open_fds") > 3.0);

    // Whoever invents names makes no more series than there is room for.
    let client = reqwest::Client::builder().no_proxy().build().unwrap();
    for number in 0..1_000 {
        let body = json!({"query": format!("query Name{number} {{ __typename }}")}).to_string();
        let asked = client.post(format!("{}/graphql", program.address)).header("content-type", "application/json").body(body);
        assert_eq!(asked.send().await.unwrap().status(), 200);
    }
    let invented = scraped(&program).await;
    let names = invented.keys().filter(|name| name.starts_with("yeollam_graphql_operations_total")).count();
    assert!((100..=110).contains(&names), "{names}");
    assert!(value(&invented, r#"yeollam_graphql_operations_total{operation="other",kind="query",outcome="ok"}"#) >= 900.0);
    assert!(value(&invented, r#"yeollam_cache_misses_total{cache="documents"}"#) >= 1_000.0);

    // The public reads none of it, and whoever watches nothing else.
    assert_eq!(client.get(format!("{}/metrics", program.address)).send().await.unwrap().status(), 404);
    let watched = program.introduction.split_whitespace().find_map(|word| word.strip_suffix("/metrics")).unwrap().to_owned();
    assert_eq!(client.get(format!("{watched}/graphql?query=%7B__typename%7D")).send().await.unwrap().status(), 404);
    assert_eq!(program.stopped().0, Some(0));
}

on_both!(Data::Bundled => what_happens_is_counted);
