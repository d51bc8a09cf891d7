//! Every change that the manuals of the sources know, made on the real thing: what is told of it, in which class and in
//! which words. A file a source (`*.ddl`) holds the rows: `#` what is changed, `<` what is made before, `>` what changes
//! it, `=` a line for each change that is told; none where nothing is. The copy in the lake is taken to have what a dump
//! gave it before.
//!
//! What is right here is a judgement from the view of who reads the copy: what changes no data and breaks no reader is not
//! told, or additive. `UPDATE_GOLDEN=1` writes the lines with `=` anew, to be read one by one.

use super::listener::Recorded;
use super::{settings, snapshot};
use crate::harness::{TestDatabase, run};
use skep::diff::change::{Change, ChangeKind};
use skep::diff::coercion::Engine;
use skep::diff::compare::diff;
use skep::diff::grade::grade;
use skep::diff::impact::{FilledTable, dumped};
use skep::model::{Column, Snapshot, SourceTableRef};
use skep::source::{SourceKind, SourceSettings};
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// One row of a file.
#[derive(Default)]
struct Row {
    name: String,
    before: String,
    after: String,
    told: Vec<String>,
}

fn file(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/source/ddl");
    folder.join(format!("{name}.ddl"))
}

fn rows(name: &str) -> Vec<Row> {
    let text = std::fs::read_to_string(file(name)).expect("the file of rows");
    let mut rows: Vec<Row> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty()) {
        let (mark, rest) = line.split_at(2);
        if mark == "# " {
            rows.push(Row::default());
        }
        let row = rows.last_mut().expect("a row begins with its name");
        match mark {
            "# " => rest.clone_into(&mut row.name),
            "< " => rest.clone_into(&mut row.before),
            "> " => rest.clone_into(&mut row.after),
            "= " => row.told.push(rest.to_owned()),
            _ => panic!("what is {line}?"),
        }
    }
    rows
}

/// What is told of the changes, a line each: class, kind and words.
fn told(before: &Snapshot, after: &Snapshot) -> Vec<String> {
    let comparison = diff(before, after);
    let renamed: HashMap<&SourceTableRef, &SourceTableRef> = comparison
        .changes
        .iter()
        .filter_map(|change| match &change.kind {
            ChangeKind::TableRenamed { from, .. } => Some((&change.table, from)),
            _ => None,
        })
        .collect();
    let one = |change: &Change| {
        let was = renamed.get(&change.table).copied();
        let was = was.unwrap_or(&change.table);
        let columns: Option<Vec<Column>> = before.table(was).map(|table| {
            let columns = table.columns.iter();
            let columns = columns.filter_map(|column| dumped(column, before.dialect()));
            columns.collect()
        });
        let filled = columns.as_ref().map(|columns| FilledTable {
            name: "the copy",
            columns,
            keys: &[],
        });
        let filled: Vec<_> = filled.into_iter().collect();
        let grade = grade(change, after.dialect(), &filled, &Engine::ALL);
        let (class, kind) = (grade.severity.as_str(), change.kind.name());
        format!("{class} {kind}: {}", change.text())
    };
    let mut lines: Vec<String> = comparison.changes.iter().map(one).collect();
    let unread = comparison.unread.iter();
    lines.extend(unread.map(|table| format!("unread {table}")));
    lines
}

/// Compares what was told of all rows with what the file says, and shows every row that differs.
fn compare(name: &str, rows: &[Row], made: &[Vec<String>]) {
    let (mut differ, mut whole) = (String::new(), String::new());
    for (row, made) in rows.iter().zip(made) {
        let separator = if whole.is_empty() { "" } else { "\n" };
        let _ = writeln!(whole, "{separator}# {}", row.name);
        for (mark, text) in [("<", &row.before), (">", &row.after)] {
            if !text.is_empty() {
                let _ = writeln!(whole, "{mark} {text}");
            }
        }
        for line in made {
            let _ = writeln!(whole, "= {line}");
        }
        if row.told != *made {
            let _ = writeln!(differ, "\n# {}", row.name);
            for line in row.told.iter().filter(|line| !made.contains(line)) {
                let _ = writeln!(differ, "- {line}");
            }
            for line in made.iter().filter(|line| !row.told.contains(line)) {
                let _ = writeln!(differ, "+ {line}");
            }
        }
    }
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(file(name), whole).expect("the file can be written");
        return;
    }
    assert!(differ.is_empty(), "{name}:{differ}");
}

/// Makes each row on the database, which `empty` empties first; `then` goes before each piece of SQL.
async fn on(database: &TestDatabase, name: &str, kind: SourceKind, empty: &str, then: &str) {
    let (rows, mut made) = (rows(name), Vec::new());
    let source: SourceSettings = settings(kind, database.url());
    for row in &rows {
        let pieces = [empty, then, &row.before].into_iter();
        let pieces: Vec<&str> = pieces.filter(|piece| !piece.is_empty()).collect();
        database.execute(&pieces.join("; ")).await;
        let before = snapshot(&source).await;
        database.execute(&format!("{then}; {}", row.after)).await;
        let after = snapshot(&source).await;
        let lines = told(&before, &after).into_iter();
        let lines = lines.map(|line| match database.name() {
            "" => line,
            schema => line.replace(schema, "shop"),
        });
        made.push(lines.collect());
    }
    compare(name, &rows, &made);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres() {
    run(TestDatabase::postgres().await, |database| async move {
        let empty = "DROP SCHEMA IF EXISTS shop CASCADE; DROP SCHEMA IF EXISTS other CASCADE;
            DROP SCHEMA IF EXISTS renamed CASCADE; DROP PUBLICATION IF EXISTS all_rows;
            CREATE SCHEMA shop; CREATE SCHEMA other";
        let then = "SET search_path = shop";
        on(&database, "postgres", SourceKind::Postgres, empty, then).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_mariadb() {
    run(TestDatabase::mysql().await, |database| async move {
        let name = database.name();
        let empty = format!("DROP DATABASE {name}; CREATE DATABASE {name}");
        let then = format!("USE {name}");
        on(&database, "mariadb", SourceKind::Mysql, &empty, &then).await;
    })
    .await;
}

#[tokio::test]
async fn on_sqlite() {
    let mut made = Vec::new();
    let rows = rows("sqlite");
    for row in &rows {
        let database = TestDatabase::sqlite().await;
        let path = database.url().trim_start_matches("sqlite:");
        std::fs::File::create(path).expect("a file");
        let source = settings(SourceKind::Sqlite, database.url());
        database.execute(&row.before).await;
        let before = snapshot(&source).await;
        database.execute(&row.after).await;
        made.push(told(&before, &snapshot(&source).await));
    }
    compare("sqlite", &rows, &made);
}

#[tokio::test]
async fn on_elasticsearch() {
    let look = async |mapping: &str| {
        let answers = [
            ("GET /", r#"{"version":{"number":"8.19.21"}}"#),
            (
                "POST /_security/user/_has_privileges",
                include_str!("../elasticsearch/privileges_8.json"),
            ),
            ("GET /_data_stream", r#"{"data_streams":[]}"#),
            ("GET /_mapping", mapping),
        ];
        let answers = answers.map(|(path, body)| (path, (200, body.to_owned())));
        let cluster = Recorded::start(answers.into()).await;
        let url = format!("http://{}", cluster.address());
        snapshot(&settings(SourceKind::Elasticsearch, &url)).await
    };
    let (rows, mut made) = (rows("elasticsearch"), Vec::new());
    for row in &rows {
        let before = look(&row.before).await;
        made.push(told(&before, &look(&row.after).await));
    }
    compare("elasticsearch", &rows, &made);
}
