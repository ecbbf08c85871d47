//! The command line. Only here are the wall clock and the operating system's randomness read: everything else is handed them.

mod open_data;
mod serving;
mod upkeep;

use std::io::{IsTerminal as _, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, NaiveDate, NaiveTime, TimeDelta, Utc};
use clap::Parser as _;
use indicatif::{ProgressBar, ProgressStyle};
use tracing::warn;
use tracing_subscriber::EnvFilter;
#[cfg(feature = "otel")]
use tracing_subscriber::{Layer as _, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use uuid::Uuid;
use yeollam::access::{AuditListed, NewToken, TokenListed};
use yeollam::config::{
    AuditCommand, Cli, Command, DatabaseArgs, FindingsCommand, ImportArgs, IndexCommand, JournalCommand, LogFormat, MigrateCommand, TokenCommand,
};
use yeollam::error::Error;
use yeollam::export::lines::FORMAT as LINES;
use yeollam::generate::{self, Request};
use yeollam::import::{AgencyScope, ENDINGS, ImportSeverity, ImportStatus, Incoming, Mapping, run};
use yeollam::search::{self, OpenIndex};
use yeollam::store::{PoolSettings, Salts, Store};
#[cfg(feature = "otel")]
use yeollam::traces::Traces;
use yeollam::vocabulary::Vocabulary as _;
use yeollam::{graphql, store};

/// Recording, reading rows and answering allocate small things all the time, on several threads: a fifth less processor time than with the system's allocator (bench/README.md).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let outcome = match Cli::try_parse() {
        Ok(cli) => in_runtime(logged(cli)),
        // Then every mistake is told, and not the first alone.
        Err(error) if error.use_stderr() && std::env::args_os().any(|argument| argument == "check-config") => in_runtime(upkeep::check_config()),
        Err(error) => error.exit(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            complain(&error);
            ExitCode::FAILURE
        }
    }
}

fn in_runtime(work: impl Future<Output = Result<()>>) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(4 << 20).build();
    runtime.context("cannot start the runtime")?.block_on(work)
}

#[cfg(not(feature = "otel"))]
async fn logged(cli: Cli) -> Result<()> {
    start_log(cli.log_format);
    run(cli).await
}

/// With traces, where a collector is named for them.
#[cfg(feature = "otel")]
async fn logged(cli: Cli) -> Result<()> {
    #[expect(clippy::disallowed_methods, reason = "variables of OpenTelemetry, which all programs have in common, and no settings of the register")]
    let is_named = ["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"].iter().any(|name| std::env::var_os(name).is_some());
    if !is_named {
        start_log(cli.log_format);
        return run(cli).await;
    }
    let traces = Traces::start().map_err(|error| anyhow::anyhow!("traces cannot be exported: {error}"))?;
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let log = match cli.log_format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).boxed(),
        LogFormat::Json => log.json().boxed(),
    };
    tracing_subscriber::registry().with(log.with_filter(log_filter())).with(traces.layer()).init();
    let outcome = run(cli).await;
    traces.finish().await;
    outcome
}

async fn run(cli: Cli) -> Result<()> {
    match cli.command {
        None => serving::first_look(&cli.database, &cli.server, &cli.oidc).await,
        Some(Command::Serve) => {
            let store = serving::open_to_serve(&cli.database, &cli.server).await?;
            store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
            if let Some(newest) = store.migrations_of_newer_programs().await.map_err(|error| anyhow::anyhow!(error.chain()))?.last() {
                warn!(newest, "the tables are of a newer program: it should be run here too");
            }
            serving::serve(store, &cli.database, &cli.server, &cli.oidc, "").await
        }
        Some(Command::Migrate { direction }) => migrate(&open(&cli.database).await?, direction).await,
        Some(Command::Import(arguments)) => {
            let shows_progress = cli.log_format == LogFormat::Text && std::io::stderr().is_terminal();
            Box::pin(import_paths(open_to_load(&cli.database).await?, &arguments, shows_progress)).await
        }
        Some(Command::Export(arguments)) => {
            let shows_progress = cli.log_format == LogFormat::Text && std::io::stderr().is_terminal();
            Box::pin(open_data::export(&open(&cli.database).await?, &cli.database, &cli.server, &arguments, shows_progress)).await
        }
        Some(Command::Query(arguments)) => {
            let shows_progress = cli.log_format == LogFormat::Text && std::io::stderr().is_terminal();
            Box::pin(open_data::query(&cli.database, &cli.server, &arguments, shows_progress)).await
        }
        Some(Command::Journal { action }) => journal(&open(&cli.database).await?, action).await,
        Some(Command::Index { action }) => index(&open(&cli.database).await?, &cli.database, action).await,
        Some(Command::Generate { files, seed, add }) => {
            let shows_progress = cli.log_format == LogFormat::Text && std::io::stderr().is_terminal();
            generate_files(&open_to_load(&cli.database).await?, Request { files, seed, adds: add }, shows_progress).await
        }
        Some(Command::Findings { action: FindingsCommand::Recompute }) => recompute_findings(&open_to_load(&cli.database).await?).await,
        Some(Command::Audit { action }) => audit(&open(&cli.database).await?, action).await,
        Some(Command::Backup { file }) => upkeep::backup(&open(&cli.database).await?, &cli.database, &file).await,
        Some(Command::Restore { file }) => upkeep::restore(&cli.database, &file).await,
        Some(Command::CheckConfig) => upkeep::check_config().await,
        Some(Command::Doctor { quick }) => upkeep::doctor(&cli.database, quick).await,
        Some(Command::Token { action }) => token(&open(&cli.database).await?, action).await,
        Some(Command::Schema) if cli.server.requests.federation => say(graphql::subgraph_sdl()),
        Some(Command::Schema) => say(&graphql::sdl()),
    }
}

