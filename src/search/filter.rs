//! The filter of a search in the schema, and the conditions that it stands for.

use async_graphql::{ID, InputObject};
use uuid::Uuid;

use super::Dimension;
use super::condition::{Condition, Number, Value};
use super::layout::day_number;
use super::text::letters;
use crate::agency::AgencyTypeFilter;
use crate::collected_item::{ItemCategories, SensitiveKind, SensitiveKindFilter, UniqueIdentifier, UniqueIdentifierFilter};
use crate::data_file::{DataFileStatus, DataFileStatusFilter};
use crate::error::{Error, Result};
use crate::finding::FindingRuleCodeFilter;
use crate::graphql::filter::{CountFilter, DateFilter, IdFilter, IntFilter};
use crate::graphql::scalar::{Count, Date};
use crate::hangul;
use crate::identity::{GlobalId, NodeType, abbreviated};
use crate::region::Regions;
use crate::retention::RetentionClassFilter;
use crate::vocabulary::Vocabulary as _;

/// Condition on a code: of an item category, of a region. Parts are AND-ed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct CodeFilter {
    /// Is this code.
    pub eq: Option<String>,
    /// Is one of these codes; an empty list matches nothing. At most 100.
    pub r#in: Option<Vec<String>>,
}

/// Condition on a legal basis. Parts are AND-ed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, InputObject)]
pub struct SearchArticleFilter {
    /// Statute.
    pub statute: ID,
    /// Article as `LegalBasis.article` has it: "제15조", "제24조의2".
    pub article: String,
}

/// Condition on what a recipient gets. Parts are AND-ed: `{recipient, category}` asks that the recipient gets an item of the category.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct SearchProvisionFilter {
    /// Recipient (제공받는 자); any if left out.
    pub recipient: Option<ID>,
    /// Code of the category of an item that is provided, or of a broader one.
    pub category: Option<String>,
    /// Unique identifier that is provided.
    pub unique_identifier: Option<UniqueIdentifier>,
    /// Sensitive data that is provided.
    pub sensitive_kind: Option<SensitiveKind>,
}

/// Conditions on files found. Parts are AND-ed; a part left out says nothing. Without a condition on the status, registered and disclosed files are found.
///
/// Lists (`dataFiles`) know more conditions; these are those that a search counts facets by, and answers in milliseconds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct SearchFilter {
    /// Letters of the file's name in a row, spaces aside: the second box of the official portal.
    pub data_file_name: Option<String>,
    /// Letters of a name of the agency, or of one above it, in a row, spaces aside: the first box of the official portal. Short names and aliases count.
    pub agency_name: Option<String>,
    /// Agency of the file.
    pub agency: Option<IdFilter>,
    /// Agency of the file, or one above it at any depth.
    pub subordinate_to: Option<IdFilter>,
    /// Type of the agency.
    pub agency_type: Option<AgencyTypeFilter>,
    /// Code of the region of the agency, or of one around it.
    pub region: Option<CodeFilter>,
    /// Code of the category of a collected item, or of a broader one.
    pub item_category: Option<CodeFilter>,
    /// Unique identifier (고유식별정보) that is recorded.
    pub unique_identifier: Option<UniqueIdentifierFilter>,
    /// Sensitive data (민감정보) that is recorded.
    pub sensitive_kind: Option<SensitiveKindFilter>,
    /// Statute that the file rests on.
    pub statute: Option<IdFilter>,
    /// Article of a statute that the file rests on.
    pub article: Option<SearchArticleFilter>,
    /// Class of the retention period: of its longest term.
    pub retention_class: Option<RetentionClassFilter>,
    /// Length of the retention period in months: of its longest term that is a length. Thirty days count as a month.
    pub retention_months: Option<IntFilter>,
    /// Recipient (제공받는 자), by the registration or by a policy in force that covers the file.
    pub recipient: Option<IdFilter>,
    /// Entrustee (수탁자), by the registration or by a policy in force that covers the file.
    pub entrustee: Option<IdFilter>,
    /// What a recipient gets.
    pub provision: Option<SearchProvisionFilter>,
    /// Number of data subjects.
    pub data_subject_count: Option<CountFilter>,
    /// Day of registration.
    pub registered_on: Option<DateFilter>,
    /// First day of the registration in force.
    pub valid_from: Option<DateFilter>,
    /// Whether an impact assessment covers the file.
    pub is_assessed: Option<bool>,
    /// Rule of a finding that holds today and concerns the file.
    pub finding_rule: Option<FindingRuleCodeFilter>,
    /// Status of the file.
    pub status: Option<DataFileStatusFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<SearchFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<SearchFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<SearchFilter>>,
}

type Parts = Vec<(Option<Dimension>, Condition)>;

