//! What somebody looks for, as words.

use crate::model::Name;
use crate::store::SEARCH_WORD_BYTES_MAX;

/// Characters of a search at most; front ends refuse longer ones by the name of their field.
pub const SEARCH_CHARS_MAX: usize = 256;
/// Words of one search; more only narrow what is found already.
const TERMS_MAX: usize = 8;

/// A search: every word is to be found in a table's name or be the beginning of one of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// The database that is looked in alone: `shop.orders`, `shop.`.
    pub(super) database: Option<Name>,
    /// All of it but the database, in lower case: a table may be called `a-b`.
    pub(super) whole: String,
    /// What is looked up: the longest word, until somebody knows a rarer one. The others are compared.
    pub(super) first: String,
    /// The other words.
    pub(super) others: Vec<String>,
}

impl Query {
    /// Reads it; `None` where it has no word. A dot parts a database from what is looked for in it, so `shop.orders` is read twice:
    /// see [`Self::of_words`].
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut database = None;
        let mut tokens: Vec<&str> = Vec::new();
        for token in tokens_of(text) {
            match token.split_once('.') {
                Some((before, after)) if database.is_none() && !before.is_empty() => {
                    database = Some(Name::new(&before.to_lowercase()));
                    tokens.push(after);
                }
                _ => tokens.push(token),
            }
        }
        Self::of(database, &tokens)
    }

    /// The same where a dot is a mark like others: `example.com`.
    pub(super) fn of_words(text: &str) -> Option<Self> {
        Self::of(None, &tokens_of(text).collect::<Vec<_>>())
    }

    fn of(database: Option<Name>, tokens: &[&str]) -> Option<Self> {
        let terms = tokens.iter().flat_map(|token| words_of(token));
        let mut terms: Vec<String> = terms.take(TERMS_MAX).collect();
        if terms.is_empty() && database.is_some() {
            terms.push(String::new());
        }
        let longest = (0..terms.len()).max_by_key(|at| (terms[*at].len(), usize::MAX - at))?;
        let first = terms.swap_remove(longest);
        Some(Self {
            database,
            whole: tokens.join(" ").to_lowercase(),
            first,
            others: terms,
        })
    }

    /// The same search that looks up another one of its words.
    pub(super) fn by(mut self, first: &str) -> Self {
        if let Some(other) = self.others.iter_mut().find(|other| *other == first) {
            std::mem::swap(&mut self.first, other);
        }
        self
    }

    /// All words.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(String::as_str);
        std::iter::once(self.first.as_str()).chain(others)
    }
}

/// What somebody wrote without a space. A control character is none that a name has, and some databases take none.
fn tokens_of(text: &str) -> impl Iterator<Item = &str> {
    let tokens = text.split(|one: char| one.is_whitespace() || one.is_control());
    tokens.filter(|token| !token.is_empty())
}

/// The words of what somebody wrote without a space, cut as texts are: `team-web` is two. What has no word, marks alone or single
/// letters between them, is looked for as it is: `%`, `a-b`.
fn words_of(token: &str) -> Vec<String> {
    let lower = token.to_lowercase();
    let words = lower.split(|one: char| !(one.is_alphanumeric() || one == '_'));
    // As long as the index keeps them.
    let cut = |word: &str| word[..word.floor_char_boundary(SEARCH_WORD_BYTES_MAX)].to_owned();
    let words: Vec<String> = words.filter(|word| !word.is_empty()).map(cut).collect();
    match words.as_slice() {
        [] if lower.is_empty() => words,
        [_] => words,
        _ if words.iter().all(|word| word.len() == 1) => vec![cut(&lower)],
        // A letter between marks is no word of the index, and says little.
        _ => words.into_iter().filter(|word| word.len() > 1).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_looked_up() {
        let query = Query::parse("ID Customer day").unwrap();
        assert_eq!(query.database, None);
        assert_eq!(query.terms().collect::<Vec<_>>(), ["customer", "id", "day"]);
    }

    #[test]
    fn a_dot_names_the_database() {
        let query = Query::parse(" shop.ord ").unwrap();
        assert_eq!(query.database, Some(Name::new("shop")));
        assert_eq!(query.first, "ord");
        let all = Query::parse("shop.").unwrap();
        assert_eq!((all.first.as_str(), all.others.len()), ("", 0));
        assert_eq!(Query::parse(".hidden").unwrap().first, "hidden");
        assert_eq!(Query::parse("  "), None);
    }

    #[test]
    fn marks_part_words_as_they_do_in_texts() {
        let words = |text: &str| {
            let query = Query::of_words(text).unwrap();
            query.terms().map(str::to_owned).collect::<Vec<_>>()
        };
        assert_eq!(words("team-web"), ["team", "web"]);
        assert_eq!(words("anna.b@example.com"), ["example", "anna", "com"]);
        assert_eq!(words("paid, \"e-mail\""), ["paid", "mail"]);
        assert_eq!(words("%"), ["%"]);
        assert_eq!(words("a-b x"), ["a-b", "x"]);
    }

    #[test]
    fn single_letters_between_marks_are_what_a_table_may_be_called() {
        let query = Query::parse("store.X-y").unwrap();
        assert_eq!((query.first.as_str(), query.others.len()), ("x-y", 0));
        assert_eq!(Query::of_words("a.b").unwrap().first, "a.b");
        let query = Query::parse("a-bcd").unwrap();
        assert_eq!(
            (query.first.as_str(), query.whole.as_str()),
            ("bcd", "a-bcd")
        );
        assert_eq!(Query::parse("\0"), None);
        assert_eq!(Query::parse("a\0b").unwrap().terms().count(), 2);
    }
}
