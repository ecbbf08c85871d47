//! Documents in: the native format (docs/document-format.md) and sheets (docs/importing.md) are read, checked and recorded.

mod agencies;
mod assessment;
mod bundled;
mod document;
pub mod graphql;
mod incoming;
pub mod intake;
mod lines;
mod message;
mod policy;
pub mod run;
mod sheet;
pub mod store;

use std::collections::HashSet;
use std::fmt;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::agency::AgencyInput;
use crate::difference::FieldDifference;
use crate::error::{Error, Result};
use crate::graphql::day_in_korea;
use crate::identity::NodeType;
use crate::legal_basis::StatuteInput;
use crate::organization::Party;
use crate::policy::PolicyInput;
use crate::problem::{Problem, Problems, code};
use crate::registration::Recorded;
use crate::registration::graphql::differences_of;
use crate::server::Clock;
use crate::source::DocumentKeys;
use crate::store::{Salts, Store, Write};

pub use agencies::AgencyScope;
pub use bundled::{BUNDLED, load_bundled};
pub use document::{RegisterDocument, Unreadable, read};
pub use incoming::{ENDINGS, Incoming, Kind};
pub use message::{ImportPhase, ImportPolicy, ImportSeverity, ImportStatus, Message};
pub use policy::{PolicyAgency, Remark, read_policy};
pub use reading::sheet::Mapping;

/// What a run recorded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Documents read.
    pub documents: usize,
    /// Agencies: new, amended, unchanged.
    pub agencies: Tally,
    /// Data files: new ones; those with further registrations; unchanged ones.
    pub data_files: Tally,
    /// Registrations recorded.
    pub registrations: usize,
    /// Revisions of privacy policies: new, unchanged.
    pub policy_revisions: Tally,
    /// Impact assessments: new, amended, unchanged.
    pub impact_assessments: Tally,
    /// Recommendations: new, amended, unchanged.
    pub recommendations: Tally,
    /// Entries written to the journal.
    pub changes: usize,
    /// Files that were amended, with what differs: at most 1,000.
    pub amended_files: Vec<AmendedFile>,
}

/// A file that was amended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AmendedFile {
    /// Document that states it.
    pub document: String,
    /// Code of its agency.
    pub agency: String,
    /// Name.
    pub name: String,
    /// How its last registration differs from the one before.
    pub differences: Vec<FieldDifference>,
}

/// How many things were new, amended, unchanged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Recorded for the first time.
    pub new: usize,
    /// Recorded before with other content.
    pub amended: usize,
    /// Recorded before with the same content.
    pub unchanged: usize,
}

impl Tally {
    fn add(&mut self, recorded: Recorded) {
        *match recorded {
            Recorded::New => &mut self.new,
            Recorded::Amended => &mut self.amended,
            Recorded::Unchanged => &mut self.unchanged,
        } += 1;
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} new, {} amended, {} unchanged", self.new, self.amended, self.unchanged)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  documents           {}", self.documents)?;
        writeln!(f, "  agencies            {}", self.agencies)?;
        writeln!(f, "  data files          {}", self.data_files)?;
        writeln!(f, "  registrations       {} recorded", self.registrations)?;
        writeln!(f, "  policy revisions    {}", self.policy_revisions)?;
        writeln!(f, "  impact assessments  {}", self.impact_assessments)?;
        writeln!(f, "  recommendations     {}", self.recommendations)?;
        write!(f, "  journal entries     {}", self.changes)
    }
}

/// Why a run recorded nothing.
#[derive(Debug)]
pub enum Failure {
    /// Documents that are not the native format.
    Unreadable(Vec<Unreadable>),
    /// Values that cannot be recorded, with the name of their document.
    Problems(Vec<(String, Problem)>),
    /// The database.
    Store(Error),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(documents) => documents.iter().try_for_each(|document| writeln!(f, "{document}")),
            Self::Problems(problems) => problems.iter().try_for_each(|(document, problem)| {
                let path = if problem.path.is_empty() { "the document" } else { &problem.path };
                writeln!(f, "{document}: {path}: {} ({})", problem.message, problem.code)
            }),
            Self::Store(error) => writeln!(f, "{}", error.chain()),
        }?;
        write!(f, "Nothing was recorded.")
    }
}

impl std::error::Error for Failure {}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Store(error)
    }
}

