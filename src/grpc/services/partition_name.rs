//! What becomes of a request whose partition is not there.

use super::renamed;
use crate::error::{Entity, Error};
use crate::grpc::failure::Failure;

/// A failure of a request that means a partition by a name, which this field has: a miss by the name that was asked for, not by the
/// values that were read from it, and what is wrong with the name itself.
pub(super) fn by_name(field: &'static str, name: &str, failure: Error) -> Failure {
    match failure {
        Error::NotFound(Entity::Partition(at, _)) => {
            Error::NotFound(Entity::Partition(at, name.to_owned())).into()
        }
        other => renamed(other, "partition", field),
    }
}
