//! Files (개인정보파일): lists of them in one table or in several that are joined by name, tables read down, lists of labels.

use super::Read;
use super::block::{Block, Line, Span, tidy};
use super::labelled;
use super::marker::{Marker, is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{File, Items, Policy, Provision, Reason, Requirement, Stated, Unread};
use super::table::{Grid, Kind, Row, guessed, is_none, kind, looks_like_basis, stated};
use crate::header::{Column, column, compact, is_listed};

/// Sections in which lists of labels and tables without a header describe files.
const ABOUT_FILES: &[SectionKind] = &[SectionKind::Purpose, SectionKind::Retention, SectionKind::Items, SectionKind::FileRegister];

/// Reads every file that the document lists.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts {
        for (at, block) in part.part.blocks.iter().enumerate() {
            let Block::Table(table) = block else { continue };
            match &part.grids[at] {
                Some(grid) if kind(grid, &part.part) == Kind::Files => read_table(part, at, grid, policy),
                Some(_) => {}
                None if part.is_any(ABOUT_FILES) || says_registered(part, at) => {
                    if let Some(grid) = guessed(table) {
                        read_table(part, at, &grid, policy);
                    } else {
                        policy.unread.push(Unread { span: table.span, reason: Reason::UnknownTable, text: beginning(&table.as_text()) });
                    }
                }
                None => {}
            }
        }
        read_lists(part, policy);
    }
}

fn read_table(part: &Read, at: usize, grid: &Grid, policy: &mut Policy) {
    let is_registered = says_registered(part, at);
    let name_place = grid.place(Column::FileName).or_else(|| naming_place(grid));
    let above = name_above(part, at);
    let has_name_column = grid.has(Column::FileName);
    let department = department_above(part, at);
    for (place, header) in grid.headers.iter().enumerate() {
        if grid.columns[place].is_none() && Some(place) != name_place && !header.is_empty() && !grid.is_guessed {
            policy.unread.push(Unread { span: grid.span, reason: Reason::UnknownColumn, text: beginning(header) });
        }
    }
    let mut last: Option<String> = None;
    for row in &grid.rows {
        let named = name_place.and_then(|place| row.cells.get(place)).and_then(|cell| stated(&cell.text)).map(name_of);
        let (name, confidence) = match (named, &above, has_name_column) {
            (Some(name), _, true) if !name.is_empty() => (name, if grid.is_guessed { 0.6 } else { 1.0 }),
            // A blank under a name belongs to the file above.
            (_, _, true) => match &last {
                Some(last) if has_content(grid, row) => (last.clone(), 0.8),
                _ => {
                    if has_content(grid, row) {
                        policy.unread.push(Unread {
                            span: row.span,
                            reason: Reason::NamelessRow,
                            text: beginning(&row.cells.iter().map(|cell| &*cell.text).collect::<Vec<_>>().join(" ")),
                        });
                    }
                    continue;
                }
            },
            (_, Some(above), false) => (above.clone(), 0.9),
            (Some(name), None, false) if !name.is_empty() => (name, 0.7),
            _ => continue,
        };
        if !is_name(&name) {
            continue;
        }
        let is_next_row = last.as_ref() == Some(&name);
        last = Some(name.clone());
        let mut file = of_row(grid, row, name, confidence);
        file.is_registered = is_registered;
        file.department = file.department.take().or_else(|| department.clone());
        if !has_name_column && above.is_some() {
            let whose = name_place.and_then(|place| row.cells.get(place)).and_then(|cell| stated(&cell.text)).map(tidy);
            file.items.iter_mut().for_each(|items| items.subject = items.subject.take().or_else(|| whose.clone()));
        }
        add(policy, file, is_next_row);
    }
}

/// The row says something of a file.
fn has_content(grid: &Grid, row: &Row) -> bool {
    use Column as C;
    [C::Basis, C::Purpose, C::BasisAndPurpose, C::Items, C::RequiredItems, C::OptionalItems, C::Retention]
        .iter()
        .any(|column| grid.texts(row, *column).any(|(_, cell, _)| !cell.from_above))
}

/// Without a column of names, the first names the files that is not known, or that says what a row is about; or one further right that says so (구분).
fn naming_place(grid: &Grid) -> Option<usize> {
    let first = usize::from(grid.columns.first() == Some(&Some(Column::Number)));
    let is_naming = |place: &usize| matches!(grid.columns.get(*place), Some(None | Some(Column::Division | Column::Subject | Column::System)));
    Some(first).filter(is_naming).or_else(|| grid.place(Column::Division))
}

