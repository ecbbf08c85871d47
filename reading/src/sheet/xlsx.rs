//! XLSX: a ZIP archive of XML, unpacked once to see that it is what it says before it is read.

use std::io::{BufRead, Read, Seek, SeekFrom};

use calamine::{Reader as _, SheetType, SheetVisible, Xlsx};
use memchr::memmem;
use zip::ZipArchive;

use super::rows::Rows;
use super::workbook::{Assembly, damaged, guarded, protected, shown};
use super::{Limits, Place, Unreadable};

/// Most parts of a workbook.
const PARTS: usize = 10_000;

/// Most merged regions of a workbook.
const REGIONS: usize = 200_000;

/// Hands over the rows of every sheet that can be seen.
pub fn rows(document: &mut (impl BufRead + Seek), limits: &Limits, take: &mut Rows<'_>) -> Result<(), Unreadable> {
    let has_merged = checked(document, limits)?;
    document.seek(SeekFrom::Start(0))?;
    let mut workbook: Xlsx<_> = guarded(|| Xlsx::new(document))?;
    let sheets: Vec<String> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible)
        .map(|sheet| sheet.name.clone())
        .collect();
    for sheet in sheets {
        let place = Place { sheet: Some(sheet.clone()), ..Place::default() };
        let merged = if has_merged { guarded(|| workbook.merge_cells_by_sheet_name(&sheet)).map_err(|error| error.at(place.clone()))? } else { Vec::new() };
        let mut rows = Assembly::new(&sheet, merged, limits, take);
        let mut cells = guarded(|| workbook.worksheet_cells_reader(&sheet)).map_err(|error| error.at(place.clone()))?;
        while let Some(cell) = guarded(|| cells.next_cell()).map_err(|error| error.at(place.clone()))? {
            if !rows.cell(cell.get_position(), shown(cell.get_value()))? {
                return Ok(());
            }
        }
        if !rows.end()? {
            return Ok(());
        }
    }
    Ok(())
}

/// Unpacks every part, to nowhere: what the archive says of its sizes may be a lie. Answers whether there are merged cells.
fn checked(document: &mut (impl BufRead + Seek), limits: &Limits) -> Result<bool, Unreadable> {
    let mut archive = ZipArchive::new(document).map_err(|error| damaged(&error.to_string()))?;
    if archive.len() > PARTS {
        return Err(Unreadable::too_large(format!("has {} parts; a workbook of at most {PARTS} is read", archive.len())));
    }
    let (mut unpacked, mut announced, mut is_workbook, mut is_text, mut regions) = (0_u64, 0_u64, false, false, 0);
    let too_large = || {
        Unreadable::too_large(format!(
            "is more than {} MiB when it is unpacked; split it, or save it as CSV, which may be of any length",
            limits.unpacked >> 20
        ))
    };
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|error| damaged(&error.to_string()))?;
        if part.encrypted() {
            return Err(protected());
        }
        announced = announced.saturating_add(part.size());
    }
    if announced > limits.unpacked {
        return Err(too_large());
    }
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|error| damaged(&error.to_string()))?;
        let name = part.name().map_err(|error| damaged(&error.to_string()))?.to_lowercase();
        is_workbook |= name.ends_with("workbook.xml");
        is_text |= name == "word/document.xml" || name == "contents/section0.xml";
        let mut part = part.take(limits.unpacked - unpacked + 1);
        let mut inspection = Inspection::new(limits, name.ends_with(".xml") || name.ends_with(".rels"));
        let mut chunk = vec![0; 64 * 1024];
        let mut length = 0;
        loop {
            let read = part.read(&mut chunk).map_err(|error| damaged(&error.to_string()))?;
            if read == 0 {
                break;
            }
            length += read as u64;
            if unpacked + length > limits.unpacked {
                return Err(too_large());
            }
            if name.ends_with("sharedstrings.xml") && length > limits.shared_texts {
                let message = format!("holds more than {} MiB of text; split it, or save it as CSV, which may be of any length", limits.shared_texts >> 20);
                return Err(Unreadable::too_large(message));
            }
            inspection.look_at(chunk.get(..read).unwrap_or_default())?;
        }
        unpacked += length;
        regions += inspection.regions;
        if inspection.announced_texts > length {
            return Err(damaged("it announces more texts than it holds"));
        }
    }
    if regions > REGIONS {
        return Err(Unreadable::too_large(format!("has {regions} merged regions; at most {REGIONS} are read: undo the merging")));
    }
    if !is_workbook {
        return Err(Unreadable::new(if is_text { super::WORD_PROCESSOR } else { "is an archive and no XLSX workbook; unpack it and import what it holds" }));
    }
    Ok(regions > 0)
}

/// What is looked for in a part while it is unpacked: what the reader of workbooks would trust.
struct Inspection<'l> {
    limits: &'l Limits,
    is_xml: bool,
    /// Bytes since the last tag began.
    stretch: usize,
    /// The end of what was looked at, since a word may be cut.
    tail: Vec<u8>,
    regions: usize,
    /// The number of shared texts for which the reader makes room.
    announced_texts: u64,
}

/// Longest word that is looked for, with what may stand around it.
const OVERLAP: usize = 64;

impl<'l> Inspection<'l> {
    fn new(limits: &'l Limits, is_xml: bool) -> Self {
        Self { limits, is_xml, stretch: 0, tail: Vec::new(), regions: 0, announced_texts: 0 }
    }

    fn look_at(&mut self, chunk: &[u8]) -> Result<(), Unreadable> {
        if !self.is_xml {
            return Ok(());
        }
        if memchr::memchr(0, chunk).is_some() {
            return Err(damaged("its XML is not in UTF-8"));
        }
        let mut last = 0;
        for at in memchr::memchr_iter(b'<', chunk) {
            self.within(self.stretch + at - last)?;
            (self.stretch, last) = (0, at);
        }
        self.stretch += chunk.len() - last;
        self.within(self.stretch)?;
        let already = self.tail.len();
        self.tail.extend_from_slice(chunk);
        // What lies wholly in the tail was counted with the chunk before.
        self.regions += memmem::find_iter(&self.tail, "mergeCell ").filter(|at| at + "mergeCell ".len() > already).count();
        for at in memmem::find_iter(&self.tail, "uniqueCount") {
            let rest = self.tail.get(at + "uniqueCount".len()..).unwrap_or_default();
            let digits = rest
                .iter()
                .skip_while(|byte| matches!(byte, b'=' | b'"' | b'\'' | b'+' | b' ' | b'\t' | b'\r' | b'\n'))
                .take_while(|byte| byte.is_ascii_digit());
            let number = digits.fold(0_u64, |number, digit| number.saturating_mul(10).saturating_add(u64::from(digit - b'0')));
            self.announced_texts = self.announced_texts.max(number);
        }
        let kept = self.tail.len().saturating_sub(OVERLAP);
        self.tail.drain(..kept);
        Ok(())
    }

    fn within(&self, stretch: usize) -> Result<(), Unreadable> {
        if stretch > self.limits.row {
            let message = format!("has a cell of more than {} MiB; no value of a register is as long: delete it", self.limits.row >> 20);
            return Err(Unreadable::too_large(message));
        }
        Ok(())
    }
}
