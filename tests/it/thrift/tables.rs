//! Tables: every spelling, and Hive's exceptions by type and field number.

use super::databases::fault;
use super::objects::{database, descriptor, partitioned, table};
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    a_table_comes_back_as_it_was_sent,
    an_alter_after_a_get_loses_nothing,
    tables_are_listed,
    faults_have_hives_exceptions,
    a_managed_table_takes_its_data_along,
    external_data_is_never_touched,
    a_commit_wins_only_where_the_parameter_is_as_expected,
    of_two_commits_at_once_one_wins,
    incompatible_columns_are_refused_but_to_iceberg,
    a_name_stands_once_in_a_table,
    large_and_odd_values_survive,
    an_alter_counts_the_files_that_stay_in_place,
);

fn get(client: &mut Client, database: &str, name: &str) -> Value {
    client
        .call("get_table", json!({ "dbname": database, "tbl_name": name }))
        .unwrap()
}

/// Spark cannot read a table that has a name twice, and names of columns have no case.
async fn a_name_stands_once_in_a_table(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let column = |name: &str| json!({ "name": name, "type": "int" });
            let with = |name: &str, columns: &[&str], keys: &[(&str, &str)]| {
                let mut table = partitioned("default", name, keys);
                table["sd"]["cols"] = columns.iter().map(|name| column(name)).collect();
                table
            };
            for faulty in [
                with("t", &["a", "A"], &[]),
                with("t", &["a", "dt"], &[("DT", "string")]),
                with("t", &["a"], &[("dt", "string"), ("dt", "string")]),
            ] {
                let refused = client.call("create_table", json!({ "tbl": faulty }));
                assert_eq!(refused.unwrap_err().name(), "InvalidObjectException");
            }
            let keys = [("dt", "string")];
            let made = with("t", &["a", "b"], &keys);
            client.call("create_table", json!({ "tbl": made })).unwrap();
            for faulty in [&["a", "b", "B"][..], &["a", "dt"]] {
                let new = with("t", faulty, &keys);
                let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": new });
                let request = json!({ "dbName": "default", "tableName": "t", "table": new });
                let mut cascading = alter.clone();
                cascading["cascade"] = json!(true);
                let mut environed = alter.clone();
                environed["environment_context"] = json!({ "properties": {} });
                for (method, arguments) in [
                    ("alter_table", alter),
                    ("alter_table_with_cascade", cascading),
                    ("alter_table_with_environment_context", environed),
                    ("alter_table_req", json!({ "req": request })),
                ] {
                    let refused = client.call(method, arguments).unwrap_err();
                    assert_eq!(refused.name(), "InvalidOperationException", "{method}");
                }
            }
            // What is kept elsewhere is only shown here.
            let mut elsewhere = with("u", &["a", "A"], &[]);
            elsewhere["parameters"]["spark.sql.sources.provider"] = json!("parquet");
            client
                .call("create_table", json!({ "tbl": elsewhere }))
                .unwrap();
        })
        .await;
}

async fn a_table_comes_back_as_it_was_sent(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            let mut sent = partitioned("default", "Orders", &[("dt", "string"), ("hr", "int")]);
            sent["createTime"] = json!(1);
            client.call("create_table", json!({ "tbl": sent })).unwrap();
            let made = get(client, "DEFAULT", "ORDERS");
            assert_eq!(made["tableName"], "orders");
            assert_eq!(made["tableType"], "MANAGED_TABLE");
            assert_eq!(
                made["sd"]["location"],
                format!("file:{}", folder.join("orders").display())
            );
            assert_eq!(
                made["sd"]["cols"][0],
                json!({ "name": "id", "type": "bigint", "comment": "the key" })
            );
            assert_eq!(made["partitionKeys"][1]["type"], "int");
            assert_eq!(made["sd"]["skewedInfo"]["skewedColNames"], json!([]));
            assert_eq!(made["catName"], "hive");
            assert!(
                made["createTime"].as_i64().unwrap() > 1_000_000,
                "the server sets the time"
            );
            let parameters = made["parameters"].as_object().unwrap();
            assert_eq!(parameters["k"], "v");
            assert_eq!(
                parameters["transient_lastDdlTime"],
                made["createTime"].to_string()
            );
            assert_eq!(parameters.len(), 2);

            let request = json!({ "req": { "dbName": "default", "tblName": "orders" } });
            let by_request = client.call("get_table_req", request).unwrap();
            assert_eq!(by_request["table"], made);

            let at = json!({ "db_name": "default", "table_name": "orders" });
            assert_eq!(
                client
                    .call("get_fields", at.clone())
                    .unwrap()
                    .as_array()
                    .unwrap()
                    .len(),
                2
            );
            let schema = client
                .call("get_schema_with_environment_context", at)
                .unwrap();
            assert_eq!(schema[3]["name"], "hr");
        })
        .await;
}

