//! Policies as documents state them.

use std::collections::HashSet;

use chrono::NaiveDate;
use serde::Deserialize;

use super::facts::{AutoCollection, DisposalMethod, PrivacyLabel, PrivacyOfficer, RemedyBody, RightProcedure, Safeguard, VideoDeviceKind};
use super::section::{PolicySection, checked_sections};
use super::{Content, IncomingEntrustment, Policy, PolicyItem, VideoDevice};
use crate::agency;
use crate::collected_item::{self, ItemRequirement};
use crate::entrustment::{self, EntrustmentInput};
use crate::legal_basis::{LegalBasisInput, checked_bases};
use crate::organization::Parties;
use crate::problem::{Problems, code};
use crate::provision::{self, ProvisionInput};
use crate::registration::AccessDesk;
use crate::retention::RetentionInput;
use crate::source::{SourceDocumentInput, SourceInput};

/// Policy of an agency as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyInput {
    /// Code of the agency.
    pub agency: String,
    /// Title that names the policy among those of the agency; it stays when a later revision is titled otherwise.
    pub title: String,
    /// Revisions, oldest first.
    pub revisions: Vec<PolicyRevisionInput>,
}

/// Revision of a policy as a document states it. Only its period is indispensable.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyRevisionInput {
    /// First day on which it applied.
    pub effective_from: Option<NaiveDate>,
    /// Last day on which it applied, as written.
    pub effective_until: Option<NaiveDate>,
    /// Period as written, where the days do not tell it all.
    pub period_text: Option<String>,
    /// Where it was published.
    pub published_url: Option<String>,
    /// Day on which it was announced.
    pub announced_on: Option<NaiveDate>,
    /// Sections that it has; left out where only the period is known.
    pub sections: Option<Vec<PolicySection>>,
    /// Registration numbers of the files that it covers.
    #[serde(default)]
    pub data_files: Vec<String>,
    /// Whether it has an overview of labels (주요 개인정보 처리 표시); true where left out and labels are stated.
    pub has_labels: Option<bool>,
    /// Labels of its overview (주요 개인정보 처리 표시).
    #[serde(default)]
    pub labels: Vec<PrivacyLabel>,
    /// Items collected outside every file.
    #[serde(default)]
    pub collected_items: Vec<PolicyItemInput>,
    /// Provisions stated for everything that it covers.
    #[serde(default)]
    pub provisions: Vec<ProvisionInput>,
    /// Entrustments stated for everything that it covers.
    #[serde(default)]
    pub entrustments: Vec<EntrustmentInput>,
    /// Persons and departments in charge.
    #[serde(default)]
    pub officers: Vec<PrivacyOfficer>,
    /// Desk for access requests.
    pub access_desk: Option<AccessDesk>,
    /// How rights are exercised.
    #[serde(default)]
    pub rights: Vec<RightProcedure>,
    /// Bodies that help against an infringement.
    #[serde(default)]
    pub remedies: Vec<RemedyBody>,
    /// Bodies that decide on an administrative appeal.
    #[serde(default)]
    pub appeals: Vec<RemedyBody>,
    /// Safety measures.
    #[serde(default)]
    pub safeguards: Vec<Safeguard>,
    /// Disposal.
    pub disposal: Option<DisposalInput>,
    /// Whether it says that devices collect automatically, or that none do; true where left out and devices are stated.
    pub has_auto_collection: Option<bool>,
    /// Devices that collect automatically.
    #[serde(default)]
    pub auto_collection: Vec<AutoCollection>,
    /// What it says of impact assessments beyond those that it lists: that none is needed, say.
    pub impact_assessment_text: Option<String>,
    /// Number of notices (안내판) that tell of video devices, at all places together.
    pub video_notice_count: Option<i32>,
    /// Video devices.
    #[serde(default)]
    pub video_devices: Vec<VideoDeviceInput>,
    /// Processing that the agency does on behalf of others.
    #[serde(default)]
    pub entrusted_by: Vec<IncomingEntrustmentInput>,
    /// Where the values were read.
    #[serde(default)]
    pub sources: Vec<SourceInput>,
}

