//! Remedies against an infringement (권익침해 구제): tables, a line each, or a name with labels under it; and bodies that decide on appeals.

use super::Read;
use super::block::{Block, Line, tidy};
use super::contact::{contact, url};
use super::marker::{is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{Policy, Remedy};
use super::table::{Grid, is_none};
use crate::header::{Column, compact};

/// Reads the bodies of the sections on remedies.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    let has_own = parts.iter().any(|part| part.is(SectionKind::Remedy));
    for part in parts.iter().filter(|part| part.is(SectionKind::Remedy) || (!has_own && part.is_any(&[SectionKind::Officer, SectionKind::Rights]))) {
        let mut found: Vec<Remedy> = Vec::new();
        for (_, grid) in part.tables() {
            read_table(grid, &mut found);
        }
        read_lines(part, &mut found);
        for remedy in found {
            let list = if remedy.name.contains("행정심판") { &mut policy.appeals } else { &mut policy.remedies };
            if !list.iter().any(|known| compact(&known.name) == compact(&remedy.name)) {
                list.push(remedy);
            }
        }
    }
}

/// Words in the names of such bodies.
fn is_body(name: &str) -> bool {
    let words = compact(name);
    words.chars().count() <= 40
        && !is_sentence(name)
        && [
            "침해신고",
            "분쟁조정위원",
            "대검찰청",
            "경찰청",
            "사이버수사",
            "사이버범죄",
            "사이버안전",
            "사이버테러",
            "행정심판위원회",
            "종합지원포털",
            "종합포털",
            "개인정보포털",
            "정보보호마크",
            "인터넷진흥원",
            "개인정보조정위원회",
            "보호위원회",
            "eprivacyclean",
        ]
        .iter()
        .any(|word| words.contains(word))
}

fn read_table(grid: &Grid, found: &mut Vec<Remedy>) {
    let bodies = |place: usize| grid.rows.iter().filter(|row| row.cells.get(place).is_some_and(|cell| is_body(&cell.text))).count();
    let Some(place) = (0..grid.columns.len()).max_by_key(|place| (bodies(*place), std::cmp::Reverse(*place))).filter(|place| bodies(*place) > 0) else {
        return;
    };
    for row in &grid.rows {
        let Some(cell) = row.cells.get(place).filter(|cell| !cell.text.is_empty()) else { continue };
        let text = |column: Column| grid.texts(row, column).next().map(|(text, _, _)| tidy(&text.replace('\n', " ")));
        let operator = grid.place(Column::Agency).filter(|other| *other != place).and_then(|_| text(Column::Agency));
        found.push(Remedy {
            name: tidy(&cell.text.replace('\n', " ")),
            operator,
            task: text(Column::Task).or_else(|| text(Column::Content)),
            url: text(Column::Url).map(|address| url(&address).unwrap_or(address)),
            phones: text(Column::Phone).into_iter().collect(),
            address: text(Column::Address),
            span: row.span,
        });
    }
}

fn read_lines(part: &Read, found: &mut Vec<Remedy>) {
    let mut is_open = false;
    for block in &part.part.blocks {
        let Block::Line(line) = block else {
            is_open = false;
            continue;
        };
        if let Some(appeal) = appeal_in(line) {
            found.push(appeal);
            is_open = false;
            continue;
        }
        // Labels of the body above.
        if let Some((label, value)) = label_of(&line.text) {
            if let Some(last) = found.last_mut().filter(|_| is_open) {
                take(last, label, value);
                last.span = last.span.to(line.span);
            }
            continue;
        }
        if let Some(remedy) = of_line(line) {
            found.push(remedy);
            is_open = true;
        } else if is_sentence(&line.text) {
            is_open = false;
        }
    }
}

#[derive(Clone, Copy)]
enum Label {
    Task,
    Url,
    Phone,
    Address,
}

/// "소관업무 : …", "홈페이지 : …", "전화 : …", "주소 : …".
fn label_of(text: &str) -> Option<(Label, &str)> {
    let text = unmarked(text);
    let (label, value) = text.split_once([':', '：'])?;
    let label = match compact(label).as_str() {
        "소관업무" | "업무" | "담당업무" | "주요업무" => Label::Task,
        "홈페이지" | "누리집" | "url" | "사이트" | "웹사이트" | "홈페이지주소" => Label::Url,
        "전화" | "전화번호" | "연락처" | "tel" => Label::Phone,
        "주소" | "소재지" => Label::Address,
        _ => return None,
    };
    Some((label, value.trim()))
}

fn take(remedy: &mut Remedy, label: Label, value: &str) {
    if is_none(value) {
        return;
    }
    match label {
        Label::Task => remedy.task = Some(value.to_owned()),
        Label::Url => remedy.url = Some(url(value).unwrap_or_else(|| value.to_owned())),
        Label::Phone => remedy.phones = phones(value),
        Label::Address => remedy.address = Some(value.to_owned()),
    }
}

