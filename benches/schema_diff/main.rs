//! How long a source of 10,000 tables with 20 columns each takes to compare: without a change, and with
//! one in each table. With a PostgreSQL also what whole runs over such a source take.
//!
//! `cargo bench --bench schema_diff`, or `scripts/with-databases --only postgres cargo bench --bench schema_diff`

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

mod run;

use anyhow::Result;
use skep::diff::coercion::Engine;
use skep::diff::compare::diff;
use skep::diff::grade::grade;
use skep::model::{Coverage, Snapshot, SourceColumn, SourceDialect, SourceTable, SourceTableKind};
use std::time::Instant;

/// As in the server, whose memory is measured.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Where a PostgreSQL is, in whose databases the runs are measured.
const POSTGRES_VARIABLE: &str = "SKEP_TEST_POSTGRES_URL";
const TABLES: usize = 10_000;
const COLUMNS: usize = 20;
const ROUNDS: usize = 5;
/// The types of the columns, in turn.
const TYPES: [&str; 4] = [
    "integer",
    "character varying(255)",
    "numeric(12,2)",
    "timestamp(6) with time zone",
];

fn source(changed: bool) -> Snapshot {
    let tables = (0..TABLES).map(|number| {
        let name = format!("table_{number:05}");
        let mut table = SourceTable::new("shop", &name, SourceTableKind::Table);
        for column in 0..COLUMNS {
            let data_type = if changed && column == number % COLUMNS {
                "bigint"
            } else {
                TYPES[column % TYPES.len()]
            };
            table.columns.push(SourceColumn {
                name: format!("column_{column:02}"),
                data_type: data_type.to_owned(),
                nullable: column > 0,
                default: None,
                comment: Some(format!("what column {column} of {name} means")),
                identity: None,
                default_identity: None,
                hidden: false,
            });
        }
        table.primary_key.push("column_00".to_owned());
        table
    });
    let coverage = Coverage {
        schemas_listed: ["shop".to_owned()].into(),
        ..Coverage::default()
    };
    Snapshot::new(SourceDialect::Postgres, tables.collect(), coverage).expect("it is a snapshot")
}

#[tokio::main]
async fn main() -> Result<()> {
    skep::crypto::provider_install();
    // First, so that the most memory is that of the runs.
    match std::env::var(POSTGRES_VARIABLE) {
        Ok(server) => run::measure(&server).await?,
        Err(_) => println!("whole runs are not measured: {POSTGRES_VARIABLE} is not set"),
    }
    compare();
    Ok(())
}

fn compare() {
    let before = source(false);
    for (name, after) in [
        ("no change", source(false)),
        ("one change a table", source(true)),
    ] {
        let mut took_ms = Vec::new();
        let mut found = 0;
        for _ in 0..ROUNDS {
            let start = Instant::now();
            let comparison = diff(&before, &after);
            for change in &comparison.changes {
                found = found.max(
                    grade(change, before.dialect(), &[], &Engine::ALL)
                        .effects
                        .len(),
                );
                found = found.max(change.text().len() + change.key("shop").len());
            }
            took_ms.push(start.elapsed().as_secs_f64() * 1_000.0);
            assert_eq!(comparison.changes.is_empty(), name == "no change");
        }
        took_ms.sort_by(f64::total_cmp);
        println!(
            "{name}: {TABLES} tables x {COLUMNS} columns compared, graded and told in {:.1} ms (median of {ROUNDS})",
            took_ms[ROUNDS / 2]
        );
        std::hint::black_box(found);
    }
}
