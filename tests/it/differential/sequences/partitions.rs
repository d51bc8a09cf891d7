//! Partitions: added in every way, changed, renamed and dropped; `partition_reads` reads them.

use serde_json::{Value, json};

use super::super::step::{Step, call, patched};
use super::partition_reads;
use super::{column, create_database, create_table, partition, table, with};

pub(super) const DB: &str = "partitions_db";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        create_database(DB),
        create_table(table(
            DB,
            "p",
            &[column("ds", "string"), column("n", "int")],
        )),
        create_table(table(DB, "one", &[column("ds", "string")])),
        create_table(table(DB, "plain", &[])),
        create_table(with(
            table(DB, "view", &[column("ds", "string")]),
            &[("/tableType", json!("VIRTUAL_VIEW"))],
        )),
    ];
    steps.extend(adding());
    steps.extend(adding_many());
    steps.extend(appending());
    steps.extend(partition_reads::reading());
    steps.extend(partition_reads::listing());
    steps.extend(altering());
    steps.extend(renaming());
    steps.extend(dropping());
    steps
}

pub(super) fn get(table: &str, values: &[&str]) -> Step {
    call(
        "get_partition",
        json!({ "db_name": DB, "tbl_name": table, "part_vals": values }),
    )
}

fn add(new: Value) -> Step {
    call("add_partition", json!({ "new_part": new }))
}

fn adding() -> Vec<Step> {
    let p = |values: &[&str]| partition(DB, "p", values);
    vec![
        add(p(&["a", "1"])),
        get("p", &["a", "1"]),
        add(p(&["a", "1"])),
        add(partition("Partitions_DB", "P", &["A", "1"])),
        get("p", &["A", "1"]),
        add(with(
            p(&["loc", "1"]),
            &[("/sd/location", json!("file://WAREHOUSE/custom//x/"))],
        )),
        get("p", &["loc", "1"]),
        add(with(
            p(&["props", "1"]),
            &[
                (
                    "/parameters",
                    json!({ "k": "v", "empty": "", "transient_lastDdlTime": "5" }),
                ),
                ("/createTime", json!(9)),
                ("/lastAccessTime", json!(8)),
            ],
        )),
        get("p", &["props", "1"]),
        add(with(p(&["noparams", "1"]), &[("/parameters", Value::Null)])),
        get("p", &["noparams", "1"]),
        add(with(p(&["nocols", "1"]), &[("/sd/cols", Value::Null)])),
        get("p", &["nocols", "1"]),
        add(with(
            p(&["badtype", "1"]),
            &[("/sd/cols", json!([{ "name": "x", "type": "NOSUCH" }]))],
        )),
        add(p(&["a", "not a number"])),
        get("p", &["a", "not a number"]),
        add(p(&["a", "007"])),
        get("p", &["a", "7"]),
        add(p(&["a"])),
        add(p(&["a", "1", "x"])),
        add(p(&[])),
        add(with(p(&["x", "1"]), &[("/values", Value::Null)])),
        add(with(p(&["x", "1"]), &[("/sd", Value::Null)])),
        add(with(p(&["x", "2"]), &[("/sd/serdeInfo", Value::Null)])),
        add(with(p(&["x", "3"]), &[("/dbName", Value::Null)])),
        add(with(p(&["x", "3"]), &[("/tableName", Value::Null)])),
        add(partition(DB, "none", &["a"])),
        add(partition("none", "p", &["a", "1"])),
        add(partition(DB, "plain", &["a"])),
        add(partition(DB, "view", &["a"])),
        add(with(partition(DB, "view", &["a"]), &[("/sd", Value::Null)])),
        get("view", &["a"]),
        add(p(&["", "1"])),
        get("p", &["", "1"]),
        call("add_partition", json!({})),
        call(
            "add_partition_with_environment_context",
            json!({ "new_part": p(&["ctx", "1"]) }),
        ),
        call(
            "add_partition_with_environment_context",
            json!({
                "new_part": p(&["ctx", "2"]), "environment_context": { "properties": { "DO_NOT_UPDATE_STATS": "true" } },
            }),
        ),
        call(
            "get_partition_names",
            json!({ "db_name": DB, "tbl_name": "p", "max_parts": -1 }),
        ),
    ]
}

