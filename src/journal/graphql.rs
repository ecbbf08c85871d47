//! The journal in the schema.

use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result, Subscription};
use entity::{change, registration};
use futures_util::stream::{Stream, StreamExt as _};

use super::store::{ChangeListing, hex, sequence_at};
use super::{ChangeKind, ChangeKindFilter};
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::filter::{DateTimeFilter, IdFilter};
use crate::graphql::node::{Node, node};
use crate::graphql::scalar::{Count, DateTime};
use crate::graphql::subscription::on_occasion;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType, change_key};
use crate::redaction::graphql::Redaction;
use crate::redaction::store::RedactionBySequence;
use crate::registration::graphql::Registration;
use crate::store::{Listing as _, Page};

/// Change (변경): an entry of the public journal. Each entry carries the hash of the one before.
#[derive(Clone)]
pub struct Change(pub change::Model);

impl From<change::Model> for Change {
    fn from(row: change::Model) -> Self {
        Self(row)
    }
}

impl Change {
    fn node_id(&self) -> Result<GlobalId> {
        Ok(GlobalId::new(word(&self.0.node_type)?, self.0.node_id))
    }
}

/// Change (변경): an entry of the public journal. Each entry carries the hash of the one before.
#[Object]
impl Change {
    /// Global ID of the change.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Change, change_key(self.0.sequence)).into()
    }

    /// Position in the journal from which to go on with `changes(after:)`. Opaque and stable.
    async fn cursor(&self) -> String {
        ChangeListing::default().order().cursor(&self.0).to_string()
    }

    /// Number of the entry: 1, 2, … without gaps.
    async fn sequence(&self) -> Count {
        Count(self.0.sequence)
    }

    /// Timestamp of when the change was recorded.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// What happened.
    async fn kind(&self) -> Result<ChangeKind> {
        Ok(word(&self.0.kind)?)
    }

    /// Global ID of the node that the change is about; it stays when the node is gone.
    #[graphql(name = "nodeId")]
    async fn node_global_id(&self) -> Result<ID> {
        Ok(self.node_id()?.into())
    }

    /// Node that the change is about, as it is now; null for what is gone.
    async fn node(&self, ctx: &Context<'_>) -> Result<Option<Node>> {
        Ok(node(ctx, self.node_id()?).await?)
    }

    /// Registration that was recorded, or from which a value was erased; null for other changes.
    async fn registration(&self, ctx: &Context<'_>) -> Result<Option<Registration>> {
        match self.0.registration_id {
            Some(id) => Ok(Some(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone()))),
            None => Ok(None),
        }
    }

    /// What was erased from a record, and why; null for other changes.
    async fn redaction(&self, ctx: &Context<'_>) -> Result<Option<Redaction>> {
        if word::<ChangeKind>(&self.0.kind)? != ChangeKind::ValueRedacted {
            return Ok(None);
        }
        Ok(ctx.load(RedactionBySequence(self.0.sequence)).await?.map(|row| Redaction { path: row.path, reason: row.reason }))
    }

    /// Hash over the entry and the hash of the entry before, 32 bytes in hexadecimal.
    async fn hash(&self) -> String {
        hex(&self.0.hash)
    }
}

crate::connections! {
    ChangeConnection, ChangeEdge: Change from change;
}

/// Conditions on changes. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ChangeFilter {
    /// What happened.
    pub kind: Option<ChangeKindFilter>,
    /// Node that the change is about.
    pub node: Option<IdFilter>,
    /// When the change was recorded.
    pub recorded_at: Option<DateTimeFilter>,
}

/// Register (등록부) as a whole.
pub struct Register;

/// Register (등록부) as a whole.
#[Object]
impl Register {
    /// Number of the last entry of the public journal; 0 for an empty register.
    async fn sequence(&self, ctx: &Context<'_>) -> Result<Count> {
        Ok(Count(last(ctx).await?.map_or(0, |change| change.sequence)))
    }

    /// Number of the last entry of the journal that `search`, `suggest` and `statistics` know; 0 while the search index is being prepared.
    async fn indexed_through(&self, ctx: &Context<'_>) -> Result<Count> {
        Ok(Count(ctx.session()?.search.indexed_through()))
    }

    /// Position from which to follow `changes`: after the last entry of the journal. Null for an empty register.
    async fn cursor(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        Ok(last(ctx).await?.map(|change| ChangeListing::default().order().cursor(&change).to_string()))
    }

    /// Number of data files that lists show: registered and disclosed ones.
    async fn data_file_count(&self, ctx: &Context<'_>) -> Result<Count> {
        Ok(Count(i64::try_from(tally(ctx).await?.data_files).unwrap_or(i64::MAX)))
    }

    /// Number of agencies, operating units and abolished ones among them.
    async fn agency_count(&self, ctx: &Context<'_>) -> Result<Count> {
        Ok(Count(i64::try_from(tally(ctx).await?.agencies).unwrap_or(i64::MAX)))
    }

    /// Timestamp of the last change; null for an empty register.
    async fn last_changed_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        Ok(last(ctx).await?.map(|change| DateTime(change.recorded_at)))
    }

    /// Version of the software.
    async fn version(&self) -> &str {
        env!("CARGO_PKG_VERSION")
    }
}

async fn last(ctx: &Context<'_>) -> Result<Option<change::Model>, Error> {
    ctx.load(super::store::LastChange).await
}

async fn tally(ctx: &Context<'_>) -> Result<super::store::Tally, Error> {
    ctx.load(super::store::TallyOfRegister).await?.ok_or_else(|| Error::internal("the register was not counted"))
}

/// Queries on the register and its journal.
#[derive(Default)]
pub struct JournalQuery;

/// Queries on the register and its journal.
#[Object]
impl JournalQuery {
    /// The register as a whole.
    async fn register(&self) -> Register {
        Register
    }

    /// Changes of the register, oldest first: the pull feed. A follower keeps the last `cursor` and asks for what comes after it; the feed has no gaps. At most 100 in a page, 20 if not said.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last change seen.")] after: Option<String>,
        #[graphql(desc = "Only changes with a greater sequence than this.")] since_sequence: Option<Count>,
        #[graphql(desc = "Which changes.")] filter: Option<Box<ChangeFilter>>,
        #[graphql(desc = "Size of the page: 0 to 100.")] first: Option<i32>,
    ) -> Result<ChangeConnection> {
        let page = Page::new(first, after.as_deref(), None, None)?;
        let listing = ChangeListing::new(since_sequence.map(|sequence| sequence.0), filter)?;
        Ok(ChangeConnection(Paged::load(ctx, listing, None, page).await?))
    }
}

/// Subscriptions to the journal.
#[derive(Default)]
pub struct JournalSubscription;

/// Subscriptions to the journal.
#[Subscription]
impl JournalSubscription {
    /// Changes of the register as they are recorded: those after `after` first, then each new one, without a gap or a repetition. A follower that was cut off goes on from the last `cursor` it saw.
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Cursor of the last change seen, or `register.cursor`. Left out: only what is recorded from now on.")] after: Option<String>,
        #[graphql(desc = "Which changes.")] filter: Option<Box<ChangeFilter>>,
    ) -> Result<impl Stream<Item = Change> + use<>> {
        let entries = on_occasion(ctx, || {
            let after = after.as_deref().map(sequence_at).transpose()?;
            Arc::clone(&ctx.session()?.feed).follow(after, filter)
        })?;
        Ok(entries.map(Change))
    }
}
