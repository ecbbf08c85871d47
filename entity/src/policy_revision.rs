//! Revision of a privacy policy.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `policy_revision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "policy_revision")]
pub struct Model {
    /// Derived from policy and number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Policy.
    pub privacy_policy_id: Uuid,
    /// 1, 2, … within the policy, in the order of recording.
    pub number: i32,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// First day on which it applied.
    pub effective_from: Option<Date>,
    /// Last day on which it applied, as written.
    pub effective_until: Option<Date>,
    /// Period as written.
    pub period_text: Option<String>,
    /// Day of the announcement.
    pub announced_on: Option<Date>,
    /// Where it was published.
    pub published_url: Option<String>,
    /// Whether the sections are known; else only the period is.
    pub states_sections: bool,
    /// Whether it has an overview of labels.
    pub has_labels: Option<bool>,
    /// Whether it says that devices collect automatically.
    pub has_auto_collection: Option<bool>,
    /// What it says of impact assessments beyond those that it lists.
    pub impact_assessment_text: Option<String>,
    /// Number of notices that tell of video devices.
    pub video_notice_count: Option<i32>,
    /// Whether a desk is stated.
    pub has_access_desk: bool,
    /// Department that receives access requests.
    pub access_desk_department: Option<String>,
    /// Its telephone numbers, as a JSON array.
    pub access_desk_phones: String,
    /// Its e-mail address.
    pub access_desk_email: Option<String>,
    /// Its fax number.
    pub access_desk_fax: Option<String>,
    /// Its address.
    pub access_desk_address: Option<String>,
    /// Procedure of disposal (파기절차).
    pub disposal_procedure: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
