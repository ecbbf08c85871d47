//! Acts on agencies: registering one, renaming it, and reorganisations, in which data files go over to other agencies.

use std::collections::HashMap;

use chrono::NaiveDate;
use entity::{agency, agency_alias, data_file, region, registration, succession};
use sea_orm::{ColumnTrait as _, EntityTrait as _, QueryFilter as _, QueryOrder as _, QuerySelect as _};
use serde_json::json;
use uuid::Uuid;

use crate::access::{AuditAction, Audited, Viewer};
use crate::agency::{AgencyInput, AgencyStatus, AgencyType, SuccessionKind};
use crate::data_file::{DataFileInput, DataFileStatus};
use crate::error::{Error, Result};
use crate::graphql::mutation::{Act, Outcome, UserErrorCode, UserProblem};
use crate::graphql::{day_in_korea, word};
use crate::hangul;
use crate::organization::Parties;
use crate::problem::Problems;
use crate::registration::{Recorded, RegistrationChangeKind, RegistrationInput};
use crate::source::DocumentKeys;
use crate::store::{Write, rows_with};
use crate::vocabulary::Vocabulary as _;

/// Registers an agency.
#[derive(Clone, Debug)]
pub struct Registering {
    /// What is stated of it; its `parent` is that of [`Self::parent`].
    pub agency: AgencyInput,
    /// Superior agency.
    pub parent: Option<Uuid>,
}

/// Gives an agency another name.
#[derive(Clone, Debug)]
pub struct Renaming {
    /// Agency.
    pub agency: Uuid,
    /// Its new name.
    pub name: String,
    /// Its new short name; `None` where it stays, `Some(None)` where it has none any more.
    pub short_name: Option<Option<String>>,
    /// Its new code, where it gets one: then it is succeeded by the agency with that code, from that day on.
    pub code: Option<(String, NaiveDate)>,
    /// Why, for the registrations of its data files.
    pub reason: Option<String>,
}

/// A merger, a split, or a transfer of functions.
#[derive(Clone, Debug)]
pub struct Succeeding {
    /// How.
    pub kind: SuccessionKind,
    /// Day of the reorganisation.
    pub on: NaiveDate,
    /// Agencies before.
    pub predecessors: Vec<Uuid>,
    /// Agencies after, each with the data files that go to it; `None`: all that go to no other.
    pub successors: Vec<(Uuid, Option<Vec<Uuid>>)>,
    /// Why, for the registrations.
    pub reason: Option<String>,
}

/// What a reorganisation left.
#[derive(Clone, Debug)]
pub struct Succeeded {
    /// Agencies before, as they are now.
    pub predecessors: Vec<agency::Model>,
    /// Agencies after.
    pub successors: Vec<agency::Model>,
    /// Data files that went over.
    pub moved: usize,
}

fn problem(path: &str, code: UserErrorCode, message: impl Into<String>) -> Vec<UserProblem> {
    vec![UserProblem::new(path, code, message)]
}

/// Problems of an input, under the names of the arguments.
fn told(problems: Problems) -> Vec<UserProblem> {
    let named = |problem: UserProblem| UserProblem { path: format!("input.{}", if problem.path == "parent" { "parentId" } else { &problem.path }), ..problem };
    problems.found().into_iter().map(UserProblem::from).map(named).collect()
}

