//! From the text to the operation that is meant: parsing with messages for people, and the choice of the operation (GraphQL, October 2021, section 6.1, `GetOperation`).

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, OperationDefinition, OperationType, Selection};
use async_graphql::parser::{Error, parse_query};
use async_graphql::{Pos, Positioned};

use super::refusal::Refusal;
use crate::error::code;
use crate::graphql::request::Transport;

/// Parses a document that [`super::prescan::scan`] let through.
///
/// # Errors
/// `GRAPHQL_PARSE_FAILED`.
pub fn parse(source: &str) -> Result<ExecutableDocument, Refusal> {
    parse_query(source).map_err(|error| {
        let places: Vec<Pos> = error.positions().collect();
        let mut refusal = Refusal::new(code::GRAPHQL_PARSE_FAILED, parse_message(source, &error));
        refusal.locations = places;
        refusal
    })
}

fn parse_message(source: &str, error: &Error) -> String {
    match error {
        Error::Syntax { start, message, .. } => {
            let found = found_at(source, *start);
            match expected(message) {
                Some(expected) => format!("Syntax error: {found} where {expected} should be."),
                None => format!("Syntax error: {found} cannot stand here."),
            }
        }
        Error::MultipleOperations { .. } => "An operation without a name must be the only one of its document. Name every operation.".to_owned(),
        Error::OperationDuplicated { operation, .. } => format!("Two operations are named `{operation}`. Rename one."),
        Error::FragmentDuplicated { fragment, .. } => format!("Two fragments are named `{fragment}`. Rename one."),
        Error::MissingOperation => "The document has no operation, only fragments. Add a query.".to_owned(),
        Error::RecursionLimitExceeded => "Selections nest too deep. Nest less.".to_owned(),
        _ => "The document is not a GraphQL document.".to_owned(),
    }
}

/// What stands at a place, for a message.
fn found_at(source: &str, place: Pos) -> String {
    let line = source.lines().nth(place.line.saturating_sub(1)).unwrap_or_default();
    let rest: String = line.chars().skip(place.column.saturating_sub(1)).collect();
    let rest = rest.trim_start();
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let token: String = match rest.chars().next() {
        None if source.lines().count() > place.line => return "a line break".to_owned(),
        None => return "the end of the document".to_owned(),
        Some(letter) if is_name(letter) => rest.chars().take_while(|letter| is_name(*letter)).take(40).collect(),
        Some(letter) if letter.is_control() => return format!("the control character U+{:04X}", u32::from(letter)),
        Some(letter) => letter.to_string(),
    };
    format!("`{token}`")
}

/// What the parser would have taken, in words; `None` where it does not say.
fn expected(message: &str) -> Option<String> {
    let list = message.lines().rev().find_map(|line| line.trim_start().strip_prefix("= expected "))?;
    let mut words: Vec<&str> = Vec::new();
    for rule in list.split(", or ").flat_map(|part| part.split(" or ")).flat_map(|part| part.split(", ")) {
        let word = rule_in_words(rule.trim())?;
        if !words.contains(&word) {
            words.push(word);
        }
    }
    if words.contains(&"a value") {
        words.retain(|word| !matches!(*word, "a number" | "a string" | "a variable"));
    }
    (!words.is_empty()).then(|| words.join(" or "))
}

fn rule_in_words(rule: &str) -> Option<&'static str> {
    Some(match rule {
        "executable_document" | "executable_definition" | "operation_definition" => "an operation or a fragment",
        "named_operation_definition" | "operation_type" => "`query`, `mutation` or `subscription`",
        "fragment_definition" => "`fragment`",
        "selection_set" => "a selection in braces",
        "selection" | "field" => "a field",
        "inline_fragment" | "fragment_spread" => "a fragment",
        "alias" => "an alias",
        "arguments" | "argument" => "an argument",
        "directives" | "directive" | "const_directives" | "const_directive" => "a directive",
        "variable_definitions" | "variable_definition" | "variable" => "a variable",
        "type_condition" => "`on` and a type",
        "type_" => "a type",
        "default_value" => "a default value",
        "const_value" | "value" => "a value",
        "number" | "float" | "int" | "fractional" | "exponent" => "a number",
        "string" | "string_content" | "block_string_content" | "string_character" | "block_string_character" => "a string",
        "unicode_scalar_value_hex" => "four hexadecimal digits",
        "boolean" | "null" | "enum_value" | "const_list" | "list" | "const_object" | "object" => "a value",
        "const_object_field" | "object_field" => "a field of an input object",
        "name" | "name_start" => "a name",
        "EOI" => "the end of the document",
        _ => return None,
    })
}

