//! Sources over real sockets: what a snapshot holds, what the rights hide, and what each fault is called.

mod changes;
mod ddl;
mod elasticsearch;
mod faults;
mod listener;
mod mysql;
mod postgres;
mod scale;
mod sqlite;

use crate::harness::TestDatabase;
use skep::model::{Snapshot, SourceTable, SourceTableRef};
use skep::source::{AnySource, Source, SourceError, SourceKind, SourceSettings};
use std::fmt::Write as _;

/// The settings of a source over a test's database.
fn settings(kind: SourceKind, url: &str) -> SourceSettings {
    SourceSettings::new(kind, Some(url))
}

/// Reads a source.
async fn read(settings: &SourceSettings) -> Result<Snapshot, SourceError> {
    AnySource::open(settings)?.snapshot().await
}

/// Reads a source that can be read.
async fn snapshot(settings: &SourceSettings) -> Snapshot {
    read(settings).await.expect("the source can be read")
}

/// A URL with another user and password.
fn url_as(url: &str, user: &str, password: &str) -> String {
    let mut url = url::Url::parse(url).expect("a URL");
    url.set_username(user).expect("a user");
    url.set_password(Some(password)).expect("a password");
    url.into()
}

/// A URL through another port.
fn url_through(url: &str, port: u16) -> String {
    let mut url = url::Url::parse(url).expect("a URL");
    url.set_port(Some(port)).expect("a port");
    url.into()
}

fn at(schema: &str, name: &str) -> SourceTableRef {
    SourceTableRef {
        schema: schema.to_owned(),
        name: name.to_owned(),
    }
}

/// The names of the tables of a snapshot.
fn names(snapshot: &Snapshot) -> Vec<String> {
    let tables = snapshot.tables().iter();
    tables.map(|table| table.at.to_string()).collect()
}

/// A table in one text, a line each thing.
fn shown(table: &SourceTable) -> String {
    let mut text = format!("{} {}", table.kind, table.at.name);
    let mut line = |name: &str, value: &str| {
        let _ = write!(text, "\n{name} {value}");
    };
    if let Some(comment) = &table.comment {
        line("comment", comment);
    }
    for column in &table.columns {
        let null = if column.nullable { "" } else { " not null" };
        let default = column.default.as_ref();
        let default = default.map(|text| format!(" = {text}")).unwrap_or_default();
        let comment = column.comment.as_ref();
        let comment = comment
            .map(|text| format!(" -- {text}"))
            .unwrap_or_default();
        let name = &column.name;
        line(
            "column",
            &format!("{name} {}{null}{default}{comment}", column.data_type),
        );
    }
    if !table.primary_key.is_empty() {
        line("key", &table.primary_key.join(", "));
    }
    for (name, columns) in &table.unique_keys {
        line("unique", &format!("{name}: {}", columns.join(", ")));
    }
    if let Some(query) = &table.view_definition {
        line(
            "as",
            &query.split_whitespace().collect::<Vec<_>>().join(" "),
        );
    }
    text
}

/// A user of its own for a test, whose name the server's other tests do not have.
fn user(database: &TestDatabase) -> String {
    format!("u{}", &database.name()[database.name().len() - 16..])
}
