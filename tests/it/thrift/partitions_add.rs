//! Adding partitions, in every spelling.

use super::databases::fault;
use super::objects::{descriptor, partitioned};
use super::partitions::{add, make_table, names, of, partition, values};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};
use skep::clock::DatabaseTime;

on_every_database!(
    a_partition_comes_back_as_it_was_sent,
    lists_are_added_whole_or_not_at_all,
    what_exists_is_left_out_where_the_client_says_so,
    partitions_are_appended_by_values_and_by_name,
    appends_are_refused,
    packed_partitions_are_added,
    partitions_of_views_have_no_place,
    directories_are_made_and_counted,
    a_pending_deletion_spares_what_was_written_since,
);

async fn a_partition_comes_back_as_it_was_sent(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            let mut sent = partition("P", &["2024-01-02", "7"]);
            sent["dbName"] = json!("Default");
            sent["createTime"] = json!(9);
            sent["lastAccessTime"] = json!(8);
            sent["parameters"] = json!({ "k": "", "long": "x".repeat(40_000) });
            sent["sd"]["cols"] = json!([{ "name": "other", "type": "NOSUCH" }]);
            let made = client
                .call("add_partition", json!({ "new_part": sent }))
                .unwrap();
            assert_eq!(made["values"], sent["values"]);
            assert_eq!(
                (&made["dbName"], &made["tableName"]),
                (&json!("default"), &json!("p"))
            );
            assert_eq!(made["catName"], "hive");
            let place = format!("file:{}", folder.join("p/ds=2024-01-02/n=7").display());
            assert_eq!(made["sd"]["location"], place);
            assert_eq!(made["sd"]["cols"], sent["sd"]["cols"]);
            assert_eq!(made["sd"]["skewedInfo"]["skewedColNames"], json!([]));
            assert!(
                made["createTime"].as_i64().unwrap() > 1_000_000,
                "the server sets the time"
            );
            assert_eq!(made["lastAccessTime"], 8);
            let parameters = made["parameters"].as_object().unwrap();
            assert_eq!(
                parameters["transient_lastDdlTime"],
                made["createTime"].to_string()
            );
            assert_eq!((parameters.len(), &parameters["k"]), (3, &json!("")));
            assert_eq!(parameters["long"].as_str().unwrap().len(), 40_000);

            let at = of("p", json!({ "part_vals": ["2024-01-02", "7"] }));
            assert_eq!(client.call("get_partition", at).unwrap(), made);

            let mut elsewhere = partition("p", &["x", "1"]);
            let custom = folder.parent().unwrap().join("custom");
            elsewhere["sd"]["location"] = json!(format!("file://{}//x/", custom.display()));
            let made = client
                .call("add_partition", json!({ "new_part": elsewhere }))
                .unwrap();
            assert_eq!(
                made["sd"]["location"],
                format!("file:{}/x", custom.display())
            );
            assert!(custom.join("x").is_dir());
            let mut columnless = partition("p", &["x", "2"]);
            columnless["sd"].as_object_mut().unwrap().remove("cols");
            let made = client
                .call("add_partition", json!({ "new_part": columnless }))
                .unwrap();
            assert_eq!(made["sd"].get("cols"), None);
        })
        .await;
}

async fn lists_are_added_whole_or_not_at_all(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            assert_eq!(
                client
                    .call("add_partitions", json!({ "new_parts": [] }))
                    .unwrap(),
                json!(0)
            );
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            assert!(folder.join("p/ds=a/n=2").is_dir());

            let taken =
                json!({ "new_parts": [partition("p", &["b", "1"]), partition("p", &["a", "1"])] });
            let failure = client.call("add_partitions", taken).unwrap_err();
            assert_eq!(fault(&failure), ("AlreadyExistsException", 2));
            let twice =
                json!({ "new_parts": [partition("p", &["b", "1"]), partition("p", &["b", "1"])] });
            let failure = client.call("add_partitions", twice).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            let short =
                json!({ "new_parts": [partition("p", &["b", "1"]), partition("p", &["b"])] });
            let failure = client.call("add_partitions", short).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            assert_eq!(
                failure.message(),
                "Invalid partition key & values; keys [ds, n, ], values [b, ]"
            );
            assert_eq!(names(client, "p"), ["ds=a/n=1", "ds=a/n=2"]);
            assert!(
                !folder.join("p/ds=b").exists(),
                "no directory of a failed request is left"
            );
        })
        .await;
}

