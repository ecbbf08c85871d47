//! The parameters of a request, from a JSON body or a query string (GraphQL over HTTP, section "Request parameters").

use serde::Deserialize;
use serde_json::{Map, Value};

use super::query_string;
use crate::graphql::request::GraphqlRequest;

/// Parameters by name, not yet looked into. A name given twice is an error of the reader.
#[derive(Default, Deserialize)]
struct Parameters {
    query: Option<Value>,
    #[serde(rename = "operationName")]
    operation_name: Option<Value>,
    #[serde(rename = "documentId")]
    document_id: Option<Value>,
    variables: Option<Value>,
    extensions: Option<Value>,
}

/// Reads a JSON body.
pub fn from_body(body: &[u8]) -> Result<GraphqlRequest, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Err("The request has no body. Send a JSON object with `query`.".to_owned());
    }
    let text = std::str::from_utf8(body).map_err(|error| format!("The body is not UTF-8, from byte {} on.", error.valid_up_to()))?;
    // Looked at before it is read: the reader would take an array for the object's fields in order.
    match text.trim_start_matches([' ', '\t', '\n', '\r']).as_bytes().first() {
        Some(b'{') => {}
        Some(b'[') => return Err("The body is an array. Several requests in one are not accepted; send them one by one.".to_owned()),
        _ => return Err("The body is not a JSON object. Send a JSON object with `query`.".to_owned()),
    }
    let parameters = serde_json::from_str(text).map_err(|error| json_message("The body", &error))?;
    request(parameters)
}

/// Reads an object that was JSON.
pub fn from_json(object: Map<String, Value>) -> Result<GraphqlRequest, String> {
    let parameters = serde_json::from_value(Value::Object(object)).map_err(|error| json_message("The payload", &error))?;
    request(parameters)
}

/// Reads a query string.
pub fn from_query_string(query: &str) -> Result<GraphqlRequest, String> {
    let mut parameters = Parameters::default();
    for (name, value) in query_string::parse(query)? {
        let json = |value: &str| match value {
            "" => Ok(None),
            value => serde_json::from_str(value).map(Some).map_err(|error| json_message(&format!("The parameter `{name}`"), &error)),
        };
        match name.as_str() {
            "query" => parameters.query = Some(Value::String(value)),
            "operationName" => parameters.operation_name = Some(Value::String(value)),
            "documentId" => parameters.document_id = Some(Value::String(value)),
            "variables" => parameters.variables = json(&value)?,
            "extensions" => parameters.extensions = json(&value)?,
            _ => {}
        }
    }
    request(parameters)
}

fn request(parameters: Parameters) -> Result<GraphqlRequest, String> {
    let Parameters { query, operation_name, document_id, variables, extensions } = parameters;
    let extensions = object("extensions", extensions)?;
    let document_id = match document_id {
        Some(Value::String(id)) => Some(id).filter(|id| !id.is_empty()),
        None | Some(Value::Null) => None,
        Some(_) => return Err("`documentId` must be a text or null.".to_owned()),
    };
    let is_named = document_id.is_some() || extensions.contains_key("persistedQuery");
    Ok(GraphqlRequest {
        query: match query {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) if is_named => String::new(),
            None | Some(Value::Null) => return Err("`query` is missing. It holds the GraphQL document, as a text.".to_owned()),
            Some(_) => return Err("`query` must be a text: the GraphQL document.".to_owned()),
        },
        operation_name: match operation_name {
            Some(Value::String(name)) => Some(name).filter(|name| !name.is_empty()),
            None | Some(Value::Null) => None,
            Some(_) => return Err("`operationName` must be a text or null.".to_owned()),
        },
        variables: object("variables", variables)?,
        extensions,
        document_id,
    })
}

fn object(name: &str, value: Option<Value>) -> Result<Map<String, Value>, String> {
    match value {
        Some(Value::Object(fields)) => Ok(fields),
        None | Some(Value::Null) => Ok(Map::new()),
        Some(_) => Err(format!("`{name}` must be a JSON object or null.")),
    }
}

/// What is wrong with a JSON text, in words of our own.
fn json_message(what: &str, error: &serde_json::Error) -> String {
    let (line, column) = (error.line(), error.column());
    let text = error.to_string();
    if let Some(name) = text.strip_prefix("duplicate field `").and_then(|rest| rest.split('`').next()) {
        return format!("{what} has the field `{name}` twice. Give it once.");
    }
    if text.starts_with("recursion limit exceeded") {
        return format!("{what} nests too deep, at line {line}, column {column}. Nest less.");
    }
    if error.is_eof() {
        return format!("{what} is not JSON: it ends too early, at line {line}, column {column}.");
    }
    format!("{what} is not JSON: look at line {line}, column {column}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_that_are_no_requests_are_told_why() {
        let deep = format!("{{\"query\": \"{{a}}\", \"variables\": {}", "[".repeat(5000));
        for (body, message) in [
            ("", "The request has no body. Send a JSON object with `query`."),
            ("{ \"not a JSON", "The body is not JSON: it ends too early, at line 1, column 13."),
            ("{\n\"query\": x}", "The body is not JSON: look at line 2, column 10."),
            ("[{\"query\": \"{a}\"}]", "The body is an array. Several requests in one are not accepted; send them one by one."),
            ("3", "The body is not a JSON object. Send a JSON object with `query`."),
            ("{}", "`query` is missing. It holds the GraphQL document, as a text."),
            ("{\"query\": null}", "`query` is missing. It holds the GraphQL document, as a text."),
            ("{\"documentId\": 1}", "`documentId` must be a text or null."),
            ("{\"query\": 1}", "`query` must be a text: the GraphQL document."),
            ("{\"query\": \"{a}\", \"query\": \"{b}\"}", "The body has the field `query` twice. Give it once."),
            ("{\"query\": \"{a}\", \"operationName\": 1}", "`operationName` must be a text or null."),
            ("{\"query\": \"{a}\", \"variables\": []}", "`variables` must be a JSON object or null."),
            ("{\"query\": \"{a}\", \"extensions\": \"x\"}", "`extensions` must be a JSON object or null."),
            (&deep, "The body nests too deep, at line 1, column 157. Nest less."),
        ] {
            assert_eq!(from_body(body.as_bytes()), Err(message.to_owned()), "{}", &body[..body.len().min(60)]);
        }
        assert_eq!(from_body(b"{\"query\": \"\xff\"}"), Err("The body is not UTF-8, from byte 11 on.".to_owned()));
    }

    #[test]
    fn both_ways_give_the_same_request() {
        let by_body = from_body(br#"{"query": "{ a }", "operationName": "", "variables": {"x": 1}, "extensions": null, "id": 5}"#);
        let by_string = from_query_string("query=%7B+a+%7D&variables=%7B%22x%22:1%7D&extensions=&id=5");
        assert!(by_body.is_ok());
        assert_eq!(by_body, by_string);
        let by_body = from_body(br#"{"documentId": "home", "query": null}"#);
        assert_eq!(by_body, from_query_string("documentId=home"));
        assert_eq!(by_body.map(|request| (request.query, request.document_id)), Ok((String::new(), Some("home".to_owned()))));
        let by_hash = from_query_string("extensions=%7B%22persistedQuery%22%3A%7B%22version%22%3A1%7D%7D");
        assert_eq!(by_hash.map(|request| request.query), Ok(String::new()));
        assert_eq!(
            from_query_string("query=a&variables=%7B"),
            Err("The parameter `variables` is not JSON: it ends too early, at line 1, column 1.".to_owned())
        );
    }
}
