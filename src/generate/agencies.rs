//! The agencies: which there are, where they stand, how many files each has. Each follows from its number alone, so that none has to be kept.

use chrono::NaiveDate;

use super::chance::{Chance, Subject};
use super::words::AGENCIES;
use crate::agency::{AgencyInput, AgencyStatus, AgencyType, PredecessorInput, SuccessionKind};
use crate::region::{RegionEntry, Regions};

/// 광주광역시 and 전라남도, and what they were merged into on 2026-07-01.
const MERGED: [&str; 2] = ["29", "46"];
const MERGED_INTO: &str = "12";

/// Files for each agency, on average.
const FILES_FOR_EACH: u64 = 20;

/// Fewest agencies: with fewer some kind would be missing.
const FEWEST: u64 = 120;

/// Of so many agencies of a kind one was abolished and another one succeeded it.
const REORGANISED: u64 = 61;

/// Agencies of one kind, in one stretch of numbers.
#[derive(Clone, Copy, Debug)]
struct Stretch {
    kind: AgencyType,
    /// Number of the first one.
    first: u64,
    count: u64,
    /// Usual number of files, in proportion to other kinds, and how far it is spread (eighths of a doubling).
    weight: u64,
    spread: i64,
}

/// The agencies of a register.
pub struct Agencies {
    seed: u64,
    stretches: Vec<Stretch>,
}

/// An agency with what its files are composed from.
pub struct Agency {
    /// As it is recorded.
    pub input: AgencyInput,
    /// Name of the local government or region that it belongs to.
    pub region: String,
}

fn sido() -> Vec<&'static RegionEntry> {
    let mut all: Vec<&RegionEntry> = Regions::bundled().all.iter().filter(|region| region.parent.is_none()).collect();
    // What was merged goes before what it was merged into.
    all.sort_by_key(|region| !MERGED.contains(&region.code.as_str()));
    all
}

fn sigungu() -> Vec<&'static RegionEntry> {
    let stands = |region: &&RegionEntry| region.parent.as_deref().is_some_and(|parent| parent.len() == 2 && !MERGED.contains(&parent));
    Regions::bundled().all.iter().filter(stands).collect()
}

impl Agencies {
    /// The agencies of a register of so many files.
    #[must_use]
    pub fn new(seed: u64, files: u64) -> Self {
        use AgencyType::{
            BasicGovernment, Central, CentralAffiliate, Constitutional, EducationOffice, Independent, LocalAffiliate, LocalFunded, LocalPublicEnterprise,
            MetropolitanGovernment, OperatingUnit, OtherPublic, PublicCorporation, QuasiGovernmental, School, SpecialCorporation, University,
        };
        let wanted = (files / FILES_FOR_EACH).max(FEWEST);
        let (sido, sigungu) = (sido().len() as u64, sigungu().len() as u64);
        // Those of which a country has a certain number: (most, per mille of all agencies), then those of which it has as many as are left, by their share.
        let certain = [
            (Central, AGENCIES.central.len() as u64, 30, 60, 12),
            (Constitutional, AGENCIES.constitutional.len() as u64, 20, 30, 8),
            (Independent, AGENCIES.independent.len() as u64, 20, 20, 8),
            (MetropolitanGovernment, sido, 60, 150, 8),
            (EducationOffice, sido + sigungu, 100, 45, 8),
            (BasicGovernment, sigungu, 120, 90, 8),
        ];
        let open = [
            (CentralAffiliate, 60, 15, 10),
            (PublicCorporation, 3, 60, 12),
            (QuasiGovernmental, 12, 40, 12),
            (OtherPublic, 15, 15, 12),
            (SpecialCorporation, 12, 10, 12),
            (University, 20, 60, 10),
            (LocalAffiliate, 170, 6, 10),
            (LocalPublicEnterprise, 15, 15, 10),
            (LocalFunded, 40, 8, 10),
            (School, 583, 11, 5),
            (OperatingUnit, 70, 2, 10),
        ];
        let mut stretches: Vec<Stretch> = Vec::new();
        let mut first = 0;
        let mut add = |kind, count, weight, spread| {
            stretches.push(Stretch { kind, first, count, weight, spread });
            first += count;
        };
        let mut left = wanted;
        for (kind, most, per_mille, weight, spread) in certain {
            let count = most.min((wanted * per_mille).div_ceil(1000));
            left = left.saturating_sub(count);
            add(kind, count, weight, spread);
        }
        for (kind, per_mille, weight, spread) in open {
            add(kind, (left * per_mille / 1000).max(1), weight, spread);
        }
        Self { seed, stretches }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.stretches.last().map_or(0, |last| last.first + last.count)
    }

