//! What a privacy policy states, as a document of the register: pure. The reader (`reading::policy`) tells what stands where; here it becomes files, provisions and a revision,
//! each value with its source.

mod revision;

use std::collections::HashMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use reading::policy::{self, Entrustment, File, Items, Policy, Provision, Reason, Requirement, Span, Stated};
use sha2::{Digest as _, Sha256};

use super::document::{FORMAT, RegisterDocument};
use crate::collected_item::{self, CollectedItemInput, ItemRequirement, is_person};
use crate::data_file::{DataFileInput, DataFileStatus};
use crate::entrustment::EntrustmentInput;
use crate::hangul;
use crate::impact_assessment::{AssessedFile, ImpactAssessmentInput};
use crate::legal_basis::{self, LegalBasis, LegalBasisInput};
use crate::organization;
use crate::provision::{ProvidedItem, ProvisionInput};
use crate::registration::subject_count::parse_subject_count;
use crate::registration::{AccessDesk, AccessRestriction, Department, ProcessingMethod, RecordCompleteness, RegistrationInput};
use crate::retention::RetentionInput;
use crate::source::{SourceDocumentInput, SourceInput};

/// Key under which sources name the policy.
const DOCUMENT: &str = "policy";

/// Whose policy or sheet is read, and what the register holds of its files.
#[derive(Clone, Debug, Default)]
pub struct PolicyAgency {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Registration number and status of each of its files, by its name in [`hangul::compact`] form.
    pub files: HashMap<String, (String, DataFileStatus)>,
    /// Registration numbers of the files that run on a system, by its name in the same form.
    pub systems: HashMap<String, Vec<String>>,
    /// The last running number that it issued.
    pub last_number: i32,
}

/// What was not understood, or could be meant otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Line, from 1.
    pub line: usize,
    /// Stable code.
    pub code: &'static str,
    /// What it is, and what to do about it.
    pub text: String,
}

/// The document that a policy is, and what there is to say of it. `read_at` is when it was read: a policy that does not say since when it applies is taken to apply from that day.
#[must_use]
pub fn read_policy(name: &str, bytes: &[u8], agency: &PolicyAgency, read_at: DateTime<Utc>) -> (RegisterDocument, Vec<Remark>) {
    let policy = policy::read(name, bytes);
    let mut remarks: Vec<Remark> = policy.unread.iter().map(remark).collect();
    let sha256 = Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let title = title(&policy, agency);
    let current = policy.revisions.iter().find(|revision| revision.is_current);
    let today = crate::graphql::day_in_korea(read_at);
    let is_undated = current.and_then(|revision| revision.from).or(policy.announced_on).is_none();
    let valid_from = current.and_then(|revision| revision.from).or(policy.announced_on).unwrap_or_else(|| {
        let text = format!(
            "the policy does not say since when it applies; {today}, the day on which it was read, is taken. State the day in the document where it is known"
        );
        remarks.push(Remark { line: 1, code: "NO_EFFECTIVE_DATE", text });
        today
    });
    let mut numbers = Numbers { agency, given: HashMap::new(), last: agency.last_number };
    let data_files: Vec<DataFileInput> =
        policy.files.iter().take(5000).map(|file| data_file(file, &policy, agency, (valid_from, is_undated), &mut numbers)).collect();
    let impact_assessments = assessments(&policy, agency, &numbers, &mut remarks);
    let covered = data_files.iter().filter_map(|file| file.registration_number.clone()).collect();
    let revisions = revision::revisions(&policy, valid_from, covered);
    let document = RegisterDocument {
        format: FORMAT.to_owned(),
        sources: vec![SourceDocumentInput {
            key: DOCUMENT.to_owned(),
            title: title.clone(),
            publisher: clipped(&agency.name, 200),
            url: None,
            sha256: Some(sha256),
            read_at,
        }],
        agencies: Vec::new(),
        organizations: Vec::new(),
        statutes: Vec::new(),
        data_files,
        impact_assessments,
        recommendations: Vec::new(),
        policies: vec![crate::policy::PolicyInput { agency: agency.code.clone(), title, revisions }],
    };
    (document, remarks)
}

