//! Synonyms are equal, near misses are not, and steps go the right way.

use super::*;
use SourceDialect::{Elasticsearch, MySql, Postgres, Sqlite};

fn read(dialect: SourceDialect, text: &str) -> CanonicalType {
    CanonicalType::read(dialect, text)
}

#[test]
fn synonyms_are_equal() {
    for (dialect, one, other) in [
        (Postgres, "int4", "integer"),
        (Postgres, "serial", "int"),
        (Postgres, "bigserial", "BIGINT"),
        (Postgres, "varchar(255)", "character varying(255)"),
        (Postgres, "bpchar(3)", "character(3)"),
        (Postgres, "decimal(10,2)", "numeric(10, 2)"),
        (Postgres, "timestamptz", "timestamp with time zone"),
        (Postgres, "timestamp(3)", "timestamp(3) without time zone"),
        (Postgres, "float8", "double precision"),
        (Postgres, "int4[]", "integer[][]"),
        (MySql, "int(11)", "int"),
        (MySql, "int(10) unsigned", "INT UNSIGNED"),
        (MySql, "tinyint(1)", "boolean"),
        (MySql, "decimal", "decimal(10,0)"),
        (MySql, "enum('a','b')", "ENUM('a', 'b')"),
        (MySql, "bit(1)", "bit"),
        (Sqlite, "VARCHAR(10)", "character varying(10)"),
        (Postgres, "tsvector", "TSVECTOR"),
        (Postgres, "time", "time(6) without time zone"),
        (
            Postgres,
            "row(\"X\" integer, y text)",
            "row(x int4, \"y\" varchar)",
        ),
        (MySql, "decimal(10,2) unsigned", "numeric(10,2) UNSIGNED"),
        (MySql, "text /*M!100301 COMPRESSED*/", "text"),
        (MySql, "int(5) unsigned zerofill", "int unsigned"),
    ] {
        assert_eq!(
            read(dialect, one),
            read(dialect, other),
            "{one} and {other}"
        );
    }
}

#[test]
fn what_differs_stays_apart() {
    for (dialect, one, other) in [
        (Postgres, "varchar(255)", "varchar(256)"),
        (Postgres, "timestamp", "timestamptz"),
        (Postgres, "numeric", "numeric(10,0)"),
        (MySql, "int", "int unsigned"),
        (MySql, "tinyint(1)", "tinyint(4)"),
        (MySql, "enum('a')", "enum('A')"),
        (MySql, "enum('a,b','c')", "enum('a','b','c')"),
        (MySql, "set('it''')", "set('it')"),
        (Postgres, "enum('a)','(b')[]", "enum('a','b')[]"),
        (MySql, "datetime", "timestamp"),
        (MySql, "datetime", "datetime(6)"),
        (MySql, "text", "longtext"),
        (Postgres, "tsvector", "tsquery"),
        (Postgres, "json", "jsonb"),
        (Postgres, "time", "time(0)"),
        (Postgres, "numeric(3,-2)", "numeric(3)"),
        (Postgres, "numeric(3,-2)", "numeric(5)"),
        (Postgres, "bpchar", "character(1)"),
        (Postgres, "row(s enum('a'))", "row(s enum('A'))"),
        (Postgres, "row(a integer, b text)", "row(a integer)"),
        (MySql, "decimal(10,2)", "decimal(10,2) unsigned"),
        (MySql, "double", "double(10,2)"),
        (MySql, "year(4)", "smallint"),
        (Elasticsearch, "keyword", "text"),
    ] {
        assert_ne!(
            read(dialect, one),
            read(dialect, other),
            "{one} and {other}"
        );
    }
}

