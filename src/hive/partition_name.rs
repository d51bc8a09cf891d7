//! Partition names: `dt=2024-01-02/city=a%2Fb`, the identity of a partition and its default directory.
//!
//! Values are escaped character by character with the set that Hive 2.3, 3.1 and 4.x share, so that a
//! name never holds a stray `/` or `=` and always parses back. This file knows no table: the callers
//! pass the key names in table order.

use crate::error::Error;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

/// What a null or empty value is written as in a name (`metastore.default.partition.name`).
pub const DEFAULT_PARTITION: &str = "__HIVE_DEFAULT_PARTITION__";

/// Why a partition name could not be made or read. The texts are those of Hive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PartitionNameError {
    /// The number of values differs from the number of keys, or there are no keys at all
    /// (a `MetaException` in Hive).
    #[error("Invalid partition key & values; keys [{keys}], values [{values}]")]
    CountMismatch {
        /// The key names, each followed by `, ` as Hive writes them.
        keys: String,
        /// The values, written alike.
        values: String,
    },
    /// The name is empty (a `MetaException` in Hive).
    #[error("Partition name is invalid. ")]
    Empty,
    /// The name holds no value for a key of the table (an `InvalidObjectException` in Hive, which
    /// reads and drops by name turn into `NoSuchObjectException`).
    #[error("incomplete partition name - missing {key}")]
    MissingKey {
        /// The key, as the table spells it.
        key: String,
    },
    /// A part of the name is no key with its value.
    #[error("{part:?} in the partition name {name:?} is not KEY=VALUE")]
    NoComponent {
        /// The part.
        part: String,
        /// The name.
        name: String,
    },
    /// The name has a key that the table does not have.
    #[error("the partition name {name:?} has the key {key}; the table's keys are {keys}")]
    UnknownKey {
        /// The key of the name.
        key: String,
        /// The name.
        name: String,
        /// The keys of the table, with commas between.
        keys: String,
    },
    /// The name has a key twice.
    #[error("the partition name {name:?} has the key {key} twice")]
    RepeatedKey {
        /// The key.
        key: String,
        /// The name.
        name: String,
    },
}

/// True for the characters that a name holds as `%XX`.
///
/// The set is the same in Hive 2.3, 3.1 and 4.x: control characters, DEL, and the punctuation that
/// paths or names give a meaning. Space, `|`, `~`, `}`, `<`, `>`, `&` and non-ASCII stay literal.
pub const fn is_escaped(character: char) -> bool {
    matches!(
        character,
        '\u{0}'
            ..='\u{1f}'
                | '\u{7f}'
                | '"'
                | '#'
                | '%'
                | '\''
                | '*'
                | '/'
                | ':'
                | '='
                | '?'
                | '\\'
                | '{'
                | '['
                | ']'
                | '^'
    )
}

/// Escapes one key or value for a name. An empty text stays empty: see [`escape_value`].
pub fn escape(text: &str) -> Cow<'_, str> {
    if !text.contains(is_escaped) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 8);
    escape_onto(&mut escaped, text);
    Cow::Owned(escaped)
}

/// Escapes a value for a name; an empty one becomes [`DEFAULT_PARTITION`].
pub fn escape_value(value: &str) -> Cow<'_, str> {
    if value.is_empty() {
        Cow::Borrowed(DEFAULT_PARTITION)
    } else {
        escape(value)
    }
}

fn escape_onto(target: &mut String, text: &str) {
    for character in text.chars() {
        if is_escaped(character) {
            // Writing to a String cannot fail.
            let _ = write!(target, "%{:02X}", u32::from(character));
        } else {
            target.push(character);
        }
    }
}