/// A name that stands over the table: "가. 개인정보파일명 : 회원정보".
fn name_above(part: &Read, at: usize) -> Option<String> {
    part.lines_above(at).take(6).find_map(|line| {
        let (column, _, value) = labelled::labelled(&line.text)?;
        (column == Column::FileName && !value.is_empty() && !is_none(value)).then(|| name_of(value))
    })
}

/// The department that the line over the table names, and nothing else: "◆ 체육사업팀".
fn department_above(part: &Read, at: usize) -> Option<Stated> {
    let line = part.lines_above(at).next()?;
    let name = unmarked(&line.text).trim_matches(['<', '>', '[', ']', '【', '】', ' ']);
    let stands_out = line.is_heading || Marker::of(&line.text).is_some();
    let is_department = ["과", "팀", "실", "국", "담당관", "센터", "본부", "사업소", "지사"].iter().any(|end| name.ends_with(end));
    (stands_out && is_department && name.chars().count() <= 15 && !name.contains(' ')).then(|| Stated::new(name, line.span).with(0.8))
}

/// The name without its number, its footnote mark, its line breaks.
fn name_of(text: &str) -> String {
    let text = tidy(&text.replace('\n', " "));
    let bare = unmarked(&text).trim_end_matches(['*', ' ', ':']).trim_start_matches(['*', ' ', '<', '‘', '“', '「']).trim_end_matches(['>', '’', '”', '」']);
    bare.trim().to_owned()
}

/// Can be a name: words, and no sentence, no header, no total.
pub(super) fn is_name(name: &str) -> bool {
    let words = compact(name);
    let length = words.chars().count();
    (2..=80).contains(&length)
        && words.chars().any(|c| !c.is_ascii_digit())
        && !is_sentence(name)
        && !matches!(words.as_str(), "합계" | "총계" | "소계" | "계" | "개인정보파일명" | "파일명")
        && column(name).is_none_or(|column| {
            matches!(column, Column::Subject | Column::Handler | Column::Agency | Column::Outcome | Column::Content | Column::Address | Column::PersonName)
        })
}

fn of_row(grid: &Grid, row: &Row, name: String, confidence: f64) -> File {
    use Column as C;
    let value = |column: C| {
        let texts: Vec<(&str, Span)> = grid.texts(row, column).map(|(text, cell, _)| (text, cell.span)).collect();
        let span = texts.iter().map(|(_, span)| *span).reduce(Span::to)?;
        Some(Stated::new(&texts.iter().map(|(text, _)| *text).collect::<Vec<_>>().join("\n"), span).with(if grid.is_guessed { 0.6 } else { 1.0 }))
    };
    let mut file = File { name, span: Some(row.span), confidence, ..File::default() };
    (file.basis, file.purpose) = basis_and_purpose(value(C::Basis), value(C::Purpose), value(C::BasisAndPurpose));
    file.retention = value(C::Retention).map(without_label);
    file.processing_method = value(C::ProcessingMethod);
    file.collection_method = value(C::CollectionMethod);
    file.department = value(C::Department);
    file.access_desk = value(C::AccessDesk);
    file.restriction_scope = value(C::RestrictionScope);
    file.restriction_reason = value(C::RestrictionReason).or_else(|| value(C::Restriction));
    file.system = value(C::System);
    file.subject_count = value(C::SubjectCount);
    let subject = value(C::Subject).map(|stated| tidy(&stated.text));
    for (column, requirement) in ITEMS {
        // "필수 | 성명, 주소" under one header: the left cell tells of the right one.
        let mut beside = None;
        for (text, cell, place) in grid.texts(row, *column) {
            if let Some(told) = requirement_of(text).filter(|_| is_listed(text)) {
                beside = Some(told);
                continue;
            }
            let requirement = requirement.or(beside.take()).or_else(|| requirement_of(&grid.headers[place]));
            file.items.push(Items {
                requirement,
                subject: subject.clone(),
                stated: Stated::new(text, cell.span).with(if grid.is_guessed { 0.6 } else { 1.0 }),
            });
        }
    }
    if let Some(recipient) = value(C::Recipient) {
        file.provisions.push(Provision {
            recipient: recipient.text,
            span: Some(recipient.span),
            confidence: 1.0,
            purpose: value(C::ProvisionPurpose).map(|stated| tidy(&stated.text)),
            items: value(C::ProvisionItems).map(|stated| tidy(&stated.text)),
            retention: value(C::ProvisionRetention).map(|stated| tidy(&stated.text)),
            basis: value(C::ProvisionBasis),
            ..Provision::default()
        });
    }
    file
}