/// Item collected outside every file, as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicyItemInput {
    /// Name as written.
    pub name: String,
    /// Whether it is indispensable; UNSPECIFIED where left out.
    pub requirement: Option<ItemRequirement>,
    /// Whose item it is.
    pub subject: Option<String>,
    /// Activity for which it is collected.
    pub activity: Option<String>,
}

/// Disposal (파기) as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisposalInput {
    /// Procedure (파기절차).
    pub procedure: Option<String>,
    /// Methods (파기방법).
    #[serde(default)]
    pub methods: Vec<DisposalMethod>,
}

/// Video devices at a place, as a document states them.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VideoDeviceInput {
    /// Kind; UNSPECIFIED where left out.
    pub kind: Option<VideoDeviceKind>,
    /// Number of devices.
    pub count: Option<i32>,
    /// Place and range.
    pub location: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Bases of the installation (설치 근거).
    #[serde(default)]
    pub legal_bases: Vec<LegalBasisInput>,
    /// Hours of recording (촬영시간).
    pub hours: Option<String>,
    /// Retention of the recordings.
    pub retention: Option<RetentionInput>,
    /// Place where recordings are kept (보관장소).
    pub storage_place: Option<String>,
    /// Position or department in charge (관리책임자). No personal name.
    pub managed_by: Option<String>,
    /// Place where recordings are shown (열람장소).
    pub viewing_place: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Processing on behalf of another, as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IncomingEntrustmentInput {
    /// Who entrusts, as written.
    pub entruster: String,
    /// Task.
    pub task: Option<String>,
}

/// Most revisions of a policy in one document.
const MOST_REVISIONS: usize = 500;
/// Most files that a revision can cover.
const MOST_FILES: usize = 5000;
/// Most entries of the other lists.
const MOST: usize = 200;

impl PolicyInput {
    /// The policy as it is recorded; what is wrong with it goes to `problems`. `documents` are those that its sources may refer to.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, parties: &Parties, documents: &[SourceDocumentInput]) -> Policy {
        if !agency::is_code(&self.agency) {
            problems.add("agency", code::INVALID, format!("\"{}\" is not an agency code: 7 characters, digits and capital letters", self.agency));
        }
        if self.revisions.is_empty() {
            problems.add("revisions", code::REQUIRED, "a policy is known by its revisions; state one, be it only its period");
        }
        Policy {
            agency: self.agency.clone(),
            title: problems.required_text("title", &self.title, 300),
            revisions: problems.each("revisions", &self.revisions, MOST_REVISIONS, |problems, revision| {
                let sources = problems.each("sources", &revision.sources, 1000, |problems, source| source.checked(problems, documents));
                (revision.checked(problems, parties), sources)
            }),
        }
    }
}