impl Act for Registering {
    type Done = agency::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<agency::Model>> {
        let mut input = self.agency.clone();
        if input.code.is_empty() {
            if input.r#type != AgencyType::OperatingUnit {
                let message = "state the standard administrative code (행정표준 기관코드); only an operating unit gets one here";
                return Ok((None, problem("input.code", UserErrorCode::Required, message)));
            }
            input.code = write.next_unit_code().await?;
        }
        if let Some(parent) = self.parent {
            match agency::Entity::find_by_id(parent).one(write.txn().await?).await? {
                Some(row) if row.status == AgencyStatus::Active.as_str() => input.parent = Some(row.code),
                Some(row) => {
                    let message = format!("{} ({}) is abolished; name one of its successors", row.name, row.code);
                    return Ok((None, problem("input.parentId", UserErrorCode::Conflict, message)));
                }
                None => return Ok((None, problem("input.parentId", UserErrorCode::NotFound, "there is no such agency"))),
            }
        }
        let mut problems = Problems::default();
        let input = input.checked(&mut problems);
        if !problems.is_empty() {
            return Ok((None, told(problems)));
        }
        if let Some(code) = &input.region
            && region::Entity::find_by_id(code.clone()).one(write.txn().await?).await?.is_none()
        {
            let message = format!("\"{code}\" is not the code of a region: 2 digits for a 시도, 5 for a 시군구");
            return Ok((None, problem("input.region", UserErrorCode::NotFound, message)));
        }
        match write.agency(&input).await? {
            Recorded::New => {}
            // The same again: a client that did not hear the answer.
            Recorded::Unchanged => return Ok((write.agency_row(&input.code).await?, Vec::new())),
            Recorded::Amended => {
                let message = format!("{} is the code of an agency that the register has already; codes are never given twice", input.code);
                return Ok((None, problem("input.code", UserErrorCode::Conflict, message)));
            }
        }
        let row = write.agency_row(&input.code).await?;
        if let Some(row) = &row {
            let detail = json!({"code": row.code});
            write.audit(Some(viewer.token), Audited { action: AuditAction::AgencyRegistered, subject: row.id, detail }).await?;
        }
        Ok((row, Vec::new()))
    }
}

impl Act for Renaming {
    type Done = agency::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<agency::Model>> {
        let Some(row) = agency::Entity::find_by_id(self.agency).one(write.txn().await?).await? else {
            return Ok((None, problem("id", UserErrorCode::NotFound, "there is no such agency")));
        };
        let before = write.as_stated(&row).await?;
        let mut input = before.clone();
        input.name.clone_from(&self.name);
        if let Some(short_name) = &self.short_name {
            input.short_name.clone_from(short_name);
        }
        let successor = match &self.code {
            Some((code, on)) => {
                input.code.clone_from(code);
                let existing = write.agency_row(code).await?;
                let is_done = existing.as_ref().is_some_and(|existing| existing.name == hangul::normalised(&self.name))
                    && write.is_succeeded(&row, code, *on, SuccessionKind::Rename).await?;
                if is_done {
                    return Ok((existing, Vec::new()));
                }
                if existing.is_some() {
                    let message = format!("{code} is the code of an agency that the register has already; codes are never given twice");
                    return Ok((Some(row), problem("input.code", UserErrorCode::Conflict, message)));
                }
                Some(*on)
            }
            None => {
                let is_known = |alias: &String| hangul::folded(alias) == hangul::folded(&row.name);
                // Whoever knows the former name still finds the agency.
                if hangul::folded(&self.name) != hangul::folded(&row.name) && !input.aliases.iter().any(is_known) {
                    input.aliases.push(row.name.clone());
                }
                None
            }
        };
        if row.status == AgencyStatus::Abolished.as_str() {
            return Ok((Some(row), problem("id", UserErrorCode::Conflict, "the agency is abolished: its name stays what it was")));
        }
        let mut problems = Problems::default();
        let input = input.checked(&mut problems);
        if !problems.is_empty() {
            return Ok((Some(row), told(problems)));
        }
        if write.agency(&input).await? == Recorded::Unchanged {
            return Ok((Some(row), Vec::new()));
        }
        let renamed = write.agency_row(&input.code).await?.ok_or_else(|| Error::internal("an agency that was renamed is missing"))?;
        if let Some(on) = successor {
            let reorganisation =
                Succeeding { kind: SuccessionKind::Rename, on, predecessors: vec![row.id], successors: vec![(renamed.id, None)], reason: self.reason.clone() };
            let (_, problems) = write.reorganised(&reorganisation).await?;
            if !problems.is_empty() {
                return Ok((Some(row), problems));
            }
        }
        let detail = json!({"code": row.code, "before": row.name, "after": renamed.name, "newCode": self.code.as_ref().map(|(code, _)| code)});
        write.audit(Some(viewer.token), Audited { action: AuditAction::AgencyRenamed, subject: row.id, detail }).await?;
        Ok((Some(renamed), Vec::new()))
    }
}

