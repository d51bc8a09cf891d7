//! The days of a year on which a table has partitions, read off their names: one walk along the key, nothing else is looked at.

use super::day_names::{CalendarSample, calendar_sample, day_names};
use super::{key_names, table_missing};
use crate::catalog::{Action, Operations, Resource};
use crate::error::Result;
use crate::hive::calendar_key::{CalendarKeys, HOURS_A_DAY};
use crate::hive::partition_name::values_of_name;
use crate::model::{Table, TableRef};
use crate::store::Session;
use async_recursion::async_recursion as boxed;
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Names that one calendar looks at: half a hundred a day of a year. A table with more in a year shows its first ones.
const NAMES_MAX: usize = 20_000;
/// First names that are looked at for one that tells a time.
const SAMPLE: usize = 20;

/// A year of a table.
#[derive(Debug, Clone)]
pub struct PartitionCalendar {
    /// The table.
    pub table: Table,
    /// Which keys tell the time; nothing where none of its partitions tells a day.
    pub keys: Option<CalendarKeys>,
    /// The year.
    pub year: i16,
    /// The years of the first and the last partition by name, where the day leads the names.
    pub years: Option<(i16, i16)>,
    /// The days that have partitions.
    pub days: BTreeMap<Date, CalendarDay>,
    /// Whether an hour is told.
    pub has_hours: bool,
    /// Whether all of the year's partitions were looked at.
    pub is_whole: bool,
}

/// What a table has of a day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CalendarDay {
    /// How many partitions.
    pub partitions: u32,
    /// The hours that are told, a bit each.
    hours: u32,
}

impl CalendarDay {
    /// Whether a partition tells that hour.
    pub fn has_hour(self, hour: u8) -> bool {
        self.hours & (1 << hour) != 0
    }

    /// How many hours are told.
    pub fn hours(self) -> u32 {
        self.hours.count_ones()
    }

    /// The last hour that is told.
    pub fn last_hour(self) -> Option<u8> {
        (0..HOURS_A_DAY).rev().find(|hour| self.has_hour(*hour))
    }

    /// The hours that are not.
    pub fn hours_missing(self) -> impl Iterator<Item = u8> {
        (0..HOURS_A_DAY).filter(move |hour| self.hours & (1 << hour) == 0)
    }
}

impl Operations<'_> {
    /// The days of a year on which a table has partitions; without a year that of the last one. `NotFound` of the table.
    #[boxed]
    pub async fn partition_calendar(
        &self,
        at: &TableRef,
        year: Option<i16>,
    ) -> Result<PartitionCalendar> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        let table = session.table_get(at).await?;
        let table = table.ok_or_else(|| table_missing(at))?;
        let names = key_names(&table);
        let (sample, _) = calendar_sample(&mut session, table.id, &names, self.now()).await?;
        let Some(CalendarSample { keys, newest }) = sample else {
            return Ok(PartitionCalendar {
                table,
                keys: None,
                year: year.unwrap_or_default(),
                years: None,
                days: BTreeMap::new(),
                has_hours: false,
                is_whole: true,
            });
        };
        let year = year.unwrap_or(newest.day.year());
        let wanted = keys.day_ranges(&names, first_day(year), last_day(year));
        let years = if wanted.depth > 0 {
            None
        } else {
            first_year(&mut session, &table, &keys)
                .await?
                .map(|first| (first, newest.day.year()))
        };
        let mut days: BTreeMap<Date, CalendarDay> = BTreeMap::new();
        let take = |names: Vec<String>| {
            let times = names
                .iter()
                .filter_map(|name| keys.time(&values_of_name(name)));
            for time in times.filter(|time| time.day.year() == year) {
                let day = days.entry(time.day).or_default();
                day.partitions += 1;
                day.hours |= time.hour.map_or(0, |hour| 1 << hour);
            }
        };
        let is_whole = day_names(&mut session, table.id, &wanted, NAMES_MAX, take).await?;
        Ok(PartitionCalendar {
            // One hour for all days is how a day is written, and no hour.
            has_hours: newest.hour.is_some()
                && days
                    .values()
                    .fold(0, |all, day| all | day.hours)
                    .count_ones()
                    > 1,
            keys: Some(keys),
            table,
            year,
            years,
            days,
            is_whole,
        })
    }
}

fn first_day(year: i16) -> Date {
    Date::new(year, 1, 1).unwrap_or_default()
}

fn last_day(year: i16) -> Date {
    first_day(year).last_of_year()
}

/// The year of the first partition by name that tells one.
async fn first_year(
    session: &mut Session,
    table: &Table,
    keys: &CalendarKeys,
) -> Result<Option<i16>> {
    let first = session
        .partition_names_page(table.id, None, &[], SAMPLE)
        .await?;
    let mut times = first
        .iter()
        .filter_map(|name| keys.time(&values_of_name(name)));
    Ok(times.next().map(|time| time.day.year()))
}
