//! Registration of a personal-data file (개인정보파일 등록): Act 제32조①, Decree 제33조①, 제34조.
//!
//! One immutable record of a file's content. A change is a new registration of the same file; what was in force on a day follows from the days on which registrations
//! start. Every way in (a document, a sheet, a mutation) makes a [`RegistrationInput`], which [`RegistrationInput::checked`] turns into the [`Content`] that is recorded.

pub mod cells;
pub mod graphql;
pub(crate) mod store;
pub mod subject_count;

use std::collections::BTreeSet;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::collected_item::{CollectedItem, CollectedItemInput};
use crate::entrustment::{self, Entrustment, EntrustmentInput};
use crate::legal_basis::{LegalBasis, LegalBasisInput, StatuteName, checked_bases};
use crate::organization::{Parties, Party};
use crate::problem::{Problems, code};
use crate::provision::{self, Provision, ProvisionInput};
use crate::redaction::ButErased;
use crate::retention::{Retention, RetentionInput};
use crate::source::SourceInput;
use crate::vocabulary;

pub use store::{
    ContentConditions, Declared, DeclaredOn, NumberedContent, RegistrationListing, RestrictionsOfRegistration, TimelineOfFile, contents_of_files, in_force_on,
};

vocabulary! {
    /// Why a registration was recorded (변경 구분).
    pub enum RegistrationChangeKind, filter RegistrationChangeKindFilter {
        New = "NEW", "신규", "First registration";
        Amendment = "AMENDMENT", "변경", "Amendment";
        Correction = "CORRECTION", "정정", "Correction of an earlier record";
        Succession = "SUCCESSION", "승계", "Taken over by another agency";
        Destruction = "DESTRUCTION", "파기", "Destruction of the file", "The record repeats the last content; from its first day the file is not in force.";
    }
}

vocabulary! {
    /// What the source of a record can show at all (기재 범위).
    pub enum RecordCompleteness, filter RecordCompletenessFilter {
        FullRegistration = "FULL_REGISTRATION", "등록사항 전체", "Full registration", "A matter that is absent was not registered.";
        PolicyExcerpt = "POLICY_EXCERPT", "처리방침 발췌", "Excerpt of a privacy policy", "A matter that is absent was not stated, which tells nothing of it.";
    }
}

vocabulary! {
    /// Method of processing (처리방법): Decree 제33조①.
    pub enum ProcessingMethod, filter ProcessingMethodFilter {
        Electronic = "ELECTRONIC", "전자적 처리", "Electronic";
        Paper = "PAPER", "수기 처리", "On paper";
        Both = "BOTH", "전자적·수기 처리", "Electronic and on paper";
    }
}

vocabulary! {
    /// Ground on which access may be limited or refused (열람 제한·거절 사유): Act 제35조④.
    pub enum AccessRestrictionGround, filter AccessRestrictionGroundFilter {
        ProhibitedByLaw = "PROHIBITED_BY_LAW", "법률에 따라 열람이 금지되거나 제한되는 경우", "Prohibited or limited by an act", "제35조④1.";
        HarmToOthers = "HARM_TO_OTHERS", "다른 사람의 생명·신체를 해하거나 재산·이익을 침해할 우려", "Harm to others", "제35조④2.";
        Tax = "TAX", "조세의 부과·징수 또는 환급", "Taxation", "제35조④3가.";
        GradingOrAdmission = "GRADING_OR_ADMISSION", "성적 평가 또는 입학자 선발", "Grading or admission", "제35조④3나.";
        Examination = "EXAMINATION", "학력·기능 및 채용 시험, 자격 심사", "Examination or qualification", "제35조④3다.";
        Compensation = "COMPENSATION", "보상금·급부금 산정 등 진행 중인 평가·판단", "Pending assessment of compensation", "제35조④3라.";
        Audit = "AUDIT", "다른 법률에 따른 감사 및 조사", "Audit or inspection", "제35조④3마.";
    }
}

/// What happened to something that was brought to be recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// It is new.
    New,
    /// It was recorded with other content, and is amended.
    Amended,
    /// It is recorded already, with the same content.
    Unchanged,
}

/// Department in charge (담당 부서).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Department {
    /// Name.
    pub name: String,
    /// Telephone numbers.
    #[serde(default)]
    pub phones: Vec<String>,
}

