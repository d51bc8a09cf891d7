//! When things recur: a cron text in a time zone. Of daylight saving time it is true that a time which does not exist
//! that day is kept right after the gap, and that one which occurs twice is kept once, the first time. Texts that
//! recur by the minute or the hour follow elapsed time instead.

use croner::errors::CronError;
use croner::parser::{CronParser, Seconds, Year};
use croner::time::{CivilDateTime, CronDateTime, Resolution, Weekday};
use jiff::civil::DateTime;
use jiff::tz::{AmbiguousOffset, TimeZone};
use jiff::{SignedDuration, Timestamp, ZonedDateTime};
use std::cmp::Ordering;
use std::fmt;

/// Bytes of a cron text at most.
pub const SCHEDULE_BYTES_MAX: usize = 256;

/// A schedule that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScheduleError {
    /// The text.
    #[error("{text:?} is no schedule of minute, hour, day, month and day of the week: {why}")]
    Text {
        /// The text, cut to a length that can be shown.
        text: String,
        /// What is wrong with it.
        why: String,
    },
    /// The time zone.
    #[error("{0:?} is no time zone, such as Europe/Berlin")]
    TimeZone(String),
}

/// Moments that recur.
#[derive(Clone)]
pub struct Schedule {
    text: String,
    zone_name: String,
    cron: croner::Cron,
    zone: TimeZone,
}

impl Schedule {
    /// Reads five fields (minute, hour, day of the month, month, day of the week) and a name of the time zone database.
    /// A text that no moment ever fits is refused.
    pub fn parse(text: &str, time_zone: &str) -> Result<Self, ScheduleError> {
        let refuse = |why: String| ScheduleError::Text {
            text: text.chars().take(SCHEDULE_BYTES_MAX).collect(),
            why,
        };
        if text.len() > SCHEDULE_BYTES_MAX {
            return Err(refuse(format!(
                "at most {SCHEDULE_BYTES_MAX} bytes are read"
            )));
        }
        let zone = TimeZone::get(time_zone)
            .map_err(|_| ScheduleError::TimeZone(time_zone.chars().take(64).collect()))?;
        let parser = CronParser::builder()
            .seconds(Seconds::Disallowed)
            .year(Year::Disallowed)
            .build();
        let cron = parser.parse(text).map_err(|error| {
            let field = wrong_field(parser, text);
            refuse(match field {
                Some((field, name, bounds)) => {
                    format!("{field:?} is no {name}, which is {bounds}")
                }
                None => words(&error),
            })
        })?;
        let schedule = Self {
            text: text.to_owned(),
            zone_name: time_zone.to_owned(),
            cron,
            zone,
        };
        // The leap day of the first of each month's weekdays comes within decades; what never comes never comes.
        if schedule.next_after(0).is_none() {
            return Err(refuse("it never comes".to_owned()));
        }
        Ok(schedule)
    }

    /// The first moment after `seconds` since the epoch, in the same unit; `None` where there is none any more.
    pub fn next_after(&self, seconds: i64) -> Option<i64> {
        let from = Timestamp::from_second(seconds).ok()?;
        let from = Moment(from.to_zoned_datetime(self.zone.clone()));
        let next = self.cron.find_next_occurrence(&from, false).ok()?;
        Some(next.0.timestamp().as_second())
    }

    /// As [`Self::next_after`]; where there is none any more, a moment that does not come.
    pub fn next_or_never(&self, seconds: i64) -> i64 {
        self.next_after(seconds).unwrap_or(i64::MAX)
    }
}

/// The text and the zone: two schedules that print alike are alike.
impl fmt::Display for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text, self.zone_name)
    }
}

impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Schedule({self})")
    }
}

/// The fields of a text and what they may be: the library does not say which of them is wrong.
const FIELDS: [(&str, &str); 5] = [
    ("minute", "0-59"),
    ("hour", "0-23"),
    ("day of the month", "1-31"),
    ("month", "1-12 or JAN-DEC"),
    ("day of the week", "0-7 or SUN-SAT"),
];

/// The first field that no schedule has, whatever the others are; its name, and its bounds.
fn wrong_field(parser: CronParser, text: &str) -> Option<(&str, &'static str, &'static str)> {
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.len() != FIELDS.len() {
        return None;
    }
    let (at, field) = fields.iter().enumerate().find(|(at, field)| {
        let mut alone = ["*"; FIELDS.len()];
        alone[*at] = field;
        parser.parse(&alone.join(" ")).is_err()
    })?;
    let (name, bounds) = FIELDS[at];
    Some((field, name, bounds))
}

fn words(error: &CronError) -> String {
    match error {
        CronError::InvalidPattern(why)
        | CronError::IllegalCharacters(why)
        | CronError::ComponentError(why) => why.clone(),
        other => other.to_string(),
    }
}

/// A moment as the searcher moves it: the wall clock of its zone.
#[derive(Clone)]
struct Moment(ZonedDateTime);

fn unsigned<T: TryInto<u32>>(number: T) -> u32 {
    // Parts of a date are small and not negative.
    number.try_into().unwrap_or_default()
}

fn small(number: u32) -> Result<i8, CronError> {
    i8::try_from(number).map_err(|_| CronError::InvalidDate)
}

