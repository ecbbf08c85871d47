//! Reorganisation: one agency succeeds another.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `succession`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "succession")]
pub struct Model {
    /// Agency before.
    #[sea_orm(primary_key, auto_increment = false)]
    pub predecessor_id: Uuid,
    /// Agency after.
    #[sea_orm(primary_key, auto_increment = false)]
    pub successor_id: Uuid,
    /// Day of the reorganisation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub succeeded_on: Date,
    /// `SuccessionKind`.
    pub kind: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