/// Desk that receives and handles requests for access (열람 요구 접수·처리 부서).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessDesk {
    /// Department.
    pub department: Option<String>,
    /// Telephone numbers.
    #[serde(default)]
    pub phones: Vec<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Fax number.
    pub fax: Option<String>,
    /// Postal address.
    pub address: Option<String>,
}

/// What is withheld from access, and why (열람 제한·거절 범위와 사유).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccessRestriction {
    /// What is withheld.
    pub scope: String,
    /// Ground of 제35조④.
    pub ground: Option<AccessRestrictionGround>,
    /// Reason as written.
    pub text: Option<String>,
}

/// Registration as a document states it. Only the name and the day from which it holds are indispensable: what else the law asks for and is missing is a finding.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RegistrationInput {
    /// NEW for the first of a file and AMENDMENT for the others, where left out.
    pub change_kind: Option<RegistrationChangeKind>,
    /// Reason of the change (변경사유).
    pub reason: Option<String>,
    /// First day on which it was in force. Not in the future.
    pub valid_from: NaiveDate,
    /// Day of the registration at the official portal.
    pub registered_on: Option<NaiveDate>,
    /// What the source can show; `POLICY_EXCERPT` where left out.
    pub completeness: Option<RecordCompleteness>,
    /// Code of the agency that operated the file; the file's where left out.
    pub agency: Option<String>,
    /// Name of the file (개인정보파일의 명칭).
    pub name: String,
    /// Purpose of operation (운영 목적).
    pub purpose: Option<String>,
    /// Bases of operation (운영 근거).
    #[serde(default)]
    pub legal_bases: Vec<LegalBasisInput>,
    /// Items recorded (기록되는 개인정보의 항목).
    #[serde(default)]
    pub collected_items: Vec<CollectedItemInput>,
    /// Method of processing (처리방법).
    pub processing_method: Option<ProcessingMethod>,
    /// Method of processing as written.
    pub processing_method_text: Option<String>,
    /// Way of collection (수집방법) as written.
    pub collection_method: Option<String>,
    /// Retention period (보유기간).
    pub retention: Option<RetentionInput>,
    /// Provisions stated for the file (통상적·반복적 제공).
    #[serde(default)]
    pub provisions: Vec<ProvisionInput>,
    /// Entrustments stated for the file (위탁).
    #[serde(default)]
    pub entrustments: Vec<EntrustmentInput>,
    /// Number of data subjects (정보주체 수).
    pub data_subject_count: Option<i64>,
    /// Day of that count.
    pub counted_on: Option<NaiveDate>,
    /// Department in charge (처리 업무 담당 부서).
    pub processing_department: Option<Department>,
    /// Desk for access requests (열람 요구 접수·처리 부서).
    pub access_desk: Option<AccessDesk>,
    /// Limits to access (열람 제한·거절 범위와 사유).
    #[serde(default)]
    pub access_restrictions: Vec<AccessRestriction>,
    /// Information system that the file runs on.
    pub information_system: Option<String>,
    /// Whether it holds data of children under 14.
    pub includes_children_under14: Option<bool>,
    /// Day on which operation started.
    pub operation_started_on: Option<NaiveDate>,
    /// Where the values were read.
    #[serde(default)]
    pub sources: Vec<SourceInput>,
    /// Names of the matters that an application states; those left out keep their value. `None`: it states all of them, as a document does.
    #[serde(skip)]
    pub states: Option<BTreeSet<String>>,
    /// Whether its source does not say since when it holds, as sheets do: then what holds already with the same content stays, and `valid_from` is the day on which it was read.
    #[serde(skip)]
    pub is_undated: bool,
    /// The cells that it was read from, of a sheet that states it in one row: what they repeat of the record stays as it is.
    #[serde(skip)]
    pub written: Option<cells::Written>,
}

