//! Whether the database can be reached: whoever follows the journal asks it all the time, so that nobody else has to wait in order to find out.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::error::{Error, Result};

/// Whether the database could be reached when it was last asked: a handle that may be cloned.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    is_lost: Arc<AtomicBool>,
}

impl Reach {
    /// Whether it could; also where it was not asked yet.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.is_lost.load(Ordering::Relaxed)
    }

    /// Notes how it went to ask it. An error that is not of the connection says nothing of it.
    pub(crate) fn note<T>(&self, asked: &Result<T>) {
        match asked {
            Ok(_) if self.is_lost.swap(false, Ordering::Relaxed) => tracing::info!("the database is there again"),
            Err(Error::Unavailable(_)) => self.is_lost.store(true, Ordering::Relaxed),
            Ok(_) | Err(_) => {}
        }
    }
}
