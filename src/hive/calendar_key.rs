//! Which keys of a table tell the time of its partitions: by it they stand on a calendar.
//!
//! Nobody declares it, so it is read off a partition: a value that is a day, or the parts of one under the names that people
//! give them.

use super::name_range::NameRange;
use super::partition_name::escape;
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Names of keys that hold a part of a time, when their values fit.
const YEARS: [&str; 4] = ["year", "yyyy", "yr", "y"];
const MONTHS: [&str; 4] = ["month", "mm", "mon", "m"];
const DAYS: [&str; 4] = ["day", "dd", "dayofmonth", "d"];
const HOURS: [&str; 5] = ["hour", "hh", "hr", "h", "p_hh"];
/// Months whose names are looked for one by one; more of them are looked for as years.
const MONTHS_MAX: usize = 3;
/// Hours of a day.
pub const HOURS_A_DAY: u8 = 24;

/// The keys of a table that tell the time of a partition, by their places.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CalendarKeys {
    day: DayKey,
    /// The key that holds the hour; nothing where the day's own value may hold it, or nobody tells it.
    hour: Option<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum DayKey {
    /// One key holds it.
    One {
        /// Which.
        key: usize,
        form: DayForm,
    },
    /// A year, a month and a day each have a key.
    Parts {
        year: usize,
        month: usize,
        day: usize,
    },
}

/// How a day is written in one value, perhaps with an hour behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DayForm {
    /// `2026-11-22`, `2026-11-22-15`, `2026-11-22 15:00:00`.
    Dashed,
    /// `20261122`, `2026112215`.
    Plain,
}

/// Where the names of the partitions of some days lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayRanges {
    /// How many keys come before those of the day: the ranges begin behind the parts of a name that these make.
    pub depth: usize,
    /// The ranges, sorted, without overlap. They may hold other days too.
    pub ranges: Vec<NameRange>,
}

/// The time of a partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarTime {
    /// The day.
    pub day: Date,
    /// The hour, where it is told.
    pub hour: Option<u8>,
}

impl CalendarKeys {
    /// The keys of a table whose partition has these values. `None` where they tell no day.
    pub fn of(keys: &[String], values: &[String]) -> Option<Self> {
        let day = day_key(keys, values)?;
        let hour = place(keys, values, &HOURS, HOURS_A_DAY.into());
        Some(Self { day, hour })
    }

    /// The time of a partition with these values. `None` where they are none of a time: a partition without a value, or one that
    /// somebody called otherwise.
    pub fn time(&self, values: &[String]) -> Option<CalendarTime> {
        let (day, own_hour) = match self.day {
            DayKey::One { key, form } => day_of(values.get(key)?, form)?,
            DayKey::Parts { year, month, day } => {
                let part = |at: usize| values.get(at)?.parse::<i16>().ok();
                let narrow = |at: usize| i8::try_from(part(at)?).ok();
                let date = Date::new(part(year)?, narrow(month)?, narrow(day)?).ok()?;
                (date, None)
            }
        };
        let hour = match self.hour {
            Some(at) => hour_of(values.get(at)?),
            None => own_hour,
        };
        Some(CalendarTime { day, hour })
    }

    /// Whether an hour is told, as far as this partition's values say.
    pub fn tells_hours(&self, values: &[String]) -> bool {
        self.time(values).is_some_and(|time| time.hour.is_some())
    }

    /// Where the names of the partitions of the days from `first` to `last` lie.
    pub fn day_ranges(&self, keys: &[String], first: Date, last: Date) -> DayRanges {
        match self.day {
            DayKey::One { key, form } => {
                let name = escape(&keys[key]);
                let end = last.tomorrow().unwrap_or(last);
                let range = NameRange {
                    from: Some(format!("{name}={}", day_text(first, form))),
                    to: Some(format!("{name}={}", day_text(end, form))),
                };
                DayRanges {
                    depth: key,
                    ranges: vec![range],
                }
            }
            DayKey::Parts { year, month, .. } => {
                let months = months_between(first, last);
                let year_name = escape(&keys[year]);
                let mut prefixes = BTreeSet::new();
                for (of_year, of_month) in &months {
                    let lead = format!("{year_name}={of_year:04}/");
                    if month != year + 1 || months.len() > MONTHS_MAX {
                        prefixes.insert(lead);
                        continue;
                    }
                    let lead = format!("{lead}{}=", escape(&keys[month]));
                    prefixes.insert(format!("{lead}{of_month:02}/"));
                    prefixes.insert(format!("{lead}{of_month}/"));
                }
                DayRanges {
                    depth: year,
                    ranges: prefixes.iter().map(|one| NameRange::prefix(one)).collect(),
                }
            }
        }
    }

