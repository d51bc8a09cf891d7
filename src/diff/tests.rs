//! Comparing as a whole: kinds of change by example.

use super::apply::apply;
use super::change::{Change, ChangeKind, RenameGuess};
use super::coercion::Engine;
use super::compare::{carried, diff, diff_first};
use super::grade::grade;
use crate::model::{
    Coverage, Severity, Snapshot, SourceColumn, SourceDialect, SourceTable, SourceTableKind,
};

mod properties;

pub(super) const POSTGRES: SourceDialect = SourceDialect::Postgres;

/// A table from `name type` pieces; `!` after the type makes it not null.
pub(super) fn table(name: &str, columns: &str) -> SourceTable {
    let mut table = SourceTable::new("shop", name, SourceTableKind::Table);
    for piece in columns.split(", ").filter(|piece| !piece.is_empty()) {
        let (name, data_type) = piece.split_once(' ').expect("name and type");
        table.columns.push(SourceColumn {
            name: name.to_owned(),
            data_type: data_type.trim_end_matches('!').to_owned(),
            nullable: !data_type.ends_with('!'),
            default: None,
            comment: None,
            identity: None,
            default_identity: None,
            hidden: false,
        });
    }
    table
}

pub(super) fn listed() -> Coverage {
    Coverage {
        schemas_listed: ["shop".to_owned()].into(),
        ..Coverage::default()
    }
}

fn snapshot(tables: Vec<SourceTable>) -> Snapshot {
    Snapshot::new(POSTGRES, tables, listed()).expect("it is a snapshot")
}

pub(super) fn changes(before: SourceTable, after: SourceTable) -> Vec<Change> {
    let (before, after) = (snapshot(vec![before]), snapshot(vec![after]));
    let found = diff(&before, &after).changes;
    let applied = apply(&found, &before).expect("they apply");
    assert!(diff(&applied, &after).changes.is_empty());
    found
}

fn texts(before: SourceTable, after: SourceTable) -> Vec<String> {
    changes(before, after).iter().map(Change::text).collect()
}

#[test]
fn columns_change_in_every_way() {
    for (before, after, wanted) in [
        ("a int4", "a integer", None),
        (
            "a int",
            "a int, b text!",
            Some("column `b` of `shop.t` added (`text`, not null)"),
        ),
        (
            "a int, b text",
            "a int",
            Some("column `b` of `shop.t` dropped (`text`)"),
        ),
        (
            "a int, b text",
            "a int, c varchar",
            Some(
                "column `b` of `shop.t` renamed to `c`, as it seems (a guess: same type and place)",
            ),
        ),
        (
            "a int",
            "a bigint",
            Some("column `a` of `shop.t`: type changed from `int` to `bigint` (wider)"),
        ),
        (
            "a bigint",
            "a int",
            Some("column `a` of `shop.t`: type changed from `bigint` to `int` (narrower)"),
        ),
        (
            "a int",
            "a date",
            Some("column `a` of `shop.t`: type changed from `int` to `date` (another kind)"),
        ),
        (
            "a int!",
            "a int",
            Some("column `a` of `shop.t` may be null now"),
        ),
        (
            "a int",
            "a int!",
            Some("column `a` of `shop.t` may not be null any more"),
        ),
        (
            "a int, b int",
            "b int, a int",
            Some("`shop.t`: the columns stand in another order: `b`, `a`"),
        ),
    ] {
        let found = texts(table("t", before), table("t", after));
        assert_eq!(
            found,
            wanted.into_iter().collect::<Vec<_>>(),
            "{before} -> {after}"
        );
    }
}

