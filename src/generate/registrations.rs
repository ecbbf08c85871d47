//! Data files with their histories, composed from words that institutions use.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};

use super::agencies::Agency;
use super::chance::{Chance, Subject};
use super::parties::{entrustment, provision};
use super::words::{REGISTRATIONS, THEMES, Theme};
use super::{LAST_DAY, SOURCE, citation, text};
use crate::agency::AgencyType;
use crate::collected_item::{CollectedItemInput, ItemRequirement};
use crate::data_file::{DataFileInput, DataFileStatus};
use crate::legal_basis::LegalBasisInput;
use crate::registration::{AccessDesk, Department, ProcessingMethod, RecordCompleteness, RegistrationChangeKind, RegistrationInput};
use crate::retention::RetentionInput;
use crate::source::SourceInput;

/// Names that many agencies give their files, of the themes that a kind of agency has, with those themes.
#[must_use]
pub fn themes_at(kind: AgencyType) -> Vec<(&'static Theme, &'static str)> {
    let suits = |theme: &&Theme| theme.at.is_empty() || theme.at.contains(&kind);
    THEMES.iter().filter(suits).flat_map(|theme| theme.names.iter().map(move |name| (theme, name.as_str()))).collect()
}

/// What files of one agency are composed from.
pub struct Keeper<'a> {
    agency: &'a Agency,
    /// Numbers that a predecessor issued for its files begin behind this: several agencies may take over from one.
    taken_over_behind: u64,
    themes: Vec<(&'static Theme, &'static str)>,
    total_weight: u64,
    first_name: usize,
}

