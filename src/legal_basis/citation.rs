//! Reading a cell of legal bases: it is cut at separators, each piece at its references to articles, and every name is resolved, 동법 against what came before.

use std::ops::Range;

use super::{
    LawfulGround, LegalBasis, StatuteKind, StatuteName,
    statute::{canonical_statute_name, is_bracket, parent_name, statute_named},
};
use crate::hangul::{compact, is_hangul, is_middle_dot, normalised};

/// Names longer than this, in bytes, are not looked at: the longest statute name in force has about 250.
const LONGEST_NAME: usize = 400;

/// How many bases back 동법 may refer: more than any cell holds.
const LOOK_BACK: usize = 100;

/// The bases that one cell cites, in order. Text that cites nothing is a basis with its citation alone; nothing is left out.
#[must_use]
pub fn parse(cell: &str) -> Vec<LegalBasis> {
    parse_after(cell, &[])
}

/// One citation as one basis; `before` are the earlier ones of its cell, to which 동법 and a bare article refer. A citation that holds several counts as its first that names a statute.
#[must_use]
pub fn parse_citation(citation: &str, before: &[LegalBasis]) -> LegalBasis {
    let bases = parse_after(citation, before);
    let is_consent = bases.iter().any(|basis| basis.is_consent);
    let at = bases.iter().position(|basis| basis.statute.is_some()).unwrap_or(0);
    let basis = bases.into_iter().nth(at).unwrap_or_default();
    let lawful_ground = basis.lawful_ground.or_else(|| is_consent.then_some(LawfulGround::Consent));
    LegalBasis { citation: normalised(citation), is_consent, lawful_ground, ..basis }
}

fn parse_after(cell: &str, before: &[LegalBasis]) -> Vec<LegalBasis> {
    let mut text = String::new();
    for line in cell.lines().map(normalised).filter(|line| !line.is_empty()) {
        if !text.is_empty() {
            text.push(if goes_on(&text, &line) { ' ' } else { '\n' });
        }
        text.push_str(&line);
    }
    let mut bases = before.to_vec();
    // The words that cite nothing and may go on in the next piece.
    let mut uncited: Option<Range<usize>> = None;
    for range in pieces(&text) {
        let mut piece = range.clone();
        if let Some(words) = uncited.take() {
            let gap = &text[words.end..range.start];
            if gap.contains('\n') {
                push_uncited(&mut bases, &text[words]);
            } else if continues(&text[words.clone()], &text[range.clone()], gap) {
                piece = words.start..range.end;
            } else if cites_nothing(&text[range.clone()], &bases) {
                uncited = Some(words.start..range.end);
                continue;
            } else {
                push_uncited(&mut bases, &text[words]);
            }
        }
        if cites_nothing(&text[piece.clone()], &bases) {
            uncited = Some(piece);
        } else {
            read_piece(without_numbering(&text[piece]), &mut bases);
        }
    }
    if let Some(words) = uncited {
        push_uncited(&mut bases, &text[words]);
    }
    bases.split_off(before.len())
}

/// The line is an article of the statute whose name ends the line before it, as narrow columns break it: "학교보건법", "제7조의3".
fn goes_on(before: &str, line: &str) -> bool {
    let number = line.strip_prefix('제').map(str::trim_start).filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    let is_article = number.is_some_and(|rest| rest.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start().starts_with('조'));
    is_article && ["법", "법률", "령", "규칙", "조례", "규정", "」", "』"].iter().any(|end| before.ends_with(end))
}

