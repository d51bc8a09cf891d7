//! What a table says of the data that it is to get: how often, how late at most, how much. Read from its properties, which any
//! engine sets; a value that makes no sense is an error that names the property.

use super::Table;
use super::table_properties::{PropertyError, TableProperties, unknown};
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;
use std::fmt;

/// What the properties begin with.
pub const EXPECTATION_PROPERTY_PREFIX: &str = "skep.expect.";

const EVERY: &str = "skep.expect.every";
const WITHIN: &str = "skep.expect.within";
const VOLUME: &str = "skep.expect.volume";
const TIME_ZONE: &str = "skep.expect.time-zone";
const WEEKDAYS: &str = "skep.expect.weekdays";
const PAUSE: &str = "skep.expect.pause";
/// The property that says whose word is taken for how much there is.
pub(super) const EXPECTED_SIZES: &str = "skep.expect.sizes";
/// The property that says since when data has to come.
pub const EXPECTED_SINCE: &str = "skep.expect.since";
/// Where the times of a table's directories are told already.
const DISCOVERY_TIME_ZONE: &str = "skep.discovery.time-zone";

/// The properties that cut time into stretches; the last one is discovery's.
pub const EXPECTED_CLOCK: [&str; 3] = [EVERY, TIME_ZONE, DISCOVERY_TIME_ZONE];

/// Every property there is.
const KNOWN: [&str; 8] = [
    EVERY,
    WITHIN,
    VOLUME,
    TIME_ZONE,
    WEEKDAYS,
    PAUSE,
    EXPECTED_SINCE,
    EXPECTED_SIZES,
];

/// Days and stretches of days of one pause property at most.
const PAUSES_MAX: usize = 100;
/// Per cent that a volume may be told to have at most.
const PER_CENT_MAX: u32 = 1_000_000;
/// The longest that data may be late: what comes later is no news.
const WITHIN_S_MAX: i64 = 14 * 24 * 3600;
const HOUR_S: i64 = 3600;
/// Years that clocks of every time zone can show.
const SINCE_YEARS: std::ops::RangeInclusive<i16> = 1970..=9000;
/// Days by their short names, the first of the week first.
const DAYS: [(&str, Weekday); 7] = [
    ("mon", Weekday::Monday),
    ("tue", Weekday::Tuesday),
    ("wed", Weekday::Wednesday),
    ("thu", Weekday::Thursday),
    ("fri", Weekday::Friday),
    ("sat", Weekday::Saturday),
    ("sun", Weekday::Sunday),
];

/// How often data comes: a stretch of so many hours of a day each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rhythm {
    hours: i8,
}

impl Rhythm {
    /// Once a day.
    pub const DAILY: Self = Self { hours: 24 };

    /// Hours of a stretch; they divide a day.
    pub fn hours(self) -> i8 {
        self.hours
    }

    /// Whether data comes once a day.
    pub fn is_daily(self) -> bool {
        self == Self::DAILY
    }

    /// Seconds of a stretch, on a day without a change of the clocks.
    pub fn seconds(self) -> i64 {
        i64::from(self.hours) * HOUR_S
    }

    fn of_seconds(seconds: i64) -> Option<Self> {
        let hours = i8::try_from(seconds / HOUR_S).ok()?;
        let divides = (1..=24).contains(&hours) && 24 % hours == 0;
        (divides && seconds % HOUR_S == 0).then_some(Self { hours })
    }
}

impl fmt::Display for Rhythm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.hours {
            24 => f.write_str("1d"),
            hours => write!(f, "{hours}h"),
        }
    }
}

/// How much data has to come, in per cent of what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolumeRange {
    /// Less is too little.
    pub least: u32,
    /// More is too much; `None` where there cannot be too much.
    pub most: Option<u32>,
}

impl fmt::Display for VolumeRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.most {
            Some(most) => write!(f, "{}%..{most}%", self.least),
            None => write!(f, "{}%..", self.least),
        }
    }
}

