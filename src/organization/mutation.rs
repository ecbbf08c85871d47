//! Mutations on organizations: one body under several names, which become one. For the regulator and administrators.

use async_graphql::{Context, ID, Object, Result};

use super::graphql::Organization;
use super::store::{Merging, Separating};
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::graphql::Reads as _;
use crate::graphql::mutation::carried_out;
use crate::identity::{GlobalId, NodeType};

/// Who may.
const ROLES: &[Role] = &[Role::Regulator, Role::Admin];

crate::payload! {
    /// What became of `organizationMerge`.
    OrganizationMergePayload {
        /// Organization that was merged, as it stands: `mergedInto` is the other one. Null if there is none.
        organization: Organization,
    },
    /// Why an organization was not merged.
    OrganizationMergeUserError
}

crate::payload! {
    /// What became of `organizationSeparate`.
    OrganizationSeparatePayload {
        /// Organization as it stands; null if there is none.
        organization: Organization,
    },
    /// Why an organization was not separated.
    OrganizationSeparateUserError
}

/// Mutations on organizations.
#[derive(Default)]
pub struct OrganizationMutation;

/// Mutations on organizations.
#[Object]
impl OrganizationMutation {
    /// Merges an organization into another one, which is the same body under another name: every record that names the former counts for the latter in lists, filters, facets and statistics. Records keep the
    /// name that they write. What was merged into the former goes along. `organizationSeparate` undoes it. For REGULATOR and ADMIN.
    async fn organization_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the organization that no longer stands for itself.")] id: ID,
        #[graphql(desc = "Global ID of the organization that stands for both.")] into_id: ID,
    ) -> Result<OrganizationMergePayload> {
        let viewer = viewer_as(ctx, ROLES)?;
        let act = Merging { id: GlobalId::parse_as(&id, NodeType::Organization)?, into: GlobalId::parse_as(&into_id, NodeType::Organization)? };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }

    /// Lets an organization that was merged stand for itself again. For REGULATOR and ADMIN.
    async fn organization_separate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the organization that was merged.")] id: ID,
    ) -> Result<OrganizationSeparatePayload> {
        let viewer = viewer_as(ctx, ROLES)?;
        let act = Separating { id: GlobalId::parse_as(&id, NodeType::Organization)? };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }
}
