//! Tables and partitions at places with keys that are no paths: what is dropped or truncated leaves nothing behind, what
//! is renamed leaves nothing behind either, and nobody else's object is touched.

use super::fixture::{
    House, call, create, drop_table, jobs_ended, location, rename, renaming, stand,
};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use skep::server::Running;

on_every_database!(
    a_dropped_or_truncated_place_becomes_empty,
    a_renamed_place_takes_all_its_keys_along,
    a_rename_that_cannot_take_all_keys_along_moves_none,
    places_with_keys_that_are_no_paths_can_be_used,
);

const ODD: [&str; 5] = ["//x", "a//b", "dir/", "%2F%2e%2e/x", "line\nfeed"];
const DOTTED: [&str; 3] = ["../x", "./x", "../../x"];
/// What dotted keys would be, resolved.
const NEIGHBOURS: [&str; 3] = ["w/x", "x", "y/x"];

fn fill(house: &House, directory: &str, keys: &[&str]) -> Vec<String> {
    for key in NEIGHBOURS {
        house.file(key);
    }
    for below in keys {
        house.file(&format!("{directory}/{below}"));
    }
    house.file(&format!("{directory}/part"));
    house.file(&format!("{directory}/x"));
    house.files()
}

fn partition(table: &Value, value: &str) -> Value {
    let mut sd = table["sd"].clone();
    sd["location"] = Value::Null;
    json!({
        "dbName": "default", "tableName": table["tableName"], "values": [value], "sd": sd, "parameters": {},
    })
}

async fn add(running: &Running, partition: &Value) {
    let arguments = json!({ "new_part": partition });
    call(running.thrift_addr, "add_partition", arguments)
        .await
        .unwrap();
}

async fn create_partitioned(running: &Running, name: &str) -> Value {
    let described = partitioned("default", name, &[("dt", "string")]);
    let arguments = json!({ "tbl": described });
    call(running.thrift_addr, "create_table", arguments)
        .await
        .unwrap();
    described
}

async fn a_dropped_or_truncated_place_becomes_empty(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    let keys = [&ODD[..], &DOTTED[..]].concat();
    create(&running, "t").await;
    fill(&house, "w/t", &keys);
    let truncated = json!({ "dbName": "default", "tableName": "t" });
    call(running.thrift_addr, "truncate_table", truncated)
        .await
        .unwrap();
    assert_eq!(house.files(), NEIGHBOURS);
    fill(&house, "w/t", &keys);
    drop_table(&running, "t").await.unwrap();
    assert_eq!(house.files(), NEIGHBOURS);

    let parent = create_partitioned(&running, "p").await;
    add(&running, &partition(&parent, "1")).await;
    fill(&house, "w/p/dt=1", &keys);
    let dropped =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["1"], "deleteData": true });
    // Its neighbour is the table's.
    house.file("w/p/x");
    call(running.thrift_addr, "drop_partition", dropped)
        .await
        .unwrap();
    assert_eq!(house.files(), ["w/p/x", "w/x", "x", "y/x"]);
    running.shutdown().await;
}

async fn a_renamed_place_takes_all_its_keys_along(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    let moved = |files: &[String], from: &str, to: &str| {
        let mut files: Vec<String> = files.iter().map(|file| file.replace(from, to)).collect();
        files.sort();
        files
    };
    let files = fill(&house, "w/t", &ODD);
    rename(&running, "t", "u").await.unwrap();
    assert_eq!(house.files(), moved(&files, "w/t/", "w/u/"));
    drop_table(&running, "u").await.unwrap();

    let parent = create_partitioned(&running, "p0").await;
    create_partitioned(&running, "p1").await;
    add(&running, &partition(&parent, "1")).await;
    let files = fill(&house, "w/p0/dt=1", &ODD);
    let mut renamed = partition(&parent, "2");
    renamed["sd"]["location"] = json!("s3a://lake/w/p0/dt=1");
    let arguments = json!({
        "db_name": "default", "tbl_name": "p0", "part_vals": ["1"], "new_part": renamed,
    });
    call(running.thrift_addr, "rename_partition", arguments)
        .await
        .unwrap();
    assert_eq!(house.files(), moved(&files, "/dt=1/", "/dt=2/"));

    let arguments = json!({
        "partitionSpecs": { "dt": "2" },
        "source_db": "default", "source_table_name": "p0",
        "dest_db": "default", "dest_table_name": "p1",
    });
    call(running.thrift_addr, "exchange_partition", arguments)
        .await
        .unwrap();
    assert_eq!(house.files(), moved(&files, "w/p0/dt=1/", "w/p1/dt=2/"));
    running.shutdown().await;
}

async fn a_rename_that_cannot_take_all_keys_along_moves_none(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    let files = fill(&house, "w/t", &[&ODD[..], &DOTTED[..]].concat());
    let refused = call(running.thrift_addr, "alter_table", renaming("t", "u"))
        .await
        .unwrap_err();
    let text = refused.message();
    assert!(
        text.contains("3 keys") && text.contains("\"w/t/../../x\""),
        "{refused}"
    );
    assert_eq!(house.files(), files);
    assert_eq!(house.s3.requests("CopyObject"), 0);
    let place = location(running.thrift_addr, "t").await.unwrap();
    assert_eq!(place, "s3a://lake/w/t");
    let jobs = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&jobs)[0].1, "failed");
    // Without them it goes.
    for below in DOTTED {
        house.s3.remove("lake", &format!("w/t/{below}"));
    }
    rename(&running, "t", "u").await.unwrap();
    running.shutdown().await;
}

async fn places_with_keys_that_are_no_paths_can_be_used(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    let keys = [&ODD[..], &DOTTED[..]].concat();
    fill(&house, "y/t", &keys);
    let mut external = table("default", "t");
    external["tableType"] = json!("EXTERNAL_TABLE");
    external["parameters"]["EXTERNAL"] = json!("TRUE");
    external["sd"]["location"] = json!("s3a://lake/y/t");
    let arguments = json!({ "tbl": external });
    call(running.thrift_addr, "create_table", arguments)
        .await
        .unwrap();
    let found = json!({ "dbname": "default", "tbl_name": "t" });
    let found = call(running.thrift_addr, "get_table", found).await.unwrap();
    assert_eq!(found["parameters"]["numFiles"], "3", "{found}");

    let parent = create_partitioned(&running, "p").await;
    fill(&house, "y/p1", &keys);
    fill(&house, "y/p2", &keys);
    let mut one = partition(&parent, "1");
    one["sd"]["location"] = json!("s3a://lake/y/p1");
    add(&running, &one).await;
    let added = reqwest::Client::new()
        .post(format!(
            "http://{}/api/v1/databases/default/tables/p/partitions",
            running.http_addr
        ))
        .header("content-type", "application/json")
        .body(
            json!({ "partitions": [{ "values": ["2"], "location": "s3a://lake/y/p2" }] })
                .to_string(),
        )
        .send()
        .await
        .unwrap();
    let status = added.status();
    assert_eq!(status, 200, "{}", added.text().await.unwrap());
    for value in ["1", "2"] {
        let found = json!({ "db_name": "default", "tbl_name": "p", "part_vals": [value] });
        let found = call(running.thrift_addr, "get_partition", found).await;
        let found = found.unwrap();
        assert_eq!(found["parameters"]["numFiles"], "3", "{found}");
    }
    running.shutdown().await;
}
