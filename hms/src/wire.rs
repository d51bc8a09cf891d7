//! The vocabulary shared by both protocols: wire types, message headers, and the traits that
//! readers, writers and generated types implement. It knows no byte layout and no Hive type.

use crate::error::DecodeError;
pub use crate::wire_type::WireType;

/// Structs and containers may nest this deep in one message; deeper input is refused, so that a
/// small hostile message cannot exhaust the stack.
pub const DEPTH_MAX: u32 = 64;

/// What decoding may take from the allocator, in bytes for each byte of the message. A struct of the IDL is at most as
/// large as this for each byte that a client needs to say something with it; one that says nothing, of which a message may
/// hold millions, is larger.
pub const DECODE_FACTOR_MAX: usize = 16;

/// What decoding may take from the allocator for a short message, bytes.
pub const DECODE_BYTES_MIN: usize = 64 << 10;

/// What decoding a message of so many bytes may take from the allocator.
pub const fn decode_bytes_max(message_bytes: usize) -> usize {
    let most = message_bytes.saturating_mul(DECODE_FACTOR_MAX);
    if most < DECODE_BYTES_MIN {
        DECODE_BYTES_MIN
    } else {
        most
    }
}

/// What a message is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum MessageKind {
    /// A request that wants an answer.
    Call = 1,
    /// An answer: a result struct, declared exceptions included.
    Reply = 2,
    /// An answer that is a [`crate::ApplicationException`].
    Exception = 3,
    /// A request that gets no answer.
    Oneway = 4,
}

impl MessageKind {
    /// The kind of a tag of either protocol.
    pub const fn from_tag(tag: u8) -> Option<Self> {
        Some(match tag {
            1 => Self::Call,
            2 => Self::Reply,
            3 => Self::Exception,
            4 => Self::Oneway,
            _ => return None,
        })
    }
}

/// The start of every message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MessageHeader<'a> {
    /// The name of the method.
    pub name: &'a str,
    /// Call, reply, exception or oneway.
    pub kind: MessageKind,
    /// The number that the client chose; a reply repeats it.
    pub seq: i32,
}

/// What a reader or writer has to remember of the outer struct while it is inside an inner one.
/// It is handed out by `struct_begin` and given back to `struct_end`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "hand it to struct_end"]
pub struct StructMark(pub(crate) i16);

/// Reads values from one complete message. All that is borrowed lives as long as the message.
///
/// Counts and lengths are checked against the bytes left before they are returned. That alone is no bound of memory, as a
/// struct of one byte on the wire may be hundreds in memory: room for values is taken by [`Reader::charge`] first.
pub trait Reader<'a> {
    /// Reads the start of a message.
    fn message_begin(&mut self) -> Result<MessageHeader<'a>, DecodeError>;
    /// Enters a struct.
    fn struct_begin(&mut self) -> Result<StructMark, DecodeError>;
    /// Leaves a struct after [`Reader::field_begin`] has answered `None`.
    fn struct_end(&mut self, mark: StructMark);
    /// Reads the header of the next field; `None` at the end of the struct.
    fn field_begin(&mut self) -> Result<Option<(i16, WireType)>, DecodeError>;
    /// Reads a list header: element type and count. The type of an empty list means nothing.
    fn list_begin(&mut self) -> Result<(WireType, usize), DecodeError>;
    /// Reads a set header: element type and count. The type of an empty set means nothing.
    fn set_begin(&mut self) -> Result<(WireType, usize), DecodeError>;
    /// Reads a map header: key type, value type and count. The types of an empty map mean nothing.
    fn map_begin(&mut self) -> Result<(WireType, WireType, usize), DecodeError>;
    /// Reads a truth value.
    fn bool(&mut self) -> Result<bool, DecodeError>;
    /// Reads one byte.
    fn i8(&mut self) -> Result<i8, DecodeError>;
    /// Reads a 16-bit integer.
    fn i16(&mut self) -> Result<i16, DecodeError>;
    /// Reads a 32-bit integer.
    fn i32(&mut self) -> Result<i32, DecodeError>;
    /// Reads a 64-bit integer.
    fn i64(&mut self) -> Result<i64, DecodeError>;
    /// Reads a floating point number.
    fn double(&mut self) -> Result<f64, DecodeError>;
    /// Reads a byte string.
    fn binary(&mut self) -> Result<&'a [u8], DecodeError>;
    /// Reads a string and checks that it is UTF-8.
    fn string(&mut self) -> Result<&'a str, DecodeError>;
    /// Passes over a value of a type, whatever it holds.
    fn skip(&mut self, wire: WireType) -> Result<(), DecodeError>;
    /// Takes what is about to be allocated from what decoding this message may cost, and refuses where that is passed.
    fn charge(&mut self, bytes: usize) -> Result<(), DecodeError>;
    /// The position in the slice that the reader was made of; it tells where an error stands.
    fn offset(&self) -> usize;
}

/// A run of whole fields that was encoded once to be copied many times, see [`Writer::fragment_of`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fragment {
    after: i16,
    last: i16,
    bytes: Vec<u8>,
}

