//! The index on disk: opened, brought up to date with the journal, or built anew from the tables. It is derived: whatever is wrong with it, it can be thrown away.
//!
//! Tantivy commits a segment list and a note of our own in one rename, so that after a power cut the index is as at one of its commits, and the note says how much of the journal that commit holds.

mod follow;

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use tantivy::directory::MmapDirectory;
use tantivy::index::SegmentId;
use tantivy::indexer::{LogMergePolicy, MergePolicy, NoMergePolicy};
use tantivy::{Index, IndexReader, IndexSettings, IndexWriter, ReloadPolicy, TantivyError};
use uuid::Uuid;

use super::document::Document;
use super::layout::{Layout, tokenizers};
use super::linked::Linked;
use super::segment::Segment;
use crate::error::{Error, Result};
use crate::peer::Peers;
use crate::store::Store;

/// Journal entries that are read and committed together.
const ENTRIES_TOGETHER: u64 = 5_000;
/// Files that are read together.
const FILES_TOGETHER: u64 = 1_000;
/// When the journal is ahead by more entries than this share of the files, building anew is quicker than following.
const FOLLOWED_SHARE: u64 = 4;
/// Memory for files that are not yet a segment, for each writing thread.
const WRITER_MEMORY: usize = 64 << 20;
/// Threads that write while an index is built.
const BUILDERS: usize = 2;

/// What a commit says of itself.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Note {
    /// Layout of the files in it.
    layout: String,
    /// Journal entries up to this one are in it.
    sequence: i64,
    /// Hash of that entry, in hexadecimal: it tells one register from another.
    hash: String,
    /// Day for which policies were taken to be in force, and findings to hold.
    day: NaiveDate,
    /// Version of the rules by which findings were computed; nothing while they are computed anew.
    rules: Option<String>,
}

impl Note {
    async fn has_the_findings(&self, store: &Store) -> Result<bool> {
        let version = store.findings_version().await?;
        Ok(version.is_none() || version == self.rules)
    }
}

/// Everything that a search reads: it stays as it is while the index goes on.
pub struct Snapshot {
    /// How files lie in it.
    pub layout: Arc<Layout>,
    /// What tells its layout from others.
    pub fingerprint: Arc<str>,
    /// Its segments.
    pub segments: Vec<Arc<Segment>>,
    /// What files are linked to.
    pub linked: Arc<Linked>,
    /// Journal entries up to this one are in it.
    pub sequence: i64,
    /// Agencies with what they operate, once it was asked for.
    pub(super) peers: OnceLock<Arc<Peers>>,
}

/// Why an index that is there is not used.
#[derive(Debug)]
pub enum Unusable {
    /// There is none.
    Missing,
    /// It cannot be read, or is not ours.
    Broken(String),
    /// It was made by another version.
    OtherLayout,
    /// It is of another register, or of one that was put back to an earlier state.
    OtherRegister,
    /// Findings were computed anew since.
    OtherRules,
    /// So much is missing that building anew is quicker.
    FarBehind,
}

impl std::fmt::Display for Unusable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Missing => f.write_str("there is none yet"),
            Self::Broken(why) => write!(f, "it cannot be read ({why})"),
            Self::OtherLayout => f.write_str("it was made by another version of yeollam"),
            Self::OtherRegister => f.write_str("it is of another register"),
            Self::OtherRules => f.write_str("findings were computed by other rules since"),
            Self::FarBehind => f.write_str("much has been recorded since"),
        }
    }
}

/// Told how far the building of an index is: files done, files in all.
pub type Progress<'p> = &'p (dyn Fn(u64, u64) + Send + Sync);

/// The index, open for writing. One process at a time has it.
pub struct OpenIndex {
    layout: Arc<Layout>,
    fingerprint: Arc<str>,
    writer: Arc<Mutex<IndexWriter>>,
    reader: IndexReader,
    note: Note,
    linked: Arc<Linked>,
    segments: HashMap<(SegmentId, Option<u64>), Arc<Segment>>,
    /// Last, so that nobody else has the folder before the writer is gone.
    _occupied: Option<File>,
}

impl OpenIndex {
    /// Opens the index in a folder and brings it up to date; one that cannot be used is built anew.
    ///
    /// # Errors
    /// `NotReady` when another process has it; those of the database and the disk.
    pub async fn open(folder: &Path, store: &Store, day: NaiveDate, progress: Progress<'_>) -> Result<Self> {
        let occupied = occupied(folder)?;
        match Self::usable(folder, store).await {
            Ok(Ok((index, note))) => {
                let mut open = Self { _occupied: Some(occupied), ..Self::with(index, note, Linked::default())? };
                open.load_linked(store).await?;
                open.catch_up(store, day).await?;
                Ok(open)
            }
            Ok(Err(reason)) => {
                let message = "the search index is built from the tables";
                if matches!(reason, Unusable::Missing) {
                    tracing::info!("{message}");
                } else {
                    tracing::warn!(%reason, "{message}");
                }
                Self::build_in(folder, occupied, store, day, progress).await
            }
            Err(error) => Err(error),
        }
    }

