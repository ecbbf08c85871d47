//! Privacy policies with their revisions, and impact assessments of large files.

use chrono::{Datelike as _, Days, NaiveDate};
use serde_json::{Value as Json, json};

use super::chance::{Chance, Subject};
use super::parties::{entrustment, provision};
use super::words::{PARTIES, REGISTRATIONS};
use super::{LAST_DAY, SOURCE, text};
use crate::agency::AgencyInput;
use crate::data_file::{DataFileInput, DataFileStatus};
use crate::impact_assessment::{AssessedFile, AssessmentTrigger, ImpactAssessmentInput};
use crate::policy::{PolicyInput, PolicyRevisionInput, PolicySectionKind};
use crate::registration::RegistrationChangeKind;
use crate::source::SourceInput;
use crate::vocabulary::Vocabulary as _;

/// Files that the policies and assessments of an agency are about, at most.
pub const MOST_COVERED: usize = 40;

/// What policies and assessments need to know of a file.
pub struct Covered {
    number: String,
    name: String,
    items: Vec<String>,
    people: i64,
    since: NaiveDate,
}

impl Covered {
    /// The file, unless it is gone or exempt.
    #[must_use]
    pub fn of(file: &DataFileInput) -> Option<Self> {
        let (first, last) = (file.registrations.first()?, file.registrations.last()?);
        let is_gone = last.change_kind == Some(RegistrationChangeKind::Destruction) || file.status == DataFileStatus::Exempt;
        let items = last.collected_items.iter().map(|item| item.name.clone()).collect();
        let people = last.data_subject_count.unwrap_or_default();
        (!is_gone).then_some(Self { number: file.registration_number.clone()?, name: last.name.clone(), items, people, since: first.valid_from })
    }
}

/// Policy of an agency: three in ten have one.
///
/// # Errors
/// Where the policy composed is none: a mistake of the generator.
pub fn policy(seed: u64, number: u64, agency: &AgencyInput, files: &[Covered]) -> Result<Option<PolicyInput>, serde_json::Error> {
    let mut chance = Chance::of(seed, Subject::Policy, number);
    if files.is_empty() || !chance.per_mille(300) {
        return Ok(None);
    }
    let revisions = 1 + chance.skewed(6);
    let mut from = chance.day(NaiveDate::from_ymd_opt(2012, 1, 1).unwrap_or(LAST_DAY), NaiveDate::from_ymd_opt(2024, 12, 31).unwrap_or(LAST_DAY));
    let mut policy = PolicyInput { agency: agency.code.clone(), title: format!("{} 개인정보 처리방침", agency.name), revisions: Vec::new() };
    for place in 0..revisions {
        let next = from.checked_add_days(Days::new(120 + chance.below(700))).unwrap_or(LAST_DAY);
        let is_last = place + 1 == revisions || next > LAST_DAY;
        let until = if is_last { None } else { next.pred_opt() };
        policy.revisions.push(revision(&mut chance, from, until, files)?);
        if is_last {
            break;
        }
        from = next;
    }
    Ok(Some(policy))
}

fn revision(chance: &mut Chance, from: NaiveDate, until: Option<NaiveDate>, files: &[Covered]) -> Result<PolicyRevisionInput, serde_json::Error> {
    // Of some earlier revisions only the period is known.
    if until.is_some() && chance.per_mille(300) {
        return Ok(PolicyRevisionInput { effective_from: Some(from), effective_until: until, ..PolicyRevisionInput::default() });
    }
    let covered: Vec<&Covered> = files.iter().filter(|file| file.since <= until.unwrap_or(LAST_DAY)).collect();
    let items: Vec<String> = covered.first().map(|file| file.items.clone()).unwrap_or_default();
    let sections: Vec<Json> = PolicySectionKind::WORDS.iter().filter_map(|word| section(chance, word.is, word.ko)).collect();
    let phone = |chance: &mut Chance| format!("0{}-000-{:04}", 2 + chance.below(62), chance.below(10_000));
    let department = chance.pick(&REGISTRATIONS.departments);
    let stated = json!({
        "effectiveFrom": from, "effectiveUntil": until, "announcedOn": from.checked_sub_days(Days::new(chance.below(15))),
        "sections": sections,
        "hasLabels": chance.per_mille(400),
        "dataFiles": covered.iter().map(|file| &file.number).collect::<Vec<_>>(),
        "collectedItems": [{"name": "IP주소", "requirement": "AUTOMATIC", "activity": "인터넷 서비스 이용"}, {"name": "방문일시", "requirement": "AUTOMATIC", "activity": "인터넷 서비스 이용"}],
        "officers": [
            {"role": "PRIVACY_OFFICER", "isNameWithheld": true, "position": chance.pick(&REGISTRATIONS.departments).to_owned() + "장", "phones": [phone(chance)]},
            {"role": "PRIVACY_MANAGER", "isNameWithheld": true, "department": department, "phones": [phone(chance)]},
        ],
        "accessDesk": {"department": department, "phones": [phone(chance)]},
        "rights": [
            {"right": "ACCESS", "methods": ["서면", "전자우편", "팩스"], "byAgent": "위임장 제출", "form": "별지 제8호 서식"},
            {"right": "CORRECTION", "methods": ["서면"]}, {"right": "DELETION", "methods": ["서면"]}, {"right": "SUSPENSION", "methods": ["서면"]},
        ],
        "remedies": [
            {"name": "개인정보분쟁조정위원회", "url": "https://www.kopico.go.kr", "phones": ["1833-6972"]},
            {"name": "개인정보침해신고센터", "url": "https://privacy.kisa.or.kr", "phones": ["118"]},
        ],
        "appeals": [{"name": "중앙행정심판위원회", "url": "https://www.simpan.go.kr"}],
        "safeguards": [
            {"kind": "ADMINISTRATIVE", "measure": "내부관리계획 수립·시행, 정기적 직원 교육"},
            {"kind": "TECHNICAL", "measure": "접근권한 관리, 고유식별정보 암호화, 보안프로그램 설치"},
            {"kind": "PHYSICAL", "measure": "전산실, 자료보관실 접근통제"},
        ],
        "disposal": {"procedure": "책임자 승인 후 파기", "methods": [{"medium": "ELECTRONIC", "method": "복구 불가능한 방법으로 삭제"}, {"medium": "PAPER", "method": "분쇄 또는 소각"}]},
        "autoCollection": [{"name": "쿠키", "purpose": "이용자 접속 빈도 분석", "refusal": "브라우저 설정에서 거부"}],
        "videoDevices": if chance.per_mille(350) { json!([
            {"kind": "FIXED", "count": 1 + chance.below(120), "location": chance.pick(&REGISTRATIONS.facilities), "purpose": "시설 안전 및 화재 예방", "hours": "24시간",
             "retention": {"text": "30일"}, "legalBases": [{"citation": "개인정보보호법 제25조 제1항"}], "storagePlace": "통합관제실"},
        ]) } else { json!([]) },
        "entrustedBy": if chance.per_mille(40) { json!([{"entruster": "보건복지부", "task": "사회서비스 자격 관리"}]) } else { json!([]) },
        "sources": [{"path": "", "document": SOURCE}],
    });
    let provisions = if chance.per_mille(400) { 1 + chance.skewed(5) } else { 0 };
    let entrustments = if chance.per_mille(600) { 1 + chance.skewed(8) } else { 0 };
    Ok(PolicyRevisionInput {
        provisions: (0..provisions).map(|_| provision(chance, &items)).collect(),
        entrustments: (0..entrustments).map(|_| entrustment(chance, until.unwrap_or(LAST_DAY))).collect(),
        ..serde_json::from_value(stated)?
    })
}

