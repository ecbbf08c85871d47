//! Findings: what the law's own rules say of what the register holds, with the day from which each holds, its evidence and how certain it is.
//!
//! A finding is computed from public values alone. It is no judgement: linkage, re-consent or a registration elsewhere are often not public, and then the finding is
//! suspected, not certain. "Today" is never stored: a finding holds from a day to a day, both of which follow from what is recorded (a contract that ends on the
//! 31st is a finding from the 1st), so that what holds on a day is a filter.

mod agency_rules;
mod evidence;
mod file_rules;
pub mod graphql;
mod message;
mod policy_rules;
pub mod store;

use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use crate::data_file::DataFileStatus;
use crate::policy;
use crate::registration;
use crate::vocabulary::Vocabulary as _;

pub use agency_rules::{AGENCY_RULES, of_agency};
pub use evidence::Evidence;
pub use file_rules::of_file;
pub use message::message;
pub use policy_rules::of_revision;

/// Version of the rules. Another one computes the findings of the whole register anew (`yeollam findings recompute`, and at the start of a server).
pub const RULES_VERSION: i32 = 1;

crate::vocabulary! {
    /// Rule of the law that is computed for every file, policy and agency.
    pub enum FindingRuleCode, filter FindingRuleCodeFilter {
        R01 = "R01", "운영 시작 후 60일을 넘긴 등록", "Registered later than 60 days after the start of operation", "Decree 제34조①.";
        R02 = "R02", "변경 후 60일을 넘긴 변경등록", "Change registered later than 60 days", "Decree 제34조①.";
        R03 = "R03", "영향평가 대상 규모이나 영향평가가 없음", "Of a size that needs an impact assessment, and none is known", "Act 제33조①, Decree 제35조.";
        R04 = "R04", "법률·시행령 근거 없이 주민등록번호 처리", "Resident registration numbers with no act or decree as basis", "Act 제24조의2①.";
        R05 = "R05", "법령 근거도 동의도 없이 민감정보 처리", "Sensitive data with neither statute nor consent", "Act 제23조①.";
        R06 = "R06", "법령 근거 없이 영구·준영구 보유", "Kept permanently or semi-permanently with no statute", "Act 제21조①.";
        R07 = "R07", "보유기간이 없거나 목적 달성 시까지로만 적힘", "Retention missing, or only until the purpose is achieved", "Act 제32조①5.";
        R08 = "R08", "등록사항 누락", "One of the registered matters is missing", "Act 제32조①, Decree 제33조①.";
        R09 = "R09", "정보주체 수가 없거나 0", "Number of data subjects missing or zero", "Decree 제33조①2.";
        R10 = "R10", "재동의 없이 2년 넘게 보유하는 홈페이지 회원정보", "Homepage members kept over two years without renewed consent", "Act 제21조①.";
        R11 = "R11", "위탁기간이 지난 위탁", "Entrustment past the end of its contract", "Act 제26조①·②.";
        R12 = "R12", "제공 근거·목적·항목이 빠진 제3자 제공", "Provision without legal basis, purpose or items", "Act 제17조②, 제18조③.";
        R13 = "R13", "처리방침과 등록부의 파일이 서로 다름", "In the policy but not registered, or the reverse", "Act 제32조①, 제30조①.";
        R14 = "R14", "폐지된 기관의 파일이 등록되어 있음", "File of an abolished agency still registered", "Act 제32조①, Decree 제34조①.";
        R15 = "R15", "열람요구 접수·처리 부서가 없음", "Desk for access requests missing", "Decree 제33조①4, Act 제35조.";
        R16 = "R16", "사유 없는 열람 제한", "Restriction of access without a ground of 제35조④", "Act 제35조④, Decree 제33조①5.";
        R17 = "R17", "같은 기관에 이름이 거의 같은 파일", "Near-duplicates in one agency", "Act 제32조①.";
        R18 = "R18", "영향평가 결과가 등록에 첨부되지 않음", "Assessed, but the result is not in the registration", "Act 제33조⑤.";
    }
}

