//! What a call can end in besides its result, kept apart the way a real client keeps it apart:
//! by the number of the field in the result struct, not by a guess from the text.

use std::fmt;

use serde_json::Value;

/// The ways a call fails.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Failure {
    /// An exception that the method declares in the IDL.
    Declared {
        /// The exception's type, such as `NoSuchObjectException`.
        name: String,
        /// Its field number in the result struct, which is what clients really look at.
        field: i16,
        /// All its fields; `message` where it has one.
        body: Value,
    },
    /// A `TApplicationException`: the reply's message type is EXCEPTION.
    Application {
        /// The kind: 1 is an unknown method, 6 an internal error, 7 a protocol error.
        kind: i32,
        /// The text.
        message: String,
    },
    /// A reply without the result and without a known exception: "unknown result" to real clients.
    /// Holds what came, by field number.
    UnknownResult(Value),
    /// The connection could not be made, was closed, or did not answer within the time limit.
    Transport(String),
    /// Bytes came that are no well-formed reply.
    Malformed(String),
}

impl Failure {
    /// The declared exception's type, or the kind of failure.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Declared { name, .. } => name,
            Self::Application { .. } => "TApplicationException",
            Self::UnknownResult(_) => "UnknownResult",
            Self::Transport(_) => "TTransportException",
            Self::Malformed(_) => "TProtocolException",
        }
    }

    /// The text of the exception, empty where it has none.
    pub(crate) fn message(&self) -> &str {
        match self {
            Self::Declared { body, .. } => body["message"].as_str().unwrap_or_default(),
            Self::Application { message, .. } => message,
            Self::UnknownResult(_) => "",
            Self::Transport(text) | Self::Malformed(text) => text,
        }
    }

    /// The field number of a declared exception, 0 for every other failure.
    pub(crate) fn field(&self) -> i16 {
        match self {
            Self::Declared { field, .. } => *field,
            _ => 0,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Declared { name, field, body } => write!(f, "{name} (field {field}): {body}"),
            Self::Application { kind, message } => {
                write!(f, "TApplicationException (type {kind}): {message}")
            }
            Self::UnknownResult(fields) => write!(f, "unknown result: {fields}"),
            Self::Transport(text) => write!(f, "transport: {text}"),
            Self::Malformed(text) => write!(f, "malformed reply: {text}"),
        }
    }
}

impl std::error::Error for Failure {}

/// The Apache crate's errors, for which only two cases matter to a test: the connection or the bytes.
impl From<thrift::Error> for Failure {
    fn from(error: thrift::Error) -> Self {
        match error {
            thrift::Error::Transport(inner) => Self::Transport(format!("{inner:?}")),
            other => Self::Malformed(format!("{other:?}")),
        }
    }
}
