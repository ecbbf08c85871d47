//! Document or sheet that values were read from.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

/// Row of `source_document`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "source_document")]
pub struct Model {
    /// Derived from publisher, title, digest and time of reading.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Address.
    pub url: Option<String>,
    /// SHA-256 of the document as read, hexadecimal.
    pub sha256: Option<String>,
    /// When it was read.
    pub read_at: DateTimeUtc,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
