//! A register made by rule: every noun, every part of it, more than thirty of each, and one parent that has many of everything. No body of it exists.
//!
//! Agencies G000001 to G000035 are alike, so that what one of them costs to read all of them cost; G000000 stands above them, and is the one with many of everything.

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// How many agencies, files, policies … are alike.
pub const ALIKE: usize = 35;

/// How many of everything the agency above them has.
pub const MANY: usize = 18;

/// Names whose order shows: of Korean alphabet, Latin letters in both cases, digits, full-width letters, hanja, a decomposed syllable, brackets.
pub const NAMES: [&str; MANY] = [
    "회원정보",
    "가나다 명부",
    "민원 접수대장",
    "CCTV 열람대장",
    "cctv 보관대장",
    "119 신고대장",
    "2024년 수강생",
    "住民 명부",
    "(구)회원 명부",
    "하늘 명부",
    "까치 명부",
    "각종 신청서",
    "ＡＢＣ 명부",
    "[임시] 명부",
    "가 명부",
    "가나 명부",
    "abc 명부",
    "\u{1112}\u{1161}\u{11ab}\u{1100}\u{1173}\u{11af} 명부",
];

/// A data file of the agency that has many, as far as a filter can ask for it.
#[derive(Clone, Debug)]
pub struct File {
    /// Registration number.
    pub number: String,
    /// Name as written.
    pub name: String,
    /// Status: REGISTERED, DISCLOSED, EXEMPT or DESTROYED.
    pub status: &'static str,
    /// Names of its items.
    pub items: Vec<&'static str>,
    /// Declared number of data subjects.
    pub subjects: Option<i64>,
    /// Day of its registration at the portal.
    pub registered_on: Option<NaiveDate>,
}

fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2020, 1, 1).unwrap() + Days::new(number)
}

/// Every data file of the register.
pub fn files() -> Vec<File> {
    const ITEMS: [&[&str]; 4] = [&["성명", "주민등록번호"], &["성명", "전화번호"], &["성명", "여권번호", "혈액형"], &[]];
    let many = NAMES.iter().enumerate().map(|(index, name)| File {
        number: format!("G000000-{}", index + 1),
        name: (*name).to_owned(),
        status: ["REGISTERED", "DISCLOSED", "REGISTERED", "EXEMPT", "REGISTERED", "DESTROYED"][index % 6],
        items: ITEMS[index % 4].to_vec(),
        // Some say nothing, some say the same.
        subjects: [None, Some(0), Some(70_000), Some(5_000_000_000), Some(70_000)][index % 5],
        registered_on: [None, Some(day(index as u64 / 4)), Some(day(400))][index % 3],
    });
    let alike = (1..=ALIKE).map(|index| File {
        number: format!("G{index:06}-1"),
        name: format!("시험 신청자 명부 {index:02}"),
        status: "REGISTERED",
        items: vec!["성명", "주민등록번호", "건강상태"],
        subjects: Some(1000 + index as i64),
        registered_on: Some(day(index as u64)),
    });
    many.chain(alike).collect()
}

