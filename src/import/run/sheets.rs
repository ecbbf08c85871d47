//! Sheets of a run: surveyed, read in batches on a thread of their own, settled row by row, recorded or only tried.

use std::fs::File;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::BufReader;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use reading::sheet::{self, FileRecord, Limits, Mapping, Survey, Unreadable};
use tokio::sync::mpsc;

use super::{BATCH, Run, Writing, again, blocking};
use crate::difference::FieldDifference;
use crate::error::Result;
use crate::import::incoming::Incoming;
use crate::import::message::{ImportPhase, ImportSeverity, code};
use crate::import::sheet::{DOCUMENT, StatedFile, stated};
use crate::problem::Problems;
use crate::registration::RegistrationInput;
use crate::registration::graphql::differences_of;
use crate::source::{DocumentKeys, SourceDocumentInput};
use crate::store::Write;

/// A sheet that was surveyed.
pub(super) struct Surveyed {
    pub document: Incoming,
    pub survey: Survey,
}

/// What became of a file.
enum Became {
    New,
    Amended(Vec<FieldDifference>),
    Unchanged,
    /// Path, code and message of each problem.
    Rejected(Vec<(String, &'static str, String)>),
}

impl Run<'_> {
    /// Goes through a sheet to see which tables it has; `None` where it cannot be read, which is told.
    pub(super) async fn surveyed(&mut self, document: &Incoming) -> Result<Option<Survey>> {
        let (path, name, mapping) = (document.path.clone(), document.name.clone(), self.options.mapping.clone());
        let survey = blocking(move || {
            let mut file = BufReader::with_capacity(64 * 1024, File::open(path)?);
            sheet::survey(&mut file, &name, &mapping, &Limits::default())
        })
        .await?;
        match survey {
            Ok(survey) => {
                for note in &survey.notes {
                    let severity = if note.is_warning { ImportSeverity::Warning } else { ImportSeverity::Info };
                    self.say(Some(&document.name), Some(note.place.told()), ImportPhase::Read, severity, note.code, note.message.clone());
                }
                self.further += survey.further_notes;
                Ok(Some(survey))
            }
            Err(error) => {
                self.unreadable(document, &error);
                Ok(None)
            }
        }
    }

    pub(super) fn unreadable(&mut self, document: &Incoming, error: &Unreadable) {
        let place = error.place.as_ref().map(sheet::Place::told);
        self.say(Some(&document.name), place, ImportPhase::Read, ImportSeverity::Error, error.code, error.message.clone());
    }

    /// Takes some files of a sheet.
    pub(super) async fn batch(&mut self, document: &Incoming, records: &[FileRecord], writing: &mut Writing) -> Result<()> {
        let files: Vec<(&FileRecord, StatedFile)> = records.iter().filter_map(|record| self.settled(document, record).map(|file| (record, file))).collect();
        if files.is_empty() {
            return Ok(());
        }
        let outcome = match writing {
            Writing::Whole(write) => self.recorded(write, document, &files).await?,
            Writing::Rehearsal => {
                let mut write = self.runner.store.rehearse((self.runner.clock)(), Arc::clone(&self.runner.salts)).await?;
                self.recorded(&mut write, document, &files).await?
            }
            Writing::Batches => {
                let mut tries = 1;
                loop {
                    let stored = self.stored(document, &files).await;
                    if !again(&stored, &mut tries).await {
                        break stored?;
                    }
                }
            }
        };
        for ((record, file), became) in files.iter().zip(outcome) {
            if !matches!(became, Became::Rejected(_)) {
                self.bring(&file.input.agency, &record.name);
            }
            self.became(document, record, file, became)?;
        }
        Ok(())
    }

    /// Records files in a transaction of their own. Where nothing is new, nothing is stored, not even that the document was read.
    async fn stored(&self, document: &Incoming, files: &[(&FileRecord, StatedFile)]) -> Result<Vec<Became>> {
        let mut write = self.write().await?;
        let outcome = self.recorded(&mut write, document, files).await?;
        if write.journaled().is_some() {
            write.commit().await?;
        }
        Ok(outcome)
    }

    /// The file that a record states, if its agency is settled and it was not stated before.
    fn settled(&mut self, document: &Incoming, record: &FileRecord) -> Option<StatedFile> {
        let place = record.place.told();
        let agency = self.agency_of(document, record.agency.as_deref(), &record.place)?;
        let file = stated(record, &agency, self.today);
        let mut hasher = DefaultHasher::new();
        match &file.input.registration_number {
            Some(number) => number.hash(&mut hasher),
            None => (&agency, crate::hangul::folded(&record.name)).hash(&mut hasher),
        }
        if !record.name.is_empty() && !self.seen.insert(hasher.finish()) {
            self.counts.rejected += 1;
            let text = format!(
                "\"{}\" stands more than once in this document: put the rows of one file below each other, name two files differently, or give their registration numbers (등록번호)",
                crate::identity::abbreviated(&record.name)
            );
            self.say(Some(&document.name), Some(place), ImportPhase::Check, ImportSeverity::Error, code::DUPLICATE, text);
            return None;
        }
        Some(file)
    }

    /// Records files, or tries to: what became of each.
    async fn recorded(&self, write: &mut Write, document: &Incoming, files: &[(&FileRecord, StatedFile)]) -> Result<Vec<Became>> {
        let registrations = files.iter().flat_map(|(_, file)| &file.input.registrations);
        let parties = write.parties_named(registrations.flat_map(RegistrationInput::bodies)).await?;
        let keys = if write.is_rehearsal() { DocumentKeys::new() } else { self.document_keys(write, document, files).await? };
        let mut inputs: Vec<_> = files.iter().map(|(_, file)| (&file.input, Problems::default())).collect();
        let recorded = write.data_files(&mut inputs, &parties, &keys, self.today).await?;
        let became = inputs.into_iter().zip(recorded).map(|((_, problems), recorded)| {
            let problems = problems.found();
            if !problems.is_empty() {
                return Ok(Became::Rejected(problems.into_iter().map(|problem| (problem.path, problem.code, problem.message)).collect()));
            }
            Ok(match recorded.registration {
                Some(_) if recorded.is_new => Became::New,
                Some(registration) => Became::Amended(match &registration.before {
                    Some(before) => differences_of(before, &registration.content)?,
                    None => Vec::new(),
                }),
                None => Became::Unchanged,
            })
        });
        became.collect()
    }

    async fn document_keys(&self, write: &mut Write, document: &Incoming, files: &[(&FileRecord, StatedFile)]) -> Result<DocumentKeys> {
        let source = self.source_document(write, document, files.first().map(|(_, file)| file.input.agency.as_str())).await?;
        write.source_documents(&[source]).await
    }

    /// A sheet as a source, published by the agency with that code.
    pub(super) async fn source_document(&self, write: &mut Write, document: &Incoming, publisher: Option<&str>) -> Result<SourceDocumentInput> {
        let publisher = publisher.and_then(|code| self.options.scope.names.name(code)).unwrap_or("-");
        // Its place on the machine is nobody's business.
        let title = document.name.rsplit(['/', '\\']).next().unwrap_or(&document.name);
        Ok(SourceDocumentInput {
            key: DOCUMENT.to_owned(),
            title: title.chars().take(300).collect(),
            publisher: publisher.to_owned(),
            url: None,
            sha256: Some(document.sha256.clone()),
            read_at: write.first_read(&document.sha256).await?.unwrap_or_else(|| self.read_at()),
        })
    }

    /// The day on which the document was read, at its beginning in Korea, so that the batches of a run name one document.
    pub(super) fn read_at(&self) -> DateTime<Utc> {
        self.today.and_time(chrono::NaiveTime::MIN).and_utc() - chrono::TimeDelta::hours(9)
    }

    /// Counts what became of a file, and tells what is to be told.
    fn became(&mut self, document: &Incoming, record: &FileRecord, file: &StatedFile, became: Became) -> Result<()> {
        let place = record.place.told();
        let tell = |run: &mut Self, phase, severity, code: &str, text: String| run.say(Some(&document.name), Some(place.clone()), phase, severity, code, text);
        for left_out in &file.left_out {
            tell(self, ImportPhase::Check, ImportSeverity::Warning, code::NOT_UNDERSTOOD, left_out.clone());
        }
        let is_dry_run = self.options.is_dry_run;
        match became {
            Became::New => {
                self.counts.new += 1;
                if is_dry_run {
                    tell(self, ImportPhase::Record, ImportSeverity::Info, code::WOULD_ADD, format!("\"{}\" would be new", record.name));
                    self.change(Some(&place), &file.input.agency, &record.name, "NEW", &[]);
                }
            }
            Became::Amended(differences) => {
                self.counts.amended += 1;
                self.amended(&document.name, Some(place), &file.input.agency, &record.name, &differences);
            }
            Became::Unchanged => self.counts.unchanged += 1,
            Became::Rejected(problems) => {
                self.counts.rejected += 1;
                for (path, code, message) in problems {
                    let path = path.strip_prefix("registrations.0.").unwrap_or(&path);
                    let text = if path.is_empty() { message } else { format!("{path}: {message}") };
                    tell(self, ImportPhase::Check, ImportSeverity::Error, code, text);
                }
            }
        }
        Ok(())
    }
}

/// Reads the files of a sheet and sends them on in batches, on a thread of its own.
pub(super) fn reader_of(
    document: &Incoming,
    mapping: Mapping,
    survey: Survey,
    records: mpsc::Sender<Vec<FileRecord>>,
) -> impl FnOnce() -> Result<(), Unreadable> + Send + 'static {
    let (path, name) = (document.path.clone(), document.name.clone());
    move || {
        let mut file = BufReader::with_capacity(64 * 1024, File::open(path)?);
        let mut batch = Vec::with_capacity(BATCH);
        sheet::read(&mut file, &name, &mapping, &Limits::default(), &survey, &mut |record| {
            batch.push(record);
            batch.len() < BATCH || records.blocking_send(std::mem::take(&mut batch)).is_ok()
        })?;
        if !batch.is_empty() {
            let _ = records.blocking_send(batch);
        }
        Ok(())
    }
}
