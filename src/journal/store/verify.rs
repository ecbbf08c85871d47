//! Proof of the journal: that each entry follows from the one before, and that the tables hold what the entries told.

use std::fmt;

use entity::{change, policy_revision, registration};
use sea_orm::sea_query::Condition;
use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait, PaginatorTrait as _, QueryFilter as _, QueryOrder as _};
use uuid::Uuid;

use super::content::{Told, entries_after, told};
use crate::error::{Error, Result};
use crate::journal::{ChangeKind, digest, hash};
use crate::store::Store;
use crate::vocabulary::Vocabulary as _;

/// Entries that are read at once.
const PAGE: u64 = 50;

/// What a proof found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proof {
    /// Entries, chained one to the other.
    pub entries: i64,
    /// Hash of the last one; all zeros for an empty journal.
    pub head: [u8; 32],
    /// Entries whose digest is that of what the tables hold.
    pub matching: u64,
    /// Entries that told what a later one told anew.
    pub superseded: u64,
    /// Entries whose salt was erased: what they told cannot be compared.
    pub unsalted: u64,
}

impl fmt::Display for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "The chain of {} entries holds. Hash of the last: {}", self.entries, hex(&self.head))?;
        writeln!(f, "  content stored as told      {}", self.matching)?;
        writeln!(f, "  told anew by a later entry  {}", self.superseded)?;
        write!(f, "  salt erased, not compared   {}", self.unsalted)
    }
}

/// The first thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Sequence of the entry; `None` where it is a record that no entry tells of.
    pub sequence: Option<i64>,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sequence {
            Some(sequence) => write!(f, "the journal is broken at entry {sequence}: {}", self.why),
            None => write!(f, "the journal is incomplete: {}", self.why),
        }
    }
}

/// Why there is no proof.
#[derive(Debug)]
pub enum Unproven {
    /// Something is wrong with the journal.
    Broken(Broken),
    /// The database did not answer.
    Store(Error),
}

impl From<Error> for Unproven {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

impl fmt::Display for Unproven {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Broken(broken) => broken.fmt(f),
            Self::Store(error) => f.write_str(&error.chain()),
        }
    }
}

impl std::error::Error for Unproven {}

/// Why an entry does not follow the one before, whose sequence and hash these are.
///
/// # Errors
/// What is wrong with it.
pub fn check_link(entry: &change::Model, sequence: i64, before: &[u8; 32]) -> Result<(), Broken> {
    let broken = |sequence: i64, why: String| Err(Broken { sequence: Some(sequence), why });
    if entry.sequence != sequence + 1 {
        return broken(sequence + 1, format!("it is missing; the next one is {}", entry.sequence));
    }
    if ChangeKind::from_word(&entry.kind).is_none() {
        return broken(entry.sequence, format!("it has the kind {}, which this version of the program does not know", entry.kind));
    }
    let computed = hash(entry, before);
    if entry.hash == computed {
        return Ok(());
    }
    broken(entry.sequence, format!("its hash is {}, and the entry with the hash of the one before it gives {}", hex(&entry.hash), hex(&computed)))
}

impl Store {
    /// Proves the journal from its first entry to its last, a page at a time, as it stood when the proof began.
    ///
    /// # Errors
    /// The first entry that is broken; those of the database.
    pub async fn verify_journal(&self) -> Result<Proof, Unproven> {
        let snapshot = self.snapshot().await?;
        let proof = proven(&snapshot, Proof::default(), i64::MAX).await?;
        let recorded = [ChangeKind::RegistrationRecorded, ChangeKind::DataFileDestroyed].map(ChangeKind::as_str);
        let told = change::Entity::find().filter(change::Column::Kind.is_in(recorded)).count(&snapshot).await.map_err(Error::from)?;
        let published = change::Entity::find().filter(change::Column::Kind.eq(ChangeKind::PolicyRevisionPublished.as_str()));
        let published = published.count(&snapshot).await.map_err(Error::from)?;
        for (what, told, stored) in [
            ("registrations", told, registration::Entity::find().count(&snapshot).await.map_err(Error::from)?),
            ("policy revisions", published, policy_revision::Entity::find().count(&snapshot).await.map_err(Error::from)?),
        ] {
            if told != stored {
                return Err(Unproven::Broken(Broken { sequence: None, why: format!("the register holds {stored} {what}, and its entries tell of {told}") }));
            }
        }
        Ok(proof)
    }
}

/// The first entry that told of a record and tells no longer what is stored of it; `None` where all do, or a later one told it anew.
///
/// # Errors
/// Those of the database.
pub async fn first_untrue(db: &impl ConnectionTrait, record: Uuid) -> Result<Option<i64>> {
    let of_record = Condition::any().add(change::Column::RegistrationId.eq(record)).add(change::Column::NodeId.eq(record));
    let entries = change::Entity::find().filter(of_record).order_by_asc(change::Column::Sequence).all(db).await?;
    let told = told(db, &entries).await?;
    let is_untrue = |entry: &&change::Model| {
        let Some(salt) = entry.salt.as_deref().and_then(|salt| <[u8; 32]>::try_from(salt).ok()) else { return false };
        told.get(&entry.sequence).is_none_or(|told| !told.is_superseded && !told.one_of.iter().any(|content| entry.digest == digest(&salt, content)))
    };
    Ok(entries.iter().find(is_untrue).map(|entry| entry.sequence))
}

/// Goes on with a proof, through the entry `through`.
///
/// # Errors
/// As [`Store::verify_journal`].
pub async fn proven(db: &impl ConnectionTrait, mut proof: Proof, through: i64) -> Result<Proof, Unproven> {
    loop {
        let page = entries_after(db, proof.entries, through, PAGE).await?;
        if page.is_empty() {
            return Ok(proof);
        }
        // The chain first: an entry of an unknown kind, say, tells nothing that could be read back.
        let mut links = proof.clone();
        let mut broken = None;
        for entry in &page {
            if let Err(found) = check_link(entry, links.entries, &links.head) {
                broken = Some(found);
                break;
            }
            links.entries = entry.sequence;
            links.head = <[u8; 32]>::try_from(entry.hash.as_slice()).unwrap_or_default();
        }
        // What comes before the first broken link may be broken in what it told.
        let whole = &page[..usize::try_from(links.entries - proof.entries).unwrap_or_default()];
        let mut contents = told(db, whole).await?;
        for entry in whole {
            let Some(salt) = &entry.salt else {
                proof.unsalted += 1;
                continue;
            };
            let salt = <[u8; 32]>::try_from(salt.as_slice()).unwrap_or_default();
            let Told { one_of, is_superseded } = contents.remove(&entry.sequence).unwrap_or(Told { one_of: Vec::new(), is_superseded: false });
            let why = if one_of.iter().any(|content| entry.digest == digest(&salt, content)) {
                proof.matching += 1;
                continue;
            } else if is_superseded {
                proof.superseded += 1;
                continue;
            } else if one_of.is_empty() {
                format!("the {} that it tells of is gone", entry.node_type)
            } else {
                format!("the {} that is stored is not what it told: the digest is another", entry.node_type)
            };
            return Err(Unproven::Broken(Broken { sequence: Some(entry.sequence), why }));
        }
        (proof.entries, proof.head) = (links.entries, links.head);
        if let Some(broken) = broken {
            return Err(Unproven::Broken(broken));
        }
    }
}

/// Bytes in hexadecimal.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
