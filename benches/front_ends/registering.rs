//! Partitions that a job registers: many by a stream, and a thousand by each front end.

use crate::client::Client;
use crate::median;
use crate::process::Process;
use anyhow::{Context, Result, anyhow, ensure};
use futures::{StreamExt, stream};
use serde_json::{Value, json};
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::{
    AddPartitionBatchRequest, AddPartitionsOptions, AddPartitionsRequest, NewPartition, TableName,
};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// Partitions of a batch.
const BATCH: usize = 1_000;
/// What the names of the front ends are padded to.
const WIDTH: usize = 7;

fn table_json(name: &str) -> Value {
    json!({
        "dbName": "default",
        "tableName": name,
        "tableType": "EXTERNAL_TABLE",
        "sd": {
            "cols": [{ "name": "line", "type": "string" }],
            "inputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
            "outputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
            "serdeInfo": {
                "serializationLib": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe",
            },
        },
        "partitionKeys": [{ "name": "dt", "type": "string" }],
        "parameters": { "EXTERNAL": "TRUE" },
    })
}

/// One call on a thread of its own: the client blocks.
async fn thrift(address: SocketAddr, method: &'static str, arguments: Value) -> Result<Value> {
    let asked =
        tokio::task::spawn_blocking(move || Client::connect(address)?.call(method, arguments));
    let answer = asked.await?;
    answer.map_err(|failure: crate::client::Failure| anyhow!("{method}: {failure}"))
}

fn table(name: &str) -> Option<TableName> {
    Some(TableName {
        catalog: String::new(),
        database: "default".to_owned(),
        table: name.to_owned(),
    })
}

fn new(number: usize) -> NewPartition {
    NewPartition {
        values: vec![format!("{number:07}")],
        file_count: Some(1),
        total_bytes: Some(1 << 20),
        ..NewPartition::default()
    }
}

/// Measures all of it.
pub(crate) async fn measure(skep: &Process, partitions: u32, rounds: usize) -> Result<()> {
    let channel = Channel::from_shared(skep.url())?.connect().await?;
    let mut client = PartitionServiceClient::new(channel);
    thrift(
        skep.thrift,
        "create_table",
        json!({ "tbl": local(skep, "streamed") }),
    )
    .await?;
    // The first calls pay for connections and caches.
    streamed(&mut client, 0..10 * BATCH).await?;
    let before = skep.resident_mib_max()?;
    let many = usize::try_from(partitions)?;
    let took = streamed(&mut client, 10 * BATCH..10 * BATCH + many).await?;
    println!(
        "one stream: {partitions} partitions in {} ms, {:.0} a second",
        took.as_millis(),
        f64::from(partitions) / took.as_secs_f64()
    );
    println!(
        "resident memory at most: {before} MiB before, {} MiB after",
        skep.resident_mib_max()?
    );
    compare(skep, &mut client, rounds).await
}

fn local(skep: &Process, name: &str) -> Value {
    let mut table = table_json(name);
    table["sd"]["location"] = json!(format!("{}/{name}", skep.warehouse()));
    table
}

async fn streamed(
    client: &mut PartitionServiceClient<Channel>,
    numbers: std::ops::Range<usize>,
) -> Result<Duration> {
    let wanted = numbers.len();
    let all: Vec<NewPartition> = numbers.map(new).collect();
    let batches: Vec<AddPartitionsRequest> = all
        .chunks(BATCH)
        .map(|some| AddPartitionsRequest {
            table: table("streamed"),
            options: None,
            partitions: some.to_vec(),
        })
        .collect();
    let began = Instant::now();
    let answers = client.add_partitions(stream::iter(batches)).await?;
    let mut answers = answers.into_inner();
    let mut added = 0;
    while let Some(answer) = answers.next().await {
        added += answer?.partitions.len();
    }
    ensure!(added == wanted, "{added} of {wanted} were added");
    Ok(began.elapsed())
}

/// A thousand partitions by each front end in turn, directories included.
async fn compare(
    skep: &Process,
    client: &mut PartitionServiceClient<Channel>,
    rounds: usize,
) -> Result<()> {
    let rest = reqwest::Client::new();
    let (mut by_thrift, mut by_rest, mut by_grpc) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..=rounds {
        let name = format!("compared{round}");
        thrift(
            skep.thrift,
            "create_table",
            json!({ "tbl": local(skep, &name) }),
        )
        .await?;
        by_thrift.push(of_thrift(skep, &name).await?);
        by_rest.push(of_rest(skep, &rest, &name).await?);
        let batch = AddPartitionBatchRequest {
            table: table(&name),
            options: Some(AddPartitionsOptions {
                refuse_existing: false,
                touch_storage: true,
            }),
            partitions: (2 * BATCH..3 * BATCH).map(new).collect(),
        };
        let began = Instant::now();
        client.add_partition_batch(batch).await?;
        by_grpc.push(began.elapsed());
    }
    let thrift = told("Thrift", &by_thrift, None)?;
    told("REST", &by_rest, Some(thrift))?;
    told("gRPC", &by_grpc, Some(thrift))?;
    Ok(())
}

async fn of_thrift(skep: &Process, name: &str) -> Result<Duration> {
    let described = local(skep, name);
    let wire: Vec<Value> = (0..BATCH)
        .map(|number| {
            let mut sd = described["sd"].clone();
            sd["location"] = Value::Null;
            json!({
                "dbName": "default", "tableName": name, "values": [format!("{number:07}")], "sd": sd,
                "parameters": { "numFiles": "1", "totalSize": "1048576" },
            })
        })
        .collect();
    let address = skep.thrift;
    let call = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(address)?;
        let arguments = json!({ "new_parts": wire });
        let began = Instant::now();
        client.call("add_partitions", arguments)?;
        Ok::<_, crate::client::Failure>(began.elapsed())
    });
    call.await?.map_err(|failure| anyhow!("{failure}"))
}

async fn of_rest(skep: &Process, rest: &reqwest::Client, name: &str) -> Result<Duration> {
    let partitions: Vec<Value> = (BATCH..2 * BATCH)
        .map(|number| {
            json!({
                "values": [format!("{number:07}")],
                "parameters": { "numFiles": "1", "totalSize": "1048576" },
            })
        })
        .collect();
    let url = format!(
        "{}/api/v1/databases/default/tables/{name}/partitions",
        skep.url()
    );
    let body = json!({ "partitions": partitions }).to_string();
    let began = Instant::now();
    let answer = rest
        .post(url)
        .header("content-type", "application/json")
        .body(body)
        .send()
        .await?;
    ensure!(answer.status().is_success(), "{}", answer.text().await?);
    answer.bytes().await?;
    Ok(began.elapsed())
}

/// Prints the median of all rounds but the first.
fn told(name: &str, took: &[Duration], beside: Option<f64>) -> Result<f64> {
    let figures = took.iter().skip(1).map(|one| one.as_secs_f64() * 1e3);
    let figure = median(figures.collect());
    let ratio = beside.map(|other| format!(", {:.2} of Thrift", figure / other));
    println!(
        "add {BATCH} by {name:WIDTH$} {figure:.1} ms{}",
        ratio.unwrap_or_default()
    );
    took.first().context("a round")?;
    Ok(figure)
}
