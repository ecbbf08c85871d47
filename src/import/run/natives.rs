//! Native documents and policies of a run: recorded all together, or not at all.

use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::sync::atomic::Ordering;

use reading::sheet;
use tokio::sync::mpsc;

use super::{LARGEST_NATIVE, Run, Writing, blocking};
use crate::data_file::running_number;
use crate::error::{Error, Result};
use crate::import::document::RegisterDocument;
use crate::import::incoming::{Incoming, Kind};
use crate::import::lines::{self, Batch, Unreadable};
use crate::import::message::{ImportPhase, ImportSeverity};
use crate::import::policy::{PolicyAgency, Remark, read_policy};
use crate::import::{Failure, Report, read_texts, record_read};
use crate::problem::Problem;
use crate::store::Write;

/// What is recorded all together: native documents, and policies, which become such.
#[derive(Default)]
pub(super) struct Natives {
    pub documents: Vec<(String, RegisterDocument)>,
    /// Documents in lines, which are read as they are recorded.
    pub lines: Vec<Incoming>,
    pub policies: Vec<PolicyDocument>,
}

impl Natives {
    pub fn is_empty(&self) -> bool {
        self.documents.is_empty() && self.lines.is_empty() && self.policies.is_empty()
    }
}

/// Why a text is refused that is no policy.
const NO_POLICY: &str = "no heading of a privacy policy (개인정보의 처리 목적, 제3자 제공 …) was found, and no personal-data file: is it one? A list of files is a sheet, by its ending: .csv, .xlsx";

/// A policy that was read into memory.
pub(super) struct PolicyDocument {
    document: Incoming,
    bytes: Vec<u8>,
    /// Code of its agency.
    agency: String,
}

