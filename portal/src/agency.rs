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
}

impl AgencyPage {
    pub(crate) fn at(here: &Address, code: &str) -> Self {
        Self { here: here.clone(), code: code.to_owned() }
    }

    fn includes_subordinate(&self) -> bool {
        self.here.get("own").is_none()
    }
}

#[derive(Deserialize)]
struct Answer {
    agency: Option<Agency>,
}

/// Where the agency stands among those of its type, by one measure.
#[derive(Deserialize)]
struct Standing {
    measure: String,
    value: Option<f64>,
    rank: Option<i64>,
    spread: Spread,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Spread {
    agency_count: i64,
    lower_quartile: Option<f64>,
    median: Option<f64>,
    upper_quartile: Option<f64>,
}

impl Standing {
    /// A value of the measure: a share in hundredths, a number with marks.
    fn written(&self, view: &View<'_>, value: f64) -> String {
        match self.measure.as_str() {
            measure if measure.ends_with("_SHARE") => format!("{:.0}%", value * 100.0),
            "FINDINGS_PER_FILE" => format!("{value:.1}"),
            _ => view.number(format!("{value:.0}")),
        }
    }

    fn own(&self, view: &View<'_>) -> String {
        self.value.map_or_else(|| view.t.no_value.to_owned(), |value| self.written(view, value))
    }

    fn place(&self, view: &View<'_>) -> String {
        let Some(rank) = self.rank else { return view.t.no_value.to_owned() };
        view.t.peer_place.replace("{rank}", &view.number(rank)).replace("{count}", &view.number(self.spread.agency_count))
    }

    fn median(&self, view: &View<'_>) -> String {
        self.spread.median.map_or_else(|| view.t.no_value.to_owned(), |value| self.written(view, value))
    }

    /// Where the middle half of the values lies.
    fn middle(&self, view: &View<'_>) -> String {
        match (self.spread.lower_quartile, self.spread.upper_quartile) {
            (Some(lower), Some(upper)) => format!("{}–{}", self.written(view, lower), self.written(view, upper)),
            _ => view.t.no_value.to_owned(),
        }
    }
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
    peer_standings: Vec<Standing>,
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

#[derive(Template)]
#[template(path = "agency.html")]
struct AgencyHtml<'a> {
    view: &'a View<'a>,
    includes_subordinate: bool,
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
        Ask { document: include_str!("../documents/agency.graphql").into(), variables }
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let answer: Answer = serde_json::from_value(data)?;
        let agency = answer.agency.ok_or(Unshown::Nothing)?;
        let search = view.at(&Address::of("/").with("under", &agency.id).with("name", &agency.name));
        let feed = view.at(&Address::of("/changes.atom").with("code", &agency.code));
        let pager = pager(view, &agency.data_files.page_info);
        let page = AgencyHtml { view, includes_subordinate: self.includes_subordinate(), pager, search, feed, agency };
        Ok(page.render()?)
    }
}
