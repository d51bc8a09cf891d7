//! Tables: made, read and dropped; views, odd names, what the server fills in and what it refuses.

use serde_json::{Value, json};

use super::super::reasons::{EXTERNAL_IN_ANY_CASE, NAME_ONCE, NO_INDEX_TABLES};
use super::super::step::{Step, call};
use super::{column, create_database, create_table, storage, table, with};

const DB: &str = "tables_db";

pub(super) fn steps() -> Vec<Step> {
    let mut steps = vec![create_database(DB)];
    steps.extend(making());
    steps.extend(filled_in());
    steps.extend(refused());
    steps.extend(columns_and_fields());
    steps.extend(dropping());
    steps.extend(odd());
    steps
}

/// What only one of the servers can make or drop, in a database of its own.
fn odd() -> Vec<Step> {
    let odd = "tables_odd";
    let drop_database = call(
        "drop_database",
        json!({ "name": odd, "deleteData": true, "cascade": true }),
    );
    vec![
        create_database(odd),
        create_table(table(odd, "with space", &[])),
        create_table(with(
            table(odd, "key_is_column", &[]),
            &[(
                "/partitionKeys",
                json!([{ "name": "id", "type": "string" }]),
            )],
        ))
        .differs(NAME_ONCE),
        create_table(table(odd, "with-dash", &[])),
        create_table(table(odd, "with.dot", &[])),
        create_table(with(
            table(odd, "index_like", &[]),
            &[("/tableType", json!("INDEX_TABLE"))],
        )),
        call(
            "get_table",
            json!({ "dbname": odd, "tbl_name": "index_like" }),
        ),
        drop_database.differs(NO_INDEX_TABLES),
    ]
}

fn get(name: &str) -> Step {
    call("get_table", json!({ "dbname": DB, "tbl_name": name }))
}

/// Makes a table that differs from the plain one in these places, and reads it.
fn make(name: &str, changes: &[(&str, Value)]) -> [Step; 2] {
    [create_table(with(table(DB, name, &[]), changes)), get(name)]
}

fn making() -> Vec<Step> {
    let mut steps = vec![
        get("none"),
        call("get_table", json!({ "dbname": "none", "tbl_name": "t" })),
    ];
    steps.extend(make("plain", &[]));
    steps.extend([
        get("PLAIN"),
        create_table(table(DB, "plain", &[])),
        create_table(table(DB, "Plain", &[])),
    ]);
    steps.extend([
        create_table(table(
            "Tables_DB",
            "Mixed_Case",
            &[column("DS", "string"), column("Hour", "int")],
        )),
        get("mixed_case"),
    ]);
    steps.extend(make(
        "external",
        &[
            ("/tableType", json!("EXTERNAL_TABLE")),
            (
                "/parameters",
                json!({ "EXTERNAL": "TRUE", "comment": "바깥 😀", "empty": "" }),
            ),
            ("/sd/location", json!("file://WAREHOUSE/outside/external")),
        ],
    ));
    steps.extend(make(
        "external_by_type_only",
        &[("/tableType", json!("EXTERNAL_TABLE"))],
    ));
    let [make_external, get_external] = make(
        "external_by_parameter_only",
        &[("/parameters", json!({ "EXTERNAL": "true" }))],
    );
    steps.extend([make_external, get_external.differs(EXTERNAL_IN_ANY_CASE)]);
    steps.extend(make(
        "view",
        &[
            ("/tableType", json!("VIRTUAL_VIEW")),
            ("/viewOriginalText", json!("SELECT 1")),
            ("/viewExpandedText", json!("SELECT `x`.`a` FROM `x`")),
            (
                "/parameters",
                json!({ "presto_view": "true", "comment": "Presto View" }),
            ),
        ],
    ));
    steps.extend(make(
        "materialized",
        &[
            ("/tableType", json!("MATERIALIZED_VIEW")),
            ("/viewOriginalText", json!("SELECT 2")),
        ],
    ));
    steps.extend(make("odd_type", &[("/tableType", json!("SOMETHING"))]));
    steps.extend(make("no_type", &[("/tableType", Value::Null)]));
    steps.extend([
        call("create_table_with_environment_context", json!({
            "tbl": table(DB, "by_context", &[]), "environment_context": { "properties": { "x": "y" } },
        })),
        get("by_context"),
        call("create_table_with_environment_context", json!({ "tbl": table(DB, "no_context", &[]) })),
        call("get_table_req", json!({ "req": { "dbName": DB, "tblName": "no_context" } })),
        call("get_table_req", json!({
            "req": { "dbName": DB, "tblName": "plain", "capabilities": { "values": ["INSERT_ONLY_TABLES"] } },
        })),
        call("get_table_req", json!({ "req": { "dbName": DB, "tblName": "none" } })),
        call("get_table_req", json!({ "req": { "dbName": "none", "tblName": "none" } })),
    ]);
    steps
}

