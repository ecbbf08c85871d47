//! Recipients and entrustees in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, organization};
use uuid::Uuid;

use super::store::{NamesOfOrganization, OrganizationListing, OrganizationsByName};
use super::{OrganizationKind, OrganizationKindFilter, name_key};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::entrustment::EntrustmentListing;
use crate::entrustment::graphql::EntrustmentConnection;
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::filter::{IdFilter, StringFilter};
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::provision::ProvisionListing;
use crate::provision::graphql::ProvisionConnection;
use crate::stated::Whose;
use crate::store::{ById, Page};

/// Recipient (제공받는 자) or entrustee (수탁자): a body, or a class of bodies. Act 제17조, 제26조.
#[derive(Clone)]
pub struct Organization(pub organization::Model);

impl From<organization::Model> for Organization {
    fn from(row: organization::Model) -> Self {
        Self(row)
    }
}

impl Organization {
    /// Key of the organization that stands for it.
    fn standing(&self) -> Uuid {
        self.0.merged_into_id.unwrap_or(self.0.id)
    }
}

/// The organization with that key, or the one that it was merged into.
///
/// # Errors
/// Those of the database.
pub async fn standing(ctx: &Context<'_>, id: Uuid) -> Result<Organization, Error> {
    let named = ctx.row::<organization::Entity>(id).await?;
    let row = match named.merged_into_id {
        Some(into) => ctx.row::<organization::Entity>(into).await?,
        None => named,
    };
    Ok(Organization((*row).clone()))
}

/// Recipient (제공받는 자) or entrustee (수탁자): a body, or a class of bodies. Act 제17조, 제26조.
#[Object]
impl Organization {
    /// Global ID of the organization.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Organization, self.0.id).into()
    }

    /// Permanent address of the organization.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.session()?.url("organizations", &GlobalId::new(NodeType::Organization, self.0.id).to_string()))
    }

    /// Name of the organization, as first written.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Names of the organization in documents, as written, and those of the organizations merged into it.
    async fn names_as_written(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.load(NamesOfOrganization(self.0.id)).await?.unwrap_or_default().to_vec())
    }

    /// Kind of the organization. A `GROUP` is a class of bodies (경찰서), never merged with one of them (경찰청).
    async fn kind(&self) -> Result<OrganizationKind> {
        Ok(word(&self.0.kind)?)
    }

    /// Agency that the organization is; null if it is none, or none that the register knows.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        match self.0.agency_id {
            Some(id) => Ok(Some(Agency((*ctx.row::<agency::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Organization that this one was merged into, and for which it no longer stands in lists: its lists are that one's. Null if it stands for itself.
    async fn merged_into(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.0.merged_into_id {
            Some(id) => Ok(Some(Organization((*ctx.row::<organization::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// Provisions in force in which the organization is the recipient, of data files and of policies. At most 100 in a page, 20 if not said.
    async fn receives(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(ProvisionConnection(Paged::load(ctx, ProvisionListing::of(Whose::Organization, ctx.session()?.today()), Some(self.standing()), page).await?))
    }

    /// Entrustments in force in which the organization is the entrustee, of data files and of policies. At most 100 in a page, 20 if not said.
    async fn entrusted_with(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(EntrustmentConnection(Paged::load(ctx, EntrustmentListing::of(Whose::Organization, ctx.session()?.today()), Some(self.standing()), page).await?))
    }
}

crate::connections! {
    OrganizationConnection, OrganizationEdge: Organization from organization;
}

/// Conditions on organizations. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct OrganizationFilter {
    /// Is one of these organizations, or one that they were merged into.
    pub id: Option<IdFilter>,
    /// Name of the organization, or of one that was merged into it. Spaces and the spelling of a legal form (㈜, (주), 주식회사) make no difference.
    pub name: Option<StringFilter>,
    /// Kind of the organization.
    pub kind: Option<OrganizationKindFilter>,
    /// Agency that the organization is.
    pub agency: Option<Box<AgencyFilter>>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<OrganizationFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<OrganizationFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<OrganizationFilter>>,
}

crate::order! {
    OrganizationOrder by OrganizationOrderField, Name Asc {
        Name = "NAME", "명칭", "Name", "In dictionary order, legal forms as (주).";
    }
}

/// Queries on organizations.
#[derive(Default)]
pub struct OrganizationQuery;

/// Queries on organizations.
#[Object]
impl OrganizationQuery {
    /// Recipient or entrustee by its id, or by its name; exactly one of the two. The name of one that was merged into another answers the other. Where a class of bodies bears the same name as one body, the body is answered. Null if no record names it.
    async fn organization(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the organization.")] id: Option<ID>,
        #[graphql(desc = "Name of the organization, in any spelling of its legal form.")] name: Option<String>,
    ) -> Result<Option<Organization>> {
        match (id, name) {
            (Some(id), None) => {
                let key = GlobalId::parse_as(&id, NodeType::Organization)?;
                Ok(ctx.load(ById::<organization::Entity>::new(key)).await?.map(|row| Organization((*row).clone())))
            }
            (None, Some(name)) => {
                let rows = ctx.load(OrganizationsByName(name_key(&name))).await?.unwrap_or_default();
                let body = rows.iter().find(|row| row.kind != "GROUP").or(rows.first());
                match body {
                    Some(body) => Ok(Some(standing(ctx, body.id).await?)),
                    None => Ok(None),
                }
            }
            _ => Err(Error::input("give exactly one of `id` and `name`").into()),
        }
    }

    /// Recipients and entrustees that stand for themselves, by name if not said otherwise: those that were merged are found by the one that they were merged into. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn organizations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which organizations.")] filter: Option<Box<OrganizationFilter>>,
        #[graphql(desc = "In which order; by name if left out.")] order_by: Option<OrganizationOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<OrganizationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(OrganizationConnection(Paged::load(ctx, OrganizationListing::new(filter, order_by.unwrap_or_default())?, None, page).await?))
    }
}
