//! The notification log, catalogs, and the readers of constraints.

use super::objects::{database, descriptor, partitioned, table};
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database, run};
use serde_json::{Value, json};

on_every_database!(
    every_change_leaves_an_event_with_hives_message,
    events_are_read_in_pieces_and_filtered,
    a_writer_announces_what_it_wrote,
    there_is_one_catalog_and_no_constraint,
);

fn last_id(client: &mut Client) -> i64 {
    let current = client
        .call("get_current_notificationEventId", json!({}))
        .unwrap();
    current["eventId"].as_i64().unwrap()
}

fn next(client: &mut Client, request: &Value) -> Vec<Value> {
    let answer = client
        .call("get_next_notification", json!({ "rqst": request }))
        .unwrap();
    answer["events"].as_array().unwrap().clone()
}

fn types(events: &[Value]) -> Vec<&str> {
    events
        .iter()
        .map(|event| event["eventType"].as_str().unwrap())
        .collect()
}

/// The message of an event, and in it the objects.
fn message(event: &Value) -> Value {
    assert_eq!(event["messageFormat"], "json-0.2");
    serde_json::from_str(event["message"].as_str().unwrap()).unwrap()
}

fn object(message: &Value, member: &str) -> Value {
    serde_json::from_str(message[member].as_str().unwrap()).unwrap()
}

fn add_partition(client: &mut Client, value: &str) {
    let partition = json!({ "values": [value], "dbName": "d", "tableName": "p", "sd": descriptor(None), "parameters": {} });
    client
        .call("add_partitions", json!({ "new_parts": [partition] }))
        .unwrap();
}

/// Makes, changes and drops a database with a table, and gives the number of the event before.
fn change_everything(client: &mut Client) -> i64 {
    let before = last_id(client);
    client
        .call("create_database", json!({ "database": database("d") }))
        .unwrap();
    client
        .call(
            "create_table",
            json!({ "tbl": partitioned("d", "p", &[("ds", "string")]) }),
        )
        .unwrap();
    add_partition(client, "a/b");
    let get = json!({ "dbname": "d", "tbl_name": "p" });
    let mut changed = client.call("get_table", get).unwrap();
    changed["tableName"] = json!("p2");
    client
        .call(
            "alter_table",
            json!({ "dbname": "d", "tbl_name": "p", "new_tbl": changed }),
        )
        .unwrap();
    client
        .call(
            "drop_table",
            json!({ "dbname": "d", "name": "p2", "deleteData": true }),
        )
        .unwrap();
    client
        .call(
            "drop_database",
            json!({ "name": "d", "deleteData": true, "cascade": false }),
        )
        .unwrap();
    let failed = client.call(
        "drop_database",
        json!({ "name": "d", "deleteData": true, "cascade": false }),
    );
    assert!(failed.is_err());
    before
}

async fn every_change_leaves_an_event_with_hives_message(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let before = change_everything(client);
            let events = next(client, &json!({ "lastEvent": before, "maxEvents": -1 }));
            assert_eq!(
                types(&events),
                [
                    "CREATE_DATABASE",
                    "CREATE_TABLE",
                    "ADD_PARTITION",
                    "ALTER_TABLE",
                    "DROP_TABLE",
                    "DROP_DATABASE"
                ]
            );
            for (event, id) in events.iter().zip(before + 1..) {
                assert_eq!(event["eventId"], id, "readers refuse a hole");
                assert_eq!(event["catName"], "hive");
                assert_eq!(event["dbName"], "d");
                let message = message(event);
                assert_eq!(message["server"], "");
                assert_eq!(message["servicePrincipal"], "");
                assert_eq!(message["timestamp"], event["eventTime"]);
                assert_eq!(message["db"], "d");
            }
            assert_eq!(last_id(client), events[5]["eventId"]);
            objects_are_in_the_messages(&events);
        })
        .await;
}

