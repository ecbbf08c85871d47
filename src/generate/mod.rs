//! A register of national scale, made by rule: for measuring, for trying things out. It is written as everything else is, through the checks and the recording of [`Write`].
//!
//! The same seed and number of files give the same register on every machine and database: what is drawn follows from the seed (`chance.rs`), what is composed from lists of words
//! (`data/generator/`), and no day from the clock. Agencies and files are made one after the other and written some thousands to a transaction, so that what the generator itself holds does not grow
//! with the register, but for some forty bytes of each agency. No institution, company or file of it is a real one, but for the names of ministries and local governments; every record says that it was generated.

mod agencies;
mod chance;
mod parties;
mod policies;
mod registrations;
mod words;

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use tokio::sync::mpsc;

use crate::data_file::{DataFileInput, Drafts};
use crate::error::{Error, Result};
use crate::graphql::day_in_korea;
use crate::identity::agency_key;
use crate::legal_basis::LegalBasisInput;
use crate::organization::Parties;
use crate::problem::Problems;
use crate::source::{DocumentKeys, SourceDocumentInput};
use crate::store::{Salts, Store, Write};

use agencies::{Agencies, Agency};
use policies::{Covered, MOST_COVERED};
use registrations::Keeper;

/// Most files that can be generated.
pub const MOST_FILES: u64 = 10_000_000;

/// Files that one transaction holds.
const FILES_IN_TRANSACTION: usize = 5_000;

/// Agencies that one transaction holds, before those with files.
const AGENCIES_IN_TRANSACTION: usize = 5_000;

/// Last day of which anything generated tells.
const LAST_DAY: NaiveDate = match NaiveDate::from_ymd_opt(2026, 10, 31) {
    Some(day) => day,
    None => NaiveDate::MAX,
};

/// Key of the source that every record names.
const SOURCE: &str = "generator";

/// What is to be generated.
#[derive(Clone, Copy, Debug)]
pub struct Request {
    /// Number of data files, 1 … [`MOST_FILES`].
    pub files: u64,
    /// Seed: another one gives another register.
    pub seed: u64,
    /// Whether it may be added to a register that holds data.
    pub adds: bool,
}

/// What was generated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    /// Agencies.
    pub agencies: u64,
    /// Data files.
    pub data_files: u64,
    /// Registrations.
    pub registrations: u64,
    /// Revisions of privacy policies.
    pub policy_revisions: u64,
    /// Impact assessments.
    pub impact_assessments: u64,
    /// Journal entries.
    pub changes: u64,
}

impl fmt::Display for Generated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { agencies, data_files, registrations, policy_revisions, impact_assessments, changes } = self;
        write!(
            f,
            "{data_files} data files of {agencies} agencies: {registrations} registrations, {policy_revisions} policy revisions, {impact_assessments} impact assessments, {changes} journal entries"
        )
    }
}

/// Generates a register, at the moment `now`. `progress` is told how many files are written.
///
/// # Errors
/// `BAD_USER_INPUT` where the register holds data already and `adds` is not set, or holds generated data; those of the database. What earlier transactions stored stays.
pub async fn generate(store: &Store, request: Request, now: DateTime<Utc>, salts: Salts, progress: impl Fn(u64)) -> Result<Generated> {
    let today = day_in_korea(now);
    if today < LAST_DAY {
        return Err(Error::input(format!("the clock says {today}; what is generated reaches to {LAST_DAY}, and no registration starts in the future")));
    }
    refuse_data(store, request, now, &salts).await?;
    let is_first = store.last_change().await?.is_none();
    if is_first {
        store.defer_indexes().await?;
    }
    let generated = write_all(store, request, now, salts, progress).await;
    if is_first {
        store.restore_indexes().await?;
    }
    store.refresh_statistics().await?;
    generated
}