/// The register as a document of the native format.
pub fn document() -> String {
    let mut agencies = vec![agency("G000000", "가람특별시", "METROPOLITAN_GOVERNMENT", None)];
    let (mut data_files, mut policies, mut assessments) = (Vec::new(), Vec::new(), Vec::new());
    for index in 1..=ALIKE {
        let code = format!("G{index:06}");
        let (abolished, unit, next) = (format!("H{index:06}"), format!("U{index:06}"), agency_name(index % ALIKE + 1));
        let mut former = agency(&abolished, &format!("옛 {}", agency_name(index)), "BASIC_GOVERNMENT", Some("G000000"));
        former["status"] = json!("ABOLISHED");
        let mut present = agency(&code, &agency_name(index), "BASIC_GOVERNMENT", Some("G000000"));
        present["predecessors"] = json!([{"code": abolished, "on": "2021-07-01", "kind": "RENAME"}]);
        agencies.extend([former, present, agency(&unit, &format!("나루 서비스 {index:02}"), "OPERATING_UNIT", Some(&code))]);
        let number = format!("{code}-1");
        data_files.push(json!({
            "registrationNumber": number, "agency": code, "status": "REGISTERED",
            "registrations": [registration(index, &next, 0), registration(index, &next, 1)],
        }));
        policies.push(json!({"agency": code, "title": format!("시험 처리방침 {index:02}"), "revisions": [revision(index, &next, &number, 0), revision(index, &next, &number, 1)]}));
        assessments.push(assessment(&code, &[number], 2020));
    }
    let many: Vec<File> = files().into_iter().take(MANY).collect();
    for (index, file) in many.iter().enumerate() {
        data_files.push(file_of_many(index, file));
        policies.push(json!({"agency": "G000000", "title": format!("{} 처리방침", file.name), "revisions": [{"effectiveFrom": day(index as u64)}]}));
        assessments.push(assessment("G000000", &[many[0].number.clone()], 2000 + i32::try_from(index).unwrap()));
    }
    let numbers: Vec<&str> = many.iter().map(|file| file.number.as_str()).collect();
    assessments.push(assessment("G000000", &numbers.iter().map(|number| (*number).to_owned()).collect::<Vec<_>>(), 2025));
    let revisions: Vec<Value> = (0..MANY as u64)
        .map(|index| {
            let recipients = (0..MANY).map(|number| format!("받는 기관 {number:02}")).chain((0..MANY).map(|_| "두루 받는 기관".to_owned()));
            let stated: Vec<Value> = recipients.enumerate().map(|(number, recipient)| provision(&recipient, number)).collect();
            let entrusted: Vec<Value> = (0..MANY).map(|number| entrustment(&format!("맡는 회사 {number:02}"), number)).collect();
            json!({"effectiveFrom": day(10 * index), "dataFiles": numbers, "sections": [], "provisions": stated, "entrustments": entrusted})
        })
        .collect();
    policies.push(json!({"agency": "G000000", "title": "가람특별시 처리방침", "revisions": revisions}));
    json!({
        "format": "yeollam/1",
        "sources": [{"key": "rule", "title": "시험 자료", "publisher": "시험", "readAt": "2026-01-01T00:00:00Z"}],
        "agencies": agencies,
        "organizations": (1..=ALIKE).map(|index| json!({"name": agency_name(index), "kind": "PUBLIC", "agency": format!("G{index:06}")})).collect::<Vec<_>>(),
        "dataFiles": data_files,
        "impactAssessments": assessments,
        "policies": policies,
    })
    .to_string()
}

fn agency_name(index: usize) -> String {
    format!("가람구청 {index:02}")
}

fn agency(code: &str, name: &str, kind: &str, parent: Option<&str>) -> Value {
    json!({
        "code": code, "name": name, "shortName": name, "type": kind, "parent": parent, "region": "11", "homepage": "https://agency.example",
        "sources": [{"path": "", "document": "rule", "span": code}],
    })
}

fn provision(recipient: &str, index: usize) -> Value {
    json!({
        "recipient": recipient, "material": format!("자료 {index:02}"), "purpose": "시험", "items": [{"name": "성명"}, {"name": "주민등록번호"}],
        "retention": {"text": "5년"}, "legalBases": [{"citation": "개인정보 보호법 제17조"}], "frequency": "매월", "method": "전산망",
    })
}

fn entrustment(entrustee: &str, index: usize) -> Value {
    json!({
        "entrustee": entrustee, "task": format!("운영 {index:02}"), "startsOn": "2024-01-01", "endsOn": "2024-12-31",
        "subEntrustees": ["가온재위탁(주)"],
    })
}

fn registration(index: usize, next: &str, which: u64) -> Value {
    json!({
        "validFrom": day(100 + 365 * which), "registeredOn": day(index as u64), "completeness": "FULL_REGISTRATION",
        "name": format!("시험 신청자 명부 {index:02}"), "purpose": format!("시험 {which}"),
        "legalBases": [{"citation": format!("가람시험{index:02}법 제{index}조")}, {"citation": format!("가람시험{index:02}법 시행령 제1조")}, {"citation": "개인정보 보호법 제15조"}],
        "collectedItems": [{"name": "성명", "requirement": "REQUIRED", "subject": "신청자"}, {"name": "주민등록번호"}, {"name": "건강상태"}],
        "processingMethod": "ELECTRONIC", "processingMethodText": "전자적 방법",
        "retention": {"text": if which == 0 { "3년" } else { "5년" }},
        "provisions": [provision(next, 0), provision("가온정보(주)", 1)],
        "entrustments": [entrustment(next, 0), entrustment("가온정보(주)", 1)],
        "dataSubjectCount": 1000 + index, "countedOn": day(100),
        "processingDepartment": {"name": "시험담당관", "phones": ["02-000-0000"]},
        "accessDesk": {"department": "민원담당관", "phones": ["02-000-0001"]},
        "accessRestrictions": [{"scope": "채점표", "ground": "EXAMINATION", "text": "시험 공정성"}],
        "informationSystem": "시험 시스템", "includesChildrenUnder14": false, "operationStartedOn": day(50),
        "sources": [{"path": "", "document": "rule", "span": "1"}, {"path": "retention", "document": "rule", "span": "2"}],
    })
}

