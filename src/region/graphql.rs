//! Regions in the schema.

use async_graphql::Object;

use super::{RegionEntry, Regions};

/// Region (지역): 시도 with 2 digits, 시군구 with 5.
pub struct Region(&'static RegionEntry);

impl Region {
    /// The region with that code.
    #[must_use]
    pub fn by_code(code: &str) -> Option<Self> {
        Regions::bundled().get(code).map(Self)
    }
}

/// Region (지역): 시도 with 2 digits, 시군구 with 5.
#[Object]
impl Region {
    /// Code of the region: the leading 2 or 5 digits of the standard codes of legal districts (법정동 코드).
    async fn code(&self) -> &str {
        &self.0.code
    }

    /// Name of the region, without that of the region above.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Region above: the 시도 of a 시군구, the city of a district (행정구) within it; null for a 시도.
    async fn parent(&self) -> Option<Region> {
        self.0.parent.as_deref().and_then(Region::by_code)
    }
}

/// Queries on regions.
#[derive(Default)]
pub struct RegionQuery;

/// Queries on regions.
#[Object]
impl RegionQuery {
    /// Every region, each 시도 before its 시군구. About 300.
    async fn regions(&self) -> Vec<Region> {
        Regions::bundled().all.iter().map(Region).collect()
    }
}
