//! Looks at sources: the baseline, what is kept of a change and of no change, two replicas at once, DST.

use super::fixture::{
    DAY_S, HOUR_S, Replica, START_S, Watched, columns_set, look, round, table_set_at, view_set,
};
use crate::harness::{TestDatabase, on_every_database};
use skep::catalog::DatabaseSpec;
use skep::clock::Clock;
use skep::error::Error;
use skep::model::{
    ChangeFilter, DatabaseRef, SchemaChange, Severity, SnapshotAt, SourceOrigin, TableRef,
    WatchCause,
};

on_every_database!(
    the_first_look_is_silent_and_no_change_stores_nothing,
    a_change_is_kept_with_whom_it_reaches,
    two_replicas_tell_a_change_once,
    the_schedule_is_kept_in_its_time_zone,
    a_new_column_is_added_to_the_table_that_lacks_it,
    replicas_whose_clocks_differ_keep_one_schedule,
);

async fn the_first_look_is_silent_and_no_change_stores_nothing(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    let first = look(&replica).await;
    assert!(first.baseline && first.changes.is_empty());
    assert_eq!((first.tables, first.columns), (1, 1));
    let status = replica.watch().source_get("lake").await.unwrap();
    assert_eq!(status.origin, SourceOrigin::File);
    assert_eq!(status.state.last_ok_at, Some(START_S));
    assert_eq!(status.state.due_at.seconds(), START_S + HOUR_S);

    watched.pass(60);
    let second = look(&replica).await;
    assert!(!second.baseline && second.changes.is_empty());
    let kept = replica.watch().snapshot_list("lake", 10).await.unwrap();
    assert_eq!(kept.len(), 1, "an unchanged source stores no snapshot");
    assert_eq!(kept[0].at, START_S);
    let status = replica.watch().source_get("lake").await.unwrap();
    assert_eq!(status.state.last_ok_at, Some(START_S + 60));
    assert_eq!(status.snapshot.unwrap(), kept[0]);
    round(&replica).await;
    assert!(watched.told().is_empty());
}

async fn a_change_is_kept_with_whom_it_reaches(test: TestDatabase) {
    let mut watched = Watched::new(test).await.mapped();
    watched.watch.owners = vec![skep::watch::OwnerRule {
        pattern: "default.{_}".to_owned(),
        owner: "data-team".to_owned(),
    }];
    let replica = watched.replica().await;
    let tier = DatabaseRef::new("hive", "t1");
    replica
        .catalog()
        .database_create(tier.clone(), DatabaseSpec::default())
        .await
        .unwrap();
    let target: TableRef = tier.table("orders_daily");
    table_set_at(&replica, target.clone(), &["id int", "price int"]).await;
    columns_set(&replica, "orders", &["id int", "price int"]).await;
    view_set(
        &replica,
        "revenue",
        "SELECT sum(price) FROM t1.orders_daily",
    )
    .await;
    look(&replica).await;
    columns_set(&replica, "orders", &["id int", "note string"]).await;
    watched.pass(DAY_S);
    let report = look(&replica).await;
    let found = replica
        .watch()
        .schema_change_list(&ChangeFilter::default())
        .await
        .unwrap();
    let mut kept = found.clone();
    kept.reverse();
    assert_eq!(kept, report.changes, "what is reported is what is kept");
    let kinds: Vec<_> = kept.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["column_dropped", "column_added"]);
    let dropped = &kept[0];
    assert_eq!(dropped.severity, Severity::Breaking);
    assert_eq!(dropped.object, "default.orders.price");
    assert_eq!(dropped.owner.as_deref(), Some("data-team"));
    assert_eq!(dropped.at, START_S + DAY_S);
    assert_eq!(dropped.targets[0].table, target);
    assert_eq!(dropped.targets[0].tier.as_deref(), Some("t1"));
    assert_eq!(dropped.targets[0].surplus, ["price"]);
    assert_eq!(dropped.targets[0].views, ["default.revenue"]);
    assert!(
        dropped
            .effects
            .iter()
            .any(|one| one.contains("default.revenue")),
        "{:?}",
        dropped.effects
    );
    let added = &kept[1];
    assert_eq!(added.targets[0].lacks[0].name, "note");
    assert!(added.effects[0].contains("`t1.orders_daily` (t1) lacks the column `note`"));

    listed_by_filters(&replica, &kept).await;
    compared_again(&replica).await;
}