/// Registration numbers of the files of a policy: those that the register knows by name, and new ones after the last.
struct Numbers<'a> {
    agency: &'a PolicyAgency,
    given: HashMap<String, String>,
    last: i32,
}

impl Numbers<'_> {
    fn of(&self, name: &str) -> Option<&String> {
        let key = hangul::compact(name);
        self.given.get(&key).or_else(|| self.agency.files.get(&key).map(|(number, _)| number))
    }

    fn give(&mut self, name: &str) -> String {
        let key = hangul::compact(name);
        let number = self.of(name).cloned().unwrap_or_else(|| {
            self.last += 1;
            format!("{}-{}", self.agency.code, self.last)
        });
        self.given.insert(key, number.clone());
        number
    }
}

/// The title, with the agency's name where it is only that of every policy.
fn title(policy: &Policy, agency: &PolicyAgency) -> String {
    let title = policy.title.as_ref().map_or("개인정보 처리방침", |title| title.text.as_str());
    let is_bare = hangul::compact(title).strip_prefix("개인정보처리방침").is_some_and(|rest| rest.chars().count() <= 2);
    clipped(&if is_bare { format!("{} {title}", agency.name) } else { title.to_owned() }, 300)
}

fn remark(unread: &policy::Unread) -> Remark {
    let policy::Unread { span, reason, text } = unread;
    let (code, text) = match reason {
        Reason::UnknownTable => ("UNKNOWN_TABLE", format!("a table beginning \"{text}\" has no headers that are known; nothing was taken from it")),
        Reason::UnknownColumn => ("UNKNOWN_COLUMN", format!("the column \"{text}\" is not known; it was left out")),
        Reason::NamelessRow => ("NAMELESS_ROW", format!("a row beginning \"{text}\" has no name; it was left out")),
        Reason::NoTask => ("NO_TASK", format!("it is not said what \"{text}\" is entrusted with; it was left out")),
        Reason::ReversedPeriod => ("REVERSED_PERIOD", format!("the end of \"{text}\" lies before its beginning; only the beginning was taken")),
        Reason::NoSections => ("NO_SECTIONS", "no heading of a privacy policy was found; only what its tables list of files was taken".to_owned()),
        Reason::TooLong => ("TOO_LONG", format!("the document has more than {} bytes; what follows was not read", policy::LONGEST)),
    };
    Remark { line: span.first, code, text }
}

