//! Reading the text of a retention period: one pass cuts it into pieces, each piece is read for a length and an event, pieces that say neither join the next.

use std::ops::Range;

use super::{Retention, RetentionClass, RetentionTerm, class_of};
use crate::hangul::normalised;

/// The retention period that the text states. Every text is taken; one that tells neither a length nor an event is one term of class
/// [`Unspecified`](RetentionClass::Unspecified).
#[must_use]
pub fn parse(text: &str) -> Retention {
    let text = text.lines().map(normalised).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n");
    let terms = terms(&text);
    Retention { class: class_of(&terms), text, terms }
}

fn terms(text: &str) -> Vec<RetentionTerm> {
    let mut terms: Vec<RetentionTerm> = Vec::new();
    // Where the text begins that has said nothing yet.
    let mut open: Option<usize> = None;
    for piece in pieces(text) {
        let content = &text[piece.range.clone()];
        if is_proviso(content)
            && let Some(term) = terms.last_mut().filter(|_| open.is_none())
        {
            term.condition.get_or_insert_with(|| tidy(content));
            continue;
        }
        if !says_something(&read(content)) {
            open.get_or_insert(piece.range.start);
            continue;
        }
        let start = open.take().unwrap_or(piece.range.start);
        let mut term = read(&text[start..piece.range.end]);
        if !says_something(&term) {
            // What came before hides it; it counts by itself.
            term = read(content);
        }
        terms.push(term);
    }
    if let Some(start) = open {
        let rest = tidy(&text[start..]);
        match terms.last_mut() {
            None => {
                let mut term = read(text);
                name_bare_event(&mut term);
                terms.push(term);
            }
            // A remark after the period ("※ 관련 법령에 따라 보관") tells of a period of its own; other words belong to the term before.
            Some(_) if rest.starts_with('※') => terms.push(RetentionTerm { text: rest.trim_start_matches(['※', ' ']).to_owned(), ..empty() }),
            Some(_) => {}
        }
    }
    terms.retain(|term| !term.text.is_empty());
    terms
}

struct Piece {
    range: Range<usize>,
}

/// Cuts at line breaks, commas, semicolons, slashes, parentheses, remarks and 또는.
fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut start = 0;
    let mut at = 0;
    let mut cut = |from: usize, to: usize| {
        if !text[from..to].trim().is_empty() {
            pieces.push(Piece { range: from..to });
        }
    };
    while let Some(c) = text[at..].chars().next() {
        let width = c.len_utf8();
        let or = ["또는", "혹은"].iter().find(|or| text[at..].starts_with(**or)).map(|or| or.len());
        let is_number_comma = c == ',' && text[..at].ends_with(|d: char| d.is_ascii_digit()) && text[at + 1..].starts_with(|d: char| d.is_ascii_digit());
        if let Some(or) = or {
            cut(start, at);
            at += or;
            start = at;
        } else if c == '※' {
            cut(start, at);
            start = at;
            at += width;
        } else if matches!(c, '\n' | ',' | '，' | ';' | '/' | '(' | ')' | '[' | ']' | '（' | '）') && !is_number_comma {
            cut(start, at);
            at += width;
            start = at;
        } else {
            at += width;
        }
    }
    cut(start, text.len());
    pieces
}

fn empty() -> RetentionTerm {
    RetentionTerm {
        text: String::new(),
        class: RetentionClass::Unspecified,
        min_months: None,
        max_months: None,
        min_days: None,
        max_days: None,
        event: None,
        condition: None,
    }
}

fn says_something(term: &RetentionTerm) -> bool {
    term.class != RetentionClass::Unspecified
}

/// "2년주기로 재동의": how often consent is renewed, no period of its own.
fn is_proviso(content: &str) -> bool {
    content.contains("재동의") || content.contains("재 동의")
}

