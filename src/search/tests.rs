//! The search against a plain loop over all files.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Datelike as _, NaiveDate};
use proptest::prelude::*;
use uuid::Uuid;

use super::condition::{Condition, Number, Value};
use super::document::{Basis, Document, Item, Provision};
use super::graphql::{SearchOrder, SearchOrderField};
use super::index::{OpenIndex, Snapshot};
use super::linked::{AgencyEntry, Linked, NamedEntry};
use super::query::Query;
use super::statistics::{Table, Wanted};
use super::text::letters;
use super::{Dimension, StatisticsMeasure};
use crate::agency::AgencyType;
use crate::collected_item::{ItemCategories, SensitiveKind, UniqueIdentifier};
use crate::data_file::DataFileStatus;
use crate::finding::FindingRuleCode;
use crate::graphql::order::OrderDirection;
use crate::retention::RetentionClass;
use crate::store::{Cursor, Page};
use crate::vocabulary::Vocabulary as _;

const AGENCIES: [(&str, Option<usize>, AgencyType, &str); 5] = [
    ("경기도", None, AgencyType::MetropolitanGovernment, "41"),
    ("김포시", Some(0), AgencyType::BasicGovernment, "41570"),
    ("김포시 보건소", Some(1), AgencyType::LocalAffiliate, "41570"),
    ("경찰청", None, AgencyType::Central, "11"),
    ("서울 경찰서", Some(3), AgencyType::CentralAffiliate, "11"),
];
const BODIES: [&str; 4] = ["국세청", "(주)에스원", "경찰서", "국민건강 보험공단"];
const STATUTES: [&str; 3] = ["개인정보 보호법", "지방세법", "의료법 시행령"];
const ITEMS: [&str; 7] = ["성명", "주민등록번호", "휴대 전화번호", "건강검진 결과", "여권번호", "IP 주소", "지문"];

fn key(kind: u128, place: usize) -> Uuid {
    // Keys that do not follow the order in which things were made.
    Uuid::from_u128((kind << 96) | ((place as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15) & ((1 << 96) - 1)))
}

fn linked() -> Linked {
    let mut linked = Linked::default();
    let agency = |(place, (name, parent, agency_type, region)): (usize, &(&str, Option<usize>, AgencyType, &str))| AgencyEntry {
        key: key(1, place),
        parent: parent.map(|parent| key(1, parent)),
        agency_type: *agency_type,
        exists: true,
        region: Some((*region).to_owned()),
        names: vec![(*name).to_owned()],
    };
    linked.agencies.update(AGENCIES.iter().enumerate().map(agency).collect());
    let named = |kind: u128, names: &[&str]| {
        names.iter().enumerate().map(|(place, name)| NamedEntry { key: key(kind, place), names: vec![(*name).to_owned()], merged_into: None }).collect()
    };
    linked.organizations.update(named(2, &BODIES));
    linked.statutes.update(named(3, &STATUTES));
    linked
}

fn item(name: &str) -> Item {
    let told = ItemCategories::bundled().classify(name);
    Item { name: name.to_owned(), category: told.category.map(str::to_owned), identifier: told.unique_identifier, sensitive: told.sensitive_kind }
}

fn text() -> impl Strategy<Value = String> {
    prop::collection::vec(prop::sample::select(vec!["회원", "명부", "회", "원명", "민원", " ", "관리", "·", "(", "김포", "A1", "하하", "개인정보"]), 1..6)
        .prop_map(|words| words.concat())
}

