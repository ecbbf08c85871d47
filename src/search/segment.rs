//! A segment of the index, opened for searching: what of each file is asked for all the time, in memory as plain numbers; the rest as postings on disk.
//!
//! A segment never changes, but for files in it that are deleted: then it is opened again.

use std::sync::{Arc, OnceLock};

use fixedbitset::FixedBitSet;
use tantivy::columnar::{BytesColumn, TermOrdHit};
use tantivy::postings::TermInfo;
use tantivy::query::{EnableScoring, PhraseQuery, Query as _};
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocSet as _, InvertedIndexReader, SegmentReader, TERMINATED, Term};

use super::layout::Layout;
use super::linked::Linked;
use super::names::Names;
use crate::collected_item::{ItemCategories, SensitiveKind, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::error::Result;
use crate::finding::FindingRuleCode;
use crate::retention::RetentionClass;
use crate::vocabulary::Vocabulary;

/// Files in a word of a set.
pub const BITS: usize = usize::BITS as usize;

/// What a file lacks, among numbers that are never negative.
pub const NONE: i64 = -1;

/// Several numbers for each file of a segment.
#[derive(Debug, Default)]
pub struct Values {
    starts: Vec<u32>,
    numbers: Vec<u32>,
}

impl Values {
    /// Numbers of a file.
    #[must_use]
    pub fn of(&self, file: usize) -> &[u32] {
        match self.starts.get(file..file + 2) {
            Some(&[start, end]) => &self.numbers[start as usize..end as usize],
            _ => &[],
        }
    }
}

/// Terms of a field that are names, searched by their pieces.
struct TermNames {
    names: Names,
    terms: Vec<TermInfo>,
    postings: Arc<InvertedIndexReader>,
}

/// Names of files by their place in the order, with how many files bear each, and one that does.
#[derive(Debug, Default)]
pub struct FileNames {
    /// The names; the bearer is the place.
    pub names: Names,
    /// How many files bear each, those that lists show.
    pub counts: Vec<u32>,
    /// One file that bears it.
    pub examples: Vec<u32>,
}

/// A segment, opened.
pub struct Segment {
    reader: SegmentReader,
    layout: Arc<Layout>,
    /// Files that are there.
    pub alive: FixedBitSet,
    /// Keys of the files.
    pub keys: Vec<u128>,
    /// Number of the agency.
    pub agency: Values,
    /// Place in the vocabulary of statuses.
    pub status: Values,
    /// Files of each status: most searches ask for the same ones, which are nearly all files.
    by_status: Vec<FixedBitSet>,
    /// Places in [`ItemCategories::all`].
    pub category: Values,
    by_category: OnceLock<Vec<FixedBitSet>>,
    /// Places in the vocabulary.
    pub identifier: Values,
    /// Places in the vocabulary.
    pub sensitive: Values,
    /// Places in the vocabulary.
    pub finding: Values,
    /// Numbers of statutes.
    pub statute: Values,
    /// Place in the vocabulary.
    pub retention_class: Values,
    /// Numbers of bodies.
    pub recipient: Values,
    /// Numbers of bodies.
    pub entrustee: Values,
    /// Data subjects, [`NONE`] if not declared.
    pub subjects: Vec<i64>,
    /// Number of the day, [`NONE`] if not known.
    pub registered_on: Vec<i64>,
    /// Number of the day.
    pub valid_from: Vec<i64>,
    /// Microseconds since 1970.
    pub recorded_at: Vec<i64>,
    /// Months, [`NONE`] without a term that is a length.
    pub retention_months: Vec<i64>,
    /// Letters of the name.
    pub name_length: Vec<u32>,
    /// Different items.
    pub item_count: Vec<u32>,
    /// Files with an impact assessment.
    pub assessed: FixedBitSet,
    /// Place of the name in the order of this segment's names.
    pub name_order: Vec<u32>,
    names: Option<BytesColumn>,
    items: TermNames,
    citations: TermNames,
    /// Names of files, for suggestions.
    pub file_names: FileNames,
    /// How many files that lists show have each value of the dimensions that are suggested.
    pub uses: Uses,
}

impl Segment {
    /// Opens a segment.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn open(reader: SegmentReader, layout: &Arc<Layout>, linked: &Linked) -> Result<Self> {
        let files = reader.max_doc() as usize;
        let alive = match reader.alive_bitset() {
            Some(alive) => alive.iter_alive().map(|file| file as usize).collect(),
            None => all(files),
        };
        let alive = grown(alive, files);
        let number = |field: Field, missing: i64| -> Result<Vec<i64>> {
            let name = layout.schema.get_field_name(field);
            let column = reader.fast_fields().u64_lenient(name)?;
            let is_signed = matches!(layout.schema.get_field_entry(field).field_type(), tantivy::schema::FieldType::I64(_));
            let read = |value: u64| if is_signed { tantivy::u64_to_i64(value) } else { value.cast_signed() };
            let Some((column, _)) = column else { return Ok(vec![missing; files]) };
            Ok((0..reader.max_doc()).map(|file| column.first(file).map_or(missing, read)).collect())
        };
        let small = |field: Field| -> Result<Vec<u32>> { Ok(number(field, 0)?.into_iter().map(|value| u32::try_from(value).unwrap_or(u32::MAX)).collect()) };
        let values = |field: Field, number: &dyn Fn(&[u8]) -> Option<u32>| -> Result<Values> {
            bytes_column(&reader, layout, field)?.map_or_else(|| Ok(Values::default()), |column| read_values(&column, reader.max_doc(), number))
        };
        let key = |find: &dyn Fn(uuid::Uuid) -> Option<u32>, bytes: &[u8]| find(uuid::Uuid::from_slice(bytes).ok()?);
        let agencies = linked.agencies.numbered();
        let body = |bytes: &[u8]| key(&|id| linked.organizations.number(id), bytes);
        let categories = ItemCategories::bundled();
        let assessed = match bytes_column(&reader, layout, layout.assessment)? {
            Some(column) => (0..files).filter(|file| column.ords().first(u32::try_from(*file).unwrap_or(u32::MAX)).is_some()).collect(),
            None => FixedBitSet::new(),
        };
        let names = bytes_column(&reader, layout, layout.name_folded)?;
        let name_order = names.as_ref().map_or_else(Vec::new, |column| {
            (0..reader.max_doc()).map(|file| column.ords().first(file).and_then(|ord| u32::try_from(ord).ok()).unwrap_or(0)).collect()
        });
        let (high, low) = (number(layout.key_high, 0)?, number(layout.key_low, 0)?);
        let keys = high.iter().zip(&low).map(|(high, low)| (u128::from(high.cast_unsigned()) << 64) | u128::from(low.cast_unsigned())).collect();
        let mut segment = Self {
            alive,
            keys,
            agency: values(layout.agency, &|bytes| key(&|id| agencies.number(id), bytes))?,
            status: values(layout.status, &place_in::<DataFileStatus>)?,
            category: values(layout.category, &|bytes| u32::try_from(categories.place(std::str::from_utf8(bytes).ok()?)?).ok())?,
            identifier: values(layout.identifier, &place_in::<UniqueIdentifier>)?,
            sensitive: values(layout.sensitive, &place_in::<SensitiveKind>)?,
            finding: values(layout.finding, &place_in::<FindingRuleCode>)?,
            statute: values(layout.statute, &|bytes| key(&|id| linked.statutes.number(id), bytes))?,
            retention_class: values(layout.retention_class, &place_in::<RetentionClass>)?,
            recipient: values(layout.recipient, &body)?,
            entrustee: values(layout.entrustee, &body)?,
            subjects: number(layout.subjects, NONE)?,
            registered_on: number(layout.registered_on, NONE)?,
            valid_from: number(layout.valid_from, NONE)?,
            recorded_at: number(layout.recorded_at, NONE)?,
            retention_months: number(layout.retention_months, NONE)?,
            name_length: small(layout.name_length)?,
            item_count: small(layout.item_count)?,
            assessed: grown(assessed, files),
            by_status: Vec::new(),
            by_category: OnceLock::new(),
            name_order,
            names,
            items: TermNames::open(&reader, layout.item)?,
            citations: TermNames::open(&reader, layout.citation)?,
            file_names: FileNames::default(),
            uses: Uses::default(),
            layout: Arc::clone(layout),
            reader,
        };
        let with_status = |status| segment.files_where(&all(files), |file| segment.status.of(file).contains(&status));
        segment.by_status = (0..).take(DataFileStatus::WORDS.len()).map(with_status).collect();
        segment.file_names = segment.read_file_names()?;
        segment.uses = segment.count_uses();
        Ok(segment)
    }

    /// Number of places for files; some may be empty.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// No file.
    #[must_use]
    pub fn none(&self) -> FixedBitSet {
        FixedBitSet::with_capacity(self.len())
    }

    /// Those of the files of which something holds.
    #[must_use]
    pub fn files_where(&self, among: &FixedBitSet, holds: impl Fn(usize) -> bool) -> FixedBitSet {
        // Word by word: a set that is made bit by bit takes several times as long.
        let word = |(place, among): (usize, &usize)| {
            let (mut left, mut found) = (*among, 0);
            while left != 0 {
                let bit = left.trailing_zeros();
                found |= usize::from(holds(place * BITS + bit as usize)) << bit;
                left &= left - 1;
            }
            found
        };
        FixedBitSet::with_capacity_and_blocks(self.len(), among.as_slice().iter().enumerate().map(word))
    }

    /// Files of a status, by its place in the vocabulary.
    #[must_use]
    pub fn with_status(&self, status: u32) -> Option<&FixedBitSet> {
        self.by_status.get(status as usize)
    }

    /// Files with an item of each category or of a narrower one, by the place of the category. Made when they are first asked for.
    #[must_use]
    pub fn by_category(&self) -> &[FixedBitSet] {
        self.by_category.get_or_init(|| {
            let mut sets = vec![self.none(); ItemCategories::bundled().all().len()];
            for file in 0..self.len() {
                self.category.of(file).iter().for_each(|place| sets[*place as usize].insert(file));
            }
            sets
        })
    }

    /// Files that have one of the terms in a field.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn with_terms<'t>(&self, field: Field, terms: impl IntoIterator<Item = &'t Term>) -> Result<FixedBitSet> {
        let postings = self.reader.inverted_index(field)?;
        let mut found = self.none();
        for term in terms {
            if let Some(info) = postings.get_term_info(term)? {
                add_postings(&postings, &info, &mut found)?;
            }
        }
        Ok(found)
    }

    /// Files in whose text the letters stand in a row; the text is indexed by pairs in one field and by single letters in the other.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn with_piece(&self, pairs: Field, singles: Field, piece: &str) -> Result<FixedBitSet> {
        let letters: Vec<(usize, char)> = piece.char_indices().collect();
        let end = |place: usize| letters.get(place).map_or(piece.len(), |(at, _)| *at);
        match letters.len() {
            0 => Ok(self.none()),
            1 => self.with_terms(singles, [&Term::from_field_text(singles, piece)]),
            2 => self.with_terms(pairs, [&Term::from_field_text(pairs, piece)]),
            count => {
                let terms = (0..count - 1).map(|place| Term::from_field_text(pairs, &piece[letters[place].0..end(place + 2)])).collect();
                let weight = PhraseQuery::new(terms).weight(EnableScoring::disabled_from_schema(&self.layout.schema))?;
                let mut scorer = weight.scorer(&self.reader, 1.0)?;
                let mut found = self.none();
                while scorer.doc() != TERMINATED {
                    found.insert(scorer.doc() as usize);
                    scorer.advance();
                }
                Ok(found)
            }
        }
    }

    /// Files with an item in whose name the letters stand in a row.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn with_item(&self, piece: &str) -> Result<FixedBitSet> {
        self.items.files(piece, self.none())
    }

    /// Files with a citation in which the letters stand in a row.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn with_citation(&self, piece: &str) -> Result<FixedBitSet> {
        self.citations.files(piece, self.none())
    }

    /// Folded name at a place of the order.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn name_at(&self, place: u32) -> Result<String> {
        let mut name = Vec::new();
        if let Some(names) = &self.names {
            names.ord_to_bytes(place.into(), &mut name)?;
        }
        Ok(String::from_utf8(name).unwrap_or_default())
    }

    /// Place of a folded name in the order: of itself, or of the next name and so no place of its own.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn place_of(&self, name: &str) -> Result<(u32, bool)> {
        let Some(names) = &self.names else { return Ok((0, false)) };
        let (place, is_there) = match names.dictionary().term_ord_or_next(name)? {
            TermOrdHit::Exact(place) => (place, true),
            TermOrdHit::Next(place) => (place, false),
        };
        Ok((u32::try_from(place).unwrap_or(u32::MAX), is_there))
    }
}

