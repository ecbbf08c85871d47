//! What an application states, in the schema, and as it is kept: the keys of the document format, with null for what is cleared.

use async_graphql::{InputObject, MaybeUndefined};
use serde::Serialize;
use serde_json::{Map, Value as Json};

use crate::collected_item::ItemRequirement;
use crate::graphql::scalar::{Count, Date};
use crate::legal_basis::LawfulGround;
use crate::registration::{AccessRestrictionGround, ProcessingMethod};

/// Matters of a registration (등록사항): Act 제32조①, Decree 제33조①. In an amendment or correction a matter left out keeps its value, and null clears it; in a first registration both say that it is not stated. Only `name` is
/// indispensable.
#[derive(Clone, Debug, Default, InputObject, Serialize)]
#[graphql(name = "RegistrationInput")]
#[serde(rename_all = "camelCase")]
pub struct RegistrationInput {
    /// Name of the data file (개인정보파일의 명칭). At most 300 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub name: MaybeUndefined<String>,
    /// First day on which it is in force: not in the future. The day of acceptance if left out; in a correction the first day of what is corrected.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub valid_from: MaybeUndefined<Date>,
    /// Reason of the change (변경사유). At most 500 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub reason: MaybeUndefined<String>,
    /// Purpose of operation (운영 목적). At most 1,000 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub purpose: MaybeUndefined<String>,
    /// Legal bases (운영 근거). At most 200.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub legal_bases: MaybeUndefined<Vec<LegalBasisInput>>,
    /// Items recorded (기록되는 개인정보의 항목). At most 1,000.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub collected_items: MaybeUndefined<Vec<CollectedItemInput>>,
    /// Method of processing (처리방법).
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub processing_method: MaybeUndefined<ProcessingMethod>,
    /// Method of processing as written. At most 500 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub processing_method_text: MaybeUndefined<String>,
    /// Way of collection (수집방법) as written. At most 500 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub collection_method: MaybeUndefined<String>,
    /// Retention period (보유기간).
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub retention: MaybeUndefined<RetentionInput>,
    /// Provisions to third parties (통상적·반복적 제공). At most 200.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub provisions: MaybeUndefined<Vec<ProvisionInput>>,
    /// Entrustments (위탁). At most 200.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub entrustments: MaybeUndefined<Vec<EntrustmentInput>>,
    /// Number of data subjects (정보주체 수).
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub data_subject_count: MaybeUndefined<Count>,
    /// Day of that count: not in the future.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub counted_on: MaybeUndefined<Date>,
    /// Department in charge of the processing (처리 업무 담당 부서).
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub processing_department: MaybeUndefined<DepartmentInput>,
    /// Desk for access requests (열람 요구 접수·처리 부서).
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub access_desk: MaybeUndefined<AccessDeskInput>,
    /// Limits to access (열람 제한·거절 범위와 사유). At most 50.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub access_restrictions: MaybeUndefined<Vec<AccessRestrictionInput>>,
    /// Information system that the data file runs on. At most 200 characters.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub information_system: MaybeUndefined<String>,
    /// Whether it holds data of children under 14.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub includes_children_under14: MaybeUndefined<bool>,
    /// Day on which operation started.
    #[serde(skip_serializing_if = "MaybeUndefined::is_undefined")]
    pub operation_started_on: MaybeUndefined<Date>,
}

/// Item that a data file records (수집 항목).
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectedItemInput {
    /// Name as written. At most 300 characters.
    pub name: String,
    /// Whether it is indispensable; UNSPECIFIED if left out.
    pub requirement: Option<ItemRequirement>,
    /// Whose item it is. At most 100 characters.
    pub subject: Option<String>,
    /// Classification as written (일반정보, 민감정보, 고유식별정보). At most 100 characters.
    pub marker: Option<String>,
}

/// Legal basis (운영 근거). What is left out is read from the citation.
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LegalBasisInput {
    /// Citation as written. At most 500 characters.
    pub citation: String,
    /// Name of the statute. At most 200 characters.
    pub statute: Option<String>,
    /// Article (조). At most 50 characters.
    pub article: Option<String>,
    /// Paragraph (항). At most 50 characters.
    pub paragraph: Option<String>,
    /// Subparagraph (호). At most 50 characters.
    pub subparagraph: Option<String>,
    /// Whether it is the consent of the data subject.
    pub is_consent: Option<bool>,
    /// Ground of Act 제15조①.
    pub lawful_ground: Option<LawfulGround>,
}

