//! Layouts: how the directories of a table tell the values of its partition keys.
//!
//! A layout is a template of a path below the table's root. `AWSLogs/{account}/{region}/{dt:%Y/%m/%d}` reads
//! `AWSLogs/123456789012/eu-west-1/2019/06/08` as the values `123456789012`, `eu-west-1` and `2019-06-08`, and
//! writes those values as that path. The two directions are inverse: what is written reads as the same values,
//! and values for which that would not hold are refused.
//!
//! The language of templates:
//!
//! - Text stands for itself; `{{` and `}}` for braces. Slashes part the segments.
//! - `{key}` is the value of a partition key: one character or more inside a segment. Where it ends a segment
//!   right behind a `=`, as in Hive's own `dt={dt}`, it is escaped as Hive escapes it; elsewhere it is bare. A segment
//!   that is the key's own name, `=` and its value is read whatever the case of the name: `DT=1` is a `dt={dt}`.
//! - `{key:%Y/%m/%d}` is a time. It may run over several segments, and a key may tell its units at several places
//!   (`year={dt:%Y}/month={dt:%m}`). Units are `%Y %m %d %H %M %S`, `%-m` and so on without leading zeros, `%F`.
//! - A time's partition value is ISO in the shape of the key's type: `2019-06-08-15` for a string,
//!   `2019-06-08` for a date, `2019-06-08 15:00:00` for a timestamp, `20190608` for an integer, and for one unit
//!   alone its number. `{dt:%Y/%m/%d=%Y%m%d}` gives another form behind the `=`.
//! - `{_}` is a part of a segment that tells nothing. Such a layout reads paths and cannot write them.
//! - Every partition key stands in the template.
//!
//! The layout's *clock* are the keys that tell the units of one time together, the year and all that follow it
//! without a gap. It is what a window narrows. Keys that tell a unit twice (a day of the event and a day of the
//! load) are two times; the finer one is the clock, the first of two equal ones.
//!
//! Pure rules: no I/O, no clock of the machine; the time zone database is part of the program.

mod clock;
mod error;
mod field;
mod names;
mod pattern;
#[cfg(test)]
mod properties;
mod shown;
mod stretch;
mod template;
#[cfg(test)]
mod tests;
mod value_form;
mod value_range;
mod window;
#[cfg(test)]
mod window_tests;

pub use error::{LayoutError, Mismatch, TemplateFault};
pub use window::{Children, Window};

use crate::hive::partition_name::{DEFAULT_PARTITION, escape, escape_value, unescape};
use crate::model::Column;
use clock::{Clock, clocks};
use field::Fields;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use pattern::{Pattern, Token};
use shown::{shown, shown_form, shown_key, shown_literal};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::sync::Arc;
use stretch::{Stretch, is_calendar_day};

/// Bytes of a template at most; S3's keys have no more.
pub const TEMPLATE_BYTES_MAX: usize = 1_024;
/// Path segments of a template at most.
pub const TEMPLATE_SEGMENTS_MAX: usize = 32;
/// Placeholders of a template at most.
pub const TEMPLATE_PLACEHOLDERS_MAX: usize = 64;
/// Names that [`Children::Names`] lists at most; more become a range.
pub const WINDOW_NAMES_MAX: usize = 400;

/// How paths tell partition values. Immutable; a clone shares all.
#[derive(Debug, Clone)]
pub struct Layout {
    inner: Arc<Inner>,
    zone: TimeZone,
}

#[derive(Debug)]
struct Inner {
    template: String,
    segments: Vec<Segment>,
    /// The names of the partition keys in table order.
    keys: Vec<String>,
    /// The form of each key's value where the path tells its time.
    forms: Vec<Option<Pattern>>,
    /// The times that keys tell together.
    clocks: Vec<Clock>,
    /// The one that windows narrow.
    main_clock: Option<usize>,
}

#[derive(Debug, PartialEq, Eq)]
struct Segment {
    pattern: Pattern,
    /// As a template would write it alone, for messages.
    shown: String,
}

/// What the segments of a path tell.
struct Reading {
    /// The value of each key that is a text, where it was met.
    texts: Vec<Option<String>>,
    /// The time of each key, as far as it was met.
    times: Vec<Fields>,
}

impl Layout {
    /// Reads a template for a table with these partition keys, in the table's order. The error says where the
    /// template is wrong and what is allowed. Times are in UTC unless [`Layout::with_time_zone`] says otherwise.
    pub fn parse(template: &str, keys: &[Column]) -> Result<Self, LayoutError> {
        let read = template::parse(template, keys)?;
        let names = keys.iter().map(|key| key.name.clone()).collect();
        Ok(Self::new(
            template.to_owned(),
            read.segments,
            names,
            read.forms,
        ))
    }

