//! Writes the compact protocol; the layout is told in the module above.

use super::{FALSE, KIND_SHIFT, PROTOCOL_ID, SHORT_LIST, TRUE, VERSION};
use crate::protocol::binary::wire_length;
use crate::wire::{MessageHeader, StructMark, WireType, Writer};

/// The tag of a type; that of a truth value is "true", as Java writes it for elements.
const fn tag_of(wire: WireType) -> u8 {
    match wire {
        WireType::Bool => TRUE,
        WireType::I8 => 3,
        WireType::I16 => 4,
        WireType::I32 => 5,
        WireType::I64 => 6,
        WireType::Double => 7,
        WireType::String => 8,
        WireType::List => 9,
        WireType::Set => 10,
        WireType::Map => 11,
        WireType::Struct => 12,
    }
}

fn zigzag32(value: i32) -> u32 {
    ((value << 1) ^ (value >> 31)).cast_unsigned()
}

fn zigzag64(value: i64) -> u64 {
    ((value << 1) ^ (value >> 63)).cast_unsigned()
}

/// Writes the compact protocol into a buffer of its own.
#[derive(Clone, Debug, Default)]
pub struct CompactWriter {
    out: Vec<u8>,
    last_id: i16,
    /// The last id that the next struct begins with, see `start_after`.
    next_id: i16,
    ended_at: i16,
}

impl CompactWriter {
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
    fn varint(&mut self, value: u64) {
        let mut left = value;
        while left >= 0x80 {
            self.out.push((left & 0x7f) as u8 | 0x80);
            left >>= 7;
        }
        self.out.push((left & 0x7f) as u8);
    }

    #[inline]
    fn length(&mut self, len: usize) {
        self.varint(u64::from(wire_length(len).cast_unsigned()));
    }

    #[inline]
    fn field_tag(&mut self, id: i16, tag: u8) {
        if let Ok(distance @ 1..=15) = u8::try_from(i32::from(id) - i32::from(self.last_id)) {
            self.out.push(distance << 4 | tag);
        } else {
            self.out.push(tag);
            self.i16(id);
        }
        self.last_id = id;
    }
}

impl Writer for CompactWriter {
    fn message_begin(&mut self, header: MessageHeader<'_>) {
        self.out
            .extend_from_slice(&[PROTOCOL_ID, (header.kind as u8) << KIND_SHIFT | VERSION]);
        self.varint(u64::from(header.seq.cast_unsigned()));
        self.string(header.name);
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
        self.field_tag(id, tag_of(wire));
    }

    #[inline]
    fn field_bool(&mut self, id: i16, value: bool) {
        self.field_tag(id, if value { TRUE } else { FALSE });
    }

    #[inline]
    fn list_begin(&mut self, element: WireType, len: usize) {
        let tag = tag_of(element);
        match u8::try_from(len) {
            Ok(short) if len < SHORT_LIST => self.out.push(short << 4 | tag),
            _ => {
                self.out.push(0xf0 | tag);
                self.length(len);
            }
        }
    }

    #[inline]
    fn set_begin(&mut self, element: WireType, len: usize) {
        self.list_begin(element, len);
    }

    #[inline]
    fn map_begin(&mut self, key: WireType, value: WireType, len: usize) {
        self.length(len);
        // An empty map is its zero count alone.
        if len > 0 {
            self.out.push(tag_of(key) << 4 | tag_of(value));
        }
    }

    #[inline]
    fn bool(&mut self, value: bool) {
        self.out.push(if value { TRUE } else { FALSE });
    }

    #[inline]
    fn i8(&mut self, value: i8) {
        self.out.push(value.cast_unsigned());
    }

    #[inline]
    fn i16(&mut self, value: i16) {
        self.i32(i32::from(value));
    }

    #[inline]
    fn i32(&mut self, value: i32) {
        self.varint(u64::from(zigzag32(value)));
    }

    #[inline]
    fn i64(&mut self, value: i64) {
        self.varint(zigzag64(value));
    }

    #[inline]
    fn double(&mut self, value: f64) {
        self.out.extend_from_slice(&value.to_le_bytes());
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
