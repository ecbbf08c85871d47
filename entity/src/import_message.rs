//! What an import has to say of a document, or of a place in it.

use sea_orm::entity::prelude::*;

/// Row of `import_message`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "import_message")]
pub struct Model {
    /// Derived from the import and the place.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Import.
    pub import_id: Uuid,
    /// Place among the messages, from 0.
    pub position: i32,
    /// Document; absent for the run as a whole.
    pub document: Option<String>,
    /// Sheet, row or line, as the document counts them; or the path of a value.
    pub place: Option<String>,
    /// `ImportPhase`.
    pub phase: String,
    /// `ImportSeverity`.
    pub severity: String,
    /// Stable code.
    pub code: String,
    /// What it is, and how to mend it.
    pub text: String,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
