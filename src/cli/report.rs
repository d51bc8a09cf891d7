//! How a failure is told on standard error: a sentence and a hint for people, an object for scripts.

use super::failure::{self, ClientError};
use super::look::Colour;
use super::output::printable;
use crate::telemetry::causes;
use clap::builder::styling::{AnsiColor, Style};
use serde::Serialize;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// How failures are to be told. It is read off the line itself, for a line that makes no sense is a failure too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling {
    is_json: bool,
    colour: Colour,
}

/// A failure as scripts read it.
#[derive(Debug, Serialize)]
struct FailureView<'a> {
    /// A word: the slug of the server's problem, or one of the command's own.
    kind: &'a str,
    /// What happened.
    message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
    /// The status of the server's answer, where one answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    /// The field of the request that is at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<&'a str>,
    /// What the command ends with.
    exit_code: u8,
}

impl Telling {
    /// As the arguments ask for it.
    pub(super) fn of(arguments: &[OsString]) -> Self {
        let mut telling = Self {
            is_json: false,
            colour: Colour::Auto,
        };
        let mut before = "";
        for argument in arguments.iter().filter_map(|one| one.to_str()) {
            // What follows is no option any more.
            if argument == "--" {
                break;
            }
            let (name, value) = match argument.split_once('=') {
                Some(parts) => parts,
                None => (before, argument),
            };
            match (name, value) {
                _ if argument == "--json" => telling.is_json = true,
                ("--output" | "-o", form) => telling.is_json = form == "json",
                ("--color", "never") => telling.colour = Colour::Never,
                ("--color", "always") => telling.colour = Colour::Always,
                _ => {}
            }
            before = argument;
        }
        telling
    }

    /// When help is shown in colour.
    pub(super) fn of_help(self) -> clap::ColorChoice {
        match self.colour {
            Colour::Auto => clap::ColorChoice::Auto,
            Colour::Always => clap::ColorChoice::Always,
            Colour::Never => clap::ColorChoice::Never,
        }
    }

    /// Tells of a failed command.
    pub(super) fn failed(self, error: &anyhow::Error) -> ExitCode {
        let client = error.downcast_ref::<ClientError>();
        let problem = match client {
            Some(ClientError::Refused(problem, _)) => Some(problem),
            _ => None,
        };
        self.tell(&FailureView {
            kind: client.map_or_else(|| failure::own_kind(error), ClientError::kind),
            message: causes(error.as_ref()),
            hint: client.and_then(ClientError::hint),
            status: problem.map(|problem| problem.status),
            field: problem.and_then(|problem| problem.field.as_deref()),
            exit_code: failure::exit_code(error),
        })
    }

    /// Tells of a line that makes no sense, or shows the help that it asks for.
    pub(super) fn refused(self, error: &clap::Error) -> ExitCode {
        if !(self.is_json && error.use_stderr()) {
            // Nobody may be listening any more.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(failure::USAGE));
        }
        let text = error.render().to_string();
        let mut parts = text.trim_start_matches("error: ").split("\n\n");
        let message = parts.next().unwrap_or_default();
        let tip = parts.find_map(|part| part.trim().strip_prefix("tip: "));
        self.tell(&FailureView {
            kind: failure::USAGE_KIND,
            message: message.trim().to_owned(),
            hint: tip.map(str::to_owned),
            status: None,
            field: None,
            exit_code: failure::USAGE,
        })
    }

    fn tell(self, failure: &FailureView<'_>) -> ExitCode {
        let mut err = std::io::stderr().lock();
        let (name, hint) = if self.colour.on_stderr() {
            (
                AnsiColor::Red.on_default().bold(),
                AnsiColor::Cyan.on_default(),
            )
        } else {
            (Style::new(), Style::new())
        };
        // Nobody may be listening any more.
        let _ = match serde_json::to_string(failure) {
            Ok(text) if self.is_json => writeln!(err, "{text}"),
            _ => writeln!(err, "{name}skep:{name:#} {}", printable(&failure.message)),
        };
        if let (Some(text), false) = (&failure.hint, self.is_json) {
            let _ = writeln!(err, "{hint}hint:{hint:#} {}", printable(text));
        }
        ExitCode::from(failure.exit_code)
    }
}

#[cfg(test)]
mod tests {
    use super::Telling;
    use std::ffi::OsString;

    #[test]
    fn the_form_of_failures_is_read_off_a_line_that_need_not_make_sense() {
        let is_json = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            Telling::of(&words).is_json
        };
        for line in [
            "skep --json table show",
            "skep nosuch --output json",
            "skep -o json x",
            "skep --output=json",
        ] {
            assert!(is_json(line), "{line}");
        }
        for line in ["skep json", "skep -- --json", "skep --output yaml json"] {
            assert!(!is_json(line), "{line}");
        }
    }
}
