//! Flow of personal data (개인정보 흐름): from an agency to a body that it provides data to (제공, Act 제17조, 제18조) or entrusts processing to (위탁, Act 제26조), all that its files and
//! policies state of the two taken together. Derived from what is registered, kept by each write (docs/adr/0022).

pub mod graphql;
pub mod path;
pub mod store;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;
use uuid::Uuid;

use crate::stated::StatedBy;

/// Version of the way in which flows are derived: raised when the same register would give others.
pub const FLOWS_VERSION: u32 = 1;

crate::vocabulary! {
    /// By what personal data flow from one body to another (흐름의 종류).
    pub enum DataFlowKind, filter DataFlowKindFilter {
        Provision = "PROVISION", "제3자 제공", "Provision to a third party", "The recipient uses them for purposes of its own: Act 제17조, 제18조.";
        Entrustment = "ENTRUSTMENT", "처리 위탁", "Entrustment of processing", "The entrustee processes them for the agency: Act 제26조.";
    }
}

/// What an agency's records in force say of their flows, and what is needed to sum it up.
#[derive(Debug, Default)]
pub struct AgencyRecords {
    /// Revisions of its policies.
    pub revisions: Vec<Revision>,
    /// Provisions and entrustments that its registrations in force and these revisions state.
    pub statements: Vec<Statement>,
    /// Files of registrations in force, with the number of people that each declares.
    pub files: HashMap<Uuid, DeclaredFile>,
    /// Files that each revision covers.
    pub covered: HashMap<Uuid, Vec<DeclaredFile>>,
}

/// Revision of a policy.
#[derive(Clone, Copy, Debug)]
pub struct Revision {
    /// Key.
    pub id: Uuid,
    /// Policy.
    pub policy: Uuid,
    /// First day; `None` counts as the earliest.
    pub from: Option<NaiveDate>,
    /// Number in the policy.
    pub number: i32,
}

/// File that lists show.
#[derive(Clone, Copy, Debug)]
pub struct DeclaredFile {
    /// Key.
    pub id: Uuid,
    /// Number of people that it declares.
    pub subjects: Option<i64>,
}

/// Provision or entrustment.
#[derive(Clone, Debug)]
pub struct Statement {
    /// Which of the two.
    pub kind: DataFlowKind,
    /// Organization that stands for the one named.
    pub to: Uuid,
    /// Record that states it.
    pub by: StatedBy,
    /// Places in the tree of the categories of the items that flow.
    pub categories: BTreeSet<usize>,
}

/// Flow from an agency to a body, from one day to another.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Flow {
    /// Recipient or entrustee.
    pub to: Uuid,
    /// By what they flow.
    pub kind: DataFlowKind,
    /// First day; `None` where it is that of the day on which the records were read.
    pub since: Option<NaiveDate>,
    /// First day of another state.
    pub until: Option<NaiveDate>,
    /// What flows.
    pub sum: Sum,
}

/// What flows, summed up.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Sum {
    /// Number of files.
    pub files: usize,
    /// Sum of the numbers of people that the files declare.
    pub subjects: i64,
    /// Places in the tree of the categories.
    pub categories: BTreeSet<usize>,
}

impl AgencyRecords {
    /// The flows from a day on. A revision that is announced for a later day begins another state of those that it changes.
    #[must_use]
    pub fn flows(&self, today: NaiveDate) -> Vec<Flow> {
        let announced: BTreeSet<NaiveDate> = self.revisions.iter().filter_map(|revision| revision.from).filter(|day| *day > today).collect();
        let starts: Vec<Option<NaiveDate>> = std::iter::once(None).chain(announced.into_iter().map(Some)).collect();
        let mut flows: BTreeMap<(Uuid, DataFlowKind), Vec<Flow>> = BTreeMap::new();
        for (place, since) in starts.iter().copied().enumerate() {
            let until = starts.get(place + 1).copied().flatten();
            for ((to, kind), sum) in self.sums(since.unwrap_or(today)) {
                let states = flows.entry((to, kind)).or_default();
                match states.last_mut() {
                    Some(last) if last.until == since && last.sum == sum => last.until = until,
                    _ => states.push(Flow { to, kind, since, until, sum }),
                }
            }
        }
        flows.into_values().flatten().collect()
    }

    fn sums(&self, day: NaiveDate) -> BTreeMap<(Uuid, DataFlowKind), Sum> {
        let in_force = self.revisions_in_force(day);
        let mut files: BTreeMap<(Uuid, DataFlowKind), HashMap<Uuid, i64>> = BTreeMap::new();
        let mut sums: BTreeMap<(Uuid, DataFlowKind), Sum> = BTreeMap::new();
        for statement in &self.statements {
            let of_statement = match statement.by {
                StatedBy::Registration(id) => self.files.get(&id).map(std::slice::from_ref),
                StatedBy::PolicyRevision(id) if in_force.contains(&id) => Some(self.covered.get(&id).map_or(&[][..], Vec::as_slice)),
                StatedBy::PolicyRevision(_) => None,
            };
            let Some(of_statement) = of_statement else { continue };
            let key = (statement.to, statement.kind);
            files.entry(key).or_default().extend(of_statement.iter().map(|file| (file.id, file.subjects.unwrap_or_default())));
            sums.entry(key).or_default().categories.extend(&statement.categories);
        }
        for (key, sum) in &mut sums {
            let files = files.remove(key).unwrap_or_default();
            sum.files = files.len();
            sum.subjects = files.values().fold(0, |all, subjects| all.saturating_add(*subjects));
        }
        sums
    }

