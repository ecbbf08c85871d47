//! Configuration by flags and environment, checked before anything starts.

pub mod check;
mod export;
mod query;
mod requests;
mod watching;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

pub use self::export::{ExportArgs, ExportFormat};
pub use self::query::{QueryArgs, RowFormat};
pub use self::requests::{RequestArgs, Switch};
pub use self::watching::WatchArgs;
use crate::access::{KeySource, OidcSettings, Role};
use crate::generate::MOST_FILES;
use crate::graphql::admission::limits::Limits;
use crate::http::Settings;
use crate::import::ImportPolicy;
use crate::store::PoolSettings;

/// The public register of Korea's personal-data files (개인정보파일) as a GraphQL server.
///
/// Without a command: creates an embedded SQLite database in the data folder, loads the bundled register of ten real institutions if it is empty, and serves it. In production say what is to be done:
/// `migrate up`, `import`, `serve`.
#[derive(Debug, Parser)]
#[command(name = "yeollam", version, max_term_width = 120, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do; without it, everything that a first look needs.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Where the register is kept.
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// How it is served.
    #[command(flatten)]
    pub server: ServerArgs,
    /// Whose access tokens are taken beside those of the register.
    #[command(flatten)]
    pub oidc: OidcArgs,
    /// Form of the log, on standard error. What it tells follows `RUST_LOG` (info if unset).
    #[arg(long, env = "YEOLLAM_LOG_FORMAT", value_enum, default_value = "text", global = true, help_heading = "Log")]
    pub log_format: LogFormat,
}

const EXAMPLES: &str = "\
Examples:
  yeollam                                            a first look: http://127.0.0.1:8000
  yeollam --listen 0.0.0.0:8080                      the same, for others to reach
  yeollam import my-institution.yaml                 read a document into the register
  yeollam export csv --out files.csv                 the register as a sheet
  yeollam query files.graphql --format csv           all pages of a query as a sheet
  yeollam --database-url postgres://localhost/yeollam migrate up
  yeollam --database-url postgres://localhost/yeollam serve
  yeollam --data-dir ./large generate --files 400000 a register of national scale, made by rule
  yeollam token create --role regulator --name Hong   a token to write with
  yeollam backup register.backup                     all of it, of a running server
  yeollam schema > schema.graphql                    the schema that is served";

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the register as it is: loads no data by itself, and refuses to start while a migration is pending.
    Serve,
    /// Change the database schema.
    Migrate {
        /// Which way.
        #[command(subcommand)]
        direction: MigrateCommand,
    },
    /// Read documents into the register: sheets of data files (CSV, TSV, XLSX, XLS) and the native format (YAML, JSON); docs/importing.md. Or one .ndjson file that `journal export` wrote, which makes
    /// this register a mirror of that one.
    Import(ImportArgs),
    /// Write the register, or what a search finds of it, as open data: sheets, tables, lines, linked data; docs/exporting.md.
    Export(ExportArgs),
    /// Ask a GraphQL query, here or of a server, and show all pages of its rows as a table, as comma-separated text or as JSON.
    Query(QueryArgs),
    /// Fill an empty register with files of institutions that do not exist, for measuring and for trying things out: the same seed and number give the same register.
    Generate {
        /// How many data files; an agency has about twenty.
        #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..=MOST_FILES))]
        files: u64,
        /// Another seed gives another register.
        #[arg(long, default_value_t = 1, value_name = "NUMBER")]
        seed: u64,
        /// Generate beside the data that the register holds, rather than refuse.
        #[arg(long)]
        add: bool,
    },
    /// See to the search index, which each server keeps in its data folder and follows the register with by itself.
    Index {
        /// What to do with it.
        #[command(subcommand)]
        action: IndexCommand,
    },
    /// See to the findings, which each write keeps by the law's rules.
    Findings {
        /// What to do with them.
        #[command(subcommand)]
        action: FindingsCommand,
    },
    /// Give out API tokens, by which agencies, the regulator and administrators act; list and revoke them.
    Token {
        /// What to do with them.
        #[command(subcommand)]
        action: TokenCommand,
    },
    /// Prove the public journal, or copy it.
    Journal {
        /// What to do with it.
        #[command(subcommand)]
        action: JournalCommand,
    },
    /// Write the whole database, what is private in it too, into one file, with a manifest beside it. Servers may go on reading and writing meanwhile; the file is read back before it gets its name.
    Backup {
        /// The file: it must not exist.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Bring a backup back: into a data folder without a database, or into a PostgreSQL database without tables. What is brought back is proved against the manifest and by its journal.
    Restore {
        /// The file that `backup` wrote; its manifest lies beside it.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Examine configuration, database, journal, what is derived from it, and the disk, and tell how to mend what is wrong. Ends with 1 where something is broken. Changes nothing.
    Doctor {
        /// Leave out what reads the whole register: the proof of the journal, the pages of an embedded database.
        #[arg(long)]
        quick: bool,
    },
    /// Examine flags, environment, and the files, folders and addresses that they name, and tell every mistake at once, each with a stable code. Takes the flags of `serve`; ends with 1 where a server would not
    /// start. Changes nothing, and asks no database: that is for `doctor`.
    CheckConfig,
    /// Show who did what: the private log of tokens and of the steps that were taken with them. Only whoever has the database can.
    Audit {
        /// What to do with it.
        #[command(subcommand)]
        action: AuditCommand,
    },
    /// Print the schema (SDL) to standard output.
    Schema,
}

/// What to do with the journal.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum JournalCommand {
    /// Prove that every entry follows from the one before, and that the register holds what the entries told. Names the first entry that is broken.
    Verify,
    /// Write the journal to standard output, a line of JSON for each entry with all that belongs to it. `yeollam import FILE.ndjson` makes a mirror of it.
    Export {
        /// Only entries after this one: what a mirror lacks that goes so far.
        #[arg(long, default_value_t = 0, value_name = "SEQUENCE", value_parser = clap::value_parser!(i64).range(0..))]
        after: i64,
    },
}

