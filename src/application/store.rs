//! Applications in the tables: lists of them, the steps that they take, and how an accepted one is recorded.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;
use entity::{agency, agency_ancestor, api_token, application, application_version, data_file, registration};
use sea_orm::sea_query::{Condition, Expr, Query, SelectStatement};
use sea_orm::{
    ActiveModelTrait as _, ColumnTrait as _, EntityTrait as _, IntoActiveModel as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _, QueryTrait as _,
};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::conflict::{self, Step};
use super::graphql::ApplicationFilter;
use super::input::without_nulls;
use super::{ApplicationAction, ApplicationKind, ApplicationStatus};
use crate::access::{Audited, Role, Viewer};
use crate::agency::agency_keys;
use crate::data_file::{DataFileInput, DataFileStatus, RecordedFile};
use crate::error::{Error, Result};
use crate::graphql::mutation::{Outcome, UserErrorCode, UserProblem};
use crate::graphql::{day_in_korea, word};
use crate::identity::NodeType;
use crate::problem::{Problem, Problems};
use crate::registration::{RecordCompleteness, RegistrationInput};
use crate::source::DocumentKeys;
use crate::store::{Key, Kind, Listing, Order, OrderKey, Store, Write, all_of, among, combined, exact, key};
use crate::vocabulary::Vocabulary as _;

crate::identified!(application);

/// There is no such application, or the viewer may not see it.
fn no_application() -> UserProblem {
    UserProblem::new("id", UserErrorCode::NotFound, "there is no such application")
}

/// A problem of the one registration that is recorded, under the names of the arguments.
fn told(problem: Problem) -> UserProblem {
    let path = match problem.path.strip_prefix("registrations.0.") {
        Some("changeKind") => "kind".to_owned(),
        Some("agency") => "agencyId".to_owned(),
        Some(path) => format!("input.{path}"),
        None if problem.path == "agency" => "agencyId".to_owned(),
        None => problem.path.clone(),
    };
    UserProblem { path, ..problem.into() }
}

/// What is applied for.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// Kind.
    pub kind: ApplicationKind,
    /// Agency that applies.
    pub agency: Uuid,
    /// File that is to change.
    pub data_file: Option<Uuid>,
    /// What is stated.
    pub input: Map<String, Json>,
}

impl Proposal {
    /// What an application is for.
    ///
    /// # Errors
    /// `Internal` for a row that cannot be read.
    pub fn of(row: &application::Model) -> Result<Self> {
        Ok(Self { kind: word(&row.kind)?, agency: row.agency_id, data_file: row.data_file_id, input: stated(&row.input)? })
    }
}

fn stated(text: &str) -> Result<Map<String, Json>> {
    serde_json::from_str(text).map_err(|error| Error::internal(format!("the input of an application cannot be read: {error}")))
}

/// A step to be taken.
#[derive(Clone, Debug)]
pub struct StepInput {
    /// Application.
    pub id: Uuid,
    /// Version at which the client knows it.
    pub expected_version: i32,
    /// Step.
    pub action: ApplicationAction,
    /// What is stated anew, for an edit.
    pub input: Map<String, Json>,
    /// Why it is returned.
    pub reason: Option<String>,
}

/// What became of a mutation: the application as it stands, and what prevented the step.
pub type Taken = Outcome<application::Model>;