impl SearchFilter {
    /// What the filter asks, each part with the dimension that it narrows; files of other statuses are left out where it does not ask for a status.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type, or an unknown code.
    pub fn search_parts(filter: Option<&Self>) -> Result<Parts> {
        let mut parts = filter.map(Self::parts).transpose()?.unwrap_or_default();
        if !filter.is_some_and(Self::asks_for_status) {
            let shown = [DataFileStatus::Registered, DataFileStatus::Disclosed].map(|status| Value::Word(status.as_str().to_owned()));
            parts.push((Some(Dimension::Status), Condition::OneOf(Dimension::Status, shown.to_vec())));
        }
        Ok(parts)
    }

    fn asks_for_status(&self) -> bool {
        let lists = [&self.and, &self.or, &self.not];
        self.status.is_some() || lists.into_iter().flatten().flatten().any(Self::asks_for_status)
    }

    /// The parts that are AND-ed, those of `and` among them.
    fn parts(&self) -> Result<Parts> {
        let mut parts: Parts = Vec::new();
        let mut part = |dimension: Dimension, condition: Option<Condition>| parts.extend(condition.map(|condition| (Some(dimension), condition)));
        part(Dimension::Agency, self.agency.as_ref().map(|filter| keys(filter, Dimension::Agency, NodeType::Agency)).transpose()?);
        part(
            Dimension::Agency,
            self.subordinate_to.as_ref().map(|filter| Ok::<_, Error>(Condition::SubordinateTo(parsed(filter, NodeType::Agency)?))).transpose()?,
        );
        part(Dimension::AgencyType, self.agency_type.as_ref().map(|filter| words(Dimension::AgencyType, filter.words(), filter.is_null)));
        part(
            Dimension::Region,
            self.region.as_ref().map(|filter| filter.condition(Dimension::Region, "a region", |code| Regions::bundled().get(code).is_some())).transpose()?,
        );
        let is_category = |code: &str| ItemCategories::bundled().get(code).is_some();
        part(
            Dimension::ItemCategory,
            self.item_category.as_ref().map(|filter| filter.condition(Dimension::ItemCategory, "an item category", is_category)).transpose()?,
        );
        part(Dimension::UniqueIdentifier, self.unique_identifier.as_ref().map(|filter| words(Dimension::UniqueIdentifier, filter.words(), filter.is_null)));
        part(Dimension::SensitiveKind, self.sensitive_kind.as_ref().map(|filter| words(Dimension::SensitiveKind, filter.words(), filter.is_null)));
        part(Dimension::Statute, self.statute.as_ref().map(|filter| keys(filter, Dimension::Statute, NodeType::Statute)).transpose()?);
        let article =
            |filter: &SearchArticleFilter| Ok::<_, Error>(Condition::Article(GlobalId::parse_as(&filter.statute, NodeType::Statute)?, filter.article.clone()));
        part(Dimension::Statute, self.article.as_ref().map(article).transpose()?);
        part(Dimension::RetentionClass, self.retention_class.as_ref().map(|filter| words(Dimension::RetentionClass, filter.words(), filter.is_null)));
        part(Dimension::Recipient, self.recipient.as_ref().map(|filter| keys(filter, Dimension::Recipient, NodeType::Organization)).transpose()?);
        part(Dimension::Entrustee, self.entrustee.as_ref().map(|filter| keys(filter, Dimension::Entrustee, NodeType::Organization)).transpose()?);
        part(Dimension::RegisteredYear, self.registered_on.as_ref().map(|filter| days(Number::RegisteredOn, filter)));
        part(Dimension::Assessed, self.is_assessed.map(|wanted| Condition::OneOf(Dimension::Assessed, vec![Value::Word(wanted.to_string())])));
        part(Dimension::FindingRule, self.finding_rule.as_ref().map(|filter| words(Dimension::FindingRule, filter.words(), filter.is_null)));
        part(Dimension::Status, self.status.as_ref().map(|filter| words(Dimension::Status, filter.words(), filter.is_null)));
        let piece = |text: &String| letters(&hangul::normalised(text));
        let mut other = |condition: Option<Condition>| parts.extend(condition.map(|condition| (None, condition)));
        other(self.data_file_name.as_ref().map(piece).filter(|letters| !letters.is_empty()).map(Condition::Named));
        other(self.agency_name.as_ref().map(piece).filter(|letters| !letters.is_empty()).map(Condition::AgencyNamed));
        other(self.retention_months.as_ref().map(months));
        other(self.data_subject_count.as_ref().map(counts));
        other(self.valid_from.as_ref().map(|filter| days(Number::ValidFrom, filter)));
        other(self.provision.as_ref().map(SearchProvisionFilter::condition).transpose()?);
        other(self.or.as_ref().map(|filters| Ok::<_, Error>(Condition::Any(all(filters)?))).transpose()?);
        other(self.not.as_ref().map(|filters| Ok::<_, Error>(Condition::Not(Box::new(Condition::Any(all(filters)?))))).transpose()?);
        for filter in self.and.iter().flatten() {
            parts.extend(filter.parts()?);
        }
        Ok(parts)
    }
}

/// Each filter as one condition.
fn all(filters: &[SearchFilter]) -> Result<Vec<Condition>> {
    filters.iter().map(|filter| Ok(Condition::All(filter.parts()?.into_iter().map(|(_, condition)| condition).collect()))).collect()
}

