//! Keys before and after. A key is what it keeps unique: its columns, in whatever order and under whatever name. So a key
//! that has another name, or one of two over the same columns, is no change.

use super::change::ChangeKind;
use crate::model::SourceTable;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Old names of renamed columns with the new ones.
pub(super) type Renamed = HashMap<String, String>;

/// Appends what changed about the keys. They follow the renames of their columns, so that a rename is not told twice.
pub(super) fn key_kinds(
    old: &SourceTable,
    new: &SourceTable,
    renamed: &Renamed,
    kinds: &mut Vec<ChangeKind>,
) {
    let follow = |columns: &[String]| -> Vec<String> {
        let now = columns.iter().map(|name| renamed.get(name).unwrap_or(name));
        now.cloned().collect()
    };
    let primary = (follow(&old.primary_key), &new.primary_key);
    let is_primary_same = is_one(&primary.0, primary.1);
    let olds: BTreeMap<&String, Vec<String>> = old
        .unique_keys
        .iter()
        .map(|(name, columns)| (name, follow(columns)))
        .collect();
    let names: BTreeSet<&String> = old
        .unique_keys
        .keys()
        .chain(new.unique_keys.keys())
        .collect();
    let of = |name: &String| (olds.get(name), new.unique_keys.get(name));
    // What is unique before and after whatever becomes of the keys whose columns are others.
    let (mut before, mut after) = (BTreeSet::new(), BTreeSet::from([set(primary.1)]));
    if is_primary_same {
        before.insert(set(primary.1));
    }
    for name in &names {
        match of(name) {
            (Some(old), Some(new)) if !is_one(old, new) => {}
            (old, new) => {
                before.extend(old.map(|columns| set(columns)));
                after.extend(new.map(|columns| set(columns)));
            }
        }
    }
    let mut unique_kinds = Vec::new();
    for name in &names {
        let (old, new) = of(name);
        let is_silent = match (old, new) {
            (Some(old), Some(new)) => is_one(old, new),
            (Some(old), None) => after.contains(&set(old)),
            (None, Some(new)) => before.contains(&set(new)),
            (None, None) => true,
        };
        if !is_silent {
            unique_kinds.push(ChangeKind::UniqueKeyChanged {
                name: (*name).clone(),
                before: old.cloned(),
                after: new.cloned(),
            });
        }
    }
    if !is_primary_same {
        kinds.push(ChangeKind::PrimaryKeyChanged {
            before: primary.0,
            after: primary.1.clone(),
        });
    }
    kinds.append(&mut unique_kinds);
}

fn set(columns: &[String]) -> BTreeSet<&str> {
    columns.iter().map(String::as_str).collect()
}

fn is_one(one: &[String], other: &[String]) -> bool {
    one == other || set(one) == set(other)
}
