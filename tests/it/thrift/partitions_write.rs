//! Changing partitions: alter, rename, drop, exchange, truncate; and many clients at once.

use super::databases::fault;
use super::objects::partitioned;
use super::partitions::{add, make_table, names, of, partition, values};
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};
use std::path::Path;

on_every_database!(
    an_alter_replaces_what_was_sent,
    lists_are_altered_whole_or_not_at_all,
    a_renamed_partition_takes_its_data_along,
    a_renamed_external_partition_stays_where_it_is,
    a_dropped_partition_takes_its_data_along,
    many_are_dropped_together,
    data_of_external_tables_stays,
    partitions_are_exchanged_with_their_data,
    truncating_leaves_empty_directories,
    of_eight_clients_ten_partitions_are_made,
    a_dropped_table_takes_no_partitions,
);

fn get(client: &mut Client, table: &str, values: &[&str]) -> Value {
    client
        .call("get_partition", of(table, json!({ "part_vals": values })))
        .unwrap()
}

fn write_file(directory: &Path) {
    std::fs::create_dir_all(directory).unwrap();
    std::fs::write(directory.join("data"), "12345").unwrap();
}

async fn an_alter_replaces_what_was_sent(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"]]);
            let before = get(client, "p", &["a", "1"]);
            write_file(&folder.join("p/ds=a/n=1"));

            let mut part = before.clone();
            part["parameters"]["x"] = json!("1");
            part["lastAccessTime"] = json!(5);
            client
                .call("alter_partition", of("p", json!({ "new_part": part })))
                .unwrap();
            let after = get(client, "p", &["a", "1"]);
            assert_eq!(
                (&after["parameters"]["x"], &after["lastAccessTime"]),
                (&json!("1"), &json!(5))
            );
            assert_eq!(after["parameters"]["numFiles"], "1");
            assert_eq!(after["parameters"]["totalSize"], "5");
            assert_eq!(after["createTime"], before["createTime"]);

            // Nothing is counted where the client says so, and nothing is kept that was not sent.
            let context = json!({ "properties": { "DO_NOT_UPDATE_STATS": "true" } });
            let args = of(
                "p",
                json!({ "new_part": before, "environment_context": context }),
            );
            client
                .call("alter_partition_with_environment_context", args)
                .unwrap();
            assert_eq!(
                get(client, "p", &["a", "1"]),
                before,
                "get, then alter loses nothing"
            );

            let mut part = before.clone();
            part["parameters"] = json!({});
            part["sd"]["cols"] = json!([]);
            let elsewhere = format!("file:{}", folder.join("new place").display());
            part["sd"]["location"] = json!(elsewhere);
            let args = of(
                "p",
                json!({ "new_part": part, "environment_context": context }),
            );
            client
                .call("alter_partition_with_environment_context", args)
                .unwrap();
            let after = get(client, "p", &["a", "1"]);
            assert_eq!(
                (&after["sd"]["location"], &after["sd"]["cols"]),
                (&json!(elsewhere), &json!([]))
            );
            assert!(
                after["parameters"]["transient_lastDdlTime"].is_string(),
                "the server sets it"
            );
            assert!(
                folder.join("p/ds=a/n=1/data").exists(),
                "an alter moves no data"
            );
        })
        .await;
}

async fn lists_are_altered_whole_or_not_at_all(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            let changed = |client: &mut Client, n: &str, mark: &str| {
                let mut part = get(client, "p", &["a", n]);
                part["parameters"]["mark"] = json!(mark);
                part
            };
            let marks = |client: &mut Client| {
                ["1", "2"].map(|n| get(client, "p", &["a", n])["parameters"]["mark"].clone())
            };
            let both = json!([changed(client, "2", "x"), changed(client, "1", "y")]);
            client
                .call("alter_partitions", of("p", json!({ "new_parts": both })))
                .unwrap();
            assert_eq!(marks(client), ["y", "x"]);
            let mut unknown = changed(client, "1", "z");
            unknown["values"] = json!(["zzz", "1"]);
            let both = json!([changed(client, "1", "z"), unknown]);
            let failure = client
                .call("alter_partitions", of("p", json!({ "new_parts": both })))
                .unwrap_err();
            assert_eq!(fault(&failure), ("InvalidOperationException", 1));
            assert_eq!(marks(client), ["y", "x"]);
            let one = json!([changed(client, "1", "w")]);
            let args = of("p", json!({ "new_parts": one }));
            client
                .call("alter_partitions_with_environment_context", args)
                .unwrap();
            let one = json!([changed(client, "2", "v")]);
            let request = json!({ "dbName": "default", "tableName": "p", "partitions": one });
            client
                .call("alter_partitions_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(marks(client), ["w", "v"]);
            client
                .call("alter_partitions", of("p", json!({ "new_parts": [] })))
                .unwrap();
        })
        .await;
}