fn objects_are_in_the_messages(events: &[Value]) {
    let created = message(&events[1]);
    assert_eq!(created["table"], "p");
    assert_eq!(created["tableType"], "MANAGED_TABLE");
    let stored = object(&created, "tableObjJson");
    assert_eq!(stored["1"], json!({ "str": "p" }));
    assert_eq!(stored["9"]["map"][0], "str");
    assert_eq!(
        stored["8"],
        json!({ "lst": ["rec", 1, { "1": { "str": "ds" }, "2": { "str": "string" } }] })
    );
    let added = message(&events[2]);
    assert_eq!(added["partitions"], json!([{ "ds": "a/b" }]));
    assert_eq!(
        added["partitionFiles"],
        json!([{ "partitionName": "ds=a%2Fb", "files": [] }])
    );
    let partition: Value =
        serde_json::from_str(added["partitionListJson"][0].as_str().unwrap()).unwrap();
    assert_eq!(partition["1"], json!({ "lst": ["str", 1, "a/b"] }));
    assert!(
        partition["6"]["rec"]["2"]["str"]
            .as_str()
            .unwrap()
            .ends_with("/d.db/p/ds=a%2Fb")
    );
    assert_eq!(events[3]["tableName"], "p2", "filed under the new name");
    let renamed = message(&events[3]);
    assert_eq!(renamed["table"], "p", "and told of the old one");
    assert_eq!(object(&renamed, "tableObjBeforeJson")["1"]["str"], "p");
    assert_eq!(object(&renamed, "tableObjAfterJson")["1"]["str"], "p2");
    assert_eq!(renamed["isTruncateOp"], "false");
}

async fn events_are_read_in_pieces_and_filtered(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let before = last_id(client);
            for name in ["d", "e"] {
                client.call("create_database", json!({ "database": database(name) })).unwrap();
                client.call("create_table", json!({ "tbl": table(name, "t") })).unwrap();
                client.call("create_table", json!({ "tbl": table(name, "u") })).unwrap();
            }
            let first = next(client, &json!({ "lastEvent": before, "maxEvents": 2 }));
            assert_eq!(first.len(), 2);
            let rest = next(client, &json!({ "lastEvent": first[1]["eventId"], "maxEvents": 100 }));
            assert_eq!(rest.len(), 4);
            assert!(next(client, &json!({ "lastEvent": 1_000_000, "maxEvents": 5 })).is_empty());
            let tables_alone =
                next(client, &json!({ "lastEvent": before, "eventTypeSkipList": ["CREATE_DATABASE", "OPEN_TXN"] }));
            assert_eq!(tables_alone.len(), 4);
            let of_u = json!({ "lastEvent": before, "catName": "hive", "dbName": "E", "tableNames": ["U"] });
            let of_u = next(client, &of_u);
            assert_eq!(types(&of_u), ["CREATE_TABLE"]);
            assert_eq!(message(&of_u[0])["table"], "u");
            let databases = json!({ "lastEvent": before, "eventTypeList": ["CREATE_DATABASE"] });
            assert_eq!(next(client, &databases).len(), 2);

            let mut count = |request: Value| {
                let answer = client.call("get_notification_events_count", json!({ "rqst": request })).unwrap();
                answer["eventsCount"].as_i64().unwrap()
            };
            assert_eq!(count(json!({ "fromEventId": before, "dbName": "d" })), 3);
            assert_eq!(count(json!({ "fromEventId": before, "dbName": "*" })), 6);
            assert_eq!(count(json!({ "fromEventId": before, "dbName": "*", "limit": 4 })), 4);
            assert_eq!(count(json!({ "fromEventId": before, "dbName": "*", "toEventId": before + 2 })), 2);
            assert_eq!(count(json!({ "fromEventId": before, "dbName": "*", "tableNames": ["t"] })), 2);
        })
        .await;
}

