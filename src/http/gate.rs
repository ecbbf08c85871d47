//! How many requests are executed at a time. A few more wait; beyond them a request is turned away at once, so that those inside are answered in time.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

use tokio::sync::{Semaphore, SemaphorePermit};

/// The gate before execution.
#[derive(Debug)]
pub struct Gate {
    places: Semaphore,
    capacity: usize,
    waiting: AtomicUsize,
    queue: usize,
    turned_away: AtomicU64,
}

/// What passes the gate at the moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GateFigures {
    /// Requests being executed.
    pub inside: u64,
    /// Requests that may be executed at a time.
    pub places: u64,
    /// Requests that wait.
    pub waiting: u64,
    /// Requests turned away since the server started.
    pub turned_away: u64,
}

impl Gate {
    /// A gate for so many requests inside and so many waiting.
    #[must_use]
    pub fn new(capacity: usize, queue: usize) -> Self {
        let capacity = capacity.clamp(1, Semaphore::MAX_PERMITS);
        Self { places: Semaphore::new(capacity), capacity, waiting: AtomicUsize::new(0), queue, turned_away: AtomicU64::new(0) }
    }

    /// A place inside, perhaps after a wait; `None` where too many wait already.
    pub async fn enter(&self) -> Option<SemaphorePermit<'_>> {
        if let Ok(place) = self.places.try_acquire() {
            return Some(place);
        }
        let waits = Waits::begin(&self.waiting);
        if waits.before >= self.queue {
            self.turned_away.fetch_add(1, Ordering::Relaxed);
            return None;
        }
        self.places.acquire().await.ok()
    }

    /// A place inside for what cannot be turned away: the next event of a subscription.
    pub async fn enter_in_any_case(&self) -> Option<SemaphorePermit<'_>> {
        let _waits = Waits::begin(&self.waiting);
        self.places.acquire().await.ok()
    }

    /// What passes it at the moment.
    #[must_use]
    pub fn figures(&self) -> GateFigures {
        GateFigures {
            places: self.capacity as u64,
            inside: self.capacity.saturating_sub(self.places.available_permits()) as u64,
            waiting: self.waiting.load(Ordering::Relaxed) as u64,
            turned_away: self.turned_away.load(Ordering::Relaxed),
        }
    }
}

/// One that waits, until it is dropped.
struct Waits<'a> {
    waiting: &'a AtomicUsize,
    before: usize,
}

impl<'a> Waits<'a> {
    fn begin(waiting: &'a AtomicUsize) -> Self {
        Self { waiting, before: waiting.fetch_add(1, Ordering::Relaxed) }
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.waiting.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    #[tokio::test]
    async fn as_many_as_there_are_places_and_a_few_that_wait() {
        let gate = Gate::new(1, 1);
        let inside = gate.enter().await.unwrap();
        let mut waits = Box::pin(gate.enter());
        assert!(waits.as_mut().now_or_never().is_none());
        assert_eq!(gate.figures(), GateFigures { inside: 1, places: 1, waiting: 1, turned_away: 0 });
        assert!(gate.enter().await.is_none(), "one waits already");
        let mut event = Box::pin(gate.enter_in_any_case());
        assert!(event.as_mut().now_or_never().is_none());
        drop(inside);
        drop(waits.await.unwrap());
        drop(event.await.unwrap());
        assert_eq!(gate.figures(), GateFigures { inside: 0, places: 1, waiting: 0, turned_away: 1 });
    }
}
