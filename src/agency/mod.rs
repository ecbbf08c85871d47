//! Public institution (공공기관): Act 제2조제6호, Decree 제2조. Its place among others, its reorganisations.
//!
//! A service with a name of its own that people search for is an operating unit: an agency of that type under the institution that runs it.

pub mod graphql;
pub mod mutation;
pub(crate) mod store;

use chrono::NaiveDate;
use serde::Deserialize;

use crate::problem::{Problems, code};
use crate::source::SourceInput;
use crate::vocabulary;

pub use store::{AgencyListing, agency_keys, lacking};

vocabulary! {
    /// Kind of an agency (기관 유형).
    pub enum AgencyType, filter AgencyTypeFilter {
        Central = "CENTRAL", "중앙행정기관", "Central administrative agency";
        CentralAffiliate = "CENTRAL_AFFILIATE", "중앙행정기관 소속기관", "Affiliate of a central agency";
        MetropolitanGovernment = "METROPOLITAN_GOVERNMENT", "광역자치단체", "Metropolitan or provincial government";
        BasicGovernment = "BASIC_GOVERNMENT", "기초자치단체", "City, county or district government";
        LocalAffiliate = "LOCAL_AFFILIATE", "지방자치단체 직속기관·사업소", "Affiliate of a local government";
        EducationOffice = "EDUCATION_OFFICE", "교육청", "Office of education";
        School = "SCHOOL", "학교", "School";
        University = "UNIVERSITY", "대학", "University";
        PublicCorporation = "PUBLIC_CORPORATION", "공기업", "Public corporation";
        QuasiGovernmental = "QUASI_GOVERNMENTAL", "준정부기관", "Quasi-governmental institution";
        OtherPublic = "OTHER_PUBLIC", "기타공공기관", "Other public institution";
        LocalPublicEnterprise = "LOCAL_PUBLIC_ENTERPRISE", "지방공기업", "Local public enterprise";
        LocalFunded = "LOCAL_FUNDED", "지방출자·출연기관", "Institution funded by a local government";
        SpecialCorporation = "SPECIAL_CORPORATION", "특수법인", "Corporation under a special act";
        Constitutional = "CONSTITUTIONAL", "헌법기관", "Constitutional institution", "Follows its own rules on registration (제32조⑥).";
        Independent = "INDEPENDENT", "독립기관", "Independent institution";
        OperatingUnit = "OPERATING_UNIT", "운영 단위", "Operating unit", "A service with a name of its own that people search for; its parent is the institution.";
    }
}

vocabulary! {
    /// Whether an agency exists (기관 상태).
    pub enum AgencyStatus, filter AgencyStatusFilter {
        Active = "ACTIVE", "존속", "Active";
        Abolished = "ABOLISHED", "폐지", "Abolished", "Its code still resolves and points on to its successors.";
    }
}

vocabulary! {
    /// How one agency succeeds another (승계 유형).
    pub enum SuccessionKind {
        Rename = "RENAME", "명칭 변경", "Renamed";
        Merger = "MERGER", "통합", "Merged";
        Split = "SPLIT", "분리", "Split";
        Transfer = "TRANSFER", "업무 이관", "Functions transferred";
    }
}

/// Agency as a document states it.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgencyInput {
    /// Standard administrative code (행정표준 기관코드), or one issued here.
    pub code: String,
    /// Name.
    pub name: String,
    /// Short name.
    pub short_name: Option<String>,
    /// Kind.
    pub r#type: AgencyType,
    /// Whether it exists; ACTIVE where left out.
    pub status: Option<AgencyStatus>,
    /// Code of the superior agency (차상위기관).
    pub parent: Option<String>,
    /// Region: 시도 with 2 digits, 시군구 with 5.
    pub region: Option<String>,
    /// Address of the homepage.
    pub homepage: Option<String>,
    /// Other names under which documents mention it.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Agencies that it succeeds.
    #[serde(default)]
    pub predecessors: Vec<PredecessorInput>,
    /// Where the values were read.
    #[serde(default)]
    pub sources: Vec<SourceInput>,
}

/// Agency that another one succeeds.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PredecessorInput {
    /// Code of the predecessor.
    pub code: String,
    /// Day of the reorganisation.
    pub on: NaiveDate,
    /// How.
    pub kind: SuccessionKind,
}

/// Code of an agency: 7 characters, digits and capital letters.
#[must_use]
pub fn is_code(code: &str) -> bool {
    code.len() == 7 && code.bytes().all(|byte| byte.is_ascii_digit() || byte.is_ascii_uppercase())
}

impl AgencyInput {
    /// The agency as it can be stored; what is wrong with it goes to `problems`.
    #[must_use]
    pub fn checked(&self, problems: &mut Problems) -> Self {
        for (name, code) in std::iter::once(("code", &self.code)).chain(self.parent.iter().map(|code| ("parent", code))) {
            if !is_code(code) {
                problems.add(name, code::INVALID, format!("\"{code}\" is not an agency code: 7 characters, digits and capital letters"));
            }
        }
        if self.parent.as_ref() == Some(&self.code) {
            problems.add("parent", code::CONFLICT, "an agency cannot be its own superior");
        }
        if self.r#type == AgencyType::OperatingUnit && self.parent.is_none() {
            problems.add("parent", code::REQUIRED, "an operating unit needs the institution that runs it");
        }
        Self {
            name: problems.required_text("name", &self.name, 200),
            short_name: problems.text("shortName", self.short_name.as_deref(), 200),
            homepage: problems.text("homepage", self.homepage.as_deref(), 500),
            aliases: problems.texts("aliases", &self.aliases, 50, 200),
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes() {
        for code in ["1320000", "B552894", "Z000014", "Y000001"] {
            assert!(is_code(code), "{code}");
        }
        for code in ["132000", "13200000", "b552894", "132000가", ""] {
            assert!(!is_code(code), "{code}");
        }
    }
}
