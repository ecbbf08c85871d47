//! Letters: the form in which texts are searched.
//!
//! Spacing and punctuation of Korean compounds differ from document to document (회원명부, 회원 명부, 회원·명부), so a word is found where its letters and digits stand one after another, whatever spaces
//! and punctuation lie between. Case and width do not count.

use std::ops::Range;

use unicode_normalization::UnicodeNormalization as _;

use crate::hangul::{is_hangul, is_middle_dot, normalised};

/// Letters and digits of a text, folded.
#[must_use]
pub fn letters(text: &str) -> String {
    placed_letters(text).map(|(letter, _)| letter).collect()
}

/// Letters and digits of a text, folded, each with the bytes of the character that it comes from.
pub fn placed_letters(text: &str) -> impl Iterator<Item = (char, Range<usize>)> + '_ {
    text.char_indices().flat_map(|(start, c)| folded(c).map(move |letter| (letter, start..start + c.len_utf8())))
}

/// A character as letters: ㈜ is 주, Ａ is a, and a bracket is nothing.
fn folded(c: char) -> impl Iterator<Item = char> {
    // Most are syllables, which are what they are; so is a single consonant, which would become one that joins its neighbours.
    let plain = is_hangul(c).then_some(c);
    let other = plain.is_none().then(|| std::iter::once(c).nfkc().flat_map(char::to_lowercase));
    plain.into_iter().chain(other.into_iter().flatten()).filter(|c| c.is_alphanumeric() && !is_middle_dot(*c))
}

/// A word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Its letters; those of a phrase in a row.
    pub letters: String,
    /// Whether what has it is left out.
    pub is_excluded: bool,
}

/// Words of a query: `회원 명부` are two, `"회원 명부"` is one, `-명부` is excluded. Whatever cannot be read so is a word as it stands. `None` for a text that holds marks only: nothing is found by it.
#[must_use]
pub fn words(query: &str) -> Option<Vec<Word>> {
    let query = normalised(query);
    let mut words = Vec::new();
    let mut rest = query.trim_start();
    while let Some(first) = rest.chars().next() {
        let is_excluded = first == '-' && rest[1..].starts_with(|c: char| !c.is_whitespace() && c != '-');
        let body = if is_excluded { &rest[1..] } else { rest };
        let (word, behind) = quoted(body).unwrap_or_else(|| body.split_at(body.find(char::is_whitespace).unwrap_or(body.len())));
        let letters = letters(word);
        if !letters.is_empty() {
            words.push(Word { letters, is_excluded });
        }
        rest = behind.trim_start();
    }
    (query.is_empty() || !words.is_empty()).then_some(words)
}

/// What stands between the quotation mark at the start and the next one, and what is behind it. Without a second one there is no phrase.
fn quoted(text: &str) -> Option<(&str, &str)> {
    const QUOTES: [char; 3] = ['"', '“', '”'];
    let inner = text.strip_prefix(QUOTES)?;
    let end = inner.find(QUOTES)?;
    let (phrase, behind) = inner.split_at(end);
    Some((phrase, behind.strip_prefix(QUOTES)?))
}

