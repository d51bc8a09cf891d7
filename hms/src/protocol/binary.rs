//! Strict `TBinaryProtocol`: fixed-width big-endian integers, a type tag and a 16-bit id before each
//! field. Messages without a version word (the non-strict form) are refused, as HMS refuses them.

use crate::{
    error::{DecodeError, DecodeErrorKind},
    wire::{
        DEPTH_MAX, MessageHeader, MessageKind, Reader, StructMark, WireType, Writer,
        decode_bytes_max,
    },
};

/// The upper half of the first word of a message.
const VERSION_1: u32 = 0x8001_0000;
const VERSION_MASK: u32 = 0xffff_0000;

/// Reads the binary protocol from one complete slice.
#[derive(Clone, Debug)]
pub struct BinaryReader<'a> {
    rest: &'a [u8],
    total: usize,
    depth: u32,
    /// What decoding may still take from the allocator, and what it might take at first.
    memory_left: usize,
    memory_max: usize,
}

impl<'a> BinaryReader<'a> {
    /// A reader at the start of `bytes`, with what decoding as many may cost.
    pub fn new(bytes: &'a [u8]) -> Self {
        Self::within(bytes, decode_bytes_max(bytes.len()))
    }

    /// A reader at the start of `bytes` that takes at most `memory_max` bytes from the allocator.
    pub fn within(bytes: &'a [u8], memory_max: usize) -> Self {
        Self {
            rest: bytes,
            total: bytes.len(),
            depth: 0,
            memory_left: memory_max,
            memory_max,
        }
    }

    /// What was taken from the allocator so far, bytes.
    pub fn charged(&self) -> usize {
        self.memory_max - self.memory_left
    }

    /// What has not been read yet.
    pub fn rest(&self) -> &'a [u8] {
        self.rest
    }

    #[cold]
    fn error(&self, kind: DecodeErrorKind) -> DecodeError {
        DecodeError {
            kind,
            offset: self.offset(),
        }
    }

    #[inline]
    fn take(&mut self, len: usize) -> Result<&'a [u8], DecodeError> {
        match self.rest.split_at_checked(len) {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(head)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        match self.rest.split_first_chunk::<N>() {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(*head)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

    #[inline]
    fn tag(&mut self) -> Result<u8, DecodeError> {
        Ok(self.array::<1>()?[0])
    }

    fn wire_type(&self, tag: u8) -> Result<WireType, DecodeError> {
        WireType::from_tag(tag).ok_or_else(|| self.error(DecodeErrorKind::UnknownType(tag)))
    }

    #[inline]
    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = i32::from_be_bytes(self.array()?);
        usize::try_from(length).map_err(|_| self.error(DecodeErrorKind::NegativeLength(length)))
    }

    fn check_count(&self, count: usize, least: usize) -> Result<(), DecodeError> {
        if count
            .checked_mul(least)
            .is_none_or(|bytes| bytes > self.rest.len())
        {
            return Err(self.error(DecodeErrorKind::CountTooLarge { claimed: count }));
        }
        Ok(())
    }

    fn deeper(&mut self) -> Result<(), DecodeError> {
        if self.depth == DEPTH_MAX {
            return Err(self.error(DecodeErrorKind::TooDeep));
        }
        self.depth += 1;
        Ok(())
    }

    fn skip_elements(&mut self, wire: WireType, count: usize) -> Result<(), DecodeError> {
        if let Some(size) = fixed_size(wire) {
            // The count was checked against the bytes left, so this cannot overflow.
            self.take(count * size)?;
            return Ok(());
        }
        for _ in 0..count {
            self.skip(wire)?;
        }
        Ok(())
    }
}

/// The bytes of a value whose size does not depend on the value.
pub(crate) const fn fixed_size(wire: WireType) -> Option<usize> {
    match wire {
        WireType::Bool | WireType::I8 => Some(1),
        WireType::I16 => Some(2),
        WireType::I32 => Some(4),
        WireType::I64 | WireType::Double => Some(8),
        WireType::String | WireType::Struct | WireType::Map | WireType::Set | WireType::List => {
            None
        }
    }
}

/// The fewest bytes that a value of a type can take.
const fn least_size(wire: WireType) -> usize {
    match wire {
        WireType::Bool | WireType::I8 | WireType::Struct => 1,
        WireType::I16 => 2,
        WireType::I32 | WireType::String => 4,
        WireType::I64 | WireType::Double => 8,
        WireType::Map => 6,
        WireType::Set | WireType::List => 5,
    }
}