#[test]
fn comments_defaults_keys_and_views_change() {
    let before = table("t", "a int, b int");
    let mut after = before.clone();
    after.comment = Some("orders".to_owned());
    after.columns[0].default = Some("0".to_owned());
    after.columns[1].comment = Some("a line\nand \u{202e}more".to_owned());
    after.primary_key = vec!["a".to_owned(), "b".to_owned()];
    after
        .unique_keys
        .insert("u".to_owned(), vec!["b".to_owned()]);
    assert_eq!(
        texts(before.clone(), after.clone()),
        [
            "`shop.t`: comment set to `orders`",
            "column `a` of `shop.t`: default set to `0`",
            "column `b` of `shop.t`: comment set to `a line and more`",
            "`shop.t`: primary key set to (`a`, `b`)",
            "`shop.t`: unique key `u` set to (`b`)",
        ]
    );
    assert_eq!(
        texts(after, before)[4],
        "`shop.t`: unique key `u` removed, it was (`b`)"
    );
    let mut view = table("v", "a int");
    view.kind = SourceTableKind::View;
    view.view_definition = Some("SELECT 1".to_owned());
    let mut other = view.clone();
    other.view_definition = Some("SELECT 2".to_owned());
    assert_eq!(
        texts(view.clone(), other),
        ["view `shop.v`: the query changed from `SELECT 1` to `SELECT 2`"]
    );
    assert_eq!(
        texts(view, table("v", "a int"))[0],
        "`shop.v` was a view and is a table"
    );
}

#[test]
fn renames_are_guessed_only_where_there_is_one_guess() {
    let kinds = |before: &str, after: &str| -> Vec<&str> {
        let found = changes(table("t", before), table("t", after));
        found.iter().map(|change| change.kind.name()).collect()
    };
    // Two went and two came at one place with one type: nobody can tell.
    assert_eq!(
        kinds("a int, b int, z int", "c int, d int, z int"),
        [
            "column_dropped",
            "column_dropped",
            "column_added",
            "column_added"
        ]
    );
    // The type parts them.
    assert_eq!(
        kinds("a int, b text, z int", "c text, d int, z int"),
        ["column_renamed", "column_renamed", "columns_reordered"]
    );
    assert_eq!(
        kinds("a int, z int", "z int, c int"),
        ["column_dropped", "column_added"]
    );
    // Case alone is no other name to the lake, also where the type changes or another column is renamed.
    let found = changes(
        table("t", "userId int, b text, z int"),
        table("t", "userid bigint, c text, z int"),
    );
    assert!(matches!(
        &found[0].kind,
        ChangeKind::ColumnRenamed { guess: RenameGuess::SameLetters, from, to, .. } if from == "userId" && to == "userid"
    ));
    assert_eq!(
        grade(&found[0], POSTGRES, &[], &Engine::ALL).severity,
        Severity::Additive
    );
    assert_eq!(
        kinds("userId int, b text, z int", "userid bigint, c text, z int"),
        ["column_renamed", "column_renamed", "type_changed"]
    );
    assert_eq!(
        kinds("a int, A text, z int", "a int, z int"),
        ["column_dropped"],
        "the letters are not those of one name"
    );
    // A comment pairs what stands elsewhere, and contradicts a place.
    let mut before = table("t", "a int, z int");
    before.columns[0].comment = Some("net price".to_owned());
    let mut after = table("t", "z int, c text");
    after.columns[1].comment = Some("net price".to_owned());
    let found = changes(before.clone(), after.clone());
    assert!(matches!(
        &found[0].kind,
        ChangeKind::ColumnRenamed { guess: RenameGuess::SameComment, from, to, .. } if from == "a" && to == "c"
    ));
    after.columns.insert(
        0,
        SourceColumn {
            name: "d".to_owned(),
            comment: None,
            ..before.columns[0].clone()
        },
    );
    let found = changes(before, after);
    assert!(
        found
            .iter()
            .all(|change| change.kind.name() != "column_renamed")
    );
    // Keys follow the rename.
    let mut before = table("t", "a int, b text");
    before.primary_key = vec!["a".to_owned()];
    let mut after = table("t", "id int, b text");
    after.primary_key = vec!["id".to_owned()];
    assert_eq!(changes(before, after).len(), 1);
}

