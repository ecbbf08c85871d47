//! Version of an application: what each step left, and who took it.

use sea_orm::entity::prelude::*;

/// Row of `application_version`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "application_version")]
pub struct Model {
    /// Application.
    #[sea_orm(primary_key, auto_increment = false)]
    pub application_id: Uuid,
    /// 1, 2, … within the application.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// `ApplicationAction` that led to it.
    pub action: String,
    /// Token of whoever took the step.
    pub token_id: Uuid,
    /// When.
    pub recorded_at: DateTimeUtc,
    /// What was applied for then, as a JSON object.
    pub input: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