    /// The index in the folder, if it is one of this register that only lacks what was recorded lately.
    async fn usable(folder: &Path, store: &Store) -> Result<std::result::Result<(Index, Note), Unusable>> {
        let layout = Layout::new();
        let (index, note) = match read(&current(folder), &layout) {
            Ok(found) => found,
            Err(reason) => return Ok(Err(reason)),
        };
        let hash = store.entry_hash(note.sequence).await?.map(|hash| hex(&hash)).unwrap_or_default();
        if note.hash != hash {
            return Ok(Err(Unusable::OtherRegister));
        }
        if !note.has_the_findings(store).await? {
            return Ok(Err(Unusable::OtherRules));
        }
        let ahead = store.last_change().await?.map_or(0, |change| change.sequence - note.sequence).unsigned_abs();
        if ahead > ENTRIES_TOGETHER.max(store.file_count().await? / FOLLOWED_SHARE) {
            return Ok(Err(Unusable::FarBehind));
        }
        Ok(Ok((index, note)))
    }

    /// Builds the index from the tables, beside the one that is there, and puts it in its place.
    ///
    /// # Errors
    /// `NotReady` when another process has it; those of the database and the disk.
    pub async fn build(folder: &Path, store: &Store, day: NaiveDate, progress: Progress<'_>) -> Result<Self> {
        Self::build_in(folder, occupied(folder)?, store, day, progress).await
    }

    async fn build_in(folder: &Path, occupied: File, store: &Store, day: NaiveDate, progress: Progress<'_>) -> Result<Self> {
        let building = folder.join("building");
        remove(&building)?;
        std::fs::create_dir_all(&building).map_err(|error| unwritable(&building, error))?;
        let layout = Layout::new();
        let directory = MmapDirectory::open(&building).map_err(TantivyError::from)?;
        let index = Index::create(directory, layout.schema.clone(), IndexSettings::default())?;
        let mut writer = set_up(index, BUILDERS)?;
        // All pieces are merged at the end, at once: what merged some of them meanwhile would take them from under that.
        writer.set_merge_policy(Box::new(NoMergePolicy));
        let last = store.last_change().await?;
        let note = Note {
            layout: layout.fingerprint(),
            sequence: last.as_ref().map_or(0, |change| change.sequence),
            hash: last.map(|change| hex(&change.hash)).unwrap_or_default(),
            day,
            rules: store.findings_version().await?,
        };
        let total = store.file_count().await?;
        let mut done = 0;
        let mut after = None;
        // What comes next is read while what was read is written.
        let mut next = store.files_after(after, day).await?;
        while let Some(last) = next.0 {
            after = Some(last);
            let documents = std::mem::take(&mut next.1);
            let count = documents.len() as u64;
            let add = blocking({
                let layout = layout.clone();
                move || {
                    for document in &documents {
                        writer.add_document(layout.entry(document))?;
                    }
                    Ok(writer)
                }
            });
            let (added, read) = tokio::join!(add, store.files_after(after, day));
            writer = added?;
            next = read?;
            done += count;
            progress(done, total);
        }
        blocking({
            let note = note.clone();
            move || {
                commit(&mut writer, &note)?;
                merge_to_few(&mut writer)?;
                commit(&mut writer, &note)?;
                Ok(writer.wait_merging_threads()?)
            }
        })
        .await?;
        put_in_place(folder, &building)?;
        let (index, note) = read(&current(folder), &layout).map_err(|reason| Error::internal(format!("the index that was just built: {reason}")))?;
        let mut open = Self { _occupied: Some(occupied), ..Self::with(index, note, Linked::default())? };
        open.load_linked(store).await?;
        open.catch_up(store, day).await?;
        Ok(open)
    }

    fn with(index: Index, note: Note, linked: Linked) -> Result<Self> {
        let writer = Arc::new(Mutex::new(set_up(index.clone(), 1)?));
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let layout = Layout::new();
        let fingerprint = layout.fingerprint().into();
        Ok(Self { layout: Arc::new(layout), fingerprint, writer, reader, note, linked: Arc::new(linked), segments: HashMap::new(), _occupied: None })
    }

    /// Journal entries up to this one are in it.
    #[must_use]
    pub fn sequence(&self) -> i64 {
        self.note.sequence
    }

