//! Method of disposal (파기방법): Act 제21조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `disposal_method`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "disposal_method")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `DisposalMedium`.
    pub medium: String,
    /// Method.
    pub method: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
