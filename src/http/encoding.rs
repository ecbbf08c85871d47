//! Content codings (RFC 9110, section 8.4.1): which one a client takes, and answers compressed once for all who take it.

use std::io::Write as _;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use flate2::Compression;
use flate2::write::GzEncoder;
use tokio::sync::OnceCell;

use super::answer;
use super::media_type::MediaType;
use crate::error::code;
use crate::graphql::admission::refusal::Refusal;

/// What is shorter is not worth it.
pub const WORTH_IT: u64 = 1024;
/// What is longer is compressed where it holds up no other request.
const LONG: usize = 32 * 1024;
/// Brotli's and Zstandard's middle ways: an answer is compressed once and sent often.
const BROTLI: i32 = 5;
const BROTLI_WINDOW: i32 = 22;
const ZSTANDARD: i32 = 6;

/// The coding of what is not compressed.
const AS_IT_IS: &str = "identity";

/// Codings that a client takes, with their weights, 0 to 1.
struct Offers<'h>(Vec<(&'h str, f32)>);

impl<'h> Offers<'h> {
    fn of(headers: &'h HeaderMap) -> Self {
        let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
        let offer = |offer: &'h str| {
            let (name, weight) = offer.split_once(';').unwrap_or((offer, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(Some(1.0), |weight| weight.parse().ok());
            (name.trim(), weight.filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0))
        };
        Self(values.flat_map(|value| value.split(',')).map(offer).collect())
    }

    fn named(&self, wanted: &str) -> Option<f32> {
        self.0.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, weight)| *weight)
    }

    /// The weight of a coding, or of any that is not named.
    fn of_any(&self, wanted: &str) -> Option<f32> {
        self.named(wanted).or_else(|| self.named("*"))
    }
}

/// Leaves of what the client takes the coding that it likes best, for whatever compresses answers; 406 for a client that takes nothing, not even an answer as it is.
pub async fn settle(mut request: Request, next: Next) -> Response {
    let best = Encoding::negotiate(request.headers());
    if best.is_none() && Offers::of(request.headers()).of_any(AS_IT_IS) == Some(0.0) {
        let message = "None of the accepted content codings can be answered. Accept `br`, `zstd`, `gzip` or `identity`.";
        return answer::failure(StatusCode::NOT_ACCEPTABLE, MediaType::Json, Refusal::new(code::NOT_ACCEPTABLE, message));
    }
    match best {
        Some(best) => request.headers_mut().insert(header::ACCEPT_ENCODING, HeaderValue::from_static(best.as_str())),
        None => request.headers_mut().remove(header::ACCEPT_ENCODING),
    };
    next.run(request).await
}

/// A coding that is offered, the smallest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// Brotli.
    Brotli,
    /// Zstandard.
    Zstandard,
    /// gzip.
    Gzip,
}

impl Encoding {
    const ALL: [Self; 3] = [Self::Brotli, Self::Zstandard, Self::Gzip];

    /// As headers have it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstandard => "zstd",
            Self::Gzip => "gzip",
        }
    }

    /// What the client likes best; `None` where it takes the answer as it is only, or nothing at all.
    #[must_use]
    pub fn negotiate(headers: &HeaderMap) -> Option<Self> {
        let offers = Offers::of(headers);
        let as_it_is = offers.named(AS_IT_IS).unwrap_or(0.0);
        let mut best = None;
        for encoding in Self::ALL {
            let weight = offers.of_any(encoding.as_str()).unwrap_or(0.0);
            if weight > best.map_or(0.0, |(_, weight)| weight) && weight >= as_it_is {
                best = Some((encoding, weight));
            }
        }
        best.map(|(encoding, _)| encoding)
    }

    fn compress(self, bytes: &[u8]) -> std::io::Result<Vec<u8>> {
        match self {
            Self::Brotli => {
                let mut out = Vec::with_capacity(bytes.len() / 4);
                let parameters = brotli::enc::BrotliEncoderParams {
                    quality: BROTLI,
                    lgwin: BROTLI_WINDOW,
                    size_hint: bytes.len(),
                    ..brotli::enc::BrotliEncoderParams::default()
                };
                brotli::BrotliCompress(&mut &*bytes, &mut out, &parameters)?;
                Ok(out)
            }
            Self::Zstandard => zstd::bulk::compress(bytes, ZSTANDARD),
            Self::Gzip => {
                let mut out = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::default());
                out.write_all(bytes)?;
                out.finish()
            }
        }
    }
}

