//! Errors as gRPC tells them: a code, words, and details of `google.rpc` (`ErrorInfo` with the same reasons as REST's problems,
//! `BadRequest` with the field at fault, `ResourceInfo`, `RetryInfo`). The one mapping from the core's error.

use crate::budget::Exhausted;
use crate::catalog::ObjectFault;
use crate::error::{Entity, Error};
use crate::front::{Cut, failure_log, words};
use std::collections::HashMap;
use std::time::Duration;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt};

/// Whose reasons these are.
const DOMAIN: &str = "skep";
/// After what a client may try again what a dependency or a concurrent writer prevented.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// Bytes of a status's words, and of a name in its details, at most, as they are sent: in headers, of which clients take 8 KiB.
const WORDS_MAX: usize = 1_500;
const NAME_MAX: usize = 600;

/// A failed request.
#[derive(Debug)]
pub(super) struct Failure(Status);

impl Failure {
    /// A request that cannot be understood because of one field.
    pub(super) fn field(field: impl Into<String>, why: impl Into<String>) -> Self {
        Self::of_field(field.into(), why.into(), "INVALID_REQUEST")
    }

    fn of_field(field: String, why: String, reason: &str) -> Self {
        let why = cut_off(why, WORDS_MAX);
        let mut details = ErrorDetails::with_bad_request_violation(field, why.clone());
        details.set_error_info(reason, DOMAIN, HashMap::new());
        Self(Status::with_error_details(
            Code::InvalidArgument,
            why,
            details,
        ))
    }

    /// A message that is longer than it may be.
    pub(super) fn too_long(limit: usize) -> Self {
        let why = format!(
            "a message may have {limit} bytes at most: 1 MiB, or less where \
             server.bytes_in_flight_per_client_max is low"
        );
        let details = ErrorDetails::with_error_info("TOO_LARGE", DOMAIN, HashMap::new());
        Self(Status::with_error_details(
            Code::ResourceExhausted,
            why,
            details,
        ))
    }

    /// As much is under way as one server does for clients.
    pub(super) fn busy() -> Self {
        let mut details = ErrorDetails::with_error_info("UNAVAILABLE", DOMAIN, HashMap::new());
        details.set_retry_info(Some(RETRY_AFTER));
        let why = "as many runs as this server allows are under way";
        Self(Status::with_error_details(Code::Unavailable, why, details))
    }

    /// The server ends; the client may go on with another one.
    pub(super) fn ending() -> Self {
        let mut details = ErrorDetails::with_error_info("UNAVAILABLE", DOMAIN, HashMap::new());
        details.set_retry_info(Some(RETRY_AFTER));
        let why = "this server ends: go on with another one, or when it is there again";
        Self(Status::with_error_details(Code::Unavailable, why, details))
    }
}

/// A status of the library's own, as skep says it: what cannot be read is no fault of the server.
pub(super) fn of_library(status: Status) -> Status {
    let is_unread = [
        "failed to decode",
        "protocol error",
        "Unexpected EOF",
        "Missing request",
    ]
    .iter()
    .any(|words| status.message().starts_with(words));
    if status.code() == Code::Internal && is_unread {
        return Failure::field("body", status.message()).into();
    }
    status
}

impl From<Cut> for Failure {
    fn from(cut: Cut) -> Self {
        match cut {
            Cut::Late(limit) => {
                let why = format!("the request did not end within {limit:?}");
                let details = ErrorDetails::with_retry_info(Some(RETRY_AFTER));
                Self(Status::with_error_details(
                    Code::DeadlineExceeded,
                    why,
                    details,
                ))
            }
            Cut::Refused(_) | Cut::Panicked => cut.into_error("the request").into(),
        }
    }
}

impl From<Exhausted> for Failure {
    fn from(exhausted: Exhausted) -> Self {
        Error::from(exhausted).into()
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        failure.0
    }
}

impl From<ObjectFault> for Failure {
    fn from(ObjectFault { field, why }: ObjectFault) -> Self {
        let why = format!("{field}: {why}");
        Self::of_field(field, why, "INVALID_OBJECT")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        failure_log(&error);
        if let Error::Argument { name, why } = error {
            return Self::field(name, why);
        }
        let (code, reason, entity) = kind(&error);
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, HashMap::new());
        if error.retryable() {
            details.set_retry_info(Some(RETRY_AFTER));
        }
        if let Some(entity) = entity {
            let (kind, name) = resource(entity);
            details.set_resource_info(kind, cut_off(name, NAME_MAX), "", "");
        }
        let words = cut_off(words(&error), WORDS_MAX);
        Self(Status::with_error_details(code, words, details))
    }
}

