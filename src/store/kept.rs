//! What loaders read and may read again: rows of registrations, which never change, those that many others name (agencies, organizations, statutes), and the pages of lists under one of them.
//!
//! It is kept as bytes, compressed, a small part of what the rows themselves take, with the entry of the journal that was the last one when it was asked for: any later entry makes it strange, but for
//! what is immutable, which holds until something is erased. So nothing is invalidated, and what is read is never older than what the answer states (docs/adr/0027).

use std::any::TypeId;
use std::collections::{HashMap, VecDeque};
use std::hash::{Hash, Hasher};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::Store;
use super::packed::{Packed, Packer};
use crate::cache::{Cache, CacheFigures};
use crate::error::Result;

/// What a place takes beside its values.
const OVERHEAD: usize = 128;

/// Bytes of values in a place. It is read and written whole, and a client may ask for ever other pages of one list: the oldest go.
const ROOM: usize = 128 << 10;

/// How a value is kept: as bytes, and back.
#[derive(Clone, Copy, Debug)]
pub struct Keepable<V> {
    bytes: fn(&V) -> Option<Vec<u8>>,
    value: fn(&[u8]) -> Option<V>,
    is_immutable: bool,
}

impl<V: Serialize + DeserializeOwned> Keepable<V> {
    /// As its fields, one after the other, until the next entry of the journal.
    #[must_use]
    pub const fn kept() -> Self {
        Self { bytes: |value| postcard::to_allocvec(value).ok(), value: |bytes| postcard::from_bytes(bytes).ok(), is_immutable: false }
    }

    /// What never changes but where something is erased: until the journal tells that.
    #[must_use]
    pub const fn immutable() -> Self {
        Self { is_immutable: true, ..Self::kept() }
    }
}

/// A loader's key whose values are kept.
pub(crate) trait KeptKey: Eq + Hash + 'static {
    /// Where the value is kept. What is asked together, all that is known of a registration say, has one place: it takes less room, and goes together.
    fn place(&self) -> Uuid;
}

/// A value in its place, with its key.
#[derive(Deserialize, Serialize)]
struct Fact<'a> {
    /// Digest of the type of the loader's key, and of all that tells that key from another one.
    key: [u8; 8],
    /// The last entry of the journal that was known when it was asked for.
    entry: i64,
    is_immutable: bool,
    value: &'a [u8],
}

impl Fact<'_> {
    fn holds(&self, now: &Now) -> bool {
        self.entry == now.entry || (self.is_immutable && self.entry >= now.last_erasure)
    }
}

/// The values of a place, the oldest first, as they stand one behind the other.
struct Facts<'a>(&'a [u8]);

impl<'a> Iterator for Facts<'a> {
    type Item = Fact<'a>;

    fn next(&mut self) -> Option<Fact<'a>> {
        let (fact, rest) = postcard::take_from_bytes(self.0).ok()?;
        self.0 = rest;
        Some(fact)
    }
}

/// What the journal is known to tell.
struct Now {
    /// Its last entry.
    entry: i64,
    /// The last one that erases something.
    last_erasure: i64,
}

/// What is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept(Arc<Memory>);

