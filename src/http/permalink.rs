//! Permanent addresses of the register's objects (`url` in the schema). Until an object has a page of its own, its address leads to the explorer with the query that shows it: what is published stays true.

use axum::extract::{Path, Request};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::pages;

/// What lies under a first segment of the path: the name of the variable that takes the second one, and the document that shows the object.
fn document(things: &str) -> Option<(&'static str, &'static str)> {
    Some(match things {
        "agencies" => ("code", include_str!("permalink/agency.graphql")),
        "data-files" => ("registrationNumber", include_str!("permalink/data_file.graphql")),
        "organizations" => ("id", include_str!("permalink/organization.graphql")),
        "policies" => ("id", include_str!("permalink/policy.graphql")),
        "statutes" => ("name", include_str!("permalink/statute.graphql")),
        _ => return None,
    })
}

/// Leads to the explorer with the query that shows the object.
pub async fn permalink(Path((things, key)): Path<(String, String)>, request: Request) -> Response {
    let Some((variable, query)) = document(&things) else { return pages::not_found(request).await };
    let variables = serde_json::json!({ variable: key }).to_string();
    let location = format!("/graphql#run=1&query={}&variables={}", encoded(query), encoded(&variables));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

fn encoded(text: &str) -> String {
    text.bytes().map(|byte| if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
