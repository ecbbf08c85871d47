//! Recommendation to improve (개선권고): Act 제32조③. The Commission reviews whether and how a data file is registered, and recommends its agency to improve it; the agency answers.

pub mod graphql;
pub mod mutation;
pub(crate) mod store;

use chrono::NaiveDate;
use serde::Serialize;

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
