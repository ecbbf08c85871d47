//! What differs between two records, value by value: the history of a file, and the 신구 대조표 of a policy.
//!
//! Entries of a list are matched by what identifies them (an item by its name and subject, say), so that one that moved is not one removed and one added.

use async_graphql::SimpleObject;
use serde_json::{Map, Value as Json};

use crate::retention::{self, Retention, RetentionChange};

crate::vocabulary! {
    /// How a value differs (변경 유형).
    pub enum DifferenceKind {
        Added = "ADDED", "추가", "Added";
        Removed = "REMOVED", "삭제", "Removed";
        Changed = "CHANGED", "변경", "Changed";
        Moved = "MOVED", "이동", "Moved within its list";
        RetentionLengthened = "RETENTION_LENGTHENED", "보유기간 연장", "Retention lengthened";
        RetentionShortened = "RETENTION_SHORTENED", "보유기간 단축", "Retention shortened";
    }
}

/// Difference between two records in one value (신구 대조).
#[derive(Clone, Debug, PartialEq, Eq, SimpleObject)]
pub struct FieldDifference {
    /// Path of the value in the names of this schema, `collectedItems.3.requirement` say: in the later record, or in the earlier one for what was removed.
    pub path: String,
    /// How the value differs.
    pub kind: DifferenceKind,
    /// Value before; null for what was added.
    pub before: Option<String>,
    /// Value after; null for what was removed.
    pub after: Option<String>,
}

/// Fields that say when and why a record was made rather than what it says.
const CIRCUMSTANCES: [&str; 6] = ["changeKind", "reason", "validFrom", "effectiveFrom", "effectiveUntil", "periodText"];

/// Differences between two records in the order of the fields. When and why a record was made is no difference.
#[must_use]
pub fn compare(before: &Json, after: &Json) -> Vec<FieldDifference> {
    let mut found = Vec::new();
    if let (Json::Object(before), Json::Object(after)) = (before, after) {
        for (name, old, new) in fields(before, after) {
            if !CIRCUMSTANCES.contains(&name.as_str()) {
                compare_values(name, old, new, &mut found);
            }
        }
    }
    found
}

fn fields<'a>(before: &'a Map<String, Json>, after: &'a Map<String, Json>) -> Vec<(&'a String, &'a Json, &'a Json)> {
    let gone = before.iter().filter(|(name, _)| !after.contains_key(*name)).map(|(name, old)| (name, old, &Json::Null));
    after.iter().map(|(name, new)| (name, before.get(name).unwrap_or(&Json::Null), new)).chain(gone).collect()
}

fn compare_values(path: &str, before: &Json, after: &Json, found: &mut Vec<FieldDifference>) {
    if before == after {
        return;
    }
    match (before, after) {
        _ if is_blank(before) && is_blank(after) => {}
        (Json::Array(old), Json::Array(new)) => compare_lists(path, old, new, found),
        // A retention period is one statement: its terms follow from it.
        (Json::Object(old), Json::Object(new)) if old.contains_key("terms") && new.contains_key("terms") => {
            let kind = match retention_change(before, after) {
                Some(RetentionChange::Lengthened) => DifferenceKind::RetentionLengthened,
                Some(RetentionChange::Shortened) => DifferenceKind::RetentionShortened,
                None => DifferenceKind::Changed,
            };
            found.push(FieldDifference { path: path.to_owned(), kind, before: text(before), after: text(after) });
        }
        (Json::Object(old), Json::Object(new)) => {
            for (name, old, new) in fields(old, new) {
                compare_values(&format!("{path}.{name}"), old, new, found);
            }
        }
        (Json::Array(old), _) if is_blank(after) => compare_lists(path, old, &[], found),
        (_, Json::Array(new)) if is_blank(before) => compare_lists(path, &[], new, found),
        _ => {
            let kind = match (is_blank(before), is_blank(after)) {
                (true, _) => DifferenceKind::Added,
                (_, true) => DifferenceKind::Removed,
                _ => DifferenceKind::Changed,
            };
            found.push(FieldDifference { path: path.to_owned(), kind, before: text(before), after: text(after) });
        }
    }
}