    /// Hive's own layout, `k1={k1}/k2={k2}`: its paths are the names of the partitions.
    pub fn hive(keys: &[Column]) -> Self {
        let mut template = String::new();
        let mut segments = Vec::with_capacity(keys.len());
        for (position, key) in keys.iter().enumerate() {
            let literal = escape(&key.name.to_lowercase()).into_owned() + "=";
            let slash = if position == 0 { "" } else { "/" };
            // Writing to a String cannot fail.
            let _ = write!(
                template,
                "{slash}{}{{{}}}",
                shown_literal(&literal),
                shown_key(&key.name)
            );
            let text = Token::Text {
                key: position,
                is_escaped: true,
            };
            segments.push(Pattern {
                tokens: vec![Token::KeyName(literal), text],
            });
        }
        let names = keys.iter().map(|key| key.name.clone()).collect();
        Self::new(
            template,
            segments,
            names,
            keys.iter().map(|_| None).collect(),
        )
    }

    fn new(
        template: String,
        segments: Vec<Pattern>,
        keys: Vec<String>,
        forms: Vec<Option<Pattern>>,
    ) -> Self {
        let clocks = clocks(&segments);
        let main_clock = (0..clocks.len())
            .filter(|at| clocks[*at].has_year)
            .rev()
            .max_by_key(|at| clocks[*at].finest);
        let segments = segments.into_iter().map(|pattern| Segment {
            shown: shown(&pattern, &keys),
            pattern,
        });
        let segments = segments.collect();
        let inner = Inner {
            template,
            segments,
            keys,
            forms,
            clocks,
            main_clock,
        };
        Self {
            inner: Arc::new(inner),
            zone: TimeZone::UTC,
        }
    }

    /// The same layout with its times in a zone of the IANA database, such as `Asia/Seoul`.
    pub fn with_time_zone(self, name: &str) -> Result<Self, LayoutError> {
        let unknown = || LayoutError::UnknownTimeZone {
            name: name.to_owned(),
        };
        if name.eq_ignore_ascii_case("UTC") {
            return Ok(Self {
                zone: TimeZone::UTC,
                ..self
            });
        }
        let zone = TimeZoneDatabase::bundled()
            .get(name)
            .map_err(|_| unknown())?;
        Ok(Self { zone, ..self })
    }

    /// The template that it was read from.
    pub fn template(&self) -> &str {
        &self.inner.template
    }

    /// The name of its time zone.
    pub fn time_zone(&self) -> &str {
        self.zone.iana_name().unwrap_or("UTC")
    }

    /// The number of path segments of a partition's directory.
    pub fn depth(&self) -> usize {
        self.inner.segments.len()
    }

    /// The partition values, in the order of the table's keys, of a directory below the root, such as
    /// `2019/06/08/15`.
    pub fn read(&self, path: &str) -> Result<Vec<String>, Mismatch> {
        let segments: Vec<&str> = path.split('/').collect();
        let reading = self.inner.reading(&segments)?;
        if let Some(next) = self.inner.segments.get(segments.len()) {
            let reason = format!("the path ends here; expected {}", next.shown);
            return Err(Mismatch {
                segment: segments.len(),
                reason,
            });
        }
        Ok(self.inner.values(reading))
    }

    /// The path of these values: the inverse of [`Layout::read`]. An empty value is Hive's default partition where the
    /// layout is Hive's.
    pub fn write(&self, values: &[String]) -> Result<String, LayoutError> {
        let inner = &*self.inner;
        if values.len() != inner.keys.len() {
            return Err(LayoutError::ValueCount {
                given: values.len(),
                expected: inner.keys.len(),
            });
        }
        let times = inner.times(values)?;
        let mut path = String::with_capacity(64);
        for segment in &inner.segments {
            if !path.is_empty() {
                path.push('/');
            }
            for token in &segment.pattern.tokens {
                inner.token_onto(&mut path, token, values, &times)?;
            }
        }
        // Whatever the template: what cannot be read back is not written.
        let back = self.read(&path).ok();
        let is_same = back.is_some_and(|back| {
            let same = |(one, other): (&String, &String)| {
                one == other || (other.is_empty() && one == DEFAULT_PARTITION)
            };
            back.iter().zip(values).all(same)
        });
        if is_same {
            Ok(path)
        } else {
            Err(LayoutError::Ambiguous { path })
        }
    }

    /// Whether a path of these segments is, or leads to, a partition's directory.
    pub fn admits(&self, segments: &[&str]) -> Result<(), Mismatch> {
        self.inner.reading(segments).map(drop)
    }

    /// The children of a partial path that can hold partitions inside a time window. Where a local hour comes twice or
    /// never, the answer covers all of its readings.
    pub fn children(&self, segments: &[&str], window: &Window) -> Children {
        window::children(self, segments, window)
    }

    /// The least and the greatest value, in the order of their bytes, that the first partition key can have where a
    /// partition meets a time window. `None` where the values do not sort by the time that the window narrows.
    pub fn first_values(&self, window: &Window) -> Option<(String, String)> {
        value_range::first_values(self, window)
    }

    /// Whether a window narrows it at all.
    pub fn has_time(&self) -> bool {
        self.inner.main_clock.is_some()
    }

