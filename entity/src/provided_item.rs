//! Item that a provision hands over.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `provided_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "provided_item")]
pub struct Model {
    /// Provision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub provision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name as written.
    pub name: String,
    /// Name folded.
    pub name_folded: String,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Category, derived.
    pub category_code: Option<String>,
    /// `UniqueIdentifier`, derived.
    pub unique_identifier: Option<String>,
    /// `SensitiveKind`, derived.
    pub sensitive_kind: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
