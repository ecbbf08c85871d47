//! How fast a generated register is written out as Parquet and CSV, and read back from lines beside a bare insertion of the same rows:
//! `cargo bench --bench exports -- 40000`. bench/README.md says how to read it.

#![expect(clippy::print_stdout, reason = "it prints what it measures")]

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use sea_orm::{EntityTrait as _, PaginatorTrait as _};
use yeollam::export::command::{Target, write};
use yeollam::export::{Exporter, Format, Headers, Request, Selection};
use yeollam::generate;
use yeollam::import::run::{Options, Runner};
use yeollam::import::{AgencyScope, ImportPolicy, ImportStatus, Incoming, Mapping};
use yeollam::search::Search;
use yeollam::store::{PoolSettings, Store};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Memory that this process held at most, in MB, where the system tells.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}

async fn opened(folder: &Path, name: &str) -> Result<Store> {
    let url = format!("sqlite:{}?mode=rwc", folder.join(name).display());
    let store = Store::connect(&url, &PoolSettings { page_cache: 256, ..PoolSettings::default() }).await.map_err(|error| anyhow!(error.chain()))?;
    store.migrate().await.map_err(|error| anyhow!(error.chain()))?;
    Ok(store)
}

#[tokio::main]
async fn main() -> Result<()> {
    let files: u64 = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(40_000);
    // Generated once: it is kept for the next run.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("exports-{files}"));
    std::fs::create_dir_all(&folder).context("no folder to work in")?;
    let store = opened(&folder, "register.sqlite").await?;
    let at = "2026-11-22T00:00:00Z".parse()?;
    if store.last_change().await.map_err(|error| anyhow!(error.chain()))?.is_none() {
        println!("Generating {files} files");
        let request = generate::Request { files, seed: 1, adds: false };
        generate::generate(&store, request, at, Arc::new(|| [0; 32]), |_| {}).await.map_err(|error| anyhow!(error.chain()))?;
    }
    println!("before the first export: {} MB", peak());
    let exporter = Exporter::new(&store, &Search::default(), "http://127.0.0.1:8000").map_err(|error| anyhow!(error.chain()))?;
    let lines = folder.join("files.ndjson");
    for (format, out) in [
        (Format::Csv, folder.join("files.csv")),
        (Format::Parquet, folder.join("parquet")),
        (Format::Jsonld, folder.join("files.jsonld")),
        (Format::Xlsx, folder.join("files.xlsx")),
        (Format::Ndjson, lines.clone()),
    ] {
        let request = Request { format, table: None, selection: Selection::default(), headers: Headers::Korean };
        let began = Instant::now();
        let target = Target { out: Some(out), gzip: false };
        let manifest = write(&exporter, &request, &target, &|_| {}).await.map_err(|error| anyhow!(error.chain()))?;
        let (seconds, bytes) = (began.elapsed().as_secs_f64(), manifest.files.iter().map(|file| file.bytes).sum::<u64>());
        println!("{:12} {seconds:>7.1} s  {:>8.0} files/s  {:>6} MiB  {:>5} MB at most", format.name(), files as f64 / seconds, bytes >> 20, peak());
    }

    let into = tempfile::tempdir().context("no folder to work in")?;
    imported(&opened(into.path(), "lines.sqlite").await?, &lines).await?;
    // A sheet names agencies, which the register has before.
    let agencies = into.path().join("agencies.ndjson");
    let context: Vec<String> = std::fs::read_to_string(&lines)?
        .lines()
        .filter(|line| !line.starts_with("{\"dataFile") && !line.starts_with("{\"policy") && !line.starts_with("{\"impact"))
        .map(str::to_owned)
        .collect();
    std::fs::write(&agencies, context.join("\n"))?;
    let store = opened(into.path(), "sheet.sqlite").await?;
    imported(&store, &agencies).await?;
    imported(&store, &folder.join("files.xlsx")).await?;
    println!("`cargo bench --bench load -- {files}` tells the bare rate");
    Ok(())
}

/// Imports a document as the program does, and tells how fast.
async fn imported(store: &Store, path: &Path) -> Result<()> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let document = Incoming::open(name, path).context("it cannot be read")?;
    let scope = AgencyScope::of(store, None, None).await.map_err(|error| anyhow!(error.chain()))?;
    let options = Options { policy: ImportPolicy::RejectAll, is_dry_run: false, is_whole: true, scope, mapping: Mapping::default() };
    let at = "2026-11-22T00:00:00Z".parse()?;
    let runner = Runner {
        store: store.clone(),
        clock: Arc::new(move || at),
        salts: Arc::new(|| [0; 32]),
        viewer: None,
        stop: Arc::default(),
        progress: Arc::new(|_, _| {}),
    };
    let count = async || entity::registration::Entity::find().count(store.db()).await;
    let (before, began) = (count().await?, Instant::now());
    let outcome = runner.run(None, &[document], &options).await;
    let seconds = began.elapsed().as_secs_f64();
    ensure!(outcome.status == ImportStatus::Completed, "{name} was not recorded: {:?}", outcome.messages.first().map(ToString::to_string));
    let registrations = count().await? - before;
    println!(
        "import of {name:16} {seconds:>7.1} s  {:>8.0} registrations/s  {:>8.0} files/s  {:>5} MB at most",
        registrations as f64 / seconds,
        (outcome.counts.new + outcome.counts.amended) as f64 / seconds,
        peak()
    );
    Ok(())
}
