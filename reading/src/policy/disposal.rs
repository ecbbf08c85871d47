//! Disposal (파기): its procedure and the method for each medium.

use super::Read;
use super::block::{Line, tidy};
use super::marker::{is_sentence, unmarked};
use super::section::SectionKind;
use super::statement::{Disposal, Policy, Stated};
use crate::header::compact;

/// Longest value, in characters.
const LONGEST: usize = 200;

/// Reads the sections on disposal.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is(SectionKind::Disposal)) {
        let lines: Vec<&Line> = part.part.lines().collect();
        if policy.disposal_procedure.is_none() {
            policy.disposal_procedure = procedure(&lines);
        }
        for line in &lines {
            for (is_electronic, method) in methods(&line.text) {
                if !policy.disposal.iter().any(|known| known.is_electronic == is_electronic) {
                    policy.disposal.push(Disposal { is_electronic, method: Stated::new(&method, line.span).with(0.9) });
                }
            }
        }
    }
}

/// The steps that the document names, in their order.
fn procedure(lines: &[&Line]) -> Option<Stated> {
    const STEPS: &[(&[&str], &str)] = &[
        (&["파기계획"], "파기계획 수립"),
        (&["파기사유가발생한", "파기대상"], "파기 대상 선정"),
        (&["책임자의승인", "책임자승인"], "개인정보 보호책임자 승인 후 파기"),
    ];
    let mut steps: Vec<&str> = Vec::new();
    let mut span = None;
    let mut keeps_apart = false;
    for line in lines {
        let words = compact(&line.text);
        for (signs, step) in STEPS {
            if signs.iter().any(|sign| words.contains(sign)) && !steps.contains(step) {
                steps.push(step);
                span = Some(span.map_or(line.span, |span: super::block::Span| span.to(line.span)));
            }
        }
        keeps_apart |= words.contains("별도의데이터베이스") || words.contains("보관장소를달리") || words.contains("별도의db");
    }
    let mut text = steps.join(", ");
    if text.is_empty() {
        return None;
    }
    if keeps_apart {
        text.push_str("; 다른 법령에 따른 보존은 별도 DB 또는 보관장소 분리");
    }
    span.map(|span| Stated::new(&text, span).with(0.8))
}

/// The methods that a line states: for electronic files, for paper and other media.
fn methods(text: &str) -> Vec<(bool, String)> {
    let words = compact(text);
    let is_method = ["영구삭제", "재생할수없", "복원이불가능", "복구", "분쇄", "소각", "파쇄", "로우레벨", "덮어쓰기", "용해", "초기화", "삭제합니다"]
        .iter()
        .any(|word| words.contains(word));
    if !is_method {
        return Vec::new();
    }
    let text = unmarked(text);
    // "전자적 파일 형태인 경우 : 복원이 불가능한 방법으로 영구삭제"
    if let Some((label, value)) = text.split_once([':', '：'])
        && let Some(is_electronic) = medium_of(label)
        && !value.trim().is_empty()
    {
        return vec![(is_electronic, short(value))];
    }
    // One sentence for both, or one for each.
    let mut found: Vec<(bool, String)> = Vec::new();
    for clause in text.split_inclusive(['.', ',', ';', '。']).flat_map(|clause| clause.split("하며")).flat_map(|clause| clause.split("하고 ")) {
        let words = compact(clause);
        let tells = |list: &[&str]| list.iter().any(|word| words.contains(word));
        if let Some(is_electronic) = medium_of(clause)
            && tells(&["삭제", "재생", "분쇄", "소각", "파쇄", "포맷", "파기", "format", "덮어"])
        {
            found.push((is_electronic, method_in(clause)));
        } else if let Some((_, last)) = found.last_mut()
            && !last.contains("파기")
            && tells(&["분쇄", "소각", "파쇄"])
        {
            *last = format!("{last} {}", tidy(clause));
        }
    }
    if found.is_empty()
        && is_sentence(text)
        && let Some(is_electronic) = medium_of(text)
    {
        found.push((is_electronic, method_in(text)));
    }
    found.into_iter().map(|(is_electronic, method)| (is_electronic, short(&method))).filter(|(_, method)| !method.is_empty()).collect()
}

/// The words of a sentence after its medium ("… 개인정보는 분쇄기로 분쇄하거나 소각하여 파기합니다").
fn method_in(clause: &str) -> String {
    let start = ["개인정보는", "정보는", "경우에는", "경우", "파일은", "출력물은", "기록물은", "인쇄물은", "문서는", "서면은"]
        .iter()
        .filter_map(|word| clause.find(word).map(|at| at + word.len()))
        .max()
        .unwrap_or(0);
    clause[start..].to_owned()
}

fn short(text: &str) -> String {
    let text = tidy(text);
    let text = text.trim_matches([' ', '.', ',', ':']);
    let text = ["합니다", "하고", "하며"].into_iter().find_map(|end| text.strip_suffix(end)).unwrap_or(text);
    text.chars().take(LONGEST).collect()
}

/// Whether words are about electronic files (true) or paper and other media (false).
fn medium_of(text: &str) -> Option<bool> {
    let words = compact(text);
    if words.contains("전자적파일형태외") || words.contains("전자적파일외") || words.contains("전자적파일이외") {
        return Some(false);
    }
    if words.contains("전자적") || words.contains("전자파일") {
        return Some(true);
    }
    ["종이", "출력물", "서면", "인쇄물", "기록물", "문서"].iter().any(|word| words.contains(word)).then_some(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_both_media() {
        let found = methods(
            "시는 전자적 파일 형태로 기록·저장된 개인정보는 기록을 재생할 수 없도록 로우레벨포맷(Low Level Format) 등의 방법을 이용하여 파기하며, 종이 문서에 기록·저장된 개인정보는 분쇄기로 분쇄하거나 소각하여 파기합니다.",
        );
        assert_eq!(found.iter().map(|(is_electronic, _)| *is_electronic).collect::<Vec<_>>(), [true, false]);
        assert!(found[1].1.starts_with("분쇄기로 분쇄"), "{found:?}");
        assert_eq!(methods("- 전자적 파일 형태인 경우 : 복원이 불가능한 방법으로 영구삭제"), [(true, "복원이 불가능한 방법으로 영구삭제".into())]);
        assert_eq!(methods("- 전자적 파일 형태 외의 기록물, 인쇄물, 서면, 그 밖의 기록매체인 경우 :파쇄 또는 소각"), [(false, "파쇄 또는 소각".into())]);
    }
}
