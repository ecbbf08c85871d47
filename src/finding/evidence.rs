//! The values that show a finding.

use serde::{Deserialize, Serialize};

/// A value that shows a finding, with its path in the record: `entrustments.0.endsOn`, 2024-12-31.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Path of the value, in the names of the schema.
    pub path: String,
    /// The value; `None` where the finding is that there is none.
    pub value: Option<String>,
}

impl Evidence {
    /// A value at a path.
    pub fn of(path: impl Into<String>, value: impl ToString) -> Self {
        Self { path: path.into(), value: Some(value.to_string()) }
    }

    /// A value that is missing.
    pub fn missing(path: impl Into<String>) -> Self {
        Self { path: path.into(), value: None }
    }
}

impl std::fmt::Display for Evidence {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.value {
            Some(value) => write!(f, "{}: {value}", self.path),
            None => write!(f, "{}: (not stated)", self.path),
        }
    }
}
