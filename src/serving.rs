//! A server from its start to its end: `yeollam serve`, and `yeollam` alone.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use tokio::net::TcpListener;
use tracing::{info, warn};
use yeollam::access::Oidc;
use yeollam::config::{DatabaseArgs, OidcArgs, ServerArgs};
use yeollam::error::Error;
use yeollam::http::Listeners;
use yeollam::search::Search;
use yeollam::store::{PoolSettings, Store};
use yeollam::{http, import, server};

use super::{now, open_with, request_id, salts, say};

/// Opens the database for a server: where it can, it ends statements of requests that nobody waits for any more.
pub async fn open_to_serve(database: &DatabaseArgs, server: &ServerArgs) -> Result<Store> {
    let limit = Duration::from_secs(server.request_deadline);
    let pool = PoolSettings { request_limit: Some(limit), ..database.pool() };
    let mut store = open_with(database, &pool).await?;
    #[cfg(feature = "otel")]
    {
        let system = if store.is_embedded() { "sqlite" } else { "postgresql" };
        store.observe_statements(move |sql, took| yeollam::traces::statement(system, sql, took, now().into()));
    }
    if let Some(url) = &database.read_database_url {
        store.read_from(url, &pool).await.map_err(|error| anyhow::anyhow!("--read-database-url (YEOLLAM_READ_DATABASE_URL): {}", error.chain()))?;
    }
    Ok(store)
}

/// Everything that a first look needs: a database, the bundled register, a server, a query to try.
pub async fn first_look(database: &DatabaseArgs, server: &ServerArgs, oidc: &OidcArgs) -> Result<()> {
    let store = open_to_serve(database, server).await?;
    store.migrate().await.map_err(|error| anyhow::anyhow!("the database cannot be prepared: {}", error.chain()))?;
    let is_empty = store.last_change().await.map_err(|error| anyhow::anyhow!(error.chain()))?.is_none();
    let loaded = if is_empty {
        let report = import::load_bundled(&store, now(), salts()).await?;
        format!("Loaded the bundled register of ten institutions:\n{report}")
    } else {
        "The register holds data already; nothing was loaded.".to_owned()
    };
    let place = database.database_url.as_ref().map_or_else(|| database.embedded().display().to_string(), |_| store.system().to_owned());
    serve(store, database, server, oidc, &format!("Database: {place}\n{loaded}\n")).await
}

pub async fn serve(store: Store, database: &DatabaseArgs, arguments: &ServerArgs, oidc: &OidcArgs, introduction: &str) -> Result<()> {
    // As many sockets as the system allows: a process begins with fewer, for the sake of programs that cannot bear more. What is refused leaves it as it is.
    let _ = rlimit::increase_nofile_limit(u64::MAX);
    let public = listen(arguments.listen, "--listen").await?;
    let address = public.local_addr().context("the address listened on cannot be told")?;
    let metrics = match arguments.watching.metrics_listen {
        Some(address) => Some(listen(address, "--metrics-listen").await?),
        None => None,
    };
    let metrics_at = metrics.as_ref().map(TcpListener::local_addr).transpose().context("the address listened on cannot be told")?;
    let url = arguments.public_url(address);
    let search = Search::default();
    let followers = server::follow(&store, &search, database.index_folder(), Arc::new(now));
    let app = server::app(
        &store,
        &search,
        Arc::new(now),
        salts(),
        Arc::new(request_id),
        &url,
        arguments.limits(),
        arguments.settings().map_err(anyhow::Error::msg)?,
        oidc.settings().map(Oidc::new),
    )
    .map_err(|error| anyhow::anyhow!(error.chain()))?;
    let faults = app.faults_of_trusted_documents().await;
    if !faults.is_empty() {
        bail!("--trusted-documents holds documents that do not fit the schema:\n  {}", faults.join("\n  "));
    }
    say(&format!(
        "{introduction}\n  GraphQL    {url}/graphql   (in a browser: the explorer)\n  Schema     {url}/schema.graphql\n  Health     {url}/healthz   {url}/readyz\n{}\nTry:\n  curl -s {url}/graphql -H \
         'Content-Type: application/json' \\\n    -d '{{\"query\":\"{{ dataFiles(first: 3) {{ totalCount nodes {{ name agency {{ name }} }} }} }}\"}}'\n\nCtrl+C stops the server.",
        metrics_at.map(|address| format!("  Metrics    http://{address}/metrics\n")).unwrap_or_default()
    ))?;
    info!(listen = %address, database = store.system(), "serving");
    // Findings change without an entry of the journal then.
    let hold = app.answers.hold();
    let (intake, findings) = (app.intake.clone(), tokio::spawn(keep_findings_current(store.clone(), hold)));
    http::serve(Listeners { public, metrics }, app, stop_signal()).await.context("the server stopped")?;
    findings.abort();
    let letting_go = async {
        if let Some(intake) = intake {
            intake.stop().await;
        }
        followers.stop().await;
        store.close().await.map_err(|error| anyhow::anyhow!(error.chain()))
    };
    // A database that does not answer is not waited for: what was not committed goes with the connection.
    match tokio::time::timeout(LETTING_GO, letting_go).await {
        Ok(done) => done?,
        Err(_) => warn!("the database did not let go of its connections in time"),
    }
    info!("stopped");
    Ok(())
}

/// Longest time for the end of an import's batch and of the connections to the database. With the time for requests underway it stays below what docs/operating.md tells supervisors to wait.
const LETTING_GO: Duration = Duration::from_secs(10);

async fn listen(address: SocketAddr, flag: &str) -> Result<TcpListener> {
    TcpListener::bind(address)
        .await
        .with_context(|| format!("cannot listen on {address}: is another server running there? `{flag} 127.0.0.1:0` takes a free port"))
}

/// Computes the findings anew where another version of the rules computed them, while the server serves: until then answers have those of before.
async fn keep_findings_current(store: Store, hold: http::Hold) {
    let recomputed = async {
        if !store.findings_are_current().await? {
            info!("computing the findings of the register by the rules of this program");
            store.recompute_findings(now(), salts(), |_, _| {}).await?;
            info!("computed the findings");
        }
        Ok::<_, Error>(())
    };
    if let Err(error) = recomputed.await {
        warn!(error = error.chain(), "the findings of the register are not those of this program's rules; `yeollam findings recompute` computes them");
    }
    drop(hold);
}

/// Resolves when the process is asked to stop.
async fn stop_signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => {
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
