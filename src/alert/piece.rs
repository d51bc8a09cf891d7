//! A line of a notice in pieces: what stands in backticks is foreign, and is shown letter by letter.

use super::text::shown;

/// A stretch of a line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Its text, without the backticks.
    pub(super) text: String,
    /// Whether it stood in backticks.
    pub(super) is_name: bool,
}

/// The pieces of a line, of which so many characters are shown. None is empty.
pub(super) fn pieces(line: &str, chars_max: usize) -> Vec<Piece> {
    let line = shown(line, chars_max);
    let pieces = line.split('`').enumerate().map(|(number, text)| Piece {
        text: text.to_owned(),
        // A cut may have taken the closing mark away.
        is_name: number % 2 == 1,
    });
    pieces.filter(|piece| !piece.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Piece, pieces};

    #[test]
    fn names_are_apart_from_words() {
        let piece = |text: &str, is_name| Piece {
            text: text.to_owned(),
            is_name,
        };
        let expected = [
            piece("column ", false),
            piece("a*b", true),
            piece(" is gone", false),
        ];
        assert_eq!(pieces("column `a*b` is gone", 99), expected);
        assert_eq!(
            pieces("`abcdef", 3),
            [piece("ab… [4 more characters]", true)]
        );
    }
}