async fn migrate(store: &Store, direction: MigrateCommand) -> Result<()> {
    let done = match direction {
        MigrateCommand::Up => store.migrate().await,
        MigrateCommand::Down { steps } => store.migrate_down(steps).await,
        MigrateCommand::Status => Ok(()),
    };
    done.map_err(|error| anyhow::anyhow!("migration failed: {}", error.chain()))?;
    for (name, is_applied) in store.migration_status().await.map_err(|error| anyhow::anyhow!(error.chain()))? {
        say(&format!("{} {name}", if is_applied { "applied" } else { "pending" }))?;
    }
    Ok(())
}

async fn journal(store: &Store, action: JournalCommand) -> Result<()> {
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    match action {
        JournalCommand::Verify => say(&store.verify_journal().await?.to_string()),
        JournalCommand::Export { after } => {
            let mut out = std::io::BufWriter::new(std::io::stdout());
            match store.export_journal(after, &mut out).await {
                Err(error) if is_broken_pipe(&error) => Ok(()),
                exported => exported.map_err(|error| anyhow::anyhow!("the journal was not written out: {}", error.chain())),
            }
        }
    }
}

async fn audit(store: &Store, action: AuditCommand) -> Result<()> {
    let told = |error: Error| anyhow::anyhow!(error.chain());
    store.check_ready().await.map_err(told)?;
    match action {
        AuditCommand::Verify => match store.audit_log().await.map_err(told)? {
            (entries, None) => say(&format!("The audit log is whole: {} entries, each follows from the one before.", entries.len())),
            (_, Some(broken)) => bail!("entry {broken} of the audit log is not what was written, or does not follow from the one before"),
        },
        AuditCommand::List { mut after } => {
            say(&format!("{:>8}  {:20}  {:24}  {:36}  {:>8}  WHO  PARTICULARS", "NUMBER", "AT", "WHAT", "TO", "JOURNAL"))?;
            loop {
                let entries = store.audit_entries(after).await.map_err(told)?;
                let Some(last) = entries.last() else { return Ok(()) };
                after = last.sequence;
                let line = |entry: &AuditListed| {
                    let AuditListed { sequence, recorded_at, action, by, subject, change_sequence, detail } = entry;
                    let at = recorded_at.format("%Y-%m-%dT%H:%M:%SZ");
                    let who = by.as_ref().map_or_else(|| "(command line)".to_owned(), |(token, name)| format!("{name} ({token})"));
                    let entry = change_sequence.map_or_else(|| "-".to_owned(), |sequence| sequence.to_string());
                    format!("{sequence:>8}  {at}  {action:<24}  {subject}  {entry:>8}  {who}  {}", detail.as_deref().unwrap_or("(redacted)"))
                };
                say(&entries.iter().map(line).collect::<Vec<_>>().join("\n"))?;
            }
        }
    }
}

