//! Conditions on files: what they ask, and how a segment of the index answers them.

use fixedbitset::FixedBitSet;
use tantivy::Term;
use tantivy::schema::Field;
use uuid::Uuid;

use super::Dimension;
use super::layout::{Layout, Received, article_term, received_term};
use super::linked::Linked;
use super::segment::{NONE, Segment, place_of_word};
use crate::agency::AgencyType;
use crate::data_file::DataFileStatus;
use crate::error::Result;
use crate::region::Regions;
use crate::vocabulary::Vocabulary as _;

/// What a file must be.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// Every one holds; of none, nothing is asked.
    All(Vec<Self>),
    /// One of them holds; of none, nothing does.
    Any(Vec<Self>),
    /// It does not hold.
    Not(Box<Self>),
    /// One of the values is among those of the file in a dimension.
    OneOf(Dimension, Vec<Value>),
    /// The file has a value in a dimension.
    Stated(Dimension),
    /// The agency is one of these, or stands below one.
    SubordinateTo(Vec<Uuid>),
    /// The name has the letters in a row.
    Named(String),
    /// A name of the agency, or of one above it, has the letters in a row.
    AgencyNamed(String),
    /// Rests on an article of a statute.
    Article(Uuid, String),
    /// A recipient gets something, or any does if none is said; each thing that is said.
    Received {
        /// Recipient.
        recipient: Option<Uuid>,
        /// Code of a category.
        category: Option<String>,
        /// Unique identifier.
        identifier: Option<&'static str>,
        /// Kind of sensitive data.
        sensitive: Option<&'static str>,
    },
    /// A number is known and lies within bounds, both inclusive.
    Within(Number, i64, i64),
}

/// A value of a dimension.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Value {
    /// Word of a vocabulary, code of a category or of a region.
    Word(String),
    /// Key of an object.
    Key(Uuid),
}

/// Numbers of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Number {
    /// Data subjects.
    Subjects,
    /// Day of registration.
    RegisteredOn,
    /// First day of the registration in force.
    ValidFrom,
    /// Months of the longest term of retention that is a length.
    RetentionMonths,
}

impl Condition {
    /// Nothing fulfils it.
    #[must_use]
    pub fn never() -> Self {
        Self::Any(Vec::new())
    }

    /// Those of the files of a segment that fulfil it.
    ///
    /// # Errors
    /// `Internal` for a segment that cannot be read.
    pub fn files(&self, among: &FixedBitSet, segment: &Segment, layout: &Layout, linked: &Linked) -> Result<FixedBitSet> {
        let of_agencies = |agencies: &FixedBitSet| of_agencies(among, segment, agencies);
        let mut found = match self {
            Self::All(conditions) => {
                let mut found = among.clone();
                for condition in in_turn(conditions) {
                    found = condition.files(&found, segment, layout, linked)?;
                }
                found
            }
            Self::Any(conditions) => {
                let mut found = segment.none();
                for condition in conditions {
                    found.union_with(&condition.files(among, segment, layout, linked)?);
                }
                found
            }
            Self::Not(condition) => {
                let mut found = among.clone();
                found.difference_with(&condition.files(among, segment, layout, linked)?);
                found
            }
            Self::OneOf(Dimension::Assessed, values) => {
                let is_asked = |word: &str| values.iter().any(|value| matches!(value, Value::Word(asked) if asked == word));
                let mut found = segment.none();
                if is_asked("true") {
                    found.union_with(&segment.assessed);
                }
                if is_asked("false") {
                    let mut rest = segment.assessed.clone();
                    rest.toggle_range(..);
                    found.union_with(&rest);
                }
                found
            }
            Self::OneOf(Dimension::Status, values) => {
                let statuses = values.iter().filter_map(|value| if let Value::Word(word) = value { DataFileStatus::from_word(word) } else { None });
                let mut found = segment.none();
                statuses.filter_map(|status| segment.with_status(place_of_word(status))).for_each(|files| found.union_with(files));
                found
            }
            Self::OneOf(dimension, values) => match field(*dimension, layout) {
                Some(field) => segment.with_terms(field, &values.iter().map(|value| value.term(field, linked)).collect::<Vec<_>>())?,
                None => of_agencies(&agencies_with(*dimension, values, linked)),
            },
            Self::Stated(dimension) => segment.files_where(among, |file| dimension.is_stated(segment, linked, file)),
            Self::SubordinateTo(keys) => {
                let asked: FixedBitSet = keys.iter().filter_map(|key| linked.agencies.numbered().number(*key)).map(|number| number as usize).collect();
                of_agencies(&linked.agencies.with_subordinates(&asked))
            }
            Self::Named(piece) => segment.with_piece(layout.name, layout.name_letter, piece)?,
            Self::AgencyNamed(piece) => {
                let met = linked.agencies.meetings(piece);
                of_agencies(&met.iter().enumerate().filter(|(_, meeting)| **meeting > 0).map(|(agency, _)| agency).collect())
            }
            Self::Article(statute, article) => {
                segment.with_terms(layout.article, &[Term::from_field_bytes(layout.article, &article_term(*statute, article))])?
            }
            Self::Received { recipient, category, identifier, sensitive } => {
                let recipient = &recipient.map(|recipient| linked.organizations.standing(recipient));
                let things = [category.as_deref().map(Received::Category), identifier.map(Received::Identifier), sensitive.map(Received::Sensitive)];
                let mut found = match recipient {
                    Some(recipient) => segment.with_terms(layout.recipient, &[Layout::key_term(layout.recipient, *recipient)])?,
                    None => among.clone(),
                };
                for thing in things.into_iter().flatten() {
                    let term = Term::from_field_bytes(layout.received, &received_term(*recipient, thing));
                    found.intersect_with(&segment.with_terms(layout.received, &[term])?);
                }
                found
            }
            Self::Within(number, least, most) => {
                let numbers = number.of(segment);
                segment.files_where(among, |file| numbers[file] != NONE && (*least..=*most).contains(&numbers[file]))
            }
        };
        found.intersect_with(among);
        Ok(found)
    }