/// One line without what the cuts left at its ends.
fn tidy(content: &str) -> String {
    let line = normalised(content);
    let mut line = line.trim_start_matches(['-', '○', '▪', '•', '*', ' ', '·', ')', ',', '/']).trim_end_matches([' ', ',', '/', '·', '(', '[', ';']).to_owned();
    if line.contains(['(', '（']) && !line.contains([')', '）']) {
        line.push(')');
    }
    line
}

/// One piece as a term.
fn read(content: &str) -> RetentionTerm {
    let line = tidy(content);
    let (condition, stated) = without_condition(&line);
    let spaced: String = stated.chars().map(|c| if matches!(c, '(' | ')' | '[' | ']' | '（' | '）') { ' ' } else { c }).collect();
    let spaced = normalised(&spaced);
    let mut term = RetentionTerm { text: stated.to_owned(), condition, ..empty() };
    let compact: String = spaced.chars().filter(|c| *c != ' ').collect();
    if ["보유하지않", "보관하지않", "저장하지않", "보존하지않", "보유안함", "보관안함", "저장안함", "미보유", "미보관", "미저장"]
        .iter()
        .any(|words| compact.contains(words))
    {
        term.class = RetentionClass::NotRetained;
        term.event =
            ["보유", "보관", "저장", "보존", "미보", "미저"].iter().filter_map(|word| spaced.find(word)).min().and_then(|at| event_of_start(&spaced[..at]));
        return term;
    }
    let lengths = lengths(&spaced);
    let permanent = spaced.find("영구");
    if let Some(at) = permanent {
        let before = &spaced[..at];
        let is_semi = before.ends_with(['준', '반']);
        term.class = if is_semi { RetentionClass::SemiPermanent } else { RetentionClass::Permanent };
        if let Some(shortest) = lengths.iter().filter(|length| length.end <= at).min_by_key(|length| length.in_days()) {
            (term.min_months, term.min_days) = (shortest.months, shortest.days);
        }
        let head = lengths.first().map_or(before, |length| &spaced[..length.start.min(at)]);
        term.event = event_of_start(head.trim_end_matches(['준', '반']));
        return term;
    }
    if let (Some(shortest), Some(longest)) = (lengths.iter().min_by_key(|length| length.in_days()), lengths.iter().max_by_key(|length| length.in_days())) {
        let after = spaced[lengths[lengths.len() - 1].end..].trim_start_matches([' ', '간']);
        let head = spaced[..lengths[0].start].trim_end();
        let is_single = lengths.len() == 1;
        if !(is_single && (["이내", "이하", "미만", "내에", "안에"].iter().any(|word| after.starts_with(word)) || head.ends_with("최대"))) {
            (term.min_months, term.min_days) = (shortest.months, shortest.days);
        }
        if !(["이상", "초과"].iter().any(|word| after.starts_with(word)) || (is_single && head.ends_with("최소"))) {
            (term.max_months, term.max_days) = (longest.months, longest.days);
        }
        term.class = longest.class();
        term.event = event_of_start(head.trim_end_matches("최소").trim_end_matches("최대"));
        return term;
    }
    if let Some(event) = event_of_end(&spaced) {
        term.class = RetentionClass::UntilEvent;
        term.event = (!event.is_empty()).then_some(event);
    } else if compact.contains("즉시파기") || compact.contains("지체없이파기") || compact.contains("즉시삭제") || compact.contains("지체없이삭제")
    {
        // Destroyed at once, and no event is named from which.
        term.class = RetentionClass::NotRetained;
    }
    term
}

