//! Fields that are one in the answer must be one in the question (GraphQL, section 5.3.2, "Field Selection Merging"): the same field with the same arguments wherever both may be asked of one object, and
//! values of one shape in any case.
//!
//! async-graphql compares only what stands in one selection set under type conditions that are written alike. Here fields of one name are gathered first, and then what is selected below all of them: each
//! is visited once, so that the work is that of the document with its fragments spread, which is bounded (`measure`).

use std::collections::{BTreeMap, HashSet};

use async_graphql::parser::types::{BaseType, ExecutableDocument, Field, Selection, SelectionSet, Type};
use async_graphql::{Name, Positioned};

use super::refusal::Refusal;
use super::schema_types::{SchemaTypes, named};
use crate::error::code;

/// Checks each operation of a document whose size was [checked](super::measure::check). What is no field of the schema is left to validation.
///
/// # Errors
/// The first two fields that conflict.
pub fn check(document: &ExecutableDocument, types: &SchemaTypes) -> Result<(), Refusal> {
    let typename = Type { base: BaseType::Named(Name::new("String")), nullable: false };
    for (_, operation) in document.operations.iter() {
        let Some(root) = types.root(operation.node.ty) else { continue };
        let mut merging = Merging { document, types, typename: &typename, owners: 0 };
        merging.check(&[Selected { owner: 0, parent: root, set: &operation.node.selection_set.node }])?;
    }
    Ok(())
}

struct Merging<'a> {
    document: &'a ExecutableDocument,
    types: &'a SchemaTypes,
    typename: &'a Type,
    owners: usize,
}

/// A selection set on values of the type `parent`. Sets of one owner may be asked of one object.
#[derive(Clone, Copy)]
struct Selected<'a> {
    owner: usize,
    parent: &'a str,
    set: &'a SelectionSet,
}

/// A field with the type that it is asked of, and its own.
#[derive(Clone, Copy)]
struct Asked<'a> {
    owner: usize,
    parent: &'a str,
    field: &'a Positioned<Field>,
    ty: &'a Type,
}

/// Fields by their name in the answer.
type ByName<'a> = BTreeMap<&'a str, Vec<Asked<'a>>>;

impl<'a> Merging<'a> {
    /// Checks sets whose fields meet in one place of answers. Depth is bounded by that of the document.
    fn check(&mut self, sets: &[Selected<'a>]) -> Result<(), Refusal> {
        let (mut fields, mut spread) = (ByName::new(), HashSet::new());
        for set in sets {
            self.gather(*set, &mut spread, &mut fields);
        }
        for (name, fields) in fields {
            // The first field of each object type under each owner; under no type, of those that may be any.
            let mut firsts: BTreeMap<(usize, &str), (Asked<'_>, usize)> = BTreeMap::new();
            let mut below = Vec::new();
            for asked in &fields {
                if let Some(first) = fields.first().filter(|first| !self.have_one_shape(first.ty, asked.ty)) {
                    return Err(conflict(name, first, asked, &format!("they return conflicting types \"{}\" and \"{}\"", first.ty, asked.ty)));
                }
                let object = if self.types.is_abstract(asked.parent) { "" } else { asked.parent };
                let (first, owner) = *firsts.entry((asked.owner, object)).or_insert_with(|| {
                    self.owners += 1;
                    (*asked, self.owners)
                });
                must_be_one(name, &first, asked)?;
                below.push(Selected { owner, parent: named(asked.ty), set: &asked.field.node.selection_set.node });
            }
            for ((owner, _), (first, _)) in &firsts {
                if let Some((any, _)) = firsts.get(&(*owner, "")) {
                    must_be_one(name, any, first)?;
                }
            }
            self.check(&below)?;
        }
        Ok(())
    }

    fn gather(&self, selected: Selected<'a>, spread: &mut HashSet<(usize, &'a str)>, fields: &mut ByName<'a>) {
        let Selected { owner, parent, set } = selected;
        for selection in &set.items {
            match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    let ty = if name == "__typename" { Some(self.typename) } else { self.types.field(parent, name).map(|field| &field.ty) };
                    if let Some(ty) = ty {
                        fields.entry(field.node.response_key().node.as_str()).or_default().push(Asked { owner, parent, field, ty });
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let parent = fragment.node.type_condition.as_ref().map_or(parent, |condition| condition.node.on.node.as_str());
                    self.gather(Selected { parent, set: &fragment.node.selection_set.node, ..selected }, spread, fields);
                }
                Selection::FragmentSpread(fragment) => {
                    let name = &fragment.node.fragment_name.node;
                    // A second time it adds nothing.
                    if let Some(fragment) = self.document.fragments.get(name).filter(|_| spread.insert((owner, name.as_str()))) {
                        let parent = fragment.node.type_condition.node.on.node.as_str();
                        self.gather(Selected { parent, set: &fragment.node.selection_set.node, ..selected }, spread, fields);
                    }
                }
            }
        }
    }

    fn have_one_shape(&self, one: &Type, other: &Type) -> bool {
        one.nullable == other.nullable
            && match (&one.base, &other.base) {
                (BaseType::List(one), BaseType::List(other)) => self.have_one_shape(one, other),
                (BaseType::Named(one), BaseType::Named(other)) => one == other || (self.types.has_fields(one) && self.types.has_fields(other)),
                _ => false,
            }
    }
}

fn must_be_one(name: &str, one: &Asked<'_>, other: &Asked<'_>) -> Result<(), Refusal> {
    let (first, second) = (&one.field.node, &other.field.node);
    if first.name.node != second.name.node {
        return Err(conflict(name, one, other, &format!("\"{}\" and \"{}\" are different fields", first.name.node, second.name.node)));
    }
    let is_same = |(name, value): &(Positioned<Name>, _)| second.get_argument(&name.node) == Some(value);
    if first.arguments.len() != second.arguments.len() || !first.arguments.iter().all(is_same) {
        return Err(conflict(name, one, other, "they have differing arguments"));
    }
    Ok(())
}

fn conflict(name: &str, one: &Asked<'_>, other: &Asked<'_>, reason: &str) -> Refusal {
    let message = format!("Fields \"{name}\" conflict because {reason}. Use different aliases on the fields to fetch both if this was intentional.");
    Refusal::new(code::GRAPHQL_VALIDATION_FAILED, message).at(one.field.pos).at(other.field.pos)
}

#[cfg(test)]
mod tests;
