//! Applications in the schema: what their agency, the regulator and administrators see of them, and the dry run.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, application, data_file, registration};

use super::input::RegistrationInput;
use super::store::{ApplicationListing, Proposal};
use super::trial::{self, Trial};
use super::{ApplicationKind, ApplicationKindFilter, ApplicationStatus, ApplicationStatusFilter};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::data_file::graphql::DataFile;
use crate::difference::FieldDifference;
use crate::error::Error;
use crate::finding::graphql::Finding;
use crate::finding::store::FindingsOfRegistration;
use crate::graphql::connection::Paged;
use crate::graphql::filter::IdFilter;
use crate::graphql::scalar::DateTime;
use crate::graphql::{Reads as _, Session, word};
use crate::identity::{GlobalId, NodeType};
use crate::registration::graphql::Registration;
use crate::store::Page;

/// Application for registration (등록 신청). Act 제32조①, Decree 제34조①. Never public: its agency and those above it see it, the regulator and administrators do.
#[derive(Clone)]
pub struct Application(pub application::Model);

impl From<application::Model> for Application {
    fn from(row: application::Model) -> Self {
        Self(row)
    }
}

/// Application for registration (등록 신청). Act 제32조①, Decree 제34조①. Never public: its agency and those above it see it, the regulator and administrators do.
#[Object]
impl Application {
    /// Global ID of the application.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Application, self.0.id).into()
    }

    /// Version of the application: 1, 2, …, one more with each step. To be stated as `expectedVersion` by whoever takes the next one.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// What the application is for.
    async fn kind(&self) -> Result<ApplicationKind> {
        Ok(word(&self.0.kind)?)
    }

    /// How far the application is.
    async fn status(&self) -> Result<ApplicationStatus> {
        Ok(word(&self.0.status)?)
    }

    /// Agency that applies.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Data file that is to change; that of a first registration once it is accepted, null before.
    async fn data_file(&self, ctx: &Context<'_>) -> Result<Option<DataFile>> {
        match self.0.data_file_id {
            Some(id) => Ok(Some(DataFile((*ctx.row::<data_file::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Registration that acceptance recorded; null before.
    async fn registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        match self.0.registration_id {
            Some(id) => Ok(Some(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// What acceptance would record today, and what stands in its way. Of an accepted application, what was recorded.
    async fn check(&self, ctx: &Context<'_>) -> Result<RegistrationCheck> {
        if let Some(registration) = self.registration(ctx).await? {
            let differences = registration.differences(ctx).await?;
            let found = ctx.load(FindingsOfRegistration(registration.key(), ctx.session()?.today())).await?;
            let findings = found.into_iter().flat_map(|rows| rows.iter().cloned().map(Finding::from).collect::<Vec<_>>()).collect();
            return Ok(RegistrationCheck(Trial { registration: Some(registration), differences, findings, document: None, problems: Vec::new() }));
        }
        Ok(RegistrationCheck(trial::tried(ctx, &Proposal::of(&self.0)?).await?))
    }

    /// Why the application was returned; null if it was not, or was submitted again.
    async fn return_reason(&self) -> Option<&str> {
        self.0.return_reason.as_deref()
    }

    /// Timestamp of when the application was drawn up.
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// Timestamp of when the application was submitted last; null if it never was.
    async fn submitted_at(&self) -> Option<DateTime> {
        self.0.submitted_at.map(DateTime)
    }

    /// Timestamp of when the application was returned, accepted or cancelled; null where it waits for a decision.
    async fn decided_at(&self) -> Option<DateTime> {
        self.0.decided_at.map(DateTime)
    }
}

crate::connections! {
    ApplicationConnection, ApplicationEdge: Application from application;
}

/// Conditions on applications. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ApplicationFilter {
    /// What the application is for.
    pub kind: Option<ApplicationKindFilter>,
    /// How far the application is.
    pub status: Option<ApplicationStatusFilter>,
    /// Agency that applies.
    pub agency: Option<Box<AgencyFilter>>,
    /// Data file that is to change.
    pub data_file: Option<IdFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<ApplicationFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<ApplicationFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<ApplicationFilter>>,
}

/// Dry run of a registration (등록 사전 점검): what would be recorded, and what stands in its way. Nothing is stored.
pub struct RegistrationCheck(Trial);

/// Dry run of a registration (등록 사전 점검): what would be recorded, and what stands in its way. Nothing is stored.
#[Object]
impl RegistrationCheck {
    /// Registration as it would be recorded, with the provisions and entrustments that it states itself. Its id is good for this answer only. Null where `userErrors` say why nothing would be recorded.
    async fn registration(&self) -> Option<Registration> {
        self.0.registration.clone()
    }

    /// How it differs from what is in force, in the order of the matters of Decree 제33조①: at most 5,000; empty for a first registration.
    async fn differences(&self) -> &[FieldDifference] {
        &self.0.differences
    }

    /// What the law's rules would say of it: at most 1,000. Those that compare several data files of the agency (R13, R14, R17) are computed when it is recorded.
    async fn findings(&self) -> &[Finding] {
        self.0.findings.get(..1_000).unwrap_or(&self.0.findings)
    }

    /// Registered and disclosed data files that are like it, the most alike first: at most 10.
    async fn similar(&self, ctx: &Context<'_>) -> Result<Vec<DataFile>> {
        match &self.0.document {
            Some(document) => Ok(trial::similar(ctx, document, 10).await?),
            None => Ok(Vec::new()),
        }
    }

    /// Why it would not be recorded: at most 100; empty if it would be.
    async fn user_errors(&self) -> Vec<RegistrationCheckUserError> {
        self.0.problems.iter().take(100).cloned().map(RegistrationCheckUserError::from).collect()
    }
}

crate::user_error! {
    /// Why a registration would not be recorded.
    RegistrationCheckUserError
}

/// Queries on applications.
#[derive(Default)]
pub struct ApplicationQuery;

/// Queries on applications.
#[Object]
impl ApplicationQuery {
    /// Application with that global ID; null without a token, if there is none, or if the viewer may not see it.
    async fn application(&self, ctx: &Context<'_>, #[graphql(desc = "Global ID of the application.")] id: ID) -> Result<Option<Application>> {
        Ok(application(ctx, GlobalId::parse_as(&id, NodeType::Application)?).await?)
    }

    /// Applications that the viewer may see, the newest first: an agency those of itself and the agencies below it, the regulator and administrators all. Null without a token. At most 100 in a page, 20 if
    /// not said.
    async fn applications(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which applications.")] filter: Option<Box<ApplicationFilter>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<Option<ApplicationConnection>> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let Some(viewer) = &ctx.session()?.viewer else { return Ok(None) };
        let listing = ApplicationListing::of(viewer, filter)?;
        Ok(Some(ApplicationConnection(Paged::load(ctx, listing, None, page).await?)))
    }

    /// Dry run of a registration (등록 사전 점검): what would be recorded if it were applied for and accepted today. With a data file it is an amendment, without one a first registration.
    async fn registration_check(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency.")] agency_id: ID,
        #[graphql(desc = "Global ID of the data file that is to change; a first registration if left out.")] data_file_id: Option<ID>,
        #[graphql(desc = "What is to be registered.")] input: Box<RegistrationInput>,
    ) -> Result<RegistrationCheck> {
        let agency = GlobalId::parse_as(&agency_id, NodeType::Agency)?;
        let data_file = data_file_id.map(|id| GlobalId::parse_as(&id, NodeType::DataFile)).transpose()?;
        let kind = if data_file.is_some() { ApplicationKind::Amendment } else { ApplicationKind::New };
        Ok(RegistrationCheck(trial::tried(ctx, &Proposal { kind, agency, data_file, input: input.stated() }).await?))
    }
}

/// The application with that key, if the viewer may see it.
///
/// # Errors
/// Those of the database.
pub async fn application(ctx: &Context<'_>, key: uuid::Uuid) -> Result<Option<Application>, Error> {
    let session = ctx.session()?;
    let Some(viewer) = session.viewer.clone() else { return Ok(None) };
    let store = session.store.clone();
    Ok(Session::apart(async move { store.application_for(&viewer, key).await }).await?.map(Application))
}
