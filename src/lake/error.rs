//! What can go wrong with a location. The text of each error is for the client; the cause below
//! it is for the log. Knows no catalog: a front end never sees this type.

use super::footer::FooterFault;
use crate::error::Error;
use crate::model::LocationError;
use std::io;

/// Where the causes of failures come from: the operating system or the object store.
pub type Cause = Box<dyn std::error::Error + Send + Sync + 'static>;

/// A failed lake operation. Every kind names the location, so the message stands alone.
#[derive(Debug, thiserror::Error)]
pub enum LakeError {
    /// The text is not a location that skep can work with.
    #[error("location {location:?} is not valid: {why}")]
    Invalid {
        /// The text as it came.
        location: String,
        /// What is wrong with it.
        why: String,
    },
    /// The directory (or the bucket) is not there.
    #[error("location {location} does not exist")]
    NotFound {
        /// What was looked for.
        location: String,
        /// The store's answer.
        source: Cause,
    },
    /// Something is there already, or a file stands where a directory must.
    #[error("location {location} already exists")]
    AlreadyExists {
        /// What stands in the way.
        location: String,
    },
    /// The scheme, or this pair of schemes, has no such operation.
    #[error("location {location}: {what} is not supported")]
    Unsupported {
        /// The location asked for.
        location: String,
        /// The operation that is not to be had.
        what: String,
    },
    /// A rail: the operation would reach too far (a bucket, a root, the warehouse itself).
    #[error("location {location} is protected: {why}")]
    Refused {
        /// The location asked for.
        location: String,
        /// Which rail it ran into.
        why: String,
    },
    /// Keys stand there that no request can carry as they are: one for them would be one for other keys.
    #[error(
        "location {location} holds {count} keys that no request can name as they are, the first is {first:?}: \
         rename or remove them first"
    )]
    Unnameable {
        /// The location asked for.
        location: String,
        /// The first of the keys.
        first: String,
        /// How many there are.
        count: u64,
    },
    /// What is there cannot be moved, or taken back, without losing something or taking somebody's along.
    #[error("nothing can be moved at {location}: {why}")]
    Immovable {
        /// The location asked for.
        location: String,
        /// Why.
        why: String,
    },
    /// A deletion there was given up without an answer.
    #[error("the store at {location} did not answer a deletion, and may still carry it out")]
    Unanswered {
        /// Where it was.
        location: String,
    },
    /// Another process, or another call, is deleting there.
    #[error("location {location} is being deleted at this moment")]
    Busy {
        /// Where.
        location: String,
    },
    /// Permissions or credentials do not allow it.
    #[error("access to location {location} is denied")]
    Denied {
        /// The location asked for.
        location: String,
        /// The store's answer.
        source: Cause,
    },
    /// A file was read, and its Parquet footer was not.
    #[error("file {location} cannot be used: {source}")]
    Footer {
        /// The file.
        location: String,
        /// Why.
        source: FooterFault,
    },
    /// The store did not answer in time, or answered with a failure: a later try may succeed.
    #[error("location {location} cannot be reached")]
    Unavailable {
        /// The location asked for.
        location: String,
        /// The store's answer.
        source: Cause,
    },
}