prop_compose! {
    fn document()(
        name in text(),
        purpose in prop::option::of(text()),
        agency in 0..AGENCIES.len(),
        status in prop::sample::select(vec![DataFileStatus::Registered, DataFileStatus::Registered, DataFileStatus::Disclosed, DataFileStatus::Destroyed]),
        subjects in prop::option::of(prop::sample::select(vec![0_i64, 10, 10, 5_000, 5_100, 1_000_000])),
        year in prop::option::of(2019_i32..2022),
        items in prop::collection::vec(0..ITEMS.len(), 0..4),
        bases in prop::collection::vec((0..STATUTES.len(), 14_u32..16), 0..3),
        class in prop::option::of(prop::sample::select(vec![RetentionClass::Years3, RetentionClass::Permanent])),
        provisions in prop::collection::vec((0..BODIES.len(), prop::collection::vec(0..ITEMS.len(), 0..2)), 0..2),
        entrustees in prop::collection::vec(0..BODIES.len(), 0..2),
        is_assessed in any::<bool>(),
        recorded in 0_i64..6,
        findings in prop::sample::subsequence(vec![FindingRuleCode::R03, FindingRuleCode::R11, FindingRuleCode::R17], 0..3),
    ) -> Document {
        Document {
            id: Uuid::nil(),
            agency: key(1, agency),
            status,
            name_folded: crate::hangul::folded(&name),
            name: crate::hangul::normalised(&name),
            purpose,
            data_subject_count: subjects,
            registered_on: year.and_then(|year| NaiveDate::from_ymd_opt(year, 5, 1)),
            valid_from: NaiveDate::from_ymd_opt(2022, 1, 1).unwrap(),
            recorded_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::microseconds(recorded),
            items: items.into_iter().map(|place| item(ITEMS[place])).collect(),
            bases: bases.into_iter().map(|(statute, article)| Basis { citation: format!("같은 법 제{article}조"), statute: Some(key(3, statute)), article: Some(format!("제{article}조")) }).collect(),
            retention_class: class,
            retention_months: class.filter(|class| *class == RetentionClass::Years3).map(|_| 36),
            provisions: provisions.into_iter().map(|(body, items)| Provision { recipient: key(2, body), items: items.into_iter().map(|place| item(ITEMS[place])).collect() }).collect(),
            entrustees: entrustees.into_iter().map(|body| key(2, body)).collect(),
            assessments: if is_assessed { vec![key(4, 0)] } else { Vec::new() },
            findings,
            policies: Vec::new(),
        }
    }
}

fn documents() -> impl Strategy<Value = Vec<Document>> {
    prop::collection::vec(document(), 0..30).prop_map(|mut documents| {
        documents.iter_mut().enumerate().for_each(|(place, document)| document.id = key(5, place));
        documents
    })
}

fn word(value: impl Into<String>) -> Value {
    Value::Word(value.into())
}

/// A condition, and the same as a plain question about a file.
type Asked = (Option<Dimension>, Condition, Arc<dyn Fn(&Document) -> bool>);

fn condition() -> impl Strategy<Value = usize> {
    0..13_usize
}

fn place_of(document: &Document) -> usize {
    (0..AGENCIES.len()).find(|place| key(1, *place) == document.agency).unwrap()
}

fn path(document: &Document) -> Vec<usize> {
    std::iter::successors(Some(place_of(document)), |place| AGENCIES[*place].1).collect()
}

