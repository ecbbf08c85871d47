//! Addresses of pages: a path and what stands behind the question mark. Every state of a page is in its address.

use std::fmt;

/// A path with parameters, each name once, in the order in which they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    path: String,
    parameters: Vec<(String, String)>,
}

impl Address {
    /// The address that a path and a query string make. What is no escape is taken as written; of a name that comes twice the last counts, and a name without a value is left out.
    #[must_use]
    pub fn parse(path: &str, query: &str) -> Self {
        let mut address = Self { path: decoded(path, false), parameters: Vec::new() };
        for part in query.split('&') {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            address.set(&decoded(name, true), decoded(value, true).trim());
        }
        address
    }

    /// The address that a text makes, `/?q=회원` say.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        Self::parse(path, query)
    }

    /// The path of segments, each of which may hold any letters.
    #[must_use]
    pub fn to(segments: &[&str]) -> Self {
        Self { path: format!("/{}", segments.join("/")), parameters: Vec::new() }
    }

    /// The path, decoded.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Value of a parameter; `None` where it is not given or empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Values of a parameter that holds several, with commas between.
    pub fn list(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or_default().split(',').filter(|value| !value.is_empty())
    }

    /// Names and values.
    pub fn parameters(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    fn set(&mut self, name: &str, value: &str) {
        self.parameters.retain(|(known, _)| known != name);
        if !name.is_empty() && !value.is_empty() {
            self.parameters.push((name.to_owned(), value.to_owned()));
        }
    }

    /// The same with another value.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.set(name, value);
        changed
    }

    /// The same without some parameters.
    #[must_use]
    pub fn without(&self, names: &[&str]) -> Self {
        let parameters = self.parameters.iter().filter(|(name, _)| !names.contains(&name.as_str())).cloned().collect();
        Self { path: self.path.clone(), parameters }
    }

    /// The same with one value more in a list, or one less where it is in it.
    #[must_use]
    pub fn toggled(&self, name: &str, value: &str) -> Self {
        let mut values: Vec<&str> = self.list(name).filter(|known| *known != value).collect();
        if !self.list(name).any(|known| known == value) {
            values.push(value);
        }
        self.with(name, &values.join(","))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, segment) in self.path.split('/').enumerate() {
            if index > 0 {
                f.write_str("/")?;
            }
            f.write_str(&encoded(segment))?;
        }
        for (index, (name, value)) in self.parameters.iter().enumerate() {
            f.write_str(if index == 0 { "?" } else { "&" })?;
            write!(f, "{}={}", encoded(name), encoded(value))?;
        }
        Ok(())
    }
}

/// A text as part of an address: whatever is not plain becomes an escape.
#[must_use]
pub fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~,".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

fn decoded(text: &str, plus_is_space: bool) -> String {
    let bytes = text.as_bytes();
    let mut read = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escape = bytes.get(at + 1..at + 3).filter(|_| *byte == b'%');
        let value = escape.and_then(|digits| std::str::from_utf8(digits).ok()).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match value {
            Some(value) => {
                read.push(value);
                at += 3;
            }
            None => {
                read.push(if plus_is_space && *byte == b'+' { b' ' } else { *byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&read).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        for text in ["회원 명부", "a&b=c?d/e#f", "100%", "%zz", "", "<script>\"'", "a+b", "\u{202e}"] {
            let address = Address::to(&["statutes", text]).with("q", text);
            let shown = address.to_string();
            assert!(shown.is_ascii() && !shown.contains(['<', '"', '\'', ' ']), "{shown}");
            let read = Address::of(&shown);
            assert_eq!(read.get("q"), Some(text.trim()).filter(|text| !text.is_empty()), "{shown}");
            if !text.contains('/') {
                assert_eq!(read.path(), address.path(), "{shown}");
            }
        }
    }

    #[test]
    fn a_value_is_toggled_in_its_list() {
        let address = Address::of("/?type=A,B&q=x");
        assert_eq!(address.toggled("type", "A").to_string(), "/?q=x&type=B");
        assert_eq!(address.toggled("type", "C").get("type"), Some("A,B,C"));
        assert_eq!(address.toggled("type", "A").toggled("type", "B").get("type"), None);
    }
}
