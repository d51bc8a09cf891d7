//! Stretches of civil time (a year, a day, an hour) and the instants that they cover in a time zone.
//!
//! A local hour may come twice in a year, or never. The cover of a stretch is therefore taken wide: from the
//! earliest instant that its first second can mean to the latest that its last second can mean.

use super::field::{Fields, Unit};
use jiff::civil::{Date, DateTime};
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{Span, Timestamp};

/// No offset from UTC is larger, and so no local time is further from the instant's time in UTC.
const OFFSET_SECONDS_MAX: i64 = 26 * 3600;

/// The civil times that have the same units down to `unit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Its first second.
    first: DateTime,
    unit: Unit,
}

impl Stretch {
    /// The stretch that is known by its year and the units that follow without a gap, down to `finest` at
    /// most; `None` where the year is not known or the day does not exist.
    pub(super) fn of_fields(fields: &Fields, finest: Unit) -> Option<Self> {
        let unit = fields.finest()?.min(finest);
        let number = |at: Unit| {
            if at <= unit {
                fields.or_least(at)
            } else {
                at.least()
            }
        };
        let small = |at: Unit| i8::try_from(number(at)).ok();
        let first = DateTime::new(
            number(Unit::Year),
            small(Unit::Month)?,
            small(Unit::Day)?,
            small(Unit::Hour)?,
            small(Unit::Minute)?,
            small(Unit::Second)?,
            0,
        );
        Some(Self {
            first: first.ok()?,
            unit,
        })
    }

    /// The stretch of this unit that holds a civil time.
    fn around(time: DateTime, unit: Unit) -> Option<Self> {
        Self::of_fields(&fields_of(time), unit)
    }

    /// Its last second; the calendar ends with the year 9999.
    fn last(self) -> DateTime {
        let next = self.first.saturating_add(length(self.unit));
        if next.year() == 9999 && next == DateTime::MAX {
            return next;
        }
        next.saturating_sub(Span::new().seconds(1))
    }

    fn next(self) -> Option<Self> {
        let first = self.first.checked_add(length(self.unit)).ok()?;
        Some(Self {
            first,
            unit: self.unit,
        })
    }

    /// Its units, as numbers.
    pub(super) fn fields(self) -> Fields {
        let all = fields_of(self.first);
        let mut fields = Fields::default();
        for unit in Unit::ALL.into_iter().take_while(|unit| *unit <= self.unit) {
            fields.set(unit, all.or_least(unit));
        }
        fields
    }

    /// The instants that it may cover in a time zone: UTC seconds, half open.
    pub(super) fn cover(self, zone: &TimeZone) -> (i64, i64) {
        let (begin, _) = instants(self.first, zone);
        let (_, end) = instants(self.last(), zone);
        (begin, end.saturating_add(1))
    }

    /// Whether it may cover an instant of the half-open range.
    pub(super) fn meets(self, from_s: i64, to_s: i64, zone: &TimeZone) -> bool {
        let (begin, end) = self.cover(zone);
        from_s < to_s && begin < to_s && from_s < end
    }
}

/// The stretches of `unit` in order whose cover may meet the half-open range of instants and that lie inside
/// `within`; `None` where they are more than `count_max`.
///
/// They are found by going through all local times that any zone may have at these instants, and asking each
/// stretch for its cover: no rule about transitions is needed.
pub(super) fn stretches(
    unit: Unit,
    (from_s, to_s): (i64, i64),
    within: Option<Stretch>,
    zone: &TimeZone,
    count_max: usize,
) -> Option<Vec<Stretch>> {
    let mut first = civil(from_s.saturating_sub(OFFSET_SECONDS_MAX));
    let mut last = civil(to_s.saturating_add(OFFSET_SECONDS_MAX));
    if let Some(within) = within {
        first = first.max(within.first);
        last = last.min(within.last());
    }
    let mut found = Vec::new();
    if first > last {
        return Some(found);
    }
    let seconds = first.duration_until(last).as_secs();
    // One more on either side, for stretches that are cut by the ends.
    if usize::try_from(seconds / seconds_most(unit)).is_ok_and(|count| count + 2 > count_max) {
        return None;
    }
    let mut next = Stretch::around(first, unit);
    while let Some(stretch) = next.filter(|stretch| stretch.first <= last) {
        if stretch.meets(from_s, to_s, zone) {
            found.push(stretch);
        }
        next = stretch.next();
    }
    Some(found)
}

/// Whether day, month and year, as far as they are known, are one of the calendar.
pub(super) fn is_calendar_day(fields: &Fields) -> bool {
    let (Some(month), Some(day)) = (fields.get(Unit::Month), fields.get(Unit::Day)) else {
        return true;
    };
    // Without a year the 29th of February may be one.
    let year = fields.get(Unit::Year).unwrap_or(2000);
    match (i8::try_from(month), i8::try_from(day)) {
        (Ok(month), Ok(day)) => Date::new(year, month, day).is_ok(),
        _ => false,
    }
}

pub(super) fn fields_of(time: DateTime) -> Fields {
    let mut fields = Fields::default();
    fields.set(Unit::Year, time.year());
    fields.set(Unit::Month, time.month().into());
    fields.set(Unit::Day, time.day().into());
    fields.set(Unit::Hour, time.hour().into());
    fields.set(Unit::Minute, time.minute().into());
    fields.set(Unit::Second, time.second().into());
    fields
}

fn length(unit: Unit) -> Span {
    let span = Span::new();
    match unit {
        Unit::Year => span.years(1),
        Unit::Month => span.months(1),
        Unit::Day => span.days(1),
        Unit::Hour => span.hours(1),
        Unit::Minute => span.minutes(1),
        Unit::Second => span.seconds(1),
    }
}

/// Seconds of the longest stretch of this unit.
fn seconds_most(unit: Unit) -> i64 {
    match unit {
        Unit::Year => 366 * 86_400,
        Unit::Month => 31 * 86_400,
        Unit::Day => 86_400,
        Unit::Hour => 3600,
        Unit::Minute => 60,
        Unit::Second => 1,
    }
}

/// The civil time of UTC at an instant, held inside the years 0 to 9999.
pub(super) fn civil(at_s: i64) -> DateTime {
    let (least, most) = (DateTime::constant(0, 1, 1, 0, 0, 0, 0), DateTime::MAX);
    let at_s = at_s.clamp(Timestamp::MIN.as_second(), Timestamp::MAX.as_second());
    let time = Timestamp::from_second(at_s).map(|at| TimeZone::UTC.to_datetime(at));
    time.unwrap_or(most).clamp(least, most)
}

/// The earliest and the latest instant that a civil time may mean in a zone, in seconds. A time that a
/// zone skips is taken with the offsets of both sides.
fn instants(time: DateTime, zone: &TimeZone) -> (i64, i64) {
    let utc = DateTime::constant(1970, 1, 1, 0, 0, 0, 0)
        .duration_until(time)
        .as_secs();
    let (one, other) = match zone.to_ambiguous_timestamp(time).offset() {
        AmbiguousOffset::Unambiguous { offset } => (offset, offset),
        AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after } => {
            (before, after)
        }
    };
    let (one, other) = (
        utc - i64::from(one.seconds()),
        utc - i64::from(other.seconds()),
    );
    (one.min(other), one.max(other))
}