/// Columns of items with what their header says of the requirement.
const ITEMS: &[(Column, Option<Requirement>)] = &[
    (Column::Items, None),
    (Column::RequiredItems, Some(Requirement::Required)),
    (Column::OptionalItems, Some(Requirement::Optional)),
    (Column::AutomaticItems, Some(Requirement::Automatic)),
];

fn requirement_of(words: &str) -> Option<Requirement> {
    match (words.contains("필수"), words.contains("선택")) {
        (true, false) => Some(Requirement::Required),
        (false, true) => Some(Requirement::Optional),
        _ => None,
    }
}

/// Without a label that repeats the header ("개인정보 처리 및 보유기간 : 10년").
fn without_label(stated: Stated) -> Stated {
    match labelled::labelled(&stated.text) {
        Some((Column::Retention, _, value)) if !value.is_empty() => Stated { text: value.to_owned(), ..stated },
        _ => stated,
    }
}

/// Bases and purpose of their own cells, or of the one that holds both.
fn basis_and_purpose(basis: Option<Stated>, purpose: Option<Stated>, both: Option<Stated>) -> (Option<Stated>, Option<Stated>) {
    let unlabelled = |stated: Stated, column: Column| match labelled::labelled(&stated.text) {
        Some((found, _, value)) if found == column && !value.is_empty() && !stated.text.contains('\n') => Stated { text: value.to_owned(), ..stated },
        _ => stated,
    };
    let (basis, purpose) = (basis.map(|stated| unlabelled(stated, Column::Basis)), purpose.map(|stated| unlabelled(stated, Column::Purpose)));
    let Some(both) = both else { return (basis, purpose) };
    let (in_basis, in_purpose) = parted(&both);
    (basis.or(in_basis), purpose.or(in_purpose))
}

/// Bases and purpose that stand in one cell: by their labels, at the slash between them, line by line.
pub(super) fn parted(both: &Stated) -> (Option<Stated>, Option<Stated>) {
    let part = |text: &str, confidence: f64| stated(text.trim_matches(['/', ' ', '\n', ',', '-'])).map(|text| Stated::new(text, both.span).with(confidence));
    let (_, values) = labelled::all(&both.text, both.span);
    let of = |column: Column| values.iter().find(|value| value.column == column).and_then(|value| part(&value.value, 1.0));
    if values.iter().any(|value| matches!(value.column, Column::Basis | Column::Purpose)) {
        return (of(Column::Basis), of(Column::Purpose));
    }
    for (at, _) in both.text.match_indices('/') {
        let (before, after) = (&both.text[..at], &both.text[at + 1..]);
        if looks_like_basis(before)
            && !after.trim_matches(['/', ' ', '\n']).is_empty()
            && !after.trim_matches(['/', ' ', '\n']).split(['/', '\n']).next().is_some_and(looks_like_basis)
        {
            return (part(before, 0.9), part(after, 0.9));
        }
    }
    let lines: Vec<&str> = both.text.lines().collect();
    let bases = lines.iter().take_while(|line| looks_like_basis(line)).count();
    if bases > 0 && bases < lines.len() && !lines[bases..].iter().any(|line| looks_like_basis(line)) {
        return (part(&lines[..bases].join("\n"), 0.8), part(&lines[bases..].join("\n"), 0.8));
    }
    if looks_like_basis(&both.text) || bases > 0 { (part(&both.text, 0.9), None) } else { (None, part(&both.text, 0.8)) }
}

/// A sentence above the table, in its section, says that what follows is registered under 제32조; one that only sends elsewhere does not.
fn says_registered(part: &Read, at: usize) -> bool {
    let lines: Vec<&Line> = part.part.blocks[..at]
        .iter()
        .rev()
        .filter_map(|block| match block {
            Block::Line(line) => Some(line),
            Block::Table(_) => None,
        })
        .take(25)
        .collect();
    let heading =
        part.part.heading.as_ref().filter(|line| line.text.contains("등록") && line.text.contains("개인정보파일") && part.is(SectionKind::FileRegister));
    lines.iter().any(|line| announces_registered(&line.text))
        || heading.is_some_and(|_| !lines.iter().any(|line| line.text.contains("제32조")) && lines.len() <= 3)
}

