//! Discovery: new partitions appear by themselves.

mod settings;
