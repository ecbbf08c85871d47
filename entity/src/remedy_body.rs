//! Body that remedies an infringement, or hears an appeal.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `remedy_body`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "remedy_body")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Whether it hears administrative appeals (행정심판).
    pub is_appeal: bool,
    /// Name.
    pub name: String,
    /// Institution that runs it.
    pub operator: Option<String>,
    /// Task.
    pub task: Option<String>,
    /// Address of its homepage.
    pub url: Option<String>,
    /// Telephone numbers, as a JSON array.
    pub phones: String,
    /// Postal address.
    pub address: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
