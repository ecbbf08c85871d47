//! What was registered, amended and destroyed: a page, and Atom feeds of an agency, a category, a search.

use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::answer::{AgencyRef, Difference, List, page_variables, pager};
use crate::view::View;
use crate::{Ask, Page, Unshown, search};

/// Changes on a page.
const PAGE: i64 = 20;
/// Changes in a feed.
const FEED: i64 = 50;

/// The `RegistrationFilter` that an address states.
fn filter(here: &Address) -> Map<String, Value> {
    let mut filter = Map::new();
    if let Some(code) = here.get("code") {
        let of = json!({"code": {"eq": code}});
        filter.insert("agency".to_owned(), json!({"or": [of, {"parent": of}, {"parent": {"parent": of}}]}));
    }
    if let Some(category) = here.get("category") {
        filter.insert("collectedItems".to_owned(), json!({"some": {"category": category}}));
    }
    let kinds: Vec<&str> = here.list("kind").collect();
    if !kinds.is_empty() {
        filter.insert("changeKind".to_owned(), json!({"in": kinds}));
    }
    filter
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    id: String,
    change_kind: String,
    name: String,
    reason: Option<String>,
    valid_from: String,
    recorded_at: String,
    purpose: Option<String>,
    agency: AgencyRef,
    data_file: File,
    differences: Vec<Difference>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    registration_number: String,
}

/// The page of changes.
pub(crate) struct ChangesPage(pub(crate) Address);

/// A kind of change that can be chosen.
struct Kind<'a> {
    label: &'a str,
    is_chosen: bool,
    link: String,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesHtml<'a> {
    view: &'a View<'a>,
    kinds: Vec<Kind<'a>>,
    pager: [Option<String>; 2],
    feed: String,
    all: String,
    is_narrowed: bool,
    changes: List<Entry>,
}

impl Page for ChangesPage {
    fn ask(&self) -> Ask {
        let mut variables = page_variables(&self.0, PAGE);
        variables.insert("filter".to_owned(), filter(&self.0).into());
        Ask { document: include_str!("../documents/changes.graphql").into(), variables }
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let changes: List<Entry> = serde_json::from_value(data["registrations"].take())?;
        let here = self.0.without(&["after", "before"]);
        let kinds = view.words("RegistrationChangeKind").iter().map(|(value, label)| Kind {
            label,
            is_chosen: here.list("kind").any(|chosen| chosen == value),
            link: view.at(&here.toggled("kind", value)),
        });
        let mut feed = Address::of("/changes.atom");
        for (name, value) in here.without(&["lang"]).parameters() {
            feed = feed.with(name, value);
        }
        let page = ChangesHtml {
            view,
            kinds: kinds.collect(),
            pager: pager(view, &changes.page_info),
            feed: view.at(&feed),
            all: view.at(&here.without(&["code", "category"])),
            is_narrowed: here.get("code").or(here.get("category")).is_some(),
            changes,
        };
        Ok(page.render()?)
    }
}

/// A feed: of the changes of the register, or of the files that a search finds.
pub(crate) struct Feed {
    pub(crate) here: Address,
    pub(crate) is_of_search: bool,
}

#[derive(Template)]
#[template(path = "feed.xml")]
struct FeedXml<'a> {
    view: &'a View<'a>,
    title: String,
    own: String,
    page: String,
    updated: &'a str,
    entries: &'a [Entry],
}

impl Page for Feed {
    fn media_type(&self) -> &'static str {
        "application/atom+xml; charset=utf-8"
    }

    fn ask(&self) -> Ask {
        if self.is_of_search {
            let mut filter = search::filter(&self.here);
            // A search leaves out what was destroyed; its feed tells that it was.
            filter.entry("status").or_insert_with(|| json!({"in": ["REGISTERED", "DISCLOSED", "EXEMPT", "DESTROYED"]}));
            let variables = json!({"text": self.here.get("q"), "filter": filter});
            return Ask::new(include_str!("../documents/found.graphql"), variables);
        }
        Ask::new(include_str!("../documents/changes.graphql"), json!({"filter": filter(&self.here), "first": FEED}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let entries: Vec<Entry> = if self.is_of_search {
            let nodes: Vec<Value> = serde_json::from_value(data["search"]["nodes"].take())?;
            let registrations = nodes.into_iter().map(|mut node| node["registration"].take()).filter(|registration| !registration.is_null());
            serde_json::from_value(registrations.collect())?
        } else {
            serde_json::from_value(data["registrations"]["nodes"].take())?
        };
        let own = format!("{}{}", view.origin, self.here);
        let mut page = Address::of(if self.is_of_search { "/" } else { "/changes" });
        let mut narrowed = Vec::new();
        for (name, value) in self.here.parameters() {
            page = page.with(name, value);
            if name != "lang" {
                narrowed.push(value);
            }
        }
        let updated = entries.iter().map(|entry| entry.recorded_at.as_str()).max().unwrap_or("1970-01-01T00:00:00Z");
        let title = [view.t.site, view.t.changes_title].into_iter().chain(narrowed).collect::<Vec<_>>().join(" · ");
        Ok(FeedXml { view, title, own, page: format!("{}{page}", view.origin), updated, entries: &entries }.render()?)
    }
}
