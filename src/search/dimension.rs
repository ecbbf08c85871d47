//! Dimensions: the ways in which files are told apart and counted.

use std::borrow::Cow;

use chrono::{Datelike as _, NaiveDate};
use uuid::Uuid;

use super::linked::Linked;
use super::segment::{NONE, Segment};
use crate::agency::AgencyType;
use crate::collected_item::{ItemCategories, SensitiveKind, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::finding::FindingRuleCode;
use crate::graphql::Language;
use crate::identity::{GlobalId, NodeType};
use crate::region::Regions;
use crate::retention::RetentionClass;
use crate::vocabulary::Vocabulary;

crate::vocabulary! {
    /// Dimension in which statistics count (통계 차원).
    pub enum StatisticsDimension {
        AgencyType = "AGENCY_TYPE", "기관 유형", "Type of the agency";
        Region = "REGION", "지역", "Region of the agency", "The region and those around it: a 시군구 counts in its 시도 too.";
        Agency = "AGENCY", "기관", "Agency";
        ItemCategory = "ITEM_CATEGORY", "항목 분류", "Category of a collected item", "The category and the broader ones.";
        UniqueIdentifier = "UNIQUE_IDENTIFIER", "고유식별정보", "Unique identifier";
        SensitiveKind = "SENSITIVE_KIND", "민감정보", "Kind of sensitive data";
        Statute = "STATUTE", "근거 법령", "Statute that the file rests on";
        RetentionClass = "RETENTION_CLASS", "보유기간 구분", "Class of the retention period";
        Recipient = "RECIPIENT", "제공받는 자", "Recipient", "By the registration, and by the policies in force that cover the file.";
        Entrustee = "ENTRUSTEE", "수탁자", "Entrustee", "By the registration, and by the policies in force that cover the file.";
        RegisteredYear = "REGISTERED_YEAR", "등록 연도", "Year of registration";
        RegisteredMonth = "REGISTERED_MONTH", "등록 월", "Month of registration";
        Status = "STATUS", "상태", "Status";
        Assessed = "ASSESSED", "영향평가 여부", "Whether an impact assessment covers the file";
        FindingRule = "FINDING_RULE", "점검 규칙", "Rule of the law that the file has a finding of", "By the findings that hold today and concern the file.";
    }
}

crate::vocabulary! {
    /// Dimension of a facet (패싯).
    pub enum FacetDimension {
        AgencyType = "AGENCY_TYPE", "기관 유형", "Type of the agency";
        Region = "REGION", "지역", "Region of the agency", "The region and those around it: a 시군구 counts in its 시도 too.";
        Agency = "AGENCY", "기관", "Agency";
        ItemCategory = "ITEM_CATEGORY", "항목 분류", "Category of a collected item", "The category and the broader ones.";
        UniqueIdentifier = "UNIQUE_IDENTIFIER", "고유식별정보", "Unique identifier";
        SensitiveKind = "SENSITIVE_KIND", "민감정보", "Kind of sensitive data";
        Statute = "STATUTE", "근거 법령", "Statute that the file rests on";
        RetentionClass = "RETENTION_CLASS", "보유기간 구분", "Class of the retention period";
        Recipient = "RECIPIENT", "제공받는 자", "Recipient", "By the registration, and by the policies in force that cover the file.";
        Entrustee = "ENTRUSTEE", "수탁자", "Entrustee", "By the registration, and by the policies in force that cover the file.";
        RegisteredYear = "REGISTERED_YEAR", "등록 연도", "Year of registration";
        Status = "STATUS", "상태", "Status", "Counts every status, since the list leaves some out.";
        Assessed = "ASSESSED", "영향평가 여부", "Whether an impact assessment covers the file";
        FindingRule = "FINDING_RULE", "점검 규칙", "Rule of the law that the file has a finding of", "By the findings that hold today and concern the file.";
    }
}

/// A dimension, whoever counts in it.
pub type Dimension = StatisticsDimension;

impl From<FacetDimension> for Dimension {
    fn from(dimension: FacetDimension) -> Self {
        match dimension {
            FacetDimension::AgencyType => Self::AgencyType,
            FacetDimension::Region => Self::Region,
            FacetDimension::Agency => Self::Agency,
            FacetDimension::ItemCategory => Self::ItemCategory,
            FacetDimension::UniqueIdentifier => Self::UniqueIdentifier,
            FacetDimension::SensitiveKind => Self::SensitiveKind,
            FacetDimension::Statute => Self::Statute,
            FacetDimension::RetentionClass => Self::RetentionClass,
            FacetDimension::Recipient => Self::Recipient,
            FacetDimension::Entrustee => Self::Entrustee,
            FacetDimension::RegisteredYear => Self::RegisteredYear,
            FacetDimension::Status => Self::Status,
            FacetDimension::Assessed => Self::Assessed,
            FacetDimension::FindingRule => Self::FindingRule,
        }
    }
}

/// Years and months are numbered from the year 0; documents state none before it, and none after 9999.
const YEARS: usize = 10_000;

impl Dimension {
    /// Whether it may have thousands of values: at most one such dimension is counted together with others.
    #[must_use]
    pub fn has_many_values(self) -> bool {
        matches!(self, Self::Agency | Self::Statute | Self::Recipient | Self::Entrustee)
    }

    /// Numbers of its values lie below this.
    #[must_use]
    pub fn size(self, linked: &Linked) -> usize {
        match self {
            Self::AgencyType => AgencyType::WORDS.len(),
            Self::Region => Regions::bundled().all.len(),
            Self::Agency => linked.agencies.numbered().len(),
            Self::ItemCategory => ItemCategories::bundled().all().len(),
            Self::UniqueIdentifier => UniqueIdentifier::WORDS.len(),
            Self::SensitiveKind => SensitiveKind::WORDS.len(),
            Self::Statute => linked.statutes.len(),
            Self::RetentionClass => RetentionClass::WORDS.len(),
            Self::Recipient | Self::Entrustee => linked.organizations.len(),
            Self::RegisteredYear => YEARS,
            Self::RegisteredMonth => YEARS * 12,
            Self::Status => DataFileStatus::WORDS.len(),
            Self::Assessed => 2,
            Self::FindingRule => FindingRuleCode::WORDS.len(),
        }
    }

    /// Calls `each` with the number of each value of a file.
    #[inline]
    pub fn each(self, segment: &Segment, linked: &Linked, file: usize, mut each: impl FnMut(u32)) {
        let agencies = || segment.agency.of(file).iter();
        let day = || segment.registered_on.get(file).copied().filter(|day| *day != NONE);
        let month = || NaiveDate::from_num_days_from_ce_opt(i32::try_from(day()?).ok()?).and_then(|day| Some((u32::try_from(day.year()).ok()?, day.month0())));
        match self {
            Self::AgencyType => agencies().filter_map(|agency| linked.agencies.place_of_type(*agency)).for_each(each),
            Self::Region => agencies().flat_map(|agency| linked.agencies.regions(*agency)).copied().for_each(each),
            Self::Agency => agencies().copied().for_each(each),
            Self::ItemCategory => segment.category.of(file).iter().copied().for_each(each),
            Self::UniqueIdentifier => segment.identifier.of(file).iter().copied().for_each(each),
            Self::SensitiveKind => segment.sensitive.of(file).iter().copied().for_each(each),
            Self::Statute => segment.statute.of(file).iter().copied().for_each(each),
            Self::RetentionClass => segment.retention_class.of(file).iter().copied().for_each(each),
            Self::Recipient => segment.recipient.of(file).iter().copied().for_each(each),
            Self::Entrustee => segment.entrustee.of(file).iter().copied().for_each(each),
            Self::RegisteredYear => month().into_iter().for_each(|(year, _)| each(year)),
            Self::RegisteredMonth => month().into_iter().for_each(|(year, month)| each(year * 12 + month)),
            Self::Status => segment.status.of(file).iter().copied().for_each(each),
            Self::Assessed => each(segment.assessed.contains(file).into()),
            Self::FindingRule => segment.finding.of(file).iter().copied().for_each(each),
        }
    }

    /// Whether a file has a value.
    #[must_use]
    pub fn is_stated(self, segment: &Segment, linked: &Linked, file: usize) -> bool {
        let mut is_stated = false;
        self.each(segment, linked, file, |_| is_stated = true);
        is_stated
    }

    /// What clients call a value: what the filter on the dimension takes.
    #[must_use]
    pub fn key(self, linked: &Linked, number: u32) -> String {
        let place = number as usize;
        let node = |node_type: NodeType, key: Option<Uuid>| key.map(|key| GlobalId::new(node_type, key).to_string()).unwrap_or_default();
        match self {
            Self::AgencyType => word::<AgencyType>(place),
            Self::Region => Regions::bundled().all.get(place).map(|region| region.code.clone()).unwrap_or_default(),
            Self::Agency => node(NodeType::Agency, linked.agencies.numbered().key(number)),
            Self::ItemCategory => ItemCategories::bundled().all().get(place).map(|category| category.code.clone()).unwrap_or_default(),
            Self::UniqueIdentifier => word::<UniqueIdentifier>(place),
            Self::SensitiveKind => word::<SensitiveKind>(place),
            Self::Statute => node(NodeType::Statute, linked.statutes.key(number)),
            Self::RetentionClass => word::<RetentionClass>(place),
            Self::Recipient | Self::Entrustee => node(NodeType::Organization, linked.organizations.key(number)),
            Self::RegisteredYear => format!("{number:04}"),
            Self::RegisteredMonth => format!("{:04}-{:02}", number / 12, number % 12 + 1),
            Self::Status => word::<DataFileStatus>(place),
            Self::Assessed => (number == 1).to_string(),
            Self::FindingRule => word::<FindingRuleCode>(place),
        }
    }

    /// What people call a value.
    #[must_use]
    pub fn label(self, linked: &Linked, number: u32, language: Language) -> String {
        let place = number as usize;
        let name = |names: &[String]| names.first().cloned().unwrap_or_default();
        let both = |ko: &str, en: &str| if language == Language::En { en } else { ko }.to_owned();
        match self {
            Self::AgencyType => label::<AgencyType>(place, language),
            Self::Region => region_name(place),
            Self::Agency => name(linked.agencies.numbered().names_of(number)),
            Self::ItemCategory => ItemCategories::bundled().all().get(place).map(|category| both(&category.ko, &category.en)).unwrap_or_default(),
            Self::UniqueIdentifier => label::<UniqueIdentifier>(place, language),
            Self::SensitiveKind => label::<SensitiveKind>(place, language),
            Self::Statute => name(linked.statutes.names_of(number)),
            Self::RetentionClass => label::<RetentionClass>(place, language),
            Self::Recipient | Self::Entrustee => name(linked.organizations.names_of(number)),
            Self::RegisteredYear | Self::RegisteredMonth => self.key(linked, number),
            Self::Status => label::<DataFileStatus>(place, language),
            Self::Assessed if number == 1 => both("영향평가 수행", "Assessed"),
            Self::Assessed => both("영향평가 없음", "Not assessed"),
            Self::FindingRule => label::<FindingRuleCode>(place, language),
        }
    }

    /// The object that a value is, if it is one.
    #[must_use]
    pub fn node(self, linked: &Linked, number: u32) -> Option<GlobalId> {
        match self {
            Self::ItemCategory => {
                let category = ItemCategories::bundled().all().get(number as usize)?;
                Some(GlobalId::new(NodeType::ItemCategory, category.key()))
            }
            Self::Agency | Self::Statute | Self::Recipient | Self::Entrustee => GlobalId::parse(&self.key(linked, number)).ok(),
            _ => None,
        }
    }
}

fn word<T: Vocabulary>(place: usize) -> String {
    T::WORDS.get(place).map(|word| word.value.to_owned()).unwrap_or_default()
}

fn label<T: Vocabulary>(place: usize, language: Language) -> String {
    let label = T::WORDS.get(place).map(|word| if language == Language::En { word.en } else { word.ko });
    label.unwrap_or_default().to_owned()
}

/// Name of a region with those around it: many cities have a 중구.
fn region_name(place: usize) -> String {
    let regions = Regions::bundled();
    let chain = std::iter::successors(regions.all.get(place), |region| region.parent.as_deref().and_then(|above| regions.get(above)));
    let names: Vec<Cow<'_, str>> = chain.map(|region| Cow::from(region.name.as_str())).collect();
    names.into_iter().rev().collect::<Vec<_>>().join(" ")
}
