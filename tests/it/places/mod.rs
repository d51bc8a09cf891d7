//! Places: however a place is written it is one place, and what nobody gave into skep's keeping is never emptied.

mod nested;
mod races;

use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, delete, on_every_database, place};
use crate::rest::Rest;
use crate::s3::S3Server;
use crate::thrift::objects::{database, partitioned, table};
use serde_json::{Value, json};
use skep::lake::{Lake, StorageSettings};
use std::fs;

on_every_database!(
    a_rename_moves_what_lies_in_the_directory_and_no_directory_that_begins_alike,
    a_partition_that_is_the_tables_own_directory_in_another_word_takes_nothing_along,
    a_place_written_otherwise_is_the_same_place,
    what_holds_the_data_of_others_is_never_emptied,
);

/// A server whose warehouse is `s3a://lake/w`.
async fn lakehouse(database: &TestDatabase) -> (S3Server, TestServer) {
    let s3 = S3Server::start(&["lake"]).await;
    let storage = s3.storage_settings();
    let server = TestServer::start_with(database, |settings| {
        settings.storage = storage;
        "s3a://lake/w".clone_into(&mut settings.warehouse.location);
    });
    (s3, server.await)
}

fn create(client: &mut Client, table: &Value) -> Result<Value, Failure> {
    client.call("create_table", json!({ "tbl": table }))
}

fn table_at(name: &str, location: &str) -> Value {
    let mut table = table("default", name);
    table["sd"]["location"] = json!(location);
    table
}

fn external(mut table: Value) -> Value {
    table["tableType"] = json!("EXTERNAL_TABLE");
    table["parameters"]["EXTERNAL"] = json!("TRUE");
    table
}

fn partition(table_name: &str, value: &str, location: &str) -> Value {
    let mut sd = table("default", table_name)["sd"].clone();
    sd["location"] = json!(location);
    json!({
        "dbName": "default", "tableName": table_name, "values": [value], "sd": sd, "parameters": {},
    })
}

fn add(client: &mut Client, partition: &Value) -> Result<Value, Failure> {
    client.call("add_partition", json!({ "new_part": partition }))
}

fn drop_table(client: &mut Client, name: &str) {
    let arguments = json!({ "dbname": "default", "name": name, "deleteData": true });
    client.call("drop_table", arguments).unwrap();
}

fn location(client: &mut Client, table: &str, value: &str) -> Value {
    let arguments = json!({ "db_name": "default", "tbl_name": table, "part_vals": [value] });
    client.call("get_partition", arguments).unwrap()["sd"]["location"].clone()
}

async fn a_rename_moves_what_lies_in_the_directory_and_no_directory_that_begins_alike(
    database: TestDatabase,
) {
    let (s3, server) = lakehouse(&database).await;
    server
        .ask(move |client| {
            let mut orders = partitioned("default", "orders", &[("dt", "string")]);
            create(client, &orders).unwrap();
            for (value, at) in [
                ("archived", "s3a://lake/w/orders_archive/dt=1"),
                ("other-word", "s3://lake/w/orders/elsewhere"),
            ] {
                add(client, &partition("orders", value, at)).unwrap();
            }
            s3.put("lake", "w/orders_archive/dt=1/part", "x");
            s3.put("lake", "w/orders/elsewhere/part", "x");
            orders["tableName"] = json!("orders_v2");
            let rename = json!({ "dbname": "default", "tbl_name": "orders", "new_tbl": orders });
            client.call("alter_table", rename).unwrap();
            assert_eq!(
                location(client, "orders_v2", "archived"),
                "s3a://lake/w/orders_archive/dt=1"
            );
            assert_eq!(
                location(client, "orders_v2", "other-word"),
                "s3://lake/w/orders_v2/elsewhere"
            );
            assert_eq!(
                s3.keys("lake"),
                ["w/orders_archive/dt=1/part", "w/orders_v2/elsewhere/part"]
            );
        })
        .await;
}

