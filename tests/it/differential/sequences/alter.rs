//! Tables changed: properties, columns, types, renames, cascades and the compare-and-set of Iceberg.

use serde_json::{Value, json};

use super::super::reasons::{EMPTY_LOCATION, KEYS_WITHOUT_CASE, NO_KEYS, SWAP_IS_CHECKED};
use super::super::step::{Step, call, patched};
use super::{column, create_database, create_table, partition, table, with};

const DB: &str = "alter_db";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![
        create_database(DB),
        create_database("alter_other"),
        create_table(table(DB, "t", &[])),
        create_table(table(DB, "taken", &[])),
        create_table(table(
            DB,
            "p",
            &[column("ds", "string"), column("n", "int")],
        )),
        create_table(with(
            table(DB, "e", &[]),
            &[
                ("/tableType", json!("EXTERNAL_TABLE")),
                ("/parameters", json!({ "EXTERNAL": "TRUE" })),
            ],
        )),
        call(
            "add_partition",
            json!({ "new_part": partition(DB, "p", &["a", "1"]) }),
        ),
    ];
    steps.extend(properties());
    steps.extend(columns());
    steps.extend(renames());
    steps.extend(cascades());
    steps.extend(refused());
    steps
}

fn get(name: &str) -> Step {
    call("get_table", json!({ "dbname": DB, "tbl_name": name }))
}

fn alter(name: &str, new: Value) -> Step {
    call(
        "alter_table",
        json!({ "dbname": DB, "tbl_name": name, "new_tbl": new }),
    )
}

fn alter_with(name: &str, new: Value, properties: Value) -> Step {
    call(
        "alter_table_with_environment_context",
        json!({
            "dbname": DB, "tbl_name": name, "new_tbl": new,
            "environment_context": { "properties": properties },
        }),
    )
}

fn properties() -> Vec<Step> {
    vec![
        get("t").keep("t"),
        alter(
            "t",
            patched("t", json!({ "/parameters/a": "1", "/owner": "bob" })),
        ),
        get("t").keep("t"),
        alter(
            "t",
            patched("t", json!({ "/parameters/transient_lastDdlTime": null })),
        ),
        get("t"),
        alter(
            "T",
            patched(
                "t",
                json!({ "/retention": 5, "/lastAccessTime": 77, "/createTime": 3 }),
            ),
        ),
        get("t"),
        alter(
            "t",
            patched("t", json!({ "/sd/location": "file://WAREHOUSE/moved_t" })),
        ),
        get("t"),
        alter_with(
            "t",
            patched("t", json!({ "/parameters/b": "2" })),
            json!({ "DO_NOT_UPDATE_STATS": "true" }),
        ),
        get("t"),
        alter_with(
            "t",
            patched("t", json!({ "/parameters/numRows": "10" })),
            json!({ "STATS_GENERATED": "TASK" }),
        ),
        get("t"),
        alter_with(
            "t",
            patched("t", json!({ "/parameters/numRows": "11" })),
            json!({ "STATS_GENERATED": "USER" }),
        ),
        get("t"),
        call(
            "alter_table_with_environment_context",
            json!({
                "dbname": DB, "tbl_name": "t", "new_tbl": patched("t", json!({ "/parameters/c": "3" })),
            }),
        ),
        get("t"),
        alter("t", patched("t", json!({ "/parameters": null }))),
        get("t"),
        alter(
            "t",
            patched(
                "t",
                json!({ "/tableType": "EXTERNAL_TABLE", "/parameters/EXTERNAL": "TRUE" }),
            ),
        ),
        get("t"),
        alter(
            "t",
            patched(
                "t",
                json!({ "/viewOriginalText": "x", "/viewExpandedText": "y" }),
            ),
        ),
        get("t"),
        alter("t", patched("t", json!({}))),
        get("t").keep("t"),
    ]
}

fn columns() -> Vec<Step> {
    let columns = |columns: Value| patched("t", json!({ "/sd/cols": columns }));
    let mut steps = Vec::new();
    let forms = [
        json!([{ "name": "id", "type": "bigint" }, { "name": "note", "type": "string" }, { "name": "more", "type": "int", "comment": "c" }]),
        json!([{ "name": "id", "type": "double" }, { "name": "note", "type": "varchar(5)" }]),
        json!([{ "name": "id", "type": "string" }, { "name": "note", "type": "string" }]),
        json!([{ "name": "renamed", "type": "string" }, { "name": "note", "type": "char(2)" }]),
        json!([{ "name": "id", "type": "int" }, { "name": "note", "type": "string" }]),
        json!([{ "name": "note", "type": "string" }, { "name": "id", "type": "bigint" }]),
        json!([{ "name": "id", "type": "array<int>" }]),
        json!([{ "name": "id", "type": "NOSUCH" }]),
        json!([{ "name": "note", "type": "string" }]),
        json!([]),
    ];
    for form in forms {
        steps.extend([alter("t", columns(form)), get("t")]);
    }
    steps.push(alter("t", patched("t", json!({}))));
    steps
}

