//! What people say: they have seen an alert, it can wait, they do not want to hear of some things.

use super::fixture::{DAY_S, EveryChannel, HOUR_S, Replica, START_S, Watched, columns_set, look};
use crate::harness::{TestDatabase, on_every_database};
use skep::error::Error;
use skep::model::{Alert, AlertFilter, AlertState, Mute, NoticeKind, Severity};
use std::collections::BTreeSet;

on_every_database!(
    an_alert_is_acknowledged_or_put_off,
    what_was_seen_is_told_on_no_channel,
    what_is_muted_is_not_told,
    alerts_are_found_by_what_they_are,
);

/// A source with two columns more than at its baseline, told at once.
async fn two_changes(watched: &Watched) -> Replica {
    let replica = watched.replica().await;
    columns_set(&replica, "orders", &["id int"]).await;
    look(&replica).await;
    columns_set(
        &replica,
        "orders",
        &["id int", "note string", "tmp_x string"],
    )
    .await;
    look(&replica).await;
    replica
}

async fn list(replica: &Replica, filter: &AlertFilter) -> Vec<Alert> {
    replica
        .watch()
        .alert_list(filter)
        .await
        .expect("the alerts")
}

async fn alert_of(replica: &Replica, column: &str) -> Alert {
    let alerts = list(replica, &AlertFilter::default()).await;
    let found = alerts
        .into_iter()
        .find(|one| one.entry.object.ends_with(column));
    found.expect("an alert of the column")
}

fn mute(pattern: &str, until: Option<i64>) -> Mute {
    Mute {
        id: 0,
        pattern: pattern.to_owned(),
        until,
        why: "known".to_owned(),
        at: 0,
    }
}

async fn an_alert_is_acknowledged_or_put_off(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = two_changes(&watched).await;
    let (seen, later) = (
        alert_of(&replica, ".note").await,
        alert_of(&replica, ".tmp_x").await,
    );
    assert_eq!(seen.kind, NoticeKind::AtOnce);
    let seen = replica.watch().alert_acknowledge(seen.id).await.unwrap();
    assert_eq!(seen.state, AlertState::Acknowledged);
    let later = replica
        .watch()
        .alert_snooze(later.id, START_S + HOUR_S)
        .await
        .unwrap();
    assert_eq!(
        (later.state, later.due_at.seconds()),
        (AlertState::Pending, START_S + HOUR_S)
    );
    replica.watch().alerts_deliver().await.unwrap();
    assert!(watched.told().is_empty());
    watched.pass(HOUR_S);
    replica.watch().alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 1);
    // What was told can be told again later; what was seen is not.
    replica
        .watch()
        .alert_snooze(later.id, watched.clock.seconds() + 60)
        .await
        .unwrap();
    watched.pass(60);
    replica.watch().alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 2);
    for until in [
        watched.clock.seconds(),
        watched.clock.seconds() + 400 * DAY_S,
    ] {
        let refused = replica.watch().alert_snooze(later.id, until).await;
        assert!(
            matches!(refused, Err(Error::Argument { name: "until", .. })),
            "{refused:?}"
        );
    }
    let both = BTreeSet::from([seen.id, later.id, 99_999]);
    let until = watched.clock.seconds() + HOUR_S;
    let put_off = replica.watch().alerts_snooze(&both, until).await.unwrap();
    let put_off: Vec<i64> = put_off.iter().map(|alert| alert.id).collect();
    assert_eq!(put_off, [later.id], "what was seen stays as it is");
    let refused = replica.watch().alert_snooze(seen.id, until).await;
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    let missing = replica.watch().alert_acknowledge(99_999).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

async fn what_was_seen_is_told_on_no_channel(test: TestDatabase) {
    let mut watched = Watched::new(test).await.at_once();
    watched.others = vec!["other"];
    let replica = two_changes(&watched).await;
    let change = alert_of(&replica, ".note").await.change_id.unwrap();
    let seen = replica.watch().schema_change_acknowledge(change).await;
    let channels = |alerts: &[Alert]| -> Vec<String> {
        alerts.iter().map(|alert| alert.channel.clone()).collect()
    };
    let seen = seen.unwrap();
    assert_eq!(channels(&seen), ["data", "other"]);
    assert!(
        seen.iter()
            .all(|alert| alert.state == AlertState::Acknowledged)
    );
    let one = alert_of(&replica, ".tmp_x").await.id;
    replica.watch().alert_acknowledge(one).await.unwrap();
    replica.watch().alerts_deliver().await.unwrap();
    assert!(watched.told().is_empty(), "{:?}", watched.told_texts());
    let missing = replica.watch().schema_change_acknowledge(99_999).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

async fn what_is_muted_is_not_told(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = watched.replica().await;
    let added = replica
        .watch()
        .mute_add(&mute("lake:default.orders.tmp_*", Some(START_S + HOUR_S)))
        .await
        .unwrap();
    assert_eq!(added.at, START_S);
    assert_eq!(
        replica.watch().mute_list().await.unwrap(),
        std::slice::from_ref(&added)
    );
    let replica = two_changes(&watched).await;
    replica.watch().alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 1, "{:?}", watched.told_texts());
    assert_eq!(alert_of(&replica, ".tmp_x").await.state, AlertState::Muted);
    assert_eq!(alert_of(&replica, ".note").await.state, AlertState::Sent);

    watched.pass(HOUR_S);
    assert!(
        replica.watch().mute_list().await.unwrap().is_empty(),
        "it has ended"
    );
    columns_set(
        &replica,
        "orders",
        &["id int", "note string", "tmp_y int", "tmp_z date"],
    )
    .await;
    look(&replica).await;
    assert_eq!(
        alert_of(&replica, ".tmp_y").await.state,
        AlertState::Pending
    );
    let all = replica.watch().mute_add(&mute("*", None)).await.unwrap();
    replica.watch().mute_remove(all.id).await.unwrap();
    let missing = replica.watch().mute_remove(all.id).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    for wrong in [
        mute("", None),
        mute("orders", None),
        mute("lake:x", Some(watched.clock.seconds())),
        mute(&"*".repeat(2_000), None),
    ] {
        let refused = replica.watch().mute_add(&wrong).await;
        assert!(
            matches!(refused, Err(Error::Argument { .. })),
            "{refused:?}"
        );
    }
}

async fn alerts_are_found_by_what_they_are(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let replica = two_changes(&watched).await;
    let all = list(&replica, &AlertFilter::default()).await;
    assert_eq!(all.len(), 2);
    assert!(all[0].id > all[1].id, "the newest first");
    assert!(all[0].change_id.is_some());
    replica.watch().alert_acknowledge(all[0].id).await.unwrap();
    let filter = |change: &dyn Fn(&mut AlertFilter)| {
        let mut filter = AlertFilter::default();
        change(&mut filter);
        filter
    };
    for (filter, count) in [
        (filter(&|one| one.channel = Some("data".to_owned())), 2),
        (filter(&|one| one.channel = Some("nobody".to_owned())), 0),
        (filter(&|one| one.subject = Some("lake".to_owned())), 2),
        (filter(&|one| one.subject = Some("shop".to_owned())), 0),
        (filter(&|one| one.state = Some(AlertState::Pending)), 1),
        (filter(&|one| one.state = Some(AlertState::Sent)), 0),
        (filter(&|one| one.severity = Some(Severity::Risky)), 0),
        (filter(&|one| one.before = Some(all[0].id)), 1),
        (filter(&|one| one.limit = 1), 1),
    ] {
        assert_eq!(list(&replica, &filter).await.len(), count, "{filter:?}");
    }
}
