//! What a row of a sheet states, as the input of a data file: pure.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use reading::header::{Column as States, compact};
use reading::sheet::{FileRecord, RowCells};

use crate::collected_item::{self, CollectedItemInput, ItemRequirement};
use crate::data_file::{DataFileInput, DataFileStatus, running_number};
use crate::entrustment::EntrustmentInput;
use crate::legal_basis::{self, LegalBasis, LegalBasisInput};
use crate::organization;
use crate::period::{parse_date, parse_range};
use crate::provision::{ProvidedItem, ProvisionInput};
use crate::registration::cells::{Written, labelled};
use crate::registration::subject_count::parse_subject_count;
use crate::registration::{AccessDesk, AccessRestriction, AccessRestrictionGround, Department, ProcessingMethod, RecordCompleteness, RegistrationInput};
use crate::retention::RetentionInput;
use crate::source::SourceInput;
use crate::vocabulary::Vocabulary;

/// Key under which the sources of a registration name the sheet.
pub const DOCUMENT: &str = "sheet";

/// A file as a sheet states it.
#[derive(Clone, Debug)]
pub struct StatedFile {
    /// The file.
    pub input: DataFileInput,
    /// Values that were left out since they could not be understood: what each is.
    pub left_out: Vec<String>,
}

/// The columns of an official list: with all of them a matter that is absent was not registered.
const OFFICIAL: &[&[States]] = &[
    &[States::Basis, States::BasisAndPurpose],
    &[States::Purpose, States::BasisAndPurpose],
    &[States::Items, States::RequiredItems],
    &[States::ProcessingMethod],
    &[States::Retention],
    &[States::SubjectCount],
    &[States::Recipient],
    &[States::AccessDesk],
];

/// Matters of a registration, and the columns that state them.
const MATTERS: &[(&str, &[States])] = &[
    ("purpose", &[States::Purpose, States::BasisAndPurpose]),
    ("legalBases", &[States::Basis, States::BasisAndPurpose]),
    ("collectedItems", &[States::Items, States::RequiredItems, States::OptionalItems, States::AutomaticItems]),
    ("processingMethod", &[States::ProcessingMethod]),
    ("processingMethodText", &[States::ProcessingMethod]),
    ("collectionMethod", &[States::CollectionMethod]),
    ("retention", &[States::Retention]),
    ("provisions", &[States::Recipient]),
    ("entrustments", &[States::Entrustee]),
    ("dataSubjectCount", &[States::SubjectCount]),
    ("countedOn", &[States::SubjectCount]),
    ("processingDepartment", &[States::Department]),
    ("accessDesk", &[States::AccessDesk]),
    ("accessRestrictions", &[States::Restriction, States::RestrictionScope]),
    ("informationSystem", &[States::System]),
    ("includesChildrenUnder14", &[States::Children]),
    ("operationStartedOn", &[States::OperationStart]),
    ("registeredOn", &[States::RegisteredOn]),
    ("completeness", &[States::Completeness]),
];

/// Columns that say more of a matter which others state.
const DETAILS: &[(&str, &[States])] = &[
    ("collectedItems", &[States::Subject]),
    (
        "provisions",
        &[
            States::Material,
            States::ProvisionPurpose,
            States::ProvisionItems,
            States::ProvisionBasis,
            States::ProvisionRetention,
            States::Frequency,
            States::ProvisionMethod,
        ],
    ),
    ("entrustments", &[States::Task, States::SubEntrustee, States::Period]),
    ("accessRestrictions", &[States::RestrictionReason]),
];

