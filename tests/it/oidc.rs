//! Access tokens of an identity provider: those that are taken, everything that is not, keys that are exchanged, and what the audit log tells of their bearers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use ring::hmac;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _};
use serde_json::{Value, json};
use yeollam::access::{Oidc, OidcSettings, Role};

use crate::harness::server::now;
use crate::harness::{Data, Server, on_both};

const ISSUER: &str = "https://id.example.kr/realms/gov";
const VIEWER: &str = "{ viewer { name role agency { code } } }";

fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A key of the provider.
enum Signer {
    Edwards(Ed25519KeyPair),
    Curve(EcdsaKeyPair),
}

impl Signer {
    fn edwards() -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        Self::Edwards(Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap())
    }

    fn curve() -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        Self::Curve(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap())
    }

    fn algorithm(&self) -> &'static str {
        match self {
            Self::Edwards(_) => "EdDSA",
            Self::Curve(_) => "ES256",
        }
    }

    fn public(&self) -> &[u8] {
        match self {
            Self::Edwards(key) => key.public_key().as_ref(),
            Self::Curve(key) => key.public_key().as_ref(),
        }
    }

    fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Edwards(_) => json!({"kty": "OKP", "crv": "Ed25519", "use": "sig", "alg": "EdDSA", "kid": id, "x": encoded(self.public())}),
            // 4, then both coordinates.
            Self::Curve(_) => {
                json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": id, "x": encoded(&self.public()[1..33]), "y": encoded(&self.public()[33..])})
            }
        }
    }

    fn signed(&self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Edwards(key) => key.sign(message).as_ref().to_vec(),
            Self::Curve(key) => key.sign(&SystemRandom::new(), message).unwrap().as_ref().to_vec(),
        }
    }

    /// A token with these claims, signed by the key of that name.
    fn token(&self, id: &str, claims: &Value) -> String {
        let message = unsigned(&json!({"alg": self.algorithm(), "typ": "at+jwt", "kid": id}), claims);
        format!("{message}.{}", encoded(self.signed(message.as_bytes())))
    }
}

fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string()))
}

/// Claims of a token that is taken.
fn claims() -> Value {
    let at = now().timestamp();
    json!({
        "iss": ISSUER, "aud": ["account", "yeollam"], "sub": "f3b1c2", "iat": at - 10, "nbf": at - 10, "exp": at + 300,
        "realm_access": {"roles": ["offline_access", "register-officer"]}, "agency_code": "4090000", "preferred_username": "gimpo-7",
    })
}

fn with(name: &str, value: Value) -> Value {
    let mut claims = claims();
    claims[name] = value;
    claims
}