/// Whether an error comes from a reader that has seen enough (`yeollam journal export | head`).
fn is_broken_pipe(error: &Error) -> bool {
    let Error::Internal(cause) = error else { return false };
    cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

async fn index(store: &Store, database: &DatabaseArgs, action: IndexCommand) -> Result<()> {
    let folder = database.index_folder();
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    if let IndexCommand::Rebuild = action {
        let bar = ProgressBar::new(0)
            .with_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} files, {per_sec}, {eta} left").context("the progress bar cannot be drawn")?);
        bar.set_message("search index");
        let progress = |done, total| {
            bar.set_length(total);
            bar.set_position(done);
        };
        let built = OpenIndex::build(&folder, store, graphql::day_in_korea(now()), &progress).await;
        bar.finish_and_clear();
        built.map_err(|error| anyhow::anyhow!(error.chain()))?;
    }
    let head = store.last_change().await.map_err(|error| anyhow::anyhow!(error.chain()))?.map_or(0, |change| change.sequence);
    let status = search::status(&folder);
    match status.unusable {
        Some(reason) => say(&format!(
            "The search index at {} is not usable: {reason}. The next server on this data folder builds it anew, or `yeollam index rebuild`.",
            folder.display()
        )),
        None => say(&format!(
            "Search index at {}\n  files      {} in {} segments\n  journal    through entry {} of {head}\n  on disk    {:.1} MiB",
            folder.display(),
            status.files,
            status.segments,
            status.sequence,
            mebibytes(status.bytes)
        )),
    }
}

#[expect(clippy::cast_precision_loss, reason = "shown with one decimal")]
fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / f64::from(1 << 20)
}

async fn token(store: &Store, action: TokenCommand) -> Result<()> {
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    let done = match action {
        TokenCommand::Create { role, agency, name, expires } => {
            create_token(store, NewToken { name, role: role.into(), agency, expires_at: end_of(expires) }).await
        }
        TokenCommand::List => list_tokens(store).await,
        TokenCommand::Revoke { id } => revoke_token(store, id).await,
    };
    say(&done.map_err(|error| anyhow::anyhow!(error.chain()))?)
}

/// The instant at which a day ends in Korea.
fn end_of(day: Option<NaiveDate>) -> Option<DateTime<Utc>> {
    let midnight = day?.succ_opt()?.and_time(NaiveTime::MIN).and_utc();
    midnight.checked_sub_signed(TimeDelta::hours(9))
}

async fn create_token(store: &Store, new: NewToken) -> Result<String, Error> {
    let mut write = store.write(now(), salts()).await?;
    let (id, secret) = write.new_token(&new).await?;
    write.commit().await?;
    let token = secret.text();
    Ok(format!(
        "{token}\n\nThis is the token of {}, {}. It is shown this once; send it as\n  Authorization: Bearer {token}\nIt is revoked by\n  yeollam token revoke {id}",
        new.name,
        new.role.as_str()
    ))
}

async fn list_tokens(store: &Store) -> Result<String, Error> {
    let tokens = store.tokens().await?;
    if tokens.is_empty() {
        return Ok("There is no token. `yeollam token create --help` tells how to make one.".to_owned());
    }
    let day = |at: Option<DateTime<Utc>>| at.map_or_else(|| "-".to_owned(), |at| at.format("%Y-%m-%dT%H:%MZ").to_string());
    let mut lines = vec![format!("{:36}  {:9}  {:7}  {:17}  {:17}  {:17}  {:17}  NAME", "ID", "ROLE", "AGENCY", "CREATED", "EXPIRES", "REVOKED", "LAST USED")];
    lines.extend(tokens.into_iter().map(|token| {
        let TokenListed { id, name, role, agency, created_at, expires_at, revoked_at, last_used_at } = token;
        let [created, expires, revoked, used] = [Some(created_at), expires_at, revoked_at, last_used_at].map(day);
        format!("{id}  {:9}  {:7}  {created:17}  {expires:17}  {revoked:17}  {used:17}  {name}", role.as_str(), agency.as_deref().unwrap_or("-"))
    }));
    Ok(lines.join("\n"))
}

async fn revoke_token(store: &Store, id: Uuid) -> Result<String, Error> {
    let mut write = store.write(now(), salts()).await?;
    write.revoke_token(id).await?;
    write.commit().await?;
    Ok(format!("Revoked token {id}."))
}