/// Records documents, given as name and text, in one transaction: all of them, or nothing. What is recorded already with the same content stays as it is.
///
/// # Errors
/// [`Failure`] with everything that is wrong; then nothing was recorded.
pub async fn import(store: &Store, documents: &[(String, String)], now: DateTime<Utc>, salts: Salts) -> Result<Report, Failure> {
    let documents = read_texts(documents).map_err(Failure::Unreadable)?;
    let (write, recorded) = record_read(store.write(now, salts).await?, &documents).await?;
    let mut report = recorded?;
    report.changes = write.commit().await?;
    if report.changes > 0 {
        store.refresh_statistics().await?;
    }
    Ok(report)
}

/// Reads texts of the native format; or tells which are none.
fn read_texts(documents: &[(String, String)]) -> Result<Vec<(String, RegisterDocument)>, Vec<Unreadable>> {
    let (mut documents_read, mut unreadable) = (Vec::new(), Vec::new());
    for (name, text) in documents {
        match read(name, text) {
            Ok(document) => documents_read.push((name.clone(), document)),
            Err(error) => unreadable.push(error),
        }
    }
    if unreadable.is_empty() { Ok(documents_read) } else { Err(unreadable) }
}

/// Records documents within a write, which is not to be committed where they fail.
///
/// # Errors
/// Those of the database.
async fn record_read(write: Write, documents: &[(String, RegisterDocument)]) -> Result<(Write, Result<Report, Failure>)> {
    let mut run = Run { write, report: Report { documents: documents.len(), ..Report::default() }, problems: Vec::new() };
    // Boxed: what records all kinds of things is large, and stands below every run.
    Box::pin(run.record(documents)).await?;
    let Run { write, report, problems } = run;
    Ok((write, if problems.is_empty() { Ok(report) } else { Err(Failure::Problems(problems)) }))
}

/// Marks runs as interrupted whose process is gone, at once and ever again.
pub async fn mark_lost(store: Store, clock: Clock) {
    loop {
        match store.interrupt_lost_imports(clock()).await {
            Ok(0) => {}
            Ok(lost) => tracing::warn!(lost, "imports were cut off and are marked as interrupted"),
            Err(error) => tracing::debug!(error = error.chain(), "imports that were cut off were not looked for"),
        }
        tokio::time::sleep(Duration::from_secs(20)).await;
    }
}

struct Run {
    write: Write,
    report: Report,
    problems: Vec<(String, Problem)>,
}

impl Report {
    /// Adds what further parts of the same document came to.
    fn join(&mut self, other: Self) {
        for (tally, other) in [
            (&mut self.agencies, other.agencies),
            (&mut self.data_files, other.data_files),
            (&mut self.policy_revisions, other.policy_revisions),
            (&mut self.impact_assessments, other.impact_assessments),
            (&mut self.recommendations, other.recommendations),
        ] {
            tally.new += other.new;
            tally.amended += other.amended;
            tally.unchanged += other.unchanged;
        }
        self.registrations += other.registrations;
        let room = 1_000_usize.saturating_sub(self.amended_files.len());
        self.amended_files.extend(other.amended_files.into_iter().take(room));
    }
}

/// Turns what the register refuses into a problem at a place; other errors end the run.
macro_rules! or_problem {
    ($result:expr, $problems:expr, $field:expr) => {
        match $result {
            Ok(value) => Some(value),
            Err(Error::Input(message)) => {
                $problems.add($field, code::NOT_FOUND, message);
                None
            }
            Err(error) => return Err(error),
        }
    };
}

impl Run {
    /// Records in the order in which things refer to each other, whichever document they stand in.
    async fn record(&mut self, documents: &[(String, RegisterDocument)]) -> Result<()> {
        let mut keys = Vec::new();
        for (name, document) in documents {
            let mut problems = Problems::default();
            let sources = problems.each("sources", &document.sources, 1000, |problems, source| source.checked(problems));
            keys.push(self.write.source_documents(&sources).await?);
            self.keep(name, problems);
        }
        self.agencies(documents, &keys).await?;
        self.organizations_and_statutes(documents).await?;
        self.data_files(documents, &keys).await?;
        self.policies_and_assessments(documents, &keys).await?;
        self.recommendations(documents).await
    }

    fn keep(&mut self, name: &str, problems: Problems) {
        self.problems.extend(problems.found().into_iter().map(|problem| (name.to_owned(), problem)));
    }

