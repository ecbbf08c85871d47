//! Item that an assessment names.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `impact_assessment_item`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "impact_assessment_item")]
pub struct Model {
    /// Assessment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub impact_assessment_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name as written.
    pub name: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
