//! What stands in front of a line: the number of an article or item, a bullet.

/// Kind of number or bullet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Marker {
    /// 제3조
    Article(u32),
    /// Ⅲ. or III.
    Roman,
    /// 3.
    Number(u32),
    /// 3)
    Parenthesis(u32),
    /// 다.
    Letter,
    /// ③
    Circled(u32),
    /// ■, ○, ▶, -, …
    Bullet(char),
}

/// A line without its marker.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Marked<'a> {
    pub(crate) marker: Marker,
    pub(crate) rest: &'a str,
}

const BULLETS: &str = "■□▣▩◆◇○●◎◉▶▷►▸★☆•∙·ㆍ◦‣⊙☞*-–−—ㅇoＯ❍❏❑✓✔➤➢▪▫◾◼⦁→";
const LETTERS: &str = "가나다라마바사아자차카타파하";

impl Marker {
    /// The marker at the beginning of a line. A dash or bullet before another marker counts for nothing ("- ① …").
    pub(crate) fn of(text: &str) -> Option<Marked<'_>> {
        let first = one(text)?;
        if matches!(first.marker, Marker::Bullet(_))
            && let Some(second) = one(first.rest)
            && !matches!(second.marker, Marker::Bullet(_))
        {
            return Some(second);
        }
        Some(first)
    }

    /// The same kind of marker, whatever its number: headings of one level share it.
    pub(crate) const fn style(self) -> Self {
        match self {
            Self::Article(_) => Self::Article(0),
            Self::Number(_) => Self::Number(0),
            Self::Parenthesis(_) => Self::Parenthesis(0),
            Self::Circled(_) => Self::Circled(0),
            other => other,
        }
    }
}

/// The text without any markers at its beginning.
pub(crate) fn unmarked(text: &str) -> &str {
    let mut rest = text.trim();
    for _ in 0..4 {
        match one(rest) {
            Some(marked) if !matches!(marked.marker, Marker::Article(_)) => rest = marked.rest,
            _ => break,
        }
    }
    rest
}

fn one(text: &str) -> Option<Marked<'_>> {
    let text = text.trim_start();
    let first = text.chars().next()?;
    let after = &text[first.len_utf8()..];
    if let Some(article) = article(text) {
        return Some(article);
    }
    if let Some(number) = circled(first) {
        return Some(Marked { marker: Marker::Circled(number), rest: after.trim_start_matches(['.', ')', ' ']) });
    }
    if first.is_ascii_digit() {
        return numbered(text);
    }
    if first == '(' {
        // (1), (가)
        let close = after.find(')').filter(|close| *close <= 6)?;
        let (inner, rest) = (&after[..close], after[close + 1..].trim_start());
        let number = inner.parse().ok().filter(|number| *number < 100);
        return match number {
            Some(number) => Some(Marked { marker: Marker::Parenthesis(number), rest }),
            None if inner.chars().count() == 1 && LETTERS.contains(inner) => Some(Marked { marker: Marker::Letter, rest }),
            None => None,
        };
    }
    if LETTERS.contains(first)
        && let Some(rest) = after.strip_prefix(['.', ')'])
        && rest.chars().next().is_none_or(|c| !c.is_ascii_digit())
    {
        return Some(Marked { marker: Marker::Letter, rest: rest.trim_start() });
    }
    if ('Ⅰ'..='Ⅻ').contains(&first) || ('ⅰ'..='ⅻ').contains(&first) {
        return Some(Marked { marker: Marker::Roman, rest: after.trim_start_matches(['.', ')', ' ']) });
    }
    let roman = text.bytes().take_while(|byte| matches!(byte, b'I' | b'V' | b'X')).count();
    if (1..=5).contains(&roman) && text[roman..].starts_with('.') {
        return Some(Marked { marker: Marker::Roman, rest: text[roman + 1..].trim_start() });
    }
    // A letter that serves as a bullet stands apart.
    let is_bullet = BULLETS.contains(first) && (!matches!(first, 'o' | 'ㅇ' | 'Ｏ' | '*' | '→') || after.starts_with(' '));
    is_bullet.then(|| Marked { marker: Marker::Bullet(first), rest: after.trim_start() })
}

