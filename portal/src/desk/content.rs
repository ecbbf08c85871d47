//! What a registration says, as far as the forms of the desk can.

use serde::Deserialize;

use crate::answer::{Basis, Department, Desk, Entrustment, Item, List, Provision, Restriction, Retention};

/// What a registration says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Content {
    pub name: String,
    pub purpose: Option<String>,
    pub valid_from: String,
    pub recorded_at: String,
    pub reason: Option<String>,
    pub legal_bases: Vec<Basis>,
    pub collected_items: Vec<Item>,
    pub collection_method: Option<String>,
    pub processing_method: Option<String>,
    pub retention: Option<Retention>,
    pub provisions: List<Provision>,
    pub entrustments: List<Entrustment>,
    pub data_subject_count: Option<i64>,
    pub processing_department: Option<Department>,
    pub access_desk: Option<Desk>,
    pub access_restrictions: Vec<Restriction>,
    pub information_system: Option<String>,
    #[serde(rename = "includesChildrenUnder14")]
    pub includes_children: Option<bool>,
}

/// The first day, where an application states one before today: without one it would be the day of acceptance.
pub(super) fn stated_day<'a>(valid_from: &'a str, recorded_at: &str) -> &'a str {
    if recorded_at.get(..10).is_some_and(|today| valid_from < today) { valid_from } else { "" }
}