#[test]
fn a_key_is_what_it_keeps_unique() {
    let keyed = |primary: &[&str], unique: &[(&str, &[&str])]| {
        let owned = |columns: &[&str]| columns.iter().map(|name| (*name).to_owned()).collect();
        let mut table = table("t", "a int, b int");
        table.primary_key = owned(primary);
        let unique = unique.iter();
        table.unique_keys = unique
            .map(|(name, of)| ((*name).to_owned(), owned(of)))
            .collect();
        table
    };
    for (before, after, wanted) in [
        (keyed(&["a", "b"], &[]), keyed(&["b", "a"], &[]), vec![]),
        (
            keyed(&[], &[("u", &["a"])]),
            keyed(&[], &[("v", &["a"])]),
            vec![],
        ),
        (
            keyed(&[], &[("u", &["a"]), ("v", &["a"])]),
            keyed(&[], &[("v", &["a"])]),
            vec![],
        ),
        (
            keyed(&[], &[("u", &["a"])]),
            keyed(&["a"], &[]),
            vec!["`shop.t`: primary key set to (`a`)"],
        ),
        (
            keyed(&[], &[("u", &["a"])]),
            keyed(&[], &[("u", &["b"]), ("v", &["a"])]),
            vec![
                "`shop.t`: unique key `u` changed from (`a`) to (`b`)",
                "`shop.t`: unique key `v` set to (`a`)",
            ],
        ),
    ] {
        assert_eq!(texts(before, after), wanted);
    }
}

#[test]
fn a_name_that_differs_by_case_alone_falls_together_in_the_lake() {
    let found = changes(table("t", "price int"), table("t", "price int, Price text"));
    assert_eq!(
        found[0].text(),
        "column `Price` of `shop.t` added (`text`); the lake's names have no case, so that it is one with `price` there"
    );
    let found = diff(
        &snapshot(vec![table("Orders", "a int")]),
        &snapshot(vec![table("orders", "a int")]),
    );
    let grade = grade(&found.changes[0], POSTGRES, &[], &Engine::ALL);
    assert_eq!(grade.severity, Severity::Additive);
}

#[test]
fn what_the_source_calls_one_default_or_query_is_one_whatever_its_text() {
    let mut before = table("v", "a int");
    before.kind = SourceTableKind::View;
    before.view_definition = Some("SELECT a FROM shop.t".to_owned());
    before.view_identity = Some(1);
    before.columns[0].default = Some("nextval('shop.t_seq')".to_owned());
    before.columns[0].default_identity = Some(2);
    let mut after = before.clone();
    after.view_definition = Some("SELECT a FROM shop.u".to_owned());
    after.columns[0].default = Some("nextval('shop.u_seq')".to_owned());
    let found = diff(
        &snapshot(vec![before.clone()]),
        &snapshot(vec![after.clone()]),
    );
    assert!(found.changes.is_empty(), "{found:?}");
    (after.view_identity, after.columns[0].default_identity) = (Some(3), Some(4));
    assert_eq!(texts(before, after).len(), 2);
}

#[test]
fn a_computed_column_is_risky_where_it_is_computed_otherwise() {
    let computed = |expression: &str| {
        let mut table = table("t", "a int, b int");
        table.columns[1].default = Some(format!("generated always as {expression}"));
        table
    };
    let one = computed("(`a` + 'x`a`') stored");
    assert_eq!(
        texts(one.clone(), computed("(`a` + 'x`a`') virtual")),
        [""; 0]
    );
    let mut renamed = computed("(`c` + 'x`a`') stored");
    renamed.columns[0].name = "c".to_owned();
    let found = diff(&snapshot(vec![one.clone()]), &snapshot(vec![renamed])).changes;
    assert_eq!(found.len(), 1, "the rename alone: {found:?}");
    let found = changes(one, computed("(`a` + 'y') stored"));
    let grade = grade(&found[0], POSTGRES, &[], &Engine::ALL);
    assert_eq!(grade.severity, Severity::Risky);
}

/// Columns in the order of a source that tells them apart, each with its number.
fn numbered(columns: &[(&str, i64)]) -> SourceTable {
    let mut table = SourceTable::new("shop", "t", SourceTableKind::Table);
    table.identity = Some(16_384);
    for (name, number) in columns {
        table.columns.push(SourceColumn {
            name: (*name).to_owned(),
            data_type: "int".to_owned(),
            nullable: true,
            default: None,
            comment: None,
            identity: Some(*number),
            default_identity: None,
            hidden: false,
        });
    }
    table
}

