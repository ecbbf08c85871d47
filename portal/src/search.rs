//! The search page: two familiar fields and a free box, facets with counts, what is found.

use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::answer::{FileRow, PageInfo, page_variables, pager};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Files on a page.
const PAGE: i64 = 20;

/// Facets that can be chosen from: the parameter of the address, the dimension of the schema, the field of its `SearchFilter`, and what the field takes.
const FACETS: [(&str, &str, &str, Takes); 12] = [
    ("type", "AGENCY_TYPE", "agencyType", Takes::List),
    ("region", "REGION", "region", Takes::List),
    ("category", "ITEM_CATEGORY", "itemCategory", Takes::List),
    ("identifier", "UNIQUE_IDENTIFIER", "uniqueIdentifier", Takes::List),
    ("sensitive", "SENSITIVE_KIND", "sensitiveKind", Takes::List),
    ("retention", "RETENTION_CLASS", "retentionClass", Takes::List),
    ("recipient", "RECIPIENT", "recipient", Takes::List),
    ("statute", "STATUTE", "statute", Takes::List),
    ("year", "REGISTERED_YEAR", "registeredOn", Takes::Year),
    ("assessed", "ASSESSED", "isAssessed", Takes::YesOrNo),
    ("status", "STATUS", "status", Takes::List),
    ("finding", "FINDING_RULE", "findingRule", Takes::List),
];

#[derive(Clone, Copy, PartialEq)]
enum Takes {
    List,
    YesOrNo,
    Year,
}

/// Orders: value of the parameter, field and direction of the schema.
const ORDERS: [(&str, &str, &str); 5] = [
    ("relevance", "RELEVANCE", "DESC"),
    ("name", "NAME", "ASC"),
    ("people", "DATA_SUBJECT_COUNT", "DESC"),
    ("new", "REGISTERED_ON", "DESC"),
    ("changed", "RECORDED_AT", "DESC"),
];

/// The `SearchFilter` that an address states.
pub(crate) fn filter(here: &Address) -> Map<String, Value> {
    let mut filter = Map::new();
    for (parameter, field) in [("agency", "agencyName"), ("file", "dataFileName")] {
        if let Some(text) = here.get(parameter) {
            filter.insert(field.to_owned(), text.into());
        }
    }
    if let Some(id) = here.get("under") {
        filter.insert("subordinateTo".to_owned(), json!({"in": [id]}));
    }
    if let Some(id) = here.get("of") {
        filter.insert("agency".to_owned(), json!({"in": [id]}));
    }
    if let Some(id) = here.get("entrustee") {
        filter.insert("entrustee".to_owned(), json!({"in": [id]}));
    }
    if let Some(least) = here.get("people").and_then(|least| least.parse::<i64>().ok()) {
        filter.insert("dataSubjectCount".to_owned(), json!({"gte": least}));
    }
    for (parameter, _, field, takes) in FACETS {
        let values: Vec<&str> = here.list(parameter).collect();
        let condition = match (takes, values.as_slice()) {
            (_, []) => continue,
            (Takes::List, values) => json!({"in": values}),
            (Takes::YesOrNo, values) => json!(values.contains(&"true")),
            (Takes::Year, [year, ..]) => json!({"gte": format!("{year}-01-01"), "lte": format!("{year}-12-31")}),
        };
        filter.insert(field.to_owned(), condition);
    }
    filter
}

/// The search page at an address.
pub(crate) struct Search {
    here: Address,
}

impl Search {
    pub(crate) fn at(here: &Address) -> Self {
        Self { here: here.clone() }
    }
}

