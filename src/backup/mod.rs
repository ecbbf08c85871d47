//! Backups: the whole database, what is private in it too, as one file that tells with a manifest beside it what it holds.
//!
//! A backup is made of a running register from one snapshot, and is not called one before it was read back. SQLite copies itself (`VACUUM INTO`); of PostgreSQL its own `pg_dump` and `pg_restore` make and
//! bring back the file, whose program must be at hand. The search index is not in it: every server derives its own.

mod postgres;
mod store;

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::error::{Error, Result};
use crate::journal::store::hex;
use crate::store::{PoolSettings, Store};

/// What a backup holds, and by what it can be told to be whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// The program that made it.
    pub program: String,
    /// When it was made.
    pub made_at: DateTime<Utc>,
    /// The database system: what was of SQLite is brought back into SQLite.
    pub system: String,
    /// The newest migration that was applied.
    pub migration: String,
    /// The last entry of the journal that is in it; 0 where it is empty.
    pub sequence: i64,
    /// Hash of that entry, hexadecimal; empty where there is none.
    pub hash: String,
    /// Length of the file.
    pub bytes: u64,
    /// SHA-256 of the file, hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads the manifest that lies beside a backup.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where there is none, or it is none.
    pub fn beside(file: &Path) -> Result<Self> {
        let path = manifest_of(file);
        let text = std::fs::read_to_string(&path).map_err(|error| {
            Error::input(format!("{} cannot be read: {error}; a backup is brought back with the manifest that was written beside it", path.display()))
        })?;
        serde_json::from_str(&text).map_err(|error| Error::input(format!("{} is no manifest of a backup: {error}", path.display())))
    }

    /// Whether the file is the one that the manifest tells of.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where it is another one, or cut off.
    pub fn check(&self, file: &Path) -> Result<()> {
        let (bytes, sha256) = digested(file)?;
        if bytes != self.bytes {
            return Err(Error::input(format!(
                "{} has {bytes} bytes, and its manifest tells of {}: it is cut off, or another file",
                file.display(),
                self.bytes
            )));
        }
        if sha256 != self.sha256 {
            return Err(Error::input(format!("{} is damaged: its SHA-256 is {sha256}, and its manifest tells of {}", file.display(), self.sha256)));
        }
        Ok(())
    }

    /// Whether a database holds the journal up to the entry that the manifest tells of, and no further.
    async fn check_head(&self, store: &Store) -> Result<()> {
        let (sequence, hash) = head(store).await?;
        if (sequence, &hash) != (self.sequence, &self.hash) {
            let Self { sequence: told, hash: told_hash, .. } = self;
            return Err(Error::input(format!("the journal ends with entry {sequence} ({hash}), and the manifest tells of entry {told} ({told_hash})")));
        }
        Ok(())
    }
}

/// Where the manifest of a backup lies.
#[must_use]
pub fn manifest_of(file: &Path) -> PathBuf {
    with_ending(file, ".manifest.json")
}

/// Writes a backup of the database at `url`, which servers may be writing to, and its manifest. The file gets its name when it was read back and found whole.
///
/// # Errors
/// `BAD_USER_INPUT` where the file exists, cannot be written, or a program of PostgreSQL is missing; those of the database. Then there is no such file.
pub async fn make(store: &Store, url: &str, file: &Path, made_at: DateTime<Utc>) -> Result<Manifest> {
    for taken in [file.to_owned(), manifest_of(file)] {
        if taken.exists() {
            return Err(Error::input(format!("{} exists: choose another name, or remove it first", taken.display())));
        }
    }
    let Some(migration) = store.applied_migrations().await?.pop() else {
        return Err(Error::input("the database holds no register: `yeollam migrate up` prepares it, `yeollam restore` brings one back"));
    };
    let part = Part::beside(file);
    let (sequence, hash) = if store.is_embedded() {
        store.copy_into(&part.0).await?;
        let copy = open(&part.0).await?;
        let head = head(&copy).await;
        let damage = copy.damage().await;
        copy.close().await?;
        if let Some(damage) = damage?.first() {
            return Err(Error::input(format!("the copy is damaged, as the database itself may be (`yeollam doctor` tells): {damage}")));
        }
        head?
    } else {
        postgres::dump(store, url, &part.0).await?
    };
    let (bytes, sha256) = digested(&part.0)?;
    let program = concat!("yeollam ", env!("CARGO_PKG_VERSION")).to_owned();
    let manifest = Manifest { program, made_at, system: store.system().to_owned(), migration, sequence, hash, bytes, sha256 };
    let text = serde_json::to_string_pretty(&manifest).map_err(|error| Error::internal(error.to_string()))? + "\n";
    // The file last: where it is, its manifest is.
    std::fs::write(manifest_of(file), text).map_err(|error| unwritten(&manifest_of(file), &error))?;
    part.name(file)?;
    Ok(manifest)
}

