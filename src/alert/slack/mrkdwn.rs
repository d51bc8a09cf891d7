//! Plain text as Slack's mrkdwn: nothing in it mentions anybody, links anywhere or formats anything.
//!
//! `&`, `<` and `>` are all that Slack asks to escape; with `verbatim` set it makes no links by itself. What stands in
//! backticks becomes code, which shows it letter by letter and can be copied, and so do words outside of them that hold a
//! formatting character or a colon (an emoji). A backtick cannot stand in code and is shown as its modifier letter.

use super::super::text::shown;

/// A text of a notice, one line.
pub(super) fn plain(text: &str, chars_max: usize) -> String {
    let line = shown(text, chars_max);
    let pieces = line.split('`').enumerate();
    // A cut may have taken the closing mark away.
    let pieces = pieces.map(|(number, piece)| match (number % 2, piece) {
        (0, _) => words(piece),
        (_, "") => String::new(),
        _ => code_of(piece),
    });
    pieces.collect()
}

/// What stands outside of the backticks.
fn words(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        // The punctuation behind a name is no part of it.
        let name = word.trim_end_matches([',', ':', ';', ')']);
        if is_formatted(name) {
            format!("{}{}", code_of(name), &word[name.len()..])
        } else {
            escaped(word)
        }
    });
    words.collect::<Vec<_>>().join(" ")
}

/// A name, as code.
pub(super) fn code(name: &str, chars_max: usize) -> String {
    code_of(&shown(name, chars_max))
}

/// An owner: Slack's own mention of a user or a group as it is, anything else as plain text.
pub(super) fn owner(text: &str, chars_max: usize) -> String {
    if is_mention(text) {
        text.to_owned()
    } else {
        plain(text, chars_max)
    }
}

fn is_mention(text: &str) -> bool {
    let inner = text
        .strip_prefix('<')
        .and_then(|rest| rest.strip_suffix('>'));
    let id = inner.and_then(|inner| {
        inner
            .strip_prefix('@')
            .or_else(|| inner.strip_prefix("!subteam^"))
    });
    id.is_some_and(|id| {
        !id.is_empty()
            && id
                .bytes()
                .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
    })
}

fn is_formatted(word: &str) -> bool {
    word.contains(['*', '_', '~', '`']) || word.contains(':')
}

fn code_of(text: &str) -> String {
    // An empty pair of backticks would be shown as such.
    if text.is_empty() {
        return "(no name)".to_owned();
    }
    format!("`{}`", escaped(text).replace('`', "\u{02CB}"))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::{code, owner, plain};
    use proptest::prelude::*;

    #[test]
    fn names_that_would_format_or_mention_are_shown_letter_by_letter() {
        assert_eq!(
            plain("column total_price is gone", 99),
            "column `total_price` is gone"
        );
        assert_eq!(
            plain("<!channel> & <@U1>", 99),
            "&lt;!channel&gt; &amp; &lt;@U1&gt;"
        );
        assert_eq!(plain("a `b`, *c*", 99), "a `b`, `*c*`");
        assert_eq!(plain("(`order_id`, `line`)", 99), "(`order_id`, `line`)");
        assert_eq!(plain("`a*b <c>` d", 99), "`a*b &lt;c&gt;` d");
        assert_eq!(plain("a `bcdef`", 5), "a `bc… [4 more characters]`");
        assert_eq!(plain("a `` b", 99), "a  b");
        assert_eq!(plain(":boom:! now()::text", 99), "`:boom:!` `now()::text`");
        assert_eq!(plain("table a_b: gone", 99), "table `a_b`: gone");
        assert_eq!(code("a`b<", 99), "`a\u{02CB}b&lt;`");
    }

    #[test]
    fn only_a_real_mention_passes_as_an_owner() {
        assert_eq!(owner("<@U0123ABC>", 99), "<@U0123ABC>");
        assert_eq!(owner("<!subteam^S012>", 99), "<!subteam^S012>");
        assert_eq!(owner("<!channel>", 99), "&lt;!channel&gt;");
        assert_eq!(owner("<@U1> <!here>", 99), "&lt;@U1&gt; &lt;!here&gt;");
        assert_eq!(owner("@data-team", 99), "@data-team");
    }

    proptest! {
        #[test]
        fn no_text_opens_an_angle_bracket(text in ".{0,200}") {
            let made = plain(&text, 100);
            prop_assert!(!made.contains(['<', '>']));
            prop_assert!(!made.contains('\n'));
            prop_assert_eq!(made.matches('`').count() % 2, 0);
        }
    }
}
