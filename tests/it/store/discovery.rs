//! Discovery's rows: in step with the tables, due by the database's clock, and a history that can be read back.

use super::sample::{add_database, add_table, partition, table_ref};
use crate::harness::{TestDatabase, on_every_database, place};
use skep::model::{
    DiscoveryRun, DiscoverySkip, DiscoveryState, Freshness, Parameters, RunCause, RunCounts,
    RunOutcome, SkipKind, Table, TableRef,
};
use skep::store::{DiscoveryChanges, DiscoveryTableUpdate, Store};
use skep::transact;

on_every_database!(
    a_table_opts_in_and_out_by_its_properties,
    the_migration_knows_the_tables_that_opted_in_before,
    a_run_moves_the_schedule_on,
    runs_and_what_they_changed_come_back,
    runs_are_abandoned_paged_undone_and_thinned,
    skipped_directories_are_remembered_and_bounded,
);

async fn update(store: &Store, table: &Table) {
    transact!(store, |session| { session.table_update(table).await }).unwrap();
}

async fn state(store: &Store, table: &Table) -> Option<DiscoveryState> {
    let mut session = store.session().await.unwrap();
    session.discovery_table_get(table.id).await.unwrap()
}

async fn due(store: &Store) -> Vec<TableRef> {
    let mut session = store.session().await.unwrap();
    let due = session.discovery_window_due(10, &[]).await.unwrap();
    due.into_iter().map(|table| table.at).collect()
}

fn with(table: &Table, properties: &[(&str, &str)]) -> Table {
    let mut table = table.clone();
    for (key, value) in properties {
        table.parameters.insert((*key).into(), (*value).into());
    }
    table
}

async fn opted_in(store: &Store, name: &str) -> Table {
    let plain = add_table(store, name).await;
    let table = with(&plain, &[("skep.discovery", "on")]);
    update(store, &table).await;
    table
}

async fn ran(store: &Store, table: &Table, change: DiscoveryTableUpdate) {
    transact!(store, |session| {
        session.discovery_table_update(table, &change).await
    })
    .unwrap();
}

