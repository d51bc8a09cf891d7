//! Migrations: at once, again, refused, and alike in the three dialects.

use crate::harness::{TestDatabase, TestServer, on_every_database, run};
use skep::error::Error;
use skep::model::Location;
use skep::store::{Dialect, Store, StoreSettings};
use sqlx::{AssertSqlSafe, Connection, Row};
use std::collections::BTreeSet;
use std::time::Duration;

on_every_database!(
    many_processes_start_at_once,
    a_newer_database_is_refused,
    the_lock_of_a_dead_process_expires,
    deletions_from_before_they_had_places_are_found,
);

async fn many_processes_start_at_once(test: TestDatabase) {
    let mut tasks = Vec::new();
    for _ in 0..8 {
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

async fn deletions_from_before_they_had_places_are_found(test: TestDatabase) {
    test.store().await.close().await;
    let index = match test.dialect() {
        Dialect::Sqlite | Dialect::Postgres => "DROP INDEX skep_pending_deletes_by_place",
        Dialect::MySql => "DROP INDEX skep_pending_deletes_by_place ON skep_pending_deletes",
    };
    for sql in [
        index,
        "ALTER TABLE skep_pending_deletes DROP COLUMN place",
        "DELETE FROM skep_migrations WHERE number >= 6",
    ] {
        test.execute(sql).await;
    }
    for id in 1..=1200 {
        test.execute(&format!(
            "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
             VALUES ({id}, 's3a://lake/t/dt={id}', 'a test', 1, 1, 4102444800)"
        ))
        .await;
    }
    let place = |text: &str| Location::parse(text).unwrap();
    let found = async |used: Location| {
        let store = test.store().await;
        let mut session = store.session().await.unwrap();
        let found = session.pending_delete_overlapping(&[&used], 5000).await;
        let unplaced = "SELECT COUNT(*) FROM skep_pending_deletes WHERE place = ''";
        (found.unwrap().len(), test.number(unplaced).await)
    };
    assert_eq!(found(place("s3://lake/t/dt=7")).await, (1, 1200));
    assert_eq!(found(place("s3://lake/t")).await, (1200, 1200));
    // A server knows their places once it has started.
    drop(TestServer::start(&test).await);
    assert_eq!(found(place("s3://lake/t/dt=7")).await, (1, 0));
    assert_eq!(found(place("s3://lake/t")).await, (1200, 0));
}

/// The lock lasts two seconds, the migration longer.
#[tokio::test(flavor = "multi_thread")]
async fn a_migration_that_takes_longer_than_its_lock_is_not_begun_twice() {
    run(
        TestDatabase::postgres().await,
        async |test: TestDatabase| {
            // Whoever makes this table waits until somebody else has decided whether it is there.
            let mut undecided = sqlx::PgConnection::connect(test.url()).await.unwrap();
            let making = sqlx::raw_sql("BEGIN; CREATE TABLE skep_catalogs (id BIGINT)");
            making.execute(&mut undecided).await.unwrap();
            let open = || {
                let settings = StoreSettings {
                    migration_lock: Duration::from_secs(2),
                    ..StoreSettings::new(test.url())
                };
                tokio::spawn(Store::open(settings))
            };
            let opening = [open(), open()];
            let mut watcher = sqlx::PgConnection::connect(test.url()).await.unwrap();
            let mut holder = None;
            loop {
                let lock = "SELECT holder, expires_at,
                    CAST(EXTRACT(EPOCH FROM clock_timestamp()) AS BIGINT), pg_sleep(0.02)::TEXT
                 FROM skep_migration_lock";
                // The table of the lock is made by the one who takes it.
                let row = sqlx::query(lock).fetch_optional(&mut watcher).await;
                let Ok(Some(row)) = row else { continue };
                let (now_by, expires_at, now): (String, i64, i64) =
                    (row.get(0), row.get(1), row.get(2));
                let (first, until) = holder.get_or_insert((now_by.clone(), expires_at));
                assert_eq!(*first, now_by, "another one took the migration over");
                if now > *until + 1 {
                    break;
                }
            }
            sqlx::raw_sql("ROLLBACK")
                .execute(&mut undecided)
                .await
                .unwrap();
            for store in opening {
                store
                    .await
                    .unwrap()
                    .expect("it opens")
                    .ping()
                    .await
                    .unwrap();
            }
        },
    )
    .await;
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
