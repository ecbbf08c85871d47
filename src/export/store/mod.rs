//! What is exported, as one snapshot of the tables has it: pages of rows in the order of keys, read by several connections at once.

pub mod field;
pub mod lines;
pub mod tables;

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::num::ParseIntError;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate};
use entity::change;
use publishing::list;
use publishing::parquet::Bytes;
use publishing::table::Cell;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DatabaseBackend, DatabaseTransaction, EntityTrait as _, QueryFilter as _, QuerySelect as _, Statement, Value,
};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use uuid::Uuid;

use self::field::{BETWEEN_CELLS, BETWEEN_ROWS, Dated, Field, Holds, Source, gathered, texts};
use crate::error::{Error, Result};
use crate::identity::{GlobalId, NodeType};
use crate::store::{Store, exempt_left_out_sql, listed_by_default_sql, registration_in_force_sql, revision_in_force_sql, text_list};
use crate::vocabulary::Vocabulary as _;

/// Rows of a page, of the table that its keys are of.
const PAGE: u64 = 1_000;

/// Keys that are asked for by one statement.
const KEYS: usize = 500;

/// Longest wait for a further connection.
const PATIENCE: std::time::Duration = std::time::Duration::from_millis(500);

/// How often connections are tried that see the same register.
const TRIES: usize = 10;

/// A row of a source: a cell for each of its fields.
pub type Row<'p> = Vec<Cell<'p>>;

/// Rows that were read together: the text into which the database gathered them, of which their cells are parts.
pub struct Page {
    text: Arc<String>,
    fields: Arc<[&'static Field]>,
}

impl Page {
    /// Its text, held and not copied.
    #[must_use]
    pub fn text(&self) -> Bytes {
        struct Held(Arc<String>);
        impl AsRef<[u8]> for Held {
            fn as_ref(&self) -> &[u8] {
                self.0.as_bytes()
            }
        }
        Bytes::from_owner(Held(Arc::clone(&self.text)))
    }

    /// Does something with each of its rows; answers how many there are.
    ///
    /// # Errors
    /// Those of what is done; `Internal` for a text that is not what its field holds.
    pub fn each(&self, mut with: impl FnMut(Row<'_>) -> Result<()>) -> Result<usize> {
        // A row is never without text: its first field is a key.
        let rows = (!self.text.is_empty()).then(|| list::parts(&self.text, BETWEEN_ROWS)).into_iter().flatten();
        let mut count = 0;
        for row in rows {
            with(list::parts(row, BETWEEN_CELLS).zip(self.fields.iter()).map(|(text, field)| cell(text, field.holds)).collect::<Result<_>>()?)?;
            count += 1;
        }
        Ok(count)
    }
}

/// Which rows are exported.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Keys of the data files, in order; `None` for those that lists show.
    pub files: Option<Arc<[Uuid]>>,
    /// The registrations in force on that day; without it those that hold now, and of tables their history.
    pub as_of: Option<NaiveDate>,
    /// Rows behind this key.
    pub after: Option<Uuid>,
}

/// Connections that see one state of the register, whatever is written meanwhile.
///
/// Every write of public data appends to the journal in its transaction: snapshots whose journals end with the same entry are of one state.
pub struct Snapshot {
    connections: Vec<Arc<DatabaseTransaction>>,
    /// The last entry of the journal; 0 without one.
    pub sequence: i64,
}

impl Store {
    /// A snapshot that up to `readers` connections read, fewer where others write all the time.
    ///
    /// # Errors
    /// `Unavailable` when a connection cannot be had.
    pub async fn export_snapshot(&self, readers: usize) -> Result<Snapshot> {
        let first = self.snapshot().await?;
        let sequence = last_sequence(&first).await?;
        let mut snapshot = Snapshot { connections: vec![Arc::new(first)], sequence };
        for _ in 0..TRIES {
            if snapshot.connections.len() >= readers {
                break;
            }
            // Where every connection is in use, one that is there is enough.
            let Ok(further) = tokio::time::timeout(PATIENCE, self.snapshot()).await else { break };
            let further = further?;
            let sequence = last_sequence(&further).await?;
            if sequence != snapshot.sequence {
                // Something was written since: that state is as good as the one before, and newer.
                snapshot = Snapshot { connections: Vec::new(), sequence };
            }
            snapshot.connections.push(Arc::new(further));
        }
        Ok(snapshot)
    }
}

async fn last_sequence(db: &impl ConnectionTrait) -> Result<i64> {
    let last: Option<i64> = change::Entity::find().select_only().column_as(change::Column::Sequence.max(), "last").into_tuple().one(db).await?.flatten();
    Ok(last.unwrap_or(0))
}

impl Snapshot {
    /// The connection for what is read by one alone.
    ///
    /// # Errors
    /// `Internal` for a snapshot without connections, which none is.
    pub fn connection(&self) -> Result<&DatabaseTransaction> {
        self.connections.first().map(AsRef::as_ref).ok_or_else(|| Error::internal("a snapshot has no connection"))
    }

