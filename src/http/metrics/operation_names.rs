//! Names of operations as labels: a set that clients cannot grow without end.

use std::collections::HashSet;
use std::sync::{PoisonError, RwLock};

use crate::graphql::admission::document::short;
use crate::graphql::trusted::TrustedDocuments;

/// Names that are told apart where no documents are trusted.
const MOST: usize = 100;

/// Label of an operation without a name.
const NAMELESS: &str = "";

/// Label of all other names.
const OTHER: &str = "other";

/// The names that are told apart: those of trusted documents alone, or the first that clients use.
#[derive(Debug)]
pub struct OperationNames {
    known: RwLock<HashSet<String>>,
    is_closed: bool,
}

impl OperationNames {
    /// The names of the operations of these documents, however many; without any, the first hundred that are used.
    #[must_use]
    pub fn new(trusted: Option<&TrustedDocuments>) -> Self {
        let names = trusted.into_iter().flat_map(TrustedDocuments::operation_names).map(|name| short(&name)).collect();
        Self { known: RwLock::new(names), is_closed: trusted.is_some() }
    }

    /// The label of an operation.
    #[must_use]
    pub fn label(&self, name: Option<&str>) -> String {
        let Some(name) = name else { return NAMELESS.to_owned() };
        if self.known.read().unwrap_or_else(PoisonError::into_inner).contains(name) {
            return name.to_owned();
        }
        if !self.is_closed {
            let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
            if known.len() < MOST {
                known.insert(name.to_owned());
                return name.to_owned();
            }
        }
        OTHER.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_cannot_make_more_labels_than_there_is_room_for() {
        let names = OperationNames::new(None);
        let labels: HashSet<String> = (0..1_000).map(|number| names.label(Some(&format!("Name{number}")))).collect();
        assert_eq!(labels.len(), MOST + 1);
        assert!(labels.contains("Name0") && labels.contains(OTHER));
        assert_eq!((names.label(None).as_str(), names.label(Some("Name7")).as_str()), (NAMELESS, "Name7"));
    }

    #[test]
    fn where_documents_are_trusted_theirs_are_the_names() {
        let mut trusted = TrustedDocuments::default();
        trusted.add(None, "query Files { register { sequence } } query Agencies { register { sequence } }").unwrap();
        let names = OperationNames::new(Some(&trusted));
        assert_eq!(["Files", "Agencies", "Others"].map(|name| names.label(Some(name))), ["Files", "Agencies", OTHER]);
    }
}
