//! Spreadsheets: CSV, TSV, XLSX, XLS. What they list of personal-data files and of their impact assessments, whatever they call their columns.
//!
//! A document is gone through twice: [`survey`] tells which tables it has, [`read`] hands over each file as soon as its last row was read. A text of a million rows takes no more memory than one of ten. Of XLSX the
//! texts that cells share are held, at most [`Limits::shared_texts`]; XLS is held whole, at most [`Limits::xls`]. What is larger, damaged or hostile is refused with what to do
//! about it; nothing panics.

mod assessment;
mod layout;
mod page;
mod record;
mod rows;
mod table;
mod text;
mod workbook;
mod xls;
mod xlsx;

use std::collections::HashMap;
use std::fmt;
use std::io::{BufRead, Read, Seek, SeekFrom};

pub use self::assessment::AssessmentRecord;
pub use self::layout::{Column, Mapping};
pub use self::record::{FileRecord, RowCells, says_none};
pub use self::rows::Row;
use self::table::Tables;

/// What a sheet may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an XLSX document when it is unpacked.
    pub unpacked: u64,
    /// Bytes of the texts that the cells of an XLSX document share, which are held in memory.
    pub shared_texts: u64,
    /// Bytes of an XLS document, which is held in memory.
    pub xls: u64,
    /// Cells of an XLS document, counted over the rectangles that its sheets fill.
    pub xls_cells: u64,
    /// Bytes of one row of a text, and of one stretch of text in a workbook.
    pub row: usize,
    /// Columns that hold anything.
    pub columns: usize,
    /// Rows that state one file.
    pub rows_of_a_file: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { unpacked: 2 << 30, shared_texts: 256 << 20, xls: 64 << 20, xls_cells: 4_000_000, row: 4 << 20, columns: 256, rows_of_a_file: 2_000 }
    }
}

/// Where something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Place {
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Row from 1; of a text, its line. 0 for the sheet as a whole.
    pub row: u64,
    /// Last row, where there are several.
    pub last_row: u64,
}

impl Place {
    /// One row.
    #[must_use]
    pub fn row(sheet: Option<&str>, row: u64) -> Self {
        Self { sheet: sheet.map(str::to_owned), row, last_row: row }
    }
}

impl Place {
    /// For whoever imports the document: `sheet "목록", rows 4-6`, `line 12`.
    #[must_use]
    pub fn told(&self) -> String {
        let Self { row, last_row, .. } = self;
        match &self.sheet {
            Some(sheet) if *row == 0 => format!("sheet \"{sheet}\""),
            Some(sheet) if last_row > row => format!("sheet \"{sheet}\", rows {row}-{last_row}"),
            Some(sheet) => format!("sheet \"{sheet}\", row {row}"),
            None if last_row > row => format!("lines {row}-{last_row}"),
            None => format!("line {row}"),
        }
    }
}

/// In the language of the documents, as a source is quoted: `시트 "목록", 4-6행`, `줄 12`.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sheet {
            Some(sheet) if self.row == 0 => write!(f, "시트 \"{sheet}\""),
            Some(sheet) if self.last_row > self.row => write!(f, "시트 \"{sheet}\", {}-{}행", self.row, self.last_row),
            Some(sheet) => write!(f, "시트 \"{sheet}\", {}행", self.row),
            None if self.last_row > self.row => write!(f, "줄 {}-{}", self.row, self.last_row),
            None => write!(f, "줄 {}", self.row),
        }
    }
}

/// Stable codes of what a reader tells of a document.
pub mod code {
    /// The document cannot be read: its format, its encoding, damage.
    pub const UNREADABLE: &str = "UNREADABLE";
    /// The document holds more than is read.
    pub const TOO_LARGE: &str = "TOO_LARGE";
    /// No table of personal-data files was found.
    pub const NO_TABLE: &str = "NO_TABLE";
    /// A column is not known; its values are left out.
    pub const UNKNOWN_COLUMN: &str = "UNKNOWN_COLUMN";
    /// A column is known, and what it holds is no matter of a registration, or must not be published.
    pub const COLUMN_LEFT_OUT: &str = "COLUMN_LEFT_OUT";
    /// A row states no file: a total, a note, an empty number.
    pub const ROW_LEFT_OUT: &str = "ROW_LEFT_OUT";
}

/// Why bytes are refused that are no text.
pub const HOLDS_NUL: &str = "holds NUL characters: it is no text, or UTF-16 without a byte-order mark; save it as UTF-8";

/// Why a document cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Where, if known.
    pub place: Option<Place>,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, and how to mend it.
    pub message: String,
}