/// What to do with the audit log.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum AuditCommand {
    /// List its entries, the oldest first: number, time, who, what, to which thing, which entry of the journal came of it, and the particulars as JSON.
    List {
        /// Only entries after this one.
        #[arg(long, default_value_t = 0, value_name = "NUMBER", value_parser = clap::value_parser!(i64).range(0..))]
        after: i64,
    },
    /// Prove that every entry follows from the one before and tells what was written. Names the first entry that does not.
    Verify,
}

/// Which way the database schema changes.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum MigrateCommand {
    /// Apply every pending migration.
    Up,
    /// Undo the newest migrations. What they hold is lost.
    Down {
        /// How many.
        #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
        steps: u32,
    },
    /// List the migrations and whether each is applied.
    Status,
}

/// What to do with the search index.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum IndexCommand {
    /// Build it anew from the tables. The one that is there is used until the new one is complete; no server may be running on the data folder.
    Rebuild,
    /// Tell how much of the register it holds.
    Status,
}

/// What to do with the findings.
#[derive(Clone, Copy, Debug, Subcommand)]
pub enum FindingsCommand {
    /// Compute those of the whole register anew, as a server does by itself when a new version brings other rules. Interrupted, it goes on where it was.
    Recompute,
}

/// What to do with API tokens.
#[derive(Clone, Debug, Subcommand)]
pub enum TokenCommand {
    /// Make a token and print it: it is shown this once, and kept only as a hash.
    Create {
        /// Role in which its bearer acts.
        #[arg(long, value_enum)]
        role: TokenRole,
        /// Code of the agency for which, and for those below it, a bearer of the role agency acts.
        #[arg(long, value_name = "CODE")]
        agency: Option<String>,
        /// Whom it is given to: a person or a system, as the log is to name them.
        #[arg(long)]
        name: String,
        /// Last day on which it is taken, in Korea; for good if left out.
        #[arg(long, value_name = "YYYY-MM-DD")]
        expires: Option<NaiveDate>,
    },
    /// List every token, the newest first. What is listed opens nothing.
    List,
    /// Revoke a token: it is not taken from now on.
    Revoke {
        /// Its id, as listed.
        id: Uuid,
    },
}

