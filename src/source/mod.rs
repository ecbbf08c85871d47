//! Where a value came from: the document or sheet, the place in it, when it was read, what was doubtful.

pub mod graphql;
pub(crate) mod store;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::problem::{Problems, code};

pub use store::{DocumentKeys, source_rows};

/// Document or sheet that values were read from.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceDocumentInput {
    /// How `sources` in the same document refer to it.
    pub key: String,
    /// Title.
    pub title: String,
    /// Who published it.
    pub publisher: String,
    /// Address.
    pub url: Option<String>,
    /// SHA-256 of the document as read: 64 hexadecimal digits.
    pub sha256: Option<String>,
    /// When it was read.
    pub read_at: DateTime<Utc>,
}

impl SourceDocumentInput {
    /// The document as it can be stored; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> Self {
        if let Some(digest) = &self.sha256
            && (digest.len() != 64 || !digest.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')))
        {
            problems.add("sha256", code::INVALID, "is not a SHA-256 digest: 64 hexadecimal digits in lower case");
        }
        Self {
            key: problems.required_text("key", &self.key, 100),
            title: problems.required_text("title", &self.title, 300),
            publisher: problems.required_text("publisher", &self.publisher, 200),
            url: problems.text("url", self.url.as_deref(), 1000),
            ..self.clone()
        }
    }
}

/// Where one value, or a whole record, was read.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SourceInput {
    /// Path of the value in the schema's terms; empty for the whole record.
    #[serde(default)]
    pub path: String,
    /// Key of the document.
    pub document: String,
    /// Section, row or lines.
    pub span: Option<String>,
    /// 0 to 1, where a reader was not sure.
    pub confidence: Option<f64>,
    /// Ambiguity, or what was left out.
    pub note: Option<String>,
}

impl SourceInput {
    /// The source as it can be stored; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, documents: &[SourceDocumentInput]) -> Self {
        if !documents.iter().any(|document| document.key == self.document) {
            problems.add("document", code::NOT_FOUND, format!("\"{}\" is not a key among the `sources` of this document", self.document));
        }
        if self.confidence.is_some_and(|confidence| !(0.0..=1.0).contains(&confidence)) {
            problems.add("confidence", code::INVALID, "is out of range: 0 to 1");
        }
        Self {
            path: self.path.trim().to_owned(),
            span: problems.text("span", self.span.as_deref(), 500),
            note: problems.text("note", self.note.as_deref(), 1000),
            ..self.clone()
        }
    }
}
