//! Privacy policies and their revisions in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, policy_revision, privacy_policy};
use futures_util::future::try_join;

use super::section::PolicySection;
use super::store::{
    AgainstRegister, AutoCollectionOfRevision, BodiesOfRevision, ContentOfRevision, DevicesOfRevision, DisposalOfRevision, IncomingOfRevision, ItemsOfRevision,
    LabelsOfRevision, OfficersOfRevision, RightsOfRevision, SafeguardsOfRevision, SectionsOfRevision, TimelineOfPolicy, desk_of_revision, recorded_parts,
};
use super::{
    AutoCollection, Content, DisposalMethod, PolicyRevisionListing, PrivacyLabel, PrivacyOfficer, PrivacyPolicyListing, RemedyBody, RightProcedure, Safeguard,
};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::data_file::DataFileListing;
use crate::data_file::graphql::DataFileConnection;
use crate::difference::{FieldDifference, compare};
use crate::entrustment::EntrustmentListing;
use crate::entrustment::graphql::EntrustmentConnection;
use crate::error::Error;
use crate::graphql::Reads as _;
use crate::graphql::connection::Paged;
use crate::graphql::filter::{IdFilter, StringFilter};
use crate::graphql::scalar::{Date, DateTime};
use crate::identity::{GlobalId, NodeType};
use crate::provision::ProvisionListing;
use crate::provision::graphql::ProvisionConnection;
use crate::registration::graphql::AccessDesk;
use crate::source::graphql::{Source, sources};
use crate::stated::Whose;
use crate::store::{ById, Page};

pub use super::parts::{IncomingEntrustment, PolicyItem, VideoDevice};

/// Privacy policy (개인정보 처리방침) of an agency, through all of its revisions. Act 제30조.
#[derive(Clone)]
pub struct PrivacyPolicy(pub privacy_policy::Model);

impl From<privacy_policy::Model> for PrivacyPolicy {
    fn from(row: privacy_policy::Model) -> Self {
        Self(row)
    }
}

/// Privacy policy (개인정보 처리방침) of an agency, through all of its revisions. Act 제30조.
#[Object]
impl PrivacyPolicy {
    /// Global ID of the privacy policy.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::PrivacyPolicy, self.0.id).into()
    }

    /// Permanent address of the privacy policy.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.session()?.url("policies", &GlobalId::new(NodeType::PrivacyPolicy, self.0.id).to_string()))
    }

    /// Agency of the privacy policy.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Title under which the privacy policy was first recorded.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// Revision that applies today: the last one that has begun, be its stated end over or not; null if none has begun.
    async fn current(&self, ctx: &Context<'_>) -> Result<Option<PolicyRevision>> {
        let today = ctx.session()?.today();
        let timeline = ctx.load(TimelineOfPolicy(self.0.id)).await?;
        Ok(timeline.and_then(|timeline| timeline.on(today).cloned()).map(PolicyRevision))
    }

    /// Revisions of the privacy policy, oldest first. At most 100 in a page, 20 if not said.
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<PolicyRevisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(PolicyRevisionConnection(Paged::load(ctx, PolicyRevisionListing::of_policy(), Some(self.0.id), page).await?))
    }

    /// Differences between two revisions of the privacy policy (신구 대조표); empty where only the period of one of them is known.
    async fn compare(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Revision from which the differences are told.")] from_id: ID,
        #[graphql(desc = "Revision to which they lead.")] to_id: ID,
    ) -> Result<Vec<FieldDifference>> {
        let (from, to) = try_join(self.own_revision(ctx, &from_id), self.own_revision(ctx, &to_id)).await?;
        differences(ctx, &from, &to).await
    }
}

impl PrivacyPolicy {
    /// The revision with that id, which must be one of this policy.
    async fn own_revision(&self, ctx: &Context<'_>, id: &ID) -> Result<policy_revision::Model> {
        let key = GlobalId::parse_as(id, NodeType::PolicyRevision)?;
        let row = ctx.load(ById::<policy_revision::Entity>::new(key)).await?.filter(|row| row.privacy_policy_id == self.0.id);
        Ok(row
            .map(|row| (*row).clone())
            .ok_or_else(|| Error::input(format!("\"{}\" is not a revision of this policy; take ids from its `revisions`", id.as_str())))?)
    }
}

