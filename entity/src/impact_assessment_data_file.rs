//! File that an assessment covers.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `impact_assessment_data_file`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "impact_assessment_data_file")]
pub struct Model {
    /// Assessment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub impact_assessment_id: Uuid,
    /// File.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_file_id: Uuid,
    /// Order.
    pub position: i32,
    /// Name of the file as the assessment writes it.
    pub name_as_written: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
