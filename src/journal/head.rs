//! How far the journal goes, as this process knows it, and who follows it.
//!
//! What is derived from the journal (the search index, subscriptions) waits here for news. A write waits in turn until those who promised to keep up have read it, so that whoever wrote finds what
//! was written.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

/// Head of the journal: a handle that may be cloned.
#[derive(Clone, Debug)]
pub struct Head {
    sequence: Arc<watch::Sender<i64>>,
    last_erasure: Arc<AtomicI64>,
    followers: Arc<Mutex<Vec<watch::Receiver<i64>>>>,
}

impl Default for Head {
    fn default() -> Self {
        Self { sequence: Arc::new(watch::Sender::new(0)), last_erasure: Arc::default(), followers: Arc::default() }
    }
}

impl Head {
    /// The greatest sequence known; 0 before any is.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        *self.sequence.borrow()
    }

    /// Notes that the journal reaches `sequence`. A smaller one than is known says nothing.
    pub fn reached(&self, sequence: i64) {
        self.sequence.send_if_modified(|known| {
            let is_news = sequence > *known;
            *known = sequence.max(*known);
            is_news
        });
    }

    /// The last entry by which something was erased, of those that the journal is known to reach; 0 if there is none.
    #[must_use]
    pub fn last_erasure(&self) -> i64 {
        self.last_erasure.load(Ordering::SeqCst)
    }

    /// Notes that the entry `sequence` erases something: before it is noted that the journal reaches it.
    pub fn erased_by(&self, sequence: i64) {
        self.last_erasure.fetch_max(sequence, Ordering::SeqCst);
    }

    /// Whoever waits for news. Every change of the value is a new head; some may be passed over.
    #[must_use]
    pub fn watch(&self) -> watch::Receiver<i64> {
        self.sequence.subscribe()
    }

    /// Adds a follower that writes wait for: `progress` tells the sequence that it has read through. It leaves by dropping the sender.
    pub fn follow(&self, progress: watch::Receiver<i64>) {
        self.followers.lock().unwrap_or_else(PoisonError::into_inner).push(progress);
    }

    /// Waits until every follower has read through `sequence`, or has left.
    pub async fn followed_through(&self, sequence: i64) {
        let followers = {
            let mut followers = self.followers.lock().unwrap_or_else(PoisonError::into_inner);
            followers.retain(|progress| progress.has_changed().is_ok());
            followers.clone()
        };
        for mut progress in followers {
            // An error says that the follower is gone: nobody is left to wait for.
            let _ = progress.wait_for(|reached| *reached >= sequence).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn writes_wait_for_followers_that_are_there() {
        let head = Head::default();
        let (progress, reached) = watch::channel(0);
        head.follow(reached);
        head.reached(3);
        head.reached(2);
        assert_eq!(head.sequence(), 3);
        let waiting = tokio::spawn({
            let head = head.clone();
            async move { head.followed_through(3).await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        progress.send_replace(3);
        waiting.await.unwrap();
        drop(progress);
        head.followed_through(9).await;
    }
}
