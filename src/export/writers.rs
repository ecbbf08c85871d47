//! Each format as a stream of pieces: pages of a snapshot, written as they come.

use std::borrow::Cow;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::mem;
use std::sync::Arc;

use publishing::parquet::{ParquetError, Rows, TableWriter};
use publishing::table::Cell;
use publishing::xlsx::Book;
use publishing::{csv, linked, list};
use tokio::sync::mpsc;

use super::archive::Made;
use super::linked::data_set;
use super::sheet::{self, Headers};
use super::store::field::{Field, Holds, Source};
use super::store::tables::{FILES, TABLES};
use super::store::{Row, Scope, Snapshot};
use super::{Piece, lines};
use crate::error::{Error, Result};
use crate::registration::cells::Facts;

/// Bytes that are read of a finished file at a time.
const CHUNK: usize = 256 * 1024;

/// Why an export ends before its end.
#[derive(Debug)]
pub enum Stopped {
    /// Nobody takes it any more.
    Gone,
    /// It cannot be made.
    Failed(Error),
}

impl From<Error> for Stopped {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Where pieces go.
pub struct Out(mpsc::Sender<Result<Piece>>);

impl Out {
    /// Pieces go to that receiver.
    pub fn new(sender: mpsc::Sender<Result<Piece>>) -> Self {
        Self(sender)
    }

    async fn piece(&mut self, piece: Piece) -> Result<(), Stopped> {
        self.0.send(Ok(piece)).await.map_err(|_| Stopped::Gone)
    }

    async fn file(&mut self, name: &str) -> Result<(), Stopped> {
        self.piece(Piece::File(name.to_owned())).await
    }

    /// Rows of the file, and their bytes.
    async fn rows(&mut self, rows: usize, bytes: Vec<u8>) -> Result<(), Stopped> {
        if rows > 0 {
            self.piece(Piece::Rows(rows as u64)).await?;
        }
        if bytes.is_empty() { Ok(()) } else { self.piece(Piece::Bytes(bytes)).await }
    }
}

/// Runs what computes where it holds up nobody else.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(error.to_string()))?
}

fn unwritten(error: impl std::fmt::Display) -> Error {
    Error::internal(format!("an export was not written: {error}"))
}

/// A row for each file, comma-separated.
pub async fn csv(snapshot: &Arc<Snapshot>, scope: &Scope, headers: Headers, out: &mut Out) -> Result<(), Stopped> {
    out.file("files.csv").await?;
    let mut text = String::new();
    // What goes on behind a file is put behind what is there already.
    if scope.after.is_none() {
        text.push_str(csv::BYTE_ORDER_MARK);
        csv::row(&mut text, sheet::columns().map(|column| Cow::Borrowed(column.header(headers))));
    }
    out.rows(0, text.into_bytes()).await?;
    let mut pages = snapshot.pages(&FILES, None, scope);
    while let Some(page) = pages.recv().await {
        let page = page?;
        let (rows, text) = blocking(move || {
            let mut text = String::new();
            let rows = page.each(|row| {
                let facts = Facts::of_row(&row);
                csv::row(&mut text, sheet::columns().map(|column| column.cell(&row, &facts)));
                Ok(())
            });
            Ok((rows?, text))
        })
        .await?;
        out.rows(rows, text.into_bytes()).await?;
    }
    Ok(())
}

