//! Values against input types: the variables of a request, and the literals of a document (GraphQL, October 2021, sections 3.5–3.12 and 6.1.2).
//!
//! async-graphql reports a variable that does not fit as an error of the field that uses it, in the middle of execution, and takes any literal for a scalar of its user. Here
//! both are request errors, before execution, and say which value, at which path, and what would fit.

use async_graphql::parser::types::{BaseType, OperationDefinition, Type};
use async_graphql::{Name, Pos, Value as Const, Variables};
use async_graphql_value::Value;

use super::document::short;
use super::limits::Limits;
use super::refusal::Refusal;
use super::scalar_check;
use super::schema_types::{InputShape, SchemaTypes, TypeShape, named};
use crate::error::code;

/// A check of the caller's own on a text: type of the value, name of the argument or input field, the text. For what only the domain knows: ids and cursors.
pub type ArgumentCheck = dyn Fn(&str, &str, &str) -> Result<(), String> + Send + Sync;

/// Refusals are collected up to this many.
const ENOUGH: usize = 10;

/// Whence a value comes: JSON knows no enum words and no large integers, so a variable is read more leniently.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Written in the document.
    Literal,
    /// Sent in `variables`.
    Variable,
}

/// Where a value stands.
#[derive(Clone)]
pub struct Site<'a> {
    /// Path for messages: `$filter.name.eq`, `agencies.filter.name.eq`.
    pub path: String,
    /// Name of the argument or input field.
    pub name: &'a str,
    /// Place in the document.
    pub place: Pos,
    /// Whence it comes.
    pub origin: Origin,
}

/// Checks values and collects what is wrong with them.
pub struct Checker<'a> {
    types: &'a SchemaTypes,
    limits: &'a Limits,
    list_items: usize,
    argument_check: Option<&'a ArgumentCheck>,
    /// What is wrong so far.
    pub refusals: Vec<Refusal>,
}

impl<'a> Checker<'a> {
    /// A checker; `list_items` is the longest list that the operation may give.
    #[must_use]
    pub fn new(types: &'a SchemaTypes, limits: &'a Limits, list_items: usize, argument_check: Option<&'a ArgumentCheck>) -> Self {
        Self { types, limits, list_items, argument_check, refusals: Vec::new() }
    }

