//! Grades by example, and the property that joins them to the table of what engines do.

use super::{Grade, grade};
use crate::diff::canonical::{CanonicalType, TypeStep, hive_form};
use crate::diff::change::{Change, ChangeKind};
use crate::diff::coercion::{Engine, Reading, coercion};
use crate::diff::compare::diff;
use crate::diff::impact::FilledTable;
use crate::diff::tests::{POSTGRES, changes, listed, table};
use crate::hive::hive_type::HiveType;
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
        // A new name that falls together with another one's, or is that of a key; an old one that is left but for its case.
        ("e int, zz int", "e int, E int", "e int", "brrb"),
        ("a int, zz int", "a int, dt int", "a int", "rrrr"),
        ("a int, zz int", "a int, dt int", "a int, zz int", "bbrb"),
        ("e int, E int", "e int, DT int", "e int", "rrrr"),
        ("e int, E int", "e int", "e int", "aaaa"),
        // What the table says, not what the source said before.
        ("a int", "a bigint", "a int", "brbb"),
        ("a int", "a bigint", "a bigint", "aaaa"),
        ("a int", "a bigint", "b int", "aaaa"),
        ("a bigint", "a int", "a bigint", "raar"),
        ("a int", "a text", "a int", "bbbb"),
        ("a int", "a text", "a string", "aaaa"),
        ("dt date", "dt text", "a int", "rrrr"),
        // Every engine reads it, and what queries compare with looks otherwise.
        ("a bytea", "a text", "a binary", "rrrr"),
        ("a text", "a bytea", "a string", "rrrr"),
        ("a timestamp", "a text", "a string", "rrrr"),
        ("a date", "a text", "a string", "aaaa"),
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

/// A decimal's precision and scale.
fn any_decimal() -> impl Strategy<Value = (u32, u32)> {
    (1_u32..=38).prop_flat_map(|precision| (Just(precision), 0..=precision))
}

/// Types without parameters of their own, by dialect.
fn plain_types(dialect: SourceDialect) -> Vec<&'static str> {
    let names = match dialect {
        SourceDialect::Postgres => {
            "boolean| smallint| integer| bigint| real| double precision| numeric| text| bytea| date| \
             time(3) without time zone| timestamp without time zone| timestamp(0) with time zone| json| \
             jsonb| uuid| inet| xml| bpchar| interval| bit(3)| citext| enum('a','b,c','it''s')| enum('b,c')| \
             row(x integer, y text)"
        }
        SourceDialect::MySql => {
            "tinyint(1)| tinyint(4)| tinyint(3) unsigned| smallint(6)| mediumint(9)| int(11)| \
             int(10) unsigned| bigint(20)| bigint(20) unsigned| bit(1)| bit(9)| float| double| double(10,2)| \
             float unsigned| text| longtext| blob| date| datetime| datetime(6)| timestamp| time| year(4)| \
             json| uuid| inet6| enum('a','b')| set('a','b')| enum('b')"
        }
        SourceDialect::Sqlite => "INTEGER| int| text| blob| real| numeric| date| | odd words",
        SourceDialect::Elasticsearch => {
            "boolean| byte| short| integer| long| unsigned_long| half_float| float| double| text| keyword| \
             binary| date| date_nanos| geo_point| nested"
        }
        SourceDialect::Hive => {
            "boolean| tinyint| smallint| int| bigint| float| double| string| binary| date| timestamp| \
             timestamp with local time zone| void"
        }
    };
    names.split('|').map(str::trim).collect()
}

/// A type of a source of that dialect, as the source prints it.
fn any_source_type(dialect: SourceDialect) -> BoxedStrategy<String> {
    let plain = prop::sample::select(plain_types(dialect)).prop_map(str::to_owned);
    let decimal =
        any_decimal().prop_map(|(precision, scale)| format!("decimal({precision},{scale})"));
    let text = (1_u32..300).prop_map(|length| format!("varchar({length})"));
    let scalar = match dialect {
        SourceDialect::Elasticsearch => plain.boxed(),
        _ => prop_oneof![3 => plain, 1 => decimal, 1 => text].boxed(),
    };
    match dialect {
        SourceDialect::Postgres => {
            let array = scalar.clone().prop_map(|element| element + "[]");
            prop_oneof![4 => scalar, 1 => array].boxed()
        }
        SourceDialect::Hive => {
            let nested = scalar.prop_recursive(2, 8, 2, |inner| {
                let map = inner
                    .clone()
                    .prop_map(|value| format!("map<string,{value}>"));
                let fields = (inner.clone(), inner.clone());
                let record = fields.prop_map(|(one, two)| format!("struct<a:{one},b:{two}>"));
                prop_oneof![
                    inner.prop_map(|element| format!("array<{element}>")),
                    map,
                    record
                ]
            });
            nested.boxed()
        }
        _ => scalar,
    }
}

