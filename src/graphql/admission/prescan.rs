//! One pass over a document's text before it is parsed: length, tokens, depth of brackets, and fields written twice in an input object.
//!
//! The parser descends once for each open bracket, without bound: 4 KiB of `[` would overflow its stack and end the process. It also keeps only the last of two equal
//! fields of an input object, so that the rule "Input Object Field Uniqueness" (GraphQL, October 2021, section 5.6.3) can be checked only here. Lexical rules: section 2.1.

use std::collections::HashSet;

use async_graphql::Pos;

use super::limits::Limits;
use super::refusal::Refusal;
use crate::error::code;

/// Refuses a document that is too long, has too many tokens, nests too deep, or names a field of an input object twice.
///
/// # Errors
/// The refusal.
pub fn scan(source: &str, limits: &Limits) -> Result<(), Refusal> {
    if source.len() > limits.document_bytes {
        let (limit, actual) = (limits.document_bytes, source.len());
        let message = format!("The document has {actual} bytes; at most {limit} are accepted. Put values into variables, or ask in several requests.");
        return Err(Refusal::new(code::DOCUMENT_TOO_LARGE, message).limit(limit as u64, actual as u64));
    }
    let mut scan = Scan { source, at: 0, open: Vec::new(), name_before: None };
    let mut tokens = 0;
    while let Some((start, token)) = scan.token() {
        tokens += 1;
        if tokens > limits.tokens {
            let message = format!("The document has more than {} tokens. Ask for less, or in several requests.", limits.tokens);
            return Err(Refusal::new(code::TOKEN_LIMIT_EXCEEDED, message).at(position(source, start)).limit(limits.tokens as u64, tokens as u64));
        }
        scan.follow(start, token, limits)?;
    }
    Ok(())
}

/// A bracket that is open.
enum Open<'a> {
    /// Selection set, list, arguments.
    Plain { in_value: bool },
    /// Input object, with the fields it has so far.
    Object(HashSet<&'a str>),
}

/// What a token is, as far as this pass cares.
#[derive(Clone, Copy)]
enum Token<'a> {
    Name(&'a str),
    Mark(u8),
    Other,
}

struct Scan<'a> {
    source: &'a str,
    at: usize,
    open: Vec<Open<'a>>,
    name_before: Option<(usize, &'a str)>,
}

impl<'a> Scan<'a> {
    /// The next token and where it starts. What is no token at all counts as one: the parser will say what is wrong with it.
    fn token(&mut self) -> Option<(usize, Token<'a>)> {
        let bytes = self.source.as_bytes();
        loop {
            match bytes.get(self.at)? {
                b' ' | b'\t' | b'\n' | b'\r' | b',' => self.at += 1,
                b'#' => self.at = line_end(bytes, self.at),
                _ => break,
            }
        }
        let start = self.at;
        let token = match bytes[start] {
            b'"' => {
                self.at = string_end(bytes, start);
                Token::Other
            }
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => {
                self.at += run(&bytes[start..], |byte| byte == b'_' || byte.is_ascii_alphanumeric());
                Token::Name(&self.source[start..self.at])
            }
            b'-' | b'0'..=b'9' => {
                self.at += run(&bytes[start..], |byte| matches!(byte, b'-' | b'+' | b'.') || byte.is_ascii_alphanumeric());
                Token::Other
            }
            mark => {
                self.at += 1;
                Token::Mark(mark)
            }
        };
        Some((start, token))
    }

    fn follow(&mut self, start: usize, token: Token<'a>, limits: &Limits) -> Result<(), Refusal> {
        let name_before = self.name_before.take();
        match token {
            Token::Name(name) => self.name_before = Some((start, name)),
            Token::Mark(b'{') if self.in_value() => self.push(Open::Object(HashSet::new()), start, limits)?,
            Token::Mark(b'(') => self.push(Open::Plain { in_value: true }, start, limits)?,
            Token::Mark(b'[' | b'{') => {
                let in_value = self.in_value();
                self.push(Open::Plain { in_value }, start, limits)?;
            }
            Token::Mark(b']' | b'}' | b')') => drop(self.open.pop()),
            Token::Mark(b':') => {
                if let (Some((at, name)), Some(Open::Object(fields))) = (name_before, self.open.last_mut())
                    && !fields.insert(name)
                {
                    let message = format!("The field `{name}` is given twice in one input object. Keep one of the two.");
                    return Err(Refusal::new(code::GRAPHQL_VALIDATION_FAILED, message).at(position(self.source, at)));
                }
            }
            Token::Mark(_) | Token::Other => {}
        }
        Ok(())
    }

