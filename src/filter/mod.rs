//! The filters that clients send as text.
//!
//! Pure rules: nothing here knows a table, a store or a wire. A filter is text on one side and a
//! yes or no about given values on the other.

pub mod name_pattern;
