//! The revision that the document is, and the earlier ones that it names with their periods.

use super::Read;
use super::block::{Block, Span, tidy};
use super::data_file::beginning;
use super::day::{days, period};
use super::section::SectionKind;
use super::statement::{Policy, Reason, Revision, Unread};
use crate::header::compact;

/// Reads the dates of the policy.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    let has_own = parts.iter().any(|part| part.is(SectionKind::PolicyChange));
    let mut found: Vec<Revision> = Vec::new();
    for part in parts {
        let is_own = part.is(SectionKind::PolicyChange);
        for block in &part.part.blocks {
            match block {
                Block::Line(line) => sentences(&line.text).for_each(|text| read_line(text, line.span, is_own, policy, &mut found)),
                Block::Table(table) if is_own || !has_own => read_table(table, policy, &mut found),
                Block::Table(_) => {}
            }
        }
        if let Some(heading) = part.part.heading.as_ref().filter(|_| is_own) {
            read_line(&heading.text, heading.span, false, policy, &mut found);
        }
    }
    // The latest beginning without an end is the document's own, where no sentence says which is.
    if !found.iter().any(|revision| revision.is_current) {
        let latest = found.iter().filter(|revision| revision.until.is_none() && revision.from.is_some()).map(|revision| revision.from).max();
        if let Some(revision) = latest.and_then(|latest| found.iter_mut().find(|revision| revision.from == latest && revision.until.is_none())) {
            revision.is_current = true;
        }
    }
    found.sort_by_key(|revision| (revision.from.or(revision.until), revision.is_current));
    for revision in found {
        let known = policy.revisions.iter_mut().find(|known| {
            (known.from, known.until) == (revision.from, revision.until)
                || (known.from == revision.from && known.from.is_some() && (known.until.is_none() || revision.until.is_none()))
        });
        match known {
            Some(known) => {
                known.is_current |= revision.is_current;
                known.until = known.until.or(revision.until);
            }
            None => policy.revisions.push(revision),
        }
    }
}

/// The sentences of a line; the dots of days end none.
fn sentences(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive("다. ")
}

fn read_line(text: &str, span: Span, is_own: bool, policy: &mut Policy, found: &mut Vec<Revision>) {
    let days = days(text);
    let Some(first) = days.first() else { return };
    let words = compact(text);
    let has = |word: &str| words.contains(word);
    let read = period(text);
    // "공고일자 : … / 시행일자 : …"
    if let Some(announced) = labelled_day(text, &["공고일", "공고일자", "고지일", "공지일"]) {
        policy.announced_on = policy.announced_on.or(Some(announced));
    }
    if let Some(effective) = labelled_day(text, &["시행일", "시행일자", "적용일", "적용일자"]) {
        found.push(Revision {
            from: Some(effective),
            until: None,
            text: tidy(text),
            is_current: !is_own || !found.iter().any(|revision| revision.is_current),
            span,
        });
        return;
    }
    let is_of_policy = has("처리방침") || has("방침") || has("지침");
    let takes_effect = has("적용") || has("시행") || has("효력");
    if has("공고일") || has("고지일") || has("공지일") {
        return;
    }
    if is_of_policy
        && takes_effect
        && days.len() == 1
        && (has("부터") || has("시행합니다") || has("시행됩니다") || has("적용됩니다") || has("시행한다") || has("적용합니다"))
    {
        found.push(Revision {
            from: Some(first.day),
            until: None,
            text: tidy(&written(text, first.start, first.end)),
            is_current: !words.contains("이전"),
            span,
        });
        return;
    }
    if !is_own && !(is_of_policy && (takes_effect || read.until.is_some())) {
        // Outside their section, a line of a period and nothing else.
        let rest: String = text[..first.start].to_owned() + &text[days.last().map_or(first.end, |last| last.end)..];
        let tells_which = takes_effect || has("이전") || has("현행");
        if !(read.from.is_some() && read.until.is_some() && tells_which && compact(&rest).chars().count() <= 12) {
            return;
        }
    }
    if !is_own && has("계약") {
        return;
    }
    let is_short = text.chars().count() <= 120;
    if is_short && (read.until.is_some() || read.is_reversed || (takes_effect || is_own) && days.len() <= 2) {
        if read.is_reversed {
            policy.unread.push(Unread { span, reason: Reason::ReversedPeriod, text: beginning(text) });
        }
        let is_current = (has("현재") || has("현행")) && read.until.is_none();
        found.push(Revision { from: read.from, until: read.until, text: period_text(text, &days), is_current, span });
    }
}

