//! Access tokens of an identity provider (OpenID Connect Core 1.0; JWTs by RFC 7519, used as RFC 8725 and RFC 9068 say): whose they are, and the role that their claims stand for.
//!
//! A key says which algorithms its signatures may have; what the token says of itself is never believed. Whatever is wrong with a token, its bearer is told the same: the reason is for the log.

mod fetch;
mod keys;
mod signature;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Validation, decode, decode_header};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use self::keys::Keys;
use super::Role;
use crate::identity::derived_key;

pub use self::fetch::KeySource;

/// Longest token that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// Longest subject, name or code that a claim may hold, in characters.
const LONGEST_CLAIM: usize = 255;

/// Which tokens are taken, and what their claims stand for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcSettings {
    /// Issuer, as it stands in `iss`.
    pub issuer: String,
    /// This register, as it stands in `aud`.
    pub audience: String,
    /// Where the provider's keys are.
    pub keys: KeySource,
    /// By how much the clocks of provider and register may differ.
    pub clock_skew: TimeDelta,
    /// Claim that names the bearer.
    pub name_claim: String,
    /// Claim with the roles: a text or a list of texts; a path through objects is written with dots.
    pub role_claim: String,
    /// Values of that claim, and the role that each stands for.
    pub roles: Vec<(String, Role)>,
    /// Claim with the code of the agency for which an agency's officer acts.
    pub agency_claim: String,
}

/// Whoever bears a token that is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Issuer.
    pub issuer: String,
    /// Subject: unique and lasting at the issuer.
    pub subject: String,
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// Code of the agency, for that role.
    pub agency: Option<String>,
}

impl Identity {
    /// Key under which whoever it is is known here.
    #[must_use]
    pub fn key(&self) -> Uuid {
        derived_key("oidc subject", &[self.issuer.as_bytes(), self.subject.as_bytes()])
    }
}

/// Takes the tokens of one provider.
#[derive(Clone)]
pub struct Oidc {
    settings: Arc<OidcSettings>,
    keys: Arc<Keys>,
}

impl Oidc {
    /// Takes tokens as the settings say. The keys are read when the first token comes.
    #[must_use]
    pub fn new(settings: OidcSettings) -> Self {
        signature::install();
        Self { keys: Arc::new(Keys::new(settings.keys.clone())), settings: Arc::new(settings) }
    }

    /// Whoever bears the token, at an instant.
    ///
    /// # Errors
    /// Why it is not taken, for the log.
    pub async fn identity(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, String> {
        if token.len() > LONGEST {
            return Err(format!("it has {} bytes, more than {LONGEST}", token.len()));
        }
        let settings = &self.settings;
        let header = decode_header(token).map_err(|error| format!("its header cannot be read: {error}"))?;
        if header.crit.is_some() {
            return Err("it has extensions that must be understood (`crit`), and none is".to_owned());
        }
        let kind = header.typ.as_deref().map_or("jwt", |kind| kind.strip_prefix("application/").unwrap_or(kind)).to_ascii_lowercase();
        if !["jwt", "at+jwt"].contains(&kind.as_str()) {
            return Err(format!("it is a token of another kind: {kind}"));
        }
        let key = self.keys.key(header.kid.as_deref(), now).await?;
        let mut validation = Validation::default();
        validation.algorithms.clone_from(&key.algorithms);
        validation.set_issuer(&[&settings.issuer]);
        validation.set_audience(&[&settings.audience]);
        validation.set_required_spec_claims(&["exp", "iss", "aud", "sub"]);
        // Times are compared below, with the clock of the register.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        let claims = decode::<Map<String, Json>>(token, &key.key, &validation).map_err(|error| error.to_string())?.claims;
        self.check_times(&claims, now)?;
        let role = self.role(&claims).ok_or_else(|| format!("`{}` holds no role of the register", settings.role_claim))?;
        let agency = match role {
            Role::Agency => Some(text(&claims, &settings.agency_claim).ok_or_else(|| format!("`{}` holds no code of an agency", settings.agency_claim))?),
            _ => None,
        };
        let subject = text(&claims, "sub").ok_or("`sub` is no text, or too long")?;
        let name = text(&claims, &settings.name_claim).unwrap_or_else(|| subject.clone());
        Ok(Identity { issuer: settings.issuer.clone(), subject, name, role, agency })
    }

    fn check_times(&self, claims: &Map<String, Json>, now: DateTime<Utc>) -> Result<(), String> {
        let skew = self.settings.clock_skew;
        let at = |claim: &str| match claims.get(claim) {
            None => Ok(None),
            Some(value) => instant(value).map(Some).ok_or_else(|| format!("`{claim}` is no instant")),
        };
        if at("exp")?.is_none_or(|expires| expires + skew <= now) {
            return Err("it has expired".to_owned());
        }
        for claim in ["nbf", "iat"] {
            if at(claim)?.is_some_and(|from| from - skew > now) {
                return Err(format!("it is not valid yet, by `{claim}`"));
            }
        }
        Ok(())
    }

    /// The role that the claims stand for; of several, the one that may most.
    fn role(&self, claims: &Map<String, Json>) -> Option<Role> {
        let given: Vec<&str> = match found(claims, &self.settings.role_claim)? {
            Json::String(role) => vec![role],
            Json::Array(roles) => roles.iter().filter_map(Json::as_str).collect(),
            _ => return None,
        };
        let held = |role: Role| self.settings.roles.iter().any(|(value, stands_for)| *stands_for == role && given.contains(&value.as_str()));
        [Role::Admin, Role::Regulator, Role::Agency].into_iter().find(|role| held(*role))
    }
}

/// The claim of that name, or at that path.
fn found<'c>(claims: &'c Map<String, Json>, path: &str) -> Option<&'c Json> {
    if let Some(claim) = claims.get(path) {
        return Some(claim);
    }
    let (first, rest) = path.split_once('.')?;
    found(claims.get(first)?.as_object()?, rest)
}

fn text(claims: &Map<String, Json>, path: &str) -> Option<String> {
    let text = found(claims, path)?.as_str()?;
    ((1..=LONGEST_CLAIM).contains(&text.chars().count()) && !text.contains(char::is_control)).then(|| text.to_owned())
}

/// A `NumericDate`: seconds since 1970, whole or not.
fn instant(value: &Json) -> Option<DateTime<Utc>> {
    let seconds = value.as_i64().or_else(|| value.to_string().split_once('.')?.0.parse().ok())?;
    // Years of four digits: further ones could not be added to.
    DateTime::from_timestamp(seconds, 0).filter(|at| (0..=253_402_300_799).contains(&at.timestamp()))
}
