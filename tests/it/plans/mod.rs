//! What PostgreSQL's planner makes of the statements that skep really sends: over large tables, none of them walks a
//! whole table. The statements are not listed by hand; the server keeps them (`pg_stat_statements`) while clients ask
//! for everything there is.

mod clients;
mod fill;

use crate::harness::{TestDatabase, TestServer, run};
use fill::{LARGE_TABLES, fill};
use skep::alert::{ChannelKind, ChannelSettings};
use skep::source::{SourceKind, SourceSettings};
use sqlx::{AssertSqlSafe, Connection, PgConnection, Row};
use std::collections::BTreeSet;
use std::fmt::Write as _;

/// Statements that have to look at every row, by a part of their text, and why.
const WALKS: &[(&str, &str)] = &[
    (
        "FROM skep_events WHERE id > $1 GROUP BY kind",
        "a count of events looks at each of them",
    ),
    (
        "SELECT COUNT(*) FROM skep_lock_components",
        "all locks are listed next",
    ),
    (
        "SELECT COUNT(*) FROM skep_locks WHERE state",
        "locks are few, and dead ones are removed each minute",
    ),
    (
        "FROM skep_functions f JOIN skep_databases d",
        "every function of a catalog is what was asked for",
    ),
    (
        "DELETE FROM skep_leases WHERE expires_at",
        "the upkeep, seldom, of a row a table that discovery looks at",
    ),
    ("AND t.name LIKE $", "no index knows the middles of names"),
    (
        "LEFT JOIN skep_tables t ON t.id = s.table_id",
        "after drops, what of the index of words is left behind",
    ),
    (
        "UPDATE skep_partitions SET place = $1 WHERE location IS NOT NULL",
        "a migration, once",
    ),
];

/// Statements that an index is made for, by a part of their text, and the index.
const INDEXED: &[(&str, &str)] = &[
    (
        "FROM skep_pending_deletes WHERE place IN",
        "skep_pending_deletes_by_place",
    ),
    (
        "FROM skep_pending_deletes WHERE place <= $1 AND place >=",
        "skep_pending_deletes_by_place",
    ),
    (
        "FROM skep_pending_deletes WHERE place = $1",
        "skep_pending_deletes_by_place",
    ),
    (
        "UPDATE skep_pending_deletes SET place = CASE",
        "skep_pending_deletes_pkey",
    ),
    (
        "skep_partitions p WHERE p.table_id = $1 AND p.location IS NOT NULL",
        "skep_partitions_pkey",
    ),
    ("r.place >=", "skep_discovery_roots_by_place"),
    (
        "FROM skep_partitions WHERE table_id <>",
        "skep_partitions_by_place",
    ),
    (
        "FROM skep_partitions WHERE table_id <>",
        "skep_tables_by_place",
    ),
    (
        "FROM skep_partitions WHERE table_id <>",
        "skep_databases_by_place",
    ),
    (
        "FROM skep_partitions WHERE table_id <>",
        "skep_databases_by_managed_place",
    ),
    (
        "FROM skep_partitions WHERE place =",
        "skep_partitions_by_place",
    ),
    ("FROM skep_tables WHERE place =", "skep_tables_by_place"),
    ("AND word >= $2 AND word <", "skep_search_entries_pkey"),
    (
        "AND word = $2 ORDER BY table_id",
        "skep_search_entries_pkey",
    ),
    ("ORDER BY p.name DESC LIMIT", "skep_partitions_pkey"),
    (
        "p.name < $2 ORDER BY p.name DESC LIMIT",
        "skep_partitions_pkey",
    ),
];

/// Statements that read a page along an index, by a part of their text: none of them sorts what it finds.
const UNSORTED: &[&str] = &["ORDER BY p.name DESC LIMIT"];

