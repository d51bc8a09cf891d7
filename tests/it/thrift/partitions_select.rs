//! Choosing partitions: by leading values, by filter, by expression; and values that are odd.

use super::databases::fault;
use super::objects::{partitioned, table};
use super::partitions::{add, make_table, names, of, partition, values};
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    leading_values_are_whole_values,
    filters_choose_exactly,
    filters_that_make_no_sense_are_told,
    expressions_are_read_or_answered_with_all,
    values_of_keys_are_listed,
    specifications_of_hive_4_are_answered,
    odd_values_survive_everywhere,
    names_are_taken_apart,
);

/// A table with partitions whose values are texts of one another.
fn sample(client: &mut Client) {
    make_table(client, "p");
    add(
        client,
        "p",
        &[
            &["7", "1"],
            &["70", "1"],
            &["7", "10"],
            &["7", "2"],
            &["", "1"],
            &["a.b", "1"],
            &["axb", "1"],
        ],
    );
}

async fn leading_values_are_whole_values(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            sample(client);
            let default = "ds=__HIVE_DEFAULT_PARTITION__/n=1";
            for (wanted, expected) in [
                (json!(["7"]), vec!["ds=7/n=1", "ds=7/n=10", "ds=7/n=2"]),
                (json!(["7", ""]), vec!["ds=7/n=1", "ds=7/n=10", "ds=7/n=2"]),
                (json!(["7", "1"]), vec!["ds=7/n=1"]),
                (
                    json!(["", "1"]),
                    vec!["ds=7/n=1", "ds=70/n=1", default, "ds=a.b/n=1", "ds=axb/n=1"],
                ),
                (json!(["", "10"]), vec!["ds=7/n=10"]),
                (json!(["a.b"]), vec!["ds=a.b/n=1"]),
                (json!(["__HIVE_DEFAULT_PARTITION__"]), vec![default]),
                (json!(["__HIVE_DEFAULT_PARTITION__", "1"]), vec![default]),
                (json!(["zzz"]), vec![]),
            ] {
                let args = of("p", json!({ "part_vals": wanted, "max_parts": -1 }));
                let found = client.call("get_partition_names_ps", args.clone()).unwrap();
                assert_eq!(found, json!(expected), "{wanted}");
                let whole = client.call("get_partitions_ps", args.clone()).unwrap();
                assert_eq!(whole.as_array().unwrap().len(), expected.len(), "{wanted}");
                assert_eq!(
                    client.call("get_partitions_ps_with_auth", args).unwrap(),
                    whole
                );
                let request = json!({ "dbName": "default", "tblName": "p", "partValues": wanted });
                let found = client
                    .call("get_partition_names_ps_req", json!({ "req": request }))
                    .unwrap();
                assert_eq!(found["names"], json!(expected));
                let request = json!({ "dbName": "default", "tblName": "p", "partVals": wanted });
                let found = client
                    .call("get_partitions_ps_with_auth_req", json!({ "req": request }))
                    .unwrap();
                assert_eq!(found["partitions"], whole);
            }
            let all = of("p", json!({ "part_vals": ["", ""], "max_parts": -1 }));
            assert_eq!(
                client.call("get_partition_names_ps", all).unwrap(),
                json!(names(client, "p"))
            );
            let two = of("p", json!({ "part_vals": ["", "1"], "max_parts": 2 }));
            let two = client.call("get_partition_names_ps", two).unwrap();
            assert_eq!(two, json!(["ds=7/n=1", "ds=70/n=1"]));
            let none = of("p", json!({ "part_vals": ["7"], "max_parts": 0 }));
            assert_eq!(client.call("get_partitions_ps", none).unwrap(), json!([]));
        })
        .await;
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn filters_choose_exactly(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(
                client,
                "p",
                &[
                    &["a", "1"],
                    &["a", "2"],
                    &["b", "1"],
                    &["b", "007"],
                    &["c", "10"],
                    &["", "3"],
                ],
            );
            for (filter, expected) in [
                ("ds = \"a\"", vec![["a", "1"], ["a", "2"]]),
                ("ds = \"a\" and n > 1", vec![["a", "2"]]),
                (
                    "(ds = \"a\" or ds = 'c') and n >= 2",
                    vec![["a", "2"], ["c", "10"]],
                ),
                ("n = 7", vec![["b", "007"]]),
                (
                    "n > 1 and n < 10",
                    vec![["", "3"], ["a", "2"], ["b", "007"]],
                ),
                (
                    "(ds) in ('b', 'c')",
                    vec![["b", "007"], ["b", "1"], ["c", "10"]],
                ),
                (
                    "ds != 'a' and (n) not in (1, 10)",
                    vec![["", "3"], ["b", "007"]],
                ),
                ("ds like 'b.*'", vec![["b", "007"], ["b", "1"]]),
                (
                    "n between 1 and 2",
                    vec![["a", "1"], ["a", "2"], ["b", "1"]],
                ),
                ("ds = 'a' and ds = 'b'", vec![]),
                ("1 < n and DS = 'a'", vec![["a", "2"]]),
            ] {
                let args = of("p", json!({ "filter": filter, "max_parts": -1 }));
                let found = client
                    .call("get_partitions_by_filter", args.clone())
                    .unwrap();
                assert_eq!(values(&found), expected, "{filter}");
                let counted = of("p", json!({ "filter": filter }));
                let count = client
                    .call("get_num_partitions_by_filter", counted)
                    .unwrap();
                assert_eq!(count, json!(expected.len()), "{filter}");
                let specs = client.call("get_part_specs_by_filter", args).unwrap();
                assert_eq!(specs[0]["partitionList"]["partitions"], found, "{filter}");
                let request = json!({ "dbName": "default", "tblName": "p", "filter": filter });
                let again = client
                    .call("get_partitions_by_filter_req", json!({ "req": request }))
                    .unwrap();
                assert_eq!(again, found, "{filter}");
            }
            for nothing in [json!({ "filter": "" }), json!({})] {
                let all = client
                    .call("get_partitions_by_filter", of("p", nothing))
                    .unwrap();
                assert_eq!(all.as_array().unwrap().len(), 6);
            }
            let two = of("p", json!({ "filter": "n = 1 or n = 2", "max_parts": 2 }));
            let two = client.call("get_partitions_by_filter", two).unwrap();
            assert_eq!(values(&two), [["a", "1"], ["a", "2"]]);
        })
        .await;
}

