//! How fast partitions are found and registered, and how long a new object waits for its partition: a `skep serve` in a
//! process of its own, whose tables lie on an S3 server in this one.
//!
//! `scripts/with-databases --only postgres cargo bench --bench registering`

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

#[expect(dead_code, reason = "the tests use the rest of the client")]
#[path = "../../tests/it/client/mod.rs"]
mod client;
mod process;
#[expect(dead_code, reason = "the tests use the rest of the server")]
#[path = "../../tests/it/s3/mod.rs"]
mod s3;

use anyhow::{Context, Result, ensure};
use clap::Parser;
use client::Client;
use process::Process;
use s3::S3Server;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The first second of 2015-01-01, from which the hours of the large table count.
const FIRST_S: u64 = 1_420_070_400;
/// How long anything may take.
const PATIENCE: Duration = Duration::from_mins(10);

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// The catalog's database; it must be empty.
    #[arg(long, env = "SKEP_TEST_POSTGRES_URL")]
    database: String,
    /// Partitions of the large table.
    #[arg(long, default_value_t = 100_000)]
    partitions: u64,
    /// Objects in each of them.
    #[arg(long, default_value_t = 10)]
    objects: u64,
    /// New objects whose wait is measured.
    #[arg(long, default_value_t = 5)]
    waits: u32,
    /// Cargo hands this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    let s3 = S3Server::start(&["lake"]).await;
    for hour in 0..arguments.partitions {
        let directory = hour_path(FIRST_S + hour * 3600);
        for object in 0..arguments.objects {
            s3.put("lake", &format!("large/{directory}/part-{object}"), "x");
        }
    }
    let skep = Process::start(&arguments.database, &s3)?;
    let address = skep.thrift;
    println!(
        "{} partitions with {} objects each",
        arguments.partitions, arguments.objects
    );
    let found = first_scan(address, arguments.partitions).await?;
    let millis = u64::try_from(found.as_millis())?.max(1);
    let rate = arguments.partitions * 1000 / millis;
    println!("listed and registered in {millis} ms: {rate} partitions/s");
    println!("resident memory at most: {} MiB", skep.resident_mib_max()?);
    let before = s3.requests("ListObjectsV2");
    tokio::time::sleep(Duration::from_secs(61)).await;
    let looks = s3.requests("ListObjectsV2") - before;
    println!("idle: {looks} LIST requests in two looks of 30 s");
    for wait in 0..arguments.waits {
        let waited = object_to_partition(&s3, address, wait).await?;
        println!("object to partition: {:.1} s", waited.as_secs_f64());
    }
    Ok(())
}

/// Makes the large table and waits until all of it is registered.
async fn first_scan(address: SocketAddr, partitions: u64) -> Result<Duration> {
    create(address, "large", "{dt:%Y/%m/%d/%H}").await?;
    let began = Instant::now();
    loop {
        let count = ask(address, |client| {
            client.call(
                "get_num_partitions_by_filter",
                json!({ "db_name": "default", "tbl_name": "large", "filter": "" }),
            )
        })
        .await?;
        if count.as_u64() == Some(partitions) {
            return Ok(began.elapsed());
        }
        ensure!(began.elapsed() < PATIENCE, "only {count} are registered");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Writes an object for an hour that has none, and waits for its partition.
async fn object_to_partition(s3: &S3Server, address: SocketAddr, wait: u32) -> Result<Duration> {
    // A different moment of the interval each time.
    tokio::time::sleep(Duration::from_secs(7) * wait).await;
    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs();
    let hour = now - 3600 * u64::from(wait);
    let path = hour_path(hour);
    let name = format!("dt={}", path.replace('/', "-"));
    let began = Instant::now();
    s3.put("lake", &format!("large/{path}/part-0"), "x");
    loop {
        let wanted = name.clone();
        let names = ask(address, move |client| {
            client.call(
                "get_partition_names_ps",
                json!({
                    "db_name": "default", "tbl_name": "large",
                    "part_vals": [wanted.trim_start_matches("dt=")], "max_parts": 1,
                }),
            )
        })
        .await?;
        if names[0].as_str() == Some(name.as_str()) {
            return Ok(began.elapsed());
        }
        ensure!(began.elapsed() < PATIENCE, "{name} does not come");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

async fn create(address: SocketAddr, name: &str, layout: &str) -> Result<()> {
    let table = json!({
        "dbName": "default",
        "tableName": name,
        "tableType": "EXTERNAL_TABLE",
        "sd": {
            "cols": [{ "name": "line", "type": "string" }],
            "location": format!("s3://lake/{name}"),
            "inputFormat": "org.apache.hadoop.mapred.TextInputFormat",
            "outputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
            "serdeInfo": {
                "serializationLib": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe",
            },
        },
        "partitionKeys": [{ "name": "dt", "type": "string" }],
        "parameters": {
            "EXTERNAL": "TRUE",
            "skep.discovery": "on",
            "skep.discovery.layout": layout,
            "skep.discovery.window": "6h",
        },
    });
    ask(address, move |client| {
        client.call("create_table", json!({ "tbl": table }))
    })
    .await?;
    Ok(())
}

/// One call on a thread of its own: the client blocks.
async fn ask(
    address: SocketAddr,
    call: impl FnOnce(&mut Client) -> std::result::Result<Value, client::Failure> + Send + 'static,
) -> Result<Value> {
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(address).map_err(|failure| failure.to_string())?;
        call(&mut client).map_err(|failure| failure.to_string())
    });
    asked.await?.map_err(anyhow::Error::msg).context("a call")
}

/// `2026/11/25/15` of a second of the epoch, by the civil calendar's own rule.
fn hour_path(second: u64) -> String {
    let (day, hour) = (second / 86_400, second / 3600 % 24);
    let shifted = day + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_shifted + 2) / 5 + 1;
    let month = if month_shifted < 10 {
        month_shifted + 3
    } else {
        month_shifted - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    format!("{year}/{month:02}/{day:02}/{hour:02}")
}