    /// The same keys with the day in each form that its value may have, this one first.
    pub fn forms(&self) -> Vec<Self> {
        let mut forms = vec![self.clone()];
        if let DayKey::One { key, form } = self.day {
            let form = match form {
                DayForm::Dashed => DayForm::Plain,
                DayForm::Plain => DayForm::Dashed,
            };
            forms.push(Self {
                day: DayKey::One { key, form },
                hour: self.hour,
            });
        }
        forms
    }

    /// As [`Self::day_ranges`], of all of some forms of the same keys; without any nothing.
    pub fn day_ranges_of(forms: &[Self], keys: &[String], first: Date, last: Date) -> DayRanges {
        let each = forms.iter().map(|form| form.day_ranges(keys, first, last));
        let mut all = DayRanges {
            depth: 0,
            ranges: Vec::new(),
        };
        for found in each {
            all.depth = found.depth;
            all.ranges.extend(found.ranges);
        }
        all.ranges.sort_by(|one, other| one.from.cmp(&other.from));
        // Where a year ends, the days of one form lie among those of the other.
        let mut parted: Vec<NameRange> = Vec::with_capacity(all.ranges.len());
        for range in all.ranges {
            match parted.last_mut() {
                Some(before) if before.to.is_none() || range.from <= before.to => {
                    if range.to.is_none() || range.to > before.to && before.to.is_some() {
                        before.to = range.to;
                    }
                }
                _ => parted.push(range),
            }
        }
        all.ranges = parted;
        all
    }

    /// The filter of the partitions of the month that begins with `first`, in the language of partitions.
    pub fn month_filter(&self, keys: &[String], first: Date) -> String {
        match self.day {
            DayKey::One { key, form } => {
                let name = &keys[key];
                let next = first.last_of_month().tomorrow().unwrap_or(first);
                let (from, to) = (day_text(first, form), day_text(next, form));
                format!("{name} >= '{from}' and {name} < '{to}'")
            }
            DayKey::Parts { year, month, .. } => format!(
                "{} = '{:04}' and {}",
                keys[year],
                first.year(),
                part_filter(&keys[month], first.month()),
            ),
        }
    }

    /// The filter of the partitions of a day.
    pub fn day_filter(&self, keys: &[String], day: Date) -> String {
        match self.day {
            DayKey::One { key, form } => {
                let name = &keys[key];
                let next = day.tomorrow().unwrap_or(day);
                let (from, to) = (day_text(day, form), day_text(next, form));
                format!("{name} >= '{from}' and {name} < '{to}'")
            }
            DayKey::Parts {
                year,
                month,
                day: date,
            } => format!(
                "{} = '{:04}' and {} and {}",
                keys[year],
                day.year(),
                part_filter(&keys[month], day.month()),
                part_filter(&keys[date], day.day()),
            ),
        }
    }
}

/// The months that have one of the days, by year and month.
fn months_between(first: Date, last: Date) -> Vec<(i16, i8)> {
    let (mut year, mut month) = (first.year(), first.month());
    let mut months = Vec::new();
    while (year, month) <= (last.year(), last.month()) {
        months.push((year, month));
        (year, month) = if month == 12 {
            (year + 1, 1)
        } else {
            (year, month + 1)
        };
    }
    months
}

/// A part of a day, with and without a zero in front.
fn part_filter(key: &str, part: i8) -> String {
    if part >= 10 {
        return format!("{key} = '{part}'");
    }
    format!("({key} = '{part:02}' or {key} = '{part}')")
}

/// A day as a value writes it.
fn day_text(day: Date, form: DayForm) -> String {
    let mark = if form == DayForm::Dashed { "-" } else { "" };
    format!(
        "{:04}{mark}{:02}{mark}{:02}",
        day.year(),
        day.month(),
        day.day()
    )
}

