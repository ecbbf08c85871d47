use std::sync::Mutex;

use super::*;

/// Answers in turn, and keeps what it was asked.
struct Script(Mutex<Vec<Json>>, Mutex<Vec<Json>>);

impl Script {
    fn new(mut answers: Vec<Json>) -> Self {
        answers.reverse();
        Self(Mutex::new(answers), Mutex::default())
    }
}

impl Answers for Script {
    fn ask<'a>(&'a self, _: &'a str, variables: &'a Map<String, Json>) -> BoxFuture<'a, Result<Json, String>> {
        self.1.lock().unwrap().push(Json::Object(variables.clone()));
        let answer = self.0.lock().unwrap().pop().ok_or_else(|| "asked too often".to_owned());
        Box::pin(async move { answer })
    }
}

async fn asked(document: &str, shown: Shown, server: &Script) -> Result<(String, Asked), String> {
    let question = Question { document: document.to_owned(), variables: Map::new(), connection: None, shown };
    let mut out = Vec::new();
    let asked = ask(&question, server, &mut out, &|_| {}).await?;
    Ok((String::from_utf8(out).unwrap(), asked))
}

const LIST: &str = "query ($page: String) { agency(code: \"1\") { files: dataFiles(after: $page) { pageInfo { hasNextPage endCursor } ...Rows } } }
    fragment Rows on DataFileConnection { nodes { name agency { name } ... on DataFile { items { name } } } }";

fn page(name: &str, next: Option<&str>) -> Json {
    let info = json!({"hasNextPage": next.is_some(), "endCursor": next});
    json!({"data": {"agency": {"files": {"pageInfo": info, "nodes": [{"name": name, "agency": null, "items": [{"name": "성명"}, {"name": "=주소"}]}]}}}})
}

#[tokio::test]
async fn pages_are_gone_through() {
    let server = Script::new(vec![page("=가", Some("c1")), page("나", None)]);
    let (text, done) = asked(LIST, Shown::Csv, &server).await.unwrap();
    assert_eq!(text, "\u{feff}name,agency.name,items.name\r\n'=가,,\"성명, =주소\"\r\n나,,\"성명, =주소\"\r\n");
    assert_eq!((done.rows, done.remark), (2, None));
    assert_eq!(*server.1.lock().unwrap(), [json!({}), json!({"page": "c1"})]);
    let (text, _) = asked(LIST, Shown::Table, &Script::new(vec![page("가나", None)])).await.unwrap();
    assert_eq!(text, "name  agency.name  items.name\n----  -----------  -----------\n가나               성명, =주소\n");
    let (text, _) = asked(LIST, Shown::Json, &Script::new(vec![page("가", Some("c1")), page("나", None)])).await.unwrap();
    let rows: Json = serde_json::from_str(&text).unwrap();
    assert_eq!((rows.as_array().map(Vec::len), rows[1]["name"].as_str()), (Some(2), Some("나")));
}

#[tokio::test]
async fn what_ends_an_answer_is_told() {
    // A cursor that leads back would be asked for ever.
    let server = Script::new(vec![page("가", Some("c1")), page("가", Some("c1"))]);
    assert!(asked(LIST, Shown::Csv, &server).await.unwrap().1.remark.unwrap().contains("after: $after"));
    let without = "{ files(first: 1) { nodes { name } } }";
    let one = json!({"data": {"files": {"nodes": [{"name": "가"}]}}});
    assert!(asked(without, Shown::Csv, &Script::new(vec![one])).await.unwrap().1.remark.unwrap().contains("only the first page"));
    let none = json!({"data": {"agency": null}});
    assert!(asked(LIST, Shown::Json, &Script::new(vec![none])).await.unwrap().1.remark.unwrap().contains("`agency.files` is null"));
    let row = json!({"data": {"register": {"sequence": 7}}});
    let (text, done) = asked("{ register { sequence } }", Shown::Csv, &Script::new(vec![row])).await.unwrap();
    assert_eq!((text.as_str(), done.rows), ("\u{feff}register.sequence\r\n7\r\n", 1));
}

#[tokio::test]
async fn errors_are_named() {
    let error = json!({"errors": [{"message": "There is no field `x`.", "locations": [{"line": 1, "column": 3}], "path": ["a", 0], "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]});
    let told = asked("{ x }", Shown::Csv, &Script::new(vec![error])).await.unwrap_err();
    assert_eq!(told, "1:3: a.0: There is no field `x`. (GRAPHQL_VALIDATION_FAILED)");
    for (document, part) in [("{", "no GraphQL"), ("mutation { x }", "no query"), ("query a { x } query b { x }", "several operations")] {
        let told = asked(document, Shown::Csv, &Script::new(Vec::new())).await.unwrap_err();
        assert!(told.contains(part), "{document}: {told}");
    }
    assert!(asked("{ x }", Shown::Csv, &Script::new(vec![json!([])])).await.unwrap_err().contains("no `data`"));
    let question = Question { document: "{ a { nodes { b } } }".to_owned(), variables: Map::new(), connection: Some("c".to_owned()), shown: Shown::Csv };
    assert!(ask(&question, &Script::new(Vec::new()), &mut Vec::new(), &|_| {}).await.unwrap_err().contains("no connection at `c`"));
}

#[test]
fn addresses_of_servers() {
    for (address, uri) in [
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000/graphql"),
        ("https://register.example/", "https://register.example/graphql"),
        ("http://[::1]:8000/graphql", "http://[::1]:8000/graphql"),
    ] {
        assert_eq!(Remote::at(address, None).unwrap().uri.to_string(), uri);
    }
    for address in ["", "register.example", "ftp://register.example/x", "http://"] {
        assert!(Remote::at(address, None).is_err(), "{address}");
    }
}
