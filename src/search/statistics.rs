//! Statistics: files, data subjects and agencies counted over up to three dimensions at once.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::query::{Found, Section};
use super::segment::{BITS, NONE};
use super::{Dimension, StatisticsMeasure};
use crate::error::{Error, Result};

/// Most cells that one answer counts. More would say nothing to a reader, and cost memory that others need.
pub const MOST_CELLS: usize = 500_000;

/// Cells whose place can be computed instead of looked up.
const MOST_PLACES: usize = 8_000_000;

/// Most values of a dimension whose files are gathered in sets of their own.
const MOST_SETS: usize = 64;

/// Measures of some files. A file counts once in each of its values; agencies are distinct.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measures {
    /// Files.
    pub files: usize,
    /// Files that declare a number of data subjects.
    pub counted_files: usize,
    /// Declared data subjects, added up.
    pub subjects: i64,
    /// Agencies.
    pub agencies: usize,
    /// The agency seen last: files come agency by agency.
    last_agency: Option<u32>,
}

impl Measures {
    fn add(&mut self, file: &File) {
        self.files += 1;
        if file.subjects != NONE {
            self.counted_files += 1;
            self.subjects = self.subjects.saturating_add(file.subjects);
        }
        if self.last_agency != Some(file.agency) {
            self.last_agency = Some(file.agency);
            self.agencies += 1;
        }
    }

    fn by(&self, measure: StatisticsMeasure) -> i64 {
        match measure {
            StatisticsMeasure::DataFiles => i64::try_from(self.files).unwrap_or(i64::MAX),
            StatisticsMeasure::DeclaredSubjects => self.subjects,
            StatisticsMeasure::Agencies => i64::try_from(self.agencies).unwrap_or(i64::MAX),
        }
    }
}

/// A row: a value of each dimension, and what was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Numbers of the values, in the order of the dimensions.
    pub values: Vec<u32>,
    /// What was counted.
    pub measures: Measures,
}

/// A table of statistics.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The rows that were asked for, the greatest first.
    pub rows: Vec<Row>,
    /// Files of all other rows together, each once; `None` if there are no other rows.
    pub rest: Option<Measures>,
}

/// What of a table is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Everything.
    All,
    /// The rows, and how many files each has.
    FilesOfRows,
}

/// A file on its way into the cells.
#[derive(Clone, Copy, Default)]
struct File {
    section: u32,
    file: u32,
    /// One more than the number of the agency; 0 without one.
    agency: u32,
    subjects: i64,
}

/// Checks that the dimensions can be counted together.
///
/// # Errors
/// `BAD_USER_INPUT` for none, too many, a repeated one, or several of many values.
pub fn check(dimensions: &[Dimension]) -> Result<()> {
    if dimensions.is_empty() || dimensions.len() > 3 {
        return Err(Error::input(format!("`by` has {} dimensions; give one to three", dimensions.len())));
    }
    if (1..dimensions.len()).any(|place| dimensions[..place].contains(&dimensions[place])) {
        return Err(Error::input("`by` names a dimension twice; give different ones"));
    }
    if dimensions.iter().filter(|dimension| dimension.has_many_values()).count() > 1 {
        return Err(Error::input(
            "`by` names several of AGENCY, STATUTE, RECIPIENT and ENTRUSTEE, which have thousands of values each; give one of them, and put the other into `filter`",
        ));
    }
    Ok(())
}

