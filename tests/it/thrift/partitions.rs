//! Reading partitions, one and many, in every spelling.

use super::databases::fault;
use super::objects::{descriptor, partitioned, table};
use crate::client::{Client, Options, Protocol};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};
use std::fmt::Write as _;

on_every_database!(
    every_reader_finds_the_same,
    listings_are_cut_by_name,
    long_listings_cross_pages_in_both_protocols,
    the_operators_limit_holds,
);

/// A partition of a table in `default`.
pub(super) fn partition(table: &str, values: &[&str]) -> Value {
    json!({
        "values": values,
        "dbName": "default",
        "tableName": table,
        "sd": descriptor(None),
        "parameters": {},
    })
}

/// Makes a table in `default` that is partitioned by `ds string, n int`.
pub(super) fn make_table(client: &mut Client, name: &str) {
    let table = partitioned("default", name, &[("ds", "string"), ("n", "int")]);
    client
        .call("create_table", json!({ "tbl": table }))
        .unwrap();
}

/// Adds partitions in one call.
pub(super) fn add(client: &mut Client, table: &str, values: &[&[&str]]) {
    let parts: Vec<Value> = values
        .iter()
        .map(|values| partition(table, values))
        .collect();
    let added = client
        .call("add_partitions", json!({ "new_parts": parts }))
        .unwrap();
    assert_eq!(added, json!(values.len()));
}

/// The values of a list of partitions.
pub(super) fn values(list: &Value) -> Vec<Vec<&str>> {
    let list = list
        .as_array()
        .unwrap_or_else(|| panic!("{list} is no list"));
    list.iter()
        .map(|one| {
            one["values"]
                .as_array()
                .unwrap()
                .iter()
                .map(|text| text.as_str().unwrap())
                .collect()
        })
        .collect()
}

/// All names of a table's partitions.
pub(super) fn names(client: &mut Client, table: &str) -> Vec<String> {
    let args = json!({ "db_name": "default", "tbl_name": table, "max_parts": -1 });
    let names = client.call("get_partition_names", args).unwrap();
    names
        .as_array()
        .unwrap()
        .iter()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// Bytes as the client takes them: in hexadecimal digits.
pub(super) fn bytes(text: &str) -> Value {
    let hex = text.bytes().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    json!({ "$hex": hex })
}

/// The arguments of a method that reads a table in `default`, with more.
#[expect(
    clippy::needless_pass_by_value,
    reason = "callers hand over a json! literal"
)]
pub(super) fn of(table: &str, more: Value) -> Value {
    let mut args = json!({ "db_name": "default", "tbl_name": table });
    for (key, value) in more.as_object().unwrap() {
        args[key] = value.clone();
    }
    args
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn every_reader_finds_the_same(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["b", "1"]]);
            let at = json!({ "part_vals": ["a", "1"] });
            let one = client.call("get_partition", of("p", at)).unwrap();
            let with_auth =
                json!({ "part_vals": ["a", "1"], "user_name": "ann", "group_names": [] });
            assert_eq!(
                client
                    .call("get_partition_with_auth", of("p", with_auth))
                    .unwrap(),
                one
            );
            let by_name = of("p", json!({ "part_name": "ds=a/n=1" }));
            assert_eq!(client.call("get_partition_by_name", by_name).unwrap(), one);
            let request = json!({ "dbName": "default", "tblName": "p", "partVals": ["a", "1"] });
            let found = client
                .call("get_partition_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(found["partition"], one);

            let all = client
                .call("get_partitions", of("p", json!({ "max_parts": -1 })))
                .unwrap();
            assert_eq!(all[0], one);
            assert_eq!(values(&all), [["a", "1"], ["b", "1"]]);
            let with_auth = json!({ "max_parts": -1, "user_name": "ann", "group_names": ["g"] });
            assert_eq!(
                client
                    .call("get_partitions_with_auth", of("p", with_auth))
                    .unwrap(),
                all
            );
            let request = json!({ "dbName": "default", "tblName": "p" });
            let found = client
                .call("get_partitions_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(found["partitions"], all);
            let wanted =
                json!({ "names": ["ds=b/n=1", "ds=a/n=1", "ds=a/n=1", "junk", "", "DS=a/N=1"] });
            let found = client
                .call("get_partitions_by_names", of("p", wanted.clone()))
                .unwrap();
            assert_eq!(
                found, all,
                "in the order of names, each once, unknown ones left out"
            );
            let mut request = of("p", wanted);
            request["includeParamKeyPattern"] = json!("transient%");
            let found = client
                .call("get_partitions_by_names_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(found["partitions"], all);
            request["excludeParamKeyPattern"] = json!("%Time");
            let found = client
                .call("get_partitions_by_names_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(found["partitions"][0]["parameters"], json!({}));
            let none = client
                .call("get_partitions_by_names", of("p", json!({ "names": [] })))
                .unwrap();
            assert_eq!(none, json!([]));
            let request = json!({ "dbName": "default", "tblName": "p", "maxParts": -1 });
            let found = client
                .call(
                    "fetch_partition_names_req",
                    json!({ "partitionReq": request }),
                )
                .unwrap();
            assert_eq!(found, json!(["ds=a/n=1", "ds=b/n=1"]));
            let request = json!({ "dbName": "default", "tblName": "p", "partNames": ["ds=b/n=1"] });
            let found = client
                .call("get_partitions_ps_with_auth_req", json!({ "req": request }))
                .unwrap();
            assert_eq!(values(&found["partitions"]), [["b", "1"]]);
        })
        .await;
}

async fn listings_are_cut_by_name(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(
                client,
                "p",
                &[&["a", "2"], &["A", "1"], &["a", "10"], &["_", "1"]],
            );
            let sorted = ["ds=A/n=1", "ds=_/n=1", "ds=a/n=10", "ds=a/n=2"];
            assert_eq!(names(client, "p"), sorted, "in byte order");
            for (max, count) in [(-1, 4), (-5, 4), (0, 0), (1, 1), (3, 3), (9, 4)] {
                let args = of("p", json!({ "max_parts": max }));
                let listed = client.call("get_partition_names", args.clone()).unwrap();
                assert_eq!(listed, json!(sorted[..count]), "{max}");
                let listed = client.call("get_partitions", args).unwrap();
                assert_eq!(listed.as_array().unwrap().len(), count, "{max}");
            }
            let unset = client
                .call("get_partition_names", of("p", json!({})))
                .unwrap();
            assert_eq!(unset.as_array().unwrap().len(), 4);
            client
                .call("create_table", json!({ "tbl": table("default", "plain") }))
                .unwrap();
            let none = client
                .call("get_partitions", of("plain", json!({ "max_parts": -1 })))
                .unwrap();
            assert_eq!(none, json!([]));
        })
        .await;
}