impl Act for Succeeding {
    type Done = Succeeded;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Outcome<Succeeded>> {
        let problems = self.problems();
        if !problems.is_empty() {
            return Ok((None, problems));
        }
        let (succeeded, problems) = write.reorganised(self).await?;
        if let Some(succeeded) = &succeeded
            && write.journaled().is_some()
            && problems.is_empty()
        {
            let codes = |rows: &[agency::Model]| rows.iter().map(|row| row.code.clone()).collect::<Vec<_>>();
            for row in &succeeded.predecessors {
                let detail = json!({"kind": self.kind, "on": self.on, "successors": codes(&succeeded.successors), "moved": succeeded.moved});
                write.audit(Some(viewer.token), Audited { action: AuditAction::AgencySucceeded, subject: row.id, detail }).await?;
            }
        }
        Ok((succeeded, problems))
    }
}

impl Succeeding {
    /// What does not fit together by itself, whatever the register holds.
    fn problems(&self) -> Vec<UserProblem> {
        let one_predecessor = || problem("input.predecessorIds", UserErrorCode::Invalid, "name the one agency that is divided, or hands over");
        let named: Vec<bool> = self.successors.iter().map(|(_, files)| files.is_some()).collect();
        match self.kind {
            SuccessionKind::Rename => problem("input.kind", UserErrorCode::Invalid, "an agency is renamed by `agencyRename`, also where it gets another code"),
            _ if self.predecessors.is_empty() => problem("input.predecessorIds", UserErrorCode::Required, "name the agencies before the reorganisation"),
            SuccessionKind::Merger if self.successors.len() != 1 => {
                problem("input.successors", UserErrorCode::Invalid, "a merger leads to one agency; where there are several, it is a split")
            }
            SuccessionKind::Merger if named[0] => {
                problem("input.successors.0.dataFileIds", UserErrorCode::Invalid, "in a merger every data file goes over: leave them out")
            }
            SuccessionKind::Split | SuccessionKind::Transfer if self.predecessors.len() != 1 => one_predecessor(),
            SuccessionKind::Split if self.successors.len() < 2 => {
                problem("input.successors", UserErrorCode::Invalid, "a split leads to two agencies or more; where there is one, it is a merger or a transfer")
            }
            SuccessionKind::Split if named.iter().filter(|is_named| !**is_named).count() > 1 => problem(
                "input.successors",
                UserErrorCode::Invalid,
                "only one successor can take every data file that is not named: name those of the others in `dataFileIds`",
            ),
            SuccessionKind::Transfer if self.successors.len() != 1 => {
                problem("input.successors", UserErrorCode::Invalid, "state a transfer for each successor on its own")
            }
            SuccessionKind::Transfer if self.successors.iter().all(|(_, files)| files.as_ref().is_none_or(Vec::is_empty)) => problem(
                "input.successors.0.dataFileIds",
                UserErrorCode::Required,
                "name the data files that are handed over: after a transfer the agency goes on with the others",
            ),
            _ => Vec::new(),
        }
    }
}

impl Write {
    async fn agency_row(&mut self, code: &str) -> Result<Option<agency::Model>> {
        Ok(agency::Entity::find().filter(agency::Column::Code.eq(code)).one(self.txn().await?).await?)
    }

    /// The next code of an operating unit that has none of its own: Y and six digits.
    async fn next_unit_code(&mut self) -> Result<String> {
        let codes: Vec<String> = agency::Entity::find()
            .select_only()
            .column(agency::Column::Code)
            .filter(agency::Column::Code.gte("Y000000"))
            .filter(agency::Column::Code.lt("Z"))
            .into_tuple()
            .all(self.txn().await?)
            .await?;
        let last = codes.iter().filter_map(|code| code.strip_prefix('Y')?.parse::<u32>().ok()).max();
        Ok(format!("Y{:06}", last.unwrap_or(0) + 1))
    }