/// Retention period (보유기간): its terms are read from the text.
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RetentionInput {
    /// Text as written, `회원 탈퇴 후 5년` say. At most 500 characters.
    pub text: String,
}

/// Provision to a third party (제3자 제공).
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvisionInput {
    /// Recipient (제공받는 자) as written: one body, or one class of bodies.
    pub recipient: String,
    /// Material provided (제공자료). At most 200 characters.
    pub material: Option<String>,
    /// Purpose for which the recipient uses the data. At most 500 characters.
    pub purpose: Option<String>,
    /// Items provided. At most 1,000.
    pub items: Option<Vec<ProvidedItemInput>>,
    /// Items provided, as written. At most 2,000 characters.
    pub items_text: Option<String>,
    /// Retention period at the recipient.
    pub retention: Option<RetentionInput>,
    /// Legal bases of the provision. At most 200.
    pub legal_bases: Option<Vec<LegalBasisInput>>,
    /// Whether the data are used outside the purpose of their collection (제18조).
    pub is_outside_purpose: Option<bool>,
    /// Frequency (제공주기), as written. At most 200 characters.
    pub frequency: Option<String>,
    /// Method, as written. At most 200 characters.
    pub method: Option<String>,
    /// Note. At most 500 characters.
    pub note: Option<String>,
}

/// Item that a provision hands over (제공 항목).
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvidedItemInput {
    /// Name as written. At most 300 characters.
    pub name: String,
    /// Whose item it is. At most 100 characters.
    pub subject: Option<String>,
}

/// Entrustment (위탁). Act 제26조.
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EntrustmentInput {
    /// Entrustee (수탁자) as written.
    pub entrustee: String,
    /// Task entrusted (위탁 업무). At most 500 characters.
    pub task: String,
    /// Items entrusted, as written. At most 2,000 characters.
    pub items_text: Option<String>,
    /// First day of the contract.
    pub starts_on: Option<Date>,
    /// Last day of the contract.
    pub ends_on: Option<Date>,
    /// Period as written. At most 200 characters.
    pub period_text: Option<String>,
    /// Sub-entrustees (재수탁자). At most 50.
    pub sub_entrustees: Option<Vec<String>>,
}

/// Department in charge (담당 부서).
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DepartmentInput {
    /// Name. At most 200 characters.
    pub name: String,
    /// Telephone numbers. At most 20.
    pub phones: Option<Vec<String>>,
}

/// Desk that receives and handles requests for access (열람 요구 접수·처리 부서).
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessDeskInput {
    /// Department. At most 200 characters.
    pub department: Option<String>,
    /// Telephone numbers. At most 20.
    pub phones: Option<Vec<String>>,
    /// E-mail address. At most 200 characters.
    pub email: Option<String>,
    /// Fax number. At most 100 characters.
    pub fax: Option<String>,
    /// Postal address. At most 300 characters.
    pub address: Option<String>,
}

/// Limit to access (열람 제한·거절). Act 제35조④.
#[derive(Clone, Debug, InputObject, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct AccessRestrictionInput {
    /// What is withheld. At most 500 characters.
    pub scope: String,
    /// Ground of Act 제35조④.
    pub ground: Option<AccessRestrictionGround>,
    /// Reason as written. At most 500 characters.
    pub text: Option<String>,
}

impl RegistrationInput {
    /// What is stated, as it is kept.
    #[must_use]
    pub fn stated(&self) -> Map<String, Json> {
        match serde_json::to_value(self) {
            Ok(Json::Object(stated)) => stated,
            // Texts, numbers and lists of them can always be written.
            _ => Map::new(),
        }
    }
}

/// The same without what is null, which the document format does not write.
#[must_use]
pub fn without_nulls(value: Json) -> Json {
    match value {
        Json::Object(fields) => {
            Json::Object(fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key, without_nulls(value))).collect())
        }
        Json::Array(entries) => Json::Array(entries.into_iter().map(without_nulls).collect()),
        other => other,
    }
}
