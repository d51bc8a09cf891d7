//! How the names of one level of directories are made: `key=value`, a time, a text that is always the same, or any text.

use super::value_type::ValueType;
use crate::layout::Layout;
use crate::model::Column;
use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Of a hundred names, how many must be made alike for the others to be exceptions.
const ALIKE_PERCENT_LEAST: usize = 60;
/// Names of keys whose spelling is counted: most are the first one.
const SPELLINGS_MAX: usize = 20;
/// Years that a number of four digits may stand for.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2100;
/// Times that one name may tell, the longest first.
const WHOLE_TIMES: [(&str, TimeUnit); 11] = [
    ("%Y-%m-%d-%H-%M", TimeUnit::Minute),
    ("%Y%m%d%H%M", TimeUnit::Minute),
    ("%Y-%m-%dT%H", TimeUnit::Hour),
    ("%Y-%m-%d-%H", TimeUnit::Hour),
    ("%Y%m%d%H", TimeUnit::Hour),
    ("%Y-%m-%d", TimeUnit::Day),
    ("%Y_%m_%d", TimeUnit::Day),
    ("%Y%m%d", TimeUnit::Day),
    ("%Y-%m", TimeUnit::Month),
    ("%Y%m", TimeUnit::Month),
    ("%Y", TimeUnit::Year),
];

/// Units of a time, the coarsest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TimeUnit {
    Year,
    Month,
    Day,
    Hour,
    Minute,
}

impl TimeUnit {
    /// What one name may tell below a level that told this unit.
    fn next(self) -> Option<([&'static str; 2], Self)> {
        match self {
            Self::Year => Some((["%m", "%-m"], Self::Month)),
            Self::Month => Some((["%d", "%-d"], Self::Day)),
            Self::Day => Some((["%H", "%-H"], Self::Hour)),
            Self::Hour => Some((["%M", "%-M"], Self::Minute)),
            Self::Minute => None,
        }
    }
}

/// How the names of a level are made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// One name, always.
    Literal(String),
    /// A time between texts that stay: `day_20260101`.
    Time {
        before: String,
        time: &'static str,
        finest: TimeUnit,
        after: String,
    },
    /// `key=value`, where the value is a time.
    KeyTime {
        key: String,
        time: &'static str,
        finest: TimeUnit,
    },
    /// `key=value`.
    Key { key: String, value: ValueType },
    /// The number of an AWS account.
    Account,
    /// An AWS region.
    Region,
    /// Any text.
    Text,
}

impl Form {
    /// The finest unit of time that it tells.
    pub(super) fn finest(&self) -> Option<TimeUnit> {
        match self {
            Self::Time { finest, .. } | Self::KeyTime { finest, .. } => Some(*finest),
            _ => None,
        }
    }

    /// Whether it tells of itself what it is.
    pub(super) fn is_telling(&self) -> bool {
        matches!(
            self,
            Self::Time { .. } | Self::KeyTime { .. } | Self::Key { .. }
        )
    }

    /// Whether a name is made so.
    pub(super) fn fits(&self, name: &str) -> bool {
        match self {
            Self::Literal(literal) => name == literal,
            Self::Time {
                before,
                time,
                after,
                ..
            } => name
                .strip_prefix(before.as_str())
                .and_then(|rest| rest.strip_suffix(after.as_str()))
                .is_some_and(|rest| is_time(rest, time)),
            // A layout knows no case of a key's own name, but where a time follows it.
            Self::Key { key, .. } => {
                key_value(name).is_some_and(|(own, _)| own.eq_ignore_ascii_case(key))
            }
            Self::KeyTime { key, .. } => key_value(name).is_some_and(|(own, _)| own == key),
            Self::Account => is_account(name),
            Self::Region => is_region(name),
            Self::Text => true,
        }
    }