/// Every filter lets through what it names.
async fn listed_by_filters(replica: &Replica, kept: &[SchemaChange]) {
    for (filter, count) in [
        (with(|one| one.source = Some("lake".to_owned())), 2),
        (with(|one| one.source = Some("shop".to_owned())), 0),
        (with(|one| one.severity = Some(Severity::Risky)), 1),
        (
            with(|one| one.object_prefix = Some("default.orders.p".to_owned())),
            1,
        ),
        (
            with(|one| one.object_prefix = Some("default.꿀".to_owned())),
            0,
        ),
        (with(|one| one.since = Some(START_S + DAY_S + 1)), 0),
        (with(|one| one.until = Some(START_S + DAY_S)), 0),
        (with(|one| one.before = Some(kept[1].id)), 1),
        (with(|one| one.limit = 1), 1),
    ] {
        let found = replica.watch().schema_change_list(&filter).await.unwrap();
        assert_eq!(found.len(), count, "{filter:?}");
    }
}

/// Kept snapshots can be compared at any time.
async fn compared_again(replica: &Replica) {
    let back = replica
        .watch()
        .schema_diff("lake", SnapshotAt::Latest, SnapshotAt::At(START_S))
        .await
        .unwrap();
    let kinds: Vec<_> = back.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["column_dropped", "column_added"]);
    assert_eq!(back[0].object, "default.orders.note");
    let missing = replica
        .watch()
        .schema_diff("lake", SnapshotAt::At(START_S - 1), SnapshotAt::Latest)
        .await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

fn with(change: impl FnOnce(&mut ChangeFilter)) -> ChangeFilter {
    let mut filter = ChangeFilter::default();
    change(&mut filter);
    filter
}

async fn two_replicas_tell_a_change_once(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replicas = [watched.replica().await, watched.replica().await];
    columns_set(&replicas[0], "orders", &["id int"]).await;
    look(&replicas[0]).await;
    columns_set(&replicas[1], "orders", &["id int", "note string"]).await;
    watched.pass(HOUR_S);
    let [one, other] = &replicas;
    for _ in 0..3 {
        futures::join!(round(one), round(other));
    }
    assert_eq!(watched.told_texts().len(), 1, "{:?}", watched.told_texts());
    let changes = one
        .watch()
        .schema_change_list(&ChangeFilter::default())
        .await;
    assert_eq!(changes.unwrap().len(), 1);
    assert_eq!(
        one.watch().snapshot_list("lake", 10).await.unwrap().len(),
        2
    );

    let (first, second) = (one.watch(), other.watch());
    let looks = futures::join!(
        first.watch_run("lake", WatchCause::Schedule),
        second.watch_run("lake", WatchCause::Schedule)
    );
    for outcome in [looks.0, looks.1] {
        assert!(
            matches!(outcome, Err(Error::Conflict(_))),
            "it is not due: {outcome:?}"
        );
    }
}