    /// The agency as a document would state it.
    async fn as_stated(&mut self, row: &agency::Model) -> Result<AgencyInput> {
        let parent = match row.parent_id {
            Some(parent) => agency::Entity::find_by_id(parent).one(self.txn().await?).await?.map(|parent| parent.code),
            None => None,
        };
        let short = row.short_name.as_deref().map(hangul::folded);
        let aliases = agency_alias::Entity::find()
            .filter(agency_alias::Column::AgencyId.eq(row.id))
            .order_by_asc(agency_alias::Column::NameFolded)
            .all(self.txn().await?)
            .await?;
        Ok(AgencyInput {
            code: row.code.clone(),
            name: row.name.clone(),
            short_name: row.short_name.clone(),
            r#type: word(&row.agency_type)?,
            status: Some(word(&row.status)?),
            parent,
            region: row.region_code.clone(),
            homepage: row.homepage.clone(),
            aliases: aliases.into_iter().filter(|alias| short.as_ref() != Some(&alias.name_folded)).map(|alias| alias.name).collect(),
            predecessors: Vec::new(),
            sources: Vec::new(),
        })
    }

    async fn is_succeeded(&mut self, row: &agency::Model, successor: &str, on: NaiveDate, kind: SuccessionKind) -> Result<bool> {
        let successor = self.agency_by_code(successor).await?;
        let stored = succession::Entity::find_by_id((row.id, successor, on)).one(self.txn().await?).await?;
        Ok(stored.is_some_and(|stored| stored.kind == kind.as_str()))
    }

    /// Agencies by their keys, in order; a problem for one that there is none of.
    async fn agencies_of(&mut self, ids: &[Uuid], path: impl Fn(usize) -> String) -> Result<std::result::Result<Vec<agency::Model>, Vec<UserProblem>>> {
        let rows = rows_with::<agency::Entity>(self.txn().await?, agency::Column::Id, ids.to_vec()).await?;
        let rows: HashMap<Uuid, agency::Model> = rows.into_iter().map(|row| (row.id, row)).collect();
        let mut found: Vec<agency::Model> = Vec::new();
        for (place, id) in ids.iter().enumerate() {
            match rows.get(id) {
                None => return Ok(Err(problem(&path(place), UserErrorCode::NotFound, "there is no such agency"))),
                Some(row) if found.contains(row) => {
                    return Ok(Err(problem(&path(place), UserErrorCode::Conflict, format!("{} ({}) is named twice", row.name, row.code))));
                }
                Some(row) => found.push(row.clone()),
            }
        }
        Ok(Ok(found))
    }