    /// Whether enough is wrong to stop.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.refusals.len() >= ENOUGH
    }

    /// Adds a refusal unless the same place was refused for the same reason before (a fragment may be spread often).
    pub fn refuse(&mut self, refusal: Refusal) {
        let known = self.refusals.iter().any(|known| known.message == refusal.message && known.locations == refusal.locations);
        if !known && !self.is_full() {
            self.refusals.push(refusal);
        }
    }

    /// Variables of the operation as they will be seen in execution: those that were sent, checked, and defaults for those that were not.
    pub fn variables(&mut self, operation: &'a OperationDefinition, sent: &Variables) -> Variables {
        let mut known = Variables::default();
        for definition in &operation.variable_definitions {
            let (name, ty) = (&definition.node.name.node, &definition.node.var_type.node);
            let site = Site { path: format!("${name}"), name: name.as_str(), place: definition.pos, origin: Origin::Variable };
            match (sent.get(name), &definition.node.default_value) {
                (Some(value), _) => {
                    self.value(&value.clone().into_value(), ty, &site, 0);
                    known.insert(name.clone(), value.clone());
                }
                (None, Some(default)) => {
                    let literal = Site { origin: Origin::Literal, place: default.pos, ..site };
                    self.value(&default.node.clone().into_value(), ty, &literal, 0);
                    known.insert(name.clone(), default.node.clone());
                }
                (None, None) if !ty.nullable => {
                    let message = format!("The variable `${name}` of type `{ty}` must be given in `variables`.");
                    self.refuse(Refusal::new(code::BAD_USER_INPUT, message).at(site.place).fact("argument", site.path));
                }
                (None, None) => {}
            }
        }
        known
    }

    /// One value against its type.
    pub fn value(&mut self, value: &Value, ty: &Type, site: &Site<'_>, depth: usize) {
        if self.is_full() {
            return;
        }
        match (value, &ty.base) {
            // Whether a variable fits where it is used is told by its type alone; its value is checked once, against that.
            (Value::Variable(_), _) => {}
            (Value::Null, _) if ty.nullable => {}
            (Value::Null, _) => self.wrong(site, &format!("must not be null; its type is `{ty}`")),
            // A representation is judged by itself: one that is wrong must not spoil the others.
            (_, BaseType::Named(name)) if name == "_Any" => {}
            (Value::List(items), BaseType::List(item)) => {
                let most = if named(item) == "_Any" { self.limits.representations } else { self.list_items };
                if items.len() > most {
                    let (limit, actual) = (most as u64, items.len() as u64);
                    let message = format!("{} has {actual} items; at most {limit} are accepted. Ask in several requests.", described(site));
                    self.refuse(Refusal::new(code::BAD_USER_INPUT, message).at(site.place).limit(limit, actual).fact("argument", site.path.clone()));
                    return;
                }
                for (index, value) in items.iter().enumerate() {
                    self.value(value, item, &Site { path: format!("{}.{index}", site.path), ..site.clone() }, depth);
                }
            }
            (value, BaseType::List(item)) => self.value(value, item, site, depth),
            (Value::List(_), BaseType::Named(name)) => self.wrong(site, &format!("must be one value of type `{name}`, not a list")),
            (value, BaseType::Named(name)) => self.named(value, name, site, depth),
        }
    }

    fn named(&mut self, value: &Value, name: &Name, site: &Site<'_>, depth: usize) {
        let types = self.types;
        match types.get(name) {
            Some(TypeShape::Scalar) => {
                if let Err(what) = scalar_check::check(name, value, site.origin) {
                    self.wrong(site, &what);
                } else if let Value::String(text) = value
                    && text.len() > self.limits.text_bytes
                {
                    let (limit, actual) = (self.limits.text_bytes as u64, text.len() as u64);
                    let message = format!("{} is a text of {actual} bytes; at most {limit} are accepted.", described(site));
                    self.refuse(Refusal::new(code::BAD_USER_INPUT, message).at(site.place).limit(limit, actual).fact("argument", site.path.clone()));
                } else if matches!(value, Value::String(text) if text.contains('\0')) {
                    // PostgreSQL cannot hold it, so no text of the register has it.
                    self.wrong_by(code::BAD_USER_INPUT, site, "contains the character U+0000; leave it out");
                } else if let (Some(check), "ID") = (self.argument_check, name.as_str()) {
                    let checked = match value {
                        Value::String(text) => check(name, site.name, text),
                        Value::Number(number) => check(name, site.name, &number.to_string()),
                        _ => Ok(()),
                    };
                    if let Err(message) = checked {
                        self.wrong_by(code::BAD_USER_INPUT, site, &message);
                    }
                }
            }
            Some(TypeShape::Enum(words)) => self.word(value, name, words, site),
            Some(TypeShape::Input { fields, one_of }) => self.object(value, name, fields, *one_of, site, depth + 1),
            // Unknown or output types are refused by validation.
            Some(TypeShape::Output { .. }) | None => {}
        }
    }

    fn word(&mut self, value: &Value, name: &str, words: &[String], site: &Site<'_>) {
        let given = match value {
            Value::Enum(word) => word.as_str(),
            Value::String(word) if site.origin == Origin::Variable => word,
            Value::String(word) if words.contains(word) => return self.wrong(site, &format!("must be written without quotes: `{word}`")),
            _ if !self.limits.tells_schema => return self.wrong(site, &format!("must be a word of `{name}`")),
            _ => return self.wrong(site, &format!("must be a word of `{name}`: {}", word_list(words))),
        };
        if words.iter().any(|word| word == given) {
            return;
        }
        let near = near_words(given, words.iter().map(String::as_str));
        let hint = match near.is_empty() {
            _ if !self.limits.tells_schema => String::new(),
            true => format!("; `{name}` has {}", word_list(words)),
            false => format!("; did you mean {}?", word_list(&near)),
        };
        self.wrong(site, &format!("is `{}`, which is no word of `{name}`{hint}", short(given)));
    }

    fn object(&mut self, value: &Value, name: &str, fields: &[InputShape], one_of: bool, site: &Site<'_>, depth: usize) {
        let Value::Object(given) = value else {
            return self.wrong(site, &format!("must be an input object of type `{name}`"));
        };
        if depth > self.limits.input_depth {
            let limit = self.limits.input_depth as u64;
            let message = format!("{} nests input objects more than {limit} deep. Nest less.", described(site));
            self.refuse(Refusal::new(code::DEPTH_LIMIT_EXCEEDED, message).at(site.place).limit(limit, depth as u64).fact("argument", site.path.clone()));
            return;
        }
        for (field, value) in given {
            if self.is_full() {
                return;
            }
            match fields.iter().find(|shape| shape.name == field.as_str()) {
                Some(shape) => {
                    let below = Site { path: format!("{}.{field}", site.path), name: &shape.name, ..site.clone() };
                    self.value(value, &shape.ty, &below, depth);
                }
                None => {
                    let near = near_words(field, fields.iter().map(|shape| shape.name.as_str()));
                    let hint = if near.is_empty() || !self.limits.tells_schema { String::new() } else { format!("; did you mean {}?", word_list(&near)) };
                    self.wrong(site, &format!("has a field `{}`, which `{name}` does not know{hint}", short(field)));
                }
            }
        }
        for shape in fields.iter().filter(|shape| shape.is_required() && !given.contains_key(shape.name.as_str())) {
            self.wrong(site, &format!("lacks the field `{}` of type `{}`", shape.name, shape.ty));
        }
        if one_of && (given.len() != 1 || given.values().any(|value| matches!(value, Value::Null))) {
            self.wrong(site, &format!("must have exactly one field of `{name}`, and not null"));
        }
    }

    fn wrong(&mut self, site: &Site<'_>, what: &str) {
        let code = if site.origin == Origin::Variable { code::BAD_USER_INPUT } else { code::GRAPHQL_VALIDATION_FAILED };
        self.wrong_by(code, site, what);
    }

    fn wrong_by(&mut self, code: &'static str, site: &Site<'_>, what: &str) {
        let message = format!("{} {}{}", described(site), what, if what.ends_with(['?', '.']) { "" } else { "." });
        self.refuse(Refusal::new(code, message).at(site.place).fact("argument", site.path.clone()));
    }
}

