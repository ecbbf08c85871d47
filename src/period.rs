//! Calendar dates and periods as Korean documents write them: the term of an entrustment contract (위탁기간, 제26조), the days between which a policy applies.
//!
//! A day is never invented: "2020. 1." has no day and is no date, 2023-02-30 is refused. A year of two digits needs its apostrophe ('24), since without
//! it the century is a guess.

use chrono::{Datelike as _, NaiveDate};

use crate::hangul::folded;

/// Days between which something holds, both included, as written. At least one of the two is present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Period {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// The document's end lies before its beginning; the dates are kept as written.
    pub is_reversed: bool,
}

/// The date that the text gives, with or without words around it ("2012. 3. 30.부터", "2024-01-25 00:00:00"). `None`: no date, a day that the calendar lacks, or
/// several dates.
#[must_use]
pub fn parse_date(text: &str) -> Option<NaiveDate> {
    match scan(&folded(text))?.as_slice() {
        [only] => Some(only.date),
        _ => None,
    }
}

/// The period that the text gives. One date is the beginning, unless a tilde before it or 까지 after it makes it the end. `None`: no date, a day that the calendar lacks, two dates
/// that no mark connects, or more than one period.
#[must_use]
pub fn parse_range(text: &str) -> Option<Period> {
    let line = folded(text);
    match scan(&line)?.as_slice() {
        [only] => {
            let (before, after) = (&line[..only.start], &line[only.end..]);
            let is_end = before.contains(is_tilde) || (!after.contains(is_tilde) && names_end(after));
            Some(if is_end {
                Period { from: None, until: Some(only.date), is_reversed: false }
            } else {
                Period { from: Some(only.date), until: None, is_reversed: false }
            })
        }
        [first, last] if connects(&line[first.end..last.start]) => {
            Some(Period { from: Some(first.date), until: Some(last.date), is_reversed: last.date < first.date })
        }
        _ => None,
    }
}

/// A date and where it stands, in bytes.
struct Found {
    date: NaiveDate,
    start: usize,
    end: usize,
}

/// All dates in order. `None` if one of them is no day of the calendar.
fn scan(line: &str) -> Option<Vec<Found>> {
    let bytes = line.as_bytes();
    let mut found: Vec<Found> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        if !bytes[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let run = digits(bytes, at);
        match date_at(line, at, run, found.last()) {
            Scanned::Date(date, end) => {
                found.push(Found { date, start: at, end });
                at = end;
            }
            Scanned::Impossible => return None,
            Scanned::Other => at = run,
        }
    }
    Some(found)
}

enum Scanned {
    Date(NaiveDate, usize),
    /// Written as a date, but no day of the calendar.
    Impossible,
    Other,
}

fn date_at(line: &str, start: usize, run: usize, earlier: Option<&Found>) -> Scanned {
    let bytes = line.as_bytes();
    let dated =
        |year: i32, month: u32, day: u32, end: usize| NaiveDate::from_ymd_opt(year, month, day).map_or(Scanned::Impossible, |date| Scanned::Date(date, end));
    let year = match run - start {
        8 => {
            let (year, month, day) = (number(&bytes[start..start + 4]), number(&bytes[start + 4..start + 6]), number(&bytes[start + 6..run]));
            return match NaiveDate::from_ymd_opt(year.cast_signed(), month, day) {
                Some(date) if (1900..2200).contains(&year) => Scanned::Date(date, run),
                // Eight digits that are no date are a number of some kind.
                _ => Scanned::Other,
            };
        }
        4 if bytes[start] != b'0' => Some(number(&bytes[start..run]).cast_signed()),
        2 if line[..start].ends_with(is_apostrophe) || earlier.is_some() => Some(2000 + number(&bytes[start..run]).cast_signed()),
        1 | 2 => None,
        _ => return Scanned::Other,
    };
    let Some((first, first_end)) = part(line, run) else { return Scanned::Other };
    match (year, part(line, first_end)) {
        (Some(year), Some((day, end))) => dated(year, first, day, end),
        // "2024. 1. 1. ~ 12. 31.": the end has the year of the beginning.
        _ => match earlier {
            Some(beginning) if run - start <= 2 && connects(&line[beginning.end..start]) && !line[..start].ends_with(is_apostrophe) => {
                dated(beginning.date.year(), number(&bytes[start..run]), first, first_end)
            }
            _ => Scanned::Other,
        },
    }
}

