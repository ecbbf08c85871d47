//! The root of the schema, put together from the nouns, and the engine that answers it.

use std::sync::Arc;

use async_graphql::{EmptyMutation, MergedObject, MergedSubscription, SDLExportOptions, Schema};
use chrono::{DateTime, Utc};

use super::Session;
use super::admission::limits::Limits;
use super::engine::Engine;
use super::enum_label::EnumLabelQuery;
use super::node::NodeQuery;
use crate::agency::graphql::AgencyQuery;
use crate::collected_item::graphql::ItemCategoryQuery;
use crate::data_file::graphql::DataFileQuery;
use crate::entrustment::graphql::EntrustmentQuery;
use crate::error::{Error, Result};
use crate::identity::GlobalId;
use crate::impact_assessment::graphql::ImpactAssessmentQuery;
use crate::journal::Feed;
use crate::journal::graphql::{JournalQuery, JournalSubscription};
use crate::legal_basis::graphql::StatuteQuery;
use crate::organization::graphql::OrganizationQuery;
use crate::policy::graphql::PrivacyPolicyQuery;
use crate::provision::graphql::ProvisionQuery;
use crate::region::graphql::RegionQuery;
use crate::registration::graphql::RegistrationQuery;
use crate::search::Search;
use crate::search::graphql::SearchQuery;
use crate::store::{Cursor, Store};

/// Public register of personal-data files (개인정보파일) that Korean law makes public institutions keep. Act 제32조.
#[derive(MergedObject, Default)]
pub struct Query(
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
    SearchQuery,
    EnumLabelQuery,
);

/// What can be followed as it happens, over a WebSocket or Server-Sent Events.
#[derive(MergedSubscription, Default)]
pub struct Subscription(JournalSubscription);

/// The engine of the public schema.
pub type PublicEngine = Engine<Query, EmptyMutation, Subscription>;

fn schema() -> Schema<Query, EmptyMutation, Subscription> {
    Schema::build(Query::default(), EmptyMutation, Subscription::default()).finish()
}

/// The schema as published: sorted, so that a change to it is a small difference.
#[must_use]
pub fn sdl() -> String {
    schema().sdl_with_options(SDLExportOptions::new().sorted_fields().sorted_arguments().sorted_enum_items().include_specified_by())
}

/// The engine over a store and its search index. `now` is the clock; `public_url` the address under which the public reaches the server.
///
/// # Errors
/// `Internal` if the schema cannot be read back, which a test rules out.
pub fn engine(store: &Store, search: &Search, now: Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>, public_url: &str, limits: Limits) -> Result<PublicEngine> {
    let (store, search) = (store.clone(), search.clone());
    let feed = Arc::new(Feed::new(store.clone()));
    let public_url: Arc<str> = public_url.trim_end_matches('/').into();
    let engine = Engine::new(schema(), limits).map_err(|error| Error::internal(error.to_string()))?;
    Ok(engine
        .published_sdl(sdl())
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
        .install(move |request, context| {
            request.data(Session {
                loader: context.loaders.loader(store.clone()),
                now: now(),
                search: search.clone(),
                feed: Arc::clone(&feed),
                public_url: Arc::clone(&public_url),
            })
        }))
}
