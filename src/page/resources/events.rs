//! What changed lately in the catalog.

use crate::catalog::EventFilter;
use crate::model::{DatabaseRef, EventDigest, Name};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

/// Numbers of events that one page looks at: what it costs does not depend on what it looks for.
const SPAN: i64 = 200;
/// Partitions of an event that are named.
const PARTITIONS_MAX: usize = 3;

#[derive(Deserialize)]
pub(in crate::page) struct EventsQuery {
    #[serde(default)]
    database: String,
    #[serde(default)]
    table: String,
    /// Only events before this number.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "events.html")]
struct EventsPage {
    shell: Shell,
    database: String,
    table: String,
    events: Vec<EventRow>,
    /// The last one before the list was read.
    last_event: i64,
    is_last: bool,
    next: String,
}

struct EventRow {
    id: i64,
    at: Option<When>,
    kind: String,
    subject: String,
    /// Where it is; nothing where it is neither a table nor a database.
    link: String,
    detail: String,
}

fn row(event: EventDigest, now: i64) -> EventRow {
    let (link, subject) = place_of(&event);
    let more = event.partitions.len().saturating_sub(PARTITIONS_MAX);
    let mut detail = event.partitions;
    detail.truncate(PARTITIONS_MAX);
    if more > 0 {
        detail.push(format!("and {more} more"));
    }
    if let Some(to) = event.renamed_to {
        detail.push(format!("to {to}"));
    }
    EventRow {
        id: event.id,
        at: when(event.at, now),
        kind: event.kind.as_str().to_lowercase().replace('_', " "),
        link,
        subject,
        detail: detail.join(", "),
    }
}

/// The page of the table or the database that an event is about, and its name; nothing where it is about neither.
fn place_of(event: &EventDigest) -> (String, String) {
    let Some(database) = &event.database else {
        return (String::new(), String::new());
    };
    let database = DatabaseRef::new(event.catalog.clone(), database.as_str());
    match &event.table {
        Some(table) => {
            let at = database.table(table.as_str());
            (links::table(&at), format!("{}.{}", at.database, at.table))
        }
        None => (links::database(&database), database.database.to_string()),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<EventsQuery>,
) -> Result<Response, Failure> {
    let catalog = asked.catalog();
    let last = catalog.event_last_id().await?;
    let up_to = query
        .before
        .map_or(last, |before| before.saturating_sub(1).clamp(0, last));
    let after = (up_to - SPAN).max(0);
    let name = |text: &str| {
        Some(text.trim())
            .filter(|text| !text.is_empty())
            .map(Name::new)
    };
    let filter = EventFilter {
        after,
        up_to: Some(up_to),
        database: name(&query.database),
        tables: name(&query.table).into_iter().collect(),
        ..EventFilter::default()
    };
    let limit = usize::try_from(SPAN).unwrap_or_default();
    let mut events = catalog.event_list(&filter, limit).await?;
    events.reverse();
    let now = asked.now();
    let before = (after + 1).to_string();
    let pairs = [
        ("database", query.database.as_str()),
        ("table", &query.table),
        ("before", &before),
    ];
    let next = if after > 0 {
        links::query(&pairs)
    } else {
        String::new()
    };
    Ok(found(&EventsPage {
        shell: Shell::of(&asked, Section::Events, "Events"),
        events: events.into_iter().map(|one| row(one.into(), now)).collect(),
        last_event: last,
        is_last: query.before.is_none(),
        next,
        database: query.database,
        table: query.table,
    }))
}