async fn what_exists_is_left_out_where_the_client_says_so(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            let request = |parts: &[&[&str]], more: Value| {
                let parts: Vec<Value> = parts.iter().map(|values| partition("p", values)).collect();
                let mut request = json!({ "dbName": "default", "tblName": "p", "parts": parts });
                for (key, value) in more.as_object().unwrap() {
                    request[key] = value.clone();
                }
                json!({ "request": request })
            };
            let lenient = json!({ "ifNotExists": true, "needResult": true });
            let result = client
                .call(
                    "add_partitions_req",
                    request(&[&["a", "1"]], lenient.clone()),
                )
                .unwrap();
            assert_eq!(values(&result["partitions"]), [["a", "1"]]);
            let both: &[&[&str]] = &[&["a", "1"], &["a", "2"]];
            let result = client
                .call("add_partitions_req", request(both, lenient.clone()))
                .unwrap();
            assert_eq!(
                values(&result["partitions"]),
                [["a", "2"]],
                "only the new one"
            );
            let result = client
                .call("add_partitions_req", request(both, lenient))
                .unwrap();
            assert_eq!(result, json!({ "partitions": [] }));
            let strict = json!({ "ifNotExists": false });
            let more: &[&[&str]] = &[&["a", "3"], &["a", "2"]];
            let failure = client
                .call("add_partitions_req", request(more, strict))
                .unwrap_err();
            assert_eq!(fault(&failure), ("AlreadyExistsException", 2));
            let silent = json!({ "ifNotExists": true, "needResult": false });
            let result = client
                .call("add_partitions_req", request(&[&["a", "3"]], silent))
                .unwrap();
            assert_eq!(result, json!({}));

            // Hive 4 leaves the columns out of each partition and sends them once.
            let mut skipping = request(&[&["a", "4"]], json!({ "ifNotExists": true }));
            skipping["request"]["skipColumnSchemaForPartition"] = json!(true);
            skipping["request"]["parts"][0]["sd"]["cols"] = json!([]);
            let result = client.call("add_partitions_req", skipping).unwrap();
            assert_eq!(
                result["partitions"][0]["sd"]["cols"],
                descriptor(None)["cols"]
            );
            assert_eq!(result["partitionColSchema"], descriptor(None)["cols"]);
        })
        .await;
}

async fn partitions_are_appended_by_values_and_by_name(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            let made = client
                .call(
                    "append_partition",
                    of("p", json!({ "part_vals": ["a", "1"] })),
                )
                .unwrap();
            assert_eq!(made["sd"]["cols"], descriptor(None)["cols"]);
            let by_name = of("p", json!({ "part_name": "n=2/ds=a%2Fb" }));
            let made = client.call("append_partition_by_name", by_name).unwrap();
            assert_eq!(made["values"], json!(["a/b", "2"]));
            assert!(
                made["sd"]["location"]
                    .as_str()
                    .unwrap()
                    .ends_with("/p/ds=a%2Fb/n=2")
            );
            let context = json!({ "properties": {} });
            let with = json!({ "part_vals": ["a", "3"], "environment_context": context });
            client
                .call("append_partition_with_environment_context", of("p", with))
                .unwrap();
            let with = json!({ "part_name": "ds=a/n=4", "environment_context": context });
            client
                .call(
                    "append_partition_by_name_with_environment_context",
                    of("p", with),
                )
                .unwrap();
            let request = json!({ "dbName": "default", "tableName": "p", "partVals": ["a", "5"] });
            client
                .call(
                    "append_partition_req",
                    json!({ "appendPartitionsReq": request }),
                )
                .unwrap();
            let request = json!({ "dbName": "default", "tableName": "p", "name": "ds=a/n=6" });
            client
                .call(
                    "append_partition_req",
                    json!({ "appendPartitionsReq": request }),
                )
                .unwrap();
            assert_eq!(
                names(client, "p"),
                [
                    "ds=a%2Fb/n=2",
                    "ds=a/n=1",
                    "ds=a/n=3",
                    "ds=a/n=4",
                    "ds=a/n=5",
                    "ds=a/n=6"
                ]
            );
        })
        .await;
}

async fn appends_are_refused(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"]]);
            let mut refused = |method: &str, args: Value| {
                let failure = client.call(method, args).unwrap_err();
                (failure.name().to_owned(), failure.field())
            };
            let exists = of("p", json!({ "part_vals": ["a", "1"] }));
            assert_eq!(
                refused("append_partition", exists),
                ("AlreadyExistsException".into(), 2)
            );
            let short = of("p", json!({ "part_vals": ["a"] }));
            assert_eq!(
                refused("append_partition", short),
                ("MetaException".into(), 3)
            );
            let nowhere = of("nope", json!({ "part_vals": ["a"] }));
            assert_eq!(
                refused("append_partition", nowhere),
                ("InvalidObjectException".into(), 1)
            );
            let lacking = of("p", json!({ "part_name": "ds=a" }));
            assert_eq!(
                refused("append_partition_by_name", lacking),
                ("InvalidObjectException".into(), 1)
            );
            let empty = of("p", json!({ "part_name": "" }));
            assert_eq!(
                refused("append_partition_by_name", empty),
                ("MetaException".into(), 3)
            );
        })
        .await;
}

