//! Item that a policy states outside every file, one collected automatically say.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `policy_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_item")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name as written.
    pub name: String,
    /// `ItemRequirement`.
    pub requirement: String,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Activity for which it is collected.
    pub activity: Option<String>,
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
