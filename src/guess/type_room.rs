//! The room for the types of one file, in bytes of their texts. A few bytes of a schema may name a type that names others
//! over and over.

/// Bytes of the types of all columns together.
const BYTES_MAX: usize = 1024 * 1024;
/// What a type takes at least.
const TYPE_BYTES_MIN: usize = 4;

/// What is left of the room.
#[derive(Debug)]
pub(super) struct TypeRoom(usize);

impl TypeRoom {
    pub(super) fn new() -> Self {
        Self(BYTES_MAX)
    }

    /// Takes room for a type or a part of one, before it is made. The error says that the types are too long.
    pub(super) fn take(&mut self, bytes: usize) -> Result<(), String> {
        match self.0.checked_sub(bytes.max(TYPE_BYTES_MIN)) {
            Some(left) => {
                self.0 = left;
                Ok(())
            }
            None => Err(format!(
                "the types of its columns have more than {BYTES_MAX} bytes together"
            )),
        }
    }
}
