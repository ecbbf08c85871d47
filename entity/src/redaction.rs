//! Redaction: a value that was erased, and why.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `redaction`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "redaction")]
pub struct Model {
    /// Entry of the journal that tells of it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// Path of the value in the record.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