/// Content of a registration as it is recorded: normalised, its texts parsed. Two records with equal content say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Content {
    /// Why it is recorded.
    pub change_kind: RegistrationChangeKind,
    /// Reason of the change.
    pub reason: Option<String>,
    /// First day on which it is in force.
    pub valid_from: NaiveDate,
    /// Day of the registration at the official portal.
    pub registered_on: Option<NaiveDate>,
    /// What the source can show.
    pub completeness: RecordCompleteness,
    /// Code of the agency.
    pub agency: String,
    /// Name of the file.
    pub name: String,
    /// Purpose of operation.
    pub purpose: Option<String>,
    /// Bases of operation.
    pub legal_bases: Vec<LegalBasis>,
    /// Items recorded.
    pub collected_items: Vec<CollectedItem>,
    /// Method of processing.
    pub processing_method: Option<ProcessingMethod>,
    /// Method of processing as written.
    pub processing_method_text: Option<String>,
    /// Way of collection as written.
    pub collection_method: Option<String>,
    /// Retention period.
    pub retention: Option<Retention>,
    /// Provisions stated for the file.
    pub provisions: Vec<Provision>,
    /// Entrustments stated for the file.
    pub entrustments: Vec<Entrustment>,
    /// Number of data subjects.
    pub data_subject_count: Option<i64>,
    /// Day of that count.
    pub counted_on: Option<NaiveDate>,
    /// Department in charge.
    pub processing_department: Option<Department>,
    /// Desk for access requests.
    pub access_desk: Option<AccessDesk>,
    /// Limits to access.
    pub access_restrictions: Vec<AccessRestriction>,
    /// Information system.
    pub information_system: Option<String>,
    /// Whether it holds data of children under 14.
    pub includes_children_under14: Option<bool>,
    /// Day on which operation started.
    pub operation_started_on: Option<NaiveDate>,
}

/// Takes from the content before each matter that is not stated.
macro_rules! keep {
    ($content:ident, $before:ident, $states:ident: $($field:ident $name:literal),+ $(,)?) => {
        $(if !$states.contains($name) {
            $content.$field.clone_from(&$before.$field);
        })+
    };
}

impl Content {
    /// Keeps every matter of the content before that is not among those stated.
    pub fn keep(&mut self, before: &Self, states: &BTreeSet<String>) {
        keep!(self, before, states:
            registered_on "registeredOn", completeness "completeness", name "name", purpose "purpose", legal_bases "legalBases", collected_items "collectedItems",
            processing_method "processingMethod", processing_method_text "processingMethodText", collection_method "collectionMethod", retention "retention",
            provisions "provisions", entrustments "entrustments", data_subject_count "dataSubjectCount", counted_on "countedOn",
            processing_department "processingDepartment", access_desk "accessDesk", access_restrictions "accessRestrictions",
            information_system "informationSystem", includes_children_under14 "includesChildrenUnder14", operation_started_on "operationStartedOn",
        );
    }

    /// Whether the content that holds says the same. Since when, and why it was recorded, is no part of what an undated source says.
    #[must_use]
    pub fn is_repeated_by(&self, undated: &Self, states: Option<&BTreeSet<String>>) -> bool {
        let mut repeated = Self { change_kind: self.change_kind, reason: self.reason.clone(), valid_from: self.valid_from, ..undated.clone() };
        if let Some(states) = states {
            repeated.keep(self, states);
        }
        repeated.keep_counted_on(self);
        ButErased(&repeated) == ButErased(self)
    }

    /// Keeps the day of the count where the count is the same: a sheet does not say when it was counted.
    pub fn keep_counted_on(&mut self, before: &Self) {
        if self.counted_on.is_none() && self.data_subject_count == before.data_subject_count {
            self.counted_on = before.counted_on;
        }
    }

    /// Every body that it names: recipients, entrustees, those entrusted in turn.
    pub fn parties(&self) -> impl Iterator<Item = &Party> {
        let recipients = self.provisions.iter().map(|provision| &provision.recipient);
        let entrustees = self.entrustments.iter().flat_map(|entrustment| std::iter::once(&entrustment.entrustee).chain(&entrustment.sub_entrustees));
        recipients.chain(entrustees)
    }

    /// Every statute that it cites.
    pub fn statutes(&self) -> impl Iterator<Item = &StatuteName> {
        let of_provisions = self.provisions.iter().flat_map(|provision| &provision.legal_bases);
        self.legal_bases.iter().chain(of_provisions).filter_map(|basis| basis.statute.as_ref())
    }
}

impl Department {
    fn checked(&self, problems: &mut Problems) -> Self {
        Self { name: problems.required_text("name", &self.name, 200), phones: problems.texts("phones", &self.phones, 20, 100) }
    }
}