/// Cuts at line breaks, commas, semicolons and slashes outside brackets, and before a bracketed name that follows another citation.
fn pieces(text: &str) -> Vec<Range<usize>> {
    // A bracket that is never closed encloses nothing.
    let last_closed = text.rfind(['」', '』', ')', '）']).unwrap_or(0);
    let mut pieces = Vec::new();
    let (mut start, mut depth, mut is_cited) = (0, 0_usize, false);
    for (at, c) in text.char_indices() {
        match c {
            '「' | '『' | '(' | '（' if at < last_closed => {
                if depth == 0 && is_cited && matches!(c, '「' | '『') {
                    pieces.push(start..at);
                    (start, is_cited) = (at, false);
                }
                depth += 1;
            }
            '」' | '』' => {
                depth = depth.saturating_sub(1);
                is_cited = true;
            }
            ')' | '）' => depth = depth.saturating_sub(1),
            '조' if depth == 0 && text[..at].ends_with(|digit: char| digit.is_ascii_digit()) => is_cited = true,
            ',' | '，' | '、' | ';' | '/' | '\n' if depth == 0 || c == '\n' => {
                pieces.push(start..at);
                (start, depth, is_cited) = (at + c.len_utf8(), 0, false);
            }
            _ => {}
        }
    }
    pieces.push(start..text.len());
    pieces.into_iter().map(|range| trimmed(text, range)).filter(|range| !range.is_empty()).collect()
}

/// Without the separators at its ends.
fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let is_edge =
        |c: char| c.is_whitespace() || matches!(c, ',' | '/' | ';' | '-' | '–' | '·' | '*' | '○' | '●' | '◦' | '▪' | '■' | '□' | '•' | '※' | '▶' | ':');
    let piece = text[range.clone()].trim_end_matches(is_edge);
    let end = range.start + piece.len();
    let piece = piece.trim_start_matches(is_edge);
    // "제5조 및" before a bracket.
    let piece = [" 및", " 와", " 과", "」및"]
        .iter()
        .find_map(|word| piece.strip_suffix(word).map(|kept| if *word == "」및" { &piece[..kept.len() + '」'.len_utf8()] } else { kept }))
        .unwrap_or(piece);
    let start = end - text[range.start..end].trim_start_matches(is_edge).len();
    start..(start + piece.len())
}

/// Without "1.", "2)", "①", "가." and a label such as "근거 :" before it.
fn without_numbering(piece: &str) -> &str {
    let mut rest = piece.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    if (1..=2).contains(&digits) && rest[digits..].starts_with(['.', ')']) {
        rest = rest[digits + 1..].trim_start();
    } else if rest.starts_with(|c: char| ('①'..='⑳').contains(&c)) {
        rest = rest.trim_start_matches(|c: char| ('①'..='⑳').contains(&c)).trim_start();
    } else {
        let mut characters = rest.chars();
        if characters.next().is_some_and(|c| "가나다라마바사아자차카타파하".contains(c)) && characters.next().is_some_and(|c| matches!(c, '.' | ')'))
        {
            rest = characters.as_str().trim_start();
        }
    }
    if let Some((label, after)) = rest.split_once([':', '：'])
        && ["근거", "법령", "관련", "수집", "보유"].iter().any(|word| label.contains(word))
        && label.len() <= 60
    {
        return after.trim_start();
    }
    rest
}

/// The words before the separator and the piece after it are one name: a statute known with the comma in it, or an ordinance whose local government stands in front.
fn continues(words: &str, piece: &str, gap: &str) -> bool {
    if !gap.contains(',') || words.len() + piece.len() > LONGEST_NAME {
        return false;
    }
    let name = &piece[..find_reference(piece).map_or(piece.len(), |reference| reference.start)];
    let begins = |text: &str| {
        ["특별시", "광역시", "자치시", "자치도"].iter().any(|word| text.contains(word))
            || text.split(' ').next().is_some_and(|word| word.len() <= 15 && word.ends_with(['시', '군', '구', '도']))
    };
    canonical_statute_name(&format!("{words} {name}")) != compact(&format!("{words} {name}"))
        || (name.trim_end().ends_with("조례") && begins(words) && !begins(name))
}

fn cites_nothing(piece: &str, before: &[LegalBasis]) -> bool {
    let piece = without_numbering(piece);
    find_reference(piece).is_none() && !is_consent(piece) && split_names(piece).iter().all(|name| resolve(name, before).is_none())
}

