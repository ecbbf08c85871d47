//! Lists with counts: every category of items, and the statutes that files rest on.

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// The page of all categories.
pub(crate) struct CategoriesPage(pub(crate) Language);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Categories {
    item_categories: Vec<Category>,
    statistics: Statistics<Code>,
}

#[derive(Deserialize)]
struct Category {
    code: String,
    label: String,
    /// Those below it; none where the document asks for no deeper ones.
    #[serde(default)]
    children: Vec<Category>,
}

#[derive(Deserialize)]
struct Statistics<K> {
    rows: Vec<Row<K>>,
    rest: Option<Rest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Rest {
    data_file_count: i64,
}

/// Numbers of files, and of agencies that operate them, of what the keys say.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Row<K> {
    keys: Vec<K>,
    data_file_count: i64,
    agency_count: i64,
}

#[derive(Deserialize)]
struct Code {
    key: String,
}

/// A category as it is shown: below others as deep as `depth` says, 1 at the top.
struct Line<'a> {
    category: &'a Category,
    depth: usize,
    files: i64,
    agencies: i64,
}

#[derive(Template)]
#[template(path = "categories.html")]
struct CategoriesHtml<'a> {
    view: &'a View<'a>,
    lines: Vec<Line<'a>>,
}

/// Categories, each followed by those below it.
fn lines<'a>(categories: &'a [Category], rows: &[Row<Code>], depth: usize, found: &mut Vec<Line<'a>>) {
    for category in categories {
        let row = rows.iter().find(|row| row.keys.iter().any(|code| code.key == category.code));
        let (files, agencies) = row.map_or((0, 0), |row| (row.data_file_count, row.agency_count));
        found.push(Line { category, depth, files, agencies });
        lines(&category.children, rows, depth + 1, found);
    }
}

impl Page for CategoriesPage {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../documents/categories.graphql"), json!({"language": self.0.word()}))
    }

    fn show(&self, view: &View<'_>, data: Value) -> Result<String, Unshown> {
        let categories: Categories = serde_json::from_value(data)?;
        let mut found = Vec::new();
        lines(&categories.item_categories, &categories.statistics.rows, 1, &mut found);
        Ok(CategoriesHtml { view, lines: found }.render()?)
    }
}

/// The page of the statutes that files rest on.
pub(crate) struct StatutesPage;

#[derive(Deserialize)]
struct Rested {
    node: Option<Statute>,
}

#[derive(Deserialize)]
struct Statute {
    name: String,
    kind: String,
}

#[derive(Template)]
#[template(path = "statutes.html")]
struct StatutesHtml<'a> {
    view: &'a View<'a>,
    statistics: Statistics<Rested>,
}

impl Page for StatutesPage {
    fn ask(&self) -> Ask {
        Ask::new(include_str!("../documents/statutes.graphql"), Value::Null)
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let statistics = serde_json::from_value(data["statistics"].take())?;
        Ok(StatutesHtml { view, statistics }.render()?)
    }
}
