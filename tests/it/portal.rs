//! The pages for people: each asks the public schema and is shown, every link leads somewhere, nothing of the register is taken for markup, and a browser walks the journeys.

use std::collections::{BTreeSet, VecDeque};
use std::fs;
use std::path::Path;

use reqwest::header::HeaderMap;
use serde_json::{Value, json};
use yeollam::access::Role;

use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

/// Status, headers and body of a page as a browser gets it.
async fn page(server: &Server, path: &str) -> (u16, HeaderMap, String) {
    let response = server.request(reqwest::Method::GET, path).header("accept", "text/html,application/xhtml+xml,*/*;q=0.8").send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    (status, headers, response.text().await.unwrap())
}

/// Addresses of this site that a page links to, without what stands behind `#`.
fn links(html: &str) -> BTreeSet<String> {
    let hrefs = html.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    let paths = hrefs.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
    let own = paths.map(|path| path.strip_prefix("https://register.example").map_or(path.clone(), str::to_owned));
    own.filter(|path| path.starts_with('/')).map(|path| path.split('#').next().unwrap_or_default().to_owned()).collect()
}

/// Kind of a page: its first segment.
fn kind(path: &str) -> &str {
    path.split(['/', '?']).nth(1).unwrap_or_default()
}

/// Pages of a kind that the walk looks at: there are as many as things and conditions.
const OF_A_KIND: u32 = 8;

async fn every_link_of_every_page_leads_somewhere(server: Server) {
    let mut waiting: VecDeque<String> = ["/", "/?q=정보", "/?q=없는낱말입니다", "/changes?kind=NEW"].map(str::to_owned).into();
    let (mut seen, mut counts) = (BTreeSet::new(), std::collections::BTreeMap::new());
    while let Some(path) = waiting.pop_front() {
        let count: &mut u32 = counts.entry(kind(&path).to_owned()).or_default();
        *count += 1;
        if *count > OF_A_KIND {
            continue;
        }
        let (status, headers, body) = page(&server, &path).await;
        assert_eq!(status, 200, "{path}: {}", &body[..body.len().min(600)]);
        let media_type = headers["content-type"].to_str().unwrap();
        if !media_type.starts_with("text/html") {
            continue;
        }
        assert!(headers.get("set-cookie").is_none(), "{path}: a visitor gets no cookie");
        assert!(!headers["content-security-policy"].to_str().unwrap().contains("unsafe"), "{path}: nothing inline is admitted, of GraphiQL neither");
        assert_eq!(headers["referrer-policy"], "no-referrer", "{path}");
        assert_eq!(body.matches("<h1").count(), 1, "{path}: one heading above all others");
        let inline = [" style=", "<style", "<script>", " onclick=", " onchange=", " oninput=", " onsubmit=", " onload="];
        assert!(!inline.iter().any(|inline| body.contains(inline)), "{path}: nothing inline");
        let most = if path == "/" || path.starts_with("/?") { 100_000 } else { 300_000 };
        assert!(body.len() < most, "{path}: {} bytes", body.len());
        for link in links(&body) {
            if seen.insert(link.clone()) {
                waiting.push_back(link);
            }
        }
    }
    for expected in [
        "",
        "agencies",
        "assets",
        "categories",
        "changes",
        "changes.atom",
        "data-files",
        "desk",
        "explorer",
        "for-me",
        "found.atom",
        "insights",
        "organizations",
        "policies",
        "statutes",
    ] {
        assert!(counts.contains_key(expected), "no page leads to /{expected}: {counts:?}");
    }
}

/// Every document is one that a client of the public schema may send, and costs little of what one request may.
async fn every_document_is_admitted(server: Server) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("portal/documents");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let document = fs::read_to_string(&path).unwrap();
        let variables = json!({
            "language": "KO", "number": "Y000001-2", "code": "NAME", "name": "아동복지법", "today": "2026-11-22", "first": 20, "isComparing": false,
            "id": "PrivacyPolicy_AAAAAAAAAAAAAAAAAAAAAA", "from": "PrivacyPolicy_AAAAAAAAAAAAAAAAAAAAAA", "to": "PrivacyPolicy_AAAAAAAAAAAAAAAAAAAAAA",
        });
        let known: serde_json::Map<String, Value> = variables
            .as_object()
            .unwrap()
            .iter()
            .filter(|(name, _)| document.contains(&format!("${name}:")))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        let body = json!({"query": document, "variables": known, "extensions": {"cost": true}});
        let response = server.request(reqwest::Method::POST, "/graphql").json(&body).send().await.unwrap();
        let answer: Value = response.json().await.unwrap();
        let refused = answer["errors"].as_array().is_some_and(|errors| errors.iter().any(|error| error["extensions"]["code"] != "BAD_USER_INPUT"));
        let needs_token = document.contains("mutation ") || document.contains("viewer");
        assert!(!refused || needs_token, "{}: {answer}", path.display());
        let cost = answer["extensions"]["cost"]["requested"].as_u64().unwrap_or_default();
        assert!(cost <= 10_000, "{}: costs {cost}", path.display());
        count += 1;
    }
    assert!(count > 8, "{count} documents");
}

