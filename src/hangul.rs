//! Korean text as documents carry it, brought to one spelling: the forms in which names are kept, compared, searched and ordered.
//!
//! Documents come from word processors, web pages and CP949 sheets, so that one name appears decomposed (macOS file names), with no-break spaces, with
//! full-width letters. Databases differ in how they fold case and collate; what is compared is therefore folded here, before it is stored.

use unicode_normalization::UnicodeNormalization as _;

/// Text in Unicode NFC on one line: control characters, line breaks and every kind of space become one plain space, characters without width (zero-width spaces,
/// byte-order marks, soft hyphens, direction marks) go, and both ends are trimmed. Nothing that can be seen is changed.
#[must_use]
pub fn normalised(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    // Characters without width go before the composition, since one between two jamo would prevent it.
    single_spaced(text.chars().filter(|c| !has_no_width(*c)).nfc())
}

/// The key by which names are compared, searched and ordered: [`normalised`], full-width ASCII as ASCII, lower case.
#[must_use]
pub fn folded(text: &str) -> String {
    if is_plain(text) {
        return text.to_ascii_lowercase();
    }
    let narrow = text.chars().filter(|c| !has_no_width(*c)).map(narrowed).nfc();
    single_spaced(narrow.flat_map(char::to_lowercase).nfc())
}

/// [`folded`], letters and digits only: the key under which spellings that differ in spaces, brackets and middle dots are the same.
#[must_use]
pub fn compact(text: &str) -> String {
    // Composed again: a mark may now follow another letter.
    folded(text).chars().filter(|c| c.is_alphanumeric() && !is_middle_dot(*c)).nfc().collect()
}

/// Is one of the characters that Korean documents use as the middle dot (가운뎃점), among them the arae-a letter (ㆍ) that keyboards offer for it.
#[must_use]
pub const fn is_middle_dot(c: char) -> bool {
    matches!(c, '·' | '\u{0387}' | '\u{2022}' | '\u{2024}' | '\u{2027}' | '\u{2219}' | '\u{22C5}' | '\u{30FB}' | '\u{318D}' | '\u{119E}' | '\u{FF65}')
}

/// Is a Hangul syllable or letter.
#[must_use]
pub const fn is_hangul(c: char) -> bool {
    matches!(c, '가'..='힣' | '\u{1100}'..='\u{11FF}' | '\u{3131}'..='\u{318E}' | '\u{A960}'..='\u{A97C}' | '\u{D7B0}'..='\u{D7FB}')
}

/// Is composed syllables and printable ASCII alone, single-spaced: nearly every text of a register, which is [`normalised`] already.
fn is_plain(text: &str) -> bool {
    !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ") && text.chars().all(|c| matches!(c, ' '..='~' | '가'..='힣'))
}

fn single_spaced(characters: impl Iterator<Item = char>) -> String {
    let mut line = String::new();
    let mut gap = false;
    for c in characters {
        if is_space(c) {
            gap = true;
            continue;
        }
        if gap && !line.is_empty() {
            line.push(' ');
        }
        gap = false;
        line.push(c);
    }
    line
}

/// Is a space to the reader: Unicode white space, control characters, and the Hangul fillers that word processors leave for an empty syllable.
fn is_space(c: char) -> bool {
    c.is_whitespace() || c.is_control() || matches!(c, '\u{3164}' | '\u{FFA0}')
}

const fn has_no_width(c: char) -> bool {
    matches!(c, '\u{00AD}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206F}' | '\u{FEFF}')
}

/// Full-width ASCII (Ａ, １, （) as ASCII.
fn narrowed(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

/// The particle that marks a word as the subject of a sentence: 이 after a closed syllable, 가 after an open one; both where the last letter does not tell how it is read.
#[must_use]
pub fn subject_particle(word: &str) -> &'static str {
    const SYLLABLES: std::ops::RangeInclusive<char> = '가'..='힣';
    /// Final consonants that a syllable can have, none among them.
    const FINALS: u32 = 28;
    match word.trim_end_matches(|letter: char| !letter.is_alphanumeric()).chars().last() {
        Some(letter) if SYLLABLES.contains(&letter) => {
            let is_open = (u32::from(letter) - u32::from(*SYLLABLES.start())).is_multiple_of(FINALS);
            if is_open { "가" } else { "이" }
        }
        // 영, 일, 삼, 육, 칠, 팔 are closed; 이, 사, 오, 구 are open.
        Some('0' | '1' | '3' | '6' | '7' | '8') => "이",
        Some('2' | '4' | '5' | '9') => "가",
        _ => "이(가)",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(function: fn(&str) -> String, cases: &[(&str, &str)]) {
        for (input, expected) in cases {
            assert_eq!(function(input), *expected, "{input:?}");
        }
    }

    #[test]
    fn spaces_and_invisible_characters_are_unified() {
        check(
            normalised,
            &[
                ("", ""),
                (" \t\r\n ", ""),
                ("2023-06-01\n~2023-12-31", "2023-06-01 ~2023-12-31"),
                ("\u{FEFF}기관명", "기관명"),
                ("개인정보\u{00A0}\u{3000}보호법 ", "개인정보 보호법"),
                ("개인\u{200B}정보", "개인정보"),
                ("\u{1100}\u{1161}\u{11A8}", "각"),
                ("\u{1100}\u{200B}\u{1161}", "가"),
                ("\u{1112}\u{1161}\u{11AB}글", "한글"),
                ("ＫＴ（주）", "ＫＴ（주）"),
            ],
        );
    }

    #[test]
    fn case_and_width_are_folded() {
        check(folded, &[("ＫＴ（주）", "kt(주)"), ("BGF리테일", "bgf리테일"), ("IP 주소", "ip 주소"), ("Ａ\u{030A}", "å"), ("㈜메타빌드", "㈜메타빌드")]);
    }

    #[test]
    fn compact_keeps_letters_and_digits() {
        check(
            compact,
            &[
                ("「개인정보 보호법」", "개인정보보호법"),
                ("저출산ㆍ고령사회기본법", "저출산고령사회기본법"),
                ("저출산·고령사회 기본법", "저출산고령사회기본법"),
                ("초?중등교육법", "초중등교육법"),
                ("제12조의2", "제12조의2"),
            ],
        );
    }

    proptest! {
        #[test]
        fn every_form_is_idempotent(text in "\\PC*|[가-힣ᄀ-ᇿ　\u{200B}\u{FEFF}Ａ-Ｚａ-ｚA-Zİ ·ㆍ]*") {
            prop_assert_eq!(normalised(&normalised(&text)), normalised(&text));
            prop_assert_eq!(folded(&folded(&text)), folded(&text));
            prop_assert_eq!(compact(&compact(&text)), compact(&text));
            prop_assert_eq!(folded(&normalised(&text)), folded(&text));
        }

        #[test]
        fn there_are_no_double_spaces_and_no_edges(text in any::<String>()) {
            let line = normalised(&text);
            prop_assert!(!line.contains("  ") && line.trim() == line && !line.contains('\n'), "{:?}", line);
        }
    }

    #[test]
    fn a_subject_has_its_particle() {
        let told = ["목적", "근거", "처리방법", "파일(2025)", "명부\"", "CCTV", "제3", ""].map(subject_particle);
        assert_eq!(told, ["이", "가", "이", "가", "가", "이(가)", "이", "이(가)"]);
    }
}
