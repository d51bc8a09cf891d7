//! A notice as a letter: a subject, a text for every reader, and the same in HTML. Foreign text is escaped, and names stand
//! letter by letter.

use super::Part;
use super::fold::{Fold, folded};
use super::heading::{context, title};
use super::piece::pieces;
use super::told::{count, gravity, labelled, lines, mark};
use crate::model::Notice;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::ops::Range;

/// Pieces of one letter at most: a reader scrolls no further, and servers take no letters without end.
const FOLDS_MAX: usize = 200;
/// Characters of an object's name that are shown.
const OBJECT_CHARS_MAX: usize = 200;
/// Characters of an owner that are shown.
const OWNER_CHARS_MAX: usize = 80;
/// Characters of the subject.
const SUBJECT_CHARS_MAX: usize = 200;

/// A letter as it waits to be sent, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Letter {
    /// The line in the list of letters.
    pub(super) subject: String,
    /// What every reader can show.
    pub(super) text: String,
    /// The same with colours.
    pub(super) html: String,
}

/// The letters of a notice, each with the entries that it tells.
pub(super) fn letters(notice: &Notice) -> Vec<(Letter, Range<usize>)> {
    let folds = folded(&notice.entries);
    let all = folds.len().div_ceil(FOLDS_MAX).max(1);
    let letters = (0..all).map(|number| {
        let first = number * FOLDS_MAX;
        let told = &folds[first..folds.len().min(first + FOLDS_MAX)];
        let start = told.first().map_or(0, |fold| fold.entries.start);
        let end = told.last().map_or(0, |fold| fold.entries.end);
        (letter(notice, number + 1, all, told), start..end)
    });
    letters.collect()
}

/// The same as parts.
pub(super) fn parts(notice: &Notice) -> Vec<Part> {
    let parts = letters(notice).into_iter().map(|(letter, entries)| Part {
        // It has texts alone, which are always JSON.
        body: serde_json::to_string(&letter).unwrap_or_default(),
        entries,
    });
    parts.collect()
}

fn letter(notice: &Notice, number: usize, count: usize, folds: &[Fold<'_>]) -> Letter {
    let heading = super::text::shown(&title(notice, number, count), SUBJECT_CHARS_MAX);
    let context = context(notice);
    let mut text = format!("{heading}\n{context}\n");
    let mut html = format!(
        "<!doctype html><meta charset=\"utf-8\"><h2>{}</h2><p style=\"color:#666\">{}</p>",
        escaped(&heading),
        marked(&context, SUBJECT_CHARS_MAX)
    );
    for fold in folds {
        fold_write(
            fold,
            &notice.acknowledge(fold.entries.clone()),
            &mut text,
            &mut html,
        );
    }
    Letter {
        subject: format!("[skep] {heading}"),
        text,
        html,
    }
}

fn fold_write(fold: &Fold<'_>, links: &[String], text: &mut String, html: &mut String) {
    let object = fold.object().unwrap_or_default();
    let object = super::text::shown(&object, OBJECT_CHARS_MAX);
    let count = count(fold).map(|count| format!(" · {count}"));
    let count = count.unwrap_or_default();
    let gravity = gravity(fold);
    let separator = if object.is_empty() { "" } else { " · " };
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "\n{}{separator}{object}{count}\n",
        gravity.to_uppercase()
    );
    let _ = write!(
        html,
        "<p>{} <b>{gravity}</b>{separator}<code>{}</code>{count}<br>",
        mark(fold),
        escaped(&object)
    );
    for (line, chars_max) in lines(fold) {
        let _ = writeln!(text, "  {}", super::text::shown(&line, chars_max));
        let _ = write!(html, "{}<br>", marked(&line, chars_max));
    }
    let owner = fold.first.owner.as_ref().map(|owner| {
        let owner = super::text::shown(owner, OWNER_CHARS_MAX);
        format!("Owner: {owner}")
    });
    let foot: Vec<String> = owner.into_iter().chain(fold.numbers.clone()).collect();
    if !foot.is_empty() {
        let foot = foot.join(" · ");
        let _ = writeln!(text, "  {foot}");
        let _ = write!(html, "<small>{}</small>", escaped(&foot));
    }
    for (label, link) in labelled(links) {
        let _ = writeln!(text, "  {label}: {link}");
        let link = escaped(link);
        let _ = write!(html, "<small> · <a href=\"{link}\">{label}</a></small>");
    }
    html.push_str("</p>\n");
}

/// A line as HTML, its names as code.
fn marked(line: &str, chars_max: usize) -> String {
    let pieces = pieces(line, chars_max).into_iter();
    let pieces = pieces.map(|piece| {
        let text = escaped(&piece.text);
        if piece.is_name {
            format!("<code>{text}</code>")
        } else {
            text
        }
    });
    pieces.collect()
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoticeEntry, NoticeKind, Severity};

    fn notice(count: usize, text: &str) -> Notice {
        let entries = (0..count).map(|number| NoticeEntry {
            key: number.to_string(),
            change: Some(12),
            severity: Severity::Risky,
            source: None,
            object: format!("t{number}"),
            column: None,
            text: format!("{text} {number} `a<b`"),
            effects: vec!["it `breaks` & burns".to_owned()],
            owner: None,
        });
        Notice {
            kind: NoticeKind::Digest,
            subject: "shop\r\nBcc: all@example.org".to_owned(),
            at: 1_763_967_600,
            entries: entries.collect(),
            pages: None,
        }
    }

    #[test]
    fn foreign_text_neither_formats_nor_adds_headers() {
        let (letter, told) = letters(&notice(1, "<script>alert(1)</script>")).remove(0);
        assert_eq!(told, 0..1);
        assert!(!letter.subject.contains(['\r', '\n']), "{}", letter.subject);
        assert!(!letter.html.contains("<script>"), "{}", letter.html);
        assert!(
            letter.html.contains("<code>a&lt;b</code>"),
            "{}",
            letter.html
        );
        assert!(letter.html.contains("it <code>breaks</code> &amp; burns"));
        assert!(
            letter.text.contains("\nRISKY · t0\n  <script>"),
            "{}",
            letter.text
        );
    }

    #[test]
    fn a_long_notice_is_several_letters_and_none_is_large() {
        let long = "é".repeat(1_000);
        let letters = letters(&notice(401, &long));
        let told: Vec<_> = letters.iter().map(|(_, told)| told.clone()).collect();
        assert_eq!(told, [0..200, 200..400, 400..401]);
        for (letter, _) in &letters {
            assert!(letter.text.len() + letter.html.len() < 4 * 1024 * 1024);
        }
        assert!(
            letters[2].0.subject.ends_with("(3/3)"),
            "{}",
            letters[2].0.subject
        );
    }
}
