//! What files are linked to, by number: agencies with their tree, bodies, statutes. Kept in memory, since a search asks for them by name and files hold their keys only.
//!
//! Numbers are given once and never change while the process lives, so that what was read from a segment of the index stays true.

use std::collections::HashMap;

use fixedbitset::FixedBitSet;
use uuid::Uuid;

use super::names::Names;
use crate::agency::AgencyType;
use crate::region::Regions;

/// An agency as the tables have it.
#[derive(Clone, Debug)]
pub struct AgencyEntry {
    /// Its key.
    pub key: Uuid,
    /// Agency above it.
    pub parent: Option<Uuid>,
    /// Its type.
    pub agency_type: AgencyType,
    /// Whether it exists.
    pub exists: bool,
    /// Code of its region.
    pub region: Option<String>,
    /// Its name, short name and aliases.
    pub names: Vec<String>,
}

/// A body or a statute as the tables have it.
#[derive(Clone, Debug)]
pub struct NamedEntry {
    /// Its key.
    pub key: Uuid,
    /// Its name, and the names by which it also goes.
    pub names: Vec<String>,
    /// What it was merged into, and stands for it.
    pub merged_into: Option<Uuid>,
}

/// Numbered things with their names.
#[derive(Clone, Debug, Default)]
pub struct Numbered {
    keys: Vec<Uuid>,
    numbers: HashMap<Uuid, u32>,
    own_names: Vec<Vec<String>>,
    names: Names,
    merged: HashMap<Uuid, Uuid>,
}

impl Numbered {
    /// Number of a key that is known.
    #[must_use]
    pub fn number(&self, key: Uuid) -> Option<u32> {
        self.numbers.get(&key).copied()
    }

    /// Key of a number.
    #[must_use]
    pub fn key(&self, number: u32) -> Option<Uuid> {
        self.keys.get(number as usize).copied()
    }

    /// The key, or that of what it was merged into.
    #[must_use]
    pub fn standing(&self, key: Uuid) -> Uuid {
        self.merged.get(&key).copied().unwrap_or(key)
    }

    /// How many there are.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "nobody asks whether there are none")]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// All names, for searching.
    #[must_use]
    pub fn names(&self) -> &Names {
        &self.names
    }

    /// Names of one, its own first.
    #[must_use]
    pub fn names_of(&self, number: u32) -> &[String] {
        self.own_names.get(number as usize).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, key: Uuid, names: Vec<String>) -> u32 {
        let next = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        let number = *self.numbers.entry(key).or_insert(next);
        if number == next {
            self.keys.push(key);
            self.own_names.push(names);
        } else if let Some(place) = self.own_names.get_mut(number as usize) {
            *place = names;
        }
        number
    }

    /// Adds things, or changes those that are known.
    pub fn update(&mut self, entries: Vec<NamedEntry>) {
        for entry in entries {
            self.put(entry.key, entry.names);
            match entry.merged_into {
                Some(into) => self.merged.insert(entry.key, into),
                None => self.merged.remove(&entry.key),
            };
        }
        self.collect_names();
    }

    fn collect_names(&mut self) {
        let mut names = Names::default();
        for (number, own) in (0..).zip(&self.own_names) {
            own.iter().for_each(|name| names.push(name, number));
        }
        self.names = names;
    }

    /// Those in one of whose names the letters stand in a row.
    #[must_use]
    pub fn named(&self, piece: &str) -> FixedBitSet {
        let mut found = FixedBitSet::with_capacity(self.len());
        self.names.containing(piece, |bearer, _| found.insert(bearer as usize));
        found
    }
}

/// Agencies with their tree.
#[derive(Clone, Debug, Default)]
pub struct Agencies {
    numbered: Numbered,
    parents: Vec<Option<u32>>,
    types: Vec<AgencyType>,
    exist: FixedBitSet,
    /// Places in [`Regions::all`] of the region and of those above it.
    regions: Vec<Vec<u32>>,
}

/// How well a word meets the names of an agency and of those above it: nothing, one above it, itself, the whole of its name.
pub type Meeting = u8;

impl Agencies {
    /// Agencies by number.
    #[must_use]
    pub fn numbered(&self) -> &Numbered {
        &self.numbered
    }

