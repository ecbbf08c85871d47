//! Limit to access (열람 제한·거절): Act 제35조④.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `access_restriction`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "access_restriction")]
pub struct Model {
    /// Registration.
    #[sea_orm(primary_key, auto_increment = false)]
    pub registration_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// What is withheld.
    pub scope: String,
    /// `AccessRestrictionGround`.
    pub ground: Option<String>,
    /// Reason as written.
    pub text: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