/// A dialect with two types of it.
fn any_change() -> impl Strategy<Value = (SourceDialect, String, String)> {
    let dialects = [
        SourceDialect::Postgres,
        SourceDialect::MySql,
        SourceDialect::Sqlite,
        SourceDialect::Elasticsearch,
    ];
    prop::sample::select(dialects.to_vec()).prop_flat_map(|dialect| {
        let ends = (any_source_type(dialect), any_source_type(dialect));
        ends.prop_map(move |(before, after)| (dialect, before, after))
    })
}

/// The change of the column `a` from one type to another; `None` where both mean the same.
fn retyped(dialect: SourceDialect, before: &str, after: &str) -> Option<Change> {
    let snapshot = |data_type: &str| {
        let mut seen = table("t", "a int");
        data_type.clone_into(&mut seen.columns[0].data_type);
        Snapshot::new(dialect, vec![seen], listed()).expect("it is a snapshot")
    };
    diff(&snapshot(before), &snapshot(after))
        .changes
        .into_iter()
        .next()
}

fn class(reading: &Reading) -> Severity {
    match reading {
        Reading::Same | Reading::Widened => Severity::Additive,
        Reading::Risky(_) => Severity::Risky,
        Reading::Breaks(_) => Severity::Breaking,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    /// The class of a changed type is what the coercion table says of the target's type and the new file's, for each
    /// engine; risky at least where the files hide that there is less room, where values look otherwise from now on, and
    /// where nobody knows what they hold.
    #[test]
    fn a_changed_type_is_graded_by_what_engines_do_with_it(
        (dialect, before, after) in any_change(),
        target in any_source_type(SourceDialect::Hive),
    ) {
        let Some(change) = retyped(dialect, &before, &after) else { return Ok(()) };
        let ChangeKind::TypeChanged { step, .. } = change.kind else {
            return Err(TestCaseError::fail("only the type changed"));
        };
        let columns = dump(&format!("a {target}"));
        let filled = [FilledTable { name: "t1.t", columns: &columns, keys: &[] }];
        let graded = grade(&change, dialect, &filled, &Engine::ALL);
        let held = |text: &str| hive_form(&CanonicalType::read(dialect, text));
        let (old, new) = (held(&before), held(&after));
        let is_less = matches!(step, TypeStep::Narrowed | TypeStep::Other);
        let [was, is] = [&before, &after].map(|text| CanonicalType::read(dialect, text));
        let is_reformed = step == TypeStep::Other && !was.keeps_form(&is);
        let is_risky = |new: &HiveType| is_reformed || (is_less && old.as_ref() == Some(new));
        for one in &graded.engines {
            let wanted = match &new {
                None => Severity::Risky,
                Some(new) => {
                    let read = class(coercion(&target, &new.to_string()).of(one.engine));
                    if is_risky(new) { read.min(Severity::Risky) } else { read }
                }
            };
            prop_assert_eq!(one.severity, wanted, "{:?} {} {} {}", dialect, before, after, target);
        }
        let gravest = graded.engines.iter().map(|one| one.severity).min();
        prop_assert_eq!(Some(graded.severity), gravest);
    }

    /// Of a table of the catalog it is the older files that are read through the new type.
    #[test]
    fn a_type_of_the_catalogs_own_is_graded_with_its_older_files(
        before in any_source_type(SourceDialect::Hive),
        after in any_source_type(SourceDialect::Hive),
    ) {
        let Some(change) = retyped(SourceDialect::Hive, &before, &after) else { return Ok(()) };
        let graded = grade(&change, SourceDialect::Hive, &[], &Engine::ALL);
        let verdict = coercion(&after, &before);
        for one in &graded.engines {
            prop_assert_eq!(one.severity, class(verdict.of(one.engine)), "{} {}", before, after);
        }
    }
}