fn compare_lists(path: &str, before: &[Json], after: &[Json], found: &mut Vec<FieldDifference>) {
    let mut unmatched: Vec<Option<&Json>> = before.iter().map(Some).collect();
    let mut pairs: Vec<Option<usize>> = vec![None; after.len()];
    // Equal entries first, then entries that only identify themselves alike: a repeated name pairs with its own twin.
    for is_match in [|a: &Json, b: &Json| a == b, |a: &Json, b: &Json| identity(a) == identity(b)] {
        for (new, pair) in after.iter().zip(&mut pairs).filter(|(_, pair)| pair.is_none()) {
            *pair = unmatched.iter().position(|old| old.is_some_and(|old| is_match(old, new)));
            if let Some(index) = *pair {
                unmatched[index] = None;
            }
        }
    }
    let kept = longest_ascending(&pairs);
    for (index, (new, pair)) in after.iter().zip(&pairs).enumerate() {
        let path = format!("{path}.{index}");
        match pair {
            None => found.push(FieldDifference { path, kind: DifferenceKind::Added, before: None, after: text(new) }),
            Some(old) => {
                if !kept.contains(old) {
                    found.push(FieldDifference {
                        path: path.clone(),
                        kind: DifferenceKind::Moved,
                        before: Some(old.to_string()),
                        after: Some(index.to_string()),
                    });
                }
                compare_values(&path, &before[*old], new, found);
            }
        }
    }
    for (index, old) in unmatched.iter().enumerate() {
        if let Some(old) = old {
            found.push(FieldDifference { path: format!("{path}.{index}"), kind: DifferenceKind::Removed, before: text(old), after: None });
        }
    }
}

/// The greatest number of entries that kept their order among each other: only the others have moved.
fn longest_ascending(pairs: &[Option<usize>]) -> Vec<usize> {
    // Patience sorting: the smallest last entry of an ascending run of each length, with what came before it.
    let order: Vec<usize> = pairs.iter().copied().flatten().collect();
    let mut tails: Vec<usize> = Vec::new();
    let mut previous: Vec<Option<usize>> = vec![None; order.len()];
    for (place, value) in order.iter().enumerate() {
        let length = tails.partition_point(|tail| order[*tail] < *value);
        previous[place] = length.checked_sub(1).map(|shorter| tails[shorter]);
        if length == tails.len() { tails.push(place) } else { tails[length] = place }
    }
    std::iter::successors(tails.last().copied(), |place| previous[*place]).map(|place| order[place]).collect()
}

/// What identifies an entry among those of its list.
fn identity(entry: &Json) -> Option<String> {
    let Json::Object(fields) = entry else { return None };
    let named = ["name", "citation", "recipient", "entrustee", "entruster", "measure", "right", "kind", "medium", "role", "location", "scope"];
    let first = named.iter().find_map(|name| fields.get(*name).filter(|value| !is_blank(value)))?;
    // A recipient or entrustee is identified together with what it gets or does, a device with where it stands.
    let also =
        ["subject", "material", "task", "department", "location"].iter().filter_map(|name| fields.get(*name)).map(ToString::to_string).collect::<Vec<_>>();
    Some(format!("{first} {}", also.join(" ")))
}

fn is_blank(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(list) => list.is_empty(),
        _ => false,
    }
}

/// The value as a reader sees it: a text itself, an entry by its name, other values as they stand.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::Null => None,
        Json::String(text) => Some(text.clone()),
        Json::Object(fields) => {
            // An officer may have no name, a label no text: the next word that tells something.
            let shown = [
                "text",
                "name",
                "citation",
                "recipient",
                "entrustee",
                "entruster",
                "measure",
                "method",
                "scope",
                "roleText",
                "position",
                "role",
                "department",
                "heading",
                "right",
                "location",
                "kind",
            ];
            shown.iter().find_map(|name| fields.get(*name).and_then(text)).or_else(|| Some(value.to_string()))
        }
        other => Some(other.to_string()),
    }
}

