//! Reads the compact protocol; the layout is told in the module above.

use super::{FALSE, KIND_SHIFT, PROTOCOL_ID, SHORT_LIST, TRUE, VERSION, VERSION_MASK};
use crate::{
    error::{DecodeError, DecodeErrorKind},
    wire::{DEPTH_MAX, MessageHeader, MessageKind, Reader, StructMark, WireType, decode_bytes_max},
};

/// The type of a tag of the compact protocol.
pub(crate) const fn wire_from_tag(tag: u8) -> Option<WireType> {
    Some(match tag {
        TRUE | FALSE => WireType::Bool,
        3 => WireType::I8,
        4 => WireType::I16,
        5 => WireType::I32,
        6 => WireType::I64,
        7 => WireType::Double,
        8 => WireType::String,
        9 => WireType::List,
        10 => WireType::Set,
        11 => WireType::Map,
        12 => WireType::Struct,
        _ => return None,
    })
}

/// The fewest bytes that a value of a type can take.
const fn least_size(wire: WireType) -> usize {
    match wire {
        WireType::Double => 8,
        _ => 1,
    }
}

/// Reads the compact protocol from one complete slice.
#[derive(Clone, Debug)]
pub struct CompactReader<'a> {
    rest: &'a [u8],
    total: usize,
    depth: u32,
    /// What decoding may still take from the allocator, and what it might take at first.
    memory_left: usize,
    memory_max: usize,
    last_id: i16,
    /// The value of a truth-value field whose header was read, until it is asked for.
    field_value: Option<bool>,
}