async fn long_listings_cross_pages_in_both_protocols(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let made = server
        .ask(|client| {
            make_table(client, "p");
            let mut made = Vec::new();
            for chunk in 0..3 {
                let values: Vec<[String; 2]> = (0..900)
                    .map(|n| [format!("d{chunk}"), n.to_string()])
                    .collect();
                let parts: Vec<Value> = values
                    .iter()
                    .map(|[ds, n]| partition("p", &[ds, n]))
                    .collect();
                let count = client
                    .call("add_partitions", json!({ "new_parts": parts }))
                    .unwrap();
                assert_eq!(count, json!(900));
                made.extend(values.iter().map(|[ds, n]| format!("ds={ds}/n={n}")));
            }
            made.sort();
            assert_eq!(names(client, "p"), made);
            made
        })
        .await;
    for protocol in [Protocol::Binary, Protocol::Compact] {
        let made = made.clone();
        let options = Options {
            protocol,
            ..Options::default()
        };
        server
            .ask_with(options, move |client| {
                let all = client
                    .call("get_partitions", of("p", json!({ "max_parts": -1 })))
                    .unwrap();
                let all = all.as_array().unwrap();
                assert_eq!(all.len(), 2700);
                for (one, name) in all.iter().zip(&made) {
                    assert!(
                        one["sd"]["location"]
                            .as_str()
                            .unwrap()
                            .ends_with(&format!("/p/{name}"))
                    );
                    assert_eq!(one["sd"]["cols"][1]["name"], "name");
                    assert_eq!(
                        one["sd"]["serdeInfo"]["parameters"]["serialization.format"],
                        "1"
                    );
                }
                let cut = client
                    .call("get_partitions", of("p", json!({ "max_parts": 1500 })))
                    .unwrap();
                assert_eq!(cut.as_array().unwrap()[..], all[..1500]);
                let filter = json!({ "filter": "n = 5", "max_parts": -1 });
                let found = client
                    .call("get_partitions_by_filter", of("p", filter))
                    .unwrap();
                assert_eq!(values(&found), [["d0", "5"], ["d1", "5"], ["d2", "5"]]);
            })
            .await;
    }
}

async fn the_operators_limit_holds(storage: TestDatabase) {
    let limited =
        |settings: &mut skep::config::Settings| settings.hive.partitions_per_request_max = 2;
    let server = TestServer::start_with(&storage, limited).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["a", "2"], &["b", "1"]]);
            let failure = client.call("get_partitions", of("p", json!({ "max_parts": -1 }))).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 2));
            assert_eq!(
                failure.message(),
                "Number of partitions scanned (=3) on table 'p' exceeds limit (=2). This is controlled on the \
                 metastore server by metastore.limit.partition.request."
            );
            let explicit = of("p", json!({ "max_parts": 3 }));
            assert!(client.call("get_partitions", explicit).is_err());
            let two = client.call("get_partitions", of("p", json!({ "max_parts": 2 }))).unwrap();
            assert_eq!(two.as_array().unwrap().len(), 2);
            let filter = of("p", json!({ "filter": "ds = 'a'", "max_parts": -1 }));
            let two = client.call("get_partitions_by_filter", filter).unwrap();
            assert_eq!(values(&two), [["a", "1"], ["a", "2"]], "what is not meant does not count");
            assert_eq!(names(client, "p").len(), 3, "names have no limit");
        })
        .await;
}