async fn pages_are_kept_until_the_journal_goes_on(server: Server) {
    let (_, headers, _) = page(&server, "/?q=정보").await;
    let tag = headers["etag"].clone();
    assert_eq!((headers["cache-control"].to_str().unwrap(), headers["vary"].to_str().unwrap()), ("no-cache", "Accept"));
    let again =
        |tag: reqwest::header::HeaderValue| server.request(reqwest::Method::GET, "/?q=정보").header("accept", "text/html").header("if-none-match", tag).send();
    assert_eq!(again(tag.clone()).await.unwrap().status(), 304);
    let agency = json!({"format": "yeollam/1", "agencies": [{"code": "F000001", "name": "새 기관", "type": "BASIC_GOVERNMENT"}]});
    server.import("agency.json", &agency.to_string()).await.unwrap();
    assert_eq!(again(tag).await.unwrap().status(), 200);
    // What a page is made of may be kept for good: its name changes with its content.
    let (_, _, body) = page(&server, "/").await;
    for asset in links(&body).into_iter().filter(|link| link.starts_with("/assets/")) {
        let (status, headers, _) = page(&server, &asset).await;
        assert_eq!((status, headers["cache-control"].to_str().unwrap()), (200, "public, max-age=31536000, immutable"));
    }
    assert_eq!(page(&server, "/assets/none.css").await.0, 404);
}

async fn programs_get_the_answer_and_people_the_page(server: Server) {
    let json = server.request(reqwest::Method::GET, "/agencies/6110000").header("accept", "application/json").send().await.unwrap();
    let answer: Value = json.json().await.unwrap();
    assert_eq!(answer["data"]["agency"]["name"], "서울특별시");
    for (path, status, told) in [
        ("/agencies/6110000", 200, "<h1 lang=\"ko\">서울특별시</h1>"),
        ("/agencies/6110000?lang=en", 200, "<html lang=\"en\">"),
        ("/agencies/0000000", 404, "찾는 것이 없습니다"),
        ("/organizations/Organization_AAAAAAAAAAAAAAAAAAAAAA?lang=en", 404, "There is no such thing here"),
        ("/organizations/%00%ff", 404, "찾는 것이 없습니다"),
        ("/nothing/at-all?lang=en", 404, "There is no such thing here"),
        ("/?type=NO_SUCH_TYPE", 400, "이해하지 못했습니다"),
        ("/?after=nonsense", 400, "이해하지 못했습니다"),
        ("/?people=many&year=99999&region=%F0%9F%99%82", 400, "이해하지 못했습니다"),
    ] {
        let (got, _, body) = page(&server, path).await;
        assert_eq!(got, status, "{path}");
        assert!(body.contains(told), "{path}: {body}");
    }
    assert_eq!(server.request(reqwest::Method::POST, "/").send().await.unwrap().status(), 405);
}

/// What a search's feed tells: the last change of each file that it finds, the latest first, destructions among them.
async fn the_feed_of_a_search_tells_what_changed(server: Server) {
    let registration = |name: &str, from: &str, purpose: &str| json!({"name": name, "validFrom": from, "purpose": purpose});
    let document =
        |files: Value| json!({"format": "yeollam/1", "agencies": [{"code": "F000001", "name": "새 구청", "type": "BASIC_GOVERNMENT"}], "dataFiles": files});
    let old = [registration("가 명부", "2020-01-01", "시험"), registration("나 명부", "2021-01-01", "시험"), registration("다 명단", "2022-01-01", "시험")];
    let first = document(json!(old.iter().map(|one| json!({"agency": "F000001", "status": "REGISTERED", "registrations": [one]})).collect::<Vec<_>>()));
    server.import("first.json", &first.to_string()).await.unwrap();
    // The oldest is amended at last, and tells of a day long past.
    let amended =
        document(json!([{"agency": "F000001", "status": "REGISTERED", "registrations": [old[0].clone(), registration("가 명부", "2020-06-01", "다른 목적")]}]));
    server.import_at("amended.json", &amended.to_string(), now() + chrono::TimeDelta::minutes(1)).await.unwrap();
    let (status, headers, feed) = page(&server, "/found.atom?file=명부").await;
    assert_eq!((status, headers["content-type"].to_str().unwrap()), (200, "application/atom+xml; charset=utf-8"));
    let titles: Vec<&str> = feed.split("<title>").skip(2).filter_map(|rest| rest.split("</title>").next()).collect();
    assert_eq!(titles, ["변경: 가 명부 — 새 구청", "신규: 나 명부 — 새 구청"], "{feed}");
}

