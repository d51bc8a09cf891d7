//! `PostgreSQL`: everything a snapshot holds, with names that are made to mislead, and what rights hide (nothing).

use super::{at, names, read, settings, shown, snapshot, url_as, user};
use crate::harness::{TestDatabase, run};
use skep::source::{AnySource, Source, SourceCheck, SourceError, SourceKind, SourceSettings};

fn source(database: &TestDatabase) -> SourceSettings {
    settings(SourceKind::Postgres, database.url())
}

#[tokio::test]
async fn a_snapshot_holds_everything_in_the_sources_words() {
    run(TestDatabase::postgres().await, everything).await;
}

/// A table of every trait, and what is left out.
const EVERYTHING: &str = r#"CREATE SCHEMA shop;
            CREATE TYPE shop.status AS ENUM ('new', 'it''s paid');
            CREATE DOMAIN shop.email AS varchar(80) CHECK (VALUE LIKE '%@%');
            CREATE TABLE shop.orders (
                id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
                code varchar(20) NOT NULL,
                number serial,
                price numeric(10,2) DEFAULT 0.00,
                double_price numeric(12,2) GENERATED ALWAYS AS (price * 2) STORED,
                state shop.status DEFAULT 'new',
                states shop.status[],
                mail shop.email,
                at timestamptz(3) DEFAULT now(),
                gone int,
                CONSTRAINT orders_code UNIQUE (code, state) INCLUDE (price)
            );
            ALTER TABLE shop.orders DROP COLUMN gone;
            COMMENT ON TABLE shop.orders IS 'What people buy';
            COMMENT ON COLUMN shop.orders.price IS 'in euro';
            CREATE UNIQUE INDEX orders_mail ON shop.orders (mail);
            CREATE UNIQUE INDEX partial ON shop.orders (number) WHERE price > 1;
            CREATE UNIQUE INDEX expression ON shop.orders (lower(code));
            CREATE VIEW shop.dear AS SELECT id, price FROM shop.orders WHERE price > 100;
            CREATE MATERIALIZED VIEW shop.sums AS SELECT state, sum(price) FROM shop.orders GROUP BY 1;
            CREATE TABLE shop.days (day date NOT NULL, n int, PRIMARY KEY (day)) PARTITION BY RANGE (day);
            CREATE TABLE shop.days_1 PARTITION OF shop.days FOR VALUES FROM ('2026-01-01') TO ('2026-02-01');
            CREATE TEMPORARY TABLE passing (x int);
            CREATE TABLE "Weird ""schema.x" (y int, "Drop Table; --" text);
            CREATE TABLE shop.nothing ();
            CREATE EXTENSION citext SCHEMA shop;
            ALTER TABLE shop.nothing ADD label shop.citext;"#;

async fn everything(database: TestDatabase) {
    database.execute(EVERYTHING).await;
    let read = snapshot(&source(&database)).await;
    let wanted = [
        "public.Weird \"schema.x",
        "shop.days",
        "shop.dear",
        "shop.nothing",
        "shop.orders",
        "shop.sums",
    ];
    assert_eq!(names(&read), wanted);
    let table = |name: &str| shown(read.table(&at("shop", name)).expect("it is there"));
    assert_eq!(
        table("orders"),
        "table orders\n\
         comment What people buy\n\
         column id bigint not null = generated always as identity\n\
         column code character varying(20) not null\n\
         column number integer not null = nextval('shop.orders_number_seq'::regclass)\n\
         column price numeric(10,2) = 0.00 -- in euro\n\
         column double_price numeric(12,2) = generated always as ((price * (2)::numeric)) stored\n\
         column state enum('new','it''s paid') = 'new'::shop.status\n\
         column states enum('new','it''s paid')[]\n\
         column mail character varying(80)\n\
         column at timestamp(3) with time zone = now()\n\
         key id\n\
         unique orders_code: code, state\n\
         unique orders_mail: mail"
    );
    assert_eq!(
        table("dear"),
        "view dear\ncolumn id bigint\ncolumn price numeric(10,2)\n\
         as SELECT orders.id, orders.price FROM shop.orders WHERE (orders.price > (100)::numeric);"
    );
    assert!(table("sums").starts_with("view sums\ncolumn state enum('new','it''s paid')\n"));
    assert_eq!(
        table("days"),
        "table days\ncolumn day date not null\ncolumn n integer\nkey day"
    );
    assert_eq!(table("nothing"), "table nothing\ncolumn label citext");
    let weird = read.table(&at("public", "Weird \"schema.x")).unwrap();
    assert_eq!(weird.columns[1].name, "Drop Table; --");
    let coverage = read.coverage();
    assert!(coverage.proves_absence(&at("shop", "none")));
    assert!(coverage.proves_absence(&at("none", "none")));
    assert!(coverage.tables_unread.is_empty());
}

#[tokio::test]
async fn what_is_out_of_scope_is_not_gone() {
    run(TestDatabase::postgres().await, scope).await;
}

