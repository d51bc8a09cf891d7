//! `skep alerts preview`: what channels would be told of the changes of a time, without telling it.

use super::client::{Client, given};
use super::output::{Output, print};
use super::place::{since, time_over};
use crate::clock::Clock;
use crate::humane::counted;
use crate::rest::view::preview::AlertPreviewListView;
use anyhow::Result;
use clap::Args;
use std::fmt::Write as _;

/// What is shown.
#[derive(Debug, Args)]
pub(super) struct PreviewCommand {
    /// Changes found since then: so long ago (90m, 8h, 7d), a moment (RFC 3339) or a day (2026-11-22, UTC)
    #[arg(long, value_name = "TIME", default_value = "7d", value_parser = time_over)]
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
                    "# {}: {} about {}, {}, {}, message {} of {}\n{}",
                    one.channel,
                    one.kind,
                    one.subject,
                    one.at.as_deref().unwrap_or_default(),
                    counted(one.changes as u64, "change", "changes"),
                    number + 1,
                    one.messages.len(),
                    message.trim_end()
                );
            }
        }
        if text.is_empty() {
            output.done("nothing would have been sent");
        }
        print(output.safe(text).as_bytes())
    }
}