async fn the_schedule_is_kept_in_its_time_zone(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    "30 2 * * *".clone_into(&mut watched.source.schedule);
    "Europe/Berlin".clone_into(&mut watched.source.time_zone);
    let replica = watched.replica().await;
    // On 2026-03-29 there was no half past two in Berlin, on 2026-10-25 there were two.
    for (from, expected) in [
        (
            "2026-03-29T00:00:00Z",
            ["2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z"],
        ),
        (
            "2026-10-25T00:00:00Z",
            ["2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z"],
        ),
    ] {
        let expected = expected.map(seconds);
        let now = seconds(from) * 1000;
        watched.clock.advance_ms(now - watched.clock.millis());
        look(&replica).await;
        let mut moments = Vec::new();
        for _ in 0..2 {
            let due_at = replica
                .watch()
                .source_get("lake")
                .await
                .unwrap()
                .state
                .due_at;
            let due_at = due_at.seconds();
            moments.push(due_at);
            watched
                .clock
                .advance_ms((due_at - 1) * 1000 - watched.clock.millis());
            assert!(replica.watch().watch_due().await.unwrap().is_empty());
            watched.pass(1);
            assert_eq!(replica.watch().watch_due().await.unwrap(), ["lake"]);
            round(&replica).await;
        }
        assert_eq!(moments, expected);
    }

    "0 12 * * *".clone_into(&mut watched.source.schedule);
    let changed = watched.replica().await;
    assert!(changed.watch().watch_due().await.unwrap().is_empty());
    let state = changed.watch().source_get("lake").await.unwrap().state;
    assert_eq!(state.schedule, "0 12 * * * Europe/Berlin");
    watched.source.paused = true;
    let paused = watched.replica().await;
    watched.pass(3 * DAY_S);
    assert!(
        paused.watch().watch_due().await.unwrap().is_empty(),
        "it rests"
    );
    assert_eq!(paused.watch().watch_late_tell().await.unwrap(), 0);
    look(&paused).await;
}

fn seconds(text: &str) -> i64 {
    text.parse::<jiff::Timestamp>().unwrap().as_second()
}

async fn a_new_column_is_added_to_the_table_that_lacks_it(test: TestDatabase) {
    let watched = Watched::new(test).await.mapped();
    let replica = watched.replica().await;
    let watch = replica.watch();
    let tier = DatabaseRef::new("hive", "t1");
    replica
        .catalog()
        .database_create(tier.clone(), DatabaseSpec::default())
        .await
        .unwrap();
    let target = tier.table("orders_daily");
    table_set_at(&replica, target.clone(), &["id int"]).await;
    columns_set(&replica, "orders", &["id int", "old int"]).await;
    look(&replica).await;
    columns_set(
        &replica,
        "orders",
        &["id int", "note string", "price decimal(10,2)"],
    )
    .await;
    let changes = look(&replica).await.changes;
    let id_of = |object: &str| {
        let found = changes.iter().find(|one| one.object.ends_with(object));
        found.unwrap_or_else(|| panic!("{object}: {changes:?}")).id
    };
    let events = replica.catalog().event_last_id().await.unwrap();
    for _ in 0..2 {
        watch.schema_change_apply(id_of(".note")).await.unwrap();
    }
    let applied = watch.schema_change_apply(id_of(".price")).await.unwrap();
    assert!(applied[0].added);
    assert_eq!(applied[0].table, target);
    let again = watch.schema_change_apply(id_of(".price")).await.unwrap();
    assert!(!again[0].added, "it is there");
    assert_eq!(
        replica.catalog().event_last_id().await.unwrap() - events,
        2,
        "each column is one alter with its event"
    );
    let columns = replica
        .catalog()
        .table_columns(&target, false)
        .await
        .unwrap();
    let columns: Vec<_> = columns
        .iter()
        .map(|one| (one.name.as_str(), one.data_type.as_str()))
        .collect();
    assert_eq!(
        columns,
        [
            ("id", "int"),
            ("note", "string"),
            ("price", "decimal(10,2)")
        ]
    );
    let kept = watch
        .schema_change_list(&ChangeFilter::default())
        .await
        .unwrap();
    let note = kept.iter().find(|one| one.id == id_of(".note")).unwrap();
    assert_eq!(note.applied_at, Some(START_S));
    let refused = watch.schema_change_apply(id_of(".old")).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    let missing = watch.schema_change_apply(99_999).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

/// To a process whose clock is two days ahead no source is due that is not, and none late.
async fn replicas_whose_clocks_differ_keep_one_schedule(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    watched.clock = Clock::System;
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    watched.clock = Clock::Wrong(2 * DAY_S * 1000);
    let ahead = watched.replica().await;
    assert!(ahead.watch().watch_due().await.unwrap().is_empty());
    assert_eq!(ahead.watch().watch_late_tell().await.unwrap(), 0);
}