impl CronDateTime for Moment {
    fn to_civil(&self) -> CivilDateTime {
        let at = self.0.datetime();
        let civil = CivilDateTime::from_ymd_hms_opt(
            i32::from(at.year()),
            unsigned(at.month()),
            unsigned(at.day()),
            unsigned(at.hour()),
            unsigned(at.minute()),
            unsigned(at.second()),
        );
        civil.expect("a time of one library is a time of the other")
    }

    fn civil_weekday(&self) -> Weekday {
        Weekday::from_days_from_sunday(unsigned(self.0.weekday().to_sunday_zero_offset()))
    }

    fn resolve_civil(&self, civil: CivilDateTime) -> Result<Resolution<Self>, CronError> {
        let wall = DateTime::new(
            i16::try_from(civil.year()).map_err(|_| CronError::InvalidDate)?,
            small(civil.month())?,
            small(civil.day())?,
            small(civil.hour())?,
            small(civil.minute())?,
            small(civil.second())?,
            0,
        );
        let wall = wall.map_err(|_| CronError::InvalidDate)?;
        let found = self.0.time_zone().to_ambiguous_zoned_datetime(wall);
        let invalid = |_| CronError::InvalidTime;
        Ok(match found.offset() {
            AmbiguousOffset::Unambiguous { .. } => {
                Resolution::Single(Self(found.unambiguous().map_err(invalid)?))
            }
            AmbiguousOffset::Fold { .. } => Resolution::Ambiguous(
                Self(found.clone().earlier().map_err(invalid)?),
                Self(found.later().map_err(invalid)?),
            ),
            AmbiguousOffset::Gap { .. } => Resolution::Gap,
        })
    }

    fn checked_add_seconds(&self, seconds: i64) -> Option<Self> {
        let moved = self.0.checked_add(SignedDuration::from_secs(seconds));
        moved.ok().map(Self)
    }

    fn cmp_instant(&self, other: &Self) -> Ordering {
        self.0.timestamp().cmp(&other.0.timestamp())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The next `count` moments after a time, as UTC texts.
    fn next(text: &str, zone: &str, after: &str, count: usize) -> Vec<String> {
        let schedule = Schedule::parse(text, zone).unwrap();
        let mut at = after.parse::<Timestamp>().unwrap().as_second();
        let moments = (0..count).map(|_| {
            at = schedule.next_after(at).unwrap();
            Timestamp::from_second(at).unwrap().to_string()
        });
        moments.collect()
    }

    #[test]
    fn a_day_has_its_moment_in_its_zone() {
        assert_eq!(
            next("0 6 * * *", "Asia/Seoul", "2026-11-24T21:00:00Z", 2),
            ["2026-11-25T21:00:00Z", "2026-11-26T21:00:00Z"]
        );
        assert_eq!(
            next("30 7 * * MON-FRI", "UTC", "2026-11-27T08:00:00Z", 1),
            ["2026-11-30T07:30:00Z"]
        );
        assert_eq!(
            next("*/15 * * * *", "UTC", "2026-11-27T08:00:00Z", 2),
            ["2026-11-27T08:15:00Z", "2026-11-27T08:30:00Z"]
        );
    }

    #[test]
    fn a_time_that_does_not_exist_is_kept_once_right_after_the_gap() {
        // On 2026-03-29 the clocks of Berlin went from 02:00 to 03:00.
        assert_eq!(
            next("30 2 * * *", "Europe/Berlin", "2026-03-28T01:00:00Z", 3),
            [
                "2026-03-28T01:30:00Z",
                "2026-03-29T01:00:00Z",
                "2026-03-30T00:30:00Z"
            ]
        );
    }

    #[test]
    fn a_time_that_occurs_twice_is_kept_once() {
        // On 2026-10-25 the clocks of Berlin went from 03:00 back to 02:00.
        assert_eq!(
            next("30 2 * * *", "Europe/Berlin", "2026-10-24T01:00:00Z", 3),
            [
                "2026-10-25T00:30:00Z",
                "2026-10-26T01:30:00Z",
                "2026-10-27T01:30:00Z"
            ]
        );
        // Asked between the two, it does not come again that day.
        assert_eq!(
            next("30 2 * * *", "Europe/Berlin", "2026-10-25T01:00:00Z", 1),
            ["2026-10-26T01:30:00Z"]
        );
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (text, zone) in [
            ("", "UTC"),
            ("6 o'clock", "UTC"),
            ("0 6 * *", "UTC"),
            ("0 0 6 * * *", "UTC"),
            ("61 6 * * *", "UTC"),
            ("0 0 30 2 *", "UTC"),
            ("0 6 * * *", "Europe/Atlantis"),
            (&"*".repeat(300), "UTC"),
        ] {
            assert!(Schedule::parse(text, zone).is_err(), "{text:?} {zone}");
        }
        for (text, why) in [
            ("61 6 * * *", "\"61\" is no minute, which is 0-59"),
            ("0 6 0 * *", "\"0\" is no day of the month, which is 1-31"),
            ("0 6 * * MON-9", "day of the week, which is 0-7 or SUN-SAT"),
        ] {
            let error = Schedule::parse(text, "UTC").unwrap_err().to_string();
            assert!(error.ends_with(why), "{error}");
        }
        let error = Schedule::parse("0 6 * * *", "Mars").unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"Mars\" is no time zone, such as Europe/Berlin"
        );
    }
}
