//! Open data out: the register, or what a search finds of it, as sheets, tables, lines and linked data (docs/exporting.md).
//!
//! All of an export is read from one snapshot, page by page, and written as it is read: memory does not grow with the register. The same register gives the same bytes.

mod archive;
pub mod command;
pub mod lines;
mod linked;
mod manifest;
mod selection;
pub mod sheet;
pub(crate) mod store;
mod writers;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use uuid::Uuid;

pub use self::archive::Archived;
pub use self::manifest::{Manifest, Tally};
pub use self::selection::Selection;
pub use self::sheet::Headers;
pub use self::store::tables::FileField;
use self::store::tables::TABLES;
use self::store::{Scope, Snapshot};
use self::writers::{Out, Stopped};
use crate::error::{Error, Result};
use crate::graphql::admission::schema_types::SchemaTypes;
use crate::identity::data_file_key;
use crate::search::Search;
use crate::store::Store;

/// Connections that read one export.
const READERS: usize = 2;

/// Exports that are made at a time; further ones wait.
const AT_ONCE: usize = 2;

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// A row for each file, comma-separated.
    Csv,
    /// Every table, comma-separated.
    CsvTables,
    /// A row for each file, in a workbook laid out as the official portal's.
    Xlsx,
    /// Whole files with their histories, a line of JSON each; `import` reads them.
    Ndjson,
    /// Every table, typed and nested.
    Parquet,
    /// Linked data: a DCAT catalogue in terms of DPV.
    Jsonld,
    /// The schema of the API.
    Sdl,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 7] = [Self::Csv, Self::CsvTables, Self::Xlsx, Self::Ndjson, Self::Parquet, Self::Jsonld, Self::Sdl];

    /// Name, in commands and addresses.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::CsvTables => "csv-tables",
            Self::Xlsx => "xlsx",
            Self::Ndjson => "ndjson",
            Self::Parquet => "parquet",
            Self::Jsonld => "jsonld",
            Self::Sdl => "sdl",
        }
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// Ending of a file that holds it all.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::CsvTables | Self::Parquet => "zip",
            Self::Sdl => "graphql",
            other => other.name(),
        }
    }

    /// Whether it comes as several files.
    #[must_use]
    pub const fn has_tables(self) -> bool {
        matches!(self, Self::CsvTables | Self::Parquet)
    }

    /// Media type of what is answered.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8; header=present",
            Self::CsvTables | Self::Parquet => "application/zip",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            Self::Ndjson => "application/x-ndjson; charset=utf-8",
            Self::Jsonld => "application/ld+json",
            Self::Sdl => "text/plain; charset=utf-8",
        }
    }
}

/// What is exported, and how.
#[derive(Clone, Debug)]
pub struct Request {
    /// What is written.
    pub format: Format,
    /// Of the tables, this one alone.
    pub table: Option<String>,
    /// Which files.
    pub selection: Selection,
    /// Language of the headers of sheets.
    pub headers: Headers,
}

/// A piece of what is exported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A file begins.
    File(String),
    /// Bytes of the file.
    Bytes(Vec<u8>),
    /// Rows that the file has got: files, of sheets and lines.
    Rows(u64),
}

/// An export that is being made.
pub struct Export {
    /// The last entry of the journal that is in it.
    pub sequence: i64,
    /// What it is made of, up to its end or to what went wrong. Dropped, it is not made any further.
    pub pieces: mpsc::Receiver<Result<Piece>>,
}

/// Makes exports of a register.
#[derive(Clone)]
pub struct Exporter {
    store: Store,
    search: Search,
    types: Arc<SchemaTypes>,
    public_url: Arc<str>,
    permits: Arc<Semaphore>,
}

impl Exporter {
    /// An exporter of that register, which names its addresses by `public_url`.
    ///
    /// # Errors
    /// `Internal` for a schema that cannot be read back, which a test rules out.
    pub fn new(store: &Store, search: &Search, public_url: &str) -> Result<Self> {
        let types = SchemaTypes::parse(&crate::graphql::sdl()).map_err(|error| Error::internal(error.to_string()))?;
        Ok(Self {
            store: store.clone(),
            search: search.clone(),
            types: Arc::new(types),
            public_url: public_url.trim_end_matches('/').into(),
            permits: Arc::new(Semaphore::new(AT_ONCE)),
        })
    }

