//! The databases whose schemas are watched.

use crate::page::asked::Asked;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, count, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;

#[derive(Template)]
#[template(path = "sources.html")]
struct SourcesPage {
    shell: Shell,
    sources: Vec<SourceRow>,
}

struct SourceRow {
    name: String,
    kind: &'static str,
    changes: String,
    last_ok: Option<When>,
    next: Option<When>,
    tables: String,
    columns: String,
    failures: i64,
    error: String,
    lost: String,
}

pub(in crate::page) async fn show(asked: Asked) -> Result<Response, Failure> {
    let now = asked.now();
    let sources = asked.watch().source_list().await?;
    let rows = sources.into_iter().map(|source| {
        let snapshot = source.snapshot.as_ref();
        SourceRow {
            changes: format!("changes{}", links::query(&[("source", &source.name)])),
            kind: source.settings.kind.as_str(),
            last_ok: source.state.last_ok_at.and_then(|at| when(at, now)),
            next: when(source.state.next_at.seconds(), now),
            tables: snapshot.map(|one| count(one.tables)).unwrap_or_default(),
            columns: snapshot.map(|one| count(one.columns)).unwrap_or_default(),
            failures: source.state.failures,
            error: source.state.last_error.unwrap_or_default(),
            lost: source.state.lost.unwrap_or_default(),
            name: source.name,
        }
    });
    Ok(found(&SourcesPage {
        shell: Shell::of(&asked, Section::Sources, "Sources"),
        sources: rows.collect(),
    }))
}
