//! The days of a year on which a table has partitions.

use crate::catalog::PartitionCalendar;
use crate::hive::calendar_key::HOURS_A_DAY;
use skep_wire::v1;

/// A year of a table.
pub(in crate::grpc) fn calendar(found: &PartitionCalendar) -> v1::GetCalendarResponse {
    let days = found.days.iter().map(|(day, told)| v1::CalendarDay {
        day: day.to_string(),
        partitions: told.partitions,
        hours: (0..HOURS_A_DAY)
            .filter(|hour| told.has_hour(*hour))
            .map(u32::from)
            .collect(),
    });
    v1::GetCalendarResponse {
        year: found.keys.as_ref().map(|_| found.year.into()),
        first_year: found.years.map(|(first, _)| first.into()),
        last_year: found.years.map(|(_, last)| last.into()),
        has_hours: found.has_hours,
        is_whole: found.is_whole,
        days: days.collect(),
    }
}
