//! Characters that a terminal does not show, and that change what it shows.

/// Stands where a cell may be folded while it is laid out, and is taken away afterwards. It has no width.
pub(super) const FOLD: char = '\u{200b}';

/// Whether a character is not seen itself and changes how others are: it turns the direction of writing, or begins a line.
pub(super) fn is_unseen(c: char) -> bool {
    matches!(
        c,
        FOLD | '\u{61c}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{2028}'
            | '\u{2029}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2066}'..='\u{2069}'
    )
}
