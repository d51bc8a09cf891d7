//! What is refused about partitions: Hive's exceptions by type, field number and, where clients show it, text.

use super::databases::fault;
use super::objects::table;
use super::partitions::{add, make_table, names, of, partition};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    faults_of_adding_have_hives_exceptions,
    what_a_job_says_of_its_partition_is_taken_as_hive_takes_it,
    faults_of_reading_have_hives_exceptions,
    faults_of_arguments_have_hives_exceptions,
    faults_of_changing_have_hives_exceptions,
    faults_of_dropping_have_hives_exceptions,
);

async fn faults_of_adding_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            client
                .call("create_table", json!({ "tbl": table("default", "plain") }))
                .unwrap();
            let mut refused = |part: Value| {
                let failure = client
                    .call("add_partition", json!({ "new_part": part }))
                    .unwrap_err();
                (failure.name().to_owned(), failure.field())
            };
            let meta = || ("MetaException".to_owned(), 3);
            let object = || ("InvalidObjectException".to_owned(), 1);
            assert_eq!(refused(partition("nope", &["a", "1"])), object());
            let mut elsewhere = partition("p", &["a", "1"]);
            elsewhere["dbName"] = json!("nope");
            assert_eq!(refused(elsewhere), object());
            assert_eq!(refused(partition("p", &["a"])), meta());
            assert_eq!(refused(partition("p", &["a", "1", "x"])), meta());
            assert_eq!(refused(partition("p", &[])), meta());
            assert_eq!(refused(partition("plain", &["a"])), meta());
            for missing in ["values", "sd", "dbName", "tableName"] {
                let mut part = partition("p", &["a", "1"]);
                part.as_object_mut().unwrap().remove(missing);
                assert_eq!(refused(part), meta(), "{missing}");
            }
            let mut part = partition("p", &["a", "1"]);
            part["sd"].as_object_mut().unwrap().remove("serdeInfo");
            assert_eq!(refused(part), meta());
            assert_eq!(refused(Value::Null), meta());
            let foreign =
                json!({ "new_parts": [partition("p", &["a", "1"]), partition("plain", &["a"])] });
            let failure = client.call("add_partitions", foreign).unwrap_err();
            assert_eq!(fault(&failure), ("MetaException", 3));
            assert!(names(client, "p").is_empty());
        })
        .await;
}

/// REST and the command line refuse both of these; a job that wrote its data cannot mend them.
async fn what_a_job_says_of_its_partition_is_taken_as_hive_takes_it(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let mut typed = table("default", "typed");
            typed["partitionKeys"] = json!([{ "name": "dt", "type": "date" }]);
            client
                .call("create_table", json!({ "tbl": typed }))
                .unwrap();
            add(client, "typed", &[&["tmp"]]);
            assert_eq!(names(client, "typed"), ["dt=tmp"], "a value of no type");
            let surplus = json!({
                "db_name": "default", "tbl_name": "typed", "part_name": "dt=2026-11-21/x=1",
            });
            client.call("append_partition_by_name", surplus).unwrap();
            assert_eq!(names(client, "typed"), ["dt=2026-11-21", "dt=tmp"]);
        })
        .await;
}

async fn faults_of_reading_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            let mut refused = |method: &str, args: Value| {
                let failure = client.call(method, args).unwrap_err();
                (
                    failure.name().to_owned(),
                    failure.field(),
                    failure.message().to_owned(),
                )
            };
            let missing =
                |field, text: &str| ("NoSuchObjectException".to_owned(), field, text.to_owned());
            let one = of("p", json!({ "part_vals": ["zzz", "1"] }));
            assert_eq!(
                refused("get_partition", one),
                missing(2, "partition values=[zzz, 1]")
            );
            let nowhere = of("nope", json!({ "part_vals": ["zzz"] }));
            assert_eq!(
                refused("get_partition", nowhere),
                missing(2, "default.nope table not found")
            );
            let by_name = of("p", json!({ "part_name": "ds=a" }));
            let text = "incomplete partition name - missing n";
            assert_eq!(refused("get_partition_by_name", by_name), missing(2, text));
            let by_name = of("p", json!({ "part_name": "ds=a/n=1" }));
            assert_eq!(
                refused("get_partition_by_name", by_name),
                missing(2, "partition values=[a, 1]")
            );
            for (method, field) in [
                ("get_partitions", 1),
                ("get_partition_names", 1),
                ("get_partitions_pspec", 1),
                ("get_partitions_with_auth", 1),
                ("get_part_specs_by_filter", 2),
                ("get_partitions_by_filter", 2),
            ] {
                let answer = refused(method, of("nope", json!({})));
                assert_eq!(
                    answer,
                    missing(field, "default.nope table not found"),
                    "{method}"
                );
            }
            let text = "Specified database/table does not exist : default.nope";
            assert_eq!(
                refused("get_num_partitions_by_filter", of("nope", json!({}))),
                missing(2, text)
            );
            let names = of("nope", json!({ "names": ["ds=a"] }));
            assert_eq!(refused("get_partitions_by_names", names).1, 2);
        })
        .await;
}

async fn faults_of_arguments_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            for (method, args, field) in [
                ("get_partition", json!({ "part_vals": ["a"] }), 1),
                ("get_partition", json!({}), 1),
                ("get_partition_by_name", json!({ "part_name": "" }), 1),
                ("get_partitions_by_names", json!({}), 1),
                ("get_partitions_ps", json!({}), 1),
                ("get_partitions_ps", json!({ "part_vals": [] }), 1),
                (
                    "get_partitions_ps_with_auth",
                    json!({ "part_vals": ["a", "1", "x"] }),
                    2,
                ),
                ("get_partition_names_ps", json!({ "part_vals": [] }), 1),
            ] {
                let failure = client.call(method, of("p", args)).unwrap_err();
                assert_eq!(fault(&failure), ("MetaException", field), "{method}");
            }
        })
        .await;
}

