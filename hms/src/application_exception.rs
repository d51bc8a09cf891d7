//! The exception of the protocol itself: what a server answers when it cannot answer with one of the
//! exceptions that the method declares. The IDL does not hold it.

use crate::{
    error::DecodeError,
    wire::{Decode, Encode, Reader, Wire, WireType, Writer},
};

/// `TApplicationException`: the body of a message of kind [`crate::MessageKind::Exception`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApplicationException<'a> {
    /// What went wrong, in words.
    pub message: &'a str,
    /// One of the constants of this type.
    pub kind: i32,
}

impl<'a> ApplicationException<'a> {
    /// No reason given.
    pub const UNKNOWN: i32 = 0;
    /// The server has no such method.
    pub const UNKNOWN_METHOD: i32 = 1;
    /// The message was not a call.
    pub const INVALID_MESSAGE_TYPE: i32 = 2;
    /// The reply carries the name of another method.
    pub const WRONG_METHOD_NAME: i32 = 3;
    /// The reply carries another sequence number.
    pub const BAD_SEQUENCE_ID: i32 = 4;
    /// The method ended without a result.
    pub const MISSING_RESULT: i32 = 5;
    /// The server failed in a way that the method does not declare.
    pub const INTERNAL_ERROR: i32 = 6;
    /// The arguments could not be decoded.
    pub const PROTOCOL_ERROR: i32 = 7;

    /// An exception of a kind.
    pub fn new(kind: i32, message: &'a str) -> Self {
        Self { message, kind }
    }
}

impl Wire for ApplicationException<'_> {
    const WIRE: WireType = WireType::Struct;
}

impl Encode for ApplicationException<'_> {
    fn encode<W: Writer>(&self, writer: &mut W) {
        let mark = writer.struct_begin();
        writer.field(1, WireType::String);
        writer.string(self.message);
        writer.field(2, WireType::I32);
        writer.i32(self.kind);
        writer.struct_end(mark);
    }
}

impl<'a> Decode<'a> for ApplicationException<'a> {
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError> {
        let mut value = Self::default();
        let mark = reader.struct_begin()?;
        while let Some(field) = reader.field_begin()? {
            match field {
                (1, WireType::String) => value.message = reader.string()?,
                (2, WireType::I32) => value.kind = reader.i32()?,
                (_, wire) => reader.skip(wire)?,
            }
        }
        reader.struct_end(mark);
        Ok(value)
    }
}