/// What a client leaves out and the server completes.
fn filled_in() -> Vec<Step> {
    let mut steps = Vec::new();
    steps.extend(make(
        "relative",
        &[("/sd/location", json!("WAREHOUSE/relative//path/"))],
    ));
    steps.extend(make(
        "with_time",
        &[
            ("/createTime", json!(1_000_000)),
            ("/lastAccessTime", json!(1_100_000)),
            ("/retention", json!(30)),
            ("/parameters", json!({ "transient_lastDdlTime": "12345" })),
        ],
    ));
    steps.extend(make(
        "no_owner",
        &[("/owner", Value::Null), ("/parameters", Value::Null)],
    ));
    steps.extend(make("privileged", &[("/privileges", json!({
        "userPrivileges": {
            "ann": [{ "privilege": "SELECT", "createTime": 0, "grantor": "ann", "grantorType": "USER", "grantOption": true }],
        },
    }))]));
    steps.extend(make(
        "bucketed",
        &[
            ("/sd/numBuckets", json!(4)),
            ("/sd/bucketCols", json!(["id"])),
            ("/sd/sortCols", json!([{ "col": "note", "order": 0 }])),
            ("/sd/compressed", json!(true)),
            ("/sd/storedAsSubDirectories", json!(true)),
            ("/sd/parameters", json!({ "p": "q", "empty": "" })),
        ],
    ));
    steps.extend(make(
        "skewed",
        &[(
            "/sd/skewedInfo",
            json!({
                "skewedColNames": ["id"],
                "skewedColValues": [["1"], ["2"]],
                "skewedColValueLocationMaps": [[["1"], "file:/skew/1"]],
            }),
        )],
    ));
    steps.extend(make("serde", &[("/sd/serdeInfo", json!({
        "name": "named", "serializationLib": "x.Y", "parameters": { "a": "", "field.delim": "\u{1}", "한": "글" },
    }))]));
    steps.extend(make(
        "bare_sd",
        &[("/sd", json!({ "cols": [], "serdeInfo": {} }))],
    ));
    steps.extend(make(
        "columns",
        &[(
            "/sd",
            storage(&[
                column("MixedCase", "decimal(10,2)"),
                column("s", "struct<a:int,b:array<string>>"),
                column("m", "map<string,uniontype<int,double>>"),
                json!({ "name": "commented", "type": "string", "comment": "설명 🎉" }),
                json!({ "name": "empty comment", "type": "char(3)", "comment": "" }),
                column("t", "timestamp with local time zone"),
                column("i", "interval_day_time"),
                column("v", "void"),
                column("한글", "varchar(20)"),
            ]),
        )],
    ));
    steps.extend(make(
        "long_value",
        &[("/parameters", json!({ "long": "x".repeat(3_900) }))],
    ));
    steps.extend(make("under_score_1", &[]));
    steps.extend(make("1234", &[]));
    steps.extend(make("with/slash", &[]));
    steps
}

