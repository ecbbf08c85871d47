//! Retention periods as inputs state them.

use serde::Deserialize;

use super::{Retention, RetentionClass, RetentionTerm, class_of, parse};
use crate::problem::Problems;

/// Retention period as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionInput {
    /// Text as written.
    pub text: String,
    /// Class of the longest term; follows from the terms where left out.
    pub class: Option<RetentionClass>,
    /// Terms; read from the text where left out.
    pub terms: Option<Vec<RetentionTerm>>,
}

impl RetentionInput {
    /// The period as it is recorded; what is wrong with it goes to `problems`. A blank text states nothing.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> Option<Retention> {
        let text = problems.text("text", Some(&self.text), 500)?;
        let Some(terms) = &self.terms else {
            let read = parse(&text);
            return Some(Retention { class: self.class.unwrap_or(read.class), ..read });
        };
        let terms = problems.each("terms", terms, 20, |problems, term| RetentionTerm {
            text: problems.required_text("text", &term.text, 500),
            event: problems.text("event", term.event.as_deref(), 200),
            condition: problems.text("condition", term.condition.as_deref(), 300),
            ..term.clone()
        });
        Some(Retention { class: self.class.unwrap_or_else(|| class_of(&terms)), text, terms })
    }
}
