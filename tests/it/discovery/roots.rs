//! Several roots: a partition points to the best one that has it, and moves in one change.

use super::fixture::{World, at};
use crate::thrift::objects::partitioned;
use serde_json::json;
use skep::discovery::DiscoveryScope;
use skep::model::RunOutcome;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

const KEYS: [(&str, &str); 1] = [("dt", "string")];
const PROPERTIES: [(&str, &str); 6] = [
    ("skep.discovery", "on"),
    ("skep.discovery.layout", "{dt:%Y/%m/%d/%H}"),
    ("skep.discovery.roots", "cold,hot"),
    ("skep.discovery.root.cold.marker", "_SUCCESS"),
    ("skep.discovery.root.hot.location", "s3://hot/t"),
    ("skep.discovery.root.hot.window", "6h"),
];

#[tokio::test]
async fn a_partition_moves_from_hot_to_cold_when_the_cold_one_is_complete() {
    let world = World::quiet().await;
    world.table("t", &KEYS, &PROPERTIES).await;
    world.s3.put("hot", "t/2023/11/14/21/part-0", "hot");
    assert_eq!(world.window("t").await.counts.added, 1);
    let name = "dt=2023-11-14-21";
    assert_eq!(world.location("t", name).await, "s3://hot/t/2023/11/14/21");
    let hot = world.unsigned("t", name).await;
    assert_eq!(
        hot["parameters"]["skep.discovery.root"].as_str(),
        Some("hot")
    );

    world.s3.put("lake", "t/2023/11/14/21/part-0", "cold, late");
    world.s3.put("lake", "t/2023/11/14/21/part-1", "data too");
    let waits = world.window("t").await;
    assert_eq!((waits.counts.added, waits.counts.moved), (0, 0));
    assert_eq!(world.location("t", name).await, "s3://hot/t/2023/11/14/21");

    world.s3.put("lake", "t/2023/11/14/21/_SUCCESS", "");
    let plan = world
        .discovery()
        .for_system()
        .discovery_plan(&at("t"), DiscoveryScope::Window)
        .await
        .unwrap();
    assert_eq!(plan.moved[0].from, "s3://hot/t/2023/11/14/21");
    assert_eq!(plan.moved[0].to.location, "s3://lake/t/2023/11/14/21");
    let moved = world.window("t").await;
    assert_eq!((moved.counts.added, moved.counts.moved), (0, 1));
    let cold = world.partition("t", name).await;
    assert_eq!(
        cold["sd"]["location"].as_str(),
        Some("s3://lake/t/2023/11/14/21")
    );
    assert_eq!(
        cold["parameters"]["skep.discovery.root"].as_str(),
        Some("cold")
    );
    assert_eq!(cold["parameters"]["numFiles"].as_str(), Some("2"));
    assert_eq!(cold["createTime"], hot["createTime"]);
    assert_eq!(
        world.events("t").await,
        ["CREATE_TABLE", "ADD_PARTITION", "ALTER_PARTITION"]
    );
    let quiet = world.sweep("t").await;
    assert_eq!((quiet.counts.added, quiet.counts.moved), (0, 0), "it stays");

    let undo = world
        .discovery()
        .for_system()
        .discovery_undo(&at("t"), moved.run_id.unwrap())
        .await
        .unwrap();
    assert_eq!((undo.outcome, undo.counts.moved), (RunOutcome::Done, 1));
    assert_eq!(world.unsigned("t", name).await, hot);
}

