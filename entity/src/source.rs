//! Where a value of a node came from.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `source`.
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "source")]
pub struct Model {
    /// Registration, policy revision, assessment or agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub node_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Path of the value in the schema's terms; empty for the whole record.
    pub path: String,
    /// Document.
    pub source_document_id: Uuid,
    /// Section, row or lines.
    pub span: Option<String>,
    /// 0 to 1, where a reader was not sure.
    pub confidence: Option<f64>,
    /// Ambiguity, or what was left out.
    pub note: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
