//! Tables: reading and writing, every spelling.

pub(in crate::thrift) mod read;
pub(in crate::thrift) mod write;
