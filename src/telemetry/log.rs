//! Log lines: for a person or as JSON, on standard error, filtered by level and module.
//!
//! An error is logged once, where it is handled, with its causes. Secrets never reach a log: they
//! are of a type that prints as `***`.

use crate::choice::choose;
use serde::{Deserialize, Serialize};
use std::io::IsTerminal;
use tracing_subscriber::EnvFilter;

/// How log lines look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "lowercase")]
pub enum LogFormat {
    /// One readable line an event.
    #[default]
    Human,
    /// One JSON object an event.
    Json,
}

impl TryFrom<String> for LogFormat {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [("human", Self::Human), ("json", Self::Json)];
        choose("log.format", &text, &words)
    }
}

/// `[log]` in the configuration.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LogSettings {
    /// `human` or `json`.
    pub format: LogFormat,
    /// `error`, `warn`, `info`, `debug`, `trace`, or a list such as `info,skep_thrift=debug`.
    pub level: String,
}

/// The levels, from none on.
const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Default for LogSettings {
    fn default() -> Self {
        Self {
            format: LogFormat::Human,
            level: "info".to_owned(),
        }
    }
}

impl LogSettings {
    /// The reason why the level is none, if it is none.
    pub fn check(&self) -> Result<(), String> {
        // The filter takes a word that is no level for the name of a target, and then shows nothing of all others.
        for part in self.level.split(',') {
            let part = part.trim();
            if !part.contains('=') && !LEVELS.contains(&part.to_ascii_lowercase().as_str()) {
                return Err(format!(
                    "{part:?} is no level: there are {}; a part of skep has one of its own by TARGET=LEVEL",
                    LEVELS.join(", ")
                ));
            }
        }
        EnvFilter::try_new(&self.level)
            .map(|_| ())
            .map_err(|error| error.to_string())
    }
}

/// Where a channel of the kind `log` writes.
pub const ALERTS_TARGET: &str = "skep::alert";

/// What of the log is shown by a level that people write.
fn filter_of(level: &str) -> String {
    let mut filter = level.to_owned();
    // The driver passes on what a database notes of each start: that a table is there already.
    if !filter.contains("sqlx") {
        filter.push_str(",sqlx=warn");
    }
    // What a client does to a connection is told by whoever serves it, at most so often; the libraries tell it each time.
    for library in ["rustls", "h2", "hyper"] {
        if !filter.contains(library) {
            filter = format!("{filter},{library}=error");
        }
    }
    // What a channel of the kind `log` tells is told at every level.
    if !filter.contains(ALERTS_TARGET) {
        filter = format!("{filter},{ALERTS_TARGET}=info");
    }
    filter
}

/// Sends the log of this process to standard error. Only the first call of a process counts, so
/// that tests may start many servers.
pub fn log_start(settings: &LogSettings) {
    let filter = filter_of(&settings.level);
    let filter = EnvFilter::try_new(filter).unwrap_or_else(|_| EnvFilter::new("info"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        // Told where nobody reads any more, it would be a panic in whoever wrote the line.
        .log_internal_errors(false)
        .with_writer(std::io::stderr);
    let started = match settings.format {
        LogFormat::Human => lines
            .with_ansi(std::io::stderr().is_terminal())
            .with_target(false)
            .try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    };
    if started.is_err() {
        tracing::debug!("the log was started before");
    }
}

#[cfg(test)]
mod tests {
    use super::filter_of;

    #[test]
    fn what_the_driver_notes_is_shown_to_who_asks_for_it_alone() {
        let quiet = "sqlx=warn,rustls=error,h2=error,hyper=error,skep::alert=info";
        assert_eq!(filter_of("info"), format!("info,{quiet}"));
        assert_eq!(filter_of("error"), format!("error,{quiet}"));
        let asked = "info,sqlx=info,rustls=warn,h2=warn,hyper=warn,skep::alert=off";
        assert_eq!(filter_of(asked), asked);
    }
}
