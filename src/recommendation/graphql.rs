//! Recommendations in the schema.

use async_graphql::{Context, ID, Object, Result};
use entity::{agency, data_file, recommendation};

use super::RecommendationOutcome;
use crate::agency::graphql::Agency;
use crate::data_file::graphql::DataFile;
use crate::graphql::scalar::Date;
use crate::graphql::{Reads as _, word};
use crate::identity::{GlobalId, NodeType};

/// Recommendation to improve (개선권고) of the Commission to an agency, about a data file. Act 제32조③.
#[derive(Clone)]
pub struct Recommendation(pub recommendation::Model);

impl From<recommendation::Model> for Recommendation {
    fn from(row: recommendation::Model) -> Self {
        Self(row)
    }
}

/// Recommendation to improve (개선권고) of the Commission to an agency, about a data file. Act 제32조③.
#[Object]
impl Recommendation {
    /// Global ID of the recommendation.
    pub async fn id(&self) -> ID {
        GlobalId::new(NodeType::Recommendation, self.0.id).into()
    }

    /// Data file that the recommendation is about.
    async fn data_file(&self, ctx: &Context<'_>) -> Result<DataFile> {
        Ok(DataFile((*ctx.row::<data_file::Entity>(self.0.data_file_id).await?).clone()))
    }

    /// Agency that the recommendation was issued to: the one that operated the data file then.
    async fn agency(&self, ctx: &Context<'_>) -> Result<Agency> {
        Ok(Agency((*ctx.row::<agency::Entity>(self.0.agency_id).await?).clone()))
    }

    /// Number of the recommendation among those about its data file: 1, 2, …
    async fn number(&self) -> i32 {
        self.0.number
    }

    /// What is to be improved, and why (권고 사유).
    async fn ground(&self) -> &str {
        &self.0.ground
    }

    /// Day on which the recommendation was issued (권고일).
    async fn issued_on(&self) -> Date {
        Date(self.0.issued_on)
    }

    /// Reply of the agency (조치 결과); null if it has not answered.
    async fn reply(&self) -> Option<&str> {
        self.0.reply.as_deref()
    }

    /// Day on which the agency answered last; null if it has not.
    async fn answered_on(&self) -> Option<Date> {
        self.0.answered_on.map(Date)
    }

    /// What the agency does about the recommendation, by its own account; null if it has not answered.
    async fn outcome(&self) -> Result<Option<RecommendationOutcome>> {
        Ok(self.0.outcome.as_deref().map(word).transpose()?)
    }
}

crate::connections! {
    RecommendationConnection, RecommendationEdge: Recommendation from recommendation;
}
