//! Values behind labels: "보유기간 : 2년", several in one line or cell, and the lines that go on with a value.

use super::block::{Block, Line, Span, tidy};
use super::marker::{Marker, is_sentence, unmarked};
use crate::header::{self, Column, column};

/// A label with what stands behind it.
#[derive(Clone, Debug)]
pub(crate) struct Labelled {
    pub(crate) column: Column,
    pub(crate) label: String,
    pub(crate) value: String,
    pub(crate) span: Span,
}

/// Longest label, in characters.
const LONGEST_LABEL: usize = 45;

/// The label and value of one piece of text; `None` where the words before the colon are no label that is known.
pub(crate) fn labelled(text: &str) -> Option<(Column, &str, &str)> {
    let text = unmarked(text);
    for (at, colon) in text.char_indices().filter(|(_, c)| matches!(c, ':' | '：')).take(2) {
        let label = text[..at].trim();
        if label.is_empty() || label.chars().count() > LONGEST_LABEL {
            return None;
        }
        let value = &text[at + colon.len_utf8()..];
        if value.starts_with("//") {
            continue;
        }
        if let Some(column) = column(label.trim_matches(['[', ']', '<', '>', '【', '】', '"', '“', '”', '*'])) {
            return Some((column, label, value.trim()));
        }
    }
    None
}

/// The text begins with a label that is known, and a colon.
pub(crate) fn is_labelled(text: &str) -> bool {
    labelled(text).is_some()
}

/// The labels and values of a text, in order; what stands before the first label is `None`.
pub(crate) fn all(text: &str, span: Span) -> (String, Vec<Labelled>) {
    let mut before = String::new();
    let mut found: Vec<Labelled> = Vec::new();
    for piece in pieces(text) {
        if let Some((column, label, value)) = labelled(&piece) {
            found.push(Labelled { column, label: label.to_owned(), value: value.trim_end_matches([' ', '/', ',', ';']).to_owned(), span });
        } else {
            let into = found.last_mut().map_or(&mut before, |last| &mut last.value);
            if !into.is_empty() {
                into.push('\n');
            }
            into.push_str(&piece);
        }
    }
    (before, found)
}

/// The lines of a text, each cut before every further label in it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces = Vec::new();
    for line in text.lines().map(tidy).filter(|line| !line.is_empty()) {
        let mut start = 0;
        for (at, separator) in separators(&line) {
            let rest = &line[at + separator..];
            // Cut only where a label follows, and what stands before is a value or the words over a list.
            let before = line[start..at].trim();
            let has_value = before.split_once([':', '：']).is_some_and(|(_, value)| !value.trim().is_empty());
            let is_bullet = !matches!(line[at..].chars().next(), Some(' ' | '/' | ',' | ';'));
            let has_before = has_value || (start == 0 && is_bullet && !before.contains([':', '：']) && !unmarked(before).is_empty());
            let is_in_list = line[at..].starts_with(',') && begins_with_item(rest);
            // After a mere space, only a label that is one as it stands.
            if has_before && !is_in_list && begins_with_label(rest, line[at..].starts_with(' ')) {
                pieces.push(line[start..at].trim().to_owned());
                start = at;
            }
        }
        pieces.push(line[start..].trim().trim_start_matches(['/', ',', ';']).trim().to_owned());
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

/// A known label and a colon stand at the beginning, before any other separator.
fn begins_with_label(text: &str, is_listed: bool) -> bool {
    let head: String = text.chars().take(LONGEST_LABEL + 10).collect();
    let Some(colon) = head.find([':', '：']) else { return false };
    let label = unmarked(&head[..colon]);
    !label.contains([',', '-', '○', '▶', '※', '.']) && if is_listed { header::is_listed(label) } else { column(label.trim()).is_some() }
}

/// The last of the items before a comma, and behind it the next label: "…, 연락처 보유기간 : 2년".
fn begins_with_item(text: &str) -> bool {
    let label = text.split([':', '：']).next().unwrap_or_default().trim();
    let Some((item, next)) = label.split_once(' ') else { return false };
    !item.ends_with(['의', '및']) && header::is_listed(next) && !header::is_listed(label)
}

/// A listed label and its value with nothing but a space between them, as where a page sets the label in bold: "제공받는 자 경찰서".
fn spaced(line: &Line) -> Option<Labelled> {
    let text = tidy(unmarked(&line.text));
    if line.is_heading || text.contains([':', '：']) || text.chars().count() > 120 || is_sentence(&text) {
        return None;
    }
    let ends: Vec<usize> = text.match_indices(' ').map(|(at, _)| at).take(5).collect();
    let end = ends.into_iter().rev().find(|end| header::is_listed(&text[..*end]))?;
    let (label, value) = text.split_at(end);
    Some(Labelled { column: column(label)?, label: label.to_owned(), value: value.trim().to_owned(), span: line.span })
}

/// Places where a further label may begin, with the length of what separates it.
fn separators(line: &str) -> Vec<(usize, usize)> {
    let mut places = Vec::new();
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let is_mark = matches!(c, '/' | '○' | '●' | '▶' | '•' | '■' | '□' | '※' | ',' | ';' | '▪' | '◦')
            || (matches!(c, '-' | '–' | '·') && before == ' ')
            || ('①'..='⑳').contains(&c);
        if is_mark && at > 0 {
            places.push((at, c.len_utf8()));
        } else if c == ' ' && at > 0 {
            // "직위 : 국장 직급 : 4급": a label may follow a mere space.
            places.push((at, 1));
        }
        before = c;
    }
    // Long lines are prose.
    places.truncate(400);
    places
}