    /// Of each policy the last revision that has started.
    fn revisions_in_force(&self, day: NaiveDate) -> BTreeSet<Uuid> {
        let mut last: HashMap<Uuid, Revision> = HashMap::new();
        for revision in self.revisions.iter().filter(|revision| revision.from.is_none_or(|from| from <= day)) {
            let place = last.entry(revision.policy).or_insert(*revision);
            if (revision.from, revision.number) > (place.from, place.number) {
                *place = *revision;
            }
        }
        last.into_values().map(|revision| revision.id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn statement(kind: DataFlowKind, to: u128, by: StatedBy, categories: &[usize]) -> Statement {
        Statement { kind, to: Uuid::from_u128(to), by, categories: categories.iter().copied().collect() }
    }

    #[test]
    fn a_file_counts_once_and_what_a_policy_states_counts_for_the_files_that_it_covers() {
        let file = |id, subjects| DeclaredFile { id: Uuid::from_u128(id), subjects };
        let (registration, other, policy) =
            (StatedBy::Registration(Uuid::from_u128(11)), StatedBy::Registration(Uuid::from_u128(12)), StatedBy::PolicyRevision(Uuid::from_u128(21)));
        let records = AgencyRecords {
            revisions: vec![Revision { id: Uuid::from_u128(21), policy: Uuid::from_u128(20), from: None, number: 1 }],
            statements: vec![
                statement(DataFlowKind::Provision, 1, registration, &[3]),
                statement(DataFlowKind::Provision, 1, registration, &[4]),
                statement(DataFlowKind::Provision, 1, policy, &[3]),
                statement(DataFlowKind::Entrustment, 1, policy, &[]),
                statement(DataFlowKind::Provision, 2, other, &[]),
            ],
            files: [(Uuid::from_u128(11), file(1, Some(10)))].into(),
            covered: [(Uuid::from_u128(21), vec![file(1, Some(10)), file(2, None), file(3, Some(5))])].into(),
        };
        let flows = records.flows(day("2026-01-01"));
        let told: Vec<_> = flows.iter().map(|flow| (flow.to, flow.kind, flow.sum.files, flow.sum.subjects, flow.sum.categories.len())).collect();
        // The other registration is not in force: its file is not listed.
        assert_eq!(told, [(Uuid::from_u128(1), DataFlowKind::Provision, 3, 15, 2), (Uuid::from_u128(1), DataFlowKind::Entrustment, 3, 15, 0)]);
    }

    #[test]
    fn a_revision_that_is_announced_begins_another_state_of_what_it_changes() {
        let revision = |number: i32, from: &str| Revision {
            id: Uuid::from_u128(u128::from(number.unsigned_abs())),
            policy: Uuid::from_u128(90),
            from: Some(day(from)),
            number,
        };
        let by = |number| StatedBy::PolicyRevision(Uuid::from_u128(number));
        let records = AgencyRecords {
            revisions: vec![revision(1, "2025-01-01"), revision(2, "2026-06-01"), revision(3, "2026-09-01")],
            statements: vec![
                statement(DataFlowKind::Provision, 50, by(1), &[]),
                statement(DataFlowKind::Provision, 50, by(2), &[]),
                statement(DataFlowKind::Provision, 51, by(2), &[]),
                statement(DataFlowKind::Provision, 50, by(3), &[1]),
            ],
            ..AgencyRecords::default()
        };
        let told = |today: &str| -> Vec<_> { records.flows(day(today)).into_iter().map(|flow| (flow.to, flow.since, flow.until)).collect() };
        let (june, september) = (Some(day("2026-06-01")), Some(day("2026-09-01")));
        assert_eq!(
            told("2026-01-01"),
            [(Uuid::from_u128(50), None, september), (Uuid::from_u128(50), september, None), (Uuid::from_u128(51), june, september)]
        );
        assert_eq!(
            told("2026-07-01"),
            [(Uuid::from_u128(50), None, september), (Uuid::from_u128(50), september, None), (Uuid::from_u128(51), None, september)]
        );
        let first = Some(day("2025-01-01"));
        assert_eq!(
            told("2024-01-01"),
            [(Uuid::from_u128(50), first, september), (Uuid::from_u128(50), september, None), (Uuid::from_u128(51), june, september)]
        );
        assert_eq!(told("2026-09-01"), [(Uuid::from_u128(50), None, None)]);
    }
}
