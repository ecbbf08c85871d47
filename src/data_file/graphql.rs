//! Data files in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, data_file, registration};

use super::store::{DataFileByNumber, DataFileListing};
use super::{DataFileStatus, DataFileStatusFilter};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::collected_item::graphql::CollectedItemsFilter;
use crate::entrustment::graphql::EntrustmentsFilter;
use crate::finding::graphql::FindingConnection;
use crate::finding::store::FindingListing;
use crate::graphql::connection::Paged;
use crate::graphql::eager::Eager;
use crate::graphql::filter::{CountFilter, DateFilter, IdFilter, StringFilter};
use crate::graphql::scalar::Date;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::impact_assessment::ImpactAssessmentListing;
use crate::impact_assessment::graphql::{ImpactAssessmentConnection, ImpactAssessmentsFilter};
use crate::legal_basis::graphql::LegalBasesFilter;
use crate::policy::PolicyRevisionListing;
use crate::policy::graphql::PolicyRevisionConnection;
use crate::provision::graphql::ProvisionsFilter;
use crate::recommendation::RecommendationListing;
use crate::recommendation::graphql::RecommendationConnection;
use crate::registration::graphql::{Registration, RegistrationConnection, RegistrationFilter, RetentionFilter};
use crate::registration::{ContentConditions, RegistrationListing, TimelineOfFile, in_force_on};
use crate::search;
use crate::store::Page;

/// Personal-data file (개인정보파일): the stable identity. Act 제2조제4호, 제32조. Its content stands in its registrations.
#[derive(Clone)]
pub struct DataFile(pub data_file::Model);

impl From<data_file::Model> for DataFile {
    fn from(row: data_file::Model) -> Self {
        Self(row)
    }
}

/// Personal-data file (개인정보파일): the stable identity. Act 제2조제4호, 제32조. Its content stands in its registrations.
#[Object]
impl DataFile {
    /// Global ID of the data file.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::DataFile, self.0.id).into()
    }

    /// Permanent address of the data file.
    async fn url(&self, ctx: &Context<'_>) -> Result<String> {
        Ok(ctx.session()?.url("data-files", &self.0.registration_number))
    }

    /// Registration number of the data file (등록번호), issued by this register: agency code, dash, running number. Never changes, also when another agency takes the file over.
    async fn registration_number(&self) -> &str {
        &self.0.registration_number
    }

    /// Status of the data file.
    async fn status(&self) -> Result<DataFileStatus> {
        Ok(word(&self.0.status)?)
    }

    /// Agency that operates the data file now.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Eager<Agency>> {
        Ok(Eager(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone())))
    }

    /// Name of the data file now (개인정보파일의 명칭).
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Content in force on a day; without a day, the content in force now, or the last one of a destroyed file. Null for a day on which the file was not in force.
    async fn registration(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day on which the content is to be in force.")] as_of: Option<Date>,
    ) -> Result<Option<Eager<Registration>>> {
        let id = match as_of {
            None => Some(self.0.registration_id),
            Some(day) => {
                let timeline = ctx.load(TimelineOfFile(self.0.id)).await?.unwrap_or_default();
                in_force_on(&timeline, day.0).map(|stretch| stretch.id)
            }
        };
        match id {
            Some(id) => Ok(Some(Eager(Registration::from((*ctx.row::<registration::Entity>(id).await?).clone())))),
            None => Ok(None),
        }
    }

    /// History of the data file: its registrations, oldest first. At most 100 in a page, 20 if not said.
    async fn registrations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<RegistrationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(RegistrationConnection(Paged::load(ctx, RegistrationListing::of_data_file(), Some(self.0.id), page).await?))
    }

    /// Day of the first registration at the official portal; null if not known.
    async fn registered_on(&self) -> Option<Date> {
        self.0.registered_on.map(Date)
    }

    /// Impact assessments that cover the data file, newest first. At most 100 in a page, 20 if not said.
    async fn impact_assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ImpactAssessmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(ImpactAssessmentConnection(Paged::load(ctx, ImpactAssessmentListing::of_data_file(ctx.session()?.today()), Some(self.0.id), page).await?))
    }

    /// Recommendations to improve the data file (개선권고), the latest first. At most 100 in a page, 20 if not said.
    async fn recommendations(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<RecommendationConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(RecommendationConnection(Paged::load(ctx, RecommendationListing::OfDataFile, Some(self.0.id), page).await?))
    }

    /// Findings of the law's rules on the data file: on its registrations, and on policies for what concerns it. Latest first. At most 100 in a page, 20 if not said.
    async fn findings(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Day on which they hold; today if left out.")] as_of: Option<Date>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<FindingConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let today = ctx.session()?.today();
        let listing = FindingListing::of_data_file(as_of.map_or(today, |day| day.0), today);
        Ok(FindingConnection(Paged::load(ctx, listing, Some(self.0.id), page).await?))
    }

    /// Revisions of privacy policies that cover the data file, oldest first. At most 100 in a page, 20 if not said.
    async fn policy_revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<PolicyRevisionConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(PolicyRevisionConnection(Paged::load(ctx, PolicyRevisionListing::of_data_file(), Some(self.0.id), page).await?))
    }

    /// Registered and disclosed data files that are like this one, the most alike first: by the items that both record, their names, and the statutes they rest on. Files that share neither an item nor
    /// two letters of the name are left out. At most 50.
    async fn similar(&self, ctx: &Context<'_>, #[graphql(desc = "How many: 0 to 50.", default_with = "Some(10)")] first: Option<i32>) -> Result<Vec<DataFile>> {
        search::graphql::similar(ctx, self.0.id, first).await
    }
}

