//! A table's year: which days and hours have partitions, so that a gap is seen at a glance.

use super::table_at;
use crate::catalog::{CalendarDay, PartitionCalendar};
use crate::hive::calendar_key::HOURS_A_DAY;
use crate::page::asked::Asked;
use crate::page::extract::{Path, Query};
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::count;
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use jiff::civil::{Date, date};
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
    months: Vec<MonthRow>,
    gaps: Vec<Gap>,
    gaps_more: usize,
}

struct MonthRow {
    name: &'static str,
    /// Such as `2026-11`.
    text: String,
    cells: Vec<Cell>,
}

/// A day of the table, or a place where no day is.
struct Cell {
    class: String,
    /// What is said of it; nothing where no day is.
    told: String,
    mark: &'static str,
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
    let title = format!("Calendar of {}.{}", at.database, at.table);
    let shell = Shell::of(&asked, Section::Data, title);
    let gaps = gaps(&calendar);
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
        before: Some(year - 1).filter(|before| *before >= first),
        after: Some(year + 1).filter(|after| *after <= last),
        is_whole: calendar.is_whole,
        summary: format!(
            "{} of its days have partitions, {} in all",
            calendar.days.len(),
            count(partitions)
        ),
        months: months(&calendar),
        gaps_more: gaps.len().saturating_sub(GAPS_MAX),
        gaps: gaps.into_iter().take(GAPS_MAX).collect(),
    }))
}

fn months(calendar: &PartitionCalendar) -> Vec<MonthRow> {
    let most = calendar.days.values().map(|day| day.partitions).max();
    let bounds = bounds(calendar);
    let row = |(index, name): (usize, &'static str)| {
        let number = index + 1;
        let cells = (1..=31_i8).map(|day| {
            let month = i8::try_from(number).unwrap_or(1);
            let date = Date::new(calendar.year, month, day).ok();
            date.map_or_else(nowhere, |date| {
                cell(calendar, date, bounds, most.unwrap_or(1))
            })
        });
        MonthRow {
            name,
            text: format!("{:04}-{number:02}", calendar.year),
            cells: cells.collect(),
        }
    };
    MONTHS.into_iter().enumerate().map(row).collect()
}

fn nowhere() -> Cell {
    Cell {
        class: "nowhere".to_owned(),
        told: String::new(),
        mark: "",
    }
}

/// The first and the last day between which a day without partitions is a gap.
fn bounds(calendar: &PartitionCalendar) -> Option<(Date, Date)> {
    let days = &calendar.days;
    let (first, last) = (*days.keys().next()?, *days.keys().next_back()?);
    let Some((first_year, last_year)) = calendar.years else {
        return Some((first, last));
    };
    let begin = date(calendar.year, 1, 1);
    let end = date(calendar.year, 12, 31);
    let from = if first_year < calendar.year {
        begin
    } else {
        first
    };
    let to = if last_year > calendar.year { end } else { last };
    Some((from, to))
}

fn cell(calendar: &PartitionCalendar, day: Date, bounds: Option<(Date, Date)>, most: u32) -> Cell {
    let Some(found) = calendar.days.get(&day) else {
        let is_gap = bounds.is_some_and(|(first, last)| first <= day && day <= last);
        return Cell {
            class: if is_gap { "gap" } else { "none" }.to_owned(),
            told: format!("{day}: no partition"),
            mark: if is_gap { "×" } else { "" },
        };
    };
    let (share, of) = if calendar.has_hours {
        (found.hours(), u32::from(HOURS_A_DAY))
    } else {
        (found.partitions, most)
    };
    let shade = (share * SHADES).div_ceil(of.max(1)).clamp(1, SHADES);
    Cell {
        class: format!("shade{shade}"),
        told: told(day, *found, calendar.has_hours),
        mark: if calendar.has_hours && lacks(*found) {
            "·"
        } else {
            ""
        },
    }
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

fn lacks(day: CalendarDay) -> bool {
    day.hours() < u32::from(HOURS_A_DAY)
}

/// What is missing between the first and the last day, in the order of time; days in a row are one gap.
fn gaps(calendar: &PartitionCalendar) -> Vec<Gap> {
    let Some((first, last)) = bounds(calendar) else {
        return Vec::new();
    };
    let mut gaps: Vec<Gap> = Vec::new();
    let mut without: Option<(Date, Date)> = None;
    let mut day = first;
    loop {
        match calendar.days.get(&day) {
            None => without = Some((without.map_or(day, |(from, _)| from), day)),
            Some(found) => {
                gaps.extend(without.take().map(days_without));
                // The last day is not over, perhaps.
                if calendar.has_hours && day != last && lacks(*found) {
                    gaps.push(hours_without(day, *found));
                }
            }
        }
        match day.tomorrow() {
            Ok(next) if day < last => day = next,
            _ => break,
        }
    }
    gaps.extend(without.take().map(days_without));
    gaps
}

fn days_without((from, to): (Date, Date)) -> Gap {
    Gap {
        when: if from == to {
            from.to_string()
        } else {
            format!("{from} to {to}")
        },
        what: "no partition".to_owned(),
    }
}

fn hours_without(day: Date, found: CalendarDay) -> Gap {
    let hours: Vec<String> = found
        .hours_missing()
        .map(|hour| format!("{hour:02}"))
        .collect();
    let noun = if hours.len() == 1 { "hour" } else { "hours" };
    Gap {
        when: day.to_string(),
        what: format!("without the {noun} {}", hours.join(", ")),
    }
}
