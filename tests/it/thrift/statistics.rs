//! Column statistics of tables and partitions.

use super::objects::{database, descriptor, partitioned, table};
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    statistics_of_a_table_are_written_read_and_deleted,
    every_family_of_types_survives,
    statistics_of_partitions_stand_apart,
    engines_do_not_see_each_others_statistics,
    partitions_are_aggregated_and_merged,
    faults_have_hives_exceptions,
);

fn longs(low: i64, high: i64) -> Value {
    json!({ "colName": "ID", "colType": "bigint", "statsData": {
        "longStats": { "lowValue": low, "highValue": high, "numNulls": 1, "numDVs": 9 },
    } })
}

fn strings() -> Value {
    json!({ "colName": "name", "colType": "string", "statsData": {
        "stringStats": { "maxColLen": 12, "avgColLen": 3.5, "numNulls": 0, "numDVs": 7 },
    } })
}

fn sent(table: &str, partition: Option<&str>, objects: &Value) -> Value {
    json!({
        "statsDesc": {
            "isTblLevel": partition.is_none(), "dbName": "d", "tableName": table, "partName": partition,
            "lastAnalyzed": 1,
        },
        "statsObj": objects,
    })
}

fn update(
    client: &mut Client,
    table: &str,
    partition: Option<&str>,
    objects: &Value,
) -> Result<Value, Failure> {
    let method = if partition.is_some() {
        "update_partition_column_statistics"
    } else {
        "update_table_column_statistics"
    };
    client.call(
        method,
        json!({ "stats_obj": sent(table, partition, objects) }),
    )
}

fn read(client: &mut Client, table: &str, columns: &[&str]) -> Result<Value, Failure> {
    let request = json!({ "dbName": "d", "tblName": table, "colNames": columns });
    let found = client.call("get_table_statistics_req", json!({ "request": request }))?;
    Ok(found["tableStats"].clone())
}

fn read_partitions(client: &mut Client, columns: &[&str], partitions: &[&str]) -> Value {
    let request =
        json!({ "dbName": "d", "tblName": "p", "colNames": columns, "partNames": partitions });
    let found = client
        .call(
            "get_partitions_statistics_req",
            json!({ "request": request }),
        )
        .unwrap();
    found["partStats"].clone()
}

fn delete(client: &mut Client, table: &str, column: Option<&str>) -> Result<Value, Failure> {
    let args = json!({ "db_name": "d", "tbl_name": table, "col_name": column });
    client.call("delete_table_column_statistics", args)
}

fn fault(failure: &Failure) -> (&str, i16) {
    (failure.name(), failure.field())
}

/// A database with a table `t` and a table `p` of two partitions.
fn prepare(client: &mut Client) {
    client
        .call("create_database", json!({ "database": database("d") }))
        .unwrap();
    client
        .call("create_table", json!({ "tbl": table("d", "t") }))
        .unwrap();
    client
        .call(
            "create_table",
            json!({ "tbl": partitioned("d", "p", &[("ds", "string")]) }),
        )
        .unwrap();
    let partition = |value: &str| json!({ "values": [value], "dbName": "d", "tableName": "p", "sd": descriptor(None), "parameters": {} });
    let partitions = json!({ "new_parts": [partition("a"), partition("b")] });
    client.call("add_partitions", partitions).unwrap();
}

fn accuracy(object: &Value) -> &Value {
    &object["parameters"]["COLUMN_STATS_ACCURATE"]
}

