//! Arguments for whoever watches a server.

use std::net::SocketAddr;
use std::time::Duration;

use clap::Args;

/// How a server is watched.
#[derive(Args, Debug)]
#[command(next_help_heading = "Watching")]
pub struct WatchArgs {
    /// Address that answers `/metrics` as Prometheus reads it; nothing else does, and without it nothing at all. Let nobody but whoever watches the server reach it.
    #[arg(long, env = "YEOLLAM_METRICS_LISTEN", value_name = "ADDRESS:PORT", global = true)]
    pub metrics_listen: Option<SocketAddr>,
    /// Time from which on a request is logged as slow, with its document's SHA-256 and without its variables: 500ms, 2s; 0 for none.
    #[arg(long, env = "YEOLLAM_SLOW_QUERY", value_name = "TIME", default_value = "0", value_parser = duration, global = true)]
    pub slow_query: Duration,
}

fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let (number, unit) = text.split_at(digits.len());
    let number: u32 = number.parse().map_err(|_| WANTED.to_owned())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number.into())),
        "s" => Ok(Duration::from_secs(number.into())),
        "" if number == 0 => Ok(Duration::ZERO),
        _ => Err(WANTED.to_owned()),
    }
}

const WANTED: &str = "a time is a whole number of seconds or milliseconds with its unit, 2s or 500ms, or 0";