async fn filters_that_make_no_sense_are_told(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            for filter in ["nope = 'a'", "ds = ", "ds = 1", "n = 'x'", "(ds = 'a'"] {
                let args = of("p", json!({ "filter": filter, "max_parts": -1 }));
                let failure = client.call("get_partitions_by_filter", args).unwrap_err();
                assert_eq!(fault(&failure), ("MetaException", 1), "{filter}");
                assert!(
                    !failure.message().contains("JDO"),
                    "clients would send it again"
                );
            }
        })
        .await;
}

async fn expressions_are_read_or_answered_with_all(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["b", "1"]]);
            let request = |expression: Value| {
                json!({ "req": { "dbName": "default", "tblName": "p", "expr": expression } })
            };
            let text = super::partitions::bytes;
            for (expression, count, unknown) in [
                (text("ds = 'a'"), 1, false),
                (text(""), 2, false),
                (json!({ "$hex": "01ff00a1" }), 2, true),
                (text("not a filter"), 2, true),
            ] {
                let found = client.call("get_partitions_by_expr", request(expression.clone())).unwrap();
                assert_eq!(found["partitions"].as_array().unwrap().len(), count, "{expression}");
                assert_eq!(found["hasUnknownPartitions"], unknown, "{expression}");
                let specs = client.call("get_partitions_spec_by_expr", request(expression)).unwrap();
                let list = &specs["partitionsSpec"][0]["partitionList"]["partitions"];
                assert_eq!(*list, found["partitions"]);
            }
            let all = client.call("get_partition_names_req", request(json!({ "$hex": "ff" }))).unwrap();
            assert_eq!(all, json!(["ds=a/n=1", "ds=b/n=1"]));
            let one = client.call("get_partition_names_req", request(text("ds = 'b'"))).unwrap();
            assert_eq!(one, json!(["ds=b/n=1"]));
            let unreadable = request(json!({ "$hex": "01ff00a1" }));
            let failure = client.call("get_partition_names_req", unreadable).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 1));
        })
        .await;
}

