//! The register as a plain model: files and applications in memory, by the rules as docs/applications.md and the law tell them, and nothing of how the server does it.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

/// A matter that an input leaves out, clears, or states.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Stated<T> {
    #[default]
    LeftOut,
    Cleared,
    Is(T),
}

impl<T: Clone> Stated<T> {
    fn value(&self) -> Option<T> {
        match self {
            Self::Is(value) => Some(value.clone()),
            _ => None,
        }
    }

    fn or(&self, kept: Option<T>) -> Option<T> {
        if matches!(self, Self::LeftOut) { kept } else { self.value() }
    }

    fn replace(&mut self, later: &Self) {
        if !matches!(later, Self::LeftOut) {
            *self = later.clone();
        }
    }
}

/// What an input states.
#[derive(Clone, Debug, Default)]
pub struct Input {
    pub name: Stated<String>,
    pub purpose: Stated<String>,
    pub reason: Stated<String>,
    pub years: Stated<u8>,
    pub count: Stated<i64>,
    pub from: Stated<NaiveDate>,
}

impl Input {
    fn replace(&mut self, later: &Self) {
        self.name.replace(&later.name);
        self.purpose.replace(&later.purpose);
        self.reason.replace(&later.reason);
        self.years.replace(&later.years);
        self.count.replace(&later.count);
        self.from.replace(&later.from);
    }
}

/// Content of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    pub kind: &'static str,
    pub from: NaiveDate,
    pub agency: String,
    pub name: String,
    pub purpose: Option<String>,
    pub reason: Option<String>,
    pub years: Option<u8>,
    pub count: Option<i64>,
    pub is_full: bool,
    pub registered_on: Option<NaiveDate>,
}

/// A registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registration {
    pub number: usize,
    pub recorded_at: DateTime<Utc>,
    pub content: Content,
    /// `LENGTHENED` or `SHORTENED`, against what held before it when it was recorded.
    pub retention_change: Option<&'static str>,
}

/// A file: its registrations in the order of recording.
pub type File = Vec<Registration>;

/// The registrations in the order in which they hold, of those that were known before an instant.
pub fn timeline(file: &File, known_before: Option<DateTime<Utc>>) -> Vec<&Registration> {
    let mut known: Vec<&Registration> = file.iter().filter(|one| known_before.is_none_or(|at| one.recorded_at < at)).collect();
    known.sort_by_key(|one| (one.content.from, one.number));
    known
}

/// What was in force on a day, as known before an instant.
pub fn in_force(file: &File, day: NaiveDate, known_before: Option<DateTime<Utc>>) -> Option<&Registration> {
    timeline(file, known_before).into_iter().rev().find(|one| one.content.from <= day).filter(|one| one.content.kind != "DESTRUCTION")
}

/// What the file's lists show.
pub fn last(file: &File) -> &Registration {
    timeline(file, None)[file.len() - 1]
}

pub fn is_destroyed(file: &File) -> bool {
    last(file).content.kind == "DESTRUCTION"
}

/// The day in Korea at an instant.
pub fn day_in_korea(at: DateTime<Utc>) -> NaiveDate {
    (at + TimeDelta::hours(9)).date_naive()
}

/// An application.
#[derive(Clone, Debug)]
pub struct Application {
    pub version: i64,
    pub status: &'static str,
    pub kind: &'static str,
    pub agency: String,
    pub file: Option<String>,
    pub input: Input,
    pub return_reason: Option<String>,
}

/// A step of an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Update,
    Submit,
    Return,
    Accept,
    Cancel,
}

/// The register.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// Files by registration number.
    pub files: BTreeMap<String, File>,
    pub applications: Vec<Application>,
    /// Entries of the journal: kind, and for those of files their registration number and the number of the registration.
    pub journal: Vec<(&'static str, Option<String>, Option<usize>)>,
    /// Transfers: from, to, day.
    transfers: Vec<(String, String, NaiveDate)>,
}