#[derive(Deserialize)]
struct Answer {
    search: Found,
    register: Register,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Register {
    data_file_count: i64,
    agency_count: i64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Found {
    total_count: i64,
    page_info: PageInfo,
    edges: Vec<Edge>,
    facets: Vec<Facet>,
}

#[derive(Deserialize)]
struct Edge {
    highlights: Vec<Highlight>,
    node: FileRow,
}

impl Edge {
    /// The pieces of the only text of a field, where a word stands in it.
    fn pieces(&self, field: &str) -> Option<&[Fragment]> {
        self.highlights.iter().find(|highlight| highlight.field == field).map(|highlight| highlight.fragments.as_slice())
    }

    /// Where else the words stand.
    fn elsewhere(&self) -> impl Iterator<Item = &Highlight> {
        self.highlights.iter().filter(|highlight| !matches!(highlight.field.as_str(), "name" | "agency" | "purpose")).take(4)
    }

    fn purpose(&self) -> Option<String> {
        let purpose = self.node.registration.as_ref()?.purpose.as_deref()?;
        let mut short: String = purpose.chars().take(120).collect();
        if short.len() < purpose.len() {
            short.push('…');
        }
        Some(short)
    }
}

#[derive(Deserialize)]
struct Highlight {
    field: String,
    fragments: Vec<Fragment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Fragment {
    text: String,
    is_match: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Facet {
    dimension: String,
    values: Vec<FacetValue>,
    other_count: i64,
    missing_count: i64,
}

#[derive(Deserialize)]
struct FacetValue {
    key: String,
    label: String,
    count: i64,
}

/// A facet as it is shown.
struct Choice<'a> {
    name: &'a str,
    /// What must be known to read it.
    note: &'a str,
    values: Vec<Choosable<'a>>,
    other: i64,
    missing: i64,
    is_open: bool,
}

struct Choosable<'a> {
    label: &'a str,
    count: i64,
    is_chosen: bool,
    link: String,
}

/// A condition in force, and the address without it.
struct Condition {
    name: String,
    value: String,
    link: String,
}

#[derive(Template)]
#[template(path = "search.html")]
struct SearchPage<'a> {
    view: &'a View<'a>,
    is_first_visit: bool,
    holds: String,
    found: &'a Found,
    choices: Vec<Choice<'a>>,
    conditions: Vec<Condition>,
    orders: [(&'a str, &'a str, bool); 5],
    kept: Vec<(&'a str, &'a str)>,
    pager: [Option<String>; 2],
    downloads: [(&'a str, String); 2],
    feed: String,
}

impl Page for Search {
    fn ask(&self) -> Ask {
        let mut variables = page_variables(&self.here, PAGE);
        variables.insert("language".to_owned(), Language::of(&self.here).word().into());
        if let Some(text) = self.here.get("q") {
            variables.insert("text".to_owned(), text.into());
        }
        let filter = filter(&self.here);
        if !filter.is_empty() {
            variables.insert("filter".to_owned(), filter.into());
        }
        if let Some((_, field, direction)) = ORDERS.iter().find(|(name, ..)| *name == self.order()) {
            variables.insert("orderBy".to_owned(), json!({"field": field, "direction": direction}));
        }
        Ask { document: include_str!("../documents/search.graphql").into(), variables }
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let answer: Answer = serde_json::from_value(data)?;
        let here = view.here;
        let found = &answer.search;
        let page = SearchPage {
            view,
            is_first_visit: here.without(&["lang", "sort"]).parameters().next().is_none(),
            holds: view
                .t
                .register_holds
                .replace("{agencies}", &view.number(answer.register.agency_count))
                .replace("{files}", &view.number(answer.register.data_file_count)),
            found,
            choices: found.facets.iter().filter_map(|facet| choice(view, facet)).collect(),
            conditions: self.conditions(view, found),
            orders: [
                ("relevance", view.t.sort_relevance),
                ("name", view.t.sort_name),
                ("people", view.t.sort_people),
                ("new", view.t.sort_new),
                ("changed", view.t.sort_changed),
            ]
            .map(|(value, name)| (value, name, value == self.order())),
            kept: here.parameters().filter(|(name, _)| !["agency", "file", "q", "sort", "after", "before", "lang"].contains(name)).collect(),
            pager: pager(view, &found.page_info),
            downloads: [("CSV", self.download("csv")), ("XLSX", self.download("xlsx"))],
            feed: self.feed(view),
        };
        Ok(page.render()?)
    }
}

impl Search {
    /// The order that is asked for: by relevance where there are words, else by name.
    fn order(&self) -> &str {
        self.here.get("sort").unwrap_or(if self.here.get("q").is_some() { "relevance" } else { "name" })
    }

    fn download(&self, format: &str) -> String {
        let mut address = Address::to(&["export", format]);
        if let Some(text) = self.here.get("q") {
            address = address.with("text", text);
        }
        let filter = filter(&self.here);
        if !filter.is_empty() {
            address = address.with("filter", &Value::Object(filter).to_string());
        }
        address.to_string()
    }

    fn feed(&self, view: &View<'_>) -> String {
        let mut address = Address::to(&["found.atom"]);
        for (name, value) in self.here.without(&["after", "before", "sort", "lang"]).parameters() {
            address = address.with(name, value);
        }
        view.at(&address)
    }

    fn conditions(&self, view: &View<'_>, found: &Found) -> Vec<Condition> {
        let t = view.t;
        let mut conditions = Vec::new();
        let mut add = |name: &str, value: String, link: String| conditions.push(Condition { name: name.to_owned(), value, link });
        let without = |parameter: &str| view.with(parameter, "");
        for (parameter, name) in [("agency", t.agency_name), ("file", t.file_name), ("q", t.anything)] {
            if let Some(text) = self.here.get(parameter) {
                add(name, text.to_owned(), without(parameter));
            }
        }
        for (parameter, name) in [("under", t.under_agency), ("of", t.own_only), ("entrustee", t.entrustee)] {
            if self.here.get(parameter).is_some() {
                add(name, self.here.get("name").unwrap_or(t.chosen).to_owned(), view.at(&self.here.without(&[parameter, "name", "after", "before"])));
            }
        }
        if let Some(least) = self.here.get("people").and_then(|least| least.parse::<i64>().ok()) {
            add(t.data_subjects, t.people_at_least.replace("{}", &view.number(least)), without("people"));
        }
        for (parameter, dimension, ..) in FACETS {
            let facet = found.facets.iter().find(|facet| facet.dimension == dimension);
            for value in self.here.list(parameter) {
                let label = facet.and_then(|facet| facet.values.iter().find(|known| known.key.eq_ignore_ascii_case(value)));
                let label = label.map_or_else(|| fallback_label(view, dimension, value), |known| known.label.clone());
                let toggled = self.here.without(&["after", "before"]).toggled(parameter, value);
                add(dimension_name(view, dimension), label, view.at(&toggled));
            }
        }
        conditions
    }
}

/// Label of a value that no file of the answer has: that of its enumeration, or of nothing better than itself.
fn fallback_label(view: &View<'_>, dimension: &str, value: &str) -> String {
    let set = match dimension {
        "AGENCY_TYPE" => "AgencyType",
        "UNIQUE_IDENTIFIER" => "UniqueIdentifier",
        "SENSITIVE_KIND" => "SensitiveKind",
        "RETENTION_CLASS" => "RetentionClass",
        "STATUS" => "DataFileStatus",
        "ASSESSED" => return if value == "true" { view.t.yes_assessed } else { view.t.not_assessed }.to_owned(),
        // An id says nothing to a reader.
        "RECIPIENT" | "STATUTE" => return view.t.chosen.to_owned(),
        _ => return value.to_owned(),
    };
    view.label(set, value).to_owned()
}

/// Name of a facet. The findings bear the careful words of the page of a file.
fn dimension_name<'a>(view: &'a View<'_>, dimension: &'a str) -> &'a str {
    if dimension == "FINDING_RULE" { view.t.findings } else { view.label("FacetDimension", dimension) }
}

fn choice<'a>(view: &'a View<'_>, facet: &'a Facet) -> Option<Choice<'a>> {
    let (parameter, _, _, takes) = FACETS.into_iter().find(|(_, dimension, ..)| *dimension == facet.dimension)?;
    let here = view.here.without(&["after", "before"]);
    let values: Vec<Choosable<'a>> = facet
        .values
        .iter()
        .map(|value| {
            let key = value.key.as_str();
            let is_chosen = here.list(parameter).any(|known| known == key);
            let link = if takes == Takes::List { here.toggled(parameter, key) } else { here.with(parameter, if is_chosen { "" } else { key }) };
            Choosable { label: &value.label, count: value.count, is_chosen, link: view.at(&link) }
        })
        .collect();
    let is_open = values.iter().any(|value| value.is_chosen) || matches!(parameter, "type" | "category" | "identifier");
    (!values.is_empty()).then_some(Choice {
        name: dimension_name(view, &facet.dimension),
        note: if parameter == "finding" { view.t.findings_careful } else { "" },
        values,
        other: facet.other_count,
        missing: facet.missing_count,
        is_open,
    })
}
