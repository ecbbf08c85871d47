//! A run: documents are read, checked and recorded, in batches or in one transaction, and what there is to say of them is kept.

mod assessments;
mod natives;
mod sheets;

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use reading::sheet::{self, Mapping};
use serde_json::{Value as Json, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use uuid::Uuid;

use self::natives::Natives;
use self::sheets::{Surveyed, reader_of};
use super::agencies::AgencyScope;
use super::incoming::{Incoming, Kind};
use super::message::{ImportPhase, ImportPolicy, ImportSeverity, ImportStatus, Message, code};
use super::store::{Ending, ReadDocument};
use crate::access::Viewer;
use crate::difference::FieldDifference;
use crate::error::{Error, Result};
use crate::graphql::day_in_korea;
use crate::server::Clock;
use crate::store::{Salts, Store, Write};
use crate::vocabulary::Vocabulary as _;

/// Files that are recorded together: as long as a write of a batch takes, others wait.
pub const BATCH: usize = 500;

/// Most messages that are kept of a run.
const MOST_MESSAGES: usize = 10_000;

/// Largest document of the native format that is read, in bytes.
pub const LARGEST_NATIVE: u64 = 2 << 30;

/// Time between signs of life of a run.
const PULSE: Duration = Duration::from_secs(15);

/// Bytes of documents from which on it is worth it to make indexes at the end of a load. Chosen: below, a load takes a second or two either way.
const WORTH_DEFERRING: u64 = 512 << 10;

/// Why a document without a byte is refused.
const EMPTY: &str = "is empty: it has no bytes; was it saved, and sent to its end?";

/// How often a write is tried that others come between.
const TRIES: u32 = 5;

/// What became of what the documents state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Recorded for the first time.
    pub new: u64,
    /// Recorded with other content.
    pub amended: u64,
    /// Recorded already.
    pub unchanged: u64,
    /// Not to be recorded.
    pub rejected: u64,
}

impl Counts {
    /// New, amended, unchanged, rejected, as the tables keep them.
    #[must_use]
    pub fn as_columns(&self) -> [i64; 4] {
        [self.new, self.amended, self.unchanged, self.rejected].map(|count| i64::try_from(count).unwrap_or(i64::MAX))
    }

    fn all(&self) -> u64 {
        self.new + self.amended + self.unchanged + self.rejected
    }
}

/// How documents are to be imported.
#[derive(Clone, Debug)]
pub struct Options {
    /// What becomes of the run if some rows cannot be recorded.
    pub policy: ImportPolicy,
    /// Whether nothing is to be recorded.
    pub is_dry_run: bool,
    /// Whether all is recorded in one transaction, so that a run that is cut off leaves nothing. Others wait for it.
    pub is_whole: bool,
    /// Which agencies it is for.
    pub scope: AgencyScope,
    /// Columns mapped by hand.
    pub mapping: Mapping,
}

/// What carries out runs.
#[derive(Clone)]
pub struct Runner {
    /// The register.
    pub store: Store,
    /// The clock.
    pub clock: Clock,
    /// Where salts come from.
    pub salts: Salts,
    /// Whoever sent the documents; `None` for the command line.
    pub viewer: Option<Viewer>,
    /// Told when the run is to stop after the present batch.
    pub stop: Arc<AtomicBool>,
    /// Told how many files are done, and of how many.
    pub progress: Arc<dyn Fn(u64, u64) + Send + Sync>,
}

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How it ended.
    pub status: ImportStatus,
    /// What became of what the documents state.
    pub counts: Counts,
    /// What there is to say.
    pub messages: Vec<Message>,
    /// What a dry run would change, what another one changed: agency, name, place, differences. At most as many as messages.
    pub changes: Vec<Json>,
    /// What native documents recorded beside files.
    pub native: Option<super::Report>,
}

