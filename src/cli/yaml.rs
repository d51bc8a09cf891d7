//! YAML that a terminal can show: characters that are not seen and steer it become YAML's own escapes, which mean the same. Control
//! characters are such already where the library writes them.

use crate::unseen::is_unseen;
use anyhow::Result;
use serde::Serialize;
use serde_saphyr::{SerializerOptions, to_string, to_string_with_options};
use std::fmt::Write as _;

/// The YAML of something, for a terminal or for anything else.
pub(super) fn yaml<T: Serialize>(item: &T, on_terminal: bool) -> Result<String> {
    let text = to_string(item)?;
    if !on_terminal || !text.contains(steers) {
        return Ok(text);
    }
    // Without blocks every text stands on its line, bare or in double quotes, where alone there are escapes.
    let mut options = SerializerOptions::default();
    options.prefer_block_scalars = false;
    let text = to_string_with_options(item, options)?;
    let mut safe = String::with_capacity(text.len());
    for line in text.lines() {
        line_shown(line, &mut safe);
        safe.push('\n');
    }
    Ok(safe)
}

fn steers(c: char) -> bool {
    is_unseen(c) || (c.is_control() && !matches!(c, '\n' | '\t'))
}

/// A line: dashes and blanks, then a text, or a key and a text.
fn line_shown(line: &str, safe: &mut String) {
    let mut rest = line;
    while let Some(after) = rest.strip_prefix([' ']).or_else(|| rest.strip_prefix("- ")) {
        rest = after;
    }
    safe.push_str(&line[..line.len() - rest.len()]);
    let end = text_end(rest);
    let (first, after) = rest.split_at(end);
    text_shown(first, safe);
    match after.strip_prefix(": ") {
        Some(value) => {
            safe.push_str(": ");
            text_shown(value, safe);
        }
        // A colon at the end, before what belongs to the key.
        None => safe.push_str(after),
    }
}

/// Where the first text of a line ends: after its closing quote, or where a key ends.
fn text_end(text: &str) -> usize {
    if !text.starts_with('"') {
        let colon = text.find(": ");
        return colon.unwrap_or_else(|| text.strip_suffix(':').unwrap_or(text).len());
    }
    let mut is_escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

/// A text that steers is put in double quotes, where it does not stand in such.
fn text_shown(text: &str, safe: &mut String) {
    if !text.contains(steers) {
        safe.push_str(text);
        return;
    }
    let is_bare = !text.starts_with('"');
    if is_bare {
        safe.push('"');
    }
    for c in text.chars() {
        let code = u32::from(c);
        // Writing to a String cannot fail.
        let _ = match c {
            '"' | '\\' if is_bare => write!(safe, "\\{c}"),
            _ if steers(c) && code <= 0xff => write!(safe, "\\x{code:02X}"),
            _ if steers(c) => write!(safe, "\\u{code:04X}"),
            _ => write!(safe, "{c}"),
        };
    }
    if is_bare {
        safe.push('"');
    }
}

#[cfg(test)]
mod tests {
    use super::yaml;
    use serde_json::json;

    #[test]
    fn only_escapes_of_yaml_stand_in_what_a_terminal_gets() {
        let shown = |text: &str| yaml(&json!({"a": text}), true).expect("YAML");
        assert_eq!(shown("x\u{202e}y"), "a: \"x\\u202Ey\"\n");
        assert_eq!(shown("x: \u{202e}\"\\"), "a: \"x: \\u202E\\\"\\\\\"\n");
        assert_eq!(shown("x\u{9b}y"), "a: \"x\\x9By\"\n");
        assert_eq!(shown("x\u{1b}y"), "a: \"x\\ey\"\n");
        assert_eq!(shown("x\n\u{200b}y"), "a: \"x\\n\\u200By\"\n");
        let long = format!("{}\u{202e}", "word ".repeat(60));
        assert!(
            shown(&long).ends_with("word \\u202E\"\n"),
            "{}",
            shown(&long)
        );
        assert_eq!(shown("매출"), "a: 매출\n");
    }

    #[test]
    fn keys_and_sequences_keep_their_form() {
        let item = json!([{"k\u{202e}": ["-x\u{202e}", {"z": 1}]}, "plain: \"x\""]);
        let text = yaml(&item, true).expect("YAML");
        assert!(text.contains("- \"k\\u202E\":\n"), "{text}");
        assert!(text.contains("- \"-x\\u202E\"\n"), "{text}");
        assert!(text.contains("z: 1\n"), "{text}");
    }

    #[test]
    fn a_script_gets_it_as_it_is() {
        let item = json!({"a": "x\u{202e}y"});
        assert_eq!(yaml(&item, false).expect("YAML"), "a: x\u{202e}y\n");
    }
}
