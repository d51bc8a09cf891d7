//! The partition filters that Spark, Presto, Flink and Hive send, and those near them.

use serde_json::{Value, json};

use super::super::reasons::TEXT_AFTER_FILTER;
use super::super::step::{Step, call};
use super::{column, create_database, create_table, partition, table};

const DB: &str = "filters_db";

const STRING_AND_INT: [&str; 58] = [
    "",
    r#"ds = "2024-01-02""#,
    "ds = '2024-01-02'",
    "ds = 2024-01-02",
    r#""2024-01-02" = ds"#,
    r#""2024-01-02" < ds"#,
    r#"DS = "2024-01-02""#,
    r#"(ds = "2024-01-01" or ds = "2024-01-02") and n > 1"#,
    r#"ds = "2024-01-01" or ds = "2024-01-02" and n > 1"#,
    r#"ds = "2024-01-01" and n >= 1 and n <= 5"#,
    r#"(ds > "2024-01-01" or n = 1)"#,
    r#"ds != "2024-01-01""#,
    r#"ds <> "2024-01-01""#,
    r#"(ds != "2024-01-01" and ds != 'x"y')"#,
    r#"ds like "2024.*""#,
    r#"ds like ".*01.*""#,
    r#"ds like ".*01""#,
    r#"ds like "2024-01-0_""#,
    r#"ds like "2024%""#,
    r#"ds like "2024""#,
    r#"ds LIKE "2024-01-0[12]""#,
    r#"ds not like "2024.*""#,
    "n = 10",
    "n > 9",
    "n >= 10",
    "n < 10",
    "n <= 1",
    "n != 10",
    "n = -1",
    "n < 0",
    r#"n = "10""#,
    r#"n > "9""#,
    "n = 010",
    "n = 9999999999",
    "ds > 5",
    "(n = 5 or n = 10 or n = 1)",
    r#"(ds) in ("2024-01-01", "b")"#,
    r#"(ds) in ("2024-01-01") and n > 1"#,
    r#"(ds) not in ("2024-01-01", 'x"y')"#,
    "(n) in (5, 10)",
    "(n) in (1)",
    "(n) not in (1, 10)",
    r#"ds in ("2024-01-01")"#,
    "n between 1 and 10",
    "n not between 1 and 10",
    r#"ds between "2024-01-01" and "2024-01-02""#,
    r#"ds not between "2024-01-01" and "2024-01-02""#,
    r#"ds like "2024.*" and n = 10"#,
    r#"ds = "__HIVE_DEFAULT_PARTITION__""#,
    r#"ds != "__HIVE_DEFAULT_PARTITION__""#,
    r#"ds > """#,
    "ds = ''",
    r#"not ds = "2024-01-01""#,
    r#"(ds = "2024-01-02")"#,
    "((((n = 1))))",
    r#"ds = "2024-01-02" AND N = 10 Or n = 1"#,
    "`ds` = \"2024-01-02\"",
    r#"struct(ds, n) in (struct("2024-01-01", 1))"#,
];

const BROKEN: [&str; 14] = [
    "ds",
    "=",
    "ds =",
    r#"ds = "open"#,
    r#"nokey = "1""#,
    "id = 1",
    r#"(ds = "a""#,
    r#"ds = "a" and"#,
    r#"ds == "2024-01-02""#,
    "n is null",
    "n = 1.5",
    "ds = true",
    r#"ds <=> "a""#,
    "1 = 1",
];

const DATES: [&str; 11] = [
    r#"d = "2024-01-02""#,
    "d = 2024-01-02",
    "d > 2024-01-01",
    r#"d >= "2024-01-02""#,
    "d = '2024-1-2'",
    "d between 2024-01-01 and 2024-01-02",
    "(d) in (2024-01-02)",
    r#"d != "2024-01-02""#,
    r#"d = "rubbish""#,
    r#"d like "2024.*""#,
    "d = 5",
];