/// "제3조(…)", "제 3 조의2 [...]": only where a heading can follow, not "제3조에 따라".
fn article(text: &str) -> Option<Marked<'_>> {
    let rest = text.strip_prefix('제')?.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let number = rest[..digits].parse().ok()?;
    let mut rest = rest[digits..].trim_start().strip_prefix('조')?;
    if let Some(branch) = rest.strip_prefix('의') {
        let digits = branch.bytes().take_while(u8::is_ascii_digit).count();
        if digits > 0 {
            rest = &branch[digits..];
        }
    }
    let rest = if rest.is_empty() || rest.starts_with(['(', '[', '.', ' ', ':', '【', '（', '<', '「', '-', '_', '〔']) { rest } else { return None };
    Some(Marked { marker: Marker::Article(number), rest: rest.trim_start_matches(['.', ' ', ':', '-', '_']) })
}

const fn circled(c: char) -> Option<u32> {
    match c {
        '①'..='⑳' => Some(c as u32 - '①' as u32 + 1),
        '❶'..='❿' => Some(c as u32 - '❶' as u32 + 1),
        '➀'..='➉' => Some(c as u32 - '➀' as u32 + 1),
        '㉮'..='㉻' => Some(c as u32 - '㉮' as u32 + 1),
        _ => None,
    }
}

/// "3. …", "3) …", but neither "2012. 3. 30." nor "3.5".
fn numbered(text: &str) -> Option<Marked<'_>> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits > 2 {
        return None;
    }
    let number = text[..digits].parse().ok()?;
    let rest = &text[digits..];
    if let Some(rest) = rest.strip_prefix(')') {
        return Some(Marked { marker: Marker::Parenthesis(number), rest: rest.trim_start() });
    }
    let rest = rest.strip_prefix('.')?;
    (!rest.starts_with(|c: char| c.is_ascii_digit())).then(|| Marked { marker: Marker::Number(number), rest: rest.trim_start() })
}

/// Ends as a sentence does.
pub(crate) fn is_sentence(text: &str) -> bool {
    let text = text.trim_end_matches([' ', ')', '"', '”', '’', '\'']);
    let bare = text.trim_end_matches(['.', '!', '。']);
    (bare.len() < text.len() && bare.ends_with(['다', '요', '음', '함', '임']))
        || ["니다", "합니다", "한다", "된다", "있다", "시오", "세요", "랍니다", "십시오"].iter().any(|end| bare.ends_with(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers() {
        for (text, marker, rest) in [
            ("제1조(개인정보의 처리목적)", Marker::Article(1), "(개인정보의 처리목적)"),
            ("제 12 조 [권익침해]", Marker::Article(12), "[권익침해]"),
            ("제3조의2. 제공", Marker::Article(3), "제공"),
            ("- ① 김포시는", Marker::Circled(1), "김포시는"),
            (" - 1. 홈페이지", Marker::Number(1), "홈페이지"),
            ("1) 관계 법령", Marker::Parenthesis(1), "관계 법령"),
            ("가. 처리", Marker::Letter, "처리"),
            ("Ⅱ. 보유", Marker::Roman, "보유"),
            ("■ 처리", Marker::Bullet('■'), "처리"),
        ] {
            let marked = Marker::of(text).unwrap();
            assert_eq!((marked.marker, marked.rest), (marker, rest), "{text}");
        }
        for text in ["제3조에 따라", "2012. 3. 30.부터", "3.5배", "가족", "10년", ""] {
            assert!(Marker::of(text).is_none(), "{text}");
        }
        assert_eq!(unmarked("- ① 1) 성명"), "성명");
    }
}