impl Unreadable {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { place: None, code: code::UNREADABLE, message: message.into() }
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        Self { place: None, code: code::TOO_LARGE, message: message.into() }
    }

    pub(crate) fn at(self, place: Place) -> Self {
        Self { place: Some(place), ..self }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{}: {}", place.told(), self.message),
            None => write!(f, "{}", self.message),
        }
    }
}

impl std::error::Error for Unreadable {}

impl From<std::io::Error> for Unreadable {
    fn from(error: std::io::Error) -> Self {
        Self::new(format!("cannot be read: {error}"))
    }
}

/// What stands in a sheet.
#[derive(Clone, Debug, PartialEq)]
enum Found {
    /// A table begins, with these columns.
    Table(TableFound),
    /// A file.
    File(Box<FileRecord>),
    /// An impact assessment.
    Assessment(Box<AssessmentRecord>),
    /// Something that whoever imports the sheet should know.
    Note(Note),
}

/// A table of files, or of their impact assessments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFound {
    /// Its header, or its first row where it has none.
    pub place: Place,
    /// What its columns hold, in their order; those of no matter left out.
    pub columns: Vec<Column>,
    /// Whether its rows state files; a table of assessments alone does not.
    pub states_files: bool,
}

/// Something that whoever imports a sheet should know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Where.
    pub place: Place,
    /// Whether values were left out that may be wanted.
    pub is_warning: bool,
    /// Stable code.
    pub code: &'static str,
    /// What it is.
    pub message: String,
}

/// Format of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated or tab-separated text.
    Text,
    /// XLSX.
    Xlsx,
    /// XLS.
    Xls,
    /// A web page with tables, whatever its name says.
    Page,
}

/// The format that the first bytes of a document tell, as far as it can be a sheet.
///
/// # Errors
/// [`Unreadable`] for a document that is none, with what to do about it.
pub fn format_of(start: &[u8]) -> Result<Format, Unreadable> {
    let text: String = String::from_utf8_lossy(start).trim_start_matches('\u{feff}').trim_start().chars().take(15).collect::<String>().to_lowercase();
    if start.starts_with(b"PK\x03\x04") {
        Ok(Format::Xlsx)
    } else if start.starts_with(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1") {
        Ok(Format::Xls)
    } else if start.starts_with(b"%PDF") {
        Err(Unreadable::new("is a PDF, which holds no table that could be read; ask for the sheet that it was printed from, or save its table as XLSX or CSV"))
    } else if start.starts_with(b"\x1f\x8b") || start.starts_with(b"PK") || start.starts_with(b"7z\xBC\xAF") || start.starts_with(b"Rar!") {
        Err(Unreadable::new("is an archive; unpack it and import what it holds"))
    } else if ["<!doctype html", "<html", "<table", "<meta", "<head", "<body", "<style", "<div"].iter().any(|tag| text.starts_with(tag)) {
        Ok(Format::Page)
    } else if text.starts_with("<?xml") {
        Err(Unreadable::new("is XML, whatever its name says; open it in a spreadsheet program and save it as XLSX or CSV"))
    } else {
        Ok(Format::Text)
    }
}

/// What a document holds, before its files are handed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Survey {
    /// Its tables.
    pub tables: Vec<TableFound>,
    /// Files that its tables state, each counted in each table.
    pub files: u64,
    /// Impact assessments: few beside the files, which must be known first.
    pub assessments: Vec<AssessmentRecord>,
    /// What whoever imports it should know: at most [`MOST_NOTES`].
    pub notes: Vec<Note>,
    /// Notes beyond those.
    pub further_notes: u64,
}

/// Most notes that are kept of a document.
pub const MOST_NOTES: usize = 1_000;

/// Most impact assessments of a document: they are held in memory until its files are read.
pub const MOST_ASSESSMENTS: usize = 100_000;

/// Most files of which several tables tell: they are held in memory to be put together.
pub const MOST_JOINED: usize = 100_000;

impl Survey {
    /// Whether its tables tell of different matters, so that a file may stand in several of them.
    fn is_joined(&self) -> bool {
        let matters = |table: &TableFound| -> Vec<Option<crate::header::Column>> { table.columns.iter().map(|column| column.states).collect() };
        let mut of_files = self.tables.iter().filter(|table| table.states_files);
        of_files.next().is_some_and(|first| of_files.any(|table| matters(table) != matters(first)))
    }
}

