//! Closure of the agency tree: every agency with each of its ancestors, itself at depth 0.

use sea_orm::entity::prelude::*;

/// Row of `agency_ancestor`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "agency_ancestor")]
pub struct Model {
    /// Agency.
    #[sea_orm(primary_key, auto_increment = false)]
    pub agency_id: Uuid,
    /// Ancestor, or the agency itself.
    #[sea_orm(primary_key, auto_increment = false)]
    pub ancestor_id: Uuid,
    /// Steps from the agency up to the ancestor.
    pub depth: i32,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