async fn import_paths(store: Store, arguments: &ImportArgs, shows_progress: bool) -> Result<()> {
    let ImportArgs { paths, agency, dry_run, policy, report, map } = arguments;
    if let [path] = paths.as_slice()
        && is_journal(path).with_context(|| format!("cannot read {}", path.display()))?
    {
        return mirror(&store, path).await;
    }
    let mapping = Mapping::of(map).map_err(|message| anyhow::anyhow!("--map: {message}"))?;
    let mut documents = Vec::new();
    for path in documents_at(paths)? {
        documents.push(Incoming::open(&path.display().to_string(), &path).with_context(|| format!("cannot read {}", path.display()))?);
    }
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    let scope = AgencyScope::of(&store, None, agency.as_deref()).await.map_err(|error| anyhow::anyhow!("--agency: {}", error.chain()))?;
    let options = run::Options { policy: (*policy).into(), is_dry_run: *dry_run, is_whole: true, scope, mapping };
    let bar = if shows_progress { ProgressBar::new(0) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} files, {per_sec}, {eta} left").context("the progress bar is broken")?);
    let (started_at, shown) = (now(), bar.clone());
    let progress = Arc::new(move |done, total| {
        shown.set_length(total);
        shown.set_position(done);
    });
    let runner = run::Runner { store, clock: Arc::new(now), salts: salts(), viewer: None, stop: Arc::default(), progress };
    // A dry run leaves nothing behind, not even that it was made.
    let id = if *dry_run {
        None
    } else {
        Some(runner.begin(&documents, &options).await.map_err(|error| anyhow::anyhow!("{}\nNothing was recorded.", error.chain()))?)
    };
    let outcome = runner.run(id, &documents, &options).await;
    bar.finish_and_clear();
    if let Some(path) = report {
        let report = run::report(id, started_at, now(), &documents, &options, &outcome);
        let text = serde_json::to_string_pretty(&report).context("the report cannot be written as JSON")?;
        std::fs::write(path, text + "\n").with_context(|| format!("cannot write the report to {}", path.display()))?;
    }
    told(&outcome, *dry_run)
}

/// Says what a run came to.
fn told(outcome: &run::Outcome, is_dry_run: bool) -> Result<()> {
    let messages: Vec<String> =
        outcome.messages.iter().map(|message| format!("{}{message}", if message.severity == ImportSeverity::Warning { "warning: " } else { "" })).collect();
    if outcome.status != ImportStatus::Completed {
        let end = match outcome.status {
            ImportStatus::Rejected => "Nothing was recorded.",
            _ => "The run broke off; the same documents again go on from there.",
        };
        bail!("{}\n{end}", messages.join("\n"));
    }
    let run::Counts { new, amended, unchanged, rejected } = outcome.counts;
    let mut text = if messages.is_empty() { String::new() } else { messages.join("\n") + "\n" };
    match &outcome.native {
        Some(report) if is_dry_run => text.push_str(&format!("Would import:\n{report}")),
        Some(report) => text.push_str(&format!("Imported:\n{report}")),
        None => text.push_str(if is_dry_run { "Would import:" } else { "Imported:" }),
    }
    if outcome.native.is_none() || rejected > 0 {
        text.push_str(&format!("\n  records             {new} new, {amended} amended, {unchanged} unchanged, {rejected} rejected"));
    }
    say(&text)
}

/// Whether a file is a journal that was exported: what its first line says.
fn is_journal(path: &Path) -> std::io::Result<bool> {
    if !path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("ndjson")) {
        return Ok(false);
    }
    let mut start = Vec::new();
    std::fs::File::open(path)?.take(200).read_to_end(&mut start)?;
    // Whole files in lines name another format.
    Ok(!start.is_empty() && !String::from_utf8_lossy(&start).contains(LINES))
}

/// Makes this register a mirror of the one whose journal was exported to the file.
async fn mirror(store: &Store, path: &Path) -> Result<()> {
    let lines = || std::fs::File::open(path).map(|file| -> Box<dyn std::io::BufRead + Send> { Box::new(std::io::BufReader::new(file)) });
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    let mirrored = store.mirror(&lines, now(), salts()).await.with_context(|| path.display().to_string())?;
    say(&format!("Mirrored:\n{mirrored}"))
}

async fn recompute_findings(store: &Store) -> Result<()> {
    store.check_ready().await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    let bar = ProgressBar::new(0)
        .with_style(ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} agencies, {eta} left").context("the progress bar cannot be drawn")?);
    bar.set_message("findings");
    let progress = |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    };
    let recomputed = store.recompute_findings(now(), salts(), progress).await;
    bar.finish_and_clear();
    recomputed.map_err(|error| anyhow::anyhow!(error.chain()))?;
    say("The findings of the whole register are computed by the rules of this program.")
}