impl Found {
    /// Counts the files over the dimensions, ranks the rows by a measure and keeps the greatest.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for dimensions that cannot be counted together, or too many cells.
    pub fn statistics(&self, dimensions: &[Dimension], rank_by: StatisticsMeasure, most: usize, wanted: Wanted) -> Result<Table> {
        check(dimensions)?;
        if let (Wanted::FilesOfRows, StatisticsMeasure::DataFiles) = (wanted, rank_by)
            && let Some(cells) = self.intersected(dimensions)?
        {
            let ranked = self.ranked(&cells, dimensions, rank_by, most);
            return Ok(Table { rows: cells.rows(&ranked[..most.min(ranked.len())], dimensions), rest: None });
        }
        let linked = &self.snapshot.linked;
        let files = self.by_agency();
        let mut cells = Cells::new(&dimensions.iter().map(|dimension| dimension.size(linked)).collect::<Vec<_>>());
        let mut values = [Vec::new(), Vec::new(), Vec::new()];
        // The cells of all files, one after the other, and where those of each end: they are gone through again for the rest.
        let (mut counted_in, mut ends) = (Vec::with_capacity(files.len()), Vec::with_capacity(files.len()));
        for file in &files {
            self.each_cell(file, dimensions, &mut values, &mut cells, |cells, cell| {
                cells.measures[cell].add(file);
                counted_in.push(cell);
            })?;
            ends.push(counted_in.len());
        }
        let ranked = self.ranked(&cells, dimensions, rank_by, most);
        let listed = most.min(ranked.len());
        let mut rest = None;
        if listed < ranked.len() {
            let mut is_listed = vec![false; ranked.len()];
            ranked[..listed].iter().for_each(|cell| is_listed[*cell] = true);
            let mut others = Measures::default();
            let mut start = 0;
            for (file, end) in files.iter().zip(ends) {
                if counted_in[start..end].iter().any(|cell| !is_listed[*cell]) {
                    others.add(file);
                }
                start = end;
            }
            rest = Some(others);
        }
        Ok(Table { rows: cells.rows(&ranked[..listed], dimensions), rest })
    }

    /// The cells, the greatest first.
    fn ranked(&self, cells: &Cells, dimensions: &[Dimension], rank_by: StatisticsMeasure, most: usize) -> Vec<usize> {
        let mut ranked: Vec<usize> = (0..cells.measures.len()).collect();
        ranked.sort_unstable_by_key(|cell| Reverse(cells.measures[*cell].by(rank_by)));
        // Equal ones are told apart by their keys, which are the same on every server: those that may be listed, and those that equal the last of them.
        let least = most.checked_sub(1).and_then(|last| ranked.get(last)).map_or(i64::MIN, |cell| cells.measures[*cell].by(rank_by));
        let end = ranked.partition_point(|cell| cells.measures[*cell].by(rank_by) >= least);
        let linked = &self.snapshot.linked;
        let keys = |cell: &usize| dimensions.iter().zip(cells.values[*cell]).map(|(dimension, value)| dimension.key(linked, value)).collect::<Vec<_>>();
        ranked[..end].sort_by_cached_key(|cell| (Reverse(cells.measures[*cell].by(rank_by)), keys(cell)));
        ranked
    }

    /// Cells of two dimensions, that of categories and one of few values, and how many files they have: by sets of files, which are intersected word by word. A file has many categories; to look at each of
    /// them takes many times as long (bench/README.md). `None` for other dimensions.
    fn intersected(&self, dimensions: &[Dimension]) -> Result<Option<Cells>> {
        let linked = &self.snapshot.linked;
        let (other, is_category_first) = match *dimensions {
            [Dimension::ItemCategory, other] => (other, true),
            [other, Dimension::ItemCategory] => (other, false),
            _ => return Ok(None),
        };
        if other.size(linked) > MOST_SETS {
            return Ok(None);
        }
        let mut cells = Cells::new(&dimensions.iter().map(|dimension| dimension.size(linked)).collect::<Vec<_>>());
        for section in &self.sections {
            // Of each value's set the words that are not empty, with their places: files come agency by agency, so that most values have few.
            let mut sets: Vec<Vec<(usize, usize)>> = vec![Vec::new(); other.size(linked)];
            for file in section.matched.ones() {
                other.each(&section.segment, linked, file, |value| {
                    if let Some(words) = sets.get_mut(value as usize) {
                        let (place, bit) = (file / BITS, 1 << (file % BITS));
                        match words.last_mut() {
                            Some((last, word)) if *last == place => *word |= bit,
                            _ => words.push((place, bit)),
                        }
                    }
                });
            }
            for (value, words) in (0..).zip(&sets).filter(|(_, words)| !words.is_empty()) {
                for (category, with_category) in (0..).zip(section.segment.by_category()) {
                    let with_category = with_category.as_slice();
                    let common = |(place, word): &(usize, usize)| (word & with_category.get(*place).copied().unwrap_or(0)).count_ones() as usize;
                    let files: usize = words.iter().map(common).sum();
                    if files > 0 {
                        let cell = cells.at(if is_category_first { [category, value, 0] } else { [value, category, 0] })?;
                        cells.measures[cell].files += files;
                    }
                }
            }
        }
        Ok(Some(cells))
    }

