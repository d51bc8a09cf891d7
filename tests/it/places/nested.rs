//! Tables, databases and partitions that lie inside each other, or at one place: what is emptied or moved for one of them
//! takes nothing of the others along.

use super::{add, create, drop_table, external, lakehouse, partition, table_at};
use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::thrift::objects::{database, partitioned, table};
use serde_json::{Value, json};

on_every_database!(
    a_drop_keeps_the_tables_inside,
    a_table_inside_another_ones_data_takes_nothing_of_it_along,
    what_lies_inside_keeps_a_table_from_being_emptied_or_renamed,
    partitions_inside_partitions_and_two_at_one_place_keep_their_data,
    a_partition_at_anothers_default_place_keeps_its_data,
    the_partitions_of_other_tables_keep_their_data,
    among_a_thousand_others_only_what_lies_there_counts,
    a_holder_is_found_behind_hundreds_that_begin_alike,
    a_partition_that_goes_along_hides_none_that_stays,
    a_table_over_the_whole_warehouse_keeps_nobody_from_being_dropped,
    a_cascade_takes_what_lies_inside_first,
    partitions_in_one_directory_are_not_moved_together,
);

fn drop_partition(client: &mut Client, name: &str, values: &[&str]) {
    let arguments = json!({
        "db_name": "default", "tbl_name": name, "part_vals": values, "deleteData": true,
    });
    client.call("drop_partition", arguments).unwrap();
}

fn rename(client: &mut Client, from: &str, to: &str) -> Result<Value, Failure> {
    let mut new = client
        .call(
            "get_table",
            json!({ "dbname": "default", "tbl_name": from }),
        )
        .unwrap();
    new["tableName"] = json!(to);
    client.call(
        "alter_table",
        json!({ "dbname": "default", "tbl_name": from, "new_tbl": new }),
    )
}

fn truncate(
    client: &mut Client,
    name: &str,
    partitions: Option<&[&str]>,
) -> Result<Value, Failure> {
    let arguments = json!({ "dbName": "default", "tableName": name, "partNames": partitions });
    client.call("truncate_table", arguments)
}

async fn a_drop_keeps_the_tables_inside(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            let all = ["w/a/b/part", "w/a/part"];
            for (name, inner) in [
                ("external", external(table_at("inner", "s3://lake/w/a/b"))),
                ("managed", table_at("inner", "s3n://lake/w//a/b/")),
                (
                    "at the very place",
                    external(table_at("inner", "s3://lake/w/a")),
                ),
            ] {
                create(client, &table("default", "a")).unwrap();
                create(client, &inner).unwrap();
                for key in all {
                    s3.put("lake", key, "x");
                }
                drop_table(client, "a");
                assert_eq!(s3.keys("lake"), all, "{name}");
                // Nobody else has data there any more.
                drop_table(client, "inner");
                create(client, &table_at("a", "s3://lake/w/a")).unwrap();
                drop_table(client, "a");
                assert!(s3.keys("lake").is_empty(), "{name}");
            }

            create(client, &table("default", "a")).unwrap();
            let mut shop = database("shop");
            shop["locationUri"] = json!("s3://lake/w/a/shop");
            let mut managed = database("managed");
            managed["locationUri"] = json!("s3://lake/w/elsewhere");
            managed["managedLocationUri"] = json!("s3://lake/w/a/managed");
            for database in [shop, managed] {
                let made = json!({ "database": database });
                client.call("create_database", made).unwrap();
                s3.put("lake", "w/a/part", "x");
                drop_table(client, "a");
                assert_eq!(s3.keys("lake"), ["w/a/part"]);
                let gone =
                    json!({ "name": database["name"], "deleteData": false, "cascade": true });
                client.call("drop_database", gone).unwrap();
                create(client, &table("default", "a")).unwrap();
            }
        })
        .await;
}

