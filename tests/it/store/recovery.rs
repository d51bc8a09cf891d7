//! A database that goes away, hangs or is locked: errors with a type, and service again by itself.

use super::sample::{add_database, add_partitions, add_table, table_ref};
use crate::harness::{TestDatabase, run};
use skep::error::Error;
use skep::store::{Dialect, Store, StoreSettings};
use std::time::Duration;

/// Ends every connection to the test's database, as a restart of the server does.
async fn kill_connections(test: &TestDatabase) {
    match test.dialect() {
        Dialect::Postgres => {
            let name = test.name();
            test.admin(&format!(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
            ))
            .await;
        }
        Dialect::MySql => {
            let name = test.name();
            test.admin(&format!(
                "BEGIN NOT ATOMIC FOR one IN (SELECT id FROM information_schema.processlist \
                 WHERE db = '{name}') DO KILL one.id; END FOR; END"
            ))
            .await;
        }
        Dialect::Sqlite => panic!("SQLite has no connections to kill"),
    }
}

async fn killed_connections_are_replaced(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    for round in 0..3 {
        // Several idle connections, all of which die.
        let mut sessions = Vec::new();
        for _ in 0..4 {
            sessions.push(store.session().await.unwrap());
        }
        for session in &mut sessions {
            session.event_last_id().await.unwrap();
        }
        drop(sessions);
        kill_connections(&test).await;
        if round % 2 == 0 {
            let mut session = store.session().await.unwrap();
            assert!(
                session.table_get(&table.at).await.unwrap().is_some(),
                "a read"
            );
        } else {
            add_partitions(&store, &table, &["x"])
                .await
                .expect("a write");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_connections_are_replaced_postgres() {
    run(
        TestDatabase::postgres().await,
        killed_connections_are_replaced,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_connections_are_replaced_mysql() {
    run(TestDatabase::mysql().await, killed_connections_are_replaced).await;
}

/// Somebody else holds a row that a write needs.
async fn a_lock_that_is_never_released(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let impatient = Store::open(StoreSettings {
        statement_timeout: Duration::from_secs(1),
        ..StoreSettings::new(test.url())
    })
    .await
    .unwrap();
    let outcome = skep::transact!(store, |session| {
        session.table_get_locked(&table.at).await?;
        Ok(add_partitions(&impatient, &table, &["x"]).await)
    });
    let refused = outcome
        .expect("the holder itself is well")
        .expect_err("the other one waits");
    assert!(refused.retryable(), "{refused:?}");
    add_partitions(&impatient, &table, &["x"])
        .await
        .expect("after the lock is released");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_never_released_postgres() {
    run(
        TestDatabase::postgres().await,
        a_lock_that_is_never_released,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_never_released_mysql() {
    run(TestDatabase::mysql().await, a_lock_that_is_never_released).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_never_answers_is_unavailable() {
    // It accepts (the kernel does) and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = silent.local_addr().unwrap().port();
    for scheme in ["postgres", "mysql"] {
        let settings = StoreSettings {
            acquire_timeout: Duration::from_millis(200),
            ..StoreSettings::new(format!("{scheme}://ann:secret@127.0.0.1:{port}/skep"))
        };
        assert!(!format!("{settings:?}").contains("secret"));
        let error = Store::open(settings).await.expect_err("nobody answers");
        assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
        assert!(!error.to_string().contains("secret"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_connections_in_use_is_unavailable() {
    let test = TestDatabase::sqlite().await;
    let store = Store::open(StoreSettings {
        connections_max: 1,
        acquire_timeout: Duration::from_millis(50),
        ..StoreSettings::new(test.url())
    })
    .await
    .unwrap();
    let held = store.session().await.unwrap();
    let refused = store.session().await.expect_err("the only one is taken");
    assert!(matches!(refused, Error::Unavailable { .. }), "{refused:?}");
    drop(held);
    store.ping().await.expect("it is free again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_sqlite_cannot_write() {
    let test = TestDatabase::sqlite().await;
    let store = test.store().await;
    let mut session = store.session().await.unwrap();
    let refused = session.lock_heartbeat(1).await;
    assert!(
        matches!(refused, Err(Error::Unavailable { .. })),
        "{refused:?}"
    );
    assert_eq!(
        store
            .session()
            .await
            .unwrap()
            .table_get(&table_ref("t"))
            .await
            .unwrap(),
        None
    );
}

#[test]
fn urls_of_other_databases_are_refused() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    for url in [
        "",
        "oracle://x",
        "sqlite:",
        "sqlite::memory:",
        "postgres://[::1",
    ] {
        let refused = runtime.block_on(Store::open(StoreSettings::new(url)));
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{url}: {refused:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sqlite_file_that_vanished_is_unavailable_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let (there, away) = (folder.path().join("there"), folder.path().join("away"));
    let url = format!("sqlite:{}", there.join("skep.db").display());
    let store = Store::open(StoreSettings::new(&url)).await.unwrap();
    let open = store.session().await.unwrap();
    std::fs::rename(&there, &away).unwrap();
    let error = store.session().await.unwrap_err();
    assert!(matches!(error, Error::Unavailable { .. }), "{error:?}");
    std::fs::rename(&away, &there).unwrap();
    store.session().await.unwrap();
    drop(open);
}
