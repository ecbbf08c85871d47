//! Variables that were not sent (GraphQL, October 2021, sections 3.10 and 6.4.1): the argument or input field that such a variable stands for counts as not given, and so has its default.
//!
//! async-graphql hands null to the resolver instead, which a type that cannot be null does not take, and which an input object takes for a value to clear. So these arguments and fields are taken out of the
//! document before execution, and with them the definitions that nothing uses any more. What validation would refuse is left as it is.

use std::collections::{HashMap, HashSet};

use async_graphql::parser::types::{BaseType, DocumentOperations, ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet, Type};
use async_graphql::{Name, Pos, Positioned, Value as Const, Variables};
use async_graphql_value::Value;

use super::refusal::Refusal;
use super::schema_types::{InputShape, SchemaTypes, TypeShape, named};
use crate::error::code;

/// Takes what was not sent out of the document. Answers whether there was anything.
///
/// # Errors
/// `BAD_USER_INPUT` where null was sent for what has a default and cannot be null.
pub fn take_out(
    document: &mut ExecutableDocument,
    definitions: &HashMap<Name, Type>,
    root: &str,
    operation: Option<&str>,
    types: &SchemaTypes,
    variables: &Variables,
) -> Result<bool, Vec<Refusal>> {
    let is_omitted = |name: &Name| !variables.contains_key(name);
    let is_null = |name: &Name| matches!(variables.get(name), Some(Const::Null));
    // Most requests send all that they define.
    if !definitions.keys().any(|name| is_omitted(name) || is_null(name)) {
        return Ok(false);
    }
    let mut walk = Walk { definitions, types, variables, taken_out: HashSet::new(), refusals: Vec::new() };
    match &mut document.operations {
        DocumentOperations::Single(only) => walk.selection_set(&mut only.node.selection_set.node, root),
        DocumentOperations::Multiple(all) => {
            if let Some((_, chosen)) = all.iter_mut().find(|(name, _)| Some(name.as_str()) == operation) {
                walk.selection_set(&mut chosen.node.selection_set.node, root);
            }
        }
    }
    for fragment in document.fragments.values_mut() {
        let parent = fragment.node.type_condition.node.on.node.to_string();
        walk.selection_set(&mut fragment.node.selection_set.node, &parent);
    }
    let Walk { taken_out, refusals, .. } = walk;
    if !refusals.is_empty() {
        return Err(refusals);
    }
    if !taken_out.is_empty() {
        let ExecutableDocument { operations, fragments } = document;
        let forget = |operation: &mut OperationDefinition| {
            let mut used = Used { fragments, seen: HashSet::new(), variables: HashSet::new() };
            operation.directives.iter().for_each(|directive| used.arguments(&directive.node.arguments));
            used.selection_set(&operation.selection_set.node);
            let used = used.variables;
            operation.variable_definitions.retain(|definition| {
                let name = &definition.node.name.node;
                used.contains(name) || !taken_out.contains(name)
            });
        };
        match operations {
            DocumentOperations::Single(only) => forget(&mut only.node),
            DocumentOperations::Multiple(all) => all.values_mut().for_each(|operation| forget(&mut operation.node)),
        }
    }
    Ok(!taken_out.is_empty())
}

struct Walk<'a> {
    definitions: &'a HashMap<Name, Type>,
    types: &'a SchemaTypes,
    variables: &'a Variables,
    taken_out: HashSet<Name>,
    refusals: Vec<Refusal>,
}

