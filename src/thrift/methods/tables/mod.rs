//! Tables: reading and writing, every spelling.

pub(super) mod read;
pub(super) mod write;
