//! Alarms: a source that cannot be read, one that was not read, and the news that it works again.

use super::fixture::{
    DAY_S, EveryChannel, HOUR_S, Replica, START_S, Watched, columns_set, look, round,
};
use crate::harness::{TestDatabase, on_every_database};
use skep::error::Error;
use skep::model::WatchCause;
use skep::source::{SourceKind, SourceSettings};

on_every_database!(
    a_source_that_is_not_reached_is_told_once_until_it_works_again,
    a_run_that_is_late_is_told,
    a_run_that_is_overdue_by_an_hour_is_told_at_its_first_failure,
);

/// A source where nobody answers; the port belongs to nobody.
fn nowhere() -> SourceSettings {
    let mut settings = SourceSettings::new(
        SourceKind::Postgres,
        Some("postgres://skep:hunter2@127.0.0.1:1/shop?sslmode=disable"),
    );
    settings.time_limit_s = 10;
    settings
}

/// One failing look of the schedule.
async fn fail(replica: &Replica) -> Error {
    let due = replica.watch().watch_due().await.unwrap();
    assert_eq!(due, ["lake"]);
    replica.watch().watch_run_due("lake").await.unwrap_err()
}

async fn a_source_that_is_not_reached_is_told_once_until_it_works_again(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    let working = watched.source.clone();
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    watched.pass(HOUR_S);

    watched.source = nowhere();
    let down = watched.replica().await;
    for (failures, pause_s) in [(1, 60), (2, 120), (3, 240), (4, 480)] {
        let failure = fail(&down).await;
        assert!(matches!(failure, Error::Unavailable { .. }), "{failure:?}");
        let state = down.watch().source_get("lake").await.unwrap().state;
        assert_eq!(state.failures, failures);
        assert_eq!(state.next_at.seconds(), watched.clock.seconds() + pause_s);
        assert_eq!(
            state.due_at.seconds(),
            START_S + HOUR_S,
            "the day's look is still to come"
        );
        let error = state.last_error.unwrap();
        assert!(
            error.contains("not reached") && !error.contains("hunter2"),
            "{error}"
        );
        assert!(down.watch().watch_due().await.unwrap().is_empty());
        watched.pass(pause_s);
        down.watch().alerts_deliver().await.unwrap();
    }
    let told = watched.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "alarm");
    assert_eq!(told[0]["subject"], "lake");
    let text = told[0]["entries"][0]["text"].as_str().unwrap();
    assert!(
        text.contains("3 times in a row") && !text.contains("hunter2"),
        "{text}"
    );

    watched.source = working;
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int", "note string"]).await;
    round(&replica).await;
    round(&replica).await;
    let told = watched.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["kind"], "alarm");
    assert_eq!(told[1]["entries"][0]["severity"], "additive");
    assert_eq!(told[1]["entries"][0]["text"], "the source is read again");
    let status = replica.watch().source_get("lake").await.unwrap();
    assert_eq!((status.state.failures, status.state.alarmed_at), (0, None));
    let changes = replica
        .watch()
        .schema_change_list(&skep::model::ChangeFilter::default())
        .await;
    assert_eq!(changes.unwrap().len(), 1, "what changed meanwhile is found");
}

async fn a_run_that_is_late_is_told(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = watched.replica().await;
    look(&replica).await;
    watched.pass(2 * HOUR_S);
    assert_eq!(
        replica.watch().watch_late_tell().await.unwrap(),
        0,
        "an hour is no delay"
    );
    watched.pass(1);
    let other = watched.replica().await;
    let (first, second) = (replica.watch(), other.watch());
    let told = futures::join!(first.watch_late_tell(), second.watch_late_tell());
    assert_eq!(told.0.unwrap() + told.1.unwrap(), 1, "one of them tells it");
    replica.watch().alerts_deliver().await.unwrap();
    let told = watched.told();
    assert_eq!(told.len(), 1);
    let text = told[0]["entries"][0]["text"].as_str().unwrap();
    assert!(text.contains("more than an hour ago"), "{text}");
    // Once it is read, that is told too, and the next one that is late is news.
    round(&replica).await;
    watched.pass(2 * DAY_S);
    replica.watch().watch_late_tell().await.unwrap();
    replica.watch().alerts_deliver().await.unwrap();
    assert_eq!(watched.told().len(), 3);
}

async fn a_run_that_is_overdue_by_an_hour_is_told_at_its_first_failure(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    let replica = watched.replica().await;
    look(&replica).await;
    watched.source = nowhere();
    let down = watched.replica().await;
    watched.pass(3 * HOUR_S);
    fail(&down).await;
    assert_eq!(
        down.watch().watch_late_tell().await.unwrap(),
        0,
        "it is told already"
    );
    down.watch().alerts_deliver().await.unwrap();
    assert_eq!(watched.told().len(), 1);
    // By hand the failure is the caller's to see as well.
    let failure = down
        .watch()
        .watch_run("lake", WatchCause::Manual)
        .await
        .unwrap_err();
    assert!(
        !format!("{failure} {failure:?}").contains("hunter2"),
        "{failure:?}"
    );
}