/// Places in a text where one of the words stands, as byte ranges in order, joined where they touch.
#[must_use]
pub fn places(text: &str, words: &[&str]) -> Vec<Range<usize>> {
    let (letters, places): (String, Vec<(usize, Range<usize>)>) = {
        let mut letters = String::new();
        let places = placed_letters(text)
            .map(|(letter, place)| {
                let at = letters.len();
                letters.push(letter);
                (at, place)
            })
            .collect();
        (letters, places)
    };
    let index = |at: usize| places.partition_point(|(start, _)| *start < at);
    let mut found: Vec<Range<usize>> = Vec::new();
    for word in words.iter().filter(|word| !word.is_empty()) {
        let mut from = 0;
        while let Some(at) = letters.get(from..).and_then(|rest| rest.find(word)).map(|at| at + from) {
            let (first, behind) = (index(at), index(at + word.len()));
            found.push(places[first].1.start..places[behind - 1].1.end);
            from = at + letters[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    found.sort_by_key(|place| (place.start, place.end));
    let mut joined: Vec<Range<usize>> = Vec::new();
    for place in found {
        match joined.last_mut() {
            Some(last) if place.start <= last.end => last.end = last.end.max(place.end),
            _ => joined.push(place),
        }
    }
    joined
}

/// The consonant with which a syllable begins (초성), as the keyboard has it: 김 begins with ㄱ. Other characters stand for themselves.
#[must_use]
pub fn initial(c: char) -> char {
    const INITIALS: [char; 19] = ['ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ', 'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ'];
    match c {
        '가'..='힣' => INITIALS[(c as usize - '가' as usize) / 588],
        _ => c,
    }
}

/// Whether a name may go on from what is typed so far: `typed` is the same letter, or its initial consonant; as the last letter also a syllable that more typing would complete (기 of 김, 김 of 기모).
#[must_use]
pub fn typed_so_far(typed: char, letter: char, is_last: bool) -> bool {
    let syllable = |c: char| ('가'..='힣').contains(&c).then(|| u32::from(c) - u32::from('가'));
    if typed == letter || typed == initial(letter) {
        return true;
    }
    match (syllable(typed), syllable(letter)) {
        // No final consonant yet: any may follow.
        (Some(typed), Some(letter)) if is_last && typed % 28 == 0 => typed / 28 == letter / 28,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(query: &str) -> Vec<(String, bool)> {
        words(query).unwrap().into_iter().map(|word| (word.letters, word.is_excluded)).collect()
    }

    #[test]
    fn letters_of_real_names() {
        for (text, expected) in [
            ("㈜메타빌드", "주메타빌드"),
            ("(주)에스원", "주에스원"),
            ("저출산ㆍ고령사회 기본법", "저출산고령사회기본법"),
            ("ＩＰ 주소", "ip주소"),
            ("성명(한글, 한자)", "성명한글한자"),
            ("ㄱㅍㅅ", "ㄱㅍㅅ"),
            ("…", ""),
        ] {
            assert_eq!(letters(text), expected, "{text}");
        }
    }

    #[test]
    fn queries_are_read_as_people_write_them() {
        let one = |letters: &str| vec![(letters.to_owned(), false)];
        assert_eq!(read(""), []);
        assert_eq!(read("  회원   명부 "), [one("회원"), one("명부")].concat());
        assert_eq!(read("\"회원 명부\""), one("회원명부"));
        assert_eq!(read("“회원 명부” -탈퇴"), [one("회원명부"), vec![("탈퇴".to_owned(), true)]].concat());
        assert_eq!(read("-\"회원 명부\""), vec![("회원명부".to_owned(), true)]);
        assert_eq!(read("회원-명부"), one("회원명부"));
        assert_eq!(read("회원 - 명부"), [one("회원"), one("명부")].concat());
        assert_eq!(read("\"회원 명부"), [one("회원"), one("명부")].concat(), "an open quotation is none");
        assert_eq!(read("a\"b c\""), [one("ab"), one("c")].concat());
        assert_eq!(words("★ !"), None);
        assert_eq!(words("-"), None);
    }

    #[test]
    fn what_was_found_is_marked_across_spaces_and_marks() {
        let marked = |text: &str, words: &[&str]| places(text, words).into_iter().map(|place| text[place].to_owned()).collect::<Vec<_>>();
        assert_eq!(marked("회원 (명부) 관리", &["회원명부", "관리"]), ["회원 (명부", "관리"]);
        assert_eq!(marked("하하하", &["하하"]), ["하하하"]);
        assert_eq!(marked("㈜가나", &["주가"]), ["㈜가"]);
        assert!(marked("회원", &["명부", ""]).is_empty());
    }

    #[test]
    fn names_are_met_while_they_are_typed() {
        for typed in ["ㄱㅍㅅ", "김ㅍ", "기", "김포", "김포ㅅ"] {
            let count = typed.chars().count();
            let met = typed.chars().zip("김포시".chars()).enumerate().all(|(place, (typed, letter))| typed_so_far(typed, letter, place + 1 == count));
            assert!(met, "{typed}");
        }
        assert!(!typed_so_far('기', '김', false));
        assert!(!typed_so_far('감', '김', true));
    }

    proptest! {
        #[test]
        fn every_place_is_a_place_where_the_word_stands(text in "[가나다 ,·(a)㈜]{0,12}", word in "[가나다a주]{1,3}") {
            let found = places(&text, &[&word]);
            prop_assert_eq!(!found.is_empty(), letters(&text).contains(&word));
            for place in found {
                prop_assert!(letters(&text[place]).contains(&word));
            }
        }

        #[test]
        fn no_query_is_an_error(text in ".*") {
            let _ = words(&text);
        }
    }
}
