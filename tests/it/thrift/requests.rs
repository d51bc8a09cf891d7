//! The forms of table calls that Hive 3 and 4 clients send for what older ones spell otherwise.

use super::databases::fault;
use super::objects::{descriptor, partitioned, table};
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    a_table_lives_through_the_forms_of_hive_4,
    a_commit_by_request_wins_only_where_the_parameter_is_as_expected,
    constraints_in_a_create_are_refused,
    older_spellings_do_the_same,
    a_cascade_reaches_the_partitions,
);

fn at(name: &str) -> Value {
    json!({ "catName": "hive", "dbName": "default", "tblName": name })
}

fn create(client: &mut Client, table: &Value) {
    let request = json!({ "request": { "table": table } });
    client.call("create_table_req", request).unwrap();
}

fn get(client: &mut Client, name: &str) -> Value {
    let found = client.call("get_table_req", json!({ "req": at(name) }));
    found.unwrap()["table"].clone()
}

fn names(columns: &Value) -> Vec<&str> {
    let columns = columns.as_array().unwrap().iter();
    columns.map(|one| one["name"].as_str().unwrap()).collect()
}

async fn a_table_lives_through_the_forms_of_hive_4(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            create(client, &partitioned("default", "t", &[("dt", "string")]));
            let again = json!({ "request": { "table": table("default", "t") } });
            let taken = client.call("create_table_req", again).unwrap_err();
            assert_eq!(fault(&taken), ("AlreadyExistsException", 1));

            let fields = client.call("get_fields_req", json!({ "req": at("t") }));
            assert_eq!(names(&fields.unwrap()["fields"]), ["id", "name"]);
            let schema = client.call("get_schema_req", json!({ "req": at("t") }));
            assert_eq!(names(&schema.unwrap()["fields"]), ["id", "name", "dt"]);
            let missing = client
                .call("get_fields_req", json!({ "req": at("nosuch") }))
                .unwrap_err();
            assert_eq!(fault(&missing), ("UnknownTableException", 2));

            let mut changed = get(client, "t");
            changed["parameters"]["k"] = json!("changed");
            let alter = json!({ "req": {
                "catName": "hive", "dbName": "default", "tableName": "t", "table": changed } });
            client.call("alter_table_req", alter).unwrap();
            assert_eq!(get(client, "t")["parameters"]["k"], "changed");

            let drop = json!({ "dropTableReq": { "catalogName": "hive", "dbName": "default",
                "tableName": "t", "deleteData": true } });
            client.call("drop_table_req", drop.clone()).unwrap();
            let gone = client.call("drop_table_req", drop).unwrap_err();
            assert_eq!(fault(&gone), ("NoSuchObjectException", 1));
        })
        .await;
}

async fn a_commit_by_request_wins_only_where_the_parameter_is_as_expected(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            create(client, &table("default", "t"));
            let mut next = get(client, "t");
            next["parameters"]["k"] = json!("v2");
            let alter = json!({ "req": { "dbName": "default", "tableName": "t", "table": next,
                "expectedParameterKey": "k", "expectedParameterValue": "v" } });
            client.call("alter_table_req", alter.clone()).unwrap();
            let lost = client.call("alter_table_req", alter).unwrap_err();
            assert_eq!(lost.name(), "MetaException");
            assert!(
                lost.to_string().contains("The table has been modified"),
                "Iceberg looks for these words: {lost}"
            );
        })
        .await;
}

async fn constraints_in_a_create_are_refused(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let key = json!({ "table_db": "default", "table_name": "t", "column_name": "id", "key_seq": 1,
                "pk_name": "pk", "enable_cstr": false, "validate_cstr": false, "rely_cstr": true });
            let request = json!({ "request": { "table": table("default", "t"), "primaryKeys": [key] } });
            let refused = client.call("create_table_req", request).unwrap_err();
            assert_eq!(refused.name(), "MetaException");
            let missing = client
                .call("get_table_req", json!({ "req": at("t") }))
                .unwrap_err();
            assert_eq!(fault(&missing), ("NoSuchObjectException", 2));
        })
        .await;
}

async fn older_spellings_do_the_same(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let create = json!({ "tbl": partitioned("default", "t", &[("dt", "string")]),
                "environment_context": { "properties": { "DO_NOT_UPDATE_STATS": "true" } } });
            client
                .call("create_table_with_environment_context", create)
                .unwrap();
            let at = json!({ "db_name": "default", "table_name": "t" });
            let fields = client.call("get_fields_with_environment_context", at.clone());
            assert_eq!(names(&fields.unwrap()), ["id", "name"]);
            let schema = client.call("get_schema", at).unwrap();
            assert_eq!(names(&schema), ["id", "name", "dt"]);
        })
        .await;
}

async fn a_cascade_reaches_the_partitions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            create(client, &partitioned("default", "t", &[("dt", "string")]));
            let partition = json!({ "values": ["a"], "dbName": "default", "tableName": "t",
                "sd": descriptor(None), "parameters": {} });
            client
                .call("add_partition", json!({ "new_part": partition }))
                .unwrap();
            for cascade in [false, true] {
                let mut wider = get(client, "t");
                let columns = wider["sd"]["cols"].as_array_mut().unwrap();
                let name = format!("added_{cascade}");
                columns.push(json!({ "name": name, "type": "string" }));
                let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": wider, "cascade": cascade });
                client.call("alter_table_with_cascade", alter).unwrap();
                let args = json!({ "db_name": "default", "tbl_name": "t", "part_vals": ["a"] });
                let found = client.call("get_partition", args).unwrap();
                let columns = names(&found["sd"]["cols"]).len();
                assert_eq!(columns, if cascade { 4 } else { 2 });
            }
        })
        .await;
}