    /// What it is, in words.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Literal(literal) => format!("always {literal:?}"),
            Self::Time { time, .. } => format!("a time ({time})"),
            Self::KeyTime { key, time, .. } => format!("the key {key} with a time ({time})"),
            Self::Key { key, value } => format!("the key {key} ({})", value.key_type()),
            Self::Account => "account numbers of AWS".to_owned(),
            Self::Region => "regions of AWS".to_owned(),
            Self::Text => "texts".to_owned(),
        }
    }
}

/// How most of these names are made, below levels that told a time down to `above`. There is at least one name.
pub(super) fn form(names: &[&str], above: Option<TimeUnit>) -> Form {
    if let Some(form) = most_form(names, above) {
        return form;
    }
    match names {
        [first, others @ ..] if others.iter().all(|other| other == first) => {
            Form::Literal((*first).to_owned())
        }
        _ => Form::Text,
    }
}

/// The form that most names have.
pub(super) fn most_form(names: &[&str], above: Option<TimeUnit>) -> Option<Form> {
    key_form(names, above)
        .or_else(|| time_form(names, above))
        .or_else(|| mostly(names, is_account).then_some(Form::Account))
        .or_else(|| mostly(names, is_region).then_some(Form::Region))
}

fn mostly(names: &[&str], is: impl Fn(&str) -> bool) -> bool {
    is_most(names.iter().filter(|name| is(name)).count(), names.len())
}

fn is_most(count: usize, of: usize) -> bool {
    count > 0 && count * 100 >= of * ALIKE_PERCENT_LEAST
}

/// The two sides of `key=value`, where the key is a name that a column may have.
pub(super) fn key_value(name: &str) -> Option<(&str, &str)> {
    let (key, value) = name.split_once('=')?;
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (!key.is_empty() && key.bytes().all(is_name)).then_some((key, value))
}

fn key_form(names: &[&str], above: Option<TimeUnit>) -> Option<Form> {
    let mut values: BTreeMap<String, Vec<(&str, &str)>> = BTreeMap::new();
    for name in names {
        if let Some((key, value)) = key_value(name) {
            let own = values.entry(key.to_ascii_lowercase()).or_default();
            own.push((key, value));
        }
    }
    let (lower, pairs) = values.into_iter().max_by_key(|(_, pairs)| pairs.len())?;
    if !is_most(pairs.len(), names.len()) {
        return None;
    }
    let key = spelling(&lower, &pairs);
    // Before a time a layout takes a key's name as it is written.
    let is_spelt_so = pairs.iter().filter(|(own, _)| *own == key).count();
    let may_be_time = is_most(is_spelt_so, pairs.len());
    let values = pairs.into_iter().map(|(_, value)| value);
    let told: Vec<&str> = values
        .filter(|value| *value != crate::hive::partition_name::DEFAULT_PARTITION)
        .collect();
    let time = whole_time(&told).or_else(|| next_time(&told, above));
    if let Some((time, finest)) = time.filter(|_| may_be_time) {
        return Some(Form::KeyTime { key, time, finest });
    }
    let value = ValueType::of_all(told);
    Some(Form::Key { key, value })
}

/// The name of a key as most write it; where no way is that of most, in small letters.
fn spelling(lower: &str, pairs: &[(&str, &str)]) -> String {
    let is_common = |key: &&str| {
        let same = pairs.iter().filter(|(other, _)| other == key).count();
        is_most(same, pairs.len())
    };
    let common = pairs
        .iter()
        .map(|(key, _)| *key)
        .take(SPELLINGS_MAX)
        .find(is_common);
    common.unwrap_or(lower).to_owned()
}

/// A whole time that nearly all values are, and nothing else.
fn whole_time(values: &[&str]) -> Option<(&'static str, TimeUnit)> {
    WHOLE_TIMES
        .into_iter()
        .find(|(time, _)| mostly(values, |value| is_time(value, time)))
}

/// A part of a time that nearly all values are, below the part above it.
fn next_time(values: &[&str], above: Option<TimeUnit>) -> Option<(&'static str, TimeUnit)> {
    let ([padded, bare], unit) = above?.next()?;
    let count = |time| values.iter().filter(|value| is_time(value, time)).count();
    let time = if count(bare) > count(padded) {
        bare
    } else {
        padded
    };
    is_most(count(time), values.len()).then_some((time, unit))
}