/// Differences between two revisions. Of one of which only the period is known nothing can be said: what it does not state here it may well have said.
async fn differences(ctx: &Context<'_>, from: &policy_revision::Model, to: &policy_revision::Model) -> Result<Vec<FieldDifference>> {
    if !from.states_sections || !to.states_sections {
        return Ok(Vec::new());
    }
    // At once, so that both are read in one batch.
    let (before, after) = try_join(ctx.load(ContentOfRevision(from.id)), ctx.load(ContentOfRevision(to.id))).await?;
    let (Some(before), Some(after)) = (before, after) else { return Err(Error::internal("a revision has no content").into()) };
    let json = |content: &Content| serde_json::to_value(content).map_err(|error| Error::internal(error.to_string()));
    Ok(compare(&json(&before)?, &json(&after)?))
}

/// Revision of a privacy policy (처리방침 개정): an immutable record of what it said in a period. Act 제30조②.
#[derive(Clone)]
pub struct PolicyRevision(pub policy_revision::Model);

impl From<policy_revision::Model> for PolicyRevision {
    fn from(row: policy_revision::Model) -> Self {
        Self(row)
    }
}

/// Revision of a privacy policy (처리방침 개정): an immutable record of what it said in a period. Act 제30조②.
#[Object]
impl PolicyRevision {
    /// Global ID of the policy revision.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::PolicyRevision, self.0.id).into()
    }

    /// Privacy policy that the revision belongs to.
    async fn policy(&self, ctx: &Context<'_>) -> Result<PrivacyPolicy> {
        Ok(PrivacyPolicy((*ctx.row::<privacy_policy::Entity>(self.0.privacy_policy_id).await?).clone()))
    }

    /// Number of the revision in its policy: 1, 2, … in the order of recording. Of two that start on one day the higher number applies.
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// Timestamp of when the revision was recorded here.
    async fn recorded_at(&self) -> DateTime {
        DateTime(self.0.recorded_at)
    }

    /// First day on which the revision applied (시행일); null if only its end is known.
    async fn effective_from(&self) -> Option<Date> {
        self.0.effective_from.map(Date)
    }

    /// Last day on which the revision applied, inclusive, as written; null if not stated.
    async fn effective_until(&self) -> Option<Date> {
        self.0.effective_until.map(Date)
    }

    /// Period of the revision as written; null where the days tell it all.
    async fn period_text(&self) -> Option<&str> {
        self.0.period_text.as_deref()
    }

    /// Address at which the revision was published; null if not known.
    async fn published_url(&self) -> Option<&str> {
        self.0.published_url.as_deref()
    }

    /// Day on which the revision was announced (공고일); null if not stated.
    async fn announced_on(&self) -> Option<Date> {
        self.0.announced_on.map(Date)
    }

    /// Every matter that a policy can have a section about, once: those that the revision states, in its order, then the others. `UNKNOWN` all of them where only the period is known.
    async fn sections(&self, ctx: &Context<'_>) -> Result<Vec<PolicySection>> {
        let stated = if self.0.states_sections { Some(recorded_parts(&ctx.parts::<SectionsOfRevision>(self.0.id).await?)?) } else { None };
        Ok(PolicySection::all(stated))
    }

    /// Indicates whether the policy has an overview of labels (주요 개인정보 처리 표시 유무), be its labels known here or not; null if not known.
    async fn has_labels(&self) -> Option<bool> {
        self.0.has_labels
    }

    /// Labels of the overview at the head of the policy (주요 개인정보 처리 표시). At most 200.
    async fn labels(&self, ctx: &Context<'_>) -> Result<Vec<PrivacyLabel>> {
        Ok(recorded_parts(&ctx.parts::<LabelsOfRevision>(self.0.id).await?)?)
    }

    /// Data files that the revision covers, whatever their status. At most 100 in a page, 20 if not said.
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(DataFileConnection(Paged::load(ctx, DataFileListing::of_policy_revision(ctx.session()?.today()), Some(self.0.id), page).await?))
    }

    /// Items collected outside every data file, automatically say (인터넷 서비스 이용과정에서 자동 수집). At most 1,000.
    async fn collected_items(&self, ctx: &Context<'_>) -> Result<Vec<PolicyItem>> {
        Ok(ctx.parts::<ItemsOfRevision>(self.0.id).await?.iter().cloned().map(PolicyItem).collect())
    }

    /// Provisions that the revision states for everything that it covers (제3자 제공). At most 100 in a page, 20 if not said.
    async fn provisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ProvisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = ProvisionListing::of(Whose::PolicyRevision, ctx.session()?.today());
        Ok(ProvisionConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Entrustments that the revision states for everything that it covers (위탁). At most 100 in a page, 20 if not said.
    async fn entrustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<EntrustmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = EntrustmentListing::of(Whose::PolicyRevision, ctx.session()?.today());
        Ok(EntrustmentConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Processing that the agency does on behalf of others (수탁 처리). At most 200.
    async fn entrusted_by(&self, ctx: &Context<'_>) -> Result<Vec<IncomingEntrustment>> {
        Ok(ctx.parts::<IncomingOfRevision>(self.0.id).await?.iter().cloned().map(IncomingEntrustment).collect())
    }

    /// Persons and departments in charge of privacy (개인정보 보호책임자, 담당자, 담당부서). At most 200.
    async fn officers(&self, ctx: &Context<'_>) -> Result<Vec<PrivacyOfficer>> {
        Ok(recorded_parts(&ctx.parts::<OfficersOfRevision>(self.0.id).await?)?)
    }

    /// Desk that receives and handles requests for access (열람청구 접수·처리 부서); null if not stated.
    async fn access_desk(&self) -> Option<AccessDesk> {
        let crate::registration::AccessDesk { department, phones, email, fax, address } = desk_of_revision(&self.0)?;
        Some(AccessDesk { department, phones, email, fax, address })
    }

    /// How data subjects exercise their rights (권리의 행사방법). At most 200.
    async fn rights(&self, ctx: &Context<'_>) -> Result<Vec<RightProcedure>> {
        Ok(recorded_parts(&ctx.parts::<RightsOfRevision>(self.0.id).await?)?)
    }

    /// Bodies that decide on an administrative appeal (행정심판). At most 200.
    async fn appeals(&self, ctx: &Context<'_>) -> Result<Vec<RemedyBody>> {
        bodies(ctx, &self.0, true).await
    }

    /// Bodies that help against an infringement (권익침해 구제기관). At most 200.
    async fn remedies(&self, ctx: &Context<'_>) -> Result<Vec<RemedyBody>> {
        bodies(ctx, &self.0, false).await
    }

    /// Safety measures (안전성 확보조치). Act 제29조. At most 200.
    async fn safeguards(&self, ctx: &Context<'_>) -> Result<Vec<Safeguard>> {
        Ok(recorded_parts(&ctx.parts::<SafeguardsOfRevision>(self.0.id).await?)?)
    }

    /// Procedure of disposal (파기절차); null if not stated.
    async fn disposal_procedure(&self) -> Option<&str> {
        self.0.disposal_procedure.as_deref()
    }

    /// Methods of disposal (파기방법). Act 제21조. At most 200.
    async fn disposal(&self, ctx: &Context<'_>) -> Result<Vec<DisposalMethod>> {
        Ok(recorded_parts(&ctx.parts::<DisposalOfRevision>(self.0.id).await?)?)
    }

    /// Indicates whether the policy says that devices collect automatically (자동 수집 장치 사용 여부): false where it says that none do, null where it says nothing.
    async fn has_auto_collection(&self) -> Option<bool> {
        self.0.has_auto_collection
    }

    /// Devices that collect automatically, and how to refuse them (자동 수집 장치). At most 200.
    async fn auto_collection(&self, ctx: &Context<'_>) -> Result<Vec<AutoCollection>> {
        Ok(recorded_parts(&ctx.parts::<AutoCollectionOfRevision>(self.0.id).await?)?)
    }

    /// What the policy says of impact assessments beyond those that it lists (영향평가 관련 기재), `영향평가 대상에 해당되지 않음` say; null if it says nothing.
    async fn impact_assessment_text(&self) -> Option<&str> {
        self.0.impact_assessment_text.as_deref()
    }

    /// Number of notices that tell of video devices (안내판 수), at all places together; null if not stated. Act 제25조④.
    async fn video_notice_count(&self) -> Option<i32> {
        self.0.video_notice_count
    }

    /// Video devices (영상정보처리기기). Act 제25조, 제25조의2. At most 200.
    async fn video_devices(&self, ctx: &Context<'_>) -> Result<Vec<VideoDevice>> {
        Ok(ctx.parts::<DevicesOfRevision>(self.0.id).await?.iter().cloned().map(VideoDevice).collect())
    }

    /// Files, recipients and entrustees that the revision states and the register lacks today (`ADDED`), and that the register has and the revision lacks (`REMOVED`). Recipients and entrustees are compared with those of the
    /// registrations in force of the files that the revision covers; of all files of the agency, where it names none. Of what the revision does not tell, or only refers to, nothing is lacking. At most 10,000.
    async fn register_differences(&self, ctx: &Context<'_>) -> Result<Vec<FieldDifference>> {
        Ok(ctx.load(AgainstRegister(self.0.id)).await?.map(|found| found.iter().take(10_000).cloned().collect()).unwrap_or_default())
    }

    /// Differences against the revision that applied before (신구 대조표); empty for the first, and where only the period of one of the two is known.
    async fn differences(&self, ctx: &Context<'_>) -> Result<Vec<FieldDifference>> {
        let timeline = ctx.load(TimelineOfPolicy(self.0.privacy_policy_id)).await?;
        match timeline.as_ref().and_then(|timeline| timeline.before(&self.0)) {
            Some(before) => differences(ctx, before, &self.0).await,
            None => Ok(Vec::new()),
        }
    }

    /// Where the values were read. At most 1,000.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Path of a value, `rights.0.form` say: its own sources, or the nearest ones around it.")] path: Option<String>,
    ) -> Result<Vec<Source>> {
        sources(ctx, self.0.id, path.as_deref()).await
    }
}