async fn write_all(store: &Store, request: Request, now: DateTime<Utc>, salts: Salts, progress: impl Fn(u64)) -> Result<Generated> {
    let (today, parties) = (day_in_korea(now), store.rehearse(now, salts.clone()).await?.known_parties().await?);
    // The next batch is composed and checked while one is written. One waits at most: memory holds a few, however slow the database.
    let (composed, mut batches) = mpsc::channel(1);
    let known = Arc::clone(&parties);
    let composing = tokio::task::spawn_blocking(move || {
        let draft = |file: &DataFileInput| Drafts::of(file, &known, today);
        compose(request, draft, |batch| composed.blocking_send(batch).is_ok())
    });
    let mut run = Run { request, now, today, generated: Generated::default(), parties };
    while let Some(batch) = batches.recv().await {
        run.write(store, batch, &salts, &progress).await?;
    }
    composing.await.map_err(|error| Error::internal(error.to_string()))??;
    Ok(run.generated)
}

/// Composes the register, batch by batch, until it is whole or nobody takes any more: the agencies, those above others first, then what each states, in the order of their keys. So each transaction writes to
/// one place of every index by key, as if it appended, rather than to as many as it has agencies.
fn compose(request: Request, draft: impl Fn(&DataFileInput) -> Drafts, mut take: impl FnMut(Batch) -> bool) -> Result<()> {
    let agencies = Agencies::new(request.seed, request.files);
    let total: u128 = (0..agencies.count()).map(|number| u128::from(agencies.weight(number))).sum();
    // Agencies get their share of the files by the sum of the weights before and with them, so that the shares add up.
    let share = |sum: u128| u64::try_from(sum * u128::from(request.files) / total.max(1)).unwrap_or_default();
    let mut shares = Vec::new();
    let mut batch = Batch::default();
    let mut sum = 0;
    for number in 0..agencies.count() {
        let before = share(sum);
        sum += u128::from(agencies.weight(number));
        shares.push((agency_key(&Agencies::code(number)), number, before..share(sum)));
        batch.agencies.extend(agencies.get(number).map(|agency| agency.input));
        if batch.agencies.len() >= AGENCIES_IN_TRANSACTION && !take(std::mem::take(&mut batch)) {
            return Ok(());
        }
    }
    shares.sort_unstable_by_key(|(key, ..)| *key);
    for (_, number, files) in shares {
        let Some(agency) = agencies.get(number) else { continue };
        let keeper = Keeper::new(request.seed, number, &agency);
        let mut covered = Vec::new();
        for (running, file) in (1..).zip(files) {
            let file = keeper.file(request.seed, file, running);
            if covered.len() < MOST_COVERED {
                covered.extend(Covered::of(&file));
            }
            batch.drafts.push(draft(&file));
            batch.files.push(file);
            if batch.files.len() >= FILES_IN_TRANSACTION && !take(std::mem::take(&mut batch)) {
                return Ok(());
            }
        }
        batch.statements(request.seed, number, &agency, &covered)?;
    }
    take(batch);
    Ok(())
}

async fn refuse_data(store: &Store, request: Request, now: DateTime<Utc>, salts: &Salts) -> Result<()> {
    if store.last_change().await?.is_none() {
        return Ok(());
    }
    if !request.adds {
        return Err(Error::input("the register holds data already; `--add` generates beside it, `--data-dir` or `--database-url` chooses another one"));
    }
    let mut write = store.write(now, salts.clone()).await?;
    match write.agency_by_code(&Agencies::code(0)).await {
        Err(Error::Input(_)) => Ok(()),
        Err(error) => Err(error),
        Ok(_) => Err(Error::input("the register holds generated data already; generate into an empty one")),
    }
}

/// What the next transaction writes.
#[derive(Default)]
struct Batch {
    agencies: Vec<crate::agency::AgencyInput>,
    files: Vec<DataFileInput>,
    drafts: Vec<Drafts>,
    policies: Vec<crate::policy::PolicyInput>,
    assessments: Vec<crate::impact_assessment::ImpactAssessmentInput>,
}