impl CodeFilter {
    fn condition(&self, dimension: Dimension, what: &str, is_known: impl Fn(&str) -> bool) -> Result<Condition> {
        if let Some(code) = self.eq.iter().chain(self.r#in.iter().flatten()).find(|code| !is_known(code)) {
            return Err(Error::input(format!("\"{}\" is not the code of {what} of this register", abbreviated(code))));
        }
        let value = |code: &String| Value::Word(code.clone());
        Ok(Condition::All(
            [self.eq.as_ref().map(|code| vec![value(code)]), self.r#in.as_ref().map(|codes| codes.iter().map(value).collect())]
                .into_iter()
                .flatten()
                .map(|values| Condition::OneOf(dimension, values))
                .collect(),
        ))
    }
}

impl SearchProvisionFilter {
    fn condition(&self) -> Result<Condition> {
        if let Some(code) = self.category.as_ref().filter(|code| ItemCategories::bundled().get(code).is_none()) {
            return Err(Error::input(format!("\"{}\" is not the code of an item category of this register", abbreviated(code))));
        }
        let recipient = self.recipient.as_ref().map(|id| GlobalId::parse_as(id, NodeType::Organization)).transpose()?;
        if recipient.is_none() && self.category.is_none() && self.unique_identifier.is_none() && self.sensitive_kind.is_none() {
            return Ok(Condition::Stated(Dimension::Recipient));
        }
        Ok(Condition::Received {
            recipient,
            category: self.category.clone(),
            identifier: self.unique_identifier.map(super::super::vocabulary::Vocabulary::as_str),
            sensitive: self.sensitive_kind.map(super::super::vocabulary::Vocabulary::as_str),
        })
    }
}

fn parsed(filter: &IdFilter, node_type: NodeType) -> Result<Vec<Uuid>> {
    let key = |id: &ID| GlobalId::parse_as(id, node_type);
    let listed = filter.r#in.as_ref().map(|ids| ids.iter().map(key).collect::<Result<Vec<_>, _>>()).transpose()?;
    let only = filter.eq.as_ref().map(key).transpose()?;
    Ok(match (only, listed) {
        (Some(only), Some(listed)) => listed.into_iter().filter(|key| *key == only).collect(),
        (Some(only), None) => vec![only],
        (None, Some(listed)) => listed,
        (None, None) => Vec::new(),
    })
}

fn keys(filter: &IdFilter, dimension: Dimension, node_type: NodeType) -> Result<Condition> {
    if filter.eq.is_none() && filter.r#in.is_none() {
        return Ok(Condition::All(Vec::new()));
    }
    Ok(Condition::OneOf(dimension, parsed(filter, node_type)?.into_iter().map(Value::Key).collect()))
}

fn words(dimension: Dimension, words: Option<Vec<&'static str>>, is_null: Option<bool>) -> Condition {
    let one_of = words.map(|words| Condition::OneOf(dimension, words.into_iter().map(|word| Value::Word(word.to_owned())).collect()));
    Condition::All(one_of.into_iter().chain(null(Condition::Stated(dimension), is_null)).collect())
}

fn null(stated: Condition, is_null: Option<bool>) -> Option<Condition> {
    is_null.map(|is_null| if is_null { Condition::Not(Box::new(stated)) } else { stated })
}

/// What a filter on numbers asks.
fn number(number: Number, eq: Option<i64>, one_of: Option<Vec<i64>>, gte: Option<i64>, lte: Option<i64>, is_null: Option<bool>) -> Condition {
    let is = |value: i64| Condition::Within(number, value, value);
    let range = (gte.is_some() || lte.is_some()).then(|| Condition::Within(number, gte.unwrap_or(i64::MIN), lte.unwrap_or(i64::MAX)));
    let one_of = one_of.map(|values| Condition::Any(values.into_iter().map(is).collect()));
    let stated = null(Condition::Within(number, i64::MIN, i64::MAX), is_null);
    Condition::All([eq.map(is), one_of, range, stated].into_iter().flatten().collect())
}

fn counts(filter: &CountFilter) -> Condition {
    let CountFilter { eq, r#in, gte, lte, is_null } = filter.clone();
    let value = |count: Count| count.0;
    number(Number::Subjects, eq.map(value), r#in.map(|list| list.into_iter().map(value).collect()), gte.map(value), lte.map(value), is_null)
}

fn months(filter: &IntFilter) -> Condition {
    let IntFilter { eq, r#in, gte, lte, is_null } = filter.clone();
    let list = r#in.map(|list| list.into_iter().map(i64::from).collect());
    number(Number::RetentionMonths, eq.map(i64::from), list, gte.map(i64::from), lte.map(i64::from), is_null)
}

fn days(of: Number, filter: &DateFilter) -> Condition {
    let DateFilter { eq, r#in, gte, lte, is_null } = filter.clone();
    let value = |day: Date| day_number(day.0);
    number(of, eq.map(value), r#in.map(|list| list.into_iter().map(value).collect()), gte.map(value), lte.map(value), is_null)
}