/// Brings a backup back as the SQLite database at `target`, which must not exist, and proves its journal before it is there.
///
/// # Errors
/// `BAD_USER_INPUT` where the target exists, the backup is damaged, of another system, or its journal cannot be proved. Then there is nothing at `target`.
pub async fn restore_file(file: &Path, target: &Path) -> Result<Manifest> {
    let manifest = Manifest::beside(file)?;
    must_be_of("SQLite", &manifest)?;
    if target.exists() {
        return Err(Error::input(format!(
            "{} exists: a backup is brought back where there is no database; move it away first, or choose another --data-dir",
            target.display()
        )));
    }
    manifest.check(file)?;
    let part = Part::beside(target);
    std::fs::copy(file, &part.0).map_err(|error| unwritten(&part.0, &error))?;
    let copy = open(&part.0).await?;
    let proved = prove(&copy, &manifest).await;
    copy.close().await?;
    proved?;
    part.name(target)?;
    Ok(manifest)
}

/// Brings a backup back into the PostgreSQL database at `url`, which must hold no table, in one transaction, and proves its journal.
///
/// # Errors
/// `BAD_USER_INPUT` where the database is not empty, the backup is damaged, of another system, cannot be read, or its journal cannot be proved.
pub async fn restore_into(store: &Store, url: &str, file: &Path) -> Result<Manifest> {
    let manifest = Manifest::beside(file)?;
    must_be_of("PostgreSQL", &manifest)?;
    if !store.is_empty().await? {
        return Err(Error::input("the database holds tables: a backup is brought back into an empty one (`createdb`)"));
    }
    manifest.check(file)?;
    postgres::restore(url, file).await?;
    prove(store, &manifest).await?;
    Ok(manifest)
}

fn must_be_of(system: &str, manifest: &Manifest) -> Result<()> {
    if manifest.system == system {
        return Ok(());
    }
    let made_of = &manifest.system;
    Err(Error::input(format!(
        "the backup is of {made_of} and the database is {system}: `yeollam journal export` of the one and `yeollam import` into the other carry the public register across"
    )))
}

async fn prove(store: &Store, manifest: &Manifest) -> Result<()> {
    manifest.check_head(store).await?;
    // Tables of an older version are proved when they were migrated.
    if store.migration_status().await?.iter().all(|(_, is_applied)| *is_applied) {
        store.verify_journal().await.map_err(|unproven| Error::input(format!("what was brought back is not whole: {unproven}")))?;
    }
    Ok(())
}

async fn open(path: &Path) -> Result<Store> {
    Store::connect(&format!("sqlite:{}", path.display()), &PoolSettings { max_connections: 1, ..PoolSettings::default() }).await
}

/// Number and hash of the last entry of the journal.
async fn head(store: &Store) -> Result<(i64, String)> {
    Ok(store.last_change().await?.map_or_else(Default::default, |change| (change.sequence, hex(&change.hash))))
}

/// A file that is being written, and gone unless it gets its name.
struct Part(PathBuf);

impl Part {
    fn beside(file: &Path) -> Self {
        Self(with_ending(file, ".part"))
    }

    /// Gives the file its name when all of it is on disk.
    fn name(self, file: &Path) -> Result<()> {
        let synced = File::open(&self.0).and_then(|part| part.sync_all());
        synced.and_then(|()| std::fs::rename(&self.0, file)).map_err(|error| unwritten(file, &error))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        // Not there where it got its name; what cannot be removed says by its ending that it is no backup.
        for left in ["", "-wal", "-shm"].map(|ending| with_ending(&self.0, ending)) {
            let _ = std::fs::remove_file(left);
        }
    }
}

fn with_ending(file: &Path, ending: &str) -> PathBuf {
    let mut name = file.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn digested(file: &Path) -> Result<(u64, String)> {
    let unread = |error: std::io::Error| Error::input(format!("{} cannot be read: {error}", file.display()));
    let mut reader = File::open(file).map_err(unread)?;
    let (mut digest, mut bytes) = (Sha256::new(), 0);
    let mut piece = vec![0; 1 << 18];
    loop {
        let read = reader.read(&mut piece).map_err(unread)?;
        let Some(piece) = piece.get(..read).filter(|piece| !piece.is_empty()) else { break };
        digest.update(piece);
        bytes += u64::try_from(read).unwrap_or_default();
    }
    Ok((bytes, hex(&digest.finalize())))
}

fn unwritten(file: &Path, error: &std::io::Error) -> Error {
    Error::input(format!("{} cannot be written: {error}", file.display()))
}