/// Role in which the bearer of a token acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TokenRole {
    /// Applies for its agency and those below it.
    Agency,
    /// Returns and accepts applications.
    Regulator,
    /// Does whatever the others may.
    Admin,
}

impl From<TokenRole> for Role {
    fn from(role: TokenRole) -> Self {
        match role {
            TokenRole::Agency => Self::Agency,
            TokenRole::Regulator => Self::Regulator,
            TokenRole::Admin => Self::Admin,
        }
    }
}

/// What is imported, and how.
#[derive(Args, Debug)]
pub struct ImportArgs {
    /// Documents, or folders whose documents are read in the order of their names.
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Code of the agency whose files a sheet lists, where it does not name agencies itself.
    #[arg(long, value_name = "CODE")]
    pub agency: Option<String>,
    /// Record nothing, and tell what would be: new files, and how the others would differ.
    #[arg(long)]
    pub dry_run: bool,
    /// What becomes of the run if some rows cannot be recorded.
    #[arg(long, value_enum, default_value_t = RowPolicy::RejectAll)]
    pub policy: RowPolicy,
    /// File into which a report of the run is written, as JSON.
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// What a column of a sheet states, against what its header says: its header, letter or number, and a field, or `ignore`. Can be given several times.
    #[arg(long, value_name = "COLUMN=FIELD")]
    pub map: Vec<String>,
}

/// What becomes of a run some of whose rows cannot be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum RowPolicy {
    /// Nothing is recorded; a run that is cut off leaves nothing.
    RejectAll,
    /// The other rows are recorded, batch by batch; a run that is cut off is gone on with by running it again.
    RejectRows,
}

impl From<RowPolicy> for ImportPolicy {
    fn from(policy: RowPolicy) -> Self {
        match policy {
            RowPolicy::RejectAll => Self::RejectAll,
            RowPolicy::RejectRows => Self::RejectRows,
        }
    }
}

/// Where the register is kept.
#[derive(Args, Debug)]
#[command(next_help_heading = "Database")]
pub struct DatabaseArgs {
    /// Folder of the embedded database (SQLite) and of the search index; created if it does not exist. Each server has one of its own.
    #[arg(long, env = "YEOLLAM_DATA_DIR", default_value = "./yeollam-data", value_name = "FOLDER", global = true)]
    pub data_dir: PathBuf,
    /// Database to use instead: postgres://user:password@host:port/name, or sqlite:PATH (with ?mode=rwc behind it to create the file).
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub database_url: Option<String>,
    /// Replica of a PostgreSQL database (streaming, one server) that answers the queries of whoever brings no token, as long as it lacks nothing that this server knows of: docs/operating.md.
    #[arg(long, env = "YEOLLAM_READ_DATABASE_URL", value_name = "URL", hide_env_values = true, global = true)]
    pub read_database_url: Option<String>,
    /// Most connections to the database at a time; of a server so many for requests, and so many for everything else.
    #[arg(long, env = "YEOLLAM_DATABASE_CONNECTIONS", default_value_t = 16, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=1000), global = true)]
    pub database_connections: u32,
    /// Longest wait for a connection, and for the lock of an embedded database, in seconds.
    #[arg(long, env = "YEOLLAM_DATABASE_WAIT", default_value_t = 10, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=600), global = true)]
    pub database_wait: u64,
    /// Memory for rows that were read from the database, so that they are not read again, in bytes; 0 keeps none.
    #[arg(long, env = "YEOLLAM_ROW_CACHE", default_value_t = 536_870_912, value_name = "BYTES", global = true)]
    pub row_cache: usize,
}

