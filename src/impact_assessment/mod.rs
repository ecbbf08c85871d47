//! Privacy impact assessment (개인정보 영향평가): Act 제33조, Decree 제35조 to 제38조.
//!
//! An assessment covers one or more data files of an agency at one time, which make its identity; what else is known of it can be amended.

pub mod graphql;
pub mod mutation;
pub(crate) mod store;

use std::collections::HashSet;

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::agency;
use crate::error::{Error, Result};
use crate::identity::{NodeType, agency_key, beside, node_key};
use crate::organization::{Parties, Party};
use crate::problem::{Problems, code};
use crate::redaction::keep_erased;
use crate::source::{SourceDocumentInput, SourceInput};

pub use store::{ImpactAssessmentListing, assessment_contents};

crate::vocabulary! {
    /// What made an assessment necessary (영향평가 사유). Act 제33조①, Decree 제35조.
    pub enum AssessmentTrigger, filter AssessmentTriggerFilter {
        Sensitive50k = "SENSITIVE_50K", "민감정보·고유식별정보 5만명 이상", "Sensitive data or unique identifiers of 50,000 people or more", "Decree 제35조제1호.";
        Linked500k = "LINKED_500K", "연계 결과 50만명 이상", "Linked with other files, 500,000 people or more", "Decree 제35조제2호.";
        Subjects1m = "SUBJECTS_1M", "정보주체 100만명 이상", "1,000,000 people or more", "Decree 제35조제3호.";
        SystemChange = "SYSTEM_CHANGE", "운용체계 변경", "Change of a system that was assessed", "Decree 제35조제4호.";
        Voluntary = "VOLUNTARY", "자율 수행", "Voluntary", "The law does not ask for it.";
    }
}

/// Assessment as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ImpactAssessmentInput {
    /// Code of the agency.
    pub agency: String,
    /// Files assessed.
    pub data_files: Vec<AssessedFile>,
    /// Year of the assessment; follows from the days where left out.
    pub year: Option<i32>,
    /// First day.
    pub assessed_from: Option<NaiveDate>,
    /// Last day.
    pub assessed_until: Option<NaiveDate>,
    /// What made it necessary.
    pub trigger: Option<AssessmentTrigger>,
    /// Assessing body (평가기관).
    pub assessor: Option<String>,
    /// Items that it names.
    #[serde(default)]
    pub assessed_items: Vec<String>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Summary.
    pub summary: Option<String>,
    /// Address of the published summary (요약본).
    pub summary_url: Option<String>,
    /// Where the values were read.
    #[serde(default)]
    pub sources: Vec<SourceInput>,
    /// Whether what it does not state stays as it is recorded: a sheet has columns for some matters alone.
    #[serde(skip)]
    pub is_partial: bool,
}

/// File that an assessment covers.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssessedFile {
    /// Registration number.
    pub registration_number: String,
    /// Name of the file as the assessment writes it.
    pub name_as_written: Option<String>,
}

/// Content of an assessment as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// Code of the agency.
    pub agency: String,
    /// Files assessed.
    pub data_files: Vec<AssessedFile>,
    /// Year.
    pub year: Option<i32>,
    /// First day.
    pub assessed_from: Option<NaiveDate>,
    /// Last day.
    pub assessed_until: Option<NaiveDate>,
    /// What made it necessary.
    pub trigger: Option<AssessmentTrigger>,
    /// Assessing body.
    pub assessor: Option<Party>,
    /// Items that it names.
    pub assessed_items: Vec<String>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Summary.
    pub summary: Option<String>,
    /// Address of the published summary.
    pub summary_url: Option<String>,
}

/// Assessment as it is recorded, with where its values were read.
#[derive(Clone, Debug)]
pub struct Assessment {
    /// Content.
    pub content: Content,
    /// Where its values were read.
    pub sources: Vec<SourceInput>,
    /// Whether what it does not state stays as it is recorded.
    pub is_partial: bool,
}

