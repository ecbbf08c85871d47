//! What a document is made of, whatever format it came in: lines and tables, each with the lines of the source where it stands.

use std::rc::Rc;

use unicode_normalization::UnicodeNormalization as _;

/// Lines of the source, from 1, both ends included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// First line.
    pub first: usize,
    /// Last line.
    pub last: usize,
}

impl Span {
    /// One line.
    #[must_use]
    pub const fn line(line: usize) -> Self {
        Self { first: line, last: line }
    }

    /// From the beginning of the one to the end of the other.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

/// Part of a document.
#[derive(Clone, Debug)]
pub(crate) enum Block {
    /// One line as a reader sees it.
    Line(Line),
    /// A table of two rows or columns at least.
    Table(Table),
}

impl Block {
    pub(crate) const fn span(&self) -> Span {
        match self {
            Self::Line(line) => line.span,
            Self::Table(table) => table.span,
        }
    }
}

/// One line as a reader sees it: spaces unified, tabs kept, since they may divide cells.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// The markup says that it is a heading.
    pub(crate) is_heading: bool,
    /// A blank line, or the edge of a block, stands before it.
    pub(crate) starts_block: bool,
}

/// Table whose merged cells stand in each place that they cover.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) rows: Vec<Vec<Cell>>,
    pub(crate) span: Span,
}

/// Cell at one place of a table.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    /// Text with its line breaks.
    pub(crate) text: Rc<str>,
    pub(crate) span: Span,
    /// The markup says that it is a heading cell.
    pub(crate) is_heading: bool,
    /// Covered by a cell that begins further up.
    pub(crate) from_above: bool,
    /// Covered by a cell that begins further left.
    pub(crate) from_left: bool,
}

impl Cell {
    pub(crate) fn new(text: &str, span: Span) -> Self {
        Self { text: text.into(), span, is_heading: false, from_above: false, from_left: false }
    }
}

/// A cell as it is written, before it is laid out.
#[derive(Clone, Debug)]
pub(crate) struct WrittenCell {
    pub(crate) text: Rc<str>,
    pub(crate) span: Span,
    pub(crate) is_heading: bool,
    pub(crate) columns: usize,
    pub(crate) rows: usize,
}

/// Widest table that is laid out; what stands further right is left out.
const MOST_COLUMNS: usize = 60;
/// Most places of one table.
const MOST_PLACES: usize = 400_000;

impl Table {
    /// Lays out the cells of rows: each merged cell in every place that it covers, never beyond the rows that there are. `None` for a table without text.
    pub(crate) fn laid_out(written: Vec<Vec<WrittenCell>>) -> Option<Self> {
        let height = written.len();
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        // What reaches down into the next row: for each column the cell and how many rows it still covers.
        let mut hanging: Vec<Option<(Cell, usize)>> = Vec::new();
        let mut places = 0_usize;
        for (at, cells) in written.into_iter().enumerate() {
            let mut row: Vec<Cell> = Vec::new();
            let mut cells = cells.into_iter();
            loop {
                while let Some((cell, left)) = hanging.get_mut(row.len()).and_then(Option::as_mut) {
                    row.push(cell.clone());
                    *left -= 1;
                    if *left == 0 {
                        let column = row.len() - 1;
                        hanging[column] = None;
                    }
                }
                let Some(cell) = cells.next() else { break };
                let below = cell.rows.clamp(1, height - at) - 1;
                for column in 0..cell.columns.max(1) {
                    if row.len() >= MOST_COLUMNS {
                        break;
                    }
                    let place = Cell { text: Rc::clone(&cell.text), span: cell.span, is_heading: cell.is_heading, from_above: false, from_left: column > 0 };
                    if below > 0 {
                        hanging.resize(hanging.len().max(row.len() + 1), None);
                        let column = row.len();
                        hanging[column] = Some((Cell { from_above: true, ..place.clone() }, below));
                    }
                    row.push(place);
                }
            }
            // A cell further right may still hang where the row has ended.
            for (column, hangs) in hanging.iter_mut().enumerate().skip(row.len()) {
                let Some((cell, left)) = hangs else { continue };
                while row.len() < column {
                    row.push(Cell::new("", cell.span));
                }
                row.push(cell.clone());
                *left -= 1;
                if *left == 0 {
                    *hangs = None;
                }
            }
            places += row.len();
            if places > MOST_PLACES {
                break;
            }
            if row.iter().any(|cell| !cell.text.is_empty()) {
                rows.push(row);
            }
        }
        let span = rows.iter().flatten().map(|cell| cell.span).reduce(Span::to)?;
        Some(Self { rows, span })
    }

    /// Table of rows of plain texts, a line of the source each or several.
    pub(crate) fn of_texts(rows: Vec<Vec<(String, Span)>>) -> Option<Self> {
        let written = |(text, span): (String, Span)| WrittenCell { text: text.into(), span, is_heading: false, columns: 1, rows: 1 };
        Self::laid_out(rows.into_iter().map(|row| row.into_iter().map(written).collect()).collect())
    }

    /// Number of columns.
    pub(crate) fn width(&self) -> usize {
        self.rows.iter().map(Vec::len).max().unwrap_or_default()
    }

    /// Lines for a table that only lays a page out, or that stands in a cell: one for each row.
    pub(crate) fn as_text(&self) -> String {
        let row = |cells: &Vec<Cell>| {
            let texts: Vec<&str> = cells.iter().filter(|cell| !cell.from_left && !cell.from_above && !cell.text.is_empty()).map(|cell| &*cell.text).collect();
            match texts.as_slice() {
                [label, value] if !label.contains('\n') && label.chars().count() <= 20 => format!("{label} : {value}"),
                _ => texts.join(" "),
            }
        };
        self.rows.iter().map(row).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
    }
}

/// Text in NFC with single spaces; line breaks become spaces, tabs too unless they are to be kept, characters without width go.
pub(crate) fn tidy(text: &str) -> String {
    spaced(text, false)
}

/// As [`tidy`], with its tabs: they may divide cells.
pub(crate) fn tidy_with_tabs(text: &str) -> String {
    spaced(text, true)
}

fn spaced(text: &str, keeps_tabs: bool) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars().filter(|c| !has_no_width(*c)).nfc() {
        if keeps_tabs && c == '\t' {
            gap = false;
            line.truncate(line.trim_end_matches(' ').len());
            line.push('\t');
        } else if c.is_whitespace() || c.is_control() || matches!(c, '\u{3164}' | '\u{FFA0}') {
            gap = true;
        } else {
            if gap && !line.is_empty() && !line.ends_with('\t') {
                line.push(' ');
            }
            gap = false;
            line.push(c);
        }
    }
    line
}

/// Text of several lines: each tidied, empty ones left out.
pub(crate) fn tidy_lines(text: &str) -> String {
    text.lines().map(tidy).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

const fn has_no_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}')
}
