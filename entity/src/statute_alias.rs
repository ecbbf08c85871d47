//! Other spellings of a statute's name, as documents write them.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `statute_alias`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "statute_alias")]
pub struct Model {
    /// Statute.
    #[sea_orm(primary_key, auto_increment = false)]
    pub statute_id: Uuid,
    /// Name as written.
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
