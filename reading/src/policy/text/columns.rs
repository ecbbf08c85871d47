//! Tables whose columns stand under each other in plain text, divided by spaces: as documents are printed to text.

use super::super::block::{Span, Table, tidy};
use super::width;
use crate::header::column;

/// A cell of a line: where it begins, and its text.
struct Cell {
    start: usize,
    text: String,
}

/// The table that begins with the first line: its headers, two known ones at least, and the lines under them up to a blank one. How many lines it takes, and the table.
pub(super) fn read(lines: &[String], first: usize) -> Option<(usize, Table)> {
    let headers = cells(lines.first()?);
    let known = headers.iter().filter(|cell| column(&cell.text).is_some()).count();
    if headers.len() < 2 || known < 2 || known * 2 < headers.len() {
        return None;
    }
    let mut rows: Vec<Vec<(String, Span)>> = vec![headers.iter().map(|cell| (cell.text.clone(), Span::line(first))).collect()];
    let mut taken = 1;
    for line in &lines[1..] {
        let own = cells(line);
        if own.is_empty() || own.len() > headers.len() {
            break;
        }
        let span = Span::line(first + taken);
        taken += 1;
        if own.len() == headers.len() {
            rows.push(own.into_iter().map(|cell| (cell.text, span)).collect());
            continue;
        }
        // Fewer cells: what goes on of those above, or a row with blank ones. The first column tells which.
        let begins_row = own[0].start < headers[1].start.saturating_sub(1) || rows.len() == 1;
        if begins_row {
            rows.push(headers.iter().map(|_| (String::new(), span)).collect());
        }
        let Some(row) = rows.last_mut() else { continue };
        for cell in own {
            // Under the header that begins nearest.
            let Some(place) = (0..headers.len()).min_by_key(|place| headers[*place].start.abs_diff(cell.start)) else { continue };
            let (text, lines) = &mut row[place];
            *text = tidy(&format!("{text} {}", cell.text));
            *lines = lines.to(span);
        }
    }
    (rows.len() > 1).then(|| Table::of_texts(rows)).flatten().map(|table| (taken, table))
}

/// The pieces of a line that two spaces or more divide; none for a line with tabs or pipes, which have readers of their own.
fn cells(line: &str) -> Vec<Cell> {
    if line.contains(['\t', '|', '│']) {
        return Vec::new();
    }
    let mut cells = Vec::new();
    let mut at = 0;
    for piece in line.trim_end().split("  ") {
        let text = piece.trim_start();
        if !text.is_empty() {
            cells.push(Cell { start: at + width(piece) - width(text), text: tidy(text) });
        }
        at += width(piece) + 2;
    }
    cells
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_under_each_other() {
        let lines: Vec<String> = [
            "  연번   파일명          운영근거              보유기간",
            "   1     교원 인사기록   교육공무원법 제23조,  준영구",
            "                         같은 법 시행령",
            "   2     급식 모니터단   정보주체 동의         1년",
            "",
            "  다음",
        ]
        .map(str::to_owned)
        .into();
        let (taken, table) = read(&lines, 1).unwrap();
        let rows: Vec<Vec<&str>> = table.rows.iter().map(|row| row.iter().map(|cell| &*cell.text).collect()).collect();
        assert_eq!(taken, 4);
        assert_eq!(
            rows,
            [
                ["연번", "파일명", "운영근거", "보유기간"],
                ["1", "교원 인사기록", "교육공무원법 제23조, 같은 법 시행령", "준영구"],
                ["2", "급식 모니터단", "정보주체 동의", "1년"]
            ]
        );
        assert!(read(&["개인정보의  처리".to_owned(), "가  나".to_owned()], 1).is_none());
    }
}
