//! The mutation that records an impact assessment: Act 제33조① has the head of the agency carry it out and submit the result.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::AssessmentTrigger;
use super::graphql::ImpactAssessment;
use super::store::Recording;
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::error::Error;
use crate::graphql::Reads as _;
use crate::graphql::mutation::carried_out;
use crate::graphql::scalar::Date;
use crate::identity::{GlobalId, NodeType};

/// Impact assessment (영향평가) to be recorded. Agency, time and data files tell one assessment from another: stated again with the same ones, it is amended.
#[derive(Debug, InputObject)]
pub struct ImpactAssessmentInput {
    /// Data files that were assessed. At most 500.
    pub data_files: Vec<AssessedFileInput>,
    /// Year of the assessment; follows from the days if left out.
    pub year: Option<i32>,
    /// First day.
    pub assessed_from: Option<Date>,
    /// Last day.
    pub assessed_until: Option<Date>,
    /// What made it necessary.
    pub trigger: Option<AssessmentTrigger>,
    /// Assessing body (평가기관). At most 300 characters.
    pub assessor: Option<String>,
    /// Items that it names. At most 1,000.
    pub assessed_items: Option<Vec<String>>,
    /// Outcome. At most 500 characters.
    pub outcome: Option<String>,
    /// Summary. At most 2,000 characters.
    pub summary: Option<String>,
    /// Address of the published summary (요약본). At most 1,000 characters.
    pub summary_url: Option<String>,
}

/// Data file that an assessment covers.
#[derive(Debug, InputObject)]
pub struct AssessedFileInput {
    /// Global ID of the data file: of the agency, or of one below it.
    pub data_file_id: ID,
    /// Name of the data file as the assessment writes it. At most 300 characters.
    pub name_as_written: Option<String>,
}

crate::payload! {
    /// What became of `impactAssessmentRecord`.
    ImpactAssessmentRecordPayload {
        /// Impact assessment as it stands; null if it was not recorded.
        impact_assessment: ImpactAssessment,
    },
    /// Why an impact assessment was not recorded.
    ImpactAssessmentRecordUserError
}

/// Mutations on impact assessments.
#[derive(Default)]
pub struct ImpactAssessmentMutation;

/// Mutations on impact assessments.
#[Object]
impl ImpactAssessmentMutation {
    /// Records an impact assessment (영향평가) of data files, or amends it: Act 제33조. For AGENCY and ADMIN.
    async fn impact_assessment_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the agency that had its data files assessed: the viewer's own, or one below it.")] agency_id: ID,
        #[graphql(desc = "What was assessed, and what came of it.")] input: ImpactAssessmentInput,
    ) -> Result<ImpactAssessmentRecordPayload> {
        let viewer = viewer_as(ctx, &[Role::Agency, Role::Admin])?;
        let file = |file: AssessedFileInput| Ok((GlobalId::parse_as(&file.data_file_id, NodeType::DataFile)?, file.name_as_written));
        let act = Recording {
            agency: GlobalId::parse_as(&agency_id, NodeType::Agency)?,
            data_files: input.data_files.into_iter().map(file).collect::<Result<_, Error>>()?,
            input: super::ImpactAssessmentInput {
                agency: String::new(),
                data_files: Vec::new(),
                year: input.year,
                assessed_from: input.assessed_from.map(|day| day.0),
                assessed_until: input.assessed_until.map(|day| day.0),
                trigger: input.trigger,
                assessor: input.assessor,
                assessed_items: input.assessed_items.unwrap_or_default(),
                outcome: input.outcome,
                summary: input.summary,
                summary_url: input.summary_url,
                sources: Vec::new(),
                is_partial: false,
            },
        };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }
}
