//! Answers in the order of the document. async-graphql runs the fields of an object at once and keeps them in the order in which they finish; the specification has a response's fields in the order of
//! the selection (GraphQL §7.2.2, Serialized Map Ordering), which also makes equal answers equal byte for byte.

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};
use async_graphql::{Name, Value};
use async_graphql_value::indexmap::IndexMap;

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
    fn answers_follow_the_document() {
        let document = parse_query("query A { x } query B { b: y { ...F on: z a } a ... on Q { b { c } } } fragment F on Y { k on: z { l } }").unwrap();
        let mut answer = value!({"a": 1, "b": [{"c": 1, "a": 2, "on": {"l": 1}, "k": 3}, null]});
        Shape::of(&document, Some("B")).order(&mut answer);
        assert_eq!(answer.to_string(), "{b: [{k: 3, on: {l: 1}, a: 2, c: 1}, null], a: 1}");
    }
}
