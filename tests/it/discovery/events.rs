//! Messages of the object store: each finds its table, and none does harm, however they come.

use super::fixture::{World, at};
use serde_json::json;
use skep::lake::{EventKind, ObjectEvent};
use skep::model::{RunCause, RunOutcome};

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");
const DAYS: (&str, &str) = ("skep.discovery.layout", "{dt:%Y/%m/%d}");

fn event(key: &str, kind: EventKind) -> ObjectEvent {
    ObjectEvent {
        bucket: "lake".into(),
        key: key.into(),
        kind,
        bytes: Some(1),
        at: super::fixture::NOW_S,
    }
}

fn created(key: &str) -> ObjectEvent {
    event(key, EventKind::Created)
}

#[tokio::test]
async fn thirty_tables_inside_each_other_each_get_their_own() {
    let world = World::quiet().await;
    let mut place = "nest".to_owned();
    let mut events = Vec::new();
    for number in 0..30 {
        let name = format!("t{number}");
        let location = format!("s3://lake/{place}");
        world.table_at(&name, &location, &DT, &[ON]).await;
        let key = format!("{place}/dt={number}/part-0");
        world.s3.put("lake", &key, "x");
        events.push(created(&key));
        // Alternately inside the last one, and beside it with a name that begins alike.
        place = if number % 2 == 0 {
            format!("{place}/in")
        } else {
            format!("{place}2")
        };
    }
    events.push(created("nest/in/readme.txt"));
    events.push(created("elsewhere/dt=1/part-0"));
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&events)
        .await
        .unwrap();
    assert_eq!((report.added, report.ignored), (30, 2));
    for number in 0..30 {
        let names = world.names(&format!("t{number}")).await;
        assert_eq!(names, [format!("dt={number}")]);
    }
}

#[tokio::test]
async fn messages_and_news_of_a_table_look_at_no_table_that_they_do_not_concern() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    for number in 0..5 {
        world.table(&format!("other{number}"), &DT, &[ON]).await;
    }
    world.table("t2", &DT, &[ON]).await;
    // Whoever reads one of them fails.
    world
        .execute(
            "UPDATE skep_tables SET parameters = 'no JSON' WHERE name LIKE 'other%' OR name = 't2'",
        )
        .await;
    world.s3.put("lake", "t/2023/11/13/part-0", "x");
    let messages = [
        created("t/2023/11/13/part-0"),
        created("nobodys/2023/11/13/part-0"),
    ];
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap();
    assert_eq!((report.added, report.ignored), (1, 1));
    world.s3.put("lake", "t/2023/11/14/part-0", "x");
    let window = world.window("t").await;
    assert_eq!((window.outcome, window.counts.added), (RunOutcome::Done, 1));
}

#[tokio::test]
async fn roots_that_an_older_version_wrote_are_found_after_a_start_and_by_the_next_run() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.table("u", &DT, &[ON, DAYS]).await;
    let forget = async || {
        world.execute("DELETE FROM skep_discovery_roots").await;
        world
            .execute("UPDATE skep_discovery_tables SET roots_of = NULL")
            .await;
    };
    let follow = async |table: &str, day: u32| {
        let key = format!("{table}/2023/11/{day}/part-0");
        world.s3.put("lake", &key, "x");
        let report = world
            .discovery()
            .for_system()
            .discovery_events(&[created(&key)])
            .await;
        report.unwrap().added
    };
    forget().await;
    assert_eq!(follow("t", 12).await, 0);
    world
        .discovery()
        .for_system()
        .discovery_roots_catch_up()
        .await
        .unwrap();
    assert_eq!((follow("t", 13).await, follow("u", 13).await), (1, 1));
    forget().await;
    world.window("t").await;
    assert_eq!((follow("t", 14).await, follow("u", 14).await), (1, 0));
}

#[tokio::test]
async fn doubled_late_and_disordered_messages_change_nothing_more() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/13/part-0", "xyz");
    world.s3.put("lake", "t/2023/11/13/part-1", "xyz");
    let gone = "t/2023/11/12/part-0";
    let messages = [
        event(gone, EventKind::Removed),
        created(gone),
        created("t/2023/11/13/part-1"),
        created("t/2023/11/13/part-0"),
        created("t/2023/11/13/part-0"),
        created("t/2023/11/13/_temporary/part-7"),
        created("t/_x/11/13/part-7"),
        created("t/2023/13/13/part-0"),
    ];
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap();
    assert_eq!((report.added, report.directories), (1, 2), "{report:?}");
    assert_eq!(world.names("t").await, ["dt=2023-11-13"]);
    let partition = world.partition("t", "dt=2023-11-13").await;
    assert_eq!(partition["parameters"]["numFiles"].as_str(), Some("2"));
    let again = world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap();
    assert_eq!(again.added, 0);
    let runs = world
        .discovery()
        .for_system()
        .discovery_runs(&at("t"), None, 10)
        .await;
    let runs = runs.unwrap();
    assert_eq!(runs.len(), 1);
    assert_eq!(
        (runs[0].cause, runs[0].outcome),
        (RunCause::Event, RunOutcome::Done)
    );
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("t"), "", 10)
        .await;
    assert_eq!(skips.unwrap()[0].path, "s3://lake/t/2023/13/13");
    assert_eq!(world.events("t").await, ["CREATE_TABLE", "ADD_PARTITION"]);
    let status = world
        .discovery()
        .for_system()
        .discovery_status(&at("t"))
        .await
        .unwrap();
    assert!(status.state.freshness.is_some());
}