async fn generate_files(store: &Store, request: Request, shows_progress: bool) -> Result<()> {
    store.migrate().await.map_err(|error| anyhow::anyhow!("the database cannot be prepared: {}", error.chain()))?;
    let bar = if shows_progress { ProgressBar::new(request.files) } else { ProgressBar::hidden() };
    let style = ProgressStyle::with_template("{bar:40} {human_pos} of {human_len} files, {per_sec}, {eta} left").context("the progress bar is broken")?;
    bar.set_style(style);
    let generated =
        generate::generate(store, request, now(), salts(), |files| bar.set_position(files)).await.map_err(|error| anyhow::anyhow!(error.chain()))?;
    let seconds = bar.elapsed().as_secs_f64();
    bar.finish_and_clear();
    say(&format!("Generated {generated}; {:.0} files a second", request.files as f64 / seconds.max(0.001)))
}

/// The documents that the paths name: files as they are, and the documents of folders in the order of their names.
fn documents_at(paths: &[PathBuf]) -> Result<Vec<PathBuf>> {
    let mut documents = Vec::new();
    for path in paths {
        if path.is_dir() {
            // Plain texts in a folder may be notes: a policy in such a form is named.
            let endings: Vec<&str> = ENDINGS.iter().map(|(ending, _)| *ending).filter(|ending| !matches!(*ending, "txt" | "md")).collect();
            let is_document = |path: &Path| path.extension().is_some_and(|extension| endings.iter().any(|known| extension.eq_ignore_ascii_case(known)));
            let entries = std::fs::read_dir(path).with_context(|| format!("cannot read the folder {}", path.display()))?;
            let mut found = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
            // What programs and systems keep beside documents is none ("~$list.xlsx", ".list.csv").
            let is_kept_aside = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(['~', '.']));
            found.retain(|path| is_document(path) && !is_kept_aside(path));
            found.sort();
            if found.is_empty() {
                bail!("the folder {} holds no document: .{}", path.display(), endings.join(", ."));
            }
            documents.extend(found);
        } else {
            documents.push(path.clone());
        }
    }
    Ok(documents)
}

async fn open(arguments: &DatabaseArgs) -> Result<Store> {
    open_with(arguments, &arguments.pool()).await
}

/// Opens the database for commands that write much: what is inserted in the order of random keys should find its pages in memory.
async fn open_to_load(arguments: &DatabaseArgs) -> Result<Store> {
    open_with(arguments, &PoolSettings { page_cache: 256, ..arguments.pool() }).await
}

async fn open_with(arguments: &DatabaseArgs, pool: &PoolSettings) -> Result<Store> {
    arguments.check().map_err(|message| anyhow::anyhow!(message))?;
    if arguments.database_url.is_none() {
        std::fs::create_dir_all(&arguments.data_dir)
            .with_context(|| format!("cannot create the data folder {}; `--data-dir` or YEOLLAM_DATA_DIR chooses another one", arguments.data_dir.display()))?;
    }
    Store::connect(&arguments.url(), pool).await.map_err(|error| match &arguments.database_url {
        Some(_) => anyhow::anyhow!(
            "cannot open {} (--database-url, DATABASE_URL): {}; is it there, running, and reachable from here?",
            arguments.place(),
            error.chain()
        ),
        None => anyhow::anyhow!("cannot open {}: {}", arguments.place(), error.chain()),
    })
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the wall clock")]
fn now() -> DateTime<Utc> {
    Utc::now()
}

fn salts() -> Salts {
    Arc::new(random_bytes)
}

fn request_id() -> String {
    let bytes: [u8; 32] = random_bytes();
    bytes[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Random bytes from the operating system.
fn random_bytes() -> [u8; 32] {
    let mut bytes = [0; 32];
    // Without randomness a salt would be guessable: better to stop than to publish digests that hide nothing.
    if let Err(error) = getrandom::fill(&mut bytes) {
        complain(&anyhow::anyhow!("the operating system gives no randomness: {error}"));
        std::process::abort();
    }
    bytes
}

fn log_filter() -> EnvFilter {
    EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(format!("info,{}", store::QUIET_LOG)))
}

fn start_log(format: LogFormat) {
    let log = tracing_subscriber::fmt().with_env_filter(log_filter()).with_writer(std::io::stderr);
    match format {
        LogFormat::Text => log.with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().init(),
    }
}

fn say(text: &str) -> Result<()> {
    let written = writeln!(std::io::stdout().lock(), "{text}");
    // A reader that has seen enough (`yeollam schema | head`) is no failure.
    written.or_else(|error| if error.kind() == std::io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) }).context("cannot write to standard output")
}

fn complain(error: &anyhow::Error) {
    let _ = writeln!(std::io::stderr().lock(), "yeollam: {error:#}");
}