/// The case that a piece begins with ("…인 경우", "기업 회원의 경우 담당자 정보는", "회원정보 :"), and the rest.
fn without_condition(line: &str) -> (Option<String>, &str) {
    const TOPICS: &[&str] = &["정보는 ", "자료는 ", "기록은 ", "항목은 ", "데이터는 ", "회원은 ", "서류는 ", "파일은 ", "정보의 경우 "];
    let line = ["다만", "단,", "단 "].iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line).trim_start_matches([',', ' ']);
    let mut condition: Option<String> = None;
    let mut rest = line;
    if let Some((label, after)) = rest.split_once([':', '：']) {
        // "보유기간 : 10년": the label is the column's, not a case.
        let is_column = ["보유", "보존", "보관", "기간", "처리"].iter().any(|word| label.contains(word));
        let label = label.trim();
        if !after.trim().is_empty() && !label.is_empty() {
            condition = (!is_column).then(|| label.to_owned());
            rest = after.trim_start();
        }
    }
    if let Some(at) = rest.find("경우") {
        let end = at + "경우".len();
        let after = ["에는", "에", "는", "엔"].iter().find_map(|particle| rest[end..].strip_prefix(particle)).unwrap_or(&rest[end..]);
        let after = after.trim_start_matches([' ', ',']);
        if !after.is_empty() {
            condition = Some(rest[..end].to_owned());
            rest = after;
        }
    }
    if let Some((at, topic)) = TOPICS.iter().filter_map(|topic| rest.find(topic).map(|at| (at, topic))).min() {
        let noun = &rest[..at + topic.trim_end_matches(' ').trim_end_matches(['는', '은']).len()];
        let noun = if topic.ends_with("경우 ") { &rest[..at + topic.len() - 1] } else { noun };
        condition = Some(condition.map_or_else(|| noun.to_owned(), |case| format!("{case} {noun}")));
        rest = &rest[at + topic.len()..];
    }
    (condition, rest)
}

/// A length and where it stands in the text.
struct Length {
    months: Option<i32>,
    days: Option<i32>,
    start: usize,
    end: usize,
}

impl Length {
    fn in_days(&self) -> i64 {
        i64::from(self.months.unwrap_or(0)) * 365 / 12 + i64::from(self.days.unwrap_or(0))
    }

    const fn class(&self) -> RetentionClass {
        match (self.months, self.days) {
            (Some(360), None) => RetentionClass::Years30,
            (Some(120), None) => RetentionClass::Years10,
            (Some(60), None) => RetentionClass::Years5,
            (Some(36), None) => RetentionClass::Years3,
            (Some(12), None) => RetentionClass::Years1,
            _ => RetentionClass::Custom,
        }
    }
}

/// The lengths that a line states. "1년 6개월" is one; calendar years (2020년), ages, and how often something recurs (2년마다, 2년주기) are none.
fn lengths(line: &str) -> Vec<Length> {
    let bytes = line.as_bytes();
    let mut lengths: Vec<Length> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let start = at;
        while at < bytes.len() && (bytes[at].is_ascii_digit() || (bytes[at] == b',' && bytes.get(at + 1).is_some_and(u8::is_ascii_digit))) {
            at += 1;
        }
        // Beyond six digits no length of time is meant.
        let Some(value) = Some(line[start..at].replace(',', "")).filter(|digits| digits.len() <= 6).and_then(|digits| digits.parse::<i32>().ok()) else {
            continue;
        };
        let rest = &line[at..];
        let unit = rest.trim_start_matches(' ');
        let Some((months, days, word)) = unit_of(value, unit) else {
            // "3~5년": the lower number has its unit from the upper.
            if let Some(upper) = unit.strip_prefix(['~', '∼', '-']).map(|upper| upper.trim_start_matches(' ')) {
                let after = upper.trim_start_matches(|c: char| c.is_ascii_digit());
                if after.len() < upper.len()
                    && upper.len() - after.len() <= 6
                    && let Some((months, days, _)) = unit_of(value, after.trim_start_matches(' '))
                {
                    lengths.push(Length { months, days, start, end: at });
                }
            }
            continue;
        };
        let end = line.len() - unit.len() + word;
        at = end;
        let follows = line[end..].trim_start_matches(' ');
        if ["마다", "주기", "단위"].iter().any(|recurring| follows.starts_with(recurring)) {
            continue;
        }
        match lengths.last_mut() {
            // "1년 6개월": a smaller unit right after a larger one adds to it.
            Some(before)
                if line[before.end..start].trim().is_empty()
                    && before.days.is_none()
                    && before.in_days() > i64::from(months.unwrap_or(0)) * 30 + i64::from(days.unwrap_or(0)) =>
            {
                before.months = before.months.map(|total| total.saturating_add(months.unwrap_or(0)));
                before.days = days;
                before.end = end;
            }
            _ => lengths.push(Length { months, days, start, end }),
        }
    }
    lengths
}

