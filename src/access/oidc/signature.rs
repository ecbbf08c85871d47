//! Signatures of tokens, verified by ring, which TLS brings along. Nothing is signed here.

use jsonwebtoken::crypto::{CryptoProvider, JwtVerifier, KeyUtils};
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::signature::Verifier;
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind, EncodingKey};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512, RsaParameters, RsaPublicKeyComponents, UnparsedPublicKey,
    VerificationAlgorithm,
};

/// What the process verifies tokens with.
static PROVIDER: CryptoProvider = CryptoProvider { signer_factory: signer, verifier_factory: verifier, key_utils: KeyUtils::new_unimplemented() };

/// Makes ring the verifier of the process. Once is enough.
pub fn install() {
    let _ = PROVIDER.install_default();
}

fn signer(_: &Algorithm, _: &EncodingKey) -> Result<Box<dyn jsonwebtoken::crypto::JwtSigner>, Error> {
    Err(ErrorKind::UnsupportedAlgorithm.into())
}

fn verifier(algorithm: &Algorithm, key: &DecodingKey) -> Result<Box<dyn JwtVerifier>, Error> {
    let (of_rsa, of_curve): (Option<&'static RsaParameters>, Option<&'static dyn VerificationAlgorithm>) = match algorithm {
        Algorithm::RS256 => (Some(&RSA_PKCS1_2048_8192_SHA256), None),
        Algorithm::RS384 => (Some(&RSA_PKCS1_2048_8192_SHA384), None),
        Algorithm::RS512 => (Some(&RSA_PKCS1_2048_8192_SHA512), None),
        Algorithm::PS256 => (Some(&RSA_PSS_2048_8192_SHA256), None),
        Algorithm::PS384 => (Some(&RSA_PSS_2048_8192_SHA384), None),
        Algorithm::PS512 => (Some(&RSA_PSS_2048_8192_SHA512), None),
        Algorithm::ES256 => (None, Some(&ECDSA_P256_SHA256_FIXED)),
        Algorithm::ES384 => (None, Some(&ECDSA_P384_SHA384_FIXED)),
        Algorithm::EdDSA => (None, Some(&ED25519)),
        _ => (None, None),
    };
    let key = match (key.kind(), of_rsa, of_curve) {
        (DecodingKeyKind::RsaModulusExponent { n, e }, Some(parameters), None) => Key::Rsa { parameters, n: n.clone(), e: e.clone() },
        (DecodingKeyKind::SecretOrDer(point), None, Some(curve)) => Key::Curve { curve, point: point.clone() },
        _ => return Err(ErrorKind::InvalidAlgorithm.into()),
    };
    Ok(Box::new(RingVerifier { algorithm: *algorithm, key }))
}

struct RingVerifier {
    algorithm: Algorithm,
    key: Key,
}

enum Key {
    Rsa { parameters: &'static RsaParameters, n: Vec<u8>, e: Vec<u8> },
    Curve { curve: &'static dyn VerificationAlgorithm, point: Vec<u8> },
}

impl Verifier<Vec<u8>> for RingVerifier {
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> Result<(), jsonwebtoken::signature::Error> {
        let verified = match &self.key {
            Key::Rsa { parameters, n, e } => RsaPublicKeyComponents { n, e }.verify(parameters, message, signature),
            Key::Curve { curve, point } => UnparsedPublicKey::new(*curve, point).verify(message, signature),
        };
        verified.map_err(|_| jsonwebtoken::signature::Error::new())
    }
}

impl JwtVerifier for RingVerifier {
    fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}
