//! Pieces of a layout as a template writes them, for messages and for Hive's own layout.

use super::field::Unit;
use super::pattern::{Pattern, Token};
use crate::hive::partition_name::escape;
use std::fmt::Write as _;

/// A segment as a template writes it.
pub(super) fn shown(pattern: &Pattern, keys: &[String]) -> String {
    let mut shown = String::new();
    for token in &pattern.tokens {
        // Writing to a String cannot fail.
        let _ = match token {
            Token::Literal(literal) | Token::KeyName(literal) => {
                write!(shown, "{}", shown_literal(literal))
            }
            Token::Text { key, .. } => write!(shown, "{{{}}}", shown_key(&keys[*key])),
            Token::Ignored => write!(shown, "{{_}}"),
            Token::Time {
                key,
                unit,
                is_padded,
            } => {
                write!(
                    shown,
                    "{{{}:{}}}",
                    shown_key(&keys[*key]),
                    shown_unit(*unit, *is_padded)
                )
            }
        };
    }
    shown
}

/// The form of a value as a template writes it.
pub(super) fn shown_form(form: &Pattern) -> String {
    let piece = |token: &Token| match token {
        Token::Literal(literal) => literal.replace('%', "%%"),
        Token::Time {
            unit, is_padded, ..
        } => shown_unit(*unit, *is_padded),
        Token::KeyName(_) | Token::Text { .. } | Token::Ignored => String::new(),
    };
    form.tokens.iter().map(piece).collect()
}

fn shown_unit(unit: Unit, is_padded: bool) -> String {
    let minus = if is_padded { "" } else { "-" };
    format!("%{minus}{}", unit.letter())
}

pub(super) fn shown_literal(literal: &str) -> String {
    literal.replace('{', "{{").replace('}', "}}")
}

/// A key as a placeholder names it: escaped, so that it may hold a colon or a brace, or be a lone `_`.
pub(super) fn shown_key(name: &str) -> String {
    if name == "_" {
        return "%5F".to_owned();
    }
    escape(name).replace('}', "%7D")
}
