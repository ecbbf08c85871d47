//! A refusal: why a request is not executed, as a GraphQL *request error* (specification, section 7.1.2: such an answer has no `data`).

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};

/// Why a request is not executed: names what, where, and how to mend it.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// Stable code, one of [`crate::error::code`].
    pub code: &'static str,
    /// What is wrong and how to mend it.
    pub message: String,
    /// Where in the document, as far as it can be told.
    pub locations: Vec<Pos>,
    /// Further facts: a limit and what was asked for, the argument, words that come near.
    pub facts: Vec<(&'static str, Value)>,
}

impl Refusal {
    /// A refusal that concerns no place in the document.
    #[must_use]
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), locations: Vec::new(), facts: Vec::new() }
    }

    /// The same, at a place in the document.
    #[must_use]
    pub fn at(mut self, place: Pos) -> Self {
        self.locations.push(place);
        self
    }

    /// The same, with one more fact among the extensions.
    #[must_use]
    pub fn fact(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.facts.push((name, value.into()));
        self
    }

    /// The same, with the limit that was met and the value that met it.
    #[must_use]
    pub fn limit(self, limit: u64, actual: u64) -> Self {
        self.fact("limit", limit).fact("actual", actual)
    }
}

impl From<Refusal> for ServerError {
    fn from(refusal: Refusal) -> Self {
        let mut extensions = ErrorExtensionValues::default();
        extensions.set("code", refusal.code);
        for (name, value) in refusal.facts {
            extensions.set(name, value);
        }
        let mut error = ServerError::new(refusal.message, None);
        error.locations = refusal.locations;
        error.extensions = Some(extensions);
        error
    }
}
