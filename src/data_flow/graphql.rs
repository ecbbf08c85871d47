//! Data flows in the schema.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, data_flow};
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::path::widest;
use super::store::{CategoriesOfFlow, DataFlowListing, FlowsOnward};
use super::{DataFlowKind, DataFlowKindFilter};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::collected_item::ItemCategories;
use crate::collected_item::graphql::ItemCategory;
use crate::entrustment::EntrustmentListing;
use crate::entrustment::graphql::EntrustmentConnection;
use crate::error::Error;
use crate::graphql::connection::Paged;
use crate::graphql::filter::CountFilter;
use crate::graphql::scalar::Count;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType, abbreviated};
use crate::organization::graphql::{Organization, OrganizationFilter, standing};
use crate::provision::ProvisionListing;
use crate::provision::graphql::ProvisionConnection;
use crate::stated::Whose;
use crate::store::Page;

/// Flow of personal data (개인정보 흐름) from an agency to a recipient or an entrustee: all that the files and policies in force state of the two, taken together. Act 제17조, 제18조, 제26조.
#[derive(Clone)]
pub struct DataFlow(pub data_flow::Model);

impl From<data_flow::Model> for DataFlow {
    fn from(row: data_flow::Model) -> Self {
        Self(row)
    }
}

/// Flow of personal data (개인정보 흐름) from an agency to a recipient or an entrustee: all that the files and policies in force state of the two, taken together. Act 제17조, 제18조, 제26조.
#[Object]
impl DataFlow {
    /// Global ID of the flow: the same as long as data flow from the one to the other.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::DataFlow, self.0.id).into()
    }

    /// Agency that provides or entrusts.
    #[graphql(name = "from")]
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Recipient or entrustee. Names that documents write in several ways are one organization: `namesAsWritten` has them, `mergedInto` and the journal tell what was unified by hand.
    async fn to(&self, ctx: &Context<'_>) -> Result<Organization> {
        Ok(standing(ctx, self.0.organization_id).await?)
    }

    /// Whether data are provided or processing is entrusted.
    async fn kind(&self) -> Result<DataFlowKind> {
        Ok(word(&self.0.kind)?)
    }

    /// Number of data files that flow: those whose registration in force states it, and those covered by a policy that states it. 0 where only policies that name no file state it.
    async fn data_file_count(&self) -> i32 {
        self.0.data_file_count
    }

    /// Sum of the declared numbers of data subjects of these files, files without one left out. A person in two files counts twice.
    async fn declared_subject_count(&self) -> Count {
        Count(self.0.declared_subject_count)
    }

    /// Categories of the items that flow, in the order of the tree: those provided, as records state them; of an entrustment, those of the files that state it themselves, since documents do not say which of their
    /// items the entrustee sees. Empty where no record says. At most 100.
    async fn categories(&self, ctx: &Context<'_>) -> Result<Vec<ItemCategory>> {
        let rows = ctx.parts::<CategoriesOfFlow>(self.0.id).await?;
        Ok(rows.iter().filter_map(|row| ItemCategory::by_code(&row.category_code)).collect())
    }

    /// Provisions in force of which the flow is made; none if it is an entrustment. At most 100 in a page, 20 if not said.
    async fn provisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(ProvisionConnection(Paged::load(ctx, ProvisionListing::of(Whose::DataFlow, ctx.session()?.today()), Some(self.0.id), page).await?))
    }

    /// Entrustments in force of which the flow is made; none if it is a provision. Those whose contract has ended count as long as the record states them. At most 100 in a page, 20 if not said.
    async fn entrustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(EntrustmentConnection(Paged::load(ctx, EntrustmentListing::of(Whose::DataFlow, ctx.session()?.today()), Some(self.0.id), page).await?))
    }
}

crate::connections! {
    DataFlowConnection, DataFlowEdge: DataFlow from data_flow;
}

/// Conditions on data flows. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DataFlowFilter {
    /// Agency that provides or entrusts; `{subordinateTo: …}` is an agency with those below it.
    pub from: Option<Box<AgencyFilter>>,
    /// Recipient or entrustee.
    pub to: Option<Box<OrganizationFilter>>,
    /// Whether data are provided or processing is entrusted.
    pub kind: Option<DataFlowKindFilter>,
    /// Code of a category that the flow carries; narrower ones count too.
    pub category: Option<String>,
    /// Sum of the declared numbers of data subjects.
    pub declared_subject_count: Option<CountFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<DataFlowFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<DataFlowFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<DataFlowFilter>>,
}

crate::order! {
    DataFlowOrder by DataFlowOrderField, DataFileCount Desc {
        DataFileCount = "DATA_FILE_COUNT", "개인정보파일 수", "Number of data files";
        DeclaredSubjectCount = "DECLARED_SUBJECT_COUNT", "정보주체 수", "Declared number of data subjects";
    }
}

/// Way that personal data take from an agency over one recipient or several, each of which is an agency that passes data on.
pub struct DataFlowPath {
    hops: Vec<DataFlow>,
    categories: Vec<&'static str>,
}

