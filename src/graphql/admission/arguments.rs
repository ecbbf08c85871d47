//! Arguments of the fields of an operation: literals against their types, page sizes within their range, filters that do not grow without bound.
//!
//! What is out of range is a request error, before execution; never the failure of a resolver.

use async_graphql::parser::types::{ExecutableDocument, Field, OperationDefinition, Selection, SelectionSet};
use async_graphql::{Name, Pos, Positioned, Value as Const, Variables};
use async_graphql_value::Value;

use super::coercion::{ArgumentCheck, Checker, Origin, Resolved, Site, resolve};
use super::document::short;
use super::limits::Limits;
use super::refusal::Refusal;
use super::schema_types::{FieldShape, SchemaTypes, is_counted, named};
use crate::error::code;

/// Walks the fields of one operation, its fragments spread, and hands what is wrong to the checker. The document must have passed [`super::measure::check`].
pub struct Arguments<'a, 'c> {
    /// The document, for its fragments.
    pub document: &'a ExecutableDocument,
    /// Types of the schema.
    pub types: &'a SchemaTypes,
    /// Limits.
    pub limits: &'a Limits,
    /// Variables with their defaults.
    pub variables: &'a Variables,
    /// Check of the caller's own on cursors.
    pub argument_check: Option<&'a ArgumentCheck>,
    /// Collects what is wrong.
    pub checker: &'c mut Checker<'a>,
}

impl<'a> Arguments<'a, '_> {
    /// Checks the arguments of every field of the operation.
    pub fn check(&mut self, operation: &'a OperationDefinition) {
        if let Some(root) = self.types.root(operation.ty) {
            self.selection_set(&operation.selection_set.node, root, "");
        }
    }

    fn selection_set(&mut self, set: &'a SelectionSet, parent: &'a str, path: &str) {
        for selection in &set.items {
            if self.checker.is_full() {
                return;
            }
            match &selection.node {
                Selection::Field(field) => self.field(field, parent, path),
                Selection::InlineFragment(fragment) => {
                    let parent = fragment.node.type_condition.as_ref().map_or(parent, |condition| condition.node.on.node.as_str());
                    self.selection_set(&fragment.node.selection_set.node, parent, path);
                }
                Selection::FragmentSpread(spread) => {
                    if let Some(fragment) = self.document.fragments.get(&spread.node.fragment_name.node) {
                        self.selection_set(&fragment.node.selection_set.node, &fragment.node.type_condition.node.on.node, path);
                    }
                }
            }
        }
    }

    fn field(&mut self, field: &'a Positioned<Field>, parent: &str, path: &str) {
        let Some(shape) = self.types.field(parent, &field.node.name.node) else { return };
        let key = field.node.response_key().node.as_str();
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        for (name, value) in &field.node.arguments {
            self.argument(shape, name, value, &path);
        }
        self.page(field, shape, &path);
        self.selection_set(&field.node.selection_set.node, named(&shape.ty), &path);
    }

    fn argument(&mut self, shape: &'a FieldShape, name: &'a Positioned<Name>, value: &'a Positioned<Value>, path: &str) {
        let Some(argument) = shape.arguments.iter().find(|argument| argument.name == name.node.as_str()) else { return };
        let site = Site { path: format!("{path}.{}", argument.name), name: &argument.name, place: value.pos, origin: Origin::Literal };
        self.checker.value(&value.node, &argument.ty, &site, 0);
        match (argument.name.as_str(), resolve(&value.node, self.variables)) {
            ("after" | "before", Some(given)) => {
                if let (Some(check), Some(text)) = (self.argument_check, given.as_text())
                    && let Err(message) = check(named(&argument.ty), &argument.name, text)
                {
                    self.out_of_range(&site.path, site.place, &message, None);
                }
            }
            ("filter", Some(given)) => self.filter(given, &site),
            _ => {}
        }
    }

    /// `first` and `last`: within the range, and not both.
    fn page(&mut self, field: &'a Positioned<Field>, shape: &FieldShape, path: &str) {
        let mut given = Vec::new();
        let (most, then) = if is_counted(&shape.ty) { (self.limits.rows, "") } else { (self.limits.page, "; page through the rest with `after`") };
        for name in ["first", "last"] {
            if !shape.arguments.iter().any(|argument| argument.name == name && named(&argument.ty) == "Int") {
                continue;
            }
            let Some(value) = field.node.get_argument(name) else { continue };
            let Some(size) = resolve(&value.node, self.variables).filter(|size| !size.is_null()) else { continue };
            given.push(value.pos);
            if let Some(size) = size.as_integer().filter(|size| !u64::try_from(*size).is_ok_and(|size| size <= most)) {
                let message = format!("must be from 0 to {most}, and is {size}{then}");
                self.out_of_range(&format!("{path}.{name}"), value.pos, &message, Some((most, size.into())));
            }
        }
        if let [place, _] = given[..] {
            self.out_of_range(&format!("{path}.last"), place, "must not be given together with `first`; give one of the two", None);
        }
    }

    /// Bounds on a filter: how deep `and`, `or` and `not` nest, and how many conditions there are.
    fn filter(&mut self, filter: Resolved<'a>, site: &Site<'_>) {
        let mut size = FilterSize { conditions: 0, nesting: 0, limits: self.limits };
        size.count(filter, self.variables, 0);
        let (nesting, conditions) = (self.limits.filter_nesting, self.limits.filter_conditions);
        if size.nesting > nesting {
            let message = format!("nests `and`, `or` and `not` more than {nesting} deep; nest less");
            self.out_of_range(&site.path, site.place, &message, Some((nesting as u64, size.nesting.into())));
        } else if size.conditions > conditions {
            let message = format!("has more than {conditions} conditions; use `in`, or ask in several requests");
            self.out_of_range(&site.path, site.place, &message, Some((conditions as u64, size.conditions.into())));
        }
    }

    fn out_of_range(&mut self, path: &str, place: Pos, what: &str, limit: Option<(u64, Const)>) {
        let message = format!("The argument `{}` {what}{}", short(path), if what.ends_with('.') { "" } else { "." });
        let mut refusal = Refusal::new(code::BAD_USER_INPUT, message).at(place).fact("argument", path);
        if let Some((limit, actual)) = limit {
            refusal = refusal.fact("limit", limit).fact("actual", actual);
        }
        self.checker.refuse(refusal);
    }
}

