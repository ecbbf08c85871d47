//! Legal basis on which a personal-data file is operated (운영 근거): Act 제32조①, and the grounds of 제15조①.
mod citation;
pub mod graphql;
mod input;
mod statute;
pub(crate) mod store;

pub use self::{
    citation::{parse, parse_citation},
    input::{LegalBasisInput, StatuteInput, checked_bases},
    statute::{canonical_statute_name, parent_name, statute_named},
    store::{BasesOfProvision, BasesOfRegistration, BasesOfVideoDevice, BasisOwner, bases_by},
};
use serde::Serialize;

use crate::vocabulary;

vocabulary! {
    /// Kind of a statute (법령 종류). An act or a decree alone lets resident registration numbers be processed (제24조의2).
    pub enum StatuteKind, filter StatuteKindFilter {
        Act = "ACT", "법률", "Act";
        Decree = "DECREE", "대통령령", "Presidential decree", "Enforcement decrees (시행령) and other decrees of the President.";
        Rule = "RULE", "시행규칙", "Ministerial rule", "Enforcement rules (시행규칙) and other ordinances of a ministry (부령).";
        Ordinance = "ORDINANCE", "자치법규", "Local ordinance", "Ordinances and rules of local governments (조례·규칙).";
        Notice = "NOTICE", "행정규칙", "Administrative rule", "Notices, directives, guidelines and regulations of an institution (고시·훈령·예규·지침·규정).";
        Other = "OTHER", "기타", "Other", "The Constitution, treaties.";
    }
}

vocabulary! {
    /// Ground on which personal data may be collected and used (수집·이용 근거, 제15조①).
    pub enum LawfulGround, filter LawfulGroundFilter {
        Consent = "CONSENT", "정보주체의 동의", "Consent", "제15조①1.";
        Law = "LAW", "법률의 특별한 규정·법령상 의무", "Law or legal duty", "제15조①2.";
        PublicTask = "PUBLIC_TASK", "공공기관의 소관 업무", "Task of a public institution", "제15조①3.";
        Contract = "CONTRACT", "계약의 체결·이행", "Contract", "제15조①4.";
        VitalInterest = "VITAL_INTEREST", "급박한 생명·신체·재산의 이익", "Vital interest", "제15조①5.";
        LegitimateInterest = "LEGITIMATE_INTEREST", "정당한 이익", "Legitimate interest", "제15조①6.";
        PublicSafety = "PUBLIC_SAFETY", "공공의 안전과 안녕", "Public safety and health", "제15조①7.";
    }
}

/// Name of a statute and its kind.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatuteName {
    /// Official name where the statute is known, otherwise as written without brackets.
    pub name: String,
    /// Kind, known or told by the ending of the name.
    pub kind: StatuteKind,
}

/// One basis of a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegalBasis {
    /// The part of the cell that cites it, as written, spaces unified.
    pub citation: String,
    /// The statute, also where the citation only refers back to one (동법). `None`: consent, or text that cites none.
    pub statute: Option<StatuteName>,
    /// "제12조의2".
    pub article: Option<String>,
    /// "제1항".
    pub paragraph: Option<String>,
    /// "제4호", "제4호가목".
    pub subparagraph: Option<String>,
    /// Rests on the data subject's consent; a statute may stand beside it (제15조제1항 정보주체 동의).
    pub is_consent: bool,
    /// Ground of 제15조①, where the text states it: consent, or a citation of one of its numbered grounds.
    pub lawful_ground: Option<LawfulGround>,
}