async fn faults_of_changing_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            make_table(client, "q");
            add(client, "p", &[&["a", "1"], &["a", "2"]]);
            let found = client.call("get_partition", of("p", json!({ "part_vals": ["a", "1"] }))).unwrap();
            let mut refused = |method: &str, table: &str, args: Value| {
                let failure = client.call(method, of(table, args)).unwrap_err();
                (failure.name().to_owned(), failure.field())
            };
            let operation = || ("InvalidOperationException".to_owned(), 1);
            let meta = || ("MetaException".to_owned(), 2);
            let changed = |path: &str, value: Value| {
                let mut part = found.clone();
                *part.pointer_mut(path).unwrap() = value;
                part
            };
            let unknown = changed("/values", json!(["zzz", "1"]));
            assert_eq!(refused("alter_partition", "p", json!({ "new_part": unknown })), operation());
            let list = json!({ "new_parts": [found, unknown] });
            assert_eq!(refused("alter_partitions", "p", list), operation());
            let short = changed("/values", json!(["a"]));
            assert_eq!(refused("alter_partition", "p", json!({ "new_part": short })), meta());
            let foreign = changed("/tableName", json!("q"));
            assert_eq!(refused("alter_partition", "p", json!({ "new_part": foreign })), meta());
            let nowhere = changed("/tableName", json!("nope"));
            assert_eq!(refused("alter_partition", "nope", json!({ "new_part": nowhere })), operation());
            assert_eq!(refused("alter_partitions", "nope", json!({ "new_parts": [] })), operation());
            let placeless = changed("/sd/location", Value::Null);
            assert_eq!(refused("alter_partition", "p", json!({ "new_part": placeless })), meta());
            assert_eq!(refused("alter_partition", "p", json!({})), meta());
            assert_eq!(refused("alter_partitions", "p", json!({})), meta());

            let new = changed("/values", json!(["a", "3"]));
            let missing = json!({ "part_vals": ["zzz", "1"], "new_part": new });
            assert_eq!(refused("rename_partition", "p", missing), operation());
            let taken = json!({ "part_vals": ["a", "1"], "new_part": changed("/values", json!(["a", "2"])) });
            assert_eq!(refused("rename_partition", "p", taken), operation());
            let short = json!({ "part_vals": ["a"], "new_part": new });
            assert_eq!(refused("rename_partition", "p", short), meta());
            let plain = json!({ "part_vals": [], "new_part": new });
            assert_eq!(refused("rename_partition", "p", plain), operation());
            let unset = json!({ "part_vals": ["a", "1"] });
            assert_eq!(refused("rename_partition", "p", unset), meta());
            assert_eq!(names(client, "p"), ["ds=a/n=1", "ds=a/n=2"]);
        })
        .await;
}

async fn faults_of_dropping_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            make_table(client, "p");
            add(client, "p", &[&["a", "1"]]);
            let mut refused = |method: &str, args: Value| {
                let failure = client.call(method, args).unwrap_err();
                (failure.name().to_owned(), failure.field(), failure.message().to_owned())
            };
            let missing = |text: &str| ("NoSuchObjectException".to_owned(), 1, text.to_owned());
            let args = of("p", json!({ "part_vals": ["a", "2"], "deleteData": true }));
            assert_eq!(refused("drop_partition", args), missing("partition values=[a, 2]"));
            let args = of("p", json!({ "part_vals": ["", "1"] }));
            assert_eq!(refused("drop_partition", args), missing("partition values=[, 1]"));
            assert_eq!(refused("drop_partition", of("nope", json!({ "part_vals": ["a"] }))).1, 1);
            for part_vals in [json!(["a"]), json!([]), Value::Null] {
                let (name, field, _) = refused("drop_partition", of("p", json!({ "part_vals": part_vals })));
                assert_eq!((name.as_str(), field), ("MetaException", 2));
            }
            let junk = of("p", json!({ "part_name": "junk" }));
            assert_eq!(refused("drop_partition_by_name", junk), missing("incomplete partition name - missing ds"));
            let unknown = of("p", json!({ "part_name": "ds=zzz/n=1" }));
            assert_eq!(refused("drop_partition_by_name", unknown), missing("partition values=[zzz, 1]"));
            let empty = of("p", json!({ "part_name": "" }));
            assert_eq!(refused("drop_partition_by_name", empty).0, "MetaException");

            let request = |parts: Value| {
                json!({ "req": { "dbName": "default", "tblName": "p", "parts": parts, "ifExists": false } })
            };
            let some = request(json!({ "names": ["ds=a/n=1", "ds=zzz/n=1"] }));
            assert_eq!(refused("drop_partitions_req", some), missing("Some partitions to drop are missing"));
            let neither = refused("drop_partitions_req", request(json!({})));
            assert_eq!((neither.0.as_str(), neither.1), ("MetaException", 2));
            // Bytes that only Hive can read, and none at all: nothing is dropped by guess.
            for expression in [json!({ "$hex": "01ff00" }), json!({ "$hex": "" })] {
                let by = request(json!({ "exprs": [{ "expr": expression }] }));
                let (name, field, _) = refused("drop_partitions_req", by);
                assert_eq!((name.as_str(), field), ("MetaException", 2));
            }
            assert_eq!(names(client, "p"), ["ds=a/n=1"]);
        })
        .await;
}
