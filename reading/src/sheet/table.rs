//! Tables in rows: where they begin, which rows state the same file, and keys with values below each other.

use std::collections::VecDeque;

use crate::header::{self, Column as States, compact, repeats_above};

use super::assessment::AssessmentRecord;
use super::layout::{Column, Layout, Mapping, almost};
use super::record::{FileRecord, RowCells, left_out, says_none};
use super::rows::Row;
use super::{Found, Limits, Note, Place, TableFound, Unreadable, code};

/// Rows that are looked at before one is taken for what it is: a header may have two, keys with values stand in several.
const AHEAD: usize = 3;

/// Takes rows, hands over what they state.
pub struct Tables<'t> {
    mapping: &'t Mapping,
    limits: &'t Limits,
    found: &'t mut dyn FnMut(Found) -> bool,
    waiting: VecDeque<Row>,
    layout: Option<Layout>,
    /// Keys with values: the column of the keys.
    keys: Option<usize>,
    record: Option<FileRecord>,
    assessment: Option<AssessmentRecord>,
    /// Number of the file in its table, and the agency of the rows above.
    number: String,
    agency: Option<String>,
    tables: usize,
    /// What a row that was almost a header lacks, and where.
    almost: Option<(Place, String)>,
    is_over: bool,
}

impl<'t> Tables<'t> {
    pub fn new(mapping: &'t Mapping, limits: &'t Limits, found: &'t mut dyn FnMut(Found) -> bool) -> Self {
        Self {
            mapping,
            limits,
            found,
            waiting: VecDeque::with_capacity(AHEAD + 1),
            layout: None,
            keys: None,
            record: None,
            assessment: None,
            number: String::new(),
            agency: None,
            tables: 0,
            almost: None,
            is_over: false,
        }
    }

    /// Takes a row. Answers whether more are wanted.
    pub fn row(&mut self, mut row: Row) -> Result<bool, Unreadable> {
        if row.cells.iter().all(|cell| cell.trim().is_empty()) {
            return Ok(true);
        }
        if row.cells.len() > self.limits.columns {
            let message = format!("has {} columns; at most {} are read: is it a table?", row.cells.len(), self.limits.columns);
            return Err(Unreadable::too_large(message).at(Place::row(row.sheet.as_deref(), row.number)));
        }
        if self.waiting.back().is_some_and(|last| last.sheet != row.sheet) {
            self.end_sheet()?;
        }
        if let Some(above) = self.waiting.back() {
            for (cell, above) in row.cells.iter_mut().zip(&above.cells).filter(|(cell, _)| repeats_above(cell)) {
                cell.clone_from(above);
            }
        }
        self.waiting.push_back(row);
        while self.waiting.len() >= AHEAD && !self.is_over {
            self.next()?;
        }
        Ok(!self.is_over)
    }

    /// Takes what is left.
    pub fn end(mut self) -> Result<(), Unreadable> {
        self.end_sheet()?;
        if self.tables == 0 && !self.is_over {
            let (place, hint) = match self.almost.take() {
                Some((place, hint)) => (Some(place), format!(": {hint}")),
                None => (None, "; a header is needed that names the file (개인정보파일의 명칭) and at least one other matter, or `--map` with letters: `--map A=name --map B=purpose`".to_owned()),
            };
            return Err(Unreadable { place, code: code::NO_TABLE, message: format!("no table of personal-data files was found{hint}") });
        }
        Ok(())
    }

    fn end_sheet(&mut self) -> Result<(), Unreadable> {
        while !self.waiting.is_empty() && !self.is_over {
            self.next()?;
        }
        self.end_records();
        (self.layout, self.keys, self.agency) = (None, None, None);
        Ok(())
    }

    /// Takes the first of the rows that wait.
    fn next(&mut self) -> Result<(), Unreadable> {
        let rows: Vec<&Row> = self.waiting.iter().collect();
        let header = Layout::of(&rows, self.mapping).or_else(|| {
            let first = rows.first().filter(|_| self.layout.is_none())?;
            Layout::by_place(first, self.mapping)
        });
        if let Some(layout) = header {
            let header: Vec<Row> = self.waiting.drain(..layout.header_rows.min(self.waiting.len())).collect();
            self.begin(layout, header.first());
            return Ok(());
        }
        if self.layout.is_none() && self.keys.is_none() {
            self.keys = key_column(&rows);
            if let Some(column) = self.keys {
                self.begin_keys(column);
            }
        }
        let Some(row) = self.waiting.pop_front() else { return Ok(()) };
        if let Some(layout) = self.layout.take() {
            let taken = self.state(&layout, &row);
            self.layout = Some(layout);
            return taken;
        }
        if let Some(column) = self.keys {
            return self.key_and_value(column, row);
        }
        if self.almost.is_none() {
            self.almost = almost(&row, self.mapping).map(|hint| (Place::row(row.sheet.as_deref(), row.number), hint));
        }
        Ok(())
    }

