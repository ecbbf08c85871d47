//! Mutations on recommendations: issued by the regulator, answered by the agency.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::RecommendationOutcome;
use super::graphql::Recommendation;
use super::store::{Answering, Issuing};
use crate::access::Role;
use crate::access::graphql::viewer_as;
use crate::graphql::Reads as _;
use crate::graphql::mutation::carried_out;
use crate::graphql::scalar::Date;
use crate::identity::{GlobalId, NodeType};

/// Recommendation (개선권고) to be issued.
#[derive(Debug, InputObject)]
pub struct RecommendationInput {
    /// What is to be improved, and why. Public: no personal data. At most 2,000 characters.
    pub ground: String,
    /// Day of issue, not in the future; today if left out.
    pub issued_on: Option<Date>,
}

/// Answer of an agency to a recommendation.
#[derive(Debug, InputObject)]
pub struct RecommendationAnswerInput {
    /// Reply (조치 결과). Public: no personal data. At most 2,000 characters.
    pub reply: String,
    /// What the agency does about it.
    pub outcome: RecommendationOutcome,
    /// Day of the answer: from the day of issue on, and not in the future. Today if left out.
    pub answered_on: Option<Date>,
}

crate::payload! {
    /// What became of `recommendationIssue`.
    RecommendationIssuePayload {
        /// Recommendation that was issued; null if it was not.
        recommendation: Recommendation,
    },
    /// Why a recommendation was not issued.
    RecommendationIssueUserError
}

crate::payload! {
    /// What became of `recommendationAnswer`.
    RecommendationAnswerPayload {
        /// Recommendation as it stands; null if there is none.
        recommendation: Recommendation,
    },
    /// Why a recommendation was not answered.
    RecommendationAnswerUserError
}

/// Mutations on recommendations.
#[derive(Default)]
pub struct RecommendationMutation;

/// Mutations on recommendations.
#[Object]
impl RecommendationMutation {
    /// Recommends an agency to improve a data file, or its registration (개선권고): Act 제32조③. For REGULATOR and ADMIN.
    async fn recommendation_issue(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the data file; it must not be destroyed.")] data_file_id: ID,
        #[graphql(desc = "What is recommended.")] input: RecommendationInput,
    ) -> Result<RecommendationIssuePayload> {
        let viewer = viewer_as(ctx, &[Role::Regulator, Role::Admin])?;
        let act =
            Issuing { data_file: GlobalId::parse_as(&data_file_id, NodeType::DataFile)?, ground: input.ground, issued_on: input.issued_on.map(|day| day.0) };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }

    /// Answers a recommendation for the agency that operates the data file now. A later answer takes the place of the one before. For AGENCY and ADMIN.
    async fn recommendation_answer(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global ID of the recommendation.")] id: ID,
        #[graphql(desc = "What the agency answers.")] input: RecommendationAnswerInput,
    ) -> Result<RecommendationAnswerPayload> {
        let viewer = viewer_as(ctx, &[Role::Agency, Role::Admin])?;
        let act = Answering {
            id: GlobalId::parse_as(&id, NodeType::Recommendation)?,
            reply: input.reply,
            answered_on: input.answered_on.map(|day| day.0),
            outcome: input.outcome,
        };
        Ok(carried_out(ctx.session()?, &viewer, &act).await?.into())
    }
}