/// A separator and one or two digits from `at`: the number and where it ends.
fn part(line: &str, at: usize) -> Option<(u32, usize)> {
    let rest = line[at..].trim_start_matches(' ');
    let rest = rest.strip_prefix(['.', '-', '/', '년', '월', '‐', '‑', '–', '·'])?.trim_start_matches(' ');
    let start = line.len() - rest.len();
    let end = digits(line.as_bytes(), start);
    matches!(end - start, 1 | 2).then(|| (number(&line.as_bytes()[start..end]), end))
}

fn digits(bytes: &[u8], start: usize) -> usize {
    start + bytes[start..].iter().take_while(|byte| byte.is_ascii_digit()).count()
}

/// Value of a few ASCII digits.
fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0'))
}

const fn is_apostrophe(c: char) -> bool {
    matches!(c, '\'' | '‘' | '’' | '`' | '´' | '′' | '‛')
}

const fn is_tilde(c: char) -> bool {
    matches!(c, '~' | '∼' | '〜' | '˜')
}

/// The words between two dates make a period of them.
fn connects(between: &str) -> bool {
    between.contains(is_tilde)
        || between.contains("부터")
        || between.trim_matches(['.', '일', ' ']).chars().all(|c| matches!(c, '-' | '–' | '—' | '―')) && between.contains(['-', '–', '—', '―'])
}