fn described(site: &Site<'_>) -> String {
    let what = if site.path.starts_with('$') { "variable" } else { "argument" };
    format!("The {what} `{}`", short(&site.path))
}

fn word_list(words: &[impl AsRef<str>]) -> String {
    let shown: Vec<String> = words.iter().take(12).map(|word| format!("`{}`", word.as_ref())).collect();
    let rest = words.len().saturating_sub(12);
    if rest == 0 { shown.join(", ") } else { format!("{} and {rest} more", shown.join(", ")) }
}

/// Words of the set that come near, nearest first, at most three.
#[must_use]
pub fn near_words<'w>(given: &str, words: impl Iterator<Item = &'w str>) -> Vec<&'w str> {
    // Distances cost the product of the lengths; no word of a schema is this long.
    if given.len() > 64 {
        return Vec::new();
    }
    let lower = given.to_lowercase();
    let mut near: Vec<(usize, &str)> = words
        .map(|word| (distance(&lower, &word.to_lowercase()), word))
        .filter(|(distance, word)| *distance <= 1 + given.len().max(word.len()) / 4 || (given.len() >= 4 && word.to_lowercase().contains(&lower)))
        .collect();
    near.sort_unstable();
    near.truncate(3);
    near.into_iter().map(|(_, word)| word).collect()
}

/// Edits between two words (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, b) in other.chars().enumerate() {
            let cell = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = cell;
        }
    }
    row.last().copied().unwrap_or_default()
}

/// The value with variables put in; a variable without value is absent.
#[must_use]
pub fn resolve<'v>(value: &'v Value, variables: &'v Variables) -> Option<Resolved<'v>> {
    match value {
        Value::Variable(name) => variables.get(name).map(Resolved::Variable),
        literal => Some(Resolved::Literal(literal)),
    }
}

/// A value wherever it was written.
#[derive(Clone, Copy)]
pub enum Resolved<'v> {
    /// In the document; parts of it may be variables.
    Literal(&'v Value),
    /// In the variables.
    Variable(&'v Const),
}

impl Resolved<'_> {
    /// As an integer.
    #[must_use]
    pub fn as_integer(self) -> Option<i64> {
        match self {
            Self::Literal(Value::Number(number)) | Self::Variable(Const::Number(number)) => number.as_i64(),
            _ => None,
        }
    }

    /// As a truth value.
    #[must_use]
    pub fn as_bool(self) -> Option<bool> {
        match self {
            Self::Literal(Value::Boolean(value)) | Self::Variable(Const::Boolean(value)) => Some(*value),
            _ => None,
        }
    }

    /// As a text.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Literal(Value::String(text)) | Self::Variable(Const::String(text)) => Some(text),
            _ => None,
        }
    }

    /// Number of items: those of a list, one for a single value, none for null.
    #[must_use]
    pub fn items(self) -> u64 {
        match self {
            Self::Literal(Value::List(items)) => items.len() as u64,
            Self::Variable(Const::List(items)) => items.len() as u64,
            Self::Literal(Value::Null) | Self::Variable(Const::Null) => 0,
            _ => 1,
        }
    }

    /// Whether it is null.
    #[must_use]
    pub fn is_null(self) -> bool {
        matches!(self, Self::Literal(Value::Null) | Self::Variable(Const::Null))
    }
}