fn renames() -> Vec<Step> {
    vec![
        create_table(table(DB, "r", &[])),
        get("r").keep("r"),
        alter("r", patched("r", json!({ "/tableName": "Renamed" }))),
        get("renamed").keep("r"),
        get("r"),
        alter("renamed", patched("r", json!({ "/tableName": "taken" }))),
        alter("renamed", patched("r", json!({ "/tableName": "TAKEN" }))),
        create_table(table(DB, "odd", &[])),
        get("odd").keep("odd"),
        alter("odd", patched("odd", json!({ "/tableName": "odd name" }))),
        alter("renamed", patched("r", json!({ "/tableName": "" }))),
        alter("renamed", patched("r", json!({ "/tableName": "RENAMED" }))),
        get("renamed"),
        alter("renamed", patched("r", json!({ "/dbName": "alter_other" }))),
        call(
            "get_table",
            json!({ "dbname": "alter_other", "tbl_name": "renamed" }),
        )
        .keep("r"),
        call(
            "alter_table",
            json!({
                "dbname": "alter_other", "tbl_name": "renamed", "new_tbl": patched("r", json!({ "/dbName": "none" })),
            }),
        ),
        get("e").keep("e"),
        alter("e", patched("e", json!({ "/tableName": "e2" }))),
        get("e2"),
        get("p").keep("p"),
        alter("p", patched("p", json!({ "/tableName": "p2" }))),
        get("p2").keep("p"),
        call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "p2", "part_vals": ["a", "1"] }),
        ),
        call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "p", "part_vals": ["a", "1"] }),
        ),
        alter("p2", patched("p", json!({ "/tableName": "p" }))),
        get("p").keep("p"),
    ]
}

fn cascades() -> Vec<Step> {
    let wider = json!([
        { "name": "id", "type": "bigint" }, { "name": "note", "type": "string" }, { "name": "x", "type": "int" },
    ]);
    let widest = json!([
        { "name": "id", "type": "bigint" }, { "name": "note", "type": "string" }, { "name": "x", "type": "int" },
        { "name": "y", "type": "date" },
    ]);
    let read = || {
        call(
            "get_partition",
            json!({ "db_name": DB, "tbl_name": "p", "part_vals": ["a", "1"] }),
        )
    };
    let keys = |keys: Value| alter("p", patched("p", json!({ "/partitionKeys": keys })));
    vec![
        alter("p", patched("p", json!({ "/sd/cols": wider }))),
        read(),
        alter_with(
            "p",
            patched("p", json!({ "/sd/cols": widest })),
            json!({ "CASCADE": "true" }),
        ),
        read(),
        call(
            "alter_table_with_cascade",
            json!({
                "dbname": DB, "tbl_name": "p", "new_tbl": patched("p", json!({ "/sd/cols": wider })), "cascade": true,
            }),
        ),
        read(),
        keys(json!([{ "name": "ds", "type": "string" }])),
        keys(json!([{ "name": "n", "type": "int" }, { "name": "ds", "type": "string" }])),
        keys(json!([{ "name": "DS", "type": "string" }, { "name": "n", "type": "int" }]))
            .differs(KEYS_WITHOUT_CASE),
        keys(
            json!([{ "name": "ds", "type": "date", "comment": "c" }, { "name": "n", "type": "bigint" }]),
        ),
        get("p"),
        keys(json!([])),
    ]
}

fn refused() -> Vec<Step> {
    let swap = |old: &str, new: &str| {
        alter_with(
            "t",
            patched("t", json!({ "/parameters/metadata_location": new })),
            json!({
                "expected_parameter_key": "metadata_location", "expected_parameter_value": old,
            }),
        )
    };
    vec![
        alter("none", patched("t", json!({}))),
        alter("none", patched("t", json!({ "/tableName": "none" }))),
        call(
            "alter_table",
            json!({ "dbname": "none", "tbl_name": "t", "new_tbl": patched("t", json!({ "/dbName": "none" })) }),
        ),
        call("alter_table", json!({ "dbname": DB, "tbl_name": "t" })),
        call(
            "alter_table",
            json!({ "dbname": DB, "new_tbl": patched("t", json!({})) }),
        ),
        call(
            "alter_table",
            json!({ "tbl_name": "t", "new_tbl": patched("t", json!({})) }),
        ),
        call("alter_table", json!({})),
        alter("t", patched("t", json!({ "/sd": null }))),
        alter("t", patched("t", json!({ "/sd/cols": null }))),
        alter("t", patched("t", json!({ "/sd/serdeInfo": null }))),
        alter("t", patched("t", json!({ "/sd/location": null }))).differs(EMPTY_LOCATION),
        alter("t", patched("t", json!({ "/sd/location": "" }))).differs(EMPTY_LOCATION),
        alter("t", patched("t", json!({ "/tableName": null }))),
        alter("t", patched("t", json!({ "/dbName": null }))),
        alter("t", patched("t", json!({ "/partitionKeys": null }))).differs(NO_KEYS),
        get("t"),
        alter(
            "t",
            patched("t", json!({ "/parameters/metadata_location": "m1" })),
        ),
        swap("m1", "m2"),
        get("t"),
        swap("m1", "m3").differs(SWAP_IS_CHECKED),
        get("t").differs(SWAP_IS_CHECKED),
    ]
}
