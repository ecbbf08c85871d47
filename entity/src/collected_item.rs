//! Item of personal data that a file records (개인정보의 항목).

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `collected_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "collected_item")]
pub struct Model {
    /// Registration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// Order in the record.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name as written.
    pub name: String,
    /// Name folded.
    pub name_folded: String,
    /// `ItemRequirement`.
    pub requirement: String,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Classification that the document itself gives, as written.
    pub marker: Option<String>,
    /// Category, derived.
    pub category_code: Option<String>,
    /// `UniqueIdentifier`, derived (Act 제24조).
    pub unique_identifier: Option<String>,
    /// `SensitiveKind`, derived (Act 제23조).
    pub sensitive_kind: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