    async fn load_linked(&mut self, store: &Store) -> Result<()> {
        let mut linked = Linked::default();
        linked.agencies.update(store.agency_entries(None).await?);
        linked.organizations.update(store.organization_entries(None).await?);
        linked.statutes.update(store.statute_entries(None).await?);
        self.linked = Arc::new(linked);
        Ok(())
    }

    /// What the last commit holds, for searches.
    ///
    /// # Errors
    /// `Internal` for an index that cannot be read.
    pub async fn snapshot(&mut self) -> Result<Snapshot> {
        let (reader, layout, linked) = (self.reader.clone(), Arc::clone(&self.layout), Arc::clone(&self.linked));
        let known = std::mem::take(&mut self.segments);
        let opened = blocking(move || {
            reader.reload()?;
            let mut opened = Vec::new();
            for reader in reader.searcher().segment_readers() {
                let identity = (reader.segment_id(), reader.delete_opstamp());
                let segment = match known.get(&identity) {
                    Some(segment) => Arc::clone(segment),
                    None => Arc::new(Segment::open(reader.clone(), &layout, &linked)?),
                };
                opened.push((identity, segment));
            }
            Ok(opened)
        });
        let opened = opened.await?;
        self.segments = opened.iter().cloned().collect();
        Ok(Snapshot {
            layout: Arc::clone(&self.layout),
            fingerprint: Arc::clone(&self.fingerprint),
            segments: opened.into_iter().map(|(_, segment)| segment).collect(),
            linked: Arc::clone(&self.linked),
            sequence: self.note.sequence,
            peers: OnceLock::new(),
        })
    }
}

impl Store {
    /// The last of the next files by key, and what is found of them.
    async fn files_after(&self, after: Option<Uuid>, day: NaiveDate) -> Result<(Option<Uuid>, Vec<Document>)> {
        let keys = self.file_keys_after(after, FILES_TOGETHER).await?;
        Ok((keys.last().copied(), if keys.is_empty() { Vec::new() } else { self.documents(&keys, day).await? }))
    }
}

/// What an index in a folder says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether this version can use it; if not, why.
    pub unusable: Option<String>,
    /// Journal entries up to this one are in it.
    pub sequence: i64,
    /// Files in it.
    pub files: u64,
    /// Segments of it.
    pub segments: usize,
    /// Bytes on disk.
    pub bytes: u64,
}

/// What the index in a folder says of itself.
#[must_use]
pub fn status(folder: &Path) -> Status {
    let bytes = std::fs::read_dir(current(folder))
        .map_or(0, |entries| entries.flatten().filter_map(|entry| entry.metadata().ok()).map(|metadata| metadata.len()).sum());
    match read(&current(folder), &Layout::new()) {
        Ok((index, note)) => {
            let segments = index.searchable_segment_metas().unwrap_or_default();
            let files = segments.iter().map(|segment| u64::from(segment.num_docs())).sum();
            Status { unusable: None, sequence: note.sequence, files, segments: segments.len(), bytes }
        }
        Err(reason) => Status { unusable: Some(reason.to_string()), sequence: 0, files: 0, segments: 0, bytes },
    }
}

/// Runs what computes or waits for the disk where it holds up no request.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(error.to_string()))?
}

fn guard(writer: &Mutex<IndexWriter>) -> MutexGuard<'_, IndexWriter> {
    writer.lock().unwrap_or_else(PoisonError::into_inner)
}

fn current(folder: &Path) -> PathBuf {
    folder.join("index")
}

/// Opens what lies in a folder.
fn read(folder: &Path, layout: &Layout) -> std::result::Result<(Index, Note), Unusable> {
    if !folder.join("meta.json").exists() {
        return Err(Unusable::Missing);
    }
    let broken = |error: &dyn std::fmt::Display| Unusable::Broken(error.to_string());
    let mut index = Index::open_in_dir(folder).map_err(|error| broken(&error))?;
    let metas = index.load_metas().map_err(|error| broken(&error))?;
    let note: Note = match metas.payload.as_deref().map(serde_json::from_str) {
        Some(Ok(note)) => note,
        Some(Err(error)) => return Err(broken(&error)),
        None => return Err(Unusable::OtherLayout),
    };
    if note.layout != layout.fingerprint() || index.schema() != layout.schema {
        return Err(Unusable::OtherLayout);
    }
    let damaged = index.validate_checksum().map_err(|error| broken(&error))?;
    if let Some(file) = damaged.iter().min() {
        return Err(Unusable::Broken(format!("{} is damaged", file.display())));
    }
    index.set_tokenizers(tokenizers());
    Ok((index, note))
}