async fn scope(database: TestDatabase) {
    database
        .execute(
            "CREATE SCHEMA shop; CREATE SCHEMA billing;
            CREATE TABLE shop.orders (id int); CREATE TABLE shop.tmp_orders (id int);
            CREATE VIEW shop.all_orders AS SELECT * FROM shop.orders;
            CREATE TABLE billing.bills (id int);",
        )
        .await;
    let mut settings = source(&database);
    settings.include = vec!["shop.*".to_owned()];
    settings.exclude = vec!["*.tmp_*".to_owned()];
    settings.views = false;
    let read = snapshot(&settings).await;
    assert_eq!(names(&read), ["shop.orders"]);
    let coverage = read.coverage();
    for (table, proven) in [
        (at("shop", "gone"), true),
        (at("shop", "tmp_orders"), false),
        (at("shop", "all_orders"), false),
        (at("billing", "bills"), false),
        (at("billing", "gone"), false),
        (at("gone", "gone"), true),
    ] {
        assert_eq!(coverage.proves_absence(&table), proven, "{table}");
    }
    let check = AnySource::open(&settings).unwrap().check().await.unwrap();
    let SourceCheck {
        version,
        schemas,
        tables_readable,
        tables_unreadable,
        tables,
    } = check;
    assert!(version.starts_with("PostgreSQL 1"), "{version}");
    assert_eq!((schemas, tables_readable, tables_unreadable), (1, 1, 0));
    assert_eq!(tables, [at("shop", "orders")]);
}

#[tokio::test]
async fn rights_on_tables_hide_nothing_and_rights_to_connect_all() {
    run(TestDatabase::postgres().await, rights).await;
}

async fn rights(database: TestDatabase) {
    let user = user(&database);
    let name = database.name().to_owned();
    database
        .execute(&format!(
            "CREATE ROLE {user} LOGIN;
            CREATE SCHEMA shop;
            CREATE TABLE shop.orders (id int, secret text);
            CREATE VIEW shop.v AS SELECT id FROM shop.orders;
            REVOKE ALL ON SCHEMA shop FROM PUBLIC"
        ))
        .await;
    let all = snapshot(&source(&database)).await;
    let mut settings = source(&database);
    settings.url = SourceSettings::new(
        SourceKind::Postgres,
        Some(&url_as(database.url(), &user, "hunter2")),
    )
    .url;
    assert_eq!(snapshot(&settings).await, all);
    database
        .admin(&format!("REVOKE CONNECT ON DATABASE {name} FROM PUBLIC"))
        .await;
    let refused = read(&settings).await.unwrap_err();
    assert!(
        matches!(&refused, SourceError::Refused(why) if why.contains("permission denied")),
        "{refused}"
    );
    assert!(!refused.retryable() && !format!("{refused:?}").contains("hunter2"));
    database
        .admin(&format!("DROP OWNED BY {user}; DROP ROLE {user}"))
        .await;
}

#[tokio::test]
async fn a_database_or_a_user_that_is_not_there() {
    let database = TestDatabase::postgres().await;
    run(database, |database| async move {
        for (url, words) in [
            (
                database.url().replace(database.name(), "no_such_database"),
                "no_such_database",
            ),
            (
                url_as(database.url(), "nobody_here", "hunter2"),
                "nobody_here",
            ),
        ] {
            let refused = read(&settings(SourceKind::Postgres, &url))
                .await
                .unwrap_err();
            assert!(
                matches!(&refused, SourceError::Refused(why) if why.contains(words)),
                "{refused}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_table_that_is_being_altered_is_read_as_it_was() {
    run(TestDatabase::postgres().await, altered).await;
}

async fn altered(database: TestDatabase) {
    use sqlx::{Connection, Executor};
    database
        .execute(
            "CREATE SCHEMA shop; CREATE TABLE shop.orders (id int);
            CREATE VIEW shop.v AS SELECT id FROM shop.orders",
        )
        .await;
    let mut settings = source(&database);
    settings.time_limit_s = 5;
    let before = snapshot(&settings).await;
    let mut other = sqlx::PgConnection::connect(database.url()).await.unwrap();
    other
        .execute(sqlx::raw_sql(
            "BEGIN; ALTER TABLE shop.orders ADD note text",
        ))
        .await
        .unwrap();
    // Its view can be printed only when the change is over.
    let changed = read(&settings).await.unwrap_err();
    assert!(matches!(changed, SourceError::Changed(_)), "{changed}");
    assert!(changed.retryable());
    settings.views = false;
    let during = snapshot(&settings).await;
    assert_eq!(
        during.table(&at("shop", "orders")),
        before.table(&at("shop", "orders"))
    );
    other.execute(sqlx::raw_sql("COMMIT")).await.unwrap();
    settings.views = true;
    let after = snapshot(&settings).await;
    let orders = after.table(&at("shop", "orders")).unwrap();
    assert_eq!(orders.columns.len(), 2);
    assert_eq!(
        after.table(&at("shop", "v")),
        before.table(&at("shop", "v"))
    );
}