/// Months, days and the length in bytes of the unit that `rest` begins with. Hours count as days begun.
fn unit_of(value: i32, rest: &str) -> Option<(Option<i32>, Option<i32>, usize)> {
    const UNITS: &[(&str, i32, i32)] = &[("개년", 12, 0), ("년", 12, 0), ("개월", 1, 0), ("달", 1, 0), ("주일", 0, 7), ("주", 0, 7), ("일", 0, 1)];
    if let Some(after) = rest.strip_prefix("시간") {
        return Some((None, Some(value.saturating_add(23) / 24), rest.len() - after.len()));
    }
    let (word, months, days) = UNITS.iter().find(|(word, ..)| rest.starts_with(word))?;
    // 2023년 is a year of the calendar, 2023년도 too; 3년생 a class.
    if (*word == "년" && (value >= 1000 || rest.starts_with("년도") || rest.starts_with("년생"))) || (*word == "일" && rest.starts_with("일자")) {
        return None;
    }
    Some(if *months > 0 { (Some(value.checked_mul(*months)?), None, word.len()) } else { (None, Some(value.checked_mul(*days)?), word.len()) })
}

/// The event from which a length counts, read from the words before it: "최종 수료일로부터" gives "최종 수료". `None` without a word that makes it one (부터, 후, 시).
fn event_of_start(head: &str) -> Option<String> {
    let mut rest = head.trim_end_matches([' ', '약', '총', '~', '-', '.']);
    let mut is_event = false;
    for word in ["으로부터", "로부터", "에서부터", "부터", "에서"] {
        if let Some(before) = rest.strip_suffix(word) {
            rest = before.trim_end();
            is_event = true;
            break;
        }
    }
    loop {
        let before = if is_event { trim_point(rest) } else { None };
        let after = ["이후", "다음 해", "다음해", "다음날", "다음 날", "익년", "익일", "후"].iter().find_map(|word| rest.strip_suffix(word));
        let moment = rest.strip_suffix(" 시").or_else(|| rest.strip_suffix('시').filter(|before| ends_in_event_noun(before)));
        match (after, moment, before) {
            (Some(before), ..) | (_, Some(before), _) => {
                is_event = true;
                rest = before.trim_end();
            }
            (_, _, Some(before)) => rest = before.trim_end(),
            _ => break,
        }
    }
    (is_event && !rest.is_empty()).then(|| without_filler(rest))
}

/// Without the word for a day or a moment: 일, 날, 시점.
fn trim_point(rest: &str) -> Option<&str> {
    const NOT_DAYS: &[&str] = &["파일", "생년월일", "생일", "메일", "일일"];
    ["시점", "한 날", "된 날", "의 날", "날", "일", " 시", "시"]
        .iter()
        .find_map(|word| rest.strip_suffix(word))
        .filter(|before| !before.is_empty() && !NOT_DAYS.iter().any(|word| rest.ends_with(word)))
}

