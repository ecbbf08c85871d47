//! What a policy states, each statement with its lines and how sure the reading is.

use chrono::NaiveDate;

use super::block::Span;
use super::section::SectionKind;

/// Value as written, the lines where it stands, and how sure the reading is: 1 where it stands under a header or label of its own, less where its place tells what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Stated {
    /// Text as written, spaces unified, line breaks of its cell kept.
    pub text: String,
    /// Where it stands.
    pub span: Span,
    /// 0 to 1.
    pub confidence: f64,
}

impl Stated {
    pub(crate) fn new(text: &str, span: Span) -> Self {
        Self { text: text.trim().to_owned(), span, confidence: 1.0 }
    }

    pub(crate) fn with(self, confidence: f64) -> Self {
        Self { confidence: confidence.min(self.confidence), ..self }
    }
}

/// What a document states. What it does not state is absent, never "none".
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Format that the document was read as.
    pub format: Format,
    /// Encoding that the document was read in.
    pub encoding: &'static str,
    /// Number of its lines.
    pub lines: usize,
    /// Title.
    pub title: Option<Stated>,
    /// Name of the institution, as it calls itself.
    pub agency: Option<Stated>,
    /// Its sections, in order.
    pub sections: Vec<Section>,
    /// Files that it lists or describes.
    pub files: Vec<File>,
    /// Items collected outside every file: automatically.
    pub automatic_items: Vec<AutomaticItems>,
    /// Provisions that name no file, or a file that is not listed.
    pub provisions: Vec<Provision>,
    /// Entrustments.
    pub entrustments: Vec<Entrustment>,
    /// Processing on behalf of others.
    pub entrusted_by: Vec<IncomingEntrustment>,
    /// Impact assessments.
    pub assessments: Vec<Assessment>,
    /// What it says of impact assessments beyond those: that none is needed.
    pub assessment_text: Option<Stated>,
    /// Persons and departments in charge.
    pub officers: Vec<Officer>,
    /// Desk for requests for access.
    pub access_desk: Option<Desk>,
    /// Rights and how they are exercised.
    pub rights: Vec<Right>,
    /// Bodies that help against an infringement.
    pub remedies: Vec<Remedy>,
    /// Bodies that decide on an administrative appeal.
    pub appeals: Vec<Remedy>,
    /// Safety measures.
    pub safeguards: Vec<Safeguard>,
    /// Procedure of disposal.
    pub disposal_procedure: Option<Stated>,
    /// Methods of disposal.
    pub disposal: Vec<Disposal>,
    /// Whether devices collect automatically.
    pub has_auto_collection: Option<bool>,
    /// Devices that collect automatically.
    pub auto_collection: Vec<AutoCollection>,
    /// Video devices.
    pub video_devices: Vec<VideoDevice>,
    /// Labels of the overview at its head.
    pub labels: Vec<Label>,
    /// Whether it has such an overview.
    pub has_labels: bool,
    /// The revision that the document is, and those that it names.
    pub revisions: Vec<Revision>,
    /// Day on which it was announced.
    pub announced_on: Option<NaiveDate>,
    /// What looks like a statement and was not understood.
    pub unread: Vec<Unread>,
}

/// Format of a document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// Plain text.
    #[default]
    Text,
    /// HTML, also as a template of a page.
    Html,
    /// Markdown.
    Markdown,
}

/// Section of a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Section {
    /// Matter.
    pub kind: SectionKind,
    /// Heading as written.
    pub heading: Stated,
    /// Whether it states something.
    pub state: SectionState,
}

/// Whether a section states something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SectionState {
    /// It does.
    Stated,
    /// It refers to another document or page for its content.
    Referred,
    /// A heading, or the announcement of a list, without content.
    Empty,
}

/// File that a policy lists or describes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct File {
    /// Name.
    pub name: String,
    /// Where it is named.
    pub span: Option<Span>,
    /// How sure it is that this is a file of that name.
    pub confidence: f64,
    /// The policy says of this file that it is registered under Act 제32조. A general sentence does not.
    pub is_registered: bool,
    /// Cell or lines of bases.
    pub basis: Option<Stated>,
    /// Purpose.
    pub purpose: Option<Stated>,
    /// Cells of items.
    pub items: Vec<Items>,
    /// Retention period.
    pub retention: Option<Stated>,
    /// Method of processing.
    pub processing_method: Option<Stated>,
    /// Way of collection.
    pub collection_method: Option<Stated>,
    /// Department in charge.
    pub department: Option<Stated>,
    /// Telephone of that department.
    pub department_phones: Vec<String>,
    /// Desk for requests for access.
    pub access_desk: Option<Stated>,
    /// What access is restricted to.
    pub restriction_scope: Option<Stated>,
    /// Why.
    pub restriction_reason: Option<Stated>,
    /// Information system.
    pub system: Option<Stated>,
    /// Number of data subjects.
    pub subject_count: Option<Stated>,
    /// It says that data of children under 14 are processed.
    pub includes_children: Option<Stated>,
    /// Provisions stated for this file.
    pub provisions: Vec<Provision>,
}

