//! Dates and timestamps of partition values and constants, without a time zone.
//!
//! Only texts with a four-digit year are moments, because only their order can be read off the text
//! (`name_interval` relies on it). Months and days may have one digit, as `cast` allows in databases.

use std::fmt;

/// A day, or an instant of a day, in the proleptic Gregorian calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moment {
    /// Days since 1970-01-01.
    days: i64,
    /// Nanoseconds since the start of the day.
    nanos: u64,
}

const SECOND_NANOS: u64 = 1_000_000_000;

impl Moment {
    /// Reads `yyyy-[m]m-[d]d` and nothing after it.
    pub fn parse_date(text: &str) -> Option<Self> {
        let (year, rest) = text.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        if year.len() != 4 {
            return None;
        }
        let (year, month, day) = (digits(year, 4)?, digits(month, 2)?, digits(day, 2)?);
        if !(1..=12).contains(&month) || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        Some(Self {
            days: days_from_civil(year, month, day),
            nanos: 0,
        })
    }

    /// Reads a date, or a date followed by a space or `T` and `hh:mm[:ss[.fraction]]`. Digits of the
    /// fraction beyond the ninth are refused rather than cut.
    pub fn parse_timestamp(text: &str) -> Option<Self> {
        let Some((date, time)) = text.split_once([' ', 'T']) else {
            return Self::parse_date(text);
        };
        let mut moment = Self::parse_date(date)?;
        let mut parts = time.split(':');
        let hour = digits(parts.next()?, 2)?;
        let minute = digits(parts.next()?, 2)?;
        let seconds = parts.next().unwrap_or("0");
        let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, "0"));
        let second = digits(second, 2)?;
        if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let fraction_nanos =
            digits(fraction, 9)? * 10_i64.pow(9 - u32::try_from(fraction.len()).ok()?);
        let whole = u64::try_from(hour * 3600 + minute * 60 + second).ok()?;
        moment.nanos = whole * SECOND_NANOS + u64::try_from(fraction_nanos).ok()?;
        Some(moment)
    }

    /// True at the start of a day.
    pub fn is_midnight(self) -> bool {
        self.nanos == 0
    }

    /// The day before, at its start; `None` before the year 0000, which no text can name.
    pub fn previous_day(self) -> Option<Self> {
        let days = self.days - 1;
        (days >= days_from_civil(0, 1, 1)).then_some(Self { days, nanos: 0 })
    }

    /// Year, month and day of the month.
    pub fn civil(self) -> (i64, i64, i64) {
        civil_from_days(self.days)
    }

    /// The day in its canonical spelling, `yyyy-mm-dd`.
    pub fn date_text(self) -> String {
        let (year, month, day) = self.civil();
        format!("{year:04}-{month:02}-{day:02}")
    }
}

/// Writes a timestamp as Hive does: `yyyy-mm-dd hh:mm:ss`, and the fraction where there is one.
impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (seconds, fraction) = (self.nanos / SECOND_NANOS, self.nanos % SECOND_NANOS);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{} {hour:02}:{minute:02}:{second:02}", self.date_text())?;
        if fraction > 0 {
            write!(f, ".{}", format!("{fraction:09}").trim_end_matches('0'))?;
        }
        Ok(())
    }
}

/// One to `most` ASCII digits, and nothing else.
fn digits(text: &str, most: usize) -> Option<i64> {
    if text.is_empty() || text.len() > most || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

fn days_in_month(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01. Years are counted from March, so that the leap day ends a year, and in
/// cycles of 400 years, which all have 146,097 days.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let shifted = if month > 2 { year } else { year - 1 };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let year_of_cycle = shifted.rem_euclid(400);
    let day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 + day_of_year;
    shifted.div_euclid(400) * 146_097 + day_of_cycle - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let day_of_cycle = shifted.rem_euclid(146_097);
    let leap_days = day_of_cycle / 1_460 - day_of_cycle / 36_524 + day_of_cycle / 146_096;
    let year_of_cycle = (day_of_cycle - leap_days) / 365;
    let day_of_year =
        day_of_cycle - (365 * year_of_cycle + year_of_cycle / 4 - year_of_cycle / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = shifted.div_euclid(146_097) * 400 + year_of_cycle + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_dates() {
        let day = Moment::parse_date("2024-02-29").unwrap();
        assert_eq!(day.date_text(), "2024-02-29");
        assert_eq!(Moment::parse_date("2024-2-29"), Some(day));
        assert_eq!(Moment::parse_date("1970-01-01").unwrap().days, 0);
        assert_eq!(day.days, 19_782);
        for text in [
            "2023-02-29",
            "24-01-01",
            "2024-13-01",
            "2024-01-00",
            "2024-01-011",
            "2024-01",
            "2024-01-01 ",
            "+024-01-01",
            "2024-+1-01",
            "",
        ] {
            assert_eq!(Moment::parse_date(text), None, "{text}");
        }
    }

    #[test]
    fn reads_timestamps() {
        let text = "2024-01-02 03:04:05.06";
        assert_eq!(Moment::parse_timestamp(text).unwrap().to_string(), text);
        assert_eq!(
            Moment::parse_timestamp("2024-01-02T03:04")
                .unwrap()
                .to_string(),
            { "2024-01-02 03:04:00" }
        );
        assert_eq!(
            Moment::parse_timestamp("2024-1-2"),
            Moment::parse_date("2024-01-02")
        );
        for text in [
            "2024-01-02 24:00:00",
            "2024-01-02 1",
            "2024-01-02 01:02:03:04",
            "2024-01-02 01:02:03.0000000001",
            "x 01:02:03",
        ] {
            assert_eq!(Moment::parse_timestamp(text), None, "{text}");
        }
    }

    #[test]
    fn the_day_before() {
        let day = Moment::parse_date("2024-03-01").unwrap();
        assert_eq!(day.previous_day().unwrap().date_text(), "2024-02-29");
        assert_eq!(
            Moment::parse_date("0000-01-01").unwrap().previous_day(),
            None
        );
    }

    proptest! {
        #[test]
        fn days_count_up_one_by_one(days in -719_528_i64..2_932_895) {
            let text = Moment { days, nanos: 0 }.date_text();
            prop_assert_eq!(Moment::parse_date(&text).unwrap().days, days);
            let next = Moment { days: days + 1, nanos: 0 }.date_text();
            prop_assert!(text < next);
        }

        #[test]
        fn timestamps_round_trip(days in 0_i64..20_000, nanos in 0_u64..86_400 * SECOND_NANOS) {
            let moment = Moment { days, nanos };
            prop_assert_eq!(Moment::parse_timestamp(&moment.to_string()), Some(moment));
        }
    }
}
