//! Pages of things that files lead to: recipients and entrustees, statutes, categories of items. Each has the files behind it.

use askama::Template;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::address::Address;
use crate::answer::{AgencyRef, CategoryRef, Entrustment, FileRef, FileRow, Item, List, Named, Retention, StatuteRef, page_variables, pager};
use crate::view::{Language, View};
use crate::{Ask, Page, Unshown};

/// Files, or provisions, on a page.
const PAGE: i64 = 20;

/// A document with the variables of a page of its list, and some of its own.
fn ask(document: &'static str, here: &Address, own: Value) -> Ask {
    let mut variables = page_variables(here, PAGE);
    if let Value::Object(own) = own {
        variables.extend(own);
    }
    Ask { document: document.into(), variables }
}

/// The page of a recipient or entrustee.
pub(crate) struct OrganizationPage {
    here: Address,
    id: String,
}

impl OrganizationPage {
    pub(crate) fn at(here: &Address, id: &str) -> Self {
        Self { here: here.clone(), id: id.to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Organization {
    id: String,
    name: String,
    kind: String,
    names_as_written: Vec<String>,
    url: String,
    agency: Option<AgencyRef>,
    merged_into: Option<Named>,
    receives: List<Received>,
    entrusted_with: List<Entrustment>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Received {
    material: Option<String>,
    purpose: Option<String>,
    is_outside_purpose: Option<bool>,
    items_text: Option<String>,
    items: Vec<Item>,
    retention: Option<Retention>,
    agency: AgencyRef,
    registration: Option<Stating>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stating {
    data_file: FileRef,
}

#[derive(Template)]
#[template(path = "organization.html")]
struct OrganizationHtml<'a> {
    view: &'a View<'a>,
    pager: [Option<String>; 2],
    files_given: String,
    files_entrusted: String,
    organization: Organization,
}

impl Page for OrganizationPage {
    fn ask(&self) -> Ask {
        ask(include_str!("../documents/organization.graphql"), &self.here, json!({"id": self.id}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let organization: Option<Organization> = serde_json::from_value(data["organization"].take())?;
        let organization = organization.ok_or(Unshown::Nothing)?;
        let search = |parameter: &str| view.at(&Address::of("/").with(parameter, &organization.id).with("name", &organization.name));
        let page = OrganizationHtml {
            view,
            pager: pager(view, &organization.receives.page_info),
            files_given: search("recipient"),
            files_entrusted: search("entrustee"),
            organization,
        };
        Ok(page.render()?)
    }
}

/// The page of a statute.
pub(crate) struct StatutePage {
    here: Address,
    name: String,
}

impl StatutePage {
    pub(crate) fn at(here: &Address, name: &str) -> Self {
        Self { here: here.clone(), name: name.to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Statute {
    name: String,
    kind: String,
    aliases: Vec<String>,
    url: String,
    parent: Option<StatuteRef>,
    articles: Vec<Article>,
    data_files: List<FileRow>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Article {
    article: String,
    data_file_count: i64,
}

#[derive(Template)]
#[template(path = "statute.html")]
struct StatuteHtml<'a> {
    view: &'a View<'a>,
    article: &'a str,
    pager: [Option<String>; 2],
    statute: Statute,
}

impl Page for StatutePage {
    fn ask(&self) -> Ask {
        ask(include_str!("../documents/statute.graphql"), &self.here, json!({"name": self.name, "article": self.here.get("article")}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let statute: Option<Statute> = serde_json::from_value(data["statute"].take())?;
        let statute = statute.ok_or(Unshown::Nothing)?;
        let article = self.here.get("article").unwrap_or_default();
        Ok(StatuteHtml { view, article, pager: pager(view, &statute.data_files.page_info), statute }.render()?)
    }
}

/// The page of a category of items.
pub(crate) struct CategoryPage {
    here: Address,
    code: String,
}

impl CategoryPage {
    pub(crate) fn at(here: &Address, code: &str) -> Self {
        Self { here: here.clone(), code: code.to_owned() }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Category {
    code: String,
    label: String,
    dpv_term: Option<String>,
    parent: Option<CategoryRef>,
    children: Vec<CategoryRef>,
    data_files: List<FileRow>,
}

#[derive(Template)]
#[template(path = "category.html")]
struct CategoryHtml<'a> {
    view: &'a View<'a>,
    pager: [Option<String>; 2],
    search: String,
    feed: String,
    category: Category,
}

impl Page for CategoryPage {
    fn ask(&self) -> Ask {
        ask(include_str!("../documents/category.graphql"), &self.here, json!({"code": self.code, "language": Language::of(&self.here).word()}))
    }

    fn show(&self, view: &View<'_>, mut data: Value) -> Result<String, Unshown> {
        let category: Option<Category> = serde_json::from_value(data["itemCategory"].take())?;
        let category = category.ok_or(Unshown::Nothing)?;
        let page = CategoryHtml {
            view,
            pager: pager(view, &category.data_files.page_info),
            search: view.at(&Address::of("/").with("category", &category.code)),
            feed: view.at(&Address::of("/changes.atom").with("category", &category.code)),
            category,
        };
        Ok(page.render()?)
    }
}
