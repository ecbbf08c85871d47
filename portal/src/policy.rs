//! The page of a privacy policy: what it says now, its revisions, and any two of them side by side (신구 대조표).

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::answer::{AgencyRef, Desk, Difference, Entrustment, FileRow, List, Provision};
use crate::view::View;
use crate::{Ask, Page, Unshown};

/// The page of a policy.
pub(crate) struct PolicyPage {
    here: Address,
    id: String,
}

impl PolicyPage {
    pub(crate) fn at(here: &Address, id: &str) -> Self {
        Self { here: here.clone(), id: id.to_owned() }
    }

    /// The two revisions that are to be compared.
    fn compared(&self) -> Option<(&str, &str)> {
        Some((self.here.get("from")?, self.here.get("to")?))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    title: String,
    url: String,
    agency: AgencyRef,
    compare: Option<Vec<Difference>>,
    revisions: List<Revision>,
    current: Option<Current>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revision {
    id: String,
    number: i64,
    effective_from: Option<String>,
    effective_until: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Current {
    effective_from: Option<String>,
    period_text: Option<String>,
    published_url: Option<String>,
    differences: Vec<Difference>,
    sections: Vec<Section>,
    data_files: List<FileRow>,
    provisions: List<Provision>,
    entrustments: List<Entrustment>,
    officers: Vec<Officer>,
    access_desk: Option<Desk>,
    safeguards: Vec<Safeguard>,
}

#[derive(Deserialize)]
struct Section {
    kind: String,
    state: String,
    heading: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Officer {
    role: String,
    name: Option<String>,
    is_name_withheld: bool,
    position: Option<String>,
    department: Option<String>,
    phones: Vec<String>,
}

#[derive(Deserialize)]
struct Safeguard {
    kind: String,
    measure: String,
}

#[derive(Template)]
#[template(path = "policy.html")]
struct PolicyHtml<'a> {
    view: &'a View<'a>,
    from: &'a str,
    to: &'a str,
    policy: Policy,
}

impl Page for PolicyPage {
    fn ask(&self) -> Ask {
        let (from, to) = self.compared().unwrap_or((&self.id, &self.id));
        Ask::new(include_str!("../documents/policy.graphql"), json!({"id": self.id, "from": from, "to": to, "isComparing": self.compared().is_some()}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        // An id of something else answers an object without the fields of a policy.
        if data["node"]["title"].is_null() {
            return Err(Unshown::Nothing);
        }
        let policy: Policy = serde_json::from_value(data["node"].take())?;
        let newest = |back: usize| policy.revisions.nodes.iter().rev().nth(back).map_or(String::new(), |revision| revision.id.clone());
        let (before_last, last) = (newest(1), newest(0));
        let (from, to) = self.compared().unwrap_or((&before_last, &last));
        Ok(PolicyHtml { view, from, to, policy }.render()?)
    }
}
