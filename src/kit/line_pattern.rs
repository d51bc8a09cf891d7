//! Patterns of log lines, in the common part of Java's and Rust's regular expressions.
//!
//! A line is words with a space between, some of them in quotes or brackets. AWS adds words at the end over the
//! years: old lines lack the last ones of a pattern, and new lines have some that the pattern does not know yet.
//! Both match; what is missing is null.

/// A word.
pub(super) const WORD: &str = r"(\S+)";
/// A word that is a whole number, or null.
pub(super) const INTEGER: &str = r"(?:(-?[0-9]+)|\S+)";
/// A word that is a decimal number, or null.
pub(super) const DECIMAL: &str = r"(?:(-?[0-9]+(?:\.[0-9]+)?)|\S+)";
/// A text in quotes, in which a backslash escapes the next character; a dash alone is also met.
pub(super) const QUOTED: &str = r#"(?:"([^"\\]*(?:\\.[^"\\]*)*)"|\S+)"#;
/// A text in brackets.
pub(super) const BRACKETED: &str = r"\[([^\]]*)\]";
/// An address and its port: two columns, both null where there is none.
pub(super) const ADDRESS: &str = r"(?:(\S+):([0-9]+)|\S+)";
/// A request line in quotes: three columns, method, URL and protocol.
pub(super) const REQUEST: &str = r#""([^ "]+) ([^"]*?)(?: (HTTP/[0-9.]+|-))? ?""#;

/// The pattern of a whole line. A later piece is there only behind all that come before it.
pub(super) fn pattern(required: &[&str], later: &[&str]) -> String {
    let mut pattern = required.join(" ");
    for piece in later {
        pattern.push_str("(?: ");
        pattern.push_str(piece);
    }
    for _ in later {
        pattern.push_str(")?");
    }
    pattern.push_str("(?: .*)?");
    pattern
}
