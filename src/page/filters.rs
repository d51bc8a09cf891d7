//! What templates do with a text before it is shown.

use crate::unseen::is_unseen;
use askama::Values;
use std::fmt::{Display, Write as _};

/// Shows what cannot be seen: a character that turns the direction of writing, or none at all, is written down by its number, so
/// that no name poses as another.
#[askama::filter_fn]
pub(super) fn seen(value: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(seen_text(&value.to_string()))
}

/// The same, cut where it is long: for lists.
#[askama::filter_fn]
pub(super) fn brief(value: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(brief_text(&value.to_string()))
}

/// The same of a text of its own place: what is longer than anybody reads is cut, and says so.
#[askama::filter_fn]
pub(super) fn cut(value: impl Display, _: &dyn Values) -> askama::Result<String> {
    Ok(cut_text(&value.to_string()))
}

/// Bytes of a text in a place of its own.
const CUT_BYTES: usize = 16 * 1024;
/// Characters of a text in a list.
const BRIEF_CHARS: usize = 160;

pub(super) fn seen_text(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        let is_control = c.is_control() && !matches!(c, '\n' | '\t');
        if is_control || is_unseen(c) {
            // Writing to a String cannot fail.
            let _ = write!(shown, "⟨U+{:04X}⟩", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

pub(super) fn cut_text(text: &str) -> String {
    if text.len() <= CUT_BYTES {
        return seen_text(text);
    }
    let end = text.floor_char_boundary(CUT_BYTES);
    let more = text.len() - end;
    format!(
        "{} … and {more} bytes more, which REST tells",
        seen_text(&text[..end])
    )
}

pub(super) fn brief_text(text: &str) -> String {
    let mut chars = text.chars();
    let mut brief: String = chars.by_ref().take(BRIEF_CHARS).collect();
    if chars.next().is_some() {
        brief.push('…');
    }
    seen_text(&brief)
}

#[cfg(test)]
mod tests {
    use super::{BRIEF_CHARS, CUT_BYTES, brief_text, cut_text, seen_text};

    #[test]
    fn what_cannot_be_seen_is_written_down() {
        assert_eq!(seen_text("a\u{202E}b\u{7}c\nd"), "a⟨U+202E⟩b⟨U+0007⟩c\nd");
        assert_eq!(seen_text("꿀 é 🐝"), "꿀 é 🐝");
    }

    #[test]
    fn what_nobody_reads_is_cut_and_says_so() {
        let long = "é".repeat(CUT_BYTES);
        let shown = cut_text(&long);
        assert!(shown.len() < CUT_BYTES + 100 && shown.ends_with("which REST tells"));
        assert_eq!(cut_text("whole"), "whole");
    }

    #[test]
    fn a_long_text_is_cut_by_characters() {
        let long = "é".repeat(BRIEF_CHARS + 1);
        assert_eq!(brief_text(&long).chars().count(), BRIEF_CHARS + 1);
        assert!(brief_text(&long).ends_with('…'));
        let whole = "é".repeat(BRIEF_CHARS);
        assert_eq!(brief_text(&whole), whole);
    }
}
