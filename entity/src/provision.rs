//! Provision to a third party (제3자 제공): Act 제17조, 제18조, Decree 제33조①.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `provision`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "provision")]
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
    /// Agency that discloses.
    pub agency_id: Uuid,
    /// Recipient (제공받는 자).
    pub recipient_id: Uuid,
    /// Recipient as written.
    pub recipient_name: String,
    /// Material provided (제공자료).
    pub material: Option<String>,
    /// Purpose of the recipient.
    pub purpose: Option<String>,
    /// Items as written.
    pub items_text: Option<String>,
    /// Retention at the recipient as written.
    pub retention_text: Option<String>,
    /// `RetentionClass` of the longest term.
    pub retention_class: Option<String>,
    /// Whether it is a use outside the purpose (Act 제18조).
    pub is_outside_purpose: Option<bool>,
    /// How often.
    pub frequency: Option<String>,
    /// How.
    pub method: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
