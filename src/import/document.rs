//! The native document format: one YAML or JSON document, whose keys are the names of the schema.

use std::fmt;

use serde::Deserialize;

use crate::agency::AgencyInput;
use crate::data_file::DataFileInput;
use crate::impact_assessment::ImpactAssessmentInput;
use crate::legal_basis::StatuteInput;
use crate::organization::OrganizationInput;
use crate::policy::PolicyInput;
use crate::source::SourceDocumentInput;

/// Version of the format that this program reads.
pub const FORMAT: &str = "yeollam/1";

/// What a document of the native format states.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegisterDocument {
    /// Version of the format.
    pub format: String,
    /// Documents that values were read from.
    #[serde(default)]
    pub sources: Vec<SourceDocumentInput>,
    /// Agencies.
    #[serde(default)]
    pub agencies: Vec<AgencyInput>,
    /// Recipients and entrustees whose names do not tell what they are.
    #[serde(default)]
    pub organizations: Vec<OrganizationInput>,
    /// Statutes whose names do not tell what they are.
    #[serde(default)]
    pub statutes: Vec<StatuteInput>,
    /// Data files with their histories.
    #[serde(default)]
    pub data_files: Vec<DataFileInput>,
    /// Impact assessments.
    #[serde(default)]
    pub impact_assessments: Vec<ImpactAssessmentInput>,
    /// Privacy policies with their revisions.
    #[serde(default)]
    pub policies: Vec<PolicyInput>,
}

/// A document that is not the native format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// Name of the document.
    pub document: String,
    /// Line and column, from 1, where known.
    pub place: Option<(u64, u64)>,
    /// What is wrong there.
    pub message: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Some((line, column)) => write!(f, "{}:{line}:{column}: {}", self.document, self.message),
            None => write!(f, "{}: {}", self.document, self.message),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// [`Unreadable`] with line and column for text that is no YAML, for unknown keys and words, for dates that are none, for missing indispensable values.
pub fn read(name: &str, text: &str) -> Result<RegisterDocument, Unreadable> {
    let unreadable = |place, message: String| Unreadable { document: name.to_owned(), place, message };
    // A document may hold an institution's whole register: some hundred thousand files. What is bounded is what would cost more than its length: nesting, aliases.
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_nodes: 50_000_000,
            max_events: 100_000_000,
            max_total_scalar_bytes: 1 << 30,
            max_depth: 24,
            max_documents: 1,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
    };
    let document: RegisterDocument = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|location| (location.line(), location.column()));
        let message = error.without_snippet().to_string();
        // The place stands in front already.
        let message = message.split(" at line ").next().unwrap_or(&message).trim().to_owned();
        unreadable(place, message)
    })?;
    if document.format != FORMAT {
        return Err(unreadable(None, format!("`format` is \"{}\"; this program reads \"{FORMAT}\"", document.format)));
    }
    Ok(document)
}
