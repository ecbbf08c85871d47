//! Idempotency key: under which a mutation was sent, and what was answered.

use sea_orm::entity::prelude::*;

/// Row of `idempotency_key`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_key")]
pub struct Model {
    /// Token that sent it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub token_id: Uuid,
    /// The key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// Hash of document, operation and variables, 32 bytes.
    pub request_hash: Vec<u8>,
    /// When it was sent first.
    pub started_at: DateTimeUtc,
    /// The answer, as JSON; absent while it is being carried out.
    pub answer: Option<String>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
