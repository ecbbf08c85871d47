//! Impact assessments in the schema.

use async_graphql::{Context, ID, InputObject, Object, Result};
use entity::{agency, impact_assessment};

use super::store::{FilesOfAssessment, ImpactAssessmentListing, ItemsOfAssessment};
use super::{AssessmentTrigger, AssessmentTriggerFilter};
use crate::agency::graphql::{Agency, AgencyFilter};
use crate::data_file::DataFileListing;
use crate::data_file::graphql::{DataFileConnection, DataFileFilter};
use crate::graphql::connection::Paged;
use crate::graphql::filter::{IdFilter, IntFilter};
use crate::graphql::scalar::Date;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};
use crate::organization::graphql::{Organization, standing};
use crate::source::graphql::{Source, sources};
use crate::store::Page;

/// Privacy impact assessment (개인정보 영향평가) of one or more data files. Act 제33조.
#[derive(Clone)]
pub struct ImpactAssessment(pub impact_assessment::Model);

impl From<impact_assessment::Model> for ImpactAssessment {
    fn from(row: impact_assessment::Model) -> Self {
        Self(row)
    }
}

/// Privacy impact assessment (개인정보 영향평가) of one or more data files. Act 제33조.
#[Object]
impl ImpactAssessment {
    /// Global ID of the impact assessment.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::ImpactAssessment, self.0.id).into()
    }

    /// Agency that had its data files assessed.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Data files assessed, whatever their status. At most 100 in a page, 20 if not said.
    async fn data_files(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<DataFileConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        Ok(DataFileConnection(Paged::load(ctx, DataFileListing::of_impact_assessment(ctx.session()?.today()), Some(self.0.id), page).await?))
    }

    /// Year of the assessment (수행연도): as stated, else the one in which it ended; null if no time is stated.
    async fn year(&self) -> Option<i32> {
        self.0.year
    }

    /// First day of the assessment; null if not stated.
    async fn assessed_from(&self) -> Option<Date> {
        self.0.assessed_from.map(Date)
    }

    /// Last day of the assessment; null if not stated.
    async fn assessed_until(&self) -> Option<Date> {
        self.0.assessed_until.map(Date)
    }

    /// What made the assessment necessary (Decree 제35조); null if not stated.
    async fn trigger(&self) -> Result<Option<AssessmentTrigger>> {
        Ok(self.0.trigger.as_deref().map(word).transpose()?)
    }

    /// Assessing body (평가기관); null if not stated.
    async fn assessor(&self, ctx: &Context<'_>) -> Result<Option<Organization>> {
        match self.0.assessor_id {
            Some(id) => Ok(Some(standing(ctx, id).await?)),
            None => Ok(None),
        }
    }

    /// Names of the data files as the assessment writes them, which need not be those of the register. At most 500.
    async fn names_as_written(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.parts::<FilesOfAssessment>(self.0.id).await?.iter().filter_map(|file| file.name_as_written.clone()).collect())
    }

    /// Items that the assessment names, as written. At most 1,000.
    async fn assessed_items(&self, ctx: &Context<'_>) -> Result<Vec<String>> {
        Ok(ctx.parts::<ItemsOfAssessment>(self.0.id).await?.iter().map(|item| item.name.clone()).collect())
    }

    /// Outcome of the assessment; null if not stated.
    async fn outcome(&self) -> Option<&str> {
        self.0.outcome.as_deref()
    }

    /// Summary of the assessment; null if not stated.
    async fn summary(&self) -> Option<&str> {
        self.0.summary.as_deref()
    }

    /// Address of the published summary (영향평가서 요약본); null if not known.
    async fn summary_url(&self) -> Option<&str> {
        self.0.summary_url.as_deref()
    }

    /// Where the values were read. At most 1,000.
    async fn sources(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Path of a value, `assessedItems.2` say: its own sources, or the nearest ones around it.")] path: Option<String>,
    ) -> Result<Vec<Source>> {
        sources(ctx, self.0.id, path.as_deref()).await
    }
}

crate::connections! {
    ImpactAssessmentConnection, ImpactAssessmentEdge: ImpactAssessment from impact_assessment;
}

/// Conditions on impact assessments. Parts are AND-ed; a part left out says nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct ImpactAssessmentFilter {
    /// Is one of these assessments.
    pub id: Option<IdFilter>,
    /// Agency that had its data files assessed.
    pub agency: Option<Box<AgencyFilter>>,
    /// Data files assessed.
    pub data_files: Option<AssessedFilesFilter>,
    /// Year of the assessment.
    pub year: Option<IntFilter>,
    /// What made the assessment necessary.
    pub trigger: Option<AssessmentTriggerFilter>,
    /// All of these hold. At most 100.
    pub and: Option<Vec<ImpactAssessmentFilter>>,
    /// One of these holds; an empty list matches nothing. At most 100.
    pub or: Option<Vec<ImpactAssessmentFilter>>,
    /// None of these holds. At most 100.
    pub not: Option<Vec<ImpactAssessmentFilter>>,
}

/// Conditions on the data files that an impact assessment covers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, InputObject)]
pub struct AssessedFilesFilter {
    /// At least one of them matches.
    pub some: Option<Box<DataFileFilter>>,
    /// Not one of them matches.
    pub none: Option<Box<DataFileFilter>>,
}

crate::linked_filter! {
    /// Conditions on the impact assessments of a data file.
    ImpactAssessmentsFilter(ImpactAssessmentFilter)
}

crate::order! {
    ImpactAssessmentOrder by ImpactAssessmentOrderField, Year Desc {
        Year = "YEAR", "수행연도", "Year", "Within a year by the last day.";
    }
}

/// Queries on impact assessments.
#[derive(Default)]
pub struct ImpactAssessmentQuery;

/// Queries on impact assessments.
#[Object]
impl ImpactAssessmentQuery {
    /// Privacy impact assessments (개인정보 영향평가), latest first if not said otherwise. At most 100 in a page, 20 if not said.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn impact_assessments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which impact assessments.")] filter: Option<Box<ImpactAssessmentFilter>>,
        #[graphql(desc = "In which order; latest first if left out.")] order_by: Option<ImpactAssessmentOrder>,
        #[graphql(desc = "Size of the page, from the start or after `after`: 0 to 100.")] first: Option<i32>,
        #[graphql(desc = "Cursor after which the page starts.")] after: Option<String>,
        #[graphql(desc = "Size of the page, from the end or before `before`: 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Cursor before which the page ends.")] before: Option<String>,
    ) -> Result<ImpactAssessmentConnection> {
        let page = Page::new(first, after.as_deref(), last, before.as_deref())?;
        let listing = ImpactAssessmentListing::of_register(filter, order_by.unwrap_or_default(), ctx.session()?.today())?;
        Ok(ImpactAssessmentConnection(Paged::load(ctx, listing, None, page).await?))
    }
}