fn retention_change(before: &Json, after: &Json) -> Option<RetentionChange> {
    let read = |value: &Json| serde_json::from_value::<Retention>(value.clone()).ok();
    retention::change(&read(before)?, &read(after)?)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn check(before: &Json, after: &Json, expected: &[(&str, DifferenceKind, Option<&str>, Option<&str>)]) {
        let found = compare(before, after);
        let found: Vec<_> = found.iter().map(|one| (one.path.as_str(), one.kind, one.before.as_deref(), one.after.as_deref())).collect();
        assert_eq!(found, expected);
    }

    fn items(names: &[&str]) -> Json {
        json!({"collectedItems": names.iter().map(|name| json!({"name": name, "requirement": "REQUIRED", "subject": null})).collect::<Vec<_>>()})
    }

    #[test]
    fn items_are_matched_by_name() {
        use DifferenceKind::{Added, Moved, Removed};
        check(&items(&["가", "나"]), &items(&["가", "다", "나"]), &[("collectedItems.1", Added, None, Some("다"))]);
        check(&items(&["가", "나"]), &items(&["나"]), &[("collectedItems.0", Removed, Some("가"), None)]);
        check(&items(&["가", "나", "다"]), &items(&["다", "가", "나"]), &[("collectedItems.0", Moved, Some("2"), Some("0"))]);
        check(&items(&[]), &items(&["가"]), &[("collectedItems.0", Added, None, Some("가"))]);
    }

    #[test]
    fn a_changed_entry_tells_which_value() {
        let mut after = items(&["가"]);
        after["collectedItems"][0]["requirement"] = json!("OPTIONAL");
        check(&items(&["가"]), &after, &[("collectedItems.0.requirement", DifferenceKind::Changed, Some("REQUIRED"), Some("OPTIONAL"))]);
    }

    #[test]
    fn an_entry_without_a_name_is_shown_by_what_it_has() {
        let officer = |role_text: Json| json!({"officers": [{"role": "FIELD_OFFICER", "roleText": role_text, "name": null, "department": "교육지원과"}]});
        let added = |after: &Json, shown: &str| {
            let found = compare(&json!({}), after);
            assert_eq!(found.iter().map(|one| (one.kind, one.after.as_deref())).collect::<Vec<_>>(), [(DifferenceKind::Added, Some(shown))]);
        };
        added(&officer(json!("분야별 보호책임자 (강사 DB)")), "분야별 보호책임자 (강사 DB)");
        added(&officer(Json::Null), "FIELD_OFFICER");
        added(&json!({"labels": [{"kind": "PURPOSE", "text": null}]}), "PURPOSE");
        added(&json!({"videoDevices": [{"kind": "FIXED", "location": "로비", "note": null}]}), "로비");
    }

    #[test]
    fn devices_are_matched_by_place() {
        let device = |location: &str| json!({"kind": "FIXED", "location": location, "count": 1});
        let (before, after) = (json!({"videoDevices": [device("로비"), device("복도")]}), json!({"videoDevices": [device("복도")]}));
        check(&before, &after, &[("videoDevices.0", DifferenceKind::Removed, Some("로비"), None)]);
    }

    #[test]
    fn retention_tells_its_direction() {
        let period = |text: &str| json!({"retention": retention::parse(text)});
        check(&period("3년"), &period("5년"), &[("retention", DifferenceKind::RetentionLengthened, Some("3년"), Some("5년"))]);
        check(&period("5년"), &period("3년"), &[("retention", DifferenceKind::RetentionShortened, Some("5년"), Some("3년"))]);
        check(&json!({"retention": null}), &period("3년"), &[("retention", DifferenceKind::Added, None, Some("3년"))]);
    }

    #[test]
    fn circumstances_are_no_difference() {
        check(&json!({"validFrom": "2020-01-01", "reason": "가", "name": "나"}), &json!({"validFrom": "2021-01-01", "reason": "다", "name": "나"}), &[]);
    }

    proptest! {
        #[test]
        fn equal_records_do_not_differ_and_others_do(a in prop::collection::vec("[가-마]", 0..8), b in prop::collection::vec("[가-마]", 0..8)) {
            let names = |list: &[String]| items(&list.iter().map(String::as_str).collect::<Vec<_>>());
            prop_assert_eq!(compare(&names(&a), &names(&b)).is_empty(), a == b);
            let added = compare(&names(&a), &names(&b)).iter().filter(|one| one.kind == DifferenceKind::Added).count();
            let removed = compare(&names(&a), &names(&b)).iter().filter(|one| one.kind == DifferenceKind::Removed).count();
            prop_assert_eq!(a.len() + added, b.len() + removed);
        }
    }
}