fn adding_many() -> Vec<Step> {
    let p = |values: &[&str]| partition(DB, "p", values);
    let many = |parts: Value| call("add_partitions", json!({ "new_parts": parts }));
    let request = |parts: Value, if_not_exists: bool, need: Value| {
        call(
            "add_partitions_req",
            json!({ "request": {
            "dbName": DB, "tblName": "p", "parts": parts, "ifNotExists": if_not_exists, "needResult": need,
        } }),
        )
    };
    vec![
        many(json!([p(&["m", "1"]), p(&["m", "2"]), p(&["m", "3"])])),
        many(json!([p(&["m", "4"]), p(&["m", "1"])])),
        get("p", &["m", "4"]),
        many(json!([p(&["m", "5"]), p(&["m", "5"])])),
        many(json!([p(&["m", "6"]), partition(DB, "one", &["m"])])),
        many(json!([p(&["m", "6"]), p(&["m"])])),
        get("p", &["m", "6"]),
        many(json!([])),
        many(Value::Null),
        many(json!([partition(DB, "none", &["m"])])),
        many(json!([partition("none", "none", &["m"])])),
        request(json!([p(&["q", "1"]), p(&["q", "2"])]), false, json!(true)),
        request(json!([p(&["q", "2"]), p(&["q", "3"])]), true, json!(true)),
        request(json!([p(&["q", "2"]), p(&["q", "3"])]), true, json!(true)),
        request(json!([p(&["q", "3"]), p(&["q", "4"])]), false, json!(true)),
        get("p", &["q", "4"]),
        request(json!([p(&["q", "5"])]), true, json!(false)),
        request(json!([p(&["q", "6"])]), true, Value::Null),
        request(json!([]), true, json!(true)),
        request(json!([p(&["q", "7"]), p(&["q", "7"])]), true, json!(true)),
        call(
            "add_partitions_req",
            json!({ "request": {
            "dbName": DB, "tblName": "none", "parts": [partition(DB, "none", &["a"])], "ifNotExists": true,
        } }),
        ),
        call(
            "add_partitions_req",
            json!({ "request": {
            "dbName": DB, "tblName": "one", "parts": [p(&["z", "1"])], "ifNotExists": true,
        } }),
        ),
        call(
            "get_partition_names",
            json!({ "db_name": DB, "tbl_name": "p", "max_parts": -1 }),
        ),
    ]
}

fn appending() -> Vec<Step> {
    let append = |table: &str, values: Value| {
        call(
            "append_partition",
            json!({ "db_name": DB, "tbl_name": table, "part_vals": values }),
        )
    };
    let by_name = |table: &str, name: &str| {
        call(
            "append_partition_by_name",
            json!({ "db_name": DB, "tbl_name": table, "part_name": name }),
        )
    };
    vec![
        append("p", json!(["app", "1"])),
        append("p", json!(["app", "1"])),
        append("p", json!(["app"])),
        append("p", json!([])),
        append("p", Value::Null),
        append("none", json!(["a"])),
        append("plain", json!(["a"])),
        by_name("p", "ds=app/n=2"),
        by_name("p", "ds=app%2Fx/n=3"),
        by_name("p", "n=4/ds=app"),
        by_name("p", "ds=app"),
        by_name("p", "junk"),
        by_name("p", ""),
        by_name("none", "ds=a"),
    ]
}

fn altering() -> Vec<Step> {
    let alter = |table: &str, new: Value| {
        call(
            "alter_partition",
            json!({ "db_name": DB, "tbl_name": table, "new_part": new }),
        )
    };
    let many = |table: &str, parts: Value| {
        call(
            "alter_partitions",
            json!({ "db_name": DB, "tbl_name": table, "new_parts": parts }),
        )
    };
    vec![
        get("p", &["a", "1"]).keep("a"),
        get("p", &["m", "2"]).keep("m"),
        alter(
            "p",
            patched("a", json!({ "/parameters/x": "1", "/lastAccessTime": 5 })),
        ),
        get("p", &["a", "1"]),
        alter(
            "p",
            patched(
                "a",
                json!({ "/parameters/transient_lastDdlTime": null, "/createTime": 4 }),
            ),
        ),
        get("p", &["a", "1"]),
        alter(
            "p",
            patched(
                "a",
                json!({ "/sd/location": "file://WAREHOUSE/new place", "/sd/cols": [] }),
            ),
        ),
        get("p", &["a", "1"]),
        alter("p", patched("a", json!({ "/values": ["zzz", "1"] }))),
        alter("p", patched("a", json!({ "/values": ["a"] }))),
        alter("p", patched("a", json!({ "/values": null }))),
        alter("p", patched("a", json!({ "/sd": null }))),
        alter("p", patched("a", json!({ "/sd/location": null }))),
        get("p", &["a", "1"]),
        alter("p", patched("a", json!({ "/tableName": "one" }))),
        alter("none", patched("a", json!({ "/tableName": "none" }))),
        alter("p", Value::Null),
        call(
            "alter_partition_with_environment_context",
            json!({
                "db_name": DB, "tbl_name": "p", "new_part": patched("a", json!({ "/parameters/y": "2" })),
                "environment_context": { "properties": { "DO_NOT_UPDATE_STATS": "true" } },
            }),
        ),
        call(
            "alter_partition_with_environment_context",
            json!({
                "db_name": DB, "tbl_name": "p", "new_part": patched("a", json!({ "/parameters/y": "3" })),
            }),
        ),
        get("p", &["a", "1"]),
        many(
            "p",
            json!([
                patched("a", json!({ "/parameters/z": "1" })),
                patched("m", json!({ "/parameters/z": "2" }))
            ]),
        ),
        get("p", &["m", "2"]),
        many(
            "p",
            json!([
                patched("m", json!({ "/parameters/z": "9" })),
                patched("a", json!({ "/values": ["zzz", "1"] }))
            ]),
        ),
        get("p", &["m", "2"]),
        many("p", json!([])),
        many("p", Value::Null),
        many(
            "none",
            json!([patched("a", json!({ "/tableName": "none" }))]),
        ),
        call(
            "alter_partitions_with_environment_context",
            json!({
                "db_name": DB, "tbl_name": "p", "new_parts": [patched("m", json!({ "/parameters/z": "3" }))],
            }),
        ),
        get("p", &["m", "2"]),
    ]
}

