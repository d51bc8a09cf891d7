//! What is not kept for ever, and what is not forgotten: snapshots are thinned, tables that nobody may see any more are
//! no drops.

use super::fixture::{DAY_S, EveryChannel, Replica, START_S, Watched, columns_set, look};
use crate::harness::{TestDatabase, on_every_database};
use skep::model::{AlertFilter, ChangeFilter};

on_every_database!(
    old_snapshots_are_thinned_and_old_changes_forgotten,
    a_table_that_is_in_scope_no_more_is_no_drop,
);

async fn old_snapshots_are_thinned_and_old_changes_forgotten(test: TestDatabase) {
    let mut watched = Watched::new(test).await.at_once();
    watched.watch.changes_kept_s = 60 * DAY_S;
    let replica = watched.replica().await;
    for number in 0..10 {
        let columns = format!("c{number} int");
        columns_set(&replica, "orders", &["id int", &columns]).await;
        look(&replica).await;
        replica.watch().alerts_deliver().await.unwrap();
        watched.pass(10 * DAY_S);
    }
    // From the 25th of November to the 23rd of February; it is the 5th of March.
    let before = replica.watch().snapshot_list("lake", 100).await.unwrap();
    assert_eq!(before.len(), 10);
    let changes = count(&replica).await;
    replica.watch().watch_history_expire().await.unwrap();
    let kept = replica.watch().snapshot_list("lake", 100).await.unwrap();
    let days: Vec<i64> = kept.iter().map(|one| (one.at - START_S) / DAY_S).collect();
    // All of the last thirty days, then the latest of each month.
    assert_eq!(days, [90, 80, 70, 60, 30, 0], "{days:?}");
    for info in &kept {
        let at = skep::model::SnapshotAt::Id(info.id);
        let same = replica
            .watch()
            .schema_diff("lake", at, skep::model::SnapshotAt::Latest)
            .await;
        same.expect("its body is kept");
    }
    assert!(count(&replica).await < changes);
    let oldest = replica
        .watch()
        .schema_change_list(&ChangeFilter::default())
        .await
        .unwrap();
    let oldest = oldest.last().unwrap().at;
    assert!(oldest >= watched.clock.seconds() - 60 * DAY_S);
    let alerts = replica
        .watch()
        .alert_list(&AlertFilter::default())
        .await
        .unwrap();
    assert!(alerts.iter().all(|one| one.at >= oldest), "{alerts:?}");
    assert_eq!(replica.watch().watch_history_expire().await.unwrap(), 0);
    watched.pass(400 * DAY_S);
    replica.watch().watch_history_expire().await.unwrap();
    let kept = replica.watch().snapshot_list("lake", 100).await.unwrap();
    assert_eq!(
        kept[0].at,
        START_S + 90 * DAY_S,
        "the latest one always stays"
    );
    assert!(look(&replica).await.changes.is_empty());
}

async fn count(replica: &Replica) -> usize {
    let changes = replica
        .watch()
        .schema_change_list(&ChangeFilter::default())
        .await;
    changes.expect("the changes").len()
}

async fn a_table_that_is_in_scope_no_more_is_no_drop(test: TestDatabase) {
    let mut watched = Watched::new(test).await.at_once();
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    watched.source.exclude = vec!["default.*".to_owned()];
    let narrower = watched.replica().await;
    let report = look(&narrower).await;
    assert!(report.changes.is_empty(), "{:?}", report.changes);
    assert_eq!((report.unread, report.tables), (0, 0));
    // It is forgotten; when it is in scope again, it is seen for the first time.
    columns_set(&replica, "orders", &["id int", "note string"]).await;
    assert!(look(&narrower).await.changes.is_empty());
    let report = look(&replica).await;
    assert!(report.changes.is_empty(), "{:?}", report.changes);
    columns_set(&replica, "orders", &["id int"]).await;
    assert_eq!(look(&replica).await.changes.len(), 1);

    // The same of views, which a setting leaves out.
    super::fixture::view_set(&replica, "v", "SELECT 1").await;
    assert_eq!(look(&replica).await.changes.len(), 1);
    watched.source.exclude.clear();
    watched.source.views = false;
    assert!(look(&watched.replica().await).await.changes.is_empty());
}
