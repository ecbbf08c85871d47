//! What the rows of a table say of one file.

use crate::header::{Column as States, compact};

use super::Place;
use super::layout::Layout;
use super::rows::Row;

/// What one row says: the cells of the columns that are known, without those that say "none".
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowCells {
    /// What each states, and the cell as written.
    pub cells: Vec<(States, String)>,
}

impl RowCells {
    /// The cells of a row.
    pub fn of(layout: &Layout, row: &Row) -> Self {
        let known = layout.columns.iter().filter_map(|column| column.states.zip(row.cells.get(column.index)));
        let cells = known.map(|(states, cell)| (states, cell.trim())).filter(|(_, cell)| !says_none(cell));
        Self { cells: cells.map(|(states, cell)| (states, cell.to_owned())).collect() }
    }

    /// The first cell that states that.
    #[must_use]
    pub fn first(&self, states: States) -> Option<&str> {
        self.cells.iter().find(|(other, _)| *other == states).map(|(_, cell)| cell.as_str())
    }
}

/// A file as the rows of one table, or of several, state it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileRecord {
    /// Where it stands first.
    pub place: Place,
    /// Where it stands in further tables.
    pub further: Vec<Place>,
    /// Name as written; empty where the row has none.
    pub name: String,
    /// Agency as written; that of the rows above where the cell is empty, as merged cells are in a text.
    pub agency: Option<String>,
    /// Its rows.
    pub rows: Vec<RowCells>,
    /// What the columns of its tables state, whether the file's own cells hold anything or not.
    pub columns: Vec<States>,
}

impl FileRecord {
    /// The first cell that states that.
    #[must_use]
    pub fn first(&self, states: States) -> Option<&str> {
        self.rows.iter().find_map(|row| row.first(states))
    }

    /// The cells of all its rows that state that, each once, in order.
    #[must_use]
    pub fn all(&self, states: States) -> Vec<&str> {
        let mut cells: Vec<&str> = Vec::new();
        for (other, cell) in self.rows.iter().flat_map(|row| &row.cells) {
            if *other == states && !cells.contains(&cell.as_str()) {
                cells.push(cell);
            }
        }
        cells
    }

    /// Those cells as one text, a line each.
    #[must_use]
    pub fn joined(&self, states: States) -> Option<String> {
        let cells = self.all(states);
        (!cells.is_empty()).then(|| cells.join("\n"))
    }

    /// Whether one of its tables has a column that states that.
    #[must_use]
    pub fn has_column(&self, states: States) -> bool {
        self.columns.contains(&states)
    }

    /// Whether another table says nothing of it that its own tables say, but what identifies it.
    #[must_use]
    pub fn goes_with(&self, other: &Self) -> bool {
        let identifies =
            |states: &&States| matches!(states, States::Number | States::FileName | States::Agency | States::Department | States::RegistrationNumber);
        !other.columns.iter().filter(|states| !identifies(states)).any(|states| self.columns.contains(states))
    }

    /// Adds what another table says of it.
    pub fn join(&mut self, other: Self) {
        self.further.push(other.place);
        self.rows.extend(other.rows);
        self.columns.extend(other.columns);
        self.agency = self.agency.take().or(other.agency);
    }

    /// What makes two records the same file within a document.
    #[must_use]
    pub fn key(&self) -> (String, String) {
        let number = self.first(States::RegistrationNumber).map(compact);
        let named = || (self.agency.as_deref().map(compact).unwrap_or_default(), compact(&self.name));
        number.map_or_else(named, |number| (String::new(), number))
    }
}

/// Whether a cell says that there is nothing: "-", "없음", "해당 없음".
#[must_use]
pub fn says_none(cell: &str) -> bool {
    matches!(compact(cell).as_str(), "" | "없음" | "해당없음" | "해당사항없음" | "해당사항없슴" | "해당무" | "무" | "미해당" | "na" | "ㅡ")
        && cell.chars().count() <= 20
}

/// Why a row of a table states no file.
pub fn left_out(layout: &Layout, row: &Row) -> Option<&'static str> {
    let mut cells = row.cells.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty());
    let first = cells.next()?;
    let (name, number) = (layout.cell(row, States::FileName), layout.cell(row, States::Number));
    if first.starts_with(['※', '*', '☞']) || first.starts_with("주)") {
        return Some("a note");
    }
    if is_total(first) || is_total(name) || is_total(number) {
        return Some("a total");
    }
    let says_something = |cell: &str| !says_none(cell);
    let known = || layout.columns.iter().filter(|column| column.states != Some(States::Number)).filter_map(|column| row.cells.get(column.index));
    if !known().any(|cell| says_something(cell)) {
        return Some(if number.is_empty() { "nothing" } else { "a number alone" });
    }
    if !name.is_empty() && says_none(name) {
        return Some("\"none\" in place of a name");
    }
    None
}

fn is_total(cell: &str) -> bool {
    let text = compact(cell);
    let counted = |word: &str| {
        text.strip_prefix(word).is_some_and(|rest| rest.trim_end_matches(['개', '건', '종', '명', '파', '일']).chars().all(|c| c.is_ascii_digit()))
    };
    matches!(text.as_str(), "계" | "합계" | "총계" | "소계" | "누계" | "총합계" | "합산" | "total")
        || ["합계", "총계", "소계", "총"].into_iter().any(|word| text.len() > word.len() && counted(word))
}
