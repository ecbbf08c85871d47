//! Labels of enumerations: what a portal shows for a word of the schema.

use async_graphql::{Object, Result, SimpleObject};

use super::Language;
use crate::error::Error;
use crate::vocabulary::Vocabulary;

/// Label of an enumerated value.
#[derive(Clone, SimpleObject)]
pub struct EnumLabel {
    /// Value, as in the schema.
    pub value: String,
    /// Label of the value.
    pub label: String,
}

fn labels<T: Vocabulary>(language: Language) -> Vec<EnumLabel> {
    T::WORDS.iter().map(|word| EnumLabel { value: word.value.to_owned(), label: if language == Language::Ko { word.ko } else { word.en }.to_owned() }).collect()
}

/// Answers the labels of the set of that name among those listed. A test compares the list with the schema.
macro_rules! labelled {
    ($($set:path),+ $(,)?) => {
        /// Names of the sets that have labels, for the test that compares them with the schema.
        #[cfg(test)]
        const LABELLED: &[&str] = &[$(<$set as Vocabulary>::NAME),+];

        fn labels_of(name: &str, language: Language) -> Option<Vec<EnumLabel>> {
            $(if name == <$set as Vocabulary>::NAME { return Some(labels::<$set>(language)); })+
            None
        }
    };
}

labelled![
    crate::access::Role,
    crate::agency::AgencyStatus,
    crate::agency::AgencyType,
    crate::agency::SuccessionKind,
    crate::agency::graphql::AgencyOrderField,
    crate::application::ApplicationKind,
    crate::application::ApplicationStatus,
    crate::graphql::mutation::UserErrorCode,
    crate::collected_item::ItemRequirement,
    crate::collected_item::SensitiveKind,
    crate::collected_item::UniqueIdentifier,
    crate::data_file::DataFileStatus,
    crate::data_file::graphql::DataFileOrderField,
    crate::data_flow::DataFlowKind,
    crate::data_flow::graphql::DataFlowOrderField,
    crate::difference::DifferenceKind,
    crate::finding::Certainty,
    crate::finding::FindingRuleCode,
    crate::finding::graphql::FindingOrderField,
    crate::impact_assessment::AssessmentTrigger,
    crate::impact_assessment::graphql::ImpactAssessmentOrderField,
    crate::import::ImportPhase,
    crate::import::ImportPolicy,
    crate::import::ImportSeverity,
    crate::import::ImportStatus,
    crate::journal::ChangeKind,
    crate::legal_basis::LawfulGround,
    crate::legal_basis::StatuteKind,
    crate::legal_basis::graphql::StatuteOrderField,
    crate::organization::OrganizationKind,
    crate::organization::graphql::OrganizationOrderField,
    crate::peer::PeerMeasure,
    crate::policy::DataSubjectRight,
    crate::policy::DisposalMedium,
    crate::policy::OfficerRole,
    crate::policy::PolicySectionKind,
    crate::policy::PrivacyLabelKind,
    crate::policy::SafeguardKind,
    crate::policy::SectionState,
    crate::policy::VideoDeviceKind,
    crate::stated::StatedFor,
    crate::recommendation::RecommendationOutcome,
    crate::registration::AccessRestrictionGround,
    crate::registration::ProcessingMethod,
    crate::registration::RecordCompleteness,
    crate::registration::RegistrationChangeKind,
    crate::registration::graphql::RegistrationOrderField,
    crate::retention::RetentionChange,
    crate::retention::RetentionClass,
    crate::search::FacetDimension,
    crate::search::StatisticsDimension,
    crate::search::StatisticsMeasure,
    crate::search::SuggestionKind,
    crate::search::graphql::SearchOrderField,
    Language,
    super::order::OrderDirection,
];

/// Queries on the labels of enumerations.
#[derive(Default)]
pub struct EnumLabelQuery;

/// Queries on the labels of enumerations.
#[Object]
impl EnumLabelQuery {
    /// Labels of the values of an enumeration of this schema, in their own order.
    async fn enum_labels(
        &self,
        #[graphql(desc = "Name of the enumeration, `RetentionClass` say.")] r#type: String,
        #[graphql(desc = "Language of the labels.", default_with = "Language::Ko")] language: Language,
    ) -> Result<Vec<EnumLabel>> {
        labels_of(&r#type, language)
            .ok_or_else(|| Error::input(format!("\"{}\" is not an enumeration of this schema", crate::identity::abbreviated(&r#type))).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_enumeration_of_the_schema_has_labels() {
        let sdl = super::super::sdl();
        let mut enums: Vec<&str> = sdl.lines().filter_map(|line| line.strip_prefix("enum ")).map(|rest| rest.trim_end_matches(" {")).collect();
        let mut labelled = LABELLED.to_vec();
        enums.sort_unstable();
        labelled.sort_unstable();
        assert_eq!(labelled, enums);
    }
}