/// A run underway.
struct Run<'r> {
    runner: &'r Runner,
    options: &'r Options,
    today: NaiveDate,
    counts: Counts,
    messages: Vec<Message>,
    further: u64,
    errors: u64,
    changes: Vec<Json>,
    /// Files of the present document, as hashes of what identifies them.
    seen: HashSet<u64>,
    /// Files that the run brings, as such hashes, while they are only tried and there are assessments that may name them.
    brought: Option<HashSet<u64>>,
    /// Names of agencies that were told of already.
    told: HashSet<String>,
    native: Option<super::Report>,
    total: u64,
}

/// How a pass over the documents writes.
enum Writing {
    /// Nothing is stored.
    Rehearsal,
    /// In one transaction.
    Whole(Box<Write>),
    /// Batch by batch.
    Batches,
}

impl Runner {
    /// Notes that a run of these documents begins.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn begin(&self, documents: &[Incoming], options: &Options) -> Result<Uuid> {
        let read: Vec<ReadDocument> =
            documents.iter().map(|document| ReadDocument { name: document.name.clone(), sha256: document.sha256.clone(), bytes: document.bytes }).collect();
        let mut tries = 1;
        loop {
            let begun = self.begun(&read, options).await;
            if !again(&begun, &mut tries).await {
                return begun;
            }
        }
    }

    async fn begun(&self, read: &[ReadDocument], options: &Options) -> Result<Uuid> {
        let mut write = self.store.write((self.clock)(), Arc::clone(&self.salts)).await?;
        let id = write.import_begun(self.viewer.as_ref(), options.policy, options.is_dry_run, read).await?;
        write.commit().await?;
        Ok(id)
    }

    /// Carries out a run that was begun, and notes how it ended. Without an id nothing is noted.
    pub async fn run(&self, id: Option<Uuid>, documents: &[Incoming], options: &Options) -> Outcome {
        let mut run = Run {
            runner: self,
            options,
            today: day_in_korea((self.clock)()),
            counts: Counts::default(),
            messages: Vec::new(),
            further: 0,
            errors: 0,
            changes: Vec::new(),
            seen: HashSet::new(),
            brought: None,
            told: HashSet::new(),
            native: None,
            total: 0,
        };
        let _pulse = id.map(|id| self.pulse(id));
        let is_load = self.defers_indexes(documents, options).await;
        let (status, whole) = match run.carried_out(id, documents).await {
            Ok(ended) => ended,
            Err(error) => {
                tracing::error!(error = error.chain(), "an import broke off");
                run.say(None, None, ImportPhase::Record, ImportSeverity::Error, code::BROKEN_OFF, broken_off(&error));
                (ImportStatus::Failed, None)
            }
        };
        if status == ImportStatus::Rejected {
            (run.counts.new, run.counts.amended) = (0, 0);
        }
        run.tell_further();
        let Run { counts, messages, changes, native, .. } = run;
        let mut outcome = Outcome { status, counts, messages, changes, native };
        let mut ended = self.end(id, whole, &outcome).await;
        if is_load && let Err(error) = self.store.restore_indexes().await {
            ended = ended.and(Err(error));
        }
        if let (Ok(changes), Some(report)) = (&ended, &mut outcome.native) {
            report.changes += changes;
        }
        if let Err(error) = ended {
            tracing::error!(error = error.chain(), "the end of an import was not noted");
            outcome.status = ImportStatus::Failed;
            outcome.messages.push(Message {
                document: None,
                place: None,
                phase: ImportPhase::Record,
                severity: ImportSeverity::Error,
                code: code::BROKEN_OFF.to_owned(),
                text: broken_off(&error),
            });
        }
        outcome
    }

    /// Leaves out what only readers need where much is loaded into a register that has nothing to read yet; whether it did.
    async fn defers_indexes(&self, documents: &[Incoming], options: &Options) -> bool {
        let bytes: u64 = documents.iter().map(|document| document.bytes).sum();
        if options.is_dry_run || bytes < WORTH_DEFERRING {
            return false;
        }
        let deferred = async {
            let is_empty = self.store.last_change().await?.is_none();
            if is_empty {
                self.store.defer_indexes().await?;
            }
            Ok::<_, Error>(is_empty)
        };
        deferred.await.unwrap_or_else(|error| {
            tracing::warn!(error = error.chain(), "an import keeps every index up to date while it loads");
            false
        })
    }

    /// Tells every few seconds that the run is at work, as long as what it answers is held.
    pub(super) fn pulse(&self, id: Uuid) -> JoinSet<()> {
        let (store, clock) = (self.store.clone(), Arc::clone(&self.clock));
        let mut pulse = JoinSet::new();
        pulse.spawn(async move {
            loop {
                tokio::time::sleep(PULSE).await;
                // An embedded database that the run itself holds cannot be told; then nobody can take the run for lost either.
                if let Err(error) = store.import_alive(id, clock()).await {
                    tracing::debug!(error = error.chain(), "that an import is at work was not noted");
                }
            }
        });
        pulse
    }

    /// Notes how a run ended; answers how many entries of the journal its one transaction wrote.
    async fn end(&self, id: Option<Uuid>, whole: Option<Box<Write>>, outcome: &Outcome) -> Result<usize> {
        let ending = Ending { status: outcome.status, counts: outcome.counts, messages: &outcome.messages };
        if let Some(mut write) = whole {
            if let Some(id) = id {
                write.import_ended(id, self.viewer.as_ref(), &ending).await?;
            }
            let changes = write.commit().await?;
            if changes > BATCH {
                self.store.refresh_statistics().await?;
            }
            return Ok(changes);
        }
        let Some(id) = id else { return Ok(0) };
        let mut tries = 1;
        loop {
            let ended = self.ended(id, &ending).await;
            if !again(&ended, &mut tries).await {
                return ended;
            }
        }
    }

    async fn ended(&self, id: Uuid, ending: &Ending<'_>) -> Result<usize> {
        let mut write = self.store.write((self.clock)(), Arc::clone(&self.salts)).await?;
        write.import_ended(id, self.viewer.as_ref(), ending).await?;
        write.commit().await
    }
}

