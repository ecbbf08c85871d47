//! Small values made smaller: each is compressed by itself, against the values that came first.
//!
//! Rows of one register say much the same (names of items, statutes, units) and a single one is too short to be compressed well without knowing the others.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use zstd::bulk::{Compressor, Decompressor};

/// Bytes of values that later ones are compressed against.
const DICTIONARY: usize = 96 << 10;

/// Values that are shorter are kept as they are: rows that many others name are asked for all the time.
const SHORTEST: usize = 256;

/// The compression's level: a higher one takes more time than it saves room.
const LEVEL: i32 = 3;

/// A value as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Packed {
    bytes: Arc<[u8]>,
    /// Length before, and what it was compressed against; nothing for a value that is kept as it is.
    compressed: Option<(u32, Arc<Dictionary>)>,
}

impl Packed {
    /// Bytes that it takes by itself.
    pub(super) fn size(&self) -> usize {
        self.bytes.len()
    }

    /// What `read` makes of the value.
    pub(super) fn unpacked<V>(&self, read: impl FnOnce(&[u8]) -> Option<V>) -> Option<V> {
        match &self.compressed {
            None => read(&self.bytes),
            Some((length, dictionary)) => {
                let length = usize::try_from(*length).ok()?;
                dictionary.with(|contexts| {
                    contexts.unpacked.clear();
                    contexts.unpacked.reserve(length);
                    contexts.decompressor.decompress_to_buffer(&self.bytes, &mut contexts.unpacked).ok()?;
                    read(&contexts.unpacked)
                })
            }
        }
    }
}

/// Compresses values, once there were enough of them to compress others against.
#[derive(Debug, Default)]
pub(super) struct Packer(Mutex<State>);

#[derive(Debug)]
enum State {
    /// The values that came first, one after the other.
    Gathering(Vec<u8>),
    Ready(Arc<Dictionary>),
}

impl Default for State {
    fn default() -> Self {
        Self::Gathering(Vec::new())
    }
}

impl Packer {
    /// Notes a value, as long as there are too few to compress others against.
    pub(super) fn learn(&self, value: &[u8]) {
        let mut state = self.state();
        if let State::Gathering(values) = &mut *state {
            values.extend_from_slice(value);
            if values.len() >= DICTIONARY {
                *state = State::Ready(Arc::new(Dictionary { values: std::mem::take(values), idle: Mutex::default() }));
            }
        }
    }

    /// Values as they are kept.
    pub(super) fn packed(&self, bytes: &[u8]) -> Packed {
        let dictionary = if let State::Ready(dictionary) = &*self.state() { Some(Arc::clone(dictionary)) } else { None };
        let compressed = dictionary.filter(|_| bytes.len() >= SHORTEST).and_then(|dictionary| {
            let smaller = dictionary.with(|contexts| contexts.compressor.compress(bytes).ok()).filter(|smaller| smaller.len() < bytes.len())?;
            Some(Packed { bytes: smaller.into(), compressed: Some((u32::try_from(bytes.len()).ok()?, dictionary)) })
        });
        compressed.unwrap_or_else(|| Packed { bytes: bytes.into(), compressed: None })
    }

    /// Forgets the values that others are compressed against.
    pub(super) fn clear(&self) {
        *self.state() = State::default();
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Values that others are compressed against, with the compression's working memory for as many threads as used it at once.
struct Dictionary {
    values: Vec<u8>,
    idle: Mutex<Vec<Contexts>>,
}

struct Contexts {
    compressor: Compressor<'static>,
    decompressor: Decompressor<'static>,
    unpacked: Vec<u8>,
}

impl Dictionary {
    fn with<T>(&self, work: impl FnOnce(&mut Contexts) -> Option<T>) -> Option<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let mut contexts = match idle().pop() {
            Some(contexts) => contexts,
            None => Contexts {
                compressor: Compressor::with_dictionary(LEVEL, &self.values).ok()?,
                decompressor: Decompressor::with_dictionary(&self.values).ok()?,
                unpacked: Vec::new(),
            },
        };
        let done = work(&mut contexts);
        idle().push(contexts);
        done
    }
}

impl std::fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Dictionary").field("bytes", &self.values.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn unpacked(packed: &Packed) -> Vec<u8> {
        packed.unpacked(|bytes| Some(bytes.to_vec())).unwrap()
    }

    #[test]
    fn values_like_those_before_take_a_fraction_and_come_back() {
        let packer = Packer::default();
        let row = |number: usize| {
            format!("registration {number}: 성명, 생년월일, 주소, 연락처; 통계법 제{}조. ", number * 7919 % 97).repeat(SHORTEST / 60).into_bytes()
        };
        let early = packer.packed(&row(0));
        assert_eq!(early.size(), row(0).len(), "nothing to compress it against");
        for number in 0..DICTIONARY / row(1).len() + 2 {
            packer.learn(&row(number));
        }
        let late = packer.packed(&row(123_456));
        assert!(late.size() * 2 < row(123_456).len(), "{} of {}", late.size(), row(123_456).len());
        assert_eq!([unpacked(&early), unpacked(&late)], [row(0), row(123_456)]);
        // What was compressed against values that are forgotten is still there for whoever holds it.
        packer.clear();
        assert_eq!((unpacked(&late), packer.packed(&row(7)).size()), (row(123_456), row(7).len()));
    }

    proptest! {
        #[test]
        fn any_value_comes_back(values in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..9_000), 1..40)) {
            let packer = Packer::default();
            for value in values {
                packer.learn(&value);
                prop_assert_eq!(unpacked(&packer.packed(&value)), value);
            }
        }
    }
}
