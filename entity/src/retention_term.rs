//! Term of a retention period (보유기간) of a registration, a provision or a video device.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `retention_term`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "retention_term")]
pub struct Model {
    /// Derived from owner and position.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Registration that it belongs to.
    pub registration_id: Option<Uuid>,
    /// Provision that it belongs to.
    pub provision_id: Option<Uuid>,
    /// Video device that it belongs to.
    pub video_device_id: Option<Uuid>,
    /// Order in the text.
    pub position: i32,
    /// Term as written.
    pub text: String,
    /// `RetentionClass`.
    pub class: String,
    /// Shortest length in months.
    pub min_months: Option<i32>,
    /// Longest length in months.
    pub max_months: Option<i32>,
    /// Shortest length in days, where days are stated.
    pub min_days: Option<i32>,
    /// Longest length in days, where days are stated.
    pub max_days: Option<i32>,
    /// Event that ends it or from which it runs.
    pub event: Option<String>,
    /// Condition under which it applies.
    pub condition: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