async fn a_table_opts_in_and_out_by_its_properties(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let plain = add_table(&store, "plain").await;
    update(&store, &plain).await;
    assert_eq!(state(&store, &plain).await, None);
    assert!(due(&store).await.is_empty());

    let on = with(&plain, &[("skep.discovery", "on")]);
    update(&store, &on).await;
    assert_eq!(due(&store).await, [table_ref("plain")]);
    let wait = DiscoveryTableUpdate {
        window_in_s: Some(30),
        ..DiscoveryTableUpdate::default()
    };
    ran(&store, &on, wait.clone()).await;
    assert!(due(&store).await.is_empty());
    // A run that went by other properties leaves the times as they are: the change has made the table due.
    let other = with(&on, &[("skep.discovery.window_interval_s", "60")]);
    update(&store, &other).await;
    ran(&store, &on, wait.clone()).await;
    assert_eq!(due(&store).await, [table_ref("plain")]);
    update(&store, &on).await;
    ran(&store, &on, wait.clone()).await;
    update(&store, &with(&on, &[("comment", "x")])).await;
    assert!(due(&store).await.is_empty(), "nothing of it has changed");
    let faster = with(&on, &[("skep.discovery.interval", "5s")]);
    update(&store, &faster).await;
    assert_eq!(due(&store).await.len(), 1, "a change makes it due");

    let mut renamed = faster.clone();
    renamed.at = table_ref("renamed");
    update(&store, &renamed).await;
    assert_eq!(due(&store).await, [table_ref("renamed")]);
    ran(&store, &renamed, wait).await;
    let mut elsewhere = renamed.clone();
    elsewhere.location = Some(place("s3://lake/elsewhere"));
    update(&store, &elsewhere).await;
    assert_eq!(due(&store).await.len(), 1, "another place is a change");

    transact!(store, |session| {
        session.discovery_pause(plain.id, true).await
    })
    .unwrap();
    assert!(due(&store).await.is_empty());
    assert!(state(&store, &plain).await.unwrap().paused_at.is_some());
    update(&store, &renamed).await;
    assert_eq!(due(&store).await.len(), 1, "a change ends a pause");

    update(&store, &plain).await;
    assert_eq!(state(&store, &plain).await, None);
    for property in ["discover.partitions", "partition.retention.period"] {
        let hive = with(&plain, &[(property, "true")]);
        update(&store, &hive).await;
        assert!(state(&store, &plain).await.is_some(), "{property}");
        update(&store, &plain).await;
    }
    update(&store, &on).await;
    transact!(store, |session| { session.table_delete(on.id).await }).unwrap();
    assert_eq!(state(&store, &on).await, None);

    let born = transact!(store, |session| { session.table_insert(&on).await }).unwrap();
    let mut session = store.session().await.unwrap();
    assert!(session.discovery_table_get(born).await.unwrap().is_some());
    let page = session.discovery_table_page(None, 0, 10).await.unwrap();
    assert_eq!(page.len(), 1);
    assert_eq!(page[0].at, on.at);
    assert!(
        session
            .discovery_table_page(None, born, 10)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn the_migration_knows_the_tables_that_opted_in_before(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    add_table(&store, "plain").await;
    let table = opted_in(&store, "t").await;
    store.close().await;
    test.execute("DELETE FROM skep_discovery_tables").await;
    test.execute("DELETE FROM skep_discovery_roots").await;
    test.execute("DELETE FROM skep_migrations WHERE number = 2")
        .await;
    let store = test.store().await;
    assert_eq!(due(&store).await, std::slice::from_ref(&table.at));
    let mut session = store.session().await.unwrap();
    let due = session
        .discovery_sweep_due(10, &["s3/other"])
        .await
        .unwrap();
    assert_eq!(
        due.into_iter().map(|one| one.at).collect::<Vec<_>>(),
        [table.at]
    );
}

async fn a_run_moves_the_schedule_on(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = opted_in(&store, "t").await;
    let fresh = Freshness {
        object_at: 90,
        registered_at: 100,
        lag_s: Some(10),
    };
    let change = DiscoveryTableUpdate {
        window_in_s: Some(30),
        sweep_in_s: Some(3600),
        failures: 2,
        error: Some("the bucket is gone".into()),
        requests: 3,
        freshness: Some(fresh),
    };
    ran(&store, &table, change.clone()).await;
    ran(&store, &table, change).await;
    let after = state(&store, &table).await.unwrap();
    assert_eq!(after.requests_today, 6);
    assert_eq!(after.failures, 2);
    assert_eq!(after.last_error.as_deref(), Some("the bucket is gone"));
    assert_eq!(after.freshness, Some(fresh));
    assert!((after.now - 5..=after.now).contains(&after.last_run_at.unwrap()));
    assert!((25..=30).contains(&(after.window_at - after.now)));
    assert!((3595..=3600).contains(&(after.sweep_at - after.now)));

    transact!(store, |session| {
        session.discovery_sweep_soon(table.id, 60).await
    })
    .unwrap();
    let soon = state(&store, &table).await.unwrap();
    assert!((55..=60).contains(&(soon.sweep_at - soon.now)));

    test.execute("UPDATE skep_discovery_tables SET requests_day = requests_day - 86400")
        .await;
    assert_eq!(state(&store, &table).await.unwrap().requests_today, 0);
    let quiet = DiscoveryTableUpdate {
        requests: 1,
        ..DiscoveryTableUpdate::default()
    };
    ran(&store, &table, quiet).await;
    let next_day = state(&store, &table).await.unwrap();
    assert_eq!(next_day.requests_today, 1, "a new day begins at nothing");
    assert_eq!(next_day.freshness, Some(fresh));
    assert_eq!(next_day.last_error, None);
}

/// A sweep of a table that has just begun.
fn sweep_of(table: &Table) -> DiscoveryRun {
    DiscoveryRun {
        id: 0,
        table_id: table.id,
        cause: RunCause::Sweep,
        outcome: RunOutcome::Running,
        started_at: 1_700_000_000,
        ended_at: None,
        counts: RunCounts {
            requests: 1,
            objects: 2,
            prefixes: 3,
            found: 4,
            added: 5,
            moved: 6,
            dropped: 7,
            skipped: 8,
        },
        error: None,
        undone_at: None,
    }
}

async fn runs_and_what_they_changed_come_back(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = opted_in(&store, "t").await;
    let mut run = sweep_of(&table);
    let mut moved = partition("2");
    moved.location = Some(place("s3://hot/2"));
    moved.parameters = Parameters::from([("a\0".into(), "한".into())]);
    let changes = DiscoveryChanges {
        added: vec!["ds=1".into(), "ds=a%3Ab".into()],
        moved: vec![moved],
        dropped: vec![partition("3"), partition("4")],
    };
    let id = transact!(store, |session| {
        let id = session.discovery_run_id().await?;
        let first = DiscoveryRun { id, ..run.clone() };
        session.discovery_run_put(&first).await?;
        session.discovery_changes_insert(id, 0, &changes).await?;
        Ok(id)
    })
    .unwrap();
    run.id = id;
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.discovery_run_get(id).await.unwrap().as_ref(),
        Some(&run)
    );
    let stored = session.discovery_changes_get(id, 0).await.unwrap();
    assert_eq!(stored, Some(changes));
    assert_eq!(session.discovery_changes_get(id, 1).await.unwrap(), None);
}

async fn runs_are_abandoned_paged_undone_and_thinned(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = opted_in(&store, "t").await;
    let mut run = sweep_of(&table);
    let id = transact!(store, |session| {
        let id = session.discovery_run_id().await?;
        let first = DiscoveryRun { id, ..run.clone() };
        session.discovery_run_put(&first).await?;
        let changes = DiscoveryChanges::default();
        session.discovery_changes_insert(id, 0, &changes).await?;
        Ok(id)
    })
    .unwrap();
    run.id = id;
    let mut session = store.session().await.unwrap();
    let abandoned = transact!(store, |session| {
        let other = session
            .discovery_run_abandon(table.id, RunCause::Window)
            .await?;
        let own = session
            .discovery_run_abandon(table.id, RunCause::Sweep)
            .await?;
        Ok((other, own))
    });
    assert_eq!(abandoned.unwrap(), (0, 1));
    run.outcome = RunOutcome::Done;
    run.counts.added = 50;
    let next = transact!(store, |session| {
        session.discovery_run_put(&run).await?;
        let id = session.discovery_run_id().await?;
        let next = DiscoveryRun { id, ..run.clone() };
        session.discovery_run_put(&next).await?;
        Ok(id)
    })
    .unwrap();
    assert!(next > id);
    let page = session
        .discovery_run_page(table.id, None, 10)
        .await
        .unwrap();
    assert_eq!(
        page.iter().map(|run| run.id).collect::<Vec<_>>(),
        [next, id]
    );
    assert_eq!(page[1].counts.added, 50);
    assert!(page[1].ended_at.is_some());
    let older = session
        .discovery_run_page(table.id, Some(next), 10)
        .await
        .unwrap();
    assert_eq!(older.len(), 1);

    let undone = transact!(store, |session| {
        let first = session.discovery_run_undone(id).await?;
        Ok((first, session.discovery_run_undone(id).await?))
    });
    assert_eq!(undone.unwrap(), (true, false));
    let expired = transact!(store, |session| {
        session.discovery_run_expire(60, 10).await
    });
    assert_eq!(expired.unwrap(), 2);
    assert_eq!(session.discovery_changes_get(id, 0).await.unwrap(), None);
}

async fn skipped_directories_are_remembered_and_bounded(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = opted_in(&store, "t").await;
    let skip = |path: String, at: i64| DiscoverySkip {
        path,
        kind: SkipKind::Layout,
        reason: "한국어".into(),
        first_seen_at: at,
        last_seen_at: at,
    };
    let put = async |skips: Vec<DiscoverySkip>| {
        transact!(store, |session| {
            session.discovery_skip_put(table.id, &skips).await
        })
        .unwrap();
    };
    put(vec![
        skip("s3://b/한".into(), 10),
        skip("s3://b/a".into(), 10),
    ])
    .await;
    put(vec![skip("s3://b/a".into(), 20)]).await;
    let mut session = store.session().await.unwrap();
    let seen = session.discovery_skip_get(table.id, "s3://b/a").await;
    assert_eq!(seen.unwrap().unwrap().last_seen_at, 10, "seen a moment ago");
    drop(session);
    put(vec![skip("s3://b/a".into(), 620)]).await;
    let mut session = store.session().await.unwrap();
    let page = session.discovery_skip_page(table.id, "", 10).await.unwrap();
    assert_eq!(page.len(), 2);
    assert_eq!((page[0].first_seen_at, page[0].last_seen_at), (10, 620));

    put((0..1200)
        .map(|n| skip(format!("s3://c/{n}"), 630))
        .collect())
    .await;
    put(vec![
        skip("s3://b/a".into(), 1400),
        skip("s3://d/new".into(), 1400),
    ])
    .await;
    let all = session
        .discovery_skip_page(table.id, "", 2000)
        .await
        .unwrap();
    assert_eq!(all.len(), 1000);
    assert_eq!(all[0].last_seen_at, 1400, "known ones go on being seen");
    let long = format!("s3://e/{}", "한".repeat(1000));
    let gone = transact!(store, |session| {
        let old = session.discovery_skip_expire(table.id, 1300).await?;
        session
            .discovery_skip_put(table.id, &[skip(long.clone(), 50)])
            .await?;
        let named = session
            .discovery_skip_delete(table.id, &[long.as_str()])
            .await?;
        Ok((old, named))
    });
    assert_eq!(gone.unwrap(), (999, 1));
}
