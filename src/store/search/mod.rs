//! The index of words that tables are found by.

pub(super) mod find;
pub(super) mod outline;
pub(super) mod place;
pub(super) mod words;