    /// Whether a brace opened here is an input object: anything within round brackets is a value.
    fn in_value(&self) -> bool {
        matches!(self.open.last(), Some(Open::Object(_) | Open::Plain { in_value: true }))
    }

    fn push(&mut self, open: Open<'a>, start: usize, limits: &Limits) -> Result<(), Refusal> {
        self.open.push(open);
        if self.open.len() <= limits.brackets {
            return Ok(());
        }
        let message = format!("Brackets nest more than {} deep here. Nest less.", limits.brackets);
        Err(Refusal::new(code::DEPTH_LIMIT_EXCEEDED, message).at(position(self.source, start)).limit(limits.brackets as u64, self.open.len() as u64))
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !belongs(*byte)).unwrap_or(bytes.len())
}

fn line_end(bytes: &[u8], start: usize) -> usize {
    start + run(&bytes[start..], |byte| byte != b'\n' && byte != b'\r')
}

/// Where the string that starts at `start` is over; the end of its line or of the text if it is never closed.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let block = bytes[start..].starts_with(b"\"\"\"");
    let mut at = start + if block { 3 } else { 1 };
    while at < bytes.len() {
        let rest = &bytes[at..];
        match rest[0] {
            b'\\' if block && rest.starts_with(b"\\\"\"\"") => at += 4,
            b'"' if block && rest.starts_with(b"\"\"\"") => return at + 3,
            b'\\' if !block => at += 2,
            b'"' if !block => return at + 1,
            b'\n' | b'\r' if !block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Line and column of a byte, both from one, counted as the parser counts them.
fn position(source: &str, at: usize) -> Pos {
    let before = &source.as_bytes()[..at];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let from = before.iter().rposition(|byte| matches!(byte, b'\n' | b'\r')).map_or(0, |end| end + 1);
    // Bytes that continue a character do not count.
    let column = before[from..].iter().filter(|byte| (**byte & 0xC0) != 0x80).count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(source: &str) -> Option<(&'static str, Option<Pos>)> {
        scan(source, &Limits::default()).err().map(|refusal| (refusal.code, refusal.locations.first().copied()))
    }

    #[test]
    fn ordinary_documents_pass() {
        for source in [
            "{ a }",
            "",
            "query Q($f: F = {a: 1, b: {a: 2}}) { a(f: $f, g: {a: 1, b: [{a: 1}, {a: 2}]}) { a: b, b: a } }",
            "{ a(b: \"[[[[{{{{ \\\" ((((\") } # [[[[",
            "{ a(b: \"\"\"[[[[ \\\"\"\" \" {{{{ \"\"\") }",
            "{ a: x, b: y, a: x }",
            "{ a(f: {x: a, a: x}) }",
        ] {
            assert_eq!(refused(source), None, "{source}");
        }
    }

    #[test]
    fn attacks_are_refused() {
        let limits = Limits::default();
        let spaces = " ".repeat(limits.document_bytes + 1);
        let names = "a ".repeat(limits.tokens + 1);
        let unclosed = format!("{{ a(b: \"{}", "[".repeat(5000));
        for (source, expected) in [
            (format!("{{ a(i: {}", "[".repeat(5000)), Some(code::DEPTH_LIMIT_EXCEEDED)),
            ("{a".repeat(5000), Some(code::DEPTH_LIMIT_EXCEEDED)),
            ("(".repeat(65), Some(code::DEPTH_LIMIT_EXCEEDED)),
            ("(".repeat(64), None),
            (spaces, Some(code::DOCUMENT_TOO_LARGE)),
            (names, Some(code::TOKEN_LIMIT_EXCEEDED)),
            (unclosed, None),
            ("한".repeat(100), None),
        ] {
            assert_eq!(refused(&source).map(|(code, _)| code), expected, "{}", &source.chars().take(30).collect::<String>());
        }
    }

    #[test]
    fn a_field_given_twice_is_shown_where_it_stands() {
        let place = Some((code::GRAPHQL_VALIDATION_FAILED, Some(Pos { line: 2, column: 17 })));
        assert_eq!(refused("{\n  a(f: {가: 1}, x: 1)"), None);
        assert_eq!(refused("{\n  a(f: {a: \"가\", a: 2}) }"), place);
    }
}
