//! A registration in the cells of a sheet: how exports write it, and how imports know again what they wrote.
//!
//! A cell has less room than a record: a list of items becomes one text. Were that text read as if somebody had just written it, much would come out otherwise than it went in.
//! So an import first asks what the register would write into the cell. Where that is what stands there, nobody changed it, and the matter stays as it is.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use publishing::list;
use publishing::table::Cell;
use publishing::xlsx::fitting;
use reading::header::Column;
use reading::sheet::says_none;

use super::{Content, ProcessingMethod, RecordCompleteness, RegistrationInput};
use crate::collected_item::ItemRequirement;
use crate::export::FileField;
use crate::vocabulary::Vocabulary;

/// What cells say of a registration, as far as a sheet has room for it.
#[derive(Clone, Debug, Default)]
pub struct Facts<'f> {
    completeness: &'f str,
    name: &'f str,
    purpose: Option<&'f str>,
    citations: Vec<&'f str>,
    items: Vec<ItemFact<'f>>,
    processing_method: Option<&'f str>,
    processing_method_text: Option<&'f str>,
    collection_method: Option<&'f str>,
    retention: Option<&'f str>,
    data_subject_count: Option<i64>,
    recipients: Vec<&'f str>,
    entrustments: Vec<(&'f str, &'f str)>,
    department: Option<&'f str>,
    desk: Option<&'f str>,
    desk_phones: Cow<'f, str>,
    /// Scope and reason.
    restrictions: Vec<(&'f str, Option<&'f str>)>,
    information_system: Option<&'f str>,
    includes_children_under14: Option<bool>,
    operation_started_on: Option<NaiveDate>,
    registered_on: Option<NaiveDate>,
}

#[derive(Clone, Copy, Debug)]
struct ItemFact<'f> {
    name: &'f str,
    requirement: &'f str,
    subject: Option<&'f str>,
}

