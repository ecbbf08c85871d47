//! The root of the schema, put together from the nouns, and the engine that answers it.

use std::sync::{Arc, LazyLock};

use async_graphql::{MergedObject, MergedSubscription, ObjectType, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};
use chrono::{DateTime, Utc};

use super::admission::limits::Limits;
use super::declared_cost::DeclaredCost;
use super::engine::Engine;
use super::enum_label::EnumLabelQuery;
use super::federation::{DeclaredKeys, FederationQuery, LINK};
use super::node::NodeQuery;
use super::request::{Answer, Version};
use super::{Register, Session, day_in_korea};
use crate::access::graphql::ViewerQuery;
use crate::access::{AccessGuard, Oidc};
use crate::agency::graphql::AgencyQuery;
use crate::agency::mutation::AgencyMutation;
use crate::application::{ApplicationMutation, ApplicationQuery};
use crate::collected_item::graphql::ItemCategoryQuery;
use crate::data_file::graphql::DataFileQuery;
use crate::data_flow::graphql::DataFlowQuery;
use crate::entrustment::graphql::EntrustmentQuery;
use crate::error::{Error, Result};
use crate::finding::graphql::FindingQuery;
use crate::identity::GlobalId;
use crate::impact_assessment::graphql::ImpactAssessmentQuery;
use crate::impact_assessment::mutation::ImpactAssessmentMutation;
use crate::import::graphql::ImportQuery;
use crate::journal::graphql::{JournalQuery, JournalSubscription};
use crate::legal_basis::graphql::StatuteQuery;
use crate::organization::graphql::OrganizationQuery;
use crate::organization::mutation::OrganizationMutation;
use crate::peer::graphql::PeerQuery;
use crate::policy::graphql::PrivacyPolicyQuery;
use crate::policy::mutation::PrivacyPolicyMutation;
use crate::provision::graphql::ProvisionQuery;
use crate::recommendation::mutation::RecommendationMutation;
use crate::redaction::graphql::RedactionMutation;
use crate::region::graphql::RegionQuery;
use crate::registration::graphql::RegistrationQuery;
use crate::search::graphql::SearchQuery;
use crate::store::Cursor;

/// What is asked of the register.
#[derive(MergedObject, Default)]
struct RegisterQuery(
    NodeQuery,
    JournalQuery,
    AgencyQuery,
    RegionQuery,
    DataFileQuery,
    RegistrationQuery,
    OrganizationQuery,
    ProvisionQuery,
    EntrustmentQuery,
    StatuteQuery,
    ItemCategoryQuery,
    ImpactAssessmentQuery,
    PrivacyPolicyQuery,
    FindingQuery,
    DataFlowQuery,
    PeerQuery,
    SearchQuery,
    EnumLabelQuery,
    ViewerQuery,
    ApplicationQuery,
    ImportQuery,
);

/// Public register of personal-data files (개인정보파일) that Korean law makes public institutions keep. Act 제32조.
#[derive(MergedObject, Default)]
struct Query(RegisterQuery);

/// Public register of personal-data files (개인정보파일) that Korean law makes public institutions keep. Act 제32조.
#[derive(MergedObject, Default)]
#[graphql(name = "Query")]
struct SubgraphQuery(RegisterQuery, FederationQuery);

/// Steps that need a token (`Authorization: Bearer …`). An answer's `userErrors` say what the client can mend. With the header `Idempotency-Key` a mutation that is sent again within a day is answered as it
/// was the first time.
#[derive(MergedObject, Default)]
pub struct Mutation(
    ApplicationMutation,
    AgencyMutation,
    RecommendationMutation,
    ImpactAssessmentMutation,
    PrivacyPolicyMutation,
    OrganizationMutation,
    RedactionMutation,
);

/// What can be followed as it happens, over a WebSocket or Server-Sent Events.
#[derive(MergedSubscription, Default)]
pub struct Subscription(JournalSubscription);

fn schema<Q: ObjectType + Default + 'static>(cost: DeclaredCost) -> SchemaBuilder<Q, Mutation, Subscription> {
    Schema::build(Q::default(), Mutation::default(), Subscription::default()).directive(cost)
}

/// A schema as published: sorted, so that a change to it is a small difference.
fn printed(schema: SchemaBuilder<Query, Mutation, Subscription>) -> String {
    schema.finish().sdl_with_options(SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by())
}

/// The schema as published.
#[must_use]
pub fn sdl() -> String {
    printed(schema(DeclaredCost::Defined))
}

/// The schema as published by a subgraph of Apollo Federation: the same, with the keys of its entities.
#[must_use]
pub fn subgraph_sdl() -> &'static str {
    static SDL: LazyLock<String> = LazyLock::new(|| format!("{LINK}{}", printed(schema(DeclaredCost::Imported).directive(DeclaredKeys))));
    &SDL
}

/// The engine over a register. `now` is the clock; `oidc` takes the tokens of an identity provider.
///
/// # Errors
/// `Internal` if the schema cannot be read back, which a test rules out.
pub fn engine(register: Register, now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>, limits: Limits, oidc: Option<Oidc>) -> Result<Arc<dyn Answer>> {
    if limits.federates {
        engine_of::<SubgraphQuery>(register, now, limits, oidc, subgraph_sdl().to_owned())
    } else {
        engine_of::<Query>(register, now, limits, oidc, sdl())
    }
}

fn engine_of<Q: ObjectType + Default + 'static>(
    register: Register,
    now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>,
    limits: Limits,
    oidc: Option<Oidc>,
    published: String,
) -> Result<Arc<dyn Answer>> {
    let guard = AccessGuard::new(register.store.clone(), Arc::clone(&now), Arc::clone(&register.salts), oidc);
    let (head, reach, search) = (register.store.head().clone(), register.store.reach().clone(), register.search.clone());
    let today = Arc::clone(&now);
    let primary = register.clone();
    let build = || if limits.tells_schema { schema::<Q>(DeclaredCost::Defined) } else { schema::<Q>(DeclaredCost::Defined).disable_suggestions() };
    let trusting = build().validation_mode(ValidationMode::Fast).finish();
    let engine = Engine::new(build().finish(), limits).map_err(|error| Error::internal(error.to_string()))?;
    let engine = engine
        .trusting(trusting)
        .published_sdl(published)
        .argument_check(|argument_type, name, text| {
            let checked = if argument_type == "ID" {
                GlobalId::parse(text).map(|_| ())
            } else if matches!(name, "after" | "before") {
                Cursor::parse(text).map(|_| ())
            } else {
                Ok(())
            };
            checked.map_err(|error| error.to_string())
        })
        .guard(guard)
        .over(reach)
        // What the index answers is as old as the index, and the tables never lag behind it; while there is none, it answers nothing.
        .version(move || {
            // What is read first is not newer than what is read after it.
            let (index, indexed) = search.position();
            let head = head.sequence();
            Version { sequence: if indexed == 0 { head } else { indexed }, head, index, day: day_in_korea(today()) }
        })
        .replica(move |at_least| primary.over_replica(at_least))
        .install(move |request, context, replica| {
            if let (Some(_), Some(asked)) = (&replica, register.store.replica()) {
                asked.count_query();
            }
            request.data(Session::new(replica.as_ref().unwrap_or(&register), context, now()))
        });
    Ok(Arc::new(engine))
}
