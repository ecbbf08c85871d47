//! Linked data (JSON-LD 1.1): a DCAT catalogue whose data sets are the files, each described as a process in the terms of the W3C Data Privacy Vocabulary (DPV 2).

use serde::Serialize;
use serde_json::{Value as Json, json};

/// A body in the catalogue.
#[derive(Clone, Debug, Serialize)]
pub struct Body {
    /// Address, where it has one.
    #[serde(rename = "@id", skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Terms that say what it is.
    #[serde(rename = "@type")]
    pub types: &'static [&'static str],
    /// Name.
    #[serde(rename = "dct:title")]
    pub name: String,
}

/// Personal data of a file.
#[derive(Clone, Debug, Serialize)]
pub struct Personal {
    /// Terms that say what it is: `dpv:PersonalData`, and those of its category.
    #[serde(rename = "@type")]
    pub types: Vec<String>,
    /// Name of the item as written.
    #[serde(rename = "dct:title")]
    pub name: String,
}

/// A named thing of a kind.
#[derive(Clone, Debug, Serialize)]
pub struct Named {
    /// Terms that say what it is.
    #[serde(rename = "@type")]
    pub types: Vec<&'static str>,
    /// As written.
    #[serde(rename = "dct:title")]
    pub name: String,
}

/// A file as a data set of the catalogue, described as a process.
#[derive(Clone, Debug, Serialize)]
pub struct DataSet {
    /// Permanent address.
    #[serde(rename = "@id")]
    pub id: String,
    /// Terms that say what it is.
    #[serde(rename = "@type")]
    pub types: &'static [&'static str],
    /// Registration number.
    #[serde(rename = "dct:identifier")]
    pub identifier: String,
    /// Name.
    #[serde(rename = "dct:title")]
    pub title: String,
    /// Purpose.
    #[serde(rename = "dpv:hasPurpose", skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Named>,
    /// Agency that operates it.
    #[serde(rename = "dpv:hasDataController")]
    pub controller: Body,
    /// Items.
    #[serde(rename = "dpv:hasPersonalData", skip_serializing_if = "Vec::is_empty")]
    pub personal_data: Vec<Personal>,
    /// Whose data they are.
    #[serde(rename = "dpv:hasDataSubject", skip_serializing_if = "Vec::is_empty")]
    pub subjects: Vec<Named>,
    /// Bases of operation.
    #[serde(rename = "dpv:hasLegalBasis", skip_serializing_if = "Vec::is_empty")]
    pub legal_bases: Vec<Named>,
    /// How it is processed.
    #[serde(rename = "dpv:hasProcessing", skip_serializing_if = "Vec::is_empty")]
    pub processing: Vec<Named>,
    /// Retention period.
    #[serde(rename = "dpv:hasStorageCondition", skip_serializing_if = "Option::is_none")]
    pub storage: Option<Named>,
    /// Those to whom data are provided.
    #[serde(rename = "dpv:hasRecipient", skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<Body>,
    /// Those who process on behalf of the agency.
    #[serde(rename = "dpv:hasDataProcessor", skip_serializing_if = "Vec::is_empty")]
    pub processors: Vec<Body>,
    /// First day of what is described.
    #[serde(rename = "dct:valid")]
    pub valid_from: String,
    /// Day of registration.
    #[serde(rename = "dct:issued", skip_serializing_if = "Option::is_none")]
    pub issued: Option<String>,
}

/// How a catalogue begins: everything up to its first data set.
#[must_use]
pub fn beginning(id: &str, title: &str, version: &str) -> String {
    let context = json!({
        "dcat": "http://www.w3.org/ns/dcat#",
        "dct": "http://purl.org/dc/terms/",
        "dpv": "https://w3id.org/dpv#",
        "dpv-pd": "https://w3id.org/dpv/pd#",
        "dcat:dataset": {"@container": "@set"},
    });
    let head = [("@context", context), ("@id", json!(id)), ("@type", json!("dcat:Catalog")), ("dct:title", json!(title)), ("dcat:version", json!(version))];
    let head: Vec<String> = head.iter().map(|(key, value)| format!("{}:{value}", Json::from(*key))).collect();
    format!("{{{},\"dcat:dataset\":[", head.join(","))
}

/// What stands in front of each data set but the first.
pub const BETWEEN: &str = ",\n";

/// How a catalogue ends.
pub const END: &str = "\n]}\n";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_catalogue_is_json() {
        let catalogue = format!("{}\n{{}}{BETWEEN}{{}}{END}", beginning("https://example.org/\"", "목록", "7"));
        let read: Json = serde_json::from_str(&catalogue).unwrap();
        assert_eq!((read["@id"].as_str(), read["dcat:dataset"].as_array().map(Vec::len)), (Some("https://example.org/\""), Some(2)));
    }
}
