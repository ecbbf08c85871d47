//! Categories of the items that flow from an agency to a recipient or entrustee. Derived.

use sea_orm::entity::prelude::*;

/// Row of `data_flow_category`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "data_flow_category")]
pub struct Model {
    /// Flow.
    #[sea_orm(primary_key, auto_increment = false)]
    pub data_flow_id: Uuid,
    /// Order of the category in the tree.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Category.
    pub category_code: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