async fn an_alter_after_a_get_loses_nothing(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let mut sent = table("default", "t");
            sent["sd"]["serdeInfo"]["name"] = json!("");
            sent["viewOriginalText"] = json!("");
            client.call("create_table", json!({ "tbl": sent })).unwrap();
            let before = get(client, "default", "t");
            let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": before,
                "environment_context": { "properties": { "DO_NOT_UPDATE_STATS": "true" } } });
            client
                .call("alter_table_with_environment_context", alter)
                .unwrap();
            assert_eq!(get(client, "default", "t"), before);
            assert_eq!(
                before["viewOriginalText"], "",
                "absent and empty stay apart"
            );
            assert_eq!(before["viewExpandedText"], Value::Null);
        })
        .await;
}

async fn tables_are_listed(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            for name in ["b", "a", "ab"] {
                client
                    .call("create_table", json!({ "tbl": table("d", name) }))
                    .unwrap();
            }
            let mut view = table("d", "v");
            view["tableType"] = json!("VIRTUAL_VIEW");
            view["parameters"] = json!({ "presto_view": "true", "comment": "Presto View" });
            client.call("create_table", json!({ "tbl": view })).unwrap();

            let names =
                |client: &mut Client, method: &str, args: Value| client.call(method, args).unwrap();
            assert_eq!(
                names(client, "get_all_tables", json!({ "db_name": "d" })),
                json!(["a", "ab", "b", "v"])
            );
            assert_eq!(
                names(client, "get_all_tables", json!({ "db_name": "nope" })),
                json!([])
            );
            let pattern = json!({ "db_name": "d", "pattern": "A*|v" });
            assert_eq!(
                names(client, "get_tables", pattern),
                json!(["a", "ab", "v"])
            );
            let views = json!({ "db_name": "d", "pattern": "*", "tableType": "VIRTUAL_VIEW" });
            assert_eq!(names(client, "get_tables_by_type", views), json!(["v"]));
            let metas = json!({ "db_patterns": "d", "tbl_patterns": "*", "tbl_types": [] });
            let metas = names(client, "get_table_meta", metas);
            assert_eq!(metas.as_array().unwrap().len(), 4);
            assert_eq!(metas[3]["comments"], "Presto View");
            let filter = "hive_filter_field_params__presto_view = \"true\"";
            let filtered = json!({ "dbname": "d", "filter": filter, "max_tables": -1 });
            assert_eq!(
                names(client, "get_table_names_by_filter", filtered),
                json!(["v"])
            );
            let objects = json!({ "dbname": "d", "tbl_names": ["b", "nope", "A", "a"] });
            let objects = names(client, "get_table_objects_by_name", objects);
            assert_eq!(objects.as_array().unwrap().len(), 2);
            let request = json!({ "req": { "dbName": "d", "tablesPattern": "a*" } });
            let objects = names(client, "get_table_objects_by_name_req", request);
            assert_eq!(objects["tables"].as_array().unwrap().len(), 2);
        })
        .await;
}

