//! Sources that clients add and remove beside those of the configuration.

use super::fixture::{Replica, Watched, at, columns_set, round};
use crate::harness::{TestDatabase, on_every_database};
use skep::error::Error;
use skep::model::{ChangeFilter, SourceOrigin, WatchCause};
use skep::source::{SourceKind, SourceSettings};

on_every_database!(sources_are_added_and_removed);

async fn sources_are_added_and_removed(test: TestDatabase) {
    let watched = Watched::new(test).await;
    let replica = watched.replica().await;
    let watch = replica.watch();
    let own = SourceSettings::new(SourceKind::Catalog, None);
    let added = watch.source_add("own", own.clone()).await.unwrap();
    assert_eq!(added.origin, SourceOrigin::Stored);
    assert!(matches!(
        watch.source_add("own", own.clone()).await,
        Err(Error::AlreadyExists(_))
    ));
    assert!(matches!(
        watch.source_add("lake", own.clone()).await,
        Err(Error::NotAllowed(_))
    ));
    wrong_ones_are_refused(&replica, &own).await;
    let mut due = watch.watch_due().await.unwrap();
    due.sort();
    assert_eq!(
        due,
        ["lake", "own"],
        "both are to be seen for the first time"
    );
    round(&replica).await;
    let names: Vec<String> = watch
        .source_list()
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.name)
        .collect();
    assert_eq!(names, ["lake", "own"]);
    assert_eq!(
        watch
            .source_test("own")
            .await
            .unwrap()
            .check
            .tables_readable,
        0
    );

    columns_set(&replica, "orders", &["id int"]).await;
    watch.watch_run("own", WatchCause::Manual).await.unwrap();
    let of_own = || ChangeFilter {
        source: Some("own".to_owned()),
        ..ChangeFilter::default()
    };
    assert_eq!(watch.schema_change_list(&of_own()).await.unwrap().len(), 1);
    watch.source_remove("own").await.unwrap();
    assert!(
        watch
            .schema_change_list(&of_own())
            .await
            .unwrap()
            .is_empty()
    );
    what_is_gone_is_not_found(&replica).await;
    let kept = watch.source_remove("lake").await;
    assert!(matches!(kept, Err(Error::NotAllowed(_))));
    let pending = watch.alert_list(&skep::model::AlertFilter::default()).await;
    let pending = pending.unwrap();
    assert!(
        pending.iter().all(|one| one.subject != "own"),
        "{pending:?}"
    );
    assert!(replica.catalog().table_get(&at("orders")).await.is_ok());
}

async fn what_is_gone_is_not_found(replica: &Replica) {
    for gone in [
        replica.watch().source_remove("own").await.unwrap_err(),
        replica.watch().source_get("own").await.unwrap_err(),
        replica.watch().source_test("own").await.unwrap_err(),
        replica.watch().snapshot_list("own", 1).await.unwrap_err(),
        replica
            .watch()
            .watch_run("own", WatchCause::Manual)
            .await
            .unwrap_err(),
    ] {
        assert!(matches!(gone, Error::NotFound(_)), "{gone:?}");
    }
}

async fn wrong_ones_are_refused(replica: &Replica, own: &SourceSettings) {
    let secret = SourceSettings::new(
        SourceKind::Postgres,
        Some("postgres://skep:hunter2@127.0.0.1:1/shop"),
    );
    for (name, settings) in [
        ("Own", own.clone()),
        ("shop", secret),
        ("never", {
            let mut never = own.clone();
            "0 0 30 2 *".clone_into(&mut never.schedule);
            never
        }),
        ("file", {
            let mut file = SourceSettings::new(SourceKind::Postgres, None);
            file.url_file = Some("/run/secrets/other".into());
            file
        }),
    ] {
        let refused = replica
            .watch()
            .source_add(name, settings)
            .await
            .unwrap_err();
        assert!(matches!(refused, Error::Invalid(_)), "{name}: {refused:?}");
        assert!(!refused.to_string().contains("hunter2"));
    }
}
