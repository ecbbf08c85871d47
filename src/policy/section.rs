//! Sections of a privacy policy: the matters that Act 제30조① and Decree 제31조① ask for, and what institutions state beyond them.

use std::collections::HashSet;

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::problem::{Problems, code};
use crate::vocabulary::Vocabulary as _;

crate::vocabulary! {
    /// Matter that a section of a privacy policy is about (처리방침 기재사항). Act 제30조①, Decree 제31조①.
    pub enum PolicySectionKind {
        Purpose = "PURPOSE", "개인정보의 처리 목적", "Purposes of processing", "Act 제30조①1.";
        Retention = "RETENTION", "개인정보의 처리 및 보유 기간", "Periods of processing and retention", "Act 제30조①2.";
        Provision = "PROVISION", "개인정보의 제3자 제공", "Provision to third parties", "Act 제30조①3, where there is any.";
        Disposal = "DISPOSAL", "개인정보의 파기절차 및 파기방법", "Procedure and method of disposal", "Act 제30조①3의2.";
        Entrustment = "ENTRUSTMENT", "개인정보 처리업무의 위탁", "Entrustment of processing", "Act 제30조①4, where there is any.";
        Rights = "RIGHTS", "정보주체와 법정대리인의 권리·의무 및 행사방법", "Rights of data subjects and how to exercise them", "Act 제30조①5.";
        Officer = "OFFICER", "개인정보 보호책임자", "Privacy officer", "Act 제30조①6.";
        AutoCollection = "AUTO_COLLECTION", "개인정보 자동 수집 장치의 설치·운영 및 거부", "Devices that collect automatically, and how to refuse them", "Act 제30조①7, where there are any.";
        Items = "ITEMS", "처리하는 개인정보의 항목", "Items processed", "Decree 제31조①1.";
        Safeguards = "SAFEGUARDS", "개인정보의 안전성 확보조치", "Safety measures", "Decree 제31조①3.";
        VideoDevices = "VIDEO_DEVICES", "고정형·이동형 영상정보처리기기의 설치·운영", "Video devices", "Act 제25조, 제25조의2.";
        AccessRequest = "ACCESS_REQUEST", "개인정보의 열람청구", "Desk that receives requests for access", "Act 제35조.";
        Remedy = "REMEDY", "권익침해 구제방법", "Remedies against infringement";
        PolicyChange = "POLICY_CHANGE", "개인정보 처리방침의 변경", "Changes of the policy", "The earlier revisions and their periods.";
        FileRegister = "FILE_REGISTER", "개인정보파일의 등록·공개", "Registration of personal-data files", "Act 제32조.";
        ImpactAssessment = "IMPACT_ASSESSMENT", "개인정보 영향평가 수행 결과", "Privacy impact assessments", "Act 제33조.";
        Pseudonymisation = "PSEUDONYMISATION", "가명정보의 처리", "Processing of pseudonymised data", "Act 제30조①4의2, where there is any.";
        AdditionalUse = "ADDITIONAL_USE", "추가적인 이용·제공 판단기준", "Criteria for additional use or provision", "Act 제15조③, 제17조④.";
        LevelAssessment = "LEVEL_ASSESSMENT", "개인정보 보호수준 평가·관리수준 진단 결과", "Result of the assessment of the level of protection", "Act 제11조의2.";
        SensitiveDisclosure = "SENSITIVE_DISCLOSURE", "민감정보의 공개 가능성 및 비공개를 선택하는 방법", "Possible disclosure of sensitive data, and how to choose against it", "Act 제30조①3의3.";
        OverseasTransfer = "OVERSEAS_TRANSFER", "개인정보의 국외 이전", "Transfer overseas", "Act 제28조의8.";
        Children = "CHILDREN", "만 14세 미만 아동의 개인정보 처리", "Data of children under 14", "Act 제22조의2.";
        AutomatedDecision = "AUTOMATED_DECISION", "자동화된 결정", "Automated decisions", "Act 제37조의2.";
    }
}

crate::vocabulary! {
    /// What is known of a section of a policy revision (기재 상태). That something is not stated never means that there is none.
    pub enum SectionState {
        Stated = "STATED", "기재", "Stated";
        Referred = "REFERRED", "다른 곳을 안내", "Refers elsewhere", "The section points to another document or page for its content.";
        Empty = "EMPTY", "제목만 있음", "Empty", "A heading without content.";
        Absent = "ABSENT", "없음", "Absent", "The revision was read and has no such section.";
        Unknown = "UNKNOWN", "알 수 없음", "Unknown", "Only the period of the revision is known.";
    }
}

/// Section of a policy revision (처리방침 기재사항).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "PolicySectionInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PolicySection {
    /// Matter of the section.
    pub kind: PolicySectionKind,
    /// Heading as written; null if none is known, or the section is absent.
    pub heading: Option<String>,
    /// What is known of the section.
    pub state: SectionState,
}

impl PolicySection {
    /// Every matter once: those that a revision states, in the order of the document, then the others. A document that was read has no other section; of one of which only the
    /// period is known (`None`), nothing can be said.
    #[must_use]
    pub fn all(stated: Option<Vec<Self>>) -> Vec<Self> {
        let other = if stated.is_some() { SectionState::Absent } else { SectionState::Unknown };
        let mut sections = stated.unwrap_or_default();
        let named: HashSet<PolicySectionKind> = sections.iter().map(|section| section.kind).collect();
        let others = PolicySectionKind::WORDS.iter().map(|word| word.is).filter(|kind| !named.contains(kind));
        sections.extend(others.map(|kind| Self { kind, heading: None, state: other }));
        sections
    }
}

/// The stated sections as they are recorded; what is wrong with them goes to `problems`.
pub(super) fn checked_sections(problems: &mut Problems, sections: &[PolicySection]) -> Vec<PolicySection> {
    let mut seen = HashSet::new();
    problems.each("sections", sections, PolicySectionKind::WORDS.len(), |problems, section| {
        if !seen.insert(section.kind) {
            problems.add("kind", code::CONFLICT, format!("{} is stated twice; state it once, with both headings in `heading`", section.kind.as_str()));
        }
        let heading = problems.text("heading", section.heading.as_deref(), 200);
        if heading.is_some() && matches!(section.state, SectionState::Absent | SectionState::Unknown) {
            problems.add("heading", code::CONFLICT, format!("a section with a heading is not {}: STATED, REFERRED or EMPTY", section.state.as_str()));
        }
        PolicySection { heading, ..section.clone() }
    })
}
