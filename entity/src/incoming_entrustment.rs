//! Processing that the institution does on behalf of another.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `incoming_entrustment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "incoming_entrustment")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Institution that entrusts.
    pub entruster_id: Uuid,
    /// Institution as written.
    pub entruster_name: String,
    /// Task.
    pub task: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
