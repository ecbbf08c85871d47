//! What a document asks: which of its fields is the connection whose rows are wanted, which variable leads to the next page, which columns the rows have.

use std::collections::HashSet;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{ExecutableDocument, Field, Selection, SelectionSet};
use async_graphql_value::Value;

/// Deepest nesting of selections that is looked into.
const DEEPEST: usize = 64;

/// What a document asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Names that lead to the connection in the answer; `None` where the document has none, and the whole answer is one row.
    pub connection: Option<Vec<String>>,
    /// Variable that its argument `after` takes.
    pub after: Option<String>,
    /// Paths of the values of a row, in the order of the document.
    pub columns: Vec<Vec<String>>,
}

/// A field that was found, with the names that lead to it.
struct Found<'d> {
    path: Vec<String>,
    field: &'d Field,
}

impl Shape {
    /// The shape of a document: of the connection at a path, or of its first one: the field nearest to the root that selects `nodes` or `edges`.
    ///
    /// # Errors
    /// A document that is none, has several operations or is a mutation; a path at which there is no connection.
    pub fn of(document: &str, wanted: Option<&str>) -> Result<Self, String> {
        let document = parse_query(document).map_err(|error| format!("the document is no GraphQL: {error}"))?;
        let mut operations = document.operations.iter();
        let (Some((_, operation)), None) = (operations.next(), operations.next()) else {
            return Err("the document has several operations; leave the one that is meant".to_owned());
        };
        if operation.node.ty != async_graphql::parser::types::OperationType::Query {
            return Err("the document is no query: mutations and subscriptions have no rows to page through".to_owned());
        }
        let root = &operation.node.selection_set.node;
        let walk = Walk { document: &document };
        let mut level: Vec<Found<'_>> = walk.fields(root, 0).into_iter().map(|field| Found { path: vec![name(field)], field }).collect();
        let mut found = None;
        for _ in 0..DEEPEST {
            let is_wanted = |found: &Found<'_>| wanted.is_none_or(|wanted| found.path.join(".") == wanted) && walk.is_connection(found.field);
            if let Some(place) = level.iter().position(is_wanted) {
                found = Some(level.swap_remove(place));
                break;
            }
            level = level.into_iter().flat_map(|above| walk.below(&above)).collect();
        }
        let Some(found) = found else {
            return match wanted {
                Some(wanted) => Err(format!("there is no connection at `{wanted}`: no field there selects `nodes` or `edges`")),
                None => Ok(Self { connection: None, after: None, columns: walk.columns(root) }),
            };
        };
        let after = found.field.arguments.iter().find(|(argument, _)| argument.node == "after").and_then(|(_, value)| match &value.node {
            Value::Variable(variable) => Some(variable.to_string()),
            _ => None,
        });
        let rows = walk.fields(&found.field.selection_set.node, 0).into_iter().find(|field| matches!(field.name.node.as_str(), "nodes" | "edges"));
        let columns = rows.map(|rows| walk.columns(&rows.selection_set.node)).unwrap_or_default();
        Ok(Self { connection: Some(found.path.clone()), after, columns })
    }
}

/// Name of a field in the answer.
fn name(field: &Field) -> String {
    field.response_key().node.to_string()
}

struct Walk<'d> {
    document: &'d ExecutableDocument,
}

impl<'d> Walk<'d> {
    /// The fields of a selection, those of its fragments among them.
    fn fields(&self, set: &'d SelectionSet, depth: usize) -> Vec<&'d Field> {
        if depth > DEEPEST {
            return Vec::new();
        }
        let mut fields = Vec::new();
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => fields.push(&field.node),
                Selection::InlineFragment(fragment) => fields.extend(self.fields(&fragment.node.selection_set.node, depth + 1)),
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        fields.extend(self.fields(&fragment.node.selection_set.node, depth + 1));
                    }
                }
            }
        }
        fields
    }

    /// The fields below one that was found.
    fn below(&self, above: &Found<'d>) -> Vec<Found<'d>> {
        let below = |field| {
            let mut path = above.path.clone();
            path.push(name(field));
            Found { path, field }
        };
        self.fields(&above.field.selection_set.node, 0).into_iter().map(below).collect()
    }

    fn is_connection(&self, field: &'d Field) -> bool {
        self.fields(&field.selection_set.node, 0).iter().any(|field| matches!(field.name.node.as_str(), "nodes" | "edges"))
    }

    /// Paths of the values below a selection, each once.
    fn columns(&self, set: &'d SelectionSet) -> Vec<Vec<String>> {
        let (mut columns, mut known) = (Vec::new(), HashSet::new());
        self.add_columns(set, &mut Vec::new(), &mut |path: &[String]| {
            if known.insert(path.to_vec()) {
                columns.push(path.to_vec());
            }
        });
        columns
    }

    fn add_columns(&self, set: &'d SelectionSet, path: &mut Vec<String>, add: &mut dyn FnMut(&[String])) {
        if path.len() > DEEPEST {
            return;
        }
        for field in self.fields(set, 0) {
            path.push(name(field));
            if field.selection_set.node.items.is_empty() {
                add(path);
            } else if field.name.node != "pageInfo" {
                self.add_columns(&field.selection_set.node, path, add);
            }
            path.pop();
        }
    }
}
