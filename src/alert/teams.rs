//! Microsoft Teams, by the address of a workflow ("When a Teams webhook request is received"): Adaptive Cards within the
//! limits of Teams. Foreign text stands in runs of text, which Teams shows letter by letter: no Markdown, no mentions.

use super::fold::{Fold, folded};
use super::heading::{context, title};
use super::piece::pieces;
use super::told::{count, gravity, labelled, lines, mark};
use super::{Alerter, Part, Poster, SendError};
use crate::model::{Notice, Severity};
use crate::secret::Secret;
use serde_json::{Value, json};
use std::ops::Range;
use std::time::Duration;

/// Teams takes four messages a second, and workflows fewer.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of a message that Teams takes.
const MESSAGE_BYTES_MAX: usize = 28 * 1024;
/// Bytes of a message beside what it tells: the card around it, its title and its context.
const FRAME_BYTES_MAX: usize = 4 * 1024;
/// Bytes of the lines of what is told together: it must fit a message of its own.
const FOLD_BYTES_MAX: usize = MESSAGE_BYTES_MAX - FRAME_BYTES_MAX - 4 * 1024;
/// Characters of an object's name that are shown.
const OBJECT_CHARS_MAX: usize = 200;
/// Characters of an owner that are shown.
const OWNER_CHARS_MAX: usize = 80;
/// Characters of a title that are shown.
const TITLE_CHARS_MAX: usize = 200;

/// A Teams channel or chat.
#[derive(Debug, Clone)]
pub struct Teams {
    url: Secret,
    poster: Poster,
}

impl Teams {
    /// The channel behind a workflow's address.
    pub fn new(url: Secret, poster: Poster) -> Self {
        Self { url, poster }
    }
}

impl Alerter for Teams {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        self.poster
            .post((&self.url, &[]), part.body.clone(), &[])
            .await
    }
}

/// The messages of a notice.
pub(super) fn parts(notice: &Notice) -> Vec<Part> {
    let folds = folded(&notice.entries);
    let containers: Vec<Value> = folds
        .iter()
        .map(|fold| container(fold, &notice.acknowledge(fold.entries.clone())))
        .collect();
    let groups = grouped(&containers);
    let all = groups.len();
    let parts = groups.into_iter().enumerate().map(|(number, group)| {
        let told = &folds[group.clone()];
        let start = told.first().map_or(0, |fold| fold.entries.start);
        let end = told.last().map_or(0, |fold| fold.entries.end);
        Part {
            body: message(notice, number + 1, all, &containers[group]),
            entries: start..end,
        }
    });
    parts.collect()
}

/// What goes together into a message: as much as fits, at least one.
fn grouped(containers: &[Value]) -> Vec<Range<usize>> {
    let mut groups = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (number, container) in containers.iter().enumerate() {
        let more = container.to_string().len() + 1;
        if bytes + more > MESSAGE_BYTES_MAX - FRAME_BYTES_MAX && number > start {
            groups.push(start..number);
            (start, bytes) = (number, 0);
        }
        bytes += more;
    }
    groups.push(start..containers.len());
    groups
}

fn message(notice: &Notice, number: usize, count: usize, containers: &[Value]) -> String {
    let heading = title(notice, number, count);
    let mut body = vec![
        rich(vec![run(&heading, TITLE_CHARS_MAX, "Bolder", "Medium")]),
        rich(runs(&context(notice), TITLE_CHARS_MAX, true)),
    ];
    body.extend_from_slice(containers);
    let card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "msteams": {"width": "Full"},
        // What notifications and screen readers show.
        "fallbackText": super::text::shown(&heading, TITLE_CHARS_MAX),
        "body": body,
    });
    let attachment = json!({
        "contentType": "application/vnd.microsoft.card.adaptive",
        "contentUrl": null,
        "content": card,
    });
    json!({"type": "message", "attachments": [attachment]}).to_string()
}

/// What is told together, in a box of its gravity's colour, and where people say that they have seen it.
fn container(fold: &Fold<'_>, links: &[String]) -> Value {
    let style = match fold.first.severity {
        _ if fold.first.is_over() => "good",
        Severity::Breaking | Severity::Alarm => "attention",
        Severity::Risky => "warning",
        Severity::Additive => "default",
    };
    let head = format!("{} {}", mark(fold), gravity(fold));
    let mut inlines = vec![run(&head, TITLE_CHARS_MAX, "Bolder", "Default")];
    if let Some(object) = fold.object() {
        inlines.push(plain(" · "));
        inlines.push(name(&super::text::shown(&object, OBJECT_CHARS_MAX)));
    }
    if let Some(count) = count(fold) {
        inlines.push(plain(&format!(" · {count}")));
    }
    let mut items = vec![rich(inlines)];
    let mut bytes = 0;
    let all = lines(fold);
    for (number, (line, chars_max)) in all.iter().enumerate() {
        let item = rich(runs(line, *chars_max, false));
        bytes += item.to_string().len() + 1;
        if bytes > FOLD_BYTES_MAX {
            let more = format!("• and {} more lines", all.len() - number);
            items.push(rich(vec![plain(&more)]));
            break;
        }
        items.push(item);
    }
    let owner = fold.first.owner.as_ref();
    let owner = owner.map(|owner| {
        let owner = super::text::shown(owner, OWNER_CHARS_MAX);
        format!("Owner: {owner}")
    });
    let foot: Vec<String> = owner.into_iter().chain(fold.numbers.clone()).collect();
    if !foot.is_empty() {
        let mut foot = vec![run(&foot.join(" · "), TITLE_CHARS_MAX, "Lighter", "Small")];
        for (label, link) in labelled(links) {
            foot.push(plain(" · "));
            foot.push(json!({
                "type": "TextRun", "text": label, "color": "Accent", "size": "Small",
                "selectAction": {"type": "Action.OpenUrl", "url": link},
            }));
        }
        items.push(rich(foot));
    }
    json!({"type": "Container", "style": style, "items": items})
}

