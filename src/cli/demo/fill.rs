//! What the running server is told, over REST as anybody would: databases, tables, what they expect, and the source.

use super::place::{OWN, Place};
use super::shop;
use crate::cli::client::Client;
use crate::cli::discover::ended;
use crate::cli::proof::Proof;
use crate::rest::view::run::{RunScope, StartRun};
use crate::rest::view::run_line::RunLine;
use anyhow::{Result, bail};
use jiff::tz::TimeZone;
use serde_json::{Value, json};

/// Notes that a table's owners keep beside it.
const NOTES: &str = "One row for each page that somebody opened, written by the hour.

- `status` is what the server answered: **500** is an error of ours.
- Robots are left out since the summer.

```sql
SELECT page, count(*) FROM web.hits WHERE dt = DATE '2026-11-22' GROUP BY page
```
";

/// Tells the server at this address of everything.
pub(in crate::cli) async fn fill(place: &Place, server: &str) -> Result<()> {
    let client = Client::new(server, None, &Proof::default())?;
    let databases = [
        ("web", "What visitors of the shop do"),
        ("logs", "Logs of machines"),
        ("t1_shop", "The shop's tables as they are, a copy a day"),
        ("t2_shop", "The same, cleaned"),
        ("t3_shop", "What reports are made of"),
    ];
    for (name, description) in databases {
        let database = json!({"name": name, "description": description, "owner": "team-data"});
        let _: Value = client.post(&["databases"], &database).await?;
    }
    snapshots(place, &client).await?;
    source(place, &client).await?;
    hits(place, &client).await?;
    let alb = json!({"name": "alb", "kit": "alb", "location": place.location("lake/alb")});
    table(&client, "logs", &alb).await?;
    look(&client, "logs", "alb").await?;
    let view = json!({
        "name": "best_countries_aggr_30d_daily", "type": "view", "owner": "team-reports",
        "comment": "Countries by what they bought",
        "columns": [{"name": "country", "type": "string"}, {"name": "revenue", "type": "double"}],
        "view_text": "SELECT country, sum(revenue) AS revenue FROM t3_shop.revenue_aggr_7d_daily GROUP BY country",
    });
    table(&client, "t3_shop", &view).await?;
    own_columns(&client).await
}

async fn table(client: &Client, database: &str, new: &Value) -> Result<()> {
    let _: Value = client.post(&["databases", database, "tables"], new).await?;
    Ok(())
}

/// Has discovery look at a table now.
async fn look(client: &Client, database: &str, table: &str) -> Result<()> {
    let path = ["databases", database, "tables", table, "discovery", "run"];
    let start = StartRun {
        scope: RunScope::Sweep,
        ..StartRun::default()
    };
    match ended(&path, &start, client).await? {
        RunLine::Report(_) => Ok(()),
        other => bail!("the look at {database}.{table} came to nothing: {other:?}"),
    }
}

fn column(name: &str, data_type: &str, comment: &str) -> Value {
    json!({"name": name, "type": data_type, "comment": comment})
}

/// A table over Parquet files whose partitions are found.
fn parquet(place: &Place, name: &str, folder: &str, comment: &str, columns: &[Value]) -> Value {
    json!({
        "name": name, "type": "external", "comment": comment, "owner": "team-shop",
        "columns": columns,
        "partition_keys": [column("p_ymd", "string", "the day, as 20261122")],
        "location": place.location(&format!("lake/{folder}")),
        "storage": {"format": "parquet"},
        "parameters": {"skep.discovery": "on"},
    })
}

