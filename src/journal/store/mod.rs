//! The journal in the tables: reading it, following its head, proving it, and copying it to a mirror.

mod content;
mod export;
mod line;
mod mirror;
mod verify;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_graphql::dataloader::Loader;
use entity::{agency, change, data_file};
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, SelectStatement};
use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait as _, DatabaseBackend, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _,
    QueryTrait as _,
};
use uuid::Uuid;

use super::ChangeKindFilter;
use super::graphql::ChangeFilter;
use crate::error::{Error, Result};
use crate::graphql::filter::{DateTimeFilter, IdFilter};
use crate::identity::{GlobalId, change_key};
use crate::store::{Cursor, JOURNAL_CHANNEL, Key, Kind, Listing, Order, OrderKey, Store, all_of, exact, instant, listed_by_default};

pub use mirror::{Lines, Mirrored, Refused};
pub(crate) use verify::first_untrue;
pub use verify::{Broken, Proof, Unproven, hex};

/// List of changes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct ChangeListing {
    since: Option<i64>,
    filter: Option<Box<ChangeFilter>>,
}

impl ChangeListing {
    /// Changes after the entry with the sequence `since` that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id that is none in the filter.
    pub fn new(since: Option<i64>, filter: Option<Box<ChangeFilter>>) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        Ok(Self { since, filter })
    }
}

impl Listing for ChangeListing {
    type Row = change::Model;

    fn source(&self, _: &[Uuid]) -> SelectStatement {
        // Lists end their order with `id`: the sequence is the id of an entry.
        let mut select = change::Entity::find().into_query();
        select.expr_as(Expr::col((change::Entity, change::Column::NodeId)), "id");
        if let Some(since) = self.since {
            select.and_where(Expr::col((change::Entity, change::Column::Sequence)).gt(since));
        }
        if let Some(Ok(condition)) = self.filter.as_deref().map(ChangeFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<change::Model> {
        Order {
            name: "changes",
            is_descending: false,
            keys: vec![OrderKey::column(Kind::Number, "sequence", |row| Key::Number(row.sequence))],
            id: |row| row.node_id,
        }
    }
}

/// Sequence of the entry that a cursor names.
///
/// # Errors
/// `BAD_USER_INPUT` for a cursor of another list.
pub fn sequence_at(cursor: &str) -> Result<i64> {
    let cursor = Cursor::parse(cursor)?;
    match ChangeListing::default().order().keys_of(&cursor)? {
        [Key::Number(sequence)] => Ok(*sequence),
        _ => Err(Error::internal("the order of changes has other keys than their sequence")),
    }
}

impl ChangeFilter {
    /// Whether the filter admits an entry that is at hand: what [`Self::condition`] asks of the table.
    #[must_use]
    pub fn admits(&self, entry: &change::Model) -> bool {
        let of_kind = |filter: &ChangeKindFilter| filter.words().is_none_or(|words| words.contains(&entry.kind.as_str())) && filter.is_null != Some(true);
        let is_node = |id: &async_graphql::ID| GlobalId::parse(id).is_ok_and(|id| id.key == entry.node_id);
        let of_node = |filter: &IdFilter| filter.eq.as_ref().is_none_or(is_node) && filter.r#in.as_ref().is_none_or(|ids| ids.iter().any(is_node));
        let of_time =
            |filter: &DateTimeFilter| filter.gte.is_none_or(|from| entry.recorded_at >= from.0) && filter.lte.is_none_or(|until| entry.recorded_at <= until.0);
        self.kind.as_ref().is_none_or(of_kind) && self.node.as_ref().is_none_or(of_node) && self.recorded_at.as_ref().is_none_or(of_time)
    }

    /// The filter over the columns of `change`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id that is none.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: change::Column| Expr::col((change::Entity, column));
        let nodes = self.node.as_ref().map(|filter| {
            let keys = |ids: &[async_graphql::ID]| ids.iter().map(|id| Ok(GlobalId::parse(id)?.key)).collect::<Result<Vec<Uuid>>>();
            let eq = filter.eq.as_ref().map(|id| keys(std::slice::from_ref(id))).transpose()?;
            let among = filter.r#in.as_ref().map(|ids| keys(ids)).transpose()?;
            Ok::<_, Error>(all_of([eq, among].map(|keys| keys.map(|keys| Condition::all().add(column(change::Column::NodeId).is_in(keys))))))
        });
        Ok(all_of([
            self.kind.as_ref().map(|filter| exact(column(change::Column::Kind), filter.words(), filter.is_null)),
            self.recorded_at.as_ref().map(|filter| instant(column(change::Column::RecordedAt), filter)),
            nodes.transpose()?,
        ]))
    }
}

/// Loader key: the entry with that key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ChangeByKey(pub Uuid);

impl Loader<ChangeByKey> for Store {
    type Value = Arc<change::Model>;
    type Error = Error;

    async fn load(&self, keys: &[ChangeByKey]) -> Result<HashMap<ChangeByKey, Self::Value>> {
        let sequences = keys.iter().filter_map(|key| i64::try_from(key.0.as_u128()).ok());
        let rows = change::Entity::find().filter(change::Column::Sequence.is_in(sequences)).all(self.db()).await?;
        Ok(rows.into_iter().map(|row| (ChangeByKey(change_key(row.sequence)), Arc::new(row))).collect())
    }
}

/// What the register counts of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files that lists show.
    pub data_files: u64,
    /// Agencies.
    pub agencies: u64,
}

