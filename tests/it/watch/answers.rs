//! What people say: they have seen an alert, it can wait, they do not want to hear of some things.

use super::fixture::{DAY_S, HOUR_S, START_S, Watched, columns_set, look};
use crate::harness::{TestDatabase, on_every_database};
use skep::catalog::Catalog;
use skep::error::Error;
use skep::model::{Alert, AlertFilter, AlertState, Mute, NoticeKind, Severity};

on_every_database!(
    an_alert_is_acknowledged_or_put_off,
    what_is_muted_is_not_told,
    alerts_are_found_by_what_they_are,
);

/// A source with two columns more than at its baseline, told at once.
async fn two_changes(watched: &Watched) -> Catalog {
    let catalog = watched.replica().await;
    columns_set(&catalog, "orders", &["id int"]).await;
    look(&catalog).await;
    columns_set(
        &catalog,
        "orders",
        &["id int", "note string", "tmp_x string"],
    )
    .await;
    look(&catalog).await;
    catalog
}

async fn list(catalog: &Catalog, filter: &AlertFilter) -> Vec<Alert> {
    catalog.alert_list(filter).await.expect("the alerts")
}

async fn alert_of(catalog: &Catalog, column: &str) -> Alert {
    let alerts = list(catalog, &AlertFilter::default()).await;
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
    let catalog = two_changes(&watched).await;
    let (seen, later) = (
        alert_of(&catalog, ".note").await,
        alert_of(&catalog, ".tmp_x").await,
    );
    assert_eq!(seen.kind, NoticeKind::AtOnce);
    let seen = catalog.alert_acknowledge(seen.id).await.unwrap();
    assert_eq!(seen.state, AlertState::Acknowledged);
    let later = catalog
        .alert_snooze(later.id, START_S + HOUR_S)
        .await
        .unwrap();
    assert_eq!(
        (later.state, later.due_at),
        (AlertState::Pending, START_S + HOUR_S)
    );
    catalog.alerts_deliver().await.unwrap();
    assert!(watched.told().is_empty());
    watched.pass(HOUR_S);
    catalog.alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 1);
    // What was told can be told again later; what was seen is not.
    catalog
        .alert_snooze(later.id, watched.clock.seconds() + 60)
        .await
        .unwrap();
    watched.pass(60);
    catalog.alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 2);
    for until in [
        watched.clock.seconds(),
        watched.clock.seconds() + 400 * DAY_S,
    ] {
        let refused = catalog.alert_snooze(later.id, until).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
    let missing = catalog.alert_acknowledge(99_999).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
}

async fn what_is_muted_is_not_told(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let catalog = watched.replica().await;
    let added = catalog
        .mute_add(&mute("lake:default.orders.tmp_*", Some(START_S + HOUR_S)))
        .await
        .unwrap();
    assert_eq!(added.at, START_S);
    assert_eq!(
        catalog.mute_list().await.unwrap(),
        std::slice::from_ref(&added)
    );
    let catalog = two_changes(&watched).await;
    catalog.alerts_deliver().await.unwrap();
    assert_eq!(watched.told_texts().len(), 1, "{:?}", watched.told_texts());
    assert_eq!(alert_of(&catalog, ".tmp_x").await.state, AlertState::Muted);
    assert_eq!(alert_of(&catalog, ".note").await.state, AlertState::Sent);

    watched.pass(HOUR_S);
    assert!(
        catalog.mute_list().await.unwrap().is_empty(),
        "it has ended"
    );
    columns_set(
        &catalog,
        "orders",
        &["id int", "note string", "tmp_y int", "tmp_z date"],
    )
    .await;
    look(&catalog).await;
    assert_eq!(
        alert_of(&catalog, ".tmp_y").await.state,
        AlertState::Pending
    );
    let all = catalog.mute_add(&mute("*", None)).await.unwrap();
    catalog.mute_remove(all.id).await.unwrap();
    let missing = catalog.mute_remove(all.id).await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{missing:?}");
    for wrong in [
        mute("", None),
        mute("orders", None),
        mute("lake:x", Some(watched.clock.seconds())),
        mute(&"*".repeat(2_000), None),
    ] {
        let refused = catalog.mute_add(&wrong).await;
        assert!(matches!(refused, Err(Error::Invalid(_))), "{refused:?}");
    }
}

async fn alerts_are_found_by_what_they_are(test: TestDatabase) {
    let watched = Watched::new(test).await.at_once();
    let catalog = two_changes(&watched).await;
    let all = list(&catalog, &AlertFilter::default()).await;
    assert_eq!(all.len(), 2);
    assert!(all[0].id > all[1].id, "the newest first");
    assert!(all[0].change_id.is_some());
    catalog.alert_acknowledge(all[0].id).await.unwrap();
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
        assert_eq!(list(&catalog, &filter).await.len(), count, "{filter:?}");
    }
}
