//! Agencies in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use entity::agency;

use super::store::{AgencyListing, AliasesOfAgency, AncestorsOfAgency, SuccessionsOfAgency};
use super::{AgencyStatus, AgencyStatusFilter, AgencyType, AgencyTypeFilter, SuccessionKind};
use crate::data_file::graphql::{DataFileConnection, DataFileFilter, DataFileOrder};
use crate::data_file::{DataFileCount, DataFileListing};
use crate::entrustment::EntrustmentListing;
use crate::entrustment::graphql::EntrustmentConnection;
use crate::error::Error;
use crate::finding::graphql::FindingConnection;
use crate::finding::store::FindingListing;
use crate::graphql::Reads as _;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::{IdFilter, StringFilter};
use crate::graphql::scalar::{Count, Date};
use crate::graphql::word;
use crate::identity::{GlobalId, NodeType, agency_key};
use crate::organization::OrganizationOfAgency;
use crate::organization::graphql::Organization;
use crate::peer::graphql::{PeerStanding, standings};
use crate::policy::PrivacyPolicyListing;
use crate::policy::graphql::PrivacyPolicyConnection;
use crate::provision::ProvisionListing;
use crate::provision::graphql::ProvisionConnection;
use crate::recommendation::RecommendationListing;
use crate::recommendation::graphql::RecommendationConnection;
use crate::region::graphql::Region;
use crate::registration::graphql::RegistrationConnection;
use crate::registration::{Declared, DeclaredOn, RegistrationListing};
use crate::source::graphql::{Source, sources};
use crate::stated::Whose;
use crate::store::{ById, Page};

/// Public institution (공공기관), or an operating unit of one. Act 제2조제6호.
#[derive(Clone)]
pub struct Agency(pub agency::Model);

impl From<agency::Model> for Agency {
    fn from(row: agency::Model) -> Self {
        Self(row)
    }
}