impl Write {
    /// Draws up an application. One of the same id is left as it is: the mutation came again.
    ///
    /// # Errors
    /// `Forbidden` for an agency that the viewer does not act for; those of the database.
    pub async fn new_application(&mut self, id: Uuid, viewer: &Viewer, proposal: &Proposal) -> Result<Taken> {
        let Some(agency) = agency::Entity::find_by_id(proposal.agency).one(self.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("agencyId", UserErrorCode::NotFound, "there is no such agency")]));
        };
        if !self.acts_for(viewer, agency.id).await? {
            return Err(Error::Forbidden);
        }
        let problems = self.file_problems(proposal).await?;
        if !problems.is_empty() {
            return Ok((None, problems));
        }
        if let Some(row) = application::Entity::find_by_id(id).one(self.txn().await?).await? {
            return Ok((Some(row), Vec::new()));
        }
        let row = application::Model {
            id,
            version: 1,
            kind: proposal.kind.as_str().to_owned(),
            status: ApplicationStatus::Draft.as_str().to_owned(),
            agency_id: agency.id,
            data_file_id: proposal.data_file,
            registration_id: None,
            input: Json::Object(proposal.input.clone()).to_string(),
            return_reason: None,
            created_at: self.now(),
            submitted_at: None,
            decided_at: None,
        };
        self.insert([row.clone()]);
        self.version_taken(&row, ApplicationAction::Create, viewer).await?;
        Ok((Some(row), Vec::new()))
    }

    /// Whether the file and the kind of an application go together.
    async fn file_problems(&mut self, proposal: &Proposal) -> Result<Vec<UserProblem>> {
        let problem = |code, message: &str| Ok(vec![UserProblem::new("dataFileId", code, message)]);
        match (proposal.kind, proposal.data_file) {
            (ApplicationKind::New, None) => Ok(Vec::new()),
            (ApplicationKind::New, Some(_)) => {
                problem(UserErrorCode::Invalid, "a first registration is of no data file that there is: leave it out, or choose another kind")
            }
            (_, None) => problem(UserErrorCode::Required, "state the data file that is to change"),
            (_, Some(id)) => match data_file::Entity::find_by_id(id).one(self.txn().await?).await? {
                Some(row) if row.agency_id == proposal.agency && row.status == DataFileStatus::Destroyed.as_str() => {
                    problem(UserErrorCode::Conflict, "the file was destroyed: nothing is recorded of it any more")
                }
                Some(row) if row.agency_id == proposal.agency => Ok(Vec::new()),
                _ => problem(UserErrorCode::NotFound, "the agency has no such data file"),
            },
        }
    }

    /// Takes a step. Where it cannot be taken, nothing of it may be committed.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn application_step(&mut self, viewer: &Viewer, step: &StepInput) -> Result<Taken> {
        let Some(row) = application::Entity::find_by_id(step.id).one(self.txn().await?).await? else { return Ok((None, vec![no_application()])) };
        if !self.acts_for(viewer, row.agency_id).await? {
            return Ok((None, vec![no_application()]));
        }
        if row.version != step.expected_version {
            let message = conflict::told(step.expected_version, row.version, &self.steps_from(row.id, step.expected_version).await?);
            return Ok((Some(row), vec![UserProblem::new("expectedVersion", UserErrorCode::VersionConflict, message)]));
        }
        let status: ApplicationStatus = word(&row.status)?;
        let Some(after) = status.after(step.action) else {
            let message = format!("the application is {}: {} is none of the steps that it can take", status.as_str(), step.action.as_str());
            return Ok((Some(row), vec![UserProblem::new("id", UserErrorCode::StatusConflict, message)]));
        };
        let mut new = application::Model { version: row.version + 1, status: after.as_str().to_owned(), ..row.clone() };
        match step.action {
            ApplicationAction::Update => {
                let mut input = stated(&row.input)?;
                input.extend(step.input.clone());
                new.input = Json::Object(input).to_string();
            }
            ApplicationAction::Submit => (new.submitted_at, new.decided_at, new.return_reason) = (Some(self.now()), None, None),
            ApplicationAction::Return => {
                let mut problems = Problems::default();
                new.return_reason = Some(problems.required_text("reason", step.reason.as_deref().unwrap_or_default(), 1000));
                new.decided_at = Some(self.now());
                if !problems.is_empty() {
                    return Ok((Some(row), problems.found().into_iter().map(told).collect()));
                }
            }
            ApplicationAction::Accept => {
                let (recorded, mut problems) = self.proposed(&Proposal::of(&row)?).await?;
                let registration = recorded.and_then(|recorded| recorded.registration);
                if problems.is_empty() && registration.is_none() {
                    problems.push(UserProblem::new(
                        "id",
                        UserErrorCode::Conflict,
                        "the same is registered already, from the same day: there is nothing to record",
                    ));
                }
                if !problems.is_empty() {
                    return Ok((Some(row), problems));
                }
                new.decided_at = Some(self.now());
                new.data_file_id = registration.as_ref().map(|registration| registration.data_file);
                new.registration_id = registration.map(|registration| registration.id);
            }
            ApplicationAction::Create | ApplicationAction::Cancel => new.decided_at = Some(self.now()),
        }
        new.clone().into_active_model().reset_all().update(self.txn().await?).await?;
        self.version_taken(&new, step.action, viewer).await?;
        Ok((Some(new), Vec::new()))
    }

    async fn version_taken(&mut self, row: &application::Model, action: ApplicationAction, viewer: &Viewer) -> Result<()> {
        self.insert([application_version::Model {
            application_id: row.id,
            version: row.version,
            action: action.as_str().to_owned(),
            token_id: viewer.token,
            recorded_at: self.now(),
            input: row.input.clone(),
        }]);
        let detail = json!({"version": row.version, "status": row.status, "registration": row.registration_id, "reason": row.return_reason});
        self.audit(Some(viewer.token), Audited { action: action.audited(), subject: row.id, detail }).await
    }

    /// The steps from the one that led to `version` on.
    async fn steps_from(&mut self, id: Uuid, version: i32) -> Result<Vec<Step>> {
        let rows = application_version::Entity::find()
            .filter(application_version::Column::ApplicationId.eq(id))
            .filter(application_version::Column::Version.gte(version))
            .order_by_asc(application_version::Column::Version)
            .all(self.txn().await?)
            .await?;
        let tokens = api_token::Entity::find().filter(api_token::Column::Id.is_in(rows.iter().map(|row| row.token_id))).all(self.txn().await?).await?;
        let names: HashMap<Uuid, String> = tokens.into_iter().map(|token| (token.id, token.name)).collect();
        rows.into_iter()
            .map(|row| {
                let by = names.get(&row.token_id).cloned().unwrap_or_default();
                Ok(Step { version: row.version, action: word(&row.action)?, by, input: stated(&row.input)? })
            })
            .collect()
    }

    /// Records what is applied for, by the one way into the register; or tells why it cannot be recorded.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn proposed(&mut self, proposal: &Proposal) -> Result<(Option<RecordedFile>, Vec<UserProblem>)> {
        let today = day_in_korea(self.now());
        let Some(agency) = agency::Entity::find_by_id(proposal.agency).one(self.txn().await?).await? else {
            return Ok((None, vec![UserProblem::new("agencyId", UserErrorCode::NotFound, "there is no such agency")]));
        };
        let problems = self.file_problems(proposal).await?;
        if !problems.is_empty() {
            return Ok((None, problems));
        }
        let mut file = None;
        if let Some(id) = proposal.data_file
            && let Some(row) = data_file::Entity::find_by_id(id).one(self.txn().await?).await?
        {
            let valid_from = registration::Entity::find_by_id(row.registration_id).one(self.txn().await?).await?.map(|registration| registration.valid_from);
            file = Some((row, valid_from));
        }
        let (registration, problems) = as_document(proposal, file.as_ref(), today);
        let Some(registration) = registration.filter(|_| problems.is_empty()) else { return Ok((None, problems)) };
        let entrustees = registration.entrustments.iter().flat_map(|entrustment| std::iter::once(&entrustment.entrustee).chain(&entrustment.sub_entrustees));
        let names: Vec<&str> = registration.provisions.iter().map(|provision| &provision.recipient).chain(entrustees).map(String::as_str).collect();
        let parties = self.parties_named(names).await?;
        let status = match (&file, proposal.kind) {
            (Some((row, _)), kind) if kind != ApplicationKind::Amendment || row.status == DataFileStatus::Exempt.as_str() => word(&row.status)?,
            _ => DataFileStatus::Registered,
        };
        let registration_number = file.map(|(row, _)| row.registration_number);
        let input = DataFileInput { registration_number, agency: agency.code, status, registrations: vec![registration], is_application: true };
        let mut files = [(&input, Problems::default())];
        let recorded = self.data_files(&mut files, &parties, &DocumentKeys::new(), today).await?.pop();
        let [(_, problems)] = files;
        let problems: Vec<UserProblem> = problems.found().into_iter().map(told).collect();
        Ok(if problems.is_empty() { (recorded, problems) } else { (None, problems) })
    }
}