async fn a_renamed_partition_takes_its_data_along(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            write_file(&folder.join("p/ds=a/n=1"));
            let mut new = get(client, "p", &["a", "1"]);
            new["values"] = json!(["b", "한"]);
            new["parameters"]["x"] = json!("1");
            let args = of("p", json!({ "part_vals": ["a", "1"], "new_part": new }));
            client.call("rename_partition", args).unwrap();
            assert_eq!(names(client, "p"), ["ds=a/n=2", "ds=b/n=한"]);
            let renamed = get(client, "p", &["b", "한"]);
            assert_eq!(renamed["parameters"]["x"], "1");
            let place = folder.join("p/ds=b/n=한");
            assert_eq!(
                renamed["sd"]["location"],
                format!("file:{}", place.display())
            );
            assert!(place.join("data").exists());
            assert!(!folder.join("p/ds=a/n=1").exists());

            new["values"] = json!(["c", "1"]);
            let request = json!({
                "dbName": "default", "tableName": "p", "partVals": ["b", "한"], "newPart": new,
            });
            client
                .call("rename_partition_req", json!({ "req": request }))
                .unwrap();
            assert!(folder.join("p/ds=c/n=1/data").exists());

            // A directory in the way is not overwritten.
            write_file(&folder.join("p/ds=d/n=1"));
            new["values"] = json!(["d", "1"]);
            let args = of("p", json!({ "part_vals": ["c", "1"], "new_part": new }));
            let failure = client.call("rename_partition", args).unwrap_err();
            assert_eq!(fault(&failure), ("InvalidOperationException", 1));
            assert_eq!(names(client, "p"), ["ds=a/n=2", "ds=c/n=1"]);
            assert!(folder.join("p/ds=c/n=1/data").exists());
        })
        .await;
}

/// Makes an external table in `default`, partitioned by `ds string, n int`.
fn make_external(client: &mut Client, name: &str) {
    let mut table = partitioned("default", name, &[("ds", "string"), ("n", "int")]);
    table["tableType"] = json!("EXTERNAL_TABLE");
    table["parameters"] = json!({ "EXTERNAL": "TRUE" });
    client
        .call("create_table", json!({ "tbl": table }))
        .unwrap();
}

async fn a_renamed_external_partition_stays_where_it_is(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_external(client, "e");
            add(client, "e", &[&["a", "1"]]);
            write_file(&folder.join("e/ds=a/n=1"));
            let mut new = get(client, "e", &["a", "1"]);
            let place = new["sd"]["location"].clone();
            new["values"] = json!(["b", "1"]);
            let args = of("e", json!({ "part_vals": ["a", "1"], "new_part": &new }));
            client.call("rename_partition", args).unwrap();
            let renamed = get(client, "e", &["b", "1"]);
            assert_eq!(renamed["sd"]["location"], place);
            assert_eq!(renamed["parameters"].get("numFiles"), None, "nothing moved");
            assert!(folder.join("e/ds=a/n=1/data").exists());
        })
        .await;
}

async fn a_dropped_partition_takes_its_data_along(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            add(
                client,
                "p",
                &[
                    &["a", "1"],
                    &["a", "2"],
                    &["b", "1"],
                    &["c", "1"],
                    &["d", "1"],
                    &["e", "1"],
                ],
            );
            for name in ["ds=a/n=1", "ds=a/n=2", "ds=b/n=1"] {
                write_file(&folder.join("p").join(name));
            }
            let args = of("p", json!({ "part_vals": ["a", "1"], "deleteData": true }));
            assert_eq!(client.call("drop_partition", args).unwrap(), json!(true));
            assert!(!folder.join("p/ds=a/n=1").exists());
            assert!(folder.join("p/ds=a/n=2/data").exists());
            let args = of("p", json!({ "part_name": "n=2/ds=a", "deleteData": true }));
            assert_eq!(
                client.call("drop_partition_by_name", args).unwrap(),
                json!(true)
            );
            assert!(!folder.join("p/ds=a").exists(), "empty parents go too");
            assert!(folder.join("p").exists());
            let args = of("p", json!({ "part_vals": ["b", "1"], "deleteData": false }));
            client
                .call("drop_partition_with_environment_context", args)
                .unwrap();
            assert!(folder.join("p/ds=b/n=1/data").exists());
            let args = of("p", json!({ "part_name": "ds=c/n=1", "deleteData": true }));
            client
                .call("drop_partition_by_name_with_environment_context", args)
                .unwrap();
            for request in [
                json!({ "partName": "ds=d/n=1" }),
                json!({ "partVals": ["e", "1"] }),
            ] {
                let mut request = request;
                request["dbName"] = json!("default");
                request["tblName"] = json!("p");
                let dropped = client
                    .call("drop_partition_req", json!({ "dropPartitionReq": request }))
                    .unwrap();
                assert_eq!(dropped, json!(true));
            }
            assert!(names(client, "p").is_empty());
            add(client, "p", &[&["a", "1"]]);
            assert!(
                folder.join("p/ds=a/n=1").is_dir(),
                "a partition can be made again"
            );
        })
        .await;
}