const HOSTILE: &str = "<script>alert(1)</script>\"' onload='x' {{7*7}} &lt; \u{202e}RTL\u{202c} ]]> --> %3Cb%3E";

/// Whatever stands in the register is text.
async fn hostile_names_stay_text(server: Server) {
    let document = json!({
        "format": "yeollam/1",
        "agencies": [{"code": "F000001", "name": format!("구청 {HOSTILE}"), "type": "BASIC_GOVERNMENT", "homepage": "javascript:alert(1)"}],
        "dataFiles": [{"agency": "F000001", "status": "REGISTERED", "registrations": [
            {"name": format!("명부 {HOSTILE}"), "validFrom": "2024-01-01", "purpose": HOSTILE, "collectedItems": [{"name": HOSTILE}], "retention": {"text": HOSTILE}, "legalBases": [{"citation": HOSTILE}],
             "provisions": [{"recipient": format!("기관 {HOSTILE}"), "purpose": HOSTILE}], "entrustments": [{"entrustee": format!("(주) {HOSTILE}"), "task": HOSTILE}],
             "processingDepartment": {"name": HOSTILE}, "accessDesk": {"department": HOSTILE, "address": HOSTILE}},
            {"name": format!("명부 {HOSTILE}"), "validFrom": "2025-01-01", "purpose": format!("{HOSTILE} 2"), "reason": HOSTILE}]}],
    });
    server.import("hostile.json", &document.to_string()).await.unwrap();
    let found = server.query("{ dataFiles(filter: {name: {contains: \"명부\"}}) { nodes { registrationNumber registration(asOf: \"2024-06-01\") { provisions { nodes { recipient { id } } } } } } }", json!({})).await;
    let file = &found["dataFiles"]["nodes"][0];
    let number = file["registrationNumber"].as_str().unwrap();
    let recipient = file["registration"]["provisions"]["nodes"][0]["recipient"]["id"].as_str().unwrap();
    let asked = HOSTILE.bytes().map(|byte| format!("%{byte:02X}")).collect::<String>();
    for path in [
        "/".to_owned(),
        "/?q=명부".to_owned(),
        format!("/?agency={asked}&file={asked}&q={asked}&name={asked}&under={asked}&lang={asked}"),
        format!("/data-files/{number}"),
        "/agencies/F000001".to_owned(),
        format!("/organizations/{recipient}"),
        format!("/statutes/{asked}"),
        format!("/{asked}/{asked}"),
        "/changes".to_owned(),
        "/changes.atom".to_owned(),
        format!("/found.atom?q={asked}"),
    ] {
        let (status, headers, body) = page(&server, &path).await;
        assert!([200, 400, 404].contains(&status), "{path}: {status}");
        assert!(
            !body.contains("<script>alert") && !body.contains("\"' onload") && !body.contains("]]>") && !body.contains("href=\"javascript:"),
            "{path}: {body}"
        );
        assert!(headers["content-type"].to_str().unwrap().starts_with("application/") || headers.contains_key("content-security-policy"), "{path}");
    }
    let (_, _, body) = page(&server, &format!("/data-files/{number}")).await;
    assert!(body.contains("&#60;script&#62;alert(1)&#60;/script&#62;"), "{body}");
}

on_both!(Data::Bundled =>
    every_link_of_every_page_leads_somewhere,
    every_document_is_admitted,
    pages_are_kept_until_the_journal_goes_on,
    programs_get_the_answer_and_people_the_page,
);
on_both!(Data::Empty => hostile_names_stay_text, the_feed_of_a_search_tells_what_changed);

/// A real browser walks every page and the journeys; `./check` installs it. With `YEOLLAM_SCREENSHOTS` it also writes the pictures of docs/screenshots/.
async fn a_browser_walks_the_pages(server: Server) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/portal");
    assert!(folder.join("node_modules").exists(), "the browser's driver is not installed: npm ci --prefix tests/portal");
    assert!(
        portal::view::OF_GRAPHIQL.is_some(),
        "GraphiQL was not there to be embedded: npm ci --prefix portal/explorer && npm run --prefix portal/explorer build"
    );
    let agency = server.token(Role::Agency, Some("6110000"), "시험 담당자").await;
    let regulator = server.token(Role::Regulator, None, "시험 위원회").await;
    let mut run = tokio::process::Command::new("node");
    run.arg("walk.mjs").arg(server.address()).current_dir(folder).envs([("AGENCY_TOKEN", agency), ("REGULATOR_TOKEN", regulator)]);
    let run = run.output().await.expect("node runs");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success() && told.contains("every journey was walked"), "{told}{}", String::from_utf8_lossy(&run.stderr));
}

#[tokio::test]
async fn browser() {
    a_browser_walks_the_pages(Server::start(crate::harness::Backend::Sqlite, Data::Bundled).await).await;
}
