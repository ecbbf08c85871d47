//! Pages for people. Each is a client of the public GraphQL schema, as any other portal would be: an address becomes a document with variables, the answer becomes HTML.
//!
//! Pure: no database, no clock, no network. Whoever serves the pages asks what [`Page::ask`] says of the public schema and hands the answer to [`Page::show`].

pub mod address;
mod agency;
mod answer;
mod changes;
mod chart;
mod counted;
mod data_file;
pub mod desk;
mod explorer;
mod for_me;
mod insights;
mod listed;
mod policy;
mod questions;
mod search;
mod texts;
pub mod view;

use std::borrow::Cow;

use askama::Template;
use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::view::View;

/// What a page asks of the public schema.
#[derive(Clone, Debug, PartialEq)]
pub struct Ask {
    /// The document.
    pub document: Cow<'static, str>,
    /// Its variables.
    pub variables: Map<String, Value>,
}

impl Ask {
    /// A document with the variables of a JSON object.
    fn new(document: &'static str, variables: Value) -> Self {
        Self { document: document.into(), variables: if let Value::Object(variables) = variables { variables } else { Map::new() } }
    }
}

/// Why an answer was not shown.
#[derive(Debug)]
pub enum Unshown {
    /// The register has nothing at this address.
    Nothing,
    /// The answer is not shaped as the page expects, or the page could not be written: a mistake in this crate.
    Broken(String),
}

impl From<serde_json::Error> for Unshown {
    fn from(error: serde_json::Error) -> Self {
        Self::Broken(format!("the answer is not what the page asked for: {error}"))
    }
}

impl From<askama::Error> for Unshown {
    fn from(error: askama::Error) -> Self {
        Self::Broken(format!("the page could not be written: {error}"))
    }
}

/// A page of the portal.
pub trait Page: Send + Sync {
    /// What it asks of the public schema.
    fn ask(&self) -> Ask;

    /// Media type of what it shows.
    fn media_type(&self) -> &'static str {
        "text/html; charset=utf-8"
    }

    /// Whether it shows the whole answer, its errors among it, rather than `data` alone.
    fn shows_errors(&self) -> bool {
        false
    }

    /// HTML of the page, from `data` of the answer.
    ///
    /// # Errors
    /// [`Unshown::Nothing`] where the register has nothing there.
    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown>;
}

/// The page at an address, on a day (`2026-11-22`); `None` where the portal has none.
#[must_use]
pub fn page(here: &Address, today: &str) -> Option<Box<dyn Page>> {
    let segments: Vec<&str> = here.path().split('/').skip(1).collect();
    Some(match segments.as_slice() {
        [""] => Box::new(search::Search::at(here)),
        ["data-files", number] => Box::new(data_file::DataFilePage::at(here, number)),
        ["agencies", code] => Box::new(agency::AgencyPage::at(here, code)),
        ["organizations", id] if id.starts_with("Organization_") => Box::new(listed::OrganizationPage::at(here, id)),
        ["statutes", name] => Box::new(listed::StatutePage::at(here, name)),
        ["categories"] => Box::new(counted::CategoriesPage(view::Language::of(here))),
        ["statutes"] => Box::new(counted::StatutesPage),
        ["categories", code] => Box::new(listed::CategoryPage::at(here, code)),
        ["policies", id] if id.starts_with("PrivacyPolicy_") => Box::new(policy::PolicyPage::at(here, id)),
        ["for-me"] => Box::new(for_me::ForMe(here.clone())),
        ["insights"] => Box::new(insights::Insights(view::Language::of(here))),
        ["explorer"] => Box::new(explorer::Explorer::at(here, today)),
        ["changes"] => Box::new(changes::ChangesPage(here.clone())),
        ["changes.atom"] => Box::new(changes::Feed { here: here.clone(), is_of_search: false }),
        ["found.atom"] => Box::new(changes::Feed { here: here.clone(), is_of_search: true }),
        _ => return None,
    })
}

#[derive(Template)]
#[template(path = "message.html")]
struct Message<'a> {
    view: &'a View<'a>,
    title: &'a str,
    text: String,
    details: &'a [String],
}

/// The page that says that there is nothing at the address.
///
/// # Errors
/// Where it could not be written.
pub fn not_found(view: &View<'_>) -> Result<String, Unshown> {
    let text = view.t.not_found_text.replace("{}", view.here.path());
    Ok(Message { view, title: view.t.not_found_title, text, details: &[] }.render()?)
}

/// The page that says why there is no other: the code of the first error, and the messages.
///
/// # Errors
/// Where it could not be written.
pub fn failed(view: &View<'_>, code: &str, messages: &[String]) -> Result<String, Unshown> {
    let text = match code {
        "SEARCH_NOT_READY" => view.t.failed_not_ready,
        "BAD_USER_INPUT" | "GRAPHQL_VALIDATION_FAILED" => view.t.failed_input,
        _ => view.t.failed_server,
    };
    Ok(Message { view, title: view.t.failed_title, text: text.to_owned(), details: messages }.render()?)
}

/// Variables of a page that shows one thing.
fn one(name: &str, key: &str, here: &Address) -> Value {
    json!({ name: key, "language": view::Language::of(here).word() })
}
