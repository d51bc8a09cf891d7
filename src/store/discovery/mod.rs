//! The nouns of discovery: which tables look for partitions, what each run did, what it left out.

pub(in crate::store) mod root;
pub(in crate::store) mod run;
pub(in crate::store) mod skip;
pub(in crate::store) mod table;
pub(in crate::store) mod trouble;
