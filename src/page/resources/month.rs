//! A month of a table: how much each day or hour holds, and how late it came.

use super::calendar::{YEARS, bounds, day_of, hours_lacking, known_years};
use super::freshness::FreshnessRow;
use super::lacking::{Lacking, mark, words};
use super::table_at;
use crate::catalog::{PartitionCalendar, PartitionSelection};
use crate::hive::calendar_key::{CalendarKeys, CalendarTime, HOURS_A_DAY};
use crate::humane;
use crate::model::{GapKind, Partition, TableRef};
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{count, number_of};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Partitions that one month looks at: seven an hour. Of a table with more, the first ones are shown.
const PARTITIONS_MAX: usize = 5_000;
/// Partitions that are read at once.
const PAGE: usize = 1_000;
/// Pages that are read: there are more of them where partitions are large.
const PAGES_MAX: usize = 8;
/// Shades of a cell that has something, the darkest last.
const SHADES: u64 = 4;
const HOUR_S: i64 = 3_600;
const DAY_S: i64 = 24 * HOUR_S;

/// What a month shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Measure {
    Size,
    Rows,
    Files,
    Lateness,
}

impl Measure {
    const ALL: [(Self, &'static str, &'static str); 4] = [
        (Self::Size, "size", "Size"),
        (Self::Rows, "rows", "Rows"),
        (Self::Files, "files", "Files"),
        (Self::Lateness, "late", "Came after its end"),
    ];
}

#[derive(Deserialize)]
pub(in crate::page) struct MonthQuery {
    #[serde(default)]
    show: String,
}

#[derive(Template)]
#[template(path = "month.html")]
struct MonthPage {
    shell: Shell,
    table: String,
    table_link: String,
    calendar_link: String,
    partitions_link: String,
    year: i16,
    month: String,
    /// Whether it shows how late partitions came.
    is_late: bool,
    /// The months beside it; nothing where the table has none so early or late.
    before: String,
    after: String,
    measures: Vec<MeasureLink>,
    has_hours: bool,
    is_whole: bool,
    days: Vec<DayRow>,
    /// What the table expects, and what lacks of it.
    expected: Option<FreshnessRow>,
}

struct MeasureLink {
    word: &'static str,
    name: &'static str,
    is_here: bool,
}

struct DayRow {
    day: String,
    /// The filter of its partitions, as a query.
    filter: String,
    /// All of it.
    sum: String,
    cells: Vec<Cell>,
}

struct Cell {
    class: String,
    told: String,
    mark: &'static str,
}

/// What the partitions of one time hold together.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    /// Of those that tell it; nothing where none does.
    amount: Option<u64>,
}

/// What each day or hour of a month holds.
type HeldAt = BTreeMap<(Date, Option<u8>), Held>;

/// A month as it is drawn.
struct Drawn<'a> {
    held: &'a HeldAt,
    measure: Measure,
    /// The most that one time holds.
    most: u64,
    calendar: &'a PartitionCalendar,
    lacking: Option<&'a Lacking>,
    today: Date,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path((database, table, month)): Path<(String, String, String)>,
    Query(query): Query<MonthQuery>,
) -> Result<Response, Failure> {
    let at = table_at(&(database, table));
    let first = month_parse(&month).ok_or(Failure::NoSuchPage)?;
    let (year, month) = (first.year(), first.month());
    let known = Measure::ALL
        .into_iter()
        .find(|(_, word, _)| *word == query.show);
    let measure = known.map_or(Measure::Size, |(measure, ..)| measure);
    let calendar = asked.catalog().partition_calendar(&at, Some(year)).await?;
    let keys = calendar.keys.clone().ok_or(Failure::NoSuchPage)?;
    let names: Vec<String> = calendar
        .table
        .partition_keys
        .iter()
        .map(|key| key.name.clone())
        .collect();
    let filter = keys.month_filter(&names, first);
    let (held, is_whole) = read(&asked, &at, &filter, &calendar, measure).await?;
    let lacking = Lacking::of(&asked, &calendar.table).await?;
    let drawn = Drawn {
        most: held
            .values()
            .filter_map(|one| one.amount)
            .max()
            .unwrap_or(0),
        held: &held,
        measure,
        calendar: &calendar,
        lacking: lacking.as_ref(),
        today: day_of(asked.now()),
    };
    let days = (1..=31).filter_map(|day| Date::new(year, month, day).ok());
    let days = days.map(|day| DayRow {
        day: day.to_string(),
        filter: links::query(&[("filter", &keys.day_filter(&names, day))]),
        sum: sum(&held, day, measure),
        cells: drawn.cells(day),
    });
    let title = format!("{} of {}.{}", month_text(first), at.database, at.table);
    Ok(found(&MonthPage {
        shell: Shell::of(&asked, Section::Data, title),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        calendar_link: links::calendar(&at),
        partitions_link: links::partitions(&at),
        year,
        month: month_text(first),
        is_late: measure == Measure::Lateness,
        before: near(first.yesterday().ok(), &calendar),
        after: near(first.last_of_month().tomorrow().ok(), &calendar),
        measures: Measure::ALL
            .map(|(one, word, name)| MeasureLink {
                word,
                name,
                is_here: one == measure,
            })
            .into(),
        has_hours: calendar.has_hours,
        is_whole,
        days: days.collect(),
        expected: lacking.as_ref().map(|one| FreshnessRow::of(&one.status)),
    }))
}