/// A row for each file in a workbook, as the official portal lays out its own.
pub async fn xlsx(snapshot: &Arc<Snapshot>, scope: &Scope, headers: Headers, out: &mut Out) -> Result<(), Stopped> {
    out.file("files.xlsx").await?;
    let (title, state) = match headers {
        Headers::Korean => ("개인정보파일 목록", format!("변경 순번 {}까지", snapshot.sequence)),
        Headers::English => ("Personal-data files", format!("Through entry {} of the journal", snapshot.sequence)),
    };
    let header = sheet::official().map(|column| column.header(headers).to_owned()).collect();
    let head = vec![vec![title.to_owned()], vec![state], header];
    let mut book = blocking(move || Book::new("개인정보파일", head).map_err(unwritten)).await?;
    let mut pages = snapshot.pages(&FILES, None, scope);
    while let Some(page) = pages.recv().await {
        let page = page?;
        let rows;
        (rows, book) = blocking(move || {
            let rows = page.each(|row| {
                let facts = Facts::of_row(&row);
                let cells: Vec<_> = sheet::official().map(|column| (column, column.cell(&row, &facts))).collect();
                book.row(cells.iter().map(|(column, cell)| column.written(cell))).map_err(unwritten)
            });
            Ok((rows?, book))
        })
        .await?;
        out.rows(rows, Vec::new()).await?;
    }
    let mut file = blocking(move || {
        let mut file = tempfile::tempfile().map_err(unwritten)?;
        book.finish(&mut file).map_err(unwritten)?;
        file.seek(SeekFrom::Start(0)).map_err(unwritten)?;
        Ok(file)
    })
    .await?;
    loop {
        let mut chunk = Vec::with_capacity(CHUNK);
        (&mut file).take(CHUNK as u64).read_to_end(&mut chunk).map_err(unwritten)?;
        if chunk.is_empty() {
            return Ok(());
        }
        out.rows(0, chunk).await?;
    }
}

/// Whole files with what they refer to, a line each.
pub async fn ndjson(snapshot: &Arc<Snapshot>, scope: &Scope, out: &mut Out) -> Result<(), Stopped> {
    out.file("files.ndjson").await?;
    if scope.after.is_none() {
        out.rows(0, lines::beginning().into_bytes()).await?;
    }
    let mut pages = snapshot.lines(scope);
    while let Some(page) = pages.recv().await {
        let (lines, files) = page?;
        out.rows(usize::try_from(files).unwrap_or(usize::MAX), lines.into_bytes()).await?;
    }
    Ok(())
}

/// A catalogue of linked data.
pub async fn jsonld(snapshot: &Arc<Snapshot>, scope: &Scope, public_url: &str, out: &mut Out) -> Result<(), Stopped> {
    out.file("files.jsonld").await?;
    let id = format!("{public_url}/export/jsonld");
    out.rows(0, (linked::beginning(&id, "개인정보파일", &snapshot.sequence.to_string()) + "\n").into_bytes()).await?;
    let mut pages = snapshot.pages(&FILES, None, scope);
    let mut is_first = true;
    while let Some(page) = pages.recv().await {
        let (page, url) = (page?, public_url.to_owned());
        let (rows, text);
        (rows, text, is_first) = blocking(move || {
            let mut text = String::new();
            let rows = page.each(|row| {
                if !mem::take(&mut is_first) {
                    text.push_str(linked::BETWEEN);
                }
                text.push_str(&serde_json::to_string(&data_set(&row, &url)).map_err(unwritten)?);
                Ok(())
            });
            Ok((rows?, text, is_first))
        })
        .await?;
        out.rows(rows, text.into_bytes()).await?;
    }
    out.rows(0, linked::END.as_bytes().to_vec()).await
}

/// The schema of the API.
pub async fn sdl(out: &mut Out) -> Result<(), Stopped> {
    out.file("schema.graphql").await?;
    out.rows(0, crate::graphql::sdl().into_bytes()).await
}