/// Labels and values of lines that belong together, with the line that stands above them as their title.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record {
    pub(crate) title: Option<Line>,
    pub(crate) values: Vec<Labelled>,
}

impl Record {
    pub(crate) fn has(&self, column: Column) -> bool {
        self.values.iter().any(|value| value.column == column)
    }

    pub(crate) fn span(&self) -> Option<Span> {
        self.values.iter().map(|value| value.span).reduce(Span::to)
    }

    /// The words above, where they are a title: short, no sentence, and apart from the text before them by a number, a bullet, or as a block of their own (the head of a card).
    pub(crate) fn title(&self) -> Option<&str> {
        let title = self.title.as_ref()?;
        let stands_out = title.is_heading || Marker::of(&title.text).map_or(title.starts_block, |marked| !matches!(marked.marker, Marker::Article(_)));
        let words = unmarked(&title.text).trim_matches(['<', '>', '[', ']', '【', '】', ' ']);
        (stands_out && !words.is_empty() && words.chars().count() <= 40 && !is_sentence(&title.text)).then_some(words)
    }
}

/// The records that stand in lines as labels and values. A record ends at a table, at a line that is neither, and where its first label comes again.
pub(crate) fn records(blocks: &[Block]) -> Vec<Record> {
    let mut records: Vec<Record> = Vec::new();
    let mut title: Option<Line> = None;
    let mut open: Option<Record> = None;
    // Whether the lines of the open record are labelled by mere spaces.
    let mut is_spaced = false;
    for (at, block) in blocks.iter().enumerate() {
        let Block::Line(line) = block else {
            records.extend(open.take());
            title = None;
            continue;
        };
        let (before, mut values) = all(&line.text, line.span);
        is_spaced &= open.is_some();
        if values.is_empty()
            && let Some(value) = spaced(line)
        {
            let next = blocks.get(at + 1).and_then(|block| if let Block::Line(line) = block { spaced(line) } else { None });
            // One such line may be prose: a record has two below each other.
            is_spaced |= begins_record(value.column) && next.is_some_and(|next| next.column != value.column);
            if is_spaced {
                values.push(value);
            }
        }
        if values.is_empty() {
            // A line under a label that has no value yet, or under the points of one, goes on with it.
            if let Some(last) = open.as_mut().and_then(|record| record.values.last_mut())
                && goes_on(last, line)
            {
                if !last.value.is_empty() {
                    last.value.push('\n');
                }
                last.value.push_str(&line.text);
                last.span = last.span.to(line.span);
                continue;
            }
            // "다. 기록항목", with its values labelled below it.
            if let Some(record) = open.as_mut().filter(|record| record.values.len() >= 2)
                && let Some(column) = bare_label(line)
                && !record.has(column)
            {
                record.values.push(Labelled { column, label: line.text.clone(), value: String::new(), span: line.span });
                continue;
            }
            records.extend(open.take());
            title = Some(line.clone());
            continue;
        }
        for (index, value) in values.into_iter().enumerate() {
            let begins = open.as_ref().is_none_or(|record| {
                let first = record.values.first().map(|first| first.column);
                first == Some(value.column) || (record.has(value.column) && begins_record(value.column))
            });
            if begins {
                records.extend(open.take());
                let above = title.take();
                let own = (index == 0 && !before.is_empty()).then(|| Line { text: before.clone(), ..line.clone() });
                open = Some(Record { title: own.or(above), values: Vec::new() });
            }
            if let Some(record) = &mut open {
                record.values.push(value);
            }
        }
    }
    records.extend(open);
    records
}

