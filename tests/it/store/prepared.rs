//! A MySQL server without room for more prepared statements: the store goes on with fewer, and nobody sees an error.

use super::sample::{add_database, add_partitions, add_table};
use crate::faults::CrowdedServer;
use crate::harness::{TestDatabase, run};
use skep::store::{Store, StoreSettings};

/// Prepared statements of all connections together.
const STATEMENTS_MAX: i64 = 4;

#[tokio::test(flavor = "multi_thread")]
async fn a_server_full_of_prepared_statements_is_still_served() {
    run(TestDatabase::mysql().await, async |test: TestDatabase| {
        let server = CrowdedServer::start(test.url(), STATEMENTS_MAX).await;
        let store = Store::open(StoreSettings::new(server.url())).await;
        let store = store.expect("it opens, and migrates");
        add_database(&store).await;
        let table = add_table(&store, "t").await;
        let added = add_partitions(&store, &table, &["1", "2", "3"]).await;
        added.expect("a write");
        assert!(server.refused() > 0, "the limit was met");
        store.close().await;

        // One connection has all there may be; another one needs the first.
        let store = Store::open(StoreSettings::new(server.url())).await.unwrap();
        let mut first = store.session().await.unwrap();
        let mut second = store.session().await.unwrap();
        while server.left() < STATEMENTS_MAX {
            // What the connections before held comes back when their end is seen.
            tokio::task::yield_now().await;
        }
        assert!(first.table_get(&table.at).await.unwrap().is_some());
        assert_eq!(first.partition_count(table.id, &[]).await.unwrap(), 3);
        first.event_last_id().await.unwrap();
        first.event_first_id().await.unwrap();
        assert_eq!(server.left(), 0);
        let before = server.refused();
        let waiting = tokio::spawn(async move {
            let count = second.partition_count(table.id, &[]).await;
            count.unwrap()
        });
        while server.refused() < before + 2 {
            tokio::task::yield_now().await;
        }
        drop(first);
        assert_eq!(
            waiting.await.unwrap(),
            3,
            "as soon as the first one is idle"
        );
    })
    .await;
}
