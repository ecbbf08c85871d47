//! Rights of data subjects (정보주체의 권리) and how they are exercised.

use super::Read;
use super::block::{Line, Span};
use super::section::SectionKind;
use super::statement::{Policy, Right, RightKind};
use crate::header::compact;

/// Rights with the words that name them.
const RIGHTS: &[(RightKind, &[&str])] = &[
    (RightKind::Access, &["열람"]),
    (RightKind::Correction, &["정정"]),
    (RightKind::Deletion, &["삭제"]),
    (RightKind::Suspension, &["처리정지"]),
    (RightKind::ConsentWithdrawal, &["동의철회", "동의의철회", "동의를철회"]),
    (RightKind::Transmission, &["전송요구", "전송을요구"]),
];

/// Ways of exercising them, as they are named and as they are kept.
const METHODS: &[(&str, &str)] = &[
    ("서면", "서면"),
    ("구술", "구술"),
    ("전화", "전화"),
    ("전자우편", "전자우편"),
    ("이메일", "이메일"),
    ("모사전송(FAX)", "모사전송(FAX)"),
    ("모사전송", "모사전송"),
    ("팩스", "팩스"),
    ("인터넷", "인터넷"),
    ("방문", "방문"),
    ("우편", "우편"),
    ("홈페이지", "홈페이지"),
];

/// Reads the rights of the sections on them.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts.iter().filter(|part| part.is(SectionKind::Rights)) {
        let lines: Vec<&Line> = part.part.lines().collect();
        let Some(span) = part.part.span() else { continue };
        let by_agent = by_agent(&lines);
        let methods = lines.iter().find_map(|line| methods(&line.text)).unwrap_or_default();
        let form = lines.iter().find_map(|line| form(&line.text));
        for (kind, words) in RIGHTS {
            // Named in the sentence on exercising them, or in the list under it.
            let is_named = lines.iter().any(|line| {
                let text = compact(&line.text);
                let is_of_rights = text.contains("요구") || text.contains("권리") || text.contains("청구") || text.contains("철회");
                is_of_rights && words.iter().any(|word| text.contains(word)) && !is_limit(&text)
            });
            if is_named && !policy.rights.iter().any(|known| known.kind == *kind) {
                let limits = limits(*kind, &lines);
                policy.rights.push(Right {
                    kind: *kind,
                    methods: methods.clone(),
                    by_agent: by_agent.clone(),
                    form: form.clone().filter(|_| *kind == RightKind::Access),
                    limits,
                    span: Span { first: span.first, last: span.last },
                });
            }
        }
    }
}

fn is_limit(words: &str) -> bool {
    words.contains("제한될수") || words.contains("요구할수없") || words.contains("제한할수")
}

/// "서면, 전화, 전자우편, 모사전송(FAX) 등을 통하여": in the order of the document.
fn methods(text: &str) -> Option<Vec<String>> {
    let end =
        ["통하여", "통해", "방법으로", "이용하여", "로 신청", "로 요구", "로 청구", "로 제출", "로 하실"].iter().filter_map(|word| text.find(word)).min()?;
    let head = &text[..end];
    if !(text.contains("권리") || text.contains("행사") || text.contains("요구")) {
        return None;
    }
    // "개인정보 포털을 통하여" names no way.
    let mut found: Vec<(usize, &str)> = Vec::new();
    for (word, kept) in METHODS {
        if let Some(at) = head.find(word)
            && !found.iter().any(|(other, name)| (*other..*other + name.len()).contains(&at) || (*word == "우편" && *name == "전자우편"))
        {
            found.push((at, kept));
        }
    }
    found.sort_unstable();
    (!found.is_empty() && found.iter().any(|(_, name)| matches!(*name, "서면" | "전화" | "전자우편" | "이메일" | "방문")))
        .then(|| found.into_iter().map(|(_, name)| name.to_owned()).collect())
}

/// Who may act for the data subject, and with what paper.
fn by_agent(lines: &[&Line]) -> Option<String> {
    let line = lines.iter().find(|line| line.text.contains("대리인") && line.text.contains("위임"))?;
    let text = &line.text;
    let mut who = Vec::new();
    if text.contains("법정대리인") {
        who.push("법정대리인");
    }
    if text.contains("위임을 받은") || text.contains("위임받은") {
        who.push("위임을 받은 자");
    }
    if who.is_empty() {
        return None;
    }
    let form = text.find("서식").and_then(|end| {
        let before = &text[..end];
        let start = before.rfind("이 경우").map(|at| at + "이 경우".len()).or_else(|| before.rfind('“').map(|at| at + '“'.len_utf8()))?;
        let name = before[start..].trim().replace(['[', ']', '“', '”', '‘', '’', '"'], "").trim().to_owned();
        (!name.is_empty() && name.chars().count() <= 80).then_some(name)
    });
    Some(match form {
        Some(form) => format!("{} ({form} 서식 위임장)", who.join(", ")),
        None if text.contains("위임장") => format!("{} (위임장)", who.join(", ")),
        None => who.join(", "),
    })
}

/// "별지 제8호 서식 개인정보 열람 요구서".
fn form(text: &str) -> Option<String> {
    let words = compact(text);
    let is_form = words.contains("별지") && words.contains("요구서") && text.chars().count() <= 120;
    is_form.then(|| {
        let text = text.trim_start_matches(['*', '※', '-', ' ', '○', '·']);
        let text = text.split("(클릭").next().unwrap_or(text);
        super::block::tidy(&text.replace(['[', ']', '“', '”'], " "))
    })
}

/// What limits a right: the articles that the document cites for it, or that another statute asks for the item.
fn limits(kind: RightKind, lines: &[&Line]) -> Option<String> {
    let article = match kind {
        RightKind::Access => "제35조",
        RightKind::Suspension => "제37조",
        RightKind::Deletion => {
            let is_said = lines.iter().any(|line| {
                let words = compact(&line.text);
                words.contains("삭제를요구할수없") && words.contains("수집대상")
            });
            return is_said.then(|| "다른 법령에서 수집 대상으로 명시된 개인정보".to_owned());
        }
        _ => return None,
    };
    let line = lines.iter().find(|line| is_limit(&compact(&line.text)) && line.text.contains(article))?;
    let cited = compact(&line.text);
    let rest = &cited[cited.find(article)?..];
    let paragraph = rest[article.len()..].strip_prefix('제').and_then(|rest| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        rest[digits..].starts_with('항').then(|| format!("제{}항", &rest[..digits]))
    });
    Some(format!("개인정보 보호법 {article}{}", paragraph.unwrap_or_default()))
}
