//! Objects by their global ids: the Relay Object Identification Specification.

use async_graphql::{Context, ID, Interface, Object, Result};
use entity::{
    agency, data_file, data_flow, entrustment, finding, impact_assessment, organization, policy_revision, privacy_policy, provision, recommendation,
    registration, statute,
};
use futures_util::future::try_join_all;

use super::Reads as _;
use crate::agency::graphql::Agency;
use crate::application::graphql::{Application, application};
use crate::collected_item::graphql::ItemCategory;
use crate::data_file::graphql::DataFile;
use crate::data_flow::graphql::DataFlow;
use crate::entrustment::graphql::Entrustment;
use crate::error::Error;
use crate::finding::graphql::Finding;
use crate::identity::{GlobalId, NodeType};
use crate::impact_assessment::graphql::ImpactAssessment;
use crate::import::graphql::{Import, import};
use crate::journal::graphql::Change;
use crate::journal::store::ChangeByKey;
use crate::legal_basis::graphql::Statute;
use crate::organization::graphql::Organization;
use crate::policy::graphql::{PolicyRevision, PrivacyPolicy};
use crate::provision::graphql::Provision;
use crate::recommendation::graphql::Recommendation;
use crate::registration::graphql::Registration;
use crate::store::{ById, Identified, RowOf};

/// Object with a global ID.
#[derive(Interface)]
#[expect(clippy::large_enum_variant, reason = "made one at a time, and moved into the answer at once")]
#[graphql(field(name = "id", ty = "ID", desc = "Global ID of the object: opaque, stable, the same on every server and mirror."))]
pub enum Node {
    /// Agency.
    Agency(Agency),
    /// Data file.
    DataFile(DataFile),
    /// Registration.
    Registration(Registration),
    /// Item category.
    ItemCategory(ItemCategory),
    /// Statute.
    Statute(Statute),
    /// Organization.
    Organization(Organization),
    /// Provision.
    Provision(Provision),
    /// Entrustment.
    Entrustment(Entrustment),
    /// Impact assessment.
    ImpactAssessment(ImpactAssessment),
    /// Privacy policy.
    PrivacyPolicy(PrivacyPolicy),
    /// Policy revision.
    PolicyRevision(PolicyRevision),
    /// Recommendation.
    Recommendation(Recommendation),
    /// Finding.
    Finding(Finding),
    /// Data flow.
    DataFlow(DataFlow),
    /// Application. Never public.
    Application(Application),
    /// Import. Never public.
    Import(Import),
    /// Change.
    Change(Change),
}

/// The object with that id; `None` if the register has none.
///
/// # Errors
/// Those of the database.
pub async fn node(ctx: &Context<'_>, id: GlobalId) -> Result<Option<Node>, Error> {
    async fn of<E: Identified, N: From<RowOf<E>>>(ctx: &Context<'_>, id: GlobalId, node: fn(N) -> Node) -> Result<Option<Node>, Error> {
        Ok(ctx.load(ById::<E>::new(id.key)).await?.map(|row| node(N::from((*row).clone()))))
    }
    match id.node_type {
        NodeType::Agency => of::<agency::Entity, _>(ctx, id, Node::Agency).await,
        NodeType::DataFile => of::<data_file::Entity, _>(ctx, id, Node::DataFile).await,
        NodeType::Registration => of::<registration::Entity, _>(ctx, id, Node::Registration).await,
        NodeType::ItemCategory => Ok(ItemCategory::by_key(id.key).map(Node::ItemCategory)),
        NodeType::Statute => of::<statute::Entity, _>(ctx, id, Node::Statute).await,
        NodeType::Organization => of::<organization::Entity, _>(ctx, id, Node::Organization).await,
        NodeType::Provision => of::<provision::Entity, _>(ctx, id, Node::Provision).await,
        NodeType::Entrustment => of::<entrustment::Entity, _>(ctx, id, Node::Entrustment).await,
        NodeType::ImpactAssessment => of::<impact_assessment::Entity, _>(ctx, id, Node::ImpactAssessment).await,
        NodeType::PrivacyPolicy => of::<privacy_policy::Entity, _>(ctx, id, Node::PrivacyPolicy).await,
        NodeType::PolicyRevision => of::<policy_revision::Entity, _>(ctx, id, Node::PolicyRevision).await,
        NodeType::Recommendation => of::<recommendation::Entity, _>(ctx, id, Node::Recommendation).await,
        NodeType::Finding => of::<finding::Entity, _>(ctx, id, Node::Finding).await,
        NodeType::DataFlow => of::<data_flow::Entity, _>(ctx, id, Node::DataFlow).await,
        NodeType::Application => Ok(application(ctx, id.key).await?.map(Node::Application)),
        NodeType::Import => Ok(import(ctx, id.key).await?.map(Node::Import)),
        NodeType::Change => Ok(ctx.load(ChangeByKey(id.key)).await?.map(|row| Node::Change(Change((*row).clone())))),
    }
}

/// Queries for objects by their global ids.
#[derive(Default)]
pub struct NodeQuery;

/// Queries for objects by their global ids.
#[Object]
impl NodeQuery {
    /// Object with that global ID; null if the register has none.
    async fn node(&self, ctx: &Context<'_>, #[graphql(desc = "Global ID of the object.")] id: ID) -> Result<Option<Node>> {
        Ok(node(ctx, GlobalId::parse(&id)?).await?)
    }

    /// Objects with those global IDs, in that order; null in the place of one that the register does not have. At most 100.
    async fn nodes(&self, ctx: &Context<'_>, #[graphql(desc = "Global IDs of the objects. At most 100.")] ids: Vec<ID>) -> Result<Vec<Option<Node>>> {
        if ids.len() > 100 {
            return Err(Error::input(format!("`ids` has {} entries; at most 100 objects can be asked for at once", ids.len())).into());
        }
        let ids = ids.iter().map(|id| GlobalId::parse(id)).collect::<Result<Vec<_>, _>>()?;
        Ok(try_join_all(ids.into_iter().map(|id| node(ctx, id))).await?)
    }
}