    /// The last entry of the journal: what is exported now has all that it tells.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn sequence(&self) -> Result<i64> {
        Ok(self.store.last_change().await?.map_or(0, |change| change.sequence))
    }

    /// Checks what is asked for, as far as that needs no snapshot.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that is none, a format that cannot be asked so, an unknown table.
    pub fn check(&self, request: &Request) -> Result<()> {
        let Request { format, table, selection, .. } = request;
        if let Some(table) = table {
            if *format != Format::Parquet {
                return Err(Error::input(format!("`{}` has no single tables; `parquet` has", format.name())));
            }
            if !TABLES.iter().any(|known| known.table == table) {
                let names: Vec<&str> = TABLES.iter().map(|table| table.table).collect();
                return Err(Error::input(format!("there is no table \"{}\"; there are {}", crate::identity::abbreviated(table), names.join(", "))));
            }
        }
        selection.check(*format)?;
        selection.query(&self.types).map(|_| ())
    }

    /// Begins an export, which is broken off where it is not taken within `most`: as long as it is made, others wait and the database keeps an old state. It waits itself while as many as
    /// can be are made.
    ///
    /// # Errors
    /// Those of [`Exporter::check`]; `BAD_USER_INPUT` for an entry that the journal lacks; `NotReady` for a search before the index is; those of the database.
    pub async fn begin(&self, request: &Request, most: Option<Duration>) -> Result<Export> {
        self.check(request)?;
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|error| Error::internal(error.to_string()))?;
        let selection = &request.selection;
        let found: Option<Vec<Uuid>> = match selection.query(&self.types)? {
            Some(query) => Some(self.search.run(move |snapshot| Ok(query.run(&snapshot)?.keys())).await?),
            None => None,
        };
        let snapshot = Arc::new(self.store.export_snapshot(READERS).await?);
        let files = match (found, selection.since) {
            (found, None) => found,
            (None, Some(since)) => Some(snapshot.files_changed(since).await?.into_iter().collect()),
            (Some(found), Some(since)) => {
                let changed = snapshot.files_changed(since).await?;
                Some(found.into_iter().filter(|key| changed.contains(key)).collect())
            }
        };
        let files = files.map(|mut files| {
            files.sort_unstable();
            Arc::from(files)
        });
        let after = selection.after.as_deref().map(data_file_key);
        let scope = Scope { files, as_of: selection.as_of, after };
        let (sender, pieces) = mpsc::channel(4);
        let sequence = snapshot.sequence;
        let (request, public_url) = (request.clone(), Arc::clone(&self.public_url));
        tokio::spawn(async move {
            let out = Out::new(sender.clone());
            let making = make(&snapshot, &scope, &request, &public_url, out, permit);
            let made = match most {
                Some(most) => tokio::time::timeout(most, making).await.unwrap_or_else(|_| Err(Stopped::Failed(Error::NotReady(slow(most))))),
                None => making.await,
            };
            if let Err(Stopped::Failed(error)) = made {
                let _ = sender.send(Err(error)).await;
            }
        });
        Ok(Export { sequence, pieces })
    }
}

fn slow(most: Duration) -> String {
    format!("the export was not taken within {} seconds; go on behind the last whole row with `after`, or ask for less", most.as_secs())
}

async fn make(
    snapshot: &Arc<Snapshot>,
    scope: &Scope,
    request: &Request,
    public_url: &str,
    mut out: Out,
    _permit: OwnedSemaphorePermit,
) -> Result<(), Stopped> {
    match request.format {
        Format::Csv => writers::csv(snapshot, scope, request.headers, &mut out).await,
        Format::CsvTables => writers::csv_tables(snapshot, scope, request.headers, &mut out).await,
        Format::Xlsx => writers::xlsx(snapshot, scope, request.headers, &mut out).await,
        Format::Ndjson => writers::ndjson(snapshot, scope, &mut out).await,
        Format::Parquet => writers::parquet(snapshot, scope, request.table.as_deref(), &mut out).await,
        Format::Jsonld => writers::jsonld(snapshot, scope, public_url, &mut out).await,
        Format::Sdl => writers::sdl(&mut out).await,
    }
}