async fn a_partition_that_is_the_tables_own_directory_in_another_word_takes_nothing_along(
    database: TestDatabase,
) {
    let (s3, server) = lakehouse(&database).await;
    server
        .ask(move |client| {
            let whole = partitioned("default", "t", &[("dt", "string")]);
            create(client, &whole).unwrap();
            s3.put("lake", "w/t/dt=1/part", "x");
            s3.put("lake", "w/other/part", "x");
            for (value, at) in [("own", "s3://lake/w/t"), ("above", "s3n://lake/w//")] {
                add(client, &partition("t", value, at)).unwrap();
                let arguments = json!({
                    "db_name": "default", "tbl_name": "t", "part_vals": [value], "deleteData": true,
                });
                client.call("drop_partition", arguments).unwrap();
                assert_eq!(s3.keys("lake"), ["w/other/part", "w/t/dt=1/part"], "{at}");
            }
            add(client, &partition("t", "above", "s3://lake/w")).unwrap();
            drop_table(client, "t");
            assert_eq!(s3.keys("lake"), ["w/other/part"], "the table's alone");
        })
        .await;
}

/// Somebody names the directory of a database, or what holds the warehouse, as the place of a table or a partition.
async fn what_holds_the_data_of_others_is_never_emptied(database_used: TestDatabase) {
    let (s3, server) = lakehouse(&database_used).await;
    server
        .ask(move |client| {
            let shop = json!({ "database": database("shop") });
            client.call("create_database", shop).unwrap();
            let evil = partitioned("default", "evil", &[("dt", "string")]);
            create(client, &evil).unwrap();
            s3.put("lake", "w/shop.db/victim/part", "x");
            s3.put("lake", "w/evil/dt=2/part", "x");
            let kept = ["w/evil/dt=2/part", "w/shop.db/victim/part"];
            for (value, at) in [("1", "s3://lake/w/shop.db"), ("2", "s3a://lake/w//evil/")] {
                add(client, &partition("evil", value, at)).unwrap();
                let names = [format!("dt={value}")];
                let arguments =
                    json!({ "dbName": "default", "tableName": "evil", "partNames": names });
                client.call("truncate_table", arguments).unwrap_err();
                assert_eq!(s3.keys("lake"), kept, "{at}");
                let arguments = json!({
                    "db_name": "default", "tbl_name": "evil", "part_vals": [value], "deleteData": true,
                });
                client.call("drop_partition", arguments).unwrap();
                assert_eq!(s3.keys("lake"), kept, "{at}");
            }
            create(client, &table_at("evil2", "s3n://lake/w/shop.db")).unwrap();
            drop_table(client, "evil2");
            assert_eq!(s3.keys("lake"), kept);

            let mut above = database("above");
            above["locationUri"] = json!("s3://lake");
            let above = json!({ "database": above });
            client.call("create_database", above).unwrap();
            let mut whole = table_at("whole", "s3a://lake/w");
            whole["dbName"] = json!("above");
            create(client, &whole).unwrap();
            let arguments = json!({ "dbname": "above", "name": "whole", "deleteData": true });
            client.call("drop_table", arguments).unwrap();
            assert_eq!(s3.keys("lake"), kept);
            create(client, &table("default", "after")).expect("nothing stands in the way");
        })
        .await;
}