impl<'a> Keeper<'a> {
    /// Prepares the files of an agency.
    #[must_use]
    pub fn new(seed: u64, number: u64, agency: &'a Agency) -> Self {
        let themes = themes_at(agency.input.r#type);
        let total_weight = themes.iter().map(|(theme, _)| theme.weight).sum();
        let first_name = Chance::of(seed, Subject::Policy, number).place(themes.len());
        Self { agency, taken_over_behind: (1 + number % 1_000) * 1_000_000, themes, total_weight, first_name }
    }

    /// The file that is the agency's `running`th, and the register's `number`th.
    #[must_use]
    pub fn file(&self, seed: u64, number: u64, running: u64) -> DataFileInput {
        let mut chance = Chance::of(seed, Subject::DataFile, number);
        let (theme, name) = self.named(&mut chance, running);
        let status = match chance.below(1000) {
            0..100 => DataFileStatus::Disclosed,
            100..103 => DataFileStatus::Exempt,
            103..130 if theme.exempt => DataFileStatus::Exempt,
            _ => DataFileStatus::Registered,
        };
        let is_destroyed = chance.per_mille(40);
        let first = self.first(&mut chance, theme, name, status);
        let (issuer, running) = match self.agency.input.predecessors.first() {
            // Taken over from the predecessor, under the number that it issued.
            Some(predecessor) if chance.per_mille(300) => (predecessor.code.clone(), self.taken_over_behind + running),
            _ => (self.agency.input.code.clone(), running),
        };
        let mut registrations = vec![first];
        if let Some(predecessor) = self.agency.input.predecessors.first().filter(|predecessor| predecessor.code == issuer) {
            let taken_over = succession(&mut chance, &mut registrations, predecessor.on, &predecessor.code);
            registrations.extend(taken_over);
        }
        while registrations.len() < 5 && chance.per_mille(200) {
            let Some(next) = registrations.last().and_then(|last| amendment(&mut chance, theme, last)) else { break };
            registrations.push(next);
        }
        if is_destroyed && status == DataFileStatus::Registered {
            registrations.extend(registrations.last().and_then(|last| destruction(&mut chance, last)));
        }
        DataFileInput {
            registration_number: Some(format!("{issuer}-{running}")),
            agency: self.agency.input.code.clone(),
            status,
            registrations,
            is_application: false,
        }
    }

    /// What the file is about, and its name: for a third of the files one that many agencies have, each once.
    fn named(&self, chance: &mut Chance, running: u64) -> (&'static Theme, String) {
        let running = usize::try_from(running).unwrap_or(usize::MAX);
        if running <= self.themes.len() && chance.per_mille(420) {
            // 7 is prime to what the lengths are made of, or leaves names out that chance brings back.
            let (theme, name) = self.themes[(self.first_name + running * 7) % self.themes.len()];
            return (theme, name.to_owned());
        }
        let mut left = chance.below(self.total_weight);
        let drawn = self.themes.iter().find(|(theme, _)| {
            let is_it = left < theme.weight;
            left = left.saturating_sub(theme.weight);
            is_it
        });
        let Some((theme, shared)) = drawn.or(self.themes.first()) else { return (&THEMES[0], String::new()) };
        let words = &REGISTRATIONS;
        let (program, facility, document) = (chance.pick(&words.programs), chance.pick(&words.facilities), chance.pick(&words.documents));
        let agency = self.agency.input.short_name.as_ref().unwrap_or(&self.agency.input.name);
        let year = 2012 + chance.below(15);
        let name = match chance.below(10) {
            0 | 1 => format!("{agency} {shared}"),
            2 | 3 => format!("{program} {shared}"),
            4 => format!("{year}년 {program} {document}"),
            5 => format!("{program} {} {document}", chance.pick(&words.subjects)),
            6 => format!("{} {facility} {document}", self.agency.region),
            7 => format!("{program} {} {document}", theme.title),
            8 => format!("{agency} {program} {document}"),
            _ => format!("{shared}({program})"),
        };
        (theme, name)
    }

    fn first(&self, chance: &mut Chance, theme: &Theme, name: String, status: DataFileStatus) -> RegistrationInput {
        let started = chance.day(day(2002, 1, 1), day(2026, 6, 30));
        let delay = if chance.per_mille(880) { chance.below(60) } else { chance.below(500) };
        let registered = started.checked_add_days(Days::new(delay)).unwrap_or(started).min(LAST_DAY);
        let is_excerpt = status == DataFileStatus::Disclosed || chance.per_mille(20);
        let items = items(chance, theme);
        let names: Vec<String> = items.iter().map(|item| item.name.clone()).collect();
        let holds_resident_number = names.iter().any(|name| name.starts_with("주민"));
        let phone = |chance: &mut Chance| format!("0{}-000-{:04}", 2 + chance.below(62), chance.below(10_000));
        let department = text(chance.pick(&REGISTRATIONS.departments));
        let is_full = !is_excerpt && status != DataFileStatus::Exempt;
        let count = (chance.per_mille(if is_excerpt { 150 } else { 880 })).then(|| {
            let count = if chance.per_mille(15) { 0 } else { chance.log_normal(theme.people, 15) };
            i64::try_from(count).unwrap_or(i64::MAX).min(60_000_000)
        });
        let provisions = if chance.per_mille(260) { 1 + chance.skewed(4) } else { 0 };
        let entrustments = if chance.per_mille(380) { 1 + chance.skewed(4) } else { 0 };
        let restrictions = &REGISTRATIONS.restrictions;
        let retention = retention(chance, theme);
        RegistrationInput {
            states: None,
            is_undated: false,
            written: None,
            change_kind: None,
            reason: None,
            valid_from: registered,
            registered_on: (status == DataFileStatus::Registered && chance.per_mille(970)).then_some(registered),
            completeness: Some(if is_excerpt { RecordCompleteness::PolicyExcerpt } else { RecordCompleteness::FullRegistration }),
            agency: None,
            purpose: chance.per_mille(960).then(|| purpose(chance, theme, &name)),
            legal_bases: self.bases(chance, theme, &name, holds_resident_number),
            name,
            collected_items: items,
            processing_method: (is_full && chance.per_mille(950)).then(|| match chance.below(10) {
                0 => ProcessingMethod::Paper,
                1..=4 => ProcessingMethod::Both,
                _ => ProcessingMethod::Electronic,
            }),
            processing_method_text: chance.per_mille(150).then(|| text(chance.pick(&REGISTRATIONS.processing_texts))),
            collection_method: chance.per_mille(if is_excerpt { 400 } else { 60 }).then(|| text(chance.pick(&REGISTRATIONS.collection_methods))),
            retention: chance.per_mille(985).then_some(retention),
            provisions: (0..provisions).map(|_| provision(chance, &names)).collect(),
            entrustments: (0..entrustments).map(|_| entrustment(chance, LAST_DAY)).collect(),
            data_subject_count: count,
            counted_on: count.filter(|_| chance.per_mille(400)).map(|_| registered),
            processing_department: chance.per_mille(900).then(|| Department { name: department.clone(), phones: vec![phone(chance)] }),
            access_desk: (is_full && chance.per_mille(920)).then(|| AccessDesk {
                department: Some(department),
                phones: vec![phone(chance)],
                email: None,
                fax: None,
                address: None,
            }),
            access_restrictions: if chance.per_mille(100) {
                restrictions.get(chance.place(restrictions.len())).cloned().into_iter().collect()
            } else {
                Vec::new()
            },
            information_system: chance.per_mille(350).then(|| text(chance.pick(&REGISTRATIONS.systems))),
            includes_children_under14: if theme.children { chance.per_mille(650).then_some(true) } else { chance.per_mille(300).then_some(false) },
            operation_started_on: chance.per_mille(850).then_some(started),
            sources: vec![SourceInput { path: String::new(), document: SOURCE.to_owned(), span: None, confidence: None, note: None }],
        }
    }

    fn bases(&self, chance: &mut Chance, theme: &Theme, name: &str, holds_resident_number: bool) -> Vec<LegalBasisInput> {
        let words = &REGISTRATIONS;
        let mut bases = Vec::new();
        if !theme.acts.is_empty() && chance.per_mille(780) {
            let act = chance.pick(&theme.acts);
            let paragraph = if chance.per_mille(250) && act.ends_with(|c: char| c == '조' || c.is_ascii_digit()) {
                format!(" 제{}항", 1 + chance.below(4))
            } else {
                String::new()
            };
            bases.push(citation(&format!("{act}{paragraph}")));
            if chance.per_mille(150) {
                bases.push(citation(&format!("동법 시행령 제{}조", 2 + chance.below(60))));
            } else if chance.per_mille(60) {
                bases.push(citation(&format!("같은 법 시행규칙 제{}조", 2 + chance.below(40))));
            }
        }
        if holds_resident_number && chance.per_mille(920) {
            bases.push(citation(theme.identifies.as_deref().unwrap_or("개인정보 보호법 시행령 제19조")));
        }
        let is_local = matches!(
            self.agency.input.r#type,
            AgencyType::MetropolitanGovernment
                | AgencyType::BasicGovernment
                | AgencyType::LocalAffiliate
                | AgencyType::LocalFunded
                | AgencyType::LocalPublicEnterprise
        );
        if is_local && chance.per_mille(170) {
            // An ordinance is of one government, and about one thing: the program of its own.
            let subject = if chance.per_mille(500) { theme.title.as_str() } else { chance.pick(&words.programs) };
            let pattern = chance.pick(&words.ordinances);
            bases.push(citation(
                &pattern.replace("{region}", &self.agency.region).replace("{name}", subject).replace("{n}", &(3 + chance.below(20)).to_string()),
            ));
        }
        if chance.per_mille(90) {
            let act = theme.acts.first().and_then(|act| act.split(" 제").next()).unwrap_or("개인정보 보호법");
            let pattern = chance.pick(&words.notices);
            let notice = pattern.replace("{act}", act).replace("{agency}", &self.agency.region).replace("{name}", &theme.title);
            bases.push(citation(&notice.replace("{n}", &(2 + chance.below(30)).to_string())));
        }
        if chance.per_mille(1) {
            bases.push(citation(chance.pick(&words.others)));
        }
        if bases.is_empty() && chance.per_mille(300) {
            bases.push(citation(chance.pick(&words.tasks_by_law)));
        }
        if bases.is_empty() || (name.contains("회원") && chance.per_mille(700)) || chance.per_mille(300) {
            bases.push(citation(chance.pick(&words.consents)));
        }
        bases.truncate(4);
        bases
    }
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(LAST_DAY)
}

fn purpose(chance: &mut Chance, theme: &Theme, name: &str) -> String {
    let purpose = chance.pick(&theme.purposes);
    match chance.below(6) {
        0 => format!("{name} 운영을 위한 {purpose}"),
        1 => format!("{purpose} 및 {}", chance.pick(&theme.purposes)),
        2 => format!("{} 관련 {purpose}", chance.pick(&REGISTRATIONS.programs)),
        3 => format!("{} 업무 수행을 위한 {purpose}", theme.title),
        4 => format!("{purpose}, 통계 작성"),
        _ => purpose.to_owned(),
    }
}

fn retention(chance: &mut Chance, theme: &Theme) -> RetentionInput {
    let phrases = if !theme.retention.is_empty() && chance.per_mille(600) { &theme.retention } else { &REGISTRATIONS.retention };
    RetentionInput { text: text(chance.pick(phrases)), class: None, terms: None }
}

fn items(chance: &mut Chance, theme: &Theme) -> Vec<CollectedItemInput> {
    let words = &REGISTRATIONS;
    let wanted = usize::try_from(1 + chance.log_normal(10, 7)).unwrap_or(1).clamp(1, 70);
    let tells_apart = chance.per_mille(450);
    let marks = chance.per_mille(30);
    let mut taken = HashSet::new();
    let mut items: Vec<CollectedItemInput> = Vec::with_capacity(wanted);
    let mut add = |chance: &mut Chance, name: &str, subject: Option<&str>| {
        if !taken.insert((name.to_owned(), subject.map(str::to_owned))) {
            return;
        }
        let requirement = match name {
            _ if name.contains("접속") || name.contains("쿠키") || name.contains("로그") => Some(ItemRequirement::Automatic),
            _ if !tells_apart => None,
            _ if items.len() * 3 < wanted * 2 => Some(ItemRequirement::Required),
            _ => Some(ItemRequirement::Optional),
        };
        let marker = marks.then(|| text(chance.pick(&words.markers)));
        items.push(CollectedItemInput { name: name.to_owned(), requirement, subject: subject.map(str::to_owned), marker });
    };
    let spelled =
        |chance: &mut Chance, place: usize| words.general.get(place).and_then(|group| group.get(chance.skewed(group.len()))).map_or("", String::as_str);
    let name = spelled(chance, 0);
    add(chance, name, None);
    if chance.per_mille(if theme.identifies.is_some() { 300 } else { 60 }) {
        let name = chance.pick(&words.identifiers);
        add(chance, name, None);
    }
    let mut groups = HashSet::from([0]);
    // Some groups come up again; a file that wants more than there is gets less.
    for _ in 1..wanted {
        if chance.per_mille(270) {
            let name = chance.pick(&theme.holds);
            add(chance, name, None);
        } else {
            let place =
                (0..4).map(|_| chance.skewed(words.general.len())).find(|place| groups.insert(*place)).unwrap_or_else(|| chance.place(words.general.len()));
            let name = spelled(chance, place);
            add(chance, name, None);
        }
    }
    if chance.per_mille(12) {
        let name = chance.pick(&words.sensitive);
        add(chance, name, None);
    }
    if chance.per_mille(160) {
        // A second person: 보호자, 관리자.
        let subject = chance.pick(&words.subjects);
        for _ in 0..2 + chance.place(5) {
            let place = chance.place(12);
            let name = spelled(chance, place);
            add(chance, name, Some(subject));
        }
    }
    items
}

/// A registration that follows `last`, some time later; none where that would be past the last day.
fn later(chance: &mut Chance, last: &RegistrationInput, kind: RegistrationChangeKind, reasons: &[String]) -> Option<RegistrationInput> {
    let from = last.valid_from.checked_add_days(Days::new(30 + chance.below(1500)))?;
    (from <= LAST_DAY).then(|| RegistrationInput {
        change_kind: Some(kind),
        reason: Some(text(chance.pick(reasons))),
        valid_from: from,
        registered_on: last.registered_on.map(|_| from),
        ..last.clone()
    })
}

fn amendment(chance: &mut Chance, theme: &Theme, last: &RegistrationInput) -> Option<RegistrationInput> {
    let reasons = &REGISTRATIONS.reasons;
    let is_correction = chance.per_mille(80);
    let mut next = if is_correction {
        later(chance, last, RegistrationChangeKind::Correction, &reasons.correction)?
    } else {
        later(chance, last, RegistrationChangeKind::Amendment, &reasons.amendment)?
    };
    // The number of people nearly always changes, something else with it now and then.
    next.data_subject_count = next.data_subject_count.map(|count| count + count * i64::try_from(chance.below(60)).unwrap_or_default() / 100 + 1);
    next.counted_on = next.counted_on.map(|_| next.valid_from);
    match chance.below(5) {
        0 | 1 => next.retention = Some(retention(chance, theme)),
        2 | 3 => {
            for more in items(chance, theme).into_iter().rev().take(3) {
                if !next.collected_items.iter().any(|item| item.name == more.name && item.subject == more.subject) {
                    next.collected_items.push(more);
                }
            }
        }
        _ => next.purpose = Some(purpose(chance, theme, &next.name)),
    }
    Some(next)
}

fn destruction(chance: &mut Chance, last: &RegistrationInput) -> Option<RegistrationInput> {
    later(chance, last, RegistrationChangeKind::Destruction, &REGISTRATIONS.reasons.destruction)
}

/// The registration by which the successor took the file over; what was before it was the predecessor's.
fn succession(chance: &mut Chance, registrations: &mut [RegistrationInput], on: NaiveDate, predecessor: &str) -> Option<RegistrationInput> {
    let first = registrations.first_mut()?;
    if first.valid_from >= on {
        return None;
    }
    let next = RegistrationInput {
        change_kind: Some(RegistrationChangeKind::Succession),
        reason: Some(text(chance.pick(&REGISTRATIONS.reasons.succession))),
        valid_from: on,
        ..first.clone()
    };
    first.agency = Some(predecessor.to_owned());
    Some(next)
}