/// How many files that lists show are linked to each thing.
#[derive(Debug, Default)]
pub struct Uses {
    /// By number of the agency.
    pub agencies: Vec<u32>,
    /// By number of the recipient or entrustee; a file to which it is both counts once.
    pub organizations: Vec<u32>,
    /// By number of the statute.
    pub statutes: Vec<u32>,
    /// By place of the category.
    pub categories: Vec<u32>,
}

impl Segment {
    /// Files that lists show where nothing else is asked.
    fn shown(&self) -> impl Iterator<Item = usize> + '_ {
        let shown = [DataFileStatus::Registered, DataFileStatus::Disclosed].map(place_of_word);
        self.alive.ones().filter(move |file| self.status.of(*file).iter().any(|status| shown.contains(status)))
    }

    fn read_file_names(&self) -> Result<FileNames> {
        let mut read = FileNames::default();
        let Some(column) = &self.names else { return Ok(read) };
        let mut stream = column.dictionary().stream()?;
        let mut place = 0;
        while stream.advance() {
            read.names.push(std::str::from_utf8(stream.key()).unwrap_or_default(), place);
            place += 1;
        }
        read.counts.resize(place as usize, 0);
        read.examples.resize(place as usize, 0);
        for file in self.shown() {
            let place = self.name_order[file] as usize;
            read.counts[place] += 1;
            read.examples[place] = u32::try_from(file).unwrap_or(u32::MAX);
        }
        Ok(read)
    }

    fn count_uses(&self) -> Uses {
        let mut uses = Uses::default();
        let count = |counts: &mut Vec<u32>, number: u32| {
            if counts.len() <= number as usize {
                counts.resize(number as usize + 1, 0);
            }
            counts[number as usize] += 1;
        };
        for file in self.shown() {
            self.agency.of(file).iter().for_each(|number| count(&mut uses.agencies, *number));
            self.statute.of(file).iter().for_each(|number| count(&mut uses.statutes, *number));
            self.category.of(file).iter().for_each(|number| count(&mut uses.categories, *number));
            let recipients = self.recipient.of(file);
            let entrustees = self.entrustee.of(file).iter().filter(|number| !recipients.contains(number));
            recipients.iter().chain(entrustees).for_each(|number| count(&mut uses.organizations, *number));
        }
        uses
    }
}

