//! One line of an exported journal, as it is written and as it is read back.

use chrono::{DateTime, Utc};
use entity::change;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::export::Rows;

/// Names the format, so that a line of another one is told apart.
pub const FORMAT: &str = "yeollam-journal/1";

/// An entry with the rows that belong to it.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Line {
    /// [`FORMAT`].
    pub format: String,
    /// Sequence of the entry.
    pub sequence: i64,
    /// Sequence of the last entry of the export: a file that ends before it was cut off.
    pub through: i64,
    /// When the entry was recorded.
    pub recorded_at: DateTime<Utc>,
    /// `ChangeKind`.
    pub kind: String,
    /// Type of the node.
    pub node_type: String,
    /// Key of the node.
    pub node_id: Uuid,
    /// Key of the registration that was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registration_id: Option<Uuid>,
    /// Salt of the digest in hexadecimal; absent where it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub salt: Option<String>,
    /// Digest of what the entry told, in hexadecimal.
    pub digest: String,
    /// Hash of the entry before.
    pub before: String,
    /// Hash of the entry.
    pub hash: String,
    /// Rows by table.
    #[serde(default, skip_serializing_if = "Rows::is_empty")]
    pub rows: Rows,
}

impl Line {
    /// The entry itself; `None` where its digest, hash or salt is no hexadecimal of 32 bytes.
    #[must_use]
    pub fn entry(&self) -> Option<change::Model> {
        Some(change::Model {
            sequence: self.sequence,
            recorded_at: self.recorded_at,
            kind: self.kind.clone(),
            node_type: self.node_type.clone(),
            node_id: self.node_id,
            registration_id: self.registration_id,
            salt: match &self.salt {
                Some(salt) => Some(bytes(salt)?.to_vec()),
                None => None,
            },
            digest: bytes(&self.digest)?.to_vec(),
            hash: bytes(&self.hash)?.to_vec(),
        })
    }
}

/// The 32 bytes that a text writes in hexadecimal.
#[must_use]
pub fn bytes(text: &str) -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = u8::from_str_radix(text.get(at..at + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::verify::hex;
    use super::*;

    #[test]
    fn hexadecimal_is_read_back() {
        let written: [u8; 32] = std::array::from_fn(|place| u8::try_from(place * 7).unwrap());
        assert_eq!(bytes(&hex(&written)), Some(written));
        for broken in ["", "00", &"g0".repeat(32), &"가".repeat(32), &"00".repeat(33)] {
            assert_eq!(bytes(broken), None, "{broken}");
        }
    }
}
