//! What differs between two long texts, in a few whole words of each: from the first word that differs to the last one, with
//! some before it.

use std::ops::Range;

/// Characters of an excerpt, unless its first word alone has more.
const EXCERPT_CHARACTERS_MAX: usize = 90;
/// Words, and their characters at most, that stand before what differs.
const CONTEXT_WORDS_MAX: usize = 3;
const CONTEXT_CHARACTERS_MAX: usize = 30;

/// An excerpt of either text; nothing where they differ in white space alone.
pub(super) fn difference(before: &str, after: &str) -> Option<(String, String)> {
    let (old, new) = (words(before), words(after));
    let is_same = |(one, other): &(&Range<usize>, &Range<usize>)| {
        before.get((*one).clone()) == after.get((*other).clone())
    };
    let begin = old.iter().zip(&new).take_while(is_same).count();
    let (old_rest, new_rest) = (&old[begin..], &new[begin..]);
    if old_rest.is_empty() && new_rest.is_empty() {
        return None;
    }
    let from_behind = old_rest.iter().rev().zip(new_rest.iter().rev());
    let behind = from_behind.take_while(is_same).count();
    let of = |text, words: &[Range<usize>]| excerpt(text, words, &(begin..words.len() - behind));
    Some((of(before, &old), of(after, &new)))
}

/// Where words and signs stand. A sign is a word by itself, and quotes belong to what they are around.
fn words(text: &str) -> Vec<Range<usize>> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '\'' | '`');
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut is_open = false;
    for (at, character) in text.char_indices() {
        let end = at + character.len_utf8();
        match words.last_mut() {
            Some(last) if is_open && is_word(character) => last.end = end,
            _ if !character.is_whitespace() => words.push(at..end),
            _ => {}
        }
        is_open = is_word(character);
    }
    words
}

/// Some of the words that differ, one at least, with marks where something is left out.
fn excerpt(text: &str, words: &[Range<usize>], differing: &Range<usize>) -> String {
    let shown = |from: usize, to: usize| &text[words[from].start..words[to - 1].end];
    let end = differing.end.max(differing.start + 1).min(words.len());
    let mut from = differing.start.min(end);
    while from > 0
        && differing.start - (from - 1) <= CONTEXT_WORDS_MAX
        && shown(from - 1, differing.start).chars().count() <= CONTEXT_CHARACTERS_MAX
    {
        from -= 1;
    }
    if from == end {
        return String::new();
    }
    let mut to = from + 1;
    while to < end && shown(from, to + 1).chars().count() <= EXCERPT_CHARACTERS_MAX {
        to += 1;
    }
    let before = if from > 0 { "… " } else { "" };
    let after = if to < words.len() { " …" } else { "" };
    // Names in backticks would be shown with other marks.
    format!("{before}{}{after}", shown(from, to).replace('`', ""))
}

#[cfg(test)]
mod tests {
    use super::difference;
    use proptest::prelude::*;

    #[test]
    fn what_differs_is_shown_with_what_stands_before_it() {
        for (before, after, from, to) in [
            ("SELECT 1", "SELECT 2", "SELECT 1", "SELECT 2"),
            (
                "select a, b from t where a > 1 and b = 2 order by a",
                "select a, b from t where a > 17 and b = 2 order by a",
                "… where a > 1 …",
                "… where a > 17 …",
            ),
            (
                "select `t`.`a` AS `a` from `t`",
                "select `t`.`a` AS `a`,`t`.`b` AS `b` from `t`",
                "… a AS a from …",
                "… a AS a,t.b AS b …",
            ),
            (
                "select a from t",
                "with x as (select 1) select a from t",
                "select …",
                "with x as (select 1) …",
            ),
            ("select a from t", "select a", "select a from t", "select a"),
        ] {
            let found = difference(before, after);
            assert_eq!(found, Some((from.to_owned(), to.to_owned())), "{after}");
        }
        assert_eq!(difference("select  a\nfrom t", "select a from t"), None);
        assert_eq!(difference("", ""), None);
    }

    #[test]
    fn long_differences_are_cut_between_words() {
        let before = format!("select {} from t", "column_of_a_table, ".repeat(50));
        let (from, to) = difference(&before, "select b from t").expect("they differ");
        assert!(from.chars().count() < 100, "{from}");
        assert!(
            from.ends_with("column_of_a_table …") || from.ends_with(", …"),
            "{from}"
        );
        assert_eq!(to, "select b …");
    }

    proptest! {
        #[test]
        fn an_excerpt_is_short_and_there_where_words_differ(
            before in "[ab(', ]{0,40}",
            after in "[ab(', ]{0,40}",
        ) {
            let squeezed = |text: &str| text.split_whitespace().collect::<String>();
            if let Some((from, to)) = difference(&before, &after) {
                prop_assert!(from.chars().count() < 100 && to.chars().count() < 100);
            } else {
                prop_assert_eq!(squeezed(&before), squeezed(&after));
            }
        }
    }
}