/// The event until which data are kept, read from a text without a length. `None` if it names none.
fn event_of_end(line: &str) -> Option<String> {
    const TAILS: &[&str] = &[
        "파기",
        "폐기",
        "삭제",
        "즉시",
        "지체 없이",
        "지체없이",
        "바로",
        "보유",
        "보관",
        "보존",
        "이용",
        "적용",
        "및",
        "함",
        "한다",
        "합니다",
        "됩니다",
        "됨",
        ".",
        "일괄",
        "완전",
        "·",
    ];
    let mut rest = line.trim_end();
    let mut has_tail = false;
    while let Some(before) = TAILS.iter().find_map(|tail| rest.strip_suffix(tail)).map(str::trim_end) {
        if before.is_empty() {
            return None;
        }
        rest = before;
        has_tail = true;
    }
    if let Some(before) = rest.strip_suffix("까지만").or_else(|| rest.strip_suffix("까지")) {
        let before = before.trim_end();
        let event = ["시점", " 시", "때", "시", "할 때", "될 때", "하는 날", "되는 날", " 후", "일"]
            .iter()
            .find_map(|word| before.strip_suffix(word).filter(|event| *word != "시" || !event.is_empty()).filter(|_| !before.ends_with("파일")))
            .unwrap_or(before);
        return Some(without_filler(event.trim_end()));
    }
    // "삭제 요청 시", "목적달성시 즉시 파기"; the verb that was taken off may have been the event itself ("동의 철회 시 삭제").
    if let Some(before) = rest.strip_suffix(" 시").or_else(|| rest.strip_suffix('시').filter(|before| ends_in_event_noun(before))) {
        return Some(without_filler(before.trim_end()));
    }
    if has_tail && let Some(before) = rest.strip_suffix("이후").or_else(|| rest.strip_suffix('후')).map(str::trim_end).filter(|before| !before.is_empty()) {
        return Some(without_filler(before));
    }
    // "탈퇴 즉시 파기", without a particle.
    if (line.contains("즉시") || line.contains("지체")) && ends_in_event_noun(rest) {
        return Some(without_filler(rest));
    }
    // "낚시명예감시원 활동기간": until it ends.
    let rest = ["동안", "내", "중"].iter().find_map(|word| rest.strip_suffix(word)).unwrap_or(rest).trim_end();
    let activity = rest.strip_suffix("기간")?.trim_end();
    let is_nothing = activity.is_empty()
        || ["보유", "보존", "보관", "이용", "처리", "법정", "일정", "해당", "의", "제공", "른", "한", "는", "된", "인"]
            .iter()
            .any(|word| activity.ends_with(word));
    (!is_nothing).then(|| format!("{} 종료", without_filler(activity)))
}

/// Nouns that happen; before them a 시 without a space is the particle of time (탈퇴시), not part of a word (서울시).
const EVENT_NOUNS: &[&str] = &[
    "탈퇴", "종료", "완료", "달성", "해지", "해제", "졸업", "퇴직", "퇴사", "퇴소", "퇴원", "만료", "경과", "삭제", "요청", "철회", "폐업", "종결", "해촉",
    "변경", "취소", "상실", "소멸", "파기", "수료", "정산", "확인", "반납", "사망", "전출", "이탈", "조회", "처리", "발급", "등록", "신청", "접수", "가입",
    "제출", "마감", "제적", "자퇴", "해산", "폐지", "말소",
];

fn ends_in_event_noun(text: &str) -> bool {
    EVENT_NOUNS.iter().any(|noun| text.ends_with(noun))
}

/// A whole text that is nothing but an event ("회원탈퇴") is kept until it happens.
fn name_bare_event(term: &mut RetentionTerm) {
    if term.class == RetentionClass::Unspecified && ends_in_event_noun(&term.text) && !term.text.ends_with("처리") {
        term.class = RetentionClass::UntilEvent;
        term.event = Some(without_filler(&term.text));
    }
}

