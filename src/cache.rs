//! What is kept in memory because it will be asked for again: bounded by bytes, and what was used least recently goes first.

use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use lru::LruCache;

/// A part of the room is all that one thing may take, so that a few large ones do not drive out everything else.
const LARGEST: usize = 8;

/// A bounded cache. One of no bytes keeps nothing.
#[derive(Debug)]
pub struct Cache<K: Hash + Eq, V> {
    kept: Mutex<Kept<K, V>>,
    limit: usize,
    hits: AtomicU64,
    misses: AtomicU64,
    evictions: AtomicU64,
}

#[derive(Debug)]
struct Kept<K: Hash + Eq, V> {
    entries: LruCache<K, (V, usize)>,
    bytes: usize,
}

/// What a cache did since it was made, and what it holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheFigures {
    /// Times that what was asked for was there.
    pub hits: u64,
    /// Times that it was not.
    pub misses: u64,
    /// Things that had to go to make room.
    pub evictions: u64,
    /// Things held.
    pub entries: u64,
    /// Bytes that they take, as estimated by whoever put them there.
    pub bytes: u64,
    /// Bytes that they may take.
    pub limit: u64,
}

impl<K: Hash + Eq, V: Clone> Cache<K, V> {
    /// An empty cache of at most so many bytes.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        let kept = Mutex::new(Kept { entries: LruCache::unbounded(), bytes: 0 });
        Self { kept, limit, hits: AtomicU64::new(0), misses: AtomicU64::new(0), evictions: AtomicU64::new(0) }
    }

    /// Whether it keeps anything at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        self.limit > 0
    }

    /// Whether a thing of that size is kept.
    #[must_use]
    pub fn admits(&self, bytes: usize) -> bool {
        bytes <= self.limit / LARGEST
    }

    /// What is kept under the key.
    pub fn get(&self, key: &K) -> Option<V> {
        let found = self.kept().entries.get(key).map(|(value, _)| value.clone());
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    /// Keeps a value of so many bytes, in the place of what the key had.
    pub fn put(&self, key: K, value: V, bytes: usize) {
        if !self.admits(bytes) {
            return;
        }
        let mut kept = self.kept();
        if let Some((_, before)) = kept.entries.put(key, (value, bytes)) {
            kept.bytes -= before;
        }
        kept.bytes += bytes;
        while kept.bytes > self.limit {
            let Some((_, (_, gone))) = kept.entries.pop_lru() else { break };
            kept.bytes -= gone;
            self.evictions.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut kept = self.kept();
        kept.entries.clear();
        kept.bytes = 0;
    }

    /// What it did, and what it holds.
    #[must_use]
    pub fn figures(&self) -> CacheFigures {
        let (entries, bytes) = {
            let kept = self.kept();
            (kept.entries.len() as u64, kept.bytes as u64)
        };
        let [hits, misses, evictions] = [&self.hits, &self.misses, &self.evictions].map(|counter| counter.load(Ordering::Relaxed));
        CacheFigures { hits, misses, evictions, entries, bytes, limit: self.limit as u64 }
    }

    fn kept(&self) -> MutexGuard<'_, Kept<K, V>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_used_least_recently_goes_first() {
        let cache = Cache::new(80);
        for key in 0..8 {
            cache.put(key, key, 10);
        }
        assert_eq!(cache.get(&0), Some(0));
        cache.put(8, 8, 10);
        assert_eq!([0, 1, 2, 8].map(|key| cache.get(&key)), [Some(0), None, Some(2), Some(8)]);
        assert_eq!(cache.figures(), CacheFigures { hits: 4, misses: 1, evictions: 1, entries: 8, bytes: 80, limit: 80 });
        // Under the same key, the new one counts.
        cache.put(8, 9, 5);
        assert_eq!((cache.get(&8), cache.figures().bytes), (Some(9), 75));
        cache.clear();
        assert_eq!((cache.figures().entries, cache.figures().bytes), (0, 0));
    }

    #[test]
    fn what_is_too_large_is_not_kept() {
        let cache = Cache::new(80);
        cache.put('a', 1, 11);
        assert_eq!((cache.get(&'a'), cache.figures().bytes), (None, 0));
        let none = Cache::new(0);
        none.put('a', 1, 1);
        assert_eq!((none.is_on(), none.get(&'a')), (false, None));
    }
}
