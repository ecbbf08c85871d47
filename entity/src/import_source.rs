//! Document that an import read.

use sea_orm::entity::prelude::*;

/// Row of `import_source`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_source")]
pub struct Model {
    /// Import.
    #[sea_orm(primary_key, auto_increment = false)]
    pub import_id: Uuid,
    /// Place among the documents, from 0.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// Name of the document.
    pub name: String,
    /// SHA-256 of the document: 64 hexadecimal digits.
    pub sha256: String,
    /// Its length.
    pub bytes: i64,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
