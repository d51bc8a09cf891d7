//! Why a command failed, and the exit code by which scripts tell failures apart.

use crate::rest::view::problem::ProblemView;
use std::process::ExitCode;

/// A command that asked a server and failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// The server refused, and said why.
    #[error("{}", .0.detail)]
    Refused(Box<ProblemView>),
    /// No server answers there.
    #[error("no skep answers at {server} (--server, SKEP_SERVER)")]
    Unreachable {
        /// The address.
        server: String,
        /// What the network says.
        source: reqwest::Error,
    },
    /// Something answers, but not as skep does.
    #[error("{server} answers, but not as skep does: {why}")]
    Strange {
        /// The address.
        server: String,
        /// What it answers.
        why: String,
    },
    /// A discovery run that did not do all it had to; what it did is shown.
    #[error("the run is {0}")]
    Unfinished(String),
    /// Names that follow no pattern; they are shown.
    #[error("{0} names follow no naming pattern")]
    Offenders(usize),
    /// Changes of a source that are too grave to go on; they are shown.
    #[error("changes of {source_name} that are {severity}: {changes}")]
    Grave {
        /// The source.
        source_name: String,
        /// How many there are.
        changes: u64,
        /// Which count.
        severity: &'static str,
    },
    /// A source that shows less than it showed, so that nobody knows what changed.
    #[error(
        "{tables} tables of {source_name} cannot be checked: the source does not show them any more"
    )]
    Blind {
        /// The source.
        source_name: String,
        /// How many tables.
        tables: u64,
    },
    /// The arguments make no sense.
    #[error("{0}")]
    Usage(String),
}

/// The code for anything that has no other.
const FAILED: u8 = 1;
/// The arguments, or the request made of them, make no sense; clap uses it too.
const USAGE: u8 = 2;
/// A thing does not exist.
const MISSING: u8 = 3;
/// The catalog's state forbids it.
const FORBIDDEN: u8 = 4;
/// The server or what it depends on does not answer.
const UNAVAILABLE: u8 = 5;

/// The exit code of a failed command; the list stands in the help.
pub fn exit_code(error: &anyhow::Error) -> ExitCode {
    ExitCode::from(match error.downcast_ref::<ClientError>() {
        Some(ClientError::Refused(problem)) => match problem.slug() {
            "not-found" => MISSING,
            "already-exists" | "not-allowed" | "conflict" | "denied" => FORBIDDEN,
            "unavailable" => UNAVAILABLE,
            "invalid-request" | "invalid-object" | "too-large" => USAGE,
            _ => FAILED,
        },
        Some(ClientError::Unreachable { .. }) => UNAVAILABLE,
        Some(ClientError::Usage(_)) => USAGE,
        Some(
            ClientError::Strange { .. }
            | ClientError::Unfinished(_)
            | ClientError::Offenders(_)
            | ClientError::Grave { .. }
            | ClientError::Blind { .. },
        )
        | None => FAILED,
    })
}
