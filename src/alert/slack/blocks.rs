//! A notice as Slack messages: one header, one line of context, and a block or more for each entry.
//!
//! Slack refuses a message over its limits, so a long notice becomes several messages, numbered. What is told together
//! never stands in two of them. Texts are cut only where a single one is longer than anybody reads, with a mark.

use super::super::Part;
use super::super::fold::{Fold, Line, folded};
use super::super::heading::{context, title};
use super::super::told::{
    EFFECT_CHARS_MAX, LINES_MAX, TEXT_CHARS_MAX, count as told_count, gravity, labelled,
};
use super::mrkdwn::{code, owner as owner_shown, plain};
use crate::model::{Notice, Severity};
use serde_json::{Value, json};
use std::ops::Range;

/// Characters of a header.
const HEADER_CHARS_MAX: usize = 150;
/// Characters of the text of one section.
const SECTION_CHARS_MAX: usize = 3_000;
/// Blocks of one message, the header and the context among them.
const BLOCKS_MAX: usize = 50;
/// Blocks that every message begins with.
const BLOCKS_FIRST: usize = 2;
/// Characters of all sections of one message. Slack documents no such limit and refuses messages from about 13,000 on.
const MESSAGE_CHARS_MAX: usize = 11_000;
/// Characters of an object's name that are shown.
const OBJECT_CHARS_MAX: usize = 200;
/// Characters of those lines, as sent, so that they fit into a message.
const LINES_CHARS_MAX: usize = 7_000;
/// Characters of an owner that are shown.
const OWNER_CHARS_MAX: usize = 80;

/// The messages of a notice.
pub(in crate::alert) fn parts(notice: &Notice) -> Vec<Part> {
    let folds = folded(&notice.entries);
    let rendered: Vec<Vec<String>> = folds
        .iter()
        .map(|fold| sections(fold, &notice.acknowledge(fold.entries.clone())))
        .collect();
    let groups = grouped(&rendered);
    let count = groups.len();
    let parts = groups.into_iter().enumerate().map(|(number, group)| {
        let blocks = rendered[group.clone()].iter().flatten();
        let told = &folds[group];
        let start = told.first().map_or(0, |fold| fold.entries.start);
        let end = told.last().map_or(0, |fold| fold.entries.end);
        Part {
            body: message(notice, number + 1, count, blocks),
            entries: start..end,
        }
    });
    parts.collect()
}

/// What goes together into a message: as much as fits, at least one.
fn grouped(rendered: &[Vec<String>]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut blocks, mut chars) = (0, 0, 0);
    for (number, sections) in rendered.iter().enumerate() {
        let more: usize = sections.iter().map(|text| text.chars().count()).sum();
        let fits = blocks + sections.len() <= BLOCKS_MAX - BLOCKS_FIRST
            && chars + more <= MESSAGE_CHARS_MAX;
        if !fits && number > start {
            groups.push(start..number);
            (start, blocks, chars) = (number, 0, 0);
        }
        blocks += sections.len();
        chars += more;
    }
    groups.push(start..rendered.len());
    groups
}

fn message<'a>(
    notice: &Notice,
    number: usize,
    count: usize,
    sections: impl Iterator<Item = &'a String>,
) -> String {
    let title = title(notice, number, count);
    let mut blocks = vec![
        json!({"type": "header", "text": {"type": "plain_text", "text": title, "emoji": false}}),
        json!({"type": "context", "elements": [mrkdwn(&context(notice))]}),
    ];
    blocks.extend(sections.map(|text| json!({"type": "section", "text": mrkdwn(text)})));
    // The text is what notifications and screen readers show.
    json!({"text": plain(&title, HEADER_CHARS_MAX), "blocks": blocks}).to_string()
}