async fn a_table_inside_another_ones_data_takes_nothing_of_it_along(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            create(client, &external(table_at("whole", "s3://lake/w/logs"))).unwrap();
            create(client, &table_at("inner", "s3://lake/w/logs/2024")).unwrap();
            s3.put("lake", "w/logs/2024/part", "x");
            drop_table(client, "inner");
            assert_eq!(s3.keys("lake"), ["w/logs/2024/part"]);

            // In the directory of a partitioned table only its partitions are its data.
            let mut days = partitioned("default", "days", &[("dt", "string")]);
            days["sd"]["location"] = json!("s3://lake/w/days");
            create(client, &external(days)).unwrap();
            let today = partition("days", "1", "s3://lake/w/days/dt=1");
            add(client, &today).unwrap();
            for (name, at, is_kept) in [
                ("beside", "s3://lake/w/days/staging", false),
                ("at", "s3a://lake/w/days/dt=1", true),
                ("below", "s3a://lake/w/days/dt=1/x", true),
            ] {
                create(client, &table_at(name, at)).unwrap();
                let key = format!("{}/part", &at[at.find("w/").unwrap()..]);
                s3.put("lake", &key, "x");
                drop_table(client, name);
                assert_eq!(s3.keys("lake").contains(&key), is_kept, "{name}");
            }
        })
        .await;
}

async fn what_lies_inside_keeps_a_table_from_being_emptied_or_renamed(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            create(client, &table("default", "a")).unwrap();
            create(client, &external(table_at("inner", "s3://lake/w/a/b"))).unwrap();
            let all = ["w/a/b/part", "w/a/part"];
            for key in all {
                s3.put("lake", key, "x");
            }
            for refused in [truncate(client, "a", None), rename(client, "a", "c")] {
                let text = refused.unwrap_err().to_string();
                assert!(
                    text.contains(
                        "the data of the table default.inner at s3://lake/w/a/b would go with it"
                    ),
                    "{text}"
                );
            }
            assert_eq!(s3.keys("lake"), all);
            drop_table(client, "inner");
            rename(client, "a", "c").unwrap();
            assert_eq!(s3.keys("lake"), ["w/c/b/part", "w/c/part"]);
            truncate(client, "c", None).unwrap();
            assert!(
                s3.keys("lake").iter().all(|key| key.ends_with('/')),
                "{:?}",
                s3.keys("lake")
            );
        })
        .await;
}

async fn partitions_inside_partitions_and_two_at_one_place_keep_their_data(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            create(client, &partitioned("default", "t", &[("dt", "string")])).unwrap();
            for (value, at) in [
                ("outer", "s3://lake/w/t/x"),
                ("inner", "s3://lake/w/t/x/y"),
                ("same", "s3a://lake/w/t/x"),
            ] {
                add(client, &partition("t", value, at)).unwrap();
            }
            let all = ["w/t/x/part", "w/t/x/y/part"];
            for key in all {
                s3.put("lake", key, "x");
            }
            let refused = truncate(client, "t", Some(&["dt=outer"])).unwrap_err();
            assert!(
                refused.to_string().contains("of the table default.t"),
                "{refused}"
            );
            drop_partition(client, "t", &["inner"]);
            assert_eq!(s3.keys("lake"), all, "it lies in two others");
            drop_partition(client, "t", &["outer"]);
            assert_eq!(s3.keys("lake"), all, "another one is there");
            // All that is there goes together.
            add(client, &partition("t", "outer", "s3://lake/w/t/x")).unwrap();
            let filter = json!({
                "dbName": "default", "tblName": "t", "parts": { "names": ["dt=outer", "dt=same"] },
                "deleteData": true, "ifExists": true,
            });
            client
                .call("drop_partitions_req", json!({ "req": filter }))
                .unwrap();
            assert!(s3.keys("lake").is_empty(), "{:?}", s3.keys("lake"));
        })
        .await;
}

