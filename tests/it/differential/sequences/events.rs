//! The notification log: which calls leave an event, of which type, about what.

use serde_json::json;

use super::super::step::{Step, call, kept, patched};
use super::{column, create_database, create_table, partition, table};

const DB: &str = "events_db";

pub(super) fn steps() -> Vec<Step> {
    vec![
        call("get_current_notificationEventId", json!({})).keep("before"),
        create_database(DB),
        create_table(table(DB, "t", &[column("ds", "string")])),
        call(
            "add_partitions",
            json!({ "new_parts": [partition(DB, "t", &["a"]), partition(DB, "t", &["b"])] }),
        ),
        call(
            "add_partition",
            json!({ "new_part": partition(DB, "t", &["c"]) }),
        ),
        call(
            "add_partition",
            json!({ "new_part": partition(DB, "t", &["c"]) }),
        ),
        call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "t", "part_vals": ["a"] }),
        )
        .keep("p"),
        call(
            "alter_partition",
            json!({ "db_name": DB, "tbl_name": "t", "new_part": kept("p") }),
        ),
        call(
            "rename_partition",
            json!({
                "db_name": DB, "tbl_name": "t", "part_vals": ["a"], "new_part": patched("p", json!({ "/values": ["a2"] })),
            }),
        ),
        call("get_table", json!({ "dbname": DB, "tbl_name": "t" })).keep("t"),
        call(
            "alter_table",
            json!({ "dbname": DB, "tbl_name": "t", "new_tbl": kept("t") }),
        ),
        call(
            "alter_table",
            json!({
                "dbname": DB, "tbl_name": "t", "new_tbl": patched("t", json!({ "/tableName": "t2" })),
            }),
        ),
        call(
            "drop_partition",
            json!({ "db_name": DB, "tbl_name": "t2", "part_vals": ["b"], "deleteData": true }),
        ),
        call(
            "create_function",
            json!({ "func": {
            "functionName": "f", "dbName": DB, "className": "a.B", "ownerName": "ann", "ownerType": "USER",
            "createTime": 0, "functionType": "JAVA", "resourceUris": [],
        } }),
        ),
        call("drop_function", json!({ "dbName": DB, "funcName": "f" })),
        call(
            "fire_listener_event",
            json!({ "rqst": {
            "successful": true, "dbName": DB, "tableName": "t2", "partitionVals": ["c"],
            "data": { "insertData": { "filesAdded@1": ["file:/x/1"], "filesAddedChecksum@2": ["1f"] } },
        } }),
        ),
        call(
            "drop_table",
            json!({ "dbname": DB, "name": "t2", "deleteData": true }),
        ),
        call(
            "drop_database",
            json!({ "name": DB, "deleteData": true, "cascade": true }),
        ),
        call(
            "get_next_notification",
            json!({ "rqst": { "lastEvent": kept("before/eventId"), "maxEvents": 100 } }),
        ),
        call(
            "get_next_notification",
            json!({ "rqst": { "lastEvent": kept("before/eventId"), "maxEvents": 2 } }),
        ),
        call(
            "get_next_notification",
            json!({ "rqst": { "lastEvent": kept("before/eventId") } }),
        ),
        call(
            "get_next_notification",
            json!({ "rqst": { "lastEvent": 1_000_000, "maxEvents": 5 } }),
        ),
        call(
            "get_notification_events_count",
            json!({ "rqst": { "fromEventId": kept("before/eventId"), "dbName": DB } }),
        ),
    ]
}
