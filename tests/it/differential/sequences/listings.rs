//! Lists of tables: names by pattern, type and filter, and many tables at once.

use serde_json::{Value, json};

use super::super::reasons::{DOT_AND_STAR, QUOTED_TIME};
use super::super::step::{Step, call};
use super::{column, create_database, create_table, table, with};

const DB: &str = "listings_db";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![create_database(DB), create_database("listings_empty")];
    let make =
        |name: &str, changes: &[(&str, Value)]| create_table(with(table(DB, name, &[]), changes));
    steps.extend([
        make(
            "alpha",
            &[(
                "/parameters",
                json!({ "comment": "first", "table_type": "ICEBERG" }),
            )],
        ),
        make(
            "beta",
            &[
                ("/parameters", json!({ "table_type": "iceberg", "n": "5" })),
                ("/owner", json!("bob")),
            ],
        ),
        make(
            "beta_2",
            &[("/retention", json!(7)), ("/lastAccessTime", json!(90))],
        ),
        make(
            "gamma",
            &[
                ("/tableType", json!("VIRTUAL_VIEW")),
                ("/viewOriginalText", json!("select 1")),
                (
                    "/parameters",
                    json!({ "presto_view": "true", "comment": "Presto View" }),
                ),
            ],
        ),
        make(
            "delta",
            &[
                ("/tableType", json!("EXTERNAL_TABLE")),
                ("/parameters", json!({ "EXTERNAL": "TRUE" })),
                ("/owner", json!("Ann.Example")),
            ],
        ),
        create_table(table(DB, "parted", &[column("ds", "string")])),
    ]);
    steps.extend(by_pattern());
    steps.extend(by_type());
    steps.extend(by_filter());
    steps.extend(objects());
    steps
}

fn by_pattern() -> Vec<Step> {
    let tables =
        |db: &str, pattern: Value| call("get_tables", json!({ "db_name": db, "pattern": pattern }));
    let mut steps = vec![
        call("get_all_tables", json!({ "db_name": DB })),
        call("get_all_tables", json!({ "db_name": "LISTINGS_DB" })),
        call("get_all_tables", json!({ "db_name": "listings_empty" })),
        call("get_all_tables", json!({ "db_name": "none" })),
        call("get_all_tables", json!({})),
        tables("none", json!("*")),
        tables("LISTINGS_db", json!("*")),
    ];
    for pattern in [
        "*",
        "beta*",
        "BETA*",
        "alpha|delta",
        "*a",
        "beta",
        "b?ta",
        "[ab]*",
        ".*",
        "",
        "a*|*2",
        "be%",
    ] {
        steps.push(tables(DB, json!(pattern)));
    }
    steps.push(tables(DB, json!("beta.*")).differs(DOT_AND_STAR));
    steps.push(tables(DB, Value::Null));
    steps
}

fn by_type() -> Vec<Step> {
    let mut steps = Vec::new();
    for kind in [
        "MANAGED_TABLE",
        "EXTERNAL_TABLE",
        "VIRTUAL_VIEW",
        "MATERIALIZED_VIEW",
        "virtual_view",
        "",
    ] {
        steps.push(call(
            "get_tables_by_type",
            json!({ "db_name": DB, "pattern": "*", "tableType": kind }),
        ));
    }
    let meta = |db: Value, table: Value, types: Value| {
        call(
            "get_table_meta",
            json!({ "db_patterns": db, "tbl_patterns": table, "tbl_types": types }),
        )
    };
    steps.extend([
        call(
            "get_tables_by_type",
            json!({ "db_name": DB, "pattern": "*a", "tableType": "MANAGED_TABLE" }),
        ),
        call(
            "get_tables_by_type",
            json!({ "db_name": DB, "tableType": "VIRTUAL_VIEW" }),
        ),
        call(
            "get_tables_by_type",
            json!({ "db_name": DB, "pattern": "*" }),
        ),
        call(
            "get_tables_by_type",
            json!({ "db_name": "none", "pattern": "*", "tableType": "VIRTUAL_VIEW" }),
        ),
        meta(json!(DB), json!("*"), json!([])),
        meta(json!("listings_*"), json!("*a"), json!([])),
        meta(json!("LISTINGS_*"), json!("BETA*|gamma"), json!([])),
        meta(json!(DB), json!("*"), json!(["VIRTUAL_VIEW"])),
        meta(
            json!(DB),
            json!("*"),
            json!(["EXTERNAL_TABLE", "VIRTUAL_VIEW"]),
        ),
        meta(json!(DB), json!("*"), json!(["virtual_view"])),
        meta(json!(DB), json!("*"), Value::Null),
        meta(json!(DB), Value::Null, json!([])),
        meta(json!("none"), json!("*"), json!([])),
        meta(json!(DB), json!(""), json!([])),
        meta(json!(DB), json!("*"), json!(["NONE"])),
    ]);
    steps
}

