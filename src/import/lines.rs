//! The native format in lines (docs/exporting.md): read batch by batch, so that memory does not grow with the register.

use std::collections::{BTreeSet, HashMap};
use std::io::{BufRead, Read as _};

use serde::Deserialize;

use super::document::{FORMAT, RegisterDocument};
use crate::agency::AgencyInput;
use crate::data_file::DataFileInput;
use crate::export::lines;
use crate::identity::abbreviated;
use crate::impact_assessment::ImpactAssessmentInput;
use crate::legal_basis::StatuteInput;
use crate::organization::OrganizationInput;
use crate::policy::PolicyInput;
use crate::recommendation::RecommendationInput;
use crate::source::{SourceDocumentInput, SourceInput};

/// Most bytes of a line.
const LONGEST: usize = 16 << 20;

/// Most documents that values were read from.
const MOST_SOURCES: usize = 1_000_000;

/// A line: one thing, under the name of its kind.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
enum Line {
    Format(String),
    Source(SourceDocumentInput),
    Agency(Box<AgencyInput>),
    Organization(OrganizationInput),
    Statute(StatuteInput),
    DataFile(Box<DataFileInput>),
    Policy(Box<PolicyInput>),
    ImpactAssessment(Box<ImpactAssessmentInput>),
    Recommendation(RecommendationInput),
}

/// What lines state, as far as it matters what goes together.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Context,
    Agencies,
    Bodies,
    Files,
    Policies,
}

/// Things that are recorded together, with the lines on which they stand.
pub struct Batch {
    kind: Kind,
    /// The things, with the documents that they refer to.
    pub document: RegisterDocument,
    /// Where they stand.
    pub places: Places,
    things: usize,
}