/// The day behind a label.
fn labelled_day(text: &str, labels: &[&str]) -> Option<chrono::NaiveDate> {
    labels.iter().filter_map(|label| text.find(label).map(|at| at + label.len())).max().and_then(|at| {
        let rest = &text[at..];
        let rest = rest.trim_start_matches(['자', ':', '：', ' ', ')', '(', ']', '이', '은', '는']);
        days(rest).first().filter(|day| day.start <= 2).map(|day| day.day)
    })
}

/// The words from the first day to "부터".
fn written(text: &str, start: usize, end: usize) -> String {
    let rest = &text[end..];
    let tail = rest.find("부터").filter(|at| *at <= 6).map_or(0, |at| at + "부터".len());
    text[start..end + tail].to_owned()
}

/// The period as written: from the first day, or what stands in its place, to the last, with "적용".
fn period_text(text: &str, days: &[super::day::Day]) -> String {
    let (Some(first), Some(last)) = (days.first(), days.last()) else { return tidy(text) };
    let before = &text[..first.start];
    // "최초시행~2022.02.11."
    let start = if before.trim_end().ends_with(['~', '∼', '～']) { super::marker::unmarked(text).len().min(text.len()) } else { text.len() - first.start };
    let from = text.len() - start;
    let rest = &text[last.end..];
    let tail = ["적용", "시행", "현재"].iter().filter_map(|word| rest.find(word).map(|at| at + word.len())).min().filter(|at| *at <= 20).unwrap_or(0);
    let until = if rest[..tail].trim().is_empty() && rest.trim_start().starts_with(['~', '∼']) { rest.len() - rest.trim_start().len() + 1 } else { tail };
    tidy(&text[from.min(first.start)..last.end + until])
}

/// The column of periods of a table of changes, or of a list of revisions.
fn read_table(table: &super::block::Table, policy: &mut Policy, found: &mut Vec<Revision>) {
    let Some(header) = table.rows.iter().position(|row| {
        row.iter().any(|cell| {
            let words = compact(&cell.text);
            words.chars().count() <= 15
                && ["적용기간", "시행기간", "시행일", "시행일자", "적용일", "개정일", "개정일자", "변경일", "변경일자", "적용일자"]
                    .iter()
                    .any(|word| words.contains(word))
        })
    }) else {
        return;
    };
    let place = table.rows[header]
        .iter()
        .position(|cell| {
            let words = compact(&cell.text);
            ["적용", "시행", "개정일", "변경일"].iter().any(|word| words.contains(word)) && words.chars().count() <= 15
        })
        .unwrap_or_default();
    for row in &table.rows[header + 1..] {
        let Some(cell) = row.get(place).filter(|cell| !cell.from_above) else { continue };
        let text = cell.text.replace('\n', " ");
        let days = days(&text);
        if days.is_empty() {
            continue;
        }
        let read = period(&text);
        if read.is_reversed {
            policy.unread.push(Unread { span: cell.span, reason: Reason::ReversedPeriod, text: beginning(&text) });
        }
        let is_current = read.until.is_none() && !read.is_reversed && (text.contains("현재") || text.contains("현행"));
        found.push(Revision { from: read.from, until: read.until, text: tidy(&text), is_current, span: cell.span });
    }
}
