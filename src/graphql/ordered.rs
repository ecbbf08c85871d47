//! Answers as the specification has them where async-graphql answers otherwise.
//!
//! An object of which nothing was selected in the end (its fields are skipped, or stand under fragments on other types) is an empty object; async-graphql answers null, which says that there is no
//! object. So every selection that can come to nothing is given a field of our own before execution, which is taken out of the answer again.
//!
//! Fields stand in the order of the document. async-graphql runs the fields of an object at once and keeps them in the order in which they finish; the specification has a response's fields in the order of
//! the selection (GraphQL §7.2.2, Serialized Map Ordering), which also makes equal answers equal byte for byte.
//!
//! A field that failed is null, and where its type is never null, what it stands in is (GraphQL §6.4.4, Handling Execution Errors). async-graphql leaves it out, and answers null for an object of which
//! every field failed, whatever the schema says.

use async_graphql::parser::types::{BaseType, DocumentOperations, ExecutableDocument, Field, Selection, SelectionSet, Type};
use async_graphql::{Name, PathSegment, Pos, Positioned, ServerError, Value};
use async_graphql_value::indexmap::IndexMap;

use super::admission::schema_types::SchemaTypes;

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

/// Response keys of an object in the order of the document.
#[derive(Debug, Default)]
pub struct Shape {
    keys: IndexMap<Name, Place>,
}

/// What stands under a response key.
#[derive(Debug)]
struct Place {
    /// Type that the fragment around the field is on; `None` for one directly under the field above.
    on: Option<Name>,
    field: Name,
    below: Shape,
}

impl Shape {
    /// Shape of the answer to one operation of a document whose fragments were checked: none spreads itself.
    #[must_use]
    pub fn of(document: &ExecutableDocument, operation_name: Option<&str>) -> Self {
        let mut shape = Self::default();
        let operation = document.operations.iter().find(|(name, _)| operation_name.is_none() || name.map(Name::as_str) == operation_name);
        if let Some((_, operation)) = operation {
            shape.add(document, &operation.node.selection_set.node, None);
        }
        shape
    }

    fn add(&mut self, document: &ExecutableDocument, selections: &SelectionSet, on: Option<&Name>) {
        for selection in &selections.items {
            match &selection.node {
                Selection::Field(field) => {
                    let place = || Place { on: on.cloned(), field: field.node.name.node.clone(), below: Self::default() };
                    let key = field.node.response_key().node.clone();
                    self.keys.entry(key).or_insert_with(place).below.add(document, &field.node.selection_set.node, None);
                }
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| &condition.node.on.node).or(on);
                    self.add(document, &fragment.node.selection_set.node, on);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = document.fragments.get(&spread.node.fragment_name.node) {
                        self.add(document, &fragment.node.selection_set.node, Some(&fragment.node.type_condition.node.on.node));
                    }
                }
            }
        }
    }

    /// Puts null where fields failed, and where null may not stand there, above; `root` is the type of the operation.
    pub fn settle(&self, data: &mut Value, errors: &[ServerError], types: &SchemaTypes, root: &str) {
        let paths = || errors.iter().map(|error| error.path.as_slice()).filter(|path| !path.is_empty());
        // First every failed field is there, so that afterwards a null on the way to one tells that another failed.
        paths().for_each(|path| fill_in(data, path));
        for path in paths() {
            if self.fails(data, root, path, types) {
                *data = Value::Null;
            }
        }
    }

    /// Puts null into an object of that type, below the path; answers whether the object must be null itself.
    fn fails(&self, object: &mut Value, of: &str, path: &[PathSegment], types: &SchemaTypes) -> bool {
        let (Value::Object(fields), Some((PathSegment::Field(key), rest))) = (object, path.split_first()) else { return false };
        let key = Name::new(key);
        let (Some(place), Some(value)) = (self.keys.get(&key), fields.get_mut(&key)) else { return false };
        let Some(field) = types.field(place.on.as_deref().unwrap_or(of), &place.field) else { return false };
        place.below.nulls(value, &field.ty, rest, types)
    }

    /// Puts null into a value of that type, at the path; answers whether what it stands in must be null.
    fn nulls(&self, value: &mut Value, ty: &Type, path: &[PathSegment], types: &SchemaTypes) -> bool {
        let is_null = match (path.split_first(), &mut *value, &ty.base) {
            (None, ..) | (_, Value::Null, _) => true,
            (Some((PathSegment::Index(index), rest)), Value::List(items), BaseType::List(item)) => {
                items.get_mut(*index).is_some_and(|value| self.nulls(value, item, rest, types))
            }
            (Some((PathSegment::Field(_), _)), object, BaseType::Named(name)) => self.fails(object, name, path, types),
            _ => false,
        };
        if is_null {
            *value = Value::Null;
        }
        is_null && !ty.nullable
    }

    /// Puts an answer into the order of the document.
    pub fn order(&self, value: &mut Value) {
        match value {
            // Most are in order: then nothing is looked up.
            Value::Object(fields) if fields.keys().eq(self.keys.keys()) && fields.keys().all(|key| *key != PRESENT) => {
                for (value, place) in fields.values_mut().zip(self.keys.values()) {
                    if !place.below.keys.is_empty() {
                        place.below.order(value);
                    }
                }
            }
            Value::Object(fields) => {
                fields.shift_remove(PRESENT);
                let place = |key: &Name| self.keys.get_index_of(key);
                if !fields.keys().is_sorted_by_key(place) {
                    fields.sort_by(|a, _, b, _| place(a).cmp(&place(b)));
                }
                for (key, value) in fields {
                    if let Some(place) = self.keys.get(key).filter(|place| !place.below.keys.is_empty()) {
                        place.below.order(value);
                    }
                }
            }
            Value::List(values) => values.iter_mut().for_each(|value| self.order(value)),
            _ => {}
        }
    }
}

