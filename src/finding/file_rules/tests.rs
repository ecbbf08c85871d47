//! Cases for each rule: where it holds, where it does not, where it cannot be known.

use std::sync::Arc;

use uuid::Uuid;

use super::*;
use crate::data_file::DataFileInput;
use crate::finding::AssessmentFacts;
use crate::organization::Parties;
use crate::problem::Problems;

/// Few words made a document: items by their names, bases and retention as written.
fn spelled(words: &str) -> String {
    let mut document = words.to_owned();
    for (key, name) in [("collectedItems", "name"), ("legalBases", "citation")] {
        let list = format!("{key}: [");
        let mut parts = document.split(list.as_str());
        let mut spelled = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (names, after) = part.split_once(']').unwrap();
            let each: Vec<String> = names.split(", ").map(|word| format!("{{{name}: {word}}}")).collect();
            spelled += &format!("{key}: [{}]{after}", each.join(", "));
        }
        document = spelled;
    }
    let mut parts = document.split("retention: ");
    let mut spelled = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let end = part.find([',', '}']).unwrap();
        spelled += &format!("retention: {{text: \"{}\"}}{}", &part[..end], &part[end..]);
    }
    spelled
}

/// What is found of a file with these registrations, in words: rule, certainty, days, the first value that shows it.
fn found(status: &str, registrations: &[&str], assessments: &[(Option<&str>, bool)]) -> Vec<String> {
    let day = |text: &str| text.parse::<NaiveDate>().unwrap();
    let yaml = format!(
        "{{registrationNumber: 6110000-1, agency: '6110000', status: {status}, registrations: [{}]}}",
        registrations.iter().map(|words| spelled(words)).collect::<Vec<_>>().join(", ")
    );
    let input: DataFileInput = serde_saphyr::from_str(&yaml).unwrap_or_else(|error| panic!("{yaml}: {error}"));
    let mut problems = Problems::default();
    let contents: Vec<Arc<Content>> = (0..)
        .zip(&input.registrations)
        .map(|(place, registration)| Arc::new(registration.checked(&mut problems, "6110000", place == 0, day("2026-11-22"), &Parties::default())))
        .collect();
    assert!(problems.is_empty(), "{problems:?}");
    let held = (0u128..).zip(&contents).map(|(place, content)| Held {
        id: Uuid::from_u128(place),
        content: Arc::clone(content),
        until: contents.get(usize::try_from(place).unwrap() + 1).map(|next| next.valid_from),
    });
    let assessments = assessments.iter().map(|(on, has_result)| AssessmentFacts { on: on.map(day), has_result: *has_result });
    let file = FileFacts { id: Uuid::from_u128(99), status: input.status, history: held.collect(), assessments: assessments.collect() };
    of_file(&file)
        .into_iter()
        .map(|finding| {
            let until = finding.until.map(|day| day.to_string()).unwrap_or_default();
            format!("{} {} {}..{until} {}", finding.rule.as_str(), finding.certainty.as_str(), finding.since, finding.evidence[0])
        })
        .collect()
}

use crate::vocabulary::Vocabulary as _;

/// A full registration that nothing is found of; `instead` replaces or adds matters.
fn full(instead: &str) -> String {
    let mut matters = vec![
        ("validFrom", "2024-01-01"),
        ("completeness", "FULL_REGISTRATION"),
        ("name", "시설 이용자"),
        ("purpose", "시설 이용 관리"),
        ("legalBases", "[지방자치법 제161조]"),
        ("collectedItems", "[성명, 전화번호]"),
        ("processingMethod", "ELECTRONIC"),
        ("retention", "3년"),
        ("dataSubjectCount", "1200"),
        ("processingDepartment", "{name: 시설과}"),
        ("accessDesk", "{department: 민원실}"),
    ];
    let mut stated: Vec<(String, String)> = Vec::new();
    for part in instead.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once(": ").unwrap_or_else(|| panic!("{part}"));
        matters.retain(|(name, _)| *name != key);
        if value != "null" {
            stated.push((key.to_owned(), value.to_owned()));
        }
    }
    let matters = matters.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).chain(stated);
    format!("{{{}}}", matters.map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", "))
}

/// An excerpt of a policy that states a name and these matters.
fn excerpt(matters: &str) -> String {
    format!("{{validFrom: 2024-01-01, name: 시설 이용자, {matters}}}")
}

#[track_caller]
fn of(registration: &str, expected: &[&str]) {
    assert_eq!(found("REGISTERED", &[registration], &[]), expected, "{registration}");
}

