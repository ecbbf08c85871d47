//! Region (시도 with 2 digits, 시군구 with 5), as bundled.

use sea_orm::entity::prelude::*;

/// Row of `region`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "region")]
pub struct Model {
    /// Administrative code, 2 or 5 digits.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Name.
    pub name: String,
    /// The 시도 of a 시군구.
    pub parent_code: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