async fn faults_have_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let at = json!({ "dbname": "default", "tbl_name": "nope" });
            let missing = client.call("get_table", at).unwrap_err();
            assert_eq!(fault(&missing), ("NoSuchObjectException", 2));
            assert_eq!(missing.message(), "default.nope table not found");
            let absent = client.call("get_table", json!({ "dbname": "default" })).unwrap_err();
            assert_eq!(fault(&absent), ("MetaException", 1));

            let homeless = client.call("create_table", json!({ "tbl": table("nope", "t") })).unwrap_err();
            assert_eq!(fault(&homeless), ("InvalidObjectException", 2));
            client.call("create_table", json!({ "tbl": table("default", "t") })).unwrap();
            let twice = client.call("create_table", json!({ "tbl": table("default", "T") })).unwrap_err();
            assert_eq!(fault(&twice), ("AlreadyExistsException", 1));
            let mut odd = table("default", "u");
            odd["sd"]["cols"][0]["type"] = json!("integer");
            let odd = client.call("create_table", json!({ "tbl": odd })).unwrap_err();
            assert_eq!(fault(&odd), ("InvalidObjectException", 2));
            assert_eq!(odd.message(), "Invalid column type: integer");
            for (member, value) in [("type", json!("")), ("type", Value::Null), ("name", Value::Null)] {
                let mut lacking = table("default", "u");
                lacking["sd"]["cols"][0][member] = value;
                let lacking = client.call("create_table", json!({ "tbl": lacking })).unwrap_err();
                assert_eq!(fault(&lacking), ("MetaException", 3), "{member}");
            }
            let mut bare = table("default", "u");
            bare["sd"] = Value::Null;
            let bare = client.call("create_table", json!({ "tbl": bare })).unwrap_err();
            assert_eq!(fault(&bare), ("MetaException", 3));

            let alter = json!({ "dbname": "default", "tbl_name": "nope", "new_tbl": table("default", "nope") });
            let alter = client.call("alter_table", alter).unwrap_err();
            assert_eq!(fault(&alter), ("InvalidOperationException", 1));
            client.call("create_table", json!({ "tbl": table("default", "u") })).unwrap();
            let rename = json!({ "dbname": "default", "tbl_name": "u", "new_tbl": table("default", "t") });
            let rename = client.call("alter_table", rename).unwrap_err();
            assert_eq!(fault(&rename), ("InvalidOperationException", 1));
            assert!(rename.message().contains("already exists"), "Iceberg looks for it");
            let drop = json!({ "dbname": "default", "name": "nope", "deleteData": true });
            assert_eq!(fault(&client.call("drop_table", drop).unwrap_err()), ("NoSuchObjectException", 1));

            let fields = json!({ "db_name": "default", "table_name": "nope" });
            assert_eq!(fault(&client.call("get_fields", fields).unwrap_err()), ("UnknownTableException", 2));
            let objects = json!({ "dbname": "nope", "tbl_names": [] });
            let objects = client.call("get_table_objects_by_name", objects).unwrap_err();
            assert_eq!(fault(&objects), ("UnknownDBException", 3));
            assert_eq!(objects.message(), "Could not find database nope");
        })
        .await;
}

async fn an_alter_counts_the_files_that_stay_in_place(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let mut sent = table("default", "t");
            sent["tableType"] = json!("EXTERNAL_TABLE");
            sent["parameters"]["EXTERNAL"] = json!("TRUE");
            client.call("create_table", json!({ "tbl": sent })).unwrap();
            let mut new = get(client, "default", "t");
            assert_eq!(new["parameters"]["numFiles"], Value::Null);
            new["tableName"] = json!("u");
            let rename = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": new });
            client.call("alter_table", rename).unwrap();
            let renamed = get(client, "default", "u");
            assert_eq!(renamed["parameters"]["numFiles"], "0");

            let by_task = json!({ "dbname": "default", "tbl_name": "u", "new_tbl": renamed,
                "environment_context": { "properties": { "STATS_GENERATED": "TASK" } } });
            client
                .call("alter_table_with_environment_context", by_task)
                .unwrap();
            let exact = get(client, "default", "u");
            assert_eq!(
                exact["parameters"]["COLUMN_STATS_ACCURATE"],
                r#"{"BASIC_STATS":"true"}"#
            );
        })
        .await;
}

async fn a_managed_table_takes_its_data_along(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            client
                .call("create_table", json!({ "tbl": table("default", "t") }))
                .unwrap();
            std::fs::write(folder.join("t/part-0"), "12345").unwrap();
            let mut moved = get(client, "default", "t");
            moved["tableName"] = json!("u");
            moved["dbName"] = json!("d");
            let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": moved });
            client.call("alter_table", alter).unwrap();
            assert!(!folder.join("t").exists());
            assert!(folder.join("d.db/u/part-0").exists());
            let after = get(client, "d", "u");
            assert!(
                after["sd"]["location"]
                    .as_str()
                    .unwrap()
                    .ends_with("/d.db/u")
            );
            let counted = json!({ "dbname": "d", "tbl_name": "u", "new_tbl": after });
            client.call("alter_table", counted).unwrap();
            let counted = get(client, "d", "u");
            assert_eq!(counted["parameters"]["numFiles"], "1");
            assert_eq!(counted["parameters"]["totalSize"], "5");
            let drop = json!({ "dbname": "d", "name": "u", "deleteData": true });
            client
                .call("drop_table_with_environment_context", drop)
                .unwrap();
            assert!(!folder.join("d.db/u").exists());
        })
        .await;
}

