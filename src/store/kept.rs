//! Rows that are kept in memory, by their key: those of registrations, which never change, and those that many others name (agencies, organizations, statutes).
//!
//! They are kept as bytes, a fraction of what the rows themselves take, and belong to the entry of the journal that was the last one when they were asked for: any later entry makes all of them
//! strange. So nothing is invalidated, a redaction no less than an amendment, and what is read is never older than what the answer states (docs/adr/0027).

use std::any::TypeId;
use std::collections::HashMap;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::Store;
use crate::cache::{Cache, CacheFigures};
use crate::error::Result;

/// What one thing takes in a cache beside its own bytes.
const OVERHEAD: usize = 128;

/// How a value is kept: as bytes, and back.
#[derive(Clone, Copy, Debug)]
pub struct Keepable<V> {
    bytes: fn(&V) -> Option<Vec<u8>>,
    value: fn(&[u8]) -> Option<V>,
}

impl<V: Serialize + DeserializeOwned> Keepable<V> {
    /// As its fields, one after the other.
    #[must_use]
    pub const fn kept() -> Self {
        Self { bytes: |value| postcard::to_allocvec(value).ok(), value: |bytes| postcard::from_bytes(bytes).ok() }
    }
}

/// What is kept, with the last entry of the journal that was known when it was asked for.
#[derive(Clone, Debug)]
pub(super) struct Kept(Arc<Cache<(TypeId, Uuid), (i64, Arc<[u8]>)>>);

impl Kept {
    /// Nothing yet, and at most so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Cache::new(limit)))
    }
}

impl Store {
    /// The values of the keys, from memory as far as they are there, and by `load` as far as they are not. `of` tells values of one kind from those of another.
    pub(super) async fn kept_or<V>(
        &self,
        keepable: Option<Keepable<V>>,
        of: TypeId,
        keys: impl Iterator<Item = Uuid>,
        load: impl AsyncFnOnce(Vec<Uuid>) -> Result<HashMap<Uuid, V>>,
    ) -> Result<HashMap<Uuid, V>> {
        let Some(keepable) = keepable.filter(|_| self.kept.0.is_on()) else { return load(keys.collect()).await };
        // Noted before anything is read: what is read later may be newer than that, never older.
        let entry = self.head().sequence();
        let mut values = HashMap::new();
        let mut missing = Vec::new();
        for key in keys {
            let kept = self.kept.0.get(&(of, key)).filter(|(of_entry, _)| *of_entry == entry);
            match kept.and_then(|(_, bytes)| (keepable.value)(&bytes)) {
                Some(value) => {
                    values.insert(key, value);
                }
                None => missing.push(key),
            }
        }
        if missing.is_empty() {
            return Ok(values);
        }
        let read = load(missing).await?;
        // Another entry came meanwhile: what was read may have been erased by it.
        let is_of_entry = self.head().sequence() == entry;
        for (key, value) in read {
            if is_of_entry && let Some(bytes) = (keepable.bytes)(&value) {
                let size = bytes.len() + OVERHEAD;
                self.kept.0.put((of, key), (entry, bytes.into()), size);
            }
            values.insert(key, value);
        }
        Ok(values)
    }

    /// Forgets the rows that are kept in memory: what was erased must not stand there either.
    pub fn forget_rows(&self) {
        self.kept.0.clear();
    }

    /// What the memory for rows did, and what it holds.
    #[must_use]
    pub fn kept_rows(&self) -> CacheFigures {
        self.kept.0.figures()
    }
}
