//! A search: words and conditions, and the files of a snapshot that fulfil them.

use std::sync::Arc;

use fixedbitset::FixedBitSet;
use uuid::Uuid;

use super::condition::{Condition, in_turn};
use super::index::Snapshot;
use super::linked::Meeting;
use super::segment::Segment;
use super::text::{Word, words};
use super::{Dimension, condition};
use crate::error::{Error, Result};

/// Most words of a text that is searched.
pub const MOST_WORDS: usize = 32;

/// What is searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// Words; `None` if nothing can be found by the text.
    words: Option<Vec<Word>>,
    /// What is asked besides, each with the dimension that it narrows, if it narrows one only.
    parts: Vec<(Option<Dimension>, Condition)>,
}

impl Query {
    /// Searches by a text, which may be empty, and by conditions of which every one must hold.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a text of too many words.
    pub fn new(text: &str, parts: Vec<(Option<Dimension>, Condition)>) -> Result<Self> {
        let words = words(text);
        if let Some(count) = words.as_ref().map(Vec::len).filter(|count| *count > MOST_WORDS) {
            return Err(Error::input(format!("`text` has {count} words; at most {MOST_WORDS} are searched at once")));
        }
        Ok(Self { words, parts })
    }

    /// Finds the files.
    ///
    /// # Errors
    /// `Internal` for an index that cannot be read.
    pub fn run(&self, snapshot: &Arc<Snapshot>) -> Result<Found> {
        let words: Vec<Word> = self.words.iter().flatten().cloned().collect();
        let agencies: Vec<Arc<Vec<Meeting>>> = words.iter().map(|word| Arc::new(snapshot.linked.agencies.meetings(&word.letters))).collect();
        let sections = snapshot
            .segments
            .iter()
            .map(|segment| {
                let base = if self.words.is_some() { segment.alive.clone() } else { segment.none() };
                let mut section = Section { segment: Arc::clone(segment), words: Vec::new(), parts: Vec::new(), matched: base.clone(), base };
                for (word, agencies) in words.iter().zip(&agencies) {
                    let places = Places::of(word, agencies, segment, snapshot)?;
                    let files = places.files(segment);
                    if word.is_excluded {
                        section.base.difference_with(&files);
                    } else {
                        section.base.intersect_with(&files);
                        section.words.push(places);
                    }
                }
                // What no facet ignores narrows the files beforehand.
                for condition in in_turn(self.parts.iter().filter(|(dimension, _)| dimension.is_none()).map(|(_, condition)| condition)) {
                    section.base = condition.files(&section.base, segment, &snapshot.layout, &snapshot.linked)?;
                }
                section.matched = section.base.clone();
                for (dimension, condition) in self.parts.iter().filter_map(|(dimension, condition)| Some(((*dimension)?, condition))) {
                    let files = condition.files(&section.base, segment, &snapshot.layout, &snapshot.linked)?;
                    section.matched.intersect_with(&files);
                    section.parts.push((dimension, files));
                }
                Ok(section)
            })
            .collect::<Result<Vec<_>>>()?;
        let wanted = words.into_iter().filter(|word| !word.is_excluded).map(|word| word.letters).collect();
        Ok(Found { snapshot: Arc::clone(snapshot), words: wanted, sections })
    }
}

/// Files found in a snapshot.
pub struct Found {
    /// Where they were found.
    pub snapshot: Arc<Snapshot>,
    /// Letters of the words that they have.
    pub words: Vec<String>,
    /// What was found in each segment.
    pub sections: Vec<Section>,
}

impl Found {
    /// Keys of the files, in no order.
    #[must_use]
    pub fn keys(&self) -> Vec<Uuid> {
        let keys =
            |section: &Section| section.matched.ones().filter_map(|file| section.segment.keys.get(file)).map(|key| Uuid::from_u128(*key)).collect::<Vec<_>>();
        self.sections.iter().flat_map(keys).collect()
    }

    /// Number of files.
    #[must_use]
    pub fn count(&self) -> usize {
        self.sections.iter().map(|section| section.matched.count_ones(..)).sum()
    }
}

/// What was found in a segment.
pub struct Section {
    /// The segment.
    pub segment: Arc<Segment>,
    /// Where each wanted word stands.
    words: Vec<Places>,
    /// Files that have the words, and fulfil the conditions that narrow no dimension.
    base: FixedBitSet,
    /// Those of them that fulfil each of the other conditions, with the dimension that it narrows.
    parts: Vec<(Dimension, FixedBitSet)>,
    /// Files that have the words and fulfil every condition.
    pub matched: FixedBitSet,
}

