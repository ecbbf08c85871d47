//! What an operation may fetch at most, told from its text and variables before anything is fetched.
//!
//! The unit is one object. A field that gives objects costs one for each; ten plain values cost one. A connection counts as often as its page is large (`first` or `last`, or
//! the schema's default), and everything below its `edges` and `nodes` is multiplied by that: pages within pages multiply. A list with `first` counts alike, `nodes(ids)` by its
//! ids, facets by their dimensions, sums by their days, any other list as [`ASSUMED_LIST`]. What is answered by a pass over the search index costs ten objects for the pass. `totalCount` costs a statement of its own, each condition of a filter one. Of the selections on an interface only the dearest object type
//! counts, since a value has one. Introspection is cheap, since it fetches nothing, but not free.

use std::collections::HashMap;

use async_graphql::parser::types::{Directive, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Positioned, Variables};

use super::arguments::FilterSize;
use super::coercion::{Resolved, resolve};
use super::limits::Limits;
use super::schema_types::{FieldShape, SchemaTypes, is_counted, is_list, named};

/// Assumed length of a list without paging arguments. Such lists are short by law: legal bases, items, phones.
pub const ASSUMED_LIST: u64 = 10;
/// Page size where neither the query nor the schema says one.
pub const USUAL_PAGE: u64 = 20;

/// Costs are added up in hundredths.
const OBJECT: u64 = 100;
const LEAF: u64 = 10;
const TOTAL_COUNT: u64 = 5 * OBJECT;
const CONDITION: u64 = OBJECT;
const PASS: u64 = 10 * OBJECT;
const INTROSPECTION_OBJECT: u64 = 10;
const INTROSPECTION_LEAF: u64 = 1;

/// Cost of one operation. The document must have passed [`super::measure::check`].
#[must_use]
pub fn cost(document: &ExecutableDocument, operation: &OperationDefinition, types: &SchemaTypes, limits: &Limits, variables: &Variables) -> u64 {
    let walk = Walk { document, types, limits, variables };
    let Some(root) = types.root(operation.ty) else { return 0 };
    walk.selection_set(&operation.selection_set.node, Place::Type { name: root, page: None }).div_ceil(100)
}

struct Walk<'a> {
    document: &'a ExecutableDocument,
    types: &'a SchemaTypes,
    limits: &'a Limits,
    variables: &'a Variables,
}

/// Where a selection stands.
#[derive(Clone, Copy)]
enum Place<'a> {
    /// On a type; on a connection with the size of its page.
    Type { name: &'a str, page: Option<u64> },
    /// Within `__schema` or `__type`, whose types the SDL does not show.
    Introspection,
}

