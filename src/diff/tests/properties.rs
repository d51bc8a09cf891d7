//! What holds for the changes between any two snapshots.

use super::{POSTGRES, snapshot};
use crate::diff::apply::apply;
use crate::diff::canonical::CanonicalType;
use crate::diff::coercion::Engine;
use crate::diff::compare::diff;
use crate::diff::grade::grade;
use crate::model::{Snapshot, SourceColumn, SourceTable, SourceTableKind};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn any_column() -> impl Strategy<Value = SourceColumn> {
    let types = [
        "int4",
        "integer",
        "bigint",
        "text",
        "varchar(9)",
        "numeric(8,2)",
        "int[]",
    ];
    let words = prop::option::of(prop::sample::select(vec!["x", "y"]));
    (
        prop::sample::select(types.to_vec()),
        any::<bool>(),
        words.clone(),
        words,
    )
        .prop_map(|(data_type, nullable, default, comment)| SourceColumn {
            name: String::new(),
            data_type: data_type.to_owned(),
            nullable,
            default: default.map(str::to_owned),
            comment: comment.map(str::to_owned),
            identity: None,
            default_identity: None,
            hidden: false,
        })
}

fn any_table() -> impl Strategy<Value = SourceTable> {
    let names = Just(vec!["a", "b", "c", "d", "e", "f"]).prop_shuffle();
    let columns = prop::collection::vec(any_column(), 0..6);
    let comment = prop::option::of(prop::sample::select(vec!["x", "y"]));
    let keys = prop::collection::btree_map("[uv]", 0_usize..6, 0..2);
    (names, columns, comment, any::<bool>(), 0_usize..3, keys).prop_map(
        |(names, columns, comment, is_view, key, keys)| {
            let kind = if is_view {
                SourceTableKind::View
            } else {
                SourceTableKind::Table
            };
            let mut table = SourceTable::new("shop", "", kind);
            table.comment = comment.map(str::to_owned);
            for (name, column) in names.into_iter().zip(columns) {
                table.columns.push(SourceColumn {
                    name: name.to_owned(),
                    ..column
                });
            }
            let column_names = table.columns.iter().map(|column| column.name.clone());
            let named: Vec<String> = column_names.collect();
            table.primary_key = named.iter().take(key).cloned().collect();
            for (name, at) in keys {
                if let Some(column) = named.get(at) {
                    table.unique_keys.insert(name, vec![column.clone()]);
                }
            }
            table.view_definition = is_view.then(|| format!("SELECT {key}"));
            table
        },
    )
}

fn any_tables() -> impl Strategy<Value = Vec<SourceTable>> {
    prop::collection::btree_map("[k-o]", any_table(), 0..5).prop_map(|tables| {
        let named = tables.into_iter().map(|(name, mut table)| {
            table.at.name = name;
            table
        });
        named.collect()
    })
}

/// The same snapshot with each type in one spelling, and its keys by what they keep unique.
fn canonical(of: &Snapshot) -> Vec<(SourceTable, Vec<CanonicalType>, BTreeSet<Vec<String>>)> {
    let tables = of.tables().iter().map(|table| {
        let mut table = table.clone();
        let mut types = Vec::new();
        table.primary_key.sort();
        let mut keys: BTreeSet<_> = std::mem::take(&mut table.unique_keys)
            .into_values()
            .collect();
        keys.insert(table.primary_key.clone());
        for column in &mut table.columns {
            types.push(CanonicalType::read(of.dialect(), &column.data_type));
            column.data_type.clear();
        }
        (table, types, keys)
    });
    tables.collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn applying_a_difference_gives_the_other(before in any_tables(), after in any_tables()) {
        let (before, after) = (snapshot(before), snapshot(after));
        let found = diff(&before, &after);
        prop_assert!(found.unread.is_empty());
        let applied = apply(&found.changes, &before).expect("the changes fit");
        prop_assert_eq!(canonical(&applied), canonical(&after));
    }

    #[test]
    fn nothing_differs_from_itself(tables in any_tables()) {
        let whole = snapshot(tables);
        prop_assert!(diff(&whole, &whole).changes.is_empty());
    }

    #[test]
    fn the_order_of_tables_does_not_count(
        before in any_tables(),
        after in any_tables().prop_shuffle(),
    ) {
        let mut sorted = after.clone();
        sorted.sort_by(|one, other| one.at.cmp(&other.at));
        let before = snapshot(before);
        prop_assert_eq!(diff(&before, &snapshot(after)), diff(&before, &snapshot(sorted)));
    }

    #[test]
    fn keys_and_texts_are_whole(before in any_tables(), after in any_tables()) {
        let found = diff(&snapshot(before), &snapshot(after)).changes;
        let mut keys: Vec<String> = found.iter().map(|change| change.key("s")).collect();
        keys.sort();
        keys.dedup();
        prop_assert_eq!(keys.len(), found.len());
        for change in &found {
            prop_assert!(!change.text().contains('\n'));
            grade(change, POSTGRES, &[], &Engine::ALL);
        }
    }
}
