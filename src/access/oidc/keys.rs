//! The keys of an identity provider: read when they are first needed, again when a token names one that is not known, and again after an hour.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey};
use serde_json::Value as Json;

use super::fetch::KeySource;
use crate::remote;

/// How long keys are used before they are read again: a key that the provider has taken back is not taken any longer.
const KEPT: TimeDelta = TimeDelta::hours(1);

/// Shortest time between two reads: tokens with invented keys must not make the register ask the provider over and over.
const PAUSE: TimeDelta = TimeDelta::seconds(10);

/// A key, and the algorithms that its signatures may have.
pub struct Key {
    id: Option<String>,
    /// The key.
    pub key: DecodingKey,
    /// Algorithms.
    pub algorithms: Vec<Algorithm>,
}

/// The keys of one provider.
pub struct Keys {
    source: KeySource,
    known: RwLock<Known>,
    /// Held by whoever reads them: others use those that are known, or wait.
    reading: tokio::sync::Mutex<()>,
}

#[derive(Default)]
struct Known {
    keys: Vec<Arc<Key>>,
    /// When they were read.
    read_at: Option<DateTime<Utc>>,
    /// When reading them was tried last.
    tried_at: Option<DateTime<Utc>>,
}

impl Known {
    fn find(&self, id: Option<&str>) -> Option<Arc<Key>> {
        match id {
            Some(_) => self.keys.iter().find(|key| key.id.as_deref() == id).cloned(),
            // Without a name, the only key can be meant, and none of several.
            None => self.keys.first().filter(|_| self.keys.len() == 1).cloned(),
        }
    }

    fn may_be_read(&self, now: DateTime<Utc>) -> bool {
        self.tried_at.is_none_or(|tried| tried + PAUSE <= now || tried > now)
    }
}

impl Keys {
    /// The keys at a source.
    pub fn new(source: KeySource) -> Self {
        Self { source, known: RwLock::default(), reading: tokio::sync::Mutex::default() }
    }

    /// The key of that name, at an instant.
    ///
    /// # Errors
    /// That there is none.
    pub async fn key(&self, id: Option<&str>, now: DateTime<Utc>) -> Result<Arc<Key>, String> {
        let (key, is_old, may_be_read) = self.look_up(id, now);
        match key {
            Some(key) if !is_old || !may_be_read => return Ok(key),
            // Read by whoever comes first; the others go on with those that are known.
            Some(key) => {
                let Ok(_reading) = self.reading.try_lock() else { return Ok(key) };
                self.read(now).await;
            }
            None => {
                let _reading = self.reading.lock().await;
                let (key, _, may_be_read) = self.look_up(id, now);
                match key {
                    Some(key) => return Ok(key),
                    None if may_be_read => self.read(now).await,
                    None => {}
                }
            }
        }
        self.look_up(id, now).0.ok_or_else(|| match id {
            Some(id) => format!("the provider has no key \"{id}\""),
            None => "it names no key, and the provider does not have exactly one".to_owned(),
        })
    }

    fn look_up(&self, id: Option<&str>, now: DateTime<Utc>) -> (Option<Arc<Key>>, bool, bool) {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        (known.find(id), known.read_at.is_none_or(|read| read + KEPT <= now), known.may_be_read(now))
    }

    /// Reads the keys. Those that are known stay where that fails.
    async fn read(&self, now: DateTime<Utc>) {
        let read = self.source.read().await.and_then(|bytes| parsed(&bytes));
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        known.tried_at = Some(now);
        match read {
            Ok(keys) => {
                tracing::info!(keys = keys.len(), "the keys of the identity provider were read");
                known.keys = keys.into_iter().map(Arc::new).collect();
                known.read_at = Some(now);
            }
            Err(error) => tracing::error!(error, "the keys of the identity provider cannot be read"),
        }
    }
}

impl KeySource {
    /// Whether there are keys, as far as this machine can tell: another one is not asked.
    ///
    /// # Errors
    /// Why there are none.
    pub async fn check(&self) -> Result<(), String> {
        match self {
            Self::File(path) => {
                let keys = parsed(&self.read().await?).map_err(|error| format!("{}: {error}", path.display()))?;
                if keys.is_empty() { Err(format!("{}: it has no key that can be used", path.display())) } else { Ok(()) }
            }
            Self::Address { authorities, .. } => remote::trusted(authorities.as_ref()).map(|_| ()),
        }
    }
}

/// Keys of a set that can be used here. Others in it do no harm: a provider may have some for other purposes.
fn parsed(bytes: &[u8]) -> Result<Vec<Key>, String> {
    let set: Json = serde_json::from_slice(bytes).map_err(|error| format!("no JSON: {error}"))?;
    let keys = set.get("keys").and_then(Json::as_array).ok_or("no JWK set: `keys` is missing")?;
    Ok(keys.iter().filter_map(|key| usable(serde_json::from_value(key.clone()).ok()?)).collect())
}

fn usable(jwk: Jwk) -> Option<Key> {
    if jwk.common.public_key_use.as_ref().is_some_and(|purpose| *purpose != PublicKeyUse::Signature) {
        return None;
    }
    let possible: &[Algorithm] = match &jwk.algorithm {
        AlgorithmParameters::RSA(_) => &[Algorithm::RS256, Algorithm::RS384, Algorithm::RS512, Algorithm::PS256, Algorithm::PS384, Algorithm::PS512],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P256 => &[Algorithm::ES256],
        AlgorithmParameters::EllipticCurve(key) if key.curve == EllipticCurve::P384 => &[Algorithm::ES384],
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => &[Algorithm::EdDSA],
        // Never a secret that both sides know: whoever can read it could make tokens.
        _ => return None,
    };
    let stated = jwk.common.key_algorithm.as_ref().map(ToString::to_string);
    let is_meant = |algorithm: &Algorithm| stated.as_ref().is_none_or(|stated| *stated == format!("{algorithm:?}"));
    let algorithms: Vec<Algorithm> = possible.iter().copied().filter(is_meant).collect();
    let key = DecodingKey::from_jwk(&jwk).ok().filter(|_| !algorithms.is_empty())?;
    Some(Key { id: jwk.common.key_id, key, algorithms })
}