async fn a_partition_at_anothers_default_place_keeps_its_data(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            let keys = [("dt", "string"), ("hr", "string")];
            create(client, &partitioned("default", "t", &keys)).unwrap();
            let sd = table("default", "t")["sd"].clone();
            let mut whole = json!({
                "dbName": "default", "tableName": "t", "values": ["1", "2"], "sd": sd, "parameters": {},
            });
            whole["sd"]["location"] = Value::Null;
            add(client, &whole).unwrap();
            let key = "w/t/dt=1/hr=2/part";
            for (name, at) in [
                ("at", "s3://lake/w/t/dt=1/hr=2"),
                ("below", "s3://lake/w/t/dt=1/hr=2/x"),
                ("above", "s3a://lake/w/t/dt=1"),
            ] {
                let mut odd = whole.clone();
                odd["values"] = json!([name, "0"]);
                odd["sd"]["location"] = json!(at);
                add(client, &odd).unwrap();
                let own = format!("{}/part", &at[at.find("w/").unwrap()..]);
                s3.put("lake", key, "x");
                s3.put("lake", &own, "x");
                drop_partition(client, "t", &[name, "0"]);
                let keys = s3.keys("lake");
                assert!(keys.contains(&key.to_owned()) && keys.contains(&own), "{name}: {keys:?}");
            }
            let mut beside = whole.clone();
            beside["values"] = json!(["beside", "0"]);
            beside["sd"]["location"] = json!("s3://lake/w/t/dt=1/hr=3");
            add(client, &beside).unwrap();
            s3.put("lake", "w/t/dt=1/hr=3/part", "x");
            drop_partition(client, "t", &["beside", "0"]);
            assert!(!s3.keys("lake").contains(&"w/t/dt=1/hr=3/part".to_owned()));
            drop_partition(client, "t", &["1", "2"]);
            assert!(!s3.keys("lake").contains(&key.to_owned()));
        })
        .await;
}

async fn the_partitions_of_other_tables_keep_their_data(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            for name in ["a", "b"] {
                create(client, &partitioned("default", name, &[("dt", "string")])).unwrap();
            }
            add(client, &partition("b", "1", "s3://lake/w/a/shared")).unwrap();
            s3.put("lake", "w/a/shared/part", "x");
            let refused = rename(client, "a", "c").unwrap_err().to_string();
            assert!(
                refused.contains("the partition dt=1 of the table default.b"),
                "{refused}"
            );
            drop_table(client, "a");
            assert_eq!(s3.keys("lake"), ["w/a/shared/part"]);
            drop_table(client, "b");
            assert!(s3.keys("lake").is_empty(), "nobody else has data there");
        })
        .await;
}

async fn among_a_thousand_others_only_what_lies_there_counts(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            for name in ["a", "others"] {
                create(client, &partitioned("default", name, &[("dt", "string")])).unwrap();
            }
            // Far apart in the order of the places, with a thousand of another table between them.
            for (value, at) in [
                ("1", "s3://lake/w/p/0"),
                ("2", "s3://lake/w/p/x"),
                ("3", "s3://lake/w/p/z"),
            ] {
                add(client, &partition("a", value, at)).unwrap();
            }
            let between: Vec<Value> = (0..1000)
                .map(|number| {
                    partition(
                        "others",
                        &number.to_string(),
                        &format!("s3://lake/w/p/5{number}"),
                    )
                })
                .chain([partition("others", "x", "s3://lake/w/p/x/y")])
                .collect();
            client
                .call("add_partitions", json!({ "new_parts": between }))
                .unwrap();
            for key in ["w/p/0/part", "w/p/x/part", "w/p/z/part"] {
                s3.put("lake", key, "x");
            }
            drop_table(client, "a");
            assert_eq!(s3.keys("lake"), ["w/p/x/part"]);
        })
        .await;
}

async fn a_holder_is_found_behind_hundreds_that_begin_alike(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            for name in ["orders", "archive", "other"] {
                create(client, &partitioned("default", name, &[("dt", "string")])).unwrap();
            }
            // All of them sort between the directory and what lies in it, and so do tables at the directory above.
            let archived: Vec<Value> = (0..300)
                .map(|number| {
                    let at = format!("s3://lake/w/orders-archive/{number}");
                    partition("archive", &number.to_string(), &at)
                })
                .collect();
            client
                .call("add_partitions", json!({ "new_parts": archived }))
                .unwrap();
            s3.put("lake", "w/orders/inner/part", "x");
            add(client, &partition("other", "1", "s3://lake/w/orders/inner")).unwrap();
            drop_table(client, "orders");
            assert_eq!(s3.keys("lake"), ["w/orders/inner/part"]);
            drop_partition(client, "other", &["1"]);
            create(client, &table("default", "orders")).unwrap();
            truncate(client, "orders", None).expect("nobody else has data there");
        })
        .await;
}