fn mrkdwn(text: &str) -> Value {
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

/// The texts of the sections that tell what is told together, and where people say that they have seen it: nearly always one.
fn sections(fold: &Fold<'_>, links: &[String]) -> Vec<String> {
    let mark = match fold.first.severity {
        _ if fold.first.is_over() => ":white_check_mark:",
        Severity::Breaking => ":red_circle:",
        Severity::Risky => ":large_orange_circle:",
        Severity::Alarm => ":rotating_light:",
        Severity::Additive => ":large_green_circle:",
    };
    let mut head = format!("{mark} *{}*", gravity(fold));
    if let Some(object) = fold.object() {
        head = format!("{head} · {}", code(&object, OBJECT_CHARS_MAX));
    }
    if let Some(count) = told_count(fold) {
        head = format!("{head} · {count}");
    }
    let mut lines = vec![head];
    let mut chars_left = LINES_CHARS_MAX;
    for (number, line) in fold.lines.iter().enumerate() {
        let text = match line {
            Line::What(text) => plain(text, TEXT_CHARS_MAX),
            Line::Effect(effect) => format!("• {}", plain(effect, EFFECT_CHARS_MAX)),
        };
        let chars = text.chars().count();
        if number > LINES_MAX || chars > chars_left {
            lines.push(format!("• and {} more lines", fold.lines.len() - number));
            break;
        }
        chars_left -= chars;
        lines.push(text);
    }
    let owner = fold.first.owner.as_ref();
    let owner = owner.map(|name| format!("Owner: {}", owner_shown(name, OWNER_CHARS_MAX)));
    let foot: Vec<String> = owner.into_iter().chain(fold.numbers.clone()).collect();
    let mut foot = foot.join(" · ");
    for (label, link) in labelled(links) {
        let link = format!(" · <{link}|{label}>");
        if foot.chars().count() + link.len() > SECTION_CHARS_MAX {
            lines.push(std::mem::take(&mut foot));
        }
        foot.push_str(&link);
    }
    if !foot.is_empty() {
        lines.push(foot);
    }
    packed(lines)
}

/// Lines joined into texts of at most [`SECTION_CHARS_MAX`]; each line alone is shorter.
fn packed(lines: Vec<String>) -> Vec<String> {
    let mut texts: Vec<String> = Vec::new();
    for line in lines {
        match texts.last_mut() {
            Some(text) if text.chars().count() + 1 + line.chars().count() <= SECTION_CHARS_MAX => {
                text.push('\n');
                text.push_str(&line);
            }
            _ => texts.push(line),
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoticeEntry, NoticeKind};
    use proptest::prelude::*;

    fn entry(object: String, text: String, effects: Vec<String>) -> NoticeEntry {
        NoticeEntry {
            key: object.clone(),
            change: Some(12),
            severity: Severity::Risky,
            source: None,
            object,
            column: None,
            text,
            effects,
            owner: Some("data-team".to_owned()),
        }
    }

    fn notice(entries: Vec<NoticeEntry>) -> Notice {
        Notice {
            kind: NoticeKind::Digest,
            subject: "shop".to_owned(),
            at: 1_763_967_600,
            entries,
            pages: None,
        }
    }

    /// What Slack checks of a message.
    fn accepted(body: &str) {
        let body: Value = serde_json::from_str(body).unwrap();
        let blocks = body["blocks"].as_array().unwrap();
        assert!(blocks.len() <= BLOCKS_MAX);
        let header = blocks[0]["text"]["text"].as_str().unwrap();
        assert!(header.chars().count() <= HEADER_CHARS_MAX, "{header}");
        let mut all = 0;
        for block in &blocks[BLOCKS_FIRST..] {
            let chars = block["text"]["text"].as_str().unwrap().chars().count();
            assert!((1..=SECTION_CHARS_MAX).contains(&chars));
            all += chars;
        }
        assert!(all <= 13_000, "{all} characters");
    }

    #[test]
    fn the_worst_entry_fits_a_message_of_its_own() {
        let worst = "<&>".repeat(30_000);
        let one = entry(worst.clone(), worst.clone(), vec![worst.clone(); 400]);
        let mut other = one.clone();
        other.text.push('!');
        other.severity = Severity::Breaking;
        let parts = parts(&notice(vec![other, one]));
        let told: Vec<_> = parts.iter().map(|part| part.entries.clone()).collect();
        assert_eq!(told, [0..1, 1..2]);
        for part in &parts {
            accepted(&part.body);
        }
        assert!(
            parts[0].body.contains(" more lines\\nOwner"),
            "{}",
            parts[0].body
        );
        assert!(parts[1].body.contains("(2/2)"));
    }

    #[test]
    fn a_notice_without_entries_is_one_message() {
        let mut quiet = notice(Vec::new());
        quiet.kind = NoticeKind::Quiet;
        let parts = parts(&quiet);
        assert_eq!(parts.len(), 1);
        assert!(
            parts[0].body.contains("shop: no changes"),
            "{}",
            parts[0].body
        );
        accepted(&parts[0].body);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_entry_is_told_once_and_every_message_is_accepted(
            lengths in proptest::collection::vec((1_usize..300, 1_usize..900, 0_usize..50), 0..120)
        ) {
            let entries: Vec<NoticeEntry> = lengths.into_iter().map(|(object, text, effects)| {
                entry("o<".repeat(object), "t ".repeat(text), vec!["e&".repeat(60); effects])
            }).collect();
            let count = entries.len();
            let parts = parts(&notice(entries));
            let mut next = 0;
            for part in &parts {
                prop_assert_eq!(part.entries.start, next);
                next = part.entries.end;
                accepted(&part.body);
            }
            prop_assert_eq!(next, count);
        }
    }
}
