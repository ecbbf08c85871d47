//! Parts that the answers to several documents share, as the schema shapes them. A part that a document does not ask for is absent.

use serde::Deserialize;

use crate::address::Address;
use crate::view::View;

/// Where a page of a list stands.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct PageInfo {
    pub has_next_page: bool,
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
    pub end_cursor: Option<String>,
}

/// A list with its total.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct List<T> {
    #[serde(default)]
    pub total_count: i64,
    #[serde(default)]
    pub page_info: PageInfo,
    pub nodes: Vec<T>,
}

impl<T> List<T> {
    /// How many there are beside those shown.
    pub(crate) fn more(&self) -> i64 {
        self.total_count - i64::try_from(self.nodes.len()).unwrap_or(i64::MAX)
    }
}

/// An agency as others mention it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct AgencyRef {
    pub code: String,
    pub name: String,
    pub homepage: Option<String>,
    #[serde(rename = "type")]
    pub kind: String,
    pub ancestors: Vec<AgencyRef>,
    pub data_file_count: i64,
}

/// A thing that is known by its id and name.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Named {
    pub id: String,
    pub name: String,
    pub title: String,
}

/// A data file as lists show it.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FileRow {
    pub registration_number: String,
    pub name: String,
    #[serde(default)]
    pub status: String,
    pub agency: AgencyRef,
    pub registration: Option<Brief>,
}

impl FileRow {
    /// Declared number of data subjects.
    pub(crate) fn subjects(&self) -> Option<i64> {
        self.registration.as_ref()?.data_subject_count
    }

    /// Its retention period as written.
    pub(crate) fn retention(&self) -> Option<&str> {
        Some(self.registration.as_ref()?.retention.as_ref()?.text.as_str())
    }
}

/// What lists show of the registration in force.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Brief {
    pub purpose: Option<String>,
    pub data_subject_count: Option<i64>,
    pub retention: Option<Retention>,
}

/// A retention period.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Retention {
    pub text: String,
    pub class: String,
    pub terms: Vec<Term>,
}

/// One term of a retention period.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Term {
    pub text: String,
    pub class: String,
    pub min_months: Option<i64>,
    pub max_months: Option<i64>,
    pub min_days: Option<i64>,
    pub max_days: Option<i64>,
    pub event: Option<String>,
    pub condition: Option<String>,
}

/// A legal basis.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Basis {
    pub citation: String,
    pub is_consent: bool,
    pub lawful_ground: Option<String>,
    pub statute: Option<StatuteRef>,
}

impl Basis {
    /// Whether the citation itself holds the name of the statute, so that one link is enough.
    pub(crate) fn names_statute(&self) -> bool {
        self.statute.as_ref().is_some_and(|statute| !self.is_consent && self.citation.contains(&statute.name))
    }
}

/// A statute as others mention it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct StatuteRef {
    pub name: String,
    pub kind: String,
}

/// An item that is recorded, or provided.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Item {
    pub name: String,
    pub requirement: String,
    pub subject: Option<String>,
    pub category: Option<CategoryRef>,
    pub unique_identifier: Option<String>,
    pub sensitive_kind: Option<String>,
}

/// A category as others mention it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct CategoryRef {
    pub code: String,
    pub label: String,
}

/// A provision.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Provision {
    pub stated_for: String,
    pub recipient: Named,
    pub recipient_name: String,
    pub material: Option<String>,
    pub purpose: Option<String>,
    pub items_text: Option<String>,
    pub items: Vec<Item>,
    pub retention: Option<Retention>,
    pub legal_bases: Vec<Basis>,
    pub is_outside_purpose: Option<bool>,
    pub agency: AgencyRef,
}

/// An entrustment.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Entrustment {
    pub stated_for: String,
    pub entrustee: Named,
    pub entrustee_name: String,
    pub task: String,
    pub starts_on: Option<String>,
    pub ends_on: Option<String>,
    pub period_text: Option<String>,
    pub sub_entrustees: Vec<Named>,
    pub agency: AgencyRef,
}

/// A desk that takes requests for access.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Desk {
    pub department: Option<String>,
    pub phones: Vec<String>,
    pub email: Option<String>,
    pub fax: Option<String>,
    pub address: Option<String>,
}

/// A limit to access, with its ground and reason.
#[derive(Debug, Deserialize)]
pub(crate) struct Restriction {
    pub scope: String,
    pub ground: Option<String>,
    pub text: Option<String>,
}

/// A department with its telephones.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Department {
    pub name: String,
    pub phones: Vec<String>,
}

/// A difference between two records.
#[derive(Debug, Deserialize)]
pub(crate) struct Difference {
    pub path: String,
    pub kind: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// A finding of a rule.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Finding {
    pub certainty: String,
    pub message: String,
    pub evidence: Vec<String>,
    pub since: String,
    pub rule: Rule,
    pub data_file: Option<FileRef>,
}

/// A rule of the findings.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Rule {
    pub code: String,
    pub title: String,
    pub article: String,
    pub count: i64,
}

/// A file as others mention it.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct FileRef {
    pub registration_number: String,
    pub name: String,
    pub agency: AgencyRef,
}

/// Links to the page before and after, as far as there are any.
pub(crate) fn pager(view: &View<'_>, info: &PageInfo) -> [Option<String>; 2] {
    let link = |there: bool, name: &str, cursor: &Option<String>| there.then(|| view.page(name, cursor.as_deref()));
    [link(info.has_previous_page, "before", &info.start_cursor), link(info.has_next_page, "after", &info.end_cursor)]
}

/// How an address asks for a page of a list: variables of its document.
pub(crate) fn page_variables(here: &Address, size: i64) -> serde_json::Map<String, serde_json::Value> {
    let mut variables = serde_json::Map::new();
    match here.get("before") {
        Some(cursor) => {
            variables.insert("last".to_owned(), size.into());
            variables.insert("before".to_owned(), cursor.into());
        }
        None => {
            variables.insert("first".to_owned(), size.into());
            if let Some(cursor) = here.get("after") {
                variables.insert("after".to_owned(), cursor.into());
            }
        }
    }
    variables
}
