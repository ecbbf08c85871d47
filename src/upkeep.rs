//! The operator's commands: `backup`, `restore`, `doctor`, `check-config`.

use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use yeollam::backup::{self, manifest_of};
use yeollam::config::{DatabaseArgs, check};
use yeollam::doctor::{self, Health};
use yeollam::error::Error;
use yeollam::store::Store;

use super::{now, open, say};

fn told(error: &Error) -> anyhow::Error {
    anyhow!(error.chain())
}

pub async fn backup(store: &Store, database: &DatabaseArgs, file: &Path) -> Result<()> {
    let manifest = Box::pin(backup::make(store, &database.url(), file, now())).await.map_err(|error| anyhow!("no backup was made: {}", error.chain()))?;
    say(&format!(
        "Backed up {} through entry {} of the journal: {} ({} bytes) and {}.\n`yeollam restore {}` brings it back.",
        database.place(),
        manifest.sequence,
        file.display(),
        manifest.bytes,
        manifest_of(file).display(),
        file.display()
    ))
}

pub async fn restore(database: &DatabaseArgs, file: &Path) -> Result<()> {
    let manifest = match file_of(database) {
        Some(target) => {
            database.check().map_err(|message| anyhow!(message))?;
            if let Some(folder) = target.parent() {
                std::fs::create_dir_all(folder).map_err(|error| anyhow!("the folder {} cannot be made: {error}", folder.display()))?;
            }
            Box::pin(backup::restore_file(file, &target)).await
        }
        None => {
            let store = open(database).await?;
            Box::pin(backup::restore_into(&store, &database.url(), file)).await
        }
    };
    let manifest = manifest.map_err(|error| anyhow!("nothing can be used of what was to be brought back: {}", error.chain()))?;
    say(&format!(
        "Brought back {} as of {} through entry {} of the journal, and proved it. The next server builds its search index by itself.",
        database.place(),
        manifest.made_at.format("%Y-%m-%dT%H:%M:%SZ"),
        manifest.sequence
    ))
}

/// File of an embedded database.
fn file_of(database: &DatabaseArgs) -> Option<PathBuf> {
    match &database.database_url {
        None => Some(database.embedded()),
        Some(url) => {
            let path = url.strip_prefix("sqlite:")?;
            let path = path.split('?').next().unwrap_or(path);
            Some(PathBuf::from(path.strip_prefix("//").unwrap_or(path)))
        }
    }
}

pub async fn doctor(database: &DatabaseArgs, quick: bool) -> Result<()> {
    let embedded = file_of(database);
    // To look for a database must not make one.
    if let Some(file) = embedded.filter(|file| !file.exists()) {
        bail!("there is no database at {}: `yeollam` makes one and loads the bundled register, `yeollam migrate up` an empty one", file.display());
    }
    let store = open(database).await?;
    let mut nothing_to_say_to = Ok(());
    let tell = |seen: &doctor::Observation| {
        if nothing_to_say_to.is_ok() {
            nothing_to_say_to = say(&seen.to_string());
        }
    };
    let health = Box::pin(doctor::examine(&store, &database.data_dir, &database.index_folder(), now(), !quick, tell)).await.map_err(|error| told(&error))?;
    nothing_to_say_to?;
    match health {
        Health::Broken => bail!("something is broken: see above"),
        Health::Well | Health::Ailing => Ok(()),
    }
}

pub async fn check_config() -> Result<()> {
    let mistakes = Box::pin(check::mistakes(std::env::args_os().collect())).await.map_err(|error| told(&error))?;
    for mistake in &mistakes {
        say(&mistake.to_string())?;
    }
    match mistakes.len() {
        0 => say("There is no mistake in the configuration. Whether the database is as it should be, `yeollam doctor` tells."),
        1 => bail!("the configuration has one mistake: see above"),
        several => bail!("the configuration has {several} mistakes: see above"),
    }
}
