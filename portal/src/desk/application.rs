//! One application, and the steps that are taken with it.

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::content::Content;
use super::{Act, Check, Next, UserError, Viewer};
use crate::address::Address;
use crate::answer::{AgencyRef, FileRef};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Application {
    id: String,
    kind: String,
    status: String,
    version: i64,
    created_at: String,
    submitted_at: Option<String>,
    decided_at: Option<String>,
    return_reason: Option<String>,
    agency: AgencyRef,
    data_file: Option<FileRef>,
    registration: Option<Accepted>,
    check: Check,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Accepted {
    data_file: FileRef,
}

/// The page of an application.
pub(super) struct ApplicationPage {
    id: String,
    language: Language,
}

impl ApplicationPage {
    pub(super) fn at(here: &Address, id: &str) -> Self {
        Self { id: id.to_owned(), language: Language::of(here) }
    }
}

#[derive(Template)]
#[template(path = "desk/application.html")]
struct ApplicationHtml<'a> {
    view: &'a View<'a>,
    viewer: Viewer,
    application: Application,
    /// What it states; `None` where nothing would be recorded of it.
    content: Option<Content>,
}

impl ApplicationHtml<'_> {
    /// Whether whoever looks at it may write on it and hand it in.
    fn is_of_agency(&self) -> bool {
        matches!(self.viewer.role.as_str(), "AGENCY" | "ADMIN")
    }

    /// Whether whoever looks at it may decide about it.
    fn is_of_regulator(&self) -> bool {
        matches!(self.viewer.role.as_str(), "REGULATOR" | "ADMIN")
    }

    fn is(&self, statuses: &str) -> bool {
        statuses.split(' ').any(|status| status == self.application.status)
    }
}

impl Page for ApplicationPage {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../../documents/application.graphql"), json!({"id": self.id, "language": self.language.word()}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        if data["application"].is_null() {
            return Err(Unshown::Nothing);
        }
        let viewer = serde_json::from_value(data["viewer"].take())?;
        let content = serde_json::from_value(data["application"]["check"]["registration"].clone())?;
        let application = serde_json::from_value(data["application"].take())?;
        Ok(ApplicationHtml { view, viewer, application, content }.render()?)
    }
}

/// A step that is taken with an application.
pub(super) struct StepTaken {
    id: String,
    version: i64,
    action: String,
    reason: String,
}

impl StepTaken {
    pub(super) fn of(id: &str, form: &Address) -> Self {
        Self {
            id: id.to_owned(),
            version: form.get("version").and_then(|version| version.parse().ok()).unwrap_or_default(),
            action: form.get("action").unwrap_or_default().to_owned(),
            reason: form.get("reason").unwrap_or_default().to_owned(),
        }
    }
}

#[derive(Template)]
#[template(path = "desk/refused.html")]
struct Refused<'a> {
    view: &'a View<'a>,
    errors: Vec<UserError>,
    back: String,
}

impl Act for StepTaken {
    fn ask(&self) -> Ask {
        let is = |action: &str| self.action == action;
        let variables = json!({
            "id": self.id, "version": self.version, "reason": self.reason,
            "isSubmit": is("submit"), "isCancel": is("cancel"), "isAccept": is("accept"), "isReturn": is("return"),
        });
        Ask::new(include_str!("../../documents/application_step.graphql"), variables)
    }

    fn next(&self, view: &View<'_>, mut data: Value) -> Result<Next, Unshown> {
        let back = view.thing("desk/applications", &self.id);
        let mut errors = Vec::new();
        for step in ["submit", "cancel", "accept", "back"] {
            errors.extend(UserError::read(data[step]["userErrors"].take())?);
        }
        if errors.is_empty() {
            return Ok(Next::To(back));
        }
        Ok(Next::Show(Refused { view, errors, back }.render()?))
    }
}