fn asked(which: usize) -> Asked {
    let health = || "HEALTH".to_owned();
    match which {
        0 => (
            Some(Dimension::AgencyType),
            Condition::OneOf(Dimension::AgencyType, vec![word("BASIC_GOVERNMENT"), word("CENTRAL")]),
            Arc::new(|file| matches!(AGENCIES[place_of(file)].2, AgencyType::BasicGovernment | AgencyType::Central)),
        ),
        1 => (Some(Dimension::Region), Condition::OneOf(Dimension::Region, vec![word("41")]), Arc::new(|file| AGENCIES[place_of(file)].3.starts_with("41"))),
        2 => (Some(Dimension::Agency), Condition::SubordinateTo(vec![key(1, 1)]), Arc::new(|file| path(file).contains(&1))),
        3 => (Some(Dimension::Agency), Condition::OneOf(Dimension::Agency, vec![Value::Key(key(1, 3))]), Arc::new(|file| place_of(file) == 3)),
        4 => (
            Some(Dimension::SensitiveKind),
            Condition::OneOf(Dimension::SensitiveKind, vec![word(health())]),
            Arc::new(|file| file.items.iter().any(|item| item.sensitive == Some(SensitiveKind::Health))),
        ),
        5 => (
            Some(Dimension::Statute),
            Condition::Article(key(3, 0), "제15조".to_owned()),
            Arc::new(|file| file.bases.iter().any(|basis| basis.statute == Some(key(3, 0)) && basis.article.as_deref() == Some("제15조"))),
        ),
        6 => {
            (None, Condition::Within(Number::Subjects, 10, 6_000), Arc::new(|file| file.data_subject_count.is_some_and(|count| (10..=6_000).contains(&count))))
        }
        7 => (Some(Dimension::Assessed), Condition::OneOf(Dimension::Assessed, vec![word("false")]), Arc::new(|file| file.assessments.is_empty())),
        8 => (None, Condition::Named(letters("회원명")), Arc::new(|file| letters(&file.name).contains("회원명"))),
        9 => (None, Condition::AgencyNamed(letters("포시")), Arc::new(|file| path(file).iter().any(|place| letters(AGENCIES[*place].0).contains("포시")))),
        10 => (
            None,
            Condition::Received {
                recipient: Some(key(2, 0)),
                category: None,
                identifier: Some(UniqueIdentifier::ResidentRegistrationNumber.as_str()),
                sensitive: None,
            },
            Arc::new(|file| {
                file.provisions.iter().any(|provision| {
                    provision.recipient == key(2, 0) && provision.items.iter().any(|item| item.identifier == Some(UniqueIdentifier::ResidentRegistrationNumber))
                })
            }),
        ),
        11 => (
            Some(Dimension::FindingRule),
            Condition::OneOf(Dimension::FindingRule, vec![word("R03"), word("R17")]),
            Arc::new(|file| file.findings.iter().any(|rule| matches!(rule, FindingRuleCode::R03 | FindingRuleCode::R17))),
        ),
        _ => (
            Some(Dimension::RetentionClass),
            Condition::Not(Box::new(Condition::Stated(Dimension::RetentionClass))),
            Arc::new(|file| file.retention_class.is_none()),
        ),
    }
}

/// Every text of a file in which words are looked for.
fn texts(document: &Document) -> Vec<String> {
    let body = |key_of: Uuid| (0..BODIES.len()).find(|place| key(2, *place) == key_of).map(|place| BODIES[place].to_owned());
    let statute = |key_of: Uuid| (0..STATUTES.len()).find(|place| key(3, *place) == key_of).map(|place| STATUTES[place].to_owned());
    let mut texts = vec![document.name.clone()];
    texts.extend(document.purpose.clone());
    texts.extend(path(document).into_iter().map(|place| AGENCIES[place].0.to_owned()));
    texts.extend(document.items.iter().map(|item| item.name.clone()));
    texts.extend(document.bases.iter().flat_map(|basis| [Some(basis.citation.clone()), basis.statute.and_then(statute)]).flatten());
    texts.extend(document.provisions.iter().filter_map(|provision| body(provision.recipient)));
    texts.extend(document.entrustees.iter().filter_map(|entrustee| body(*entrustee)));
    texts
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().unwrap()
}

/// The files in several segments, some of them put in twice, so that the first ones are deleted.
fn snapshot(documents: &[Document], cut: usize) -> Arc<Snapshot> {
    let cut = cut.min(documents.len());
    let stale: Vec<Document> =
        documents.iter().take(cut / 2).map(|document| Document { name: "낡은 이름".to_owned(), items: vec![item("지문")], ..document.clone() }).collect();
    let mut index = OpenIndex::in_memory(&[&stale, &documents[..cut], &documents[cut..]], linked());
    Arc::new(runtime().block_on(index.snapshot()).unwrap())
}

