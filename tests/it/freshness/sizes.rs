//! Sizes that nobody noted, counted in real directories: once, noted for everybody, and not while they still grow.

use super::{START_S, TABLE, World, add};
use crate::harness::{TestDatabase, on_every_database};
use crate::rest::Rest;
use crate::s3::S3Server;
use serde_json::{Value, json};
use std::fs::{File, create_dir_all};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

on_every_database!(a_size_that_nobody_noted_is_counted_and_noted_once);

const HOUR: &str = "dt=2026-11-25%2Fhour=10";

/// Writes a file that changed last so many seconds after the beginning.
fn write(directory: &Path, name: &str, bytes: usize, after_s: i64) {
    create_dir_all(directory).unwrap();
    let mut file = File::create(directory.join(name)).unwrap();
    file.write_all(&vec![b'x'; bytes]).unwrap();
    let at = Duration::from_secs(u64::try_from(START_S + after_s).unwrap());
    file.set_modified(UNIX_EPOCH + at).unwrap();
}

/// Three weeks of which it is known that an hour has a thousand bytes, and what is expected of them; the sizes are listed.
async fn expecting(rest: &Rest, table: &str) {
    let path = format!("{table}/partitions");
    for day in ["2026-11-04", "2026-11-11", "2026-11-18"] {
        let new = json!({"partitions": [{"values": [day, "10"], "total_bytes": 1000}]});
        rest.post(&path, new).await.expect(200);
    }
    let settings = json!({"every": "1h", "within": "20m", "volume": "50%..200%", "sizes": "list"});
    let path = format!("{table}/freshness");
    let stands = rest.patch(&path, json!({"settings": settings})).await;
    assert_eq!(stands.expect(200)["expectation"]["sizes"], "list");
}

/// Registers the hour without a word of its size, and gives where it lies.
async fn registered(rest: &Rest, table: &str) -> String {
    let new = json!({"partitions": [{"values": ["2026-11-25", "10"]}]});
    rest.post(&format!("{table}/partitions"), new)
        .await
        .expect(200);
    let partition = hour(rest, table).await;
    assert_eq!(partition["parameters"].get("totalSize"), None);
    partition["location"].as_str().expect("a place").to_owned()
}

async fn hour(rest: &Rest, table: &str) -> Value {
    let path = format!("{table}/partitions/{HOUR}");
    rest.get(&path).await.expect(200)
}

async fn alters(rest: &Rest) -> usize {
    let events = rest
        .get("/events?database=shop&table=orders")
        .await
        .expect(200);
    let events = events["events"].as_array().expect("events").iter();
    let kinds = events.map(|event| event["kind"].as_str().expect("a kind").to_lowercase());
    kinds.filter(|kind| kind == "alter_partition").count()
}

async fn a_size_that_nobody_noted_is_counted_and_noted_once(test: TestDatabase) {
    let world = World::new(&test).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    expecting(&rest, TABLE).await;
    let place = registered(&rest, TABLE).await;
    let place = Path::new(place.trim_start_matches("file:").trim_start_matches("//"));
    write(place, "part-0", 300, 600);
    write(place, "_SUCCESS", 5, 600);
    write(&place.join("_temporary"), "part-1", 800, 600);
    let thin = "table `shop.orders`: there is too little data of 2026-11-25 10:00 to 11:00 UTC: 300 B, 30% of what is usual at that time (50%..200% is expected)";
    assert_eq!(world.told_after(81).await, [thin]);
    let noted = hour(&rest, TABLE).await;
    assert_eq!(noted["parameters"]["totalSize"], "300");
    assert_eq!(noted["parameters"]["numFiles"], "1");
    // Two replicas looked, and looks go on.
    assert_eq!(world.told_after(1).await, [thin]);
    assert_eq!(alters(&rest).await, 1);
    // What lacks is counted anew.
    write(&place.join("late"), "part-2", 400, 1200);
    let filled = "table `shop.orders`: there is as much data of 2026-11-25 10:00 to 11:00 UTC as is usual now";
    assert_eq!(world.told_after(1).await, [thin, filled]);
    assert_eq!(hour(&rest, TABLE).await["parameters"]["totalSize"], "700");
    assert_eq!(alters(&rest).await, 2);
    // And what was judged well is not.
    write(place, "part-3", 5_000, 1200);
    add(&rest, &["2026-11-25", "11"], 1000).await;
    assert_eq!(world.told_after(60).await, [thin, filled]);
    assert_eq!(hour(&rest, TABLE).await["parameters"]["totalSize"], "700");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_still_grows_is_looked_at_again_before_it_is_judged() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    expecting(&rest, TABLE).await;
    let place = registered(&rest, TABLE).await;
    let place = Path::new(place.trim_start_matches("file:").trim_start_matches("//"));
    let due_s = 80 * 60;
    // At the look, a minute after the data had to be there, the first file is ten seconds old.
    write(place, "part-0", 100, due_s + 50);
    assert_eq!(world.told_after(81).await, [""; 0]);
    write(place, "part-1", 900, due_s + 90);
    assert_eq!(world.told_after(1).await, [""; 0]);
    assert_eq!(
        hour(&rest, TABLE).await["parameters"].get("totalSize"),
        None
    );
    assert_eq!(world.told_after(2).await, [""; 0]);
    assert_eq!(hour(&rest, TABLE).await["parameters"]["totalSize"], "1000");
    let stands = rest.get(&format!("{TABLE}/freshness")).await.expect(200);
    assert_eq!(stands["standing"], "well", "{stands}");
}