fn data_file(file: &File, policy: &Policy, agency: &PolicyAgency, (valid_from, is_undated): (NaiveDate, bool), numbers: &mut Numbers<'_>) -> DataFileInput {
    let known = agency.files.get(&hangul::compact(&file.name)).map(|(_, status)| *status);
    // That this policy does not say so makes a registered file no unregistered one.
    let status = match known {
        Some(known @ (DataFileStatus::Registered | DataFileStatus::Exempt)) => known,
        _ if file.is_registered => DataFileStatus::Registered,
        _ => DataFileStatus::Disclosed,
    };
    let number = numbers.give(&file.name);
    let mut sources = vec![whole(file.span, file.confidence)];
    let mut source = |path: &str, stated: &Option<Stated>| sources.extend(stated.as_ref().map(|stated| source_of(path, stated)));
    for (path, stated) in [
        ("legalBases", &file.basis),
        ("purpose", &file.purpose),
        ("retention", &file.retention),
        ("processingMethod", &file.processing_method),
        ("collectionMethod", &file.collection_method),
        ("processingDepartment", &file.department),
        ("accessDesk", &file.access_desk),
        ("informationSystem", &file.system),
        ("dataSubjectCount", &file.subject_count),
        ("includesChildrenUnder14", &file.includes_children),
    ] {
        source(path, stated);
    }
    let items = file.items.iter().map(|items| items.stated.clone()).reduce(|all, more| Stated { span: all.span.to(more.span), ..all });
    source("collectedItems", &items);
    let text = |stated: &Option<Stated>, longest: usize| stated.as_ref().map(|stated| clipped(&hangul::normalised(&stated.text), longest));
    let registration = RegistrationInput {
        change_kind: None,
        reason: None,
        valid_from,
        registered_on: None,
        completeness: Some(RecordCompleteness::PolicyExcerpt),
        agency: None,
        name: clipped(&file.name, 300),
        purpose: text(&file.purpose, 200),
        legal_bases: file.basis.as_ref().map(|stated| bases(&stated.text)).unwrap_or_default(),
        collected_items: with_subjects(file_items(&file.items), file, policy),
        processing_method: file.processing_method.as_ref().and_then(|stated| method(&stated.text)),
        processing_method_text: text(&file.processing_method, 500),
        collection_method: text(&file.collection_method, 500),
        retention: file.retention.as_ref().map(|stated| retention(&stated.text)),
        provisions: file.provisions.iter().flat_map(provisions).take(200).collect(),
        entrustments: Vec::new(),
        data_subject_count: file.subject_count.as_ref().and_then(|stated| parse_subject_count(&stated.text)),
        counted_on: None,
        processing_department: text(&file.department, 200).map(|name| Department { name, phones: file.department_phones.iter().take(20).cloned().collect() }),
        access_desk: text(&file.access_desk, 200).map(|name| AccessDesk { department: Some(name), phones: Vec::new(), email: None, fax: None, address: None }),
        access_restrictions: text(&file.restriction_scope, 500)
            .map(|scope| AccessRestriction { scope, ground: None, text: text(&file.restriction_reason, 500) })
            .into_iter()
            .collect(),
        information_system: text(&file.system, 200),
        includes_children_under14: file.includes_children.as_ref().map(|_| true),
        operation_started_on: None,
        sources,
        states: None,
        is_undated,
        written: None,
    };
    DataFileInput { registration_number: Some(number), agency: agency.code.clone(), status, registrations: vec![registration], is_application: false }
}

/// "전산", "수기", both.
fn method(text: &str) -> Option<ProcessingMethod> {
    let is_electronic = ["전자", "전산", "온라인", "엑셀", "시스템"].iter().any(|word| text.contains(word));
    let is_paper = ["수기", "문서", "서면", "종이", "오프라인"].iter().any(|word| text.replace("전자문서", "").contains(word));
    match (is_electronic, is_paper) {
        (true, true) => Some(ProcessingMethod::Both),
        (true, false) => Some(ProcessingMethod::Electronic),
        (false, true) => Some(ProcessingMethod::Paper),
        (false, false) => None,
    }
}

/// The items of the cells of a file, each once.
fn file_items(cells: &[Items]) -> Vec<CollectedItemInput> {
    let mut items: Vec<CollectedItemInput> = Vec::new();
    for cell in cells {
        let of_header = cell.requirement.map(|requirement| match requirement {
            Requirement::Required => ItemRequirement::Required,
            Requirement::Optional => ItemRequirement::Optional,
            Requirement::Automatic => ItemRequirement::Automatic,
        });
        for item in read_items(&cell.stated.text) {
            let requirement = match item.requirement {
                ItemRequirement::Unspecified => of_header.unwrap_or(ItemRequirement::Unspecified),
                own => own,
            };
            let subject = item.subject.or_else(|| cell.subject.clone()).map(|subject| clipped(&subject, 100));
            let is_known = items.iter().any(|known| known.name == item.name && known.requirement == Some(requirement) && known.subject == subject);
            if !is_known && items.len() < collected_item::MOST {
                items.push(CollectedItemInput { name: clipped(&item.name, 300), requirement: Some(requirement), subject, marker: item.marker });
            }
        }
    }
    items
}

