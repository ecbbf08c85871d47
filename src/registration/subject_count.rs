//! Number of data subjects (정보주체 수, 보유수량): Decree 제33조①.

use crate::hangul::folded;

/// The largest count: 2^53 − 1, what a JSON number carries exactly.
pub const MAX_SUBJECT_COUNT: i64 = (1 << 53) - 1;

/// The count that a cell gives, in persons or records as written: "1,234명", "약 1만 2천 명", "12억". `None`: nothing stated ("-", "없음"), no single number, or a number beyond
/// [`MAX_SUBJECT_COUNT`].
#[must_use]
pub fn parse_subject_count(text: &str) -> Option<i64> {
    let line = folded(text);
    let written = strip_words(&line);
    let mut total: i64 = 0;
    // What stands before 천, 백 and 십 within a group of ten thousand.
    let mut group: i64 = 0;
    let mut digits: Option<i64> = None;
    // The last unit, so that "2천 1만" is refused: units fall.
    let (mut last_large, mut last_small) = (i64::MAX, i64::MAX);
    let mut rest = written;
    if rest.is_empty() {
        return None;
    }
    while let Some(c) = rest.chars().next() {
        if c.is_ascii_digit() {
            if digits.is_some() {
                return None;
            }
            let (value, after) = number(rest)?;
            digits = Some(value);
            rest = after;
            continue;
        }
        rest = &rest[c.len_utf8()..];
        match c {
            ' ' => {}
            '십' | '백' | '천' => {
                let unit = if c == '십' {
                    10
                } else if c == '백' {
                    100
                } else {
                    1_000
                };
                if unit >= last_small {
                    return None;
                }
                group = group.checked_add(digits.take().unwrap_or(1).checked_mul(unit)?)?;
                last_small = unit;
            }
            '만' | '억' | '조' => {
                let unit = if c == '만' {
                    10_000
                } else if c == '억' {
                    100_000_000
                } else {
                    1_000_000_000_000
                };
                if unit >= last_large {
                    return None;
                }
                let multiplier = match (group, digits.take()) {
                    (0, None) => 1,
                    (group, digits) => group.checked_add(digits.unwrap_or(0))?,
                };
                total = total.checked_add(multiplier.checked_mul(unit)?)?;
                (group, last_large, last_small) = (0, unit, i64::MAX);
            }
            _ => return None,
        }
    }
    let total = total.checked_add(group)?.checked_add(digits.unwrap_or(0))?;
    (0..=MAX_SUBJECT_COUNT).contains(&total).then_some(total)
}

/// Without the words that say nothing of the number: 약, 총 before it, 명, 건, 이상 after it.
fn strip_words(line: &str) -> &str {
    const BEFORE: &[&str] = &["약", "총", "대략", "계", ":"];
    const AFTER: &[&str] = &["명", "건", "인", "개", "여", "이상", "정도", "내외", "가량", "의", "정보주체", "records", "."];
    let mut line = line.trim();
    while let Some(rest) = BEFORE.iter().find_map(|word| line.strip_prefix(word)) {
        line = rest.trim_start();
    }
    while let Some(rest) = AFTER.iter().find_map(|word| line.strip_suffix(word)) {
        line = rest.trim_end();
    }
    line
}

/// The digits that `text` begins with, in groups of three if commas divide them, and what follows.
fn number(text: &str) -> Option<(i64, &str)> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != ',').unwrap_or(text.len());
    let (written, rest) = text.split_at(end);
    let mut groups = written.split(',');
    let first = groups.next()?;
    let is_grouped = written.contains(',');
    if first.is_empty() || (is_grouped && first.len() > 3) || groups.any(|group| group.len() != 3) {
        return None;
    }
    let value = written.bytes().filter(u8::is_ascii_digit).try_fold(0_i64, |value, digit| value.checked_mul(10)?.checked_add(i64::from(digit - b'0')))?;
    // A number and its decimals ("1.5만") end here too: only whole persons are counted.
    Some((value, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(input: &str, expected: Option<i64>) {
        assert_eq!(parse_subject_count(input), expected, "{input:?}");
    }

    #[test]
    fn counts() {
        for (input, expected) in [
            ("1,234명", Some(1_234)),
            ("1,234건", Some(1_234)),
            ("１，２３４ 명", Some(1_234)),
            ("약 1만 2천 명", Some(12_000)),
            ("약 1만2천5백여 명", Some(12_500)),
            ("3만명", Some(30_000)),
            ("1만 234명", Some(10_234)),
            ("12억", Some(1_200_000_000)),
            ("1조 2,000억", Some(1_200_000_000_000)),
            ("5천만 명 이상", Some(50_000_000)),
            ("3천 5백만 명", Some(35_000_000)),
            ("만 명", Some(10_000)),
            ("0", Some(0)),
            ("0명", Some(0)),
            ("9007199254740991", Some(MAX_SUBJECT_COUNT)),
            ("9007199254740992", None),
            ("999999999999999999999999", None),
            ("-", None),
            ("", None),
            ("없음", None),
            ("해당없음", None),
            ("미상", None),
            ("12,34", None),
            ("1.5만", None),
            ("-5", None),
            ("100~200명", None),
            ("10 20", None),
            ("2천 1천", None),
            ("2023년 100명", None),
        ] {
            check(input, expected);
        }
    }

    proptest! {
        #[test]
        fn a_count_is_read_back(count in 0..=MAX_SUBJECT_COUNT) {
            prop_assert_eq!(parse_subject_count(&count.to_string()), Some(count));
            prop_assert_eq!(parse_subject_count(&format!("약 {count} 명")), Some(count));
        }

        #[test]
        fn any_text_is_taken(text in "\\PC*|[0-9,만억조천백십약명 ]*") {
            prop_assert!(parse_subject_count(&text).is_none_or(|count| (0..=MAX_SUBJECT_COUNT).contains(&count)));
        }
    }
}