/// "제32조에 따라 등록·공개하는 개인정보파일의 처리목적은 다음과 같습니다".
pub(super) fn announces_registered(text: &str) -> bool {
    let words = compact(text);
    let cites = words.contains("제32조") || words.contains("법32조") || words.contains("등록공개하는");
    let lists = ["다음", "아래", "같습니다", "같다", "각호", "아래와같이", "하기"].iter().any(|word| words.contains(word));
    // "… 확인하시기 바랍니다": a general sentence that sends elsewhere.
    let sends_elsewhere = words.contains("활용해주") || (words.contains("확인") && !words.contains("다음과같") && !words.contains("아래와같"));
    cites && words.contains("등록") && words.contains("파일") && lists && !sends_elsewhere
}

/// Lists of labels that describe a file each: "개인정보파일의 명칭 : …", or points under the name of the file.
fn read_lists(part: &Read, policy: &mut Policy) {
    use Column as C;
    for record in labelled::records(&part.part.blocks) {
        if record.values.iter().any(|value| {
            matches!(
                value.column,
                C::Recipient | C::Entrustee | C::Task | C::PersonName | C::Phone | C::ProvisionItems | C::ProvisionPurpose | C::ProvisionRetention
            )
        }) {
            continue;
        }
        let contents =
            [C::Basis, C::Purpose, C::BasisAndPurpose, C::Items, C::RequiredItems, C::Retention].iter().filter(|column| record.has(**column)).count();
        let Some(span) = record.span() else { continue };
        let named = record.values.iter().find(|value| value.column == C::FileName).map(|value| name_of(&value.value));
        let (name, confidence) = match (named, record.title().map(name_of)) {
            (Some(name), _) if contents >= 1 => (name, 0.9),
            (None, Some(title)) if contents >= 3 && record.has(C::Retention) && part.is_any(ABOUT_FILES) => (title, 0.7),
            _ => continue,
        };
        if !is_name(&name) {
            continue;
        }
        let value = |column: C| {
            let found = record.values.iter().find(|value| value.column == column)?;
            stated(&found.value).map(|text| Stated::new(text, found.span).with(confidence))
        };
        let mut file = File { name, span: Some(span), confidence, ..File::default() };
        (file.basis, file.purpose) = basis_and_purpose(value(C::Basis), value(C::Purpose), value(C::BasisAndPurpose));
        file.retention = value(C::Retention);
        file.collection_method = value(C::CollectionMethod);
        file.processing_method = value(C::ProcessingMethod);
        file.department = value(C::Department).or_else(|| value(C::Agency).filter(|_| record.has(C::FileName)).and_then(|agency| department_in(&agency)));
        file.access_desk = value(C::AccessDesk);
        file.system = value(C::System);
        file.subject_count = value(C::SubjectCount);
        for found in &record.values {
            let Some((_, requirement)) = ITEMS.iter().find(|(column, _)| *column == found.column) else { continue };
            if let Some(text) = stated(&found.value) {
                let requirement = requirement.or_else(|| requirement_of(&found.label));
                file.items.push(Items { requirement, subject: None, stated: Stated::new(text, found.span).with(confidence) });
            }
        }
        file.is_registered = part.part.lines().take_while(|line| line.span.first <= span.first).any(|line| announces_registered(&line.text));
        add(policy, file, false);
    }
}

/// The department in "개인정보파일 운용 주체 : 한국가나원 나다사업단".
fn department_in(agency: &Stated) -> Option<Stated> {
    let (_, department) = agency.text.rsplit_once(' ')?;
    Some(Stated { text: department.to_owned(), ..agency.clone() })
}