/// Whether a text is a time of this form, in a year that data is of.
fn is_time(text: &str, time: &str) -> bool {
    if time.starts_with("%Y") {
        let year = text.get(..4).and_then(|year| year.parse().ok());
        if !year.is_some_and(|year| YEARS.contains(&year)) {
            return false;
        }
    }
    let layout = LAYOUTS.get(time);
    layout.is_some_and(|layout| layout.read(text).is_ok())
}

/// The layouts of all forms of times, each read once: thousands of names are held against them.
static LAYOUTS: LazyLock<BTreeMap<&'static str, Layout>> = LazyLock::new(|| {
    let key = [Column {
        name: "t".to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    }];
    let whole = WHOLE_TIMES.into_iter().map(|(time, _)| time);
    let parts = ["%m", "%-m", "%d", "%-d", "%H", "%-H", "%M", "%-M"];
    let layouts = whole.chain(parts).filter_map(|time| {
        let layout = Layout::parse(&format!("{{t:{time}}}"), &key);
        Some((time, layout.ok()?))
    });
    layouts.collect()
});

fn time_form(names: &[&str], above: Option<TimeUnit>) -> Option<Form> {
    if let Some((time, finest)) = next_time(names, above) {
        return Some(Form::Time {
            before: String::new(),
            time,
            finest,
            after: String::new(),
        });
    }
    let alike = alike(names)?;
    let first = *alike.first()?;
    for (time, finest) in WHOLE_TIMES {
        for begin in 0..=first.len() {
            // A time begins where no number goes on.
            let is_begin = first.is_char_boundary(begin)
                && first[begin..].starts_with(|c: char| c.is_ascii_digit())
                && !first[..begin].ends_with(|c: char| c.is_ascii_digit());
            if !is_begin {
                continue;
            }
            let before = &first[..begin];
            let rest = alike.iter().map(|name| name.strip_prefix(before));
            let Some(rest) = rest.collect::<Option<Vec<&str>>>() else {
                break;
            };
            if let Some(after) = behind_time(&rest, time) {
                return Some(Form::Time {
                    before: before.to_owned(),
                    time,
                    finest,
                    after,
                });
            }
        }
    }
    None
}

/// What follows the time that all texts begin with, where it is the same text and no number goes on.
fn behind_time(texts: &[&str], time: &str) -> Option<String> {
    let width: usize = time.bytes().fold(0, |width, byte| match byte {
        b'%' => width,
        b'Y' => width + 4,
        b'm' | b'd' | b'H' | b'M' => width + 2,
        _ => width + 1,
    });
    let first = texts.first()?.get(width..)?;
    let is_so = |text: &&str| {
        text.get(..width).is_some_and(|text| is_time(text, time))
            && text.get(width..) == Some(first)
    };
    (!first.starts_with(|c: char| c.is_ascii_digit()) && texts.iter().all(is_so))
        .then(|| first.to_owned())
}

/// The names that have the shape of most: equal but for their digits.
fn alike<'n>(names: &[&'n str]) -> Option<Vec<&'n str>> {
    let mut shapes: BTreeMap<String, Vec<&'n str>> = BTreeMap::new();
    for name in names {
        shapes.entry(shape(name)).or_default().push(name);
    }
    let most = shapes.into_values().max_by_key(Vec::len)?;
    is_most(most.len(), names.len()).then_some(most)
}

/// A name but for its digits.
pub(super) fn shape(name: &str) -> String {
    let digit = |c: char| if c.is_ascii_digit() { '0' } else { c };
    name.chars().map(digit).collect()
}

