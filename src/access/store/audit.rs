//! The private audit log: who did what, chained by hashes like the public journal.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use entity::{api_token, audit_entry};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::access::AuditAction;
use crate::error::Result;
use crate::journal::digest;
use crate::store::{Store, Write};
use crate::vocabulary::Vocabulary as _;

/// What is logged.
#[derive(Clone, Debug)]
pub struct Audited {
    /// What was done.
    pub action: AuditAction,
    /// What it was done to.
    pub subject: Uuid,
    /// Particulars.
    pub detail: Json,
}

/// An entry as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditListed {
    /// 1, 2, … without gaps.
    pub sequence: i64,
    /// When it was done.
    pub recorded_at: DateTime<Utc>,
    /// What was done: an `AuditAction`.
    pub action: String,
    /// Token and name of whoever did it; `None` for the command line.
    pub by: Option<(Uuid, String)>,
    /// Key of what it was done to.
    pub subject: Uuid,
    /// Last entry of the public journal that it led to.
    pub change_sequence: Option<i64>,
    /// Particulars, as a JSON object; `None` where they were redacted.
    pub detail: Option<String>,
}

impl Write {
    /// Appends to the audit log, in the transaction of what was done. `token` is that of whoever did it; `None` for the command line.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit(&mut self, token: Option<Uuid>, audited: Audited) -> Result<()> {
        let last = audit_entry::Entity::find().order_by_desc(audit_entry::Column::Sequence).one(self.txn().await?).await?;
        let salt = self.salt();
        let Audited { action, subject, detail } = audited;
        let mut row = audit_entry::Model {
            sequence: last.as_ref().map_or(0, |last| last.sequence) + 1,
            recorded_at: self.now(),
            token_id: token,
            action: action.as_str().to_owned(),
            subject_id: subject,
            change_sequence: self.journaled(),
            digest: digest(&salt, &detail).to_vec(),
            detail: Some(detail.to_string()),
            salt: Some(salt.to_vec()),
            hash: Vec::new(),
        };
        row.hash = hash(&row, last.as_ref().map_or(&[], |last| &last.hash)).to_vec();
        self.insert([row]);
        Ok(())
    }
}

/// Hash of an entry and the hash of the one before.
fn hash(row: &audit_entry::Model, before: &[u8]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("yeollam 2026-11-23 audit log entry");
    hasher.update(&row.sequence.to_be_bytes()).update(&row.recorded_at.timestamp_micros().to_be_bytes());
    hasher.update(&row.change_sequence.unwrap_or_default().to_be_bytes());
    for part in [before, row.token_id.unwrap_or_default().as_bytes(), row.action.as_bytes(), row.subject_id.as_bytes(), &row.digest] {
        hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
    }
    *hasher.finalize().as_bytes()
}

/// Entries that are read at once.
const PAGE: u64 = 1_000;

impl Store {
    /// The next entries after one, the oldest first, at most a thousand.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_entries(&self, after: i64) -> Result<Vec<AuditListed>> {
        let later = audit_entry::Entity::find().filter(audit_entry::Column::Sequence.gt(after));
        let rows = later.order_by_asc(audit_entry::Column::Sequence).limit(PAGE).all(self.db()).await?;
        let tokens = api_token::Entity::find().filter(api_token::Column::Id.is_in(rows.iter().filter_map(|row| row.token_id))).all(self.db()).await?;
        let names: HashMap<Uuid, String> = tokens.into_iter().map(|token| (token.id, token.name)).collect();
        let listed = rows.into_iter().map(|row| AuditListed {
            sequence: row.sequence,
            recorded_at: row.recorded_at,
            action: row.action,
            by: row.token_id.map(|token| (token, names.get(&token).cloned().unwrap_or_default())),
            subject: row.subject_id,
            change_sequence: row.change_sequence,
            detail: row.detail,
        });
        Ok(listed.collect())
    }

    /// The audit log from its beginning, and the number of the first entry that is not what was written: its particulars, or the chain before it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn audit_log(&self) -> Result<(Vec<audit_entry::Model>, Option<i64>)> {
        let rows = audit_entry::Entity::find().order_by_asc(audit_entry::Column::Sequence).all(self.db()).await?;
        let mut before: &[u8] = &[];
        let mut broken = None;
        for (sequence, row) in (1..).zip(&rows) {
            let salt: Option<[u8; 32]> = row.salt.as_deref().and_then(|salt| salt.try_into().ok());
            let detail = row.detail.as_deref().map(serde_json::from_str::<Json>);
            let is_told = match (salt, detail) {
                (Some(salt), Some(Ok(detail))) => digest(&salt, &detail)[..] == row.digest[..],
                // Redacted: the digest stays.
                (None, None) => true,
                _ => false,
            };
            if !is_told || row.sequence != sequence || hash(row, before)[..] != row.hash[..] {
                broken = Some(sequence);
                break;
            }
            before = &row.hash;
        }
        Ok((rows, broken))
    }
}
