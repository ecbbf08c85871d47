//! Agencies against their peers: those of the same type that exist. What each operates is counted by the search index; how the counts spread, and where one agency stands among them, is told here.

pub mod graphql;

use std::collections::{BTreeMap, HashMap};

use uuid::Uuid;

use crate::agency::AgencyType;
use crate::vocabulary::Vocabulary as _;

crate::vocabulary! {
    /// What agencies of one type are compared by (비교 항목). Of the files that lists show.
    pub enum PeerMeasure {
        DataFileCount = "DATA_FILE_COUNT", "개인정보파일 수", "Number of data files";
        DeclaredSubjectCount = "DECLARED_SUBJECT_COUNT", "정보주체 수", "Declared number of data subjects", "Files without one left out.";
        UniqueIdentifierShare = "UNIQUE_IDENTIFIER_SHARE", "고유식별정보 파일 비율", "Share of files with unique identifiers", "0 to 1.";
        LongRetentionShare = "LONG_RETENTION_SHARE", "10년 이상 보유 파일 비율", "Share of files kept ten years or longer", "0 to 1; permanently and semi-permanently among them.";
        AssessedShare = "ASSESSED_SHARE", "영향평가 파일 비율", "Share of files that an impact assessment covers", "0 to 1.";
        FindingsPerFile = "FINDINGS_PER_FILE", "파일당 점검 결과 수", "Rules with a finding, for each file", "The mean over the agency's files.";
    }
}

impl PeerMeasure {
    /// Every measure.
    pub fn every() -> impl Iterator<Item = Self> {
        Self::WORDS.iter().map(|word| word.is)
    }
}

/// What an agency operates, counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Files.
    pub files: u32,
    /// Declared data subjects.
    pub subjects: i64,
    /// Files with a unique identifier.
    pub with_identifiers: u32,
    /// Files kept ten years or longer.
    pub kept_long: u32,
    /// Files that an assessment covers.
    pub assessed: u32,
    /// Rules with a finding, file by file.
    pub findings: u32,
}

impl Tally {
    /// Value of a measure; `None` for a share of no files.
    #[must_use]
    pub fn value(&self, measure: PeerMeasure) -> Option<f64> {
        let share = |part: u32| (self.files > 0).then(|| f64::from(part) / f64::from(self.files));
        match measure {
            PeerMeasure::DataFileCount => Some(f64::from(self.files)),
            // More people than 2⁵³ are declared by nobody.
            #[expect(clippy::cast_precision_loss, reason = "sums of people lie far below 2⁵³")]
            PeerMeasure::DeclaredSubjectCount => Some(self.subjects as f64),
            PeerMeasure::UniqueIdentifierShare => share(self.with_identifiers),
            PeerMeasure::LongRetentionShare => share(self.kept_long),
            PeerMeasure::AssessedShare => share(self.assessed),
            PeerMeasure::FindingsPerFile => share(self.findings),
        }
    }
}

/// An agency with what it operates.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// Key.
    pub agency: Uuid,
    /// Type.
    pub agency_type: AgencyType,
    /// Whether it exists: an abolished one has peers, and is none.
    pub exists: bool,
    /// What it operates.
    pub tally: Tally,
}

/// How the values of a measure spread over the agencies of a type.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spread {
    /// The values, least first.
    values: Vec<f64>,
}

impl Spread {
    fn of(mut values: Vec<f64>) -> Self {
        values.sort_by(f64::total_cmp);
        Self { values }
    }

    /// Agencies that have a value.
    #[must_use]
    pub fn count(&self) -> usize {
        self.values.len()
    }

    /// Value below which a part of the values lies, from 0 (the least) to 1 (the greatest), between two values in proportion. `None` without a value.
    #[must_use]
    #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place among thousands of agencies")]
    pub fn quantile(&self, part: f64) -> Option<f64> {
        let place = part.clamp(0.0, 1.0) * self.values.len().checked_sub(1)? as f64;
        let below = *self.values.get(place.floor() as usize)?;
        let above = *self.values.get(place.ceil() as usize)?;
        Some(below + (above - below) * place.fract())
    }

    /// Place of a value from the greatest: 1 where none is greater.
    #[must_use]
    pub fn rank(&self, value: f64) -> usize {
        self.values.len() - self.values.partition_point(|other| *other <= value) + 1
    }
}

/// The agencies of a type that exist.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// Them, those of fewest files first.
    pub members: Vec<(Uuid, Tally)>,
    spreads: BTreeMap<PeerMeasure, Spread>,
}

