//! Ways that personal data take from an agency over several recipients: the widest first, each as far as it goes.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use uuid::Uuid;

/// A flow, as far as ways are concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hop {
    /// Number of files that flow.
    pub files: i32,
    /// Key of the flow.
    pub flow: Uuid,
    /// Recipient or entrustee.
    pub to: Uuid,
    /// Agency that it is, from which data may flow on.
    pub onward: Option<Uuid>,
}

/// A way under way. The widest comes first: that whose narrowest hop has most files; of equals the shorter, then by keys, so that the order is total.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Way {
    width: i32,
    ends: bool,
    length: Reverse<usize>,
    keys: Reverse<Vec<Uuid>>,
    hops: Vec<Hop>,
}

/// The widest ways from an agency, of at most so many hops. A way goes on until nobody is known to receive further, it would come back to a body that it passed, or the hops are spent: so a way is never
/// the beginning of another one.
///
/// `onward` has the flows of each agency, widest first: as many of each as ways are wanted suffice.
#[must_use]
pub fn widest(start: Uuid, onward: &HashMap<Uuid, Vec<Hop>>, most_hops: usize, wanted: usize) -> Vec<Vec<Hop>> {
    let mut found = Vec::new();
    let mut under_way = BinaryHeap::new();
    let next = |hops: &[Hop]| -> Vec<Hop> {
        if hops.len() >= most_hops {
            return Vec::new();
        }
        let at = match hops.last() {
            Some(hop) => hop.onward,
            None => Some(start),
        };
        let passed: HashSet<Uuid> = hops.iter().map(|hop| hop.to).collect();
        let agencies: HashSet<Uuid> = hops.iter().filter_map(|hop| hop.onward).chain([start]).collect();
        let flows = at.and_then(|at| onward.get(&at)).map_or(&[][..], Vec::as_slice);
        flows.iter().filter(|hop| !passed.contains(&hop.to) && hop.onward.is_none_or(|agency| !agencies.contains(&agency))).copied().collect()
    };
    let push = |under_way: &mut BinaryHeap<Way>, hops: Vec<Hop>, width: i32| {
        let ends = next(&hops).is_empty();
        let keys = Reverse(hops.iter().map(|hop| hop.flow).collect());
        under_way.push(Way { width, ends, length: Reverse(hops.len()), keys, hops });
    };
    for hop in next(&[]) {
        push(&mut under_way, vec![hop], hop.files);
    }
    while let Some(way) = under_way.pop() {
        if way.ends {
            found.push(way.hops);
            if found.len() == wanted {
                break;
            }
            continue;
        }
        for hop in next(&way.hops) {
            let hops: Vec<Hop> = way.hops.iter().copied().chain([hop]).collect();
            push(&mut under_way, hops, way.width.min(hop.files));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every way, by going through all of them.
    fn all(at: Uuid, onward: &HashMap<Uuid, Vec<Hop>>, most_hops: usize, so_far: &[Hop], start: Uuid) -> Vec<Vec<Hop>> {
        let mut ways = Vec::new();
        for hop in onward.get(&at).into_iter().flatten() {
            let passes = so_far.iter().any(|passed| passed.to == hop.to || (hop.onward.is_some() && passed.onward == hop.onward)) || hop.onward == Some(start);
            if so_far.len() < most_hops && !passes {
                let hops: Vec<Hop> = so_far.iter().copied().chain([*hop]).collect();
                let further = hop.onward.map(|next| all(next, onward, most_hops, &hops, start)).unwrap_or_default();
                ways.extend(if further.is_empty() { vec![hops] } else { further });
            }
        }
        ways
    }

    proptest! {
        #[test]
        fn ways_are_the_widest_of_all(
            edges in proptest::collection::btree_set((0..6_u128, 0..9_u128), 0..30),
            files in proptest::collection::vec(0..4_i32, 54),
            most_hops in 1..4_usize,
            wanted in 1..12_usize,
        ) {
            // Bodies 0 to 5 are agencies, those from 6 on are none.
            let mut onward: HashMap<Uuid, Vec<Hop>> = HashMap::new();
            for (from, to) in edges.into_iter().filter(|(from, to)| from != to) {
                let files = files[usize::try_from(from * 9 + to).unwrap()];
                let hop = Hop { files, flow: Uuid::from_u128(1000 + from * 10 + to), to: Uuid::from_u128(100 + to), onward: (to < 6).then(|| Uuid::from_u128(to)) };
                onward.entry(Uuid::from_u128(from)).or_default().push(hop);
            }
            let start = Uuid::from_u128(0);
            let mut expected = all(start, &onward, most_hops, &[], start);
            let width = |way: &[Hop]| way.iter().map(|hop| hop.files).min();
            expected.sort_by_key(|way| (Reverse(width(way)), way.len(), way.iter().map(|hop| hop.flow).collect::<Vec<_>>()));
            let count = expected.len();
            expected.truncate(wanted);
            let found = widest(start, &onward, most_hops, wanted);
            prop_assert_eq!(found.len(), count.min(wanted));
            let widths = |ways: &[Vec<Hop>]| ways.iter().map(|way| width(way)).collect::<Vec<_>>();
            prop_assert_eq!(widths(&found), widths(&expected));
            let every: HashSet<Vec<Uuid>> = all(start, &onward, most_hops, &[], start).iter().map(|way| way.iter().map(|hop| hop.flow).collect()).collect();
            let told: HashSet<Vec<Uuid>> = found.iter().map(|way| way.iter().map(|hop| hop.flow).collect()).collect();
            prop_assert_eq!(told.len(), found.len(), "no way is told twice");
            prop_assert!(told.is_subset(&every));
        }
    }
}