const OTHERS: [&str; 10] = [
    "b = 3",
    "b > 2 and b < 11",
    r#"ts = "2024-01-01 10:00:00""#,
    r#"dc = "1.5""#,
    "dc = 1",
    r#"bo = "true""#,
    r#"vc = "x""#,
    r#"vc like "x.*""#,
    "b = 12345678901",
    r#"b = "3""#,
];

pub(super) fn steps() -> Vec<Step> {
    let keys = |keys: &[(&str, &str)]| {
        keys.iter()
            .map(|(name, ty)| column(name, ty))
            .collect::<Vec<_>>()
    };
    let mut steps = vec![
        create_database(DB),
        create_table(table(DB, "sn", &keys(&[("ds", "string"), ("n", "int")]))),
        create_table(table(DB, "dates", &keys(&[("d", "date")]))),
        create_table(table(
            DB,
            "others",
            &keys(&[
                ("b", "bigint"),
                ("ts", "timestamp"),
                ("dc", "decimal(5,2)"),
                ("bo", "boolean"),
                ("vc", "varchar(9)"),
            ]),
        )),
        create_table(table(DB, "plain", &[])),
    ];
    let add = |table: &str, values: &[&str]| {
        call(
            "add_partition",
            json!({ "new_part": partition(DB, table, values) }),
        )
    };
    for ds in [
        "2024-01-01",
        "2024-01-02",
        "2024-01-03",
        "__HIVE_DEFAULT_PARTITION__",
        "x\"y",
        "a b",
    ] {
        for n in ["1", "5", "9", "10", "-1"] {
            steps.push(add("sn", &[ds, n]));
        }
    }
    steps.push(add("sn", &["2024-01-04", "__HIVE_DEFAULT_PARTITION__"]));
    for d in [
        "2024-01-01",
        "2024-01-02",
        "2023-12-31",
        "__HIVE_DEFAULT_PARTITION__",
    ] {
        steps.push(add("dates", &[d]));
    }
    steps.push(add(
        "others",
        &["3", "2024-01-01 10:00:00", "1.5", "true", "x"],
    ));
    steps.push(add(
        "others",
        &["11", "2024-01-02 10:00:00", "2", "false", "xy"],
    ));
    for filter in STRING_AND_INT.iter().chain(&BROKEN) {
        steps.push(by_filter("sn", filter));
    }
    steps.push(by_filter("sn", r#"ds = "a" n = 1"#).differs(TEXT_AFTER_FILTER));
    steps.extend(DATES.iter().map(|filter| by_filter("dates", filter)));
    steps.extend(OTHERS.iter().map(|filter| by_filter("others", filter)));
    steps.extend(elsewhere());
    steps
}

fn by_filter(table: &str, filter: &str) -> Step {
    filtered("get_partitions_by_filter", table, json!(filter), -1)
}

fn filtered(method: &str, table: &str, filter: Value, max: i16) -> Step {
    call(
        method,
        json!({ "db_name": DB, "tbl_name": table, "filter": filter, "max_parts": max }),
    )
}

fn elsewhere() -> Vec<Step> {
    let count = |table: &str, filter: &str| {
        call(
            "get_num_partitions_by_filter",
            json!({ "db_name": DB, "tbl_name": table, "filter": filter }),
        )
    };
    vec![
        filtered("get_partitions_by_filter", "sn", Value::Null, -1),
        filtered("get_partitions_by_filter", "sn", json!("n > 1"), 2),
        filtered("get_partitions_by_filter", "sn", json!("n > 1"), 0),
        by_filter("none", "n = 1"),
        by_filter("plain", "n = 1"),
        call(
            "get_partitions_by_filter",
            json!({ "db_name": "none", "tbl_name": "sn", "filter": "n = 1", "max_parts": -1 }),
        ),
        call("get_partitions_by_filter", json!({})),
        count("sn", "n > 1"),
        count("sn", ""),
        count("none", "n = 1"),
        filtered("get_part_specs_by_filter", "sn", json!("n = 10"), -1),
    ]
}
