//! Where the keys of an identity provider are read: a file, or an address of the web.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper::header::ACCEPT;
use hyper::{Request, StatusCode, Uri};

use crate::remote::{self, bare};

/// Longest set of keys, in bytes.
const LONGEST: usize = 1 << 20;

/// Longest time for reading them.
const DEADLINE: Duration = Duration::from_secs(5);

/// Where keys are: a JWK set (RFC 7517).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// A file.
    File(PathBuf),
    /// An `https` address, or an `http` one of this machine.
    Address {
        /// The address.
        uri: Uri,
        /// Certificates of authorities that are trusted for it beside the public ones (PEM).
        authorities: Option<PathBuf>,
    },
}

impl FromStr for KeySource {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if !text.contains("://") {
            return Ok(Self::File(text.into()));
        }
        let uri: Uri = text.parse().map_err(|error| format!("\"{text}\" is no address: {error}"))?;
        let is_local = uri.host().is_some_and(|host| host == "localhost" || bare(host).parse::<IpAddr>().is_ok_and(|address| address.is_loopback()));
        match uri.scheme_str() {
            Some("https") => Ok(Self::Address { uri, authorities: None }),
            Some("http") if is_local => Ok(Self::Address { uri, authorities: None }),
            _ => {
                Err("keys are read from a file, an https address, or an http address of this machine: on the way from elsewhere they could be exchanged"
                    .to_owned())
            }
        }
    }
}

impl KeySource {
    /// The same, trusting further authorities (PEM) where the keys are at an address.
    #[must_use]
    pub fn trusting(self, authorities: Option<PathBuf>) -> Self {
        match self {
            Self::Address { uri, .. } => Self::Address { uri, authorities },
            file @ Self::File(_) => file,
        }
    }

    /// Reads what is there.
    ///
    /// # Errors
    /// Why it cannot be read.
    pub async fn read(&self) -> Result<Vec<u8>, String> {
        match self {
            Self::File(path) => {
                let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
                if bytes.len() > LONGEST { Err(format!("{} has more than {LONGEST} bytes", path.display())) } else { Ok(bytes) }
            }
            Self::Address { uri, authorities } => {
                let read = tokio::time::timeout(DEADLINE, get(uri, authorities.as_ref())).await;
                read.map_err(|_| format!("no answer within {} seconds", DEADLINE.as_secs())).flatten().map_err(|error| format!("{uri}: {error}"))
            }
        }
    }
}

async fn get(uri: &Uri, authorities: Option<&PathBuf>) -> Result<Vec<u8>, String> {
    let request = Request::get(uri.clone()).header(ACCEPT, "application/json").body(Full::new(Bytes::new())).map_err(|error| error.to_string())?;
    match remote::exchange(request, authorities, LONGEST).await? {
        (StatusCode::OK, body) => Ok(body),
        (status, _) => Err(format!("the answer is {status}, and not 200; where it is moved, give the new address")),
    }
}
