//! The page of an agency: its place in the tree, its files and policies, what flows in and out, its numbers against its peers.

use askama::Template;
use serde::Deserialize;
use serde_json::Value;

use crate::address::Address;
use crate::answer::{AgencyRef, Entrustment, FileRow, Finding, List, Named, Provision, page_variables, pager};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Files on a page.
const PAGE: i64 = 20;

/// The page of the agency of a code.
pub(crate) struct AgencyPage {
    here: Address,
    code: String,
    today: String,
}

impl AgencyPage {
    pub(crate) fn at(here: &Address, code: &str, today: &str) -> Self {
        Self { here: here.clone(), code: code.to_owned(), today: today.to_owned() }
    }

    fn includes_subordinate(&self) -> bool {
        self.here.get("own").is_none()
    }
}

#[derive(Deserialize)]
struct Answer {
    agency: Option<Agency>,
    peers: Peers,
}

#[derive(Deserialize)]
struct Peers {
    rows: Vec<PeerRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PeerRow {
    keys: Vec<PeerKey>,
    data_file_count: i64,
    agency_count: i64,
    counted_file_count: i64,
    declared_subject_count: i64,
}

#[derive(Deserialize)]
struct PeerKey {
    key: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Agency {
    id: String,
    code: String,
    name: String,
    aliases: Vec<String>,
    #[serde(rename = "type")]
    kind: String,
    status: String,
    homepage: Option<String>,
    url: String,
    region: Option<Named>,
    ancestors: Vec<AgencyRef>,
    children: List<AgencyRef>,
    predecessors: Vec<Succession>,
    successors: Vec<Succession>,
    declared_subjects: Vec<Declared>,
    own_count: i64,
    total_count: i64,
    data_files: List<FileRow>,
    privacy_policies: List<Policy>,
    provisions: List<Provision>,
    entrustments: List<Entrustment>,
    organization: Option<Organization>,
    findings: List<Finding>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Declared {
    counted_file_count: i64,
    declared_subject_count: i64,
}

#[derive(Deserialize)]
struct Succession {
    on: String,
    kind: String,
    agency: AgencyRef,
}

#[derive(Deserialize)]
struct Policy {
    id: String,
    title: String,
    current: Option<Current>,
    revisions: Revisions,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Current {
    effective_from: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Revisions {
    total_count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    id: String,
    receives: List<Provision>,
    entrusted_with: List<Entrustment>,
}

/// A number of the agency beside the mean of its type.
struct Comparison {
    name: &'static str,
    own: String,
    mean: String,
}

#[derive(Template)]
#[template(path = "agency.html")]
struct AgencyHtml<'a> {
    view: &'a View<'a>,
    includes_subordinate: bool,
    comparisons: Vec<Comparison>,
    pager: [Option<String>; 2],
    search: String,
    feed: String,
    agency: Agency,
}

impl Page for AgencyPage {
    fn ask(&self) -> Ask {
        let mut variables = page_variables(&self.here, PAGE);
        variables.insert("code".to_owned(), self.code.as_str().into());
        variables.insert("language".to_owned(), Language::of(&self.here).word().into());
        variables.insert("includeSubordinate".to_owned(), self.includes_subordinate().into());
        variables.insert("today".to_owned(), self.today.as_str().into());
        Ask { document: include_str!("../documents/agency.graphql").into(), variables }
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let answer: Answer = serde_json::from_value(data)?;
        let agency = answer.agency.ok_or(Unshown::Nothing)?;
        let search = view.at(&Address::of("/").with("under", &agency.id).with("name", &agency.name));
        let feed = view.at(&Address::of("/changes.atom").with("code", &agency.code));
        let comparisons = comparisons(view, &agency, &answer.peers.rows);
        let pager = pager(view, &agency.data_files.page_info);
        let page = AgencyHtml { view, includes_subordinate: self.includes_subordinate(), comparisons, pager, search, feed, agency };
        Ok(page.render()?)
    }
}

/// Numbers of the agency's own files beside the means of the agencies of its type that have files.
fn comparisons(view: &View<'_>, agency: &Agency, peers: &[PeerRow]) -> Vec<Comparison> {
    let Some(peer) = peers.iter().find(|row| row.keys.iter().any(|key| key.key == agency.kind)) else { return Vec::new() };
    let mean = |sum: i64, number: i64| if number == 0 { view.t.not_stated.to_owned() } else { view.number((sum + number / 2) / number) };
    let own = agency.declared_subjects.first();
    let own_mean = own.map_or_else(|| view.t.not_stated.to_owned(), |own| mean(own.declared_subject_count, own.counted_file_count));
    vec![
        Comparison { name: view.t.file_count, own: view.number(agency.own_count), mean: mean(peer.data_file_count, peer.agency_count) },
        Comparison { name: view.t.subjects_per_file, own: own_mean, mean: mean(peer.declared_subject_count, peer.counted_file_count) },
    ]
}
