//! Column statistics of tables and partitions.

use serde_json::{Value, json};

use super::super::reasons::KIND_CHANGES;
use super::super::step::{Step, call};
use super::{column, create_database, create_table, partition, table, with};

const DB: &str = "statistics_db";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        create_database(DB),
        create_table(table(DB, "t", &[])),
        create_table(table(DB, "p", &[column("ds", "string")])),
        call(
            "add_partitions",
            json!({ "new_parts": [partition(DB, "p", &["a"]), partition(DB, "p", &["b"])] }),
        ),
    ];
    steps.extend(of_table());
    steps.extend(of_partitions());
    steps
}

fn longs(low: i64, high: i64) -> Value {
    json!({ "colName": "id", "colType": "bigint", "statsData": {
        "longStats": { "lowValue": low, "highValue": high, "numNulls": 1, "numDVs": 9 },
    } })
}

fn strings() -> Value {
    json!({ "colName": "note", "colType": "string", "statsData": {
        "stringStats": { "maxColLen": 12, "avgColLen": 3.5, "numNulls": 0, "numDVs": 7 },
    } })
}

/// One of every kind, each of a column of the table `kinds`.
fn every_kind() -> [(Value, Value); 7] {
    let of = |name: &str, ty: &str, data: Value| {
        let column = column(name, ty);
        (
            column,
            json!({ "colName": name, "colType": ty, "statsData": data }),
        )
    };
    [
        of(
            "flag",
            "boolean",
            json!({ "booleanStats": { "numTrues": 1, "numFalses": -1, "numNulls": 2 } }),
        ),
        of(
            "real",
            "double",
            json!({ "doubleStats": { "lowValue": -0.5, "highValue": 1e300, "numNulls": 0, "numDVs": 3 } }),
        ),
        of(
            "raw",
            "binary",
            json!({ "binaryStats": { "maxColLen": 9, "avgColLen": 4.25, "numNulls": 0 } }),
        ),
        of(
            "price",
            "decimal(10,2)",
            json!({ "decimalStats": {
            "lowValue": { "unscaled": { "$hex": "85" }, "scale": 2 },
            "highValue": { "unscaled": { "$hex": "7b" }, "scale": 1 }, "numNulls": 0, "numDVs": 2,
        } }),
        ),
        of(
            "day",
            "date",
            json!({ "dateStats": {
            "lowValue": { "daysSinceEpoch": -3 }, "highValue": { "daysSinceEpoch": 19_000 }, "numNulls": 0, "numDVs": 2,
        } }),
        ),
        of(
            "bounded",
            "int",
            json!({ "longStats": { "lowValue": 1, "highValue": 2, "numNulls": 0, "numDVs": 2 } }),
        ),
        of(
            "unbounded",
            "int",
            json!({ "longStats": { "numNulls": 0, "numDVs": 2 } }),
        ),
    ]
}

fn update(table: &str, partition: Option<&str>, objects: Value) -> Step {
    let method = if partition.is_some() {
        "update_partition_column_statistics"
    } else {
        "update_table_column_statistics"
    };
    call(
        method,
        json!({ "stats_obj": {
        "statsDesc": {
            "isTblLevel": partition.is_none(), "dbName": DB, "tableName": table, "partName": partition,
            "lastAnalyzed": 1_700_000_000,
        },
        "statsObj": objects,
    } }),
    )
}

