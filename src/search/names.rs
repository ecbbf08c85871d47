//! Many short names in one run of bytes: the place where a piece of a name is looked for in all of them at once.
//!
//! Names of agencies, bodies, statutes and items are few, compared with the files that bear them. A pass over all of them takes less than a millisecond, is exact for any piece of a name, and needs no
//! index that would have to follow each renaming.

use memchr::memmem;

use super::text::{initial, letters, typed_so_far};

/// Never part of a name: no piece of a name reaches over it.
const END: u8 = 0xFF;

/// Letters of names, one name after another, each with whoever bears it.
#[derive(Clone, Debug, Default)]
pub struct Names {
    letters: Vec<u8>,
    /// Initial consonants in the place of their syllables. Both take three bytes, so that a place in one is the same place in the other.
    initials: Vec<u8>,
    /// Behind each name.
    ends: Vec<u32>,
    bearers: Vec<u32>,
}

/// How a name goes on from what was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// It begins so.
    Beginning,
    /// It has it inside.
    Inside,
}

impl Names {
    /// Adds a name of `bearer`. One without letters is left out, since nothing finds it.
    pub fn push(&mut self, name: &str, bearer: u32) {
        self.push_letters(&letters(name), bearer);
    }

    /// Adds a name that consists of letters already.
    pub fn push_letters(&mut self, letters: &str, bearer: u32) {
        if letters.is_empty() {
            return;
        }
        self.letters.extend_from_slice(letters.as_bytes());
        self.letters.push(END);
        let mut utf8 = [0; 4];
        letters.chars().for_each(|letter| self.initials.extend_from_slice(initial(letter).encode_utf8(&mut utf8).as_bytes()));
        self.initials.push(END);
        self.ends.push(u32::try_from(self.letters.len()).unwrap_or(u32::MAX));
        self.bearers.push(bearer);
    }

    /// Number of names.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    fn range(&self, name: usize) -> std::ops::Range<usize> {
        let start = name.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        start..(self.ends[name] as usize).saturating_sub(1)
    }

    /// Letters of the name at a place.
    fn letters_at(&self, name: usize) -> &str {
        std::str::from_utf8(&self.letters[self.range(name)]).unwrap_or_default()
    }

    /// Calls `found` with the bearer of each name in which the letters stand one after another, and whether they are the whole name.
    pub fn containing(&self, piece: &str, mut found: impl FnMut(u32, bool)) {
        self.places(&self.letters, piece.as_bytes(), |name, _| {
            found(self.bearers[name], self.range(name).len() == piece.len());
            true
        });
    }

    /// Calls `found` with the bearer, the letters and the fit of each name that goes on from what was typed, initial consonants among it or not. A single letter is looked for at beginnings only.
    pub fn going_on_from(&self, typed: &str, mut found: impl FnMut(u32, &str, Fit)) {
        let pattern: Vec<char> = typed.chars().collect();
        if pattern.is_empty() {
            return;
        }
        let initials: String = pattern.iter().map(|typed| initial(*typed)).collect();
        let mut try_at = |name: usize, at: usize| {
            let range = self.range(name);
            let Some(from_here) = self.letters.get(at..range.end).and_then(|rest| std::str::from_utf8(rest).ok()) else { return false };
            let fits =
                pattern.iter().zip(from_here.chars()).enumerate().all(|(place, (typed, letter))| typed_so_far(*typed, letter, place + 1 == pattern.len()));
            if fits {
                found(self.bearers[name], self.letters_at(name), if at == range.start { Fit::Beginning } else { Fit::Inside });
            }
            fits
        };
        if pattern.len() == 1 {
            // A single letter stands inside of most names: that would suggest nothing.
            for name in 0..self.len() {
                let start = self.range(name).start;
                if self.initials[start..].starts_with(initials.as_bytes()) {
                    try_at(name, start);
                }
            }
        } else {
            self.places(&self.initials, initials.as_bytes(), try_at);
        }
    }

    /// Calls `at` with each name and place where the needle stands, until it is content with the name.
    fn places(&self, haystack: &[u8], needle: &[u8], mut at: impl FnMut(usize, usize) -> bool) {
        if needle.is_empty() {
            return;
        }
        let finder = memmem::Finder::new(needle);
        let mut from = 0;
        while let Some(place) = haystack.get(from..).and_then(|rest| finder.find(rest)).map(|place| place + from) {
            let name = self.ends.partition_point(|end| (*end as usize) <= place);
            from = if at(name, place) { self.ends[name] as usize } else { place + 1 };
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn typed_names_are_met_at_the_beginning_and_inside() {
        let mut names = Names::default();
        for (bearer, name) in (0..).zip(["김포시", "경기도 김포시 통진읍", "강포세", "서울특별시 김포세무서"]) {
            names.push(name, bearer);
        }
        let met = |typed: &str| {
            let mut met = Vec::new();
            names.going_on_from(typed, |bearer, _, fit| met.push((bearer, fit)));
            met
        };
        assert_eq!(met("ㄱㅍㅅ"), [(0, Fit::Beginning), (1, Fit::Inside), (2, Fit::Beginning), (3, Fit::Inside)]);
        assert_eq!(met("김ㅍ"), [(0, Fit::Beginning), (1, Fit::Inside), (3, Fit::Inside)]);
        assert_eq!(met("김포세"), [(3, Fit::Inside)]);
        assert_eq!(met("가ㅍ"), []);
    }

    proptest! {
        #[test]
        fn pieces_are_found_as_a_loop_finds_them(names in prop::collection::vec("[가나다a1 ]{0,6}", 0..12), piece in "[가나다a1]{1,3}") {
            let mut all = Names::default();
            (0..).zip(&names).for_each(|(bearer, name)| all.push(name, bearer));
            let mut found = Vec::new();
            all.containing(&piece, |bearer, is_whole| found.push((bearer, is_whole)));
            let expected: Vec<(u32, bool)> =
                (0..).zip(&names).filter(|(_, name)| letters(name).contains(&piece)).map(|(bearer, name)| (bearer, letters(name) == piece)).collect();
            prop_assert_eq!(found, expected);
        }
    }
}