/// The file that a record states, of the agency with that code, as it is `today`: a sheet does not say since when it holds.
#[must_use]
pub fn stated(record: &FileRecord, agency: &str, today: NaiveDate) -> StatedFile {
    let mut left_out = Vec::new();
    let mut states: BTreeSet<String> =
        MATTERS.iter().filter(|(_, columns)| columns.iter().any(|column| record.has_column(*column))).map(|(matter, _)| (*matter).to_owned()).collect();
    states.insert("name".to_owned());
    let is_official = OFFICIAL.iter().all(|columns| columns.iter().any(|column| record.has_column(*column)));
    if is_official {
        states.insert("completeness".to_owned());
    }
    let completeness = record.first(States::Completeness).and_then(|cell| {
        let word = labelled::<RecordCompleteness>(cell);
        if word.is_none() {
            left_out.push(format!("\"{cell}\" does not say what the record covers: {}", labels::<RecordCompleteness>()));
        }
        word
    });
    let status = record.first(States::Status).and_then(|cell| {
        let word = labelled::<DataFileStatus>(cell);
        if word.is_none() {
            left_out.push(format!("\"{cell}\" is no status of a file: {}", labels::<DataFileStatus>()));
        }
        word
    });
    let (mut bases, mut purposes) = (Vec::new(), record.all(States::Purpose).into_iter().map(str::to_owned).collect::<Vec<_>>());
    for cell in record.all(States::Basis) {
        bases.extend(legal_basis::parse(cell));
    }
    for cell in record.all(States::BasisAndPurpose) {
        let (of_cell, purpose) = apart(cell);
        bases.extend(of_cell);
        purposes.extend(purpose);
    }
    let day = |states, left_out: &mut Vec<String>| {
        let cell = record.first(states)?;
        parse_date(cell).or_else(|| {
            left_out.push(format!("\"{cell}\" is no day of the calendar, 2024-01-25 say"));
            None
        })
    };
    let data_subject_count = record.first(States::SubjectCount).and_then(|cell| {
        parse_subject_count(cell).or_else(|| {
            left_out.push(format!("\"{cell}\" is no number of data subjects"));
            None
        })
    });
    let includes_children_under14 = record.first(States::Children).and_then(|cell| {
        let answer = yes_or_no(cell);
        if answer.is_none() {
            left_out.push(format!("\"{cell}\" does not say whether there are data of children under 14: 예, 아니오"));
        }
        answer
    });
    let registration_number = record.first(States::RegistrationNumber).filter(|number| {
        let is_of_register = running_number(number).is_some();
        if !is_of_register {
            left_out.push(format!("\"{number}\" is no registration number of this register, and the file is known by its name"));
        }
        is_of_register
    });
    let processing_method_text = record.joined(States::ProcessingMethod);
    let operation_started_on = day(States::OperationStart, &mut left_out);
    let registered_on = day(States::RegisteredOn, &mut left_out);
    let registration = RegistrationInput {
        change_kind: None,
        reason: None,
        valid_from: today,
        registered_on,
        completeness: completeness.or(Some(if is_official { RecordCompleteness::FullRegistration } else { RecordCompleteness::PolicyExcerpt })),
        agency: None,
        name: record.name.clone(),
        purpose: (!purposes.is_empty()).then(|| purposes.join("\n")),
        legal_bases: bases.into_iter().map(as_read).collect(),
        collected_items: items(record),
        processing_method: processing_method_text.as_deref().and_then(method_of),
        processing_method_text,
        collection_method: record.joined(States::CollectionMethod),
        retention: record.joined(States::Retention).map(|text| RetentionInput { text, class: None, terms: None }),
        provisions: record.rows.iter().flat_map(provisions).collect(),
        entrustments: record.rows.iter().flat_map(|row| entrustments(row, &mut left_out)).collect(),
        data_subject_count,
        counted_on: None,
        processing_department: record.first(States::Department).map(|name| Department { name: name.to_owned(), phones: Vec::new() }),
        access_desk: record.first(States::AccessDesk).map(desk),
        access_restrictions: record.rows.iter().filter_map(restrictions).collect(),
        information_system: record.first(States::System).map(str::to_owned),
        includes_children_under14,
        operation_started_on,
        sources: sources(record),
        states: Some(states),
        is_undated: true,
        written: written(record),
    };
    StatedFile {
        input: DataFileInput {
            registration_number: registration_number.map(str::to_owned),
            agency: agency.to_owned(),
            status: status.unwrap_or(DataFileStatus::Registered),
            registrations: vec![registration],
            is_application: false,
        },
        left_out,
    }
}

/// What a record in one row writes of each matter.
fn written(record: &FileRecord) -> Option<Written> {
    if record.rows.len() != 1 || !record.further.is_empty() {
        return None;
    }
    let cells = |matter: &str| -> Vec<(States, Option<String>)> {
        let columns = MATTERS.iter().chain(DETAILS).filter(|(other, _)| *other == matter).flat_map(|(_, columns)| *columns);
        columns.filter(|column| record.has_column(**column)).map(|column| (*column, record.joined(*column))).collect()
    };
    Some(Written(MATTERS.iter().map(|(matter, _)| (*matter, cells(matter))).collect()))
}

fn labels<T: Vocabulary>() -> String {
    T::WORDS.iter().map(|word| word.ko).collect::<Vec<_>>().join(", ")
}

