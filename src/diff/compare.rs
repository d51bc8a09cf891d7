//! Two snapshots of one source, and what changed between them.

use super::canonical::CanonicalType;
use super::change::{Change, ChangeKind, RenameGuess};
use super::table::table_changes;
use crate::model::{
    Snapshot, SnapshotError, SourceDialect, SourceTable, SourceTableKind, SourceTableRef,
};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What comparing two snapshots gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Comparison {
    /// The changes, by table; within a table in the order in which they can be applied.
    pub changes: Vec<Change>,
    /// Tables of the older snapshot of which the newer one says nothing: not read, not dropped.
    pub unread: Vec<SourceTableRef>,
}

/// Compares a snapshot with the one before it. Without one before, this is the first sight of the
/// source: a baseline, and nothing is a change.
pub fn diff_first(before: Option<&Snapshot>, after: &Snapshot) -> Comparison {
    before.map_or_else(Comparison::default, |before| diff(before, after))
}

/// Compares two snapshots of one source.
///
/// Tables are matched by schema and name. What is left over on both sides is told as renamed where the source says that
/// it is one table, or, where it says nothing, with exactly the same columns, one on each side. A table that the newer snapshot cannot speak of
/// ([`Coverage`](crate::model::Coverage)) is listed in `unread` and is no change; one that the older
/// snapshot could not have seen is a baseline, as at first sight.
pub fn diff(before: &Snapshot, after: &Snapshot) -> Comparison {
    let dialects = (before.dialect(), after.dialect());
    let mut comparison = Comparison::default();
    let (mut dropped, mut added) = (Vec::new(), Vec::new());
    for old in before.tables() {
        if after.table(&old.at).is_some() {
            continue;
        }
        if after.coverage().proves_absence(&old.at) {
            dropped.push(old);
        } else {
            comparison.unread.push(old.at.clone());
        }
    }
    let identities = Identities::new(dialects, before, after);
    for new in after.tables() {
        match before.table(&new.at) {
            Some(old) => {
                comparison
                    .changes
                    .extend(replacement(&identities, old, new));
                table_changes(dialects, old, new, &mut comparison.changes);
            }
            None if before.coverage().proves_absence(&new.at) => added.push(new),
            None => {}
        }
    }
    let renamed = renames(dialects, &dropped, &added);
    let moved: BTreeSet<&SourceTableRef> = renamed.values().map(|(old, _)| &old.at).collect();
    for old in dropped {
        if !moved.contains(&old.at) {
            let parent = after.coverage().partition_of(old.identity);
            let kind = match parent.cloned() {
                Some(to) => ChangeKind::TableAttached { to },
                None => ChangeKind::TableDropped(Box::new(old.clone())),
            };
            comparison.changes.push(Change {
                table: old.at.clone(),
                kind,
            });
        }
    }
    for new in added {
        let Some((old, guess)) = renamed.get(&new.at) else {
            let parent = before.coverage().partition_of(new.identity);
            let table = Box::new(new.clone());
            let kind = match parent.cloned() {
                Some(from) => ChangeKind::TableDetached { from, table },
                None => ChangeKind::TableAdded(table),
            };
            comparison.changes.push(Change {
                table: new.at.clone(),
                kind,
            });
            continue;
        };
        comparison.changes.push(Change {
            table: new.at.clone(),
            kind: ChangeKind::TableRenamed {
                from: old.at.clone(),
                guess: *guess,
            },
        });
        table_changes(dialects, old, new, &mut comparison.changes);
    }
    // Stable: the changes of one table keep their order.
    comparison
        .changes
        .sort_by(|one, other| one.table.cmp(&other.table));
    comparison
}

/// The snapshot to keep after `after` was compared with `before`: it, and the tables that it could not
/// read as they were last seen. So nothing that changes while a grant is missing is lost, and its return
/// is no news.
pub fn carried(before: &Snapshot, after: &Snapshot) -> Result<Snapshot, SnapshotError> {
    let unread = before
        .tables()
        .iter()
        .filter(|old| after.table(&old.at).is_none() && !after.coverage().proves_absence(&old.at));
    let tables = after.tables().iter().chain(unread).cloned().collect();
    Snapshot::new(after.dialect(), tables, after.coverage().clone())
}

/// What must be equal for two tables to be taken for one.
type Shape<'a> = (SourceTableKind, Vec<(&'a str, CanonicalType)>);

