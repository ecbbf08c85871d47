//! Overview of labels at the head of a policy (주요 개인정보 처리 표시, 라벨링).

use super::Read;
use super::block::{Block, Span, Table, tidy};
use super::marker::Marker;
use super::statement::{Label, LabelKind, Policy, Stated};
use crate::header::compact;

/// Reads the labels that stand before the first section.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    let Some(head) = parts.first() else { return };
    let is_titled = |text: &str| {
        let words = compact(text);
        words.contains("라벨링") || words.contains("개인정보처리표시") || words.contains("처리표시제")
    };
    let title = head.part.blocks.iter().position(|block| match block {
        Block::Line(line) => is_titled(&line.text) && line.text.chars().count() <= 60,
        Block::Table(table) => table.rows.iter().take(1).flatten().any(|cell| is_titled(&cell.text)),
    });
    let Some(title) = title else { return };
    policy.has_labels = true;
    let mut open: Option<Label> = None;
    for block in &head.part.blocks[title..] {
        match block {
            Block::Table(table) => read_table(table, policy),
            Block::Line(line) => {
                if let Some(kind) = kind_of(&line.text) {
                    policy.labels.extend(open.take());
                    open = Some(Label { kind, text: None, span: line.span });
                } else if Marker::of(&line.text).is_some_and(|marked| matches!(marked.marker, Marker::Number(_) | Marker::Article(_))) {
                    // The table of contents follows.
                    policy.labels.extend(open.take());
                } else if let Some(label) = open.as_mut().filter(|_| line.text.chars().count() <= 300) {
                    let text = tidy(&line.text);
                    label.text = Some(label.text.take().map_or(text.clone(), |before| format!("{before} {text}")));
                    label.span = label.span.to(line.span);
                }
            }
        }
    }
    policy.labels.extend(open);
    let mut seen: Vec<LabelKind> = Vec::new();
    policy.labels.retain(|label| {
        let is_new = !seen.contains(&label.kind);
        seen.push(label.kind);
        is_new
    });
}

/// The department that a label names, for the files that name none.
pub(super) fn department_of_files(policy: &mut Policy) {
    let Some((text, span)) = policy.labels.iter().find(|label| label.kind == LabelKind::Department).and_then(|label| Some((label.text.clone()?, label.span)))
    else {
        return;
    };
    let phones = super::contact::contact(&text).phones;
    let name = phones.first().and_then(|phone| text.find(phone.split('-').next().unwrap_or_default())).map_or(text.as_str(), |at| &text[..at]);
    let name = name.trim_matches([' ', ',', ':', '/', '(', '☎']);
    // Of several departments it is not said which is whose.
    if name.is_empty() || name.contains([',', '/']) || name.chars().count() > 40 || name.split(' ').count() > 3 {
        return;
    }
    for file in policy.files.iter_mut().filter(|file| file.department.is_none()) {
        file.department = Some(Stated::new(name, span).with(0.9));
        file.department_phones.clone_from(&phones);
    }
}

/// Labels in a row and their texts in the row below, or both in a cell.
fn read_table(table: &Table, policy: &mut Policy) {
    for (at, row) in table.rows.iter().enumerate() {
        for (place, cell) in row.iter().enumerate().filter(|(_, cell)| !cell.from_left && !cell.from_above) {
            let (head, rest) = cell.text.split_once('\n').unwrap_or((&cell.text, ""));
            let Some(kind) = kind_of(head) else { continue };
            let below = table
                .rows
                .get(at + 1)
                .and_then(|row| row.get(place))
                .filter(|below| !below.from_above && kind_of(below.text.lines().next().unwrap_or_default()).is_none());
            let text = if rest.trim().is_empty() { below.map(|below| below.text.to_string()).unwrap_or_default() } else { rest.to_owned() };
            let span = below.map_or(cell.span, |below| Span::to(cell.span, below.span));
            policy.labels.push(Label { kind, text: Some(tidy(&text.replace('\n', " "))).filter(|text| !text.is_empty()), span });
        }
    }
}

/// The matter that a label names.
fn kind_of(text: &str) -> Option<LabelKind> {
    let words = compact(text);
    if words.chars().count() > 22 {
        return None;
    }
    Some(match words.as_str() {
        "개인정보"
        | "개인정보수집"
        | "일반개인정보수집"
        | "처리항목"
        | "개인정보항목"
        | "수집항목"
        | "개인정보의항목"
        | "개인정보처리항목"
        | "일반개인정보"
        | "처리하는개인정보"
        | "처리하는개인정보의항목"
        | "개인정보의처리항목" => LabelKind::PersonalData,
        "민감정보" | "민감정보수집" | "민감정보처리" => LabelKind::SensitiveData,
        "고유식별정보" | "고유식별정보수집" | "고유식별정보처리" => LabelKind::UniqueIdentifiers,
        "아동" | "아동의개인정보" | "만14세미만아동" | "14세미만아동" | "14세미만아동의개인정보" | "만14세미만아동의개인정보" => {
            LabelKind::Children
        }
        "처리목적" | "개인정보처리목적" | "개인정보의처리목적" | "수집목적" | "이용목적" | "개인정보의처리목적및항목" => {
            LabelKind::Purpose
        }
        "보유기간" | "개인정보보유기간" | "개인정보의보유기간" | "처리및보유기간" | "보유및이용기간" | "개인정보의처리및보유기간" => {
            LabelKind::Retention
        }
        "제3자제공" | "개인정보제3자제공" | "개인정보의제3자제공" | "개인정보의제공" | "개인정보제공" => LabelKind::Provision,
        "처리위탁" | "개인정보처리위탁" | "개인정보처리의위탁" | "위탁" | "개인정보의처리위탁" | "개인정보위탁" | "처리업무위탁" => {
            LabelKind::Entrustment
        }
        "국외이전" | "개인정보국외이전" | "개인정보의국외이전" => LabelKind::OverseasTransfer,
        "파기" | "개인정보의파기" | "개인정보파기" | "파기절차및방법" => LabelKind::Disposal,
        "안전성확보조치" | "안전조치" | "개인정보의안전성확보조치" => LabelKind::Safeguards,
        "자동수집장치" | "자동수집" | "쿠키" | "개인정보자동수집장치" | "자동화된수집장치" | "자동화수집장치" => {
            LabelKind::AutoCollection
        }
        "영상정보처리기기" | "고정형영상정보처리기기" | "cctv" | "영상정보" => LabelKind::VideoDevices,
        "가명정보" | "가명정보처리" | "가명정보의처리" => LabelKind::Pseudonymisation,
        "자동화된결정" => LabelKind::AutomatedDecision,
        "열람청구" | "개인정보열람청구" | "개인정보의열람청구" | "열람청구부서" => LabelKind::AccessRequest,
        "고충처리" | "권익침해구제" | "고충처리부서" | "권익침해구제방법" | "고충처리및상담" | "정보주체의권익침해에대한구제방법" => {
            LabelKind::Remedy
        }
        "처리부서" | "담당부서" | "개인정보처리부서" | "운영부서" | "담당부서및연락처" | "개인정보보호담당부서" => {
            LabelKind::Department
        }
        _ => return None,
    })
}