fn without(name: &str) -> Value {
    let mut claims = claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

/// A provider whose keys are in a file.
struct Provider {
    folder: tempfile::TempDir,
}

impl Provider {
    fn new(keys: &[Value]) -> Self {
        let provider = Self { folder: tempfile::tempdir().unwrap() };
        provider.publishes(keys);
        provider
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("keys.json")
    }

    fn publishes(&self, keys: &[Value]) {
        fs::write(self.path(), json!({"keys": keys}).to_string()).unwrap();
    }

    fn oidc(&self) -> Oidc {
        let role = |value: &str, role: Role| (value.to_owned(), role);
        Oidc::new(OidcSettings {
            issuer: ISSUER.to_owned(),
            audience: "yeollam".to_owned(),
            keys: self.path().to_str().unwrap().parse().unwrap(),
            clock_skew: TimeDelta::seconds(60),
            name_claim: "preferred_username".to_owned(),
            role_claim: "realm_access.roles".to_owned(),
            roles: vec![role("register-officer", Role::Agency), role("register-commission", Role::Regulator), role("register-admin", Role::Admin)],
            agency_claim: "agency_code".to_owned(),
        })
    }
}

async fn must_be_refused(server: &Server, token: &str, what: &str) {
    let answer = server.answer_as(token, VIEWER, json!({})).await;
    let error = &answer.body["errors"][0];
    assert_eq!((answer.status.as_u16(), error["extensions"]["code"].as_str()), (401, Some("UNAUTHENTICATED")), "{what}: {answer}");
    // Whatever is wrong, the bearer is told the same.
    assert!(answer.body.get("data").is_none() && error["message"].as_str().unwrap().contains("is none of this register"), "{what}: {answer}");
}

async fn tokens_of_a_provider_are_taken(server: Server) {
    let (edwards, curve) = (Signer::edwards(), Signer::curve());
    let encryption = json!({"kty": "RSA", "use": "enc", "kid": "e", "n": "AQAB", "e": "AQAB"});
    let provider = Provider::new(&[edwards.jwk("one"), curve.jwk("two"), encryption, json!({"kty": "new", "kid": "three"})]);
    let server = server.with_oidc(provider.oidc()).await;
    for token in [edwards.token("one", &claims()), curve.token("two", &claims()), curve.token("two", &with("aud", json!("yeollam")))] {
        let viewer = server.query_as(&token, VIEWER, json!({})).await;
        assert_eq!(viewer["viewer"], json!({"name": "gimpo-7", "role": "AGENCY", "agency": {"code": "4090000"}}));
    }
    for (roles, role) in
        [(json!(["register-commission"]), "REGULATOR"), (json!("register-admin"), "ADMIN"), (json!(["register-officer", "register-commission"]), "REGULATOR")]
    {
        let token = edwards.token("one", &with("realm_access", json!({"roles": roles})));
        assert_eq!(server.query_as(&token, VIEWER, json!({})).await["viewer"], json!({"name": "gimpo-7", "role": role, "agency": null}));
    }
    // Clocks may differ by a minute, either way.
    for (name, seconds) in [("exp", -59), ("nbf", 59), ("iat", 59)] {
        let token = edwards.token("one", &with(name, json!(now().timestamp() + seconds)));
        assert_eq!(server.query_as(&token, VIEWER, json!({})).await["viewer"]["role"], "AGENCY", "{name}");
    }
    // Tokens of the register are taken beside.
    let own = server.token(Role::Regulator, None, "위원회").await;
    assert_eq!(server.query_as(&own, VIEWER, json!({})).await["viewer"]["name"], "위원회");
}

async fn whatever_is_wrong_is_told_alike(server: Server) {
    let (key, stranger) = (Signer::edwards(), Signer::edwards());
    let secret = json!({"kty": "oct", "use": "sig", "alg": "HS256", "kid": "secret", "k": encoded(b"known to both sides, and so no proof")});
    let provider = Provider::new(&[key.jwk("one"), secret]);
    must_be_refused(&server, &key.token("one", &claims()), "a register without a provider").await;
    let server = server.with_oidc(provider.oidc()).await;
    let at = now().timestamp();
    let valid = key.token("one", &claims());
    assert_eq!(server.query_as(&valid, VIEWER, json!({})).await["viewer"]["role"], "AGENCY");
    for (what, claims) in [
        ("expired", with("exp", json!(at - 60))),
        ("without an end", without("exp")),
        ("an end that is no number", with("exp", json!("tomorrow"))),
        ("an end beyond all time", with("exp", json!(i64::MAX))),
        ("not valid yet", with("nbf", json!(at + 61))),
        ("issued in the future", with("iat", json!(at + 61))),
        ("for another audience", with("aud", json!(["account"]))),
        ("for nobody", without("aud")),
        ("of another issuer", with("iss", json!("https://id.example.kr/realms/other"))),
        ("of nobody", without("iss")),
        ("without a subject", without("sub")),
        ("with a subject that is none", with("sub", json!(""))),
        ("without a role", without("realm_access")),
        ("with roles elsewhere", with("realm_access", json!({"groups": ["register-officer"]}))),
        ("with roles of another application", with("realm_access", json!({"roles": ["admin", "ADMIN", "AGENCY"]}))),
        ("with a role that is no text", with("realm_access", json!({"roles": {"register-officer": true}}))),
        ("an officer without an agency", without("agency_code")),
        ("an officer of an agency that the register lacks", with("agency_code", json!("9999999"))),
        ("an officer of two agencies", with("agency_code", json!(["4090000", "6110000"]))),
    ] {
        must_be_refused(&server, &key.token("one", &claims), what).await;
    }
    let parts: Vec<&str> = valid.split('.').collect();
    let none = |algorithm: &str| format!("{}.", unsigned(&json!({"alg": algorithm, "kid": "one"}), &claims()));
    let by_secret = |secret: &[u8], id: &str| {
        let message = unsigned(&json!({"alg": "HS256", "kid": id}), &claims());
        let signature = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes());
        format!("{message}.{}", encoded(signature.as_ref()))
    };
    let changed = unsigned(&json!({"alg": "EdDSA", "kid": "one"}), &with("agency_code", json!("6110000")));
    let misnamed = {
        let message = unsigned(&json!({"alg": "ES256", "kid": "one"}), &claims());
        format!("{message}.{}", encoded(key.signed(message.as_bytes())))
    };
    let with_header = |header: Value| {
        let message = unsigned(&header, &claims());
        format!("{message}.{}", encoded(key.signed(message.as_bytes())))
    };
    for (what, token) in [
        ("with an extension that must be understood", with_header(json!({"alg": "EdDSA", "kid": "one", "crit": ["exp"]}))),
        ("of another kind", with_header(json!({"alg": "EdDSA", "kid": "one", "typ": "logout+jwt"}))),
        ("by a key of somebody else", stranger.token("one", &claims())),
        ("by a key that the provider lacks", stranger.token("two", &claims())),
        ("by a key without a name", format!("{}.{}", unsigned(&json!({"alg": "none"}), &claims()), parts[2])),
        ("without a signature", none("none")),
        ("without a signature, in other letters", none("NONE")),
        ("with an empty signature", none("EdDSA")),
        ("by the public key as a secret", by_secret(key.public(), "one")),
        ("by the public key as written as a secret", by_secret(encoded(key.public()).as_bytes(), "one")),
        ("by the published key as a secret", by_secret(key.jwk("one").to_string().as_bytes(), "one")),
        ("by a secret among the keys", by_secret(b"known to both sides, and so no proof", "secret")),
        ("of another algorithm than its key", misnamed),
        ("with other claims", format!("{changed}.{}", parts[2])),
        ("with a signature cut short", valid[..valid.len() - 2].to_owned()),
        ("of two parts", format!("{}.{}", parts[0], parts[1])),
        ("of four parts", format!("{valid}.{}", parts[2])),
        ("of no parts", "..".to_owned()),
        ("no token at all", "eyJ".repeat(2_000)),
    ] {
        must_be_refused(&server, &token, what).await;
    }
    assert_eq!(server.query_as(&valid, VIEWER, json!({})).await["viewer"]["role"], "AGENCY");
}

