//! Whole files as lines of JSON: each a thing of the native format (docs/document-format.md), so that `import` reads them again.

use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::error::{Error, Result};

/// Names the format: the first line has it as `format`.
pub const FORMAT: &str = "yeollam-lines/1";

/// The first line.
#[must_use]
pub fn beginning() -> String {
    format!("{{\"format\":\"{FORMAT}\"}}\n")
}

/// A thing as a line.
#[must_use]
pub fn line(kind: &str, thing: Json) -> String {
    Json::Object(Map::from_iter([(kind.to_owned(), thing)])).to_string() + "\n"
}

/// A record as documents state it: what is recorded has the same names, and says more of bodies and statutes than documents do.
///
/// # Errors
/// `Internal` for a record that cannot be written as JSON, which none is.
pub fn as_stated(record: &impl Serialize) -> Result<Map<String, Json>> {
    let mut json = serde_json::to_value(record).map_err(|error| Error::internal(error.to_string()))?;
    restate(&mut json);
    if let Json::Object(fields) = json { Ok(fields) } else { Err(Error::internal("a record is no object")) }
}

fn restate(value: &mut Json) {
    match value {
        Json::Array(entries) => entries.iter_mut().for_each(restate),
        Json::Object(fields) => {
            for party in ["recipient", "entrustee", "entruster", "assessor"] {
                if let Some(party) = fields.get_mut(party) {
                    name_alone(party);
                }
            }
            if let Some(Json::Array(parties)) = fields.get_mut("subEntrustees") {
                parties.iter_mut().for_each(name_alone);
            }
            if let Some(Json::Object(mut statute)) = fields.get("statute").cloned() {
                fields.insert("statute".to_owned(), statute.remove("name").unwrap_or_default());
                fields.insert("kind".to_owned(), statute.remove("kind").unwrap_or_default());
            }
            fields.values_mut().for_each(restate);
            // What is not stated is left out. An empty list of sections or terms says something: there are none.
            fields.retain(|key, value| !value.is_null() && (!value.as_array().is_some_and(Vec::is_empty) || matches!(key.as_str(), "sections" | "terms")));
        }
        _ => {}
    }
}

/// A body by its name: its kind stands where the document lists bodies.
fn name_alone(party: &mut Json) {
    if let Some(name) = party.get_mut("name") {
        *party = name.take();
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn records_are_stated_as_documents_have_them() {
        let record = json!({
            "name": "회원 명부", "reason": null, "collectedItems": [],
            "legalBases": [{"citation": "제3조", "statute": {"name": "가법", "kind": "ACT"}, "article": "제3조", "isConsent": false, "lawfulGround": null}, {"citation": "동의", "statute": null}],
            "provisions": [{"recipient": {"name": "국세청", "kind": "PUBLIC"}, "items": []}],
            "entrustments": [{"entrustee": {"name": "(주)가", "kind": "COMPANY"}, "subEntrustees": [{"name": "(주)나", "kind": "COMPANY"}]}],
            "retention": {"text": "목적 달성", "class": "UNSPECIFIED", "terms": []}, "sections": [], "assessor": null,
        });
        assert_eq!(
            Json::Object(as_stated(&record).unwrap()),
            json!({
                "name": "회원 명부",
                "legalBases": [{"citation": "제3조", "statute": "가법", "kind": "ACT", "article": "제3조", "isConsent": false}, {"citation": "동의"}],
                "provisions": [{"recipient": "국세청"}],
                "entrustments": [{"entrustee": "(주)가", "subEntrustees": ["(주)나"]}],
                "retention": {"text": "목적 달성", "class": "UNSPECIFIED", "terms": []}, "sections": [],
            })
        );
    }
}
