//! Video devices (영상정보처리기기) at a place: Act 제25조, 제25조의2.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `video_device`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "video_device")]
pub struct Model {
    /// Derived from revision and position.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Revision.
    pub policy_revision_id: Uuid,
    /// Order.
    pub position: i32,
    /// `VideoDeviceKind`.
    pub kind: String,
    /// Number of devices.
    pub count: Option<i32>,
    /// Place and range.
    pub location: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Hours of recording (촬영시간).
    pub hours: Option<String>,
    /// Retention as written; null if none is stated.
    pub retention_text: Option<String>,
    /// `RetentionClass` of the longest term.
    pub retention_class: Option<String>,
    /// Place where recordings are kept (보관장소).
    pub storage_place: Option<String>,
    /// Position or department in charge (관리책임자).
    pub managed_by: Option<String>,
    /// Place where recordings are shown (열람장소).
    pub viewing_place: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
