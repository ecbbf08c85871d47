//! What XLSX and XLS share: how a cell is shown, and merged cells.

use std::panic::{AssertUnwindSafe, catch_unwind};

use calamine::{DataRef, Dimensions, ExcelDateTime};

use super::rows::{Row, Rows};
use super::{Limits, Place, Unreadable};

/// Calls the reader of workbooks, which panics over some damaged ones.
pub fn guarded<T, E: std::fmt::Display>(read: impl FnOnce() -> Result<T, E>) -> Result<T, Unreadable> {
    match catch_unwind(AssertUnwindSafe(read)) {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => {
            let error = error.to_string();
            Err(if error.to_lowercase().contains("password") { protected() } else { damaged(&error) })
        }
        Err(_) => Err(damaged("it is no workbook of that format")),
    }
}

/// Why a damaged workbook is refused.
pub fn damaged(why: &str) -> Unreadable {
    Unreadable::new(format!("is a damaged workbook, or none ({why}); open it in a spreadsheet program and save it as XLSX again"))
}

/// Why a protected workbook is refused.
pub fn protected() -> Unreadable {
    Unreadable::new("is protected by a password; save it without one")
}

/// A cell as it is shown.
pub fn shown(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => without_escapes(text),
        DataRef::SharedString(text) => without_escapes(text),
        DataRef::Bool(is_true) => if *is_true { "TRUE" } else { "FALSE" }.to_owned(),
        DataRef::DateTime(instant) => day(instant),
        // What went wrong in a formula states nothing.
        DataRef::Error(_) => String::new(),
    }
}

/// Day, with the time where there is one.
fn day(instant: &ExcelDateTime) -> String {
    if instant.is_duration() || !(0.0..2_958_466.0).contains(&instant.as_f64()) {
        return instant.as_f64().to_string();
    }
    match instant.to_ymd_hms_milli() {
        (year, month, day, 0, 0, 0, _) => format!("{year:04}-{month:02}-{day:02}"),
        (year, month, day, hour, minute, second, _) => format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}"),
    }
}

/// Spreadsheet programs write a carriage return within a cell as `_x000D_`.
fn without_escapes(text: &str) -> String {
    if text.contains("_x000") { text.replace("_x000D_", "").replace("_x000A_", "\n") } else { text.to_owned() }
}

/// Puts cells together to rows, and what stands in merged cells into each row that they span.
pub struct Assembly<'a, 'r> {
    sheet: String,
    limits: &'a Limits,
    /// Merged regions, by their first row.
    merged: Vec<Dimensions>,
    /// Those of `merged` that begin at or before the present row.
    begun: usize,
    /// Merged regions that the present row is in, and what stands in them.
    spans: Vec<(Dimensions, String)>,
    number: u32,
    cells: Vec<String>,
    take: &'a mut Rows<'r>,
    is_over: bool,
}

impl<'a, 'r> Assembly<'a, 'r> {
    /// Of one sheet.
    pub fn new(sheet: &str, mut merged: Vec<Dimensions>, limits: &'a Limits, take: &'a mut Rows<'r>) -> Self {
        merged.retain(|region| region.start.0 < region.end.0 && region.start <= region.end);
        merged.sort_by_key(|region| region.start);
        Self { sheet: sheet.to_owned(), limits, merged, begun: 0, spans: Vec::new(), number: 0, cells: Vec::new(), take, is_over: false }
    }

    /// Takes a cell; rows come in order. Answers whether more are wanted.
    pub fn cell(&mut self, (row, column): (u32, u32), text: String) -> Result<bool, Unreadable> {
        if row != self.number {
            if row < self.number {
                return Err(damaged("its rows are not in order").at(self.place()));
            }
            if !self.end_row()? {
                return Ok(false);
            }
            self.number = row;
        }
        if text.trim().is_empty() {
            return Ok(true);
        }
        let column = column as usize;
        if column >= self.limits.columns {
            let message =
                format!("has something in column {}; at most {} columns are read: delete what is not part of the table", column + 1, self.limits.columns);
            return Err(Unreadable::too_large(message).at(self.place()));
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, String::new());
        }
        if let Some(cell) = self.cells.get_mut(column) {
            *cell = text;
        }
        Ok(true)
    }

    fn place(&self) -> Place {
        Place::row(Some(&self.sheet), u64::from(self.number) + 1)
    }

    /// Ends the present row.
    fn end_row(&mut self) -> Result<bool, Unreadable> {
        if self.is_over {
            return Ok(false);
        }
        let number = self.number;
        self.spans.retain(|(region, _)| region.end.0 >= number);
        for (region, text) in &self.spans {
            let column = region.start.1 as usize;
            if column < self.limits.columns {
                if self.cells.len() <= column {
                    self.cells.resize(column + 1, String::new());
                }
                if let Some(cell) = self.cells.get_mut(column).filter(|cell| cell.is_empty()) {
                    cell.clone_from(text);
                }
            }
        }
        while let Some(region) = self.merged.get(self.begun).filter(|region| region.start.0 <= number) {
            let text = self.cells.get(region.start.1 as usize).filter(|text| region.start.0 == number && !text.is_empty());
            if let Some(text) = text {
                self.spans.push((*region, text.clone()));
            }
            self.begun += 1;
        }
        let cells = std::mem::take(&mut self.cells);
        if cells.is_empty() {
            return Ok(true);
        }
        let goes_on = (self.take)(Row { sheet: Some(self.sheet.clone()), number: u64::from(number) + 1, cells })?;
        self.is_over = !goes_on;
        Ok(goes_on)
    }

    /// Ends the sheet. Answers whether more are wanted.
    pub fn end(mut self) -> Result<bool, Unreadable> {
        self.end_row()
    }
}
