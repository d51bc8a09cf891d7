//! Single runs: what they find, cost, leave out and survive.

use super::fixture::{NOW_S, World, at};
use skep::catalog::ParameterChanges;
use skep::discovery::DiscoveryScope;
use skep::error::Error;
use skep::model::{RunCause, RunOutcome, SkipKind};
use std::time::Duration;

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");
const DAYS: (&str, &str) = ("skep.discovery.layout", "{dt:%Y/%m/%d}");

async fn run_ids(world: &World, table: &str) -> Vec<i64> {
    let runs = world
        .discovery()
        .for_system()
        .discovery_runs(&at(table), None, 100)
        .await;
    runs.unwrap().iter().map(|run| run.id).collect()
}

#[tokio::test]
async fn a_plan_shows_what_a_run_does_and_writes_nothing() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    for day in 10..14 {
        let key = format!("t/2023/11/{day}/part-0");
        world.s3.put_written_at("lake", &key, "data", 1_699_000_000);
    }
    world.s3.put("lake", "t/2023/11/xx/part-0", "data");
    let plan = world
        .discovery()
        .for_system()
        .discovery_plan(&at("t"), DiscoveryScope::Sweep)
        .await
        .unwrap();
    assert_eq!((plan.counts.added, plan.counts.skipped), (4, 1));
    assert_eq!(plan.added.len(), 4);
    let first = plan
        .added
        .iter()
        .find(|one| one.name == "dt=2023-11-10")
        .unwrap();
    assert_eq!(first.location, "s3://lake/t/2023/11/10");
    assert_eq!((first.files, first.bytes), (1, 4));
    assert_eq!(first.newest_at, 1_699_000_000);
    assert_eq!(plan.skipped[0].path, "s3://lake/t/2023/11/xx");
    assert!(world.names("t").await.is_empty());

    let report = world.sweep("t").await;
    assert_eq!(report.outcome, RunOutcome::Done);
    assert_eq!((report.counts.added, report.counts.skipped), (4, 1));
    assert_eq!(world.names("t").await.len(), 4);
    assert_eq!(
        world.location("t", "dt=2023-11-12").await,
        "s3://lake/t/2023/11/12"
    );
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("t"), "", 10)
        .await;
    let skips = skips.unwrap();
    assert_eq!(skips.len(), 1);
    assert_eq!(skips[0].kind, SkipKind::Layout);
    assert!(skips[0].reason.contains("xx"), "{}", skips[0].reason);

    let again = world.sweep("t").await;
    assert_eq!((again.counts.added, again.counts.found), (0, 4));
    assert_eq!(run_ids(&world, "t").await.len(), 2, "both were asked for");
}

#[tokio::test]
async fn an_idle_hourly_table_of_three_years_costs_three_requests_a_look() {
    let world = World::quiet().await;
    let hours = ("skep.discovery.layout", "{dt:%Y/%m/%d/%H}");
    world.table("t", &DT, &[ON, hours]).await;
    let hour_now = NOW_S / 3600;
    // Every hour of the last days; of those before, one a day shows as many names to a look.
    let days = (hour_now - 3 * 365 * 24..hour_now - 72).step_by(24);
    for hour in days.chain(hour_now - 72..=hour_now) {
        let key = format!("t/{}/part-0", path_of_hour(hour));
        world.s3.put_written_at("lake", &key, "x", 1_699_000_000);
    }
    let first = world.sweep("t").await;
    assert_eq!(first.counts.added, 3 * 365 - 3 + 73);
    let before = world.s3.requests("ListObjectsV2");
    let idle = world.window("t").await;
    let requests = world.s3.requests("ListObjectsV2") - before;
    assert_eq!(idle.counts.added, 0);
    assert!(
        requests <= 6,
        "{requests} requests for the days of the window"
    );
    world.alter("t", &[("skep.discovery.window", "6h")]).await;
    let before = world.s3.requests("ListObjectsV2");
    let idle = world.window("t").await;
    let requests = world.s3.requests("ListObjectsV2") - before;
    assert_eq!(idle.counts.requests, requests as u64);
    assert!(requests <= 3, "{requests} requests");

    // The next hour is met at once, what lies outside of the window only by a sweep.
    world.s3.put(
        "lake",
        &format!("t/{}/part-0", path_of_hour(hour_now + 1)),
        "x",
    );
    world.s3.put("lake", "t/2019/01/01/00/part-0", "x");
    assert_eq!(world.window("t").await.counts.added, 1);
    assert_eq!(world.sweep("t").await.counts.added, 1);
}

