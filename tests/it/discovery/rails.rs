//! What may take partitions away: the mode `sync`, retention and undo, and what keeps each of them from harm.

use super::fixture::{NOW_S, World, at};
use skep::discovery::{DiscoveryScope, PlaceState};
use skep::error::Error;
use skep::model::{RunCause, RunOutcome};

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");
const DAYS: (&str, &str) = ("skep.discovery.layout", "{dt:%Y/%m/%d}");
const SYNC: (&str, &str) = ("skep.discovery.mode", "sync");

fn key(day: u32) -> String {
    format!("t/2023/11/{day:02}/part-0")
}

/// A synced table of thirty days.
async fn thirty_days(properties: &[(&str, &str)]) -> World {
    let world = World::quiet().await;
    let mut all = vec![ON, DAYS, SYNC];
    all.extend_from_slice(properties);
    world.table("t", &DT, &all).await;
    for day in 1..=30 {
        world.s3.put("lake", &key(day), "x");
    }
    assert_eq!(world.sweep("t").await.counts.added, 30);
    world
}

#[tokio::test]
async fn sync_drops_what_is_gone_and_undo_brings_it_back() {
    let world = thirty_days(&[]).await;
    let discovery = world.discovery().for_system();
    world.s3.remove("lake", &key(3));
    world.s3.remove("lake", &key(4));
    assert_eq!(
        world.window("t").await.counts.dropped,
        0,
        "sweeps alone drop"
    );
    let plan = discovery
        .discovery_plan(&at("t"), DiscoveryScope::Sweep)
        .await
        .unwrap();
    assert_eq!(plan.dropped.len(), 2);
    assert_eq!(world.names("t").await.len(), 30);

    let before = world.unsigned("t", "dt=2023-11-03").await;
    let report = world.sweep("t").await;
    assert_eq!(
        (report.outcome, report.counts.dropped),
        (RunOutcome::Done, 2)
    );
    assert_eq!(world.names("t").await.len(), 28);
    assert_eq!(world.events("t").await.last().unwrap(), "DROP_PARTITION");

    let run = report.run_id.unwrap();
    let undo = discovery.discovery_undo(&at("t"), run).await.unwrap();
    assert_eq!(
        (undo.cause, undo.outcome),
        (RunCause::Undo, RunOutcome::Done)
    );
    assert_eq!(undo.counts.added, 2);
    assert_eq!(world.unsigned("t", "dt=2023-11-03").await, before);
    let status = discovery.discovery_status(&at("t")).await.unwrap();
    assert!(
        status.state.paused_at.is_some(),
        "or it would be dropped again"
    );
    let again = discovery.discovery_undo(&at("t"), run).await;
    assert!(matches!(again, Err(Error::NotAllowed(_))), "{again:?}");
    let missing = discovery.discovery_undo(&at("t"), 999).await;
    assert!(matches!(missing, Err(Error::NotFound(_))));

    // An undo can be undone, and a run by hand ends the pause.
    discovery.discovery_undo(&at("t"), undo.id).await.unwrap();
    assert_eq!(world.names("t").await.len(), 28);
    world.sweep("t").await;
    let status = discovery.discovery_status(&at("t")).await.unwrap();
    assert_eq!(status.state.paused_at, None);
}