#[tokio::test]
async fn a_place_by_another_word_lies_in_its_root_all_the_same() {
    let world = World::quiet().await;
    let mut properties = PROPERTIES;
    properties[4].1 = "s3n://hot//t/";
    world
        .table_at("t", "s3a://lake/./t", &KEYS, &properties)
        .await;
    world.s3.put("hot", "t/2023/11/14/21/part-0", "hot");
    let name = "dt=2023-11-14-21";
    world
        .ask(|client| {
            let mut sd = partitioned("default", "t", &[])["sd"].clone();
            sd["location"] = json!("s3a://hot/t//2023/11/14/21/");
            let new = json!({
                "dbName": "default", "tableName": "t", "values": ["2023-11-14-21"], "sd": sd,
                "parameters": {},
            });
            let add = json!({ "new_part": new });
            client.call("add_partition", add).unwrap();
        })
        .await;
    let known = world.sweep("t").await;
    assert_eq!((known.counts.added, known.counts.moved), (0, 0));
    for file in ["part-0", "_SUCCESS"] {
        world
            .s3
            .put("lake", &format!("t/2023/11/14/21/{file}"), "cold");
    }
    let discovery = world.discovery().for_system();
    let table = at("t");
    let plan = discovery.discovery_plan(&table, DiscoveryScope::Window);
    let plan = plan.await.unwrap();
    assert_eq!(plan.moved[0].from, "s3a://hot/t/2023/11/14/21");
    assert_eq!((plan.added.len(), plan.dropped.len()), (0, 0));
    assert_eq!(world.window("t").await.counts.moved, 1);
    let cold = "s3a://lake/t/2023/11/14/21";
    assert_eq!(world.location("t", name).await, cold);

    for inside in ["s3n://lake//u/hot", "s3://lake/u/./", "S3://lake"] {
        properties[4].1 = inside;
        world
            .table_at("u", "s3a://lake/u", &KEYS, &properties)
            .await;
        let table = at("u");
        let refused = discovery.discovery_plan(&table, DiscoveryScope::Window);
        let refused = refused.await.unwrap_err().to_string();
        assert!(refused.contains("lie inside each other"), "{refused}");
        world
            .ask(|client| {
                let drop = json!({ "dbname": "default", "name": "u", "deleteData": false });
                client.call("drop_table", drop).unwrap();
            })
            .await;
    }
}

#[tokio::test]
async fn what_both_roots_have_is_added_once_from_the_better_one() {
    let world = World::quiet().await;
    world.table("t", &KEYS, &PROPERTIES).await;
    for root in ["hot", "lake"] {
        world.s3.put(root, "t/2023/11/14/20/part-0", root);
    }
    world.s3.put("lake", "t/2023/11/14/20/_SUCCESS", "");
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.moved), (1, 0));
    assert_eq!(
        world.location("t", "dt=2023-11-14-20").await,
        "s3://lake/t/2023/11/14/20"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_query_always_finds_whole_partitions() {
    let world = World::quiet().await;
    world.table("t", &KEYS, &PROPERTIES).await;
    for hour in 0..24 {
        let key = format!("t/2023/11/13/{hour:02}/part-0");
        world.s3.put("hot", &key, "x");
        world.s3.put("lake", &key, "xx");
    }
    assert_eq!(world.sweep("t").await.counts.added, 24);
    let ended = Arc::new(AtomicBool::new(false));
    let over = Arc::clone(&ended);
    let address = world.running.thrift_addr;
    let query = tokio::task::spawn_blocking(move || {
        let mut client = crate::client::Client::connect(address).unwrap();
        let args = serde_json::json!({ "db_name": "default", "tbl_name": "t", "max_parts": -1 });
        let mut rounds = 0;
        while !over.load(Ordering::SeqCst) || rounds == 0 {
            let found = client.call("get_partitions", args.clone()).unwrap();
            let found = found.as_array().unwrap();
            assert_eq!(found.len(), 24);
            for one in found {
                let place = one["sd"]["location"].as_str().unwrap();
                let root = one["parameters"]["skep.discovery.root"].as_str().unwrap();
                let bytes = one["parameters"]["totalSize"].as_str().unwrap();
                let is_hot = place.starts_with("s3://hot/");
                assert_eq!(
                    (root, bytes),
                    if is_hot { ("hot", "1") } else { ("cold", "2") }
                );
            }
            rounds += 1;
        }
    });
    for hour in 0..24 {
        let marker = format!("t/2023/11/13/{hour:02}/_SUCCESS");
        world.s3.put("lake", &marker, "");
        assert_eq!(world.sweep("t").await.counts.moved, 1);
    }
    ended.store(true, Ordering::SeqCst);
    query.await.unwrap();
}
