//! Basis of operation (운영 근거) of a registration or a provision.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `legal_basis`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "legal_basis")]
pub struct Model {
    /// Derived from owner and position.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Registration that it belongs to.
    pub registration_id: Option<Uuid>,
    /// Provision that it belongs to.
    pub provision_id: Option<Uuid>,
    /// Video devices.
    pub video_device_id: Option<Uuid>,
    /// Order in the record.
    pub position: i32,
    /// Citation as written.
    pub citation: String,
    /// Statute cited.
    pub statute_id: Option<Uuid>,
    /// Article (조).
    pub article: Option<String>,
    /// Paragraph (항).
    pub paragraph: Option<String>,
    /// Subparagraph (호).
    pub subparagraph: Option<String>,
    /// Whether it is the consent of the data subject.
    pub is_consent: bool,
    /// `LawfulGround` of Act 제15조①.
    pub lawful_ground: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
