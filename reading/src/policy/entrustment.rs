//! Entrustment of processing (처리위탁): tables, lists of labels; and what the institution does on behalf of others.

use super::Read;
use super::block::{Span, tidy};
use super::data_file::beginning;
use super::day::period;
use super::labelled::{self, Record};
use super::provision::{bodies, in_one_line};
use super::section::{SectionKind, kinds_of};
use super::statement::{Entrustment, IncomingEntrustment, Policy, Reason, Stated, Unread};
use super::table::{Grid, Kind, Row, is_none, kind, stated};
use crate::header::{Column, column, compact};

/// Reads every entrustment that names who does what.
pub(super) fn read(parts: &[Read], policy: &mut Policy) {
    for part in parts {
        for (_, grid) in part.tables() {
            if kind(grid, &part.part) == Kind::Entrustments {
                for row in &grid.rows {
                    read_row(grid, row, policy);
                }
            }
        }
        if part.is_any(&[SectionKind::Entrustment, SectionKind::VideoDevices]) {
            for record in labelled::records(&part.part.blocks) {
                of_labels(&record, policy);
            }
        }
    }
}

fn read_row(grid: &Grid, row: &Row, policy: &mut Policy) {
    use Column as C;
    let text = |column: C| grid.texts(row, column).next().map(|(text, _, _)| in_one_line(text));
    let mut entrustees = grid.texts(row, C::Entrustee).map(|(text, _, _)| text.to_owned());
    let first = entrustees.next();
    // A header over two columns: the second is the sub-entrustee, unless it repeats the first.
    let second = entrustees.next().filter(|second| Some(second) != first.as_ref());
    // The first column of two may tell what the body in the second is ("수탁자 | (주)가", "재수탁자 | (주)나").
    let (first, second) = match (first.as_deref().and_then(column), second) {
        (Some(C::SubEntrustee), Some(sub)) => {
            let task = text(C::Task);
            let above = policy.entrustments.last_mut().filter(|above| above.task == task);
            above.into_iter().for_each(|above| above.sub_entrustees = Some(bodies(&sub)));
            return;
        }
        (Some(C::Entrustee), Some(named)) => (Some(named), None),
        (_, second) => (first, second),
    };
    let (first, in_cell) = match first {
        Some(first) => {
            // "수탁업체명 : ㈜가나\n주소 : …"
            let values = labelled::all(&first, row.span).1;
            let named = values.iter().find(|value| value.column == C::Entrustee).map(|value| value.value.clone());
            (Some(named.unwrap_or(first)), values)
        }
        None => (None, Vec::new()),
    };
    let in_cell = |column: C| in_cell.iter().find(|value| value.column == column).and_then(|value| stated(&value.value)).map(in_one_line);
    let entrustment = Entrustment {
        entrustee: first.as_deref().map(bodies).unwrap_or_default(),
        span: Some(row.span),
        confidence: 1.0,
        task: text(C::Task).or_else(|| in_cell(C::Task)).or_else(|| text(C::Purpose)).or_else(|| text(C::Content)),
        period: text(C::Period).or_else(|| text(C::Retention)).or_else(|| text(C::ProvisionRetention)).or_else(|| in_cell(C::Period)),
        sub_entrustees: grid.texts(row, C::SubEntrustee).next().map(|(text, _, _)| bodies(text)).or_else(|| second.map(|second| bodies(&second))),
        items: text(C::Items).or_else(|| text(C::ProvisionItems)),
        file: text(C::FileName),
        ..Entrustment::default()
    };
    let entruster = grid.texts(row, C::Entruster).next().map(|(text, cell, _)| Stated::new(&in_one_line(text), cell.span));
    add(entrustment, entruster, policy);
}

fn of_labels(record: &Record, policy: &mut Policy) {
    use Column as C;
    let value = |column: C| record.values.iter().find(|value| value.column == column).and_then(|value| stated(&value.value)).map(in_one_line);
    let task = value(C::Task).or_else(|| value(C::Purpose)).or_else(|| value(C::Content));
    // Over the labels stands what they leave out: the task, or the body that is entrusted with it.
    let title = record.title().filter(|title| kinds_of(title).is_empty()).map(tidy);
    let (entrustee, task) = match (value(C::Entrustee), task) {
        (Some(entrustee), task) => (entrustee, task.or(title)),
        (None, Some(task)) if record.has(C::Task) => match title {
            Some(title) => (title, Some(task)),
            None => return,
        },
        _ => return,
    };
    let entrustment = Entrustment {
        entrustee,
        span: record.span(),
        confidence: 0.9,
        task,
        period: value(C::Period).or_else(|| value(C::Retention)),
        sub_entrustees: value(C::SubEntrustee),
        items: value(C::Items),
        file: value(C::FileName),
        ..Entrustment::default()
    };
    add(entrustment, None, policy);
}

fn add(mut entrustment: Entrustment, entruster: Option<Stated>, policy: &mut Policy) {
    let span = entrustment.span.unwrap_or(Span::line(1));
    let is_named = !is_none(&entrustment.entrustee) && !super::marker::is_sentence(&entrustment.entrustee) && entrustment.entrustee.chars().count() <= 200;
    if !is_named {
        return;
    }
    // In a table of who entrusts what to whom, the institution may be the one that is entrusted.
    if let Some(entruster) = entruster
        && policy.agency.as_ref().is_some_and(|agency| compact(&agency.text) == compact(&entrustment.entrustee))
        && compact(&entruster.text) != compact(&entrustment.entrustee)
    {
        policy.entrusted_by.push(IncomingEntrustment { entruster, task: entrustment.task });
        return;
    }
    if entrustment.task.is_none() {
        policy.unread.push(Unread { span, reason: Reason::NoTask, text: beginning(&entrustment.entrustee) });
        return;
    }
    if let Some(text) = &entrustment.period {
        let read = period(text);
        (entrustment.starts_on, entrustment.ends_on) = (read.from, read.until);
        if read.is_reversed {
            policy.unread.push(Unread { span, reason: Reason::ReversedPeriod, text: beginning(text) });
        }
    }
    let is_known = policy.entrustments.iter().any(|known| {
        known.entrustee == entrustment.entrustee
            && known.task == entrustment.task
            && known.period == entrustment.period
            && known.sub_entrustees == entrustment.sub_entrustees
    });
    if !is_known {
        policy.entrustments.push(entrustment);
    }
}
