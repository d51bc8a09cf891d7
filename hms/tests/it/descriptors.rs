//! All generated types with a description of their fields, as the build script left them.

use hms::{Decode, DecodeError, Encode, Protocol};

/// One generated struct.
pub(crate) struct Descriptor {
    /// `types::Table`, `args::GetTable`, `replies::GetTable` and so on.
    pub(crate) name: &'static str,
    /// Decodes and encodes again with the generated code.
    pub(crate) round_trip: fn(Protocol, &[u8]) -> Result<Vec<u8>, DecodeError>,
    /// Decodes alone.
    pub(crate) decode: fn(Protocol, &[u8]) -> Result<(), DecodeError>,
    pub(crate) fields: &'static [Field],
}

pub(crate) struct Field {
    pub(crate) id: i16,
    pub(crate) required: bool,
    pub(crate) shape: Shape,
}

/// The type of a value; an enum is an `I32`.
#[derive(Clone, Copy)]
pub(crate) enum Shape {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    String,
    Binary,
    List(&'static Shape),
    Set(&'static Shape),
    Map(&'static Shape, &'static Shape),
    Struct(&'static str),
}

include!(concat!(env!("OUT_DIR"), "/descriptors.rs"));

/// Finds a struct by its path, such as `types::Table`.
pub(crate) fn descriptor(name: &str) -> &'static Descriptor {
    DESCRIPTORS
        .iter()
        .find(|it| it.name == name)
        .expect("the struct is in the IDL")
}

/// Functions of borrowed types are all spelled by this one; `'static` stands for a life that the
/// message does not have, so the bytes are leaked for the run of a test.
fn round_trip<T: Decode<'static> + Encode>(
    protocol: Protocol,
    bytes: &[u8],
) -> Result<Vec<u8>, DecodeError> {
    let value: T = protocol.decode(Box::leak(bytes.to_vec().into_boxed_slice()))?;
    let mut out = Vec::new();
    protocol.encode(&value, &mut out);
    Ok(out)
}