async fn packed_partitions_are_added(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            let root = format!("file:{}", folder.join("packed").display());
            let shared = json!({
                "dbName": "default", "tableName": "p", "rootPath": root,
                "sharedSDPartitionSpec": {
                    "sd": descriptor(Some(&root)),
                    "partitions": [
                        { "values": ["a", "1"], "relativePath": "/one", "parameters": {} },
                        { "values": ["a", "2"], "relativePath": "/two", "parameters": { "k": "v" } },
                    ],
                },
            });
            let listed = json!({
                "dbName": "default", "tableName": "p",
                "partitionList": { "partitions": [partition("wrong", &["b", "1"])] },
            });
            let added = client.call("add_partitions_pspec", json!({ "new_parts": [shared, listed] })).unwrap();
            assert_eq!(added, json!(3));
            let specs = client.call("get_partitions_pspec", of("p", json!({ "max_parts": -1 }))).unwrap();
            let list = &specs[0]["partitionList"]["partitions"];
            assert_eq!(values(list), [["a", "1"], ["a", "2"], ["b", "1"]]);
            assert_eq!(list[1]["sd"]["location"], format!("{root}/two"));
            assert_eq!((&specs[0]["dbName"], &specs[0]["tableName"]), (&json!("default"), &json!("p")));
            assert_eq!(specs[0]["rootPath"], format!("file:{}", folder.join("p").display()));
        })
        .await;
}

async fn partitions_of_views_have_no_place(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let mut view = partitioned("default", "v", &[("ds", "string")]);
            view["tableType"] = json!("VIRTUAL_VIEW");
            client.call("create_table", json!({ "tbl": view })).unwrap();
            let made = client
                .call(
                    "add_partition",
                    json!({ "new_part": partition("v", &["a"]) }),
                )
                .unwrap();
            assert_eq!(made["sd"].get("location"), None);
            let mut bare = partition("v", &["b"]);
            bare.as_object_mut().unwrap().remove("sd");
            client
                .call("add_partition", json!({ "new_part": bare }))
                .unwrap();
            let all = client
                .call("get_partitions", of("v", json!({ "max_parts": -1 })))
                .unwrap();
            assert_eq!(values(&all), [["a"], ["b"]]);
            let mut placed = partition("v", &["c"]);
            placed["sd"]["location"] = json!("file:/tmp/c");
            let failure = client
                .call("add_partition", json!({ "new_part": placed }))
                .unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            let failure = client
                .call("append_partition", of("v", json!({ "part_vals": ["d"] })))
                .unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
        })
        .await;
}

async fn directories_are_made_and_counted(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            make_table(client, "p");
            for n in ["1", "2"] {
                let directory = folder.join(format!("p/ds=a/n={n}"));
                std::fs::create_dir_all(&directory).unwrap();
                std::fs::write(directory.join("data"), "12345").unwrap();
                std::fs::write(directory.join("_SUCCESS"), "hidden").unwrap();
            }
            let counted = client
                .call(
                    "add_partition",
                    json!({ "new_part": partition("p", &["a", "1"]) }),
                )
                .unwrap();
            assert_eq!(counted["parameters"]["numFiles"], "1");
            assert_eq!(counted["parameters"]["totalSize"], "5");
            let context = json!({ "properties": { "DO_NOT_UPDATE_STATS": "true" } });
            let args =
                json!({ "new_part": partition("p", &["a", "2"]), "environment_context": context });
            let quiet = client
                .call("add_partition_with_environment_context", args)
                .unwrap();
            assert_eq!(quiet["parameters"].get("numFiles"), None);
            let fresh = client
                .call(
                    "add_partition",
                    json!({ "new_part": partition("p", &["b", "1"]) }),
                )
                .unwrap();
            assert_eq!(fresh["parameters"].get("numFiles"), None);
            assert!(folder.join("p/ds=b/n=1").is_dir());
        })
        .await;
}

/// A drop could not delete its data; then an engine writes new files there and adds the partition again.
async fn a_pending_deletion_spares_what_was_written_since(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    let place = folder.join("p/ds=a/n=1");
    let sql = format!(
        "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
         VALUES (1, 'file:{}', 'a test', 1, 1, 4102444800), (2, 'file:/elsewhere/x', 'a test', 1, 1, 4102444800)",
        place.display()
    );
    server.ask(|client| make_table(client, "p")).await;
    storage.execute(&sql).await;
    server
        .ask(move |client| {
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("new"), "12345").unwrap();
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            assert!(place.join("new").exists());
        })
        .await;
    let store = storage.store().await;
    let mut session = store.session().await.unwrap();
    let end_of_time = DatabaseTime::from_database(i64::MAX);
    let left = session.pending_delete_due(end_of_time, 10).await.unwrap();
    let left: Vec<i64> = left.iter().map(|one| one.id).collect();
    assert_eq!(left, [2], "only the one elsewhere still waits");
}
