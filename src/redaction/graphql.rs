//! Redactions in the schema.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use super::store::Redacting;
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::graphql::Reads as _;
use crate::graphql::mutation::carried_out;
use crate::graphql::node::{Node, node};
use crate::identity::GlobalId;

/// Redaction (비공개 처리): what was erased from a record, and why.
#[derive(Clone, Debug, SimpleObject)]
pub struct Redaction {
    /// Path of the value in the record, `officers.0.name` say. `[redacted]` stands there now.
    pub path: String,
    /// Why the value was erased.
    pub reason: String,
}

crate::user_error! {
    /// Why nothing was erased.
    RedactUserError
}

/// What became of `redact`.
#[derive(SimpleObject)]
pub struct RedactPayload {
    /// Record as it stands; null if nothing was erased.
    pub node: Option<Node>,
    /// Why nothing was erased: at most 100; empty if it was.
    pub user_errors: Vec<RedactUserError>,
}

/// Mutations that erase.
#[derive(Default)]
pub struct RedactionMutation;

/// Mutations that erase.
#[Object]
impl RedactionMutation {
    /// Erases a text that should never have been published, a person's name say: from the record, from the other records of the same data file or policy that repeat it in the same field, from what is
    /// searched, from later exports, and from mirrors with their next import. `[redacted]` stands in its place. The journal tells where and why, and still verifies. It cannot be undone. For ADMIN.
    async fn redact(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the record: a registration, a policy revision, an impact assessment or a recommendation.")] node_id: ID,
        #[graphql(desc = "Path of the text in the record, as `differences` and `sources` write it: `officers.0.name`, `sources.2.note`.")] path: String,
        #[graphql(desc = "Why, for everybody to read: it must not repeat the value. At most 500 characters.")] reason: String,
    ) -> Result<RedactPayload> {
        let viewer = viewer_as(ctx, &[Role::Admin])?;
        let session = ctx.session()?;
        let act = Redacting { record: GlobalId::parse(&node_id)?, path, reason };
        let (record, problems) = carried_out(session, &viewer, &act).await?;
        let node = match record {
            Some(record) => {
                session.store.let_go().await?;
                node(ctx, record).await?
            }
            None => None,
        };
        Ok(RedactPayload { node, user_errors: problems.into_iter().take(100).map(RedactUserError::from).collect() })
    }
}
