//! Table locks.

use crate::harness::{TestDatabase, on_every_database};
use skep::clock::{Clock, DatabaseTime};
use skep::model::{Lock, LockComponent, LockLevel, LockState, LockType, Name};
use skep::transact;

on_every_database!(
    locks_come_back_as_they_were,
    a_decision_sees_every_earlier_one
);

const START_S: i64 = 1_700_000_000;

fn component(database: &str, table: Option<&str>) -> LockComponent {
    LockComponent {
        lock_type: LockType::Exclusive,
        level: LockLevel::Table,
        catalog: Name::new("hive"),
        database: Name::new(database),
        table: table.map(Name::new),
        partition: None,
        operation_type: Some(5),
    }
}

fn lock(components: Vec<LockComponent>) -> Lock {
    Lock {
        id: 0,
        transaction_id: 0,
        state: LockState::Waiting,
        components,
        user: "ann".into(),
        hostname: "host".into(),
        agent_info: Some("Iceberg-x".into()),
        heartbeat_at: DatabaseTime::from_database(START_S),
        idle_s: 0,
        acquired_at: None,
    }
}

async fn locks_come_back_as_they_were(test: TestDatabase) {
    let clock = Clock::fixed(START_S * 1000);
    let store = test.store().await.with_clock(&clock);
    let mut one = lock(vec![component("a", Some("t")), component("b", None)]);
    let mut two = lock(vec![component("c", Some("t"))]);
    one.id = transact!(store, |session| { session.lock_insert(&one).await }).unwrap();
    two.id = transact!(store, |session| { session.lock_insert(&two).await }).unwrap();
    assert!(one.id < two.id);
    let mut session = store.session().await.unwrap();
    assert_eq!(session.lock_get(one.id).await.unwrap(), Some(one.clone()));
    assert_eq!(
        session.lock_list().await.unwrap(),
        [one.clone(), two.clone()]
    );
    let databases = ["b", "x"].map(Name::new);
    let found = session
        .lock_list_by_databases(&Name::new("hive"), &databases)
        .await
        .unwrap();
    assert_eq!(found, [one.clone()], "with all its components");

    clock.advance_ms(20_000);
    assert!(transact!(store, |session| { session.lock_grant(one.id).await }).unwrap());
    clock.advance_ms(10_000);
    transact!(store, |session| {
        assert!(session.lock_heartbeat(one.id).await?);
        assert!(!session.lock_heartbeat(99).await?);
        Ok(())
    })
    .unwrap();
    clock.advance_ms(5_000);
    one.state = LockState::Acquired;
    one.acquired_at = Some(DatabaseTime::from_database(START_S + 20));
    one.heartbeat_at = DatabaseTime::from_database(START_S + 30);
    one.idle_s = 5;
    assert_eq!(session.lock_get(one.id).await.unwrap(), Some(one.clone()));
    let expired = transact!(store, |session| { session.lock_expire(34, 10).await });
    assert_eq!(expired.unwrap(), [two.id]);
    assert!(transact!(store, |session| { session.lock_delete(one.id).await }).unwrap());
    assert!(!transact!(store, |session| { session.lock_delete(one.id).await }).unwrap());
    assert!(session.lock_list().await.unwrap().is_empty());
}

/// Grants a lock if there is none: eight at once, and exactly one is granted.
async fn a_decision_sees_every_earlier_one(test: TestDatabase) {
    let store = test.store().await;
    let mut tasks = Vec::new();
    for _ in 0..8 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            let mut wanted = lock(vec![component("a", Some("t"))]);
            transact!(store, |session| {
                session.lock_serialize().await?;
                let others = session
                    .lock_list_by_databases(&Name::new("hive"), &[Name::new("a")])
                    .await?;
                if others.is_empty() {
                    wanted.state = LockState::Acquired;
                }
                session.lock_insert(&wanted).await?;
                Ok(others.is_empty())
            })
        }));
    }
    let mut granted = 0;
    for task in tasks {
        granted += usize::from(task.await.unwrap().unwrap());
    }
    assert_eq!(granted, 1);
}
