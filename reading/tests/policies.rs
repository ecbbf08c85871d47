//! Policies in the layouts that institutions publish, each with the facts that it states beside it (`policies/NAME.yaml`): what is read of them is counted as precision and recall
//! for each kind of fact.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use reading::policy::{Policy, Requirement, read};

/// Facts in short, by kind.
type Facts = BTreeMap<String, Vec<String>>;

const PRECISION: f64 = 0.98;
const RECALL: f64 = 0.95;

fn line(parts: &[&str]) -> String {
    parts.iter().map(|part| part.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join(" | ").trim_end_matches([' ', '|']).to_owned()
}

fn text(value: Option<&str>) -> &str {
    value.unwrap_or_default()
}

/// The parts of a list that stand apart by commas and line breaks outside parentheses, each with what a marker before it says.
fn items(cell: &str, requirement: Option<Requirement>) -> Vec<(&'static str, String)> {
    let name = |requirement: Option<Requirement>| match requirement {
        Some(Requirement::Required) => "필수",
        Some(Requirement::Optional) => "선택",
        Some(Requirement::Automatic) => "자동",
        None => "",
    };
    let (mut items, mut depth, mut word, mut told) = (Vec::new(), 0_usize, String::new(), name(requirement));
    let mut cell = cell.to_owned();
    for (marker, sign) in [("필수", '\u{1}'), ("선택", '\u{2}')] {
        for written in [
            format!("[{marker}]"),
            format!("({marker})"),
            format!("[회원 {marker}]"),
            format!("- {marker} :"),
            format!("{marker}항목 :"),
            format!("{marker} :"),
            format!("{marker}:"),
        ] {
            cell = cell.replace(&written, &format!(",{sign}"));
        }
    }
    for c in cell.chars().chain([',']) {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if c == '\u{1}' {
            told = "필수";
        } else if c == '\u{2}' {
            told = "선택";
        } else if depth == 0 && matches!(c, ',' | '\n') {
            let item = word.trim().trim_matches(['-', '○', ' ']).to_owned();
            if !item.is_empty() {
                items.push((told, item));
            }
            word.clear();
        } else {
            word.push(c);
        }
    }
    items
}

fn facts(policy: &Policy) -> Facts {
    let mut facts = Facts::new();
    let mut add = |kind: &str, parts: &[&str]| facts.entry(kind.to_owned()).or_default().push(line(parts));
    let day = |day: Option<chrono::NaiveDate>| day.map(|day| day.to_string()).unwrap_or_default();
    let words = |kind: &dyn std::fmt::Debug| format!("{kind:?}");
    if let Some(title) = &policy.title {
        add("title", &[&title.text]);
    }
    if let Some(agency) = &policy.agency {
        add("agency", &[&agency.text]);
    }
    for section in &policy.sections {
        add("section", &[&words(&section.kind), &words(&section.state)]);
    }
    for file in &policy.files {
        add("file", &[&file.name, if file.is_registered { "등록" } else { "공개" }]);
        for (kind, stated) in [
            ("basis", &file.basis),
            ("purpose", &file.purpose),
            ("retention", &file.retention),
            ("collection", &file.collection_method),
            ("department", &file.department),
            ("restriction", &file.restriction_scope),
            ("system", &file.system),
            ("count", &file.subject_count),
            ("desk of file", &file.access_desk),
        ] {
            if let Some(stated) = stated {
                add(kind, &[&file.name, &stated.text]);
            }
        }
        for cell in &file.items {
            for (requirement, item) in items(&cell.stated.text, cell.requirement) {
                add("item", &[&file.name, requirement, text(cell.subject.as_deref()), &item]);
            }
        }
    }
    for stated in &policy.automatic_items {
        for (_, item) in items(&stated.stated.text, None) {
            add("automatic item", &[&item]);
        }
    }
    let of_files = policy.files.iter().flat_map(|file| file.provisions.iter().map(move |provision| (file.name.as_str(), provision)));
    for (file, provision) in policy.provisions.iter().map(|provision| (text(provision.file.as_deref()), provision)).chain(of_files) {
        let basis = provision.basis.as_ref().map(|basis| basis.text.as_str());
        let parts = [
            provision.recipient.as_str(),
            file,
            text(provision.material.as_deref()),
            text(provision.purpose.as_deref()),
            text(provision.items.as_deref()),
            text(provision.retention.as_deref()),
            text(basis),
            text(provision.frequency.as_deref()),
            text(provision.note.as_deref()),
        ];
        add("provision", &parts);
    }
    for entrustment in &policy.entrustments {
        let period = format!("{}~{}", day(entrustment.starts_on), day(entrustment.ends_on));
        add(
            "entrustment",
            &[
                &entrustment.entrustee,
                text(entrustment.task.as_deref()),
                if period == "~" { "" } else { &period },
                text(entrustment.sub_entrustees.as_deref()),
                text(entrustment.items.as_deref()),
            ],
        );
    }
    for incoming in &policy.entrusted_by {
        add("incoming entrustment", &[&incoming.entruster.text, text(incoming.task.as_deref())]);
    }
    for assessment in &policy.assessments {
        add("assessment", &[&assessment.files.join(" + "), &assessment.year.map(|year| year.to_string()).unwrap_or_default()]);
    }
    if let Some(stated) = &policy.assessment_text {
        add("assessment", &[&stated.text]);
    }
    for officer in &policy.officers {
        let name = if officer.is_name_withheld { "(비공개)" } else { text(officer.name.as_deref()) };
        let (phones, email) = (officer.phones.join(", "), text(officer.email.as_deref()));
        let parts = [
            words(&officer.role),
            officer.role_text.clone(),
            name.to_owned(),
            text(officer.position.as_deref()).to_owned(),
            text(officer.grade.as_deref()).to_owned(),
        ];
        let parts: Vec<&str> =
            parts.iter().map(String::as_str).chain([text(officer.department.as_deref()), &phones, email, text(officer.fax.as_deref())]).collect();
        add("officer", &parts);
    }
    if let Some(desk) = &policy.access_desk {
        add("access desk", &[text(desk.department.as_deref()), &desk.phones.join(", "), text(desk.email.as_deref()), text(desk.fax.as_deref())]);
    }
    for right in &policy.rights {
        add("right", &[&words(&right.kind), &right.methods.join(", "), text(right.limits.as_deref())]);
    }
    for (kind, remedies) in [("remedy", &policy.remedies), ("appeal", &policy.appeals)] {
        for remedy in remedies {
            add(kind, &[&remedy.name, text(remedy.operator.as_deref()), text(remedy.url.as_deref()), &remedy.phones.join(", ")]);
        }
    }
    for safeguard in &policy.safeguards {
        add("safeguard", &[&words(&safeguard.kind), &safeguard.measure.text]);
    }
    if policy.disposal_procedure.is_some() {
        add("disposal", &["절차"]);
    }
    for disposal in &policy.disposal {
        add("disposal", &[if disposal.is_electronic { "전자" } else { "종이" }, &disposal.method.text]);
    }
    if let Some(is_used) = policy.has_auto_collection {
        add("automatic collection", &[if is_used { "사용" } else { "사용 안 함" }]);
    }
    for device in &policy.video_devices {
        let count = device.count.map(|count| count.to_string()).unwrap_or_default();
        let parts = [
            count.as_str(),
            text(device.location.as_deref()),
            text(device.purpose.as_deref()),
            text(device.basis.as_deref()),
            text(device.hours.as_deref()),
            text(device.retention.as_deref()),
            text(device.storage_place.as_deref()),
            text(device.managed_by.as_deref()),
        ];
        add("video device", &parts);
    }
    for label in &policy.labels {
        add("label", &[&words(&label.kind), text(label.text.as_deref())]);
    }
    for revision in &policy.revisions {
        add("revision", &[&format!("{}~{}", day(revision.from), day(revision.until)), if revision.is_current { "현행" } else { "" }]);
    }
    if let Some(announced) = policy.announced_on {
        add("announced", &[&announced.to_string()]);
    }
    for unread in &policy.unread {
        add("unread", &[&words(&unread.reason), &unread.text]);
    }
    facts
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/policies")
}

fn documents() -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder())?.collect::<std::io::Result<Vec<_>>>()?;
    let mut paths: Vec<PathBuf> = entries.iter().map(std::fs::DirEntry::path).filter(|path| path.extension().is_some_and(|ending| ending != "yaml")).collect();
    paths.sort();
    Ok(paths)
}