#[test]
fn a_registration_that_states_everything_has_no_finding() {
    of(&full(""), &[]);
    of(&excerpt("retention: 3년"), &[]);
    assert!(found("EXEMPT", &[&full("retention: null")], &[]).is_empty(), "what need not be registered is not examined");
}

#[test]
fn registrations_and_changes_have_sixty_days() {
    of(&full("operationStartedOn: 2024-01-01; registeredOn: 2024-03-01"), &[]);
    of(&full("operationStartedOn: 2024-01-01; registeredOn: 2024-03-02"), &["R01 CERTAIN 2024-03-02.. operationStartedOn: 2024-01-01"]);
    of(&excerpt("retention: 3년, operationStartedOn: 2024-01-01, registeredOn: 2024-12-31"), &[]);
    of(&full("registeredOn: 2024-12-31"), &[]);
    let (first, change) = (full(""), full("validFrom: 2024-06-01; registeredOn: 2024-08-01; changeKind: AMENDMENT"));
    assert_eq!(found("REGISTERED", &[&first, &change], &[]), ["R02 CERTAIN 2024-08-01.. validFrom: 2024-06-01"]);
    let destroyed = full("validFrom: 2025-01-01; changeKind: DESTRUCTION");
    assert_eq!(found("DESTROYED", &[&first, &change, &destroyed], &[]), ["R02 CERTAIN 2024-08-01..2025-01-01 validFrom: 2024-06-01"]);
    let in_time = full("validFrom: 2024-06-01; registeredOn: 2024-07-31; changeKind: AMENDMENT");
    assert!(found("REGISTERED", &[&first, &in_time], &[]).is_empty());
}

#[test]
fn large_files_need_an_assessment() {
    let large = full("dataSubjectCount: 1000000");
    of(&large, &["R03 CERTAIN 2024-01-01.. dataSubjectCount: 1000000"]);
    of(&full("dataSubjectCount: 999999; countedOn: 2024-02-01"), &["R03 SUSPECTED 2024-02-01.. dataSubjectCount: 999999"]);
    of(&full("dataSubjectCount: 499999"), &[]);
    of(&full("dataSubjectCount: 50000; collectedItems: [성명, 혈액형, 여권번호]"), &["R03 CERTAIN 2024-01-01.. dataSubjectCount: 50000"]);
    of(&full("dataSubjectCount: 49999; collectedItems: [성명, 여권번호]"), &[]);
    of(&excerpt("retention: 3년, dataSubjectCount: 2000000"), &["R03 SUSPECTED 2024-01-01.. dataSubjectCount: 2000000"]);
    let assessed = |on| found("REGISTERED", &[&large], &[(on, true)]);
    assert_eq!(assessed(Some("2024-06-30")), ["R03 CERTAIN 2024-01-01..2024-06-30 dataSubjectCount: 1000000"], "until it was assessed");
    assert!(assessed(Some("2023-12-31")).is_empty());
    assert!(assessed(None).is_empty(), "an assessment of an unknown day may have been there all along");
}

#[test]
fn identifiers_and_sensitive_data_need_their_basis() {
    let numbers = |bases: &str| full(&format!("collectedItems: [주민등록번호]; legalBases: {bases}"));
    of(&numbers("[주민등록법 제7조]"), &[]);
    of(&numbers("[국세기본법 시행령 제68조]"), &[]);
    of(&numbers("[정보주체 동의]"), &["R04 CERTAIN 2024-01-01.. collectedItems.0.name: 주민등록번호"]);
    of(&numbers("[서울특별시 시설 설치 조례 제3조]"), &["R04 CERTAIN 2024-01-01.. collectedItems.0.name: 주민등록번호"]);
    of(&excerpt("retention: 3년, collectedItems: [주민등록번호]"), &["R04 SUSPECTED 2024-01-01.. collectedItems.0.name: 주민등록번호"]);
    of(&full("collectedItems: [성명, 건강상태]; legalBases: [정보주체 동의]"), &[]);
    of(&full("collectedItems: [성명, 건강상태]; legalBases: [이용약관]"), &["R05 CERTAIN 2024-01-01.. collectedItems.1.name: 건강상태"]);
    of(&excerpt("retention: 3년, collectedItems: [건강상태]"), &["R05 SUSPECTED 2024-01-01.. collectedItems.0.name: 건강상태"]);
}

