//! The names of the partitions of some days, also where other keys come before the day: the key of the partitions is walked
//! along those days alone.

use crate::error::Result;
use crate::hive::calendar_key::{CalendarKeys, CalendarTime, DayRanges};
use crate::hive::name_range::NameRange;
use crate::hive::partition_name::values_of_name;
use crate::store::Session;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Values of the keys before the day that are looked at, such as regions.
pub(crate) const LEADS_MAX: usize = 256;
/// Names that are read at once.
const NAMES_PER_PAGE: usize = 10_000;
/// Last names that are looked at together for one that tells a time.
const SAMPLE: usize = 20;
/// How often that is done, each time before the names that were looked at.
const SAMPLES_MAX: usize = 10;

/// How a table's partitions tell their time, and the newest of those that were looked at.
#[derive(Debug, Clone)]
pub(crate) struct CalendarSample {
    /// The keys that tell it.
    pub(crate) keys: CalendarKeys,
    /// The newest time.
    pub(crate) newest: CalendarTime,
}

/// What the last names of a table say of its time; the second is whether it has any partition at all.
pub(crate) async fn calendar_sample(
    session: &mut Session,
    table_id: i64,
    keys: &[String],
    now: i64,
) -> Result<(Option<CalendarSample>, bool)> {
    let tomorrow = tomorrow(now);
    let (mut sample, mut before, mut has_any) = (None, None, false);
    for _ in 0..SAMPLES_MAX {
        let last = session
            .partition_names_last(table_id, before.as_deref(), SAMPLE)
            .await?;
        has_any |= !last.is_empty();
        for name in &last {
            let values = values_of_name(name);
            let Some(read) = CalendarKeys::of(keys, &values) else {
                continue;
            };
            let Some(newest) = read.time(&values) else {
                continue;
            };
            // One of a far day to come is a mistake, or stands for no day, and one without an hour among others with hours is one
            // more: what counts is the newest of the rest.
            let rank = (newest.day <= tomorrow, newest.hour.is_some());
            if sample.as_ref().is_none_or(|(best, _)| rank > *best) {
                sample = Some((rank, CalendarSample { keys: read, newest }));
            }
        }
        if let Some(((true, _), found)) = sample {
            return Ok((Some(found), true));
        }
        // Those of one first value may all tell none, such as `dt=latest/hour=…`: it is passed over as a whole.
        let Some(lowest) = last.last().filter(|_| last.len() == SAMPLE) else {
            break;
        };
        let end = lowest.find('/').map_or(lowest.len(), |slash| slash + 1);
        before = Some(lowest[..end].to_owned());
    }
    Ok((sample.map(|(_, found)| found), has_any))
}

/// The day after that of a moment, in UTC; clocks and time zones differ by less.
fn tomorrow(now: i64) -> Date {
    let now = Timestamp::from_second(now).unwrap_or_default();
    let today = TimeZone::UTC.to_datetime(now).date();
    today.tomorrow().unwrap_or(today)
}

/// Gives the names in the ranges, in their order, page by page to `take`, until it has had `most` of them. False where there
/// are more, or more values of the keys before the day than can be looked at.
pub(crate) async fn day_names(
    session: &mut Session,
    table_id: i64,
    wanted: &DayRanges,
    most: usize,
    mut take: impl FnMut(Vec<String>) + Send,
) -> Result<bool> {
    let (leads, mut is_whole) = leads(session, table_id, wanted.depth).await?;
    let behind = |lead: &String| {
        let below = |end: Option<&String>| end.map(|end| format!("{lead}{end}"));
        let ranges = wanted.ranges.iter().map(move |range| NameRange {
            from: below(range.from.as_ref()),
            to: below(range.to.as_ref()),
        });
        ranges.collect::<Vec<_>>()
    };
    let ranges: Vec<NameRange> = leads.iter().flat_map(behind).collect();
    if ranges.is_empty() {
        return Ok(is_whole);
    }
    let (mut after, mut seen): (Option<String>, usize) = (None, 0);
    loop {
        let names = session
            .partition_names_page(table_id, after.as_deref(), &ranges, NAMES_PER_PAGE)
            .await?;
        seen += names.len();
        let is_last = names.len() < NAMES_PER_PAGE;
        after = names.last().cloned();
        take(names);
        if is_last {
            return Ok(is_whole);
        }
        if seen >= most {
            is_whole = false;
            return Ok(is_whole);
        }
    }
}

/// What names begin with before the key of the day, each once: by a jump from one to the next. False where there are more
/// than can be looked at.
async fn leads(session: &mut Session, table_id: i64, depth: usize) -> Result<(Vec<String>, bool)> {
    if depth == 0 {
        return Ok((vec![String::new()], true));
    }
    let mut leads = Vec::new();
    let mut from = None;
    loop {
        let range = NameRange { from, to: None };
        let names = session
            .partition_names_page(table_id, None, &[range], 1)
            .await?;
        let Some(name) = names.first() else {
            return Ok((leads, true));
        };
        if leads.len() == LEADS_MAX {
            return Ok((leads, false));
        }
        let slashes = name.match_indices('/').map(|(at, _)| at);
        let end = slashes.take(depth).last().unwrap_or(name.len() - 1);
        let lead = &name[..=end];
        from = NameRange::prefix(lead).to;
        leads.push(lead.to_owned());
        if from.is_none() {
            return Ok((leads, true));
        }
    }
}