impl Register {
    fn record(&mut self, number: &str, content: Content, at: DateTime<Utc>) {
        let kind = if content.kind == "DESTRUCTION" { "DATA_FILE_DESTROYED" } else { "REGISTRATION_RECORDED" };
        let file = self.files.entry(number.to_owned()).or_default();
        let new = Registration { number: file.len() + 1, recorded_at: at, content, retention_change: None };
        let place = timeline(file, None).iter().filter(|one| (one.content.from, one.number) < (new.content.from, new.number)).count();
        let before = place.checked_sub(1).map(|place| timeline(file, None)[place].content.years);
        let retention_change = match (before.flatten(), new.content.years) {
            (Some(before), Some(after)) if after > before => Some("LENGTHENED"),
            (Some(before), Some(after)) if after < before => Some("SHORTENED"),
            _ => None,
        };
        self.journal.push((kind, Some(number.to_owned()), Some(new.number)));
        file.push(Registration { retention_change, ..new });
    }

    /// A document states a registration of a file. Whether it is taken.
    pub fn import(&mut self, number: &str, agency: &str, is_destruction: bool, input: &Input, at: DateTime<Utc>) -> bool {
        let today = day_in_korea(at);
        let history = self.files.get(number).cloned().unwrap_or_default();
        let from = input.from.value().unwrap_or(today);
        let kind = match (is_destruction, history.is_empty()) {
            (true, _) => "DESTRUCTION",
            (false, true) => "NEW",
            (false, false) if history.iter().any(|one| one.content.from == from) => "CORRECTION",
            (false, false) => "AMENDMENT",
        };
        let content = Content {
            kind,
            from,
            agency: agency.to_owned(),
            name: input.name.value().unwrap_or_default(),
            purpose: input.purpose.value(),
            reason: input.reason.value(),
            years: input.years.value(),
            count: input.count.value(),
            is_full: false,
            registered_on: None,
        };
        // Where the document does not say why, whatever reason it was recorded for is the same.
        let says_the_same =
            |one: &Registration| one.content == Content { kind: if is_destruction { "DESTRUCTION" } else { one.content.kind }, ..content.clone() };
        if history.iter().any(says_the_same) {
            return true;
        }
        if from > today || content.name.is_empty() || (history.is_empty() && is_destruction) {
            return false;
        }
        self.record(number, content, at);
        true
    }

    /// An agency hands a file over to another one. Whether it is taken.
    pub fn transfer(&mut self, number: &str, from: &str, to: &str, on: NaiveDate, reason: Option<String>, at: DateTime<Utc>) -> bool {
        let today = day_in_korea(at);
        let Some(file) = self.files.get(number).cloned() else { return false };
        let last = last(&file);
        let is_there_already = last.content.agency == to && last.content.kind == "SUCCESSION";
        let is_its_own = last.content.agency == from && !is_destroyed(&file);
        if on > today || from == to || !(is_its_own || is_there_already) {
            return false;
        }
        if is_its_own {
            let stated = Content { kind: "SUCCESSION", from: on.max(last.content.from), agency: to.to_owned(), reason, ..last.content.clone() };
            let as_written = Content { purpose: None, years: None, count: None, is_full: false, registered_on: None, ..stated.clone() };
            if !file.iter().any(|one| one.content == as_written) {
                self.record(number, stated, at);
            }
        }
        let transfer = (from.to_owned(), to.to_owned(), on);
        if !self.transfers.contains(&transfer) {
            self.transfers.push(transfer);
            self.journal.push(("AGENCY_SUCCEEDED", None, None));
        }
        true
    }

    /// Draws up an application. Whether it is taken.
    pub fn create(&mut self, kind: &'static str, agency: &str, file: Option<&str>, input: Input) -> bool {
        if !self.fits(kind, agency, file) {
            return false;
        }
        let (agency, file) = (agency.to_owned(), file.map(str::to_owned));
        self.applications.push(Application { version: 1, status: "DRAFT", kind, agency, file, input, return_reason: None });
        true
    }

    /// Whether an application of that kind can be of that file.
    fn fits(&self, kind: &str, agency: &str, file: Option<&str>) -> bool {
        match (kind, file) {
            ("NEW", file) => file.is_none(),
            (_, Some(number)) => self.files.get(number).is_some_and(|file| last(file).content.agency == agency && !is_destroyed(file)),
            (_, None) => false,
        }
    }

