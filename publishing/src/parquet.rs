//! Parquet: typed columns, lists of records nested in their row, compressed by Snappy. Rows are gathered into groups, so that one can be written while the next one is gathered; what is held of them is bounded.
//!
//! Written column by column through the format's own writer. Every value may be absent; a list is never absent, it may be empty.

use std::borrow::Cow;
use std::io::Write;
use std::mem;
use std::sync::Arc;

use ::parquet::basic::Compression;
use ::parquet::column::writer::ColumnWriter;
use ::parquet::data_type::ByteArray;
pub use ::parquet::errors::ParquetError;
use ::parquet::file::properties::WriterProperties;
use ::parquet::file::writer::SerializedFileWriter;
use ::parquet::schema::parser::parse_message_type;
/// A text of which parts can be held, without a copy of each.
pub use bytes::Bytes;
use chrono::NaiveDate;

use crate::list;
use crate::table::{Cell, Column, Kind, Table};

/// Rows that are worth a group: what readers skip at once, and what is held in memory until it is written.
const GROUP_ROWS: usize = 50_000;

/// Bytes of text that are worth a group, however few their rows.
const GROUP_BYTES: usize = 32 << 20;

/// Values of a leaf of the schema, with the levels that tell which are absent and where lists begin.
struct Leaf {
    values: Values,
    definitions: Vec<i16>,
    repetitions: Vec<i16>,
    /// Level of a value that is there: 1, in a list 2.
    present: i16,
}

enum Values {
    Texts(Vec<ByteArray>),
    Integers(Vec<i64>),
    Days(Vec<i32>),
    Booleans(Vec<bool>),
}

impl Leaf {
    fn of(kind: &Kind, present: i16) -> Self {
        let values = match kind {
            Kind::Text | Kind::List(_) => Values::Texts(Vec::new()),
            Kind::Integer | Kind::Instant => Values::Integers(Vec::new()),
            Kind::Day => Values::Days(Vec::new()),
            Kind::Boolean => Values::Booleans(Vec::new()),
        };
        Self { values, definitions: Vec::new(), repetitions: Vec::new(), present }
    }

    fn level(&mut self, definition: i16, repetition: i16) {
        self.definitions.push(definition);
        self.repetitions.push(repetition);
    }

    fn take(&mut self, text: &Bytes, cell: Cell<'_>) {
        let is_there = match (&mut self.values, cell) {
            (Values::Texts(texts), Cell::Text(Cow::Borrowed(part))) => {
                texts.push(ByteArray::from(part_of(text, part)));
                true
            }
            (Values::Texts(texts), Cell::Text(Cow::Owned(text))) => {
                texts.push(ByteArray::from(text.into_bytes()));
                true
            }
            (Values::Integers(numbers), Cell::Integer(number)) => {
                numbers.push(number);
                true
            }
            (Values::Integers(instants), Cell::Instant(at)) => {
                instants.push(at.timestamp_micros());
                true
            }
            (Values::Days(days), Cell::Day(day)) => {
                days.push(day.signed_duration_since(NaiveDate::default()).num_days().try_into().unwrap_or_default());
                true
            }
            (Values::Booleans(values), Cell::Boolean(value)) => {
                values.push(value);
                true
            }
            _ => false,
        };
        self.level(if is_there { self.present } else { 0 }, 0);
    }

    /// A field of a record in a list.
    fn take_field(&mut self, text: &Bytes, field: Option<&str>, repetition: i16) {
        let is_there = match (&mut self.values, field) {
            (Values::Texts(texts), Some(field)) => {
                texts.push(ByteArray::from(part_of(text, field)));
                true
            }
            (Values::Integers(numbers), Some(field)) => field.parse().map(|number| numbers.push(number)).is_ok(),
            (Values::Booleans(values), Some(field)) => {
                values.push(field == "1");
                true
            }
            _ => false,
        };
        self.level(if is_there { self.present } else { self.present - 1 }, repetition);
    }