/// What a table is to get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expectation {
    /// How often data comes.
    pub every: Rhythm,
    /// Seconds after the end of a stretch within which its data has to be there.
    pub within_s: i64,
    /// How much there has to be; `None` where any amount will do.
    pub volume: Option<VolumeRange>,
    /// Whether the directory of a new partition is listed where nobody noted its size.
    pub lists_sizes: bool,
    /// In which the partitions tell their time.
    pub time_zone: TimeZone,
    /// The days of the week on which data comes, Monday first.
    weekdays: [bool; 7],
    /// The first day of which data has to come; `None` where that is when it was stated.
    pub since: Option<Date>,
    /// The days of the week on which data comes, as they were written; `None` is every day.
    pub weekdays_text: Option<String>,
    /// The days on which none has to come, as they were written.
    pub pause_text: Option<String>,
    /// Days on which none has to come: first and last of each pause.
    pauses: Vec<(Date, Date)>,
}

/// What is wrong with the name of a property that begins as these do; `None` where there is one of that name.
pub fn expectation_name_fault(key: &str) -> Option<PropertyError> {
    let why = unknown(key, &KNOWN)?;
    Some(PropertyError {
        property: key.to_owned(),
        value: String::new(),
        why,
    })
}

/// Whether a property states an expectation. By it the store finds the tables that do, so there must be one answer.
pub fn is_expectation_property(key: &str) -> bool {
    key.starts_with(EXPECTATION_PROPERTY_PREFIX)
}

impl Expectation {
    /// Reads a table's properties. `None` where they state nothing.
    pub fn of_table(table: &Table) -> Result<Option<Self>, PropertyError> {
        if !table
            .parameters
            .keys()
            .any(|key| is_expectation_property(key))
        {
            return Ok(None);
        }
        let properties = TableProperties { table };
        properties.check_names(EXPECTATION_PROPERTY_PREFIX, &KNOWN, None)?;
        let every = properties.rhythm()?;
        if !table.is_partitioned() || table.is_view() {
            return Err(properties.wrong(EVERY, "is of a table without partitions"));
        }
        let within_s = properties.seconds(WITHIN, 0)?;
        if within_s.is_some_and(|within_s| within_s > WITHIN_S_MAX) {
            return Err(properties.wrong(WITHIN, "must be 14 days or less"));
        }
        let volume = properties.volume()?;
        Ok(Some(Self {
            every,
            within_s: within_s.unwrap_or(every.seconds()),
            volume,
            lists_sizes: properties.lists_sizes(volume)?,
            time_zone: properties.time_zone()?,
            weekdays: properties.weekdays()?,
            since: properties.since()?,
            weekdays_text: properties.text(WEEKDAYS).map(str::to_owned),
            pause_text: properties.text(PAUSE).map(str::to_owned),
            pauses: properties.pauses()?,
        }))
    }

    /// The name of the time zone.
    pub fn zone_name(&self) -> &str {
        self.time_zone.iana_name().unwrap_or("UTC")
    }

    /// From when on data has to come, where that was stated at `stated_at`; both in seconds since the epoch.
    pub fn begin(&self, stated_at: i64) -> i64 {
        let midnight = self.since.map(|day| day.at(0, 0, 0, 0));
        let begin = midnight.and_then(|midnight| self.time_zone.to_timestamp(midnight).ok());
        begin.map_or(stated_at, jiff::Timestamp::as_second)
    }

    /// Whether data of that day has to come.
    pub fn expects(&self, day: Date) -> bool {
        let weekday = day.weekday().to_monday_zero_offset();
        let is_weekday = usize::try_from(weekday).is_ok_and(|index| self.weekdays[index]);
        let mut pauses = self.pauses.iter();
        is_weekday && !pauses.any(|(first, last)| (*first..=*last).contains(&day))
    }
}

