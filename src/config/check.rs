//! A configuration as a whole, as `yeollam check-config` examines it: every mistake in flags, environment, files, folders and addresses, where a start would tell the first.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fmt;
use std::io::ErrorKind as IoError;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{CommandFactory as _, FromArgMatches as _};

use super::Cli;
use crate::search::Search;
use crate::server;
use crate::store::{PoolSettings, Store};

/// Beginning of the names of settings in the environment.
const PREFIX: &str = "YEOLLAM_";

/// What kind of mistake it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// There is no flag, or variable, of that name.
    UnknownSetting,
    /// The value is none that the setting can have.
    InvalidValue,
    /// Another setting that it needs is missing.
    MissingSetting,
    /// Two settings that cannot both be.
    Contradiction,
    /// A file that cannot be read, or not as what it should be.
    UnusableFile,
    /// A folder that cannot be written to.
    UnusableFolder,
    /// An address that cannot be listened on.
    UnusableAddress,
    /// A trusted document that does not fit the schema.
    InvalidDocument,
}

impl Kind {
    /// Its stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownSetting => "UNKNOWN_SETTING",
            Self::InvalidValue => "INVALID_VALUE",
            Self::MissingSetting => "MISSING_SETTING",
            Self::Contradiction => "CONTRADICTION",
            Self::UnusableFile => "UNUSABLE_FILE",
            Self::UnusableFolder => "UNUSABLE_FOLDER",
            Self::UnusableAddress => "UNUSABLE_ADDRESS",
            Self::InvalidDocument => "INVALID_DOCUMENT",
        }
    }
}

/// Something that a server would not start with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// What kind of mistake.
    pub kind: Kind,
    /// Which setting, what is wrong with it, and how to mend it.
    pub told: String,
}

impl Mistake {
    fn new(kind: Kind, told: impl Into<String>) -> Self {
        Self { kind, told: told.into() }
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:<16}  {}", self.kind.code(), self.told)
    }
}

/// Every mistake of a command line and the environment. Changes nothing, and asks neither a database nor another server.
///
/// # Errors
/// `Internal` if the program's own schema cannot be read.
pub async fn mistakes(arguments: Vec<OsString>) -> crate::error::Result<Vec<Mistake>> {
    let (cli, mut mistakes) = read(arguments);
    mistakes.extend(unknown_variables());
    let Some(cli) = cli else { return Ok(mistakes) };
    mistakes.extend(cli.database.check().err().map(|told| Mistake::new(Kind::InvalidValue, told)));
    mistakes.extend(unusable_folder(&cli.database.data_dir));
    let (public, metrics) = (cli.server.listen, cli.server.watching.metrics_listen);
    let listeners = [(Some(public), "--listen"), (metrics, "--metrics-listen")];
    mistakes.extend(listeners.into_iter().filter_map(|(address, flag)| unusable_address(address?, flag)));
    if metrics == Some(public) && public.port() != 0 {
        mistakes.push(Mistake::new(Kind::Contradiction, format!("--listen and --metrics-listen are both {public}: give metrics a port of their own")));
    }
    if let Some(keys) = cli.oidc.keys() {
        mistakes.extend(keys.check().await.err().map(|told| Mistake::new(Kind::UnusableFile, format!("--oidc-keys, --oidc-authorities: {told}"))));
    }
    match cli.server.settings() {
        Err(told) => mistakes.push(Mistake::new(Kind::UnusableFile, told)),
        // Documents are checked by a server over an empty database in memory.
        Ok(settings) if settings.trusted.is_some() => {
            let store = Store::connect("sqlite::memory:", &PoolSettings::default()).await?;
            let (clock, salts) = (Arc::new(DateTime::<Utc>::default), Arc::new(|| [0; 32]));
            let url = cli.server.public_url(public);
            let app = server::app(&store, &Search::default(), clock, salts, Arc::new(String::new), &url, cli.server.limits(), settings, None)?;
            let faults = app.faults_of_trusted_documents().await;
            mistakes.extend(faults.into_iter().map(|told| Mistake::new(Kind::InvalidDocument, format!("--trusted-documents: {told}"))));
        }
        Ok(_) => {}
    }
    Ok(mistakes)
}

