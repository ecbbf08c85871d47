//! A write: one transaction in which rows and their journal entries are stored together, or not at all.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use chrono::{DateTime, SubsecRound as _, Utc};
use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait as _, ConnectionTrait as _, DatabaseBackend, DatabaseTransaction, EntityTrait, IntoActiveModel, Iterable as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::Store;
use crate::error::Result;
use crate::identity::NodeType;
use crate::journal::{ChangeKind, Entry, Head};

/// Where salts come from: the operating system in production, a counter in tests.
pub type Salts = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// Channel on which PostgreSQL tells every server of new journal entries.
pub const JOURNAL_CHANNEL: &str = "yeollam_journal";

/// A transaction that writes. Dropped without [`Write::commit`], it leaves nothing.
pub struct Write {
    txn: DatabaseTransaction,
    head: Head,
    salts: Salts,
    now: DateTime<Utc>,
    last: Option<(i64, [u8; 32])>,
    changes: Vec<entity::change::Model>,
    /// Entries that are stored already.
    stored: usize,
    /// Linked objects that this write has found or stored already, by natural key: an import names the same few thousand over and over.
    pub(crate) known: HashMap<(NodeType, String), Uuid>,
    /// Names as written that this write has found or stored already.
    pub(crate) known_names: HashSet<(Uuid, String)>,
}

impl Store {
    /// Begins a write at the moment `now`.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be written.
    pub async fn write(&self, now: DateTime<Utc>, salts: Salts) -> Result<Write> {
        let txn = self.begin().await?;
        if txn.get_database_backend() == DatabaseBackend::Postgres {
            // Entries chain one to the other, so writers queue. The number names this lock among advisory locks and means nothing else.
            txn.execute_unprepared("SELECT pg_advisory_xact_lock(7367011122)").await?;
        }
        let last = entity::change::Entity::find().order_by_desc(entity::change::Column::Sequence).one(&txn).await?;
        let last = last.map(|row| (row.sequence, row.hash.try_into().unwrap_or_default()));
        // Both databases keep microseconds: what is hashed must be what is stored.
        let now = now.trunc_subsecs(6);
        Ok(Write { txn, head: self.head().clone(), salts, now, last, changes: Vec::new(), stored: 0, known: HashMap::new(), known_names: HashSet::new() })
    }
}

impl Write {
    /// The moment of the write.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The transaction, for reads that must see what was written and for the `store` parts of the nouns.
    pub(crate) fn txn(&self) -> &DatabaseTransaction {
        &self.txn
    }

    /// Appends to the journal: what happened to which node, with the content that the digest covers.
    pub(crate) fn journal(&mut self, kind: ChangeKind, node_type: NodeType, node_id: Uuid, registration_id: Option<Uuid>, content: &serde_json::Value) {
        let entry = Entry { kind, node_type, node_id, registration_id, recorded_at: self.now, salt: (self.salts)() };
        let row = entry.chained(self.last, content);
        self.last = Some((row.sequence, row.hash.clone().try_into().unwrap_or_default()));
        self.changes.push(row);
    }

    /// Sequence and hash of the last entry; 0 and zeros where there is none.
    pub(crate) fn head(&self) -> (i64, [u8; 32]) {
        self.last.unwrap_or_default()
    }

    /// Stores entries of another register's journal, which follow the last one here.
    pub(crate) async fn append(&mut self, entries: Vec<entity::change::Model>) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        self.last = Some((last.sequence, last.hash.clone().try_into().unwrap_or_default()));
        self.stored += entries.len();
        self.insert::<entity::change::Entity>(entries).await
    }

    /// Inserts rows in few statements.
    pub(crate) async fn insert<E>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E: EntityTrait,
        E::Model: IntoActiveModel<E::ActiveModel>,
        E::ActiveModel: ActiveModelBehavior + Send,
    {
        insert_all::<E, _>(&self.txn, rows).await
    }

    /// Stores the journal entries and commits. Answers how many entries were written, when whoever follows the journal in this process has read them.
    ///
    /// # Errors
    /// Those of the database; then nothing is stored.
    pub async fn commit(self) -> Result<usize> {
        let written = self.stored + self.changes.len();
        insert_all::<entity::change::Entity, _>(&self.txn, self.changes).await?;
        let last = self.last.map(|(sequence, _)| sequence).filter(|_| written > 0);
        if let Some(sequence) = last
            && self.txn.get_database_backend() == DatabaseBackend::Postgres
        {
            self.txn.execute_unprepared(&format!("SELECT pg_notify('{JOURNAL_CHANNEL}', '{sequence}')")).await?;
        }
        self.txn.commit().await?;
        if let Some(sequence) = last {
            self.head.reached(sequence);
            self.head.followed_through(sequence).await;
        }
        Ok(written)
    }
}

/// Inserts rows, as many in a statement as the databases' limits on parameters allow.
///
/// # Errors
/// Those of the database.
pub async fn insert_all<E, C>(db: &C, rows: Vec<E::Model>) -> Result<()>
where
    C: sea_orm::ConnectionTrait,
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior + Send,
{
    // SQLite allows 32,766 parameters in a statement, PostgreSQL 65,535.
    let rows_in_statement = 30_000 / E::Column::iter().count().max(1);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    while rows.peek().is_some() {
        let batch: Vec<E::ActiveModel> = rows.by_ref().take(rows_in_statement).collect();
        E::insert_many(batch).exec_without_returning(db).await?;
    }
    Ok(())
}