/// Facts as the documents beside the policies write them.
fn as_yaml(facts: &Facts) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', "''"));
    facts.iter().map(|(kind, lines)| format!("{kind}:\n{}", lines.iter().map(|line| format!("  - {}\n", quoted(line))).collect::<String>())).collect()
}

#[test]
fn facts_of_policies() {
    let documents = documents().unwrap();
    assert!(documents.len() >= 25, "{} documents", documents.len());
    // Right, read, expected.
    let mut counts: BTreeMap<String, [u32; 3]> = BTreeMap::new();
    let mut findings = String::new();
    for path in &documents {
        let name = path.file_name().unwrap().to_str().unwrap();
        let read = facts(&read(name, &std::fs::read(path).unwrap()));
        let Ok(written) = std::fs::read_to_string(path.with_extension("yaml")) else {
            findings += &format!("--- {name} has no facts beside it; they may be:\n{}", as_yaml(&read));
            continue;
        };
        let expected: Facts = serde_saphyr::from_str(&written).unwrap_or_else(|error| panic!("{name}: {error}"));
        let kinds: std::collections::BTreeSet<&String> = read.keys().chain(expected.keys()).collect();
        for kind in kinds {
            let mut missing = expected.get(kind).cloned().unwrap_or_default();
            let of_kind = read.get(kind).cloned().unwrap_or_default();
            let count = counts.entry(kind.clone()).or_default();
            count[1] += u32::try_from(of_kind.len()).unwrap();
            count[2] += u32::try_from(missing.len()).unwrap();
            for fact in of_kind {
                if let Some(at) = missing.iter().position(|other| *other == fact) {
                    missing.remove(at);
                    count[0] += 1;
                } else {
                    findings += &format!("{name}: {kind} + {fact}\n");
                }
            }
            missing.iter().for_each(|fact| findings += &format!("{name}: {kind} - {fact}\n"));
        }
    }
    let ratio = |right: u32, of: u32| if of == 0 { 1.0 } else { f64::from(right) / f64::from(of) };
    println!("{:24}{:>6}{:>6}{:>6}  precision  recall", "", "right", "read", "stated");
    let mut is_good = true;
    for (kind, [right, read, expected]) in &counts {
        let (precision, recall) = (ratio(*right, *read), ratio(*right, *expected));
        is_good &= precision >= PRECISION && recall >= RECALL;
        println!("{kind:24}{right:>6}{read:>6}{expected:>6}  {precision:>9.3}  {recall:>6.3}");
    }
    assert!(is_good && !findings.contains("--- "), "{findings}");
    println!("{findings}");
}

