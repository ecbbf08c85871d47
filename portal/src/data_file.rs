//! The page of a data file: the registered matters, findings, history, and how to ask to see one's data.

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::address::Address;
use crate::answer::{AgencyRef, Basis, Department, Desk, Difference, Entrustment, FileRef, Finding, Item, List, Named, Provision, Restriction, Retention};
use crate::view::View;
use crate::{Ask, Page, Unshown, one};

/// The page of the file of a registration number.
pub(crate) struct DataFilePage(Value);

impl DataFilePage {
    pub(crate) fn at(here: &Address, number: &str) -> Self {
        Self(one("number", number, here))
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
    data_file: Option<DataFile>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DataFile {
    registration_number: String,
    name: String,
    url: String,
    status: String,
    registered_on: Option<String>,
    agency: AgencyRef,
    registration: Option<Registration>,
    registrations: List<Entry>,
    impact_assessments: List<Assessment>,
    policy_revisions: List<Policy>,
    findings: List<Finding>,
    recommendations: List<Recommendation>,
    similar: Vec<FileRef>,
}

impl DataFile {
    /// The desk that the policy states, which counts where the registration states none.
    fn policy_desk(&self) -> Option<&Desk> {
        self.policy_revisions.nodes.iter().rev().find_map(|policy| policy.access_desk.as_ref())
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Registration {
    valid_from: String,
    completeness: String,
    purpose: Option<String>,
    legal_bases: Vec<Basis>,
    collected_items: Vec<Item>,
    collection_method: Option<String>,
    processing_method: Option<String>,
    processing_method_text: Option<String>,
    retention: Option<Retention>,
    provisions: List<Provision>,
    entrustments: List<Entrustment>,
    data_subject_count: Option<i64>,
    counted_on: Option<String>,
    processing_department: Option<Department>,
    access_desk: Option<Desk>,
    access_restrictions: Vec<Restriction>,
    information_system: Option<String>,
    #[serde(rename = "includesChildrenUnder14")]
    includes_children_under14: Option<bool>,
    operation_started_on: Option<String>,
    sources: Vec<Source>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    document: String,
    publisher: String,
    span: Option<String>,
    url: Option<String>,
    read_at: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    number: i64,
    change_kind: String,
    reason: Option<String>,
    valid_from: String,
    recorded_at: String,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Assessment {
    year: Option<i64>,
    assessed_from: Option<String>,
    assessed_until: Option<String>,
    trigger: Option<String>,
    assessor: Option<Named>,
    outcome: Option<String>,
    summary: Option<String>,
    summary_url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    effective_from: Option<String>,
    policy: Named,
    access_desk: Option<Desk>,
    rights: Vec<Right>,
    remedies: Vec<Remedy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Right {
    right: String,
    methods: Vec<String>,
    form: Option<String>,
    by_agent: Option<String>,
    limits: Option<String>,
}

impl Right {
    fn texts(&self) -> impl Iterator<Item = &String> {
        [&self.form, &self.by_agent, &self.limits].into_iter().flatten()
    }
}

#[derive(Deserialize)]
struct Remedy {
    name: String,
    phones: Vec<String>,
    url: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Recommendation {
    number: i64,
    issued_on: String,
    ground: String,
    answered_on: Option<String>,
    outcome: Option<String>,
    reply: Option<String>,
}

#[derive(Template)]
#[template(path = "data_file.html")]
struct DataFileHtml<'a> {
    view: &'a View<'a>,
    file: DataFile,
}

impl Page for DataFilePage {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../documents/data_file.graphql"), self.0.clone())
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let answer: Answer = serde_json::from_value(data)?;
        let mut file = answer.data_file.ok_or(Unshown::Nothing)?;
        file.registrations.nodes.reverse();
        Ok(DataFileHtml { view, file }.render()?)
    }
}
