//! Device that collects automatically (자동 수집 장치), a cookie say.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `auto_collection`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "auto_collection")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name.
    pub name: String,
    /// Purpose.
    pub purpose: Option<String>,
    /// How to refuse.
    pub refusal: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
