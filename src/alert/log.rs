//! The log as a channel: for teams that collect logs, and for the first day.

use super::text::{TEXT_CHARS_MAX, shown};
use super::{Alerter, Part, SendError};
use crate::model::Notice;
use std::fmt::Write as _;

/// Writes a line an entry at the level `info`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Log;

impl Alerter for Log {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        let subject = shown(&notice.subject, TEXT_CHARS_MAX);
        if notice.entries.is_empty() {
            return vec![Part {
                body: format!("{subject}: {}", notice.summary()),
                entries: 0..0,
            }];
        }
        let lines = notice.entries.iter().enumerate().map(|(number, entry)| {
            let mut body = format!(
                "{subject}: {} {}: {}",
                entry.severity.as_str(),
                shown(&entry.object_shown(), TEXT_CHARS_MAX),
                shown(&entry.text, TEXT_CHARS_MAX)
            );
            for effect in &entry.effects {
                // Writing to a String cannot fail.
                let _ = write!(body, "; {}", shown(effect, TEXT_CHARS_MAX));
            }
            Part {
                body,
                entries: number..number + 1,
            }
        });
        lines.collect()
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        tracing::info!(target: "skep::alert", "{}", part.body);
        Ok(())
    }
}