/// Fewer statements than this say that clients did not get through.
const STATEMENTS_MIN: usize = 120;

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_walks_a_large_table() {
    run(
        TestDatabase::postgres().await,
        async |test: TestDatabase| {
            test.execute("CREATE EXTENSION pg_stat_statements").await;
            let source = crate::rest::watch::source().await;
            let server = TestServer::start_with(&test, |settings| {
                let watched = SourceSettings::new(SourceKind::Sqlite, Some(source.url()));
                settings.sources.insert("shop".to_owned(), watched);
                let channel = ChannelSettings {
                    kind: ChannelKind::Log,
                    ..ChannelSettings::default()
                };
                settings.alerts.channels.insert("team".to_owned(), channel);
                let tasks = &mut settings.tasks;
                tasks.lake_cleanup_interval_s = 1;
                tasks.event_retention_interval_s = 1;
                tasks.lock_reaper_interval_s = 1;
                tasks.replica_beat_interval_s = 1;
                tasks.discovery_upkeep_interval_s = 1;
                tasks.freshness_interval_s = 1;
                tasks.search_interval_s = 1;
                tasks.schema_diff_interval_s = 1;
                tasks.alert_delivery_interval_s = 1;
                tasks.watch_upkeep_interval_s = 1;
            })
            .await;
            // Of a version that knew no places: the cleanup notes where it was.
            test.execute(
                "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
                 VALUES (1, 'file:/nowhere/x', 'a test', 1, 1, 4102444800)",
            )
            .await;
            clients::ask_for_everything(&server, &source).await;
            let mut connection = PgConnection::connect(test.url()).await.unwrap();
            let statements = statements(&mut connection).await;
            // Its upkeep, each second, would take the filled tables for old.
            server.stop().await;
            assert!(
                statements.len() >= STATEMENTS_MIN,
                "only {} statements were seen",
                statements.len()
            );
            fill(&mut connection).await;
            let mut walks = String::new();
            let mut unmet: BTreeSet<_> = INDEXED.iter().collect();
            for statement in &statements {
                let lines = plan(&mut connection, statement).await;
                let wanted = INDEXED.iter().filter(|(part, _)| statement.contains(part));
                for one in wanted {
                    unmet.remove(one);
                    let is_used = lines.iter().any(|line| line.contains(one.1));
                    assert!(is_used, "{statement} by {lines:#?}");
                }
                if UNSORTED.iter().any(|part| statement.contains(part)) {
                    let sorts = lines.iter().any(|line| line.contains("Sort"));
                    assert!(!sorts, "{statement} by {lines:#?}");
                }
                for line in lines {
                    let walked = LARGE_TABLES
                        .iter()
                        .find(|table| line.contains(&format!("Seq Scan on {table}")));
                    let why = WALKS.iter().find(|(part, _)| statement.contains(part));
                    if let (Some(table), None) = (walked, why) {
                        let _ = writeln!(walks, "{table}: {statement}");
                    }
                }
            }
            assert!(unmet.is_empty(), "nobody asked: {unmet:?}");
            assert!(walks.is_empty(), "whole tables are read by:\n{walks}");
        },
    )
    .await;
}

/// The texts of what skep has sent, without their values and on one line each.
async fn statements(connection: &mut PgConnection) -> Vec<String> {
    let rows = sqlx::query(
        "SELECT s.query FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid
         WHERE d.datname = current_database() AND s.query LIKE '%skep\\_%'
            AND s.query ~* '^\\s*(SELECT|INSERT|UPDATE|DELETE|WITH)'",
    )
    .fetch_all(&mut *connection)
    .await
    .expect("pg_stat_statements is loaded: run the tests through scripts/with-databases");
    let mut texts: Vec<String> = rows
        .iter()
        .map(|row| {
            let text: String = row.get(0);
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        })
        .filter(|text| !text.contains("skep_migration"))
        .map(|text| with_words_back(&text))
        .collect();
    texts.sort();
    texts.dedup();
    texts
}

/// The text with the word of EXTRACT, which is no value but is kept like one.
fn with_words_back(text: &str) -> String {
    let mut parts = text.split("EXTRACT($");
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        whole.push_str("EXTRACT(EPOCH");
        whole.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()));
    }
    whole
}

/// The lines of a statement's plan for values that nobody knows yet.
async fn plan(connection: &mut PgConnection, statement: &str) -> Vec<String> {
    let marks = statement.split('$').skip(1).filter_map(|after| {
        let digits = after.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse::<usize>().ok()
    });
    let marks: BTreeSet<usize> = marks.collect();
    let last = marks.last().copied().unwrap_or(0);
    // A number that is not used has no type of its own.
    let types = (1..=last).map(|mark| {
        if marks.contains(&mark) {
            "unknown"
        } else {
            "int"
        }
    });
    let types: Vec<&str> = types.collect();
    let (types, nulls) = (types.join(", "), vec!["NULL"; last].join(", "));
    let (types, arguments) = if last == 0 {
        (String::new(), String::new())
    } else {
        (format!("({types})"), format!("({nulls})"))
    };
    let prepare =
        format!("SET plan_cache_mode = force_generic_plan; PREPARE one{types} AS {statement}");
    let prepared = sqlx::raw_sql(AssertSqlSafe(prepare))
        .execute(&mut *connection)
        .await;
    prepared.unwrap_or_else(|error| panic!("{error}: {statement}"));
    let explain = AssertSqlSafe(format!("EXPLAIN EXECUTE one{arguments}"));
    let rows = sqlx::raw_sql(explain).fetch_all(&mut *connection).await;
    let rows = rows.unwrap_or_else(|error| panic!("{error}: {statement}"));
    let lines = rows.iter().map(|row| row.get(0)).collect();
    let deallocate = sqlx::raw_sql("DEALLOCATE one").execute(&mut *connection);
    deallocate.await.unwrap();
    lines
}
