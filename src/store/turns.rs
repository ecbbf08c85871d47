//! Whose turn it is to write. One writer at a time has the database to itself; the others of this process wait here, where they hold no connection: else a few of them would leave none to those who read.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::{Error, Result};

/// The turns of one process: a handle that may be cloned.
#[derive(Clone, Debug)]
pub struct Turns(Arc<Semaphore>);

/// The right to write, until it is dropped.
pub type Turn = OwnedSemaphorePermit;

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(1)))
    }
}

impl Turns {
    /// The next turn, when it comes: whoever asked first has it first. How long it may be waited for is up to whoever waits.
    ///
    /// # Errors
    /// `Internal` where there are no turns any more, which never is.
    pub async fn take(&self) -> Result<Turn> {
        Arc::clone(&self.0).acquire_owned().await.map_err(|closed| Error::internal(closed.to_string()))
    }
}
