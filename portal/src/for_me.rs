//! "For me": a few choices about one's life, and the bodies that probably hold data. The choices stand in the address alone; nothing is kept of them.

use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::address::Address;
use crate::answer::{AgencyRef, Department, Desk, Item, List};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Parts of a life: the parameter's value, which is also the alias in the document, and the variable that includes it.
const SITUATIONS: [(&str, &str); 8] = [
    ("child", "isChild"),
    ("student", "isStudent"),
    ("work", "isWork"),
    ("income", "isIncome"),
    ("vehicle", "isVehicle"),
    ("home", "isHome"),
    ("health", "isHealth"),
    ("disability", "isDisability"),
];

/// Types of agencies that are there for the whole country.
const NATIONAL: [&str; 5] = ["CENTRAL", "CENTRAL_AFFILIATE", "QUASI_GOVERNMENTAL", "PUBLIC_CORPORATION", "CONSTITUTIONAL"];

/// The page at an address.
pub(crate) struct ForMe(pub(crate) Address);

#[derive(Deserialize)]
struct Region {
    code: String,
    name: String,
    parent: Option<Value>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Holder {
    registration_number: String,
    name: String,
    agency: AgencyRef,
    registration: Option<Held>,
    policy_revisions: List<Policy>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Held {
    collected_items: Vec<Item>,
    access_desk: Option<Desk>,
    processing_department: Option<Department>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    access_desk: Option<Desk>,
}

impl Holder {
    fn desk(&self) -> Option<&Desk> {
        let own = self.registration.as_ref().and_then(|held| held.access_desk.as_ref());
        own.or_else(|| self.policy_revisions.nodes.iter().find_map(|policy| policy.access_desk.as_ref()))
    }

    fn department(&self) -> Option<&Department> {
        self.registration.as_ref()?.processing_department.as_ref()
    }

    /// The first few items.
    fn items(&self) -> String {
        let Some(held) = &self.registration else { return String::new() };
        let names: Vec<&str> = held.collected_items.iter().take(6).map(|item| item.name.as_str()).collect();
        let more = if held.collected_items.len() > names.len() { " …" } else { "" };
        format!("{}{more}", names.join(", "))
    }
}

/// A part of a life, whether it was chosen, and who probably holds data.
struct Situation {
    value: &'static str,
    name: &'static str,
    is_chosen: bool,
    found: Option<List<Holder>>,
}

#[derive(Template)]
#[template(path = "for_me.html")]
struct ForMeHtml<'a> {
    view: &'a View<'a>,
    regions: Vec<(Region, bool)>,
    situations: Vec<Situation>,
    is_asked: bool,
}

impl ForMe {
    /// Whether a situation was chosen: each has a parameter of its own, as forms send it.
    fn is_chosen(&self, situation: &str) -> bool {
        self.0.get(situation).is_some()
    }
}

impl Page for ForMe {
    fn ask(&self) -> Ask {
        let filters = match self.0.get("region") {
            Some(region) => json!([{"or": [{"region": {"in": [region]}}, {"agencyType": {"in": NATIONAL}}]}]),
            None => json!([]),
        };
        let mut variables = Map::new();
        variables.insert("where".to_owned(), filters);
        variables.insert("language".to_owned(), Language::of(&self.0).word().into());
        for (value, variable) in SITUATIONS {
            variables.insert(variable.to_owned(), self.is_chosen(value).into());
        }
        Ask::new(include_str!("../documents/for_me.graphql"), variables.into())
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let regions: Vec<Region> = serde_json::from_value(data["regions"].take())?;
        let provinces = regions.into_iter().filter(|region| region.parent.is_none());
        let regions =
            provinces.map(|region| (self.0.get("region") == Some(region.code.as_str()), region)).map(|(is_chosen, region)| (region, is_chosen)).collect();
        let t = view.t;
        let names = [t.life_child, t.life_student, t.life_work, t.life_income, t.life_vehicle, t.life_home, t.life_health, t.life_disability];
        let mut situations = Vec::new();
        for ((value, _), name) in SITUATIONS.into_iter().zip(names) {
            let found = if self.is_chosen(value) { Some(serde_json::from_value(data[value].take())?) } else { None };
            situations.push(Situation { value, name, is_chosen: found.is_some(), found });
        }
        let is_asked = situations.iter().any(|situation| situation.is_chosen);
        Ok(ForMeHtml { view, regions, situations, is_asked }.render()?)
    }
}