    /// Keys of the data files that changed after that entry, in order.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an entry beyond the last one; those of the database.
    pub async fn files_changed(&self, since: i64) -> Result<HashSet<Uuid>> {
        if since > self.sequence {
            return Err(Error::input(format!("there is no entry {since} in the journal: it goes to {}", self.sequence)));
        }
        let keys: Vec<Uuid> = change::Entity::find()
            .select_only()
            .column(change::Column::NodeId)
            .distinct()
            .filter(change::Column::Sequence.gt(since))
            .filter(change::Column::NodeType.eq(NodeType::DataFile.as_str()))
            .into_tuple()
            .all(self.connection()?)
            .await?;
        Ok(keys.into_iter().collect())
    }

    /// The rows of a source with all or some of its fields, page by page in order. Reading goes on while a page is written; it ends when the receiver is dropped.
    #[must_use]
    pub fn pages(self: &Arc<Self>, source: &'static Source, fields: Option<&[usize]>, scope: &Scope) -> mpsc::Receiver<Result<Page>> {
        let (sender, receiver) = mpsc::channel(1);
        let fields: Arc<[&Field]> =
            fields.map_or_else(|| source.fields.iter().collect(), |fields| fields.iter().filter_map(|index| source.fields.get(*index)).collect());
        let (snapshot, scope) = (Arc::clone(self), scope.clone());
        tokio::spawn(async move {
            if let Err(error) = snapshot.read(source, &fields, &scope, &sender).await {
                let _ = sender.send(Err(error)).await;
            }
        });
        receiver
    }

    async fn read(&self, source: &'static Source, fields: &Arc<[&'static Field]>, scope: &Scope, pages: &mpsc::Sender<Result<Page>>) -> Result<()> {
        let mut reading: VecDeque<JoinHandle<Result<Page>>> = VecDeque::new();
        let (mut stretches, mut turn) = (Stretches::of(source, scope), 0);
        loop {
            while reading.len() <= self.connections.len() {
                let Some(stretch) = stretches.next(self.connection()?, source).await? else { break };
                let Some(connection) = self.connections.get(turn % self.connections.len()).cloned() else { break };
                turn += 1;
                let (fields, scope) = (Arc::clone(fields), scope.clone());
                reading.push_back(tokio::spawn(async move { page(&connection, source, fields, &scope, &stretch).await }));
            }
            let Some(next) = reading.pop_front() else { return Ok(()) };
            let page = next.await.map_err(|error| Error::internal(error.to_string()))??;
            if pages.send(Ok(page)).await.is_err() {
                reading.iter().for_each(JoinHandle::abort);
                return Ok(());
            }
        }
    }
}

/// Keys whose rows are read together.
enum Stretch {
    /// From behind one key through another.
    Range(Option<Uuid>, Option<Uuid>),
    /// These.
    Keys(Vec<Uuid>),
}

/// The stretches of a source, one after the other.
enum Stretches {
    Ranges { after: Option<Uuid>, is_over: bool },
    Keys { keys: Arc<[Uuid]>, at: usize },
}

impl Stretches {
    fn of(source: &Source, scope: &Scope) -> Self {
        match (&scope.files, source.file) {
            (Some(files), Some(_)) => {
                let at = scope.after.map_or(0, |after| files.partition_point(|key| *key <= after));
                Self::Keys { keys: Arc::clone(files), at }
            }
            _ => Self::Ranges { after: scope.after, is_over: false },
        }
    }

    async fn next(&mut self, db: &impl ConnectionTrait, source: &Source) -> Result<Option<Stretch>> {
        match self {
            Self::Keys { keys, at } => {
                let next: Vec<Uuid> = keys.iter().skip(*at).take(KEYS).copied().collect();
                *at += next.len();
                Ok((!next.is_empty()).then_some(Stretch::Keys(next)))
            }
            Self::Ranges { is_over: true, .. } => Ok(None),
            Self::Ranges { after, is_over } => {
                let from = *after;
                let mut query = Query::of(db.get_database_backend());
                query.text.push_str(&format!("SELECT id FROM {}", source.keyed_by));
                if let Some(after) = *after {
                    query.text.push_str(" WHERE id > ");
                    query.value(after);
                }
                query.text.push_str(&format!(" ORDER BY id LIMIT 1 OFFSET {}", PAGE - 1));
                *after = match db.query_one_raw(query.statement()).await? {
                    Some(row) => Some(row.try_get_by_index(0)?),
                    None => None,
                };
                *is_over = after.is_none();
                Ok(Some(Stretch::Range(from, *after)))
            }
        }
    }
}