#[tokio::test]
async fn a_message_stays_until_its_partition_is_there() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/13/part-0", "x");
    world.s3.fail("ListObjectsV2", "", 0, 1, 503);
    let messages = [created("t/2023/11/13/part-0")];
    world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap_err();
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap();
    assert_eq!(report.added, 1);
}

#[tokio::test]
async fn a_marker_completes_a_partition_and_moves_it() {
    let world = World::quiet().await;
    world
        .table(
            "t",
            &DT,
            &[
                ON,
                DAYS,
                ("skep.discovery.roots", "cold,hot"),
                ("skep.discovery.root.cold.marker", "_SUCCESS"),
                ("skep.discovery.root.hot.location", "s3://hot/t"),
            ],
        )
        .await;
    world.s3.put("hot", "t/2023/11/13/part-0", "x");
    world.s3.put("lake", "t/2023/11/13/part-0", "x");
    let hot = ObjectEvent {
        bucket: "hot".into(),
        ..created("t/2023/11/13/part-0")
    };
    let messages = [hot, created("t/2023/11/13/part-0")];
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&messages)
        .await
        .unwrap();
    assert_eq!((report.added, report.moved), (1, 0));
    assert_eq!(
        world.location("t", "dt=2023-11-13").await,
        "s3://hot/t/2023/11/13"
    );
    world.s3.put("lake", "t/2023/11/13/_SUCCESS", "");
    let marker = [created("t/2023/11/13/_SUCCESS")];
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&marker)
        .await
        .unwrap();
    assert_eq!((report.added, report.moved), (0, 1));
    assert_eq!(
        world.location("t", "dt=2023-11-13").await,
        "s3://lake/t/2023/11/13"
    );
}

#[tokio::test]
async fn deletions_make_a_synced_table_due_for_a_sweep() {
    let world = World::quiet().await;
    world
        .table("t", &DT, &[ON, DAYS, ("skep.discovery.mode", "sync")])
        .await;
    world.sweep("t").await;
    let status = async || {
        world
            .discovery()
            .for_system()
            .discovery_status(&at("t"))
            .await
            .unwrap()
    };
    assert!(status().await.state.sweep_at - status().await.state.now > 3600);
    let gone = [event("t/2023/11/13/part-0", EventKind::Removed)];
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&gone)
        .await
        .unwrap();
    assert_eq!(report.added, 0);
    assert!(status().await.state.sweep_at - status().await.state.now <= 600);
}

#[tokio::test]
async fn the_logs_in_a_whole_bucket_are_found() {
    let world = World::quiet().await;
    let keys = [
        ("account", "string"),
        ("region", "string"),
        ("dt", "string"),
    ];
    let layout = "AWSLogs/{account}/CloudTrail/{region}/{dt:%Y/%m/%d}";
    let layout = ("skep.discovery.layout", layout);
    let key = |day: u32| format!("AWSLogs/1/CloudTrail/eu/2023/11/{day}/log.json.gz");
    world.s3.put("hot", &key(10), "x");
    world
        .table_at("trail", "s3://hot/", &keys, &[ON, layout])
        .await;
    assert_eq!(world.sweep("trail").await.counts.added, 1);
    world.s3.put("hot", &key(14), "x");
    let message = ObjectEvent {
        bucket: "hot".into(),
        ..created(&key(14))
    };
    let report = world
        .discovery()
        .for_system()
        .discovery_events(&[message])
        .await
        .unwrap();
    assert_eq!(report.added, 1);
    world.s3.put("hot", &key(13), "x");
    assert_eq!(world.window("trail").await.counts.added, 1);
    assert_eq!(
        world
            .location("trail", "account=1/region=eu/dt=2023-11-14")
            .await,
        "s3://hot/AWSLogs/1/CloudTrail/eu/2023/11/14"
    );
    let before = world.s3.keys("hot");
    world
        .ask(|client| {
            let drop = json!({ "dbname": "default", "name": "trail", "deleteData": true });
            client.call("drop_table", drop).expect("it is dropped");
        })
        .await;
    assert_eq!(world.s3.keys("hot"), before, "nothing of it is touched");
}
