//! Regions (시도, 시군구) as bundled: the leading digits of the standard codes of legal districts (법정동 코드).

pub mod graphql;

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

/// Region with its code.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegionEntry {
    /// 2 digits for a 시도, 5 for a 시군구.
    pub code: String,
    /// Name, without that of the region above.
    pub name: String,
    /// Code of the region above: the 시도 of a 시군구, the city of a district that is no 자치구.
    pub parent: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Bundle {
    version: u32,
    regions: Vec<RegionEntry>,
}

/// The bundled regions.
pub struct Regions {
    /// Version of the bundle; the tables follow it.
    pub version: u32,
    /// Every region, a 시도 before its 시군구.
    pub all: Vec<RegionEntry>,
    by_code: HashMap<String, usize>,
}

impl Regions {
    /// The regions that the program carries.
    pub fn bundled() -> &'static Self {
        static BUNDLED: LazyLock<Regions> = LazyLock::new(|| {
            // A broken bundle is a broken build: a test reads it before any user can.
            let bundle: Bundle = serde_saphyr::from_str(include_str!("../../data/regions.yaml")).unwrap_or_else(|_| Bundle { version: 0, regions: Vec::new() });
            let by_code = bundle.regions.iter().enumerate().map(|(index, region)| (region.code.clone(), index)).collect();
            Regions { version: bundle.version, all: bundle.regions, by_code }
        });
        &BUNDLED
    }

    /// The region with that code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&RegionEntry> {
        self.place(code).and_then(|place| self.all.get(place))
    }

    /// Place of the region with that code in [`Regions::all`].
    #[must_use]
    pub fn place(&self, code: &str) -> Option<usize> {
        self.by_code.get(code).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bundle_is_whole() {
        let regions = Regions::bundled();
        assert!(regions.version >= 1 && regions.all.len() > 250, "{} regions", regions.all.len());
        assert_eq!(regions.get("41570").map(|region| region.name.as_str()), Some("김포시"));
        for region in &regions.all {
            assert!(matches!(region.code.len(), 2 | 5), "{}", region.code);
            assert!(region.parent.iter().all(|parent| regions.get(parent).is_some()), "{} hangs in the air", region.code);
            assert_eq!(region.parent.is_some(), region.code.len() == 5, "{}", region.code);
            assert!(
                region.parent.iter().all(|parent| parent.len() == 2 || region.name.ends_with('구')),
                "{}: only a district stands under a city",
                region.code
            );
        }
        assert_eq!(regions.by_code.len(), regions.all.len(), "codes are unique");
    }
}
