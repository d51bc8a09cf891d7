//! What somebody looks for, as words.

use crate::model::Name;

/// Words of one search; more only narrow what is found already.
const TERMS_MAX: usize = 8;

/// A search: every word is to be found in a table's name or be the beginning of one of its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Query {
    /// The database that is looked in alone: `shop.orders`, `shop.`.
    pub(super) database: Option<Name>,
    /// The longest word, which finds the fewest tables: what is looked up. The others are compared.
    pub(super) first: String,
    /// The other words.
    pub(super) others: Vec<String>,
}

impl Query {
    /// Reads it; `None` where it has no word.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut database = None;
        let mut terms: Vec<String> = Vec::new();
        for token in text.split_whitespace().take(TERMS_MAX) {
            let token = token.to_lowercase();
            match token.split_once('.') {
                Some((before, after)) if database.is_none() && !before.is_empty() => {
                    database = Some(Name::new(before));
                    terms.push(after.to_owned());
                }
                _ => terms.push(token),
            }
        }
        let longest = (0..terms.len()).max_by_key(|at| (terms[*at].len(), usize::MAX - at))?;
        let first = terms.swap_remove(longest);
        terms.retain(|term| !term.is_empty());
        Some(Self {
            database,
            first,
            others: terms,
        })
    }

    /// All words.
    pub(super) fn terms(&self) -> impl Iterator<Item = &str> {
        let others = self.others.iter().map(String::as_str);
        std::iter::once(self.first.as_str()).chain(others)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_is_looked_up() {
        let query = Query::parse("ID Customer day").unwrap();
        assert_eq!(query.database, None);
        assert_eq!(query.terms().collect::<Vec<_>>(), ["customer", "day", "id"]);
    }

    #[test]
    fn a_dot_names_the_database() {
        let query = Query::parse(" shop.ord ").unwrap();
        assert_eq!(query.database, Some(Name::new("shop")));
        assert_eq!(query.first, "ord");
        let all = Query::parse("shop.").unwrap();
        assert_eq!((all.first.as_str(), all.others.len()), ("", 0));
        assert_eq!(Query::parse(".hidden").unwrap().first, ".hidden");
        assert_eq!(Query::parse("  "), None);
    }
}
