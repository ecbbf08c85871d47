//! Which column states what: the header of a table in one row or two, and what whoever imports it says of its columns.

use crate::header::{self, Column as States, compact};

use super::Unreadable;
use super::rows::Row;

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Place from 0.
    pub index: usize,
    /// Header as written, both rows of it; empty where there is none.
    pub header: String,
    /// What it states; `None` where that is not known.
    pub states: Option<States>,
    /// Whether it is to be left out without a word.
    pub is_ignored: bool,
    /// Whether its header tells so, and not its place alone.
    is_told: bool,
}

/// Which column states what, by hand: in place of what its header tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping(Vec<Mapped>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Mapped {
    written: String,
    column: Which,
    states: Option<States>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Which {
    /// By its place, from 0.
    Index(usize),
    /// By its header, in compact form.
    Header(String),
}

/// What a column can be said to state.
pub const FIELDS: &[(&str, States)] = &[
    ("registrationNumber", States::RegistrationNumber),
    ("agency", States::Agency),
    ("agencyCode", States::AgencyCode),
    ("status", States::Status),
    ("completeness", States::Completeness),
    ("name", States::FileName),
    ("purpose", States::Purpose),
    ("legalBases", States::Basis),
    ("legalBasesAndPurpose", States::BasisAndPurpose),
    ("collectedItems", States::Items),
    ("requiredItems", States::RequiredItems),
    ("optionalItems", States::OptionalItems),
    ("automaticItems", States::AutomaticItems),
    ("subject", States::Subject),
    ("processingMethod", States::ProcessingMethod),
    ("collectionMethod", States::CollectionMethod),
    ("retention", States::Retention),
    ("dataSubjectCount", States::SubjectCount),
    ("processingDepartment", States::Department),
    ("accessDesk", States::AccessDesk),
    ("accessRestriction", States::Restriction),
    ("accessRestrictionScope", States::RestrictionScope),
    ("accessRestrictionReason", States::RestrictionReason),
    ("informationSystem", States::System),
    ("includesChildrenUnder14", States::Children),
    ("operationStartedOn", States::OperationStart),
    ("registeredOn", States::RegisteredOn),
    ("provisionRecipient", States::Recipient),
    ("provisionMaterial", States::Material),
    ("provisionPurpose", States::ProvisionPurpose),
    ("provisionItems", States::ProvisionItems),
    ("provisionLegalBases", States::ProvisionBasis),
    ("provisionRetention", States::ProvisionRetention),
    ("provisionFrequency", States::Frequency),
    ("provisionMethod", States::ProvisionMethod),
    ("entrustee", States::Entrustee),
    ("subEntrustee", States::SubEntrustee),
    ("entrustmentTask", States::Task),
    ("entrustmentPeriod", States::Period),
    ("assessedOn", States::AssessmentYear),
    ("assessor", States::Assessor),
    ("assessmentOutcome", States::Outcome),
    ("assessmentTrigger", States::AssessmentTrigger),
    ("assessmentSummaryUrl", States::Url),
    ("number", States::Number),
];

/// The word for a column that is to be left out.
const IGNORE: &str = "ignore";

impl Column {
    /// The column of the keys, in a table of keys with values.
    pub(super) fn of_keys(index: usize) -> Self {
        Self { index, header: String::new(), states: Some(States::FileName), is_ignored: false, is_told: false }
    }
}

impl Mapping {
    /// Adds `column=field`: a header, a letter (`C`) or a number from 1, and what the column states.
    ///
    /// # Errors
    /// What cannot be understood of it.
    pub fn add(&mut self, written: &str) -> Result<(), String> {
        let Some((column, field)) = written.rsplit_once('=') else {
            return Err(format!("\"{written}\" is no mapping: write column=field, \"비고=ignore\" or \"C=purpose\" say"));
        };
        let (column, field) = (column.trim(), field.trim());
        let states = if field == IGNORE {
            None
        } else {
            let known = FIELDS.iter().find(|(name, _)| *name == field).map(|(_, states)| *states);
            let Some(states) = known else {
                let names: Vec<&str> = FIELDS.iter().map(|(name, _)| *name).collect();
                return Err(format!("\"{field}\" is none of the fields that a column can state: {}, or {IGNORE}", names.join(", ")));
            };
            Some(states)
        };
        let column = match column.parse::<usize>() {
            Ok(number @ 1..=16_384) => Which::Index(number - 1),
            Ok(number) => return Err(format!("{number} is no column: columns are numbered from 1")),
            Err(_) if (1..=2).contains(&column.len()) && column.bytes().all(|byte| byte.is_ascii_uppercase()) => {
                Which::Index(column.bytes().fold(0, |index, letter| index * 26 + usize::from(letter - b'A') + 1) - 1)
            }
            Err(_) if compact(column).is_empty() => return Err(format!("\"{written}\" names no column: write its header, its letter or its number")),
            Err(_) => Which::Header(compact(column)),
        };
        self.0.push(Mapped { written: written.to_owned(), column, states });
        Ok(())
    }

