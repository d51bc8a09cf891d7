//! PagerDuty, by its Events API v2: an incident for each change and alarm, which ends with the end of what it tells, or with
//! the acknowledgement of a change, which has no end.

use super::{Alerter, Part, Poster, SendError};
use crate::model::{Notice, NoticeEntry, NoticeKind, OVER, SEEN, Severity};
use crate::secret::Secret;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::ops::Range;
use std::time::Duration;

/// Where PagerDuty takes events, but for accounts in the EU.
pub(super) const URL_DEFAULT: &str = "https://events.pagerduty.com/v2/enqueue";
/// PagerDuty takes some 120 events a minute for a key.
const PAUSE: Duration = Duration::from_millis(500);
/// Characters of a summary that PagerDuty takes.
const SUMMARY_CHARS_MAX: usize = 1_024;
/// Characters of one effect that are sent.
const EFFECT_CHARS_MAX: usize = 1_000;
/// Effects that are sent; an event has at most 512 KB.
const EFFECTS_MAX: usize = 50;
/// Characters of a key that PagerDuty takes.
const KEY_CHARS_MAX: usize = 255;

/// A service of PagerDuty.
#[derive(Debug, Clone)]
pub struct PagerDuty {
    url: Secret,
    routing_key: Secret,
    poster: Poster,
}

impl PagerDuty {
    /// The service that an integration key stands for.
    pub fn new(url: Secret, routing_key: Secret, poster: Poster) -> Self {
        Self {
            url,
            routing_key,
            poster,
        }
    }
}

impl Alerter for PagerDuty {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        // The key is a secret, so it joins the event only here.
        let mut event: Value = serde_json::from_str(&part.body)
            .map_err(|error| SendError::Refused(error.to_string()))?;
        event["routing_key"] = json!(self.routing_key.reveal());
        self.poster
            .post((&self.url, &[&self.routing_key]), event.to_string(), &[])
            .await
    }
}

/// The events of a notice, without the key: one an entry.
pub(super) fn parts(notice: &Notice) -> Vec<Part> {
    if notice.entries.is_empty() {
        return tried(notice);
    }
    let entries = notice.entries.iter().enumerate();
    let parts = entries.map(|(number, entry)| {
        let mut event = event(notice, entry);
        let link = notice.acknowledge(number..number + 1).pop();
        if let Some(link) = link.filter(|_| event.get("payload").is_some()) {
            event["links"] = json!([{"href": link, "text": "acknowledge"}]);
        }
        part(&event, number..number + 1)
    });
    parts.collect()
}

fn part(event: &Value, entries: Range<usize>) -> Part {
    Part {
        body: event.to_string(),
        entries,
    }
}

/// A test opens an incident and ends it again.
fn tried(notice: &Notice) -> Vec<Part> {
    let entry = NoticeEntry {
        key: "test".to_owned(),
        change: None,
        severity: Severity::Additive,
        source: None,
        object: notice.subject.clone(),
        column: None,
        text: notice.summary(),
        effects: Vec::new(),
        owner: None,
    };
    let over = NoticeEntry {
        key: format!("test{OVER}"),
        ..entry.clone()
    };
    let events = [event(notice, &entry), event(notice, &over)];
    events.iter().map(|event| part(event, 0..0)).collect()
}

