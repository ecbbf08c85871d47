//! Documents that are sent once and named by an id from then on: trusted ones, which an operator gave the server, and automatic persisted queries, which a client registers with the first
//! request (`extensions.persistedQuery`, as Apollo's clients send it; or `documentId`, as the appendix "Persisted Documents" of GraphQL over HTTP has it).

use std::sync::Arc;

use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};

use crate::cache::{Cache, CacheFigures};
use crate::error::code;
use crate::graphql::admission::document::short;
use crate::graphql::admission::refusal::Refusal;
use crate::graphql::request::GraphqlRequest;
use crate::graphql::trusted::TrustedDocuments;

/// Bytes that a registered document takes beside its text.
const OVERHEAD: usize = 256;

/// Documents by id.
#[derive(Debug)]
pub struct Persisted {
    registered: Cache<[u8; 32], Arc<str>>,
    trusted: Option<Arc<TrustedDocuments>>,
    is_only_trusted: bool,
}

/// How a request names its document.
#[derive(Debug, PartialEq, Eq)]
enum Id {
    /// By the SHA-256 of its text.
    Hash([u8; 32]),
    /// By a name that a manifest gave it.
    Name(String),
}

impl Persisted {
    /// Keeps up to so many bytes of what clients register. Where there are none but trusted ones, whatever else is sent is refused, and nothing is registered.
    #[must_use]
    pub fn new(bytes: usize, trusted: Option<Arc<TrustedDocuments>>, is_only_trusted: bool) -> Self {
        Self { registered: Cache::new(if is_only_trusted { 0 } else { bytes }), trusted, is_only_trusted }
    }

    /// Trusted documents, where there are any.
    #[must_use]
    pub fn trusted(&self) -> Option<&TrustedDocuments> {
        self.trusted.as_deref()
    }

    /// What was registered, for those who watch the server.
    #[must_use]
    pub fn figures(&self) -> CacheFigures {
        self.registered.figures()
    }

    /// The request with its document in it. `is_admitted` tells whether the request would be executed: only then its document is registered.
    ///
    /// # Errors
    /// Why there is no document, or none that is taken.
    pub fn settle(&self, mut request: GraphqlRequest, is_admitted: impl FnOnce(&GraphqlRequest) -> bool) -> Result<GraphqlRequest, Refusal> {
        let id = id_of(&request)?;
        match id {
            Some(id) if request.query.is_empty() => request.query = self.document(&id)?.as_ref().to_owned(),
            Some(Id::Name(name)) => {
                let named = self.trusted.as_ref().and_then(|trusted| trusted.named(&name));
                if named.is_none_or(|document| **document != *request.query) {
                    return Err(mismatch(format!("`documentId` \"{}\" names another document than `query`. Send one of the two.", short(&name))));
                }
            }
            Some(Id::Hash(hash)) => {
                if hash != sha256(&request.query) {
                    return Err(mismatch(
                        "provided sha does not match query: the hash must be the SHA-256 of `query`, byte for byte, in hexadecimal digits.".to_owned(),
                    ));
                }
                if self.registered.is_on() && self.registered.get(&hash).is_none() && is_admitted(&request) {
                    let document: Arc<str> = request.query.as_str().into();
                    self.registered.put(hash, document, request.query.len() + OVERHEAD);
                }
            }
            None => {}
        }
        if self.is_only_trusted && self.trusted.as_ref().is_none_or(|trusted| trusted.hashed(&sha256(&request.query)).is_none()) {
            let message = "This server executes the documents of its manifest and no other. Send the id of one of them, or its text byte for byte.";
            return Err(Refusal::new(code::DOCUMENT_NOT_TRUSTED, message));
        }
        Ok(request)
    }