    /// The instants that these values may stand for: UTC seconds, half open. `None` without a time, or where the
    /// values have not the form that the layout gives them.
    pub fn span(&self, values: &[String]) -> Option<(i64, i64)> {
        let clock = self.inner.clock()?;
        let times = self.inner.times(values).ok()?;
        let stretch = Stretch::of_fields(&clock.fields(&times), clock.finest)?;
        Some(stretch.cover(&self.zone))
    }
}

impl Inner {
    fn clock(&self) -> Option<&Clock> {
        self.clocks.get(self.main_clock?)
    }

    /// Reads the segments of a path or of its beginning.
    fn reading(&self, segments: &[&str]) -> Result<Reading, Mismatch> {
        if segments.len() > self.segments.len() {
            let reason = format!(
                "the path is longer than the layout's {} segments",
                self.segments.len()
            );
            return Err(Mismatch {
                segment: self.segments.len(),
                reason,
            });
        }
        let mut reading = Reading {
            texts: vec![None; self.keys.len()],
            times: vec![Fields::default(); self.keys.len()],
        };
        for (at, (text, segment)) in segments.iter().zip(&self.segments).enumerate() {
            let mismatch = |reason| Mismatch {
                segment: at,
                reason,
            };
            segment.read_onto(&mut reading, text).map_err(mismatch)?;
            let is_real = |clock: &Clock| is_calendar_day(&clock.fields(&reading.times));
            if !self.clocks.iter().all(is_real) {
                return Err(mismatch(format!(
                    "{text:?} makes a day that is not in the calendar"
                )));
            }
        }
        Ok(reading)
    }

    /// The values of a reading of all segments.
    fn values(&self, reading: Reading) -> Vec<String> {
        let Reading { texts, times } = reading;
        let value = |((text, time), form): ((Option<String>, &Fields), &Option<Pattern>)| match form
        {
            Some(form) => form.write_time(time),
            None => text.unwrap_or_default(),
        };
        texts
            .into_iter()
            .zip(&times)
            .zip(&self.forms)
            .map(value)
            .collect()
    }

    /// The times in the values whose form has one.
    fn times(&self, values: &[String]) -> Result<Vec<Fields>, LayoutError> {
        let mut times = vec![Fields::default(); self.keys.len()];
        for (key, (value, form)) in values.iter().zip(&self.forms).enumerate() {
            let Some(form) = form else { continue };
            times[key] = form
                .read_time(value)
                .ok_or_else(|| LayoutError::Unprintable {
                    key: self.keys[key].clone(),
                    value: value.clone(),
                    reason: format!("expected the form {}", shown_form(form)),
                })?;
        }
        Ok(times)
    }

    fn token_onto(
        &self,
        path: &mut String,
        token: &Token,
        values: &[String],
        times: &[Fields],
    ) -> Result<(), LayoutError> {
        match token {
            Token::Literal(literal) | Token::KeyName(literal) => path.push_str(literal),
            Token::Time {
                key,
                unit,
                is_padded,
            } => {
                path.push_str(&unit.write(times[*key].or_least(*unit), *is_padded));
            }
            Token::Text {
                key,
                is_escaped: true,
            } => path.push_str(&escape_value(&values[*key])),
            Token::Text {
                key,
                is_escaped: false,
            } => {
                let value = &values[*key];
                if value.is_empty() || value.contains('/') {
                    return Err(LayoutError::Unprintable {
                        key: self.keys[*key].clone(),
                        value: value.clone(),
                        reason: "it must not be empty or hold a slash".to_owned(),
                    });
                }
                path.push_str(value);
            }
            Token::Ignored => return Err(LayoutError::Ignores),
        }
        Ok(())
    }
}

impl Segment {
    /// Adds what a segment of a path tells.
    fn read_onto(&self, reading: &mut Reading, text: &str) -> Result<(), String> {
        let differs = || format!("{text:?} does not fit {}", self.shown);
        if text == "." || text == ".." {
            return Err(differs());
        }
        let found = self.pattern.fit(text).ok_or_else(differs)?;
        for (token, found) in self.pattern.tokens.iter().zip(found) {
            match token {
                Token::Text {
                    key,
                    is_escaped: true,
                } => {
                    reading.texts[*key] = Some(escaped_value(found).ok_or_else(|| {
                        format!("the value in {text:?} holds a = that is not escaped as %3D")
                    })?);
                }
                Token::Text {
                    key,
                    is_escaped: false,
                } => {
                    reading.texts[*key] = Some(found.to_owned());
                }
                Token::Time {
                    key,
                    unit,
                    is_padded,
                } => {
                    let number = unit.read(found, *is_padded).ok_or_else(differs)?;
                    reading.times[*key].set(*unit, number);
                }
                Token::Literal(_) | Token::KeyName(_) | Token::Ignored => {}
            }
        }
        Ok(())
    }
}

/// A value as Hive's names hold it. Hive parts key and value at the last `=` that leaves something on both sides, so a
/// bare one belongs to a value only where it is the last character.
fn escaped_value(text: &str) -> Option<String> {
    let (last, _) = text.char_indices().next_back()?;
    (!text[..last].contains('=')).then(|| Cow::into_owned(unescape(text)))
}
