//! Files of SQLite that are moved, deleted or replaced under their server: what was acknowledged is kept, and nothing more is.

use skep::error::{Error, Result};
use skep::model::{Catalog, Name};
use skep::store::{Store, StoreSettings};
use skep::transact;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_acknowledged_that_a_deleted_sqlite_file_takes_along() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skep.db");
    let url = format!("sqlite:{}", path.display());
    let store = Store::open(StoreSettings::new(&url)).await.unwrap();
    let runs = AtomicU32::new(0);
    // It is deleted while a transaction is open: the commit itself goes through, into a file without a name.
    let caught = transact!(store, |session| {
        runs.fetch_add(1, Ordering::SeqCst);
        session.catalog_insert(&catalog("caught")).await?;
        std::fs::remove_file(&path).map_err(|failure| Error::internal(failure.to_string()))
    });
    assert!(
        matches!(caught, Err(Error::Unavailable { .. })),
        "{caught:?}"
    );
    let later = transact!(store, |session| {
        runs.fetch_add(1, Ordering::SeqCst);
        session.catalog_insert(&catalog("later")).await
    });
    assert!(matches!(later, Err(Error::Unavailable { .. })), "{later:?}");
    assert_eq!(runs.into_inner(), 1, "nothing is begun, nor repeated");
    // Another one has its name now.
    std::fs::write(&path, "").unwrap();
    let error = store.session().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    assert!(error.to_string().contains("another file"), "{error}");
}

/// The catalogs in a file.
async fn names_in(path: &Path) -> Result<BTreeSet<String>> {
    let store = Store::open(StoreSettings::new(format!("sqlite:{}", path.display()))).await?;
    let catalogs = store.session().await?.catalog_list().await?;
    store.close().await;
    let names = catalogs.into_iter().map(|one| one.name.to_string());
    Ok(names.collect())
}

/// A catalog that is only a name.
fn catalog(name: &str) -> Catalog {
    Catalog {
        id: 0,
        name: Name::new(name),
        description: None,
        location: "s3://x".into(),
        created_at: 9,
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_outlives_a_deleted_log_of_the_sqlite_file() {
    for (parts, killed) in [
        (&["-wal"][..], false),
        (&["-shm"], false),
        (&["-wal", "-shm"], false),
        (&["-wal", "-shm"], true),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("skep.db");
        let url = format!("sqlite:{}", path.display());
        let store = Store::open(StoreSettings::new(&url)).await.unwrap();
        let write = async |name: &str| {
            transact!(store, |session| {
                session.catalog_insert(&catalog(name)).await
            })
        };
        write("acknowledged").await.unwrap();
        for part in parts {
            std::fs::remove_file(format!("{}{part}", path.display())).unwrap();
        }
        let refused = write("refused").await.unwrap_err();
        assert!(
            matches!(refused, Error::Unavailable { .. }),
            "{parts:?}: {refused:?}"
        );
        assert!(refused.to_string().contains(parts[0]), "{refused}");
        let names = if killed {
            // What the next process would find.
            loop {
                let folder = tempfile::tempdir().unwrap();
                let copy = folder.path().join("copy.db");
                std::fs::copy(&path, &copy).unwrap();
                match names_in(&copy).await {
                    Ok(names) if names.contains("acknowledged") => break names,
                    _ => tokio::task::yield_now().await,
                }
            }
        } else {
            store.close().await;
            drop(store);
            names_in(&path).await.unwrap()
        };
        assert!(names.contains("acknowledged"), "{parts:?}: {names:?}");
        assert!(!names.contains("refused"), "{parts:?}: {names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_whose_sqlite_file_is_missing_is_not_thrown_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skep.db");
    let log = folder.path().join("skep.db-wal");
    std::fs::write(&log, "what was acknowledged").unwrap();
    let open = async || Store::open(StoreSettings::new(format!("sqlite:{}", path.display()))).await;
    let refused = open().await.unwrap_err();
    assert!(matches!(refused, Error::Invalid(_)), "{refused:?}");
    assert!(refused.to_string().contains("skep.db-wal"), "{refused}");
    assert!(!path.exists() && log.exists(), "nothing was made");
    std::fs::remove_file(&log).unwrap();
    open().await.expect("a new one");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_store_that_was_closed_says_nothing_of_its_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("skep.db");
    let store = Store::open(StoreSettings::new(format!("sqlite:{}", path.display()))).await;
    let store = store.unwrap();
    store.close().await;
    let refused = store.session().await.unwrap_err();
    assert!(!refused.to_string().contains("skep.db"), "{refused}");
}
