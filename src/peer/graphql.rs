//! Agencies against their peers in the schema.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use entity::agency;
use futures_util::future::try_join_all;
use uuid::Uuid;

use super::{Group, PeerMeasure, Peers, Spread, Tally};
use crate::agency::AgencyType;
use crate::agency::graphql::Agency;
use crate::error::Error;
use crate::graphql::Reads as _;

/// Agencies of one type that exist, compared by what they operate (동종 기관).
pub struct PeerGroup {
    agency_type: AgencyType,
    group: Group,
}

/// Agencies of one type that exist, compared by what they operate (동종 기관).
#[Object]
impl PeerGroup {
    /// Type of the agencies.
    async fn agency_type(&self) -> AgencyType {
        self.agency_type
    }

    /// Number of agencies.
    async fn agency_count(&self) -> i32 {
        counted(self.group.members.len())
    }

    /// Number of agencies that operate no data file of which the register knows.
    async fn agency_without_data_file_count(&self) -> i32 {
        counted(self.group.without_file())
    }

    /// How each measure spreads over the agencies. At most 6.
    async fn spreads(&self) -> Vec<PeerSpread> {
        PeerMeasure::every().map(|measure| PeerSpread { measure, spread: self.group.spread(measure) }).collect()
    }

    /// Agencies with far fewer data files than their peers, those of fewest first: what they operate is registered elsewhere, or not at all. As many as `first` says, at most 1,000.
    async fn far_below(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Part of the median that they have at most: 0 to 1.", default = 0.25)] part: f64,
        #[graphql(desc = "How many agencies: 0 to 1000.", default = 20)] first: i32,
    ) -> Result<Vec<PeerStanding>> {
        if !(0.0..=1.0).contains(&part) {
            return Err(Error::input("`part` is out of its range; it can be 0 to 1").into());
        }
        let first =
            usize::try_from(first).ok().filter(|first| *first <= 1_000).ok_or_else(|| Error::input(format!("`first` is {first}; it can be 0 to 1000")))?;
        let members = self.group.far_below(part).into_iter().take(first);
        Ok(try_join_all(members.map(|(agency, tally)| standing(ctx, agency, tally, &self.group, PeerMeasure::DataFileCount))).await?)
    }
}

/// How the values of a measure spread over the agencies of one type that have a value.
pub struct PeerSpread {
    measure: PeerMeasure,
    spread: Spread,
}

/// How the values of a measure spread over the agencies of one type that have a value.
#[Object]
impl PeerSpread {
    /// Measure.
    async fn measure(&self) -> PeerMeasure {
        self.measure
    }

    /// Number of agencies that have a value: one without files has no shares.
    async fn agency_count(&self) -> i32 {
        counted(self.spread.count())
    }

    /// Least value; null where no agency has one.
    async fn least(&self) -> Option<f64> {
        self.spread.quantile(0.0)
    }

    /// Value below which a quarter of the values lie.
    async fn lower_quartile(&self) -> Option<f64> {
        self.spread.quantile(0.25)
    }

    /// Value in the middle.
    async fn median(&self) -> Option<f64> {
        self.spread.quantile(0.5)
    }

    /// Value above which a quarter of the values lie.
    async fn upper_quartile(&self) -> Option<f64> {
        self.spread.quantile(0.75)
    }

    /// Greatest value.
    async fn greatest(&self) -> Option<f64> {
        self.spread.quantile(1.0)
    }
}

/// Where an agency stands among its peers by a measure.
pub struct PeerStanding {
    agency: Agency,
    measure: PeerMeasure,
    value: Option<f64>,
    spread: Spread,
}

/// Where an agency stands among its peers by a measure.
#[Object]
impl PeerStanding {
    /// Agency.
    async fn agency(&self) -> &Agency {
        &self.agency
    }

    /// Measure.
    async fn measure(&self) -> PeerMeasure {
        self.measure
    }

    /// Value of the agency; null for a share where it has no files.
    async fn value(&self) -> Option<f64> {
        self.value
    }

    /// Place of the value from the greatest: 1 where no peer has a greater one. Null without a value.
    async fn rank(&self) -> Option<i32> {
        self.value.map(|value| counted(self.spread.rank(value)))
    }

    /// Values of the peers.
    async fn spread(&self) -> PeerSpread {
        PeerSpread { measure: self.measure, spread: self.spread.clone() }
    }
}

fn counted(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

async fn standing(ctx: &Context<'_>, agency: Uuid, tally: Tally, group: &Group, measure: PeerMeasure) -> Result<PeerStanding, Error> {
    let agency = Agency((*ctx.row::<agency::Entity>(agency).await?).clone());
    Ok(PeerStanding { agency, measure, value: tally.value(measure), spread: group.spread(measure) })
}

/// The peers of today. Counted here and now, once for each state of the index and in some milliseconds: who asks of many agencies goes on with all of them together.
fn peers(ctx: &Context<'_>) -> Result<Arc<Peers>> {
    Ok(ctx.session()?.search.snapshot()?.peers())
}

/// Where an agency stands among those of its type, by each measure; empty for one that was registered this moment.
///
/// # Errors
/// `SEARCH_NOT_READY` while the index is prepared.
pub async fn standings(ctx: &Context<'_>, agency: Uuid) -> Result<Vec<PeerStanding>> {
    let Some((member, group)) = peers(ctx)?.of_agency(agency) else { return Ok(Vec::new()) };
    Ok(try_join_all(PeerMeasure::every().map(|measure| standing(ctx, agency, member.tally, &group, measure))).await?)
}

/// Queries on peers.
#[derive(Default)]
pub struct PeerQuery;

/// Queries on peers.
#[Object]
impl PeerQuery {
    /// Agencies by type, with how what they operate spreads over them, as it is today. At most 17.
    async fn peer_groups(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Types of agencies; all if left out. At most 17.")] types: Option<Vec<AgencyType>>,
    ) -> Result<Vec<PeerGroup>> {
        let peers = peers(ctx)?;
        let wanted = |agency_type: AgencyType| types.as_ref().is_none_or(|types| types.contains(&agency_type));
        Ok(peers.groups().filter(|(agency_type, _)| wanted(*agency_type)).map(|(agency_type, group)| PeerGroup { agency_type, group: group.clone() }).collect())
    }
}