impl<'f> Facts<'f> {
    /// Those of a registration that is recorded.
    #[must_use]
    pub fn of(content: &'f Content) -> Self {
        let desk = content.access_desk.as_ref();
        let item = |item: &'f crate::collected_item::CollectedItem| ItemFact {
            name: &item.name,
            requirement: item.requirement.as_str(),
            subject: item.subject.as_deref(),
        };
        Self {
            completeness: content.completeness.as_str(),
            name: &content.name,
            purpose: content.purpose.as_deref(),
            citations: content.legal_bases.iter().map(|basis| basis.citation.as_str()).collect(),
            items: content.collected_items.iter().map(item).collect(),
            processing_method: content.processing_method.map(ProcessingMethod::as_str),
            processing_method_text: content.processing_method_text.as_deref(),
            collection_method: content.collection_method.as_deref(),
            retention: content.retention.as_ref().map(|retention| retention.text.as_str()),
            data_subject_count: content.data_subject_count,
            recipients: content.provisions.iter().map(|provision| provision.recipient.name.as_str()).collect(),
            entrustments: content.entrustments.iter().map(|entrustment| (entrustment.entrustee.name.as_str(), entrustment.task.as_str())).collect(),
            department: content.processing_department.as_ref().map(|department| department.name.as_str()),
            desk: desk.and_then(|desk| desk.department.as_deref()),
            desk_phones: desk.map_or(Cow::Borrowed(""), |desk| Cow::Owned(desk.phones.join(", "))),
            restrictions: content.access_restrictions.iter().map(|restriction| (restriction.scope.as_str(), restriction.text.as_deref())).collect(),
            information_system: content.information_system.as_deref(),
            includes_children_under14: content.includes_children_under14,
            operation_started_on: content.operation_started_on,
            registered_on: content.registered_on,
        }
    }

    /// Those of a row that an export reads.
    #[must_use]
    pub fn of_row(row: &'f [Cell<'_>]) -> Self {
        let cell = |field: FileField| row.get(field as usize).unwrap_or(&Cell::Absent);
        let text = |field| cell(field).as_text();
        let records = |field| list::records(text(field).unwrap_or_default());
        let item = |record| {
            let [name, requirement, subject] = list::first(record);
            ItemFact { name: name.unwrap_or_default(), requirement: requirement.unwrap_or_default(), subject }
        };
        let pair = |record| {
            let [first, second] = list::first(record);
            (first.unwrap_or_default(), second)
        };
        let restriction = |record| {
            let [scope, _, text] = list::first(record);
            (scope.unwrap_or_default(), text)
        };
        Self {
            completeness: text(FileField::Completeness).unwrap_or_default(),
            name: text(FileField::Name).unwrap_or_default(),
            purpose: text(FileField::Purpose),
            citations: records(FileField::LegalBases).map(|record| pair(record).0).collect(),
            items: records(FileField::CollectedItems).map(item).collect(),
            processing_method: text(FileField::ProcessingMethod),
            processing_method_text: text(FileField::ProcessingMethodText),
            collection_method: text(FileField::CollectionMethod),
            retention: text(FileField::RetentionText),
            data_subject_count: cell(FileField::DataSubjectCount).as_integer(),
            recipients: records(FileField::Recipients).map(|record| pair(record).0).collect(),
            entrustments: records(FileField::Entrustments).map(pair).map(|(entrustee, task)| (entrustee, task.unwrap_or_default())).collect(),
            department: text(FileField::ProcessingDepartment),
            desk: text(FileField::AccessDeskDepartment),
            desk_phones: Cow::Borrowed(text(FileField::AccessDeskPhones).unwrap_or_default()),
            restrictions: records(FileField::AccessRestrictions).map(restriction).collect(),
            information_system: text(FileField::InformationSystem),
            includes_children_under14: cell(FileField::IncludesChildrenUnder14).as_boolean(),
            operation_started_on: cell(FileField::OperationStartedOn).as_day(),
            registered_on: cell(FileField::RegisteredOn).as_day(),
        }
    }

    /// What the cell of a column says, if it says anything; `None` for a column that exports do not write.
    #[must_use]
    pub fn cell(&self, column: Column) -> Option<Option<Cow<'f, str>>> {
        let lines = |texts: Vec<&str>| (!texts.is_empty()).then(|| Cow::Owned(texts.join("\n")));
        Some(match column {
            Column::FileName => Some(Cow::Borrowed(self.name)),
            Column::Completeness => Some(Cow::Borrowed(label::<RecordCompleteness>(self.completeness))),
            Column::Purpose => self.purpose.map(Cow::Borrowed),
            Column::Basis => (!self.citations.is_empty()).then(|| Cow::Owned(self.citations.join(", "))),
            Column::Items => items(&self.items).map(Cow::Owned),
            Column::ProcessingMethod => self.processing_method_text.or(self.processing_method.map(label::<ProcessingMethod>)).map(Cow::Borrowed),
            Column::CollectionMethod => self.collection_method.map(Cow::Borrowed),
            Column::Retention => self.retention.map(Cow::Borrowed),
            Column::SubjectCount => self.data_subject_count.map(|count| Cow::Owned(count.to_string())),
            Column::Recipient => lines(self.recipients.clone()),
            Column::Entrustee => lines(self.entrustments.iter().map(|(entrustee, _)| *entrustee).collect()),
            Column::Task => lines(self.entrustments.iter().map(|(_, task)| *task).collect()),
            Column::Department => self.department.map(Cow::Borrowed),
            Column::AccessDesk => match (self.desk, self.desk_phones.as_ref()) {
                (Some(desk), "") => Some(Cow::Borrowed(desk)),
                (Some(desk), phones) => Some(Cow::Owned(format!("{desk} ({phones})"))),
                (None, "") => None,
                (None, phones) => Some(Cow::Owned(phones.to_owned())),
            },
            Column::Restriction => {
                let restriction = |(scope, text): &(&str, Option<&str>)| text.map_or_else(|| (*scope).to_owned(), |text| format!("{scope} ({text})"));
                let restrictions: Vec<String> = self.restrictions.iter().map(restriction).collect();
                (!restrictions.is_empty()).then(|| Cow::Owned(restrictions.join("\n")))
            }
            Column::System => self.information_system.map(Cow::Borrowed),
            Column::Children => self.includes_children_under14.map(|includes| Cow::Borrowed(if includes { "예" } else { "아니오" })),
            Column::OperationStart => self.operation_started_on.map(|day| Cow::Owned(day.to_string())),
            Column::RegisteredOn => self.registered_on.map(|day| Cow::Owned(day.to_string())),
            _ => return None,
        })
    }
}

