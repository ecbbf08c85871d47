//! The public schema: its roots, and what every noun's `graphql` part shares. `schema.graphql` is printed from here by a test.

pub mod admission;
pub mod budget;
pub mod connection;
mod declared_cost;
pub mod documents;
pub mod eager;
pub mod engine;
mod enum_label;
mod federation;
pub mod filter;
pub mod guard;
pub mod loaders;
pub mod mutation;
pub mod node;
pub mod order;
pub mod ordered;
pub mod request;
#[cfg(test)]
pub(crate) mod sample;
pub mod scalar;
mod schema;
pub mod subscription;
pub mod trusted;

pub use schema::{engine, sdl, subgraph_sdl};

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::Context;
use async_graphql::dataloader::{DataLoader, HashMapCache, Loader};
use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use tokio::task::JoinSet;
use tracing::Instrument as _;
use uuid::Uuid;

use self::loaders::LoaderQueue;
use self::request::RequestContext;
use crate::access::Viewer;
use crate::error::{Error, Result};
use crate::journal::Feed;
use crate::search::Search;
use crate::store::{ById, Children, Identified, Part, PartRow, RequestScope, RowOf, Salts, Store};
use crate::vocabulary::Vocabulary;

crate::vocabulary! {
    /// Language of labels (언어).
    pub enum Language {
        Ko = "KO", "한국어", "Korean";
        En = "EN", "영어", "English";
    }
}

/// What every request reads and writes with.
#[derive(Clone)]
pub struct Register {
    /// The tables.
    pub store: Store,
    /// The search index.
    pub search: Search,
    /// Where salts come from.
    pub salts: Salts,
    /// Address under which the public reaches this server, without a slash at the end.
    pub public_url: Arc<str>,
    /// The journal, to be followed.
    pub feed: Arc<Feed>,
}

impl Register {
    /// The same over the replica of its tables, if that has the entry of the journal and all that is known here. It searches what can be searched now: what is found later, the replica may lack.
    #[must_use]
    pub fn over_replica(&self, at_least: i64) -> Option<Self> {
        let replica = self.store.replica()?;
        let search = self.search.as_it_is();
        let store = replica.through(at_least.max(search.indexed_through()), self.store.head())?;
        Some(Self { store, search, ..self.clone() })
    }
}

/// What one request reads with: its loaders, and the moment it began.
pub struct Session {
    /// The register.
    pub store: Store,
    /// Loaders of this request. Never shared between requests: their cache would outlive what they read.
    loader: Mutex<Arc<Loaders>>,
    queue: LoaderQueue,
    /// Whose token the request brought.
    pub viewer: Option<Arc<Viewer>>,
    /// Key under which its mutations are carried out once.
    pub idempotency_key: Option<String>,
    /// Where salts come from.
    pub salts: Salts,
    /// The moment at which the request began.
    pub now: DateTime<Utc>,
    /// The search index.
    pub search: Search,
    /// Address under which the public reaches this server, without a slash at the end.
    pub public_url: Arc<str>,
    /// The journal, to be followed.
    pub feed: Arc<Feed>,
}

/// Loaders of a request, with what they have loaded.
type Loaders = DataLoader<Store, HashMapCache>;

impl Session {
    /// The session of a request that began at `now`.
    #[must_use]
    pub fn new(register: &Register, context: &RequestContext, now: DateTime<Utc>) -> Self {
        let Register { store, search, salts, public_url, feed } = register;
        Self {
            store: store.clone(),
            loader: Mutex::new(Arc::new(context.loaders.loader(store.clone()))),
            queue: context.loaders.clone(),
            viewer: context.viewer.clone(),
            idempotency_key: context.idempotency_key.clone(),
            salts: Arc::clone(salts),
            now,
            search: search.clone(),
            public_url: Arc::clone(public_url),
            feed: Arc::clone(feed),
        }
    }