    fn write(&mut self, writer: &mut ColumnWriter<'_>) -> Result<(), ParquetError> {
        let is_in_list = self.present > 1;
        let (definitions, repetitions) = (Some(self.definitions.as_slice()), is_in_list.then_some(self.repetitions.as_slice()));
        match (writer, &self.values) {
            (ColumnWriter::ByteArrayColumnWriter(writer), Values::Texts(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::Int64ColumnWriter(writer), Values::Integers(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::Int32ColumnWriter(writer), Values::Days(values)) => writer.write_batch(values, definitions, repetitions),
            (ColumnWriter::BoolColumnWriter(writer), Values::Booleans(values)) => writer.write_batch(values, definitions, repetitions),
            _ => Err(ParquetError::General("a column is not of the type of its schema".to_owned())),
        }?;
        match &mut self.values {
            Values::Texts(values) => values.clear(),
            Values::Integers(values) => values.clear(),
            Values::Days(values) => values.clear(),
            Values::Booleans(values) => values.clear(),
        }
        self.definitions.clear();
        self.repetitions.clear();
        Ok(())
    }
}

/// The schema of a table, in the format's own language.
#[must_use]
pub fn schema(table: &Table) -> String {
    let leaf = |column: &Column| match column.kind {
        Kind::Text | Kind::List(_) => format!("OPTIONAL BYTE_ARRAY {} (STRING);", column.name),
        Kind::Integer => format!("OPTIONAL INT64 {};", column.name),
        Kind::Boolean => format!("OPTIONAL BOOLEAN {};", column.name),
        Kind::Day => format!("OPTIONAL INT32 {} (DATE);", column.name),
        Kind::Instant => format!("OPTIONAL INT64 {} (TIMESTAMP(MICROS,true));", column.name),
    };
    let fields = table.columns.iter().map(|column| match &column.kind {
        Kind::List(columns) => {
            let fields: Vec<String> = columns.iter().map(leaf).collect();
            format!("REQUIRED group {} (LIST) {{ REPEATED group list {{ REQUIRED group element {{ {} }} }} }}", column.name, fields.join(" "))
        }
        _ => leaf(column),
    });
    format!("message {} {{ {} }}", table.name, fields.collect::<Vec<_>>().join(" "))
}

/// A part of a text: held with it, not copied. What is none is copied.
fn part_of(text: &Bytes, part: &str) -> Bytes {
    let (all, part) = (text.as_ptr_range(), part.as_bytes());
    let is_within = all.contains(&part.as_ptr()) && part.as_ptr_range().end <= all.end;
    if is_within { text.slice_ref(part) } else { Bytes::copy_from_slice(part) }
}

/// Rows of a table that are gathered until they are worth a group.
pub struct Rows {
    columns: Vec<Column>,
    /// A leaf for each column, for a list one for each of its columns.
    leaves: Vec<Leaf>,
    rows: usize,
    bytes: usize,
}

impl Rows {
    /// No rows of that table yet.
    #[must_use]
    pub fn of(table: &Table) -> Self {
        let leaves = table.columns.iter().flat_map(|column| match &column.kind {
            Kind::List(columns) => columns.iter().map(|column| Leaf::of(&column.kind, 2)).collect(),
            kind => vec![Leaf::of(kind, 1)],
        });
        Self { columns: table.columns.clone(), leaves: leaves.collect(), rows: 0, bytes: 0 }
    }

    /// Adds a row: a cell for each column, in their order. What does not fit its column counts as absent. The cells were read from `text`, of which those that borrow are parts.
    pub fn add<'t>(&mut self, text: &Bytes, cells: impl IntoIterator<Item = Cell<'t>>) {
        let mut leaves = self.leaves.as_mut_slice();
        for (column, cell) in self.columns.iter().zip(cells) {
            self.bytes += cell.as_text().map_or(8, str::len);
            let Kind::List(columns) = &column.kind else {
                let Some((leaf, others)) = mem::take(&mut leaves).split_first_mut() else { break };
                leaves = others;
                leaf.take(text, cell);
                continue;
            };
            let Some((of_list, others)) = mem::take(&mut leaves).split_at_mut_checked(columns.len()) else { break };
            leaves = others;
            let list = cell.as_text().unwrap_or_default();
            if list.is_empty() {
                of_list.iter_mut().for_each(|leaf| leaf.level(0, 0));
            }
            for (index, record) in list::records(list).enumerate() {
                let mut fields = list::fields(record);
                of_list.iter_mut().for_each(|leaf| leaf.take_field(text, fields.next().flatten(), i16::from(index > 0)));
            }
        }
        self.rows += 1;
    }

    /// Whether they are worth a group.
    #[must_use]
    pub fn are_enough(&self) -> bool {
        self.rows >= GROUP_ROWS || self.bytes >= GROUP_BYTES
    }
}

/// A table that is written group by group.
pub struct TableWriter<W: Write + Send>(SerializedFileWriter<W>);

impl<W: Write + Send> TableWriter<W> {
    /// Begins a table.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn new(table: &Table, out: W) -> Result<Self, ParquetError> {
        let schema = Arc::new(parse_message_type(&schema(table))?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).set_created_by("yeollam".to_owned()).build();
        Ok(Self(SerializedFileWriter::new(out, schema, Arc::new(properties))?))
    }