    /// Code of the agency of that number: `YG`, which no other code begins with, and the number in 36 digits.
    #[must_use]
    pub fn code(number: u64) -> String {
        let digits = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        let digit = |power: u32| char::from(digits[usize::try_from(number / 36_u64.pow(power) % 36).unwrap_or_default()]);
        ['Y', 'G'].into_iter().chain((0..5).rev().map(digit)).collect()
    }

    /// How many files the agency has, in proportion to others: extremely unequal.
    #[must_use]
    pub fn weight(&self, number: u64) -> u64 {
        let Some((stretch, _)) = self.placed(number) else { return 0 };
        Chance::of(self.seed, Subject::Size, number).log_normal(stretch.weight * 1000, stretch.spread)
    }

    fn placed(&self, number: u64) -> Option<(&Stretch, u64)> {
        let stretch = self.stretches.iter().find(|stretch| number < stretch.first + stretch.count)?;
        Some((stretch, number - stretch.first))
    }

    fn of(&self, kind: AgencyType) -> Option<&Stretch> {
        self.stretches.iter().find(|stretch| stretch.kind == kind)
    }

    /// Code of the agency of that place within its kind, if there are so many.
    fn code_of(&self, kind: AgencyType, place: u64) -> Option<String> {
        let stretch = self.of(kind).filter(|stretch| place < stretch.count)?;
        Some(Self::code(stretch.first + place))
    }

    /// The agency of that number.
    #[must_use]
    pub fn get(&self, number: u64) -> Option<Agency> {
        let (stretch, place) = self.placed(number)?;
        let mut chance = Chance::of(self.seed, Subject::Agency, number);
        let seat = self.seat(stretch.kind, place, &mut chance);
        let region = seat.region.map(|code| Regions::bundled().get(code)).unwrap_or_default();
        let (status, predecessors) = self.reorganised(stretch, place, &mut chance);
        let code = Self::code(number);
        Some(Agency {
            region: region.map_or_else(|| "전국".to_owned(), |region| region.name.clone()),
            input: AgencyInput {
                homepage: chance.per_mille(700).then(|| format!("https://www.{}.example", code.to_lowercase())),
                code,
                name: if status == AgencyStatus::Abolished && region.is_none_or(|region| region.code.len() == 5) {
                    format!("구 {}", seat.name)
                } else {
                    seat.name
                },
                short_name: seat.short_name,
                r#type: stretch.kind,
                status: Some(status),
                parent: seat.parent,
                region: seat.region.map(str::to_owned),
                aliases: Vec::new(),
                predecessors,
                sources: Vec::new(),
            },
        })
    }