async fn statistics_of_a_table_are_written_read_and_deleted(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            let many = (0..20_000).map(|n| format!("c{n}"));
            let many: Vec<String> = many.collect();
            let request = json!({ "dbName": "d", "tblName": "t", "colNames": many });
            client
                .call("get_table_statistics_req", json!({ "request": request }))
                .unwrap();
            assert_eq!(read(client, "t", &["id"]).unwrap(), json!([]));
            let none = json!({ "db_name": "d", "tbl_name": "t", "col_name": "id" });
            let failure = client
                .call("get_table_column_statistics", none.clone())
                .unwrap_err();
            assert_eq!(
                failure.name(),
                "UnknownResult",
                "Java clients call it a missing result"
            );

            update(client, "T", None, &json!([longs(1, 10), strings()])).unwrap();
            let mut expected = longs(1, 10);
            expected["colName"] = json!("id");
            assert_eq!(
                read(client, "t", &["Id", "NAME", "nosuch"]).unwrap(),
                json!([expected, strings()])
            );
            let one = client.call("get_table_column_statistics", none).unwrap();
            assert_eq!(one["statsObj"], json!([expected]));
            assert_eq!(one["statsDesc"]["isTblLevel"], true);
            assert!(
                one["statsDesc"]["lastAnalyzed"].as_i64().unwrap() > 1,
                "the server's time"
            );
            let get = json!({ "dbname": "d", "tbl_name": "t" });
            let stored = client.call("get_table", get.clone()).unwrap();
            assert_eq!(
                *accuracy(&stored),
                r#"{"COLUMN_STATS":{"id":"true","name":"true"}}"#
            );

            let without_bounds = json!({ "colName": "id", "colType": "bigint", "statsData": {
                "longStats": { "numNulls": 0, "numDVs": 2 } } });
            update(client, "t", None, &json!([without_bounds])).unwrap();
            assert_eq!(read(client, "t", &["id"]).unwrap(), json!([without_bounds]));

            delete(client, "t", Some("ID")).unwrap();
            assert_eq!(
                read(client, "t", &["id", "name"]).unwrap(),
                json!([strings()])
            );
            let stored = client.call("get_table", get.clone()).unwrap();
            assert_eq!(*accuracy(&stored), r#"{"COLUMN_STATS":{"name":"true"}}"#);
            assert_eq!(
                fault(&delete(client, "t", Some("id")).unwrap_err()),
                ("NoSuchObjectException", 1)
            );
            delete(client, "t", None).unwrap();
            delete(client, "t", None).unwrap();
            let stored = client.call("get_table", get).unwrap();
            assert_eq!(*accuracy(&stored), Value::Null);
        })
        .await;
}

async fn every_family_of_types_survives(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            let families = [
                json!({ "booleanStats": { "numTrues": 1, "numFalses": -1, "numNulls": 2 } }),
                json!({ "doubleStats": { "lowValue": -0.5, "highValue": 1e300, "numNulls": 0, "numDVs": 3 } }),
                json!({ "binaryStats": { "maxColLen": 9, "avgColLen": 4.25, "numNulls": 0 } }),
                json!({ "decimalStats": {
                    "lowValue": { "unscaled": { "$hex": "ff85" }, "scale": 2 },
                    "highValue": { "unscaled": { "$hex": "ffff7b" }, "scale": 1 }, "numNulls": 0, "numDVs": 2,
                } }),
                json!({ "dateStats": {
                    "lowValue": { "daysSinceEpoch": -3 }, "highValue": { "daysSinceEpoch": 19_000 },
                    "numNulls": 0, "numDVs": 2,
                } }),
                json!({ "timestampStats": {
                    "lowValue": { "secondsSinceEpoch": -3 }, "highValue": { "secondsSinceEpoch": 1_700_000_000 },
                    "numNulls": -1, "numDVs": 2,
                } }),
                json!({ "longStats": { "numNulls": 0, "numDVs": 0 } }),
            ];
            for family in families {
                let object = json!({ "colName": "id", "colType": "bigint", "statsData": family });
                update(client, "t", None, &json!([object])).unwrap();
                assert_eq!(read(client, "t", &["id"]).unwrap(), json!([object]));
            }
            let mut with_sketch = longs(1, 2);
            with_sketch["statsData"]["longStats"]["bitVectors"] = json!({ "$hex": "484c" });
            update(client, "t", None, &json!([with_sketch])).unwrap();
            let shown = read(client, "t", &["id"]).unwrap();
            assert_eq!(shown[0]["statsData"], longs(1, 2)["statsData"], "sketches are kept but not shown");
        })
        .await;
}

