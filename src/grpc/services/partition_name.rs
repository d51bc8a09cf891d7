//! What becomes of a request whose partition is not there.

use crate::error::{Entity, Error};
use crate::grpc::failure::Failure;

/// A miss by the name that was asked for, not by the values that were read from it.
pub(super) fn missing_by_name(name: &str, failure: Error) -> Error {
    match failure {
        Error::NotFound(Entity::Partition(at, _)) => {
            Error::NotFound(Entity::Partition(at, name.to_owned()))
        }
        other => other,
    }
}

/// The same, where nothing but the name can be wrong: this field has it.
pub(super) fn by_name(field: &str, name: &str, failure: Error) -> Failure {
    match missing_by_name(name, failure) {
        Error::Argument { why, .. } => Failure::field(field, why),
        other => other.into(),
    }
}