/// Whether what was attempted is to be attempted again: another write came between, and not too often.
async fn again<T>(attempt: &Result<T>, tries: &mut u32) -> bool {
    if !matches!(attempt, Err(Error::Contended(_))) || *tries >= TRIES {
        return false;
    }
    *tries += 1;
    tokio::time::sleep(Duration::from_millis(20) * *tries).await;
    true
}

fn broken_off(error: &Error) -> String {
    match error {
        Error::Internal(_) => "the register met an error of its own; the log tells more".to_owned(),
        Error::Unavailable(_) | Error::Contended(_) => {
            "the database was not available; import the same documents again, and what was recorded already stays as it is".to_owned()
        }
        other => other.to_string(),
    }
}

impl Run<'_> {
    /// Goes through the documents: once to see what they are, then to check and to record.
    async fn carried_out(&mut self, id: Option<Uuid>, documents: &[Incoming]) -> Result<(ImportStatus, Option<Box<Write>>)> {
        let mut natives = Natives { documents: self.natives(documents), ..Natives::default() };
        let mut sheets = Vec::new();
        for document in documents {
            if document.bytes == 0 {
                self.say(Some(&document.name), None, ImportPhase::Read, ImportSeverity::Error, sheet::code::UNREADABLE, EMPTY.to_owned());
                continue;
            }
            match document.kind {
                Kind::Sheet => sheets.extend(self.surveyed(document).await?.map(|survey| Surveyed { document: document.clone(), survey })),
                Kind::Policy => natives.policies.extend(self.policy(document)),
                Kind::Lines => natives.lines.push(document.clone()),
                Kind::Native => {}
            }
        }
        self.total = sheets.iter().map(|sheet| sheet.survey.files + sheet.survey.assessments.len() as u64).sum();
        let is_all_or_nothing = self.options.policy == ImportPolicy::RejectAll;
        if self.errors > 0 && is_all_or_nothing {
            // What can be said of the other documents is said all the same.
            self.pass(id, &natives, &sheets, Writing::Rehearsal).await?;
            return Ok((ImportStatus::Rejected, None));
        }
        if self.options.is_dry_run {
            let is_through = self.pass(id, &natives, &sheets, Writing::Rehearsal).await?.0;
            let is_rejected = self.errors > 0 && is_all_or_nothing;
            return Ok((
                if !is_through {
                    ImportStatus::Interrupted
                } else if is_rejected {
                    ImportStatus::Rejected
                } else {
                    ImportStatus::Completed
                },
                None,
            ));
        }
        let is_small = natives.is_empty() && self.total <= BATCH as u64;
        if is_all_or_nothing && (self.options.is_whole || is_small) {
            let write = self.write().await?;
            let (is_through, writing) = self.pass(id, &natives, &sheets, Writing::Whole(Box::new(write))).await?;
            return Ok(match writing {
                _ if !is_through => (ImportStatus::Interrupted, None),
                Writing::Whole(write) if self.errors == 0 => (ImportStatus::Completed, Some(write)),
                _ => (ImportStatus::Rejected, None),
            });
        }
        if is_all_or_nothing {
            let (messages, further) = (self.messages.clone(), self.further);
            let is_through = self.pass(id, &natives, &sheets, Writing::Rehearsal).await?.0;
            if !is_through || self.errors > 0 {
                return Ok((if is_through { ImportStatus::Rejected } else { ImportStatus::Interrupted }, None));
            }
            // Checked; now it is recorded, and the same is said again.
            (self.messages, self.further, self.counts) = (messages, further, Counts::default());
            self.changes.clear();
        }
        let is_through = self.pass(id, &natives, &sheets, Writing::Batches).await?.0;
        if self.counts.new + self.counts.amended > BATCH as u64 {
            self.runner.store.refresh_statistics().await?;
        }
        Ok((self.ended_after(is_through), None))
    }

    /// How a run ended that came to the end of its documents, or did not. Where nothing of them could be recorded, that is told as such.
    fn ended_after(&self, is_through: bool) -> ImportStatus {
        match (is_through, self.errors > 0 && self.counts.all() == self.counts.rejected) {
            (false, _) => ImportStatus::Interrupted,
            (true, true) => ImportStatus::Rejected,
            (true, false) => ImportStatus::Completed,
        }
    }

    async fn write(&self) -> Result<Write> {
        let Runner { store, clock, salts, .. } = self.runner;
        let mut tries = 1;
        loop {
            let write = store.write(clock(), Arc::clone(salts)).await;
            if !again(&write, &mut tries).await {
                return write;
            }
        }
    }

    /// Goes through all documents. Answers whether it came to the end, and the transaction, where there is one.
    async fn pass(&mut self, id: Option<Uuid>, natives: &Natives, sheets: &[Surveyed], mut writing: Writing) -> Result<(bool, Writing)> {
        let are_awaited = matches!(writing, Writing::Rehearsal) && sheets.iter().any(|sheet| !sheet.survey.assessments.is_empty());
        self.brought = are_awaited.then(HashSet::new);
        writing = self.native_documents(natives, writing).await?;
        for sheet in sheets {
            self.seen.clear();
            let (records, mut batches) = mpsc::channel(2);
            let document = &sheet.document;
            let reader = reader_of(document, self.options.mapping.clone(), sheet.survey.clone(), records);
            let reader = tokio::spawn(blocking(reader));
            while let Some(records) = batches.recv().await {
                if self.runner.stop.load(Ordering::Relaxed) {
                    return Ok((false, writing));
                }
                self.batch(document, &records, &mut writing).await?;
                (self.runner.progress)(self.counts.all(), self.total);
                self.seen_at_work(id, &writing).await;
            }
            let read = reader.await.map_err(|error| Error::internal(error.to_string()))??;
            if let Err(error) = read {
                self.unreadable(document, &error);
            }
        }
        self.assessments(sheets, &mut writing).await?;
        Ok((true, writing))
    }

    /// Tells that the run is at work. While it holds the one transaction there is nobody who could be told.
    async fn seen_at_work(&self, id: Option<Uuid>, writing: &Writing) {
        if let (Some(id), Writing::Rehearsal | Writing::Batches) = (id, writing)
            && let Err(error) = self.runner.store.import_seen(id, &self.counts, (self.runner.clock)()).await
        {
            tracing::warn!(error = error.chain(), "the progress of an import was not noted");
        }
    }

    /// Tells how a file was, or would be, amended.
    fn amended(&mut self, document: &str, place: Option<String>, agency: &str, name: &str, differences: &[FieldDifference]) {
        self.change(place.as_deref(), agency, name, "AMENDED", differences);
        let shown: Vec<String> = differences.iter().take(20).map(told).collect();
        let more = if differences.len() > 20 { format!("; and {} more", differences.len() - 20) } else { String::new() };
        let (code, verb) = if self.options.is_dry_run { (code::WOULD_AMEND, "would be amended") } else { (code::AMENDED, "was amended") };
        let text = format!("\"{name}\" {verb}: {}{more}", shown.join("; "));
        self.say(Some(document), place, ImportPhase::Record, ImportSeverity::Info, code, text);
    }

    fn change(&mut self, place: Option<&str>, agency: &str, name: &str, kind: &str, differences: &[FieldDifference]) {
        if self.changes.len() < MOST_MESSAGES {
            let differences: Vec<Json> =
                differences.iter().map(|d| json!({"path": d.path, "kind": d.kind.as_str(), "before": d.before, "after": d.after})).collect();
            self.changes.push(json!({"kind": kind, "agency": agency, "name": name, "place": place, "differences": differences}));
        }
    }

    fn say(&mut self, document: Option<&str>, place: Option<String>, phase: ImportPhase, severity: ImportSeverity, code: &str, text: String) {
        self.errors += u64::from(severity == ImportSeverity::Error);
        if self.messages.len() < MOST_MESSAGES {
            self.messages.push(Message { document: document.map(str::to_owned), place, phase, severity, code: code.to_owned(), text });
        } else {
            self.further += 1;
        }
    }

    fn tell_further(&mut self) {
        if self.further > 0 {
            let text = format!("there are {} further messages, which are not kept", self.further);
            self.messages.push(Message {
                document: None,
                place: None,
                phase: ImportPhase::Record,
                severity: ImportSeverity::Info,
                code: code::FURTHER_MESSAGES.to_owned(),
                text,
            });
        }
    }
}

