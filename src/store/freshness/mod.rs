//! The nouns of freshness: which tables expect data, and the times of which it lacks.

pub(in crate::store) mod gap;
pub(in crate::store) mod table;