fn path_of_hour(hour: i64) -> String {
    let (day, hour) = (hour.div_euclid(24), hour.rem_euclid(24));
    // Days to a date, after the civil calendar's own rule.
    let shifted = day + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year}/{month:02}/{day:02}/{hour:02}")
}

#[tokio::test]
async fn a_budget_ends_a_run_and_the_next_day_goes_on() {
    let world = World::quiet().await;
    let budget = ("skep.discovery.requests-per-day-max", "2");
    world.table("t", &DT, &[ON, DAYS, budget]).await;
    world.s3.page_keys_max(10);
    for day in 1..=30 {
        world
            .s3
            .put("lake", &format!("t/2023/11/{day:02}/part-0"), "x");
    }
    let first = world.sweep("t").await;
    assert_eq!(first.outcome, RunOutcome::Incomplete);
    assert!(first.error.unwrap().contains("budget"));
    let before = world.s3.requests("ListObjectsV2");
    let second = world.window("t").await;
    assert_eq!(second.outcome, RunOutcome::Incomplete);
    assert_eq!(
        world.s3.requests("ListObjectsV2"),
        before,
        "nothing is left"
    );
    let status = world
        .discovery()
        .for_system()
        .discovery_status(&at("t"))
        .await
        .unwrap();
    assert_eq!(status.state.requests_today, 2);
    world
        .alter("t", &[("skep.discovery.requests-per-day-max", "1000")])
        .await;
    let third = world.sweep("t").await;
    assert_eq!(third.outcome, RunOutcome::Done);
    assert_eq!(world.names("t").await.len(), 30);
}

#[tokio::test]
async fn what_fails_is_told_and_waits_longer_each_time() {
    let world = World::quiet().await;
    world.s3.bucket_make("nowhere");
    world
        .table_at("gone", "s3://nowhere/t", &DT, &[ON, DAYS])
        .await;
    world.s3.bucket_remove("nowhere");
    let report = world.window("gone").await;
    assert_eq!(report.outcome, RunOutcome::Failed);
    let error = report.error.unwrap();
    assert!(error.contains("s3://nowhere"), "{error}");
    let status = async || {
        world
            .discovery()
            .for_system()
            .discovery_status(&at("gone"))
            .await
            .unwrap()
    };
    assert_eq!(status().await.state.last_error, Some(error));
    assert!(status().await.state.window_at - status().await.state.now > 30);
    world.window("gone").await;
    assert_eq!(status().await.state.failures, 2);
    assert!(status().await.state.window_at - status().await.state.now > 90);
    world.s3.bucket_make("nowhere");
    world.s3.put("nowhere", "t/2023/11/14/part-0", "x");
    assert_eq!(world.window("gone").await.counts.added, 1);
    assert_eq!(status().await.state.failures, 0);

    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/14/part-0", "x");
    world.s3.fail("ListObjectsV2", "t/", 0, 1, 403);
    let revoked = world.window("t").await;
    assert_eq!(revoked.outcome, RunOutcome::Failed);
    assert!(revoked.error.unwrap().contains("denied"));
    assert_eq!(world.window("t").await.counts.added, 1);
}

#[tokio::test]
async fn a_listing_that_breaks_off_keeps_what_it_gave() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.page_keys_max(100);
    for year in 1990..2000 {
        for month in 1..=12 {
            for day in 1..=28 {
                let key = format!("t/{year}/{month:02}/{day:02}/part-0");
                world.s3.put("lake", &key, "x");
            }
        }
    }
    world.s3.fail("ListObjectsV2", "", 20, 1, 503);
    let broken = world.sweep("t").await;
    assert_eq!(broken.outcome, RunOutcome::Failed, "{broken:?}");
    let kept = world.names("t").await.len();
    assert_eq!(broken.counts.added, kept as u64);
    // A body that breaks off is asked for again.
    world.s3.break_listings(1);
    let whole = world.sweep("t").await;
    assert_eq!(whole.outcome, RunOutcome::Done);
    assert_eq!(world.names("t").await.len(), 10 * 12 * 28);
}

#[tokio::test]
async fn hidden_and_empty_directories_are_no_partitions() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/10/_temporary/part-0", "x");
    world.s3.put("lake", "t/2023/11/11/.part-0.crc", "x");
    world.s3.put("lake", "t/2023/11/12/", "");
    world.s3.put("lake", "t/2023/11/13/_SUCCESS", "");
    world.s3.put("lake", "t/_backup/2023/11/13/part-0", "x");
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (0, 0));
}

