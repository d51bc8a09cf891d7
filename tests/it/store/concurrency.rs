//! Many writers at once.

use super::sample::{
    add_database, add_partitions, add_table, descriptor, event, partition, table, table_ref,
};
use crate::harness::{TestDatabase, on_every_database};
use skep::error::Error;
use skep::model::{EventKind, Table};
use skep::store::EventFilter;
use skep::transact;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::Barrier;

on_every_database!(
    eight_sessions_add_the_same_ten_partitions,
    events_are_dense_and_in_the_order_of_commits,
    a_deadlock_is_run_again,
    writers_share_a_new_descriptor,
    a_cancelled_transaction_leaves_nothing,
    a_transaction_that_fails_is_not_seen,
);

async fn eight_sessions_add_the_same_ten_partitions(test: TestDatabase) {
    // Two stores are two processes.
    let stores = [test.store().await, test.store().await];
    add_database(&stores[0]).await;
    let table = add_table(&stores[0], "t").await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let (store, table) = (stores[number % 2].clone(), table.clone());
        tasks.push(tokio::spawn(async move {
            let mut added = 0;
            for value in 0..10 {
                match add_partitions(&store, &table, &[&value.to_string()]).await {
                    Ok(()) => added += 1,
                    Err(Error::AlreadyExists(_)) => {}
                    Err(other) => panic!("{other:?}"),
                }
            }
            added
        }));
    }
    let mut added = 0;
    for task in tasks {
        added += task.await.unwrap();
    }
    assert_eq!(added, 10, "each was added by exactly one");
    let mut session = stores[1].session().await.unwrap();
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 10);
    assert_eq!(session.event_last_id().await.unwrap(), 10);
}

/// Writers append events and note the last id that was visible when they had committed; a reader meanwhile sees the log
/// grow at its end only.
async fn events_are_dense_and_in_the_order_of_commits(test: TestDatabase) {
    let stores = [test.store().await, test.store().await];
    let mut tasks = Vec::new();
    for number in 0..8_usize {
        let store = stores[number % 2].clone();
        tasks.push(tokio::spawn(async move {
            let at = table_ref(&format!("t{number}"));
            let events = [
                event(EventKind::CreateTable, &at),
                event(EventKind::DropTable, &at),
            ];
            for _ in 0..10 {
                let ids = transact!(store, |session| { session.event_append(1, &events).await });
                let ids = ids.unwrap();
                let last = store
                    .session()
                    .await
                    .unwrap()
                    .event_last_id()
                    .await
                    .unwrap();
                assert!(last >= ids.end - 1, "what was committed is visible");
            }
        }));
    }
    let reader = {
        let store = stores[0].clone();
        tokio::spawn(async move {
            let mut seen = 0;
            while seen < 160 {
                let filter = EventFilter {
                    after: seen,
                    ..EventFilter::default()
                };
                let mut session = store.session().await.unwrap();
                let last = session.event_last_id().await.unwrap();
                let events = session.event_list(&filter, 1000).await.unwrap();
                for event in &events {
                    assert_eq!(event.id, seen + 1, "no gap is ever visible");
                    seen = event.id;
                }
                assert!(seen >= last, "the barrier's id is never ahead of the log");
                tokio::task::yield_now().await;
            }
        })
    };
    for task in tasks {
        task.await.unwrap();
    }
    reader.await.unwrap();
}

async fn a_deadlock_is_run_again(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let tables = [add_table(&store, "a").await, add_table(&store, "b").await];
    let runs = AtomicU32::new(0);
    // Each takes its own table first and the other's second. The first runs meet in between; SQLite's second one never
    // begins before the first has ended, so there nobody waits for it.
    let meeting = Barrier::new(2);
    let meets = test.dialect() != skep::store::Dialect::Sqlite;
    let cross = async |first: &Table, second: &Table| {
        let mut is_first_run = true;
        transact!(store, |session| {
            runs.fetch_add(1, Ordering::SeqCst);
            session.table_get_locked(&first.at).await?.expect("a table");
            if std::mem::take(&mut is_first_run) && meets {
                meeting.wait().await;
            }
            session
                .table_get_locked(&second.at)
                .await?
                .expect("a table");
            session
                .table_update(&Table {
                    retention: 5,
                    ..first.clone()
                })
                .await?;
            session
                .table_update(&Table {
                    retention: 5,
                    ..second.clone()
                })
                .await
        })
    };
    let (one, two) = tokio::join!(cross(&tables[0], &tables[1]), cross(&tables[1], &tables[0]));
    one.expect("run again until it won");
    two.expect("run again until it won");
    let runs = runs.load(Ordering::SeqCst);
    assert!(if meets { runs >= 3 } else { runs == 2 }, "{runs} runs");
}

async fn writers_share_a_new_descriptor(test: TestDatabase) {
    let mut tasks = Vec::new();
    let first = test.store().await;
    add_database(&first).await;
    for number in 0..6 {
        let store = test.store().await;
        tasks.push(tokio::spawn(async move {
            let one = Table {
                descriptor: descriptor("shared"),
                ..table(table_ref(&format!("t{number}")))
            };
            let id = transact!(store, |session| { session.table_insert(&one).await }).unwrap();
            let found = store
                .session()
                .await
                .unwrap()
                .table_get(&one.at)
                .await
                .unwrap();
            assert_eq!(found, Some(Table { id, ..one }));
        }));
    }
    for task in tasks {
        task.await.unwrap();
    }
}

async fn a_cancelled_transaction_leaves_nothing(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let arrived = std::sync::Arc::new(tokio::sync::Notify::new());
    let task = {
        let (store, table, arrived) = (store.clone(), table.clone(), arrived.clone());
        tokio::spawn(async move {
            transact!(store, |session| {
                session.table_get_locked(&table.at).await?;
                session.partition_insert(&table, &[partition("x")]).await?;
                arrived.notify_one();
                std::future::pending::<skep::error::Result<()>>().await
            })
        })
    };
    arrived.notified().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    // The lock of the cancelled one is gone, and so is its row.
    add_partitions(&store, &table, &["x"])
        .await
        .expect("nobody holds the table");
    let mut session = store.session().await.unwrap();
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 1);
}

async fn a_transaction_that_fails_is_not_seen(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let one = table(table_ref("t"));
    // The second insert fails; a block that goes on regardless must not be half committed.
    let outcome = transact!(store, |session| {
        session.table_insert(&one).await?;
        let _ignored = session.table_insert(&one).await;
        Ok(())
    });
    assert!(
        matches!(outcome, Err(Error::Internal { .. })),
        "{outcome:?}"
    );
    assert_eq!(
        store
            .session()
            .await
            .unwrap()
            .table_get(&one.at)
            .await
            .unwrap(),
        None
    );
    // Its descriptor was new; the number it had in the transaction must not be remembered.
    add_table(&store, "t").await;
    let other = test.store().await;
    assert!(
        other
            .session()
            .await
            .unwrap()
            .table_get(&one.at)
            .await
            .unwrap()
            .is_some()
    );
}
