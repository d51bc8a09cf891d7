//! Requests that no client library would send: wrong types, missing required fields, unknown calls.

use serde_json::json;

use super::super::reasons::NOT_UTF8;
use super::super::step::{Step, call};
use super::{create_database, create_table, table};

const DB: &str = "malformed_db";

pub(super) fn steps() -> Vec<Step> {
    vec![
        create_database(DB),
        create_table(table(DB, "t", &[])),
        call(
            "get_table",
            json!({ "dbname": { "$i32": 5 }, "tbl_name": "t" }),
        ),
        call(
            "get_table",
            json!({ "dbname": DB, "tbl_name": "t", "#99": { "$string": "new" } }),
        ),
        call("get_table_req", json!({ "req": { "dbName": DB } })),
        call(
            "get_table_statistics_req",
            json!({ "request": { "dbName": DB, "tblName": "t" } }),
        ),
        call("lock", json!({ "rqst": { "component": [] } })),
        call("drop_partitions_req", json!({ "req": { "dbName": DB } })),
        call(
            "add_partitions_req",
            json!({ "request": { "dbName": DB, "tblName": "t" } }),
        ),
        call(
            "get_table",
            json!({ "dbname": { "$hex": "ff" }, "tbl_name": "t" }),
        )
        .differs(NOT_UTF8),
        call("get_table", json!({ "dbname": DB, "tbl_name": "t\u{0}" })),
        call(
            "get_table",
            json!({ "dbname": DB, "tbl_name": "x".repeat(300) }),
        ),
        create_table(table(DB, &"x".repeat(300), &[])),
        create_database(&"x".repeat(300)),
        call("get_tables", json!({ "db_name": DB, "pattern": "(" })),
        call(
            "get_tables",
            json!({ "db_name": DB, "pattern": "t'; drop table \"TBLS\"; --" }),
        ),
        call("get_table", json!({ "dbname": DB, "tbl_name": "t" })),
    ]
}
