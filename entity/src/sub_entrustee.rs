//! Sub-entrustee (재수탁자) of an entrustment.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `sub_entrustee`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sub_entrustee")]
pub struct Model {
    /// Entrustment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub entrustment_id: Uuid,
    /// Order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Sub-entrustee.
    pub organization_id: Uuid,
    /// Sub-entrustee as written.
    pub name: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