    fn document(&self, id: &Id) -> Result<Arc<str>, Refusal> {
        let trusted = self.trusted.as_ref();
        let found = match id {
            Id::Name(name) => trusted.and_then(|trusted| trusted.named(name).cloned()),
            Id::Hash(hash) => trusted.and_then(|trusted| trusted.hashed(hash).cloned()).or_else(|| self.registered.get(hash)),
        };
        // Clients switch on these two texts, and send the document where the first one is answered.
        found.ok_or_else(|| match id {
            Id::Hash(_) if !self.registered.is_on() && trusted.is_none() => Refusal::new(code::PERSISTED_QUERY_NOT_SUPPORTED, "PersistedQueryNotSupported"),
            Id::Hash(_) | Id::Name(_) => Refusal::new(code::PERSISTED_QUERY_NOT_FOUND, "PersistedQueryNotFound"),
        })
    }
}

fn id_of(request: &GraphqlRequest) -> Result<Option<Id>, Refusal> {
    let named = request.document_id.as_deref().map(id).transpose()?;
    let hashed = match request.extensions.get("persistedQuery") {
        None | Some(Value::Null) => None,
        Some(Value::Object(fields)) => Some(Id::Hash(persisted_query(fields)?)),
        Some(_) => return Err(bad("`extensions.persistedQuery` must be an object with `version` and `sha256Hash`.")),
    };
    match (named, hashed) {
        (Some(named), Some(hashed)) if named != hashed => {
            Err(bad("`documentId` and `extensions.persistedQuery` name different documents. Send one of the two."))
        }
        (named, hashed) => Ok(named.or(hashed)),
    }
}

fn persisted_query(fields: &Map<String, Value>) -> Result<[u8; 32], Refusal> {
    if fields.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(bad("Unsupported persisted query version: `extensions.persistedQuery.version` must be 1."));
    }
    let hash = fields.get("sha256Hash").and_then(Value::as_str).and_then(hash);
    hash.ok_or_else(|| bad("`extensions.persistedQuery.sha256Hash` must be the SHA-256 of the document in 64 hexadecimal digits."))
}

/// An id as it stands in `documentId`: with a prefix that says what it is made of, or a name without colon.
fn id(text: &str) -> Result<Id, Refusal> {
    match text.split_once(':') {
        Some(("sha256", digits)) => hash(digits)
            .map(Id::Hash)
            .ok_or_else(|| bad("`documentId` with the prefix `sha256:` goes on with the SHA-256 of the document in 64 hexadecimal digits.")),
        Some(_) => Err(bad("`documentId` has a prefix that is not known here. Send `sha256:` and the hash, or a name from the manifest, which has no colon.")),
        None => Ok(hash(text).map_or_else(|| Id::Name(text.to_owned()), Id::Hash)),
    }
}

fn hash(digits: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    let is_hash = digits.len() == 64 && digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    for (byte, at) in hash.iter_mut().zip((0..64).step_by(2)).filter(|_| is_hash) {
        *byte = u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()?;
    }
    is_hash.then_some(hash)
}

fn sha256(text: &str) -> [u8; 32] {
    Sha256::digest(text).into()
}

fn bad(message: &str) -> Refusal {
    Refusal::new(code::BAD_REQUEST, message)
}