#[test]
fn retention_is_a_period_and_for_ever_needs_a_statute() {
    of(&full("retention: 영구; legalBases: [정보주체 동의]"), &["R06 CERTAIN 2024-01-01.. retention.text: 영구"]);
    of(&full("retention: 준영구"), &[]);
    of(&full("retention: null"), &["R07 CERTAIN 2024-01-01.. retention: (not stated)"]);
    of(&full("retention: 목적 달성 시까지"), &["R07 CERTAIN 2024-01-01.. retention.text: 목적 달성 시까지"]);
    of(&full("retention: 이용목적 완료시까지"), &["R07 CERTAIN 2024-01-01.. retention.text: 이용목적 완료시까지"]);
    of(&full("retention: 이용목적 종료 후 5년"), &[]);
    of(&full("retention: 시설 이용 종료 시까지"), &[]);
    of(&excerpt("purpose: 시설 이용 관리"), &["R07 SUSPECTED 2024-01-01.. retention: (not stated)"]);
}

#[test]
fn the_registered_matters_are_all_there() {
    of(&full("purpose: null; processingMethod: null"), &["R08 CERTAIN 2024-01-01.. purpose: (not stated)"]);
    of(&full("dataSubjectCount: null"), &["R09 CERTAIN 2024-01-01.. dataSubjectCount: (not stated)"]);
    of(&full("dataSubjectCount: 0"), &["R09 CERTAIN 2024-01-01.. dataSubjectCount: 0"]);
    of(&full("accessDesk: null"), &["R15 CERTAIN 2024-01-01.. accessDesk: (not stated)"]);
    of(&full("accessRestrictions: [{scope: 평가 점수, ground: EXAMINATION}]"), &[]);
    of(&full("accessRestrictions: [{scope: 평가 점수}]"), &["R16 CERTAIN 2024-01-01.. accessRestrictions.0.scope: 평가 점수"]);
    of(&full("accessRestrictions: [{scope: 평가 점수, text: 내부 기준}]"), &["R16 SUSPECTED 2024-01-01.. accessRestrictions.0.scope: 평가 점수"]);
    of(&excerpt("retention: 3년, accessRestrictions: [{scope: 평가 점수}]"), &[]);
}

#[test]
fn members_are_asked_again() {
    let members = |retention: &str| full(&format!("name: 홈페이지 회원; retention: {retention}; legalBases: [정보주체 동의]"));
    of(&members("회원 탈퇴시까지"), &["R10 SUSPECTED 2024-01-01.. name: 홈페이지 회원"]);
    of(&members("3년"), &["R10 SUSPECTED 2024-01-01.. name: 홈페이지 회원"]);
    of(&members("회원 탈퇴시까지(2년주기로 재동의)"), &[]);
    of(&members("2년"), &[]);
    of(&full("name: 도서관 회원; retention: 회원 탈퇴시까지"), &[]);
}

#[test]
fn contracts_end_and_provisions_are_whole() {
    let entrusted = |end: &str| full(&format!("entrustments: [{{entrustee: (주)가나다, task: 유지보수{end}}}]"));
    of(&entrusted(""), &[]);
    of(&entrusted(", startsOn: 2023-01-01, endsOn: 2024-12-31"), &["R11 CERTAIN 2025-01-01.. entrustments.0.entrustee: (주)가나다"]);
    of(&entrusted(", endsOn: 2020-12-31"), &["R11 CERTAIN 2024-01-01.. entrustments.0.entrustee: (주)가나다"]);
    let later = full("validFrom: 2025-03-01; changeKind: AMENDMENT");
    let ended = found("REGISTERED", &[&entrusted(", endsOn: 2024-12-31"), &later], &[]);
    assert_eq!(ended, ["R11 CERTAIN 2025-01-01..2025-03-01 entrustments.0.entrustee: (주)가나다"], "as long as it is stated");
    let replaced = found("REGISTERED", &[&entrusted(", endsOn: 2025-12-31"), &later], &[]);
    assert!(replaced.is_empty(), "a contract that is no longer stated when it ends: {replaced:?}");
    let provided = |rest: &str| format!("provisions: [{{recipient: 국세청{rest}}}]");
    of(&full(&provided(", purpose: 과세, itemsText: 성명, legalBases: [국세기본법 제85조의3]")), &[]);
    of(&full(&provided(", purpose: 과세, itemsText: 성명")), &["R12 CERTAIN 2024-01-01.. provisions.0.recipient: 국세청"]);
    of(&excerpt(&format!("retention: 3년, {}", provided(""))), &["R12 SUSPECTED 2024-01-01.. provisions.0.recipient: 국세청"]);
}

#[test]
fn results_of_assessments_are_registered() {
    let assessed = |status, has_result| found(status, &[&full("")], &[(Some("2024-06-30"), has_result)]);
    assert_eq!(assessed("REGISTERED", false), ["R18 CERTAIN 2024-06-30.. impactAssessments.assessedUntil: 2024-06-30"]);
    assert!(assessed("REGISTERED", true).is_empty());
    assert!(assessed("DISCLOSED", false).is_empty());
}