impl Group {
    /// How a measure spreads.
    #[must_use]
    pub fn spread(&self, measure: PeerMeasure) -> Spread {
        self.spreads.get(&measure).cloned().unwrap_or_default()
    }

    /// Agencies without a file.
    #[must_use]
    pub fn without_file(&self) -> usize {
        self.members.iter().filter(|(_, tally)| tally.files == 0).count()
    }

    /// Agencies whose number of files is at most this part of the median, those of fewest first.
    #[must_use]
    pub fn far_below(&self, part: f64) -> Vec<(Uuid, Tally)> {
        let limit = self.spread(PeerMeasure::DataFileCount).quantile(0.5).unwrap_or_default() * part;
        self.members.iter().copied().filter(|(_, tally)| f64::from(tally.files) <= limit).collect()
    }
}

/// All agencies with their peers.
#[derive(Clone, Debug, Default)]
pub struct Peers {
    groups: BTreeMap<AgencyType, Group>,
    members: HashMap<Uuid, Member>,
}

impl Peers {
    /// Groups agencies by type.
    #[must_use]
    pub fn of(members: impl IntoIterator<Item = Member>) -> Self {
        let members: HashMap<Uuid, Member> = members.into_iter().map(|member| (member.agency, member)).collect();
        let mut groups: BTreeMap<AgencyType, Group> = BTreeMap::new();
        for member in members.values().filter(|member| member.exists) {
            groups.entry(member.agency_type).or_default().members.push((member.agency, member.tally));
        }
        for group in groups.values_mut() {
            group.members.sort_by_key(|(agency, tally)| (tally.files, *agency));
            for measure in PeerMeasure::every() {
                let values = group.members.iter().filter_map(|(_, tally)| tally.value(measure)).collect();
                group.spreads.insert(measure, Spread::of(values));
            }
        }
        Self { groups, members }
    }

    /// The types that have agencies, with these.
    pub fn groups(&self) -> impl Iterator<Item = (AgencyType, &Group)> {
        self.groups.iter().map(|(agency_type, group)| (*agency_type, group))
    }

    /// What an agency operates, and the agencies that it is compared with.
    #[must_use]
    pub fn of_agency(&self, agency: Uuid) -> Option<(Member, Group)> {
        let member = self.members.get(&agency)?;
        Some((*member, self.groups.get(&member.agency_type).cloned().unwrap_or_default()))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn agencies_that_exist_are_compared() {
        let member = |number: u128, files: u32, exists: bool| Member {
            agency: Uuid::from_u128(number),
            agency_type: AgencyType::School,
            exists,
            tally: Tally { files, subjects: 100, with_identifiers: files / 2, ..Tally::default() },
        };
        let peers = Peers::of([member(1, 0, true), member(2, 10, true), member(3, 20, true), member(4, 30, true), member(5, 99, false)]);
        let (abolished, group) = peers.of_agency(Uuid::from_u128(5)).unwrap();
        assert_eq!((abolished.tally.files, group.members.len(), group.without_file()), (99, 4, 1));
        let files = group.spread(PeerMeasure::DataFileCount);
        let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(|part| files.quantile(part).unwrap().to_string());
        assert_eq!(quantiles, ["0", "7.5", "15", "22.5", "30"]);
        assert_eq!([30.0, 20.0, 0.0, 99.0].map(|value| files.rank(value)), [1, 2, 4, 1]);
        // A share of no files is no value.
        assert_eq!(group.spread(PeerMeasure::UniqueIdentifierShare).count(), 3);
        assert_eq!(group.far_below(0.25).len(), 1);
        assert!(peers.of_agency(Uuid::from_u128(6)).is_none());
        assert_eq!(Spread::default().quantile(0.5), None);
    }

    proptest! {
        #[test]
        fn a_quantile_has_its_part_of_the_values_below_it(values in prop::collection::vec(-1e9..1e9_f64, 1..50), part in 0.0..=1.0_f64) {
            let spread = Spread::of(values.clone());
            let quantile = spread.quantile(part).unwrap();
            let below = values.iter().filter(|value| **value < quantile).count();
            let above = values.iter().filter(|value| **value > quantile).count();
            let count = f64::from(u32::try_from(values.len()).unwrap());
            prop_assert!(f64::from(u32::try_from(below).unwrap()) <= part * (count - 1.0) + 1.0);
            prop_assert!(f64::from(u32::try_from(above).unwrap()) <= (1.0 - part) * (count - 1.0) + 1.0);
            prop_assert_eq!(spread.rank(quantile), above + 1);
        }
    }
}
