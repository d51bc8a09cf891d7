//! Patterns without a regular expression's power: SQL's LIKE and names by `*`. One matcher for all who take them.

/// Bytes of a pattern by `*` at most, where people write lists of them by hand.
pub const GLOB_BYTES_MAX: usize = 1_024;

/// A pattern, ready to be matched against whole texts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TextPattern {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Piece {
    /// Any text, none too.
    AnyRun,
    /// Any one character.
    AnyOne,
    /// This character.
    One(char),
}

impl TextPattern {
    /// The pattern of SQL's LIKE: `%` is any text, `_` one character, and `\` takes either by its word.
    pub fn like(text: &str) -> Self {
        let mut pieces = Vec::with_capacity(text.len());
        let mut characters = text.chars();
        while let Some(character) = characters.next() {
            pieces.push(match character {
                '%' => Piece::AnyRun,
                '_' => Piece::AnyOne,
                '\\' => Piece::One(characters.next().unwrap_or('\\')),
                other => Piece::One(other),
            });
        }
        Self { pieces }
    }

    /// The plainest pattern there is, for lists that people write by hand: `*` is any text.
    pub fn glob(text: &str) -> Self {
        let pieces = text.chars().map(|character| match character {
            '*' => Piece::AnyRun,
            other => Piece::One(other),
        });
        Self {
            pieces: pieces.collect(),
        }
    }

    /// The one text that fits; `None` where several do.
    pub fn literal(&self) -> Option<String> {
        let literal = self.prefix();
        let whole = literal.chars().count() == self.pieces.len();
        whole.then_some(literal)
    }

    /// What every text that fits begins with.
    pub fn prefix(&self) -> String {
        let literal = self.pieces.iter().map_while(|piece| match piece {
            Piece::One(character) => Some(*character),
            Piece::AnyRun | Piece::AnyOne => None,
        });
        literal.collect()
    }

    /// Whether the whole text fits. There is one place to come back to, the last run: a later run never needs an
    /// earlier one to give characters back. So the time is at most pattern times text.
    pub fn matches(&self, text: &str) -> bool {
        let mut at = 0;
        let mut rest = text.chars();
        let mut retry: Option<(usize, std::str::Chars<'_>)> = None;
        loop {
            let mut ahead = rest.clone();
            let next = ahead.next();
            let fits = match self.pieces.get(at) {
                Some(Piece::AnyRun) => {
                    at += 1;
                    retry = Some((at, rest.clone()));
                    continue;
                }
                Some(Piece::AnyOne) => next.is_some(),
                Some(Piece::One(character)) => next == Some(*character),
                None if next.is_none() => return true,
                None => false,
            };
            if fits {
                at += 1;
                rest = ahead;
                continue;
            }
            let Some((behind_run, mut from)) = retry else {
                return false;
            };
            if from.next().is_none() {
                return false;
            }
            at = behind_run;
            rest = from.clone();
            retry = Some((behind_run, from));
        }
    }
}

/// Whether the whole text fits a pattern by `*`.
pub fn glob_matches(pattern: &str, text: &str) -> bool {
    TextPattern::glob(pattern).matches(text)
}

#[cfg(test)]
mod tests {
    use super::{Piece, TextPattern, glob_matches};
    use proptest::prelude::*;

    fn naive(pieces: &[Piece], text: &[char]) -> bool {
        match pieces.split_first() {
            None => text.is_empty(),
            Some((Piece::AnyRun, behind)) => {
                (0..=text.len()).any(|skipped| naive(behind, &text[skipped..]))
            }
            Some((piece, behind)) => text.split_first().is_some_and(|(first, rest)| {
                (*piece == Piece::AnyOne || *piece == Piece::One(*first)) && naive(behind, rest)
            }),
        }
    }

    proptest! {
        #[test]
        fn a_glob_means_what_its_regular_expression_means(
            pattern in "[ab*é]{0,8}",
            text in "[abé]{0,10}",
        ) {
            let expression: Vec<String> = pattern.split('*').map(regex::escape).collect();
            let expression = regex::Regex::new(&format!("^{}$", expression.join(".*"))).unwrap();
            prop_assert_eq!(glob_matches(&pattern, &text), expression.is_match(&text));
        }

        #[test]
        fn like_equals_the_definition(pattern in "[abé%_\\\\]{0,8}", text in "[abé%]{0,8}") {
            let pattern = TextPattern::like(&pattern);
            let characters: Vec<char> = text.chars().collect();
            prop_assert_eq!(pattern.matches(&text), naive(&pattern.pieces, &characters));
        }
    }

    #[test]
    fn a_pattern_of_sql_speaks_of_the_whole_text() {
        for (text, pattern) in [
            ("numFiles", "%"),
            ("numFiles", "num%"),
            ("numFiles", "%i_es"),
            ("", "%"),
            ("aab", "%ab"),
        ] {
            assert!(TextPattern::like(pattern).matches(text), "{text} {pattern}");
        }
        for (text, pattern) in [
            ("numFiles", "num"),
            ("numFiles", ""),
            ("a", "a_"),
            ("Ab", "ab"),
        ] {
            assert!(
                !TextPattern::like(pattern).matches(text),
                "{text} {pattern}"
            );
        }
    }

    #[test]
    fn a_backslash_takes_the_next_character_by_its_word() {
        let pattern = TextPattern::like(r"a\%\_\");
        assert_eq!(pattern.literal().as_deref(), Some(r"a%_\"));
        assert!(pattern.matches(r"a%_\") && !pattern.matches("ax_"));
        assert_eq!(TextPattern::like("ab%c").prefix(), "ab");
        assert_eq!(TextPattern::like("ab%").literal(), None);
    }
}