    /// Name and place of an agency of a kind.
    fn seat(&self, kind: AgencyType, place: u64, chance: &mut Chance) -> Seat {
        let at = |words: &[String], place: u64| words.get(usize::try_from(place).unwrap_or(usize::MAX) % words.len().max(1)).cloned().unwrap_or_default();
        let (sido, sigungu) = (sido(), sigungu());
        let district = |place: u64| sigungu[usize::try_from(place).unwrap_or_default() % sigungu.len().max(1)];
        let above = |region: &RegionEntry| {
            let place = sido.iter().position(|other| Some(&other.code) == region.parent.as_ref()).unwrap_or_default();
            (place as u64, sido[place])
        };
        let fielded = |words: &[String], chance: &mut Chance| {
            let field = at(&AGENCIES.fields, place);
            let suffix = at(words, place / AGENCIES.fields.len().max(1) as u64 + chance.below(words.len() as u64));
            Seat { name: format!("한국{field}{suffix}"), ..Seat::default() }
        };
        match kind {
            AgencyType::Central => Seat { name: at(&AGENCIES.central, place), ..Seat::default() },
            AgencyType::Constitutional => Seat { name: at(&AGENCIES.constitutional, place), ..Seat::default() },
            AgencyType::Independent => Seat { name: at(&AGENCIES.independent, place), ..Seat::default() },
            AgencyType::MetropolitanGovernment => {
                let region = sido[usize::try_from(place).unwrap_or_default() % sido.len().max(1)];
                Seat { name: region.name.clone(), region: Some(&region.code), ..Seat::default() }
            }
            AgencyType::BasicGovernment => {
                let region = district(place);
                let (place, sido) = above(region);
                Seat {
                    name: format!("{} {}", sido.name, region.name),
                    short_name: Some(region.name.clone()),
                    parent: self.code_of(AgencyType::MetropolitanGovernment, place),
                    region: Some(&region.code),
                }
            }
            AgencyType::EducationOffice => match usize::try_from(place).ok().and_then(|place| sido.get(place)) {
                Some(region) => Seat { name: format!("{}교육청", region.name), region: Some(&region.code), ..Seat::default() },
                None => {
                    let region = district(place - sido.len() as u64);
                    let (place, sido) = above(region);
                    let name = format!("{}{}교육지원청", sido.name, stem(&region.name));
                    Seat { name, parent: self.code_of(kind, place), region: Some(&region.code), ..Seat::default() }
                }
            },
            AgencyType::CentralAffiliate => {
                let affiliates = &AGENCIES.central_affiliates;
                let region = district(place / affiliates.len().max(1) as u64);
                let Some(affiliate) = affiliates.get(usize::try_from(place).unwrap_or_default() % affiliates.len().max(1)) else { return Seat::default() };
                let parent =
                    AGENCIES.central.iter().position(|name| *name == affiliate.parent).and_then(|place| self.code_of(AgencyType::Central, place as u64));
                let round = place / (affiliates.len() * sigungu.len()).max(1) as u64;
                Seat { name: format!("{}{}{}", stem(&region.name), numbered(round), affiliate.suffix), parent, region: Some(&region.code), ..Seat::default() }
            }
            AgencyType::PublicCorporation => fielded(&AGENCIES.public_corporations, chance),
            AgencyType::QuasiGovernmental => fielded(&AGENCIES.quasi_governmental, chance),
            AgencyType::OtherPublic => fielded(&AGENCIES.other_public, chance),
            AgencyType::SpecialCorporation => fielded(&AGENCIES.special_corporations, chance),
            AgencyType::University => {
                let region = sido[chance.place(sido.len())];
                let name = format!("{}{}", at(&AGENCIES.places, place), chance.pick(&AGENCIES.universities));
                Seat { name, region: Some(&region.code), ..Seat::default() }
            }
            AgencyType::LocalAffiliate | AgencyType::LocalPublicEnterprise | AgencyType::LocalFunded | AgencyType::OperatingUnit => {
                let governments = self.of(AgencyType::BasicGovernment).map_or(1, |stretch| stretch.count);
                let region = district(place % governments);
                let words = match kind {
                    AgencyType::LocalAffiliate => &AGENCIES.local_affiliates,
                    AgencyType::LocalPublicEnterprise => &AGENCIES.local_enterprises,
                    AgencyType::LocalFunded => &AGENCIES.local_funded,
                    _ => &AGENCIES.operating_units,
                };
                let turn = place / governments;
                let (word, round) = (at(words, turn), turn / words.len().max(1) as u64);
                // From the second round on a place tells them apart: 구암도서관.
                let quarter = if round == 0 { String::new() } else { at(&AGENCIES.places, round * 7 + turn) };
                let name = format!("{} {quarter}{word}", region.name);
                let parent = self.code_of(AgencyType::BasicGovernment, place % governments);
                Seat { name, parent, region: Some(&region.code), ..Seat::default() }
            }
            AgencyType::School => {
                let offices = self.of(AgencyType::EducationOffice).map_or(1, |stretch| stretch.count);
                let office = place % offices;
                let region = match usize::try_from(office).ok().and_then(|office| sido.get(office)) {
                    Some(region) => *region,
                    None => district(office - sido.len() as u64),
                };
                let name = format!("{}{}", chance.pick(&AGENCIES.places), chance.pick(&AGENCIES.schools));
                Seat { name, parent: self.code_of(AgencyType::EducationOffice, office), region: Some(&region.code), ..Seat::default() }
            }
        }
    }

