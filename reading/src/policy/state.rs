//! Which sections there are, and whether each states something, refers elsewhere, or is only a heading.

use super::Read;
use super::block::{Block, Line};
use super::marker::Marker;
use super::section::SectionKind;
use super::statement::{Policy, Reason, Section, SectionState, Stated, Unread};
use crate::header::compact;

/// Content shorter than this, in characters, may be nothing but a reference.
const SHORT: usize = 400;

/// Reads the state of every section.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts {
        let Some(heading) = &part.part.heading else { continue };
        for kind in &part.part.kinds {
            let state = state(part, *kind, policy);
            let heading = Stated::new(&heading.text, heading.span);
            match policy.sections.iter_mut().find(|known| known.kind == *kind) {
                // A second section of the kind counts where the first says nothing.
                Some(known) if known.state != SectionState::Stated && state == SectionState::Stated => (known.heading, known.state) = (heading, state),
                Some(_) => {}
                None => policy.sections.push(Section { kind: *kind, heading, state }),
            }
        }
    }
    if !policy.files.iter().any(|file| file.is_registered) && !policy.sections.iter().any(|section| section.kind == SectionKind::FileRegister) {
        policy.sections.extend(register_in_a_paragraph(parts));
    }
    if policy.sections.is_empty() {
        policy.unread.push(Unread { span: super::Span::line(1), reason: Reason::NoSections, text: String::new() });
    }
}

fn state(part: &Read, kind: SectionKind, policy: &Policy) -> SectionState {
    let text: String = part.part.blocks.iter().map(text_of).collect::<Vec<_>>().join("\n");
    if compact(&text).is_empty() {
        return SectionState::Empty;
    }
    if has_facts(part, kind, policy) {
        return SectionState::Stated;
    }
    let is_announced = part.part.lines().any(announces);
    let has_table = part.part.blocks.iter().any(|block| matches!(block, Block::Table(_)));
    match kind {
        SectionKind::FileRegister => {
            if policy.files.iter().any(|file| file.is_registered) {
                SectionState::Stated
            } else if refers(&text) {
                SectionState::Referred
            } else {
                SectionState::Stated
            }
        }
        // A list is announced, and none follows.
        SectionKind::Entrustment | SectionKind::Provision if is_announced && !has_table && !denies(&text) => {
            if refers_directly(&text) {
                SectionState::Referred
            } else {
                SectionState::Empty
            }
        }
        SectionKind::VideoDevices if !has_table && (is_announced || refers_directly(&text)) => SectionState::Referred,
        _ if !has_table && text.chars().count() <= SHORT && refers_directly(&text) => SectionState::Referred,
        _ => SectionState::Stated,
    }
}

fn text_of(block: &Block) -> String {
    match block {
        Block::Line(line) => line.text.clone(),
        Block::Table(table) => table.as_text(),
    }
}

/// Something was read in the lines of the section.
fn has_facts(part: &Read, kind: SectionKind, policy: &Policy) -> bool {
    let Some(span) = part.part.span() else { return false };
    let inside = |line: usize| (span.first..=span.last).contains(&line);
    match kind {
        SectionKind::Entrustment => {
            policy.entrustments.iter().any(|found| found.span.is_some_and(|span| inside(span.first)))
                || policy.entrusted_by.iter().any(|found| inside(found.entruster.span.first))
        }
        SectionKind::Provision => {
            policy.provisions.iter().chain(policy.files.iter().flat_map(|file| &file.provisions)).any(|found| found.span.is_some_and(|span| inside(span.first)))
        }
        SectionKind::VideoDevices => policy
            .video_devices
            .iter()
            .any(|found| inside(found.span.first) && (found.count.is_some() || found.location.is_some() || found.hours.is_some() || found.retention.is_some())),
        SectionKind::PolicyChange => policy.revisions.iter().any(|found| inside(found.span.first)),
        SectionKind::Officer | SectionKind::AccessRequest => {
            policy.officers.iter().map(|found| found.span).chain(policy.access_desk.iter().map(|desk| desk.span)).any(|span| inside(span.first))
        }
        SectionKind::Remedy => policy.remedies.iter().any(|found| inside(found.span.first)),
        SectionKind::Safeguards => policy.safeguards.iter().any(|found| inside(found.measure.span.first)),
        SectionKind::Purpose | SectionKind::Retention | SectionKind::Items => policy.files.iter().any(|file| file.span.is_some_and(|span| inside(span.first))),
        _ => false,
    }
}

/// "다음과 같이 … 위탁하고 있습니다".
fn announces(line: &Line) -> bool {
    let words = compact(&line.text);
    (words.contains("다음과같") || words.contains("아래와같"))
        && !words.contains("경우")
        && matches!(
            Marker::of(&line.text).map(|marked| marked.marker),
            None | Some(Marker::Circled(_) | Marker::Number(_) | Marker::Bullet(_) | Marker::Letter | Marker::Parenthesis(_))
        )
}

/// "제3자에게 제공하지 않습니다".
fn denies(text: &str) -> bool {
    let words = compact(text);
    ["위탁하지않", "위탁하고있지않", "제공하지않", "제공하고있지않", "해당사항없", "해당사항이없", "해당없", "없습니다", "없음"]
        .iter()
        .any(|word| words.contains(word))
}

/// Sends somewhere for what the section is about.
fn refers(text: &str) -> bool {
    let words = compact(text);
    ["privacygokr", "포털", "포탈", "확인하", "활용해", "참고하", "참조"].iter().any(|word| words.contains(word))
}

/// Sends somewhere and says so: to another policy, a link, a download.
fn refers_directly(text: &str) -> bool {
    let words = compact(text);
    [
        "참고하",
        "참고바",
        "참조하",
        "참조바",
        "바로가기",
        "다운로드",
        "확인하실수있",
        "확인하시기바랍",
        "확인할수있",
        "별도로공개",
        "별도로정",
        "별도의방침",
        "별도방침",
        "보러가기",
        "링크",
        "에서확인",
        "자세히보기",
        "붙임",
        "별첨",
    ]
    .iter()
    .any(|word| words.contains(word))
}

/// Where no section of its own is about it: the paragraph that says that files are registered under 제32조.
fn register_in_a_paragraph(parts: &[Read]) -> Option<Section> {
    for part in parts {
        for line in part.part.lines() {
            let words = compact(&line.text);
            if !(words.contains("제32조") && words.contains("등록") && words.contains("개인정보파일")) {
                continue;
            }
            let article =
                part.part.heading.as_ref().map(|heading| heading.text.split(['(', '[']).next().unwrap_or_default().trim().to_owned()).unwrap_or_default();
            let paragraph = Marker::of(&line.text).and_then(|marked| match marked.marker {
                Marker::Circled(number) => char::from_u32('①' as u32 + number - 1),
                _ => None,
            });
            let heading = format!("{article}{}", paragraph.map(String::from).unwrap_or_default());
            let state = if refers(&line.text) { SectionState::Referred } else { SectionState::Stated };
            return Some(Section { kind: SectionKind::FileRegister, heading: Stated::new(&heading, line.span), state });
        }
    }
    None
}
