//! Entrustment of processing (위탁): Act 제26조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `entrustment`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "entrustment")]
pub struct Model {
    /// Derived from owner and position.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Registration that states it.
    pub registration_id: Option<Uuid>,
    /// Policy revision that states it.
    pub policy_revision_id: Option<Uuid>,
    /// Order in the record.
    pub position: i32,
    /// Agency that entrusts.
    pub agency_id: Uuid,
    /// Entrustee (수탁자).
    pub entrustee_id: Uuid,
    /// Entrustee as written.
    pub entrustee_name: String,
    /// Task entrusted.
    pub task: String,
    /// Items entrusted, as written.
    pub items_text: Option<String>,
    /// First day of the contract.
    pub starts_on: Option<Date>,
    /// Last day of the contract.
    pub ends_on: Option<Date>,
    /// Period as written.
    pub period_text: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