async fn keys_are_exchanged(server: Server) {
    let (old, new) = (Signer::edwards(), Signer::curve());
    let provider = Provider::new(&[old.jwk("2025")]);
    let server = server.with_oidc(provider.oidc()).await;
    let long = with("exp", json!(now().timestamp() + 86_400));
    let is_taken = async |token: &str| server.answer_as(token, VIEWER, json!({})).await.status == 200;
    let (by_old, by_new) = (old.token("2025", &long), new.token("2026", &long));
    assert!(is_taken(&by_old).await && !is_taken(&by_new).await);
    provider.publishes(&[old.jwk("2025"), new.jwk("2026")]);
    // A key that is not known makes the register ask again, but not at once again.
    assert!(!is_taken(&by_new).await, "the keys were asked for a moment ago");
    server.set_clock(now() + TimeDelta::seconds(11));
    assert!(is_taken(&by_new).await && is_taken(&by_old).await);
    // Keys that the provider takes back are taken for an hour at most.
    provider.publishes(&[new.jwk("2026")]);
    server.set_clock(now() + TimeDelta::minutes(59));
    assert!(is_taken(&by_old).await);
    server.set_clock(now() + TimeDelta::minutes(61));
    assert!(!is_taken(&by_old).await && is_taken(&by_new).await);
    // A provider that is away, or publishes nonsense, changes nothing for the keys that are known.
    for published in ["", "{", "[]", "{\"keys\": {}}"] {
        fs::write(provider.path(), published).unwrap();
        server.set_clock(now() + TimeDelta::hours(3));
        assert!(is_taken(&by_new).await, "{published}");
    }
    fs::remove_file(provider.path()).unwrap();
    server.set_clock(now() + TimeDelta::hours(5));
    assert!(is_taken(&by_new).await && !is_taken(&by_old).await);
}

