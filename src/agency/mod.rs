//! Public institution (공공기관) and its place: Act 제2조제6호, Decree 제2조.
use crate::vocabulary;

vocabulary! {
    /// Kind of an agency (기관 유형).
    pub enum AgencyType, filter AgencyTypeFilter {
        Central = "CENTRAL", "중앙행정기관", "Central administrative agency";
        OperatingUnit = "OPERATING_UNIT", "운영 단위", "Operating unit", "A service with a name of its own that people search for; its parent is the institution.";
    }
}