fn push_uncited(bases: &mut Vec<LegalBasis>, words: &str) {
    let citation = normalised(without_numbering(words));
    if citation.chars().any(char::is_alphanumeric) {
        bases.push(LegalBasis { citation, ..LegalBasis::default() });
    }
}

fn read_piece(piece: &str, bases: &mut Vec<LegalBasis>) {
    let mut rest = piece;
    let mut article: Option<String> = None;
    while let Some(reference) = find_reference(rest) {
        let names = split_names(&rest[..reference.start]);
        let Some((head, earlier)) = names.split_last() else { return };
        for name in earlier {
            push_name(bases, name);
        }
        let start = reference.start - head.len();
        let mut end = reference.end;
        // The article's title: "제35조(개인정보의 열람)".
        if let Some(title) = rest[end..].strip_prefix('(').and_then(|title| title.find(')')) {
            end += title + 2;
        }
        let (connected, after) = without_connector(&rest[end..]);
        let next = find_reference(after);
        let is_last = next.is_none() && !connected && split_names(after).iter().all(|name| resolve(name, bases).is_none());
        let tail_consents = is_last && is_consent(after);
        if is_last {
            end = rest.len();
        }
        let mut basis = LegalBasis { citation: tidy(&rest[start..end]), ..LegalBasis::default() };
        let continued = is_filler(&compact(head));
        basis.statute = if continued { bases.iter().rev().take(LOOK_BACK).find_map(|basis| basis.statute.clone()) } else { resolve(head, bases) };
        if basis.statute.is_some() {
            basis.article = reference.article.clone().or_else(|| article.filter(|_| continued)).or_else(|| same_article(head, bases));
            basis.paragraph = reference.paragraph.clone();
            basis.subparagraph = reference.subparagraph.clone();
        }
        article = basis.article.clone();
        basis.is_consent = tail_consents || (!continued && is_consent(head));
        push(bases, basis);
        if is_last {
            return;
        }
        rest = after;
    }
    for name in split_names(rest) {
        push_name(bases, name);
    }
}

fn push_name(bases: &mut Vec<LegalBasis>, name: &str) {
    let citation = tidy(name);
    if citation.chars().any(char::is_alphanumeric) {
        let statute = resolve(name, bases);
        push(bases, LegalBasis { citation, statute, is_consent: is_consent(name), ..LegalBasis::default() });
    }
}

/// Adds a basis with the ground that it states.
fn push(bases: &mut Vec<LegalBasis>, mut basis: LegalBasis) {
    let ground = match (&basis.statute, basis.article.as_deref(), basis.paragraph.as_deref(), basis.subparagraph.as_deref()) {
        (Some(statute), Some("제15조"), Some("제1항"), Some(number)) if statute.name == "개인정보 보호법" => match number {
            "제1호" => Some(LawfulGround::Consent),
            "제2호" => Some(LawfulGround::Law),
            "제3호" => Some(LawfulGround::PublicTask),
            "제4호" => Some(LawfulGround::Contract),
            "제5호" => Some(LawfulGround::VitalInterest),
            "제6호" => Some(LawfulGround::LegitimateInterest),
            "제7호" => Some(LawfulGround::PublicSafety),
            _ => None,
        },
        _ => None,
    };
    basis.is_consent |= ground == Some(LawfulGround::Consent);
    basis.lawful_ground = if basis.is_consent { Some(LawfulGround::Consent) } else { ground };
    bases.push(basis);
}

fn tidy(citation: &str) -> String {
    normalised(citation.trim_matches(|c: char| c.is_whitespace() || matches!(c, ',' | '-' | '/' | ';' | ':')))
}

// --- References to articles

/// "제30조 제1항 제4호" and where it stands.
struct Reference {
    start: usize,
    end: usize,
    article: Option<String>,
    paragraph: Option<String>,
    subparagraph: Option<String>,
}

/// The first reference to an article or a paragraph. Without 제 ("17조") it counts only where the text begins with it.
fn find_reference(text: &str) -> Option<Reference> {
    if let Some(reference) = reference_at(text, 0) {
        return Some(reference);
    }
    text.match_indices('제').find_map(|(at, _)| reference_at(text, at))
}

