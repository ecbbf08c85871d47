//! Items as inputs state them.

use serde::Deserialize;

use super::{CollectedItem, ItemRequirement};
use crate::problem::Problems;

/// Item as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CollectedItemInput {
    /// Name as written.
    pub name: String,
    /// Whether it is indispensable; UNSPECIFIED where left out.
    pub requirement: Option<ItemRequirement>,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Classification that the document itself gives, as written: 일반정보, 민감정보, 고유식별정보.
    pub marker: Option<String>,
}

/// Most items that one record can state.
pub const MOST: usize = 1000;

impl CollectedItemInput {
    /// The item as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> CollectedItem {
        CollectedItem {
            name: problems.required_text("name", &self.name, 300),
            requirement: self.requirement.unwrap_or(ItemRequirement::Unspecified),
            subject: problems.text("subject", self.subject.as_deref(), 100),
            marker: problems.text("marker", self.marker.as_deref(), 100),
        }
    }
}
