//! Fields of what is exported: a name, a label, what they hold, and the expression that gives them.

use publishing::list::{BETWEEN_FIELDS, BETWEEN_RECORDS};
use publishing::table::{Column, Kind, Table};

use crate::identity::NodeType;

/// What an expression gives.
#[derive(Clone, Copy, Debug)]
pub enum Holds {
    /// Text.
    Text,
    /// Whole number of 64 bits.
    Integer,
    /// Yes or no.
    Boolean,
    /// Day.
    Day,
    /// Instant.
    Instant,
    /// Key of a node, shown as its global id.
    Id(NodeType),
    /// Texts as a JSON array, shown with commas between them.
    Texts,
    /// Records of another table.
    List(&'static List),
}

/// A field of a row.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name, as programs write it.
    pub name: &'static str,
    /// Name in Korean.
    pub label: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Expression over the tables of its source.
    pub sql: &'static str,
}

/// Records that belong to a row, gathered into one text by the database: a row of its own for each would cost more than all else.
#[derive(Debug)]
pub struct List {
    /// Tables.
    pub from: &'static str,
    /// Which of their rows belong to the row.
    pub on: &'static str,
    /// Their order.
    pub order: &'static str,
    /// Fields of a record: texts, whole numbers, or yes or no.
    pub fields: &'static [Field],
}

/// Where rows come from.
#[derive(Debug)]
pub struct Source {
    /// Name of the table that is written.
    pub table: &'static str,
    /// Tables that are read.
    pub from: &'static str,
    /// Column by whose order they are read, page by page; a key.
    pub key: &'static str,
    /// Table that has the key as `id`: pages are told by it alone.
    pub keyed_by: &'static str,
    /// Order of the rows of a page.
    pub order: &'static str,
    /// Column with the key of the data file, where rows belong to one.
    pub file: Option<&'static str>,
    /// How rows are narrowed to what was in force on a day.
    pub dated: Dated,
    /// Fields.
    pub fields: &'static [Field],
}

/// How rows depend on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dated {
    /// They do not.
    Never,
    /// They are, or belong to, the registration `r`.
    ByRegistration,
    /// They belong to the registration `r` or to the revision of a policy `v`.
    ByStatement,
    /// They are the revision of a policy `v`.
    ByRevision,
    /// They are the finding `g`.
    ByFinding,
}

impl Field {
    fn kind(&self) -> Kind {
        match self.holds {
            Holds::Text | Holds::Id(_) | Holds::Texts => Kind::Text,
            Holds::Integer => Kind::Integer,
            Holds::Boolean => Kind::Boolean,
            Holds::Day => Kind::Day,
            Holds::Instant => Kind::Instant,
            Holds::List(list) => Kind::List(list.fields.iter().map(Self::column).collect()),
        }
    }

    fn column(&self) -> Column {
        Column { name: self.name, label: self.label, kind: self.kind() }
    }

    /// The expression as a statement selects it.
    #[must_use]
    pub fn expression(&self) -> String {
        match self.holds {
            Holds::List(list) => list.expression(),
            // Both databases then answer numbers of one width.
            Holds::Integer => format!("CAST({} AS BIGINT)", self.sql),
            _ => self.sql.to_owned(),
        }
    }
}

impl List {
    fn expression(&self) -> String {
        let fields: Vec<String> = self
            .fields
            .iter()
            .map(|Field { holds, sql, .. }| match holds {
                Holds::Boolean => format!("CASE WHEN {sql} THEN '1' WHEN NOT {sql} THEN '0' ELSE '' END"),
                Holds::Text => format!("COALESCE({sql}, '')"),
                _ => format!("COALESCE(CAST({sql} AS TEXT), '')"),
            })
            .collect();
        let record = fields.join(&format!(" || '{BETWEEN_FIELDS}' || "));
        format!("(SELECT string_agg({record}, '{BETWEEN_RECORDS}' ORDER BY {}) FROM {} WHERE {})", self.order, self.from, self.on)
    }
}

impl Source {
    /// The table that its rows make.
    #[must_use]
    pub fn as_table(&self) -> Table {
        Table { name: self.table, columns: self.fields.iter().map(Field::column).collect() }
    }
}
