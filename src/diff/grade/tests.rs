//! Grades by example, and the property that joins them to the table of what engines do.

use super::{Grade, grade};
use crate::diff::coercion::{Engine, Reading, coercion};
use crate::diff::compare::diff;
use crate::diff::impact::FilledTable;
use crate::diff::tests::{POSTGRES, changes, listed, table};
use crate::model::{Column, Severity, Snapshot, SourceDialect};
use proptest::prelude::*;

/// The columns that a dump of a table has, with `type` after a space.
fn dump(columns: &str) -> Vec<Column> {
    let pieces = columns.split(", ").filter(|piece| !piece.is_empty());
    let column = |piece: &str| {
        let (name, data_type) = piece.split_once(' ').expect("name and type");
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    };
    pieces.map(column).collect()
}

/// The grade of the first change from `before` to `after`, where a table with those columns and the key `dt` is filled.
fn graded(before: &str, after: &str, target: Option<&str>, engines: &[Engine]) -> Grade {
    let found = changes(table("t", before), table("t", after));
    let (columns, keys) = (target.map(dump), dump("dt date"));
    let filled = columns.as_ref().map(|columns| FilledTable {
        name: "t1.t",
        columns,
        keys: &keys,
    });
    let filled: Vec<_> = filled.into_iter().collect();
    grade(&found[0], POSTGRES, &filled, engines)
}

/// The first letters of the severities: of the change, then of each engine.
fn letters(grade: &Grade) -> String {
    let engines = grade.engines.iter().map(|one| one.severity);
    let all = std::iter::once(grade.severity).chain(engines);
    all.map(|one| &one.as_str()[..1]).collect()
}

#[test]
fn a_change_is_graded_by_the_table_that_it_reaches() {
    for (before, after, target, wanted) in [
        ("a int", "a int, b int", "a int", "aaaa"),
        ("b int", "a int, b int", "b int", "rara"),
        ("b int", "a int, b int", "b int, a int", "aaaa"),
        ("a int", "a int, dt date", "a int", "rrrr"),
        ("a int, b int", "a int", "a int, b int", "bbbb"),
        ("a int, b int", "a int", "a int", "aaaa"),
        ("a int, dt date", "a int", "a int", "bbbb"),
        ("a int, b int", "a int, c int", "a int, b int", "bbrb"),
        ("a int, b int", "a int, c int", "a int, c int", "aaaa"),
        ("a int, b int", "b int, a int", "a int, b int", "rara"),
        ("a int, b int", "b int, a int", "a int", "aaaa"),
        // What the table says, not what the source said before.
        ("a int", "a bigint", "a int", "brbb"),
        ("a int", "a bigint", "a bigint", "aaaa"),
        ("a int", "a bigint", "b int", "aaaa"),
        ("a bigint", "a int", "a bigint", "raar"),
        ("a int", "a text", "a int", "bbbb"),
        ("a int", "a text", "a string", "aaaa"),
        ("dt date", "dt text", "a int", "rrrr"),
        // The files look as before: the values differ.
        ("a varchar(20)", "a varchar(10)", "a string", "rrrr"),
        ("a varchar(10)", "a varchar(20)", "a string", "aaaa"),
        ("a json", "a jsonb", "a string", "rrrr"),
        ("a int", "a tsvector", "a int", "rrrr"),
        ("a int!", "a int", "a int", "rrrr"),
        ("a int!", "a int", "b int", "aaaa"),
        ("a int", "a int!", "a int", "aaaa"),
    ] {
        let found = letters(&graded(before, after, Some(target), &Engine::ALL));
        assert_eq!(found, wanted, "{before} -> {after} into {target}");
    }
    let effects = graded("a int", "a bigint", Some("a int"), &Engine::ALL).effects;
    assert_eq!(
        effects.last().map(String::as_str),
        Some(
            "Spark: breaking: the column cannot be converted (`int` in t1.t, `bigint` in new files)"
        )
    );
    let others = [Engine::Trino, Engine::Spark];
    assert_eq!(
        letters(&graded("b int", "a int, b int", Some("b int"), &others)),
        "aaa",
        "Presto alone finds columns by position, and nobody has it"
    );
}

#[test]
fn nothing_is_known_to_break_where_no_table_is_filled() {
    for (before, after, wanted) in [
        ("a int, b int", "a int", "rrrr"),
        ("a int, b int", "a int, c int", "rrrr"),
        ("a int", "a bigint", "rrrr"),
        ("a smallint", "a int", "rrrr"),
        ("a bigint", "a int", "rrrr"),
        ("a numeric(10,2)", "a numeric(8,2)", "rrrr"),
        ("a int", "a int, b int", "aaaa"),
        ("a varchar(10)", "a varchar(20)", "aaaa"),
    ] {
        let found = letters(&graded(before, after, None, &Engine::ALL));
        assert_eq!(found, wanted, "{before} -> {after}");
    }
}

#[test]
fn the_catalogs_own_tables_are_read_with_older_files() {
    let hive = |columns: &str| {
        let tables = vec![table("t", columns)];
        Snapshot::new(SourceDialect::Hive, tables, listed()).expect("it is a snapshot")
    };
    let graded = |before: &str, after: &str| {
        let found = diff(&hive(before), &hive(after)).changes;
        letters(&grade(&found[0], SourceDialect::Hive, &[], &Engine::ALL))
    };
    assert_eq!(graded("a int, b int", "a int"), "bbbb");
    // The table is bigint now, its files are int: each engine but an older Spark widens them.
    assert_eq!(graded("a int", "a bigint"), "raar");
    assert_eq!(graded("a bigint", "a int"), "brbb");
}

/// A type in the lake, and in PostgreSQL.
fn any_type() -> impl Strategy<Value = (&'static str, &'static str)> {
    prop::sample::select(vec![
        ("boolean", "boolean"),
        ("smallint", "smallint"),
        ("int", "integer"),
        ("bigint", "bigint"),
        ("float", "real"),
        ("double", "double precision"),
        ("decimal(8,2)", "numeric(8,2)"),
        ("decimal(10,2)", "numeric(10,2)"),
        ("decimal(12,4)", "numeric(12,4)"),
        ("string", "text"),
        ("binary", "bytea"),
        ("date", "date"),
        ("timestamp", "timestamp without time zone"),
        ("array<int>", "integer[]"),
        ("array<bigint>", "bigint[]"),
        ("array<string>", "text[]"),
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// The class of a changed type is what the coercion table says of the target's type and the new file's.
    #[test]
    fn a_changed_type_is_graded_by_what_engines_do_with_it(
        before in any_type(),
        after in any_type(),
        target in any_type(),
    ) {
        let source = |(_, type_name): (&str, &'static str)| format!("a {type_name}");
        let found = changes(table("t", &source(before)), table("t", &source(after)));
        prop_assume!(before.0 != after.0 && found.len() == 1);
        let columns = dump(&format!("a {}", target.0));
        let filled = [FilledTable { name: "t1.t", columns: &columns, keys: &[] }];
        let graded = grade(&found[0], POSTGRES, &filled, &Engine::ALL);
        let verdict = coercion(target.0, after.0);
        for one in &graded.engines {
            let wanted = match verdict.of(one.engine) {
                Reading::Same | Reading::Widened => Severity::Additive,
                Reading::Risky(_) => Severity::Risky,
                Reading::Breaks(_) => Severity::Breaking,
            };
            prop_assert_eq!(one.severity, wanted, "{} {} {}", before.1, after.1, target.0);
        }
        let gravest = graded.engines.iter().map(|one| one.severity).min();
        prop_assert_eq!(Some(graded.severity), gravest);
    }
}
