//! Redaction (비공개 처리): a value that should never have been published, a person's name say, is erased from a record with the salts of the journal entries that told it (docs/adr/0015).
//!
//! [`MARK`] stands in its place: that something was erased is no secret, and nothing that was never stated.

pub mod graphql;
mod place;
pub(crate) mod store;

use serde::Serialize;
use serde_json::Value as Json;

pub use place::{Place, Row, pattern, place_of};
pub use store::{Redacting, record_of};

/// What stands where a value was erased.
pub const MARK: &str = "[redacted]";

/// A record that is compared with what a document states: whatever text stands in the place of an erased one, they say the same.
#[derive(Clone, Copy, Debug)]
pub struct ButErased<'r, T>(pub &'r T);

impl<T: PartialEq + Serialize> PartialEq for ButErased<'_, T> {
    fn eq(&self, other: &Self) -> bool {
        let json = |record: &T| serde_json::to_value(record).unwrap_or_default();
        self.0 == other.0 || says_the_same(&json(self.0), &json(other.0))
    }
}

fn says_the_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        (Json::String(erased), Json::String(_)) | (Json::String(_), Json::String(erased)) if erased == MARK => true,
        (Json::Array(one), Json::Array(other)) => one.len() == other.len() && one.iter().zip(other).all(|(one, other)| says_the_same(one, other)),
        (Json::Object(one), Json::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(key, value)| other.get(key).is_some_and(|other| says_the_same(value, other)))
        }
        _ => one == other,
    }
}

/// Keeps erased what was erased: takes the mark over from what is recorded to what takes its place.
pub fn keep_erased(recorded: &Json, new: &mut Json) {
    match (recorded, new) {
        (Json::String(erased), new @ Json::String(_)) if erased == MARK => *new = Json::from(MARK),
        (Json::Array(recorded), Json::Array(new)) => recorded.iter().zip(new).for_each(|(recorded, new)| keep_erased(recorded, new)),
        (Json::Object(recorded), Json::Object(new)) => {
            for (key, recorded) in recorded {
                if let Some(new) = new.get_mut(key) {
                    keep_erased(recorded, new);
                }
            }
        }
        _ => {}
    }
}

/// The value at a path of names and indices.
#[must_use]
pub fn value_at<'v>(record: &'v Json, path: &str) -> Option<&'v Json> {
    path.split('.').try_fold(record, |value, part| match value {
        Json::Object(fields) => fields.get(part),
        Json::Array(entries) => entries.get(part.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Every text of a record with its path.
#[must_use]
pub fn texts(record: &Json) -> Vec<(String, &str)> {
    fn walk<'v>(path: &str, value: &'v Json, found: &mut Vec<(String, &'v str)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Json::String(text) => found.push((path.to_owned(), text)),
            Json::Object(fields) => fields.iter().for_each(|(key, value)| walk(&below(key), value, found)),
            Json::Array(entries) => entries.iter().enumerate().for_each(|(index, value)| walk(&below(&index.to_string()), value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    walk("", record, &mut found);
    found
}

/// Paths of a record that go with the one that is to be erased: those of the same field with the same text, and what was read from a text of a retention period.
#[must_use]
pub fn erased_with(record: &Json, pattern: &str, value: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for (path, text) in texts(record) {
        if text == value && place::pattern(&path).0 == pattern {
            if let Some(retention) = path.strip_suffix(".text").filter(|retention| retention.ends_with("retention")) {
                let terms = format!("{retention}.terms.");
                paths.extend(texts(record).into_iter().filter(|(path, _)| path.starts_with(&terms) && !path.ends_with(".class")).map(|(path, _)| path));
            }
            paths.push(path);
        }
    }
    paths
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_erased_is_no_difference() {
        let recorded = json!({"name": "명부", "purpose": MARK, "items": [{"name": MARK}, {"name": "주소"}]});
        for (stated, is_same) in [
            (json!({"name": "명부", "purpose": "관리", "items": [{"name": "성명"}, {"name": "주소"}]}), true),
            (json!({"name": "다른", "purpose": "관리", "items": [{"name": "성명"}, {"name": "주소"}]}), false),
            (json!({"name": "명부", "purpose": null, "items": [{"name": "성명"}, {"name": "주소"}]}), false),
            (json!({"name": "명부", "purpose": "관리", "items": [{"name": "성명"}]}), false),
        ] {
            assert_eq!(ButErased(&recorded) == ButErased(&stated), is_same, "{stated}");
        }
        let mut new = json!({"name": "다른", "purpose": "관리", "items": [{"name": "성명"}, {"name": "주소"}, {"name": "전화"}]});
        keep_erased(&recorded, &mut new);
        assert_eq!(new, json!({"name": "다른", "purpose": MARK, "items": [{"name": MARK}, {"name": "주소"}, {"name": "전화"}]}));
    }

    #[test]
    fn what_goes_with_a_value() {
        let record = json!({"officers": [{"name": "가"}, {"name": "나"}, {"name": "가"}], "note": "가", "retention": {"text": "3년", "class": "YEARS_3", "terms": [{"text": "3년", "class": "YEARS_3", "event": "탈퇴"}]}});
        assert_eq!(erased_with(&record, "officers.#.name", "가"), ["officers.0.name", "officers.2.name"]);
        assert_eq!(erased_with(&record, "retention.text", "3년"), ["retention.terms.0.event", "retention.terms.0.text", "retention.text"]);
        assert_eq!(value_at(&record, "officers.1.name"), Some(&json!("나")));
        for path in ["officers.3.name", "officers.x", "officers", "name.0", ""] {
            assert_ne!(value_at(&record, path).and_then(Json::as_str), Some("가"), "{path}");
        }
    }
}