#[tokio::test]
async fn the_brake_stops_what_would_drop_too_much() {
    let world = thirty_days(&[("skep.discovery.drop-count-max", "2")]).await;
    for day in 1..=3 {
        world.s3.remove("lake", &key(day));
    }
    let braked = world.sweep("t").await;
    assert_eq!(braked.outcome, RunOutcome::Braked);
    let why = braked.error.unwrap();
    assert!(why.contains("more than the 2"), "{why}");
    let named = "(dt=2023-11-01, dt=2023-11-02, dt=2023-11-03)";
    assert!(why.ends_with(named), "{why}");
    let discovery = world.discovery().for_system();
    let table = at("t");
    let plan = discovery.discovery_plan(&table, DiscoveryScope::Sweep);
    let plan = plan.await.unwrap();
    let missing: Vec<&str> = plan.missing.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(missing, ["dt=2023-11-01", "dt=2023-11-02", "dt=2023-11-03"]);
    assert!(plan.dropped.is_empty() && plan.braked.is_some());
    let explained = discovery.discovery_explain(&table, "dt=2023-11-02").await;
    let PlaceState::Empty(Some(why)) = &explained.unwrap().places[0].state else {
        panic!("its directory is empty");
    };
    assert!(why.contains("drop-count-max"), "{why}");
    world
        .alter("t", &[("skep.discovery.drop-count-max", "1000")])
        .await;
    world.s3.remove("lake", &key(4));
    let braked = world.sweep("t").await;
    assert!(braked.error.unwrap().contains("4 of 30"), "more than 10 %");
    world
        .alter("t", &[("skep.discovery.drop-share-max", "100")])
        .await;
    for day in 5..=30 {
        world.s3.remove("lake", &key(day));
    }
    let empty = world.sweep("t").await;
    assert_eq!(empty.outcome, RunOutcome::Braked);
    assert!(empty.error.unwrap().contains("no data at all"));
    assert_eq!(world.names("t").await.len(), 30);
    world.s3.put("lake", &key(30), "x");
    assert_eq!(world.sweep("t").await.counts.dropped, 29);
}

#[tokio::test]
async fn a_listing_that_is_not_whole_drops_nothing() {
    let world = thirty_days(&[]).await;
    world.s3.page_keys_max(10);
    world.s3.remove("lake", &key(3));
    for status in [403, 404, 503] {
        world.s3.fail("ListObjectsV2", "", 1, 1, status);
        let failed = world.sweep("t").await;
        assert_ne!(failed.outcome, RunOutcome::Done, "{status}: {failed:?}");
        assert_eq!(world.names("t").await.len(), 30, "{status}");
    }
    world
        .alter("t", &[("skep.discovery.requests-per-day-max", "1")])
        .await;
    let stopped = world.sweep("t").await;
    assert_eq!(stopped.outcome, RunOutcome::Incomplete);
    assert_eq!(world.names("t").await.len(), 30);
    world
        .alter("t", &[("skep.discovery.requests-per-day-max", "1000")])
        .await;
    assert_eq!(world.sweep("t").await.counts.dropped, 1);
}

#[tokio::test]
async fn sync_leaves_alone_what_somebody_put_elsewhere() {
    let world = thirty_days(&[]).await;
    world
        .ask(|client| {
            let mut partition = serde_json::json!({
                "values": ["by hand"], "dbName": "default", "tableName": "t",
                "sd": crate::thrift::objects::descriptor(Some("s3://lake/t/by/hand/x")),
            });
            partition["parameters"] = serde_json::json!({});
            client
                .call(
                    "add_partition",
                    serde_json::json!({ "new_part": partition }),
                )
                .unwrap();
        })
        .await;
    let report = world.sweep("t").await;
    assert_eq!(
        (report.outcome, report.counts.dropped),
        (RunOutcome::Done, 0)
    );
    assert_eq!(world.names("t").await.len(), 31);
}

#[tokio::test]
async fn what_has_keys_that_are_no_paths_is_not_gone() {
    let world = thirty_days(&[]).await;
    world.s3.remove("lake", &key(3));
    world.s3.put("lake", "t/2023/11/03//part-0", "x");
    world.s3.remove("lake", &key(4));
    let report = world.sweep("t").await;
    assert_eq!(report.outcome, RunOutcome::Done, "{report:?}");
    assert_eq!((report.counts.dropped, report.counts.skipped), (1, 1));
    let names = world.names("t").await;
    assert!(names.contains(&"dt=2023-11-03".to_owned()), "{names:?}");
}

