//! Privacy impact assessment (개인정보 영향평가): Act 제33조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `impact_assessment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "impact_assessment")]
pub struct Model {
    /// Derived from agency, time and files.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Agency.
    pub agency_id: Uuid,
    /// Year.
    pub year: Option<i32>,
    /// First day.
    pub assessed_from: Option<Date>,
    /// Last day.
    pub assessed_until: Option<Date>,
    /// `AssessmentTrigger` (Decree 제35조).
    pub trigger: Option<String>,
    /// Assessing body (평가기관).
    pub assessor_id: Option<Uuid>,
    /// Assessing body as written.
    pub assessor_name: Option<String>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Summary.
    pub summary: Option<String>,
    /// Address of the published summary.
    pub summary_url: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