fn sources(record: &FileRecord) -> Vec<SourceInput> {
    let is_withheld = [States::Handler, States::PersonName].into_iter().any(|column| record.first(column).is_some());
    std::iter::once(&record.place)
        .chain(&record.further)
        .map(|place| SourceInput {
            path: String::new(),
            document: DOCUMENT.to_owned(),
            span: Some(place.to_string()),
            confidence: None,
            note: is_withheld.then(|| "담당자의 이름은 옮기지 않았다".to_owned()),
        })
        .collect()
}

/// A basis as its cell was read: what is read of it alone would miss what 동법 refers to.
fn as_read(basis: LegalBasis) -> LegalBasisInput {
    LegalBasisInput {
        citation: basis.citation,
        kind: basis.statute.as_ref().map(|statute| statute.kind),
        statute: basis.statute.map(|statute| statute.name),
        article: basis.article,
        paragraph: basis.paragraph,
        subparagraph: basis.subparagraph,
        is_consent: Some(basis.is_consent),
        lawful_ground: basis.lawful_ground,
    }
}

/// Bases and purpose of one cell: each of its parts cites something, or says what for.
fn apart(cell: &str) -> (Vec<LegalBasis>, Option<String>) {
    let (mut cited, mut purposes): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    for part in cell.split(['\n', '/']).map(str::trim).filter(|part| !part.is_empty()) {
        let unmarked = part.trim_start_matches(|c: char| !c.is_alphanumeric() && !"「『(《".contains(c));
        let label = unmarked.split_once([':', '：']).map(|(label, rest)| (compact(label), rest.trim()));
        match label {
            Some((label, rest)) if label.ends_with("근거") => cited.push(rest),
            Some((label, rest)) if label.ends_with("목적") => purposes.push(rest),
            _ if legal_basis::parse(part).iter().any(|basis| basis.statute.is_some() || basis.is_consent || basis.article.is_some()) => cited.push(part),
            _ => purposes.push(part),
        }
    }
    let bases = if cited.is_empty() { Vec::new() } else { legal_basis::parse(&cited.join("\n")) };
    (bases, (!purposes.is_empty()).then(|| purposes.join(", ")))
}

fn items(record: &FileRecord) -> Vec<CollectedItemInput> {
    let mut items: Vec<CollectedItemInput> = Vec::new();
    for row in &record.rows {
        for (states, cell) in &row.cells {
            let of_column = match states {
                States::Items => ItemRequirement::Unspecified,
                States::RequiredItems => ItemRequirement::Required,
                States::OptionalItems => ItemRequirement::Optional,
                States::AutomaticItems => ItemRequirement::Automatic,
                _ => continue,
            };
            for item in collected_item::parse(cell) {
                let requirement = if item.requirement == ItemRequirement::Unspecified { of_column } else { item.requirement };
                let subject = item.subject.or_else(|| row.first(States::Subject).map(str::to_owned));
                let is_known = items.iter().any(|other| other.name == item.name && other.subject == subject && other.requirement == Some(requirement));
                if !is_known {
                    items.push(CollectedItemInput { name: item.name, requirement: Some(requirement), subject, marker: item.marker });
                }
            }
        }
    }
    items
}

/// How data are processed, told by the words of the cell.
fn method_of(text: &str) -> Option<ProcessingMethod> {
    let text = compact(text);
    let any = |words: &[&str]| words.iter().any(|word| text.contains(word));
    let is_electronic = any(&["전자", "전산", "온라인", "시스템", "db", "데이터베이스", "엑셀", "컴퓨터", "홈페이지"]);
    let is_on_paper = any(&["수기", "종이", "서면", "문서자료", "수작업", "오프라인", "비전자", "서류"]);
    // 비전자 has 전자 in it.
    let is_electronic = is_electronic && (!text.contains("비전자") || any(&["전산", "온라인", "시스템", "전자적"]));
    match (is_electronic, is_on_paper) {
        (true, true) => Some(ProcessingMethod::Both),
        (true, false) => Some(ProcessingMethod::Electronic),
        (false, true) => Some(ProcessingMethod::Paper),
        (false, false) => None,
    }
}

fn yes_or_no(cell: &str) -> Option<bool> {
    match compact(cell).as_str() {
        "y" | "yes" | "예" | "o" | "○" | "있음" | "포함" | "해당" | "true" | "1" | "네" => Some(true),
        "n" | "no" | "아니오" | "아니요" | "x" | "미포함" | "false" | "0" => Some(false),
        _ => None,
    }
}