    /// Begins a table. A header that stands again, at the top of a printed page say, goes on with the table.
    fn begin(&mut self, layout: Layout, header: Option<&Row>) {
        if self.layout.as_ref().is_some_and(|before| before.columns == layout.columns) {
            return;
        }
        self.end_records();
        let first = header.or(self.waiting.front());
        let place = first.map_or_else(Place::default, |row| Place::row(row.sheet.as_deref(), row.number));
        self.tables += 1;
        for column in &layout.columns {
            self.column(&place, &layout, column);
        }
        self.give(Found::Table(TableFound { place, columns: layout.columns.clone(), states_files: layout.states_files() }));
        (self.layout, self.keys, self.agency) = (Some(layout), None, None);
    }

    /// Tells of a column whose values are left out.
    fn column(&mut self, place: &Place, layout: &Layout, column: &Column) {
        if column.is_ignored {
            return;
        }
        let name = if column.header.is_empty() { format!("{}", column.index + 1) } else { format!("\"{}\"", column.header) };
        let is_of_assessments = layout.tells_assessments() && column.states.is_some_and(AssessmentRecord::has);
        match column.states {
            Some(_) if is_of_assessments => {}
            Some(States::Handler | States::PersonName) => {
                self.note(place.clone(), false, code::COLUMN_LEFT_OUT, format!("column {name} names persons, and is not recorded"));
            }
            Some(
                States::RetentionBasis
                | States::Url
                | States::Assessor
                | States::Outcome
                | States::AssessmentTrigger
                | States::Content
                | States::Division
                | States::Position
                | States::Grade
                | States::Phone
                | States::Fax
                | States::Email
                | States::Address
                | States::Note
                | States::Entruster,
            ) => self.note(place.clone(), true, code::COLUMN_LEFT_OUT, format!("column {name} states none of the matters of a registration, and is left out")),
            Some(_) if !layout.states_files() => {
                self.note(place.clone(), true, code::COLUMN_LEFT_OUT, format!("column {name} states nothing of an impact assessment, and is left out"));
            }
            Some(_) => {}
            None => {
                let message = format!(
                    "column {name} is not known, and its values are left out; `--map` with its header, letter or number and a field takes it, `=ignore` says that it may go"
                );
                self.note(place.clone(), true, code::UNKNOWN_COLUMN, message);
            }
        }
    }

    /// Takes a row of the table.
    fn state(&mut self, layout: &Layout, row: &Row) -> Result<(), Unreadable> {
        let place = Place::row(row.sheet.as_deref(), row.number);
        if let Some(why) = left_out(layout, row) {
            if why != "nothing" {
                self.note(place, false, code::ROW_LEFT_OUT, format!("holds {why}, and states no file"));
            }
            return Ok(());
        }
        if layout.tells_assessments() {
            self.assess(layout, row);
        }
        if !layout.states_files() {
            return Ok(());
        }
        let name = layout.cell(row, States::FileName);
        let number = layout.cell(row, States::Number);
        let goes_on = self.record.as_ref().is_some_and(|record| {
            let same = |states, cell: &str| cell.is_empty() || record.first(states).is_none_or(|before| compact(before) == compact(cell));
            let is_named = name.is_empty() || compact(name) == compact(&record.name);
            let is_numbered = number.is_empty() || compact(number) == compact(&self.number);
            is_named
                && is_numbered
                && [States::Department, States::Agency, States::RegistrationNumber].into_iter().all(|states| same(states, layout.cell(row, states)))
        });
        let cells = RowCells::of(layout, row);
        if goes_on {
            if let Some(record) = &mut self.record {
                if record.rows.len() >= self.limits.rows_of_a_file {
                    let message =
                        format!("more than {} rows state one file, \"{}\"; is the column of its name empty?", self.limits.rows_of_a_file, record.name);
                    return Err(Unreadable::too_large(message).at(place));
                }
                record.place.last_row = row.number;
                record.rows.push(cells);
            }
            return Ok(());
        }
        self.end_record();
        // Several institutions may bear one name.
        if let Some(agency) = cells.first(States::AgencyCode).or_else(|| cells.first(States::Agency)) {
            self.agency = Some(agency.to_owned());
        }
        number.clone_into(&mut self.number);
        let columns = layout.columns.iter().filter_map(|column| column.states).collect();
        self.record = Some(FileRecord { place, further: Vec::new(), name: name.to_owned(), agency: self.agency.clone(), rows: vec![cells], columns });
        Ok(())
    }

    /// Takes what a row tells of an impact assessment.
    fn assess(&mut self, layout: &Layout, row: &Row) {
        if let Some(agency) = [States::AgencyCode, States::Agency].into_iter().map(|states| layout.cell(row, states)).find(|cell| !says_none(cell)) {
            self.agency = Some(agency.to_owned());
        }
        let Some(read) = AssessmentRecord::of(layout, row, self.agency.as_deref()) else { return };
        match &mut self.assessment {
            Some(before) if !layout.states_files() && before.goes_on_with(&read) => before.join(read),
            _ if !read.tells_something() => {}
            before => {
                if let Some(ended) = before.replace(read) {
                    self.give(Found::Assessment(Box::new(ended)));
                }
            }
        }
    }