    async fn agencies(&mut self, documents: &[(String, RegisterDocument)], keys: &[DocumentKeys]) -> Result<()> {
        let mut checked: Vec<(usize, usize, AgencyInput)> = Vec::new();
        let mut codes = HashSet::new();
        for (place, (name, document)) in documents.iter().enumerate() {
            let mut problems = Problems::default();
            let agencies = problems.each("agencies", &document.agencies, usize::MAX, |problems, agency| {
                let sources = problems.each("sources", &agency.sources, 1000, |problems, source| source.checked(problems, &document.sources));
                AgencyInput { sources, ..agency.checked(problems) }
            });
            for (index, agency) in agencies.into_iter().enumerate() {
                if !codes.insert(agency.code.clone()) {
                    problems.add(
                        &format!("agencies.{index}.code"),
                        code::CONFLICT,
                        format!("agency {} stands more than once in what is imported", agency.code),
                    );
                }
                checked.push((place, index, agency));
            }
            self.keep(name, problems);
        }
        if !self.problems.is_empty() {
            return Ok(());
        }
        self.write.meet_agencies(checked.iter().map(|(.., agency)| agency.code.as_str())).await?;
        // Superiors first. What is left over when nothing can follow any more stands in a circle.
        let mut waiting: Vec<usize> = (0..checked.len()).collect();
        while !waiting.is_empty() {
            let still: HashSet<&String> = waiting.iter().map(|index| &checked[*index].2.code).collect();
            let (later, ready): (Vec<usize>, Vec<usize>) =
                waiting.iter().copied().partition(|index| checked[*index].2.parent.as_ref().is_some_and(|parent| still.contains(parent)));
            if ready.is_empty() {
                let (place, index, agency) = &checked[later[0]];
                let mut problems = Problems::default();
                problems.add(&format!("agencies.{index}.parent"), code::CONFLICT, format!("agency {} stands in a circle of superiors", agency.code));
                self.keep(&documents[*place].0, problems);
                return Ok(());
            }
            for index in ready {
                let (place, index, agency) = &checked[index];
                let mut problems = Problems::default();
                if let Some(recorded) = or_problem!(self.write.agency(agency).await, problems, &format!("agencies.{index}")) {
                    self.report.agencies.add(recorded);
                    let id = self.write.agency_by_code(&agency.code).await?;
                    if self.write.sources(id, recorded == Recorded::New, &agency.sources, &keys[*place]).await? && recorded == Recorded::Unchanged {
                        self.write.sources_amended(NodeType::Agency, id).await?;
                    }
                }
                self.keep(&documents[*place].0, problems);
            }
            waiting = later;
        }
        for (place, index, agency) in &checked {
            let mut problems = Problems::default();
            for (number, predecessor) in agency.predecessors.iter().enumerate() {
                let path = format!("agencies.{index}.predecessors.{number}.code");
                or_problem!(self.write.agency_succession(&predecessor.code, &agency.code, predecessor.on, predecessor.kind).await, problems, &path);
            }
            self.keep(&documents[*place].0, problems);
        }
        Ok(())
    }

    async fn organizations_and_statutes(&mut self, documents: &[(String, RegisterDocument)]) -> Result<()> {
        for (name, document) in documents {
            let mut problems = Problems::default();
            let mut parties = self.write.parties_named(document.organizations.iter().map(|organization| organization.name.as_str())).await?;
            document.organizations.iter().for_each(|organization| organization.kind.into_iter().for_each(|kind| parties.know(&organization.name, kind)));
            let named: Vec<Party> =
                document.organizations.iter().map(|organization| parties.party(&mut Problems::default(), "name", &organization.name)).collect();
            self.write.meet_organizations(&named).await?;
            for (index, organization) in document.organizations.iter().enumerate() {
                or_problem!(self.write.stated_organization(organization, &parties).await, problems, &format!("organizations.{index}.agency"));
            }
            for (index, organization) in document.organizations.iter().enumerate() {
                if let Some(into) = &organization.merged_into {
                    let party = parties.party(&mut problems, &format!("organizations.{index}.name"), &organization.name);
                    or_problem!(self.write.stated_merging(&party, into).await, problems, &format!("organizations.{index}.mergedInto"));
                }
            }
            let checked = |(index, statute): (usize, &StatuteInput)| problems.within(format!("statutes.{index}"), |problems| statute.checked(problems));
            let statutes: Vec<StatuteInput> = document.statutes.iter().enumerate().map(checked).collect();
            self.write.stated_statutes(&statutes).await?;
            self.keep(name, problems);
        }
        Ok(())
    }

