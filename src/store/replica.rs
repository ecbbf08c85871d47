//! A replica of the database, which answers what anybody asks as long as it has everything that this process knows of (docs/adr/0030).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use sea_orm::Database;

use super::{Connections, PoolSettings, STATEMENTS_OF_REQUESTS, Store, options, unavailable};
use crate::error::{Error, Result};
use crate::journal::Head;

/// Longest time for which it may lack an entry of the journal.
const LONGEST_LAG: Duration = Duration::from_secs(10);

/// Longest wait for a connection to it, and for what it says of its journal: the primary answers instead.
const LONGEST_WAIT: Duration = Duration::from_secs(1);

/// Pause before it is asked again how far it is, where it lacks an entry.
const WHILE_BEHIND: Duration = Duration::from_millis(20);

/// The same where it lacks none and none is written.
const WHILE_ABREAST: Duration = Duration::from_secs(1);

/// A replica of the database.
#[derive(Debug)]
pub struct Replica {
    /// The store over it. It has a head of its own, and shares what is kept in memory, which is known by the entry of the journal.
    store: Store,
    /// Whether it answers, and lacks nothing for long.
    keeps_up: AtomicBool,
    queries: AtomicU64,
}

/// How a replica does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReplicaFigures {
    /// Whether it answers, and lacks nothing for long.
    pub keeps_up: bool,
    /// Entries of the journal that this process knows of and the replica was not yet seen to have.
    pub lag: u64,
    /// Queries that it was asked for.
    pub queries: u64,
}

impl Replica {
    /// The store over it, if it has the entry of the journal, and whatever `primary` is known to have.
    #[must_use]
    pub fn through(&self, sequence: i64, primary: &Head) -> Option<Store> {
        (self.keeps_up.load(Ordering::SeqCst) && self.store.head.sequence() >= sequence.max(primary.sequence())).then(|| self.store.clone())
    }

    /// Notes a query that it is asked for.
    pub(crate) fn count_query(&self) {
        self.queries.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    pub(super) fn figures(&self, primary: &Head) -> ReplicaFigures {
        ReplicaFigures {
            keeps_up: self.keeps_up.load(Ordering::SeqCst),
            lag: u64::try_from(primary.sequence() - self.store.head.sequence()).unwrap_or_default(),
            queries: self.queries.load(Ordering::Relaxed),
        }
    }

    /// Notes how far its journal goes, and tells it. Where it was not in use it is to be shown first that it is the journal of `primary`.
    async fn reached(&self, primary: &Store) -> Result<i64> {
        let last = if self.keeps_up.load(Ordering::SeqCst) { self.store.last_sequence().await? } else { self.compared(primary).await? };
        self.store.heard(last).await?;
        Ok(last)
    }

    async fn compared(&self, primary: &Store) -> Result<i64> {
        let Some(last) = self.store.last_change().await? else { return Ok(0) };
        let same = primary.changes_after(last.sequence - 1, last.sequence, None, 1).await?;
        if same.first() != Some(&last) {
            return Err(Error::internal(format!("its entry {} is not that of the database it should be a replica of", last.sequence)));
        }
        Ok(last.sequence)
    }
}

impl Store {
    /// Has a replica of this database, which need not be there yet, answer what anybody asks. [`Store::watch_replica`] finds out whether it can.
    ///
    /// # Errors
    /// `Unavailable` for an address that is none.
    pub async fn read_from(&mut self, url: &str, pool: &PoolSettings) -> Result<()> {
        let pool = PoolSettings { acquire_timeout: pool.acquire_timeout.min(LONGEST_WAIT), ..pool.clone() };
        let mut options = options(url, &pool, STATEMENTS_OF_REQUESTS);
        options.connect_lazy(true);
        if let Some(limit) = pool.request_limit {
            options.statement_timeout(limit);
        }
        let mut db = Connections::of(Database::connect(options).await.map_err(unavailable)?);
        self.count_statements(&mut db);
        let store = Self { db, requests: None, head: Head::default(), ..self.clone() };
        self.replica = Some(Arc::new(Replica { store, keeps_up: AtomicBool::new(false), queries: AtomicU64::new(0) }));
        Ok(())
    }

    /// The replica that answers what anybody asks, where there is one.
    #[must_use]
    pub fn replica(&self) -> Option<&Replica> {
        self.replica.as_deref()
    }

    /// Follows the replica, until it is dropped: how far it is, whether it keeps up.
    pub async fn watch_replica(self) {
        let Some(replica) = &self.replica else { return };
        let head = &replica.store.head;
        let mut news = self.head.watch();
        // An entry that the primary had, and when: the replica must have it before long.
        let (mut awaited, mut since) = (0, Instant::now());
        let mut logged = None;
        loop {
            news.mark_unchanged();
            let told = tokio::time::timeout(LONGEST_WAIT, replica.reached(&self)).await;
            let reached = told.map_err(|_| "it does not answer".to_owned()).and_then(|told| told.map_err(|error| error.chain()));
            // One that goes back is another one.
            let is_there = reached.as_ref().is_ok_and(|reached| *reached >= head.sequence());
            let known = self.head.sequence();
            if is_there && head.sequence() >= awaited {
                (awaited, since) = (known, Instant::now());
            }
            let keeps_up = is_there && since.elapsed() < LONGEST_LAG;
            replica.keeps_up.store(keeps_up, Ordering::SeqCst);
            if logged.replace(keeps_up) != Some(keeps_up) {
                let reason = reached.as_ref().err().map_or("it lags", String::as_str);
                match keeps_up {
                    true => tracing::info!(sequence = head.sequence(), "the replica answers what anybody asks"),
                    false => tracing::warn!(reason, sequence = head.sequence(), known, "the replica is not asked: the primary answers"),
                }
            }
            let pause = if is_there && head.sequence() < known { WHILE_BEHIND } else { WHILE_ABREAST };
            let _ = tokio::time::timeout(pause, news.changed()).await;
        }
    }
}