impl TableProperties<'_> {
    fn rhythm(&self) -> Result<Rhythm, PropertyError> {
        if self.text(EVERY).is_none() {
            return Err(self.wrong(
                EVERY,
                "is missing; say how often data comes, such as 1h or 1d",
            ));
        }
        let seconds = self.seconds(EVERY, 1)?.unwrap_or_default();
        let why = "must be 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d: partitions tell hours or days";
        Rhythm::of_seconds(seconds).ok_or_else(|| self.wrong(EVERY, why))
    }

    fn volume(&self) -> Result<Option<VolumeRange>, PropertyError> {
        let Some(text) = self.text(VOLUME) else {
            return Ok(None);
        };
        let read = || {
            let (least, most) = text.split_once("..")?;
            let least = if least.trim().is_empty() {
                0
            } else {
                per_cent(least)?
            };
            let most = if most.trim().is_empty() {
                None
            } else {
                Some(per_cent(most)?)
            };
            let is_range = most.is_none_or(|most| most > least) && (least > 0 || most.is_some());
            is_range.then_some(VolumeRange { least, most })
        };
        let why = "must be a range of the usual volume, such as 50%..200% or 50%..";
        read().map(Some).ok_or_else(|| self.wrong(VOLUME, why))
    }

    fn lists_sizes(&self, volume: Option<VolumeRange>) -> Result<bool, PropertyError> {
        let lists = self.word(EXPECTED_SIZES, false, &[("noted", false), ("list", true)])?;
        if lists && volume.is_none() {
            let why = "is of use beside skep.expect.volume alone, which is missing";
            return Err(self.wrong(EXPECTED_SIZES, why));
        }
        Ok(lists)
    }

    fn time_zone(&self) -> Result<TimeZone, PropertyError> {
        let own = self.text(TIME_ZONE).map(|name| (TIME_ZONE, name));
        let discovery = || Some((DISCOVERY_TIME_ZONE, self.text(DISCOVERY_TIME_ZONE)?));
        let Some((key, name)) = own.or_else(discovery) else {
            return Ok(TimeZone::UTC);
        };
        TimeZone::get(name)
            .map_err(|_| self.wrong(key, "must be a time zone such as UTC or Europe/Berlin"))
    }

    fn weekdays(&self) -> Result<[bool; 7], PropertyError> {
        let Some(text) = self.text(WEEKDAYS) else {
            return Ok([true; 7]);
        };
        let mut all = [false; 7];
        for part in text.split(',') {
            let (first, last) = part.split_once('-').unwrap_or((part, part));
            let (Some(first), Some(last)) = (weekday(first), weekday(last)) else {
                return Err(self.wrong(WEEKDAYS, "must name days such as mon-fri or mon,wed,fri"));
            };
            let mut day = first;
            loop {
                all[day] = true;
                if day == last {
                    break;
                }
                day = (day + 1) % 7;
            }
        }
        Ok(all)
    }

    fn since(&self) -> Result<Option<Date>, PropertyError> {
        let Some(text) = self.text(EXPECTED_SINCE) else {
            return Ok(None);
        };
        let why = "must be a day such as 2026-11-22";
        let day = Date::strptime("%Y-%m-%d", text).ok();
        let day = day.filter(|day| SINCE_YEARS.contains(&day.year()));
        day.map(Some).ok_or_else(|| self.wrong(EXPECTED_SINCE, why))
    }

    fn pauses(&self) -> Result<Vec<(Date, Date)>, PropertyError> {
        let Some(text) = self.text(PAUSE) else {
            return Ok(Vec::new());
        };
        let why = "must list days such as 2026-12-24..2026-12-26, 2026-12-31";
        let mut pauses = Vec::new();
        for part in text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty())
        {
            let (first, last) = part.split_once("..").unwrap_or((part, part));
            let day = |text: &str| Date::strptime("%Y-%m-%d", text.trim());
            match (day(first), day(last)) {
                (Ok(first), Ok(last)) if first <= last => pauses.push((first, last)),
                _ => return Err(self.wrong(PAUSE, why)),
            }
        }
        if pauses.len() > PAUSES_MAX {
            return Err(self.wrong(PAUSE, format!("names more than {PAUSES_MAX} pauses")));
        }
        Ok(pauses)
    }
}

fn per_cent(text: &str) -> Option<u32> {
    let number = text.trim();
    let number = number.strip_suffix('%').unwrap_or(number).trim_end();
    let number: u32 = number.parse().ok()?;
    (number <= PER_CENT_MAX).then_some(number)
}

/// The place of a day in the week, by the first three letters of its English name.
fn weekday(text: &str) -> Option<usize> {
    let text = text.trim().to_ascii_lowercase();
    let is_it = |(name, day): &(&str, Weekday)| {
        text == *name || text == format!("{day:?}").to_ascii_lowercase()
    };
    DAYS.iter().position(is_it)
}
