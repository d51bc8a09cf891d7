//! What finding partitions costs beside the listing itself: a bare loop of LIST requests against a sweep, over the same
//! S3 server in this process. Both pay for the server's work too, so the ratio is what counts.
//!
//! `cargo bench --bench discovery`

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

#[expect(dead_code, reason = "the tests use the rest of the server")]
#[path = "../../tests/it/s3/mod.rs"]
mod s3;

use clap::Parser;
use object_store::aws::{AmazonS3, AmazonS3Builder};
use object_store::list::{PaginatedListOptions, PaginatedListStore};
use s3::S3Server;
use skep::lake::{Lake, ScanItem, ScanRequest, ScanSummary};
use skep::layout::Layout;
use skep::model::{Column, Location};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

const BUCKET: &str = "lake";
/// How often the memory is looked at.
const MEMORY_LOOK: Duration = Duration::from_millis(5);

/// Lists a table of many partitions in both ways.
#[derive(Parser)]
struct Args {
    /// Partitions of the table.
    #[arg(long, default_value_t = 100_000)]
    partitions: u32,
    /// Objects of each.
    #[arg(long, default_value_t = 10)]
    files: u32,
    /// Requests that the sweep has on their way at once.
    #[arg(long, default_value_t = 8)]
    concurrent: usize,
    /// How often both are measured.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Cargo hands this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let server = S3Server::start(&[BUCKET]).await;
    for number in 0..args.partitions {
        let (day, hour) = (number / 24, number % 24);
        for file in 0..args.files {
            let key = format!("t/day={day:06}/hour={hour:02}/part-{file:05}.parquet");
            server.put(BUCKET, &key, "12345");
        }
    }
    let objects = f64::from(args.partitions) * f64::from(args.files);
    println!("{} partitions of {} objects", args.partitions, args.files);
    let bare = bare_store(&server)?;
    let lake = Lake::new(&server.storage_settings(), &[]);
    let columns = ["day", "hour"].map(|name| Column {
        name: name.to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    });
    let layout = Layout::hive(&columns);
    // What the first run pays for is not what is measured.
    bare_list(&bare).await?;
    let mut ratios = Vec::new();
    for round in 1..=args.rounds {
        let begin = Instant::now();
        let requests = bare_list(&bare).await?;
        let bare_took = begin.elapsed();
        let begin = Instant::now();
        let (summary, found, grown) = sweep(&lake, &layout, 1).await?;
        let (one_took, one_grown) = (begin.elapsed(), grown);
        assert_eq!(found, args.partitions);
        let begin = Instant::now();
        let (wide, found, grown) = sweep(&lake, &layout, args.concurrent).await?;
        let wide_took = begin.elapsed();
        assert!(wide.complete && found == args.partitions);
        let rate = |took: Duration| objects / took.as_secs_f64() / 1_000.0;
        println!("round {round}");
        println!(
            "  bare LIST loop      {:>7.0} thousand objects/s, {requests} requests",
            rate(bare_took)
        );
        println!(
            "  sweep, 1 at a time  {:>7.0} thousand objects/s, {} requests, {one_grown:+.1} MB resident",
            rate(one_took),
            summary.requests
        );
        println!(
            "  sweep, {} at a time  {:>7.0} thousand objects/s, {} requests, {grown:+.1} MB resident",
            args.concurrent,
            rate(wide_took),
            wide.requests
        );
        ratios.push((
            bare_took.as_secs_f64() / one_took.as_secs_f64(),
            bare_took.as_secs_f64() / wide_took.as_secs_f64(),
        ));
    }
    ratios.sort_by(|one, other| one.0.total_cmp(&other.0));
    let one = ratios[ratios.len() / 2].0;
    ratios.sort_by(|one, other| one.1.total_cmp(&other.1));
    let wide = ratios[ratios.len() / 2].1;
    println!(
        "median speed of the bare loop = 1: sweep {one:.2}, with {} at a time {wide:.2}",
        args.concurrent
    );
    Ok(())
}

fn bare_store(server: &S3Server) -> anyhow::Result<AmazonS3> {
    skep::crypto::provider_install();
    let store = AmazonS3Builder::new()
        .with_endpoint(server.endpoint())
        .with_allow_http(true)
        .with_access_key_id(s3::ACCESS_KEY_ID)
        .with_secret_access_key(s3::SECRET_ACCESS_KEY)
        .with_region("us-east-1")
        .with_bucket_name(BUCKET)
        .build()?;
    Ok(store)
}

/// Lists all keys, page after page, and does nothing with them.
async fn bare_list(store: &AmazonS3) -> anyhow::Result<usize> {
    let mut requests = 0;
    let mut token = None;
    loop {
        let options = PaginatedListOptions {
            max_keys: Some(1_000),
            page_token: token,
            ..PaginatedListOptions::default()
        };
        let page = store.list_paginated(Some("t/"), options).await?;
        requests += 1;
        token = page.page_token;
        if token.is_none() {
            return Ok(requests);
        }
    }
}

/// Sweeps; tells the partitions found, and how much the memory grew meanwhile at most.
async fn sweep(
    lake: &Lake,
    layout: &Layout,
    concurrent: usize,
) -> anyhow::Result<(ScanSummary, u32, f64)> {
    let before = resident_megabytes();
    let is_over = Arc::new(AtomicBool::new(false));
    let watched = Arc::clone(&is_over);
    let watch = std::thread::spawn(move || {
        let mut most = 0.0_f64;
        while !watched.load(Ordering::Relaxed) {
            most = most.max(resident_megabytes());
            std::thread::sleep(MEMORY_LOOK);
        }
        most
    });
    let (sender, mut receiver) = mpsc::channel(4);
    let root = Location::parse("s3://lake/t")?;
    let request = ScanRequest {
        root: &root,
        layout,
        window: None,
        marker: Some("_SUCCESS"),
        requests_max: u64::MAX,
        requests_concurrent_max: concurrent,
        skip: &|_| false,
    };
    let receive = async {
        let mut found = 0_u32;
        while let Some(batch) = receiver.recv().await {
            for item in batch {
                found += u32::from(matches!(item, ScanItem::Partition(_)));
            }
        }
        found
    };
    let (summary, found) = tokio::join!(lake.scan(request, sender), receive);
    is_over.store(true, Ordering::Relaxed);
    let most = watch.join().expect("the watch ends");
    Ok((summary?, found, most - before))
}

/// The memory of this process, where the system tells it.
fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1_024.0
}