async fn external_data_is_never_touched(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            let place = folder.join("elsewhere");
            std::fs::create_dir_all(&place).unwrap();
            std::fs::write(place.join("part-0"), "12345").unwrap();
            std::fs::write(place.join("_hidden"), "1").unwrap();
            client
                .call("create_database", json!({ "database": database("d") }))
                .unwrap();
            let mut external = table("d", "e");
            external["sd"] = descriptor(Some(&format!("file://{}/", place.display())));
            external["parameters"] = json!({ "EXTERNAL": "TRUE" });
            client
                .call("create_table", json!({ "tbl": external }))
                .unwrap();
            let made = get(client, "d", "e");
            assert_eq!(made["tableType"], "EXTERNAL_TABLE", "the parameter decides");
            assert_eq!(made["parameters"]["numFiles"], "1");
            let mut renamed = made;
            renamed["tableName"] = json!("f");
            let alter = json!({ "dbname": "d", "tbl_name": "e", "new_tbl": renamed });
            client.call("alter_table", alter).unwrap();
            assert!(place.join("part-0").exists());
            let drop = json!({ "name": "d", "deleteData": true, "cascade": true });
            client.call("drop_database", drop).unwrap();
            assert!(place.join("part-0").exists());
        })
        .await;
}

/// An Iceberg table whose metadata is at `location`.
fn iceberg(name: &str, location: &str) -> Value {
    let mut iceberg = table("default", name);
    iceberg["parameters"] =
        json!({ "EXTERNAL": "TRUE", "table_type": "ICEBERG", "metadata_location": location });
    iceberg
}

/// The arguments of a commit from one metadata file to another.
fn commit(name: &str, from: &str, to: &str) -> Value {
    json!({ "dbname": "default", "tbl_name": name, "new_tbl": iceberg(name, to),
        "environment_context": { "properties": {
            "expected_parameter_key": "metadata_location", "expected_parameter_value": from,
            "DO_NOT_UPDATE_STATS": "true" } } })
}

async fn a_commit_wins_only_where_the_parameter_is_as_expected(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_table", json!({ "tbl": iceberg("i", "v1") }))
                .unwrap();
            client
                .call(
                    "alter_table_with_environment_context",
                    commit("i", "v1", "v2"),
                )
                .unwrap();
            let late = client
                .call(
                    "alter_table_with_environment_context",
                    commit("i", "v1", "v3"),
                )
                .unwrap_err();
            assert_eq!(fault(&late), ("MetaException", 2));
            let text =
                "The table has been modified. The parameter value for key 'metadata_location' is";
            assert!(
                late.message().starts_with(text),
                "Iceberg knows a conflict by it: {}",
                late.message()
            );
            assert_eq!(
                get(client, "default", "i")["parameters"]["metadata_location"],
                "v2"
            );
        })
        .await;
}

async fn of_two_commits_at_once_one_wins(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            client
                .call("create_table", json!({ "tbl": iceberg("i", "v0") }))
                .unwrap()
        })
        .await;
    for round in 0..10 {
        let (from, to) = (format!("v{round}"), format!("v{}", round + 1));
        let commits = (0..4).map(|_| {
            let args = commit("i", &from, &to);
            server.ask(move |client| {
                client
                    .call("alter_table_with_environment_context", args)
                    .is_ok()
            })
        });
        let won = futures::future::join_all(commits)
            .await
            .into_iter()
            .filter(|won| *won)
            .count();
        assert_eq!(won, 1, "round {round}");
    }
}

async fn incompatible_columns_are_refused_but_to_iceberg(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let swap = |table: &mut Value| table["sd"]["cols"][0]["type"] = json!("array<int>");
            client
                .call("create_table", json!({ "tbl": table("default", "t") }))
                .unwrap();
            let mut swapped = get(client, "default", "t");
            swap(&mut swapped);
            let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": swapped });
            let refused = client.call("alter_table", alter).unwrap_err();
            assert_eq!(fault(&refused), ("InvalidOperationException", 1));
            client
                .call("create_table", json!({ "tbl": iceberg("i", "v1") }))
                .unwrap();
            let mut swapped = get(client, "default", "i");
            swap(&mut swapped);
            let alter = json!({ "dbname": "default", "tbl_name": "i", "new_tbl": swapped });
            client.call("alter_table", alter).unwrap();
        })
        .await;
}

async fn large_and_odd_values_survive(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let mut sent = table("default", "t");
            let schema = "x".repeat(200_000);
            sent["parameters"] = json!({ "spark.sql.sources.schema": schema, "한국": "🐝 'quoted' \"too\" \\", "e": "" });
            sent["sd"]["cols"] = (0..500)
                .map(|n| json!({ "name": format!("c{n}"), "type": format!("struct<{}>", "a:int,".repeat(800)), "comment": "설명" }))
                .collect();
            client.call("create_table", json!({ "tbl": sent })).unwrap();
            let mut made = get(client, "default", "t");
            assert_eq!(made["sd"]["cols"], sent["sd"]["cols"]);
            made["parameters"].as_object_mut().unwrap().remove("transient_lastDdlTime");
            assert_eq!(made["parameters"], sent["parameters"]);
        })
        .await;
}
