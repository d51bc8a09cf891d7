//! One table before and after: which columns are the same, and what changed about them.
//!
//! Changes come out in the order in which they can be applied: renames, drops, additions, order, then
//! what the columns and keys are like.

use super::canonical::CanonicalType;
use super::change::{Change, ChangeKind};
use super::rename::{column_renames, identity_renames};
use crate::model::{SourceColumn, SourceDialect, SourceTable};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Appends what changed from `old` to `new`; types are read in the dialects of before and after.
pub(super) fn table_changes(
    dialects: (SourceDialect, SourceDialect),
    old: &SourceTable,
    new: &SourceTable,
    changes: &mut Vec<Change>,
) {
    if old == new && dialects.0 == dialects.1 {
        return;
    }
    let mut kinds = Vec::new();
    table_kinds(old, new, &mut kinds);
    let renamed = column_kinds(dialects, old, new, &mut kinds);
    key_kinds(old, new, &renamed, &mut kinds);
    changes.extend(kinds.into_iter().map(|kind| Change {
        table: new.at.clone(),
        kind,
    }));
}

fn table_kinds(old: &SourceTable, new: &SourceTable, kinds: &mut Vec<ChangeKind>) {
    if old.kind != new.kind {
        kinds.push(ChangeKind::TableKindChanged {
            before: old.kind,
            after: new.kind,
        });
    }
    if old.comment != new.comment {
        kinds.push(ChangeKind::TableCommentChanged {
            before: old.comment.clone(),
            after: new.comment.clone(),
        });
    }
    if old.view_definition != new.view_definition {
        kinds.push(ChangeKind::ViewChanged {
            before: old.view_definition.clone(),
            after: new.view_definition.clone(),
        });
    }
}

/// Old names of renamed columns with the new ones.
type Renamed = HashMap<String, String>;

fn column_kinds(
    dialects: (SourceDialect, SourceDialect),
    old: &SourceTable,
    new: &SourceTable,
    kinds: &mut Vec<ChangeKind>,
) -> Renamed {
    if old.columns == new.columns && dialects.0 == dialects.1 {
        return Renamed::new();
    }
    // Numbers of columns tell nothing about those of another table.
    let is_same_table = old.identity.is_some()
        && old.identity == new.identity
        && new.columns.iter().all(|column| column.identity.is_some());
    let guesses = if is_same_table {
        identity_renames(&old.columns, &new.columns)
    } else {
        column_renames(dialects, &old.columns, &new.columns)
    };
    let mut renamed = Renamed::new();
    for (from, to, guess) in guesses {
        renamed.insert(from.clone(), to.clone());
        let taken = new.column(&from).is_some();
        kinds.push(ChangeKind::ColumnRenamed {
            from,
            to,
            guess,
            taken,
        });
    }
    let is_given: HashSet<&String> = renamed.values().collect();
    // From here on, old columns go by their names of after.
    let name_now = |column: &SourceColumn| -> String {
        renamed.get(&column.name).unwrap_or(&column.name).clone()
    };
    let after: HashMap<&str, &SourceColumn> = new
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column))
        .collect();
    let mut kept: Vec<String> = Vec::with_capacity(old.columns.len());
    let mut pairs = Vec::with_capacity(old.columns.len());
    for (at, column) in old.columns.iter().enumerate() {
        let name = name_now(column);
        // Another one may have taken its name.
        let is_taken = !renamed.contains_key(&column.name) && is_given.contains(&column.name);
        if let Some(now) = after.get(name.as_str()).filter(|_| !is_taken) {
            pairs.push((column, *now));
            kept.push(name);
        } else {
            let column = column.clone();
            kinds.push(ChangeKind::ColumnDropped { column, at });
        }
    }
    if is_same_table {
        let others = pairs.iter();
        let others = others.filter(|(before, now)| {
            before.identity.is_some() && now.identity.is_some() && before.identity != now.identity
        });
        kinds.extend(others.map(|(_, now)| ChangeKind::ColumnReplaced {
            column: now.name.clone(),
        }));
    }
    additions(new, kept, kinds);
    for (before, now) in pairs {
        attribute_kinds(dialects, before, now, kinds);
    }
    renamed
}

/// Added columns, and the order where it is not explained by them.
fn additions(new: &SourceTable, kept: Vec<String>, kinds: &mut Vec<ChangeKind>) {
    let known: HashSet<&str> = kept.iter().map(String::as_str).collect();
    let last_known = new
        .columns
        .iter()
        .rposition(|column| known.contains(column.name.as_str()));
    for (at, column) in new.columns.iter().enumerate() {
        if !known.contains(column.name.as_str()) {
            kinds.push(ChangeKind::ColumnAdded {
                column: column.clone(),
                at,
                last: last_known.is_none_or(|last| at > last),
            });
        }
    }
    let now = new.columns.iter().map(|column| column.name.as_str());
    let same_order = now
        .filter(|name| known.contains(name))
        .eq(kept.iter().map(String::as_str));
    if !same_order {
        let now = new.columns.iter().map(|column| &column.name);
        let after = now
            .filter(|name| known.contains(name.as_str()))
            .cloned()
            .collect();
        kinds.push(ChangeKind::ColumnsReordered {
            after,
            before: kept,
        });
    }
}

fn attribute_kinds(
    dialects: (SourceDialect, SourceDialect),
    before: &SourceColumn,
    now: &SourceColumn,
    kinds: &mut Vec<ChangeKind>,
) {
    let column = || now.name.clone();
    if before.data_type != now.data_type || dialects.0 != dialects.1 {
        let old_type = CanonicalType::read(dialects.0, &before.data_type);
        let new_type = CanonicalType::read(dialects.1, &now.data_type);
        if old_type != new_type {
            kinds.push(ChangeKind::TypeChanged {
                column: column(),
                before: before.data_type.clone(),
                after: now.data_type.clone(),
                step: old_type.step(&new_type),
            });
        }
    }
    if before.nullable != now.nullable {
        kinds.push(ChangeKind::NullabilityChanged {
            column: column(),
            nullable: now.nullable,
        });
    }
    if before.default != now.default {
        kinds.push(ChangeKind::DefaultChanged {
            column: column(),
            before: before.default.clone(),
            after: now.default.clone(),
        });
    }
    if before.comment != now.comment {
        kinds.push(ChangeKind::ColumnCommentChanged {
            column: column(),
            before: before.comment.clone(),
            after: now.comment.clone(),
        });
    }
}

/// Keys follow the renames of their columns, so that a rename is not told twice.
fn key_kinds(old: &SourceTable, new: &SourceTable, renamed: &Renamed, kinds: &mut Vec<ChangeKind>) {
    let follow = |columns: &[String]| -> Vec<String> {
        let now = columns.iter().map(|name| renamed.get(name).unwrap_or(name));
        now.cloned().collect()
    };
    let before = follow(&old.primary_key);
    if before != new.primary_key {
        kinds.push(ChangeKind::PrimaryKeyChanged {
            before,
            after: new.primary_key.clone(),
        });
    }
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
    for name in names {
        let (before, after) = (olds.get(name), new.unique_keys.get(name));
        if before != after {
            kinds.push(ChangeKind::UniqueKeyChanged {
                name: name.clone(),
                before: before.cloned(),
                after: after.cloned(),
            });
        }
    }
}