fn by_filter() -> Vec<Step> {
    let names = |filter: &str, max: i16| {
        call(
            "get_table_names_by_filter",
            json!({ "dbname": DB, "filter": filter, "max_tables": max }),
        )
    };
    let mut steps = Vec::new();
    for filter in [
        r#"hive_filter_field_params__table_type = "ICEBERG""#,
        r#"hive_filter_field_params__table_type like "ICEBERG""#,
        r#"hive_filter_field_params__table_type LIKE "(?i)iceberg""#,
        r#"hive_filter_field_params__table_type = "iceberg" or hive_filter_field_params__table_type = "ICEBERG""#,
        r#"hive_filter_field_params__presto_view = "true""#,
        r#"hive_filter_field_params__presto_view LIKE "true""#,
        r#"hive_filter_field_params__table_type <> "ICEBERG""#,
        r#"hive_filter_field_params__table_type != "ICEBERG""#,
        r#"hive_filter_field_params__n > "4""#,
        r#"hive_filter_field_owner__ = "ann""#,
        r#"hive_filter_field_owner__ like "Ann.*""#,
        r#"hive_filter_field_owner__ = "bob" and hive_filter_field_params__n = "5""#,
        r#"(hive_filter_field_owner__ = "bob" or hive_filter_field_owner__ = "ann") and hive_filter_field_last_access__ = 90"#,
        "hive_filter_field_last_access__ > 10",
        r#"hive_filter_field_last_access__ like "9.*""#,
        r#"hive_filter_field_tableName__ like "b.*""#,
        r#"hive_filter_field_other__ = "x""#,
        r#"ds = "x""#,
        "",
        "rubbish",
        "hive_filter_field_owner__ =",
    ] {
        steps.push(names(filter, -1));
    }
    steps.extend([
        names(r#"hive_filter_field_last_access__ = "90""#, -1).differs(QUOTED_TIME),
        names(r#"hive_filter_field_owner__ = "ann""#, 1),
        names(r#"hive_filter_field_owner__ = "ann""#, 0),
        call("get_table_names_by_filter", json!({ "dbname": DB, "max_tables": -1 })),
        call("get_table_names_by_filter", json!({
            "dbname": "none", "filter": r#"hive_filter_field_owner__ = "ann""#, "max_tables": -1,
        })),
        call("get_table_names_by_filter", json!({ "filter": r#"hive_filter_field_owner__ = "ann""#, "max_tables": -1 })),
        call("get_table_names_by_filter", json!({
            "dbname": "", "filter": r#"hive_filter_field_owner__ = "ann""#, "max_tables": -1,
        })),
    ]);
    steps
}

fn objects() -> Vec<Step> {
    let by_name = |db: &str, names: Value| {
        call(
            "get_table_objects_by_name",
            json!({ "dbname": db, "tbl_names": names }),
        )
    };
    let by_request = |db: &str, names: Value| {
        call(
            "get_table_objects_by_name_req",
            json!({ "req": { "dbName": db, "tblNames": names } }),
        )
    };
    vec![
        by_name(DB, json!(["alpha", "GAMMA"])),
        by_name(DB, json!(["alpha", "none", "alpha"])),
        by_name(DB, json!([])),
        by_name(DB, Value::Null),
        by_name("none", json!(["alpha"])),
        by_name("", json!(["alpha"])),
        by_request(DB, json!(["delta", "beta"])),
        by_request(DB, json!(["none"])),
        by_request(DB, json!([])),
        by_request(DB, Value::Null),
        by_request("none", json!(["alpha"])),
        by_request("", json!(["alpha"])),
    ]
}
