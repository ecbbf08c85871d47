//! What the sections of a privacy policy say, as short values: labels, officers, rights, remedies, safety measures, disposal, automatic collection.
//!
//! Where a document, the record and the schema have one shape, it is one type.

use async_graphql::{InputObject, SimpleObject};
use serde::{Deserialize, Serialize};

use crate::problem::{Problems, code};

crate::vocabulary! {
    /// Matter of a label in the overview of a privacy policy (주요 개인정보 처리 표시).
    pub enum PrivacyLabelKind {
        PersonalData = "PERSONAL_DATA", "개인정보 항목", "Items processed";
        SensitiveData = "SENSITIVE_DATA", "민감정보", "Sensitive data";
        UniqueIdentifiers = "UNIQUE_IDENTIFIERS", "고유식별정보", "Unique identifiers";
        Children = "CHILDREN", "만 14세 미만 아동", "Children under 14";
        Purpose = "PURPOSE", "처리 목적", "Purposes of processing";
        Retention = "RETENTION", "보유 기간", "Retention period";
        Provision = "PROVISION", "제3자 제공", "Provision to third parties";
        Entrustment = "ENTRUSTMENT", "처리위탁", "Entrustment";
        OverseasTransfer = "OVERSEAS_TRANSFER", "국외 이전", "Transfer overseas";
        Disposal = "DISPOSAL", "파기", "Disposal";
        Safeguards = "SAFEGUARDS", "안전성 확보조치", "Safety measures";
        AutoCollection = "AUTO_COLLECTION", "자동 수집 장치", "Automatic collection";
        VideoDevices = "VIDEO_DEVICES", "영상정보처리기기", "Video devices";
        Pseudonymisation = "PSEUDONYMISATION", "가명정보", "Pseudonymised data";
        AutomatedDecision = "AUTOMATED_DECISION", "자동화된 결정", "Automated decisions";
        AccessRequest = "ACCESS_REQUEST", "열람청구", "Requests for access";
        Remedy = "REMEDY", "권익침해 구제·고충처리", "Remedies and complaints";
        Department = "DEPARTMENT", "처리부서", "Department in charge";
        Other = "OTHER", "기타", "Another matter", "The text tells.";
    }
}

crate::vocabulary! {
    /// Role of a person or department in charge of privacy (개인정보 보호 담당 구분).
    pub enum OfficerRole {
        PrivacyOfficer = "PRIVACY_OFFICER", "개인정보 보호책임자", "Privacy officer", "Act 제31조. The only one whose name is kept, where it is published.";
        FieldOfficer = "FIELD_OFFICER", "분야별 책임자", "Officer of a field";
        PrivacyManager = "PRIVACY_MANAGER", "개인정보 보호담당자", "Privacy manager";
        AccessOfficer = "ACCESS_OFFICER", "열람청구 책임자", "Officer for requests for access";
        AccessManager = "ACCESS_MANAGER", "열람청구 담당자", "Manager of requests for access";
        Department = "DEPARTMENT", "담당부서", "Department in charge";
        Handler = "HANDLER", "취급자", "Handler of personal data";
        Other = "OTHER", "기타", "Another role";
    }
}

crate::vocabulary! {
    /// Right of a data subject (정보주체의 권리). Act 제4조, 제35조 to 제38조.
    pub enum DataSubjectRight {
        Access = "ACCESS", "열람", "Access", "Act 제35조.";
        Correction = "CORRECTION", "정정", "Correction", "Act 제36조.";
        Deletion = "DELETION", "삭제", "Deletion", "Act 제36조.";
        Suspension = "SUSPENSION", "처리정지", "Suspension of processing", "Act 제37조.";
        ConsentWithdrawal = "CONSENT_WITHDRAWAL", "동의 철회", "Withdrawal of consent", "Act 제37조.";
        Transmission = "TRANSMISSION", "전송 요구", "Transmission to oneself or another", "Act 제35조의2.";
        AutomatedDecision = "AUTOMATED_DECISION", "자동화된 결정의 거부·설명 요구", "Refusal or explanation of an automated decision", "Act 제37조의2.";
    }
}

crate::vocabulary! {
    /// Kind of a safety measure (안전성 확보조치의 구분). Act 제29조.
    pub enum SafeguardKind {
        Administrative = "ADMINISTRATIVE", "관리적 조치", "Administrative";
        Technical = "TECHNICAL", "기술적 조치", "Technical";
        Physical = "PHYSICAL", "물리적 조치", "Physical";
    }
}

crate::vocabulary! {
    /// Medium that is disposed of (파기 대상 매체). Decree 제16조①.
    pub enum DisposalMedium {
        Electronic = "ELECTRONIC", "전자적 파일", "Electronic files";
        Paper = "PAPER", "기록물·인쇄물·서면 등", "Records, prints and other media";
    }
}

crate::vocabulary! {
    /// Kind of video devices (영상정보처리기기의 구분). Act 제2조제7호, 제7호의2.
    pub enum VideoDeviceKind {
        Fixed = "FIXED", "고정형 영상정보처리기기", "Fixed", "Act 제25조.";
        Mobile = "MOBILE", "이동형 영상정보처리기기", "Mobile", "Act 제25조의2.";
        Unspecified = "UNSPECIFIED", "불명", "Unspecified";
    }
}

/// Label in the overview at the head of a privacy policy (주요 개인정보 처리 표시).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "PrivacyLabelInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrivacyLabel {
    /// Matter of the label.
    pub kind: PrivacyLabelKind,
    /// Text beside the label; null if there is only the label.
    pub text: Option<String>,
}