/// The registration that is applied for, as a document would state it.
fn as_document(proposal: &Proposal, file: Option<&(data_file::Model, Option<NaiveDate>)>, today: NaiveDate) -> (Option<RegistrationInput>, Vec<UserProblem>) {
    let Proposal { kind, input, .. } = proposal;
    let mut problems = Vec::new();
    if *kind == ApplicationKind::Destruction {
        for name in input.keys().filter(|name| !["validFrom", "reason"].contains(&name.as_str())) {
            problems.push(UserProblem::new(
                &format!("input.{name}"),
                UserErrorCode::Invalid,
                "the record of a destruction repeats the last content: state `validFrom` and `reason` only",
            ));
        }
    }
    let mut states: BTreeSet<String> = input.keys().cloned().collect();
    let mut stated = input.clone();
    let day = match (kind, file) {
        (ApplicationKind::Correction, Some((_, Some(valid_from)))) => *valid_from,
        _ => today,
    };
    if stated.get("validFrom").is_none_or(Json::is_null) {
        stated.insert("validFrom".to_owned(), json!(day));
    }
    // A name that is cleared, and that of a first registration, is missed by the check.
    let name = file.filter(|_| !states.contains("name")).map_or("", |(row, _)| &row.name);
    if stated.get("name").is_none_or(Json::is_null) {
        stated.insert("name".to_owned(), json!(name));
    }
    let is_first = file.is_none_or(|(row, _)| *kind == ApplicationKind::Amendment && row.status == DataFileStatus::Disclosed.as_str());
    match serde_json::from_value::<RegistrationInput>(without_nulls(Json::Object(stated))) {
        Ok(mut registration) => {
            registration.change_kind = Some(kind.change_kind());
            if matches!(kind, ApplicationKind::New | ApplicationKind::Amendment) {
                registration.completeness = Some(RecordCompleteness::FullRegistration);
                states.insert("completeness".to_owned());
            }
            if is_first {
                registration.registered_on = Some(today);
                states.insert("registeredOn".to_owned());
            }
            registration.states = file.map(|_| states);
            (Some(registration), problems)
        }
        Err(error) => {
            problems.push(UserProblem::new("input", UserErrorCode::Invalid, format!("cannot be read: {error}")));
            (None, problems)
        }
    }
}

