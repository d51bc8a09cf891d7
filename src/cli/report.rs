//! How a failure is told on standard error: a sentence and a hint for people, an object for scripts.

use super::READ_CONFIG;
use super::failure::{self, ClientError};
use super::look::Colour;
use super::output::{json_escaped, printable};
use crate::telemetry::causes;
use clap::builder::styling::{AnsiColor, Style};
use clap::error::{ContextKind, ContextValue};
use serde::Serialize;
use std::ffi::OsString;
use std::io::Write as _;
use std::process::ExitCode;

/// What clap says where it takes an option for a value.
const VALUE_TIP: &str = " as a value, use ";

/// How failures are to be told. It is read off the line itself, for a line that makes no sense is a failure too.
#[derive(Debug, Clone, Copy)]
pub(super) struct Telling {
    is_json: bool,
    colour: Colour,
    /// Whether the command is one of those that read the configuration.
    reads_config: bool,
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
            reads_config: false,
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
                _ if READ_CONFIG.contains(&argument) => telling.reads_config = true,
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
    pub(super) fn refused(self, mut error: clap::Error) -> ExitCode {
        self.without_wrong_tips(&mut error);
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

    /// Takes away tips that lead nowhere: that an option may be meant as a value, and one that the command does not read.
    fn without_wrong_tips(self, error: &mut clap::Error) {
        if let Some(ContextValue::StyledStrs(mut tips)) = error.remove(ContextKind::Suggested) {
            tips.retain(|tip| !tip.to_string().contains(VALUE_TIP));
            if !tips.is_empty() {
                error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
            }
        }
        let is_config = |value: &ContextValue| matches!(value, ContextValue::String(flag) if flag == "--config");
        if !self.reads_config && error.get(ContextKind::SuggestedArg).is_some_and(is_config) {
            error.remove(ContextKind::SuggestedArg);
        }
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
            Ok(text) if self.is_json => writeln!(err, "{}", json_escaped(&text)),
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
    use super::{ContextKind, Telling};
    use std::ffi::OsString;

    #[test]
    fn only_tips_that_lead_somewhere_are_told() {
        let tips = |line: &str| {
            let words: Vec<OsString> = line.split(' ').map(OsString::from).collect();
            let telling = Telling::of(&words);
            let mut error = crate::cli::command()
                .try_get_matches_from(words)
                .expect_err(line);
            telling.without_wrong_tips(&mut error);
            let kinds = [ContextKind::Suggested, ContextKind::SuggestedArg];
            kinds.map(|kind| error.get(kind).map(ToString::to_string))
        };
        assert_eq!(tips("skep table show a.b --confg x"), [None, None]);
        assert_eq!(tips("skep table list shop --zz"), [None, None]);
        assert_eq!(
            tips("skep serve --confg x"),
            [None, Some("--config".to_owned())]
        );
        assert_eq!(
            tips("skep table list shop --typ x"),
            [None, Some("--type".to_owned())]
        );
    }

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
