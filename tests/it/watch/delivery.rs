//! Messages: at once and in digests, split by source, deduplicated, and what happens where a channel does not take them.

use super::fixture::{
    DAY_S, EveryChannel, HOUR_S, Replica, START_S, Watched, columns_set, look, round,
};
use crate::alert::Answer;
use crate::harness::{TestDatabase, on_every_database};
use skep::alert::Threshold;
use skep::catalog::Unconditional;
use skep::error::Error;
use skep::model::{Alert, AlertFilter, AlertState};
use skep::secret::Secret;
use skep::watch::DeliveryReport;

on_every_database!(
    breaking_changes_are_told_at_once_and_the_others_in_the_digest,
    what_the_channel_does_not_take_is_tried_again,
    a_wrong_webhook_stays_visible_until_it_is_mended,
    what_a_channel_keeps_refusing_is_given_up,
    what_nobody_takes_for_a_week_is_given_up,
    a_column_that_comes_and_goes_is_told_once_a_day,
    a_run_whose_process_died_is_told_by_another,
    a_quiet_day_is_told_where_it_is_wanted,
    channels_hear_of_their_sources_and_severities,
    a_table_that_is_made_and_dropped_before_the_digest_is_not_told,
);

async fn alerts(replica: &Replica) -> Vec<Alert> {
    let found = replica.watch().alert_list(&AlertFilter::default()).await;
    found.expect("the alerts")
}

async fn deliver(replica: &Replica) -> DeliveryReport {
    replica.watch().alerts_deliver().await.expect("a delivery")
}

/// A source with a column more and one less than at its baseline.
async fn changed(watched: &Watched) -> Replica {
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int", "price int", "x string"]).await;
    look(&replica).await;
    columns_set(
        &replica,
        "orders",
        &["id int", "price int", "note string", "more string"],
    )
    .await;
    look(&replica).await;
    replica
}

async fn breaking_changes_are_told_at_once_and_the_others_in_the_digest(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = changed(&watched).await;
    deliver(&replica).await;
    let told = watched.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "at_once");
    assert_eq!(told[0]["subject"], "lake");
    assert_eq!(told[0]["entries"][0]["object"], "default.orders.x");
    watched.pass(4 * HOUR_S - 1);
    deliver(&replica).await;
    assert_eq!(watched.told().len(), 1, "the digest is at nine");
    watched.pass(1);
    deliver(&replica).await;
    deliver(&replica).await;
    let told = watched.told();
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!(told[1]["kind"], "digest");
    assert_eq!(told[1]["entries"].as_array().unwrap().len(), 2);
    let alerts = alerts(&replica).await;
    assert_eq!(alerts.len(), 3);
    for alert in alerts {
        assert_eq!(alert.state, AlertState::Sent);
        assert_eq!((alert.attempts, alert.last_error), (1, None));
    }
}

async fn what_the_channel_does_not_take_is_tried_again(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = changed(&watched).await;
    watched.listener.answer_next([
        Answer::Status(429, Some("77"), "slow down"),
        Answer::Status(500, None, "oops"),
        Answer::Reset,
    ]);
    let failed = DeliveryReport {
        failed: 1,
        ..DeliveryReport::default()
    };
    assert_eq!(deliver(&replica).await, failed);
    let channel = replica.watch().channel_list().await.unwrap().remove(0);
    assert_eq!(
        channel.state.next_at.seconds(),
        START_S + 77,
        "as the channel asked"
    );
    assert_eq!(channel.state.failures, 1);
    assert_eq!((channel.pending, channel.oldest_due_at), (3, Some(START_S)));
    assert_eq!(
        deliver(&replica).await,
        DeliveryReport::default(),
        "it rests"
    );
    watched.pass(76);
    assert_eq!(
        deliver(&replica).await,
        DeliveryReport::default(),
        "it rests"
    );
    for failures in 2..=3 {
        watched.pass(120);
        assert_eq!(deliver(&replica).await, failed);
        let state = replica
            .watch()
            .channel_list()
            .await
            .unwrap()
            .remove(0)
            .state;
        assert_eq!(state.failures, failures);
        assert!(state.next_at.seconds() > watched.clock.seconds());
        assert!(state.last_error.is_some());
    }
    let waiting = alerts(&replica).await;
    let waiting = waiting
        .iter()
        .find(|one| one.due_at.seconds() == START_S)
        .unwrap();
    assert_eq!(waiting.state, AlertState::Pending);
    assert_eq!(waiting.attempts, 3);
    watched.pass(120);
    assert_eq!(deliver(&replica).await.sent, 1);
    let state = replica
        .watch()
        .channel_list()
        .await
        .unwrap()
        .remove(0)
        .state;
    assert_eq!((state.failures, state.last_error), (0, None));
    assert_eq!(state.last_sent_at, Some(watched.clock.seconds()));
    // The same request came four times, and was taken once.
    let told = watched.told();
    assert_eq!(told.len(), 4);
    let keys: Vec<_> = told.iter().map(|one| &one["entries"][0]["key"]).collect();
    assert!(keys.iter().all(|key| *key == keys[0]), "{keys:?}");
}

