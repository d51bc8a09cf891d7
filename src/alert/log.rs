//! The log as a channel: for teams that collect logs, and for the first day.

use super::text::{TEXT_CHARS_MAX, shown};
use super::{Alerter, Part, SendError};
use crate::model::{Notice, Severity};
use crate::telemetry::ALERTS_TARGET;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// Writes a line an entry: breaking changes and alarms as errors, risky changes as warnings, the rest at the level `info`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log;

/// A line as it waits to be written.
#[derive(Debug, Serialize, Deserialize)]
struct Line {
    #[serde(rename = "source")]
    subject: String,
    why: String,
    severity: Option<String>,
    owner: Option<String>,
    #[serde(rename = "message")]
    text: String,
    /// Where people say that they have seen it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    acknowledge: Option<String>,
}

impl Line {
    fn part(&self, entries: std::ops::Range<usize>) -> Part {
        Part {
            // It has texts alone, which are always JSON.
            body: serde_json::to_string(self).unwrap_or_default(),
            entries,
        }
    }

    fn of(notice: &Notice, number: usize) -> Self {
        let entry = &notice.entries[number];
        let mut text = format!(
            "{}: {}",
            shown(&entry.object_shown(), TEXT_CHARS_MAX),
            shown(&entry.text, TEXT_CHARS_MAX)
        );
        for effect in &entry.effects {
            // Writing to a String cannot fail.
            let _ = write!(text, "; {}", shown(effect, TEXT_CHARS_MAX));
        }
        Self {
            subject: shown(&notice.subject, TEXT_CHARS_MAX),
            why: notice.kind.as_str().to_owned(),
            severity: Some(entry.severity.as_str().to_owned()),
            owner: entry
                .owner
                .as_deref()
                .map(|owner| shown(owner, TEXT_CHARS_MAX)),
            text,
            acknowledge: notice.acknowledge(number..number + 1).pop(),
        }
    }
}

/// The lines of a notice, as JSON.
pub(super) fn parts(notice: &Notice) -> Vec<Part> {
    if notice.entries.is_empty() {
        let line = Line {
            subject: shown(&notice.subject, TEXT_CHARS_MAX),
            why: notice.kind.as_str().to_owned(),
            severity: None,
            owner: None,
            text: notice.summary(),
            acknowledge: None,
        };
        return vec![line.part(0..0)];
    }
    let lines = 0..notice.entries.len();
    lines
        .map(|number| Line::of(notice, number).part(number..number + 1))
        .collect()
}

impl Alerter for Log {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        let line: Line = serde_json::from_str(&part.body)
            .map_err(|error| SendError::Refused(error.to_string()))?;
        let Line {
            subject,
            why,
            severity,
            owner,
            text,
            acknowledge,
        } = &line;
        let (severity, owner) = (severity.as_deref(), owner.as_deref());
        let acknowledge = acknowledge.as_deref();
        match severity.and_then(Severity::parse) {
            Some(Severity::Breaking | Severity::Alarm) => {
                tracing::error!(target: ALERTS_TARGET, source = subject, why, severity, owner, acknowledge, "{text}");
            }
            Some(Severity::Risky) => {
                tracing::warn!(target: ALERTS_TARGET, source = subject, why, severity, owner, acknowledge, "{text}");
            }
            Some(Severity::Additive) | None => {
                tracing::info!(target: ALERTS_TARGET, source = subject, why, severity, owner, acknowledge, "{text}");
            }
        }
        Ok(())
    }
}