fn day_key(keys: &[String], values: &[String]) -> Option<DayKey> {
    let forms = [DayForm::Dashed, DayForm::Plain];
    for (key, value) in values.iter().enumerate() {
        let form = forms
            .into_iter()
            .find(|form| day_of(value, *form).is_some());
        if let Some(form) = form {
            return Some(DayKey::One { key, form });
        }
    }
    Some(DayKey::Parts {
        year: place(keys, values, &YEARS, 10_000)?,
        month: place(keys, values, &MONTHS, 13)?,
        day: place(keys, values, &DAYS, 32)?,
    })
}

/// The key of one of these names whose value is a number below `end`.
fn place(keys: &[String], values: &[String], names: &[&str], end: usize) -> Option<usize> {
    let mut pairs = keys.iter().zip(values);
    pairs.position(|(key, value)| {
        let is_number = value.parse::<usize>().is_ok_and(|number| number < end);
        names.contains(&key.as_str()) && is_number
    })
}

/// The day that a value tells, and the hour behind it.
fn day_of(value: &str, form: DayForm) -> Option<(Date, Option<u8>)> {
    let (year, rest) = value.split_at_checked(4)?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (month, day, rest) = match form {
        DayForm::Dashed => {
            let (month, rest) = rest.strip_prefix('-')?.split_at_checked(2)?;
            let (day, rest) = rest.strip_prefix('-')?.split_at_checked(2)?;
            (month, day, rest)
        }
        DayForm::Plain => {
            let (month, rest) = rest.split_at_checked(2)?;
            let (day, rest) = rest.split_at_checked(2)?;
            (month, day, rest)
        }
    };
    if !digits(year) || !digits(month) || !digits(day) {
        return None;
    }
    let date = Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()?;
    let hour = match (rest, form) {
        ("", _) => None,
        (rest, DayForm::Dashed) => {
            let behind = rest.strip_prefix(['-', ' ', 'T', '_', '/'])?;
            Some(hour_of(behind.get(..2)?)?)
        }
        (rest, DayForm::Plain) if rest.len() == 2 => Some(hour_of(rest)?),
        _ => return None,
    };
    Some((date, hour))
}

fn hour_of(text: &str) -> Option<u8> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let hour = is_number.then(|| text.parse::<u8>().ok())??;
    (hour < HOURS_A_DAY).then_some(hour)
}

#[cfg(test)]
mod tests {
    use super::{CalendarKeys, CalendarTime, DayRanges};
    use jiff::civil::date;

    fn texts(all: &[&str]) -> Vec<String> {
        all.iter().map(|one| (*one).to_owned()).collect()
    }

    #[test]
    fn the_time_of_a_partition_is_read_as_people_write_it() {
        let day = date(2026, 11, 2);
        for (keys, values, hour) in [
            (&["dt"][..], &["2026-11-02"][..], None),
            (&["dt", "hour"], &["2026-11-02", "9"], Some(9)),
            (
                &["region", "p_ymd", "p_hh"],
                &["eu", "20261102", "09"],
                Some(9),
            ),
            (&["dt"], &["2026-11-02-15"], Some(15)),
            (&["dt"], &["2026-11-02 15:00:00"], Some(15)),
            (&["dt"], &["2026110215"], Some(15)),
            (&["year", "month", "day"], &["2026", "11", "2"], None),
            (
                &["yyyy", "mm", "dd", "hh"],
                &["2026", "11", "02", "00"],
                Some(0),
            ),
        ] {
            let keys = texts(keys);
            let read = CalendarKeys::of(&keys, &texts(values)).expect("keys of a time");
            assert_eq!(
                read.time(&texts(values)),
                Some(CalendarTime { day, hour }),
                "{values:?}"
            );
        }
        for (keys, values) in [
            (&["region"][..], &["eu"][..]),
            (&["id"], &["12345678"]),
            (&["dt"], &["2026-02-30"]),
            (&["dt"], &["2026-11-02x"]),
            (&["year", "month"], &["2026", "11"]),
            (&["dt"], &["__HIVE_DEFAULT_PARTITION__"]),
            (&["dt"], &["20é61"]),
        ] {
            assert_eq!(
                CalendarKeys::of(&texts(keys), &texts(values)),
                None,
                "{values:?}"
            );
        }
    }

