//! Tables of a source whose names differ by case alone: to the lake, whose names have none, they are one.

use super::change::{Change, ChangeKind};
use crate::model::{Snapshot, SourceTableRef};
use std::collections::HashMap;

/// The other table of each table that comes, goes or is renamed, where there is one after the changes.
#[derive(Debug, Clone, Default)]
pub struct Namesakes(HashMap<SourceTableRef, SourceTableRef>);

impl Namesakes {
    /// Of changes, by the tables that the source has after them.
    pub fn of(changes: &[Change], after: &Snapshot) -> Self {
        let mut asked: HashMap<String, Vec<&SourceTableRef>> = HashMap::new();
        for change in changes {
            let (came, went) = ends(change);
            for table in came.into_iter().chain(went) {
                asked.entry(letters(table)).or_default().push(table);
            }
        }
        let mut found = HashMap::new();
        if asked.is_empty() {
            return Self(found);
        }
        for table in after.tables() {
            for one in asked.get(&letters(&table.at)).into_iter().flatten() {
                if **one != table.at {
                    found.insert((*one).clone(), table.at.clone());
                }
            }
        }
        Self(found)
    }

    /// The table that is left where one went or has another name now.
    pub fn left(&self, change: &Change) -> Option<&SourceTableRef> {
        let (came, went) = ends(change);
        let left = self.0.get(went?);
        left.filter(|left| came != Some(*left))
    }

    /// The table whose name a new one has but for its case.
    pub fn met(&self, change: &Change) -> Option<&SourceTableRef> {
        self.0.get(ends(change).0?)
    }
}

/// The names that a change brings and takes.
fn ends(change: &Change) -> (Option<&SourceTableRef>, Option<&SourceTableRef>) {
    match &change.kind {
        ChangeKind::TableAdded(_) => (Some(&change.table), None),
        ChangeKind::TableDropped(_) => (None, Some(&change.table)),
        ChangeKind::TableRenamed { from, .. } => (Some(&change.table), Some(from)),
        _ => (None, None),
    }
}

fn letters(table: &SourceTableRef) -> String {
    table.to_string().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::Namesakes;
    use crate::diff::compare::diff;
    use crate::diff::tests::{POSTGRES, listed, table};
    use crate::model::{Snapshot, SourceTable};

    fn snapshot(names: &[(&str, i64)]) -> Snapshot {
        let tables = names.iter().map(|(name, identity)| SourceTable {
            identity: Some(*identity),
            ..table(name, "a int")
        });
        Snapshot::new(POSTGRES, tables.collect(), listed()).unwrap()
    }

    #[test]
    fn one_that_is_left_and_one_that_is_met_are_found_by_their_letters() {
        for (before, after, left, met) in [
            (
                &[("cs", 1)][..],
                &[("cs", 1), ("CS", 2)][..],
                None,
                Some("shop.cs"),
            ),
            (&[("cs", 1), ("CS", 2)], &[("cs", 1)], Some("shop.cs"), None),
            (
                &[("cs", 1), ("CS", 2), ("tt", 3)],
                &[("cs", 1), ("Tt", 2), ("tt", 3)],
                Some("shop.cs"),
                Some("shop.tt"),
            ),
            (&[("CS", 1)], &[("cs", 1)], None, None),
            (&[("a", 1)], &[("b", 1)], None, None),
        ] {
            let after = snapshot(after);
            let changes = diff(&snapshot(before), &after).changes;
            let found = Namesakes::of(&changes, &after);
            let shown = |one: Option<&super::SourceTableRef>| one.map(ToString::to_string);
            assert_eq!(
                shown(found.left(&changes[0])).as_deref(),
                left,
                "{before:?}"
            );
            assert_eq!(shown(found.met(&changes[0])).as_deref(), met, "{before:?}");
        }
    }
}