impl Fragment {
    /// The encoded fields; they have a meaning only behind the field that they were encoded for.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

/// Writes values straight into a growing buffer.
///
/// A hand-written streaming encoder calls the same methods as generated code: `struct_begin`, then
/// `field` and a value for each field in ascending order of ids, then `struct_end`. A struct that was
/// encoded before is the same bytes wherever it stands (in both protocols), so `field` followed by
/// [`Writer::raw`] copies it. A run of *fields* is not: the compact protocol writes a field's id as
/// the distance from the one before. [`Writer::fragment_of`] makes such a run for its place.
pub trait Writer {
    /// Writes the start of a message.
    fn message_begin(&mut self, header: MessageHeader<'_>);
    /// Enters a struct.
    fn struct_begin(&mut self) -> StructMark;
    /// Writes the end of a struct (the stop byte) and leaves it.
    fn struct_end(&mut self, mark: StructMark);
    /// Writes the header of a field other than a truth value; the value follows.
    fn field(&mut self, id: i16, wire: WireType);
    /// Writes a field that is a truth value, header and value at once.
    fn field_bool(&mut self, id: i16, value: bool);
    /// Writes a field that is a string, header and value at once: most fields are strings.
    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        self.field(id, WireType::String);
        self.string(value);
    }
    /// Writes a list header; `len` values of `element` follow.
    fn list_begin(&mut self, element: WireType, len: usize);
    /// Writes a set header; `len` values of `element` follow.
    fn set_begin(&mut self, element: WireType, len: usize);
    /// Writes a map header; `len` pairs follow.
    fn map_begin(&mut self, key: WireType, value: WireType, len: usize);
    /// Writes a truth value inside a container.
    fn bool(&mut self, value: bool);
    /// Writes one byte.
    fn i8(&mut self, value: i8);
    /// Writes a 16-bit integer.
    fn i16(&mut self, value: i16);
    /// Writes a 32-bit integer.
    fn i32(&mut self, value: i32);
    /// Writes a 64-bit integer.
    fn i64(&mut self, value: i64);
    /// Writes a floating point number.
    fn double(&mut self, value: f64);
    /// Writes a byte string.
    fn binary(&mut self, value: &[u8]);
    /// Writes a string.
    fn string(&mut self, value: &str) {
        self.binary(value.as_bytes());
    }
    /// Copies one or more whole values that were encoded before by the same protocol.
    fn raw(&mut self, encoded: &[u8]);
    /// Copies a run of whole fields that were encoded before by the same protocol, directly after a
    /// field of id `after` (0 at the start of a struct), and whose last id is `last`.
    ///
    /// # Panics
    /// In debug builds when the field written last is not `after`: a compact run would then be read
    /// under other ids.
    fn raw_fields(&mut self, after: i16, last: i16, encoded: &[u8]);
    /// Lets the next struct begin as if a field of id `after` had been written in it. It serves
    /// [`Writer::fragment_of`].
    fn start_after(&mut self, after: i16);
    /// The id of the field written last in the struct that ended last, 0 if it had none.
    fn ended_at(&self) -> i16;
    /// Encodes the fields of `value` as they stand behind a field of id `after` (0: at the start of
    /// a struct), without the end of the struct. All fields set in `value` have larger ids.
    ///
    /// So a server encodes what a million partitions share once: of a storage descriptor the columns
    /// (`after` 0) and all that follows the location (`after` 2), the location itself left out.
    fn fragment_of<T: Encode>(after: i16, value: &T) -> Fragment
    where
        Self: Sized + Default,
    {
        let mut writer = Self::default();
        writer.start_after(after);
        value.encode(&mut writer);
        let mut bytes = writer.take();
        bytes.pop();
        let last = writer.ended_at().max(after);
        Fragment { after, last, bytes }
    }
    /// Copies a fragment into the current struct.
    ///
    /// # Panics
    /// In debug builds when it was encoded for another place.
    fn fragment(&mut self, fragment: &Fragment) {
        self.raw_fields(fragment.after, fragment.last, &fragment.bytes);
    }
    /// The id of the field written last in the current struct, 0 before the first. Only the compact
    /// protocol needs it; both keep it, so that mistakes show under both.
    fn last_field_id(&self) -> i16;
    /// The bytes written and not taken yet.
    fn bytes(&self) -> &[u8];
    /// Takes the bytes written so far and goes on with an empty buffer, in the middle of whatever is
    /// being written: this is how a long reply is streamed.
    fn take(&mut self) -> Vec<u8>;
}

/// A value that has one wire type.
pub trait Wire {
    /// The wire type.
    const WIRE: WireType;
}

/// A value that can be written.
pub trait Encode: Wire {
    /// Writes the value.
    fn encode<W: Writer>(&self, writer: &mut W);
}

/// A value that can be read; it borrows from the message.
pub trait Decode<'a>: Wire + Sized {
    /// Reads the value.
    fn decode<R: Reader<'a>>(reader: &mut R) -> Result<Self, DecodeError>;
}
