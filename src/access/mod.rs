//! Who may: API tokens, the roles in which their bearers act, and the private log of who did what.
//!
//! What is public is read without a token. A token of the register is 256 random bits behind a prefix by which leaked ones can be found; it is shown once, and kept as a hash under a key of its own.
//! An identity provider's access tokens are taken beside them, where one is set up.

pub mod graphql;
mod guard;
mod oidc;
mod store;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

pub use guard::AccessGuard;
pub use oidc::{Identity, KeySource, Oidc, OidcSettings};
pub use store::{AuditListed, Audited, IdempotentAnswer, NewToken, TokenListed};

crate::vocabulary! {
    /// Role in which a request is made (권한).
    pub enum Role {
        Anonymous = "ANONYMOUS", "공개 이용자", "Anonymous", "Reads what is public.";
        Agency = "AGENCY", "공공기관 담당자", "Agency", "Applies for its agency and those below it.";
        Regulator = "REGULATOR", "개인정보보호위원회", "Regulator", "Returns and accepts applications.";
        Admin = "ADMIN", "관리자", "Administrator", "Does whatever the others may.";
    }
}

crate::vocabulary! {
    /// What the private audit log tells (감사 기록).
    pub enum AuditAction {
        TokenCreated = "TOKEN_CREATED", "토큰 발급", "Token created";
        TokenChanged = "TOKEN_CHANGED", "토큰 변경", "Name, role or agency of an identity provider's subject changed";
        TokenRevoked = "TOKEN_REVOKED", "토큰 폐기", "Token revoked";
        ApplicationCreated = "APPLICATION_CREATED", "신청서 작성", "Application drawn up";
        ApplicationUpdated = "APPLICATION_UPDATED", "신청서 수정", "Application edited";
        ApplicationSubmitted = "APPLICATION_SUBMITTED", "신청서 제출", "Application submitted";
        ApplicationReturned = "APPLICATION_RETURNED", "신청서 보완 요구", "Application returned";
        ApplicationAccepted = "APPLICATION_ACCEPTED", "신청 수리", "Application accepted";
        ApplicationCancelled = "APPLICATION_CANCELLED", "신청 취소", "Application cancelled";
        AgencyRegistered = "AGENCY_REGISTERED", "기관 등록", "Agency registered";
        AgencyRenamed = "AGENCY_RENAMED", "기관 명칭 변경", "Agency renamed";
        AgencySucceeded = "AGENCY_SUCCEEDED", "기관 승계", "Agency succeeded by another";
        OrganizationMerged = "ORGANIZATION_MERGED", "제공받는 자·수탁자 통합", "Organization merged into another";
        OrganizationSeparated = "ORGANIZATION_SEPARATED", "제공받는 자·수탁자 분리", "Organization separated again";
        ValueRedacted = "VALUE_REDACTED", "비공개 처리", "Value erased from a record";
        ImpactAssessmentRecorded = "IMPACT_ASSESSMENT_RECORDED", "영향평가 기록", "Impact assessment recorded";
        PrivacyPolicyPublished = "PRIVACY_POLICY_PUBLISHED", "처리방침 공개", "Privacy policy published";
        RecommendationIssued = "RECOMMENDATION_ISSUED", "개선권고", "Recommendation issued";
        RecommendationAnswered = "RECOMMENDATION_ANSWERED", "개선권고 회신", "Recommendation answered";
        ImportStarted = "IMPORT_STARTED", "가져오기 시작", "Import started";
        ImportFinished = "IMPORT_FINISHED", "가져오기 종료", "Import finished";
    }
}

/// Whoever made a request with a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// Key of the token.
    pub token: Uuid,
    /// Whom the token was given to.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Agency for which an agency's officer acts.
    pub agency: Option<Uuid>,
}

/// What an API token begins with.
pub const PREFIX: &str = "ylm_";

/// An API token, as its bearer has it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret([u8; 32]);

impl Secret {
    /// A token of random bits.
    #[must_use]
    pub fn new(bits: [u8; 32]) -> Self {
        Self(bits)
    }

    /// Reads a token; `None` for a text that is none.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        URL_SAFE_NO_PAD.decode(text.strip_prefix(PREFIX)?).ok()?.try_into().ok().map(Self)
    }

    /// The token as it is handed over.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(self.0))
    }

    /// Key under which it is kept: tells nothing of the token.
    #[must_use]
    pub fn id(&self) -> Uuid {
        let mut bytes = [0; 16];
        blake3::Hasher::new_derive_key("yeollam 2026-11-23 key of an API token").update(&self.0).finalize_xof().fill(&mut bytes);
        Uuid::from_bytes(bytes)
    }

    /// Hash of the token under `key`.
    #[must_use]
    pub fn hash(&self, key: &[u8; 32]) -> [u8; 32] {
        *blake3::keyed_hash(key, &self.0).as_bytes()
    }

    /// Whether it is the token that was hashed so, told in the same time whatever differs.
    #[must_use]
    pub fn is_hashed_as(&self, key: &[u8], hash: &[u8]) -> bool {
        key.try_into().is_ok_and(|key| self.hash(key).ct_eq(hash).into())
    }
}

/// Why a token is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The register never gave it out.
    Unknown,
    /// It was revoked.
    Revoked,
    /// Its time is over.
    Expired(DateTime<Utc>),
}

impl Refused {
    /// What its bearer is told.
    #[must_use]
    pub fn message(self) -> String {
        match self {
            Self::Unknown => "The token in `Authorization` is none of this register. Send `Bearer ylm_…` as it was given to you, or no `Authorization` to read what is public.".to_owned(),
            Self::Revoked => "The token in `Authorization` was revoked. Ask the register's administrator for another one.".to_owned(),
            Self::Expired(at) => format!("The token in `Authorization` expired at {}. Ask the register's administrator for another one.", at.format("%Y-%m-%dT%H:%M:%SZ")),
        }
    }
}

/// The token of a header `Authorization`; `None` where it holds none.
#[must_use]
pub fn bearer(header: &str) -> Option<Secret> {
    Secret::parse(presented(header)?)
}

/// What a header `Authorization` presents as a token, whatever it is.
#[must_use]
pub fn presented(header: &str) -> Option<&str> {
    let (scheme, token) = header.trim().split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_read_as_it_was_written() {
        let secret = Secret::new([7; 32]);
        let text = secret.text();
        assert!(text.starts_with("ylm_") && text.len() == 47, "{text}");
        assert!(Secret::parse(&text) == Some(secret.clone()));
        for header in [format!("Bearer {text}"), format!("bearer  {text} ")] {
            assert!(bearer(&header) == Some(secret.clone()), "{header}");
        }
        for header in ["", "Bearer", "Bearer x", "Basic dXNlcjpwYXNz", &text, &format!("Bearer {text}x"), &format!("Bearer {}", &text[4..])] {
            assert!(bearer(header).is_none(), "{header}");
        }
    }

    #[test]
    fn a_hash_fits_one_token_under_one_key() {
        let (secret, key) = (Secret::new([1; 32]), [9; 32]);
        let hash = secret.hash(&key);
        assert!(secret.is_hashed_as(&key, &hash));
        assert!(!Secret::new([2; 32]).is_hashed_as(&key, &hash));
        assert!(!secret.is_hashed_as(&[8; 32], &hash));
        assert!(!secret.is_hashed_as(&key[1..], &hash) && !secret.is_hashed_as(&key, &hash[1..]));
        assert_ne!(secret.id(), Secret::new([2; 32]).id());
    }
}
