//! Impact assessments of the sheets of a run: recorded after the files of all of them, which they name.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::Arc;

use reading::sheet::{AssessmentRecord, Place};

use super::sheets::Surveyed;
use super::{BATCH, Run, Writing, again};
use crate::difference::FieldDifference;
use crate::error::Result;
use crate::hangul;
use crate::import::assessment::{StatedAssessment, stated};
use crate::import::incoming::Incoming;
use crate::import::message::{ImportPhase, ImportSeverity, code};
use crate::import::policy::PolicyAgency;
use crate::problem::Problems;
use crate::registration::Recorded;
use crate::source::DocumentKeys;
use crate::store::Write;

/// What became of an assessment.
enum Became {
    /// Recorded, or to be, with what differs where it was amended.
    Recorded(Recorded, Vec<FieldDifference>),
    /// Code and message of each problem.
    Rejected(Vec<(&'static str, String)>),
}

impl Run<'_> {
    /// Takes the assessments of all sheets.
    pub(super) async fn assessments(&mut self, sheets: &[Surveyed], writing: &mut Writing) -> Result<()> {
        for Surveyed { document, survey } in sheets {
            for records in survey.assessments.chunks(BATCH) {
                let settled: Vec<(&AssessmentRecord, String)> =
                    records.iter().filter_map(|record| Some((record, self.agency_of(document, record.agency.as_deref(), &record.place)?))).collect();
                let outcome = match writing {
                    Writing::Whole(write) => self.assessments_recorded(write, document, &settled).await?,
                    Writing::Rehearsal => {
                        let mut write = self.runner.store.rehearse((self.runner.clock)(), Arc::clone(&self.runner.salts)).await?;
                        self.assessments_recorded(&mut write, document, &settled).await?
                    }
                    Writing::Batches => {
                        let mut tries = 1;
                        loop {
                            let stored = self.assessments_stored(document, &settled).await;
                            if !again(&stored, &mut tries).await {
                                break stored?;
                            }
                        }
                    }
                };
                for (assessment, place, became) in outcome {
                    self.assessment_became(document, &assessment, place, became);
                }
            }
        }
        Ok(())
    }

    /// Records assessments in a transaction of their own; where nothing is new, nothing is stored.
    async fn assessments_stored(&self, document: &Incoming, settled: &[(&AssessmentRecord, String)]) -> Result<Vec<(StatedAssessment, String, Became)>> {
        let mut write = self.write().await?;
        let outcome = self.assessments_recorded(&mut write, document, settled).await?;
        if write.journaled().is_some() {
            write.commit().await?;
        }
        Ok(outcome)
    }

    /// Records assessments, or tries to: each with its place and what became of it.
    async fn assessments_recorded(
        &self,
        write: &mut Write,
        document: &Incoming,
        settled: &[(&AssessmentRecord, String)],
    ) -> Result<Vec<(StatedAssessment, String, Became)>> {
        let parties = write.parties_named(settled.iter().filter_map(|(record, _)| record.assessor.as_deref())).await?;
        let source = self.source_document(write, document, settled.first().map(|(_, agency)| agency.as_str())).await?;
        let mut keys: Option<DocumentKeys> = None;
        let mut agencies: HashMap<&str, PolicyAgency> = HashMap::new();
        let mut outcome = Vec::new();
        for (record, code) in settled {
            if !agencies.contains_key(code.as_str()) {
                let name = self.options.scope.names.name(code).unwrap_or(code);
                agencies.insert(code, write.policy_agency(code, name).await?);
            }
            let Some(agency) = agencies.get(code.as_str()) else { continue };
            let mut assessment = stated(record, agency);
            // What this run itself brings is not there yet while it is only tried.
            let is_awaited = write.is_rehearsal() && assessment.missing.iter().any(|name| self.is_brought(code, name));
            if is_awaited {
                assessment.missing.retain(|name| !self.is_brought(code, name));
            }
            let became = match assessment.refusal(agency) {
                Some(problem) => Became::Rejected(vec![problem]),
                None if is_awaited => Became::Recorded(Recorded::New, Vec::new()),
                None => {
                    let mut problems = Problems::default();
                    let checked = assessment.input.checked(&mut problems, &parties, std::slice::from_ref(&source));
                    let problems = problems.found();
                    if !problems.is_empty() {
                        Became::Rejected(problems.into_iter().map(|problem| (problem.code, format!("{}: {}", problem.path, problem.message))).collect())
                    } else {
                        let (recorded, differences) = write.assessment_compared(&checked).await?;
                        if recorded != Recorded::Unchanged && !write.is_rehearsal() {
                            let keys = match &keys {
                                Some(keys) => keys,
                                None => keys.insert(write.source_documents(std::slice::from_ref(&source)).await?),
                            };
                            write.impact_assessment(&checked, keys).await?;
                        }
                        Became::Recorded(recorded, differences)
                    }
                }
            };
            outcome.push((assessment, record.place.told(), became));
        }
        Ok(outcome)
    }

    /// Counts what became of an assessment, and tells what is to be told.
    fn assessment_became(&mut self, document: &Incoming, assessment: &StatedAssessment, place: String, became: Became) {
        let (phase, is_dry_run) = (ImportPhase::Check, self.options.is_dry_run);
        for left_out in &assessment.left_out {
            self.say(Some(&document.name), Some(place.clone()), phase, ImportSeverity::Warning, code::NOT_UNDERSTOOD, left_out.clone());
        }
        let name = assessment.name();
        match became {
            Became::Recorded(Recorded::New, _) => {
                self.counts.new += 1;
                if is_dry_run {
                    let text = format!("\"{name}\" would be new");
                    self.say(Some(&document.name), Some(place.clone()), ImportPhase::Record, ImportSeverity::Info, code::WOULD_ADD, text);
                    self.change(Some(&place), &assessment.input.agency, &name, "NEW", &[]);
                }
            }
            Became::Recorded(Recorded::Amended, differences) => {
                self.counts.amended += 1;
                self.amended(&document.name, Some(place), &assessment.input.agency, &name, &differences);
            }
            Became::Recorded(Recorded::Unchanged, _) => self.counts.unchanged += 1,
            Became::Rejected(problems) => {
                self.counts.rejected += 1;
                for (code, message) in problems {
                    self.say(Some(&document.name), Some(place.clone()), phase, ImportSeverity::Error, code, message);
                }
            }
        }
    }

    /// Notes that the run brings a file of that name.
    pub(super) fn bring(&mut self, agency: &str, name: &str) {
        self.brought.iter_mut().for_each(|brought| {
            brought.insert(hash_of(agency, name));
        });
    }

    fn is_brought(&self, agency: &str, name: &str) -> bool {
        self.brought.as_ref().is_some_and(|brought| brought.contains(&hash_of(agency, name)))
    }

    /// Code of the agency that a row is of, if that is settled; else the row is counted and told.
    pub(super) fn agency_of(&mut self, document: &Incoming, written: Option<&str>, place: &Place) -> Option<String> {
        let say = |run: &mut Self, severity, code, text| run.say(Some(&document.name), Some(place.told()), ImportPhase::Check, severity, code, text);
        match self.options.scope.settle(written) {
            Ok((agency, note)) => {
                if let Some(note) = note.filter(|note| self.told.insert(note.clone())) {
                    say(self, ImportSeverity::Warning, code::AGENCY_NOT_FOUND, note);
                }
                Some(agency)
            }
            Err((code, message)) => {
                self.counts.rejected += 1;
                say(self, ImportSeverity::Error, code, message);
                None
            }
        }
    }
}

fn hash_of(agency: &str, name: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    (agency, hangul::compact(name)).hash(&mut hasher);
    hasher.finish()
}
