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

#[cfg(test)]
mod tests {
    use super::{BYTES_MAX, TYPE_BYTES_MIN, TypeRoom};

    #[test]
    fn room_is_taken_until_there_is_none() {
        let mut room = TypeRoom::new();
        assert_eq!(room.take(BYTES_MAX - TYPE_BYTES_MIN), Ok(()));
        let refused = room.take(TYPE_BYTES_MIN + 1);
        let why = refused.expect_err("there is no room for it");
        assert!(why.contains(&BYTES_MAX.to_string()), "{why}");
        // What was refused has taken nothing.
        assert_eq!(room.take(TYPE_BYTES_MIN), Ok(()));
        assert!(room.take(0).is_err());
    }

    #[test]
    fn what_has_no_name_takes_room_too() {
        let mut room = TypeRoom::new();
        let taken = (0..BYTES_MAX).take_while(|_| room.take(0).is_ok());
        assert_eq!(taken.count(), BYTES_MAX / TYPE_BYTES_MIN);
    }
}