/// Way that personal data take from an agency over one recipient or several, each of which is an agency that passes data on. That an agency receives data and passes data on does not say that they are the same: the
/// categories that every hop carries show where they can be.
#[Object]
impl DataFlowPath {
    /// Flows of the way, the first one from the agency asked for. At most 4.
    async fn hops(&self) -> &[DataFlow] {
        &self.hops
    }

    /// Categories of items that every hop is known to carry, in the order of the tree. Empty where a hop does not state any. At most 100.
    async fn categories(&self) -> Vec<ItemCategory> {
        self.categories.iter().filter_map(|code| ItemCategory::by_code(code)).collect()
    }
}

/// Most hops of a way.
const MOST_HOPS: i32 = 4;

/// Agencies whose flows are followed for one further hop, at most: those that most files reach.
const FOLLOWED: usize = 200;

/// Queries on data flows.
#[derive(Default)]
pub struct DataFlowQuery;

/// Queries on data flows.
#[Object]
impl DataFlowQuery {
    /// Flows of personal data between agencies and their recipients and entrustees, as they are today; those of most files first if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn data_flows(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which flows.")] filter: Option<Box<DataFlowFilter>>,
        #[graphql(desc = "In which order; those of most files first if left out.")] order_by: Option<DataFlowOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFlowConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = DataFlowListing::new(filter, order_by.unwrap_or_default(), ctx.session()?.today())?;
        Ok(DataFlowConnection(Paged::load(ctx, listing, None, page).await?))
    }

    /// Ways that personal data can take from an agency: who receives, to whom those pass on, and so forth. Widest first, as the hop with the fewest files tells. A way goes on until nobody is known to receive
    /// further, so that none is the beginning of another. For each further hop the 200 agencies that most files reach are followed. At most 100.
    async fn data_flow_paths(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency from which the ways lead.")] from_agency_id: ID,
        #[graphql(desc = "Most hops of a way: 1 to 4.", default = 2)] max_hops: i32,
        #[graphql(desc = "Code of a category that every hop carries; narrower ones count too. Any if left out.")] category: Option<String>,
        #[graphql(desc = "How many ways: 0 to 100.", default = 50)] first: i32,
    ) -> Result<Vec<DataFlowPath>> {
        let start = GlobalId::parse_as(&from_agency_id, NodeType::Agency)?;
        if !(1..=MOST_HOPS).contains(&max_hops) {
            return Err(Error::input(format!("`maxHops` is {max_hops}; it can be 1 to {MOST_HOPS}")).into());
        }
        let wanted = usize::try_from(first).ok().filter(|wanted| *wanted <= 100);
        let wanted = wanted.ok_or_else(|| Error::input(format!("`first` is {first}; it can be 0 to 100")))?;
        if let Some(code) = &category
            && ItemCategories::bundled().get(code).is_none()
        {
            return Err(Error::input(format!("\"{}\" is not the code of an item category; `itemCategories` lists them", abbreviated(code))).into());
        }
        if wanted == 0 {
            return Ok(Vec::new());
        }
        let (today, category, most_hops) = (ctx.session()?.today(), category.map(Arc::from), usize::try_from(max_hops).unwrap_or_default());
        let mut onward = HashMap::new();
        let mut reached = vec![start];
        for _ in 0..most_hops {
            let flows = try_join_all(reached.iter().map(|agency| ctx.load(FlowsOnward { agency: *agency, category: category.clone(), today }))).await?;
            let mut next: BTreeMap<Uuid, i32> = BTreeMap::new();
            for (agency, hops) in reached.drain(..).zip(flows) {
                let hops = hops.map(|hops| hops.to_vec()).unwrap_or_default();
                for hop in &hops {
                    if let Some(further) = hop.onward {
                        let files = next.entry(further).or_default();
                        *files = (*files).max(hop.files);
                    }
                }
                onward.insert(agency, hops);
            }
            next.retain(|agency, _| !onward.contains_key(agency));
            let mut widest_first: Vec<(Uuid, i32)> = next.into_iter().collect();
            widest_first.sort_by_key(|(agency, files)| (std::cmp::Reverse(*files), *agency));
            reached = widest_first.into_iter().take(FOLLOWED).map(|(agency, _)| agency).collect();
        }
        let ways = widest(start, &onward, most_hops, wanted);
        try_join_all(ways.into_iter().map(|way| path(ctx, way.into_iter().map(|hop| hop.flow).collect()))).await.map_err(Into::into)
    }
}

/// The way over these flows.
async fn path(ctx: &Context<'_>, flows: Vec<Uuid>) -> Result<DataFlowPath, Error> {
    let hops = try_join_all(flows.iter().map(|flow| ctx.row::<data_flow::Entity>(*flow)));
    let categories = try_join_all(flows.iter().map(|flow| ctx.parts::<CategoriesOfFlow>(*flow)));
    let (hops, categories) = futures_util::future::try_join(hops, categories).await?;
    let carried: Vec<HashSet<&str>> = categories.iter().map(|rows| rows.iter().map(|row| row.category_code.as_str()).collect()).collect();
    let everywhere = |code: &&str| carried.iter().all(|codes| codes.contains(code));
    let all = ItemCategories::bundled().all().iter().map(|category| category.code.as_str()).filter(everywhere).collect();
    Ok(DataFlowPath { hops: hops.iter().map(|row| DataFlow((**row).clone())).collect(), categories: all })
}
