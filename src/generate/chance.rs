//! Chance that repeats: every draw follows from the seed, what is drawn for, and how many were drawn before.
//!
//! The stream is that of `ChaCha` with 8 rounds, keyed with the seed; each agency and file has a stream of its own, so that what it gets does not depend on the others. Draws are whole numbers
//! all the way: what a machine or a library makes of logarithms plays no part.

use chacha20::ChaCha8Rng;
use chacha20::rand_core::{Rng as _, SeedableRng as _};
use chrono::{Days, NaiveDate};

/// What is drawn for: each has streams of its own.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub enum Subject {
    /// An agency.
    Agency = 1,
    /// A data file.
    DataFile = 2,
    /// The policies of an agency.
    Policy = 3,
    /// The number of files of an agency.
    Size = 4,
    /// The assessments of an agency.
    Assessment = 5,
}

/// Draws for one thing.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// Draws for the thing of that number.
    #[must_use]
    pub fn of(seed: u64, subject: Subject, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut stream = ChaCha8Rng::from_seed(key);
        stream.set_stream((subject as u64) << 56 | number);
        Self(stream)
    }

    /// A number below `end`; 0 where that is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        let product = u128::from(self.0.next_u64()) * u128::from(end);
        u64::try_from(product >> 64).unwrap_or_default()
    }

    /// A place in a list of that length.
    pub fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// True `times` in a thousand.
    pub fn per_mille(&mut self, times: u64) -> bool {
        self.below(1000) < times
    }

    /// One of the words; nothing where there are none.
    pub fn pick<'w>(&mut self, words: &'w [String]) -> &'w str {
        let place = self.place(words.len());
        words.get(place).map_or("", String::as_str)
    }

    /// A place in a list of that length, the first ones far more often than the last.
    pub fn skewed(&mut self, length: usize) -> usize {
        let (one, other, third) = (self.below(1 << 20), self.below(1 << 20), self.below(1 << 20));
        let share = u128::from(one) * u128::from(other) * u128::from(third);
        usize::try_from((share * length as u128) >> 60).unwrap_or_default()
    }

    /// A number about `median`, log-normally spread: two in three lie within `eighths` eighths of a doubling or halving.
    pub fn log_normal(&mut self, median: u64, eighths: i64) -> u64 {
        // Twelve uniform draws add up to a normal one with a deviation of 65,536.
        let sum: i64 = (0..12).map(|_| i64::try_from(self.below(65_536)).unwrap_or_default()).sum();
        let doublings = ((sum - 6 * 65_536 + 6) * eighths / 8).clamp(-20 * 65_536, 20 * 65_536);
        let (whole, part) = (doublings.div_euclid(65_536), doublings.rem_euclid(65_536));
        let scaled = u128::from(median) * (65_536 + u128::try_from(part).unwrap_or_default());
        let scaled = if whole >= 0 { scaled << whole } else { scaled >> -whole };
        u64::try_from(scaled >> 16).unwrap_or(u64::MAX)
    }

    /// A day of these, the last one among them.
    pub fn day(&mut self, from: NaiveDate, until: NaiveDate) -> NaiveDate {
        let days = u64::try_from((until - from).num_days()).unwrap_or_default();
        from.checked_add_days(Days::new(self.below(days + 1))).unwrap_or(until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_never_changes() {
        // A register generated once can be generated again: a change of the stream is a break.
        let mut chance = Chance::of(1, Subject::DataFile, 0);
        let drawn: Vec<u64> = (0..4).map(|_| chance.below(1_000_000)).collect();
        assert_eq!(drawn, [212_517, 339_434, 44_969, 920_503]);
    }

    #[test]
    fn draws_are_spread_as_told() {
        let mut chance = Chance::of(7, Subject::Size, 3);
        let mut drawn: Vec<u64> = (0..10_001).map(|_| chance.log_normal(1000, 16)).collect();
        drawn.sort_unstable();
        assert!((900..1100).contains(&drawn[5000]), "{}", drawn[5000]);
        assert!(drawn[0] < 20 && drawn[10_000] > 50_000, "{} {}", drawn[0], drawn[10_000]);
        let first = (0..10_000).filter(|_| chance.skewed(100) < 10).count();
        assert!((5000..8500).contains(&first), "{first}");
        assert!((0..1000).all(|_| chance.below(3) < 3));
    }
}
