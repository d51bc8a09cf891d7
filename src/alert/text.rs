//! Foreign text made fit to be shown: names and comments of source databases may hold anything.

use crate::unseen::is_unseen;
use std::fmt::Write as _;

/// Characters of one text that are shown; the rest is counted in a mark.
pub(super) const TEXT_CHARS_MAX: usize = 600;

/// The text in one line without what a reader cannot see (control characters, changes of the writing direction), cut
/// with a mark that says how much is missing.
pub(super) fn shown(text: &str, chars_max: usize) -> String {
    let mut line = String::with_capacity(text.len().min(chars_max * 4));
    let mut rest = text.chars();
    for character in rest.by_ref().take(chars_max) {
        line.push(if character.is_control() || is_unseen(character) {
            '\u{FFFD}'
        } else {
            character
        });
    }
    let missing = rest.count();
    if missing > 0 {
        // Writing to a String cannot fail.
        let _ = write!(line, "… [{missing} more characters]");
    }
    line
}

#[cfg(test)]
mod tests {
    use super::shown;

    #[test]
    fn what_cannot_be_seen_is_replaced_and_what_is_too_long_is_cut_with_a_mark() {
        assert_eq!(shown("a\nb\u{202E}c", 10), "a\u{FFFD}b\u{FFFD}c");
        assert_eq!(shown("꿀벌통", 3), "꿀벌통");
        let long = "x".repeat(64 * 1024);
        assert_eq!(shown(&long, 4), "xxxx… [65532 more characters]");
    }
}
