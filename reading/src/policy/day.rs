//! Days and periods as documents write them: "'24.1.25. ~ '24.12.31.", "2023-06-01\n~2023-12-31", "2024년 1월 25일".

use chrono::{Datelike as _, NaiveDate};

/// A day in a text, and the bytes that it takes there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Day {
    pub(crate) day: NaiveDate,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

/// Every day of a text, in order. A month without a day is none.
pub(crate) fn days(text: &str) -> Vec<Day> {
    let mut days = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at].is_ascii_digit() {
            // Not in the middle of a longer number.
            if let Some(day) = day_at(text, at) {
                at = day.end;
                days.push(day);
            } else {
                at += bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            }
        } else {
            at += 1;
        }
    }
    days
}

fn day_at(text: &str, start: usize) -> Option<Day> {
    let (year, mut at) = number(text, start, 4)?;
    let year = match at - start {
        4 if (1950..2100).contains(&year) => year,
        // "'24.1.25."
        2 if text[..start].ends_with(['\'', '’', '‘', '`', '´', '′']) => 2000 + year,
        _ => return None,
    };
    at = divider(text, at, &['년', '.', '-', '/', '․', '。', ','])?;
    day_of_year(text, at, i32::try_from(year).ok()?).map(|day| Day { start, ..day })
}

/// The month and day that begin there, of a year that is known.
fn day_of_year(text: &str, start: usize, year: i32) -> Option<Day> {
    let (month, next) = number(text, start, 2)?;
    let at = divider(text, next, &['월', '.', '-', '/', '․', '。', ','])?;
    let (day, mut end) = number(text, at, 2)?;
    let day = NaiveDate::from_ymd_opt(year, month, day)?;
    let rest = text[end..].trim_start_matches(' ');
    if rest.starts_with(['일', '.']) {
        end = text.len() - rest.len() + rest.chars().next().map_or(0, char::len_utf8);
    }
    Some(Day { day, start, end })
}

/// A number of at most so many digits, and where it ends.
fn number(text: &str, at: usize, digits: usize) -> Option<(u32, usize)> {
    let length = text.as_bytes().get(at..)?.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 || length > digits {
        return None;
    }
    Some((text[at..at + length].parse().ok()?, at + length))
}

/// Where the next number begins, after one of the dividers and spaces.
fn divider(text: &str, at: usize, dividers: &[char]) -> Option<usize> {
    let rest = text[at..].trim_start_matches([' ', '\n']);
    let first = rest.chars().next()?;
    if !dividers.contains(&first) {
        return None;
    }
    let rest = rest[first.len_utf8()..].trim_start_matches([' ', '\n']);
    Some(text.len() - rest.len())
}

/// First and last day of a period as written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Period {
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day; `None` also where it would lie before the first.
    pub until: Option<NaiveDate>,
    /// The last day was written, and lies before the first.
    pub is_reversed: bool,
}

/// The period that a text states. One day alone is the first unless the text says that it is the last ("~ 2024.12.31.", "2024.12.31.까지").
#[must_use]
pub fn period(text: &str) -> Period {
    let days = days(text);
    let is_tilde = |part: &str| part.contains(['~', '∼', '～', '〜', '–', '—']) || part.trim() == "-" || part.contains("부터") || part.contains("에서");
    let Some(first) = days.first() else { return months(text).unwrap_or_default() };
    // "2024. 1. 1. ~ 12. 31.": the last day leaves out its year.
    let second = days.get(1).copied().or_else(|| {
        let rest = &text[first.end..];
        let start = first.end + rest.find(|c: char| c.is_ascii_digit()).filter(|at| is_tilde(&rest[..*at]))?;
        day_of_year(text, start, first.day.year())
    });
    match second {
        Some(second) if is_tilde(&text[first.end..second.start]) => {
            let is_reversed = second.day < first.day;
            Period { from: Some(first.day), until: Some(second.day).filter(|_| !is_reversed), is_reversed }
        }
        _ if text[..first.start].contains(['~', '∼', '～', '〜']) || text[first.end..].trim_start().starts_with("까지") => {
            Period { until: Some(first.day), ..Period::default() }
        }
        _ => Period { from: Some(first.day), ..Period::default() },
    }
}

/// A period told by months: from the first day of the one to the last of the other ("2025.1. ~ 2025.12.", "2024년 3월 ~ 2025년 2월").
fn months(text: &str) -> Option<Period> {
    let (first, last) = text.split_once(['~', '∼', '～', '〜'])?;
    let month = |part: &str| -> Option<NaiveDate> {
        let part = part.trim();
        let start = part.find(|c: char| c.is_ascii_digit())?;
        let (year, at) = number(part, start, 4).filter(|(year, _)| (1950..2100).contains(year))?;
        let (month, end) = number(part, divider(part, at, &['년', '.', '-', '/'])?, 2)?;
        let is_all = part[end..].trim_start_matches(['월', '.', ' ']).trim_start_matches("까지").trim().is_empty();
        NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, 1).filter(|_| is_all)
    };
    let (from, last) = (month(first)?, month(last)?);
    let until = last.checked_add_months(chrono::Months::new(1))?.pred_opt()?;
    Some(Period { from: Some(from), until: Some(until).filter(|until| *until >= from), is_reversed: until < from })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods() {
        let day = |text: &str| (!text.is_empty()).then(|| text.parse::<NaiveDate>().unwrap());
        for (text, from, until, is_reversed) in [
            ("'24.1.25. ~ '24.12.31.", "2024-01-25", "2024-12-31", false),
            ("2018.1.23.~2018.12.31.", "2018-01-23", "2018-12-31", false),
            ("2023-06-01\n~2023-12-31", "2023-06-01", "2023-12-31", false),
            ("2018.1.1. ~ 2018.12.31", "2018-01-01", "2018-12-31", false),
            ("위탁계약 종료 시까지", "", "", false),
            ("2024.07.15~\n현재", "2024-07-15", "", false),
            ("2023.12.06~\n2023.07.15", "2023-12-06", "", true),
            ("2022.10.21.~2023.9.7. 적용", "2022-10-21", "2023-09-07", false),
            ("최초시행~2022.02.11. 적용", "", "2022-02-11", false),
            ("2011. 2. 7 ~ 2012. 1. 9", "2011-02-07", "2012-01-09", false),
            ("2023. 9. 8.부터 적용", "2023-09-08", "", false),
            ("2020. 01.변경되었으며 즉시 적용됩니다.", "", "", false),
            ("2022/08/1~2023/04/13", "2022-08-01", "2023-04-13", false),
            ("2024년 1월 25일부터 2024년 12월 31일까지", "2024-01-25", "2024-12-31", false),
            ("2024년 12월 31일까지", "", "2024-12-31", false),
            ("2024. 1. 1. ~ 12. 31.", "2024-01-01", "2024-12-31", false),
            ("'24.3.1.~6.30.", "2024-03-01", "2024-06-30", false),
            ("2024. 1. 1. (2년)", "2024-01-01", "", false),
            ("2025.1.~2025.12.", "2025-01-01", "2025-12-31", false),
            ("2024년 3월 ~ 2025년 2월", "2024-03-01", "2025-02-28", false),
            ("2024년 ~ 2025년", "", "", false),
            ("02-2133-5323", "", "", false),
            ("2024.13.45.", "", "", false),
        ] {
            assert_eq!(period(text), Period { from: day(from), until: day(until), is_reversed }, "{text}");
        }
    }
}