/// The items of a cell; an enumeration that ends in 등 ends before it, and data of a person ("대상아동정보") are of that person.
fn read_items(text: &str) -> Vec<collected_item::CollectedItem> {
    let mut items = collected_item::parse(text);
    if let Some(last) = items.last_mut()
        && let Some(name) = last
            .name
            .strip_suffix('등')
            .map(str::trim_end)
            .filter(|name| name.chars().count() >= 2 && !name.ends_with(['균', '평', '차', '동', '초', '중', '고']))
    {
        last.name = name.to_owned();
    }
    for item in items.iter_mut().filter(|item| item.subject.is_none()) {
        item.subject = item.name.strip_suffix("정보").map(str::trim_end).filter(|person| is_person(person)).map(str::to_owned);
    }
    items
}

/// Subjects that only the table of impact assessments tells of the same items of the same file.
fn with_subjects(mut items: Vec<CollectedItemInput>, file: &File, policy: &Policy) -> Vec<CollectedItemInput> {
    let key = hangul::compact(&file.name);
    let assessed =
        policy.assessments.iter().flat_map(|assessment| assessment.files.iter().zip(&assessment.items)).filter(|(name, _)| hangul::compact(name) == key);
    let told: Vec<collected_item::CollectedItem> = assessed.flat_map(|(_, cell)| read_items(cell)).collect();
    for item in items.iter_mut().filter(|item| item.subject.is_none()) {
        let same = told.iter().find(|told| told.name == item.name && Some(told.requirement) == item.requirement);
        item.subject = same.and_then(|told| told.subject.clone());
    }
    items
}

fn bases(text: &str) -> Vec<LegalBasisInput> {
    legal_basis::parse(text)
        .into_iter()
        .take(200)
        .map(|LegalBasis { citation, statute, article, paragraph, subparagraph, is_consent, lawful_ground }| LegalBasisInput {
            citation: clipped(&citation, 500),
            kind: statute.as_ref().map(|statute| statute.kind),
            statute: statute.map(|statute| clipped(&statute.name, 200)),
            article,
            paragraph,
            subparagraph,
            is_consent: Some(is_consent),
            lawful_ground,
        })
        .collect()
}

/// A period as its cell writes it. Exceptions that are numbered in it ("다만, … 1) … 2) …") are terms of their own.
fn retention(text: &str) -> RetentionInput {
    let text = clipped(text, 500);
    let mut pieces = vec![text.as_str()];
    for number in 1..20 {
        let Some((before, rest)) = pieces.last().and_then(|last| last.split_once(&format!(" {number}) "))) else { break };
        pieces.pop();
        pieces.extend([before, rest]);
    }
    let terms = pieces.split_first().filter(|(_, exceptions)| !exceptions.is_empty()).map(|(first, exceptions)| {
        // "다만, 다음의 사유에 해당하는 경우에는 …" announces them and is none.
        let first = first.split(" 다만").next().unwrap_or(first);
        std::iter::once(first).chain(exceptions.iter().copied()).flat_map(|piece| crate::retention::parse(piece).terms).take(20).collect()
    });
    RetentionInput { terms, class: None, text: text.clone() }
}

/// One provision for each recipient that its cell names.
fn provisions(provision: &Provision) -> impl Iterator<Item = ProvisionInput> + '_ {
    bodies(&provision.recipient).into_iter().map(|recipient| ProvisionInput {
        recipient,
        material: optional(provision.material.as_ref(), 200),
        purpose: optional(provision.purpose.as_ref(), 500),
        items: provision
            .items
            .as_deref()
            .map(read_items)
            .unwrap_or_default()
            .into_iter()
            .take(1000)
            .map(|item| ProvidedItem { name: clipped(&item.name, 300), subject: item.subject.map(|subject| clipped(&subject, 100)) })
            .collect(),
        items_text: optional(provision.items.as_ref(), 2000),
        retention: provision.retention.as_deref().map(retention),
        legal_bases: provision.basis.as_ref().map(|basis| bases(&basis.text)).unwrap_or_default(),
        is_outside_purpose: None,
        frequency: optional(provision.frequency.as_ref(), 200),
        method: optional(provision.method.as_ref(), 200),
        note: optional(provision.note.as_ref(), 500),
    })
}

