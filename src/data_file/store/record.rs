//! Recording data files with their histories, many at a time: what the register holds of them is read by a few statements, then they are gone through in order.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use chrono::NaiveDate;
use entity::data_file;
use sea_orm::sea_query::{Condition, Expr, ExprTrait as _, Func, Query};
use sea_orm::{ActiveModelTrait as _, ColumnTrait as _, ConnectionTrait as _, EntityTrait as _, IntoActiveModel as _, QueryFilter as _};
use serde_json::json;
use uuid::Uuid;

use crate::data_file::{DataFileInput, DataFileStatus, running_number};
use crate::error::{Error, Result};
use crate::hangul;
use crate::identity::{NodeType, data_file_key, part_key};
use crate::journal::ChangeKind;
use crate::organization::Parties;
use crate::problem::{Problems, code};
use crate::redaction::ButErased;
use crate::registration::{Content, NumberedContent, RegistrationChangeKind, RegistrationInput, contents_of_files};
use crate::source::{DocumentKeys, SourceInput, source_rows};
use crate::store::{Write, rows_with};
use crate::vocabulary::Vocabulary as _;

/// What recording a file with its history came to.
#[derive(Clone, Debug, Default)]
pub struct RecordedFile {
    /// Whether the file is new.
    pub is_new: bool,
    /// Registrations recorded.
    pub recorded: usize,
    /// Registrations that were recorded already with the same content.
    pub unchanged: usize,
    /// The last registration recorded.
    pub registration: Option<RecordedRegistration>,
}

/// A registration that was recorded.
#[derive(Clone, Debug)]
pub struct RecordedRegistration {
    /// File.
    pub data_file: Uuid,
    /// Key.
    pub id: Uuid,
    /// Content.
    pub content: Arc<Content>,
    /// Content of the registration that held before it.
    pub before: Option<Arc<Content>>,
}

/// Most files that are looked up together.
const FILES_AT_ONCE: usize = 500;

/// What the register holds of files that are about to be recorded, kept in step while they are.
#[derive(Default)]
struct Known {
    by_number: HashMap<String, File>,
    /// Numbers of the files that an agency has of a folded name.
    named: HashMap<(Uuid, String), Vec<String>>,
    /// Last running number that an agency issued, by its code.
    last: HashMap<String, i32>,
}

/// A file as it stands, its registrations in the order in which they hold.
#[derive(Clone)]
struct File {
    row: data_file::Model,
    history: Vec<NumberedContent>,
}

/// What is to be written of a file.
struct Plan<'i> {
    row: data_file::Model,
    is_new: bool,
    is_changed: bool,
    is_status_changed: bool,
    registrations: Vec<New<'i>>,
    /// Its registrations, those to be written among them.
    history: Vec<NumberedContent>,
}

struct New<'i> {
    registration: NumberedContent,
    /// The registration that held before it.
    before: Option<Arc<Content>>,
    sources: &'i [SourceInput],
}

impl Write {
    /// Keys of the files with these registration numbers.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` where the register lacks one.
    pub async fn data_files_by_number(&mut self, numbers: impl IntoIterator<Item = &String>) -> Result<Vec<Uuid>> {
        let numbers: Vec<&String> = numbers.into_iter().collect();
        self.meet_data_files(numbers.iter().copied()).await?;
        let key = |number: &String| {
            let known = self.known.data_files.get(number).copied();
            known.ok_or_else(|| Error::input(format!("the register has no data file with the registration number \"{number}\"")))
        };
        numbers.into_iter().map(key).collect()
    }

