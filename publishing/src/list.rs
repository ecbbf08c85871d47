//! Lists inside a cell: the records of a list as one text, as a database gathers them, without a value of its own for each.
//!
//! Texts of the register hold no control characters, so that two of them divide: [`BETWEEN_RECORDS`] and [`BETWEEN_FIELDS`]. An empty field is an absent one.

use std::mem;

/// Stands between two records.
pub const BETWEEN_RECORDS: char = '\u{1e}';

/// Stands between two fields of a record.
pub const BETWEEN_FIELDS: char = '\u{1f}';

/// The parts of a text between a character of ASCII: what `split` gives, found many bytes at a time.
pub fn parts(text: &str, between: char) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let ends = memchr::memchr_iter(u8::try_from(between).unwrap_or_default(), text.as_bytes()).chain([text.len()]);
    ends.map(move |end| text.get(mem::replace(&mut start, end + 1)..end).unwrap_or_default())
}

/// The records of a list; none for an empty text.
pub fn records(list: &str) -> impl Iterator<Item = &str> {
    (!list.is_empty()).then(|| parts(list, BETWEEN_RECORDS)).into_iter().flatten()
}

/// The fields of a record, absent where empty.
pub fn fields(record: &str) -> impl Iterator<Item = Option<&str>> {
    parts(record, BETWEEN_FIELDS).map(|field| (!field.is_empty()).then_some(field))
}

/// The first `N` fields of a record.
#[must_use]
pub fn first<const N: usize>(record: &str) -> [Option<&str>; N] {
    let mut fields = fields(record);
    std::array::from_fn(|_| fields.next().flatten())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_divided() {
        assert_eq!(records("").count(), 0);
        assert_eq!(parts("", '\u{1c}').collect::<Vec<_>>(), [""]);
        assert_eq!(parts("가,,나,", ',').collect::<Vec<_>>(), ["가", "", "나", ""]);
        assert_eq!(records("a\u{1f}b\u{1e}\u{1f}c").map(first::<3>).collect::<Vec<_>>(), [[Some("a"), Some("b"), None], [None, Some("c"), None]]);
    }
}
