//! Objects that are put into S3 are partitions over Thrift, without anybody calling anything.

use super::fixture::World;
use crate::harness::{TestDatabase, on_every_database};
use std::sync::Arc;

on_every_database!(partitions_appear_by_themselves, two_replicas_share_the_work,);

const KEYS: [(&str, &str); 2] = [("dt", "string"), ("city", "string")];

async fn partitions_appear_by_themselves(database: TestDatabase) {
    let world = World::lively(&database).await;
    world.s3.put("lake", "t/dt=2026-11-01/city=a/part-0", "x");
    world
        .table(
            "t",
            &KEYS,
            &[("skep.discovery", "on"), ("skep.discovery.interval", "5s")],
        )
        .await;
    world.until_names("t", &["dt=2026-11-01/city=a"]).await;

    // What Hive escapes is escaped in the directory too; the rest stands as it is.
    for city in ["a%3Ab", "50%25", "two words", "서울", "k%3Dv"] {
        let key = format!("t/dt=2026-11-02/city={city}/part-0");
        world.s3.put("lake", &key, "x");
    }
    world
        .until_names(
            "t",
            &[
                "dt=2026-11-01/city=a",
                "dt=2026-11-02/city=50%25",
                "dt=2026-11-02/city=a%3Ab",
                "dt=2026-11-02/city=k%3Dv",
                "dt=2026-11-02/city=two words",
                "dt=2026-11-02/city=서울",
            ],
        )
        .await;
    let odd = world.partition("t", "dt=2026-11-02/city=a%3Ab").await;
    assert_eq!(odd["values"][1].as_str(), Some("a:b"));
    assert_eq!(
        odd["sd"]["location"].as_str(),
        Some("s3://lake/t/dt=2026-11-02/city=a%3Ab")
    );
    assert_eq!(odd["parameters"]["numFiles"].as_str(), Some("1"));
    assert_eq!(odd["parameters"]["totalSize"].as_str(), Some("1"));
    assert!(odd["parameters"]["skep.discovery.run"].is_string());
    let events = world.events("t").await;
    assert_eq!(events.first().map(String::as_str), Some("CREATE_TABLE"));
    assert!(events[1..].iter().all(|kind| kind == "ADD_PARTITION"));

    // A table that opts in later, by what any engine can say; and one that opts out again.
    world.table("late", &KEYS, &[]).await;
    world.s3.put("lake", "late/dt=1/city=b/part-0", "x");
    world
        .alter("late", &[("discover.partitions", "true")])
        .await;
    world.until_names("late", &["dt=1/city=b"]).await;
    world.alter("late", &[("skep.discovery", "off")]).await;
    world.s3.put("lake", "late/dt=2/city=b/part-0", "x");
    world.s3.put("lake", "t/dt=2026-11-03/city=c/part-0", "x");
    let mut all = world.names("t").await;
    all.push("dt=2026-11-03/city=c".into());
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    world.until_names("t", &all).await;
    assert_eq!(world.names("late").await, ["dt=1/city=b"]);
    assert!(world.running.shutdown().await);
}

async fn two_replicas_share_the_work(database: TestDatabase) {
    let one = World::lively(&database).await;
    let other = World::start(
        Some(&database),
        Arc::clone(&one.s3),
        one.clock.clone(),
        |_| {},
    )
    .await;
    for number in 0..600 {
        let key = format!("t/dt=2026-11-01/city={number:03}/part-0");
        one.s3.put("lake", &key, "x");
    }
    one.table("t", &KEYS, &[("skep.discovery", "on")]).await;
    let names: Vec<String> = (0..600)
        .map(|number| format!("dt=2026-11-01/city={number:03}"))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    other.until_names("t", &names).await;
    let after = serde_json::json!({ "rqst": { "lastEvent": 0 } });
    let events = one
        .ask(move |client| client.call("get_next_notification", after).unwrap())
        .await;
    let mut told = 0;
    for event in events["events"].as_array().unwrap() {
        if event["eventType"] == "ADD_PARTITION" {
            let message = event["message"].as_str().unwrap();
            let message: serde_json::Value = serde_json::from_str(message).unwrap();
            told += message["partitions"].as_array().unwrap().len();
        }
    }
    assert_eq!(told, 600, "each partition is told once");
    assert!(one.running.shutdown().await);
    assert!(other.running.shutdown().await);
}
