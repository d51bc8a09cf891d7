//! The store's connections: none waits or lives for ever, and one that died unseen costs nobody an error.

use super::sample::{add_database, add_table};
use crate::faults::Proxy;
use crate::harness::{TestDatabase, run};
use skep::store::{Store, StoreSettings};
use skep::transact;
use std::time::Duration;

/// The settings of a store behind a proxy in front of a database.
pub(super) async fn behind_proxy(test: &TestDatabase) -> (StoreSettings, Proxy) {
    let mut url = url::Url::parse(test.url()).expect("a URL");
    let target = format!(
        "{}:{}",
        url.host_str().expect("a host"),
        url.port().expect("a port")
    );
    let proxy = Proxy::start(target).await;
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(proxy.port())).expect("a port");
    (StoreSettings::new(url.as_str()), proxy)
}

/// What lies between skep and its database forgets idle connections without a word.
async fn connections_that_were_forgotten(test: TestDatabase) {
    let (settings, proxy) = behind_proxy(&test).await;
    let impatient = StoreSettings {
        statement_timeout: Duration::from_millis(500),
        ..settings.clone()
    };
    // Nobody is asked for a sign of life: the call itself finds out.
    let store = Store::open(StoreSettings {
        check_after: Duration::MAX,
        ..impatient.clone()
    });
    let store = store.await.unwrap();
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    proxy.forget();
    let mut session = store.session().await.unwrap();
    let read = session.table_get(&table.at).await.expect("a read");
    assert!(read.is_some());
    drop(session);
    proxy.forget();
    transact!(store, |session| {
        session.table_get_locked(&table.at).await.map(|_| ())
    })
    .expect("a write");

    // With a sign of life, no statement is lost on such a connection: not even one that cannot be repeated.
    let store = Store::open(StoreSettings {
        check_after: Duration::ZERO,
        statement_timeout: Duration::from_mins(5),
        ..settings
    });
    let store = store.await.unwrap();
    store.ping().await.unwrap();
    proxy.forget();
    store.ping().await.expect("asked in time");
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_forgotten_on_the_way_are_replaced_postgres() {
    run(
        TestDatabase::postgres().await,
        connections_that_were_forgotten,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_were_forgotten_on_the_way_are_replaced_mysql() {
    run(TestDatabase::mysql().await, connections_that_were_forgotten).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_ends_when_it_is_old_or_waited_for_long() {
    run(
        TestDatabase::postgres().await,
        async |test: TestDatabase| {
            let (settings, proxy) = behind_proxy(&test).await;
            let uses = async |settings: StoreSettings| {
                let store = Store::open(settings).await.unwrap();
                store.ping().await.unwrap();
                let before = proxy.connections();
                for _ in 0..5 {
                    store.ping().await.unwrap();
                }
                store.close().await;
                proxy.connections() - before
            };
            assert_eq!(uses(settings.clone()).await, 0, "kept");
            let old = StoreSettings {
                connection_age_max: Duration::ZERO,
                ..settings.clone()
            };
            assert_eq!(uses(old).await, 5, "too old at once");
            let idle = StoreSettings {
                idle_timeout: Duration::ZERO,
                ..settings
            };
            assert_eq!(uses(idle).await, 5, "idle for too long at once");
        },
    )
    .await;
}