impl<'a> Reader<'a> for BinaryReader<'a> {
    fn message_begin(&mut self) -> Result<MessageHeader<'a>, DecodeError> {
        let word = u32::from_be_bytes(self.array()?);
        if word & VERSION_MASK != VERSION_1 {
            return Err(DecodeError {
                kind: DecodeErrorKind::BadVersion,
                offset: 0,
            });
        }
        // The third byte carries nothing and is ignored, as Java does.
        let tag = (word & 0xff) as u8;
        let kind = MessageKind::from_tag(tag)
            .ok_or_else(|| self.error(DecodeErrorKind::UnknownKind(tag)))?;
        let name = self.string()?;
        let seq = self.i32()?;
        Ok(MessageHeader { name, kind, seq })
    }

    #[inline]
    fn struct_begin(&mut self) -> Result<StructMark, DecodeError> {
        self.deeper()?;
        Ok(StructMark(0))
    }

    #[inline]
    fn struct_end(&mut self, _mark: StructMark) {
        self.depth -= 1;
    }

    #[inline]
    fn field_begin(&mut self) -> Result<Option<(i16, WireType)>, DecodeError> {
        let tag = self.tag()?;
        if tag == 0 {
            return Ok(None);
        }
        let wire = self.wire_type(tag)?;
        let id = i16::from_be_bytes(self.array()?);
        Ok(Some((id, wire)))
    }

    #[inline]
    fn list_begin(&mut self) -> Result<(WireType, usize), DecodeError> {
        let tag = self.tag()?;
        let count = self.length()?;
        if count == 0 {
            // Some clients write a zero tag for the elements of an empty container.
            return Ok((WireType::I8, 0));
        }
        let wire = self.wire_type(tag)?;
        self.check_count(count, least_size(wire))?;
        Ok((wire, count))
    }

    #[inline]
    fn set_begin(&mut self) -> Result<(WireType, usize), DecodeError> {
        self.list_begin()
    }

    #[inline]
    fn map_begin(&mut self) -> Result<(WireType, WireType, usize), DecodeError> {
        let [key, value] = self.array()?;
        let count = self.length()?;
        if count == 0 {
            return Ok((WireType::I8, WireType::I8, 0));
        }
        let key = self.wire_type(key)?;
        let value = self.wire_type(value)?;
        self.check_count(count, least_size(key) + least_size(value))?;
        Ok((key, value, count))
    }

    #[inline]
    fn bool(&mut self) -> Result<bool, DecodeError> {
        Ok(self.tag()? != 0)
    }

    #[inline]
    fn i8(&mut self) -> Result<i8, DecodeError> {
        Ok(i8::from_be_bytes(self.array()?))
    }

    #[inline]
    fn i16(&mut self) -> Result<i16, DecodeError> {
        Ok(i16::from_be_bytes(self.array()?))
    }

    #[inline]
    fn i32(&mut self) -> Result<i32, DecodeError> {
        Ok(i32::from_be_bytes(self.array()?))
    }

    #[inline]
    fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(i64::from_be_bytes(self.array()?))
    }

    #[inline]
    fn double(&mut self) -> Result<f64, DecodeError> {
        Ok(f64::from_be_bytes(self.array()?))
    }

    #[inline]
    fn binary(&mut self) -> Result<&'a [u8], DecodeError> {
        let len = self.length()?;
        self.take(len)
    }

    #[inline]
    fn string(&mut self) -> Result<&'a str, DecodeError> {
        let bytes = self.binary()?;
        std::str::from_utf8(bytes).map_err(|_| self.error(DecodeErrorKind::NotUtf8))
    }

    fn skip(&mut self, wire: WireType) -> Result<(), DecodeError> {
        if let Some(size) = fixed_size(wire) {
            self.take(size)?;
            return Ok(());
        }
        match wire {
            WireType::Struct => {
                let mark = self.struct_begin()?;
                while let Some((_, inner)) = self.field_begin()? {
                    self.skip(inner)?;
                }
                self.struct_end(mark);
            }
            WireType::Map => {
                self.deeper()?;
                let (key, value, count) = self.map_begin()?;
                for _ in 0..count {
                    self.skip(key)?;
                    self.skip(value)?;
                }
                self.depth -= 1;
            }
            WireType::Set | WireType::List => {
                self.deeper()?;
                let (element, count) = self.list_begin()?;
                self.skip_elements(element, count)?;
                self.depth -= 1;
            }
            _ => {
                self.binary()?;
            }
        }
        Ok(())
    }

    #[inline]
    fn charge(&mut self, bytes: usize) -> Result<(), DecodeError> {
        match self.memory_left.checked_sub(bytes) {
            Some(left) => {
                self.memory_left = left;
                Ok(())
            }
            None => Err(self.error(DecodeErrorKind::MemoryExceeded {
                limit: self.memory_max,
            })),
        }
    }

    #[inline]
    fn offset(&self) -> usize {
        self.total - self.rest.len()
    }
}

