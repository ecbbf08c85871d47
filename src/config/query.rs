//! Arguments of `yeollam query`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Map, Value as Json};

use crate::ask::Shown;

/// What is asked, and of whom.
#[derive(Args, Clone, Debug)]
pub struct QueryArgs {
    /// File with a GraphQL query; `-` for standard input.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// Values of its variables: JSON, or @FILE with JSON.
    #[arg(long, value_name = "JSON|@FILE", value_parser = variables)]
    pub variables: Option<Map<String, Json>>,
    /// How the rows are shown.
    #[arg(long, value_enum, default_value = "table")]
    pub format: RowFormat,
    /// The connection whose rows are wanted, by the names that lead to it: `dataFile.registrations`. If left out the one nearest to the root.
    #[arg(long, value_name = "PATH")]
    pub connection: Option<String>,
    /// Server to ask; the register of this machine if left out.
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// Token to ask that server with.
    #[arg(long, env = "YEOLLAM_TOKEN", value_name = "TOKEN", hide_env_values = true)]
    pub token: Option<String>,
    /// File to write; standard output if left out.
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
}

/// How rows are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowFormat {
    /// Aligned, for the eye.
    Table,
    /// Comma-separated, for spreadsheet programs.
    Csv,
    /// The rows as they were answered.
    Json,
}

impl From<RowFormat> for Shown {
    fn from(format: RowFormat) -> Self {
        match format {
            RowFormat::Table => Self::Table,
            RowFormat::Csv => Self::Csv,
            RowFormat::Json => Self::Json,
        }
    }
}

fn variables(text: &str) -> Result<Map<String, Json>, String> {
    let read = text.strip_prefix('@').map(|path| std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))).transpose()?;
    let text = read.as_deref().unwrap_or(text);
    serde_json::from_str(text).map_err(|error| format!("is no JSON object: {error}"))
}
