//! Privacy officer (개인정보 보호책임자) or other person in charge: Act 제31조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `privacy_officer`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "privacy_officer")]
pub struct Model {
    /// Revision.
    #[sea_orm(primary_key, auto_increment = false)]
    pub policy_revision_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// `OfficerRole`.
    pub role: String,
    /// Role as written.
    pub role_text: Option<String>,
    /// Name, where published for the privacy officer.
    pub name: Option<String>,
    /// Whether a published name is left out here.
    pub is_name_withheld: bool,
    /// Position (직위).
    pub job_title: Option<String>,
    /// Grade (직급).
    pub grade: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Telephone numbers, as a JSON array.
    pub phones: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Fax number.
    pub fax: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