/// What a numbered line that is nothing but a label announces.
fn bare_label(line: &Line) -> Option<Column> {
    let is_marked = Marker::of(&line.text).is_some_and(|marked| !matches!(marked.marker, Marker::Article(_)));
    let column = column(unmarked(&line.text)).filter(|_| is_marked && !line.is_heading && header::is_listed(unmarked(&line.text)))?;
    matches!(column, Column::Items | Column::ProvisionItems).then_some(column)
}

/// A second one of these begins another record.
const fn begins_record(column: Column) -> bool {
    matches!(column, Column::FileName | Column::Recipient | Column::Entrustee | Column::Task)
}

/// The line belongs to the value above it: that is empty, or the line is a point of the list that it begins.
fn goes_on(last: &Labelled, line: &Line) -> bool {
    if is_sentence(&line.text) && last.value.is_empty() {
        return false;
    }
    let marker = Marker::of(&line.text).map(|marked| marked.marker);
    let is_list = matches!(
        last.column,
        Column::Items
            | Column::RequiredItems
            | Column::OptionalItems
            | Column::ProvisionItems
            | Column::Basis
            | Column::Purpose
            | Column::Retention
            | Column::Content
    );
    let is_point = matches!(marker, Some(Marker::Bullet('-' | '·' | '•' | '*' | '–' | '∙')));
    if last.value.is_empty() {
        return !line.is_heading && !matches!(marker, Some(Marker::Article(_) | Marker::Number(_) | Marker::Letter));
    }
    is_list && is_point && last.value.lines().count() < 60 && (last.value.starts_with(['-', '·', '•', '*', '–', '∙']) || last.value.contains('\n'))
        || is_list && !line.starts_block && marker.is_none() && line.text.starts_with(['(', '[']) && !is_sentence(&line.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<(Column, String)> {
        all(text, Span::line(1)).1.into_iter().map(|value| (value.column, value.value)).collect()
    }

    #[test]
    fn several_in_one_cell() {
        assert_eq!(
            values(
                "- 개인정보 제공받는 자 : 경찰서 - 제공받은 자의 개인정보 이용목적 : 수사 자료 - 공하는 개인정보 항목 : 성명, 주소 - 제공받는 자의 보유 · 이용기간 : 수사 종료시까지"
            ),
            [
                (Column::Recipient, "경찰서".into()),
                (Column::ProvisionPurpose, "수사 자료".into()),
                (Column::ProvisionItems, "성명, 주소".into()),
                (Column::ProvisionRetention, "수사 종료시까지".into())
            ]
        );
        assert_eq!(
            values("성명 : 가나다 / 직위 : 국장 직급 : 4급 / 연락처 : Tel) 02-1234-5678, E-mail)a@b.kr"),
            [
                (Column::PersonName, "가나다".into()),
                (Column::Position, "국장".into()),
                (Column::Grade, "4급".into()),
                (Column::Phone, "Tel) 02-1234-5678, E-mail)a@b.kr".into())
            ]
        );
        assert_eq!(values("수탁업체명 : ㈜ 가나\n주소 : 서울시 구로구\n전화번호 : 02-856-1900").len(), 3);
        assert_eq!(
            values("파일명: 회원 관리 운영근거: 도서관법 제8조 수집항목: 성명, 생년월일, 연락처 보유기간: 2년 담당부서: 운영과"),
            [
                (Column::FileName, "회원 관리".into()),
                (Column::Basis, "도서관법 제8조".into()),
                (Column::Items, "성명, 생년월일, 연락처".into()),
                (Column::Retention, "2년".into()),
                (Column::Department, "운영과".into())
            ]
        );
    }
}
