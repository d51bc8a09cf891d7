//! Why a job failed, in a form that outlives its process: whoever asks for the same on another replica gets the same
//! answer.

use crate::error::{Entity, Error};
use crate::model::JobFailure;

/// What stands after the subject in the texts of two kinds of error.
const EXISTS: &str = " already exists";
const UNAVAILABLE: &str = " is not available at the moment";

/// The stored form of an error.
pub(super) fn failure_of(error: &Error) -> JobFailure {
    let kind = match error {
        Error::NotFound(_) => "not_found",
        Error::AlreadyExists(_) => "already_exists",
        Error::Invalid(_) | Error::Argument { .. } | Error::Property(_) => "invalid",
        Error::InvalidObject(_) => "invalid_object",
        Error::NotAllowed(_) | Error::Outdated(_) => "not_allowed",
        Error::Denied(_) => "denied",
        Error::Conflict(_) => "conflict",
        Error::Unsupported(_) => "unsupported",
        Error::Unavailable { .. } | Error::Unfinished { .. } => "unavailable",
        Error::Internal { .. } => "internal",
    };
    JobFailure {
        kind: kind.to_owned(),
        text: error.to_string(),
    }
}

/// The error of a stored form.
pub(super) fn error_of(failure: JobFailure) -> Error {
    let JobFailure { kind, text } = failure;
    let without = |end: &str| text.strip_suffix(end).unwrap_or(&text).to_owned();
    match kind.as_str() {
        "not_found" => Error::NotFound(Entity::Worded(text)),
        "already_exists" => Error::AlreadyExists(Entity::Worded(without(EXISTS))),
        "invalid" => Error::Invalid(text),
        "invalid_object" => Error::InvalidObject(text),
        "not_allowed" => Error::NotAllowed(text),
        "denied" => Error::Denied(text),
        "conflict" => Error::Conflict(text),
        "unsupported" => Error::Unsupported(text),
        "unavailable" => Error::Unavailable {
            what: without(UNAVAILABLE),
            source: text.into(),
        },
        _ => Error::internal(text),
    }
}

/// Whether an error says nothing about the request: the database or a concurrent writer was in the way, or skep is at
/// fault. The same work may succeed later.
pub(super) fn is_passing(error: &Error) -> bool {
    match error {
        Error::Conflict(_)
        | Error::Unavailable { .. }
        | Error::Unfinished { .. }
        | Error::Internal { .. } => true,
        Error::NotFound(_)
        | Error::AlreadyExists(_)
        | Error::Invalid(_)
        | Error::Argument { .. }
        | Error::Property(_)
        | Error::InvalidObject(_)
        | Error::NotAllowed(_)
        | Error::Outdated(_)
        | Error::Denied(_)
        | Error::Unsupported(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{error_of, failure_of};
    use crate::error::{Entity, Error};

    #[test]
    fn an_error_comes_back_with_its_kind_and_its_words() {
        let unavailable = Error::Unavailable {
            what: "location s3://lake/t".into(),
            source: "down".into(),
        };
        for error in [
            Error::NotFound(Entity::Worded("sales.orders table not found".into())),
            Error::AlreadyExists(Entity::Worded("Partition dt=1 of a.b".into())),
            Error::Invalid("no".into()),
            Error::InvalidObject("no".into()),
            Error::NotAllowed("no".into()),
            Error::Denied("no".into()),
            Error::Conflict("no".into()),
            Error::Unsupported("no".into()),
            unavailable,
        ] {
            let back = error_of(failure_of(&error));
            assert_eq!(back.to_string(), error.to_string());
            assert_eq!(
                std::mem::discriminant(&back),
                std::mem::discriminant(&error)
            );
        }
    }
}
