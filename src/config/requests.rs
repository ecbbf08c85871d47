//! Arguments about requests: what is kept in memory for them, which documents are executed, how many at a time.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::{Args, ValueEnum};

use crate::graphql::admission::limits::Limits;
use crate::graphql::trusted::TrustedDocuments;
use crate::http::{Network, Settings};

/// How requests are treated before they reach the register.
#[derive(Args, Debug)]
#[command(next_help_heading = "Requests")]
pub struct RequestArgs {
    /// Bytes of whole answers kept for whoever asks the same again, until the register changes; 0 keeps none.
    #[arg(long, env = "YEOLLAM_ANSWER_CACHE", default_value_t = 67_108_864, value_name = "BYTES", global = true)]
    pub answer_cache: usize,
    /// Bytes of documents kept as they were read; 0 reads each one anew.
    #[arg(long, env = "YEOLLAM_DOCUMENT_CACHE", default_value_t = Limits::default().document_cache, value_name = "BYTES", global = true)]
    pub document_cache: usize,
    /// Bytes of documents that clients may register by their hash (automatic persisted queries); 0 registers none.
    #[arg(long, env = "YEOLLAM_PERSISTED_QUERIES", default_value_t = 8_388_608, value_name = "BYTES", global = true)]
    pub persisted_queries: usize,
    /// Folder of documents that are known by their ids: files *.graphql, and manifests *.json as build tools write them.
    #[arg(long, env = "YEOLLAM_TRUSTED_DOCUMENTS", value_name = "FOLDER", global = true)]
    pub trusted_documents: Option<PathBuf>,
    /// Execute the documents of that folder and no other.
    #[arg(long, env = "YEOLLAM_TRUSTED_ONLY", requires = "trusted_documents", global = true)]
    pub trusted_only: bool,
    /// Seconds for which shared caches (a CDN) may give out the answer to a GET request without asking whether it is still so.
    #[arg(long, env = "YEOLLAM_SHARED_MAX_AGE", default_value_t = 0, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(0..=86_400), global = true)]
    pub shared_max_age: u64,
    /// Requests that are executed at a time.
    #[arg(long, env = "YEOLLAM_CONCURRENCY", default_value_t = 64, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=100_000), global = true)]
    pub concurrency: u32,
    /// Requests that may wait for those; more are turned away with status 503.
    #[arg(long, env = "YEOLLAM_QUEUE", default_value_t = 256, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(0..=1_000_000), global = true)]
    pub queue: u32,
    /// Cost of all that a client may ask for in a minute; 0 for no limit. A client is whoever has a token, or an address.
    #[arg(long, env = "YEOLLAM_BUDGET", default_value_t = 0, value_name = "COST", global = true)]
    pub budget: u64,
    /// Proxy, or network of proxies, whose word is taken on the address that a request comes from (X-Forwarded-For). Can be given several times.
    #[arg(long, env = "YEOLLAM_TRUSTED_PROXIES", value_name = "ADDRESS|NETWORK", value_delimiter = ',', global = true)]
    pub trusted_proxies: Vec<Network>,
    /// Origin whose pages may ask from a browser (CORS), `https://portal.example.kr` say; `*` for any, `none` for no other than this server's own. Can be given several times.
    #[arg(long, env = "YEOLLAM_ALLOW_ORIGIN", default_value = "*", value_name = "ORIGIN", value_delimiter = ',', value_parser = origin, global = true)]
    pub allow_origin: Vec<String>,
    /// Serve the register as a subgraph of Apollo Federation 2: gateways can ask for its schema (`_service`) and for entities by their keys (`_entities`). With `schema`: print it as one.
    #[arg(long, env = "YEOLLAM_FEDERATION", conflicts_with = "trusted_only", global = true)]
    pub federation: bool,
    /// Whether the schema is told: by introspection, at /schema.graphql, and by suggestions in messages.
    #[arg(long, env = "YEOLLAM_INTROSPECTION", value_enum, default_value = "on", global = true)]
    pub introspection: Switch,
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// It is done.
    On,
    /// It is not.
    Off,
}

impl RequestArgs {
    /// The limits, with what is said here.
    #[must_use]
    pub fn limits(&self, limits: Limits) -> Limits {
        Limits {
            budget: self.budget,
            document_cache: self.document_cache,
            tells_schema: self.introspection == Switch::On,
            federates: self.federation,
            ..limits
        }
    }

    /// The settings, with what is said here.
    ///
    /// # Errors
    /// Which trusted document cannot be read, and why.
    pub fn settings(&self, settings: Settings) -> Result<Settings, String> {
        let trusted = self.trusted_documents.as_deref().map(TrustedDocuments::read).transpose();
        Ok(Settings {
            concurrency: usize::try_from(self.concurrency).unwrap_or(usize::MAX),
            queue: usize::try_from(self.queue).unwrap_or(usize::MAX),
            answer_cache: self.answer_cache,
            shared_max_age: Duration::from_secs(self.shared_max_age),
            persisted: self.persisted_queries,
            trusted: trusted.map_err(|message| format!("--trusted-documents: {message}"))?.map(Arc::new),
            tells_schema: self.introspection == Switch::On,
            is_only_trusted: self.trusted_only,
            trusted_proxies: self.trusted_proxies.clone(),
            origins: self.allow_origin.iter().filter(|origin| *origin != "none").cloned().collect(),
            ..settings
        })
    }
}

fn origin(text: &str) -> Result<String, String> {
    let is_origin = |text: &str| {
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && !b"/*,\"".contains(&byte)))
    };
    if matches!(text, "*" | "none") || is_origin(text) {
        Ok(text.to_owned())
    } else {
        Err("an origin is a scheme and a host as browsers send them, without a slash at the end: https://portal.example.kr".to_owned())
    }
}
