//! Taking connections, and letting go of them.
//!
//! axum's own loop gives a client for ever to send the head of a request, and for ever to read an answer, so that idle connections could use up the process's sockets; this one does not.

use std::io;
use std::pin::pin;
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::{Service as _, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};

use super::client_address::Peer;
use super::patience::Patient;
use super::stop::Stopping;
use super::{App, Settings, metrics, router};

/// Pause after a connection could not be taken: most often there are no sockets left, and some will be free soon.
const PAUSE: Duration = Duration::from_millis(100);

/// Longest head of a request, in bytes: the longest address that can be read (64 KiB), and headers. It bounds what a connection can have the server hold.
const HEAD_BYTES: usize = 80 << 10;

/// Where connections are taken.
pub struct Listeners {
    /// For the public.
    pub public: TcpListener,
    /// For whoever watches the server; `None` where nobody does.
    pub metrics: Option<TcpListener>,
}

impl From<TcpListener> for Listeners {
    fn from(public: TcpListener) -> Self {
        Self { public, metrics: None }
    }
}

/// Serves until `shutdown` ends; then takes no more connections, and gives the requests underway [`super::Settings::drain`] to finish.
///
/// # Errors
/// Those of the listening sockets at the start; later ones are logged, and serving goes on.
pub async fn serve(listeners: impl Into<Listeners>, app: App, shutdown: impl Future<Output = ()> + Send) -> io::Result<()> {
    let Listeners { public, metrics } = listeners.into();
    public.local_addr()?;
    let Settings { drain, stall, .. } = app.settings;
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(app.settings.head).max_buf_size(HEAD_BYTES);
    let (stopping, stop) = Stopping::new();
    let (router, metrics_router) = (router(app.clone(), stop.clone()), metrics::router(app));
    let mut shutdown = pin!(shutdown);
    loop {
        let (stream, router) = tokio::select! {
            () = &mut shutdown => break,
            stream = accept(Some(&public)) => (stream, &router),
            stream = accept(metrics.as_ref()) => (stream, &metrics_router),
        };
        let peer = stream.peer_addr().ok().map(|address| Peer(address.ip()));
        let routes = TowerToHyperService::new(router.clone());
        let service = service_fn(move |mut request: Request<Incoming>| {
            if let Some(peer) = peer {
                request.extensions_mut().insert(peer);
            }
            routes.call(request)
        });
        let connection = http.serve_connection(TokioIo::new(Patient::new(stream, stall)), service).with_upgrades();
        let mut stop = stop.clone();
        tokio::spawn(async move {
            let mut connection = pin!(connection);
            let ended = tokio::select! {
                ended = connection.as_mut() => ended,
                () = stop.told() => {
                    connection.as_mut().graceful_shutdown();
                    connection.await
                }
            };
            if let Err(error) = ended {
                tracing::debug!(error = %error, "a connection broke");
            }
        });
    }
    drop((public, metrics, router, metrics_router, stop));
    if tokio::time::timeout(drain, stopping.tell()).await.is_err() {
        tracing::warn!(seconds = drain.as_secs_f32(), "requests underway did not finish in time and were given up");
    }
    Ok(())
}

/// The next connection; never one where nobody listens.
async fn accept(listener: Option<&TcpListener>) -> TcpStream {
    let Some(listener) = listener else { return std::future::pending().await };
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are written at once and should leave at once; a socket that refuses this works all the same.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) => {
                tracing::warn!(error = %error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}
