//! Recipients and entrustees: what files are provided to whom, and who processes them on whose behalf.

use chrono::{Days, NaiveDate};

use super::chance::Chance;
use super::words::{PARTIES, REGISTRATIONS};
use super::{LAST_DAY, citation, text};
use crate::entrustment::EntrustmentInput;
use crate::provision::{ProvidedItem, ProvisionInput};
use crate::retention::RetentionInput;

/// A provision of some of the items.
pub fn provision(chance: &mut Chance, items: &[String]) -> ProvisionInput {
    let recipients = &PARTIES.recipients;
    let Some(recipient) = recipients.get(chance.skewed(recipients.len())) else { return blank_provision() };
    let first = chance.place(items.len().clamp(1, 4));
    let count = 1 + chance.place(6);
    let is_outside_purpose = chance.per_mille(300).then(|| chance.per_mille(100));
    ProvisionInput {
        recipient: recipient.name.clone(),
        material: chance.per_mille(300).then(|| text(chance.pick(&PARTIES.materials))),
        purpose: chance.per_mille(930).then(|| text(chance.pick(&recipient.purposes))),
        items: items.iter().skip(first).take(count).map(|name| ProvidedItem { name: name.clone(), subject: None }).collect(),
        items_text: None,
        retention: chance.per_mille(800).then(|| RetentionInput { text: text(chance.pick(&REGISTRATIONS.retention_at_recipients)), class: None, terms: None }),
        legal_bases: if chance.per_mille(850) && !recipient.articles.is_empty() { vec![citation(chance.pick(&recipient.articles))] } else { Vec::new() },
        is_outside_purpose,
        frequency: chance.per_mille(500).then(|| text(chance.pick(&PARTIES.frequencies))),
        method: chance.per_mille(400).then(|| text(chance.pick(&PARTIES.methods))),
        note: None,
    }
}

fn blank_provision() -> ProvisionInput {
    ProvisionInput {
        recipient: String::new(),
        material: None,
        purpose: None,
        items: Vec::new(),
        items_text: None,
        retention: None,
        legal_bases: Vec::new(),
        is_outside_purpose: None,
        frequency: None,
        method: None,
        note: None,
    }
}

/// An entrustment, its contract within the years before `until`.
pub fn entrustment(chance: &mut Chance, until: NaiveDate) -> EntrustmentInput {
    let until = until.min(LAST_DAY);
    let starts = chance.day(until.checked_sub_days(Days::new(700)).unwrap_or(until), until);
    let ends = starts.checked_add_days(Days::new(180 + chance.below(900))).unwrap_or(starts);
    let (starts_on, ends_on, period_text) = match chance.below(10) {
        0..=3 => (Some(starts), Some(ends), Some(format!("{} ~ {}", starts.format("%Y.%-m.%-d."), ends.format("%Y.%-m.%-d.")))),
        4 => (Some(starts), Some(ends), Some(format!("'{} ~ '{}", starts.format("%y.%-m.%-d."), ends.format("%y.%-m.%-d.")))),
        5 => (None, None, Some("위탁계약 종료 시까지".to_owned())),
        _ => (None, None, None),
    };
    EntrustmentInput {
        entrustee: company(chance),
        task: text(chance.pick(&PARTIES.tasks)),
        items_text: chance.per_mille(200).then(|| "성명, 연락처, 주소".to_owned()),
        starts_on,
        ends_on,
        period_text,
        sub_entrustees: if chance.per_mille(70) { vec![company(chance)] } else { Vec::new() },
    }
}

/// Name of a company: a few have the contracts of many agencies.
fn company(chance: &mut Chance) -> String {
    if chance.per_mille(8) {
        return text(chance.pick(&PARTIES.foreign_companies));
    }
    let (words, trades, forms) = (&PARTIES.company_words, &PARTIES.company_trades, &PARTIES.company_forms);
    let at = |words: &[String], place: usize| words.get(place).cloned().unwrap_or_default();
    let word = at(words, chance.skewed(words.len()));
    // Half of the names have three parts.
    let middle = if chance.per_mille(500) { at(words, chance.skewed(words.len())) } else { String::new() };
    let trade = at(trades, chance.skewed(trades.len()));
    let form = at(forms, chance.skewed(forms.len()));
    form.replace("{}", &format!("{word}{middle}{trade}"))
}
