//! Provision to a third party (제3자 제공): Act 제17조 (within the purpose) and 제18조 (outside it); 통상적·반복적 제공 of Decree 제33조①.
//!
//! It is stated for one file, by its registration, or for a whole policy, by a revision of it; the latter counts for each file that the policy covers.

pub mod graphql;
mod store;

use serde::{Deserialize, Serialize};

use crate::legal_basis::{LegalBasis, LegalBasisInput};
use crate::organization::{Parties, Party};
use crate::problem::Problems;
use crate::retention::{Retention, RetentionInput};

pub use store::{ItemsOfProvision, ProvisionListing, provisions_by};

/// Provision as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvisionInput {
    /// Recipient (제공받는 자) as written: one body, or one class of bodies.
    pub recipient: String,
    /// Material provided (제공자료).
    pub material: Option<String>,
    /// Purpose of the recipient.
    pub purpose: Option<String>,
    /// Items provided.
    #[serde(default)]
    pub items: Vec<ProvidedItem>,
    /// Items as written.
    pub items_text: Option<String>,
    /// Retention at the recipient.
    pub retention: Option<RetentionInput>,
    /// Bases of the provision.
    #[serde(default)]
    pub legal_bases: Vec<LegalBasisInput>,
    /// Whether it is a use outside the purpose (제18조).
    pub is_outside_purpose: Option<bool>,
    /// How often.
    pub frequency: Option<String>,
    /// How.
    pub method: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Item that a provision hands over.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProvidedItem {
    /// Name as written.
    pub name: String,
    /// Whose item it is.
    pub subject: Option<String>,
}

/// Provision as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Provision {
    /// Recipient.
    pub recipient: Party,
    /// Material provided.
    pub material: Option<String>,
    /// Purpose of the recipient.
    pub purpose: Option<String>,
    /// Items provided.
    pub items: Vec<ProvidedItem>,
    /// Items as written.
    pub items_text: Option<String>,
    /// Retention at the recipient.
    pub retention: Option<Retention>,
    /// Bases of the provision.
    pub legal_bases: Vec<LegalBasis>,
    /// Whether it is a use outside the purpose.
    pub is_outside_purpose: Option<bool>,
    /// How often.
    pub frequency: Option<String>,
    /// How.
    pub method: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Most provisions that one record can state.
pub const MOST: usize = 200;

impl ProvisionInput {
    /// The provision as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, parties: &Parties) -> Provision {
        Provision {
            recipient: parties.party(problems, "recipient", &self.recipient),
            material: problems.text("material", self.material.as_deref(), 200),
            purpose: problems.text("purpose", self.purpose.as_deref(), 500),
            items: problems.each("items", &self.items, 1000, |problems, item| ProvidedItem {
                name: problems.required_text("name", &item.name, 300),
                subject: problems.text("subject", item.subject.as_deref(), 100),
            }),
            items_text: problems.text("itemsText", self.items_text.as_deref(), 2000),
            retention: self.retention.as_ref().and_then(|retention| problems.within("retention", |problems| retention.checked(problems))),
            legal_bases: crate::legal_basis::checked_bases(problems, &self.legal_bases),
            is_outside_purpose: self.is_outside_purpose,
            frequency: problems.text("frequency", self.frequency.as_deref(), 200),
            method: problems.text("method", self.method.as_deref(), 200),
            note: problems.text("note", self.note.as_deref(), 500),
        }
    }
}
