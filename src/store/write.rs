//! A write: one transaction in which rows and their journal entries are stored together, or not at all.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::mem;
use std::sync::Arc;

use chrono::{DateTime, SubsecRound as _, Utc};
use entity::organization;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, DatabaseTransaction, EntityTrait as _, QueryOrder as _, TransactionTrait as _};
use tokio::task::JoinHandle;
use uuid::Uuid;

use super::Store;
use super::rows::{Row, Rows};
use super::turns::Turn;
use crate::error::{Error, Result};
use crate::finding::store::Unexamined;
use crate::graphql::word;
use crate::identity::{NodeType, derived_key};
use crate::journal::{ChangeKind, Entry, Head};
use crate::organization::Parties;

/// Where salts come from: the operating system in production, a counter in tests.
pub type Salts = Arc<dyn Fn() -> [u8; 32] + Send + Sync>;

/// Rows that are stored while others are prepared: fewer are not worth a task.
const WORTH_A_TASK: usize = 1_000;

/// Channel on which PostgreSQL tells every server of new journal entries.
pub const JOURNAL_CHANNEL: &str = "yeollam_journal";

/// A transaction that writes. Dropped without [`Write::commit`], it leaves nothing.
pub struct Write {
    txn: Transaction,
    head: Head,
    rows: Rows,
    salts: Salts,
    now: DateTime<Utc>,
    last: Option<(i64, [u8; 32])>,
    written: usize,
    /// The last entry of this write that erases something; 0 if none does.
    last_erasure: i64,
    /// The right to write, which what is only tried out does not need.
    turn: Option<Turn>,
    /// Whether `known` holds whatever lookups would find of the rows that wait.
    knows_what_waits: bool,
    pub(crate) known: Known,
    /// What findings and data flows are still to be computed of.
    pub(crate) unexamined: Unexamined,
}

/// The transaction of a write, or the task that stores rows in it meanwhile.
enum Transaction {
    Idle(DatabaseTransaction),
    Storing(JoinHandle<(DatabaseTransaction, Result<()>)>),
    /// Between the two, and after a failure: nothing more can be stored.
    Lost,
}

/// What this write has looked up or stored already: records name the same few thousand bodies and statutes over and over.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// Agencies by code.
    pub agencies: HashMap<String, Uuid>,
    /// Codes that no agency has.
    pub codes_of_none: HashSet<String>,
    /// Agencies above an agency, itself first, and how far above.
    pub lines_of_superiors: HashMap<Uuid, Vec<(Uuid, i32)>>,
    /// Codes of the regions.
    pub regions: Option<HashSet<String>>,
    /// Statutes, and whether the register has them.
    pub statutes: HashMap<Uuid, bool>,
    /// Organizations as they are, or as they will be once they are named.
    pub organizations: HashMap<Uuid, Met>,
    /// Whether there is any organization.
    pub has_organizations: Option<bool>,
    /// Data files by registration number.
    pub data_files: HashMap<String, Uuid>,
    /// Policies, and whether the register has them.
    pub policies: HashMap<Uuid, bool>,
    /// The kinds of all bodies that the register has, once they were asked for.
    pub parties: Option<Arc<Parties>>,
    /// Documents that values were read from and that the register has.
    pub source_documents: HashSet<Uuid>,
}

/// An organization that was looked up.
#[derive(Debug)]
pub(crate) struct Met {
    /// As it is stored, or will be.
    pub row: organization::Model,
    /// Its names as documents write them.
    pub names: BTreeSet<String>,
    /// Whether the register lacks it.
    pub is_lacking: bool,
}

impl Store {
    /// Begins a write at the moment `now`.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be written.
    pub async fn write(&self, now: DateTime<Utc>, salts: Salts) -> Result<Write> {
        let turn = self.turns.take().await?;
        let txn = self.begin().await?;
        if txn.get_database_backend() == DatabaseBackend::Postgres {
            // Entries chain one to the other, so writers of all processes queue. The number names this lock among advisory locks and means nothing else.
            txn.execute_unprepared("SELECT pg_advisory_xact_lock(7367011122)").await?;
        }
        Self::begun(self.head().clone(), txn, now, salts, Some(turn)).await
    }

