//! The tables: connection, migrations, reference data, and the machinery by which every noun's `store` part reads and writes.

mod condition;
mod connections;
mod deferred;
mod figures;
mod in_force;
mod kept;
mod load;
mod packed;
mod page;
mod reach;
mod reference;
mod replica;
mod request_scope;
mod rows;
pub mod text_list;
mod turns;
mod write;

use std::sync::Arc;
use std::time::Duration;

use entity::data_file;
use migration::MigratorTrait as _;
use sea_orm::sqlx::Connection as _;
use sea_orm::{AccessMode, IsolationLevel, SqliteTransactionMode, TransactionOptions};
use sea_orm::{
    ConnAcquireErr, ConnectOptions, ConnectionTrait as _, Database, DatabaseBackend, DatabaseTransaction, DbErr, EntityTrait as _, RuntimeErr,
    TransactionTrait as _,
};

pub use condition::{Operand, all_of, among, any_of, combined, count, date, exact, flag, folded_text, instant, key, linked, negated, number, plain_text};
pub use connections::Connections;
pub use deferred::ONLY_READ;
pub use figures::{PoolFigures, StoreFigures};
pub use in_force::{
    Stated, exempt_left_out_sql, linked_files, listed_by_default, listed_by_default_sql, of_agencies, record_order, registration_in_force_sql,
    revision_in_force_sql, revisions_in_force, standing_organization, stated_for,
};
pub use kept::Keepable;
pub(crate) use kept::KeptKey;
pub use load::{ById, Children, Identified, Part, PartRow, RowOf};
pub(crate) use load::{relation, rows_with, shared};
pub use page::{Cursor, Cut, EARLIEST, EARLIEST_SQL, Key, Kind, Listing, Order, OrderKey, Page, PageOf, Slice, TotalOf};
pub use reach::Reach;
pub use replica::{Replica, ReplicaFigures};
pub use request_scope::RequestScope;
pub(crate) use rows::Rows;
pub(crate) use write::Met;
pub use write::{JOURNAL_CHANNEL, Salts, Write};

use self::figures::Sent;
use self::kept::Kept;
use self::turns::{Turn, Turns};
use crate::error::{Error, Result};
use crate::identity::data_file_key;
use crate::journal::Head;
use crate::journal::store::LastTally;

/// Log directives under which the database libraries tell warnings only.
pub const QUIET_LOG: &str = "sqlx=warn,sea_orm_migration=warn";

/// Statements that a connection for requests keeps prepared: the library's own number.
const STATEMENTS_OF_REQUESTS: usize = 100;

/// Statements that a connection for writes keeps prepared: those that insert rows are of a dozen lengths for each table.
const STATEMENTS_OF_WRITES: usize = 512;

/// A connection that nobody used for so long is tried before it is used again: the database may have been restarted meanwhile.
const IDLE_BEFORE_TEST: Duration = Duration::from_secs(1);

/// How many connections the pool may hold and how long a request waits for one.
#[derive(Clone, Debug)]
pub struct PoolSettings {
    /// Most connections at a time, 1 … 1,000.
    pub max_connections: u32,
    /// Longest wait for a free connection.
    pub acquire_timeout: Duration,
    /// SQLite: memory for pages of the database that each connection may hold, in MiB. What many connections read is in the system's own cache.
    pub page_cache: u32,
    /// Memory for rows that were read, in bytes; 0 keeps none.
    pub row_cache: usize,
    /// Longest time for a statement of a request on PostgreSQL; on SQLite it ends with its request. Requests then have connections of their own, as many again; everything else has no limit.
    pub request_limit: Option<Duration>,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self { max_connections: 16, acquire_timeout: Duration::from_secs(10), page_cache: 16, row_cache: 0, request_limit: None }
    }
}

/// The register's tables in SQLite or PostgreSQL.
#[derive(Clone, Debug)]
pub struct Store {
    db: Connections,
    /// The same database, where statements end with their request, or soon after.
    requests: Option<Connections>,
    /// Another one that follows it, for what anybody asks.
    replica: Option<Arc<Replica>>,
    head: Head,
    reach: Reach,
    turns: Turns,
    last_tally: LastTally,
    kept: Kept,
    sent: Arc<Sent>,
    observer: Observer,
}

type Observe = dyn Fn(&str, Duration) + Send + Sync;

/// Who is told of each statement, and of the time that it took.
#[derive(Clone)]
struct Observer(Arc<Observe>);