async fn a_wrong_webhook_stays_visible_until_it_is_mended(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    let replica = changed(&watched).await;
    watched.listener.answer_next([Answer::Status(
        404,
        None,
        "no_service at /services/T0/B0/top-secret-token",
    )]);
    assert_eq!(deliver(&replica).await.refused, 1);
    assert_eq!(deliver(&replica).await, DeliveryReport::default());
    let channel = replica.watch().channel_list().await.unwrap().remove(0);
    let error = channel.state.last_error.unwrap();
    assert!(
        error.contains("no_service") && !error.contains("top-secret"),
        "{error}"
    );
    let refused: Vec<Alert> = alerts(&replica)
        .await
        .into_iter()
        .filter(|one| one.last_error.is_some())
        .collect();
    assert_eq!(refused.len(), 1);
    assert_eq!(refused[0].state, AlertState::Pending);
    assert_eq!(
        refused[0].due_at.seconds(),
        START_S + HOUR_S,
        "it is tried again in an hour"
    );

    watched.channel.url = Some(Secret::new("http://127.0.0.1:1/none"));
    let unreachable = watched.replica().await;
    let failed = unreachable.watch().channel_test("data").await.unwrap_err();
    assert!(matches!(failed, Error::Unavailable { .. }), "{failed:?}");
    assert!(matches!(
        unreachable.watch().channel_test("nobody").await,
        Err(Error::NotFound(_))
    ));
    replica.watch().channel_test("data").await.unwrap();
    assert_eq!(
        deliver(&replica).await.sent,
        1,
        "it is sent as soon as a test is taken"
    );
    let kinds: Vec<_> = watched
        .told()
        .iter()
        .map(|one| one["kind"].clone())
        .collect();
    assert_eq!(kinds, ["at_once", "test", "at_once"]);
}

async fn what_a_channel_keeps_refusing_is_given_up(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = changed(&watched).await;
    watched
        .listener
        .answer_next(vec![Answer::Status(404, None, "no_service"); 100]);
    let mut given_up = 0;
    for _ in 0..72 {
        assert_eq!(given_up, 0);
        given_up = deliver(&replica).await.given_up;
        watched.pass(HOUR_S);
    }
    assert_eq!(given_up, 3);
    let all = alerts(&replica).await;
    assert!(
        all.iter().all(|one| one.state == AlertState::GivenUp),
        "{all:?}"
    );
    let sent = watched.told().len();
    watched.pass(DAY_S);
    assert_eq!(deliver(&replica).await, DeliveryReport::default());
    assert_eq!(watched.told().len(), sent, "nothing is sent any more");
    // Somebody who asks for it gets it once more.
    let until = watched.clock.seconds() + 60;
    let id = all[0].id;
    replica.watch().alert_snooze(id, until).await.unwrap();
    watched.pass(60);
    assert_eq!(deliver(&replica).await.refused, 1);
    assert_eq!(alerts(&replica).await[0].state, AlertState::Pending);
}

async fn what_nobody_takes_for_a_week_is_given_up(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = changed(&watched).await;
    let digests = alerts(&replica).await;
    assert!(digests.iter().any(|one| one.due_at.seconds() > START_S));
    watched.pass(7 * DAY_S);
    assert_eq!(replica.watch().alerts_give_up().await.unwrap(), 0);
    watched.pass(1);
    assert_eq!(
        replica.watch().alerts_give_up().await.unwrap(),
        1,
        "not the digest"
    );
    watched.pass(DAY_S);
    assert_eq!(replica.watch().alerts_give_up().await.unwrap(), 2);
    assert_eq!(deliver(&replica).await, DeliveryReport::default());
}

async fn a_column_that_comes_and_goes_is_told_once_a_day(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    for _ in 0..3 {
        watched.pass(60);
        columns_set(&replica, "orders", &["id int", "note string"]).await;
        assert_eq!(look(&replica).await.changes.len(), 1);
        columns_set(&replica, "orders", &["id int"]).await;
        assert_eq!(look(&replica).await.changes.len(), 1);
        deliver(&replica).await;
    }
    assert_eq!(
        watched.told_texts().len(),
        2,
        "once each: {:?}",
        watched.told_texts()
    );
    watched.pass(DAY_S);
    columns_set(&replica, "orders", &["id int", "note string"]).await;
    look(&replica).await;
    deliver(&replica).await;
    assert_eq!(
        watched.told_texts().len(),
        3,
        "the next day it is news again"
    );
    let snapshots = replica.watch().snapshot_list("lake", 100).await.unwrap();
    let digests: std::collections::BTreeSet<_> =
        snapshots.iter().map(|one| one.digest.as_str()).collect();
    assert_eq!(
        (snapshots.len(), digests.len()),
        (8, 2),
        "each body is kept once"
    );
}