impl Store {
    /// The application, if the viewer may see it.
    ///
    /// # Errors
    /// Those of the database.
    pub async fn application_for(&self, viewer: &Viewer, id: Uuid) -> Result<Option<application::Model>> {
        let Some(row) = application::Entity::find_by_id(id).one(self.db()).await? else { return Ok(None) };
        let is_seen = match (viewer.role, viewer.agency) {
            (Role::Anonymous, _) | (Role::Agency, None) => false,
            (Role::Agency, Some(own)) => agency_ancestor::Entity::find_by_id((row.agency_id, own)).count(self.db()).await? > 0,
            (Role::Regulator | Role::Admin, _) => true,
        };
        Ok(Some(row).filter(|_| is_seen))
    }
}

/// List of the applications that a viewer may see, the newest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ApplicationListing {
    /// Only those of this agency and those below it.
    agency: Option<Uuid>,
    filter: Option<Box<ApplicationFilter>>,
}

impl ApplicationListing {
    /// Those of the viewer that the filter admits.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for a filter that names something impossible.
    pub fn of(viewer: &Viewer, filter: Option<Box<ApplicationFilter>>) -> Result<Self> {
        if let Some(filter) = &filter {
            filter.condition()?;
        }
        // An agency's token without an agency sees nothing.
        let agency = (viewer.role == Role::Agency).then(|| viewer.agency.unwrap_or_default());
        Ok(Self { agency, filter })
    }
}

impl Listing for ApplicationListing {
    type Row = application::Model;

    fn source(&self, _: &[Uuid]) -> SelectStatement {
        let mut select = application::Entity::find().into_query();
        if let Some(agency) = self.agency {
            let below = Query::select()
                .column(agency_ancestor::Column::AgencyId)
                .from(agency_ancestor::Entity)
                .and_where(agency_ancestor::Column::AncestorId.eq(agency))
                .take();
            select.cond_where(among(Expr::col((application::Entity, application::Column::AgencyId)), below));
        }
        if let Some(Ok(condition)) = self.filter.as_deref().map(ApplicationFilter::condition) {
            select.cond_where(condition);
        }
        select
    }

    fn order(&self) -> Order<application::Model> {
        Order {
            name: "applications",
            is_descending: true,
            keys: vec![OrderKey::column(Kind::Moment, "created_at", |row| Key::Moment(row.created_at))],
            id: |row| row.id,
        }
    }
}

impl ApplicationFilter {
    /// The filter over the columns of `application`.
    ///
    /// # Errors
    /// `BAD_USER_INPUT` for an id of another type.
    pub fn condition(&self) -> Result<Condition> {
        let column = |column: application::Column| Expr::col((application::Entity, column));
        let own = all_of([
            self.kind.as_ref().map(|filter| exact(column(application::Column::Kind), filter.words(), filter.is_null)),
            self.status.as_ref().map(|filter| exact(column(application::Column::Status), filter.words(), filter.is_null)),
            self.agency.as_ref().map(|filter| Ok::<_, Error>(among(column(application::Column::AgencyId), agency_keys(filter)?))).transpose()?,
            self.data_file.as_ref().map(|filter| key(column(application::Column::DataFileId), filter, NodeType::DataFile)).transpose()?,
        ]);
        combined(own, self.and.as_ref(), self.or.as_ref(), self.not.as_ref(), Self::condition)
    }
}