/// Pieces of documents, of markup, and of what breaks readers.
const PIECES: &[&str] = &[
    "<table>",
    "</table>",
    "<tr>",
    "<td>",
    "<td rowspan=1000000000>",
    "<th colspan=99999999>",
    "<td rowspan=0 colspan=-1>",
    "</td>",
    "<div>",
    "</div>",
    "<ul><li>",
    "<ol start=99999999999999999999>",
    "</ul>",
    "<div style=display:none>",
    "<!--",
    "-->",
    "<textarea>",
    "<script>",
    "</script>",
    "<%",
    "%>",
    "{/*",
    "&#xD800;",
    "&#0;",
    "<h3>",
    "</h3>",
    "<br>",
    "<p",
    "\u{0}",
    "\u{feff}",
    "\u{202e}",
    "ㄱ\u{1161}",
    "제1조(개인정보의 처리목적)",
    "제99999999999조(위탁)",
    "제2조(개인정보의 제3자 제공)",
    "■ 개인정보 보호책임자",
    "1. 개인정보파일의 등록",
    "개인정보파일명",
    "운영근거 / 처리목적",
    "보유기간",
    "제공받는 자",
    "수탁자",
    "위탁업무",
    "위탁기간",
    "영향평가 수행연도",
    "성명",
    "연락처 : ",
    " : ",
    "/",
    " - ",
    "\t",
    "|",
    "|---|",
    "\n",
    "\n\n",
    "- ",
    "가. ",
    "① ",
    "회원정보",
    "정보주체 동의",
    "2024. 1. 25. ~ '24.13.99.",
    "없음",
    "02-2133-2971~99",
    "a@b.kr",
    "쿠키를 사용합니다.",
    "다음과 같습니다.",
    "제32조에 따라 등록하는 개인정보파일은 다음과 같습니다.",
    "[필수] ",
    "(",
    ")",
    "# ",
    "```",
    "**",
    "\u{10ffff}",
    "1",
    "순번",
    "주요 개인정보 처리 표시(라벨링)",
    "처리목적",
];

