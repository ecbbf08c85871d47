//! Recommendation to improve (개선권고): Act 제32조③.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `recommendation`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "recommendation")]
pub struct Model {
    /// Derived from the data file and the number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Data file.
    pub data_file_id: Uuid,
    /// 1, 2, … within the data file.
    pub number: i32,
    /// Agency that it was issued to.
    pub agency_id: Uuid,
    /// Ground.
    pub ground: String,
    /// Day of issue.
    pub issued_on: Date,
    /// Reply of the agency.
    pub reply: Option<String>,
    /// Day of the reply.
    pub answered_on: Option<Date>,
    /// `RecommendationOutcome`.
    pub outcome: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