impl Batch {
    /// Adds what an agency states of its files.
    fn statements(&mut self, seed: u64, number: u64, agency: &Agency, covered: &[Covered]) -> Result<()> {
        let policy = policies::policy(seed, number, &agency.input, covered).map_err(|error| Error::internal(error.to_string()))?;
        self.policies.extend(policy);
        self.assessments.extend(policies::assessments(seed, number, &agency.input, covered));
        Ok(())
    }
}

struct Run {
    request: Request,
    now: DateTime<Utc>,
    today: NaiveDate,
    generated: Generated,
    parties: Arc<Parties>,
}

impl Run {
    async fn write(&mut self, store: &Store, mut batch: Batch, salts: &Salts, progress: &impl Fn(u64)) -> Result<()> {
        let mut write = store.write(self.now, salts.clone()).await?;
        let source = source(self.request);
        let documents = write.source_documents(std::slice::from_ref(&source)).await?;
        let mut problems = Problems::default();
        write.meet_agencies(batch.agencies.iter().map(|agency| agency.code.as_str())).await?;
        for agency in &batch.agencies {
            let agency = agency.checked(&mut problems);
            write.agency(&agency).await?;
            for predecessor in &agency.predecessors {
                write.agency_succession(&predecessor.code, &agency.code, predecessor.on, predecessor.kind).await?;
            }
        }
        let mut files: Vec<(&DataFileInput, Problems)> = batch.files.iter().map(|file| (file, Problems::default())).collect();
        let drafts = std::mem::take(&mut batch.drafts).into_iter();
        for recorded in write.drafted_data_files(&mut files, drafts, &self.parties, &documents, self.today).await? {
            self.generated.data_files += u64::from(recorded.is_new);
            self.generated.registrations += recorded.recorded as u64;
        }
        self.statements(&mut write, &batch, &source, &documents, &mut problems).await?;
        // What is composed is meant to pass every check: a problem is a mistake of the generator.
        if let Some(problem) = files.into_iter().flat_map(|(_, problems)| problems.found()).chain(problems.found()).next() {
            return Err(Error::internal(format!("a generated record cannot be recorded: {}: {}", problem.path, problem.message)));
        }
        self.generated.changes += write.commit().await? as u64;
        self.generated.agencies += batch.agencies.len() as u64;
        progress(self.generated.data_files);
        Ok(())
    }

    async fn statements(
        &mut self,
        write: &mut Write,
        batch: &Batch,
        source: &SourceDocumentInput,
        documents: &DocumentKeys,
        problems: &mut Problems,
    ) -> Result<()> {
        let sources = std::slice::from_ref(source);
        let policies: Vec<_> = batch.policies.iter().map(|policy| policy.checked(problems, &self.parties, sources)).collect();
        write.meet_policies(&policies.iter().collect::<Vec<_>>()).await?;
        for policy in policies {
            self.generated.policy_revisions += write.privacy_policy(&policy, documents).await?.len() as u64;
        }
        for assessment in &batch.assessments {
            let assessment = assessment.checked(problems, &self.parties, sources);
            write.impact_assessment(&assessment, documents).await?;
            self.generated.impact_assessments += 1;
        }
        Ok(())
    }
}

/// The source of every record: that it was generated, and from what.
fn source(request: Request) -> SourceDocumentInput {
    SourceDocumentInput {
        key: SOURCE.to_owned(),
        title: format!("생성된 시험 자료 (yeollam generate --files {} --seed {})", request.files, request.seed),
        publisher: "Yeollam".to_owned(),
        url: None,
        sha256: None,
        read_at: LAST_DAY.and_time(chrono::NaiveTime::MIN).and_utc(),
    }
}

fn text(word: &str) -> String {
    word.to_owned()
}

/// A basis of which only the citation is stated: the rest is read from it.
fn citation(citation: &str) -> LegalBasisInput {
    LegalBasisInput {
        citation: citation.to_owned(),
        statute: None,
        kind: None,
        article: None,
        paragraph: None,
        subparagraph: None,
        is_consent: None,
        lawful_ground: None,
    }
}
