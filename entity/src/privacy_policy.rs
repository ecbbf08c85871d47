//! Privacy policy (개인정보 처리방침): Act 제30조.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `privacy_policy`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "privacy_policy")]
pub struct Model {
    /// Derived from agency and first title.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Agency.
    pub agency_id: Uuid,
    /// Title.
    pub title: String,
    /// Title folded.
    pub name_folded: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