    /// Type of an agency.
    #[must_use]
    pub fn agency_type(&self, number: u32) -> Option<AgencyType> {
        self.types.get(number as usize).copied()
    }

    /// Whether an agency exists.
    #[must_use]
    pub fn exists(&self, number: u32) -> bool {
        self.exist.contains(number as usize)
    }

    /// Place of an agency's type in the vocabulary of types, whose words stand in the order in which they are declared: asked for each file, it is not looked up by its text.
    #[must_use]
    pub fn place_of_type(&self, number: u32) -> Option<u32> {
        self.agency_type(number).map(|agency_type| agency_type as u32)
    }

    /// Region of an agency and the regions above it, as places in [`Regions::all`].
    #[must_use]
    pub fn regions(&self, number: u32) -> &[u32] {
        self.regions.get(number as usize).map_or(&[], Vec::as_slice)
    }

    /// The agency and those above it.
    pub fn with_superiors(&self, number: u32) -> impl Iterator<Item = u32> + '_ {
        std::iter::successors(Some(number), |agency| self.parents.get(*agency as usize).copied().flatten())
    }

    /// How the letters meet each agency: 3 the whole of a name, 2 a piece of a name, 1 a name of one above it.
    #[must_use]
    pub fn meetings(&self, piece: &str) -> Vec<Meeting> {
        let mut met: Vec<Meeting> = vec![0; self.numbered.len()];
        self.numbered.names.containing(piece, |bearer, is_whole| {
            if let Some(meeting) = met.get_mut(bearer as usize) {
                *meeting = (*meeting).max(if is_whole { 3 } else { 2 });
            }
        });
        self.inherit(&mut met, |meeting| *meeting >= 2, |meeting| *meeting = 1, |meeting| *meeting > 0);
        met
    }

    /// The agencies and those below them.
    #[must_use]
    pub fn with_subordinates(&self, agencies: &FixedBitSet) -> FixedBitSet {
        let mut inside: Vec<bool> = (0..self.numbered.len()).map(|agency| agencies.contains(agency)).collect();
        self.inherit(&mut inside, |is_inside| *is_inside, |is_inside| *is_inside = true, |is_inside| *is_inside);
        inside.iter().enumerate().filter(|(_, is_inside)| **is_inside).map(|(agency, _)| agency).collect()
    }

    /// Gives to each agency that has nothing what stands above it.
    fn inherit<T>(&self, values: &mut [T], gives: impl Fn(&T) -> bool, give: impl Fn(&mut T), has: impl Fn(&T) -> bool) {
        for agency in 0..values.len() {
            if has(&values[agency]) {
                continue;
            }
            // The tree has no circles: recording refuses them.
            let mut above = self.parents[agency];
            while let Some(superior) = above {
                if gives(&values[superior as usize]) {
                    give(&mut values[agency]);
                    break;
                }
                above = self.parents[superior as usize];
            }
        }
    }

    /// Adds agencies, or changes those that are known.
    pub fn update(&mut self, entries: Vec<AgencyEntry>) {
        let mut parents = Vec::new();
        for entry in entries {
            let number = self.numbered.put(entry.key, entry.names) as usize;
            if number >= self.types.len() {
                self.types.push(entry.agency_type);
                self.parents.push(None);
                self.regions.push(Vec::new());
            }
            self.types[number] = entry.agency_type;
            self.exist.grow(number + 1);
            self.exist.set(number, entry.exists);
            self.regions[number] = entry.region.as_deref().map(region_and_above).unwrap_or_default();
            parents.push((number, entry.parent));
        }
        for (number, parent) in parents {
            self.parents[number] = parent.and_then(|key| self.numbered.number(key));
        }
        self.numbered.collect_names();
    }
}

/// Places of a region and of those above it.
fn region_and_above(code: &str) -> Vec<u32> {
    let regions = Regions::bundled();
    let chain = std::iter::successors(regions.place(code), |place| regions.all.get(*place)?.parent.as_deref().and_then(|above| regions.place(above)));
    chain.filter_map(|place| u32::try_from(place).ok()).collect()
}

/// Everything that files are linked to.
#[derive(Clone, Debug, Default)]
pub struct Linked {
    /// Agencies.
    pub agencies: Agencies,
    /// Recipients and entrustees.
    pub organizations: Numbered,
    /// Statutes.
    pub statutes: Numbered,
}
