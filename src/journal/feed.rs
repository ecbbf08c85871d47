//! The feed: the entries of the journal from any position on, each once and in order, for as long as somebody follows.
//!
//! Entries are read by their sequence, a page at a time and only when the follower takes them: news of the head merely wakes. So it does not matter which process wrote, how often a follower is woken, or
//! how slow it is. Those who are near the head, as most are, share the entries that were read last.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use entity::change;
use futures_util::stream::{self, Stream};
use tokio::sync::Mutex;

use super::graphql::ChangeFilter;
use crate::error::{Error, Result};
use crate::store::Store;

/// Entries that a follower takes at once.
const PAGE: u64 = 100;

/// Entries before the head that followers share.
const SHARED: usize = 1_000;

/// Pause before the journal is asked again when the database was away.
const PAUSE: Duration = Duration::from_secs(1);

/// The journal of a store, to be followed.
pub struct Feed {
    store: Store,
    recent: Mutex<Recent>,
}

/// The entries read last: those after `start`, without a gap.
#[derive(Default)]
struct Recent {
    start: i64,
    entries: VecDeque<Arc<change::Model>>,
}

impl Recent {
    fn end(&self) -> i64 {
        self.entries.back().map_or(self.start, |entry| entry.sequence)
    }

    /// A page of the entries after `after`; `None` where they go back less far.
    fn after(&self, after: i64) -> Option<Vec<Arc<change::Model>>> {
        let skipped = usize::try_from(after - self.start).ok()?;
        Some(self.entries.iter().skip(skipped).take(usize::try_from(PAGE).unwrap_or(usize::MAX)).cloned().collect())
    }
}

impl Feed {
    /// The feed of a store.
    #[must_use]
    pub fn new(store: Store) -> Self {
        Self { store, recent: Mutex::default() }
    }

    /// The entries that the filter admits after the one with that sequence, or after the current head: those that are there, then those that come. A database that is away is waited for.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id that is none in the filter.
    pub fn follow(
        self: Arc<Self>,
        after: Option<i64>,
        filter: Option<Box<ChangeFilter>>,
    ) -> Result<impl Stream<Item = Result<change::Model>> + Send + 'static> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        let follower = Follower { head: self.store.head().watch(), after, filter, waiting: VecDeque::new(), feed: self };
        Ok(stream::try_unfold(follower, |mut follower| async move { follower.next().await.map(|entry| Some((entry, follower))) }))
    }

    /// A page of the entries after `after`, and how far it leads. `after` is less than `head`.
    async fn page(&self, after: i64, head: i64, filter: Option<&ChangeFilter>) -> Result<(Vec<Arc<change::Model>>, i64)> {
        {
            let mut recent = self.recent.lock().await;
            let shared = i64::try_from(SHARED).unwrap_or(i64::MAX);
            if head - recent.end() > shared {
                *recent = Recent { start: head - shared, entries: VecDeque::new() };
            }
            while recent.end() < head {
                let entries = self.store.changes_after(recent.end(), head, None, PAGE).await?;
                if entries.is_empty() {
                    return Err(Error::internal(format!("the journal has no entry after {}, though it goes to {head}", recent.end())));
                }
                recent.entries.extend(entries.into_iter().map(Arc::new));
                let surplus = recent.entries.len().saturating_sub(SHARED);
                recent.entries.drain(..surplus);
                recent.start += i64::try_from(surplus).unwrap_or_default();
            }
            if let Some(mut page) = recent.after(after) {
                let through = page.last().map_or(after, |entry| entry.sequence);
                page.retain(|entry| filter.is_none_or(|filter| filter.admits(entry)));
                return Ok((page, through));
            }
        }
        // Far behind: the database leaves out what the filter does not admit.
        let page = self.store.changes_after(after, head, filter, PAGE).await?;
        let through = match page.last() {
            Some(last) if page.len() as u64 == PAGE => last.sequence,
            _ => head,
        };
        Ok((page.into_iter().map(Arc::new).collect(), through))
    }
}

/// Whoever follows, and how far they came.
struct Follower {
    feed: Arc<Feed>,
    head: tokio::sync::watch::Receiver<i64>,
    /// Sequence through which everything is in `waiting` or was taken; `None` before the first entry is asked for.
    after: Option<i64>,
    filter: Option<Box<ChangeFilter>>,
    waiting: VecDeque<Arc<change::Model>>,
}

impl Follower {
    async fn next(&mut self) -> Result<change::Model> {
        loop {
            if let Some(entry) = self.waiting.pop_front() {
                return Ok((*entry).clone());
            }
            match self.read().await {
                Ok(()) => {}
                Err(Error::Unavailable(error)) => {
                    tracing::debug!(%error, "the journal cannot be read; its followers wait");
                    tokio::time::sleep(PAUSE).await;
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Reads a page, or waits until there may be one.
    async fn read(&mut self) -> Result<()> {
        let Some(after) = self.after else {
            self.feed.store.note_head().await?;
            self.after = Some(self.feed.store.head().sequence());
            return Ok(());
        };
        let head = *self.head.borrow_and_update();
        if head > after {
            let (page, through) = self.feed.page(after, head, self.filter.as_deref()).await?;
            self.waiting.extend(page);
            self.after = Some(through);
        } else if self.head.changed().await.is_err() {
            return Err(Error::internal("the head of the journal is gone while it is followed"));
        }
        Ok(())
    }
}