async fn values_of_keys_are_listed(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["b", "1"], &["a", "2"], &["a/x", "1"], &["a", "1"]]);
            let rows = |client: &mut Client, more: Value| -> Value {
                let mut request = json!({ "dbName": "default", "tblName": "p", "partitionKeys": [{ "name": "ds" }] });
                for (key, value) in more.as_object().unwrap() {
                    request[key] = value.clone();
                }
                let found = client.call("get_partition_values", json!({ "request": request })).unwrap();
                found["partitionValues"].as_array().unwrap().iter().map(|row| row["row"].clone()).collect()
            };
            assert_eq!(rows(client, json!({})), json!([["a/x"], ["a"], ["b"]]));
            let sorted = json!({ "partitionOrder": [{ "name": "DS" }], "ascending": false });
            assert_eq!(rows(client, sorted), json!([["b"], ["a/x"], ["a"]]));
            let repeated = json!({ "applyDistinct": false, "filter": "ds = 'a'" });
            assert_eq!(rows(client, repeated), json!([["a"], ["a"]]));
            let both = json!({ "partitionKeys": [{ "name": "n" }, { "name": "ds" }], "maxParts": 2 });
            assert_eq!(rows(client, both), json!([["1", "a/x"], ["1", "a"]]));
            let keys = json!([{ "name": "ds" }]);
            let nowhere = json!({ "dbName": "default", "tblName": "nope", "partitionKeys": keys });
            let failure = client.call("get_partition_values", json!({ "request": nowhere })).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 1));
            let nothing = json!({ "dbName": "default", "tblName": "p", "partitionKeys": [] });
            assert!(client.call("get_partition_values", json!({ "request": nothing })).is_err());
        })
        .await;
}

