//! The public journal: append-only, each entry with the hash of the one before, over salted digests of what was recorded.
//!
//! Every value is a leaf of the digest under a salt of its own, derived from the entry's salt and the value's path. A value that must be erased takes its leaf's
//! preimage with it: the leaves' digests stay, the chain still verifies, and a short value cannot be guessed back without the salt.

mod feed;
pub mod graphql;
mod head;
pub mod store;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::identity::NodeType;
use crate::vocabulary::Vocabulary as _;

pub use feed::Feed;
pub use head::Head;

crate::vocabulary! {
    /// What a journal entry tells.
    pub enum ChangeKind, filter ChangeKindFilter {
        AgencyRegistered = "AGENCY_REGISTERED", "기관 등록", "Agency registered";
        AgencyAmended = "AGENCY_AMENDED", "기관 변경", "Agency amended";
        AgencySucceeded = "AGENCY_SUCCEEDED", "기관 승계", "Agency succeeded by another", "The node is the predecessor.";
        OrganizationAdded = "ORGANIZATION_ADDED", "제공받는 자·수탁자 추가", "Organization added";
        OrganizationAmended = "ORGANIZATION_AMENDED", "제공받는 자·수탁자 변경", "Organization amended";
        OrganizationMerged = "ORGANIZATION_MERGED", "제공받는 자·수탁자 통합", "Organization merged into another";
        OrganizationSeparated = "ORGANIZATION_SEPARATED", "제공받는 자·수탁자 분리", "Organization that was merged stands for itself again";
        StatuteAdded = "STATUTE_ADDED", "법령 추가", "Statute added";
        StatuteAmended = "STATUTE_AMENDED", "법령 변경", "Statute amended";
        RegistrationRecorded = "REGISTRATION_RECORDED", "등록 이력 기록", "Registration recorded", "The node is the data file; `registration` is the record.";
        DataFileDestroyed = "DATA_FILE_DESTROYED", "개인정보파일 파기", "Data file destroyed", "The tombstone: the node is the data file, `registration` its last record.";
        DataFileAmended = "DATA_FILE_AMENDED", "개인정보파일 상태 변경", "Status of a data file changed";
        ImpactAssessmentRecorded = "IMPACT_ASSESSMENT_RECORDED", "영향평가 기록", "Impact assessment recorded";
        ImpactAssessmentAmended = "IMPACT_ASSESSMENT_AMENDED", "영향평가 변경", "Impact assessment amended";
        PrivacyPolicyAdded = "PRIVACY_POLICY_ADDED", "처리방침 추가", "Privacy policy added";
        PolicyRevisionPublished = "POLICY_REVISION_PUBLISHED", "처리방침 개정 공개", "Policy revision published";
        RecommendationIssued = "RECOMMENDATION_ISSUED", "개선권고", "Recommendation issued";
        RecommendationAnswered = "RECOMMENDATION_ANSWERED", "개선권고 회신", "Recommendation answered";
        ValueRedacted = "VALUE_REDACTED", "비공개 처리", "Value erased from a record", "`redaction` tells where and why; of a registration the node is the data file.";
        SourcesAmended = "SOURCES_AMENDED", "출처 변경", "Sources of a record changed", "The node is the record, whose content stayed as it was.";
    }
}

/// An entry before it is chained.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What happened.
    pub kind: ChangeKind,
    /// Type of the node.
    pub node_type: NodeType,
    /// Key of the node.
    pub node_id: Uuid,
    /// The registration recorded.
    pub registration_id: Option<Uuid>,
    /// When.
    pub recorded_at: DateTime<Utc>,
    /// Salt of the digest.
    pub salt: [u8; 32],
}

impl Entry {
    /// The entry that follows `last` (its sequence and hash), with the digest of `content`.
    #[must_use]
    pub fn chained(&self, last: Option<(i64, [u8; 32])>, content: &Json) -> entity::change::Model {
        let (sequence, before) = last.map_or((1, [0; 32]), |(sequence, hash)| (sequence + 1, hash));
        let digest = digest(&self.salt, content);
        let mut entry = entity::change::Model {
            sequence,
            recorded_at: self.recorded_at,
            kind: self.kind.as_str().to_owned(),
            node_type: self.node_type.as_str().to_owned(),
            node_id: self.node_id,
            registration_id: self.registration_id,
            salt: Some(self.salt.to_vec()),
            digest: digest.to_vec(),
            hash: Vec::new(),
        };
        entry.hash = hash(&entry, &before).to_vec();
        entry
    }
}

