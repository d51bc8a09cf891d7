//! Makes the catalog's tables large, whatever their columns are.

use sqlx::{AssertSqlSafe, PgConnection, Row};

/// The tables that grow with what the catalog holds or does. The others have a row a source, a channel,
/// a counter or a trouble that lasts.
pub(super) const LARGE_TABLES: &[&str] = &[
    "skep_alerts",
    "skep_column_statistics",
    "skep_databases",
    "skep_descriptors",
    "skep_discovery_changes",
    "skep_discovery_roots",
    "skep_discovery_runs",
    "skep_discovery_skips",
    "skep_discovery_tables",
    "skep_events",
    "skep_functions",
    "skep_leases",
    "skep_lock_components",
    "skep_locks",
    "skep_partitions",
    "skep_pending_deletes",
    "skep_schema_changes",
    "skep_search_texts",
    "skep_search_entries",
    "skep_snapshot_pieces",
    "skep_snapshots",
    "skep_tables",
];

/// Rows that each of them gets.
const ROWS: u32 = 30_000;

/// Adds rows to all of them, and counts them.
pub(super) async fn fill(connection: &mut PgConnection) {
    // Without the checks of foreign keys: a row's number is the same in every table.
    run(connection, "SET session_replication_role = replica").await;
    for table in LARGE_TABLES {
        let columns = sqlx::query(
            "SELECT column_name::TEXT, data_type::TEXT FROM information_schema.columns
             WHERE table_name = $1 AND table_schema = current_schema()",
        )
        .bind(table)
        .fetch_all(&mut *connection)
        .await
        .unwrap();
        assert!(!columns.is_empty(), "there is no table {table}");
        let (mut names, mut values) = (Vec::new(), Vec::new());
        for column in &columns {
            let (name, kind): (String, String) = (column.get(0), column.get(1));
            values.push(match kind.as_str() {
                "bigint" => "g".to_owned(),
                "bytea" => "'\\x00'::BYTEA".to_owned(),
                "text" => format!("'{name}' || g"),
                other => panic!("{table}.{name} is {other}"),
            });
            names.push(name);
        }
        let (names, values) = (names.join(", "), values.join(", "));
        let insert = format!(
            "INSERT INTO {table} ({names}) SELECT {values}
             FROM generate_series(1000000, 1000000 + {ROWS}) g ON CONFLICT DO NOTHING"
        );
        run(connection, &insert).await;
    }
    run(connection, "SET session_replication_role = origin").await;
    run(connection, "ANALYZE").await;
}

async fn run(connection: &mut PgConnection, sql: &str) {
    let done = sqlx::raw_sql(AssertSqlSafe(sql)).execute(connection).await;
    done.unwrap_or_else(|error| panic!("{error}: {sql}"));
}