fn values(document: &Document, dimension: Dimension) -> Vec<String> {
    let region = |place: usize| {
        let code = AGENCIES[place].3;
        if code.len() == 5 { vec![code[..2].to_owned(), code.to_owned()] } else { vec![code.to_owned()] }
    };
    let mut values: Vec<String> = match dimension {
        Dimension::AgencyType => vec![AGENCIES[place_of(document)].2.as_str().to_owned()],
        Dimension::Region => region(place_of(document)),
        Dimension::ItemCategory => {
            let categories = ItemCategories::bundled();
            document
                .items
                .iter()
                .filter_map(|item| item.category.clone())
                .flat_map(|code| categories.with_wider(&code).map(str::to_owned).collect::<Vec<_>>())
                .collect()
        }
        Dimension::UniqueIdentifier => document.items.iter().filter_map(|item| item.identifier).map(|word| word.as_str().to_owned()).collect(),
        Dimension::RetentionClass => document.retention_class.iter().map(|class| class.as_str().to_owned()).collect(),
        Dimension::RegisteredYear => document.registered_on.iter().map(|day| day.year().to_string()).collect(),
        Dimension::Status => vec![document.status.as_str().to_owned()],
        Dimension::Assessed => vec![(!document.assessments.is_empty()).to_string()],
        Dimension::FindingRule => document.findings.iter().map(|rule| rule.as_str().to_owned()).collect(),
        other => panic!("this test does not know the values of {other:?}"),
    };
    values.sort();
    values.dedup();
    values
}

const COUNTED: [Dimension; 9] = [
    Dimension::AgencyType,
    Dimension::Region,
    Dimension::ItemCategory,
    Dimension::UniqueIdentifier,
    Dimension::RetentionClass,
    Dimension::RegisteredYear,
    Dimension::Status,
    Dimension::Assessed,
    Dimension::FindingRule,
];

