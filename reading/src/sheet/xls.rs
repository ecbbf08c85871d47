//! XLS: a compound file that holds a stream of records.
//!
//! The reader of workbooks trusts what it finds: a chain of sectors that bites its own tail, or a sheet that says that it has four thousand million rows, would take all memory. So
//! the stream is taken out of its container here, looked at, and handed over in a new one.

use std::io::{BufRead, Cursor, Read as _, Seek};

use calamine::{Data, DataRef, Reader as _, SheetType, SheetVisible, Xls};

use super::rows::Rows;
use super::workbook::{Assembly, damaged, guarded, protected, shown};
use super::{Limits, Place, Unreadable};

/// Most sheets of a workbook.
const SHEETS: usize = 256;

/// Marks of sectors: the end of a chain, one of the allocation table, a free one.
const END_OF_CHAIN: u32 = 0xFFFF_FFFE;
const TABLE_SECTOR: u32 = 0xFFFF_FFFD;
const FREE: u32 = 0xFFFF_FFFF;

/// Bytes of a sector in the container that is handed over.
const SECTOR: usize = 4096;

/// What a compound document without a workbook in it is, by the names of its parts.
fn other_document(bytes: &[u8]) -> Unreadable {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        bytes.windows(name.len()).any(|part| part == name)
    };
    if has("EncryptedPackage") {
        protected()
    } else if has("HwpSummaryInformation") {
        Unreadable::new("is an HWP document; copy its table into a spreadsheet program and save it as XLSX, or save the document as a web page (.html)")
    } else if has("WordDocument") {
        Unreadable::new("is a Word document; copy its table into a spreadsheet program and save it as XLSX, or save the document as a web page (.html)")
    } else {
        damaged("its parts cannot be found")
    }
}

/// Hands over the rows of every sheet that can be seen.
pub fn rows(document: &mut (impl BufRead + Seek), limits: &Limits, take: &mut Rows<'_>) -> Result<(), Unreadable> {
    let mut bytes = Vec::new();
    document.by_ref().take(limits.xls + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.xls {
        return Err(Unreadable::too_large(format!("is an XLS workbook of more than {} MiB; save it as XLSX or CSV", limits.xls >> 20)));
    }
    let stream = stream_of(&bytes).ok_or_else(|| other_document(&bytes))?;
    drop(bytes);
    check(&stream, limits)?;
    let mut workbook: Xls<_> = guarded(|| Xls::new(Cursor::new(contained(&stream))))?;
    drop(stream);
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for sheet in sheets {
        let place = Place { sheet: Some(sheet.clone()), ..Place::default() };
        let range = guarded(|| workbook.worksheet_range(&sheet)).map_err(|error| error.at(place.clone()))?;
        let merged = guarded(|| workbook.merge_cells_by_sheet_name(&sheet)).map_err(|error| error.at(place))?;
        let (first_row, first_column) = range.start().unwrap_or_default();
        let mut rows = Assembly::new(&sheet, merged, limits, take);
        for (row, column, cell) in range.used_cells() {
            let at = (first_row.saturating_add(u32::try_from(row).unwrap_or(u32::MAX)), first_column.saturating_add(u32::try_from(column).unwrap_or(u32::MAX)));
            if !rows.cell(at, shown(&borrowed(cell)))? {
                return Ok(());
            }
        }
        if !rows.end()? {
            return Ok(());
        }
    }
    Ok(())
}

fn borrowed(cell: &Data) -> DataRef<'_> {
    match cell {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
        Data::Bool(is_true) => DataRef::Bool(*is_true),
        Data::DateTime(instant) => DataRef::DateTime(*instant),
        Data::Error(_) | Data::Empty => DataRef::Empty,
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..at.checked_add(2)?)?.try_into().ok().map(u16::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at.checked_add(4)?)?.try_into().ok().map(u32::from_le_bytes)
}

/// A chain of sectors. It may be cut short at the end of the file, but not go round.
fn chain(sectors: &[u8], size: usize, table: &[u32], start: u32, most: usize) -> Option<Vec<u8>> {
    let (mut chained, mut id, mut steps) = (Vec::new(), start, 0);
    while id < 0xFFFF_FFFA && chained.len() < most {
        let at = usize::try_from(id).ok()?.checked_mul(size)?;
        let sector = sectors.get(at..)?;
        chained.extend_from_slice(sector.get(..size.min(sector.len()))?);
        id = table.get(usize::try_from(id).ok()?).copied()?;
        steps += 1;
        if steps > table.len() {
            return None;
        }
    }
    chained.truncate(most);
    Some(chained)
}

fn numbers(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|number| u32_at(number, 0)).collect()
}