/// Hash of an entry that follows the one with the hash `before`; that of none is all zeros.
#[must_use]
pub fn hash(entry: &entity::change::Model, before: &[u8; 32]) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("yeollam 2026-11-22 journal entry");
    hasher.update(before).update(&entry.sequence.to_be_bytes()).update(&entry.recorded_at.timestamp_micros().to_be_bytes());
    for part in [entry.kind.as_bytes(), entry.node_type.as_bytes(), entry.node_id.as_bytes(), entry.registration_id.unwrap_or_default().as_bytes()] {
        hasher.update(&(part.len() as u64).to_be_bytes()).update(part);
    }
    hasher.update(&entry.digest);
    *hasher.finalize().as_bytes()
}

/// Digest over the leaves of `content`, each under the salt derived for its path.
#[must_use]
pub fn digest(salt: &[u8; 32], content: &Json) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("yeollam 2026-11-22 digest of a journal entry");
    for (path, leaf) in leaves(content) {
        hasher.update(&(path.len() as u64).to_be_bytes()).update(path.as_bytes()).update(&leaf_digest(&leaf_salt(salt, &path), &leaf));
    }
    *hasher.finalize().as_bytes()
}

/// Salt of the value at `path`.
#[must_use]
pub fn leaf_salt(salt: &[u8; 32], path: &str) -> [u8; 32] {
    *blake3::keyed_hash(salt, path.as_bytes()).as_bytes()
}

/// Digest of one value under its salt.
#[must_use]
pub fn leaf_digest(salt: &[u8; 32], leaf: &str) -> [u8; 32] {
    *blake3::keyed_hash(salt, leaf.as_bytes()).as_bytes()
}

/// Values of `content` with their paths, in the order of the paths. Nulls are left out: a field that a later version adds changes no earlier digest.
#[must_use]
pub fn leaves(content: &Json) -> Vec<(String, String)> {
    fn walk(path: &str, value: &Json, found: &mut Vec<(String, String)>) {
        let below = |key: &str| if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        match value {
            Json::Null => {}
            Json::Object(fields) => fields.iter().for_each(|(key, value)| walk(&below(key), value, found)),
            Json::Array(values) => values.iter().enumerate().for_each(|(index, value)| walk(&below(&index.to_string()), value, found)),
            scalar => found.push((path.to_owned(), scalar.to_string())),
        }
    }
    let mut found = Vec::new();
    walk("", content, &mut found);
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry() -> Entry {
        Entry {
            kind: ChangeKind::AgencyRegistered,
            node_type: NodeType::Agency,
            node_id: Uuid::from_u128(1),
            registration_id: None,
            recorded_at: DateTime::UNIX_EPOCH,
            salt: [7; 32],
        }
    }

    #[test]
    fn each_entry_holds_the_one_before() {
        let first = entry().chained(None, &json!({"name": "가"}));
        let second = entry().chained(Some((first.sequence, first.hash.clone().try_into().unwrap())), &json!({"name": "가"}));
        assert_eq!((first.sequence, second.sequence), (1, 2));
        assert_eq!(first.digest, second.digest);
        assert_ne!(first.hash, second.hash);
    }

    #[test]
    fn every_value_and_its_place_counts() {
        let salt = [1; 32];
        let digests = [json!({"a": "x", "b": ["y"]}), json!({"a": "y", "b": ["x"]}), json!({"a": "x"}), json!({"a": "x", "b": [["y"]]})]
            .map(|content| digest(&salt, &content));
        for (index, one) in digests.iter().enumerate() {
            assert!(digests[index + 1..].iter().all(|other| other != one));
        }
        assert_ne!(digest(&[2; 32], &json!({"a": "x"})), digests[2], "the salt counts");
        assert_eq!(digest(&salt, &json!({"a": "x", "later": null})), digests[2], "absence is no value");
    }
}
