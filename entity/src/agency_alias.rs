//! Other names under which documents mention an agency.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `agency_alias`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agency_alias")]
pub struct Model {
    /// Agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: Uuid,
    /// Name folded.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name_folded: String,
    /// Name as written.
    pub name: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
