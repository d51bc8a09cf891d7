//! Migrations: at once, again, refused, and alike in the three dialects.

use crate::harness::{TestDatabase, on_every_database};
use skep::error::Error;
use skep::store::{Dialect, Store, StoreSettings};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::collections::BTreeSet;

on_every_database!(
    many_processes_start_at_once,
    a_newer_database_is_refused,
    the_lock_of_a_dead_process_expires,
);

async fn many_processes_start_at_once(test: TestDatabase) {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let test = test.clone();
        tasks.push(tokio::spawn(async move { test.store().await }));
    }
    for task in tasks {
        task.await.unwrap().ping().await.unwrap();
    }
}

async fn a_newer_database_is_refused(test: TestDatabase) {
    test.store().await.close().await;
    test.execute(
        "INSERT INTO skep_migrations (number, name, applied_at) VALUES (9999, 'later', 0)",
    )
    .await;
    let refused = Store::open(StoreSettings::new(test.url())).await;
    let Err(Error::Unsupported(reason)) = refused else {
        panic!("{refused:?}");
    };
    assert!(
        reason.contains("newer version of skep") && reason.contains("9999"),
        "{reason}"
    );
}

async fn the_lock_of_a_dead_process_expires(test: TestDatabase) {
    test.store().await.close().await;
    test.execute("DELETE FROM skep_migrations").await;
    test.execute("INSERT INTO skep_migration_lock (id, holder, expires_at) VALUES (1, 'dead', 5)")
        .await;
    // Everything is run again: each file can be.
    test.store().await.ping().await.unwrap();
}

/// Table and column, as text.
async fn columns(test: &TestDatabase) -> BTreeSet<String> {
    test.store().await.close().await;
    let standard = "SELECT table_name, column_name FROM information_schema.columns
         WHERE table_name LIKE 'skep!_%' ESCAPE '!' AND table_schema = ";
    match test.dialect() {
        Dialect::Sqlite => {
            let url = test.url();
            let mut connection = sqlx::SqliteConnection::connect(url).await.unwrap();
            let rows = sqlx::query(
                "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c
                 WHERE m.type = 'table' AND m.name LIKE 'skep!_%' ESCAPE '!'",
            )
            .fetch_all(&mut connection)
            .await
            .unwrap();
            rows.iter()
                .map(|row| line(row.get(0), row.get(1)))
                .collect()
        }
        Dialect::Postgres => {
            let mut connection = sqlx::PgConnection::connect(test.url()).await.unwrap();
            let sql = format!("{standard} 'public'");
            let rows = sqlx::query(AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            rows.iter()
                .map(|row| line(row.get_unchecked(0), row.get_unchecked(1)))
                .collect()
        }
        Dialect::MySql => {
            let mut connection = sqlx::MySqlConnection::connect(test.url()).await.unwrap();
            let sql = format!("{standard} DATABASE()");
            let rows = sqlx::query(AssertSqlSafe(sql))
                .fetch_all(&mut connection)
                .await
                .unwrap();
            rows.iter()
                .map(|row| line(row.get_unchecked(0), row.get_unchecked(1)))
                .collect()
        }
    }
}

fn line(table: &str, column: &str) -> String {
    format!("{table}.{column}")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_dialects_have_the_same_columns() {
    let mut found = Vec::new();
    for test in [
        TestDatabase::sqlite().await,
        TestDatabase::postgres().await,
        TestDatabase::mysql().await,
    ] {
        let all = std::sync::Arc::new(std::sync::Mutex::new(BTreeSet::new()));
        let into = all.clone();
        crate::harness::run(test, |test| async move {
            *into.lock().unwrap() = columns(&test).await;
        })
        .await;
        found.push(std::mem::take(&mut *all.lock().unwrap()));
    }
    assert!(
        found[0].contains("skep_partitions.part_values"),
        "{:?}",
        found[0]
    );
    assert_eq!(found[0], found[1], "SQLite and PostgreSQL");
    assert_eq!(found[0], found[2], "SQLite and MySQL");
}