/// How the register is served.
#[derive(Args, Debug)]
#[command(next_help_heading = "Server")]
pub struct ServerArgs {
    /// Address to listen on; port 0 takes a free one.
    #[arg(long, env = "YEOLLAM_LISTEN", default_value = "127.0.0.1:8000", value_name = "ADDRESS:PORT", global = true)]
    pub listen: SocketAddr,
    /// Address under which the public reaches this server, for permanent links; http:// and the listen address if not said.
    #[arg(long, env = "YEOLLAM_PUBLIC_URL", value_name = "URL", value_parser = public_url, global = true)]
    pub public_url: Option<String>,
    /// Longest time for an answer, in seconds.
    #[arg(long, env = "YEOLLAM_REQUEST_DEADLINE", default_value_t = 30, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600), global = true)]
    pub request_deadline: u64,
    /// Most bytes in the body of a request.
    #[arg(long, env = "YEOLLAM_BODY_BYTES", default_value_t = 131_072, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1024..=16_777_216), global = true)]
    pub body_bytes: u32,
    /// Most bytes of a document that is sent to /import.
    #[arg(long, env = "YEOLLAM_IMPORT_BYTES", default_value_t = 402_653_184, value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1024..=4_294_967_296), global = true)]
    pub import_bytes: u64,
    /// Highest cost of an operation: about the number of values that it may fetch.
    #[arg(long, env = "YEOLLAM_COST_LIMIT", default_value_t = Limits::default().cost, value_name = "COST", value_parser = clap::value_parser!(u64).range(100..), global = true)]
    pub cost_limit: u64,
    /// Deepest nesting of selections in an operation.
    #[arg(long, env = "YEOLLAM_DEPTH_LIMIT", default_value_t = 20, value_name = "DEPTH", value_parser = clap::value_parser!(u16).range(5..=64), global = true)]
    pub depth_limit: u16,
    /// What becomes of requests before they reach the register.
    #[command(flatten)]
    pub requests: RequestArgs,
    /// How it is watched.
    #[command(flatten)]
    pub watching: WatchArgs,
}

/// Whose access tokens are taken beside those of the register: an identity provider's (OpenID Connect).
#[derive(Args, Debug)]
#[command(next_help_heading = "Identity provider (OpenID Connect)")]
pub struct OidcArgs {
    /// Issuer of access tokens (JWT) that are taken beside the register's own, as it stands in their `iss`.
    #[arg(long, env = "YEOLLAM_OIDC_ISSUER", value_name = "URL", requires_all = ["oidc_audience", "oidc_keys", "oidc_role"], global = true)]
    pub oidc_issuer: Option<String>,
    /// What the provider calls this register: must stand in `aud`.
    #[arg(long, env = "YEOLLAM_OIDC_AUDIENCE", value_name = "TEXT", requires = "oidc_issuer", global = true)]
    pub oidc_audience: Option<String>,
    /// Keys of the provider (JWK set): a file, or an https address. They are read again where a token names another one, and each hour.
    #[arg(long, env = "YEOLLAM_OIDC_KEYS", value_name = "FILE|URL", requires = "oidc_issuer", global = true)]
    pub oidc_keys: Option<KeySource>,
    /// Certificates of authorities (PEM) that are trusted for that address beside the public ones.
    #[arg(long, env = "YEOLLAM_OIDC_AUTHORITIES", value_name = "FILE", requires = "oidc_keys", global = true)]
    pub oidc_authorities: Option<PathBuf>,
    /// What a value of the role claim stands for: agency, regulator or admin. May be repeated, or separated by commas.
    #[arg(long, env = "YEOLLAM_OIDC_ROLE", value_name = "VALUE=ROLE", value_parser = role_of_claim, value_delimiter = ',', requires = "oidc_issuer", global = true)]
    pub oidc_role: Vec<(String, Role)>,
    /// Claim with the roles of the bearer: a text or a list; a path through objects is written with dots.
    #[arg(long, env = "YEOLLAM_OIDC_ROLE_CLAIM", value_name = "CLAIM", default_value = "roles", global = true)]
    pub oidc_role_claim: String,
    /// Claim with the code of the agency for which a bearer of the role agency acts.
    #[arg(long, env = "YEOLLAM_OIDC_AGENCY_CLAIM", value_name = "CLAIM", default_value = "agency", global = true)]
    pub oidc_agency_claim: String,
    /// Claim with the name under which the audit log tells of the bearer.
    #[arg(long, env = "YEOLLAM_OIDC_NAME_CLAIM", value_name = "CLAIM", default_value = "sub", global = true)]
    pub oidc_name_claim: String,
    /// By how much the clocks of provider and register may differ, in seconds.
    #[arg(long, env = "YEOLLAM_OIDC_CLOCK_SKEW", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(0..=600), global = true)]
    pub oidc_clock_skew: u16,
}