#[tokio::test]
async fn a_marker_and_a_delay_say_what_is_complete() {
    let world = World::quiet().await;
    let marker = ("skep.discovery.marker", "_SUCCESS");
    world.table("marked", &DT, &[ON, DAYS, marker]).await;
    world.s3.put("lake", "marked/2023/11/13/part-0", "x");
    let waits = world.window("marked").await;
    assert_eq!((waits.counts.added, waits.counts.skipped), (0, 1));
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("marked"), "", 10)
        .await;
    assert!(skips.unwrap()[0].reason.contains("_SUCCESS"));
    world.s3.put("lake", "marked/2023/11/13/_SUCCESS", "");
    assert_eq!(world.window("marked").await.counts.added, 1);
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("marked"), "", 10)
        .await;
    assert!(skips.unwrap().is_empty(), "it is a partition now");

    // 2023-11-14 ends 6,400 seconds from now.
    let delay = ("skep.discovery.delay", "10m");
    world.table("delayed", &DT, &[ON, DAYS, delay]).await;
    world.s3.put("lake", "delayed/2023/11/13/part-0", "x");
    world.s3.put("lake", "delayed/2023/11/14/part-0", "x");
    assert_eq!(world.window("delayed").await.counts.added, 1);
    world.clock.advance_ms((6_400 + 599) * 1000);
    assert_eq!(world.window("delayed").await.counts.added, 0);
    world.clock.advance_ms(1000);
    assert_eq!(world.window("delayed").await.counts.added, 1);
}

#[tokio::test]
async fn only_one_run_of_a_kind_looks_at_a_table() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/13/part-0", "x");
    world.s3.latency(Duration::from_millis(300));
    let (one, other) = tokio::join!(
        world.run("t", DiscoveryScope::Sweep),
        world.run("t", DiscoveryScope::Sweep)
    );
    let refused = [&one, &other]
        .iter()
        .filter(|run| matches!(run, Err(Error::Conflict(_))))
        .count();
    assert_eq!(refused, 1, "{one:?} {other:?}");

    // A scheduled run that comes when it is no longer due does nothing.
    let table = at("t");
    let discovery = world.discovery().for_system();
    let due = |scope| discovery.discovery_run_due(&table, scope);
    let late = world
        .discovery()
        .for_system()
        .discovery_run(&at("t"), DiscoveryScope::Window, RunCause::Window)
        .await;
    assert!(late.is_ok(), "nothing has looked at the window yet");
    let before = world.s3.requests("ListObjectsV2");
    assert!(due(DiscoveryScope::Window).await.unwrap().is_none());
    assert!(due(DiscoveryScope::Sweep).await.unwrap().is_none());
    assert_eq!(world.s3.requests("ListObjectsV2"), before);
}

#[tokio::test]
async fn settings_that_make_no_sense_are_told_by_name() {
    let world = World::quiet().await;
    world.table("plain", &DT, &[]).await;
    let plain = world.run("plain", DiscoveryScope::Window).await;
    assert!(matches!(plain, Err(Error::Invalid(_))));
    world
        .table("t", &DT, &[ON, ("skep.discovery.layout", "{day:%Y}")])
        .await;
    let Err(Error::Invalid(why)) = world.run("t", DiscoveryScope::Window).await else {
        panic!("a key that does not exist");
    };
    assert!(why.contains("day"), "{why}");
    let status = world
        .discovery()
        .for_system()
        .discovery_status(&at("t"))
        .await
        .unwrap();
    assert_eq!(status.settings.unwrap_err(), why);
    assert_eq!(status.state.last_error, Some(why));
    assert!(status.state.window_at > status.state.now + 3000);
    world
        .table(
            "nested",
            &DT,
            &[
                ON,
                ("skep.discovery.roots", "a,b"),
                ("skep.discovery.root.b.location", "s3://lake/nested/below"),
            ],
        )
        .await;
    let Err(Error::Invalid(why)) = world.run("nested", DiscoveryScope::Window).await else {
        panic!("roots inside each other");
    };
    assert!(why.contains("inside each other"), "{why}");
}

#[tokio::test]
async fn of_two_tables_inside_each_other_the_inner_one_has_its_directories() {
    let world = World::quiet().await;
    let keys = [("a", "string"), ("b", "string")];
    let bare = ("skep.discovery.layout", "{a}/{b}");
    world.table("outer", &keys, &[ON, bare]).await;
    world
        .table_at("inner", "s3://lake/outer/in", &DT, &[ON])
        .await;
    world.s3.put("lake", "outer/x/y/part-0", "x");
    world.s3.put("lake", "outer/in/dt=1/part-0", "x");
    let outer = world.sweep("outer").await;
    assert_eq!((outer.counts.added, outer.counts.skipped), (1, 1));
    assert_eq!(world.sweep("inner").await.counts.added, 1);
    assert_eq!(world.names("outer").await, ["a=x/b=y"]);
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("outer"), "", 10)
        .await;
    assert!(skips.unwrap()[0].reason.contains("default.inner"));
}

