//! Patterns over names, as `get_databases`, `get_tables`, `get_table_meta` and `get_functions` take
//! them: `web_*|sales`.
//!
//! `|` parts alternatives and `*` stands for any run of characters; a whole name must match, without
//! regard to case (Hive 2.3 to 4.x). Hive hands the pattern to a regular expression, so clients also
//! send `.*`, which means the same here; every other character stands for itself.

/// A parsed pattern. The empty pattern matches no name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamePattern {
    /// For each alternative the literal pieces between its stars, lower-case.
    alternatives: Vec<Vec<String>>,
}

impl NamePattern {
    /// Parses a pattern; every text is one. An absent pattern is the caller's `*`.
    pub fn parse(pattern: &str) -> Self {
        let lower = pattern.trim().to_lowercase().replace(".*", "*");
        let alternatives = lower
            .split('|')
            .filter(|alternative| !alternative.is_empty())
            .map(|alternative| alternative.split('*').map(str::to_owned).collect())
            .collect();
        Self { alternatives }
    }

    /// True when the pattern matches every name, so that no name need be looked at.
    pub fn matches_all(&self) -> bool {
        self.alternatives
            .iter()
            .any(|pieces| pieces.len() > 1 && pieces.iter().all(String::is_empty))
    }

    /// The lower-case names that the pattern spells out, when it holds no star: a caller can look
    /// them up instead of reading all names. An empty list means that nothing matches.
    pub fn exact_names(&self) -> Option<Vec<&str>> {
        self.alternatives
            .iter()
            .map(|pieces| {
                if pieces.len() == 1 {
                    Some(pieces[0].as_str())
                } else {
                    None
                }
            })
            .collect()
    }

    /// True when the whole name matches one of the alternatives, without regard to case.
    pub fn matches(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        self.alternatives
            .iter()
            .any(|pieces| pieces_match(pieces, &name))
    }
}

/// Greedy from the left: the first place where a piece fits is the best one, since stars take any run.
fn pieces_match(pieces: &[String], name: &str) -> bool {
    let [first, middle @ .., last] = pieces else {
        return pieces.first().is_some_and(|only| only == name);
    };
    let Some(mut rest) = name.strip_prefix(first.as_str()) else {
        return false;
    };
    for piece in middle {
        let Some(at) = rest.find(piece.as_str()) else {
            return false;
        };
        rest = &rest[at + piece.len()..];
    }
    rest.ends_with(last.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matched(pattern: &str, name: &str) -> bool {
        NamePattern::parse(pattern).matches(name)
    }

    #[test]
    fn stars_bars_and_case() {
        assert!(matched("*", "anything"));
        assert!(matched(".*", "anything"));
        assert!(matched("web_*", "Web_Sales"));
        assert!(matched("*_db", "my_db"));
        assert!(matched("a*b*c", "a1b2c"));
        assert!(matched("x|A*", "abc"));
        assert!(!matched("web", "web_sales"));
        assert!(!matched("a*b*c", "acb"));
        assert!(!matched("ab*ba", "aba"));
        assert!(!matched("a_c", "abc"));
        assert!(!matched("a.c", "abc"));
    }

    #[test]
    fn the_empty_pattern_matches_nothing() {
        for pattern in ["", "  ", "|"] {
            assert!(!matched(pattern, "a"));
            assert!(!matched(pattern, ""));
            assert_eq!(
                NamePattern::parse(pattern).exact_names().unwrap(),
                Vec::<&str>::new()
            );
        }
    }

    #[test]
    fn tells_what_needs_no_scan() {
        assert!(NamePattern::parse("a|*").matches_all());
        assert!(NamePattern::parse("**").matches_all());
        assert!(!NamePattern::parse("a*").matches_all());
        assert_eq!(NamePattern::parse("A|b").exact_names().unwrap(), ["a", "b"]);
        assert_eq!(NamePattern::parse("a|b*").exact_names(), None);
    }

    /// The definition, tried at every split: exponential, but short.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match (pattern.split_first(), name.split_first()) {
            (None, None) => true,
            (Some(('*', rest)), None) => naive(rest, name),
            (Some(('*', rest)), Some((_, tail))) => naive(rest, name) || naive(pattern, tail),
            (Some((one, rest)), Some((two, tail))) => one == two && naive(rest, tail),
            _ => false,
        }
    }

    proptest! {
        #[test]
        fn equals_the_definition(pattern in "[ab*]{0,8}", name in "[ab]{0,8}") {
            let expected = !pattern.is_empty()
                && naive(&pattern.chars().collect::<Vec<_>>(), &name.chars().collect::<Vec<_>>());
            prop_assert_eq!(matched(&pattern, &name), expected);
        }
    }
}
