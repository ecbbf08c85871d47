//! Texts and numbers against the scalars of the schema: those of GraphQL, and `Date`, `DateTime` and `Count` of the register.

use async_graphql_value::Value;
use chrono::{DateTime, NaiveDate};

use super::coercion::Origin;
use super::document::short;

/// The largest integer that JSON carries exactly everywhere: 2⁵³ − 1.
const LARGEST_COUNT: u64 = (1 << 53) - 1;

/// Whether the value is one of the scalar.
///
/// # Errors
/// What it should be: continues a sentence that begins with the name of the value.
pub fn check(scalar: &str, value: &Value, origin: Origin) -> Result<(), String> {
    match (scalar, value) {
        // PostgreSQL cannot be asked for it.
        ("String" | "ID", Value::String(text)) if text.contains('\0') => {
            Err("has the character U+0000, which no text of the register has; leave it out".to_owned())
        }
        ("Int", Value::Number(number)) if number.as_i64().is_some_and(|number| i32::try_from(number).is_ok()) => Ok(()),
        ("Int", Value::Number(number)) => Err(format!("is {number}; an `Int` is a whole number from -2147483648 to 2147483647")),
        ("Int", _) => Err(format!("must be an `Int` (a whole number), not {}", kind(value))),
        ("Float", Value::Number(_)) | ("Boolean", Value::Boolean(_)) | ("String" | "ID", Value::String(_)) => Ok(()),
        ("ID", Value::Number(number)) if number.is_i64() || number.is_u64() => Ok(()),
        ("Float", _) => Err(format!("must be a `Float` (a number), not {}", kind(value))),
        ("Boolean", _) => Err(format!("must be `true` or `false`, not {}", kind(value))),
        ("ID", _) => Err(format!("must be an `ID` (a text in quotes), not {}", kind(value))),
        ("String", Value::Enum(word)) if origin == Origin::Literal => Err(format!("must be a text in quotes: \"{}\"", short(word))),
        ("String", _) => Err(format!("must be a `String` (a text in quotes), not {}", kind(value))),
        ("Count", Value::Number(number)) if number.as_u64().is_some_and(|number| number <= LARGEST_COUNT) => Ok(()),
        ("Count", Value::Number(number)) => Err(format!("is {number}; a `Count` is a whole number from 0 to {LARGEST_COUNT}")),
        ("Count", _) => Err(format!("must be a `Count` (a whole number), not {}", kind(value))),
        ("Date", Value::String(text)) if is_date(text) => Ok(()),
        ("Date", Value::String(text)) => Err(format!("is \"{}\", which is no day; a `Date` is written YYYY-MM-DD, as in \"2024-01-25\"", short(text))),
        ("Date", _) => Err(format!("must be a `Date` (a text like \"2024-01-25\"), not {}", kind(value))),
        ("DateTime", Value::String(text)) if DateTime::parse_from_rfc3339(text).is_ok() => Ok(()),
        ("DateTime", Value::String(text)) => {
            Err(format!("is \"{}\", which is no instant; a `DateTime` is written as in \"2024-01-25T09:00:00+09:00\" (RFC 3339)", short(text)))
        }
        ("DateTime", _) => Err(format!("must be a `DateTime` (a text like \"2024-01-25T09:00:00+09:00\"), not {}", kind(value))),
        // Other scalars check their values themselves.
        _ => Ok(()),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.is_ascii() && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Variable(_) => "a variable",
        Value::Null => "null",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Boolean(_) => "true or false",
        Value::Binary(_) => "bytes",
        Value::Enum(_) => "a word",
        Value::List(_) => "a list",
        Value::Object(_) => "an input object",
    }
}