impl<'a> Walk<'a> {
    fn selection_set(&self, set: &'a SelectionSet, place: Place<'a>) -> u64 {
        let mut always = 0_u64;
        let mut by_type: HashMap<&str, u64> = HashMap::new();
        for Positioned { node: selection, .. } in &set.items {
            if self.is_left_out(selection.directives()) {
                continue;
            }
            let (condition, set) = match selection {
                Selection::Field(field) => {
                    always = always.saturating_add(self.field(field, place));
                    continue;
                }
                Selection::InlineFragment(fragment) => {
                    (fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.as_str()), &fragment.node.selection_set.node)
                }
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.node.fragment_name.node) {
                    Some(fragment) => (Some(fragment.node.type_condition.node.on.node.as_str()), &fragment.node.selection_set.node),
                    None => continue,
                },
            };
            match (place, condition) {
                (Place::Type { name, page }, Some(condition)) if condition != name => {
                    let below = self.selection_set(set, Place::Type { name: condition, page });
                    // Only object types exclude one another.
                    let sum = if self.types.is_abstract(condition) { &mut always } else { by_type.entry(condition).or_default() };
                    *sum = sum.saturating_add(below);
                }
                _ => always = always.saturating_add(self.selection_set(set, place)),
            }
        }
        always.saturating_add(by_type.into_values().max().unwrap_or_default())
    }

    fn field(&self, field: &'a Positioned<Field>, place: Place<'a>) -> u64 {
        let set = &field.node.selection_set.node;
        let name = field.node.name.node.as_str();
        let Place::Type { name: parent, page } = place else { return self.introspection(name, set) };
        if let "__schema" | "__type" = name {
            return self.introspection(name, set);
        }
        let Some(shape) = self.types.field(parent, name) else { return LEAF };
        if !self.types.has_fields(named(&shape.ty)) {
            return if name == "totalCount" { TOTAL_COUNT } else { LEAF };
        }
        let own_page = self.page(&field.node, shape);
        let is_counted = is_counted(&shape.ty);
        let is_paged = is_counted || named(&shape.ty).ends_with("Connection");
        let times = match (page, name) {
            (Some(page), "edges" | "nodes" | "rows" | "values") => page,
            _ if !is_list(&shape.ty) => 1,
            _ if is_counted => self.longest_list(&field.node).unwrap_or(ASSUMED_LIST),
            _ => own_page.or_else(|| self.longest_list(&field.node)).unwrap_or(ASSUMED_LIST),
        };
        let page = is_paged.then(|| own_page.unwrap_or(USUAL_PAGE));
        let below = self.selection_set(set, Place::Type { name: named(&shape.ty), page });
        times.saturating_mul(OBJECT.saturating_add(below)).saturating_add(self.filter(&field.node)).saturating_add(work(name, times))
    }

    /// Page size, where the field has `first`.
    fn page(&self, field: &Field, shape: &FieldShape) -> Option<u64> {
        let default = &shape.arguments.iter().find(|argument| argument.name == "first")?.default;
        let given = ["first", "last"].iter().find_map(|name| resolve(&field.get_argument(name)?.node, self.variables)?.as_integer());
        let default = || default.as_ref().and_then(|value| Resolved::Variable(value).as_integer());
        // A page out of range is refused elsewhere; here it must only not become small.
        Some(given.or_else(default).map_or(USUAL_PAGE, |size| u64::try_from(size).unwrap_or(u64::MAX)))
    }

    /// Length of the longest list among the arguments: a list of nodes is as long as that of their ids.
    fn longest_list(&self, field: &Field) -> Option<u64> {
        let (_, ids) = field.arguments.iter().find(|(name, _)| matches!(name.node.as_str(), "ids" | "representations" | "codes" | "keys" | "by" | "days"))?;
        resolve(&ids.node, self.variables).map(Resolved::items)
    }

    fn filter(&self, field: &Field) -> u64 {
        let Some(filter) = field.get_argument("filter").and_then(|filter| resolve(&filter.node, self.variables)) else { return 0 };
        let mut size = FilterSize { conditions: 0, nesting: 0, limits: self.limits };
        size.count(filter, self.variables, 0);
        CONDITION.saturating_mul(size.conditions as u64)
    }

    fn introspection(&self, name: &str, set: &'a SelectionSet) -> u64 {
        if set.items.is_empty() {
            return INTROSPECTION_LEAF;
        }
        let times = match name {
            "types" => self.types.count() as u64,
            "fields" => 10,
            "inputFields" | "enumValues" | "possibleTypes" => 5,
            "args" | "interfaces" => 3,
            "directives" => 5,
            _ => 1,
        };
        times.saturating_mul(INTROSPECTION_OBJECT.saturating_add(self.selection_set(set, Place::Introspection)))
    }

    /// Whether `@skip` or `@include` leaves the selection out.
    fn is_left_out(&self, directives: &[Positioned<Directive>]) -> bool {
        directives.iter().any(|directive| {
            let condition = directive.node.get_argument("if").and_then(|value| resolve(&value.node, self.variables)?.as_bool());
            match directive.node.name.node.as_str() {
                "skip" => condition == Some(true),
                "include" => condition == Some(false),
                _ => false,
            }
        })
    }
}

/// What a field costs by itself where that is not what it costs by default, in whole objects: what the schema declares of it.
#[must_use]
pub fn extra_weight(field: &str, is_object: bool) -> Option<u64> {
    let own = if is_object { OBJECT } else { LEAF };
    let weight = match field {
        "totalCount" if !is_object => TOTAL_COUNT,
        _ => own.saturating_add(work(field, 1)),
    };
    (weight != own).then_some(weight / OBJECT)
}

/// What a field costs that is answered by passes over the search index, whatever it gives; a facet is a pass each, a day that is added up a count.
fn work(field: &str, times: u64) -> u64 {
    match field {
        // Everything that recording reads is read.
        "registrationCheck" | "check" => PASS.saturating_mul(5),
        "search" | "statistics" | "similar" | "suggest" => PASS,
        "facets" => PASS.saturating_mul(times),
        "declaredSubjects" => TOTAL_COUNT.saturating_mul(times),
        _ => 0,
    }
}

#[cfg(test)]
mod tests;
