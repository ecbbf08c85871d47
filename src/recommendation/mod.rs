//! Recommendation to improve (개선권고): Act 제32조③. The Commission reviews whether and how a data file is registered, and recommends its agency to improve it; the agency answers.

pub mod graphql;
pub mod mutation;
pub(crate) mod store;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::problem::{Problems, code};

pub use store::{RecommendationListing, recommendation_contents};

crate::vocabulary! {
    /// What an agency does about a recommendation (이행 결과).
    pub enum RecommendationOutcome {
        Implemented = "IMPLEMENTED", "이행 완료", "Implemented";
        PartlyImplemented = "PARTLY_IMPLEMENTED", "일부 이행", "Partly implemented", "The reply says what is left.";
        Planned = "PLANNED", "이행 예정", "Planned", "The reply says until when.";
        Declined = "DECLINED", "미이행", "Declined", "The reply says why.";
    }
}

/// Content of a recommendation as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// Registration number of the data file.
    pub data_file: String,
    /// Code of the agency that it was issued to.
    pub agency: String,
    /// Ground.
    pub ground: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Reply of the agency.
    pub reply: Option<String>,
    /// Day of the reply.
    pub answered_on: Option<NaiveDate>,
    /// What the agency does about it.
    pub outcome: Option<RecommendationOutcome>,
}

/// Recommendation as a document states it. Data file, ground and day of issue tell one from another.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecommendationInput {
    /// Registration number of the data file.
    pub data_file: String,
    /// Code of the agency that it was issued to.
    pub agency: String,
    /// Ground.
    pub ground: String,
    /// Day of issue.
    pub issued_on: NaiveDate,
    /// Reply of the agency.
    pub reply: Option<String>,
    /// Day of the reply.
    pub answered_on: Option<NaiveDate>,
    /// What the agency does about it.
    pub outcome: Option<RecommendationOutcome>,
}

impl RecommendationInput {
    /// The recommendation as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, today: NaiveDate) -> Content {
        if self.reply.is_some() != self.answered_on.is_some() || self.reply.is_some() != self.outcome.is_some() {
            problems.add("reply", code::CONFLICT, "reply, answeredOn and outcome go together: state all of them, or none");
        }
        let issued_on = day(problems, "issuedOn", Some(self.issued_on), None, today);
        Content {
            data_file: problems.required_text("dataFile", &self.data_file, 50),
            agency: problems.required_text("agency", &self.agency, 7),
            ground: problems.required_text("ground", &self.ground, LONGEST),
            issued_on,
            reply: problems.text("reply", self.reply.as_deref(), LONGEST),
            answered_on: self.answered_on.map(|answered| day(problems, "answeredOn", Some(answered), Some(issued_on), today)),
            outcome: self.outcome,
        }
    }
}

/// Longest ground and reply, in characters.
const LONGEST: usize = 2000;

/// A day that something happened on: `stated`, or today; a later one is a problem, and one before `earliest`.
fn day(problems: &mut Problems, name: &str, stated: Option<NaiveDate>, earliest: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    let day = stated.unwrap_or(today);
    if day > today {
        problems.add(name, code::INVALID, format!("{day} lies in the future; today is {today}"));
    } else if let Some(earliest) = earliest.filter(|earliest| day < *earliest) {
        problems.add(name, code::CONFLICT, format!("{day} lies before {earliest}, the day of issue"));
    }
    day
}