/// The stream of records in a compound file.
fn stream_of(bytes: &[u8]) -> Option<Vec<u8>> {
    let size = match u16_at(bytes, 30)? {
        9 => 512,
        12 => 4096,
        _ => return None,
    };
    let sectors = bytes.get(size..)?;
    let sector = |id: u32| -> Option<&[u8]> {
        let at = usize::try_from(id).ok()?.checked_mul(size)?;
        sectors.get(at..at.checked_add(size)?)
    };
    // The sectors of the allocation table: the first stand in the header, more of them in a chain.
    let mut places = numbers(bytes.get(76..512)?);
    let mut next = u32_at(bytes, 68)?;
    let mut steps = 0;
    while next < 0xFFFF_FFFA {
        let mut more = numbers(sector(next)?);
        next = more.pop()?;
        places.extend(more);
        steps += 1;
        if steps > bytes.len() / size {
            return None;
        }
    }
    let mut table = Vec::new();
    for place in places.into_iter().filter(|place| *place < 0xFFFF_FFFA) {
        table.extend(numbers(sector(place)?));
        if table.len() > bytes.len() / size + size {
            break;
        }
    }
    let directory = chain(sectors, size, &table, u32_at(bytes, 48)?, bytes.len())?;
    let entries = || directory.chunks_exact(128);
    let named = |entry: &[u8], name: &str| {
        let units: Vec<u16> = entry.chunks_exact(2).take(32).filter_map(|unit| u16_at(unit, 0)).take_while(|unit| *unit != 0).collect();
        String::from_utf16_lossy(&units).eq_ignore_ascii_case(name)
    };
    let entry = entries().find(|entry| named(entry, "Workbook")).or_else(|| entries().find(|entry| named(entry, "Book")))?;
    let (start, length) = (u32_at(entry, 116)?, usize::try_from(u32_at(entry, 120)?).ok()?.min(bytes.len()));
    if length >= 4096 {
        return chain(sectors, size, &table, start, length);
    }
    // Short streams share sectors of a stream of their own, which the first entry has.
    let root = entries().next()?;
    let shared = chain(sectors, size, &table, u32_at(root, 116)?, bytes.len())?;
    let short_table = numbers(&chain(sectors, size, &table, u32_at(bytes, 60)?, bytes.len())?);
    chain(&shared, 64, &short_table, start, length)
}

/// Records of a stream from a place on: type and data, without those that continue one.
fn records(stream: &[u8], at: usize) -> impl Iterator<Item = (u16, &[u8])> {
    let mut at = at;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at + 2)?));
        let data = stream.get(at + 4..at + 4 + length)?;
        at += 4 + length;
        Some((kind, data))
    })
}

/// Looks at what the reader of workbooks would trust.
fn check(stream: &[u8], limits: &Limits) -> Result<(), Unreadable> {
    let mut sheets = Vec::new();
    for (kind, data) in records(stream, 0) {
        match kind {
            0x002F if u16_at(data, 0).is_some_and(|kind| kind != 0) => return Err(protected()),
            0x0085 => sheets.extend(u32_at(data, 0)),
            0x000A => break,
            _ => {}
        }
    }
    if sheets.len() > SHEETS {
        return Err(Unreadable::too_large(format!("has {} sheets; at most {SHEETS} are read", sheets.len())));
    }
    let too_many = || {
        Unreadable::too_large(format!(
            "fills, or says that it fills, more than {} cells; delete what is not part of the table, or save it as XLSX or CSV",
            limits.xls_cells
        ))
    };
    let (mut cells, mut looked_at) = (0_u64, 0_usize);
    for start in sheets {
        let start = usize::try_from(start).ok().filter(|start| *start < stream.len()).ok_or_else(|| damaged("a sheet lies outside of it"))?;
        let (mut filled, mut formulas) = (Rectangle::default(), Rectangle::default());
        let (mut depth, mut is_begun) = (0_usize, false);
        for (kind, data) in records(stream, start) {
            looked_at += 4 + data.len();
            if looked_at > stream.len().saturating_mul(2) {
                return Err(damaged("its sheets lie in each other"));
            }
            // Charts within a sheet carry records of their own.
            match (kind, depth) {
                (0x0809, _) if is_begun => depth += 1,
                (0x0809, _) => is_begun = true,
                (0x000A, 0) => break,
                (0x000A, _) => depth -= 1,
                (_, 1..) => {}
                (0x0200, 0) => cells = cells.saturating_add(announced(data).ok_or_else(|| damaged("a sheet does not say how large it is"))?),
                (0x0203 | 0x0204 | 0x00D6 | 0x0205 | 0x027E | 0x00FD, 0) => filled.add(u16_at(data, 0), u16_at(data, 2)),
                (0x00BD, 0) => {
                    filled.add(u16_at(data, 0), u16_at(data, 2));
                    filled.add(u16_at(data, 0), data.len().checked_sub(2).and_then(|at| u16_at(data, at)));
                }
                (0x0006, 0) => {
                    filled.add(u16_at(data, 0), u16_at(data, 2));
                    formulas.add(u16_at(data, 0), u16_at(data, 2));
                }
                _ => {}
            }
            if cells > limits.xls_cells {
                return Err(too_many());
            }
        }
        cells = cells.saturating_add(filled.cells()).saturating_add(formulas.cells());
        if cells > limits.xls_cells {
            return Err(too_many());
        }
    }
    Ok(())
}