fn file_of_many(index: usize, file: &File) -> Value {
    let first = json!({
        "validFrom": day(10), "registeredOn": file.registered_on, "name": file.name, "dataSubjectCount": file.subjects,
        "collectedItems": file.items.iter().map(|item| json!({"name": item})).collect::<Vec<_>>(),
        "legalBases": [{"citation": "가람한도법 제1조"}],
    });
    let mut registrations = vec![first.clone()];
    // The first one has a long history, with many provisions and entrustments at its end.
    if index == 0 {
        for number in 1..MANY {
            let mut amended = first.clone();
            amended["validFrom"] = json!(day(10 + number as u64));
            amended["purpose"] = json!(format!("목적 {number}"));
            amended["provisions"] = json!((0..MANY).map(|number| provision(&format!("받는 기관 {number:02}"), number)).collect::<Vec<_>>());
            amended["entrustments"] = json!((0..MANY).map(|number| entrustment("가온정보(주)", number)).collect::<Vec<_>>());
            registrations.push(amended);
        }
    }
    if file.status == "DESTROYED" {
        let mut destroyed = first;
        destroyed["validFrom"] = json!(day(500));
        destroyed["changeKind"] = json!("DESTRUCTION");
        registrations.push(destroyed);
    }
    let status = if file.status == "DESTROYED" { "REGISTERED" } else { file.status };
    json!({"registrationNumber": file.number, "agency": "G000000", "status": status, "registrations": registrations})
}

fn assessment(agency: &str, files: &[String], year: i32) -> Value {
    json!({
        "agency": agency, "dataFiles": files.iter().map(|number| json!({"registrationNumber": number, "nameAsWritten": "시험 명부"})).collect::<Vec<_>>(),
        "year": year, "trigger": "SENSITIVE_50K", "assessor": "가온평가원(주)", "assessedItems": ["성명"], "outcome": "개선 완료", "summary": "시험",
        "sources": [{"path": "", "document": "rule", "span": "3"}],
    })
}

fn revision(index: usize, next: &str, file: &str, which: u64) -> Value {
    json!({
        "effectiveFrom": day(200 + 365 * which), "periodText": "시험", "publishedUrl": "https://agency.example/policy", "announcedOn": day(190),
        "sections": [{"kind": "PURPOSE", "heading": "제1조", "state": "STATED"}, {"kind": "PROVISION", "state": "EMPTY"}],
        "dataFiles": [file],
        "labels": [{"kind": "PURPOSE", "text": "시험"}],
        "collectedItems": [{"name": "IP주소", "requirement": "AUTOMATIC", "activity": "누리집 이용"}],
        "provisions": [provision(next, 2)],
        "entrustments": [entrustment(next, 2)],
        "officers": [{"role": "PRIVACY_OFFICER", "isNameWithheld": true, "department": "시험담당관", "phones": ["02-000-0002"]}],
        "accessDesk": {"department": "민원담당관", "phones": ["02-000-0001"]},
        "rights": [{"right": "ACCESS", "methods": ["서면"], "byAgent": "위임장", "form": "별지 제8호"}],
        "remedies": [{"name": "시험구제센터", "task": "상담", "phones": ["118"]}],
        "appeals": [{"name": "시험심판위원회", "url": "https://appeals.example"}],
        "safeguards": [{"kind": "TECHNICAL", "measure": format!("암호화 {which}")}],
        "disposal": {"procedure": "승인 후 파기", "methods": [{"medium": "PAPER", "method": "파쇄"}]},
        "autoCollection": [{"name": "쿠키", "purpose": "맞춤", "refusal": "설정"}],
        "videoDevices": [{"kind": "FIXED", "count": 2, "location": "정문", "purpose": "방범", "retention": {"text": "30일"}}],
        "entrustedBy": [{"entruster": agency_name(index % ALIKE + 1), "task": "조사"}],
        "sources": [{"path": "", "document": "rule", "span": "4"}],
    })
}