/// The operation that is to be executed, and its name.
///
/// # Errors
/// `OPERATION_RESOLUTION_FAILURE` where the document has none of that name, or several and no name is given.
pub fn select<'a>(document: &'a ExecutableDocument, name: Option<&str>) -> Result<(Option<&'a str>, &'a Positioned<OperationDefinition>), Refusal> {
    let refuse = |message: String| Err(Refusal::new(code::OPERATION_RESOLUTION_FAILURE, message));
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), None) => Ok((None, operation)),
        (DocumentOperations::Single(_), Some(name)) => {
            refuse(format!("`operationName` is \"{}\", but the document's only operation has no name. Leave `operationName` out.", short(name)))
        }
        (DocumentOperations::Multiple(operations), Some(name)) => match operations.iter().find(|(known, _)| known.as_str() == name) {
            Some((known, operation)) => Ok((Some(known.as_str()), operation)),
            None => refuse(format!("The document has no operation named \"{}\"; it has {}.", short(name), names(document))),
        },
        (DocumentOperations::Multiple(operations), None) => match operations.iter().next() {
            Some((known, operation)) if operations.len() == 1 => Ok((Some(known.as_str()), operation)),
            _ => refuse(format!("The document has several operations ({}). Say which in `operationName`.", names(document))),
        },
    }
}

fn names(document: &ExecutableDocument) -> String {
    let mut names: Vec<String> = document.operations.iter().filter_map(|(name, _)| name.map(|name| format!("`{name}`"))).collect();
    names.sort_unstable();
    names.truncate(10);
    names.join(", ")
}

/// The start of a text that a client sent, for a message.
#[must_use]
pub(crate) fn short(text: &str) -> String {
    let start: String = text.chars().take(60).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect();
    if text.chars().nth(60).is_some() { start + "…" } else { start }
}

/// Refuses a subscription where its transport carries but one answer, and one whose root is anything but one field (GraphQL, section 5.2.3.1, "Single Root Field"), which async-graphql does not
/// refuse. Fields within fragments are counted by [`super::measure::check`].
///
/// # Errors
/// The refusal.
pub fn check_kind(operation: &Positioned<OperationDefinition>, transport: Transport) -> Result<(), Refusal> {
    if operation.node.ty != OperationType::Subscription {
        return Ok(());
    }
    let invalid = |message: &str| Err(Refusal::new(code::GRAPHQL_VALIDATION_FAILED, message).at(operation.pos));
    let [root] = &operation.node.selection_set.node.items[..] else {
        return invalid("A subscription must select exactly one field at its root. Subscribe once for each.");
    };
    if !root.node.directives().is_empty() {
        return invalid("What a subscription selects at its root cannot be skipped or included. Leave the directive out.");
    }
    if matches!(&root.node, Selection::Field(field) if field.node.name.node.starts_with("__")) {
        return invalid("A subscription must select a field at its root that has events. Ask for introspection in a query.");
    }
    if transport.carries_events() {
        return Ok(());
    }
    let message = "Subscriptions do not run over plain HTTP requests. Subscribe over a WebSocket (`graphql-transport-ws`) or with `Accept: text/event-stream`, or page through the journal with the query \
                   `changes`.";
    Err(Refusal::new(code::OPERATION_RESOLUTION_FAILURE, message).at(operation.pos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn syntax_errors_are_told_in_words() {
        for (source, message, place) in [
            ("{", "Syntax error: the end of the document where a field should be.", (1, 2)),
            ("", "Syntax error: the end of the document where an operation or a fragment should be.", (1, 1)),
            ("{ a(b: ) }", "Syntax error: `)` where a value should be.", (1, 8)),
            ("{ a(b: \"x) }", "", (1, 8)),
            ("{\n  8f }", "Syntax error: `8f` where a field should be.", (2, 3)),
            ("{\r\n\r\n  a(b: ) }", "Syntax error: `)` where a value should be.", (3, 8)),
            ("{ a { b }\n\n", "Syntax error: the end of the document where a field should be.", (3, 1)),
            ("{ a(b: \"x\n) }", "", (1, 8)),
            ("{ a } { b }", "An operation without a name must be the only one of its document. Name every operation.", (1, 7)),
            ("fragment F on Q { a }", "The document has no operation, only fragments. Add a query.", (0, 0)),
            ("한글", "Syntax error: `한글` where an operation or a fragment should be.", (1, 1)),
        ] {
            let refusal = parse(source).expect_err(source);
            assert_eq!(refusal.code, code::GRAPHQL_PARSE_FAILED);
            if !message.is_empty() {
                assert_eq!(refusal.message, message, "{source}");
            }
            assert!(!refusal.message.contains("-->") && !refusal.message.contains('_'), "{}", refusal.message);
            if place != (0, 0) {
                assert_eq!(refusal.locations.first().map(|pos| (pos.line, pos.column)), Some(place), "{source}");
            }
        }
    }

    #[test]
    fn the_operation_is_chosen_by_name() {
        for (source, name, expected) in [
            ("{ a }", None, Ok(None)),
            ("query A { a }", None, Ok(Some("A"))),
            ("query A { a } query B { b }", Some("B"), Ok(Some("B"))),
            ("query A { a } query B { b }", None, Err("The document has several operations (`A`, `B`). Say which in `operationName`.")),
            ("query A { a }", Some("X"), Err("The document has no operation named \"X\"; it has `A`.")),
            ("{ a }", Some("X"), Err("`operationName` is \"X\", but the document's only operation has no name. Leave `operationName` out.")),
        ] {
            let document = parse(source).unwrap();
            let chosen = select(&document, name).map(|(name, _)| name).map_err(|refusal| refusal.message);
            assert_eq!(chosen.as_ref().map(|name| *name).map_err(String::as_str), expected, "{source}");
        }
    }
}
