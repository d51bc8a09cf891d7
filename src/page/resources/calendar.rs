//! A table's year: which days and hours have partitions, so that a gap is seen at a glance.

use super::freshness::{FreshnessRow, row_of};
use super::table_at;
use crate::catalog::{CalendarDay, PartitionCalendar};
use crate::hive::calendar_key::HOURS_A_DAY;
use crate::model::TableRef;
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::count;
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::tz::TimeZone;
use serde::Deserialize;

/// Years that a calendar has.
pub(super) const YEARS: std::ops::RangeInclusive<i16> = 1..=9998;
/// Gaps that are written out; the others are counted.
const GAPS_MAX: usize = 40;
/// Shades of a cell that has something, the fullest last.
const SHADES: u32 = 4;
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

#[derive(Deserialize)]
pub(in crate::page) struct CalendarQuery {
    year: Option<i16>,
}

#[derive(Template)]
#[template(path = "calendar.html")]
struct CalendarPage {
    shell: Shell,
    table: String,
    table_link: String,
    partitions_link: String,
    link: String,
    has_time: bool,
    year: i16,
    before: Option<i16>,
    after: Option<i16>,
    is_whole: bool,
    /// Such as `330 days have partitions, 4 000 in all`.
    summary: String,
    /// The last day of the year that has any, and how long ago that was.
    newest: Option<String>,
    months: Vec<MonthRow>,
    gaps: Vec<Gap>,
    gaps_more: usize,
    expected: Option<FreshnessRow>,
}

struct MonthRow {
    name: &'static str,
    /// Such as `2026-11`.
    text: String,
    /// Whether it has partitions.
    has_some: bool,
    cells: Vec<Cell>,
}

/// A day of the table, or a place where no day is.
struct Cell {
    class: String,
    /// What is said of it; nothing where no day is.
    told: String,
    mark: &'static str,
    /// Where it leads: to its partitions, or where it has none to its month; nothing where that has none.
    link: String,
}

/// Days that lack something.
struct Gap {
    when: String,
    what: String,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
    Query(query): Query<CalendarQuery>,
) -> Result<Response, Failure> {
    if query.year.is_some_and(|year| !YEARS.contains(&year)) {
        return Err(Failure::Faulty(
            "A calendar has the years 1 to 9998.".to_owned(),
        ));
    }
    let at = table_at(&place);
    let calendar = asked.catalog().partition_calendar(&at, query.year).await?;
    let expected = row_of(&asked, &calendar.table).await?;
    let title = format!("Calendar of {}.{}", at.database, at.table);
    let shell = Shell::of(&asked, Section::Data, title);
    let today = day_of(asked.now());
    let gaps = gaps(&calendar, today);
    let year = calendar.year;
    let partitions: u64 = calendar
        .days
        .values()
        .map(|day| u64::from(day.partitions))
        .sum();
    let (first, last) = calendar.years.unwrap_or((*YEARS.start(), *YEARS.end()));
    Ok(found(&CalendarPage {
        shell,
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        partitions_link: links::partitions(&at),
        link: links::calendar(&at),
        has_time: calendar.keys.is_some(),
        year,
        // A year beside those that have partitions leads back to the nearest of them.
        before: Some(last.min(year - 1)).filter(|before| *before >= first),
        after: Some(first.max(year + 1)).filter(|after| *after <= last),
        is_whole: calendar.is_whole,
        summary: format!(
            "{} of its days have partitions, {} in all",
            calendar.days.len(),
            count(partitions)
        ),
        newest: calendar
            .days
            .keys()
            .next_back()
            // Behind those that were looked at there may be later ones.
            .filter(|_| calendar.is_whole)
            .map(|day| format!("{day}, {}", ago(*day, today))),
        months: months(&calendar, &at, today),
        gaps_more: gaps.len().saturating_sub(GAPS_MAX),
        gaps: gaps.into_iter().take(GAPS_MAX).collect(),
        expected,
    }))
}

