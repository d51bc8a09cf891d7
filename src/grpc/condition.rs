//! Conditions of changes, as Google's AIP-154 has them: what is shown has an `etag`, and a change that sends it back is made to
//! nothing else. The tags are the catalog's, in the quotes that REST's `ETag` has.

use crate::catalog::{Precondition, Tagged};

/// The tag of a thing as it is shown.
pub(super) fn etag(thing: &impl Tagged) -> String {
    format!("\"{}\"", thing.tag())
}

/// What the thing must be for a change to be made: the `etag` of a request. Empty is anything.
#[derive(Debug)]
pub(super) struct IfEtag(pub(super) String);

impl<T: Tagged> Precondition<T> for IfEtag {
    fn holds(&self, thing: &T) -> bool {
        self.0.is_empty() || self.0 == etag(thing)
    }
}