impl TermNames {
    fn open(reader: &SegmentReader, field: Field) -> Result<Self> {
        let postings = reader.inverted_index(field)?;
        let (mut names, mut terms) = (Names::default(), Vec::new());
        let mut stream = postings.terms().stream()?;
        while stream.advance() {
            let place = u32::try_from(terms.len()).unwrap_or(u32::MAX);
            names.push_letters(std::str::from_utf8(stream.key()).unwrap_or_default(), place);
            terms.push(stream.value().clone());
        }
        drop(stream);
        Ok(Self { names, terms, postings })
    }

    /// Adds the files with a term in which the letters stand in a row.
    fn files(&self, piece: &str, mut found: FixedBitSet) -> Result<FixedBitSet> {
        let mut terms = Vec::new();
        self.names.containing(piece, |place, _| terms.push(place));
        for place in terms {
            add_postings(&self.postings, &self.terms[place as usize], &mut found)?;
        }
        Ok(found)
    }
}

fn add_postings(postings: &InvertedIndexReader, term: &TermInfo, found: &mut FixedBitSet) -> Result<()> {
    let mut blocks = postings.read_block_postings_from_terminfo(term, IndexRecordOption::Basic)?;
    while !blocks.docs().is_empty() {
        blocks.docs().iter().for_each(|file| found.insert(*file as usize));
        blocks.advance();
    }
    Ok(())
}