    async fn data_files(&mut self, documents: &[(String, RegisterDocument)], keys: &[DocumentKeys]) -> Result<()> {
        let today = day_in_korea(self.write.now());
        // Where an agency could not be recorded, that its files do not find it is no news.
        let has_agencies = self.problems.is_empty();
        for ((name, document), keys) in documents.iter().zip(keys) {
            let parties = self.write.known_parties().await?;
            let mut numbers = HashSet::new();
            let mut files = Vec::new();
            for (index, file) in document.data_files.iter().enumerate() {
                let mut problems = Problems::within_path(format!("dataFiles.{index}"));
                for (number, registration) in file.registrations.iter().enumerate() {
                    problems.within(format!("registrations.{number}"), |problems| {
                        problems.each("sources", &registration.sources, 2000, |problems, source| source.checked(problems, &document.sources));
                    });
                }
                if let Some(number) = file.registration_number.as_ref().filter(|number| !numbers.insert(*number)) {
                    let message = format!("{number} stands more than once in this document; state the registrations of a file in one place");
                    problems.add("registrationNumber", code::CONFLICT, message);
                }
                if !has_agencies {
                    for (number, registration) in file.registrations.iter().enumerate() {
                        problems
                            .within(format!("registrations.{number}"), |problems| registration.checked(problems, &file.agency, number == 0, today, &parties));
                    }
                }
                files.push((file, problems));
            }
            if has_agencies {
                for recorded in self.write.data_files(&mut files, &parties, keys, today).await? {
                    if let Some(registration) = recorded.registration.as_ref().filter(|_| !recorded.is_new && self.report.amended_files.len() < 1_000)
                        && let Some(before) = &registration.before
                    {
                        let (agency, file) = (registration.content.agency.clone(), registration.content.name.clone());
                        let differences = differences_of(before, &registration.content)?;
                        self.report.amended_files.push(AmendedFile { document: name.clone(), agency, name: file, differences });
                    }
                    self.report.registrations += recorded.recorded;
                    self.report.data_files.add(match (recorded.is_new, recorded.recorded) {
                        (true, _) => Recorded::New,
                        (false, 0) => Recorded::Unchanged,
                        (false, _) => Recorded::Amended,
                    });
                }
            }
            files.into_iter().for_each(|(_, problems)| self.keep(name, problems));
        }
        Ok(())
    }

    async fn policies_and_assessments(&mut self, documents: &[(String, RegisterDocument)], keys: &[DocumentKeys]) -> Result<()> {
        if !self.problems.is_empty() {
            // They name files, which may be missing only because something else is wrong with them.
            return Ok(());
        }
        let parties = self.write.known_parties().await?;
        for ((name, document), keys) in documents.iter().zip(keys) {
            let checked = |(index, policy): (usize, &PolicyInput)| {
                let mut problems = Problems::within_path(format!("policies.{index}"));
                (policy.checked(&mut problems, &parties, &document.sources), problems)
            };
            let policies: Vec<_> = document.policies.iter().enumerate().map(checked).collect();
            self.write.meet_policies(&policies.iter().map(|(policy, _)| policy).collect::<Vec<_>>()).await?;
            for (policy, mut problems) in policies {
                if problems.is_empty() {
                    for recorded in or_problem!(self.write.privacy_policy(&policy, keys).await, problems, "").unwrap_or_default() {
                        self.report.policy_revisions.add(recorded);
                    }
                }
                self.keep(name, problems);
            }
            for (index, assessment) in document.impact_assessments.iter().enumerate() {
                let mut problems = Problems::within_path(format!("impactAssessments.{index}"));
                let assessment = assessment.checked(&mut problems, &parties, &document.sources);
                if problems.is_empty()
                    && let Some(recorded) = or_problem!(self.write.impact_assessment(&assessment, keys).await, problems, "")
                {
                    self.report.impact_assessments.add(recorded);
                }
                self.keep(name, problems);
            }
        }
        Ok(())
    }

    async fn recommendations(&mut self, documents: &[(String, RegisterDocument)]) -> Result<()> {
        if !self.problems.is_empty() {
            return Ok(());
        }
        for (name, document) in documents {
            for (index, recommendation) in document.recommendations.iter().enumerate() {
                let mut problems = Problems::within_path(format!("recommendations.{index}"));
                let recommendation = recommendation.checked(&mut problems, day_in_korea(self.write.now()));
                if problems.is_empty()
                    && let Some(recorded) = or_problem!(self.write.stated_recommendation(&recommendation).await, problems, "")
                {
                    self.report.recommendations.add(recorded);
                }
                self.keep(name, problems);
            }
        }
        Ok(())
    }
}
