//! Retention period (보유기간): Act 제32조①, Decree 제33조①. What a document says of it, as terms that can be compared and counted, always beside the text as written.
pub mod graphql;
mod input;
mod parse;
mod store;

use serde::{Deserialize, Serialize};

pub use self::{
    input::RetentionInput,
    parse::parse,
    store::{RetentionOwner, TermsOfProvision, TermsOfRegistration, TermsOfVideoDevice, term, term_rows, terms_by},
};
use crate::vocabulary;

vocabulary! {
    /// Class of a retention period (보유기간 구분): the periods by which public records are kept (공공기록물법 시행령 제26조), and what documents say beyond them.
    pub enum RetentionClass, filter RetentionClassFilter {
        Permanent = "PERMANENT", "영구", "Permanent";
        SemiPermanent = "SEMI_PERMANENT", "준영구", "Semi-permanent";
        Years30 = "YEARS_30", "30년", "30 years";
        Years10 = "YEARS_10", "10년", "10 years";
        Years5 = "YEARS_5", "5년", "5 years";
        Years3 = "YEARS_3", "3년", "3 years";
        Years1 = "YEARS_1", "1년", "1 year";
        UntilEvent = "UNTIL_EVENT", "사유 발생 시까지", "Until an event", "The event is named; no length counts from it.";
        Custom = "CUSTOM", "기타 기간", "Another length", "A length that is none of the classes, such as 2년 or 6개월.";
        NotRetained = "NOT_RETAINED", "보유하지 않음", "Not retained";
        Unspecified = "UNSPECIFIED", "불명", "Unspecified", "The text tells neither a length nor an event.";
    }
}

vocabulary! {
    /// Direction in which a retention period changed (보유기간 변경).
    pub enum RetentionChange, filter RetentionChangeFilter {
        Lengthened = "LENGTHENED", "연장", "Lengthened";
        Shortened = "SHORTENED", "단축", "Shortened";
    }
}

/// Retention period as a document states it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retention {
    /// Text as written; lines are kept, spaces are unified.
    pub text: String,
    /// Class of the longest term. Permanent is longest, then semi-permanent, then lengths by their upper bound (the lower one where no upper is stated), then an event without a length,
    /// then not retained, then unspecified; of equals the first.
    pub class: RetentionClass,
    /// Terms in the order of the text; empty only if the text is.
    pub terms: Vec<RetentionTerm>,
}

/// One of the periods that a retention text states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RetentionTerm {
    /// The part of the text that states it, without its condition.
    pub text: String,
    /// Class of this term. "n years after an event" is the class of n years, with the event.
    pub class: RetentionClass,
    /// Lower bound, in months.
    #[serde(default)]
    pub min_months: Option<i32>,
    /// Upper bound, in months. Absent for "최소 3년".
    #[serde(default)]
    pub max_months: Option<i32>,
    /// Lower bound, in days, where the text counts days, weeks or hours; beside months, what is added to them.
    #[serde(default)]
    pub min_days: Option<i32>,
    /// Upper bound, in days.
    #[serde(default)]
    pub max_days: Option<i32>,
    /// Event until which, or from which, data are kept, without particles: "회원 탈퇴".
    #[serde(default)]
    pub event: Option<String>,
    /// Case for which alone the term holds ("잔여연령의 기간이 10년 미만인 경우"), or proviso ("2년주기로 재동의").
    #[serde(default)]
    pub condition: Option<String>,
}

impl RetentionTerm {
    /// Upper bound in days (lower bound if that is all there is), a month taken as the twelfth of 365 days. `None` without a length.
    fn days(&self) -> Option<i64> {
        let of = |months: Option<i32>, days: Option<i32>| {
            (months.is_some() || days.is_some()).then(|| i64::from(months.unwrap_or(0)) * 365 / 12 + i64::from(days.unwrap_or(0)))
        };
        of(self.max_months, self.max_days).or_else(|| of(self.min_months, self.min_days))
    }

