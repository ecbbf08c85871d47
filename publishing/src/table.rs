//! Tables: what their columns are called and hold, and the cells of a row.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

/// What a column holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text.
    Text,
    /// Whole number.
    Integer,
    /// Yes or no.
    Boolean,
    /// Calendar day.
    Day,
    /// Instant.
    Instant,
    /// Records of these columns, in order; the cell is a text as [`crate::list`] has it. Their columns are texts, whole numbers, or yes or no.
    List(Vec<Column>),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Name, as programs write it: `valid_from`.
    pub name: &'static str,
    /// Name in Korean.
    pub label: &'static str,
    /// What it holds.
    pub kind: Kind,
}

/// A table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Name, as programs write it: `data_files`.
    pub name: &'static str,
    /// Columns.
    pub columns: Vec<Column>,
}

/// A cell of a row; what it says is perhaps part of a text that many cells were read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell<'t> {
    /// Nothing is stated.
    Absent,
    /// Of [`Kind::Text`] and [`Kind::List`].
    Text(Cow<'t, str>),
    /// Of [`Kind::Integer`].
    Integer(i64),
    /// Of [`Kind::Boolean`].
    Boolean(bool),
    /// Of [`Kind::Day`].
    Day(NaiveDate),
    /// Of [`Kind::Instant`].
    Instant(DateTime<Utc>),
}

impl Cell<'_> {
    /// The text, of a cell that is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, of a cell that is one.
    #[must_use]
    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(number) = self { Some(*number) } else { None }
    }

    /// Yes or no, of a cell that says so.
    #[must_use]
    pub fn as_boolean(&self) -> Option<bool> {
        if let Self::Boolean(value) = self { Some(*value) } else { None }
    }

    /// The day, of a cell that is one.
    #[must_use]
    pub fn as_day(&self) -> Option<NaiveDate> {
        if let Self::Day(day) = self { Some(*day) } else { None }
    }

    /// The cell as sheets write it; empty where nothing is stated.
    #[must_use]
    pub fn written(&self) -> Cow<'_, str> {
        match self {
            Self::Absent => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
            Self::Day(day) => Cow::Owned(day.to_string()),
            Self::Instant(at) => Cow::Owned(at.to_rfc3339_opts(SecondsFormat::AutoSi, true)),
        }
    }
}