#[derive(Debug)]
struct Memory {
    /// The values of each place.
    cache: Cache<Uuid, Packed>,
    packer: Packer,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Kept {
    /// Nothing yet, and at most so many bytes.
    pub(super) fn new(limit: usize) -> Self {
        Self(Arc::new(Memory { cache: Cache::new(limit), packer: Packer::default(), hits: AtomicU64::new(0), misses: AtomicU64::new(0) }))
    }

    fn get<K: KeptKey, V>(&self, key: &K, keepable: &Keepable<V>, now: &Now) -> Option<V> {
        let digest = digest(key);
        let told = |bytes: &[u8]| (keepable.value)(Facts(bytes).find(|fact| fact.key == digest && fact.holds(now))?.value);
        let value = self.0.cache.get(&key.place()).and_then(|packed| packed.unpacked(told));
        let counter = if value.is_some() { &self.0.hits } else { &self.0.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        value
    }

    fn put<K: KeptKey, V>(&self, key: &K, keepable: &Keepable<V>, now: &Now, value: &V) {
        let Some(value) = (keepable.bytes)(value) else { return };
        self.0.packer.learn(&value);
        let digest = digest(key);
        let before = self.0.cache.get(&key.place()).and_then(|packed| packed.unpacked(|bytes| Some(bytes.to_vec()))).unwrap_or_default();
        let mut facts: VecDeque<Fact<'_>> = Facts(&before).filter(|fact| fact.key != digest && fact.holds(now)).collect();
        facts.push_back(Fact { key: digest, entry: now.entry, is_immutable: keepable.is_immutable, value: &value });
        let mut size: usize = facts.iter().map(|fact| fact.value.len()).sum();
        while size > ROOM && facts.len() > 1 {
            size -= facts.pop_front().map_or(0, |fact| fact.value.len());
        }
        if let Ok(bytes) = facts.iter().try_fold(Vec::new(), |bytes, fact| postcard::to_extend(fact, bytes)) {
            let packed = self.0.packer.packed(&bytes);
            let size = packed.size() + OVERHEAD;
            self.0.cache.put(key.place(), packed, size);
        }
    }

    fn clear(&self) {
        self.0.cache.clear();
        self.0.packer.clear();
    }
}

/// A place of its own for a key.
pub(super) fn place_alone<K: KeptKey>(key: &K) -> Uuid {
    Uuid::from_u128(hashed(key).finalize().as_bytes().first_chunk().map_or(0, |bytes| u128::from_le_bytes(*bytes)))
}

/// Digest of everything that tells a loader's key from any other one in its place.
fn digest<K: KeptKey>(key: &K) -> [u8; 8] {
    Digest(hashed(key)).finish().to_le_bytes()
}

fn hashed<K: KeptKey>(key: &K) -> blake3::Hasher {
    let mut digest = Digest(blake3::Hasher::new());
    (TypeId::of::<K>(), key).hash(&mut digest);
    digest.0
}

struct Digest(blake3::Hasher);

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
    pub(crate) async fn kept_or<K: KeptKey, V>(
        &self,
        keepable: Option<Keepable<V>>,
        keys: Vec<K>,
        load: impl AsyncFnOnce(Vec<K>) -> Result<HashMap<K, V>>,
    ) -> Result<HashMap<K, V>> {
        let Some(keepable) = keepable.filter(|_| self.kept.0.cache.is_on()) else { return load(keys).await };
        // Noted before anything is read: what is read later may be newer than that, never older.
        let now = Now { entry: self.head().sequence(), last_erasure: self.head().last_erasure() };
        let mut values = HashMap::new();
        let mut missing = Vec::new();
        for key in keys {
            match self.kept.get(&key, &keepable, &now) {
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
        let is_of_entry = self.head().sequence() == now.entry;
        for (key, value) in read {
            if is_of_entry {
                self.kept.put(&key, &keepable, &now, &value);
            }
            values.insert(key, value);
        }
        Ok(values)
    }

    /// Forgets the rows that are kept in memory: what was erased must not stand there either.
    pub fn forget_rows(&self) {
        self.kept.clear();
    }

    /// What the memory for rows did, and what it holds.
    #[must_use]
    pub fn kept_rows(&self) -> CacheFigures {
        let [hits, misses] = [&self.kept.0.hits, &self.kept.0.misses].map(|counter| counter.load(Ordering::Relaxed));
        CacheFigures { hits, misses, ..self.kept.0.cache.figures() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(PartialEq, Eq, Hash)]
    struct Numbered(u32);

    impl KeptKey for Numbered {
        fn place(&self) -> Uuid {
            Uuid::nil()
        }
    }

    fn told(entry: i64, last_erasure: i64) -> Now {
        Now { entry, last_erasure }
    }

    #[test]
    fn what_is_immutable_holds_until_something_is_erased() {
        let (kept, immutable, other) = (Kept::new(1 << 20), Keepable::immutable(), Keepable::kept());
        kept.put(&Numbered(1), &immutable, &told(5, 2), &"성명".to_owned());
        kept.put(&Numbered(2), &other, &told(5, 2), &"주소".to_owned());
        let both = |now: Now| (kept.get(&Numbered(1), &immutable, &now), kept.get(&Numbered(2), &other, &now));
        assert_eq!(both(told(5, 2)), (Some("성명".to_owned()), Some("주소".to_owned())));
        assert_eq!(both(told(6, 2)), (Some("성명".to_owned()), None));
        assert_eq!(both(told(7, 7)), (None, None));
    }

    #[test]
    fn the_oldest_leave_a_place_that_is_full() {
        let (kept, keepable, now) = (Kept::new(8 << 20), Keepable::kept(), told(1, 0));
        let value = vec![7_u8; ROOM / 3];
        (0..5).for_each(|number| kept.put(&Numbered(number), &keepable, &now, &value));
        let there: Vec<bool> = (0..5).map(|number| kept.get(&Numbered(number), &keepable, &now).is_some()).collect();
        assert_eq!(there, [false, false, false, true, true]);
    }
}
