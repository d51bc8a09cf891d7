//! `SQLite`: everything a snapshot holds, and files that are none.

use super::{at, names, read, settings, shown, snapshot};
use crate::harness::{TestDatabase, run};
use skep::source::{SourceError, SourceKind};

#[tokio::test]
async fn a_snapshot_holds_everything_in_the_sources_words() {
    run(TestDatabase::sqlite().await, everything).await;
}

async fn everything(database: TestDatabase) {
    std::fs::File::create(database.url().trim_start_matches("sqlite:")).unwrap();
    database
        .execute(
            r#"CREATE TABLE orders (
                id INTEGER PRIMARY KEY AUTOINCREMENT,
                code varchar(20) NOT NULL DEFAULT 'a''b',
                price numeric(10,2),
                twice numeric AS (price * 2) STORED,
                untyped,
                CONSTRAINT code_once UNIQUE (code, price)
            );
            CREATE TABLE pairs (a int, b int, PRIMARY KEY (b, a)) WITHOUT ROWID;
            CREATE UNIQUE INDEX by_price ON orders (price);
            CREATE UNIQUE INDEX partial ON orders (untyped) WHERE price > 1;
            CREATE UNIQUE INDEX expression ON orders (lower(code));
            CREATE VIEW dear AS SELECT id, price FROM orders WHERE price > 100;
            CREATE VIRTUAL TABLE words USING fts5(body);
            CREATE TABLE "Weird ""x" (y int);
            CREATE TABLE base (a int); CREATE VIEW broken AS SELECT a FROM base; DROP TABLE base;"#,
        )
        .await;
    let settings = settings(SourceKind::Sqlite, database.url());
    let read = snapshot(&settings).await;
    let wanted = ["Weird \"x", "broken", "dear", "orders", "pairs", "words"];
    assert_eq!(names(&read), wanted.map(|name| format!("main.{name}")));
    let table = |name: &str| shown(read.table(&at("main", name)).expect("it is there"));
    assert_eq!(
        table("orders"),
        "table orders\n\
         column id INTEGER\n\
         column code varchar(20) not null = 'a''b'\n\
         column price numeric(10,2)\n\
         column twice numeric = generated always stored\n\
         column untyped \n\
         key id\n\
         unique by_price: price\n\
         unique sqlite_autoindex_orders_1: code, price"
    );
    assert_eq!(table("pairs").lines().last(), Some("key b, a"));
    assert!(table("dear").ends_with(
        "column price numeric(10,2)\nas CREATE VIEW dear AS SELECT id, price FROM orders WHERE price > 100"
    ));
    let broken = read.table(&at("main", "broken")).expect("it is there");
    assert!(broken.is_broken() && !read.table(&at("main", "dear")).unwrap().is_broken());
    assert!(read.coverage().proves_absence(&at("main", "gone")));
}

#[tokio::test]
async fn a_file_that_is_none_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("missing.db");
    let url = format!("sqlite:{}", missing.display());
    let failed = read(&settings(SourceKind::Sqlite, &url)).await.unwrap_err();
    assert!(matches!(failed, SourceError::Unreachable(_)), "{failed}");
    assert!(!missing.exists());
    let text = folder.path().join("text.db");
    std::fs::write(
        &text,
        "this is no database, however long it is ".repeat(100),
    )
    .unwrap();
    let url = format!("sqlite:{}", text.display());
    let failed = read(&settings(SourceKind::Sqlite, &url)).await.unwrap_err();
    assert!(matches!(failed, SourceError::Unreadable(_)), "{failed}");
}
