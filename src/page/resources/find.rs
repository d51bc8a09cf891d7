//! What is called so.

use super::{ROWS_MAX, catalog, page_of};
use crate::model::{Location, Name, TableMeta};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::{filters, links};
use askama::Template;
use axum::response::{IntoResponse, Redirect, Response};
use serde::Deserialize;

/// Characters of what is looked for.
const QUERY_CHARS_MAX: usize = 256;

#[derive(Deserialize)]
pub(in crate::page) struct FindQuery {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "find.html")]
struct FindPage {
    shell: Shell,
    databases: Vec<Found>,
    tables: Vec<Found>,
    /// There are more tables than are shown.
    more: bool,
}

struct Found {
    name: String,
    link: String,
    kind: String,
    comment: String,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<FindQuery>,
) -> Result<Response, Failure> {
    let wanted = query.q.trim();
    if wanted.is_empty() {
        return Ok(Redirect::to(".").into_response());
    }
    if wanted.chars().count() > QUERY_CHARS_MAX {
        let why = format!("What is looked for has more than {QUERY_CHARS_MAX} characters.");
        return Err(Failure::Faulty(why));
    }
    if let Some(location) = location_of(wanted) {
        let tables = asked
            .catalog()
            .tables_at_place(&catalog(), &location, ROWS_MAX + 1)
            .await?;
        return Ok(shown(&asked, wanted, Vec::new(), tables));
    }
    let word = wanted.to_lowercase();
    let (database_word, table_word) = match word.split_once('.') {
        Some((database, table)) => (Some(database), table),
        None => (None, word.as_str()),
    };
    let all = asked.catalog().databases(&catalog(), None).await?;
    let databases = all
        .iter()
        .filter(|one| database_word.is_none() && one.at.database.as_str().contains(table_word));
    let databases = databases.take(ROWS_MAX).map(|one| Found {
        name: one.at.database.to_string(),
        link: links::database(&one.at),
        kind: "database".to_owned(),
        comment: one.description.clone().unwrap_or_default(),
    });
    let in_database = database_word.map(Name::new);
    let metas = asked
        .catalog()
        .table_find(&catalog(), in_database.as_ref(), table_word, ROWS_MAX + 1)
        .await?;
    Ok(shown(&asked, wanted, databases.collect(), metas))
}

/// The place that is looked for, where people ask whose an object is: `s3://lake/orders/dt=1/part-0`, `/data/orders`.
fn location_of(wanted: &str) -> Option<Location> {
    let is_place = wanted.contains("://") || wanted.starts_with('/') || wanted.starts_with("file:");
    is_place.then(|| Location::parse(wanted).ok())?
}

fn shown(asked: &Asked, wanted: &str, databases: Vec<Found>, tables: Vec<TableMeta>) -> Response {
    let rows = tables.into_iter().map(|meta| Found {
        name: format!("{}.{}", meta.at.database, meta.at.table),
        link: links::table(&meta.at),
        kind: super::table::kind(&meta.table_type),
        comment: meta.comment.unwrap_or_default(),
    });
    let (tables, more) = page_of(rows.collect());
    let mut shell = Shell::of(asked, Section::Data, format!("Found for “{wanted}”"));
    wanted.clone_into(&mut shell.query);
    found(&FindPage {
        shell,
        databases,
        tables,
        more,
    })
}