async fn statistics_of_partitions_stand_apart(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            update(client, "p", Some("DS=a"), &json!([longs(1, 10), strings()])).unwrap();
            update(client, "p", Some("ds=b"), &json!([longs(4, 40)])).unwrap();
            let found = read_partitions(client, &["id", "name"], &["ds=a", "ds=b", "ds=zzz"]);
            assert_eq!(found["ds=a"].as_array().unwrap().len(), 2);
            assert_eq!(found["ds=b"][0]["statsData"], longs(4, 40)["statsData"]);
            assert!(found.get("ds=zzz").is_none());
            assert_eq!(read_partitions(client, &["name"], &["ds=b"]), json!({}));
            assert_eq!(read_partitions(client, &[], &["ds=b"]), json!({}));
            assert_eq!(read(client, "p", &["id"]).unwrap(), json!([]));
            let get = json!({ "db_name": "d", "tbl_name": "p", "part_vals": ["a"] });
            let partition = client.call("get_partition", get).unwrap();
            assert_eq!(
                *accuracy(&partition),
                r#"{"COLUMN_STATS":{"id":"true","name":"true"}}"#
            );
            let one =
                json!({ "db_name": "d", "tbl_name": "p", "part_name": "ds=a", "col_name": "name" });
            let one = client.call("get_partition_column_statistics", one).unwrap();
            assert_eq!(one["statsDesc"]["partName"], "ds=a");
            assert_eq!(one["statsObj"], json!([strings()]));

            let missing = update(client, "p", Some("ds=zzz"), &json!([longs(1, 2)])).unwrap_err();
            assert_eq!(fault(&missing), ("NoSuchObjectException", 1));
            assert!(update(client, "p", Some("junk"), &json!([longs(1, 2)])).is_err());
            let args =
                json!({ "db_name": "d", "tbl_name": "p", "part_name": "ds=a", "col_name": "id" });
            client
                .call("delete_partition_column_statistics", args.clone())
                .unwrap();
            let again = client
                .call("delete_partition_column_statistics", args)
                .unwrap_err();
            assert_eq!(fault(&again), ("NoSuchObjectException", 1));
            let request =
                json!({ "db_name": "d", "tbl_name": "p", "part_names": ["ds=a", "ds=b"] });
            client
                .call("delete_column_statistics_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(
                read_partitions(client, &["id", "name"], &["ds=a", "ds=b"]),
                json!({})
            );
        })
        .await;
}

async fn engines_do_not_see_each_others_statistics(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            let mut of_impala = sent("t", None, &json!([longs(7, 8)]));
            of_impala["engine"] = json!("impala");
            let request = json!({ "colStats": [of_impala], "engine": "impala" });
            let answer = client.call("update_table_column_statistics_req", json!({ "req": request })).unwrap();
            assert_eq!(answer["result"], true);
            let one = sent("p", Some("ds=b"), &json!([longs(5, 6)]));
            let of_partition = json!({ "req": { "colStats": [one], "engine": "hive" } });
            let answer = client.call("update_partition_column_statistics_req", of_partition).unwrap();
            assert_eq!(answer["result"], true);
            let stored = read_partitions(client, &["id"], &["ds=b"]);
            assert_eq!(stored["ds=b"][0]["statsData"], longs(5, 6)["statsData"]);
            assert_eq!(read(client, "t", &["id"]).unwrap(), json!([]));
            let ask = json!({ "dbName": "d", "tblName": "t", "colNames": ["id"], "engine": "impala" });
            let found = client.call("get_table_statistics_req", json!({ "request": ask })).unwrap();
            assert_eq!(found["tableStats"][0]["statsData"], longs(7, 8)["statsData"]);

            let two = json!({ "colStats": [sent("t", None, &json!([longs(1, 2)])), sent("t", None, &json!([longs(1, 2)]))] });
            let failure = client.call("update_table_column_statistics_req", json!({ "req": two })).unwrap_err();
            assert_eq!(fault(&failure), ("InvalidInputException", 4));
            let merging = json!({ "colStats": [sent("t", None, &json!([longs(1, 2)]))], "needMerge": true });
            let failure = client.call("update_table_column_statistics_req", json!({ "req": merging })).unwrap_err();
            assert_eq!(fault(&failure), ("InvalidInputException", 4));
        })
        .await;
}

