//! Why a command failed, and the exit code by which scripts tell failures apart.

use crate::config::ConfigError;
use crate::humane::counted;
use crate::rest::API_ROOT;
use crate::rest::view::problem::ProblemView;

/// A command that asked a server and failed.
#[derive(Debug, thiserror::Error)]
pub(super) enum ClientError {
    /// The server refused, and said why; then what was meant instead, where that is known.
    #[error("{}", .0.detail)]
    Refused(Box<ProblemView>, Option<String>),
    /// No server answers there.
    #[error("no skep answers at {server}: {why}")]
    Unreachable {
        /// The address.
        server: String,
        /// What the network says.
        why: String,
        /// Who was met.
        met: Met,
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
    /// A job that failed; what it did and what is left is shown.
    #[error("job {0} failed")]
    JobFailed(i64),
    /// Names that follow no pattern; they are shown.
    #[error("{}", offenders(.0.to_owned()))]
    Offenders(usize),
    /// Tables of which data lacks; they are shown.
    #[error("{}", lacking(.0.to_owned()))]
    Lacking(usize),
    /// Changes of a source that are too grave to go on; they are shown.
    #[error("changes of {source_name} that are {severity}: {changes}")]
    Grave {
        /// The source.
        source_name: String,
        /// How many there are.
        changes: String,
        /// Which count.
        severity: &'static str,
    },
    /// A source that shows less than it showed, so that nobody knows what changed.
    #[error(
        "{} of {source_name} cannot be checked: the source shows less than it did",
        counted(.tables.to_owned(), "table", "tables")
    )]
    Blind {
        /// The source.
        source_name: String,
        /// How many tables.
        tables: u64,
    },
    /// Something that the command itself found missing; then what to look at.
    #[error("{0}")]
    Missing(String, String),
    /// Settings that cannot work where they are checked; they are shown.
    #[error("{0}")]
    Settings(String),
    /// The arguments make no sense.
    #[error("{0}")]
    Usage(String),
}

/// Who was met where no answer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    /// Nobody took the connection, or not in time.
    Nobody,
    /// Somebody who broke it off, or answers what is no HTTP, or no TLS.
    SpeakerOfAnother,
    /// A server whose certificate is not believed.
    Unbelieved,
    /// A server that does not let this client in.
    Distrustful,
}

impl Met {
    fn hint(self) -> &'static str {
        match self {
            Self::Nobody => {
                "skep serve starts a server; --server URL or SKEP_SERVER says where one is"
            }
            Self::SpeakerOfAnother => {
                "is it the port of Thrift? HTTP has a port of its own: 9084 where Thrift has 9083; where it speaks TLS, the address begins with https://"
            }
            Self::Unbelieved => {
                "--ca FILE names the authority of the server's certificate; the address has to be a name that stands in it"
            }
            Self::Distrustful => {
                "does the server ask for a certificate? --client-certificate FILE and --client-key FILE show one"
            }
        }
    }
}

/// The address without the path of the interface, where it has that: commands put it there themselves.
fn bare(server: &str) -> Option<&str> {
    server.trim_end_matches('/').strip_suffix(API_ROOT)
}

fn offenders(count: usize) -> String {
    let follow = if count == 1 { "follows" } else { "follow" };
    let names = counted(count as u64, "name", "names");
    format!("{names} {follow} no naming pattern")
}

fn lacking(count: usize) -> String {
    let lack = if count == 1 { "lacks" } else { "lack" };
    let tables = counted(count as u64, "table", "tables");
    format!("{tables} {lack} data, or it cannot be told")
}

/// The code for anything that has no other.
const FAILED: u8 = 1;
/// The arguments, or the request made of them, make no sense; clap uses it too.
pub(super) const USAGE: u8 = 2;
/// A thing does not exist.
const MISSING: u8 = 3;
/// The catalog's state forbids it.
const FORBIDDEN: u8 = 4;
/// The server or what it depends on does not answer.
const UNAVAILABLE: u8 = 5;

impl ClientError {
    /// The exit code; the list stands in the help.
    pub(super) fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(problem, _) => match problem.slug() {
                "not-found" => MISSING,
                "already-exists" | "not-allowed" | "conflict" | "denied" => FORBIDDEN,
                "unavailable" => UNAVAILABLE,
                "invalid-request" | "invalid-object" | "too-large" => USAGE,
                _ => FAILED,
            },
            Self::Unreachable { .. } => UNAVAILABLE,
            Self::Usage(_) => USAGE,
            Self::Missing(..) => MISSING,
            Self::Strange { .. }
            | Self::Unfinished(_)
            | Self::JobFailed(_)
            | Self::Offenders(_)
            | Self::Lacking(_)
            | Self::Grave { .. }
            | Self::Blind { .. }
            | Self::Settings(_) => FAILED,
        }
    }

    /// A word for what it is: that of the server's problem, or one of the command's own.
    pub(super) fn kind(&self) -> &str {
        match self {
            Self::Refused(problem, _) => problem.slug(),
            Self::Unreachable { .. } => "unreachable",
            Self::Strange { .. } => "not-skep",
            Self::Unfinished(_) => "unfinished",
            Self::JobFailed(_) => "job-failed",
            Self::Offenders(_) => "offenders",
            Self::Lacking(_) => "data-lacks",
            Self::Grave { .. } => "grave-changes",
            Self::Blind { .. } => "blind",
            Self::Settings(_) => "settings",
            Self::Usage(_) => USAGE_KIND,
            Self::Missing(..) => "not-found",
        }
    }

    /// What to do about it.
    pub(super) fn hint(&self) -> Option<String> {
        Some(match self {
            Self::Refused(_, Some(hint)) | Self::Missing(_, hint) => hint.clone(),
            Self::Refused(problem, None) if problem.retryable => {
                "the same may succeed when it is sent again".to_owned()
            }
            Self::Unreachable { met, .. } => met.hint().to_owned(),
            Self::Strange { server, .. } => {
                format!("leave the path off: --server {}", bare(server)?)
            }
            Self::JobFailed(job) => format!("skep job show {job} says what is left and what to do"),
            Self::Grave { source_name, .. } => format!(
                "skep schema log {source_name} lists them; skep schema ack NUMBER says that they were seen"
            ),
            _ => return None,
        })
    }
}

/// The kind of a line of arguments that makes no sense.
pub(super) const USAGE_KIND: &str = "usage";

/// The kind of a failure that no server told of.
pub(super) fn own_kind(error: &anyhow::Error) -> &'static str {
    if error.is::<ConfigError>() {
        "configuration"
    } else {
        "failed"
    }
}

/// The exit code of a failure.
pub(super) fn exit_code(error: &anyhow::Error) -> u8 {
    error
        .downcast_ref::<ClientError>()
        .map_or(FAILED, ClientError::exit_code)
}

#[cfg(test)]
mod tests {
    use super::bare;

    #[test]
    fn the_path_of_the_interface_is_no_part_of_an_address() {
        for server in ["http://h:1/api/v1", "http://h:1/api/v1/"] {
            assert_eq!(bare(server), Some("http://h:1"));
        }
        assert_eq!(bare("http://h:1/x/api/v1"), Some("http://h:1/x"));
        assert_eq!(bare("http://h:1/"), None);
    }
}