    /// Looks up data files that are about to be named, by one statement.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn meet_data_files<'n>(&mut self, numbers: impl IntoIterator<Item = &'n String>) -> Result<()> {
        let unmet: HashSet<&String> = numbers.into_iter().filter(|number| !self.known.data_files.contains_key(*number)).collect();
        if !unmet.is_empty() {
            let rows = rows_with::<data_file::Entity>(self.txn().await?, data_file::Column::RegistrationNumber, unmet.into_iter().collect()).await?;
            self.known.data_files.extend(rows.into_iter().map(|row| (row.registration_number, row.id)));
        }
        Ok(())
    }

    /// Registration numbers of files, in order; `None` for one that neither the agency nor one below it has.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn files_at_or_below(&mut self, agency: Uuid, files: &[Uuid]) -> Result<Vec<Option<String>>> {
        let mut rows = rows_with::<data_file::Entity>(self.txn().await?, data_file::Column::Id, files.to_vec()).await?;
        let operators: HashSet<Uuid> = rows.iter().map(|row| row.agency_id).collect();
        for operator in operators {
            if !self.is_at_or_below(operator, agency).await? {
                rows.retain(|row| row.agency_id != operator);
            }
        }
        let numbers: HashMap<Uuid, String> = rows.into_iter().map(|row| (row.id, row.registration_number)).collect();
        Ok(files.iter().map(|id| numbers.get(id).cloned()).collect())
    }

    /// Records files with their histories, in order. Registrations that are recorded already, with the same first day and content, stay as they are.
    ///
    /// What is wrong with a file goes to its problems; a file that has some is not recorded, and nothing may be committed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn data_files(
        &mut self,
        files: &mut [(&DataFileInput, Problems)],
        parties: &Parties,
        documents: &DocumentKeys,
        today: NaiveDate,
    ) -> Result<Vec<RecordedFile>> {
        let inputs: Vec<&DataFileInput> = files.iter().map(|(input, _)| *input).collect();
        let drafts = inputs.into_iter().map(|input| Drafts::of(input, parties, today));
        Box::pin(self.drafted_data_files(files, drafts, parties, documents, today)).await
    }

    /// Records files with their histories, of which there are drafts, each in its turn.
    ///
    /// # Errors
    /// As [`Write::data_files`].
    pub async fn drafted_data_files(
        &mut self,
        files: &mut [(&DataFileInput, Problems)],
        mut drafts: impl Iterator<Item = Drafts>,
        parties: &Parties,
        documents: &DocumentKeys,
        today: NaiveDate,
    ) -> Result<Vec<RecordedFile>> {
        let mut outcomes = Vec::with_capacity(files.len());
        let mut waiting: Vec<File> = Vec::new();
        for (number, files) in files.chunks_mut(FILES_AT_ONCE).enumerate() {
            // Before anything is asked of the database, which may still be storing files.
            let drafts: Vec<Drafts> = drafts.by_ref().take(files.len()).collect();
            if number == 0 {
                self.look_past_what_waits().await?;
            }
            let mut known = self.known_files(files.iter().map(|(input, _)| *input)).await?;
            // Those that wait to be stored are known from their plans.
            waiting.iter().for_each(|file| known.keep(file.clone()));
            let contents = || drafts.iter().flat_map(|drafts| &drafts.0).map(|draft| &draft.content);
            self.meet_organizations(contents().flat_map(Content::parties)).await?;
            self.meet_statutes(contents().flat_map(Content::statutes)).await?;
            if self.store_meanwhile() {
                waiting.clear();
            }
            let mut plans = Vec::with_capacity(files.len());
            for ((input, problems), drafts) in files.iter_mut().zip(drafts) {
                let mut outcome = RecordedFile::default();
                plans.extend(self.plan(&mut known, input, drafts, parties, today, problems, &mut outcome));
                outcomes.push(outcome);
            }
            waiting.extend(plans.iter().map(|plan| File { row: plan.row.clone(), history: plan.history.clone() }));
            for plan in plans {
                self.carry_out(plan, documents).await?;
            }
        }
        self.look_everywhere();
        // Whoever records more prepares it meanwhile.
        self.store_meanwhile();
        Ok(outcomes)
    }

    /// Reads what the register holds of the files that the inputs mean.
    async fn known_files(&mut self, inputs: impl Iterator<Item = &DataFileInput> + Clone) -> Result<Known> {
        let issuers = inputs.clone().filter_map(|input| input.registration_number.as_deref().and_then(running_number)).map(|(issuer, _)| issuer);
        let operators = inputs.clone().flat_map(|input| &input.registrations).filter_map(|registration| registration.agency.as_deref());
        self.meet_agencies(inputs.clone().map(|input| input.agency.as_str()).chain(issuers).chain(operators)).await?;
        let numbers = inputs.clone().filter_map(|input| input.registration_number.as_ref()).collect();
        let mut rows = rows_with::<data_file::Entity>(self.lookup().await?, data_file::Column::RegistrationNumber, numbers).await?;
        let unnumbered: Vec<&DataFileInput> = inputs.filter(|input| input.registration_number.is_none()).collect();
        let mut known = Known::default();
        if !unnumbered.is_empty() {
            let agencies: Vec<Uuid> = unnumbered.iter().filter_map(|input| self.known.agencies.get(&input.agency).copied()).collect();
            let names: Vec<String> = unnumbered.iter().flat_map(|input| &input.registrations).map(|registration| hangul::folded(&registration.name)).collect();
            for names in names.chunks(10_000) {
                let named = data_file::Entity::find()
                    .filter(data_file::Column::AgencyId.is_in(agencies.iter().copied()))
                    .filter(data_file::Column::NameFolded.is_in(names))
                    .all(self.lookup().await?)
                    .await?;
                rows.extend(named);
            }
            known.last = self.last_numbers(unnumbered.iter().map(|input| input.agency.as_str())).await?;
        }
        let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
        let mut histories = contents_of_files(self.lookup().await?, &ids).await?;
        for row in rows {
            let history = histories.remove(&row.id).unwrap_or_default();
            known.keep(File { row, history });
        }
        Ok(known)
    }

    /// The last running number that each of the agencies issued.
    async fn last_numbers(&mut self, codes: impl Iterator<Item = &str>) -> Result<HashMap<String, i32>> {
        let number = || Expr::col((data_file::Entity, data_file::Column::RegistrationNumber));
        let issuer = Func::cust("substr").args([number(), Expr::val(1), Expr::val(7)]);
        let codes: Vec<&str> = codes.collect();
        let mut last = HashMap::new();
        for codes in codes.chunks(100) {
            let issued = codes.iter().map(|code| number().gte(format!("{code}-")).and(number().lt(format!("{code}."))));
            let mut select = Query::select();
            select
                .expr_as(issuer.clone(), "issuer")
                .expr_as(Expr::col((data_file::Entity, data_file::Column::RunningNumber)).max(), "last")
                .from(data_file::Entity)
                .cond_where(issued.fold(Condition::any(), Condition::add))
                .group_by_col("issuer");
            for row in self.lookup().await?.query_all(&select).await? {
                last.insert(row.try_get("", "issuer")?, row.try_get("", "last")?);
            }
        }
        Ok(last)
    }

    /// What is to be written of a file, by what is known of it. Needs no statement.
    #[expect(clippy::too_many_arguments, reason = "what is known, what is stated, what is found: each used in several places")]
    fn plan<'i>(
        &self,
        known: &mut Known,
        input: &'i DataFileInput,
        Drafts(drafts): Drafts,
        parties: &Parties,
        today: NaiveDate,
        problems: &mut Problems,
        outcome: &mut RecordedFile,
    ) -> Option<Plan<'i>> {
        let agency_id = self.known_agency(&input.agency, "agency", problems)?;
        if input.registrations.is_empty() {
            problems.add("registrations", code::REQUIRED, "is empty; a file is known by at least one registration");
            return None;
        }
        let number = self.identified(known, input, agency_id, problems)?;
        let stored = known.by_number.get(&number);
        // What is only tried out must not be taken for what will have that number.
        let file_id = if stored.is_none() && self.is_rehearsal() { self.rehearsed_key() } else { data_file_key(&number) };
        let mut history = stored.map(|file| file.history.clone()).unwrap_or_default();
        outcome.is_new = stored.is_none();
        let mut new = Vec::new();
        for ((index, registration), draft) in input.registrations.iter().enumerate().zip(drafts) {
            let agency = registration.agency.as_deref().unwrap_or(&input.agency);
            if self.known_agency(agency, &format!("registrations.{index}.agency"), problems).is_none() {
                continue;
            }
            // What a sheet repeats as the register itself writes it says nothing new.
            let stated = registration;
            let narrowed = history.last().and_then(|last| stated.but_repeated(&last.content));
            let registration = narrowed.as_ref().unwrap_or(stated);
            let draft = if narrowed.is_some() { drafted(registration, agency, index, parties, today) } else { draft };
            let mut content = draft.content;
            let change_kind = content.change_kind;
            let repeats_last = |recorded: &NumberedContent| recorded.content.is_repeated_by(&content, registration.states.as_ref());
            let is_repeated = registration.is_undated && history.last().is_some_and(repeats_last);
            let is_recorded = is_repeated
                || history.iter().any(|recorded| {
                    // Where the document does not say why it was recorded, the register knows.
                    content.change_kind = registration.change_kind.unwrap_or(recorded.content.change_kind);
                    ButErased(&*recorded.content) == ButErased(&content)
                });
            if is_recorded {
                outcome.unchanged += 1;
                continue;
            }
            content.change_kind = change_kind;
            let is_first = history.is_empty() && new.is_empty();
            problems.within(format!("registrations.{index}"), |problems| {
                if is_first == (index == 0) {
                    problems.absorb(draft.problems);
                } else {
                    content = registration.checked(problems, agency, is_first, today, parties);
                }
                if let Some(states) = &registration.states {
                    keep_the_rest(&mut content, states, &history, problems);
                }
                if let Some(last) = history.last().filter(|_| registration.is_undated) {
                    content.keep_counted_on(&last.content);
                }
                // The same day said otherwise: what was recorded of it is corrected.
                let repeats_a_day = history.iter().any(|recorded| recorded.content.valid_from == content.valid_from);
                if registration.change_kind.is_none() && repeats_a_day {
                    content.change_kind = RegistrationChangeKind::Correction;
                }
                new.push((stated, Arc::new(content)));
            });
        }
        if !problems.is_empty() {
            return None;
        }
        let first_number = history.iter().map(|recorded| recorded.number).max().unwrap_or(0) + 1;
        let new: Vec<(NumberedContent, &[SourceInput])> = (first_number..)
            .zip(new)
            .map(|(number, (registration, content))| {
                let id = if self.is_rehearsal() { self.rehearsed_key() } else { part_key(NodeType::Registration.as_str(), file_id, number) };
                (NumberedContent { id, number, content }, registration.sources.as_slice())
            })
            .collect();
        history.extend(new.iter().map(|(registration, _)| registration.clone()));
        history.sort_by_key(|recorded| (recorded.content.valid_from, recorded.number));
        let last = history.last()?;
        let now = &last.content;
        if input.status == DataFileStatus::Destroyed && now.change_kind != RegistrationChangeKind::Destruction {
            problems.add("status", code::CONFLICT, "a file is DESTROYED by a registration that says when: state it last, with `changeKind: DESTRUCTION`");
            return None;
        }
        let row = data_file::Model {
            id: file_id,
            running_number: running_number(&number).map_or(0, |(_, running)| running),
            registration_number: number,
            // What held last before, and still does, may be of an agency that nothing here names.
            agency_id: self.known.agencies.get(&now.agency).copied().unwrap_or_else(|| stored.map_or(agency_id, |stored| stored.row.agency_id)),
            status: if now.change_kind == RegistrationChangeKind::Destruction { DataFileStatus::Destroyed } else { input.status }.as_str().to_owned(),
            registration_id: last.id,
            name: now.name.clone(),
            name_folded: hangul::folded(&now.name),
            data_subject_count: now.data_subject_count,
            registered_on: history.iter().filter_map(|recorded| recorded.content.registered_on).min(),
        };
        outcome.recorded = new.len();
        let registrations = new.into_iter().map(|(registration, sources)| {
            let place = history.iter().position(|other| other.id == registration.id).unwrap_or_default();
            let before = place.checked_sub(1).and_then(|place| history.get(place)).map(|before| Arc::clone(&before.content));
            New { registration, before, sources }
        });
        let registrations: Vec<New<'_>> = registrations.collect();
        outcome.registration = registrations.last().map(|new| RecordedRegistration {
            data_file: file_id,
            id: new.registration.id,
            content: Arc::clone(&new.registration.content),
            before: new.before.clone(),
        });
        let plan = Plan {
            is_new: stored.is_none(),
            is_changed: stored.is_some_and(|stored| stored.row != row),
            is_status_changed: stored.is_some_and(|stored| stored.row.status != row.status),
            registrations,
            history: history.clone(),
            row: row.clone(),
        };
        known.keep(File { row, history });
        Some(plan)
    }

    /// Writes what was planned of a file, with its journal entries.
    async fn carry_out(&mut self, plan: Plan<'_>, documents: &DocumentKeys) -> Result<()> {
        let Plan { row, is_new, is_changed, is_status_changed, registrations, history } = plan;
        let (file_id, status, is_recorded) = (row.id, row.status.clone(), !registrations.is_empty());
        if is_new {
            self.insert([row.clone()]);
        } else if is_changed && !self.is_rehearsal() {
            row.clone().into_active_model().reset_all().update(self.txn().await?).await?;
        }
        if is_status_changed && registrations.is_empty() {
            self.journal(ChangeKind::DataFileAmended, NodeType::DataFile, file_id, None, &json!({"status": status}));
        }
        for New { registration, before, sources } in registrations {
            let NumberedContent { id, content, .. } = &registration;
            self.registration(file_id, &registration, before.as_deref()).await?;
            self.insert(source_rows(*id, sources, documents));
            let kind =
                if content.change_kind == RegistrationChangeKind::Destruction { ChangeKind::DataFileDestroyed } else { ChangeKind::RegistrationRecorded };
            let json = serde_json::to_value(&**content).map_err(|error| Error::internal(error.to_string()))?;
            self.journal(kind, NodeType::DataFile, file_id, Some(*id), &json);
        }
        if is_recorded || is_status_changed {
            Box::pin(self.examine_file(&row, &history, !is_new)).await?;
        }
        Ok(())
    }

    /// Key of an agency that was looked up; that the register lacks it is a problem of `field`.
    fn known_agency(&self, code: &str, field: &str, problems: &mut Problems) -> Option<Uuid> {
        let id = self.known.agencies.get(code).copied();
        if id.is_none() {
            problems.add(field, code::NOT_FOUND, crate::agency::lacking(code));
        }
        id
    }

    /// Registration number of the file that the input means: the one stated, that of the agency's file of that name, or a new one.
    fn identified(&self, known: &Known, input: &DataFileInput, agency_id: Uuid, problems: &mut Problems) -> Option<String> {
        if let Some(number) = &input.registration_number {
            let Some((issuer, _)) = running_number(number) else {
                let message = format!("\"{number}\" is not a registration number: agency code, dash, running number, 6110000-12 say");
                problems.add("registrationNumber", code::INVALID, message);
                return None;
            };
            self.known_agency(issuer, "registrationNumber", problems)?;
            return Some(number.clone());
        }
        let names = input.registrations.iter().map(|registration| hangul::folded(&registration.name));
        let is_gone = |number: &&String| known.by_number.get(*number).is_some_and(|file| file.row.status == DataFileStatus::Destroyed.as_str());
        let mut named: Vec<&String> = names.filter_map(|name| known.named.get(&(agency_id, name))).flatten().collect();
        if input.is_application {
            named.retain(|number| !is_gone(number));
            if let Some(number) = named.first() {
                problems.add(
                    "registrations.0.name",
                    code::CONFLICT,
                    format!("the agency has a data file of that name already, {number}: apply for its amendment"),
                );
                return None;
            }
        }
        named.sort();
        named.dedup();
        match named[..] {
            [] => Some(format!("{}-{}", input.agency, known.last.get(&input.agency).map_or(1, |last| last + 1))),
            [number] => Some(number.clone()),
            _ => {
                let message = "the agency has several files of that name; state the registration number of the one that is meant";
                problems.add("registrationNumber", code::REQUIRED, message);
                None
            }
        }
    }
}