/// Writes the binary protocol into a buffer of its own.
#[derive(Clone, Debug, Default)]
pub struct BinaryWriter {
    out: Vec<u8>,
    last_id: i16,
    /// The last id that the next struct begins with, see `start_after`.
    next_id: i16,
    ended_at: i16,
}

impl BinaryWriter {
    /// A writer with an empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// A writer that appends to `buffer`.
    pub fn with_buffer(buffer: Vec<u8>) -> Self {
        Self {
            out: buffer,
            ..Self::default()
        }
    }

    /// All bytes written.
    pub fn into_bytes(self) -> Vec<u8> {
        self.out
    }

    #[inline]
    fn length(&mut self, len: usize) {
        self.i32(wire_length(len));
    }
}

/// Lengths are i32 on the wire. A reply is cut into pages and limited long before that, so a longer
/// value is a mistake of the caller.
#[inline]
pub(crate) fn wire_length(len: usize) -> i32 {
    i32::try_from(len).expect("a container or string of 2 GiB is never written")
}

impl Writer for BinaryWriter {
    fn message_begin(&mut self, header: MessageHeader<'_>) {
        let word = VERSION_1 | header.kind as u32;
        self.out.extend_from_slice(&word.to_be_bytes());
        self.string(header.name);
        self.i32(header.seq);
    }

    #[inline]
    fn struct_begin(&mut self) -> StructMark {
        let mark = StructMark(self.last_id);
        self.last_id = self.next_id;
        self.next_id = 0;
        mark
    }

    #[inline]
    fn struct_end(&mut self, mark: StructMark) {
        self.out.push(0);
        self.ended_at = self.last_id;
        self.last_id = mark.0;
    }

    #[inline]
    fn field(&mut self, id: i16, wire: WireType) {
        let [high, low] = id.to_be_bytes();
        self.out.extend_from_slice(&[wire as u8, high, low]);
        self.last_id = id;
    }

    #[inline]
    fn field_bool(&mut self, id: i16, value: bool) {
        let [high, low] = id.to_be_bytes();
        self.out
            .extend_from_slice(&[WireType::Bool as u8, high, low, u8::from(value)]);
        self.last_id = id;
    }

    #[inline]
    fn field_string(&mut self, id: i16, value: &str) {
        let [high, low] = id.to_be_bytes();
        let [a, b, c, d] = wire_length(value.len()).to_be_bytes();
        self.out
            .extend_from_slice(&[WireType::String as u8, high, low, a, b, c, d]);
        self.out.extend_from_slice(value.as_bytes());
        self.last_id = id;
    }

    #[inline]
    fn list_begin(&mut self, element: WireType, len: usize) {
        self.out.push(element as u8);
        self.length(len);
    }

    #[inline]
    fn set_begin(&mut self, element: WireType, len: usize) {
        self.list_begin(element, len);
    }

    #[inline]
    fn map_begin(&mut self, key: WireType, value: WireType, len: usize) {
        self.out.extend_from_slice(&[key as u8, value as u8]);
        self.length(len);
    }

    #[inline]
    fn bool(&mut self, value: bool) {
        self.out.push(u8::from(value));
    }

    #[inline]
    fn i8(&mut self, value: i8) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn i16(&mut self, value: i16) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn i32(&mut self, value: i32) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn i64(&mut self, value: i64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn double(&mut self, value: f64) {
        self.out.extend_from_slice(&value.to_be_bytes());
    }

    #[inline]
    fn binary(&mut self, value: &[u8]) {
        self.length(value.len());
        self.out.extend_from_slice(value);
    }

    #[inline]
    fn raw(&mut self, encoded: &[u8]) {
        self.out.extend_from_slice(encoded);
    }

    fn raw_fields(&mut self, after: i16, last: i16, encoded: &[u8]) {
        debug_assert_eq!(
            self.last_id, after,
            "a run of fields stands after another field"
        );
        self.out.extend_from_slice(encoded);
        self.last_id = last;
    }

    fn start_after(&mut self, after: i16) {
        self.next_id = after;
    }

    fn ended_at(&self) -> i16 {
        self.ended_at
    }

    fn last_field_id(&self) -> i16 {
        self.last_id
    }

    fn bytes(&self) -> &[u8] {
        &self.out
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }
}