impl Section {
    /// Files that would be found if nothing were asked of a dimension.
    #[must_use]
    pub fn matched_but_for(&self, dimension: Dimension) -> FixedBitSet {
        if self.parts.iter().all(|(narrowed, _)| *narrowed != dimension) {
            return self.matched.clone();
        }
        let mut files = self.base.clone();
        self.parts.iter().filter(|(narrowed, _)| *narrowed != dimension).for_each(|(_, part)| files.intersect_with(part));
        files
    }

    /// How relevant a file is: whole numbers that follow from the file and the words alone, so that they are the same on every server and however the index is merged.
    ///
    /// Each word counts by where it stands, the more the larger a part of the name it is; among files that the words leave equal, those with more data subjects come first, by powers of two.
    #[must_use]
    pub fn relevance(&self, file: usize) -> i64 {
        let words: i64 = self.words.iter().map(|places| places.weight(&self.segment, file)).sum();
        let subjects = self.segment.subjects.get(file).map_or(0, |subjects| subjects.max(&-1) + 1);
        words * 64 + i64::from(64 - subjects.leading_zeros())
    }
}

/// Where in the files of a segment a word stands.
struct Places {
    length: u32,
    agencies: Arc<Vec<Meeting>>,
    name: FixedBitSet,
    purpose: FixedBitSet,
    items: FixedBitSet,
    statutes: FixedBitSet,
    recipients: FixedBitSet,
    entrustees: FixedBitSet,
}

impl Places {
    fn of(word: &Word, agencies: &Arc<Vec<Meeting>>, segment: &Segment, snapshot: &Snapshot) -> Result<Self> {
        let (layout, linked, piece) = (&snapshot.layout, &snapshot.linked, word.letters.as_str());
        let keys = |named: &FixedBitSet, dimension: Dimension, all: &super::linked::Numbered| {
            let keys = named.ones().filter_map(|number| all.key(u32::try_from(number).ok()?)).map(condition::Value::Key).collect();
            Condition::OneOf(dimension, keys).files(&segment.alive, segment, layout, linked)
        };
        let bodies = linked.organizations.named(piece);
        let mut statutes = segment.with_citation(piece)?;
        statutes.union_with(&keys(&linked.statutes.named(piece), Dimension::Statute, &linked.statutes)?);
        Ok(Self {
            length: u32::try_from(piece.chars().count()).unwrap_or(u32::MAX),
            agencies: Arc::clone(agencies),
            name: segment.with_piece(layout.name, layout.name_letter, piece)?,
            purpose: segment.with_piece(layout.purpose, layout.purpose_letter, piece)?,
            items: segment.with_item(piece)?,
            statutes,
            recipients: keys(&bodies, Dimension::Recipient, &linked.organizations)?,
            entrustees: keys(&bodies, Dimension::Entrustee, &linked.organizations)?,
        })
    }

    /// Files in which the word stands somewhere.
    fn files(&self, segment: &Segment) -> FixedBitSet {
        let mut files = self.name.clone();
        [&self.purpose, &self.items, &self.statutes, &self.recipients, &self.entrustees].into_iter().for_each(|set| files.union_with(set));
        if self.agencies.iter().any(|meeting| *meeting > 0) {
            files.union_with(&segment.files_where(&segment.alive, |file| self.meeting(segment, file) > 0));
        }
        files
    }

    fn meeting(&self, segment: &Segment, file: usize) -> Meeting {
        segment.agency.of(file).iter().filter_map(|agency| self.agencies.get(*agency as usize)).copied().max().unwrap_or(0)
    }

    fn weight(&self, segment: &Segment, file: usize) -> i64 {
        let name = if self.name.contains(file) { 40 + i64::from(40 * self.length.min(1000) / segment.name_length[file].max(1)) } else { 0 };
        let agency = i64::from(self.meeting(segment, file)) * 10;
        let others = [(&self.items, 12), (&self.statutes, 8), (&self.purpose, 6), (&self.recipients, 6), (&self.entrustees, 4)];
        name + agency + others.into_iter().filter(|(set, _)| set.contains(file)).map(|(_, weight)| weight).sum::<i64>()
    }
}
