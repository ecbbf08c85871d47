//! The commands that give the register out: exports, and queries with all their pages.

use std::io::{Read as _, Write};
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context as _, Result, anyhow};
use indicatif::{ProgressBar, ProgressStyle};
use yeollam::ask::{Answers, Local, Progress, Question, Remote, ask};
use yeollam::config::{DatabaseArgs, ExportArgs, QueryArgs, ServerArgs};
use yeollam::error::Error;
use yeollam::export::{Exporter, command};
use yeollam::search::{OpenIndex, Search};
use yeollam::store::Store;
use yeollam::{graphql, server};

use super::{complain, is_broken_pipe, now, open, request_id, salts, say};

fn told(error: &Error) -> anyhow::Error {
    anyhow!(error.chain())
}

/// A search of the register as it stands. A server on the data folder holds its index: then one of the moment is built, which goes with the folder answered.
async fn searched(store: &Store, database: &DatabaseArgs) -> Result<(Search, Option<tempfile::TempDir>)> {
    let today = graphql::day_in_korea(now());
    let progress = |_, _| {};
    let (mut index, folder) = match OpenIndex::open(&database.index_folder(), store, today, &progress).await {
        Err(Error::NotReady(_)) => {
            let folder = tempfile::tempdir().context("no folder for a search index can be made")?;
            (OpenIndex::build(folder.path(), store, today, &progress).await.map_err(|error| told(&error))?, Some(folder))
        }
        opened => (opened.map_err(|error| told(&error))?, None),
    };
    Ok((Search::holding(index.snapshot().await.map_err(|error| told(&error))?), folder))
}

/// Writes an export.
pub async fn export(store: &Store, database: &DatabaseArgs, server: &ServerArgs, arguments: &ExportArgs, shows_progress: bool) -> Result<()> {
    store.check_ready().await.map_err(|error| told(&error))?;
    let (search, _folder) = if arguments.searches() { searched(store, database).await? } else { (Search::default(), None) };
    let exporter = Exporter::new(store, &search, &server.public_url(server.listen)).map_err(|error| told(&error))?;
    let bar = if shows_progress { ProgressBar::no_length() } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{spinner} {human_pos} rows, {per_sec}").context("the progress bar is broken")?);
    let target = command::Target { out: arguments.out.clone(), gzip: arguments.gzip };
    let written = command::write(&exporter, &arguments.request(), &target, &|rows| bar.set_position(rows)).await;
    bar.finish_and_clear();
    match written {
        Err(error) if is_broken_pipe(&error) => Ok(()),
        Err(error) => Err(told(&error)),
        Ok(_) if target.out.is_none() => Ok(()),
        Ok(manifest) => {
            let files: Vec<String> =
                manifest.files.iter().map(|file| format!("\n  {:40} {:>9} rows  {:>12} bytes", file.name, file.rows, file.bytes)).collect();
            say(&format!("Exported through entry {} of the journal:{}", manifest.sequence, files.concat()))
        }
    }
}

/// Asks a query and shows its rows.
pub async fn query(database: &DatabaseArgs, server: &ServerArgs, arguments: &QueryArgs, shows_progress: bool) -> Result<()> {
    let document = read(&arguments.file)?;
    let question = Question {
        document,
        variables: arguments.variables.clone().unwrap_or_default(),
        connection: arguments.connection.clone(),
        shown: arguments.format.into(),
    };
    let (mut store, mut _folder) = (None, None);
    let answers: Box<dyn Answers> = match &arguments.url {
        Some(url) => Box::new(Remote::at(url, arguments.token.clone()).map_err(|message| anyhow!("--url: {message}"))?),
        None => {
            let register = store.insert(open(database).await?);
            register.check_ready().await.map_err(|error| told(&error))?;
            let search = if ["search", "suggest", "statistics", "similar", "registrationCheck"].iter().any(|field| question.document.contains(field)) {
                let (search, folder) = searched(register, database).await?;
                _folder = folder;
                search
            } else {
                Search::default()
            };
            let url = server.public_url(server.listen);
            let app = server::app(
                register,
                &search,
                Arc::new(now),
                salts(),
                Arc::new(request_id),
                &url,
                server.limits(),
                server.settings().map_err(anyhow::Error::msg)?,
                None,
            );
            Box::new(Local::new(app.map_err(|error| told(&error))?.engine))
        }
    };
    let bar = if shows_progress { ProgressBar::no_length() } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{spinner} {human_pos} of {human_len} rows, {per_sec}").context("the progress bar is broken")?);
    let progress = |progress: Progress| {
        progress.total.into_iter().for_each(|total| bar.set_length(total));
        bar.set_position(progress.rows);
    };
    let mut out: Box<dyn Write + Send> = match &arguments.out {
        Some(path) => Box::new(std::io::BufWriter::new(std::fs::File::create(path).with_context(|| format!("cannot write {}", path.display()))?)),
        None => Box::new(std::io::stdout()),
    };
    let asked = ask(&question, &*answers, &mut *out, &progress).await;
    bar.finish_and_clear();
    let asked = asked.map_err(|message| anyhow!("{}: {message}", arguments.file.display()))?;
    if let Some(remark) = asked.remark {
        complain(&anyhow!(remark));
    }
    Ok(())
}

fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).context("cannot read standard input")?;
        return Ok(text);
    }
    std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}