impl Walk<'_> {
    /// Depth is bounded by [`super::limits::Limits::brackets`].
    fn selection_set(&mut self, set: &mut SelectionSet, parent: &str) {
        for selection in &mut set.items {
            match &mut selection.node {
                Selection::Field(field) => self.field(&mut field.node, parent),
                Selection::InlineFragment(fragment) => {
                    let on = fragment.node.type_condition.as_ref().map(|condition| condition.node.on.node.to_string());
                    self.selection_set(&mut fragment.node.selection_set.node, on.as_deref().unwrap_or(parent));
                }
                Selection::FragmentSpread(_) => {}
            }
        }
    }

    fn field(&mut self, field: &mut Field, parent: &str) {
        let types = self.types;
        let Some(shape) = types.field(parent, &field.name.node) else { return };
        field.arguments.retain_mut(|(name, value)| {
            let Some(argument) = shape.arguments.iter().find(|argument| argument.name == name.node.as_str()) else { return true };
            let path = format!("{}.{}", field.name.node, argument.name);
            self.keeps(&mut value.node, argument, &path, value.pos)
        });
        self.selection_set(&mut field.selection_set.node, named(&shape.ty));
    }

    /// Whether the argument or input field stays; what it holds is gone through.
    fn keeps(&mut self, value: &mut Value, shape: &InputShape, path: &str, place: Pos) -> bool {
        match value {
            Value::Variable(name) => {
                let Some(given) = self.definitions.get(name) else { return true };
                let wanted = &shape.ty;
                let refused = match self.variables.get(name) {
                    _ if !fits(given, wanted) => {
                        let message = format!("The variable `${name}` of type `{given}` cannot stand for `{path}`, which is of type `{wanted}`.");
                        Refusal::new(code::GRAPHQL_VALIDATION_FAILED, message)
                    }
                    None if shape.is_required() => {
                        let message = format!("The argument `{path}` of type `{wanted}` must be given: send `${name}` in `variables`.");
                        Refusal::new(code::BAD_USER_INPUT, message)
                    }
                    None => {
                        self.taken_out.insert(name.clone());
                        return false;
                    }
                    Some(Const::Null) if !wanted.nullable => {
                        let or = if shape.default.is_some() { format!(" Leave `${name}` out of `variables` for the default.") } else { String::new() };
                        Refusal::new(code::BAD_USER_INPUT, format!("The argument `{path}` must not be null, which `${name}` is; its type is `{wanted}`.{or}"))
                    }
                    Some(_) => return true,
                };
                self.refusals.push(refused.at(place).fact("argument", path));
            }
            Value::List(items) => {
                // A list has a null in the place of what was not sent, so that nothing is taken out of it: what is missed is refused.
                if let BaseType::List(item) = &shape.ty.base {
                    let item = InputShape { name: shape.name.clone(), ty: (**item).clone(), default: None };
                    let is_of_interest = |value: &Value| !matches!(value, Value::Variable(_)) || !item.ty.nullable;
                    items.iter_mut().filter(|value| is_of_interest(value)).for_each(|value| {
                        self.keeps(value, &item, path, place);
                    });
                }
            }
            Value::Object(given) => {
                let types = self.types;
                if let Some(TypeShape::Input { fields, .. }) = types.get(named(&shape.ty)) {
                    given.retain(|name, value| {
                        let Some(field) = fields.iter().find(|field| field.name == name.as_str()) else { return true };
                        self.keeps(value, field, &format!("{path}.{name}"), place)
                    });
                }
            }
            _ => {}
        }
        true
    }
}

/// Whether a variable of one type may stand where the other is wanted, if it is not null (GraphQL, October 2021, section 5.8.5).
fn fits(given: &Type, wanted: &Type) -> bool {
    match (&given.base, &wanted.base) {
        (BaseType::Named(given), BaseType::Named(wanted)) => given == wanted,
        (BaseType::List(given), BaseType::List(wanted)) => (!given.nullable || wanted.nullable) && fits(given, wanted),
        _ => false,
    }
}

/// Variables that an operation uses, in fragments too.
struct Used<'a> {
    fragments: &'a HashMap<Name, Positioned<async_graphql::parser::types::FragmentDefinition>>,
    seen: HashSet<&'a Name>,
    variables: HashSet<Name>,
}