const ORDERS: [SearchOrderField; 5] =
    [SearchOrderField::Relevance, SearchOrderField::Name, SearchOrderField::DataSubjectCount, SearchOrderField::RegisteredOn, SearchOrderField::RecordedAt];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_search_finds_what_a_loop_finds(
        documents in documents(),
        cut in 0_usize..30,
        wanted in prop::collection::vec("[회원명부민관리김포하A1정보국세청법조경번호주에스]{1,3}", 0..3),
        unwanted in prop::option::of("[회원명부포]{1,2}"),
        conditions in prop::collection::vec(condition(), 0..3),
    ) {
        let snapshot = snapshot(&documents, cut);
        let text = wanted.iter().cloned().chain(unwanted.iter().map(|word| format!("-{word}"))).collect::<Vec<_>>().join(" ");
        let asked: Vec<Asked> = conditions.into_iter().map(asked).collect();
        let parts = asked.iter().map(|(dimension, condition, _)| (*dimension, condition.clone())).collect();
        let found = Query::new(&text, parts).unwrap().run(&snapshot).unwrap();
        let has = |document: &Document, word: &str| texts(document).iter().any(|text| letters(text).contains(&letters(word)));
        let has_words = |document: &Document| wanted.iter().all(|word| has(document, word)) && !unwanted.iter().any(|word| has(document, word));
        let expected: Vec<&Document> = documents.iter().filter(|document| has_words(document) && asked.iter().all(|(_, _, holds)| holds(document))).collect();

        prop_assert_eq!(found.count(), expected.len());
        for field in ORDERS {
            for direction in [OrderDirection::Asc, OrderDirection::Desc] {
                let order = SearchOrder { field, direction };
                let all = found.page(&order, &Page::new(Some(100), None, None, None).unwrap()).unwrap();
                let mut keys: Vec<Uuid> = all.rows.iter().map(|(_, hit)| hit.file).collect();
                let by_number = |document: &Document| match field {
                    SearchOrderField::DataSubjectCount => document.data_subject_count.unwrap_or(-1),
                    SearchOrderField::RegisteredOn => document.registered_on.map_or(-1, |day| day.num_days_from_ce().into()),
                    SearchOrderField::RecordedAt => document.recorded_at.timestamp_micros(),
                    _ => 0,
                };
                if field != SearchOrderField::Relevance {
                    let mut sorted = expected.clone();
                    let by_name = |document: &Document| if field == SearchOrderField::Name { document.name_folded.clone() } else { String::new() };
                    sorted.sort_by_key(|document| (by_number(document), by_name(document), document.id));
                    if direction.is_descending() {
                        sorted.reverse();
                    }
                    prop_assert_eq!(&keys, &sorted.iter().map(|document| document.id).collect::<Vec<_>>(), "{:?}", order);
                }
                // In pages of three, from both ends.
                let mut forward = Vec::new();
                let mut after: Option<Cursor> = None;
                loop {
                    let page = found.page(&order, &Page::new(Some(3), after.as_ref().map(ToString::to_string).as_deref(), None, None).unwrap()).unwrap();
                    forward.extend(page.rows.iter().map(|(_, hit)| hit.file));
                    after = page.rows.last().map(|(cursor, _)| cursor.clone());
                    if !page.has_next {
                        break;
                    }
                }
                prop_assert_eq!(&forward, &keys);
                let mut backward = Vec::new();
                let mut before: Option<Cursor> = None;
                loop {
                    let page = found.page(&order, &Page::new(None, None, Some(3), before.as_ref().map(ToString::to_string).as_deref()).unwrap()).unwrap();
                    backward.extend(page.rows.iter().rev().map(|(_, hit)| hit.file));
                    before = page.rows.first().map(|(cursor, _)| cursor.clone());
                    if !page.has_previous {
                        break;
                    }
                }
                keys.reverse();
                prop_assert_eq!(&backward, &keys);
            }
        }
        for dimension in COUNTED {
            let mut counts: BTreeMap<String, usize> = BTreeMap::new();
            let mut missing = 0;
            for document in documents.iter().filter(|document| has_words(document) && asked.iter().all(|(narrowed, _, holds)| *narrowed == Some(dimension) || holds(document))) {
                let values = values(document, dimension);
                missing += usize::from(values.is_empty());
                values.into_iter().for_each(|value| *counts.entry(value).or_default() += 1);
            }
            let facet = found.facet(dimension, 2);
            let mut expected: Vec<(String, usize)> = counts.into_iter().collect();
            expected.sort_by_key(|(value, count)| (std::cmp::Reverse(*count), value.clone()));
            let others: usize = expected.iter().skip(2).map(|(_, count)| count).sum();
            expected.truncate(2);
            let listed: Vec<(String, usize)> = facet.values.iter().map(|(value, count)| (dimension.key(&snapshot.linked, *value), *count)).collect();
            prop_assert_eq!((listed, facet.others, facet.missing), (expected, others, missing), "{:?}", dimension);
        }
    }

    #[test]
    fn statistics_count_what_a_loop_counts(documents in documents(), cut in 0_usize..30, first in 0_usize..8, second in 0..8_usize, rank in 0..3_usize, which in condition()) {
        let dimensions: Vec<Dimension> = if first == second { vec![COUNTED[first]] } else { vec![COUNTED[first], COUNTED[second]] };
        let (narrowed, condition, holds) = asked(which);
        let found = Query::new("", vec![(narrowed, condition)]).unwrap().run(&snapshot(&documents, cut)).unwrap();
        let measure = [StatisticsMeasure::DataFiles, StatisticsMeasure::DeclaredSubjects, StatisticsMeasure::Agencies][rank];
        let table = found.statistics(&dimensions, measure, 3, Wanted::All).unwrap();

        let measures = |files: &[&Document]| {
            let mut agencies: Vec<Uuid> = files.iter().map(|file| file.agency).collect();
            agencies.sort();
            agencies.dedup();
            let counted: Vec<i64> = files.iter().filter_map(|file| file.data_subject_count).collect();
            (files.len(), counted.len(), counted.iter().sum::<i64>(), agencies.len())
        };
        let mut cells: BTreeMap<Vec<String>, Vec<&Document>> = BTreeMap::new();
        for document in documents.iter().filter(|document| holds(document)) {
            for a in values(document, dimensions[0]) {
                match dimensions.get(1) {
                    Some(second) => values(document, *second).into_iter().for_each(|b| cells.entry(vec![a.clone(), b]).or_default().push(document)),
                    None => cells.entry(vec![a]).or_default().push(document),
                }
            }
        }
        let mut rows: Vec<(Vec<String>, Vec<&Document>)> = cells.into_iter().collect();
        rows.sort_by_key(|(keys, files)| {
            let (files, _, subjects, agencies) = measures(files);
            (std::cmp::Reverse([i64::try_from(files).unwrap(), subjects, i64::try_from(agencies).unwrap()][rank]), keys.clone())
        });
        let found_rows: Vec<_> = table.rows.iter().map(|row| {
            let keys: Vec<String> = dimensions.iter().zip(&row.values).map(|(dimension, value)| dimension.key(&found.snapshot.linked, *value)).collect();
            (keys, (row.measures.files, row.measures.counted_files, row.measures.subjects, row.measures.agencies))
        }).collect();
        let expected: Vec<_> = rows.iter().take(3).map(|(keys, files)| (keys.clone(), measures(files))).collect();
        prop_assert_eq!(found_rows, expected);
        // Where only numbers of files are asked for, they may be counted another way.
        let files = |table: &Table| table.rows.iter().map(|row| (row.values.clone(), row.measures.files)).collect::<Vec<_>>();
        prop_assert_eq!(files(&found.statistics(&dimensions, measure, 3, Wanted::FilesOfRows).unwrap()), files(&table));
        let mut rest: Vec<&Document> = rows.iter().skip(3).flat_map(|(_, files)| files.iter().copied()).collect();
        rest.sort_by_key(|file| file.id);
        rest.dedup_by_key(|file| file.id);
        let counted_rest = table.rest.map(|rest| (rest.files, rest.counted_files, rest.subjects, rest.agencies));
        prop_assert_eq!(counted_rest, (rows.len() > 3).then(|| measures(&rest)));
    }

    #[test]
    fn relevance_does_not_depend_on_how_the_index_is_cut(documents in documents(), cuts in (0_usize..30, 0_usize..30), text in "[회원명부민관리김포]{1,2}") {
        let query = Query::new(&text, Vec::new()).unwrap();
        let ranked = |cut: usize| {
            let found = query.run(&snapshot(&documents, cut)).unwrap();
            let page = found.page(&SearchOrder::default(), &Page::new(Some(100), None, None, None).unwrap()).unwrap();
            page.rows.into_iter().map(|(cursor, hit)| (cursor.to_string(), hit.file, hit.relevance)).collect::<Vec<_>>()
        };
        prop_assert_eq!(ranked(cuts.0), ranked(cuts.1));
    }
}

#[test]
fn cells_that_would_explode_are_refused() {
    let (one, two) = (Dimension::Agency, Dimension::Recipient);
    let message = super::statistics::check(&[one, two]).unwrap_err().to_string();
    assert!(message.contains("AGENCY") && message.contains("filter"), "{message}");
    assert!(super::statistics::check(&[]).is_err());
    assert!(super::statistics::check(&[one, one]).is_err());
    assert!(super::statistics::check(&[one, Dimension::Region, Dimension::Status, Dimension::Assessed]).is_err());
    assert!(super::statistics::check(&[one, Dimension::Region, Dimension::Status]).is_ok());
}
