//! Arguments of `yeollam export`.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, ValueEnum};
use serde_json::Value as Json;

use crate::export::{Format, Headers, Request, Selection};

/// What is exported, and where to.
#[derive(Args, Clone, Debug)]
pub struct ExportArgs {
    /// What is written.
    #[arg(value_enum, value_name = "FORMAT")]
    pub format: ExportFormat,
    /// Only files that a search finds by these words.
    #[arg(long, value_name = "WORDS")]
    pub text: Option<String>,
    /// Only files that this filter admits: a `SearchFilter` of the schema in JSON, '{"agencyName": "김포시"}' say.
    #[arg(long, value_name = "JSON", value_parser = json)]
    pub filter: Option<Json>,
    /// Only files in force on that day, as they were. Of tables, the registrations in force on it.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub as_of: Option<NaiveDate>,
    /// Only files that changed after that entry of the journal, destroyed ones among them: what an earlier export lacks, whose manifest tells its entry.
    #[arg(long, value_name = "SEQUENCE", value_parser = clap::value_parser!(i64).range(0..))]
    pub since: Option<i64>,
    /// Language of the headers of sheets.
    #[arg(long, value_enum, default_value = "ko")]
    pub headers: HeaderLanguage,
    /// File to write; of tables a folder, or a ZIP archive where it ends in `.zip`. A manifest with counts and digests is written beside. Standard output if left out.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Compress the file by gzip.
    #[arg(long)]
    pub gzip: bool,
}

/// What is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// A row for each file, for spreadsheet programs.
    Csv,
    /// Every table as comma-separated text.
    CsvTables,
    /// A row for each file, laid out as the official portal's workbook.
    Xlsx,
    /// Whole files with their histories, a line of JSON each, which `import` reads.
    Ndjson,
    /// Every table, typed, with nested lists.
    Parquet,
    /// A DCAT catalogue that describes each file in W3C DPV terms.
    Jsonld,
    /// The schema of the GraphQL API.
    Sdl,
}

/// Language of headers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum HeaderLanguage {
    /// Korean.
    Ko,
    /// English.
    En,
}

impl ExportArgs {
    /// What is asked for.
    #[must_use]
    pub fn request(&self) -> Request {
        let format = match self.format {
            ExportFormat::Csv => Format::Csv,
            ExportFormat::CsvTables => Format::CsvTables,
            ExportFormat::Xlsx => Format::Xlsx,
            ExportFormat::Ndjson => Format::Ndjson,
            ExportFormat::Parquet => Format::Parquet,
            ExportFormat::Jsonld => Format::Jsonld,
            ExportFormat::Sdl => Format::Sdl,
        };
        let selection = Selection { text: self.text.clone(), filter: self.filter.clone(), as_of: self.as_of, since: self.since, after: None };
        let headers = if self.headers == HeaderLanguage::En { Headers::English } else { Headers::Korean };
        Request { format, table: None, selection, headers }
    }

    /// Whether files are searched for, for which an index is needed.
    #[must_use]
    pub fn searches(&self) -> bool {
        self.text.is_some() || self.filter.is_some()
    }
}

fn json(text: &str) -> Result<Json, String> {
    serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))
}
