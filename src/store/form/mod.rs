//! The stored forms: how what has no column of its own is packed into text or bytes, and read back by later versions.

pub(in crate::store) mod event;
pub(in crate::store) mod job;
pub(in crate::store) mod object;
pub(in crate::store) mod packing;
pub(in crate::store) mod place;
pub(in crate::store) mod severity;
pub(in crate::store) mod snapshot;
pub(in crate::store) mod statistics;
pub(in crate::store) mod zlib;
