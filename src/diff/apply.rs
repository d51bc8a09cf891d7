//! A snapshot with changes applied: the inverse of comparing, up to spellings of types that mean the
//! same. It shows that a comparison loses nothing.

use super::change::{Change, ChangeKind};
use crate::model::{Snapshot, SnapshotError, SourceColumn, SourceTable, SourceTableRef};
use std::collections::{BTreeMap, HashMap};

/// Changes that do not fit the snapshot.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// The snapshot lacks what the change is about, or has it already.
    #[error("the change {kind} does not fit the snapshot at {object}")]
    Misfit {
        /// The kind of change.
        kind: &'static str,
        /// What it is about.
        object: String,
    },
    /// The result is no snapshot.
    #[error(transparent)]
    Snapshot(#[from] SnapshotError),
}

/// Applies changes in their order.
pub fn apply(changes: &[Change], before: &Snapshot) -> Result<Snapshot, ApplyError> {
    let mut tables: BTreeMap<SourceTableRef, SourceTable> = before
        .tables()
        .iter()
        .map(|table| (table.at.clone(), table.clone()))
        .collect();
    // A name that is given up may be taken by a renamed table, so drops go first.
    let is_drop = |change: &&Change| {
        matches!(
            change.kind,
            ChangeKind::TableDropped(_) | ChangeKind::TableAttached { .. }
        )
    };
    let drops = changes.iter().filter(is_drop);
    let others = changes.iter().filter(|change| !is_drop(change));
    for change in drops.chain(others) {
        if !table_apply(change, &mut tables) {
            return Err(ApplyError::Misfit {
                kind: change.kind.name(),
                object: change.object(),
            });
        }
    }
    let tables = tables.into_values().collect();
    Ok(Snapshot::new(
        before.dialect(),
        tables,
        before.coverage().clone(),
    )?)
}

/// Applies one change; false where it does not fit.
fn table_apply(change: &Change, tables: &mut BTreeMap<SourceTableRef, SourceTable>) -> bool {
    match &change.kind {
        ChangeKind::TableAdded(table) | ChangeKind::TableDetached { table, .. } => tables
            .insert(change.table.clone(), (**table).clone())
            .is_none(),
        ChangeKind::TableDropped(_) | ChangeKind::TableAttached { .. } => {
            tables.remove(&change.table).is_some()
        }
        ChangeKind::TableRenamed { from, .. } => {
            let Some(mut table) = tables.remove(from) else {
                return false;
            };
            table.at = change.table.clone();
            tables.insert(change.table.clone(), table).is_none()
        }
        kind => tables
            .get_mut(&change.table)
            .is_some_and(|table| inside_apply(kind, table)),
    }
}

fn inside_apply(kind: &ChangeKind, table: &mut SourceTable) -> bool {
    match kind {
        ChangeKind::TableKindChanged { after, .. } => table.kind = *after,
        ChangeKind::TableCommentChanged { after, .. } => table.comment.clone_from(after),
        ChangeKind::ViewChanged { after, .. } => table.view_definition.clone_from(after),
        ChangeKind::ViewBroken => {
            table.columns.clear();
            table.primary_key.clear();
            table.unique_keys.clear();
        }
        ChangeKind::ViewMended { columns } => table.columns.clone_from(columns),
        // The same name; which table it is, a snapshot's reader tells.
        ChangeKind::TableReplaced { .. } => {}
        ChangeKind::PrimaryKeyChanged { after, .. } => table.primary_key.clone_from(after),
        ChangeKind::UniqueKeyChanged { name, after, .. } => {
            match after {
                Some(columns) => table.unique_keys.insert(name.clone(), columns.clone()),
                None => table.unique_keys.remove(name),
            };
        }
        ChangeKind::ColumnAdded { column, at, .. } => {
            if *at > table.columns.len() {
                return false;
            }
            table.columns.insert(*at, column.clone());
        }
        ChangeKind::ColumnDropped { column, .. } => {
            let count = table.columns.len();
            table.columns.retain(|other| other.name != column.name);
            return table.columns.len() + 1 == count;
        }
        ChangeKind::ColumnRenamed { from, to, .. } => return rename(table, from, to),
        // The same name and place; which column it is, a snapshot's reader tells.
        ChangeKind::ColumnReplaced { column } => return with_column(table, column, |_| {}),
        ChangeKind::ColumnsReordered { after, .. } => return reorder(table, after),
        ChangeKind::TypeChanged { column, after, .. } => {
            return with_column(table, column, |found| found.data_type.clone_from(after));
        }
        ChangeKind::NullabilityChanged { column, nullable } => {
            return with_column(table, column, |found| found.nullable = *nullable);
        }
        ChangeKind::VisibilityChanged { column, hidden } => {
            return with_column(table, column, |found| found.hidden = *hidden);
        }
        ChangeKind::DefaultChanged { column, after, .. } => {
            return with_column(table, column, |found| found.default.clone_from(after));
        }
        ChangeKind::ColumnCommentChanged { column, after, .. } => {
            return with_column(table, column, |found| found.comment.clone_from(after));
        }
        ChangeKind::TableAdded(_)
        | ChangeKind::TableDropped(_)
        | ChangeKind::TableAttached { .. }
        | ChangeKind::TableDetached { .. }
        | ChangeKind::TableRenamed { .. } => return false,
    }
    true
}

fn with_column(table: &mut SourceTable, name: &str, then: impl FnOnce(&mut SourceColumn)) -> bool {
    let found = table.columns.iter_mut().find(|column| column.name == name);
    found.map(then).is_some()
}

fn rename(table: &mut SourceTable, from: &str, to: &str) -> bool {
    for key in std::iter::once(&mut table.primary_key).chain(table.unique_keys.values_mut()) {
        for column in key.iter_mut().filter(|column| *column == from) {
            to.clone_into(column);
        }
    }
    with_column(table, from, |column| to.clone_into(&mut column.name))
}

/// Puts the named columns in that order, on the places that they take together.
fn reorder(table: &mut SourceTable, order: &[String]) -> bool {
    let ranks: HashMap<&str, usize> = order
        .iter()
        .enumerate()
        .map(|(at, name)| (name.as_str(), at))
        .collect();
    let mut places = Vec::with_capacity(order.len());
    let mut moving = Vec::with_capacity(order.len());
    for (at, column) in table.columns.iter().enumerate() {
        if let Some(rank) = ranks.get(column.name.as_str()) {
            places.push(at);
            moving.push((*rank, column.clone()));
        }
    }
    moving.sort_by_key(|(rank, _)| *rank);
    let fits = places.len() == order.len();
    for (place, (_, column)) in places.into_iter().zip(moving) {
        table.columns[place] = column;
    }
    fits
}
