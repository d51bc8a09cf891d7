//! `TCompactProtocol`: zigzag variable-length integers, a field id as the distance from the one
//! before, a truth value inside its field header. Doubles are little-endian, as in Apache Thrift.

mod reader;
mod writer;

pub use reader::CompactReader;
pub(crate) use reader::wire_from_tag;
pub use writer::CompactWriter;

pub(crate) const PROTOCOL_ID: u8 = 0x82;
pub(crate) const VERSION: u8 = 1;
pub(crate) const VERSION_MASK: u8 = 0x1f;
pub(crate) const KIND_SHIFT: u8 = 5;
pub(crate) const TRUE: u8 = 1;
pub(crate) const FALSE: u8 = 2;
/// A list of fewer elements than this has its count in the header byte.
pub(crate) const SHORT_LIST: usize = 15;