fn of_table() -> Vec<Step> {
    let read = |table: &str, names: Value| {
        call(
            "get_table_statistics_req",
            json!({ "request": { "dbName": DB, "tblName": table, "colNames": names } }),
        )
    };
    let read_one = |table: &str, name: &str| {
        call(
            "get_table_column_statistics",
            json!({ "db_name": DB, "tbl_name": table, "col_name": name }),
        )
    };
    let delete = |table: &str, name: Value| {
        call(
            "delete_table_column_statistics",
            json!({ "db_name": DB, "tbl_name": table, "col_name": name }),
        )
    };
    let mut steps = vec![
        read("t", json!(["id", "note"])),
        read_one("t", "id"),
        update("t", None, json!([longs(1, 10), strings()])),
        read("t", json!(["id", "note"])),
        read("t", json!(["ID", "nosuch"])),
        read("T", json!(["note"])),
        read("t", json!([])),
        read("none", json!(["id"])),
        read_one("t", "id"),
        read_one("t", "nosuch"),
        read_one("none", "id"),
        call("get_table", json!({ "dbname": DB, "tbl_name": "t" })),
        update("t", None, json!([longs(-5, 5)])),
        read("t", json!(["id", "note"])),
        update(
            "t",
            None,
            json!([{ "colName": "nosuch", "colType": "int", "statsData": longs(1, 1)["statsData"] }]),
        ),
        update("none", None, json!([longs(1, 2)])),
        update("t", None, json!([])),
    ];
    let kinds = every_kind();
    let columns: Vec<&Value> = kinds.iter().map(|(column, _)| column).collect();
    steps.push(create_table(with(
        table(DB, "kinds", &[]),
        &[("/sd/cols", json!(columns))],
    )));
    for (column, object) in &kinds {
        steps.extend([
            update("kinds", None, json!([object])),
            read("kinds", json!([column["name"]])),
        ]);
    }
    let retyped =
        json!({ "colName": "id", "colType": "bigint", "statsData": kinds[0].1["statsData"] });
    steps.extend([
        update("t", None, json!([retyped])),
        read("t", json!(["id"])).differs(KIND_CHANGES),
    ]);
    steps.extend([
        delete("t", json!("id")),
        delete("t", json!("id")),
        read("t", json!(["id", "note"])),
        delete("t", Value::Null),
        delete("t", Value::Null),
        delete("t", json!("nosuch")),
        delete("none", json!("id")),
        read("t", json!(["id", "note"])),
        call("update_table_column_statistics", json!({})),
    ]);
    steps
}

fn of_partitions() -> Vec<Step> {
    let read = |table: &str, columns: Value, parts: Value| {
        call(
            "get_partitions_statistics_req",
            json!({ "request": {
            "dbName": DB, "tblName": table, "colNames": columns, "partNames": parts,
        } }),
        )
    };
    let delete = |part: Value, name: Value| {
        call(
            "delete_partition_column_statistics",
            json!({
                "db_name": DB, "tbl_name": "p", "part_name": part, "col_name": name,
            }),
        )
    };
    vec![
        read("p", json!(["id"]), json!(["ds=a"])),
        update("p", Some("ds=a"), json!([longs(1, 10), strings()])),
        update("p", Some("ds=b"), json!([longs(4, 40)])),
        update("p", Some("ds=zzz"), json!([longs(4, 40)])),
        update("p", Some("junk"), json!([longs(4, 40)])),
        read(
            "p",
            json!(["id", "note"]),
            json!(["ds=a", "ds=b", "ds=zzz"]),
        ),
        read("p", json!(["note"]), json!(["ds=b"])),
        read("p", json!([]), json!(["ds=b"])),
        read("p", json!(["id"]), json!([])),
        read("none", json!(["id"]), json!(["ds=a"])),
        call(
            "get_partition_column_statistics",
            json!({
                "db_name": DB, "tbl_name": "p", "part_name": "ds=a", "col_name": "id",
            }),
        ),
        call(
            "get_partition_column_statistics",
            json!({
                "db_name": DB, "tbl_name": "p", "part_name": "ds=b", "col_name": "note",
            }),
        ),
        call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "p", "part_vals": ["a"] }),
        ),
        delete(json!("ds=a"), json!("id")),
        delete(json!("ds=a"), json!("id")),
        delete(json!("ds=b"), Value::Null),
        delete(json!("ds=zzz"), json!("id")),
        read("p", json!(["id", "note"]), json!(["ds=a", "ds=b"])),
    ]
}