/// One entrustment for each entrustee that its cell names.
fn entrustments(entrustment: &Entrustment) -> impl Iterator<Item = EntrustmentInput> + '_ {
    bodies(&entrustment.entrustee).into_iter().filter_map(|entrustee| {
        Some(EntrustmentInput {
            entrustee,
            task: clipped(entrustment.task.as_ref()?, 500),
            items_text: optional(entrustment.items.as_ref(), 2000),
            starts_on: entrustment.starts_on,
            ends_on: entrustment.ends_on,
            period_text: optional(entrustment.period.as_ref(), 200),
            sub_entrustees: entrustment.sub_entrustees.as_deref().map(bodies).unwrap_or_default(),
        })
    })
}

/// Endings of names of companies that are written without their legal form.
const BRANDS: &[&str] = &["리테일", "마켓", "카드", "은행", "생명", "화재", "증권", "텔레콤", "마트", "쇼핑", "페이", "택배", "항공", "백화점", "(주)", "㈜"];

/// The bodies that a cell names. A space divides only between words each of which is the name of a company ("BGF리테일 오아시스마켓").
fn bodies(cell: &str) -> Vec<String> {
    let mut bodies = Vec::new();
    for name in organization::split(cell) {
        let words: Vec<&str> = name.split(' ').collect();
        let is_company = |word: &&str| {
            BRANDS.iter().any(|brand| word.len() > brand.len() && (word.ends_with(brand) || (matches!(*brand, "(주)" | "㈜") && word.starts_with(brand))))
        };
        if words.len() > 1 && words.iter().all(is_company) {
            bodies.extend(words.into_iter().map(|word| clipped(word, 300)));
        } else {
            bodies.push(clipped(&name, 300));
        }
    }
    bodies.truncate(100);
    bodies
}

fn assessments(policy: &Policy, agency: &PolicyAgency, numbers: &Numbers<'_>, remarks: &mut Vec<Remark>) -> Vec<ImpactAssessmentInput> {
    let mut assessments = Vec::new();
    for assessment in &policy.assessments {
        let mut data_files = Vec::new();
        for name in &assessment.files {
            match numbers.of(name) {
                Some(number) => data_files.push(AssessedFile { registration_number: number.clone(), name_as_written: Some(clipped(name, 300)) }),
                None => remarks.push(Remark {
                    line: assessment.span.first,
                    code: "UNKNOWN_FILE",
                    text: format!("\"{name}\" was assessed, and neither the policy nor the register has a file of that name; its assessment was left out"),
                }),
            }
        }
        if data_files.is_empty() {
            continue;
        }
        assessments.push(ImpactAssessmentInput {
            agency: agency.code.clone(),
            data_files,
            year: assessment.year,
            assessed_from: assessment.from,
            assessed_until: assessment.until.filter(|until| assessment.from.is_none_or(|from| from <= *until)),
            trigger: None,
            assessor: optional(assessment.assessor.as_ref(), 300),
            assessed_items: assessed_items(&assessment.items),
            outcome: optional(assessment.outcome.as_ref(), 500),
            summary: None,
            summary_url: None,
            sources: vec![whole(Some(assessment.span), 1.0)],
            is_partial: false,
        });
    }
    assessments
}

/// The items of the cells of an assessment.
pub(super) fn assessed_items(cells: &[String]) -> Vec<String> {
    cells.iter().flat_map(|cell| read_items(cell).into_iter().map(move |item| assessed_item(cell, item))).take(1000).collect()
}