/// Lines of the things in each list of a document.
#[derive(Default)]
pub struct Places(HashMap<&'static str, Vec<u64>>);

/// A line that cannot be read.
#[derive(Debug)]
pub struct Unreadable {
    /// Which, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// Reads lines, and hands over what they state in batches. The consumer answers whether it wants more.
///
/// # Errors
/// [`Unreadable`] for the first line that is none of the format.
pub fn read(text: &mut impl BufRead, take: &mut dyn FnMut(Batch) -> bool) -> Result<(), Unreadable> {
    let mut sources: HashMap<String, SourceDocumentInput> = HashMap::new();
    let (mut number, mut bytes) = (0, Vec::new());
    let mut batch = Batch::empty();
    loop {
        bytes.clear();
        number += 1;
        let wrong = |message: String| Unreadable { line: number, message };
        text.by_ref().take(LONGEST as u64 + 1).read_until(b'\n', &mut bytes).map_err(|error| wrong(format!("cannot be read: {error}")))?;
        if bytes.is_empty() {
            break;
        }
        if bytes.len() > LONGEST {
            return Err(wrong(format!("has more than {} MiB: is a line break missing?", LONGEST >> 20)));
        }
        let line = std::str::from_utf8(&bytes).map_err(|error| wrong(format!("is not UTF-8 text from byte {} on; save it as UTF-8", error.valid_up_to())))?;
        let line = line.trim_start_matches('\u{feff}').trim();
        if line.is_empty() {
            continue;
        }
        let line: Line = serde_json::from_str(line).map_err(|error| wrong(told(&error)))?;
        let kind = line.kind();
        if (kind != batch.kind || batch.things >= kind.most()) && batch.things > 0 {
            let full = std::mem::replace(&mut batch, Batch::empty());
            if !take(full.with_sources(&sources)) {
                return Ok(());
            }
        }
        batch.kind = kind;
        match line {
            Line::Format(format) if format == lines::FORMAT => {}
            Line::Format(format) => {
                return Err(wrong(format!("`format` is \"{}\"; this program reads \"{}\"", abbreviated(&format), lines::FORMAT)));
            }
            Line::Source(source) => {
                sources.insert(source.key.clone(), source);
                if sources.len() > MOST_SOURCES {
                    return Err(wrong(format!("there are more than {MOST_SOURCES} sources; split the lines")));
                }
            }
            thing => batch.add(thing, number),
        }
    }
    if batch.things > 0 {
        take(batch.with_sources(&sources));
    }
    Ok(())
}

/// What is wrong with a line, without the place in it, which is of no use to whoever looks for the line.
fn told(error: &serde_json::Error) -> String {
    let message = error.to_string();
    let what = message.rsplit_once(" at line ").map_or(message.as_str(), |(what, _)| what);
    match error.classify() {
        serde_json::error::Category::Eof => format!("ends before its end ({what}): the file was cut off, go on from the last whole line"),
        serde_json::error::Category::Syntax => format!("is no JSON: {what}, in column {}", error.column()),
        _ => format!("is no line of the format: {what}, in column {}", error.column()),
    }
}

impl Line {
    const fn kind(&self) -> Kind {
        match self {
            Self::Format(_) | Self::Source(_) => Kind::Context,
            Self::Agency(_) => Kind::Agencies,
            Self::Organization(_) | Self::Statute(_) => Kind::Bodies,
            Self::DataFile(_) => Kind::Files,
            Self::Policy(_) | Self::ImpactAssessment(_) | Self::Recommendation(_) => Kind::Policies,
        }
    }
}

impl Kind {
    /// Most things in a batch. Agencies go together, since each may name any other.
    const fn most(self) -> usize {
        match self {
            Self::Context | Self::Agencies => usize::MAX,
            Self::Bodies => 5_000,
            Self::Files => 2_000,
            Self::Policies => 500,
        }
    }
}

impl Batch {
    fn empty() -> Self {
        let document = RegisterDocument {
            format: FORMAT.to_owned(),
            sources: Vec::new(),
            agencies: Vec::new(),
            organizations: Vec::new(),
            statutes: Vec::new(),
            data_files: Vec::new(),
            impact_assessments: Vec::new(),
            policies: Vec::new(),
            recommendations: Vec::new(),
        };
        Self { kind: Kind::Context, document, places: Places::default(), things: 0 }
    }

    fn add(&mut self, thing: Line, line: u64) {
        let document = &mut self.document;
        let list = match thing {
            Line::Format(_) | Line::Source(_) => return,
            Line::Agency(agency) => {
                document.agencies.push(*agency);
                "agencies"
            }
            Line::Organization(organization) => {
                document.organizations.push(organization);
                "organizations"
            }
            Line::Statute(statute) => {
                document.statutes.push(statute);
                "statutes"
            }
            Line::DataFile(file) => {
                document.data_files.push(*file);
                "dataFiles"
            }
            Line::Policy(policy) => {
                document.policies.push(*policy);
                "policies"
            }
            Line::ImpactAssessment(assessment) => {
                document.impact_assessments.push(*assessment);
                "impactAssessments"
            }
            Line::Recommendation(recommendation) => {
                document.recommendations.push(recommendation);
                "recommendations"
            }
        };
        self.places.0.entry(list).or_default().push(line);
        self.things += 1;
    }

    /// The batch with the documents that its values were read from.
    fn with_sources(mut self, known: &HashMap<String, SourceDocumentInput>) -> Self {
        let RegisterDocument { agencies, data_files, policies, impact_assessments, .. } = &self.document;
        let of_files = data_files.iter().flat_map(|file| &file.registrations).flat_map(|registration| &registration.sources);
        let of_policies = policies.iter().flat_map(|policy| &policy.revisions).flat_map(|revision| &revision.sources);
        let sources = agencies.iter().flat_map(|agency| &agency.sources).chain(of_files).chain(of_policies);
        let sources = sources.chain(impact_assessments.iter().flat_map(|assessment| &assessment.sources));
        let keys: BTreeSet<&String> = sources.map(|SourceInput { document, .. }| document).collect();
        let named = keys.into_iter().filter_map(|key| known.get(key).cloned()).collect();
        self.document.sources = named;
        self
    }
}

impl Places {
    /// Where the value at a path of the document stands: its line, and the path within the thing on it.
    pub fn place<'p>(&self, path: &'p str) -> Option<(u64, &'p str)> {
        let (list, rest) = path.split_once('.')?;
        let (index, rest) = rest.split_once('.').unwrap_or((rest, ""));
        let line = self.0.get(list)?.get(index.parse::<usize>().ok()?)?;
        Some((*line, rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sources, agencies and files of each batch.
    type Batches = Vec<(usize, usize, usize)>;

    fn read_text(text: &str) -> Result<Batches, (u64, String)> {
        let mut batches = Vec::new();
        read(&mut text.as_bytes(), &mut |batch| {
            let RegisterDocument { sources, agencies, data_files, .. } = &batch.document;
            batches.push((sources.len(), agencies.len(), data_files.len()));
            true
        })
        .map(|()| batches)
        .map_err(|unreadable| (unreadable.line, unreadable.message))
    }

    const AGENCY: &str = r#"{"agency":{"code":"1000000","name":"시험청","type":"CENTRAL","sources":[{"document":"d"}]}}"#;
    const SOURCE: &str = r#"{"source":{"key":"d","title":"목록","publisher":"시험청","readAt":"2026-01-01T00:00:00Z"}}"#;

    #[test]
    fn lines_are_read_in_batches_of_a_kind() {
        let file = r#"{"dataFile":{"agency":"1000000","status":"REGISTERED","registrations":[]}}"#;
        let text = format!(
            "{}{SOURCE}
{AGENCY}

{file}
{file}",
            lines::beginning()
        );
        assert_eq!(read_text(&text), Ok(vec![(1, 1, 0), (0, 0, 2)]));
        let mut batches = Vec::new();
        read(&mut text.as_bytes(), &mut |batch| {
            batches.push(batch);
            batches.len() < 2
        })
        .unwrap();
        assert_eq!(batches[1].places.place("dataFiles.1.registrations.0.name"), Some((6, "registrations.0.name")));
        assert_eq!((batches[1].places.place("dataFiles.0"), batches[1].places.place("agencies.0"), batches[1].places.place("")), (Some((5, "")), None, None));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        for (text, line, message) in [
            (r#"{"format":"yeollam-lines/9"}"#, 1, "this program reads"),
            ("{\"format\":\"yeollam-lines/1\"}\n[]", 2, "no JSON"),
            (r#"{"agency":{"code":"1000000","naem":"x"}}"#, 1, "naem"),
            ("\n{\"dataFile\":{", 2, "cut off"),
            ("{]", 1, "no JSON"),
            (r#"{"purpose":1}"#, 1, "purpose"),
            (r#"{"source":{"key":"\ud800"}}"#, 1, "no JSON"),
        ] {
            let (at, told) = read_text(text).unwrap_err();
            assert!(at == line && told.contains(message), "{text}: {at} {told}");
        }
        let deep = "[".repeat(100_000);
        assert!(read_text(&deep).is_err() && read_text(&format!("{{\"agency\":{deep}")).is_err());
    }

    proptest::proptest! {
        #[test]
        fn any_lines_are_read_or_refused(
            text in "(\\PC|\n|[\\[\\]{}\",:]|format: yeollam/1|&a |\\*a|\\\\ud800|- |\"(dataFile|agency|source|format|registrations|validFrom)\":|\"2024-01-01\"|1e999|null){0,80}",
            bytes in proptest::collection::vec(0u8..=255, 0..200),
        ) {
            let _ = read_text(&text);
            let _ = read(&mut bytes.as_slice(), &mut |_| true);
            let _ = crate::import::read("any.yaml", &text);
        }
    }
}