/// RSA, as most providers sign: made and signed by another implementation.
async fn keys_of_rsa_are_taken(server: Server) {
    let script = "
        const crypto = require('crypto');
        const { publicKey, privateKey } = crypto.generateKeyPairSync('rsa', { modulusLength: 2048 });
        const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
        const signed = (alg, options) => {
          const message = `${encoded({ alg, kid: 'rsa' })}.${encoded(JSON.parse(process.argv[1]))}`;
          return `${message}.${crypto.sign('sha256', message, { key: privateKey, ...options }).toString('base64url')}`;
        };
        const pss = { padding: crypto.constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
        const jwk = { ...publicKey.export({ format: 'jwk' }), kid: 'rsa', use: 'sig' };
        const pem = publicKey.export({ format: 'pem', type: 'spki' });
        const message = `${encoded({ alg: 'HS256', kid: 'rsa' })}.${encoded(JSON.parse(process.argv[1]))}`;
        const confused = `${message}.${crypto.createHmac('sha256', pem).update(message).digest('base64url')}`;
        console.log(JSON.stringify({ jwk, tokens: [signed('RS256', {}), signed('PS256', pss)], confused }));";
    let made = Command::new("node").args(["-e", script, &claims().to_string()]).output().expect("node runs");
    let made: Value = serde_json::from_slice(&made.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&made.stderr)));
    let provider = Provider::new(&[made["jwk"].clone()]);
    let server = server.with_oidc(provider.oidc()).await;
    for token in made["tokens"].as_array().unwrap() {
        assert_eq!(server.query_as(token.as_str().unwrap(), VIEWER, json!({})).await["viewer"]["role"], "AGENCY");
    }
    must_be_refused(&server, made["confused"].as_str().unwrap(), "by the public key as a secret").await;
    // A key may say what it is for.
    let mut only = made["jwk"].clone();
    only["alg"] = json!("PS256");
    let provider = Provider::new(&[only]);
    let server = server.with_oidc(provider.oidc()).await;
    must_be_refused(&server, made["tokens"][0].as_str().unwrap(), "of another algorithm than its key states").await;
    assert_eq!(server.query_as(made["tokens"][1].as_str().unwrap(), VIEWER, json!({})).await["viewer"]["role"], "AGENCY");
}

/// Who acts by a provider's token applies and decides like the bearer of a token of the register; the audit log names the subject, and revoking it is possible here too.
async fn the_audit_log_names_the_subject(server: Server) {
    let key = Signer::edwards();
    let provider = Provider::new(&[key.jwk("one")]);
    let server = server.with_oidc(provider.oidc()).await;
    let token = key.token("one", &claims());
    let agency = server.query("{ agency(code: \"4090000\") { id } }", json!({})).await["agency"]["id"].clone();
    let create = "mutation ($agency: ID!, $name: String!) { applicationCreate(agencyId: $agency, kind: NEW, input: {name: $name}) { application { id } userErrors { message } } }";
    let created = server.sent_as(&token, Some("key-1"), create, json!({"agency": agency, "name": "가"})).await;
    assert!(created.body["data"]["applicationCreate"]["application"]["id"].is_string(), "{created}");
    let again = server.sent_as(&token, Some("key-1"), create, json!({"agency": agency, "name": "가"})).await;
    assert_eq!(again.body, created.body, "the key holds for the subject");
    // The same subject with another token and another name is the same.
    let mut renamed = with("preferred_username", json!("gimpo-8"));
    renamed["iat"] = json!(now().timestamp() - 5);
    let made = server.query_as(&key.token("one", &renamed), create, json!({"agency": agency, "name": "나"})).await;
    assert!(made["applicationCreate"]["application"]["id"].is_string(), "{made}");
    let entries = server.store.audit_entries(0).await.unwrap();
    let told: Vec<(&str, Option<&str>)> = entries.iter().map(|entry| (entry.action.as_str(), entry.by.as_ref().map(|(_, name)| name.as_str()))).collect();
    let by = Some("gimpo-8");
    assert_eq!(told, [("TOKEN_CREATED", by), ("APPLICATION_CREATED", by), ("TOKEN_CHANGED", by), ("APPLICATION_CREATED", by)]);
    let detail: Value = serde_json::from_str(entries[0].detail.as_deref().unwrap()).unwrap();
    assert_eq!(detail, json!({"name": "gimpo-7", "role": "AGENCY", "agency": "4090000", "issuer": ISSUER, "subject": "f3b1c2"}));
    assert_eq!(server.store.audit_log().await.unwrap().1, None, "the log is whole");
    // The register can shut somebody out by itself.
    let id = entries[0].subject;
    assert!(server.store.tokens().await.unwrap().iter().any(|listed| listed.id == id && listed.name == "gimpo-8"));
    let mut write = server.store.write(now(), crate::harness::server::salts()).await.unwrap();
    write.revoke_token(id).await.unwrap();
    write.commit().await.unwrap();
    assert_eq!(server.answer_as(&token, VIEWER, json!({})).await.status, 401);
}

on_both!(
    Data::Bundled => tokens_of_a_provider_are_taken, whatever_is_wrong_is_told_alike, keys_are_exchanged, keys_of_rsa_are_taken, the_audit_log_names_the_subject,
);