/// Goes through a document: which tables it has, what is wrong with it as a whole. `name` tells tab-separated texts by their ending.
///
/// # Errors
/// [`Unreadable`] with what is wrong and where.
pub fn survey(document: &mut (impl BufRead + Seek), name: &str, mapping: &Mapping, limits: &Limits) -> Result<Survey, Unreadable> {
    let mut survey = Survey::default();
    go_through(document, name, mapping, limits, &mut |found| {
        match found {
            Found::Table(table) => survey.tables.push(table),
            Found::File(_) => survey.files += 1,
            Found::Assessment(assessment) => survey.assessments.push(*assessment),
            Found::Note(note) if survey.notes.len() < MOST_NOTES => survey.notes.push(note),
            Found::Note(_) => survey.further_notes += 1,
        }
        survey.assessments.len() <= MOST_ASSESSMENTS
    })?;
    if survey.assessments.len() > MOST_ASSESSMENTS {
        return Err(Unreadable::too_large(format!("more than {MOST_ASSESSMENTS} rows tell of impact assessments: split the document")));
    }
    let columns: Vec<Column> = survey.tables.iter().flat_map(|table| table.columns.iter().cloned()).collect();
    match mapping.unused(&columns).next() {
        Some(written) if !survey.tables.is_empty() => Err(layout::unused(written)),
        _ => Ok(survey),
    }
}

/// Goes through a document that was surveyed, and hands over its files. What several tables say of one file is put together. The consumer answers whether it wants more.
///
/// # Errors
/// [`Unreadable`] with what is wrong and where.
pub fn read(
    document: &mut (impl BufRead + Seek),
    name: &str,
    mapping: &Mapping,
    limits: &Limits,
    survey: &Survey,
    take: &mut dyn FnMut(FileRecord) -> bool,
) -> Result<(), Unreadable> {
    if !survey.is_joined() {
        return go_through(document, name, mapping, limits, &mut |found| match found {
            Found::File(file) => take(*file),
            Found::Table(_) | Found::Assessment(_) | Found::Note(_) => true,
        });
    }
    if survey.files > MOST_JOINED as u64 {
        let message =
            format!("several tables tell of {} files; at most {MOST_JOINED} are put together: put all matters of a file into one table", survey.files);
        return Err(Unreadable::too_large(message));
    }
    let mut files: Vec<FileRecord> = Vec::new();
    let mut places: HashMap<(String, String), usize> = HashMap::new();
    go_through(document, name, mapping, limits, &mut |found| {
        let Found::File(file) = found else { return true };
        let known = places.get(&file.key()).and_then(|place| files.get_mut(*place)).filter(|known| !known.name.is_empty() && known.goes_with(&file));
        match known {
            Some(known) => known.join(*file),
            None => {
                places.insert(file.key(), files.len());
                files.push(*file);
            }
        }
        true
    })?;
    files.into_iter().all(take);
    Ok(())
}

/// Reads a document from its beginning and hands over what it states.
fn go_through(
    document: &mut (impl BufRead + Seek),
    name: &str,
    mapping: &Mapping,
    limits: &Limits,
    found: &mut dyn FnMut(Found) -> bool,
) -> Result<(), Unreadable> {
    document.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    document.by_ref().take(1024).read_to_end(&mut start)?;
    document.seek(SeekFrom::Start(0))?;
    if start.is_empty() {
        return Err(Unreadable::new("is empty"));
    }
    let format = format_of(&start)?;
    if matches!(format, Format::Xlsx | Format::Xls) && is_of_word_processor(name) {
        return Err(Unreadable::new(WORD_PROCESSOR));
    }
    let mut tables = Tables::new(mapping, limits, found);
    let mut row = |row: Row| tables.row(row);
    match format {
        Format::Text => text::rows(document, name, limits, &mut row)?,
        Format::Xlsx => xlsx::rows(document, limits, &mut row)?,
        Format::Xls => xls::rows(document, limits, &mut row)?,
        Format::Page => page::rows(document, limits, &mut row)?,
    }
    tables.end()
}

/// Why documents of word processors are refused.
const WORD_PROCESSOR: &str = "is a document of a word processor, which is not read; copy its table into a spreadsheet program and save it as XLSX, or save the document as a web page (.html)";

/// The name ends as those of documents of word processors do, which are packed as workbooks are.
fn is_of_word_processor(name: &str) -> bool {
    let ending = name.rsplit_once('.').map(|(_, ending)| ending.to_ascii_lowercase()).unwrap_or_default();
    matches!(ending.as_str(), "docx" | "doc" | "hwpx" | "hwp" | "odt")
}

#[cfg(test)]
mod tests;