#[tokio::test]
async fn undo_takes_added_partitions_away_but_not_what_was_changed_since() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    for day in 1..=5 {
        world.s3.put("lake", &key(day), "x");
    }
    let run = world.sweep("t").await.run_id.unwrap();
    world
        .ask(|client| {
            let get = serde_json::json!({
                "db_name": "default", "tbl_name": "t", "part_name": "dt=2023-11-02",
            });
            let mut partition = client.call("get_partition_by_name", get).unwrap();
            partition["parameters"]
                .as_object_mut()
                .unwrap()
                .remove("skep.discovery.run");
            let alter = serde_json::json!({
                "db_name": "default", "tbl_name": "t", "new_part": partition,
            });
            client.call("alter_partition", alter).unwrap();
        })
        .await;
    let undo = world
        .discovery()
        .for_system()
        .discovery_undo(&at("t"), run)
        .await
        .unwrap();
    assert_eq!(undo.counts.dropped, 4);
    assert_eq!(world.names("t").await, ["dt=2023-11-02"]);
    assert_eq!(world.s3.keys("lake").len(), 5, "data is never touched");
}

#[tokio::test]
async fn retention_drops_what_is_past_its_time_and_does_not_add_it_again() {
    let world = World::quiet().await;
    let week = ("partition.retention.period", "7d");
    world.table("t", &DT, &[ON, DAYS, week]).await;
    for day in 1..=14 {
        world
            .s3
            .put_written_at("lake", &key(day), "x", 1_699_000_000);
    }
    let report = world.sweep("t").await;
    // It is the 14th, 22:13; the 7th ended seven days ago but for 1 h 47 min… the 6th and before are past.
    assert_eq!(report.counts.added, 8, "{report:?}");
    world.clock.advance_ms(2 * 3600 * 1000);
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.dropped), (0, 1));
    assert_eq!(world.names("t").await.first().unwrap(), "dt=2023-11-08");
    assert_eq!(world.s3.keys("lake").len(), 14, "metadata alone");
    let run = report.run_id.unwrap();
    world
        .discovery()
        .for_system()
        .discovery_undo(&at("t"), run)
        .await
        .unwrap();
    assert_eq!(world.names("t").await.first().unwrap(), "dt=2023-11-07");

    // Without discovery, Hive's age from the registration; the data goes where the table says so.
    let purge = ("external.table.purge", "true");
    world
        .table(
            "purged",
            &DT,
            &[("partition.retention.period", "1h"), purge],
        )
        .await;
    world
        .ask(|client| {
            for value in ["a", "b"] {
                let append = serde_json::json!({
                    "db_name": "default", "tbl_name": "purged", "part_vals": [value],
                });
                client.call("append_partition", append).unwrap();
            }
        })
        .await;
    // The deletion spares what was written after the drop.
    world
        .s3
        .put_written_at("lake", "purged/dt=a/part-0", "x", 1_699_000_000);
    world.s3.put("lake", "purged/keep", "x");
    assert_eq!(world.sweep("purged").await.counts.dropped, 0);
    world.clock.advance_ms(3600 * 1000);
    let report = world.sweep("purged").await;
    assert_eq!(report.counts.dropped, 2);
    assert!(
        !world
            .s3
            .keys("lake")
            .contains(&"purged/dt=a/part-0".to_owned())
    );
    assert!(world.s3.keys("lake").contains(&"purged/keep".to_owned()));
    let undo = world
        .discovery()
        .for_system()
        .discovery_undo(&at("purged"), report.run_id.unwrap())
        .await;
    assert!(matches!(undo, Err(Error::NotAllowed(_))), "{undo:?}");
}