/// An assessed item with whose it is, unless it tells that by itself ("대상아동정보").
fn assessed_item(cell: &str, item: collected_item::CollectedItem) -> String {
    let named = match item.subject.filter(|subject| !item.name.starts_with(subject.as_str()) && subject != "회원") {
        Some(subject) if cell.contains(&format!("({subject})")) => format!("({subject}) {}", item.name),
        Some(subject) => format!("{subject} {}", item.name),
        None => item.name,
    };
    clipped(&named, 300)
}

/// The source of a whole record.
fn whole(span: Option<Span>, confidence: f64) -> SourceInput {
    SourceInput { path: String::new(), document: DOCUMENT.to_owned(), span: span.map(lines), confidence: unsure(confidence), note: None }
}

fn source_of(path: &str, stated: &Stated) -> SourceInput {
    SourceInput { path: path.to_owned(), document: DOCUMENT.to_owned(), span: Some(lines(stated.span)), confidence: unsure(stated.confidence), note: None }
}

/// "줄 25", "줄 25–26".
fn lines(span: Span) -> String {
    if span.first == span.last { format!("줄 {}", span.first) } else { format!("줄 {}–{}", span.first, span.last) }
}

/// Only what a reader was not sure of carries a confidence.
fn unsure(confidence: f64) -> Option<f64> {
    (confidence < 1.0).then_some(confidence)
}

fn optional(text: Option<&String>, longest: usize) -> Option<String> {
    text.map(|text| clipped(text, longest)).filter(|text| !text.is_empty())
}

