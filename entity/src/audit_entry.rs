//! Entry of the private audit log: who did what. Append-only, each entry carries the hash of the one before.

use sea_orm::entity::prelude::*;

/// Row of `audit_entry`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// 1, 2, … without gaps.
    #[sea_orm(primary_key, auto_increment = false)]
    pub sequence: i64,
    /// When it was done.
    pub recorded_at: DateTimeUtc,
    /// Token of whoever did it; absent for the command line.
    pub token_id: Option<Uuid>,
    /// `AuditAction`.
    pub action: String,
    /// Key of what it was done to.
    pub subject_id: Uuid,
    /// Last entry of the public journal that it led to.
    pub change_sequence: Option<i64>,
    /// Particulars, as a JSON object; gone when they were redacted.
    pub detail: Option<String>,
    /// Salt of the digest; gone with the particulars.
    pub salt: Option<Vec<u8>>,
    /// Digest over the salted particulars, 32 bytes.
    pub digest: Vec<u8>,
    /// Hash over the entry and the hash of the entry before, 32 bytes.
    pub hash: Vec<u8>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
