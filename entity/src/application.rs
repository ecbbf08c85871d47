//! Application for registration (등록 신청) as it stands now. Never public.

use sea_orm::entity::prelude::*;

/// Row of `application`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application")]
pub struct Model {
    /// Key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// 1, 2, …: one more with each step.
    pub version: i32,
    /// `ApplicationKind`.
    pub kind: String,
    /// `ApplicationStatus`.
    pub status: String,
    /// Agency that applies.
    pub agency_id: Uuid,
    /// File that is to change; that of a first registration once it is accepted.
    pub data_file_id: Option<Uuid>,
    /// Registration that its acceptance recorded.
    pub registration_id: Option<Uuid>,
    /// What is applied for: matters of the registration, as a JSON object. A null clears the matter.
    pub input: String,
    /// Why it was returned.
    pub return_reason: Option<String>,
    /// When it was drawn up.
    pub created_at: DateTimeUtc,
    /// When it was submitted last.
    pub submitted_at: Option<DateTimeUtc>,
    /// When it was returned, accepted or cancelled.
    pub decided_at: Option<DateTimeUtc>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