impl std::fmt::Debug for Observer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Observer")
    }
}

impl Store {
    /// Opens the database at `url`: `sqlite:PATH`, `postgres://…`. A SQLite file that does not exist is created where the URL says `?mode=rwc`.
    ///
    /// # Errors
    /// `Unavailable` when the database cannot be reached or opened.
    pub async fn connect(url: &str, pool: &PoolSettings) -> Result<Self> {
        let db = Database::connect(options(url, pool, STATEMENTS_OF_WRITES)).await.map_err(unavailable)?;
        let mut options = options(url, pool, STATEMENTS_OF_REQUESTS);
        let requests = match pool.request_limit {
            Some(limit) if db.get_database_backend() == DatabaseBackend::Postgres => {
                options.statement_timeout(limit).connect_lazy(true);
                Some(Connections::of(Database::connect(options).await.map_err(unavailable)?))
            }
            // A database in memory belongs to its pool.
            Some(_) if !url.contains(":memory:") && !url.contains("mode=memory") => {
                Some(Connections::that_give_up(db.clone(), &options, pool.max_connections, pool.acquire_timeout).await.map_err(unavailable)?)
            }
            _ => None,
        };
        let mut store = Self {
            db: Connections::of(db),
            requests,
            replica: None,
            head: Head::default(),
            reach: Reach::default(),
            turns: Turns::default(),
            last_tally: LastTally::default(),
            kept: Kept::new(pool.row_cache),
            sent: Arc::default(),
            observer: Observer(Arc::new(|_, _| ())),
        };
        store.observe_statements(|_, _| ());
        Ok(store)
    }

    /// Closes every connection; what was committed is on disk then.
    ///
    /// # Errors
    /// `Unavailable` from the database.
    pub async fn close(self) -> Result<()> {
        if let Some(requests) = self.requests {
            requests.close().await?;
        }
        if let Some(replica) = self.replica {
            replica.store().db.close().await?;
        }
        Ok(self.db.close().await?)
    }

    /// The same store for what requests ask, over the connections where that is limited (docs/adr/0029, docs/adr/0034).
    #[must_use]
    pub fn for_requests(&self) -> Self {
        let db = self.requests.as_ref().unwrap_or(&self.db).clone();
        Self { db, ..self.clone() }
    }

    /// Applies every pending migration, makes the indexes that a load left out when it was interrupted, and brings the bundled reference data up to date.
    ///
    /// # Errors
    /// `Unavailable` or `Internal` from the database; `BAD_USER_INPUT` for a register whose keys an earlier program derived.
    pub async fn migrate(&self) -> Result<()> {
        migration::Migrator::up(self.db.pool(), None).await?;
        self.refuse_other_keys().await?;
        self.restore_indexes().await?;
        reference::synchronise(self).await
    }

    /// Refuses a register whose keys were derived in another way: what is recorded again would stand there twice.
    async fn refuse_other_keys(&self) -> Result<()> {
        let any = data_file::Entity::find().one(&self.db).await?;
        match any.filter(|row| row.id != data_file_key(&row.registration_number)) {
            None => Ok(()),
            Some(row) => Err(Error::input(format!(
                "the register was written by an earlier program, whose ids differ (file {}): have that one `export ndjson`, and `import` what it wrote into an empty register here",
                row.registration_number
            ))),
        }
    }

