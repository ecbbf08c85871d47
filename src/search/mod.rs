//! Finding: by text, by facets and by numbers, over what is in force now. Answered by an index that is derived from the journal and the tables, and never holds a fact that the tables lack.
//!
//! Words are found by their letters (`text`) in names and purposes through Tantivy's postings, and in the names of linked objects by a pass over all of them (`names`, `linked`). Every condition
//! becomes a set of files (`condition`), sets are joined (`query`), and what is left is ranked (`rank`), counted (`facet`, `statistics`) or completed (`suggest`).

pub mod condition;
mod dimension;
pub mod document;
mod facet;
mod filter;
pub mod graphql;
mod highlight;
mod index;
mod layout;
pub mod linked;
mod names;
pub mod query;
mod rank;
mod segment;
pub mod similar;
pub mod statistics;
mod store;
pub mod suggest;
mod tally;
#[cfg(test)]
mod tests;
mod text;

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::{Semaphore, watch};

pub use dimension::{Dimension, FacetDimension, StatisticsDimension};
pub use filter::SearchFilter;
pub use index::{OpenIndex, Progress, Snapshot, Status, status};
pub use query::Query;
pub use rank::Hit;

use crate::error::{Error, Result};
use crate::graphql::day_in_korea;
use crate::store::Store;

crate::vocabulary! {
    /// What rows of statistics are ranked by (통계 순위 기준).
    pub enum StatisticsMeasure {
        DataFiles = "DATA_FILES", "개인정보파일 수", "Number of data files";
        DeclaredSubjects = "DECLARED_SUBJECTS", "정보주체 수", "Sum of the declared data-subject counts";
        Agencies = "AGENCIES", "기관 수", "Number of agencies";
    }
}

crate::vocabulary! {
    /// What a suggestion is (추천어 종류).
    pub enum SuggestionKind {
        Agency = "AGENCY", "기관", "Agency";
        DataFile = "DATA_FILE", "개인정보파일", "Name of data files";
        Organization = "ORGANIZATION", "제공받는 자·수탁자", "Recipient or entrustee";
        Statute = "STATUTE", "법령", "Statute";
        ItemCategory = "ITEM_CATEGORY", "항목 분류", "Item category";
    }
}

/// Pause after the index could not follow the journal.
const RETRY: Duration = Duration::from_secs(5);
/// Longest pause after it could not be opened or built over and over: on a full disk each try is the work of minutes, and leaves nothing.
const LONGEST_RETRY: Duration = Duration::from_secs(320);
/// Longest time until it is noticed that another day began, or that findings were computed anew.
const CHECK: Duration = Duration::from_secs(60);

/// The search of a server: empty until the index is ready.
#[derive(Clone)]
pub struct Search {
    /// What it is, and how often it changed.
    state: Arc<RwLock<(State, u64)>>,
    permits: Arc<Semaphore>,
}

impl Default for Search {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        Self { state: Arc::default(), permits: Arc::new(Semaphore::new(cores)) }
    }
}

#[derive(Clone)]
enum State {
    /// The index is opened or built: files done, files in all.
    Preparing(u64, u64),
    /// It cannot be opened, and why.
    Held(String),
    /// It can be asked.
    Ready(Arc<Snapshot>),
}

impl Default for State {
    fn default() -> Self {
        Self::Preparing(0, 0)
    }
}

impl Search {
    /// The search of a program that asks once, and does not follow the register.
    #[must_use]
    pub fn holding(snapshot: Snapshot) -> Self {
        let search = Self::default();
        search.set(State::Ready(Arc::new(snapshot)));
        search
    }

