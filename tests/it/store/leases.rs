//! Leases: one holder at a time, by the database's clock.

use crate::harness::{TestDatabase, on_every_database};
use skep::store::Store;
use skep::transact;

on_every_database!(
    a_lease_has_one_holder_until_its_time_is_up,
    of_many_at_once_one_gets_the_lease,
);

async fn take(store: &Store, holder: &str) -> bool {
    transact!(store, |session| {
        session.lease_take("scan/1", holder, 60).await
    })
    .unwrap()
}

async fn extend(store: &Store, holder: &str) -> bool {
    transact!(store, |session| {
        session.lease_extend("scan/1", holder, 60).await
    })
    .unwrap()
}

async fn release(store: &Store, holder: &str) -> bool {
    transact!(store, |session| {
        session.lease_release("scan/1", holder).await
    })
    .unwrap()
}

async fn a_lease_has_one_holder_until_its_time_is_up(test: TestDatabase) {
    let store = test.store().await;
    assert!(take(&store, "ann").await);
    assert!(
        take(&store, "ann").await,
        "whoever has it may take it again"
    );
    assert!(!take(&store, "bob").await);
    assert!(!extend(&store, "bob").await);
    assert!(!release(&store, "bob").await);
    assert!(extend(&store, "ann").await);

    // Ann died; her time is up by the database's clock.
    test.execute("UPDATE skep_leases SET expires_at = expires_at - 61")
        .await;
    assert!(take(&store, "bob").await);
    assert!(!extend(&store, "ann").await, "she learns that it is gone");
    assert!(!release(&store, "ann").await, "and cannot give it away");
    assert!(release(&store, "bob").await);
    assert!(
        take(&store, "ann").await,
        "a lease given back is free at once"
    );

    test.execute("UPDATE skep_leases SET expires_at = expires_at - 1000")
        .await;
    let forgotten = transact!(store, |session| { session.lease_forget(100).await });
    assert_eq!(forgotten.unwrap(), 1);
    let long = "n".repeat(257);
    let refused = transact!(store, |session| {
        session.lease_take(&long, "ann", 60).await
    });
    assert!(refused.is_err());
}

async fn of_many_at_once_one_gets_the_lease(test: TestDatabase) {
    let store = test.store().await;
    let mut tasks = Vec::new();
    for number in 0..8 {
        let store = store.clone();
        tasks.push(tokio::spawn(async move {
            take(&store, &format!("holder {number}")).await
        }));
    }
    let mut holders = 0;
    for task in tasks {
        holders += usize::from(task.await.unwrap());
    }
    assert_eq!(holders, 1);
}