/// Makes each field on the way to one that failed be there, and that one null.
fn fill_in(value: &mut Value, path: &[PathSegment]) {
    match path.split_first() {
        Some((PathSegment::Field(key), rest)) => {
            // Every field of the object failed.
            if *value == Value::Null {
                *value = Value::Object(IndexMap::default());
            }
            if let Value::Object(fields) = value {
                fill_in(fields.entry(Name::new(key)).or_insert(Value::Null), rest);
            }
        }
        Some((PathSegment::Index(index), rest)) => {
            if let Value::List(items) = value
                && let Some(item) = items.get_mut(*index)
            {
                fill_in(item, rest);
            }
        }
        None => {}
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

    #[test]
    fn null_stands_where_it_may() {
        let types = SchemaTypes::parse(
            "type Query { sure: T! maybe: T list: [T!] lists: [T!]! holes: [T]! node: N } interface N { id: ID! } type T implements N { id: ID! a: Int! b: Int t: T! }",
        )
        .unwrap();
        let settled = |document: &str, mut answer: Value, paths: &[&str]| {
            let segment = |text: &str| text.parse().map_or_else(|_| PathSegment::Field(text.to_owned()), PathSegment::Index);
            let error = |path: &&str| ServerError { path: path.split('.').map(segment).collect(), ..ServerError::new("", None) };
            let errors: Vec<ServerError> = paths.iter().map(error).collect();
            Shape::of(&parse_query(document).unwrap(), None).settle(&mut answer, &errors, &types, "Query");
            answer.to_string()
        };
        let two = "{ maybe { k: a b } sure { b } }";
        assert_eq!(settled(two, value!({"maybe": {"b": 1}, "sure": {"b": 1}}), &["maybe.k"]), "{maybe: null, sure: {b: 1}}");
        assert_eq!(settled(two, value!({"maybe": null, "sure": {"b": 1}}), &["maybe.k", "maybe.b"]), "{maybe: null, sure: {b: 1}}");
        assert_eq!(settled(two, value!({"maybe": {"k": 1}, "sure": null}), &["maybe.b", "sure.b"]), "{maybe: {k: 1, b: null}, sure: {b: null}}");
        assert_eq!(settled(two, value!({"maybe": {"k": 1, "b": 1}}), &["sure"]), "null");
        assert_eq!(settled("{ maybe { t { t { a } } } }", value!({"maybe": {"t": {"t": null}}}), &["maybe.t.t.a"]), "{maybe: null}");
        assert_eq!(
            settled("{ list { a } holes { a } }", value!({"list": [{"a": 1}, null], "holes": [null, {"a": 1}]}), &["list.1.a", "holes.0.a"]),
            "{list: null, holes: [null, {a: 1}]}"
        );
        assert_eq!(settled("{ lists { a } }", value!({"lists": [null, null]}), &["lists.0.a", "lists.1.a"]), "null");
        assert_eq!(settled("{ lists { a } }", value!(null), &["lists.0"]), "null");
        assert_eq!(settled("{ node { id ... on T { ...F } } } fragment F on T { a }", value!({"node": {"id": "1"}}), &["node.a"]), "{node: null}");
        assert_eq!(settled(two, value!({"maybe": null, "sure": {"b": 1}}), &[]), "{maybe: null, sure: {b: 1}}");
    }
}
