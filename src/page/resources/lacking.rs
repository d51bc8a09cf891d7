//! Which hours and days of a table lack expected data, as a calendar shows them: in the time zone that the table states.

use super::freshness::status_of;
use crate::freshness::FreshnessStatus;
use crate::model::{GapKind, Table};
use crate::page::asked::Asked;
use crate::page::failure::Failure;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

/// What a table expects, and what lacks of it.
pub(super) struct Lacking {
    pub(super) status: FreshnessStatus,
}

impl Lacking {
    /// Nothing where the table expects no data.
    pub(super) async fn of(asked: &Asked, table: &Table) -> Result<Option<Self>, Failure> {
        let status = status_of(asked, table).await?;
        Ok(status.map(|status| Self { status }))
    }

    /// What lacks of a day, or of an hour of it.
    pub(super) fn kind(&self, day: Date, hour: Option<u8>) -> Option<GapKind> {
        let expectation = self.status.expectation.as_ref().ok()?;
        // A pause or a weekend does not part a gap, and lacks nothing.
        if !expectation.expects(day) {
            return None;
        }
        let begin = begin(&expectation.time_zone, day, hour)?;
        let gaps = self.status.gaps.iter();
        let mut lacks = gaps.filter(|gap| GapKind::LACKS.contains(&gap.kind));
        let found = lacks.find(|gap| gap.from <= begin && begin < gap.to);
        found.map(|gap| gap.kind)
    }
}

/// The first moment of a day or of an hour of it, in seconds since the epoch; where the clocks show it twice, of the first time.
fn begin(zone: &TimeZone, day: Date, hour: Option<u8>) -> Option<i64> {
    // A partition may tell an hour that no clock shows.
    let hour = i8::try_from(hour.unwrap_or(0)).ok()?;
    let time = Time::new(hour, 0, 0, 0).ok()?;
    let moment = zone.to_ambiguous_timestamp(day.to_datetime(time));
    Some(moment.compatible().ok()?.as_second())
}

/// The mark of what lacks.
pub(super) fn mark(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Missing => "!",
        GapKind::Thin => "↓",
        GapKind::Swollen => "↑",
        GapKind::Faulty => "?",
    }
}

/// What lacks, in words that go on behind what is there.
pub(super) fn words(kind: GapKind) -> &'static str {
    match kind {
        GapKind::Missing => "expected and missing",
        GapKind::Thin => "less than is expected",
        GapKind::Swollen => "more than is expected",
        GapKind::Faulty => "of which nothing can be told",
    }
}

#[cfg(test)]
mod tests {
    use super::begin;
    use jiff::civil::date;
    use jiff::tz::TimeZone;

    #[test]
    fn days_and_hours_begin_by_the_clocks_of_their_zone() {
        let day = date(2026, 11, 22);
        assert_eq!(begin(&TimeZone::UTC, day, None), Some(1_795_305_600));
        assert_eq!(begin(&TimeZone::UTC, day, Some(2)), Some(1_795_312_800));
        let east = TimeZone::fixed(jiff::tz::offset(2));
        assert_eq!(begin(&east, day, Some(2)), Some(1_795_305_600));
        assert_eq!(begin(&TimeZone::UTC, day, Some(24)), None);
    }
}