    /// Place in the order of [`Retention::class`]; larger is longer.
    fn rank(&self) -> (u8, i64) {
        match self.class {
            RetentionClass::Permanent => (5, 0),
            RetentionClass::SemiPermanent => (4, 0),
            RetentionClass::UntilEvent => (2, 0),
            RetentionClass::NotRetained => (1, 0),
            RetentionClass::Unspecified => (0, 0),
            class => (3, self.days().unwrap_or_else(|| class_days(class))),
        }
    }
}

/// Length of a class in days, for terms that state a class and no months.
const fn class_days(class: RetentionClass) -> i64 {
    let years = match class {
        RetentionClass::Years30 => 30,
        RetentionClass::Years10 => 10,
        RetentionClass::Years5 => 5,
        RetentionClass::Years3 => 3,
        RetentionClass::Years1 => 1,
        _ => 0,
    };
    years * 365
}

/// The longest of the terms, by the order that [`Retention::class`] documents.
#[must_use]
pub fn longest(terms: &[RetentionTerm]) -> Option<&RetentionTerm> {
    // `max_by_key` would take the last of equals.
    terms.iter().rev().max_by_key(|term| term.rank())
}

/// Class of the longest term; unspecified without terms.
#[must_use]
pub fn class_of(terms: &[RetentionTerm]) -> RetentionClass {
    longest(terms).map_or(RetentionClass::Unspecified, |term| term.class)
}

/// Whether the period became longer or shorter, by the longest term of each. `None`: they are the same, or cannot be compared, since a length, or nothing stated, says nothing against
/// an event. Permanent and semi-permanent outlast every event and length; not retained is shorter than every length.
#[must_use]
pub fn change(before: &Retention, after: &Retention) -> Option<RetentionChange> {
    let (before, after) = (longest(&before.terms)?.rank(), longest(&after.terms)?.rank());
    let is_unknown = |rank: (u8, i64)| rank.0 == 0;
    // Ranks: 0 unspecified, 1 not retained, 2 event, 3 length.
    let involves_event_and_length = |one: (u8, i64), other: (u8, i64)| one.0 == 2 && matches!(other.0, 1 | 3);
    if is_unknown(before) || is_unknown(after) || involves_event_and_length(before, after) || involves_event_and_length(after, before) {
        return None;
    }
    match after.cmp(&before) {
        std::cmp::Ordering::Greater => Some(RetentionChange::Lengthened),
        std::cmp::Ordering::Less => Some(RetentionChange::Shortened),
        std::cmp::Ordering::Equal => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(before: &str, after: &str, expected: Option<RetentionChange>) {
        assert_eq!(change(&parse(before), &parse(after)), expected, "{before:?} -> {after:?}");
    }

    #[test]
    fn changes() {
        use RetentionChange::{Lengthened, Shortened};
        for (before, after, expected) in [
            ("2년", "1년", Some(Shortened)),
            ("1년", "2년", Some(Lengthened)),
            ("3년", "36개월", None),
            ("5년", "준영구", Some(Lengthened)),
            ("영구", "준영구", Some(Shortened)),
            ("180일", "1년", Some(Lengthened)),
            ("회원 탈퇴 시", "영구", Some(Lengthened)),
            ("회원 탈퇴 시", "5년", None),
            ("5년", "회원 탈퇴 시", None),
            ("회원 탈퇴 시, 신청 후 3년", "신청 후 5년", Some(Lengthened)),
            ("보유하지 않음", "1일 이내", Some(Lengthened)),
            ("관련 법령에 따름", "5년", None),
            ("", "5년", None),
        ] {
            check(before, after, expected);
        }
    }

    #[test]
    fn documents_are_strict() {
        let term: RetentionTerm = serde_json::from_str(r#"{"text":"5년","class":"YEARS_5","minMonths":60,"maxMonths":60}"#).unwrap();
        assert_eq!(parse("5년").terms, [term]);
        assert!(serde_json::from_str::<RetentionTerm>(r#"{"text":"5년","class":"YEARS_5","months":60}"#).is_err());
    }
}