/// Adds what is said of a file, joined with what was said of the file of that name before: in the row above, or elsewhere.
pub(super) fn add(policy: &mut Policy, file: File, is_next_row: bool) {
    let key = compact(&file.name);
    let Some(known) = policy.files.iter_mut().find(|known| compact(&known.name) == key) else {
        policy.files.push(file);
        return;
    };
    known.is_registered |= file.is_registered;
    known.confidence = known.confidence.max(file.confidence);
    join(&mut known.basis, file.basis, is_next_row);
    join(&mut known.purpose, file.purpose, is_next_row);
    join(&mut known.retention, file.retention, is_next_row);
    join(&mut known.processing_method, file.processing_method, false);
    join(&mut known.collection_method, file.collection_method, is_next_row);
    join(&mut known.department, file.department, false);
    join(&mut known.access_desk, file.access_desk, false);
    join(&mut known.restriction_scope, file.restriction_scope, false);
    join(&mut known.restriction_reason, file.restriction_reason, false);
    join(&mut known.system, file.system, false);
    join(&mut known.subject_count, file.subject_count, false);
    known.provisions.extend(file.provisions);
    if is_next_row {
        // Several rows for one file: each adds its items, a merged cell only once.
        for items in file.items {
            if !known
                .items
                .iter()
                .any(|other| other.stated.text == items.stated.text && other.requirement == items.requirement && other.subject == items.subject)
            {
                known.items.push(items);
            }
        }
    } else if known.items.is_empty() || (tells_requirement(&file.items) && !tells_requirement(&known.items)) {
        // Two lists of the same items: the one that tells which are required says more.
        known.items = file.items;
    }
}

fn tells_requirement(items: &[Items]) -> bool {
    items.iter().any(|items| items.requirement.is_some() || items.stated.text.contains("필수") || items.stated.text.contains("선택"))
}

fn join(known: &mut Option<Stated>, more: Option<Stated>, is_next_row: bool) {
    match (known.as_mut(), more) {
        (None, more) => *known = more,
        (Some(known), Some(more)) if is_next_row && !known.text.contains(&more.text) => {
            known.text = format!("{}\n{}", known.text, more.text);
            known.span = known.span.to(more.span);
        }
        _ => {}
    }
}

/// The beginning of what was not understood, short enough for a message.
pub(super) fn beginning(text: &str) -> String {
    tidy(text).chars().take(80).collect()
}

/// The file of that name, also where a table leaves out the spaces, or all but its ending.
pub(super) fn named<'a>(policy: &'a mut Policy, name: &str) -> Option<&'a mut File> {
    let key = compact(name);
    policy.files.iter_mut().find(|file| compact(&file.name) == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bases_and_purposes_in_one_cell() {
        for (cell, basis, purpose) in [
            ("정보주체 동의, 사회보장기본법 제37조", Some("정보주체 동의, 사회보장기본법 제37조"), None),
            ("이용약관/홈페이지 가입의사 확인 및 회원제 서비스 제공", Some("이용약관"), Some("홈페이지 가입의사 확인 및 회원제 서비스 제공")),
            (
                "공공기록물 관리에 관한 법령/\n최근 3년간 전자민원 신청이력\n정보제공",
                Some("공공기록물 관리에 관한 법령"),
                Some("최근 3년간 전자민원 신청이력\n정보제공"),
            ),
            ("근거 : 청소년복지지원법 제12조의2\n목적 : 사용자 관리", Some("청소년복지지원법 제12조의2"), Some("사용자 관리")),
            ("가나법 제1조\n시행령 제2조\n회원 관리", Some("가나법 제1조\n시행령 제2조"), Some("회원 관리")),
            ("회원 관리", None, Some("회원 관리")),
        ] {
            let (found_basis, found_purpose) = parted(&Stated::new(cell, Span::line(1)));
            assert_eq!(
                (found_basis.as_ref().map(|stated| stated.text.as_str()), found_purpose.as_ref().map(|stated| stated.text.as_str())),
                (basis, purpose),
                "{cell}"
            );
        }
    }

    #[test]
    fn a_general_sentence_registers_nothing() {
        assert!(announces_registered("② 공단이 「개인정보 보호법」 제32조에 따라 등록·공개하는 개인정보파일의 처리목적은 다음과 같습니다."));
        assert!(!announces_registered("② 시가 개인정보 보호법 제32조에 따라 개인정보파일을 등록 · 공개하고 있으며, 목록검색 메뉴를 활용해주시기 바랍니다."));
    }

    #[test]
    fn names_of_files() {
        for name in ["회원정보", "강사DB", "시설대여 정보", "민원"] {
            assert!(is_name(name), "{name}");
        }
        for name in ["", "1", "합계", "개인정보파일명", "보유기간", "다음과 같이 처리합니다."] {
            assert!(!is_name(name), "{name}");
        }
    }
}
