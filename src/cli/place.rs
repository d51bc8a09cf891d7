//! Arguments that several commands read alike: `DATABASE.TABLE`, `KEY=VALUE`, numbers and times.

use crate::model::DISCOVERY_PROPERTY_PREFIX;
use crate::period::period_s;
use crate::rest::view::{moment, moment_parse};
use std::fmt;
use std::str::FromStr;

/// How a time that is over is written.
const TIME_FORMS: &str = "so long ago (7d), a day (2026-11-22) or a moment (2026-11-22T10:00:00Z)";
/// What means the last snapshot.
const LATEST: &str = "latest";

/// The type of tables whose data skep deletes.
pub(super) const MANAGED: &str = "managed";

/// A table of a database.
#[derive(Debug, Clone)]
pub(super) struct TablePlace {
    pub(super) database: String,
    pub(super) table: String,
}

impl FromStr for TablePlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((database, table)) if !database.is_empty() && !table.is_empty() => Ok(Self {
                database: database.to_owned(),
                table: table.to_owned(),
            }),
            _ => Err("write DATABASE.TABLE".to_owned()),
        }
    }
}

impl fmt::Display for TablePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

impl TablePlace {
    /// The path of the table's resource.
    pub(super) fn path(&self) -> [&str; 4] {
        ["databases", &self.database, "tables", &self.table]
    }

    /// The path of something that belongs to the table.
    pub(super) fn below<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        self.path().iter().chain(rest).copied().collect()
    }
}

/// A number of any kind.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "write a number that is not below 0, such as 12".to_owned())
}

/// A property and its value.
pub(super) fn property(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}

/// A setting of discovery and its value.
pub(super) fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = property(text)?;
    Ok((setting_name(&key)?, value))
}

/// The name of a setting of discovery: what all of them begin with is put before it, and stands there once.
pub(super) fn setting_name(text: &str) -> Result<String, String> {
    let Some(rest) = text.strip_prefix(DISCOVERY_PROPERTY_PREFIX) else {
        return Ok(text.to_owned());
    };
    Err(match rest.trim_start_matches('.') {
        "" => "skep discovery on and off switch it".to_owned(),
        name => format!(
            "{DISCOVERY_PROPERTY_PREFIX}. is put before it, and must not stand here: write {name}"
        ),
    })
}

/// A time that is over, in one of its forms.
pub(super) fn time_over(text: &str) -> Result<String, String> {
    if ago_s(text).is_some() || moment_parse(text).is_some() {
        return Ok(text.to_owned());
    }
    Err(format!("write {TIME_FORMS}"))
}

/// A snapshot of a source: its number, the latest one, or that of a time.
pub(super) fn snapshot(text: &str) -> Result<String, String> {
    if text == LATEST || text.parse::<i64>().is_ok() || time_over(text).is_ok() {
        return Ok(text.to_owned());
    }
    Err(format!("write its number, {LATEST}, or {TIME_FORMS}"))
}

/// How long ago a text says. A number alone would leave open what it counts.
fn ago_s(text: &str) -> Option<i64> {
    let bare = text.bytes().all(|byte| byte.is_ascii_digit());
    period_s(text).filter(|_| !bare)
}

/// A time that is over as the server takes it: `7d` is so long before `now`, all else a moment or a day that the server reads.
/// So is a number, which is that of a snapshot.
pub(super) fn since(text: &str, now: i64) -> String {
    let at = ago_s(text).and_then(|ago| moment(now.saturating_sub(ago)));
    at.unwrap_or_else(|| text.to_owned())
}

/// Whether a location lies on a disk, and not in an object store whose requests have a price.
pub(super) fn is_on_disk(location: &str) -> bool {
    location.starts_with("file:")
}

#[cfg(test)]
mod tests {
    use super::{setting, setting_name, since, snapshot, time_over};

    #[test]
    fn what_settings_begin_with_is_not_written() {
        assert_eq!(setting("window=6h"), Ok(("window".into(), "6h".into())));
        let doubled = setting("skep.discovery.window=6h").expect_err("doubled");
        assert!(doubled.ends_with("write window"), "{doubled}");
        assert!(setting_name("skep.discovery").is_err());
        assert!(setting_name("root.hot.window").is_ok());
    }

    #[test]
    fn the_forms_of_times_and_snapshots_are_told() {
        for text in ["7d", "90m", "2026-11-22", "2026-11-22T10:00:00+01:00"] {
            assert!(time_over(text).is_ok() && snapshot(text).is_ok(), "{text}");
        }
        for text in ["tomorrow", "3x", ""] {
            let (time, number) = (time_over(text), snapshot(text));
            assert!(time.is_err_and(|why| why.contains("(7d)")), "{text}");
            assert!(number.is_err_and(|why| why.contains("latest")), "{text}");
        }
        assert!(snapshot("3").is_ok() && snapshot("latest").is_ok());
        assert!(time_over("3").is_err(), "of what?");
    }

    #[test]
    fn a_time_is_so_long_ago_or_a_moment() {
        assert_eq!(since("1h", 1_763_967_600), "2025-11-24T06:00:00Z");
        assert_eq!(since("2026-11-22", 0), "2026-11-22");
        assert_eq!(since("latest", 0), "latest");
        assert_eq!(since("7", 0), "7");
    }
}