crate::connections! {
    DataFileConnection, DataFileEdge: DataFile from data_file;
}

/// Conditions on data files. Parts are AND-ed; a part left out says nothing. Where no part asks for a status, registered and disclosed files are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct DataFileFilter {
    /// Is one of these data files.
    pub id: Option<IdFilter>,
    /// Registration number of the data file.
    pub registration_number: Option<StringFilter>,
    /// Name of the data file now.
    pub name: Option<StringFilter>,
    /// Status of the data file. Destroyed and exempt files are found only where this asks for them.
    pub status: Option<DataFileStatusFilter>,
    /// Agency that operates the data file.
    pub agency: Option<Box<AgencyFilter>>,
    /// Declared number of data subjects.
    pub data_subject_count: Option<CountFilter>,
    /// Day of the first registration at the official portal.
    pub registered_on: Option<DateFilter>,
    /// Registration in force: purpose, completeness and what else it states.
    pub registration: Option<Box<RegistrationFilter>>,
    /// Items that the data file records.
    pub collected_items: Option<CollectedItemsFilter>,
    /// Bases on which the data file is operated.
    pub legal_bases: Option<LegalBasesFilter>,
    /// Retention period of the data file.
    pub retention: Option<RetentionFilter>,
    /// Provisions that count for the data file: stated for it, or by the policies in force that cover it.
    pub provisions: Option<ProvisionsFilter>,
    /// Entrustments that count for the data file: stated for it, or by the policies in force that cover it.
    pub entrustments: Option<EntrustmentsFilter>,
    /// Impact assessments that cover the data file.
    pub impact_assessments: Option<Box<ImpactAssessmentsFilter>>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<DataFileFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<DataFileFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<DataFileFilter>>,
}

impl DataFileFilter {
    /// The parts that speak of the content in force.
    pub(super) fn content(&self) -> ContentConditions<'_> {
        ContentConditions { collected_items: self.collected_items.as_ref(), legal_bases: self.legal_bases.as_ref(), retention: self.retention.as_ref() }
    }
}

crate::order! {
    DataFileOrder by DataFileOrderField, Name Asc {
        Name = "NAME", "개인정보파일명", "Name", "In dictionary order.";
        DataSubjectCount = "DATA_SUBJECT_COUNT", "정보주체 수", "Number of data subjects", "A file without a declared number counts as least.";
        RegisteredOn = "REGISTERED_ON", "등록일", "Day of the first registration", "A file without a known day counts as least.";
    }
}

/// Queries on data files.
#[derive(Default)]
pub struct DataFileQuery;

/// Queries on data files.
#[Object]
impl DataFileQuery {
    /// Data file with that registration number, whatever its status; null if the register has none.
    pub async fn data_file(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Registration number of the data file: agency code, dash, running number.")] registration_number: String,
    ) -> Result<Option<DataFile>> {
        Ok(ctx.load(DataFileByNumber(registration_number)).await?.map(|row| DataFile((*row).clone())))
    }

    /// Data files (개인정보파일) as they stand now, by name if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which data files; registered and disclosed ones, where it does not ask for a status.")] filter: Option<Box<DataFileFilter>>,
        #[graphql(desc = "In which order; by name if left out.")] order_by: Option<DataFileOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = DataFileListing::of_register(filter, order_by.unwrap_or_default(), ctx.session()?.today())?;
        Ok(DataFileConnection(Paged::load(ctx, listing, None, page).await?))
    }
}
