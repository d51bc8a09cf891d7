//! The database of a shop whose schema is watched, and what its owners change in it.

use anyhow::{Context, Result};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::Path;

/// The source's name.
pub(super) const SOURCE: &str = "shop";
/// Its file.
pub(super) const FILE: &str = "shop.db";

const TABLES: &str = "
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL, country TEXT, price REAL, note TEXT);
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT);
CREATE TABLE coupons (code TEXT PRIMARY KEY, percent INTEGER);
CREATE VIEW big_orders AS SELECT id, price, note FROM orders WHERE price > 50;
INSERT INTO customers VALUES (1, 'customer 1', 'DE'), (2, 'customer 2', 'KR');
INSERT INTO orders VALUES (1, 1, 'DE', 9.99, NULL), (2, 2, 'KR', 61.0, 'a gift');
";

/// What a job that knows nothing of them breaks on, and what harms nobody.
const CHANGES: &str = "
DROP VIEW big_orders;
ALTER TABLE orders DROP COLUMN note;
ALTER TABLE orders ADD COLUMN discount REAL;
ALTER TABLE customers RENAME COLUMN country TO country_code;
CREATE TABLE returns (id INTEGER PRIMARY KEY, order_id INTEGER);
DROP TABLE coupons;
";

async fn open(file: &Path) -> Result<SqliteConnection> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    let opened = options.connect().await;
    opened.with_context(|| format!("cannot open {}", file.display()))
}

async fn run(file: &Path, statements: &'static str) -> Result<()> {
    let mut connection = open(file).await?;
    sqlx::raw_sql(statements).execute(&mut connection).await?;
    Ok(connection.close().await?)
}

/// Makes it.
pub(super) async fn make(file: &Path) -> Result<()> {
    run(file, TABLES).await
}

/// Changes it, as its owners do.
pub(super) async fn change(file: &Path) -> Result<()> {
    run(file, CHANGES).await
}