impl<'a> CompactReader<'a> {
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
            last_id: 0,
            field_value: None,
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
    fn byte(&mut self) -> Result<u8, DecodeError> {
        match self.rest.split_first() {
            Some((first, tail)) => {
                self.rest = tail;
                Ok(*first)
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
    }

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
    fn varint64(&mut self) -> Result<u64, DecodeError> {
        // Most integers are lengths and small numbers of one byte.
        if let Some((first, tail)) = self.rest.split_first()
            && *first < 0x80
        {
            self.rest = tail;
            return Ok(u64::from(*first));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0_u64;
        let mut shift = 0;
        loop {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(self.error(DecodeErrorKind::IntegerRange));
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
            shift += 7;
            if shift > 63 {
                return Err(self.error(DecodeErrorKind::IntegerRange));
            }
        }
    }

    #[inline]
    fn varint32(&mut self) -> Result<u32, DecodeError> {
        let value = self.varint64()?;
        u32::try_from(value).map_err(|_| self.error(DecodeErrorKind::IntegerRange))
    }

    /// Lengths are i32 in the protocol, so one with the highest bit set is below zero.
    #[inline]
    fn length(&mut self) -> Result<usize, DecodeError> {
        let length = self.varint32()?.cast_signed();
        usize::try_from(length).map_err(|_| self.error(DecodeErrorKind::NegativeLength(length)))
    }

    fn wire_type(&self, tag: u8) -> Result<WireType, DecodeError> {
        wire_from_tag(tag).ok_or_else(|| self.error(DecodeErrorKind::UnknownType(tag)))
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
}

fn unzigzag32(value: u32) -> i32 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

fn unzigzag64(value: u64) -> i64 {
    (value >> 1).cast_signed() ^ -(value & 1).cast_signed()
}

impl<'a> Reader<'a> for CompactReader<'a> {
    fn message_begin(&mut self) -> Result<MessageHeader<'a>, DecodeError> {
        if self.byte()? != PROTOCOL_ID {
            return Err(DecodeError {
                kind: DecodeErrorKind::BadVersion,
                offset: 0,
            });
        }
        let byte = self.byte()?;
        if byte & VERSION_MASK != VERSION {
            return Err(DecodeError {
                kind: DecodeErrorKind::BadVersion,
                offset: 1,
            });
        }
        let tag = byte >> KIND_SHIFT;
        let kind = MessageKind::from_tag(tag)
            .ok_or_else(|| self.error(DecodeErrorKind::UnknownKind(tag)))?;
        let seq = self.varint32()?.cast_signed();
        let name = self.string()?;
        Ok(MessageHeader { name, kind, seq })
    }

    #[inline]
    fn struct_begin(&mut self) -> Result<StructMark, DecodeError> {
        self.deeper()?;
        let mark = StructMark(self.last_id);
        self.last_id = 0;
        Ok(mark)
    }

    #[inline]
    fn struct_end(&mut self, mark: StructMark) {
        self.depth -= 1;
        self.last_id = mark.0;
    }

    #[inline]
    fn field_begin(&mut self) -> Result<Option<(i16, WireType)>, DecodeError> {
        let header = self.byte()?;
        if header == 0 {
            return Ok(None);
        }
        let tag = header & 0x0f;
        let wire = self.wire_type(tag)?;
        let distance = i16::from(header >> 4);
        let id = if distance == 0 {
            self.i16()?
        } else {
            self.last_id
                .checked_add(distance)
                .ok_or_else(|| self.error(DecodeErrorKind::IntegerRange))?
        };
        self.last_id = id;
        if wire == WireType::Bool {
            self.field_value = Some(tag == TRUE);
        }
        Ok(Some((id, wire)))
    }

    fn list_begin(&mut self) -> Result<(WireType, usize), DecodeError> {
        let header = self.byte()?;
        let short = usize::from(header >> 4);
        let count = if short == SHORT_LIST {
            self.length()?
        } else {
            short
        };
        if count == 0 {
            return Ok((WireType::I8, 0));
        }
        let wire = self.wire_type(header & 0x0f)?;
        self.check_count(count, least_size(wire))?;
        Ok((wire, count))
    }

    fn set_begin(&mut self) -> Result<(WireType, usize), DecodeError> {
        self.list_begin()
    }

    fn map_begin(&mut self) -> Result<(WireType, WireType, usize), DecodeError> {
        let count = self.length()?;
        if count == 0 {
            return Ok((WireType::I8, WireType::I8, 0));
        }
        let tags = self.byte()?;
        let key = self.wire_type(tags >> 4)?;
        let value = self.wire_type(tags & 0x0f)?;
        self.check_count(count, least_size(key) + least_size(value))?;
        Ok((key, value, count))
    }

    #[inline]
    fn bool(&mut self) -> Result<bool, DecodeError> {
        match self.field_value.take() {
            Some(value) => Ok(value),
            None => Ok(self.byte()? == TRUE),
        }
    }

    #[inline]
    fn i8(&mut self) -> Result<i8, DecodeError> {
        Ok(self.byte()?.cast_signed())
    }

    #[inline]
    fn i16(&mut self) -> Result<i16, DecodeError> {
        i16::try_from(self.i32()?).map_err(|_| self.error(DecodeErrorKind::IntegerRange))
    }

    #[inline]
    fn i32(&mut self) -> Result<i32, DecodeError> {
        Ok(unzigzag32(self.varint32()?))
    }

    #[inline]
    fn i64(&mut self) -> Result<i64, DecodeError> {
        Ok(unzigzag64(self.varint64()?))
    }

    fn double(&mut self) -> Result<f64, DecodeError> {
        match self.rest.split_first_chunk::<8>() {
            Some((head, tail)) => {
                self.rest = tail;
                Ok(f64::from_le_bytes(*head))
            }
            None => Err(self.error(DecodeErrorKind::Truncated)),
        }
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
        match wire {
            WireType::Bool => {
                self.bool()?;
            }
            WireType::I8 => {
                self.byte()?;
            }
            WireType::I16 | WireType::I32 | WireType::I64 => {
                self.varint64()?;
            }
            WireType::Double => {
                self.take(8)?;
            }
            WireType::String => {
                self.binary()?;
            }
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
                for _ in 0..count {
                    self.skip(element)?;
                }
                self.depth -= 1;
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
