//! Collected item (수집 항목): what a personal-data file records of a person, Act 제32조①, Decree 제33조①; the identifiers of 제24조 and the sensitive data of 제23조 among them.
mod category;
mod found;
pub mod graphql;
mod input;
mod parse;
mod store;

pub use self::{
    category::{Classification, ItemCategories, ItemCategory},
    input::{CollectedItemInput, MOST},
    parse::{is_person, parse},
    store::{ItemsOfRegistration, item_rows, within_category},
};
use crate::vocabulary;

vocabulary! {
    /// Whether the data subject must give the item (필수·선택 여부, 제16조).
    pub enum ItemRequirement, filter ItemRequirementFilter {
        Required = "REQUIRED", "필수", "Required";
        Optional = "OPTIONAL", "선택", "Optional";
        Automatic = "AUTOMATIC", "자동수집", "Collected automatically";
        Unspecified = "UNSPECIFIED", "미구분", "Unspecified", "The document does not tell them apart.";
    }
}

vocabulary! {
    /// Unique identifier (고유식별정보, 제24조, Decree 제19조).
    pub enum UniqueIdentifier, filter UniqueIdentifierFilter {
        ResidentRegistrationNumber = "RESIDENT_REGISTRATION_NUMBER", "주민등록번호", "Resident registration number", "Only an act or a decree allows it (제24조의2).";
        PassportNumber = "PASSPORT_NUMBER", "여권번호", "Passport number";
        DriverLicenceNumber = "DRIVER_LICENCE_NUMBER", "운전면허의 면허번호", "Driver's licence number";
        AlienRegistrationNumber = "ALIEN_REGISTRATION_NUMBER", "외국인등록번호", "Alien registration number";
    }
}

vocabulary! {
    /// Kind of sensitive data (민감정보, 제23조, Decree 제18조).
    pub enum SensitiveKind, filter SensitiveKindFilter {
        Belief = "BELIEF", "사상·신념", "Ideology or belief";
        UnionOrParty = "UNION_OR_PARTY", "노동조합·정당의 가입·탈퇴", "Trade union or political party membership";
        PoliticalOpinion = "POLITICAL_OPINION", "정치적 견해", "Political opinion";
        Health = "HEALTH", "건강", "Health";
        SexLife = "SEX_LIFE", "성생활", "Sex life";
        Genetic = "GENETIC", "유전정보", "Genetic data";
        CriminalRecord = "CRIMINAL_RECORD", "범죄경력자료", "Criminal record";
        Biometric = "BIOMETRIC", "생체인식정보", "Biometric data for identification";
        RaceOrEthnicity = "RACE_OR_ETHNICITY", "인종·민족", "Race or ethnicity";
    }
}

/// One item as a document names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CollectedItem {
    /// Name as written, with its qualifier: "성명(한글, 한자, 영문)".
    pub name: String,
    /// Whether it must be given.
    pub requirement: ItemRequirement,
    /// Whose it is, where the document says: 신청자, 관리자.
    pub subject: Option<String>,
    /// Classification that the document itself gives, as written: 일반정보, 민감정보, 고유식별정보. What the item is by law is derived from its name, not from this.
    pub marker: Option<String>,
}