impl OidcArgs {
    /// Which tokens are taken; `None` without an issuer.
    #[must_use]
    pub fn settings(&self) -> Option<OidcSettings> {
        Some(OidcSettings {
            issuer: self.oidc_issuer.clone()?,
            audience: self.oidc_audience.clone()?,
            keys: self.keys()?,
            clock_skew: TimeDelta::seconds(self.oidc_clock_skew.into()),
            name_claim: self.oidc_name_claim.clone(),
            role_claim: self.oidc_role_claim.clone(),
            roles: self.oidc_role.clone(),
            agency_claim: self.oidc_agency_claim.clone(),
        })
    }

    /// Where the provider's keys come from, if that is said.
    fn keys(&self) -> Option<KeySource> {
        Some(self.oidc_keys.clone()?.trusting(self.oidc_authorities.clone()))
    }
}

fn role_of_claim(text: &str) -> Result<(String, Role), String> {
    let (value, role) = text.rsplit_once('=').unwrap_or((text, ""));
    let role = TokenRole::from_str(role, true).map_err(|_| format!("\"{text}\" is not VALUE=ROLE, where the role is agency, regulator or admin"))?;
    Ok((value.to_owned(), role.into()))
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl DatabaseArgs {
    /// Whether the address can be that of a database. Told here and not by the parser of the command line, which would print the address with its password.
    ///
    /// # Errors
    /// What it should be.
    pub fn check(&self) -> Result<(), String> {
        let is_postgres = |url: &Option<String>| {
            let rest = url.as_ref().and_then(|url| url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://")));
            rest.is_some_and(|rest| !rest.is_empty())
        };
        match &self.database_url {
            _ if self.read_database_url.is_some() && !(is_postgres(&self.read_database_url) && is_postgres(&self.database_url)) => {
                Err("--read-database-url (YEOLLAM_READ_DATABASE_URL) is the address of a replica, postgres://user:password@host:port/name, of a PostgreSQL that --database-url names".to_owned())
            }
            None => Ok(()),
            Some(url) if url.strip_prefix("sqlite:").is_some_and(|path| !path.is_empty()) || is_postgres(&self.database_url) => Ok(()),
            Some(_) => Err("--database-url (DATABASE_URL) is no database URL: postgres://user:password@host:port/name, or sqlite:PATH".to_owned()),
        }
    }

    /// Address of the database: the one given, or the embedded one in the data folder.
    #[must_use]
    pub fn url(&self) -> String {
        self.database_url.clone().unwrap_or_else(|| format!("sqlite:{}?mode=rwc", self.embedded().display()))
    }

    /// File of the embedded database.
    #[must_use]
    pub fn embedded(&self) -> PathBuf {
        self.data_dir.join("register.sqlite")
    }

    /// Folder of the search index.
    #[must_use]
    pub fn index_folder(&self) -> PathBuf {
        self.data_dir.join("search")
    }

    /// The database as shown to operators: its address without user and password, or the file of the embedded one.
    #[must_use]
    pub fn place(&self) -> String {
        let Some(url) = &self.database_url else { return self.embedded().display().to_string() };
        let address = url.split('?').next().unwrap_or_default();
        match (address.split_once("://"), address.rsplit_once('@')) {
            (Some((scheme, _)), Some((_, place))) => format!("{scheme}://{place}"),
            _ => address.to_owned(),
        }
    }

    /// Settings of the pool of connections.
    #[must_use]
    pub fn pool(&self) -> PoolSettings {
        let acquire_timeout = Duration::from_secs(self.database_wait);
        PoolSettings { max_connections: self.database_connections, acquire_timeout, row_cache: self.row_cache, ..PoolSettings::default() }
    }
}

impl ServerArgs {
    /// Address under which the public reaches the server that listens on `address`.
    #[must_use]
    pub fn public_url(&self, address: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{address}"))
    }

    /// Limits on what an operation may ask.
    #[must_use]
    pub fn limits(&self) -> Limits {
        self.requests.limits(Limits { cost: self.cost_limit, depth: self.depth_limit.into(), ..Limits::default() })
    }

    /// Limits on requests, and what is kept for them.
    ///
    /// # Errors
    /// Which trusted document cannot be read, and why.
    pub fn settings(&self) -> Result<Settings, String> {
        self.requests.settings(Settings {
            body_bytes: usize::try_from(self.body_bytes).unwrap_or(usize::MAX),
            import_bytes: self.import_bytes,
            deadline: Duration::from_secs(self.request_deadline),
            drain: Duration::from_secs(self.request_deadline) + Duration::from_secs(2),
            slow_query: self.watching.slow_query,
            ..Settings::default()
        })
    }
}

fn public_url(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    if rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(char::is_whitespace)) {
        Ok(text.trim_end_matches('/').to_owned())
    } else {
        Err("the public URL starts with http:// or https://".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_password_is_not_shown() {
        for (url, place) in [
            ("postgres://user:se@cret@db.example:5432/register?sslmode=require", "postgres://db.example:5432/register"),
            ("postgres://localhost/register", "postgres://localhost/register"),
            ("sqlite:a.sqlite?mode=ro", "sqlite:a.sqlite"),
        ] {
            assert_eq!(Cli::parse_from(["yeollam", "--database-url", url]).database.place(), place);
        }
    }

    #[test]
    fn a_wrong_database_url_is_told_without_its_password() {
        for url in ["mysql://user:secret@host/x", "secret", "postgres:", "sqlite:"] {
            let cli = Cli::try_parse_from(["yeollam", "--database-url", url]).unwrap();
            let message = cli.database.check().unwrap_err();
            assert!(message.contains("--database-url") && !message.contains("secret"), "{message}");
        }
    }

    #[test]
    fn settings_are_refused_by_name() {
        for (arguments, named) in [
            (["yeollam", "--listen", "here"], "--listen"),
            (["yeollam", "--public-url", "yeollam.kr"], "--public-url"),
            (["yeollam", "--database-connections", "0"], "--database-connections"),
            (["yeollam", "--oidc-issuer", "https://id.example.kr"], "--oidc-audience"),
            (["yeollam", "--oidc-keys", "http://id.example.kr/keys"], "exchanged"),
            (["yeollam", "--oidc-role", "officer=owner"], "VALUE=ROLE"),
            (["yeollam", "--allow-origin", "portal.example.kr/"], "https://portal.example.kr"),
            (["yeollam", "--introspection", "maybe"], "--introspection"),
            (["yeollam", "--slow-query", "2"], "500ms"),
            (["yeollam", "--slow-query", "2h"], "500ms"),
            (["yeollam", "serve", "--trusted-only"], "--trusted-documents"),
            (["yeollam", "--federation", "--trusted-only"], "cannot be used with"),
        ] {
            let message = Cli::try_parse_from(arguments).unwrap_err().to_string();
            assert!(message.contains(named), "{message}");
        }
    }
}
