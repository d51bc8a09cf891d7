//! The calls of what stands on the catalog: discovery, the watch and its alerts.

use super::calls::{Call, HIVE, ORDERS, SERVER, SHOP, call};
use super::house::{House, mute, orders, source, table};
use skep::catalog::Action::{Alter, Create, Drop, Operate, See};
use skep::catalog::ParameterChanges;
use skep::discovery::{DiscoveryScope, ProposalWanted};
use skep::model::{
    AlertFilter, Caller, ChangeFilter, Location, Name, RunCause, SnapshotAt, WatchCause,
};
use skep::watch::PreviewWish;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The calls of all of them.
pub(super) fn services<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let mut calls = discovery(house, caller);
    calls.extend(discovery_runs(house, caller));
    calls.extend(freshness(house, caller));
    calls.extend(search(house, caller));
    calls.extend(sources(house, caller));
    calls.extend(alerts(house, caller));
    calls
}

fn discovery<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let discovery = house.discovery.for_caller(caller);
    let scope = DiscoveryScope::Sweep;
    vec![
        call("discovery_due", Operate, SERVER, async move {
            discovery.discovery_due(scope, 10, &[]).await
        }),
        call("discovery_events", Operate, SERVER, async move {
            discovery.discovery_events(&[]).await
        }),
        call("discovery_sweep_now", Operate, ORDERS, async move {
            discovery.discovery_sweep_now(&orders()).await
        }),
        call("discovery_explain", See, ORDERS, async move {
            discovery.discovery_explain(&orders(), "dt=1").await
        }),
        call("discovery_status", See, ORDERS, async move {
            discovery.discovery_status(&orders()).await
        }),
        call("discovery_statuses", See, SERVER, async move {
            discovery.discovery_statuses(None, 0, 10).await
        }),
        call("discovery_runs", See, ORDERS, async move {
            discovery.discovery_runs(&orders(), None, 10).await
        }),
        call("discovery_skips", See, ORDERS, async move {
            discovery.discovery_skips(&orders(), "", 10).await
        }),
        call("discovery_history_expire", Operate, SERVER, async move {
            discovery.discovery_history_expire(-10).await
        }),
        call("discovery_roots_catch_up", Operate, SERVER, async move {
            discovery.discovery_roots_catch_up().await
        }),
        call("discovery_troubles_note", Operate, SERVER, async move {
            discovery.discovery_troubles_note(&[]).await
        }),
        call("discovery_reset", Alter, ORDERS, async move {
            discovery.discovery_reset(&orders()).await
        }),
    ]
}

fn search<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let search = house.search.for_caller(caller);
    vec![
        call("search_tables", See, HIVE, async move {
            search.search_tables(&Name::new("hive"), "ord", 1).await
        }),
        call("search_views_of", See, ORDERS, async move {
            search.search_views_of(&orders(), 1).await
        }),
        call("search_read_by", See, ORDERS, async move {
            search.search_read_by(&table("orders"), 1).await
        }),
        call("search_follow", Operate, SERVER, async move {
            search.search_follow().await
        }),
    ]
}

fn freshness<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let freshness = house.freshness.for_caller(caller);
    let every = ("skep.expect.every".to_owned(), Some("1d".to_owned()));
    let expected = ParameterChanges([every].into_iter().collect());
    vec![
        call("freshness_set", Alter, ORDERS, async move {
            freshness.freshness_set(&orders(), &expected).await
        }),
        call("freshness_status", See, ORDERS, async move {
            freshness.freshness_status(&orders()).await
        }),
        call("freshness_statuses", See, SERVER, async move {
            freshness.freshness_statuses(None, 0, 10, false).await
        }),
        call("freshness_gap_counts", See, SERVER, async move {
            freshness.freshness_gap_counts().await
        }),
        call("freshness_faulty_count", See, SERVER, async move {
            freshness.freshness_faulty_count().await
        }),
        call("freshness_check", Operate, ORDERS, async move {
            freshness.freshness_check(&orders()).await
        }),
        call("freshness_check_due", Operate, SERVER, async move {
            freshness.freshness_check_due().await
        }),
        call("freshness_reset", Alter, ORDERS, async move {
            freshness.freshness_reset(&orders()).await
        }),
    ]
}

