//! A sheet that is sent in, and the report of its import.

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Viewer;
use crate::answer::List;
use crate::view::View;
use crate::{Ask, Page, Unshown};

/// The form that takes a document.
pub(super) struct ImportForm;

#[derive(Template)]
#[template(path = "desk/import.html")]
struct ImportFormHtml<'a> {
    view: &'a View<'a>,
    viewer: Viewer,
}

impl Page for ImportForm {
    fn ask(&self) -> Ask {
        super::viewer()
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let viewer = serde_json::from_value(data["viewer"].take())?;
        Ok(ImportFormHtml { view, viewer }.render()?)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Import {
    status: String,
    is_dry_run: bool,
    new_count: i64,
    amended_count: i64,
    unchanged_count: i64,
    rejected_count: i64,
    sources: Vec<Source>,
    messages: List<Message>,
}

#[derive(Deserialize)]
struct Source {
    name: String,
}

#[derive(Deserialize)]
struct Message {
    severity: String,
    code: String,
    text: String,
    place: Option<String>,
}

/// The report of an import.
pub(super) struct ImportPage(String);

impl ImportPage {
    pub(super) fn at(id: &str) -> Self {
        Self(id.to_owned())
    }
}

#[derive(Template)]
#[template(path = "desk/report.html")]
struct ReportHtml<'a> {
    view: &'a View<'a>,
    import: Import,
}

impl Page for ImportPage {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../../documents/import.graphql"), json!({"id": self.0}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        if data["import"].is_null() {
            return Err(Unshown::Nothing);
        }
        let import = serde_json::from_value(data["import"].take())?;
        Ok(ReportHtml { view, import }.render()?)
    }
}