impl FindingRuleCode {
    /// The articles that the rule rests on: of the Personal Information Protection Act (개인정보 보호법) and its Enforcement Decree (시행령).
    #[must_use]
    pub fn article(self) -> &'static str {
        self.word().note.trim_end_matches('.')
    }
}

crate::vocabulary! {
    /// How certain a finding is (확실성).
    pub enum Certainty, filter CertaintyFilter {
        Certain = "CERTAIN", "확실", "Certain", "What is recorded proves it.";
        Suspected = "SUSPECTED", "의심", "Suspected", "What would decide it is not public, or the source can only show an excerpt.";
    }
}

/// What a finding is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A registration.
    Registration(Uuid),
    /// A revision of a policy.
    PolicyRevision(Uuid),
    /// An agency.
    Agency(Uuid),
}

/// A finding as the rules compute it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Rule.
    pub rule: FindingRuleCode,
    /// What it is about.
    pub subject: Subject,
    /// The file concerned, where one is.
    pub data_file: Option<Uuid>,
    /// How certain it is.
    pub certainty: Certainty,
    /// First day on which it holds.
    pub since: NaiveDate,
    /// First day on which it no longer holds; `None` as long as nothing changes.
    pub until: Option<NaiveDate>,
    /// The values that show it, in the order in which the message names them.
    pub evidence: Vec<Evidence>,
}

impl Finding {
    /// Whether there is a day on which it holds.
    fn is_possible(&self) -> bool {
        self.until.is_none_or(|until| self.since < until)
    }
}

/// A registration in the history of its file.
#[derive(Clone, Debug)]
pub struct Held {
    /// Key.
    pub id: Uuid,
    /// What it says.
    pub content: Arc<registration::Content>,
    /// First day on which the next one holds.
    pub until: Option<NaiveDate>,
}

/// What the rules know of a file.
#[derive(Clone, Debug)]
pub struct FileFacts {
    /// Key.
    pub id: Uuid,
    /// Whether the institution registered it, or a policy only describes it.
    pub status: DataFileStatus,
    /// Its registrations in the order in which they hold.
    pub history: Vec<Held>,
    /// Its impact assessments.
    pub assessments: Vec<AssessmentFacts>,
}

/// What the rules know of an impact assessment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssessmentFacts {
    /// Day by which it was made, as far as it is known: its last day, its first day, or the last day of its year.
    pub on: Option<NaiveDate>,
    /// Whether outcome, summary or the address of a summary are known.
    pub has_result: bool,
}

/// What the rules know of a revision of a policy.
#[derive(Clone, Debug)]
pub struct RevisionFacts {
    /// Key.
    pub id: Uuid,
    /// First day on which it applied; the day of its recording where it states none.
    pub from: NaiveDate,
    /// First day on which the next one does.
    pub until: Option<NaiveDate>,
    /// What it says.
    pub content: Arc<policy::Content>,
}

/// What the rules know of an agency.
#[derive(Clone, Debug, Default)]
pub struct AgencyFacts {
    /// Key.
    pub id: Uuid,
    /// Whether it was abolished.
    pub is_abolished: bool,
    /// Day from which others succeed it, where one is known.
    pub succeeded_on: Option<NaiveDate>,
    /// First day on which a policy of it, in force, lists the files that it registered.
    pub lists_files_from: Option<NaiveDate>,
    /// Its files that are registered or disclosed, by name and number.
    pub files: Vec<AgencyFile>,
}

/// What the rules of agencies know of a file.
#[derive(Clone, Debug)]
pub struct AgencyFile {
    /// Key.
    pub id: Uuid,
    /// Registration number.
    pub number: String,
    /// Name in force.
    pub name: String,
    /// Status.
    pub status: DataFileStatus,
    /// Registration in force.
    pub registration: Uuid,
    /// First day of that registration.
    pub valid_from: NaiveDate,
    /// Revisions in force that cover it, each with its first day.
    pub covered_by: Vec<(Uuid, NaiveDate)>,
}