    /// Whether it looks at each of the files among which it is asked, rather than up the few that fulfil it.
    fn looks_at_each(&self) -> bool {
        match self {
            Self::All(conditions) => conditions.iter().all(Self::looks_at_each),
            Self::Any(conditions) => conditions.iter().any(Self::looks_at_each),
            Self::Not(condition) => condition.looks_at_each(),
            Self::OneOf(dimension, _) => matches!(dimension, Dimension::AgencyType | Dimension::Region),
            Self::Stated(_) | Self::SubordinateTo(_) | Self::AgencyNamed(_) | Self::Within(..) => true,
            Self::Named(_) | Self::Article(..) | Self::Received { .. } => false,
        }
    }
}

/// Conditions that must all hold, in the order in which they are asked: what looks at each file comes last, when few are left.
pub fn in_turn<'c>(conditions: impl IntoIterator<Item = &'c Condition>) -> Vec<&'c Condition> {
    let mut conditions: Vec<&Condition> = conditions.into_iter().collect();
    conditions.sort_by_key(|condition| condition.looks_at_each());
    conditions
}

impl Number {
    fn of(self, segment: &Segment) -> &[i64] {
        match self {
            Self::Subjects => &segment.subjects,
            Self::RegisteredOn => &segment.registered_on,
            Self::ValidFrom => &segment.valid_from,
            Self::RetentionMonths => &segment.retention_months,
        }
    }
}

impl Value {
    fn term(&self, field: Field, linked: &Linked) -> Term {
        match self {
            Self::Word(word) => Term::from_field_text(field, word),
            // Keys of agencies and statutes are none of an organization.
            Self::Key(key) => Layout::key_term(field, linked.organizations.standing(*key)),
        }
    }
}

/// Field whose terms are the values of a dimension; `None` for what is looked up otherwise.
fn field(dimension: Dimension, layout: &Layout) -> Option<Field> {
    match dimension {
        Dimension::Agency => Some(layout.agency),
        Dimension::ItemCategory => Some(layout.category),
        Dimension::UniqueIdentifier => Some(layout.identifier),
        Dimension::SensitiveKind => Some(layout.sensitive),
        Dimension::FindingRule => Some(layout.finding),
        Dimension::Statute => Some(layout.statute),
        Dimension::RetentionClass => Some(layout.retention_class),
        Dimension::Recipient => Some(layout.recipient),
        Dimension::Entrustee => Some(layout.entrustee),
        Dimension::Status | Dimension::Assessed => None,
        Dimension::AgencyType | Dimension::Region | Dimension::RegisteredYear | Dimension::RegisteredMonth => None,
    }
}

/// Agencies of the types, or in the regions.
fn agencies_with(dimension: Dimension, values: &[Value], linked: &Linked) -> FixedBitSet {
    let words = || values.iter().filter_map(|value| if let Value::Word(word) = value { Some(word.as_str()) } else { None });
    let types: Vec<AgencyType> = words().filter_map(AgencyType::from_word).collect();
    let regions: Vec<usize> = words().filter_map(|code| Regions::bundled().place(code)).collect();
    let agencies = &linked.agencies;
    let is_asked = |agency: &u32| match dimension {
        Dimension::AgencyType => agencies.agency_type(*agency).is_some_and(|agency_type| types.contains(&agency_type)),
        Dimension::Region => agencies.regions(*agency).iter().any(|region| regions.contains(&(*region as usize))),
        _ => false,
    };
    let count = u32::try_from(agencies.numbered().len()).unwrap_or(u32::MAX);
    (0..count).filter(is_asked).map(|agency| agency as usize).collect()
}

/// Those of the files that are the agencies'.
fn of_agencies(among: &FixedBitSet, segment: &Segment, agencies: &FixedBitSet) -> FixedBitSet {
    if agencies.is_clear() {
        return segment.none();
    }
    segment.files_where(among, |file| segment.agency.of(file).iter().any(|agency| agencies.contains(*agency as usize)))
}