async fn many_are_dropped_together(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            let all: Vec<String> = (0..30).map(|n| n.to_string()).collect();
            let all: Vec<[&str; 2]> = all.iter().map(|n| ["a", n.as_str()]).collect();
            let slices: Vec<&[&str]> = all.iter().map(<[&str; 2]>::as_slice).collect();
            add(client, "p", &slices);
            let request = |parts: Value, more: Value| {
                let mut request = json!({ "dbName": "default", "tblName": "p", "parts": parts, "deleteData": true });
                for (key, value) in more.as_object().unwrap() {
                    request[key] = value.clone();
                }
                json!({ "req": request })
            };
            let two = request(json!({ "names": ["ds=a/n=0", "ds=a/n=1"] }), json!({}));
            let dropped = client.call("drop_partitions_req", two).unwrap();
            assert_eq!(values(&dropped["partitions"]), [["a", "0"], ["a", "1"]]);
            let lenient = request(json!({ "names": ["ds=a/n=2", "junk"] }), json!({ "needResult": false }));
            assert_eq!(client.call("drop_partitions_req", lenient).unwrap(), json!({}));
            let filtered = request(json!({ "exprs": [{ "expr": super::partitions::bytes("n >= 10") }] }), json!({ "ifExists": false }));
            let dropped = client.call("drop_partitions_req", filtered).unwrap();
            assert_eq!(dropped["partitions"].as_array().unwrap().len(), 20);
            assert_eq!(names(client, "p").len(), 7);
            assert!(!folder.join("p/ds=a/n=10").exists() && folder.join("p/ds=a/n=3").exists());
        })
        .await;
}

async fn data_of_external_tables_stays(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_external(client, "e");
            add(client, "e", &[&["a", "1"]]);
            write_file(&folder.join("e/ds=a/n=1"));
            let args = of("e", json!({ "part_vals": ["a", "1"], "deleteData": true }));
            client.call("drop_partition", args).unwrap();
            assert!(folder.join("e/ds=a/n=1/data").exists());
        })
        .await;
}

async fn partitions_are_exchanged_with_their_data(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "from");
            make_table(client, "to");
            let other = partitioned("default", "other", &[("x", "string")]);
            client
                .call("create_table", json!({ "tbl": other }))
                .unwrap();
            add(client, "from", &[&["a", "1"], &["a", "2"], &["b", "1"]]);
            add(client, "to", &[&["b", "1"]]);
            write_file(&folder.join("from/ds=a/n=1"));
            let args = |spec: Value, target: &str| {
                json!({
                    "partitionSpecs": spec, "source_db": "default", "source_table_name": "from",
                    "dest_db": "default", "dest_table_name": target,
                })
            };
            let moved = client
                .call("exchange_partitions", args(json!({ "ds": "a" }), "to"))
                .unwrap();
            assert_eq!(values(&moved), [["a", "1"], ["a", "2"]]);
            assert_eq!(moved[0]["tableName"], "to");
            assert_eq!(names(client, "from"), ["ds=b/n=1"]);
            assert_eq!(names(client, "to"), ["ds=a/n=1", "ds=a/n=2", "ds=b/n=1"]);
            assert!(folder.join("to/ds=a/n=1/data").exists());
            for (spec, target) in [
                (json!({ "ds": "b", "n": "1" }), "to"),
                (json!({ "ds": "zzz" }), "to"),
                (json!({ "n": "1" }), "to"),
                (json!({}), "to"),
                (json!({ "ds": "b" }), "other"),
                (json!({ "ds": "b" }), "nope"),
            ] {
                let failure = client
                    .call("exchange_partition", args(spec.clone(), target))
                    .unwrap_err();
                assert_eq!(fault(&failure), ("MetaException", 1), "{spec} {target}");
            }
            assert_eq!(names(client, "from"), ["ds=b/n=1"]);
            assert!(folder.join("from/ds=b/n=1").is_dir());
        })
        .await;
}