fn set_up(mut index: Index, threads: usize) -> Result<IndexWriter> {
    index.set_tokenizers(tokenizers());
    let writer = locked(&index, threads, if threads > 1 { WRITER_MEMORY * 2 } else { WRITER_MEMORY })?;
    writer.set_merge_policy(merge_policy());
    Ok(writer)
}

fn merge_policy() -> Box<dyn MergePolicy> {
    let mut policy = LogMergePolicy::default();
    // Files that were changed are in the index twice until a merge: none too long.
    policy.set_del_docs_ratio_before_merge(0.2);
    Box::new(policy)
}

/// A writer, if no other process has one.
fn locked(index: &Index, threads: usize, memory: usize) -> Result<IndexWriter> {
    index.writer_with_num_threads(threads, memory * threads).map_err(|error| match error {
        TantivyError::LockFailure(..) => in_use(),
        other => other.into(),
    })
}

/// The right to change what lies in the folder, until it is dropped. One process at a time has it, also while there is no index yet, or one that cannot be read.
fn occupied(folder: &Path) -> Result<File> {
    let path = folder.join("lock");
    let lock = std::fs::create_dir_all(folder).and_then(|()| File::create(&path)).map_err(|error| unwritable(&path, error))?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(in_use()),
        Err(TryLockError::Error(error)) => Err(unwritable(&path, error)),
    }
}

fn in_use() -> Error {
    Error::NotReady("the search index is used by another process; stop it, or give this one a folder of its own with --data-dir".to_owned())
}

fn commit(writer: &mut IndexWriter, note: &Note) -> Result<()> {
    let mut prepared = writer.prepare_commit()?;
    prepared.set_payload(&serde_json::to_string(note).map_err(|error| Error::internal(error.to_string()))?);
    prepared.commit()?;
    Ok(())
}

/// Merges what was built in pieces, since each piece is searched on its own.
fn merge_to_few(writer: &mut IndexWriter) -> Result<()> {
    let segments = writer.index().searchable_segment_ids()?;
    if segments.len() > 1 {
        writer.merge(&segments).wait()?;
    }
    Ok(())
}

/// Most merges begun by commits that a purge meets: each leaves fewer segments.
const MERGES_MET: usize = 8;

/// Writes the index anew without what was deleted from it, and removes the files that held it.
fn purge(writer: &mut IndexWriter, note: &Note) -> Result<()> {
    for met in 1.. {
        let segments = writer.index().searchable_segment_ids()?;
        if segments.is_empty() {
            break;
        }
        match writer.merge(&segments).wait() {
            // A merge that an earlier commit began took some of them meanwhile.
            Err(TantivyError::InvalidArgument(_)) if met < MERGES_MET => {}
            merged => {
                merged?;
                break;
            }
        }
    }
    commit(writer, note)?;
    writer.garbage_collect_files().wait()?;
    Ok(())
}

fn put_in_place(folder: &Path, building: &Path) -> Result<()> {
    let (current, old) = (current(folder), folder.join("old"));
    remove(&old)?;
    if current.exists() {
        std::fs::rename(&current, &old).map_err(|error| unwritable(&current, error))?;
    }
    std::fs::rename(building, &current).map_err(|error| unwritable(&current, error))?;
    remove(&old)
}

fn remove(folder: &Path) -> Result<()> {
    // Whatever lies there is in the way, also what is no folder.
    let removed = if folder.is_file() { std::fs::remove_file(folder) } else { std::fs::remove_dir_all(folder) };
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(unwritable(folder, error)),
        _ => Ok(()),
    }
}

fn unwritable(path: &Path, error: std::io::Error) -> Error {
    Error::internal(format!("the search index cannot be written at {}: {error}", path.display()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl From<TantivyError> for Error {
    fn from(error: TantivyError) -> Self {
        Self::Internal(Arc::new(error))
    }
}

impl From<std::io::Error> for Error {
    fn from(error: std::io::Error) -> Self {
        Self::Internal(Arc::new(error))
    }
}

#[cfg(test)]
impl OpenIndex {
    /// Documents as Tantivy takes them, in memory: for tests of the search itself.
    pub(super) fn in_memory(documents: &[&[Document]], linked: Linked) -> Self {
        let layout = Layout::new();
        let mut index = Index::create_in_ram(layout.schema.clone());
        index.set_tokenizers(tokenizers());
        let note = Note { layout: layout.fingerprint(), sequence: 0, hash: String::new(), day: NaiveDate::MIN, rules: None };
        let open = Self::with(index, note.clone(), linked).unwrap();
        for documents in documents {
            open.replace(&documents.iter().map(|document| document.id).collect::<Vec<_>>(), documents).unwrap();
            commit(&mut guard(&open.writer), &note).unwrap();
        }
        open
    }
}
