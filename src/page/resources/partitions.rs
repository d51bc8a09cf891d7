//! The partitions of a table, page by page, of all or of those that a filter means.

use super::table_at;
use crate::catalog::{PartitionSelection, PartitionsPage};
use crate::error::Error;
use crate::front::words;
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, page};
use crate::page::show::{Volume, When, volume, when};
use crate::page::{filters, links};
use askama::Template;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

/// Partitions on one page.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(in crate::page) struct PartitionsQuery {
    #[serde(default)]
    filter: String,
    /// The last partition of the page before.
    #[serde(default)]
    after: String,
}

#[derive(Template)]
#[template(path = "partitions.html")]
struct PartitionsPageShown {
    shell: Shell,
    table: String,
    table_link: String,
    /// Where the script follows what changes.
    database: String,
    table_name: String,
    keys: String,
    example: String,
    filter: String,
    /// What is wrong with the filter.
    fault: String,
    partitions: Vec<PartitionRow>,
    is_first: bool,
    first: String,
    next: String,
}

struct PartitionRow {
    name: String,
    link: String,
    created: Option<When>,
    volume: Volume,
    /// Where it lies, unless it is its place inside the table's.
    location: String,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
    Query(query): Query<PartitionsQuery>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    let selection = PartitionSelection::Filter(&query.filter);
    let after = Some(query.after.as_str()).filter(|after| !after.is_empty());
    let read = asked
        .catalog()
        .partition_page(&at, selection, after, PAGE)
        .await;
    let (status, table, rows, next, fault) = match read {
        Ok(PartitionsPage { found, next }) => {
            let now = asked.now();
            let rows = found.partitions.iter().map(|one| PartitionRow {
                name: one.name.clone(),
                link: links::partition(&at, &one.name),
                created: when(one.created_at, now),
                volume: volume(&one.parameters),
                location: one
                    .location
                    .as_ref()
                    .map(ToString::to_string)
                    .unwrap_or_default(),
            });
            (
                StatusCode::OK,
                found.table,
                rows.collect(),
                next,
                String::new(),
            )
        }
        // Of a request that is understood, only the filter can make no sense.
        Err(failure @ Error::Invalid(_)) if !query.filter.is_empty() => {
            let table = asked.catalog().table_get(&at).await?;
            (
                StatusCode::BAD_REQUEST,
                table,
                Vec::new(),
                None,
                words(&failure),
            )
        }
        Err(other) => return Err(other.into()),
    };
    let keys: Vec<&str> = table
        .partition_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    let next = next.map(|next| links::query(&[("filter", &query.filter), ("after", &next)]));
    let title = format!("Partitions of {}.{}", at.database, at.table);
    let shown = PartitionsPageShown {
        shell: Shell::of(&asked, Section::Data, title),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        database: at.database.to_string(),
        table_name: at.table.to_string(),
        example: keys
            .first()
            .map(|key| format!("{key} >= '…'"))
            .unwrap_or_default(),
        keys: keys.join(", "),
        first: format!(
            "{}{}",
            links::partitions(&at),
            links::query(&[("filter", &query.filter)])
        ),
        is_first: query.after.is_empty(),
        filter: query.filter,
        fault,
        partitions: rows,
        next: next.unwrap_or_default(),
    };
    Ok(page(status, &shown))
}
