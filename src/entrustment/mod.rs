//! Entrustment of processing (위탁): Act 제26조. Who processes on behalf of the agency, what, from when to when, and whom they entrust in turn.

pub mod graphql;
mod store;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::organization::{Parties, Party};
use crate::problem::{Problems, code};

pub use store::{EntrustmentListing, entrustments_by};

/// Entrustment as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EntrustmentInput {
    /// Entrustee (수탁자) as written.
    pub entrustee: String,
    /// Task entrusted (위탁 업무).
    pub task: String,
    /// Items entrusted, as written.
    pub items_text: Option<String>,
    /// First day of the contract.
    pub starts_on: Option<NaiveDate>,
    /// Last day of the contract.
    pub ends_on: Option<NaiveDate>,
    /// Period as written.
    pub period_text: Option<String>,
    /// Sub-entrustees (재수탁자).
    #[serde(default)]
    pub sub_entrustees: Vec<String>,
}

/// Entrustment as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Entrustment {
    /// Entrustee.
    pub entrustee: Party,
    /// Task entrusted.
    pub task: String,
    /// Items entrusted, as written.
    pub items_text: Option<String>,
    /// First day of the contract.
    pub starts_on: Option<NaiveDate>,
    /// Last day of the contract.
    pub ends_on: Option<NaiveDate>,
    /// Period as written.
    pub period_text: Option<String>,
    /// Sub-entrustees.
    pub sub_entrustees: Vec<Party>,
}

/// Most entrustments that one record can state.
pub const MOST: usize = 200;

impl EntrustmentInput {
    /// The entrustment as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, parties: &Parties) -> Entrustment {
        if let (Some(starts), Some(ends)) = (self.starts_on, self.ends_on)
            && ends < starts
        {
            problems.add(
                "endsOn",
                code::CONFLICT,
                format!("{ends} lies before startsOn, {starts}; leave both out and keep `periodText` where the document has them reversed"),
            );
        }
        Entrustment {
            entrustee: parties.party(problems, "entrustee", &self.entrustee),
            task: problems.required_text("task", &self.task, 500),
            items_text: problems.text("itemsText", self.items_text.as_deref(), 2000),
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            period_text: problems.text("periodText", self.period_text.as_deref(), 200),
            sub_entrustees: problems.each("subEntrustees", &self.sub_entrustees, 50, |problems, name| parties.party(problems, "", name)),
        }
    }
}
