//! Entrustments in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, entrustment, policy_revision, registration};
use futures_util::future::try_join_all;

use super::store::{EntrustmentListing, SubEntrustees};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::graphql::Reads as _;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::{DateFilter, StringFilter};
use crate::graphql::scalar::Date;
use crate::identity::{GlobalId, NodeType};
use crate::organization::graphql::{Organization, OrganizationFilter, standing};
use crate::policy::graphql::PolicyRevision;
use crate::registration::graphql::Registration;
use crate::stated::{StatedFor, StatedForFilter};
use crate::store::Page;

/// Entrustment of processing (위탁). Act 제26조.
#[derive(Clone)]
pub struct Entrustment(pub entrustment::Model);

impl From<entrustment::Model> for Entrustment {
    fn from(row: entrustment::Model) -> Self {
        Self(row)
    }
}

/// Entrustment of processing (위탁). Act 제26조.
#[Object]
impl Entrustment {
    /// Global ID of the entrustment.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Entrustment, self.0.id).into()
    }

    /// Whether the entrustment is stated for one data file, or for a policy and so for each file that the policy covers.
    async fn stated_for(&self) -> StatedFor {
        if self.0.registration_id.is_some() { StatedFor::DataFile } else { StatedFor::Policy }
    }

    /// Agency that entrusts.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Registration that states the entrustment; null if a policy does.
    async fn registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        match self.0.registration_id {
            Some(id) => Ok(Some(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Policy revision that states the entrustment; null if a registration does.
    async fn policy_revision(&self, ctx: &Context<'_>) -> Result<Option<PolicyRevision>> {
        match self.0.policy_revision_id {
            Some(id) => Ok(Some(PolicyRevision::from((*ctx.row::<policy_revision::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Entrustee (수탁자).
    async fn entrustee(&self, ctx: &Context<'_>) -> Result<Eager<Organization>> {
        Ok(Eager(standing(ctx, self.0.entrustee_id).await?))
    }

    /// Entrustee as written.
    async fn entrustee_name(&self) -> &str {
        &self.0.entrustee_name
    }

    /// Task entrusted (위탁 업무).
    async fn task(&self) -> &str {
        &self.0.task
    }

    /// Items entrusted, as written; null if not stated.
    async fn items_text(&self) -> Option<&str> {
        self.0.items_text.as_deref()
    }

    /// First day of the contract; null if not stated.
    async fn starts_on(&self) -> Option<Date> {
        self.0.starts_on.map(Date)
    }

    /// Last day of the contract; null if not stated.
    async fn ends_on(&self) -> Option<Date> {
        self.0.ends_on.map(Date)
    }

    /// Period of the contract as written; null if not stated.
    async fn period_text(&self) -> Option<&str> {
        self.0.period_text.as_deref()
    }

    /// Sub-entrustees (재수탁자). At most 50; empty if none is stated.
    async fn sub_entrustees(&self, ctx: &Context<'_>) -> Result<Vec<Organization>> {
        let subs = ctx.parts::<SubEntrustees>(self.0.id).await?;
        Ok(try_join_all(subs.iter().map(|row| standing(ctx, row.organization_id))).await?)
    }
}

crate::connections! {
    EntrustmentConnection, EntrustmentEdge: Entrustment from entrustment;
}

/// Conditions on entrustments. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct EntrustmentFilter {
    /// Agency that entrusts.
    pub agency: Option<Box<AgencyFilter>>,
    /// Entrustee.
    pub entrustee: Option<Box<OrganizationFilter>>,
    /// One of the sub-entrustees.
    pub sub_entrustee: Option<Box<OrganizationFilter>>,
    /// Task entrusted.
    pub task: Option<StringFilter>,
    /// First day of the contract.
    pub starts_on: Option<DateFilter>,
    /// Last day of the contract.
    pub ends_on: Option<DateFilter>,
    /// Whether it is stated for a data file or for a policy.
    pub stated_for: Option<StatedForFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<EntrustmentFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<EntrustmentFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<EntrustmentFilter>>,
}

crate::linked_filter! {
    /// Conditions on the entrustments that count for a data file.
    EntrustmentsFilter(EntrustmentFilter)
}

/// Queries on entrustments.
#[derive(Default)]
pub struct EntrustmentQuery;

/// Queries on entrustments.
#[Object]
impl EntrustmentQuery {
    /// Entrustments of processing (위탁) in force: of registrations in force, and of the policy revisions in force, whether or not the contract's days have passed. At most 100 in a page, 20 if not said.
    async fn entrustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entrustments.")] filter: Option<Box<EntrustmentFilter>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(EntrustmentConnection(Paged::load(ctx, EntrustmentListing::filtered(filter, ctx.session()?.today())?, None, page).await?))
    }
}
