//! Provision to third parties (제3자 제공): tables, cells of labels, lists of labels.

use super::Read;
use super::block::{Span, tidy};
use super::data_file::{self, beginning};
use super::labelled::{self, Labelled, Record};
use super::section::{SectionKind, kinds_of};
use super::statement::{Policy, Provision, Reason, Stated, Unread};
use super::table::{Grid, Kind, is_none, kind, stated};
use crate::header::{Column, compact};

/// Reads every provision that names a recipient.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    let mut found: Vec<Provision> = Vec::new();
    for part in parts {
        for (at, grid) in part.tables() {
            if kind(grid, &part.part) == Kind::Provisions && !part.is(SectionKind::OverseasTransfer) {
                let consent = consent_above(part, at);
                let first = found.len();
                read_table(grid, &mut found, policy);
                for provision in &mut found[first..] {
                    provision.basis = provision.basis.take().or_else(|| consent.clone());
                }
            }
        }
        if part.is(SectionKind::Provision) {
            for record in labelled::records(&part.part.blocks) {
                found.extend(of_labels(&record.values, None, 0.9).or_else(|| titled(&record)));
            }
        }
    }
    for provision in found {
        // One that names a listed file is stated for it.
        match provision.file.as_deref().and_then(|name| data_file::named(policy, name)) {
            Some(file) => file.provisions.push(provision),
            None => policy.provisions.push(provision),
        }
    }
}

fn read_table(grid: &Grid, found: &mut Vec<Provision>, policy: &mut Policy) {
    use Column as C;
    let first = found.len();
    for row in &grid.rows {
        let text = |columns: &[C]| {
            let texts: Vec<String> = columns.iter().flat_map(|column| grid.texts(row, *column).map(|(text, _, _)| in_one_line(text))).collect();
            (!texts.is_empty()).then(|| texts.join(", "))
        };
        let material = text(&[C::Material]);
        // A cell that holds labels tells everything.
        let in_cells: Vec<Labelled> = row
            .cells
            .iter()
            .filter(|cell| !cell.from_left)
            .flat_map(|cell| labelled::all(&cell.text, cell.span).1)
            .filter(|value| is_of_provision(value.column))
            .collect();
        if grid.has(C::Content) || (in_cells.len() >= 2 && in_cells.iter().any(|value| value.column == C::Recipient)) {
            if let Some(provision) = of_labels(&in_cells, material.clone(), 0.9) {
                found.push(provision);
            } else if let Some(last) = found[first..].last_mut() {
                // A page break has cut a row: what stands here belongs to the row before.
                complete(last, &in_cells, material);
            }
            continue;
        }
        let recipient = grid.texts(row, C::Recipient).map(|(text, _, _)| bodies(text)).reduce(|all, more| format!("{all}, {more}"));
        let Some(recipient) = recipient.filter(|recipient| is_recipient(recipient)) else {
            if row.cells.iter().any(|cell| stated(&cell.text).is_some() && !cell.from_above)
                && !row.cells.iter().any(|cell| is_none(&cell.text) || compact(&cell.text).contains("없음"))
            {
                policy.unread.push(Unread {
                    span: row.span,
                    reason: Reason::NamelessRow,
                    text: beginning(&row.cells.iter().map(|cell| &*cell.text).collect::<Vec<_>>().join(" ")),
                });
            }
            continue;
        };
        let basis =
            [C::ProvisionBasis, C::Basis].into_iter().find_map(|column| grid.texts(row, column).next().map(|(text, cell, _)| Stated::new(text, cell.span)));
        found.push(Provision {
            recipient,
            span: Some(row.span),
            confidence: 1.0,
            // What the row is about (구분) may be one of the files.
            file: text(&[C::FileName]).or_else(|| text(&[C::Division]).filter(|name| data_file::named(policy, name).is_some())),
            material,
            purpose: text(&[C::ProvisionPurpose]).or_else(|| text(&[C::Purpose, C::BasisAndPurpose])),
            items: text(&[C::ProvisionItems]).or_else(|| text(&[C::Items, C::RequiredItems, C::OptionalItems])),
            retention: text(&[C::ProvisionRetention]).or_else(|| text(&[C::Retention])).or_else(|| text(&[C::Period])),
            basis,
            frequency: text(&[C::Frequency]),
            method: text(&[C::ProvisionMethod]),
            note: text(&[C::Note]),
        });
    }
    fill_materials(&mut found[first..]);
}

/// A recipient is named: no sentence that there is none.
fn is_recipient(text: &str) -> bool {
    !is_none(text) && !compact(text).ends_with("없음") && text.chars().count() <= 300 && !super::marker::is_sentence(text)
}

const fn is_of_provision(column: Column) -> bool {
    use Column as C;
    matches!(
        column,
        C::Recipient
            | C::ProvisionPurpose
            | C::Purpose
            | C::ProvisionItems
            | C::Items
            | C::ProvisionRetention
            | C::Retention
            | C::ProvisionBasis
            | C::Basis
            | C::Frequency
            | C::ProvisionMethod
            | C::FileName
    )
}

/// The provision that labels state; `None` where no recipient is among them.
fn of_labels(values: &[Labelled], material: Option<String>, confidence: f64) -> Option<Provision> {
    let recipient = values.iter().find(|value| value.column == Column::Recipient)?;
    let text = tidy(&recipient.value);
    if !is_recipient(&text) {
        return None;
    }
    // "법인 또는 공공기관 (※ 개인청구 불가)": a note in the name of the recipient.
    let (name, note) = match text.find("(※") {
        Some(at) => (text[..at].trim().to_owned(), Some(text[at..].trim_matches(['(', ')', ' ']).to_owned())),
        None => (text, None),
    };
    let mut provision = Provision { recipient: name, span: values.iter().map(|value| value.span).reduce(Span::to), confidence, note, ..Provision::default() };
    complete(&mut provision, values, material);
    Some(provision)
}