/// Size of a filter. Counting stops once it is beyond the limits: one large variable may be used by many fields.
pub(super) struct FilterSize<'l> {
    /// Fields and objects within the filter.
    pub conditions: usize,
    /// Depth of `and`, `or` and `not`.
    pub nesting: usize,
    /// Where to stop.
    pub limits: &'l Limits,
}

impl FilterSize<'_> {
    /// Adds a value and what it holds.
    pub fn count(&mut self, value: Resolved<'_>, variables: &Variables, nesting: usize) {
        self.nesting = self.nesting.max(nesting);
        if self.nesting > self.limits.filter_nesting || self.conditions > self.limits.filter_conditions {
            return;
        }
        match value {
            Resolved::Literal(Value::Object(fields)) => {
                for (name, value) in fields {
                    if let Some(value) = resolve(value, variables) {
                        self.count_field(name, value, variables, nesting);
                    }
                }
            }
            Resolved::Variable(Const::Object(fields)) => {
                for (name, value) in fields {
                    self.count_field(name, Resolved::Variable(value), variables, nesting);
                }
            }
            Resolved::Literal(Value::List(items)) => {
                for item in items.iter().filter(|item| matches!(item, Value::Object(_) | Value::Variable(_))) {
                    if let Some(item) = resolve(item, variables) {
                        self.count_item(item, variables, nesting);
                    }
                }
            }
            Resolved::Variable(Const::List(items)) => {
                for item in items {
                    self.count_item(Resolved::Variable(item), variables, nesting);
                }
            }
            _ => {}
        }
    }

    fn count_field(&mut self, name: &str, value: Resolved<'_>, variables: &Variables, nesting: usize) {
        let is_object = matches!(value, Resolved::Literal(Value::Object(_)) | Resolved::Variable(Const::Object(_)));
        self.conditions += usize::from(!is_object);
        self.count(value, variables, nesting + usize::from(matches!(name, "and" | "or" | "not")));
    }

    /// An empty object in a list is work too; a plain value of an `in` is not a condition of its own.
    fn count_item(&mut self, item: Resolved<'_>, variables: &Variables, nesting: usize) {
        if matches!(item, Resolved::Literal(Value::Object(_)) | Resolved::Variable(Const::Object(_))) {
            self.conditions += 1;
            self.count(item, variables, nesting);
        }
    }
}
