//! Title of a policy, and the name by which the institution calls itself in it.

use super::block::{Block, Line, tidy};
use super::marker::{is_sentence, unmarked};
use super::statement::Stated;
use crate::header::compact;

/// How many blocks at the head of a document may hold its title.
const HEAD: usize = 60;

/// The first short line at the head that names a policy; otherwise the title of the page.
pub(super) fn title(blocks: &[Block], page: Option<&str>) -> Option<Stated> {
    let is_title = |text: &str| {
        let words = compact(text);
        words.contains("처리방침")
            && text.chars().count() <= 80
            && !is_sentence(text)
            && super::day::days(text).is_empty()
            && !["이전", "변경", "바로가기", "보기", "목차", "메뉴"].iter().any(|word| words.contains(word))
            && !text.contains(['>', '|', '→', '※'])
    };
    let lines = || {
        blocks.iter().take(HEAD).filter_map(|block| match block {
            Block::Line(line) => Some(line),
            Block::Table(_) => None,
        })
    };
    // A title that says whose policy it is, before a bare one.
    let candidates: Vec<&Line> = lines().filter(|line| is_title(&line.text)).collect();
    let is_bare = |text: &str| matches!(compact(text).as_str(), "개인정보처리방침" | "처리방침" | "개인정보처리방침안내");
    let best = candidates.iter().take(4).find(|line| !is_bare(&line.text)).or(candidates.first());
    let from_page = page
        .map(|page| page.split(['|', '>', '<']).map(str::trim).find(|part| is_title(part)).unwrap_or_default().to_owned())
        .filter(|title| !title.is_empty());
    match (best, from_page) {
        (Some(line), _) => Some(Stated::new(&tidy(unmarked(&line.text)), line.span)),
        (None, Some(page)) => Some(Stated::new(&page, super::Span::line(1)).with(0.7)),
        (None, None) => None,
    }
}

/// The name in "김포시는 개인정보보호법 제30조에 따라 …", "서울특별시(이하 ‘서울시’)는 …".
pub(super) fn agency(blocks: &[Block], title: Option<&Stated>) -> Option<Stated> {
    for block in blocks.iter().take(HEAD * 2) {
        let Block::Line(line) = block else { continue };
        let words = compact(&line.text);
        if !(words.contains("처리방침")
            || words.contains("개인정보") && (words.contains("보호법") || ["목적을위하여", "목적을위해"].iter().any(|word| words.contains(word))))
            || !is_sentence(&line.text)
        {
            continue;
        }
        if let Some(name) = subject(&line.text) {
            return Some(Stated::new(&name, line.span).with(0.9));
        }
    }
    // "평택도시공사 개인정보 처리방침"
    let title = title?;
    let at = title.text.find("개인정보").filter(|at| *at > 0)?;
    let name = title.text[..at].trim().trim_end_matches(['(', '-', ' ', '의']).to_owned();
    (name.chars().count() >= 3 && name.chars().count() <= 30).then_some(Stated { text: name, span: title.span, confidence: 0.6 })
}

/// "은(는)", as forms write the particle of a name that they do not know.
fn reads_both_ways(behind: &std::iter::Peekable<std::str::Chars<'_>>) -> bool {
    let behind: String = behind.clone().take(3).collect();
    matches!(behind.as_str(), "(는)" | "(은)")
}

/// The subject of a sentence: short words before 은/는, without what a parenthesis abbreviates.
fn subject(text: &str) -> Option<String> {
    let text = unmarked(text).trim_start_matches(['\'', '"', '“', '‘', '<', '「', ' ']);
    let mut depth = 0_usize;
    let mut name = String::new();
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '(' | '（' | '[' => depth += 1,
            ')' | '）' | ']' => depth = depth.saturating_sub(1),
            '은' | '는' if depth == 0 && (characters.peek().is_none_or(|next| *next == ' ') || reads_both_ways(&characters)) => {
                let name = tidy(name.trim_end_matches(['\'', '"', '”', '’', '>', '」', ' ']));
                let words = compact(&name);
                let is_verb = name.ends_with(['있', '하', '되', '받', '않', '없', '등', '한', '같']) || name.ends_with("관한");
                // What goes on a sentence that a line break cut: "고충을 원활하게 처리할 수 있도록 다음과 같은 …".
                let has_object = name.split(' ').rev().skip(1).any(|word| word.ends_with(['을', '를']) && !word.ends_with("마을"));
                let is_name = !is_verb
                    && !has_object
                    && (2..=30).contains(&words.chars().count())
                    && !words.ends_with("개인정보")
                    && !["정보주체", "다음", "우리", "당사이트", "본방침", "처리방침", "홈페이지", "이방침", "본기관", "회사", "본교", "본원", "당사"]
                        .iter()
                        .any(|other| words == *other || words.ends_with("처리방침"));
                return is_name.then_some(name);
            }
            '.' | ',' => return None,
            _ if depth == 0 => name.push(c),
            _ => {}
        }
        if name.chars().count() > 40 {
            return None;
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects() {
        for (sentence, name) in [
            ("김포시는 개인정보보호법 제30조에 따라 …을 공개합니다.", Some("김포시")),
            ("서울특별시(이하 ‘서울시’)는 출산에서 육아까지를 공개합니다.", Some("서울특별시")),
            ("정보주체는 권리를 행사할 수 있습니다.", None),
            ("고충을 원활하게 처리할 수 있도록 다음과 같은 처리방침을 두고 있습니다.", None),
            ("민원을 처리하는 부서는 처리방침을 공개합니다.", None),
            ("솔바람대학교병원은(는) 처리방침을 두고 있습니다.", Some("솔바람대학교병원")),
            ("푸른마을 도서관은 처리방침을 공개합니다.", Some("푸른마을 도서관")),
            ("처리하고 있는 개인정보는 이용되지 않습니다.", None),
        ] {
            assert_eq!(subject(sentence).as_deref(), name, "{sentence}");
        }
    }
}
