//! An application that tells that a file was destroyed: on what day, and why. Nothing else is stated of it.

use askama::Template;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Act, Kept, Next, UserError};
use crate::address::Address;
use crate::view::View;
use crate::{Ask, Page, Unshown};

/// Fields of the form: the file and its agency, the application that is written on and its version, what is stated.
const FIELDS: [&str; 9] = ["dataFile", "number", "name", "agency", "agencyName", "application", "version", "validFrom", "reason"];

/// The form, empty or filled from an application.
pub(super) struct DestructionPage {
    number: Option<String>,
    application: Option<String>,
}

impl DestructionPage {
    pub(super) fn at(here: &Address) -> Self {
        Self { number: here.get("file").map(str::to_owned), application: here.get("application").map(str::to_owned) }
    }
}

#[derive(Template)]
#[template(path = "desk/destruction.html")]
struct DestructionHtml<'a> {
    view: &'a View<'a>,
    filled: &'a Address,
    return_reason: Option<String>,
    errors: Vec<UserError>,
}

impl DestructionHtml<'_> {
    fn get(&self, name: &str) -> &str {
        self.filled.get(name).unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    id: String,
    registration_number: String,
    name: String,
    agency: Operator,
}

#[derive(Deserialize)]
struct Operator {
    id: String,
    name: String,
}

impl Page for DestructionPage {
    fn ask(&self) -> Ask {
        let variables = json!({
            "number": self.number.as_deref().unwrap_or_default(),
            "application": self.application.as_deref().unwrap_or("Application_AAAAAAAAAAAAAAAAAAAAAA"),
            "isOfFile": self.number.is_some(),
            "isOfApplication": self.application.is_some(),
        });
        Ask::new(include_str!("../../documents/destruction.graphql"), variables)
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let mut application = data["application"].take();
        let file = if application.is_null() { data["dataFile"].take() } else { application["dataFile"].take() };
        if file.is_null() || (!application.is_null() && application["kind"] != "DESTRUCTION") {
            return Err(Unshown::Nothing);
        }
        let file: File = serde_json::from_value(file)?;
        let mut filled = Address::default()
            .with("dataFile", &file.id)
            .with("number", &file.registration_number)
            .with("name", &file.name)
            .with("agency", &file.agency.id)
            .with("agencyName", &file.agency.name);
        if let Some(id) = application["id"].as_str() {
            let stated = &application["check"]["registration"];
            let text = |name: &str| stated[name].as_str().unwrap_or_default();
            filled = filled.with("application", id).with("version", &application["version"].to_string()).with("reason", text("reason"));
            filled = filled.with("validFrom", super::content::stated_day(text("validFrom"), text("recordedAt")));
        }
        let return_reason = application["returnReason"].as_str().map(str::to_owned);
        Ok(DestructionHtml { view, filled: &filled, return_reason, errors: Vec::new() }.render()?)
    }
}

/// Keeps it as an application.
pub(super) struct Save(Address);

impl Save {
    pub(super) fn of(form: &Address) -> Self {
        Self(FIELDS.iter().fold(Address::default(), |kept, name| kept.with(name, form.get(name).unwrap_or_default())))
    }
}

impl Act for Save {
    fn ask(&self) -> Ask {
        let Self(filled) = self;
        // What is emptied is stated as such: of an application that is written on, a matter left out would stay.
        let is_new = filled.get("application").is_none();
        let stated = ["validFrom", "reason"].into_iter().filter(|name| !is_new || filled.get(name).is_some());
        let stated: Map<String, Value> = stated.map(|name| (name.to_owned(), filled.get(name).map_or(Value::Null, Value::from))).collect();
        match filled.get("application") {
            Some(id) => {
                let version: i64 = filled.get("version").and_then(|version| version.parse().ok()).unwrap_or_default();
                Ask::new(include_str!("../../documents/application_update.graphql"), json!({"id": id, "version": version, "input": stated}))
            }
            None => {
                let variables = json!({"agency": filled.get("agency"), "dataFile": filled.get("dataFile"), "kind": "DESTRUCTION", "input": stated});
                Ask::new(include_str!("../../documents/application_create.graphql"), variables)
            }
        }
    }

    fn next(&self, view: &View<'_>, mut data: Value) -> Result<Next, Unshown> {
        let (filled, errors) = match Kept::read(view, data["saved"].take())? {
            Kept::At(address) => return Ok(Next::To(address)),
            Kept::Unfinished { id, version, errors } => (self.0.with("application", &id).with("version", &version), errors),
            Kept::Not(errors) => (self.0.clone(), errors),
        };
        Ok(Next::Show(DestructionHtml { view, filled: &filled, return_reason: None, errors }.render()?))
    }
}
