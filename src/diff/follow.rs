//! Which changes of views follow from changes of the tables that they read: told apart, one renamed column would be a
//! change and as many again as there are views over it.

use super::change::{Change, ChangeKind};
use super::mention::{names_column, names_table};
use crate::model::{Snapshot, SourceTable, SourceTableKind, SourceTableRef};
use std::collections::HashMap;

/// For each of the changes between two snapshots the one that it follows from, by their numbers; `None` for one that
/// stands by itself. A change of a view follows from one of a table of the same source that the view's text names: by
/// its table and column, before or after. Of several the first counts.
pub fn followed(before: &Snapshot, after: &Snapshot, changes: &[Change]) -> Vec<Option<usize>> {
    let mut views: HashMap<&SourceTableRef, Vec<&str>> = HashMap::new();
    for change in changes {
        let at = &change.table;
        if is_lasting(change) && !views.contains_key(at) {
            let both = [before.table(at), after.table(at)];
            views.insert(at, both.into_iter().flatten().filter_map(query).collect());
        }
    }
    let is_view = |change: &Change| {
        let texts = views.get(&change.table);
        texts.is_some_and(|texts| !texts.is_empty())
    };
    let causes = changes.iter().enumerate();
    let causes: Vec<_> = causes
        .filter(|(_, change)| !is_view(change) && is_lasting(change))
        .collect();
    let found = changes.iter().map(|change| {
        let texts = views.get(&change.table).filter(|_| is_view(change))?;
        let cause = causes
            .iter()
            .find(|(_, cause)| texts.iter().any(|text| names(text, cause)));
        cause.map(|(number, _)| *number)
    });
    found.collect()
}

/// Whether what changed is there before and after: a view that comes or goes is told by itself.
fn is_lasting(change: &Change) -> bool {
    !matches!(
        change.kind,
        ChangeKind::TableAdded(_) | ChangeKind::TableDropped(_)
    )
}

fn query(table: &SourceTable) -> Option<&str> {
    let is_view = table.kind == SourceTableKind::View;
    table.view_definition.as_deref().filter(|_| is_view)
}

/// Whether a view's text names what changed.
fn names(text: &str, cause: &Change) -> bool {
    let table = cause.table.name.as_str();
    match &cause.kind {
        ChangeKind::TableRenamed { from, .. } => {
            names_table(text, table) || names_table(text, &from.name)
        }
        ChangeKind::ColumnRenamed { from, to, .. } => {
            names_column(text, table, from) || names_column(text, table, to)
        }
        kind => kind
            .column()
            .is_some_and(|column| names_column(text, table, column)),
    }
}

#[cfg(test)]
mod tests {
    use super::followed;
    use crate::diff::compare::diff;
    use crate::model::{
        Coverage, Snapshot, SourceColumn, SourceDialect, SourceTable, SourceTableKind,
    };

    fn table(name: &str, kind: SourceTableKind, columns: &[&str]) -> SourceTable {
        let mut table = SourceTable::new("shop", name, kind);
        table.columns = columns
            .iter()
            .map(|column| SourceColumn {
                name: (*column).to_owned(),
                data_type: "int".to_owned(),
                nullable: true,
                default: None,
                comment: None,
                identity: None,
                default_identity: None,
                hidden: false,
            })
            .collect();
        table
    }

    fn view(name: &str, columns: &[&str], query: &str) -> SourceTable {
        let mut view = table(name, SourceTableKind::View, columns);
        view.view_definition = Some(query.to_owned());
        view
    }

    fn snapshot(tables: Vec<SourceTable>) -> Snapshot {
        let mut coverage = Coverage {
            schemas_known: Some(["shop".to_owned()].into()),
            ..Coverage::default()
        };
        coverage.schemas_listed.insert("shop".to_owned());
        Snapshot::new(SourceDialect::Postgres, tables, coverage).unwrap()
    }

    #[test]
    fn a_view_follows_the_column_that_it_reads_and_no_other() {
        let orders =
            |column: &str| table("orders", SourceTableKind::Table, &["id", column, "note"]);
        let before = snapshot(vec![
            orders("customer_id"),
            view("daily", &["customer_id"], "SELECT customer_id FROM orders"),
            view("notes", &["note"], "SELECT note FROM orders"),
        ]);
        let after = snapshot(vec![
            orders("buyer_id"),
            view(
                "daily",
                &["customer_id"],
                "SELECT buyer_id AS customer_id FROM orders",
            ),
            view("notes", &["note"], "SELECT lower(note) FROM orders"),
        ]);
        let changes = diff(&before, &after).changes;
        let found = followed(&before, &after, &changes);
        let told: Vec<_> = changes
            .iter()
            .zip(&found)
            .map(|(change, cause)| {
                let cause = cause.map(|number| changes[number].kind.name());
                (change.table.name.as_str(), change.kind.name(), cause)
            })
            .collect();
        let expected = [
            ("daily", "view_changed", Some("column_renamed")),
            ("notes", "view_changed", None),
            ("orders", "column_renamed", None),
        ];
        assert_eq!(told, expected);
    }
}
