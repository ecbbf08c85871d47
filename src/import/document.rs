//! The native document format: one YAML or JSON document, whose keys are the names of the schema.

use std::fmt;

use serde::Deserialize;

use crate::agency::AgencyInput;
use crate::data_file::DataFileInput;
use crate::identity::abbreviated;
use crate::impact_assessment::ImpactAssessmentInput;
use crate::legal_basis::StatuteInput;
use crate::organization::OrganizationInput;
use crate::policy::PolicyInput;
use crate::recommendation::RecommendationInput;
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
    /// Recommendations to improve.
    #[serde(default)]
    pub recommendations: Vec<RecommendationInput>,
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
            max_documents: 2,
            max_aliases: 1_000,
            max_anchors: 1_000,
        },
    };
    let document: RegisterDocument = serde_saphyr::from_str_with_options(text, options).map_err(|error| {
        let place = error.location().map(|location| (location.line(), location.column()));
        unreadable(place, told(error.without_snippet(), value_at(text, place).as_deref()))
    })?;
    if document.format != FORMAT {
        return Err(unreadable(None, format!("`format` is \"{}\"; this program reads \"{FORMAT}\"", document.format)));
    }
    Ok(document)
}

/// What is wrong, for whoever wrote the document: without the words of the parser and of Rust.
fn told(error: &serde_saphyr::Error, value: Option<&str>) -> String {
    use serde_saphyr::Error as Wrong;
    let value = value.map_or_else(|| "this".to_owned(), |value| format!("\"{}\"", abbreviated(value)));
    match error {
        Wrong::Eof { .. } => format!("the document is empty; it begins with `format: {FORMAT}`"),
        Wrong::SerdeUnknownField { field, expected, .. } => format!("there is no key `{}` here; the keys are {}", abbreviated(field), expected.join(", ")),
        Wrong::SerdeUnknownVariant { variant, expected, .. } => {
            format!("\"{}\" is none of the words that can stand here: {}", abbreviated(variant), expected.join(", "))
        }
        Wrong::SerdeMissingField { field, .. } => format!("the key `{field}` is missing in the entry around this line; state it"),
        Wrong::DuplicateMappingKey { key: Some(key), .. } => format!("the key `{}` stands twice; leave one of the two out", abbreviated(key)),
        Wrong::InvalidScalar { ty, .. } if ty.starts_with(['i', 'u']) => format!("{value} is not a whole number, or too large for one"),
        Wrong::InvalidScalar { ty, .. } if ty.starts_with('f') => format!("{value} is not a number"),
        Wrong::Unexpected { expected: "sequence start", .. } => format!("a list belongs here, not {value}: [one, another], or a line with a dash for each"),
        Wrong::Unexpected { expected: "string scalar", .. } => "a text belongs here, not a list or keys with values".to_owned(),
        Wrong::Unexpected { expected: "mapping start", .. } => format!("keys with values belong here, not {value}"),
        Wrong::Message { msg, .. } if NO_DATE.iter().any(|known| msg.starts_with(known)) => {
            format!("{value} is no date: write a day of the calendar as 2024-01-25, an instant as 2026-11-22T00:00:00Z")
        }
        Wrong::MultipleDocuments { .. } => "another document begins here; write each into a file of its own".to_owned(),
        Wrong::Budget { .. } => {
            "the document nests, repeats parts of itself (`&name`, `*name`) or holds more than is read from one; write it out, or split it".to_owned()
        }
        other => {
            let message = other.to_string();
            // The place stands in front already.
            message.split(" at line ").next().unwrap_or(&message).trim().to_owned()
        }
    }
}

/// What chrono says of a text that is neither a day nor an instant.
const NO_DATE: [&str; 6] = [
    "input is out of range",
    "no possible date and time",
    "input is not enough for unique date and time",
    "input contains invalid characters",
    "premature end of input",
    "trailing input",
];

/// The plain value that stands at a place of the text.
fn value_at(text: &str, place: Option<(u64, u64)>) -> Option<String> {
    let (line, column) = place?;
    let line = text.lines().nth(usize::try_from(line.checked_sub(1)?).ok()?)?;
    let rest: String = line.chars().skip(usize::try_from(column.checked_sub(1)?).ok()?).collect();
    let value = rest.split([',', '}', ']', '#']).next()?.trim().trim_matches(['"', '\'']);
    (!value.is_empty() && !value.starts_with(['{', '['])).then(|| value.to_owned())
}