    #[test]
    fn days_in_two_forms_are_found_in_both_and_once() {
        let keys = texts(&["dt"]);
        let read = CalendarKeys::of(&keys, &texts(&["2026-11-02"])).unwrap();
        let forms = read.forms();
        let of = |first, last| CalendarKeys::day_ranges_of(&forms, &keys, first, last);
        let holds = |found: &DayRanges, name: &str| {
            let ranges = found.ranges.iter();
            ranges.filter(|range| range.contains(name)).count()
        };
        let found = of(date(2026, 11, 2), date(2026, 11, 3));
        for (name, count) in [
            ("dt=2026-11-02", 1),
            ("dt=2026-11-03", 1),
            ("dt=20261102", 1),
            ("dt=2026110323", 1),
            ("dt=2026-11-04", 0),
            ("dt=20261104", 0),
        ] {
            assert_eq!(holds(&found, name), count, "{name}");
        }
        let found = of(date(2026, 12, 31), date(2027, 1, 1));
        for name in [
            "dt=2026-12-31",
            "dt=20261231",
            "dt=2027-01-01",
            "dt=20270101",
        ] {
            assert_eq!(holds(&found, name), 1, "{name}");
        }
        let times = ["2026-11-02", "20261102"].map(|value| {
            let values = texts(&[value]);
            forms
                .iter()
                .find_map(|form| form.time(&values))
                .map(|time| time.day)
        });
        assert_eq!(times, [Some(date(2026, 11, 2)); 2]);
        let keys = texts(&["year", "month", "day"]);
        let parts = CalendarKeys::of(&keys, &texts(&["2026", "11", "2"])).unwrap();
        assert_eq!(parts.forms().len(), 1);
    }

    #[test]
    fn days_are_stretches_of_names_behind_the_keys_before_them() {
        let within =
            |found: &DayRanges, name: &str| found.ranges.iter().any(|range| range.contains(name));
        let keys = texts(&["dt", "hour"]);
        let read = CalendarKeys::of(&keys, &texts(&["2026-11-02", "9"])).unwrap();
        let found = read.day_ranges(&keys, date(2026, 1, 1), date(2026, 12, 31));
        assert_eq!(found.depth, 0);
        assert!(within(&found, "dt=2026-12-31/hour=23") && !within(&found, "dt=2027-01-01/hour=0"));
        let keys = texts(&["year", "month", "day"]);
        let read = CalendarKeys::of(&keys, &texts(&["2026", "11", "2"])).unwrap();
        let found = read.day_ranges(&keys, date(2026, 1, 1), date(2026, 12, 31));
        assert!(!within(&found, "year=20261/month=1/day=1"));
        assert!(within(&found, "year=2026/month=7/day=1"));
        let found = read.day_ranges(&keys, date(2026, 9, 30), date(2026, 10, 1));
        assert!(
            within(&found, "year=2026/month=9/day=1") && within(&found, "year=2026/month=09/day=1")
        );
        assert!(
            within(&found, "year=2026/month=10/day=1")
                && !within(&found, "year=2026/month=11/day=1")
        );
        assert_eq!(
            read.day_filter(&keys, date(2026, 1, 2)),
            "year = '2026' and (month = '01' or month = '1') and (day = '02' or day = '2')"
        );
        assert_eq!(
            read.month_filter(&keys, date(2026, 1, 1)),
            "year = '2026' and (month = '01' or month = '1')"
        );
        let keys = texts(&["region", "dt"]);
        let read = CalendarKeys::of(&keys, &texts(&["eu", "20261102"])).unwrap();
        let found = read.day_ranges(&keys, date(2026, 11, 2), date(2026, 11, 3));
        assert!(
            found.depth == 1 && within(&found, "dt=20261103") && !within(&found, "dt=20261104")
        );
        assert_eq!(
            read.day_filter(&keys, date(2026, 12, 31)),
            "dt >= '20261231' and dt < '20270101'"
        );
        assert_eq!(
            read.month_filter(&keys, date(2026, 2, 1)),
            "dt >= '20260201' and dt < '20260301'"
        );
    }
}
