//! How fast a register is loaded into SQLite, beside a bare insertion of the same rows: `cargo bench --bench load -- 40000`. bench/README.md says how to read it.

use std::sync::Arc;
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow};
use sea_orm::{ActiveModelBehavior, ActiveModelTrait as _, EntityTrait, IntoActiveModel, Iterable as _, QueryOrder as _};
use yeollam::generate::{Request, generate};
use yeollam::store::{PoolSettings, Store};

/// As the program has it.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Rows of one table that wait to be inserted.
type Insert<'r> = std::pin::Pin<Box<dyn Future<Output = Result<()>> + 'r>>;

macro_rules! each_table {
    ($from:expr, $into:expr, $($table:ident),+ $(,)?) => {{
        let mut rows = 0;
        let mut inserts: Vec<Insert<'_>> = Vec::new();
        $(
            let read = entity::$table::Entity::find().order_by_asc(sea_orm::sea_query::Expr::cust("rowid")).all($from).await?;
            rows += read.len();
            let prepared = statements::<entity::$table::Entity>(read);
            inserts.push(Box::pin(async move {
                for statement in prepared {
                    entity::$table::Entity::insert_many(statement).exec_without_returning($into).await?;
                }
                Ok(())
            }));
        )+
        (rows, inserts)
    }};
}

/// Rows as they are inserted: as many in a statement as its parameters allow.
fn statements<E>(rows: Vec<E::Model>) -> Vec<Vec<E::ActiveModel>>
where
    E: EntityTrait,
    E::Model: IntoActiveModel<E::ActiveModel>,
    E::ActiveModel: ActiveModelBehavior,
{
    let most = 30_000 / E::Column::iter().count().max(1);
    let mut rows = rows.into_iter().map(|row| row.into_active_model().reset_all()).peekable();
    let mut statements = Vec::new();
    while rows.peek().is_some() {
        statements.push(rows.by_ref().take(most).collect());
    }
    statements
}

/// Memory that this process holds, in MB, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}

async fn empty(folder: &std::path::Path, name: &str) -> Result<Store> {
    let url = format!("sqlite:{}?mode=rwc", folder.join(name).display());
    let store = Store::connect(&url, &PoolSettings::default()).await.map_err(|error| anyhow!(error.chain()))?;
    store.migrate().await.map_err(|error| anyhow!(error.chain()))?;
    Ok(store)
}

#[tokio::main]
#[expect(clippy::print_stdout, reason = "what it is for")]
async fn main() -> Result<()> {
    let files = std::env::args().find_map(|argument| argument.parse().ok()).unwrap_or(40_000);
    let folder = tempfile::tempdir().context("no folder to work in")?;
    let recorded = empty(folder.path(), "recorded.sqlite").await?;
    let request = Request { files, seed: 1, adds: false };
    let began = Instant::now();
    let at = "2026-11-22T00:00:00Z".parse()?;
    let shown = std::cell::Cell::new(0);
    let progress = |done| {
        if done >= shown.get() + files / 10 || shown.get() == 0 {
            shown.set(done);
            println!("  {done:>9} files  {:>6.0} files/s  {:>5} MB resident", done as f64 / began.elapsed().as_secs_f64(), resident());
        }
    };
    println!("Recording:");
    let generated = generate(&recorded, request, at, Arc::new(|| [0; 32]), progress).await.map_err(|error| anyhow!(error.chain()))?;
    let recording = began.elapsed().as_secs_f64();
    println!("  {generated}");

    let bare = empty(folder.path(), "bare.sqlite").await?;
    let txn = bare.begin().await.map_err(|error| anyhow!(error.chain()))?;
    let into = &txn;
    let (rows, inserts) = each_table!(
        recorded.db(),
        into,
        agency,
        agency_alias,
        agency_ancestor,
        succession,
        statute,
        statute_alias,
        organization,
        organization_name,
        data_file,
        registration,
        collected_item,
        privacy_policy,
        policy_revision,
        provision,
        video_device,
        legal_basis,
        retention_term,
        provided_item,
        entrustment,
        sub_entrustee,
        access_restriction,
        impact_assessment,
        impact_assessment_data_file,
        impact_assessment_item,
        recommendation,
        policy_revision_data_file,
        policy_section,
        privacy_label,
        policy_item,
        privacy_officer,
        right_procedure,
        remedy_body,
        safeguard,
        disposal_method,
        auto_collection,
        incoming_entrustment,
        source_document,
        source,
        change,
        redaction,
    );
    let began = Instant::now();
    for insert in inserts {
        insert.await?;
    }
    txn.commit().await?;
    let inserting = began.elapsed().as_secs_f64();
    println!("\n{rows} rows of {files} files");
    println!("  recorded with every check: {recording:>7.1} s  {:>8.0} rows/s  {:>6.0} files/s", rows as f64 / recording, files as f64 / recording);
    println!("  inserted bare:             {inserting:>7.1} s  {:>8.0} rows/s  {:>6.0} files/s", rows as f64 / inserting, files as f64 / inserting);
    println!("  recording runs at {:.0} % of the bare rate", 100.0 * inserting / recording);
    Ok(())
}