impl ImpactAssessmentInput {
    /// The assessment as it is recorded; what is wrong with it goes to `problems`. `documents` are those that its sources may refer to.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, parties: &Parties, documents: &[SourceDocumentInput]) -> Assessment {
        if !agency::is_code(&self.agency) {
            problems.add("agency", code::INVALID, format!("\"{}\" is not an agency code: 7 characters, digits and capital letters", self.agency));
        }
        Assessment {
            content: Content {
                agency: self.agency.clone(),
                data_files: self.checked_files(problems),
                year: self.checked_year(problems),
                assessed_from: self.assessed_from,
                assessed_until: self.assessed_until,
                trigger: self.trigger,
                assessor: self.assessor.as_ref().map(|name| parties.party(problems, "assessor", name)),
                assessed_items: problems.texts("assessedItems", &self.assessed_items, 1000, 300),
                outcome: problems.text("outcome", self.outcome.as_deref(), 500),
                summary: problems.text("summary", self.summary.as_deref(), 2000),
                summary_url: problems.text("summaryUrl", self.summary_url.as_deref(), 1000),
            },
            sources: problems.each("sources", &self.sources, 1000, |problems, source| source.checked(problems, documents)),
            is_partial: self.is_partial,
        }
    }

    fn checked_files(&self, problems: &mut Problems) -> Vec<AssessedFile> {
        if self.data_files.is_empty() {
            problems.add("dataFiles", code::REQUIRED, "state the files that were assessed: they tell one assessment from another");
        }
        let mut seen = HashSet::new();
        problems.each("dataFiles", &self.data_files, 500, |problems, file| {
            let registration_number = problems.required_text("registrationNumber", &file.registration_number, 50);
            if !seen.insert(registration_number.clone()) {
                problems.add("registrationNumber", code::CONFLICT, format!("{registration_number} is stated twice; state it once"));
            }
            AssessedFile { registration_number, name_as_written: problems.text("nameAsWritten", file.name_as_written.as_deref(), 300) }
        })
    }

    /// The year as stated, or that in which the assessment ended.
    fn checked_year(&self, problems: &mut Problems) -> Option<i32> {
        let (from, until) = (self.assessed_from, self.assessed_until);
        if let (Some(from), Some(until)) = (from, until)
            && until < from
        {
            problems.add(
                "assessedUntil",
                code::CONFLICT,
                format!("{until} lies before assessedFrom, {from}; leave both out and state the year alone where the document has them reversed"),
            );
        }
        let Some(year) = self.year else { return until.or(from).map(|day| day.year()) };
        if !(1900..=2200).contains(&year) {
            problems.add("year", code::INVALID, format!("{year} is no year of an assessment"));
        } else if from.is_some_and(|from| year < from.year()) || until.is_some_and(|until| year > until.year()) {
            problems.add("year", code::CONFLICT, format!("{year} lies outside assessedFrom and assessedUntil; leave out what is wrong"));
        }
        Some(year)
    }
}

impl Content {
    /// Key of the assessment.
    fn id(&self) -> Uuid {
        let key = node_key(NodeType::ImpactAssessment, &self.key().iter().map(String::as_str).collect::<Vec<_>>());
        beside(agency_key(&self.agency), key)
    }

    /// This one, with what it does not state as `stored` has it. Both are of the same agency, time and files.
    fn or_as(self, stored: &Self) -> Self {
        let assessed_items = if self.assessed_items.is_empty() { stored.assessed_items.clone() } else { self.assessed_items };
        Self {
            agency: self.agency,
            data_files: stored.data_files.clone(),
            year: self.year.or(stored.year),
            assessed_from: self.assessed_from,
            assessed_until: self.assessed_until,
            trigger: self.trigger.or(stored.trigger),
            assessor: self.assessor.or_else(|| stored.assessor.clone()),
            assessed_items,
            outcome: self.outcome.or_else(|| stored.outcome.clone()),
            summary: self.summary.or_else(|| stored.summary.clone()),
            summary_url: self.summary_url.or_else(|| stored.summary_url.clone()),
        }
    }