/// Whether items must be given, where a header or label outside the cell tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requirement {
    /// 필수
    Required,
    /// 선택
    Optional,
    /// 자동수집
    Automatic,
}

/// Cell of items. What stands in it (`[선택] …`, `신청자(…)`) is for the reader of items.
#[derive(Clone, Debug, PartialEq)]
pub struct Items {
    /// What the header says of the requirement.
    pub requirement: Option<Requirement>,
    /// Whose items they are, where a cell beside tells it.
    pub subject: Option<String>,
    /// The cell.
    pub stated: Stated,
}

/// Items collected automatically.
#[derive(Clone, Debug, PartialEq)]
pub struct AutomaticItems {
    /// Items as written, one statement a line.
    pub stated: Stated,
    /// Activity in which they are collected.
    pub activity: Option<String>,
}

/// Provision to a third party.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provision {
    /// Recipient as written; may name several.
    pub recipient: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// How sure the reading is.
    pub confidence: f64,
    /// File, where one is named.
    pub file: Option<String>,
    /// Material.
    pub material: Option<String>,
    /// Purpose of the recipient.
    pub purpose: Option<String>,
    /// Items as written.
    pub items: Option<String>,
    /// Retention at the recipient.
    pub retention: Option<String>,
    /// Basis as written.
    pub basis: Option<Stated>,
    /// How often.
    pub frequency: Option<String>,
    /// How.
    pub method: Option<String>,
    /// Note.
    pub note: Option<String>,
}

/// Entrustment of processing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Entrustment {
    /// Entrustee as written; may name several.
    pub entrustee: String,
    /// Where it stands.
    pub span: Option<Span>,
    /// How sure the reading is.
    pub confidence: f64,
    /// Task.
    pub task: Option<String>,
    /// Period as written.
    pub period: Option<String>,
    /// First day.
    pub starts_on: Option<NaiveDate>,
    /// Last day.
    pub ends_on: Option<NaiveDate>,
    /// Sub-entrustees as written.
    pub sub_entrustees: Option<String>,
    /// Items as written.
    pub items: Option<String>,
    /// File, where one is named.
    pub file: Option<String>,
}

/// Processing that the institution does on behalf of another.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingEntrustment {
    /// Who entrusts.
    pub entruster: Stated,
    /// Task.
    pub task: Option<String>,
}

/// Impact assessment.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Names of the files, as written.
    pub files: Vec<String>,
    /// Year.
    pub year: Option<i32>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Items as written, a cell each.
    pub items: Vec<String>,
    /// Assessor.
    pub assessor: Option<String>,
    /// Outcome.
    pub outcome: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Role of a person or department in charge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// 개인정보 보호책임자
    PrivacyOfficer,
    /// 분야별 책임자
    FieldOfficer,
    /// 개인정보 보호담당자
    PrivacyManager,
    /// 열람청구 책임자
    AccessOfficer,
    /// 열람청구 담당자
    AccessManager,
    /// 담당부서
    Department,
    /// 취급자
    Handler,
    /// Another role.
    Other,
}