fn refused() -> Vec<Step> {
    let refuse =
        |name: &str, changes: &[(&str, Value)]| create_table(with(table(DB, name, &[]), changes));
    let typed = |name: &str, ty: &str| refuse(name, &[("/sd", storage(&[column("a", ty)]))]);
    vec![
        create_table(table("none", "t", &[])),
        refuse("no_database", &[("/dbName", Value::Null)]),
        refuse("no_name", &[("/tableName", Value::Null)]),
        refuse("", &[]),
        refuse("표", &[]),
        refuse("no_sd", &[("/sd", Value::Null)]),
        refuse("no_cols", &[("/sd/cols", Value::Null)]),
        refuse("no_serde", &[("/sd/serdeInfo", Value::Null)]),
        get("no_serde"),
        refuse("no_keys", &[("/partitionKeys", Value::Null)]),
        get("no_keys"),
        typed("bad_type_1", "INT"),
        typed("bad_type_2", "integer"),
        typed("bad_type_3", "numeric(3)"),
        typed("bad_type_4", "timestamptz"),
        typed("bad_type_5", ""),
        typed("odd_type_1", "array<no_such>"),
        typed("odd_type_2", "decimal(10,2"),
        typed("odd_type_3", "<derived from deserializer>"),
        refuse("null_type", &[("/sd", storage(&[json!({ "name": "a" })]))]),
        refuse(
            "null_column_name",
            &[("/sd", storage(&[json!({ "type": "int" })]))],
        ),
        refuse(
            "bad_key",
            &[("/partitionKeys", json!([{ "name": "p", "type": "BIGINT" }]))],
        ),
        refuse(
            "bad_skew",
            &[(
                "/sd/skewedInfo",
                json!({
                    "skewedColNames": ["zzz"], "skewedColValues": [["1"]], "skewedColValueLocationMaps": [],
                }),
            )],
        ),
        refuse(
            "bad_location",
            &[("/sd/location", json!("nosuchfs://host/x"))],
        ),
        call("create_table", json!({})),
        call("create_table", json!({ "tbl": {} })),
        call("get_table", json!({})),
        call("get_table", json!({ "dbname": DB })),
        call("get_table", json!({ "tbl_name": "plain" })),
        call("get_table", json!({ "dbname": "", "tbl_name": "plain" })),
        call("get_table", json!({ "dbname": DB, "tbl_name": "" })),
        call("get_table_req", json!({})),
        call("get_table_req", json!({ "req": {} })),
    ]
}

fn columns_and_fields() -> Vec<Step> {
    let fields = |method: &str, db: &str, name: &str| {
        call(method, json!({ "db_name": db, "table_name": name }))
    };
    let mut steps = Vec::new();
    for method in [
        "get_fields",
        "get_schema",
        "get_schema_with_environment_context",
        "get_fields_with_environment_context",
    ] {
        steps.extend([
            fields(method, DB, "mixed_case"),
            fields(method, DB, "MIXED_CASE"),
            fields(method, DB, "columns"),
            fields(method, DB, "view"),
            fields(method, DB, "none"),
            fields(method, "none", "none"),
            fields(method, DB, "mixed_case.id"),
            call(method, json!({})),
        ]);
    }
    steps
}

fn dropping() -> Vec<Step> {
    let drop = |name: &str| {
        call(
            "drop_table",
            json!({ "dbname": DB, "name": name, "deleteData": true }),
        )
    };
    vec![
        drop("plain"),
        get("plain"),
        drop("plain"),
        drop("EXTERNAL"),
        drop("view"),
        drop("none"),
        call(
            "drop_table",
            json!({ "dbname": "none", "name": "t", "deleteData": true }),
        ),
        call("drop_table", json!({})),
        call("drop_table", json!({ "dbname": DB })),
        call(
            "drop_table_with_environment_context",
            json!({
                "dbname": DB, "name": "by_context", "deleteData": true,
                "environment_context": { "properties": { "ifPurge": "TRUE" } },
            }),
        ),
        call(
            "drop_table_with_environment_context",
            json!({ "dbname": DB, "name": "no_context", "deleteData": false }),
        ),
        call(
            "drop_table_with_environment_context",
            json!({ "dbname": DB, "name": "no_context", "deleteData": false }),
        ),
        call("get_all_tables", json!({ "db_name": DB })),
        call(
            "drop_database",
            json!({ "name": DB, "deleteData": true, "cascade": true }),
        ),
        call("get_all_tables", json!({ "db_name": DB })),
    ]
}
