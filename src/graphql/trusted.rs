//! Trusted documents: those that an operator gives the server, in a folder, to be named by an id.
//!
//! A file `*.graphql` is one document, whose id is the SHA-256 of its text. A file `*.json` is a manifest as build tools write them: an object of ids and documents (Relay, GraphQL Code Generator),
//! or one of Apollo's (`"format": "apollo-persisted-query-manifest"`).

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::admission::document;

/// Most files of a folder.
const MOST_FILES: usize = 10_000;

/// Documents by the hash of their text, and by the names that manifests gave them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedDocuments {
    by_hash: HashMap<[u8; 32], Arc<str>>,
    by_name: HashMap<String, Arc<str>>,
}

impl TrustedDocuments {
    /// Reads the documents of a folder.
    ///
    /// # Errors
    /// Which file cannot be read or is no manifest, and why; that there is none.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut paths: Vec<_> = std::fs::read_dir(folder)
            .and_then(|entries| entries.take(MOST_FILES + 1).map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>())
            .map_err(|error| format!("{}: {error}", folder.display()))?;
        if paths.len() > MOST_FILES {
            return Err(format!("{} has more than {MOST_FILES} files; give the folder of the manifest", folder.display()));
        }
        paths.sort();
        let mut documents = Self::default();
        for path in paths {
            let ending = path.extension().and_then(|ending| ending.to_str());
            let text = || std::fs::read_to_string(&path).map_err(|error| error.to_string());
            let added = match ending {
                Some("graphql" | "gql") => text().and_then(|text| documents.add(None, &text)),
                Some("json") => text().and_then(|text| documents.add_manifest(&text)),
                _ => continue,
            };
            added.map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if documents.by_hash.is_empty() {
            return Err(format!("{} has no document: files that end in .graphql, or manifests that end in .json", folder.display()));
        }
        Ok(documents)
    }

    /// Adds a document.
    ///
    /// # Errors
    /// That another one has its name.
    pub fn add(&mut self, name: Option<&str>, document: &str) -> Result<(), String> {
        let document = Arc::clone(self.by_hash.entry(Sha256::digest(document).into()).or_insert_with(|| document.into()));
        if let Some(name) = name {
            let known = self.by_name.entry(name.to_owned()).or_insert_with(|| Arc::clone(&document));
            if *known != document {
                return Err(format!("the id \"{name}\" is that of another document already"));
            }
        }
        Ok(())
    }

    fn add_manifest(&mut self, text: &str) -> Result<(), String> {
        const WANTED: &str = "is no manifest: an object of ids and documents, or {\"format\": \"apollo-persisted-query-manifest\", \"version\": 1, \"operations\": [{\"id\", \"body\"}]}";
        let manifest: Value = serde_json::from_str(text).map_err(|error| format!("is no JSON: {error}"))?;
        let fields = manifest.as_object().ok_or(WANTED)?;
        if let Some(operations) = fields.get("operations").and_then(Value::as_array) {
            for operation in operations {
                let (Some(id), Some(body)) = (operation["id"].as_str(), operation["body"].as_str()) else { return Err(WANTED.to_owned()) };
                self.add(Some(id), body)?;
            }
            return Ok(());
        }
        for (id, document) in fields {
            // Build tools write ids with and without the prefix.
            let id = id.strip_prefix("sha256:").unwrap_or(id);
            self.add(Some(id), document.as_str().ok_or(WANTED)?)?;
        }
        Ok(())
    }

    /// The document with that SHA-256.
    #[must_use]
    pub fn hashed(&self, hash: &[u8; 32]) -> Option<&Arc<str>> {
        self.by_hash.get(hash)
    }

    /// The document that a manifest named so.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Arc<str>> {
        self.by_name.get(name)
    }

    /// Names of the operations in them, as far as they can be read.
    pub fn operation_names(&self) -> impl Iterator<Item = String> {
        let names =
            |document: &Arc<str>| document::parse(document).map(|read| read.operations.iter().filter_map(|(name, _)| Some(name?.to_string())).collect());
        self.iter().flat_map(move |document| names(document).unwrap_or_else(|_| Vec::new()))
    }

    /// All documents.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<str>> {
        self.by_hash.values()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_read_and_what_is_wrong_named() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        let read = || TrustedDocuments::read(folder.path());
        assert!(read().unwrap_err().contains("has no document"));
        write("README.md", "no document");
        write("home.graphql", "{ count }");
        write("relay.json", r#"{"abc": "{ count }", "sha256:def": "{ top { id } }"}"#);
        write(
            "apollo.json",
            r#"{"format": "apollo-persisted-query-manifest", "version": 1, "operations": [{"id": "x1", "name": "A", "type": "query", "body": "query A { count }"}]}"#,
        );
        let documents = read().unwrap();
        assert_eq!(documents.iter().count(), 3);
        for (name, document) in [("abc", "{ count }"), ("def", "{ top { id } }"), ("x1", "query A { count }")] {
            assert_eq!(documents.named(name).map(AsRef::as_ref), Some(document));
        }
        assert_eq!(documents.hashed(&Sha256::digest("{ count }").into()).map(AsRef::as_ref), Some("{ count }"));
        for (broken, message) in
            [("[]", "is no manifest"), (r#"{"a": 1}"#, "is no manifest"), ("{", "is no JSON"), (r#"{"abc": "{ other }"}"#, "the id \"abc\"")]
        {
            write("z.json", broken);
            let told = read().unwrap_err();
            assert!(told.contains("z.json") && told.contains(message), "{told}");
        }
        assert!(TrustedDocuments::read(&folder.path().join("none")).is_err());
    }
}
