//! Category of collected items, as bundled: a tree.

use sea_orm::entity::prelude::*;

/// Row of `item_category`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "item_category")]
pub struct Model {
    /// Code, `UPPER_CASE`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// Broader category.
    pub parent_code: Option<String>,
    /// Korean label.
    pub label_ko: String,
    /// English label.
    pub label_en: String,
    /// Term of the W3C Data Privacy Vocabulary, where one fits.
    pub dpv_term: Option<String>,
    /// Order in the bundled tree.
    pub position: i32,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