fn renaming() -> Vec<Step> {
    let rename = |table: &str, values: Value, new: Value| {
        call(
            "rename_partition",
            json!({ "db_name": DB, "tbl_name": table, "part_vals": values, "new_part": new }),
        )
    };
    vec![
        get("p", &["m", "3"]).keep("m3"),
        rename(
            "p",
            json!(["m", "3"]),
            patched("m3", json!({ "/values": ["m", "33"] })),
        ),
        get("p", &["m", "33"]),
        get("p", &["m", "3"]),
        rename(
            "p",
            json!(["m", "3"]),
            patched("m3", json!({ "/values": ["m", "34"] })),
        ),
        rename(
            "p",
            json!(["m", "33"]),
            patched("m3", json!({ "/values": ["m", "1"] })),
        ),
        rename(
            "p",
            json!(["m", "33"]),
            patched("m3", json!({ "/values": ["m"] })),
        ),
        rename(
            "p",
            json!(["m"]),
            patched("m3", json!({ "/values": ["m", "35"] })),
        ),
        rename(
            "p",
            json!([]),
            patched("m3", json!({ "/values": ["m", "35"] })),
        ),
        rename(
            "p",
            Value::Null,
            patched("m3", json!({ "/values": ["m", "35"] })),
        ),
        rename("p", json!(["m", "33"]), Value::Null),
        rename(
            "none",
            json!(["m"]),
            patched("m3", json!({ "/tableName": "none" })),
        ),
        call(
            "get_partition_names",
            json!({ "db_name": DB, "tbl_name": "p", "max_parts": -1 }),
        ),
    ]
}

fn dropping() -> Vec<Step> {
    let drop = |table: &str, values: Value| {
        call(
            "drop_partition",
            json!({ "db_name": DB, "tbl_name": table, "part_vals": values, "deleteData": true }),
        )
    };
    let by_name = |table: &str, name: Value| {
        call(
            "drop_partition_by_name",
            json!({ "db_name": DB, "tbl_name": table, "part_name": name, "deleteData": true }),
        )
    };
    let request = |request: Value| call("drop_partitions_req", json!({ "req": request }));
    vec![
        drop("p", json!(["a", "1"])),
        drop("p", json!(["a", "1"])),
        drop("p", json!(["a"])),
        drop("p", json!([])),
        drop("p", Value::Null),
        drop("none", json!(["a"])),
        drop("plain", json!(["a"])),
        by_name("p", json!("ds=m/n=1")),
        by_name("p", json!("ds=m/n=1")),
        by_name("p", json!("junk")),
        by_name("p", json!("")),
        by_name("p", Value::Null),
        call(
            "drop_partition_with_environment_context",
            json!({
                "db_name": DB, "tbl_name": "p", "part_vals": ["m", "2"], "deleteData": true,
            }),
        ),
        call(
            "drop_partition_with_environment_context",
            json!({
                "db_name": DB, "tbl_name": "p", "part_vals": ["m", "2"], "deleteData": true,
            }),
        ),
        request(
            json!({ "dbName": DB, "tblName": "p", "parts": { "names": ["ds=q/n=1", "ds=q/n=2"] }, "deleteData": true }),
        ),
        request(
            json!({ "dbName": DB, "tblName": "p", "parts": { "names": ["ds=q/n=3", "ds=zzz/n=2"] }, "deleteData": true, "ifExists": false }),
        ),
        request(
            json!({ "dbName": DB, "tblName": "p", "parts": { "names": ["ds=q/n=3", "ds=zzz/n=2"] }, "deleteData": true, "ifExists": true, "needResult": false }),
        ),
        call(
            "get_partition_names",
            json!({ "db_name": DB, "tbl_name": "p", "max_parts": -1 }),
        ),
        call(
            "drop_table",
            json!({ "dbname": DB, "name": "p", "deleteData": true }),
        ),
        call(
            "get_partition_names",
            json!({ "db_name": DB, "tbl_name": "p", "max_parts": -1 }),
        ),
    ]
}
