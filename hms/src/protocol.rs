//! The two protocols, and the few calls that a dispatcher makes with "whichever this connection
//! speaks". It knows no transport: a message is one complete slice.

pub(crate) mod binary;
pub(crate) mod compact;
mod json;

pub(crate) use binary::fixed_size;
pub use binary::{BinaryReader, BinaryWriter};
pub use compact::{CompactReader, CompactWriter};
pub use json::JsonWriter;

use crate::{
    error::DecodeError,
    wire::{Decode, Encode, MessageHeader, Reader, Writer, decode_bytes_max},
};

/// The protocol of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// Strict `TBinaryProtocol`, the default of all clients.
    Binary,
    /// `TCompactProtocol`, which Hive clients use with
    /// `hive.metastore.thrift.compact.protocol.enabled`.
    Compact,
}

impl Protocol {
    /// Reads the header of a message; the second part of the answer is what follows it.
    pub fn read_header(self, message: &[u8]) -> Result<(MessageHeader<'_>, &[u8]), DecodeError> {
        match self {
            Self::Binary => {
                let mut reader = BinaryReader::new(message);
                let header = reader.message_begin()?;
                Ok((header, reader.rest()))
            }
            Self::Compact => {
                let mut reader = CompactReader::new(message);
                let header = reader.message_begin()?;
                Ok((header, reader.rest()))
            }
        }
    }

    /// Decodes one value, such as the arguments that follow a message header, taking at most `memory_max` bytes from the
    /// allocator. The second part of the answer is how many it took.
    pub fn decode_within<'a, T: Decode<'a>>(
        self,
        bytes: &'a [u8],
        memory_max: usize,
    ) -> Result<(T, usize), DecodeError> {
        match self {
            Self::Binary => {
                let mut reader = BinaryReader::within(bytes, memory_max);
                Ok((T::decode(&mut reader)?, reader.charged()))
            }
            Self::Compact => {
                let mut reader = CompactReader::within(bytes, memory_max);
                Ok((T::decode(&mut reader)?, reader.charged()))
            }
        }
    }

    /// Decodes one value, taking as much from the allocator as a message of its length may cost.
    pub fn decode<'a, T: Decode<'a>>(self, bytes: &'a [u8]) -> Result<T, DecodeError> {
        let (value, _) = self.decode_within(bytes, decode_bytes_max(bytes.len()))?;
        Ok(value)
    }

    /// Appends one encoded value to `out`.
    pub fn encode<T: Encode>(self, value: &T, out: &mut Vec<u8>) {
        match self {
            Self::Binary => {
                let mut writer = BinaryWriter::with_buffer(std::mem::take(out));
                value.encode(&mut writer);
                *out = writer.into_bytes();
            }
            Self::Compact => {
                let mut writer = CompactWriter::with_buffer(std::mem::take(out));
                value.encode(&mut writer);
                *out = writer.into_bytes();
            }
        }
    }

    /// Appends a whole message, header and body, to `out`.
    pub fn encode_message<T: Encode>(self, header: MessageHeader<'_>, body: &T, out: &mut Vec<u8>) {
        match self {
            Self::Binary => {
                let mut writer = BinaryWriter::with_buffer(std::mem::take(out));
                writer.message_begin(header);
                body.encode(&mut writer);
                *out = writer.into_bytes();
            }
            Self::Compact => {
                let mut writer = CompactWriter::with_buffer(std::mem::take(out));
                writer.message_begin(header);
                body.encode(&mut writer);
                *out = writer.into_bytes();
            }
        }
    }
}