async fn partitions_are_aggregated_and_merged(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            let both = json!([
                sent("p", Some("ds=a"), &json!([longs(1, 10), strings()])),
                sent("p", Some("ds=b"), &json!([longs(-4, 4)])),
            ]);
            client.call("set_aggr_stats_for", json!({ "request": { "colStats": both, "needMerge": false } })).unwrap();
            let mut aggregate = |columns: Value, partitions: Value| {
                let request = json!({ "dbName": "d", "tblName": "p", "colNames": columns, "partNames": partitions });
                client.call("get_aggr_stats_for", json!({ "request": request })).unwrap()
            };
            let all = aggregate(json!(["id"]), json!(["ds=a", "ds=b", "ds=none"]));
            assert_eq!(all["partsFound"], 2);
            let figures = &all["colStats"][0]["statsData"]["longStats"];
            assert_eq!(*figures, json!({ "lowValue": -4, "highValue": 10, "numNulls": 2, "numDVs": 9 }));
            assert_eq!(aggregate(json!(["id", "name"]), json!(["ds=a", "ds=b"]))["partsFound"], 1);
            let empty = json!({ "colStats": [], "partsFound": 0 });
            assert_eq!(aggregate(json!([]), json!(["ds=a"])), empty);
            assert_eq!(aggregate(json!(["id"]), json!([])), empty);

            let more = json!([sent("p", Some("ds=b"), &json!([longs(0, 99), strings()]))]);
            client.call("set_aggr_stats_for", json!({ "request": { "colStats": more, "needMerge": true } })).unwrap();
            let merged = read_partitions(client, &["id", "name"], &["ds=b"]);
            let figures = json!([{ "colName": "id", "colType": "bigint", "statsData": {
                "longStats": { "lowValue": -4, "highValue": 99, "numNulls": 2, "numDVs": 9 } } }]);
            assert_eq!(merged["ds=b"], figures, "a column that does not count as accurate is not merged");
        })
        .await;
}

async fn faults_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            prepare(client);
            let mut unknown = longs(1, 2);
            unknown["colName"] = json!("nosuch");
            let failure = update(client, "t", None, &json!([unknown])).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            assert_eq!(
                failure.message(),
                "Column nosuch doesn't exist in table t in database d"
            );
            let failure = update(client, "none", None, &json!([longs(1, 2)])).unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchObjectException", 1));
            assert_eq!(
                failure.message(),
                "Specified database/table does not exist : d.none"
            );
            let failure = update(client, "p", Some("junk"), &json!([longs(1, 2)])).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            let failure = update(client, "p", Some("ds=none"), &json!([longs(1, 2)])).unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchObjectException", 1));
            assert_eq!(
                failure.message(),
                "Partition for which stats is gathered doesn't exist."
            );
            assert_eq!(
                fault(&read(client, "none", &["id"]).unwrap_err()),
                ("NoSuchObjectException", 1)
            );
            assert_eq!(
                fault(&delete(client, "none", None).unwrap_err()),
                ("NoSuchObjectException", 1)
            );
            let failure = client
                .call("update_table_column_statistics", json!({}))
                .unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            let nameless = json!({ "db_name": "d", "col_name": "id" });
            let failure = client
                .call("delete_table_column_statistics", nameless)
                .unwrap_err();
            assert_eq!(fault(&failure), ("InvalidInputException", 4));
        })
        .await;
}
