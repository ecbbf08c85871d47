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
use crate::http::{App, Portal, Settings};
use crate::import;
use crate::import::intake::Intake;
use crate::journal::Feed;
use crate::search::Search;
use crate::store::{Salts, Store};

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
    let register = Register { store: store.clone(), search: search.clone(), salts, public_url: public_url.into(), feed: Arc::new(Feed::new(store.clone())) };
    let engine = engine(register, clock, limits, oidc)?;
    let (store, search) = (store.clone(), search.clone());
    let ready = move || -> futures_util::future::BoxFuture<'static, Result<(), String>> {
        let (store, search) = (store.clone(), search.clone());
        Box::pin(async move {
            if !store.reach().is_there() {
                return Err("the database is not available".to_owned());
            }
            store.check_ready().await.map_err(|error| error.chain())?;
            search.snapshot().map(|_| ()).map_err(|error| error.to_string())
        })
    };
    let app = App::new(engine, Arc::new(ready), new_request_id, portal, settings);
    Ok(App { exporter: Some(exporter), intake: Some(intake), ..app })
}
