//! How properties of a table are read that ask skep for something: values as people write them, and an error that names the
//! property where one makes no sense. Nothing is guessed.

use super::Table;
use crate::period::period_s;
use std::borrow::Cow;
use std::fmt;

/// What every property of skep's begins with.
const SKEP_PREFIX: &str = "skep.";
/// How unlike a known property a mistyped one may be and still be taken for it.
const MISTYPED_DISTANCE_MAX: usize = 3;
/// Characters of a name or a value that an error shows.
const SHOWN_CHARS_MAX: usize = 200;

/// A property whose value makes no sense.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PropertyError {
    /// The property.
    pub property: String,
    /// Its value.
    pub value: String,
    /// What is wrong with it.
    pub why: String,
}

impl fmt::Display for PropertyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            property,
            value,
            why,
        } = self;
        let (property, value) = (shortened(property), shortened(value));
        write!(f, "the table property {property}={value:?} {why}")
    }
}

/// A name or a value that may have any length, as far as people need to see it.
fn shortened(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => Cow::Owned(format!("{}…", &text[..end])),
        None => Cow::Borrowed(text),
    }
}

impl std::error::Error for PropertyError {}

/// A table's properties and how they are read.
pub(super) struct TableProperties<'a> {
    pub(super) table: &'a Table,
}

impl<'a> TableProperties<'a> {
    /// A property's value without blanks around it.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.table.parameters.get(key).map(|text| text.trim())
    }

    /// What is told of a property whose value makes no sense.
    pub(super) fn wrong(&self, key: &str, why: impl Into<String>) -> PropertyError {
        PropertyError {
            property: key.to_owned(),
            value: self.text(key).unwrap_or_default().to_owned(),
            why: why.into(),
        }
    }

    /// A value that is one of some words, in any case.
    pub(super) fn word<T: Copy>(
        &self,
        key: &str,
        default: T,
        words: &[(&str, T)],
    ) -> Result<T, PropertyError> {
        let Some(text) = self.text(key) else {
            return Ok(default);
        };
        let found = words
            .iter()
            .find(|(word, _)| word.eq_ignore_ascii_case(text));
        found.map(|(_, value)| *value).ok_or_else(|| {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            self.wrong(key, format!("must be one of {}", words.join(", ")))
        })
    }

    /// A value that is a whole number, perhaps with a `%` behind it.
    pub(super) fn number(
        &self,
        key: &str,
        least: u64,
        most: u64,
    ) -> Result<Option<u64>, PropertyError> {
        let Some(text) = self.text(key) else {
            return Ok(None);
        };
        match text.trim_end_matches('%').trim_end().parse() {
            Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
            _ if most == u64::MAX => {
                Err(self.wrong(key, format!("must be a number, {least} or more")))
            }
            _ => Err(self.wrong(key, format!("must be a number from {least} to {most}"))),
        }
    }

    /// A value that is a period, in seconds.
    pub(super) fn seconds(&self, key: &str, least_s: i64) -> Result<Option<i64>, PropertyError> {
        let Some(text) = self.text(key) else {
            return Ok(None);
        };
        match period_s(text) {
            Some(seconds) if seconds >= least_s => Ok(Some(seconds)),
            Some(_) => Err(self.wrong(key, format!("must be {least_s} seconds or more"))),
            None => Err(self.wrong(key, "must be a time such as 30s, 5m, 6h or 7d")),
        }
    }

    /// Fails for a property that begins with `prefix` (or looks as if it was meant to) and is neither `known` nor begins with
    /// `open`: a mistyped one would silently do nothing.
    pub(super) fn check_names(
        &self,
        prefix: &str,
        known: &[&'static str],
        open: Option<&str>,
    ) -> Result<(), PropertyError> {
        for key in self.table.parameters.keys() {
            let is_near = key.starts_with(SKEP_PREFIX) && meant(key, known).is_some();
            let is_known =
                known.contains(&key.as_str()) || open.is_some_and(|open| key.starts_with(open));
            if is_known || !(key.starts_with(prefix) || is_near) {
                continue;
            }
            if let Some(why) = unknown(key, known) {
                return Err(self.wrong(key, why));
            }
        }
        Ok(())
    }
}

/// What is told of a name that is none of the `known` ones, with the one that was meant; `None` of one that is.
pub(super) fn unknown(key: &str, known: &[&'static str]) -> Option<String> {
    if known.contains(&key) {
        return None;
    }
    Some(match meant(key, known) {
        Some(meant) => format!("is unknown; did you mean {meant}?"),
        None => format!("is unknown; there are {}", known.join(", ")),
    })
}

/// The property that a mistyped one most likely stands for.
fn meant(key: &str, known: &[&'static str]) -> Option<&'static str> {
    // Names of another length are another name; to measure long ones takes long.
    let alike = known
        .iter()
        .filter(|known| known.len().abs_diff(key.len()) <= MISTYPED_DISTANCE_MAX);
    let measured = alike.map(|known| (strsim::damerau_levenshtein(known, key), *known));
    let nearest = measured.min_by_key(|(distance, _)| *distance);
    let near = nearest.filter(|(distance, _)| *distance <= MISTYPED_DISTANCE_MAX);
    near.map(|(_, known)| known)
}