/// The last tally, and through which entry of the journal it holds at least: to count hundreds of thousands of files for every page that shows their number would take longer than all else on it.
pub type LastTally = Arc<std::sync::Mutex<Option<(i64, Tally)>>>;

impl Store {
    /// Last entry of the journal.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn last_change(&self) -> Result<Option<change::Model>> {
        Ok(change::Entity::find().order_by_desc(change::Column::Sequence).one(self.db()).await?)
    }

    /// Entries after that sequence, up to another one, that the filter admits: at most so many, in order.
    ///
    /// # Errors
    /// Those of the database; `BAD_USER_INPUT` for an id that is none in the filter.
    pub async fn changes_after(&self, after: i64, through: i64, filter: Option<&ChangeFilter>, limit: u64) -> Result<Vec<change::Model>> {
        let mut select = change::Entity::find()
            .filter(change::Column::Sequence.gt(after))
            .filter(change::Column::Sequence.lte(through))
            .order_by_asc(change::Column::Sequence)
            .limit(limit);
        if let Some(filter) = filter {
            select = select.filter(filter.condition()?);
        }
        Ok(select.all(self.db()).await?)
    }

    /// Keeps [`crate::journal::Head`] up to date with what other processes write, until it is dropped: asks once a second, and on PostgreSQL hears of it at once.
    pub async fn watch_journal(self) {
        let mut notices = None;
        loop {
            if notices.is_none() && self.db().get_database_backend() == DatabaseBackend::Postgres {
                notices = self.listen().await.map_err(|error| tracing::debug!(%error, "cannot listen to the journal; asking for it instead")).ok();
            }
            let noted = self.note_head().await;
            self.reach().note(&noted);
            match noted {
                Ok(()) => {}
                Err(error) => tracing::warn!(error = error.chain(), "the journal cannot be read"),
            }
            let Some(listener) = &mut notices else {
                tokio::time::sleep(POLL).await;
                continue;
            };
            // Whatever was heard, the journal itself is asked: a notice may be lost with its connection.
            if let Ok(Err(error)) = tokio::time::timeout(POLL, listener.recv()).await {
                tracing::debug!(%error, "the connection that listens to the journal broke");
                notices = None;
            }
        }
    }

    /// Notes how far the journal goes by now.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) async fn note_head(&self) -> Result<()> {
        self.heard(self.last_sequence().await?).await
    }

    /// Notes that the journal goes through `last`, and forgets what was erased by what is new.
    ///
    /// # Errors
    /// Those of the database.
    pub(crate) async fn heard(&self, last: i64) -> Result<()> {
        if last > self.head().sequence() {
            let erasure = self.last_erasure().await?;
            let is_news = erasure > self.head().last_erasure();
            self.head().erased_by(erasure);
            self.head().reached(last);
            if is_news {
                // Now that nothing read before is kept any more.
                self.forget_rows();
            }
        }
        Ok(())
    }

    /// Number of the last entry of the journal; 0 if there is none.
    pub(crate) async fn last_sequence(&self) -> Result<i64> {
        use sea_orm::{ColumnTrait as _, QuerySelect as _};
        let last = change::Entity::find().select_only().column_as(change::Column::Sequence.max(), "last").into_tuple::<Option<i64>>().one(self.db()).await?;
        Ok(last.flatten().unwrap_or(0))
    }

    async fn listen(&self) -> std::result::Result<PgListener, sea_orm::SqlxError> {
        let mut listener = PgListener::connect_with(self.db().pool().get_postgres_connection_pool()).await?;
        listener.listen(JOURNAL_CHANNEL).await?;
        Ok(listener)
    }
}

/// Time between two questions for the head of the journal.
const POLL: Duration = Duration::from_secs(1);

/// Loader key: last entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct LastChange;

impl Loader<LastChange> for Store {
    type Value = change::Model;
    type Error = Error;

    async fn load(&self, _: &[LastChange]) -> Result<HashMap<LastChange, change::Model>> {
        Ok(self.last_change().await?.map(|change| (LastChange, change)).into_iter().collect())
    }
}

/// Loader key: what the register counts of itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TallyOfRegister;

impl Loader<TallyOfRegister> for Store {
    type Value = Tally;
    type Error = Error;

    async fn load(&self, _: &[TallyOfRegister]) -> Result<HashMap<TallyOfRegister, Tally>> {
        // The entry first: what is written while it is counted makes the tally newer than it says, never older.
        let sequence = self.last_change().await?.map_or(0, |change| change.sequence);
        let last = *self.last_tally().lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let tally = match last {
            Some((through, tally)) if through == sequence => tally,
            _ => {
                let data_files = data_file::Entity::find().filter(listed_by_default()).count(self.db()).await?;
                let tally = Tally { data_files, agencies: agency::Entity::find().count(self.db()).await? };
                *self.last_tally().lock().unwrap_or_else(std::sync::PoisonError::into_inner) = Some((sequence, tally));
                tally
            }
        };
        Ok(HashMap::from([(TallyOfRegister, tally)]))
    }
}