/// A text, or as much of it as may be sent.
fn cut_off(text: String, bytes_max: usize) -> String {
    let mut bytes = 0;
    let end = text.char_indices().find(|(_, char)| {
        // All but printable ASCII is escaped, byte by byte.
        let is_plain = (' '..='~').contains(char);
        bytes += if is_plain { 1 } else { 3 * char.len_utf8() };
        bytes > bytes_max
    });
    match end {
        Some((at, _)) => format!("{} ...", &text[..at]),
        None => text,
    }
}

/// The code, the reason, and what it is about.
fn kind(error: &Error) -> (Code, &'static str, Option<&Entity>) {
    match error {
        Error::NotFound(entity) => (Code::NotFound, "NOT_FOUND", Some(entity)),
        Error::AlreadyExists(entity) => (Code::AlreadyExists, "ALREADY_EXISTS", Some(entity)),
        Error::Invalid(_) | Error::Argument { .. } | Error::Property(_) => {
            (Code::InvalidArgument, "INVALID_REQUEST", None)
        }
        Error::InvalidObject(_) => (Code::InvalidArgument, "INVALID_OBJECT", None),
        Error::NotAllowed(_) => (Code::FailedPrecondition, "NOT_ALLOWED", None),
        Error::Outdated(entity) => (Code::Aborted, "OUTDATED", Some(entity)),
        Error::Denied(_) => (Code::PermissionDenied, "DENIED", None),
        Error::Conflict(_) => (Code::Aborted, "CONFLICT", None),
        Error::Unsupported(_) => (Code::Unimplemented, "UNSUPPORTED", None),
        Error::Unavailable { .. } | Error::Unfinished { .. } => {
            (Code::Unavailable, "UNAVAILABLE", None)
        }
        Error::Internal { .. } => (Code::Internal, "INTERNAL", None),
    }
}

/// The reason of an error, for what is refused in an answer.
pub(super) fn reason(error: &Error) -> &'static str {
    kind(error).1
}

/// What an error is about, as kind and name.
fn resource(entity: &Entity) -> (&'static str, String) {
    match entity {
        Entity::Catalog(name) => ("catalog", name.to_string()),
        Entity::Database(at) => ("database", at.database.to_string()),
        Entity::Table(at) => ("table", format!("{}.{}", at.database, at.table)),
        Entity::Partition(at, name) => {
            let name = format!("{}.{}/{name}", at.database, at.table);
            ("partition", name)
        }
        Entity::Function(at) => ("function", format!("{}.{}", at.database, at.name)),
        Entity::Lock(id) => ("lock", id.to_string()),
        Entity::Transaction(id) => ("transaction", id.to_string()),
        Entity::Statistics {
            of,
            partition,
            column,
        } => {
            let partition = partition.as_deref();
            let partition = partition.map_or_else(String::new, |name| format!("/{name}"));
            let name = format!("{}.{}{partition}/{column}", of.database, of.table);
            ("statistics", name)
        }
        Entity::Own { kind, name } => (kind, name.clone()),
        Entity::Worded(text) => ("", text.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;
    use crate::error::{Entity, Error};
    use crate::model::DatabaseRef;
    use tonic::{Code, Status};
    use tonic_types::StatusExt;

    #[test]
    fn a_client_can_tell_what_is_wrong_without_reading_words() {
        let at = DatabaseRef::new("hive", "shop").table("orders");
        let status = Status::from(Failure::from(Error::NotFound(Entity::Table(at))));
        assert_eq!(status.code(), Code::NotFound);
        assert_eq!(status.message(), "Table shop.orders does not exist");
        let details = status.get_error_details();
        assert_eq!(details.error_info().unwrap().reason, "NOT_FOUND");
        assert_eq!(
            details.resource_info().unwrap().resource_name,
            "shop.orders"
        );
        assert!(details.retry_info().is_none());

        let status = Status::from(Failure::from(Error::Conflict("again".to_owned())));
        assert!(status.get_error_details().retry_info().is_some());

        let status = Status::from(Failure::field("table.database", "it is missing"));
        let details = status.get_error_details();
        let violations = &details.bad_request().unwrap().field_violations;
        assert_eq!(violations[0].field, "table.database");
    }
}
