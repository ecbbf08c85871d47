//! File that a policy revision covers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `policy_revision_data_file`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_revision_data_file")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// File.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_file_id: Uuid,
    /// Order.
    pub position: i32,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