/// The desk that a cell names, with the telephone number that stands behind it.
fn desk(cell: &str) -> AccessDesk {
    let is_number = |part: &str| part.chars().filter(char::is_ascii_digit).count() >= 7 && part.chars().all(|c| c.is_ascii_digit() || "-~.) ( +".contains(c));
    let (mut words, mut phones) = (Vec::new(), Vec::new());
    for part in cell.split(['(', ')', '\n', ',', '/']).map(str::trim).filter(|part| !part.is_empty()) {
        let bare = part
            .trim_start_matches(|c: char| c == '☎' || c.is_whitespace())
            .trim_start_matches("Tel")
            .trim_start_matches("전화")
            .trim_start_matches([':', '.', ' ']);
        if is_number(bare) { phones.push(bare.to_owned()) } else { words.push(part) }
    }
    let department = if phones.is_empty() { Some(cell.to_owned()) } else { (!words.is_empty()).then(|| words.join(", ")) };
    AccessDesk { department, phones, email: None, fax: None, address: None }
}

fn provisions(row: &RowCells) -> Vec<ProvisionInput> {
    let Some(recipients) = row.first(States::Recipient) else { return Vec::new() };
    let text = |states| row.first(states).map(str::to_owned);
    let items_text = text(States::ProvisionItems);
    let items = items_text.as_deref().map(collected_item::parse).unwrap_or_default();
    let items: Vec<ProvidedItem> = items.into_iter().map(|item| ProvidedItem { name: item.name, subject: item.subject }).collect();
    let provision = |recipient: String| ProvisionInput {
        recipient,
        material: text(States::Material),
        purpose: text(States::ProvisionPurpose),
        items: items.clone(),
        items_text: items_text.clone(),
        retention: text(States::ProvisionRetention).map(|text| RetentionInput { text, class: None, terms: None }),
        legal_bases: text(States::ProvisionBasis).map(|cell| legal_basis::parse(&cell).into_iter().map(as_read).collect()).unwrap_or_default(),
        is_outside_purpose: None,
        frequency: text(States::Frequency),
        method: text(States::ProvisionMethod),
        note: None,
    };
    organization::split(recipients).into_iter().map(provision).collect()
}

fn entrustments(row: &RowCells, left_out: &mut Vec<String>) -> Vec<EntrustmentInput> {
    let Some(entrustees) = row.first(States::Entrustee) else { return Vec::new() };
    let Some(task) = row.first(States::Task) else {
        left_out.push(format!("the task of the entrustee \"{entrustees}\" is not stated, and the entrustment is left out"));
        return Vec::new();
    };
    let period_text = row.first(States::Period).map(str::to_owned);
    let period = period_text.as_deref().and_then(parse_range).filter(|period| !period.is_reversed);
    let sub_entrustees = row.first(States::SubEntrustee).map(organization::split).unwrap_or_default();
    let entrustment = |entrustee| EntrustmentInput {
        entrustee,
        task: task.to_owned(),
        items_text: None,
        starts_on: period.and_then(|period| period.from),
        ends_on: period.and_then(|period| period.until),
        period_text: period_text.clone(),
        sub_entrustees: sub_entrustees.clone(),
    };
    organization::split(entrustees).into_iter().map(entrustment).collect()
}

fn restrictions(row: &RowCells) -> Option<AccessRestriction> {
    let scope = row.first(States::RestrictionScope).or_else(|| row.first(States::Restriction))?;
    let text = row.first(States::RestrictionReason);
    Some(AccessRestriction { scope: scope.to_owned(), ground: ground_of(text.unwrap_or(scope)), text: text.map(str::to_owned) })
}

/// The ground of 제35조④ that the words of a reason give; `None` where they give none, or several.
fn ground_of(text: &str) -> Option<AccessRestrictionGround> {
    use AccessRestrictionGround as Ground;
    let text = compact(text);
    let told: Vec<Ground> = [
        (Ground::Tax, &["조세", "세금", "환급"][..]),
        (Ground::GradingOrAdmission, &["성적", "입학자"]),
        (Ground::Examination, &["시험", "자격심사", "채용"]),
        (Ground::Compensation, &["보상금", "급부금"]),
        (Ground::Audit, &["감사"]),
        (Ground::HarmToOthers, &["다른사람", "타인", "제3자의"]),
        (Ground::ProhibitedByLaw, &["법률에따라", "법령에따라", "열람이금지"]),
    ]
    .into_iter()
    .filter(|(_, words)| words.iter().any(|word| text.contains(word)))
    .map(|(ground, _)| ground)
    .collect();
    if let [ground] = told[..] { Some(ground) } else { None }
}
