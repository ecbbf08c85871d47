//! Cells of a text that spreadsheet programs would take for formulas: how they are written so that no program does, and read back as they were.
//!
//! A cell that begins with one of the signs of a formula gets an apostrophe in front ([`neutralised`]); so does one that begins with apostrophes before such a sign, so
//! that taking one apostrophe away ([`restored`]) gives every text back as it was.

use std::borrow::Cow;

/// Signs by which spreadsheet programs tell a formula at the beginning of a cell; the full-width ones count in Korean and Japanese editions.
const SIGNS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];

fn is_formula_behind_apostrophes(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(SIGNS)
}

/// The text as a cell that no program takes for a formula.
#[must_use]
pub fn neutralised(text: &str) -> Cow<'_, str> {
    if is_formula_behind_apostrophes(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The text that was neutralised.
#[must_use]
pub fn restored(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| is_formula_behind_apostrophes(rest)).unwrap_or(cell)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_neutralised_cell_is_no_formula_and_comes_back(text in "\\PC*|['=+\\-@＝\t\r가a]{0,6}") {
            let cell = neutralised(&text);
            prop_assert!(!cell.starts_with(SIGNS));
            prop_assert_eq!(restored(&cell), &text);
        }
    }
}