impl PolicyRevisionInput {
    /// The content as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, parties: &Parties) -> Content {
        self.check_period(problems);
        Content {
            effective_from: self.effective_from,
            effective_until: self.effective_until,
            period_text: problems.text("periodText", self.period_text.as_deref(), 200),
            published_url: problems.text("publishedUrl", self.published_url.as_deref(), 1000),
            announced_on: self.announced_on,
            sections: self.sections.as_ref().map(|sections| checked_sections(problems, sections)),
            has_labels: stated_or_listed(problems, "hasLabels", self.has_labels, "labels", self.labels.is_empty()),
            data_files: self.checked_files(problems),
            labels: problems.each("labels", &self.labels, MOST, |problems, label| label.checked(problems)),
            collected_items: problems.each("collectedItems", &self.collected_items, collected_item::MOST, |problems, item| item.checked(problems)),
            provisions: problems.each("provisions", &self.provisions, provision::MOST, |problems, provision| provision.checked(problems, parties)),
            entrustments: problems.each("entrustments", &self.entrustments, entrustment::MOST, |problems, entrustment| entrustment.checked(problems, parties)),
            officers: problems.each("officers", &self.officers, MOST, |problems, officer| officer.checked(problems)),
            access_desk: self.access_desk.as_ref().map(|desk| problems.within("accessDesk", |problems| desk.checked(problems))),
            rights: problems.each("rights", &self.rights, MOST, |problems, right| right.checked(problems)),
            remedies: problems.each("remedies", &self.remedies, MOST, |problems, body| body.checked(problems)),
            appeals: problems.each("appeals", &self.appeals, MOST, |problems, body| body.checked(problems)),
            safeguards: problems.each("safeguards", &self.safeguards, MOST, |problems, safeguard| safeguard.checked(problems)),
            disposal_procedure: self.disposal.as_ref().and_then(|disposal| problems.text("disposal.procedure", disposal.procedure.as_deref(), 500)),
            disposal: self.disposal.as_ref().map_or_else(Vec::new, |disposal| {
                problems.within("disposal", |problems| problems.each("methods", &disposal.methods, MOST, |problems, method| method.checked(problems)))
            }),
            has_auto_collection: stated_or_listed(problems, "hasAutoCollection", self.has_auto_collection, "autoCollection", self.auto_collection.is_empty()),
            auto_collection: problems.each("autoCollection", &self.auto_collection, MOST, |problems, device| device.checked(problems)),
            impact_assessment_text: problems.text("impactAssessmentText", self.impact_assessment_text.as_deref(), 500),
            video_notice_count: checked_count(problems, "videoNoticeCount", self.video_notice_count),
            video_devices: problems.each("videoDevices", &self.video_devices, MOST, |problems, device| device.checked(problems)),
            entrusted_by: problems.each("entrustedBy", &self.entrusted_by, MOST, |problems, entrustment| IncomingEntrustment {
                entruster: parties.party(problems, "entruster", &entrustment.entruster),
                task: problems.text("task", entrustment.task.as_deref(), 500),
            }),
        }
    }

    fn check_period(&self, problems: &mut Problems) {
        match (self.effective_from, self.effective_until) {
            (None, None) => problems.add("effectiveFrom", code::REQUIRED, "state effectiveFrom or effectiveUntil: a revision is known by its period"),
            (Some(from), Some(until)) if until < from => {
                problems.add(
                    "effectiveUntil",
                    code::CONFLICT,
                    format!("{until} lies before effectiveFrom, {from}; leave it out and keep `periodText` where the document has it so"),
                );
            }
            _ => {}
        }
    }

    /// Registration numbers as stated, each once.
    fn checked_files(&self, problems: &mut Problems) -> Vec<String> {
        let mut seen = HashSet::new();
        problems.each("dataFiles", &self.data_files, MOST_FILES, |problems, number| {
            let number = problems.required_text("", number, 50);
            if !seen.insert(number.clone()) {
                problems.add("", code::CONFLICT, format!("{number} is stated twice; state it once"));
            }
            number
        })
    }
}

impl PolicyItemInput {
    fn checked(&self, problems: &mut Problems) -> PolicyItem {
        PolicyItem {
            name: problems.required_text("name", &self.name, 300),
            requirement: self.requirement.unwrap_or(ItemRequirement::Unspecified),
            subject: problems.text("subject", self.subject.as_deref(), 100),
            activity: problems.text("activity", self.activity.as_deref(), 200),
        }
    }
}