fn rich(inlines: Vec<Value>) -> Value {
    json!({"type": "RichTextBlock", "inlines": Value::Array(inlines)})
}

fn run(text: &str, chars_max: usize, weight: &str, size: &str) -> Value {
    let text = super::text::shown(text, chars_max);
    json!({"type": "TextRun", "text": text, "weight": weight, "size": size})
}

fn plain(text: &str) -> Value {
    json!({"type": "TextRun", "text": text})
}

fn name(text: &str) -> Value {
    json!({"type": "TextRun", "text": text, "fontType": "Monospace"})
}

/// A line, its names in letters of one width.
fn runs(line: &str, chars_max: usize, is_subtle: bool) -> Vec<Value> {
    let runs = pieces(line, chars_max).into_iter().map(|piece| {
        let mut run = if piece.is_name {
            name(&piece.text)
        } else {
            plain(&piece.text)
        };
        if is_subtle {
            run["isSubtle"] = json!(true);
        }
        run
    });
    runs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{NoticeEntry, NoticeKind};
    use proptest::prelude::*;

    fn entry(number: usize, text: &str, effects: Vec<String>) -> NoticeEntry {
        NoticeEntry {
            key: number.to_string(),
            change: Some(12),
            severity: Severity::Breaking,
            source: None,
            object: format!("{text}{number}"),
            column: None,
            text: format!("{text} {number}"),
            effects,
            owner: Some("<at>everyone</at>".to_owned()),
        }
    }

    fn notice(entries: Vec<NoticeEntry>) -> Notice {
        Notice {
            kind: NoticeKind::Digest,
            subject: "꿀".repeat(300),
            at: 1_763_967_600,
            entries,
            pages: None,
        }
    }

    #[test]
    fn the_largest_entry_fits_a_message_of_its_own() {
        let worst = "🐝".repeat(30_000);
        let entries = (0..3).map(|number| {
            let effects = (0..60).map(|line| format!("{line} {worst}")).collect();
            entry(number, &worst, effects)
        });
        let parts = parts(&notice(entries.collect()));
        let told: Vec<_> = parts.iter().map(|part| part.entries.clone()).collect();
        assert_eq!(told, [0..1, 1..2, 2..3]);
        for part in &parts {
            let bytes = part.body.len();
            assert!(bytes <= MESSAGE_BYTES_MAX, "{bytes}");
            assert!(
                bytes > MESSAGE_BYTES_MAX / 2,
                "{bytes} is far from the edge"
            );
            assert!(part.body.contains(" more lines"));
        }
    }

    #[test]
    fn names_that_would_format_or_mention_are_runs_of_text() {
        let hostile = entry(
            1,
            "<at>all</at> **x** [click](https://evil.example) `a_b`",
            Vec::new(),
        );
        let body = parts(&notice(vec![hostile])).remove(0).body;
        let body: Value = serde_json::from_str(&body).unwrap();
        let card = &body["attachments"][0]["content"];
        assert!(card["msteams"].get("entities").is_none());
        let blocks = card["body"].as_array().unwrap().iter();
        let inner = blocks.flat_map(|block| {
            block["items"]
                .as_array()
                .into_iter()
                .flatten()
                .chain([block])
        });
        for block in inner {
            let kind = block["type"].as_str().unwrap();
            assert!(["RichTextBlock", "Container"].contains(&kind), "{kind}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_entry_is_told_once_and_every_message_fits(
            lengths in proptest::collection::vec((1_usize..300, 0_usize..50), 0..120)
        ) {
            let count = lengths.len();
            let entries = lengths.into_iter().enumerate().map(|(number, (text, effects))| {
                entry(number, &"\"é\\".repeat(text), vec!["e\"".repeat(60); effects])
            });
            let parts = parts(&notice(entries.collect()));
            let mut next = 0;
            for part in &parts {
                prop_assert_eq!(part.entries.start, next);
                next = part.entries.end;
                prop_assert!(part.body.len() <= MESSAGE_BYTES_MAX, "{}", part.body.len());
            }
            prop_assert_eq!(next, count);
        }
    }
}
