//! A server put together: the store, the search index that follows it, the engine over both, HTTP in front.

use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::task::JoinSet;

use crate::access::Oidc;
use crate::error::Result;
use crate::export::Exporter;
use crate::graphql::admission::limits::Limits;
use crate::graphql::{Register, engine};
use crate::http::{App, Figure, Portal, Settings};
use crate::import;
use crate::import::intake::Intake;
use crate::journal::Feed;
use crate::search::Search;
use crate::store::{PoolFigures, ReplicaFigures, Salts, Store, StoreFigures};

/// The clock that a server reads.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// What keeps a server up to date with the journal, as long as it is held.
#[derive(Debug)]
pub struct Followers(JoinSet<()>);

/// Starts to follow the journal: what other processes write, and the search index in its folder.
#[must_use]
pub fn follow(store: &Store, search: &Search, index_folder: PathBuf, clock: Clock) -> Followers {
    let mut followers = JoinSet::new();
    followers.spawn(store.clone().watch_journal());
    followers.spawn(store.clone().watch_replica());
    followers.spawn(search.clone().follow(store.clone(), index_folder, Arc::clone(&clock)));
    followers.spawn(import::mark_lost(store.clone(), clock));
    Followers(followers)
}

impl Followers {
    /// Lets go of the index and of the journal.
    pub async fn stop(mut self) {
        self.0.shutdown().await;
    }
}

/// The application over a store and its search index, ready to be served.
///
/// # Errors
/// `Internal` if the schema cannot be read back, which a test rules out.
#[expect(clippy::too_many_arguments, reason = "all that a server is put together from")]
pub fn app(
    store: &Store,
    search: &Search,
    clock: Clock,
    salts: Salts,
    new_request_id: Arc<dyn Fn() -> String + Send + Sync>,
    public_url: &str,
    limits: Limits,
    settings: Settings,
    oidc: Option<Oidc>,
) -> Result<App> {
    let exporter = Arc::new(Exporter::new(store, search, public_url)?);
    let public_url = public_url.trim_end_matches('/');
    let intake = Arc::new(Intake::new(store.clone(), Arc::clone(&clock), Arc::clone(&salts)));
    let portal = Arc::new(Portal::new(Arc::clone(&clock), public_url.to_owned()));
    let register =
        Register { store: store.for_requests(), search: search.clone(), salts, public_url: public_url.into(), feed: Arc::new(Feed::new(store.clone())) };
    let engine = engine(register, clock, limits, oidc)?;
    let (store, search) = (store.clone(), search.clone());
    let watched = {
        let (store, search) = (store.clone(), search.clone());
        move || figures(&store, &search)
    };
    let ready = move || -> futures_util::future::BoxFuture<'static, Result<(), String>> {
        let (store, search) = (store.clone(), search.clone());
        Box::pin(async move {
            match store.reach().is_there() {
                true => store.check_ready().await.map_err(|error| error.chain())?,
                // What anybody asks is answered.
                false if store.replica().is_some_and(|replica| replica.through(0, store.head()).is_some()) => {}
                false => return Err("the database is not available".to_owned()),
            }
            search.snapshot().map(|_| ()).map_err(|error| error.to_string())
        })
    };
    let app = App::new(engine, Arc::new(ready), new_request_id, portal, settings);
    Ok(App { exporter: Some(exporter), intake: Some(intake), watched: Arc::new(watched), ..app })
}

/// What whoever watches the server is told of the register.
fn figures(store: &Store, search: &Search) -> Vec<Figure> {
    let StoreFigures { pools, rows, timeouts, statements, statement_time, replica } = store.figures();
    let of_pools = |read: fn(&PoolFigures) -> u64| pools.iter().map(|pool| (pool.name, read(pool))).collect();
    let indexed = search.indexed_through();
    let head = store.head().sequence();
    let files = search.snapshot().map_or(0, |snapshot| snapshot.segments.iter().map(|segment| segment.alive.count_ones(..) as u64).sum());
    let lag = u64::try_from(head - indexed).unwrap_or_default();
    let sequence = |sequence: i64| u64::try_from(sequence).unwrap_or_default();
    let mut figures = vec![
        Figure::gauge("yeollam_database_connections", "Connections to the database that are open, by pool").by("pool", of_pools(|pool| pool.connections)),
        Figure::gauge("yeollam_database_connections_idle", "Those of them that nobody uses").by("pool", of_pools(|pool| pool.idle)),
        Figure::gauge("yeollam_database_connections_in_use", "Those of them that are used")
            .by("pool", of_pools(|pool| pool.connections.saturating_sub(pool.idle))),
        Figure::gauge("yeollam_database_connections_limit", "Connections that may be open").by("pool", of_pools(|pool| pool.limit)),
        Figure::counter("yeollam_database_connection_timeouts", "Times that no connection was to be had in time").is(timeouts),
        Figure::counter("yeollam_database_statements", "Statements sent").is(statements),
        Figure::counter("yeollam_database_statement_seconds", "Time that they took together").measures(statement_time.as_secs_f64()),
        Figure::counter("yeollam_row_cache_hits", "Rows and pages of the database that were kept in memory").is(rows.hits),
        Figure::counter("yeollam_row_cache_misses", "Those that were not").is(rows.misses),
        Figure::gauge("yeollam_row_cache_bytes", "Bytes that they take").is(rows.bytes),
        Figure::gauge("yeollam_journal_sequence", "Last entry of the journal that this server knows of").is(sequence(head)),
        Figure::gauge("yeollam_search_ready", "Whether the search index can be asked: 1 or 0").is(search.snapshot().is_ok().into()),
        Figure::gauge("yeollam_search_sequence", "Last entry of the journal that is in the search index").is(sequence(indexed)),
        Figure::gauge("yeollam_search_lag_entries", "Entries of the journal that are not in it yet").is(lag),
        Figure::gauge("yeollam_search_files", "Data files in it").is(files),
    ];
    if let Some(ReplicaFigures { keeps_up, lag, queries }) = replica {
        figures.extend([
            Figure::gauge("yeollam_replica_in_use", "Whether the replica answers what anybody asks: 1 or 0").is(keeps_up.into()),
            Figure::gauge("yeollam_replica_lag_entries", "Entries of the journal that it lacks").is(lag),
            Figure::counter("yeollam_replica_queries", "Operations that it was asked for").is(queries),
        ]);
    }
    figures
}