    /// What takes the place of this one: what was erased from it stays erased.
    fn kept_erased(&self, new: &Self) -> Result<Self> {
        let json = |content: &Self| serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()));
        let mut kept = json(new)?;
        keep_erased(&json(self)?, &mut kept);
        serde_json::from_value(kept).map_err(|error| Error::internal(error.to_string()))
    }

    /// Parts of the natural key: agency, time, files.
    fn key(&self) -> Vec<String> {
        let time = match (self.assessed_from, self.assessed_until) {
            (None, None) => self.year.map(|year| year.to_string()).unwrap_or_default(),
            days => [days.0, days.1].map(|day| day.map(|day| day.to_string()).unwrap_or_default()).join("/"),
        };
        let mut files: Vec<String> = self.data_files.iter().map(|file| file.registration_number.clone()).collect();
        files.sort();
        [self.agency.clone(), time].into_iter().chain(files).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Content and the paths with codes of what is wrong.
    fn checked(yaml: &str) -> (Content, Vec<(String, &'static str)>) {
        let input: ImpactAssessmentInput = serde_saphyr::from_str(yaml).unwrap();
        let mut problems = Problems::default();
        let assessment = input.checked(&mut problems, &Parties::default(), &[]);
        (assessment.content, problems.found().into_iter().map(|problem| (problem.path, problem.code)).collect())
    }

    #[test]
    fn what_is_refused() {
        let file = "dataFiles: [{registrationNumber: Y000001-1}]";
        for (yaml, problems) in [
            (format!("{{agency: Y000001, {file}, year: 2023}}"), vec![]),
            (format!("{{agency: Y000001, {file}}}"), vec![]),
            (format!("{{agency: y000001, {file}}}"), vec![("agency", code::INVALID)]),
            ("{agency: Y000001, dataFiles: [], year: 2023}".to_owned(), vec![("dataFiles", code::REQUIRED)]),
            (
                "{agency: Y000001, dataFiles: [{registrationNumber: Y000001-1}, {registrationNumber: Y000001-1}]}".to_owned(),
                vec![("dataFiles.1.registrationNumber", code::CONFLICT)],
            ),
            (format!("{{agency: Y000001, {file}, assessedFrom: 2023-05-01, assessedUntil: 2023-04-01}}"), vec![("assessedUntil", code::CONFLICT)]),
            (format!("{{agency: Y000001, {file}, year: 2022, assessedFrom: 2023-05-01}}"), vec![("year", code::CONFLICT)]),
            (format!("{{agency: Y000001, {file}, year: 23}}"), vec![("year", code::INVALID)]),
            (format!("{{agency: Y000001, {file}, sources: [{{document: policy}}]}}"), vec![("sources.0.document", code::NOT_FOUND)]),
        ] {
            let found = checked(&yaml).1;
            assert_eq!(found.iter().map(|(path, code)| (path.as_str(), *code)).collect::<Vec<_>>(), problems, "{yaml}");
        }
    }

    #[test]
    fn the_year_follows_from_the_days() {
        let year = |time: &str| checked(&format!("{{agency: Y000001, dataFiles: [{{registrationNumber: Y000001-1}}]{time}}}")).0.year;
        assert_eq!((year(""), year(", year: 2023"), year(", assessedFrom: 2022-11-01, assessedUntil: 2023-02-01")), (None, Some(2023), Some(2023)));
    }

    #[test]
    fn the_order_of_files_makes_no_other_assessment() {
        let content = |files: &str| checked(&format!("{{agency: Y000001, year: 2023, dataFiles: [{files}]}}")).0;
        let (one, other) = (content("{registrationNumber: b}, {registrationNumber: a}"), content("{registrationNumber: a}, {registrationNumber: b}"));
        assert_eq!(one.key(), other.key());
        assert_ne!(one, other);
    }
}