    /// Undoes the newest `steps` migrations.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrate_down(&self, steps: u32) -> Result<()> {
        Ok(migration::Migrator::down(self.db.pool(), Some(steps)).await?)
    }

    /// Every migration that this program knows with whether it was applied, oldest first.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migration_status(&self) -> Result<Vec<(String, bool)>> {
        let applied = self.applied_migrations().await?;
        let known = migration::Migrator::migrations();
        Ok(known.iter().map(|migration| (migration.name().to_owned(), applied.iter().any(|applied| applied == migration.name()))).collect())
    }

    /// Migrations that were applied and that this program does not know: those of a newer one.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn migrations_of_newer_programs(&self) -> Result<Vec<String>> {
        let known = migration::Migrator::migrations();
        let mut applied = self.applied_migrations().await?;
        applied.retain(|applied| known.iter().all(|migration| migration.name() != applied));
        Ok(applied)
    }

    /// Names of the migrations that were applied, oldest first.
    ///
    /// # Errors
    /// As [`Store::migrate`].
    pub async fn applied_migrations(&self) -> Result<Vec<String>> {
        Ok(migration::Migrator::get_migration_models(self.db.pool()).await?.into_iter().map(|applied| applied.version).collect())
    }

    /// Tells the database how much of what it holds now, so that it plans by it: after much was written at once.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn refresh_statistics(&self) -> Result<()> {
        let statement = match self.db.get_database_backend() {
            DatabaseBackend::Postgres => "ANALYZE",
            // A sample of each index is enough, and keeps this short for any size.
            _ => "PRAGMA analysis_limit = 1000; ANALYZE",
        };
        self.db.execute_unprepared(statement).await?;
        Ok(())
    }

    /// Lets go of what was erased, as far as the database keeps it beside its tables: SQLite in its write-ahead log; and as far as it is kept in memory here. What PostgreSQL keeps until it vacuums is its operator's (docs/adr/0015).
    ///
    /// # Errors
    /// Those of the database.
    pub async fn let_go(&self) -> Result<()> {
        self.forget_rows();
        if self.db.get_database_backend() == DatabaseBackend::Sqlite {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Whether the database answers and every migration that this program knows was applied. Those of a newer one do not matter: migrations only add, until no server of the version before runs any more
    /// (docs/operating.md).
    ///
    /// # Errors
    /// `Unavailable` with the reason.
    pub async fn check_ready(&self) -> Result<()> {
        self.db.pool().ping().await?;
        match self.migration_status().await?.iter().find(|(_, applied)| !applied) {
            Some((name, _)) => Err(Error::Unavailable(Arc::from(Box::<dyn std::error::Error + Send + Sync>::from(format!(
                "migration {name} is not applied: run `yeollam migrate up`"
            ))))),
            None => Ok(()),
        }
    }

    /// Begins a write. SQLite takes its write lock at once, so that two writers queue and none of them fails half way.
    ///
    /// # Errors
    /// `Unavailable` when the lock or a connection cannot be had.
    pub async fn begin(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions { sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate), ..TransactionOptions::default() };
        Ok(self.db.pool().begin_with_options(options).await?)
    }

    /// A turn for a statement that writes beside the journal. SQLite admits one writer, whatever it writes; PostgreSQL any number.
    ///
    /// # Errors
    /// `Internal`, which never is.
    pub(crate) async fn turn_beside_the_journal(&self) -> Result<Option<Turn>> {
        match self.db.get_database_backend() {
            DatabaseBackend::Sqlite => self.turns.take().await.map(Some),
            _ => Ok(None),
        }
    }

    /// Begins a read of the whole register as it stands now, however long it takes and whatever is written meanwhile.
    ///
    /// # Errors
    /// `Unavailable` when a connection cannot be had.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        // A transaction of SQLite in WAL mode is one by itself.
        let options = match self.db.get_database_backend() {
            DatabaseBackend::Postgres => TransactionOptions {
                isolation_level: Some(IsolationLevel::RepeatableRead),
                access_mode: Some(AccessMode::ReadOnly),
                ..TransactionOptions::default()
            },
            _ => TransactionOptions::default(),
        };
        Ok(self.db.pool().begin_with_options(options).await?)
    }

    /// The connections themselves, for the `store` parts of the nouns.
    #[must_use]
    pub fn db(&self) -> &Connections {
        &self.db
    }

    /// How far the journal goes, and who follows it.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Whether the database can be reached.
    #[must_use]
    pub fn reach(&self) -> &Reach {
        &self.reach
    }

    /// What the register counted of itself last, for the journal's `store` part.
    pub(crate) fn last_tally(&self) -> &LastTally {
        &self.last_tally
    }

    /// Name of the database system, as shown to operators.
    #[must_use]
    pub fn system(&self) -> &'static str {
        match self.db.get_database_backend() {
            DatabaseBackend::Postgres => "PostgreSQL",
            _ => "SQLite",
        }
    }

    /// Calls `observe` with the text of every statement and the time it took, in the task that sent it; those of a replica too, which is named afterwards.
    pub fn observe_statements(&mut self, observe: impl Fn(&str, Duration) + Send + Sync + 'static) {
        self.observer = Observer(Arc::new(observe));
        let (mut db, mut requests) = (self.db.clone(), self.requests.clone());
        for db in [Some(&mut db), requests.as_mut()].into_iter().flatten() {
            self.count_statements(db);
        }
        (self.db, self.requests) = (db, requests);
    }

    /// Counts the statements of connections, and tells the observer of each.
    fn count_statements(&self, db: &mut Connections) {
        db.each_pool(|pool| {
            let (sent, observer) = (Arc::clone(&self.sent), self.observer.clone());
            pool.set_metric_callback(move |info| {
                sent.one(info.elapsed);
                RequestScope::count_statement();
                (observer.0)(&info.statement.sql, info.elapsed);
            });
        });
    }
}