impl VideoDeviceInput {
    fn checked(&self, problems: &mut Problems) -> VideoDevice {
        VideoDevice {
            kind: self.kind.unwrap_or(VideoDeviceKind::Unspecified),
            count: checked_count(problems, "count", self.count),
            location: problems.text("location", self.location.as_deref(), 500),
            purpose: problems.text("purpose", self.purpose.as_deref(), 200),
            legal_bases: checked_bases(problems, &self.legal_bases),
            hours: problems.text("hours", self.hours.as_deref(), 200),
            retention: self.retention.as_ref().and_then(|retention| problems.within("retention", |problems| retention.checked(problems))),
            storage_place: problems.text("storagePlace", self.storage_place.as_deref(), 200),
            managed_by: problems.text("managedBy", self.managed_by.as_deref(), 200),
            viewing_place: problems.text("viewingPlace", self.viewing_place.as_deref(), 200),
            note: problems.text("note", self.note.as_deref(), 1000),
        }
    }
}

/// What `name` says of whether there is anything in `list`: true where it says nothing and something is listed.
fn stated_or_listed(problems: &mut Problems, name: &str, stated: Option<bool>, list: &str, is_empty: bool) -> Option<bool> {
    if stated == Some(false) && !is_empty {
        problems.add(name, code::CONFLICT, format!("is false, and `{list}` has entries; leave one of them out"));
    }
    stated.or((!is_empty).then_some(true))
}