    /// Reads several mappings.
    ///
    /// # Errors
    /// What cannot be understood of one of them.
    pub fn of<'m>(mappings: impl IntoIterator<Item = &'m String>) -> Result<Self, String> {
        let mut read = Self::default();
        mappings.into_iter().try_for_each(|mapping| read.add(mapping))?;
        Ok(read)
    }

    /// Whether it tells by their places which columns a table without a header has.
    fn names_files_by_place(&self) -> bool {
        self.0.iter().any(|mapped| matches!(mapped.column, Which::Index(_)) && mapped.states == Some(States::FileName))
    }

    fn of_column(&self, index: usize, headers: [&str; 3]) -> Option<&Mapped> {
        self.0.iter().find(|mapped| match &mapped.column {
            Which::Index(mapped) => *mapped == index,
            Which::Header(header) => headers.iter().any(|other| compact(other) == *header),
        })
    }

    /// Mappings that none of the columns was meant by, as written.
    pub fn unused<'m>(&'m self, columns: &'m [Column]) -> impl Iterator<Item = &'m str> {
        let is_used = |mapped: &Mapped| {
            columns.iter().any(|column| match &mapped.column {
                Which::Index(index) => *index == column.index,
                Which::Header(header) => compact(&column.header) == *header || column.header.split(" / ").any(|part| compact(part) == *header),
            })
        };
        self.0.iter().filter(move |mapped| !is_used(mapped)).map(|mapped| mapped.written.as_str())
    }
}

/// The columns of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Rows of its header.
    pub header_rows: usize,
    /// Its columns.
    pub columns: Vec<Column>,
}

impl Layout {
    /// The layout of a table that begins with the first of these rows; `None` where that is no header.
    pub fn of(rows: &[&Row], mapping: &Mapping) -> Option<Self> {
        let (first, rest) = rows.split_first()?;
        // Every row is asked; most can be told at a glance to be none.
        if mapping.0.is_empty() && !rows.iter().take(2).any(|row| may_name_files(row)) {
            return None;
        }
        let layout = match rest.first().filter(|second| second.sheet == first.sheet && is_second_header(first, second, mapping)) {
            Some(second) => Self::with_header(first, Some(second), mapping),
            None => Self::with_header(first, None, mapping),
        };
        (layout.is_of_files() || layout.is_of_assessments()).then_some(layout)
    }

    /// The layout of a table without a header, if the mapping tells one.
    pub fn by_place(row: &Row, mapping: &Mapping) -> Option<Self> {
        if !mapping.names_files_by_place() {
            return None;
        }
        let width = mapping.0.iter().filter_map(|mapped| if let Which::Index(index) = mapped.column { Some(index + 1) } else { None }).max()?;
        let columns = (0..width.max(row.cells.len()).min(256)).map(|index| column(index, String::new(), None, mapping, ["", "", ""])).collect();
        Some(Self { header_rows: 0, columns })
    }

    fn with_header(first: &Row, second: Option<&Row>, mapping: &Mapping) -> Self {
        let width = first.cells.len().max(second.map_or(0, |second| second.cells.len()));
        let mut group = "";
        let mut columns = Vec::new();
        for index in 0..width {
            let top = first.cells.get(index).map_or("", |cell| cell.trim());
            let under = second.and_then(|second| second.cells.get(index)).map_or("", |cell| cell.trim());
            if !top.is_empty() {
                group = top;
            }
            if top.is_empty() && under.is_empty() {
                continue;
            }
            let (written, states) = match under {
                "" => (top.to_owned(), header::column(top)),
                _ if under == top => (top.to_owned(), header::column(top)),
                _ => (format!("{group} / {under}"), header::column_under(group, under)),
            };
            columns.push(column(index, written.replace(['\r', '\n'], " "), states, mapping, [&written, top, under]));
        }
        Self { header_rows: 1 + usize::from(second.is_some()), columns }
    }

    /// Whether it is the header of a table of files: one column names them, another says something of them, and most of them are known.
    fn is_of_files(&self) -> bool {
        let known = self.columns.iter().filter(|column| column.is_told).count();
        let says_more = self.columns.iter().any(|column| column.states.is_some_and(|states| !matches!(states, States::FileName | States::Number)));
        self.has(States::FileName) && says_more && known >= 2 && known * 2 >= self.columns.len()
    }

    /// Whether it is the header of a table that tells which files, or the files of which systems, were assessed.
    fn is_of_assessments(&self) -> bool {
        let known = self.columns.iter().filter(|column| column.is_told).count();
        self.tells_assessments() && (self.has(States::FileName) || self.has(States::System)) && known * 2 >= self.columns.len()
    }

