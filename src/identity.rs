//! Identity of the register's objects: derived from the type and the natural key, so that both databases, a rebuild and a mirror agree.
//!
//! A key has 128 bits, since whoever chooses names could make shorter ones collide. In the schema it appears as an opaque global id, `Type_…`. Keys of what belongs to one agency begin alike (docs/adr/0036).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use uuid::Uuid;

use crate::error::Error;
use crate::vocabulary::Vocabulary;

crate::vocabulary! {
    /// Type of a node of the register: an object with a global id.
    pub enum NodeType {
        Agency = "Agency", "기관", "Agency";
        DataFile = "DataFile", "개인정보파일", "Personal-data file";
        Registration = "Registration", "등록 이력", "Registration";
        ItemCategory = "ItemCategory", "항목 분류", "Item category";
        Statute = "Statute", "법령", "Statute";
        Organization = "Organization", "제공받는 자·수탁자", "Organization";
        Provision = "Provision", "제3자 제공", "Provision";
        Entrustment = "Entrustment", "위탁", "Entrustment";
        ImpactAssessment = "ImpactAssessment", "영향평가", "Impact assessment";
        PrivacyPolicy = "PrivacyPolicy", "처리방침", "Privacy policy";
        PolicyRevision = "PolicyRevision", "처리방침 개정", "Policy revision";
        Recommendation = "Recommendation", "개선권고", "Recommendation";
        Finding = "Finding", "점검 결과", "Finding";
        DataFlow = "DataFlow", "개인정보 흐름", "Data flow";
        Application = "Application", "등록 신청", "Application";
        Import = "Import", "가져오기", "Import";
        Change = "Change", "변경", "Change";
    }
}

/// Key derived from the kind of thing and the parts of its natural key. Parts are length-prefixed: `("ab", "c")` and `("a", "bc")` differ.
#[must_use]
pub fn derived_key(kind: &str, parts: &[&[u8]]) -> Uuid {
    let mut hasher = blake3::Hasher::new_derive_key("yeollam 2026-11-22 key of an object");
    for part in std::iter::once(kind.as_bytes()).chain(parts.iter().copied()) {
        hasher.update(&(part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    Uuid::from_bytes(bytes)
}

/// Key of a node from the parts of its natural key.
#[must_use]
pub fn node_key(node_type: NodeType, parts: &[&str]) -> Uuid {
    derived_key(node_type.as_str(), &parts.iter().map(|part| part.as_bytes()).collect::<Vec<_>>())
}

/// First bytes that the keys of what belongs to one agency have in common.
const COMMON: usize = 3;

/// The key, beginning as that of its owner does: what is recorded and read together lies together in every index by key.
#[must_use]
pub fn beside(owner: Uuid, key: Uuid) -> Uuid {
    let mut bytes = key.into_bytes();
    bytes.iter_mut().zip(owner.as_bytes()).take(COMMON).for_each(|(byte, of_owner)| *byte = *of_owner);
    Uuid::from_bytes(bytes)
}

/// Key of an agency.
#[must_use]
pub fn agency_key(code: &str) -> Uuid {
    node_key(NodeType::Agency, &[code])
}

/// Key of a data file, beside that of the agency whose code its registration number begins with.
#[must_use]
pub fn data_file_key(registration_number: &str) -> Uuid {
    let code = registration_number.rsplit_once('-').map_or(registration_number, |(code, _)| code);
    beside(agency_key(code), node_key(NodeType::DataFile, &[registration_number]))
}

/// Key of the part at `position` of the object `owner`, beside that.
#[must_use]
pub fn part_key(kind: &str, owner: Uuid, position: i32) -> Uuid {
    beside(owner, derived_key(kind, &[owner.as_bytes(), &position.to_be_bytes()]))
}

/// Key of a change: its sequence number, since the journal is looked up by nothing else.
#[must_use]
pub fn change_key(sequence: i64) -> Uuid {
    Uuid::from_u128(sequence.cast_unsigned().into())
}

/// Opaque global id as the schema publishes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct GlobalId {
    /// Type of the node.
    pub node_type: NodeType,
    /// Key of the node.
    pub key: Uuid,
}

impl GlobalId {
    /// Global id of the node of that type and key.
    #[must_use]
    pub fn new(node_type: NodeType, key: Uuid) -> Self {
        Self { node_type, key }
    }

    /// Reads an id that a client sent.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for text that no `id` field ever answered.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::input(format!("\"{}\" is not an id of this register; take ids from `id` fields as they are", abbreviated(text)));
        let (name, key) = text.split_once('_').ok_or_else(bad)?;
        let node_type = NodeType::from_word(name).ok_or_else(bad)?;
        let bytes = URL_SAFE_NO_PAD.decode(key).map_err(|_| bad())?;
        let key = Uuid::from_slice(&bytes).map_err(|_| bad())?;
        Ok(Self { node_type, key })
    }

    /// Reads an id that must be of one type.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for no id, or the id of another type.
    pub fn parse_as(text: &str, wanted: NodeType) -> Result<Uuid, Error> {
        let id = Self::parse(text)?;
        if id.node_type == wanted {
            Ok(id.key)
        } else {
            Err(Error::input(format!("\"{}\" is the id of a {}, a {} is wanted", abbreviated(text), id.node_type.as_str(), wanted.as_str())))
        }
    }
}

impl std::fmt::Display for GlobalId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}_{}", self.node_type.as_str(), URL_SAFE_NO_PAD.encode(self.key.as_bytes()))
    }
}

