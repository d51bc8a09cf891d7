//! One table before and after: which columns are the same, and what changed about them.
//!
//! Changes come out in the order in which they can be applied: renames, drops, additions, order, then
//! what the columns and keys are like.

use super::canonical::CanonicalType;
use super::change::{Change, ChangeKind};
use super::keys::{Renamed, key_kinds};
use super::rename::{column_renames, identity_renames};
use crate::model::{SourceColumn, SourceDialect, SourceTable, SourceTableKind};
use std::collections::{HashMap, HashSet};

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
    let are_views = (old.kind, new.kind) == (SourceTableKind::View, SourceTableKind::View);
    match (old.is_broken(), new.is_broken()) {
        // What its columns are like is not known.
        (false, true) if are_views => kinds.push(ChangeKind::ViewBroken),
        (true, false) if are_views => {
            let columns = new.columns.clone();
            kinds.push(ChangeKind::ViewMended { columns });
            key_kinds(old, new, &Renamed::new(), &mut kinds);
        }
        _ => {
            let renamed = column_kinds(dialects, old, new, &mut kinds);
            key_kinds(old, new, &renamed, &mut kinds);
        }
    }
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
    let is_same_view = is_same(old.view_identity, new.view_identity);
    if old.view_definition != new.view_definition && !is_same_view {
        kinds.push(ChangeKind::ViewChanged {
            before: old.view_definition.clone(),
            after: new.view_definition.clone(),
        });
    }
}

/// Whether the source says that two texts are one, which then show a rename elsewhere.
fn is_same(before: Option<i64>, after: Option<i64>) -> bool {
    before.is_some() && before == after
}

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
            twin: other_letters(new, &to, &[]),
            left: other_letters(new, &from, &[&to]),
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
            kinds.push(ChangeKind::ColumnDropped {
                left: other_letters(new, &column.name, &[]),
                column: column.clone(),
                at,
            });
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
        attribute_kinds(dialects, (before, now), &renamed, kinds);
    }
    renamed
}

/// A column whose name differs from a name by case alone, but for some of them.
fn other_letters(table: &SourceTable, name: &str, but: &[&str]) -> Option<String> {
    let letters = name.to_lowercase();
    let mut others = table.columns.iter().map(|column| &column.name);
    let found = others.find(|other| {
        *other != name && !but.contains(&other.as_str()) && other.to_lowercase() == letters
    });
    found.cloned()
}

/// Added columns, and the order where it is not explained by them.
fn additions(new: &SourceTable, kept: Vec<String>, kinds: &mut Vec<ChangeKind>) {
    let known: HashSet<&str> = kept.iter().map(String::as_str).collect();
    let last_known = new
        .columns
        .iter()
        .rposition(|column| known.contains(column.name.as_str()));
    let mut by_letters: HashMap<String, &str> = HashMap::new();
    if kept.len() < new.columns.len() {
        // Older ones first: it is the new one that falls together with them.
        let is_new = |column: &&SourceColumn| !known.contains(column.name.as_str());
        let (added, older): (Vec<_>, Vec<_>) = new.columns.iter().partition(is_new);
        for column in older.into_iter().chain(added) {
            let letters = column.name.to_lowercase();
            by_letters.entry(letters).or_insert(&column.name);
        }
    }
    for (at, column) in new.columns.iter().enumerate() {
        if !known.contains(column.name.as_str()) {
            let first = by_letters.get(&column.name.to_lowercase());
            let twin = first.filter(|first| **first != column.name);
            kinds.push(ChangeKind::ColumnAdded {
                column: column.clone(),
                at,
                last: last_known.is_none_or(|last| at > last),
                twin: twin.map(|first| (*first).to_owned()),
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
    (before, now): (&SourceColumn, &SourceColumn),
    renamed: &Renamed,
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
    if before.hidden != now.hidden {
        kinds.push(ChangeKind::VisibilityChanged {
            column: column(),
            hidden: now.hidden,
        });
    }
    if is_default_changed(before, now, renamed) {
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

/// Whether what fills a column is another. It is not where the text shows the new name of something, or where a column
/// is computed as before, when it is read or when it is written.
fn is_default_changed(before: &SourceColumn, now: &SourceColumn, renamed: &Renamed) -> bool {
    if before.default == now.default || is_same(before.default_identity, now.default_identity) {
        return false;
    }
    let (before, now) = (before.default.as_deref(), now.default.as_deref());
    match (before.and_then(computed), now.and_then(computed)) {
        (Some(before), Some(now)) => follow_names(before, renamed) != now,
        _ => true,
    }
}

/// The expression by which a default computes its column from others; empty where the source does not tell it.
pub(super) fn computed(default: &str) -> Option<&str> {
    let rest = default.strip_prefix("generated always ")?;
    let kept = ["virtual", "stored"];
    let expression = kept.iter().find_map(|kept| rest.strip_suffix(kept))?;
    Some(expression.trim_end())
}

/// An expression with the new names of columns, which `MySQL` writes in backticks.
fn follow_names(expression: &str, renamed: &Renamed) -> String {
    let mut followed = String::with_capacity(expression.len());
    let mut rest = expression;
    while let Some(at) = rest.find(['`', '\'']) {
        let (before, quoted) = rest.split_at(at);
        followed += before;
        let mark = if quoted.starts_with('`') { '`' } else { '\'' };
        let end = quoted[1..].find(mark).map_or(quoted.len(), |end| end + 2);
        let (name, after) = quoted.split_at(end);
        let inner = name.trim_matches('`');
        match renamed.get(inner).filter(|_| mark == '`') {
            Some(now) => followed.extend(["`", now.as_str(), "`"]),
            None => followed += name,
        }
        rest = after;
    }
    followed + rest
}
