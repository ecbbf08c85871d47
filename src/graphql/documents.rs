//! Documents as they are read once and used by every request that sends them: parsed, measured, and how they are executed.
//!
//! Whatever depends on the variables of a request (values, cost) is checked for each request; all else, with the cache of the engine, once for each text.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Pos};

use super::admission::limits::Limits;
use super::admission::refusal::Refusal;
use super::admission::schema_types::SchemaTypes;
use super::admission::{document, measure, overlap, prescan};
use super::ordered::{self, Shape};
use crate::cache::Cache;

/// Bytes that a document takes in memory for each byte of its text, and at least: two trees and the shapes of its answers, estimated from the sizes of their nodes.
const BYTES_EACH: usize = 80;
const BYTES_AT_LEAST: usize = 1024;

/// Documents by the hash of their text (BLAKE3).
pub type DocumentCache = Cache<[u8; 32], Arc<Document>>;

/// A document that was read.
#[derive(Debug)]
pub struct Document {
    /// As it was written: what checks go by.
    pub written: ExecutableDocument,
    /// How it is executed; or the refusal of one that is too large or whose fields conflict, whatever its variables.
    pub executable: Result<Executable, Refusal>,
}

/// A document as it is executed.
#[derive(Debug)]
pub struct Executable {
    /// The document, with what makes its answers those of the specification.
    pub document: ExecutableDocument,
    /// Where the schema itself is asked for.
    pub introspects: Option<Pos>,
    operations: Vec<Arc<Operation>>,
}

/// One operation of a document.
#[derive(Debug)]
pub struct Operation {
    name: Option<String>,
    /// Order of the fields of its answer.
    pub shape: Shape,
    is_valid: AtomicBool,
}

impl Operation {
    /// Whether it passed the validation of the library, as it was written.
    pub fn is_valid(&self) -> bool {
        self.is_valid.load(Ordering::Relaxed)
    }

    /// Notes that it passed.
    pub fn passed(&self) {
        self.is_valid.store(true, Ordering::Relaxed);
    }
}

impl Document {
    /// Reads a text.
    ///
    /// # Errors
    /// Why it is no document, or none that is parsed.
    pub fn read(text: &str, limits: &Limits, types: &SchemaTypes) -> Result<Self, Refusal> {
        prescan::scan(text, limits)?;
        let written = document::parse(text)?;
        // Shapes and fields that overlap spread fragments, which must have been measured.
        let executable = measure::check(&written, limits).and_then(|()| overlap::check(&written, types)).map(|()| Executable::of(&written));
        Ok(Self { written, executable })
    }

    /// Bytes that a document of that text takes, about.
    #[must_use]
    pub fn weight(text: &str) -> usize {
        text.len() * BYTES_EACH + BYTES_AT_LEAST
    }
}

impl Executable {
    fn of(written: &ExecutableDocument) -> Self {
        let mut document = written.clone();
        ordered::guard(&mut document);
        let operation = |name: Option<&Name>| {
            let name = name.map(ToString::to_string);
            Arc::new(Operation { shape: Shape::of(&document, name.as_deref()), is_valid: AtomicBool::new(false), name })
        };
        let operations = document.operations.iter().map(|(name, _)| operation(name)).collect();
        Self { introspects: introspection(written), document, operations }
    }

    /// The operation of that name, as [`document::select`] found it.
    #[must_use]
    pub fn operation(&self, name: Option<&str>) -> Option<&Arc<Operation>> {
        self.operations.iter().find(|operation| operation.name.as_deref() == name)
    }

    /// Names of the operations.
    pub fn names(&self) -> impl Iterator<Item = Option<&str>> {
        self.operations.iter().map(|operation| operation.name.as_deref())
    }
}

/// Where a document asks for the schema.
fn introspection(document: &ExecutableDocument) -> Option<Pos> {
    let mut sets: Vec<&SelectionSet> = document.operations.iter().map(|(_, operation)| &operation.node.selection_set.node).collect();
    sets.extend(document.fragments.values().map(|fragment| &fragment.node.selection_set.node));
    while let Some(set) = sets.pop() {
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) if matches!(field.node.name.node.as_str(), "__schema" | "__type" | "_service") => return Some(field.pos),
                Selection::Field(field) => sets.push(&field.node.selection_set.node),
                Selection::InlineFragment(fragment) => sets.push(&fragment.node.selection_set.node),
                Selection::FragmentSpread(_) => {}
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Document {
        let types = SchemaTypes::parse("type Query { count: Int top: [Top] } type Top { id: ID }").unwrap();
        Document::read(text, &Limits::default(), &types).unwrap()
    }

    #[test]
    fn each_operation_has_its_shape() {
        let document = read("query A { count ...F } query B { top { id } } fragment F on Query { top { id } }");
        let executable = document.executable.unwrap();
        let mut names: Vec<_> = executable.names().collect();
        names.sort_unstable();
        assert_eq!(names, [Some("A"), Some("B")]);
        assert!(executable.operation(None).is_none() && executable.operation(Some("C")).is_none());
        let operation = executable.operation(Some("B")).unwrap();
        assert!(!operation.is_valid());
        operation.passed();
        assert!(executable.operation(Some("B")).unwrap().is_valid() && !executable.operation(Some("A")).unwrap().is_valid());
    }

    #[test]
    fn whoever_asks_for_the_schema_is_noticed() {
        for (text, expected) in [
            ("{ __schema { types { name } } }", true),
            ("{ ... on Query { x: __type(name: \"A\") { name } } }", true),
            ("{ ...F } fragment F on Query { __schema { description } }", true),
            ("{ _service { sdl } }", true),
            ("{ __typename count }", false),
        ] {
            let document = read(text);
            assert_eq!(document.executable.unwrap().introspects.is_some(), expected, "{text}");
        }
    }

    #[test]
    fn a_document_that_is_too_large_is_read_but_not_executed() {
        let text = format!("{{ {} }}", (0..200).map(|n| format!("a{n}: count ")).collect::<String>());
        let document = read(&text);
        assert_eq!(document.executable.unwrap_err().code, crate::error::code::ALIAS_LIMIT_EXCEEDED);
    }
}