/// Person or department in charge.
#[derive(Clone, Debug, PartialEq)]
pub struct Officer {
    /// Role.
    pub role: Role,
    /// Role as written.
    pub role_text: String,
    /// Name: of the privacy officer only.
    pub name: Option<String>,
    /// A name is published and left out.
    pub is_name_withheld: bool,
    /// Position.
    pub position: Option<String>,
    /// Grade.
    pub grade: Option<String>,
    /// Department.
    pub department: Option<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// E-mail, unless it is a person's who is not the privacy officer.
    pub email: Option<String>,
    /// Fax.
    pub fax: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Desk for requests for access.
#[derive(Clone, Debug, PartialEq)]
pub struct Desk {
    /// Department.
    pub department: Option<String>,
    /// Telephone numbers.
    pub phones: Vec<String>,
    /// E-mail of the department.
    pub email: Option<String>,
    /// Fax.
    pub fax: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Right of a data subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RightKind {
    /// 열람
    Access,
    /// 정정
    Correction,
    /// 삭제
    Deletion,
    /// 처리정지
    Suspension,
    /// 동의 철회
    ConsentWithdrawal,
    /// 전송 요구
    Transmission,
}

/// How a right is exercised.
#[derive(Clone, Debug, PartialEq)]
pub struct Right {
    /// Right.
    pub kind: RightKind,
    /// Ways.
    pub methods: Vec<String>,
    /// Who may act for the data subject, and with what paper.
    pub by_agent: Option<String>,
    /// Form.
    pub form: Option<String>,
    /// What limits it.
    pub limits: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Body that helps, or that decides on an appeal.
#[derive(Clone, Debug, PartialEq)]
pub struct Remedy {
    /// Name.
    pub name: String,
    /// Who runs it.
    pub operator: Option<String>,
    /// Task.
    pub task: Option<String>,
    /// Address of its site.
    pub url: Option<String>,
    /// Telephone numbers as written.
    pub phones: Vec<String>,
    /// Postal address.
    pub address: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Kind of a safety measure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SafeguardKind {
    /// 관리적
    Administrative,
    /// 기술적
    Technical,
    /// 물리적
    Physical,
}

/// Safety measure.
#[derive(Clone, Debug, PartialEq)]
pub struct Safeguard {
    /// Kind.
    pub kind: SafeguardKind,
    /// Measure, shortened to a field value.
    pub measure: Stated,
}

/// Method of disposal.
#[derive(Clone, Debug, PartialEq)]
pub struct Disposal {
    /// Of electronic files, rather than of paper and other media.
    pub is_electronic: bool,
    /// Method.
    pub method: Stated,
}

/// Device that collects automatically.
#[derive(Clone, Debug, PartialEq)]
pub struct AutoCollection {
    /// Name.
    pub name: String,
    /// Purpose.
    pub purpose: Option<String>,
    /// How to refuse it.
    pub refusal: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Video devices at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoDevice {
    /// Number.
    pub count: Option<i32>,
    /// Place and range.
    pub location: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Basis as written.
    pub basis: Option<String>,
    /// Hours of recording.
    pub hours: Option<String>,
    /// Retention.
    pub retention: Option<String>,
    /// Where recordings are kept.
    pub storage_place: Option<String>,
    /// Position or department in charge.
    pub managed_by: Option<String>,
    /// Note.
    pub note: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// What a label of the overview is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LabelKind {
    /// 개인정보 항목
    PersonalData,
    /// 민감정보
    SensitiveData,
    /// 고유식별정보
    UniqueIdentifiers,
    /// 만 14세 미만 아동
    Children,
    /// 처리 목적
    Purpose,
    /// 보유 기간
    Retention,
    /// 제3자 제공
    Provision,
    /// 처리위탁
    Entrustment,
    /// 국외 이전
    OverseasTransfer,
    /// 파기
    Disposal,
    /// 안전성 확보조치
    Safeguards,
    /// 자동 수집 장치
    AutoCollection,
    /// 영상정보처리기기
    VideoDevices,
    /// 가명정보
    Pseudonymisation,
    /// 자동화된 결정
    AutomatedDecision,
    /// 열람청구
    AccessRequest,
    /// 권익침해 구제·고충처리
    Remedy,
    /// 처리부서
    Department,
}

/// Label of the overview.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// Matter.
    pub kind: LabelKind,
    /// Text under it.
    pub text: Option<String>,
    /// Where it stands.
    pub span: Span,
}

/// Revision of the policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day, as written.
    pub until: Option<NaiveDate>,
    /// The period as written.
    pub text: String,
    /// The document itself, rather than one that it names.
    pub is_current: bool,
    /// Where it stands.
    pub span: Span,
}

/// What was not understood, or left out on purpose.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// Where it stands.
    pub span: Span,
    /// What it looks like, and why it is no statement.
    pub reason: Reason,
    /// Its beginning.
    pub text: String,
}

/// Why something was not taken for a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// A table whose headers are not known.
    UnknownTable,
    /// A column whose header is not known.
    UnknownColumn,
    /// A row without the value that names it.
    NamelessRow,
    /// An entrustment without its task.
    NoTask,
    /// A period whose end lies before its beginning.
    ReversedPeriod,
    /// No section was found.
    NoSections,
    /// The document is longer than is read.
    TooLong,
}