/// Person or department in charge of privacy (개인정보 보호책임자, 담당자, 담당부서). Act 제31조.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "PrivacyOfficerInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PrivacyOfficer {
    /// Role of the person or department.
    pub role: OfficerRole,
    /// Role as written (직책 표기), with the field that it is for: `분야별 보호책임자 (강사 DB)`; null if not stated.
    pub role_text: Option<String>,
    /// Name of the privacy officer as published; null for every other role, and where none is published.
    pub name: Option<String>,
    /// Indicates whether the policy publishes a name that this register leaves out.
    #[graphql(default)]
    #[serde(default)]
    pub is_name_withheld: bool,
    /// Position (직위); null if not stated.
    pub position: Option<String>,
    /// Grade (직급); null if not stated.
    pub grade: Option<String>,
    /// Department; null if not stated.
    pub department: Option<String>,
    /// Telephone numbers. At most 20.
    #[graphql(default)]
    #[serde(default)]
    pub phones: Vec<String>,
    /// E-mail address; null if not stated.
    pub email: Option<String>,
    /// Fax number; null if not stated.
    pub fax: Option<String>,
}

/// How a data subject exercises a right (권리의 행사방법). Act 제35조 to 제38조, Decree 제41조.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "RightProcedureInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RightProcedure {
    /// Right that is exercised.
    pub right: DataSubjectRight,
    /// Ways to exercise it: in writing, by e-mail, say. At most 20.
    #[graphql(default)]
    #[serde(default)]
    pub methods: Vec<String>,
    /// Who may act for the data subject, and what they must show; null if not stated.
    pub by_agent: Option<String>,
    /// Form to use; null if not stated.
    pub form: Option<String>,
    /// Limits of the right; null if not stated.
    pub limits: Option<String>,
}

/// Body that helps against an infringement (권익침해 구제기관), or decides on an administrative appeal (행정심판).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "RemedyBodyInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemedyBody {
    /// Name of the body.
    pub name: String,
    /// Institution that runs the body; null if not stated.
    pub operator: Option<String>,
    /// What the body does; null if not stated.
    pub task: Option<String>,
    /// Address of the homepage as written; null if not stated.
    pub url: Option<String>,
    /// Telephone numbers. At most 20.
    #[graphql(default)]
    #[serde(default)]
    pub phones: Vec<String>,
    /// Postal address; null if not stated.
    pub address: Option<String>,
}

/// Safety measure (안전성 확보조치). Act 제29조, Decree 제30조.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "SafeguardInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Safeguard {
    /// Kind of the measure.
    pub kind: SafeguardKind,
    /// Measure in short.
    pub measure: String,
}

/// Method of disposal of one medium (파기방법). Act 제21조, Decree 제16조.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "DisposalMethodInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DisposalMethod {
    /// Medium that is disposed of.
    pub medium: DisposalMedium,
    /// Method as written.
    pub method: String,
}

/// Device that collects automatically, a cookie say (개인정보 자동 수집 장치). Act 제30조①7.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize, SimpleObject, InputObject)]
#[graphql(input_name = "AutoCollectionInput")]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AutoCollection {
    /// Name of the device.
    pub name: String,
    /// Purpose of the collection; null if not stated.
    pub purpose: Option<String>,
    /// How to refuse it; null if not stated.
    pub refusal: Option<String>,
}

impl PrivacyLabel {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self { kind: self.kind, text: problems.text("text", self.text.as_deref(), 500) }
    }
}

impl PrivacyOfficer {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        let name = problems.text("name", self.name.as_deref(), 100);
        if name.is_some() && self.role != OfficerRole::PrivacyOfficer {
            // Act 제30조①6 has the privacy officer's name published. Nobody else's is needed here, and what is not held cannot be misused.
            problems.add("name", code::INVALID, "only the name of the privacy officer (PRIVACY_OFFICER) is kept; leave it out and set `isNameWithheld: true`");
        }
        if name.is_some() && self.is_name_withheld {
            problems.add("isNameWithheld", code::CONFLICT, "the name is given and said to be withheld; leave one of them out");
        }
        Self {
            role: self.role,
            role_text: problems.text("roleText", self.role_text.as_deref(), 200),
            name,
            is_name_withheld: self.is_name_withheld,
            position: problems.text("position", self.position.as_deref(), 100),
            grade: problems.text("grade", self.grade.as_deref(), 100),
            department: problems.text("department", self.department.as_deref(), 200),
            phones: problems.texts("phones", &self.phones, 20, 100),
            email: problems.text("email", self.email.as_deref(), 200),
            fax: problems.text("fax", self.fax.as_deref(), 100),
        }
    }
}

impl RightProcedure {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self {
            right: self.right,
            methods: problems.texts("methods", &self.methods, 20, 200),
            by_agent: problems.text("byAgent", self.by_agent.as_deref(), 300),
            form: problems.text("form", self.form.as_deref(), 200),
            limits: problems.text("limits", self.limits.as_deref(), 300),
        }
    }
}

impl RemedyBody {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self {
            name: problems.required_text("name", &self.name, 200),
            operator: problems.text("operator", self.operator.as_deref(), 200),
            task: problems.text("task", self.task.as_deref(), 200),
            url: problems.text("url", self.url.as_deref(), 500),
            phones: problems.texts("phones", &self.phones, 20, 100),
            address: problems.text("address", self.address.as_deref(), 300),
        }
    }
}

impl Safeguard {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self { kind: self.kind, measure: problems.required_text("measure", &self.measure, 200) }
    }
}

impl DisposalMethod {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self { medium: self.medium, method: problems.required_text("method", &self.method, 200) }
    }
}

impl AutoCollection {
    pub(super) fn checked(&self, problems: &mut Problems) -> Self {
        Self {
            name: problems.required_text("name", &self.name, 100),
            purpose: problems.text("purpose", self.purpose.as_deref(), 200),
            refusal: problems.text("refusal", self.refusal.as_deref(), 500),
        }
    }
}
