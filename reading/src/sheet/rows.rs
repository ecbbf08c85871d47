//! Rows as every format gives them.

use super::Unreadable;

/// A row of a sheet: what its cells show, as text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Number from 1; of a text, the line on which it begins.
    pub number: u64,
    /// Cells from the first column on. Line breaks within a cell are kept.
    pub cells: Vec<String>,
}

/// Takes rows as they are read. Answers whether more are wanted.
pub type Rows<'r> = dyn FnMut(Row) -> Result<bool, Unreadable> + 'r;
