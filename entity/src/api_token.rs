//! API token: whoever bears it acts in a role. The token itself is not kept.

use sea_orm::entity::prelude::*;

/// Row of `api_token`.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_token")]
pub struct Model {
    /// Derived from the token, so that it is found by what its bearer sends.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whom it was given to.
    pub name: String,
    /// `Role`.
    pub role: String,
    /// Agency for which its bearer acts; absent for the other roles.
    pub agency_id: Option<Uuid>,
    /// Key of the hash, 32 bytes.
    pub salt: Vec<u8>,
    /// Hash of the token under that key, 32 bytes.
    pub hash: Vec<u8>,
    /// When it was made.
    pub created_at: DateTimeUtc,
    /// From when it is no longer taken.
    pub expires_at: Option<DateTimeUtc>,
    /// When it was revoked.
    pub revoked_at: Option<DateTimeUtc>,
    /// When it was used last, to the minute.
    pub last_used_at: Option<DateTimeUtc>,
}

/// Relations are loaded by key, not through the ORM.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
