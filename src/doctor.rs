//! What an operator asks when something seems wrong: whether the configuration, the database, the journal, what is derived from it, and the disk are as they should be, and what to do where they are not.

use std::fmt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};

use crate::error::Result;
use crate::search;
use crate::store::Store;

/// By how much the clock may be behind the newest entry of the journal.
const CLOCK_SKEW: TimeDelta = TimeDelta::minutes(1);

/// Free space below which a disk is told to be nearly full: room for the index to be built beside the old one.
const LITTLE_SPACE: u64 = 1 << 30;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// As it should be.
    Well,
    /// It works, and somebody should see to it.
    Ailing,
    /// It does not work, or what it answers cannot be trusted.
    Broken,
}

/// What was found of one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observation {
    /// The thing.
    pub what: &'static str,
    /// How it is.
    pub health: Health,
    /// What was found, and how to mend it.
    pub told: String,
}

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mark = match self.health {
            Health::Well => "ok    ",
            Health::Ailing => "note  ",
            Health::Broken => "BROKEN",
        };
        write!(f, "{mark}  {:<12} {}", self.what, self.told)
    }
}

fn well(what: &'static str, told: impl Into<String>) -> Observation {
    Observation { what, health: Health::Well, told: told.into() }
}

fn ailing(what: &'static str, told: impl Into<String>) -> Observation {
    Observation { what, health: Health::Ailing, told: told.into() }
}

fn broken(what: &'static str, told: impl Into<String>) -> Observation {
    Observation { what, health: Health::Broken, told: told.into() }
}

/// Examines a register, its index and its folder, one thing after the other; `tell` is called with each as soon as it is known.
/// With `proves`, the journal is proved from its first entry and an embedded database read through, which takes minutes where there is much.
///
/// # Errors
/// Those of the database that leave nothing more to examine.
pub async fn examine(
    store: &Store,
    data_dir: &Path,
    index_folder: &Path,
    now: DateTime<Utc>,
    proves: bool,
    mut tell: impl FnMut(&Observation),
) -> Result<Health> {
    let mut worst = Health::Well;
    let mut told = |seen: Observation| {
        if worst == Health::Well || seen.health == Health::Broken {
            worst = seen.health;
        }
        tell(&seen);
    };
    told(well("database", format!("{} {} answers", store.system(), store.system_version().await?)));
    let tables = tables(store).await?;
    let are_there = tables.health != Health::Broken;
    told(tables);
    told(disk(data_dir));
    if !are_there {
        return Ok(worst);
    }
    told(deferred(store).await?);
    if proves {
        told(pages(store).await?);
        told(journal(store).await);
        told(audit(store).await?);
    } else {
        told(ailing("journal", "not proved: left out (--quick)"));
    }
    told(clock(store, now).await?);
    told(derived(store).await?);
    told(index(store, index_folder).await?);
    Ok(worst)
}

async fn tables(store: &Store) -> Result<Observation> {
    let pending = store.migration_status().await?.iter().filter(|(_, is_applied)| !is_applied).count();
    let newer = store.migrations_of_newer_programs().await?;
    Ok(match (pending, newer.last()) {
        (0, None) => well("tables", "every migration is applied"),
        (0, Some(newest)) => ailing("tables", format!("of a newer program ({newest}): it goes on to work until that one is everywhere; run it here too")),
        _ => broken("tables", format!("{pending} migrations are not applied: `yeollam backup FILE`, then `yeollam migrate up`")),
    })
}

async fn deferred(store: &Store) -> Result<Observation> {
    Ok(if store.lacks_indexes().await? {
        ailing("indexes", "a load left them out and was cut off: lists are slow; `yeollam migrate up` makes them")
    } else {
        well("indexes", "all there")
    })
}

async fn pages(store: &Store) -> Result<Observation> {
    if !store.is_embedded() {
        return Ok(well("pages", "PostgreSQL sees to its own (pg_amcheck, data checksums)"));
    }
    let damage = store.damage().await?;
    Ok(match damage.first() {
        None => well("pages", "whole; every reference leads to a row"),
        Some(first) => broken("pages", format!("{} things are damaged, the first: {first}; bring back a backup (`yeollam restore`)", damage.len())),
    })
}

async fn journal(store: &Store) -> Observation {
    match store.verify_journal().await {
        Ok(proof) => well("journal", format!("{} entries chained, {} hold what they told", proof.entries, proof.matching)),
        Err(unproven) => broken("journal", unproven.to_string()),
    }
}

async fn audit(store: &Store) -> Result<Observation> {
    Ok(match store.audit_log().await? {
        (entries, None) => well("audit log", format!("{} entries, each follows from the one before", entries.len())),
        (_, Some(entry)) => broken("audit log", format!("entry {entry} is not what was written, or does not follow from the one before")),
    })
}

async fn clock(store: &Store, now: DateTime<Utc>) -> Result<Observation> {
    Ok(match store.last_change().await? {
        Some(last) if last.recorded_at > now + CLOCK_SKEW => broken(
            "clock",
            format!("it says {now}, and the newest entry of the journal is of {}: set it (NTP); what is \"today\" follows from it", last.recorded_at),
        ),
        Some(last) => well("clock", format!("{now}; the newest entry of the journal is of {}", last.recorded_at)),
        None => well("clock", now.to_string()),
    })
}

async fn derived(store: &Store) -> Result<Observation> {
    Ok(if store.findings_are_current().await? {
        well("findings", "findings and data flows are by this program's rules")
    } else {
        ailing("findings", "they are by another version's rules: the next server computes them, or `yeollam findings recompute`")
    })
}

async fn index(store: &Store, folder: &Path) -> Result<Observation> {
    let head = store.last_change().await?.map_or(0, |change| change.sequence);
    let status = search::status(folder);
    Ok(match status.unusable {
        Some(reason) => ailing("search index", format!("{reason}: the next server builds it, or `yeollam index rebuild`")),
        None if status.sequence > head => {
            ailing("search index", format!("it is of entry {}, and the journal ends with {head}: the next server builds it anew", status.sequence))
        }
        None if status.sequence < head => {
            well("search index", format!("{} files, through entry {} of {head}: a server catches up", status.files, status.sequence))
        }
        None => well("search index", format!("{} files, through the last entry, {head}", status.files)),
    })
}

fn disk(data_dir: &Path) -> Observation {
    match fs4::available_space(data_dir) {
        Ok(bytes) if bytes < LITTLE_SPACE => {
            ailing("disk", format!("{} MiB are free at {}: writes stop when it is full; nothing is lost then", bytes >> 20, data_dir.display()))
        }
        Ok(bytes) => well("disk", format!("{} GiB are free at {}", bytes >> 30, data_dir.display())),
        Err(error) => ailing("disk", format!("how much is free at {} cannot be told: {error}", data_dir.display())),
    }
}
