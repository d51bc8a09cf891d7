//! The verdicts as a table: table's type, file's type, and the first letter of each engine's reading.

use super::*;
use crate::model::Column;
use proptest::prelude::*;

fn letters(table: &str, file: &str) -> String {
    let verdict = coercion(table, file);
    Engine::ALL
        .map(|engine| match verdict.of(engine) {
            Reading::Same => '=',
            Reading::Widened => 'w',
            Reading::Risky(_) => 'r',
            Reading::Breaks(_) => 'B',
        })
        .iter()
        .collect()
}

#[test]
fn scalars_follow_the_readers() {
    for (table, file, wanted) in [
        ("int", "int", "==="),
        ("int", "INTEGER", "==="),
        ("bigint", "int", "wwr"),
        ("int", "smallint", "www"),
        ("smallint", "int", "rrr"),
        ("int", "bigint", "rBB"),
        ("string", "int", "BBB"),
        ("string", "bigint", "BBB"),
        ("int", "string", "BBB"),
        ("string", "varchar(10)", "==="),
        ("varchar(10)", "string", "==="),
        ("string", "binary", "==="),
        ("double", "float", "wrr"),
        ("float", "double", "BBB"),
        ("double", "int", "rrr"),
        ("double", "bigint", "rrB"),
        ("boolean", "int", "BBB"),
        ("date", "timestamp", "BBB"),
        ("timestamp", "date", "BBB"),
        ("date", "int", "rrr"),
        ("int", "date", "Brr"),
        ("date", "string", "BBB"),
        ("string", "date", "BBB"),
        ("timestamp", "bigint", "BrB"),
        ("bigint", "timestamp", "rrr"),
        ("string", "timestamp", "rBB"),
        ("timestamp", "timestamp with local time zone", "rrr"),
        ("decimal(12,2)", "decimal(10,2)", "www"),
        ("decimal(12,4)", "decimal(10,2)", "wBr"),
        ("decimal(10,4)", "decimal(10,2)", "rBB"),
        ("decimal(10,2)", "decimal(12,2)", "rrB"),
        ("decimal(10,2)", "decimal(10,4)", "rBB"),
        ("decimal(10,0)", "int", "wrr"),
        ("decimal(9,0)", "int", "rrB"),
        ("decimal(20,0)", "bigint", "Brr"),
        ("decimal(18,0)", "bigint", "BrB"),
        ("int", "decimal(9,0)", "wBB"),
        ("bigint", "decimal(20,0)", "BBB"),
        ("string", "decimal(9,0)", "BBB"),
        ("int", "void", "rrr"),
    ] {
        assert_eq!(letters(table, file), wanted, "{table} from {file}");
    }
}

#[test]
fn nested_types_go_by_name_and_say_where() {
    for (table, file, wanted) in [
        ("array<bigint>", "array<int>", "wwr"),
        ("array<int>", "int", "BBB"),
        ("map<string,bigint>", "map<string,int>", "wwr"),
        ("struct<a:int,b:string>", "struct<b:string,a:int>", "==="),
        ("struct<a:int,b:string>", "struct<a:int>", "==="),
        ("struct<a:int>", "struct<a:int,b:string>", "==="),
        ("struct<a:int>", "struct<b:int>", "rrr"),
        ("array<double>", "array<int>", "Brr"),
        (
            "struct<a:struct<b:int>>",
            "struct<a:struct<b:string>>",
            "BBB",
        ),
    ] {
        assert_eq!(letters(table, file), wanted, "{table} from {file}");
    }
    let verdict = coercion("struct<a:map<int,date>>", "struct<a:map<int,string>>");
    let why = verdict.trino.why().expect("it breaks");
    assert!(why.starts_with("a: value: "), "{why}");
}

fn columns(text: &str) -> Vec<Column> {
    let pieces = text.split(", ").filter(|piece| !piece.is_empty());
    pieces
        .map(|piece| {
            let (name, data_type) = piece.split_once(' ').expect("name and type");
            Column {
                name: name.to_owned(),
                data_type: data_type.to_owned(),
                comment: None,
            }
        })
        .collect()
}

#[test]
fn a_file_may_lack_columns_and_have_more() {
    let table = columns("id int, name string, price decimal(10,2)");
    let verdict = schema_compare(
        &table,
        &columns("ID int, NAME string, price decimal(10,2), x int"),
    );
    assert_eq!(verdict.grade(), SchemaGrade::Ok);
    assert_eq!(verdict.extra, ["x"]);
    let verdict = schema_compare(&table, &columns("id int"));
    assert_eq!(
        (verdict.grade(), verdict.missing.len()),
        (SchemaGrade::Ok, 2)
    );
    let verdict = schema_compare(&table, &columns("other int"));
    assert_eq!(
        (verdict.grade(), verdict.missing.len()),
        (SchemaGrade::Warn, 3)
    );
}

#[test]
fn a_file_that_reads_otherwise_is_told() {
    let table = columns("id bigint, name string, n int");
    let verdict = schema_compare(&table, &columns("id int, name string, n string"));
    assert_eq!(verdict.grade(), SchemaGrade::Breaks);
    assert_eq!(
        verdict.reasons()[0],
        "id is bigint in the table and int in the file (Spark risky: releases before 4.0 fail)"
    );
    assert_eq!(verdict.findings[1].column, "n");
    let verdict = schema_compare(&table, &columns("name string, id bigint, n int"));
    assert_eq!(verdict.grade(), SchemaGrade::Warn);
    assert!(verdict.reasons()[0].starts_with("from id on"));
    let verdict = schema_compare(&table, &columns("id bigint, ID bigint, name string, n int"));
    assert_eq!(verdict.grade(), SchemaGrade::Breaks);
    assert_eq!(verdict.extra, [""; 0]);
}

proptest! {
    #[test]
    fn a_schema_reads_itself(text in "[a-z]{1,5} (int|string|array<int>|struct<a:odd>)") {
        let table = columns(&text);
        prop_assert_eq!(schema_compare(&table, &table).grade(), SchemaGrade::Ok);
    }
}