fn reference_at(text: &str, start: usize) -> Option<Reference> {
    // What 조 may begin without being an article: 제1조사실, 제2조정.
    const NOT_ARTICLES: [char; 9] = ['사', '직', '정', '합', '례', '작', '건', '회', '선'];
    let (mut article, mut paragraph, mut subparagraph) = (None, None, None);
    let mut end = start;
    if let Some((number, after)) = numbered(text, end, '조').filter(|(_, after)| !text[*after..].starts_with(NOT_ARTICLES)) {
        (article, end) = (Some(number), after);
    }
    if let Some((number, after)) = numbered(text, end, '항') {
        (paragraph, end) = (Some(number), after);
    } else if let (Some(circled), true) = (text[end..].trim_start_matches(' ').chars().next().filter(|c| ('①'..='⑳').contains(c)), article.is_some()) {
        paragraph = Some(format!("제{}항", u32::from(circled) - u32::from('①') + 1));
        end = text.len() - text[end..].trim_start_matches(' ').len() + circled.len_utf8();
    }
    if article.is_none() && paragraph.is_none() {
        return None;
    }
    if let Some((mut number, after)) = numbered(text, end, '호') {
        end = after;
        let mut letters = text[end..].trim_start_matches(' ').chars();
        if let (Some(letter), Some('목')) = (letters.next(), letters.next()) {
            number.push(letter);
            number.push('목');
            end = text.len() - letters.as_str().len();
        }
        subparagraph = Some(number);
    }
    Some(Reference { start, end, article, paragraph, subparagraph })
}

/// "제 12 조의2" from `at` as "제12조의2", and where it ends.
fn numbered(text: &str, at: usize, unit: char) -> Option<(String, usize)> {
    let rest = text[at..].trim_start_matches(' ');
    let rest = rest.strip_prefix('제').unwrap_or(rest).trim_start_matches(' ');
    let (digits, rest) = leading_digits(rest)?;
    let rest = rest.trim_start_matches(' ').strip_prefix(unit)?;
    let mut number = format!("제{digits}{unit}");
    let mut end = text.len() - rest.len();
    if let Some((branch, after)) = rest.strip_prefix('의').and_then(|branch| leading_digits(branch.trim_start_matches(' ')))
        && !after.starts_with(['조', '항', '호'])
    {
        number.push('의');
        number.push_str(branch);
        end = text.len() - after.len();
    }
    Some((number, end))
}

fn leading_digits(text: &str) -> Option<(&str, &str)> {
    let count = text.bytes().take_while(u8::is_ascii_digit).count();
    (1..=4).contains(&count).then(|| text.split_at(count))
}

/// Whether a word joins the next reference ("및", "와", "내지", a middle dot), and the text after it.
fn without_connector(text: &str) -> (bool, &str) {
    let rest = text.trim_start_matches([' ', ')']);
    for word in ["및", "또는", "그리고", "내지", "와", "과", "~", "∼", ",", "-"] {
        if let Some(after) = rest.strip_prefix(word) {
            return (true, after.trim_start_matches([' ', '-']));
        }
    }
    match rest.chars().next() {
        Some(c) if is_middle_dot(c) => (true, rest[c.len_utf8()..].trim_start_matches(' ')),
        _ => (false, rest),
    }
}

// --- Names

