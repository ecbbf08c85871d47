//! Legal bases as inputs state them.

use serde::Deserialize;

use super::{LawfulGround, LegalBasis, StatuteKind, StatuteName, parse_citation, statute_named};
use crate::problem::Problems;

/// Legal basis as a document states it. What is left out is read from the citation, 동법 referring back to the bases before it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LegalBasisInput {
    /// Citation as written.
    pub citation: String,
    /// Name of the statute.
    pub statute: Option<String>,
    /// Kind of the statute.
    pub kind: Option<StatuteKind>,
    /// Article (조).
    pub article: Option<String>,
    /// Paragraph (항).
    pub paragraph: Option<String>,
    /// Subparagraph (호).
    pub subparagraph: Option<String>,
    /// Whether it is the consent of the data subject.
    pub is_consent: Option<bool>,
    /// Ground of 제15조①.
    pub lawful_ground: Option<LawfulGround>,
}

/// What a document says of a statute whose name does not tell it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StatuteInput {
    /// Name.
    pub name: String,
    /// Kind; told by the name where left out.
    pub kind: Option<StatuteKind>,
    /// Other spellings of the name.
    #[serde(default)]
    pub aliases: Vec<String>,
}

impl StatuteInput {
    /// The statute as it can be stored; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> Self {
        Self { name: problems.required_text("name", &self.name, 200), kind: self.kind, aliases: problems.texts("aliases", &self.aliases, 50, 200) }
    }
}

/// Most bases that one record can state.
pub const MOST: usize = 200;

/// The bases as they are recorded; what is wrong with them goes to `problems`.
#[must_use]
pub fn checked_bases(problems: &mut Problems, inputs: &[LegalBasisInput]) -> Vec<LegalBasis> {
    let mut bases: Vec<LegalBasis> = Vec::new();
    problems.each("legalBases", inputs, MOST, |problems, input| {
        let citation = problems.required_text("citation", &input.citation, 500);
        let read = parse_citation(&citation, &bases);
        let statute = match problems.text("statute", input.statute.as_deref(), 200) {
            Some(name) => {
                let known = statute_named(&name).unwrap_or(StatuteName { name, kind: StatuteKind::Other });
                Some(StatuteName { kind: input.kind.unwrap_or(known.kind), name: known.name })
            }
            None => read.statute.map(|statute| StatuteName { kind: input.kind.unwrap_or(statute.kind), ..statute }),
        };
        let mut text = |name: &str, stated: Option<&String>, read: Option<String>| problems.text(name, stated.map(String::as_str), 50).or(read);
        let basis = LegalBasis {
            article: text("article", input.article.as_ref(), read.article),
            paragraph: text("paragraph", input.paragraph.as_ref(), read.paragraph),
            subparagraph: text("subparagraph", input.subparagraph.as_ref(), read.subparagraph),
            citation,
            statute,
            is_consent: input.is_consent.unwrap_or(read.is_consent),
            lawful_ground: input.lawful_ground.or(read.lawful_ground),
        };
        bases.push(basis);
    });
    bases
}
