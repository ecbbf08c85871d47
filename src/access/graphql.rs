//! The viewer in the schema, and what resolvers ask of a viewer.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::agency;

use super::Role;
use crate::agency::graphql::Agency;
use crate::error::Error;
use crate::graphql::Reads as _;

/// Whoever asks with a token (이용자).
pub struct Viewer(Arc<super::Viewer>);

/// Whoever asks with a token (이용자).
#[Object]
impl Viewer {
    /// Name under which the token was given out.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Role in which the viewer acts.
    async fn role(&self) -> Role {
        self.0.role
    }

    /// Agency for which the viewer acts, with those below it; null for other roles.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Option<Agency>> {
        match self.0.agency {
            Some(id) => Ok(Some(Agency((*ctx.row::<agency::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }
}

/// Queries on whoever asks.
#[derive(Default)]
pub struct ViewerQuery;

/// Queries on whoever asks.
#[Object]
impl ViewerQuery {
    /// Whoever asks, by the token of the header `Authorization`; null without a token.
    async fn viewer(&self, ctx: &Context<'_>) -> Result<Option<Viewer>> {
        Ok(ctx.session()?.viewer.clone().map(Viewer))
    }
}

/// The viewer, who must act in one of the roles.
///
/// # Errors
/// `UNAUTHENTICATED` without a token, `FORBIDDEN` in another role.
pub fn viewer_as(ctx: &Context<'_>, roles: &[Role]) -> Result<Arc<super::Viewer>, Error> {
    let Some(viewer) = &ctx.session()?.viewer else { return Err(Error::Unauthenticated) };
    if roles.contains(&viewer.role) { Ok(Arc::clone(viewer)) } else { Err(Error::Forbidden) }
}