async fn hits(place: &Place, client: &Client) -> Result<()> {
    let mut new = parquet(
        place,
        "hits",
        "web/hits",
        "Pages that visitors of the shop opened",
        &[
            column("user_id", "bigint", "who; 0 is nobody that is known"),
            column("page", "string", "what"),
            column("status", "int", "how the server answered"),
            column("took_ms", "double", "milliseconds until the last byte"),
        ],
    );
    new["owner"] = json!("team-web");
    new["partition_keys"] = json!([
        column("dt", "date", "the day in UTC"),
        column("hour", "string", "and its hour")
    ]);
    new["parameters"]["skep.docs"] = json!(NOTES);
    new["parameters"]["skep.discovery.window"] = json!("6h");
    new["parameters"]["skep.discovery.layout"] = json!("dt={dt:%Y-%m-%d}/hour={hour:%H}");
    table(client, "web", &new).await?;
    look(client, "web", "hits").await?;
    let path = ["databases", "web", "tables", "hits"];
    let known = json!({"columns": [
        {"column": "user_id", "nulls": 0, "distinct": 4999, "values": {"kind": "long", "low": 1, "high": 4999}},
        {"column": "status", "nulls": 0, "distinct": 2, "values": {"kind": "long", "low": 200, "high": 500}},
        {"column": "took_ms", "nulls": 0, "distinct": 30000, "values": {"kind": "double", "low": 3.0, "high": 203.0}},
    ]});
    let statistics = [&path[..], &["statistics"]].concat();
    client.put_only(&statistics, &known).await?;
    let today = TimeZone::UTC.to_datetime(place.now).date();
    let yesterday = today.yesterday()?;
    let expected = json!({"settings": {
        "every": "1h", "within": "20m", "volume": "50%..200%", "since": yesterday.to_string(),
    }});
    let freshness = [&path[..], &["freshness"]].concat();
    let _: Value = client.patch(&freshness, &expected).await?;
    let check = [&path[..], &["freshness", "check"]].concat();
    let _: Value = client.post(&check, &json!({})).await?;
    Ok(())
}

async fn snapshots(place: &Place, client: &Client) -> Result<()> {
    let orders = [
        column("id", "bigint", "the order's number"),
        column(
            "customer_id",
            "bigint",
            "who ordered: t1_shop.customers_snapshot_1d_daily",
        ),
        column("country", "string", "where it is sent"),
        column("price", "double", "in euros, with taxes"),
        column("note", "string", "what the customer wrote"),
    ];
    let customers = [
        column("id", "bigint", "the customer's number"),
        column("name", "string", ""),
        column("country", "string", ""),
    ];
    let revenue = [
        column("country", "string", ""),
        column("revenue", "double", "of seven days, in euros"),
    ];
    let all: [(&str, &str, &str, &str, &[Value]); 4] = [
        (
            "t1_shop",
            "orders_snapshot_1d_daily",
            "t1_shop/orders",
            "All orders as the shop has them",
            &orders,
        ),
        (
            "t1_shop",
            "customers_snapshot_1d_daily",
            "t1_shop/customers",
            "All customers",
            &customers,
        ),
        (
            "t2_shop",
            "orders_clean_snapshot_1d_daily",
            "t2_shop/orders_clean",
            "Orders that were paid",
            &orders,
        ),
        (
            "t3_shop",
            "revenue_aggr_7d_daily",
            "t3_shop/revenue",
            "What each country bought",
            &revenue,
        ),
    ];
    for (database, name, folder, comment, columns) in all {
        let new = parquet(place, name, folder, comment, columns);
        table(client, database, &new).await?;
        look(client, database, name).await?;
        let path = ["databases", database, "tables", name, "freshness"];
        let expected = json!({"settings": {"every": "1d", "within": "6h"}});
        let _: Value = client.patch(&path, &expected).await?;
    }
    Ok(())
}

/// Reads the source, lets its owners change it, and reads it again.
async fn source(place: &Place, client: &Client) -> Result<()> {
    let path = ["sources", shop::SOURCE, "run"];
    let _: Value = client.post(&path, &json!({})).await?;
    shop::change(&place.path(shop::FILE)).await?;
    let _: Value = client.post(&path, &json!({})).await?;
    Ok(())
}

/// Owners add a column to a table of the lake, between two looks at it.
async fn own_columns(client: &Client) -> Result<()> {
    let look = ["sources", OWN, "run"];
    let _: Value = client.post(&look, &json!({})).await?;
    let changed = json!({"columns": [
        {"change": "add", "name": "referrer", "type": "string", "comment": "where the visitor came from"},
    ]});
    let path = ["databases", "web", "tables", "hits"];
    let _: Value = client.patch(&path, &changed).await?;
    let _: Value = client.post(&look, &json!({})).await?;
    Ok(())
}