/// Reads a command line and the environment. What is wrong is told and left out, until the rest can be read; `None` where nothing can.
fn read(mut arguments: Vec<OsString>) -> (Option<Cli>, Vec<Mistake>) {
    let mut command = Cli::command();
    let (mut mistakes, mut is_lenient) = (Vec::new(), false);
    loop {
        let read = command.clone().try_get_matches_from(&arguments).and_then(|matches| Cli::from_arg_matches(&matches));
        let error = match read {
            Ok(cli) => return (Some(cli), mistakes),
            Err(error) => error,
        };
        let kind = match error.kind() {
            ErrorKind::UnknownArgument | ErrorKind::InvalidSubcommand => Kind::UnknownSetting,
            ErrorKind::ArgumentConflict => Kind::Contradiction,
            ErrorKind::MissingRequiredArgument => Kind::MissingSetting,
            _ => Kind::InvalidValue,
        };
        let named = match error.get(ContextKind::InvalidArg) {
            Some(ContextValue::String(named)) => vec![named.clone()],
            Some(ContextValue::Strings(named)) => named.clone(),
            _ => Vec::new(),
        };
        let flags: BTreeSet<String> = named.iter().filter_map(|named| Some(named.strip_prefix("--")?.split([' ', '=']).next()?.to_owned())).collect();
        let text = error.to_string();
        let told = text.trim_start_matches("error: ").split("\n\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        let variables: Vec<String> = flags.iter().filter_map(|flag| variable(&command, flag)).collect();
        let variables = if variables.is_empty() { String::new() } else { format!(" ({})", variables.join(", ")) };
        mistakes.push(Mistake::new(kind, format!("{told}{variables}")));
        // What is missing is told of all settings together, and last: nothing is to be left out for it, and what is there is examined.
        if kind == Kind::MissingSetting && !std::mem::replace(&mut is_lenient, true) {
            command = command.ignore_errors(true);
            continue;
        }
        let wrong: Vec<(String, clap::Id, bool)> = command
            .get_arguments()
            .filter_map(|argument| Some((argument.get_long()?.to_owned(), argument.get_id().clone(), argument.get_action().takes_values())))
            .filter(|(flag, ..)| flags.contains(flag))
            .collect();
        let before = (arguments.len(), command.get_arguments().filter(|argument| argument.get_env().is_some()).count());
        for (flag, id, takes_value) in &wrong {
            command = command.mut_arg(id.clone(), |argument| argument.env(None::<&str>));
            leave_out(&mut arguments, flag, *takes_value);
        }
        for flag in flags.iter().filter(|flag| wrong.iter().all(|(known, ..)| known != *flag)) {
            leave_out(&mut arguments, flag, false);
        }
        if before == (arguments.len(), command.get_arguments().filter(|argument| argument.get_env().is_some()).count()) {
            return (None, mistakes);
        }
    }
}

/// The variable that sets a flag too.
fn variable(command: &clap::Command, flag: &str) -> Option<String> {
    let argument = command.get_arguments().find(|argument| argument.get_long() == Some(flag))?;
    argument.get_env().map(|variable| variable.to_string_lossy().into_owned())
}

/// Leaves a flag out of a command line, with its values.
fn leave_out(arguments: &mut Vec<OsString>, flag: &str, takes_value: bool) {
    let (alone, with_value) = (format!("--{flag}"), format!("--{flag}="));
    let mut is_value = false;
    arguments.retain(|argument| {
        let text = argument.to_string_lossy();
        let is_left_out = std::mem::take(&mut is_value) || text == alone.as_str() || text.starts_with(&with_value);
        is_value = takes_value && text == alone.as_str();
        !is_left_out
    });
}

/// Variables that look like settings and are none.
fn unknown_variables() -> Vec<Mistake> {
    let command = Cli::command();
    let known: BTreeSet<OsString> = command.get_arguments().filter_map(|argument| argument.get_env().map(ToOwned::to_owned)).collect();
    let names: BTreeSet<OsString> = std::env::vars_os().map(|(name, _)| name).collect();
    let unknown = names.into_iter().filter(|name| name.to_string_lossy().starts_with(PREFIX) && !known.contains(name));
    unknown.map(|name| Mistake::new(Kind::UnknownSetting, format!("{} is no setting; `yeollam --help` lists them", name.to_string_lossy()))).collect()
}

/// Whether a folder, or the nearest one above it that is there, can be written to.
fn unusable_folder(folder: &Path) -> Option<Mistake> {
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let there = absolute.ancestors().find(|folder| folder.exists())?;
    let reason = match there.metadata() {
        Err(error) => error.to_string(),
        Ok(metadata) if !metadata.is_dir() => "it is no folder".to_owned(),
        Ok(_) => rustix::fs::access(there, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK).err()?.to_string(),
    };
    Some(Mistake::new(Kind::UnusableFolder, format!("--data-dir (YEOLLAM_DATA_DIR): {} cannot be used: {}: {reason}", folder.display(), there.display())))
}

/// Whether an address can be listened on. That another server, this one even, listens there now is no mistake.
fn unusable_address(address: SocketAddr, flag: &str) -> Option<Mistake> {
    let error = TcpListener::bind(address).err().filter(|error| error.kind() != IoError::AddrInUse)?;
    Some(Mistake::new(Kind::UnusableAddress, format!("{flag}: {address} cannot be listened on: {error}")))
}
