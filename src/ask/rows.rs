//! The rows of an answer as text: aligned for the eye, comma-separated, or as JSON.

use std::borrow::Cow;
use std::io::Write;

use publishing::csv;
use serde_json::Value as Json;

/// Widest column of a table for the eye, in places of a terminal.
const WIDEST: usize = 40;

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Aligned, for the eye; long texts are cut.
    Table,
    /// Comma-separated, as exports are.
    Csv,
    /// The rows as they were answered.
    Json,
}

/// The cells of a row: the values at the paths of its columns.
pub fn flat(row: &Json, columns: &[Vec<String>]) -> Vec<String> {
    columns
        .iter()
        .map(|path| {
            let mut values = Vec::new();
            gather(row, path, &mut values);
            values.join(", ")
        })
        .collect()
}

/// The values at a path, those of each entry where there is a list on the way.
fn gather(value: &Json, path: &[String], values: &mut Vec<String>) {
    match (value, path.split_first()) {
        (Json::Null, _) => {}
        (Json::Array(entries), _) => entries.iter().for_each(|entry| gather(entry, path, values)),
        (value, Some((name, rest))) => value.get(name).into_iter().for_each(|value| gather(value, rest, values)),
        (Json::String(text), None) => values.push(text.clone()),
        (value, None) => values.push(value.to_string()),
    }
}

/// What a column is called: its path, without what only holds the rows of a list.
fn header(path: &[String]) -> String {
    let names: Vec<&str> = path.iter().map(String::as_str).filter(|name| !matches!(*name, "nodes" | "edges" | "node")).collect();
    if names.is_empty() { path.join(".") } else { names.join(".") }
}

/// Rows that are being written.
pub struct Written {
    shown: Shown,
    columns: Vec<Vec<String>>,
    /// Widths of the columns, once the first page told them.
    widths: Option<Vec<usize>>,
    rows: u64,
}

impl Written {
    /// Nothing is written yet.
    pub fn new(shown: Shown, columns: Vec<Vec<String>>) -> Self {
        Self { shown, columns, widths: None, rows: 0 }
    }

    /// Writes a page of rows: their cells, or as they were answered.
    ///
    /// # Errors
    /// Why they cannot be written.
    pub fn page(&mut self, rows: &[Vec<String>], answered: &[Json], out: &mut (dyn Write + Send)) -> Result<(), String> {
        let mut text = String::new();
        let headers: Vec<String> = self.columns.iter().map(|path| header(path)).collect();
        match self.shown {
            Shown::Json => {
                for row in answered {
                    text.push_str(if self.rows == 0 { "[\n" } else { ",\n" });
                    text.push_str(&row.to_string());
                    self.rows += 1;
                }
            }
            Shown::Csv => {
                if self.widths.replace(Vec::new()).is_none() {
                    text.push_str(csv::BYTE_ORDER_MARK);
                    csv::row(&mut text, headers.iter().map(|header| Cow::Borrowed(header.as_str())));
                }
                rows.iter().for_each(|row| csv::row(&mut text, row.iter().map(|cell| Cow::Borrowed(cell.as_str()))));
            }
            Shown::Table => {
                let is_first = self.widths.is_none();
                let widest = |place: usize, header: &String| {
                    rows.iter().filter_map(|row| row.get(place)).map(|cell| width(cell)).chain([width(header)]).max().unwrap_or_default().min(WIDEST)
                };
                let widths = self.widths.get_or_insert_with(|| headers.iter().enumerate().map(|(place, header)| widest(place, header)).collect());
                if is_first {
                    aligned(&mut text, &headers, widths);
                    let rules: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
                    aligned(&mut text, &rules, widths);
                }
                rows.iter().for_each(|row| aligned(&mut text, row, widths));
            }
        }
        out.write_all(text.as_bytes()).map_err(|error| error.to_string())
    }

    /// Writes what stands at the end.
    ///
    /// # Errors
    /// Why it cannot be written.
    pub fn end(&mut self, out: &mut (dyn Write + Send)) -> Result<(), String> {
        let end = match (self.shown, self.rows) {
            (Shown::Json, 0) => "[]\n",
            (Shown::Json, _) => "\n]\n",
            _ => "",
        };
        out.write_all(end.as_bytes()).and_then(|()| out.flush()).map_err(|error| error.to_string())
    }
}

fn aligned(text: &mut String, cells: &[String], widths: &[usize]) {
    let mut line = String::new();
    for (cell, wide) in cells.iter().zip(widths) {
        let shown = cut(cell, *wide);
        let gap = wide.saturating_sub(width(&shown)) + 2;
        line.push_str(&shown);
        line.extend(std::iter::repeat_n(' ', gap));
    }
    text.push_str(line.trim_end());
    text.push('\n');
}

/// Places of a terminal that a text takes: characters of East Asian scripts take two.
fn width(text: &str) -> usize {
    text.chars().map(places).sum()
}

const fn places(c: char) -> usize {
    match c {
        '\u{1100}'..='\u{115F}' | '\u{2E80}'..='\u{A4CF}' | '가'..='힣' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE6F}' | '\u{FF00}'..='\u{FF60}' => 2,
        '\u{1F300}'..='\u{1FAFF}' | '\u{20000}'..='\u{3FFFD}' => 2,
        _ => 1,
    }
}

/// A text cut to so many places, on one line.
fn cut(text: &str, most: usize) -> String {
    let text = text.replace(['\n', '\r', '\t'], " ");
    if width(&text) <= most {
        return text;
    }
    let mut left = most.saturating_sub(1);
    let mut kept = String::new();
    for c in text.chars() {
        if places(c) > left {
            break;
        }
        left -= places(c);
        kept.push(c);
    }
    kept + "…"
}