#[tokio::test]
async fn properties_are_set_and_removed_in_one_change() {
    let world = World::quiet().await;
    world.table("t", &DT, &[]).await;
    let set = async |changes: &[(&str, Option<&str>)]| {
        let changes = changes.iter();
        let changes = changes.map(|(key, value)| ((*key).to_owned(), value.map(str::to_owned)));
        let changes = ParameterChanges(changes.collect());
        world
            .discovery()
            .for_system()
            .discovery_set(&at("t"), &changes)
            .await
    };
    let status = set(&[(ON.0, Some("on")), (DAYS.0, Some(DAYS.1))])
        .await
        .unwrap();
    assert!(status.settings.unwrap().on);
    assert_eq!(status.roots[0].layout, DAYS.1);
    assert_eq!(world.events("t").await, ["CREATE_TABLE", "ALTER_TABLE"]);
    for wrong in [(DAYS.0, Some("{nothing}")), ("comment", Some("x"))] {
        let refused = set(&[wrong]).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    set(&[(ON.0, None)]).await.unwrap();
    let gone = set(&[(DAYS.0, None)]).await;
    assert!(
        matches!(gone, Err(Error::Invalid(_))),
        "it takes no part any more"
    );
}

#[tokio::test]
async fn a_window_covers_both_readings_of_an_hour_that_comes_twice() {
    // Clocks in Berlin went back at 01:00 UTC on 2023-10-29: the local hour 02 came twice.
    let world = World::quiet().await;
    let back_at_s = 1_698_541_200;
    world.clock.advance_ms((back_at_s + 1800 - NOW_S) * 1000);
    world
        .table(
            "t",
            &DT,
            &[
                ON,
                ("skep.discovery.layout", "{dt:%Y/%m/%d/%H}"),
                ("skep.discovery.time-zone", "Europe/Berlin"),
                ("skep.discovery.window", "1s"),
            ],
        )
        .await;
    for hour in 0..6 {
        world
            .s3
            .put("lake", &format!("t/2023/10/29/{hour:02}/part-0"), "x");
    }
    world.window("t").await;
    let names = world.names("t").await;
    assert!(names.contains(&"dt=2023-10-29-02".to_owned()), "{names:?}");
    assert!(
        names.contains(&"dt=2023-10-29-03".to_owned()),
        "an hour ahead"
    );
    assert!(!names.contains(&"dt=2023-10-29-00".to_owned()), "{names:?}");
}

/// A sweep between a drop and the deletion of its data saw the directory, and the partition was there again.
#[tokio::test]
async fn what_was_dropped_is_not_found_again_before_it_is_deleted() {
    let world = World::quiet().await;
    world.table("t", &DT, &[ON, DAYS]).await;
    for day in ["11", "12"] {
        world.s3.put("lake", &format!("t/2023/11/{day}/f"), "data");
    }
    let waiting = "INSERT INTO skep_pending_deletes
            (id, location, reason, attempts, created_at, next_at, place)
         VALUES (1, 's3a://lake/t/2023/11/11/', 'denied', 1, 0, 9999999999, '')";
    world.execute(waiting).await;
    let report = world.sweep("t").await;
    assert_eq!((report.counts.found, report.counts.added), (2, 1));
    assert_eq!(world.names("t").await, ["dt=2023-11-12"]);
    let discovery = world.discovery().for_system();
    let skips = discovery.discovery_skips(&at("t"), "", 10).await.unwrap();
    assert_eq!(skips.len(), 1);
    assert_eq!(skips[0].kind, SkipKind::Incomplete);
    assert_eq!(skips[0].path, "s3://lake/t/2023/11/11");
    assert!(skips[0].reason.contains("not deleted yet"), "{skips:?}");

    world.execute("DELETE FROM skep_pending_deletes").await;
    let report = world.sweep("t").await;
    assert_eq!((report.counts.found, report.counts.added), (2, 1));
    assert_eq!(world.names("t").await.len(), 2);
    let skips = discovery.discovery_skips(&at("t"), "", 10).await.unwrap();
    assert_eq!(skips, []);
}
