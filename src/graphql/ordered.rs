//! Answers as the specification has them where async-graphql answers otherwise.
//!
//! An object of which nothing was selected in the end (its fields are skipped, or stand under fragments on other types) is an empty object; async-graphql answers null, which says that there is no
//! object. So every selection that can come to nothing is given a field of our own before execution, which is taken out of the answer again.
//!
//! Fields stand in the order of the document. async-graphql runs the fields of an object at once and keeps them in the order in which they finish; the specification has a response's fields in the order of
//! the selection (GraphQL §7.2.2, Serialized Map Ordering), which also makes equal answers equal byte for byte.

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned, Value};
use async_graphql_value::indexmap::IndexMap;

/// Response key of our own field. Names that begin with two underscores are the specification's, so that no client chooses it.
const PRESENT: &str = "__yeollam_present";

/// Gives every selection of the document that can come to nothing a field that is always there.
pub fn guard(document: &mut ExecutableDocument) {
    match &mut document.operations {
        DocumentOperations::Single(operation) => guard_selection(&mut operation.node.selection_set.node),
        DocumentOperations::Multiple(operations) => operations.values_mut().for_each(|operation| guard_selection(&mut operation.node.selection_set.node)),
    }
    document.fragments.values_mut().for_each(|fragment| guard_selection(&mut fragment.node.selection_set.node));
}

fn guard_selection(selections: &mut SelectionSet) {
    for selection in &mut selections.items {
        match &mut selection.node {
            Selection::Field(field) => guard_selection(&mut field.node.selection_set.node),
            Selection::InlineFragment(fragment) => guard_selection(&mut fragment.node.selection_set.node),
            Selection::FragmentSpread(_) => {}
        }
    }
    let is_sure = |selection: &Positioned<Selection>| matches!(&selection.node, Selection::Field(field) if field.node.directives.is_empty());
    if !selections.items.is_empty() && !selections.items.iter().any(is_sure) {
        let at = |name: &str| Positioned::new(Name::new(name), Pos::default());
        let field =
            Field { alias: Some(at(PRESENT)), name: at("__typename"), arguments: Vec::new(), directives: Vec::new(), selection_set: Positioned::default() };
        selections.items.push(Positioned::new(Selection::Field(Positioned::new(field, Pos::default())), Pos::default()));
    }
}

/// Response keys of an object in the order of the document, each with those of the object below it.
#[derive(Debug, Default)]
pub struct Shape {
    keys: IndexMap<Name, Shape>,
}

impl Shape {
    /// Shape of the answer to one operation of a document whose fragments were checked: none spreads itself.
    #[must_use]
    pub fn of(document: &ExecutableDocument, operation_name: Option<&str>) -> Self {
        let mut shape = Self::default();
        let operation = document.operations.iter().find(|(name, _)| operation_name.is_none() || name.map(Name::as_str) == operation_name);
        if let Some((_, operation)) = operation {
            shape.add(document, &operation.node.selection_set.node);
        }
        shape
    }

    fn add(&mut self, document: &ExecutableDocument, selections: &SelectionSet) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.clone();
                    self.keys.entry(key).or_default().add(document, &field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.add(document, &fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    /// Puts an answer into the order of the document.
    pub fn order(&self, value: &mut Value) {
        match value {
            Value::Object(fields) => {
                fields.shift_remove(PRESENT);
                let place = |key: &Name| self.keys.get_index_of(key);
                if !fields.keys().is_sorted_by_key(place) {
                    fields.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
                }
                for (key, value) in fields {
                    if let Some(below) = self.keys.get(key).filter(|below| !below.keys.is_empty()) {
                        below.order(value);
                    }
                }
            }
            Value::List(values) => values.iter_mut().for_each(|value| self.order(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;
    use async_graphql::value;

    use super::*;

    #[test]
    fn only_what_can_come_to_nothing_is_guarded() {
        let guarded = |text: &str| {
            let mut document = parse_query(text).unwrap();
            guard(&mut document);
            format!("{document:?}").matches(PRESENT).count()
        };
        assert_eq!(guarded("{ a b { c } }"), 0);
        assert_eq!(guarded("{ a { b @skip(if: true) } }"), 1);
        assert_eq!(guarded("{ a { ... on T { b } ...F } } fragment F on T { c }"), 1);
        assert_eq!(guarded("query A { a @include(if: false) } query B { b }"), 1);
    }

    #[test]
    fn answers_follow_the_document() {
        let document = parse_query("query A { x } query B { b: y { ...F on: z a } a ... on Q { b { c } } } fragment F on Y { k on: z { l } }").unwrap();
        let mut answer = value!({"a": 1, "b": [{"c": 1, "a": 2, "on": {"l": 1}, "k": 3}, null]});
        Shape::of(&document, Some("B")).order(&mut answer);
        assert_eq!(answer.to_string(), "{b: [{k: 3, on: {l: 1}, a: 2, c: 1}, null], a: 1}");
    }
}