async fn a_writer_announces_what_it_wrote(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client.call("create_database", json!({ "database": database("d") })).unwrap();
            client.call("create_table", json!({ "tbl": partitioned("d", "p", &[("ds", "string")]) })).unwrap();
            add_partition(client, "a");
            add_partition(client, "b");
            let before = last_id(client);
            let fire = |client: &mut Client, request: Value| -> Result<Value, Failure> {
                client.call("fire_listener_event", json!({ "rqst": request }))
            };
            let insert = json!({
                "successful": true, "dbName": "D", "tableName": "P", "partitionVals": ["a"],
                "data": { "insertData": { "filesAdded": ["file:/x/1"], "replace": true } },
            });
            assert_eq!(fire(client, insert.clone()).unwrap()["eventIds"], json!([before + 1]));
            let many = json!({
                "successful": true, "dbName": "d", "tableName": "p",
                "data": { "insertDatas": [
                    { "filesAdded": [], "partitionVal": ["a"] }, { "filesAdded": [], "partitionVal": ["b"] },
                ] },
            });
            assert_eq!(fire(client, many).unwrap()["eventIds"], json!([before + 2, before + 3]));
            // Hive 2 numbers the list of files 1.
            let mut old = insert.clone();
            old["data"] = json!({ "insertData": { "filesAdded@1": ["file:/x/2"], "filesAddedChecksum@2": ["1f"] } });
            fire(client, old).unwrap();
            let refresh = json!({
                "successful": true, "dbName": "d", "tableName": "p", "data": { "refreshEvent": true },
            });
            fire(client, refresh).unwrap();

            let events = next(client, &json!({ "lastEvent": before }));
            assert_eq!(types(&events), ["INSERT", "INSERT", "INSERT", "INSERT", "RELOAD"]);
            let first = message(&events[0]);
            assert_eq!(first["files"], json!(["file:/x/1"]));
            assert_eq!(first["replace"], "true");
            assert_eq!(object(&first, "ptnObjJson")["1"], json!({ "lst": ["str", 1, "a"] }));
            assert_eq!(object(&first, "tableObjJson")["1"]["str"], "p");
            assert_eq!(message(&events[3])["files"], json!(["file:/x/2#1f"]));

            for member in ["tableName", "partitionVals"] {
                let mut wrong = insert.clone();
                wrong[member] = if member == "tableName" { json!("none") } else { json!(["z"]) };
                assert_eq!(fire(client, wrong).unwrap_err().name(), "TApplicationException");
            }
            assert_eq!(last_id(client), before + 5, "nothing was announced in vain");
        })
        .await;
}

async fn there_is_one_catalog_and_no_constraint(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let warehouse = server.warehouse();
    server
        .ask(move |client| {
            assert_eq!(
                client.call("get_catalogs", json!({})).unwrap()["names"],
                json!(["hive"])
            );
            let hive = client
                .call("get_catalog", json!({ "catName": { "name": "HIVE" } }))
                .unwrap();
            assert_eq!(hive["catalog"]["name"], "hive");
            assert_eq!(
                hive["catalog"]["locationUri"],
                format!("file:{}", warehouse.display())
            );
            let failure = client
                .call("get_catalog", json!({ "catName": { "name": "x" } }))
                .unwrap_err();
            assert_eq!(failure.name(), "NoSuchObjectException");

            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            let mut create =
                json!({ "tbl": table("d", "t"), "primaryKeys": [], "foreignKeys": [] });
            client
                .call("create_table_with_constraints", create.clone())
                .unwrap();
            let request = json!({ "catName": "hive", "db_name": "d", "tbl_name": "t" });
            for (method, member) in [
                ("get_primary_keys", "primaryKeys"),
                ("get_unique_constraints", "uniqueConstraints"),
                ("get_not_null_constraints", "notNullConstraints"),
                ("get_default_constraints", "defaultConstraints"),
                ("get_check_constraints", "checkConstraints"),
            ] {
                let answer = client.call(method, json!({ "request": request })).unwrap();
                assert_eq!(answer[member], json!([]), "{method}");
            }
            let keys = json!({ "request": { "foreign_db_name": "d", "foreign_tbl_name": "t" } });
            assert_eq!(
                client.call("get_foreign_keys", keys).unwrap()["foreignKeys"],
                json!([])
            );
            let all = json!({ "request": { "dbName": "d", "tblName": "t", "catName": "hive" } });
            let all = client.call("get_all_table_constraints", all).unwrap();
            assert_eq!(all["allTableConstraints"]["checkConstraints"], json!([]));

            create["tbl"] = table("d", "u");
            create["primaryKeys"] =
                json!([{ "table_db": "d", "table_name": "u", "column_name": "id", "key_seq": 1 }]);
            let failure = client
                .call("create_table_with_constraints", create)
                .unwrap_err();
            assert_eq!(failure.name(), "MetaException");
            let get = client.call("get_table", json!({ "dbname": "d", "tbl_name": "u" }));
            assert!(get.is_err(), "nothing was made");
        })
        .await;
}