/// The beginning of a text that a client sent, short enough for a message.
#[must_use]
pub fn abbreviated(text: &str) -> String {
    if text.chars().count() <= 60 { text.to_owned() } else { text.chars().take(57).chain("…".chars()).collect() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn parts_do_not_run_together() {
        assert_ne!(node_key(NodeType::Agency, &["ab", "c"]), node_key(NodeType::Agency, &["a", "bc"]));
        assert_ne!(node_key(NodeType::Agency, &["a"]), node_key(NodeType::Statute, &["a"]));
    }

    #[test]
    fn keys_never_change() {
        // Ids are kept by clients and mirrors: a change of the derivation is a break.
        let golden = [
            GlobalId::new(NodeType::Agency, agency_key("6110000")),
            GlobalId::new(NodeType::DataFile, data_file_key("6110000-1")),
            GlobalId::new(NodeType::Registration, part_key(NodeType::Registration.as_str(), data_file_key("6110000-1"), 1)),
        ];
        assert_eq!(golden.map(|id| id.to_string()).join("\n"), include_str!("identity.golden").trim());
    }

    #[test]
    fn keys_of_one_agency_begin_alike_and_no_others_do() {
        let of = |code: &str| {
            let file = data_file_key(&format!("{code}-1"));
            [agency_key(code), file, data_file_key(&format!("{code}-2")), part_key(NodeType::Registration.as_str(), file, 1)]
        };
        let begins = |key: Uuid| key.as_u128() >> (128 - 8 * COMMON);
        let [one, other] = [of("6110000"), of("6260000")];
        assert!(one.iter().all(|key| begins(*key) == begins(one[0])) && other.iter().all(|key| begins(*key) == begins(other[0])));
        assert_ne!(begins(one[0]), begins(other[0]));
        let all: std::collections::HashSet<Uuid> = one.into_iter().chain(other).collect();
        assert_eq!(all.len(), 8);
    }

    #[test]
    fn the_wrong_type_is_named() {
        let id = GlobalId::new(NodeType::Agency, node_key(NodeType::Agency, &["6110000"])).to_string();
        let message = GlobalId::parse_as(&id, NodeType::DataFile).unwrap_err().to_string();
        assert!(message.contains("the id of a Agency") && message.contains("DataFile"), "{message}");
    }

    proptest! {
        #[test]
        fn ids_round_trip(key in any::<u128>(), which in 0..NodeType::WORDS.len()) {
            let id = GlobalId::new(NodeType::WORDS[which].is, Uuid::from_u128(key));
            prop_assert_eq!(GlobalId::parse(&id.to_string()).unwrap(), id);
        }

        #[test]
        fn no_text_makes_it_panic(text in ".*") {
            let _ = GlobalId::parse(&text);
        }
    }
}
