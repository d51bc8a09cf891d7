//! Databases: every spelling, and Hive's exceptions by type and field number.

use super::objects::{database, table};
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::json;

on_every_database!(
    a_database_is_made_read_changed_and_dropped,
    the_request_forms_do_the_same,
    faults_have_hives_exceptions,
    a_database_with_tables_is_dropped_only_in_cascade,
);

/// The exception and the number of its field in the result struct.
pub(crate) fn fault(failure: &Failure) -> (&str, i16) {
    (failure.name(), failure.field())
}

async fn a_database_is_made_read_changed_and_dropped(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            client
                .call("create_database", json!({ "database": database("Sales") }))
                .unwrap();
            let made = client
                .call("get_database", json!({ "name": "SALES" }))
                .unwrap();
            assert_eq!(made["name"], "sales");
            assert_eq!(made["ownerName"], "ann");
            assert_eq!(
                made["ownerType"], "USER",
                "Trino fails on an owner without a type"
            );
            assert_eq!(made["parameters"], json!({ "p": "1" }));
            assert_eq!(made["catalogName"], "hive");
            assert_eq!(
                made["locationUri"],
                format!("file:{}", folder.join("sales.db").display())
            );
            assert!(folder.join("sales.db").is_dir());

            let all = client.call("get_all_databases", json!({})).unwrap();
            assert_eq!(all, json!(["default", "sales"]));
            let some = client
                .call("get_databases", json!({ "pattern": "s*|nothing" }))
                .unwrap();
            assert_eq!(some, json!(["sales"]));
            let with_catalog = client
                .call("get_databases", json!({ "pattern": "@hive#" }))
                .unwrap();
            assert_eq!(with_catalog, all);

            let changed =
                json!({ "name": "other", "description": "new", "parameters": { "q": "2" } });
            client
                .call(
                    "alter_database",
                    json!({ "dbname": "sales", "db": changed }),
                )
                .unwrap();
            let after = client
                .call("get_database", json!({ "name": "@hive#sales" }))
                .unwrap();
            assert_eq!(after["description"], "new");
            assert_eq!(after["parameters"], json!({ "q": "2" }));
            assert_eq!(after["locationUri"], made["locationUri"]);

            let drop = json!({ "name": "sales", "deleteData": true, "cascade": false });
            client.call("drop_database", drop).unwrap();
            assert!(!folder.join("sales.db").exists());
        })
        .await;
}

async fn the_request_forms_do_the_same(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let request = json!({ "databaseName": "d4", "description": "x", "parameters": { "a": "b" } });
            client.call("create_database_req", json!({ "createDatabaseRequest": request })).unwrap();
            let made = client
                .call("get_database_req", json!({ "request": { "name": "d4", "catalogName": "hive" } }))
                .unwrap();
            assert_eq!(made["description"], "x");
            let listed = client.call("get_databases_req", json!({ "request": { "pattern": "d*" } })).unwrap();
            assert_eq!(listed["databases"].as_array().unwrap().len(), 2);
            let new = json!({ "name": "d4", "parameters": { "a": "c" } });
            let alter = json!({ "alterDbReq": { "oldDbName": "d4", "newDb": new } });
            client.call("alter_database_req", alter).unwrap();
            let after = client.call("get_database", json!({ "name": "d4" })).unwrap();
            assert_eq!(after["parameters"], json!({ "a": "c" }));
            let request = json!({ "name": "d4", "ignoreUnknownDb": false, "deleteData": true, "cascade": false });
            client.call("drop_database_req", json!({ "req": request })).unwrap();
            assert_eq!(client.call("get_all_databases", json!({})).unwrap(), json!(["default"]));
        })
        .await;
}

async fn faults_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let missing = client
                .call("get_database", json!({ "name": "nope" }))
                .unwrap_err();
            assert_eq!(fault(&missing), ("NoSuchObjectException", 1));
            assert_eq!(missing.message(), "nope");
            let absent = client.call("get_database", json!({})).unwrap_err();
            assert_eq!(fault(&absent), ("MetaException", 2));
            assert!(absent.message().contains("name"), "{}", absent.message());

            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            let twice = client
                .call("create_database", json!({ "database": database("D") }))
                .unwrap_err();
            assert_eq!(fault(&twice), ("AlreadyExistsException", 1));
            let illegal = client
                .call("create_database", json!({ "database": database("매출") }))
                .unwrap_err();
            assert_eq!(fault(&illegal), ("InvalidObjectException", 2));
            let null = client.call("create_database", json!({})).unwrap_err();
            assert_eq!(fault(&null), ("MetaException", 3));

            let drop = |name: &str| json!({ "name": name, "deleteData": false, "cascade": false });
            let gone = client.call("drop_database", drop("nope")).unwrap_err();
            assert_eq!(fault(&gone), ("NoSuchObjectException", 1));
            let first = client.call("drop_database", drop("default")).unwrap_err();
            assert_eq!(fault(&first), ("MetaException", 3));
        })
        .await;
}

async fn a_database_with_tables_is_dropped_only_in_cascade(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client: &mut Client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            client
                .call("create_table", json!({ "tbl": table("d", "t") }))
                .unwrap();
            std::fs::write(folder.join("d.db/t/part-0"), "1").unwrap();
            let drop =
                |cascade: bool| json!({ "name": "d", "deleteData": true, "cascade": cascade });
            let refused = client.call("drop_database", drop(false)).unwrap_err();
            assert_eq!(fault(&refused), ("InvalidOperationException", 2));
            assert_eq!(
                refused.message(),
                "Database d is not empty. One or more tables exist."
            );
            assert!(folder.join("d.db/t/part-0").exists());
            client.call("drop_database", drop(true)).unwrap();
            assert!(!folder.join("d.db").exists());
        })
        .await;
}
