//! Slack, by a bot's token and `chat.postMessage`: a long notice is one summary, and a thread below it with the rest; answers
//! go into the thread of what they answer.

use super::super::heading::title;
use super::super::mask::masked;
use super::super::{Alerter, Part, Poster, SendError};
use super::blocks;
use super::mrkdwn::{code, plain};
use crate::model::{Notice, NoticeKind};
use crate::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;

/// Where Slack takes messages of bots.
pub(in crate::alert) const URL_DEFAULT: &str = "https://slack.com/api/chat.postMessage";
/// Slack takes a message a second in a channel.
const PAUSE: Duration = Duration::from_secs(1);
/// Characters of a summary.
const SUMMARY_CHARS_MAX: usize = 150;
/// Names that one answer has; the rest is counted.
const SEEN_MAX: usize = 20;
/// Characters of one such name.
const OBJECT_CHARS_MAX: usize = 200;
/// Faults of Slack's own, after which a message may be taken later.
const PASSING: [&str; 5] = [
    "fatal_error",
    "internal_error",
    "request_timeout",
    "service_unavailable",
    "team_added_to_org",
];

/// A channel of Slack that a bot writes into.
#[derive(Debug, Clone)]
pub struct SlackBot {
    url: Secret,
    token: Secret,
    channel: String,
    poster: Poster,
}

impl SlackBot {
    /// The bot of a token, and the channel by its ID (`C0123456789`) or name. `url` is where Slack takes messages.
    pub fn new(url: Secret, token: Secret, channel: String, poster: Poster) -> Self {
        Self {
            url,
            token,
            channel,
            poster,
        }
    }
}

impl Alerter for SlackBot {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        parts(notice)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        self.send_in(part, None).await.map(drop)
    }

    async fn send_in(
        &self,
        part: &Part,
        thread: Option<&str>,
    ) -> Result<Option<String>, SendError> {
        let mut message: Value = serde_json::from_str(&part.body)
            .map_err(|error| SendError::Refused(error.to_string()))?;
        message["channel"] = json!(self.channel);
        message["unfurl_links"] = json!(false);
        if let Some(thread) = thread {
            message["thread_ts"] = json!(thread);
        }
        let bearer = format!("Bearer {}", self.token.reveal());
        let headers = [("authorization", bearer)];
        let answer = self
            .poster
            .ask((&self.url, &[&self.token]), message.to_string(), &headers)
            .await?;
        judge(&answer, &[&self.url, &self.token])
    }
}

/// What Slack's answer says: the message's time, by which its thread goes, or a word for what is wrong.
fn judge(answer: &str, secrets: &[&Secret]) -> Result<Option<String>, SendError> {
    let Ok(answer) = serde_json::from_str::<Value>(answer) else {
        return Err(SendError::Unavailable("its answer is no JSON".to_owned()));
    };
    if answer["ok"] == true {
        return Ok(answer["ts"].as_str().map(str::to_owned));
    }
    let word = answer["error"].as_str().unwrap_or("no reason");
    if word == "ratelimited" || word == "rate_limited" {
        return Err(SendError::Busy { retry_after: None });
    }
    let shown = super::super::text::shown(&masked(word, secrets), SUMMARY_CHARS_MAX);
    if PASSING.contains(&word) {
        return Err(SendError::Unavailable(shown));
    }
    Err(SendError::Refused(shown))
}

/// The messages of a notice: one, or a summary and those that go into its thread.
fn parts(notice: &Notice) -> Vec<Part> {
    if notice.kind == NoticeKind::Answer {
        return vec![answer(notice)];
    }
    let mut parts = blocks::parts(notice);
    if parts.len() > 1 {
        parts.insert(0, summary(notice));
    }
    parts
}

/// What stands above a thread.
fn summary(notice: &Notice) -> Part {
    let title = title(notice, 1, 1);
    let text = plain(&format!("{title}: see the thread"), SUMMARY_CHARS_MAX);
    let header = super::super::text::shown(&title, SUMMARY_CHARS_MAX - 40);
    let blocks = json!([
        {"type": "header", "text": {"type": "plain_text", "text": header, "emoji": false}},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "skep · details are in the thread", "verbatim": true}]},
    ]);
    Part {
        body: json!({"text": text, "blocks": blocks}).to_string(),
        entries: 0..0,
    }
}

/// What is said in the thread of what somebody has seen.
fn answer(notice: &Notice) -> Part {
    let names = notice.entries.iter().take(SEEN_MAX);
    let names = names.map(|entry| code(&entry.object_shown(), OBJECT_CHARS_MAX));
    let mut names = names.collect::<Vec<_>>().join(", ");
    if notice.entries.len() > SEEN_MAX {
        names = format!("{names} and {} more", notice.entries.len() - SEEN_MAX);
    }
    let text = format!(":eyes: somebody has seen {names}");
    let section = json!({"type": "mrkdwn", "text": text, "verbatim": true});
    let blocks = json!([{"type": "section", "text": section}]);
    Part {
        body: json!({"text": "somebody has seen it", "blocks": blocks}).to_string(),
        entries: 0..notice.entries.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SendError, judge};

    #[test]
    fn what_slack_answers_is_understood() {
        let taken = judge(r#"{"ok":true,"ts":"1763967600.000100"}"#, &[]);
        assert_eq!(taken, Ok(Some("1763967600.000100".to_owned())));
        for (word, retryable) in [
            ("ratelimited", true),
            ("internal_error", true),
            ("channel_not_found", false),
            ("invalid_auth", false),
        ] {
            let failed = judge(&format!(r#"{{"ok":false,"error":"{word}"}}"#), &[]).unwrap_err();
            assert_eq!(failed.retryable(), retryable, "{word}");
        }
        let failed = judge("<html>", &[]);
        assert!(
            matches!(failed, Err(SendError::Unavailable(_))),
            "{failed:?}"
        );
    }
}
