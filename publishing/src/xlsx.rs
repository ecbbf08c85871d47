//! Workbooks, row by row: what was written lies on disk until the workbook is put together.

use std::io::Write;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet};

pub use rust_xlsxwriter::XlsxError;

/// Most characters of a cell, in UTF-16 units: what the format admits.
const LONGEST: usize = 32_767;

/// Stands at the end of a text that was too long for a cell.
const CUT: &str = "… (잘림)";

/// Most rows of a sheet; what is left goes on in another one.
const MOST_ROWS: u32 = 1_048_576;

/// A text as it fits into a cell.
#[must_use]
pub fn fitting(text: &str) -> String {
    // A character of UTF-8 has at least as many bytes as UTF-16 units.
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text.to_owned();
    }
    let mut left = LONGEST - CUT.encode_utf16().count();
    let kept: String = text
        .chars()
        .take_while(|c| {
            let fits = c.len_utf16() <= left;
            left -= c.len_utf16().min(left);
            fits
        })
        .collect();
    kept + CUT
}

/// A cell of a workbook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Written<'t> {
    /// A text, never taken for a formula or a link.
    Text(&'t str),
    /// A whole number.
    Number(i64),
}

/// A workbook that is written row by row.
pub struct Book {
    workbook: Workbook,
    name: String,
    head: Vec<Vec<String>>,
    sheet: usize,
    row: u32,
}

impl Book {
    /// A workbook whose sheets bear the name, a number behind it from the second one, and begin with the rows of the head: title rows, then the header.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn new(name: &str, head: Vec<Vec<String>>) -> Result<Self, XlsxError> {
        let mut workbook = Workbook::new();
        // The same rows give the same bytes, whenever they are written.
        let created = ExcelDateTime::from_ymd(2020, 1, 1)?;
        workbook.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let mut book = Self { workbook, name: name.to_owned(), head, sheet: 0, row: 0 };
        book.begin_sheet()?;
        Ok(book)
    }

    fn begin_sheet(&mut self) -> Result<(), XlsxError> {
        let name = if self.sheet == 0 { self.name.clone() } else { format!("{} {}", self.name, self.sheet + 1) };
        let sheet = self.workbook.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        for (row, cells) in (0..).zip(&self.head) {
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell)?;
            }
        }
        self.row = u32::try_from(self.head.len()).unwrap_or(MOST_ROWS);
        Ok(())
    }

    /// Adds a row. Texts longer than a cell can be are cut, and say so.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn row<'t>(&mut self, cells: impl IntoIterator<Item = Option<Written<'t>>>) -> Result<(), XlsxError> {
        if self.row >= MOST_ROWS {
            self.sheet += 1;
            self.begin_sheet()?;
        }
        let row = self.row;
        let sheet: &mut Worksheet = self.workbook.worksheet_from_index(self.sheet)?;
        for (column, cell) in (0..).zip(cells) {
            match cell {
                None | Some(Written::Text("")) => {}
                Some(Written::Text(text)) => {
                    sheet.write_string(row, column, fitting(text))?;
                }
                Some(Written::Number(number)) => {
                    sheet.write_number(row, column, number_of(number))?;
                }
            }
        }
        self.row += 1;
        Ok(())
    }

    /// Puts the workbook together.
    ///
    /// # Errors
    /// Those of the disk.
    pub fn finish(mut self, out: impl Write + Send) -> Result<(), XlsxError> {
        self.workbook.save_to_writer(out)
    }
}

#[expect(clippy::cast_precision_loss, reason = "workbooks know no other numbers; counts of people are exact in them")]
const fn number_of(number: i64) -> f64 {
    number as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_at_a_character() {
        assert_eq!(fitting("가"), "가");
        let cut = fitting(&"😀".repeat(20_000));
        assert!(cut.encode_utf16().count() <= LONGEST && cut.ends_with(CUT), "{}", cut.len());
        assert_eq!(fitting(&"가".repeat(LONGEST)).chars().count(), LONGEST);
        assert_eq!(fitting(&"가".repeat(LONGEST + 1)).encode_utf16().count(), LONGEST);
    }
}
