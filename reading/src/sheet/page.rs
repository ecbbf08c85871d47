//! Pages that programs write and call a sheet: the tables of HTML under the name of an XLS.

use std::io::{BufRead, Read as _, Seek};

use super::rows::{Row, Rows};
use super::{Limits, Unreadable};
use crate::encoding;
use crate::policy::{Block, blocks_of_page};

/// Hands over the rows of the tables of a page. A merged cell stands in each of its places, as in a workbook.
pub fn rows(document: &mut (impl BufRead + Seek), limits: &Limits, take: &mut Rows<'_>) -> Result<(), Unreadable> {
    let mut bytes = Vec::new();
    document.by_ref().take(limits.xls + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limits.xls {
        return Err(Unreadable::too_large(format!(
            "has more than {} MiB, and is a web page, which is held in memory: save it as XLSX or CSV",
            limits.xls >> 20
        )));
    }
    for block in blocks_of_page(&encoding::decoded(&bytes).0) {
        let Block::Table(table) = block else { continue };
        for cells in table.rows {
            // A cell that hangs down from a row above has its line.
            let own = cells.iter().find(|cell| !cell.from_above).or(cells.first());
            let number = own.map_or(0, |cell| cell.span.first as u64);
            let row = Row { sheet: None, number, cells: cells.iter().map(|cell| cell.text.to_string()).collect() };
            if !take(row)? {
                return Ok(());
            }
        }
    }
    Ok(())
}
