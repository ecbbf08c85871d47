//! Section of a policy revision.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `policy_section`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_section")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `PolicySectionKind`.
    pub kind: String,
    /// Heading as written.
    pub heading: Option<String>,
    /// `SectionState`.
    pub state: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