    /// Writes rows of the table as a group, if there are any; then there are none.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&mut self, rows: &mut Rows) -> Result<(), ParquetError> {
        if rows.rows == 0 {
            return Ok(());
        }
        let mut group = self.0.next_row_group()?;
        for leaf in &mut rows.leaves {
            let mut column = group.next_column()?.ok_or_else(|| ParquetError::General("the schema has fewer columns than the table".to_owned()))?;
            leaf.write(column.untyped())?;
            column.close()?;
        }
        group.close()?;
        (rows.rows, rows.bytes) = (0, 0);
        Ok(())
    }

    /// Writes the end of the table.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn finish(self) -> Result<(), ParquetError> {
        self.0.close().map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use ::parquet::file::reader::{FileReader as _, SerializedFileReader};

    use super::*;

    fn column(name: &'static str, kind: Kind) -> Column {
        Column { name, label: name, kind }
    }

    #[test]
    fn tables_are_read_back() {
        let items = Kind::List(vec![column("name", Kind::Text), column("months", Kind::Integer), column("is_consent", Kind::Boolean)]);
        let columns = vec![column("id", Kind::Text), column("count", Kind::Integer), column("on", Kind::Day), column("items", items)];
        let table = Table { name: "files", columns };
        let mut rows = Rows::of(&table);
        let day = NaiveDate::from_ymd_opt(2024, 1, 25).unwrap();
        let read = "가|나|성명\u{1f}12\u{1f}1\u{1e}\u{1f}\u{1f}0".to_owned();
        let parts: Vec<&str> = read.split('|').collect();
        let text = Bytes::from(read.clone());
        // Parts of the text that was read, parts of another one, and texts of their own.
        let borrowed = std::str::from_utf8(text.get(..3).unwrap()).unwrap();
        rows.add(&text, [Cell::Text(Cow::Borrowed(borrowed)), Cell::Integer(7), Cell::Day(day), Cell::Text(Cow::Borrowed(parts[2]))]);
        rows.add(&text, [Cell::Text(Cow::Owned(parts[1].to_owned())), Cell::Absent, Cell::Absent, Cell::Absent]);
        // What is no number in a list is absent, and what is none of its column too.
        rows.add(&text, [Cell::Integer(1), Cell::Absent, Cell::Absent, Cell::Text(Cow::Borrowed("주소\u{1f}x\u{1f}"))]);
        let mut bytes = Vec::new();
        let mut writer = TableWriter::new(&table, &mut bytes).unwrap();
        writer.write(&mut rows).unwrap();
        writer.write(&mut rows).unwrap();
        writer.finish().unwrap();
        let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
        let rows: Vec<String> = reader.get_row_iter(None).unwrap().map(|row| row.unwrap().to_string()).collect();
        assert_eq!(
            rows,
            [
                r#"{id: "가", count: 7, on: 2024-01-25, items: [{name: "성명", months: 12, is_consent: true}, {name: null, months: null, is_consent: false}]}"#,
                r#"{id: "나", count: null, on: null, items: []}"#,
                r#"{id: null, count: null, on: null, items: [{name: "주소", months: null, is_consent: null}]}"#,
            ]
        );
    }

    #[test]
    fn large_tables_are_written_in_groups() {
        let table = Table { name: "t", columns: vec![column("n", Kind::Integer)] };
        let (mut rows, mut bytes) = (Rows::of(&table), Vec::new());
        let mut writer = TableWriter::new(&table, &mut bytes).unwrap();
        for number in 0..120_000 {
            rows.add(&Bytes::new(), [Cell::Integer(number)]);
            if rows.are_enough() {
                writer.write(&mut rows).unwrap();
            }
        }
        writer.write(&mut rows).unwrap();
        writer.finish().unwrap();
        let reader = SerializedFileReader::new(Bytes::from(bytes)).unwrap();
        assert_eq!((reader.num_row_groups(), reader.metadata().file_metadata().num_rows()), (3, 120_000));
    }
}