async fn a_partition_that_goes_along_hides_none_that_stays(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            let keys = [("a", "string"), ("b", "string")];
            create(client, &partitioned("default", "t", &keys)).unwrap();
            let sd = table("default", "t")["sd"].clone();
            for (values, at) in [
                (["1", "1"], Value::Null),
                (["1", "2"], Value::Null),
                (["9", "9"], json!("s3://lake/w/t/a=1")),
            ] {
                let mut one = json!({
                    "dbName": "default", "tableName": "t", "values": values, "sd": sd, "parameters": {},
                });
                one["sd"]["location"] = at;
                add(client, &one).unwrap();
            }
            for key in ["w/t/a=1/b=1/part", "w/t/a=1/b=2/part"] {
                s3.put("lake", key, "x");
            }
            let names = ["a=1/b=1", "a=9/b=9"];
            truncate(client, "t", Some(&names)).unwrap_err();
            let request = json!({
                "dbName": "default", "tblName": "t", "parts": { "names": names },
                "deleteData": true, "ifExists": true,
            });
            client.call("drop_partitions_req", json!({ "req": request })).unwrap();
            assert_eq!(s3.keys("lake"), ["w/t/a=1/b=2/part"]);
        })
        .await;
}

async fn a_table_over_the_whole_warehouse_keeps_nobody_from_being_dropped(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            for (name, at) in [("all", "s3://lake/w"), ("bucket", "s3a://lake/")] {
                create(client, &external(table_at(name, at))).unwrap();
            }
            create(client, &table("default", "t")).unwrap();
            s3.put("lake", "w/t/part", "x");
            rename(client, "t", "u").unwrap();
            drop_table(client, "u");
            assert!(s3.keys("lake").is_empty(), "{:?}", s3.keys("lake"));
        })
        .await;
}

async fn a_cascade_takes_what_lies_inside_first(used: TestDatabase) {
    let (s3, server) = lakehouse(&used).await;
    server
        .ask(move |client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            for (name, at) in [
                ("a_outer", "s3://lake/w/d.db/o"),
                ("b_inner", "s3a://lake/w/d.db/o/i"),
            ] {
                let mut one = table_at(name, at);
                one["dbName"] = json!("d");
                create(client, &one).unwrap();
            }
            for key in ["w/d.db/o/part", "w/d.db/o/i/part"] {
                s3.put("lake", key, "x");
            }
            let gone = json!({ "name": "d", "deleteData": true, "cascade": true });
            client.call("drop_database", gone).unwrap();
            assert!(s3.keys("lake").is_empty(), "{:?}", s3.keys("lake"));
        })
        .await;
}

async fn partitions_in_one_directory_are_not_moved_together(used: TestDatabase) {
    let server = TestServer::start(&used).await;
    let folder = server.warehouse().display().to_string();
    server
        .ask(move |client| {
            let keys = [("a", "string"), ("b", "string")];
            for name in ["from", "to"] {
                create(client, &partitioned("default", name, &keys)).unwrap();
            }
            let sd = table("default", "from")["sd"].clone();
            for (b, at) in [("1", "x"), ("2", "x/y")] {
                let mut one = json!({
                    "dbName": "default", "tableName": "from", "values": ["1", b], "sd": sd, "parameters": {},
                });
                one["sd"]["location"] = json!(format!("{folder}/from/{at}"));
                add(client, &one).unwrap();
            }
            let exchange = json!({
                "partitionSpecs": { "a": "1" }, "source_db": "default", "source_table_name": "from",
                "dest_db": "default", "dest_table_name": "to",
            });
            let refused = client.call("exchange_partitions", exchange).unwrap_err();
            assert!(refused.to_string().contains("cannot be moved together"), "{refused}");
        })
        .await;
}
