//! The partitions of a table, page by page, of all or of those that a filter means.

use super::table_at;
use crate::catalog::{PartitionSelection, PartitionsOf, PartitionsPage};
use crate::error::Error;
use crate::front::words;
use crate::hive::calendar_key::CalendarKeys;
use crate::model::{Partition, TableRef};
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
    /// `newest`: the last one by name first.
    #[serde(default)]
    order: String,
}

/// The word of the order from the end.
const NEWEST: &str = "newest";

#[derive(Template)]
#[template(path = "partitions.html")]
struct PartitionsPageShown {
    shell: Shell,
    table: String,
    table_link: String,
    /// Where the script follows what changes.
    database: String,
    table_name: String,
    /// The last event before the list was read.
    last_event: i64,
    keys: String,
    /// A filter that means something here; nothing where there is no partition to read one off.
    example: String,
    /// Whether some partition of the page tells a day.
    has_calendar: bool,
    /// Whether some partition of the page lies elsewhere than by default.
    has_places: bool,
    filter: String,
    /// What is wrong with the filter.
    fault: String,
    partitions: Vec<PartitionRow>,
    /// The first page; nothing where it is this one.
    first: String,
    next: String,
    /// Whether the last one by name comes first.
    is_newest: bool,
    /// The same partitions in the other order.
    other_order: String,
}

struct PartitionRow {
    name: String,
    link: String,
    created: Option<When>,
    volume: Volume,
    /// Where it lies, unless it is its place inside the table's.
    location: String,
}

fn row(at: &TableRef, partition: &Partition, now: i64) -> PartitionRow {
    let own = partition.location.as_ref();
    PartitionRow {
        name: partition.name.clone(),
        link: links::partition(at, &partition.name),
        created: when(partition.created_at, now),
        volume: volume(&partition.parameters),
        location: own.map(ToString::to_string).unwrap_or_default(),
    }
}

/// The page of a listing, or what is wrong with its filter.
async fn read(
    asked: &Asked,
    at: &TableRef,
    query: &PartitionsQuery,
) -> Result<(PartitionsPage, String), Failure> {
    let selection = PartitionSelection::Filter(&query.filter);
    let after = Some(query.after.as_str()).filter(|after| !after.is_empty());
    let catalog = asked.catalog();
    let read = if query.order == NEWEST {
        let read = catalog.partition_page_back(at, &query.filter, after, PAGE);
        read.await
    } else {
        catalog.partition_page(at, selection, after, PAGE).await
    };
    match read {
        Ok(page) => Ok((page, String::new())),
        Err(failure @ Error::Argument { name: "filter", .. }) => {
            let found = PartitionsOf {
                table: catalog.table_get(at).await?,
                partitions: Vec::new(),
            };
            let next = None;
            Ok((PartitionsPage { found, next }, words(&failure)))
        }
        Err(other) => Err(other.into()),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
    Query(query): Query<PartitionsQuery>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    let last_event = asked.catalog().event_last_id().await?;
    let (PartitionsPage { found, next }, fault) = read(&asked, &at, &query).await?;
    let keys = found.table.partition_keys.iter();
    let keys: Vec<String> = keys.map(|key| key.name.clone()).collect();
    let is_newest = query.order == NEWEST;
    let (order, other) = if is_newest {
        (NEWEST, "")
    } else {
        ("", NEWEST)
    };
    let at_order = |order, after: &str| {
        let filter = query.filter.as_str();
        links::query(&[("filter", filter), ("order", order), ("after", after)])
    };
    let next = next.map(|next| at_order(order, &next));
    let path = links::partitions(&at);
    let first_page = if query.after.is_empty() {
        String::new()
    } else {
        format!("{path}{}", at_order(order, ""))
    };
    let other_order = format!("{path}{}", at_order(other, ""));
    let read = &found.partitions;
    let first = keys
        .first()
        .zip(read.first().and_then(|one| one.values.first()));
    let example = first.map(|(key, value)| format!("{key} >= '{}'", value.replace('\'', "\\'")));
    let name = format!("{}.{}", at.database, at.table);
    let now = asked.now();
    let status = if fault.is_empty() {
        StatusCode::OK
    } else {
        StatusCode::BAD_REQUEST
    };
    let shown = PartitionsPageShown {
        shell: Shell::of(&asked, Section::Data, format!("Partitions of {name}")),
        table: name,
        table_link: links::table(&at),
        database: at.database.to_string(),
        table_name: at.table.to_string(),
        last_event,
        example: example.unwrap_or_default(),
        has_calendar: read
            .iter()
            .any(|one| CalendarKeys::of(&keys, &one.values).is_some()),
        has_places: read.iter().any(|one| one.location.is_some()),
        keys: keys.join(", "),
        first: first_page,
        is_newest,
        other_order,
        filter: query.filter,
        fault,
        partitions: read.iter().map(|one| row(&at, one, now)).collect(),
        next: next.unwrap_or_default(),
    };
    Ok(page(status, &shown))
}
