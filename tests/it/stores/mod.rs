//! Tables on Google's and on Azure's stores: reached where that is enabled, and then as those on S3 are.

mod azure;
mod google;
mod server;

use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, delete, place};
use crate::rest::Rest;
use crate::thrift::objects::{partitioned, table};
use reqwest::Method;
use serde_json::{Value, json};
use server::{Kind, ObjectServer};
use skep::lake::{AzureSettings, GcsSettings, Lake, StorageSettings};
use skep::secret::Secret;

/// A key of no account, in the form of one.
const AZURE_KEY: &str = "c2tlcC10ZXN0LWtleS1vZi1uby1hY2NvdW50";

fn settings(server: &ObjectServer, kind: Kind) -> StorageSettings {
    let mut settings = StorageSettings::default();
    settings.s3.retries_max = 0;
    let endpoint = Some(server.endpoint());
    match kind {
        Kind::Google => {
            settings.gcs = GcsSettings {
                enabled: true,
                endpoint,
                anonymous: true,
                ..GcsSettings::default()
            }
        }
        Kind::Azure | Kind::DataLake => {
            settings.azure = AzureSettings {
                enabled: true,
                endpoint,
                account: Some("company".to_owned()),
                access_key: Some(Secret::new(AZURE_KEY)),
                ..AzureSettings::default()
            }
        }
    }
    settings
}

/// The root of the bucket, in the words that tables have.
fn root(kind: Kind) -> &'static str {
    match kind {
        Kind::Google => "gs://lake",
        Kind::Azure | Kind::DataLake => "abfss://lake@company.dfs.core.windows.net",
    }
}

async fn lakehouse(kind: Kind) -> (ObjectServer, TestServer) {
    let objects = ObjectServer::start(kind).await;
    let storage = settings(&objects, kind);
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.storage = storage;
        settings.warehouse.location = format!("{}/w", root(kind));
    });
    (objects, server.await)
}

fn create(client: &mut Client, table: &Value) {
    client
        .call("create_table", json!({ "tbl": table }))
        .unwrap();
}

/// Over pages, without what is hidden.
async fn statistics_are_counted(objects: &ObjectServer, server: &TestServer, root: &'static str) {
    for key in [
        "in/a",
        "in/b/c",
        "in/_hidden/x",
        "in/d",
        "in/e",
        "in2/other",
    ] {
        objects.put(key, "xy");
    }
    server
        .ask(move |client| {
            let mut counted = table("default", "counted");
            counted["tableType"] = json!("EXTERNAL_TABLE");
            counted["parameters"]["EXTERNAL"] = json!("TRUE");
            counted["sd"]["location"] = json!(format!("{root}/in"));
            create(client, &counted);
            let told = client.call(
                "get_table",
                json!({ "dbname": "default", "tbl_name": "counted" }),
            );
            let told = told.unwrap();
            assert_eq!(told["parameters"]["numFiles"], "4");
            assert_eq!(told["parameters"]["totalSize"], "8");
            // An external table's files stay.
            let drop = json!({ "dbname": "default", "name": "counted", "deleteData": true });
            client.call("drop_table", drop).unwrap();
            create(client, &partitioned("default", "t", &[("dt", "string")]));
        })
        .await;
    assert_eq!(objects.keys().len(), 6);
}