/// Public institution (공공기관), or an operating unit of one. Act 제2조제6호.
#[Object]
impl Agency {
    /// Global ID of the agency.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Agency, self.0.id).into()
    }

    /// Permanent address of the agency.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.session()?.url("agencies", &self.0.code))
    }

    /// Standard administrative code (행정표준 기관코드) of the agency: 7 characters, digits and capital letters. Codes that begin with `Y` were issued by this register.
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Name of the agency (기관명).
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Short name of the agency; null if none is known.
    async fn short_name(&self) -> Option<&str> {
        self.0.short_name.as_deref()
    }

    /// Other names under which documents mention the agency (별칭), its short name among them. At most 51.
    async fn aliases(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.load(AliasesOfAgency(self.0.id)).await?.unwrap_or_default().to_vec())
    }

    /// Kind of the agency.
    async fn r#type(&self) -> Result<AgencyType> {
        Ok(word(&self.0.agency_type)?)
    }

    /// Whether the agency exists.
    async fn status(&self) -> Result<AgencyStatus> {
        Ok(word(&self.0.status)?)
    }

    /// Region of the agency; null for one that serves the whole country, or whose region is not stated.
    async fn region(&self) -> Option<Region> {
        self.0.region_code.as_deref().and_then(Region::by_code)
    }

    /// Address of the homepage; null if none is known.
    async fn homepage(&self) -> Option<&str> {
        self.0.homepage.as_deref()
    }

    /// Superior agency (차상위기관); null for a root of the tree.
    async fn parent(&self, ctx: &Context<'_>) -> Result<Option<Eager<Agency>>> {
        match self.0.parent_id {
            Some(id) => Ok(Some(Eager(Agency((*ctx.row::<agency::Entity>(id).await?).clone())))),
            None => Ok(None),
        }
    }

    /// Every superior of the agency, root first.
    async fn ancestors(&self, ctx: &Context<'_>) -> Result<Vec<Agency>> {
        let ancestors = ctx.load(AncestorsOfAgency(self.0.id)).await?.unwrap_or_default();
        Ok(ancestors.iter().cloned().map(Agency).collect())
    }

    /// Agencies directly under the agency, operating units among them, by name. At most 100 in a page, 20 if not said.
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<AgencyConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(AgencyConnection(Paged::load(ctx, AgencyListing::new(None, AgencyOrder::default())?, Some(self.0.id), page).await?))
    }

    /// Agencies that the agency succeeds, oldest reorganisation first.
    async fn predecessors(&self, ctx: &Context<'_>) -> Result<Vec<Succession>> {
        successions(ctx, self.0.id, false).await
    }

    /// Agencies that succeed the agency, oldest reorganisation first.
    async fn successors(&self, ctx: &Context<'_>) -> Result<Vec<Succession>> {
        successions(ctx, self.0.id, true).await
    }

    /// Number of data files of the agency that lists show: registered and disclosed ones.
    async fn data_file_count(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
    ) -> Result<Count> {
        Ok(Count(ctx.load(DataFileCount { agency: self.0.id, includes_subordinate: include_subordinate }).await?.unwrap_or_default()))
    }

    /// Data files that the agency operates now, by name if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Which data files; registered and disclosed ones, where it does not ask for a status.")] filter: Option<Box<DataFileFilter>>,
        #[graphql(desc = "In which order; by name if left out.")] order_by: Option<DataFileOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = DataFileListing::of_agency(include_subordinate, filter, order_by.unwrap_or_default(), ctx.session()?.today())?;
        Ok(DataFileConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Registrations by the agency, in force on a day or all of them, by first day in force. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Only those in force on that day.")] as_of: Option<Date>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<RegistrationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = RegistrationListing::of_agency(include_subordinate, as_of.map(|day| day.0));
        Ok(RegistrationConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// What the data files in force on each of some days declared (정보주체 수 추이), in the order of the days. Files that were destroyed since count for the days before; files of agencies that are below
    /// it today count under it, where they are wanted. At most 50 days.
    async fn declared_subjects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On which days. At most 50.")] days: Vec<Date>,
        #[graphql(desc = "Whether the files of the agencies below it count too.", default = false)] include_subordinate: bool,
    ) -> Result<Vec<DeclaredSubjects>> {
        if days.len() > MOST_DAYS {
            return Err(Error::input(format!("`days` has {} days; give at most {MOST_DAYS}, and ask for the others in another request", days.len())).into());
        }
        let key = |day: &Date| DeclaredOn { agency: self.0.id, includes_subordinate: include_subordinate, day: day.0 };
        let declared = futures_util::future::try_join_all(days.iter().map(|day| ctx.load(key(day)))).await?;
        let row = |(day, declared): (Date, Option<Declared>)| {
            let Declared { files, counted_files, subjects } = declared.unwrap_or_default();
            DeclaredSubjects { on: day, data_file_count: Count(files), counted_file_count: Count(counted_files), declared_subject_count: Count(subjects) }
        };
        Ok(days.into_iter().zip(declared).map(row).collect())
    }

    /// Provisions in force by which the agency discloses, of data files and of policies. At most 100 in a page, 20 if not said.
    async fn provisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = ProvisionListing::of(Whose::Agency { includes_subordinate: include_subordinate }, ctx.session()?.today());
        Ok(ProvisionConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Entrustments in force by which the agency entrusts, of data files and of policies. At most 100 in a page, 20 if not said.
    async fn entrustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = EntrustmentListing::of(Whose::Agency { includes_subordinate: include_subordinate }, ctx.session()?.today());
        Ok(EntrustmentConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Where the agency stands among those of its type, by what they operate (동종 기관 비교): one place for each measure. At most 6.
    async fn peer_standings(&self, ctx: &Context<'_>) -> Result<Vec<PeerStanding>> {
        standings(ctx, self.0.id).await
    }

    /// Findings of the law's rules on the agency, its data files and its policies. Latest first. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Day on which they hold; today if left out.")] as_of: Option<Date>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let today = ctx.session()?.today();
        let listing = FindingListing::of_agency(include_subordinate, as_of.map_or(today, |day| day.0), today);
        Ok(FindingConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Privacy policies of the agency, by title. At most 100 in a page, 20 if not said.
    async fn privacy_policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<PrivacyPolicyConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(PrivacyPolicyConnection(Paged::load(ctx, PrivacyPolicyListing::default(), Some(self.0.id), page).await?))
    }

    /// Recommendations issued to the agency (개선권고), the latest first. At most 100 in a page, 20 if not said.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whether those of the agencies below it count too.", default = false)] include_subordinate: bool,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<RecommendationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = RecommendationListing::OfAgency { includes_subordinate: include_subordinate };
        Ok(RecommendationConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// The agency as a recipient or entrustee of others; null if no record names it so.
    async fn organization(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        Ok(ctx.load(OrganizationOfAgency(self.0.id)).await?.map(|row| Organization((*row).clone())))
    }

    /// Where the values were read. At most 1,000.
    async fn sources(&self, ctx: &Context<'_>) -> Result<Vec<Source>> {
        sources(ctx, self.0.id, None).await
    }
}

async fn successions(ctx: &Context<'_>, agency: uuid::Uuid, to_successors: bool) -> Result<Vec<Succession>> {
    let rows = ctx.load(SuccessionsOfAgency { agency, to_successors }).await?.unwrap_or_default();
    let other = |row: &entity::succession::Model| if to_successors { row.successor_id } else { row.predecessor_id };
    let agencies = ctx.rows::<agency::Entity>(rows.iter().map(other).collect()).await?;
    let succession = |row: &entity::succession::Model| {
        let agency = agencies.get(&other(row)).ok_or_else(|| Error::internal("a succession names an agency that is missing"))?;
        Ok(Succession { agency: Agency((**agency).clone()), on: Date(row.succeeded_on), kind: word(&row.kind)? })
    };
    rows.iter().map(succession).collect()
}

/// Reorganisation (조직 개편): one agency succeeds another.
#[derive(SimpleObject)]
pub struct Succession {
    /// The other agency: the predecessor among `predecessors`, the successor among `successors`.
    pub agency: Agency,
    /// Day of the reorganisation.
    pub on: Date,
    /// How the agency was succeeded.
    pub kind: SuccessionKind,
}

/// Most days of one series.
const MOST_DAYS: usize = 50;

/// What the data files of an agency declared on a day (정보주체 수 합계).
#[derive(SimpleObject)]
pub struct DeclaredSubjects {
    /// The day.
    pub on: Date,
    /// Number of data files in force on the day.
    pub data_file_count: Count,
    /// Number of those that declare a number of data subjects.
    pub counted_file_count: Count,
    /// Sum of the declared numbers of data subjects. A person who stands in several files counts in each.
    pub declared_subject_count: Count,
}

crate::connections! {
    AgencyConnection, AgencyEdge: Agency from agency;
}

/// Conditions on agencies. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AgencyFilter {
    /// Is one of these agencies.
    pub id: Option<IdFilter>,
    /// Code of the agency.
    pub code: Option<StringFilter>,
    /// Name of the agency.
    pub name: Option<StringFilter>,
    /// One of the other names of the agency, its short name among them.
    pub alias: Option<StringFilter>,
    /// Kind of the agency.
    pub r#type: Option<AgencyTypeFilter>,
    /// Whether the agency exists.
    pub status: Option<AgencyStatusFilter>,
    /// Code of the region: `{startsWith: "41"}` is the province with everything in it.
    pub region: Option<StringFilter>,
    /// Direct superior of the agency.
    pub parent: Option<Box<AgencyFilter>>,
    /// Is one of these agencies, or stands below one of them at any depth.
    pub subordinate_to: Option<IdFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<AgencyFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<AgencyFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<AgencyFilter>>,
}

crate::order! {
    AgencyOrder by AgencyOrderField, Name Asc {
        Name = "NAME", "기관명", "Name", "In dictionary order.";
        Code = "CODE", "기관코드", "Code";
    }
}

/// Queries on agencies.
#[derive(Default)]
pub struct AgencyQuery;

/// Queries on agencies.
#[Object]
impl AgencyQuery {
    /// Agency with that standard administrative code (행정표준 기관코드); null if the register has none. The code of an abolished agency still resolves, and points on to its successors.
    pub async fn agency(&self, ctx: &Context<'_>, #[graphql(desc = "Code of the agency.")] code: String) -> Result<Option<Agency>> {
        Ok(ctx.load(ById::<agency::Entity>::new(agency_key(&code))).await?.map(|row| Agency((*row).clone())))
    }

    /// Agencies (공공기관), by name if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn agencies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which agencies.")] filter: Option<Box<AgencyFilter>>,
        #[graphql(desc = "In which order; by name if left out.")] order_by: Option<AgencyOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<AgencyConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(AgencyConnection(Paged::load(ctx, AgencyListing::new(filter, order_by.unwrap_or_default())?, None, page).await?))
    }
}