    /// Lets agencies succeed others: data files go over by a SUCCESSION registration each, agencies below an ended one stand under its successor, and it becomes ABOLISHED. What was recorded so already stays.
    async fn reorganised(&mut self, act: &Succeeding) -> Result<Outcome<Succeeded>> {
        let Succeeding { kind, on, .. } = *act;
        let today = day_in_korea(self.now());
        if on > today {
            let message = format!("{on} lies in the future; today is {today}. Record it on the day on which it takes effect");
            return Ok((None, problem("input.on", UserErrorCode::Invalid, message)));
        }
        let predecessors = match self.agencies_of(&act.predecessors, |place| format!("input.predecessorIds.{place}")).await? {
            Ok(rows) => rows,
            Err(problems) => return Ok((None, problems)),
        };
        let ids: Vec<Uuid> = act.successors.iter().map(|(id, _)| *id).collect();
        let successors = match self.agencies_of(&ids, |place| format!("input.successors.{place}.agencyId")).await? {
            Ok(rows) => rows,
            Err(problems) => return Ok((None, problems)),
        };
        for (place, row) in successors.iter().enumerate() {
            let path = format!("input.successors.{place}.agencyId");
            if row.status == AgencyStatus::Abolished.as_str() {
                return Ok((None, problem(&path, UserErrorCode::Conflict, format!("{} ({}) is abolished", row.name, row.code))));
            }
            for predecessor in &predecessors {
                if predecessor.id == row.id {
                    let message = "an agency does not succeed itself: one that goes on is named among the successors only";
                    return Ok((None, problem(&path, UserErrorCode::Conflict, message)));
                }
                if kind != SuccessionKind::Transfer && self.is_at_or_below(row.id, predecessor.id).await? {
                    let message = format!("{} ({}) stands below {}, which ends; put it under another agency first", row.name, row.code, predecessor.name);
                    return Ok((None, problem(&path, UserErrorCode::Conflict, message)));
                }
            }
        }
        let mut moved = 0;
        for (place, predecessor) in predecessors.iter().enumerate() {
            let mut is_done = predecessor.status == AgencyStatus::Abolished.as_str();
            for successor in &successors {
                is_done &= self.is_succeeded(predecessor, &successor.code, on, kind).await?;
            }
            if is_done {
                continue;
            }
            if predecessor.status == AgencyStatus::Abolished.as_str() {
                let message = format!("{} ({}) is abolished already: `successors` tells what became of it", predecessor.name, predecessor.code);
                return Ok((None, problem(&format!("input.predecessorIds.{place}"), UserErrorCode::Conflict, message)));
            }
            match self.hand_over(predecessor, &successors, act).await? {
                Ok(files) => moved += files,
                Err(problems) => return Ok((None, problems)),
            }
        }
        let mut rows = Vec::new();
        for predecessor in &predecessors {
            rows.extend(self.agency_row(&predecessor.code).await?);
        }
        Ok((Some(Succeeded { predecessors: rows, successors, moved }), Vec::new()))
    }

    /// Lets an agency hand over its data files, or those named, and end, unless it is a transfer. Answers how many went over.
    async fn hand_over(
        &mut self,
        predecessor: &agency::Model,
        successors: &[agency::Model],
        act: &Succeeding,
    ) -> Result<std::result::Result<usize, Vec<UserProblem>>> {
        let rest = act.successors.iter().position(|(_, files)| files.is_none());
        let mut taker: HashMap<Uuid, usize> = HashMap::new();
        for (place, (_, files)) in act.successors.iter().enumerate() {
            for (index, id) in files.iter().flatten().enumerate() {
                if taker.insert(*id, place).is_some() {
                    let path = format!("input.successors.{place}.dataFileIds.{index}");
                    return Ok(Err(problem(&path, UserErrorCode::Conflict, "the data file is named twice: it goes to one agency")));
                }
            }
        }
        let files = data_file::Entity::find()
            .filter(data_file::Column::AgencyId.eq(predecessor.id))
            .filter(data_file::Column::Status.ne(DataFileStatus::Destroyed.as_str()))
            .order_by_asc(data_file::Column::RegistrationNumber)
            .all(self.txn().await?)
            .await?;
        for (place, (_, named)) in act.successors.iter().enumerate() {
            for (index, id) in named.iter().flatten().enumerate() {
                if files.iter().any(|file| file.id == *id) || self.went_over(*id, &successors[place]).await? {
                    continue;
                }
                let message = format!("{} ({}) has no such data file, or it was destroyed", predecessor.name, predecessor.code);
                return Ok(Err(problem(&format!("input.successors.{place}.dataFileIds.{index}"), UserErrorCode::NotFound, message)));
            }
        }
        let ends = act.kind != SuccessionKind::Transfer;
        let mut going = Vec::new();
        let mut staying = Vec::new();
        for file in files {
            match taker.get(&file.id).copied().or(rest) {
                Some(place) => going.push((file, &successors[place])),
                None => staying.push(file),
            }
        }
        if ends && let Some(file) = staying.first() {
            let message = format!(
                "{} of its data files would be nobody's, {} ({}) say: name them in `dataFileIds`, or leave `dataFileIds` out for the agency that takes the rest",
                staying.len(),
                file.name,
                file.registration_number
            );
            return Ok(Err(problem("input.successors", UserErrorCode::Required, message)));
        }
        let moved = going.len();
        let problems = self.taken_over(going, act.on, act.reason.as_deref()).await?;
        if !problems.is_empty() {
            return Ok(Err(problems));
        }
        if ends {
            let below = agency::Entity::find()
                .filter(agency::Column::ParentId.eq(predecessor.id))
                .filter(agency::Column::Status.eq(AgencyStatus::Active.as_str()))
                .order_by_asc(agency::Column::Code)
                .all(self.txn().await?)
                .await?;
            let above = rest.or_else(|| (successors.len() == 1).then_some(0)).map(|place| successors[place].code.clone());
            for row in below {
                let Some(above) = &above else {
                    let message = format!(
                        "{} ({}) stands below {}: leave `dataFileIds` out for the successor that takes the rest, under which it is to stand",
                        row.name, row.code, predecessor.name
                    );
                    return Ok(Err(problem("input.successors", UserErrorCode::Required, message)));
                };
                let stated = AgencyInput { parent: Some(above.clone()), ..self.as_stated(&row).await? };
                self.agency(&stated).await?;
            }
            let stated = AgencyInput { status: Some(AgencyStatus::Abolished), ..self.as_stated(predecessor).await? };
            self.agency(&stated).await?;
        }
        for successor in successors {
            self.agency_succession(&predecessor.code, &successor.code, act.on, act.kind).await?;
        }
        Ok(Ok(moved))
    }