/// The Korean label of a word.
#[must_use]
pub fn label<T: Vocabulary>(word: &str) -> &'static str {
    T::from_word(word).map_or("", |word| word.word().ko)
}

/// The word that a cell writes: by its label in either language, or as the schema has it.
#[must_use]
pub fn labelled<T: Vocabulary>(cell: &str) -> Option<T> {
    let cell = cell.trim();
    T::WORDS.iter().find(|word| [word.ko, word.en, word.value].iter().any(|name| name.eq_ignore_ascii_case(cell))).map(|word| word.is)
}

/// Items as one text: those in a row that are of one subject and requirement follow their label.
fn items(items: &[ItemFact<'_>]) -> Option<String> {
    let mut text = String::new();
    let mut before = None;
    for item in items {
        let group = (item.subject, item.requirement);
        if before == Some(group) {
            text.push_str(", ");
        } else {
            if before.is_some() {
                text.push('\n');
            }
            let requirement = match ItemRequirement::from_word(item.requirement) {
                Some(ItemRequirement::Unspecified) | None => "",
                Some(requirement) => requirement.word().ko,
            };
            match (item.subject, requirement) {
                (None, "") => {}
                (None, requirement) => text.extend(["[", requirement, "] "]),
                (Some(subject), "") => text.extend([subject, ": "]),
                (Some(subject), requirement) => text.extend(["[", requirement, "] ", subject, ": "]),
            }
        }
        before = Some(group);
        text.push_str(item.name);
    }
    (!text.is_empty()).then_some(text)
}

/// What a sheet writes of the matters of a registration: the cells of each, empty ones too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written(pub BTreeMap<&'static str, Vec<(Column, Option<String>)>>);

impl Written {
    /// The matters whose cells are what the register itself would write of a record.
    fn repeated(&self, recorded: &Content) -> BTreeSet<&'static str> {
        let facts = Facts::of(recorded);
        let is_repeated = |(column, cell): &(Column, Option<String>)| {
            let Some(written) = facts.cell(*column) else { return false };
            // A reader takes a cell that says "none" for an empty one.
            match (written.filter(|written| !says_none(written)), cell) {
                (None, None) => true,
                (Some(written), Some(cell)) => written.trim() == cell || fitting(&written) == *cell,
                _ => false,
            }
        };
        self.0.iter().filter(|(_, cells)| !cells.is_empty() && cells.iter().all(is_repeated)).map(|(matter, _)| *matter).collect()
    }
}

/// Takes away each matter that is among those.
macro_rules! without {
    ($input:ident, $matters:ident: $($field:ident $name:literal),+ $(,)?) => {
        $(if $matters.contains($name) {
            $input.$field = Default::default();
        })+
    };
}

impl RegistrationInput {
    /// What is stated but for the matters whose cells repeat the record, which are left as they are; `None` where all are said otherwise, or it comes from no sheet.
    #[must_use]
    pub fn but_repeated(&self, recorded: &Content) -> Option<Self> {
        let repeated = self.written.as_ref()?.repeated(recorded);
        let states = self.states.as_ref()?;
        if !states.iter().any(|matter| repeated.contains(matter.as_str())) {
            return None;
        }
        let mut input = self.clone();
        // The name is needed in any case, and is what it is.
        input.states = Some(states.iter().filter(|matter| *matter == "name" || !repeated.contains(matter.as_str())).cloned().collect());
        without!(input, repeated:
            registered_on "registeredOn", completeness "completeness", purpose "purpose", legal_bases "legalBases", collected_items "collectedItems",
            processing_method "processingMethod", processing_method_text "processingMethodText", collection_method "collectionMethod", retention "retention",
            provisions "provisions", entrustments "entrustments", data_subject_count "dataSubjectCount", counted_on "countedOn",
            processing_department "processingDepartment", access_desk "accessDesk", access_restrictions "accessRestrictions",
            information_system "informationSystem", includes_children_under14 "includesChildrenUnder14", operation_started_on "operationStartedOn",
        );
        Some(input)
    }
}