/// A body, and how it looks in each coding that was asked for.
#[derive(Debug)]
pub struct Encoded {
    plain: Bytes,
    forms: [OnceCell<Bytes>; 3],
}

impl Encoded {
    /// The body as it is.
    #[must_use]
    pub fn new(plain: Vec<u8>) -> Self {
        Self { plain: plain.into(), forms: Default::default() }
    }

    /// Bytes of the body as it is.
    #[must_use]
    pub fn len(&self) -> usize {
        self.plain.len()
    }

    /// The body in that coding, if it is worth it; whoever asks for it while it is compressed waits for it.
    pub async fn form(&self, wanted: Option<Encoding>) -> (Option<Encoding>, Bytes) {
        let Some(encoding) = wanted.filter(|_| self.plain.len() as u64 >= WORTH_IT) else { return (None, self.plain.clone()) };
        let compressed = self.forms[encoding as usize].get_or_try_init(async || {
            let plain = self.plain.clone();
            let compress = move || encoding.compress(&plain).map(Bytes::from);
            if self.plain.len() < LONG { compress() } else { tokio::task::spawn_blocking(compress).await.map_err(std::io::Error::other)? }
        });
        match compressed.await {
            Ok(bytes) => (Some(encoding), bytes.clone()),
            Err(error) => {
                tracing::warn!(error = %error, "an answer could not be compressed");
                (None, self.plain.clone())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn the_client_chooses() {
        for (accept, expected) in [
            ("", None),
            ("identity", None),
            ("gzip, deflate, br, zstd", Some(Encoding::Brotli)),
            ("gzip, deflate", Some(Encoding::Gzip)),
            ("zstd;q=0.9, gzip", Some(Encoding::Gzip)),
            ("br;q=0, *", Some(Encoding::Zstandard)),
            ("*;q=0", None),
            ("br;q=x", None),
            ("gzip;q=1e9", None),
            ("identity, gzip;q=0.5", None),
            ("identity;q=0, gzip;q=0.5", Some(Encoding::Gzip)),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT_ENCODING, accept.parse().unwrap());
            assert_eq!(Encoding::negotiate(&headers), expected, "{accept}");
        }
    }

    #[tokio::test]
    async fn each_form_is_the_body() {
        for size in [10, 2_000, 200_000] {
            let plain: Vec<u8> = (0..size).map(|at: u32| b"\"name\":\"value\","[at as usize % 15]).collect();
            let encoded = Encoded::new(plain.clone());
            for encoding in Encoding::ALL {
                let (form, bytes) = encoded.form(Some(encoding)).await;
                assert_eq!(form, Some(encoding).filter(|_| size >= 1024));
                let mut read = Vec::new();
                match form {
                    None => read.extend_from_slice(&bytes),
                    Some(Encoding::Brotli) => drop(brotli::Decompressor::new(&*bytes, 4096).read_to_end(&mut read).unwrap()),
                    Some(Encoding::Zstandard) => read = zstd::bulk::decompress(&bytes, 1 << 20).unwrap(),
                    Some(Encoding::Gzip) => drop(flate2::read::GzDecoder::new(&*bytes).read_to_end(&mut read).unwrap()),
                }
                assert_eq!(read, plain);
                assert!(form.is_none() || bytes.len() < plain.len() / 4);
            }
        }
    }
}