fn told(difference: &FieldDifference) -> String {
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "-".to_owned(), crate::identity::abbreviated);
    format!("{} {}: {} → {}", difference.path, difference.kind.as_str(), value(&difference.before), value(&difference.after))
}

/// Runs what blocks on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(|error| Error::internal(error.to_string()))
}

/// The report of a run, for `--report`.
#[must_use]
pub fn report(id: Option<Uuid>, started_at: DateTime<Utc>, finished_at: DateTime<Utc>, documents: &[Incoming], options: &Options, outcome: &Outcome) -> Json {
    let instant = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    let sources: Vec<Json> = documents.iter().map(|document| json!({"name": document.name, "sha256": document.sha256, "bytes": document.bytes})).collect();
    let Counts { new, amended, unchanged, rejected } = outcome.counts;
    json!({
        "id": id.map(|id| crate::identity::GlobalId::new(crate::identity::NodeType::Import, id).to_string()),
        "status": outcome.status,
        "policy": options.policy,
        "isDryRun": options.is_dry_run,
        "startedAt": instant(started_at),
        "finishedAt": instant(finished_at),
        "newCount": new,
        "amendedCount": amended,
        "unchangedCount": unchanged,
        "rejectedCount": rejected,
        "sources": sources,
        "messages": outcome.messages,
        "changes": outcome.changes,
    })
}
