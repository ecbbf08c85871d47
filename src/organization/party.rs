//! A body as a record names it, and how its kind is told.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{OrganizationKind, classify, name_key};
use crate::problem::Problems;

/// A recipient or entrustee as one record names it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Party {
    /// Name as written.
    pub name: String,
    /// Kind: part of the body's identity.
    pub kind: OrganizationKind,
}

/// What a document says of a body whose name does not tell it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OrganizationInput {
    /// Name as written.
    pub name: String,
    /// Kind; told by the name where left out.
    pub kind: Option<OrganizationKind>,
    /// Code of the agency that it is.
    pub agency: Option<String>,
    /// The body that it was merged into, which the register then counts it for.
    pub merged_into: Option<Party>,
}

/// Kinds of bodies that are known already, by normalised name. What is not known is told by the name.
#[derive(Clone, Debug, Default)]
pub struct Parties {
    kinds: HashMap<String, OrganizationKind>,
}

impl Parties {
    /// Adds what is known of a name; what was known before stays.
    pub fn know(&mut self, name: &str, kind: OrganizationKind) {
        self.kinds.entry(name_key(name)).or_insert(kind);
    }

    /// The body of that name.
    #[must_use]
    pub fn party(&self, problems: &mut Problems, field: &str, name: &str) -> Party {
        let name = problems.required_text(field, name, 300);
        let kind = self.kinds.get(&name_key(&name)).copied().unwrap_or_else(|| classify(&name));
        Party { name, kind }
    }
}