async fn a_table_lives_as_on_s3(kind: Kind) {
    let (objects, server) = lakehouse(kind).await;
    let root = root(kind);
    let (objects, server) = (&objects, &server);
    statistics_are_counted(objects, server, root).await;
    // Discovery finds partitions; a rename takes them along; a drop takes them away.
    for key in [
        "w/t/dt=1/x",
        "w/t/dt=2/y",
        "w/t/dt=a b&c/x",
        "w/t/dt=3/z/z",
        "w/t_2/dt=9/q",
    ] {
        objects.put(key, "data");
    }
    let rest = Rest::of(server);
    let on = json!({ "on": true });
    rest.put("/databases/default/tables/t/discovery", on)
        .await
        .expect(200);
    let swept = rest
        .request(Method::POST, "/databases/default/tables/t/discovery/run")
        .header("content-type", "application/json")
        .body(json!({ "scope": "sweep" }).to_string());
    let swept = swept.send().await.unwrap().text().await.unwrap();
    let asked: Vec<String> = objects.asked().into_iter().take(40).collect();
    assert!(swept.contains(r#""outcome":"done""#), "{asked:#?}");
    server
        .ask(move |client| {
            let mut renamed = partitioned("default", "t_renamed", &[("dt", "string")]);
            renamed["sd"]["location"] = json!(format!("{root}/w/t"));
            let rename = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": renamed });
            client.call("alter_table", rename).unwrap();
            let names = json!({ "db_name": "default", "tbl_name": "t_renamed", "max_parts": -1 });
            let names = client.call("get_partition_names", names).unwrap();
            assert_eq!(names, json!(["dt=1", "dt=2", "dt=3", "dt=a b&c"]));
        })
        .await;
    let moved = [
        "w/t_2/dt=9/q",
        "w/t_renamed/dt=1/x",
        "w/t_renamed/dt=2/y",
        "w/t_renamed/dt=3/z/z",
        "w/t_renamed/dt=a b&c/x",
    ];
    assert_eq!(objects.keys()[6..], moved);
    server
        .ask(|client| {
            let drop = json!({ "dbname": "default", "name": "t_renamed", "deleteData": true });
            client.call("drop_table", drop).unwrap();
        })
        .await;
    assert_eq!(objects.keys()[6..], ["w/t_2/dt=9/q"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_on_google_lives_as_on_s3() {
    a_table_lives_as_on_s3(Kind::Google).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_on_azure_lives_as_on_s3() {
    a_table_lives_as_on_s3(Kind::Azure).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_on_azures_data_lake_lives_as_on_s3() {
    a_table_lives_as_on_s3(Kind::DataLake).await;
}

/// A place with keys that are no paths can be used, and what is dropped leaves nothing behind and takes nothing along.
async fn odd_keys_are_counted_and_deleted_as_on_s3(kind: Kind) {
    let (objects, server) = lakehouse(kind).await;
    let odd = ["//x", "a//b", "dir/", "line\nfeed", "part", "x"];
    let fill = |directory: &str| {
        for below in odd {
            objects.put(&format!("{directory}/{below}"), "xy");
        }
    };
    fill("in");
    fill("w/t");
    let neighbours = ["w/t_2/x", "w/x"];
    for key in neighbours {
        objects.put(key, "x");
    }
    let root = root(kind);
    server
        .ask(move |client| {
            let mut external = table("default", "counted");
            external["tableType"] = json!("EXTERNAL_TABLE");
            external["parameters"]["EXTERNAL"] = json!("TRUE");
            external["sd"]["location"] = json!(format!("{root}/in"));
            create(client, &external);
            let get = json!({ "dbname": "default", "tbl_name": "counted" });
            let told = client.call("get_table", get).unwrap();
            assert_eq!(told["parameters"]["numFiles"], "2", "{told}");
            create(client, &table("default", "t"));
            let drop = json!({ "dbname": "default", "name": "t", "deleteData": true });
            client.call("drop_table", drop).unwrap();
        })
        .await;
    let left: Vec<String> = objects.keys().into_iter().skip(odd.len()).collect();
    assert_eq!(left, neighbours);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_on_google_that_are_no_paths_are_counted_and_deleted_as_on_s3() {
    odd_keys_are_counted_and_deleted_as_on_s3(Kind::Google).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_on_azure_that_are_no_paths_are_counted_and_deleted_as_on_s3() {
    odd_keys_are_counted_and_deleted_as_on_s3(Kind::Azure).await;
}

#[tokio::test]
async fn the_directories_of_a_data_lake_go_with_their_files_and_no_other_one_does() {
    let objects = ObjectServer::start(Kind::DataLake).await;
    let lake = Lake::new(&settings(&objects, Kind::DataLake), &[]);
    let root = place(root(Kind::DataLake));
    for key in ["t/dt=1/hour=1/x", "t/dt=1/hour=2/x", "t/dt=2/x", "t2/x"] {
        objects.put(key, "x");
    }
    delete(&lake, &root.below("t/dt=1")).await.unwrap();
    assert_eq!(objects.keys(), ["t/dt=2/x", "t2/x"]);
    assert_eq!(objects.directories(), ["t", "t/dt=1", "t/dt=2", "t2"]);
    delete(&lake, &root.below("t")).await.unwrap();
    assert_eq!(objects.directories(), ["t", "t2"]);
    assert!(!lake.exists(&root.below("t")).await.unwrap());
}

#[tokio::test]
async fn requests_to_azure_are_signed_for_the_account_that_the_place_names() {
    let objects = ObjectServer::start(Kind::Azure).await;
    let lake = Lake::new(&settings(&objects, Kind::Azure), &[]);
    objects.put("t/x", "x");
    for at in [
        "abfs://lake@company.dfs.core.windows.net/t",
        "wasbs://lake@company.blob.core.windows.net/t",
        "az://lake/t",
    ] {
        assert!(lake.exists(&place(at)).await.unwrap(), "{at}");
    }
    for asked in objects.asked() {
        assert!(asked.ends_with("by SharedKey company"), "{asked}");
    }
    // The same by a shared signature, which stands in the address.
    let mut shared = settings(&objects, Kind::Azure);
    shared.azure.access_key = None;
    shared.azure.sas_token = Some(Secret::new("?sv=2023-11-03&sig=ab%2Bc%3D"));
    let lake = Lake::new(&shared, &[]);
    assert!(lake.exists(&place("az://lake/t")).await.unwrap());
    let asked = objects.asked().concat();
    assert!(
        asked.contains("sig=ab%2Bc%3D") && asked.ends_with("by nobody"),
        "{asked}"
    );
}

#[tokio::test]
async fn nothing_is_deleted_where_a_word_names_no_account() {
    let objects = ObjectServer::start(Kind::Azure).await;
    let lake = Lake::new(&settings(&objects, Kind::Azure), &[]);
    objects.put("t/x", "x");
    let refused = delete(&lake, &place("az://lake/t"))
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("names no account"), "{refused}");
    assert_eq!(objects.keys(), ["t/x"]);
}

#[tokio::test]
async fn what_is_not_enabled_is_told_with_its_setting() {
    let lake = Lake::new(&StorageSettings::default(), &[]);
    for (at, setting) in [
        ("gs://lake/t", "storage.gcs.enabled"),
        (
            "abfss://lake@company.dfs.core.windows.net/t",
            "storage.azure.enabled",
        ),
    ] {
        let refused = lake.summary(&place(at)).await.unwrap_err().to_string();
        assert!(refused.contains(setting), "{refused}");
    }
}