fn bytes_column(reader: &SegmentReader, layout: &Layout, field: Field) -> Result<Option<BytesColumn>> {
    let name = layout.schema.get_field_name(field);
    let is_text = matches!(layout.schema.get_field_entry(field).field_type(), tantivy::schema::FieldType::Str(_));
    Ok(if is_text { reader.fast_fields().str(name)?.map(BytesColumn::from) } else { reader.fast_fields().bytes(name)? })
}

/// Numbers of every file from a column of words or keys. What has no number is left out.
fn read_values(column: &BytesColumn, files: u32, number: &dyn Fn(&[u8]) -> Option<u32>) -> Result<Values> {
    let mut numbers = Vec::with_capacity(column.num_terms());
    let mut stream = column.dictionary().stream()?;
    while stream.advance() {
        numbers.push(number(stream.key()));
    }
    let mut values = Values { starts: Vec::with_capacity(files as usize + 1), numbers: Vec::new() };
    values.starts.push(0);
    for file in 0..files {
        values.numbers.extend(column.term_ords(file).filter_map(|ord| numbers.get(usize::try_from(ord).ok()?).copied().flatten()));
        values.starts.push(u32::try_from(values.numbers.len()).unwrap_or(u32::MAX));
    }
    values.numbers.shrink_to_fit();
    Ok(values)
}

fn place_in<T: Vocabulary>(word: &[u8]) -> Option<u32> {
    let place = T::WORDS.iter().position(|known| known.value.as_bytes() == word)?;
    u32::try_from(place).ok()
}

/// Place of a word in its vocabulary.
#[must_use]
pub fn place_of_word<T: Vocabulary>(word: T) -> u32 {
    place_in::<T>(word.as_str().as_bytes()).unwrap_or(u32::MAX)
}

/// Every file.
#[must_use]
pub fn all(files: usize) -> FixedBitSet {
    let mut all = FixedBitSet::with_capacity(files);
    all.insert_range(..);
    all
}

fn grown(mut set: FixedBitSet, files: usize) -> FixedBitSet {
    set.grow(files);
    set
}