/// Undoes [`escape`]. A `%` that is not followed by two hexadecimal digits stays as it is, because
/// names made by other writers may hold one.
pub fn unescape(text: &str) -> Cow<'_, str> {
    if !text.contains('%') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        plain.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(code) = hex_pair(after.as_bytes()) {
            // Hive appends the code as a character, so %E9 is U+00E9 and not a byte of UTF-8.
            plain.push(char::from(code));
            rest = &after[2..];
        } else {
            plain.push('%');
            rest = after;
        }
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn hex_pair(bytes: &[u8]) -> Option<u8> {
    let high = char::from(*bytes.first()?).to_digit(16)?;
    let low = char::from(*bytes.get(1)?).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// True when a value stands for null: empty, or the default partition's own text.
pub fn is_null_value(value: &str) -> bool {
    value.is_empty() || value == DEFAULT_PARTITION
}

/// Makes the name of a partition: `lower(key)=value` for each key in table order, joined by `/`,
/// both sides escaped, an empty value as [`DEFAULT_PARTITION`].
pub fn make_name<K: AsRef<str>, V: AsRef<str>>(
    keys: &[K],
    values: &[V],
) -> Result<String, PartitionNameError> {
    if keys.is_empty() || keys.len() != values.len() {
        return Err(PartitionNameError::CountMismatch {
            keys: listed(keys),
            values: listed(values),
        });
    }
    let mut name = String::with_capacity(keys.len() * 24);
    for (key, value) in keys.iter().zip(values) {
        if !name.is_empty() {
            name.push('/');
        }
        escape_onto(&mut name, &key.as_ref().to_lowercase());
        name.push('=');
        name.push_str(&escape_value(value.as_ref()));
    }
    Ok(name)
}

fn listed<T: AsRef<str>>(items: &[T]) -> String {
    items
        .iter()
        .fold(String::new(), |list, item| list + item.as_ref() + ", ")
}

/// The key and value of each component of a name, unescaped, in the order of the name.
///
/// Components that are not `key=value` with both sides filled are skipped; where a component holds
/// several `=`, the last one parts it (Hive's pattern is greedy). A key that occurs twice keeps its
/// first place and its last value, as in Hive's linked map. An empty name has no components.
pub fn spec_of_name(name: &str) -> Vec<(String, String)> {
    let parts = parts_of_name(name).into_iter();
    parts
        .map(|(key, value)| (key.into_owned(), unescape(value).into_owned()))
        .collect()
}

/// Keys that are looked up one after the other; tables have a few. Beyond, an index of them keeps a name of a thousand keys from
/// costing a million comparisons.
const KEYS_SCANNED_MAX: usize = 16;

/// The keys of a name and their values as they are written in it, by the rules of [`spec_of_name`]. Every partition that is read
/// comes by here, so nothing is copied that need not be.
fn parts_of_name(name: &str) -> Vec<(Cow<'_, str>, &str)> {
    let mut parts: Vec<(Cow<'_, str>, &str)> = Vec::new();
    let mut places: HashMap<Cow<'_, str>, usize> = HashMap::new();
    for (key, value) in name.split('/').filter_map(split_component) {
        let key = unescape(key);
        let is_indexed = parts.len() > KEYS_SCANNED_MAX;
        if is_indexed && places.is_empty() {
            let known = parts.iter().enumerate();
            places.extend(known.map(|(at, (key, _))| (key.clone(), at)));
        }
        let place = if is_indexed {
            places.get(&key).copied()
        } else {
            parts.iter().position(|(known, _)| *known == key)
        };
        if let Some(at) = place {
            parts[at].1 = value;
        } else {
            if is_indexed {
                places.insert(key.clone(), parts.len());
            }
            parts.push((key, value));
        }
    }
    parts
}

/// Parts `key=value` at the last `=` that leaves both sides filled.
fn split_component(component: &str) -> Option<(&str, &str)> {
    let searched = component
        .char_indices()
        .next_back()
        .map(|(last, _)| &component[..last])?;
    let at = searched.rfind('=')?;
    if at == 0 {
        return None;
    }
    Some((&component[..at], &component[at + 1..]))
}

/// The values of a name in its own order (`partition_name_to_vals`); an empty name has none.
pub fn values_of_name(name: &str) -> Vec<String> {
    let parts = parts_of_name(name).into_iter();
    parts
        .map(|(_, value)| unescape(value).into_owned())
        .collect()
}

/// The values of a name in the order of the table's keys.
///
/// Keys are matched as written against the lower-case names of the table, so `YYYY=2017` does not
/// give `yyyy`; more keys than the table has are ignored (Hive 2.3 to 4.x alike).
pub fn values_for_keys<K: AsRef<str>>(
    name: &str,
    keys: &[K],
) -> Result<Vec<String>, PartitionNameError> {
    if name.is_empty() {
        return Err(PartitionNameError::Empty);
    }
    let spec = spec_of_name(name);
    let mut values = Vec::with_capacity(keys.len());
    for key in keys {
        let key = key.as_ref();
        match spec.iter().find(|(known, _)| known == key) {
            Some((_, value)) => values.push(value.clone()),
            None => {
                return Err(PartitionNameError::MissingKey {
                    key: key.to_owned(),
                });
            }
        }
    }
    Ok(values)
}

/// The values of a name that has each of the table's keys once and nothing beside, in the order of the keys. Keys have no case,
/// as in Hive: the name of a directory `userId=1` is that of the key `userid`.
///
/// What people and scripts write: where [`values_for_keys`] ignores a surplus part, as Hive does for its own clients, a drop
/// of `dt=1/hour=2` would take all of `dt=1` along.
pub fn values_of_whole_name<K: AsRef<str>>(
    name: &str,
    keys: &[K],
) -> Result<Vec<String>, PartitionNameError> {
    let mut met = HashSet::new();
    let mut parts = Vec::new();
    for part in name.split('/').filter(|_| !name.is_empty()) {
        let Some((key, value)) = split_component(part) else {
            return Err(PartitionNameError::NoComponent {
                part: part.to_owned(),
                name: name.to_owned(),
            });
        };
        let key = unescape(key);
        let is_key = |known: &&str| *known == key || known.to_lowercase() == key.to_lowercase();
        let Some(known) = keys.iter().map(AsRef::as_ref).find(is_key) else {
            let keys: Vec<&str> = keys.iter().map(AsRef::as_ref).collect();
            return Err(PartitionNameError::UnknownKey {
                key: key.into_owned(),
                name: name.to_owned(),
                keys: keys.join(", "),
            });
        };
        if !met.insert(known) {
            return Err(PartitionNameError::RepeatedKey {
                key: key.into_owned(),
                name: name.to_owned(),
            });
        }
        parts.push(format!("{}={value}", escape(known)));
    }
    values_for_keys(&parts.join("/"), keys)
}

impl From<PartitionNameError> for Error {
    fn from(failure: PartitionNameError) -> Self {
        let text = failure.to_string();
        match failure {
            PartitionNameError::MissingKey { .. } => Self::InvalidObject(text),
            PartitionNameError::CountMismatch { .. }
            | PartitionNameError::Empty
            | PartitionNameError::NoComponent { .. }
            | PartitionNameError::UnknownKey { .. }
            | PartitionNameError::RepeatedKey { .. } => Self::Invalid(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_whole_name_has_the_keys_and_nothing_beside() {
        let keys = ["dt", "hour"];
        let values = |name: &str| values_of_whole_name(name, &keys).map_err(|why| why.to_string());
        assert_eq!(values("hour=2/dt=a%2Fb").unwrap(), ["a/b", "2"]);
        assert_eq!(values("DT=A/Hour=2").unwrap(), ["A", "2"]);
        for (name, why) in [
            (
                "dt=1/hour=2/x=3",
                "has the key x; the table's keys are dt, hour",
            ),
            ("dt=1/hour=2/3", "\"3\" in the partition name"),
            ("dt=1/hour=2/", "\"\" in the partition name"),
            ("dt=1/hour=2/dt=3", "has the key dt twice"),
            ("dt=1/hour=2/DT=3", "has the key DT twice"),
            ("dt=1", "missing hour"),
            ("", "Partition name is invalid"),
        ] {
            let found = values(name).unwrap_err();
            assert!(found.contains(why), "{name}: {found}");
        }
    }

    #[test]
    fn a_name_of_a_million_components_is_read_at_once() {
        let name: Vec<String> = (0..1_000_000).map(|n| format!("k{n}=v")).collect();
        assert_eq!(spec_of_name(&name.join("/")).len(), 1_000_000);
        let twice = spec_of_name("a=1/b=2/a=3");
        assert_eq!(twice, [("a".into(), "3".into()), ("b".into(), "2".into())]);
    }

    #[test]
    fn of_a_key_that_comes_again_the_last_value_counts_however_many_there_are() {
        for keys in [2, 16, 17, 18, 40] {
            let name = |of: &str| (0..keys).map(|n| format!("k%2D{n}={of}{n}")).collect();
            let (first, again): (Vec<String>, Vec<String>) = (name("old"), name("new"));
            let spec = spec_of_name(&[first, again].concat().join("/"));
            let wanted = (0..keys).map(|n| (format!("k-{n}"), format!("new{n}")));
            assert_eq!(spec, wanted.collect::<Vec<_>>());
        }
    }

    #[test]
    fn escapes_exactly_the_set_of_hive() {
        let escaped: String = (0..=0x7f_u8)
            .map(char::from)
            .filter(|c| is_escaped(*c))
            .collect();
        let controls: String = (0..0x20_u8).map(char::from).collect();
        assert_eq!(escaped, controls + "\"#%'*/:=?[\\]^{\u{7f}");
        assert_eq!(escape("a b|~}<>&é한"), "a b|~}<>&é한");
        assert_eq!(escape("10:00/1=2%"), "10%3A00%2F1%3D2%25");
        assert_eq!(escape("\u{1}\n"), "%01%0A");
    }

    #[test]
    fn unescapes_only_whole_codes() {
        assert_eq!(unescape("a%2Fb%3ac"), "a/b:c");
        assert_eq!(unescape("100%"), "100%");
        assert_eq!(unescape("%2"), "%2");
        assert_eq!(unescape("%zz%+5%한"), "%zz%+5%한");
        assert_eq!(unescape("%E9"), "\u{e9}");
        assert_eq!(unescape("%%41"), "%A");
    }

    #[test]
    fn makes_names_as_hive_does() {
        let name = make_name(&["Dt", "hour"], &["2024-01-02", ""]).unwrap();
        assert_eq!(name, "dt=2024-01-02/hour=__HIVE_DEFAULT_PARTITION__");
        let error = make_name(&["a", "b"], &["1"]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "Invalid partition key & values; keys [a, b, ], values [1, ]"
        );
        assert!(make_name::<&str, &str>(&[], &[]).is_err());
    }

    #[test]
    fn reads_values_by_key() {
        assert_eq!(
            values_for_keys("b=2/a=1/c=3", &["a", "b"]).unwrap(),
            ["1", "2"]
        );
        assert_eq!(values_for_keys("a=", &["a"]).unwrap_err().to_string(), {
            "incomplete partition name - missing a"
        });
        assert_eq!(values_for_keys("YYYY=2017", &["yyyy"]).unwrap_err(), {
            PartitionNameError::MissingKey { key: "yyyy".into() }
        });
        assert_eq!(
            values_for_keys("", &["a"]).unwrap_err(),
            PartitionNameError::Empty
        );
    }

    #[test]
    fn skips_what_is_no_component() {
        assert!(values_of_name("").is_empty());
        assert_eq!(values_of_name("junk/a=1//=2/b==/c=x=y"), ["1", "=", "y"]);
        assert_eq!(spec_of_name("a=1/a=2"), [("a".to_owned(), "2".to_owned())]);
    }

    proptest! {
        #[test]
        fn escaping_round_trips(text in any::<String>()) {
            let escaped = escape(&text).into_owned();
            prop_assert!(!escaped.contains(['/', '=']));
            prop_assert_eq!(unescape(&escaped), text);
        }

        #[test]
        fn names_parse_back(
            pairs in prop::collection::btree_map("[a-z_:=/% ]{1,8}", any::<String>(), 1..5)
        ) {
            let keys: Vec<&String> = pairs.keys().collect();
            let values: Vec<&String> = pairs.values().collect();
            let name = make_name(&keys, &values).unwrap();
            let expected: Vec<&str> = values
                .iter()
                .map(|value| if value.is_empty() { DEFAULT_PARTITION } else { value.as_str() })
                .collect();
            prop_assert_eq!(&values_for_keys(&name, &keys).unwrap(), &expected);
            prop_assert_eq!(&values_of_name(&name), &expected);
        }

        #[test]
        fn reading_never_panics(name in any::<String>()) {
            let _ = values_for_keys(&name, &["a"]);
            let _ = unescape(&name);
        }
    }
}