    /// The loaders.
    #[must_use]
    pub fn loader(&self) -> Arc<Loaders> {
        Arc::clone(&self.loader.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Forgets what was loaded: after a write it may no longer be so.
    pub fn forget_loaded(&self) {
        *self.loader.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(self.queue.loader(self.store.clone()));
    }

    /// Runs work on the tables that no loader does, in a task of its own: while batches of loaders run, the request itself is not driven, and must not hold a connection that they wait for.
    ///
    /// # Errors
    /// Those of the work; `Internal` if it broke off.
    pub async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T>> + Send + 'static) -> Result<T> {
        // In a set, which stops it when the request is given up.
        let mut tasks = JoinSet::from_iter([RequestScope::carried(work).in_current_span()]);
        match tasks.join_next().await {
            Some(done) => done.map_err(|error| Error::internal(error.to_string()))?,
            None => Err(Error::internal("a task was not started")),
        }
    }

    /// The day in Korea: what is in force, and what a contract's end means, follow it.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        day_in_korea(self.now)
    }

    /// Permanent address of a thing: what kind of thing, and its human key.
    #[must_use]
    pub fn url(&self, things: &str, key: &str) -> String {
        let mut url = format!("{}/{things}/", self.public_url);
        for byte in key.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
                url.push(byte.into());
            } else {
                url.push_str(&format!("%{byte:02X}"));
            }
        }
        url
    }
}

/// The calendar day in Asia/Seoul at that moment. Korea has kept UTC+9 without daylight saving since 1988.
#[must_use]
pub fn day_in_korea(moment: DateTime<Utc>) -> NaiveDate {
    const SEOUL: Option<FixedOffset> = FixedOffset::east_opt(9 * 3600);
    SEOUL.map_or_else(|| moment.date_naive(), |seoul| moment.with_timezone(&seoul).date_naive())
}

/// The member of a closed set that a stored word names.
///
/// # Errors
/// `Internal` for a word that the set lacks: the database was written by a newer version, or by another hand.
pub fn word<T: Vocabulary>(stored: &str) -> Result<T> {
    T::from_word(stored).ok_or_else(|| Error::internal(format!("{} has no word \"{stored}\"", T::NAME)))
}

/// Reading through the request's loaders.
#[expect(async_fn_in_trait, reason = "implemented for one type, in this crate")]
pub trait Reads {
    /// The request's session.
    ///
    /// # Errors
    /// `Internal` outside a request.
    fn session(&self) -> Result<&Session>;

    /// Loads by key, in one statement with every other resolver that asks for a key of the type.
    async fn load<K>(&self, key: K) -> Result<Option<<Store as Loader<K>>::Value>>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        Store: Loader<K, Error = Error>;

    /// Row that a key points to; an error where the table lacks it.
    async fn row<E: Identified>(&self, id: Uuid) -> Result<Arc<RowOf<E>>>;

    /// Rows that keys point to, in one statement.
    async fn rows<E: Identified>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Arc<RowOf<E>>>>;

    /// Parts of an owner, in order.
    async fn parts<P: Part>(&self, owner: Uuid) -> Result<Arc<Vec<PartRow<P>>>>;
}

impl Reads for Context<'_> {
    fn session(&self) -> Result<&Session> {
        self.data_opt::<Session>().ok_or_else(|| Error::internal("a resolver ran outside a request"))
    }

    async fn load<K>(&self, key: K) -> Result<Option<<Store as Loader<K>>::Value>>
    where
        K: Clone + Eq + Hash + Send + Sync + 'static,
        Store: Loader<K, Error = Error>,
    {
        // Boxed, since the future of every field of an object takes as much room as that of its largest.
        Box::pin(self.session()?.loader().load_one(key)).await
    }

    async fn row<E: Identified>(&self, id: Uuid) -> Result<Arc<RowOf<E>>> {
        self.load(ById::<E>::new(id)).await?.ok_or_else(|| Error::internal(format!("{} lacks the row {id}", std::any::type_name::<E>())))
    }

    async fn rows<E: Identified>(&self, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Arc<RowOf<E>>>> {
        let rows = self.session()?.loader().load_many(ids.into_iter().map(ById::<E>::new)).await?;
        Ok(rows.into_iter().map(|(key, row)| (key.0, row)).collect())
    }

    async fn parts<P: Part>(&self, owner: Uuid) -> Result<Arc<Vec<PartRow<P>>>> {
        Ok(self.load(Children::<P>::new(owner)).await?.unwrap_or_default())
    }
}