/// At most so many characters: a document is not refused for one long cell.
fn clipped(text: &str, longest: usize) -> String {
    match text.char_indices().nth(longest) {
        Some((end, _)) => text[..end].trim_end().to_owned(),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::organization::Parties;
    use crate::problem::Problems;

    fn agency() -> PolicyAgency {
        let files = HashMap::from([(hangul::compact("통합누리 회원정보"), ("4090000-3".to_owned(), DataFileStatus::Registered))]);
        PolicyAgency { code: "4090000".to_owned(), name: "나루시".to_owned(), files, last_number: 7, ..PolicyAgency::default() }
    }

    fn read(name: &str) -> (RegisterDocument, Vec<Remark>) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reading/tests/policies").join(name);
        read_policy(name, &std::fs::read(path).unwrap(), &agency(), "2026-11-22T00:00:00Z".parse().unwrap())
    }

    #[test]
    fn every_policy_of_the_fixtures_can_be_recorded() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("reading/tests/policies");
        let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        for name in names.filter(|name| !name.ends_with(".yaml")) {
            let (document, _) = read(&name);
            let mut problems = Problems::default();
            let today = "2026-11-22".parse().unwrap();
            for source in &document.sources {
                let _ = source.checked(&mut problems);
            }
            for file in &document.data_files {
                for registration in &file.registrations {
                    let _ = registration.checked(&mut problems, &file.agency, true, today, &Parties::default());
                    registration.sources.iter().for_each(|source| {
                        let _ = source.checked(&mut problems, &document.sources);
                    });
                }
            }
            for policy in &document.policies {
                let _ = policy.checked(&mut problems, &Parties::default(), &document.sources);
            }
            for assessment in &document.impact_assessments {
                let _ = assessment.checked(&mut problems, &Parties::default(), &document.sources);
            }
            assert_eq!(problems.found(), [], "{name}");
        }
    }

    #[test]
    fn a_policy_becomes_files_a_revision_and_an_assessment() {
        let (document, remarks) = read("unit-labels.txt");
        assert_eq!(remarks, []);
        // One that the register knows keeps its number, another gets the next.
        let numbers: Vec<_> = document.data_files.iter().map(|file| (file.registration_number.as_deref(), file.status)).collect();
        assert_eq!(numbers, [(Some("4090000-3"), DataFileStatus::Registered), (Some("4090000-8"), DataFileStatus::Registered)]);
        let items = |at: usize| -> Vec<(String, Option<ItemRequirement>, Option<String>)> {
            let registration = &document.data_files[at].registrations[0];
            registration.collected_items.iter().map(|item| (item.name.clone(), item.requirement, item.subject.clone())).collect()
        };
        let of = |name: &str, requirement, subject: Option<&str>| (name.to_owned(), Some(requirement), subject.map(str::to_owned));
        // Whose they are, the table of assessments tells.
        assert_eq!(items(0)[0], of("아이디", ItemRequirement::Required, Some("회원")));
        assert_eq!(items(0)[3], of("가구현황", ItemRequirement::Optional, None));
        assert_eq!(items(1)[2], of("계좌번호", ItemRequirement::Required, Some("신청자")));
        assert_eq!(items(1)[3], of("대상아동정보", ItemRequirement::Required, Some("대상아동")));
        let registration = &document.data_files[0].registrations[0];
        assert_eq!(registration.valid_from.to_string(), "2024-01-25");
        let citations: Vec<&str> = registration.legal_bases.iter().map(|basis| basis.citation.as_str()).collect();
        assert_eq!(citations, ["정보주체 동의", "가람기본법 제37조", "동법 시행령 제30조"]);
        assert!(registration.sources.iter().all(|source| source.span.as_deref().is_some_and(|span| span.starts_with("줄 "))), "{:?}", registration.sources);
        let revisions = &document.policies[0].revisions;
        assert_eq!(revisions.len(), 3);
        let current = &revisions[2];
        assert_eq!(current.data_files, ["4090000-3", "4090000-8"]);
        let recipients: Vec<&str> = current.provisions.iter().map(|provision| provision.recipient.as_str()).collect();
        assert_eq!(recipients, ["민간돌봄 서비스업체", "가나리테일", "다라마켓"]);
        assert!(current.officers.iter().all(|officer| officer.name.is_none() || officer.role == crate::policy::OfficerRole::PrivacyOfficer));
        let assessed: Vec<&str> = document.impact_assessments[0].data_files.iter().map(|file| file.registration_number.as_str()).collect();
        assert_eq!(assessed, ["4090000-3", "4090000-8"]);
    }

    #[test]
    fn what_a_policy_describes_without_registering_it_is_disclosed() {
        let (document, _) = read("city-activities.txt");
        let statuses: Vec<_> = document.data_files.iter().map(|file| (file.registrations[0].name.as_str(), file.status)).collect();
        assert_eq!(statuses, ["누리집 회원 관리", "상담 접수", "나루"].map(|name| (name, DataFileStatus::Disclosed)));
        // Exceptions are terms of their own.
        let terms: Vec<String> = retention("탈퇴시까지 다만, 다음의 사유에 해당하는 경우에는 종료시까지 1) 수사가 진행중인 경우에는 수사 종료시까지 2) 2년")
            .terms
            .unwrap()
            .into_iter()
            .map(|term| term.text)
            .collect();
        assert_eq!(terms, ["탈퇴시까지", "수사 종료시까지", "2년"]);
        assert_eq!(document.policies[0].title, "나루시 개인정보처리방침");
    }

    #[test]
    fn a_policy_without_a_day_says_so() {
        let (document, remarks) =
            read_policy("a.txt", "개인정보 처리방침\n\n제1조(개인정보의 처리 목적)\n".as_bytes(), &agency(), "2026-11-22T00:00:00Z".parse().unwrap());
        assert_eq!(remarks.iter().map(|remark| remark.code).collect::<Vec<_>>(), ["NO_EFFECTIVE_DATE"]);
        assert_eq!(document.policies[0].revisions[0].effective_from, "2026-11-22".parse().ok());
    }
}