/// Whether a name is an account's number.
pub(super) fn is_account(name: &str) -> bool {
    name.len() == 12 && name.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a name is a region's, such as `eu-west-1` or `us-gov-east-1`.
pub(super) fn is_region(name: &str) -> bool {
    let parts: Vec<&str> = name.split('-').collect();
    let is_word = |part: &&str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase());
    match parts.as_slice() {
        [country, middle @ .., number] => {
            country.len() == 2
                && is_word(country)
                && (1..=2).contains(&middle.len())
                && middle.iter().all(is_word)
                && number.len() == 1
                && number.bytes().all(|byte| byte.is_ascii_digit())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Form, TimeUnit, form};
    use crate::guess::value_type::ValueType;

    fn time(before: &str, time: &'static str, finest: TimeUnit, after: &str) -> Form {
        Form::Time {
            before: before.to_owned(),
            time,
            finest,
            after: after.to_owned(),
        }
    }

    #[test]
    fn times_are_found_in_what_people_write() {
        let day = TimeUnit::Day;
        assert_eq!(
            form(&["2026-11-24", "2026-11-25"], None),
            time("", "%Y-%m-%d", day, "")
        );
        assert_eq!(
            form(&["day_20261124", "day_20261125"], None),
            time("day_", "%Y%m%d", day, "")
        );
        assert_eq!(
            form(&["v2-2026-11-24.d", "v2-2026-11-25.d"], None),
            time("v2-", "%Y-%m-%d", day, ".d")
        );
        assert_eq!(
            form(&["2026112401", "2026112402"], None),
            time("", "%Y%m%d%H", TimeUnit::Hour, "")
        );
        assert_eq!(form(&["2026"], None), time("", "%Y", TimeUnit::Year, ""));
        assert_eq!(
            form(&["9", "10", "11"], Some(TimeUnit::Year)),
            time("", "%-m", TimeUnit::Month, "")
        );
        assert_eq!(
            form(&["09", "10"], Some(TimeUnit::Month)),
            time("", "%d", day, "")
        );
    }

    #[test]
    fn a_number_is_no_time_for_being_as_long() {
        assert_eq!(form(&["20269999", "20260101"], None), Form::Text);
        assert_eq!(form(&["9999", "1234"], None), Form::Text);
        assert_eq!(form(&["10", "11"], None), Form::Text);
        assert_eq!(form(&["120261124", "120261125"], None), Form::Text);
    }

    #[test]
    fn keys_have_types_and_exceptions_are_exceptions() {
        let names = [
            "dt=2026-11-24",
            "dt=2026-11-25",
            "dt=2026-11-26",
            "dt=2026-11-27",
            "tmp",
        ];
        let key = "dt".to_owned();
        let expected = Form::KeyTime {
            key,
            time: "%Y-%m-%d",
            finest: TimeUnit::Day,
        };
        let found = form(&names, None);
        assert_eq!(found, expected);
        assert!(!found.fits("tmp"));
        let expected = Form::Key {
            key: "n".to_owned(),
            value: ValueType::Int,
        };
        assert_eq!(
            form(&["n=7", "n=12", "n=__HIVE_DEFAULT_PARTITION__"], None),
            expected
        );
    }

    #[test]
    fn a_key_has_one_name_in_whatever_case() {
        let found = form(&["country=DE", "Country=FR", "COUNTRY=DE"], None);
        assert!(matches!(&found, Form::Key { key, .. } if key == "country"));
        assert!(found.fits("CountrY=x"));
        let found = form(&["Dt=2026-11-24", "dt=2026-11-25"], None);
        assert!(matches!(&found, Form::Key { key, .. } if key == "dt"));
        let found = form(&["Shop=1", "Shop=2"], None);
        assert!(matches!(&found, Form::Key { key, .. } if key == "Shop"));
    }

    #[test]
    fn accounts_and_regions_are_known() {
        assert_eq!(form(&["123456789012"], None), Form::Account);
        assert_eq!(form(&["eu-west-1", "us-gov-east-1"], None), Form::Region);
        assert_eq!(
            form(&["AWSLogs"], None),
            Form::Literal("AWSLogs".to_owned())
        );
    }
}