/// The registrations of a file as they are checked before its history is known: their places in the document tell which is the first one.
pub struct Drafts(Vec<Draft>);

struct Draft {
    content: Content,
    problems: Problems,
}

impl Drafts {
    /// Those of a file. Nothing is asked of the database: they may be made while other files are recorded.
    #[must_use]
    pub fn of(input: &DataFileInput, parties: &Parties, today: NaiveDate) -> Self {
        let draft = |(index, registration): (usize, &RegistrationInput)| {
            drafted(registration, registration.agency.as_deref().unwrap_or(&input.agency), index, parties, today)
        };
        Self(input.registrations.iter().enumerate().map(draft).collect())
    }
}

fn drafted(registration: &RegistrationInput, agency: &str, index: usize, parties: &Parties, today: NaiveDate) -> Draft {
    let mut problems = Problems::default();
    Draft { content: registration.checked(&mut problems, agency, index == 0, today, parties), problems }
}

/// Completes what an application states by what the file's registration says on that day.
fn keep_the_rest(content: &mut Content, states: &BTreeSet<String>, history: &[NumberedContent], problems: &mut Problems) {
    let Some(last) = history.last() else { return };
    let is_correction = content.change_kind == RegistrationChangeKind::Correction;
    let before = history.iter().rev().find(|recorded| recorded.content.valid_from <= content.valid_from);
    match before {
        Some(before) if is_correction || before.id == last.id => content.keep(&before.content, states),
        Some(_) => {
            let message = format!(
                "{} lies before {}, from when the registration in force holds; correct the earlier one instead",
                content.valid_from, last.content.valid_from
            );
            problems.add("validFrom", code::CONFLICT, message);
        }
        None => problems.add("validFrom", code::CONFLICT, format!("{} lies before the first registration of the file", content.valid_from)),
    }
    if last.content.change_kind == RegistrationChangeKind::Destruction {
        problems.add("changeKind", code::CONFLICT, "the file was destroyed: nothing is recorded of it any more");
    }
}

impl Known {
    /// Keeps a file as it stands now, in place of how it stood.
    fn keep(&mut self, file: File) {
        let number = file.row.registration_number.clone();
        if let Some((issuer, running)) = running_number(&number) {
            let last = self.last.entry(issuer.to_owned()).or_default();
            *last = std::cmp::max(running, *last);
        }
        self.named.entry((file.row.agency_id, file.row.name_folded.clone())).or_default().push(number.clone());
        if let Some(before) = self.by_number.insert(number.clone(), file)
            && let Some(numbers) = self.named.get_mut(&(before.row.agency_id, before.row.name_folded))
            && let Some(place) = numbers.iter().position(|other| *other == number)
        {
            numbers.remove(place);
        }
    }
}