    /// Whether it was abolished, and whom it succeeds.
    fn reorganised(&self, stretch: &Stretch, place: u64, chance: &mut Chance) -> (AgencyStatus, Vec<PredecessorInput>) {
        let predecessor = |place: u64, on, kind| PredecessorInput { code: Self::code(stretch.first + place), on, kind };
        if stretch.kind == AgencyType::MetropolitanGovernment {
            let regions = sido();
            let code = regions.get(usize::try_from(place).unwrap_or_default()).map_or("", |region| region.code.as_str());
            let on = NaiveDate::from_ymd_opt(2026, 7, 1).unwrap_or_default();
            let merged =
                if code == MERGED_INTO { (0..MERGED.len() as u64).map(|place| predecessor(place, on, SuccessionKind::Merger)).collect() } else { Vec::new() };
            return (if MERGED.contains(&code) { AgencyStatus::Abolished } else { AgencyStatus::Active }, merged);
        }
        if !matches!(stretch.kind, AgencyType::School | AgencyType::LocalAffiliate | AgencyType::LocalFunded | AgencyType::CentralAffiliate) {
            return (AgencyStatus::Active, Vec::new());
        }
        let kinds = [SuccessionKind::Merger, SuccessionKind::Rename, SuccessionKind::Split, SuccessionKind::Transfer];
        let kind = kinds[usize::try_from(place / REORGANISED % 4).unwrap_or_default()];
        let on = chance.day(NaiveDate::from_ymd_opt(2008, 1, 1).unwrap_or_default(), NaiveDate::from_ymd_opt(2026, 7, 1).unwrap_or_default());
        // Of each sixty-one, the third is abolished, with the second where two merge; the fourth succeeds them, with the fifth where one was split.
        match place % REORGANISED {
            1 if kind == SuccessionKind::Merger => (AgencyStatus::Abolished, Vec::new()),
            2 => (AgencyStatus::Abolished, Vec::new()),
            3 if kind == SuccessionKind::Merger => (AgencyStatus::Active, vec![predecessor(place - 2, on, kind), predecessor(place - 1, on, kind)]),
            3 => (AgencyStatus::Active, vec![predecessor(place - 1, on, kind)]),
            4 if kind == SuccessionKind::Split => (AgencyStatus::Active, vec![predecessor(place - 2, on, kind)]),
            _ => (AgencyStatus::Active, Vec::new()),
        }
    }
}

#[derive(Default)]
struct Seat {
    name: String,
    short_name: Option<String>,
    parent: Option<String>,
    region: Option<&'static str>,
}

/// 김포 of 김포시; a name of two syllables stays whole.
fn stem(region: &str) -> &str {
    match region.strip_suffix(['시', '군', '구']) {
        Some(stem) if stem.chars().count() >= 2 => stem,
        _ => region,
    }
}

fn numbered(round: u64) -> String {
    if round == 0 { String::new() } else { format!("제{}", round + 1) }
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;
    use crate::agency::is_code;

    #[test]
    fn codes_are_valid_and_the_tree_is_whole() {
        let agencies = Agencies::new(1, 60_000);
        assert_eq!(agencies.count(), (0..agencies.count()).map(Agencies::code).collect::<HashSet<_>>().len() as u64);
        let mut seen = HashMap::new();
        for number in 0..agencies.count() {
            let agency = agencies.get(number).unwrap().input;
            assert!(is_code(&agency.code) && !agency.name.is_empty(), "{agency:?}");
            let depth = agency.parent.as_ref().map_or(0, |parent| seen[parent] + 1);
            assert!(depth <= 3, "{agency:?}");
            assert!(agency.predecessors.iter().all(|predecessor| seen.contains_key(&predecessor.code)), "{agency:?}");
            assert!(agency.r#type != AgencyType::OperatingUnit || agency.parent.is_some());
            seen.insert(agency.code, depth);
        }
        assert!((2_900..3_200).contains(&agencies.count()), "{}", agencies.count());
    }
}