fn event(notice: &Notice, entry: &NoticeEntry) -> Value {
    let subject = entry.source.as_ref().unwrap_or(&notice.subject);
    let key = entry.key.trim_end_matches(SEEN).trim_end_matches(OVER);
    let dedup_key = shown(&format!("skep/{subject}/{key}"), KEY_CHARS_MAX);
    let action = match notice.kind {
        // A change has no end, so who has seen it ends its incident.
        NoticeKind::Answer if entry.change.is_some() => "resolve",
        NoticeKind::Answer => "acknowledge",
        _ if entry.is_over() => "resolve",
        _ => "trigger",
    };
    if action != "trigger" {
        return json!({"event_action": action, "dedup_key": dedup_key});
    }
    let severity = match entry.severity {
        Severity::Alarm => "critical",
        Severity::Breaking => "error",
        Severity::Risky => "warning",
        Severity::Additive => "info",
    };
    let effects = entry.effects.iter().take(EFFECTS_MAX);
    let at = Timestamp::from_second(notice.at).unwrap_or_default();
    json!({
        "event_action": action,
        "dedup_key": dedup_key,
        "client": "skep",
        "payload": {
            "summary": summary(subject, entry),
            "source": shown(subject, KEY_CHARS_MAX),
            "severity": severity,
            "timestamp": at.to_string(),
            "component": shown(&entry.object, KEY_CHARS_MAX),
            "class": entry.severity.as_str(),
            "custom_details": {
                "change": entry.change,
                "owner": entry.owner,
                "effects": effects.map(|effect| shown(effect, EFFECT_CHARS_MAX)).collect::<Vec<_>>(),
            },
        },
    })
}

fn summary(subject: &str, entry: &NoticeEntry) -> String {
    // The mark of a cut counts too.
    shown(
        &format!("{subject}: {}", entry.text),
        SUMMARY_CHARS_MAX - 40,
    )
}

fn shown(text: &str, chars_max: usize) -> String {
    super::text::shown(text, chars_max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, change: Option<i64>) -> NoticeEntry {
        NoticeEntry {
            key: key.to_owned(),
            change,
            severity: Severity::Breaking,
            source: None,
            object: "public.orders.price".to_owned(),
            column: None,
            text: "x".repeat(5_000),
            effects: vec!["y".repeat(5_000); 90],
            owner: None,
        }
    }

    fn events(kind: NoticeKind, entries: Vec<NoticeEntry>) -> Vec<Value> {
        let notice = Notice {
            kind,
            subject: "shop".to_owned(),
            at: 1_763_967_600,
            entries,
            pages: None,
        };
        let parts = parts(&notice).into_iter();
        parts
            .map(|part| serde_json::from_str(&part.body).unwrap())
            .collect()
    }

    #[test]
    fn an_incident_ends_by_the_key_that_it_began_with() {
        let begun = events(NoticeKind::AtOnce, vec![entry("k", None)]);
        let over = events(NoticeKind::AtOnce, vec![entry("k:over", None)]);
        let seen = events(NoticeKind::Answer, vec![entry("k:seen", None)]);
        let change = events(NoticeKind::Answer, vec![entry("k:seen", Some(7))]);
        for (events, action) in [
            (&begun, "trigger"),
            (&over, "resolve"),
            (&seen, "acknowledge"),
            (&change, "resolve"),
        ] {
            assert_eq!(events[0]["event_action"], action);
            assert_eq!(events[0]["dedup_key"], "skep/shop/k");
            assert!(events[0].get("routing_key").is_none());
        }
        let payload = &begun[0]["payload"];
        assert_eq!(payload["severity"], "error");
        assert_eq!(payload["timestamp"], "2025-11-24T07:00:00Z");
    }

    #[test]
    fn the_largest_event_is_within_pagerdutys_limits() {
        let key = "k".repeat(64);
        let event = events(NoticeKind::Digest, vec![entry(&key, Some(7))]).remove(0);
        let summary = event["payload"]["summary"].as_str().unwrap();
        assert!(summary.chars().count() <= SUMMARY_CHARS_MAX);
        assert!(summary.ends_with("more characters]"), "{summary}");
        assert!(event["dedup_key"].as_str().unwrap().len() <= KEY_CHARS_MAX);
        assert!(event.to_string().len() < 512 * 1024);
        let tried = events(NoticeKind::Test, Vec::new());
        let actions: Vec<_> = tried.iter().map(|event| &event["event_action"]).collect();
        assert_eq!(actions, ["trigger", "resolve"]);
    }
}
