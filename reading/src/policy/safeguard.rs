//! Safety measures (안전성 확보조치): under the kinds that the document gives them, or numbered without.

use super::Read;
use super::block::{Line, tidy};
use super::marker::{Marker, is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{Policy, Safeguard, SafeguardKind, Stated};
use crate::header::compact;

/// Longest measure, in characters: a field value.
const LONGEST: usize = 200;

/// Reads the measures of the sections on them.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is(SectionKind::Safeguards)) {
        let mut kind: Option<SafeguardKind> = None;
        let lines: Vec<&Line> = part.part.lines().collect();
        for (_, grid) in part.part.blocks.iter().zip(&part.grids).filter_map(|(block, grid)| Some((block, grid.as_ref()?))) {
            for row in &grid.rows {
                let Some(first) = row.cells.iter().find_map(|cell| kind_of(&cell.text)) else { continue };
                for cell in row.cells.iter().filter(|cell| kind_of(&cell.text).is_none() && !cell.from_left) {
                    measures(&cell.text.replace('\n', ", ")).for_each(|measure| add(policy, first, &measure, cell.span));
                }
            }
        }
        for (at, line) in lines.iter().enumerate() {
            let text = unmarked(&line.text);
            let (head, behind) =
                text.split_once([':', '：']).map_or((text, None), |(head, behind)| (head, Some(behind.trim()).filter(|behind| !behind.is_empty())));
            if let Some(found) = kind_of(head) {
                kind = Some(found);
                if let Some(behind) = behind {
                    measures(behind).for_each(|measure| add(policy, found, &measure, line.span));
                }
                continue;
            }
            let marker = Marker::of(&line.text).map(|marked| marked.marker);
            match (kind, marker) {
                // Points under a kind.
                (Some(kind), Some(Marker::Bullet(_) | Marker::Letter | Marker::Parenthesis(_) | Marker::Circled(_))) => {
                    add(policy, kind, &without_prose(text), line.span);
                }
                (Some(kind), None) if !is_sentence(text) && text.chars().count() <= 100 && at > 0 => {
                    measures(text).for_each(|measure| add(policy, kind, &measure, line.span));
                }
                // A numbered list that gives no kinds: the title of each, which tells its kind.
                (None, Some(Marker::Number(_) | Marker::Letter | Marker::Parenthesis(_) | Marker::Circled(_) | Marker::Bullet(_)))
                    if !is_sentence(head) && head.chars().count() <= 60 =>
                {
                    if let Some(kind) = told_by(head) {
                        add(policy, kind, head, line.span);
                    }
                }
                _ => {}
            }
        }
    }
}

fn add(policy: &mut Policy, kind: SafeguardKind, measure: &str, span: super::block::Span) {
    let measure = tidy(measure.trim_matches([' ', '.', ',', '-', '·']));
    let words = compact(&measure);
    if words.chars().count() < 3 || words == "등" || policy.safeguards.iter().any(|known| known.kind == kind && compact(&known.measure.text) == words) {
        return;
    }
    policy.safeguards.push(Safeguard { kind, measure: Stated::new(&measure, span) });
}

/// "관리적 조치", "기술적 대책".
fn kind_of(text: &str) -> Option<SafeguardKind> {
    let words = compact(text);
    let is_title = words.chars().count() <= 22;
    match () {
        () if !is_title || words.contains("기술적관리적") || words.contains("관리적기술적") => None,
        () if words.starts_with("관리적") => Some(SafeguardKind::Administrative),
        () if words.starts_with("기술적") => Some(SafeguardKind::Technical),
        () if words.starts_with("물리적") && !words.starts_with("물리적보관") => Some(SafeguardKind::Physical),
        () => None,
    }
}

/// The kind that the words of a measure tell; nothing for words that are none.
fn told_by(text: &str) -> Option<SafeguardKind> {
    let words = compact(text);
    let any = |list: &[&str]| list.iter().any(|word| words.contains(word));
    match () {
        () if any(&["내부관리계획", "교육", "취급직원", "취급자", "자체감사", "감사", "담당자지정", "최소화", "점검체계", "비밀유지"]) => {
            Some(SafeguardKind::Administrative)
        }
        () if any(&["비인가자", "출입통제", "잠금장치", "문서보안", "물리적", "보관장소", "자료보관실", "전산실"]) => {
            Some(SafeguardKind::Physical)
        }
        () if any(&[
            "암호화",
            "해킹",
            "접근통제",
            "접근제한",
            "접근권한",
            "접속기록",
            "보안프로그램",
            "침입차단",
            "백신",
            "위변조",
            "바이러스",
            "방화벽",
            "접근로그",
            "기술적대책",
        ]) =>
        {
            Some(SafeguardKind::Technical)
        }
        () => None,
    }
}

/// The measures of a list in one line, "등" at its end left out.
fn measures(text: &str) -> impl Iterator<Item = String> {
    let text = text.trim_end_matches(['.', ' ']).to_owned();
    let text = text.strip_suffix("등").map_or(text.clone(), |text| text.trim_end().to_owned());
    let mut parts: Vec<String> = Vec::new();
    let (mut depth, mut part) = (0_usize, String::new());
    for c in text.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 && matches!(c, ',' | '、' | ';') {
            parts.push(std::mem::take(&mut part));
        } else {
            part.push(c);
        }
    }
    parts.push(part);
    // "전산실, 자료보관실 등의 접근통제" is one measure: what is before the comma is a place, no measure of its own.
    let mut joined: Vec<String> = Vec::new();
    for part in parts.into_iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()) {
        match joined.last_mut() {
            Some(last) if is_incomplete(last) => *last = format!("{last}, {part}"),
            _ => joined.push(part),
        }
    }
    joined.into_iter()
}

/// Names a thing or place, not what is done.
fn is_incomplete(text: &str) -> bool {
    let words = compact(text);
    words.chars().count() <= 8 && ["실", "장소", "서버", "시설", "시스템", "자료"].iter().any(|end| words.ends_with(end))
}

/// A point without the words that make it a sentence, at most as long as a field value.
fn without_prose(text: &str) -> String {
    let text = text.trim_end_matches(['.', ' ']);
    let text = ["하고 있습니다", "하고있습니다", "합니다", "하였습니다", "하여야 합니다"].iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    if text.chars().count() <= LONGEST { text.to_owned() } else { text.chars().take(LONGEST).collect() }
}