async fn truncating_leaves_empty_directories(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            for name in ["ds=a/n=1", "ds=a/n=2"] {
                write_file(&folder.join("p").join(name));
            }
            let mut part = get(client, "p", &["a", "1"]);
            part["parameters"]["numRows"] = json!("9");
            client
                .call("alter_partition", of("p", json!({ "new_part": part })))
                .unwrap();
            let one = json!({ "dbName": "default", "tableName": "p", "partNames": ["ds=a/n=1"] });
            client.call("truncate_table", one).unwrap();
            let parameters = get(client, "p", &["a", "1"])["parameters"].clone();
            assert_eq!(
                (&parameters["numRows"], &parameters["totalSize"]),
                (&json!("0"), &json!("0"))
            );
            assert!(folder.join("p/ds=a/n=1").is_dir() && !folder.join("p/ds=a/n=1/data").exists());
            assert!(folder.join("p/ds=a/n=2/data").exists());
            let all = json!({ "dbName": "default", "tableName": "p" });
            client
                .call("truncate_table_req", json!({ "req": all }))
                .unwrap();
            assert!(folder.join("p/ds=a/n=2").is_dir() && !folder.join("p/ds=a/n=2/data").exists());
            assert_eq!(names(client, "p").len(), 2);
            let missing = json!({ "dbName": "default", "tableName": "nope" });
            let failure = client.call("truncate_table", missing).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 1));
        })
        .await;
}

/// What a client may be told that was not the first.
fn is_taken(failure: &Failure) -> bool {
    fault(failure) == ("AlreadyExistsException", 2)
}

async fn of_eight_clients_ten_partitions_are_made(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server.ask(|client| make_table(client, "p")).await;
    let address = server.thrift();
    let clients: Vec<_> = (0..8)
        .map(|_| {
            tokio::task::spawn_blocking(move || {
                let mut client = Client::connect(address).unwrap();
                let mut made = 0;
                for n in 0..10 {
                    let part = partition("p", &["a", &n.to_string()]);
                    match client.call("add_partition", json!({ "new_part": part })) {
                        Ok(_) => made += 1,
                        Err(failure) => assert!(is_taken(&failure), "{failure}"),
                    }
                }
                made
            })
        })
        .collect();
    let mut made = 0;
    for client in clients {
        made += client.await.unwrap();
    }
    assert_eq!(made, 10);
    let folder = server.warehouse();
    server
        .ask(move |client| {
            assert_eq!(names(client, "p").len(), 10);
            for n in 0..10 {
                assert!(
                    folder.join(format!("p/ds=a/n={n}")).is_dir(),
                    "the winner's directory stays"
                );
            }
        })
        .await;
}

async fn a_dropped_table_takes_no_partitions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"]]);
            let drop = json!({ "dbname": "default", "name": "p", "deleteData": true });
            client.call("drop_table", drop).unwrap();
            let late = json!({ "new_part": partition("p", &["a", "2"]) });
            let failure = client.call("add_partition", late).unwrap_err();
            assert_eq!(fault(&failure), ("InvalidObjectException", 1));
            make_table(client, "p");
            assert!(
                names(client, "p").is_empty(),
                "a table of the same name starts empty"
            );

            // What was learnt of a table's keys must not outlive them.
            add(client, "p", &[&["a", "1"]]);
            get(client, "p", &["a", "1"]);
            let drop = json!({ "dbname": "default", "name": "p", "deleteData": true });
            client.call("drop_table", drop).unwrap();
            let other = partitioned("default", "p", &[("x", "string")]);
            client
                .call("create_table", json!({ "tbl": other }))
                .unwrap();
            add(client, "p", &[&["a"]]);
            assert_eq!(get(client, "p", &["a"])["values"], json!(["a"]));
            let old = of("p", json!({ "part_vals": ["a", "1"] }));
            let failure = client.call("get_partition", old).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 1));
            let by_name = of("p", json!({ "part_name": "ds=a/n=1" }));
            let failure = client.call("get_partition_by_name", by_name).unwrap_err();
            assert_eq!(failure.message(), "incomplete partition name - missing x");
        })
        .await;
}