/// Every table, or one of them, typed and nested. A group of rows is written while the next one is gathered.
pub async fn parquet(snapshot: &Arc<Snapshot>, scope: &Scope, only: Option<&str>, out: &mut Out) -> Result<(), Stopped> {
    for source in TABLES.iter().copied().filter(|source| only.is_none_or(|only| source.table == only)) {
        out.file(&format!("{}.parquet", source.table)).await?;
        let (table, made) = (source.as_table(), Made::default());
        let mut gathered = Rows::of(&table);
        let begun = (TableWriter::new(&table, made.clone()).map_err(unwritten)?, Rows::of(&table));
        let mut writing = tokio::task::spawn_blocking(move || Ok::<_, ParquetError>(begun));
        let mut pages = snapshot.pages(source, None, scope);
        while let Some(page) = pages.recv().await {
            let page = page?;
            let rows;
            (rows, gathered) = blocking(move || {
                let text = page.text();
                let rows = page.each(|row| {
                    gathered.add(&text, row);
                    Ok(())
                });
                Ok((rows?, gathered))
            })
            .await?;
            if gathered.are_enough() {
                let (mut writer, emptied) = writing.await.map_err(unwritten)?.map_err(unwritten)?;
                let mut group = mem::replace(&mut gathered, emptied);
                writing = tokio::task::spawn_blocking(move || writer.write(&mut group).map(|()| (writer, group)));
            }
            out.rows(rows, made.take()).await?;
        }
        let (mut writer, _) = writing.await.map_err(unwritten)?.map_err(unwritten)?;
        blocking(move || writer.write(&mut gathered).and_then(|()| writer.finish()).map_err(unwritten)).await?;
        out.rows(0, made.take()).await?;
    }
    Ok(())
}

/// Every table, comma-separated: a list within rows is a table of its own, each record with the id of its row and its place.
pub async fn csv_tables(snapshot: &Arc<Snapshot>, scope: &Scope, headers: Headers, out: &mut Out) -> Result<(), Stopped> {
    let called = |name: &'static str, label: &'static str| if headers == Headers::Korean { label } else { name };
    for source in TABLES {
        let plain: Vec<usize> = (0..source.fields.len()).filter(|index| !matches!(source.fields[*index].holds, Holds::List(_))).collect();
        let header: Vec<&str> = plain.iter().map(|index| called(source.fields[*index].name, source.fields[*index].label)).collect();
        let text = |text: &mut String, row: Row<'_>| csv::row(text, row.iter().map(Cell::written));
        table(snapshot, scope, source, &plain, &format!("{}.csv", source.table), &header, text, out).await?;
        for (index, field) in source.fields.iter().enumerate() {
            let Field { name, holds: Holds::List(listed), .. } = field else { continue };
            let owner = [called("owner_id", "상위 식별자"), called("position", "순번")];
            let header: Vec<&str> = owner.into_iter().chain(listed.fields.iter().map(|field| called(field.name, field.label))).collect();
            let records = |text: &mut String, row: Row<'_>| {
                let [owner, records] = [row.first(), row.get(1)].map(|cell| cell.and_then(Cell::as_text).unwrap_or_default());
                for (position, record) in list::records(records).enumerate() {
                    let fields = list::fields(record).map(|field| Cow::Borrowed(field.unwrap_or_default()));
                    csv::row(text, [Cow::Borrowed(owner), Cow::Owned(position.to_string())].into_iter().chain(fields));
                }
            };
            table(snapshot, scope, source, &[0, index], &format!("{}.{name}.csv", source.table), &header, records, out).await?;
        }
    }
    Ok(())
}

#[expect(clippy::too_many_arguments, reason = "what is read, what of it, what it is called, how it is written")]
async fn table(
    snapshot: &Arc<Snapshot>,
    scope: &Scope,
    source: &'static Source,
    fields: &[usize],
    name: &str,
    header: &[&str],
    write: impl Fn(&mut String, Row<'_>),
    out: &mut Out,
) -> Result<(), Stopped> {
    out.file(name).await?;
    let mut text = csv::BYTE_ORDER_MARK.to_owned();
    csv::row(&mut text, header.iter().map(|header| Cow::Borrowed(*header)));
    let mut pages = snapshot.pages(source, Some(fields), scope);
    while let Some(page) = pages.recv().await {
        let before = text.len();
        page?.each(|row| {
            write(&mut text, row);
            Ok(())
        })?;
        // A row of a record has line breaks within quotation marks only where a text has them, and texts of the register are of one line.
        let rows = text.get(before..).unwrap_or_default().matches("\r\n").count();
        out.rows(rows, mem::take(&mut text).into_bytes()).await?;
    }
    out.rows(0, text.into_bytes()).await
}
