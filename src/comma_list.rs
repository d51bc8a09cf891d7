//! A list in the settings. The environment knows no lists, so a text with commas is one too: for lists of what holds no comma.

use serde::Deserializer;
use serde::de::{SeqAccess, Visitor};
use std::fmt;

/// Reads a list of texts, or a text whose parts are separated by commas.
pub fn read<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    struct Texts;

    impl<'de> Visitor<'de> for Texts {
        type Value = Vec<String>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list, or a text with commas")
        }

        fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
            let pieces = text.split(',').map(str::trim);
            Ok(pieces
                .filter(|one| !one.is_empty())
                .map(str::to_owned)
                .collect())
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            let mut found = Vec::new();
            while let Some(one) = list.next_element()? {
                found.push(one);
            }
            Ok(found)
        }
    }

    from.deserialize_any(Texts)
}

/// The same where being set differs from being absent.
pub fn read_some<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Vec<String>>, D::Error> {
    read(from).map(Some)
}
