//! The type tags of the wire. They stand alone, because errors name them too.

/// The type tag that stands before each value. An enum travels as [`WireType::I32`]; string and
/// binary are alike on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum WireType {
    /// A truth value.
    Bool = 2,
    /// One byte.
    I8 = 3,
    /// A 64-bit floating point number.
    Double = 4,
    /// A 16-bit integer.
    I16 = 6,
    /// A 32-bit integer or an enum.
    I32 = 8,
    /// A 64-bit integer.
    I64 = 10,
    /// A string or a byte string.
    String = 11,
    /// A struct, union or exception.
    Struct = 12,
    /// A map.
    Map = 13,
    /// A set.
    Set = 14,
    /// A list.
    List = 15,
}

impl WireType {
    /// The type of a tag of the binary protocol, or `None` for a tag that Hive never uses.
    #[inline]
    pub const fn from_tag(tag: u8) -> Option<Self> {
        Some(match tag {
            2 => Self::Bool,
            3 => Self::I8,
            4 => Self::Double,
            6 => Self::I16,
            8 => Self::I32,
            10 => Self::I64,
            11 => Self::String,
            12 => Self::Struct,
            13 => Self::Map,
            14 => Self::Set,
            15 => Self::List,
            _ => return None,
        })
    }
}
