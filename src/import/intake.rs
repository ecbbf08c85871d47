//! Documents that come over HTTP: kept in a file of their own, imported in the background, one run after the other.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use reading::sheet::Mapping;
use tempfile::TempPath;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::agencies::AgencyScope;
use super::incoming::{Incoming, Kind};
use super::message::ImportPolicy;
use super::run::{Options, Runner};
use crate::access::{Refused, Role, Viewer, bearer};
use crate::error::{Error, Result};
use crate::server::Clock;
use crate::store::{Salts, Store};
use crate::vocabulary::Vocabulary as _;

/// Runs that may wait for the one underway.
const WAITING: usize = 16;

/// Largest native document that is taken over HTTP, in bytes: it is recorded in one transaction, for which others wait.
const LARGEST_NATIVE: u64 = 8 << 20;

/// Takes documents and imports them in the background.
pub struct Intake {
    store: Store,
    clock: Clock,
    salts: Salts,
    /// One run at a time: batches of several would only wait for each other.
    turn: Arc<Semaphore>,
    /// Places in the queue, the run underway included.
    places: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    runs: Mutex<JoinSet<()>>,
}

/// How a document that was sent is to be imported.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Name of the document.
    pub filename: String,
    /// Code of the agency whose files it lists.
    pub agency: Option<String>,
    /// Whether nothing is to be recorded.
    pub is_dry_run: bool,
    /// Whether the good rows are recorded where others cannot be.
    pub rejects_rows: bool,
    /// Columns mapped by hand.
    pub mapping: Mapping,
}

/// What became of a document that was sent.
pub enum Taken {
    /// It is imported, or will be: the key of the run.
    Begun(Uuid),
    /// Too many wait already.
    Full,
}

impl Intake {
    /// An intake over a store.
    #[must_use]
    pub fn new(store: Store, clock: Clock, salts: Salts) -> Self {
        Self {
            store,
            clock,
            salts,
            turn: Arc::new(Semaphore::new(1)),
            places: Arc::new(Semaphore::new(WAITING + 1)),
            stop: Arc::default(),
            runs: Mutex::default(),
        }
    }

    /// Whoever sends the header `Authorization`, if documents are taken from them.
    ///
    /// # Errors
    /// `Unauthenticated` and `Forbidden`; those of the database.
    pub async fn viewer(&self, authorization: Option<&str>) -> Result<Result<Viewer, Refused>> {
        let Some(header) = authorization else { return Err(Error::Unauthenticated) };
        let Some(secret) = bearer(header) else { return Ok(Err(Refused::Unknown)) };
        match self.store.viewer(&secret, (self.clock)()).await? {
            Ok(viewer) if viewer.role == Role::Anonymous || (viewer.role == Role::Agency && viewer.agency.is_none()) => Err(Error::Forbidden),
            known => Ok(known),
        }
    }

    /// Whether the request can be carried out for the viewer: asked before the document is read.
    ///
    /// # Errors
    /// `Forbidden` for an agency that the viewer does not act for, `BAD_USER_INPUT` for one that the register lacks.
    pub async fn scope(&self, viewer: &Viewer, request: &Request) -> Result<AgencyScope> {
        AgencyScope::of(&self.store, viewer.agency.filter(|_| viewer.role == Role::Agency), request.agency.as_deref()).await
    }

    /// Imports a document in the background.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a document that is not taken over HTTP; those of the database.
    pub async fn take(&self, viewer: Viewer, request: Request, scope: AgencyScope, kept: TempPath) -> Result<Taken> {
        let Ok(place) = Arc::clone(&self.places).try_acquire_owned() else { return Ok(Taken::Full) };
        let (name, path) = (request.filename.clone(), PathBuf::from(&*kept));
        let opened = tokio::task::spawn_blocking(move || Incoming::open(&name, &path)).await.map_err(|error| Error::internal(error.to_string()))?;
        let document = opened.map_err(|error| Error::internal(format!("a document that was sent cannot be read: {error}")))?;
        if matches!(document.kind, Kind::Native | Kind::Lines) && viewer.role == Role::Agency {
            return Err(Error::input(
                "native documents may state agencies and bodies too, and are taken from the regulator and administrators: send the list of files as a sheet",
            ));
        }
        if document.kind == Kind::Native && document.bytes > LARGEST_NATIVE {
            let message = format!(
                "has {} bytes; a native document of at most {LARGEST_NATIVE} is taken over HTTP: split it, or run `yeollam import` where the register is kept",
                document.bytes
            );
            return Err(Error::input(message));
        }
        let policy = if request.rejects_rows { ImportPolicy::RejectRows } else { ImportPolicy::RejectAll };
        let options = Options { policy, is_dry_run: request.is_dry_run, is_whole: document.kind != Kind::Sheet, scope, mapping: request.mapping };
        let runner = Runner {
            store: self.store.clone(),
            clock: Arc::clone(&self.clock),
            salts: Arc::clone(&self.salts),
            viewer: Some(viewer),
            stop: Arc::clone(&self.stop),
            progress: Arc::new(|_, _| {}),
        };
        let documents = vec![document];
        let id = runner.begin(&documents, &options).await?;
        let turn = Arc::clone(&self.turn);
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        while runs.try_join_next().is_some() {}
        let runtime = Handle::current();
        // On a thread of its own: a run reads files too, and nothing else is to wait for it.
        runs.spawn_blocking(move || {
            runtime.block_on(async move {
                // The file goes when the run has ended.
                let _held = (place, kept);
                let pulse = runner.pulse(id);
                let Ok(_turn) = turn.acquire_owned().await else { return };
                drop(pulse);
                let outcome = runner.run(Some(id), &documents, &options).await;
                tracing::info!(import = %id, status = outcome.status.as_str(), new = outcome.counts.new, amended = outcome.counts.amended, "an import ended");
            });
        });
        Ok(Taken::Begun(id))
    }

    /// Tells the runs to stop after their present batch, and waits until they have noted it.
    pub async fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
        let mut runs = std::mem::take(&mut *self.runs.lock().unwrap_or_else(PoisonError::into_inner));
        while runs.join_next().await.is_some() {}
    }
}