fn pieces() -> impl Strategy<Value = String> {
    prop::collection::vec(prop_oneof![6 => prop::sample::select(PIECES).prop_map(str::to_owned), 1 => "\\PC{0,12}"], 0..160).prop_map(|pieces| pieces.concat())
}

/// What was read stays within the document, whatever the document is.
fn check(name: &str, bytes: &[u8]) {
    let policy = read(name, bytes);
    let lines = policy.lines.max(1);
    for file in &policy.files {
        assert!((0.0..=1.0).contains(&file.confidence) && !file.name.trim().is_empty(), "{file:?}");
        assert!(file.span.is_none_or(|span| span.first >= 1 && span.first <= span.last && span.last <= lines), "{file:?} of {lines} lines");
    }
    for section in &policy.sections {
        assert!(section.heading.span.last <= lines, "{section:?} of {lines} lines");
    }
    for entrustment in &policy.entrustments {
        assert!(entrustment.starts_on.zip(entrustment.ends_on).is_none_or(|(first, last)| first <= last), "{entrustment:?}");
    }
    let _ = facts(&policy);
}

proptest! {
    // Failures are mended and kept as tests of their own, not as seeds.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces_are_read(text in pieces(), ending in prop::sample::select(&["txt", "html", "md", "jsp", ""][..])) {
        check(&format!("policy.{ending}"), text.as_bytes());
    }

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..2000), ending in prop::sample::select(&["txt", "html", "md"][..])) {
        check(&format!("policy.{ending}"), &bytes);
    }

    #[test]
    fn mixed_encodings_are_read(text in pieces(), at in 0_usize..2000, noise in prop::collection::vec(any::<u8>(), 0..40)) {
        let mut bytes = text.into_bytes();
        let at = at.min(bytes.len());
        bytes.splice(at..at, noise);
        check("policy.html", &bytes);
        check("policy.txt", &bytes);
    }
}

#[test]
fn what_is_deep_wide_or_long_is_read() {
    let documents = [
        "<div>".repeat(10_000),
        "<table><tr><td>".repeat(2_500),
        "<ul><li>".repeat(5_000),
        "<b><i>".repeat(5_000),
        format!("<table><tr><th>개인정보파일명<th>운영근거<th>보유기간</tr>{}</table>", "<tr><td rowspan=1000000000 colspan=1000000000>회원".repeat(1_000)),
        format!("<table><tr><th>개인정보파일명<th>운영근거<th>보유기간</tr><tr><td>회원<td>{}<td>2년</table>", "동의, 가법 제1조 / ".repeat(15_000)),
        format!("제1조(개인정보의 처리목적)\n{}", "가나다 : 라마 - ".repeat(25_000)),
        "보유기간 : ".repeat(15_000),
        "파일명\t근거\t보유기간\n".repeat(5_000),
        "| 파일명 | 근거 |\n".repeat(5_000),
        "순번\n개인정보파일의 명칭\n보유기간\n".repeat(2_500),
        "1. 홈페이지 회원 : 2년\n".repeat(5_000),
        format!("제2조(개인정보의 처리 및 보유기간)\n{}", "1. 회원 관리 : 2년\n1) 까지\n".repeat(1_500)),
        "- ".repeat(25_000),
        "> ".repeat(5_000),
        "[".repeat(5_000),
        "2024. 1. ".repeat(10_000),
        "<%".repeat(5_000),
        "<!--".repeat(5_000),
        "제1조(개인정보의 처리목적)\n".repeat(2_500),
    ];
    for document in &documents {
        for name in ["policy.txt", "policy.html", "policy.md"] {
            let begun = std::time::Instant::now();
            check(name, document.as_bytes());
            // Without optimisation, on a busy machine; a reader that takes more than linear time takes hours.
            assert!(begun.elapsed().as_secs() < 60, "{name}: {}… took {:?}", document.chars().take(40).collect::<String>(), begun.elapsed());
        }
    }
}
