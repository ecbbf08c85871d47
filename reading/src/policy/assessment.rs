//! Impact assessments (영향평가, Act 제33조): the table of those that were done, or that none is needed.

use chrono::NaiveDate;

use super::Read;
use super::block::{Line, tidy};
use super::day::{days, period};
use super::labelled::{self, Record};
use super::marker::{Marker, is_sentence};
use super::section::SectionKind;
use super::statement::{Assessment, Policy, Stated};
use super::table::{Kind, kind, stated};
use crate::header::{Column, compact};

/// Reads the assessments of a policy.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts {
        for (_, grid) in part.tables() {
            if kind(grid, &part.part) != Kind::Assessments {
                continue;
            }
            for row in &grid.rows {
                let text = |column: Column| grid.texts(row, column).next().map(|(text, _, _)| text.to_owned());
                let Some(name) = text(Column::FileName).or_else(|| text(Column::System)).map(|name| tidy(&name.replace('\n', " "))) else { continue };
                let items: Vec<String> = text(Column::Items).into_iter().collect();
                let when = grid.place(Column::AssessmentYear).and_then(|place| row.cells.get(place));
                let is_own = when.is_some_and(|cell| !cell.text.is_empty() && !cell.from_above);
                // A year that several rows share, by a merged or blank cell, is that of one assessment of several files.
                if !is_own && let Some(last) = policy.assessments.last_mut() {
                    last.files.push(name);
                    last.items.extend(items);
                    last.span = last.span.to(row.span);
                    continue;
                }
                let Time { year, from, until } = when.map(|cell| Time::read(&cell.text)).unwrap_or_default();
                policy.assessments.push(Assessment {
                    files: vec![name],
                    year,
                    from,
                    until,
                    items,
                    assessor: text(Column::Assessor),
                    outcome: text(Column::Outcome),
                    span: row.span,
                });
            }
        }
    }
    for part in parts.iter().filter(|part| part.is(SectionKind::ImpactAssessment)) {
        policy.assessments.extend(labelled::records(&part.part.blocks).iter().filter_map(of_labels));
        policy.assessments.extend(part.part.lines().filter_map(of_point));
        let denial = part.part.lines().find(|line| {
            let words = compact(&line.text);
            words.contains("영향평가")
                && (words.contains("해당되지않") || words.contains("해당하지않") || words.contains("대상이아") || words.contains("대상아님"))
        });
        if let Some(line) = denial.filter(|_| policy.assessments.is_empty()) {
            policy.assessment_text = Some(Stated::new("영향평가 대상에 해당되지 않음", line.span).with(0.9));
        }
    }
}

/// The assessment that labels state: "평가 대상 : …", "수행연도 : 2023년".
fn of_labels(record: &Record) -> Option<Assessment> {
    let value = |column: Column| record.values.iter().find(|value| value.column == column).and_then(|value| stated(&value.value)).map(tidy);
    let Time { year, from, until } = Time::read(&value(Column::AssessmentYear)?);
    Some(Assessment {
        files: vec![value(Column::FileName).or_else(|| value(Column::System)).or_else(|| record.title().map(tidy))?],
        year,
        from,
        until,
        items: value(Column::Items).into_iter().collect(),
        assessor: value(Column::Assessor),
        outcome: value(Column::Outcome),
        span: record.span()?,
    })
}

/// The assessment that a point of a list names with its year: "- 지역보건의료정보시스템(2023년)".
fn of_point(line: &Line) -> Option<Assessment> {
    let point = Marker::of(&line.text).filter(|_| !line.is_heading && !is_sentence(&line.text))?.rest.trim();
    let (name, when) = point.strip_suffix(')')?.rsplit_once('(')?;
    let is_year = when.starts_with("20") && when.chars().count() <= 10;
    let Time { year, from, until } = Time::read(when);
    let is_name = (2..=60).contains(&name.trim().chars().count());
    (is_year && year.is_some() && is_name).then(|| Assessment {
        files: vec![tidy(name)],
        year,
        from,
        until,
        items: Vec::new(),
        assessor: None,
        outcome: None,
        span: line.span,
    })
}

/// When an assessment was carried out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Time {
    /// Year.
    pub year: Option<i32>,
    /// First day, or the only one.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

impl Time {
    /// The time that a cell tells: "2023", "2023년", "2023.5.1. ~ 2023.6.30.", "2023-06-30".
    #[must_use]
    pub fn read(text: &str) -> Self {
        let period = period(text);
        let day = days(text).first().map(|day| day.day);
        Self { year: year(text), from: period.from.or(day), until: period.until }
    }
}

/// A year of four digits: "2023년", "2022".
fn year(text: &str) -> Option<i32> {
    let digits = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let mut at = 0;
    while at < text.len() {
        let length = digits(at);
        if length == 4 {
            return text[at..at + 4].parse().ok().filter(|year| (2000..2100).contains(year));
        }
        at += if length > 0 { length } else { text[at..].chars().next().map_or(1, char::len_utf8) };
    }
    None
}