/// What the partitions that a filter means hold, and whether these are all of them.
async fn read(
    asked: &Asked,
    at: &TableRef,
    filter: &str,
    calendar: &PartitionCalendar,
    measure: Measure,
) -> Result<(HeldAt, bool), Failure> {
    let (mut held, mut after, mut seen, mut pages) = (HeldAt::new(), None::<String>, 0, 0);
    let time = |keys: &CalendarKeys, values: &[String]| {
        let time = keys.time(values);
        time.map(|time| shown_time(time, calendar.has_hours))
    };
    loop {
        let selection = PartitionSelection::Filter(filter);
        let catalog = asked.catalog();
        let read = catalog.partition_page(at, selection, after.as_deref(), PAGE);
        let page = read.await?;
        seen += page.found.partitions.len();
        pages += 1;
        for partition in &page.found.partitions {
            let keys = calendar.keys.as_ref();
            if let Some(time) = keys.and_then(|keys| time(keys, &partition.values)) {
                note(&mut held, time, partition, measure);
            }
        }
        after = page.next;
        if after.is_none() || seen >= PARTITIONS_MAX || pages >= PAGES_MAX {
            return Ok((held, after.is_none()));
        }
    }
}

/// The first day of a month such as `2026-11`.
fn month_parse(text: &str) -> Option<Date> {
    let day: Date = format!("{text}-01").parse().ok()?;
    (YEARS.contains(&day.year()) && month_text(day) == text).then_some(day)
}

/// The month of a day, where the table may have partitions in its year.
fn near(day: Option<Date>, calendar: &PartitionCalendar) -> String {
    let (first, last) = known_years(calendar);
    let day = day.filter(|day| first <= day.year() && day.year() <= last);
    day.map(month_text).unwrap_or_default()
}

fn month_text(day: Date) -> String {
    format!("{:04}-{:02}", day.year(), day.month())
}

/// The time of a partition as the month shows it: a day alone where one hour for all days is how a day is written.
fn shown_time(time: CalendarTime, has_hours: bool) -> CalendarTime {
    let hour = time.hour.filter(|_| has_hours);
    CalendarTime { hour, ..time }
}

fn note(held: &mut HeldAt, time: CalendarTime, partition: &Partition, measure: Measure) {
    let of = |key| number_of(&partition.parameters, key);
    let amount = match measure {
        Measure::Size => of("totalSize"),
        Measure::Rows => of("numRows"),
        Measure::Files => of("numFiles"),
        Measure::Lateness => lateness(time, partition.created_at),
    };
    let one = held.entry((time.day, time.hour)).or_default();
    one.amount = match (measure, one.amount, amount) {
        (Measure::Lateness, Some(old), Some(new)) => Some(old.max(new)),
        (_, Some(old), Some(new)) => Some(old.saturating_add(new)),
        (_, old, new) => old.or(new),
    };
}

/// Seconds from the end of a partition's time, in UTC, to its addition; none where nobody knows when that was.
fn lateness(time: CalendarTime, created_at: i64) -> Option<u64> {
    if created_at == 0 {
        return None;
    }
    let midnight = time.day.to_datetime(Time::midnight());
    let begins = TimeZone::UTC.to_timestamp(midnight).ok()?.as_second();
    let ends = match time.hour {
        Some(hour) => begins + (i64::from(hour) + 1) * HOUR_S,
        None => begins + DAY_S,
    };
    Some(u64::try_from(created_at - ends).unwrap_or(0))
}

