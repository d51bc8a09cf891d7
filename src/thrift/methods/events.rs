//! The notification log. Impala, Hive's replication and caches of other systems follow it; writers announce what they
//! wrote past the catalog.

use crate::catalog::{Announcement, EventFilter};
use crate::error::{Error, Result};
use crate::model::{EventKind, Name};
use crate::thrift::call::{Answer, Call};
use crate::thrift::from_wire::name::{self, required};
use crate::thrift::from_wire::strings;
use crate::thrift::method::{Method, methods};
use crate::thrift::to_wire::event::Told;
use hms::{args, replies, types};

pub(in crate::thrift) static METHODS: &[Method] = methods![
    get_current_notificationEventId => get_current_notification_event_id,
    get_next_notification,
    get_notification_events_count,
    fire_listener_event,
];

/// Events of one answer at most (`metastore.max.event.response`). A reader that wants more asks again after the last.
const EVENTS_PER_REPLY_MAX: usize = 100_000;
/// An answer ends with the event that brings its messages to this size: tables with long schemas make long messages.
const MESSAGE_BYTES_PER_REPLY_MAX: usize = 4 * 1024 * 1024;
/// Events read from the database at a time; fewer where they are large.
const EVENTS_PER_PAGE: usize = 200;
/// What an answer takes beside its messages while it is made, bytes: a page of events.
const PAGE_BYTES: usize = 8 * 1024 * 1024;

async fn get_current_notification_event_id(call: Call<'_>) -> Answer {
    let event_id = call.catalog().event_last_id().await?;
    let success = Some(types::CurrentNotificationEventId { event_id });
    call.reply(&replies::GetCurrentNotificationEventId { success })
}

fn names(list: Option<&[&str]>) -> Vec<Name> {
    list.unwrap_or_default()
        .iter()
        .map(|text| Name::new(text))
        .collect()
}

/// Types that skep does not write are left out of the lists: they never occur.
fn kinds(list: &[&str]) -> Vec<EventKind> {
    list.iter()
        .filter_map(|text| EventKind::parse(text))
        .collect()
}

fn filter(request: &types::NotificationEventRequest<'_>) -> EventFilter {
    let mut skip = kinds(request.event_type_skip_list.as_deref().unwrap_or_default());
    if let Some(wanted) = &request.event_type_list {
        let wanted = kinds(wanted);
        skip.extend(
            EventKind::ALL
                .into_iter()
                .filter(|kind| !wanted.contains(kind)),
        );
    }
    EventFilter {
        after: request.last_event,
        up_to: None,
        catalog: request.cat_name.map(Name::new),
        database: request.db_name.map(Name::new),
        tables: names(request.table_names.as_deref()),
        skip,
    }
}

async fn get_next_notification(call: Call<'_>) -> Answer {
    let args: args::GetNextNotification<'_> = call.arguments()?;
    let request = required(args.rqst, "rqst")?;
    let asked = usize::try_from(request.max_events.unwrap_or(0)).unwrap_or(0);
    let most = if asked == 0 {
        EVENTS_PER_REPLY_MAX
    } else {
        asked.min(EVENTS_PER_REPLY_MAX)
    };
    // Readers take turns where the memory does not suffice for all at once. Who has its part waits for no more.
    let held = call.reservation.bytes();
    let room = MESSAGE_BYTES_PER_REPLY_MAX;
    let work = call.reservation.grow(PAGE_BYTES + memory_of(room)).await;
    work.map_err(Error::from)?;
    let events = told(&call, filter(&request), most, room).await?;
    let events = events.iter().map(Told::to_wire).collect();
    let success = Some(types::NotificationEventResponse { events });
    let reply = call.reply(&replies::GetNextNotification { success })?;
    call.reservation.shrink_to(held.max(reply.memory_bytes()));
    Ok(reply)
}

/// What messages of so many bytes take: themselves, and what they are encoded into.
fn memory_of(bytes: usize) -> usize {
    bytes * 2
}