/// Bytes of all clients' memory, and of each one's.
const MIB: usize = 1024 * 1024;

/// An event that tells of many partitions repeats the table's columns for each: its message is far longer than what is stored.
#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_a_long_message_is_counted_before_it_is_made() {
    run(TestDatabase::sqlite().await, long_message).await;
}

async fn long_message(storage: TestDatabase) {
    let before = {
        let server = server_with_memory(&storage, 64 * MIB).await;
        server
            .ask(|client| Ok::<_, Failure>(drop_many(client)))
            .await
            .unwrap()
    };
    for (memory, is_told) in [(64 * MIB, true), (26 * MIB, false)] {
        let server = server_with_memory(&storage, memory).await;
        server
            .ask(move |client| {
                let request = json!({ "rqst": { "lastEvent": before, "maxEvents": 1 } });
                let answer = client.call("get_next_notification", request);
                if is_told {
                    let answer = answer.unwrap();
                    let message = message(&answer["events"][0]);
                    let objects = message["partitionListJson"].as_array().unwrap();
                    assert_eq!(objects.len(), 1_200);
                    let values = message["partitions"].as_array().unwrap();
                    assert_eq!(values[7], json!({ "ds": "0007" }));
                    assert_eq!(message["partitionFiles"].as_array().unwrap().len(), 1_200);
                } else {
                    let failure = answer.unwrap_err();
                    assert!(failure.message().contains("bytes_in_flight"), "{failure}");
                }
            })
            .await;
    }
}

async fn server_with_memory(storage: &TestDatabase, bytes: usize) -> TestServer {
    TestServer::start_with(storage, |settings| {
        settings.thrift.message_bytes_max = 2 * MIB;
        settings.http.body_bytes_max = MIB;
        settings.server.bytes_in_flight_max = 2 * bytes;
        settings.server.bytes_in_flight_per_client_max = bytes;
        settings.server.bytes_in_flight_wait_ms = 50;
    })
    .await
}

/// Drops 1,200 partitions of 100 columns in one call; gives the number of the event before.
fn drop_many(client: &mut Client) -> i64 {
    client
        .call("create_database", json!({ "database": database("d") }))
        .unwrap();
    let mut wide = partitioned("d", "p", &[("ds", "string")]);
    let columns: Vec<Value> = (0..100)
        .map(|at| json!({ "name": format!("a_column_of_the_table_{at}"), "type": "string", "comment": "" }))
        .collect();
    wide["sd"]["cols"] = json!(columns);
    client.call("create_table", json!({ "tbl": wide })).unwrap();
    let names: Vec<String> = (0..1_200).map(|at| format!("{at:04}")).collect();
    for names in names.chunks(100) {
        let parts: Vec<Value> = names
            .iter()
            .map(|name| json!({ "dbName": "d", "tableName": "p", "values": [name], "sd": wide["sd"], "parameters": {} }))
            .collect();
        client
            .call("add_partitions", json!({ "new_parts": parts }))
            .unwrap();
    }
    let before = last_id(client);
    let names: Vec<String> = names.iter().map(|name| format!("ds={name}")).collect();
    let request = json!({
        "dbName": "d", "tblName": "p", "parts": { "names": names }, "deleteData": false, "needResult": false,
    });
    client
        .call("drop_partitions_req", json!({ "req": request }))
        .unwrap();
    before
}