fn discovery_runs<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let discovery = house.discovery.for_caller(caller);
    let scope = DiscoveryScope::Sweep;
    vec![
        call("discovery_plan", Operate, ORDERS, async move {
            discovery.discovery_plan(&orders(), scope).await
        }),
        call("discovery_plan_watched", Operate, ORDERS, async move {
            let progress = Arc::default();
            discovery
                .discovery_plan_watched(&orders(), scope, &ParameterChanges::default(), &progress)
                .await
        }),
        call("discovery_propose", Create, SHOP, async move {
            let wanted = ProposalWanted {
                location: Location::parse("s3://nowhere/t").expect("it is a location"),
                database: orders().database_ref(),
                name: None,
                layout: None,
            };
            discovery.discovery_propose(&wanted, &Arc::default()).await
        }),
        call("discovery_run", Operate, ORDERS, async move {
            discovery
                .discovery_run(&orders(), scope, RunCause::Manual)
                .await
        }),
        call("discovery_run_watched", Operate, ORDERS, async move {
            let progress = Arc::default();
            discovery
                .discovery_run_watched(&orders(), scope, RunCause::Manual, &progress)
                .await
        }),
        call("discovery_run_due", Operate, ORDERS, async move {
            discovery.discovery_run_due(&orders(), scope).await
        }),
        call("discovery_set", Alter, ORDERS, async move {
            let changes = ParameterChanges::default();
            discovery.discovery_set(&orders(), &changes).await
        }),
        call("discovery_undo", Operate, ORDERS, async move {
            discovery.discovery_undo(&orders(), 1).await
        }),
        call("discovery_resume", Operate, ORDERS, async move {
            discovery.discovery_resume(&orders()).await
        }),
    ]
}

fn sources<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let watch = house.watch.for_caller(caller);
    vec![
        call("source_list", See, SERVER, async move {
            watch.source_list().await
        }),
        call("source_get", See, "source own", async move {
            watch.source_get("own").await
        }),
        call("source_add", Create, SERVER, async move {
            watch.source_add("new", source()).await
        }),
        call("schema_changes_of", See, ORDERS, async move {
            watch.schema_changes_of(&orders(), 10).await
        }),
        call("source_test", Operate, "source own", async move {
            watch.source_test("own").await
        }),
        call("watch_run", Operate, "source own", async move {
            watch.watch_run("own", WatchCause::Manual).await
        }),
        call("watch_run_due", Operate, "source own", async move {
            watch.watch_run_due("own").await
        }),
        call("watch_due", Operate, SERVER, async move {
            watch.watch_due().await
        }),
        call("watch_late_tell", Operate, SERVER, async move {
            watch.watch_late_tell().await
        }),
        call("watch_history_expire", Operate, SERVER, async move {
            watch.watch_history_expire().await
        }),
        call("snapshot_list", See, "source own", async move {
            watch.snapshot_list("own", 10).await
        }),
        call("schema_diff", See, "source own", async move {
            let latest = SnapshotAt::Latest;
            watch.schema_diff("own", latest, SnapshotAt::Latest).await
        }),
        call("schema_change_list", See, SERVER, async move {
            watch.schema_change_list(&ChangeFilter::default()).await
        }),
        call("schema_change_apply", Operate, SERVER, async move {
            watch.schema_change_apply(1).await
        }),
        call("source_remove", Drop, "source own", async move {
            watch.source_remove("own").await
        }),
    ]
}

fn alerts<'a>(house: &'a House, caller: &'a Caller) -> Vec<Call<'a>> {
    let watch = house.watch.for_caller(caller);
    vec![
        call("alert_list", See, SERVER, async move {
            watch.alert_list(&AlertFilter::default()).await
        }),
        call("alerts_preview", See, SERVER, async move {
            let wish = PreviewWish {
                since: 0,
                channel: None,
                form: None,
            };
            watch.alerts_preview(&wish).await
        }),
        call("alert_acknowledge", Operate, SERVER, async move {
            watch.alert_acknowledge(1).await
        }),
        call("schema_changes_told", See, SERVER, async move {
            watch.schema_changes_told(&[1]).await
        }),
        call("schema_changes_acknowledge", Operate, SERVER, async move {
            watch.schema_changes_acknowledge(&[1]).await
        }),
        call("schema_change_acknowledge", Operate, SERVER, async move {
            watch.schema_change_acknowledge(1).await
        }),
        call("alert_snooze", Operate, SERVER, async move {
            watch.alert_snooze(1, i64::MAX).await
        }),
        call("alerts_snooze", Operate, SERVER, async move {
            watch.alerts_snooze(&BTreeSet::from([1]), i64::MAX).await
        }),
        call("alert_backlog", See, SERVER, async move {
            watch.alert_backlog().await
        }),
        call("channel_deliver", Operate, SERVER, async move {
            watch.channel_deliver("data").await
        }),
        call("gaps_tell", Operate, SERVER, async move {
            watch.gaps_tell().await
        }),
        call("troubles_tell", Operate, SERVER, async move {
            watch.troubles_tell().await
        }),
        call("alerts_give_up", Operate, SERVER, async move {
            watch.alerts_give_up().await
        }),
        call("channel_list", See, SERVER, async move {
            watch.channel_list().await
        }),
        call("channel_test", Operate, "channel data", async move {
            watch.channel_test("data").await
        }),
        call("mute_add", Operate, SERVER, async move {
            watch.mute_add(&mute()).await
        }),
        call(
            "mute_list",
            See,
            SERVER,
            async move { watch.mute_list().await },
        ),
        call("mute_remove", Operate, SERVER, async move {
            watch.mute_remove(1).await
        }),
    ]
}