/// Cuts "…법 및 …법" at 및 and 또는, where what stands before is a statute by itself; never within "낚시 관리 및 육성법" or brackets.
fn split_names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = text;
    let mut searched = 0;
    while let Some((at, word)) =
        [" 및 ", " 또는 ", "」및 ", "」 및"].iter().filter_map(|word| window(rest, searched).find(word).map(|at| (searched + at, *word))).min()
    {
        let end = at + if word.starts_with('」') { '」'.len_utf8() } else { 0 };
        let left = &rest[..end];
        let is_open = left.matches(['「', '『', '(']).count() > left.matches(['」', '』', ')']).count();
        let ends_a_name = left.trim_end_matches(is_bracket).ends_with(['법', '률', '령', '칙', '례', '시', '의']);
        if left.len() <= LONGEST_NAME
            && !is_open
            && ends_a_name
            && (is_consent(left) || back_reference(&compact(left)).is_some() || statute_named(left).is_some())
            && !is_one_name(rest)
        {
            names.push(left);
            rest = rest[at + word.len()..].trim_start();
            searched = 0;
        } else if left.len() > LONGEST_NAME {
            break;
        } else {
            searched = at + word.len();
        }
    }
    names.push(rest);
    names
}

/// What is looked through for the end of a name: as long as names are, so that the time stays linear.
fn window(text: &str, start: usize) -> &str {
    &text[start..text.ceil_char_boundary(start.saturating_add(LONGEST_NAME))]
}

/// The whole is the name of a known statute, although a part of it would be one too.
fn is_one_name(text: &str) -> bool {
    text.len() <= LONGEST_NAME
        && (canonical_statute_name(text) != compact(text)
            || statute_named(text).is_some_and(|statute| statute.name != normalised(text) && compact(&statute.name) == compact(text)))
}