/// The count, which is none where it is negative.
fn checked_count(problems: &mut Problems, name: &str, count: Option<i32>) -> Option<i32> {
    if let Some(count) = count.filter(|count| *count < 0) {
        problems.add(name, code::INVALID, format!("{count} is no number of things"));
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::SectionState;

    /// Content and the paths with codes of what is wrong.
    fn checked(yaml: &str) -> (Content, Vec<(String, &'static str)>) {
        let input: PolicyRevisionInput = serde_saphyr::from_str(yaml).unwrap();
        let mut problems = Problems::default();
        let content = input.checked(&mut problems, &Parties::default());
        (content, problems.found().into_iter().map(|problem| (problem.path, problem.code)).collect())
    }

    #[test]
    fn what_is_refused() {
        let long = "가".repeat(201);
        for (yaml, problems) in [
            ("{effectiveFrom: 2024-01-25}", vec![]),
            ("{effectiveUntil: 2024-02-28}", vec![]),
            ("{effectiveFrom: 2024-01-25, effectiveUntil: 2024-01-25}", vec![]),
            ("{periodText: 2024년부터}", vec![("effectiveFrom", code::REQUIRED)]),
            ("{effectiveFrom: 2024-02-28, effectiveUntil: 2024-01-25}", vec![("effectiveUntil", code::CONFLICT)]),
            ("{effectiveFrom: 2024-01-25, officers: [{role: PRIVACY_OFFICER, name: 홍길동}]}", vec![]),
            ("{effectiveFrom: 2024-01-25, officers: [{role: PRIVACY_MANAGER, isNameWithheld: true}]}", vec![]),
            ("{effectiveFrom: 2024-01-25, officers: [{role: PRIVACY_MANAGER, name: 홍길동}]}", vec![("officers.0.name", code::INVALID)]),
            (
                "{effectiveFrom: 2024-01-25, officers: [{role: PRIVACY_OFFICER, name: 홍길동, isNameWithheld: true}]}",
                vec![("officers.0.isNameWithheld", code::CONFLICT)],
            ),
            (
                "{effectiveFrom: 2024-01-25, sections: [{kind: PURPOSE, state: STATED}, {kind: PURPOSE, state: EMPTY}]}",
                vec![("sections.1.kind", code::CONFLICT)],
            ),
            ("{effectiveFrom: 2024-01-25, sections: [{kind: PURPOSE, heading: 제1조, state: ABSENT}]}", vec![("sections.0.heading", code::CONFLICT)]),
            ("{effectiveFrom: 2024-01-25, dataFiles: [Y000001-1, Y000001-1]}", vec![("dataFiles.1", code::CONFLICT)]),
            ("{effectiveFrom: 2024-01-25, videoDevices: [{count: -1}]}", vec![("videoDevices.0.count", code::INVALID)]),
            ("{effectiveFrom: 2024-01-25, videoNoticeCount: -1}", vec![("videoNoticeCount", code::INVALID)]),
            ("{effectiveFrom: 2024-01-25, videoDevices: [{legalBases: [{citation: ''}]}]}", vec![("videoDevices.0.legalBases.0.citation", code::REQUIRED)]),
            ("{effectiveFrom: 2024-01-25, hasLabels: false, labels: [{kind: PURPOSE}]}", vec![("hasLabels", code::CONFLICT)]),
            ("{effectiveFrom: 2024-01-25, hasAutoCollection: false, autoCollection: [{name: 쿠키}]}", vec![("hasAutoCollection", code::CONFLICT)]),
            ("{effectiveFrom: 2024-01-25, entrustedBy: [{entruster: ' '}]}", vec![("entrustedBy.0.entruster", code::REQUIRED)]),
            ("{effectiveFrom: 2024-01-25, disposal: {methods: [{medium: PAPER, method: ''}]}}", vec![("disposal.methods.0.method", code::REQUIRED)]),
            (&format!("{{effectiveFrom: 2024-01-25, safeguards: [{{kind: TECHNICAL, measure: {long}}}]}}"), vec![("safeguards.0.measure", code::TOO_LONG)]),
        ] {
            let found = checked(yaml).1;
            assert_eq!(found.iter().map(|(path, code)| (path.as_str(), *code)).collect::<Vec<_>>(), problems, "{yaml}");
        }
    }

    #[test]
    fn what_is_listed_is_there() {
        for (yaml, is_there) in [
            ("{effectiveFrom: 2024-01-25}", None),
            ("{effectiveFrom: 2024-01-25, hasLabels: false, hasAutoCollection: false}", Some(false)),
            ("{effectiveFrom: 2024-01-25, hasLabels: true, hasAutoCollection: true}", Some(true)),
            ("{effectiveFrom: 2024-01-25, labels: [{kind: PURPOSE}], autoCollection: [{name: 쿠키}]}", Some(true)),
        ] {
            let content = checked(yaml).0;
            assert_eq!((content.has_labels, content.has_auto_collection), (is_there, is_there), "{yaml}");
        }
    }

    #[test]
    fn documents_are_strict() {
        for yaml in ["{effectiveFrom: 2024-02-30}", "{effectiveFrom: 2024-01-25, offices: []}", "{effectiveFrom: 2024-01-25, labels: [{kind: PRICE}]}"] {
            assert!(serde_saphyr::from_str::<PolicyRevisionInput>(yaml).is_err(), "{yaml}");
        }
    }

    #[test]
    fn what_is_not_stated_of_sections() {
        let states = |yaml: &str| {
            let sections = PolicySection::all(checked(yaml).0.sections);
            assert_eq!(sections.len(), 23);
            sections.into_iter().map(|section| section.state).collect::<HashSet<_>>()
        };
        assert_eq!(states("{effectiveFrom: 2024-01-25}"), [SectionState::Unknown].into());
        assert_eq!(states("{effectiveFrom: 2024-01-25, sections: []}"), [SectionState::Absent].into());
        let stated = "{effectiveFrom: 2024-01-25, sections: [{kind: REMEDY, state: STATED}, {kind: ITEMS, state: EMPTY}]}";
        assert_eq!(states(stated), [SectionState::Stated, SectionState::Empty, SectionState::Absent].into());
    }

    #[test]
    fn a_policy_has_an_agency_a_title_and_revisions() {
        let input: PolicyInput = serde_saphyr::from_str("{agency: y1, title: ' ', revisions: []}").unwrap();
        let mut problems = Problems::default();
        let _ = input.checked(&mut problems, &Parties::default(), &[]);
        let paths: Vec<String> = problems.found().into_iter().map(|problem| problem.path).collect();
        assert_eq!(paths, ["agency", "revisions", "title"]);
    }
}