    /// Calls `each` with each cell that a file counts in. `values` is room for its values.
    fn each_cell(
        &self,
        file: &File,
        dimensions: &[Dimension],
        values: &mut [Vec<u32>; 3],
        cells: &mut Cells,
        mut each: impl FnMut(&mut Cells, usize),
    ) -> Result<()> {
        const ALONE: &[u32] = &[0];
        let section = &self.sections[file.section as usize];
        for (values, dimension) in values.iter_mut().zip(dimensions) {
            values.clear();
            dimension.each(&section.segment, &self.snapshot.linked, file.file as usize, |value| values.push(value));
        }
        let of = |place: usize| if place < dimensions.len() { values[place].as_slice() } else { ALONE };
        for a in of(0) {
            for b in of(1) {
                for c in of(2) {
                    let cell = cells.at([*a, *b, *c])?;
                    each(cells, cell);
                }
            }
        }
        Ok(())
    }

    /// The files found, agency by agency.
    fn by_agency(&self) -> Vec<File> {
        let agency = |section: &Section, file: usize| section.segment.agency.of(file).first().map_or(0, |agency| *agency as usize + 1);
        // How many files each agency has tells where they go.
        let mut starts = vec![0_usize; self.snapshot.linked.agencies.numbered().len() + 2];
        for section in &self.sections {
            section.matched.ones().for_each(|file| starts[agency(section, file) + 1] += 1);
        }
        for place in 1..starts.len() {
            starts[place] += starts[place - 1];
        }
        let mut files = vec![File::default(); self.count()];
        for (place, section) in (0..).zip(&self.sections) {
            for file in section.matched.ones() {
                let agency = agency(section, file);
                let number = u32::try_from(file).unwrap_or(u32::MAX);
                files[starts[agency]] =
                    File { section: place, file: number, agency: u32::try_from(agency).unwrap_or(u32::MAX), subjects: section.segment.subjects[file] };
                starts[agency] += 1;
            }
        }
        files
    }
}

/// Cells in the order in which they were first met.
struct Cells {
    sizes: [usize; 3],
    /// Cell at each place, one more than its number; empty where there would be too many places.
    places: Vec<u32>,
    looked_up: HashMap<usize, u32>,
    values: Vec<[u32; 3]>,
    measures: Vec<Measures>,
}

impl Cells {
    fn new(sizes: &[usize]) -> Self {
        let size = |place: usize| sizes.get(place).copied().unwrap_or(1).max(1);
        let sizes = [size(0), size(1), size(2)];
        let places = sizes.iter().fold(1_usize, |product, size| product.saturating_mul(*size));
        let places = if places <= MOST_PLACES { vec![0; places] } else { Vec::new() };
        Self { sizes, places, looked_up: HashMap::new(), values: Vec::new(), measures: Vec::new() }
    }

    /// Cells as rows.
    fn rows(&self, cells: &[usize], dimensions: &[Dimension]) -> Vec<Row> {
        let row = |cell: &usize| Row { values: self.values[*cell][..dimensions.len()].to_vec(), measures: self.measures[*cell].clone() };
        cells.iter().map(row).collect()
    }

    /// The cell of the values, a new one if they were not met before.
    fn at(&mut self, values: [u32; 3]) -> Result<usize> {
        let place = (values[0] as usize * self.sizes[1] + values[1] as usize) * self.sizes[2] + values[2] as usize;
        let next = u32::try_from(self.measures.len() + 1).unwrap_or(u32::MAX);
        let number = match self.places.get_mut(place) {
            Some(number) => number,
            None => self.looked_up.entry(place).or_insert(0),
        };
        if *number == 0 {
            if self.measures.len() >= MOST_CELLS {
                return Err(Error::input(format!(
                    "the dimensions have more than {MOST_CELLS} combinations; give fewer dimensions in `by`, or narrow the `filter`"
                )));
            }
            *number = next;
            self.values.push(values);
            self.measures.push(Measures::default());
        }
        Ok(*number as usize - 1)
    }
}