#[tokio::test]
async fn explain_says_why_a_partition_is_there_or_not() {
    let world = World::quiet().await;
    world
        .table("t", &DT, &[ON, DAYS, ("skep.discovery.marker", "_DONE")])
        .await;
    world.s3.put("lake", &key(13), "x");
    world.s3.put("lake", "t/2023/11/13/_DONE", "");
    world.s3.put("lake", &key(14), "xyz");
    let run = world.sweep("t").await.run_id;
    let explain = async |table: &str, name: &str| {
        let explained = world
            .discovery()
            .for_system()
            .discovery_explain(&at(table), name)
            .await;
        explained.unwrap()
    };
    let there = explain("t", "dt=2023-11-13").await;
    let registered = there.registered.unwrap();
    assert_eq!(registered.location, "s3://lake/t/2023/11/13");
    assert_eq!(registered.run.map(|run| run.id), run);
    assert_eq!(there.places[0].state, PlaceState::Registered);

    let waits = explain("t", "dt=2023-11-14").await;
    assert_eq!(waits.registered, None);
    assert_eq!((waits.places[0].files, waits.places[0].bytes), (1, 3));
    let PlaceState::Skipped(why) = &waits.places[0].state else {
        panic!("{waits:?}");
    };
    assert!(why.contains("_DONE"), "{why}");
    world.s3.put("lake", "t/2023/11/14/_DONE", "");
    let ready = explain("t", "dt=2023-11-14").await;
    let next = PlaceState::Ready("the next look at the window".to_owned());
    assert_eq!(ready.places[0].state, next);
    assert!(ready.state.is_some());
    let empty = explain("t", "dt=2023-11-12").await;
    assert_eq!(empty.places[0].state, PlaceState::Empty(None));
    // What comes late is found by a sweep alone.
    world.s3.put("lake", "t/2023/10/01/part-0", "x");
    world.s3.put("lake", "t/2023/10/01/_DONE", "");
    let late = explain("t", "dt=2023-10-01").await;
    let PlaceState::Ready(what) = &late.places[0].state else {
        panic!("{late:?}");
    };
    assert!(what.starts_with("the next sweep"), "{what}");
    // What is gone says why it is still there.
    world.s3.remove("lake", &key(13));
    let gone = explain("t", "dt=2023-11-13").await;
    let PlaceState::Empty(Some(why)) = &gone.places[0].state else {
        panic!("{gone:?}");
    };
    assert!(why.contains("skep.discovery.mode=sync"), "{why}");
    let nowhere = explain("t", "dt=yesterday").await;
    assert!(matches!(nowhere.places[0].state, PlaceState::Nowhere(_)));
    let incomplete = world
        .discovery()
        .for_system()
        .discovery_explain(&at("t"), "day=1")
        .await;
    let refused = incomplete.expect_err("it lacks a key");
    assert!(matches!(
        refused,
        Error::Argument {
            name: "partition",
            ..
        }
    ));
    world.s3.fail("ListObjectsV2", "2023/11/12", 0, 1, 403);
    let denied = explain("t", "dt=2023-11-12").await;
    assert!(matches!(denied.places[0].state, PlaceState::Unknown(_)));
    world.table("plain", &DT, &[]).await;
    let off = explain("plain", "dt=1").await;
    assert!(off.off.unwrap().contains("skep.discovery=on"));
}

#[tokio::test]
async fn freshness_is_the_age_of_the_newest_data() {
    let world = World::quiet().await;
    world
        .table("t", &DT, &[ON, DAYS, ("skep.discovery.fresh-within", "1h")])
        .await;
    let status = async || {
        world
            .discovery()
            .for_system()
            .discovery_status(&at("t"))
            .await
            .unwrap()
    };
    assert_eq!(status().await.age_s(), None);
    let at_s = u64::try_from(NOW_S).unwrap();
    world.s3.put_written_at("lake", &key(14), "x", at_s - 40);
    world.window("t").await;
    let fresh = status().await;
    let known = fresh.state.freshness.unwrap();
    assert_eq!((known.object_at, known.lag_s), (NOW_S - 40, Some(40)));
    assert!(!fresh.is_stale);
    world.clock.advance_ms(3_600_000);
    assert!(status().await.is_stale);
    assert!(fresh.cost_today_usd() > 0.0);
}