/// A statement that is being written, with its values.
struct Query {
    backend: DatabaseBackend,
    text: String,
    values: Vec<Value>,
}

impl Query {
    fn of(backend: DatabaseBackend) -> Self {
        Self { backend, text: String::new(), values: Vec::new() }
    }

    fn value(&mut self, value: impl Into<Value>) {
        self.values.push(value.into());
        match self.backend {
            DatabaseBackend::Postgres => self.text.push_str(&format!("${}", self.values.len())),
            _ => self.text.push('?'),
        }
    }

    fn statement(self) -> Statement {
        Statement::from_sql_and_values(self.backend, self.text, self.values)
    }
}

async fn page(db: &DatabaseTransaction, source: &Source, fields: Arc<[&'static Field]>, scope: &Scope, stretch: &Stretch) -> Result<Page> {
    let backend = db.get_database_backend();
    let mut query = Query::of(backend);
    query.text = format!("{} WHERE {}", source.from, condition(source, scope));
    match stretch {
        Stretch::Range(after, through) => {
            for (sign, bound) in [(">", after), ("<=", through)] {
                if let Some(bound) = bound {
                    query.text.push_str(&format!(" AND {} {sign} ", source.key));
                    query.value(*bound);
                }
            }
        }
        Stretch::Keys(keys) => {
            query.text.push_str(&format!(" AND {} IN (", source.file.unwrap_or(source.key)));
            for (place, key) in keys.iter().enumerate() {
                if place > 0 {
                    query.text.push(',');
                }
                query.value(*key);
            }
            query.text.push(')');
        }
    }
    query.text.push_str(&format!(" ORDER BY {}", source.order));
    query.text = gathered(&texts(fields.iter().copied(), BETWEEN_CELLS, backend), BETWEEN_ROWS, &query.text);
    let text = match db.query_one_raw(query.statement()).await? {
        Some(row) => row.try_get_by_index::<Option<String>>(0)?,
        None => None,
    };
    Ok(Page { text: Arc::new(text.unwrap_or_default()), fields })
}

/// Which rows of a source are exported, but for their keys.
fn condition(source: &Source, scope: &Scope) -> String {
    let mut parts = vec!["1 = 1".to_owned()];
    let is_of_files = source.keyed_by == "data_file";
    match (scope.as_of, source.dated) {
        (Some(day), Dated::ByRegistration) => parts.push(registration_in_force_sql(day)),
        (Some(day), Dated::ByStatement) => {
            parts.push(format!("(r.id IS NULL OR ({}))", registration_in_force_sql(day)));
            parts.push(format!("(v.id IS NULL OR ({}))", revision_in_force_sql(day)));
        }
        (Some(day), Dated::ByRevision) => parts.push(revision_in_force_sql(day)),
        (Some(day), Dated::ByFinding) => parts.push(format!("g.since <= '{day}' AND (g.until IS NULL OR g.until > '{day}')")),
        (None, Dated::ByRegistration) if source.table == tables::FILES.table => parts.push("r.id = f.registration_id".to_owned()),
        _ => {}
    }
    if let (Some(day), Dated::Never, true) = (scope.as_of, source.dated, is_of_files) {
        parts.push(format!("EXISTS (SELECT 1 FROM registration r WHERE r.data_file_id = f.id AND {})", registration_in_force_sql(day)));
    }
    if scope.files.is_none() && source.file.is_some() {
        let is_sheet = source.table == tables::FILES.table;
        parts.push(if is_sheet && scope.as_of.is_none() { listed_by_default_sql().to_owned() } else { exempt_left_out_sql().to_owned() });
    }
    parts.join(" AND ")
}

/// What a text says that [`texts`] made.
fn cell(text: &str, holds: Holds) -> Result<Cell<'_>> {
    let unread = |error: &dyn std::fmt::Display| Error::internal(format!("the database gathered \"{text}\": {error}"));
    if text.is_empty() {
        return Ok(Cell::Absent);
    }
    Ok(match holds {
        Holds::Text | Holds::List(_) => Cell::Text(Cow::Borrowed(text)),
        Holds::Integer => Cell::Integer(text.parse().map_err(|error: ParseIntError| unread(&error))?),
        Holds::Boolean => Cell::Boolean(text == "1"),
        Holds::Day => Cell::Day(text.parse().map_err(|error: chrono::ParseError| unread(&error))?),
        Holds::Instant => Cell::Instant(DateTime::parse_from_rfc3339(text).map_err(|error| unread(&error))?.to_utc()),
        Holds::Id(node) => Cell::Text(Cow::Owned(GlobalId::new(node, Uuid::try_parse(text).map_err(|error| unread(&error))?).to_string())),
        Holds::Texts => match text_list::read(text) {
            texts if texts.is_empty() => Cell::Absent,
            texts => Cell::Text(Cow::Owned(texts.join(", "))),
        },
    })
}
