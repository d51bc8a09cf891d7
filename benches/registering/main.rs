//! How fast partitions are found and registered, and how long a new object waits for its partition: a `skep serve` in a
//! process of its own, whose tables lie on an S3 server in this one.
//!
//! `scripts/with-databases --only postgres cargo bench --bench registering`

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

#[expect(dead_code, reason = "the tests use the rest of the client")]
#[path = "../../tests/it/client/mod.rs"]
mod client;
mod process;
#[path = "../../tests/it/harness/ready.rs"]
mod ready;
#[expect(dead_code, reason = "the tests use the rest of the server")]
#[path = "../../tests/it/s3/mod.rs"]
mod s3;
#[expect(dead_code, reason = "the tests use the rest of the queue")]
#[path = "../../tests/it/queue/sqs.rs"]
mod sqs;
mod table;

use anyhow::{Result, ensure};
use clap::Parser;
use jiff::{SignedDuration, Timestamp};
use process::Process;
use s3::S3Server;
use sqs::Sqs;
use std::time::Duration;
use table::{Table, hour_path};

/// The first second of 2015-01-01, from which the hours of the large table count.
const FIRST_S: i64 = 1_420_070_400;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// The catalog's database; it must be empty.
    #[arg(long, env = "SKEP_TEST_POSTGRES_URL")]
    database: String,
    /// Partitions of the large table.
    #[arg(long, default_value_t = 100_000)]
    partitions: u32,
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
    let mut hour = Timestamp::from_second(FIRST_S)?;
    for _ in 0..arguments.partitions {
        let directory = hour_path(hour);
        hour += SignedDuration::from_hours(1);
        for object in 0..arguments.objects {
            s3.put("lake", &format!("large/{directory}/part-{object}"), "x");
        }
    }
    let queue = Sqs::start().await;
    let skep = Process::start(&arguments.database, &s3, &queue)?;
    println!(
        "{} partitions with {} objects each",
        arguments.partitions, arguments.objects
    );
    let large = Table {
        skep: &skep,
        s3: &s3,
        name: "large",
    };
    large.create("30s").await?;
    first_scan(&large, &arguments).await?;
    println!("resident memory at most: {} MiB", skep.resident_mib_max()?);
    let before = s3.requests("ListObjectsV2");
    tokio::time::sleep(Duration::from_secs(61)).await;
    let looks = s3.requests("ListObjectsV2") - before;
    println!("idle: {looks} LIST requests in two looks of 30 s");
    for wait in 0..arguments.waits {
        // A different moment of the interval each time.
        tokio::time::sleep(Duration::from_secs(7) * wait).await;
        let waited = large.object_to_partition(wait, None).await?;
        println!(
            "object to partition by the window: {:.1} s",
            waited.as_secs_f64()
        );
    }
    let told = Table {
        name: "told",
        ..large
    };
    // No look at the window comes first.
    told.create("1h").await?;
    for wait in 0..arguments.waits {
        let waited = told.object_to_partition(wait, Some(&queue)).await?;
        println!(
            "object to partition by its message: {:.2} s",
            waited.as_secs_f64()
        );
    }
    Ok(())
}

/// Looks at everything without writing, then with, and tells what the writing adds.
async fn first_scan(table: &Table<'_>, arguments: &Arguments) -> Result<()> {
    // The first runs pay for what both need: connections, caches, the first look by schedule.
    for _ in 0..2 {
        table.skep.sweep(table.name, &["--dry-run"])?;
    }
    let listed = table.skep.sweep(table.name, &["--dry-run"])?;
    let registered = table.skep.sweep(table.name, &[])?;
    let rate = |took: Duration| f64::from(arguments.partitions) / took.as_secs_f64();
    let added = registered.saturating_sub(listed);
    println!("listed and compared: {} ms", listed.as_millis());
    println!(
        "listed and registered: {} ms, {:.0} partitions/s",
        registered.as_millis(),
        rate(registered)
    );
    println!("registering alone: {:.0} partitions/s", rate(added));
    ensure!(table.count().await? == u64::from(arguments.partitions));
    Ok(())
}
