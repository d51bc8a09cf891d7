//! What can be wrong with a message: one error for the decoders. The scanner has its own, because it
//! judges limits and not contents.

use crate::wire_type::WireType;

/// Why a message could not be decoded, and where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{kind} at byte {offset}")]
pub struct DecodeError {
    /// What was wrong.
    pub kind: DecodeErrorKind,
    /// The position in the slice given to the reader, in bytes.
    pub offset: usize,
}

/// The ways in which a message can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeErrorKind {
    /// The message ends inside a value.
    #[error("the message ends too early")]
    Truncated,
    /// A string is not UTF-8.
    #[error("a string is not UTF-8")]
    NotUtf8,
    /// A length or count below zero.
    #[error("a length of {0} is below zero")]
    NegativeLength(i32),
    /// A container claims more elements than the bytes left can hold.
    #[error("a container claims {claimed} elements, more than the bytes left can hold")]
    CountTooLarge {
        /// The elements claimed.
        claimed: usize,
    },
    /// What the message holds takes more memory than a message of its length may cost.
    #[error(
        "its values take more than {limit} bytes of memory, too many for a message of its length"
    )]
    MemoryExceeded {
        /// The limit.
        limit: usize,
    },
    /// Structs or containers nest deeper than [`crate::wire::DEPTH_MAX`].
    #[error("values nest too deep")]
    TooDeep,
    /// A type tag that Thrift or Hive does not know.
    #[error("{0} is no wire type")]
    UnknownType(u8),
    /// A container holds another type than the field declares.
    #[error("a container holds {found:?} where {expected:?} is declared")]
    ElementType {
        /// The declared type.
        expected: WireType,
        /// The type in the message.
        found: WireType,
    },
    /// A field that every version requires is absent.
    #[error("required field {structure}.{field} is absent")]
    MissingField {
        /// The struct, named as in the IDL.
        structure: &'static str,
        /// The field, named as in the IDL.
        field: &'static str,
    },
    /// A message does not start with the version of its protocol (non-strict binary included).
    #[error("the message starts with a wrong protocol version")]
    BadVersion,
    /// A message is neither call, reply, exception nor oneway.
    #[error("{0} is no kind of message")]
    UnknownKind(u8),
    /// A variable-length integer has too many bytes, or its value leaves the range of its type.
    #[error("an integer leaves the range of its type")]
    IntegerRange,
}