async fn a_run_whose_process_died_is_told_by_another(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let died = changed(&watched).await;
    drop(died);
    let other = watched.replica().await;
    // One that dies while the channel keeps it waiting: nobody knows whether the message was shown.
    watched.listener.answer_next([Answer::Hang]);
    {
        let dying = watched.replica().await;
        let watch = dying.watch();
        let sending = watch.alerts_deliver();
        tokio::pin!(sending);
        while watched.told().is_empty() {
            assert!(
                futures::poll!(sending.as_mut()).is_pending(),
                "it waits for the answer"
            );
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(
        deliver(&other).await,
        DeliveryReport::default(),
        "its lease holds"
    );
    watched
        .test
        .execute("UPDATE skep_leases SET expires_at = expires_at - 61")
        .await;
    assert_eq!(deliver(&other).await.sent, 1);
    assert_eq!(deliver(&other).await, DeliveryReport::default());
    assert_eq!(
        watched.told().len(),
        2,
        "the unanswered request, and the one that was taken"
    );
}

async fn a_quiet_day_is_told_where_it_is_wanted(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    let silent = watched.replica().await;
    look(&silent).await;
    for _ in 0..3 {
        watched.pass(DAY_S);
        round(&silent).await;
    }
    assert!(watched.told().is_empty(), "no change, no message");

    watched.channel.quiet_days = true;
    let replica = watched.replica().await;
    round(&replica).await;
    watched.pass(DAY_S);
    round(&replica).await;
    round(&replica).await;
    let told = watched.told();
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(
        (&told[0]["kind"], &told[0]["subject"]),
        (&"quiet".into(), &"lake".into())
    );
    // A day with a change is not quiet, and neither is one on which nobody looked.
    columns_set(&replica, "orders", &["id int"]).await;
    watched.pass(DAY_S);
    round(&replica).await;
    watched.pass(DAY_S);
    round(&replica).await;
    let kinds: Vec<_> = watched
        .told()
        .iter()
        .map(|one| one["kind"].clone())
        .collect();
    assert_eq!(kinds, ["quiet", "digest"], "{:?}", watched.told());
    watched.pass(3 * DAY_S);
    deliver(&replica).await;
    assert_eq!(
        watched.told().len(),
        2,
        "nobody looked: {:?}",
        watched.told()
    );
}

async fn channels_hear_of_their_sources_and_severities(test: TestDatabase) {
    let mut watched = Watched::new(test).await;
    watched.channel.sources = vec!["shop*".to_owned()];
    changed(&watched).await;
    let replica = watched.replica().await;
    assert!(alerts(&replica).await.is_empty());
    watched.channel.sources = vec!["l*e".to_owned()];
    watched.channel.severity_min = Threshold::Risky;
    watched.channel.at_once = Threshold::Never;
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id string", "one int"]).await;
    assert!(look(&replica).await.changes.len() > 3);
    let alerts = alerts(&replica).await;
    assert!(!alerts.is_empty());
    for alert in alerts {
        assert!(Threshold::Risky.covers(alert.entry.severity), "{alert:?}");
        assert_eq!(
            alert.due_at.seconds(),
            START_S + 4 * HOUR_S,
            "all wait for the digest"
        );
    }
}

async fn a_table_that_is_made_and_dropped_before_the_digest_is_not_told(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    columns_set(&replica, "scratch", &["id int"]).await;
    look(&replica).await;
    columns_set(&replica, "scratch", &["id int", "note string"]).await;
    look(&replica).await;
    let scratch = super::fixture::at("scratch");
    replica
        .catalog()
        .table_drop(&scratch, true, &Unconditional)
        .await
        .unwrap();
    assert_eq!(look(&replica).await.changes.len(), 1);
    deliver(&replica).await;
    watched.pass(DAY_S);
    deliver(&replica).await;
    assert!(watched.told().is_empty(), "{:?}", watched.told());
    let states = alerts(&replica).await.into_iter().map(|alert| alert.state);
    assert_eq!(states.collect::<Vec<_>>(), [AlertState::Over; 2]);
    // Made again, it is new, and its end is news once it was told.
    columns_set(&replica, "scratch", &["id int"]).await;
    look(&replica).await;
    watched.pass(DAY_S);
    deliver(&replica).await;
    replica
        .catalog()
        .table_drop(&scratch, true, &Unconditional)
        .await
        .unwrap();
    look(&replica).await;
    deliver(&replica).await;
    let told = watched.told_texts();
    assert_eq!(told.len(), 2, "{told:?}");
    assert!(
        told[0].contains("added") && told[1].contains("dropped"),
        "{told:?}"
    );
}
