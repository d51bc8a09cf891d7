//! A thousand tables are read by as many questions as ten. `SKEP_TEST_SOURCE_TABLES=10000` and `--nocapture` give the
//! figures of `docs/SOURCES.md`.

use super::{settings, snapshot, url_through};
use crate::faults::Proxy;
use crate::harness::{TestDatabase, run};
use skep::source::SourceKind;
use std::time::Instant;

/// Tables of a large source, of twenty columns each.
fn tables_many() -> usize {
    let given = std::env::var("SKEP_TEST_SOURCE_TABLES").ok();
    given.map_or(1_000, |text| text.parse().expect("a number"))
}

/// Reads through a proxy that counts how often something is asked.
async fn turns(database: &TestDatabase, kind: SourceKind, tables: usize) -> usize {
    let url = url::Url::parse(database.url()).unwrap();
    let target = format!("{}:{}", url.host_str().unwrap(), url.port().unwrap());
    let proxy = Proxy::start(target).await;
    let begun = Instant::now();
    let read = snapshot(&settings(kind, &url_through(database.url(), proxy.port()))).await;
    let elapsed = begun.elapsed();
    assert_eq!(read.tables().len(), tables);
    assert!(read.tables().iter().all(|table| table.columns.len() == 20));
    eprintln!(
        "{kind}: {tables} tables in {elapsed:?}, {} round trips",
        proxy.turns()
    );
    proxy.turns()
}

fn columns() -> String {
    let columns = (1..20).map(|number| format!(", c{number} varchar({number}0)"));
    format!("id int PRIMARY KEY{}", columns.collect::<String>())
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    run(TestDatabase::postgres().await, |database| async move {
        let create = |from: usize, to: usize| {
            // A transaction for some hundreds: the server keeps a lock for each table in it.
            format!(
                "DO $$ BEGIN FOR n IN {from}..{to} LOOP
                    EXECUTE 'CREATE TABLE t' || n || ' ({})'; END LOOP; END $$",
                columns()
            )
        };
        database.execute(&create(1, 10)).await;
        let tables = tables_many();
        let few = turns(&database, SourceKind::Postgres, 10).await;
        for from in (11..=tables).step_by(1_000) {
            let to = (from + 999).min(tables);
            database.execute(&create(from, to)).await;
        }
        let many = turns(&database, SourceKind::Postgres, tables).await;
        assert_eq!(many, few);
        assert!(many < 40, "{many} round trips");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mariadb() {
    run(TestDatabase::mysql().await, |database| async move {
        let create = |from: usize, to: usize| {
            let tables = (from..=to).map(|n| format!("CREATE TABLE t{n} ({});", columns()));
            tables.collect::<String>()
        };
        database.execute(&create(1, 10)).await;
        let tables = tables_many();
        let few = turns(&database, SourceKind::Mysql, 10).await;
        for from in (11..=tables).step_by(500) {
            let to = (from + 499).min(tables);
            database.execute(&create(from, to)).await;
        }
        let many = turns(&database, SourceKind::Mysql, tables).await;
        assert_eq!(many, few);
        assert!(many < 40, "{many} round trips");
    })
    .await;
}