/// Cells that a record of dimensions makes the reader expect.
fn announced(data: &[u8]) -> Option<u64> {
    let (first_row, end_row, first_column, end_column) = match data.len() {
        10 => (u16_at(data, 0)?.into(), u16_at(data, 2)?.into(), u16_at(data, 4)?, u16_at(data, 6)?),
        14 | 16 => (u32_at(data, 0)?, u32_at(data, 4)?, u16_at(data, 8)?, u16_at(data, 10)?),
        _ => return None,
    };
    if end_row == 0 || end_column == 0 {
        return Some(1);
    }
    let first_column = if first_column > 255 || end_column < first_column { 0 } else { first_column };
    // An end before the beginning would be taken for a number beyond all bounds.
    let rows = u64::from(end_row).checked_sub(u64::from(first_row)).filter(|rows| *rows > 0)?;
    let columns = u64::from(end_column).checked_sub(u64::from(first_column)).filter(|columns| *columns > 0)?;
    Some(rows.saturating_mul(columns))
}

/// The smallest rectangle around some cells.
#[derive(Clone, Copy, Debug, Default)]
struct Rectangle(Option<(u16, u16, u16, u16)>);

impl Rectangle {
    fn add(&mut self, row: Option<u16>, column: Option<u16>) {
        let (Some(row), Some(column)) = (row, column) else { return };
        let (top, left, bottom, right) = self.0.unwrap_or((row, column, row, column));
        self.0 = Some((top.min(row), left.min(column), bottom.max(row), right.max(column)));
    }

    fn cells(self) -> u64 {
        self.0.map_or(0, |(top, left, bottom, right)| (u64::from(bottom - top) + 1) * (u64::from(right - left) + 1))
    }
}

fn put(file: &mut [u8], at: usize, bytes: &[u8]) {
    if let Some(place) = file.get_mut(at..at + bytes.len()) {
        place.copy_from_slice(bytes);
    }
}

/// A compound file that holds this stream and nothing else.
fn contained(stream: &[u8]) -> Vec<u8> {
    let data = stream.len().div_ceil(SECTOR).max(1);
    let mut tables = 1;
    while tables * (SECTOR / 4) < tables + 1 + data {
        tables += 1;
    }
    let number = |place: usize| u32::try_from(place).unwrap_or(END_OF_CHAIN);
    let mut file = vec![0; SECTOR];
    put(&mut file, 0, b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1");
    for (at, value) in [(24, 0x3E_u16), (26, 4), (28, 0xFFFE), (30, 12), (32, 6)] {
        put(&mut file, at, &value.to_le_bytes());
    }
    for (at, value) in [(40, 1), (44, number(tables)), (48, number(tables)), (56, 4096), (60, END_OF_CHAIN), (68, END_OF_CHAIN)] {
        put(&mut file, at, &value.to_le_bytes());
    }
    for place in 0..109 {
        put(&mut file, 76 + 4 * place, &(if place < tables { number(place) } else { FREE }).to_le_bytes());
    }
    let chained = (0..data).map(|place| if place + 1 < data { number(tables + 2 + place) } else { END_OF_CHAIN });
    let table = std::iter::repeat_n(TABLE_SECTOR, tables).chain([END_OF_CHAIN]).chain(chained).chain(std::iter::repeat(FREE)).take(tables * (SECTOR / 4));
    file.extend(table.flat_map(u32::to_le_bytes));
    let mut directory = vec![0; SECTOR];
    let mut entry = |at: usize, name: &str, kind: u8, start: usize, length: u64| {
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        let length_of_name = u16::try_from(name.len()).unwrap_or(0).to_le_bytes();
        for (offset, bytes) in
            [(0, name.as_slice()), (64, &length_of_name), (66, &[kind, 1]), (116, &number(start).to_le_bytes()), (120, &length.to_le_bytes())]
        {
            put(&mut directory, at + offset, bytes);
        }
    };
    entry(0, "Root Entry", 5, 0, 0);
    entry(128, "Workbook", 2, tables + 1, (data * SECTOR) as u64);
    file.extend(directory);
    file.extend_from_slice(stream);
    file.resize(SECTOR * (1 + tables + 1 + data), 0);
    file
}
