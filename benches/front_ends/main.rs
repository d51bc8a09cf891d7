//! What the front ends cost beside one another, what streams of gRPC do, and how long pages and searches take: a `skep serve` in a process of its own.
//!
//! `scripts/with-databases --only postgres cargo bench --bench front_ends`

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

#[expect(dead_code, reason = "the tests use the rest of the client")]
#[path = "../../tests/it/client/mod.rs"]
mod client;
mod pages;
mod process;
#[path = "../../tests/it/harness/ready.rs"]
mod ready;
mod registering;
mod searching;
mod watching;

use anyhow::Result;
use clap::Parser;
use process::Process;

/// What to measure.
#[derive(Parser)]
struct Arguments {
    /// The catalog's database; it must be empty.
    #[arg(long, env = "SKEP_TEST_POSTGRES_URL")]
    database: String,
    /// Partitions that one stream adds.
    #[arg(long, default_value_t = 100_000)]
    partitions: u32,
    /// Those that watch events.
    #[arg(long, default_value_t = 1_000)]
    watchers: usize,
    /// Partitions of the table whose pages are asked for.
    #[arg(long, default_value_t = 1_000_000)]
    page_partitions: u32,
    /// Tables that are searched.
    #[arg(long, default_value_t = 100_000)]
    tables: u32,
    /// Only the search.
    #[arg(long)]
    search: bool,
    /// Rounds of what is compared.
    #[arg(long, default_value_t = 7)]
    rounds: usize,
    /// Cargo hands this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments = Arguments::parse();
    skep::crypto::provider_install();
    let skep = Process::start(&arguments.database)?;
    if arguments.search {
        return searching::measure(&skep, arguments.tables).await;
    }
    registering::measure(&skep, arguments.partitions, arguments.rounds).await?;
    watching::measure(&skep, arguments.watchers).await?;
    pages::measure(&skep, arguments.page_partitions).await?;
    searching::measure(&skep, arguments.tables).await
}

/// The one in the middle.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or_default()
}
