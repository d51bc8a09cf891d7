//! The stretches of time of which a table's data comes, as the clocks of its time zone cut them: where they are put forward an
//! hour does not exist, and where they are put back one is twice as long.

use crate::model::Expectation;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// Days between a stretch and the same one of the week before.
const DAYS_A_WEEK: i32 = 7;

/// A stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Slot {
    /// Its day.
    pub(super) day: Date,
    /// Its first hour.
    pub(super) hour: i8,
    /// Its hours.
    pub(super) hours: i8,
    /// Its beginning, in seconds since the epoch.
    pub(super) from: i64,
    /// Its end.
    pub(super) to: i64,
}

impl Slot {
    /// The stretch that begins with that hour of a day.
    fn of(expectation: &Expectation, day: Date, hour: i8) -> Option<Self> {
        let hours = expectation.every.hours();
        let zone = &expectation.time_zone;
        let (end_day, end_hour) = if hour + hours >= 24 {
            (day.tomorrow().ok()?, 0)
        } else {
            (day, hour + hours)
        };
        Some(Self {
            day,
            hour,
            hours,
            from: begin(zone, day, hour)?,
            to: begin(zone, end_day, end_hour)?,
        })
    }

    /// The stretch that a moment, in seconds since the epoch, lies in.
    pub(super) fn holding(expectation: &Expectation, moment: i64) -> Option<Self> {
        let moment = Timestamp::from_second(moment).ok()?;
        let local = expectation.time_zone.to_datetime(moment);
        let hours = expectation.every.hours();
        Self::of(expectation, local.date(), local.hour() / hours * hours)
    }

    /// The one after it.
    pub(super) fn next(&self, expectation: &Expectation) -> Option<Self> {
        if self.hour + self.hours >= 24 {
            Self::of(expectation, self.day.tomorrow().ok()?, 0)
        } else {
            Self::of(expectation, self.day, self.hour + self.hours)
        }
    }

    /// The one before it.
    pub(super) fn previous(&self, expectation: &Expectation) -> Option<Self> {
        if self.hour == 0 {
            Self::of(expectation, self.day.yesterday().ok()?, 24 - self.hours)
        } else {
            Self::of(expectation, self.day, self.hour - self.hours)
        }
    }

    /// The same one so many weeks before.
    pub(super) fn weeks_before(&self, expectation: &Expectation, weeks: i32) -> Option<Self> {
        let day = self.day.checked_sub((weeks * DAYS_A_WEEK).days()).ok()?;
        Self::of(expectation, day, self.hour)
    }

    /// Whether data of it has to come. An hour that the clocks leap over has none.
    pub(super) fn is_expected(&self, expectation: &Expectation) -> bool {
        self.to > self.from && expectation.expects(self.day)
    }

    /// Whether it is as long as others: one that is twice as long has twice as much.
    pub(super) fn is_regular(&self, expectation: &Expectation) -> bool {
        expectation.every.is_daily() || self.to - self.from == expectation.every.seconds()
    }

    /// When its data has to be there, in seconds since the epoch.
    pub(super) fn due_at(&self, expectation: &Expectation) -> i64 {
        self.to + expectation.within_s
    }
}

/// The first moment of an hour of a day: the earlier one where the clocks show it twice, the one after the leap where they do
/// not show it.
fn begin(zone: &TimeZone, day: Date, hour: i8) -> Option<i64> {
    let moment = zone.to_ambiguous_timestamp(day.at(hour, 0, 0, 0));
    Some(moment.compatible().ok()?.as_second())
}