async fn specifications_of_hive_4_are_answered(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"], &["a", "2"], &["b", "1"]]);
            let request = |filter: Value, fields: Value| {
                json!({ "request": {
                    "dbName": "default", "tblName": "p",
                    "projectionSpec": { "fieldList": fields }, "filterSpec": filter,
                } })
            };
            for (filter, expected) in [
                (json!({}), vec![["a", "1"], ["a", "2"], ["b", "1"]]),
                (
                    json!({ "filterMode": "BY_NAMES", "filters": ["ds=b/n=1", "junk"] }),
                    vec![["b", "1"]],
                ),
                (
                    json!({ "filterMode": "BY_VALUES", "filters": ["a"] }),
                    vec![["a", "1"], ["a", "2"]],
                ),
                (
                    json!({ "filterMode": "BY_EXPR", "filters": ["ds = 'a'", "n > 1"] }),
                    vec![["a", "2"]],
                ),
            ] {
                let args = request(filter.clone(), json!(["values", "sd.location"]));
                let found = client.call("get_partitions_with_specs", args).unwrap();
                let list = &found["partitionSpec"][0]["partitionList"]["partitions"];
                assert_eq!(values(list), expected, "{filter}");
            }
            for (filter, fields) in [
                (json!({ "filters": ["ds = 'a'"] }), json!([])),
                (json!({}), json!(["nope"])),
            ] {
                let failure = client
                    .call("get_partitions_with_specs", request(filter, fields))
                    .unwrap_err();
                assert_eq!(fault(&failure), ("MetaException", 1));
            }
        })
        .await;
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
async fn odd_values_survive_everywhere(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            let table = partitioned("default", "o", &[("Key", "string")]);
            client
                .call("create_table", json!({ "tbl": table }))
                .unwrap();
            let odd = [
                ("with space", "with space"),
                ("a:b", "a%3Ab"),
                ("100%", "100%25"),
                ("%2F", "%252F"),
                ("a=b", "a%3Db"),
                ("a/b", "a%2Fb"),
                ("a\"b'c", "a%22b%27c"),
                ("한국어", "한국어"),
                ("😀", "😀"),
                ("tab\tnew\nline", "tab%09new%0Aline"),
                ("nul\u{0}", "nul%00"),
                ("..", ".."),
                ("Case", "Case"),
                ("case", "case"),
                ("case ", "case "),
                ("null", "null"),
                ("", "__HIVE_DEFAULT_PARTITION__"),
            ];
            for (value, name) in odd {
                let made = client
                    .call(
                        "add_partition",
                        json!({ "new_part": partition("o", &[value]) }),
                    )
                    .unwrap();
                let place = format!("file:{}/o/key={name}", folder.display());
                assert_eq!(made["sd"]["location"], place);
                assert_eq!(made["values"], json!([value]));
            }
            assert_eq!(names(client, "o").len(), odd.len());
            for (value, name) in odd {
                let name = format!("key={name}");
                let one = client
                    .call("get_partition", of("o", json!({ "part_vals": [value] })))
                    .unwrap();
                assert_eq!(one["values"], json!([value]));
                let by_names = client
                    .call(
                        "get_partitions_by_names",
                        of("o", json!({ "names": [name] })),
                    )
                    .unwrap();
                assert_eq!(by_names, json!([one]), "{name}");
                let by_name = client
                    .call(
                        "get_partition_by_name",
                        of("o", json!({ "part_name": name })),
                    )
                    .unwrap();
                assert_eq!(by_name, one);
                let values = client
                    .call("partition_name_to_vals", json!({ "part_name": name }))
                    .unwrap();
                let read = if value.is_empty() {
                    "__HIVE_DEFAULT_PARTITION__"
                } else {
                    value
                };
                assert_eq!(values, json!([read]));
                if !value.is_empty() {
                    let ps = of("o", json!({ "part_vals": [value], "max_parts": -1 }));
                    assert_eq!(
                        client.call("get_partition_names_ps", ps).unwrap(),
                        json!([name])
                    );
                }
                assert!(folder.join("o").join(&name).is_dir(), "{name}");
            }
            // The default partition's text and the empty value are one partition.
            let same = partition("o", &["__HIVE_DEFAULT_PARTITION__"]);
            let failure = client
                .call("add_partition", json!({ "new_part": same }))
                .unwrap_err();
            assert_eq!(fault(&failure), ("AlreadyExistsException", 2));
            for (value, _) in odd {
                let args = of("o", json!({ "part_vals": [value], "deleteData": true }));
                assert_eq!(client.call("drop_partition", args).unwrap(), json!(true));
            }
            assert!(names(client, "o").is_empty());
        })
        .await;
}

async fn names_are_taken_apart(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_table", json!({ "tbl": table("default", "t") }))
                .unwrap();
            for (name, values, spec) in [
                ("", json!([]), json!({})),
                ("a=1/b=2", json!(["1", "2"]), json!({ "a": "1", "b": "2" })),
                (
                    "a=%2F%41/B=x%",
                    json!(["/A", "x%"]),
                    json!({ "a": "/A", "B": "x%" }),
                ),
                ("a=1/b", json!(["1"]), json!({ "a": "1" })),
                ("a==b", json!(["b"]), json!({ "a=": "b" })),
            ] {
                let args = json!({ "part_name": name });
                assert_eq!(
                    client.call("partition_name_to_vals", args.clone()).unwrap(),
                    values,
                    "{name}"
                );
                assert_eq!(
                    client.call("partition_name_to_spec", args).unwrap(),
                    spec,
                    "{name}"
                );
            }
            let failure = client
                .call("partition_name_to_vals", json!({}))
                .unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 1));
            let args = json!({ "part_vals": ["한국어", "a/b"], "throw_exception": true });
            let valid = client
                .call("partition_name_has_valid_characters", args)
                .unwrap();
            assert_eq!(valid, json!(true));
        })
        .await;
}