fn names_end(after: &str) -> bool {
    after.trim_start_matches(['.', ' ', '일', ')']).starts_with("까지")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> Option<NaiveDate> {
        (!text.is_empty()).then(|| NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap())
    }

    #[track_caller]
    fn check_date(input: &str, expected: &str) {
        assert_eq!(parse_date(input), day(expected), "{input:?}");
    }

    #[track_caller]
    fn check_range(input: &str, from: &str, until: &str) {
        let (from, until) = (day(from), day(until));
        let is_reversed = matches!((from, until), (Some(from), Some(until)) if until < from);
        let expected = (from.is_some() || until.is_some()).then_some(Period { from, until, is_reversed });
        assert_eq!(parse_range(input), expected, "{input:?}");
    }

    #[test]
    fn dates() {
        for (input, expected) in [
            ("2012. 3. 30.부터", "2012-03-30"),
            ("2023. 9. 8.부터 적용", "2023-09-08"),
            ("2011년 12월 19일", "2011-12-19"),
            ("청소년안전망시스템 개인정보처리방침(2022년 8월 31일)", "2022-08-31"),
            ("2022/08/1", "2022-08-01"),
            ("'24.1.25.", "2024-01-25"),
            ("’24. 12. 31", "2024-12-31"),
            ("2024-01-25T00:00:00Z", "2024-01-25"),
            ("2024-01-25 00:00:00", "2024-01-25"),
            ("２０２４．０１．２５．", "2024-01-25"),
            ("20240125", "2024-01-25"),
            ("2024-02-29", "2024-02-29"),
            ("2023-02-29", ""),
            ("2023-02-30", ""),
            ("2023.13.01", ""),
            ("2020. 01.변경되었으며 즉시 적용됩니다.", ""),
            ("2023년", ""),
            ("24.1.25.", ""),
            ("2024.1.1. 2024.1.2.", ""),
            ("위탁계약 종료 시까지", ""),
            ("99999999", ""),
            ("031-980-2381", ""),
            ("-", ""),
            ("", ""),
        ] {
            check_date(input, expected);
        }
    }

    #[test]
    fn ranges() {
        for (input, from, until) in [
            ("'24.1.25. ~ '24.12.31.", "2024-01-25", "2024-12-31"),
            ("'24.1.1. ~ '24.3.31.", "2024-01-01", "2024-03-31"),
            ("'24.1.1. ~ 24.3.31.", "2024-01-01", "2024-03-31"),
            ("2018.1.23.~2018.12.31.", "2018-01-23", "2018-12-31"),
            ("2017.5.1.~2018.4.30.", "2017-05-01", "2018-04-30"),
            ("2023-06-01\n~2023-12-31", "2023-06-01", "2023-12-31"),
            ("2018.1.1. ~ 2018.12.31", "2018-01-01", "2018-12-31"),
            ("2009. 12. 9. ~ 2011. 12. 18. 적용", "2009-12-09", "2011-12-18"),
            ("2011. 2. 7 ~ 2012. 1. 9", "2011-02-07", "2012-01-09"),
            ("2022.10.21.~2023.9.7. 적용", "2022-10-21", "2023-09-07"),
            ("2022/08/1~2023/04/13", "2022-08-01", "2023-04-13"),
            ("2023.12.06~\n2023.07.15", "2023-12-06", "2023-07-15"),
            ("2024.07.15~\n현재", "2024-07-15", ""),
            ("최초시행~2022.02.11. 적용", "", "2022-02-11"),
            ("2024. 12. 31.까지", "", "2024-12-31"),
            ("2024년 12월 31일까지", "", "2024-12-31"),
            ("2012. 3. 30.부터", "2012-03-30", ""),
            ("2024.1.1.부터 2024.12.31.까지", "2024-01-01", "2024-12-31"),
            ("2024. 1. 1. ~ 12. 31.", "2024-01-01", "2024-12-31"),
            ("2024-01-01 - 2024-12-31", "2024-01-01", "2024-12-31"),
            ("2024년 1월 1일 ∼ 2024년 12월 31일", "2024-01-01", "2024-12-31"),
            ("2024.1.1. / 2024.12.31.", "", ""),
            ("2024.1.1.~2024.2.30.", "", ""),
            ("2022.1.1.~2022.12.31., 2023.1.1.~2023.12.31.", "", ""),
            ("위탁계약 종료 시까지", "", ""),
            ("2020. 01.변경되었으며 즉시 적용됩니다.", "", ""),
        ] {
            check_range(input, from, until);
        }
    }

    fn any_day() -> impl Strategy<Value = NaiveDate> {
        (0..200_000i32).prop_map(|days| NaiveDate::from_ymd_opt(1900, 1, 1).unwrap() + chrono::Duration::days(i64::from(days)))
    }

    proptest! {
        #[test]
        fn a_formatted_date_is_read_back(date in any_day()) {
            for format in ["%Y-%m-%d", "%Y. %-m. %-d.", "%Y.%m.%d", "%Y년 %-m월 %-d일부터", "%Y/%m/%d"] {
                prop_assert_eq!(parse_date(&date.format(format).to_string()), Some(date));
            }
        }

        #[test]
        fn a_formatted_period_is_read_back(from in any_day(), until in any_day()) {
            for mark in ["~", " ~\n", "부터 ", " – "] {
                let text = format!("{}{mark}{}", from.format("%Y. %-m. %-d."), until.format("%Y. %-m. %-d."));
                prop_assert_eq!(parse_range(&text), Some(Period { from: Some(from), until: Some(until), is_reversed: until < from }));
            }
        }

        #[test]
        fn any_text_is_taken(text in "\\PC*|[0-9.~' 년월일부터까지/-]*") {
            let range = parse_range(&text);
            prop_assert!(range.is_none_or(|range| range.from.is_some() || range.until.is_some()));
            if parse_date(&text).is_some() {
                prop_assert!(range.is_some());
            }
        }
    }
}
