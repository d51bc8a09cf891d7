//! What is told together, in lines that channels for people show one below the other: the head, what happened and what
//! follows from it, who owns it and its numbers.

use super::fold::{Fold, Line};
use crate::model::Severity;

/// Lines of what is told together, after the first; the rest is counted.
pub(super) const LINES_MAX: usize = 30;
/// Characters of a sentence that are shown.
pub(super) const TEXT_CHARS_MAX: usize = 400;
/// Characters of one effect that are shown.
pub(super) const EFFECT_CHARS_MAX: usize = 200;

/// `breaking`, or `over` for the end of what was told before.
pub(super) fn gravity(fold: &Fold<'_>) -> &'static str {
    if fold.first.is_over() {
        return "over";
    }
    fold.first.severity.as_str()
}

/// The mark of a gravity, for readers who look at colours first.
pub(super) fn mark(fold: &Fold<'_>) -> &'static str {
    if fold.first.is_over() {
        return "✅";
    }
    match fold.first.severity {
        Severity::Breaking => "🔴",
        Severity::Risky => "🟠",
        Severity::Alarm => "🚨",
        Severity::Additive => "🟢",
    }
}

/// The lines below the head, with how much of each is shown; what is too much is counted in the last one.
pub(super) fn lines(fold: &Fold<'_>) -> Vec<(String, usize)> {
    let mut lines = Vec::new();
    for (number, line) in fold.lines.iter().enumerate() {
        if number > LINES_MAX {
            let more = fold.lines.len() - number;
            lines.push((format!("• and {more} more lines"), TEXT_CHARS_MAX));
            break;
        }
        lines.push(match line {
            Line::What(text) => (text.clone(), TEXT_CHARS_MAX),
            Line::Effect(effect) => (format!("• {effect}"), EFFECT_CHARS_MAX),
        });
    }
    lines
}

/// How many of what are told together: `12 changes`; `None` for one.
pub(super) fn count(fold: &Fold<'_>) -> Option<String> {
    let count = fold.entries.len();
    let noun = if fold.first.is_trouble() {
        "tables"
    } else {
        "changes"
    };
    (count > 1).then(|| format!("{count} {noun}"))
}

/// The links of what is told together, each with what people are shown of it.
pub(super) fn labelled(links: &[String]) -> Vec<(String, &String)> {
    if let [only] = links {
        return vec![("acknowledge".to_owned(), only)];
    }
    let numbered = (1..).zip(links);
    let label = |number| format!("acknowledge ({number}/{})", links.len());
    numbered
        .map(|(number, link)| (label(number), link))
        .collect()
}
