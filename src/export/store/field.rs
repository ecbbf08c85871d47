//! Fields of what is exported: a name, a label, what they hold, and the expression that gives them.

use publishing::list;
use publishing::table::{Column, Kind, Table};
use sea_orm::DatabaseBackend;

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

/// Stands between two rows of a text that the database gathered. Texts of the register hold no control characters.
pub const BETWEEN_ROWS: char = '\u{1d}';
/// Stands between two cells of such a row.
pub const BETWEEN_CELLS: char = '\u{1c}';

/// Records that belong to a row, gathered into one text as [`list`] has it.
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

    /// Its text, empty where nothing is stated: read back by [`super::cell`].
    fn text(&self, backend: DatabaseBackend) -> String {
        let Self { holds, sql, .. } = self;
        match (holds, backend) {
            (Holds::Text | Holds::Texts, _) => format!("COALESCE({sql}, '')"),
            (Holds::Integer | Holds::Day, _) => format!("COALESCE(CAST({sql} AS TEXT), '')"),
            (Holds::Boolean, _) => format!("CASE WHEN {sql} THEN '1' WHEN NOT {sql} THEN '0' ELSE '' END"),
            (Holds::Instant, DatabaseBackend::Postgres) => format!("COALESCE(to_char({sql} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), '')"),
            (Holds::Instant, _) => format!("COALESCE({sql}, '')"),
            (Holds::Id(_), DatabaseBackend::Postgres) => format!("COALESCE(CAST({sql} AS TEXT), '')"),
            (Holds::Id(_), _) => format!("hex({sql})"),
            (Holds::List(List { from, on, order, fields }), _) => {
                let record = texts(*fields, list::BETWEEN_FIELDS, backend);
                format!("COALESCE(({}), '')", gathered(&record, list::BETWEEN_RECORDS, &format!("{from} WHERE {on} ORDER BY {order}")))
            }
        }
    }
}

/// The texts of some fields as one.
pub fn texts<'f>(fields: impl IntoIterator<Item = &'f Field>, between: char, backend: DatabaseBackend) -> String {
    let texts: Vec<String> = fields.into_iter().map(|field| field.text(backend)).collect();
    format!("concat_ws('{between}', {})", texts.join(", "))
}

/// A query for one text: `record` of each row of `from`, in order. What the database gathers comes over at once; each row and value on its own would cost more than all else.
pub fn gathered(record: &str, between: char, from: &str) -> String {
    format!("SELECT string_agg(record, '{between}') FROM (SELECT {record} AS record FROM {from}) AS gathered")
}

impl Source {
    /// The table that its rows make.
    #[must_use]
    pub fn as_table(&self) -> Table {
        Table { name: self.table, columns: self.fields.iter().map(Field::column).collect() }
    }
}