    fn begin_keys(&mut self, column: usize) {
        self.tables += 1;
        let place = self.waiting.front().map_or_else(Place::default, |row| Place::row(row.sheet.as_deref(), row.number));
        self.give(Found::Table(TableFound { place, columns: vec![Column::of_keys(column)], states_files: true }));
    }

    /// Takes a row that holds a key and its value. A key that stands again begins another file.
    fn key_and_value(&mut self, keys: usize, row: Row) -> Result<(), Unreadable> {
        let place = Place::row(row.sheet.as_deref(), row.number);
        let Some((key, value)) = pair(&row, keys) else {
            let text = row.cells.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty()).unwrap_or_default();
            // A key over several rows, whose cells below are empty: the value goes on.
            let goes_on = row.cells.get(keys).is_none_or(|cell| cell.trim().is_empty());
            match self.record.as_mut().and_then(|record| record.rows.last_mut()).and_then(|cells| cells.cells.last_mut()) {
                Some((_, value)) if goes_on && !says_none(text) => {
                    value.push('\n');
                    value.push_str(text);
                    if value.len() > self.limits.row {
                        return Err(Unreadable::too_large("a value has more than can be read").at(place));
                    }
                }
                _ => {
                    self.end_record();
                    self.keys = None;
                }
            }
            return Ok(());
        };
        let Some(states) = key else {
            let label = row.cells.get(keys).map_or("", |cell| cell.trim()).to_owned();
            self.note(place, true, code::UNKNOWN_COLUMN, format!("\"{label}\" is not known, and its value is left out"));
            return Ok(());
        };
        let is_next = self
            .record
            .as_ref()
            .is_some_and(|record| record.columns.contains(&states) && (states == States::FileName || record.columns.first() == Some(&states)));
        if is_next {
            self.end_record();
        }
        let record = self.record.get_or_insert_with(|| FileRecord { place: place.clone(), rows: vec![RowCells::default()], ..FileRecord::default() });
        record.place.last_row = row.number;
        record.columns.push(states);
        if says_none(&value) {
            return Ok(());
        }
        match states {
            States::FileName => record.name.clone_from(&value),
            States::AgencyCode => record.agency = Some(value.clone()),
            // Where the code is told, the name is not needed.
            States::Agency if !record.columns.contains(&States::AgencyCode) => record.agency = Some(value.clone()),
            _ => {}
        }
        if let Some(cells) = record.rows.last_mut() {
            cells.cells.push((states, value));
        }
        Ok(())
    }

    /// Hands over the file, and the assessment, whose last row was taken.
    fn end_records(&mut self) {
        self.end_record();
        if let Some(assessment) = self.assessment.take() {
            self.give(Found::Assessment(Box::new(assessment)));
        }
    }

    fn end_record(&mut self) {
        if let Some(record) = self.record.take()
            && !(record.name.is_empty() && record.rows.iter().all(|row| row.cells.is_empty()))
        {
            self.give(Found::File(Box::new(record)));
        }
    }

    fn note(&mut self, place: Place, is_warning: bool, code: &'static str, message: String) {
        self.give(Found::Note(Note { place, is_warning, code, message }));
    }

    fn give(&mut self, found: Found) {
        if !self.is_over {
            self.is_over = !(self.found)(found);
        }
    }
}

/// What a row of keys and values holds: what the key states, `None` where it is not known, and the value; `None` for a row that is none.
fn pair(row: &Row, keys: usize) -> Option<(Option<States>, String)> {
    let key = row.cells.get(keys)?.trim();
    let value = row.cells.get(keys + 1..).unwrap_or_default().iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty());
    match value {
        Some(value) => Some((header::column(key), value.to_owned())).filter(|_| !key.is_empty()),
        // In one cell: "- 보유기간 : 3년".
        None => {
            let (label, value) = key.split_once([':', '：'])?;
            let label = label.trim_start_matches(|c: char| !c.is_alphanumeric());
            let label = label.split_once(". ").map_or(label, |(_, rest)| rest);
            header::column(label).map(|states| (Some(states), value.trim().to_owned()))
        }
    }
}

/// The column of the keys, where the rows are keys with values: at least two rows of two keys, one of which names the file or what operates it.
fn key_column(rows: &[&Row]) -> Option<usize> {
    let first = rows.first()?;
    let column = first.cells.iter().position(|cell| !cell.trim().is_empty())?;
    let known: Vec<States> = rows.iter().map_while(|row| pair(row, column).and_then(|(key, _)| key)).collect();
    let values_are_headers = rows.iter().take(2).any(|row| {
        let cells: Vec<&str> = row.cells.iter().skip(column + 1).map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
        cells.len() > 1 || cells.iter().any(|cell| header::column(cell).is_some())
    });
    let distinct = known.len() >= 2 && known.first() != known.get(1);
    (distinct && !values_are_headers && known.contains(&States::FileName)).then_some(column)
}