fn shape(dialect: SourceDialect, table: &SourceTable) -> Shape<'_> {
    let columns = table.columns.iter().map(|column| {
        let canonical = CanonicalType::read(dialect, &column.data_type);
        (column.name.as_str(), canonical)
    });
    (table.kind, columns.collect())
}

/// The older tables by what tells them apart, where any name has another table now.
struct Identities<'a> {
    dialects: (SourceDialect, SourceDialect),
    olds: HashMap<i64, &'a SourceTable>,
}

impl<'a> Identities<'a> {
    fn new(
        dialects: (SourceDialect, SourceDialect),
        before: &'a Snapshot,
        after: &Snapshot,
    ) -> Self {
        let mut pairs = after.tables().iter().filter_map(|new| {
            let old = before.table(&new.at)?;
            Some((old.identity?, new.identity?))
        });
        let olds = if pairs.any(|(old, new)| old != new) {
            let olds = before.tables().iter();
            let olds = olds.filter_map(|old| Some((old.identity?, old)));
            olds.collect()
        } else {
            HashMap::new()
        };
        Self { dialects, olds }
    }
}

/// That a table has taken the name of another. A server that was restored may have given the numbers anew, so the columns
/// must be those of the table that it is taken for.
fn replacement(
    identities: &Identities<'_>,
    old: &SourceTable,
    new: &SourceTable,
) -> Option<Change> {
    let was = identities.olds.get(&new.identity?)?;
    let (before, after) = identities.dialects;
    let is_moved = was.at != new.at
        && old.identity.is_some()
        && was.kind == SourceTableKind::Table
        && shape(before, was) == shape(after, new);
    is_moved.then(|| Change {
        table: new.at.clone(),
        kind: ChangeKind::TableReplaced {
            from: was.at.clone(),
        },
    })
}

/// New names with the old tables and why they are taken for one.
type Pairs<'a> = BTreeMap<SourceTableRef, (&'a SourceTable, RenameGuess)>;

/// Where the source tells its tables apart, by that; elsewhere where one shape stands once on each side.
fn renames<'a>(
    dialects: (SourceDialect, SourceDialect),
    dropped: &[&'a SourceTable],
    added: &[&SourceTable],
) -> Pairs<'a> {
    let mut pairs = Pairs::new();
    if dropped.is_empty() || added.is_empty() {
        return pairs;
    }
    let by_identity: HashMap<i64, &'a SourceTable> = dropped
        .iter()
        .filter_map(|old| Some((old.identity?, *old)))
        .collect();
    for new in added {
        let old = new.identity.and_then(|identity| by_identity.get(&identity));
        if let Some(old) = old.filter(|old| old.kind == new.kind) {
            let guess = letters_or(RenameGuess::Identity, old, new);
            pairs.insert(new.at.clone(), (*old, guess));
        }
    }
    let is_known: BTreeSet<&SourceTableRef> = pairs.values().map(|(old, _)| &old.at).collect();
    let mut olds: HashMap<Shape<'_>, Vec<&'a SourceTable>> = HashMap::new();
    for old in dropped.iter().filter(|old| !is_known.contains(&old.at)) {
        olds.entry(shape(dialects.0, old)).or_default().push(old);
    }
    let mut news: HashMap<Shape<'_>, Vec<&SourceTable>> = HashMap::new();
    for new in added.iter().filter(|new| !pairs.contains_key(&new.at)) {
        news.entry(shape(dialects.1, new)).or_default().push(new);
    }
    // InnoDB gives a table that is built anew another number.
    let numbers_stay = dialects.1 != SourceDialect::MySql;
    let mut guesses = Vec::new();
    for (shape, old) in &olds {
        // Tables without columns are all alike, which says nothing.
        if shape.1.is_empty() {
            continue;
        }
        if let ([old], Some([new])) = (old.as_slice(), news.get(shape).map(Vec::as_slice))
            // Two that the source tells apart are two.
            && (!numbers_stay || old.identity.is_none() || new.identity.is_none())
        {
            let guess = letters_or(RenameGuess::SameColumns, old, new);
            guesses.push((new.at.clone(), (*old, guess)));
        }
    }
    pairs.extend(guesses);
    pairs
}

/// Why a table is taken for another: where the names differ in case alone, the lake has one name for both.
fn letters_or(guess: RenameGuess, old: &SourceTable, new: &SourceTable) -> RenameGuess {
    let letters = |at: &SourceTableRef| (at.schema.to_lowercase(), at.name.to_lowercase());
    if letters(&old.at) == letters(&new.at) {
        RenameGuess::SameLetters
    } else {
        guess
    }
}