    /// Whether an agency took a data file over already.
    async fn went_over(&mut self, id: Uuid, successor: &agency::Model) -> Result<bool> {
        let Some(file) = data_file::Entity::find_by_id(id).filter(data_file::Column::AgencyId.eq(successor.id)).one(self.txn().await?).await? else {
            return Ok(false);
        };
        let last = registration::Entity::find_by_id(file.registration_id).one(self.txn().await?).await?;
        Ok(last.is_some_and(|last| last.change_kind == RegistrationChangeKind::Succession.as_str()))
    }

    /// Records that agencies took data files over: a SUCCESSION registration each, with everything else as it was.
    async fn taken_over(&mut self, going: Vec<(data_file::Model, &agency::Model)>, on: NaiveDate, reason: Option<&str>) -> Result<Vec<UserProblem>> {
        let last = rows_with::<registration::Entity>(self.txn().await?, registration::Column::Id, going.iter().map(|(file, _)| file.registration_id).collect());
        let last: HashMap<Uuid, NaiveDate> = last.await?.into_iter().map(|row| (row.id, row.valid_from)).collect();
        let mut inputs = Vec::with_capacity(going.len());
        for (file, successor) in going {
            // A file that was amended later goes over as it is then: what holds last says whose it is.
            let from = last.get(&file.registration_id).map_or(on, |valid_from| on.max(*valid_from));
            let stated =
                json!({"changeKind": RegistrationChangeKind::Succession, "validFrom": from, "reason": reason, "agency": successor.code, "name": file.name});
            let mut registration: RegistrationInput = serde_json::from_value(stated).map_err(|error| Error::internal(error.to_string()))?;
            registration.states = Some(std::collections::BTreeSet::new());
            inputs.push(DataFileInput {
                registration_number: Some(file.registration_number),
                agency: successor.code.clone(),
                status: word(&file.status)?,
                registrations: vec![registration],
                is_application: false,
            });
        }
        let mut files: Vec<(&DataFileInput, Problems)> = inputs.iter().map(|input| (input, Problems::default())).collect();
        let today = day_in_korea(self.now());
        self.data_files(&mut files, &Parties::default(), &DocumentKeys::new(), today).await?;
        let problems = files.into_iter().flat_map(|(input, problems)| {
            let number = input.registration_number.clone().unwrap_or_default();
            problems.found().into_iter().map(move |problem| {
                let path = if problem.path.ends_with(".reason") { "input.reason" } else { "" };
                let problem = UserProblem::from(problem);
                UserProblem { path: path.to_owned(), message: format!("{number}: {}", problem.message), ..problem }
            })
        });
        Ok(problems.collect())
    }
}
