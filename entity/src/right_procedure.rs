//! How a data subject exercises a right: Act 제35조 to 제38조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `right_procedure`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "right_procedure")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `DataSubjectRight`.
    pub right: String,
    /// Ways to exercise it, as a JSON array.
    pub methods: String,
    /// What an agent needs.
    pub by_agent: Option<String>,
    /// Form to use.
    pub form: Option<String>,
    /// Limits of the right.
    pub limits: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
