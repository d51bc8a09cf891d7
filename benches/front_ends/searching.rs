//! How long a search over many tables takes, by name and by what is said of them, and how fast the index of words is made.

use crate::median;
use crate::process::Process;
use anyhow::{Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Tables that are made at the same time.
const MAKING: usize = 32;
/// Tables of a database.
const TABLES_OF_DATABASE: u32 = 1_000;
/// How often each search is asked; the first time is left out.
const ASKED: usize = 21;
/// How often it is looked whether the last table is found.
const LOOK_EVERY: Duration = Duration::from_millis(500);
/// Words that tables speak of.
const SUBJECTS: [&str; 16] = [
    "orders",
    "customers",
    "payments",
    "refunds",
    "carts",
    "sessions",
    "clicks",
    "views",
    "stock",
    "prices",
    "suppliers",
    "returns",
    "vouchers",
    "reviews",
    "shipments",
    "invoices",
];

/// Measures it.
pub(crate) async fn measure(skep: &Process, tables: u32) -> Result<()> {
    let web = reqwest::Client::new();
    let api = format!("{}/api/v1", skep.url());
    let databases = tables.div_ceil(TABLES_OF_DATABASE);
    for database in 0..databases {
        let new = json!({"name": format!("search_{database}")});
        post(&web, &format!("{api}/databases"), new).await?;
    }
    let began = Instant::now();
    stream::iter(0..tables)
        .map(|number| {
            let url = format!("{api}/databases/search_{}/tables", number % databases);
            let (web, table) = (web.clone(), table(number, &skep.warehouse()));
            async move { post(&web, &url, table).await }
        })
        .buffer_unordered(MAKING)
        .try_collect::<()>()
        .await?;
    let made = began.elapsed();
    let last = format!("{api}/search?q=unique_{}", tables - 1);
    while asked(&web, &last).await? == 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    println!(
        "{tables} tables of 12 columns made in {:.0} s; the last one is found by its column {:.1} s later. A search takes, of {} rounds:",
        made.as_secs_f64(),
        began.elapsed().saturating_sub(made).as_secs_f64(),
        ASKED - 1
    );
    for query in [
        "payments_77",
        "ments",
        "no_such_table",
        "unique_4242",
        "id",
        "customer_id refunds",
        "currency gross",
        "team-7",
    ] {
        let url = format!("{api}/search?limit=200&q={}", query.replace(' ', "%20"));
        let (mut took, mut found) = (Vec::new(), 0);
        for _ in 0..ASKED {
            let began = Instant::now();
            found = asked(&web, &url).await?;
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        took.remove(0);
        let most = took.iter().copied().fold(0.0, f64::max);
        println!(
            "  {:5.1} ms, {most:5.1} at most, {found:3} found  {query}",
            median(took)
        );
    }
    Ok(())
}

fn table(number: u32, warehouse: &str) -> Value {
    let subject = SUBJECTS[number as usize % SUBJECTS.len()];
    let column =
        |name: String, comment: &str| json!({"name": name, "type": "string", "comment": comment});
    let mut columns: Vec<Value> = (0..8)
        .map(|at| column(format!("{subject}_value_{at}"), "a value as it came"))
        .collect();
    columns.push(column("customer_id".to_owned(), "who it was"));
    columns.push(column(
        "created_at".to_owned(),
        "when it was written, in UTC",
    ));
    columns.push(column(
        "amount".to_owned(),
        "in the currency of the country, gross",
    ));
    columns.push(column(format!("unique_{number}"), ""));
    json!({
        "name": format!("{subject}_{number}"), "type": "external", "owner": format!("team-{}", number % 50),
        "comment": format!("what we know of {subject}"),
        "location": format!("{warehouse}/searched/{number}"), "storage": {"format": "parquet"},
        "columns": columns, "partition_keys": [{"name": "dt", "type": "string"}],
    })
}

async fn post(web: &reqwest::Client, url: &str, body: Value) -> Result<()> {
    let request = web.post(url).header("content-type", "application/json");
    let answer = request.body(body.to_string()).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    Ok(())
}

/// Asks; gives how many tables were found.
async fn asked(web: &reqwest::Client, url: &str) -> Result<usize> {
    let answer = web.get(url).send().await?;
    ensure!(answer.status() == 200, "{url}: {}", answer.status());
    let found: Value = serde_json::from_slice(&answer.bytes().await?)?;
    Ok(found["tables"].as_array().map_or(0, Vec::len))
}