/// A table in a bucket, and what is expected of it: an hour is registered, and has two hundred bytes.
async fn sales_in(s3: &S3Server, rest: &Rest) -> &'static str {
    rest.orders().await;
    let table = json!({
        "name": "sales",
        "columns": [{"name": "id", "type": "bigint"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "location": "s3://lake/sales",
        "storage": {"format": "parquet"},
    });
    rest.post("/databases/shop/tables", table).await.expect(201);
    let sales = "/databases/shop/tables/sales";
    expecting(rest, sales).await;
    registered(rest, sales).await;
    let written_at = u64::try_from(START_S + 600).unwrap();
    let key = "sales/dt=2026-11-25/hour=10/part-0";
    s3.put_written_at("lake", key, vec![b'x'; 200], written_at);
    sales
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_whose_listing_fails_is_listed_once_a_pause_over_all_replicas() {
    let s3 = S3Server::start(&["lake"]).await;
    let test = TestDatabase::sqlite().await;
    let world = World::with(&test, |settings| settings.storage = s3.storage_settings()).await;
    let rest = Rest::of(&world.first);
    let sales = sales_in(&s3, &rest).await;
    s3.fail("ListObjectsV2", "sales", 0, 3, 403);
    let before = s3.requests("ListObjectsV2");
    // Each step in minutes, and how often the directory was listed then. The hour after it lacks, so that looks are frequent.
    for (minutes, listed) in [
        (141, 1),
        (1, 1),
        (3, 1),
        (1, 2),
        (1, 2),
        (8, 2),
        (1, 3),
        (19, 3),
    ] {
        world.told_after(minutes).await;
        let asked = s3.requests("ListObjectsV2") - before;
        assert_eq!(asked, listed, "after {minutes} minutes more");
    }
    let stands = rest.get(&format!("{sales}/freshness")).await.expect(200);
    assert_eq!(stands["standing"], "lacking", "{stands}");
    assert_eq!(
        hour(&rest, sales).await["parameters"].get("totalSize"),
        None
    );
    world.told_after(1).await;
    assert_eq!(s3.requests("ListObjectsV2") - before, 4);
    assert_eq!(hour(&rest, sales).await["parameters"]["totalSize"], "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_by_hand_has_a_directory_listed_within_its_pause() {
    let s3 = S3Server::start(&["lake"]).await;
    let test = TestDatabase::sqlite().await;
    let world = World::with(&test, |settings| settings.storage = s3.storage_settings()).await;
    let rest = Rest::of(&world.first);
    let sales = sales_in(&s3, &rest).await;
    s3.fail("ListObjectsV2", "sales", 0, 1, 403);
    world.told_after(81).await;
    assert_eq!(
        hour(&rest, sales).await["parameters"].get("totalSize"),
        None
    );
    let check = format!("{sales}/freshness/check");
    rest.post(&check, json!({})).await.expect(200);
    assert_eq!(hour(&rest, sales).await["parameters"]["totalSize"], "200");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_does_not_answer_keeps_no_other_table_waiting() {
    let s3 = S3Server::start(&["lake"]).await;
    let test = TestDatabase::sqlite().await;
    let world = World::with(&test, |settings| settings.storage = s3.storage_settings()).await;
    let rest = Rest::of(&world.first);
    let sales = sales_in(&s3, &rest).await;
    let expected = json!({"settings": {"every": "1h", "within": "20m"}});
    let path = format!("{TABLE}/freshness");
    rest.patch(&path, expected).await.expect(200);
    let hanging = s3.hang("lake");
    world.clock.advance_ms(81 * 60_000);
    let freshness = world.first.running().freshness.for_system();
    let look = freshness.freshness_check_due();
    let told = async {
        hanging.arrived(1).await;
        // The store is being asked, and the other table was looked at.
        rest.get(&path).await.expect(200)
    };
    let (looked, stands) = futures::join!(look, told);
    assert_eq!(looked.expect("a look").looked, 2);
    assert_eq!(stands["standing"], "lacking", "{stands}");
    let stands = rest.get(&format!("{sales}/freshness")).await.expect(200);
    assert_eq!(stands["gaps"], json!([]), "nothing is known of it");
    hanging.end();
    let told = world.told_after(6).await;
    let thin = "table `shop.sales`: there is too little data of 2026-11-25 10:00 to 11:00 UTC: 200 B, 20% of what is usual at that time (50%..200% is expected)";
    assert!(told.contains(&thin.to_owned()), "{told:?}");
    assert_eq!(hour(&rest, sales).await["parameters"]["totalSize"], "200");
}
