//! `skep alerts preview`: what channels would be told of the changes of a time, without telling it.

use super::client::{Client, given};
use super::output::{Output, print};
use crate::clock::Clock;
use crate::period::period_s;
use crate::rest::view::moment;
use crate::rest::view::preview::AlertPreviewListView;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// What is shown.
#[derive(Debug, Args)]
pub(super) struct PreviewCommand {
    /// Changes found since then: so long ago (90m, 8h, 7d), a moment (RFC 3339) or a day (2026-11-22, UTC)
    #[arg(long, value_name = "TIME", default_value = "7d")]
    since: String,
    /// Only what this channel would get
    #[arg(long, value_name = "NAME")]
    channel: Option<String>,
    /// The form of the messages: slack, teams, webhook, pagerduty, email, log, text; by default each channel's
    #[arg(long, value_name = "FORMAT")]
    format: Option<String>,
}

impl PreviewCommand {
    /// Shows it: a line of remark for each message, and its body as the channel gets it.
    pub(super) async fn show(self, client: &Client, output: Output) -> Result<()> {
        let filter = given([
            ("since", Some(since(&self.since, Clock::System.seconds()))),
            ("channel", self.channel),
            ("format", self.format),
        ]);
        let found: AlertPreviewListView = client.get(&["alerts", "preview"], &filter).await?;
        if !output.is_for_people() {
            return output.list(["channel"], &found.previews, |one| [(&one.channel).into()]);
        }
        let mut text = String::new();
        for one in &found.previews {
            for (number, message) in one.messages.iter().enumerate() {
                // Writing to a String cannot fail.
                let _ = writeln!(
                    text,
                    "# {}: {} about {}, {}, {} changes, message {} of {}\n{}",
                    one.channel,
                    one.kind,
                    one.subject,
                    one.at.as_deref().unwrap_or_default(),
                    one.changes,
                    number + 1,
                    one.messages.len(),
                    message.trim_end()
                );
            }
        }
        if text.is_empty() {
            output.done("nothing would have been sent");
        }
        print(text.as_bytes())
    }
}

/// A time as the server takes it. A number alone would leave open what it counts, and is left to the server to refuse.
fn since(text: &str, now: i64) -> String {
    let bare = text.bytes().all(|byte| byte.is_ascii_digit());
    let ago = period_s(text).filter(|_| !bare);
    let at = ago.and_then(|ago| moment(now.saturating_sub(ago)));
    at.unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::since;

    #[test]
    fn a_time_is_so_long_ago_or_a_moment() {
        assert_eq!(since("1h", 1_763_967_600), "2025-11-24T06:00:00Z");
        assert_eq!(since("2026-11-22", 0), "2026-11-22");
        assert_eq!(since("7", 0), "7");
    }
}