async fn bodies(ctx: &Context<'_>, revision: &policy_revision::Model, is_appeal: bool) -> Result<Vec<RemedyBody>> {
    let rows = ctx.parts::<BodiesOfRevision>(revision.id).await?;
    let wanted: Vec<_> = rows.iter().filter(|row| row.is_appeal == is_appeal).cloned().collect();
    Ok(recorded_parts(&wanted)?)
}

crate::connections! {
    PrivacyPolicyConnection, PrivacyPolicyEdge: PrivacyPolicy from privacy_policy;
    PolicyRevisionConnection, PolicyRevisionEdge: PolicyRevision from policy_revision;
}

/// Conditions on privacy policies. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct PrivacyPolicyFilter {
    /// Is one of these privacy policies.
    pub id: Option<IdFilter>,
    /// Title of the privacy policy.
    pub title: Option<StringFilter>,
    /// Agency of the privacy policy.
    pub agency: Option<Box<AgencyFilter>>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<PrivacyPolicyFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<PrivacyPolicyFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<PrivacyPolicyFilter>>,
}

/// Queries on privacy policies.
#[derive(Default)]
pub struct PrivacyPolicyQuery;

/// Queries on privacy policies.
#[Object]
impl PrivacyPolicyQuery {
    /// Privacy policies (개인정보 처리방침), by title. At most 100 in a page, 20 if not said.
    async fn privacy_policies(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which privacy policies.")] filter: Option<Box<PrivacyPolicyFilter>>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<PrivacyPolicyConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(PrivacyPolicyConnection(Paged::load(ctx, PrivacyPolicyListing::new(filter)?, None, page).await?))
    }
}
