//! A channel that hears of answers: its incidents end with what began them, or with the acknowledgement.

use super::fixture::{EveryChannel, HOUR_S, Watched, columns_set, look};
use crate::harness::{TestDatabase, on_every_database};
use skep::alert::ChannelKind;
use skep::model::{AlertFilter, AlertState, NoticeKind, WatchCause};
use skep::secret::Secret;
use skep::source::{SourceKind, SourceSettings};

on_every_database!(
    an_incident_of_a_change_ends_when_it_was_seen,
    an_incident_of_an_alarm_ends_with_it,
);

async fn paged(test: TestDatabase) -> Watched {
    let mut watched = Watched::new(test).await;
    watched.channel.kind = ChannelKind::PagerDuty;
    watched.channel.routing_key = Some(Secret::new("key"));
    watched
}

/// What PagerDuty was told: the action and the key.
fn events(watched: &Watched) -> Vec<(String, String)> {
    let told = watched.told().into_iter();
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    told.map(|event| (text(&event["event_action"]), text(&event["dedup_key"])))
        .collect()
}

async fn an_incident_of_a_change_ends_when_it_was_seen(test: TestDatabase) {
    let watched = paged(test).await;
    let replica = watched.replica().await;
    let watch = replica.watch();
    columns_set(&replica, "orders", &["id int", "x string"]).await;
    look(&replica).await;
    columns_set(&replica, "orders", &["id int"]).await;
    let change = look(&replica).await.changes.remove(0);
    watch.alerts_deliver().await.unwrap();
    for _ in 0..2 {
        watch.schema_change_acknowledge(change.id).await.unwrap();
        watch.alerts_deliver().await.unwrap();
    }
    let events = events(&watched);
    let key = format!("skep/lake/{}", change.key);
    let expected = [
        ("trigger".to_owned(), key.clone()),
        ("resolve".to_owned(), key),
    ];
    assert_eq!(events, expected);
    let alerts = watch.alert_list(&AlertFilter::default()).await.unwrap();
    let states: Vec<_> = alerts.iter().map(|one| (one.kind, one.state)).collect();
    let expected = [
        (NoticeKind::Answer, AlertState::Sent),
        (NoticeKind::AtOnce, AlertState::Acknowledged),
    ];
    assert_eq!(states, expected);
}

async fn an_incident_of_an_alarm_ends_with_it(test: TestDatabase) {
    let mut watched = paged(test).await;
    let working = watched.source.clone();
    look(&watched.replica().await).await;
    watched.pass(3 * HOUR_S);
    // The port belongs to nobody.
    let nowhere = Some("postgres://skep@127.0.0.1:1/shop?sslmode=disable");
    watched.source = SourceSettings::new(SourceKind::Postgres, nowhere);
    let down = watched.replica().await;
    let watch = down.watch();
    let failed = watch.watch_run("lake", WatchCause::Manual).await;
    assert!(failed.is_err());
    watch.alerts_deliver().await.unwrap();
    let alarm = watch
        .alert_list(&AlertFilter::default())
        .await
        .unwrap()
        .remove(0);
    watch.alert_acknowledge(alarm.id).await.unwrap();
    watch.alerts_deliver().await.unwrap();
    watched.source = working;
    let replica = watched.replica().await;
    look(&replica).await;
    replica.watch().alerts_deliver().await.unwrap();
    let events = events(&watched);
    let actions: Vec<_> = events.iter().map(|(action, _)| action.as_str()).collect();
    assert_eq!(actions, ["trigger", "acknowledge", "resolve"]);
    assert!(
        events.iter().all(|(_, key)| *key == events[0].1),
        "{events:?}"
    );
}
