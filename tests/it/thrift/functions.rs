//! User-defined functions.

use super::objects::database;
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    a_function_is_made_read_changed_and_dropped,
    functions_are_listed,
    faults_have_hives_exceptions,
    a_long_text_in_pieces_survives,
);

fn function(name: &str) -> Value {
    json!({
        "functionName": name, "dbName": "d", "className": "org.example.F", "ownerName": "ann", "ownerType": "USER",
        "createTime": 1, "functionType": "JAVA",
        "resourceUris": [
            { "resourceType": "JAR", "uri": "file:/x/a.jar" }, { "resourceType": "FILE", "uri": "s3://b/c" },
        ],
    })
}

fn create(client: &mut Client, function: &Value) -> Result<Value, Failure> {
    client.call("create_function", json!({ "func": function }))
}

fn get(client: &mut Client, name: &str) -> Result<Value, Failure> {
    client.call("get_function", json!({ "dbName": "D", "funcName": name }))
}

fn alter(client: &mut Client, name: &str, new: &Value) -> Result<Value, Failure> {
    client.call(
        "alter_function",
        json!({ "dbName": "d", "funcName": name, "newFunc": new }),
    )
}

async fn a_function_is_made_read_changed_and_dropped(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            create(client, &function("F_One")).unwrap();
            let made = get(client, "f_ONE").unwrap();
            assert_eq!(made["functionName"], "f_one");
            assert_eq!(made["dbName"], "d");
            assert_eq!(made["catName"], "hive");
            assert_eq!(made["resourceUris"], function("x")["resourceUris"]);
            assert_eq!(made["functionType"], "JAVA");
            assert!(
                made["createTime"].as_i64().unwrap() > 1_000_000_000,
                "the server's time, not the client's"
            );

            let mut new = function("f_two");
            new["className"] = json!("org.example.G");
            new["resourceUris"] = json!([]);
            alter(client, "f_one", &new).unwrap();
            let changed = get(client, "f_two").unwrap();
            assert_eq!(changed["className"], "org.example.G");
            assert_eq!(changed["createTime"], made["createTime"]);
            assert_eq!(
                changed["resourceUris"], made["resourceUris"],
                "an alter keeps the resources, as in Hive"
            );
            assert!(get(client, "f_one").is_err());

            client
                .call(
                    "drop_function",
                    json!({ "dbName": "d", "funcName": "F_TWO" }),
                )
                .unwrap();
            assert!(get(client, "f_two").is_err());
        })
        .await;
}

async fn functions_are_listed(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let empty = client.call("get_all_functions", json!({})).unwrap();
            assert_eq!(empty["functions"], json!([]));
            client.call("create_database", json!({ "database": database("d") })).unwrap();
            let mut bare = function("other");
            bare["resourceUris"] = Value::Null;
            for function in [&function("f_two"), &function("f_one"), &bare] {
                create(client, function).unwrap();
            }
            let mut names = |pattern: Value| {
                client.call("get_functions", json!({ "dbName": "@hive#d", "pattern": pattern })).unwrap()
            };
            assert_eq!(names(json!("*")), json!(["f_one", "f_two", "other"]));
            assert_eq!(names(json!("F_TWO|oth*")), json!(["f_two", "other"]));
            assert_eq!(names(json!("f")), json!([]));
            assert_eq!(names(Value::Null), json!(["f_one", "f_two", "other"]));
            let none = client.call("get_functions", json!({ "dbName": "none", "pattern": "*" })).unwrap();
            assert_eq!(none, json!([]));
            let all = client.call("get_all_functions", json!({})).unwrap();
            assert_eq!(all["functions"].as_array().unwrap().len(), 3);
            assert_eq!(all["functions"][2]["resourceUris"], json!([]), "never absent");
            let request = json!({ "dbName": "d", "catalogName": "hive", "pattern": "f_*", "returnNames": false });
            let whole = client.call("get_functions_req", json!({ "request": request })).unwrap();
            assert_eq!(whole["functions"][1]["functionName"], "f_two");
        })
        .await;
}

async fn faults_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            let fault = |failure: Failure| (failure.name().to_owned(), failure.field());
            let failure = get(client, "f").unwrap_err();
            assert_eq!(
                failure.message(),
                "Function d.f does not exist",
                "Spark reads it"
            );
            assert_eq!(fault(failure), ("NoSuchObjectException".into(), 2));
            create(client, &function("f")).unwrap();
            assert_eq!(
                fault(create(client, &function("F")).unwrap_err()),
                ("AlreadyExistsException".into(), 1)
            );
            let bad = create(client, &function("bad name")).unwrap_err();
            assert_eq!(fault(bad), ("InvalidObjectException".into(), 2));
            let mut changed = function("x");
            changed["className"] = Value::Null;
            assert_eq!(
                fault(create(client, &changed).unwrap_err()),
                ("InvalidObjectException".into(), 2)
            );
            changed = function("x");
            changed["dbName"] = json!("none");
            assert_eq!(
                fault(create(client, &changed).unwrap_err()),
                ("NoSuchObjectException".into(), 4)
            );
            assert_eq!(
                fault(client.call("create_function", json!({})).unwrap_err()),
                ("MetaException".into(), 3)
            );

            create(client, &function("g")).unwrap();
            assert_eq!(
                fault(alter(client, "none", &function("h")).unwrap_err()),
                ("MetaException".into(), 2)
            );
            assert_eq!(
                fault(alter(client, "g", &function("f")).unwrap_err()),
                ("MetaException".into(), 2)
            );
            let gone = client
                .call(
                    "drop_function",
                    json!({ "dbName": "d", "funcName": "none" }),
                )
                .unwrap_err();
            assert_eq!(fault(gone), ("NoSuchObjectException".into(), 1));
            let full = client.call(
                "drop_database",
                json!({ "name": "d", "deleteData": true, "cascade": false }),
            );
            assert_eq!(full.unwrap_err().name(), "InvalidOperationException");
            client
                .call(
                    "drop_database",
                    json!({ "name": "d", "deleteData": true, "cascade": true }),
                )
                .unwrap();
            assert!(get(client, "f").is_err());
        })
        .await;
}

/// Trino keeps the text of a SQL function in the resources, a piece in each.
async fn a_long_text_in_pieces_survives(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client.call("create_database", json!({ "database": database("d") })).unwrap();
            let pieces: Vec<Value> = (0..50)
                .map(|n| json!({ "resourceType": "FILE", "uri": format!("{n}:\"가\\{}", "x".repeat(1000)) }))
                .collect();
            let mut sent = function("trino__f__abc");
            sent["className"] = json!("TrinoFunction");
            sent["resourceUris"] = json!(pieces);
            create(client, &sent).unwrap();
            assert_eq!(get(client, "trino__f__abc").unwrap()["resourceUris"], json!(pieces));
        })
        .await;
}
