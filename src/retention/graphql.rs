//! Retention periods in the schema.

use async_graphql::SimpleObject;

use super::{RetentionClass, RetentionTerm as Term};
use crate::graphql::word;

/// Retention period (보유기간). Act 제32조①, Decree 제33조①.
#[derive(SimpleObject)]
pub struct Retention {
    /// Text of the period as written.
    pub text: String,
    /// Class of the longest term.
    pub class: RetentionClass,
    /// Terms of the period, in the order of the text. At most 20.
    pub terms: Vec<RetentionTerm>,
}

/// Term of a retention period: a length, an event, or a length from an event.
#[derive(SimpleObject)]
pub struct RetentionTerm {
    /// Text of the term as written.
    pub text: String,
    /// Class of the term.
    pub class: RetentionClass,
    /// Shortest length in months; null where no length is stated, or only one in days.
    pub min_months: Option<i32>,
    /// Longest length in months; null where no length is stated, only one in days, or no longest.
    pub max_months: Option<i32>,
    /// Shortest length in days; null unless days are stated.
    pub min_days: Option<i32>,
    /// Longest length in days; null unless days are stated.
    pub max_days: Option<i32>,
    /// Event that ends the period, or from which the length runs; null if none is stated.
    pub event: Option<String>,
    /// Condition under which the term applies; null if it always does.
    pub condition: Option<String>,
}

impl From<Term> for RetentionTerm {
    fn from(term: Term) -> Self {
        let Term { text, class, min_months, max_months, min_days, max_days, event, condition } = term;
        Self { text, class, min_months, max_months, min_days, max_days, event, condition }
    }
}

/// The period from its stored parts; `None` where none is stated.
///
/// # Errors
/// `Internal` for a word that the code does not know.
pub fn retention(text: Option<&String>, class: Option<&String>, terms: &[entity::retention_term::Model]) -> crate::error::Result<Option<Retention>> {
    let (Some(text), Some(class)) = (text, class) else { return Ok(None) };
    let terms = terms.iter().cloned().map(|row| super::term(row).map(RetentionTerm::from)).collect::<crate::error::Result<_>>()?;
    Ok(Some(Retention { text: text.clone(), class: word(class)?, terms }))
}