/// The years that are worth a look.
pub(super) fn known_years(calendar: &PartitionCalendar) -> (i16, i16) {
    match calendar.years {
        Some(years) => years,
        None if calendar.days.is_empty() => (calendar.year, calendar.year),
        None => (*YEARS.start(), *YEARS.end()),
    }
}

/// The day of a moment, in UTC.
pub(super) fn day_of(now: i64) -> Date {
    let now = Timestamp::from_second(now).unwrap_or_default();
    TimeZone::UTC.to_datetime(now).date()
}

fn ago(day: Date, today: Date) -> String {
    match (today - day).get_days() {
        0 => "today".to_owned(),
        1 => "yesterday".to_owned(),
        days if days > 0 => format!("{days} days ago"),
        _ => "a day to come".to_owned(),
    }
}

fn months(calendar: &PartitionCalendar, at: &TableRef, today: Date) -> Vec<MonthRow> {
    let most = calendar.days.values().map(|day| day.partitions).max();
    let keys: Vec<String> = calendar
        .table
        .partition_keys
        .iter()
        .map(|key| key.name.clone())
        .collect();
    let row = |(index, name): (usize, &'static str)| {
        let number = index + 1;
        let prefix = format!("{:04}-{number:02}", calendar.year);
        let mut days = calendar.days.keys();
        let has_some = days.any(|day| usize::try_from(day.month()) == Ok(number));
        let link = |date: Date| match &calendar.keys {
            Some(told) if calendar.days.contains_key(&date) => {
                let filter = told.day_filter(&keys, date);
                let filter = links::query(&[("filter", &filter)]);
                format!("{}{filter}", links::partitions(at))
            }
            _ if has_some => format!("{}/{prefix}", links::calendar(at)),
            _ => String::new(),
        };
        let cells = (1..=31_i8).map(|day| {
            let month = i8::try_from(number).unwrap_or(1);
            let date = Date::new(calendar.year, month, day).ok();
            date.map_or_else(nowhere, |date| Cell {
                link: link(date),
                ..cell(calendar, date, today, most.unwrap_or(1))
            })
        });
        let cells: Vec<Cell> = cells.collect();
        MonthRow {
            name,
            has_some,
            text: prefix,
            cells,
        }
    };
    MONTHS.into_iter().enumerate().map(row).collect()
}

fn nowhere() -> Cell {
    Cell {
        class: "nowhere".to_owned(),
        told: String::new(),
        mark: "",
        link: String::new(),
    }
}

/// The first and the last day of the year between which a day without partitions is a gap.
pub(super) fn bounds(calendar: &PartitionCalendar) -> Option<(Date, Date)> {
    let days = &calendar.days;
    let (first, last) = (*days.keys().next()?, *days.keys().next_back()?);
    let Some((first_year, last_year)) = calendar.years else {
        // Names in another order: what was not read may be any day.
        return calendar.is_whole.then_some((first, last));
    };
    let begin = date(calendar.year, 1, 1);
    let end = date(calendar.year, 12, 31);
    let from = if first_year < calendar.year {
        begin
    } else {
        first
    };
    // What comes after the last name that was read was not looked at.
    let to = if last_year > calendar.year && calendar.is_whole {
        end
    } else {
        last
    };
    Some((from, to))
}

/// Whether nothing came on a day although it did before, and it is over.
fn is_since(calendar: &PartitionCalendar, day: Date, today: Date) -> bool {
    let Some((_, last)) = bounds(calendar) else {
        return false;
    };
    calendar.is_whole && day > last && day < today
}

