//! The words of a table: names of its columns and what belongs to them, its owner, what comments say, and what a view reads.

use crate::catalog::TABLE_COMMENT;
use crate::diff::mention;
use crate::model::{Column, Table};
use crate::store::{SEARCH_WORD_BYTES_MAX, SearchWord, SearchWordKind, TableOutline};
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Words that are kept of a table; of one with thousands of columns the first ones.
const WORDS_MAX: usize = 2_000;
/// Names in the text of a view that are looked at.
const NAMES_MAX: usize = 10_000;
/// Bytes of one text that are looked at: a comment may be as long as a book.
const TEXT_BYTES_MAX: usize = 16 * 1024;
/// What stands before the name of what a view reads; no other word has a colon.
const READ_BY_VIEW: &str = "reads:";

/// The words of a table with what each is, the most telling of several.
pub(super) fn words_of(table: &Table) -> Vec<SearchWord> {
    let columns = table.descriptor.columns.as_deref().unwrap_or_default();
    let columns: Vec<&Column> = columns.iter().chain(&table.partition_keys).collect();
    let comment = table.parameters.get(TABLE_COMMENT).map(String::as_str);
    let mut words = Words::default();
    words.add_said(&columns, table.owner.as_deref(), comment);
    if let Some(text) = view_text(table) {
        for name in mention::names(text, NAMES_MAX) {
            words.add(&read_by_view(&name), SearchWordKind::Read);
        }
    }
    words.into_list()
}

/// The same of a table's outline, without what a view reads.
pub(super) fn words_said(outline: &TableOutline) -> Vec<SearchWord> {
    let columns: Vec<&Column> = outline.columns.iter().collect();
    let meta = &outline.meta;
    let mut words = Words::default();
    words.add_said(&columns, meta.owner.as_deref(), meta.comment.as_deref());
    words.into_list()
}

/// The text of a view, as its author wrote it.
pub(super) fn view_text(table: &Table) -> Option<&str> {
    let texts = [&table.view_original_text, &table.view_expanded_text];
    texts
        .into_iter()
        .find_map(|text| text.as_deref().filter(|text| !text.is_empty()))
}

/// The word of a view that reads what is called so.
pub(super) fn read_by_view(name: &str) -> String {
    format!("{READ_BY_VIEW}{}", name.to_lowercase())
}

/// The names of fields inside of a type's text: `id` and `city` of `struct<id:bigint,city:string>`.
pub(super) fn fields_of(data_type: &str) -> impl Iterator<Item = &str> {
    let before_colons = data_type.split(':').rev().skip(1);
    before_colons.map(|before| {
        let begin = before.rfind(['<', ',']).map_or(0, |at| at + 1);
        before[begin..].trim()
    })
}

/// The words that a name is found by: itself, and what follows each of its parts, so that `id` finds `customer_id`.
pub(super) fn parts_of(name: &str) -> Vec<String> {
    let lower = name.to_lowercase();
    let mut parts = Vec::new();
    let mut is_inside = false;
    for (at, character) in lower.char_indices() {
        let is_part = character.is_alphanumeric();
        if (is_part && !is_inside) || at == 0 {
            // A name of thousands of parts must not cost their product.
            parts.push(cut(&lower[at..], SEARCH_WORD_BYTES_MAX).to_owned());
        }
        is_inside = is_part;
    }
    parts
}

/// The words of a text, in lower case, each with the parts behind its underscores.
pub(super) fn text_words(text: &str) -> impl Iterator<Item = String> {
    let tokens = text.split(|one: char| !(one.is_alphanumeric() || one == '_'));
    tokens
        .filter(|token| token.chars().any(char::is_alphanumeric))
        .flat_map(parts_of)
}

#[derive(Default)]
struct Words {
    kinds: BTreeMap<String, SearchWordKind>,
}

impl Words {
    /// What columns, owner and comment say.
    fn add_said(&mut self, columns: &[&Column], owner: Option<&str>, comment: Option<&str>) {
        for column in columns {
            self.add_name(
                &column.name,
                SearchWordKind::Column,
                SearchWordKind::ColumnPart,
            );
        }
        self.add_text(owner.unwrap_or_default(), SearchWordKind::Owner);
        self.add_text(comment.unwrap_or_default(), SearchWordKind::Comment);
        for column in columns {
            if self.is_full() {
                break;
            }
            let data_type = cut(&column.data_type, TEXT_BYTES_MAX);
            for field in fields_of(data_type) {
                self.add_name(field, SearchWordKind::Field, SearchWordKind::Field);
            }
            let comment = column.comment.as_deref().unwrap_or_default();
            self.add_text(comment, SearchWordKind::ColumnComment);
        }
    }

    fn is_full(&self) -> bool {
        self.kinds.len() >= WORDS_MAX
    }

    fn add(&mut self, word: &str, kind: SearchWordKind) {
        let word = cut(word, SEARCH_WORD_BYTES_MAX);
        // One letter finds everything, but for scripts in which it is a word.
        if word.is_empty()
            || (word.len() == 1 && word.is_ascii())
            || word.contains(char::is_control)
        {
            return;
        }
        let is_full = self.is_full();
        match self.kinds.entry(word.to_owned()) {
            Entry::Occupied(mut known) => {
                let kind = kind.min(*known.get());
                known.insert(kind);
            }
            Entry::Vacant(_) if is_full => {}
            Entry::Vacant(free) => {
                free.insert(kind);
            }
        }
    }

    fn add_name(&mut self, name: &str, whole: SearchWordKind, part: SearchWordKind) {
        for (at, word) in parts_of(cut(name, TEXT_BYTES_MAX)).iter().enumerate() {
            self.add(word, if at == 0 { whole } else { part });
        }
    }

    fn add_text(&mut self, text: &str, kind: SearchWordKind) {
        for word in text_words(cut(text, TEXT_BYTES_MAX)) {
            self.add(&word, kind);
        }
    }

    fn into_list(self) -> Vec<SearchWord> {
        let words = self.kinds.into_iter();
        words
            .map(|(word, kind)| SearchWord { word, kind })
            .collect()
    }
}

/// The beginning of a text, at most so many bytes of it.
fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_name_is_found_by_each_of_its_parts() {
        assert_eq!(
            parts_of("Customer_order_ID"),
            ["customer_order_id", "order_id", "id"]
        );
        assert_eq!(parts_of("_c0"), ["_c0", "c0"]);
        assert_eq!(parts_of("a-b"), ["a-b", "b"]);
        assert_eq!(parts_of("주문_번호"), ["주문_번호", "번호"]);
    }

    #[test]
    fn fields_of_nested_types_have_names() {
        let nested = "struct<id:bigint, address : struct<city:string,tags:map<string,array<struct<k:int>>>>>";
        let mut found: Vec<&str> = fields_of(nested).collect();
        found.sort_unstable();
        assert_eq!(found, ["address", "city", "id", "k", "tags"]);
        assert_eq!(fields_of("bigint").count(), 0);
    }

    #[test]
    fn texts_are_cut_into_words() {
        let found: Vec<String> = text_words("Paid_at, in UTC (see «Zahlung»)").collect();
        assert_eq!(found, ["paid_at", "at", "in", "utc", "see", "zahlung"]);
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_words(name in "\\PC{0,40}", text in ".{0,200}", data_type in "[a-z<>,: ]{0,60}") {
            for part in parts_of(&name) {
                prop_assert!(name.to_lowercase().contains(&part));
            }
            prop_assert!(text_words(&text).all(|word| !word.is_empty()));
            for field in fields_of(&data_type) {
                prop_assert!(data_type.contains(field));
            }
        }
    }
}
