//! The desk of whoever has a token: applications, drafts, imports. The only pages that know who asks.
//!
//! Reading is a [`Page`] as elsewhere. What a form sends is an [`Act`]: it asks, and the answer leads on to another page or shows the form again with what stands in the way.

mod application;
mod content;
mod destruction;
mod draft;
mod import;

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::answer::{AgencyRef, FileRef, Finding, List};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Where an act leads.
#[derive(Debug)]
pub enum Next {
    /// To another page of this site.
    To(String),
    /// To this page, shown at once.
    Show(String),
}

/// What a form of the desk does.
pub trait Act: Send + Sync {
    /// What it asks of the public schema.
    fn ask(&self) -> Ask;

    /// Where its answer leads, from `data` of the answer.
    ///
    /// # Errors
    /// Where the answer is none of those that it asks for.
    fn next(&self, view: &View<'_>, data: Value) -> Result<Next, Unshown>;
}

/// The page of the desk at an address; `None` where it has none.
#[must_use]
pub fn page(here: &Address) -> Option<Box<dyn Page>> {
    let segments: Vec<&str> = here.path().split('/').skip(1).collect();
    Some(match segments.as_slice() {
        ["desk"] => Box::new(Home(Language::of(here))),
        ["desk", "draft"] => Box::new(draft::DraftPage::at(here)),
        ["desk", "destruction"] => Box::new(destruction::DestructionPage::at(here)),
        ["desk", "applications", id] => Box::new(application::ApplicationPage::at(here, id)),
        ["desk", "import"] => Box::new(import::ImportForm),
        ["desk", "imports", id] => Box::new(import::ImportPage::at(id)),
        _ => return None,
    })
}

/// What the form of a page of the desk does with what was filled in; `None` where there is no such form.
#[must_use]
pub fn act(here: &Address, filled: &Address) -> Option<Box<dyn Act>> {
    let segments: Vec<&str> = here.path().split('/').skip(1).collect();
    Some(match segments.as_slice() {
        ["desk", "draft"] => draft::act(here, filled),
        ["desk", "destruction"] => Box::new(destruction::Save::of(filled)),
        ["desk", "applications", id] => Box::new(application::StepTaken::of(id, filled)),
        _ => return None,
    })
}

/// Asks whose token it is: the check of a token at login.
#[must_use]
pub fn viewer() -> Ask {
    Ask::new(include_str!("../../documents/viewer.graphql"), Value::Null)
}

#[derive(Template)]
#[template(path = "desk/login.html")]
struct Login<'a> {
    view: &'a View<'a>,
    is_refused: bool,
}

/// The page that asks for a token, at first or because one was refused.
///
/// # Errors
/// Where it could not be written.
pub fn login(view: &View<'_>, is_refused: bool) -> Result<String, Unshown> {
    Ok(Login { view, is_refused }.render()?)
}

/// What stands in the way of an act, as the schema tells it.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct UserError {
    message: String,
    field: Option<Vec<String>>,
    /// Whether the form itself says so, in the language of the page; the schema's messages are English.
    #[serde(skip)]
    is_own: bool,
}

impl UserError {
    fn read(value: Value) -> Result<Vec<Self>, serde_json::Error> {
        if value.is_null() { Ok(Vec::new()) } else { serde_json::from_value(value) }
    }

    fn language(&self, view: &View<'_>) -> &'static str {
        if self.is_own { view.language.tag() } else { "en" }
    }

    /// The matter that it is about, in the words of the page.
    fn matter<'a>(&self, view: &View<'a>) -> &'a str {
        let field = self.field.as_ref().and_then(|path| path.iter().find(|part| !matches!(part.as_str(), "input")));
        field.map_or(view.t.matter, |field| view.t.of_field(field))
    }
}

/// What became of an application that was to be kept.
enum Kept {
    /// It is kept, and could be recorded: its address.
    At(String),
    /// It is kept, but nothing could be recorded of it, so that its page would show nothing of it: its id and version, and what is to be mended.
    Unfinished { id: String, version: String, errors: Vec<UserError> },
    /// It is not kept.
    Not(Vec<UserError>),
}

impl Kept {
    /// What the answer to `saved` says.
    fn read(view: &View<'_>, mut saved: Value) -> Result<Self, serde_json::Error> {
        let errors = UserError::read(saved["userErrors"].take())?;
        let mut application = saved["application"].take();
        let Some(id) = application["id"].as_str().filter(|_| errors.is_empty()).map(str::to_owned) else { return Ok(Self::Not(errors)) };
        if application["check"]["registration"].is_null() {
            let errors = UserError::read(application["check"]["userErrors"].take())?;
            return Ok(Self::Unfinished { id, version: application["version"].to_string(), errors });
        }
        Ok(Self::At(view.thing("desk/applications", &id)))
    }
}

/// Whoever uses the desk.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Viewer {
    name: String,
    role: String,
    agency: Option<Own>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Own {
    id: String,
    name: String,
    children: Option<Children>,
}

#[derive(Debug, Deserialize)]
struct Children {
    nodes: Vec<Below>,
}

#[derive(Debug, Deserialize)]
struct Below {
    id: String,
    name: String,
}

/// What would be recorded of an input.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Check {
    user_errors: Vec<UserError>,
    differences: Vec<crate::answer::Difference>,
    findings: Vec<Finding>,
    similar: Vec<FileRef>,
    registration: Option<Checked>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Checked {
    name: String,
    collected_items: Vec<crate::answer::Item>,
    retention: Option<crate::answer::Retention>,
}

struct Home(Language);

#[derive(Deserialize)]
struct HomeAnswer {
    viewer: HomeViewer,
    applications: Option<List<Row>>,
}

#[derive(Deserialize)]
struct HomeViewer {
    name: String,
    role: String,
    agency: Option<HomeAgency>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct HomeAgency {
    code: String,
    name: String,
    findings: List<Finding>,
    data_files: List<FileRef>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row {
    id: String,
    kind: String,
    status: String,
    created_at: String,
    submitted_at: Option<String>,
    return_reason: Option<String>,
    agency: AgencyRef,
    data_file: Option<FileRef>,
    check: Option<RowCheck>,
}

#[derive(Deserialize)]
struct RowCheck {
    registration: Option<RowName>,
}

#[derive(Deserialize)]
struct RowName {
    name: String,
}

impl Row {
    /// Name of the file that it is about.
    fn name(&self) -> &str {
        let stated = self.check.as_ref().and_then(|check| check.registration.as_ref()).map(|registration| registration.name.as_str());
        stated.or(self.data_file.as_ref().map(|file| file.name.as_str())).unwrap_or("…")
    }
}

#[derive(Template)]
#[template(path = "desk/home.html")]
struct HomeHtml<'a> {
    view: &'a View<'a>,
    viewer: HomeViewer,
    applications: Option<List<Row>>,
}

impl Page for Home {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../../documents/desk.graphql"), json!({"language": self.0.word()}))
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let HomeAnswer { viewer, applications } = serde_json::from_value(data)?;
        Ok(HomeHtml { view, viewer, applications }.render()?)
    }
}