fn cell(calendar: &PartitionCalendar, day: Date, today: Date, most: u32) -> Cell {
    let Some(found) = calendar.days.get(&day) else {
        let is_gap = bounds(calendar).is_some_and(|(first, last)| first <= day && day <= last);
        let (class, mark) = match (is_gap, is_since(calendar, day, today)) {
            (true, _) => ("gap", "×"),
            (_, true) => ("since", "–"),
            _ => ("none", ""),
        };
        return Cell {
            class: class.to_owned(),
            told: format!("{day}: no partition"),
            mark,
            link: String::new(),
        };
    };
    let (share, of) = if calendar.has_hours {
        (found.hours(), u32::from(HOURS_A_DAY))
    } else {
        (found.partitions, most)
    };
    let shade = (share * SHADES).div_ceil(of.max(1)).clamp(1, SHADES);
    let lacks = hours_lacking(calendar, day, *found, today).next().is_some();
    Cell {
        class: format!("shade{shade}"),
        told: told(day, *found, calendar.has_hours),
        mark: if lacks { "·" } else { "" },
        link: String::new(),
    }
}

/// The hours that a day lacks. Of the last day, while it is not over, those count that are before its newest one.
pub(super) fn hours_lacking(
    calendar: &PartitionCalendar,
    day: Date,
    found: CalendarDay,
    today: Date,
) -> impl Iterator<Item = u8> {
    let end = match (calendar.has_hours, day < today) {
        (false, _) => 0,
        (true, true) => HOURS_A_DAY,
        (true, false) => found.last_hour().unwrap_or(0),
    };
    found.hours_missing().take_while(move |hour| *hour < end)
}

fn told(day: Date, found: CalendarDay, has_hours: bool) -> String {
    if has_hours {
        return format!("{day}: {} of {HOURS_A_DAY} hours", found.hours());
    }
    let noun = if found.partitions == 1 {
        "partition"
    } else {
        "partitions"
    };
    format!("{day}: {} {noun}", count(found.partitions))
}

/// What is missing between the first and the last day, in the order of time, and since then; days in a row that lack the same are one
/// gap.
fn gaps(calendar: &PartitionCalendar, today: Date) -> Vec<Gap> {
    let Some((first, last)) = bounds(calendar) else {
        return Vec::new();
    };
    let end = if calendar.is_whole {
        last.max(today.yesterday().unwrap_or(last))
    } else {
        last
    };
    let end = end.min(date(calendar.year, 12, 31));
    let mut runs: Vec<(Date, Date, String)> = Vec::new();
    let mut day = first;
    loop {
        let lacks = lacks(calendar, day, today);
        let yesterday = day.yesterday().unwrap_or(day);
        match runs.last_mut() {
            Some((_, to, what)) if *what == lacks && *to == yesterday => *to = day,
            _ if lacks.is_empty() => {}
            _ => runs.push((day, day, lacks)),
        }
        match day.tomorrow() {
            Ok(next) if day < end => day = next,
            _ => break,
        }
    }
    let gap = |(from, to, what): (Date, Date, String)| Gap {
        when: if from == to {
            from.to_string()
        } else {
            format!("{from} to {to}")
        },
        what,
    };
    runs.into_iter().map(gap).collect()
}

/// What a day lacks, in words; nothing where it is whole.
fn lacks(calendar: &PartitionCalendar, day: Date, today: Date) -> String {
    let Some(found) = calendar.days.get(&day) else {
        let words = if is_since(calendar, day, today) {
            "nothing since"
        } else {
            "no partition"
        };
        return words.to_owned();
    };
    let hours: Vec<u8> = hours_lacking(calendar, day, *found, today).collect();
    match hours.as_slice() {
        [] => String::new(),
        [one] => format!("without the hour {one:02}"),
        several => format!("without the hours {}", ranges(several)),
    }
}

/// Numbers with those in a row as one: `00–05, 07`.
fn ranges(hours: &[u8]) -> String {
    let runs = hours.chunk_by(|one, next| one + 1 == *next);
    let runs = runs.filter_map(|run| {
        let (first, last) = (run.first()?, run.last()?);
        Some(if first == last {
            format!("{first:02}")
        } else {
            format!("{first:02}–{last:02}")
        })
    });
    runs.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::ranges;

    #[test]
    fn hours_in_a_row_are_one() {
        assert_eq!(ranges(&[0, 1, 2, 5, 7, 8]), "00–02, 05, 07–08");
        assert_eq!(ranges(&[23]), "23");
    }
}
