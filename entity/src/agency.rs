//! Public institution (공공기관), Act 제2조제6호.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `agency`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agency")]
pub struct Model {
    /// Derived from the code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Standard administrative code (행정표준 기관코드), 7 characters, or one issued here.
    pub code: String,
    /// Name.
    pub name: String,
    /// Name folded for comparison, search and order.
    pub name_folded: String,
    /// Short name.
    pub short_name: Option<String>,
    /// `AgencyType`.
    pub agency_type: String,
    /// `AgencyStatus`.
    pub status: String,
    /// Superior agency (차상위기관).
    pub parent_id: Option<Uuid>,
    /// Region of the agency.
    pub region_code: Option<String>,
    /// Address of the homepage.
    pub homepage: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