async fn a_place_written_otherwise_is_the_same_place(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let folder = server.warehouse().parent().unwrap().join("data");
    server
        .ask(move |client| {
            let folder = folder.display().to_string();
            let at = external(table_at("e", &format!("file:///{folder}//e/")));
            create(client, &at).unwrap();
            let mut found = client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "e" }))
                .unwrap();
            assert_eq!(found["sd"]["location"], format!("file:{folder}/e"));
            found["sd"]["location"] = json!(format!("{folder}/./e"));
            let same = json!({ "dbname": "default", "tbl_name": "e", "new_tbl": found });
            client.call("alter_table", same).unwrap();
            let found = client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "e" }))
                .unwrap();
            assert_eq!(found["sd"]["location"], format!("file:{folder}/e"));
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_would_lead_a_request_elsewhere_is_refused() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    server
        .ask(|client| {
            for at in [
                "s3://evil.example#/x",
                "s3a://evil.example?/x",
                "s3://a b c/x",
            ] {
                let failure = create(client, &external(table_at("t", at))).unwrap_err();
                assert_eq!(failure.name(), "MetaException", "{at}");
                assert!(failure.to_string().contains("bucket"), "{failure}");
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_managed_table_at_any_directory_of_the_machine_leaves_its_files_when_it_is_dropped() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let home = tempfile::tempdir().unwrap();
    fs::write(home.path().join("letters"), "x").unwrap();
    let at = home.path().display().to_string();
    server
        .ask(move |client| {
            create(client, &table_at("t", &at)).unwrap();
            drop_table(client, "t");
            // A database there makes it no more skep's: on a file system only what the operator lists counts.
            let mut own = database("d");
            own["locationUri"] = json!(format!("{at}/.."));
            client
                .call("create_database", json!({ "database": own }))
                .unwrap();
            let mut inside = table_at("t", &at);
            inside["dbName"] = json!("d");
            create(client, &inside).unwrap();
            let arguments = json!({ "name": "d", "deleteData": true, "cascade": true });
            client.call("drop_database", arguments).unwrap();
        })
        .await;
    assert!(home.path().join("letters").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_operator_lists_is_emptied_and_nothing_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["own/t/part", "own2/t/part"] {
        let file = folder.path().join(name);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "x").unwrap();
    }
    let listed = folder.path().join("own").display().to_string();
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        settings.storage.deletable_locations = vec![listed];
    })
    .await;
    let at = folder.path().display().to_string();
    server
        .ask(move |client| {
            for (name, place) in [("a", "own/t"), ("b", "own2/t")] {
                create(client, &table_at(name, &format!("{at}/{place}"))).unwrap();
                drop_table(client, name);
            }
        })
        .await;
    assert!(!folder.path().join("own/t").exists());
    assert!(folder.path().join("own2/t/part").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn where_data_may_not_lie_every_operation_refuses_and_names_the_setting() {
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        settings.storage.allowed_locations = Some(vec!["s3://lake/shared".to_owned()]);
    })
    .await;
    let rest = Rest::of(&server);
    let warehouse = server.warehouse();
    let new = json!({ "name": "d", "location": "file:/etc" });
    let told = rest
        .post("/databases", new)
        .await
        .problem(400, "invalid-request");
    assert!(
        told.to_string().contains("storage.allowed_locations"),
        "{told}"
    );
    server
        .ask(move |client| {
            let refused = |answer: Result<Value, Failure>, what: &str| {
                let text = answer.expect_err(what).to_string();
                assert!(text.contains("storage.allowed_locations"), "{what}: {text}");
            };
            let made = create(client, &external(table_at("t", "file:/etc")));
            refused(made, "create");
            let made = create(client, &external(table_at("t", "s3a://lake/shared2")));
            refused(made, "create beside what is allowed");
            // As Spark stores a table of its own reader that Hive's way was refused for.
            let mut sparks = table_at(
                "t",
                &format!("file:{}/t-__PLACEHOLDER__", warehouse.display()),
            );
            sparks["parameters"]["spark.sql.sources.provider"] = json!("parquet");
            sparks["sd"]["serdeInfo"]["parameters"]["path"] = json!("file:///etc/t");
            refused(
                create(client, &external(sparks)),
                "create with a path of Spark's",
            );
            let whole = partitioned("default", "t", &[("dt", "string")]);
            create(client, &whole).unwrap();
            refused(add(client, &partition("t", "1", "/etc")), "add partition");
            let arguments = json!({ "dbname": "default", "tbl_name": "t" });
            let mut found = client.call("get_table", arguments).unwrap();
            found["sd"]["location"] = json!("s3://elsewhere/t");
            let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": found });
            refused(client.call("alter_table", alter), "set location");
            let mut own = database("default");
            own["locationUri"] = json!("s3://elsewhere/d");
            let alter = json!({ "dbname": "default", "db": own });
            refused(client.call("alter_database", alter), "alter database");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_name_of_a_database_leads_out_of_the_warehouse_or_into_another() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    for (name, directory) in [
        ("../../evil", "-46--46--47--46--46--47-evil.db"),
        ("a", "a.db"),
        ("a.db/b", "a-46-db-47-b.db"),
    ] {
        let made = rest.post("/databases", json!({ "name": name })).await;
        let at = made.expect(201)["location"].clone();
        let place = server.warehouse().join(directory);
        assert_eq!(at, format!("file:{}", place.display()));
        assert!(place.is_dir(), "{name}");
    }
    let above = server.warehouse().parent().unwrap().join("evil");
    rest.delete("/databases/..%2F..%2Fevil?delete_data=true&cascade=true")
        .await
        .expect(204);
    assert!(
        !server
            .warehouse()
            .join("-46--46--47--46--46--47-evil.db")
            .is_dir()
    );
    assert!(!above.exists() && server.warehouse().is_dir());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_with_a_backtick_or_a_control_character_is_no_objects() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    server
        .ask(|client| {
            for name in ["`tbl`", "a\tb", "a\u{7f}"] {
                let failure = create(client, &table("default", name)).unwrap_err();
                assert_eq!(failure.name(), "InvalidObjectException", "{name}");
                let mut view = table("default", name);
                view["tableType"] = json!("VIRTUAL_VIEW");
                let failure = create(client, &view).unwrap_err();
                assert_eq!(failure.name(), "InvalidObjectException", "{name}");
            }
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_on_a_storage_that_is_not_reached_are_kept_as_they_are_and_never_touched() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    server
        .ask(|client| {
            for (number, at) in [
                "hdfs://nn:8020/t",
                "gs://lake/t",
                "abfss://logs@lake.dfs.core.windows.net/t",
            ]
            .iter()
            .enumerate()
            {
                let name = format!("t{number}");
                let mut whole = partitioned("default", &name, &[("dt", "string")]);
                whole["sd"]["location"] = json!(at);
                create(client, &external(whole)).unwrap();
                let own = format!("{at}/elsewhere");
                add(client, &partition(&name, "1", &own)).unwrap();
                assert_eq!(location(client, &name, "1"), own);
                drop_table(client, &name);
            }
            let mut unknown = partitioned("default", "unknown", &[("dt", "string")]);
            unknown["sd"]["location"] = json!("hdsf://nn:8020/t");
            let refused = create(client, &external(unknown)).unwrap_err();
            assert!(
                format!("{refused:?}").contains("hdsf://nn:8020/t"),
                "{refused:?}"
            );
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn over_rest_they_are_kept_too_whether_statistics_are_gathered_or_not() {
    for gather in [true, false] {
        let database = TestDatabase::sqlite().await;
        let start = TestServer::start_with(&database, |settings| {
            settings.hive.gather_statistics = gather;
        });
        let server = start.await;
        let rest = Rest::of(&server);
        for (number, at) in ["hdfs://nn:8020/t", "gs://lake/t"].into_iter().enumerate() {
            let name = format!("t{number}");
            let table = json!({
                "name": name,
                "columns": [{"name": "id", "type": "int"}],
                "partition_keys": [{"name": "dt", "type": "string"}],
                "location": at,
                "storage": {"format": "parquet"},
            });
            let made = rest.post("/databases/default/tables", table).await;
            assert_eq!(made.expect(201)["location"], at);
            let own = json!({"values": ["1"], "location": format!("{at}/elsewhere")});
            let own = json!({"partitions": [own]});
            let partitions = format!("/databases/default/tables/{name}/partitions");
            rest.post(&partitions, own).await.expect(200);
            let added = rest.get(&format!("{partitions}/dt=1")).await.expect(200);
            assert_eq!(added["location"], format!("{at}/elsewhere"), "{added}");
        }
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_that_stands_above_a_directory_leads_no_deletion_out_of_the_warehouse() {
    let directory = tempfile::tempdir().unwrap();
    let root = place(directory.path().display().to_string());
    let lake = Lake::new(&StorageSettings::default(), std::slice::from_ref(&root));
    let outside = tempfile::tempdir().unwrap();
    fs::create_dir(outside.path().join("t")).unwrap();
    fs::write(outside.path().join("t/precious"), "x").unwrap();
    std::os::unix::fs::symlink(outside.path(), directory.path().join("db")).unwrap();
    std::os::unix::fs::symlink(outside.path().join("t"), directory.path().join("t")).unwrap();
    for place in ["db/t", "t"] {
        let error = delete(&lake, &root.below(place)).await.unwrap_err();
        assert!(error.to_string().contains("symbolic link"), "{error}");
    }
    assert!(directory.path().join("t").is_symlink());
    assert!(outside.path().join("t/precious").exists());
}
