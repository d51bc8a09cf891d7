//! Whole runs over a real PostgreSQL of 10,000 tables: what a run takes beside the source's own time, how much memory,
//! and that an unchanged source stores nothing.

use crate::{COLUMNS, TABLES, TYPES};
use anyhow::{Context, Result, ensure};
use skep::alert::{AlertSettings, ChannelSettings};
use skep::catalog::{Catalog, CatalogSettings, PlaceRules};
use skep::clock::Clock;
use skep::lake::{Lake, StorageSettings};
use skep::model::{Location, WatchCause};
use skep::naming::{NamingPolicy, NamingRules};
use skep::source::{SourceKind, SourceSettings};
use skep::store::{Store, StoreSettings};
use skep::watch::{TargetRule, Watch, WatchReport, WatchSettings, WatchSetup};
use sqlx::{AssertSqlSafe, Connection, Executor, PgConnection};
use std::fmt::Write as _;
use std::sync::Arc;

/// The name of the source.
const SOURCE: &str = "shop";
/// Statements of one transaction: each table takes locks until its end.
const STATEMENTS_PER_BATCH: usize = 100;

/// Makes the databases, measures the runs, and removes them again.
pub(crate) async fn measure(server: &str) -> Result<()> {
    let process = std::process::id();
    let (source, own) = (
        format!("bench_source_{process}"),
        format!("bench_own_{process}"),
    );
    let mut admin = PgConnection::connect(server).await?;
    for name in [&source, &own] {
        execute(&mut admin, &format!("CREATE DATABASE {name}")).await?;
    }
    let outcome = measure_on(&at(server, &source)?, &at(server, &own)?).await;
    for name in [&source, &own] {
        execute(&mut admin, &format!("DROP DATABASE {name} WITH (FORCE)")).await?;
    }
    outcome
}

fn at(server: &str, database: &str) -> Result<String> {
    let mut url = url::Url::parse(server)?;
    url.set_path(database);
    Ok(url.into())
}

async fn measure_on(source: &str, own: &str) -> Result<()> {
    let mut tables = PgConnection::connect(source).await?;
    fill(&mut tables).await?;
    let watch = watch_open(source, own).await?;
    let baseline = run(&watch, "baseline").await?;
    ensure!(
        baseline.baseline && baseline.tables == TABLES as u64,
        "{baseline:?}"
    );
    memory("after the baseline")?;
    let unchanged = run(&watch, "unchanged").await?;
    ensure!(unchanged.changes.is_empty(), "something changed by itself");
    let kept = watch.for_system().snapshot_list(SOURCE, 10).await?;
    ensure!(kept.len() == 1, "an unchanged source stored a snapshot");
    println!(
        "one snapshot takes {} KiB in the database, and an unchanged source stores none",
        kept[0].bytes / 1024
    );
    let changes = (0..TABLES).map(|table| {
        let column = table % (COLUMNS - 1) + 1;
        format!("ALTER TABLE shop.table_{table:05} ALTER column_{column:02} TYPE bytea USING NULL;")
    });
    batches(&mut tables, changes).await?;
    let changed = run(&watch, "one change a table").await?;
    ensure!(
        changed.changes.len() == TABLES,
        "{} changes",
        changed.changes.len()
    );
    memory("after all runs")?;
    Ok(())
}

async fn fill(tables: &mut PgConnection) -> Result<()> {
    execute(tables, "CREATE SCHEMA shop").await?;
    let creates = (0..TABLES).map(|table| {
        let mut sql = format!("CREATE TABLE shop.table_{table:05} (");
        for column in 0..COLUMNS {
            let data_type = TYPES[column % TYPES.len()];
            let key = if column == 0 { "PRIMARY KEY" } else { "" };
            let comma = if column == 0 { "" } else { ", " };
            // Writing to a String does not fail.
            let _ = write!(sql, "{comma}column_{column:02} {data_type} {key}");
        }
        sql.push_str(");");
        sql
    });
    batches(tables, creates).await
}

async fn batches(
    tables: &mut PgConnection,
    statements: impl Iterator<Item = String>,
) -> Result<()> {
    let statements: Vec<String> = statements.collect();
    for batch in statements.chunks(STATEMENTS_PER_BATCH) {
        execute(tables, &batch.concat()).await?;
    }
    Ok(())
}

async fn execute(connection: &mut PgConnection, sql: &str) -> Result<()> {
    connection
        .execute(sqlx::raw_sql(AssertSqlSafe(sql)))
        .await
        .context("the benchmark's own statement")?;
    Ok(())
}

/// A watch over the source, with a channel to write alerts for and a rule that leads to catalog tables.
async fn watch_open(source: &str, own: &str) -> Result<Watch> {
    let store = Store::open(StoreSettings::new(own)).await?;
    let settings = CatalogSettings {
        places: PlaceRules::everywhere(Location::parse("file:/nowhere")?),
        warehouse_location: Location::parse("file:/nowhere")?,
        lock_timeout_s: 300,
        disallow_incompatible_column_changes: true,
        partitions_per_request_max: -1,
        gather_statistics: false,
        naming: NamingRules::default(),
        naming_policy: NamingPolicy::Off,
    };
    let watch = WatchSettings {
        targets: vec![TargetRule {
            source: "shop.{table}".to_owned(),
            table: "t1_shop.{table}_snapshot_1d_daily".to_owned(),
        }],
        ..WatchSettings::default()
    };
    let sources = [(
        SOURCE.to_owned(),
        SourceSettings::new(SourceKind::Postgres, Some(source)),
    )];
    let mut alerts = AlertSettings::default();
    let channel = ChannelSettings::default();
    alerts.channels.insert("log".to_owned(), channel);
    let watch = WatchSetup::new(&watch, &sources.into(), &alerts)?;
    let lake = Lake::new(&StorageSettings::default(), &[]);
    let catalog = Catalog::new(store, lake, Clock::System, settings);
    Ok(Watch::new(Arc::new(catalog), watch))
}

async fn run(watch: &Watch, name: &str) -> Result<WatchReport> {
    let report = watch
        .for_system()
        .watch_run(SOURCE, WatchCause::Manual)
        .await?;
    let own = report.elapsed.saturating_sub(report.read);
    println!(
        "run, {name}: {} tables, {} columns, {} changes; the source took {} ms, all else {} ms",
        report.tables,
        report.columns,
        report.changes.len(),
        report.read.as_millis(),
        own.as_millis()
    );
    Ok(report)
}

/// The most memory that the process has had so far, by the kernel's count.
fn memory(when: &str) -> Result<()> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().split(' ').next());
    let kib: u64 = kib.context("the kernel tells VmHWM")?.parse()?;
    println!("resident memory at most, {when}: {} MiB", kib / 1024);
    Ok(())
}