    /// Begins a write that is only tried out: nothing is stored, nobody waits for it, and what would be stored is told at its end.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be read.
    pub(crate) async fn rehearse(&self, now: DateTime<Utc>, salts: Salts) -> Result<Write> {
        Self::begun(self.head().clone(), self.db().pool().begin().await?, now, salts, None).await
    }

    async fn begun(head: Head, txn: DatabaseTransaction, now: DateTime<Utc>, salts: Salts, turn: Option<Turn>) -> Result<Write> {
        let last = entity::change::Entity::find().order_by_desc(entity::change::Column::Sequence).one(&txn).await?;
        // Both databases keep microseconds: what is hashed must be what is stored. A clock that was set back does not put an entry before an earlier one.
        let now = now.trunc_subsecs(6).max(last.as_ref().map_or(DateTime::<Utc>::MIN_UTC, |row| row.recorded_at));
        let last = last.map(|row| (row.sequence, row.hash.try_into().unwrap_or_default()));
        Ok(Write {
            txn: Transaction::Idle(txn),
            head,
            rows: Rows::default(),
            salts,
            now,
            last,
            written: 0,
            last_erasure: 0,
            turn,
            knows_what_waits: false,
            known: Known::default(),
            unexamined: Unexamined::default(),
        })
    }
}

impl Write {
    /// Whether it is only tried out.
    pub(crate) fn is_rehearsal(&self) -> bool {
        self.turn.is_none()
    }

    /// Key for what is only tried out: another one each time.
    pub(crate) fn rehearsed_key(&self) -> Uuid {
        derived_key("rehearsal", &[&self.salt()])
    }

    /// Ends a rehearsal: what would have been stored.
    pub(crate) fn rehearsed(self) -> Rows {
        self.rows
    }

    /// A new salt.
    pub(crate) fn salt(&self) -> [u8; 32] {
        (self.salts)()
    }

    /// Number of the last journal entry of this write, if it has one.
    pub(crate) fn journaled(&self) -> Option<i64> {
        self.last.map(|(sequence, _)| sequence).filter(|_| self.written > 0)
    }

    /// The moment of the write.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// The transaction, for the `store` parts of the nouns. Rows that wait are stored first: it sees everything that was written.
    pub(crate) async fn txn(&mut self) -> Result<&DatabaseTransaction> {
        let stores = !self.is_rehearsal();
        let rows = if stores { mem::take(&mut self.rows) } else { Rows::default() };
        let txn = self.idle().await?;
        if rows.len() > 0 {
            Box::pin(rows.store(txn)).await?;
        }
        Ok(txn)
    }

    /// Stores what waits, and from then on until [`Write::look_everywhere`] has lookups leave out what waits: whoever calls it keeps in memory what they would find of it. So rows are stored while the next ones are
    /// prepared, rather than before they are looked up.
    pub(crate) async fn look_past_what_waits(&mut self) -> Result<()> {
        self.txn().await?;
        self.knows_what_waits = true;
        Ok(())
    }

    /// Has lookups see everything again that was written.
    pub(crate) fn look_everywhere(&mut self) {
        self.knows_what_waits = false;
    }

    /// The transaction, for lookups of what [`Known`] keeps.
    pub(crate) async fn lookup(&mut self) -> Result<&DatabaseTransaction> {
        if self.knows_what_waits { self.idle().await } else { self.txn().await }
    }

    /// The transaction, when rows that were being stored are.
    async fn idle(&mut self) -> Result<&DatabaseTransaction> {
        if let Transaction::Storing(storing) = &mut self.txn {
            let ended = storing.await;
            self.txn = Transaction::Lost;
            let (txn, stored) = ended.map_err(|error| Error::internal(format!("rows were not stored: {error}")))?;
            stored?;
            self.txn = Transaction::Idle(txn);
        }
        match &self.txn {
            Transaction::Idle(txn) => Ok(txn),
            _ => Err(Error::internal("a write goes on after it failed")),
        }
    }

