//! PostgreSQL by its own programs: `pg_dump` and `pg_restore` know every kind of object, and each version of the server.

use std::io::ErrorKind;
use std::path::Path;
use std::process::Command;

use url::Url;

use crate::error::{Error, Result};
use crate::store::Store;

/// Writes the database at `url` into a file (the custom format of `pg_dump`), from a snapshot whose last journal entry is answered: number and hash.
pub async fn dump(store: &Store, url: &str, file: &Path) -> Result<(i64, String)> {
    let snapshot = store.exported_snapshot().await?;
    let mut program = program("pg_dump", url)?;
    program.args(["--format=custom", "--no-owner", "--no-privileges", "--snapshot", snapshot.name(), "--file"]).arg(file);
    ended(program).await?;
    let head = snapshot.end().await?;
    let mut list = Command::new("pg_restore");
    list.arg("--list").arg(file);
    let listed = ended(list).await?;
    if !listed.contains(" TABLE DATA ") || !listed.contains(" change ") {
        return Err(Error::input("what pg_dump wrote holds no register: is the database prepared (`yeollam migrate status`)?"));
    }
    Ok(head)
}

/// Brings a dump back into the empty database at `url`: all of it or nothing.
pub async fn restore(url: &str, file: &Path) -> Result<()> {
    let mut program = program("pg_restore", url)?;
    let database = settings(url)?.into_iter().find_map(|(name, value)| (name == "PGDATABASE").then_some(value)).unwrap_or_default();
    program.args(["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--dbname", &database]).arg(file);
    ended(program).await?;
    Ok(())
}

fn program(name: &str, url: &str) -> Result<Command> {
    let mut command = Command::new(name);
    // By the environment, where other users of the machine do not see the password.
    command.envs(settings(url)?);
    Ok(command)
}

/// What a program of PostgreSQL must be told to reach the database at `url`.
fn settings(url: &str) -> Result<Vec<(&'static str, String)>> {
    let unreadable = |_| Error::input("the address of the database cannot be read: postgres://user:password@host:port/name");
    let url = Url::parse(url).map_err(unreadable)?;
    let plain = |text: &str| percent_decoded(text);
    let mut settings = Vec::new();
    let mut set = |name: &'static str, value: String| {
        if !value.is_empty() {
            settings.retain(|(known, _)| *known != name);
            settings.push((name, value));
        }
    };
    set("PGHOST", plain(url.host_str().unwrap_or_default()));
    set("PGPORT", url.port().map(|port| port.to_string()).unwrap_or_default());
    set("PGUSER", plain(url.username()));
    set("PGPASSWORD", plain(url.password().unwrap_or_default()));
    set("PGDATABASE", plain(url.path().trim_start_matches('/')));
    for (name, value) in url.query_pairs() {
        let name = match name.as_ref() {
            "host" | "hostaddr" => "PGHOST",
            "port" => "PGPORT",
            "user" => "PGUSER",
            "password" => "PGPASSWORD",
            "dbname" => "PGDATABASE",
            "sslmode" | "ssl-mode" => "PGSSLMODE",
            "sslrootcert" | "ssl-root-cert" | "ssl-ca" => "PGSSLROOTCERT",
            "sslcert" | "ssl-cert" => "PGSSLCERT",
            "sslkey" | "ssl-key" => "PGSSLKEY",
            "options" => "PGOPTIONS",
            // What is for this program's pool alone.
            _ => continue,
        };
        set(name, value.into_owned());
    }
    Ok(settings)
}

fn percent_decoded(text: &str) -> String {
    url::form_urlencoded::parse(format!("t={}", text.replace('+', "%2B")).as_bytes()).next().map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Runs a program to its end, and answers what it said.
async fn ended(mut program: Command) -> Result<String> {
    let name = program.get_program().to_string_lossy().into_owned();
    let output = tokio::task::spawn_blocking(move || program.output()).await.map_err(|error| Error::internal(error.to_string()))?;
    let output = output.map_err(|error| match error.kind() {
        ErrorKind::NotFound => Error::input(format!(
            "{name} is missing here: install the client programs of PostgreSQL (on Debian: postgresql-client), of the server's version or newer"
        )),
        _ => Error::input(format!("{name} cannot be started: {error}")),
    })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    Err(Error::input(format!("{name} failed: {}", String::from_utf8_lossy(&output.stderr).trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_told_what_the_url_says() {
        let told = |url: &str| settings(url).unwrap();
        assert_eq!(
            told("postgres://a%40b:p%2Fw+x@db.example:6432/reg?sslmode=require&statement-cache-capacity=10"),
            [("PGHOST", "db.example"), ("PGPORT", "6432"), ("PGUSER", "a@b"), ("PGPASSWORD", "p/w+x"), ("PGDATABASE", "reg"), ("PGSSLMODE", "require")]
                .map(|(name, value)| (name, value.to_owned()))
        );
        assert_eq!(
            told("postgres:///reg?host=/run/postgresql&user=u"),
            [("PGDATABASE", "reg"), ("PGHOST", "/run/postgresql"), ("PGUSER", "u")].map(|(name, value)| (name, value.to_owned()))
        );
        assert!(settings("postgres").is_err());
    }
}
