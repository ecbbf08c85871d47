//! What loaders read and may read again: rows of registrations, which never change, those that many others name (agencies, organizations, statutes), and the pages of lists under one of them.
//!
//! It is kept as bytes, a fraction of what the rows themselves take, and belongs to the entry of the journal that was the last one when it was asked for: any later entry makes all of it
//! strange. So nothing is invalidated, a redaction no less than an amendment, and what is read is never older than what the answer states (docs/adr/0027).

use std::any::TypeId;
use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

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

/// Where something is kept: the type of its loader's key, and that key's digest.
type Place = (TypeId, [u8; 32]);

/// A value as bytes, with the last entry of the journal that was known when it was asked for.
#[derive(Clone, Debug)]
struct Value {
    entry: i64,
    bytes: Arc<[u8]>,
}

/// What is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept(Arc<Cache<Place, Value>>);

impl Kept {
    /// Nothing yet, and at most so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Cache::new(limit)))
    }
}

/// Digest of everything that tells a loader's key from another one of its type.
struct Digest(blake3::Hasher);

impl Digest {
    fn of(key: &impl Hash) -> [u8; 32] {
        let mut digest = Self(blake3::Hasher::new());
        key.hash(&mut digest);
        digest.0.finalize().into()
    }
}

impl Hasher for Digest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Its first eight bytes.
    fn finish(&self) -> u64 {
        self.0.finalize().as_bytes().first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes))
    }
}

impl Store {
    /// The values of a loader's keys, from memory as far as they are there, and by `load` as far as they are not.
    pub(crate) async fn kept_or<K, V>(
        &self,
        keepable: Option<Keepable<V>>,
        keys: Vec<K>,
        load: impl AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>>,
    ) -> Result<HashMap<K, V>>
    where
        K: Eq + Hash + 'static,
    {
        let Some(keepable) = keepable.filter(|_| self.kept.0.is_on()) else { return load(keys).await };
        // Noted before anything is read: what is read later may be newer than that, never older.
        let entry = self.head().sequence();
        let place = |key: &K| -> Place { (TypeId::of::<K>(), Digest::of(key)) };
        let mut values = HashMap::new();
        let mut missing = Vec::new();
        for key in keys {
            let kept = self.kept.0.get(&place(&key)).filter(|value| value.entry == entry);
            match kept.and_then(|value| (keepable.value)(&value.bytes)) {
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
                self.kept.0.put(place(&key), Value { entry, bytes: bytes.into() }, size);
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