impl<'a> Used<'a> {
    fn selection_set(&mut self, set: &'a SelectionSet) {
        for selection in &set.items {
            selection.node.directives().iter().for_each(|directive| self.arguments(&directive.node.arguments));
            match &selection.node {
                Selection::Field(field) => {
                    self.arguments(&field.node.arguments);
                    self.selection_set(&field.node.selection_set.node);
                }
                Selection::InlineFragment(fragment) => self.selection_set(&fragment.node.selection_set.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragments = self.fragments;
                    if let Some(fragment) = fragments.get(name).filter(|_| self.seen.insert(name)) {
                        fragment.node.directives.iter().for_each(|directive| self.arguments(&directive.node.arguments));
                        self.selection_set(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }

    fn arguments(&mut self, arguments: &[(Positioned<Name>, Positioned<Value>)]) {
        arguments.iter().for_each(|(_, value)| self.value(&value.node));
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Variable(name) => {
                self.variables.insert(name.clone());
            }
            Value::List(items) => items.iter().for_each(|item| self.value(item)),
            Value::Object(fields) => fields.values().for_each(|field| self.value(field)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::graphql::request::{GraphqlRequest, RequestContext, Transport};
    use crate::graphql::sample;

    async fn answered(query: &str, variables: serde_json::Value) -> serde_json::Value {
        let request = GraphqlRequest { query: query.to_owned(), variables: variables.as_object().cloned().unwrap(), ..GraphqlRequest::default() };
        let outcome = sample::engine().0.execute(request, Transport::Post, RequestContext::default()).await;
        serde_json::to_value(&outcome.response).unwrap()
    }

    #[tokio::test]
    async fn what_was_not_sent_has_its_default() {
        for (query, variables, data) in [
            ("query($n: Int) { top(first: $n) { id } }", json!({}), json!({"top": [{"id": "0"}, {"id": "1"}, {"id": "2"}]})),
            ("query($n: Int) { top(first: $n) { id } }", json!({"n": 1}), json!({"top": [{"id": "0"}]})),
            ("query($n: Int = 1) { top(first: $n) { id } }", json!({}), json!({"top": [{"id": "0"}]})),
            ("query($n: Int) { range(range: {from: 1, until: $n}) }", json!({}), json!({"range": 4})),
            ("query($n: Int) { ...F } fragment F on Query { range(range: {from: 1, until: $n}) }", json!({}), json!({"range": 4})),
            // Used elsewhere, too: it stays defined.
            (
                "query($n: Int) { range(range: {from: 1, until: $n}) count(of: 1) agencies(first: $n) { totalCount } }",
                json!({}),
                json!({"range": 4, "count": 7, "agencies": {"totalCount": 30}}),
            ),
            ("query($n: Int, $s: Boolean = true) { top(first: $n) @skip(if: $s) { id } count }", json!({}), json!({"count": 7})),
        ] {
            assert_eq!(answered(query, variables.clone()).await["data"], data, "{query} {variables}");
        }
    }

    #[tokio::test]
    async fn what_is_wrong_stays_wrong() {
        for (query, variables, code, message) in [
            ("query($n: Int) { top(first: $n) { id } }", json!({"n": null}), "BAD_USER_INPUT", "`top.first` must not be null"),
            ("query($n: Int) { range(range: {from: 1, until: $n}) }", json!({"n": null}), "BAD_USER_INPUT", "`range.range.until` must not be null"),
            ("query($n: Int) { range(range: {from: $n}) }", json!({}), "BAD_USER_INPUT", "`range.range.from` of type `Int!` must be given"),
            ("query($n: Int) { range(range: {from: $n}) }", json!({"n": null}), "BAD_USER_INPUT", "`range.range.from` must not be null"),
            ("query($n: ID) { nodes(ids: [\"a\", $n]) { id } }", json!({}), "BAD_USER_INPUT", "`nodes.ids` of type `ID!` must be given"),
            ("query($n: String) { top(first: $n) { id } }", json!({}), "GRAPHQL_VALIDATION_FAILED", "`$n` of type `String` cannot stand for `top.first`"),
            ("query($n: Int, $m: Int) { top(first: $n) { id } }", json!({}), "GRAPHQL_VALIDATION_FAILED", "$m"),
            ("{ top(first: $n) { id } }", json!({}), "GRAPHQL_VALIDATION_FAILED", "$n"),
        ] {
            let answer = answered(query, variables).await;
            assert_eq!(answer["errors"][0]["extensions"]["code"], code, "{query} {answer}");
            assert!(answer["errors"][0]["message"].as_str().unwrap().contains(message), "{query} {answer}");
        }
    }
}