/// Numbers with the words in parentheses before them, which tell whose they are: "(사이버범죄) 02-393-9112 (경찰청 대표) 1566-0112".
fn phones(text: &str) -> Vec<String> {
    let mut numbers = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices('(').skip(1) {
        if text[start..at].chars().any(|c| c.is_ascii_digit()) && !text[at..].starts_with("(http") && !text[at..].starts_with("(www") {
            numbers.push(text[start..at].trim().to_owned());
            start = at;
        }
    }
    numbers.push(text[start..].trim().to_owned());
    numbers.retain(|number| number.chars().any(|c| c.is_ascii_digit()));
    numbers
}

/// A body in one line: "개인정보 침해신고센터 : (국번없이) 118 (privacy.kisa.or.kr)", "개인정보 분쟁조정위원회 (한국인터넷진흥원 운영)".
fn of_line(line: &Line) -> Option<Remedy> {
    let text = unmarked(&line.text);
    if is_sentence(text) || text.contains('→') {
        return None;
    }
    let end = text.find([':', '：', '(', '（', '☎', '|', '/', '<', '[']).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let name = name.trim().trim_end_matches([',', '-', ' ']);
    // The number may follow the name without anything between ("경찰청 사이버안전국 182").
    let (name, tail) = match name.find(|c: char| c.is_ascii_digit()).filter(|at| *at > 0) {
        Some(at) => name.split_at(at),
        None => (name, ""),
    };
    let name = name.trim().trim_end_matches("국번없이").trim_end_matches("국번 없이").trim();
    let name = name.split(" www.").next().unwrap_or(name).split(" http").next().unwrap_or(name).trim();
    if !is_body(name) {
        return None;
    }
    let rest = format!("{tail}{rest}");
    let operator =
        rest.find("운영)").and_then(|at| rest[..at].rfind('(').map(|open| rest[open + 1..at].trim().to_owned())).filter(|operator| !operator.is_empty());
    Some(Remedy { name: name.to_owned(), operator, task: None, url: url(&rest), phones: number_in(&rest), address: None, span: line.span })
}

/// The telephone number of a line, with "(국번없이)" where it stands before it.
fn number_in(text: &str) -> Vec<String> {
    let found = contact(text).phones;
    if !found.is_empty() {
        return found;
    }
    let words = text.replace("국번 없이", "국번없이");
    let Some(at) = words.find("국번없이") else {
        // A short number by itself: "182".
        let short: Vec<&str> = words.split(|c: char| !c.is_ascii_digit()).filter(|digits| matches!(*digits, "118" | "182" | "1301" | "112" | "110")).collect();
        return short.first().map(|number| vec![(*number).to_owned()]).unwrap_or_default();
    };
    let digits: String = words[at..].chars().skip_while(|c| !c.is_ascii_digit()).take_while(|c| c.is_ascii_digit() || *c == '-').collect();
    if digits.is_empty() { Vec::new() } else { vec![format!("(국번없이) {digits}")] }
}

/// The body that decides on appeals, where a line sends to it.
fn appeal_in(line: &Line) -> Option<Remedy> {
    let at = line.text.find("중앙행정심판위원회")?;
    let rest = &line.text[at..];
    Some(Remedy {
        name: "중앙행정심판위원회".to_owned(), operator: None, task: None, url: url(rest), phones: number_in(rest), address: None, span: line.span
    })
}

#[cfg(test)]
mod tests {
    use super::super::block::Span;
    use super::*;

    type Short = (String, Vec<String>, Option<String>, Option<String>);

    fn line(text: &str) -> Option<Short> {
        let line = Line { text: text.into(), span: Span::line(1), is_heading: false, starts_block: true };
        of_line(&line).map(|remedy| (remedy.name, remedy.phones, remedy.url, remedy.operator))
    }

    #[test]
    fn bodies_in_one_line() {
        assert_eq!(
            line("1. 개인정보분쟁조정위원회 : (국번없이) 1833-6972 (www.kopico.go.kr)"),
            Some(("개인정보분쟁조정위원회".into(), vec!["1833-6972".into()], Some("www.kopico.go.kr".into()), None))
        );
        assert_eq!(
            line("▶ 개인정보 침해신고센터 (한국인터넷진흥원 운영)"),
            Some(("개인정보 침해신고센터".into(), vec![], None, Some("한국인터넷진흥원".into())))
        );
        assert_eq!(line("- 대검찰청 : (국번없이) 1301 (www.spo.go.kr)").map(|found| found.1), Some(vec!["(국번없이) 1301".into()]));
        assert_eq!(
            line("경찰청 사이버안전국 182 (cyberbureau.police.go.kr)").map(|found| (found.0, found.1)),
            Some(("경찰청 사이버안전국".into(), vec!["182".into()]))
        );
        assert_eq!(line("정보주체는 개인정보분쟁조정위원회, 한국인터넷진흥원 개인정보침해신고센터 등에 신청할 수 있습니다."), None);
        assert_eq!(phones("(사이버범죄) 02-393-9112 (경찰청 대표) 1566-0112"), ["(사이버범죄) 02-393-9112", "(경찰청 대표) 1566-0112"]);
    }

    #[test]
    fn labels_of_a_body() {
        assert!(label_of("홈페이지 : www.privacy.go.kr").is_some());
        assert!(label_of("개인정보 침해신고센터 : 118").is_none());
    }
}