impl LakeError {
    pub(super) fn invalid(location: &str, why: impl Into<String>) -> Self {
        Self::Invalid {
            location: location.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn refused(location: &str, why: impl Into<String>) -> Self {
        Self::Refused {
            location: location.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn immovable(location: &str, why: impl Into<String>) -> Self {
        Self::Immovable {
            location: location.to_owned(),
            why: why.into(),
        }
    }

    pub(super) fn unnameable(location: &str, first: &str, count: u64) -> Self {
        Self::Unnameable {
            location: location.to_owned(),
            first: first.to_owned(),
            count,
        }
    }

    pub(super) fn unsupported(location: &str, what: impl Into<String>) -> Self {
        Self::Unsupported {
            location: location.to_owned(),
            what: what.into(),
        }
    }

    /// Sorts an operating-system error of `location` into its kind.
    pub(super) fn from_io(location: &str, error: io::Error) -> Self {
        let at = location.to_owned();
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound {
                location: at,
                source: error.into(),
            },
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => Self::Denied {
                location: at,
                source: error.into(),
            },
            io::ErrorKind::AlreadyExists
            | io::ErrorKind::DirectoryNotEmpty
            | io::ErrorKind::NotADirectory => Self::AlreadyExists { location: at },
            io::ErrorKind::InvalidFilename | io::ErrorKind::InvalidInput => {
                Self::invalid(location, error.to_string())
            }
            io::ErrorKind::CrossesDevices => {
                Self::unsupported(location, "moving a directory to another file system")
            }
            _ => Self::Unavailable {
                location: at,
                source: error.into(),
            },
        }
    }

    /// Sorts an object-store error of `location` into its kind.
    pub(super) fn from_store(location: &str, error: object_store::Error) -> Self {
        let at = location.to_owned();
        match error {
            object_store::Error::NotFound { .. } => Self::NotFound {
                location: at,
                source: error.into(),
            },
            object_store::Error::PermissionDenied { .. }
            | object_store::Error::Unauthenticated { .. } => Self::Denied {
                location: at,
                source: error.into(),
            },
            object_store::Error::AlreadyExists { .. } => Self::AlreadyExists { location: at },
            object_store::Error::InvalidPath { source } => {
                Self::invalid(location, source.to_string())
            }
            object_store::Error::NotSupported { .. }
            | object_store::Error::NotImplemented { .. } => {
                Self::unsupported(location, error.to_string())
            }
            other => {
                let status = status_of(&other);
                Self::from_status(location, status, other.into())
            }
        }
    }

    /// Sorts an answer of a store, or that there was none, into its kind.
    pub(super) fn from_status(location: &str, status: Option<u16>, source: Cause) -> Self {
        let location = location.to_owned();
        match status {
            Some(401 | 403) => Self::Denied { location, source },
            Some(404) => Self::NotFound { location, source },
            _ => Self::Unavailable { location, source },
        }
    }

    /// Whether the same call may succeed later without anything being changed by hand.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unavailable { .. }
            | Self::Denied { .. }
            | Self::Unanswered { .. }
            | Self::Busy { .. } => true,
            Self::Footer { source, .. } => matches!(source, FooterFault::Changed { .. }),
            Self::Invalid { .. }
            | Self::NotFound { .. }
            | Self::AlreadyExists { .. }
            | Self::Unsupported { .. }
            | Self::Unnameable { .. }
            | Self::Refused { .. }
            | Self::Immovable { .. } => false,
        }
    }
}

impl From<LocationError> for LakeError {
    fn from(failure: LocationError) -> Self {
        Self::Invalid {
            location: failure.location,
            why: failure.why,
        }
    }
}

/// The HTTP status of a failure that the library gives as text only: those of uploads in parts.
fn status_of(error: &object_store::Error) -> Option<u16> {
    let text = error.to_string();
    let (_, after) = text.split_once("status code: ")?;
    after.get(..3)?.parse().ok()
}

impl From<LakeError> for Error {
    fn from(failure: LakeError) -> Self {
        let text = failure.to_string();
        match failure {
            LakeError::Unavailable { source, location } => Self::Unavailable {
                what: format!("location {location}"),
                source,
            },
            // It is skep that the store refuses, not the client, who cannot mend it: credentials that have just run out
            // and rights that are being changed pass by themselves, so that trying again is right.
            LakeError::Denied { source, location } => Self::Unavailable {
                what: format!("location {location} (access to it is denied)"),
                source,
            },
            LakeError::Unanswered { location } => Self::Unavailable {
                what: format!("location {location}"),
                source: text.into(),
            },
            LakeError::Unsupported { .. } => Self::Unsupported(text),
            LakeError::Unnameable { .. } | LakeError::Busy { .. } => Self::NotAllowed(text),
            LakeError::Invalid { .. }
            | LakeError::NotFound { .. }
            | LakeError::AlreadyExists { .. }
            | LakeError::Refused { .. }
            | LakeError::Immovable { .. }
            | LakeError::Footer { .. } => Self::Invalid(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_store_refuses_skep_is_no_mistake_of_the_client() {
        let failure = LakeError::Denied {
            location: "s3://lake/t".into(),
            source: "no ListBucket".into(),
        };
        assert!(failure.retryable());
        let error = Error::from(failure);
        assert!(matches!(error, Error::Unavailable { .. }) && error.retryable());
        let text = error.to_string();
        assert!(text.contains("s3://lake/t (access to it is denied)"));
        assert!(
            !text.contains("ListBucket"),
            "the store's words stay in the log"
        );
    }
}
