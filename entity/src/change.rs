//! Entry of the public journal: append-only, each entry carries the hash of the one before.

use sea_orm::entity::prelude::*;

/// Row of `change`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "change")]
pub struct Model {
    /// 1, 2, … without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// When it was recorded.
    pub recorded_at: DateTimeUtc,
    /// `ChangeKind`.
    pub kind: String,
    /// Type of the node, as in the schema.
    pub node_type: String,
    /// Node.
    pub node_id: Uuid,
    /// Registration recorded.
    pub registration_id: Option<Uuid>,
    /// Salt of the digest; gone when a value was redacted.
    pub salt: Option<Vec<u8>>,
    /// Digest over the salted values of what was recorded, 32 bytes.
    pub digest: Vec<u8>,
    /// Hash over the entry and the hash of the entry before, 32 bytes.
    pub hash: Vec<u8>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