    /// Begins to store what waits, if that is much, while whatever comes next is prepared; whether it did.
    pub(crate) fn store_meanwhile(&mut self) -> bool {
        if self.is_rehearsal() || self.rows.len() < WORTH_A_TASK {
            return false;
        }
        match mem::replace(&mut self.txn, Transaction::Lost) {
            Transaction::Idle(txn) => {
                let rows = mem::take(&mut self.rows);
                self.txn = Transaction::Storing(tokio::spawn(async move {
                    let stored = rows.store(&txn).await;
                    (txn, stored)
                }));
                true
            }
            other => {
                self.txn = other;
                false
            }
        }
    }

    /// Inserts rows. They wait until the transaction is asked for anything, so that few statements store many of them.
    pub(crate) fn insert(&mut self, rows: impl IntoIterator<Item = impl Row>) {
        rows.into_iter().for_each(|row| row.join(&mut self.rows));
    }

    /// Appends to the journal: what happened to which node, with the content that the digest covers.
    pub(crate) fn journal(&mut self, kind: ChangeKind, node_type: NodeType, node_id: Uuid, registration_id: Option<Uuid>, content: &serde_json::Value) {
        let entry = Entry { kind, node_type, node_id, registration_id, recorded_at: self.now, salt: (self.salts)() };
        let row = entry.chained(self.last, content);
        self.last = Some((row.sequence, row.hash.clone().try_into().unwrap_or_default()));
        self.written += 1;
        self.note(row.sequence, kind, node_type, node_id);
        self.insert([row]);
    }

    /// Whatever the journal tells of may have other findings and data flows now; but for where its values were read.
    fn note(&mut self, sequence: i64, kind: ChangeKind, node_type: NodeType, node_id: Uuid) {
        if kind == ChangeKind::ValueRedacted {
            self.last_erasure = sequence;
        }
        match kind {
            ChangeKind::SourcesAmended => {}
            ChangeKind::OrganizationMerged | ChangeKind::OrganizationSeparated => self.unexamined.note_organization(node_id),
            _ => self.unexamined.note(node_type, node_id),
        }
    }

    /// Sequence and hash of the last entry; 0 and zeros where there is none.
    pub(crate) fn last_entry(&self) -> (i64, [u8; 32]) {
        self.last.unwrap_or_default()
    }

    /// Stores entries of another register's journal, which follow the last one here.
    pub(crate) fn append(&mut self, entries: Vec<entity::change::Model>) -> Result<()> {
        let Some(last) = entries.last() else { return Ok(()) };
        self.last = Some((last.sequence, last.hash.clone().try_into().unwrap_or_default()));
        self.written += entries.len();
        for entry in &entries {
            self.note(entry.sequence, word(&entry.kind)?, word(&entry.node_type)?, entry.node_id);
        }
        self.insert(entries);
        Ok(())
    }

    /// Stores what waits, and commits. Answers how many journal entries were written, when whoever follows the journal in this process has read them.
    ///
    /// # Errors
    /// Those of the database; then nothing is stored.
    pub async fn commit(mut self) -> Result<usize> {
        // Boxed: it holds whole histories, and stands below every mutation.
        Box::pin(self.examine()).await?;
        let last = self.journaled();
        let txn = self.txn().await?;
        if let Some(sequence) = last
            && txn.get_database_backend() == DatabaseBackend::Postgres
        {
            txn.execute_unprepared(&format!("SELECT pg_notify('{JOURNAL_CHANNEL}', '{sequence}')")).await?;
        }
        if let Transaction::Idle(txn) = self.txn {
            txn.commit().await?;
        }
        drop(self.turn);
        if let Some(sequence) = last {
            self.head.erased_by(self.last_erasure);
            self.head.reached(sequence);
            self.head.followed_through(sequence).await;
        }
        Ok(self.written)
    }
}