impl AccessDesk {
    /// The desk as it is recorded; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> Self {
        Self {
            department: problems.text("department", self.department.as_deref(), 200),
            phones: problems.texts("phones", &self.phones, 20, 100),
            email: problems.text("email", self.email.as_deref(), 200),
            fax: problems.text("fax", self.fax.as_deref(), 100),
            address: problems.text("address", self.address.as_deref(), 300),
        }
    }
}

impl RegistrationInput {
    /// Names of every body that it states: recipients, entrustees, those entrusted in turn.
    pub fn bodies(&self) -> impl Iterator<Item = &str> {
        let recipients = self.provisions.iter().map(|provision| provision.recipient.as_str());
        let entrustees = self.entrustments.iter().flat_map(|entrustment| std::iter::once(&entrustment.entrustee).chain(&entrustment.sub_entrustees));
        recipients.chain(entrustees.map(String::as_str))
    }

    /// The content as it is recorded; what is wrong with it goes to `problems`.
    ///
    /// `agency` is the code of the file's agency, `is_first` whether the file has no registration yet, `today` the day in Korea. A registration cannot start in the future: what
    /// is in force would depend on the day of asking (docs/adr/0004).
    #[must_use]
    pub fn checked(&self, problems: &mut Problems, agency: &str, is_first: bool, today: NaiveDate, parties: &Parties) -> Content {
        for (name, day) in [("validFrom", Some(self.valid_from)), ("countedOn", self.counted_on), ("registeredOn", self.registered_on)] {
            if let Some(day) = day.filter(|day| *day > today) {
                problems.add(name, code::INVALID, format!("{day} lies in the future; today is {today}"));
            }
        }
        if let Some(count) = self.data_subject_count.filter(|count| !(0..=subject_count::MAX_SUBJECT_COUNT).contains(count)) {
            problems.add("dataSubjectCount", code::INVALID, format!("{count} is out of range: 0 to {}", subject_count::MAX_SUBJECT_COUNT));
        }
        let change_kind = self.change_kind.unwrap_or(if is_first { RegistrationChangeKind::New } else { RegistrationChangeKind::Amendment });
        if is_first != (change_kind == RegistrationChangeKind::New) {
            let message = if is_first { "the first registration of a file is NEW" } else { "only the first registration of a file is NEW" };
            problems.add("changeKind", code::CONFLICT, message);
        }
        Content {
            change_kind,
            reason: problems.text("reason", self.reason.as_deref(), 500),
            valid_from: self.valid_from,
            registered_on: self.registered_on,
            completeness: self.completeness.unwrap_or(RecordCompleteness::PolicyExcerpt),
            agency: self.agency.clone().unwrap_or_else(|| agency.to_owned()),
            name: problems.required_text("name", &self.name, 300),
            purpose: problems.text("purpose", self.purpose.as_deref(), 1000),
            legal_bases: checked_bases(problems, &self.legal_bases),
            collected_items: problems.each("collectedItems", &self.collected_items, crate::collected_item::MOST, |problems, item| item.checked(problems)),
            processing_method: self.processing_method,
            processing_method_text: problems.text("processingMethodText", self.processing_method_text.as_deref(), 500),
            collection_method: problems.text("collectionMethod", self.collection_method.as_deref(), 500),
            retention: self.retention.as_ref().and_then(|retention| problems.within("retention", |problems| retention.checked(problems))),
            provisions: problems.each("provisions", &self.provisions, provision::MOST, |problems, provision| provision.checked(problems, parties)),
            entrustments: problems.each("entrustments", &self.entrustments, entrustment::MOST, |problems, entrustment| entrustment.checked(problems, parties)),
            data_subject_count: self.data_subject_count,
            counted_on: self.counted_on,
            processing_department: self
                .processing_department
                .as_ref()
                .map(|department| problems.within("processingDepartment", |problems| department.checked(problems))),
            access_desk: self.access_desk.as_ref().map(|desk| problems.within("accessDesk", |problems| desk.checked(problems))),
            access_restrictions: problems.each("accessRestrictions", &self.access_restrictions, 50, |problems, restriction| AccessRestriction {
                scope: problems.required_text("scope", &restriction.scope, 500),
                ground: restriction.ground,
                text: problems.text("text", restriction.text.as_deref(), 500),
            }),
            information_system: problems.text("informationSystem", self.information_system.as_deref(), 200),
            includes_children_under14: self.includes_children_under14,
            operation_started_on: self.operation_started_on,
        }
    }
}
