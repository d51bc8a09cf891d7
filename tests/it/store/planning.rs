//! What the databases' planners make of the store's statements.

use super::sample::{add_database, add_partitions, add_table};
use crate::harness::{TestDatabase, run};
use skep::store::{Store, StoreSettings};

/// Fails where more rows of partitions were read than a lookup of names that do not exist may read, as soon as the
/// store's connections are gone: they leave their counts when they end.
const FEW_ROWS_WERE_READ: &str = "DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid()) LOOP
        PERFORM pg_sleep(0.02);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
    ASSERT (SELECT idx_scan FROM pg_stat_user_tables WHERE relname = 'skep_partitions') > 0, 'nothing was counted';
    ASSERT (SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = 'skep_partitions') < 1000,
        'the whole table was read again and again';
END $$";

#[tokio::test(flavor = "multi_thread")]
async fn a_lookup_planned_on_an_empty_table_stays_quick_while_the_table_grows() {
    let test = TestDatabase::postgres().await;
    run(test, async |test: TestDatabase| {
        let store = Store::open(StoreSettings {
            connections_max: 1,
            ..StoreSettings::new(test.url())
        })
        .await
        .unwrap();
        add_database(&store).await;
        let table = add_table(&store, "t").await;
        test.execute("ALTER TABLE skep_partitions SET (autovacuum_enabled = false)")
            .await;
        // The first rounds are small: after five of them the plan stays.
        for (round, count) in [8; 8].into_iter().chain([512; 8]).enumerate() {
            let values: Vec<String> = (0..count).map(|one| format!("{round}-{one}")).collect();
            let names: Vec<String> = values.iter().map(|value| format!("ds={value}")).collect();
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let mut session = store.session().await.unwrap();
            let existing = session.partition_names_existing(table.id, &names).await;
            assert!(existing.unwrap().is_empty());
            let existing = session.partition_list_by_names(table.id, &names).await;
            assert!(existing.unwrap().is_empty());
            drop(session);
            let values: Vec<&str> = values.iter().map(String::as_str).collect();
            add_partitions(&store, &table, &values).await.unwrap();
        }
        store.close().await;
        test.execute(FEW_ROWS_WERE_READ).await;
    })
    .await;
}
