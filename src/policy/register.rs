//! What a policy states against what is registered: Act 제30조 asks the one, 제32조 the other, and both describe the same processing.

use std::collections::HashSet;

use uuid::Uuid;

use crate::difference::{DifferenceKind, FieldDifference};

/// A thing that records name: a file, a recipient, an entrustee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What identifies it.
    pub key: Uuid,
    /// What it is called.
    pub name: String,
}

/// Things of one kind, as a policy names them and as the register has them.
#[derive(Clone, Debug)]
pub struct Records {
    /// Field of both records.
    pub path: &'static str,
    /// In the policy.
    pub stated: Vec<Named>,
    /// In the register.
    pub registered: Vec<Named>,
    /// Whether the policy tells of the kind: where it does not, or refers elsewhere, it lacks nothing.
    pub is_told: bool,
}

/// What the policy states and the register lacks (`ADDED`), in the order of the policy, then the reverse (`REMOVED`). Each thing once.
#[must_use]
pub fn differences(records: &Records) -> Vec<FieldDifference> {
    let keys = |things: &[Named]| things.iter().map(|thing| thing.key).collect::<HashSet<_>>();
    let only = |things: &[Named], others: &HashSet<Uuid>| -> Vec<(usize, String)> {
        let mut seen = HashSet::new();
        things
            .iter()
            .enumerate()
            .filter(|(_, thing)| !others.contains(&thing.key) && seen.insert(thing.key))
            .map(|(place, thing)| (place, thing.name.clone()))
            .collect()
    };
    let (stated, registered) = (keys(&records.stated), keys(&records.registered));
    let difference = |kind: DifferenceKind, (place, name): (usize, String)| {
        let (before, after) = if kind == DifferenceKind::Added { (None, Some(name)) } else { (Some(name), None) };
        FieldDifference { path: format!("{}.{place}", records.path), kind, before, after }
    };
    let lacking = only(&records.stated, &registered).into_iter().map(|thing| difference(DifferenceKind::Added, thing));
    let unstated = if records.is_told { only(&records.registered, &stated) } else { Vec::new() };
    lacking.chain(unstated.into_iter().map(|thing| difference(DifferenceKind::Removed, thing))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(keys: &[u128]) -> Vec<Named> {
        keys.iter().map(|key| Named { key: Uuid::from_u128(*key), name: key.to_string() }).collect()
    }

    #[test]
    fn each_lacks_what_only_the_other_names() {
        let records = Records { path: "provisions", stated: named(&[1, 2, 2, 3]), registered: named(&[3, 4, 4]), is_told: true };
        let told =
            |records: &Records| differences(records).into_iter().map(|difference| (difference.path, difference.before, difference.after)).collect::<Vec<_>>();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(
            told(&records),
            [("provisions.0".to_owned(), None, text("1")), ("provisions.1".to_owned(), None, text("2")), ("provisions.1".to_owned(), text("4"), None)]
        );
        assert_eq!(told(&Records { is_told: false, ..records }).len(), 2, "a policy that is silent lacks nothing");
    }
}