    /// Whether its rows tell of impact assessments: when, or by whom and with what outcome.
    pub fn tells_assessments(&self) -> bool {
        self.has(States::AssessmentYear) || (self.has(States::Assessor) && self.has(States::Outcome))
    }

    /// Whether its rows state files: assessments have tables of their own, which name the files and their items and say nothing else of the registration.
    pub fn states_files(&self) -> bool {
        let of_registrations = [States::Basis, States::Purpose, States::BasisAndPurpose, States::Retention];
        self.has(States::FileName) && (!self.tells_assessments() || of_registrations.into_iter().any(|states| self.has(states)))
    }

    /// Whether a column states that.
    pub fn has(&self, states: States) -> bool {
        self.columns.iter().any(|column| column.states == Some(states))
    }

    /// The cell of a row that states that; the first that holds something, where there are several columns of it.
    pub fn cell<'r>(&self, row: &'r Row, states: States) -> &'r str {
        self.cells(row, states).next().unwrap_or_default()
    }

    /// The cells of a row that state that and hold something.
    pub fn cells<'r>(&self, row: &'r Row, states: States) -> impl Iterator<Item = &'r str> {
        let cells = self.columns.iter().filter(move |column| column.states == Some(states)).filter_map(|column| row.cells.get(column.index));
        cells.map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }
}

fn column(index: usize, header: String, states: Option<States>, mapping: &Mapping, headers: [&str; 3]) -> Column {
    match mapping.of_column(index, headers) {
        Some(mapped) => {
            let is_told = states.is_some() || matches!(mapped.column, Which::Header(_));
            Column { index, header, states: mapped.states, is_ignored: mapped.states.is_none(), is_told }
        }
        None => Column { index, header, states, is_ignored: false, is_told: states.is_some() },
    }
}

/// Whether a cell may be the header of the names of files, or of those of systems: each of those words has one of these syllables, or is written in letters that are not composed, or is English.
fn may_name_files(row: &Row) -> bool {
    row.cells.iter().any(|cell| cell.contains(|c| matches!(c, '파' | '화' | '업' | '템' | '\u{1100}'..='\u{11FF}')) || cell.eq_ignore_ascii_case("data file"))
}

/// Whether the second row goes on with the header: each of its cells stands under a group and says what is known, or repeats the cell above, with which it is merged.
fn is_second_header(first: &Row, second: &Row, mapping: &Mapping) -> bool {
    // Merged with the cell below, which is empty in a text and repeated in a workbook.
    let is_merged = |index: usize, cell: &str| second.cells.get(index).is_none_or(|below| below.trim().is_empty() || below.trim() == cell);
    let goes_down = first.cells.iter().enumerate().any(|(index, cell)| header::column(cell.trim()).is_some() && is_merged(index, cell.trim()));
    if !goes_down && Layout::with_header(second, None, mapping).is_of_files() {
        // A header of its own: what stands above it is a title, or the last row of another table.
        return false;
    }
    let (mut group, mut parts) = ("", 0);
    for (index, under) in second.cells.iter().enumerate() {
        let (top, under) = (first.cells.get(index).map_or("", |cell| cell.trim()), under.trim());
        if !top.is_empty() {
            group = top;
        }
        if under.is_empty() || under == top {
            continue;
        }
        let is_part = !group.is_empty() && header::column_under(group, under).is_some() && header::column(under).or(is_short_part(under)).is_some();
        if !is_part {
            return false;
        }
        parts += 1;
    }
    parts > 0
}

/// Words that are headers only under a group.
fn is_short_part(text: &str) -> Option<States> {
    match compact(text).as_str() {
        "범위" => Some(States::RestrictionScope),
        "사유" => Some(States::RestrictionReason),
        "명칭" => Some(States::FileName),
        _ => None,
    }
}

/// The row of a table whose header names no file, told to whoever could say which column does.
pub fn almost(row: &Row, mapping: &Mapping) -> Option<String> {
    let layout = Layout::with_header(row, None, mapping);
    let known: Vec<&str> = layout.columns.iter().filter(|column| column.states.is_some()).map(|column| column.header.as_str()).collect();
    let unknown = layout.columns.iter().find(|column| column.states.is_none() || column.states == Some(States::Subject));
    (known.len() >= 2 && !layout.has(States::FileName)).then(|| {
        let example = unknown.map_or("A", |column| column.header.as_str());
        format!("its columns {} are known, but none names the file: `--map \"{example}=name\"` would, if that is the one", known.join(", "))
    })
}

/// Whoever maps a column that is not there has misspelt it.
pub fn unused(written: &str) -> Unreadable {
    Unreadable::new(format!("no table has the column of `--map \"{written}\"`: write its header as it stands, its letter or its number"))
}