/// How connections are opened and used, and how many statements each keeps prepared.
fn options(url: &str, pool: &PoolSettings, statements: usize) -> ConnectOptions {
    let longest_wait = pool.acquire_timeout;
    let page_cache = format!("-{}", u64::from(pool.page_cache) * 1024);
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(pool.max_connections)
        .acquire_timeout(pool.acquire_timeout)
        .connect_timeout(pool.acquire_timeout)
        // Asked before each statement, a connection whether it still stands costs as much as the statement.
        .test_before_acquire_if_idle_for(IDLE_BEFORE_TEST)
        .sqlx_logging(false)
        // WAL: readers never wait for the writer. FULL: an acknowledged write survives a power cut.
        .map_sqlx_sqlite_opts(move |sqlite| {
            sqlite
                .pragma("journal_mode", "WAL")
                .pragma("synchronous", "FULL")
                .pragma("foreign_keys", "ON")
                .pragma("cache_size", page_cache.clone())
                // Pages beyond the cache are read from the system's, without a call and a copy for each. As much as the library maps at most: .cargo/config.toml.
                .pragma("mmap_size", "8589934592")
                .pragma("temp_store", "MEMORY")
                // What is erased or replaced is overwritten, not merely let go.
                .pragma("secure_delete", "ON")
                // LIKE as in PostgreSQL: what is compared is folded already.
                .pragma("case_sensitive_like", "ON")
                .busy_timeout(longest_wait)
                .statement_cache_capacity(statements)
        })
        // SQLite undoes a transaction by itself when the disk is full, and the library, whose own undoing then fails, takes it for unended ever after: whatever came next on that connection would
        // never be committed, and would keep every other writer out.
        .map_sqlx_sqlite_before_acquire(|connection, _| Box::pin(async move { Ok(!connection.is_in_transaction()) }))
        .map_sqlx_postgres_opts(move |postgres| postgres.application_name("yeollam").statement_cache_capacity(statements));
    options
}

fn unavailable(error: DbErr) -> Error {
    Error::Unavailable(Arc::new(error))
}

/// Whether a code of a database tells of what is around it (connections, disk, locks, its operator) rather than of the statement.
fn is_of_the_surroundings(code: &str) -> bool {
    if code.len() == 5 {
        // PostgreSQL: connections, resources (a full disk among them), operator, system; read-only.
        return ["08", "53", "57", "58"].iter().any(|class| code.starts_with(class)) || code == "25006";
    }
    // SQLite: busy, locked, read-only, read or write failed, disk full, cannot open; the rest of an extended code says which of these exactly.
    code.parse::<u32>().is_ok_and(|code| matches!(code & 0xff, 5 | 6 | 8 | 10 | 13 | 14))
}

impl From<DbErr> for Error {
    fn from(error: DbErr) -> Self {
        let transient = match &error {
            DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => true,
            DbErr::Exec(RuntimeErr::SqlxError(source)) | DbErr::Query(RuntimeErr::SqlxError(source)) => match source.as_ref() {
                // PostgreSQL: a serialisation failure, a deadlock. The transaction left nothing, and may be made again.
                sea_orm::SqlxError::Database(db) if db.code().is_some_and(|code| matches!(code.as_ref(), "40001" | "40P01")) => {
                    return Self::Contended(Arc::new(error));
                }
                sea_orm::SqlxError::Io(_) | sea_orm::SqlxError::PoolTimedOut | sea_orm::SqlxError::PoolClosed => true,
                sea_orm::SqlxError::Database(db) => db.code().is_some_and(|code| is_of_the_surroundings(&code)),
                _ => false,
            },
            _ => false,
        };
        if matches!(error, DbErr::ConnectionAcquire(ConnAcquireErr::Timeout)) {
            figures::timed_out();
        }
        if transient { unavailable(error) } else { Self::Internal(Arc::new(error)) }
    }
}