/// The events with their messages, as many as fit into `room` bytes, for which memory is reserved. A first one that is
/// longer (an event may tell of a hundred thousand partitions) gets more of it before it is made, as far as there is any.
async fn told(
    call: &Call<'_>,
    mut filter: EventFilter,
    most: usize,
    mut room: usize,
) -> Result<Vec<Told>> {
    let mut events: Vec<Told> = Vec::new();
    let mut bytes = 0;
    while events.len() < most {
        let wanted = EVENTS_PER_PAGE.min(most - events.len());
        let page = call.catalog().event_list(&filter, wanted).await?;
        let Some(last) = page.last() else { break };
        filter.after = last.id;
        for event in page {
            let mut one = Told::of(&event, room - bytes);
            while one.is_none() {
                if !events.is_empty() {
                    return Ok(events);
                }
                let more = call.reservation.grow(memory_of(room)).await;
                more.map_err(Error::from)?;
                room *= 2;
                one = Told::of(&event, room);
            }
            if let Some(one) = one {
                bytes += one.bytes();
                events.push(one);
            }
            if bytes >= MESSAGE_BYTES_PER_REPLY_MAX {
                return Ok(events);
            }
        }
    }
    Ok(events)
}

/// `*` stands for every database.
async fn get_notification_events_count(call: Call<'_>) -> Answer {
    let args: args::GetNotificationEventsCount<'_> = call.arguments()?;
    let request = required(args.rqst, "rqst")?;
    let (catalog, database) = name::catalog_and_database(request.db_name)?;
    let filter = EventFilter {
        after: request.from_event_id,
        up_to: request.to_event_id.filter(|id| *id > 0),
        catalog: Some(request.cat_name.map_or(catalog, Name::new)),
        database: database
            .filter(|text| text != "*")
            .as_deref()
            .map(Name::new),
        tables: names(request.table_names.as_deref()),
        skip: Vec::new(),
    };
    let count = call.catalog().event_count(&filter).await?;
    let events_count = match request.limit {
        Some(limit) if limit > 0 => count.min(limit),
        _ => count,
    };
    let success = Some(types::NotificationEventsCountResponse { events_count });
    call.reply(&replies::GetNotificationEventsCount { success })
}

/// The files that were added, each with its checksum behind a `#` where the client sends one, as readers expect it.
fn files(data: &types::InsertEventRequestData<'_>) -> Vec<String> {
    let mut sums = data.files_added_checksum.iter().flatten();
    let files = data.files_added.iter();
    files
        .map(|file| match sums.next().filter(|sum| !sum.is_empty()) {
            Some(sum) => format!("{file}#{sum}"),
            None => (*file).to_owned(),
        })
        .collect()
}

fn insert(data: &types::InsertEventRequestData<'_>, partition: Option<&[&str]>) -> Announcement {
    Announcement {
        kind: EventKind::Insert,
        partition: strings(partition),
        replace: data.replace.unwrap_or(false),
        files: files(data),
    }
}

/// What the request announces: an insert, inserts into several partitions, or that others should look again.
fn announcements(request: &types::FireEventRequest<'_>) -> Result<Vec<Announcement>> {
    let data = &request.data;
    if let Some(one) = &data.insert_data {
        return Ok(vec![insert(one, request.partition_vals.as_deref())]);
    }
    if let Some(many) = &data.insert_datas {
        return many
            .iter()
            .map(|one| {
                let values = one
                    .partition_val
                    .as_deref()
                    .filter(|values| !values.is_empty());
                Ok(insert(
                    one,
                    Some(required(values, "insertDatas.partitionVal")?),
                ))
            })
            .collect();
    }
    if data.refresh_event.is_some() {
        let partition = strings(request.partition_vals.as_deref());
        return Ok(vec![Announcement {
            kind: EventKind::Reload,
            partition,
            replace: false,
            files: Vec::new(),
        }]);
    }
    Err(Error::Unsupported(
        "an event of this kind cannot be announced".into(),
    ))
}

async fn fire_listener_event(call: Call<'_>) -> Answer {
    let args: args::FireListenerEvent<'_> = call.arguments()?;
    let request = required(args.rqst, "rqst")?;
    let at = name::table_of(&request)?;
    let ids = call
        .catalog()
        .event_announce(&at, &announcements(&request)?)
        .await?;
    let success = Some(types::FireEventResponse {
        event_ids: Some(ids),
    });
    call.reply(&replies::FireListenerEvent { success })
}
