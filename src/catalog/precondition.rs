//! What a caller expects of a thing before it is changed. It is asked in the transaction that makes the change, of the row
//! that the transaction holds, so that nobody can come between the look and the write.

/// Says whether a thing is still what its caller takes it for. Whoever asks for a change brings it; where it says no, the
/// operation fails with [`Outdated`](crate::error::Error::Outdated) and changes nothing.
pub trait Precondition<T>: Send + Sync {
    /// Whether the change may be made to the thing as it is.
    fn holds(&self, thing: &T) -> bool;
}

/// Expects nothing.
#[derive(Debug, Clone, Copy)]
pub struct Unconditional;

impl<T> Precondition<T> for Unconditional {
    fn holds(&self, _thing: &T) -> bool {
        true
    }
}
