//! Which directories can be that of given values: there may be several, where names are escaped, differ in case alone or tell
//! nothing in a part.

use super::pattern::Token;
use super::window::agree;
use super::{DEFAULT_PARTITION, Layout};

impl Layout {
    /// The name of one segment, counted from 0, of the directory of these values, where no other name can mean them.
    pub fn name_only(&self, segment: usize, values: &[String]) -> Option<String> {
        let inner = &*self.inner;
        let tokens = &inner.segments.get(segment)?.pattern.tokens;
        let is_only = |token: &Token| match token {
            Token::Literal(_) | Token::Time { .. } => true,
            Token::Text { is_escaped, .. } => !is_escaped,
            Token::KeyName(_) | Token::Ignored => false,
        };
        if values.len() != inner.keys.len() || !tokens.iter().all(is_only) {
            return None;
        }
        let times = inner.times(values).ok()?;
        let mut name = String::new();
        for token in tokens {
            inner.token_onto(&mut name, token, values, &times).ok()?;
        }
        Some(name)
    }

    /// Whether a path of these segments is, or leads to, a directory of these values.
    pub fn leads_to(&self, segments: &[&str], values: &[String]) -> bool {
        let inner = &*self.inner;
        let (Ok(reading), Ok(times)) = (inner.reading(segments), inner.times(values)) else {
            return false;
        };
        let is_text = |(read, value): (&Option<String>, &String)| {
            read.as_ref()
                .is_none_or(|read| read == value || (value.is_empty() && read == DEFAULT_PARTITION))
        };
        values.len() == inner.keys.len()
            && reading.texts.iter().zip(values).all(is_text)
            && reading
                .times
                .iter()
                .zip(&times)
                .all(|(read, time)| agree(read, time))
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{columns, layout};
    use super::*;

    fn values(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn names_that_can_be_written_in_one_way_alone_are_known() {
        let keys = [("dt", "date"), ("app", "string"), ("p", "string")];
        let layout = layout("logs/{dt:%Y/%-m}-{dt:%d}/{app}/p={p}", &keys);
        let values = values(&["2026-01-02", "web", "x"]);
        let name = |segment| layout.name_only(segment, &values);
        assert_eq!(name(0).as_deref(), Some("logs"));
        assert_eq!(name(1).as_deref(), Some("2026"));
        assert_eq!(name(2).as_deref(), Some("1-02"));
        assert_eq!(name(3).as_deref(), Some("web"));
        // It may be escaped in more ways than one.
        assert_eq!(name(4), None);
        assert_eq!(name(5), None);
        assert_eq!(layout.name_only(0, &values[..2]), None);
    }

    #[test]
    fn a_beginning_leads_to_the_values_that_it_agrees_with() {
        let keys = [("dt", "date"), ("p", "string")];
        let layout = layout("{_}/{dt:%Y/%m/%d}/p={p}", &keys);
        let values = values(&["2026-01-02", "a:b"]);
        let leads = |path: &str| {
            let segments: Vec<&str> = path.split('/').collect();
            layout.leads_to(&segments, &values)
        };
        assert!(layout.leads_to(&[], &values));
        for path in [
            "any",
            "any/2026/01",
            "any/2026/01/02/p=a:b",
            "any/2026/01/02/P=a%3Ab",
        ] {
            assert!(leads(path), "{path}");
        }
        for path in [
            "any/2025",
            "any/2026/02",
            "any/2026/01/02/p=a",
            "any/2026/01/02/q=a:b",
        ] {
            assert!(!leads(path), "{path}");
        }
        let null = Layout::hive(&columns(&[("p", "string")]));
        assert!(null.leads_to(&["p=__HIVE_DEFAULT_PARTITION__"], &[String::new()]));
    }
}
