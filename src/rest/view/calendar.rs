//! The days of a year on which a table has partitions.

use crate::catalog::{CalendarDay, PartitionCalendar};
use crate::hive::calendar_key::HOURS_A_DAY;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A year of a table, read off the names of its partitions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Calendar)]
pub struct CalendarView {
    /// The year; null where no partition tells a day
    pub year: Option<i16>,
    /// The year of the first partition by name, where the day leads the names
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_year: Option<i16>,
    /// The year of the last one; those of days behind tomorrow are passed over, since they are mistakes or stand for no day
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_year: Option<i16>,
    /// Whether partitions tell an hour
    pub has_hours: bool,
    /// Whether all partitions of the year were looked at; at most 20,000 are
    pub is_whole: bool,
    /// The days that have partitions, in order
    pub days: Vec<CalendarDayView>,
}

/// A day that has partitions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CalendarDay)]
pub struct CalendarDayView {
    /// The day, as partitions tell it
    #[schema(format = Date)]
    pub day: String,
    /// How many partitions it has
    pub partitions: u32,
    /// The hours that they tell; absent where they tell none
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hours: Vec<u8>,
}

impl From<(&Date, &CalendarDay)> for CalendarDayView {
    fn from((day, found): (&Date, &CalendarDay)) -> Self {
        Self {
            day: day.to_string(),
            partitions: found.partitions,
            hours: (0..HOURS_A_DAY)
                .filter(|hour| found.has_hour(*hour))
                .collect(),
        }
    }
}

impl From<&PartitionCalendar> for CalendarView {
    fn from(calendar: &PartitionCalendar) -> Self {
        Self {
            year: calendar.keys.as_ref().map(|_| calendar.year),
            first_year: calendar.years.map(|(first, _)| first),
            last_year: calendar.years.map(|(_, last)| last),
            has_hours: calendar.has_hours,
            is_whole: calendar.is_whole,
            days: calendar.days.iter().map(CalendarDayView::from).collect(),
        }
    }
}