impl Run<'_> {
    /// The native documents, as far as they can be read.
    pub(super) fn natives(&mut self, documents: &[Incoming]) -> Vec<(String, RegisterDocument)> {
        let mut texts = Vec::new();
        for document in documents.iter().filter(|document| document.kind == Kind::Native && document.bytes > 0) {
            let read = document.read(LARGEST_NATIVE).map_err(|error| format!("cannot be read: {error}")).and_then(|bytes| {
                let bytes = bytes.ok_or_else(|| format!("has {} bytes; a native document of at most {LARGEST_NATIVE} is read: split it", document.bytes))?;
                String::from_utf8(bytes).map_err(|error| format!("is not UTF-8 text from byte {} on; save it as UTF-8", error.utf8_error().valid_up_to()))
            });
            match read {
                Ok(text) => texts.push((document.name.clone(), text)),
                Err(message) => self.say(Some(&document.name), None, ImportPhase::Read, ImportSeverity::Error, sheet::code::UNREADABLE, message),
            }
        }
        read_texts(&texts).unwrap_or_else(|unreadable| {
            for document in unreadable {
                let place = document.place.map(|(line, column)| format!("{line}:{column}"));
                self.say(Some(&document.document), place, ImportPhase::Read, ImportSeverity::Error, sheet::code::UNREADABLE, document.message);
            }
            Vec::new()
        })
    }

    /// A policy, if it can be read and its agency is settled: the one that the run is for, or the one that it names.
    pub(super) fn policy(&mut self, document: &Incoming) -> Option<PolicyDocument> {
        let say = |run: &mut Self, code: &str, text: String| run.say(Some(&document.name), None, ImportPhase::Read, ImportSeverity::Error, code, text);
        let most = reading::policy::LONGEST as u64;
        let bytes = match document.read(most) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => {
                let text = format!("has {} bytes; a policy of at most {most} is read", document.bytes);
                say(self, sheet::code::TOO_LARGE, text);
                return None;
            }
            Err(error) => {
                say(self, sheet::code::UNREADABLE, format!("cannot be read: {error}"));
                return None;
            }
        };
        if bytes.contains(&0) && !bytes.starts_with(b"\xFF\xFE") && !bytes.starts_with(b"\xFE\xFF") {
            say(self, sheet::code::UNREADABLE, sheet::HOLDS_NUL.to_owned());
            return None;
        }
        let read = reading::policy::read(&document.name, &bytes);
        if read.sections.is_empty() && read.files.is_empty() {
            self.counts.rejected += 1;
            say(self, "NO_SECTIONS", NO_POLICY.to_owned());
            return None;
        }
        let named = read.agency.map(|agency| agency.text).filter(|_| self.options.scope.stated.is_none());
        match self.options.scope.settle(named.as_deref()) {
            Ok((agency, _)) => Some(PolicyDocument { document: document.clone(), bytes, agency }),
            Err((code, message)) => {
                self.counts.rejected += 1;
                say(self, code, message);
                None
            }
        }
    }

    /// Records native documents and policies: all of them, or none.
    pub(super) async fn native_documents(&mut self, natives: &Natives, writing: Writing) -> Result<Writing> {
        if natives.is_empty() {
            return Ok(writing);
        }
        let is_rehearsal = matches!(writing, Writing::Rehearsal);
        let (mut write, is_batch) = match writing {
            Writing::Whole(write) => (*write, false),
            // What is tried out is rolled back.
            Writing::Batches | Writing::Rehearsal => (self.write().await?, true),
        };
        let mut documents = natives.documents.clone();
        let mut agencies: HashMap<String, PolicyAgency> = HashMap::new();
        for policy in &natives.policies {
            documents.push((policy.document.name.clone(), self.policy_document(&mut write, policy, &mut agencies).await?));
        }
        for file in documents.iter().flat_map(|(_, document)| &document.data_files) {
            file.registrations.last().into_iter().for_each(|registration| self.bring(&file.agency, &registration.name));
        }
        let (mut write, recorded) = record_read(write, &documents).await?;
        let mut is_sound = recorded.is_ok();
        match recorded {
            Ok(report) => self.native_report(report),
            Err(failure) => self.native_failure(failure)?,
        }
        for document in &natives.lines {
            let lines_are_sound;
            (write, lines_are_sound) = self.lines(write, document).await?;
            is_sound &= lines_are_sound;
        }
        if is_rehearsal {
            return Ok(Writing::Rehearsal);
        }
        if is_batch {
            if is_sound {
                let changes = write.commit().await?;
                self.native.iter_mut().for_each(|report| report.changes = changes);
            }
            return Ok(Writing::Batches);
        }
        Ok(Writing::Whole(Box::new(write)))
    }

    /// What a policy states, as a document. Of several policies of one agency the later ones know the files of the earlier.
    async fn policy_document(&mut self, write: &mut Write, policy: &PolicyDocument, agencies: &mut HashMap<String, PolicyAgency>) -> Result<RegisterDocument> {
        let PolicyDocument { document, bytes, agency: code } = policy;
        if !agencies.contains_key(code) {
            let name = self.options.scope.names.name(code).unwrap_or(code);
            agencies.insert(code.clone(), write.policy_agency(code, name).await?);
        }
        let read_at = write.first_read(&document.sha256).await?.unwrap_or_else(|| self.read_at());
        let Some(agency) = agencies.get_mut(code) else { return Err(Error::internal("an agency was looked up and is not there")) };
        let title = document.name.rsplit(['/', '\\']).next().unwrap_or(&document.name);
        let (read, remarks) = read_policy(title, bytes, agency, read_at);
        for file in &read.data_files {
            if let (Some(number), Some(registration)) = (&file.registration_number, file.registrations.last()) {
                agency.files.insert(crate::hangul::compact(&registration.name), (number.clone(), file.status));
                let issued = running_number(number).filter(|(issuer, _)| issuer == code).map_or(0, |(_, running)| running);
                agency.last_number = agency.last_number.max(issued);
            }
        }
        for Remark { line, code, text } in remarks {
            self.say(Some(&document.name), Some(format!("line {line}")), ImportPhase::Read, ImportSeverity::Warning, code, text);
        }
        Ok(read)
    }

    /// Records a document in lines, batch by batch within the write. Answers whether all of it can be recorded.
    async fn lines(&mut self, mut write: Write, document: &Incoming) -> Result<(Write, bool)> {
        let (batches, mut next) = mpsc::channel(1);
        let path = document.path.clone();
        let reader = tokio::spawn(blocking(move || {
            let mut text = BufReader::with_capacity(256 * 1024, File::open(path).map_err(|error| Unreadable { line: 0, message: error.to_string() })?);
            lines::read(&mut text, &mut |batch| batches.blocking_send(batch).is_ok())
        }));
        let mut is_sound = true;
        while let Some(Batch { document: part, places, .. }) = next.recv().await {
            let part = [(document.name.clone(), part)];
            let (continued, recorded) = record_read(write, &part).await?;
            write = continued;
            match recorded {
                Ok(report) => self.native_report(report),
                Err(Failure::Problems(problems)) => {
                    is_sound = false;
                    for (_, Problem { path, code, message }) in problems {
                        let (place, path) = places.place(&path).map_or((None, path.as_str()), |(line, path)| (Some(format!("line {line}")), path));
                        let text = if path.is_empty() { message } else { format!("{path}: {message}") };
                        self.counts.rejected += 1;
                        self.say(Some(&document.name), place, ImportPhase::Check, ImportSeverity::Error, code, text);
                    }
                }
                Err(failure) => self.native_failure(failure)?,
            }
            (self.runner.progress)(self.counts.all(), self.counts.all());
            // Of a register that cannot be recorded a thousand reasons are enough.
            if self.counts.rejected > 1_000 || self.runner.stop.load(Ordering::Relaxed) {
                is_sound = false;
                break;
            }
        }
        drop(next);
        if let Err(Unreadable { line, message }) = reader.await.map_err(|error| Error::internal(error.to_string()))?? {
            is_sound = false;
            let place = (line > 0).then(|| format!("line {line}"));
            self.say(Some(&document.name), place, ImportPhase::Read, ImportSeverity::Error, sheet::code::UNREADABLE, message);
        }
        Ok((write, is_sound))
    }

    fn native_report(&mut self, report: Report) {
        for tally in [report.data_files, report.policy_revisions] {
            self.counts.new += tally.new as u64;
            self.counts.amended += tally.amended as u64;
            self.counts.unchanged += tally.unchanged as u64;
        }
        for file in &report.amended_files {
            self.amended(&file.document, None, &file.agency, &file.name, &file.differences);
        }
        match &mut self.native {
            Some(whole) => whole.join(report),
            None => self.native = Some(report),
        }
    }

    fn native_failure(&mut self, failure: Failure) -> Result<()> {
        match failure {
            Failure::Unreadable(_) => {}
            Failure::Problems(problems) => {
                for (document, problem) in problems {
                    let place = (!problem.path.is_empty()).then_some(problem.path);
                    self.counts.rejected += 1;
                    self.say(Some(&document), place, ImportPhase::Check, ImportSeverity::Error, problem.code, problem.message);
                }
            }
            Failure::Store(error) => return Err(error),
        }
        Ok(())
    }
}
