//! What the databases' planners make of the store's statements.

use super::sample::{add_database, add_partitions, add_table};
use crate::harness::{TestDatabase, run};
use skep::store::{Store, StoreSettings};

/// Fails where more rows of a table were read than the answers took, as soon as the store's connections are gone: they
/// leave their counts when they end.
fn few_rows_were_read(table: &str) -> String {
    format!(
        "DO $$ BEGIN
    WHILE EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database()
            AND backend_type = 'client backend' AND pid <> pg_backend_pid()) LOOP
        PERFORM pg_sleep(0.02);
        PERFORM pg_stat_clear_snapshot();
    END LOOP;
    ASSERT (SELECT idx_scan FROM pg_stat_user_tables WHERE relname = '{table}') > 0, 'nothing was counted';
    ASSERT (SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_user_tables WHERE relname = '{table}') < 1000,
        'the whole table was read again and again';
END $$"
    )
}

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
        test.execute(&few_rows_were_read("skep_partitions")).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_due_tables_are_found_without_a_look_at_those_that_are_not() {
    let test = TestDatabase::postgres().await;
    run(test, async |test: TestDatabase| {
        let store = Store::open(StoreSettings {
            connections_max: 1,
            ..StoreSettings::new(test.url())
        })
        .await
        .unwrap();
        add_database(&store).await;
        add_table(&store, "t").await;
        // Five thousand tables like it, none of them due.
        test.execute(
            "INSERT INTO skep_tables
             SELECT (jsonb_populate_record(t, jsonb_build_object('id', n, 'name', 't' || n))).*
             FROM skep_tables t CROSS JOIN generate_series(100000, 104999) n
             WHERE t.name = 't'",
        )
        .await;
        test.execute(
            "INSERT INTO skep_discovery_tables
                (table_id, properties, window_at, sweep_at, failures, requests_day, requests)
             SELECT n, '{}', 4102444800, 4102444800, 0, 0, 0 FROM generate_series(100000, 104999) n",
        )
        .await;
        test.execute("ANALYZE").await;
        for round in 0..20 {
            let left_out: &[&str] = if round % 2 == 0 { &[] } else { &["s3/hot"] };
            let mut session = store.session().await.unwrap();
            let due = session.discovery_window_due(200, left_out).await.unwrap();
            assert!(due.is_empty());
            let due = session.discovery_sweep_due(200, left_out).await.unwrap();
            assert!(due.is_empty());
        }
        store.close().await;
        test.execute(&few_rows_were_read("skep_discovery_tables")).await;
    })
    .await;
}