/// A section that the law asks of every policy is there but for a few, others now and then.
fn section(chance: &mut Chance, kind: PolicySectionKind, heading: &str) -> Option<Json> {
    use PolicySectionKind::{
        AccessRequest, AutoCollection, Disposal, Entrustment, FileRegister, Items, Officer, PolicyChange, Provision, Purpose, Remedy, Retention, Rights,
        Safeguards,
    };
    let is_usual = matches!(
        kind,
        Purpose
            | Retention
            | Provision
            | Disposal
            | Entrustment
            | Rights
            | Officer
            | AutoCollection
            | Items
            | Safeguards
            | AccessRequest
            | Remedy
            | PolicyChange
            | FileRegister
    );
    let state = match chance.below(100) {
        share if share >= if is_usual { 96 } else { 22 } => return None,
        0 => "EMPTY",
        1..=4 => "REFERRED",
        _ => "STATED",
    };
    Some(json!({"kind": kind.as_str(), "heading": heading, "state": state}))
}

/// Assessments of an agency's large files: of those that the law asks for a part, and a few that it does not.
#[must_use]
pub fn assessments(seed: u64, number: u64, agency: &AgencyInput, files: &[Covered]) -> Vec<ImpactAssessmentInput> {
    // Draws of their own: how many revisions a policy has must not change them.
    let mut chance = Chance::of(seed, Subject::Assessment, number);
    let mut assessments = Vec::new();
    for file in files {
        let (per_mille, trigger) = match file.people {
            1_000_000.. => (550, AssessmentTrigger::Subjects1m),
            500_000.. => (350, AssessmentTrigger::Linked500k),
            50_000.. if file.items.iter().any(|item| item.starts_with("주민") || item.contains("건강") || item.contains("질병")) => {
                (300, AssessmentTrigger::Sensitive50k)
            }
            50_000.. => (40, AssessmentTrigger::SystemChange),
            _ => (2, AssessmentTrigger::Voluntary),
        };
        if !chance.per_mille(per_mille) {
            continue;
        }
        let earliest = file.since.max(NaiveDate::from_ymd_opt(2012, 1, 1).unwrap_or(LAST_DAY));
        let until = chance.day(earliest, LAST_DAY);
        let knows_days = chance.per_mille(400);
        assessments.push(ImpactAssessmentInput {
            agency: agency.code.clone(),
            data_files: vec![AssessedFile { registration_number: file.number.clone(), name_as_written: Some(file.name.clone()) }],
            year: Some(until.year()),
            assessed_from: None,
            assessed_until: knows_days.then_some(until),
            trigger: chance.per_mille(850).then_some(trigger),
            assessor: chance.per_mille(800).then(|| text(chance.pick(&PARTIES.assessors))),
            assessed_items: if chance.per_mille(500) { file.items.iter().take(8).cloned().collect() } else { Vec::new() },
            outcome: chance.per_mille(500).then(|| text(chance.pick(&PARTIES.outcomes))),
            summary: None,
            summary_url: None,
            sources: vec![SourceInput { path: String::new(), document: SOURCE.to_owned(), span: None, confidence: None, note: None }],
            is_partial: false,
        });
    }
    assessments
}