/// The event without 기타 before it.
fn without_filler(event: &str) -> String {
    let event = normalised(event);
    let bare = ["기타 ", "그 외 ", "최초 기타 "].iter().find_map(|word| event.strip_prefix(word)).unwrap_or(&event);
    bare.trim_matches([' ', '-', ',', '·', ':', '※']).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vocabulary::Vocabulary as _;

    /// A term in short: class, months, days, event, condition, parts left out where absent.
    fn short(term: &RetentionTerm) -> String {
        let bounds = |unit: &str, min: Option<i32>, max: Option<i32>| match (min, max) {
            (None, None) => String::new(),
            (Some(min), Some(max)) if min == max => format!(" {min}{unit}"),
            (min, max) => format!(" {}..{}{unit}", min.map(|n| n.to_string()).unwrap_or_default(), max.map(|n| n.to_string()).unwrap_or_default()),
        };
        let class = term.class.as_str();
        let event = term.event.as_ref().map(|event| format!(" <{event}>")).unwrap_or_default();
        let condition = term.condition.as_ref().map(|condition| format!(" if {condition}")).unwrap_or_default();
        format!("{class}{}{}{event}{condition}", bounds("m", term.min_months, term.max_months), bounds("d", term.min_days, term.max_days))
    }

    #[track_caller]
    fn check(input: &str, class: &str, expected: &[&str]) {
        let retention = parse(input);
        assert_eq!(retention.terms.iter().map(short).collect::<Vec<_>>(), expected, "{input:?}");
        assert_eq!(retention.class.as_str(), class, "{input:?}");
    }

    #[test]
    fn values_met_in_documents() {
        for (input, class, terms) in [
            ("2년", "CUSTOM", &["CUSTOM 24m"][..]),
            ("3년", "YEARS_3", &["YEARS_3 36m"]),
            ("1년", "YEARS_1", &["YEARS_1 12m"]),
            ("반영구", "SEMI_PERMANENT", &["SEMI_PERMANENT"]),
            ("준영구", "SEMI_PERMANENT", &["SEMI_PERMANENT"]),
            ("영구", "PERMANENT", &["PERMANENT"]),
            ("30년", "YEARS_30", &["YEARS_30 360m"]),
            ("5 년", "YEARS_5", &["YEARS_5 60m"]),
            ("10 년", "YEARS_10", &["YEARS_10 120m"]),
            ("6개월", "CUSTOM", &["CUSTOM 6m"]),
            ("180일", "CUSTOM", &["CUSTOM 180d"]),
            ("1일 이내", "CUSTOM", &["CUSTOM ..1d"]),
            ("정보 조회 후 즉시 파기", "UNTIL_EVENT", &["UNTIL_EVENT <정보 조회>"]),
            ("탈퇴 후 5일", "CUSTOM", &["CUSTOM 5d <탈퇴>"]),
            ("이용목적 완료시까지", "UNTIL_EVENT", &["UNTIL_EVENT <이용목적 완료>"]),
            ("이용목적 완료 시 까지\n※일부 개인정보는 관련 법령에 따라 보관", "UNTIL_EVENT", &["UNTIL_EVENT <이용목적 완료>", "UNSPECIFIED"]),
            ("회원 탈퇴시 까지", "UNTIL_EVENT", &["UNTIL_EVENT <회원 탈퇴>"]),
            ("회원 탈퇴시까지(2년주기로 재동의)", "UNTIL_EVENT", &["UNTIL_EVENT <회원 탈퇴> if 2년주기로 재동의"]),
            ("회원탈퇴시까지(2년)", "CUSTOM", &["UNTIL_EVENT <회원탈퇴>", "CUSTOM 24m"]),
            ("회원 (탈퇴 시 까지)", "UNTIL_EVENT", &["UNTIL_EVENT <회원 탈퇴>"]),
            ("회원 탈퇴 시, 만능키 서비스 지원신청 후 5년", "YEARS_5", &["UNTIL_EVENT <회원 탈퇴>", "YEARS_5 60m <만능키 서비스 지원신청>"]),
            ("만능키 서비스 지원신청 후 5년", "YEARS_5", &["YEARS_5 60m <만능키 서비스 지원신청>"]),
            ("졸업/회원탈퇴시까지", "UNTIL_EVENT", &["UNTIL_EVENT <졸업/회원탈퇴>"]),
            ("졸업후5년", "YEARS_5", &["YEARS_5 60m <졸업>"]),
            ("졸업후 5년 ( 최종 재적일로부터5년)", "YEARS_5", &["YEARS_5 60m <졸업>", "YEARS_5 60m <최종 재적>"]),
            ("기타(구독 해지 시 까지)", "UNTIL_EVENT", &["UNTIL_EVENT <구독 해지>"]),
            ("의견 처리 후 3개월", "CUSTOM", &["CUSTOM 3m <의견 처리>"]),
            ("낚시명예감시원\n활동기간", "UNTIL_EVENT", &["UNTIL_EVENT <낚시명예감시원 활동 종료>"]),
            ("탈퇴 시 또는 3년", "YEARS_3", &["UNTIL_EVENT <탈퇴>", "YEARS_3 36m"]),
            (
                "탈퇴 시 또는 최종 접속일로부터 3년\n기업 회원의 경우 담당자 정보는 삭제 요청 시까지",
                "YEARS_3",
                &["UNTIL_EVENT <탈퇴>", "YEARS_3 36m <최종 접속>", "UNTIL_EVENT <삭제 요청> if 기업 회원의 경우 담당자 정보"],
            ),
            ("최종 수료일로부터 5년", "YEARS_5", &["YEARS_5 60m <최종 수료>"]),
            ("계약 종료 시", "UNTIL_EVENT", &["UNTIL_EVENT <계약 종료>"]),
            ("개발 과정 서비스 종료 시까지", "UNTIL_EVENT", &["UNTIL_EVENT <개발 과정 서비스 종료>"]),
            ("시스템 사용종료일로부터 5년", "YEARS_5", &["YEARS_5 60m <시스템 사용종료>"]),
            (
                "만24세까지\n(잔여연령의 기간이 10년 미만인 경우는 서비스 지원 종료일로부터 10년)",
                "YEARS_10",
                &["UNTIL_EVENT <만24세>", "YEARS_10 120m <서비스 지원 종료> if 잔여연령의 기간이 10년 미만인 경우"],
            ),
            ("민원처리 종료 후 3년", "YEARS_3", &["YEARS_3 36m <민원처리 종료>"]),
            ("최소 3년~최대 영구", "PERMANENT", &["PERMANENT 36..m"]),
            ("수사 종료시까지", "UNTIL_EVENT", &["UNTIL_EVENT <수사 종료>"]),
            ("신원조회 확인시까지", "UNTIL_EVENT", &["UNTIL_EVENT <신원조회 확인>"]),
            ("인증 후 보유하지 않음", "NOT_RETAINED", &["NOT_RETAINED <인증>"]),
            ("협약 종료 까지", "UNTIL_EVENT", &["UNTIL_EVENT <협약 종료>"]),
            ("개인정보 처리 및 보유기간 : 10년", "YEARS_10", &["YEARS_10 120m"]),
            ("지체 없이 파기", "NOT_RETAINED", &["NOT_RETAINED"]),
            ("졸업 시\n목적달성 시\n재직기간 종료 시", "UNTIL_EVENT", &["UNTIL_EVENT <졸업>", "UNTIL_EVENT <목적달성>", "UNTIL_EVENT <재직기간 종료>"]),
            ("졸업 시 / 목적달성 시", "UNTIL_EVENT", &["UNTIL_EVENT <졸업>", "UNTIL_EVENT <목적달성>"]),
            ("승차 종료일로부터 5년", "YEARS_5", &["YEARS_5 60m <승차 종료>"]),
            ("이용목적 종료 후 5년", "YEARS_5", &["YEARS_5 60m <이용목적 종료>"]),
            ("목적달성시 즉시 파기", "UNTIL_EVENT", &["UNTIL_EVENT <목적달성>"]),
            ("촬영일로부터 30일", "CUSTOM", &["CUSTOM 30d <촬영>"]),
            ("촬영 시부터 30일", "CUSTOM", &["CUSTOM 30d <촬영>"]),
            ("회원탈퇴", "UNTIL_EVENT", &["UNTIL_EVENT <회원탈퇴>"]),
        ] {
            check(input, class, terms);
        }
    }

    #[test]
    fn other_forms() {
        for (input, class, terms) in [
            ("", "UNSPECIFIED", &[][..]),
            ("-", "UNSPECIFIED", &[]),
            ("관련 법령에 따름", "UNSPECIFIED", &["UNSPECIFIED"]),
            ("최소 3년", "YEARS_3", &["YEARS_3 36..m"]),
            ("최대 5년", "YEARS_5", &["YEARS_5 ..60m"]),
            ("5년 이상", "YEARS_5", &["YEARS_5 60..m"]),
            ("3년~10년", "YEARS_10", &["YEARS_10 36..120m"]),
            ("3~5년", "YEARS_5", &["YEARS_5 36..60m"]),
            ("1년 6개월", "CUSTOM", &["CUSTOM 18m"]),
            ("24개월", "CUSTOM", &["CUSTOM 24m"]),
            ("12개월", "YEARS_1", &["YEARS_1 12m"]),
            ("72시간", "CUSTOM", &["CUSTOM 3d"]),
            ("2020년 이후", "UNSPECIFIED", &["UNSPECIFIED"]),
            ("5년(공공기록물 관리에 관한 법률)", "YEARS_5", &["YEARS_5 60m"]),
            ("2년(홈페이지 회원은 탈퇴시까지)", "CUSTOM", &["CUSTOM 24m", "UNTIL_EVENT <탈퇴> if 홈페이지 회원"]),
            ("서비스 종료, 해지 후 3년", "YEARS_3", &["YEARS_3 36m <서비스 종료, 해지>"]),
            ("개인정보파일로부터 3년", "YEARS_3", &["YEARS_3 36m <개인정보파일>"]),
            ("탈퇴 즉시", "UNTIL_EVENT", &["UNTIL_EVENT <탈퇴>"]),
            ("목적 달성 즉시 파기", "UNTIL_EVENT", &["UNTIL_EVENT <목적 달성>"]),
            ("1,000일", "CUSTOM", &["CUSTOM 1000d"]),
            ("99999999999999999999년", "UNSPECIFIED", &["UNSPECIFIED"]),
        ] {
            check(input, class, terms);
        }
    }

    #[test]
    fn long_texts_take_linear_time() {
        for text in [
            "(".repeat(100_000),
            "5년,".repeat(30_000),
            "가,".repeat(30_000),
            "경우".repeat(20_000),
            "1년 ".repeat(20_000),
            "후".repeat(30_000),
            "9".repeat(100_000),
        ] {
            let _ = parse(&text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_taken_and_read_again(text in "\\PC*|(회원|탈퇴|시|까지|후|5년|3년|[0-9]{1,3}|개월|일|로부터|영구|준|최소|~|또는|경우|는|즉시|파기|\\(|\\)|,|/|\n| |:|※|기간){0,14}") {
            let retention = parse(&text);
            prop_assert_eq!(parse(&retention.text), retention.clone());
            prop_assert_eq!(retention.class, class_of(&retention.terms));
            for term in &retention.terms {
                prop_assert!(!term.text.is_empty());
                prop_assert!(term.min_months.zip(term.max_months).is_none_or(|(min, max)| min <= max) || term.min_days.is_some(), "{:?}", term);
            }
        }

        #[test]
        fn a_number_of_years_is_read_back(years in 1..100i32, event in "(회원 탈퇴|민원처리 종료|졸업)") {
            let retention = parse(&format!("{event} 후 {years}년"));
            prop_assert_eq!(retention.terms.len(), 1);
            prop_assert_eq!(retention.terms[0].max_months, Some(years * 12));
            prop_assert_eq!(retention.terms[0].event.as_deref(), Some(&event[..]));
        }
    }
}