fn amount_text(measure: Measure, amount: u64) -> String {
    match measure {
        Measure::Size => humane::bytes(amount),
        Measure::Rows => format!("{} rows", count(amount)),
        Measure::Files => format!("{} files", count(amount)),
        Measure::Lateness => humane::span(i64::try_from(amount).unwrap_or(i64::MAX)),
    }
}

fn sum(held: &HeldAt, day: Date, measure: Measure) -> String {
    let of_day = held.range((day, None)..=(day, Some(u8::MAX)));
    let amounts = of_day.filter_map(|(_, one)| one.amount);
    let all = match measure {
        Measure::Lateness => amounts.max(),
        _ => amounts.reduce(u64::saturating_add),
    };
    all.map(|all| amount_text(measure, all)).unwrap_or_default()
}

impl Drawn<'_> {
    /// The cells of a day: its hours, or the day itself.
    fn cells(&self, day: Date) -> Vec<Cell> {
        if self.calendar.has_hours {
            let hours = (0..HOURS_A_DAY).map(Some);
            hours.map(|hour| self.cell(day, hour)).collect()
        } else {
            vec![self.cell(day, None)]
        }
    }

    fn cell(&self, day: Date, hour: Option<u8>) -> Cell {
        let when = hour.map_or_else(|| day.to_string(), |hour| format!("{day} {hour:02} h"));
        let lacks = self.lacking.and_then(|lacking| lacking.kind(day, hour));
        let Some(one) = self.held.get(&(day, hour)) else {
            return self.nothing(day, hour, &when, lacks);
        };
        // What came since it was looked for is there.
        let lacks = lacks.filter(|kind| *kind != GapKind::Missing);
        let lacking = lacks.map(|kind| format!(", {}", words(kind)));
        let lacking = lacking.unwrap_or_default();
        let Some(amount) = one.amount else {
            return Cell {
                class: "unknown".to_owned(),
                told: format!("{when}: there, and nobody told how much{lacking}"),
                mark: lacks.map_or("?", mark),
            };
        };
        let shade = amount.saturating_mul(SHADES).div_ceil(self.most.max(1));
        let is_nothing = amount == 0 && self.measure != Measure::Lateness;
        let amount = amount_text(self.measure, amount);
        Cell {
            class: format!("shade{}", shade.clamp(1, SHADES)),
            told: format!("{when}: {amount}{lacking}"),
            mark: lacks.map_or(if is_nothing { "0" } else { "" }, mark),
        }
    }

    /// A time without a partition.
    fn nothing(&self, day: Date, hour: Option<u8>, when: &str, lacks: Option<GapKind>) -> Cell {
        if let Some(kind) = lacks {
            return Cell {
                class: "gap".to_owned(),
                told: format!("{when}: no partition, {}", words(kind)),
                mark: mark(kind),
            };
        }
        let is_gap = is_gap(self.calendar, day, hour, self.today);
        Cell {
            class: if is_gap { "gap" } else { "none" }.to_owned(),
            told: format!("{when}: no partition"),
            mark: if is_gap { "×" } else { "" },
        }
    }
}

/// Whether a day or an hour without a partition lies between others.
fn is_gap(calendar: &PartitionCalendar, day: Date, hour: Option<u8>, today: Date) -> bool {
    match (calendar.days.get(&day), hour) {
        (Some(found), Some(hour)) => {
            hours_lacking(calendar, day, *found, today).any(|one| one == hour)
        }
        (Some(_), None) => false,
        (None, _) => bounds(calendar).is_some_and(|(first, last)| first <= day && day <= last),
    }
}

#[cfg(test)]
mod tests {
    use super::{lateness, shown_time};
    use crate::hive::calendar_key::CalendarTime;
    use jiff::civil::date;

    #[test]
    fn a_day_that_is_written_with_an_hour_is_a_day() {
        let day = date(2026, 11, 22);
        let time = CalendarTime { day, hour: Some(0) };
        assert_eq!(shown_time(time, false), CalendarTime { day, hour: None });
        assert_eq!(shown_time(time, true), time);
    }

    #[test]
    fn lateness_counts_from_the_end_of_the_hour_or_day() {
        let day = date(2026, 11, 22);
        let (begins, hour) = (1_795_305_600, 3_600);
        let of = |hour| CalendarTime { day, hour };
        assert_eq!(lateness(of(Some(0)), begins + hour + 90), Some(90));
        assert_eq!(lateness(of(None), begins + 25 * hour), Some(3_600));
        assert_eq!(lateness(of(Some(5)), begins), Some(0));
        assert_eq!(lateness(of(None), 0), None);
    }
}