    /// What acceptance would record, and of which file; `None` where something stands in its way.
    fn proposed(&self, application: &Application, today: NaiveDate) -> Option<(String, Content)> {
        let Application { kind, agency, file, input, .. } = application;
        if !self.fits(kind, agency, file.as_deref()) {
            return None;
        }
        let states_content = [&input.name, &input.purpose].iter().any(|text| !matches!(text, Stated::LeftOut));
        if *kind == "DESTRUCTION" && (states_content || !matches!(input.years, Stated::LeftOut) || !matches!(input.count, Stated::LeftOut)) {
            return None;
        }
        let history = file.as_ref().and_then(|number| self.files.get(number));
        let last = history.map(last);
        let from = input.from.value().unwrap_or(match last {
            Some(last) if *kind == "CORRECTION" => last.content.from,
            _ => today,
        });
        let name = input.name.or(last.map(|last| last.content.name.clone())).unwrap_or_default();
        let stated = Content {
            kind,
            from,
            agency: agency.clone(),
            name: name.clone(),
            purpose: input.purpose.value(),
            reason: input.reason.value(),
            years: input.years.value(),
            count: input.count.value(),
            is_full: matches!(*kind, "NEW" | "AMENDMENT"),
            registered_on: (*kind == "NEW").then_some(today),
        };
        if name.is_empty() || from > today {
            return None;
        }
        let (Some(number), Some(history), Some(last)) = (file, history, last) else {
            let is_taken = |file: &File| self::last(file).content.agency == *agency && self::last(file).content.name == name && !is_destroyed(file);
            if self.files.values().any(is_taken) {
                return None;
            }
            let issued = self.files.keys().filter_map(|number| number.strip_prefix(&format!("{agency}-"))?.parse::<usize>().ok());
            return Some((format!("{agency}-{}", issued.max().unwrap_or(0) + 1), stated));
        };
        if history.iter().any(|one| one.content == stated) {
            return None;
        }
        // Only a correction speaks of the past; what it and the others leave out is as it was on that day.
        let before = timeline(history, None).into_iter().rev().find(|one| one.content.from <= from)?;
        if *kind != "CORRECTION" && before.number != last.number {
            return None;
        }
        let before = &before.content;
        let content = Content {
            purpose: input.purpose.or(before.purpose.clone()),
            years: input.years.or(before.years),
            count: input.count.or(before.count),
            name: input.name.or(Some(before.name.clone())).unwrap_or_default(),
            is_full: stated.is_full || before.is_full,
            registered_on: before.registered_on,
            ..stated
        };
        Some((number.clone(), content))
    }

    /// Takes a step of an application at the version that the officer knows. Whether it is taken.
    pub fn step(&mut self, place: usize, version: i64, step: Step, input: &Input, reason: &str, at: DateTime<Utc>) -> bool {
        let today = day_in_korea(at);
        let application = self.applications[place].clone();
        let status = match (application.status, step) {
            ("DRAFT" | "RETURNED", Step::Update) => application.status,
            ("DRAFT" | "RETURNED", Step::Submit) => "SUBMITTED",
            ("SUBMITTED", Step::Return) => "RETURNED",
            ("SUBMITTED", Step::Accept) => "ACCEPTED",
            ("DRAFT" | "SUBMITTED" | "RETURNED", Step::Cancel) => "CANCELLED",
            _ => return false,
        };
        if version != application.version || (step == Step::Return && reason.trim().is_empty()) {
            return false;
        }
        let mut after = Application { version: version + 1, status, ..application.clone() };
        match step {
            Step::Update => after.input.replace(input),
            Step::Return => after.return_reason = Some(reason.trim().to_owned()),
            Step::Submit if self.proposed(&application, today).is_none() => return false,
            Step::Submit => after.return_reason = None,
            Step::Accept => {
                let Some((number, content)) = self.proposed(&application, today) else { return false };
                self.record(&number, content, at);
                after.file = Some(number);
            }
            Step::Cancel => {}
        }
        self.applications[place] = after;
        true
    }

    /// Every day on which something may have been otherwise than on the day before, and one before all.
    pub fn days(&self, today: NaiveDate) -> Vec<NaiveDate> {
        let first = self.files.values().flatten().map(|one| one.content.from).min().unwrap_or(today);
        let first = first.checked_sub_days(Days::new(1)).unwrap();
        first.iter_days().take_while(|day| *day <= today).collect()
    }
}
