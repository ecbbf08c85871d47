//! What the store counts, for those who watch the server.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::DatabaseBackend;

use super::{Connections, ReplicaFigures, Store};
use crate::cache::CacheFigures;

/// Times that no connection was free for so long that it was given up, in this process: the pool itself does not count them.
static TIMEOUTS: AtomicU64 = AtomicU64::new(0);

/// Statements that were sent since the store was opened.
#[derive(Debug, Default)]
pub(super) struct Sent {
    statements: AtomicU64,
    micros: AtomicU64,
}

impl Sent {
    pub(super) fn one(&self, took: Duration) {
        self.statements.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(took.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }
}

/// Notes that a connection was not to be had in time.
pub(super) fn timed_out() {
    TIMEOUTS.fetch_add(1, Ordering::Relaxed);
}

/// Connections for one purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PoolFigures {
    /// What it is for.
    pub name: &'static str,
    /// Connections that are open.
    pub connections: u64,
    /// Those of them that nobody uses.
    pub idle: u64,
    /// Connections that may be open.
    pub limit: u64,
}

impl PoolFigures {
    fn of(name: &'static str, db: &Connections) -> Self {
        let mut figures = Self { name, connections: 0, idle: 0, limit: 0 };
        for pool in db.pools() {
            let (connections, idle, limit) = match pool.get_database_backend() {
                DatabaseBackend::Postgres => {
                    let pool = pool.get_postgres_connection_pool();
                    (pool.size(), pool.num_idle(), pool.options().get_max_connections())
                }
                _ => {
                    let pool = pool.get_sqlite_connection_pool();
                    (pool.size(), pool.num_idle(), pool.options().get_max_connections())
                }
            };
            figures.connections += u64::from(connections);
            figures.idle += idle as u64;
            figures.limit += u64::from(limit);
        }
        figures
    }
}

/// Connections and statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoreFigures {
    /// Those for everything, or those for requests and those for the rest; and those to the replica.
    pub pools: Vec<PoolFigures>,
    /// The replica, where there is one.
    pub replica: Option<ReplicaFigures>,
    /// Rows kept in memory.
    pub rows: CacheFigures,
    /// Times that no connection was to be had in time, since the program started.
    pub timeouts: u64,
    /// Statements sent since the store was opened.
    pub statements: u64,
    /// Time that they took together.
    pub statement_time: Duration,
}

impl Store {
    /// What it counts, and what it holds at the moment.
    #[must_use]
    pub fn figures(&self) -> StoreFigures {
        let mut pools = match &self.requests {
            None => vec![PoolFigures::of("all", &self.db)],
            Some(requests) => vec![PoolFigures::of("requests", requests), PoolFigures::of("rest", &self.db)],
        };
        pools.extend(self.replica().map(|replica| PoolFigures::of("replica", replica.store().db())));
        StoreFigures {
            pools,
            replica: self.replica().map(|replica| replica.figures(self.head())),
            rows: self.kept_rows(),
            timeouts: TIMEOUTS.load(Ordering::Relaxed),
            statements: self.sent.statements.load(Ordering::Relaxed),
            statement_time: Duration::from_micros(self.sent.micros.load(Ordering::Relaxed)),
        }
    }
}
