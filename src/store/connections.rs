//! Connections to the database as the nouns' `store` parts use them: a pool; and for requests over SQLite, connections on which a statement ends when nobody waits for it any more (docs/adr/0034).

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use sea_orm::prelude::async_trait::async_trait;
use sea_orm::{ConnAcquireErr, ConnectOptions, ConnectionTrait, Database, DatabaseBackend, DatabaseConnection, DbErr, ExecResult, QueryResult, Statement};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Instructions of SQLite's machine between two looks at whether somebody still waits: a fraction of a millisecond, where its pages are in memory.
const INSTRUCTIONS: i32 = 10_000;

/// Connections to the database: a handle that may be cloned.
#[derive(Clone, Debug)]
pub struct Connections {
    /// Every connection; where there are slots, those of transactions.
    pool: DatabaseConnection,
    /// Those of the statements beside transactions.
    slots: Option<Slots>,
}

/// Connections of SQLite that are lent for one statement each.
#[derive(Clone, Debug)]
struct Slots {
    each: Arc<Vec<Slot>>,
    free: Arc<Free>,
    longest_wait: Duration,
}

/// One connection, in a pool of its own, so that it is known which of them a statement runs on.
#[derive(Clone, Debug)]
struct Slot {
    db: DatabaseConnection,
    /// Whether the statement on it was given up. The connection looks at it while it executes one, and it is taken back before the next: when the connection is there again, and so nothing runs on it any more.
    given_up: Arc<AtomicBool>,
}

/// The slots that nobody uses.
#[derive(Debug)]
struct Free {
    places: Semaphore,
    /// Which they are; that used last is last.
    slots: Mutex<Vec<usize>>,
}

/// A connection, or a pool of them, for one statement.
struct Lent<'a> {
    db: &'a DatabaseConnection,
    slot: Option<LentSlot<'a>>,
}

/// A slot, until it is dropped. If that is before its statement has ended, the statement is given up.
struct LentSlot<'a> {
    slots: &'a Slots,
    index: usize,
    has_ended: bool,
    // Goes last, when the slot is free again.
    _place: SemaphorePermit<'a>,
}

impl Connections {
    /// Whatever `pool` has.
    pub(super) fn of(pool: DatabaseConnection) -> Self {
        Self { pool, slots: None }
    }

    /// Transactions by `pool`, other statements by as many connections to SQLite as `options` say, which are opened when they are needed.
    ///
    /// # Errors
    /// Those of options that are none.
    pub(super) async fn that_give_up(pool: DatabaseConnection, options: &ConnectOptions, count: u32, longest_wait: Duration) -> Result<Self, DbErr> {
        let mut each = Vec::new();
        for _ in 0..count {
            each.push(Slot::new(options.clone()).await?);
        }
        let free = Free { places: Semaphore::new(each.len()), slots: Mutex::new((0..each.len()).rev().collect()) };
        Ok(Self { pool, slots: Some(Slots { each: Arc::new(each), free: Arc::new(free), longest_wait }) })
    }

    /// The pool that transactions are begun in.
    pub(crate) fn pool(&self) -> &DatabaseConnection {
        &self.pool
    }

    /// The pools that statements beside transactions are sent to.
    pub(super) fn pools(&self) -> impl Iterator<Item = &DatabaseConnection> {
        let slots = self.slots.iter().flat_map(|slots| slots.each.iter().map(|slot| &slot.db));
        self.slots.is_none().then_some(&self.pool).into_iter().chain(slots)
    }

    /// Does something to every pool, before the connections are handed out.
    pub(super) fn each_pool(&mut self, change: impl Fn(&mut DatabaseConnection)) {
        change(&mut self.pool);
        for slot in self.slots.iter_mut().flat_map(|slots| Arc::make_mut(&mut slots.each)) {
            change(&mut slot.db);
        }
    }

    /// Closes every connection.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn close(&self) -> Result<(), DbErr> {
        for pool in self.pools() {
            pool.close_by_ref().await?;
        }
        self.pool.close_by_ref().await
    }

    async fn lend(&self) -> Result<Lent<'_>, DbErr> {
        let Some(slots) = &self.slots else { return Ok(Lent { db: &self.pool, slot: None }) };
        let place = tokio::time::timeout(slots.longest_wait, slots.free.places.acquire()).await;
        let place = place.map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?;
        let closed = || DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed);
        let place = place.map_err(|_| closed())?;
        let index = slots.pick().ok_or_else(closed)?;
        Ok(Lent { db: &slots.each[index].db, slot: Some(LentSlot { slots, index, has_ended: false, _place: place }) })
    }
}

impl Slot {
    async fn new(mut options: ConnectOptions) -> Result<Self, DbErr> {
        let given_up = Arc::<AtomicBool>::default();
        let (of_new, of_old) = (Arc::clone(&given_up), Arc::clone(&given_up));
        options
            .max_connections(1)
            .connect_lazy(true)
            .map_sqlx_sqlite_pool_opts(move |pool| {
                let given_up = Arc::clone(&of_new);
                pool.after_connect(move |connection, _| {
                    let given_up = Arc::clone(&given_up);
                    Box::pin(async move {
                        given_up.store(false, Ordering::Relaxed);
                        connection.lock_handle().await?.set_progress_handler(INSTRUCTIONS, move || !given_up.load(Ordering::Relaxed));
                        Ok(())
                    })
                })
            })
            // Nothing else is to be asked of it: no transaction begins here.
            .map_sqlx_sqlite_before_acquire(move |_, _| {
                of_old.store(false, Ordering::Relaxed);
                Box::pin(async { Ok(true) })
            });
        Ok(Self { db: Database::connect(options).await?, given_up })
    }
}

impl Slots {
    /// The free slot that was used last and whose connection is back, else one that has none yet, else the one that was used first.
    fn pick(&self) -> Option<usize> {
        let mut free = self.free.slots.lock().unwrap_or_else(PoisonError::into_inner);
        let last = |fits: fn(&DatabaseConnection) -> bool| free.iter().rposition(|slot| fits(&self.each[*slot].db));
        let place = last(|db| db.get_sqlite_connection_pool().num_idle() > 0).or_else(|| last(|db| db.get_sqlite_connection_pool().size() == 0)).unwrap_or(0);
        (place < free.len()).then(|| free.remove(place))
    }
}

impl Lent<'_> {
    /// Notes that the statement has ended by itself.
    fn ended(mut self) {
        if let Some(slot) = &mut self.slot {
            slot.has_ended = true;
        }
    }
}

impl Drop for LentSlot<'_> {
    fn drop(&mut self) {
        if !self.has_ended {
            self.slots.each[self.index].given_up.store(true, Ordering::Relaxed);
        }
        self.slots.free.slots.lock().unwrap_or_else(PoisonError::into_inner).push(self.index);
    }
}

#[async_trait]
impl ConnectionTrait for Connections {
    fn get_database_backend(&self) -> DatabaseBackend {
        self.pool.get_database_backend()
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        let lent = self.lend().await?;
        let answer = lent.db.execute_raw(statement).await;
        lent.ended();
        answer
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let lent = self.lend().await?;
        let answer = lent.db.execute_unprepared(sql).await;
        lent.ended();
        answer
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let lent = self.lend().await?;
        let answer = lent.db.query_one_raw(statement).await;
        lent.ended();
        answer
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        let lent = self.lend().await?;
        let answer = lent.db.query_all_raw(statement).await;
        lent.ended();
        answer
    }
}
