//! User functions.

use serde_json::{Value, json};

use super::super::reasons::NO_OWNER;
use super::super::step::{Step, call};
use super::{create_database, with};

const DB: &str = "functions_db";

fn function(name: &str) -> Value {
    json!({
        "functionName": name, "dbName": DB, "className": "org.example.F", "ownerName": "ann",
        "ownerType": "USER", "createTime": 0, "functionType": "JAVA",
        "resourceUris": [
            { "resourceType": "JAR", "uri": "file:/x/a.jar" }, { "resourceType": "FILE", "uri": "s3://b/c" },
        ],
    })
}

pub(super) fn steps() -> Vec<Step> {
    let create = |function: Value| call("create_function", json!({ "func": function }));
    let get =
        |db: &str, name: &str| call("get_function", json!({ "dbName": db, "funcName": name }));
    let list = |db: &str, pattern: Value| {
        call("get_functions", json!({ "dbName": db, "pattern": pattern }))
    };
    let alter = |name: &str, new: Value| {
        call(
            "alter_function",
            json!({ "dbName": DB, "funcName": name, "newFunc": new }),
        )
    };
    let drop =
        |db: &str, name: &str| call("drop_function", json!({ "dbName": db, "funcName": name }));
    vec![
        create_database(DB),
        list(DB, json!("*")),
        get(DB, "f"),
        create(function("f_one")),
        get(DB, "f_one"),
        get("FUNCTIONS_DB", "F_ONE"),
        create(function("f_one")),
        create(function("f_two")),
        create(with(function("no_uris"), &[("/resourceUris", Value::Null)])),
        get(DB, "no_uris"),
        create(with(
            function("no_owner"),
            &[("/ownerName", Value::Null), ("/ownerType", Value::Null)],
        ))
        .differs(NO_OWNER),
        get(DB, "no_owner").differs(NO_OWNER),
        drop(DB, "no_owner").differs(NO_OWNER),
        create(function("bad name")),
        create(function("")),
        create(with(function("x"), &[("/dbName", json!("none"))])),
        create(with(function("no_class"), &[("/className", Value::Null)])),
        create(with(function("no_db"), &[("/dbName", Value::Null)])),
        call("create_function", json!({})),
        get(DB, "f"),
        get("none", "f"),
        call("get_function", json!({})),
        list(DB, json!("*")),
        list(DB, json!("f_*")),
        list(DB, json!("F_TWO|no_*")),
        list(DB, json!("f")),
        list("none", json!("*")),
        list(DB, Value::Null),
        call("get_all_functions", json!({})),
        alter(
            "f_two",
            with(
                function("f_two"),
                &[
                    ("/className", json!("org.example.G")),
                    ("/resourceUris", json!([])),
                ],
            ),
        ),
        get(DB, "f_two"),
        alter("f_two", function("f_three")),
        get(DB, "f_three"),
        alter("f_none", function("f_none")),
        drop(DB, "f_three"),
        drop(DB, "f_three"),
        drop("none", "f"),
        list(DB, json!("*")),
        call(
            "drop_database",
            json!({ "name": DB, "deleteData": true, "cascade": true }),
        ),
    ]
}
