//! How long the server takes for pages of a table with a million partitions: an hour each, over more than a century.

use crate::median;
use crate::process::Process;
use anyhow::{Result, ensure};
use futures::{StreamExt, stream};
use jiff::civil::{Date, date};
use serde_json::json;
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::{AddPartitionsRequest, NewPartition, TableName};
use std::time::Instant;
use tonic::transport::Channel;

/// Partitions of a batch.
const BATCH: usize = 1_000;
const HOURS: usize = 24;
/// How often each page is asked for; the first time is left out.
const ASKED: usize = 21;
const LAST: Date = date(2026, 11, 30);

/// Measures it.
pub(crate) async fn measure(skep: &Process, partitions: u32) -> Result<()> {
    let web = reqwest::Client::new();
    let place = format!("{}/hours", skep.warehouse());
    let key = |name: &str| json!({"name": name, "type": "string"});
    let made = json!({
        "name": "hours", "type": "external", "location": place, "storage": {"format": "parquet"},
        "columns": [{"name": "line", "type": "string"}], "partition_keys": [key("dt"), key("hour")],
    });
    let url = format!("{}/api/v1/databases/default/tables", skep.url());
    let request = web.post(url).header("content-type", "application/json");
    let answer = request.body(made.to_string()).send().await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    let days = usize::try_from(partitions)? / HOURS;
    fill(skep, days).await?;
    println!(
        "pages of a table with {} partitions, of {} rounds each:",
        days * HOURS,
        ASKED - 1
    );
    let table = "databases/default/tables/hours";
    for path in [
        table.to_owned(),
        format!("{table}/partitions"),
        format!(
            "{table}/partitions?filter=dt%20%3E%3D%20%272026-11-22%27%20and%20hour%20%3D%20%2707%27"
        ),
        format!("{table}/calendar"),
        format!("{table}/calendar/2026-11"),
    ] {
        let url = format!("{}/{path}", skep.url());
        let (mut took, mut bytes) = (Vec::new(), 0);
        for _ in 0..ASKED {
            let began = Instant::now();
            let answer = web.get(&url).send().await?;
            ensure!(answer.status() == 200, "{url}: {}", answer.status());
            bytes = answer.bytes().await?.len();
            took.push(began.elapsed().as_secs_f64() * 1000.0);
        }
        took.remove(0);
        let most = took.iter().copied().fold(0.0, f64::max);
        println!(
            "  {:5.1} ms, {most:5.1} at most, {bytes:6} bytes  /{path}",
            median(took)
        );
    }
    Ok(())
}

async fn fill(skep: &Process, days: usize) -> Result<()> {
    let channel = Channel::from_shared(skep.url())?.connect().await?;
    let mut client = PartitionServiceClient::new(channel);
    let first = LAST.saturating_sub(jiff::Span::new().days(i64::try_from(days)? - 1));
    let all = first
        .series(jiff::Span::new().days(1))
        .take(days)
        .flat_map(|day| {
            (0..HOURS).map(move |hour| NewPartition {
                values: vec![day.to_string(), format!("{hour:02}")],
                file_count: Some(1),
                total_bytes: Some(1 << 20),
                ..NewPartition::default()
            })
        });
    let all: Vec<NewPartition> = all.collect();
    let batches: Vec<AddPartitionsRequest> = all
        .chunks(BATCH)
        .map(|some| AddPartitionsRequest {
            table: Some(TableName {
                catalog: String::new(),
                database: "default".to_owned(),
                table: "hours".to_owned(),
            }),
            options: None,
            partitions: some.to_vec(),
        })
        .collect();
    let mut answers = client
        .add_partitions(stream::iter(batches))
        .await?
        .into_inner();
    let mut added = 0;
    while let Some(answer) = answers.next().await {
        added += answer?.partitions.len();
    }
    ensure!(
        added == days * HOURS,
        "{added} of {} were added",
        days * HOURS
    );
    Ok(())
}
