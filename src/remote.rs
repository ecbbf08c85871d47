//! Asking another server over HTTP: one request, one answer, by TLS where the address says so.

use std::path::PathBuf;
use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Bytes;
use hyper::header::HOST;
use hyper::http::uri::{Authority, PathAndQuery};
use hyper::{Request, StatusCode, Uri};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto::ring};

/// Sends a request to where its address says, trusting further authorities (PEM) beside the public ones; the answer's status and body, of at most `longest` bytes.
///
/// # Errors
/// Why there is no answer, or none that can be read.
pub async fn exchange(mut request: Request<Full<Bytes>>, authorities: Option<&PathBuf>, longest: usize) -> Result<(StatusCode, Vec<u8>), String> {
    let uri = request.uri().clone();
    let is_secure = uri.scheme_str() == Some("https");
    let host = bare(uri.host().ok_or("the address has no host")?);
    let port = uri.port_u16().unwrap_or(if is_secure { 443 } else { 80 });
    let authority = uri.authority().map_or("", Authority::as_str);
    let named = authority.parse().map_err(|_| format!("\"{authority}\" is no host"))?;
    request.headers_mut().insert(HOST, named);
    *request.uri_mut() = uri.path_and_query().map_or_else(|| Uri::from_static("/"), |path: &PathAndQuery| Uri::from(path.clone()));
    let stream = TcpStream::connect((host, port)).await.map_err(|error| error.to_string())?;
    if !is_secure {
        return over(stream, request, longest).await;
    }
    let trusted = trusted(authorities)?;
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let config = config.map_err(|error| error.to_string())?.with_root_certificates(trusted).with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|error| error.to_string())?;
    let stream = TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| error.to_string())?;
    over(stream, request, longest).await
}

/// The public authorities, and those whose certificates are in a file (PEM).
///
/// # Errors
/// Why the file cannot be read, or has no certificates.
pub fn trusted(authorities: Option<&PathBuf>) -> Result<RootCertStore, String> {
    let mut trusted = RootCertStore::from_iter(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    if let Some(path) = authorities {
        let public = trusted.len();
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| format!("{}: {error}", path.display()))? {
            let certificate = certificate.map_err(|error| format!("{}: {error}", path.display()))?;
            trusted.add(certificate).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        if trusted.len() == public {
            return Err(format!("{}: there is no certificate in it", path.display()));
        }
    }
    Ok(trusted)
}

async fn over(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Full<Bytes>>,
    longest: usize,
) -> Result<(StatusCode, Vec<u8>), String> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await.map_err(|error| error.to_string())?;
    let answer = async {
        let response = sender.send_request(request).await.map_err(|error| error.to_string())?;
        let status = response.status();
        let body = Limited::new(response.into_body(), longest).collect().await.map_err(|error| error.to_string())?;
        Ok((status, body.to_bytes().to_vec()))
    };
    tokio::select! {
        answer = answer => answer,
        // Once it has ended the answer has all that there will be of it.
        Err(error) = connection => Err(error.to_string()),
    }
}

/// A host without the brackets of an IPv6 address.
#[must_use]
pub fn bare(host: &str) -> &str {
    host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host)
}
