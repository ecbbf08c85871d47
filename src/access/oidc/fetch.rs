//! Where the keys of an identity provider are read: a file, or an address of the web.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::header::{ACCEPT, HOST};
use hyper::http::uri::{Authority, PathAndQuery};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

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
    let is_secure = uri.scheme_str() == Some("https");
    let host = bare(uri.host().ok_or("the address has no host")?);
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    if !is_secure {
        return exchange(stream, uri).await;
    }
    let mut trusted = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = authorities {
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| format!("{}: {error}", path.display()))? {
            let certificate = certificate.map_err(|error| format!("{}: {error}", path.display()))?;
            trusted.add(certificate).map_err(|error| format!("{}: {error}", path.display()))?;
        }
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.with_root_certificates(trusted).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| error.to_string())?;
    exchange(stream, uri).await
}

async fn exchange(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, uri: &Uri) -> Result<Vec<u8>, String> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let path = uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let host = uri.authority().map_or("", Authority::as_str);
    let request = Request::get(path).header(HOST, host).header(ACCEPT, "application/json").body(Empty::<Bytes>::new());
    let request = request.map_err(|error| error.to_string())?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        if response.status() != 200 {
            return Err(format!("the answer is {}, and not 200; where it is moved, give the new address", response.status()));
        }
        let body = Limited::new(response.into_body(), LONGEST).collect().await.map_err(|error| error.to_string())?;
        Ok(body.to_bytes().to_vec())
    };
    tokio::select! {
        answer = answer => answer,
        // Once it has ended the answer has all that there will be of it.
        Err(error) = connection => Err(error.to_string()),
    }
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
