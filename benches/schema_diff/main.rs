//! How long a source of 10,000 tables with 20 columns each takes to compare: without a change, and with
//! one in each table. `cargo bench --bench schema_diff`.

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

use skep::diff::compare::diff;
use skep::diff::grade::grade;
use skep::model::{Coverage, Snapshot, SourceColumn, SourceDialect, SourceTable, SourceTableKind};
use std::time::Instant;

const TABLES: usize = 10_000;
const COLUMNS: usize = 20;
const ROUNDS: usize = 5;

fn source(changed: bool) -> Snapshot {
    let types = [
        "integer",
        "character varying(255)",
        "numeric(12,2)",
        "timestamp(6) with time zone",
    ];
    let tables = (0..TABLES).map(|number| {
        let name = format!("table_{number:05}");
        let mut table = SourceTable::new("shop", &name, SourceTableKind::Table);
        for column in 0..COLUMNS {
            let data_type = if changed && column == number % COLUMNS {
                "bigint"
            } else {
                types[column % types.len()]
            };
            table.columns.push(SourceColumn {
                name: format!("column_{column:02}"),
                data_type: data_type.to_owned(),
                nullable: column > 0,
                default: None,
                comment: Some(format!("what column {column} of {name} means")),
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

fn main() {
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
                found = found.max(grade(change, before.dialect()).effects().len());
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