/// What a citation without a name of its own refers to.
enum BackReference {
    /// 동법, 같은 법, 법.
    Act,
    /// 시행령, 동법 시행규칙.
    Under(&'static str),
    /// 동조, 같은 조: the article too.
    SameArticle,
    /// 동 조례, 같은 고시: the last name that ends so.
    Ending(&'static str),
}

fn back_reference(key: &str) -> Option<BackReference> {
    const ENDINGS: &[&str] = &["조례", "고시", "지침", "규정", "훈령", "예규"];
    let bare = ["동법률", "같은법률", "동법", "같은법", "해당법", "상기법", "동", "같은", "법률", "법", ""].iter().find_map(|word| {
        key.strip_prefix(word).filter(|rest| matches!(*rest, "" | "시행령" | "시행규칙" | "영" | "령" | "규칙" | "조" | "조항") || ENDINGS.contains(rest))
    })?;
    match bare {
        "" => matches!(key, "동법" | "같은법" | "동법률" | "같은법률" | "해당법" | "상기법" | "법").then_some(BackReference::Act),
        "시행령" => Some(BackReference::Under("시행령")),
        "시행규칙" => Some(BackReference::Under("시행규칙")),
        // "영 제3조", "규칙 제3조", as statutes themselves say it.
        "영" | "령" if !matches!(key, "법영" | "법률영" | "령" | "법률령") => Some(BackReference::Under("시행령")),
        "규칙" if !key.starts_with("법률") => Some(BackReference::Under("시행규칙")),
        "조" | "조항" if key.starts_with(['동', '같']) => Some(BackReference::SameArticle),
        ending => ENDINGS.iter().find(|word| **word == ending).map(|word| BackReference::Ending(word)),
    }
}

/// Words that stand between references and name nothing: the statute is the one before.
fn is_filler(key: &str) -> bool {
    matches!(
        key,
        "" | "에따라"
            | "에따른"
            | "에의거"
            | "에의한"
            | "에의하여"
            | "에근거"
            | "의규정"
            | "의규정에의한"
            | "의규정에따라"
            | "등"
            | "에서"
            | "의"
            | "에"
            | "및"
            | "중"
            | "와"
            | "과"
            | "제"
    )
}

/// The statute that a name names or refers back to.
fn resolve(name: &str, before: &[LegalBasis]) -> Option<StatuteName> {
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        return None;
    }
    let name = without_numbering(name).trim_matches([' ', '-', ':', ',']);
    // "규정(교과부훈령제48호)".
    let name = name.strip_suffix([')', '）']).and_then(|open| open.rfind(['(', '（']).map(|at| &open[..at])).unwrap_or(name).trim_end();
    // "동의(개인정보 보호법 제15조)": the name is within the parenthesis that its article stands in.
    let name = name.rfind(['(', '（']).filter(|at| !name[*at..].contains([')', '）'])).map_or(name, |at| name[at..].trim_start_matches(['(', '（', ' ']));
    let name = ["의 규정", " 등", " 중"].iter().find_map(|word| name.strip_suffix(word)).unwrap_or(name);
    match back_reference(&compact(name)) {
        Some(BackReference::Act) => return last_act(before),
        Some(BackReference::Under(ending)) => return last_act(before).and_then(|act| statute_named(&format!("{} {ending}", act.name))),
        Some(BackReference::SameArticle) => return before.iter().rev().take(LOOK_BACK).find_map(|basis| basis.statute.clone()),
        Some(BackReference::Ending(ending)) => {
            return before.iter().rev().take(LOOK_BACK).find_map(|basis| basis.statute.clone().filter(|statute| statute.name.ends_with(ending)));
        }
        None => {}
    }
    let statute = named_or_known_at_end(name);
    // "주민등록법에 의한 …": the name ends before the particle.
    statute.or_else(|| {
        ["에 의거", "에 의한", "에 의하여", "에 따라", "에 따른", "에 근거", "에 의해", "에서 "]
            .iter()
            .filter_map(|word| name.find(word))
            .min()
            .and_then(|at| named_or_known_at_end(&name[..at]))
    })
}

/// A statute by its whole name, or a known one at the end of the words ("만 14세 미만 아동복지법").
fn named_or_known_at_end(name: &str) -> Option<StatuteName> {
    let statute = statute_named(name)?;
    let is_known = |name: &str| {
        canonical_statute_name(name) != compact(name)
            || statute_named(name).is_some_and(|statute| statute.name != name && compact(&statute.name) == compact(name))
    };
    if is_known(name) || statute.kind == StatuteKind::Ordinance {
        return Some(statute);
    }
    for (at, _) in name.match_indices(' ').take(12) {
        let (words, end) = (&name[..at], name[at..].trim_start());
        let is_part = words.ends_with(['및', '의', '와', '과', '등', '·']) || words.ends_with("관한");
        if !is_part && compact(end).chars().count() >= 4 && is_known(end) {
            return statute_named(end);
        }
    }
    Some(statute)
}

/// The act cited last, or the act of the decree or rule cited last.
fn last_act(before: &[LegalBasis]) -> Option<StatuteName> {
    before.iter().rev().take(LOOK_BACK).filter_map(|basis| basis.statute.as_ref()).find_map(|statute| {
        if statute.kind == StatuteKind::Act { Some(statute.clone()) } else { parent_name(statute).filter(|parent| parent.kind == StatuteKind::Act) }
    })
}

fn same_article(head: &str, before: &[LegalBasis]) -> Option<String> {
    matches!(back_reference(&compact(head)), Some(BackReference::SameArticle))
        .then(|| before.iter().rev().take(LOOK_BACK).find_map(|basis| basis.article.clone()))
        .flatten()
}

/// Speaks of consent: 정보주체 동의, 정보주체동의, 별도 동의, 동의서. 아동의, 노동의, 자동의 and the like are other words.
fn is_consent(text: &str) -> bool {
    const OTHER: &[char] = &['아', '노', '활', '행', '운', '변', '감', '공', '부', '충', '작', '연', '출', '율', '역', '합', '거', '선', '이'];
    text.match_indices("동의").any(|(at, word)| {
        let (before, after) = (&text[..at], &text[at + word.len()..]);
        let is_other = before.ends_with(OTHER) || before.ends_with("미") || (before.ends_with('자') && !before.trim_end_matches('자').ends_with(is_hangul));
        let ends = after.chars().next().is_none_or(|c| {
            !is_hangul(c) || matches!(c, '서' | '를' | '에' | '로' | '하' | '후' | '및' | '받' | '시' | '함' | '가' | '일' | '또' | '등' | '한')
        });
        !is_other && ends && !after.trim_start().starts_with("없") && !after.starts_with("보감")
    })
}

#[cfg(test)]
mod tests;