    /// The same, which goes on to search what can be searched now.
    #[must_use]
    pub fn as_it_is(&self) -> Self {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner).clone();
        Self { state: Arc::new(RwLock::new(state)), permits: Arc::clone(&self.permits) }
    }

    /// What can be searched now.
    ///
    /// # Errors
    /// `NotReady` while the index is prepared.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>> {
        match self.state() {
            State::Ready(snapshot) => Ok(snapshot),
            State::Held(why) => Err(Error::NotReady(why)),
            State::Preparing(done, total) => {
                let how_far = if total > 0 { format!(": {done} of {total} files are read") } else { String::new() };
                Err(Error::NotReady(format!("the search index is being prepared{how_far}; ask again in a while, /readyz tells when it is ready")))
            }
        }
    }

    /// Journal entries up to this one can be searched; 0 while the index is prepared.
    #[must_use]
    pub fn indexed_through(&self) -> i64 {
        self.position().1
    }

    /// How often what can be searched changed since this server started, and the entry of the journal up to which it can be searched.
    #[must_use]
    pub fn position(&self) -> (u64, i64) {
        let state = self.state.read().unwrap_or_else(PoisonError::into_inner);
        match &*state {
            (State::Ready(snapshot), changes) => (*changes, snapshot.sequence),
            (State::Preparing(..) | State::Held(_), changes) => (*changes, 0),
        }
    }

    /// Searches what can be searched now, where it holds up no other request; not more searches at a time than there are cores for.
    ///
    /// # Errors
    /// `NotReady` while the index is prepared; those of the search.
    pub async fn run<T: Send + 'static>(&self, search: impl FnOnce(Arc<Snapshot>) -> Result<T> + Send + 'static) -> Result<T> {
        let snapshot = self.snapshot()?;
        let _permit = self.permits.acquire().await.map_err(|error| Error::internal(error.to_string()))?;
        tokio::task::spawn_blocking(move || search(snapshot)).await.map_err(|error| Error::internal(error.to_string()))?
    }

    fn state(&self) -> State {
        self.state.read().unwrap_or_else(PoisonError::into_inner).0.clone()
    }

    fn set(&self, state: State) {
        let mut held = self.state.write().unwrap_or_else(PoisonError::into_inner);
        *held = (state, held.1 + 1);
    }

    /// Opens the index in the folder and keeps it up to date with the journal, until it is dropped. What goes wrong is logged and tried again.
    pub async fn follow(self, store: Store, folder: std::path::PathBuf, clock: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>) {
        let today = move || day_in_korea(clock());
        let mut pause = RETRY;
        loop {
            let followed = self.follow_until_it_fails(&store, &folder, &today, &mut pause).await;
            if let Err(error) = followed {
                tracing::error!(error = error.chain(), "the search index cannot follow the register; trying again");
                // Held by a server that ends, it is to be had soon.
                if matches!(error, Error::NotReady(_)) {
                    pause = RETRY;
                }
                if let Error::NotReady(why) = error
                    && !matches!(self.state(), State::Ready(_))
                {
                    self.set(State::Held(why));
                }
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_RETRY);
        }
    }

    /// Sets `pause` back once the index is there.
    async fn follow_until_it_fails(&self, store: &Store, folder: &Path, today: &(dyn Fn() -> NaiveDate + Send + Sync), pause: &mut Duration) -> Result<()> {
        let progress = |done, total| {
            // What was ready stays so until the new index is.
            if !matches!(self.state(), State::Ready(_)) {
                self.set(State::Preparing(done, total));
            }
        };
        let mut head = store.head().watch();
        let mut index = OpenIndex::open(folder, store, today(), &progress).await?;
        *pause = RETRY;
        // From here on writes wait until they can be found. Should this end, they wait no longer.
        let (followed, follower) = watch::channel(index.sequence());
        store.head().follow(follower);
        self.set(State::Ready(Arc::new(index.snapshot().await?)));
        tracing::info!(sequence = index.sequence(), "the search index is ready");
        let mut checks = tokio::time::interval_at(tokio::time::Instant::now() + CHECK, CHECK);
        loop {
            head.mark_unchanged();
            if index.catch_up(store, today()).await? {
                self.set(State::Ready(Arc::new(index.snapshot().await?)));
            }
            followed.send_replace(index.sequence());
            tokio::select! {
                _ = head.changed() => {}
                _ = checks.tick() => if !index.has_the_findings(store).await? {
                    drop(index);
                    index = OpenIndex::open(folder, store, today(), &progress).await?;
                    self.set(State::Ready(Arc::new(index.snapshot().await?)));
                },
            }
        }
    }
}