/// The provision to the body that stands over the labels: "1. 질병관리청", "- 제공 목적 : …", "- 제공 항목 : …".
fn titled(record: &Record) -> Option<Provision> {
    use Column as C;
    let matters = [C::ProvisionPurpose, C::ProvisionItems, C::ProvisionRetention, C::ProvisionBasis, C::Purpose, C::Items, C::Retention, C::Basis];
    let recipient = record.title().filter(|title| is_recipient(title) && kinds_of(title).is_empty())?;
    if record.has(C::Recipient) || record.has(C::FileName) || matters.iter().filter(|column| record.has(**column)).count() < 2 {
        return None;
    }
    let mut provision = Provision { recipient: tidy(recipient), span: record.span(), confidence: 0.7, ..Provision::default() };
    complete(&mut provision, &record.values, None);
    Some(provision)
}

/// Takes from labels what is not stated yet.
fn complete(provision: &mut Provision, values: &[Labelled], material: Option<String>) {
    use Column as C;
    for value in values {
        let Some(text) = stated(&value.value) else { continue };
        let place = match value.column {
            C::ProvisionPurpose | C::Purpose => &mut provision.purpose,
            C::ProvisionItems | C::Items => &mut provision.items,
            C::ProvisionRetention | C::Retention => &mut provision.retention,
            C::Frequency => &mut provision.frequency,
            C::ProvisionMethod => &mut provision.method,
            C::FileName => &mut provision.file,
            C::ProvisionBasis | C::Basis => {
                provision.basis.get_or_insert_with(|| Stated::new(text, value.span));
                continue;
            }
            _ => continue,
        };
        place.get_or_insert_with(|| in_one_line(text));
        provision.span = provision.span.map(|span| span.to(value.span));
    }
    provision.material = provision.material.take().or(material);
}

/// The bodies of a cell: a line each where every line is the whole name of one, otherwise one name that line breaks cut.
pub(super) fn bodies(text: &str) -> String {
    const ENDS: &[&str] = &[
        "원",
        "청",
        "부",
        "처",
        "회",
        "단",
        "공사",
        "센터",
        "은행",
        "기관",
        "법원",
        "서",
        "교",
        "업체",
        "㈜",
        "(주)",
        "회사",
        "소",
        "실",
        "시",
        "군",
        "구",
        "도",
        "소프트",
        "넷",
        "텔레콤",
        "시스템",
        "코리아",
    ];
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['-', '·', '•', '○', '▪', ' ']).trim()).filter(|line| !line.is_empty()).collect();
    let is_whole = |line: &&str| {
        let bare = line.trim_end_matches([',', ' ']);
        let has_form = ["㈜", "㈔", "(주)", "주식회사", "(사)", "(재)"].iter().any(|form| bare.contains(form));
        bare.chars().count() >= 3 && (has_form || ENDS.iter().any(|end| bare.ends_with(end)))
    };
    let is_list = lines.len() > 1 && lines.iter().all(is_whole);
    tidy(&lines.iter().map(|line| if is_list { line.trim_end_matches([',', ' ']) } else { line }).collect::<Vec<_>>().join(if is_list { ", " } else { " " }))
}

/// The lines of a cell as one: without their bullets.
pub(super) fn in_one_line(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(|line| line.trim_start_matches(['-', '·', '•', '○', '▪', ' '])).filter(|line| !line.is_empty()).collect();
    let mut joined = String::new();
    for line in lines {
        if !joined.is_empty() {
            joined.push_str(
                if text.lines().filter(|line| line.trim_start().starts_with(['-', '·', '•', '○', '▪'])).count() >= 2 && !joined.ends_with(',') {
                    ", "
                } else {
                    " "
                },
            );
        }
        joined.push_str(line);
    }
    tidy(&joined)
}

/// A blank cell of materials is one that is merged: with the one above, or, at the top, with the one below.
fn fill_materials(provisions: &mut [Provision]) {
    let mut last = provisions.iter().find_map(|provision| provision.material.clone());
    for provision in provisions {
        match &provision.material {
            Some(material) => last = Some(material.clone()),
            None => {
                if last.is_some() {
                    provision.material.clone_from(&last);
                    provision.confidence = provision.confidence.min(0.9);
                }
            }
        }
    }
}

/// The sentence over the table says that it is done with the data subject's consent, and names nothing else.
fn consent_above(part: &Read, at: usize) -> Option<Stated> {
    part.lines_above(at).take(2).find_map(|line| {
        let words = compact(&line.text);
        let is_of_consent = words.contains("동의")
            && words.contains("제공")
            && !["법률", "제17조", "제18조", "법령", "특별한규정", "각호"].iter().any(|word| words.contains(word));
        (is_of_consent && (words.contains("다음") || words.contains("아래"))).then(|| Stated::new("정보주체의 동의", line.span).with(0.7))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_one_a_line_or_cut_by_line_breaks() {
        for (cell, read) in [
            ("한국교육개발원\n한국대학교육협의회", "한국교육개발원, 한국대학교육협의회"),
            ("시스템 운영 및\n유지보수 업체", "시스템 운영 및 유지보수 업체"),
            ("연수수요기관\n(시도교육청 등)", "연수수요기관 (시도교육청 등)"),
            ("- (주)가나\n- ㈜다라", "(주)가나, ㈜다라"),
            ("국민건강보험공단, 근로복지공단", "국민건강보험공단, 근로복지공단"),
        ] {
            assert_eq!(bodies(cell), read);
        }
    }
}
