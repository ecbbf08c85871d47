//! Safety measure (안전성 확보조치): Act 제29조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `safeguard`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "safeguard")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `SafeguardKind`.
    pub kind: String,
    /// Measure.
    pub measure: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