#[test]
fn what_the_source_tells_apart_is_not_guessed() {
    let told = |before: &[(&str, i64)], after: &[(&str, i64)]| -> Vec<String> {
        let (before, after) = (
            snapshot(vec![numbered(before)]),
            snapshot(vec![numbered(after)]),
        );
        let found = diff(&before, &after).changes;
        found.iter().map(Change::text).collect()
    };
    assert_eq!(
        told(&[("a", 1), ("b", 2)], &[("b", 1), ("a", 2)]),
        [
            "column `a` of `shop.t` renamed to `b`; another column has its name now",
            "column `b` of `shop.t` renamed to `a`; another column has its name now",
        ]
    );
    assert_eq!(
        told(&[("a", 1)], &[("a", 2)]),
        ["column `a` of `shop.t` dropped and added anew: it is another one"]
    );
    assert_eq!(
        told(&[("a", 1), ("b", 2)], &[("b", 1)]),
        [
            "column `a` of `shop.t` renamed to `b`",
            "column `b` of `shop.t` dropped (`int`)",
        ]
    );
    // The same place and type, and yet another column.
    assert_eq!(
        told(&[("a", 1), ("z", 2)], &[("c", 3), ("z", 2)]),
        [
            "column `a` of `shop.t` dropped (`int`)",
            "column `c` of `shop.t` added (`int`)",
        ]
    );
    // Numbers of another table say nothing.
    let mut other = numbered(&[("a", 2), ("b", 1)]);
    other.identity = Some(16_999);
    let (before, after) = (
        snapshot(vec![numbered(&[("a", 1), ("b", 2)])]),
        snapshot(vec![other]),
    );
    assert!(diff(&before, &after).changes.is_empty());
}

#[test]
fn tables_come_go_and_are_renamed() {
    let kinds = |before: Vec<SourceTable>, after: Vec<SourceTable>| -> Vec<String> {
        let found = diff(&snapshot(before), &snapshot(after)).changes;
        found.iter().map(Change::text).collect()
    };
    assert_eq!(
        kinds(vec![table("a", "x int")], vec![table("b", "y int, z text")]),
        [
            "table `shop.a` dropped",
            "table `shop.b` added, with the columns `y`, `z`"
        ]
    );
    assert_eq!(
        kinds(vec![table("a", "x int4")], vec![table("b", "x integer")]),
        ["`shop.a` renamed to `shop.b`, as it seems (a guess: same columns)"]
    );
    assert_eq!(
        kinds(
            vec![table("a", "x int")],
            vec![table("b", "x int"), table("c", "x int")]
        )
        .len(),
        3
    );
}

#[test]
fn silence_is_no_drop_and_its_end_is_no_news() {
    let whole = snapshot(vec![table("a", "x int"), table("b", "y int")]);
    assert!(diff_first(None, &whole).changes.is_empty());
    let blind = Snapshot::new(POSTGRES, Vec::new(), Coverage::default()).expect("it is a snapshot");
    let found = diff(&whole, &blind);
    assert_eq!((found.changes.len(), found.unread.len()), (0, 2));
    // What was seen last is kept, so a change made in the dark is told when the grants are back.
    let kept = carried(&whole, &blind).expect("it is a snapshot");
    assert_eq!(kept.tables(), whole.tables());
    let back = snapshot(vec![table("a", "x bigint"), table("b", "y int")]);
    assert_eq!(diff(&kept, &back).changes.len(), 1);
    // A table that could not be seen before is a baseline.
    assert!(diff(&blind, &whole).changes.is_empty());
    let mut unread = listed();
    unread.tables_unread.insert(table("b", "").at);
    let half =
        Snapshot::new(POSTGRES, vec![table("a", "x int")], unread).expect("it is a snapshot");
    assert!(diff(&whole, &half).changes.is_empty());
}

#[test]
fn keys_tell_changes_apart() {
    let key = |before: &str, after: &str, source: &str| {
        changes(table("t", before), table("t", after))[0].key(source)
    };
    let one = key("a int", "a bigint", "crm");
    assert_eq!(one.len(), 32);
    assert_eq!(one, key("a int, b int", "a bigint, b int", "crm"));
    assert_ne!(one, key("a int", "a bigint", "erp"));
    assert_ne!(one, key("a bigint", "a int", "crm"));
    assert_ne!(one, key("b int", "b bigint", "crm"));
    assert_ne!(
        key("a int, bc int", "a int", "x"),
        key("ab int, c int", "ab int", "x")
    );
}
