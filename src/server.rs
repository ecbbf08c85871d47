//! A server put together: the store, the engine over it, HTTP in front.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::error::Result;
use crate::graphql::admission::limits::Limits;
use crate::graphql::engine;
use crate::http::{App, Settings};
use crate::store::Store;

/// The clock that a server reads.
pub type Clock = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;

/// The application over a store, ready to be served.
///
/// # Errors
/// `Internal` if the schema cannot be read back, which a test rules out.
pub fn app(store: &Store, clock: Clock, new_request_id: Arc<dyn Fn() -> String + Send + Sync>, public_url: &str, limits: Limits, settings: Settings) -> Result<App> {
    let engine = engine(store, clock, public_url, limits)?;
    let store = store.clone();
    let ready = move || -> futures_util::future::BoxFuture<'static, Result<(), String>> {
        let store = store.clone();
        Box::pin(async move { store.check_ready().await.map_err(|error| error.chain()) })
    };
    Ok(App { engine: Arc::new(engine), ready: Arc::new(ready), new_request_id, settings })
}
