//! Mutations on applications: each takes one step, or tells in `userErrors` why it cannot be taken.

use async_graphql::{Context, ID, Object, Result};
use entity::application;
use serde_json::Map;
use uuid::Uuid;

use super::graphql::Application;
use super::input::RegistrationInput;
use super::store::{Proposal, StepInput, Taken};
use super::trial;
use super::{ApplicationAction, ApplicationKind};
use crate::access::Viewer;
use crate::access::graphql::viewer_as;
use crate::error::Error;
use crate::graphql::mutation::{Act, carried_out};
use crate::graphql::{Reads as _, Session};
use crate::identity::{GlobalId, NodeType, derived_key};
use crate::store::Write;
use crate::vocabulary::Vocabulary as _;

crate::payload! {
    /// What became of `applicationCreate`.
    ApplicationCreatePayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not drawn up.
    ApplicationCreateUserError
}
crate::payload! {
    /// What became of `applicationUpdate`.
    ApplicationUpdatePayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not edited.
    ApplicationUpdateUserError
}
crate::payload! {
    /// What became of `applicationSubmit`.
    ApplicationSubmitPayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not submitted.
    ApplicationSubmitUserError
}
crate::payload! {
    /// What became of `applicationReturn`.
    ApplicationReturnPayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not returned.
    ApplicationReturnUserError
}
crate::payload! {
    /// What became of `applicationAccept`.
    ApplicationAcceptPayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not accepted.
    ApplicationAcceptUserError
}
crate::payload! {
    /// What became of `applicationCancel`.
    ApplicationCancelPayload {
        /// Application as it stands; null where there is none, or the viewer may not see it.
        application: Application,
    },
    /// Why an application was not cancelled.
    ApplicationCancelUserError
}

/// What is to be written.
#[derive(Clone, Copy)]
enum Writing<'w> {
    /// A new application with its key.
    New(Uuid, &'w Proposal),
    /// A step of one.
    Step(&'w StepInput),
}

impl Act for Writing<'_> {
    type Done = application::Model;

    async fn carry_out(&self, write: &mut Write, viewer: &Viewer) -> Result<Taken, Error> {
        match self {
            Self::New(id, proposal) => write.new_application(*id, viewer, proposal).await,
            Self::Step(step) => write.application_step(viewer, step).await,
        }
    }
}

/// Takes a step of an application.
async fn step(ctx: &Context<'_>, id: &ID, step: StepInput) -> Result<Taken, Error> {
    let viewer = viewer_as(ctx, step.action.roles())?;
    let step = StepInput { id: GlobalId::parse_as(id, NodeType::Application)?, ..step };
    let session = ctx.session()?;
    if step.action == ApplicationAction::Submit
        && let Some(row) = session.store.application_for(&viewer, step.id).await?
        && row.version == step.expected_version
    {
        // Of the version that is expected: if that is no longer the one, the step is not taken.
        let problems = trial::tried(ctx, &Proposal::of(&row)?).await?.problems;
        let status: super::ApplicationStatus = crate::graphql::word(&row.status)?;
        if !problems.is_empty() && status.after(step.action).is_some() {
            return Ok((Some(row), problems));
        }
    }
    carried_out(session, &viewer, &Writing::Step(&step)).await
}

fn plain(action: ApplicationAction, expected_version: i32) -> StepInput {
    StepInput { id: Uuid::nil(), expected_version, action, input: Map::new(), reason: None }
}

/// Key of a new application: from the idempotency key, where there is one, so that a mutation that comes again finds what it made.
fn new_key(session: &Session, viewer: &Viewer, field: &str) -> Uuid {
    match &session.idempotency_key {
        Some(key) => derived_key(NodeType::Application.as_str(), &[viewer.token.as_bytes(), key.as_bytes(), field.as_bytes()]),
        None => derived_key(NodeType::Application.as_str(), &[&(session.salts)()]),
    }
}

/// Mutations on applications.
#[derive(Default)]
pub struct ApplicationMutation;

/// Mutations on applications.
#[Object]
impl ApplicationMutation {
    /// Draws up an application for an agency: a draft, which nobody else decides on until it is submitted. For AGENCY and ADMIN.
    async fn application_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency: the viewer's own, or one below it.")] agency_id: ID,
        #[graphql(desc = "What it is for.")] kind: ApplicationKind,
        #[graphql(desc = "Global ID of the data file that is to change; left out for a first registration.")] data_file_id: Option<ID>,
        #[graphql(desc = "What is to be registered, as far as it is known.")] input: Option<Box<RegistrationInput>>,
    ) -> Result<ApplicationCreatePayload> {
        let viewer = viewer_as(ctx, ApplicationAction::Create.roles())?;
        let session = ctx.session()?;
        let proposal = Proposal {
            kind,
            agency: GlobalId::parse_as(&agency_id, NodeType::Agency)?,
            data_file: data_file_id.map(|id| GlobalId::parse_as(&id, NodeType::DataFile)).transpose()?,
            input: input.map(|input| input.stated()).unwrap_or_default(),
        };
        let id = new_key(session, &viewer, ctx.field().alias().unwrap_or_else(|| ctx.field().name()));
        Ok(carried_out(session, &viewer, &Writing::New(id, &proposal)).await?.into())
    }

    /// Edits an application that is a draft or was returned: a matter left out stays as the application states it. For AGENCY and ADMIN.
    async fn application_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the application.")] id: ID,
        #[graphql(desc = "Version at which the client knows it; another one is a user error, which tells what was changed.")] expected_version: i32,
        #[graphql(desc = "What is stated anew.")] input: Box<RegistrationInput>,
    ) -> Result<ApplicationUpdatePayload> {
        let update = StepInput { input: input.stated(), ..plain(ApplicationAction::Update, expected_version) };
        Ok(step(ctx, &id, update).await?.into())
    }

    /// Submits an application, which must have nothing in its way: `check` tells. For AGENCY and ADMIN.
    async fn application_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the application.")] id: ID,
        #[graphql(desc = "Version at which the client knows it; another one is a user error, which tells what was changed.")] expected_version: i32,
    ) -> Result<ApplicationSubmitPayload> {
        Ok(step(ctx, &id, plain(ApplicationAction::Submit, expected_version)).await?.into())
    }

    /// Returns an application to its agency, which edits and submits it again. For REGULATOR and ADMIN.
    async fn application_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the application.")] id: ID,
        #[graphql(desc = "Version at which the client knows it; another one is a user error, which tells what was changed.")] expected_version: i32,
        #[graphql(desc = "Why, for the agency to read. At most 1,000 characters.")] reason: String,
    ) -> Result<ApplicationReturnPayload> {
        let returned = StepInput { reason: Some(reason), ..plain(ApplicationAction::Return, expected_version) };
        Ok(step(ctx, &id, returned).await?.into())
    }

    /// Accepts an application: the registration is recorded, and public from then on. For REGULATOR and ADMIN.
    async fn application_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the application.")] id: ID,
        #[graphql(desc = "Version at which the client knows it; another one is a user error, which tells what was changed.")] expected_version: i32,
    ) -> Result<ApplicationAcceptPayload> {
        Ok(step(ctx, &id, plain(ApplicationAction::Accept, expected_version)).await?.into())
    }

    /// Cancels an application that is not decided. For AGENCY and ADMIN.
    async fn application_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the application.")] id: ID,
        #[graphql(desc = "Version at which the client knows it; another one is a user error, which tells what was changed.")] expected_version: i32,
    ) -> Result<ApplicationCancelPayload> {
        Ok(step(ctx, &id, plain(ApplicationAction::Cancel, expected_version)).await?.into())
    }
}