#[test]
fn steps_go_the_right_way() {
    for (dialect, narrow, wide) in [
        (Postgres, "int", "bigint"),
        (Postgres, "integer", "double precision"),
        (Postgres, "int", "numeric"),
        (Postgres, "varchar(10)", "varchar(20)"),
        (Postgres, "varchar(10)", "text"),
        (Postgres, "numeric(10,2)", "numeric(12,2)"),
        (Postgres, "real", "double precision"),
        (Postgres, "int[]", "bigint[]"),
        (Postgres, "jsonb", "json"),
        (Postgres, "inet", "text"),
        (Postgres, "uuid", "character(36)"),
        (Postgres, "numeric(3,-2)", "numeric(5)"),
        (Postgres, "row(a integer)", "row(b text, a bigint)"),
        (Postgres, "time(0)", "time"),
        (Postgres, "bit(3)", "bit varying"),
        (MySql, "int unsigned", "bigint"),
        (MySql, "decimal(10,2) unsigned", "decimal(10,2)"),
        (MySql, "float unsigned", "float"),
        (MySql, "double(10,2)", "double"),
        (MySql, "year(4)", "int"),
        (MySql, "enum('a','bc')", "varchar(2)"),
        (MySql, "set('a','bc')", "varchar(4)"),
        (MySql, "enum('a','b')", "set('a','b')"),
        (MySql, "inet6", "varchar(39)"),
        (MySql, "enum('a')", "enum('b','a')"),
        (MySql, "text", "mediumtext"),
        (MySql, "datetime", "datetime(3)"),
        (Elasticsearch, "short", "long"),
        (SourceDialect::Hive, "int", "bigint"),
        (
            SourceDialect::Hive,
            "struct<a:int>",
            "struct<b:int,a:bigint>",
        ),
    ] {
        let (narrow, wide) = (read(dialect, narrow), read(dialect, wide));
        assert_eq!(narrow.step(&wide), TypeStep::Widened, "{narrow:?} {wide:?}");
        assert_eq!(
            wide.step(&narrow),
            TypeStep::Narrowed,
            "{wide:?} {narrow:?}"
        );
    }
    for (dialect, one, other) in [
        (Postgres, "int", "text"),
        (Postgres, "timestamp", "timestamptz"),
        (Postgres, "numeric(10,2)", "numeric(10,4)"),
        (Postgres, "bigint", "double precision"),
        (MySql, "int", "int unsigned"),
        (MySql, "set('a','bc')", "varchar(3)"),
        (MySql, "inet4", "inet6"),
        (Postgres, "numeric(4,-2)", "numeric(5)"),
        (SourceDialect::Hive, "date", "timestamp"),
    ] {
        let (one, other) = (read(dialect, one), read(dialect, other));
        assert_eq!(one.step(&other), TypeStep::Other, "{one:?} {other:?}");
    }
}

#[test]
fn what_has_the_same_values_is_alike() {
    for (dialect, one, other) in [
        (Postgres, "citext", "text"),
        (Elasticsearch, "keyword", "text"),
        (MySql, "enum('a','b')", "enum('b','a')"),
        (Postgres, "row(a integer, b text)", "row(b text, a integer)"),
    ] {
        let (one, other) = (read(dialect, one), read(dialect, other));
        assert_ne!(one, other);
        assert_eq!(one.step(&other), TypeStep::Alike, "{one:?} {other:?}");
    }
}

#[test]
fn quoted_words_are_read_as_they_are() {
    let words = |dialect, text: &str| match read(dialect, text) {
        CanonicalType::Words { words, .. } => words,
        other => panic!("{other:?} are no words"),
    };
    let text = r#"enum('a,b','it''s','(x)','back\\slash','say "so"')"#;
    let wanted = ["a,b", "it's", "(x)", "back\\slash", "say \"so\""];
    assert_eq!(words(MySql, text), wanted);
    assert_eq!(words(Postgres, r"enum('back\slash')"), ["back\\slash"]);
}

#[test]
fn types_inside_types_are_read_so_far() {
    let deep = "x".to_owned() + &"[] ".repeat(20_000);
    read(Sqlite, &deep);
    let deep = "row(a ".repeat(10_000) + "int" + &")".repeat(10_000);
    read(Postgres, &deep);
}

#[test]
fn dumps_have_hive_types() {
    for (dialect, text, wanted) in [
        (Postgres, "int4", "int"),
        (Postgres, "numeric(12,2)", "decimal(12,2)"),
        (Postgres, "uuid", "string"),
        (Postgres, "int[]", "array<int>"),
        (Postgres, "timestamptz", "timestamp"),
        (Postgres, "jsonb", "string"),
        (MySql, "int unsigned", "bigint"),
        (MySql, "bigint unsigned", "decimal(20,0)"),
        (MySql, "tinyint(1)", "boolean"),
        (MySql, "blob", "binary"),
    ] {
        let hive = hive_form(&read(dialect, text)).expect("it has a form");
        assert_eq!(hive.to_string(), wanted, "{text}");
    }
    assert_eq!(hive_form(&read(Postgres, "numeric")), None);
    assert_eq!(hive_form(&read(Postgres, "interval")), None);
}

#[test]
fn texts_of_whole_numbers_and_days_look_as_their_values_did() {
    let read = |text: &str| CanonicalType::read(Postgres, text);
    for (before, after, keeps) in [
        ("integer", "text", true),
        ("date", "character varying(10)", true),
        ("citext", "text", true),
        ("inet", "text", true),
        ("bytea", "text", false),
        ("text", "bytea", false),
        ("timestamp", "text", false),
        ("boolean", "text", false),
        ("double precision", "text", false),
        ("bytea", "bytea", true),
        ("integer", "bigint", true),
    ] {
        assert_eq!(
            read(before).keeps_form(&read(after)),
            keeps,
            "{before} to {after}"
        );
    }
}