fn mismatch(message: String) -> Refusal {
    Refusal::new(code::PERSISTED_QUERY_HASH_MISMATCH, message)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TEXT: &str = "{ count }";

    fn digits(text: &str) -> String {
        sha256(text).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    fn request(query: &str, document_id: Option<&str>, sha: Option<&str>) -> GraphqlRequest {
        let extensions = sha.map(|sha| json!({"persistedQuery": {"version": 1, "sha256Hash": sha}}));
        GraphqlRequest {
            query: query.to_owned(),
            document_id: document_id.map(str::to_owned),
            extensions: extensions.and_then(|extensions| extensions.as_object().cloned()).unwrap_or_default(),
            ..GraphqlRequest::default()
        }
    }

    fn settled(persisted: &Persisted, request: GraphqlRequest) -> Result<String, &'static str> {
        persisted.settle(request, |request| !request.query.contains("never")).map(|request| request.query).map_err(|refusal| refusal.code)
    }

    #[test]
    fn a_document_is_registered_by_the_first_request_that_would_be_executed() {
        let persisted = Persisted::new(64 << 10, None, false);
        let sha = digits(TEXT);
        let prefixed = format!("sha256:{sha}");
        for known in [false, true] {
            for by_hash in [request("", None, Some(&sha)), request("", Some(&prefixed), None), request("", Some(&sha.to_uppercase()), None)] {
                assert_eq!(settled(&persisted, by_hash), if known { Ok(TEXT.to_owned()) } else { Err(code::PERSISTED_QUERY_NOT_FOUND) });
            }
            assert_eq!(settled(&persisted, request(TEXT, None, Some(&sha))), Ok(TEXT.to_owned()));
        }
        let never = digits("{ never }");
        assert_eq!(settled(&persisted, request("{ never }", None, Some(&never))), Ok("{ never }".to_owned()));
        assert_eq!(settled(&persisted, request("", None, Some(&never))), Err(code::PERSISTED_QUERY_NOT_FOUND));
        // Bounded: what many register drives out what few use.
        for number in 0..1000 {
            let text = format!("{{ count{number} }}");
            settled(&persisted, request(&text, None, Some(&digits(&text)))).unwrap();
        }
        assert!(persisted.figures().bytes <= 64 << 10);
        assert_eq!(settled(&persisted, request("", None, Some(&sha))), Err(code::PERSISTED_QUERY_NOT_FOUND));
    }

    #[test]
    fn what_does_not_fit_together_is_refused() {
        let persisted = Persisted::new(64 << 10, None, false);
        let sha = digits(TEXT);
        assert_eq!(settled(&persisted, request("{ other }", None, Some(&sha))), Err(code::PERSISTED_QUERY_HASH_MISMATCH));
        for bad in [
            request(TEXT, None, Some("abc")),
            request(TEXT, None, Some(&"가".repeat(64))),
            request("", Some("md5:abc"), None),
            request("", Some("sha256:abc"), None),
            request("", Some(&digits("x")), Some(&sha)),
            GraphqlRequest { extensions: json!({"persistedQuery": 1}).as_object().cloned().unwrap(), ..request(TEXT, None, None) },
            GraphqlRequest {
                extensions: json!({"persistedQuery": {"version": 2, "sha256Hash": sha}}).as_object().cloned().unwrap(),
                ..request(TEXT, None, None)
            },
        ] {
            assert_eq!(settled(&persisted, bad), Err(code::BAD_REQUEST));
        }
        let off = Persisted::new(0, None, false);
        assert_eq!(settled(&off, request("", None, Some(&sha))), Err(code::PERSISTED_QUERY_NOT_SUPPORTED));
        assert_eq!(settled(&off, request(TEXT, None, Some(&sha))), Ok(TEXT.to_owned()));
        assert_eq!(settled(&off, request("", Some("home"), None)), Err(code::PERSISTED_QUERY_NOT_FOUND));
    }

    #[test]
    fn trusted_documents_are_found_and_others_refused() {
        let mut trusted = TrustedDocuments::default();
        trusted.add(Some("home"), TEXT).unwrap();
        let only = Persisted::new(64 << 10, Some(Arc::new(trusted)), true);
        let sha = digits(TEXT);
        for taken in [request("", Some("home"), None), request("", None, Some(&sha)), request(TEXT, None, None), request(TEXT, Some("home"), None)] {
            assert_eq!(settled(&only, taken), Ok(TEXT.to_owned()));
        }
        assert_eq!(settled(&only, request("{ other }", None, Some(&digits("{ other }")))), Err(code::DOCUMENT_NOT_TRUSTED));
        assert_eq!(settled(&only, request("", None, Some(&digits("{ other }")))), Err(code::PERSISTED_QUERY_NOT_FOUND));
        assert_eq!(settled(&only, request("{ other }", Some("home"), None)), Err(code::PERSISTED_QUERY_HASH_MISMATCH));
    }
}
