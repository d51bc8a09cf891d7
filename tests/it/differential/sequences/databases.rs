//! Databases: made, read, changed and dropped, with every way to go wrong.

use serde_json::json;

use super::super::reasons::{DATABASE_CHANGES, EMPTY_LOCATION};
use super::super::step::{Step, call, kept, patched};
use super::{column, create_database, create_table, table, with};

pub(super) fn steps() -> Vec<Step> {
    let mut steps = making();
    steps.extend(changing());
    steps.extend(dropping());
    steps
}

fn get(name: &str) -> Step {
    call("get_database", json!({ "name": name }))
}

fn drop(name: &str, cascade: bool) -> Step {
    call(
        "drop_database",
        json!({ "name": name, "deleteData": true, "cascade": cascade }),
    )
}

fn making() -> Vec<Step> {
    let create = |database| call("create_database", json!({ "database": database }));
    vec![
        get("databases_none"),
        create(json!({
            "name": "Databases_A", "description": "first 첫째", "ownerName": "ann", "ownerType": "USER",
            "parameters": { "k": "v", "empty": "" },
        })),
        get("databases_a"),
        get("DATABASES_A"),
        get(" databases_a "),
        create(json!({ "name": "databases_a" })),
        create(json!({ "name": "DATABASES_A", "parameters": {} })),
        create(json!({ "name": "databases_b" })),
        get("databases_b"),
        create(
            json!({ "name": "databases_c", "locationUri": "file://WAREHOUSE/elsewhere", "ownerName": "grp", "ownerType": "GROUP" }),
        ),
        get("databases_c"),
        create(json!({ "name": "databases_s", "locationUri": "WAREHOUSE/slash//x/" })),
        get("databases_s"),
        create(json!({ "name": "databases_no_owner_type", "ownerName": "bob", "parameters": {} })),
        get("databases_no_owner_type"),
        create(json!({ "name": "databases_empty_location", "locationUri": "", "description": "" }))
            .differs(EMPTY_LOCATION),
        get("databases_empty_location").differs(EMPTY_LOCATION),
        drop("databases_empty_location", false).differs(EMPTY_LOCATION),
        create(json!({ "name": "" })),
        create(json!({ "name": "databases bad" })),
        create(json!({ "name": "databases-bad" })),
        create(json!({ "name": "databases.bad" })),
        create(json!({ "name": "데이터" })),
        create(json!({})),
        call("create_database", json!({})),
        call("get_database", json!({})),
        get(""),
        call("get_databases", json!({ "pattern": "databases_*" })),
        call(
            "get_databases",
            json!({ "pattern": "DATABASES_A|databases_c" }),
        ),
        call("get_databases", json!({ "pattern": "databases_a" })),
        call("get_databases", json!({ "pattern": "databases_?" })),
        call("get_databases", json!({ "pattern": "databases_[ab]" })),
        call("get_databases", json!({ "pattern": "*_a" })),
        call("get_databases", json!({ "pattern": "databases_.*" })),
        call("get_databases", json!({ "pattern": "nothing*" })),
        call("get_databases", json!({ "pattern": "" })),
    ]
}

fn changing() -> Vec<Step> {
    let alter = |name: &str, db| call("alter_database", json!({ "dbname": name, "db": db }));
    vec![
        get("databases_a").keep("a"),
        alter(
            "databases_a",
            patched("a", json!({ "/parameters/k": "w", "/parameters/new": "1" })),
        ),
        get("databases_a"),
        alter(
            "databases_a",
            patched("a", json!({ "/ownerName": "role1", "/ownerType": "ROLE" })),
        ),
        get("databases_a"),
        alter(
            "databases_a",
            patched("a", json!({ "/description": "second" })),
        ),
        get("databases_a").differs(DATABASE_CHANGES),
        alter(
            "databases_a",
            patched("a", json!({ "/name": "databases_renamed" })),
        ),
        get("databases_a"),
        get("databases_renamed"),
        alter("databases_a", patched("a", json!({ "/parameters": null }))),
        get("databases_a"),
        alter(
            "databases_a",
            patched("a", json!({ "/locationUri": "file://WAREHOUSE/moved" })),
        ),
        get("databases_a").differs(DATABASE_CHANGES),
        alter("databases_none", kept("a")),
        call(
            "alter_database",
            json!({ "dbname": "databases_a", "db": null }),
        ),
        call(
            "alter_database",
            json!({ "dbname": null, "db": { "@": "a" } }),
        ),
    ]
}

fn dropping() -> Vec<Step> {
    let function = json!({
        "functionName": "f", "dbName": "databases_b", "className": "a.B", "ownerName": "ann",
        "ownerType": "USER", "createTime": 0, "functionType": "JAVA", "resourceUris": [],
    });
    vec![
        create_table(table("databases_a", "t", &[])),
        create_table(table("databases_a", "p", &[column("ds", "string")])),
        create_table(with(
            table("databases_a", "v", &[]),
            &[("/tableType", json!("VIRTUAL_VIEW"))],
        )),
        drop("databases_a", false),
        drop("databases_none", false),
        drop("", false),
        call("drop_database", json!({})),
        drop("default", false),
        drop("default", true),
        call("create_function", json!({ "func": function })),
        drop("databases_b", false),
        call(
            "drop_function",
            json!({ "dbName": "databases_b", "funcName": "f" }),
        ),
        drop("DATABASES_A", true),
        get("databases_a"),
        call(
            "get_table",
            json!({ "dbname": "databases_a", "tbl_name": "t" }),
        ),
        drop("databases_b", false),
        drop("databases_b", false),
        create_database("databases_b"),
        get("databases_b"),
        drop("databases_b", true),
    ]
}
